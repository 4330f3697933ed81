//! An assessment as the store keeps it: everything that accounts for its points, by names and places instead of pointers.
//!
//! Enters: an [`Assessment`] of the engine. Leaves: bytes for the store, what pages and the API show, and for the next
//! period's run an [`Assessment`] to look back on. Next: [`crate::trace`].

use std::sync::Arc;

use indexmap::IndexMap;
use liuwu_engine::assessment::{
    Assessment, CriterionResult, Entry, Evidence, Finding, FindingKind, Line, LineKind, Met, Outcome, Remark,
};
use liuwu_engine::dictionary::{Dictionary, Value};
use liuwu_engine::number::Number;
use liuwu_engine::period::{Date, Period};
use liuwu_engine::record::Mark;
use serde::{Deserialize, Serialize};

/// An assessment as it is kept. Fields mean what they mean in [`Assessment`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filed {
    /// The unit's id; of a roll-up `town:A`, `county:B` or `all`.
    pub unit: String,
    /// The unit's level.
    pub level: String,
    /// The period.
    pub period: Period,
    /// The day of knowledge.
    pub as_of: Date,
    /// `bundle@edition`.
    pub edition: String,
    /// False: no rule ran.
    pub takes_part: bool,
    /// The score.
    pub score: Option<Number>,
    /// The score if no exemption counted.
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
    pub entries: Vec<FiledEntry>,
    /// Figures.
    pub figures: IndexMap<String, Option<Value>>,
    /// Criteria.
    pub criteria: IndexMap<String, FiledCriterion>,
    /// Findings.
    pub findings: Vec<FiledFinding>,
    /// Outcomes of rules.
    pub outcomes: IndexMap<String, Outcome>,
    /// Why something could not be computed.
    pub remarks: Vec<Remark>,
    /// The arithmetic.
    pub ledger: Vec<FiledLine>,
    /// The receipt.
    pub receipt: String,
}

/// The result of a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiledCriterion {
    /// Its points.
    pub points: Number,
    /// Its state.
    pub met: Met,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiledFinding {
    /// The rule.
    pub rule: String,
    /// What it does.
    pub kind: FindingKind,
    /// What it adds.
    pub points: Number,
    /// What of it counts.
    pub counted: Number,
    /// Why.
    pub reason: String,
    /// On what it rests.
    pub evidence: Vec<FiledEvidence>,
    /// Whether it is exempted.
    pub exempted: bool,
}

/// A record, by what it is known by and where it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiledEvidence {
    /// Its kind.
    pub kind: String,
    /// Its date.
    pub date: Date,
    /// The source's own number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<String>,
    /// The mark of what it says, by which it is [found again](crate::trace). Earlier programs kept none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mark: Option<Mark>,
    /// The file.
    pub file: String,
    /// The sheet.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sheet: Option<String>,
    /// Line or row, from 1.
    pub row: u32,
}

/// What put a unit on a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiledEntry {
    /// The list.
    pub list: String,
    /// The record.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub record: Option<FiledEvidence>,
    /// The mark of the fact that the record is about, which stays when it is corrected. Earlier programs kept none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fact: Option<Mark>,
    /// The place among the findings.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub finding: Option<usize>,
    /// The department that the record itself names in a field `department`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub department: Option<String>,
}

/// A line of the arithmetic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiledLine {
    /// What it is about.
    #[serde(flatten)]
    pub what: FiledLineKind,
    /// What it adds.
    pub adds: Number,
    /// The sum so far.
    pub sum: Number,
}

/// What a line of the arithmetic is about; see [`LineKind`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "line", content = "of", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the variants are those of `LineKind`")]
pub enum FiledLineKind {
    Base,
    CriterionBase(String),
    Finding(usize),
    Exempted(usize),
    RuleCap(String),
    SharedCap(String),
    Combined(String),
    CriterionFloor(String),
    CriterionCeiling(String),
    Criterion(String),
    Floor,
    Ceiling,
    Script,
    Rounding,
}

impl Filed {
    /// An assessment by an edition with this dictionary.
    pub fn of(assessment: &Assessment, dictionary: &Dictionary) -> Filed {
        let text = |text: &Option<Arc<str>>| text.as_deref().map(str::to_owned);
        let texts = |texts: &[Arc<str>]| texts.iter().map(|text| text.to_string()).collect();
        let criterion = |result: &CriterionResult| FiledCriterion { points: result.points, met: result.met };
        Filed {
            unit: assessment.unit.to_string(),
            level: assessment.level.to_string(),
            period: assessment.period,
            as_of: assessment.as_of,
            edition: assessment.edition.to_string(),
            takes_part: assessment.takes_part,
            score: assessment.score,
            score_without_exemptions: assessment.score_without_exemptions,
            rating: text(&assessment.rating),
            band: text(&assessment.band),
            vetoed: assessment.vetoed,
            incomplete: assessment.incomplete,
            lists: texts(&assessment.lists),
            lists_unknown: texts(&assessment.lists_unknown),
            entries: assessment.entries.iter().map(|entry| FiledEntry::of(entry, dictionary)).collect(),
            figures: assessment.figures.iter().map(|(id, value)| (id.to_string(), value.clone())).collect(),
            criteria: assessment.criteria.iter().map(|(id, result)| (id.to_string(), criterion(result))).collect(),
            findings: assessment.findings.iter().map(|finding| FiledFinding::of(finding, dictionary)).collect(),
            outcomes: assessment.outcomes.iter().map(|(id, outcome)| (id.to_string(), *outcome)).collect(),
            remarks: assessment.remarks.clone(),
            ledger: assessment.ledger.iter().map(FiledLine::from).collect(),
            receipt: assessment.receipt.to_string(),
        }
    }
}

impl FiledEvidence {
    fn of(evidence: &Evidence, dictionary: &Dictionary) -> FiledEvidence {
        let record = &evidence.record;
        FiledEvidence {
            kind: record.kind.id.to_string(),
            date: record.date,
            id: record.id.as_deref().map(str::to_owned),
            mark: Some(Mark::of_content(record, dictionary)),
            file: record.source.file.to_string(),
            sheet: record.source.sheet.as_deref().map(str::to_owned),
            row: record.source.row,
        }
    }
}

impl FiledEntry {
    fn of(entry: &Entry, dictionary: &Dictionary) -> FiledEntry {
        FiledEntry {
            list: entry.list.to_string(),
            record: entry.record.as_ref().map(|evidence| FiledEvidence::of(evidence, dictionary)),
            fact: entry.record.as_ref().map(|evidence| Mark::of_fact(&evidence.record, dictionary)),
            finding: entry.finding,
            department: entry.record.as_ref().and_then(|evidence| match evidence.record.value("department") {
                Some(Value::Text(text)) => Some(text.to_string()),
                _ => None,
            }),
        }
    }
}

impl FiledFinding {
    fn of(finding: &Finding, dictionary: &Dictionary) -> FiledFinding {
        FiledFinding {
            rule: finding.rule.to_string(),
            kind: finding.kind,
            points: finding.points,
            counted: finding.counted,
            reason: finding.reason.to_string(),
            evidence: finding.evidence.iter().map(|evidence| FiledEvidence::of(evidence, dictionary)).collect(),
            exempted: finding.exempted,
        }
    }
}

impl From<&Line> for FiledLine {
    fn from(line: &Line) -> FiledLine {
        let name = |id: &Arc<str>| id.to_string();
        let what = match &line.what {
            LineKind::Base => FiledLineKind::Base,
            LineKind::CriterionBase(id) => FiledLineKind::CriterionBase(name(id)),
            LineKind::Finding(place) => FiledLineKind::Finding(*place),
            LineKind::Exempted(place) => FiledLineKind::Exempted(*place),
            LineKind::RuleCap(id) => FiledLineKind::RuleCap(name(id)),
            LineKind::SharedCap(id) => FiledLineKind::SharedCap(name(id)),
            LineKind::Combined(id) => FiledLineKind::Combined(name(id)),
            LineKind::CriterionFloor(id) => FiledLineKind::CriterionFloor(name(id)),
            LineKind::CriterionCeiling(id) => FiledLineKind::CriterionCeiling(name(id)),
            LineKind::Criterion(id) => FiledLineKind::Criterion(name(id)),
            LineKind::Floor => FiledLineKind::Floor,
            LineKind::Ceiling => FiledLineKind::Ceiling,
            LineKind::Script => FiledLineKind::Script,
            LineKind::Rounding => FiledLineKind::Rounding,
        };
        FiledLine { what, adds: line.adds, sum: line.sum }
    }
}

impl FiledEvidence {
    /// Short form: `火灾.xlsx!2020!12`, `R.jsonl:12`.
    pub fn place(&self) -> String {
        match &self.sheet {
            Some(sheet) => format!("{}!{sheet}!{}", self.file, self.row),
            None => format!("{}:{}", self.file, self.row),
        }
    }
}

impl Filed {
    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// When the bytes are none of ours.
    pub fn from_bytes(bytes: &[u8]) -> serde_json::Result<Filed> {
        serde_json::from_slice(bytes)
    }

    /// As kept in the store.
    ///
    /// # Errors
    /// None in practice; the serialiser's own.
    pub fn to_bytes(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(self)
    }

    /// The same as the program that kept another one of the same unit would have kept it: earlier ones marked no records.
    #[must_use]
    pub fn as_kept_in(&self, kept: &Filed) -> Filed {
        let mut same = self.clone();
        if kept.records().any(|record| record.mark.is_none()) {
            same.entries.iter_mut().for_each(|entry| entry.fact = None);
            let of_entries = same.entries.iter_mut().filter_map(|entry| entry.record.as_mut());
            let records = same.findings.iter_mut().flat_map(|finding| &mut finding.evidence).chain(of_entries);
            records.for_each(|record| record.mark = None);
        }
        same
    }

    /// The records that it names.
    fn records(&self) -> impl Iterator<Item = &FiledEvidence> {
        let of_entries = self.entries.iter().filter_map(|entry| entry.record.as_ref());
        self.findings.iter().flat_map(|finding| &finding.evidence).chain(of_entries)
    }

    /// The findings of a rule.
    pub fn findings_of<'a>(&'a self, rule: &'a str) -> impl Iterator<Item = (usize, &'a FiledFinding)> {
        self.findings.iter().enumerate().filter(move |(_, finding)| finding.rule == rule)
    }

    /// The rules that could not be checked.
    pub fn unchecked(&self) -> impl Iterator<Item = &str> {
        let unchecked = self.outcomes.iter().filter(|(_, outcome)| **outcome == Outcome::CannotCheck);
        unchecked.map(|(rule, _)| rule.as_str())
    }

    /// What the next period's scripts can look back on: all but the evidence and the arithmetic.
    pub fn to_past(&self) -> Assessment {
        let text = |text: &Option<String>| text.as_deref().map(Arc::from);
        let texts = |texts: &[String]| texts.iter().map(|text| Arc::from(text.as_str())).collect();
        let finding = |finding: &FiledFinding| Finding {
            rule: Arc::from(finding.rule.as_str()),
            kind: finding.kind,
            points: finding.points,
            counted: finding.counted,
            reason: Arc::from(finding.reason.as_str()),
            evidence: Vec::new(),
            exempted: finding.exempted,
        };
        let criterion = |result: &FiledCriterion| CriterionResult { points: result.points, met: result.met };
        Assessment {
            unit: Arc::from(self.unit.as_str()),
            level: Arc::from(self.level.as_str()),
            period: self.period,
            as_of: self.as_of,
            edition: Arc::from(self.edition.as_str()),
            takes_part: self.takes_part,
            score: self.score,
            score_without_exemptions: self.score_without_exemptions,
            moved_by_exemptions: false,
            rating: text(&self.rating),
            band: text(&self.band),
            vetoed: self.vetoed,
            incomplete: self.incomplete,
            lists: texts(&self.lists),
            lists_unknown: texts(&self.lists_unknown),
            entries: Vec::new(),
            figures: self.figures.iter().map(|(id, value)| (Arc::from(id.as_str()), value.clone())).collect(),
            criteria: self.criteria.iter().map(|(id, result)| (Arc::from(id.as_str()), criterion(result))).collect(),
            findings: self.findings.iter().map(finding).collect(),
            outcomes: self.outcomes.iter().map(|(id, outcome)| (Arc::from(id.as_str()), *outcome)).collect(),
            remarks: Vec::new(),
            ledger: Vec::new(),
            receipt: Arc::from(self.receipt.as_str()),
        }
    }
}
