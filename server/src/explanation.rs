//! The whole arithmetic of one assessment in words: from the base to the score, down to clause, department and cell.
//!
//! Enters: a [`Filed`] assessment, its bundle and the unit's records. Leaves: an [`Explanation`], which the command line, the
//! API and pages show. Personal fields never enter it. Next: [`crate::pages`].

pub mod exempt;
pub mod late;

use std::collections::HashMap;

use liuwu_engine::assessment::{FindingKind, Met, Outcome};
use liuwu_engine::bundle::{Bundle, Criterion, Rule};
use liuwu_engine::diagnostic::Lang;
use liuwu_engine::number::Number;
use liuwu_engine::period::Date;
use liuwu_engine::record::Record;
use serde::Serialize;

use crate::filed::{Filed, FiledEvidence, FiledFinding, FiledLineKind};
use crate::personal;
use crate::trace::Traces;
use crate::wording::shown;
use late::Late;

/// What one assessment came to, line by line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The lines, in the order of the arithmetic.
    pub lines: Vec<Line>,
    /// Findings without points: what breaks a criterion, vetoes, or is only noted.
    pub statements: Vec<Statement>,
    /// What could not be checked.
    pub unchecked: Vec<Unchecked>,
}

/// One line of the arithmetic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// How deep: 0 the score, 1 a criterion, 2 what stands in it.
    pub depth: usize,
    /// What it is about, in words.
    pub what: String,
    /// The rule or criterion it is about.
    pub id: Option<String>,
    /// The clause.
    pub clause: Option<String>,
    /// Who decides.
    pub department: Option<String>,
    /// What it adds.
    pub adds: Number,
    /// The sum so far.
    pub sum: Number,
    /// The records it rests on.
    pub evidence: Vec<Evidence>,
}

/// A finding without points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// What it does.
    pub kind: FindingKind,
    /// The rule.
    pub rule: String,
    /// Why.
    pub reason: String,
    /// The clause.
    pub clause: Option<String>,
    /// Who decides.
    pub department: Option<String>,
    /// Whether an exemption keeps it from counting.
    pub exempted: bool,
    /// The records it rests on.
    pub evidence: Vec<Evidence>,
}

/// A rule that could not be checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unchecked {
    /// The rule.
    pub rule: String,
    /// Its title.
    pub title: String,
    /// The clause.
    pub clause: Option<String>,
    /// Who owes the data.
    pub department: Option<String>,
    /// Why, in Chinese.
    pub why: String,
    /// Why, in English.
    pub why_en: String,
}

/// A record that something rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// The kind's title.
    pub kind: String,
    /// Its date.
    pub date: String,
    /// The file, sheet and row.
    pub place: String,
    /// Since when it is known, where that is after it was due, or after results for the period had been published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_since: Option<Date>,
    /// The day by which it was due, where it came after that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was_due: Option<Date>,
    /// Its fields: title, value, and the cell each was read from.
    pub fields: Vec<Field>,
}

/// A field of a record that something rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Its title.
    pub title: String,
    /// Its value, choices by their title.
    pub value: String,
    /// The cell, such as `火灾.xlsx!2020!F12`.
    pub cell: String,
}

/// Explains an assessment. `records` are those of the unit and the units above it, as far as they are known; `late` says which of
/// them came late.
pub fn explain<'a>(
    filed: &Filed,
    bundle: &Bundle,
    records: impl IntoIterator<Item = &'a Record>,
    late: &Late,
) -> Explanation {
    explain_in(Lang::Zh, filed, bundle, records, late)
}

/// The same in a language; titles and reasons stay those of the bundle.
pub fn explain_in<'a>(
    lang: Lang,
    filed: &Filed,
    bundle: &Bundle,
    records: impl IntoIterator<Item = &'a Record>,
    late: &Late,
) -> Explanation {
    let mut known = Traces::default();
    for record in records {
        known.keep(record, &bundle.dictionary, record);
    }
    let explainer = Explainer {
        lang,
        filed,
        rules: bundle.all_rules().into_iter().map(|rule| (rule.id.as_str(), rule)).collect(),
        criteria: bundle.all_criteria().into_iter().map(|criterion| (criterion.id.as_str(), criterion)).collect(),
        bundle,
        known,
        late,
    };
    Explanation { lines: explainer.lines(), statements: explainer.statements(), unchecked: explainer.unchecked() }
}

struct Explainer<'a> {
    lang: Lang,
    filed: &'a Filed,
    bundle: &'a Bundle,
    rules: HashMap<&'a str, &'a Rule>,
    criteria: HashMap<&'a str, &'a Criterion>,
    known: Traces<&'a Record>,
    late: &'a Late,
}

impl Explainer<'_> {
    fn lines(&self) -> Vec<Line> {
        let top: Vec<&str> = self.bundle.criteria.iter().map(|criterion| criterion.id.as_str()).collect();
        let mut lines = Vec::new();
        for line in &self.filed.ledger {
            let plain = |depth, what: String| Line {
                depth,
                what,
                id: None,
                clause: None,
                department: None,
                adds: line.adds,
                sum: line.sum,
                evidence: Vec::new(),
            };
            lines.push(match &line.what {
                FiledLineKind::Base => plain(0, self.say("基础分", "base")),
                FiledLineKind::Floor => plain(0, self.say("不低于最低分", "not below the floor")),
                FiledLineKind::Ceiling => plain(0, self.say("不超过最高分", "not above the ceiling")),
                FiledLineKind::Script => plain(0, self.say("按办法的计分公式", "by the formula of the standard")),
                FiledLineKind::Rounding => plain(0, self.say("四舍五入", "rounding")),
                FiledLineKind::Criterion(id) => {
                    let depth = if top.contains(&id.as_str()) { 0 } else { 2 };
                    self.of_criterion(plain(depth, self.criterion_title(id)), id)
                }
                FiledLineKind::CriterionBase(id) => {
                    let what = format!("{} {}", self.criterion_title(id), self.say("基础分", "base"));
                    self.of_criterion(plain(1, what), id)
                }
                FiledLineKind::Combined(id) => {
                    self.of_criterion(plain(1, self.say("各部分合成", "its parts combined")), id)
                }
                FiledLineKind::CriterionFloor(id) => {
                    self.of_criterion(plain(2, self.say("本项扣完为止", "floor of the criterion")), id)
                }
                FiledLineKind::CriterionCeiling(id) => {
                    self.of_criterion(plain(2, self.say("本项加分封顶", "ceiling of the criterion")), id)
                }
                FiledLineKind::RuleCap(id) => self.of_rule(plain(2, self.say("本条上限", "cap of the rule")), id),
                FiledLineKind::SharedCap(id) => {
                    self.of_rule(plain(2, self.say("合并上限", "cap shared with other rules")), id)
                }
                FiledLineKind::Finding(place) => self.of_finding(plain(2, String::new()), *place, ""),
                FiledLineKind::Exempted(place) => {
                    self.of_finding(plain(2, String::new()), *place, &self.say("(免予扣分)", " (exempted)"))
                }
            });
        }
        lines
    }

    fn say(&self, zh: &str, en: &str) -> String {
        if self.lang == Lang::Zh { zh } else { en }.to_owned()
    }

    fn criterion_title(&self, id: &str) -> String {
        self.criteria.get(id).map_or_else(|| id.to_owned(), |criterion| criterion.title.clone())
    }

    fn of_criterion(&self, mut line: Line, id: &str) -> Line {
        line.id = Some(id.to_owned());
        line.clause = self.criteria.get(id).and_then(|criterion| criterion.basis.clone());
        line
    }

    fn of_rule(&self, mut line: Line, id: &str) -> Line {
        line.id = Some(id.to_owned());
        if let Some(rule) = self.rules.get(id) {
            line.clause.clone_from(&rule.basis);
            line.department.clone_from(&rule.department);
        }
        line
    }

    fn of_finding(&self, line: Line, place: usize, mark: &str) -> Line {
        let Some(finding) = self.filed.findings.get(place) else { return line };
        let mut line = self.of_rule(line, &finding.rule);
        line.what = format!("{}{mark}", finding.reason);
        line.evidence = self.evidence(finding);
        line
    }

    fn evidence(&self, finding: &FiledFinding) -> Vec<Evidence> {
        finding.evidence.iter().map(|evidence| self.one(evidence)).collect()
    }

    fn one(&self, evidence: &FiledEvidence) -> Evidence {
        let kind = self.bundle.dictionary.kinds.get(&evidence.kind);
        let trace = evidence.trace();
        let record = self.known.find(&trace);
        let fields = match (kind, record) {
            (Some(kind), Some(record)) => kind
                .fields
                .iter()
                .filter(|(_, field)| field.personal.is_none())
                .filter_map(|(name, field)| {
                    let value = record.value(name)?;
                    Some(Field {
                        title: field.title.clone(),
                        value: shown(&field.kind, &personal::masked(&self.bundle.dictionary, field, value)),
                        cell: record.source.cell(name),
                    })
                })
                .collect(),
            _ => Vec::new(),
        };
        let late = self.late.lateness(&trace);
        Evidence {
            kind: kind.map_or_else(|| evidence.kind.clone(), |kind| kind.title.clone()),
            date: evidence.date.to_string(),
            place: evidence.place(),
            known_since: late.map(|late| late.since),
            was_due: late.and_then(|late| late.due),
            fields,
        }
    }

    fn statements(&self) -> Vec<Statement> {
        let without_points = self
            .filed
            .findings
            .iter()
            .filter(|finding| matches!(finding.kind, FindingKind::Breach | FindingKind::Veto | FindingKind::Note));
        without_points
            .map(|finding| {
                let rule = self.rules.get(finding.rule.as_str());
                Statement {
                    kind: finding.kind,
                    rule: finding.rule.clone(),
                    reason: finding.reason.clone(),
                    clause: rule.and_then(|rule| rule.basis.clone()),
                    department: rule.and_then(|rule| rule.department.clone()),
                    exempted: finding.exempted,
                    evidence: self.evidence(finding),
                }
            })
            .collect()
    }

    fn unchecked(&self) -> Vec<Unchecked> {
        self.filed
            .outcomes
            .iter()
            .filter(|(_, outcome)| **outcome == Outcome::CannotCheck)
            .map(|(id, _)| {
                let rule = self.rules.get(id.as_str());
                let remark = self.filed.remarks.iter().find(|remark| remark.about.as_ref() == id);
                Unchecked {
                    rule: id.clone(),
                    title: rule.map_or_else(|| id.clone(), |rule| rule.title.clone()),
                    clause: rule.and_then(|rule| rule.basis.clone()),
                    department: rule.and_then(|rule| rule.department.clone()),
                    why: remark.map(|remark| remark.zh.clone()).unwrap_or_default(),
                    why_en: remark.map(|remark| remark.en.clone()).unwrap_or_default(),
                }
            })
            .collect()
    }
}

/// The word for the state of a criterion.
pub fn met_zh(met: Met) -> &'static str {
    match met {
        Met::Met => "达到",
        Met::NotMet => "未达到",
        Met::Unchecked => "待核定",
        Met::NotApplicable => "不适用",
    }
}

/// The word for a kind of finding, in a language.
pub fn kind_word(kind: FindingKind, lang: Lang) -> &'static str {
    match (lang, kind) {
        (Lang::Zh, _) => kind_zh(kind),
        (Lang::En, FindingKind::Deduct) => "deduction",
        (Lang::En, FindingKind::Award) => "award",
        (Lang::En, FindingKind::Breach) => "not met",
        (Lang::En, FindingKind::Veto) => "veto",
        (Lang::En, FindingKind::Note) => "note",
    }
}

/// The word for a kind of finding.
pub fn kind_zh(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Deduct => "扣分",
        FindingKind::Award => "加分",
        FindingKind::Breach => "未达到",
        FindingKind::Veto => "一票否决",
        FindingKind::Note => "提示",
    }
}
