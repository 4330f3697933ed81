//! A bundle with its scripts compiled: the stages in which a run goes through the units.

use std::sync::{Arc, Mutex, PoisonError};

use crate::bundle::{Bundle, Compare, Criterion, Each, Figure, Incomplete, List, Over, Rating, Round, Rule, Scored};
use crate::diagnostic::Diagnostic;
use crate::number::Number;
use crate::script::{CallOff, Compiler, Interpreter, Program};

/// A bundle ready to score.
pub struct Plan {
    /// The edition.
    pub bundle: Arc<Bundle>,
    pub(super) main: Arc<Pipeline>,
    pub(super) roll_ups: Vec<(Over, Arc<Pipeline>)>,
    call_off: CallOff,
    /// Interpreters not in use; making one costs milliseconds.
    idle: Mutex<Vec<Interpreter>>,
}

/// The scripts of one kind of result, in the order in which they run.
pub(super) struct Pipeline {
    pub(super) takes_part: Option<Program>,
    pub(super) figures: Vec<FigurePlan>,
    pub(super) rules: Vec<RulePlan>,
    pub(super) criteria: Vec<Criterion>,
    pub(super) score: Option<(Program, Option<Compare>)>,
    pub(super) base: Number,
    pub(super) floor: Option<Number>,
    pub(super) ceiling: Option<Number>,
    pub(super) round: Option<Round>,
    pub(super) rating: Rating,
    pub(super) rating_script: Option<(Program, Option<Compare>)>,
    pub(super) lists: Vec<ListPlan>,
}

pub(super) struct FigurePlan {
    pub(super) id: Arc<str>,
    pub(super) program: Program,
    pub(super) compare: Option<Compare>,
    pub(super) is_final: bool,
}

pub(super) struct RulePlan {
    pub(super) id: Arc<str>,
    pub(super) rule: Rule,
    pub(super) applies: Option<Program>,
    pub(super) program: Program,
    /// The criteria it stands in, the outermost first.
    pub(super) within: Vec<Arc<str>>,
    /// What a failure does to the score: the rule's criterion decides, or one above it, or the bundle.
    pub(super) incomplete: Incomplete,
}

pub(super) struct ListPlan {
    pub(super) id: Arc<str>,
    pub(super) each: Each,
    pub(super) program: Program,
    pub(super) compare: Option<Compare>,
}

impl Plan {
    /// Compiles every script of a bundle.
    ///
    /// # Errors
    /// Every syntax error, each at its place in the file.
    pub fn new(bundle: Arc<Bundle>) -> Result<Plan, Vec<Diagnostic>> {
        let compiler = Compiler::new(&bundle).map_err(|fault| vec![fault])?;
        let mut draft = Draft { compiler, faults: Vec::new() };
        let main = draft.main(&bundle);
        let roll_ups = bundle
            .roll_up
            .iter()
            .map(|roll_up| {
                let mut pipeline = Pipeline {
                    takes_part: roll_up.takes_part.as_ref().and_then(|script| draft.script(script)),
                    figures: draft.figures(&roll_up.figures),
                    rules: Vec::new(),
                    criteria: Vec::new(),
                    score: draft.scored(roll_up.score.as_ref()),
                    base: Number::ZERO,
                    floor: None,
                    ceiling: None,
                    round: roll_up.round,
                    rating: roll_up.rating.clone(),
                    rating_script: draft.scored(roll_up.rating.script.as_ref()),
                    lists: draft.lists(&roll_up.lists),
                };
                if pipeline.rating.ladder.is_empty() {
                    pipeline.rating.ladder.clone_from(&bundle.rating.ladder);
                }
                (roll_up.over.clone(), Arc::new(pipeline))
            })
            .collect();
        if !draft.faults.is_empty() {
            return Err(draft.faults);
        }
        Ok(Plan { bundle, main: Arc::new(main), roll_ups, call_off: CallOff::default(), idle: Mutex::default() })
    }

    /// Ends whatever this plan is running: see [`CallOff`].
    pub fn call_off(&self) -> &CallOff {
        &self.call_off
    }

    /// Lends an interpreter for some work.
    pub(super) fn lend(&self) -> Lent<'_> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Lent { plan: self, interpreter: Some(idle.unwrap_or_else(|| Interpreter::new(&self.call_off))) }
    }
}

/// An interpreter that goes back to its plan.
pub(super) struct Lent<'a> {
    plan: &'a Plan,
    interpreter: Option<Interpreter>,
}

impl Lent<'_> {
    pub(super) fn get(&mut self) -> &mut Interpreter {
        self.interpreter.get_or_insert_with(|| Interpreter::new(&self.plan.call_off))
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(interpreter) = self.interpreter.take() {
            self.plan.idle.lock().unwrap_or_else(PoisonError::into_inner).push(interpreter);
        }
    }
}

/// Compiles on, collecting faults.
struct Draft {
    compiler: Compiler,
    faults: Vec<Diagnostic>,
}

impl Draft {
    fn main(&mut self, bundle: &Bundle) -> Pipeline {
        let assess = &bundle.assess;
        let takes_part = assess.takes_part.as_ref().and_then(|script| self.script(script));
        let figures = self.figures(&bundle.figures);
        let mut rules = Vec::new();
        for criterion in &bundle.criteria {
            self.rules_of(criterion, (assess.incomplete, &[]), &mut rules);
        }
        Pipeline {
            takes_part,
            figures,
            rules,
            criteria: bundle.criteria.clone(),
            score: self.scored(assess.score.as_ref()),
            base: assess.base,
            floor: assess.floor,
            ceiling: assess.ceiling,
            round: assess.round,
            rating: bundle.rating.clone(),
            rating_script: self.scored(bundle.rating.script.as_ref()),
            lists: self.lists(&bundle.lists),
        }
    }

    fn keep<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|fault| self.faults.push(fault)).ok()
    }

    fn script(&mut self, script: &crate::bundle::Script) -> Option<Program> {
        let program = self.compiler.script(script);
        self.keep(program)
    }

    fn scored(&mut self, scored: Option<&Scored>) -> Option<(Program, Option<Compare>)> {
        let scored = scored?;
        Some((self.script(&scored.script)?, scored.compare.clone()))
    }

    fn figures(&mut self, figures: &[Figure]) -> Vec<FigurePlan> {
        figures
            .iter()
            .filter_map(|figure| {
                Some(FigurePlan {
                    id: Arc::from(figure.id.as_str()),
                    program: self.script(&figure.script)?,
                    compare: figure.compare.clone(),
                    is_final: figure.is_final,
                })
            })
            .collect()
    }

    fn rules_of(
        &mut self,
        criterion: &Criterion,
        (above, within): (Incomplete, &[Arc<str>]),
        into: &mut Vec<RulePlan>,
    ) {
        let incomplete = criterion.incomplete.unwrap_or(above);
        let mut within = within.to_vec();
        within.push(Arc::from(criterion.id.as_str()));
        for rule in &criterion.rules {
            let applies = rule.applies.as_ref().and_then(|script| self.script(script));
            let program = self.compiler.rule(rule);
            if let Some(program) = self.keep(program) {
                let id = Arc::from(rule.id.as_str());
                into.push(RulePlan { id, rule: rule.clone(), applies, program, within: within.clone(), incomplete });
            }
        }
        for below in &criterion.criteria {
            self.rules_of(below, (incomplete, &within), into);
        }
    }

    fn lists(&mut self, lists: &[List]) -> Vec<ListPlan> {
        lists
            .iter()
            .filter_map(|list| {
                Some(ListPlan {
                    id: Arc::from(list.id.as_str()),
                    each: list.each.clone(),
                    program: self.script(&list.script)?,
                    compare: list.compare.clone(),
                })
            })
            .collect()
    }
}
