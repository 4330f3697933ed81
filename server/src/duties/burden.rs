//! What a standard asks of one unit, and what it asks for under several kinds (最多报一次).
//!
//! Enters: a standard. Leaves: a [`Burden`], and fields that may be the same fact; a person says whether they are.

use std::collections::BTreeMap;

use liuwu_engine::bundle::Bundle;
use liuwu_engine::dictionary::{Field, Kind, Type};
use liuwu_engine::period::Granularity;

/// What one village is asked for in a year.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Burden {
    /// Kinds.
    pub kinds: usize,
    /// Fields of all kinds.
    pub fields: usize,
    /// Returns in a year: a kind that is due each month counts twelve times.
    pub returns: usize,
}

/// A thing asked for under several kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedTwice {
    /// What clerks call the field.
    pub title: String,
    /// The titles of the kinds that ask for it.
    pub kinds: Vec<String>,
}

/// What a standard asks of one unit.
#[must_use]
pub fn burden(bundle: &Bundle) -> Burden {
    let mut burden = Burden::default();
    for kind in bundle.dictionary.kinds.values().filter(|kind| kind.of.is_none()) {
        burden.kinds += 1;
        burden.fields += kind.fields.len();
        burden.returns += kind.due.map_or(0, |due| match due.every {
            Granularity::Year => 1,
            Granularity::HalfYear => 2,
            Granularity::Quarter => 4,
            Granularity::Month => 12,
            Granularity::Week => 52,
            Granularity::Day => 365,
        });
    }
    burden
}

/// What stands in several kinds under one title with one type and unit of measure: it may have been handed in already (最多报一次).
/// Days and numbers of cases, by which a record is told from others, are each kind's own, and so are choices that differ.
#[must_use]
pub fn asked_twice(bundle: &Bundle) -> Vec<AskedTwice> {
    let mut found: BTreeMap<(&str, String), Vec<&Kind>> = BTreeMap::new();
    for kind in bundle.dictionary.kinds.values() {
        for (name, field) in &kind.fields {
            if !kind.identity.contains(name) && !matches!(field.kind, Type::Date | Type::Time) {
                found.entry((field.title.as_str(), meaning(field))).or_default().push(kind);
            }
        }
    }
    let twice = found.into_iter().filter(|(_, kinds)| kinds.len() > 1);
    twice
        .map(|((title, _), kinds)| AskedTwice {
            title: title.to_owned(),
            kinds: kinds.iter().map(|kind| kind.title.clone()).collect(),
        })
        .collect()
}

fn meaning(field: &Field) -> String {
    format!("{:?}/{}", field.kind, field.unit.as_deref().unwrap_or_default())
}
