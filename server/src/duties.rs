//! What must be handed in, by whom, by when: what is missing, what is late, what came late, and what cannot be checked for want
//! of it.
//!
//! Enters: a standard, the units, the statements known (报齐, 零报告), a day, and what the one who asks answers for. Leaves:
//! [`Duties`], one list of what is due. A pure function of what it is given. Next: [`crate::error`].

use std::collections::{BTreeMap, BTreeSet};

use liuwu_engine::bundle::{Body, Bundle, Rule};
use liuwu_engine::coverage::{Coverage, Statement};
use liuwu_engine::dictionary::{Due, Field, Kind, Type};
use liuwu_engine::division::short_name;
use liuwu_engine::period::{Date, Granularity, Period, plus_days};

use crate::store::{self, Received, Scope};
use crate::view::UnitTree;

/// Returns that came late are listed at most so many.
const LATE_RETURNS: usize = 50;
/// So many days before the due date it is time to remind.
pub const REMIND_DAYS: i64 = 3;

/// Everything that is asked of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duties {
    /// The day of it.
    pub day: Date,
    /// What is still to be handed in, the most urgent first.
    pub open: Vec<Duty>,
    /// What was handed in after its day, newest first.
    pub came_late: Vec<LateReturn>,
    /// The rules that cannot be checked as long as something is missing, in the order of the standard.
    pub unchecked: Vec<Unchecked>,
}

/// One kind for one stretch of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// The kind.
    pub kind: String,
    /// What clerks call it.
    pub title: String,
    /// Who hands it in.
    pub department: Option<String>,
    /// For which days.
    pub period: Period,
    /// By when.
    pub due: Date,
    /// How it stands.
    pub state: DutyState,
    /// For how many units it is asked.
    pub units: usize,
    /// For how many of them it is missing.
    pub missing: usize,
    /// Where it is missing: the largest areas that lack it whole, by code.
    pub areas: Vec<Area>,
}

/// How a duty stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DutyState {
    /// Its day has passed.
    Overdue,
    /// It can be handed in, and its day has not passed.
    Due,
    /// The days it is about have not ended yet.
    Coming,
}

/// A unit with its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Area {
    /// Its code.
    pub code: String,
    /// Its short name, with that of the unit above.
    pub name: String,
}

/// A statement that came after its day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateReturn {
    /// What clerks call the kind.
    pub title: String,
    /// For which area.
    pub area: Area,
    /// From which day.
    pub from: Date,
    /// To which day.
    pub to: Date,
    /// When it was due.
    pub due: Date,
    /// When it came.
    pub received_on: Date,
}

/// A rule that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unchecked {
    /// Its id.
    pub rule: String,
    /// Its title.
    pub title: String,
    /// The kinds it waits for, by their titles.
    pub kinds: Vec<String>,
    /// For how many units.
    pub units: usize,
}

/// What the duties are worked out from.
pub struct Basis<'a> {
    /// The standard.
    pub bundle: &'a Bundle,
    /// The units known on the day.
    pub units: &'a UnitTree,
    /// What is stated as handed in.
    pub statements: &'a [Received<store::Statement>],
    /// The day.
    pub day: Date,
    /// What the one who asks answers for.
    pub scope: &'a Scope,
}

impl Basis<'_> {
    /// Works out the duties for the period of the standard that the day is in, and the one before it.
    #[must_use]
    pub fn duties(&self) -> Duties {
        let coverage = Coverage::new(self.statements.iter().map(|statement| Statement {
            kind: statement.kind.clone(),
            area: statement.area.clone(),
            from: statement.from,
            to: statement.to,
            nil: statement.nil,
        }));
        let mut open = Vec::new();
        let mut waiting: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for kind in self.bundle.dictionary.kinds.values().filter(|kind| self.is_mine(kind)) {
            let Some(due) = kind.due else { continue };
            let units = self.units_of(kind);
            for period in self.periods_of(due) {
                let missing: Vec<&str> =
                    units.iter().copied().filter(|unit| !self.is_handed_in(&coverage, kind, unit, period)).collect();
                let Some(by) = due_on(due, period).filter(|_| !missing.is_empty()) else { continue };
                let state = self.state(period, by);
                if state != DutyState::Coming {
                    waiting.entry(&kind.id).or_default().extend(&missing);
                }
                open.push(Duty {
                    kind: kind.id.to_string(),
                    title: kind.title.clone(),
                    department: kind.department.clone(),
                    period,
                    due: by,
                    state,
                    units: units.len(),
                    missing: missing.len(),
                    areas: self.areas(&missing, &units),
                });
            }
        }
        open.sort_by(|a, b| (a.state, a.due, &a.kind).cmp(&(b.state, b.due, &b.kind)));
        Duties { day: self.day, open, came_late: self.came_late(), unchecked: self.unchecked(&waiting) }
    }

    fn is_mine(&self, kind: &Kind) -> bool {
        match self.scope {
            Scope::Department(name) => kind.department.as_ref() == Some(name),
            _ => true,
        }
    }

    /// The units that a kind is about, as far as they are mine.
    fn units_of(&self, kind: &Kind) -> Vec<&str> {
        let level = kind.of.as_deref().unwrap_or(&self.bundle.assess.unit);
        let is_mine = |unit: &str| match self.scope {
            Scope::Divisions(codes) => codes.iter().any(|code| self.units.is_within(unit, code)),
            _ => true,
        };
        let units = self.units.all().iter().filter(|row| row.level == level).map(|row| row.id.as_str());
        units.filter(|unit| is_mine(unit)).collect()
    }

    /// The stretches for which a kind is asked: from the beginning of the standard's period before this one to the one that
    /// the day is in.
    fn periods_of(&self, due: Due) -> Vec<Period> {
        let (from, until) = self.bundle.effective;
        let last = until.unwrap_or(Date::MAX);
        // After its last day a standard is asked about as on that day: what is missing then stays missing.
        let now = Period::containing(self.bundle.assess.period, self.day.min(last));
        let first = now.previous().unwrap_or(now).from().max(from.unwrap_or(Date::MIN));
        let mut periods = Vec::new();
        let mut period = Period::containing(due.every, first);
        while period.from() <= self.day && period.from() <= last {
            periods.push(period);
            match period.next() {
                Ok(next) => period = next,
                Err(_) => break,
            }
        }
        periods
    }

    fn is_handed_in(&self, coverage: &Coverage, kind: &Kind, unit: &str, period: Period) -> bool {
        let areas: Vec<&str> = std::iter::once(unit).chain(self.units.above(unit).map(|row| row.id.as_str())).collect();
        // The whole stretch counts, also while it has not ended.
        coverage.is_handed_in(kind, &areas, period, period.to().max(self.day))
    }

    fn state(&self, period: Period, due: Date) -> DutyState {
        if due < self.day {
            DutyState::Overdue
        } else if period.to() < self.day {
            DutyState::Due
        } else {
            DutyState::Coming
        }
    }

    /// The largest areas all of whose units are missing, and the units that are left.
    fn areas(&self, missing: &[&str], asked: &[&str]) -> Vec<Area> {
        let lacking: BTreeSet<&str> = missing.iter().copied().collect();
        // How many units are asked for and how many lack it, in each area above.
        let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for unit in asked {
            for above in self.units.above(unit) {
                let count = counts.entry(&above.id).or_default();
                count.0 += 1;
                count.1 += usize::from(lacking.contains(unit));
            }
        }
        let is_whole = |id: &str| counts.get(id).is_some_and(|(asked, lacking)| asked == lacking);
        let largest = missing.iter().map(|unit| {
            let whole = self.units.above(unit).take_while(|above| is_whole(&above.id)).last();
            whole.map_or(*unit, |above| above.id.as_str())
        });
        let largest: BTreeSet<&str> = largest.collect();
        largest.into_iter().map(|id| self.area(id)).collect()
    }

    fn area(&self, id: &str) -> Area {
        let name = self.units.get(id).map(|row| short_name(&row.name)).unwrap_or_else(|| id.to_owned());
        let above = self.units.above(id).next().filter(|_| self.units.below(id).next().is_none());
        let above = above.map(|row| short_name(&row.name)).unwrap_or_default();
        Area { code: id.to_owned(), name: format!("{above}{name}") }
    }

    fn came_late(&self) -> Vec<LateReturn> {
        let in_scope = |area: &str| match self.scope {
            Scope::Divisions(codes) => codes.iter().any(|code| self.units.is_within(area, code)),
            _ => true,
        };
        let mut late: Vec<LateReturn> = Vec::new();
        for statement in self.statements.iter().filter(|statement| in_scope(&statement.area)) {
            let Some(kind) = self.bundle.dictionary.kinds.get(&statement.kind).filter(|kind| self.is_mine(kind)) else {
                continue;
            };
            // The first stretch that it answers for was owed first.
            let Some(due) = kind.due else { continue };
            let first = Period::containing(due.every, statement.from);
            let Some(by) = due_on(due, first).filter(|by| *by < statement.received_on) else { continue };
            late.push(LateReturn {
                title: kind.title.clone(),
                area: self.area(&statement.area),
                from: statement.from,
                to: statement.to,
                due: by,
                received_on: statement.received_on,
            });
        }
        late.sort_by(|a, b| (b.received_on, &a.title, &a.area).cmp(&(a.received_on, &b.title, &b.area)));
        late.truncate(LATE_RETURNS);
        late
    }

    fn unchecked(&self, waiting: &BTreeMap<&str, BTreeSet<&str>>) -> Vec<Unchecked> {
        let mut unchecked = Vec::new();
        for rule in self.bundle.all_rules() {
            let reads: Vec<&Kind> = self
                .bundle
                .dictionary
                .kinds
                .values()
                .map(AsRef::as_ref)
                .filter(|kind: &&Kind| waiting.contains_key(kind.id.as_ref()) && reads(self.bundle, rule, &kind.id))
                .collect();
            let units: BTreeSet<&str> =
                reads.iter().filter_map(|kind| waiting.get(kind.id.as_ref())).flatten().copied().collect();
            if !units.is_empty() {
                unchecked.push(Unchecked {
                    rule: rule.id.clone(),
                    title: rule.title.clone(),
                    kinds: reads.iter().map(|kind| kind.title.clone()).collect(),
                    units: units.len(),
                });
            }
        }
        unchecked
    }
}

/// The last day on which a kind is in time for a stretch.
fn due_on(due: Due, period: Period) -> Option<Date> {
    plus_days(period.to(), i64::from(due.within_days)).ok()
}

/// Whether a rule reads a kind: goes through it, or names it in its script or in a figure that its script reads.
fn reads(bundle: &Bundle, rule: &Rule, kind: &str) -> bool {
    let named = format!("\"{kind}\"");
    let text = match &rule.body {
        Body::Short(short) if short.each.iter().any(|each| each == kind) => return true,
        Body::Short(short) => short.when.as_ref().map(|when| when.text.as_str()).unwrap_or_default(),
        Body::Long(script) => script.text.as_str(),
    };
    let by_figure = |text: &str| {
        let figures = bundle.figures.iter().filter(|figure| text.contains(&format!("figures.{}", figure.id)));
        figures.into_iter().any(|figure| figure.script.text.contains(&named))
    };
    text.contains(&named) || by_figure(text)
}

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

#[cfg(test)]
mod tests {
    use liuwu_engine::period::parse_date;

    use super::*;
    use crate::store::{BatchId, ItemId, UnitRow};

    const BUNDLE: &str = r#"
bundle: small
edition: "2020"
title: 小样(示例)
assess: {unit: village, within: [town, county], period: year, base: 100}
records:
  fire:
    title: 火灾
    department: 消防
    fields: {no: {title: 编号, type: text}, place: {title: 场所, type: text}, deaths: {title: 死亡人数, type: integer, unit: 人}}
    identity: [no]
    due: {every: month, within_days: 5}
  accident:
    title: 事故
    department: 应急
    fields: {no: {title: 编号, type: text}, deaths: {title: 死亡人数, type: integer, unit: 人}}
    identity: [no]
    due: {every: quarter, within_days: 10}
figures: {fires: {title: 起数, script: 'records("fire").count()'}}
criteria:
  - id: c
    title: 甲
    rules:
      - {id: R-1, title: 火灾多发, basis: 第一条, when: figures.fires > 3, deduct: "1", reason: 多发}
      - {id: R-2, title: 事故, basis: 第二条, each: accident, deduct: "1", reason: 事故}
"#;

    fn day(text: &str) -> Date {
        parse_date(text).unwrap()
    }

    fn tree() -> UnitTree {
        let row = |id: &str, level: &str, name: &str, parent: Option<&str>| UnitRow {
            id: id.into(),
            level: level.into(),
            name: name.into(),
            parent: parent.map(str::to_owned),
        };
        UnitTree::new(vec![
            row("1", "county", "甲市", None),
            row("11", "town", "乙镇", Some("1")),
            row("111", "village", "上岙村村民委员会", Some("11")),
            row("112", "village", "下岙村村民委员会", Some("11")),
            row("12", "town", "丙镇", Some("1")),
            row("121", "village", "前垟村村民委员会", Some("12")),
        ])
    }

    fn stated(kind: &str, area: &str, from: &str, to: &str, received_on: &str) -> Received<store::Statement> {
        Received {
            id: ItemId { batch: BatchId(1), number: 1 },
            received_on: day(received_on),
            item: store::Statement { kind: kind.into(), area: area.into(), from: day(from), to: day(to), nil: true },
        }
    }

    fn duties(statements: &[Received<store::Statement>], on: &str, scope: &Scope) -> Duties {
        let (bundle, _) = liuwu_engine::bundle::read("b.yaml", BUNDLE).unwrap();
        let units = tree();
        Basis { bundle: &bundle, units: &units, statements, day: day(on), scope }.duties()
    }

    fn short(duties: &Duties) -> Vec<String> {
        let areas = |duty: &Duty| duty.areas.iter().map(|area| area.name.clone()).collect::<Vec<_>>().join("、");
        let one = |duty: &Duty| {
            format!(
                "{} {} {} {:?} {}/{} {}",
                duty.title,
                duty.period.name(),
                duty.due,
                duty.state,
                duty.missing,
                duty.units,
                areas(duty)
            )
        };
        duties.open.iter().map(one).collect()
    }

    #[test]
    fn what_is_due_stands_by_its_day_with_the_largest_areas_that_lack_it() {
        let statements = [
            stated("fire", "1", "2019-01-01", "2019-12-31", "2020-01-03"),
            stated("accident", "1", "2019-01-01", "2019-12-31", "2020-01-03"),
            stated("fire", "1", "2020-01-01", "2020-01-31", "2020-02-04"),
            stated("fire", "111", "2020-02-01", "2020-02-29", "2020-03-02"),
        ];
        let duties = duties(&statements, "2020-04-03", &Scope::Everything);
        assert_eq!(
            short(&duties),
            [
                "火灾 2020年2月 2020-03-05 Overdue 2/3 乙镇下岙村、丙镇",
                "火灾 2020年3月 2020-04-05 Due 3/3 甲市",
                "事故 2020年第一季度 2020-04-10 Due 3/3 甲市",
                "火灾 2020年4月 2020-05-05 Coming 3/3 甲市",
                "事故 2020年第二季度 2020-07-10 Coming 3/3 甲市",
            ]
        );
        let unchecked: Vec<(&str, usize)> =
            duties.unchecked.iter().map(|rule| (rule.rule.as_str(), rule.units)).collect();
        assert_eq!(unchecked, [("R-1", 3), ("R-2", 3)]);
    }

    #[test]
    fn a_department_sees_its_kinds_and_a_town_its_villages() {
        let of =
            |scope: Scope| short(&duties(&[], "2020-01-20", &scope)).into_iter().filter(|line| line.contains("2020"));
        let fire: Vec<String> = of(Scope::Department("消防".into())).collect();
        assert!(fire.iter().all(|line| line.starts_with("火灾")) && !fire.is_empty());
        let town: Vec<String> = of(Scope::Divisions(vec!["11".into()])).collect();
        assert!(town.iter().all(|line| line.contains("2/2 乙镇")), "{town:?}");
    }

    #[test]
    fn what_came_after_its_day_is_listed_with_both_days() {
        let statements = [
            stated("fire", "11", "2020-01-01", "2020-01-31", "2020-02-09"),
            stated("fire", "12", "2020-01-01", "2020-01-31", "2020-02-05"),
        ];
        let late = duties(&statements, "2020-02-10", &Scope::Everything).came_late;
        assert_eq!(late.len(), 1);
        assert_eq!(
            (late[0].area.name.as_str(), late[0].due, late[0].received_on),
            ("乙镇", day("2020-02-05"), day("2020-02-09"))
        );
    }

    #[test]
    fn what_is_asked_under_two_kinds_is_named_and_what_tells_records_apart_is_not() {
        let (bundle, _) = liuwu_engine::bundle::read("b.yaml", BUNDLE).unwrap();
        assert_eq!(
            asked_twice(&bundle),
            [AskedTwice { title: "死亡人数".into(), kinds: vec!["火灾".into(), "事故".into()] }]
        );
        assert_eq!(burden(&bundle), Burden { kinds: 2, fields: 5, returns: 16 });
    }
}
