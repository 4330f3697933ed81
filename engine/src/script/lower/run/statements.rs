//! Statements: variables, branches, loops, and the ways out of them.

use std::rc::Rc;

use super::super::tree::{Arm, Node, Slot, Switch};
use super::super::value::{Constant, Value};
use super::{Exit, Machine, Outcome, is_small};

impl<'s> Machine<'s> {
    pub(super) fn statement(&mut self, node: &'s Node) -> Outcome<Value<'s>> {
        match node {
            Node::Set { slot, value } => {
                let value = self.eval(value)?;
                self.set(*slot, value)?;
            }
            Node::Assign { slot, value } => {
                let value = self.eval(value)?;
                self.local(*slot)?;
                self.set(*slot, value)?;
            }
            Node::Change { slot, operation, value } => {
                let by = self.eval(value)?;
                let now = self.local(*slot)?.clone();
                let changed = self.calculate(*operation, now, by)?;
                self.set(*slot, changed)?;
            }
            Node::Push { slot, item } => {
                let item = self.eval(item)?;
                self.local(*slot)?;
                self.push(*slot, item)?;
            }
            Node::Block(nodes) => {
                let mut last = Value::Nothing;
                for node in nodes {
                    last = self.eval(node)?;
                }
                return Ok(last);
            }
            Node::If { condition, then, otherwise } => {
                return if self.holds(condition)? { self.eval(then) } else { self.eval(otherwise) };
            }
            Node::Switch(switch) => return self.switch(switch),
            Node::While { condition, body } => loop {
                if let Some(condition) = condition
                    && !self.holds(condition)?
                {
                    break;
                }
                if let Some(value) = self.turn(body)? {
                    return Ok(value);
                }
            },
            Node::Do { body, condition, until } => loop {
                match self.eval(body) {
                    Ok(_) => {}
                    // The condition is not asked after `continue`.
                    Err(Exit::Continue) => continue,
                    Err(Exit::Break) => return Ok(std::mem::replace(&mut self.passed, Value::Nothing)),
                    Err(exit) => return Err(exit),
                }
                if self.holds(condition)? == *until {
                    break;
                }
            },
            Node::For { slot, counter, list, body } => return self.for_each(*slot, *counter, list, body),
            Node::ForWhole { slot, counter, from, to, inclusive, body } => {
                let (Value::Whole(from), Value::Whole(to)) = (self.eval(from)?, self.eval(to)?) else {
                    return Err(Exit::HandOver);
                };
                let last = if *inclusive { Some(to) } else { to.checked_sub(1) };
                let Some(last) = last else { return Ok(Value::Nothing) };
                for (turn, whole) in (0..).zip(from..=last) {
                    if let Some(value) = self.for_turn(*slot, *counter, turn, Value::Whole(whole), body)? {
                        return Ok(value);
                    }
                }
            }
            Node::Break(value) => {
                self.pass(value.as_deref())?;
                return Err(Exit::Break);
            }
            Node::Continue => return Err(Exit::Continue),
            Node::Return(value) => {
                self.pass(value.as_deref())?;
                return Err(Exit::Return);
            }
            Node::Before { first, then } => {
                for (slot, node) in first {
                    let value = self.eval(node)?;
                    self.set(*slot, value)?;
                }
                return self.eval(then);
            }
            Node::Inline { arguments, body } => {
                for (slot, node) in arguments {
                    let value = self.eval(node)?;
                    self.set(*slot, value)?;
                }
                let gives = self.eval(body);
                return self.returned(gives);
            }
            Node::Call { function, arguments, first_last } => {
                let values = self.arguments(arguments, *first_last)?;
                return self.call(*function, values);
            }
            // All other nodes are expressions.
            _ => return Err(Exit::HandOver),
        }
        Ok(Value::Nothing)
    }

    fn pass(&mut self, value: Option<&'s Node>) -> Outcome<()> {
        self.passed = match value {
            Some(node) => self.eval(node)?,
            None => Value::Nothing,
        };
        Ok(())
    }

    /// A turn of a loop; some: the loop ends with this value.
    fn turn(&mut self, body: &'s Node) -> Outcome<Option<Value<'s>>> {
        match self.eval(body) {
            Ok(_) | Err(Exit::Continue) => Ok(None),
            Err(Exit::Break) => Ok(Some(std::mem::replace(&mut self.passed, Value::Nothing))),
            Err(exit) => Err(exit),
        }
    }

    fn for_each(&mut self, slot: Slot, counter: Option<Slot>, list: &'s Node, body: &'s Node) -> Outcome<Value<'s>> {
        let list = self.eval(list)?;
        let list = self.listed(&list)?;
        for (turn, place) in (0..).zip(0..list.len()) {
            let Some(item) = list.get(place, self.scene) else { break };
            if let Some(value) = self.for_turn(slot, counter, turn, item, body)? {
                return Ok(value);
            }
        }
        Ok(Value::Nothing)
    }

    fn for_turn(
        &mut self,
        slot: Slot,
        counter: Option<Slot>,
        turn: i64,
        item: Value<'s>,
        body: &'s Node,
    ) -> Outcome<Option<Value<'s>>> {
        if let Some(counter) = counter {
            self.set(counter, Value::Whole(turn))?;
        }
        self.set(slot, item)?;
        self.turn(body)
    }

    fn switch(&mut self, switch: &'s Switch) -> Outcome<Value<'s>> {
        let value = self.eval(&switch.value)?;
        for (literal, arms) in &switch.cases {
            if is_literal(&value, literal) {
                for arm in arms {
                    if self.is_chosen(arm)? {
                        return self.eval(&arm.gives);
                    }
                }
            }
        }
        for (range, arm) in &switch.ranges {
            match &value {
                Value::Whole(whole) if range.contains(whole) && self.is_chosen(arm)? => return self.eval(&arm.gives),
                // Some numbers are, some are not: that depends on how they came about.
                Value::Number(_) | Value::Scaled(..) => return Err(Exit::HandOver),
                _ => {}
            }
        }
        switch.otherwise.as_ref().map_or(Ok(Value::Nothing), |otherwise| self.eval(otherwise))
    }

    fn is_chosen(&mut self, arm: &'s Arm) -> Outcome<bool> {
        arm.condition.as_ref().map_or(Ok(true), |condition| self.holds(condition))
    }

    fn push(&mut self, slot: Slot, item: Value<'s>) -> Outcome<()> {
        match self.slots.get_mut(self.base + slot) {
            Some(Value::Array(items)) => {
                let items = Rc::make_mut(items);
                items.push(item);
                is_small(items)
            }
            _ => Err(Exit::HandOver),
        }
    }
}

fn is_literal(value: &Value<'_>, literal: &Constant) -> bool {
    match (value, literal) {
        (Value::Nothing, Constant::Nothing) => true,
        (Value::Boolean(value), Constant::Boolean(literal)) => value == literal,
        (Value::Whole(value), Constant::Whole(literal)) => value == literal,
        (Value::Text(value), Constant::Text(literal)) => **value == **literal,
        _ => false,
    }
}
