//! The interpreter, shut in: no clock, no file, no module, no unbounded memory; limits set explicitly, since their defaults
//! differ between debug and release builds.

use std::ops::{Range, RangeInclusive};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rhai::{Dynamic, Engine, EvalContext, OptimizationLevel};

use super::frame::Frame;
use super::meter::{Meter, spent};
use super::view::cost_of_copy;
use super::{access, aggregate, charges, host, objects, operators};

/// Stack of a thread that runs scripts. Nested closures are dropped recursively, so this must be large; only what is touched
/// is used.
pub(super) const STACK: usize = 128 << 20;
/// Bytes of one text, and of all texts in one list of the interpreter's own.
pub(super) const LONGEST_TEXT: usize = 20_000;
/// Elements of one list of the interpreter's own, those of lists within it included. Views can be longer.
const LONGEST_LIST: usize = 2_000;
/// Entries of one map, those of maps within it included.
const LARGEST_MAP: usize = 1_000;

/// Words of the language that scripts do without: each would get around a check, the clock or the order of things.
const WITHOUT: [&str; 13] = [
    "eval",
    "export",
    "import",
    "print",
    "debug",
    "curry",
    "Fn",
    "call",
    "try",
    "catch",
    "throw",
    "is_def_var",
    "is_def_fn",
];

/// Calls off whatever is running: a deadline or a person.
#[derive(Debug, Clone, Default)]
pub struct CallOff(Arc<AtomicBool>);

impl CallOff {
    /// Ends all running scripts; the run has no result.
    pub fn call_off(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was called off.
    pub fn is_called_off(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// An interpreter with our functions and nothing else.
#[expect(clippy::disallowed_methods, reason = "the one place that makes an interpreter")]
pub(super) fn engine(call_off: &CallOff, meter: &Arc<Meter>) -> Engine {
    let mut engine = Engine::new_raw();
    engine.set_optimization_level(OptimizationLevel::None);
    engine.set_fast_operators(false);
    engine.set_strict_variables(false);
    // What counts is what the bodies pay for.
    engine.set_max_operations(0);
    engine.set_max_call_levels(64);
    engine.set_max_expr_depths(64, 64);
    engine.set_max_string_size(LONGEST_TEXT);
    engine.set_max_array_size(LONGEST_LIST);
    engine.set_max_map_size(LARGEST_MAP);
    engine.set_max_variables(200);
    engine.set_max_functions(500);
    engine.set_max_strings_interned(1_024);
    for word in WITHOUT {
        engine.disable_symbol(word);
    }
    register_ranges(&mut engine);
    operators::register(&mut engine);
    objects::register(&mut engine);
    aggregate::register(&mut engine);
    access::register(&mut engine);
    host::register(&mut engine);
    charges::register(&mut engine, meter);
    let (call_off, counting) = (call_off.clone(), Arc::clone(meter));
    engine.on_progress(move |_| match counting.operation() {
        Some(operations) if operations % 256 == 0 && call_off.is_called_off() => Some(Dynamic::UNIT),
        Some(_) => None,
        None => Some(Dynamic::from(spent())),
    });
    let counting = Arc::clone(meter);
    #[expect(deprecated, reason = "marked as liable to change, and the version is pinned")]
    engine.on_var(move |name, index, context: EvalContext<'_, '_, '_, '_, '_, '_>| {
        if index > 0 {
            counting.work(context.scope().get(name).map_or(0, cost_of_copy))?;
            return Ok(None);
        }
        match Frame::in_tag(Some(context.tag())) {
            Some(frame) => frame.variable(name),
            None => Ok(None),
        }
    });
    engine
}

/// What `for` can count through.
fn register_ranges(engine: &mut Engine) {
    engine.register_iterator::<Range<i64>>();
    engine.register_iterator::<RangeInclusive<i64>>();
}
