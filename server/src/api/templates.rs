//! Templates: empty tables made from the dictionary, with the villages of whoever asks.
//!
//! Next: [`super::openapi`].

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

use super::openapi::Problems;
use super::parameters::{Path, Query};
use crate::accounts::Caller;
use crate::desk::templates::{Asked, template};
use crate::error::Problem;
use crate::pages::download::{XLSX, download};
use crate::state::App;

/// For what a template is wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TemplateQuery {
    /// 考核办法;不填则为当前的 · The bundle; the current one when left out.
    #[param(example = "ruian-six-no")]
    bundle: Option<String>,
    /// 区划代码:只列其下的村社 · A unit: only those below it are offered.
    #[param(example = "330381116000")]
    area: Option<String>,
}

/// 合表模板
///
/// A workbook with one sheet for each record kind that the caller may hand in.
#[utoipa::path(
    get, path = "/api/v1/templates", tag = "uploads", operation_id = "get_templates",
    params(TemplateQuery),
    security(("token" = [])),
    responses(
        (status = 200, description = "模板 · The template", body = Vec<u8>,
            content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        Problems,
    ),
)]
pub async fn all(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<TemplateQuery>,
) -> Result<Response, Problem> {
    answer(app, caller, None, query).await
}

async fn answer(app: App, caller: Caller, kind: Option<String>, query: TemplateQuery) -> Result<Response, Problem> {
    let asked = Asked { bundle: query.bundle, area: query.area };
    let file = app.blocking(move |app| template(app, &caller, kind.as_deref(), &asked)).await?;
    Ok(download(&file.name, XLSX, file.bytes))
}

/// 单表模板
///
/// A workbook for one record kind.
#[utoipa::path(
    get, path = "/api/v1/templates/{kind}", tag = "uploads", operation_id = "get_template",
    params(("kind" = String, Path, description = "台账类型 · The kind", example = "fire"), TemplateQuery),
    security(("token" = [])),
    responses(
        (status = 200, description = "模板 · The template", body = Vec<u8>,
            content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        Problems,
    ),
)]
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(kind): Path<String>,
    Query(query): Query<TemplateQuery>,
) -> Result<Response, Problem> {
    answer(app, caller, Some(kind), query).await
}
