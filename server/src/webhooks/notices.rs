//! What has changed from one run to the next: scores, ratings, who entered and who left which list.
//!
//! Enters: the results of a run for a period, and those of the run before it. Leaves: [`Change`]s, by event. A pure function.
//! Next: [`super::outbox`].

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Event;
use crate::filed::Filed;

/// Something that has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Change {
    /// A unit's score or rating.
    Score {
        /// The unit.
        unit: String,
        /// Before: score and rating.
        before: Standing,
        /// Now.
        after: Standing,
    },
    /// Something entered or left a list.
    Entry {
        /// The unit.
        unit: String,
        /// The list, as the standard names it.
        list: String,
        /// Which record it is about, where the entries of the list are records of a kind that is public.
        #[serde(skip_serializing_if = "Option::is_none")]
        record: Option<String>,
        /// Who is responsible.
        #[serde(skip_serializing_if = "Option::is_none")]
        department: Option<String>,
    },
}

/// Score and rating.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The score as a text; null when there is none.
    pub score: Option<String>,
    /// The rating.
    pub rating: Option<String>,
}

/// A thing on a list: the list, and of a record its kind, day and number.
type Entry = (String, Option<(String, String)>, Option<String>);

/// Compares two sets of results. `is_public` tells whether a kind's records may be named. Without results before, only what
/// is on a list now is news.
pub fn compare(
    before: Option<&[Filed]>,
    after: &[Filed],
    is_public: &dyn Fn(&str) -> bool,
) -> BTreeMap<Event, Vec<Change>> {
    let earlier: BTreeMap<&str, &Filed> =
        before.into_iter().flatten().map(|filed| (filed.unit.as_str(), filed)).collect();
    let mut changes: BTreeMap<Event, Vec<Change>> = BTreeMap::new();
    for filed in after {
        let former = earlier.get(filed.unit.as_str()).copied();
        if let Some(former) = former {
            let (before, after) = (standing(former), standing(filed));
            if before != after {
                let change = Change::Score { unit: filed.unit.clone(), before, after };
                changes.entry(Event::ScoreChanged).or_default().push(change);
            }
        }
        let (then, now) = (former.map(entries).unwrap_or_default(), entries(filed));
        let mut note = |event, entry: &Entry| {
            changes.entry(event).or_default().push(change_of(&filed.unit, entry, is_public));
        };
        now.difference(&then).for_each(|entry| note(Event::ListEntered, entry));
        then.difference(&now).for_each(|entry| note(Event::ListLeft, entry));
    }
    let units: BTreeSet<&str> = after.iter().map(|filed| filed.unit.as_str()).collect();
    for gone in earlier.values().filter(|filed| !units.contains(filed.unit.as_str())) {
        let left = entries(gone);
        let left = left.iter().map(|entry| change_of(&gone.unit, entry, is_public));
        changes.entry(Event::ListLeft).or_default().extend(left);
    }
    changes.retain(|_, changes| !changes.is_empty());
    changes
}

fn standing(filed: &Filed) -> Standing {
    Standing { score: filed.score.map(|score| score.to_exact()), rating: filed.rating.clone() }
}

/// What of a unit stands on lists: the unit itself, and its records.
fn entries(filed: &Filed) -> BTreeSet<Entry> {
    let own = filed.lists.iter().map(|list| (list.clone(), None, None));
    let records = filed.entries.iter().map(|entry| {
        let record = entry.record.as_ref().map(|record| {
            let number = record.id.clone().unwrap_or_else(|| record.place());
            (record.kind.clone(), format!("{} {number}", record.date))
        });
        (entry.list.clone(), record, entry.department.clone())
    });
    own.chain(records).collect()
}

fn change_of(unit: &str, (list, record, department): &Entry, is_public: &dyn Fn(&str) -> bool) -> Change {
    let record = record.as_ref().filter(|(kind, _)| is_public(kind));
    Change::Entry {
        unit: unit.to_owned(),
        list: list.clone(),
        record: record.map(|(kind, number)| format!("{kind} {number}")),
        department: department.clone(),
    }
}
