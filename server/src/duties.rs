//! What must be handed in, by whom, by when: what is missing, what is late, what came late, and what cannot be checked for want
//! of it.
//!
//! Enters: a standard, the units, the statements known (报齐, 零报告), a day, and what the one who asks answers for. Leaves:
//! [`Duties`], one list of what is due, and the same month by month ([`Month`]). A pure function of what it is given. Next:
//! [`crate::error`].

mod burden;
mod month;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use liuwu_engine::bundle::{Body, Bundle, Rule};
use liuwu_engine::coverage::{Coverage, Statement};
use liuwu_engine::dictionary::{Due, Kind};
use liuwu_engine::division::short_name;
use liuwu_engine::period::{Date, Period, plus_days};

pub use burden::{Burden, burden};
pub use month::{Asked, Month, Standing};

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
#[derive(Clone, Copy)]
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
        let coverage = self.coverage();
        let mut open = Vec::new();
        let mut waiting: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for kind in self.my_kinds() {
            let Some(due) = kind.due else { continue };
            let units = self.units_of(kind);
            for period in self.periods_of(due) {
                let missing = self.missing(&coverage, kind, &units, period);
                let Some(duty) = self.duty(kind, due, period, units.len(), &missing) else { continue };
                if duty.state != DutyState::Coming {
                    waiting.entry(&kind.id).or_default().extend(&missing);
                }
                open.push(duty);
            }
        }
        open.sort_by(|a, b| (a.state, a.due, &a.kind).cmp(&(b.state, b.due, &b.kind)));
        Duties { day: self.day, open, came_late: self.came_late(), unchecked: self.unchecked(&waiting) }
    }

    fn coverage(&self) -> Coverage {
        Coverage::new(self.statements.iter().map(|statement| Statement {
            kind: statement.kind.clone(),
            area: statement.area.clone(),
            from: statement.from,
            to: statement.to,
            nil: statement.nil,
        }))
    }

    /// Those of my units for which a kind is not handed in for a stretch.
    fn missing<'u>(&self, coverage: &Coverage, kind: &Kind, units: &[&'u str], period: Period) -> Vec<&'u str> {
        units.iter().copied().filter(|unit| !self.is_handed_in(coverage, kind, unit, period)).collect()
    }

    /// What is asked for a stretch; none when it is missing for nobody.
    fn duty(&self, kind: &Kind, due: Due, period: Period, units: usize, missing: &[&str]) -> Option<Duty> {
        let by = due_on(due, period).filter(|_| !missing.is_empty())?;
        Some(Duty {
            kind: kind.id.to_string(),
            title: kind.title.clone(),
            department: kind.department.clone(),
            period,
            due: by,
            state: self.state(period, by),
            units,
            missing: missing.len(),
            areas: self.areas(missing, kind),
        })
    }

    fn my_kinds(&self) -> impl Iterator<Item = &Kind> {
        self.bundle.dictionary.kinds.values().map(AsRef::as_ref).filter(|kind| self.is_mine(kind))
    }

    fn is_mine(&self, kind: &Kind) -> bool {
        match self.scope {
            Scope::Department(name) => kind.department.as_ref() == Some(name),
            _ => true,
        }
    }

    /// The units that a kind is about.
    fn all_units_of(&self, kind: &Kind) -> impl Iterator<Item = &str> {
        let level = kind.of.as_deref().unwrap_or(&self.bundle.assess.unit).to_owned();
        self.units.all().iter().filter(move |row| row.level == level).map(|row| row.id.as_str())
    }

    /// Those of them that are mine.
    fn units_of(&self, kind: &Kind) -> Vec<&str> {
        let is_mine = |unit: &str| match self.scope {
            Scope::Divisions(codes) => codes.iter().any(|code| self.units.is_within(unit, code)),
            _ => true,
        };
        self.all_units_of(kind).filter(|unit| is_mine(unit)).collect()
    }

    /// The stretches for which a kind is asked: from the beginning of the standard's period before this one to the one that
    /// the day is in.
    fn periods_of(&self, due: Due) -> Vec<Period> {
        let (first, last) = self.span();
        let mut periods = Vec::new();
        let mut period = Period::containing(due.every, first);
        while period.from() <= last {
            periods.push(period);
            match period.next() {
                Ok(next) => period = next,
                Err(_) => break,
            }
        }
        periods
    }

    /// The days that are asked about, up to the day itself.
    fn span(&self) -> (Date, Date) {
        let (from, until) = self.bundle.effective;
        let last = until.unwrap_or(Date::MAX);
        // After its last day a standard is asked about as on that day: what is missing then stays missing.
        let now = Period::containing(self.bundle.assess.period, self.day.min(last));
        let first = now.previous().unwrap_or(now).from().max(from.unwrap_or(Date::MIN));
        (first, self.day.min(last))
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

    /// The largest areas all of whose units are missing, and the units that are left. An area that is not all mine is not named.
    fn areas(&self, missing: &[&str], kind: &Kind) -> Vec<Area> {
        let lacking: BTreeSet<&str> = missing.iter().copied().collect();
        // How many units are asked for and how many lack it, in each area above.
        let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for unit in self.all_units_of(kind) {
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
