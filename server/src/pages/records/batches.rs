//! Batches: who handed in what, when, and whether it still counts.

use askama::Template;
use axum::extract::{Query, State};
use serde::Deserialize;

use super::shown::{kind, moment};
use crate::custody::Custody;
use crate::custody::asked as asked_for;
use crate::error::Problem;
use crate::pages::frame::Frame;
use crate::pages::seat::Section;
use crate::pages::visit::{Rendered, Visit};
use crate::state::App;
use crate::store::{Batch, BatchId};

/// Batches of a page.
const PAGE: usize = 50;

/// The list of batches.
#[derive(Debug, Template)]
#[template(path = "batches.html")]
pub struct BatchesPage {
    /// What stands around it.
    pub frame: Frame,
    /// The batches, newest first.
    pub batches: Vec<BatchLine>,
    /// Where the older ones begin.
    pub older: Option<BatchId>,
    /// Questions that wait for a decision.
    pub questions: usize,
}

/// A batch as a line.
#[derive(Debug, Clone)]
pub struct BatchLine {
    /// Its number.
    pub id: BatchId,
    /// When.
    pub at: String,
    /// By whom.
    pub by: String,
    /// What it is, in words.
    pub what: String,
    /// Names of the files.
    pub files: Vec<String>,
    /// What is in it: title and count.
    pub counts: Vec<(String, u64)>,
    /// Earlier records that it corrected.
    pub superseded: u64,
    /// Earlier records that it took back.
    pub taken_back: u64,
    /// Who took it back, when and why.
    pub withdrawn: Option<(String, String, String)>,
}

impl BatchLine {
    /// A batch in words.
    pub fn of(custody: &Custody, frame: &Frame, batch: &Batch) -> BatchLine {
        let counts = &batch.counts;
        let records = counts.records.iter().map(|(id, count)| (kind(custody, id), *count));
        let others = [
            ("batch-attributes", counts.attributes),
            ("batch-units", counts.units),
            ("batch-statements", counts.statements),
            ("batch-exemptions", counts.exemptions),
        ];
        let others = others.into_iter().map(|(key, count)| (frame.say(key).to_string(), count));
        BatchLine {
            id: batch.id,
            at: moment(frame, batch.at),
            by: batch.by.clone(),
            what: batch.what.clone(),
            files: named(frame, &batch.files),
            counts: records.chain(others).filter(|(_, count)| *count > 0).collect(),
            superseded: counts.superseded,
            taken_back: counts.taken_back,
            withdrawn: batch.withdrawn.as_ref().map(|act| (act.by.clone(), moment(frame, act.at), act.why.clone())),
        }
    }
}

/// Names of files, as many as are read at a glance.
fn named(frame: &Frame, files: &[String]) -> Vec<String> {
    const FILES: usize = 4;
    let more = files.len().saturating_sub(FILES);
    let rest = (more > 0).then(|| frame.say("batch-more-files").count("count", more).to_string());
    files.iter().take(FILES).cloned().chain(rest).collect()
}

/// What may stand behind the question mark.
#[derive(Debug, Deserialize)]
pub struct Asked {
    before: Option<String>,
}

/// Serves `/desk/batches?before=`.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn list(
    State(app): State<App>,
    visit: Visit,
    Query(asked): Query<Asked>,
) -> Result<Rendered<BatchesPage>, Problem> {
    let before = asked.before.as_deref().map(asked_for::batch).transpose()?;
    app.blocking(move |app| {
        let custody = Custody::open(app, visit.caller())?;
        let frame = visit.internal_frame(app, Section::Batches);
        // One more than asked for tells whether there is another page.
        let mut batches = custody.batches(before, PAGE + 1)?;
        let more = batches.len() > PAGE;
        batches.truncate(PAGE);
        let questions = custody.questions()?.iter().filter(|question| question.settled.is_none()).count();
        Ok(Rendered(BatchesPage {
            older: batches.last().filter(|_| more).map(|last| last.id),
            batches: batches.iter().map(|batch| BatchLine::of(&custody, &frame, batch)).collect(),
            questions,
            frame,
        }))
    })
    .await
}
