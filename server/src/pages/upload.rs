//! The upload page: what is asked of whoever visits, and one large place to hand tables in.
//!
//! Enters: a visit. Leaves: the kinds due for a month with their state, the drafts that were left, and a draft of what is handed
//! in. Next: [`draft`](super::draft), the page of one draft.

use askama::Template;
use axum::Form;
use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use jiff::tz::Offset;
use liuwu_engine::period::{Granularity, Period};
use serde::Deserialize;

use super::frame::{Frame, Section};
use super::links;
use super::records::batch::Back;
use super::visit::{Rendered, Visit};
use crate::accounts::Caller;
use crate::desk::stating::{self, Said, Saying};
use crate::desk::{self, incoming};
use crate::drafts::{Draft, Outline, State as DraftState};
use crate::duties::{Duty, DutyState, Month, Standing};
use crate::error::Problem;
use crate::state::App;

/// The upload page.
#[derive(Debug, Template)]
#[template(path = "upload.html")]
pub struct UploadPage {
    /// What stands around it.
    pub frame: Frame,
    /// What the form that sends files carries in its address.
    pub proof: String,
    /// What is asked about the month.
    pub month: Month,
    /// What was just said in one click.
    pub said: Option<Said>,
    /// Drafts that were left.
    pub drafts: Vec<DraftLine>,
}

impl UploadPage {
    /// Whether anything of the month is still to be handed in.
    fn is_missing_any(&self) -> bool {
        self.month.asked.iter().any(|asked| asked.standing.duty().is_some())
    }
}

impl Standing {
    fn key(&self) -> &'static str {
        match self {
            Standing::Missing(duty) if duty.state == DutyState::Overdue => "duties-overdue",
            Standing::Missing(_) => "upload-due",
            Standing::Reported => "upload-reported",
            Standing::Nil => "upload-nil",
            Standing::AnyTime => "upload-any-time",
        }
    }

    fn class(&self) -> &'static str {
        match self {
            Standing::Missing(duty) if duty.state == DutyState::Overdue => "not-met",
            Standing::Missing(_) => "in-review",
            Standing::Reported | Standing::Nil => "met",
            Standing::AnyTime => "plain",
        }
    }

    fn sign(&self) -> &'static str {
        match self {
            Standing::Missing(duty) if duty.state == DutyState::Overdue => "✕",
            Standing::Missing(_) => "◐",
            Standing::Reported | Standing::Nil => "✓",
            Standing::AnyTime => "",
        }
    }

    /// Whether it is of use to say that it is handed in.
    fn can_be_stated(&self) -> bool {
        matches!(self, Standing::Missing(_) | Standing::AnyTime)
    }

    /// What is missing, when anything is.
    fn duty(&self) -> Option<&Duty> {
        match self {
            Standing::Missing(duty) => Some(duty),
            _ => None,
        }
    }
}

/// A draft that was left.
#[derive(Debug)]
pub struct DraftLine {
    /// Its page.
    pub link: String,
    /// Names of its files.
    pub files: String,
    /// When it was last changed.
    pub touched: String,
    /// The batch it became.
    pub batch: Option<u64>,
    /// Whether it is stored.
    pub is_stored: bool,
    /// What was found in it, as far as it has been read.
    pub rows: Option<Outline>,
    /// Rows that were left for mending when it was stored.
    pub left: usize,
}

impl DraftLine {
    /// Whether something is still to be done about it.
    pub(super) fn waits(&self) -> bool {
        !self.is_stored || self.left > 0
    }
}

/// What may stand behind the question mark.
#[derive(Debug, Deserialize)]
pub struct Asked {
    month: Option<String>,
    said: Option<u64>,
}

/// Serves `/desk/upload`.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn show(State(app): State<App>, visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let page = app.blocking(move |app| fill(app, &visit, &asked)).await?;
    Ok(Rendered(page).into_response())
}

/// What a form that sends files carries in its address, since its body is no plain form.
pub(super) fn proof(caller: &Caller) -> String {
    caller.csrf().map(|csrf| format!("?csrf={}", links::escape(csrf))).unwrap_or_default()
}

fn fill(app: &App, visit: &Visit, asked: &Asked) -> Result<UploadPage, Problem> {
    let caller = visit.caller();
    let month = stating::month(app, caller, asked.month.as_deref().and_then(month_of))?;
    Ok(UploadPage {
        frame: visit.internal_frame(app, Section::Upload),
        proof: proof(caller),
        month,
        said: stating::said(app, caller, asked.said)?,
        drafts: drafts_of(app, caller)?,
    })
}

/// The drafts of a caller, the one touched last first.
pub(super) fn drafts_of(app: &App, caller: &Caller) -> Result<Vec<DraftLine>, Problem> {
    Ok(app.drafts().of(app.store(), &caller.name())?.iter().map(DraftLine::from).collect())
}

impl From<&Draft> for DraftLine {
    fn from(draft: &Draft) -> DraftLine {
        let names: Vec<&str> = draft.files.iter().map(|file| file.name.as_str()).collect();
        let (batch, left) = match &draft.state {
            DraftState::Open => (None, 0),
            DraftState::Committed { batch, faulty, conflicting, .. } => (*batch, faulty.saturating_sub(*conflicting)),
        };
        DraftLine {
            link: links::draft(&draft.id),
            files: names.join("、"),
            touched: in_china(draft.touched),
            batch: batch.map(|batch| batch.0),
            is_stored: draft.state != DraftState::Open,
            rows: draft.outline,
            left: usize::try_from(left).unwrap_or(usize::MAX),
        }
    }
}

/// Day and minute in China.
pub(super) fn in_china(at: Timestamp) -> String {
    Offset::constant(8).to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string()
}

fn month_of(text: &str) -> Option<Period> {
    Period::parse(text).ok().filter(|period| stating::is_month(*period))
}

/// Serves `POST /desk/upload`: files become a draft.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn begin(State(app): State<App>, caller: Caller, request: Request) -> Result<Redirect, Problem> {
    let files = incoming::read(&app, request).await?.files;
    if files.is_empty() {
        return Ok(Redirect::to(links::UPLOAD));
    }
    let draft = app.blocking(move |app| desk::begin(app, &caller, files)).await?;
    Ok(Redirect::to(&links::draft(&draft.id)))
}

/// What is stated in one click.
#[derive(Debug, Deserialize)]
pub struct Stated {
    /// A month, or the stretch of time of one kind.
    period: String,
    /// A kind; empty: all that are missing.
    #[serde(default)]
    kind: String,
    said: What,
    /// Where the click was.
    #[serde(default)]
    back: Back,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum What {
    /// 零报告.
    Nil,
    /// 报齐.
    Complete,
}

/// Serves `POST /desk/upload/statements`: 零报告 or 报齐 for a month.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn state(State(app): State<App>, caller: Caller, Form(stated): Form<Stated>) -> Result<Redirect, Problem> {
    app.blocking(move |app| {
        let period = Period::parse(&stated.period)
            .map_err(|_| Problem::parameter("period", "应为月份,如 2020-07", "a month such as 2020-07"))?;
        let kind = Some(stated.kind).filter(|kind| !kind.is_empty());
        let saying = Saying { period, kind, nil: stated.said == What::Nil };
        let said = stating::state(app, &caller, &saying)?.map(|batch| format!("said={batch}"));
        let month = format!("month={}", Period::containing(Granularity::Month, period.to()).name());
        Ok(Redirect::to(&match (stated.back, said) {
            (Back::Desk, Some(said)) => format!("{}?{said}", links::DESK),
            (Back::Desk, None) => links::DESK.to_owned(),
            (_, said) => {
                format!("{}?{}", links::UPLOAD, [Some(month), said].into_iter().flatten().collect::<Vec<_>>().join("&"))
            }
        }))
    })
    .await
}
