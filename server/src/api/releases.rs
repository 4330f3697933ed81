//! Releases: an officer makes a run public, or takes it back from the public. What is done is in
//! [`crate::publication`]. Next: [`super::bundles`].

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::openapi::Problems;
use super::parameters::{self, Body, Path};
use super::runs::RunBody;
use crate::accounts::Caller;
use crate::disclosure::Reader;
use crate::error::Problem;
use crate::state::App;

/// 公布或收回的理由。 · Why a run is made public or taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseForm {
    /// 理由 · Why.
    #[schema(example = "经会审,予以公示")]
    reason: String,
    /// 公布单位或账号 · The office or account that does it.
    by: Option<String>,
}

/// 公布核算
///
/// Makes a run public. The public then sees its results instead of those of an older run. Takes the token.
#[utoipa::path(
    post, path = "/api/v1/runs/{run}/release", tag = "runs", operation_id = "release_run", request_body = ReleaseForm,
    params(("run" = u64, Path, description = "核算编号 · The run")),
    security(("token" = [])),
    responses((status = 200, description = "已公布 · It is public", body = RunBody), Problems),
)]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    Path(run): Path<String>,
    Body(form): Body<ReleaseForm>,
) -> Result<Json<RunBody>, Problem> {
    change(app, caller, &run, form, true).await
}

/// 收回公布
///
/// Takes a run back from the public, which then sees the released run before it, if there is one. Takes the token.
#[utoipa::path(
    post, path = "/api/v1/runs/{run}/retract", tag = "runs", operation_id = "retract_run", request_body = ReleaseForm,
    params(("run" = u64, Path, description = "核算编号 · The run")),
    security(("token" = [])),
    responses((status = 200, description = "已收回 · It is not public any more", body = RunBody), Problems),
)]
pub async fn take_back(
    State(app): State<App>,
    caller: Caller,
    Path(run): Path<String>,
    Body(form): Body<ReleaseForm>,
) -> Result<Json<RunBody>, Problem> {
    change(app, caller, &run, form, false).await
}

async fn change(
    app: App,
    caller: Caller,
    run: &str,
    form: ReleaseForm,
    public: bool,
) -> Result<Json<RunBody>, Problem> {
    let id = parameters::run(run)?;
    app.blocking(move |app| {
        let run = app.set_public(&app.publishing(), &caller, id, (caller.name_or(form.by), &form.reason), public)?;
        Ok(Json(RunBody::of(run, Reader::Staff)))
    })
    .await
}
