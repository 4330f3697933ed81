//! Lists: which there are, and who or what stands on one, with the reason, the department and the town.
//!
//! Nobody is first or last here: entries stand by rising code of the unit. Next: [`super::runs`].

use std::collections::BTreeMap;

use axum::extract::State;
use liuwu_engine::assessment::FindingKind;
use liuwu_engine::bundle::{Bundle, Each, List, Measure};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer::{Answer, Asked};
use super::assessments::find;
use super::explanation::EvidencePart;
use super::openapi::Problems;
use super::parameters::{self, Cursor, Path, Query};
use super::results::division_of;
use super::source::{Source, UnitName};
use crate::audit::Subject;
use crate::disclosure::{PublicCount, Shown, ShownEntry, ShownFinding};
use crate::error::Problem;
use crate::explanation::late::{Late, Watch};
use crate::state::App;
use crate::store::RunId;
use crate::succession;
use crate::view::RunView;

/// 清单。 · A list of the standard.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListBody {
    /// 编号 · Its id.
    #[schema(example = "negative")]
    pub id: String,
    /// 名称 · Its title.
    #[schema(example = "平安负面清单")]
    pub title: String,
    /// 列入什么 · What its entries are: `unit`, `record` or `finding`.
    #[schema(example = "unit")]
    pub each: &'static str,
    /// 台账类型 · Of a list of records, the kinds.
    pub kinds: Vec<String>,
    /// 后续措施 · Measures and their clocks; a person decides each.
    pub follow_up: Vec<MeasureBody>,
    /// 至少列入几天 · Calendar days an entry stays at least.
    pub at_least_days: Option<u32>,
    /// 至多列入几天 · Calendar days an entry stays at most.
    pub at_most_days: Option<u32>,
}

/// 后续措施。 · A measure proposed for an entry.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeasureBody {
    /// 编号 · Its id.
    #[schema(example = "warning_talk")]
    pub id: String,
    /// 名称 · Its title.
    #[schema(example = "警示约谈")]
    pub title: String,
    /// 列入后几个工作日内 · Working days after listing within which it is taken.
    pub within_days: Option<u32>,
    /// 逾期几个工作日后 · Working days overdue after which it is proposed.
    pub when_overdue_days: Option<u32>,
}

impl From<&List> for ListBody {
    fn from(list: &List) -> ListBody {
        let (each, kinds) = match &list.each {
            Each::Unit => ("unit", Vec::new()),
            Each::Record(kinds) => ("record", kinds.clone()),
            Each::Finding => ("finding", Vec::new()),
        };
        let measure = |measure: &Measure| MeasureBody {
            id: measure.id.clone(),
            title: measure.title.clone(),
            within_days: measure.within_days,
            when_overdue_days: measure.when_overdue_days,
        };
        ListBody {
            id: list.id.clone(),
            title: list.title.clone(),
            each,
            kinds,
            follow_up: list.follow_up.iter().map(measure).collect(),
            at_least_days: list.stays.0,
            at_most_days: list.stays.1,
        }
    }
}

/// 全部清单。 · The lists of a standard.
#[derive(Debug, Serialize, ToSchema)]
pub struct Lists {
    /// 考核办法 · The bundle.
    pub bundle: String,
    /// 版本 · The edition.
    pub edition: String,
    /// 清单 · Its lists.
    pub items: Vec<ListBody>,
}

/// Of which standard.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListsQuery {
    /// 考核办法;不填则为当前的 · The bundle; the current one when left out.
    bundle: Option<String>,
}

/// 清单种类
///
/// The lists that the current edition of a standard draws up, with their measures.
#[utoipa::path(
    get, path = "/api/v1/lists", tag = "lists", operation_id = "list_lists", params(ListsQuery),
    security((), ("token" = [])),
    responses((status = 200, description = "清单 · Lists", body = Lists), Problems),
)]
pub async fn list(State(app): State<App>, asked: Asked, Query(query): Query<ListsQuery>) -> Result<Answer, Problem> {
    app.blocking(move |app| {
        let bundle = match query.bundle {
            Some(bundle) => bundle,
            None => app.bundle()?,
        };
        let edition = app.current_edition(&bundle)?;
        asked.json(&edition.edition.digest, || {
            let bundle = edition.bundle();
            Ok(Lists {
                bundle: bundle.id.clone(),
                edition: bundle.edition.clone(),
                items: bundle.lists.iter().map(ListBody::from).collect(),
            })
        })
    })
    .await
}

/// 列入事项。 · An entry of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListEntry {
    /// 考核对象 · The unit.
    pub unit: UnitName,
    /// 各上级,由近及远 · All that stand above it, nearest first: its town is the first.
    pub above: Vec<UnitName>,
    /// 责任部门 · The departments whose matter it is.
    pub departments: Vec<String>,
    /// 列入理由 · Why it stands there.
    pub reasons: Vec<Reason>,
    /// 记录 · The record, for a list of records.
    pub record: Option<EvidencePart>,
    /// 件数 · How many matters of the unit, where only that is public: `5`, or `<3`.
    #[schema(value_type = Option<String>)]
    pub facts: Option<PublicCount>,
}

/// 列入理由。 · Why something stands on a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reason {
    /// 理由 · In words that may be public.
    #[schema(example = "火灾死亡1人")]
    pub text: String,
    /// 条款 · The clause.
    #[schema(example = "第七条第一款")]
    pub clause: Option<String>,
    /// 评分项或指标 · The rule or criterion.
    #[schema(example = "FIRE-001")]
    pub of: Option<String>,
}

/// 清单内容。 · Who or what stands on a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListEntries {
    /// 出处 · Where they come from.
    pub source: Source,
    /// 清单 · The list.
    pub list: ListBody,
    /// 本页列入事项 · The entries of this page; a page ends with a unit, never between its entries.
    pub items: Vec<ListEntry>,
    /// 下一页 · `cursor` for the next page; null on the last one.
    pub next: Option<String>,
}

/// What of a list is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EntriesQuery {
    /// 考核周期;不填则为最近一个有结果的周期 · The period; the latest one with results when left out.
    #[param(example = "2020")]
    period: Option<String>,
    /// 考核办法;不填则为当前的 · The bundle; the current one when left out.
    bundle: Option<String>,
    /// 所在镇街(或任一上级)的代码 · Only within this town, or any other unit above.
    town: Option<String>,
    /// 责任部门 · Only the matters of this department.
    #[param(example = "市消防救援大队")]
    department: Option<String>,
    /// 上一页给出的 next · The `next` of the page before.
    cursor: Option<String>,
    /// 每页考核对象个数,1 至 500 · Units of a page, 1 to 500.
    #[param(default = 100, minimum = 1, maximum = 500)]
    limit: Option<usize>,
}

/// 清单内容
///
/// Who or what stands on a list for a period, by rising code of the unit, with reason, department and town. For the public, matters of
/// restricted record kinds are counted or left out, as the standard says; a department has its own in full, a town those of its
/// villages, with `town` from the run in force.
#[utoipa::path(
    get, path = "/api/v1/lists/{list}", tag = "lists", operation_id = "show_list",
    params(("list" = String, Path, description = "清单编号 · The list", example = "negative"), EntriesQuery),
    security((), ("token" = [])),
    responses(
        (status = 200, description = "清单内容 · The entries", body = ListEntries),
        (status = 304, description = "没有变化 · Nothing has changed"),
        Problems,
    ),
)]
pub async fn show(
    State(app): State<App>,
    asked: Asked,
    Path(id): Path<String>,
    Query(query): Query<EntriesQuery>,
) -> Result<Answer, Problem> {
    let limit = parameters::limit(query.limit)?;
    let cursor = query.cursor.as_deref().map(Cursor::read).transpose()?;
    app.blocking(move |app| {
        let outlook = app.outlook(&asked.viewer, query.town.as_deref())?;
        let (run, period) = match cursor.as_ref().and_then(|cursor| cursor.run) {
            Some(run) => {
                let run = app.run(run, outlook.run)?;
                let period = query.period.as_deref().map(parameters::period).transpose()?;
                let period = period.or_else(|| run.periods.iter().max().copied());
                (run, period.ok_or(Problem::Address)?)
            }
            None => find(app, query.bundle.as_deref(), query.period.as_deref(), outlook.run)?,
        };
        let source = Source::of(&run, period);
        asked.json(&source.basis_for(app, &outlook), || {
            let listing = app.listing(&run, period, outlook)?;
            let view = &listing.view;
            let bundle = view.edition.bundle();
            let list = bundle.lists.iter().find(|list| list.id == id);
            let list = list.ok_or_else(|| Problem::Absent("清单", "list", id.clone()))?;
            let subject = Subject::of("list", format!("{}/{}/{id}", run.id, period.name()));
            app.note_look(&asked.caller, listing.outlook.closest(), subject)?;
            let after = cursor.as_ref().map(|cursor| cursor.after.as_str());
            let mut units = listing
                .of_level(&bundle.assess.unit)
                .filter(|shown| shown.lists.contains(&list.id))
                .filter(|shown| after.is_none_or(|after| shown.unit.as_str() > after))
                .filter(|shown| {
                    query.town.as_ref().is_none_or(|town| {
                        view.division_of(shown).is_some_and(|row| view.units.is_within(&row.id, town))
                    })
                });
            let page: Vec<&Shown> = units.by_ref().take(limit).collect();
            let next = next_page(&page, units.next().is_some(), run.id);
            let late = late_on(app, &page, list, view)?;
            let entries = page.iter().flat_map(|shown| entries_of(shown, list, view, &late));
            let wanted = |entry: &ListEntry| {
                query.department.as_ref().is_none_or(|department| entry.departments.contains(department))
            };
            Ok(ListEntries {
                source: source.clone(),
                list: ListBody::from(list),
                items: entries.filter(wanted).collect(),
                next,
            })
        })
    })
    .await
}

fn next_page(page: &[&Shown], more: bool, run: RunId) -> Option<String> {
    let last = page.last().filter(|_| more)?;
    Some(Cursor { run: Some(run), after: last.unit.clone() }.to_text())
}

/// What of a unit stands on a list.
fn entries_of(shown: &Shown, list: &List, view: &RunView, late: &BTreeMap<&str, Late>) -> Vec<ListEntry> {
    let nothing = Late::default();
    let late = late.get(shown.unit.as_str()).unwrap_or(&nothing);
    let of_list = shown.entries.iter().filter(|entry| entry.list == list.id);
    of_list.map(|entry| entry_of(entry, shown, list, view, late)).collect()
}

/// What of the records on a page of a list came late, by unit; nothing for those who do not see where they come from.
fn late_on<'p>(app: &App, page: &[&'p Shown], list: &List, view: &RunView) -> Result<BTreeMap<&'p str, Late>, Problem> {
    let is_placed = |entry: &ShownEntry| {
        entry.list == list.id && entry.record.as_ref().is_some_and(|record| record.place.is_some())
    };
    let watch = Watch::of(app.store(), view.edition.bundle(), &view.run, view.period)?;
    let mut late = BTreeMap::new();
    for shown in page.iter().filter(|shown| shown.entries.iter().any(is_placed)) {
        let behind = succession::behind(view.units.all(), &shown.unit, view.run.as_of);
        late.insert(shown.unit.as_str(), watch.late(&behind)?);
    }
    Ok(late)
}

/// The departments of the kinds that a list is drawn from.
fn departments_of(list: &List, bundle: &Bundle) -> Vec<String> {
    let Each::Record(kinds) = &list.each else { return Vec::new() };
    let departments = kinds.iter().filter_map(|kind| bundle.dictionary.kinds.get(kind)?.department.clone());
    let mut departments: Vec<String> = departments.collect();
    departments.dedup();
    departments
}

fn entry_of(entry: &ShownEntry, shown: &Shown, list: &List, view: &RunView, late: &Late) -> ListEntry {
    let bundle = view.edition.bundle();
    let division = division_of(shown, &view.units);
    let mut departments = Vec::new();
    let mut reasons = Vec::new();
    let mut found = |finding: &ShownFinding| {
        let (reason, department) = reason_of(finding, bundle);
        reasons.push(reason);
        departments.extend(department.filter(|department| !departments.contains(department)));
    };
    match (&entry.record, entry.finding.and_then(|place| shown.findings.get(place))) {
        (_, Some(finding)) => found(finding),
        // The findings of a matter name the same record.
        (Some(record), None) => {
            let rests_on_it = |finding: &&ShownFinding| finding.evidence.contains(record) && !finding.exempted;
            shown.findings.iter().filter(rests_on_it).for_each(&mut found);
        }
        // Only that there are some is public: whose matter they are stands in the bundle.
        (None, None) if entry.facts.is_some() => departments.extend(departments_of(list, bundle)),
        (None, None) => {
            let breaks = |finding: &&ShownFinding| {
                matches!(finding.kind, FindingKind::Breach | FindingKind::Veto) && !finding.exempted
            };
            shown.findings.iter().filter(breaks).for_each(&mut found);
            reasons.extend(broken_criteria(shown, bundle));
        }
    }
    let record = entry.record.as_ref().map(|record| EvidencePart::of(record, bundle, late));
    let of_kind = entry.record.as_ref().and_then(|record| bundle.dictionary.kinds.get(&record.kind));
    let owner = entry.department.clone().or_else(|| of_kind.and_then(|kind| kind.department.clone()));
    if let Some(owner) = owner {
        // The matter is its owner's; rules that mention it may belong to others.
        departments.retain(|department| *department != owner);
        departments.insert(0, owner);
    }
    reasons.dedup();
    ListEntry {
        unit: division.map_or_else(|| unknown(shown), UnitName::of),
        above: division.map(|row| UnitName::above(&view.units, &row.id)).unwrap_or_default(),
        departments,
        reasons,
        record,
        facts: entry.facts,
    }
}

fn unknown(shown: &Shown) -> UnitName {
    let id = shown.unit.clone();
    UnitName { name: id.clone(), short_name: id.clone(), id, level: shown.level.clone() }
}

fn reason_of(finding: &ShownFinding, bundle: &Bundle) -> (Reason, Option<String>) {
    let rules = bundle.all_rules();
    let rule = rules.iter().find(|rule| rule.id == finding.rule);
    let title = rule.map_or_else(|| finding.rule.clone(), |rule| rule.title.clone());
    let reason = Reason {
        text: finding.reason.clone().unwrap_or(title),
        clause: rule.and_then(|rule| rule.basis.clone()),
        of: Some(finding.rule.clone()),
    };
    (reason, rule.and_then(|rule| rule.department.clone()))
}

/// Criteria that are not met; that they are not is public also where their findings are not.
fn broken_criteria(shown: &Shown, bundle: &Bundle) -> Vec<Reason> {
    let told = |id: &str| {
        let rules = bundle.all_criteria().into_iter().filter(|criterion| criterion.id == id);
        let mut rules = rules.flat_map(|criterion| &criterion.rules);
        rules.any(|rule| shown.findings.iter().any(|finding| finding.rule == rule.id && is_breach(finding)))
    };
    let broken = bundle.criteria.iter().filter(|criterion| {
        let state = shown.criteria.get(&criterion.id).map(|result| result.met);
        state == Some(liuwu_engine::assessment::Met::NotMet) && !told(&criterion.id)
    });
    broken
        .map(|criterion| Reason {
            text: format!("{}:未达到", criterion.title),
            clause: criterion.basis.clone(),
            of: Some(criterion.id.clone()),
        })
        .collect()
}

fn is_breach(finding: &ShownFinding) -> bool {
    matches!(finding.kind, FindingKind::Breach | FindingKind::Veto) && !finding.exempted
}
