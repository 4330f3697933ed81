//! The sections `base_case` and `cases`: facts, and what they must lead to.
//!
//! Enters: the keys of the file and what the other sections gave. Leaves: [`Case`]s, each with the base case merged in; values
//! stay raw, with their places, until a case is run. Next: [`super::expect`].

use std::collections::BTreeSet;

use super::expect::expect;
use super::guard::Key;
use super::keys::Keys;
use super::literal::raw;
use super::model::{Bundle, Case, CaseRecord, CaseUnit, CaseValue, Constant, Place};
use super::names::Given;
use super::node::Node;
use super::parameters::other_value;
use super::reader::Reader;
use super::sections;
use crate::codes::bundle as code;
use crate::diagnostic::{Diagnostic, Location};
use crate::dictionary::Attribute;
use crate::period::{Period, PeriodError};

/// The most periods, units and records of all cases together, the base case counted in each.
pub const MOST_FACTS: usize = 200_000;
/// How a case names the unit at hand, and the units above it.
const OWN_UNIT: &str = "U";
const OWN_ABOVE: &str = "A";
/// The most periods of one case.
const MOST_PERIODS: usize = 1_200;

/// Reads the base case of a bundle whose other sections have been read.
pub(super) fn base_case(file: &Keys<'_>, bundle: &Bundle) -> Case {
    let reading = Reading { reader: file.reader, bundle };
    file.get("base_case").and_then(|node| reading.base_case(node)).unwrap_or_default()
}

/// Reads the cases of a bundle whose other sections have been read.
pub(super) fn cases(file: &Keys<'_>, bundle: &Bundle) -> Vec<Case> {
    let reading = Reading { reader: file.reader, bundle };
    let mut given = Given::default();
    let mut cases = Vec::new();
    let mut left = MOST_FACTS;
    for node in file.items("cases") {
        let Some(case) = reading.case(node) else { continue };
        let Some(rest) = left.checked_sub(case.size()) else {
            file.reader.fault(node.place, Diagnostic::new(&code::TOO_MANY_FACTS).with("limit", MOST_FACTS));
            break;
        };
        left = rest;
        given.give(file.reader, &case.name, node.place);
        cases.push(case);
    }
    cases
}

struct Reading<'a> {
    reader: &'a Reader,
    bundle: &'a Bundle,
}

impl<'a> Reading<'a> {
    fn base_case(&self, node: &'a Node) -> Option<Case> {
        let keys = self.reader.keys(node, "base_case", &sections::BASE_CASE)?;
        let facts = self.facts(&keys);
        Some(facts)
    }

    fn case(&self, node: &'a Node) -> Option<Case> {
        let keys = self.reader.keys(node, "cases", &sections::CASE)?;
        let name = keys.text("name");
        let mut case = self.facts(&keys).over(&self.bundle.base_case);
        if case.periods.is_empty() && keys.get("period").is_none() {
            keys.required("period");
        }
        self.known_units(&case, &keys);
        if let Some(node) = keys.required("expect") {
            case.expect = expect(self.reader, node, self.bundle, &case.units);
        }
        Some(Case { name, location: self.reader.location(node.place), ..case })
    }

    /// All but the name and what is expected.
    fn facts(&self, keys: &Keys<'a>) -> Case {
        Case {
            periods: self.periods(keys),
            as_of: keys.date("as_of"),
            parameters: self.parameters(keys),
            unit: self.attributes(keys.named("unit"), None),
            above: self.above(keys),
            units: keys.items("units").iter().filter_map(|node| self.unit(node, &keys.path_of("units"))).collect(),
            records: keys
                .items("records")
                .iter()
                .filter_map(|node| self.record(node, &keys.path_of("records")))
                .collect(),
            not_handed_in: self.kinds(keys),
            exemptions: self.exemptions(keys),
            ..Case::default()
        }
    }

    /// `parameters`: values that hold in this case only, such as a threshold that a county sets for itself.
    fn parameters(&self, keys: &Keys<'a>) -> Vec<(String, Constant)> {
        let mut values = Vec::new();
        for (key, node) in keys.named("parameters") {
            let known = &self.bundle.parameters;
            match known.get(&key.text) {
                Some(parameter) => {
                    let path = format!("{}.{}", keys.path_of("parameters"), key.text);
                    let value = other_value(self.reader, node, &path, parameter);
                    values.extend(value.map(|value| (key.text.clone(), value)));
                }
                None => {
                    let known = known.keys().map(String::as_str);
                    self.reader.unknown_name(key.place, ("参数", "parameter"), &key.text, known);
                }
            }
        }
        values
    }

    /// `period`: one, a list, or a range such as `2019..2020`, of the length that the bundle scores.
    fn periods(&self, keys: &Keys<'_>) -> Vec<Period> {
        let mut periods = Vec::new();
        for (text, place) in keys.texts("period") {
            if periods.len() > MOST_PERIODS {
                self.reader.fault(place, Diagnostic::new(&code::TOO_MANY_PERIODS).with("value", text));
                break;
            }
            match Period::parse_list(&text) {
                Ok(read) => periods.extend(read.into_iter().filter(|period| self.is_scored(*period, &text, place))),
                Err(error) => self.bad_period(&text, place, &error),
            }
        }
        periods.sort();
        periods.dedup();
        periods
    }

    fn bad_period(&self, text: &str, place: Place, error: &PeriodError) {
        let fault = match error {
            PeriodError::Reversed { .. } => &code::PERIOD_REVERSED,
            PeriodError::TooMany { .. } => &code::TOO_MANY_PERIODS,
            _ => &code::BAD_PERIOD,
        };
        self.reader.fault(place, Diagnostic::new(fault).with("value", text));
    }

    fn is_scored(&self, period: Period, text: &str, place: Place) -> bool {
        let scored = self.bundle.assess.period;
        let fits = period.granularity().is_none_or(|own| own == scored);
        if !fits {
            let example = Period::containing(scored, period.from()).name();
            let fault = Diagnostic::new(&code::OTHER_PERIOD)
                .with("value", text)
                .with("length", scored.zh())
                .with("length_en", scored.key())
                .with("example", example);
            self.reader.fault(place, fault);
        }
        fits
    }

    /// Attributes of the unit at hand, or of a level above.
    fn attributes(&self, entries: &[(Key, Node)], level: Option<&str>) -> Vec<(String, CaseValue)> {
        let mut values = Vec::new();
        for (key, node) in entries {
            self.attribute(key, level);
            values.push((key.text.clone(), self.value(node)));
        }
        values
    }

    fn attribute(&self, key: &Key, level: Option<&str>) {
        let of_level = |attribute: &Attribute| attribute.of.as_deref() == level;
        match self.bundle.dictionary.attributes.get(&key.text) {
            Some(attribute) if of_level(attribute) => {}
            Some(attribute) => {
                let own = attribute.of.as_deref().unwrap_or("unit");
                let fault = Diagnostic::new(&code::OTHER_LEVEL).with("name", &key.text).with("level", own);
                self.reader.fault(key.place, fault);
            }
            None => {
                let attributes = self.bundle.dictionary.attributes.iter();
                let known = attributes.filter(|(_, known)| of_level(known)).map(|(name, _)| name.as_str());
                self.reader.unknown_name(key.place, ("属性", "attribute"), &key.text, known);
            }
        }
    }

    /// `town: {police: 3}`: attributes of levels above, each under its level's name.
    fn above(&self, keys: &Keys<'a>) -> Vec<(String, String, CaseValue)> {
        let mut above = Vec::new();
        let levels = &self.bundle.assess.within;
        for (key, node) in keys.rest() {
            if !levels.contains(&key.text) {
                keys.unknown(key);
                continue;
            }
            let entries = self.reader.entries(node, &keys.path_of(&key.text));
            let values = self.attributes(entries, Some(&key.text)).into_iter();
            above.extend(values.map(|(name, value)| (key.text.clone(), name, value)));
        }
        above
    }

    /// A further unit: `id`, `parent`, `level`, and its attributes beside them.
    fn unit(&self, node: &'a Node, path: &str) -> Option<CaseUnit> {
        let keys = self.reader.keys(node, path, &sections::CASE_UNIT)?;
        let id = keys.text("id");
        let level = keys.optional_text("level");
        if let (Some(level), Some(node)) = (&level, keys.get("level"))
            && !self.bundle.levels().any(|known| known == level)
        {
            self.reader.unknown_name(node.place, ("层级", "level"), level, self.bundle.levels());
        }
        let parent = keys.optional_text("parent");
        let of = level.as_deref().filter(|level| *level != self.bundle.assess.unit);
        let mut attributes = Vec::new();
        for (key, node) in keys.rest() {
            self.attribute(key, of);
            attributes.push((key.text.clone(), self.value(node)));
        }
        Some(CaseUnit { id, parent, level, attributes, location: self.reader.location(node.place) })
    }

    /// A record: `kind`, `unit`, and `date`, `id` and its fields.
    fn record(&self, node: &'a Node, path: &str) -> Option<CaseRecord> {
        let keys = self.reader.keys(node, path, &sections::CASE_RECORD)?;
        let id = keys.text("kind");
        let unit = keys.optional_text("unit");
        let kind = self.bundle.dictionary.kinds.get(&id);
        if let (Some(node), None) = (keys.get("kind"), kind) {
            let known = self.bundle.dictionary.kinds.keys().map(String::as_str);
            self.reader.unknown_name(node.place, ("记录种类", "kind of records"), &id, known);
        }
        let mut fields = Vec::new();
        for (key, node) in keys.rest() {
            if let Some(kind) = kind
                && !["date", "id"].contains(&key.text.as_str())
                && !kind.fields.contains_key(&key.text)
            {
                let known = ["date", "id"].into_iter().chain(kind.fields.keys().map(String::as_str));
                self.reader.unknown_name(key.place, ("字段", "field"), &key.text, known);
            }
            fields.push((key.text.clone(), self.value(node)));
        }
        Some(CaseRecord { unit, kind: id, fields, location: self.reader.location(node.place) })
    }

    fn kinds(&self, keys: &Keys<'_>) -> Vec<String> {
        super::lists::known_kinds(self.reader, &keys.texts("not_handed_in"), &self.bundle.dictionary)
    }

    /// `exemptions`: rules with their reasons, as a map or a list of `{rule, reason}`.
    fn exemptions(&self, keys: &Keys<'a>) -> Vec<(String, String)> {
        let Some(node) = keys.get("exemptions") else { return Vec::new() };
        let path = keys.path_of("exemptions");
        if let Some(entries) = node.map() {
            let read = entries.iter().filter_map(|(key, node)| {
                self.rule(&key.text, key.place);
                Some((key.text.clone(), self.reader.text(node, &path)?.to_owned()))
            });
            return read.collect();
        }
        let mut exemptions = Vec::new();
        for node in self.reader.items(node, &path) {
            let Some(keys) = self.reader.keys(node, path.clone(), &sections::EXEMPTION) else { continue };
            let rule = keys.text("rule");
            if let Some(node) = keys.get("rule") {
                self.rule(&rule, node.place);
            }
            exemptions.push((rule, keys.text("reason")));
        }
        exemptions
    }

    fn rule(&self, id: &str, place: Place) {
        let rules = self.bundle.all_rules();
        if !rules.iter().any(|rule| rule.id == id) {
            self.reader.unknown_name(place, ("评分项", "rule"), id, rules.iter().map(|rule| rule.id.as_str()));
        }
    }

    /// A record that names a unit names one of the case.
    fn known_units(&self, case: &Case, keys: &Keys<'_>) {
        let named = case.units.iter().map(|unit| unit.id.as_str());
        let known: BTreeSet<&str> = named.chain([OWN_UNIT, OWN_ABOVE]).collect();
        for record in &case.records {
            if let Some(unit) = &record.unit
                && !known.contains(unit.as_str())
            {
                self.reader.unknown_name(
                    place(&record.location),
                    ("单元(见本例的 units)", "unit of this case"),
                    unit,
                    known.iter().copied(),
                );
            }
        }
        let mut given = Given::default();
        for unit in &case.units {
            given.give(keys.reader, &unit.id, place(&unit.location));
        }
    }

    fn value(&self, node: &Node) -> CaseValue {
        CaseValue { raw: raw(node), location: self.reader.location(node.place) }
    }
}

/// The place in the bundle's file.
fn place(location: &Location) -> Place {
    match location {
        Location::Text { line, column, .. } => (*line, *column),
        _ => (1, 1),
    }
}

impl Case {
    /// These facts laid over those of the base case: values replace, lists go on.
    #[must_use]
    pub fn over(self, base: &Case) -> Case {
        let mut case = Case { name: self.name, expect: self.expect, location: self.location, ..base.clone() };
        if !self.periods.is_empty() {
            case.periods = self.periods;
        }
        case.as_of = self.as_of.or(case.as_of);
        for (name, value) in self.parameters {
            case.parameters.retain(|(known, _)| *known != name);
            case.parameters.push((name, value));
        }
        for (name, value) in self.unit {
            case.unit.retain(|(known, _)| *known != name);
            case.unit.push((name, value));
        }
        for (level, name, value) in self.above {
            case.above.retain(|(l, n, _)| (l, n) != (&level, &name));
            case.above.push((level, name, value));
        }
        case.units.extend(self.units);
        case.records.extend(self.records);
        case.not_handed_in.extend(self.not_handed_in);
        case.exemptions.extend(self.exemptions);
        case
    }

    /// How many periods, units and records it has; those of all cases are limited to [`MOST_FACTS`].
    pub fn size(&self) -> usize {
        self.periods.len() + self.units.len() + self.records.len()
    }
}
