//! Goes through the units with the scripts of a pass, and gathers the assessments.
//!
//! Scripts that look at one unit alone run one after the other for it while it is at hand, before the next unit is looked at; a
//! script that compares units runs for all of them before anything that follows. What comes out is the same as if each script
//! ran for all units: a script sees of its own unit what stands above it, and of others only where it compares.
//!
//! Enters: a [`Stage`]. Leaves: an [`Assessment`] for each unit. Reading order: this file, [`decide`] (scripts that answer with one
//! value), [`rules`], [`verdict`] (score and rating), [`lists`], [`gather`].

mod decide;
mod rules;
mod verdict;
mod lists;
mod gather;

use std::sync::Arc;

use rayon::prelude::*;

use super::AssessError;
use super::find::Found;
use super::plan::Pipeline;
use super::points::RuleResult;
use super::receipt;
use super::stage::{FigureResult, Listing, Rated, ScoreResult, Stage, UnitState, Why};
use crate::assessment::{Assessment, Outcome, Remark};
use crate::bundle::Compare;
use crate::script::{Ended, Failure, FrameSeed, Gap, Interpreter, Program, Scene, Subject};

/// A pass in progress.
pub(super) struct Pass {
    stage: Arc<Stage>,
    scene: Arc<dyn Scene>,
}

/// One script for one unit, or for a rule two; figures, rules and lists by their place in the pipeline.
#[derive(Debug, Clone, Copy)]
enum Step {
    TakesPart,
    Figure(usize),
    Rule(usize),
    Score,
    Rating,
    List(usize),
}

/// What a step came to.
enum Came {
    TakesPart(Result<bool, Why>),
    Figure(usize, FigureResult),
    Rule(usize, RuleResult),
    Score(ScoreResult),
    Rating(Rated),
    List(Listing),
}

impl Pass {
    pub(super) fn new(stage: Stage) -> Pass {
        let stage = Arc::new(stage);
        let scene: Arc<dyn Scene> = Arc::clone(&stage) as Arc<dyn Scene>;
        Pass { stage, scene }
    }

    /// What the pass shows to scripts; a roll-up reads attributes through it.
    pub(super) fn scene(&self) -> &Arc<dyn Scene> {
        &self.scene
    }

    /// Runs everything, in the order of the bundle.
    pub(super) fn run(&self) -> Result<Vec<Assessment>, AssessError> {
        let mut steps = rule_steps(&self.stage.pipeline);
        steps.extend(verdict_steps(&self.stage.pipeline));
        let assessments = self.walk(&steps, Pass::gather);
        // Also when it was called off: what scripts left holds on to the stage.
        self.stage.close();
        Ok(receipt::seal(&self.stage, assessments?))
    }

    /// Runs up to the rules; what they found, unit by unit.
    pub(super) fn find(&self) -> Result<Vec<Found>, AssessError> {
        let found = self.walk(&rule_steps(&self.stage.pipeline), |pass, state, place| {
            Found::new(pass.unit(place), Arc::clone(&state.rules))
        });
        self.stage.close();
        found
    }

    /// Takes the steps for all units; then makes something of each unit, in their order.
    fn walk<T: Send>(
        &self,
        steps: &[Step],
        make: impl Fn(&Pass, &UnitState, usize) -> T + Sync,
    ) -> Result<Vec<T>, AssessError> {
        let mut stretches: Vec<&[Step]> = steps.chunk_by(|a, b| !self.compares(*a) && !self.compares(*b)).collect();
        let last = match stretches.last() {
            Some([only]) if self.compares(*only) => &[],
            _ => stretches.pop().unwrap_or(&[]),
        };
        for stretch in stretches {
            match stretch {
                [step] if self.compares(*step) => self.compare(*step)?,
                _ => {
                    drop(self.for_all(|pass, interpreter, state, place| pass.take(stretch, interpreter, state, place))?)
                }
            }
        }
        self.for_all(|pass, interpreter, state, place| {
            pass.take(last, interpreter, state, place)?;
            Ok(make(pass, state, place))
        })
    }

    /// Takes some steps for one unit.
    fn take(
        &self,
        steps: &[Step],
        interpreter: &mut Interpreter,
        state: &UnitState,
        place: usize,
    ) -> Result<(), Failure> {
        for step in steps {
            state.set(self.step(*step, interpreter, state, place)?);
        }
        Ok(())
    }

    /// Takes a step that compares units. None sees what it came to for another before all have taken it.
    fn compare(&self, step: Step) -> Result<(), AssessError> {
        let came = self.for_all(|pass, interpreter, state, place| pass.step(step, interpreter, state, place))?;
        self.stage.forget();
        for (state, came) in self.stage.states.iter().zip(came) {
            state.set(came);
        }
        Ok(())
    }

    fn step(
        &self,
        step: Step,
        interpreter: &mut Interpreter,
        state: &UnitState,
        place: usize,
    ) -> Result<Came, Failure> {
        let pipeline = &self.stage.pipeline;
        Ok(match step {
            Step::TakesPart => Came::TakesPart(self.ask_whether_it_takes_part(interpreter, place)?),
            Step::Figure(number) => Came::Figure(
                number,
                match pipeline.figures.get(number) {
                    Some(figure) if state.is_taking_part() => Some(self.figure(interpreter, figure, place)?),
                    _ => None,
                },
            ),
            Step::Rule(number) => Came::Rule(
                number,
                match pipeline.rules.get(number) {
                    Some(plan) if state.is_taking_part() => self.rule(interpreter, plan, place)?,
                    _ => RuleResult::without_findings(Outcome::NotApplicable, None),
                },
            ),
            Step::Score => Came::Score(self.score(interpreter, state, place)?),
            Step::Rating => Came::Rating(self.rate(interpreter, state, place)?),
            Step::List(number) => Came::List(match pipeline.lists.get(number) {
                Some(list) if state.is_taking_part() => self.list(interpreter, list, state, place)?,
                _ => Listing::default(),
            }),
        })
    }

    /// Whether a step may look at other units.
    fn compares(&self, step: Step) -> bool {
        let pipeline = &self.stage.pipeline;
        let compare = match step {
            Step::TakesPart => None,
            Step::Figure(place) => pipeline.figures.get(place).and_then(|figure| figure.compare.as_ref()),
            Step::Rule(place) => pipeline.rules.get(place).and_then(|plan| plan.rule.compare.as_ref()),
            Step::Score => pipeline.score.as_ref().and_then(|(_, compare)| compare.as_ref()),
            Step::Rating => pipeline.rating_script.as_ref().and_then(|(_, compare)| compare.as_ref()),
            Step::List(place) => pipeline.lists.get(place).and_then(|list| list.compare.as_ref()),
        };
        compare.is_some()
    }

    /// Does one thing for every unit, on all threads, and collects what comes of it in the order of the units.
    fn for_all<T: Send>(
        &self,
        work: impl Fn(&Pass, &mut Interpreter, &UnitState, usize) -> Result<T, Failure> + Sync,
    ) -> Result<Vec<T>, AssessError> {
        let plan = &self.stage.plan;
        let all = self.stage.states.par_iter().enumerate().map_init(
            || plan.lend(),
            |lent, (place, state)| match plan.call_off().is_called_off() {
                true => Err(Failure::CalledOff),
                false => work(self, lent.get(), state, place),
            },
        );
        all.collect::<Result<Vec<T>, Failure>>().map_err(|_| AssessError::CalledOff)
    }

    fn unit(&self, place: usize) -> usize {
        self.stage.units.get(place).copied().unwrap_or_default()
    }

    fn execute(
        &self,
        interpreter: &mut Interpreter,
        program: &Program,
        place: usize,
        (about, compare): (&str, Option<&Compare>),
        subject: Option<Subject>,
    ) -> Ended {
        let seed = FrameSeed { scene: &self.scene, unit: self.unit(place), compare, subject };
        let ended = interpreter.run(program, seed);
        for Gap { have, of } in &ended.gaps {
            let remark = Remark {
                about: Arc::from(about),
                zh: format!("与之比较的 {of} 个中,{have} 个有值"),
                en: format!("{have} of {of} units compared with have a value"),
            };
            if let Some(state) = self.stage.states.get(place) {
                state.remark(remark);
            }
        }
        ended
    }
}

/// Who takes part, the figures, the rules.
fn rule_steps(pipeline: &Pipeline) -> Vec<Step> {
    let mut steps: Vec<Step> = pipeline.takes_part.iter().map(|_| Step::TakesPart).collect();
    steps.extend(figure_steps(pipeline, false));
    steps.extend((0..pipeline.rules.len()).map(Step::Rule));
    steps
}

/// Score and rating, and what rests on them.
fn verdict_steps(pipeline: &Pipeline) -> Vec<Step> {
    let mut steps = vec![Step::Score, Step::Rating];
    steps.extend(figure_steps(pipeline, true));
    steps.extend((0..pipeline.lists.len()).map(Step::List));
    steps
}

fn figure_steps(pipeline: &Pipeline, is_final: bool) -> impl Iterator<Item = Step> {
    let figures = pipeline.figures.iter().enumerate();
    figures.filter(move |(_, figure)| figure.is_final == is_final).map(|(place, _)| Step::Figure(place))
}

impl UnitState {
    /// Keeps what a step came to.
    fn set(&self, came: Came) {
        match came {
            Came::TakesPart(takes_part) => drop(self.takes_part.set(takes_part)),
            Came::Figure(place, figure) => self.set_figure(place, figure),
            Came::Rule(place, result) => self.set_rule(place, result),
            Came::Score(score) => drop(self.score.set(score)),
            Came::Rating(rating) => drop(self.rating.set(rating)),
            Came::List(listing) => self.add_list(listing),
        }
    }
}
