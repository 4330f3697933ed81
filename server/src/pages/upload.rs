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
use liuwu_engine::period::{Date, Granularity, Period};
use serde::Deserialize;

use super::frame::{Frame, Section};
use super::links;
use super::visit::{Rendered, Visit};
use crate::accounts::Caller;
use crate::audit::{Action, Note, Subject};
use crate::desk::{self, incoming};
use crate::drafts::{Draft, State as DraftState};
use crate::error::Problem;
use crate::remit::Remit;
use crate::state::App;
use crate::store::{NewBatch, Scope, Statement};
use crate::view::UnitTree;

/// The upload page.
#[derive(Debug, Template)]
#[template(path = "upload.html")]
pub struct UploadPage {
    /// What stands around it.
    pub frame: Frame,
    /// What the form that sends files carries in its address.
    pub proof: String,
    /// The month that statements are about: 2020-07.
    pub month: String,
    /// The month before it.
    pub before: String,
    /// The month after it.
    pub after: String,
    /// The kinds that are asked for, those that are due first.
    pub kinds: Vec<KindLine>,
    /// Drafts that were left.
    pub drafts: Vec<DraftLine>,
}

/// A kind that is asked for.
#[derive(Debug)]
pub struct KindLine {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// How it stands.
    pub standing: Standing,
}

/// How a kind stands for a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It is still to be handed in.
    Due,
    /// It is handed in.
    Reported,
    /// There is nothing to hand in.
    Nil,
    /// No day is set for it.
    AnyTime,
}

impl Standing {
    fn key(self) -> &'static str {
        match self {
            Standing::Due => "upload-due",
            Standing::Reported => "upload-reported",
            Standing::Nil => "upload-nil",
            Standing::AnyTime => "upload-any-time",
        }
    }

    fn class(self) -> &'static str {
        match self {
            Standing::Due => "in-review",
            Standing::Reported | Standing::Nil => "met",
            Standing::AnyTime => "plain",
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Standing::Due => "◐",
            Standing::Reported | Standing::Nil => "✓",
            Standing::AnyTime => "",
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
}

/// What may stand behind the question mark.
#[derive(Debug, Deserialize)]
pub struct Asked {
    month: Option<String>,
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
    let month = asked.month.as_deref().and_then(month_of).unwrap_or_else(|| last_month(app.today()));
    let edition = app.current_edition(&app.bundle()?)?;
    let units = app.units()?;
    let remit = Remit::of_caller(caller, edition.bundle(), units.all());
    let stated: Vec<Statement> =
        app.store().statements(Date::MAX)?.into_iter().map(|statement| statement.item).collect();
    let areas = areas_of(caller.scope(), &units);
    let standing = |kind: &str| {
        let newest = stated.iter().rev().find(|statement| {
            let covers =
                |area: &String| *area == statement.area || units.above(area).any(|above| above.id == statement.area);
            statement.kind == kind
                && statement.from <= month.from()
                && statement.to >= month.to()
                && areas.iter().all(covers)
        });
        newest.map(|statement| if statement.nil { Standing::Nil } else { Standing::Reported })
    };
    let mut kinds: Vec<KindLine> = remit
        .kinds(edition.bundle())
        .map(|kind| {
            let idle = if kind.due.is_some() { Standing::Due } else { Standing::AnyTime };
            let standing = standing(&kind.id).unwrap_or(idle);
            KindLine { id: kind.id.to_string(), title: kind.title.clone(), standing }
        })
        .collect();
    kinds.sort_by_key(|kind| kind.standing);
    let drafts = app.drafts().of(app.store(), &caller.name())?;
    Ok(UploadPage {
        frame: visit.internal_frame(app, Section::Upload),
        proof: proof(caller),
        month: month.name(),
        before: month.previous().unwrap_or(month).name(),
        after: month.next().unwrap_or(month).name(),
        kinds,
        drafts: drafts.iter().map(DraftLine::from).collect(),
    })
}

impl From<&Draft> for DraftLine {
    fn from(draft: &Draft) -> DraftLine {
        let names: Vec<&str> = draft.files.iter().map(|file| file.name.as_str()).collect();
        let batch = match &draft.state {
            DraftState::Open => None,
            DraftState::Committed { batch, .. } => *batch,
        };
        DraftLine {
            link: links::draft(&draft.id),
            files: names.join("、"),
            touched: in_china(draft.touched),
            batch: batch.map(|batch| batch.0),
            is_stored: draft.state != DraftState::Open,
        }
    }
}

/// Day and minute in China.
pub(super) fn in_china(at: Timestamp) -> String {
    Offset::constant(8).to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string()
}

fn month_of(text: &str) -> Option<Period> {
    Period::parse(text).ok().filter(|period| period.granularity() == Some(Granularity::Month))
}

/// What is handed in this month is about the one before.
fn last_month(today: Date) -> Period {
    let month = Period::containing(Granularity::Month, today);
    month.previous().unwrap_or(month)
}

/// The areas that a scope speaks for: its divisions, or all that lie in no other one.
fn areas_of(scope: &Scope, units: &UnitTree) -> Vec<String> {
    match scope {
        Scope::Divisions(codes) => codes.clone(),
        _ => units.all().iter().filter(|unit| unit.parent.is_none()).map(|unit| unit.id.clone()).collect(),
    }
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
    month: String,
    /// A kind; empty: all that are due.
    #[serde(default)]
    kind: String,
    /// `nil` (零报告) or `complete` (报齐).
    said: String,
}

/// Serves `POST /desk/upload/statements`: 零报告 or 报齐 for a month.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn state(State(app): State<App>, caller: Caller, Form(stated): Form<Stated>) -> Result<Redirect, Problem> {
    app.blocking(move |app| {
        let month = month_of(&stated.month)
            .ok_or_else(|| Problem::parameter("month", "应为月份,如 2020-07", "a month such as 2020-07"))?;
        let edition = app.current_edition(&app.bundle()?)?;
        let units = app.units()?;
        let remit = Remit::of_caller(&caller, edition.bundle(), units.all());
        let wanted = remit.kinds(edition.bundle()).filter(|kind| match stated.kind.is_empty() {
            true => kind.due.is_some(),
            false => *kind.id == stated.kind,
        });
        let nil = stated.said == "nil";
        let areas = areas_of(caller.scope(), &units);
        let former: Vec<Statement> = app.store().statements(Date::MAX)?.into_iter().map(|known| known.item).collect();
        let statements = wanted.flat_map(|kind| {
            areas.iter().map(|area| Statement {
                kind: kind.id.to_string(),
                area: area.clone(),
                from: month.from(),
                to: month.to(),
                nil,
            })
        });
        let new: Vec<Statement> = statements.filter(|statement| !former.contains(statement)).collect();
        if !new.is_empty() {
            let what = if nil { "零报告" } else { "报齐" };
            let mut batch = NewBatch::new(app.now(), caller.name(), format!("{} {what}", month.name()));
            batch.statements = new;
            let batch = remit.admit(app.store(), batch)?.store(app.store())?;
            app.facts_changed();
            app.audit().note(Note::done(&caller, Action::Upload, Subject::of("batch", batch)))?;
        }
        Ok(Redirect::to(&format!("{}?month={}", links::UPLOAD, links::escape(&month.name()))))
    })
    .await
}
