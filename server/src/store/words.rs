//! What the store keeps, in the product's words.
//!
//! Enters: what intake has checked, what scoring has worked out. Leaves: the same, with the store's own numbers. Everything that
//! is handed in is handed in with a batch; nothing of it is ever changed. Next: [`super::error`].

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::ops::Deref;
use std::str::FromStr;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::Offset;
use liuwu_engine::period::{Date, Period};
use liuwu_engine::record::Source;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

/// Number of a batch: 1, 2, 3 … in the order in which batches were accepted, without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BatchId(pub u64);

/// Number of something within its batch, written `12-345`. Numbers start at 1, in the order of the upload, for records,
/// attributes, units, statements and exemptions each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId {
    /// The batch it came with.
    pub batch: BatchId,
    /// Its place in that batch, from 1.
    pub number: u32,
}

/// Number of a record.
pub type RecordId = ItemId;

/// Number of a run, rising; a run that never finished leaves a gap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RunId(pub u64);

/// Who did something, when and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// The person or the API key.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// In their words.
    pub why: String,
}

impl Act {
    /// The day on which it takes effect, in China.
    pub fn day(&self) -> Date {
        day_in_china(self.at)
    }
}

/// The civil day of an instant in China, which keeps one offset all year.
pub fn day_in_china(at: Timestamp) -> Date {
    Offset::constant(8).to_datetime(at).date()
}

/// One edition of a standard, as published. It is immutable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edition {
    /// Identifier of the bundle, stable over editions.
    pub bundle: String,
    /// The edition, such as `2020`.
    pub edition: String,
    /// The YAML text, byte for byte.
    pub text: Arc<str>,
    /// SHA-256 of the text, in hexadecimal.
    pub digest: String,
    /// When it was published.
    pub published_at: Timestamp,
    /// By whom.
    pub by: String,
    /// What changed, in their words.
    pub note: String,
}

/// An edition about to be published; the store works out the digest.
#[derive(Debug, Clone)]
pub struct NewEdition {
    /// Identifier of the bundle, stable over editions.
    pub bundle: String,
    /// The edition, such as `2020`.
    pub edition: String,
    /// The YAML text, byte for byte.
    pub text: Arc<str>,
    /// When it is published.
    pub published_at: Timestamp,
    /// By whom.
    pub by: String,
    /// What changed, in their words.
    pub note: String,
}

impl From<NewEdition> for Edition {
    fn from(new: NewEdition) -> Edition {
        let mut digest = String::with_capacity(64);
        for byte in Sha256::digest(new.text.as_bytes()) {
            let _ = write!(digest, "{byte:02x}");
        }
        Edition {
            bundle: new.bundle,
            edition: new.edition,
            text: new.text,
            digest,
            published_at: new.published_at,
            by: new.by,
            note: new.note,
        }
    }
}

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
    /// Attribute facts.
    pub attributes: u64,
    /// Rows of the list of units.
    pub units: u64,
    /// Statements of coverage.
    pub statements: u64,
    /// Exemptions.
    pub exemptions: u64,
}

impl Counts {
    /// Records of all kinds.
    pub fn all_records(&self) -> u64 {
        self.records.values().sum()
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
            attributes: self.attributes.len() as u64,
            units: self.units.len() as u64,
            statements: self.statements.len() as u64,
            exemptions: self.exemptions.len() as u64,
        }
    }

    pub(super) fn heading(&self, id: BatchId, withdrawn: Option<Act>) -> Batch {
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

/// Whether a record counts today, and if not, what put it out of force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It counts.
    InForce,
    /// Another record stands in its place.
    Superseded {
        /// That record.
        by: RecordId,
        /// Who handed it in, when and why.
        act: Act,
    },
    /// It was taken back, alone or with its batch.
    Withdrawn {
        /// Who took it back, when and why.
        act: Act,
        /// With its whole batch.
        with_batch: bool,
    },
}

/// A record and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// The record.
    pub record: StoredRecord,
    /// Its state as of all that is known today.
    pub state: State,
}

/// What was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A whole batch.
    Batch(BatchId),
    /// One record.
    Record(RecordId),
}

/// One act of taking back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// What was taken back.
    pub target: Target,
    /// Who, when and why.
    pub act: Act,
    /// The newest batch at that time: it tells the order of batches and withdrawals.
    pub after: BatchId,
}

/// All that was known about one unit on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitFacts {
    /// The unit.
    pub unit: String,
    /// Its records in force, by kind and number.
    pub records: Vec<StoredRecord>,
    /// Its attribute facts; where two name the same attribute and first day, the newer alone.
    pub attributes: Vec<Received<AttributeFact>>,
}

/// One scoring of all units, about to be stored.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// Only when a backup is read back; the store gives the next number otherwise. It must be higher than any other.
    pub id: Option<RunId>,
    /// Identifier of the bundle.
    pub bundle: String,
    /// Edition of the bundle.
    pub edition: String,
    /// Digest of the edition's text.
    pub digest: String,
    /// The periods it assesses, in the order in which it stores them.
    pub periods: Vec<Period>,
    /// The day on whose knowledge it rests.
    pub as_of: Date,
    /// When it began.
    pub started: Timestamp,
    /// Who asked for it.
    pub by: String,
    /// Version of the engine.
    pub engine: String,
    /// A trial run, of a draft or a what-if: never the run in force.
    pub trial: bool,
}

/// What is known of a run only when it is done.
#[derive(Debug, Clone)]
pub struct RunOutcome {
    /// When it ended.
    pub finished: Timestamp,
    /// The root of its receipts.
    pub root: String,
    /// Whatever the scoring counts: units, findings, units that could not be checked.
    pub counts: BTreeMap<String, u64>,
}

/// One complete scoring of all units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Its number.
    pub id: RunId,
    /// Identifier of the bundle.
    pub bundle: String,
    /// Edition of the bundle.
    pub edition: String,
    /// Digest of the edition's text.
    pub digest: String,
    /// The periods it assesses, in the order in which it stores them.
    pub periods: Vec<Period>,
    /// The day on whose knowledge it rests.
    pub as_of: Date,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Timestamp,
    /// Who asked for it.
    pub by: String,
    /// Version of the engine.
    pub engine: String,
    /// A trial run is never the run in force.
    pub trial: bool,
    /// The root of its receipts.
    pub root: String,
    /// Whatever the scoring counts.
    pub counts: BTreeMap<String, u64>,
    /// How many assessments it holds.
    pub assessments: u64,
    /// Whether the public may see it.
    pub released: bool,
}

impl Run {
    pub(super) fn new(id: RunId, new: NewRun, outcome: RunOutcome, assessments: u64) -> Run {
        Run {
            id,
            bundle: new.bundle,
            edition: new.edition,
            digest: new.digest,
            periods: new.periods,
            as_of: new.as_of,
            started: new.started,
            finished: outcome.finished,
            by: new.by,
            engine: new.engine,
            trial: new.trial,
            root: outcome.root,
            counts: outcome.counts,
            assessments,
            released: false,
        }
    }

    /// Whether it assessed this period.
    pub fn covers(&self, period: Period) -> bool {
        self.periods.contains(&period)
    }
}

/// One assessment of a run; its bytes are the scoring's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAssessment {
    /// The period.
    pub period: Period,
    /// The unit.
    pub unit: String,
    /// The assessment as scoring wrote it.
    pub bytes: Vec<u8>,
}

/// That a run was made public, or taken back from the public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// The run.
    pub run: RunId,
    /// Public from now on, or no longer.
    pub public: bool,
    /// Who, when and why.
    pub act: Act,
}

/// Something wrong with what is stored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Fault {
    /// Where: the collection and the key.
    pub place: String,
    /// What is wrong.
    pub what: String,
}

/// Whether the store works, for the page that operators watch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Health {
    /// Which store it is: `memory`, `sled`.
    pub store: &'static str,
    /// Version of the layout.
    pub schema: u32,
    /// Batches stored.
    pub batches: u64,
    /// Bytes on disk, where it has any.
    pub bytes_on_disk: Option<u64>,
    /// False when an earlier write failed half way: restart the server, which mends it.
    pub accepts_writes: bool,
}

impl fmt::Display for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.batch, self.number)
    }
}

/// Not a number such as `12-345`.
#[derive(Debug, thiserror::Error)]
#[error("a record number is written like `12-345`")]
pub struct NotAnItemId;

impl FromStr for ItemId {
    type Err = NotAnItemId;

    fn from_str(text: &str) -> Result<ItemId, NotAnItemId> {
        let (batch, number) = text.split_once('-').ok_or(NotAnItemId)?;
        let batch = BatchId(batch.parse().map_err(|_| NotAnItemId)?);
        Ok(ItemId { batch, number: number.parse().map_err(|_| NotAnItemId)? })
    }
}

impl Serialize for ItemId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ItemId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<ItemId, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
