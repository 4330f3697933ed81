//! Templates: empty tables made from the dictionary, with the villages of whoever asks.
//!
//! Next: [`super::openapi`].

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use liuwu_engine::dictionary::Kind;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

use super::openapi::Problems;
use super::parameters::{Path, Query};
use crate::accounts::{Caller, Scope};
use crate::error::Problem;
use crate::intake::UnitIndex;
use crate::intake::template::{self, Wanted};
use crate::pages::links::escape;
use crate::remit::Remit;
use crate::state::App;

/// The media type of workbooks.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

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
    app.blocking(move |app| file(app, &caller, None, &query)).await
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
    app.blocking(move |app| file(app, &caller, Some(&kind), &query)).await
}

fn file(app: &App, caller: &Caller, kind: Option<&str>, query: &TemplateQuery) -> Result<Response, Problem> {
    let bundle = query.bundle.clone().map_or_else(|| app.bundle(), Ok)?;
    let edition = app.current_edition(&bundle)?;
    let bundle = edition.bundle();
    let units = app.units()?;
    let remit = Remit::of(caller.scope(), bundle, units.all());
    let area = query.area.as_ref().map(|area| Remit::of(&Scope::Divisions(vec![area.clone()]), bundle, units.all()));
    let mut kinds: Vec<Arc<Kind>> = remit.kinds(bundle).cloned().collect();
    if let Some(kind) = kind {
        kinds.retain(|own| *own.id == *kind);
    }
    let Some(first) = kinds.first() else {
        return Err(Problem::Absent("台账类型", "record kind", kind.unwrap_or_default().to_owned()));
    };
    let name = if kind.is_some() { first.title.clone() } else { "上报合表".to_owned() };
    let covers = |unit: &str| remit.has_unit(unit) && area.as_ref().is_none_or(|area| area.has_unit(unit));
    let index = UnitIndex::of_rows(units.all());
    let wanted = Wanted { bundle, kinds: &kinds, units: &index, covers: &covers, today: app.today() };
    let bytes = template::write(&wanted).map_err(|error| Problem::Internal(error.to_string()))?;
    Ok(download(&format!("{name}模板.xlsx"), XLSX, bytes))
}

/// A file to be saved under its name.
pub fn download(name: &str, media_type: &'static str, bytes: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename*=UTF-8''{}", escape(name));
    ([(CONTENT_TYPE, media_type.to_owned()), (CONTENT_DISPOSITION, disposition)], bytes).into_response()
}
