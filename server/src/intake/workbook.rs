//! A file as rows of raw cells, whatever it was written with.
//!
//! Enters: cells, one by one, from [`super::excel`] or [`super::csv`]. Leaves: [`Sheet`]s whose every cell knows its address.
//! Next: [`super::header`].

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use liuwu_engine::codes::sheet as codes;
use liuwu_engine::diagnostic::{Diagnostic, Location};
use liuwu_engine::dictionary::read::Raw;
use liuwu_engine::dictionary::read::characters::trimmed;

use super::json_lines::Line;
use super::template::mark::Mark;
use crate::progress::Progress;

/// Days between the two days from which spreadsheets count.
const FROM_1900_TO_1904: f64 = 1462.0;

/// The last day of a spreadsheet, 9999-12-31. A number behind it, such as 20200229, is written out and counted from nowhere.
const LAST_DAY: f64 = 2_958_465.0;

/// How much of a file is read. What goes beyond is refused before it takes the memory.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Rows of a sheet, lines of a text.
    pub rows: usize,
    /// Cells held at a time, blank ones between others included.
    pub cells: usize,
    /// Bytes of a file once it is unpacked.
    pub unpacked: u64,
}

impl Limits {
    /// For a table that is read window by window: all the rows that a spreadsheet has.
    pub const LARGE: Limits = Limits { rows: 1_048_576, cells: 1_000_000, unpacked: 2 << 30 };
}

impl Default for Limits {
    fn default() -> Self {
        Limits { rows: 200_000, cells: 5_000_000, unpacked: 256 << 20 }
    }
}

/// A file that could be read.
#[derive(Debug)]
pub struct Workbook {
    /// Name as the user gave it.
    pub file: Arc<str>,
    /// What is in it.
    pub content: Content,
    /// How its text was decoded, where it is a text.
    pub encoding: Option<&'static str>,
    /// What it says about itself, where it is one of our templates.
    pub mark: Option<Mark>,
    /// What the user should know.
    pub remarks: Vec<Diagnostic>,
}

impl Workbook {
    /// How many rows or lines it has.
    pub fn rows(&self) -> usize {
        match &self.content {
            Content::Sheets(sheets) => sheets.iter().map(|sheet| sheet.rows.len()).sum(),
            Content::Lines(lines) => lines.len(),
        }
    }
}

/// What is in a file.
#[derive(Debug)]
pub enum Content {
    /// Sheets with rows and columns; a CSV file has one without a name.
    Sheets(Vec<Sheet>),
    /// JSON objects, one a line.
    Lines(Vec<Line>),
}

/// One sheet, or a window of one that is too large to be held. Rows and columns are counted from 0 here, from the top of the sheet,
/// and shown as `A1`.
#[derive(Debug)]
pub struct Sheet {
    /// Name of the file.
    pub file: Arc<str>,
    /// Its name; none for a CSV file.
    pub name: Option<Arc<str>>,
    /// The number of the first row held; 0 but for a window.
    pub first: usize,
    /// The cells; rows may have different lengths.
    pub rows: Vec<Vec<Raw>>,
    /// Cells above a window whose values are merged over rows of it.
    pub above: BTreeMap<(usize, usize), Raw>,
    /// Cells that were merged; their value stands in the first.
    pub merged: Vec<Merged>,
    /// Whether bare serial days count from 1904.
    pub counts_from_1904: bool,
    /// Whether the file does not tell a cell in percent format from any other.
    pub hides_percent: bool,
}

/// A rectangle of cells merged into one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// Its rows.
    pub rows: RangeInclusive<usize>,
    /// Its columns.
    pub columns: RangeInclusive<usize>,
}

/// Merged cells, ready to be asked which of them covers a cell.
#[derive(Debug)]
pub(super) struct Merges<'a> {
    /// By first column; each list by first row.
    by_column: BTreeMap<usize, Vec<&'a Merged>>,
}

impl<'a> Merges<'a> {
    pub fn of(sheet: &'a Sheet) -> Merges<'a> {
        let mut by_column: BTreeMap<usize, Vec<&Merged>> = BTreeMap::new();
        for merged in &sheet.merged {
            by_column.entry(*merged.columns.start()).or_default().push(merged);
        }
        for list in by_column.values_mut() {
            list.sort_by_key(|merged| *merged.rows.start());
        }
        Merges { by_column }
    }

    /// The merged cell that a cell is part of.
    pub fn covering(&self, row: usize, column: usize) -> Option<&'a Merged> {
        self.by_column.range(..=column).rev().find_map(|(_, list)| {
            let behind = list.partition_point(|merged| *merged.rows.start() <= row);
            let merged = list.get(behind.checked_sub(1)?)?;
            (merged.rows.contains(&row) && merged.columns.contains(&column)).then_some(*merged)
        })
    }
}

static BLANK: Raw = Raw::Blank;

impl Sheet {
    /// A sheet of which nothing has been read yet.
    pub(super) fn empty(file: &Arc<str>, name: Option<Arc<str>>) -> Sheet {
        Sheet {
            file: Arc::clone(file),
            name,
            first: 0,
            rows: Vec::new(),
            above: BTreeMap::new(),
            merged: Vec::new(),
            counts_from_1904: false,
            hides_percent: false,
        }
    }

    /// The number behind that of the last row held.
    pub fn end(&self) -> usize {
        self.first + self.rows.len()
    }

    /// The cells of a row; none outside the table.
    pub fn row(&self, row: usize) -> &[Raw] {
        row.checked_sub(self.first).and_then(|at| self.rows.get(at)).map_or(&[], Vec::as_slice)
    }

    /// The value of a cell; blank outside the table.
    pub fn cell(&self, row: usize, column: usize) -> &Raw {
        match self.row(row).get(column) {
            Some(cell) => cell,
            None if row < self.first => self.above.get(&(row, column)).unwrap_or(&BLANK),
            None => &BLANK,
        }
    }

    /// The cell to be changed; none far below the table or right of it.
    pub(super) fn cell_mut(&mut self, row: usize, column: usize) -> Option<&mut Raw> {
        let width = self.width();
        let cells = row.checked_sub(self.first).and_then(|at| self.rows.get_mut(at))?;
        if column < width {
            cells.resize(cells.len().max(column + 1), Raw::Blank);
        }
        cells.get_mut(column)
    }

    /// The value of a cell that holds a day or not: serial days are counted from 1900.
    pub fn raw(&self, row: usize, column: usize, is_day: bool) -> Cow<'_, Raw> {
        let cell = self.cell(row, column);
        let number = match cell {
            _ if !is_day => None,
            Raw::Float(number) => Some(*number),
            // Old workbooks hold whole numbers apart.
            Raw::Number(digits) => digits.parse().ok(),
            _ => None,
        };
        match number {
            Some(days) if is_day && self.counts_from_1904 && days <= LAST_DAY => {
                Cow::Owned(Raw::Float(days + FROM_1900_TO_1904))
            }
            _ => Cow::Borrowed(cell),
        }
    }

    /// The text of a cell as a person reads it; empty when blank.
    pub fn text(&self, row: usize, column: usize) -> String {
        self.words(row, column).into_owned()
    }

    /// The same where it stands, if it stands there so.
    pub fn words(&self, row: usize, column: usize) -> Cow<'_, str> {
        match self.cell(row, column) {
            Raw::Blank => Cow::Borrowed(""),
            Raw::Text(text) => Cow::Borrowed(trimmed(text)),
            other => Cow::Owned(other.shown()),
        }
    }

    /// The length of the longest row.
    pub fn width(&self) -> usize {
        let above = self.above.keys().map(|(_, column)| column + 1);
        self.rows.iter().map(Vec::len).chain(above).max().unwrap_or(0)
    }

    /// The place of a cell.
    pub fn at(&self, row: usize, column: usize) -> Location {
        let cell = Arc::from(address_of(row, column));
        Location::Cell { file: Arc::clone(&self.file), sheet: self.name.clone(), cell }
    }

    /// What people call it: its own name, or that of its file.
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.file)
    }
}

/// The letters of a column: `A`, `Z`, `AA`.
pub fn column_letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        let letter = u8::try_from((rest - 1) % 26).unwrap_or(0);
        letters.push(char::from(b'A' + letter));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// The address of a cell, such as `F12`, by its row and column, from 0.
pub fn address_of(row: usize, column: usize) -> String {
    format!("{}{}", column_letters(column), row + 1)
}

/// Row and column of a cell, from 0, by its address such as `F12`.
pub fn place_of(cell: &str) -> Option<(usize, usize)> {
    let digits = cell.find(|c: char| c.is_ascii_digit())?;
    let (letters, number) = cell.split_at(digits);
    let row = number.parse::<usize>().ok()?.checked_sub(1)?;
    Some((row, column_number(letters)?))
}

/// The number of a column, from 0, by its letters.
pub fn column_number(letters: &str) -> Option<usize> {
    let mut column = 0_usize;
    for letter in letters.bytes() {
        let digit = letter.to_ascii_uppercase().checked_sub(b'A').filter(|digit| *digit < 26)?;
        column = column.checked_mul(26)?.checked_add(usize::from(digit) + 1)?;
    }
    column.checked_sub(1)
}

/// Gathers the cells of one file within its limits.
pub(super) struct Gatherer<'a> {
    limits: Limits,
    cells: usize,
    rows: Vec<Vec<Raw>>,
    progress: &'a dyn Progress,
}

impl<'a> Gatherer<'a> {
    pub fn new(limits: Limits, progress: &'a dyn Progress) -> Gatherer<'a> {
        Gatherer { limits, cells: 0, rows: Vec::new(), progress }
    }

    /// How many cells a file may have.
    pub fn most_cells(&self) -> usize {
        self.limits.cells
    }

    /// Puts a text into its cell.
    pub fn put_text(&mut self, row: usize, column: usize, text: &str) -> Result<(), Diagnostic> {
        // Whoever has called it off learns nothing from the rest.
        if text.is_empty() || (column == 0 && self.is_called_off()) {
            return Ok(());
        }
        self.put(row, column, Raw::Text(text.to_owned()))
    }

    /// Whether nobody wants the rest any more.
    pub fn is_called_off(&self) -> bool {
        self.progress.is_called_off()
    }

    /// Puts a value into its cell. Blanks take no room.
    pub fn put(&mut self, row: usize, column: usize, value: Raw) -> Result<(), Diagnostic> {
        if value.is_blank() {
            return Ok(());
        }
        if row >= self.limits.rows {
            return Err(Diagnostic::new(&codes::TOO_MANY_ROWS).with("limit", self.limits.rows));
        }
        let height = self.rows.len().max(row + 1);
        let width = self.rows.get(row).map_or(0, Vec::len);
        self.cells += (height - self.rows.len()) + (column + 1).saturating_sub(width);
        if self.cells > self.limits.cells {
            return Err(Diagnostic::new(&codes::TOO_MANY_CELLS));
        }
        self.progress.advance((height - self.rows.len()) as u64);
        self.rows.resize_with(height, Vec::new);
        if let Some(cells) = self.rows.get_mut(row) {
            cells.resize(cells.len().max(column + 1), Raw::Blank);
            if let Some(cell) = cells.get_mut(column) {
                *cell = value;
            }
        }
        Ok(())
    }

    /// The rows so far; the next sheet starts empty, within what is left.
    pub fn finish(&mut self) -> Vec<Vec<Raw>> {
        std::mem::take(&mut self.rows)
    }
}

/// Rows of a window; few in tests, so that tables are cut.
const WINDOW: usize = if cfg!(test) { 7 } else { 20_000 };
/// Columns that a spreadsheet has.
const COLUMNS: usize = 16_384;

/// Hands a sheet on window by window, so that no more than one is held. Its cells come row by row.
pub(super) struct Windows<'a> {
    sheet: Sheet,
    limits: Limits,
    cells: usize,
    visit: Visit<'a>,
}

/// Told of each window of a sheet.
pub(super) type Visit<'a> = &'a mut dyn FnMut(&mut Sheet) -> Result<(), Halt>;

/// Why a large table was not read to its end.
#[derive(Debug)]
pub enum Halt {
    /// It cannot be read.
    Fault(Box<Diagnostic>),
    /// Nobody wants the rest.
    Unwanted,
}

impl From<Diagnostic> for Halt {
    fn from(fault: Diagnostic) -> Halt {
        Halt::Fault(Box::new(fault))
    }
}

impl<'a> Windows<'a> {
    /// `sheet` is one without rows.
    pub fn new(sheet: Sheet, limits: Limits, visit: Visit<'a>) -> Windows<'a> {
        Windows { sheet, limits, cells: 0, visit }
    }

    /// Puts a value into its cell. Blanks take no room.
    pub fn put(&mut self, row: usize, column: usize, value: Raw) -> Result<(), Halt> {
        if value.is_blank() {
            return Ok(());
        }
        if row >= self.limits.rows {
            return Err(Diagnostic::new(&codes::TOO_MANY_ROWS).with("limit", self.limits.rows).into());
        }
        if column >= COLUMNS {
            return Err(Diagnostic::new(&codes::TOO_MANY_CELLS).into());
        }
        let is_wide = self.cells >= self.limits.cells && row >= self.sheet.end();
        if is_wide || row >= self.sheet.first + WINDOW {
            self.hand_on()?;
            self.sheet.first = row;
        }
        // Cells of a row that was handed on already: the file is not in the order of its rows.
        let at = row.checked_sub(self.sheet.first).ok_or_else(|| Diagnostic::new(&codes::DAMAGED_FILE))?;
        let rows = &mut self.sheet.rows;
        rows.resize_with(rows.len().max(at + 1), Vec::new);
        if let Some(cells) = rows.get_mut(at) {
            self.cells += (column + 1).saturating_sub(cells.len());
            cells.resize(cells.len().max(column + 1), Raw::Blank);
            if let Some(cell) = cells.get_mut(column) {
                *cell = value;
            }
        }
        Ok(())
    }

    /// Hands on what is left.
    pub fn finish(mut self) -> Result<(), Halt> {
        self.hand_on()
    }

    fn hand_on(&mut self) -> Result<(), Halt> {
        if self.sheet.rows.is_empty() {
            return Ok(());
        }
        (self.visit)(&mut self.sheet)?;
        let end = self.sheet.end();
        let reaches_below = |merged: &&Merged| *merged.rows.start() < end && *merged.rows.end() >= end;
        let open = self.sheet.merged.iter().filter(reaches_below).map(|merged| {
            let top = (*merged.rows.start(), *merged.columns.start());
            (top, self.sheet.cell(top.0, top.1).clone())
        });
        self.sheet.above = open.collect();
        self.sheet.first = end;
        self.sheet.rows.clear();
        self.cells = 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Unwatched;

    #[test]
    fn columns_are_lettered_as_in_a_spreadsheet() {
        let letters: Vec<String> = [0, 25, 26, 51, 52, 701, 702].map(column_letters).into();
        assert_eq!(letters, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
        assert!((0..20_000).all(|column| column_number(&column_letters(column)) == Some(column)));
    }

    #[test]
    fn a_cell_is_found_by_its_address_and_what_is_none_is_not() {
        assert_eq!(place_of("F12"), Some((11, 5)));
        assert_eq!(place_of("aa1"), Some((0, 26)));
        for wrong in ["", "12", "F", "F0", "F-1", "村1", "F1x", "AAAAAAAAAAAAAAAAAAAAAAAA1"] {
            assert_eq!(place_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_cell_far_out_is_refused_before_it_takes_memory() {
        let mut gatherer = Gatherer::new(Limits { rows: 100, cells: 1000, unpacked: 0 }, &Unwatched);
        assert!(gatherer.put(99, 16_383, Raw::Text("x".into())).is_err());
        assert!(gatherer.put(100, 0, Raw::Text("x".into())).is_err());
        assert!(gatherer.put(1_048_575, 16_383, Raw::Text(" ".into())).is_ok(), "a blank takes no room");
    }
}
