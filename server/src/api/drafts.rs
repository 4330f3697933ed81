//! Drafts of uploads: files are handed in, looked at, decided about and mended, and only then stored, whole or not at all.
//!
//! What pages do at `/desk/upload` is done here by programs; both go through [`crate::desk`]. What is answered stands in
//! [`body`]. Next: [`super::openapi`].

pub mod body;

use std::time::Duration;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Request, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};

use super::openapi::Problems;
use super::parameters::Path;
use crate::accounts::Caller;
use crate::desk::{self, Consent, Look, incoming};
use crate::drafts::{Change, Draft, State as DraftState};
use crate::error::Problem;
use crate::jobs::Ending;
use crate::pages::download::{download, media_of};
use crate::state::App;
use body::{CommitForm, DraftBody, DraftChange, DraftForm};

/// How long a request waits for a draft to be read or stored; then it answers with the job.
const PATIENCE: Duration = Duration::from_secs(20);

/// 草稿列表
///
/// The caller's drafts, the one changed last first; without their reports.
#[utoipa::path(
    get, path = "/api/v1/drafts", tag = "uploads", operation_id = "list_drafts",
    security(("token" = [])),
    responses((status = 200, description = "草稿 · The drafts", body = Vec<DraftBody>), Problems),
)]
pub async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Vec<DraftBody>>, Problem> {
    app.blocking(move |app| {
        let drafts = app.drafts().of(app.store(), &caller.name())?;
        Ok(Json(drafts.into_iter().map(|draft| DraftBody::of(draft, None)).collect()))
    })
    .await
}

/// 新建草稿
///
/// Hands files in for a look: nothing of them counts until the draft is committed.
#[utoipa::path(
    post, path = "/api/v1/drafts", tag = "uploads", operation_id = "create_draft",
    request_body(content = DraftForm, content_type = "multipart/form-data"),
    security(("token" = [])),
    responses(
        (status = 201, description = "已建立 · Begun", body = DraftBody,
            headers(("location" = String, description = "草稿地址 · Address of the draft"))),
        Problems,
    ),
)]
pub async fn create(State(app): State<App>, caller: Caller, request: Request) -> Result<Response, Problem> {
    let files = incoming::read(&app, request).await?.files;
    if files.is_empty() {
        return Err(Problem::parameter("file", "至少要有一个文件", "at least one file"));
    }
    app.blocking(move |app| {
        let draft = desk::begin(app, &caller, files)?;
        let look = desk::look(app, &caller, &draft, PATIENCE)?;
        let address: [(HeaderName, String); 1] = [(LOCATION, format!("/api/v1/drafts/{}", draft.id))];
        Ok((StatusCode::CREATED, address, Json(DraftBody::of(draft, Some(look)))).into_response())
    })
    .await
}

/// 草稿详情
///
/// A draft with the report of reading it. While that takes longer, the answer names the job to wait for.
#[utoipa::path(
    get, path = "/api/v1/drafts/{draft}", tag = "uploads", operation_id = "show_draft",
    params(("draft" = String, Path, description = "草稿 · The draft")),
    security(("token" = [])),
    responses((status = 200, description = "草稿 · The draft", body = DraftBody), Problems),
)]
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(draft): Path<String>,
) -> Result<Json<DraftBody>, Problem> {
    app.blocking(move |app| {
        let draft = desk::get(app, &caller, &draft)?;
        looked_at(app, &caller, draft)
    })
    .await
}

fn looked_at(app: &App, caller: &Caller, draft: Draft) -> Result<Json<DraftBody>, Problem> {
    let look = match draft.state {
        DraftState::Open => Some(desk::look(app, caller, &draft, PATIENCE)?),
        DraftState::Committed { .. } => None,
    };
    Ok(Json(DraftBody::of(draft, look)))
}

/// 改草稿
///
/// Adds decisions to a draft: what its tables and columns are, which units names mean, what stands in a cell. The answer has the
/// new report.
#[utoipa::path(
    patch, path = "/api/v1/drafts/{draft}", tag = "uploads", operation_id = "change_draft",
    params(("draft" = String, Path, description = "草稿 · The draft")),
    request_body = DraftChange,
    security(("token" = [])),
    responses((status = 200, description = "草稿 · The draft", body = DraftBody), Problems),
)]
pub async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(draft): Path<String>,
    body: Result<Json<DraftChange>, JsonRejection>,
) -> Result<Json<DraftBody>, Problem> {
    let Json(body) = body.map_err(|rejection| Problem::Body(rejection.body_text()))?;
    app.blocking(move |app| {
        let change = Change {
            what: body.what,
            received_on: body.received_on.map(Some),
            effective: body.effective.map(Some),
            tables: body.tables,
            cells: body.cells,
            aliases: body.aliases,
        };
        let draft = app.drafts().change(app.store(), (&draft, &caller), change, app.now())?;
        looked_at(app, &caller, draft)
    })
    .await
}

/// 草稿入库
///
/// Stores a draft as one batch, whole or not at all. 202: it takes longer; the answer names the job.
#[utoipa::path(
    post, path = "/api/v1/drafts/{draft}/commit", tag = "uploads", operation_id = "commit_draft",
    params(("draft" = String, Path, description = "草稿 · The draft")),
    request_body = CommitForm,
    security(("token" = [])),
    responses(
        (status = 201, description = "已入库 · Stored", body = DraftBody),
        (status = 200, description = "没有新内容 · Nothing was new", body = DraftBody),
        (status = 202, description = "正在入库 · It is being stored", body = DraftBody),
        Problems,
    ),
)]
pub async fn commit(
    State(app): State<App>,
    caller: Caller,
    Path(draft): Path<String>,
    body: Result<Json<CommitForm>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(form) = body.map_err(|rejection| Problem::Body(rejection.body_text()))?;
    let consent = Consent { good_rows: form.good_rows, withdraw_missing: form.withdraw_missing };
    app.blocking(move |app| store(app, &caller, &draft, consent, PATIENCE)).await
}

/// Stores a draft, and answers with the job when that takes longer.
fn store(app: &App, caller: &Caller, draft: &str, consent: Consent, patience: Duration) -> Result<Response, Problem> {
    let open = desk::get(app, caller, draft)?;
    // What has not been read by now is read by the job that stores it.
    if let Look::Working(reading) = desk::look(app, caller, &open, patience)? {
        reading.call_off();
    }
    let job = desk::commit(app, caller, &open, consent)?;
    match job.wait(patience) {
        Some(Ending::Done) => {
            let draft = desk::get(app, caller, draft)?;
            let stored = matches!(draft.state, DraftState::Committed { batch: Some(_), .. });
            let status = if stored { StatusCode::CREATED } else { StatusCode::OK };
            Ok((status, Json(DraftBody::of(draft, None))).into_response())
        }
        Some(ending) => Err(Problem::Job(ending)),
        None => Ok((StatusCode::ACCEPTED, Json(DraftBody::of(open, Some(Look::Working(job))))).into_response()),
    }
}

/// 弃用草稿
///
/// Throws a draft away. What it has stored stays stored.
#[utoipa::path(
    delete, path = "/api/v1/drafts/{draft}", tag = "uploads", operation_id = "discard_draft",
    params(("draft" = String, Path, description = "草稿 · The draft")),
    security(("token" = [])),
    responses((status = 204, description = "已弃用 · Gone"), Problems),
)]
pub async fn discard(State(app): State<App>, caller: Caller, Path(draft): Path<String>) -> Result<StatusCode, Problem> {
    app.blocking(move |app| {
        app.drafts().discard(app.store(), (&draft, &caller))?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// 下载待改的文件
///
/// A file of a draft as a workbook with its faults in red, each with a comment in its cell.
#[utoipa::path(
    get, path = "/api/v1/drafts/{draft}/corrections/{file}", tag = "uploads", operation_id = "get_correction",
    params(
        ("draft" = String, Path, description = "草稿 · The draft"),
        ("file" = String, Path, description = "文件名 · Name of the file"),
    ),
    security(("token" = [])),
    responses(
        (status = 200, description = "待改的文件 · The file", body = Vec<u8>,
            content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        Problems,
    ),
)]
pub async fn correction(
    State(app): State<App>,
    caller: Caller,
    Path((draft, file)): Path<(String, String)>,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let draft = desk::get(app, &caller, &draft)?;
        match desk::look(app, &caller, &draft, PATIENCE)? {
            Look::Ready(preview) => {
                let file = desk::corrected(app, &caller, &draft, &file, &preview)?;
                Ok(download(&file.name, media_of(&file.name), file.bytes))
            }
            Look::Working(_) => Err(Problem::Timeout),
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::crash::{furnish, open};
    use crate::store::NewBatch;

    #[test]
    fn a_draft_that_takes_longer_to_read_than_somebody_waits_is_stored_nevertheless() {
        let directory = tempfile::tempdir().unwrap();
        let (app, caller) = (open(directory.path()), Caller::terminal());
        let draft = furnish(&app).id;
        // Something else is written just then, so that nothing that was read is of use.
        app.store().append_batch(NewBatch::new(app.now(), "平台", "接口推送")).unwrap();
        let answer = store(&app, &caller, &draft, Consent::default(), Duration::ZERO).unwrap();
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        let job = app.jobs().about(&desk::storing(&draft)).expect("nothing stores it");
        assert_eq!(job.wait(Duration::from_secs(60)), Some(Ending::Done));
        let stored = desk::get(&app, &caller, &draft).unwrap();
        assert!(matches!(stored.state, DraftState::Committed { batch: Some(_), .. }), "{:?}", stored.state);
    }
}
