//! The result of one unit in full: every point with its clause, its department and the records it rests on.
//!
//! Enters: a [`Shown`] and the edition it was scored by. Leaves: an [`Explanation`] whose arithmetic adds up, line by line, to the
//! score. Next: [`super::assessments`].

use std::collections::HashMap;

use liuwu_engine::assessment::{FindingKind, Outcome, Remark};
use liuwu_engine::bundle::{Bundle, Criterion, Rule};
use liuwu_engine::number::Number;
use liuwu_engine::period::{Date, Period};
use serde::Serialize;
use utoipa::ToSchema;

use super::results::{Assessment, State};
use super::source::{Source, optional_points, points};
use crate::disclosure::{Lens, PublicCount, Shown, ShownEntry, ShownEvidence, ShownFinding, ShownLine, ShownLineKind};
use crate::explanation::exempt::Exempt;
use crate::explanation::late::Late;
use crate::view::UnitTree;

/// 得分说明。 · A result in full.
#[derive(Debug, Serialize, ToSchema)]
pub struct Explanation {
    /// 出处 · Where it comes from.
    pub source: Source,
    /// 结果 · The result.
    pub assessment: Assessment,
    /// 算式:各行相加即得分 · The arithmetic: what the lines add makes the score. Empty when there is no score and the lines
    /// would tell something that is not public.
    pub arithmetic: Vec<Line>,
    /// 认定事项 · What the rules found.
    pub findings: Vec<Finding>,
    /// 各指标 · The criteria, each before its sub-criteria.
    pub criteria: Vec<CriterionPart>,
    /// 各评分项 · The rules and how each ended.
    pub rules: Vec<RulePart>,
    /// 列入事项 · What put the unit on lists.
    pub entries: Vec<Entry>,
    /// 未能核定的原因 · Why something could not be computed.
    pub remarks: Vec<RemarkPart>,
}

/// 算式的一行。 · A line of the arithmetic.
#[derive(Debug, Serialize, ToSchema)]
pub struct Line {
    /// 行的种类 · What kind of line.
    pub what: LineKind,
    /// 所指的指标或评分项 · The criterion or rule it is about.
    pub of: Option<String>,
    /// 名称 · What it is, in words.
    pub title: String,
    /// 条款 · The clause.
    pub clause: Option<String>,
    /// 部门 · The department that supplies the facts and decides.
    pub department: Option<String>,
    /// 在 findings 中的位置 · The place among `findings`, from 0.
    pub finding: Option<usize>,
    /// 加(减)多少分 · What it adds.
    #[serde(serialize_with = "points")]
    #[schema(value_type = String, example = "-2.5")]
    pub adds: Number,
    /// 累计 · The sum so far; inside a combined criterion, the sum there.
    #[serde(serialize_with = "points")]
    #[schema(value_type = String, example = "97.5")]
    pub sum: Number,
    /// 只在该指标内计算 · The criterion inside which it counts, when its parts are combined otherwise than by a sum.
    pub inside: Option<String>,
}

/// 算式行的种类。 · The kinds of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// 基础分 · The base of the score.
    Base,
    /// 指标基础分 · The base of a criterion.
    CriterionBase,
    /// 认定事项 · A finding.
    Finding,
    /// 免扣 · A finding that is exempted and adds nothing.
    Exempted,
    /// 评分项上限 · What a cap gives back to a rule.
    RuleCap,
    /// 共用上限 · What a cap shared by rules gives back.
    SharedCap,
    /// 指标合成 · How the parts of a criterion are combined.
    Combined,
    /// 指标下限 · What the floor of a criterion gives back.
    CriterionFloor,
    /// 指标上限 · What the ceiling of a criterion takes away.
    CriterionCeiling,
    /// 指标得分 · The points of a combined criterion.
    Criterion,
    /// 不公开项合计 · The sum of everything that is not public.
    Withheld,
    /// 总分下限 · What the floor of the score gives back.
    Floor,
    /// 总分上限 · What the ceiling of the score takes away.
    Ceiling,
    /// 计分脚本 · The score script's own value in place of the sum.
    Script,
    /// 修约 · The final rounding.
    Rounding,
}

/// 认定事项。 · A finding; or all findings of a rule of which only count and points are public.
#[derive(Debug, Serialize, ToSchema)]
pub struct Finding {
    /// 评分项编号 · The rule.
    #[schema(example = "FIRE-001")]
    pub rule: String,
    /// 评分项 · The fault found, in words.
    pub title: String,
    /// 条款 · The clause.
    pub clause: Option<String>,
    /// 部门 · The department that supplies the facts and decides.
    pub department: Option<String>,
    /// 类别 · What it does.
    #[schema(value_type = String, example = "deduct")]
    pub kind: FindingKind,
    /// 原始分值 · What it adds before caps.
    #[serde(serialize_with = "points")]
    #[schema(value_type = String, example = "-5")]
    pub points: Number,
    /// 计入分值 · What of it counts after caps and exemptions.
    #[serde(serialize_with = "points")]
    #[schema(value_type = String, example = "-5")]
    pub counted: Number,
    /// 免予扣分 · Whether it is exempted.
    pub exempted: bool,
    /// 免扣理由;只对负责该评分项的工作人员 · Why it is exempted; for staff who answer for the rule alone.
    pub exemption: Option<ExemptionPart>,
    /// 理由;不公开的为 null · Why; null when it is not public.
    pub reason: Option<String>,
    /// 依据的记录 · The records it rests on.
    pub evidence: Vec<EvidencePart>,
    /// 件数 · How many facts, where only that is public: `5`, or `<3`.
    #[schema(value_type = Option<String>, example = "<3")]
    pub facts: Option<PublicCount>,
}

/// 免扣理由。 · Why a finding does not count.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExemptionPart {
    /// 理由 · Why.
    #[schema(example = "经重新认定,系车辆机械故障所致")]
    pub reason: String,
    /// 批准人 · Who approved it.
    pub approved_by: Option<String>,
}

/// 依据的记录。 · A record that something rests on.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvidencePart {
    /// 台账类型 · Its kind.
    #[schema(example = "fire")]
    pub kind: String,
    /// 台账名称 · What clerks call the kind.
    #[schema(example = "火灾")]
    pub title: String,
    /// 日期 · Its date.
    #[schema(value_type = String, format = Date, example = "2020-02-29")]
    pub date: Date,
    /// 原编号 · The source's own number.
    pub number: Option<String>,
    /// 出处:文件、工作表、行 · File, sheet and row, for those who answer for the record.
    #[schema(example = "火灾.xlsx!2020!12")]
    pub place: Option<String>,
    /// 补报的,何日起知悉;与出处一样只对有权者 · Since when it is known, where that is after it was due, or after results for the
    /// period had been published; only where the place is shown.
    #[schema(value_type = Option<String>, format = Date, example = "2021-02-01")]
    pub known_since: Option<Date>,
    /// 逾期报来的,应于何日前报 · The day by which it was due, where it came after that.
    #[schema(value_type = Option<String>, format = Date, example = "2021-01-05")]
    pub was_due: Option<Date>,
}

impl EvidencePart {
    /// A record as far as it is shown. Where its place is not shown, nothing is said of when it came.
    pub fn of(evidence: &ShownEvidence, bundle: &Bundle, late: &Late) -> EvidencePart {
        let late = evidence.place.as_ref().and_then(|_| late.lateness(&evidence.trace()));
        EvidencePart {
            kind: evidence.kind.clone(),
            title: kind_title(bundle, &evidence.kind),
            date: evidence.date,
            number: evidence.number.clone(),
            place: evidence.place.clone(),
            known_since: late.map(|late| late.since),
            was_due: late.and_then(|late| late.due),
        }
    }
}

/// 指标。 · A criterion of the standard and its result.
#[derive(Debug, Serialize, ToSchema)]
pub struct CriterionPart {
    /// 编号 · Its id.
    pub id: String,
    /// 名称 · Its title.
    pub title: String,
    /// 条款 · Its clause.
    pub clause: Option<String>,
    /// 上级指标 · The criterion above it.
    pub within: Option<String>,
    /// 状态 · Its state.
    pub state: State,
    /// 得分;不公开的为 null · Its points; null when they are not public.
    #[serde(serialize_with = "optional_points")]
    #[schema(value_type = Option<String>)]
    pub points: Option<Number>,
}

/// 评分项。 · A rule of the standard and how it ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct RulePart {
    /// 编号 · Its id.
    pub id: String,
    /// 名称 · The fault it looks for.
    pub title: String,
    /// 所属指标 · Its criterion.
    pub criterion: String,
    /// 条款 · Its clause.
    pub clause: Option<String>,
    /// 部门 · Its department.
    pub department: Option<String>,
    /// 是否打破指标 · Whether it broke its criterion; a lost point alone breaks nothing.
    pub state: State,
    /// 结论;不公开的为 null · Whether something was found; null when that is not public.
    #[schema(value_type = Option<String>, example = "clean")]
    pub outcome: Option<Outcome>,
}

/// 列入事项。 · What put a unit on a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Entry {
    /// 清单 · The list.
    pub list: String,
    /// 清单名称 · Its title.
    pub title: String,
    /// 记录 · The record, for a list of records.
    pub record: Option<EvidencePart>,
    /// 在 findings 中的位置 · The place among `findings`, for a list of findings.
    pub finding: Option<usize>,
    /// 件数 · How many matters, where only that is public.
    #[schema(value_type = Option<String>)]
    pub facts: Option<PublicCount>,
}

/// 未能核定的原因。 · Why something could not be computed.
#[derive(Debug, Serialize, ToSchema)]
pub struct RemarkPart {
    /// 所指的评分项、指标值、清单等 · The rule, figure or list, or `takes_part`, `score`, `rating`.
    pub about: String,
    /// 原因 · Why, in Chinese.
    pub reason: String,
    /// 原因(英文) · Why, in English.
    pub reason_en: String,
}

/// What is told with a result and does not stand in it.
pub struct Beside<'a> {
    /// Through what the result is looked at.
    pub lens: &'a Lens,
    /// What became known late.
    pub late: Late,
    /// Why findings do not count.
    pub exempt: Exempt,
}

/// The standard by ids, to name what results only point at.
struct Names<'a> {
    bundle: &'a Bundle,
    beside: &'a Beside<'a>,
    period: Period,
    criteria: HashMap<&'a str, (&'a Criterion, Option<&'a str>)>,
    rules: HashMap<&'a str, (&'a Rule, &'a str)>,
}

impl<'a> Names<'a> {
    fn of(bundle: &'a Bundle, period: Period, beside: &'a Beside<'a>) -> Names<'a> {
        let mut names = Names { bundle, beside, period, criteria: HashMap::new(), rules: HashMap::new() };
        names.enter(&bundle.criteria, None);
        names
    }

    fn enter(&mut self, criteria: &'a [Criterion], within: Option<&'a str>) {
        for criterion in criteria {
            self.criteria.insert(&criterion.id, (criterion, within));
            for rule in &criterion.rules {
                self.rules.insert(&rule.id, (rule, &criterion.id));
            }
            self.enter(&criterion.criteria, Some(&criterion.id));
        }
    }

    fn rule(&self, id: &str) -> Option<&'a Rule> {
        self.rules.get(id).map(|(rule, _)| *rule)
    }

    fn evidence(&self, evidence: &ShownEvidence) -> EvidencePart {
        EvidencePart::of(evidence, self.bundle, &self.beside.late)
    }

    fn finding(&self, finding: &ShownFinding) -> Finding {
        let rule = self.rule(&finding.rule);
        Finding {
            rule: finding.rule.clone(),
            title: rule.map_or_else(|| finding.rule.clone(), |rule| rule.title.clone()),
            clause: rule.and_then(|rule| rule.basis.clone()),
            department: rule.and_then(|rule| rule.department.clone()),
            kind: finding.kind,
            points: finding.points,
            counted: finding.counted,
            exempted: finding.exempted,
            exemption: self.exemption(finding, rule),
            reason: finding.reason.clone(),
            evidence: finding.evidence.iter().map(|evidence| self.evidence(evidence)).collect(),
            facts: finding.facts,
        }
    }

    fn exemption(&self, finding: &ShownFinding, rule: Option<&Rule>) -> Option<ExemptionPart> {
        if !finding.exempted || !self.beside.lens.tells_exemption_of(rule) {
            return None;
        }
        let evidence = finding.evidence.iter().map(|evidence| (evidence.date, evidence.number.as_deref()));
        let exemption = self.beside.exempt.of_finding(&finding.rule, evidence, self.period)?;
        Some(ExemptionPart { reason: exemption.reason.clone(), approved_by: exemption.approved_by.clone() })
    }

    fn line(&self, line: &ShownLine, shown: &Shown) -> Line {
        let finding = match line.what {
            ShownLineKind::Finding(place) | ShownLineKind::Exempted(place) => Some(place),
            _ => None,
        };
        let found = finding.and_then(|place| shown.findings.get(place));
        let (what, of) = parts_of(&line.what);
        let of = found.map(|found| found.rule.clone()).or(of);
        let rule = of.as_deref().and_then(|id| self.rule(id));
        let criterion = of.as_deref().and_then(|id| self.criteria.get(id)).map(|(criterion, _)| *criterion);
        let title = found
            .and_then(|found| found.reason.clone())
            .or_else(|| rule.map(|rule| rule.title.clone()))
            .or_else(|| criterion.map(|criterion| criterion.title.clone()));
        Line {
            what,
            title: title.unwrap_or_else(|| what.zh().to_owned()),
            clause: rule
                .and_then(|rule| rule.basis.clone())
                .or_else(|| criterion.and_then(|criterion| criterion.basis.clone())),
            department: rule.and_then(|rule| rule.department.clone()),
            of,
            finding,
            adds: line.adds,
            sum: line.sum,
            inside: line.inside.clone(),
        }
    }

    fn entry(&self, entry: &ShownEntry) -> Entry {
        Entry {
            title: list_title(self.bundle, &entry.list),
            list: entry.list.clone(),
            record: entry.record.as_ref().map(|record| self.evidence(record)),
            finding: entry.finding,
            facts: entry.facts,
        }
    }
}

/// What clerks call a kind.
pub(super) fn kind_title(bundle: &Bundle, kind: &str) -> String {
    bundle.dictionary.kinds.get(kind).map_or_else(|| kind.to_owned(), |kind| kind.title.clone())
}

fn list_title(bundle: &Bundle, list: &str) -> String {
    let lists = bundle.lists.iter().chain(bundle.roll_up.iter().flat_map(|roll_up| &roll_up.lists));
    lists.into_iter().find(|known| known.id == list).map_or_else(|| list.to_owned(), |list| list.title.clone())
}

fn parts_of(what: &ShownLineKind) -> (LineKind, Option<String>) {
    let of = |id: &String| Some(id.clone());
    match what {
        ShownLineKind::Base => (LineKind::Base, None),
        ShownLineKind::CriterionBase(id) => (LineKind::CriterionBase, of(id)),
        ShownLineKind::Finding(_) => (LineKind::Finding, None),
        ShownLineKind::Exempted(_) => (LineKind::Exempted, None),
        ShownLineKind::RuleCap(id) => (LineKind::RuleCap, of(id)),
        ShownLineKind::SharedCap(id) => (LineKind::SharedCap, of(id)),
        ShownLineKind::Combined(id) => (LineKind::Combined, of(id)),
        ShownLineKind::CriterionFloor(id) => (LineKind::CriterionFloor, of(id)),
        ShownLineKind::CriterionCeiling(id) => (LineKind::CriterionCeiling, of(id)),
        ShownLineKind::Criterion(id) => (LineKind::Criterion, of(id)),
        ShownLineKind::Withheld => (LineKind::Withheld, None),
        ShownLineKind::Floor => (LineKind::Floor, None),
        ShownLineKind::Ceiling => (LineKind::Ceiling, None),
        ShownLineKind::Script => (LineKind::Script, None),
        ShownLineKind::Rounding => (LineKind::Rounding, None),
    }
}

impl LineKind {
    /// In words, for lines that are about nothing of the bundle.
    fn zh(self) -> &'static str {
        match self {
            LineKind::Base => "基础分",
            LineKind::CriterionBase => "指标基础分",
            LineKind::Finding => "认定事项",
            LineKind::Exempted => "免扣",
            LineKind::RuleCap => "评分项上限",
            LineKind::SharedCap => "共用上限",
            LineKind::Combined => "指标合成",
            LineKind::CriterionFloor => "指标下限",
            LineKind::CriterionCeiling => "指标上限",
            LineKind::Criterion => "指标得分",
            LineKind::Withheld => "不公开项合计",
            LineKind::Floor => "总分下限",
            LineKind::Ceiling => "总分上限",
            LineKind::Script => "计分脚本",
            LineKind::Rounding => "修约",
        }
    }
}

impl From<&Remark> for RemarkPart {
    fn from(remark: &Remark) -> RemarkPart {
        RemarkPart { about: remark.about.to_string(), reason: remark.zh.clone(), reason_en: remark.en.clone() }
    }
}

impl Explanation {
    /// A result in full.
    #[must_use]
    pub fn of(shown: &Shown, source: Source, bundle: &Bundle, units: &UnitTree, beside: &Beside<'_>) -> Explanation {
        let names = Names::of(bundle, shown.period, beside);
        let criteria = shown.criteria.iter().filter_map(|(id, result)| {
            let (criterion, within) = names.criteria.get(id.as_str())?;
            Some(CriterionPart {
                id: id.clone(),
                title: criterion.title.clone(),
                clause: criterion.basis.clone(),
                within: within.map(str::to_owned),
                state: result.met.into(),
                points: result.points,
            })
        });
        let rules = shown.rules.iter().filter_map(|(id, ended)| {
            let (rule, criterion) = names.rules.get(id.as_str())?;
            Some(RulePart {
                id: id.clone(),
                title: rule.title.clone(),
                criterion: (*criterion).to_owned(),
                clause: rule.basis.clone(),
                department: rule.department.clone(),
                state: ended.met.into(),
                outcome: ended.outcome,
            })
        });
        Explanation {
            source,
            assessment: Assessment::of(shown, units),
            arithmetic: shown.ledger.iter().map(|line| names.line(line, shown)).collect(),
            findings: shown.findings.iter().map(|finding| names.finding(finding)).collect(),
            criteria: criteria.collect(),
            rules: rules.collect(),
            entries: shown.entries.iter().map(|entry| names.entry(entry)).collect(),
            remarks: shown.remarks.iter().map(RemarkPart::from).collect(),
        }
    }
}
