//! Mapping files: how another system's data becomes records, edition by edition. Next: [`super::pushes`].

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use liuwu_engine::bundle::read_mapping;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::openapi::Problems;
use super::parameters::{Path, Query};
use crate::accounts::Caller;
use crate::audit::{Action, Note, Subject};
use crate::error::Problem;
use crate::state::App;
use crate::store::mappings::{self, StoredMapping};

/// 对照文件的一个版本。 · One edition of a mapping file.
#[derive(Debug, Serialize, ToSchema)]
pub struct MappingBody {
    /// 名称 · Its name.
    #[schema(example = "grid-platform")]
    pub name: String,
    /// 版本 · The edition.
    #[schema(example = 2)]
    pub edition: u32,
    /// 摘要 · SHA-256 of the text.
    pub digest: String,
    /// 发布人 · Who published it.
    pub by: String,
    /// 发布时间 · When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// 内容 · The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl MappingBody {
    fn of(mapping: StoredMapping, with_text: bool) -> MappingBody {
        let StoredMapping { name, edition, text, digest, by, at } = mapping;
        MappingBody { name, edition, digest, by, at, text: with_text.then_some(text) }
    }
}

/// 全部对照文件。 · All mapping files.
#[derive(Debug, Serialize, ToSchema)]
pub struct MappingList {
    /// 各版本 · Every edition of each.
    pub items: Vec<MappingBody>,
}

/// By which standard a mapping is checked.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MappingQuery {
    /// 按哪个考核办法检查;不填则为当前的 · The bundle it maps to; the current one when left out.
    bundle: Option<String>,
}

/// Which edition is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EditionQuery {
    /// 版本;不填则为最新的 · The edition; the newest when left out.
    edition: Option<u32>,
}

/// 对照文件一览
///
/// Every edition of every mapping file.
#[utoipa::path(
    get, path = "/api/v1/mappings", tag = "uploads", operation_id = "list_mappings", security(("token" = [])),
    responses((status = 200, description = "全部版本 · Every edition", body = MappingList), Problems),
)]
pub async fn list(State(app): State<App>) -> Result<Json<MappingList>, Problem> {
    app.blocking(|app| {
        let items = mappings::all(app.store())?.into_iter().map(|mapping| MappingBody::of(mapping, false));
        Ok(Json(MappingList { items: items.collect() }))
    })
    .await
}

/// 对照文件
///
/// One edition with its text.
#[utoipa::path(
    get, path = "/api/v1/mappings/{mapping}", tag = "uploads", operation_id = "show_mapping", security(("token" = [])),
    params(("mapping" = String, Path, description = "名称 · Its name"), EditionQuery),
    responses((status = 200, description = "对照文件 · The mapping file", body = MappingBody), Problems),
)]
pub async fn show(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(query): Query<EditionQuery>,
) -> Result<Json<MappingBody>, Problem> {
    app.blocking(move |app| {
        let mapping = mappings::find(app.store(), &name, query.edition)?;
        let mapping = mapping.ok_or_else(|| Problem::Absent("对照文件", "mapping file", name.clone()))?;
        Ok(Json(MappingBody::of(mapping, true)))
    })
    .await
}

/// 发布对照文件
///
/// Checks a mapping file against the standard and keeps it as the next edition under its own name. Faults come with line and
/// column.
#[utoipa::path(
    post, path = "/api/v1/mappings", tag = "uploads", operation_id = "publish_mapping", security(("token" = [])),
    params(MappingQuery), request_body(content = String, content_type = "application/yaml"),
    responses((status = 201, description = "已发布 · Published", body = MappingBody), Problems),
)]
pub async fn publish(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<MappingQuery>,
    text: String,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let bundle = match query.bundle {
            Some(bundle) => bundle,
            None => app.bundle()?,
        };
        let edition = app.current_edition(&bundle)?;
        let mapping = read_mapping("mapping.yaml", &text, &edition.bundle().dictionary).map_err(Problem::Faults)?;
        let stored = mappings::publish(app.store(), &mapping.id, &text, (&caller.name(), app.now()))?;
        let subject = Subject::of("mapping", format!("{}@{}", stored.name, stored.edition));
        app.audit().note(Note::done(&caller, Action::Publish, subject))?;
        Ok((StatusCode::CREATED, Json(MappingBody::of(stored, false))).into_response())
    })
    .await
}
