//! The facts of one unit in few bytes, column by column, independent of any edition.
//!
//! Enters: [`LooseFacts`]. Leaves: bytes that are the same for the same facts; or from such bytes a [`Packed`] view of columns,
//! and the facts again. Next: [`super::reading`].
//!
//! # Version 1
//!
//! `version | sheets | attributes | kinds`. Numbers take seven bits a byte, lengths stand before what they measure. Sheets are
//! pairs of batch and number, rising; records name one by its place. Kinds and, within a kind, fields rise by name. A kind is
//! the days of its records (first one, then distances), their origins, their own numbers, and for each field one column:
//!
//! | column | for | holds |
//! | --- | --- | --- |
//! | flags | yes and no | a byte each |
//! | days | texts that are days in their canonical form | distance from the day of the record |
//! | digits | texts that are decimals in their canonical form, of at most 18 digits | places, whole numbers of that unit |
//! | words | other texts | each word once; its place for each record |
//! | json | anything else | the same with JSON texts as words |
//!
//! A record without the field has 0 in its place.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::bytes::{Broken, Bytes, Ink};
use super::loose::{LooseAttribute, LooseFacts, LooseRecord, Origin};
use super::rough::Rough;
use crate::period::{Date, day_number, day_of_number};

/// Written first.
const VERSION: u8 = 1;

/// Facts of a unit as columns, read from bytes.
#[derive(Debug)]
pub struct Packed<'b> {
    sheets: Vec<(u64, u32)>,
    attributes: Vec<LooseAttribute>,
    blocks: Vec<Block<'b>>,
}

/// The records of one kind, column by column; days do not fall.
#[derive(Debug)]
pub struct Block<'b> {
    pub(super) kind: &'b str,
    pub(super) days: Vec<i32>,
    /// Place of the sheet, number within the batch, row.
    pub(super) places: Vec<(u32, u32, u32)>,
    pub(super) numbers: Rough<'b>,
    pub(super) fields: Vec<(&'b str, Rough<'b>)>,
    /// Bytes of all of it.
    pub(super) length: usize,
}

/// Packs facts; they are sorted first.
pub fn pack(facts: &mut LooseFacts) -> Vec<u8> {
    facts.sort();
    let mut sheets: Vec<(u64, u32)> = facts.records.iter().map(|r| (r.origin.batch, r.origin.sheet)).collect();
    sheets.sort_unstable();
    sheets.dedup();
    let mut ink = Ink::default();
    ink.byte(VERSION);
    ink.number(sheets.len() as u64);
    for (batch, sheet) in &sheets {
        ink.number(*batch);
        ink.number((*sheet).into());
    }
    ink.number(facts.attributes.len() as u64);
    for attribute in &facts.attributes {
        pack_attribute(&mut ink, attribute);
    }
    let kinds: Vec<&[LooseRecord]> = facts.records.chunk_by(|a, b| a.kind == b.kind).collect();
    ink.number(kinds.len() as u64);
    for records in kinds {
        ink.text(records.first().map_or("", |record| &record.kind));
        ink.block(&pack_kind(records, &sheets));
    }
    ink.into_bytes()
}

fn pack_attribute(ink: &mut Ink, attribute: &LooseAttribute) {
    ink.text(&attribute.key);
    match attribute.from {
        None => ink.byte(0),
        Some(from) => {
            ink.byte(1);
            ink.signed(day_number(from).into());
        }
    }
    ink.text(&attribute.value.to_string());
    ink.number(attribute.origin.0);
    ink.number(attribute.origin.1.into());
}

fn pack_kind(records: &[LooseRecord], sheets: &[(u64, u32)]) -> Vec<u8> {
    let mut ink = Ink::default();
    let days: Vec<i32> = records.iter().map(|record| day_number(record.date)).collect();
    ink.number(records.len() as u64);
    let mut last = 0;
    for day in &days {
        ink.signed(i64::from(*day) - last);
        last = (*day).into();
    }
    let mut before = (0, 0);
    for Origin { batch, number, sheet, row } in records.iter().map(|record| record.origin) {
        let place = sheets.binary_search(&(batch, sheet)).unwrap_or_default();
        ink.number(place as u64);
        ink.signed(i64::from(number) - before.0);
        ink.signed(i64::from(row) - before.1);
        before = (number.into(), row.into());
    }
    let numbers: Vec<Option<Json>> = records.iter().map(|record| record.number.clone().map(Json::String)).collect();
    let numbers: Vec<Option<&Json>> = numbers.iter().map(Option::as_ref).collect();
    Rough::write(&mut ink, &numbers, &days);
    let mut fields: BTreeMap<&str, Vec<Option<&Json>>> = BTreeMap::new();
    for (row, record) in records.iter().enumerate() {
        for (name, value) in &record.fields {
            let column = fields.entry(name).or_insert_with(|| vec![None; records.len()]);
            if let Some(cell) = column.get_mut(row) {
                *cell = Some(value);
            }
        }
    }
    ink.number(fields.len() as u64);
    for (name, column) in fields {
        ink.text(name);
        Rough::write(&mut ink, &column, &days);
    }
    ink.into_bytes()
}

/// Batch and number of each sheet that packed records name, without reading the rest.
///
/// # Errors
/// [`Broken`] when not even these can be read.
pub fn sheets_of(bytes: &[u8]) -> Result<Vec<(u64, u32)>, Broken> {
    read_sheets(&mut Bytes(bytes))
}

fn read_sheets(bytes: &mut Bytes) -> Result<Vec<(u64, u32)>, Broken> {
    if bytes.byte()? != VERSION {
        return Err(Broken);
    }
    let count = bytes.count()?;
    bytes.times(count, |bytes| Ok((bytes.number()?, bytes.small()?)))
}

impl<'b> Packed<'b> {
    /// Reads what [`pack`] wrote.
    ///
    /// # Errors
    /// [`Broken`] for any other bytes.
    pub fn read(bytes: &'b [u8]) -> Result<Packed<'b>, Broken> {
        let mut bytes = Bytes(bytes);
        let sheets = read_sheets(&mut bytes)?;
        let count = bytes.count()?;
        let attributes = bytes.times(count, read_attribute)?;
        let count = bytes.count()?;
        let blocks = bytes.times(count, |bytes| {
            let kind = bytes.text()?;
            Block::read(kind, bytes.block()?, sheets.len())
        })?;
        bytes.end()?;
        rising(blocks.iter().map(|block: &Block| block.kind))?;
        Ok(Packed { sheets, attributes, blocks })
    }

    /// Batch and number of each sheet that records name, in the order of their places.
    pub fn sheets(&self) -> &[(u64, u32)] {
        &self.sheets
    }

    /// The attributes, by key and day.
    pub fn attributes(&self) -> &[LooseAttribute] {
        &self.attributes
    }

    /// The records of each kind.
    pub fn blocks(&self) -> &[Block<'b>] {
        &self.blocks
    }

    /// Everything, as it was packed.
    ///
    /// # Errors
    /// [`Broken`] when a value inside is not what it should be.
    pub fn unpack(&self) -> Result<LooseFacts, Broken> {
        let mut facts = LooseFacts { records: Vec::new(), attributes: self.attributes.clone() };
        for block in &self.blocks {
            facts.records.extend(block.records(&self.sheets)?);
        }
        Ok(facts)
    }
}

/// Names stand in their order, each once.
fn rising<'n>(names: impl Iterator<Item = &'n str>) -> Result<(), Broken> {
    if names.is_sorted_by(|one, other| one < other) { Ok(()) } else { Err(Broken) }
}

fn read_attribute(bytes: &mut Bytes) -> Result<LooseAttribute, Broken> {
    let key = bytes.text()?.to_owned();
    let from = match bytes.byte()? {
        0 => None,
        1 => Some(day(bytes.signed()?)?.1),
        _ => return Err(Broken),
    };
    let value = serde_json::from_str(bytes.text()?).map_err(|_| Broken)?;
    Ok(LooseAttribute { key, from, value, origin: (bytes.number()?, bytes.small()?) })
}

/// A day by its number, if the calendar has it.
fn day(number: i64) -> Result<(i32, Date), Broken> {
    let number = i32::try_from(number).map_err(|_| Broken)?;
    Ok((number, day_of_number(number).ok_or(Broken)?))
}

impl<'b> Block<'b> {
    fn read(kind: &'b str, block: &'b [u8], sheets: usize) -> Result<Block<'b>, Broken> {
        let mut bytes = Bytes(block);
        let count = bytes.count()?;
        let mut last: Option<i64> = None;
        let days = bytes.times(count, |bytes| {
            let step = bytes.signed()?;
            if step < 0 && last.is_some() {
                return Err(Broken);
            }
            let number = last.unwrap_or(0).checked_add(step).ok_or(Broken)?;
            last = Some(number);
            day(number).map(|(number, _)| number)
        })?;
        let mut before = (0_i64, 0_i64);
        let mut step = |bytes: &mut Bytes, last: fn(&mut (i64, i64)) -> &mut i64| {
            let last = last(&mut before);
            *last = last.checked_add(bytes.signed()?).ok_or(Broken)?;
            u32::try_from(*last).map_err(|_| Broken)
        };
        let places = bytes.times(count, |bytes| {
            let sheet = bytes.small()?;
            if usize::try_from(sheet).is_ok_and(|sheet| sheet < sheets) {
                Ok((sheet, step(bytes, |last| &mut last.0)?, step(bytes, |last| &mut last.1)?))
            } else {
                Err(Broken)
            }
        })?;
        let numbers = Rough::read(&mut bytes, &days)?;
        let fields = bytes.count()?;
        let fields = bytes.times(fields, |bytes| Ok((bytes.text()?, Rough::read(bytes, &days)?)))?;
        bytes.end()?;
        rising(fields.iter().map(|(name, _)| *name))?;
        Ok(Block { kind, days, places, numbers, fields, length: block.len() })
    }

    /// The kind.
    pub fn kind(&self) -> &'b str {
        self.kind
    }

    /// How many records.
    pub fn len(&self) -> usize {
        self.days.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    /// The records one by one, as they were packed.
    ///
    /// # Errors
    /// [`Broken`] when a value inside is not what it should be.
    pub fn records(&self, sheets: &[(u64, u32)]) -> Result<Vec<LooseRecord>, Broken> {
        let mut records = Vec::with_capacity(self.len());
        for (row, (day, (sheet, number, line))) in self.days.iter().zip(&self.places).enumerate() {
            let sheet = usize::try_from(*sheet).ok().and_then(|sheet| sheets.get(sheet)).ok_or(Broken)?;
            let mut fields = Map::new();
            for (name, column) in &self.fields {
                if let Some(value) = column.json(row)? {
                    fields.insert((*name).to_owned(), value);
                }
            }
            let own_number = match self.numbers.json(row)? {
                None => None,
                Some(Json::String(text)) => Some(text),
                Some(_) => return Err(Broken),
            };
            records.push(LooseRecord {
                kind: self.kind.to_owned(),
                date: day_of_number(*day).ok_or(Broken)?,
                number: own_number,
                fields,
                origin: Origin { batch: sheet.0, number: *number, sheet: sheet.1, row: *line },
            });
        }
        Ok(records)
    }

    /// The column of a field; none when no record has it.
    pub(super) fn field(&self, name: &str) -> Option<&Rough<'b>> {
        let place = self.fields.binary_search_by(|(field, _)| (*field).cmp(name)).ok()?;
        self.fields.get(place).map(|(_, column)| column)
    }
}
