//! What is done about a draft on its page: it is changed, stored, discarded, called off, taken back, or its faulty rows fetched.
//!
//! Enters: forms. Leaves: the way back to the page, or a file. Next: [`super::table`].

use std::time::Duration;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{Redirect, Response};
use serde::Deserialize;

use super::decide;
use crate::accounts::Caller;
use crate::custody::Custody;
use crate::desk::{self, Consent, Look};
use crate::drafts::{DraftError, State as DraftState};
use crate::error::Problem;
use crate::jobs::Ending;
use crate::pages::download::{download, media_of};
use crate::pages::links;
use crate::state::App;
use crate::store::BatchId;

/// How long it waits for a draft to be stored.
const STORING: Duration = Duration::from_secs(5);

/// Serves `POST /desk/upload/{draft}`: what was decided and mended on the page.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Redirect, Problem> {
    app.blocking(move |app| {
        let draft = desk::get(app, &caller, &id)?;
        // Nothing that was typed in is dropped without a word: the form comes back with one.
        let Look::Ready(preview) = desk::look(app, &caller, &draft, STORING)? else {
            return Err(DraftError::BeingRead.into());
        };
        let change = decide::change_of(&fields, &draft, &preview.report, app.units()?.as_ref());
        app.drafts().change(app.store(), (&id, &caller), change, app.now())?;
        Ok(Redirect::to(&links::draft(&id)))
    })
    .await
}

/// How a draft is to be stored.
#[derive(Debug, Deserialize)]
pub struct Storing {
    #[serde(default)]
    good_rows: Option<String>,
    #[serde(default)]
    withdraw_missing: Option<String>,
}

/// Serves `POST /desk/upload/{draft}/commit`.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn commit(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Form(storing): Form<Storing>,
) -> Result<Redirect, Problem> {
    app.blocking(move |app| {
        let draft = desk::get(app, &caller, &id)?;
        let consent = Consent { good_rows: storing.good_rows.is_some(), withdraw_missing: storing.withdraw_missing };
        let job = desk::commit(app, &caller, &draft, consent)?;
        match job.wait(STORING) {
            Some(failed @ Ending::Failed(..)) => Err(Problem::Job(failed)),
            _ => Ok(Redirect::to(&links::draft(&id))),
        }
    })
    .await
}

/// Serves `POST /desk/upload/{draft}/discard`.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn discard(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Redirect, Problem> {
    app.blocking(move |app| {
        app.drafts().discard(app.store(), (&id, &caller))?;
        Ok(Redirect::to(links::UPLOAD))
    })
    .await
}

/// Serves `POST /desk/upload/{draft}/call-off`: what is going on is no longer wanted.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn call_off(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Redirect, Problem> {
    app.blocking(move |app| {
        desk::get(app, &caller, &id)?;
        let job = fields.iter().find(|(name, _)| name == "job").and_then(|(_, job)| job.parse().ok());
        let job = job.and_then(|job| app.jobs().get(job)).filter(|job| job.owner == caller.name());
        let Some(job) = job else { return Ok(Redirect::to(links::UPLOAD)) };
        job.call_off();
        // What was to be stored is looked at again; what was being read would only be read again there.
        let is_storing = job.subject == desk::storing(&id);
        job.wait(STORING);
        Ok(if is_storing { Redirect::to(&links::draft(&id)) } else { Redirect::to(links::UPLOAD) })
    })
    .await
}

/// Why a batch is taken back.
#[derive(Debug, Deserialize)]
pub struct Undoing {
    #[serde(default)]
    reason: String,
}

/// Serves `POST /desk/upload/{draft}/undo`: 整批撤回.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn undo(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Form(undoing): Form<Undoing>,
) -> Result<Redirect, Problem> {
    app.blocking(move |app| {
        let draft = desk::get(app, &caller, &id)?;
        let batch: Option<BatchId> = match draft.state {
            DraftState::Committed { batch, .. } => batch,
            DraftState::Open => None,
        };
        if let Some(batch) = batch {
            Custody::open(app, &caller)?.undo(batch, &undoing.reason, None)?;
        }
        Ok(Redirect::to(&links::draft(&id)))
    })
    .await
}

/// Serves `/desk/upload/{draft}/corrections/{file}`: the file with its faults in red.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn correction(
    State(app): State<App>,
    caller: Caller,
    Path((id, name)): Path<(String, String)>,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let draft = desk::get(app, &caller, &id)?;
        match desk::look(app, &caller, &draft, STORING)? {
            Look::Ready(preview) => {
                let file = desk::corrected(app, &caller, &draft, &name, &preview)?;
                Ok(download(&file.name, media_of(&file.name), file.bytes))
            }
            Look::Working(_) => Err(Problem::Timeout),
        }
    })
    .await
}
