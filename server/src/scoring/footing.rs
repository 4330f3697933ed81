//! What updates would read anew each time, kept at hand from one to the next: the lists, and the receipts of runs in force.
//!
//! Enters: a store and a run. Leaves: [`Lists`] and [`Registers`], read when they are asked for the first time. Neither can be
//! stale: lists are known by the edition, the day and the store's count of changes to its lists, registers by their run, which
//! never changes. Next: [`super::changed`].

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use liuwu_engine::assess::receipt_bytes;
use liuwu_engine::bundle::Bundle;
use liuwu_engine::period::{Date, Period};
use serde::Deserialize;

use super::lists::Lists;
use super::registers::{Gatherer, Registers};
use super::{PAGE, ScoringError};
use crate::store::{Moment, Run, RunId, Store};

/// Lists kept, of editions and days, and registers kept, of runs: of two years, each with the run before it.
const KEPT: usize = 6;

/// What one store's updates have at hand. It goes with the store: two stores count their changes alike.
#[derive(Default)]
pub struct Footing {
    lists: Mutex<VecDeque<(ListsKey, Arc<Lists>)>>,
    registers: Mutex<VecDeque<(RunId, Arc<Registers>)>>,
}

/// What lists are known by: digest of the edition, day, changes to the lists.
type ListsKey = (String, Date, u64);

impl Footing {
    /// The lists of a day as an edition sees them.
    pub(super) fn lists(&self, now: &Moment, bundle: &Bundle, as_of: Date) -> Result<Arc<Lists>, ScoringError> {
        let key = (bundle.digest.to_string(), as_of, now.lists_changed);
        if let Some(known) = found(&self.lists, &key) {
            return Ok(known);
        }
        let lists = Arc::new(Lists::read(now.known.as_ref(), bundle, as_of)?);
        keep(&self.lists, key, &lists);
        Ok(lists)
    }

    /// The receipts of a run.
    pub(super) fn registers(&self, store: &dyn Store, run: &Run) -> Result<Arc<Registers>, ScoringError> {
        if let Some(known) = found(&self.registers, &run.id) {
            return Ok(known);
        }
        let registers = Arc::new(receipts_of(store, run)?);
        self.keep_registers(run.id, &registers);
        Ok(registers)
    }

    pub(super) fn keep_registers(&self, run: RunId, registers: &Arc<Registers>) {
        keep(&self.registers, run, registers);
    }
}

/// What is kept under a key; it now counts as used last.
fn found<K: PartialEq, V>(kept: &Mutex<VecDeque<(K, Arc<V>)>>, key: &K) -> Option<Arc<V>> {
    let mut kept = lock(kept);
    let place = kept.iter().position(|(known, _)| known == key)?;
    let used = kept.remove(place)?;
    let value = Arc::clone(&used.1);
    kept.push_back(used);
    Some(value)
}

/// The one not used for longest goes first.
fn keep<K: PartialEq, V>(kept: &Mutex<VecDeque<(K, Arc<V>)>>, key: K, value: &Arc<V>) {
    let mut kept = lock(kept);
    if kept.len() >= KEPT {
        kept.pop_front();
    }
    kept.push_back((key, Arc::clone(value)));
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The receipt of a result as it is kept, and nothing else of it.
#[derive(Deserialize)]
struct Receipted {
    receipt: String,
}

/// The receipts of all results of a run.
fn receipts_of(store: &dyn Store, run: &Run) -> Result<Registers, ScoringError> {
    let mut receipts = Gatherer::new(&run.periods);
    let mut after: Option<(Period, String)> = None;
    loop {
        let behind = after.as_ref().map(|(period, unit)| (*period, unit.as_str()));
        let page = store.scan_assessments(run.id, behind, PAGE)?;
        let is_last = page.len() < PAGE;
        after = page.last().map(|last| (last.period, last.unit.clone()));
        for stored in page {
            let Receipted { receipt } = serde_json::from_slice(&stored.bytes)?;
            receipts.add(stored.period, stored.unit, receipt_bytes(&receipt));
        }
        if is_last {
            return Ok(receipts.finish());
        }
    }
}
