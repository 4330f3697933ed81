//! What was read, in the store's words.

use std::collections::BTreeMap;

use liuwu_engine::dictionary::Value;
use serde_json::{Map, Value as Json};

use crate::intake::{self, UnitRecord};
use crate::store::{RecordId, RecordRow, UnitRow};

pub(super) fn unit_row(division: &intake::DivisionRow) -> UnitRow {
    use liuwu_engine::division::{DivisionId, Level};
    let level = division.level.as_deref().and_then(Level::from_key);
    let id = division.code.parse::<DivisionId>().ok();
    let level = level.or_else(|| id.as_ref().map(|id| id.level()));
    let parent = division.parent.clone().or_else(|| id.and_then(|id| id.parent()).map(|parent| parent.to_string()));
    UnitRow {
        id: division.code.clone(),
        level: level.map_or_else(String::new, |level| level.key().to_owned()),
        name: division.name.clone(),
        parent: parent.filter(|parent| !parent.is_empty()),
    }
}

pub(super) fn record_row(filed: &UnitRecord, supersedes: Option<RecordId>) -> RecordRow {
    let record = &filed.record;
    let present = record.kind.fields.keys().zip(&record.values);
    let fields: Map<String, Json> =
        present.filter_map(|(name, value)| Some((name.clone(), stored_value(value.as_ref()?)))).collect();
    RecordRow {
        unit: filed.unit.to_string(),
        kind: record.kind.id.to_string(),
        date: record.date,
        number: record.id.as_deref().map(str::to_owned),
        fields,
        source: record.source.clone(),
        supersedes,
    }
}

/// A value as it is stored: numbers by their exact digits.
pub(super) fn stored_value(value: &Value) -> Json {
    match value {
        Value::Number(number) => Json::String(number.to_exact()),
        Value::List(items) => Json::Array(items.iter().map(stored_value).collect()),
        Value::Map(entries) => {
            let entries: BTreeMap<String, Json> =
                entries.iter().map(|(key, value)| (key.to_string(), stored_value(value))).collect();
            Json::Object(entries.into_iter().collect())
        }
        other => other.to_json(),
    }
}
