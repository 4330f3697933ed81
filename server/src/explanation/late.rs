//! Late data: what became known only after results for the period had been published (补报).
//!
//! Enters: a run, a period, and the units whose records a result rests on. Leaves: a [`Late`], which says of a record since when it
//! is known, if that is late. Pages, the API and the command line ask here. Next: [`super`].

use std::collections::HashMap;

use liuwu_engine::period::{Date, Period};

use crate::store::{Run, Store, StoreError};

/// The late records of a result, by kind and place.
#[derive(Debug, Clone, Default)]
pub struct Late(HashMap<(String, String), Date>);

impl Late {
    /// What of the records of these units came after results for the period had been published before this run.
    ///
    /// # Errors
    /// The store's.
    pub fn of<'u>(
        store: &dyn Store,
        run: &Run,
        period: Period,
        units: impl IntoIterator<Item = &'u str>,
    ) -> Result<Late, StoreError> {
        let mut late = Late::default();
        let Some(before) = published_before(store, run, period)? else { return Ok(late) };
        for unit in units {
            for record in store.facts_of(unit, run.as_of)?.records {
                if is_late(record.received_on, &before) {
                    late.0.insert((record.kind.clone(), record.source.to_line()), record.received_on);
                }
            }
        }
        Ok(late)
    }

    /// Since when a record is known, if that is late.
    #[must_use]
    pub fn since(&self, kind: &str, place: &str) -> Option<Date> {
        // Nothing is late in most results.
        if self.0.is_empty() {
            return None;
        }
        self.0.get(&(kind.to_owned(), place.to_owned())).copied()
    }
}

/// Whether what is known since a day was unknown to the results that had been published before.
#[must_use]
pub fn is_late(since: Date, published: &Run) -> bool {
    since > published.as_of
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
