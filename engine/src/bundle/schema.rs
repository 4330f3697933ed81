//! How the format of a bundle is described: sections, their keys, and what each key takes.
//!
//! Enters: nothing. Leaves: the types in which [`mod@super::sections`] writes the format down once. The readers take from there
//! which keys a map can have, [`mod@super::json_schema`] makes a file of it that editors understand. Next: [`mod@super::sections`].

use crate::period::Granularity;

/// A map of the file with fixed keys.
pub(super) struct Section {
    /// Its name in the JSON Schema.
    pub name: &'static str,
    /// Its keys, in groups that sections can share.
    pub keys: &'static [&'static [Slot]],
    /// What stands under further keys, which are names given by the bundle; none when there can be none.
    pub others: Option<Takes>,
}

/// A key of a section.
pub(super) struct Slot {
    /// The key.
    pub key: &'static str,
    /// What stands under it.
    pub takes: Takes,
    /// Whether it must be there.
    pub needed: bool,
    /// What it is for.
    pub zh: &'static str,
    /// The same in English.
    pub en: &'static str,
}

/// What a key takes.
#[derive(Clone, Copy)]
pub(super) enum Takes {
    /// Any single value, as text.
    Text,
    /// A number.
    Number,
    /// A whole number from 0.
    Count,
    /// Yes or no.
    Flag,
    /// A day.
    Date,
    /// A script of one line or a `|` block.
    Script,
    /// A length of periods.
    Length,
    /// One of a fixed choice of words.
    Word(fn() -> Vec<&'static str>),
    /// Nothing, written `null`.
    Nothing,
    /// Anything; what it must be follows from elsewhere in the file.
    Any,
    /// A list.
    List(&'static Takes),
    /// A map whose keys are names given by the bundle.
    Names(&'static Takes),
    /// A map with fixed keys.
    Keys(fn() -> &'static Section),
    /// One of several forms.
    OneOf(&'static [Takes]),
}

/// A key that can be left out.
pub(super) const fn key(key: &'static str, takes: Takes, zh: &'static str, en: &'static str) -> Slot {
    Slot { key, takes, needed: false, zh, en }
}

/// A key that must be there.
pub(super) const fn needed(key: &'static str, takes: Takes, zh: &'static str, en: &'static str) -> Slot {
    Slot { key, takes, needed: true, zh, en }
}

impl Section {
    /// A section that has these keys and no others.
    pub const fn of(name: &'static str, keys: &'static [&'static [Slot]]) -> Section {
        Section { name, keys, others: None }
    }

    /// Its keys, in their order.
    pub fn slots(&self) -> impl Iterator<Item = &'static Slot> + use<> {
        self.keys.iter().copied().flatten()
    }

    /// Whether it has a key.
    pub fn has(&self, key: &str) -> bool {
        self.slots().any(|slot| slot.key == key)
    }
}

impl Takes {
    /// The words of a fixed choice, where there is one.
    pub fn words(&self) -> Option<Vec<&'static str>> {
        match self {
            Takes::Word(words) => Some(words()),
            Takes::Length => Some(Granularity::ALL.into_iter().rev().map(Granularity::key).collect()),
            _ => None,
        }
    }
}

/// The words of a table that says what each stands for.
pub(super) fn words<T>(table: &[(&'static str, T)]) -> Vec<&'static str> {
    table.iter().map(|(word, _)| *word).collect()
}
