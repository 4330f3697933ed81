//! A record, and the facts of a unit: its records by kind, ready for rules.
//!
//! Enters: typed values from [`crate::dictionary::read`], or packed bytes out of a store. Leaves: [`Facts`], sorted so that no order
//! of arrival can be seen: columns for compiled rules, and records for the interpreter and for evidence. Reading order: this file,
//! [`mark`] (by what a record is known again), [`columns`], [`table`], [`facts`] (what rules see); `bytes`, [`loose`], `rough`, [`packed`], [`reading`] (how facts are kept).
//! Next: [`crate::coverage`].

pub mod mark;
pub mod columns;
pub mod table;
pub mod facts;
mod bytes;
pub mod loose;
mod rough;
pub mod packed;
pub mod reading;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::Location;
use crate::dictionary::read::{self, Fault, RawRecord, Strictness};
use crate::dictionary::{Dictionary, Kind, Type, Value};
use crate::period::{Date, Time};

pub use bytes::Broken;
pub use facts::Facts;
pub use mark::Mark;
pub use table::Table;

/// One dated fact about a unit. It is never changed, only superseded or withdrawn, and that is the store's business.
#[derive(Debug, Clone)]
pub struct Record {
    /// What kind of fact.
    pub kind: Arc<Kind>,
    /// When it happened.
    pub date: Date,
    /// The source's own number, if it has one.
    pub id: Option<Arc<str>>,
    /// One value for each field of the kind, in its order; `None` is missing.
    pub values: Box<[Option<Value>]>,
    /// Where it was read.
    pub source: Source,
}

/// Where a record was read: a file, and a line or a row with the columns of its fields.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// Name of the file as the user gave it.
    pub file: Arc<str>,
    /// The sheet, in a workbook.
    pub sheet: Option<Arc<str>>,
    /// Line or row, from 1.
    pub row: u32,
    /// Which column each field came from (`A`, `B`, …), in a table; field keys, `unit`, `date`, `id`.
    pub columns: Option<Arc<BTreeMap<String, String>>>,
}

impl Source {
    /// A line of a text file.
    pub fn line(file: &Arc<str>, row: u32) -> Source {
        Source { file: Arc::clone(file), sheet: None, row, columns: None }
    }

    /// The line of a text file or the row of a sheet that a place is in.
    pub fn of(location: &Location) -> Source {
        match location {
            Location::Nowhere => Source::line(&Arc::from(""), 0),
            Location::File { file } => Source::line(file, 0),
            Location::Text { file, line, .. } => Source::line(file, *line),
            Location::Cell { file, sheet, cell } => {
                let row = cell.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
                Source { sheet: sheet.clone(), ..Source::line(file, row.parse().unwrap_or(0)) }
            }
        }
    }

    /// Short form: `R.jsonl:12`, `火灾.xlsx!2020!12`.
    pub fn to_line(&self) -> String {
        match &self.sheet {
            Some(sheet) => format!("{}!{sheet}!{}", self.file, self.row),
            None => format!("{}:{}", self.file, self.row),
        }
    }

    /// The cell one field came from, such as `火灾.xlsx!2020!F12`; the row when its column is not known.
    pub fn cell(&self, field: &str) -> String {
        let column = self.columns.as_ref().and_then(|columns| columns.get(field));
        match (&self.sheet, column) {
            (Some(sheet), Some(column)) => format!("{}!{sheet}!{column}{}", self.file, self.row),
            (None, Some(column)) => format!("{}!{column}{}", self.file, self.row),
            (_, None) => self.to_line(),
        }
    }
}

impl Record {
    /// Reads a record of a kind from raw values.
    ///
    /// # Errors
    /// Every fault of the record, by the path of its value.
    pub fn read(
        kind: &Arc<Kind>,
        dictionary: &Dictionary,
        raw: &RawRecord,
        source: Source,
        strictness: Strictness,
    ) -> Result<Record, Vec<Fault>> {
        let read::Row { date, id, values } = read::row(kind, dictionary, raw, strictness)?;
        Ok(Record { kind: Arc::clone(kind), date, id, values, source })
    }

    /// The value of a field; `None` when the kind has no such field or the value is missing.
    pub fn value(&self, field: &str) -> Option<&Value> {
        self.kind.index_of(field).and_then(|index| self.values.get(index)).and_then(Option::as_ref)
    }

    fn time(&self) -> Option<Time> {
        match self.values.get(self.kind.time_field()?)?.as_ref()? {
            Value::Time(time) => Some(*time),
            _ => None,
        }
    }

    /// The order in which rules see records: by day, time of day, number, content that is not personal; never by arrival.
    pub fn order(&self, other: &Record) -> std::cmp::Ordering {
        let head = |record: &Record| (record.date, record.time(), record.id.clone(), Arc::clone(&record.kind.id));
        head(self).cmp(&head(other)).then_with(|| self.open_values().cmp(other.open_values()))
    }

    /// The values that are not personal: the order of records must not change when personal texts go at the end of their time.
    fn open_values(&self) -> impl Iterator<Item = &Option<Value>> {
        let fields = self.kind.fields.values().zip(&self.values);
        fields.filter(|(field, _)| field.personal.is_none()).map(|(_, value)| value)
    }

    /// Whether two records state the same fact word for word. Where they were read does not matter.
    pub fn same_content(&self, other: &Record) -> bool {
        self.kind.id == other.kind.id && self.date == other.date && self.id == other.id && self.values == other.values
    }
}

/// Whether a type can hold personal text.
pub fn is_textual(kind: &Type) -> bool {
    match kind {
        Type::Text => true,
        Type::List(inner) | Type::Map(inner) => is_textual(inner),
        _ => false,
    }
}
