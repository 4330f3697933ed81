//! Facts of a unit in few bytes, so that scoring reads them at once instead of record by record.
//!
//! Enters: what is known about a unit. Leaves: [`PackedFacts`], in the form of [`liuwu_engine::record::packed`], which no edition has
//! read yet. Every kind of [`Knowledge`](super::Knowledge) can give them; a store that keeps them ready gives them sooner. Next:
//! `standing`.

use std::collections::BTreeMap;
use std::sync::Arc;

use liuwu_engine::record::loose::{LooseAttribute, LooseFacts, LooseRecord, Origin, Sheet, Sheets};
use liuwu_engine::record::packed::pack;

use super::words::UnitFacts;

/// All that is known about one unit, packed.
#[derive(Debug, Clone)]
pub struct PackedFacts {
    /// The unit.
    pub unit: String,
    /// Its records and attributes.
    pub bytes: Vec<u8>,
    /// The sheets that its records were read from, in the order in which the bytes name them.
    pub sheets: Sheets,
}

impl PackedFacts {
    /// Packs what is known about a unit. Sheets are numbered here, within each batch, as they are met.
    pub fn of(facts: &UnitFacts) -> PackedFacts {
        let mut numbers: BTreeMap<(u64, Sheet), u32> = BTreeMap::new();
        let mut loose = LooseFacts::default();
        for record in &facts.records {
            let next = numbers.len() as u32;
            let batch = record.id.batch.0;
            let sheet = *numbers.entry((batch, Sheet::of(&record.source))).or_insert(next);
            loose.records.push(LooseRecord {
                kind: record.kind.clone(),
                date: record.date,
                number: record.number.clone(),
                fields: record.fields.clone(),
                origin: Origin { batch, number: record.id.number, sheet, row: record.source.row },
            });
        }
        loose.attributes = facts
            .attributes
            .iter()
            .map(|fact| LooseAttribute {
                key: fact.attribute.clone(),
                from: fact.from,
                value: fact.value.clone(),
                origin: (fact.id.batch.0, fact.id.number),
            })
            .collect();
        let mut sheets: Vec<((u64, u32), Arc<Sheet>)> =
            numbers.into_iter().map(|((batch, sheet), number)| ((batch, number), Arc::new(sheet))).collect();
        sheets.sort_unstable_by_key(|(number, _)| *number);
        PackedFacts {
            unit: facts.unit.clone(),
            bytes: pack(&mut loose),
            sheets: sheets.into_iter().map(|(_, sheet)| sheet).collect(),
        }
    }
}
