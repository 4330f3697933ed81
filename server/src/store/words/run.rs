//! Runs, their assessments and releases.

use std::collections::BTreeMap;

use jiff::Timestamp;
use liuwu_engine::period::{Date, Period};
use serde::{Deserialize, Serialize};

use super::{Act, BatchId, RunId};

/// One scoring of all units, about to be stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// What was stored when its facts were read; none: not told.
    pub seen: Option<Seen>,
    /// The run on whose results its first period looks back.
    pub looks_back_on: Option<RunId>,
    /// The run, of the same periods, of which it replaces some assessments and shares all others.
    pub base: Option<RunId>,
}

/// A run that was begun and not finished, as far as it can be gone on with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HalfRun {
    /// The number it will have.
    pub id: RunId,
    /// What it is about.
    pub run: NewRun,
    /// Its results of all units before this one are there, and no others.
    pub before: String,
    /// How many they are.
    pub results: u64,
    /// Somebody has called it off: it is gone on with when it is asked for again, and not by itself.
    pub laid_aside: bool,
}

/// How much was stored: what came later was not seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The newest batch.
    pub batch: BatchId,
    /// How many withdrawals.
    pub withdrawals: u64,
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
    /// What was stored when its facts were read; none: not told.
    #[serde(default)]
    pub seen: Option<Seen>,
    /// The run on whose results its first period looks back.
    #[serde(default)]
    pub looks_back_on: Option<RunId>,
    /// The run of which it replaces some assessments and shares all others.
    #[serde(default)]
    pub base: Option<RunId>,
    /// How many assessments it replaces, when it has a base.
    #[serde(default)]
    pub replaced: u64,
}

impl Run {
    /// A run of so many assessments of its own; of a base, those that it has not replaced count too.
    pub(in crate::store) fn new(id: RunId, new: NewRun, outcome: RunOutcome, own: u64, base: Option<&Run>) -> Run {
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
            assessments: base.map_or(own, |base| base.assessments),
            released: false,
            seen: new.seen,
            looks_back_on: new.looks_back_on,
            base: new.base,
            replaced: if base.is_some() { own } else { 0 },
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
