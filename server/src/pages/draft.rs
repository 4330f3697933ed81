//! The page of one draft: ① what its tables are, ② what would happen, ③ storing it, and taking it back in the same place.
//!
//! Enters: a draft, and its preview when it has been read. Leaves: a page in one of three states ([`Stage`]), and from its forms
//! changes of the draft and what else is done about it ([`deeds`]). All of it works without a script. Next:
//! [`home`](super::home).

mod decide;
mod deeds;
mod stored;
mod table;

use std::collections::BTreeSet;
use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use liuwu_engine::bundle::Bundle;
use liuwu_engine::diagnostic::{Diagnostic, Lang};

use super::effect::EffectView;
use super::frame::{Frame, Section};
use super::links;
use super::visit::{Rendered, Visit};
use super::words::Language;
use crate::accounts::{Caller, Permission};
use crate::desk::{self, Look};
use crate::drafts::preview::{Preview, Weighed};
use crate::drafts::{Draft, State as DraftState};
use crate::error::Problem;
use crate::jobs::{Job, Status};
use crate::remit::Remit;
use crate::state::App;
pub use deeds::{Storing, Undoing, call_off, change, commit, correction, discard, undo};
use stored::{Stored, stored};
use table::{TableView, views};

/// How long a page waits for a draft to be read; then it shows how far that has come.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// The page of a draft.
#[derive(Debug, Template)]
#[template(path = "draft.html")]
pub struct DraftPage {
    /// What stands around it.
    pub frame: Frame,
    /// Its own address.
    pub link: String,
    /// Names of its files.
    pub files: Vec<FileLine>,
    /// How it stands.
    pub stage: Stage,
}

impl DraftPage {
    /// Whether something is going on, so that the page looks again by itself.
    fn is_working(&self) -> bool {
        matches!(self.stage, Stage::Working(_))
    }
}

/// A file of a draft.
#[derive(Debug)]
pub struct FileLine {
    /// Its name.
    pub name: String,
    /// Where its faulty rows are to be had.
    pub correction: String,
    /// Whether it has any.
    pub has_faults: bool,
    /// The key of the words for what comes back.
    pub comes_back: &'static str,
}

/// How a draft stands.
#[derive(Debug)]
pub enum Stage {
    /// It is being read or stored.
    Working(Working),
    /// It could not be read.
    Failed(String),
    /// It is being looked at.
    Open(Box<Open>),
    /// It is stored.
    Stored(Stored),
}

/// A job, as far as it has come.
#[derive(Debug)]
pub struct Working {
    /// Its number.
    pub job: u64,
    /// What it is doing.
    pub step: String,
    /// Rows done.
    pub done: u64,
    /// Of how many.
    pub total: u64,
    /// Rows a second.
    pub rate: Option<u64>,
    /// Seconds left.
    pub remaining: Option<u64>,
}

/// A draft that is being looked at.
#[derive(Debug)]
pub struct Open {
    /// That it is a table of changes of divisions, which is handed in elsewhere.
    pub divisions: Option<Elsewhere>,
    /// Its tables.
    pub tables: Vec<TableView>,
    /// Rows that are new.
    pub new: u64,
    /// Rows that supersede what is known.
    pub updated: u64,
    /// Rows that are known already.
    pub same: u64,
    /// Rows with a fault.
    pub faulty: u64,
    /// Of those at fault: rows that contradict what is stored.
    pub conflicting: u64,
    /// Faults of whole files and headers.
    pub general: Vec<Fault>,
    /// What the user should know.
    pub remarks: Vec<String>,
    /// What storing it would do.
    pub effect: Told,
    /// Records that a complete table no longer holds.
    pub missing: Vec<String>,
    /// What that list is called.
    pub missing_digest: String,
    /// What storing it would do when they are taken back with it.
    pub effect_taking_back: Option<Told>,
    /// Whether the visitor may take records back.
    pub may_take_back: bool,
    /// Rows that would be stored.
    pub rows: u64,
    /// Whether anything would be.
    pub has_news: bool,
}

impl Open {
    /// Whether it holds nothing that is handed in here.
    fn is_handed_in_elsewhere(&self) -> bool {
        self.divisions.is_some() && self.tables.is_empty()
    }
}

/// Where a table is handed in that is no ledger.
#[derive(Debug)]
pub struct Elsewhere {
    /// The page for it; none for those who may not hand it in.
    pub page: Option<String>,
}

/// What storing a draft would do to results, or why that cannot be told.
#[derive(Debug)]
pub struct Told {
    /// In one sentence.
    pub sentence: String,
    /// Village by village.
    pub view: Option<EffectView>,
}

impl Told {
    fn of(weighed: &Weighed, preview: &Preview, bundle: &Bundle, frame: &Frame) -> Told {
        let place = |unit: &str| preview.names.get(unit).map_or(unit, String::as_str).to_owned();
        match weighed {
            Weighed::Effect(effect) => {
                let view = EffectView::of(effect, bundle, frame, &place);
                Told { sentence: view.sentence.clone(), view: Some(view) }
            }
            Weighed::Unknown(zh, _) if frame.language == Language::Chinese => Told { sentence: zh.clone(), view: None },
            Weighed::Unknown(_, en) => Told { sentence: en.clone(), view: None },
        }
    }
}

/// What is wrong, where, and how to mend it.
#[derive(Debug)]
pub struct Fault {
    /// Where.
    pub place: String,
    /// What.
    pub message: String,
    /// How to mend it.
    pub help: String,
}

/// Serves `/desk/upload/{draft}`.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn show(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Result<Response, Problem> {
    let page = app.blocking(move |app| {
        let draft = desk::get(app, visit.caller(), &id)?;
        page(app, &visit, &draft)
    });
    Ok(Rendered(page.await?).into_response())
}

fn page(app: &App, visit: &Visit, draft: &Draft) -> Result<DraftPage, Problem> {
    let frame = visit.internal_frame(app, Section::Upload);
    let language = frame.language;
    let mut faulty_files: Vec<String> = Vec::new();
    let mut rewritten: BTreeSet<String> = BTreeSet::new();
    let mut is_large = false;
    let stage = match &draft.state {
        DraftState::Committed { faulty, conflicting, .. } => {
            // What was left for mending can still be had in red; which file it is in is found out then.
            let left = draft.files.iter().filter(|_| faulty > conflicting);
            faulty_files.extend(left.map(|file| file.name.clone()));
            stored(app, visit.caller(), draft)?
        }
        DraftState::Open => match running(app, draft) {
            Some(job) => Stage::Working(Working::of(&job.status(), language)),
            None => match desk::look(app, visit.caller(), draft, PATIENCE) {
                Ok(Look::Working(job)) => Stage::Working(Working::of(&job.status(), language)),
                Ok(Look::Ready(preview)) => {
                    let tables = preview.report.tables.iter().filter(|table| table.faulty > 0);
                    faulty_files.extend(tables.map(|table| table.file.clone()));
                    rewritten.extend(preview.rewritten.iter().cloned());
                    is_large = preview.report.is_large();
                    Stage::Open(Box::new(Open::of(app, visit.caller(), draft, &preview, &frame)?))
                }
                Err(problem @ Problem::Job(_)) => {
                    let words = problem.detail();
                    Stage::Failed(if language == Language::Chinese { words.zh } else { words.en })
                }
                Err(other) => return Err(other),
            },
        },
    };
    let link = links::draft(&draft.id);
    let file = |name: &String| FileLine {
        correction: format!("{link}/corrections/{}", links::escape(name)),
        has_faults: faulty_files.contains(name),
        comes_back: match (is_large, rewritten.contains(name)) {
            (true, _) => "draft-correction-rows",
            (false, true) => "draft-correction-rewritten",
            (false, false) => "draft-correction",
        },
        name: name.clone(),
    };
    let files = draft.files.iter().map(|own| file(&own.name)).collect();
    Ok(DraftPage { frame, files, link, stage })
}

/// The job that is storing a draft just now.
fn running(app: &App, draft: &Draft) -> Option<std::sync::Arc<Job>> {
    app.jobs().about(&desk::storing(&draft.id)).filter(|job| job.ending().is_none())
}

impl Working {
    fn of(status: &Status, language: Language) -> Working {
        let step = if language == Language::Chinese { status.step } else { status.step_en };
        Working {
            job: status.id,
            step: step.unwrap_or_default().to_owned(),
            done: status.done,
            total: status.total,
            rate: status.rate,
            remaining: status.remaining_seconds,
        }
    }
}

impl Open {
    fn of(app: &App, caller: &Caller, draft: &Draft, preview: &Preview, frame: &Frame) -> Result<Open, Problem> {
        let report = &preview.report;
        let sum = |of: fn(&crate::upload::TableReport) -> u64| report.tables.iter().map(of).sum::<u64>();
        let (new, updated) = (sum(|table| table.new), sum(|table| table.updated));
        let lang = lang_of(frame.language);
        let edition = app.current_edition(&app.bundle()?)?;
        let kinds = edition.bundle().dictionary.kinds.values();
        let kinds: Vec<(String, String)> = kinds.map(|kind| (kind.id.to_string(), kind.title.clone())).collect();
        let tables = views(report, draft, &kinds, lang);
        let shown: Vec<&Diagnostic> =
            report.faults.iter().filter(|fault| !table::is_in_a_strip(fault, report)).collect();
        let told = |weighed: &Weighed| Told::of(weighed, preview, edition.bundle(), frame);
        let missing = report.missing.iter().map(|missing| {
            let name = preview.names.get(&missing.unit).map_or(missing.unit.as_str(), String::as_str);
            let number = missing.number.as_deref().map(|number| format!(" {number}")).unwrap_or_default();
            format!("{name} {}{number}", missing.date)
        });
        let is_whole = Remit::of_everything(caller, "").is_ok();
        let page = is_whole.then(|| links::division_table(&draft.id));
        Ok(Open {
            divisions: preview.changes_divisions.then_some(Elsewhere { page }),
            rows: new + updated,
            conflicting: sum(|table| table.conflicting),
            general: shown.into_iter().map(|fault| Fault::of(fault, lang)).collect(),
            remarks: report.remarks.iter().map(|remark| remark_line(remark, lang)).collect(),
            effect: told(&preview.effect),
            effect_taking_back: preview.effect_taking_back.as_ref().map(told),
            missing: missing.collect(),
            missing_digest: report.missing_digest(),
            may_take_back: caller.may(Permission::Correct),
            has_news: !report.is_empty(),
            tables,
            new,
            updated,
            same: sum(|table| table.same),
            faulty: sum(|table| table.faulty),
        })
    }
}

pub(super) fn lang_of(language: Language) -> Lang {
    match language {
        Language::Chinese => Lang::Zh,
        Language::English => Lang::En,
    }
}

fn remark_line(remark: &Diagnostic, lang: Lang) -> String {
    let place = remark.location.to_line();
    let message = remark.message(lang);
    if place.is_empty() { message } else { format!("{place} {message}") }
}

impl Fault {
    pub(super) fn of(fault: &Diagnostic, lang: Lang) -> Fault {
        Fault { place: fault.location.to_line(), message: fault.message(lang), help: fault.help(lang) }
    }
}
