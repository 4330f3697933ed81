//! Examples that stand in the bundle: facts, and what they must lead to.

use super::Constant;
use crate::diagnostic::Location;
use crate::number::Number;
use crate::period::{Date, Period};

/// An example: facts, and what they must lead to.
#[derive(Debug, Clone, Default)]
pub struct Case {
    /// A sentence.
    pub name: String,
    /// Scored in order; expectations are about the last.
    pub periods: Vec<Period>,
    /// The day on whose knowledge it rests.
    pub as_of: Option<Date>,
    /// Parameters that have another value here.
    pub parameters: Vec<(String, Constant)>,
    /// Attributes of the unit at hand, with their places.
    pub unit: Vec<(String, CaseValue)>,
    /// Attributes of levels above: level, attribute, value.
    pub above: Vec<(String, String, CaseValue)>,
    /// Further units of the group.
    pub units: Vec<CaseUnit>,
    /// Records.
    pub records: Vec<CaseRecord>,
    /// Kinds taken as not handed in.
    pub not_handed_in: Vec<String>,
    /// Exemptions: rule and reason, for the unit at hand.
    pub exemptions: Vec<(String, String)>,
    /// What must come out.
    pub expect: Expect,
    /// Where it stands.
    pub location: Location,
}

/// A raw value of a case with its place.
#[derive(Debug, Clone)]
pub struct CaseValue {
    /// The value as data: texts, numbers by their digits, lists, maps.
    pub raw: crate::dictionary::read::Raw,
    /// Where it stands.
    pub location: Location,
}

/// A further unit of a case.
#[derive(Debug, Clone)]
pub struct CaseUnit {
    /// Its id.
    pub id: String,
    /// Its parent; none: the same as the unit at hand.
    pub parent: Option<String>,
    /// Its level; none: the bundle's unit.
    pub level: Option<String>,
    /// Attributes.
    pub attributes: Vec<(String, CaseValue)>,
    /// Where it stands.
    pub location: Location,
}

/// A record of a case.
#[derive(Debug, Clone)]
pub struct CaseRecord {
    /// Whose; none: the unit at hand.
    pub unit: Option<String>,
    /// Its kind.
    pub kind: String,
    /// `date`, `id` and fields.
    pub fields: Vec<(String, CaseValue)>,
    /// Where it stands.
    pub location: Location,
}

/// What must come out of a case. What is not named is not looked at.
#[derive(Debug, Clone, Default)]
pub struct Expect {
    /// The score; `Some(None)`: no score.
    pub score: Option<Option<Number>>,
    /// The score without exemptions.
    pub score_without_exemptions: Option<Option<Number>>,
    /// The rating; `Some(None)`: none.
    pub rating: Option<Option<String>>,
    /// The band before veto and rating script.
    pub band: Option<Option<String>>,
    /// Whether it is vetoed.
    pub vetoed: Option<bool>,
    /// Whether something could not be checked.
    pub incomplete: Option<bool>,
    /// Whether it takes part.
    pub takes_part: Option<bool>,
    /// All lists it is on.
    pub lists: Option<Vec<String>>,
    /// All lists of which it is not known whether it is on them.
    pub lists_unknown: Option<Vec<String>>,
    /// Figures by id; none: a figure without value.
    pub figures: Vec<(String, Option<CaseValue>)>,
    /// Points and state of criteria.
    pub criteria: Vec<(String, ExpectCriterion)>,
    /// All findings with points, and those without that are worth naming. `Some(empty)`: no finding at all.
    pub findings: Option<Vec<ExpectFinding>>,
    /// Points of rules: what counts of all their findings.
    pub points: Vec<(String, Number)>,
    /// Outcomes of rules: `clean`, `findings`, `not_applicable`, `cannot_check`.
    pub outcomes: Vec<(String, String)>,
    /// The same about other results of the last period: of other units of the case, and roll-ups (`town:A`, `all`); and about
    /// the results of its year: `year` for the unit at hand, `year:B`, `year:town:A`, `year:all`.
    pub others: Vec<(String, Expect)>,
    /// Where each expectation stands, by its name: `score`, `outcomes.FIRE-001`.
    pub locations: Vec<(String, Location)>,
    /// Where it stands as a whole.
    pub location: Location,
}

/// Expected points and state of a criterion.
#[derive(Debug, Clone, Default)]
pub struct ExpectCriterion {
    /// Its points.
    pub points: Option<Number>,
    /// `met`, `not_met`, `unchecked`, `not_applicable`.
    pub met: Option<String>,
}

/// An expected finding.
#[derive(Debug, Clone)]
pub struct ExpectFinding {
    /// The rule.
    pub rule: String,
    /// `deduct`, `award`, `breach`, `veto`, `note`; none: any.
    pub kind: Option<String>,
    /// Points, signed.
    pub points: Option<Number>,
    /// Points that count, signed.
    pub counted: Option<Number>,
    /// The whole reason.
    pub reason: Option<String>,
    /// How many records are its evidence.
    pub evidence: Option<u32>,
    /// How many such findings; 1 when left out.
    pub times: u32,
}

impl Expect {
    /// Where something is expected: `criteria.a.points` where `criteria.a` stands; else where all of it does.
    pub fn location_of(&self, about: &str) -> &Location {
        let is_of = |name: &str| about.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let of_it = self.locations.iter().filter(|(name, _)| is_of(name));
        of_it.max_by_key(|(name, _)| name.len()).map_or(&self.location, |(_, location)| location)
    }
}
