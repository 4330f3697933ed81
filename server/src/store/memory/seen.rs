//! What was known when no more than this was stored, while more is being stored.
//!
//! Enters: how much was stored. Leaves: [`Knowledge`] that stays the same: that of the store as long as nothing has come since, then that
//! of a store that is furnished once more as this one was. Next: [`super::results`].

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use liuwu_engine::period::Date;

use super::{Inner, Memory};
use crate::store::Knowledge;
use crate::store::error::Result;
use crate::store::words::*;

/// The store as it was when so much was stored.
pub(super) struct AsSeen<'a> {
    store: &'a Memory,
    seen: Seen,
    then: Mutex<Option<Arc<Inner>>>,
}

impl Inner {
    pub(super) fn seen(&self) -> Seen {
        Seen { batch: self.last_batch(), withdrawals: self.withdrawn.log().len() as u64 }
    }

    /// Furnishes a store as this one was, one thing after the other.
    fn back_then(&self, seen: Seen) -> Result<Inner> {
        let withdrawals = self.withdrawn.first(seen.withdrawals);
        let mut then = Inner::default();
        for (id, batch) in (1..=seen.batch.0).map(BatchId).zip(&self.batches) {
            then.append(batch.clone())?;
            for withdrawal in withdrawals.log().iter().filter(|withdrawal| withdrawal.after == id) {
                then.withdrawn.add(withdrawal.clone());
            }
        }
        Ok(then)
    }
}

impl<'a> AsSeen<'a> {
    pub(super) fn new(store: &'a Memory, seen: Seen) -> AsSeen<'a> {
        AsSeen { store, seen, then: Mutex::new(None) }
    }

    fn read<T>(&self, read: impl FnOnce(&Inner) -> Result<T>) -> Result<T> {
        let now = self.store.read();
        if now.seen() == self.seen {
            return read(&now);
        }
        let mut then = self.then.lock().unwrap_or_else(PoisonError::into_inner);
        let known = match &*then {
            Some(known) => Arc::clone(known),
            None => Arc::clone(then.insert(Arc::new(now.back_then(self.seen)?))),
        };
        drop(then);
        read(&known)
    }
}

impl Knowledge for AsSeen<'_> {
    fn facts_of(&self, unit: &str, as_of: Date) -> Result<UnitFacts> {
        self.read(|then| then.facts_of(unit, as_of))
    }

    fn scan_facts(&self, after: Option<&str>, limit: usize, as_of: Date) -> Result<Vec<UnitFacts>> {
        self.read(|then| then.scan_facts(after, limit, as_of))
    }

    fn records_of_kind(
        &self,
        kind: &str,
        as_of: Date,
        visit: &mut dyn FnMut(StoredRecord) -> ControlFlow<()>,
    ) -> Result<()> {
        self.read(|then| then.records_of_kind(kind, as_of, visit))
    }

    fn units(&self, as_of: Date) -> Result<Vec<UnitRow>> {
        self.read(|then| Knowledge::units(then, as_of))
    }

    fn statements(&self, as_of: Date) -> Result<Vec<Received<Statement>>> {
        self.read(|then| then.statements(as_of))
    }

    fn exemptions(&self, as_of: Date) -> Result<Vec<Received<Exemption>>> {
        self.read(|then| then.exemptions(as_of))
    }
}
