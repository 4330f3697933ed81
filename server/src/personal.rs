//! Personal data: what is shown of it to those who need not see it.
//!
//! Enters: values of fields that the dictionary declares personal, also those inside nested values. Leaves: the same with the
//! middle struck out by what they are: 张**, 138****1234, 3****************X. What was blanked at the end of its time
//! ([`crate::retention`]) says so. Whoever shows a record goes through [`seen`]. Next: [`crate::files`].

use std::sync::Arc;

use liuwu_engine::dictionary::read::{self, Raw, Strictness};
use liuwu_engine::dictionary::{Dictionary, Field, Kind, Type, Value};
use liuwu_engine::pseudonym;
use serde_json::{Map, Value as Json};

use crate::wording::shown;

/// How a reader sees personal fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Not at all.
    Withheld,
    /// Struck out.
    Masked,
    /// In full: it takes a permission and a reason, and is noted in the log.
    InFull,
}

/// Stands where nothing may be shown.
const STRUCK: &str = "***";
/// Stands where a personal text was.
pub const GONE: &str = "已到期清除";
/// Fewer characters than these are struck out whole.
const SHORTEST_NUMBER: usize = 7;
/// Digits of a mobile number, of which so many are struck out that none is found by trying.
const MOBILE_NUMBER: usize = 11;

/// A personal text as those see it who need not: by what the dictionary says it is, else its first character.
pub fn mask(meaning: &str, text: &str) -> String {
    if pseudonym::is_blanked(text) {
        return GONE.to_owned();
    }
    let characters: Vec<char> = text.trim().chars().collect();
    let (first, last) = match meaning {
        "id_number" | "id_card" if characters.len() >= SHORTEST_NUMBER => (1, 1),
        "phone" | "mobile" | "telephone" if characters.len() >= MOBILE_NUMBER => (3, 4),
        "phone" | "mobile" | "telephone" if characters.len() >= SHORTEST_NUMBER => (2, 2),
        "id_number" | "id_card" | "phone" | "mobile" | "telephone" => (0, 0),
        "name" if characters.len() > 1 => (1, 0),
        _ if characters.len() > 2 => return format!("{}{STRUCK}", String::from_iter(characters.first())),
        _ => (0, 0),
    };
    let hidden = characters.len().saturating_sub(first + last).max(1);
    let mut masked: String = characters.iter().take(first).collect();
    masked.extend(std::iter::repeat_n('*', hidden));
    masked.extend(characters.iter().skip(characters.len() - last.min(characters.len())));
    masked
}

/// A value as it may be seen: personal texts inside it struck out.
pub fn masked(dictionary: &Dictionary, field: &Field, value: &Value) -> Value {
    match &field.personal {
        Some(meaning) => struck(meaning, value),
        None => open(dictionary, &field.kind, value),
    }
}

fn struck(meaning: &str, value: &Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.iter().map(|item| struck(meaning, item)).collect()),
        // The keys of a map may be names.
        Value::Map(_) => Value::text(STRUCK),
        other => Value::text(&mask(meaning, &other.to_string())),
    }
}

fn open(dictionary: &Dictionary, kind: &Type, value: &Value) -> Value {
    match (kind, value) {
        (Type::List(inner), Value::List(items)) => {
            Value::List(items.iter().map(|item| open(dictionary, inner, item)).collect())
        }
        (Type::Map(inner), Value::Map(entries)) => Value::Map(Arc::new(
            entries.iter().map(|(key, item)| (Arc::clone(key), open(dictionary, inner, item))).collect(),
        )),
        (Type::Shape(name), Value::Map(entries)) => {
            let shape = dictionary.shapes.get(name.as_ref());
            let part = |(key, item): (&Arc<str>, &Value)| {
                let field = shape.and_then(|shape| shape.fields.get(key.as_ref()));
                let shown = field.map_or_else(|| Value::text(STRUCK), |field| masked(dictionary, field, item));
                (Arc::clone(key), shown)
            };
            Value::Map(Arc::new(entries.iter().map(part).collect()))
        }
        (_, other) => other.clone(),
    }
}

/// A value whose personal texts have given way to their pseudonyms: what is left of it at the end of its time.
pub fn blanked(dictionary: &Dictionary, field: &Field, key: &[u8], value: &Value) -> Value {
    match field.personal {
        Some(_) => pseudonym::blank(key, value),
        None => blanked_inside(dictionary, &field.kind, key, value),
    }
}

fn blanked_inside(dictionary: &Dictionary, kind: &Type, key: &[u8], value: &Value) -> Value {
    match (kind, value) {
        (Type::List(inner), Value::List(items)) => {
            Value::List(items.iter().map(|item| blanked_inside(dictionary, inner, key, item)).collect())
        }
        (Type::Map(inner), Value::Map(entries)) => {
            let part =
                |(name, item): (&Arc<str>, &Value)| (Arc::clone(name), blanked_inside(dictionary, inner, key, item));
            Value::Map(Arc::new(entries.iter().map(part).collect()))
        }
        (Type::Shape(name), Value::Map(entries)) => {
            let shape = dictionary.shapes.get(name.as_ref());
            let part = |(name, item): (&Arc<str>, &Value)| {
                let field = shape.and_then(|shape| shape.fields.get(name.as_ref()));
                let kept = field.map_or_else(|| item.clone(), |field| blanked(dictionary, field, key, item));
                (Arc::clone(name), kept)
            };
            Value::Map(Arc::new(entries.iter().map(part).collect()))
        }
        (_, other) => other.clone(),
    }
}

/// Whether something in a value was blanked.
pub fn is_gone(value: &Value) -> bool {
    match value {
        Value::Text(text) => pseudonym::is_blanked(text),
        Value::List(items) => items.iter().any(is_gone),
        Value::Map(entries) => entries.values().any(is_gone),
        _ => false,
    }
}

/// Whether a field holds personal texts, itself or inside its value.
pub fn is_personal(dictionary: &Dictionary, field: &Field) -> bool {
    fn holds(dictionary: &Dictionary, kind: &Type, within: &mut Vec<Arc<str>>) -> bool {
        match kind {
            Type::List(inner) | Type::Map(inner) => holds(dictionary, inner, within),
            Type::Shape(name) if !within.contains(name) => {
                within.push(Arc::clone(name));
                let fields = dictionary.shapes.get(name.as_ref()).into_iter().flat_map(|shape| shape.fields.values());
                fields.into_iter().any(|field| field.personal.is_some() || holds(dictionary, &field.kind, within))
            }
            _ => false,
        }
    }
    field.personal.is_some() || holds(dictionary, &field.kind, &mut Vec::new())
}

/// A field of a record as a reader sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenField {
    /// Its key in the bundle.
    pub id: String,
    /// What clerks call it.
    pub title: String,
    /// Its value as people write it, with its unit of measure.
    pub text: String,
    /// Its value as JSON.
    pub json: Json,
    /// Whether something in it is struck out, or would be.
    pub personal: bool,
}

/// The fields of a stored record as a reader sees them, in the order of the kind; those that this edition does not have come
/// last, struck out: what they held is not known any more.
pub fn seen(dictionary: &Dictionary, kind: Option<&Kind>, fields: &Map<String, Json>, sight: Sight) -> Vec<SeenField> {
    let known = kind.into_iter().flat_map(|kind| &kind.fields);
    let known = known.filter_map(|(id, field)| Some(seen_field(dictionary, (id, field), fields.get(id)?, sight)));
    let is_known = |id: &str| kind.is_some_and(|kind| kind.fields.contains_key(id));
    let unknown = fields.iter().filter(|(id, _)| !is_known(id)).map(|(id, _)| SeenField {
        id: id.clone(),
        title: id.clone(),
        text: STRUCK.to_owned(),
        json: Json::String(STRUCK.to_owned()),
        personal: true,
    });
    known.chain(unknown).collect()
}

/// One stored value as a reader sees it.
pub fn seen_field(dictionary: &Dictionary, (id, field): (&str, &Field), stored: &Json, sight: Sight) -> SeenField {
    let personal = is_personal(dictionary, field);
    let raw = Raw::from_json(stored);
    let value = read::value(id, field, &dictionary.shapes, &raw, Strictness::Data).ok().flatten();
    let shown = match (&value, sight) {
        (Some(_), Sight::Withheld) if personal => None,
        (Some(value), Sight::Masked | Sight::Withheld) => Some(masked(dictionary, field, value)),
        (Some(value), Sight::InFull) => Some(value.clone()),
        // What does not fit this edition is shown as it is stored, unless it may be personal.
        (None, _) => None,
    };
    let text = match &shown {
        Some(value) => worded(field, value),
        None if personal => STRUCK.to_owned(),
        None => raw.shown(),
    };
    let json = match (shown, personal) {
        (Some(value), _) => value.to_json(),
        (None, true) => Json::String(STRUCK.to_owned()),
        (None, false) => stored.clone(),
    };
    SeenField { id: id.to_owned(), title: field.title.clone(), text, json, personal }
}

/// A value as people write it: choices by their title, numbers with their unit.
fn worded(field: &Field, value: &Value) -> String {
    let text = shown(&field.kind, value);
    match (&field.unit, value) {
        (Some(unit), Value::Number(_)) => format!("{text}{unit}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_struck_out_by_what_it_is() {
        for (meaning, text, masked) in [
            ("name", "张三丰", "张**"),
            ("name", "张三", "张*"),
            ("name", "张", "*"),
            ("phone", "13812341234", "138****1234"),
            ("phone", "65812345", "65****45"),
            ("phone", "0577-65812345", "057******2345"),
            ("phone", "110", "***"),
            ("id_number", "33038119800101123X", "3****************X"),
            ("id_number", "330", "***"),
            ("address", "塘下镇上岙村幸福路1号", "塘***"),
            ("plate", "浙C", "**"),
            ("name", "", "*"),
        ] {
            assert_eq!(mask(meaning, text), masked, "{meaning} {text}");
        }
    }

    #[test]
    fn what_is_gone_says_so() {
        let gone = pseudonym::blank(b"key", &Value::text("张三")).to_string();
        assert_eq!(mask("name", &gone), GONE);
    }
}
