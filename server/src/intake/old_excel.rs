//! A look through an xls file before it is read in earnest.
//!
//! The library that reads it makes room for the whole rectangle that the cells span, however few they are; a file of a few
//! kilobytes can ask for gigabytes that way. So the records are gone through first, without keeping any.

use std::io::{Cursor, Read};

use liuwu_engine::codes::sheet as codes;
use liuwu_engine::diagnostic::Diagnostic;

/// A sheet's name and the place where its records start.
const BOUND_SHEET: u16 = 0x0085;
const END_OF_SHEET: u16 = 0x000a;
/// What a sheet says about its own size.
const DIMENSIONS: u16 = 0x0200;
/// Records of one or more cells; row and column stand first.
const CELLS: [u16; 8] = [0x0203, 0x0204, 0x00d6, 0x0205, 0x027e, 0x00fd, 0x00bd, 0x0006];

/// Refuses a file whose sheets together span more than so many cells.
pub(super) fn refuse_sprawl(bytes: &[u8], limit: usize) -> Result<(), Diagnostic> {
    let stream = stream_of(bytes).ok_or_else(|| Diagnostic::new(&codes::DAMAGED_FILE))?;
    let mut left = limit as u64;
    let sheets = records(&stream, 0).filter(|record| record.kind == BOUND_SHEET);
    for start in sheets.filter_map(|record| long(record.data, 0)) {
        let span = span_of(&stream, start as usize);
        left = left.checked_sub(span).ok_or_else(|| Diagnostic::new(&codes::TOO_MANY_CELLS))?;
    }
    Ok(())
}

fn stream_of(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).ok()?;
    let name = if file.exists("/Workbook") { "/Workbook" } else { "/Book" };
    let mut stream = Vec::new();
    // A stream cannot be longer than the file it is in.
    file.open_stream(name).ok()?.take(bytes.len() as u64).read_to_end(&mut stream).ok()?;
    Some(stream)
}

/// How many cells the rectangle of a sheet has, by its cells and by its own word.
fn span_of(stream: &[u8], start: usize) -> u64 {
    let (mut rows, mut columns, mut stated) = (0_u64, 0_u64, 0_u64);
    for record in records(stream, start).take_while(|record| record.kind != END_OF_SHEET) {
        if record.kind == DIMENSIONS {
            stated = stated.max(stated_span(record.data));
        } else if CELLS.contains(&record.kind) {
            rows = rows.max(u64::from(short(record.data, 0).unwrap_or(0)) + 1);
            // A record of several cells names its last column at its end.
            let last = record.data.len().checked_sub(2).and_then(|at| short(record.data, at));
            let last = last.filter(|_| record.kind == 0x00bd).or_else(|| short(record.data, 2)).unwrap_or(0);
            columns = columns.max(u64::from(last) + 1);
        }
    }
    stated.max(rows * columns)
}

/// First row, row behind the last, first column, column behind the last; rows in four bytes or, in old files, in two.
fn stated_span(data: &[u8]) -> u64 {
    let ends = if data.len() >= 14 {
        long(data, 4).zip(short(data, 10)).map(|(rows, columns)| (u64::from(rows), u64::from(columns)))
    } else {
        short(data, 2).zip(short(data, 6)).map(|(rows, columns)| (u64::from(rows), u64::from(columns)))
    };
    ends.map_or(0, |(rows, columns)| rows.saturating_mul(columns))
}

struct Record<'a> {
    kind: u16,
    data: &'a [u8],
}

/// The records from a place on: each has its kind and length, two bytes each, before its data.
fn records(stream: &[u8], start: usize) -> impl Iterator<Item = Record<'_>> {
    let mut at = start;
    std::iter::from_fn(move || {
        let kind = short(stream, at)?;
        let length = usize::from(short(stream, at + 2)?);
        let data = stream.get(at + 4..at + 4 + length)?;
        at += 4 + length;
        Some(Record { kind, data })
    })
}

fn short(data: &[u8], at: usize) -> Option<u16> {
    data.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_le_bytes)
}

fn long(data: &[u8], at: usize) -> Option<u32> {
    data.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}
