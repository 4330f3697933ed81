//! A stored record as an edition reads it: by the names of the fields that the edition's kind has.
//!
//! Enters: a [`StoredRecord`]. Leaves: a [`Record`] of the engine. Next: [`crate::wording`].

use std::sync::Arc;

use liuwu_engine::diagnostic::{Diagnostic, Location};
use liuwu_engine::dictionary::read::{self, Raw, RawRecord, Strictness};
use liuwu_engine::dictionary::{Dictionary, Kind};
use liuwu_engine::record::Record;

use crate::store::StoredRecord;

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
        Err(faults) => {
            let place = |key: &str| Location::Cell {
                file: Arc::clone(&stored.source.file),
                sheet: None,
                cell: Arc::from(stored.source.cell(key)),
            };
            Err(faults
                .into_iter()
                .map(|fault| {
                    let at = place(fault.key());
                    fault.at(at)
                })
                .collect())
        }
    }
}
