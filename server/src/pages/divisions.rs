//! Changes of divisions: those that are known, and a table of new ones, looked at before it is stored.
//!
//! Enters: a visit of somebody who answers for everything, or a draft with such a table, wherever it was handed in. Leaves: who counts
//! for whom, what would follow from the table or every fault at its cell, and a batch. Next: [`home`](super::home).

use askama::Template;
use axum::Form;
use axum::extract::{Path, Request, State};
use axum::response::Redirect;
use liuwu_engine::division::short_name;
use liuwu_engine::period::Date;
use serde::Deserialize;

use super::draft::{Fault, lang_of};
use super::frame::Frame;
use super::links;
use super::seat::Section;
use super::upload::{in_china, proof};
use super::visit::{Rendered, Visit};
use crate::accounts::Caller;
use crate::desk::dividing::{self, Consequence};
use crate::desk::{self, incoming};
use crate::drafts::{Draft, State as DraftState};
use crate::error::Problem;
use crate::state::App;
use crate::succession::{self, Kind};

/// The changes that are known.
#[derive(Debug, Template)]
#[template(path = "divisions.html")]
pub struct DivisionsPage {
    /// What stands around it.
    pub frame: Frame,
    /// What the form that sends a file carries in its address.
    pub proof: String,
    /// Who counts for whom, the newest first.
    pub known: Vec<Succeeded>,
    /// The batches that said so, the newest first.
    pub batches: Vec<ChangeBatch>,
}

/// That one unit goes on as another.
#[derive(Debug)]
pub struct Succeeded {
    /// From this day on.
    pub from: Date,
    /// Code and name of the one that was.
    pub old: (String, String),
    /// Code and name of its successor.
    pub new: (String, String),
}

/// A batch that changed divisions.
#[derive(Debug)]
pub struct ChangeBatch {
    /// Its number.
    pub id: u64,
    /// What it is, in words.
    pub what: String,
    /// Who handed it in.
    pub by: String,
    /// When.
    pub at: String,
    /// Whether it was taken back.
    pub is_undone: bool,
}

/// A table of changes that somebody is looking at.
#[derive(Debug, Template)]
#[template(path = "division_table.html")]
pub struct DivisionTablePage {
    /// What stands around it.
    pub frame: Frame,
    /// Names of its files.
    pub files: String,
    /// Its page.
    pub link: String,
    /// How it stands.
    pub stage: TableStage,
}

/// How a table of changes stands.
#[derive(Debug)]
pub enum TableStage {
    /// It can be stored, and this would follow.
    Ready {
        /// Change by change.
        changes: Vec<Consequence>,
        /// What the user should know.
        remarks: Vec<String>,
    },
    /// It has faults, each at its cell.
    Faulty(Vec<Fault>),
    /// It is stored as this batch.
    Stored(Option<u64>),
}

impl DivisionTablePage {
    /// The key of the word for what happened.
    fn word(&self, change: &Consequence) -> &'static str {
        match change.kind {
            Kind::Merged => "divisions-merged",
            Kind::Split => "divisions-split",
            Kind::Recoded => "divisions-recoded",
        }
    }
}

/// Serves `/desk/divisions`.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn list(State(app): State<App>, visit: Visit) -> Result<Rendered<DivisionsPage>, Problem> {
    app.blocking(move |app| {
        let units = app.store().units(Date::MAX)?;
        let tree = app.units()?;
        let name_of = |code: &str| tree.get(code).map_or_else(|| code.to_owned(), |row| short_name(&row.name));
        let succeeded = units.iter().filter_map(succession::of_row).map(|found| Succeeded {
            from: found.from,
            old: (found.old.clone(), short_name(&found.name)),
            new: (found.new.clone(), name_of(&found.new)),
        });
        let mut known: Vec<Succeeded> = succeeded.collect();
        known.sort_by(|one, other| (other.from, &one.new, &one.old).cmp(&(one.from, &other.new, &other.old)));
        let batches = dividing::batches(app)?.into_iter().map(|batch| ChangeBatch {
            id: batch.id.0,
            what: batch.what,
            by: batch.by,
            at: in_china(batch.at),
            is_undone: batch.withdrawn.is_some(),
        });
        Ok(Rendered(DivisionsPage {
            frame: visit.internal_frame(app, Section::Divisions),
            proof: proof(visit.caller()),
            known,
            batches: batches.collect(),
        }))
    })
    .await
}

/// Serves `POST /desk/divisions`: a table becomes a draft.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn begin(State(app): State<App>, caller: Caller, request: Request) -> Result<Redirect, Problem> {
    let files = incoming::read(&app, request).await?.files;
    if files.is_empty() {
        return Ok(Redirect::to(links::DIVISIONS));
    }
    let draft = app.blocking(move |app| desk::begin(app, &caller, files)).await?;
    Ok(Redirect::to(&links::division_table(&draft.id)))
}

/// Serves `/desk/divisions/{draft}`.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Rendered<DivisionTablePage>, Problem> {
    app.blocking(move |app| {
        let frame = visit.internal_frame(app, Section::Divisions);
        let draft = desk::get(app, visit.caller(), &id)?;
        let names: Vec<&str> = draft.files.iter().map(|file| file.name.as_str()).collect();
        Ok(Rendered(DivisionTablePage {
            files: names.join("、"),
            link: links::division_table(&draft.id),
            stage: stage(app, visit.caller(), &draft, &frame)?,
            frame,
        }))
    })
    .await
}

fn stage(app: &App, caller: &Caller, draft: &Draft, frame: &Frame) -> Result<TableStage, Problem> {
    if let DraftState::Committed { batch, .. } = draft.state {
        return Ok(TableStage::Stored(batch.map(|batch| batch.0)));
    }
    let lang = lang_of(frame.language);
    match dividing::announced(app, caller, draft) {
        Ok(announced) => Ok(TableStage::Ready {
            changes: dividing::consequences(app, &announced.changes)?,
            remarks: announced.remarks.iter().map(|remark| remark.message(lang)).collect(),
        }),
        Err(Problem::Faults(faults)) => {
            Ok(TableStage::Faulty(faults.iter().map(|fault| Fault::of(fault, lang)).collect()))
        }
        Err(other) => Err(other),
    }
}

/// On what changes rest.
#[derive(Debug, Deserialize)]
pub struct Stored {
    #[serde(default)]
    reason: String,
}

/// Serves `POST /desk/divisions/{draft}/commit`.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn commit(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Form(stored): Form<Stored>,
) -> Result<Redirect, Problem> {
    app.blocking(move |app| {
        let draft = desk::get(app, &caller, &id)?;
        dividing::commit(app, &caller, &draft, &stored.reason)?;
        Ok(Redirect::to(&links::division_table(&id)))
    })
    .await
}
