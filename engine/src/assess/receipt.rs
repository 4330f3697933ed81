//! Receipts: a hash over everything a result rests on, so that anyone with the same facts can check it.
//!
//! A receipt covers the edition (by its digest), the period, the day of knowledge, the engine's version, the unit's attributes,
//! records and exemptions, what is handed in, the facts of every unit it may compare with, the receipts of its parts and of its
//! previous assessment, and the result itself. Personal texts enter only as pseudonyms. Files, rows and arrival do not enter.

use std::collections::HashMap;
use std::sync::Arc;

use super::digest::{Hash, Writer, hex};
use super::stage::Stage;
use crate::assessment::Assessment;
use crate::dictionary::{Field, Type, Value};
use crate::script::{Scene, UnitIndex};

/// The version of the engine, part of every receipt.
pub const ENGINE_VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "+2");

/// Gives each assessment its receipt.
pub(super) fn seal(stage: &Stage, mut assessments: Vec<Assessment>) -> Vec<Assessment> {
    let facts: HashMap<UnitIndex, Hash> = stage.units.iter().map(|unit| (*unit, facts_of(stage, *unit))).collect();
    let mut groups: HashMap<Arc<str>, Hash> = HashMap::new();
    for (place, assessment) in assessments.iter_mut().enumerate() {
        let Some(unit) = stage.units.get(place) else { continue };
        let mut hash = Writer::default();
        hash.text("receipt 2");
        hash.text(ENGINE_VERSION);
        hash.text(&stage.plan.bundle.digest);
        hash.text(&stage.period.name());
        hash.text(&stage.as_of.to_string());
        hash.bytes(facts.get(unit).map_or(&[], |hash| hash.as_slice()));
        for group in stage.groups_of(*unit) {
            let known = groups.entry(Arc::clone(&group.key)).or_insert_with(|| {
                let mut hash = Writer::default();
                for member in group.members.iter() {
                    hash.bytes(facts.get(member).map_or(&[], |hash| hash.as_slice()));
                }
                hash.finish()
            });
            hash.bytes(known);
        }
        for part in stage.part_results(place) {
            hash.text(&part.past.result.receipt);
        }
        hash.text(stage.past(place).map_or("", |past| &past.result.receipt));
        hash.text(&result_text(assessment));
        assessment.receipt = Arc::from(hex(&hash.finish()));
    }
    assessments
}

/// What the scripts made of the facts; without places in files, which may differ from one import to the next.
fn result_text(assessment: &Assessment) -> String {
    let mut json = assessment.to_json();
    if let Some(findings) = json.get_mut("findings").and_then(serde_json::Value::as_array_mut) {
        for finding in findings.iter_mut().filter_map(serde_json::Value::as_object_mut) {
            finding.shift_remove("evidence");
        }
    }
    if let Some(object) = json.as_object_mut() {
        object.shift_remove("receipt");
        object.shift_remove("score_without_exemptions");
    }
    json.to_string()
}

/// A unit's own facts and those of the units above it: attributes, records known by the day, what is handed in, exemptions,
/// and the receipt of its previous assessment, which members of a group may read too.
fn facts_of(stage: &Stage, unit: UnitIndex) -> Hash {
    let mut hash = Writer::default();
    let world = &stage.world;
    let line = world.line(unit);
    let areas: Vec<&str> = line.iter().map(|unit| unit.id.as_ref()).collect();
    for unit in &line {
        hash.text(&unit.level);
        hash.text(&unit.id);
        for key in unit.attributes.keys() {
            if let Some(value) = unit.attribute(key, stage.period.to()) {
                hash.text(key);
                hash.value(value);
            }
        }
        for record in unit.facts.iter().filter(|record| record.date <= stage.as_of) {
            hash.text(&record.kind.id);
            hash.text(&record.date.to_string());
            hash.text(record.id.as_deref().unwrap_or(""));
            for (field, value) in record.kind.fields.values().zip(&record.values) {
                match value {
                    None => hash.bytes(&[]),
                    Some(value) => field_value(&mut hash, stage, field, value),
                }
            }
        }
        for exemption in world.exemptions_of(&unit.id) {
            hash.text(&format!("{exemption:?}"));
        }
    }
    for kind in stage.plan.bundle.dictionary.kinds.values() {
        let handed_in = world.coverage().is_handed_in(kind, &areas, stage.period, stage.as_of);
        hash.bytes(&[u8::from(handed_in)]);
    }
    hash.text(stage.previous(unit).map(|past| Arc::clone(&past.result.receipt)).as_deref().unwrap_or(""));
    hash.finish()
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
            hash.text(&items.len().to_string());
            items.iter().for_each(|item| personal_value(hash, stage, item));
        }
        other => hash.text(&stage.pseudonym(&other.to_string())),
    }
}

fn typed_value(hash: &mut Writer, stage: &Stage, kind: &Type, value: &Value) {
    match (kind, value) {
        (Type::List(inner), Value::List(items)) => {
            hash.text("list");
            hash.text(&items.len().to_string());
            items.iter().for_each(|item| typed_value(hash, stage, inner, item));
        }
        (Type::Map(inner), Value::Map(entries)) => {
            hash.text("map");
            hash.text(&entries.len().to_string());
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
                    None => hash.bytes(&[]),
                    Some(item) => field_value(hash, stage, field, item),
                }
            }
        }
        _ => hash.value(value),
    }
}
