//! Hashing: what receipts and the roots of runs are written with.
//!
//! What is hashed is put together first and hashed at once. A value reads the same whether it stands in a record or in a column.

use sha2::{Digest, Sha256};

use crate::dictionary::Value;
use crate::number::{MOST_SCALED, Number};
use crate::period::day_number;
use crate::record::columns::{Column, NO_DAY, NO_NUMBER};

/// A receipt, or a hash over several.
pub type Hash = [u8; 32];

/// What a value begins with, by its type.
mod tag {
    pub(super) const NONE: u8 = 0;
    pub(super) const FLAG: u8 = 1;
    pub(super) const DIGITS: u8 = 2;
    pub(super) const NUMBER: u8 = 3;
    pub(super) const DAY: u8 = 4;
    pub(super) const TIME: u8 = 5;
    pub(super) const TEXT: u8 = 6;
    pub(super) const LIST: u8 = 7;
    pub(super) const MAP: u8 = 8;
}

/// Writes lengths before contents, so that no two inputs read alike.
#[derive(Default)]
pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn with_capacity(length: usize) -> Writer {
        Writer(Vec::with_capacity(length))
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub(super) fn count(&mut self, count: usize) {
        self.0.extend_from_slice(&(count as u64).to_be_bytes());
    }

    pub(super) fn flag(&mut self, flag: bool) {
        self.0.push(u8::from(flag));
    }

    pub(super) fn day(&mut self, day: i32) {
        self.0.extend_from_slice(&day.to_be_bytes());
    }

    pub(super) fn hash(&mut self, hash: &Hash) {
        self.0.extend_from_slice(hash);
    }

    /// A text that may be missing.
    pub(super) fn optional(&mut self, text: Option<&str>) {
        self.flag(text.is_some());
        self.text(text.unwrap_or_default());
    }

    pub(super) fn number(&mut self, number: Number) {
        let places = number.decimal_places().filter(|places| *places <= MOST_SCALED);
        match places.and_then(|places| Some((number.scaled(places)?, places))) {
            Some((digits, places)) => self.digits(digits, places),
            None => {
                self.0.push(tag::NUMBER);
                self.text(&number.to_exact());
            }
        }
    }

    /// A number by its digits, of which so many stand behind the point: 12.50 is 12.5.
    fn digits(&mut self, digits: i64, places: u32) {
        let (mut digits, mut places) = (digits, places);
        while places > 0 && digits % 10 == 0 {
            (digits, places) = (digits / 10, places - 1);
        }
        self.0.push(tag::DIGITS);
        self.0.extend_from_slice(&places.to_be_bytes());
        self.0.extend_from_slice(&digits.to_be_bytes());
    }

    /// That there is no value.
    pub(super) fn nothing(&mut self) {
        self.0.push(tag::NONE);
    }

    pub(super) fn value(&mut self, value: &Value) {
        let tag = match value {
            Value::Boolean(flag) => {
                self.0.push(tag::FLAG);
                return self.flag(*flag);
            }
            Value::Number(number) => return self.number(*number),
            Value::Date(date) => {
                self.0.push(tag::DAY);
                return self.day(day_number(*date));
            }
            Value::Text(text) => {
                self.0.push(tag::TEXT);
                return self.text(text);
            }
            Value::Time(_) => tag::TIME,
            Value::List(_) => tag::LIST,
            Value::Map(_) => tag::MAP,
        };
        self.0.push(tag);
        self.text(&value.to_string());
    }

    /// The value of one record in a column of plain values, as [`Self::value`] writes it; false when the column holds others, and
    /// nothing is written.
    pub(super) fn cell(&mut self, column: &Column, row: usize) -> bool {
        let written = match column {
            Column::Empty => None,
            Column::Flags(flags) => flags.get(row).copied().flatten().map(|flag| {
                self.0.push(tag::FLAG);
                self.flag(flag);
            }),
            Column::Days(days) => days.get(row).filter(|day| **day != NO_DAY).map(|day| {
                self.0.push(tag::DAY);
                self.day(*day);
            }),
            Column::Numbers { places, digits } => {
                let digits = digits.get(row).filter(|digits| **digits != NO_NUMBER);
                digits.map(|digits| self.digits(*digits, *places))
            }
            Column::Words { words, places } => {
                let place = places.get(row).and_then(|place| usize::try_from(*place).ok());
                place.and_then(|place| words.get(place)).map(|word| {
                    self.0.push(tag::TEXT);
                    self.text(word);
                })
            }
            Column::Values(_) => return false,
        };
        if written.is_none() {
            self.nothing();
        }
        true
    }

    pub(super) fn finish(self) -> Hash {
        Sha256::digest(&self.0).into()
    }
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digit = |half: u8| DIGITS.get(usize::from(half)).copied().unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::period::day_of_number;

    fn values() -> impl Strategy<Value = Vec<Option<Value>>> {
        let number = (any::<i64>(), 0_u32..6).prop_map(|(digits, places)| Number::from_scaled(digits >> 20, places));
        prop_oneof![
            prop::collection::vec(prop::option::of(any::<bool>().prop_map(Value::Boolean)), 0..6),
            prop::collection::vec(prop::option::of(number.prop_map(Value::Number)), 0..6),
            prop::collection::vec(prop::option::of("[a-c甲]{0,2}".prop_map(|text| Value::text(&text))), 0..6),
            prop::collection::vec(
                prop::option::of((0..40_000_i32).prop_map(|day| Value::Date(day_of_number(day).unwrap()))),
                0..6
            ),
        ]
    }

    proptest! {
        #[test]
        fn a_value_reads_the_same_in_a_record_and_in_a_column(values in values()) {
            let column = Column::of(values.clone());
            for (row, value) in values.iter().enumerate() {
                let (mut one, mut other) = (Writer::default(), Writer::default());
                prop_assert!(one.cell(&column, row));
                match value {
                    Some(value) => other.value(value),
                    None => other.nothing(),
                }
                prop_assert_eq!(one.finish(), other.finish());
            }
        }

        #[test]
        fn two_values_read_alike_only_when_they_are_one(one in values(), other in values()) {
            let read = |values: &[Option<Value>]| {
                let mut writer = Writer::default();
                for value in values {
                    match value {
                        Some(value) => writer.value(value),
                        None => writer.nothing(),
                    }
                }
                writer.finish()
            };
            prop_assert_eq!(read(&one) == read(&other), one == other);
        }
    }

    #[test]
    fn a_number_reads_the_same_however_many_places_its_column_has() {
        let written = |column: &Column| {
            let mut writer = Writer::default();
            writer.cell(column, 0);
            writer.finish()
        };
        let numbers = |digits: i64, places| Column::Numbers { places, digits: Box::from([digits]) };
        assert_eq!(written(&numbers(1_250, 2)), written(&numbers(125, 1)));
        assert_ne!(written(&numbers(1_250, 2)), written(&numbers(1_250, 1)));
    }
}
