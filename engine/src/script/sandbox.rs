//! The interpreter, shut in: no clock, no file, no module, no unbounded memory; limits set explicitly, since their defaults
//! differ between debug and release builds.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rhai::packages::{BasicIteratorPackage, Package};
use rhai::{Dynamic, Engine, EvalContext, ImmutableString, OptimizationLevel};

use super::frame::Frame;
use super::stop::{Halt, fault};
use super::{aggregate, host, objects, operators};

/// Steps of the interpreter that one run of a script may take.
const MOST_STEPS: u64 = 1_000_000;
/// Stack of a thread that runs scripts. Nested closures are dropped recursively, so this must be large; only what is touched
/// is used.
pub(super) const STACK: usize = 128 << 20;
/// Characters of one text, and of all texts in one list.
const LONGEST_TEXT: usize = 100_000;

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
pub(super) fn engine(call_off: &CallOff) -> Engine {
    let mut engine = Engine::new_raw();
    engine.set_optimization_level(OptimizationLevel::None);
    engine.set_fast_operators(false);
    engine.set_strict_variables(false);
    engine.set_max_operations(MOST_STEPS);
    engine.set_max_call_levels(64);
    engine.set_max_expr_depths(64, 64);
    engine.set_max_string_size(LONGEST_TEXT);
    engine.set_max_array_size(10_000);
    engine.set_max_map_size(2_000);
    engine.set_max_variables(500);
    engine.set_max_functions(500);
    engine.set_max_strings_interned(1_024);
    for word in WITHOUT {
        engine.disable_symbol(word);
    }
    BasicIteratorPackage::new().register_into_engine(&mut engine);
    operators::register(&mut engine);
    objects::register(&mut engine);
    aggregate::register(&mut engine);
    host::register(&mut engine);
    engine.register_fn("replace", replace);
    let call_off = call_off.clone();
    engine.on_progress(move |steps| (steps % 256 == 0 && call_off.is_called_off()).then_some(Dynamic::UNIT));
    #[expect(deprecated, reason = "marked as liable to change, and the version is pinned")]
    engine.on_var(|name, index, context: EvalContext<'_, '_, '_, '_, '_, '_>| {
        if index > 0 {
            return Ok(None);
        }
        match Frame::in_tag(Some(context.tag())) {
            Some(frame) => frame.variable(name),
            None => Ok(None),
        }
    });
    engine
}

/// Replaces a text in a text; the size is known before any memory is taken.
fn replace(text: &str, what: &str, by: &str) -> Result<ImmutableString, Halt> {
    let times = if what.is_empty() { 0 } else { text.matches(what).count() };
    let size = text.len().saturating_add(times.saturating_mul(by.len()));
    if size > LONGEST_TEXT.saturating_mul(4) {
        return Err(fault("替换后的文字过长", "the text would become too long"));
    }
    Ok(ImmutableString::from(if times == 0 { text.to_owned() } else { text.replace(what, by) }))
}
