//! Ratings as pages show them: how one stands among the others, from which score it holds, which one a year brought.
//! Next: [`drawing`](super::drawing).

use super::figures::Figure;

/// How a rating stands among the others of its standard; decides colour and sign, never words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// The best.
    First,
    /// The second.
    Second,
    /// The third.
    Third,
    /// The last.
    Fourth,
    /// Withheld, because something could not be checked.
    Withheld,
}

impl Grade {
    /// The class in the style sheet.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::First => "grade-1",
            Self::Second => "grade-2",
            Self::Third => "grade-3",
            Self::Fourth => "grade-4",
            Self::Withheld => "grade-withheld",
        }
    }
}

/// The result of one year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Year {
    /// The year: 2020.
    pub title: String,
    /// Its score; none when it was withheld.
    pub score: Option<Figure>,
    /// Its rating.
    pub rating: String,
    /// Whether it is the year that the page is about.
    pub current: bool,
}

/// A rating and the score from which it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BandLine {
    /// The rating.
    pub title: String,
    /// The score.
    pub from: Figure,
}
