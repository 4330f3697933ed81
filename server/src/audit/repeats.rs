//! Refusals, which anybody can bring about as often as they like: the same one is written at once, and then once a minute how
//! often it came again, so that nobody fills the log by asking.
//!
//! Enters: notes of refusals. Leaves: those that are to be written. Next: [`super::head`].

use std::collections::HashMap;
use std::sync::PoisonError;

use jiff::{SignedDuration, Timestamp};

use super::{Audit, Note};
use crate::store::Result;

/// How long the same refusal is counted before it is written again.
const COUNTED_FOR: SignedDuration = SignedDuration::from_mins(1);
/// Refusals that are counted at a time; when there are more, all are written.
const REMEMBERED: usize = 10_000;

/// The refusals of the last minute.
#[derive(Debug, Default)]
pub(super) struct Repeats(HashMap<Same, Count>);

/// What two refusals have in common that are the same: who, for whom, from where, of what, why.
type Same = (String, Option<String>, Option<String>, String, String);

#[derive(Debug)]
struct Count {
    note: Note,
    since: Timestamp,
    more: u32,
}

impl Repeats {
    /// Takes a refusal. Gives it back when it is to be written: the first of its kind.
    fn take(&mut self, note: Note, now: Timestamp) -> Option<Note> {
        let Note { who, acting_for, from, subject, outcome, .. } = &note;
        let same = (who.clone(), acting_for.clone(), from.clone(), subject.id.clone(), outcome.clone());
        if let Some(count) = self.0.get_mut(&same) {
            count.more += 1;
            return None;
        }
        self.0.insert(same, Count { note: note.clone(), since: now, more: 0 });
        Some(note)
    }

    /// Takes out what was counted before a moment, and all of it when there is too much; each with how often it came again, unless
    /// it did not.
    fn counted_before(&mut self, moment: Timestamp) -> Vec<Note> {
        let is_full = self.0.len() >= REMEMBERED;
        let over = self.0.extract_if(|_, count| is_full || count.since < moment);
        let again = over.filter(|(_, count)| count.more > 0);
        again
            .map(|(_, Count { note, more, .. })| Note { outcome: format!("{} ×{more}", note.outcome), ..note })
            .collect()
    }
}

impl Audit {
    /// Notes a refusal, unless the same one was noted within the last minute; then it is counted.
    ///
    /// # Errors
    /// When the store fails.
    pub fn note_refusal(&self, note: Note) -> Result<()> {
        let now = Timestamp::now();
        let (counted, first) = {
            let mut repeats = self.repeats.lock().unwrap_or_else(PoisonError::into_inner);
            (repeats.counted_before(now - COUNTED_FOR), repeats.take(note, now))
        };
        counted.into_iter().chain(first).try_for_each(|note| self.note(note))
    }

    /// Notes how often refusals came again that were counted before a moment.
    ///
    /// # Errors
    /// When the store fails.
    pub fn note_repeats(&self, before: Timestamp) -> Result<()> {
        let counted = self.repeats.lock().unwrap_or_else(PoisonError::into_inner).counted_before(before);
        counted.into_iter().try_for_each(|note| self.note(note))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::accounts::Caller;
    use crate::audit::{Action, Subject};
    use crate::store::Store;
    use crate::store::memory::Memory;

    fn refusal(route: &str) -> Note {
        Note::ended(&Caller::public(None), Action::Refuse, Subject::of("route", route), "unauthorized")
    }

    fn outcomes(store: &dyn Store) -> Vec<(String, String)> {
        store.entries(1, 99).unwrap().into_iter().map(|entry| (entry.id, entry.outcome)).collect()
    }

    #[test]
    fn the_same_refusal_is_written_once_and_then_how_often_it_came_again() {
        let store: Arc<dyn Store> = Arc::new(Memory::new());
        let audit = Audit::new(store.clone(), b"key");
        for _ in 0..300 {
            audit.note_refusal(refusal("GET /audit")).unwrap();
        }
        audit.note_refusal(refusal("GET /desk")).unwrap();
        let line = |route: &str, outcome: &str| (route.to_owned(), outcome.to_owned());
        let written = [line("GET /audit", "unauthorized"), line("GET /desk", "unauthorized")];
        assert_eq!(outcomes(store.as_ref()), written);
        audit.note_repeats(Timestamp::now() - COUNTED_FOR).unwrap();
        assert_eq!(outcomes(store.as_ref()), written, "the minute is not over");
        audit.note_repeats(Timestamp::MAX).unwrap();
        assert_eq!(outcomes(store.as_ref())[2..], [line("GET /audit", "unauthorized ×299")]);
        audit.note_repeats(Timestamp::MAX).unwrap();
        assert_eq!(outcomes(store.as_ref()).len(), 3);
    }

    #[test]
    fn what_is_counted_does_not_grow_without_end() {
        let mut repeats = Repeats::default();
        for route in 0..(2 * REMEMBERED) {
            repeats.counted_before(Timestamp::MIN);
            repeats.take(refusal(&route.to_string()), Timestamp::UNIX_EPOCH);
        }
        assert!(repeats.0.len() <= REMEMBERED);
    }
}
