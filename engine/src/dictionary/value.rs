//! A typed value of a field, an attribute, a parameter or a figure.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::number::Number;
use crate::period::{Date, Time};

/// An exact, typed value; serialised with its type, so that it reads back as it was. The order is total within one type; across types it is the order of the variants.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Yes or no.
    Boolean(bool),
    /// Integer, decimal or fraction.
    Number(Number),
    /// A day.
    Date(Date),
    /// A day and a time of day, Asia/Shanghai.
    Time(Time),
    /// A text; also the key of a choice.
    Text(Arc<str>),
    /// Several values.
    List(Arc<[Value]>),
    /// Values by key: a map or a shape. What is absent is missing.
    Map(Arc<BTreeMap<Arc<str>, Value>>),
}

impl Value {
    /// A text.
    pub fn text(text: &str) -> Value {
        Value::Text(Arc::from(text))
    }

    /// As JSON: numbers as text in their canonical form, so that nothing is rounded on the way; days as `2020-02-29`.
    pub fn to_json(&self) -> Json {
        match self {
            Value::Boolean(is) => Json::Bool(*is),
            Value::List(items) => Json::Array(items.iter().map(Value::to_json).collect()),
            Value::Map(entries) => {
                Json::Object(entries.iter().map(|(key, value)| (key.to_string(), value.to_json())).collect())
            }
            scalar => Json::String(scalar.to_string()),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Boolean(is) => f.write_str(if *is { "true" } else { "false" }),
            Value::Number(number) => write!(f, "{number}"),
            Value::Date(date) => write!(f, "{date}"),
            Value::Time(time) => write!(f, "{time}"),
            Value::Text(text) => f.write_str(text),
            Value::List(_) | Value::Map(_) => write!(f, "{}", self.to_json()),
        }
    }
}
