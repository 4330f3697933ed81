//! Goes through a tree for one unit.
//!
//! Enters: a [`Tree`] and what a run starts from. Leaves: what the script said and gave; or that the run is handed over
//! ([`Exit::HandOver`]) to the interpreter, which then does it from the start and whose word counts. So a compiled run never words
//! an error: what is at fault, too large or too much is left to the interpreter, and only what a run may end with every day
//! (something is missing, it does not apply) ends it here. Runs are pure, so that doing one again changes nothing.
//!
//! Reading order: [`statements`], [`read`] (what the host gives), [`calculate`], [`listed`] and [`questions`] about lists ([`sum`]), [`say`],
//! [`foreign`] (what is left to functions of the interpreter).

mod calculate;
mod foreign;
mod listed;
mod questions;
mod read;
mod say;
mod statements;
mod sum;

use std::rc::Rc;
use std::sync::Arc;

use rhai::{Dynamic, Engine};

use super::super::Ended;
use super::super::compile::Program;
use super::super::frame::{FrameSeed, Gap, MOST_GAPS, Said, Subject};
use super::super::meter::Meter;
use super::super::objects::PartObject;
use super::super::sandbox::CallOff;
use super::super::scene::{Datum, Missing, Scene};
use super::super::stop::Failure;
use super::super::view::{Extent, INNER, TEXT_ELEMENT, View};
use super::build::Tree;
use super::tree::{Node, Slot};
use super::value::{Constant, Value};
use crate::period::Period;
use foreign::Foreign;
use listed::Listed;
pub(super) use say::MOST_EVIDENCE;

/// How deep functions may call themselves here; the interpreter goes deeper.
const DEEPEST: usize = 24;
/// Items of a list that a script writes, and bytes of a text, up to which no limit of the interpreter is reached.
const LARGEST: usize = 500;
const LONGEST: usize = 10_000;
/// How many payments lie between two looks at whether the run is called off.
const LOOKS: u32 = 256;

/// Why a node gives no value.
#[derive(Debug)]
pub(super) enum Exit {
    /// Something it read is missing.
    Missing(Box<Missing>),
    /// The script said that it does not apply.
    NotApplicable(String),
    CalledOff,
    /// The interpreter must do this run.
    HandOver,
    /// The value passed on is that of the function.
    Return,
    /// The value passed on is that of the loop.
    Break,
    Continue,
}

pub(super) type Outcome<T> = Result<T, Exit>;

/// What a run came to.
pub(in crate::script) struct Done {
    pub(in crate::script) value: Result<Dynamic, Ending>,
    pub(in crate::script) said: Vec<Said>,
    pub(in crate::script) gaps: Vec<Gap>,
}

/// How a run ended without a value.
pub(in crate::script) enum Ending {
    Missing(Missing),
    NotApplicable(String),
    CalledOff,
}

impl From<Done> for Ended {
    fn from(done: Done) -> Ended {
        let value = done.value.map(Datum).map_err(|ending| match ending {
            Ending::Missing(Missing { zh, en }) => Failure::CannotCheck { zh, en },
            Ending::NotApplicable(reason) => Failure::NotApplicable(reason),
            Ending::CalledOff => Failure::CalledOff,
        });
        Ended { value, said: done.said, gaps: done.gaps }
    }
}

/// A run in progress.
pub(super) struct Machine<'s> {
    scene: &'s Arc<dyn Scene>,
    seed: &'s FrameSeed<'s>,
    program: &'s Program,
    tree: &'s Tree,
    meter: &'s Meter,
    call_off: &'s CallOff,
    period: Period,
    /// The variables of all functions that are running.
    slots: Vec<Value<'s>>,
    /// Where those of the one that runs now begin.
    base: usize,
    depth: usize,
    /// On the way out of a function or a loop.
    passed: Value<'s>,
    payments: u32,
    /// Where texts are put together.
    scratch: &'s mut String,
    said: Vec<Said>,
    gaps: Vec<Gap>,
    foreign: Foreign<'s>,
}

/// What runs share.
pub(in crate::script) struct Means<'a> {
    pub(in crate::script) engine: &'a Engine,
    pub(in crate::script) meter: &'a Arc<Meter>,
    pub(in crate::script) call_off: &'a CallOff,
    /// Where texts are put together, so that each need not take memory of its own first.
    pub(in crate::script) scratch: &'a mut String,
}

/// Runs a tree; none: the interpreter must do it.
pub(in crate::script) fn run(tree: &Tree, program: &Program, seed: &FrameSeed<'_>, means: Means<'_>) -> Option<Done> {
    let subject = seed.subject.as_ref().map(Subject::name);
    if subject.is_some_and(|name| tree.captured.iter().any(|captured| captured == name)) {
        return None;
    }
    let mut machine = Machine {
        scene: seed.scene,
        seed,
        program,
        tree,
        meter: means.meter,
        call_off: means.call_off,
        period: seed.scene.period(),
        slots: vec![Value::Nothing; tree.slots],
        base: 0,
        depth: 0,
        passed: Value::Nothing,
        payments: 0,
        scratch: means.scratch,
        said: Vec::new(),
        gaps: Vec::new(),
        foreign: Foreign::new(means.engine, means.meter),
    };
    let value = match machine.script() {
        Ok(value) => Ok(value),
        Err(Exit::Missing(missing)) => Err(Ending::Missing(*missing)),
        Err(Exit::NotApplicable(reason)) => Err(Ending::NotApplicable(reason)),
        Err(Exit::CalledOff) => Err(Ending::CalledOff),
        Err(_) => return None,
    };
    Some(Done { value, said: machine.said, gaps: machine.gaps })
}

impl<'s> Machine<'s> {
    fn script(&mut self) -> Outcome<Dynamic> {
        self.spend(self.program.code.cost)?;
        let value = match self.eval(&self.tree.root) {
            Err(Exit::Return) => std::mem::replace(&mut self.passed, Value::Nothing),
            other => other?,
        };
        // As a list of one: that is what the interpreter goes through.
        let Extent { weight, depth } = value.extent();
        self.admit(Extent { weight: weight.saturating_add(1), depth: depth.saturating_add(1) })?;
        Ok(value.frozen().to_dynamic(self.scene))
    }

    /// Pays for a body.
    fn spend(&mut self, steps: u64) -> Outcome<()> {
        self.payments = self.payments.wrapping_add(1);
        if self.payments.is_multiple_of(LOOKS) && self.call_off.is_called_off() {
            return Err(Exit::CalledOff);
        }
        self.meter.can_spend(steps).then_some(()).ok_or(Exit::HandOver)
    }

    /// Counts work about to be done.
    fn work(&self, elements: u64) -> Outcome<()> {
        self.meter.can_work(elements).then_some(()).ok_or(Exit::HandOver)
    }

    /// Counts going through a list, and refuses one that is nested too deep.
    fn admit(&self, extent: Extent) -> Outcome<()> {
        self.work(extent.weight)?;
        if extent.depth > super::super::frame::DEEPEST { Err(Exit::HandOver) } else { Ok(()) }
    }

    fn note_gap(&mut self, gap: Gap) {
        if !self.gaps.contains(&gap) && self.gaps.len() < MOST_GAPS {
            self.gaps.push(gap);
        }
    }

    fn held(&self, slot: Slot) -> Outcome<&Value<'s>> {
        self.slots.get(self.base + slot).ok_or(Exit::HandOver)
    }

    fn set(&mut self, slot: Slot, value: Value<'s>) -> Outcome<()> {
        *self.slots.get_mut(self.base + slot).ok_or(Exit::HandOver)? = value;
        Ok(())
    }

    /// Reads a variable, of which the interpreter may make a copy.
    fn local(&self, slot: Slot) -> Outcome<&Value<'s>> {
        let value = self.held(slot)?;
        match value {
            Value::Text(text) => self.work((text.len() / TEXT_ELEMENT) as u64)?,
            Value::Array(items) => self.work(elements(items) / 4)?,
            Value::Other(value) => self.work(super::super::view::cost_of_copy(value))?,
            _ => {}
        }
        Ok(value)
    }

    fn eval(&mut self, node: &'s Node) -> Outcome<Value<'s>> {
        match node {
            Node::Constant(constant) => Ok(constant.value()),
            Node::Pay(steps) => self.spend(*steps).map(|()| Value::Nothing),
            Node::Local(slot) => self.local(*slot).cloned(),
            Node::Held(slot) => self.held(*slot).cloned(),
            Node::Host(host) => self.host(*host),
            Node::Named(name) => self.foreign_name(name),
            Node::Figure(id) => self.figure(self.at_hand(), id),
            Node::Parameter(name) => self.parameter(name),
            Node::Entry { parameter, key } => {
                let key = self.eval(key)?;
                self.entry(parameter, key)
            }
            Node::Step { parameter, reached } => {
                let reached = self.eval(reached)?;
                self.step(parameter, reached)
            }
            Node::Property { of, name } => self.property_of(of, name),
            Node::Field { of, field } => self.field(*of, field),
            Node::Index { of, index } => {
                let index = self.eval(index)?;
                let of = self.eval(of)?;
                self.index(of, index)
            }
            Node::IfSomething { of, slot, then } => {
                let value = self.eval(of)?;
                if value.is_nothing() {
                    return Ok(Value::Nothing);
                }
                self.set(*slot, value)?;
                self.eval(then)
            }
            Node::And(_) | Node::Or(_) | Node::Not(_) | Node::Equal { .. } | Node::Compare { .. } => {
                self.holds(node).map(Value::Boolean)
            }
            Node::Coalesce(nodes) => {
                for node in nodes {
                    let value = self.eval(node)?;
                    if !value.is_nothing() {
                        return Ok(value);
                    }
                }
                Ok(Value::Nothing)
            }
            Node::Negate(node) => {
                let value = self.eval(node)?;
                self.negate(&value)
            }
            Node::Calculate { operation, pair } => {
                let (first, second) = self.pair(pair)?;
                self.calculate(*operation, first, second)
            }
            Node::Number { function, arguments, first_last } => {
                let values = self.arguments(arguments, *first_last)?;
                self.numeric(*function, values)
            }
            Node::Template(parts) => self.template(parts),
            Node::Array(nodes) => self.array(nodes),
            Node::Map(entries) => self.map(entries),
            Node::Ask(ask) => self.ask(ask),
            Node::Records(records) => self.records(records),
            Node::Say(say) => self.say(say),
            Node::Missing(what) => {
                let what = self.eval(what)?;
                let what = self.display(&what)?;
                Err(Exit::Missing(Box::new(Missing { zh: format!("缺{what}"), en: format!("missing: {what}") })))
            }
            Node::NotApplicable(reason) => {
                let reason = self.eval(reason)?;
                Err(Exit::NotApplicable(self.display(&reason)?))
            }
            Node::Result { what, of, id } => self.result(*what, of.as_deref(), id),
            Node::Foreign { name, arguments, first_last } => {
                let values = self.arguments(arguments, *first_last)?;
                self.foreign(name, &values)
            }
            statement => self.statement(statement),
        }
    }

    fn returned(&mut self, gives: Outcome<Value<'s>>) -> Outcome<Value<'s>> {
        match gives {
            Err(Exit::Return) => Ok(std::mem::replace(&mut self.passed, Value::Nothing)),
            other => other,
        }
    }

    /// Arguments in the order in which the language evaluates them, given in the order in which they stand.
    fn arguments(&mut self, nodes: &'s [Node], first_last: bool) -> Outcome<Vec<Value<'s>>> {
        let mut values = Vec::with_capacity(nodes.len());
        match nodes.split_first() {
            Some((first, rest)) if first_last => {
                values.push(Value::Nothing);
                for node in rest {
                    values.push(self.eval(node)?);
                }
                let first = self.eval(first)?;
                if let Some(place) = values.first_mut() {
                    *place = first;
                }
            }
            _ => {
                for node in nodes {
                    values.push(self.eval(node)?);
                }
            }
        }
        Ok(values)
    }

    /// A function that calls itself, with variables of its own.
    fn call(&mut self, function: usize, arguments: Vec<Value<'s>>) -> Outcome<Value<'s>> {
        let function = self.tree.functions.get(function).ok_or(Exit::HandOver)?;
        if self.depth >= DEEPEST {
            return Err(Exit::HandOver);
        }
        let outside = self.base;
        let end = self.slots.len();
        self.slots.extend(arguments);
        self.slots.resize(end + function.slots, Value::Nothing);
        self.base = end;
        self.depth += 1;
        let gives = self.eval(&function.body);
        self.depth -= 1;
        self.base = outside;
        self.slots.truncate(end);
        self.returned(gives)
    }

    fn array(&mut self, nodes: &'s [Node]) -> Outcome<Value<'s>> {
        let mut items = Vec::with_capacity(nodes.len());
        for node in nodes {
            items.push(self.eval(node)?);
        }
        is_small(&items)?;
        Ok(Value::Array(Rc::new(items)))
    }

    fn map(&mut self, entries: &'s [(Arc<str>, Node)]) -> Outcome<Value<'s>> {
        let mut values = Vec::with_capacity(entries.len());
        for (_, node) in entries {
            values.push(self.eval(node)?);
        }
        is_small(&values)?;
        let entries = entries.iter().zip(&values);
        let map = entries.map(|((key, _), value)| (key.as_ref().into(), value.to_dynamic(self.scene)));
        Ok(Value::Other(Dynamic::from_map(map.collect())))
    }
}

/// Elements that count when a list of the script's own is copied.
fn elements(items: &[Value<'_>]) -> u64 {
    let count = |item: &Value<'_>| match item {
        Value::Array(items) => INNER + elements(items),
        Value::Other(value) => super::super::view::elements(std::iter::once(value)),
        _ => 1,
    };
    items.iter().map(count).sum()
}

/// Refuses what comes near the limits of the interpreter, which then decides.
fn is_small(items: &[Value<'_>]) -> Outcome<()> {
    fn size(items: &[Value<'_>]) -> (usize, usize) {
        items.iter().fold((items.len(), 0), |(count, bytes), item| match item {
            Value::Text(text) => (count, bytes + text.len()),
            Value::Array(inner) => {
                let inner = size(inner);
                (count + inner.0, bytes + inner.1)
            }
            // Maps and lists of the interpreter: it knows how large they are.
            Value::Other(value) if value.is_map() || value.is_array() => (count + LARGEST, bytes),
            _ => (count, bytes),
        })
    }
    let (count, bytes) = size(items);
    if count < LARGEST && bytes < LONGEST { Ok(()) } else { Err(Exit::HandOver) }
}
