//! Numbers: from the digits people write to an exact [`Number`], never by way of a float.

use std::borrow::Cow;

use super::characters::half_width;
use super::fault::{Expected, Fault, Subject};
use super::{Raw, Strictness};
use crate::codes::data as codes;
use crate::dictionary::{Field, Type};
use crate::number::{Number, NumberError, Rounding};

/// Decimal digits that a spreadsheet's floats hold whatever the number.
const EXACT_DIGITS: usize = 15;
/// The first whole number with more digits than that.
const TOO_LONG_TO_HOLD: f64 = 1e15;

/// Reads a number; bounds and places are for [`check`].
pub(super) fn read(
    subject: &Subject,
    unit: Option<&str>,
    kind: &Type,
    raw: &Raw,
    strictness: Strictness,
) -> Result<Number, Fault> {
    let read = match raw {
        Raw::Number(digits) => Number::parse_json(digits).map_err(Trouble::from),
        Raw::Float(float) => from_float(*float),
        Raw::Text(text) => from_text(text, unit, strictness),
        _ => Err(Trouble::NotANumber),
    };
    read.map_err(|trouble| match trouble {
        Trouble::NotANumber => subject.wrong_type(&Expected::of(kind), raw),
        Trouble::Imprecise => subject.fault(&codes::IMPRECISE_NUMBER, raw),
        Trouble::TooLong => subject.fault(&codes::NUMBER_TOO_LONG, raw),
        Trouble::FormulaError => subject.formula_fault(raw),
    })
}

/// Checks that a number is whole where it must be, and keeps to the places and bounds of its field. Nothing is rounded.
pub(super) fn check(subject: &Subject, field: &Field, kind: &Type, number: Number, raw: &Raw) -> Result<(), Fault> {
    if *kind == Type::Integer && !number.is_integer() {
        return Err(subject.fault(&codes::NOT_WHOLE, raw));
    }
    if let Some(places) = field.places
        && number.decimal_places().is_none_or(|found| found > places)
    {
        let rounded = if subject.hidden { Number::ZERO } else { number.round(places, Rounding::HalfUp) };
        let fault = subject.fault(&codes::TOO_MANY_PLACES, raw);
        return Err(fault.with("places", places).with("rounded", rounded));
    }
    match (field.min, field.max) {
        (Some(min), _) if number < min => Err(subject.fault(&codes::TOO_SMALL, raw).with("min", min)),
        (_, Some(max)) if number > max => Err(subject.fault(&codes::TOO_LARGE, raw).with("max", max)),
        _ => Ok(()),
    }
}

/// A code or card number that a spreadsheet keeps as a number: its digits, if none can have been lost.
pub(super) fn code(float: f64) -> Option<String> {
    let text = float.to_string();
    holds_exactly(float, &text).then_some(text)
}

/// Whether a text is a number in powers of ten, such as `3.30E+17`: what a spreadsheet writes for a code that is too long.
pub(super) fn is_scientific(text: &str) -> bool {
    // In both widths; most texts have none of them.
    if !text.contains(['e', 'E', 'ｅ', 'Ｅ']) {
        return false;
    }
    let Some((digits, exponent)) = half_width(text).split_once(['e', 'E']).map(|(d, e)| (d.to_owned(), e.to_owned()))
    else {
        return false;
    };
    exponent.starts_with(['+', '-'])
        && exponent.len() > 1
        && exponent.chars().skip(1).all(|c| c.is_ascii_digit())
        && Number::parse(&digits).is_ok()
}

/// Why a text or float is no number.
enum Trouble {
    NotANumber,
    Imprecise,
    TooLong,
    FormulaError,
}

impl From<NumberError> for Trouble {
    fn from(error: NumberError) -> Trouble {
        match error {
            NumberError::TooLarge => Trouble::TooLong,
            NumberError::Malformed | NumberError::DivisionByZero => Trouble::NotANumber,
        }
    }
}

fn from_float(float: f64) -> Result<Number, Trouble> {
    if !float.is_finite() {
        return Err(Trouble::NotANumber);
    }
    // The shortest decimal that leads back to the same float: what was typed, as long as it had at most 15 digits.
    let text = float.to_string();
    if !holds_exactly(float, &text) {
        return Err(Trouble::Imprecise);
    }
    Ok(Number::parse(&text)?)
}

fn holds_exactly(float: f64, text: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let significant = digits.trim_start_matches('0').trim_end_matches('0').len();
    float.is_finite() && float.abs() < TOO_LONG_TO_HOLD && significant <= EXACT_DIGITS
}

fn from_text(text: &str, unit: Option<&str>, strictness: Strictness) -> Result<Number, Trouble> {
    let plain = half_width(text);
    let plain = plain.trim();
    if super::is_formula_error(plain) {
        return Err(Trouble::FormulaError);
    }
    if is_scientific(plain) && strictness == Strictness::Sheet {
        return Err(Trouble::Imprecise);
    }
    let plain = without_unit(plain, unit);
    let digits = ungrouped(plain).ok_or(Trouble::NotANumber)?;
    match strictness {
        Strictness::Data => Ok(Number::parse_json(&digits)?),
        Strictness::Sheet => Ok(Number::parse(&digits)?),
    }
}

/// Takes off the unit of measure of the field, and no other: `3 人`, `96.5%`.
fn without_unit<'t>(text: &'t str, unit: Option<&str>) -> &'t str {
    unit.map(half_width).and_then(|unit| text.strip_suffix(unit.trim())).map_or(text, str::trim_end)
}

/// Takes out separators of thousands, commas or blanks, where they stand before every three digits; `None` where they do not.
fn ungrouped(text: &str) -> Option<Cow<'_, str>> {
    let Some(separator) = text.chars().find(|c| matches!(c, ',' | ' ')) else {
        return Some(Cow::Borrowed(text));
    };
    let (whole, decimals) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let mut groups = whole.split(separator);
    let first = groups.next()?;
    let lead = first.trim_start_matches(['-', '+']);
    if lead.is_empty() || lead.len() > 3 || !groups.all(|group| group.len() == 3) {
        return None;
    }
    let mut digits: String = whole.chars().filter(|c| *c != separator).collect();
    if let Some(decimals) = decimals {
        digits.push('.');
        digits.push_str(decimals);
    }
    Some(Cow::Owned(digits))
}
