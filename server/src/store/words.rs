//! What the store keeps, in the product's words.
//!
//! Enters: what intake has checked, what scoring has worked out. Leaves: the same, with the store's own numbers. Everything that
//! is handed in is handed in with a batch; nothing of it is ever changed. Next: [`super::error`].

mod batch;
mod entry;
mod knowledge;
mod person;
mod run;

use std::fmt::{self, Write as _};
use std::str::FromStr;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::Offset;
use liuwu_engine::period::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use batch::{
    AttributeFact, Batch, Counts, Exemption, NewBatch, Received, RecordRow, Statement, StoredRecord, UnitRow,
};
pub use entry::Entry;
pub use knowledge::{State, Target, UnitFacts, Version, Withdrawal};
pub use person::{Permission, Role, Scope};
pub use run::{HalfRun, NewRun, Release, Run, RunOutcome, Seen, StoredAssessment};

/// Number of a batch: 1, 2, 3 … in the order in which batches were accepted, without gaps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
        Edition {
            digest: digest_of(&new.text),
            bundle: new.bundle,
            edition: new.edition,
            text: new.text,
            published_at: new.published_at,
            by: new.by,
            note: new.note,
        }
    }
}

/// SHA-256 of the text of an edition, in hexadecimal.
pub fn digest_of(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// SHA-256 of bytes, in hexadecimal.
pub fn digest_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        let _ = write!(digits, "{byte:02x}");
    }
    digits
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
