//! Batches: what was handed in, when and by whom. With the token only. Next: [`super::uploads`].

use std::collections::BTreeMap;

use axum::extract::State;
use jiff::Timestamp;
use liuwu_engine::period::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer::{Answer, Asked};
use super::openapi::Problems;
use super::parameters::{self, Cursor, Path, Query};
use super::source::Page;
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
pub async fn list(State(app): State<App>, asked: Asked, Query(query): Query<BatchesQuery>) -> Result<Answer, Problem> {
    let limit = parameters::limit(query.limit)?;
    let before = match query.cursor.as_deref().map(Cursor::read).transpose()? {
        None => None,
        Some(cursor) => Some(parameters::batch(&cursor.after)?),
    };
    app.blocking(move |app| {
        asked.json(&format!("batches {}", app.store().health()?.batches + app.writes()), || {
            // One more than asked for tells whether there is another page.
            let mut batches = app.store().batches(before, limit + 1)?;
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
pub async fn show(State(app): State<App>, asked: Asked, Path(batch): Path<String>) -> Result<Answer, Problem> {
    let id = parameters::batch(&batch)?;
    app.blocking(move |app| {
        let batch = app.store().batch(id)?;
        asked.json(&format!("batch {id} {}", batch.withdrawn.is_some()), || Ok(BatchBody::from(batch)))
    })
    .await
}
