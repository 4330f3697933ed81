//! Rows: how the things of a batch are written, many in one value.
//!
//! Enters: records, attributes and the like with their numbers. Leaves: JSON values of about [`LONGEST_PART`] bytes, or from such
//! a value the rows again. Rows are JSON arrays whose places are named by the types here. Next: [`super::ledger`].

use liuwu_engine::period::Date;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::seal::LONGEST_PART;
use crate::store::error::{Result, StoreError};
use crate::store::words::{AttributeFact, Exemption, RecordId, Statement, UnitRow};

/// The rows of one value, and the day from which they count as known.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Rows<T> {
    pub(super) on: Date,
    pub(super) rows: Vec<T>,
}

/// A record: number in the batch, date, own number, place (number of the sheet, row), fields, the record it corrects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct RecordLine(
    pub(super) u32,
    pub(super) Date,
    pub(super) Option<String>,
    pub(super) (u32, u32),
    pub(super) Map<String, Json>,
    pub(super) Option<RecordId>,
);

/// The same of a record that stays where it is.
#[derive(Debug, Serialize)]
pub(super) struct RecordLineOf<'a>(
    pub(super) u32,
    pub(super) Date,
    pub(super) &'a Option<String>,
    pub(super) (u32, u32),
    pub(super) &'a Map<String, Json>,
    pub(super) Option<RecordId>,
);

/// An attribute fact: number in the batch, attribute, first day, value.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct AttributeLine(pub(super) u32, pub(super) String, pub(super) Option<Date>, pub(super) Json);

/// Where a run of a batch's rows is found: number of the first, how many, unit, kind (empty for attributes).
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PlaceLine(pub(super) u32, pub(super) u32, pub(super) String, pub(super) String);

/// A row of a list that is kept batch by batch: number in the batch and the thing itself.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Line<T>(pub(super) u32, pub(super) T);

/// A thing that is kept batch by batch.
pub(super) trait Listed: Serialize + DeserializeOwned + Clone {}
impl Listed for UnitRow {}
impl Listed for Statement {}
impl Listed for Exemption {}
impl Listed for RecordId {}

/// The number of a row within its batch.
pub(super) trait Numbered {
    fn number(&self) -> u32;
}

impl Numbered for RecordLine {
    fn number(&self) -> u32 {
        self.0
    }
}

impl Numbered for RecordLineOf<'_> {
    fn number(&self) -> u32 {
        self.0
    }
}

impl Numbered for AttributeLine {
    fn number(&self) -> u32 {
        self.0
    }
}

impl Numbered for PlaceLine {
    fn number(&self) -> u32 {
        self.0
    }
}

impl<T> Numbered for Line<T> {
    fn number(&self) -> u32 {
        self.0
    }
}

/// Fills values with rows; gives each value with the number of its first row.
pub(super) fn fill<T: Numbered + Serialize>(
    on: Date,
    rows: impl IntoIterator<Item = T>,
) -> Result<Vec<(u32, Vec<u8>)>> {
    let mut values: Vec<(u32, Vec<u8>)> = Vec::new();
    for row in rows {
        let text = encode(&row)?;
        match values.last_mut() {
            Some((_, value)) if value.len() + text.len() + 3 <= LONGEST_PART => value.push(b','),
            _ => values.push((row.number(), format!("{{\"on\":\"{on}\",\"rows\":[").into_bytes())),
        }
        if let Some((_, value)) = values.last_mut() {
            value.extend(text);
        }
    }
    for (_, value) in &mut values {
        value.extend(b"]}");
    }
    Ok(values)
}

/// Writes anything as JSON.
pub(super) fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|error| StoreError::Io(error.to_string()))
}

/// The lines of the attribute facts of one unit.
pub(super) fn attribute_fact(unit: &str, line: AttributeLine) -> AttributeFact {
    let AttributeLine(_, attribute, from, value) = line;
    AttributeFact { unit: unit.to_owned(), attribute, from, value }
}
