//! Lists as lines of text: CSV in GB18030 or UTF-8, and JSON lines as the interface pushes them.
//!
//! Enters: numbered rows, one after the other. Leaves: files. Next: [`book`](super::book).

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::lists::{Dates, List};
use super::sheet::{Numbered, whose};
use super::table::Cell;
use super::tree::Tree;
use super::{SampleError, WrittenFile};

/// How the text of a CSV file is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// As WPS saves it on a Chinese desk.
    Gb18030,
    /// With a byte order mark, so that Excel knows.
    Utf8,
}

/// A CSV file being written.
pub(super) struct Lines {
    list: &'static List,
    path: PathBuf,
    writer: csv::Writer<Encoded>,
    with_code: bool,
    rows: u64,
}

impl Lines {
    /// Begins a file with its header. `with_code`: names of towns may repeat in this tree, so each row states its code.
    pub(super) fn open(
        list: &'static List,
        path: PathBuf,
        encoding: Encoding,
        with_code: bool,
    ) -> Result<Lines, SampleError> {
        let file = File::create(&path).map_err(|source| SampleError::Write { path: path.clone(), source })?;
        let mut out = Encoded { out: BufWriter::new(file), encoding, rest: Vec::new() };
        if encoding == Encoding::Utf8 {
            out.write_all("\u{feff}".as_bytes()).map_err(|source| SampleError::Write { path: path.clone(), source })?;
        }
        let writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        let mut lines = Lines { list, path, writer, with_code, rows: 0 };
        let titles = header(list, with_code);
        lines.writer.write_record(titles).map_err(|source| lines.failed(source))?;
        Ok(lines)
    }

    pub(super) fn write(&mut self, tree: &Tree, row: &Numbered) -> Result<(), SampleError> {
        let (town, village, code) = whose(tree, row.place);
        let mut fields: Vec<String> = Vec::with_capacity(row.cells.len() + 4);
        if self.with_code {
            fields.push(code.to_owned());
        }
        fields.push(town.to_owned());
        fields.extend(village.map(str::to_owned));
        fields.push(day_text(row.date, self.list.dates));
        fields.extend(row.cells.iter().map(|cell| cell_text(cell, self.list.dates)));
        self.writer.write_record(&fields).map_err(|source| self.failed(source))?;
        self.rows += 1;
        Ok(())
    }

    pub(super) fn close(mut self) -> Result<WrittenFile, SampleError> {
        self.writer.flush().map_err(|source| SampleError::Write { path: self.path.clone(), source })?;
        WrittenFile::measure(self.path, self.list.kind.id, self.rows)
    }

    fn failed(&self, source: csv::Error) -> SampleError {
        SampleError::Write { path: self.path.clone(), source: io::Error::other(source) }
    }
}

/// The titles of a list: whose, when, and its fields.
pub(super) fn header(list: &List, with_code: bool) -> Vec<&'static str> {
    let mut titles = Vec::with_capacity(list.kind.columns.len() + 4);
    if with_code {
        titles.push("区划代码");
    }
    titles.push("镇街");
    if !list.kind.of_town {
        titles.push("村社");
    }
    titles.push(list.kind.date);
    titles.extend(list.kind.columns.iter().map(|column| column.title));
    titles
}

/// A day as text. What a workbook keeps as a day is written with dashes.
pub(super) fn day_text(day: Date, dates: Dates) -> String {
    match dates {
        Dates::Slashes => format!("{}/{}/{}", day.year(), day.month(), day.day()),
        Dates::Characters => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
        Dates::Dashes | Dates::Days | Dates::Months => day.to_string(),
    }
}

/// A cell as text.
pub(super) fn cell_text(cell: &Cell, dates: Dates) -> String {
    match cell {
        Cell::Blank => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Choice(choice) => choice.title.to_owned(),
        Cell::YesNo(is) => yes_no(*is).to_owned(),
        Cell::Whole(number) => number.to_string(),
        Cell::Hundredths(hundredths) => format!("{}.{:02}", hundredths / 100, hundredths % 100),
        Cell::Date(day) => day_text(*day, dates),
        Cell::Time(time) => time.strftime("%Y-%m-%d %H:%M").to_string(),
    }
}

pub(super) fn yes_no(is: bool) -> &'static str {
    if is { "是" } else { "否" }
}

/// UTF-8 in, the encoding of the file out.
struct Encoded {
    out: BufWriter<File>,
    encoding: Encoding,
    /// The beginning of a character of which the rest has not come yet.
    rest: Vec<u8>,
}

impl Write for Encoded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.encoding == Encoding::Utf8 {
            self.out.write_all(bytes)?;
            return Ok(bytes.len());
        }
        self.rest.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.rest) {
            Ok(text) => text.len(),
            Err(error) => error.valid_up_to(),
        };
        let tail = self.rest.split_off(whole);
        let text = String::from_utf8_lossy(&self.rest);
        let (encoded, ..) = encoding_rs::GB18030.encode(&text);
        self.out.write_all(&encoded)?;
        self.rest = tail;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A file of JSON lines being written: one object a record, keys of the dictionary, words by their keys.
pub(super) struct Push {
    list: &'static List,
    path: PathBuf,
    out: BufWriter<File>,
    rows: u64,
}

impl Push {
    pub(super) fn open(list: &'static List, path: PathBuf) -> Result<Push, SampleError> {
        let file = File::create(&path).map_err(|source| SampleError::Write { path: path.clone(), source })?;
        Ok(Push { list, path, out: BufWriter::new(file), rows: 0 })
    }

    pub(super) fn write(&mut self, tree: &Tree, row: &Numbered) -> Result<(), SampleError> {
        let (.., code) = whose(tree, row.place);
        let mut object = Map::new();
        object.insert("kind".to_owned(), json!(self.list.kind.id));
        object.insert("unit".to_owned(), json!(code));
        object.insert("date".to_owned(), json!(row.date.to_string()));
        for (column, cell) in self.list.kind.columns.iter().zip(&row.cells) {
            if let Some(value) = json_value(cell) {
                object.insert(column.key.to_owned(), value);
            }
        }
        writeln!(self.out, "{}", Value::Object(object)).map_err(|source| self.failed(source))?;
        self.rows += 1;
        Ok(())
    }

    pub(super) fn close(mut self) -> Result<WrittenFile, SampleError> {
        self.out.flush().map_err(|source| self.failed(source))?;
        WrittenFile::measure(self.path, self.list.kind.id, self.rows)
    }

    fn failed(&self, source: io::Error) -> SampleError {
        SampleError::Write { path: self.path.clone(), source }
    }
}

fn json_value(cell: &Cell) -> Option<Value> {
    match cell {
        Cell::Blank => None,
        Cell::Choice(choice) => Some(json!(choice.key)),
        Cell::YesNo(is) => Some(json!(is)),
        Cell::Whole(number) => Some(json!(number)),
        Cell::Time(time) => Some(json!(time.strftime("%Y-%m-%dT%H:%M").to_string())),
        text => Some(json!(cell_text(text, Dates::Dashes))),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn one_day_is_written_in_the_ways_of_different_offices() {
        let day = date(2020, 2, 29);
        assert_eq!(day_text(day, Dates::Dashes), "2020-02-29");
        assert_eq!(day_text(day, Dates::Slashes), "2020/2/29");
        assert_eq!(day_text(day, Dates::Characters), "2020年2月29日");
    }

    #[test]
    fn hundredths_keep_their_zeros() {
        assert_eq!(cell_text(&Cell::Hundredths(1205), Dates::Dashes), "12.05");
        assert_eq!(cell_text(&Cell::Hundredths(7), Dates::Dashes), "0.07");
    }

    #[test]
    fn a_character_cut_in_two_is_encoded_whole() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("a.csv");
        let mut out =
            Encoded { out: BufWriter::new(File::create(&path)?), encoding: Encoding::Gb18030, rest: Vec::new() };
        for byte in "村社,纠纷".as_bytes() {
            out.write_all(&[*byte])?;
        }
        out.flush()?;
        let bytes = std::fs::read(&path)?;
        let (text, _, malformed) = encoding_rs::GB18030.decode(&bytes);
        assert_eq!((text.as_ref(), malformed), ("村社,纠纷", false));
        Ok(())
    }
}
