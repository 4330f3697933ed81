//! One edition of a standard, checked: what the rest of the engine works with.
//!
//! Every item keeps the place where it stands in the file, so that later checks can point at it.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::diagnostic::Location;
use crate::dictionary::{Dictionary, Mend, Public, Value};
use crate::number::{Number, Rounding};
use crate::period::{Date, Granularity, Period};

/// A place in the bundle's file: line and column, from 1, in characters.
pub type Place = (u32, u32);

/// One edition of one standard.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// Stable over editions.
    pub id: String,
    /// Which edition.
    pub edition: String,
    /// Title of the standard.
    pub title: String,
    /// The document it rests on.
    pub basis: Option<Basis>,
    /// First and last day it is in force. Periods not wholly inside are not assessed.
    pub effective: (Option<Date>, Option<Date>),
    /// What is scored, and the outer arithmetic.
    pub assess: Assess,
    /// Record kinds, attributes, shapes.
    pub dictionary: Dictionary,
    /// The numbers of the standard.
    pub parameters: IndexMap<String, Parameter>,
    /// Functions shared by the scripts.
    pub library: Option<Script>,
    /// Named values.
    pub figures: Vec<Figure>,
    /// The headings of the standard.
    pub criteria: Vec<Criterion>,
    /// From a score to a named band.
    pub rating: Rating,
    /// Lists of units, records or findings.
    pub lists: Vec<List>,
    /// Days within which a finding can be appealed against.
    pub appeal_days: Option<u32>,
    /// Further results over years, towns, counties, all.
    pub roll_up: Vec<RollUp>,
    /// What every case starts from; it has no name and expects nothing.
    pub base_case: Case,
    /// Examples that prove it, each with the base case in it.
    pub cases: Vec<Case>,
    /// SHA-256 of the file's bytes, in hexadecimal.
    pub digest: String,
    /// Name of the file, as the user gave it.
    pub file: Arc<str>,
}

/// The document a standard rests on.
#[derive(Debug, Clone, Default)]
pub struct Basis {
    /// Its title.
    pub document: String,
    /// Where it can be read.
    pub link: Option<String>,
}

/// A script with the place of each of its lines in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The text as Rhai reads it.
    pub text: String,
    /// Where the first character of each line of `text` stands in the file.
    pub lines: Vec<Place>,
}

impl Script {
    /// The place in the file of a line and column of the text (both from 1).
    pub fn place(&self, line: usize, column: usize) -> Place {
        let index = line.max(1) - 1;
        let (file_line, file_column) = self.lines.get(index).or(self.lines.last()).copied().unwrap_or((1, 1));
        (file_line, file_column + u32::try_from(column.max(1) - 1).unwrap_or(0))
    }
}

/// What is scored and how points become a score.
#[derive(Debug, Clone)]
pub struct Assess {
    /// The level scored.
    pub unit: String,
    /// The levels above it, nearest first.
    pub within: Vec<String>,
    /// The length of the periods scored.
    pub period: Granularity,
    /// False for a unit: no rule runs.
    pub takes_part: Option<Script>,
    /// What a score starts from.
    pub base: Number,
    /// A score is never below.
    pub floor: Option<Number>,
    /// A score is never above.
    pub ceiling: Option<Number>,
    /// The one final rounding; none: nothing is rounded.
    pub round: Option<Round>,
    /// Which way is good.
    pub better: Better,
    /// What a rule that could not be checked does to the score.
    pub incomplete: Incomplete,
    /// Replaces the arithmetic.
    pub score: Option<Scored>,
}

/// A script with the group it may compare with.
#[derive(Debug, Clone)]
pub struct Scored {
    /// The script.
    pub script: Script,
    /// The group in scope, if any.
    pub compare: Option<Compare>,
}

/// A rounding: places and mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Round {
    /// Decimal places.
    pub places: u32,
    /// How a value between two steps is settled.
    pub mode: Rounding,
}

/// Which way is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Better {
    /// A deduction lowers the score.
    #[default]
    Higher,
    /// A deduction raises the score, an award lowers it.
    Lower,
}

/// What a rule that could not be checked does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Incomplete {
    /// No score.
    #[default]
    Withhold,
    /// The rule counts as losing nothing, and the result carries a mark.
    Flag,
}

/// A named number, text or table of the standard.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// What it is.
    pub title: String,
    /// The clause it comes from.
    pub basis: Option<String>,
    /// Its value.
    pub value: ParameterValue,
    /// Where it stands.
    pub place: Place,
}

/// The value of a parameter.
#[derive(Debug, Clone)]
pub enum ParameterValue {
    /// One constant for all days.
    Fixed(Constant),
    /// From each day on, a constant; ascending.
    Dated(Vec<(Date, Constant)>),
}

/// A constant of a standard.
#[derive(Debug, Clone, PartialEq)]
pub enum Constant {
    /// A number, text, boolean, date or list.
    Value(Value),
    /// Values by key: `parameters.x[key]`.
    Table(IndexMap<String, Value>),
    /// Steps, ascending: `parameters.x.at(v)` gives the value of the highest step reached.
    Steps {
        /// Key and value of each step, ascending.
        steps: Vec<(Number, Value)>,
        /// Whether a step is reached only above its key (else from its key on).
        above: bool,
    },
    /// Days: `parameters.x.contains(date)`.
    Ranges(Vec<(Date, Date)>),
}

/// A named value, computed once for each unit and period.
#[derive(Debug, Clone)]
pub struct Figure {
    /// Key in scripts.
    pub id: String,
    /// What it is.
    pub title: String,
    /// What gives it.
    pub script: Script,
    /// The group in scope, if any.
    pub compare: Option<Compare>,
    /// Whether it is computed after the rating.
    pub is_final: bool,
    /// Whether dashboards show it.
    pub show: bool,
    /// Where it stands.
    pub place: Place,
}

/// Which units a script may compare with: those that agree on all of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compare {
    /// Empty: all units.
    pub by: Vec<CompareBy>,
}

/// One thing the units of a group agree on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CompareBy {
    /// The same ancestor at the level of this name.
    Level(String),
    /// The same value of this attribute.
    Attribute(String),
}

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
#[derive(Debug, Clone)]
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

impl Bundle {
    /// All criteria, each before its sub-criteria, in the order of the file.
    pub fn all_criteria(&self) -> Vec<&Criterion> {
        fn visit<'a>(criteria: &'a [Criterion], into: &mut Vec<&'a Criterion>) {
            for criterion in criteria {
                into.push(criterion);
                visit(&criterion.criteria, into);
            }
        }
        let mut all = Vec::new();
        visit(&self.criteria, &mut all);
        all
    }

    /// All rules in the order in which they run: the order of the file, a criterion's rules before its sub-criteria.
    pub fn all_rules(&self) -> Vec<&Rule> {
        self.all_criteria().into_iter().flat_map(|criterion| &criterion.rules).collect()
    }

    /// Whether a rating is that of units not rated or not complete, here or in a roll-up.
    pub fn stands_apart(&self, rating: &str) -> bool {
        let ratings = std::iter::once(&self.rating).chain(self.roll_up.iter().map(|roll_up| &roll_up.rating));
        ratings.flat_map(|of| [&of.not_rated, &of.incomplete]).flatten().any(|name| name == rating)
    }

    /// The levels of units, from the one scored to the highest.
    pub fn levels(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.assess.unit.as_str()).chain(self.assess.within.iter().map(String::as_str))
    }
}
