//! The values of one field over the records of one kind, each type in its own compact form.
//!
//! Enters: typed values, or columns read by [`super::reading`]. Leaves: [`Column`]s, which compiled rules read by index, and from
//! which [`Value`]s are made for whoever wants one. Next: [`super::table`].

use std::cmp::Ordering;
use std::sync::Arc;

use crate::dictionary::Value;
use crate::number::{MOST_SCALED, Number};
use crate::period::{day_number, day_of_number};

/// Stands in a column of days where there is none.
pub const NO_DAY: i32 = i32::MIN;
/// Stands in a column of numbers where there is none.
pub const NO_NUMBER: i64 = i64::MIN;
/// Stands in a column of words where there is none.
pub const NO_WORD: u32 = u32::MAX;

/// A column: one value for each record, in their order. Two columns of the same values may differ in form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// No record has a value.
    Empty,
    /// Yes and no.
    Flags(Box<[Option<bool>]>),
    /// Days by number ([`day_number`]); [`NO_DAY`].
    Days(Box<[i32]>),
    /// Whole numbers, of which so many digits stand behind the point: 125 with 1 place is 12.5; [`NO_NUMBER`].
    Numbers {
        /// Digits behind the point, at most 18.
        places: u32,
        /// The numbers.
        digits: Box<[i64]>,
    },
    /// Texts and choices: the place of each among the words; [`NO_WORD`].
    Words {
        /// Each once, rising, so that the order of places is that of the texts.
        words: Arc<[Arc<str>]>,
        /// Places.
        places: Box<[u32]>,
    },
    /// All else: times, nested values, numbers too long for the form above.
    Values(Box<[Option<Value>]>),
}

/// What stands in a column for one record, as it lies there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Nothing.
    Missing,
    /// Yes or no.
    Flag(bool),
    /// A day by number.
    Day(i32),
    /// A number as its digits, of which so many stand behind the point.
    Number {
        /// The digits.
        digits: i64,
        /// How many of them stand behind the point.
        places: u32,
    },
    /// A text or a choice.
    Word(&'a Arc<str>),
    /// All else.
    Value(&'a Value),
}

impl Column {
    /// The shortest form that holds all of them.
    pub fn of(values: Vec<Option<Value>>) -> Column {
        let Some(first) = values.iter().flatten().next() else { return Column::Empty };
        let short = match first {
            Value::Boolean(_) => flags(&values),
            Value::Date(_) => days(&values),
            Value::Number(_) => numbers(&values),
            Value::Text(_) => words(&values),
            Value::Time(_) | Value::List(_) | Value::Map(_) => None,
        };
        short.unwrap_or_else(|| Column::Values(values.into()))
    }

    /// Words by their places among a list in any order, in which words may repeat.
    pub(super) fn of_words(list: &[Option<Arc<str>>], places: &[u32]) -> Column {
        let mut words: Vec<Arc<str>> = list.iter().flatten().cloned().collect();
        words.sort_unstable();
        words.dedup();
        if words.is_empty() {
            return Column::Empty;
        }
        let new: Vec<u32> = list.iter().map(|word| place_of(&words, word.as_ref())).collect();
        let places = places.iter().map(|place| {
            let place = usize::try_from(*place).ok().and_then(|place| new.get(place));
            place.copied().unwrap_or(NO_WORD)
        });
        Column::Words { places: places.collect(), words: words.into() }
    }

    /// What stands here for one record.
    pub fn cell(&self, row: usize) -> Cell<'_> {
        let cell = match self {
            Column::Empty => None,
            Column::Flags(flags) => flags.get(row).copied().flatten().map(Cell::Flag),
            Column::Days(days) => days.get(row).filter(|day| **day != NO_DAY).map(|day| Cell::Day(*day)),
            Column::Numbers { places, digits } => digits
                .get(row)
                .filter(|digits| **digits != NO_NUMBER)
                .map(|digits| Cell::Number { digits: *digits, places: *places }),
            Column::Words { words, places } => {
                let place = places.get(row).and_then(|place| usize::try_from(*place).ok());
                place.and_then(|place| words.get(place)).map(Cell::Word)
            }
            Column::Values(values) => values.get(row).and_then(Option::as_ref).map(Cell::Value),
        };
        cell.unwrap_or(Cell::Missing)
    }

    /// The value of one record.
    pub fn value(&self, row: usize) -> Option<Value> {
        match self.cell(row) {
            Cell::Missing => None,
            Cell::Flag(is) => Some(Value::Boolean(is)),
            Cell::Day(day) => day_of_number(day).map(Value::Date),
            Cell::Number { digits, places } => Some(Value::Number(Number::from_scaled(digits, places))),
            Cell::Word(word) => Some(Value::Text(Arc::clone(word))),
            Cell::Value(value) => Some(value.clone()),
        }
    }

    /// Compares two records by this column, as their values compare; one without a value comes first.
    pub(super) fn compare(&self, one: usize, other: usize) -> Ordering {
        fn by<T: Ord>(list: &[T], (one, other): (usize, usize)) -> Ordering {
            list.get(one).cmp(&list.get(other))
        }
        let rows = (one, other);
        match self {
            Column::Empty => Ordering::Equal,
            Column::Flags(flags) => by(flags, rows),
            // What stands for none is the lowest of these.
            Column::Days(days) => by(days, rows),
            Column::Numbers { digits, .. } => by(digits, rows),
            Column::Words { places, .. } => {
                let place = |row: usize| places.get(row).filter(|place| **place != NO_WORD);
                place(one).cmp(&place(other))
            }
            Column::Values(values) => by(values, rows),
        }
    }

    /// The same in another order of the records.
    pub(super) fn in_order(&self, order: &[usize]) -> Column {
        fn pick<T: Clone>(list: &[T], order: &[usize]) -> Box<[T]> {
            order.iter().filter_map(|row| list.get(*row).cloned()).collect()
        }
        match self {
            Column::Empty => Column::Empty,
            Column::Flags(flags) => Column::Flags(pick(flags, order)),
            Column::Days(days) => Column::Days(pick(days, order)),
            Column::Numbers { places, digits } => Column::Numbers { places: *places, digits: pick(digits, order) },
            Column::Words { words, places } => Column::Words { words: Arc::clone(words), places: pick(places, order) },
            Column::Values(values) => Column::Values(pick(values, order)),
        }
    }
}

/// What is made of each value, or what stands for none; nothing when one cannot be made.
fn each<T: Copy>(values: &[Option<Value>], none: T, make: impl Fn(&Value) -> Option<T>) -> Option<Box<[T]>> {
    values.iter().map(|value| value.as_ref().map_or(Some(none), &make)).collect()
}

fn flags(values: &[Option<Value>]) -> Option<Column> {
    let flag = |value: &Value| if let Value::Boolean(is) = value { Some(Some(*is)) } else { None };
    each(values, None, flag).map(Column::Flags)
}

fn days(values: &[Option<Value>]) -> Option<Column> {
    let day = |value: &Value| if let Value::Date(date) = value { Some(day_number(*date)) } else { None };
    each(values, NO_DAY, day).map(Column::Days)
}

fn numbers(values: &[Option<Value>]) -> Option<Column> {
    let number = |value: &Value| if let Value::Number(number) = value { Some(*number) } else { None };
    let all = values.iter().flatten().map(|value| number(value)?.decimal_places());
    let places = all.collect::<Option<Vec<u32>>>()?.into_iter().max().unwrap_or(0);
    if places > MOST_SCALED {
        return None;
    }
    let digits = each(values, NO_NUMBER, |value| number(value)?.scaled(places).filter(|digits| *digits != NO_NUMBER));
    Some(Column::Numbers { places, digits: digits? })
}

fn words(values: &[Option<Value>]) -> Option<Column> {
    let word = |value: &Value| if let Value::Text(text) = value { Some(Arc::clone(text)) } else { None };
    let list: Option<Vec<Option<Arc<str>>>> =
        values.iter().map(|value| value.as_ref().map_or(Some(None), |value| word(value).map(Some))).collect();
    let list = list?;
    let places: Vec<u32> = (0..).take(list.len()).collect();
    Some(Column::of_words(&list, &places))
}

fn place_of(words: &[Arc<str>], word: Option<&Arc<str>>) -> u32 {
    let place = word.and_then(|word| words.binary_search(word).ok());
    place.and_then(|place| u32::try_from(place).ok()).unwrap_or(NO_WORD)
}
