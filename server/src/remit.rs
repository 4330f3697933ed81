//! What somebody may hand in: record kinds of a department, units of a town, a village's own.
//!
//! Enters: a [`Scope`], the bundle and the units there are. Leaves: a [`Remit`], which says of a kind and of a unit whether they are
//! within it. Next: [`crate::upload`].

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use liuwu_engine::bundle::Bundle;
use liuwu_engine::dictionary::Kind;

use crate::store::{NewBatch, Scope, UnitRow};

/// The kinds and the units that somebody may hand in for; none: all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remit {
    kinds: Option<BTreeSet<String>>,
    units: Option<BTreeSet<String>>,
}

impl Remit {
    /// Everything.
    pub const ALL: Remit = Remit { kinds: None, units: None };

    /// What a scope lets somebody hand in.
    pub fn of(scope: &Scope, bundle: &Bundle, units: &[UnitRow]) -> Remit {
        match scope {
            Scope::Everything => Remit::ALL,
            Scope::Department(name) => {
                let own = bundle.dictionary.kinds.values().filter(|kind| kind.department.as_ref() == Some(name));
                Remit { kinds: Some(own.map(|kind| kind.id.to_string()).collect()), units: None }
            }
            Scope::Divisions(codes) => Remit { kinds: None, units: Some(below(codes, units)) },
        }
    }

    /// Whether a kind is within it.
    pub fn has_kind(&self, kind: &str) -> bool {
        self.kinds.as_ref().is_none_or(|kinds| kinds.contains(kind))
    }

    /// Whether a unit is within it.
    pub fn has_unit(&self, unit: &str) -> bool {
        self.units.as_ref().is_none_or(|units| units.contains(unit))
    }

    /// The units within it; none: all there are.
    pub fn units(&self) -> Option<&BTreeSet<String>> {
        self.units.as_ref()
    }

    /// Whether anything may be handed in: lists of units concern everybody.
    pub fn is_all(&self) -> bool {
        *self == Remit::ALL
    }

    /// What of a batch is not within it: the first kind, unit or area. Lists of units and exemptions concern everybody.
    pub fn outside(&self, batch: &NewBatch) -> Option<String> {
        if self.is_all() {
            return None;
        }
        let concerns_all = batch.units.first().map(|unit| unit.name.clone());
        let concerns_all = concerns_all.or_else(|| batch.exemptions.first().map(|exemption| exemption.unit.clone()));
        let kinds = batch.records.iter().map(|row| &row.kind).chain(batch.statements.iter().map(|said| &said.kind));
        let units = batch.records.iter().map(|row| &row.unit).chain(batch.attributes.iter().map(|fact| &fact.unit));
        let units = units.chain(batch.statements.iter().map(|said| &said.area));
        let other_kind = kinds.into_iter().find(|kind| !self.has_kind(kind)).cloned();
        concerns_all.or(other_kind).or_else(|| units.into_iter().find(|unit| !self.has_unit(unit)).cloned())
    }

    /// The kinds within it, in the order of the bundle.
    pub fn kinds<'b>(&self, bundle: &'b Bundle) -> impl Iterator<Item = &'b Arc<Kind>> {
        bundle.dictionary.kinds.values().filter(|kind| self.has_kind(&kind.id))
    }
}

/// Some units and all below them.
fn below(codes: &[String], units: &[UnitRow]) -> BTreeSet<String> {
    let mut children: HashMap<&str, Vec<&str>> = HashMap::new();
    for unit in units {
        children.entry(unit.parent.as_deref().unwrap_or_default()).or_default().push(&unit.id);
    }
    let mut found: BTreeSet<String> = BTreeSet::new();
    let mut open: Vec<&str> = codes.iter().map(String::as_str).collect();
    while let Some(code) = open.pop() {
        // A circle of parents ends here.
        if found.insert(code.to_owned()) {
            open.extend(children.get(code).into_iter().flatten());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_town_reaches_its_villages_and_no_others() {
        let row = |id: &str, parent: &str| UnitRow {
            id: id.to_owned(),
            level: "village".to_owned(),
            name: id.to_owned(),
            parent: Some(parent.to_owned()),
        };
        let units = [row("T1", "C"), row("T2", "C"), row("V1", "T1"), row("V2", "T2"), row("G1", "V1"), row("X", "X")];
        let found = below(&["T1".to_owned(), "X".to_owned()], &units);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["G1", "T1", "V1", "X"]);
    }
}
