//! What was known when no more than this was stored, while more is being stored.
//!
//! Enters: how much was stored. Leaves: [`Knowledge`] that stays the same. As long as nothing has come since, it is read as that of the
//! store itself; then packed facts still serve for every unit that nothing has come about, and the few others are read record by
//! record. Next: [`super::packs`].

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Bound, ControlFlow};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLockReadGuard};

use liuwu_engine::period::Date;

use super::{Known, Sled};
use crate::store::error::Result;
use crate::store::packed::PackedFacts;
use crate::store::words::*;
use crate::store::{Knowledge, Moment};

/// Batches and withdrawals that are looked through for the units they are about. Where more have come, all units are read record by
/// record.
const LOOKED_THROUGH: u64 = 2_000;

/// The store as it was when so much was stored.
pub(super) struct AsSeen<'a> {
    store: &'a Sled,
    seen: Seen,
    /// From this day on, all of it is known.
    latest: Date,
    /// What was known, once more is known.
    then: OnceLock<Known>,
    later: Mutex<Later>,
}

/// What has come since.
struct Later {
    /// How far that was looked through.
    until: Seen,
    /// The units that it is about; none: too much to be looked through.
    units: Option<Touched>,
}

/// Units that something has come about.
type Touched = Arc<BTreeSet<String>>;

impl Known {
    pub(super) fn seen(&self) -> Seen {
        Seen { batch: self.last_batch, withdrawals: self.withdrawn.log().len() as u64 }
    }

    /// What of it was known when so much was stored.
    fn back_then(&self, seen: Seen) -> Known {
        let last_batch = self.last_batch.min(seen.batch);
        Known { last_batch, withdrawn: self.withdrawn.first(seen.withdrawals), ..self.clone() }
    }
}

impl Sled {
    pub(super) fn this_moment(&self) -> Moment<'_> {
        let known = self.known();
        let seen = known.seen();
        let then = AsSeen::new(self, seen, known.latest);
        Moment { seen, lists_changed: known.lists, known: Box::new(then) }
    }

    pub(super) fn what_was_seen(&self, seen: Seen) -> AsSeen<'_> {
        AsSeen::new(self, seen, self.known().latest)
    }

    /// The units of which packed facts were changed by a batch that is whole.
    fn units_changed_by(&self, known: &Known, id: BatchId) -> Result<BTreeSet<String>> {
        let mut units = self.units_of_batch(id)?;
        let mut put_out = self.taken_back_by(id)?;
        if self.heading(known, id)?.counts.superseded > 0 {
            self.records_of_batch(id, &mut |record| {
                put_out.extend(record.supersedes);
                Ok(())
            })?;
        }
        for old in put_out {
            units.extend(self.place_of(old)?.map(|(unit, _)| unit));
        }
        Ok(units)
    }
}

impl<'a> AsSeen<'a> {
    fn new(store: &'a Sled, seen: Seen, latest: Date) -> AsSeen<'a> {
        let later = Later { until: seen, units: Some(Arc::default()) };
        AsSeen { store, seen, latest, then: OnceLock::new(), later: Mutex::new(later) }
    }

    /// What was known, of what is known by now.
    fn known<'k>(&'k self, now: &'k Known) -> &'k Known {
        if now.seen() == self.seen { now } else { self.then.get_or_init(|| now.back_then(self.seen)) }
    }

    /// What is known by now, held so that it stays so, and the units that anything has come about.
    fn since(&self) -> Result<(RwLockReadGuard<'a, Known>, Option<Touched>)> {
        // Taken before the other lock: whoever looks through batches asks what is known.
        let mut later = self.later.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let now = self.store.known();
            if later.until == now.seen() || later.units.is_none() {
                return Ok((now, later.units.clone()));
            }
            let now = now.clone();
            self.look_through(&now, &mut later)?;
        }
    }

    fn look_through(&self, now: &Known, later: &mut Later) -> Result<()> {
        let (from, to) = (later.until, now.seen());
        later.until = to;
        let batches = to.batch.0.saturating_sub(self.seen.batch.0);
        let come = batches.saturating_add(to.withdrawals.saturating_sub(self.seen.withdrawals));
        let Some(units) = later.units.as_mut().filter(|_| come <= LOOKED_THROUGH) else {
            later.units = None;
            return Ok(());
        };
        let units = Arc::make_mut(units);
        for id in (from.batch.0.saturating_add(1)..=to.batch.0).map(BatchId) {
            units.extend(self.store.units_changed_by(now, id)?);
        }
        for (withdrawal, _) in now.withdrawn.log().iter().zip(0..).filter(|(_, number)| *number >= from.withdrawals) {
            units.extend(self.store.units_touched(now, withdrawal.target)?);
        }
        Ok(())
    }

    /// The packed facts of a unit read record by record.
    fn packed_anew(&self, now: &Known, unit: &str, as_of: Date) -> Result<PackedFacts> {
        Ok(PackedFacts::of(&self.store.one_unit(self.known(now), unit, as_of)?))
    }
}

impl Knowledge for AsSeen<'_> {
    fn facts_of(&self, unit: &str, as_of: Date) -> Result<UnitFacts> {
        self.store.one_unit(self.known(&self.store.known()), unit, as_of)
    }

    fn scan_facts(&self, after: Option<&str>, limit: usize, as_of: Date) -> Result<Vec<UnitFacts>> {
        self.store.some_units(self.known(&self.store.known()), after, limit, as_of)
    }

    fn packed_of(&self, unit: &str, as_of: Date) -> Result<PackedFacts> {
        let (now, touched) = self.since()?;
        match touched.filter(|touched| as_of >= self.latest && !touched.contains(unit)) {
            Some(_) => self.store.one_packed(unit),
            None => self.packed_anew(&now, unit, as_of),
        }
    }

    fn scan_packed(&self, after: Option<&str>, limit: usize, as_of: Date) -> Result<Vec<PackedFacts>> {
        let (now, touched) = self.since()?;
        let Some(touched) = touched.filter(|_| as_of >= self.latest) else {
            let units = self.store.some_units(self.known(&now), after, limit, as_of)?;
            return Ok(units.iter().map(PackedFacts::of).collect());
        };
        let page = self.store.some_packed(after, limit)?;
        if touched.is_empty() {
            return Ok(page);
        }
        let last = page.last().filter(|_| page.len() >= limit).map(|last| last.unit.clone());
        let mut found: BTreeMap<String, PackedFacts> =
            page.into_iter().map(|packed| (packed.unit.clone(), packed)).collect();
        // Of some of them nothing is known by now, so they are not on the page.
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        for unit in touched.range::<str, _>((from, Bound::Unbounded)) {
            if last.as_ref().is_some_and(|last| unit > last) {
                break;
            }
            found.insert(unit.clone(), self.packed_anew(&now, unit, as_of)?);
        }
        Ok(found.into_values().take(limit).collect())
    }

    fn records_of_kind(
        &self,
        kind: &str,
        as_of: Date,
        visit: &mut dyn FnMut(StoredRecord) -> ControlFlow<()>,
    ) -> Result<()> {
        self.store.one_kind(self.known(&self.store.known()), kind, as_of, visit)
    }

    fn units(&self, as_of: Date) -> Result<Vec<UnitRow>> {
        self.store.list_of_units(self.known(&self.store.known()), as_of)
    }

    fn statements(&self, as_of: Date) -> Result<Vec<Received<Statement>>> {
        self.store.list(self.known(&self.store.known()), &self.store.shelves.statements, as_of)
    }

    fn exemptions(&self, as_of: Date) -> Result<Vec<Received<Exemption>>> {
        self.store.list(self.known(&self.store.known()), &self.store.shelves.exemptions, as_of)
    }
}
