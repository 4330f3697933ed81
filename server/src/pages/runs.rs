//! Scorings: the one that is going on, with a bar and a button that stops it; starting one; and those that were made.
//!
//! Next: [`problem`](super::problem).

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use liuwu_engine::period::Period;
use serde::Deserialize;

use super::frame::Frame;
use super::links;
use super::records::shown::moment;
use super::seat::Section;
use super::visit::{Rendered, Visit};
use super::words::Language;
use crate::accounts::Caller;
use crate::deadline::LONGEST_RUN;
use crate::error::Problem;
use crate::jobs::{Ending, Job};
use crate::scoring::Ask;
use crate::state::App;
use crate::store::Run;

/// Runs of a page.
const SHOWN: usize = 30;

/// The scorings.
#[derive(Debug, Template)]
#[template(path = "runs.html")]
pub struct RunsPage {
    /// What stands around it.
    pub frame: Frame,
    /// What was wrong with what was asked for.
    pub refusal: Option<String>,
    /// The one that is going on.
    pub going_on: Option<GoingOn>,
    /// Why the last one came to nothing.
    pub failure: Option<String>,
    /// The periods of one that was not finished, and how many results it has.
    pub half: Option<(String, u64)>,
    /// What the form proposes.
    pub periods: String,
    /// The newest, the last one first.
    pub runs: Vec<RunLine>,
}

/// A scoring that is going on.
#[derive(Debug)]
pub struct GoingOn {
    /// The job.
    pub job: u64,
    /// What it is doing, in words.
    pub step: String,
    /// How many units are done.
    pub done: u64,
    /// Of how many; 0: not known.
    pub total: u64,
    /// Units a second.
    pub rate: Option<u64>,
    /// Seconds that the rest will take.
    pub remaining: Option<u64>,
}

/// A run as a line.
#[derive(Debug)]
pub struct RunLine {
    /// The run.
    pub run: Run,
    /// Its periods in words.
    pub periods: String,
    /// When it was made.
    pub at: String,
    /// Whether it is in force for one of its periods.
    pub is_in_force: bool,
}

impl RunsPage {
    fn of(app: &App, visit: &Visit, refusal: Option<String>, asked: Option<String>) -> Result<RunsPage, Problem> {
        let frame = visit.internal_frame(app, Section::Runs);
        let bundle = app.bundle()?;
        let job = app.run_of_bundle(&bundle);
        let half = app.store().half_run()?.filter(|half| half.run.bundle == bundle);
        let mut in_force: Vec<Period> = Vec::new();
        let mut runs: Vec<RunLine> = Vec::new();
        // Newest first, so the first run of a period is the one in force.
        for run in app.store().runs()?.into_iter().filter(|run| run.bundle == bundle && !run.trial) {
            let new: Vec<Period> = run.periods.iter().copied().filter(|period| !in_force.contains(period)).collect();
            if runs.len() < SHOWN || !new.is_empty() {
                runs.push(RunLine {
                    periods: named(&run.periods),
                    at: moment(&frame, run.finished),
                    is_in_force: !new.is_empty(),
                    run,
                });
            }
            in_force.extend(new);
        }
        let periods = asked.or_else(|| runs.first().map(|line| line.periods.clone()));
        Ok(RunsPage {
            refusal,
            failure: job.as_ref().and_then(|job| failure(job, frame.language)),
            going_on: job.filter(|job| job.ending().is_none()).map(|job| GoingOn::of(&job, frame.language)),
            half: half.map(|half| (named(&half.run.periods), half.results)),
            periods: periods.unwrap_or_default(),
            runs,
            frame,
        })
    }
}

impl GoingOn {
    fn of(job: &Job, language: Language) -> GoingOn {
        let status = job.status();
        let step = if language == Language::Chinese { status.step } else { status.step_en };
        GoingOn {
            job: status.id,
            step: step.unwrap_or_default().to_owned(),
            done: status.done,
            total: status.total,
            rate: status.rate,
            remaining: status.remaining_seconds,
        }
    }
}

fn failure(job: &Job, language: Language) -> Option<String> {
    match (job.ending()?, language) {
        (Ending::Failed(zh, _), Language::Chinese) => Some(zh),
        (Ending::Failed(_, en), Language::English) => Some(en),
        _ => None,
    }
}

fn named(periods: &[Period]) -> String {
    periods.iter().map(|period| period.name()).collect::<Vec<_>>().join(",")
}

/// Serves `GET /desk/runs`.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn list(State(app): State<App>, visit: Visit) -> Result<Rendered<RunsPage>, Problem> {
    app.blocking(move |app| Ok(Rendered(RunsPage::of(app, &visit, None, None)?))).await
}

/// What is to be scored.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    periods: String,
}

/// Serves `POST /desk/runs`.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn begin(State(app): State<App>, visit: Visit, Form(wanted): Form<Wanted>) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let Ok(periods) = Period::parse_list(wanted.periods.trim()) else {
            let refusal = visit.frame(app, Section::Runs).say("runs-bad-periods").to_string();
            return Ok(Rendered(RunsPage::of(app, &visit, Some(refusal), Some(wanted.periods))?).into_response());
        };
        let caller = visit.caller();
        app.begin_run(
            caller,
            Ask {
                bundle: app.bundle()?,
                edition: None,
                periods,
                as_of: app.today(),
                by: caller.name(),
                at: app.now(),
                pseudonym_key: app.pseudonym_key().to_vec(),
                longest: LONGEST_RUN,
            },
        )?;
        Ok(Redirect::to(links::RUNS).into_response())
    })
    .await
}

/// Serves `POST /desk/runs/call-off`. The one that is going on by then is called off; when there is none, nothing happens.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn call_off(State(app): State<App>, caller: Caller) -> Result<Redirect, Problem> {
    app.blocking(move |app| {
        if let Some(job) = app.run_of_bundle(&app.bundle()?).filter(|job| job.ending().is_none()) {
            app.call_off_run(&caller, &job)?;
        }
        Ok(Redirect::to(links::RUNS))
    })
    .await
}
