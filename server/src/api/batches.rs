//! Batches: what was handed in, when and by whom; and what undoing one would change. Next: [`super::uploads`].

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use liuwu_engine::number::Number;
use liuwu_engine::period::{Date, Period};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer::{Answer, Asked};
use super::openapi::Problems;
use super::parameters::{self, Cursor, Path, Query};
use super::source::{Page, optional_points};
use crate::accounts::Caller;
use crate::custody::Custody;
use crate::effect::Moved;
use crate::error::Problem;
use crate::state::App;
use crate::store::{Act, Batch};

/// 上报批次。 · One upload.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchBody {
    /// 批次号 · Its number.
    #[schema(example = 3)]
    pub batch: u64,
    /// 入库时间 · When it was accepted.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// 收到日期 · The day from which its contents count as known.
    #[schema(value_type = String, format = Date)]
    pub received_on: Date,
    /// 上报人 · Who handed it in.
    pub by: String,
    /// 文件 · Names of the files.
    pub files: Vec<String>,
    /// 说明 · What it is, in words.
    pub what: String,
    /// 各类记录数 · Records by kind.
    pub records: BTreeMap<String, u64>,
    /// 更正的记录数 · Earlier records that these supersede.
    pub superseded: u64,
    /// 撤回的记录数 · Earlier records that it takes back: a complete table no longer holds them.
    pub taken_back: u64,
    /// 属性数 · Facts about units.
    pub attributes: u64,
    /// 区划数 · Rows of the list of units.
    pub units: u64,
    /// 报齐与零报告数 · Statements of coverage.
    pub statements: u64,
    /// 免予扣分数 · Exemptions.
    pub exemptions: u64,
    /// 撤回 · Who took it back, when and why.
    pub withdrawn: Option<ActBody>,
}

/// 谁、何时、为何。 · Who did something, when and why.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActBody {
    /// 谁 · Who.
    pub by: String,
    /// 何时 · When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// 为何 · Why.
    pub why: String,
}

impl From<Act> for ActBody {
    fn from(act: Act) -> ActBody {
        ActBody { by: act.by, at: act.at, why: act.why }
    }
}

impl From<Batch> for BatchBody {
    fn from(batch: Batch) -> BatchBody {
        BatchBody {
            batch: batch.id.0,
            at: batch.at,
            received_on: batch.received_on,
            by: batch.by,
            files: batch.files,
            what: batch.what,
            records: batch.counts.records,
            superseded: batch.counts.superseded,
            taken_back: batch.counts.taken_back,
            attributes: batch.counts.attributes,
            units: batch.counts.units,
            statements: batch.counts.statements,
            exemptions: batch.counts.exemptions,
            withdrawn: batch.withdrawn.map(ActBody::from),
        }
    }
}

/// Which batches are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BatchesQuery {
    /// 上一页给出的 next · The `next` of the page before.
    cursor: Option<String>,
    /// 每页个数,1 至 500 · Items of a page, 1 to 500.
    #[param(default = 100, minimum = 1, maximum = 500)]
    limit: Option<usize>,
}

/// 批次列表
///
/// All batches, newest first. Takes the token.
#[utoipa::path(
    get, path = "/api/v1/batches", tag = "uploads", operation_id = "list_batches", params(BatchesQuery),
    security(("token" = [])),
    responses((status = 200, description = "批次 · Batches", body = Page<BatchBody>), Problems),
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    asked: Asked,
    Query(query): Query<BatchesQuery>,
) -> Result<Answer, Problem> {
    let limit = parameters::limit(query.limit)?;
    let before = match query.cursor.as_deref().map(Cursor::read).transpose()? {
        None => None,
        Some(cursor) => Some(parameters::batch(&cursor.after)?),
    };
    app.blocking(move |app| {
        let basis = format!("batches {} {}", caller.name(), app.store().health()?.batches + app.writes());
        asked.json(&basis, || {
            // One more than asked for tells whether there is another page.
            let mut batches = Custody::open(app, &caller)?.batches(before, limit + 1)?;
            let more = batches.len() > limit;
            batches.truncate(limit);
            let last = batches.last().filter(|_| more);
            let next = last.map(|last| Cursor { run: None, after: last.id.to_string() }.to_text());
            Ok(Page { items: batches.into_iter().map(BatchBody::from).collect(), next })
        })
    })
    .await
}

/// 批次详情
///
/// The heading of one batch. Takes the token.
#[utoipa::path(
    get, path = "/api/v1/batches/{batch}", tag = "uploads", operation_id = "show_batch",
    params(("batch" = u64, Path, description = "批次号 · The batch")),
    security(("token" = [])),
    responses((status = 200, description = "批次 · The batch", body = BatchBody), Problems),
)]
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    asked: Asked,
    Path(batch): Path<String>,
) -> Result<Answer, Problem> {
    let id = parameters::batch(&batch)?;
    app.blocking(move |app| {
        let batch = Custody::open(app, &caller)?.batch(id)?;
        asked.json(&format!("batch {id} {}", batch.withdrawn.is_some()), || Ok(BatchBody::from(batch)))
    })
    .await
}

/// 整批撤回的影响。 · What undoing a batch would change.
#[derive(Debug, Serialize, ToSchema)]
pub struct UndoingBody {
    /// 不再计入的记录数 · Records that would no longer count.
    pub records_go: u64,
    /// 恢复计入的记录数 · Records that would count again.
    pub records_come_back: u64,
    /// 得分或等次变化的考核对象数 · Units that would move.
    pub units: usize,
    /// 等次变化数 · Units whose rating would change.
    pub ratings: usize,
    /// 将列入清单数 · Units that would enter a list.
    pub entering: usize,
    /// 将移出清单数 · Units that would leave a list.
    pub leaving: usize,
    /// 各考核对象的变化 · Who moves, those that lose most first.
    pub moved: Vec<MovedBody>,
}

/// 一个考核对象的变化。 · A unit that would move in a period.
#[derive(Debug, Serialize, ToSchema)]
pub struct MovedBody {
    /// 区划代码 · The unit.
    #[schema(example = "330381116712")]
    pub unit: String,
    /// 考核周期 · The period.
    #[schema(value_type = String, example = "2020")]
    pub period: Period,
    /// 现得分 · Its score.
    #[serde(serialize_with = "optional_points")]
    #[schema(value_type = Option<String>)]
    pub score: Option<Number>,
    /// 撤回后得分 · Its score then.
    #[serde(serialize_with = "optional_points")]
    #[schema(value_type = Option<String>)]
    pub score_then: Option<Number>,
    /// 增减 · By how much.
    #[serde(serialize_with = "optional_points")]
    #[schema(value_type = Option<String>)]
    pub by: Option<Number>,
    /// 现等次 · Its rating.
    pub rating: Option<String>,
    /// 撤回后等次 · Its rating then.
    pub rating_then: Option<String>,
    /// 将列入 · Lists it would enter.
    pub enters: Vec<String>,
    /// 将移出 · Lists it would leave.
    pub leaves: Vec<String>,
}

impl From<&Moved> for MovedBody {
    fn from(moved: &Moved) -> MovedBody {
        let texts = |lists: Vec<&str>| lists.into_iter().map(str::to_owned).collect();
        MovedBody {
            unit: moved.unit.clone(),
            period: moved.period,
            score: moved.before.as_ref().and_then(|standing| standing.score),
            score_then: moved.after.as_ref().and_then(|standing| standing.score),
            by: moved.by(),
            rating: moved.before.as_ref().and_then(|standing| standing.rating.clone()),
            rating_then: moved.after.as_ref().and_then(|standing| standing.rating.clone()),
            enters: texts(moved.enters()),
            leaves: texts(moved.leaves()),
        }
    }
}

/// 整批撤回的影响
///
/// What undoing a batch would change: records that go, records that count again, units that move and by how much. Nothing is
/// changed.
#[utoipa::path(
    get, path = "/api/v1/batches/{batch}/undoing", tag = "uploads", operation_id = "weigh_undoing",
    params(("batch" = u64, Path, description = "批次号 · The batch")),
    security(("token" = [])),
    responses((status = 200, description = "影响 · The effect", body = UndoingBody), Problems),
)]
pub async fn weigh_undoing(
    State(app): State<App>,
    caller: Caller,
    Path(batch): Path<String>,
) -> Result<Json<UndoingBody>, Problem> {
    let id = parameters::batch(&batch)?;
    app.blocking(move |app| {
        let undoing = Custody::open(app, &caller)?.weigh_undoing(id)?;
        let effect = &undoing.effect;
        Ok(Json(UndoingBody {
            records_go: undoing.go,
            records_come_back: undoing.come_back,
            units: effect.units(),
            ratings: effect.ratings(),
            entering: effect.entering(),
            leaving: effect.leaving(),
            moved: effect.moved.iter().map(MovedBody::from).collect(),
        }))
    })
    .await
}
