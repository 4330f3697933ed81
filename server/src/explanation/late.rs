//! Late data: what became known only after results for the period had been published (补报).
//!
//! Enters: a run, a period, and the units whose records a result rests on. Leaves: a [`Late`], which says of a record since when it
//! is known, if that is late. Pages, the API and the command line ask here. Next: [`super`].

use std::collections::BTreeSet;

use liuwu_engine::dictionary::Dictionary;
use liuwu_engine::period::{Date, Period};

use crate::records::record_of;
use crate::store::{Run, RunId, Store, StoreError};
use crate::trace::{Trace, Traces};

/// The late records of a result.
#[derive(Debug, Clone, Default)]
pub struct Late {
    /// The results that were published first.
    first: Option<Run>,
    /// Since when each record is known.
    since: Traces<Date>,
}

impl Late {
    /// What of the records of these units, as an edition with this dictionary reads them, came after results for the period had
    /// first been published, before this run.
    ///
    /// # Errors
    /// The store's.
    pub fn of(
        store: &dyn Store,
        run: &Run,
        period: Period,
        units: &[String],
        dictionary: &Dictionary,
    ) -> Result<Late, StoreError> {
        let mut late = Late { first: first_published(store, run, period)?, since: Traces::default() };
        // Nothing is late in most results.
        if late.first.is_none() {
            return Ok(late);
        }
        for unit in units {
            for stored in store.facts_of(unit, run.as_of)?.records {
                // A record that no longer fits its kind is evidence of nothing.
                if let Some(kind) = dictionary.kinds.get(&stored.kind)
                    && let Ok(record) = record_of(kind, dictionary, &stored)
                {
                    late.since.keep(&record, dictionary, stored.received_on);
                }
            }
        }
        Ok(late)
    }

    /// Since when a record is known, if that is late.
    #[must_use]
    pub fn since(&self, evidence: &Trace<'_>) -> Option<Date> {
        let first = self.first.as_ref()?;
        self.since.find(evidence).copied().filter(|day| is_late(*day, first))
    }
}

/// Whether what is known since a day was unknown to the results that were published first.
#[must_use]
pub fn is_late(since: Date, first_published: &Run) -> bool {
    since > first_published.as_of
}

/// Of the runs before this one for the same standard and period the one that was public first, though it may have been taken back
/// since: what came after it stays late, whatever is published later.
///
/// # Errors
/// The store's.
pub fn first_published(store: &dyn Store, run: &Run, period: Period) -> Result<Option<Run>, StoreError> {
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
