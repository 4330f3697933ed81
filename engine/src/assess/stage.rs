//! One pass over the units for one period: what each script left, and how the scripts that follow see it.

mod grouping;
mod handed_in;
mod state;

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use grouping::GroupIndex;
use handed_in::{HandedIn, Question};
pub(super) use state::{FigureResult, RuleResults, UnitState};

use super::plan::{Pipeline, Plan, RulePlan};
use super::points::{RuleResult, Total, total};
use super::turn::Turn;
use super::world::World;
use crate::assessment::{Entry, Finding, Outcome, Past};
use crate::bundle::{Bundle, Compare, Incomplete};
use crate::dictionary::{Kind, NoneMeans, Value};
use crate::number::{Number, NumberError};
use crate::period::{Date, Period, day_number};
use crate::pseudonym;
use crate::record::Record;
use crate::record::table::Span;
use crate::script::{Datum, Group, Missing, Part, Reading, Scene, UnitIndex, Window};

/// Why there is no result, in Chinese and English.
pub(super) type Why = (String, String);

/// A rating, none, or why there is none.
pub(super) type Rated = Result<Option<Arc<str>>, Why>;

/// The score of one unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ScoreResult {
    /// Final and rounded; none: withheld, or the standard gives none.
    pub(super) score: Option<Number>,
    /// What the score script gave, before it was held and rounded.
    pub(super) scripted: Option<Number>,
    /// Withheld because something could not be checked.
    pub(super) withheld: bool,
    /// The score script failed.
    pub(super) failed: Option<Why>,
    pub(super) band: Option<Arc<str>>,
}

/// What a list script found for one unit.
#[derive(Debug, Clone, Default)]
pub(super) struct Listing {
    pub(super) entries: Vec<Entry>,
    pub(super) on_it: bool,
    pub(super) unknown: Option<Why>,
}

/// The state of a pass.
pub(super) struct Stage {
    pub(super) plan: Arc<Plan>,
    pub(super) pipeline: Arc<Pipeline>,
    pub(super) world: Arc<World>,
    pub(super) period: Period,
    pub(super) as_of: Date,
    days: Days,
    /// The units scored, by their place in the world, in its order.
    pub(super) units: Vec<UnitIndex>,
    /// What the scripts left for each of them.
    pub(super) states: Vec<UnitState>,
    /// By its place in the world, the place of a unit among those scored.
    places: Vec<Option<u32>>,
    /// In a roll-up, the parts of each unit scored.
    parts: Option<Vec<Arc<[Part]>>>,
    pasts: Vec<Option<Arc<Past>>>,
    /// Whether exemptions count.
    pub(super) exempting: bool,
    handed_in: HandedIn,
    groups: Mutex<HashMap<String, Arc<GroupIndex>>>,
    kept: Mutex<HashMap<String, Arc<dyn Any + Send + Sync>>>,
}

impl Stage {
    /// The state of a pass that begins, with the parts of each unit of a roll-up.
    pub(super) fn new(turn: &Turn, parts: Option<Vec<Arc<[Part]>>>, exempting: bool) -> Stage {
        let mut places = vec![None; turn.world.units().len()];
        for (place, unit) in (0..).zip(&turn.units) {
            if let Some(known) = places.get_mut(*unit) {
                *known = Some(place);
            }
        }
        let (period, as_of) = turn.when;
        Stage {
            plan: Arc::clone(turn.plan),
            pipeline: Arc::clone(turn.pipeline),
            world: Arc::clone(turn.world),
            period,
            as_of,
            days: Days { within: Days::within(period, as_of), as_of: day_number(as_of) },
            handed_in: HandedIn::new(turn.units.len(), turn.plan.bundle.dictionary.kinds.len()),
            states: turn.units.iter().map(|_| UnitState::new(turn.pipeline)).collect(),
            units: turn.units.clone(),
            places,
            parts,
            pasts: turn.pasts.clone(),
            exempting,
            groups: Mutex::default(),
            kept: Mutex::default(),
        }
    }

    /// The place of a unit among those scored.
    fn place(&self, unit: UnitIndex) -> Option<usize> {
        usize::try_from((*self.places.get(unit)?)?).ok()
    }

    fn state(&self, unit: UnitIndex) -> Option<&UnitState> {
        self.states.get(self.place(unit)?)
    }

    /// Forgets what was kept for a script that compared units; each script keeps its own.
    pub(super) fn forget(&self) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Lets go of what scripts left.
    pub(super) fn close(&self) {
        self.forget();
        self.states.iter().for_each(UnitState::close);
    }

    /// What the rules so far add up to for a unit.
    fn so_far(&self, state: &UnitState) -> Result<Arc<Total>, Missing> {
        self.total(state).map_err(too_large)
    }

    /// The same with the error as it is.
    pub(super) fn total(&self, state: &UnitState) -> Result<Arc<Total>, NumberError> {
        state.so_far(|| total(&self.pipeline, self.period, &|place| state.rule(place)))
    }

    /// Whether a kind is handed in for a unit over a period, as far as it can be by the day of knowledge.
    pub(super) fn is_handed_in(&self, unit: UnitIndex, kind: &Kind, period: Period) -> bool {
        let coverage = self.world.coverage();
        coverage.is_handed_in_everywhere(kind).unwrap_or_else(|| {
            let areas = || self.world.line(unit).into_iter().map(|unit| unit.id.as_ref()).collect::<Vec<_>>();
            let place = self.place(unit).filter(|_| period == self.period);
            match self.plan.bundle.dictionary.kinds.get_index_of(kind.id.as_ref()) {
                Some(number) => {
                    let question = Question { place, kind, number, period, as_of: self.as_of };
                    self.handed_in.ask(coverage, &question, areas)
                }
                None => coverage.is_handed_in(kind, &areas(), period, self.as_of),
            }
        })
    }

    /// Why something about a unit that rests on several rules is not known: one of them could not be checked.
    fn unchecked_among(&self, state: &UnitState, is_among: impl Fn(&RulePlan) -> bool) -> Option<Missing> {
        let rules = self.pipeline.rules.iter().enumerate();
        let mut withholding = rules.filter(|(_, plan)| plan.incomplete == Incomplete::Withhold);
        withholding.find_map(|(place, plan)| {
            let result = state.rule(place).filter(|result| result.outcome == Outcome::CannotCheck)?;
            is_among(plan).then(|| self.failed(&plan.id, result.why.as_deref()))
        })
    }

    /// What a rule came to; that it stands below, when it has not run.
    fn rule_of<'s>(&self, state: &'s UnitState, id: &str) -> Result<&'s RuleResult, Missing> {
        self.pipeline.rule_place(id).and_then(|place| state.rule(place)).ok_or_else(|| self.below(id))
    }

    fn below(&self, what: &str) -> Missing {
        Missing {
            zh: format!("「{what}」排在这里之后,还没有结果"),
            en: format!("`{what}` stands below and has no result yet"),
        }
    }

    fn failed(&self, id: &str, why: Option<&Why>) -> Missing {
        let (zh, en) = why.cloned().unwrap_or_default();
        Missing { zh: format!("「{id}」无法核定:{zh}"), en: format!("`{id}` could not be checked: {en}") }
    }
}

/// The days by number, first and last included, between which records are looked for.
struct Days {
    within: (i32, i32),
    as_of: i32,
}

impl Days {
    /// Those of a period, as far as they are known.
    fn within(period: Period, as_of: Date) -> (i32, i32) {
        (day_number(period.from()), day_number(period.to().min(as_of)))
    }
}

fn no_kind(id: &str) -> Missing {
    Missing { zh: format!("没有「{id}」这种台账"), en: format!("there is no kind `{id}`") }
}

fn too_large(error: NumberError) -> Missing {
    Missing { zh: format!("计算出错:{error}"), en: error.to_string() }
}

impl Scene for Stage {
    fn bundle(&self) -> &Arc<Bundle> {
        &self.plan.bundle
    }

    fn period(&self) -> Period {
        self.period
    }

    fn as_of(&self) -> Date {
        self.as_of
    }

    fn unit_id(&self, unit: UnitIndex) -> Arc<str> {
        self.world.units().get(unit).map(|unit| Arc::clone(&unit.id)).unwrap_or_default()
    }

    fn unit_name(&self, unit: UnitIndex) -> Arc<str> {
        self.world.units().get(unit).map(|unit| Arc::clone(&unit.name)).unwrap_or_default()
    }

    fn parent(&self, unit: UnitIndex) -> Option<UnitIndex> {
        self.world.units().get(unit)?.parent
    }

    fn at_level(&self, unit: UnitIndex, level: &str) -> Option<UnitIndex> {
        self.world.at_level(unit, level)
    }

    fn attribute(&self, unit: UnitIndex, key: &str) -> Reading<Value> {
        let found = self.world.units().get(unit).and_then(|unit| unit.attribute(key, self.period.to()));
        if let Some(value) = found {
            return Ok(Some(value.clone()));
        }
        let Some(attribute) = self.plan.bundle.dictionary.attributes.get(key) else {
            return Err(Missing {
                zh: format!("没有「{key}」这一项"), en: format!("there is no attribute `{key}`")
            });
        };
        match &attribute.field.default {
            Some(value) => Ok(Some(value.clone())),
            None if attribute.field.optional => Ok(None),
            None => Err(Missing {
                zh: format!("缺「{}」的「{}」", self.unit_name(unit), attribute.field.title),
                en: format!("`{key}` of {} is missing", self.unit_name(unit)),
            }),
        }
    }

    fn span(&self, unit: UnitIndex, kind: &Kind, window: Window) -> Result<Span<'_>, Missing> {
        let days = &self.days;
        let ((from, to), owed) = match window {
            Window::Within(period) if period == self.period => (days.within, period),
            Window::Within(period) => (Days::within(period, self.as_of), period),
            Window::History => ((i32::MIN, days.within.1), self.period),
            Window::Known => ((i32::MIN, days.as_of), self.period),
        };
        if !self.is_handed_in(unit, kind, owed) {
            let who = kind.department.as_deref().unwrap_or("报送单位");
            return Err(Missing {
                zh: format!("缺「{}」数据({who}尚未报齐)", kind.title),
                en: format!("`{}` is not handed in by {who}", kind.id),
            });
        }
        let table = self.world.units().get(unit).and_then(|unit| unit.facts.table(&kind.id));
        let span = table.map_or_else(Span::default, |table| table.span(from, to));
        if span.is_empty() && kind.none_means == NoneMeans::Missing {
            return Err(Missing {
                zh: format!("缺「{}」数据", kind.title),
                en: format!("there is no record of `{}`", kind.id),
            });
        }
        Ok(span)
    }

    fn records(&self, unit: UnitIndex, kinds: &[&str], window: Window) -> Result<Vec<Arc<Record>>, Missing> {
        let mut records = Vec::new();
        for id in kinds {
            let kind = self.plan.bundle.dictionary.kinds.get(*id).ok_or_else(|| no_kind(id))?;
            records.extend_from_slice(self.span(unit, kind, window)?.records());
        }
        if kinds.len() > 1 {
            records.sort_by(|a, b| a.order(b));
        }
        Ok(records)
    }

    fn pseudonym(&self, text: &str) -> Arc<str> {
        pseudonym::of(self.world.pseudonym_key(), text)
    }

    fn figure(&self, unit: UnitIndex, id: &str) -> Reading<Datum> {
        let place = self.pipeline.figures.iter().position(|figure| *figure.id == *id).ok_or_else(|| self.below(id))?;
        let Some(state) = self.state(unit) else { return Ok(None) };
        match state.figure(place).ok_or_else(|| self.below(id))? {
            Some(Ok(datum)) => Ok(Some(datum)),
            Some(Err(why)) => Err(self.failed(id, Some(&why))),
            None => Ok(None),
        }
    }

    fn points(&self, unit: UnitIndex, id: &str) -> Reading<Number> {
        let Some(state) = self.state(unit) else { return Ok(None) };
        if let Some(place) = self.pipeline.rule_place(id) {
            let result = state.rule(place).ok_or_else(|| self.below(id))?;
            let flags = self.pipeline.rules.get(place).is_some_and(|plan| plan.incomplete == Incomplete::Flag);
            if result.outcome == Outcome::CannotCheck && !flags {
                return Err(self.failed(id, result.why.as_deref()));
            }
            return Ok(Some(self.so_far(state)?.rules.get(place).copied().unwrap_or_default()));
        }
        if let Some(missing) = self.unchecked_among(state, |plan| plan.within.iter().any(|above| **above == *id)) {
            return Err(missing);
        }
        Ok(self.so_far(state)?.criteria.get(id).map(|criterion| criterion.points))
    }

    fn found(&self, unit: UnitIndex, rule: &str) -> Reading<bool> {
        let Some(state) = self.state(unit) else { return Ok(None) };
        let result = self.rule_of(state, rule)?;
        if result.outcome == Outcome::CannotCheck && !result.vetoes() {
            return Err(self.failed(rule, result.why.as_deref()));
        }
        Ok(Some(result.found()))
    }

    fn findings(&self, unit: UnitIndex, rule: &str) -> Result<Vec<Arc<Finding>>, Missing> {
        let Some(state) = self.state(unit) else { return Ok(Vec::new()) };
        let result = self.rule_of(state, rule)?;
        if result.outcome == Outcome::CannotCheck {
            return Err(self.failed(rule, result.why.as_deref()));
        }
        Ok(result.findings.iter().filter(|finding| !finding.exempted).cloned().collect())
    }

    fn met(&self, unit: UnitIndex, criterion: &str) -> Reading<bool> {
        use crate::assessment::Met;
        let Some(state) = self.state(unit) else { return Ok(None) };
        Ok(match self.so_far(state)?.criteria.get(criterion).map(|result| result.met) {
            Some(Met::Met | Met::NotApplicable) => Some(true),
            Some(Met::NotMet) => Some(false),
            Some(Met::Unchecked) | None => None,
        })
    }

    fn score(&self, unit: UnitIndex) -> Reading<Number> {
        let Some(state) = self.state(unit) else { return Ok(None) };
        if let Some(result) = state.score.get() {
            return Ok(result.score);
        }
        match self.unchecked_among(state, |_| true) {
            Some(missing) => Err(missing),
            None => Ok(Some(self.so_far(state)?.score)),
        }
    }

    fn vetoed(&self, unit: UnitIndex) -> bool {
        self.state(unit).is_some_and(UnitState::is_vetoed)
    }

    fn incomplete(&self, unit: UnitIndex) -> bool {
        self.state(unit).is_some_and(|state| self.is_incomplete(state))
    }

    fn band(&self, unit: UnitIndex) -> Option<Arc<str>> {
        self.state(unit)?.score.get()?.band.clone()
    }

    fn rating(&self, unit: UnitIndex) -> Option<Arc<str>> {
        self.state(unit)?.rating.get()?.as_ref().ok()?.clone()
    }

    fn previous(&self, unit: UnitIndex) -> Option<Arc<Past>> {
        self.pasts.get(self.place(unit)?)?.clone().filter(|past| past.result.takes_part)
    }

    fn group(&self, unit: UnitIndex, compare: &Compare) -> Result<Group, Missing> {
        self.group_of(unit, compare)
    }

    fn parts(&self, unit: UnitIndex) -> Option<Arc<[Part]>> {
        self.parts.as_ref()?.get(self.place(unit)?).cloned()
    }

    fn ladder(&self) -> &[String] {
        &self.pipeline.rating.ladder
    }

    fn recall(&self, key: &str) -> Option<Arc<dyn Any + Send + Sync>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn keep(&self, key: &str, value: Arc<dyn Any + Send + Sync>) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned(), value);
    }
}

impl Stage {
    /// How what could not be checked so far counts.
    fn unchecked(&self, state: &UnitState) -> impl Iterator<Item = Incomplete> {
        let rules = self.pipeline.rules.iter().enumerate();
        rules.filter_map(move |(place, plan)| {
            let unchecked = state.rule(place).is_some_and(|result| result.outcome == Outcome::CannotCheck);
            unchecked.then_some(plan.incomplete)
        })
    }

    /// Whether something could not be checked so far.
    pub(super) fn is_incomplete(&self, state: &UnitState) -> bool {
        let no_score = state.score.get().is_some_and(|score| score.failed.is_some());
        state.is_unasked() || no_score || self.unchecked(state).next().is_some()
    }

    /// Whether what could not be checked so far withholds the score.
    pub(super) fn is_withheld(&self, state: &UnitState) -> bool {
        (state.is_unasked() && self.plan.bundle.assess.incomplete == Incomplete::Withhold)
            || self.unchecked(state).any(|incomplete| incomplete == Incomplete::Withhold)
    }

    pub(super) fn past(&self, place: usize) -> Option<&Arc<Past>> {
        self.pasts.get(place)?.as_ref()
    }

    pub(super) fn part_results(&self, place: usize) -> &[Part] {
        self.parts.as_ref().and_then(|parts| parts.get(place)).map_or(&[], |parts| parts)
    }
}
