//! Packed facts as an edition reads them.
//!
//! Enters: [`Packed`] columns and the dictionary of an edition. Leaves: [`Facts`] that are the same as if each record had been read
//! on its own with [`Record::read`], and attributes; or every fault. A column whose form is that of the field's type is taken
//! over as it stands; of words each is read once. Next: [`super::facts`].

use std::collections::BTreeMap;
use std::sync::Arc;

use super::bytes::Broken;
use super::columns::{Column, NO_DAY, NO_NUMBER};
use super::facts::Facts;
use super::loose::{LooseRecord, Sheet, Sheets};
use super::packed::{Block, Packed};
use super::rough::Rough;
use super::table::Table;
use super::{Record, Source};
use crate::dictionary::read::{self, Fault, Raw, RawRecord, Strictness};
use crate::dictionary::{Dictionary, Field, Kind, Type, Value};
use crate::period::Date;

/// Attributes of a unit, each with the days from which its values hold (none: always), ascending.
pub type Attributes = BTreeMap<String, Vec<(Option<Date>, Value)>>;

/// Why packed facts cannot be read by an edition.
#[derive(Debug, Clone, PartialEq)]
pub enum Unreadable {
    /// The bytes are damaged.
    Broken,
    /// Values do not fit the edition: each fault with the record it is in, none for an attribute.
    Faults(Vec<(Option<Source>, Fault)>),
}

impl From<Broken> for Unreadable {
    fn from(_: Broken) -> Unreadable {
        Unreadable::Broken
    }
}

/// A value is not in the form of its type: the records must be read one by one.
struct Otherwise;

/// Reads the facts of one unit; `sheets` are those of [`Packed::sheets`]. A kind or a field that the edition does not ask for is
/// none of its business.
///
/// # Errors
/// [`Unreadable`].
pub fn facts(packed: &Packed, dictionary: &Dictionary, sheets: &Sheets) -> Result<Facts, Unreadable> {
    let mut tables = Vec::new();
    let mut faults = Vec::new();
    for block in packed.blocks() {
        let Some(kind) = dictionary.kinds.get(block.kind()) else { continue };
        match by_columns(block, kind, dictionary, sheets) {
            Ok(table) => tables.push(table),
            Err(Otherwise) => match by_records(block, kind, dictionary, packed, sheets)? {
                Ok(table) => tables.push(table),
                Err(found) => faults.extend(found),
            },
        }
    }
    if faults.is_empty() { Ok(Facts::of_tables(tables)) } else { Err(Unreadable::Faults(faults)) }
}

/// Reads the attributes of one unit.
///
/// # Errors
/// [`Unreadable::Faults`].
pub fn attributes(packed: &Packed, dictionary: &Dictionary) -> Result<Attributes, Unreadable> {
    let mut attributes = Attributes::new();
    let mut faults = Vec::new();
    for loose in packed.attributes() {
        let Some(attribute) = dictionary.attributes.get(&loose.key) else { continue };
        let raw = Raw::from_json(&loose.value);
        match read::value(&loose.key, &attribute.field, &dictionary.shapes, &raw, Strictness::Data) {
            // They rise by day as they are packed.
            Ok(Some(value)) => attributes.entry(loose.key.clone()).or_default().push((loose.from, value)),
            Ok(None) => {}
            Err(found) => faults.extend(found.into_iter().map(|fault| (None, fault))),
        }
    }
    if faults.is_empty() { Ok(attributes) } else { Err(Unreadable::Faults(faults)) }
}

impl LooseRecord {
    /// The record as a kind of an edition reads it.
    ///
    /// # Errors
    /// Every field that does not fit the kind.
    pub fn read(&self, kind: &Arc<Kind>, dictionary: &Dictionary, source: Source) -> Result<Record, Vec<Fault>> {
        // Fields that this edition no longer has are left alone.
        let known = self.fields.iter().filter(|(name, _)| kind.fields.contains_key(*name));
        let fields = known.map(|(name, value)| (name.clone(), Raw::from_json(value)));
        let date = ("date".to_owned(), Raw::Date(self.date));
        let number = self.number.iter().map(|number| ("id".to_owned(), Raw::Text(number.clone())));
        let raw = RawRecord::new(fields.chain([date]).chain(number));
        Record::read(kind, dictionary, &raw, source, Strictness::Data)
    }
}

type OneByOne = Result<Table, Vec<(Option<Source>, Fault)>>;

/// Reads each record on its own; the measure of [`by_columns`], and what finds faults.
fn by_records(
    block: &Block,
    kind: &Arc<Kind>,
    dictionary: &Dictionary,
    packed: &Packed,
    sheets: &[Arc<Sheet>],
) -> Result<OneByOne, Broken> {
    let mut records = Vec::new();
    let mut faults = Vec::new();
    for (loose, (sheet, _, row)) in block.records(packed.sheets())?.iter().zip(&block.places) {
        let sheet = usize::try_from(*sheet).ok().and_then(|sheet| sheets.get(sheet)).ok_or(Broken)?;
        let source = sheet.row(*row);
        match loose.read(kind, dictionary, source.clone()) {
            Ok(record) => records.push(Arc::new(record)),
            Err(found) => faults.extend(found.into_iter().map(|fault| (Some(source.clone()), fault))),
        }
    }
    Ok(if faults.is_empty() { Ok(Table::of(Arc::clone(kind), records)) } else { Err(faults) })
}

fn by_columns(block: &Block, kind: &Arc<Kind>, dictionary: &Dictionary, sheets: &Sheets) -> Result<Table, Otherwise> {
    // No record can be too large where all of them together are small.
    if block.length + 32 * kind.fields.len() > read::MAX_RECORD {
        return Err(Otherwise);
    }
    let reader = Reader { dictionary, count: block.len() };
    let mut columns = Vec::with_capacity(kind.fields.len());
    for (key, field) in &kind.fields {
        columns.push(match block.field(key) {
            None => reader.blank(field),
            Some(rough) => reader.column(key, field, rough)?,
        });
    }
    let ids = own_numbers(&block.numbers)?;
    let places = block.places.iter().map(|(sheet, _, row)| (*sheet, *row)).collect();
    Ok(Table::of_columns(Arc::clone(kind), (block.days.clone(), ids, columns), (places, Arc::clone(sheets))))
}

/// The records' own numbers, where all are plain.
fn own_numbers(rough: &Rough) -> Result<Column, Otherwise> {
    let is_plain = |text: &str| {
        !text.is_empty() && text.len() <= read::MAX_ID && text.bytes().all(|byte| matches!(byte, b'!'..=b'~'))
    };
    match rough {
        Rough::Words { words, places } if words.iter().all(|word| is_plain(word)) => {
            let list: Vec<Option<Arc<str>>> =
                [None].into_iter().chain(words.iter().map(|word| Some(Arc::from(*word)))).collect();
            Ok(Column::of_words(&list, places))
        }
        Rough::Days(days) if days.iter().all(Option::is_none) => Ok(Column::Empty),
        // Digits and days read as numbers: their texts are plain.
        Rough::Digits { digits: rows, .. } => texts(rough, rows.len()),
        Rough::Days(rows) => texts(rough, rows.len()),
        _ => Err(Otherwise),
    }
}

fn texts(rough: &Rough, count: usize) -> Result<Column, Otherwise> {
    let text = |row| rough.json(row).map(|json| json.and_then(|json| json.as_str().map(Value::text)));
    (0..count).map(text).collect::<Result<_, _>>().map(Column::of).map_err(|_| Otherwise)
}

/// Reads the columns of one kind.
struct Reader<'a> {
    dictionary: &'a Dictionary,
    count: usize,
}

impl Reader<'_> {
    /// A field that no record has.
    fn blank(&self, field: &Field) -> Column {
        match &field.default {
            None => Column::Empty,
            Some(_) => Column::of(vec![field.default.clone(); self.count]),
        }
    }

    fn column(&self, key: &str, field: &Field, rough: &Rough) -> Result<Column, Otherwise> {
        match (rough, &field.kind, &field.default) {
            (Rough::Flags(flags), Type::Boolean, None) => Ok(Column::Flags(flags.as_slice().into())),
            (Rough::Days(days), Type::Date, None) => {
                Ok(Column::Days(days.iter().map(|day| day.unwrap_or(NO_DAY)).collect()))
            }
            (Rough::Digits { places, digits }, Type::Integer | Type::Decimal, None) if fits(field, *places, digits) => {
                let digits = digits.iter().map(|digits| digits.unwrap_or(NO_NUMBER)).collect();
                Ok(Column::Numbers { places: *places, digits })
            }
            (Rough::Words { words, places }, ..) => {
                let words = words.iter().map(|word| Raw::Text((*word).to_owned()));
                self.words(key, field, words.collect(), places)
            }
            (Rough::Json { words, places }, ..) => {
                let words: Result<Vec<Raw>, _> =
                    words.iter().map(|word| serde_json::from_str(word).map(|json| Raw::from_json(&json))).collect();
                self.words(key, field, words.map_err(|_| Otherwise)?, places)
            }
            _ => {
                let value = |row| match rough.json(row).map_err(|_| Otherwise)? {
                    None => Ok(field.default.clone()),
                    Some(json) => self.value(key, field, &Raw::from_json(&json)),
                };
                (0..self.count).map(value).collect::<Result<_, _>>().map(Column::of)
            }
        }
    }

    /// Reads each word once.
    fn words(&self, key: &str, field: &Field, words: Vec<Raw>, places: &[u32]) -> Result<Column, Otherwise> {
        let mut values = vec![field.default.clone()];
        for word in &words {
            values.push(self.value(key, field, word)?);
        }
        let text = |value: &Option<Value>| match value {
            None => Some(None),
            Some(Value::Text(text)) => Some(Some(Arc::clone(text))),
            Some(_) => None,
        };
        if let Some(list) = values.iter().map(text).collect::<Option<Vec<_>>>() {
            return Ok(Column::of_words(&list, places));
        }
        let value = |place: &u32| usize::try_from(*place).ok().and_then(|place| values.get(place).cloned()).flatten();
        Ok(Column::of(places.iter().map(value).collect()))
    }

    fn value(&self, key: &str, field: &Field, raw: &Raw) -> Result<Option<Value>, Otherwise> {
        read::value(key, field, &self.dictionary.shapes, raw, Strictness::Data).map_err(|_| Otherwise)
    }
}

/// Whether all numbers of a column keep to the places and bounds of their field.
fn fits(field: &Field, places: u32, digits: &[Option<i64>]) -> bool {
    let most = match field.kind {
        Type::Integer => Some(0),
        _ => field.places,
    };
    if most.is_some_and(|most| places > most) {
        return false;
    }
    let bounds = [(field.min, i64::MIN), (field.max, i64::MAX)].map(|(bound, open)| match bound {
        None => Some(open),
        // The bound in the unit of the column; one that is none there is left to the other way of reading.
        Some(bound) => bound.scaled(places),
    });
    let [Some(least), Some(greatest)] = bounds else { return false };
    digits.iter().flatten().all(|digits| (least..=greatest).contains(digits))
}
