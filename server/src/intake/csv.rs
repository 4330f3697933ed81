//! Text with separators to rows of cells, and rows back to a file that Excel and WPS open rightly.
//!
//! The reading is our own because two things matter here that a reader of data leaves out: blank lines count, so that a cell
//! has the row a spreadsheet shows for it, and a quotation mark that is never closed is a fault, not the rest of the file.

use liuwu_engine::codes::sheet as codes;
use liuwu_engine::diagnostic::{Diagnostic, Location};
use liuwu_engine::dictionary::read::Raw;
use std::sync::Arc;

use super::encoding::Recognised;
use super::workbook::{Gatherer, Halt, Limits, Sheet, Visit, Windows, column_letters};
use crate::progress::Progress;

/// Lines looked at to find the separator.
const FIRST_LINES: usize = 20;

/// Reads the one sheet of a text.
pub(super) fn read(file: &Arc<str>, text: &str, limits: Limits, progress: &dyn Progress) -> Result<Sheet, Diagnostic> {
    let mut scan = Scan::new(separator_of(text));
    let mut gatherer = Gatherer::new(limits, progress);
    let mut put = |row, column, text: &str| gatherer.put_text(row, column, unmarked(text));
    scan.feed(text, &mut put)?;
    scan.finish(file, &mut put)?;
    Ok(Sheet { rows: gatherer.finish(), ..Sheet::empty(file, None) })
}

/// Reads the one sheet of a text window by window.
pub(super) fn flow(sheet: Sheet, bytes: &[u8], text: Recognised, limits: Limits, visit: Visit) -> Result<(), Halt> {
    let file = Arc::clone(&sheet.file);
    let mut windows = Windows::new(sheet, limits, visit);
    let mut put = |row, column, text: &str| match text {
        "" => Ok(()),
        text => windows.put(row, column, Raw::Text(unmarked(text).to_owned())),
    };
    let mut scan: Option<Scan> = None;
    // The first lines are in the first piece.
    text.pieces(bytes, &mut |piece| scan.get_or_insert_with(|| Scan::new(separator_of(piece))).feed(piece, &mut put))?;
    scan.map_or(Ok(()), |scan| scan.finish(&file, &mut put))?;
    windows.finish()
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
pub(super) fn separator_of(text: &str) -> u8 {
    let first: String = text.lines().take(FIRST_LINES).collect();
    let count = |separator: u8| first.bytes().filter(|byte| *byte == separator).count();
    let mut best = b',';
    for separator in [b'\t', b';', b'|'] {
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

pub(super) fn unmarked(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
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

/// Walks through a text cell by cell, however it is cut into pieces. A quotation mark counts only at the start of a cell.
pub(super) struct Scan {
    separator: u8,
    row: usize,
    column: usize,
    /// What an earlier piece, or a part in quotation marks, has brought of the cell.
    begun: String,
    state: State,
}

/// Told of every cell: row, column and text.
pub(super) type Take<'a, E> = &'a mut dyn FnMut(usize, usize, &str) -> Result<(), E>;

enum State {
    /// Before a cell.
    Start,
    /// In a cell, outside quotation marks.
    Plain,
    /// Inside quotation marks.
    Quoted,
    /// Behind a quotation mark that closes, unless it is doubled.
    Closing,
    /// Behind a carriage return; a line feed belongs to it.
    Returned,
}

impl Scan {
    pub fn new(separator: u8) -> Scan {
        Scan { separator, row: 0, column: 0, begun: String::new(), state: State::Start }
    }

    /// Goes through the next piece of the text.
    pub fn feed<E>(&mut self, piece: &str, take: Take<E>) -> Result<(), E> {
        let mut rest = piece;
        while !rest.is_empty() {
            rest = match self.state {
                State::Returned => {
                    self.state = State::Start;
                    rest.strip_prefix('\n').unwrap_or(rest)
                }
                State::Start => {
                    let quoted = rest.strip_prefix('"');
                    self.state = if quoted.is_some() { State::Quoted } else { State::Plain };
                    quoted.unwrap_or(rest)
                }
                State::Plain => self.plain(rest, take)?,
                State::Quoted => {
                    let (inside, behind) = rest.split_once('"').map_or((rest, None), |(i, b)| (i, Some(b)));
                    self.begun.push_str(inside);
                    if behind.is_some() {
                        self.state = State::Closing;
                    }
                    behind.unwrap_or_default()
                }
                State::Closing => {
                    let doubled = rest.strip_prefix('"');
                    self.state = if doubled.is_some() { State::Quoted } else { State::Plain };
                    self.begun.extend(doubled.map(|_| '"'));
                    doubled.unwrap_or(rest)
                }
            };
        }
        Ok(())
    }

    /// Up to the separator or the end of the line; gives what follows.
    fn plain<'t, E>(&mut self, rest: &'t str, take: Take<E>) -> Result<&'t str, E> {
        let separator = self.separator;
        let Some(end) = rest.bytes().position(|byte| byte == separator || matches!(byte, b'\n' | b'\r')) else {
            self.begun.push_str(rest);
            return Ok("");
        };
        // All three are one byte.
        let (cell, behind) = (rest.get(..end).unwrap_or_default(), rest.get(end + 1..).unwrap_or_default());
        let ended_by = rest.as_bytes().get(end).copied();
        self.end_cell(cell, take)?;
        if ended_by == Some(separator) {
            self.column += 1;
        } else {
            self.row += 1;
            self.column = 0;
        }
        self.state = if ended_by == Some(b'\r') && separator != b'\r' { State::Returned } else { State::Start };
        Ok(behind)
    }

    fn end_cell<E>(&mut self, last: &str, take: Take<E>) -> Result<(), E> {
        if self.begun.is_empty() {
            return take(self.row, self.column, last);
        }
        self.begun.push_str(last);
        take(self.row, self.column, &self.begun)?;
        self.begun.clear();
        Ok(())
    }

    /// Ends the text: its last cell need not end its line, but its quotation marks must be closed.
    pub fn finish<E: From<Diagnostic>>(mut self, file: &Arc<str>, take: Take<E>) -> Result<(), E> {
        match self.state {
            State::Start | State::Returned => Ok(()),
            State::Plain | State::Closing => self.end_cell("", take),
            State::Quoted => {
                let cell = format!("{}{}", column_letters(self.column), self.row + 1);
                let at = Location::Cell { file: Arc::clone(file), sheet: None, cell: Arc::from(cell) };
                Err(Diagnostic::new(&codes::UNCLOSED_QUOTE).at(at).into())
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
    fn it_does_not_matter_where_a_text_is_cut_into_pieces() {
        let text = "a,\"b \"\"1\"\"\n村\"x\r\n\r,,\"\"\nc\r";
        let whole = cells(text);
        let places: Vec<usize> = (0..=text.len()).filter(|place| text.is_char_boundary(*place)).collect();
        for one in &places {
            for other in places.iter().filter(|place| *place >= one) {
                let mut found = Vec::new();
                let mut take = |row, column, text: &str| {
                    found.push((format!("{}{}", column_letters(column), row + 1), text.to_owned()));
                    Ok::<_, Diagnostic>(())
                };
                let mut scan = Scan::new(b',');
                for piece in [&text[..*one], &text[*one..*other], &text[*other..]] {
                    scan.feed(piece, &mut take).unwrap();
                }
                scan.finish(&Arc::from("a.csv"), &mut take).unwrap();
                found.retain(|(_, text)| !text.is_empty());
                let shown: Vec<_> = found.iter().map(|(cell, text)| at(cell, &text.replace('\n', " "))).collect();
                assert_eq!(shown, whole, "cut at {one} and {other}");
            }
        }
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
