//! Tables of what happened to divisions: merged, split, given another code.
//!
//! Enters: a file. Leaves: its rows, each part with its cell, and every cell that cannot be read. Cells merged over several rows, as one
//! merger of several villages is usually drawn, hold for each of them. Whether the codes fit the units there are is for
//! [`crate::succession`].

use std::sync::Arc;

use liuwu_engine::codes::sheet as codes;
use liuwu_engine::diagnostic::{Diagnostic, Location};
use liuwu_engine::dictionary::read::Strictness;
use liuwu_engine::dictionary::read::characters::half_width;
use liuwu_engine::period::Date;

use super::days;
use super::header::{self, Found, Header};
use super::reading::Reading;
use super::rows::{Rows, number_of};
use super::vocabulary::{Role, Vocabulary};
use super::workbook::{Content, Limits, Merges, Sheet};
use super::{Workbook, read as read_book};

/// Rows of such a table: what happens to a whole province is less.
const LIMITS: Limits = Limits { rows: 5_000, cells: 200_000, unpacked: 16 << 20 };

/// A row of such a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    /// Its number, from 1.
    pub number: u32,
    /// What happened.
    pub what: Part,
    /// From when on; none where the cell cannot be read, which is a fault already.
    pub from: Option<Date>,
    /// The cell of the day.
    pub from_at: Location,
    /// The code that was.
    pub old: Part,
    /// The name that was.
    pub old_name: Part,
    /// The code that is.
    pub new: Part,
    /// The name that is.
    pub new_name: Part,
}

/// What stands in a cell, and where that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The text; empty for a blank cell, or where the table has no such column.
    pub text: String,
    /// The cell.
    pub at: Location,
}

/// The rows of a file and what is wrong with its cells.
#[derive(Debug, Default)]
pub struct ChangeTable {
    /// The rows, those with a fault too.
    pub rows: Vec<ChangeRow>,
    /// Every fault.
    pub faults: Vec<Diagnostic>,
    /// What the user should know.
    pub remarks: Vec<Diagnostic>,
}

/// Reads a file.
///
/// # Errors
/// Why it cannot be read at all, or holds no such table.
pub fn read(file: &str, bytes: &[u8], encoding: Option<&str>) -> Result<ChangeTable, Vec<Diagnostic>> {
    let book = read_book(file, bytes, encoding, LIMITS)?;
    let vocabularies = [Arc::new(Vocabulary::of_changes())];
    let mut table = ChangeTable { remarks: book.remarks.clone(), ..ChangeTable::default() };
    let sheets: &[Sheet] = match &book.content {
        Content::Sheets(sheets) => sheets,
        Content::Lines(_) => &[],
    };
    let mut found_any = false;
    for sheet in sheets.iter().filter(|sheet| !sheet.rows.is_empty()) {
        if let Found::Header(header) = header::find(sheet, &vocabularies, None) {
            found_any = true;
            table.take(sheet, &header);
        } else {
            let remark = Diagnostic::new(&codes::SKIPPED_SHEET).with("sheet", sheet.title());
            table.remarks.push(remark.at(sheet.at(0, 0)));
        }
    }
    if found_any { Ok(table) } else { Err(vec![nothing_known(&book, sheets)]) }
}

/// Whether a file holds such a table, whatever is wrong in it.
pub fn is_one(file: &str, bytes: &[u8]) -> bool {
    let Ok(Workbook { content: Content::Sheets(sheets), .. }) = read_book(file, bytes, None, LIMITS) else {
        return false;
    };
    let vocabularies = [Arc::new(Vocabulary::of_changes())];
    let is_one = |sheet: &Sheet| matches!(header::find(sheet, &vocabularies, None), Found::Header(_));
    sheets.iter().filter(|sheet| !sheet.rows.is_empty()).any(is_one)
}

/// No sheet has the header of such a table.
fn nothing_known(book: &Workbook, sheets: &[Sheet]) -> Diagnostic {
    let Some(sheet) = sheets.iter().find(|sheet| !sheet.rows.is_empty()) else {
        return Diagnostic::new(&codes::EMPTY_FILE).at(Location::File { file: Arc::clone(&book.file) });
    };
    let columns = "变更种类、生效日期、原区划代码、原名称、现区划代码、现名称";
    Diagnostic::new(&codes::NO_KNOWN_TABLE)
        .with("near", format!("区划变更表的列:{columns}"))
        .with("near_en", format!("columns of a table of changes: {columns}"))
        .at(sheet.at(0, 0))
}

impl ChangeTable {
    fn take(&mut self, sheet: &Sheet, header: &Header) {
        let mut reading: Reading<ChangeRow> = Reading::of(sheet, header);
        let lines = Lines { sheet, header, merges: Merges::of(sheet) };
        let (rows, ignored) = Rows::new(sheet, header).sorted_out();
        reading.ignore(ignored);
        for row in rows {
            let (line, faults) = lines.read(row);
            reading.refuse(number_of(row), faults);
            reading.entries.push(line);
        }
        if reading.entries.is_empty() && reading.faults.is_empty() {
            reading.refuse_all(Diagnostic::new(&codes::EMPTY_FILE).at(sheet.at(header.row, 0)));
        }
        // Under a header with a fault nobody knows what the cells mean.
        let reading = reading.close(Vec::new());
        self.rows.extend(reading.entries);
        self.faults.extend(reading.faults);
        self.remarks.extend(reading.remarks);
    }
}

/// A sheet whose merged cells hold for every row that they cover.
struct Lines<'s> {
    sheet: &'s Sheet,
    header: &'s Header,
    merges: Merges<'s>,
}

impl Lines<'_> {
    fn read(&self, row: usize) -> (ChangeRow, Vec<Diagnostic>) {
        let mut faults = Vec::new();
        let (from_row, from_column) = self.cell_of(row, &Role::From);
        let from_at = self.sheet.at(from_row, from_column);
        let raw = self.sheet.raw(from_row, from_column, true);
        let from = days::read("生效日期", &raw, Strictness::Sheet, &from_at).map_err(|found| faults.extend(found)).ok();
        let code = |role| {
            let part = self.part(row, role);
            Part { text: half_width(&part.text).replace(' ', ""), at: part.at }
        };
        let line = ChangeRow {
            number: number_of(row),
            what: self.part(row, &Role::Change),
            from,
            from_at,
            old: code(&Role::OldCode),
            old_name: self.part(row, &Role::OldName),
            new: code(&Role::NewCode),
            new_name: self.part(row, &Role::NewName),
        };
        (line, faults)
    }

    fn part(&self, row: usize, role: &Role) -> Part {
        let (at_row, column) = self.cell_of(row, role);
        let text = if self.header.column(role).is_some() { self.sheet.text(at_row, column) } else { String::new() };
        Part { text, at: self.sheet.at(at_row, column) }
    }

    /// The cell that says something for a row: its own, or the first of those merged with it; of a column that the table does not
    /// have, the first of the row.
    fn cell_of(&self, row: usize, role: &Role) -> (usize, usize) {
        let Some(column) = self.header.column(role) else {
            return (row, self.header.columns.first().map_or(0, |column| column.index));
        };
        let merged = self.merges.covering(row, column.index).filter(|merged| *merged.rows.start() > self.header.row);
        merged.map_or((row, column.index), |merged| (*merged.rows.start(), *merged.columns.start()))
    }
}
