//! What became of records, and all that was known about a unit.

use serde::{Deserialize, Serialize};

use super::{Act, AttributeFact, BatchId, Received, RecordId, StoredRecord};

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
    /// A later batch takes it back: a table that is complete no longer holds it. It counts again when that batch is undone.
    TakenBack {
        /// That batch.
        by: BatchId,
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
