//! Figures on pages: exact numbers come in, and leave as people write them.
//!
//! Each kind of figure is a type of its own, so that a template cannot forget a sign or show a number that is too small to
//! be public. Next: [`links`](super::links).

use std::fmt;

use liuwu_engine::number::{Number, Rounding};

pub use crate::disclosure::PublicCount;

/// The minus sign of print, as wide as a digit.
const MINUS: char = '−';

/// Decimals that are written out; a third of a point would have no end.
const DECIMALS: u32 = 4;

/// A score or an amount, thousands grouped: `92.5`, `1,204`, and of a fraction without end the first decimals: `0.3333`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Figure(pub Number);

impl Figure {
    /// Of a whole number.
    #[must_use]
    pub fn whole(number: usize) -> Self {
        Self(Number::from(number))
    }

    /// With exactly one place, for a column in which the points stand below each other: `99.0`.
    #[must_use]
    pub fn aligned(&self) -> String {
        let text = Self(self.0.round(1, Rounding::HalfUp)).to_string();
        if text.contains('.') { text } else { format!("{text}.0") }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_negative() {
            write!(formatter, "{MINUS}")?;
        }
        let text = self.0.abs().round(DECIMALS, Rounding::HalfUp).to_string();
        let (whole, decimals) = text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place) % 3 == 0 {
                formatter.write_str(",")?;
            }
            write!(formatter, "{digit}")?;
        }
        decimals.map_or(Ok(()), |decimals| write!(formatter, ".{decimals}"))
    }
}

/// Points added or taken away, always signed: `−2.5`, `+0.5`, `0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Points(pub Number);

impl Points {
    /// Whether they raise the score.
    #[must_use]
    pub fn is_award(&self) -> bool {
        !self.0.is_negative() && !self.0.is_zero()
    }

    /// Without the sign, for sentences that say it in words.
    #[must_use]
    pub fn unsigned(&self) -> Figure {
        Figure(self.0.abs())
    }
}

impl fmt::Display for Points {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_award() {
            formatter.write_str("+")?;
        }
        Figure(self.0).fmt(formatter)
    }
}

/// A share in percent, to one place at most: `98.8%`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(pub Number);

impl Percent {
    /// With exactly one place, for a column in which the points stand below each other: `90.0%`.
    #[must_use]
    pub fn aligned(&self) -> String {
        format!("{}%", Figure(self.0).aligned())
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}%", Figure(self.0.round(1, Rounding::HalfUp)))
    }
}

/// How a figure moved against the same period of last year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// There is nothing to compare with.
    None,
    /// Part of one of the two is missing, so that comparing them would mislead.
    Incomplete,
    /// It is the same.
    Same,
    /// It rose by so many points or percentage points.
    Up(Figure),
    /// It fell by so many points or percentage points.
    Down(Figure),
    /// It rose by a part of what it was.
    UpBy(Percent),
    /// It fell by a part of what it was.
    DownBy(Percent),
}

impl Change {
    /// By how much `now` differs from `before`.
    #[must_use]
    pub fn between(before: Option<Number>, now: Number) -> Self {
        match before.and_then(|before| now.sub(before).ok()) {
            None => Self::None,
            Some(difference) if difference.is_zero() => Self::Same,
            Some(difference) if difference.is_negative() => Self::Down(Figure(difference.abs())),
            Some(difference) => Self::Up(Figure(difference)),
        }
    }

    /// By what part of `before` it differs from `now`, to a whole percent.
    #[must_use]
    pub fn share(before: Option<Number>, now: Number) -> Self {
        let Some(before) = before else { return Self::None };
        let percent = now.sub(before).and_then(|change| liuwu_engine::number::percent(change, before));
        match percent.map(|percent| percent.round(0, Rounding::HalfUp)) {
            Err(_) => Self::None,
            Ok(percent) if percent.is_zero() => Self::Same,
            Ok(percent) if percent.is_negative() => Self::DownBy(Percent(percent.abs())),
            Ok(percent) => Self::UpBy(Percent(percent)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    #[test]
    fn thousands_are_grouped_and_decimals_are_not() {
        assert_eq!(Figure(number("1234567.1234")).to_string(), "1,234,567.1234");
        assert_eq!(Figure(Number::fraction(2, 3).unwrap()).to_string(), "0.6667");
        assert_eq!(Figure(number("-1204")).to_string(), "−1,204");
        assert_eq!(Figure(number("100")).to_string(), "100");
    }

    #[test]
    fn points_always_carry_their_sign() {
        assert_eq!(Points(number("0.5")).to_string(), "+0.5");
        assert_eq!(Points(number("-2.5")).to_string(), "−2.5");
        assert_eq!(Points(Number::ZERO).to_string(), "0");
        assert_eq!(Points(number("-2.5")).unsigned().to_string(), "2.5");
    }

    #[test]
    fn a_share_has_one_place_at_most() {
        assert_eq!(Percent(number("98.8105")).to_string(), "98.8%");
        assert_eq!(Percent(number("28")).to_string(), "28%");
        assert_eq!(Percent(number("28")).aligned(), "28.0%");
        assert_eq!(Figure(number("97.66")).aligned(), "97.7");
    }

    #[test]
    fn a_change_says_its_direction_apart_from_its_size() {
        assert_eq!(Change::between(Some(number("89.3")), number("92.5")), Change::Up(Figure(number("3.2"))));
        assert_eq!(Change::between(None, number("92.5")), Change::None);
        assert_eq!(Change::share(Some(number("125")), number("90")), Change::DownBy(Percent(number("28"))));
        assert_eq!(Change::share(Some(Number::ZERO), number("9")), Change::None);
    }
}
