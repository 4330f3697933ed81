//! An upload and what it brings.

use std::collections::BTreeMap;
use std::ops::Deref;

use jiff::Timestamp;
use liuwu_engine::period::Date;
use liuwu_engine::record::Source;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::{Act, BatchId, ItemId, RecordId, day_in_china};

/// The heading of one upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Its number.
    pub id: BatchId,
    /// When it was accepted.
    pub at: Timestamp,
    /// The day from which its contents count as known. Usually the day of `at`; earlier when old papers are entered.
    pub received_on: Date,
    /// Who handed it in.
    pub by: String,
    /// Names of the files as the uploader gave them.
    pub files: Vec<String>,
    /// What it is, in words; for records that supersede others this is the reason.
    pub what: String,
    /// Dry facts about the reading: encoding, rows read, rows left out.
    pub notes: BTreeMap<String, String>,
    /// What is in it.
    pub counts: Counts,
    /// Set when the whole batch was withdrawn.
    pub withdrawn: Option<Act>,
}

/// How many of each are in a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Records by kind.
    pub records: BTreeMap<String, u64>,
    /// Earlier records that these supersede.
    pub superseded: u64,
    /// Earlier records that it takes back.
    #[serde(default, skip_serializing_if = "is_none")]
    pub taken_back: u64,
    /// Attribute facts.
    pub attributes: u64,
    /// Rows of the list of units.
    pub units: u64,
    /// Statements of coverage.
    pub statements: u64,
    /// Exemptions.
    pub exemptions: u64,
}

/// What earlier headings did not have is not written where there is none of it, so that their digests stay what they are.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

impl Counts {
    /// Records of all kinds.
    pub fn all_records(&self) -> u64 {
        self.records.values().sum()
    }

    /// Whether there is anything that stands in a list of its own: units, statements, exemptions.
    pub fn has_lists(&self) -> bool {
        self.units + self.statements + self.exemptions > 0
    }
}

/// One upload about to be stored, whole or not at all.
#[derive(Debug, Clone, PartialEq)]
pub struct NewBatch {
    /// When it is accepted.
    pub at: Timestamp,
    /// The day from which its contents count as known.
    pub received_on: Date,
    /// Who handed it in.
    pub by: String,
    /// Names of the files as the uploader gave them.
    pub files: Vec<String>,
    /// What it is, in words; for records that supersede others this is the reason.
    pub what: String,
    /// Dry facts about the reading.
    pub notes: BTreeMap<String, String>,
    /// Its records, in the order of the upload.
    pub records: Vec<RecordRow>,
    /// Its facts about units.
    pub attributes: Vec<AttributeFact>,
    /// Its rows of the list of units.
    pub units: Vec<UnitRow>,
    /// Its statements of coverage.
    pub statements: Vec<Statement>,
    /// Its exemptions.
    pub exemptions: Vec<Exemption>,
    /// Earlier records that it takes back without putting others in their place. They count again when the batch is undone.
    pub takes_back: Vec<RecordId>,
}

impl NewBatch {
    /// An empty batch, known from the day of `at`; fill in what it brings.
    pub fn new(at: Timestamp, by: impl Into<String>, what: impl Into<String>) -> NewBatch {
        NewBatch {
            at,
            received_on: day_in_china(at),
            by: by.into(),
            files: Vec::new(),
            what: what.into(),
            notes: BTreeMap::new(),
            records: Vec::new(),
            attributes: Vec::new(),
            units: Vec::new(),
            statements: Vec::new(),
            exemptions: Vec::new(),
            takes_back: Vec::new(),
        }
    }

    /// What is in it.
    pub fn counts(&self) -> Counts {
        let mut records = BTreeMap::new();
        for record in &self.records {
            *records.entry(record.kind.clone()).or_default() += 1;
        }
        Counts {
            records,
            superseded: self.records.iter().filter(|record| record.supersedes.is_some()).count() as u64,
            taken_back: self.takes_back.len() as u64,
            attributes: self.attributes.len() as u64,
            units: self.units.len() as u64,
            statements: self.statements.len() as u64,
            exemptions: self.exemptions.len() as u64,
        }
    }

    /// The earlier records that do not count any more once it is stored, be it with another in their place or without.
    pub fn puts_out(&self) -> impl Iterator<Item = RecordId> {
        let corrected = self.records.iter().filter_map(|record| record.supersedes);
        corrected.chain(self.takes_back.iter().copied())
    }

    pub(in crate::store) fn heading(&self, id: BatchId, withdrawn: Option<Act>) -> Batch {
        Batch {
            id,
            at: self.at,
            received_on: self.received_on,
            by: self.by.clone(),
            files: self.files.clone(),
            what: self.what.clone(),
            notes: self.notes.clone(),
            counts: self.counts(),
            withdrawn,
        }
    }
}

/// One dated fact about a unit, by the names of its fields, so that it can be read under any edition.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordRow {
    /// The unit it belongs to.
    pub unit: String,
    /// Its kind, such as `fire`.
    pub kind: String,
    /// When it happened.
    pub date: Date,
    /// The source's own number, if it has one.
    pub number: Option<String>,
    /// Its fields; what is absent is missing.
    pub fields: Map<String, Json>,
    /// Where it was read.
    pub source: Source,
    /// The earlier record that this one corrects.
    pub supersedes: Option<RecordId>,
}

/// A fact about a unit, dated where it changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeFact {
    /// The unit it belongs to.
    pub unit: String,
    /// Its key in the bundle.
    pub attribute: String,
    /// Holds from this day; without it, from the beginning.
    pub from: Option<Date>,
    /// The value; null states that there is none.
    pub value: Json,
}

/// One row of the list of units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitRow {
    /// The 12-digit code, or any text.
    pub id: String,
    /// Its level, such as `village`.
    pub level: String,
    /// Its name.
    pub name: String,
    /// The unit above it.
    pub parent: Option<String>,
}

/// That a kind is handed in for an area and a time, days included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The kind.
    pub kind: String,
    /// A unit; everything below it is covered.
    pub area: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// A nil return: nothing happened.
    pub nil: bool,
}

/// Findings of a rule that do not count for a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exemption {
    /// The unit.
    pub unit: String,
    /// Identifier of the rule.
    pub rule: String,
    /// First day.
    pub from: Date,
    /// Last day; without it, open.
    pub until: Option<Date>,
    /// Why.
    pub reason: String,
    /// Who approved it.
    pub approved_by: String,
    /// When.
    pub approved_on: Date,
}

/// Something out of a batch, with its number and the day from which it counts as known. Reads like the thing itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received<T> {
    /// Its number.
    pub id: ItemId,
    /// The day from which it counts as known.
    pub received_on: Date,
    /// The thing itself.
    pub item: T,
}

impl<T> Deref for Received<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.item
    }
}

/// A record as the store gives it back.
pub type StoredRecord = Received<RecordRow>;
