//! Late data (补报): what became known only after its due date, or after results for its period had first been published.
//!
//! Enters: a run, a period, and the standard by which things are due. Leaves: a [`Watch`], which says of a record whether it came
//! late, and [`Late`], the same for all records that a result rests on. Pages, the API and the command line ask here. Next:
//! [`super`].
//!
//! A record is due by its kind: `due: {every: month, within_days: 5}` is five days after the month of its date. What was due before
//! the first batch of all came in was asked of nobody, and is not late. Of a record that stands in the place of others the first of
//! them counts: a later state of a matter that was reported in time is not late.

use std::collections::BTreeSet;

use liuwu_engine::bundle::Bundle;
use liuwu_engine::period::{Date, Period, plus_days};

use crate::records::record_of;
use crate::store::{BatchId, Run, RunId, Store, StoreError, StoredRecord};
use crate::trace::{Trace, Traces};

/// That something came late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lateness {
    /// Since when it is known.
    pub since: Date,
    /// The day by which it was due, where it came after that.
    pub due: Option<Date>,
}

/// What there is to say whether something came late.
pub struct Watch<'a> {
    store: &'a dyn Store,
    bundle: &'a Bundle,
    /// What had been published first for the period.
    published: Option<Run>,
    /// When the first batch of all came in.
    began: Option<Date>,
    /// The day whose knowledge the run rests on.
    as_of: Date,
}

impl<'a> Watch<'a> {
    /// For the results of a run for a period.
    ///
    /// # Errors
    /// The store's.
    pub fn of(store: &'a dyn Store, bundle: &'a Bundle, run: &Run, period: Period) -> Result<Watch<'a>, StoreError> {
        let published = first_published(store, run, period)?;
        let first = store.batches(Some(BatchId(2)), 1)?.first().map(|batch| batch.received_on);
        Ok(Watch { store, bundle, published, began: first, as_of: run.as_of })
    }

    /// What of the records of these units, which the results of one unit can rest on, came late.
    ///
    /// # Errors
    /// The store's.
    pub fn late(&self, units: &[String]) -> Result<Late, StoreError> {
        let dictionary = &self.bundle.dictionary;
        let mut late = Late::default();
        for unit in units {
            for stored in self.store.facts_of(unit, self.as_of)?.records {
                // A record that no longer fits its kind is evidence of nothing.
                if let Some(kind) = dictionary.kinds.get(&stored.kind)
                    && let Ok(record) = record_of(kind, dictionary, &stored)
                {
                    late.0.keep(&record, dictionary, self.lateness(&stored)?);
                }
            }
        }
        Ok(late)
    }

    /// Whether a record came late, and how.
    ///
    /// # Errors
    /// The store's.
    pub fn lateness(&self, record: &StoredRecord) -> Result<Option<Lateness>, StoreError> {
        let due = self.overdue(record)?;
        let is_after = self.published.as_ref().is_some_and(|published| record.received_on > published.as_of);
        Ok((is_after || due.is_some()).then_some(Lateness { since: record.received_on, due }))
    }

    /// The day by which a record was due, if it came after that.
    fn overdue(&self, record: &StoredRecord) -> Result<Option<Date>, StoreError> {
        let kind = self.bundle.dictionary.kinds.get(&record.kind);
        let Some((due, began)) = kind.and_then(|kind| kind.due).zip(self.began) else { return Ok(None) };
        let by = plus_days(Period::containing(due.every, record.date).to(), i64::from(due.within_days)).ok();
        let Some(by) = by.filter(|by| *by >= began && *by < record.received_on) else { return Ok(None) };
        Ok((self.first_received(record)? > by).then_some(by))
    }

    /// When the first of those came in whose place a record takes.
    fn first_received(&self, record: &StoredRecord) -> Result<Date, StoreError> {
        let (mut first, mut before) = (record.received_on, record.supersedes);
        while let Some(id) = before {
            let known = self.store.record(id)?.record;
            first = first.min(known.received_on);
            before = known.supersedes;
        }
        Ok(first)
    }
}

/// What came late of the records that the results of one unit can rest on.
#[derive(Debug, Clone, Default)]
pub struct Late(Traces<Option<Lateness>>);

impl Late {
    /// How a record came late, if it did.
    #[must_use]
    pub fn lateness(&self, evidence: &Trace<'_>) -> Option<Lateness> {
        self.0.find(evidence).copied().flatten()
    }
}

/// Of the runs before this one for the same standard and period the one that was public first, though it may have been taken back
/// since: what came after it stays late, whatever is published later.
fn first_published(store: &dyn Store, run: &Run, period: Period) -> Result<Option<Run>, StoreError> {
    let released = store.releases()?.into_iter().filter(|release| release.public).map(|release| release.run);
    first_before(store, released, run, period)
}

/// The newest run before this one that is public, of the same standard and period.
///
/// # Errors
/// The store's.
pub fn published_before(store: &dyn Store, run: &Run, period: Period) -> Result<Option<Run>, StoreError> {
    let mut public = BTreeSet::new();
    for release in store.releases()? {
        if release.public {
            public.insert(release.run);
        } else {
            public.remove(&release.run);
        }
    }
    first_before(store, public.into_iter().rev(), run, period)
}

/// The first of some runs that is older than this one and of the same standard and period.
fn first_before(
    store: &dyn Store,
    others: impl Iterator<Item = RunId>,
    run: &Run,
    period: Period,
) -> Result<Option<Run>, StoreError> {
    for id in others.filter(|id| *id < run.id) {
        let other = store.run(id)?;
        if other.bundle == run.bundle && other.covers(period) {
            return Ok(Some(other));
        }
    }
    Ok(None)
}
