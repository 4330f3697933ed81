//! Personal texts of a correction: what comes back as it was shown, struck out, stays what it is.
//!
//! Enters: what was typed, what was shown and what is stored. Leaves: the value that is meant. Next: [`super`].

use liuwu_engine::dictionary::read::Raw;
use serde_json::Value as Json;

use crate::personal::SeenField;

/// What is meant by a typed personal value; none: it is struck out in part, and nobody can tell what was there.
pub(super) fn unmasked(typed: &Raw, seen: &SeenField, stored: &Json) -> Option<Raw> {
    if is_as_shown(typed, seen) {
        return Some(Raw::from_json(stored));
    }
    let stored = Raw::from_json(stored);
    let meant = put_back(&nested(typed), &Raw::from_json(&seen.json), &stored);
    let known = texts(&stored);
    let is_struck = texts(&meant).iter().any(|text| text.contains('*') && !known.contains(text));
    (!is_struck).then_some(meant)
}

fn is_as_shown(typed: &Raw, seen: &SeenField) -> bool {
    match typed {
        Raw::Text(text) => [&seen.text, &seen.json.to_string()].contains(&&text.trim().to_owned()),
        other => *other == Raw::from_json(&seen.json),
    }
}

/// A nested value, which a form sends as a text of JSON, by its parts.
fn nested(typed: &Raw) -> Raw {
    let Raw::Text(text) = typed else { return typed.clone() };
    match serde_json::from_str::<Json>(text.trim()) {
        Ok(json @ (Json::Array(_) | Json::Object(_))) => Raw::from_json(&json),
        _ => typed.clone(),
    }
}

/// The stored parts in place of those that are as they were shown.
fn put_back(typed: &Raw, shown: &Raw, stored: &Raw) -> Raw {
    match (typed, shown, stored) {
        _ if typed == shown => stored.clone(),
        // In a list of another length nobody can tell which of its parts is which.
        (Raw::List(typed), Raw::List(shown), Raw::List(stored)) if typed.len() == stored.len() => {
            let parts = typed.iter().zip(shown).zip(stored);
            Raw::List(parts.map(|((part, shown), stored)| put_back(part, shown, stored)).collect())
        }
        (Raw::Map(typed), Raw::Map(shown), Raw::Map(stored)) => {
            let of = |parts: &[(String, Raw)], key: &str| {
                parts.iter().find(|(name, _)| name == key).map(|(_, part)| part.clone())
            };
            let part = |(key, part): &(String, Raw)| match (of(shown, key), of(stored, key)) {
                (Some(shown), Some(stored)) => (key.clone(), put_back(part, &shown, &stored)),
                _ => (key.clone(), part.clone()),
            };
            Raw::Map(typed.iter().map(part).collect())
        }
        _ => typed.clone(),
    }
}

fn texts(raw: &Raw) -> Vec<&str> {
    match raw {
        Raw::Text(text) => vec![text],
        Raw::List(items) => items.iter().flat_map(texts).collect(),
        Raw::Map(entries) => entries.iter().flat_map(|(_, part)| texts(part)).collect(),
        _ => Vec::new(),
    }
}
