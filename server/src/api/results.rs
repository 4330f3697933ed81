//! The result of one unit in short, as it stands in lists, in JSON and as a row of a table. Next: [`super::explanation`], the
//! same in full.

use std::collections::HashMap;

use indexmap::IndexMap;
use liuwu_engine::assessment::Met;
use liuwu_engine::bundle::Bundle;
use liuwu_engine::number::Number;
use liuwu_engine::period::Period;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::Table;
use super::source::{Source, UnitName, optional_points};
use crate::disclosure::{Counted, Shown};
use crate::store::UnitRow;
use crate::view::UnitTree;

/// 指标状态。 · The state of a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// 达到 · Holds.
    Met,
    /// 未达到 · Broken.
    NotMet,
    /// 待核定 · Could not be checked; never counts as clean.
    Unchecked,
    /// 不适用 · Does not apply.
    NotApplicable,
}

impl From<Met> for State {
    fn from(met: Met) -> State {
        match met {
            Met::Met => State::Met,
            Met::NotMet => State::NotMet,
            Met::Unchecked => State::Unchecked,
            Met::NotApplicable => State::NotApplicable,
        }
    }
}

impl State {
    /// In Chinese, for tables.
    fn zh(self) -> &'static str {
        match self {
            State::Met => "达到",
            State::NotMet => "未达到",
            State::Unchecked => "待核定",
            State::NotApplicable => "不适用",
        }
    }
}

/// 指标结果。 · The result of a criterion.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CriterionResult {
    /// 得分;不公开的为 null · Its points; null when they are not public.
    #[serde(serialize_with = "optional_points")]
    #[schema(value_type = Option<String>, example = "8.5")]
    pub points: Option<Number>,
    /// 状态 · Its state.
    pub state: State,
}

/// 考核结果摘要。 · The result of one unit for one period, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Assessment {
    /// 考核对象 · The unit. Of a roll-up over a town its id is `town:…`, over all `all`.
    pub unit: UnitName,
    /// 各上级,由近及远 · All that stand above it, nearest first.
    pub above: Vec<UnitName>,
    /// 考核周期 · The period.
    #[schema(value_type = String, example = "2020")]
    pub period: Period,
    /// 参加考核 · False: no rule ran.
    pub takes_part: bool,
    /// 得分;暂缓评定的为 null · The score; null while it is withheld.
    #[serde(serialize_with = "optional_points")]
    #[schema(value_type = Option<String>, example = "92.5")]
    pub score: Option<Number>,
    /// 不计免扣的得分 · The score if no exemption counted; null when it is withheld or not public.
    #[serde(serialize_with = "optional_points")]
    #[schema(value_type = Option<String>, example = "91.5")]
    pub score_without_exemptions: Option<Number>,
    /// 等次 · The rating.
    #[schema(example = "平安村社")]
    pub rating: Option<String>,
    /// 否决前的等次 · The band of the score, before veto and rating script.
    pub band: Option<String>,
    /// 一票否决 · Whether a veto counts.
    pub vetoed: bool,
    /// 有待核定事项 · Whether something could not be checked.
    pub incomplete: bool,
    /// 列入的清单 · Lists it is on.
    pub lists: Vec<String>,
    /// 待定的清单 · Lists of which it is not known whether it is on them.
    pub lists_unknown: Vec<String>,
    /// 各指标 · Results of criteria by id.
    #[schema(value_type = HashMap<String, CriterionResult>)]
    pub criteria: IndexMap<String, CriterionResult>,
    /// 指标值 · Figures by id: yes or no, texts, lists; numbers as text, to ten places where no decimal ends; `<3` for a small count; null when it could not be computed.
    #[schema(value_type = HashMap<String, serde_json::Value>)]
    pub figures: IndexMap<String, Option<Counted>>,
    /// 核验凭证 · The receipt.
    pub receipt: String,
}

impl Assessment {
    /// A result with the names of its unit.
    #[must_use]
    pub fn of(shown: &Shown, units: &UnitTree) -> Assessment {
        let division = division_of(shown, units);
        Assessment {
            unit: UnitName { id: shown.unit.clone(), ..name_of(shown, division) },
            above: division.map(|row| UnitName::above(units, &row.id)).unwrap_or_default(),
            period: shown.period,
            takes_part: shown.takes_part,
            score: shown.score,
            score_without_exemptions: shown.score_without_exemptions,
            rating: shown.rating.clone(),
            band: shown.band.clone(),
            vetoed: shown.vetoed,
            incomplete: shown.incomplete,
            lists: shown.lists.clone(),
            lists_unknown: shown.lists_unknown.clone(),
            criteria: shown
                .criteria
                .iter()
                .map(|(id, result)| (id.clone(), CriterionResult { points: result.points, state: result.met.into() }))
                .collect(),
            figures: shown.figures.clone(),
            receipt: shown.receipt.clone(),
        }
    }
}

/// The division that a result is about: of a roll-up `town:A` the town A.
pub(super) fn division_of<'a>(shown: &Shown, units: &'a UnitTree) -> Option<&'a UnitRow> {
    let rolled_up = shown.unit.strip_prefix(shown.level.as_str()).and_then(|rest| rest.strip_prefix(':'));
    units.get(rolled_up.unwrap_or(&shown.unit))
}

fn name_of(shown: &Shown, division: Option<&UnitRow>) -> UnitName {
    match division {
        Some(row) => UnitName::of(row),
        // Over all, or a unit that is not in the list any more.
        None => {
            let name = if shown.unit == "all" { "全部" } else { shown.unit.as_str() };
            UnitName {
                id: shown.unit.clone(),
                name: name.to_owned(),
                short_name: name.to_owned(),
                level: shown.level.clone(),
            }
        }
    }
}

/// 一次核算中的考核结果。 · Results of one run, one page of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Assessments {
    /// 出处 · Where they come from.
    pub source: Source,
    /// 本页结果 · The results of this page.
    pub items: Vec<Assessment>,
    /// 下一页 · `cursor` for the next page; null on the last one.
    pub next: Option<String>,
}

/// 一个考核对象某一周期的结果。 · A result with its source.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sourced {
    /// 出处 · Where it comes from.
    pub source: Source,
    /// 结果 · The result.
    pub assessment: Assessment,
}

/// Results as a table: one row a unit, one column a criterion, named as in the bundle.
#[must_use]
pub fn table(results: &[Assessment], source: &Source, bundle: &Bundle) -> Table {
    let criteria = bundle.all_criteria();
    let lists: HashMap<&str, &str> = bundle.lists.iter().map(|list| (list.id.as_str(), list.title.as_str())).collect();
    let fixed = ["代码", "名称", "上级", "考核周期", "得分", "不计免扣得分", "等次", "一票否决", "有待核定", "清单"];
    let titles = criteria.iter().flat_map(|criterion| [criterion.title.clone(), format!("{} 得分", criterion.title)]);
    let last = ["数据截至", "核算编号", "版本", "核验凭证"];
    let header = fixed.into_iter().map(str::to_owned).chain(titles).chain(last.into_iter().map(str::to_owned));
    let mut table = Table::new(header);
    let number = |number: Option<Number>| number.map(|number| number.to_string()).unwrap_or_default();
    let yes = |is: bool| if is { "是" } else { "否" }.to_owned();
    for result in results {
        let titles = result.lists.iter().map(|list| lists.get(list.as_str()).copied().unwrap_or(list));
        let mut row = vec![
            result.unit.id.clone(),
            result.unit.short_name.clone(),
            result.above.first().map(|above| above.name.clone()).unwrap_or_default(),
            result.period.name(),
            number(result.score),
            number(result.score_without_exemptions),
            result.rating.clone().unwrap_or_default(),
            yes(result.vetoed),
            yes(result.incomplete),
            titles.collect::<Vec<_>>().join("、"),
        ];
        for criterion in &criteria {
            let found = result.criteria.get(&criterion.id);
            row.push(found.map(|found| found.state.zh().to_owned()).unwrap_or_default());
            row.push(number(found.and_then(|found| found.points)));
        }
        row.push(source.as_of.to_string());
        row.push(source.run.to_string());
        row.push(format!("{}@{}", source.bundle, source.edition));
        row.push(result.receipt.clone());
        table.add(row);
    }
    table
}
