//! Divisions that were merged, split or given another code, as JSON or as the table of an office. Next: [`super::openapi`].

use axum::Json;
use axum::extract::{FromRequest as _, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use liuwu_engine::diagnostic::Diagnostic;
use liuwu_engine::period::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::batches::BatchBody;
use super::openapi::Problems;
use super::parameters::{Body, Query};
use crate::accounts::Caller;
use crate::desk::dividing::Announced;
use crate::desk::incoming::{self, Filled};
use crate::error::{FaultBody, Problem};
use crate::state::App;
use crate::succession::{self, Change, Kind};
use crate::upload::File;

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

/// 区划变更表(multipart/form-data)。 · A table of changes, as `multipart/form-data`.
#[derive(ToSchema)]
pub struct ChangesTable {
    /// 一个表格:xlsx、xls、csv;列为变更种类、生效日期、原区划代码、原名称、现区划代码、现名称 · One table: xlsx, xls, csv.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    pub file: String,
    /// 依据,如批复文号 · On what it rests, such as the number of the approval.
    #[schema(example = "浙民行批〔2020〕1号(示例)")]
    pub reason: String,
    /// 报送单位或账号 · Who hands it in.
    pub by: Option<String>,
    /// 文本编码;不填则自动识别 · Encoding of a text; recognised when left out.
    #[schema(example = "gb18030")]
    pub encoding: Option<String>,
}

/// Whether anything is stored.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// 只预检,不入库 · Check only; nothing is stored.
    #[serde(default)]
    dry_run: bool,
}

/// 预检结果。 · What would be stored.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangesPreview {
    /// 各项变更,按生效日期 · Each change; those of a table by their days.
    pub changes: Vec<ChangeForm>,
    /// 涉及的区划数 · Rows of the list of units that it brings.
    pub units: usize,
    /// 提醒 · What the user should know of the table.
    #[schema(value_type = Vec<FaultBody>)]
    pub remarks: Vec<Diagnostic>,
}

/// 一项变更。 · One change.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
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
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUnit {
    /// 区划代码 · Its code.
    #[schema(example = "330381101705")]
    code: String,
    /// 名称;新设的必填 · Its name; needed for one that is new.
    name: Option<String>,
}

/// 变更种类。 · What happened.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
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

impl From<&Change> for ChangeForm {
    fn from(change: &Change) -> ChangeForm {
        let new = change.new.iter().map(|(code, name)| NewUnit { code: code.clone(), name: name.clone() });
        ChangeForm {
            kind: match change.kind {
                Kind::Merged => ChangeKind::Merged,
                Kind::Split => ChangeKind::Split,
                Kind::Recoded => ChangeKind::Recoded,
            },
            from: change.from,
            old: change.old.clone(),
            new: new.collect(),
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
/// Units that were merged, split or given another code, as JSON or as a table. Old records keep their code and count for the
/// successor in every run as of a day on which the change is known. It becomes a batch, which can be taken back whole. With
/// `dry_run` nothing is stored and the answer says what would be.
#[utoipa::path(
    post, path = "/api/v1/division-changes", tag = "divisions", operation_id = "create_division_changes",
    params(ChangesQuery),
    request_body(content((ChangesForm = "application/json"), (ChangesTable = "multipart/form-data"))),
    security(("token" = [])),
    responses(
        (status = 200, description = "预检结果 · What would be stored", body = ChangesPreview),
        (status = 201, description = "已入库 · Stored", body = BatchBody),
        Problems,
    ),
)]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ChangesQuery>,
    request: Request,
) -> Result<Response, Problem> {
    let handed_in = HandedIn::read(&app, request).await?;
    app.blocking(move |app| {
        let by = caller.name_or(handed_in.by);
        let _alone = app.standing();
        let announced = match handed_in.content {
            Content::Changes(changes) => Announced::of_changes(app, by, changes)?,
            Content::Table(file, encoding) => Announced::of_table(app, by, &file, encoding.as_deref())?,
        };
        if query.dry_run {
            let units = announced.units();
            let changes = announced.changes.iter().map(ChangeForm::from).collect();
            return Ok(Json(ChangesPreview { changes, units, remarks: announced.remarks }).into_response());
        }
        let id = announced.store(app, &caller, &handed_in.reason)?;
        Ok((StatusCode::CREATED, Json(BatchBody::from(app.store().batch(id)?))).into_response())
    })
    .await
}

/// What somebody hands in, whatever its form.
struct HandedIn {
    content: Content,
    reason: String,
    by: Option<String>,
}

enum Content {
    Changes(Vec<Change>),
    /// A file, and how its text is encoded where somebody says so.
    Table(File, Option<String>),
}

impl HandedIn {
    async fn read(app: &App, request: Request) -> Result<HandedIn, Problem> {
        let media = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if media.starts_with("multipart/form-data") {
            return HandedIn::of_table(incoming::read(app, request).await?);
        }
        let Body(form) = Body::<ChangesForm>::from_request(request, app).await?;
        let changes = form.changes.into_iter().map(Change::from).collect();
        Ok(HandedIn { content: Content::Changes(changes), reason: form.reason, by: form.by })
    }

    fn of_table(Filled { files, mut fields }: Filled) -> Result<HandedIn, Problem> {
        let mut field = |name: &str| fields.remove(name).filter(|text| !text.is_empty());
        let (reason, by, encoding) = (field("reason"), field("by"), field("encoding"));
        if let Some(other) = fields.keys().next() {
            return Err(Problem::parameter(other, "没有这一项", "there is no such field in this form"));
        }
        let one = || Problem::parameter("file", "要有且只有一个表格", "one table, and only one");
        let [file] = <[File; 1]>::try_from(files).map_err(|_| one())?;
        let reason = reason.ok_or_else(|| {
            Problem::parameter(
                "reason",
                "必须写明依据,如批复文号",
                "on what it rests, such as the number of the approval",
            )
        })?;
        Ok(HandedIn { content: Content::Table(file, encoding), reason, by })
    }
}
