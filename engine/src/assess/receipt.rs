//! Receipts: a hash over everything a result rests on, so that anyone with the same facts can check it.
//!
//! A receipt covers the edition (by its digest), the period, the day of knowledge, the engine's version, the unit's attributes,
//! records and exemptions, what is handed in, the facts of every unit it may compare with, the receipts of its parts and of its
//! previous assessment, and the result itself. Personal texts enter only as pseudonyms. Files, rows and arrival do not enter.
//!
//! Facts are hashed as they lie in their columns, each unit once, on all threads; records one by one come to the same.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::digest::{Hash, Writer, hex};
use super::stage::Stage;
use super::world::{Exemption, UnitFacts};
use crate::assessment::Assessment;
use crate::dictionary::{Field, Type, Value};
use crate::period::day_number;
use crate::record::Table;
use crate::script::{Group, Scene, UnitIndex};

/// The version of the engine, part of every receipt.
pub const ENGINE_VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "+3");

/// Bytes that most receipts are made of, and the facts of most units.
const USUAL: usize = 2_048;

/// Gives each assessment its receipt.
pub(super) fn seal(stage: &Stage, mut assessments: Vec<Assessment>) -> Vec<Assessment> {
    let facts = Facts::of(stage);
    let compared: Vec<Vec<Group>> = stage.units.par_iter().map(|unit| stage.groups_of(*unit)).collect();
    let groups = hashes_of(compared.iter().flatten(), &facts);
    let run = of_run(stage);
    assessments.par_iter_mut().zip(&stage.units).zip(&compared).enumerate().for_each(
        |(place, ((assessment, unit), compared))| {
            let mut hash = Writer::with_capacity(USUAL);
            hash.hash(&run);
            hash.hash(facts.get(*unit));
            hash.count(compared.len());
            compared.iter().filter_map(|group| groups.get(&group.key)).for_each(|group| hash.hash(group));
            let parts = stage.part_results(place);
            hash.count(parts.len());
            parts.iter().for_each(|part| hash.text(&part.past.result.receipt));
            hash.text(stage.past(place).map_or("", |past| &past.result.receipt));
            result(&mut hash, assessment);
            assessment.receipt = Arc::from(hex(&hash.finish()));
        },
    );
    assessments
}

/// What all receipts of a pass have in common: the engine, the edition, the period, the day of knowledge.
fn of_run(stage: &Stage) -> Hash {
    let mut hash = Writer::default();
    hash.text("receipt 3");
    hash.text(ENGINE_VERSION);
    hash.text(&stage.plan.bundle.digest);
    hash.text(&stage.period.name());
    hash.day(day_number(stage.as_of));
    hash.finish()
}

/// What the members of each group know, by the key of the group.
fn hashes_of<'g>(groups: impl Iterator<Item = &'g Group>, facts: &Facts) -> HashMap<Arc<str>, Hash> {
    let mut hashes = HashMap::new();
    for group in groups {
        hashes.entry(Arc::clone(&group.key)).or_insert_with(|| {
            let mut hash = Writer::with_capacity(USUAL);
            group.members.iter().for_each(|member| hash.hash(facts.get(*member)));
            hash.finish()
        });
    }
    hashes
}

/// What the scripts made of the facts; without places in files, which may differ from one import to the next.
fn result(hash: &mut Writer, result: &Assessment) {
    hash.text(&result.unit);
    hash.text(&result.level);
    hash.text(&result.period.name());
    hash.text(&result.edition);
    hash.flag(result.takes_part);
    match result.score {
        Some(score) => hash.number(score),
        None => hash.nothing(),
    }
    hash.optional(result.rating.as_deref());
    hash.optional(result.band.as_deref());
    hash.flag(result.vetoed);
    hash.flag(result.incomplete);
    for list in [&result.lists, &result.lists_unknown] {
        hash.count(list.len());
        list.iter().for_each(|list| hash.text(list));
    }
    hash.count(result.figures.len());
    for (id, figure) in &result.figures {
        hash.text(id);
        match figure {
            Some(figure) => hash.value(figure),
            None => hash.nothing(),
        }
    }
    hash.count(result.criteria.len());
    for (id, criterion) in &result.criteria {
        hash.text(id);
        hash.number(criterion.points);
        hash.text(criterion.met.key());
    }
    hash.count(result.findings.len());
    for finding in &result.findings {
        hash.text(&finding.rule);
        hash.text(finding.kind.key());
        hash.number(finding.points);
        hash.number(finding.counted);
        hash.text(&finding.reason);
        hash.flag(finding.exempted);
    }
    hash.count(result.outcomes.len());
    for (id, outcome) in &result.outcomes {
        hash.text(id);
        hash.text(outcome.key());
    }
}

/// The facts of each unit scored, with those of the units above it: each unit is read once, however many stand below it.
struct Facts {
    by_unit: HashMap<UnitIndex, Hash>,
    nothing: Hash,
}

impl Facts {
    fn of(stage: &Stage) -> Facts {
        let world = &stage.world;
        let above = |unit: UnitIndex| world.units().get(unit).and_then(|unit| unit.parent);
        let line = |unit: &UnitIndex| std::iter::successors(Some(*unit), |unit| above(*unit));
        let mut all: Vec<UnitIndex> = stage.units.iter().flat_map(line).collect();
        all.sort_unstable();
        all.dedup();
        let own: Vec<Hash> = all.par_iter().map(|unit| own_facts(stage, *unit)).collect();
        let own_of = |unit: UnitIndex| all.binary_search(&unit).ok().and_then(|place| own.get(place));
        let by_unit = stage.units.par_iter().map(|unit| {
            let mut hash = Writer::default();
            line(unit).filter_map(own_of).for_each(|own| hash.hash(own));
            what_is_handed_in(stage, *unit, &mut hash);
            // Members of a group may read it too.
            let previous = stage.previous(*unit);
            hash.text(previous.as_ref().map_or("", |past| &past.result.receipt));
            (*unit, hash.finish())
        });
        Facts { by_unit: by_unit.collect(), nothing: Hash::default() }
    }

    fn get(&self, unit: UnitIndex) -> &Hash {
        self.by_unit.get(&unit).unwrap_or(&self.nothing)
    }
}

fn what_is_handed_in(stage: &Stage, unit: UnitIndex, hash: &mut Writer) {
    for kind in stage.plan.bundle.dictionary.kinds.values() {
        hash.flag(stage.is_handed_in(unit, kind, stage.period));
    }
}

/// A unit's own facts: attributes, records known by the day, exemptions.
fn own_facts(stage: &Stage, unit: UnitIndex) -> Hash {
    let Some(unit) = stage.world.units().get(unit) else { return Hash::default() };
    let mut hash = Writer::with_capacity(USUAL);
    hash.text(&unit.level);
    hash.text(&unit.id);
    attributes(&mut hash, stage, unit);
    // A table of records that are known later says as much as none.
    let known = unit.facts.tables().iter().map(|table| (table, table.rows(None, stage.as_of)));
    let known: Vec<_> = known.filter(|(_, rows)| !rows.is_empty()).collect();
    hash.count(known.len());
    for (table, rows) in known {
        hash.text(&table.kind().id);
        hash.count(rows.len());
        rows.for_each(|row| record(&mut hash, stage, table, row));
    }
    let exemptions: Vec<&Exemption> = stage.world.exemptions_of(&unit.id).collect();
    hash.count(exemptions.len());
    exemptions.into_iter().for_each(|one| exemption(&mut hash, one));
    hash.finish()
}

/// The attributes that a unit has at the end of the period.
fn attributes(hash: &mut Writer, stage: &Stage, unit: &UnitFacts) {
    let known = &stage.plan.bundle.dictionary.attributes;
    let value = |key: &String| Some((key.clone(), unit.attribute(key, stage.period.to())?));
    let values: Vec<_> = unit.attributes.keys().filter_map(value).collect();
    hash.count(values.len());
    for (key, value) in values {
        hash.text(&key);
        match known.get(&key) {
            Some(attribute) => field_value(hash, stage, &attribute.field, value),
            None => hash.value(value),
        }
    }
}

fn record(hash: &mut Writer, stage: &Stage, table: &Table, row: usize) {
    hash.day(table.days().get(row).copied().unwrap_or_default());
    // The records' own numbers are texts or nothing.
    hash.cell(table.ids(), row);
    for (field, column) in table.kind().fields.values().zip(table.columns()) {
        if field.personal.is_none() && hash.cell(column, row) {
            continue;
        }
        match column.value(row) {
            None => hash.nothing(),
            Some(value) => field_value(hash, stage, field, &value),
        }
    }
}

fn exemption(hash: &mut Writer, exemption: &Exemption) {
    hash.text(&exemption.rule);
    hash.optional(exemption.record.as_deref());
    for day in [exemption.from, exemption.until] {
        match day {
            Some(day) => hash.value(&Value::Date(day)),
            None => hash.nothing(),
        }
    }
    hash.text(&exemption.reason);
    hash.optional(exemption.approved_by.as_deref());
}

/// The value of a field; personal texts, also those inside nested values, as pseudonyms.
fn field_value(hash: &mut Writer, stage: &Stage, field: &Field, value: &Value) {
    match field.personal {
        Some(_) => personal_value(hash, stage, value),
        None => typed_value(hash, stage, &field.kind, value),
    }
}

/// As rules see it: of a list item by item, so that the receipt is the same once the texts are gone.
fn personal_value(hash: &mut Writer, stage: &Stage, value: &Value) {
    match value {
        Value::List(items) => {
            hash.text("list");
            hash.count(items.len());
            items.iter().for_each(|item| personal_value(hash, stage, item));
        }
        other => hash.text(&stage.pseudonym(&other.to_string())),
    }
}

fn typed_value(hash: &mut Writer, stage: &Stage, kind: &Type, value: &Value) {
    match (kind, value) {
        (Type::List(inner), Value::List(items)) => {
            hash.text("list");
            hash.count(items.len());
            items.iter().for_each(|item| typed_value(hash, stage, inner, item));
        }
        (Type::Map(inner), Value::Map(entries)) => {
            hash.text("map");
            hash.count(entries.len());
            for (key, item) in entries.iter() {
                hash.text(key);
                typed_value(hash, stage, inner, item);
            }
        }
        (Type::Shape(id), Value::Map(entries)) => {
            hash.text("shape");
            let shape = stage.plan.bundle.dictionary.shapes.get(id.as_ref());
            for (key, field) in shape.iter().flat_map(|shape| &shape.fields) {
                hash.text(key);
                match entries.get(key.as_str()) {
                    None => hash.nothing(),
                    Some(item) => field_value(hash, stage, field, item),
                }
            }
        }
        _ => hash.value(value),
    }
}
