//! One batch: its tables, its rows, and what undoing it would change before it is undone.

use std::collections::BTreeMap;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Redirect;
use liuwu_engine::number::Number;
use serde::Deserialize;

use super::batches::BatchLine;
use super::shown::{Line, line, place};
use super::{BATCHES, RECORDS};
use crate::custody::asked as asked_for;
use crate::custody::{Custody, Wanted};
use crate::effect::{Moved, Standing};
use crate::error::Problem;
use crate::pages::figures::Figure;
use crate::pages::frame::Frame;
use crate::pages::seat::Section;
use crate::pages::visit::{Rendered, Visit};
use crate::state::App;

/// Rows shown at once.
const ROWS: usize = 20;
/// Units that move shown at most.
const MOVED: usize = 60;

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
    /// Units that would move.
    pub units: usize,
    /// Units whose rating would change.
    pub ratings: usize,
    /// Units that would enter or leave a list.
    pub lists: usize,
    /// Who moves.
    pub moved: Vec<MovedLine>,
    /// How many more there are.
    pub more: usize,
    /// Whether others may move, too, whose results the reader does not see yet.
    pub partial: bool,
}

/// A unit that would move.
#[derive(Debug)]
pub struct MovedLine {
    /// The unit.
    pub place: String,
    /// The period.
    pub period: String,
    /// Score and rating now.
    pub before: String,
    /// Score and rating then.
    pub after: String,
    /// By how much.
    pub by: String,
    /// Titles of lists it would enter.
    pub enters: Vec<String>,
    /// Titles of lists it would leave.
    pub leaves: Vec<String>,
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
        let may_undo = custody.may_undo(&batch) && batch.withdrawn.is_none();
        Ok(Rendered(BatchPage {
            batch: BatchLine::of(&custody, &frame, &batch),
            notes: batch.notes,
            rows: found.records.iter().map(|record| line(&custody, &frame, record.id, record)).collect(),
            more: found.next.is_some(),
            may_undo,
            undoing,
            frame,
        }))
    })
    .await
}

fn weighed(custody: &Custody, frame: &Frame, id: crate::store::BatchId) -> Result<UndoingShown, Problem> {
    let undoing = custody.weigh_undoing(id)?;
    let effect = &undoing.effect;
    Ok(UndoingShown {
        go: undoing.go,
        come_back: undoing.come_back,
        units: effect.units(),
        ratings: effect.ratings(),
        lists: effect.entering() + effect.leaving(),
        moved: effect.moved.iter().take(MOVED).map(|moved| moved_line(custody, frame, moved)).collect(),
        more: effect.moved.len().saturating_sub(MOVED),
        partial: effect.partial,
    })
}

fn moved_line(custody: &Custody, frame: &Frame, moved: &Moved) -> MovedLine {
    let list = |id: &str| {
        let lists = &custody.edition.bundle().lists;
        lists.iter().find(|list| list.id == id).map_or_else(|| id.to_owned(), |list| list.title.clone())
    };
    MovedLine {
        place: place(custody, &moved.unit),
        period: moved.period.name(),
        before: stands(frame, moved.before.as_ref()),
        after: stands(frame, moved.after.as_ref()),
        by: moved.by().map(signed).unwrap_or_default(),
        enters: moved.enters().into_iter().map(list).collect(),
        leaves: moved.leaves().into_iter().map(list).collect(),
    }
}

/// A difference with its sign.
fn signed(by: Number) -> String {
    if by.is_negative() { Figure(by).to_string() } else { format!("+{}", Figure(by)) }
}

fn stands(frame: &Frame, standing: Option<&Standing>) -> String {
    let Some(standing) = standing else { return frame.say("undo-no-result").to_string() };
    let score = match standing.score {
        Some(score) => frame.say("undo-score").with("score", Figure(score)).to_string(),
        None => frame.say("undo-no-score").to_string(),
    };
    match &standing.rating {
        Some(rating) => format!("{score} · {rating}"),
        None => score,
    }
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

/// Undoes a batch and comes back to it.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn undo(
    State(app): State<App>,
    visit: Visit,
    Path(batch): Path<String>,
    Form(form): Form<Reason>,
) -> Result<Redirect, Problem> {
    let id = asked_for::batch(&batch)?;
    app.blocking(move |app| {
        Custody::open(app, visit.caller())?.undo(id, &form.reason, None)?;
        Ok(Redirect::to(&format!("{BATCHES}/{id}")))
    })
    .await
}
