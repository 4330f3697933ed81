//! What the log says about runs that were discarded: results that the server made by itself and has replaced since. They are looked for
//! no longer.
//!
//! Enters: the numbers of the runs. Leaves: an [`Entry`] that names them, `100-163,170`; or from such an entry the numbers again. Next:
//! [`super::compare`].

use super::content::Thing;
use super::{Action, Audit, DONE, Note, Subject, filed};
use crate::accounts::Caller;
use crate::store::{Entry, Result, RunId};

/// What such an entry is about.
const SUBJECT: &str = "runs";
/// An entry that names more runs at once than any was written with is not believed.
const LONGEST: u64 = 10_000;

impl Audit {
    /// Notes which runs are going to be discarded.
    ///
    /// # Errors
    /// When the store fails.
    pub fn note_discard(&self, caller: &Caller, runs: &[RunId]) -> Result<()> {
        self.note(Note::done(caller, Action::Discard, Subject::of(SUBJECT, ranges(runs))))
    }

    /// Throws away what was filed about runs that are gone.
    ///
    /// # Errors
    /// When the store fails.
    pub fn forget_runs(&self, runs: &[RunId]) -> Result<()> {
        runs.iter().try_for_each(|run| filed::forget(self.store.as_ref(), &Thing::Run(*run)))
    }
}

/// The runs that an entry says were discarded.
pub(super) fn named_by(entry: &Entry) -> Vec<RunId> {
    if entry.action != Action::Discard.key() || entry.subject != SUBJECT || entry.outcome != DONE {
        return Vec::new();
    }
    let range = |text: &str| -> Option<(u64, u64)> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        Some((first.parse().ok()?, last.parse().ok()?))
    };
    let ranges = entry.id.split(',').filter_map(range).filter(|(first, last)| last.saturating_sub(*first) < LONGEST);
    ranges.flat_map(|(first, last)| (first..=last).map(RunId)).collect()
}

/// Numbers in rising order, those that follow each other taken together.
fn ranges(runs: &[RunId]) -> String {
    let mut numbers: Vec<u64> = runs.iter().map(|run| run.0).collect();
    numbers.sort_unstable();
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    let text = |(first, last): (u64, u64)| if first == last { first.to_string() } else { format!("{first}-{last}") };
    ranges.into_iter().map(text).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::store::Journal;
    use crate::store::memory::Memory;

    #[test]
    fn the_runs_that_are_noted_are_those_that_the_entry_names() {
        let store = Arc::new(Memory::new());
        let audit = Audit::new(store.clone(), b"key");
        let runs = [170, 102, 101, 100, 7].map(RunId);
        audit.note_discard(&Caller::service(), &runs).unwrap();
        let entry = store.last_entry().unwrap().unwrap();
        assert_eq!((entry.subject.as_str(), entry.id.as_str()), ("runs", "7,100-102,170"));
        assert_eq!(named_by(&entry), [7, 100, 101, 102, 170].map(RunId));
        let of = |id: &str| named_by(&Entry { id: id.to_owned(), ..entry.clone() });
        assert_eq!(of("1-18446744073709551615,9,x,"), [RunId(9)], "no entry was written with so many");
        assert_eq!(named_by(&Entry { outcome: "forbidden".to_owned(), ..entry.clone() }), []);
    }
}
