//! What a standard asks for under several kinds: it may be one fact that is handed in twice (最多报一次).
//!
//! Enters: a [`Bundle`]. Leaves: fields of one title, type and unit of measure in several kinds, with their places. Whether they are the
//! same fact is for a person to say, so this finds no fault and stops nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::model::Bundle;
use crate::codes::bundle as code;
use crate::diagnostic::{Diagnostic, Location};
use crate::dictionary::{Field, Kind, Type};

/// A thing asked for under several kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedTwice {
    /// What clerks call the field.
    pub title: String,
    /// The kinds that ask for it, in the order of the bundle.
    pub under: Vec<Under>,
}

/// A field in one of the kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Under {
    /// The kind.
    pub kind: String,
    /// What clerks call it.
    pub title: String,
    /// The key of the field.
    pub field: String,
    /// Where it stands in the bundle: line and column, from 1.
    pub place: (u32, u32),
}

/// What stands in several kinds under one title with one type and unit of measure. Days and numbers of cases, by which a record is told
/// from others, are each kind's own, and so are choices that differ.
#[must_use]
pub fn asked_twice(bundle: &Bundle) -> Vec<AskedTwice> {
    let mut found: BTreeMap<(&str, String), Vec<Under>> = BTreeMap::new();
    for kind in bundle.dictionary.kinds.values() {
        for (name, field) in &kind.fields {
            if !kind.identity.contains(name) && !matches!(field.kind, Type::Date | Type::Time) {
                found.entry((field.title.as_str(), meaning(field))).or_default().push(under(kind, name, field));
            }
        }
    }
    let twice = found.into_iter().filter(|(_, under)| under.len() > 1);
    twice.map(|((title, _), under)| AskedTwice { title: title.to_owned(), under }).collect()
}

fn under(kind: &Kind, name: &str, field: &Field) -> Under {
    Under { kind: kind.id.to_string(), title: kind.title.clone(), field: name.to_owned(), place: field.place }
}

fn meaning(field: &Field) -> String {
    format!("{:?}/{}", field.kind, field.unit.as_deref().unwrap_or_default())
}

impl AskedTwice {
    /// As a note for whoever writes the standard: at the first place, with all others named.
    #[must_use]
    pub fn note(&self, file: &Arc<str>) -> Diagnostic {
        let line = |under: &Under, line: &str| format!("{}.{} ({line} {})", under.kind, under.field, under.place.0);
        let zh: Vec<String> =
            self.under.iter().map(|under| format!("{}(第 {} 行)", under.title, under.place.0)).collect();
        let en: Vec<String> = self.under.iter().map(|under| line(under, "line")).collect();
        let note = Diagnostic::new(&code::ASKED_TWICE)
            .with("field", &self.title)
            .with("kinds", zh.join("、"))
            .with("kinds_en", en.join(", "));
        match self.under.first() {
            Some(first) => note.at(Location::text(file, first.place.0, first.place.1)),
            None => note,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Lang;

    const BUNDLE: &str = r#"
bundle: small
edition: "2020"
title: 小样(示例)
assess: {unit: village, within: [town, county], period: year, base: 100}
records:
  fire:
    title: 火灾
    fields:
      no: {title: 编号, type: text}
      deaths: {title: 死亡人数, type: integer, unit: 人}
      cause: {title: 原因, type: text}
    identity: [no]
  accident:
    title: 事故
    fields:
      no: {title: 编号, type: text}
      killed: {title: 死亡人数, type: integer, unit: 人}
      cause: {title: 原因, type: integer}
    identity: [no]
criteria:
  - {id: c, title: 甲, rules: [{id: R-1, title: 事故, basis: 第一条, each: accident, deduct: "1", reason: 事故}]}
"#;

    #[test]
    fn what_is_asked_under_two_kinds_is_named_with_both_places() {
        let (bundle, remarks) = super::super::read("办法.yaml", BUNDLE).unwrap();
        assert_eq!(remarks, [], "it is no cause for a remark");
        let twice = asked_twice(&bundle);
        assert_eq!(twice.len(), 1, "numbers tell records apart, and causes are of two types: {twice:?}");
        let note = twice[0].note(&Arc::from("办法.yaml"));
        assert_eq!(note.message(Lang::Zh), "「死亡人数」在几类台账里都要填:火灾(第 11 行)、事故(第 18 行)");
        assert!(note.message(Lang::En).contains("fire.deaths (line 11), accident.killed (line 18)"));
        assert_eq!(note.location.to_line(), "办法.yaml:11:7");
        assert!(!note.is_error());
    }
}
