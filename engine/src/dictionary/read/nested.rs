//! Lists, maps and shapes. JSON brings them as they are; in a cell a list is a text with separators, and the others are JSON.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::characters::{half_width, trimmed};
use super::choice::{did_you_mean, nearest};
use super::fault::{Expected, Fault, Subject};
use super::{Raw, Reader, Strictness};
use crate::codes::data as codes;
use crate::dictionary::{Field, Type, Value};

impl Reader<'_> {
    pub(super) fn list(
        &mut self,
        subject: Subject,
        field: &Field,
        inner: &Arc<Type>,
        raw: &Raw,
        depth: usize,
    ) -> Option<Value> {
        let kind = Type::List(Arc::clone(inner));
        let entries = match raw {
            Raw::List(entries) => entries.clone(),
            Raw::Text(text) if self.strictness == Strictness::Sheet => match json_of(text, '[') {
                Some(Raw::List(entries)) => entries,
                _ => separated(text),
            },
            // One number alone is a list of one.
            Raw::Number(_) | Raw::Float(_) if self.strictness == Strictness::Sheet => vec![raw.clone()],
            _ => return self.refuse(subject.wrong_type(&Expected::of(&kind), raw)),
        };
        let mut values = Vec::with_capacity(entries.len());
        let before = self.faults.len();
        for (index, entry) in entries.iter().enumerate() {
            let path = Cow::Owned(format!("{}[{index}]", subject.path));
            if entry.is_blank() {
                let subject = Subject { path, ..subject };
                self.faults.push(subject.fault(&codes::BLANK_ENTRY, entry));
            } else {
                values.extend(self.typed(path, field, inner, entry, depth + 1));
            }
        }
        (self.faults.len() == before).then(|| Value::List(Arc::from(values)))
    }

    pub(super) fn map(
        &mut self,
        subject: Subject,
        field: &Field,
        inner: &Arc<Type>,
        raw: &Raw,
        depth: usize,
    ) -> Option<Value> {
        let Some(entries) = entries_of(raw, self.strictness) else {
            return self.refuse(subject.wrong_type(&Expected::of(&Type::Map(Arc::clone(inner))), raw));
        };
        let mut values = BTreeMap::new();
        let before = self.faults.len();
        for (key, entry) in entries.iter().filter(|(_, entry)| !entry.is_blank()) {
            let path = Cow::Owned(format!("{}.{key}", subject.path));
            if let Some(value) = self.typed(path, field, inner, entry, depth + 1) {
                values.insert(Arc::from(key.as_str()), value);
            }
        }
        (self.faults.len() == before).then(|| Value::Map(Arc::new(values)))
    }

    /// A shape's fields are read as data whatever brought them: what is absent in them is missing.
    pub(super) fn shape(&mut self, subject: Subject, name: &Arc<str>, raw: &Raw, depth: usize) -> Option<Value> {
        let shapes = self.shapes;
        let (Some(shape), Some(entries)) = (shapes.get(name.as_ref()), entries_of(raw, self.strictness)) else {
            return self.refuse(subject.wrong_type(&Expected::of(&Type::Shape(Arc::clone(name))), raw));
        };
        let before = self.faults.len();
        let names = shape.fields.keys().map(String::as_str);
        self.refuse_unknown(&subject.path, subject.title, entries.iter().map(|(key, _)| key.as_str()), names);
        let outer = std::mem::replace(&mut self.strictness, Strictness::Data);
        let mut values = BTreeMap::new();
        for (key, field) in &shape.fields {
            let entry = entries.iter().find(|(name, _)| name == key).map_or(&Raw::Blank, |(_, entry)| entry);
            if let Some(value) = self.field(Cow::Owned(format!("{}.{key}", subject.path)), field, entry, depth + 1) {
                values.insert(Arc::from(key.as_str()), value);
            }
        }
        self.strictness = outer;
        (self.faults.len() == before).then(|| Value::Map(Arc::new(values)))
    }

    /// Notes every name that is not among the known ones.
    pub(super) fn refuse_unknown<'n>(
        &mut self,
        path: &str,
        owner: &str,
        found: impl Iterator<Item = &'n str>,
        known: impl Iterator<Item = &'n str> + Clone,
    ) {
        for key in found.filter(|key| !known.clone().any(|name| name == *key)) {
            let at = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
            let subject = Subject { path: Cow::Owned(at), title: owner, hidden: true };
            let fields: Vec<&str> = known.clone().collect();
            let fault = subject.fault(&codes::UNKNOWN_FIELD, &Raw::Blank).with("owner", owner).with("key", key);
            self.faults.push(did_you_mean(fault, nearest(key, known.clone())).with("fields", fields.join(", ")));
        }
    }

    fn refuse(&mut self, fault: Fault) -> Option<Value> {
        self.faults.push(fault);
        None
    }
}

fn entries_of(raw: &Raw, strictness: Strictness) -> Option<Vec<(String, Raw)>> {
    match raw {
        Raw::Map(entries) => Some(entries.clone()),
        Raw::Text(text) if strictness == Strictness::Sheet => match json_of(text, '{') {
            Some(Raw::Map(entries)) => Some(entries),
            _ => None,
        },
        _ => None,
    }
}

/// A cell that holds JSON.
fn json_of(text: &str, start: char) -> Option<Raw> {
    let text = trimmed(text);
    if !text.starts_with(start) {
        return None;
    }
    serde_json::from_str(text).ok().map(|json| Raw::from_json(&json))
}

/// The entries of a list in a cell: between 、 ; and line ends, or, where there is none of these, between commas.
fn separated(text: &str) -> Vec<Raw> {
    let is_strong = |c: char| matches!(c, '、' | ';' | '\u{ff1b}' | '\n' | '\r');
    let is_comma = |c: char| matches!(c, ',' | '\u{ff0c}');
    let parts: Vec<&str> =
        if text.contains(is_strong) { text.split(is_strong).collect() } else { text.split(is_comma).collect() };
    parts
        .into_iter()
        .filter(|part| !half_width(part).trim().is_empty())
        .map(|part| Raw::Text(part.to_owned()))
        .collect()
}
