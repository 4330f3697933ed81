//! Divisions that were merged, split or given another code: who counts for whom, and from when.
//!
//! Enters: changes as an office announces them, and the list of units. Leaves: rows for the list of units by which an old unit is
//! succeeded, and the successor of every old unit. Next: [`crate::scoring`], where the facts of an old unit count for its
//! successor.
//!
//! An old unit stays in the list, and its records keep its code: it is listed once more with the level `succeeded:` and the day
//! of the change, and with its successor above it. So the change is part of a batch like everything else that is handed in: it is known from
//! a day on, can be taken back whole, and older runs are recomputed as they were. **The rule**: in a run as of a day on which
//! the change is known, an old unit takes no part, and all its records and its attributes that the successor does not have
//! itself count for the successor, in every period. Of a unit that was split they count for the first of those named. What stands
//! below an old unit (the villages of a town) stands below the successor from then on. An exemption that names a record goes with
//! the record; one for all findings of a rule was approved for the old unit alone and would cover those of others too: it ends, and
//! each run says of it that it covers nothing until it is approved anew.

mod announcement;
mod table;

use std::collections::BTreeMap;

use liuwu_engine::period::{Date, parse_date};

use crate::store::{Exemption, UnitRow};
pub use announcement::{About, Misfit, announce};
pub use table::{Tabled, prepare};

/// Begins the level of a unit that has a successor; the day of the change follows.
const SUCCEEDED: &str = "succeeded:";
/// Units succeed each other at most so often; a circle ends here.
const LONGEST: usize = 32;

/// What happened to divisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Several became one.
    Merged,
    /// One became several.
    Split,
    /// One has another code.
    Recoded,
}

impl Kind {
    /// In Chinese, for the heading of a batch.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Kind::Merged => "合并",
            Kind::Split => "拆分",
            Kind::Recoded => "改用新代码",
        }
    }
}

/// One change, as it is announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What happened.
    pub kind: Kind,
    /// From this day on.
    pub from: Date,
    /// Codes of the units that were.
    pub old: Vec<String>,
    /// The units that are: code, and of one not listed yet the name. The first counts for what was split.
    pub new: Vec<(String, Option<String>)>,
}

/// That one unit has succeeded another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Succession {
    /// The old unit.
    pub old: String,
    /// Its name.
    pub name: String,
    /// Its successor.
    pub new: String,
    /// From this day on.
    pub from: Date,
}

/// What a row of the list of units says of a succession, if it does.
#[must_use]
pub fn of_row(row: &UnitRow) -> Option<Succession> {
    let from = parse_date(row.level.strip_prefix(SUCCEEDED)?).ok()?;
    Some(Succession { old: row.id.clone(), name: row.name.clone(), new: row.parent.clone()?, from })
}

/// The successions in the list of units that are in force on a day, by the old unit.
#[must_use]
pub fn in_force(rows: &[UnitRow], on: Date) -> BTreeMap<String, Succession> {
    let known = rows.iter().filter_map(of_row).filter(|succession| succession.from <= on);
    known.map(|succession| (succession.old.clone(), succession)).collect()
}

/// Whom an exemption counts for, where its unit may have a successor.
#[must_use]
pub fn exempted(exemption: &Exemption, heir: Option<&str>) -> String {
    let heir = heir.filter(|_| exemption.record.is_some());
    heir.unwrap_or(&exemption.unit).to_owned()
}

/// The unit that counts for an old one today: the last of those that succeeded each other; none when it has no successor.
#[must_use]
pub fn heir<'s>(successions: &'s BTreeMap<String, Succession>, old: &str) -> Option<&'s str> {
    let mut heir = None;
    let mut next = successions.get(old);
    for _ in 0..LONGEST {
        let Some(succession) = next else { break };
        heir = Some(succession.new.as_str());
        next = successions.get(&succession.new);
    }
    heir
}

/// The units whose records a unit's result can rest on, on a day: itself, those that it has succeeded, and those above it.
#[must_use]
pub fn behind(rows: &[UnitRow], unit: &str, on: Date) -> Vec<String> {
    let old = in_force(rows, on);
    let mut behind: Vec<String> = old.keys().filter(|code| heir(&old, code) == Some(unit)).cloned().collect();
    let parents: BTreeMap<&str, Option<&str>> =
        rows.iter().map(|row| (row.id.as_str(), row.parent.as_deref())).collect();
    let above = std::iter::successors(Some(unit), |at| parents.get(at).copied().flatten());
    behind.extend(above.take(LONGEST).map(str::to_owned));
    behind
}

#[cfg(test)]
mod tests {
    use liuwu_engine::diagnostic::Lang;

    use super::*;
    use crate::store::NewBatch;

    fn day(text: &str) -> Date {
        parse_date(text).unwrap()
    }

    fn row(id: &str, name: &str) -> UnitRow {
        UnitRow { id: id.into(), level: "village".into(), name: name.into(), parent: Some("T".into()) }
    }

    fn rows() -> Vec<UnitRow> {
        vec![row("A", "甲村"), row("B", "乙村"), row("C", "丙村")]
    }

    fn change(kind: Kind, old: &[&str], new: &[(&str, Option<&str>)]) -> Change {
        Change {
            kind,
            from: day("2020-06-01"),
            old: old.iter().map(|code| (*code).to_owned()).collect(),
            new: new.iter().map(|(code, name)| ((*code).to_owned(), name.map(str::to_owned))).collect(),
        }
    }

    fn after(changes: &[Change]) -> Vec<UnitRow> {
        let mut batch = NewBatch::new("2020-06-02T00:00:00Z".parse().unwrap(), "t", "");
        announce(&rows(), changes, day("2020-12-31"), &mut batch).unwrap();
        let mut listed: BTreeMap<String, UnitRow> = rows().into_iter().map(|row| (row.id.clone(), row)).collect();
        listed.extend(batch.units.into_iter().map(|row| (row.id.clone(), row)));
        listed.into_values().collect()
    }

    #[test]
    fn merged_units_are_succeeded_by_the_new_one_from_the_day_on() {
        let listed = after(&[change(Kind::Merged, &["A", "B"], &[("D", Some("丁村"))])]);
        assert!(in_force(&listed, day("2020-05-31")).is_empty());
        let successions = in_force(&listed, day("2020-06-01"));
        assert_eq!(
            (heir(&successions, "A"), heir(&successions, "B"), heir(&successions, "C")),
            (Some("D"), Some("D"), None)
        );
        assert_eq!(listed.iter().find(|row| row.id == "D"), Some(&row("D", "丁村")));
    }

    #[test]
    fn one_of_the_merged_may_keep_its_code_and_changes_follow_each_other() {
        let listed = after(&[
            change(Kind::Merged, &["A", "B"], &[("B", None)]),
            change(Kind::Recoded, &["B"], &[("E", Some("戊村"))]),
        ]);
        let successions = in_force(&listed, day("2020-12-31"));
        assert_eq!((heir(&successions, "A"), heir(&successions, "B")), (Some("E"), Some("E")));
    }

    #[test]
    fn what_was_split_counts_for_the_first_named() {
        let listed = after(&[change(Kind::Split, &["A"], &[("F", Some("己村")), ("G", Some("庚村"))])]);
        assert_eq!(heir(&in_force(&listed, day("2021-01-01")), "A"), Some("F"));
    }

    #[test]
    fn changes_that_fit_no_unit_are_refused_with_the_codes() {
        let refused = [
            change(Kind::Merged, &["A"], &[("D", Some("丁村"))]),
            change(Kind::Merged, &["A", "X"], &[("D", Some("丁村"))]),
            change(Kind::Recoded, &["A"], &[("D", None)]),
            change(Kind::Recoded, &["A"], &[("A", None)]),
        ];
        for change in refused {
            let mut batch = NewBatch::new("2020-06-02T00:00:00Z".parse().unwrap(), "t", "");
            assert_eq!(announce(&rows(), &[change], day("2020-12-31"), &mut batch).unwrap_err().len(), 1);
        }
    }

    #[test]
    fn the_villages_of_a_town_that_is_recoded_or_merged_stand_below_its_successor() {
        let town =
            |id: &str| UnitRow { id: id.into(), level: "town".into(), name: id.into(), parent: Some("K".into()) };
        let rows: Vec<UnitRow> = rows().into_iter().chain([town("T"), town("S")]).collect();
        let mut batch = NewBatch::new("2020-06-02T00:00:00Z".parse().unwrap(), "t", "");
        let changes = [
            change(Kind::Merged, &["T", "S"], &[("R", Some("新镇"))]),
            change(Kind::Recoded, &["R"], &[("Q", Some("新镇"))]),
        ];
        announce(&rows, &changes, day("2020-12-31"), &mut batch).unwrap();
        let last = |id: &str| batch.units.iter().rfind(|row| row.id == id).unwrap().clone();
        for village in ["A", "B", "C"] {
            assert_eq!(last(village).parent.as_deref(), Some("Q"), "{village}");
        }
        assert_eq!((last("Q").level.as_str(), last("Q").parent.as_deref()), ("town", Some("K")));
        assert_eq!(
            of_row(&last("T")).map(|succession| succession.new),
            Some("R".to_owned()),
            "not below its own heir twice"
        );
    }

    #[test]
    fn a_change_that_is_still_to_come_is_refused_until_its_day() {
        let recoded = [change(Kind::Recoded, &["A"], &[("D", Some("丁村"))])];
        let announced = |today: &str| {
            let mut batch = NewBatch::new("2020-06-02T00:00:00Z".parse().unwrap(), "t", "");
            announce(&rows(), &recoded, day(today), &mut batch).map(|()| batch.units.len())
        };
        assert_eq!(announced("2020-06-01").unwrap(), 2);
        let refused = announced("2020-05-31").unwrap_err();
        assert!(refused[0].fault.message(Lang::Zh).contains("2020-06-01"), "{refused:?}");
    }

    #[test]
    fn a_circle_of_successions_ends() {
        let circle = |old: &str, new: &str| {
            let succession = Succession { old: old.into(), name: String::new(), new: new.into(), from: Date::MIN };
            (old.to_owned(), succession)
        };
        let successions = BTreeMap::from([circle("A", "B"), circle("B", "A")]);
        assert!(heir(&successions, "A").is_some());
    }
}
