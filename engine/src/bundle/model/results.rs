//! What becomes of a score: ratings, lists with their measures, roll-ups.

use super::{Compare, Figure, Place, Round, Scored, Script};
use crate::number::Number;

/// From a score to a rating.
#[derive(Debug, Clone, Default)]
pub struct Rating {
    /// Read from the top; the first that fits.
    pub bands: Vec<Band>,
    /// Ratings from best to worst; the bands' names when there are bands.
    pub ladder: Vec<String>,
    /// Rating of a vetoed unit.
    pub vetoed: Option<String>,
    /// Rating of a unit whose score is withheld.
    pub incomplete: Option<String>,
    /// Rating of a unit that takes no part.
    pub not_rated: Option<String>,
    /// For units with none of the three.
    pub script: Option<Scored>,
}

/// One band of scores.
#[derive(Debug, Clone)]
pub struct Band {
    /// The rating's name.
    pub name: String,
    /// Lower end.
    pub lower: Option<Bound>,
    /// Upper end.
    pub upper: Option<Bound>,
    /// Where it stands.
    pub place: Place,
}

/// One end of a band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// The score at the end.
    pub at: Number,
    /// Whether the end itself belongs to the band (`from`, `upto`) or not (`above`, `below`).
    pub inclusive: bool,
}

impl Band {
    /// Whether a score falls into it.
    pub fn holds(&self, score: Number) -> bool {
        self.lower.is_none_or(|b| score > b.at || (b.inclusive && score == b.at))
            && self.upper.is_none_or(|b| score < b.at || (b.inclusive && score == b.at))
    }
}

/// A list drawn up by a script.
#[derive(Debug, Clone)]
pub struct List {
    /// Key in results.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What its entries are.
    pub each: Each,
    /// True: is entered.
    pub script: Script,
    /// The group in scope, if any.
    pub compare: Option<Compare>,
    /// Measures and their clocks, in order.
    pub follow_up: Vec<Measure>,
    /// How long an entry stays, in calendar days: at least, at most.
    pub stays: (Option<u32>, Option<u32>),
    /// Where it stands.
    pub place: Place,
}

/// What the entries of a list are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Each {
    /// Units.
    Unit,
    /// Records of these kinds, from history.
    Record(Vec<String>),
    /// Findings.
    Finding,
}

/// A measure proposed for an entry.
#[derive(Debug, Clone)]
pub struct Measure {
    /// Key, such as `warning_talk`.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Working days after listing within which it is taken.
    pub within_days: Option<u32>,
    /// Working days overdue after which it is proposed.
    pub when_overdue_days: Option<u32>,
}

/// A further result: of a unit's year, or of all units of a level.
#[derive(Debug, Clone)]
pub struct RollUp {
    /// Over what.
    pub over: Over,
    /// False: no result.
    pub takes_part: Option<Script>,
    /// Named values.
    pub figures: Vec<Figure>,
    /// The score.
    pub score: Option<Scored>,
    /// Its rounding.
    pub round: Option<Round>,
    /// The rating.
    pub rating: Rating,
    /// The lists.
    pub lists: Vec<List>,
    /// Where it stands.
    pub place: Place,
}

/// Over what a roll-up is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Over {
    /// The periods of a calendar year, for each unit.
    Year,
    /// The units below each unit of this level.
    Level(String),
    /// All units.
    All,
}
