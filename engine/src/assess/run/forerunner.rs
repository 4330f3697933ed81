//! A pass that ran before over the same units: what its steps came to is taken over where nothing that they rest on differs.
//!
//! Enters: an earlier [`Stage`], and what its pipeline is to this one. Leaves: what a step came to, where that is known; and for each
//! unit which steps came to something else. So an edition in which one rule changed runs that rule, and what reads it of units for
//! which it came to something else.

use std::sync::Arc;

use super::Came;
use crate::assess::likeness::{Likeness, Marks, Numbers, StepLikeness};
use crate::assess::points::RuleResult;
use crate::assess::stage::{FigureResult, Listing, Stage, UnitState};
use crate::assess::steps::Step;
use crate::assessment::{Entry, Evidence, Finding, Past, Remark};

/// The earlier pass, and how far this one has left it.
pub(super) struct Forerunner {
    stage: Arc<Stage>,
    likeness: Arc<Likeness>,
    /// By unit: the steps that are taken anew whatever they rest on.
    anew: Vec<Numbers>,
    /// By unit: the steps that came to something else.
    differing: Vec<Marks>,
    /// The same of any unit.
    anywhere: Marks,
    /// By unit: whether it looks back on another result.
    looks_back: Differing,
    /// By unit: whether it has other parts.
    parts: Differing,
}

/// The units for which something differs.
struct Differing {
    by_unit: Vec<bool>,
    anywhere: bool,
}

impl Differing {
    fn of(by_unit: impl Iterator<Item = bool>) -> Differing {
        let by_unit: Vec<bool> = by_unit.collect();
        Differing { anywhere: by_unit.contains(&true), by_unit }
    }

    fn at(&self, place: usize) -> bool {
        self.by_unit.get(place).copied().unwrap_or(true)
    }
}

impl Forerunner {
    /// `anew` gives the steps of a unit that are taken again in any case.
    pub(super) fn new(
        stage: &Arc<Stage>,
        likeness: Arc<Likeness>,
        later: &Stage,
        anew: impl Fn(usize) -> Numbers,
    ) -> Forerunner {
        let places = 0..later.units.len();
        let steps = later.pipeline.step_count();
        let same_past = |one: Option<&Arc<Past>>, other: Option<&Arc<Past>>| match (one, other) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        };
        let other_parts = |place: usize| {
            let (ours, theirs) = (stage.part_results(place), later.part_results(place));
            let same = |(one, other): (&crate::script::Part, &crate::script::Part)| Arc::ptr_eq(&one.past, &other.past);
            ours.len() != theirs.len() || !ours.iter().zip(theirs).all(same)
        };
        Forerunner {
            anew: places.clone().map(anew).collect(),
            differing: places.clone().map(|_| Marks::new(steps)).collect(),
            anywhere: Marks::new(steps),
            looks_back: Differing::of(places.clone().map(|place| !same_past(stage.past(place), later.past(place)))),
            parts: Differing::of(places.map(other_parts)),
            stage: Arc::clone(stage),
            likeness,
        }
    }

    /// What a step came to for a unit before, if nothing that it rests on differs; with what was remarked on it.
    pub(super) fn taken_over(&self, number: usize, place: usize) -> Option<(Came, Vec<Remark>)> {
        let step = self.likeness.step(number).filter(|step| step.is_alike)?;
        if self.anew.get(place)?.contains(number) || self.differs(step, place) {
            return None;
        }
        let (state, named) = (self.stage.states.get(place)?, step.named?);
        let came = state.came_to(named)?;
        // A failure says where in the file it arose.
        if came.is_failure() && !step.stands_alike {
            return None;
        }
        let remarks = if step.compares { state.remarks_on(named) } else { Vec::new() };
        Some((came, remarks))
    }

    /// Whether something that a step rests on differs.
    fn differs(&self, step: &StepLikeness, place: usize) -> bool {
        if step.compares {
            return self.anywhere.is_any_of(&step.reads)
                || (step.looks_back && self.looks_back.anywhere)
                || (step.sees_parts && self.parts.anywhere);
        }
        self.differing.get(place).is_none_or(|differing| differing.is_any_of(&step.reads))
            || (step.looks_back && self.looks_back.at(place))
            || (step.sees_parts && self.parts.at(place))
    }

    /// Notes what a step came to now.
    pub(super) fn note(&self, number: usize, place: usize, came: &Came, remarks: &[Remark]) {
        let named = self.likeness.step(number).and_then(|step| step.named);
        let before = named.zip(self.stage.states.get(place));
        let is_same = before.is_some_and(|(named, state)| {
            state.came_to(named).is_some_and(|before| before.is_like(came)) && state.remarks_on(named) == remarks
        });
        if !is_same {
            self.anywhere.mark(number);
            self.differing.get(place).into_iter().for_each(|differing| differing.mark(number));
        }
    }

    /// Whether the whole result of a unit is what it was.
    pub(super) fn is_unchanged(&self, place: usize) -> bool {
        self.likeness.whole && self.differing.get(place).is_some_and(|differing| !differing.is_any())
    }
}

impl UnitState {
    /// What a step came to; none: it has not been taken.
    fn came_to(&self, step: Step) -> Option<Came> {
        Some(match step {
            Step::TakesPart => Came::TakesPart(self.takes_part.get()?.clone()),
            Step::Figure(place) => Came::Figure(place, self.figure(place)?),
            Step::Rule(place) => Came::Rule(place, self.rule(place)?.clone()),
            Step::Score => Came::Score(self.score.get()?.clone()),
            Step::Rating => Came::Rating(self.rating.get()?.clone()),
            Step::List(place) => Came::List(self.lists().into_iter().nth(place)?),
        })
    }
}

impl Came {
    /// The same as what another step came to.
    pub(super) fn named(self, step: Step) -> Came {
        match (self, step) {
            (Came::Figure(_, figure), Step::Figure(place)) => Came::Figure(place, figure),
            (Came::Rule(_, result), Step::Rule(place)) => Came::Rule(place, result),
            (came, _) => came,
        }
    }

    fn is_failure(&self) -> bool {
        match self {
            Came::TakesPart(takes_part) => takes_part.is_err(),
            Came::Figure(_, figure) => matches!(figure, Some(Err(_))),
            Came::Rule(_, result) => result.why.is_some(),
            Came::Score(score) => score.failed.is_some(),
            Came::Rating(rating) => rating.is_err(),
            Came::List(listing) => listing.unknown.is_some(),
        }
    }

    fn is_like(&self, other: &Came) -> bool {
        match (self, other) {
            (Came::TakesPart(one), Came::TakesPart(other)) => one == other,
            (Came::Figure(_, one), Came::Figure(_, other)) => figures_alike(one, other),
            (Came::Rule(_, one), Came::Rule(_, other)) => rules_alike(one, other),
            (Came::Score(one), Came::Score(other)) => one == other,
            (Came::Rating(one), Came::Rating(other)) => one == other,
            (Came::List(one), Came::List(other)) => listings_alike(one, other),
            _ => false,
        }
    }
}

fn figures_alike(one: &FigureResult, other: &FigureResult) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(Err(one)), Some(Err(other))) => one == other,
        // What cannot be kept is no figure.
        (Some(Ok(one)), Some(Ok(other))) => {
            matches!((one.to_value(), other.to_value()), (Ok(one), Ok(other)) if one == other)
        }
        _ => false,
    }
}

fn rules_alike(one: &RuleResult, other: &RuleResult) -> bool {
    let finding = |(one, other): (&Arc<Finding>, &Arc<Finding>)| {
        (&one.rule, one.kind, one.points, one.counted) == (&other.rule, other.kind, other.points, other.counted)
            && (&one.reason, one.exempted) == (&other.reason, other.exempted)
            && one.evidence.len() == other.evidence.len()
            && one.evidence.iter().zip(&other.evidence).all(|(one, other)| evidence_alike(one, other))
    };
    one.outcome == other.outcome
        && one.why == other.why
        && one.findings.len() == other.findings.len()
        && one.findings.iter().zip(&other.findings).all(finding)
}

fn listings_alike(one: &Listing, other: &Listing) -> bool {
    let entry = |(one, other): (&Entry, &Entry)| {
        let records = match (&one.record, &other.record) {
            (Some(one), Some(other)) => evidence_alike(one, other),
            (one, other) => one.is_none() && other.is_none(),
        };
        records && (&one.list, one.finding) == (&other.list, other.finding)
    };
    (one.on_it, &one.unknown) == (other.on_it, &other.unknown)
        && one.entries.len() == other.entries.len()
        && one.entries.iter().zip(&other.entries).all(entry)
}

fn evidence_alike(one: &Evidence, other: &Evidence) -> bool {
    Arc::ptr_eq(&one.record, &other.record)
        || (one.record.same_content(&other.record) && one.record.source == other.record.source)
}
