//! One batch: its tables, its rows, and what undoing it would change before it is undone.

use std::collections::BTreeMap;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Redirect;
use serde::Deserialize;

use super::batches::BatchLine;
use super::shown::{Line, line, place};
use super::{BATCHES, RECORDS};
use crate::accounts::Permission;
use crate::custody::asked as asked_for;
use crate::custody::{Custody, Wanted};
use crate::desk;
use crate::error::Problem;
use crate::pages::effect::EffectView;
use crate::pages::frame::Frame;
use crate::pages::links;
use crate::pages::seat::Section;
use crate::pages::visit::{Rendered, Visit};
use crate::state::App;

/// Rows shown at once.
const ROWS: usize = 20;

/// One batch.
#[derive(Debug, Template)]
#[template(path = "batch.html")]
pub struct BatchPage {
    /// What stands around it.
    pub frame: Frame,
    /// Its heading.
    pub batch: BatchLine,
    /// Dry facts about the reading.
    pub notes: BTreeMap<String, String>,
    /// The first rows.
    pub rows: Vec<Line>,
    /// Whether there are more.
    pub more: bool,
    /// Whether the reader may undo it.
    pub may_undo: bool,
    /// What undoing it would change, once that is asked for.
    pub undoing: Option<UndoingShown>,
}

/// What undoing would change, in words.
#[derive(Debug)]
pub struct UndoingShown {
    /// Records that would go.
    pub go: u64,
    /// Records that would count again.
    pub come_back: u64,
    /// Who moves.
    pub effect: EffectView,
}

impl BatchPage {
    /// Where its rows are searched.
    fn rows_link(&self) -> String {
        format!("{RECORDS}?batch={}", self.batch.id)
    }
}

async fn page(app: App, visit: Visit, batch: String, weigh: bool) -> Result<Rendered<BatchPage>, Problem> {
    let id = asked_for::batch(&batch)?;
    app.blocking(move |app| {
        let custody = Custody::open(app, visit.caller())?;
        let frame = visit.internal_frame(app, Section::Batches);
        let batch = custody.batch(id)?;
        let found = custody.search(&Wanted { batch: Some(id), ..Wanted::default() }, ROWS)?;
        let undoing = if weigh { Some(weighed(&custody, &frame, id)?) } else { None };
        Ok(Rendered(BatchPage {
            batch: BatchLine::of(&custody, &frame, &batch),
            notes: batch.notes.into_iter().filter(|(key, _)| key != desk::NOTE).collect(),
            rows: found.records.iter().map(|record| line(&custody, &frame, record.id, record)).collect(),
            more: found.next.is_some(),
            may_undo: visit.caller().may(Permission::Correct) && batch.withdrawn.is_none(),
            undoing,
            frame,
        }))
    })
    .await
}

fn weighed(custody: &Custody, frame: &Frame, id: crate::store::BatchId) -> Result<UndoingShown, Problem> {
    let undoing = custody.weigh_undoing(id)?;
    let effect = EffectView::of(&undoing.effect, custody.edition.bundle(), frame, &|unit| place(custody, unit));
    Ok(UndoingShown { go: undoing.go, come_back: undoing.come_back, effect })
}

/// Serves `/desk/batches/{batch}`.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(batch): Path<String>,
) -> Result<Rendered<BatchPage>, Problem> {
    page(app, visit, batch, false).await
}

/// Serves `/desk/batches/{batch}/undo`: what undoing it would change, and the form that does it.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn weigh(
    State(app): State<App>,
    visit: Visit,
    Path(batch): Path<String>,
) -> Result<Rendered<BatchPage>, Problem> {
    page(app, visit, batch, true).await
}

/// Why something is done.
#[derive(Debug, Deserialize)]
pub struct Reason {
    pub(super) reason: String,
}

/// Why a batch is undone, and where the click was.
#[derive(Debug, Deserialize)]
pub struct Undone {
    reason: String,
    #[serde(default)]
    back: Back,
}

/// The page to come back to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Back {
    /// The batch.
    #[default]
    Batch,
    /// The desk.
    Desk,
    /// The upload page.
    Upload,
}

/// Undoes a batch and comes back to where that was asked for.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn undo(
    State(app): State<App>,
    visit: Visit,
    Path(batch): Path<String>,
    Form(form): Form<Undone>,
) -> Result<Redirect, Problem> {
    let id = asked_for::batch(&batch)?;
    app.blocking(move |app| {
        Custody::open(app, visit.caller())?.undo(id, &form.reason, None)?;
        Ok(match form.back {
            Back::Batch => Redirect::to(&format!("{BATCHES}/{id}")),
            Back::Desk => Redirect::to(links::DESK),
            Back::Upload => Redirect::to(links::UPLOAD),
        })
    })
    .await
}
