//! The steps in which a pass goes through a pipeline: one for each script, in the order in which they are taken.
//!
//! Enters: a [`Pipeline`]. Leaves: its [`Step`]s with their names and numbers. Next: [`super::likeness`], [`super::run`].

use std::sync::Arc;

use super::plan::Pipeline;
use crate::bundle::Compare;

/// One script for one unit, or for a rule two; figures, rules and lists by their place in the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    TakesPart,
    Figure(usize),
    Rule(usize),
    Score,
    Rating,
    List(usize),
}

/// What a step is called, so that it is known again in another edition: its sort, and the id of a figure, rule or list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum StepName {
    TakesPart,
    Figure(Arc<str>),
    Rule(Arc<str>),
    Score,
    Rating,
    List(Arc<str>),
}

impl Pipeline {
    /// Who takes part, the figures, the rules.
    pub(super) fn rule_steps(&self) -> Vec<Step> {
        let mut steps: Vec<Step> = self.takes_part.iter().map(|_| Step::TakesPart).collect();
        steps.extend(self.figure_steps(false));
        steps.extend((0..self.rules.len()).map(Step::Rule));
        steps
    }

    /// All of them: score and rating, and what rests on them, come last.
    pub(super) fn steps(&self) -> Vec<Step> {
        let mut steps = self.rule_steps();
        steps.extend([Step::Score, Step::Rating]);
        steps.extend(self.figure_steps(true));
        steps.extend((0..self.lists.len()).map(Step::List));
        steps
    }

    fn figure_steps(&self, is_final: bool) -> impl Iterator<Item = Step> {
        let figures = self.figures.iter().enumerate();
        figures.filter(move |(_, figure)| figure.is_final == is_final).map(|(place, _)| Step::Figure(place))
    }

    /// How many steps there may be.
    pub(super) fn step_count(&self) -> usize {
        3 + self.figures.len() + self.rules.len() + self.lists.len()
    }

    /// The number of a step, below [`Self::step_count`].
    pub(super) fn number_of(&self, step: Step) -> usize {
        match step {
            Step::TakesPart => 0,
            Step::Score => 1,
            Step::Rating => 2,
            Step::Figure(place) => 3 + place,
            Step::Rule(place) => 3 + self.figures.len() + place,
            Step::List(place) => 3 + self.figures.len() + self.rules.len() + place,
        }
    }

    pub(super) fn name_of(&self, step: Step) -> StepName {
        let name = |id: Option<&Arc<str>>| id.cloned().unwrap_or_default();
        match step {
            Step::TakesPart => StepName::TakesPart,
            Step::Score => StepName::Score,
            Step::Rating => StepName::Rating,
            Step::Figure(place) => StepName::Figure(name(self.figures.get(place).map(|figure| &figure.id))),
            Step::Rule(place) => StepName::Rule(name(self.rules.get(place).map(|plan| &plan.id))),
            Step::List(place) => StepName::List(name(self.lists.get(place).map(|list| &list.id))),
        }
    }

    /// With whom a step may compare the unit at hand; none: it looks at no other.
    pub(super) fn compare_of(&self, step: Step) -> Option<&Compare> {
        match step {
            Step::TakesPart => None,
            Step::Figure(place) => self.figures.get(place).and_then(|figure| figure.compare.as_ref()),
            Step::Rule(place) => self.rules.get(place).and_then(|plan| plan.rule.compare.as_ref()),
            Step::Score => self.score.as_ref().and_then(|(_, compare)| compare.as_ref()),
            Step::Rating => self.rating_script.as_ref().and_then(|(_, compare)| compare.as_ref()),
            Step::List(place) => self.lists.get(place).and_then(|list| list.compare.as_ref()),
        }
    }
}
