//! Records handed in again after their personal texts were blanked at the end of their time: the texts do not come back.
//!
//! Enters: records about to be compared with the stored ones. Leaves: the same, with what is left of a text in the place of a text
//! that a stored record about the same fact has lost; so such a record is known word for word, or changes only what else it says.
//! The key of pseudonyms tells whether it is the same text. Next: [`crate::upload`].

use std::collections::HashMap;

use liuwu_engine::dictionary::{Dictionary, Kind};

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

    /// Puts what is left of a text in its place where a stored record about the same fact has lost that very text.
    pub fn keep(&self, kind: &Kind, incoming: &mut [UnitRecord], stored: &[UnitRecord]) {
        let mut lost: HashMap<Fingerprint, Vec<&UnitRecord>> = HashMap::new();
        for known in stored.iter().filter(|known| known.record.values.iter().flatten().any(personal::is_gone)) {
            lost.entry(identity::fingerprint(kind, known)).or_default().push(known);
        }
        if lost.is_empty() {
            return;
        }
        for filed in incoming {
            let Some(left) = self.left_of(kind, filed) else { continue };
            for known in lost.get(&identity::fingerprint(kind, &left)).into_iter().flatten() {
                let values = filed.record.values.iter_mut().zip(&left.record.values).zip(&known.record.values);
                let same = values.filter(|((_, left), known)| left == known);
                same.filter(|(_, known)| known.as_ref().is_some_and(personal::is_gone))
                    .for_each(|((value, left), _)| value.clone_from(left));
            }
        }
    }
}
