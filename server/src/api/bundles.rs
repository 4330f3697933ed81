//! Bundles and their editions: what was published when, the text byte for byte, and the standard in outline. Next:
//! [`super::record_kinds`].

use std::sync::Arc;

use axum::extract::State;
use jiff::Timestamp;
use liuwu_engine::bundle::{Band, Bundle, Criterion, Figure, Rule};
use liuwu_engine::dictionary::Public;
use liuwu_engine::number::Number;
use liuwu_engine::period::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Answer, Asked};
use super::lists::ListBody;
use super::openapi::Problems;
use super::parameters::Path;
use super::source::{optional_points, points};
use crate::disclosure::Reader;
use crate::error::Problem;
use crate::state::App;
use crate::store::Edition;
use crate::view::EditionView;

/// The name under which the edition published last can be asked for.
const CURRENT: &str = "current";

/// 考核办法的一个版本。 · An edition, as published.
#[derive(Debug, Serialize, ToSchema)]
pub struct EditionBody {
    /// 考核办法 · The bundle.
    #[schema(example = "ruian-six-no")]
    pub bundle: String,
    /// 版本 · The edition.
    #[schema(example = "2020")]
    pub edition: String,
    /// 摘要 · SHA-256 of its text.
    pub digest: String,
    /// 发布时间 · When it was published.
    #[schema(value_type = String, format = DateTime)]
    pub published_at: Timestamp,
    /// 变更说明 · What changed, in the officer's words.
    pub note: String,
    /// 发布人 · By whom; for staff alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

impl EditionBody {
    fn of(edition: &Edition, reader: Reader) -> EditionBody {
        EditionBody {
            bundle: edition.bundle.clone(),
            edition: edition.edition.clone(),
            digest: edition.digest.clone(),
            published_at: edition.published_at,
            note: edition.note.clone(),
            by: (reader == Reader::Staff).then(|| edition.by.clone()),
        }
    }
}

/// 考核办法。 · A bundle and its editions.
#[derive(Debug, Serialize, ToSchema)]
pub struct BundleBody {
    /// 编号 · Its id.
    #[schema(example = "ruian-six-no")]
    pub id: String,
    /// 当前版本 · The edition published last.
    #[schema(example = "2020")]
    pub current: String,
    /// 各版本,由近及远 · Its editions, newest first.
    pub editions: Vec<EditionBody>,
}

/// 全部考核办法。 · All bundles.
#[derive(Debug, Serialize, ToSchema)]
pub struct Bundles {
    /// 考核办法 · The bundles, by id.
    pub items: Vec<BundleBody>,
}

fn bundles(editions: &[Edition], reader: Reader) -> Vec<BundleBody> {
    let mut bundles: Vec<BundleBody> = Vec::new();
    for edition in editions.iter().rev() {
        let body = EditionBody::of(edition, reader);
        match bundles.iter_mut().find(|bundle| bundle.id == edition.bundle) {
            Some(bundle) => bundle.editions.push(body),
            None => bundles.push(BundleBody {
                id: edition.bundle.clone(),
                current: edition.edition.clone(),
                editions: vec![body],
            }),
        }
    }
    bundles.sort_by(|one, other| one.id.cmp(&other.id));
    bundles
}

fn basis(editions: &[Edition]) -> String {
    editions.iter().map(|edition| edition.digest.as_str()).collect()
}

/// 考核办法列表
///
/// All bundles with their published editions.
#[utoipa::path(
    get, path = "/api/v1/bundles", tag = "bundles", operation_id = "list_bundles", security((), ("token" = [])),
    responses((status = 200, description = "考核办法 · Bundles", body = Bundles), Problems),
)]
pub async fn list(State(app): State<App>, asked: Asked) -> Result<Answer, Problem> {
    app.blocking(move |app| {
        let editions = app.store().editions()?;
        asked.json(&basis(&editions), || Ok(Bundles { items: bundles(&editions, asked.reader) }))
    })
    .await
}

/// 考核办法详情
///
/// One bundle with its published editions.
#[utoipa::path(
    get, path = "/api/v1/bundles/{bundle}", tag = "bundles", operation_id = "show_bundle",
    params(("bundle" = String, Path, description = "考核办法 · The bundle", example = "ruian-six-no")),
    security((), ("token" = [])),
    responses((status = 200, description = "考核办法 · The bundle", body = BundleBody), Problems),
)]
pub async fn show(State(app): State<App>, asked: Asked, Path(id): Path<String>) -> Result<Answer, Problem> {
    app.blocking(move |app| {
        let editions = app.store().editions()?;
        let found = bundles(&editions, asked.reader).into_iter().find(|bundle| bundle.id == id);
        let bundle = found.ok_or_else(|| Problem::Absent("考核办法", "bundle", id.clone()))?;
        asked.json(&basis(&editions), || Ok(bundle))
    })
    .await
}

/// An edition by its name, or the one published last.
pub(super) fn edition(app: &App, bundle: &str, edition: &str) -> Result<Arc<EditionView>, Problem> {
    if edition == CURRENT { app.current_edition(bundle) } else { app.edition(bundle, edition) }
}

/// 考核办法的纲要。 · An edition in outline.
#[derive(Debug, Serialize, ToSchema)]
pub struct Outline {
    /// 版本 · The edition as published.
    #[serde(flatten)]
    pub edition: EditionBody,
    /// 名称 · Title of the standard.
    pub title: String,
    /// 依据文件 · The document it rests on.
    pub document: Option<String>,
    /// 依据文件网址 · Where that can be read.
    pub link: Option<String>,
    /// 施行起 · First day it is in force.
    #[schema(value_type = Option<String>, format = Date)]
    pub effective_from: Option<Date>,
    /// 施行止 · Last day it is in force.
    #[schema(value_type = Option<String>, format = Date)]
    pub effective_until: Option<Date>,
    /// 考核哪一级 · The level scored.
    #[schema(example = "village")]
    pub unit: String,
    /// 上级各级,由近及远 · The levels above it, nearest first.
    pub within: Vec<String>,
    /// 考核周期 · Length of the periods scored: `day`, `week`, `month`, `quarter`, `half_year`, `year`.
    #[schema(example = "year")]
    pub period: &'static str,
    /// 基础分 · What a score starts from.
    #[serde(serialize_with = "points")]
    #[schema(value_type = String, example = "100")]
    pub base: Number,
    /// 总分下限 · A score is never below.
    #[serde(serialize_with = "optional_points")]
    #[schema(value_type = Option<String>)]
    pub floor: Option<Number>,
    /// 总分上限 · A score is never above.
    #[serde(serialize_with = "optional_points")]
    #[schema(value_type = Option<String>)]
    pub ceiling: Option<Number>,
    /// 指标,各在其下级之前 · The criteria, each before its sub-criteria.
    pub criteria: Vec<CriterionOutline>,
    /// 指标值 · Figures.
    pub figures: Vec<FigureOutline>,
    /// 等次,由高到低 · The ratings, best first.
    pub ratings: Vec<RatingOutline>,
    /// 清单 · The lists.
    pub lists: Vec<ListBody>,
    /// 申请复核期限(日) · Days within which a finding can be appealed against.
    pub appeal_days: Option<u32>,
}

/// 指标。 · A criterion of the standard.
#[derive(Debug, Serialize, ToSchema)]
pub struct CriterionOutline {
    /// 编号 · Its id.
    pub id: String,
    /// 名称 · Its title.
    pub title: String,
    /// 条款 · Its clause.
    pub clause: Option<String>,
    /// 上级指标 · The criterion above it.
    pub within: Option<String>,
    /// 基础分 · What its points start from.
    #[serde(serialize_with = "points")]
    #[schema(value_type = String)]
    pub base: Number,
    /// 下限 · Its points are never below.
    #[serde(serialize_with = "optional_points")]
    #[schema(value_type = Option<String>)]
    pub floor: Option<Number>,
    /// 上限 · Its points are never above.
    #[serde(serialize_with = "optional_points")]
    #[schema(value_type = Option<String>)]
    pub ceiling: Option<Number>,
    /// 分值是否公开 · Whether its points are public.
    pub points_are_public: bool,
    /// 评分项 · Its rules.
    pub rules: Vec<RuleOutline>,
}

/// 评分项。 · A rule of the standard.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleOutline {
    /// 编号 · Its id.
    #[schema(example = "FIRE-001")]
    pub id: String,
    /// 名称 · The fault it looks for.
    pub title: String,
    /// 条款 · Its clause.
    pub clause: Option<String>,
    /// 部门 · The department that supplies the facts and decides.
    pub department: Option<String>,
    /// 整改 · What a unit can do about its findings.
    pub mend: Option<String>,
    /// 公开程度 · How public its findings are: `full`, `points` (counts and points only) or `met` (met or not only).
    #[schema(example = "full")]
    pub public: &'static str,
}

/// 指标值。 · A figure of the standard.
#[derive(Debug, Serialize, ToSchema)]
pub struct FigureOutline {
    /// 编号 · Its id.
    pub id: String,
    /// 名称 · Its title.
    pub title: String,
    /// 上看板 · Whether dashboards show it.
    pub show: bool,
}

/// 等次。 · A rating and the scores it holds for.
#[derive(Debug, Serialize, ToSchema)]
pub struct RatingOutline {
    /// 名称 · Its name.
    pub name: String,
    /// 分数条件 · The scores it holds for, such as `>= 95`; empty for a rating without bounds.
    #[schema(example = ">= 95")]
    pub scores: String,
}

/// How public something is, in the words of the bundle.
pub(super) fn word_of(public: Public) -> &'static str {
    match public {
        Public::Full => "full",
        Public::Points => "points",
        Public::Met => "met",
    }
}

impl Outline {
    fn of(view: &EditionView, reader: Reader) -> Outline {
        let bundle = view.bundle();
        let mut criteria = Vec::new();
        for criterion in &bundle.criteria {
            outline(criterion, None, view, &mut criteria);
        }
        let basis = bundle.basis.as_ref();
        let figure =
            |figure: &Figure| FigureOutline { id: figure.id.clone(), title: figure.title.clone(), show: figure.show };
        Outline {
            edition: EditionBody::of(&view.edition, reader),
            title: bundle.title.clone(),
            document: basis.map(|basis| basis.document.clone()).filter(|document| !document.is_empty()),
            link: basis.and_then(|basis| basis.link.clone()),
            effective_from: bundle.effective.0,
            effective_until: bundle.effective.1,
            unit: bundle.assess.unit.clone(),
            within: bundle.assess.within.clone(),
            period: bundle.assess.period.key(),
            base: bundle.assess.base,
            floor: bundle.assess.floor,
            ceiling: bundle.assess.ceiling,
            criteria,
            figures: bundle.figures.iter().map(figure).collect(),
            ratings: ratings(bundle),
            lists: bundle.lists.iter().map(ListBody::from).collect(),
            appeal_days: bundle.appeal_days,
        }
    }
}

fn outline(criterion: &Criterion, within: Option<&str>, view: &EditionView, into: &mut Vec<CriterionOutline>) {
    let rule = |rule: &Rule| RuleOutline {
        id: rule.id.clone(),
        title: rule.title.clone(),
        clause: rule.basis.clone(),
        department: rule.department.clone(),
        mend: rule.mend.as_ref().map(|mend| mend.title.clone()),
        public: word_of(view.disclosure.of_rule(&rule.id)),
    };
    into.push(CriterionOutline {
        id: criterion.id.clone(),
        title: criterion.title.clone(),
        clause: criterion.basis.clone(),
        within: within.map(str::to_owned),
        base: criterion.base,
        floor: criterion.floor,
        ceiling: criterion.ceiling,
        points_are_public: view.disclosure.shows_points_of(&criterion.id),
        rules: criterion.rules.iter().map(rule).collect(),
    });
    for below in &criterion.criteria {
        outline(below, Some(&criterion.id), view, into);
    }
}

fn ratings(bundle: &Bundle) -> Vec<RatingOutline> {
    let rating = &bundle.rating;
    let bands = rating.bands.iter().map(|band| RatingOutline { name: band.name.clone(), scores: scores_of(band) });
    let mut ratings: Vec<RatingOutline> = bands.collect();
    let further = [&rating.vetoed, &rating.incomplete, &rating.not_rated].into_iter().flatten();
    for name in rating.ladder.iter().chain(further) {
        if !ratings.iter().any(|known| known.name == *name) {
            ratings.push(RatingOutline { name: name.clone(), scores: String::new() });
        }
    }
    ratings
}

fn scores_of(band: &Band) -> String {
    let lower = band.lower.map(|bound| format!("{} {}", if bound.inclusive { ">=" } else { ">" }, bound.at));
    let upper = band.upper.map(|bound| format!("{} {}", if bound.inclusive { "<=" } else { "<" }, bound.at));
    lower.into_iter().chain(upper).collect::<Vec<_>>().join(", ")
}

/// 版本纲要
///
/// An edition in outline: criteria, rules with clause and department, ratings, lists. `current` is the edition published last.
#[utoipa::path(
    get, path = "/api/v1/bundles/{bundle}/editions/{edition}", tag = "bundles", operation_id = "show_edition",
    params(
        ("bundle" = String, Path, description = "考核办法 · The bundle", example = "ruian-six-no"),
        ("edition" = String, Path, description = "版本,或 current · The edition, or `current`", example = "current"),
    ),
    security((), ("token" = [])),
    responses((status = 200, description = "纲要 · The outline", body = Outline), Problems),
)]
pub async fn show_edition(
    State(app): State<App>,
    asked: Asked,
    Path((bundle, name)): Path<(String, String)>,
) -> Result<Answer, Problem> {
    app.blocking(move |app| {
        let view = edition(app, &bundle, &name)?;
        asked.json(&view.edition.digest, || Ok(Outline::of(&view, asked.reader)))
    })
    .await
}

/// 版本全文
///
/// The text of an edition, byte for byte, whose SHA-256 is its digest.
#[utoipa::path(
    get, path = "/api/v1/bundles/{bundle}/editions/{edition}/text", tag = "bundles", operation_id = "show_edition_text",
    params(
        ("bundle" = String, Path, description = "考核办法 · The bundle", example = "ruian-six-no"),
        ("edition" = String, Path, description = "版本,或 current · The edition, or `current`", example = "current"),
    ),
    security((), ("token" = [])),
    responses(
        (status = 200, description = "YAML 全文 · The YAML text", body = String, content_type = "application/yaml"),
        Problems,
    ),
)]
pub async fn show_text(
    State(app): State<App>,
    asked: Asked,
    Path((bundle, name)): Path<(String, String)>,
) -> Result<Answer, Problem> {
    app.blocking(move |app| {
        let edition = if name == CURRENT {
            let current = app.store().current_edition(&bundle)?;
            current.ok_or_else(|| Problem::Absent("考核办法", "bundle", bundle.clone()))?
        } else {
            app.store().edition(&bundle, &name)?
        };
        asked.text("application/yaml; charset=utf-8", &edition.digest, &edition.text)
    })
    .await
}
