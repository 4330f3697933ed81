//! Goes through the units with the scripts of a pass, and gathers the assessments.
//!
//! Scripts that look at one unit alone run one after the other for it while it is at hand, before the next unit is looked at; a
//! script that compares units runs for all of them before anything that follows. What comes out is the same as if each script
//! ran for all units: a script sees of its own unit what stands above it, and of others only where it compares.
//!
//! Enters: a [`Stage`]. Leaves: an [`Assessment`] for each unit. Reading order: this file, [`decide`] (scripts that answer with one
//! value), [`rules`], [`verdict`] (score and rating), [`lists`], [`gather`], [`forerunner`] (what need
//! not be worked out again).

mod decide;
mod rules;
mod verdict;
mod lists;
mod gather;
mod forerunner;

use std::sync::Arc;

use forerunner::Forerunner;
use rayon::prelude::*;

use super::AssessError;
use super::find::Found;
use super::likeness::{Likeness, Numbers};
use super::points::RuleResult;
use super::stage::{FigureResult, Listing, Rated, ScoreResult, Stage, UnitState, Why};
use super::steps::Step;
use crate::assessment::{Assessment, Outcome, Remark};
use crate::bundle::Compare;
use crate::script::{Ended, Failure, FrameSeed, Gap, Interpreter, Program, Scene, Subject};

/// A pass in progress, or at its end: what it left is kept as long as it is.
pub(super) struct Pass {
    stage: Arc<Stage>,
    scene: Arc<dyn Scene>,
    forerunner: Option<Forerunner>,
}

/// A script that is run for a step.
struct Asked<'a> {
    step: Step,
    program: &'a Program,
    /// What remarks on it are about.
    about: &'a str,
    compare: Option<&'a Compare>,
    subject: Option<Subject>,
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
        Pass { stage, scene, forerunner: None }
    }

    /// The same after an earlier pass over the same units, which takes over what need not be worked out again. `anew` gives
    /// the steps of a unit, by its place, that are taken again in any case.
    #[must_use]
    pub(super) fn after(mut self, earlier: &Pass, likeness: Arc<Likeness>, anew: impl Fn(usize) -> Numbers) -> Pass {
        self.forerunner = Some(Forerunner::new(&earlier.stage, likeness, &self.stage, anew));
        self
    }

    /// What the pass shows to scripts; a roll-up reads attributes through it.
    pub(super) fn scene(&self) -> &Arc<dyn Scene> {
        &self.scene
    }

    pub(super) fn stage(&self) -> &Stage {
        &self.stage
    }

    /// Runs everything, in the order of the bundle; without receipts.
    pub(super) fn run(&self) -> Result<Vec<Assessment>, AssessError> {
        self.walk(&self.stage.pipeline.steps(), Pass::gather)
    }

    /// The same; none for a unit that comes to the same as a whole in the pass before this one.
    pub(super) fn run_on(&self) -> Result<Vec<Option<Assessment>>, AssessError> {
        self.walk(&self.stage.pipeline.steps(), |pass, state, place| {
            let is_unchanged = pass.forerunner.as_ref().is_some_and(|forerunner| forerunner.is_unchanged(place));
            (!is_unchanged).then(|| pass.gather(state, place))
        })
    }

    /// Runs up to the rules; what they found, unit by unit.
    pub(super) fn find(&self) -> Result<Vec<Found>, AssessError> {
        self.walk(&self.stage.pipeline.rule_steps(), |pass, state, place| {
            Found::new(pass.unit(place), Arc::clone(&state.rules))
        })
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

    /// Takes over what a step came to, or works it out.
    fn step(
        &self,
        step: Step,
        interpreter: &mut Interpreter,
        state: &UnitState,
        place: usize,
    ) -> Result<Came, Failure> {
        let Some(forerunner) = &self.forerunner else { return self.work_out(step, interpreter, state, place) };
        let number = self.stage.pipeline.number_of(step);
        if let Some((came, remarks)) = forerunner.taken_over(number, place) {
            remarks.into_iter().for_each(|remark| state.remark(step, remark));
            return Ok(came.named(step));
        }
        let came = self.work_out(step, interpreter, state, place)?;
        forerunner.note(number, place, &came, &state.remarks_on(step));
        Ok(came)
    }

    fn work_out(
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
                    Some(figure) if state.is_taking_part() => Some(self.figure(interpreter, step, figure, place)?),
                    _ => None,
                },
            ),
            Step::Rule(number) => Came::Rule(
                number,
                match pipeline.rules.get(number) {
                    Some(plan) if state.is_taking_part() => self.rule(interpreter, step, plan, place)?,
                    _ => RuleResult::without_findings(Outcome::NotApplicable, None),
                },
            ),
            Step::Score => Came::Score(self.score(interpreter, state, place)?),
            Step::Rating => Came::Rating(self.rate(interpreter, state, place)?),
            Step::List(number) => Came::List(match pipeline.lists.get(number) {
                Some(list) if state.is_taking_part() => self.list(interpreter, step, list, state, place)?,
                _ => Listing::default(),
            }),
        })
    }

    /// Whether a step may look at other units.
    fn compares(&self, step: Step) -> bool {
        self.stage.pipeline.compare_of(step).is_some()
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

    fn execute(&self, interpreter: &mut Interpreter, place: usize, asked: Asked<'_>) -> Ended {
        let Asked { step, program, about, compare, subject } = asked;
        let ended =
            interpreter.run(program, FrameSeed { scene: &self.scene, unit: self.unit(place), compare, subject });
        for Gap { have, of } in &ended.gaps {
            let remark = Remark {
                about: Arc::from(about),
                zh: format!("与之比较的 {of} 个中,{have} 个有值"),
                en: format!("{have} of {of} units compared with have a value"),
            };
            if let Some(state) = self.stage.states.get(place) {
                state.remark(step, remark);
            }
        }
        ended
    }
}

impl Drop for Pass {
    /// What scripts left holds on to the stage, so it would never be freed otherwise.
    fn drop(&mut self) {
        self.stage.close();
    }
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
