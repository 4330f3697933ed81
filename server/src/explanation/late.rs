//! Late data (补报): what became known only after its due date, or after results for its period had been published.
//!
//! Enters: a run, a period, and the standard by which things are due. Leaves: a [`Watch`], which says of a record whether it came
//! late, and [`Late`], the same for all records that a result rests on. Pages, the API and the command line ask here. Next:
//! [`super`].
//!
//! A record is due by its kind: `due: {every: month, within_days: 5}` is five days after the month of its date. What was due before
//! the first batch of all came in was asked of nobody, and is not late. Of a record that stands in the place of others the first of
//! them counts: a later state of a matter that was reported in time is not late.

use std::collections::HashMap;

use liuwu_engine::bundle::Bundle;
use liuwu_engine::period::{Date, Period, plus_days};

use crate::store::{BatchId, Run, Store, StoreError, StoredRecord};

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
    /// What had been published for the period before.
    published: Option<Run>,
    /// When the first batch of all came in.
    began: Option<Date>,
}

impl<'a> Watch<'a> {
    /// For the results of a run for a period.
    ///
    /// # Errors
    /// The store's.
    pub fn of(store: &'a dyn Store, bundle: &'a Bundle, run: &Run, period: Period) -> Result<Watch<'a>, StoreError> {
        let published = published_before(store, run, period)?;
        let first = store.batches(Some(BatchId(2)), 1)?.first().map(|batch| batch.received_on);
        Ok(Watch { store, bundle, published, began: first })
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

/// The late records of a result, by kind and place.
#[derive(Debug, Clone, Default)]
pub struct Late(HashMap<(String, String), Lateness>);

impl Late {
    /// What of the records of these units came late.
    ///
    /// # Errors
    /// The store's.
    pub fn of<'u>(
        store: &dyn Store,
        bundle: &Bundle,
        run: &Run,
        period: Period,
        units: impl IntoIterator<Item = &'u str>,
    ) -> Result<Late, StoreError> {
        let watch = Watch::of(store, bundle, run, period)?;
        let mut late = Late::default();
        for unit in units {
            for record in store.facts_of(unit, run.as_of)?.records {
                if let Some(found) = watch.lateness(&record)? {
                    late.0.insert((record.kind.clone(), record.source.to_line()), found);
                }
            }
        }
        Ok(late)
    }

    /// How a record came late, if it did.
    #[must_use]
    pub fn lateness(&self, kind: &str, place: &str) -> Option<Lateness> {
        // Nothing is late in most results.
        if self.0.is_empty() {
            return None;
        }
        self.0.get(&(kind.to_owned(), place.to_owned())).copied()
    }
}

/// The newest run before this one that is public, of the same standard and period.
///
/// # Errors
/// The store's.
pub fn published_before(store: &dyn Store, run: &Run, period: Period) -> Result<Option<Run>, StoreError> {
    let is_before = |other: &Run| {
        other.id < run.id && other.released && other.bundle == run.bundle && other.covers(period) && !other.trial
    };
    Ok(store.runs()?.into_iter().find(is_before))
}
