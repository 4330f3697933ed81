//! Conflicts side by side: what is stored, and what was handed in about the same fact.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Redirect;
use serde::Deserialize;

use super::shown::{changes, kind, moment, place, standing};
use super::{QUESTIONS, RECORDS};
use crate::custody::Custody;
use crate::error::Problem;
use crate::pages::frame::Frame;
use crate::pages::seat::Section;
use crate::pages::visit::{Rendered, Visit};
use crate::questions::{Answer, Question};
use crate::state::App;
use crate::store::{RecordId, State as State_};

/// The list of conflicts.
#[derive(Debug, Template)]
#[template(path = "questions.html")]
pub struct QuestionsPage {
    /// What stands around it.
    pub frame: Frame,
    /// The kind that it is about; none: all.
    pub kind: Option<String>,
    /// Those that wait, the newest first: the reader's own before those that others settle.
    pub open: Vec<QuestionShown>,
    /// Those that are settled, the newest first.
    pub settled: Vec<QuestionShown>,
}

/// A conflict.
#[derive(Debug)]
pub struct QuestionShown {
    /// Its number.
    pub number: u64,
    /// The kind and the unit.
    pub title: String,
    /// The stored record.
    pub known: RecordId,
    /// Where it was read.
    pub known_source: String,
    /// Whether it still counts.
    pub known_counts: bool,
    /// Whether the reader may decide.
    pub may_decide: bool,
    /// Whether the row can stand in its place: it still counts, and the reader may change it.
    pub may_replace: bool,
    /// What became of it, when it does not count.
    pub known_word: &'static str,
    /// Where the row was read.
    pub source: String,
    /// Who handed the row in, and when.
    pub asked: (String, String),
    /// What differs: title, stored, handed in.
    pub differences: Vec<(String, String, String)>,
    /// The key of what was decided, who, when and why.
    pub settled: Option<(&'static str, String, String, String)>,
}

impl QuestionsPage {
    fn record_link(&self, question: &QuestionShown) -> String {
        format!("{RECORDS}/{}", question.known)
    }
}

/// Of which kind.
#[derive(Debug, Deserialize)]
pub struct Asked {
    kind: Option<String>,
}

/// Settled ones shown at most.
const SETTLED: usize = 50;

/// Serves `/desk/questions`.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn list(
    State(app): State<App>,
    visit: Visit,
    Query(asked): Query<Asked>,
) -> Result<Rendered<QuestionsPage>, Problem> {
    app.blocking(move |app| {
        let custody = Custody::open(app, visit.caller())?;
        let frame = visit.internal_frame(app, Section::Records);
        let mut all = custody.questions()?;
        all.retain(|question| asked.kind.as_ref().is_none_or(|kind| question.row.kind == *kind));
        let (settled, mut open): (Vec<Question>, Vec<Question>) =
            all.into_iter().partition(|question| question.settled.is_some());
        open.sort_by_key(|question| !custody.may_settle(question));
        let shown = |question: Question| show(&custody, &frame, question);
        Ok(Rendered(QuestionsPage {
            kind: asked.kind.as_deref().map(|of| kind(&custody, of)),
            open: open.into_iter().map(shown).collect::<Result<_, _>>()?,
            settled: settled.into_iter().take(SETTLED).map(shown).collect::<Result<_, _>>()?,
            frame,
        }))
    })
    .await
}

fn show(custody: &Custody, frame: &Frame, question: Question) -> Result<QuestionShown, Problem> {
    let known = custody.question(question.number)?.1;
    let row = &question.row;
    Ok(QuestionShown {
        number: question.number,
        title: format!("{} · {} · {}", kind(custody, &row.kind), place(custody, &row.unit), frame.date(&row.date)),
        known: question.known,
        known_source: known.record.source.to_line(),
        known_counts: known.state == State_::InForce,
        may_decide: custody.may_settle(&question),
        may_replace: known.state == State_::InForce && custody.may_change(&known.record)?,
        known_word: standing(frame, &known).word,
        source: row.source.to_line(),
        asked: (question.asked.by.clone(), moment(frame, question.asked.at)),
        differences: changes(custody, frame, &known.record, row),
        settled: question.settled.map(|settled| {
            let word = match settled.answer {
                Answer::KeepStored => "question-kept-stored",
                Answer::TakeNew => "question-took-new",
                Answer::KeepBoth => "question-kept-both",
            };
            (word, settled.act.by, moment(frame, settled.act.at), settled.act.why)
        }),
    })
}

/// What is decided.
#[derive(Debug, Deserialize)]
pub struct Decided {
    answer: Answer,
    reason: String,
}

/// Settles a question and comes back to the list.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn settle(
    State(app): State<App>,
    visit: Visit,
    Path(number): Path<u64>,
    Form(form): Form<Decided>,
) -> Result<Redirect, Problem> {
    app.blocking(move |app| {
        Custody::open(app, visit.caller())?.settle(number, form.answer, &form.reason)?;
        Ok(Redirect::to(QUESTIONS))
    })
    .await
}
