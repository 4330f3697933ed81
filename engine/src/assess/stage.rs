//! One pass over the units for one period: what each script left, and how the scripts that follow see it.

mod grouping;

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use grouping::GroupIndex;

use super::plan::{Pipeline, Plan, RulePlan};
use super::points::{RuleResult, Total, total};
use super::world::World;
use crate::assessment::{Finding, Outcome, Past, Remark};
use crate::bundle::{Bundle, Compare, Incomplete};
use crate::dictionary::{Kind, NoneMeans, Value};
use crate::number::{Number, NumberError};
use crate::period::{Date, Period};
use crate::pseudonym;
use crate::record::Record;
use crate::script::{Datum, Group, Missing, Part, Reading, Scene, UnitIndex, Window};

/// A value for each unit scored, by its place among them; written once.
pub(super) type Column<T> = OnceLock<Vec<T>>;

/// A rating, none, or why there is none.
type Rated = Result<Option<Arc<str>>, (String, String)>;

/// The score of one unit.
#[derive(Debug, Clone, Default)]
pub(super) struct ScoreResult {
    /// Final and rounded; none: withheld, or the standard gives none.
    pub(super) score: Option<Number>,
    /// What the score script gave, before it was held and rounded.
    pub(super) scripted: Option<Number>,
    /// Withheld because something could not be checked.
    pub(super) withheld: bool,
    /// The score script failed.
    pub(super) failed: Option<(String, String)>,
    pub(super) band: Option<Arc<str>>,
}

/// The state of a pass.
pub(super) struct Stage {
    pub(super) plan: Arc<Plan>,
    pub(super) pipeline: Arc<Pipeline>,
    pub(super) world: Arc<World>,
    pub(super) period: Period,
    pub(super) as_of: Date,
    /// The units scored, by their place in the world, in its order.
    pub(super) units: Vec<UnitIndex>,
    /// The place of a unit of the world among those scored.
    places: HashMap<UnitIndex, usize>,
    /// In a roll-up, the parts of each unit scored.
    parts: Option<Vec<Arc<[Part]>>>,
    pasts: Vec<Option<Arc<Past>>>,
    /// Whether exemptions count.
    pub(super) exempting: bool,

    pub(super) takes_part: Column<Result<bool, (String, String)>>,
    figures: RwLock<HashMap<Arc<str>, Arc<FigureColumn>>>,
    pub(super) rules: HashMap<Arc<str>, Column<RuleResult>>,
    pub(super) scores: Column<ScoreResult>,
    pub(super) ratings: Column<Rated>,

    /// What is to be said about the results of each unit, by place.
    remarks: Mutex<HashMap<usize, Vec<Remark>>>,

    groups: Mutex<HashMap<String, Arc<GroupIndex>>>,
    /// What the rules so far add up to, by place; for the script that is running.
    so_far: RwLock<HashMap<usize, Arc<Total>>>,
    kept: Mutex<HashMap<String, Arc<dyn Any + Send + Sync>>>,
}

pub(super) type FigureColumn = Vec<Option<Result<Datum, (String, String)>>>;

impl Stage {
    #[expect(clippy::too_many_arguments, reason = "the one place where a pass is put together")]
    pub(super) fn new(
        plan: &Arc<Plan>,
        pipeline: &Arc<Pipeline>,
        world: &Arc<World>,
        (period, as_of): (Period, Date),
        units: Vec<UnitIndex>,
        parts: Option<Vec<Arc<[Part]>>>,
        pasts: Vec<Option<Arc<Past>>>,
        exempting: bool,
    ) -> Stage {
        Stage {
            plan: Arc::clone(plan),
            pipeline: Arc::clone(pipeline),
            world: Arc::clone(world),
            period,
            as_of,
            places: units.iter().enumerate().map(|(place, unit)| (*unit, place)).collect(),
            units,
            parts,
            pasts,
            exempting,
            takes_part: OnceLock::new(),
            figures: RwLock::default(),
            rules: pipeline.rules.iter().map(|plan| (Arc::clone(&plan.id), OnceLock::new())).collect(),
            scores: OnceLock::new(),
            ratings: OnceLock::new(),
            remarks: Mutex::default(),
            groups: Mutex::default(),
            so_far: RwLock::default(),
            kept: Mutex::default(),
        }
    }

    /// The place of a unit among those scored.
    fn place(&self, unit: UnitIndex) -> Option<usize> {
        self.places.get(&unit).copied()
    }

    /// Whether the unit at a place takes part; one that could not be asked does.
    pub(super) fn is_taking_part(&self, place: usize) -> bool {
        self.takes_part.get().and_then(|column| column.get(place)).is_none_or(|taking| !matches!(taking, Ok(false)))
    }

    pub(super) fn rule_at(&self, id: &str, place: usize) -> Option<&RuleResult> {
        self.rules.get(id)?.get()?.get(place)
    }

    pub(super) fn set_figure(&self, id: &Arc<str>, column: FigureColumn) {
        self.figures.write().unwrap_or_else(PoisonError::into_inner).insert(Arc::clone(id), Arc::new(column));
    }

    pub(super) fn figure_column(&self, id: &str) -> Option<Arc<FigureColumn>> {
        self.figures.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// Says something about the results of a unit, once.
    // Invariant: one script runs at a time, and one thread for each unit, so the order is that of the scripts.
    pub(super) fn remark(&self, place: usize, remark: Remark) {
        let mut remarks = self.remarks.lock().unwrap_or_else(PoisonError::into_inner);
        let of_unit = remarks.entry(place).or_default();
        if !of_unit.contains(&remark) {
            of_unit.push(remark);
        }
    }

    /// What was said so far about the results of a unit.
    pub(super) fn remarks_at(&self, place: usize) -> Vec<Remark> {
        self.remarks.lock().unwrap_or_else(PoisonError::into_inner).get(&place).cloned().unwrap_or_default()
    }

    /// Forgets what was kept for the script that ran last; each script keeps its own.
    pub(super) fn forget(&self) {
        self.so_far.write().unwrap_or_else(PoisonError::into_inner).clear();
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Lets go of what scripts left. Values may hold on to this stage, so it would never be freed otherwise.
    pub(super) fn close(&self) {
        self.forget();
        self.figures.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What the rules so far add up to for the unit at a place.
    fn so_far(&self, place: usize) -> Result<Arc<Total>, Missing> {
        if let Some(known) = self.so_far.read().unwrap_or_else(PoisonError::into_inner).get(&place) {
            return Ok(Arc::clone(known));
        }
        let total = total(&self.pipeline, self.period, &|id| self.rule_at(id, place)).map_err(too_large)?;
        let total = Arc::new(Total { ledger: Vec::new(), counted: Vec::new(), ..total });
        self.so_far.write().unwrap_or_else(PoisonError::into_inner).insert(place, Arc::clone(&total));
        Ok(total)
    }

    /// Whether a kind is handed in for a unit over a period, as far as it can be by the day of knowledge.
    fn is_handed_in(&self, unit: UnitIndex, kind: &Kind, owed: Period) -> bool {
        let coverage = self.world.coverage();
        coverage.is_handed_in_everywhere(kind).unwrap_or_else(|| {
            let line = self.world.line(unit);
            let areas: Vec<&str> = line.iter().map(|unit| unit.id.as_ref()).collect();
            coverage.is_handed_in(kind, &areas, owed, self.as_of)
        })
    }

    /// Why something about a unit that rests on several rules is not known: one of them could not be checked.
    fn unchecked_among(&self, place: usize, is_among: impl Fn(&RulePlan) -> bool) -> Option<Missing> {
        let mut withholding = self.pipeline.rules.iter().filter(|plan| plan.incomplete == Incomplete::Withhold);
        withholding.find_map(|plan| {
            let result = self.rule_at(&plan.id, place).filter(|result| result.outcome == Outcome::CannotCheck)?;
            is_among(plan).then(|| self.failed(&plan.id, result.why.as_ref()))
        })
    }

    fn below(&self, what: &str) -> Missing {
        Missing {
            zh: format!("「{what}」排在这里之后,还没有结果"),
            en: format!("`{what}` stands below and has no result yet"),
        }
    }

    fn failed(&self, id: &str, why: Option<&(String, String)>) -> Missing {
        let (zh, en) = why.cloned().unwrap_or_default();
        Missing { zh: format!("「{id}」无法核定:{zh}"), en: format!("`{id}` could not be checked: {en}") }
    }

    /// How a rule that could not be checked counts: losing nothing, or not at all.
    fn counts_though_unchecked(&self, rule: &str) -> bool {
        self.pipeline.rules.iter().any(|plan| plan.id.as_ref() == rule && plan.incomplete == Incomplete::Flag)
    }
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

    fn rows(&self, unit: UnitIndex, kind_id: &str, window: Window) -> Result<&[Arc<Record>], Missing> {
        let last = self.period.to().min(self.as_of);
        let (from, to, owed) = match window {
            Window::Within(period) => (Some(period.from()), period.to().min(self.as_of), period),
            Window::History => (None, last, self.period),
            Window::Known => (None, self.as_of, self.period),
        };
        let Some(kind) = self.plan.bundle.dictionary.kinds.get(kind_id) else {
            return Err(Missing {
                zh: format!("没有「{kind_id}」这种台账"),
                en: format!("there is no kind `{kind_id}`"),
            });
        };
        if !self.is_handed_in(unit, kind, owed) {
            let who = kind.department.as_deref().unwrap_or("报送单位");
            return Err(Missing {
                zh: format!("缺「{}」数据({who}尚未报齐)", kind.title),
                en: format!("`{kind_id}` is not handed in by {who}"),
            });
        }
        let table = self.world.units().get(unit).and_then(|unit| unit.facts.table(kind_id));
        let rows = table.map_or(0..0, |table| table.rows(from, to));
        // Records are made when somebody asks for them.
        let found = match table {
            Some(table) if !rows.is_empty() => table.records().get(rows).unwrap_or(&[]),
            _ => &[],
        };
        if found.is_empty() && kind.none_means == NoneMeans::Missing {
            return Err(Missing {
                zh: format!("缺「{}」数据", kind.title),
                en: format!("there is no record of `{kind_id}`"),
            });
        }
        Ok(found)
    }

    fn records(&self, unit: UnitIndex, kinds: &[&str], window: Window) -> Result<Vec<Arc<Record>>, Missing> {
        let mut records = Vec::new();
        for kind in kinds {
            records.extend_from_slice(self.rows(unit, kind, window)?);
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
        let column = self.figure_column(id).ok_or_else(|| self.below(id))?;
        match self.place(unit).and_then(|place| column.get(place)).and_then(Option::as_ref) {
            Some(Ok(datum)) => Ok(Some(datum.clone())),
            Some(Err(why)) => Err(self.failed(id, Some(why))),
            None => Ok(None),
        }
    }

    fn points(&self, unit: UnitIndex, id: &str) -> Reading<Number> {
        let Some(place) = self.place(unit) else { return Ok(None) };
        if self.rules.contains_key(id) {
            let result = self.rule_at(id, place).ok_or_else(|| self.below(id))?;
            if result.outcome == Outcome::CannotCheck && !self.counts_though_unchecked(id) {
                return Err(self.failed(id, result.why.as_ref()));
            }
            return Ok(Some(self.so_far(place)?.rules.get(id).copied().unwrap_or_default()));
        }
        if let Some(missing) = self.unchecked_among(place, |plan| plan.within.iter().any(|above| **above == *id)) {
            return Err(missing);
        }
        Ok(self.so_far(place)?.criteria.get(id).map(|criterion| criterion.points))
    }

    fn found(&self, unit: UnitIndex, rule: &str) -> Reading<bool> {
        let Some(place) = self.place(unit) else { return Ok(None) };
        let result = self.rule_at(rule, place).ok_or_else(|| self.below(rule))?;
        if result.outcome == Outcome::CannotCheck && !result.vetoes() {
            return Err(self.failed(rule, result.why.as_ref()));
        }
        Ok(Some(result.found()))
    }

    fn findings(&self, unit: UnitIndex, rule: &str) -> Result<Vec<Arc<Finding>>, Missing> {
        let Some(place) = self.place(unit) else { return Ok(Vec::new()) };
        let result = self.rule_at(rule, place).ok_or_else(|| self.below(rule))?;
        if result.outcome == Outcome::CannotCheck {
            return Err(self.failed(rule, result.why.as_ref()));
        }
        Ok(result.findings.iter().filter(|finding| !finding.exempted).cloned().collect())
    }

    fn met(&self, unit: UnitIndex, criterion: &str) -> Reading<bool> {
        use crate::assessment::Met;
        let Some(place) = self.place(unit) else { return Ok(None) };
        Ok(match self.so_far(place)?.criteria.get(criterion).map(|result| result.met) {
            Some(Met::Met | Met::NotApplicable) => Some(true),
            Some(Met::NotMet) => Some(false),
            Some(Met::Unchecked) | None => None,
        })
    }

    fn score(&self, unit: UnitIndex) -> Reading<Number> {
        let Some(place) = self.place(unit) else { return Ok(None) };
        if let Some(result) = self.scores.get().and_then(|column| column.get(place)) {
            return Ok(result.score);
        }
        match self.unchecked_among(place, |_| true) {
            Some(missing) => Err(missing),
            None => Ok(Some(self.so_far(place)?.score)),
        }
    }

    fn vetoed(&self, unit: UnitIndex) -> bool {
        self.place(unit).is_some_and(|place| self.is_vetoed(place))
    }

    fn incomplete(&self, unit: UnitIndex) -> bool {
        self.place(unit).is_some_and(|place| self.is_incomplete(place))
    }

    fn band(&self, unit: UnitIndex) -> Option<Arc<str>> {
        self.scores.get()?.get(self.place(unit)?)?.band.clone()
    }

    fn rating(&self, unit: UnitIndex) -> Option<Arc<str>> {
        self.ratings.get()?.get(self.place(unit)?)?.as_ref().ok()?.clone()
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
    /// Whether a veto counts so far.
    pub(super) fn is_vetoed(&self, place: usize) -> bool {
        self.pipeline.rules.iter().any(|plan| self.rule_at(&plan.id, place).is_some_and(RuleResult::vetoes))
    }

    fn unchecked(&self, place: usize) -> impl Iterator<Item = Incomplete> {
        self.pipeline.rules.iter().filter_map(move |plan| {
            let unchecked = self.rule_at(&plan.id, place).is_some_and(|result| result.outcome == Outcome::CannotCheck);
            unchecked.then_some(plan.incomplete)
        })
    }

    /// Whether something could not be checked so far.
    pub(super) fn is_incomplete(&self, place: usize) -> bool {
        let unasked = self.takes_part.get().and_then(|column| column.get(place)).is_some_and(Result::is_err);
        let no_score =
            self.scores.get().and_then(|column| column.get(place)).is_some_and(|score| score.failed.is_some());
        unasked || no_score || self.unchecked(place).next().is_some()
    }

    /// Whether what could not be checked so far withholds the score.
    pub(super) fn is_withheld(&self, place: usize) -> bool {
        let unasked = self.takes_part.get().and_then(|column| column.get(place)).is_some_and(Result::is_err);
        (unasked && self.plan.bundle.assess.incomplete == Incomplete::Withhold)
            || self.unchecked(place).any(|incomplete| incomplete == Incomplete::Withhold)
    }

    pub(super) fn past(&self, place: usize) -> Option<&Arc<Past>> {
        self.pasts.get(place)?.as_ref()
    }

    pub(super) fn part_results(&self, place: usize) -> &[Part] {
        self.parts.as_ref().and_then(|parts| parts.get(place)).map_or(&[], |parts| parts)
    }
}
