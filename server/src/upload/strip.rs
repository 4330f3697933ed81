//! The faulty rows of a table as a strip of its sheet: true row numbers, all cells as they stand.
//!
//! Enters: faults at their cells, and the sheets. Leaves: a [`Strip`] for a page or a program to show.

use std::collections::BTreeSet;

use liuwu_engine::diagnostic::{Diagnostic, Location};

use super::TableReport;
use crate::intake::workbook::{Content, Workbook, place_of};

/// Rows that a strip shows at most; the others are in the file that goes back.
const ROWS: usize = 200;
/// Columns that it shows at most.
const COLUMNS: usize = 60;

/// The faulty rows of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Strip {
    /// The cells of the last row of the header.
    pub header: Vec<String>,
    /// The rows, by rising number.
    pub rows: Vec<StripRow>,
    /// How many more there are.
    pub more: usize,
}

/// A faulty row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripRow {
    /// Its number, from 1.
    pub number: u32,
    /// Its cells as texts.
    pub cells: Vec<String>,
}

/// The faulty rows of a table; none for lines of JSON, which have no cells.
pub(super) fn of(table: &TableReport, faults: &[Diagnostic], books: &[Workbook]) -> Strip {
    let book = books.iter().find(|book| *book.file == *table.file);
    let Some(Content::Sheets(sheets)) = book.map(|book| &book.content) else { return Strip::default() };
    let sheet = sheets.iter().find(|sheet| sheet.name.as_deref() == table.sheet.as_deref());
    let (Some(sheet), Some(header)) = (sheet, table.header_row) else { return Strip::default() };
    let header = usize::try_from(header).unwrap_or(0).saturating_sub(1);
    let errors = faults.iter().filter(|fault| fault.is_error() && is_on(&fault.location, table));
    let rows: BTreeSet<usize> =
        errors.filter_map(|fault| row_of(&fault.location)).filter(|row| *row > header).collect();
    let width = sheet.width().min(COLUMNS);
    let cells = |row: usize| (0..width).map(|column| sheet.text(row, column)).collect();
    let shown = rows.iter().take(ROWS);
    Strip {
        header: cells(header),
        rows: shown
            .map(|row| StripRow { number: u32::try_from(row + 1).unwrap_or(u32::MAX), cells: cells(*row) })
            .collect(),
        more: rows.len().saturating_sub(ROWS),
    }
}

fn is_on(location: &Location, table: &TableReport) -> bool {
    match location {
        Location::Cell { file, sheet, .. } => **file == *table.file && sheet.as_deref() == table.sheet.as_deref(),
        _ => false,
    }
}

pub(super) fn row_of(location: &Location) -> Option<usize> {
    match location {
        Location::Cell { cell, .. } => place_of(cell).map(|(row, _)| row),
        _ => None,
    }
}
