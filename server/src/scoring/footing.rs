//! What updates would read anew each time, kept at hand from one to the next: the lists, and the receipts of runs in force.
//!
//! Enters: a store and a run. Leaves: [`Lists`] and [`Registers`], read when they are asked for the first time. Neither can be
//! stale: lists are known by the edition, the day and the store's count of changes to its lists, registers by their run, which
//! never changes. Next: [`super::changed`].

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use liuwu_engine::assess::{Hash, Receipts, receipt_bytes, root};
use liuwu_engine::bundle::Bundle;
use liuwu_engine::period::{Date, Period};
use serde::Deserialize;

use super::lists::Lists;
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
        let registers = Arc::new(Registers::read(store, run)?);
        self.keep_registers(run.id, &registers);
        Ok(registers)
    }

    pub(super) fn keep_registers(&self, run: RunId, registers: &Arc<Registers>) {
        keep(&self.registers, run, registers);
    }
}

fn found<K: PartialEq, V>(kept: &Mutex<VecDeque<(K, Arc<V>)>>, key: &K) -> Option<Arc<V>> {
    lock(kept).iter().find(|(known, _)| known == key).map(|(_, value)| Arc::clone(value))
}

/// The one kept first goes first.
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

/// The receipts of all results of a run, by period.
#[derive(Clone)]
pub(super) struct Registers(BTreeMap<Period, Register>);

/// The receipts of a period; the units, which hardly ever change, are shared from run to run.
#[derive(Clone, Default)]
struct Register {
    /// By rising name, roll-ups among them.
    units: Arc<Vec<String>>,
    receipts: Receipts,
}

/// The receipt of a result as it is kept, and nothing else of it.
#[derive(Deserialize)]
struct Receipted {
    receipt: String,
}

impl Registers {
    fn read(store: &dyn Store, run: &Run) -> Result<Registers, ScoringError> {
        let mut registers = BTreeMap::new();
        for period in &run.periods {
            registers.insert(*period, Register::read(store, run.id, *period)?);
        }
        Ok(Registers(registers))
    }

    /// Puts the receipt of a unit in the place of its old one, or adds it.
    pub(super) fn exchange(&mut self, period: Period, unit: &str, receipt: Hash) {
        let register = self.0.entry(period).or_default();
        match register.units.binary_search_by(|known| known.as_str().cmp(unit)) {
            Ok(place) => register.receipts.exchange(place, receipt),
            Err(place) => {
                Arc::make_mut(&mut register.units).insert(place, unit.to_owned());
                register.receipts.insert(place, receipt);
            }
        }
    }

    /// The units of which another run has another result in a period, or none.
    pub(super) fn apart(&self, other: &Registers, period: Period) -> BTreeSet<String> {
        let of = |registers: &Registers| -> BTreeMap<String, Hash> {
            let register = registers.0.get(&period).cloned().unwrap_or_default();
            register.units.iter().cloned().zip(register.receipts.all().iter().copied()).collect()
        };
        let [own, other_own] = [self, other].map(|registers| registers.0.get(&period));
        if let (Some(own), Some(other)) = (own, other_own)
            && own.units == other.units
        {
            let pairs = own.receipts.all().iter().zip(other.receipts.all());
            let differing = own.units.iter().zip(pairs).filter(|(_, (own, other))| own != other);
            return differing.map(|(unit, _)| unit.clone()).collect();
        }
        let [own, other] = [self, other].map(of);
        let differs = |unit: &&String| own.get(*unit) != other.get(*unit);
        own.keys().chain(other.keys()).filter(differs).cloned().collect()
    }

    /// The root of the run.
    pub(super) fn root(&self) -> String {
        root(self.0.iter().map(|(period, register)| (*period, &register.receipts)))
    }
}

impl Register {
    fn read(store: &dyn Store, run: RunId, period: Period) -> Result<Register, ScoringError> {
        let (mut units, mut receipts) = (Vec::new(), Vec::new());
        loop {
            let after = units.last().map_or("", String::as_str);
            let page = store.scan_assessments(run, Some((period, after)), PAGE)?;
            let is_last = page.len() < PAGE || page.last().is_some_and(|last| last.period != period);
            for stored in page.into_iter().filter(|stored| stored.period == period) {
                let Receipted { receipt } = serde_json::from_slice(&stored.bytes)?;
                receipts.push(receipt_bytes(&receipt));
                units.push(stored.unit);
            }
            if is_last {
                return Ok(Register { units: Arc::new(units), receipts: Receipts::new(receipts) });
            }
        }
    }
}
