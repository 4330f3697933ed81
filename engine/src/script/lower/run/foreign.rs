//! What is not compiled: the interpreter's own functions, called with its own values.

use std::sync::Arc;

use rhai::{Dynamic, Engine, EvalAltResult, GlobalRuntimeState, NativeCallContext, Position};

use super::super::super::frame::{Frame, FrameSeed};
use super::super::super::meter::Meter;
use super::super::super::stop::Stop;
use super::super::value::Value;
use super::{Exit, Machine, Outcome};

/// The interpreter, as far as this run needs it.
pub(super) struct Foreign<'s> {
    engine: &'s Engine,
    meter: &'s Arc<Meter>,
    /// Made when it is first needed.
    ready: Option<(Arc<Frame>, Box<GlobalRuntimeState>)>,
}

impl<'s> Foreign<'s> {
    pub(super) fn new(engine: &'s Engine, meter: &'s Arc<Meter>) -> Foreign<'s> {
        Foreign { engine, meter, ready: None }
    }
}

impl<'s> Machine<'s> {
    fn frame(&mut self) -> &(Arc<Frame>, Box<GlobalRuntimeState>) {
        let (seed, program, foreign) = (self.seed, self.program, &mut self.foreign);
        foreign.ready.get_or_insert_with(|| {
            let FrameSeed { scene, unit, compare, subject } = seed;
            let seed = FrameSeed { scene, unit: *unit, compare: *compare, subject: subject.clone() };
            let frame = Arc::new(Frame::new(seed, program, foreign.meter));
            let mut global = foreign.engine.new_global_runtime_state();
            global.tag = Dynamic::from(Arc::clone(&frame));
            (frame, Box::new(global))
        })
    }

    /// Calls a function of the interpreter.
    pub(super) fn foreign(&mut self, name: &str, arguments: &[Value<'s>]) -> Outcome<Value<'s>> {
        let scene = self.scene;
        let mut values: Vec<Dynamic> = arguments.iter().map(|argument| argument.to_dynamic(scene)).collect();
        let mut given: Vec<&mut Dynamic> = values.iter_mut().collect();
        let engine = self.foreign.engine;
        let (_, global) = self.frame();
        let context: NativeCallContext<'_> = (engine, name, None, &**global, Position::NONE).into();
        match context.call_native_fn_raw(name, true, &mut given) {
            Ok(value) => Ok(Value::of_dynamic(value, scene)),
            Err(error) => Err(exit_of(&error)),
        }
    }

    /// What the host gives under a name.
    pub(super) fn foreign_name(&mut self, name: &str) -> Outcome<Value<'s>> {
        let scene = self.scene;
        let (frame, _) = self.frame();
        match frame.variable(name) {
            Ok(Some(value)) => Ok(Value::of_dynamic(value, scene)),
            Ok(None) => Err(Exit::HandOver),
            Err(error) => Err(exit_of(&error)),
        }
    }
}

/// What an error of the interpreter means here.
pub(super) fn exit_of(error: &EvalAltResult) -> Exit {
    let EvalAltResult::ErrorRuntime(value, _) = error else { return Exit::HandOver };
    match value.read_lock::<Stop>().as_deref() {
        Some(Stop::Missing(missing)) => Exit::Missing(Box::new(missing.clone())),
        Some(Stop::NotApplicable(reason)) => Exit::NotApplicable(reason.clone()),
        Some(Stop::Kept(kept)) => match innermost(kept) {
            // Only what is missing is worded without its place.
            EvalAltResult::ErrorRuntime(value, _) => match value.read_lock::<Stop>().as_deref() {
                Some(Stop::Missing(missing)) => Exit::Missing(Box::new(missing.clone())),
                _ => Exit::HandOver,
            },
            _ => Exit::HandOver,
        },
        _ => Exit::HandOver,
    }
}

fn innermost(error: &EvalAltResult) -> &EvalAltResult {
    match error {
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) => innermost(inner),
        other => other,
    }
}
