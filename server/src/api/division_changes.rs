//! Divisions that were merged, split or given another code. Next: [`super::openapi`].

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use liuwu_engine::period::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::batches::BatchBody;
use super::openapi::Problems;
use super::parameters::Body;
use crate::accounts::Caller;
use crate::audit::{Action, Note, Subject};
use crate::error::Problem;
use crate::remit::Remit;
use crate::state::App;
use crate::store::NewBatch;
use crate::succession::{self, Change, Kind};

/// 区划变更。 · Changes of divisions.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangesForm {
    /// 各项变更 · Each change.
    changes: Vec<ChangeForm>,
    /// 依据,如批复文号 · On what it rests, such as the number of the approval.
    #[schema(example = "浙民行批〔2020〕1号(示例)")]
    reason: String,
    /// 报送单位或账号 · Who hands it in.
    by: Option<String>,
}

/// 一项变更。 · One change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeForm {
    /// 种类 · What happened.
    kind: ChangeKind,
    /// 生效日期 · From this day on.
    #[schema(value_type = String, format = Date)]
    from: Date,
    /// 原区划代码 · The units that were.
    old: Vec<String>,
    /// 现区划;拆分的,原记录计入第一个 · The units that are; what was split counts for the first.
    new: Vec<NewUnit>,
}

/// 现区划。 · A unit that is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUnit {
    /// 区划代码 · Its code.
    #[schema(example = "330381101705")]
    code: String,
    /// 名称;新设的必填 · Its name; needed for one that is new.
    name: Option<String>,
}

/// 变更种类。 · What happened.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// 合并 · Several became one.
    Merged,
    /// 拆分 · One became several.
    Split,
    /// 改用新代码 · One has another code.
    Recoded,
}

/// 谁计入谁。 · Who counts for whom.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuccessionBody {
    /// 原区划代码 · The old unit.
    pub old: String,
    /// 原名称 · Its name.
    pub name: String,
    /// 现区划代码,记录计入它 · The unit that its records count for.
    pub new: String,
    /// 生效日期 · From this day on.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
}

/// 全部承继关系。 · All successions.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuccessionList {
    /// 按原代码 · By the old code.
    pub items: Vec<SuccessionBody>,
}

impl From<ChangeForm> for Change {
    fn from(form: ChangeForm) -> Change {
        Change {
            kind: match form.kind {
                ChangeKind::Merged => Kind::Merged,
                ChangeKind::Split => Kind::Split,
                ChangeKind::Recoded => Kind::Recoded,
            },
            from: form.from,
            old: form.old,
            new: form.new.into_iter().map(|unit| (unit.code, unit.name)).collect(),
        }
    }
}

/// 区划变更一览
///
/// Who counts for whom, from when.
#[utoipa::path(
    get, path = "/api/v1/division-changes", tag = "divisions", operation_id = "list_division_changes",
    security((), ("token" = [])),
    responses((status = 200, description = "承继关系 · Successions", body = SuccessionList), Problems),
)]
pub async fn list(State(app): State<App>) -> Result<Json<SuccessionList>, Problem> {
    app.blocking(|app| {
        let units = app.units()?;
        let items = units.all().iter().filter_map(succession::of_row).map(|found| SuccessionBody {
            old: found.old,
            name: found.name,
            new: found.new,
            from: found.from,
        });
        Ok(Json(SuccessionList { items: items.collect() }))
    })
    .await
}

/// 报送区划变更
///
/// Units that were merged, split or given another code. Old records keep their code and count for the successor in every run as
/// of a day on which the change is known. It becomes a batch, which can be taken back whole.
#[utoipa::path(
    post, path = "/api/v1/division-changes", tag = "divisions", operation_id = "create_division_changes",
    request_body = ChangesForm, security(("token" = [])),
    responses((status = 201, description = "已入库 · Stored", body = BatchBody), Problems),
)]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(form): Body<ChangesForm>,
) -> Result<(StatusCode, Json<BatchBody>), Problem> {
    // Whoever answers for a part decides nothing about who counts for whom.
    let remit = Remit::of_everything(&caller, "区划变更 · changes of divisions")?;
    app.blocking(move |app| {
        let changes: Vec<Change> = form.changes.into_iter().map(Change::from).collect();
        let first = changes.first().map_or("", |change| change.kind.zh());
        let what = format!("区划{first}:{}", form.reason.trim());
        let mut batch = NewBatch::new(app.now(), caller.name_or(form.by), what);
        let units = app.store().units(Date::MAX)?;
        succession::announce(&units, &changes, app.today(), &mut batch).map_err(Problem::Faults)?;
        if batch.units.is_empty() {
            return Err(Problem::parameter("changes", "至少要有一项变更", "at least one change"));
        }
        let id = remit.admit(app.store(), batch)?.store(app.store())?;
        app.has_written();
        app.audit().note(Note::done(&caller, Action::Upload, Subject::of("batch", id)))?;
        Ok((StatusCode::CREATED, Json(BatchBody::from(app.store().batch(id)?))))
    })
    .await
}
