//! A value in words, as it stands on pages, in explanations and in exports; and the words with which an export says whose it is.
//!
//! Enters: a type and a value of it. Leaves: a text. Next: [`crate::personal`].

use jiff::Timestamp;
use jiff::tz::Offset;
use liuwu_engine::dictionary::{Type, Value};

/// What internal pages and files say of themselves.
pub const INTERNAL: &str = "内部资料";

/// What every file that staff take away says of itself: that it is internal, who took it and when.
pub fn internal_mark(name: &str, at: Timestamp) -> String {
    format!("{INTERNAL} · {name} · {}", Offset::constant(8).to_datetime(at).strftime("%Y-%m-%d %H:%M"))
}

/// A value as people write it: choices by their title, yes and no as 是 and 否.
pub fn shown(kind: &Type, value: &Value) -> String {
    match (kind, value) {
        (Type::Choice(choices), Value::Text(key)) => {
            choices.get(key.as_ref()).cloned().unwrap_or_else(|| key.to_string())
        }
        (_, Value::Boolean(is)) => if *is { "是" } else { "否" }.to_owned(),
        (Type::List(inner), Value::List(items)) => {
            items.iter().map(|item| shown(inner, item)).collect::<Vec<_>>().join("、")
        }
        (_, value) => value.to_string(),
    }
}
