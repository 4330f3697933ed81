//! A bundle with its scripts compiled: the stages in which a run goes through the units.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::likeness::Likeness;
use crate::bundle::{
    Bundle, Compare, Constant, Criterion, Each, Figure, Incomplete, List, Over, ParameterValue, Place, Rating, RollUp,
    Round, Rule, Scored, Script,
};
use crate::diagnostic::{Diagnostic, any_error};
use crate::number::Number;
use crate::script::{
    CallOff, Compiler, Interpreter, Manner, Placed, Post, Program, ScriptReads, Trace, Unreached, on_deep_stack,
};

/// A bundle ready to score.
pub struct Plan {
    /// The edition.
    pub bundle: Arc<Bundle>,
    pub(super) main: Arc<Pipeline>,
    pub(super) roll_ups: Vec<(Over, Arc<Pipeline>)>,
    warnings: Vec<Diagnostic>,
    manners: Vec<Manner>,
    reads: Arc<[ScriptReads]>,
    /// What stands in each function of the library.
    functions: Arc<BTreeMap<String, String>>,
    call_off: CallOff,
    /// Interpreters not in use; making one costs milliseconds.
    idle: Mutex<Vec<Interpreter>>,
    /// In which its programs mark the branches they reach; none: they are plain.
    trace: Option<Arc<Trace>>,
    /// Whether scripts that are compiled are interpreted nevertheless.
    interprets: bool,
}

/// The scripts of one kind of result, in the order in which they run.
pub(super) struct Pipeline {
    pub(super) takes_part: Option<Program>,
    pub(super) figures: Vec<FigurePlan>,
    pub(super) rules: Vec<RulePlan>,
    /// The place of each rule among them, by id.
    rule_places: HashMap<Arc<str>, usize>,
    pub(super) criteria: Vec<Criterion>,
    pub(super) score: Option<(Program, Option<Compare>)>,
    pub(super) base: Number,
    pub(super) floor: Option<Number>,
    pub(super) ceiling: Option<Number>,
    pub(super) round: Option<Round>,
    pub(super) rating: Rating,
    pub(super) rating_script: Option<(Program, Option<Compare>)>,
    pub(super) lists: Vec<ListPlan>,
    /// What it is to itself, once somebody has asked.
    own: OnceLock<Option<Arc<Likeness>>>,
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

impl Pipeline {
    /// The place of a rule among all.
    pub(super) fn rule_place(&self, id: &str) -> Option<usize> {
        self.rule_places.get(id).copied()
    }
}

impl Plan {
    /// Compiles and checks every script of a bundle.
    ///
    /// # Errors
    /// Every fault of every script, each at its place in the file; among them the remarks that would stop nothing by themselves.
    pub fn new(bundle: Arc<Bundle>) -> Result<Plan, Vec<Diagnostic>> {
        on_deep_stack(|| Plan::compile(bundle))
    }

    fn compile(bundle: Arc<Bundle>) -> Result<Plan, Vec<Diagnostic>> {
        let (draft, main, roll_ups) = Draft::of(&bundle, Compiler::new(&bundle));
        let manners = draft.manners(&bundle);
        let functions = Arc::new(draft.compiler.functions());
        let (faults, reads) = draft.compiler.check(&bundle, draft.placed);
        if any_error(&faults) {
            return Err(faults);
        }
        Ok(Plan { manners, functions, reads: reads.into(), ..Plan::assembled(bundle, main, roll_ups, faults, None) })
    }

    /// A plan of scripts that may be at fault, for those who look at what becomes of them.
    #[cfg(test)]
    pub(crate) fn unchecked(bundle: Arc<Bundle>) -> Plan {
        on_deep_stack(|| {
            let (draft, main, roll_ups) = Draft::of(&bundle, Compiler::new(&bundle));
            let manners = draft.manners(&bundle);
            Plan { manners, ..Plan::assembled(bundle, main, roll_ups, Vec::new(), None) }
        })
    }

    /// The same with every script interpreted, also those that are compiled: slower, and never anything else.
    #[must_use]
    pub fn interpreting(self: &Arc<Self>) -> Arc<Plan> {
        Arc::new(Plan { interprets: true, ..self.over(Arc::clone(&self.bundle)) })
    }

    /// The same to be called off by itself: what this one runs goes on when that one is called off, and the other way round.
    #[must_use]
    pub fn apart(&self) -> Arc<Plan> {
        Arc::new(Plan { call_off: CallOff::default(), ..self.over(Arc::clone(&self.bundle)) })
    }

    /// The same programs over a bundle that differs only in what they read.
    fn over(&self, bundle: Arc<Bundle>) -> Plan {
        Plan {
            bundle,
            main: Arc::clone(&self.main),
            roll_ups: self.roll_ups.clone(),
            warnings: Vec::new(),
            manners: self.manners.clone(),
            reads: Arc::clone(&self.reads),
            functions: Arc::clone(&self.functions),
            call_off: self.call_off.clone(),
            idle: Mutex::default(),
            trace: self.trace.clone(),
            interprets: self.interprets,
        }
    }

    /// The same bundle with programs that mark the branches they reach: see [`Plan::unreached`]. They take more steps, so what
    /// this plan comes to is no result.
    pub(crate) fn tracing(&self) -> Plan {
        let bundle = Arc::clone(&self.bundle);
        let (draft, main, roll_ups) = Draft::of(&bundle, Compiler::tracing(&bundle));
        let trace = Arc::new(draft.compiler.into_trace());
        Plan::assembled(bundle, main, roll_ups, Vec::new(), Some(trace))
    }

    /// The same with other values for some parameters; the programs stay.
    pub(crate) fn with_parameters(self: &Arc<Self>, values: &[(String, Constant)]) -> Arc<Plan> {
        if values.is_empty() {
            return Arc::clone(self);
        }
        let mut bundle = (*self.bundle).clone();
        for (id, value) in values {
            if let Some(parameter) = bundle.parameters.get_mut(id) {
                parameter.value = ParameterValue::Fixed(value.clone());
            }
        }
        Arc::new(self.over(Arc::new(bundle)))
    }

    fn assembled(
        bundle: Arc<Bundle>,
        main: Pipeline,
        roll_ups: Vec<(Over, Arc<Pipeline>)>,
        warnings: Vec<Diagnostic>,
        trace: Option<Arc<Trace>>,
    ) -> Plan {
        let (call_off, idle) = (CallOff::default(), Mutex::default());
        let (main, manners, reads, functions) = (Arc::new(main), Vec::new(), Arc::default(), Arc::default());
        Plan { bundle, main, roll_ups, warnings, manners, reads, functions, call_off, idle, trace, interprets: false }
    }

    /// How many branches of scripts it watches.
    #[cfg(test)]
    pub(crate) fn branches(&self) -> usize {
        self.trace.as_ref().map_or(0, |trace| trace.len())
    }

    /// What no run of this plan has done so far in its scripts, in the order of the file; nothing for a plain plan.
    pub(crate) fn unreached(&self) -> Vec<(Unreached, Place)> {
        self.trace.as_ref().map(|trace| trace.unreached()).unwrap_or_default()
    }

    /// Remarks on the scripts that stop nothing, in the order of the file.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// How each script is run, in the order in which they run.
    pub fn manners(&self) -> &[Manner] {
        &self.manners
    }

    /// What each script reads of the bundle, in the order in which they run.
    pub fn reads(&self) -> &[ScriptReads] {
        &self.reads
    }

    /// What the author wrote of each function of the library, by name.
    pub(super) fn functions(&self) -> &BTreeMap<String, String> {
        &self.functions
    }

    /// What the pipeline of a roll-up (none: of the units) is to itself: which of its steps read which. None: its scripts are not known.
    pub(super) fn own_likeness(&self, roll_up: Option<usize>) -> Option<Arc<Likeness>> {
        let pipeline =
            roll_up.map_or(Some(&self.main), |number| self.roll_ups.get(number).map(|(_, pipeline)| pipeline))?;
        let known = pipeline.own.get_or_init(|| Likeness::between((self, roll_up), (self, roll_up)).map(Arc::new));
        known.clone()
    }

    /// Ends whatever this plan is running: see [`CallOff`].
    pub fn call_off(&self) -> &CallOff {
        &self.call_off
    }

    /// Lends an interpreter for some work.
    pub(super) fn lend(&self) -> Lent<'_> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Lent { plan: self, interpreter: Some(idle.unwrap_or_else(|| self.interpreter())) }
    }

    fn interpreter(&self) -> Interpreter {
        match &self.trace {
            Some(trace) => Interpreter::tracing(&self.call_off, trace),
            None if self.interprets => Interpreter::interpreting(&self.call_off),
            None => Interpreter::new(&self.call_off),
        }
    }
}

/// An interpreter that goes back to its plan.
pub(super) struct Lent<'a> {
    plan: &'a Plan,
    interpreter: Option<Interpreter>,
}

impl Lent<'_> {
    pub(super) fn get(&mut self) -> &mut Interpreter {
        self.interpreter.get_or_insert_with(|| self.plan.interpreter())
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(interpreter) = self.interpreter.take() {
            self.plan.idle.lock().unwrap_or_else(PoisonError::into_inner).push(interpreter);
        }
    }
}

/// Compiles on, noting where each script stands.
struct Draft {
    compiler: Compiler,
    roll_up: Option<usize>,
    placed: Vec<Placed>,
}

impl Draft {
    /// Compiles everything.
    fn of(bundle: &Bundle, compiler: Compiler) -> (Draft, Pipeline, Vec<(Over, Arc<Pipeline>)>) {
        let mut draft = Draft { compiler, roll_up: None, placed: Vec::new() };
        let main = draft.main(bundle);
        let mut roll_ups = Vec::new();
        for (place, roll_up) in bundle.roll_up.iter().enumerate() {
            draft.roll_up = Some(place);
            roll_ups.push((roll_up.over.clone(), Arc::new(draft.rolled_up(bundle, roll_up))));
        }
        (draft, main, roll_ups)
    }

    /// How each script is run, in the order in which they run.
    fn manners(&self, bundle: &Bundle) -> Vec<Manner> {
        let mut placed: Vec<&Placed> = self.placed.iter().collect();
        placed.sort_by_key(|placed| (placed.roll_up, placed.post));
        placed.into_iter().map(|placed| placed.manner(bundle)).collect()
    }

    fn main(&mut self, bundle: &Bundle) -> Pipeline {
        let assess = &bundle.assess;
        let mut rules = Vec::new();
        let mut place = 0;
        for criterion in &bundle.criteria {
            self.rules_of(criterion, (assess.incomplete, &[]), &mut place, &mut rules);
        }
        Pipeline {
            takes_part: self.takes_part(assess.takes_part.as_ref()),
            figures: self.figures(&bundle.figures),
            rule_places: rules.iter().enumerate().map(|(place, plan)| (Arc::clone(&plan.id), place)).collect(),
            rules,
            criteria: bundle.criteria.clone(),
            score: self.scored(assess.score.as_ref(), Post::Score),
            base: assess.base,
            floor: assess.floor,
            ceiling: assess.ceiling,
            round: assess.round,
            rating: bundle.rating.clone(),
            rating_script: self.scored(bundle.rating.script.as_ref(), Post::Rating),
            lists: self.lists(&bundle.lists),
            own: OnceLock::new(),
        }
    }

    fn rolled_up(&mut self, bundle: &Bundle, roll_up: &RollUp) -> Pipeline {
        let mut rating = roll_up.rating.clone();
        if rating.ladder.is_empty() {
            rating.ladder.clone_from(&bundle.rating.ladder);
        }
        Pipeline {
            takes_part: self.takes_part(roll_up.takes_part.as_ref()),
            figures: self.figures(&roll_up.figures),
            rules: Vec::new(),
            rule_places: HashMap::new(),
            criteria: Vec::new(),
            score: self.scored(roll_up.score.as_ref(), Post::Score),
            base: Number::ZERO,
            floor: None,
            ceiling: None,
            round: roll_up.round,
            rating,
            rating_script: self.scored(roll_up.rating.script.as_ref(), Post::Rating),
            lists: self.lists(&roll_up.lists),
            own: OnceLock::new(),
        }
    }

    /// Notes where a program stands.
    fn place(&mut self, program: Option<Program>, post: Post, compare: Option<&Compare>) -> Option<Program> {
        let program = program?;
        let compares = compare.is_some();
        self.placed.push(Placed { roll_up: self.roll_up, post, compares, program: program.clone() });
        Some(program)
    }

    fn script(&mut self, script: &Script, post: Post, compare: Option<&Compare>) -> Option<Program> {
        let program = self.compiler.script(script);
        self.place(program, post, compare)
    }

    fn takes_part(&mut self, script: Option<&Script>) -> Option<Program> {
        self.script(script?, Post::TakesPart, None)
    }

    fn scored(&mut self, scored: Option<&Scored>, post: Post) -> Option<(Program, Option<Compare>)> {
        let scored = scored?;
        Some((self.script(&scored.script, post, scored.compare.as_ref())?, scored.compare.clone()))
    }

    fn figures(&mut self, figures: &[Figure]) -> Vec<FigurePlan> {
        let mut plans = Vec::new();
        for (place, figure) in figures.iter().enumerate() {
            let post = if figure.is_final { Post::FinalFigure(place) } else { Post::Figure(place) };
            if let Some(program) = self.script(&figure.script, post, figure.compare.as_ref()) {
                plans.push(FigurePlan {
                    id: Arc::from(figure.id.as_str()),
                    program,
                    compare: figure.compare.clone(),
                    is_final: figure.is_final,
                });
            }
        }
        plans
    }

    /// `above` is what stands over the criterion: how it is incomplete, and its ids; `place` that of the next rule among all.
    fn rules_of(
        &mut self,
        criterion: &Criterion,
        (above, within): (Incomplete, &[Arc<str>]),
        place: &mut usize,
        into: &mut Vec<RulePlan>,
    ) {
        let incomplete = criterion.incomplete.unwrap_or(above);
        let mut within = within.to_vec();
        within.push(Arc::from(criterion.id.as_str()));
        for rule in &criterion.rules {
            let compare = rule.compare.as_ref();
            let applies = rule.applies.as_ref().and_then(|script| self.script(script, Post::Applies(*place), compare));
            let program = self.compiler.rule(rule);
            if let Some(program) = self.place(program, Post::Rule(*place), compare) {
                let id = Arc::from(rule.id.as_str());
                into.push(RulePlan { id, rule: rule.clone(), applies, program, within: within.clone(), incomplete });
            }
            *place += 1;
        }
        for below in &criterion.criteria {
            self.rules_of(below, (incomplete, &within), place, into);
        }
    }

    fn lists(&mut self, lists: &[List]) -> Vec<ListPlan> {
        let mut plans = Vec::new();
        for (place, list) in lists.iter().enumerate() {
            if let Some(program) = self.script(&list.script, Post::List(place), list.compare.as_ref()) {
                plans.push(ListPlan {
                    id: Arc::from(list.id.as_str()),
                    each: list.each.clone(),
                    program,
                    compare: list.compare.clone(),
                });
            }
        }
        plans
    }
}
