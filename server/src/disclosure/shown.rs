//! An assessment as its reader may see it. Next: [`super::reach`], which says what that is.

use std::borrow::Cow;
use std::fmt;

use indexmap::IndexMap;
use liuwu_engine::assessment::{FindingKind, Met, Outcome, Remark};
use liuwu_engine::number::Number;
use liuwu_engine::period::{Date, Period};
use liuwu_engine::record::Mark;
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use crate::trace::Trace;

/// An assessment as its reader may see it. Fields mean what they mean in [`Filed`](crate::filed::Filed).
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The unit's id; of a roll-up `town:A`, `county:B` or `all`.
    pub unit: String,
    /// The unit's level; `all` for the roll-up over all.
    pub level: String,
    /// The period.
    pub period: Period,
    /// The day on whose knowledge it rests.
    pub as_of: Date,
    /// `bundle@edition`.
    pub edition: String,
    /// False: no rule ran.
    pub takes_part: bool,
    /// The score; none when it is withheld.
    pub score: Option<Number>,
    /// The score if no exemption counted; none also when it would tell something that is not public.
    pub score_without_exemptions: Option<Number>,
    /// The rating.
    pub rating: Option<String>,
    /// The band of the score.
    pub band: Option<String>,
    /// Whether a veto counts.
    pub vetoed: bool,
    /// Whether something could not be checked.
    pub incomplete: bool,
    /// Lists it is on.
    pub lists: Vec<String>,
    /// Lists it may be on.
    pub lists_unknown: Vec<String>,
    /// What put it on lists.
    pub entries: Vec<ShownEntry>,
    /// Figures that may be seen; none: could not be computed.
    pub figures: IndexMap<String, Option<Counted>>,
    /// Criteria, each before its sub-criteria.
    pub criteria: IndexMap<String, ShownCriterion>,
    /// How each rule ended.
    pub rules: IndexMap<String, ShownRule>,
    /// Findings that may be seen.
    pub findings: Vec<ShownFinding>,
    /// Why something could not be computed.
    pub remarks: Vec<Remark>,
    /// The arithmetic from the base to the score: what its lines add makes the score. Empty when there is no score and
    /// the lines would tell something that is not public.
    pub ledger: Vec<ShownLine>,
    /// The receipt.
    pub receipt: String,
}

/// The result of a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShownCriterion {
    /// Its points; none when they are not public.
    pub points: Option<Number>,
    /// Its state.
    pub met: Met,
}

/// How a rule ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShownRule {
    /// Whether it broke its criterion. A lost point alone breaks nothing.
    pub met: Met,
    /// Whether something was found; none when that is not public.
    pub outcome: Option<Outcome>,
}

/// A finding; or all findings of a rule of which only count and points are public.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownFinding {
    /// The rule.
    pub rule: String,
    /// What it does.
    pub kind: FindingKind,
    /// What it adds.
    pub points: Number,
    /// What of it counts.
    pub counted: Number,
    /// Whether it is exempted.
    pub exempted: bool,
    /// Why; none when it is not public.
    pub reason: Option<String>,
    /// On what it rests.
    pub evidence: Vec<ShownEvidence>,
    /// How many facts there are, where only that is public.
    pub facts: Option<PublicCount>,
}

/// A record that a finding or an entry rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownEvidence {
    /// Its kind.
    pub kind: String,
    /// Its date.
    pub date: Date,
    /// The source's own number.
    pub number: Option<String>,
    /// The mark of what it says, by which its record is found again. It is no part of a page or an answer.
    pub mark: Option<Mark>,
    /// File, sheet and row; never for the public.
    pub place: Option<String>,
}

impl ShownEvidence {
    /// By what its record is found again.
    pub fn trace(&self) -> Trace<'_> {
        Trace {
            kind: &self.kind,
            date: self.date,
            number: self.number.as_deref(),
            mark: self.mark,
            place: self.place.as_deref().map(Cow::Borrowed),
        }
    }
}

/// What put a unit on a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownEntry {
    /// The list.
    pub list: String,
    /// The record.
    pub record: Option<ShownEvidence>,
    /// The department that the record itself names.
    pub department: Option<String>,
    /// The place among the findings shown.
    pub finding: Option<usize>,
    /// How many matters there are, where only that is public.
    pub facts: Option<PublicCount>,
}

/// A line of the arithmetic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownLine {
    /// What it is about.
    pub what: ShownLineKind,
    /// What it adds.
    pub adds: Number,
    /// The sum so far; inside a criterion whose parts are combined otherwise than by a sum, the sum there.
    pub sum: Number,
    /// The criterion inside which it counts, when its parts are combined otherwise than by a sum.
    pub inside: Option<String>,
}

/// What a line of the arithmetic is about. Criteria and rules by id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShownLineKind {
    /// The base of the score.
    Base,
    /// The base of a criterion.
    CriterionBase(String),
    /// A finding, by its place among those shown.
    Finding(usize),
    /// A finding that is exempted and adds nothing.
    Exempted(usize),
    /// What a cap gives back to a rule.
    RuleCap(String),
    /// What a cap shared by rules gives back.
    SharedCap(String),
    /// How the parts of a criterion are combined.
    Combined(String),
    /// What the floor of a criterion gives back.
    CriterionFloor(String),
    /// What the ceiling of a criterion takes away.
    CriterionCeiling(String),
    /// The points of a criterion whose parts are combined otherwise than by a sum.
    Criterion(String),
    /// The sum of everything that is not public.
    Withheld,
    /// What the floor of the score gives back.
    Floor,
    /// What the ceiling of the score takes away.
    Ceiling,
    /// The score script's own value in place of the sum.
    Script,
    /// The final rounding.
    Rounding,
}

/// The value of a figure as it may be seen.
#[derive(Debug, Clone, PartialEq)]
pub enum Counted {
    /// As it is; numbers as text, so that nothing is rounded on the way.
    Value(Json),
    /// A count, told apart only when it is large enough.
    Count(PublicCount),
}

impl Serialize for Counted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Counted::Value(value) => value.serialize(serializer),
            Counted::Count(count) => count.serialize(serializer),
        }
    }
}

/// A number of people, cases or facts in one village, as the public may see it.
///
/// One or two could point at a person, so they are never told apart; nothing at all points at nobody and is shown.
// Invariant: the number itself has no way out but `exact`, which is none for one and two.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicCount(u64);

impl PublicCount {
    /// The smallest number of a village that is published.
    pub const SMALLEST: u64 = 3;

    /// Takes the true number in and keeps it.
    #[must_use]
    pub const fn of(number: u64) -> Self {
        Self(number)
    }

    /// With so many more.
    #[must_use]
    pub const fn plus(self, more: u64) -> Self {
        Self(self.0.saturating_add(more))
    }

    /// The number, when it is large enough to be public or there is nothing.
    #[must_use]
    pub const fn exact(self) -> Option<u64> {
        if self.0 == 0 || self.0 >= Self::SMALLEST { Some(self.0) } else { None }
    }
}

/// `5`, or `<3`.
impl fmt::Display for PublicCount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.exact() {
            Some(number) => write!(formatter, "{number}"),
            None => write!(formatter, "<{}", Self::SMALLEST),
        }
    }
}

/// As small a number as on a page: a page that is logged says no more than one that is shown.
impl fmt::Debug for PublicCount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// As text, `5` or `<3`.
impl Serialize for PublicCount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_and_two_of_a_village_cannot_be_told_apart() {
        for few in [1, 2] {
            assert_eq!(PublicCount::of(few).exact(), None);
            assert_eq!(format!("{:?}", PublicCount::of(few)), "<3");
            assert_eq!(serde_json::to_string(&PublicCount::of(few)).unwrap(), "\"<3\"");
        }
        assert_eq!(PublicCount::of(0).exact(), Some(0));
        assert_eq!(PublicCount::of(2).plus(1).exact(), Some(3));
    }
}
