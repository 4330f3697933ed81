//! Rhai scripts: compiled from the bundle, run in a shut-in interpreter, read back as values and findings.
//!
//! Enters: a [`crate::bundle::Script`] and a [`Scene`], which says what the script can see. Leaves: a [`Program`], the faults
//! that can be known before it runs ([`Compiler::check`]), and for each run an [`Ended`]: a value, what the rule said, or why it
//! could not be checked. This is the only user of rhai.
//!
//! A program runs on a thread with a large stack ([`threads`]), and is parsed on one ([`on_deep_stack`]). Its budget is counted
//! in steps, so that the same facts end the same way on any machine; calling a run off ([`CallOff`]) is no outcome. Next: [`crate::assess`].

mod access;
mod aggregate;
mod charges;
mod check;
mod compile;
mod convert;
mod frame;
mod functions;
mod host;
mod limits;
mod lower;
mod manner;
mod meter;
mod objects;
mod operators;
mod sandbox;
mod scene;
mod source;
mod stop;
mod syntax;
mod trace;
mod view;
#[cfg(test)]
mod watch;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rhai::{Dynamic, Engine, EvalAltResult, Position, Scope};

use crate::bundle::{Bundle, Rule, Script};
use crate::diagnostic::Diagnostic;
use crate::dictionary::Value;
use crate::number::Number;

pub use check::{Placed, Post, Reads, ScriptReads};
pub use compile::Program;
pub use frame::{FrameSeed, Gap, Said, Subject};
pub use functions::{Function, functions};
pub use manner::{Manner, WhyInterpreted};
pub use sandbox::CallOff;
pub use scene::{Datum, Group, Missing, Part, Reading, Scene, UnitIndex, Window};
pub use stop::Failure;
pub(crate) use trace::Trace;
pub use trace::Unreached;

use frame::Frame;
use meter::Meter;
use stop::Stop;
use trace::Tracer;
use view::{View, freeze};

/// Turns the scripts of one bundle into programs, noting every fault on the way.
pub struct Compiler {
    engine: Engine,
    /// None: it could not be compiled.
    library: Option<compile::Library>,
    file: Arc<str>,
    scope: compile::Scope,
    compiled: usize,
    faults: Vec<Diagnostic>,
    /// Puts marks into the programs, to see which of their branches are reached.
    tracer: Option<Tracer>,
}

impl Compiler {
    /// Compiles the bundle's library.
    pub fn new(bundle: &Bundle) -> Compiler {
        Compiler::start(bundle, None)
    }

    /// The same for programs that leave marks in a [`Trace`].
    pub(crate) fn tracing(bundle: &Bundle) -> Compiler {
        Compiler::start(bundle, Some(Tracer::default()))
    }

    fn start(bundle: &Bundle, mut tracer: Option<Tracer>) -> Compiler {
        let engine = sandbox::engine(&CallOff::default(), &Arc::default());
        let mut faults = Vec::new();
        let traced = bundle.library.as_ref().zip(tracer.as_mut()).map(|(script, tracer)| {
            let text = tracer.library(&engine, &source::Source::of(script));
            Script { text, lines: script.lines.clone() }
        });
        let script = traced.as_ref().or(bundle.library.as_ref());
        let library = compile::library(&engine, script, &bundle.file, &mut faults);
        let levels = bundle.levels().map(str::to_owned).collect();
        let parameters = bundle.parameters.keys().cloned().collect();
        let scope = compile::Scope { dictionary: bundle.dictionary.clone(), parameters, levels };
        Compiler { engine, library, file: Arc::clone(&bundle.file), scope, compiled: 0, faults, tracer }
    }

    /// What the programs leave marks in; empty for plain programs.
    pub(crate) fn into_trace(self) -> Trace {
        self.tracer.unwrap_or_default().into_trace()
    }

    /// What the author wrote of each function of the library, by name.
    pub(crate) fn functions(&self) -> BTreeMap<String, String> {
        self.library.as_ref().map(compile::Library::functions).unwrap_or_default()
    }

    /// Compiles one script; none: a syntax error is noted.
    pub fn script(&mut self, script: &Script) -> Option<Program> {
        self.program(source::Source::of(script))
    }

    /// Compiles a rule in either form; none: a syntax error is noted.
    pub fn rule(&mut self, rule: &Rule) -> Option<Program> {
        self.program(compile::rule_source(rule))
    }

    fn program(&mut self, mut source: source::Source) -> Option<Program> {
        self.compiled += 1;
        if let Some(tracer) = &mut self.tracer {
            source.text = tracer.script(&self.engine, &source);
        }
        let none = compile::Library::default();
        let library = self.library.as_ref().unwrap_or(&none);
        let program = compile::program(&self.engine, library, source, self.compiled, &self.file, &self.scope);
        program.map_err(|fault| self.faults.push(fault)).ok()
    }

    /// Checks all scripts against the bundle and each other. Every fault and remark, those of compiling too, in the order of
    /// the file.
    pub fn check(mut self, bundle: &Bundle, placed: Vec<Placed>) -> (Vec<Diagnostic>, Vec<ScriptReads>) {
        let has_library = self.library.is_some();
        let is_complete = self.faults.is_empty();
        let mut reads = Vec::new();
        if let Some(library) = self.program(source::Source::default()) {
            let scripts = check::Scripts { placed, library, has_library, is_complete };
            let (found, read) = check::check(bundle, &self.engine, scripts);
            self.faults.extend(found);
            reads = read;
        }
        self.faults.sort_by(|a, b| a.location.cmp(&b.location));
        (self.faults, reads)
    }
}

/// Runs programs, one at a time. Making one costs milliseconds: keep it.
pub struct Interpreter {
    engine: Engine,
    meter: Arc<Meter>,
    call_off: CallOff,
    /// Programs that are compiled are interpreted nevertheless.
    interprets: bool,
    /// Where compiled programs put texts together.
    scratch: String,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    /// The script's last value, or why there is none.
    pub value: Result<Datum, Failure>,
    /// What it said before its end.
    pub said: Vec<Said>,
    /// Where not all units it compared with had a value.
    pub gaps: Vec<Gap>,
}

impl Interpreter {
    /// An interpreter whose runs end when `call_off` says so.
    pub fn new(call_off: &CallOff) -> Interpreter {
        let meter = Arc::default();
        let engine = sandbox::engine(call_off, &meter);
        Interpreter { engine, meter, call_off: call_off.clone(), interprets: false, scratch: String::new() }
    }

    /// One that also interprets what is compiled.
    pub fn interpreting(call_off: &CallOff) -> Interpreter {
        Interpreter { interprets: true, ..Interpreter::new(call_off) }
    }

    /// The same for programs that leave marks.
    pub(crate) fn tracing(call_off: &CallOff, trace: &Arc<Trace>) -> Interpreter {
        let meter = Arc::default();
        let mut engine = sandbox::engine(call_off, &meter);
        trace.register(&mut engine);
        Interpreter { engine, meter, call_off: call_off.clone(), interprets: true, scratch: String::new() }
    }

    /// Runs a program for one unit.
    pub fn run(&mut self, program: &Program, seed: FrameSeed<'_>) -> Ended {
        #[cfg(test)]
        let unit = seed.unit;
        let ended = self.run_either_way(program, seed);
        #[cfg(test)]
        watch::note(program, unit, &ended, self.meter.used());
        ended
    }

    fn run_either_way(&mut self, program: &Program, seed: FrameSeed<'_>) -> Ended {
        if !self.interprets
            && let Ok(tree) = &program.code.tree
        {
            self.meter.reset();
            let (engine, meter, call_off) = (&self.engine, &self.meter, &self.call_off);
            let means = lower::Means { engine, meter, call_off, scratch: &mut self.scratch };
            if let Some(done) = lower::run(tree, program, &seed, means) {
                return done.into();
            }
        }
        self.interpret(program, seed)
    }

    fn interpret(&mut self, program: &Program, seed: FrameSeed<'_>) -> Ended {
        #[cfg(test)]
        watch::note_interpreted();
        let file = Arc::clone(&seed.scene.bundle().file);
        self.meter.reset();
        let frame = Arc::new(Frame::new(seed, program, &self.meter));
        self.engine.set_default_tag(Dynamic::from(Arc::clone(&frame)));
        let paid = self.meter.spend(program.code.cost);
        let result = paid.and_then(|()| self.engine.eval_ast_with_scope(&mut Scope::new(), &program.code.ast));
        let result = result.and_then(|value| admit(&frame, freeze(value)));
        self.engine.set_default_tag(Dynamic::UNIT);
        let (said, gaps) = (frame.take_said(), frame.take_gaps());
        let value = match result {
            Ok(value) => Ok(Datum(value)),
            Err(error) => {
                let in_library = ends_in_library(&error);
                Err(stop::read(&error, &|position: Position| {
                    let (line, column) = program.code.place(position, in_library);
                    format!("{file}:{line}:{column}")
                }))
            }
        };
        Ended { value, said, gaps }
    }
}

/// A value that goes on to other scripts: not nested so deep that handing it on could be a danger.
fn admit(frame: &Frame, value: Dynamic) -> Result<Dynamic, Box<EvalAltResult>> {
    let whole = View::of([value]);
    frame.admit(whole.clone())?;
    Ok(whole.items().first().cloned().unwrap_or(Dynamic::UNIT))
}

/// Whether an error arose inside a named function, which only the library has.
fn ends_in_library(error: &EvalAltResult) -> bool {
    match error {
        EvalAltResult::ErrorRuntime(value, _) => match value.read_lock::<Stop>().as_deref() {
            Some(Stop::Kept(kept)) => ends_in_library(kept),
            _ => false,
        },
        EvalAltResult::ErrorInFunctionCall(name, _, inner, _) => !name.starts_with("anon$") || ends_in_library(inner),
        _ => false,
    }
}

impl Datum {
    /// As true or false.
    pub fn as_bool(&self) -> Option<bool> {
        self.0.as_bool().ok()
    }

    /// As a number.
    pub fn as_number(&self) -> Option<Number> {
        convert::number(&self.0)
    }

    /// As a text.
    pub fn as_text(&self) -> Option<Arc<str>> {
        convert::text(&self.0).map(|text| Arc::from(text.as_str()))
    }

    /// Whether it is nothing.
    pub fn is_nothing(&self) -> bool {
        self.0.is_unit()
    }

    /// What it is, in Chinese and English, for messages.
    pub fn describe(&self) -> (String, &'static str) {
        convert::describe(&self.0)
    }

    /// As kept in results; none: nothing.
    ///
    /// # Errors
    /// What cannot be kept, such as a unit or a group.
    pub fn to_value(&self) -> Result<Option<Value>, Failure> {
        convert::to_value(&self.0).map_err(|halt| stop::read(&halt, &|_| String::new()))
    }
}

/// Does something on a thread whose stack is as large as that of [`threads`], and waits for it: parsing goes as deep as its
/// text. Where the system gives no such thread, it is done here.
pub fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let work = Mutex::new(Some(work));
    let take = || work.lock().unwrap_or_else(PoisonError::into_inner).take();
    let done = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(sandbox::STACK);
        let running = thread.spawn_scoped(scope, || take().map(|work| work())).ok()?;
        match running.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    });
    match (done, take()) {
        (Some(done), _) => done,
        (None, Some(work)) => work(),
        // Invariant: the work is taken by the thread, which then has done it, or it is still there.
        (None, None) => unreachable!("the work is done once"),
    }
}

/// A pool of threads on which programs may run; none: as many as there are cores.
///
/// # Errors
/// When the system gives no threads.
pub fn threads(count: Option<usize>) -> Result<rayon::ThreadPool, rayon::ThreadPoolBuildError> {
    let builder = rayon::ThreadPoolBuilder::new().stack_size(sandbox::STACK).thread_name(|i| format!("rules-{i}"));
    count.map_or(builder, |count| rayon::ThreadPoolBuilder::new().stack_size(sandbox::STACK).num_threads(count)).build()
}
