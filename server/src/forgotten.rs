//! Records handed in again after their personal texts were blanked at the end of their time: the texts do not come back.
//!
//! Enters: records about to be compared with the stored ones. Leaves: the same, with what is left of a text in the place of a text
//! that a stored record about the same fact has lost; so such a record is known word for word, or changes only what else it says.
//! The key of pseudonyms tells whether it is the same text. Next: [`crate::upload`].

use std::collections::HashMap;

use liuwu_engine::dictionary::{Dictionary, Kind, Value};

use crate::intake::UnitRecord;
use crate::intake::identity::{self, Fingerprint};
use crate::personal;

/// How a text that was blanked is known when it comes again.
#[derive(Clone, Copy)]
pub struct Forgotten<'a> {
    /// What is personal.
    pub dictionary: &'a Dictionary,
    /// The key of pseudonyms; empty: no text is known again.
    pub key: &'a [u8],
}

impl Forgotten<'_> {
    /// What is left of a record once its personal texts are blanked; none when it has none.
    pub fn left_of(&self, kind: &Kind, filed: &UnitRecord) -> Option<UnitRecord> {
        if self.key.is_empty() {
            return None;
        }
        let mut left = filed.clone();
        for (field, value) in kind.fields.values().zip(&mut left.record.values) {
            if let Some(value) = value.as_mut().filter(|_| personal::is_personal(self.dictionary, field)) {
                *value = personal::blanked(self.dictionary, field, self.key, value);
            }
        }
        (left.record.values != filed.record.values).then_some(left)
    }

    /// Whether records of a kind can have lost anything by which they are known again.
    pub fn concerns(&self, kind: &Kind) -> bool {
        !self.key.is_empty() && kind.fields.values().any(|field| personal::is_personal(self.dictionary, field))
    }

    /// Puts what is left of a text in its place where a stored record about the same fact has lost that very text.
    pub fn keep(&self, kind: &Kind, incoming: &mut [UnitRecord], stored: &[UnitRecord]) {
        let mut lost = Lost::default();
        stored.iter().for_each(|known| lost.note(kind, known));
        incoming.iter_mut().for_each(|filed| self.keep_one(kind, filed, &lost));
    }

    /// The same in one record.
    pub fn keep_one(&self, kind: &Kind, filed: &mut UnitRecord, lost: &Lost) {
        if lost.is_empty() {
            return;
        }
        let Some(left) = self.left_of(kind, filed) else { return };
        for (field, gone) in lost.of(&identity::fingerprint(kind, &left)) {
            if left.record.values.get(*field).is_some_and(|left| left.as_ref() == Some(gone))
                && let Some(value) = filed.record.values.get_mut(*field)
            {
                *value = Some(gone.clone());
            }
        }
    }
}

/// What stored records of a kind have lost, by the fact: the field, and what is left of its text. Nothing else of the records is
/// held.
#[derive(Debug, Default)]
pub struct Lost(HashMap<Fingerprint, Vec<(usize, Value)>>);

impl Lost {
    /// Whether nothing is lost.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes what a stored record has lost.
    pub fn note(&mut self, kind: &Kind, known: &UnitRecord) {
        let values = known.record.values.iter().enumerate();
        let gone = values.filter_map(|(field, value)| Some((field, value.clone().filter(personal::is_gone)?)));
        let mut gone = gone.peekable();
        if gone.peek().is_some() {
            self.0.entry(identity::fingerprint(kind, known)).or_default().extend(gone);
        }
    }

    fn of(&self, fact: &Fingerprint) -> impl Iterator<Item = &(usize, Value)> {
        self.0.get(fact).into_iter().flatten()
    }
}
