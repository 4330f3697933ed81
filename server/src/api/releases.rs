//! Releases: an officer makes a run public, or takes it back from the public. With the token only. Next: [`super::bundles`].

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::openapi::Problems;
use super::parameters::{self, Body, Path};
use super::runs::RunBody;
use crate::accounts::Caller;
use crate::audit::{Action, Note, Subject};
use crate::disclosure::Reader;
use crate::error::Problem;
use crate::state::App;
use crate::store::Act;

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

impl ReleaseForm {
    fn act(self, app: &App, caller: &Caller) -> Result<Act, Problem> {
        let why = self.reason.trim().to_owned();
        if why.is_empty() {
            return Err(Problem::parameter("reason", "须写明理由", "say why"));
        }
        Ok(Act { by: caller.name_or(self.by), at: app.now(), why })
    }
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
    let act = form.act(&app, &caller)?;
    app.blocking(move |app| {
        if public {
            app.store().release(id, act)?;
        } else {
            app.store().retract(id, act)?;
        }
        app.has_written();
        let action = if public { Action::Release } else { Action::Retract };
        app.audit().note(Note::done(&caller, action, Subject::of("run", id)))?;
        Ok(Json(RunBody::of(app.store().run(id)?, Reader::Staff)))
    })
    .await
}
