//! Which kinds of records are handed in (报齐, 零报告), for which area and period.
//!
//! Enters: the [`Statement`]s that came with uploads. Leaves: [`Coverage`], which tells "nothing happened" from "nothing was
//! handed in". A kind that is not handed in cannot be checked; it never counts as clean. [`crate::bundle`] is next.

use std::collections::{BTreeSet, HashMap};

use crate::dictionary::Kind;
use crate::period::{Date, Period, plus_days};

/// Somebody answers for it that all records of a kind are handed in for an area and a span of days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Key of the kind.
    pub kind: String,
    /// Id of a unit: it holds for that unit and everything in it.
    pub area: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// A nil return: there was nothing to hand in.
    pub nil: bool,
}

/// All statements, ready to be asked for any unit.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// Where records come from files alone: everything is handed in but these kinds, and no statement is asked for.
    all_but: Option<BTreeSet<String>>,
    /// Spans of days by kind and area; sorted, neither overlapping nor touching.
    spans: HashMap<String, HashMap<String, Vec<(Date, Date)>>>,
}

impl Coverage {
    /// Gathers statements; their order does not matter.
    pub fn new(statements: impl IntoIterator<Item = Statement>) -> Coverage {
        let mut spans: HashMap<String, HashMap<String, Vec<(Date, Date)>>> = HashMap::new();
        for Statement { kind, area, from, to, .. } in statements {
            // A statement that ends before it begins says nothing.
            if from <= to {
                spans.entry(kind).or_default().entry(area).or_default().push((from, to));
            }
        }
        for list in spans.values_mut().flat_map(HashMap::values_mut) {
            join(list);
        }
        Coverage { all_but: None, spans }
    }

    /// Everything is handed in but these kinds.
    pub fn all_but<K: Into<String>>(kinds: impl IntoIterator<Item = K>) -> Coverage {
        Coverage { all_but: Some(kinds.into_iter().map(Into::into).collect()), spans: HashMap::new() }
    }

    /// Whether a kind is handed in for a unit, given by its own id and those of everything it lies in, over a period, as far
    /// as it can be by that day.
    pub fn is_handed_in(&self, kind: &Kind, ancestors_and_self: &[&str], period: Period, as_of: Date) -> bool {
        match &self.all_but {
            Some(kinds) => !kinds.contains(kind.id.as_ref()),
            None => self.covers(kind, ancestors_and_self, &owed(kind, period, as_of)),
        }
    }

    /// Whether statements cover all of some spans for a unit.
    pub(crate) fn covers(&self, kind: &Kind, ancestors_and_self: &[&str], owed: &[(Date, Date)]) -> bool {
        let spans = self.of(kind, ancestors_and_self);
        owed.iter().all(|(from, to)| covers(&spans, *from, *to))
    }

    /// Whether a kind is handed in, where that is the same for all units and periods: no statements are asked for.
    pub fn is_handed_in_everywhere(&self, kind: &Kind) -> Option<bool> {
        self.all_but.as_ref().map(|kinds| !kinds.contains(kind.id.as_ref()))
    }

    /// The spans that are owed by that day and not handed in; for the one who must be reminded.
    pub fn missing(&self, kind: &Kind, ancestors_and_self: &[&str], period: Period, as_of: Date) -> Vec<(Date, Date)> {
        match &self.all_but {
            Some(kinds) if kinds.contains(kind.id.as_ref()) => vec![(period.from(), period.to())],
            Some(_) => Vec::new(),
            None => {
                let spans = self.of(kind, ancestors_and_self);
                owed(kind, period, as_of).into_iter().filter(|(from, to)| !covers(&spans, *from, *to)).collect()
            }
        }
    }

    fn of(&self, kind: &Kind, areas: &[&str]) -> Vec<&[(Date, Date)]> {
        let Some(by_area) = self.spans.get(kind.id.as_ref()) else { return Vec::new() };
        areas.iter().filter_map(|area| by_area.get(*area)).map(Vec::as_slice).collect()
    }
}

/// The spans that must be covered: of the kind's own periods of reporting those that touch the period and have ended by that
/// day, each cut to the period; without such periods, the whole period.
///
/// While nothing has ended yet, the newest return that there can be is asked for instead, so that a period that has just
/// begun is not taken as clean for want of anything owed.
pub(crate) fn owed(kind: &Kind, period: Period, as_of: Date) -> Vec<(Date, Date)> {
    let Some(due) = kind.due else { return vec![(period.from(), period.to())] };
    let mut ended = Vec::new();
    let mut part = Period::containing(due.every, period.from());
    while part.from() <= period.to() && part.to() <= as_of {
        ended.push((part.from().max(period.from()), part.to().min(period.to())));
        match part.next() {
            Ok(next) => part = next,
            Err(_) => break,
        }
    }
    if ended.is_empty() {
        ended.extend(newest_ended(Period::containing(due.every, as_of.min(period.to())), as_of));
    }
    ended
}

/// The last of the periods of reporting, up to this one, that has ended by that day.
fn newest_ended(part: Period, as_of: Date) -> Option<(Date, Date)> {
    let part = if part.to() <= as_of { part } else { part.previous().ok()? };
    Some((part.from(), part.to()))
}

/// Sorts spans and joins those that overlap or follow each other.
fn join(spans: &mut Vec<(Date, Date)>) {
    spans.sort_unstable();
    let mut joined: Vec<(Date, Date)> = Vec::with_capacity(spans.len());
    for (from, to) in spans.drain(..) {
        match joined.last_mut() {
            Some((_, last)) if day_after(*last).is_none_or(|next| from <= next) => *last = to.max(*last),
            _ => joined.push((from, to)),
        }
    }
    *spans = joined;
}

/// Whether every day from one to another lies in a span of one of the lists.
fn covers(lists: &[&[(Date, Date)]], from: Date, to: Date) -> bool {
    let mut reached = from;
    loop {
        let furthest = lists.iter().filter_map(|spans| end_of_span_with(spans, reached)).max();
        match furthest {
            Some(end) if end >= to => return true,
            Some(end) => match day_after(end) {
                Some(next) => reached = next,
                None => return true,
            },
            None => return false,
        }
    }
}

fn end_of_span_with(spans: &[(Date, Date)], day: Date) -> Option<Date> {
    let behind = spans.partition_point(|(from, _)| *from <= day);
    let (_, to) = spans.get(behind.checked_sub(1)?)?;
    (day <= *to).then_some(*to)
}

/// `None` behind the last day of the calendar.
fn day_after(day: Date) -> Option<Date> {
    plus_days(day, 1).ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::dictionary::{Changes, Due, NoneMeans, Public};
    use crate::period::{Granularity, parse_date};

    fn day(text: &str) -> Date {
        parse_date(text).unwrap()
    }

    fn fire(every: Option<Granularity>) -> Kind {
        Kind {
            id: Arc::from("fire"),
            title: "火灾".into(),
            department: None,
            of: None,
            date_title: "发生日期".into(),
            fields: Default::default(),
            identity: Vec::new(),
            changes: Changes::Conflict,
            stages: Vec::new(),
            none_means: NoneMeans::Clean,
            due: every.map(|every| Due { every, within_days: 5 }),
            public: Public::Full,
            keep_personal: None,
            mend: None,
            place: (1, 1),
        }
    }

    fn handed_in(area: &str, from: &str, to: &str) -> Statement {
        Statement { kind: "fire".into(), area: area.into(), from: day(from), to: day(to), nil: false }
    }

    fn year() -> Period {
        Period::parse("2020").unwrap()
    }

    const VILLAGE: [&str; 3] = ["village", "town", "county"];

    #[test]
    fn nothing_stated_is_never_handed_in() {
        let none = Coverage::new([]);
        for every in [None, Some(Granularity::Month), Some(Granularity::Year)] {
            for as_of in ["2019-06-01", "2020-01-15", "2020-12-31", "2021-03-01"] {
                assert!(!none.is_handed_in(&fire(every), &VILLAGE, year(), day(as_of)), "{every:?} {as_of}");
            }
        }
    }

    #[test]
    fn statements_of_several_areas_and_spans_add_up() {
        let coverage = Coverage::new([
            handed_in("town", "2020-07-01", "2020-12-31"),
            handed_in("county", "2020-01-01", "2020-04-30"),
            handed_in("village", "2020-04-20", "2020-06-30"),
        ]);
        let kind = fire(None);
        assert!(coverage.is_handed_in(&kind, &VILLAGE, year(), day("2021-01-10")));
        assert!(!coverage.is_handed_in(&kind, &["other", "town", "county"], year(), day("2021-01-10")));
    }

    #[test]
    fn a_gap_of_one_day_is_a_gap() {
        let coverage = Coverage::new([
            handed_in("town", "2020-01-01", "2020-02-28"),
            handed_in("town", "2020-03-01", "2020-12-31"),
        ]);
        assert!(!coverage.is_handed_in(&fire(None), &VILLAGE, year(), day("2021-01-10")));
        let missing = coverage.missing(&fire(Some(Granularity::Month)), &VILLAGE, year(), day("2021-01-10"));
        assert_eq!(missing, [(day("2020-02-01"), day("2020-02-29"))]);
    }

    #[test]
    fn only_months_that_have_ended_are_owed() {
        let coverage = Coverage::new([handed_in("county", "2020-01-01", "2020-05-31")]);
        let monthly = fire(Some(Granularity::Month));
        assert!(coverage.is_handed_in(&monthly, &VILLAGE, year(), day("2020-06-29")));
        assert!(!coverage.is_handed_in(&monthly, &VILLAGE, year(), day("2020-06-30")));
    }

    #[test]
    fn a_period_that_has_just_begun_asks_for_the_newest_return() {
        let monthly = fire(Some(Granularity::Month));
        let month = Period::parse("2020-03").unwrap();
        let upto_february = Coverage::new([handed_in("county", "2020-02-01", "2020-02-29")]);
        assert!(upto_february.is_handed_in(&monthly, &VILLAGE, month, day("2020-03-10")));
        let upto_january = Coverage::new([handed_in("county", "2020-01-01", "2020-01-31")]);
        assert!(!upto_january.is_handed_in(&monthly, &VILLAGE, month, day("2020-03-10")));
    }

    #[test]
    fn a_return_for_a_longer_period_covers_the_days_of_a_shorter_one() {
        let quarterly = fire(Some(Granularity::Quarter));
        let month = Period::parse("2020-02").unwrap();
        let coverage = Coverage::new([handed_in("county", "2020-01-01", "2020-03-31")]);
        assert!(coverage.is_handed_in(&quarterly, &VILLAGE, month, day("2020-04-05")));
        let only_january = Coverage::new([handed_in("county", "2020-01-01", "2020-01-31")]);
        assert!(!only_january.is_handed_in(&quarterly, &VILLAGE, month, day("2020-04-05")));
    }

    #[test]
    fn files_alone_have_everything_but_the_named_kinds() {
        let kind = fire(Some(Granularity::Month));
        assert!(Coverage::all_but(["accident"]).is_handed_in(&kind, &VILLAGE, year(), day("2020-01-01")));
        assert!(!Coverage::all_but(["fire"]).is_handed_in(&kind, &VILLAGE, year(), day("2020-01-01")));
    }

    proptest! {
        #[test]
        fn the_spans_cover_exactly_the_days_they_name(
            spans in prop::collection::vec((0i64..400, 0i64..60, 0usize..3), 0..12),
            from in 0i64..400,
            length in 0i64..120,
        ) {
            let at = |offset: i64| plus_days(day("2020-01-01"), offset).unwrap();
            let statements: Vec<Statement> = spans
                .iter()
                .map(|(from, length, area)| Statement {
                    kind: "fire".into(), area: VILLAGE[*area].into(), from: at(*from), to: at(from + length), nil: true,
                })
                .collect();
            let day_by_day = (from..=from + length)
                .all(|offset| statements.iter().any(|s| s.from <= at(offset) && at(offset) <= s.to));
            let period = Period::span(at(from), at(from + length)).unwrap();
            let coverage = Coverage::new(statements);
            prop_assert_eq!(coverage.is_handed_in(&fire(None), &VILLAGE, period, at(1000)), day_by_day);
        }
    }
}
