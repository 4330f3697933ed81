//! One edition of a standard, checked: what the rest of the engine works with.
//!
//! Every item keeps the place where it stands in the file, so that later checks can point at it. Reading order: this file (the
//! standard as a whole, what it scores, its parameters and figures), [`rules`], [`results`], [`examples`].

mod rules;
mod results;
mod examples;

use std::sync::Arc;

use indexmap::IndexMap;

use crate::dictionary::{Dictionary, Value};
use crate::number::{Number, Rounding};
use crate::period::{Date, Granularity};

pub use examples::*;
pub use results::*;
pub use rules::*;

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
