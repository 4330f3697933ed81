//! Fractions whose parts fit 64 bits, by far the most: calculated, compared and reduced without the slow division of 128 bits.
//! Whatever does not fit goes the way of [`super::Number`], to the same result.

use std::cmp::Ordering;

use num_integer::Integer;
use num_rational::Ratio;

use super::{Number, Rounding};

/// A reduced fraction; the bottom is positive.
#[derive(Clone, Copy)]
pub(super) struct Small {
    top: i64,
    bottom: i64,
}

impl Small {
    pub(super) fn of(number: Number) -> Option<Small> {
        let (top, bottom) = (i64::try_from(*number.0.numer()).ok()?, i64::try_from(*number.0.denom()).ok()?);
        Some(Small { top, bottom })
    }

    pub(super) fn add(self, other: Small) -> Option<Number> {
        if self.bottom == other.bottom {
            return reduced(self.top.checked_add(other.top)?, self.bottom);
        }
        let (left, right) = (self.top.checked_mul(other.bottom)?, other.top.checked_mul(self.bottom)?);
        reduced(left.checked_add(right)?, self.bottom.checked_mul(other.bottom)?)
    }

    pub(super) fn mul(self, other: Small) -> Option<Number> {
        reduced(self.top.checked_mul(other.top)?, self.bottom.checked_mul(other.bottom)?)
    }

    pub(super) fn cmp(self, other: Small) -> Ordering {
        if self.bottom == other.bottom {
            return self.top.cmp(&other.top);
        }
        let product = |top: i64, bottom: i64| i128::from(top) * i128::from(bottom);
        product(self.top, other.bottom).cmp(&product(other.top, self.bottom))
    }

    /// With at most so many decimal places.
    pub(super) fn round(self, places: u32, mode: Rounding) -> Option<Number> {
        let one = 10_i64.checked_pow(places)?;
        let scaled = self.top.checked_mul(one)?.unsigned_abs();
        let bottom = self.bottom.unsigned_abs();
        let (kept, lost) = (scaled / bottom, scaled % bottom);
        // Compared by halves, since twice the rest may not fit.
        let half = lost.cmp(&(bottom - lost));
        let away = match mode {
            Rounding::HalfUp => half.is_ge(),
            Rounding::HalfEven => half.is_gt() || (half.is_eq() && kept % 2 == 1),
            Rounding::Down => false,
            Rounding::Up => lost > 0,
        };
        let kept = i64::try_from(kept + u64::from(away)).ok()?;
        reduced(if self.top < 0 { -kept } else { kept }, one)
    }
}

/// The number with these digits of which so many, at most 18, stand behind the point.
pub(super) const fn scaled(digits: i64, places: u32) -> Number {
    let (mut top, mut bottom) = (digits, 10_i64.pow(places));
    // All that can be taken out of both are twos and fives.
    let twos = if top == 0 { places } else { top.trailing_zeros() };
    let twos = if twos < places { twos } else { places };
    (top, bottom) = (top >> twos, bottom >> twos);
    let mut fives = places;
    while fives > 0 && top % 5 == 0 {
        (top, bottom, fives) = (top / 5, bottom / 5, fives - 1);
    }
    Number(Ratio::new_raw(top as i128, bottom as i128))
}

/// The fraction of two whole numbers, of which the lower one is positive.
fn reduced(top: i64, bottom: i64) -> Option<Number> {
    if bottom == 1 {
        return Some(Number::from_i64(top));
    }
    let common = i64::try_from(top.unsigned_abs().gcd(&bottom.unsigned_abs())).ok()?;
    Some(Number(Ratio::new_raw((top / common).into(), (bottom / common).into())))
}
