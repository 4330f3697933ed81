//! A value in words, as it stands on pages, in explanations and in exports.
//!
//! Enters: a type and a value of it. Leaves: a text. Next: [`crate::personal`].

use liuwu_engine::dictionary::{Type, Value};

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
