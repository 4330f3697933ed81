//! Criteria and their rules: what takes points, and how far.

use super::{Compare, Incomplete, Place, Script};
use crate::dictionary::{Mend, Public};
use crate::number::Number;
use crate::period::Granularity;

/// One heading of a standard.
#[derive(Debug, Clone)]
pub struct Criterion {
    /// Key in scripts and results.
    pub id: String,
    /// What must hold.
    pub title: String,
    /// Its clause, if it has one of its own.
    pub basis: Option<String>,
    /// What its points start from.
    pub base: Number,
    /// Its points are never below.
    pub floor: Option<Number>,
    /// Its points are never above.
    pub ceiling: Option<Number>,
    /// How its parts make its points.
    pub combine: Combine,
    /// Its weight in a weighted criterion above it.
    pub weight: Option<Number>,
    /// Caps shared by several of its rules.
    pub caps: Vec<SharedCap>,
    /// Overrides the bundle's.
    pub incomplete: Option<Incomplete>,
    /// What the public may see of it.
    pub public: Option<Public>,
    /// Its rules, in order.
    pub rules: Vec<Rule>,
    /// Its sub-criteria, in order, after its rules.
    pub criteria: Vec<Criterion>,
    /// Where it stands.
    pub place: Place,
}

/// How the parts of a criterion make its points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Combine {
    /// Added up.
    #[default]
    Sum,
    /// Their mean.
    Mean,
    /// Their mean by weight.
    Weighted,
    /// The lowest.
    Min,
    /// The highest.
    Max,
}

/// A cap on the points of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cap {
    /// At most this many points, either way.
    pub points: Number,
    /// For each period of this length; none: over the whole period.
    pub per: Option<Granularity>,
}

/// A cap on the points of several rules together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedCap {
    /// Ids of the rules.
    pub rules: Vec<String>,
    /// The cap.
    pub cap: Cap,
}

/// One clause of a standard, as a script.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Stable, such as `FIRE-001`.
    pub id: String,
    /// The fault found.
    pub title: String,
    /// Who supplies and decides.
    pub department: Option<String>,
    /// The clause.
    pub basis: Option<String>,
    /// Caps on its points.
    pub caps: Vec<Cap>,
    /// Its weight in a weighted criterion.
    pub weight: Option<Number>,
    /// False: not applicable.
    pub applies: Option<Script>,
    /// The group in scope, if any.
    pub compare: Option<Compare>,
    /// What it does.
    pub body: Body,
    /// What a unit can do about its findings.
    pub mend: Option<Mend>,
    /// Where it stands.
    pub place: Place,
}

/// What a rule does.
#[expect(clippy::large_enum_variant, reason = "rules are few, and most are of the larger variant")]
#[derive(Debug, Clone)]
pub enum Body {
    /// One line for each part.
    Short(ShortForm),
    /// A script.
    Long(Script),
}

/// A rule in the short form.
#[derive(Debug, Clone)]
pub struct ShortForm {
    /// The kinds gone through; empty: once for the unit.
    pub each: Vec<String>,
    /// Which of their records.
    pub from: Reach,
    /// Only when this holds; none: always.
    pub when: Option<Script>,
    /// What is done, and with how many points; none: only `breach` or `veto`.
    pub action: Option<Action>,
    /// Whether it also breaks the criterion.
    pub breach: Condition,
    /// Whether it also vetoes.
    pub veto: Condition,
    /// Template of the reason, with `${…}`; none: the title.
    pub reason: Option<Script>,
}

/// Which records of a kind a rule of the short form goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// Those of the period.
    #[default]
    Period,
    /// All up to the period's end.
    History,
    /// All that are known, later ones too.
    Known,
}

/// When something holds.
#[derive(Debug, Clone, Default)]
pub enum Condition {
    /// Never.
    #[default]
    Never,
    /// Always.
    Always,
    /// When this script says so.
    When(Script),
}

impl Condition {
    /// Whether it never holds.
    pub fn is_never(&self) -> bool {
        matches!(self, Condition::Never)
    }
}

/// What a rule of the short form does.
#[derive(Debug, Clone)]
pub enum Action {
    /// Takes points off.
    Deduct(Script),
    /// Gives points.
    Award(Script),
    /// Says something without points.
    Note,
}
