//! Numbers as text: cells, literals and stored values enter, a [`Number`] leaves, and the other way round.
//! One number has one text. The wide products behind [`number`](super) are next.

use std::fmt;
use std::str::FromStr;

use num_rational::Ratio;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::wide::Wide;
use super::{MAX_PLACES, Number, NumberError, Rounding};

/// Decimal places shown of a decimal that never ends.
const SHOWN_PLACES: u32 = 10;

impl Number {
    /// Reads ASCII digits with an optional sign in front and at most one point: `-12.50`, `+3`, `.5`. No exponent, no
    /// separators, no blanks; whoever reads cells takes those out first.
    ///
    /// # Errors
    /// [`NumberError::Malformed`] for any other text, [`NumberError::TooLarge`] when the digits do not fit 128 bits.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        Digits::read(text)?.into_number(0)
    }

    /// Reads a number of a JSON document, where an exponent may follow: `1e3` is 1000, `12.5E-1` is 1.25, both exactly.
    ///
    /// # Errors
    /// [`NumberError::Malformed`] for any other text, [`NumberError::TooLarge`] when the number does not fit 128 bits;
    /// an exponent is never multiplied out beyond that.
    pub fn parse_json(text: &str) -> Result<Self, NumberError> {
        let Some((digits, exponent)) = text.split_once(['e', 'E']) else {
            return Self::parse(text);
        };
        let (_, plain) = split_sign(exponent);
        if plain.is_empty() || !plain.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NumberError::Malformed);
        }
        let digits = Digits::read(digits)?;
        let exponent = exponent.parse::<i32>().map_err(|_| NumberError::TooLarge)?;
        digits.into_number(exponent)
    }

    /// The exact text for storing and hashing: the decimal where it ends within 38 places, else the fraction, `1/3`.
    #[must_use]
    pub fn to_exact(self) -> String {
        if self.decimal_places().is_some_and(|places| places <= MAX_PLACES) {
            let decimal = self.to_string();
            // A power of two in the denominator can take more digits as a decimal than it has bits.
            if Self::parse(&decimal) == Ok(self) {
                return decimal;
            }
        }
        format!("{}/{}", self.0.numer(), self.0.denom())
    }

    /// Reads what [`to_exact`](Self::to_exact) wrote.
    ///
    /// # Errors
    /// [`NumberError::Malformed`], [`NumberError::TooLarge`], [`NumberError::DivisionByZero`] for `1/0`.
    pub fn parse_exact(text: &str) -> Result<Self, NumberError> {
        match text.split_once('/') {
            None => Self::parse(text),
            Some((top, bottom)) => whole(top)?.div(whole(bottom)?),
        }
    }
}

fn whole(text: &str) -> Result<Number, NumberError> {
    let number = Number::parse(text)?;
    if number.is_integer() { Ok(number) } else { Err(NumberError::Malformed) }
}

fn split_sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// The digits of a text, checked: whole and decimal digits apart.
struct Digits<'text> {
    negative: bool,
    whole: &'text str,
    decimals: &'text str,
}

impl<'text> Digits<'text> {
    fn read(text: &'text str) -> Result<Self, NumberError> {
        let (negative, plain) = split_sign(text);
        let (whole, decimals) = match plain.split_once('.') {
            Some((_, "")) => return Err(NumberError::Malformed),
            Some(parts) => parts,
            None => (plain, ""),
        };
        let mut digits = whole.bytes().chain(decimals.bytes()).peekable();
        if digits.peek().is_none() || !digits.all(|byte| byte.is_ascii_digit()) {
            return Err(NumberError::Malformed);
        }
        Ok(Self { negative, whole, decimals: decimals.trim_end_matches('0') })
    }

    fn into_number(self, exponent: i32) -> Result<Number, NumberError> {
        let digits = format!("{}{}", self.whole, self.decimals);
        let without_zeros = digits.trim_end_matches('0');
        if without_zeros.is_empty() {
            return Ok(Number::ZERO);
        }
        let zeros = digits.len() - without_zeros.len();
        let magnitude = without_zeros.parse::<i128>().map_err(|_| NumberError::TooLarge)?;
        let magnitude = if self.negative { -magnitude } else { magnitude };
        // The value is the magnitude times ten to the power of this.
        let shift = i64::from(exponent) + zeros as i64 - self.decimals.len() as i64;
        let power = u32::try_from(shift.unsigned_abs())
            .ok()
            .and_then(|shift| 10_i128.checked_pow(shift))
            .ok_or(NumberError::TooLarge)?;
        if shift < 0 {
            Ok(Number(Ratio::new(magnitude, power)))
        } else {
            magnitude.checked_mul(power).ok_or(NumberError::TooLarge).and_then(Number::try_from)
        }
    }
}

/// The decimal in full, without exponent, trailing zeros or `-0`; one that never ends is rounded half up to 10 places.
impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = match self.decimal_places() {
            Some(_) => *self,
            None => self.round(SHOWN_PLACES, Rounding::HalfUp),
        };
        let divisor = Wide::from(shown.bottom());
        let mut text = (shown.top() / shown.bottom()).to_string();
        let mut left = Wide::from(shown.top() % shown.bottom());
        if !left.is_zero() {
            text.push('.');
        }
        while !left.is_zero() {
            let (digit, rest) = left.next_digit(divisor);
            text.push(char::from(b'0' + digit));
            left = rest;
        }
        formatter.pad_integral(!shown.is_negative(), "", &text)
    }
}

/// The exact text.
impl fmt::Debug for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_exact())
    }
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        Self::parse(text)
    }
}

/// As the exact text, in a string.
impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_exact())
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse_exact(&text).map_err(de::Error::custom)
    }
}
