//! Exact numbers, and the only place that divides or rounds.
//!
//! Text of a cell, a literal of a script or a count comes in; a [`Number`] leaves: a fraction of two whole numbers of
//! 128 bits, so that a third stays a third until somebody asks for decimals. A result that no longer fits goes on as
//! the nearest decimal of 28 digits. [`period`](crate::period) is next.

mod small;
mod text;
mod wide;

use std::cmp::Ordering;
use std::ops::Neg;

use num_rational::Ratio;
use num_traits::{CheckedAdd, CheckedMul, CheckedSub, Zero};
use rust_decimal::Decimal;

use small::Small;
use wide::Wide;

/// Digits that a result keeps when it no longer fits a fraction of 128 bits.
const DIGITS: u32 = 28;
/// Ten to the power of [`DIGITS`].
const TEN_TO_DIGITS: u128 = 10_u128.pow(DIGITS);
/// Most places behind the point of a number that is kept as digits of 64 bits.
pub const MOST_SCALED: u32 = 18;
/// Most decimal places of a rounded result: the largest power of ten that a denominator can hold.
const MAX_PLACES: u32 = 38;

/// An exact number: whole, decimal or fraction.
///
/// Equality, order and hash are those of the value: 0.5 and 1/2 are one number. The magnitude of numerator and
/// denominator is at most 2¹²⁷ − 1.
// Invariant: reduced; the denominator is positive; the numerator is never `i128::MIN`, so that it can be negated.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Number(Ratio<i128>);

/// Why there is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Something was divided by zero.
    #[error("division by zero")]
    DivisionByZero,
    /// The result, or the text, has more digits than a number can hold (about 38).
    #[error("the number has more digits than can be held (about 38)")]
    TooLarge,
    /// The text is not a plain decimal number.
    #[error("not a number; write digits with at most one point and a sign in front, such as -12.5")]
    Malformed,
}

/// What becomes of the part of a number that is rounded away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rounding {
    /// To the nearest; a half goes away from zero: 2.5 becomes 3, −2.5 becomes −3 (四舍五入).
    HalfUp,
    /// To the nearest; a half goes to the even neighbour: 2.5 becomes 2, 3.5 becomes 4.
    HalfEven,
    /// Toward zero: 2.9 becomes 2, −2.9 becomes −2.
    Down,
    /// Away from zero: 2.1 becomes 3, −2.1 becomes −3.
    Up,
}

/// Where they are defined.
impl Number {
    /// Nothing.
    pub const ZERO: Self = Self(Ratio::new_raw(0, 1));
    /// One.
    pub const ONE: Self = Self(Ratio::new_raw(1, 1));

    /// A whole number.
    #[must_use]
    pub const fn from_i64(whole: i64) -> Self {
        Self(Ratio::new_raw(whole as i128, 1))
    }

    /// The exact value of a decimal.
    #[must_use]
    pub fn from_decimal(decimal: Decimal) -> Self {
        // A decimal has 96 bits of digits and at most 28 places, so both parts fit.
        Self(Ratio::new(decimal.mantissa(), 10_i128.pow(decimal.scale())))
    }

    /// The number with these digits of which so many (at most 18) stand behind the point: 125 with 1 place is 12.5.
    #[must_use]
    pub const fn from_scaled(digits: i64, places: u32) -> Self {
        small::scaled(digits, if places > MOST_SCALED { MOST_SCALED } else { places })
    }

    /// `numerator / denominator`, exactly.
    ///
    /// # Errors
    /// [`NumberError::DivisionByZero`] when the denominator is zero.
    pub fn fraction(numerator: i64, denominator: i64) -> Result<Self, NumberError> {
        Self::from_i64(numerator).div(Self::from_i64(denominator))
    }
}

/// Calculating. Every result is exact as long as the reduced fraction fits 128 bits, and otherwise rounded half up to
/// 28 significant digits and at most 38 places; what exceeds 2¹²⁷ even then is [`NumberError::TooLarge`].
#[expect(
    clippy::should_implement_trait,
    reason = "each of these can fail, which the operators of the language cannot say"
)]
impl Number {
    /// `self + other`.
    ///
    /// # Errors
    /// [`NumberError::TooLarge`].
    pub fn add(self, other: Self) -> Result<Self, NumberError> {
        if let Some(sum) = self.in_small(other, Small::add) {
            return Ok(sum);
        }
        match self.0.checked_add(&other.0).and_then(Self::held) {
            Some(sum) => Ok(sum),
            None => self.add_wide(other),
        }
    }

    /// `self - other`.
    ///
    /// # Errors
    /// [`NumberError::TooLarge`].
    pub fn sub(self, other: Self) -> Result<Self, NumberError> {
        if let Some(difference) = self.in_small(-other, Small::add) {
            return Ok(difference);
        }
        match self.0.checked_sub(&other.0).and_then(Self::held) {
            Some(difference) => Ok(difference),
            None => self.add_wide(-other),
        }
    }

    /// `self × other`.
    ///
    /// # Errors
    /// [`NumberError::TooLarge`].
    pub fn mul(self, other: Self) -> Result<Self, NumberError> {
        if let Some(product) = self.in_small(other, Small::mul) {
            return Ok(product);
        }
        match self.0.checked_mul(&other.0).and_then(Self::held) {
            Some(product) => Ok(product),
            None => self.mul_wide(other),
        }
    }

    /// `self / other`, never truncated: 7 / 2 is 3.5 and 1 / 3 stays a third.
    ///
    /// # Errors
    /// [`NumberError::DivisionByZero`], [`NumberError::TooLarge`].
    pub fn div(self, other: Self) -> Result<Self, NumberError> {
        self.mul(other.reciprocal()?)
    }

    /// What is left of `self` after taking `other` from it a whole number of times; it has the sign of `self`:
    /// 7 rem 3 is 1, −7 rem 3 is −1, 7.5 rem 2 is 1.5.
    ///
    /// # Errors
    /// [`NumberError::DivisionByZero`], [`NumberError::TooLarge`].
    pub fn rem(self, other: Self) -> Result<Self, NumberError> {
        if other.is_zero() {
            return Err(NumberError::DivisionByZero);
        }
        // Over the common denominator both are whole numbers.
        let dividend = Wide::product(self.top(), other.bottom());
        let divisor = Wide::product(other.top(), self.bottom());
        let (_, left) = dividend.div_rem(divisor);
        Self::settle(self.is_negative(), left, Wide::product(self.bottom(), other.bottom()))
    }

    /// `self` to a whole power, which may be negative; anything to the power of 0 is 1.
    ///
    /// # Errors
    /// [`NumberError::DivisionByZero`] for zero to a negative power, [`NumberError::TooLarge`].
    pub fn pow(self, exponent: i64) -> Result<Self, NumberError> {
        let mut base = if exponent < 0 { self.reciprocal()? } else { self };
        let mut left = exponent.unsigned_abs();
        let mut power = Self::ONE;
        while left > 0 {
            if left % 2 == 1 {
                power = power.mul(base)?;
            }
            left /= 2;
            // The last square is not needed and might not fit.
            if left > 0 {
                base = base.mul(base)?;
            }
        }
        Ok(power)
    }

    /// The sum of all; zero of none.
    ///
    /// # Errors
    /// [`NumberError::TooLarge`].
    pub fn sum(numbers: impl IntoIterator<Item = Self>) -> Result<Self, NumberError> {
        numbers.into_iter().try_fold(Self::ZERO, Self::add)
    }

    fn reciprocal(self) -> Result<Self, NumberError> {
        if self.is_zero() {
            return Err(NumberError::DivisionByZero);
        }
        Ok(Self(self.0.recip()))
    }
}

/// Asking and rounding.
impl Number {
    /// Whether it is zero.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Whether it is below zero.
    #[must_use]
    pub fn is_negative(self) -> bool {
        *self.0.numer() < 0
    }

    /// Whether it is whole.
    #[must_use]
    pub fn is_integer(self) -> bool {
        self.0.is_integer()
    }

    /// The value as a whole number of 64 bits; none for a fraction or a larger number.
    #[must_use]
    pub fn to_i64(self) -> Option<i64> {
        if self.is_integer() { i64::try_from(*self.0.numer()).ok() } else { None }
    }

    /// The value times ten to the power of `places`, where that is a whole number of 64 bits.
    #[must_use]
    pub fn scaled(self, places: u32) -> Option<i64> {
        let scaled = self.0.numer().checked_mul(&10_i128.checked_pow(places)?)?;
        let (whole, rest) = (scaled / self.0.denom(), scaled % self.0.denom());
        if rest == 0 { i64::try_from(whole).ok() } else { None }
    }

    /// How many places the number has when written out as a decimal; none when the decimal never ends.
    #[must_use]
    pub fn decimal_places(self) -> Option<u32> {
        let mut rest = self.bottom();
        let twos = rest.trailing_zeros();
        rest >>= twos;
        let mut fives = 0;
        while rest.is_multiple_of(5) {
            rest /= 5;
            fives += 1;
        }
        (rest == 1).then_some(twos.max(fives))
    }

    /// The distance from zero.
    #[must_use]
    pub fn abs(self) -> Self {
        if self.is_negative() { -self } else { self }
    }

    /// The largest whole number that is not above: −2.5 becomes −3.
    #[must_use]
    pub fn floor(self) -> Self {
        self.round(0, if self.is_negative() { Rounding::Up } else { Rounding::Down })
    }

    /// The smallest whole number that is not below: −2.5 becomes −2.
    #[must_use]
    pub fn ceil(self) -> Self {
        self.round(0, if self.is_negative() { Rounding::Down } else { Rounding::Up })
    }

    /// The whole part: −2.5 becomes −2.
    #[must_use]
    pub fn trunc(self) -> Self {
        self.round(0, Rounding::Down)
    }

    /// The number with at most so many decimal places; more than 38 count as 38.
    #[must_use]
    pub fn round(self, places: u32, mode: Rounding) -> Self {
        if self.is_integer() {
            return self;
        }
        match Small::of(self).and_then(|small| small.round(places, mode)) {
            Some(rounded) => rounded,
            None => self.round_wide(places, mode),
        }
    }
}

/// `part` of `whole` in percent: 1 of 3 is 33⅓.
///
/// # Errors
/// [`NumberError::DivisionByZero`] when the whole is zero, [`NumberError::TooLarge`].
pub fn percent(part: Number, whole: Number) -> Result<Number, NumberError> {
    part.div(whole)?.mul(Number::from_i64(100))
}

/// `part` of `whole` in per thousand: 1 of 3 is 333⅓.
///
/// # Errors
/// [`NumberError::DivisionByZero`] when the whole is zero, [`NumberError::TooLarge`].
pub fn per_thousand(part: Number, whole: Number) -> Result<Number, NumberError> {
    part.div(whole)?.mul(Number::from_i64(1000))
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (Small::of(*self), Small::of(*other)) {
            (Some(one), Some(other)) => one.cmp(other),
            _ => self.0.cmp(&other.0),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Between the fast fractions and the products that do not fit them.
impl Number {
    /// The result for parts of 64 bits, if it fits them too.
    fn in_small(self, other: Self, calculate: impl Fn(Small, Small) -> Option<Number>) -> Option<Self> {
        calculate(Small::of(self)?, Small::of(other)?)
    }

    /// Magnitude of the numerator.
    fn top(self) -> u128 {
        self.0.numer().unsigned_abs()
    }

    /// The denominator.
    fn bottom(self) -> u128 {
        self.0.denom().unsigned_abs()
    }

    /// Keeps the invariant for what the checked operations of the fraction return.
    fn held(ratio: Ratio<i128>) -> Option<Self> {
        (*ratio.numer() != i128::MIN).then_some(Self(ratio))
    }

    /// `top / bottom` with a sign; the bottom is not zero.
    fn signed(negative: bool, top: u128, bottom: u128) -> Result<Self, NumberError> {
        let top = i128::try_from(top).map_err(|_| NumberError::TooLarge)?;
        let bottom = i128::try_from(bottom).map_err(|_| NumberError::TooLarge)?;
        Ok(Self(Ratio::new(if negative { -top } else { top }, bottom)))
    }

    fn add_wide(self, other: Self) -> Result<Self, NumberError> {
        let left = Wide::product(self.top(), other.bottom());
        let right = Wide::product(other.top(), self.bottom());
        let bottom = Wide::product(self.bottom(), other.bottom());
        if self.is_negative() == other.is_negative() {
            Self::settle(self.is_negative(), left.plus(right), bottom)
        } else if left >= right {
            Self::settle(self.is_negative(), left.minus(right), bottom)
        } else {
            Self::settle(other.is_negative(), right.minus(left), bottom)
        }
    }

    fn mul_wide(self, other: Self) -> Result<Self, NumberError> {
        let negative = self.is_negative() != other.is_negative();
        let (top, bottom) = (Wide::product(self.top(), other.top()), Wide::product(self.bottom(), other.bottom()));
        Self::settle(negative, top, bottom)
    }

    fn round_wide(self, places: u32, mode: Rounding) -> Self {
        let one = 10_u128.pow(places.min(MAX_PLACES));
        let divisor = Wide::from(self.bottom());
        let (kept, lost) = Wide::product(self.top(), one).div_rem(divisor);
        let away = match mode {
            Rounding::HalfUp => lost.doubled() >= divisor,
            Rounding::HalfEven => lost.doubled() > divisor || (lost.doubled() == divisor && kept.is_odd()),
            Rounding::Down => false,
            Rounding::Up => !lost.is_zero(),
        };
        let kept = if away { kept.plus(Wide::from(1)) } else { kept };
        // Invariant: this always succeeds. A fraction is at most half the largest magnitude, so rounding stays in range.
        Self::settle(self.is_negative(), kept, Wide::from(one)).unwrap_or(self)
    }

    /// `top / bottom` exactly if the reduced fraction fits, and otherwise as a decimal of 28 digits.
    fn settle(negative: bool, top: Wide, bottom: Wide) -> Result<Self, NumberError> {
        let common = top.gcd(bottom);
        let (top, _) = top.div_rem(common);
        let (bottom, _) = bottom.div_rem(common);
        if let (Some(top), Some(bottom)) = (top.narrow(), bottom.narrow())
            && let Ok(exact) = Self::signed(negative, top, bottom)
        {
            return Ok(exact);
        }
        Self::settle_as_decimal(negative, top, bottom)
    }

    fn settle_as_decimal(negative: bool, top: Wide, bottom: Wide) -> Result<Self, NumberError> {
        let (whole, mut left) = top.div_rem(bottom);
        let mut digits = whole.narrow().ok_or(NumberError::TooLarge)?;
        if digits >= TEN_TO_DIGITS {
            let unit = 10_u128.pow(digits.ilog10() + 1 - DIGITS);
            let away = u128::from(digits % unit >= unit / 2);
            // No overflow: the digits are at most 39, and what is too large for 127 bits is refused below.
            return Self::signed(negative, (digits / unit + away).saturating_mul(unit), 1);
        }
        let mut places = 0;
        while digits < TEN_TO_DIGITS / 10 && places < MAX_PLACES {
            let (digit, rest) = left.next_digit(bottom);
            digits = digits * 10 + u128::from(digit);
            left = rest;
            places += 1;
        }
        let away = u128::from(left.doubled() >= bottom);
        Self::signed(negative, digits + away, 10_u128.pow(places))
    }
}

impl Default for Number {
    fn default() -> Self {
        Self::ZERO
    }
}

impl Neg for Number {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

macro_rules! from_whole {
    ($($whole:ty),*) => {$(
        impl From<$whole> for Number {
            fn from(whole: $whole) -> Self {
                Self(Ratio::from_integer(i128::from(whole)))
            }
        }
    )*};
}

from_whole!(i8, i16, i32, i64, u8, u16, u32, u64);

impl From<usize> for Number {
    fn from(count: usize) -> Self {
        // A count of things in memory has at most 64 bits.
        Self(Ratio::from_integer(count as i128))
    }
}

impl From<Decimal> for Number {
    fn from(decimal: Decimal) -> Self {
        Self::from_decimal(decimal)
    }
}

impl TryFrom<i128> for Number {
    type Error = NumberError;

    fn try_from(whole: i128) -> Result<Self, NumberError> {
        Self::held(Ratio::from_integer(whole)).ok_or(NumberError::TooLarge)
    }
}

#[cfg(test)]
mod tests;
