//! Values as they came in.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::characters::trimmed;
use crate::period::{Date, Time};

/// A value as it came in, before anything is known about its type.
#[derive(Debug, Clone, PartialEq)]
pub enum Raw {
    /// Nothing: an empty cell, `null`, an absent key.
    Blank,
    /// A text as written.
    Text(String),
    /// A number by its digits, as written in JSON or YAML, or as shown by a spreadsheet.
    Number(String),
    /// A number of a spreadsheet that keeps binary floats; read by its shortest decimal form.
    Float(f64),
    /// Yes or no.
    Boolean(bool),
    /// A day.
    Date(Date),
    /// A day and a time of day.
    Time(Time),
    /// Several values.
    List(Vec<Raw>),
    /// Values by key, in order.
    Map(Vec<(String, Raw)>),
}

static BLANK: Raw = Raw::Blank;

impl Raw {
    /// Whether nothing is there: nothing at all, or blanks only.
    pub fn is_blank(&self) -> bool {
        match self {
            Raw::Blank => true,
            Raw::Text(text) => trimmed(text).is_empty(),
            _ => false,
        }
    }

    /// A value of a JSON document. Numbers keep their digits as written.
    pub fn from_json(json: &Json) -> Raw {
        match json {
            Json::Null => Raw::Blank,
            Json::Bool(is) => Raw::Boolean(*is),
            Json::Number(number) => Raw::Number(number.to_string()),
            Json::String(text) => Raw::Text(text.clone()),
            Json::Array(items) => Raw::List(items.iter().map(Raw::from_json).collect()),
            Json::Object(entries) => {
                Raw::Map(entries.iter().map(|(key, value)| (key.clone(), Raw::from_json(value))).collect())
            }
        }
    }

    /// The value as a person would recognise it in a message, cut after 40 characters.
    pub fn shown(&self) -> String {
        const CUT: usize = 40;
        let text = match self {
            Raw::Blank => String::new(),
            Raw::Text(text) => trimmed(text).to_owned(),
            Raw::Number(digits) => digits.clone(),
            Raw::Float(float) => float.to_string(),
            Raw::Boolean(is) => is.to_string(),
            Raw::Date(date) => date.to_string(),
            Raw::Time(time) => time.to_string(),
            Raw::List(_) => "[…]".to_owned(),
            Raw::Map(_) => "{…}".to_owned(),
        };
        let one_line = text.replace(['\r', '\n', '\t'], " ");
        if one_line.chars().count() <= CUT {
            return one_line;
        }
        one_line.chars().take(CUT).chain(['…']).collect()
    }
}

/// The values of one record by name: `date`, `id`, and the keys of its kind's fields. What is not there is blank.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RawRecord<'v> {
    values: Vec<(Cow<'v, str>, Cow<'v, Raw>)>,
}

impl<'v> RawRecord<'v> {
    /// Takes the values, each name once.
    pub fn new(values: impl IntoIterator<Item = (String, Raw)>) -> RawRecord<'static> {
        let values = values.into_iter().map(|(name, raw)| (Cow::Owned(name), Cow::Owned(raw)));
        RawRecord { values: values.collect() }
    }

    /// The same of values that stay where they are.
    pub fn of(values: impl IntoIterator<Item = (&'v str, Cow<'v, Raw>)>) -> RawRecord<'v> {
        RawRecord { values: values.into_iter().map(|(name, raw)| (Cow::Borrowed(name), raw)).collect() }
    }

    /// The value of a name; blank when it is not there.
    pub fn get(&self, name: &str) -> &Raw {
        self.values.iter().find(|(key, _)| key == name).map_or(&BLANK, |(_, raw)| raw.as_ref())
    }

    /// All names, as they came.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(|(key, _)| key.as_ref())
    }
}
