//! Records and attributes by the names of their fields, as they are kept before any edition has read them.
//!
//! A store keeps facts longer than editions live, so what it keeps must not depend on one. Next: [`super::packed`], which makes
//! few bytes of them; [`super::reading`], which reads them as an edition does.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::Source;
use crate::period::Date;

/// A record by the names of its fields.
#[derive(Debug, Clone, PartialEq)]
pub struct LooseRecord {
    /// Its kind.
    pub kind: String,
    /// When it happened.
    pub date: Date,
    /// The source's own number.
    pub number: Option<String>,
    /// Its fields; what is absent is missing.
    pub fields: Map<String, Json>,
    /// Where the store has it, and where it was read.
    pub origin: Origin,
}

/// Where the store has a record, and where it was read. Whoever packs records gives the numbers their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The batch it came with.
    pub batch: u64,
    /// Its number within the batch.
    pub number: u32,
    /// The number of its [`Sheet`] within the batch.
    pub sheet: u32,
    /// Its line or row on it.
    pub row: u32,
}

/// A fact about a unit, by its key in the bundle.
#[derive(Debug, Clone, PartialEq)]
pub struct LooseAttribute {
    /// The key.
    pub key: String,
    /// Holds from this day; none: from the beginning.
    pub from: Option<Date>,
    /// The value; null states that there is none.
    pub value: Json,
    /// The batch it came with and its number within.
    pub origin: (u64, u32),
}

/// Everything known about one unit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LooseFacts {
    /// Its records.
    pub records: Vec<LooseRecord>,
    /// Its attributes, each key and day once.
    pub attributes: Vec<LooseAttribute>,
}

/// A file or a sheet that records were read from; one for all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sheet {
    /// Name of the file as the user gave it.
    pub file: Arc<str>,
    /// The sheet, in a workbook.
    pub sheet: Option<Arc<str>>,
    /// Which column each field came from: see [`Source::columns`].
    pub columns: Option<Arc<BTreeMap<String, String>>>,
}

/// The sheets that the facts of one unit were read from, in the order in which records name them.
pub type Sheets = Arc<[Arc<Sheet>]>;

impl Sheet {
    /// What a source says beside the row.
    pub fn of(source: &Source) -> Sheet {
        Sheet { file: Arc::clone(&source.file), sheet: source.sheet.clone(), columns: source.columns.clone() }
    }

    /// A row or line of it.
    pub fn row(&self, row: u32) -> Source {
        Source { file: Arc::clone(&self.file), sheet: self.sheet.clone(), row, columns: self.columns.clone() }
    }
}

impl LooseFacts {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.attributes.is_empty()
    }

    /// Puts everything into the one order in which it is packed.
    pub fn sort(&mut self) {
        self.records.sort_by(LooseRecord::order);
        self.attributes.sort_by(|a, b| (&a.key, a.from, a.origin).cmp(&(&b.key, b.from, b.origin)));
    }
}

impl LooseRecord {
    /// By kind, day, own number and arrival. Fields do not matter: arrival tells records apart.
    pub fn order(&self, other: &LooseRecord) -> Ordering {
        (&self.kind, self.date, &self.number, self.origin).cmp(&(&other.kind, other.date, &other.number, other.origin))
    }
}
