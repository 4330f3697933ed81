//! Results on their way into the store: in the order in which it takes them, counted, and summed up in the root of the run.
//!
//! Enters: assessments, chunk by chunk. Leaves: a [`Run`]. Next: [`super::half`].

use std::collections::BTreeMap;

use jiff::Timestamp;
use liuwu_engine::assess::{Hash, Receipts, receipt_bytes, root};
use liuwu_engine::assessment::Assessment;
use liuwu_engine::dictionary::Dictionary;
use liuwu_engine::period::Period;

use super::ScoringError;
use super::half::Taken;
use crate::filed::Filed;
use crate::store::{Run, RunOutcome, RunWriter};

/// A result ready to be written.
pub(super) struct Sealed {
    pub(super) period: Period,
    pub(super) unit: String,
    pub(super) bytes: serde_json::Result<Vec<u8>>,
    pub(super) tally: Tally,
}

impl Sealed {
    /// A result by an edition with this dictionary.
    pub(super) fn of(result: &Assessment, dictionary: &Dictionary) -> Sealed {
        let filed = Filed::of(result, dictionary);
        Sealed { period: filed.period, bytes: filed.to_bytes(), tally: Tally::of(&filed), unit: filed.unit }
    }
}

/// What a run is known by of one result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) receipt: Hash,
    counts: [u64; 4],
}

impl Tally {
    pub(super) fn of(filed: &Filed) -> Tally {
        Tally {
            receipt: receipt_bytes(&filed.receipt),
            counts: [1, filed.findings.len() as u64, u64::from(filed.incomplete), filed.remarks.len() as u64],
        }
    }
}

/// What is counted of a run, in the order of [`Tally`].
const COUNTED: [&str; 4] = ["assessments", "findings", "incomplete", "remarks"];

/// What is counted of all results of a run.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts([u64; 4]);

impl Counts {
    /// Those of a run that is stored.
    pub(super) fn of(counts: &BTreeMap<String, u64>) -> Counts {
        Counts(COUNTED.map(|name| counts.get(name).copied().unwrap_or_default()))
    }

    /// Counts a result in the place of another.
    pub(super) fn exchange(&mut self, old: Option<&Tally>, new: &Tally) {
        let old = old.map_or([0; 4], |old| old.counts);
        for (sum, (old, new)) in self.0.iter_mut().zip(old.into_iter().zip(new.counts)) {
            *sum = (*sum + new).saturating_sub(old);
        }
    }

    /// What is known of a run at its end.
    pub(super) fn outcome(self, root: String) -> RunOutcome {
        let counts = COUNTED.iter().map(|name| (*name).to_owned()).zip(self.0).collect();
        RunOutcome { finished: Timestamp::now(), root, counts }
    }
}

/// Adds up what a run is known by: the root of its receipts, and its counts.
pub(super) struct Sums {
    /// Receipts by period, in the order of the units.
    receipts: BTreeMap<Period, Vec<Hash>>,
    counts: Counts,
}

impl Sums {
    pub(super) fn new(periods: &[Period]) -> Sums {
        Sums { receipts: periods.iter().map(|period| (*period, Vec::new())).collect(), counts: Counts::default() }
    }

    /// Adds a result; those of a period come in the order of their units.
    pub(super) fn add(&mut self, period: Period, tally: &Tally) {
        self.receipts.entry(period).or_default().push(tally.receipt);
        self.counts.exchange(None, tally);
    }

    pub(super) fn outcome(self) -> RunOutcome {
        let receipts = self.receipts.into_iter().map(|(period, receipts)| (period, Receipts::new(receipts)));
        let receipts: Vec<(Period, Receipts)> = receipts.collect();
        self.counts.outcome(root(receipts.iter().map(|(period, receipts)| (*period, receipts))))
    }
}

/// Writes results by rising unit, though they come chunk by chunk: holds back what others may still come before.
pub(super) struct InOrder<'a> {
    writer: Box<dyn RunWriter + 'a>,
    /// Units before this one were written earlier.
    from: String,
    held: BTreeMap<Period, BTreeMap<String, Sealed>>,
    sums: Sums,
}

impl<'a> InOrder<'a> {
    pub(super) fn new(writer: Box<dyn RunWriter + 'a>, periods: &[Period]) -> InOrder<'a> {
        InOrder { writer, from: String::new(), held: BTreeMap::new(), sums: Sums::new(periods) }
    }

    /// Goes on behind what was taken.
    pub(super) fn going_on(writer: Box<dyn RunWriter + 'a>, taken: &mut Taken) -> InOrder<'a> {
        let from = taken.before().to_owned();
        InOrder { writer, from, held: BTreeMap::new(), sums: taken.sums() }
    }

    pub(super) fn hold(&mut self, results: Vec<Sealed>) {
        for sealed in results.into_iter().filter(|sealed| sealed.unit >= self.from) {
            self.held.entry(sealed.period).or_default().insert(sealed.unit.clone(), sealed);
        }
    }

    /// Writes what stands before a unit, so that it stays; none: everything.
    pub(super) fn write_before(&mut self, unit: Option<&String>) -> Result<(), ScoringError> {
        for held in self.held.values_mut() {
            let later = unit.map_or_else(BTreeMap::new, |unit| held.split_off(unit));
            for (unit, sealed) in std::mem::replace(held, later) {
                self.sums.add(sealed.period, &sealed.tally);
                self.writer.add(sealed.period, &unit, &sealed.bytes?)?;
            }
        }
        if let Some(unit) = unit.filter(|unit| **unit > self.from) {
            self.writer.keep(unit)?;
            self.from.clone_from(unit);
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Run, ScoringError> {
        self.write_before(None)?;
        Ok(self.writer.finish(self.sums.outcome())?)
    }
}
