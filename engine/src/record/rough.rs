//! One column of packed facts: the values of a field as they are kept, in the form that takes the fewest bytes.
//!
//! Enters: JSON values, one for each record, some absent. Leaves: bytes; or from bytes a [`Rough`] column, whose values are the
//! same JSON again. Next: [`super::packed`], which puts columns together.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::bytes::{Broken, Bytes, Ink};
use crate::number::MOST_SCALED;
use crate::period::{Date, day_number, day_of_number};

const FLAGS: u8 = 1;
const DAYS: u8 = 2;
const DIGITS: u8 = 3;
const WORDS: u8 = 4;
const JSON: u8 = 5;

/// A column as it is kept. A value that a record does not have is `None`, and place 0 among words.
#[derive(Debug)]
pub(super) enum Rough<'b> {
    /// Yes and no.
    Flags(Vec<Option<bool>>),
    /// Texts of days, by number.
    Days(Vec<Option<i32>>),
    /// Texts of decimals: digits of which so many stand behind the point.
    Digits { places: u32, digits: Vec<Option<i64>> },
    /// Texts, each once, and for each record its place from 1.
    Words { words: Vec<&'b str>, places: Vec<u32> },
    /// Anything else as JSON texts, likewise.
    Json { words: Vec<&'b str>, places: Vec<u32> },
}

/// The form that all values of a column have in common.
enum Form {
    Flags(Vec<Option<bool>>),
    Days(Vec<Option<i32>>),
    Digits(u32, Vec<Option<i64>>),
    Words,
    Json,
}

impl<'b> Rough<'b> {
    /// Writes a column; `days` are those of its records.
    pub(super) fn write(ink: &mut Ink, values: &[Option<&Json>], days: &[i32]) {
        match form_of(values) {
            Form::Flags(flags) => {
                ink.byte(FLAGS);
                flags.iter().for_each(|flag| ink.byte(flag.map_or(0, |is| 1 + u8::from(is))));
            }
            Form::Days(numbers) => {
                ink.byte(DAYS);
                for (number, day) in numbers.iter().zip(days) {
                    optional(ink, number.map(|number| i64::from(number) - i64::from(*day)));
                }
            }
            Form::Digits(places, digits) => {
                ink.byte(DIGITS);
                ink.number(places.into());
                digits.iter().for_each(|digits| optional(ink, *digits));
            }
            Form::Words => {
                ink.byte(WORDS);
                words(ink, values.iter().map(|value| value.and_then(Json::as_str).map(str::to_owned)));
            }
            Form::Json => {
                ink.byte(JSON);
                words(ink, values.iter().map(|value| value.map(Json::to_string)));
            }
        }
    }

    /// Reads what [`Rough::write`] wrote.
    pub(super) fn read(bytes: &mut Bytes<'b>, days: &[i32]) -> Result<Rough<'b>, Broken> {
        let count = days.len();
        match bytes.byte()? {
            FLAGS => Ok(Rough::Flags(bytes.times(count, |bytes| match bytes.byte()? {
                0 => Ok(None),
                1 => Ok(Some(false)),
                2 => Ok(Some(true)),
                _ => Err(Broken),
            })?)),
            DAYS => {
                let mut column = Vec::with_capacity(count);
                for day in days {
                    column.push(match read_optional(bytes)? {
                        None => None,
                        Some(distance) => {
                            let number = distance.checked_add((*day).into()).ok_or(Broken)?;
                            let number = i32::try_from(number).map_err(|_| Broken)?;
                            Some(day_of_number(number).map(|_| number).ok_or(Broken)?)
                        }
                    });
                }
                Ok(Rough::Days(column))
            }
            DIGITS => {
                let places = bytes.small()?;
                if places > MOST_SCALED {
                    return Err(Broken);
                }
                Ok(Rough::Digits { places, digits: bytes.times(count, read_optional)? })
            }
            tag @ (WORDS | JSON) => {
                let known = bytes.count()?;
                let words = bytes.times(known, Bytes::text)?;
                let places = bytes.times(count, |bytes| {
                    let place = bytes.small()?;
                    if usize::try_from(place).is_ok_and(|place| place <= known) { Ok(place) } else { Err(Broken) }
                })?;
                Ok(if tag == WORDS { Rough::Words { words, places } } else { Rough::Json { words, places } })
            }
            _ => Err(Broken),
        }
    }

    /// The value of one record, as it was written.
    pub(super) fn json(&self, row: usize) -> Result<Option<Json>, Broken> {
        Ok(match self {
            Rough::Flags(flags) => flags.get(row).copied().flatten().map(Json::Bool),
            Rough::Days(numbers) => match numbers.get(row).copied().flatten() {
                None => None,
                Some(number) => Some(Json::String(day_of_number(number).ok_or(Broken)?.to_string())),
            },
            Rough::Digits { places, digits } => {
                digits.get(row).copied().flatten().map(|digits| Json::String(decimal_text(digits, *places)))
            }
            Rough::Words { words, places } => word(words, places, row).map(|word| Json::String(word.to_owned())),
            Rough::Json { words, places } => match word(words, places, row) {
                None => None,
                Some(word) => Some(serde_json::from_str(word).map_err(|_| Broken)?),
            },
        })
    }
}

fn word<'b>(words: &[&'b str], places: &[u32], row: usize) -> Option<&'b str> {
    let place = usize::try_from(*places.get(row)?).ok()?.checked_sub(1)?;
    words.get(place).copied()
}

/// 0 for none, otherwise the number moved away from 0.
fn optional(ink: &mut Ink, number: Option<i64>) {
    match number {
        None => ink.byte(0),
        // A form is only chosen for numbers that leave room for this.
        Some(number) if number >= 0 => ink.signed(number + 1),
        Some(number) => ink.signed(number),
    }
}

fn read_optional(bytes: &mut Bytes) -> Result<Option<i64>, Broken> {
    Ok(match bytes.signed()? {
        0 => None,
        number if number > 0 => Some(number - 1),
        number => Some(number),
    })
}

fn words(ink: &mut Ink, values: impl Iterator<Item = Option<String>>) {
    let mut known: HashMap<String, u64> = HashMap::new();
    let mut list = Vec::new();
    let mut places = Vec::new();
    for value in values {
        places.push(value.map_or(0, |word| {
            let next = known.len() as u64 + 1;
            *known.entry(word).or_insert_with_key(|word| {
                list.push(word.clone());
                next
            })
        }));
    }
    ink.number(list.len() as u64);
    list.iter().for_each(|word| ink.text(word));
    places.iter().for_each(|place| ink.number(*place));
}

/// The form that fits all values, the shortest first.
fn form_of(values: &[Option<&Json>]) -> Form {
    let mut present = values.iter().flatten();
    match present.next() {
        Some(Json::Bool(_)) => each(values, |value| value.as_bool()).map_or(Form::Json, Form::Flags),
        Some(Json::String(_)) | None => {
            let text = |value: &Json| value.as_str().map(str::to_owned);
            if let Some(numbers) = each(values, |value| value.as_str().and_then(canonical_day)) {
                Form::Days(numbers)
            } else if let Some((places, digits)) = digits_of(values) {
                Form::Digits(places, digits)
            } else if each(values, text).is_some() {
                Form::Words
            } else {
                Form::Json
            }
        }
        Some(_) => Form::Json,
    }
}

/// What is made of each value that is there; none when it cannot be made of one of them.
fn each<T>(values: &[Option<&Json>], make: impl Fn(&Json) -> Option<T>) -> Option<Vec<Option<T>>> {
    values
        .iter()
        .map(|value| match value {
            None => Some(None),
            Some(value) => make(value).map(Some),
        })
        .collect()
}

/// The number of a day whose text is exactly that of the day.
fn canonical_day(text: &str) -> Option<i32> {
    let date: Date = if text.len() == 10 { text.parse().ok()? } else { return None };
    (date.to_string() == text).then(|| day_number(date))
}

/// All values as digits of one number of places, if each is a decimal in its canonical form.
fn digits_of(values: &[Option<&Json>]) -> Option<(u32, Vec<Option<i64>>)> {
    let decimals = each(values, |value| value.as_str().and_then(canonical_decimal))?;
    let places = decimals.iter().flatten().map(|(_, places)| *places).max().unwrap_or(0);
    let digits: Option<Vec<_>> = decimals
        .into_iter()
        .map(|decimal| match decimal {
            None => Some(None),
            Some((digits, own)) => {
                let scaled = digits.checked_mul(10_i64.checked_pow(places - own)?)?;
                (scaled.unsigned_abs() < 10_u64.pow(MOST_SCALED)).then_some(Some(scaled))
            }
        })
        .collect();
    Some((places, digits?))
}

/// Digits and places of a text such as `-12.5`: no sign but a minus, no zero that could be left out.
fn canonical_decimal(text: &str) -> Option<(i64, u32)> {
    let plain = text.strip_prefix('-').unwrap_or(text);
    let (whole, decimals) = plain.split_once('.').unwrap_or((plain, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_canonical = !whole.is_empty()
        && is_digits(whole)
        && is_digits(decimals)
        && (whole == "0" || !whole.starts_with('0'))
        && plain.contains('.') != decimals.is_empty()
        && !decimals.ends_with('0')
        && text != "-0"
        && whole.len() + decimals.len() <= 18;
    let digits: i64 = if is_canonical { format!("{whole}{decimals}").parse().ok()? } else { return None };
    Some((if text.starts_with('-') { -digits } else { digits }, u32::try_from(decimals.len()).ok()?))
}

/// The canonical text of a decimal.
fn decimal_text(digits: i64, places: u32) -> String {
    let sign = if digits < 0 { "-" } else { "" };
    let width = usize::try_from(places).unwrap_or(0);
    let text = format!("{:0>least$}", digits.unsigned_abs(), least = width + 1);
    let (whole, decimals) = text.split_at_checked(text.len() - width).unwrap_or((&text, ""));
    match decimals.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        decimals => format!("{sign}{whole}.{decimals}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(values: &[Option<Json>]) -> (u8, Vec<Option<Json>>) {
        let days: Vec<i32> = (0..).take(values.len()).collect();
        let mut ink = Ink::default();
        let values: Vec<_> = values.iter().map(Option::as_ref).collect();
        Rough::write(&mut ink, &values, &days);
        let written = ink.into_bytes();
        let column = Rough::read(&mut Bytes(&written), &days).unwrap();
        (written[0], (0..days.len()).map(|row| column.json(row).unwrap()).collect())
    }

    #[test]
    fn each_column_is_kept_in_the_form_that_fits_all_its_values() {
        let text = |text: &str| Some(Json::from(text));
        for (form, values) in [
            (FLAGS, vec![Some(Json::from(true)), None, Some(Json::from(false))]),
            (DAYS, vec![text("2020-02-29"), None, text("1999-12-31")]),
            (DIGITS, vec![text("12.5"), text("-0.01"), None, text("0"), text("330381001701")]),
            (WORDS, vec![text("12.50"), text("12.5")]),
            (WORDS, vec![text("-0"), text("01"), text("1."), text(".5"), text("")]),
            (WORDS, vec![text("2020-2-29"), text("1234567890123456789")]),
            (JSON, vec![Some(Json::from(12)), text("12")]),
            (JSON, vec![Some(Json::Null), None, Some(serde_json::json!({"b": [1, "x"], "a": {}}))]),
        ] {
            assert_eq!(kept(&values), (form, values));
        }
    }
}
