//! Runs that somebody asks for: at once, or as a job that is watched and can be called off.
//!
//! Enters: an [`Ask`] and who asks. Leaves: a [`Run`], or a [`Job`]. What is written of a run that is called off, or cut off with
//! the server, is kept and gone on with. Next: [`super::App`].

use std::sync::{Arc, MutexGuard, PoisonError, TryLockError};

use super::App;
use crate::accounts::{Caller, Permission};
use crate::audit::{Action, Note, Subject};
use crate::error::Problem;
use crate::jobs::{Ending, Job};
use crate::progress::{Gauge, Progress, Step, Unwatched};
use crate::scoring::{self, Ask, ScoringError};
use crate::store::Run;
use liuwu_engine::assess::AssessError;

/// Before the processors are free.
const WAITING: Step = Step { zh: "等待", en: "waiting" };

impl App {
    /// Scores all units and stores the run. It blocks, for long.
    ///
    /// # Errors
    /// [`Problem::Busy`], or what kept it from a run.
    pub fn score(&self, caller: &Caller, ask: &Ask) -> Result<Run, Problem> {
        let _alone = match self.0.scoring.try_lock() {
            Ok(alone) => alone,
            Err(TryLockError::Poisoned(broken)) => broken.into_inner(),
            // What the server does on its own takes a moment.
            Err(TryLockError::WouldBlock) if self.0.keeper.is_running() => self.wait_to_score(),
            Err(TryLockError::WouldBlock) => return Err(Problem::Busy),
        };
        self.score_alone(caller, ask, &Unwatched)
    }

    /// Starts scoring all units as a job.
    ///
    /// # Errors
    /// [`Problem::Busy`] when the units of this bundle are being scored already.
    pub fn begin_run(&self, caller: &Caller, ask: Ask) -> Result<Arc<Job>, Problem> {
        let subject = subject_of(&ask.bundle);
        let (app, by) = (self.clone(), caller.clone());
        let work = move |gauge: &Gauge| {
            gauge.begin(WAITING, 0);
            let _alone = app.wait_to_score();
            if gauge.is_called_off() {
                return Ending::CalledOff;
            }
            match app.score_alone(&by, &ask, gauge) {
                Ok(run) => Ending::Made(format!("/api/v1/runs/{}", run.id)),
                Err(Problem::Scoring(ScoringError::Assess(AssessError::CalledOff))) => Ending::CalledOff,
                Err(problem) => Ending::from(problem),
            }
        };
        let started = self.jobs().start_alone(&caller.name(), &subject, self.now(), work);
        started.map_err(|error| Problem::Internal(error.to_string()))?.map_err(|_| Problem::Busy)
    }

    /// The scoring of a bundle that is going on, or ended last.
    pub fn run_of_bundle(&self, bundle: &str) -> Option<Arc<Job>> {
        self.jobs().about(&subject_of(bundle))
    }

    /// Calls a scoring off. What it has written is kept, and gone on with when the same is asked for again. It blocks for a moment.
    ///
    /// # Errors
    /// When it cannot be noted.
    pub fn call_off_run(&self, caller: &Caller, job: &Job) -> Result<(), Problem> {
        job.call_off();
        self.audit().note(Note::ended(caller, Action::Score, Subject::of("job", job.id), "called-off"))?;
        Ok(())
    }

    /// Goes on with a run that was cut off with the server, if nothing it rests on has changed since. It blocks for a moment.
    ///
    /// # Errors
    /// When the store fails or the edition can no longer be used.
    pub fn go_on_with_run(&self) -> Result<(), Problem> {
        if let Some(ask) = scoring::interrupted(self.store(), self.now(), self.pseudonym_key())? {
            tracing::info!(bundle = ask.bundle, "going on with the run that was not finished");
            self.begin_run(&Caller::service(), ask)?;
        }
        Ok(())
    }

    fn score_alone(&self, caller: &Caller, ask: &Ask, progress: &dyn Progress) -> Result<Run, Problem> {
        let (run, _) = scoring::score_with_remarks(self.store(), ask, progress)?;
        self.audit().note(Note::done(caller, Action::Score, Subject::of("run", run.id)))?;
        if let Err(problem) = self.make_ready() {
            tracing::warn!(cause = %problem, "the first change will have to wait");
        }
        Ok(run)
    }

    fn wait_to_score(&self) -> MutexGuard<'_, ()> {
        self.0.scoring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a job is about that scores a bundle.
fn subject_of(bundle: &str) -> String {
    format!("{SUBJECT}{bundle}")
}

const SUBJECT: &str = "run of ";

/// Whether somebody may watch a job and call it off: whose it is, and of a scoring everybody who may score.
pub fn may_watch(caller: &Caller, job: &Job) -> bool {
    job.owner == caller.name() || (is_run(job) && caller.may(Permission::Score))
}

/// Whether a job scores all units.
pub fn is_run(job: &Job) -> bool {
    job.subject.starts_with(SUBJECT)
}
