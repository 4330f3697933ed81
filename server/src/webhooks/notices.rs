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
        /// Which record it is about, where the entries of the list are records of a kind that is public: kind, day, and number, or the
        /// mark of the fact where it has none.
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

/// A matter on a list: the list, the kind of its record and by what the fact that it is about is known, who is responsible.
type Matter = (String, Option<(String, String)>, Option<String>);

/// The matters of a unit, each with the names of its records: facts that a person has told apart can be known by the same.
type Matters = BTreeMap<Matter, Vec<String>>;

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
        let by_fact = former.into_iter().chain([filed]).all(has_facts);
        let of = |filed: &Filed| matters(filed, by_fact);
        let (then, now) = (former.map(of).unwrap_or_default(), of(filed));
        let mut note = |event, more: &Matters, fewer: &Matters| {
            let changed = beyond(more, fewer).map(|(matter, name)| change_of(&filed.unit, matter, name, is_public));
            changes.entry(event).or_default().extend(changed);
        };
        note(Event::ListEntered, &now, &then);
        note(Event::ListLeft, &then, &now);
    }
    let units: BTreeSet<&str> = after.iter().map(|filed| filed.unit.as_str()).collect();
    for gone in earlier.values().filter(|filed| !units.contains(filed.unit.as_str())) {
        let matters = matters(gone, has_facts(gone));
        let nothing = Matters::new();
        let left = beyond(&matters, &nothing).map(|(matter, name)| change_of(&gone.unit, matter, name, is_public));
        changes.entry(Event::ListLeft).or_default().extend(left);
    }
    changes.retain(|_, changes| !changes.is_empty());
    changes
}

fn standing(filed: &Filed) -> Standing {
    Standing { score: filed.score.map(|score| score.to_exact()), rating: filed.rating.clone() }
}

/// Whether the facts of all matters are marked. Results of earlier programs have no marks.
fn has_facts(filed: &Filed) -> bool {
    filed.entries.iter().all(|entry| entry.record.is_none() || entry.fact.is_some())
}

/// What of a unit stands on lists: the unit itself, and its records, known by the facts that they are about. So a matter whose record is
/// corrected, or handed in once more from elsewhere, stays the same.
fn matters(filed: &Filed, by_fact: bool) -> Matters {
    let mut matters = Matters::new();
    for list in &filed.lists {
        matters.entry((list.clone(), None, None)).or_default().push(String::new());
    }
    for entry in &filed.entries {
        let known = entry.record.as_ref().map(|record| {
            let fact = entry.fact.filter(|_| by_fact).map(|mark| mark.to_string());
            let number = record.id.as_ref().or(fact.as_ref());
            // Where it was read is nobody else's business.
            let name = number.map_or_else(|| record.date.to_string(), |number| format!("{} {number}", record.date));
            let known_by = fact.unwrap_or_else(|| format!("{name} {}", record.place()));
            ((record.kind.clone(), known_by), name)
        });
        let (record, name) = known.unzip();
        let matter = (entry.list.clone(), record, entry.department.clone());
        matters.entry(matter).or_default().push(name.unwrap_or_default());
    }
    matters
}

/// The matters, each with the name of its record, of which there are more than among others.
fn beyond<'m>(more: &'m Matters, fewer: &'m Matters) -> impl Iterator<Item = (&'m Matter, &'m str)> {
    more.iter().flat_map(|(matter, names)| {
        let known = fewer.get(matter).map_or(0, Vec::len);
        names.iter().skip(known).map(move |name| (matter, name.as_str()))
    })
}

fn change_of(unit: &str, (list, record, department): &Matter, name: &str, is_public: &dyn Fn(&str) -> bool) -> Change {
    let kind = record.as_ref().map(|(kind, _)| kind).filter(|kind| is_public(kind));
    Change::Entry {
        unit: unit.to_owned(),
        list: list.clone(),
        record: kind.map(|kind| format!("{kind} {name}")),
        department: department.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    /// A village with these hazards on a list, each by its place in a push, its number and the mark of its fact.
    fn filed(hazards: &[(u32, Option<&str>, Option<&str>)]) -> Filed {
        let entry = |(row, id, fact): &(u32, Option<&str>, Option<&str>)| {
            let record = json!({"kind": "hazard", "date": "2020-03-01", "id": id, "file": "安监平台", "row": row});
            json!({"list": "overdue", "record": record, "fact": fact, "department": "应急管理局"})
        };
        let entries: Vec<Json> = hazards.iter().map(entry).collect();
        let filed = json!({
            "unit": "v", "level": "village", "period": "2020", "as_of": "2021-01-01", "edition": "b@1", "takes_part": true,
            "score": "90", "score_without_exemptions": "90", "rating": null, "band": null, "vetoed": false,
            "incomplete": false, "lists": [], "lists_unknown": [], "entries": entries, "figures": {}, "criteria": {},
            "findings": [], "outcomes": {}, "remarks": [], "ledger": [], "receipt": "r"
        });
        serde_json::from_value(filed).unwrap()
    }

    /// Events, each with the records of its changes.
    fn told(before: &Filed, after: &Filed, is_public: bool) -> Vec<(Event, Vec<Option<String>>)> {
        let changes = compare(Some(std::slice::from_ref(before)), std::slice::from_ref(after), &|_| is_public);
        let record = |change: Change| match change {
            Change::Entry { record, .. } => record,
            Change::Score { .. } => unreachable!(),
        };
        changes.into_iter().map(|(event, changes)| (event, changes.into_iter().map(record).collect())).collect()
    }

    const MILL: Option<&str> = Some("00000000000000aa");
    const SHOP: Option<&str> = Some("00000000000000bb");

    #[test]
    fn matters_pushed_one_at_a_time_are_told_apart() {
        let (none, both) = (filed(&[]), filed(&[(1, None, MILL), (1, None, SHOP)]));
        let named = |mark: Option<&str>| Some(format!("hazard 2020-03-01 {}", mark.unwrap()));
        assert_eq!(told(&none, &both, true), [(Event::ListEntered, vec![named(MILL), named(SHOP)])]);
        assert_eq!(told(&both, &filed(&[(1, None, SHOP)]), true), [(Event::ListLeft, vec![named(MILL)])]);
        assert_eq!(told(&both, &filed(&[(1, None, SHOP)]), false), [(Event::ListLeft, vec![None])]);
    }

    #[test]
    fn a_matter_that_is_corrected_or_handed_in_from_elsewhere_neither_enters_nor_leaves() {
        assert_eq!(told(&filed(&[(1, None, MILL)]), &filed(&[(7, None, MILL)]), true), []);
        assert_eq!(told(&filed(&[(1, Some("Y1"), MILL)]), &filed(&[(7, Some("Y1"), MILL)]), true), []);
    }

    #[test]
    fn of_facts_that_are_known_by_the_same_each_is_told() {
        let (two, one) = (filed(&[(1, None, MILL), (2, None, MILL)]), filed(&[(2, None, MILL)]));
        assert_eq!(told(&two, &one, false), [(Event::ListLeft, vec![None])]);
    }

    #[test]
    fn results_of_earlier_programs_are_compared_by_place_and_no_place_is_told() {
        let (earlier, now) = (filed(&[(1, None, None)]), filed(&[(1, None, MILL)]));
        assert_eq!(told(&earlier, &now, true), [], "the program alone has changed");
        let left = told(&filed(&[(1, None, None), (2, None, None)]), &earlier, true);
        assert_eq!(left, [(Event::ListLeft, vec![Some("hazard 2020-03-01".to_owned())])]);
    }
}
