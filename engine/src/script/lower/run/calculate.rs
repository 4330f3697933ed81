//! Conditions and arithmetic. Whole numbers of 64 bits are calculated as such; all else as exact numbers.

use std::cmp::Ordering;

use super::super::super::convert;
use super::super::super::view::TEXT_ELEMENT;
use super::super::tree::{Node, Numeric, Operation, Pair};
use super::super::value::Value;
use super::{Exit, LONGEST, Machine, Outcome};
use crate::number::{self, Number, NumberError};

impl<'s> Machine<'s> {
    /// Whether a condition holds.
    pub(super) fn holds(&mut self, node: &'s Node) -> Outcome<bool> {
        match node {
            Node::And(nodes) => {
                for node in nodes {
                    if !self.holds(node)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Node::Or(nodes) => {
                for node in nodes {
                    if self.holds(node)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Node::Not(node) => self.holds(node).map(|holds| !holds),
            Node::Equal { pair, negated } => {
                let (first, second) = self.pair(pair)?;
                Ok(self.equal(&first, &second)? != *negated)
            }
            Node::Compare { order, pair } => {
                let (first, second) = self.pair(pair)?;
                Ok(order.holds(self.compare(&first, &second)?))
            }
            other => match self.eval(other)? {
                Value::Boolean(holds) => Ok(holds),
                _ => Err(Exit::HandOver),
            },
        }
    }

    pub(super) fn pair(&mut self, pair: &'s Pair) -> Outcome<(Value<'s>, Value<'s>)> {
        if pair.first_last {
            let second = self.operand(&pair.second)?;
            return Ok((self.operand(&pair.first)?, second));
        }
        Ok((self.operand(&pair.first)?, self.operand(&pair.second)?))
    }

    /// What most operands are is read here and now, all else by [`Self::eval`].
    #[inline]
    fn operand(&mut self, node: &'s Node) -> Outcome<Value<'s>> {
        match node {
            Node::Constant(constant) => Ok(constant.value()),
            Node::Field { of, field } => self.field(*of, field),
            Node::Parameter(parameter) => self.parameter(parameter),
            other => self.eval(other),
        }
    }

    /// Whether two values are equal; lists are gone through.
    pub(super) fn equal(&mut self, a: &Value<'s>, b: &Value<'s>) -> Outcome<bool> {
        Ok(match (a, b) {
            (Value::Whole(a), Value::Whole(b)) => a == b,
            (Value::Text(a), Value::Text(b)) => **a == **b,
            (Value::Nothing, Value::Nothing) => true,
            (Value::Nothing, other) | (other, Value::Nothing) if is_plain(other) => false,
            (Value::Boolean(a), Value::Boolean(b)) => a == b,
            (Value::Day(a), Value::Day(b)) => a == b,
            (Value::Number(a), Value::Number(b)) => a == b,
            // Whole numbers are never kept as others.
            (Value::Whole(_), Value::Number(_) | Value::Scaled(..))
            | (Value::Number(_) | Value::Scaled(..), Value::Whole(_)) => false,
            (Value::Scaled(..) | Value::Number(_), Value::Scaled(..) | Value::Number(_)) => a.number() == b.number(),
            (Value::Record(a), Value::Record(b)) => a.is(*b),
            (Value::Unit(a), Value::Unit(b)) => a.index == b.index,
            (a, b) if is_list(a) || is_list(b) => match self.foreign("==", &[a.clone(), b.clone()])? {
                Value::Boolean(equal) => equal,
                _ => return Err(Exit::HandOver),
            },
            (a, b) if a.is_nothing() || b.is_nothing() => a.is_nothing() && b.is_nothing(),
            (a, b) => {
                let (a, b) = (a.to_dynamic(self.scene), b.to_dynamic(self.scene));
                convert::equal(&a, &b).map_err(|_| Exit::HandOver)?
            }
        })
    }

    /// The order of two values of one type.
    pub(super) fn compare(&self, a: &Value<'s>, b: &Value<'s>) -> Outcome<Ordering> {
        Ok(match (a, b) {
            (Value::Whole(a), Value::Whole(b)) => a.cmp(b),
            (Value::Day(a), Value::Day(b)) => a.cmp(b),
            (Value::Text(a), Value::Text(b)) => (**a).cmp(b),
            (
                Value::Number(_) | Value::Scaled(..) | Value::Whole(_),
                Value::Number(_) | Value::Scaled(..) | Value::Whole(_),
            ) => a.number().cmp(&b.number()),
            (Value::Other(_), _) | (_, Value::Other(_)) => {
                let (a, b) = (a.to_dynamic(self.scene), b.to_dynamic(self.scene));
                convert::compare(&a, &b, "<").map_err(|_| Exit::HandOver)?
            }
            _ => return Err(Exit::HandOver),
        })
    }

    pub(super) fn negate(&self, value: &Value<'s>) -> Outcome<Value<'s>> {
        match value {
            Value::Whole(whole) if *whole != i64::MIN => Ok(Value::Whole(-whole)),
            value => value.number().map(|number| Value::of_number(-number)).ok_or(Exit::HandOver),
        }
    }

    pub(super) fn calculate(&mut self, operation: Operation, a: Value<'s>, b: Value<'s>) -> Outcome<Value<'s>> {
        if let (Value::Whole(a), Value::Whole(b)) = (&a, &b)
            && let Some(whole) = of_whole(operation, *a, *b)
        {
            return Ok(Value::Whole(whole));
        }
        if operation != Operation::Power
            && let (Some(a), Some(b)) = (a.number(), b.number())
        {
            return of_numbers(operation, a, b).map(Value::of_number).map_err(|_| Exit::HandOver);
        }
        match (operation, &a, &b) {
            (Operation::Subtract, Value::Day(a), Value::Day(b)) => Ok(Value::Whole(i64::from(*a) - i64::from(*b))),
            (Operation::Add, Value::Text(_), other) | (Operation::Add, other, Value::Text(_))
                if !other.is_nothing() =>
            {
                let text = format!("{}{}", self.display(&a)?, self.display(&b)?);
                self.work((text.len() / TEXT_ELEMENT) as u64)?;
                if text.len() > LONGEST { Err(Exit::HandOver) } else { Ok(Value::of_text(text)) }
            }
            _ => self.foreign(operation.sign(), &[a, b]),
        }
    }

    pub(super) fn numeric(&mut self, function: Numeric, values: Vec<Value<'s>>) -> Outcome<Value<'s>> {
        match function {
            Numeric::Least | Numeric::Most => return self.pick(values, function == Numeric::Least),
            _ => {}
        }
        let mut values = values.iter();
        let mut next = || values.next().map(|value| value.number().ok_or(Exit::HandOver)).transpose();
        let (Some(x), y) = (next()?, next()?) else { return Err(Exit::HandOver) };
        let number = match (function, y) {
            (Numeric::Percent, Some(y)) => number::percent(x, y).map_err(|_| Exit::HandOver)?,
            (Numeric::PerThousand, Some(y)) => number::per_thousand(x, y).map_err(|_| Exit::HandOver)?,
            (Numeric::Floor, None) => x.floor(),
            (Numeric::Ceil, None) => x.ceil(),
            (Numeric::Round(mode), None) => x.round(0, mode),
            (Numeric::Round(mode), Some(places)) => {
                let places = places.to_i64().and_then(|places| u32::try_from(places).ok());
                x.round(places.filter(|places| *places <= 28).ok_or(Exit::HandOver)?, mode)
            }
            _ => return Err(Exit::HandOver),
        };
        Ok(Value::of_number(number))
    }

    /// The least or the most of some values.
    fn pick(&mut self, values: Vec<Value<'s>>, least: bool) -> Outcome<Value<'s>> {
        let mut best: Option<Value<'s>> = None;
        for value in values {
            let better = match &best {
                None => true,
                Some(best) if least => self.compare(&value, best)?.is_lt(),
                Some(best) => self.compare(&value, best)?.is_gt(),
            };
            if better {
                best = Some(value);
            }
        }
        Ok(best.unwrap_or(Value::Nothing))
    }
}

/// Whether a value is one that equals nothing only if it is nothing, and need not be looked at for that.
fn is_plain(value: &Value<'_>) -> bool {
    matches!(value, Value::Day(_) | Value::Whole(_) | Value::Scaled(..) | Value::Text(_) | Value::Number(_))
}

fn is_list(value: &Value<'_>) -> bool {
    match value {
        Value::Records(_) | Value::List(_) | Value::Array(_) => true,
        Value::Other(value) => convert::is_list(value),
        _ => false,
    }
}

/// The result, if it is whole and fits.
fn of_whole(operation: Operation, a: i64, b: i64) -> Option<i64> {
    match operation {
        Operation::Add => a.checked_add(b),
        Operation::Subtract => a.checked_sub(b),
        Operation::Multiply => a.checked_mul(b),
        Operation::Divide if b != 0 && a.checked_rem(b) == Some(0) => a.checked_div(b),
        Operation::Remainder => a.checked_rem(b),
        _ => None,
    }
}

fn of_numbers(operation: Operation, a: Number, b: Number) -> Result<Number, NumberError> {
    match operation {
        Operation::Add => a.add(b),
        Operation::Subtract => a.sub(b),
        Operation::Multiply => a.mul(b),
        Operation::Divide => a.div(b),
        Operation::Remainder | Operation::Power => a.rem(b),
    }
}
