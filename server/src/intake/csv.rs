//! Text with separators to rows of cells, and rows back to a file that Excel and WPS open rightly.
//!
//! The reading is our own because two things matter here that a reader of data leaves out: blank lines count, so that a cell
//! has the row a spreadsheet shows for it, and a quotation mark that is never closed is a fault, not the rest of the file.

use liuwu_engine::codes::sheet as codes;
use liuwu_engine::diagnostic::{Diagnostic, Location};
use liuwu_engine::dictionary::read::Raw;
use std::sync::Arc;

use super::workbook::{Gatherer, Limits, Sheet, column_letters};
use crate::progress::Progress;

/// Lines looked at to find the separator.
const FIRST_LINES: usize = 20;

/// Reads the one sheet of a text.
pub(super) fn read(file: &Arc<str>, text: &str, limits: Limits, progress: &dyn Progress) -> Result<Sheet, Diagnostic> {
    let mut scan = Scan::new(text, separator_of(text));
    let mut gatherer = Gatherer::new(limits, progress);
    while let Some(cell) = scan.next_cell() {
        if cell.unclosed {
            let cell = format!("{}{}", column_letters(cell.column), cell.row + 1);
            let at = Location::Cell { file: Arc::clone(file), sheet: None, cell: Arc::from(cell) };
            return Err(Diagnostic::new(&codes::UNCLOSED_QUOTE).at(at));
        }
        if cell.column == 0 && gatherer.is_called_off() {
            break;
        }
        gatherer.put(cell.row, cell.column, Raw::Text(unmarked(cell.text)))?;
    }
    let rows = gatherer.finish();
    Ok(Sheet {
        file: Arc::clone(file),
        name: None,
        rows,
        merged: Vec::new(),
        counts_from_1904: false,
        hides_percent: false,
    })
}

/// Writes rows as CSV that spreadsheets open with the right characters and without touching long numbers or taking a text
/// for a formula. [`read`] takes the added marks off again.
pub(super) fn write(rows: impl IntoIterator<Item = Vec<String>>) -> Vec<u8> {
    let mut out = String::from("\u{feff}");
    for row in rows {
        let cells: Vec<String> = row.iter().map(|text| quoted(&marked(text))).collect();
        out.push_str(&cells.join(","));
        out.push_str("\r\n");
    }
    out.into_bytes()
}

/// The most frequent of the usual separators in the first lines.
fn separator_of(text: &str) -> char {
    let first: String = text.lines().take(FIRST_LINES).collect();
    let count = |separator: char| first.chars().filter(|c| *c == separator).count();
    let mut best = ',';
    for separator in ['\t', ';', '|'] {
        if count(separator) > count(best) {
            best = separator;
        }
    }
    best
}

/// Digits that a spreadsheet would show as a power of ten get a tab in front, texts that it would calculate an apostrophe.
fn marked(text: &str) -> String {
    let long_number = text.len() > 11 && text.bytes().all(|byte| byte.is_ascii_digit());
    let formula = text.starts_with(['=', '+', '-', '@']) && text.parse::<f64>().is_err();
    match (long_number, formula) {
        (true, _) => format!("\t{text}"),
        (_, true) => format!("'{text}"),
        _ => text.to_owned(),
    }
}

fn unmarked(text: String) -> String {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest.to_owned(),
        _ => text,
    }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r', '\t']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

struct Cell {
    row: usize,
    column: usize,
    text: String,
    unclosed: bool,
}

/// Walks through a text cell by cell. A quotation mark counts only at the start of a cell.
struct Scan<'t> {
    chars: std::iter::Peekable<std::str::Chars<'t>>,
    separator: char,
    row: usize,
    column: usize,
}

impl<'t> Scan<'t> {
    fn new(text: &'t str, separator: char) -> Scan<'t> {
        Scan { chars: text.chars().peekable(), separator, row: 0, column: 0 }
    }

    fn next_cell(&mut self) -> Option<Cell> {
        self.chars.peek()?;
        let (row, column) = (self.row, self.column);
        let mut text = String::new();
        let closed = if self.chars.next_if_eq(&'"').is_some() { self.quoted(&mut text) } else { true };
        self.plain(&mut text);
        Some(Cell { row, column, text, unclosed: !closed })
    }

    /// Up to the closing quotation mark; false when there is none.
    fn quoted(&mut self, text: &mut String) -> bool {
        while let Some(c) = self.chars.next() {
            if c != '"' {
                text.push(c);
            } else if self.chars.next_if_eq(&'"').is_some() {
                text.push('"');
            } else {
                return true;
            }
        }
        false
    }

    /// Up to the separator or the end of the line.
    fn plain(&mut self, text: &mut String) {
        for c in self.chars.by_ref() {
            match c {
                '\r' | '\n' => {
                    if c == '\r' {
                        self.chars.next_if_eq(&'\n');
                    }
                    self.row += 1;
                    self.column = 0;
                    return;
                }
                c if c == self.separator => {
                    self.column += 1;
                    return;
                }
                other => text.push(other),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Unwatched;

    fn cells(text: &str) -> Vec<(String, String)> {
        let sheet = read(&Arc::from("a.csv"), text, Limits::default(), &Unwatched).unwrap();
        let mut found = Vec::new();
        for (row, cells) in sheet.rows.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_blank()) {
                found.push((format!("{}{}", column_letters(column), row + 1), cell.shown()));
            }
        }
        found
    }

    fn at(cell: &str, text: &str) -> (String, String) {
        (cell.to_owned(), text.to_owned())
    }

    #[test]
    fn a_cell_has_the_row_that_a_spreadsheet_shows() {
        assert_eq!(
            cells("a,b\r\n\r\n\"x\ny\",\"say \"\"no\"\"\"\n\nc,\"d\""),
            [at("A1", "a"), at("B1", "b"), at("A3", "x y"), at("B3", "say \"no\""), at("A5", "c"), at("B5", "d")]
        );
    }

    #[test]
    fn tabs_and_semicolons_separate_too() {
        assert_eq!(cells("a\tb\n1,5\t2"), [at("A1", "a"), at("B1", "b"), at("A2", "1,5"), at("B2", "2")]);
        assert_eq!(cells("a;b\n"), [at("A1", "a"), at("B1", "b")]);
    }

    #[test]
    fn a_quotation_mark_never_closed_is_named_by_its_cell() {
        let fault = read(&Arc::from("a.csv"), "a,b\n1,\"2\n3,4\n", Limits::default(), &Unwatched).unwrap_err();
        assert_eq!(fault.location.to_line(), "a.csv!B2");
        assert_eq!(cells("5\" pipe,b"), [at("A1", "5\" pipe"), at("B1", "b")], "a mark inside a cell is none");
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        let row = ["330381001701", "=1+1", "-5", "a,\"b\"\nc", "'tis", ""];
        let bytes = write([row.map(String::from).to_vec()]);
        let text = String::from_utf8(bytes).unwrap();
        let sheet =
            read(&Arc::from("a.csv"), text.trim_start_matches('\u{feff}'), Limits::default(), &Unwatched).unwrap();
        let back: Vec<String> = (0..row.len()).map(|column| sheet.text(0, column)).collect();
        assert_eq!(back, row);
    }
}
