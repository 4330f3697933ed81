//! The result of scoring one unit for one period, complete enough to account for every point.
//!
//! These are plain data: [`crate::assess`] fills them, the store keeps them, pages and the API show them. Scripts read the
//! results of earlier periods and, in a roll-up, those of the parts. Next: [`crate::script`].

use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::dictionary::Value;
use crate::number::Number;
use crate::period::{Date, Period};
use crate::record::{Record, Source};

/// The result for one unit, period and edition.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// The unit's id; of a roll-up over a level `town:A`, over all `all`.
    pub unit: Arc<str>,
    /// The unit's level; `all` for the roll-up over all.
    pub level: Arc<str>,
    /// The period.
    pub period: Period,
    /// The day on whose knowledge it rests.
    pub as_of: Date,
    /// `bundle@edition`.
    pub edition: Arc<str>,
    /// False: no rule ran.
    pub takes_part: bool,
    /// The final score; none: no part taken, withheld, or no score by the standard itself.
    pub score: Option<Number>,
    /// The score if no exemption counted.
    pub score_without_exemptions: Option<Number>,
    /// Whether the score, the rating, lists or criteria would be others if no exemption counted.
    pub moved_by_exemptions: bool,
    /// The rating.
    pub rating: Option<Arc<str>>,
    /// The band of the score, before veto and rating script.
    pub band: Option<Arc<str>>,
    /// Whether a veto counts.
    pub vetoed: bool,
    /// Whether something could not be checked.
    pub incomplete: bool,
    /// The lists it is on, in the order of the bundle.
    pub lists: Vec<Arc<str>>,
    /// The lists of which it is not known whether it is on them.
    pub lists_unknown: Vec<Arc<str>>,
    /// What put it on the lists.
    pub entries: Vec<Entry>,
    /// Figures by id; none: could not be computed.
    pub figures: IndexMap<Arc<str>, Option<Value>>,
    /// Criteria by id, each before its sub-criteria.
    pub criteria: IndexMap<Arc<str>, CriterionResult>,
    /// Everything the rules found, in the order of the rules.
    pub findings: Vec<Finding>,
    /// How each rule ended, in the order of the rules.
    pub outcomes: IndexMap<Arc<str>, Outcome>,
    /// Why rules, figures, lists or the rating could not be computed, and on how many of a group they rest where some of it
    /// have no value.
    pub remarks: Vec<Remark>,
    /// The arithmetic from the base to the score, line by line.
    pub ledger: Vec<Line>,
    /// SHA-256 over everything it rests on, in hexadecimal.
    pub receipt: Arc<str>,
}

/// The result of one criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CriterionResult {
    /// Its points with its base, held between its floor and ceiling.
    pub points: Number,
    /// Its state.
    pub met: Met,
}

/// The state of a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Met {
    /// Holds.
    Met,
    /// Broken by a breach or a veto that counts.
    NotMet,
    /// One of its rules could not be checked.
    Unchecked,
    /// None of its rules applies.
    NotApplicable,
}

impl Met {
    /// Key in results.
    pub fn key(self) -> &'static str {
        match self {
            Met::Met => "met",
            Met::NotMet => "not_met",
            Met::Unchecked => "unchecked",
            Met::NotApplicable => "not_applicable",
        }
    }
}

/// How a rule ended for a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Checked; nothing found.
    Clean,
    /// Checked; something found.
    Findings,
    /// Does not apply to the unit.
    NotApplicable,
    /// Could not be checked; never counts as clean.
    CannotCheck,
}

impl Outcome {
    /// Key in results and cases.
    pub fn key(self) -> &'static str {
        match self {
            Outcome::Clean => "clean",
            Outcome::Findings => "findings",
            Outcome::NotApplicable => "not_applicable",
            Outcome::CannotCheck => "cannot_check",
        }
    }
}

/// What a finding does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// Takes points off.
    Deduct,
    /// Gives points.
    Award,
    /// Breaks the criterion.
    Breach,
    /// Vetoes the rating.
    Veto,
    /// Says something and changes nothing.
    Note,
}

impl FindingKind {
    /// Key in results and cases.
    pub fn key(self) -> &'static str {
        match self {
            FindingKind::Deduct => "deduct",
            FindingKind::Award => "award",
            FindingKind::Breach => "breach",
            FindingKind::Veto => "veto",
            FindingKind::Note => "note",
        }
    }
}

/// What a rule says about a unit.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule.
    pub rule: Arc<str>,
    /// What it does.
    pub kind: FindingKind,
    /// What it adds to the score: a deduction of 5 is −5.
    pub points: Number,
    /// What of it counts after exemptions and caps.
    pub counted: Number,
    /// Why, in words.
    pub reason: Arc<str>,
    /// The records it rests on.
    pub evidence: Vec<Evidence>,
    /// Whether an exemption keeps it from counting.
    pub exempted: bool,
}

/// A record a finding or an entry rests on.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// The record.
    pub record: Arc<Record>,
}

impl Evidence {
    /// Where the record was read.
    pub fn source(&self) -> &Source {
        &self.record.source
    }
}

/// One line of the arithmetic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What the line is about.
    pub what: LineKind,
    /// What it adds.
    pub adds: Number,
    /// The sum so far, within the criterion or, at the outer level, of the score.
    pub sum: Number,
}

/// What a line of the arithmetic is about. Criteria and rules by id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineKind {
    /// The base of the score.
    Base,
    /// The base of a criterion.
    CriterionBase(Arc<str>),
    /// A finding, by its place among the findings, with its own points.
    Finding(usize),
    /// A finding that is exempted: adds 0.
    Exempted(usize),
    /// What a cap gives back to a rule.
    RuleCap(Arc<str>),
    /// What a cap shared by rules gives back.
    SharedCap(Arc<str>),
    /// How the parts of a criterion are combined other than by a sum.
    Combined(Arc<str>),
    /// What the floor of a criterion gives back.
    CriterionFloor(Arc<str>),
    /// What the ceiling of a criterion takes away.
    CriterionCeiling(Arc<str>),
    /// The points of a criterion, added to the score.
    Criterion(Arc<str>),
    /// What the floor of the score gives back.
    Floor,
    /// What the ceiling of the score takes away.
    Ceiling,
    /// The score script's own value in place of the sum.
    Script,
    /// The final rounding.
    Rounding,
}

/// What put a unit on a list: itself, or a record or finding of it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The list.
    pub list: Arc<str>,
    /// The record, for a list of records.
    pub record: Option<Evidence>,
    /// The place among the findings, for a list of findings.
    pub finding: Option<usize>,
}

/// Why something could not be computed, or on how many of its group it rests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// The rule, figure, list, or `takes_part`, `score`, `rating`.
    pub about: Arc<str>,
    /// Why, in Chinese.
    pub zh: String,
    /// Why, in English.
    pub en: String,
}

impl Assessment {
    /// The findings that count of one rule.
    pub fn findings_of<'a>(&'a self, rule: &'a str) -> impl Iterator<Item = &'a Finding> {
        self.findings.iter().filter(move |finding| finding.rule.as_ref() == rule)
    }

    /// As one JSON object, in the shape of `liuwu assess` (see its help). Keys are in a fixed order.
    pub fn to_json(&self) -> Json {
        let number = |n: &Number| Json::String(n.to_string());
        let optional = |n: &Option<Number>| n.as_ref().map_or(Json::Null, number);
        let texts = |list: &[Arc<str>]| Json::from(list.iter().map(|t| t.to_string()).collect::<Vec<_>>());
        let mut json = Map::new();
        json.insert("unit".into(), Json::from(self.unit.as_ref()));
        json.insert("level".into(), Json::from(self.level.as_ref()));
        json.insert("period".into(), Json::from(self.period.name()));
        json.insert("as_of".into(), Json::from(self.as_of.to_string()));
        json.insert("edition".into(), Json::from(self.edition.as_ref()));
        json.insert("takes_part".into(), Json::from(self.takes_part));
        json.insert("score".into(), optional(&self.score));
        json.insert("score_without_exemptions".into(), optional(&self.score_without_exemptions));
        json.insert("rating".into(), self.rating.as_deref().map_or(Json::Null, Json::from));
        json.insert("band".into(), self.band.as_deref().map_or(Json::Null, Json::from));
        json.insert("vetoed".into(), Json::from(self.vetoed));
        json.insert("incomplete".into(), Json::from(self.incomplete));
        json.insert("lists".into(), texts(&self.lists));
        json.insert("lists_unknown".into(), texts(&self.lists_unknown));
        let figures =
            self.figures.iter().map(|(id, value)| (id.to_string(), value.as_ref().map_or(Json::Null, Value::to_json)));
        json.insert("figures".into(), Json::Object(figures.collect()));
        let criteria = self.criteria.iter().map(|(id, result)| {
            let met = serde_json::to_value(result.met).unwrap_or(Json::Null);
            (id.to_string(), serde_json::json!({"points": result.points.to_string(), "met": met}))
        });
        json.insert("criteria".into(), Json::Object(criteria.collect()));
        json.insert("findings".into(), Json::Array(self.findings.iter().map(Finding::to_json).collect()));
        let outcomes = self
            .outcomes
            .iter()
            .map(|(id, outcome)| (id.to_string(), serde_json::to_value(outcome).unwrap_or(Json::Null)));
        json.insert("outcomes".into(), Json::Object(outcomes.collect()));
        json.insert("receipt".into(), Json::from(self.receipt.as_ref()));
        Json::Object(json)
    }
}

impl Finding {
    /// As one JSON object.
    pub fn to_json(&self) -> Json {
        serde_json::json!({
            "rule": self.rule.as_ref(),
            "kind": self.kind.key(),
            "points": self.points.to_string(),
            "counted": self.counted.to_string(),
            "reason": self.reason.as_ref(),
            "evidence": self.evidence.iter().map(|e| e.source().to_line()).collect::<Vec<_>>(),
            "exempted": self.exempted,
        })
    }
}

/// An assessment with the one of the period before it, as scripts look back: `previous.previous.score`.
#[derive(Debug, Clone)]
pub struct Past {
    /// The result.
    pub result: Arc<Assessment>,
    /// The result of the period before, if there is one.
    pub before: Option<Arc<Past>>,
}

impl Past {
    /// The points of a rule (after its caps) or of a criterion; none when they are not known.
    pub fn points(&self, id: &str) -> Option<Number> {
        if let Some(criterion) = self.result.criteria.get(id) {
            return (criterion.met != Met::Unchecked || self.is_scored()).then_some(criterion.points);
        }
        let outcome = self.result.outcomes.get(id)?;
        let known = *outcome != Outcome::CannotCheck || self.is_scored();
        known.then(|| Number::sum(self.result.findings_of(id).map(|f| f.counted)).ok()).flatten()
    }

    /// Whether a rule found something that counts; none when it could not be checked or is not known.
    pub fn found(&self, rule: &str) -> Option<bool> {
        let outcome = self.result.outcomes.get(rule)?;
        let found = self.result.findings_of(rule).any(|f| f.kind != FindingKind::Note && !f.exempted);
        (found || *outcome != Outcome::CannotCheck).then_some(found)
    }

    /// Whether there is a score: then whatever could not be checked counts as losing nothing.
    fn is_scored(&self) -> bool {
        self.result.score.is_some()
    }

    /// The assessment of the period before this one, in which the unit took part.
    pub fn previous(&self) -> Option<&Arc<Past>> {
        self.before.as_ref().filter(|past| past.result.takes_part)
    }

    /// Whether a criterion is met; none when it could not be checked or is not known.
    pub fn met(&self, criterion: &str) -> Option<bool> {
        match self.result.criteria.get(criterion)?.met {
            Met::Met | Met::NotApplicable => Some(true),
            Met::NotMet => Some(false),
            Met::Unchecked => None,
        }
    }

    /// Whether it is on a list; none when that is not known.
    pub fn listed(&self, list: &str) -> Option<bool> {
        let unknown = self.result.lists_unknown.iter().any(|id| id.as_ref() == list);
        (!unknown).then(|| self.result.lists.iter().any(|id| id.as_ref() == list))
    }
}
