//! What there is to score: units at all levels with their attributes and records, what was handed in, what is exempted.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::coverage::Coverage;
use crate::diagnostic::Location;
use crate::dictionary::Value;
use crate::period::{Date, Period};
use crate::record::{Facts, Record};

/// The level of the one unit above all others, over which `roll_up.all` is made.
pub const ALL: &str = "all";

/// Everything a run reads.
#[derive(Debug, Default)]
pub struct World {
    units: Vec<UnitFacts>,
    by_level: HashMap<Arc<str>, HashMap<Arc<str>, usize>>,
    coverage: Arc<Coverage>,
    exemptions: Vec<Exemption>,
    pseudonym_key: Vec<u8>,
    latest: Option<Date>,
}

/// One unit with what is known about it.
#[derive(Debug, Clone, Default)]
pub struct UnitFacts {
    /// Its id, unique within its level.
    pub id: Arc<str>,
    /// Its level.
    pub level: Arc<str>,
    /// Its name; may be the id.
    pub name: Arc<str>,
    /// The unit directly above, by its place.
    pub parent: Option<usize>,
    /// Attributes, each with the days from which its values hold (none: always), ascending.
    pub attributes: BTreeMap<String, Vec<(Option<Date>, Value)>>,
    /// Its records.
    pub facts: Facts,
    /// Where it was read.
    pub place: Location,
}

/// A finding that shall not count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exemption {
    /// The unit's id.
    pub unit: String,
    /// The rule's id.
    pub rule: String,
    /// Only findings of evidence with this number, if given.
    pub record: Option<String>,
    /// First day; findings of earlier evidence count.
    pub from: Option<Date>,
    /// Last day; findings of later evidence count.
    pub until: Option<Date>,
    /// Why.
    pub reason: String,
    /// Who approved it.
    pub approved_by: Option<String>,
}

impl World {
    /// An empty world with the key of its pseudonyms.
    pub fn new(coverage: impl Into<Arc<Coverage>>, pseudonym_key: &[u8]) -> World {
        let mut world = World { coverage: coverage.into(), pseudonym_key: pseudonym_key.to_vec(), ..World::default() };
        world.add_unit(UnitFacts {
            id: Arc::from(ALL),
            level: Arc::from(ALL),
            name: Arc::from(ALL),
            ..UnitFacts::default()
        });
        world
    }

    /// Adds a unit after those it is below; gives its place.
    pub fn add_unit(&mut self, unit: UnitFacts) -> usize {
        let place = self.units.len();
        self.latest = self.latest.max(unit.facts.latest());
        self.by_level.entry(Arc::clone(&unit.level)).or_default().insert(Arc::clone(&unit.id), place);
        self.units.push(unit);
        place
    }

    /// Gives a unit its records, in place of those it had.
    pub fn set_records(&mut self, place: usize, records: Vec<Arc<Record>>) {
        self.latest = self.latest.max(records.iter().map(|record| record.date).max());
        if let Some(unit) = self.units.get_mut(place) {
            unit.facts = Facts::new(records);
        }
    }

    /// Says what shall not count.
    pub fn exempt(&mut self, mut exemptions: Vec<Exemption>) {
        exemptions.sort();
        self.exemptions = exemptions;
    }

    /// The units in order; the first stands above all.
    pub fn units(&self) -> &[UnitFacts] {
        &self.units
    }

    /// The place of a unit.
    pub fn find(&self, level: &str, id: &str) -> Option<usize> {
        self.by_level.get(level)?.get(id).copied()
    }

    /// The unit itself or the one above it at a level.
    pub fn at_level(&self, place: usize, level: &str) -> Option<usize> {
        let mut at = Some(place);
        while let Some(place) = at {
            let unit = self.units.get(place)?;
            if unit.level.as_ref() == level {
                return Some(place);
            }
            at = unit.parent;
        }
        None
    }

    /// A unit and those above it, nearest first.
    pub fn line(&self, place: usize) -> Vec<&UnitFacts> {
        let mut line = Vec::new();
        let mut at = self.units.get(place);
        while let Some(unit) = at {
            line.push(unit);
            at = unit.parent.and_then(|above| self.units.get(above));
        }
        line
    }

    /// Whether another has the same units at the same places.
    pub(super) fn has_same_units(&self, other: &World) -> bool {
        let names = |world: &'_ World| -> Vec<(Arc<str>, Arc<str>, Option<usize>)> {
            world.units.iter().map(|unit| (Arc::clone(&unit.level), Arc::clone(&unit.id), unit.parent)).collect()
        };
        std::ptr::eq(self, other) || names(self) == names(other)
    }

    /// The day of the latest record.
    pub fn latest(&self) -> Option<Date> {
        self.latest
    }

    pub(super) fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    pub(super) fn pseudonym_key(&self) -> &[u8] {
        &self.pseudonym_key
    }

    pub(super) fn has_exemptions(&self) -> bool {
        !self.exemptions.is_empty()
    }

    /// All exemptions, in a fixed order.
    pub(super) fn exemptions(&self) -> &[Exemption] {
        &self.exemptions
    }

    /// The exemptions of a unit, in a fixed order.
    pub(super) fn exemptions_of(&self, unit: &str) -> impl Iterator<Item = &Exemption> {
        // Invariant: sorted, first by unit.
        let first = self.exemptions.partition_point(|exemption| exemption.unit.as_str() < unit);
        self.exemptions.iter().skip(first).take_while(move |exemption| exemption.unit == unit)
    }
}

impl UnitFacts {
    /// The value of an attribute on a day.
    pub fn attribute(&self, key: &str, day: Date) -> Option<&Value> {
        let values = self.attributes.get(key)?;
        values.iter().rev().find(|(from, _)| from.is_none_or(|from| from <= day)).map(|(_, value)| value)
    }
}

impl Exemption {
    /// Whether it covers what a rule found on some evidence in a period.
    pub(super) fn covers(&self, rule: &str, evidence: &[Arc<Record>], period: Period) -> bool {
        self.covers_named(rule, evidence.iter().map(|record| (record.date, record.id.as_deref())), period)
    }

    /// The same of evidence of which day and number are known.
    pub fn covers_named<'e>(
        &self,
        rule: &str,
        evidence: impl Iterator<Item = (Date, Option<&'e str>)> + Clone,
        period: Period,
    ) -> bool {
        let day = evidence.clone().next().map_or(period.to(), |(day, _)| day);
        let names = |wanted: &String| evidence.clone().any(|(_, number)| number == Some(wanted.as_str()));
        self.rule == rule
            && self.from.is_none_or(|from| from <= day)
            && self.until.is_none_or(|until| day <= until)
            && self.record.as_ref().is_none_or(names)
    }
}
