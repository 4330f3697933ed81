//! Releasing runs: which there are and what of them the public sees; and of one what releasing it, or taking it back, would change,
//! with the form that does it.
//!
//! Enters: forms of an approver. Leaves: pages; what is done goes through [`crate::publication`]. Next: [`problem`](super::problem).

use std::collections::BTreeMap;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use liuwu_engine::period::Period;
use serde::Deserialize;

use super::effect::EffectView;
use super::frame::Frame;
use super::links;
use super::records::shown::moment;
use super::seat::Section;
use super::standard::period_title;
use super::visit::{Rendered, Visit};
use crate::error::Problem;
use crate::publication::{self, ListTurn, Turn};
use crate::state::App;
use crate::store::{Missing, Release, Run, RunId, StoreError};
use crate::view::RunView;

/// Runs of the list at most, beside those that the public sees.
const SHOWN: usize = 30;

/// The runs that can be released.
#[derive(Debug, Template)]
#[template(path = "releases.html")]
pub struct ReleasesPage {
    /// What stands around it.
    pub frame: Frame,
    /// The newest first.
    pub runs: Vec<RunLine>,
}

/// A run and what of it the public sees.
#[derive(Debug)]
pub struct RunLine {
    /// The run.
    pub run: Run,
    /// Its periods in words.
    pub periods: String,
    /// When it was made.
    pub at: String,
    /// The periods for which the public sees it, in words; empty: none.
    pub seen: String,
    /// Whether it is in force for one of its periods.
    pub is_in_force: bool,
    /// What was decided about it, the last first.
    pub decisions: Vec<Decision>,
}

/// A run that was released or taken back.
#[derive(Debug)]
pub struct Decision {
    /// Whether it was released.
    pub is_release: bool,
    /// By whom.
    pub by: String,
    /// When.
    pub at: String,
    /// Why.
    pub why: String,
}

/// One run, and what would change for the public.
#[derive(Debug, Template)]
#[template(path = "release.html")]
pub struct ReleasePage {
    /// What stands around it.
    pub frame: Frame,
    /// What was wrong with what was sent.
    pub refusal: Option<String>,
    /// The run.
    pub line: RunLine,
    /// What would change, period by period.
    pub turns: Vec<TurnShown>,
    /// Of what the form decides.
    pub mark: String,
    /// The reason as it was typed.
    pub reason: String,
}

/// What would change for one period, in words.
#[derive(Debug)]
pub struct TurnShown {
    /// The period.
    pub period: String,
    /// What the public sees now and then.
    pub sentence: String,
    /// The villages that move.
    pub effect: EffectView,
    /// The lists that change.
    pub lists: Vec<ListTurn>,
}

/// What the public sees of each period, and what is in force.
struct Standing {
    seen: BTreeMap<Period, RunId>,
    in_force: BTreeMap<Period, RunId>,
    releases: Vec<Release>,
}

impl Standing {
    /// Of runs, the newest first: the first of a period is the one in force.
    fn of(app: &App, runs: &[Run]) -> Result<Standing, Problem> {
        let mut standing =
            Standing { seen: BTreeMap::new(), in_force: BTreeMap::new(), releases: app.store().releases()? };
        for run in runs {
            for period in &run.periods {
                standing.in_force.entry(*period).or_insert(run.id);
                if run.released {
                    standing.seen.entry(*period).or_insert(run.id);
                }
            }
        }
        Ok(standing)
    }

    fn line(&self, run: &Run, frame: &Frame) -> RunLine {
        let of = |standing: &BTreeMap<Period, RunId>| -> Vec<Period> {
            run.periods.iter().copied().filter(|period| standing.get(period) == Some(&run.id)).collect()
        };
        let decisions = self.releases.iter().rev().filter(|release| release.run == run.id);
        RunLine {
            periods: named(&run.periods, frame),
            at: moment(frame, run.finished),
            seen: named(&of(&self.seen), frame),
            is_in_force: !of(&self.in_force).is_empty(),
            decisions: decisions.map(|release| Decision::of(release, frame)).collect(),
            run: run.clone(),
        }
    }
}

impl Decision {
    fn of(release: &Release, frame: &Frame) -> Decision {
        Decision {
            is_release: release.public,
            by: release.act.by.clone(),
            at: moment(frame, release.act.at),
            why: release.act.why.clone(),
        }
    }

    /// In one sentence.
    fn words(&self, frame: &Frame) -> String {
        let key = if self.is_release { "release-was-released" } else { "release-was-taken-back" };
        frame.say(key).with("by", &self.by).with("at", &self.at).with("why", &self.why).to_string()
    }
}

impl RunLine {
    /// Its page.
    fn link(&self) -> String {
        links::release(self.run.id)
    }
}

fn named(periods: &[Period], frame: &Frame) -> String {
    let titles = periods.iter().map(|period| period_title(*period, frame.language));
    titles.collect::<Vec<_>>().join(&frame.say("pause").to_string())
}

/// The runs of the standard that pages show, the newest first; trials are never released.
fn runs(app: &App) -> Result<Vec<Run>, Problem> {
    let bundle = app.bundle()?;
    let mut runs = app.store().runs()?;
    runs.retain(|run| run.bundle == bundle && !run.trial);
    Ok(runs)
}

/// Serves `GET /desk/releases`.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn list(State(app): State<App>, visit: Visit) -> Result<Rendered<ReleasesPage>, Problem> {
    app.blocking(move |app| {
        let frame = visit.internal_frame(app, Section::Releases);
        let runs = runs(app)?;
        let standing = Standing::of(app, &runs)?;
        let lines = runs.iter().map(|run| standing.line(run, &frame)).enumerate();
        let shown = lines.filter(|(place, line)| *place < SHOWN || line.run.released || line.is_in_force);
        Ok(Rendered(ReleasesPage { runs: shown.map(|(_, line)| line).collect(), frame }))
    })
    .await
}

/// Serves `GET /desk/releases/{run}`.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(run): Path<String>,
) -> Result<Rendered<ReleasePage>, Problem> {
    let id = number(&run)?;
    app.blocking(move |app| Ok(Rendered(page(app, &visit, id)?.0))).await
}

/// What is decided about a run.
#[derive(Debug, Deserialize)]
pub struct Decided {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    mark: String,
}

/// Serves `POST /desk/releases/{run}/release`.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn release(
    State(app): State<App>,
    visit: Visit,
    Path(run): Path<String>,
    Form(decided): Form<Decided>,
) -> Result<Response, Problem> {
    decide(app, visit, run, decided, true).await
}

/// Serves `POST /desk/releases/{run}/retract`.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn take_back(
    State(app): State<App>,
    visit: Visit,
    Path(run): Path<String>,
    Form(decided): Form<Decided>,
) -> Result<Response, Problem> {
    decide(app, visit, run, decided, false).await
}

/// Decides what was shown, and nothing that has changed since.
async fn decide(app: App, visit: Visit, run: String, decided: Decided, public: bool) -> Result<Response, Problem> {
    let id = number(&run)?;
    app.blocking(move |app| {
        let alone = app.publishing();
        let (page, is_public) = page(app, &visit, id)?;
        let refusal = if is_public == public || page.mark != decided.mark {
            "release-changed"
        } else if decided.reason.trim().is_empty() {
            "release-no-reason"
        } else {
            let caller = visit.caller();
            app.set_public(&alone, caller, id, (caller.name(), &decided.reason), public)?;
            return Ok(Redirect::to(links::RELEASES).into_response());
        };
        let refusal = Some(page.frame.say(refusal).to_string());
        let page = ReleasePage { refusal, reason: decided.reason, ..page };
        Ok((StatusCode::CONFLICT, Rendered(page)).into_response())
    })
    .await
}

/// The page of a run, and whether it is public.
fn page(app: &App, visit: &Visit, id: RunId) -> Result<(ReleasePage, bool), Problem> {
    let frame = visit.internal_frame(app, Section::Releases);
    let runs = runs(app)?;
    let run = runs.iter().find(|run| run.id == id).ok_or_else(|| StoreError::from(Missing::Run(id)))?;
    let turns = app.weigh_release(run)?;
    let page = ReleasePage {
        refusal: None,
        line: Standing::of(app, &runs)?.line(run, &frame),
        mark: publication::mark(&turns),
        turns: turns.into_iter().map(|turn| TurnShown::of(turn, run, &frame)).collect(),
        reason: String::new(),
        frame,
    };
    Ok((page, run.released))
}

impl TurnShown {
    fn of(turn: Turn, run: &Run, frame: &Frame) -> TurnShown {
        let other = turn.then.as_ref().or(turn.now.as_ref());
        let place = |unit: &str| other.map_or_else(|| unit.to_owned(), |view| view.units.full_name(unit));
        let effect = match other {
            Some(view) => EffectView::of(&turn.effect, view.edition.bundle(), frame, &place),
            None => EffectView::default(),
        };
        TurnShown {
            period: period_title(turn.period, frame.language),
            sentence: sentence(&turn, run, &effect, frame),
            effect,
            lists: turn.lists,
        }
    }
}

/// What the public sees now and what it would see.
fn sentence(turn: &Turn, run: &Run, effect: &EffectView, frame: &Frame) -> String {
    let named = |view: &RunView| {
        let day = frame.date(&view.run.as_of);
        frame.say("release-run").with("run", view.run.id).with("day", day).to_string()
    };
    match (&turn.now, &turn.then) {
        (Some(now), _) if !turn.is_other() && now.run.id != run.id => {
            frame.say("release-newer-stays").with("run", named(now)).to_string()
        }
        (Some(now), Some(then)) => {
            let sentence = frame.say("release-turn").with("now", named(now)).with("then", named(then));
            sentence.with("effect", &effect.sentence).to_string()
        }
        (None, Some(then)) => {
            let units = then.of_level(&then.edition.bundle().assess.unit, crate::disclosure::Reader::Staff).count();
            frame.say("release-first").count("count", units).to_string()
        }
        (_, None) => frame.say("release-nothing-left").to_string(),
    }
}

fn number(text: &str) -> Result<RunId, Problem> {
    text.parse().map(RunId).map_err(|_| Problem::Absent("核算", "run", text.to_owned()))
}
