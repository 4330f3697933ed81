//! The faulty rows of a sheet as a file of their own, with what must be mended beside each. It can be uploaded as it is once
//! the rows are put right.

use std::collections::{BTreeMap, BTreeSet};

use liuwu_engine::codes::sheet as codes;
use liuwu_engine::diagnostic::{Diagnostic, Lang, Location};

use super::csv;
use super::workbook::{Merges, Sheet, column_letters};

/// Header of the column that says what to mend.
const TO_MEND: &str = "需要改正";

/// Writes the header, the rows named (from 1) and their faults as CSV for Excel and WPS. The unit of a merged cell is written
/// into each row, so that a row stands for itself; a merged value is not, since nobody knows which row it belongs to.
pub fn write(sheet: &Sheet, header_row: u32, rows: &BTreeSet<u32>, faults: &[Diagnostic]) -> Vec<u8> {
    let width = sheet.width();
    let mut notes: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for fault in faults {
        if let Some(row) = row_of(&fault.location) {
            notes.entry(row).or_default().push(note(fault));
        }
    }
    let unclear: BTreeSet<String> = faults
        .iter()
        .filter(|fault| fault.code == &codes::MERGED_OVER_ROWS)
        .filter_map(|fault| cell_of(&fault.location).map(|(column, _)| column.to_owned()))
        .collect();
    let merges = Merges::of(sheet);
    let line = |row: u32| {
        let (unclear, merges) = (&unclear, &merges);
        let row = row.saturating_sub(1) as usize;
        (0..width).map(move |column| match unclear.contains(&column_letters(column)) {
            true => sheet.text(row, column),
            false => filled(sheet, merges, row, column),
        })
    };
    let mut header: Vec<String> = line(header_row).collect();
    let former = header.iter().position(|title| title == TO_MEND);
    if former.is_none() {
        header.push(TO_MEND.to_owned());
    }
    let body = rows.iter().map(|row| {
        let mut cells: Vec<String> = line(*row).collect();
        let note = notes.get(row).map(|notes| notes.join("\n")).unwrap_or_default();
        match former.and_then(|column| cells.get_mut(column)) {
            Some(cell) => *cell = note,
            None => cells.push(note),
        }
        cells
    });
    csv::write(std::iter::once(header).chain(body))
}

fn note(fault: &Diagnostic) -> String {
    let help = fault.help(Lang::Zh);
    let message = fault.message(Lang::Zh);
    if help.is_empty() { message } else { format!("{message};{help}") }
}

fn filled(sheet: &Sheet, merges: &Merges, row: usize, column: usize) -> String {
    let own = sheet.text(row, column);
    if !own.is_empty() {
        return own;
    }
    merges.covering(row, column).map_or(own, |merged| sheet.text(*merged.rows.start(), *merged.columns.start()))
}

fn row_of(location: &Location) -> Option<u32> {
    cell_of(location).and_then(|(_, row)| row.parse().ok())
}

/// The letters and the number of a cell.
fn cell_of(location: &Location) -> Option<(&str, &str)> {
    let Location::Cell { cell, .. } = location else { return None };
    Some(cell.split_at(cell.find(|c: char| c.is_ascii_digit())?))
}
