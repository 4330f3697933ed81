//! Adds up the values of a list.

use super::super::value::Value;
use super::{Exit, Outcome};
use crate::number::Number;

/// A sum in the making: in whole numbers of 64 bits, all of one scale, as long as they do.
#[derive(Default)]
pub(super) struct Sum {
    /// With so many digits behind the point.
    digits: i64,
    places: u32,
    /// Instead of the digits, from the first number on that does not fit them.
    number: Option<Number>,
    /// How many values were something.
    pub(super) count: usize,
}

impl Sum {
    pub(super) fn add(&mut self, value: &Value<'_>) -> Outcome<()> {
        if value.is_nothing() {
            return Ok(());
        }
        self.count += 1;
        if self.number.is_none() && self.add_digits(value).is_some() {
            return Ok(());
        }
        // From the first such number on all in their order: where digits are cut, the order matters.
        let number = value.number().ok_or(Exit::HandOver)?;
        self.number = Some(self.total()?.add(number).map_err(|_| Exit::HandOver)?);
        Ok(())
    }

    fn add_digits(&mut self, value: &Value<'_>) -> Option<()> {
        let (digits, places) = match value {
            Value::Whole(whole) => (*whole, 0),
            Value::Scaled(digits, places) => (*digits, *places),
            _ => return None,
        };
        let scale = |digits: i64, more: u32| digits.checked_mul(10_i64.checked_pow(more)?);
        let most = self.places.max(places);
        let sum = scale(self.digits, most - self.places)?.checked_add(scale(digits, most - places)?)?;
        (self.digits, self.places) = (sum, most);
        Some(())
    }

    pub(super) fn total(&self) -> Outcome<Number> {
        Ok(self.number.unwrap_or_else(|| Number::from_scaled(self.digits, self.places)))
    }
}
