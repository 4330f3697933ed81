//! One turn of a run: the units of one pipeline for one period, scored.
//!
//! Enters: a [`Turn`]. Leaves: [`Scored`], with results as later periods and roll-ups see them. Where something is exempted the units are
//! gone through once more as if it were not: ranks may move. Only what rests on an exempted finding is worked out again.

use std::sync::Arc;

use super::exemptions::is_moved;
use super::plan::{Pipeline, Plan};
use super::receipt;
use super::run::Pass;
use super::stage::Stage;
use super::steps::Step;
use super::world::World;
use super::{AssessError, Results, UnitResult};
use crate::assessment::{Assessment, Past};
use crate::period::{Date, Period};
use crate::script::{Part, Scene, UnitIndex};

/// What is to be scored.
pub(super) struct Turn<'a> {
    pub(super) plan: &'a Arc<Plan>,
    pub(super) pipeline: &'a Arc<Pipeline>,
    /// The roll-up that it belongs to, by number; none: the scoring of the units themselves.
    pub(super) roll_up: Option<usize>,
    pub(super) world: &'a Arc<World>,
    /// The period, and the day of knowledge.
    pub(super) when: (Period, Date),
    pub(super) units: Vec<UnitIndex>,
    /// In a roll-up, the parts of each unit.
    pub(super) parts: Option<Parts>,
    /// The result of each unit for the period before.
    pub(super) pasts: Vec<Option<Arc<Past>>>,
}

/// The parts of each unit of a roll-up, with and without exemptions.
pub(super) struct Parts {
    pub(super) counting: Vec<Arc<[Part]>>,
    pub(super) without: Option<Vec<Arc<[Part]>>>,
}

/// One period, scored.
pub(super) struct Scored {
    pub(super) period: Period,
    pub(super) as_of: Date,
    pub(super) units: Vec<UnitIndex>,
    /// With exemptions: the results.
    pub(super) counting: Seen,
    /// Without exemptions, for what is computed a second time; none when there are no exemptions.
    pub(super) without: Option<Seen>,
}

/// What one pass came to, as passes above it see it.
pub(super) struct Seen {
    pub(super) scene: Arc<dyn Scene>,
    pub(super) pasts: Vec<Option<Arc<Past>>>,
}

impl Seen {
    /// The result of the unit at a place, as a part of a roll-up.
    pub(super) fn part(&self, place: usize, unit: UnitIndex) -> Option<Part> {
        let past = Arc::clone(self.pasts.get(place)?.as_ref()?);
        Some(Part { scene: Arc::clone(&self.scene), unit, past })
    }
}

impl Turn<'_> {
    /// Scores the units, and once more without exemptions where there are any.
    pub(super) fn take(self) -> Result<Scored, AssessError> {
        let first = self.pass(true);
        let mut assessments = receipt::seal(first.stage(), first.run()?);
        let second = self.world.has_exemptions().then(|| self.pass_without_exemptions(&first));
        let again = second.as_ref().map(Pass::run_on).transpose()?;
        for (assessment, again) in assessments.iter_mut().zip(again.iter().flatten()) {
            if let Some(again) = again {
                assessment.score_without_exemptions = again.score;
                assessment.moved_by_exemptions = is_moved(assessment, again);
            }
        }
        let counting = self.pasts_of(assessments.into_iter().map(Some), &[]);
        let without = again.map(|again| self.pasts_of(again, &counting));
        let seen = |pass: &Pass, pasts| Seen { scene: Arc::clone(pass.scene()), pasts };
        let without = second.zip(without).map(|(second, pasts)| seen(&second, pasts));
        let (period, as_of) = self.when;
        Ok(Scored { period, as_of, counting: seen(&first, counting), units: self.units, without })
    }

    /// A pass that has not begun.
    pub(super) fn pass(&self, exempting: bool) -> Pass {
        let parts = self.parts.as_ref().map(|parts| match &parts.without {
            Some(without) if !exempting => without.clone(),
            _ => parts.counting.clone(),
        });
        Pass::new(Stage::new(self, parts, exempting))
    }

    /// A pass in which nothing is exempted, after one in which exemptions count: rules that are named by one run again.
    fn pass_without_exemptions(&self, first: &Pass) -> Pass {
        let second = self.pass(false);
        let Some(likeness) = self.plan.own_likeness(self.roll_up) else { return second };
        second.after(first, likeness, |place| {
            let unit = self.units.get(place).and_then(|unit| self.world.units().get(*unit));
            let exemptions = unit.into_iter().flat_map(|unit| self.world.exemptions_of(&unit.id));
            let rules = exemptions.filter_map(|exemption| self.pipeline.rule_place(&exemption.rule));
            rules.map(|rule| self.pipeline.number_of(Step::Rule(rule))).collect()
        })
    }

    /// Results with those of the period before; where there is none it is the one given.
    pub(super) fn pasts_of(
        &self,
        results: impl IntoIterator<Item = Option<Assessment>>,
        otherwise: &[Option<Arc<Past>>],
    ) -> Vec<Option<Arc<Past>>> {
        let past = |(place, (result, before)): (usize, (Option<Assessment>, &Option<Arc<Past>>))| {
            let Some(result) = result else { return otherwise.get(place).cloned().flatten() };
            Some(Arc::new(Past { result: Arc::new(result), before: before.clone() }))
        };
        results.into_iter().zip(&self.pasts).enumerate().map(past).collect()
    }
}

impl Scored {
    pub(super) fn assessments(&self) -> impl Iterator<Item = Assessment> {
        self.counting.pasts.iter().flatten().map(|past| (*past.result).clone())
    }

    pub(super) fn into_results(self) -> Results {
        let without = |place: usize| self.without.as_ref()?.pasts.get(place)?.clone();
        let result = |(place, past): (usize, &Option<Arc<Past>>)| {
            Some(UnitResult { past: Arc::clone(past.as_ref()?), without: without(place) })
        };
        let units = self.counting.pasts.iter().enumerate().filter_map(result).collect();
        Results { period: self.period, as_of: self.as_of, units }
    }
}
