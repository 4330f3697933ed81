//! From raw units and records to a [`World`], or to every fault in them.
//!
//! Enters: units and records as read from files or from the cases of a bundle, each with its place. Leaves: a world that
//! [`crate::assess::assess`] scores. Next: [`crate::proof`].

use std::collections::HashMap;
use std::sync::Arc;

use crate::assess::{UnitFacts, World};
use crate::bundle::Bundle;
use crate::codes::files as codes;
use crate::coverage::Coverage;
use crate::diagnostic::{Diagnostic, Location};
use crate::dictionary::read::{self, Raw, RawRecord, Strictness};
use crate::dictionary::{Attribute, Type, Value};
use crate::period::{Date, parse_date};
use crate::record::{Record, Source};

/// A unit before it is known to fit.
#[derive(Debug, Clone, Default)]
pub struct RawUnit {
    /// Its id.
    pub id: String,
    /// Its name; none: its id.
    pub name: Option<String>,
    /// Its level; none: the one scored.
    pub level: Option<String>,
    /// The id of the unit directly above.
    pub parent: Option<String>,
    /// Attributes with their places.
    pub attributes: Vec<(String, Raw, Location)>,
    /// Where it stands.
    pub location: Location,
}

/// A record before it is known to fit.
#[derive(Debug, Clone)]
pub struct RawEntry {
    /// The id of its unit.
    pub unit: String,
    /// Its kind.
    pub kind: String,
    /// Its date, number and fields.
    pub record: RawRecord<'static>,
    /// Where it was read.
    pub source: Source,
    /// Where its faults are pointed out.
    pub location: Location,
}

/// Puts units and records together.
///
/// # Errors
/// Every fault of every unit and record, each at its place.
pub fn gather(
    bundle: &Bundle,
    units: &[RawUnit],
    records: Vec<RawEntry>,
    coverage: Coverage,
    pseudonym_key: &[u8],
) -> Result<World, Vec<Diagnostic>> {
    let mut gathering = Gathering { bundle, world: World::new(coverage, pseudonym_key), faults: Vec::new() };
    gathering.units(units);
    gathering.records(records);
    if gathering.faults.is_empty() { Ok(gathering.world) } else { Err(gathering.faults) }
}

struct Gathering<'a> {
    bundle: &'a Bundle,
    world: World,
    faults: Vec<Diagnostic>,
}

impl Gathering<'_> {
    /// Adds units from the highest level down, each level in the order in which its units are first named.
    fn units(&mut self, units: &[RawUnit]) {
        let levels: Vec<&str> = self.bundle.levels().collect();
        let scored = self.bundle.assess.unit.as_str();
        for unit in units {
            let level = unit.level.as_deref().unwrap_or(scored);
            if !levels.contains(&level) {
                let fault =
                    Diagnostic::new(&codes::UNKNOWN_LEVEL).with("level", level).with("levels", levels.join("、"));
                self.faults.push(fault.at(unit.location.clone()));
            }
        }
        for (index, level) in levels.iter().enumerate().rev() {
            let above = levels.get(index + 1).copied();
            let below = index.checked_sub(1).and_then(|below| levels.get(below)).copied();
            let listed: HashMap<&str, &RawUnit> = units
                .iter()
                .filter(|unit| unit.level.as_deref().unwrap_or(scored) == *level)
                .map(|unit| (unit.id.as_str(), unit))
                .collect();
            for unit in units {
                let own = unit.level.as_deref().unwrap_or(scored);
                if own == *level {
                    self.add(unit, level, above);
                } else if Some(own) == below
                    && let Some(parent) = &unit.parent
                    && self.world.find(level, parent).is_none()
                {
                    match listed.get(parent.as_str()) {
                        Some(listed) => self.add(listed, level, above),
                        None => self.add(&RawUnit { id: parent.clone(), ..RawUnit::default() }, level, above),
                    }
                }
            }
        }
    }

    fn add(&mut self, unit: &RawUnit, level: &str, above: Option<&str>) {
        if unit.id.is_empty() {
            self.faults.push(Diagnostic::new(&codes::NO_UNIT_ID).at(unit.location.clone()));
            return;
        }
        if let Some(known) = self.world.find(level, &unit.id) {
            // A unit named as a parent before its own line came: the line itself is no second one.
            let same_line = self.world.units().get(known).is_some_and(|known| known.place == unit.location);
            if !same_line {
                let fault = Diagnostic::new(&codes::DUPLICATE_UNIT).with("unit", &unit.id);
                self.faults.push(fault.at(unit.location.clone()));
            }
            return;
        }
        let parent = match (&unit.parent, above) {
            (None, _) => None,
            (Some(parent), Some(above)) => self.world.find(above, parent),
            (Some(_), None) => {
                let fault = Diagnostic::new(&codes::PARENT_OF_HIGHEST).with("unit", &unit.id);
                self.faults.push(fault.at(unit.location.clone()));
                None
            }
        };
        let mut facts = UnitFacts {
            id: Arc::from(unit.id.as_str()),
            level: Arc::from(level),
            name: Arc::from(unit.name.as_deref().unwrap_or(&unit.id)),
            parent,
            place: unit.location.clone(),
            ..UnitFacts::default()
        };
        for (key, raw, location) in &unit.attributes {
            let values = self.attribute(level, key, raw, location);
            facts.attributes.insert(key.clone(), values);
        }
        self.world.add_unit(facts);
    }

    fn attribute(&mut self, level: &str, key: &str, raw: &Raw, location: &Location) -> Vec<(Option<Date>, Value)> {
        let bundle = self.bundle;
        let belongs = |attribute: &Attribute| attribute.of.as_deref().unwrap_or(&bundle.assess.unit) == level;
        let Some(attribute) = bundle.dictionary.attributes.get(key).filter(|attribute| belongs(attribute)) else {
            let known: Vec<&str> = bundle
                .dictionary
                .attributes
                .iter()
                .filter(|(_, attribute)| belongs(attribute))
                .map(|(key, _)| key.as_str())
                .collect();
            let fault =
                Diagnostic::new(&codes::UNKNOWN_ATTRIBUTE).with("attribute", key).with("known", known.join("、"));
            self.faults.push(fault.at(location.clone()));
            return Vec::new();
        };
        let dated = dated(attribute, raw);
        let values = dated.unwrap_or_else(|| vec![(None, raw)]);
        let mut read = Vec::new();
        for (from, raw) in values {
            match read::value(key, &attribute.field, &bundle.dictionary.shapes, raw, Strictness::Data) {
                Ok(Some(value)) => read.push((from, value)),
                Ok(None) => {}
                Err(faults) => self.faults.extend(faults.into_iter().map(|fault| fault.at(location.clone()))),
            }
        }
        read.sort_by_key(|(from, _)| *from);
        read
    }

    fn records(&mut self, records: Vec<RawEntry>) {
        let mut by_unit: HashMap<usize, Vec<Arc<Record>>> = HashMap::new();
        for entry in records {
            let Some(kind) = self.bundle.dictionary.kinds.get(&entry.kind) else {
                let known: Vec<&str> = self.bundle.dictionary.kinds.keys().map(String::as_str).collect();
                let fault =
                    Diagnostic::new(&codes::UNKNOWN_KIND).with("kind", &entry.kind).with("known", known.join("、"));
                self.faults.push(fault.at(entry.location));
                continue;
            };
            let level = kind.of.as_deref().unwrap_or(&self.bundle.assess.unit);
            let unit = self.world.find(level, &entry.unit);
            if unit.is_none() {
                let fault = Diagnostic::new(&codes::UNKNOWN_UNIT).with("unit", &entry.unit);
                self.faults.push(fault.at(entry.location.clone()));
            }
            match read::row(kind, &self.bundle.dictionary, &entry.record, Strictness::Data) {
                Ok(row) => {
                    if let Some(unit) = unit {
                        let record = Record {
                            kind: Arc::clone(kind),
                            date: row.date,
                            id: row.id,
                            values: row.values,
                            source: entry.source,
                        };
                        by_unit.entry(unit).or_default().push(Arc::new(record));
                    }
                }
                Err(faults) => {
                    self.faults.extend(faults.into_iter().map(|fault| fault.at(entry.location.clone())));
                }
            }
        }
        for place in 0..self.world.units().len() {
            if let Some(records) = by_unit.remove(&place) {
                self.world.set_records(place, records);
            }
        }
    }
}

/// The values of an attribute by the day from which they hold: `{"2020-01-01": 5}`; none when it is a plain value.
fn dated<'a>(attribute: &Attribute, raw: &'a Raw) -> Option<Vec<(Option<Date>, &'a Raw)>> {
    if matches!(attribute.field.kind, Type::Map(_) | Type::Shape(_)) {
        return None;
    }
    let Raw::Map(entries) = raw else { return None };
    entries.iter().map(|(day, value)| parse_date(day).ok().map(|day| (Some(day), value))).collect()
}
