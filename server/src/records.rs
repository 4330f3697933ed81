//! A stored record as an edition reads it, by the names of the fields that the edition's kind has; and a checked record as it is
//! stored.
//!
//! Enters: a [`StoredRecord`], or a [`UnitRecord`] of intake. Leaves: a [`Record`] of the engine, or a [`RecordRow`]. Next: [`crate::wording`].

use std::collections::BTreeMap;
use std::sync::Arc;

use liuwu_engine::diagnostic::{Diagnostic, Location};
use liuwu_engine::dictionary::read::{self, Fault, Raw, RawRecord, Strictness};
use liuwu_engine::dictionary::{Dictionary, Kind, Value};
use liuwu_engine::record::{Record, Source};
use serde_json::{Map, Value as Json};

use crate::intake::UnitRecord;
use crate::store::{RecordId, RecordRow, StoredRecord};

/// A stored record as a kind of the edition reads it.
///
/// # Errors
/// Every field that does not fit the kind, at the place where the record was read.
pub fn record_of(kind: &Arc<Kind>, dictionary: &Dictionary, stored: &StoredRecord) -> Result<Record, Vec<Diagnostic>> {
    // Fields that this edition no longer has are left alone.
    let known = stored.fields.iter().filter(|(name, _)| kind.fields.contains_key(*name));
    let fields = known.map(|(name, value)| (name.clone(), Raw::from_json(value)));
    let date = ("date".to_owned(), Raw::Date(stored.date));
    let number = stored.number.iter().map(|number| ("id".to_owned(), Raw::Text(number.clone())));
    let raw = RawRecord::new(fields.chain([date]).chain(number));
    match read::row(kind, dictionary, &raw, Strictness::Data) {
        Ok(row) => Ok(Record {
            kind: Arc::clone(kind),
            date: row.date,
            id: row.id,
            values: row.values,
            source: stored.source.clone(),
        }),
        Err(faults) => Err(faults.into_iter().map(|fault| placed(fault, &stored.source)).collect()),
    }
}

/// A fault of a record at the place where the record was read.
pub fn placed(fault: Fault, source: &Source) -> Diagnostic {
    let cell = Arc::from(source.cell(fault.key()));
    fault.at(Location::Cell { file: Arc::clone(&source.file), sheet: None, cell })
}

/// A checked record as it is stored.
pub fn row_of(filed: &UnitRecord, supersedes: Option<RecordId>) -> RecordRow {
    let record = &filed.record;
    let mut fields: Map<String, Json> = Map::with_capacity(record.values.len());
    for (name, value) in record.kind.fields.keys().zip(&record.values) {
        if let Some(value) = value {
            fields.insert(name.clone(), stored_value(value));
        }
    }
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
pub fn stored_value(value: &Value) -> Json {
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
