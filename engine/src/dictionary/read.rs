//! From raw values to typed ones, or to the list of everything that is wrong with them.
//!
//! Enters: [`Raw`] values out of a cell, a line of JSON or a case of a bundle. Leaves: a typed [`Value`], or a [`Fault`] for
//! each thing that must be mended; whoever knows the cell or the line turns it into a
//! [`crate::diagnostic::Diagnostic`] with [`Fault::at`]. Nothing is guessed: what can be read in two ways is refused. [`crate::record`] is next.

mod boolean;
pub mod characters;
mod choice;
mod day;
mod fault;
mod nested;
mod number;
mod raw;

use std::borrow::Cow;
use std::sync::Arc;

use indexmap::IndexMap;

use super::{Dictionary, Field, Kind, Shape, Type, Value};
use crate::codes::data as codes;
use crate::number::Number;
use crate::period::Date;
use characters::{half_width, trimmed};
pub use day::serial;
pub use fault::Fault;
use fault::{Expected, Subject};
pub use raw::{Raw, RawRecord};

/// Most characters of one text.
const MAX_TEXT: usize = 10_000;
/// Most characters of a record's number.
pub(crate) const MAX_ID: usize = 200;
/// Most levels of lists, maps and shapes inside one another.
const MAX_DEPTH: usize = 32;
/// Most bytes of all values of a record together, roughly counted.
pub(crate) const MAX_RECORD: usize = 48_000;

/// What the values come from, which decides how blanks and bare numbers are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// JSON, or a case of a bundle: what is absent is missing, and no fault.
    Data,
    /// A clerk's sheet: a blank cell of a field that must be filled is a fault; numbers in date cells are serial days;
    /// lists are texts with separators.
    Sheet,
}

/// A record's own values, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// When it happened.
    pub date: Date,
    /// The source's own number.
    pub id: Option<Arc<str>>,
    /// One value for each field of the kind, in its order.
    pub values: Box<[Option<Value>]>,
}

/// Reads one value of a field. `None`: it is missing, and may be.
///
/// # Errors
/// Every fault of the value; for nested values, each with its path.
pub fn value(
    key: &str,
    field: &Field,
    shapes: &IndexMap<String, Arc<Shape>>,
    raw: &Raw,
    strictness: Strictness,
) -> Result<Option<Value>, Vec<Fault>> {
    let mut reader = Reader { shapes, strictness, restricted: false, faults: Vec::new() };
    let value = reader.field(Cow::Borrowed(key), field, raw, 0);
    if reader.faults.is_empty() { Ok(value) } else { Err(reader.faults) }
}

/// Reads the date, the number and all fields of one record of a kind.
///
/// # Errors
/// Every fault of the record. The path of a fault starts with `date`, `id` or the key of a field.
pub fn row(kind: &Kind, dictionary: &Dictionary, raw: &RawRecord, strictness: Strictness) -> Result<Row, Vec<Fault>> {
    let shapes = &dictionary.shapes;
    let mut reader = Reader { shapes, strictness, restricted: kind.is_restricted(), faults: Vec::new() };
    let names = ["date", "id"].into_iter().chain(kind.fields.keys().map(String::as_str));
    reader.refuse_unknown("", &kind.title, raw.names(), names);
    let date = reader.date(kind, raw.get("date"));
    let id = reader.id(kind, raw.get("id"));
    let values: Box<[_]> =
        kind.fields.iter().map(|(key, field)| reader.field(Cow::Borrowed(key), field, raw.get(key), 0)).collect();
    reader.refuse_too_large(&kind.title, &values);
    match date {
        Some(date) if reader.faults.is_empty() => Ok(Row { date, id, values }),
        _ => Err(reader.faults),
    }
}

/// One pass over the values of one record, gathering its faults.
struct Reader<'a> {
    shapes: &'a IndexMap<String, Arc<Shape>>,
    strictness: Strictness,
    /// Whether the values must not be repeated in messages.
    restricted: bool,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    /// A value with what stands in for a blank.
    fn field(&mut self, path: Cow<str>, field: &Field, raw: &Raw, depth: usize) -> Option<Value> {
        if raw.is_blank() || self.is_dash(field, raw) {
            return self.blank(path, field);
        }
        self.typed(path, field, &field.kind, raw, depth)
    }

    fn blank(&mut self, path: Cow<str>, field: &Field) -> Option<Value> {
        if field.default.is_none() && !field.optional && self.strictness == Strictness::Sheet {
            let subject = Subject { path, title: &field.title, hidden: true };
            let fault = subject.fault(&codes::BLANK, &Raw::Blank);
            self.faults.push(match &field.kind {
                Type::Choice(choices) => {
                    let titles: Vec<&str> = choices.values().map(String::as_str).collect();
                    let titles = titles.join("、");
                    fault.with("expected", format!("一项:{titles}")).with("expected_en", format!("one of: {titles}"))
                }
                kind => fault.expecting(&Expected::of(kind)),
            });
        }
        field.default.clone()
    }

    /// Clerks fill a cell that does not apply with a stroke, so that it does not look forgotten.
    fn is_dash(&self, field: &Field, raw: &Raw) -> bool {
        let may_be_blank = field.optional || field.default.is_some();
        let Raw::Text(text) = raw else { return false };
        self.strictness == Strictness::Sheet
            && may_be_blank
            && matches!(half_width(trimmed(text)).as_ref(), "/" | "-" | "--" | "—" | "——")
    }

    /// A value that is not blank. Returns `None` after noting a fault.
    fn typed(&mut self, path: Cow<str>, field: &Field, kind: &Type, raw: &Raw, depth: usize) -> Option<Value> {
        let subject = Subject { path, title: &field.title, hidden: self.restricted || field.personal.is_some() };
        let read = match kind {
            Type::Text => self.text(&subject, raw, MAX_TEXT).map(|text| Value::text(&text)),
            Type::Integer | Type::Decimal => self.number(&subject, field, kind, raw).map(Value::Number),
            Type::Boolean => boolean::read(&subject, raw).map(Value::Boolean),
            Type::Date => day::date(&subject, raw, self.strictness).map(Value::Date),
            Type::Time => day::time(&subject, raw, self.strictness).map(Value::Time),
            Type::Choice(choices) => choice::read(&subject, choices, raw).map(Value::Text),
            Type::List(_) | Type::Map(_) | Type::Shape(_) if depth >= MAX_DEPTH => {
                Err(subject.fault(&codes::NESTED_TOO_DEEP, &Raw::Blank).with("limit", MAX_DEPTH))
            }
            Type::List(inner) => return self.list(subject, field, inner, raw, depth),
            Type::Map(inner) => return self.map(subject, field, inner, raw, depth),
            Type::Shape(name) => return self.shape(subject, name, raw, depth),
        };
        read.map_err(|fault| self.faults.push(fault)).ok()
    }

    fn number(&self, subject: &Subject, field: &Field, kind: &Type, raw: &Raw) -> Result<Number, Fault> {
        let number = number::read(subject, field.unit.as_deref(), kind, raw, self.strictness)?;
        number::check(subject, field, kind, number, raw)?;
        Ok(number)
    }

    fn text<'r>(&self, subject: &Subject, raw: &'r Raw, limit: usize) -> Result<Cow<'r, str>, Fault> {
        let text = match raw {
            Raw::Text(text) => {
                self.refuse_damaged(subject, text)?;
                Cow::Borrowed(trimmed(text))
            }
            Raw::Number(digits) => Cow::Borrowed(digits.as_str()),
            Raw::Float(float) => {
                let digits = number::code(*float);
                Cow::Owned(digits.ok_or_else(|| subject.fault(&codes::IMPRECISE_NUMBER, raw))?)
            }
            Raw::Date(date) => Cow::Owned(date.to_string()),
            Raw::Time(time) => Cow::Owned(time.to_string()),
            Raw::Boolean(is) if self.strictness == Strictness::Sheet => Cow::Owned(is.to_string().to_uppercase()),
            Raw::Blank | Raw::Boolean(_) | Raw::List(_) | Raw::Map(_) => {
                return Err(subject.wrong_type(&Expected::of(&Type::Text), raw));
            }
        };
        // A character takes a byte at least.
        let length = if text.len() > limit { text.chars().count() } else { 0 };
        if length > limit {
            let fault = subject.fault(&codes::TEXT_TOO_LONG, &Raw::Blank);
            return Err(fault.with("length", length).with("limit", limit));
        }
        Ok(text)
    }

    /// A text of a sheet that is the trace of a failed formula, or of a long number that lost its digits.
    fn refuse_damaged(&self, subject: &Subject, text: &str) -> Result<(), Fault> {
        if self.strictness == Strictness::Data {
            return Ok(());
        }
        let plain = trimmed(text);
        if is_formula_error(plain) {
            Err(subject.formula_fault(&Raw::Text(plain.to_owned())))
        } else if number::is_scientific(plain) {
            Err(subject.fault(&codes::IMPRECISE_NUMBER, &Raw::Text(plain.to_owned())))
        } else {
            Ok(())
        }
    }

    fn date(&mut self, kind: &Kind, raw: &Raw) -> Option<Date> {
        let subject = Subject { path: Cow::Borrowed("date"), title: &kind.date_title, hidden: self.restricted };
        let read = if raw.is_blank() {
            Err(subject.fault(&codes::BLANK, raw).expecting(&Expected::of(&Type::Date)))
        } else {
            day::date(&subject, raw, self.strictness)
        };
        read.map_err(|fault| self.faults.push(fault)).ok()
    }

    /// The source's own number. A sheet must give it where it is what tells two records apart.
    fn id(&mut self, kind: &Kind, raw: &Raw) -> Option<Arc<str>> {
        let subject = Subject { path: Cow::Borrowed("id"), title: "编号", hidden: self.restricted };
        if raw.is_blank() {
            if self.strictness == Strictness::Sheet && kind.identity.iter().any(|name| name == "id") {
                self.faults.push(subject.fault(&codes::BLANK, raw).expecting(&Expected::of(&Type::Text)));
            }
            return None;
        }
        let read = self.text(&subject, raw, MAX_ID).map(|text| Arc::from(half_width(&text).as_ref()));
        read.map_err(|fault| self.faults.push(fault)).ok()
    }

    fn refuse_too_large(&mut self, title: &str, values: &[Option<Value>]) {
        let size: usize = values.iter().flatten().map(weight).sum();
        if size > MAX_RECORD {
            let subject = Subject { path: Cow::Borrowed(""), title, hidden: true };
            let fault = subject.fault(&codes::RECORD_TOO_LARGE, &Raw::Blank);
            self.faults.push(fault.with("size", size).with("limit", MAX_RECORD));
        }
    }
}

/// What a spreadsheet shows while it calculates, and what stands for the result of a formula that was never calculated.
pub const NOT_CALCULATED: &str = "#GETTING_DATA";

/// What a spreadsheet shows when a formula fails or has no result.
pub fn is_formula_error(text: &str) -> bool {
    text.starts_with('#')
        && matches!(
            text.to_ascii_uppercase().as_str(),
            "#N/A"
                | "#REF!"
                | "#VALUE!"
                | "#DIV/0!"
                | "#NUM!"
                | "#NAME?"
                | "#NULL!"
                | "#SPILL!"
                | "#CALC!"
                | "#FIELD!"
                | "#BLOCKED!"
                | "#UNKNOWN!"
                | "#CONNECT!"
                | "#EXTERNAL!"
                | "#BUSY!"
                | "#PYTHON!"
                | NOT_CALCULATED
        )
}

/// About how many bytes a value takes when stored.
fn weight(value: &Value) -> usize {
    match value {
        Value::Boolean(_) | Value::Date(_) | Value::Time(_) | Value::Number(_) => 24,
        Value::Text(text) => text.len() + 4,
        Value::List(items) => items.iter().map(weight).sum::<usize>() + 4,
        Value::Map(entries) => entries.iter().map(|(key, value)| key.len() + 4 + weight(value)).sum::<usize>() + 4,
    }
}

#[cfg(test)]
mod tests;
