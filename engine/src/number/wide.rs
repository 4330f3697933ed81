//! Whole numbers of 256 bits without a sign: the products of two 128-bit numbers enter, and leave again as a quotient,
//! a common divisor or the next digit of a decimal. Used by [`number`](super) alone, which is next.

use std::cmp::Ordering;

/// A whole number from 0 to 2²⁵⁶ − 1. Its callers stay below 2²⁵⁵, so that doubling and adding never overflow: the
/// parts of a number have at most 127 bits, their products 254, a sum of two products 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wide {
    high: u128,
    low: u128,
}

const HALF: u32 = 64;
const HALF_MASK: u128 = (1 << HALF) - 1;

impl Wide {
    const ZERO: Self = Self { high: 0, low: 0 };

    /// `left × right`, by the school method on halves of 64 bits.
    pub(super) fn product(left: u128, right: u128) -> Self {
        let (left_high, left_low) = (left >> HALF, left & HALF_MASK);
        let (right_high, right_low) = (right >> HALF, right & HALF_MASK);
        let lowest = left_low * right_low;
        let middle = left_high * right_low + (lowest >> HALF);
        let other_middle = left_low * right_high + (middle & HALF_MASK);
        Self {
            high: left_high * right_high + (middle >> HALF) + (other_middle >> HALF),
            low: (other_middle << HALF) | (lowest & HALF_MASK),
        }
    }

    pub(super) fn is_zero(self) -> bool {
        self == Self::ZERO
    }

    pub(super) fn is_odd(self) -> bool {
        self.low & 1 == 1
    }

    /// The same number in 128 bits, if it fits.
    pub(super) fn narrow(self) -> Option<u128> {
        (self.high == 0).then_some(self.low)
    }

    pub(super) fn plus(self, other: Self) -> Self {
        let (low, carry) = self.low.overflowing_add(other.low);
        Self { high: self.high + other.high + u128::from(carry), low }
    }

    /// `self - other`, which must not be larger.
    pub(super) fn minus(self, other: Self) -> Self {
        let (low, borrow) = self.low.overflowing_sub(other.low);
        Self { high: self.high - other.high - u128::from(borrow), low }
    }

    pub(super) fn doubled(self) -> Self {
        self.shifted_left(1)
    }

    /// Quotient and remainder, by long division in base 2; the divisor is not zero.
    pub(super) fn div_rem(self, divisor: Self) -> (Self, Self) {
        if let (Some(small), Some(divisor)) = (self.narrow(), divisor.narrow()) {
            return (Self::from(small / divisor), Self::from(small % divisor));
        }
        let mut quotient = Self::ZERO;
        let mut left = self;
        for step in (0..=self.bits().saturating_sub(divisor.bits())).rev() {
            let part = divisor.shifted_left(step);
            quotient = quotient.doubled();
            if left >= part {
                left = left.minus(part);
                quotient.low |= 1;
            }
        }
        (quotient, left)
    }

    /// The next digit of the decimal `self / divisor`, and what is left for the digit after it; `self` is smaller than
    /// the divisor. Ten times `self` may not fit, so it is built as 2 × (2 × 2 + 1), taking the divisor out at each step.
    pub(super) fn next_digit(self, divisor: Self) -> (u8, Self) {
        let take = |digit: u8, left: Self| {
            if left >= divisor { (digit + 1, left.minus(divisor)) } else { (digit, left) }
        };
        let (digit, left) = take(0, self.doubled());
        let (digit, left) = take(digit * 2, left.doubled());
        let (digit, left) = take(digit, left.plus(self));
        take(digit * 2, left.doubled())
    }

    /// The greatest common divisor, by halving and subtracting; that of 0 and a number is the number.
    pub(super) fn gcd(self, other: Self) -> Self {
        if self.is_zero() || other.is_zero() {
            return self.plus(other);
        }
        let shared_twos = self.trailing_zeros().min(other.trailing_zeros());
        let mut left = self.shifted_right(self.trailing_zeros());
        let mut right = other.shifted_right(other.trailing_zeros());
        loop {
            match left.cmp(&right) {
                Ordering::Equal => return left.shifted_left(shared_twos),
                Ordering::Less => std::mem::swap(&mut left, &mut right),
                Ordering::Greater => {}
            }
            left = left.minus(right);
            left = left.shifted_right(left.trailing_zeros());
        }
    }

    fn bits(self) -> u32 {
        if self.high > 0 { 256 - self.high.leading_zeros() } else { 128 - self.low.leading_zeros() }
    }

    fn trailing_zeros(self) -> u32 {
        if self.low > 0 { self.low.trailing_zeros() } else { 128 + self.high.trailing_zeros() }
    }

    fn shifted_left(self, by: u32) -> Self {
        match by {
            0 => self,
            1..128 => Self { high: (self.high << by) | (self.low >> (128 - by)), low: self.low << by },
            _ => Self { high: self.low << (by - 128), low: 0 },
        }
    }

    fn shifted_right(self, by: u32) -> Self {
        match by {
            0 => self,
            1..128 => Self { high: self.high >> by, low: (self.low >> by) | (self.high << (128 - by)) },
            _ => Self { high: 0, low: self.high >> (by - 128) },
        }
    }
}

impl From<u128> for Wide {
    fn from(low: u128) -> Self {
        Self { high: 0, low }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_largest_product_is_right() {
        // (2¹²⁸ − 1)² = 2²⁵⁶ − 2¹²⁹ + 1
        assert_eq!(Wide::product(u128::MAX, u128::MAX), Wide { high: u128::MAX - 1, low: 1 });
    }

    #[test]
    fn digits_come_out_one_by_one() {
        let (first, left) = Wide::from(1).next_digit(Wide::from(7));
        let (second, left) = left.next_digit(Wide::from(7));
        let (third, _) = left.next_digit(Wide::from(7));
        assert_eq!((first, second, third), (1, 4, 2));
    }

    /// Parts of a number: at most 127 bits, of all lengths.
    fn part() -> impl Strategy<Value = u128> {
        (any::<u128>(), 1_u32..128).prop_map(|(bits, drop)| bits >> drop)
    }

    proptest! {
        #[test]
        fn division_is_the_inverse_of_multiplication(a in part(), b in part(), c in part(), d in part()) {
            let (top, divisor) = (Wide::product(a, b), Wide::product(c, d));
            prop_assume!(!divisor.is_zero());
            let (quotient, left) = top.div_rem(divisor);
            prop_assert!(left < divisor);
            // Where the quotient fits, multiply it back by both factors of the divisor.
            if let Some(quotient) = quotient.narrow() && let Some(once) = Wide::product(quotient, c).narrow() {
                prop_assert_eq!(Wide::product(once, d).plus(left), top);
            }
        }

        #[test]
        fn a_shared_factor_divides_the_common_divisor(a in part(), b in part(), shared in part()) {
            prop_assume!(a > 0 && b > 0 && shared > 0);
            let (left, right) = (Wide::product(a, shared), Wide::product(b, shared));
            let common = left.gcd(right);
            prop_assert!(left.div_rem(common).1.is_zero());
            prop_assert!(right.div_rem(common).1.is_zero());
            prop_assert!(common.div_rem(Wide::from(shared)).1.is_zero());
        }
    }
}
