//! A table too large to be held: its rows flow through, window by window, to whoever compares and stores them.
//!
//! Enters: the bytes of a file of one table of records, with more rows than [`Limits::default`] lets a file have. Leaves: its good
//! rows, some thousand at a time, and at the end a [`Flowed`]: how it was read, and its faults. Rows that are to be shown or sent
//! back are picked out of the file once more ([`pick`]). Cells are read, named and mended as in any other file; held are one window, the
//! file as it was handed in, and of a workbook the texts that its cells share.

use std::collections::BTreeSet;
use std::sync::Arc;

use liuwu_engine::codes::sheet as codes;
use liuwu_engine::diagnostic::{Diagnostic, Location};
use liuwu_engine::dictionary::Kind;

use super::format::{self, Format};
use super::header::{Found, Header};
pub(crate) use super::reading::{LISTED, more_faults};
use super::reading::{Reading, found_on, nothing_known};
use super::records::{RowReader, UnitRecord};
use super::rows::number_of;
use super::vocabulary::{Subject, Vocabulary};
use super::workbook::{Content, Halt, Limits, Merges, Sheet, Visit, Workbook};
use super::{Asked, Choices, csv, encoding, excel, json_lines, remarks_on};

/// Faulty rows that are shown and sent back.
pub const SENT_BACK: usize = LISTED;

/// A large table that has flowed through.
#[derive(Debug)]
pub struct Flowed {
    /// How it was read, without entries.
    pub reading: Reading<UnitRecord>,
    /// What the user should know about the file as a whole.
    pub remarks: Vec<Diagnostic>,
}

/// Told of good rows as they come; says whether more are wanted.
pub type Take<'a> = &'a mut dyn FnMut(&Arc<Kind>, Vec<UnitRecord>) -> bool;

/// Whether a file was refused for its size alone, so that it may still flow.
pub fn is_too_large(faults: &[Diagnostic]) -> bool {
    let sizes = [&codes::TOO_MANY_ROWS, &codes::TOO_MANY_CELLS, &codes::UNPACKS_TOO_LARGE];
    matches!(faults, [only] if sizes.contains(&only.code))
}

/// Whether a file will be refused for its size, as far as that can be told without reading it: a text without quotation marks has as
/// many rows as line ends.
pub fn is_plainly_too_large(file_name: &str, bytes: &[u8]) -> bool {
    let is_text = file_name.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case("csv"));
    let lines = || bytes.iter().filter(|byte| **byte == b'\n').count();
    is_text && !bytes.contains(&b'"') && !bytes.starts_with(b"PK") && lines() > Limits::default().rows
}

/// Reads a file whose only table is one of records.
///
/// # Errors
/// Why it cannot be read; none: nobody wanted the rest.
pub fn flow(
    file_name: &str,
    bytes: &[u8],
    chosen: Option<&str>,
    asked: &Asked,
    take: Take,
) -> Result<Flowed, Option<Diagnostic>> {
    let file: Arc<str> = Arc::from(file_name);
    let vocabularies = Vocabulary::all(asked);
    let mut tables = Tables { asked, take, vocabularies, sheet: None, table: None, skipped: Vec::new() };
    let here = Location::File { file: Arc::clone(&file) };
    let read = read(&file, bytes, chosen, &mut |window| tables.window(window));
    let mut remarks = read.map_err(|halt| match halt {
        Halt::Unwanted => None,
        Halt::Fault(fault) if fault.location == Location::Nowhere => Some(fault.at(here.clone())),
        Halt::Fault(fault) => Some(*fault),
    })?;
    let Tables { table, skipped, .. } = tables;
    let Some(table) = table else { return Err(Some(nothing_known(&file, skipped.first(), asked))) };
    let left_out =
        |sheet: &Sheet| Diagnostic::new(&codes::SKIPPED_SHEET).with("sheet", sheet.title()).at(sheet.at(0, 0));
    remarks.push(Diagnostic::new(&codes::LARGE_TABLE).with("limit", Limits::default().rows).at(here));
    remarks.extend(skipped.iter().map(left_out));
    Ok(Flowed { reading: table.rows.finish(), remarks })
}

/// Picks rows (from 1) out of a sheet of the file, mended as they were when it flowed by. The other rows are blank.
///
/// # Errors
/// Why it cannot be read again.
pub fn pick(file_name: &str, bytes: &[u8], choices: &Choices, picked: &Picked) -> Result<Workbook, Vec<Diagnostic>> {
    let file: Arc<str> = Arc::from(file_name);
    let mut kept = Sheet { first: usize::MAX, ..Sheet::empty(&file, picked.sheet.clone()) };
    let gone_through = read(&file, bytes, picked.encoding.as_deref(), &mut |window| {
        if window.name == kept.name {
            choices.mend_sheet(window);
            kept.merged.clone_from(&window.merged);
            let held = number_of(window.first)..number_of(window.end());
            picked.rows.range(held).for_each(|number| keep(&mut kept, window, *number as usize - 1));
        }
        Ok(())
    });
    if let Err(Halt::Fault(fault)) = gone_through {
        return Err(vec![*fault]);
    }
    Ok(Workbook { file, content: Content::Sheets(vec![kept]), encoding: None, mark: None, remarks: Vec::new() })
}

/// Rows of a sheet.
#[derive(Debug)]
pub struct Picked {
    /// The sheet; none for a text.
    pub sheet: Option<Arc<str>>,
    /// The encoding of a text that was named; none: recognised.
    pub encoding: Option<String>,
    /// The rows, from 1.
    pub rows: BTreeSet<u32>,
}

/// Keeps the cells of a row as cells above a window, with those that are merged over it.
fn keep(kept: &mut Sheet, window: &Sheet, row: usize) {
    let merges = Merges::of(window);
    for column in 0..window.row(row).len() {
        let top = merges.covering(row, column).map(|merged| (*merged.rows.start(), *merged.columns.start()));
        for (row, column) in [Some((row, column)), top].into_iter().flatten() {
            let cell = window.cell(row, column);
            if !cell.is_blank() {
                kept.above.insert((row, column), cell.clone());
            }
        }
    }
}

/// Goes through the windows of a file; gives what the user should know about it.
fn read(file: &Arc<str>, bytes: &[u8], chosen: Option<&str>, visit: Visit) -> Result<Vec<Diagnostic>, Halt> {
    let extension = file.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase()).unwrap_or_default();
    match format::recognise(&extension, bytes)? {
        Format::Xlsx => excel::flow(file, bytes, Limits::LARGE, visit),
        // The old form has no more rows than are held.
        Format::Xls => Err(Diagnostic::new(&codes::TOO_MANY_CELLS).into()),
        Format::Text => {
            let found = encoding::recognise(bytes, chosen)?;
            let start = String::from_utf8_lossy(bytes.get(..bytes.len().min(100)).unwrap_or_default());
            if json_lines::is_meant(&extension, &start) {
                return Err(Diagnostic::new(&codes::TOO_MANY_ROWS).with("limit", Limits::default().rows).into());
            }
            csv::flow(Sheet::empty(file, None), bytes, found, Limits::LARGE, visit)?;
            Ok(remarks_on(file, &extension, found))
        }
    }
}

/// The sheets of a file, as their windows come by.
struct Tables<'a> {
    asked: &'a Asked<'a>,
    take: Take<'a>,
    vocabularies: Vec<Arc<Vocabulary>>,
    /// The sheet whose windows come by now.
    sheet: Option<Option<Arc<str>>>,
    table: Option<Table>,
    /// Sheets that were not recognised, without their rows.
    skipped: Vec<Sheet>,
}

struct Table {
    kind: Arc<Kind>,
    sheet: Option<Arc<str>>,
    header: Box<Header>,
    rows: RowReader,
}

impl Tables<'_> {
    fn window(&mut self, window: &mut Sheet) -> Result<(), Halt> {
        if self.asked.progress.is_called_off() {
            return Err(Halt::Unwanted);
        }
        self.asked.choices.mend_sheet(window);
        if self.sheet.as_ref() != Some(&window.name) {
            self.sheet = Some(window.name.clone());
            self.begin(window)?;
        }
        let Some(table) = self.table.as_mut().filter(|table| table.sheet == window.name) else { return Ok(()) };
        let good = table.rows.take(window, &table.header, self.asked);
        if (self.take)(&table.kind, good) { Ok(()) } else { Err(Halt::Unwanted) }
    }

    /// Recognises a sheet by its first window.
    fn begin(&mut self, window: &Sheet) -> Result<(), Halt> {
        if self.asked.choices.of_sheet(window).is_some_and(|choice| choice.leave_out) {
            return Ok(());
        }
        let here = || window.at(0, 0);
        match found_on(None, window, &self.vocabularies, self.asked) {
            Found::Header(header) => match &header.vocabulary.subject {
                Subject::Records(kind) if self.table.is_none() => {
                    let (kind, sheet) = (Arc::clone(kind), window.name.clone());
                    let rows = RowReader::new(window, &header, &kind);
                    self.table = Some(Table { kind, sheet, header, rows });
                    Ok(())
                }
                _ => {
                    let limit = Limits::default().rows;
                    Err(Diagnostic::new(&codes::LARGE_NOT_ALONE).with("limit", limit).at(here()).into())
                }
            },
            Found::Tie(first, second) => {
                let fault = Diagnostic::new(&codes::AMBIGUOUS_KIND).with("first", first).with("second", second);
                Err(fault.at(here()).into())
            }
            Found::Nothing => {
                self.skipped.push(Sheet::empty(&window.file, window.name.clone()));
                Ok(())
            }
        }
    }
}
