//! One hash for each result of a run, by period and unit, and the hashes over them.
//!
//! Enters: hashes in the order in which the results of a run are read. Leaves: [`Registers`], of which a few can be exchanged when a
//! run replaces a few results of another: receipts for the root of a run, leaves for what the log says of it. Next:
//! [`super::footing`], [`crate::audit`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use liuwu_engine::assess::{Hash, Receipts, root};
use liuwu_engine::period::Period;

/// The hashes of all results of a run, by period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Registers(BTreeMap<Period, Register>);

/// The hashes of a period; the units, which hardly ever change, are shared from run to run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Register {
    /// By rising name, roll-ups among them.
    units: Arc<Vec<String>>,
    hashes: Receipts,
}

/// Takes the hashes of a run one by one.
#[derive(Debug)]
pub(crate) struct Gatherer(BTreeMap<Period, (Vec<String>, Vec<Hash>)>);

impl Gatherer {
    /// Of a run with these periods. One without a result counts too.
    pub(crate) fn new(periods: &[Period]) -> Gatherer {
        Gatherer(periods.iter().map(|period| (*period, Default::default())).collect())
    }

    /// Adds the hash of a result; those of a period come in the order of their units.
    pub(crate) fn add(&mut self, period: Period, unit: String, hash: Hash) {
        let (units, hashes) = self.0.entry(period).or_default();
        units.push(unit);
        hashes.push(hash);
    }

    pub(crate) fn finish(self) -> Registers {
        let register = |(units, hashes)| Register { units: Arc::new(units), hashes: Receipts::new(hashes) };
        Registers(self.0.into_iter().map(|(period, gathered)| (period, register(gathered))).collect())
    }
}

impl Registers {
    /// Puts the hash of a unit in the place of its old one, or adds it.
    pub(crate) fn exchange(&mut self, period: Period, unit: &str, hash: Hash) {
        let register = self.0.entry(period).or_default();
        match register.units.binary_search_by(|known| known.as_str().cmp(unit)) {
            Ok(place) => register.hashes.exchange(place, hash),
            Err(place) => {
                Arc::make_mut(&mut register.units).insert(place, unit.to_owned());
                register.hashes.insert(place, hash);
            }
        }
    }

    /// The units of which another run has another hash in a period, or none.
    pub(crate) fn apart(&self, other: &Registers, period: Period) -> BTreeSet<String> {
        let of = |registers: &Registers| -> BTreeMap<String, Hash> {
            let register = registers.0.get(&period).cloned().unwrap_or_default();
            register.units.iter().cloned().zip(register.hashes.all().iter().copied()).collect()
        };
        let [own, other_own] = [self, other].map(|registers| registers.0.get(&period));
        if let (Some(own), Some(other)) = (own, other_own)
            && own.units == other.units
        {
            let pairs = own.hashes.all().iter().zip(other.hashes.all());
            let differing = own.units.iter().zip(pairs).filter(|(_, (own, other))| own != other);
            return differing.map(|(unit, _)| unit.clone()).collect();
        }
        let [own, other] = [self, other].map(of);
        let differs = |unit: &&String| own.get(*unit) != other.get(*unit);
        own.keys().chain(other.keys()).filter(differs).cloned().collect()
    }

    /// The root over all of them.
    pub(crate) fn root(&self) -> String {
        root(self.0.iter().map(|(period, register)| (*period, &register.hashes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_exchanged_and_added_come_to_what_gathering_all_of_them_does() {
        let (year, empty) = ("2020".parse().unwrap(), "2021".parse().unwrap());
        let gathered = |hashes: &[(&str, u8)]| {
            let mut gatherer = Gatherer::new(&[year, empty]);
            hashes.iter().for_each(|(unit, hash)| gatherer.add(year, (*unit).to_owned(), [*hash; 32]));
            gatherer.finish()
        };
        let mut registers = gathered(&[("a", 1), ("c", 3)]);
        let old = registers.clone();
        registers.exchange(year, "c", [4; 32]);
        registers.exchange(year, "b", [2; 32]);
        let anew = gathered(&[("a", 1), ("b", 2), ("c", 4)]);
        assert_eq!((&registers, registers.root()), (&anew, anew.root()));
        assert_eq!(registers.apart(&old, year), ["b", "c"].map(str::to_owned).into());
        assert_ne!(old.root(), anew.root());
    }
}
