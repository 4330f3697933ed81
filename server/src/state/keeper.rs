//! Runs in force kept current behind the scenes: after each change of the facts, one thread scores what depends on it.
//!
//! Enters: word that something was written. Leaves: new runs in the store, made by [`scoring::keep_current`]. Next: [`super::App`].

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use liuwu_engine::assess::Plan;

use super::App;
use crate::accounts::Caller;
use crate::audit::{Action, Note, Subject};
use crate::deadline::LONGEST_RUN;
use crate::error::Problem;
use crate::progress::Unwatched;
use crate::scoring::{self, ScoringError, Update};
use crate::store::{Edition, Seen};
use crate::view::EditionView;

/// Who asks for runs that nobody asked for.
const BY: &str = "自动核算";

/// What has been looked at, and whether somebody is looking.
#[derive(Debug, Default)]
pub(super) struct Keeper(Mutex<Keeping>);

#[derive(Debug, Default)]
struct Keeping {
    looked_at: Option<Seen>,
    running: bool,
}

impl Keeper {
    fn lock(&self) -> MutexGuard<'_, Keeping> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether runs are being brought up to date at this moment.
    pub(super) fn is_running(&self) -> bool {
        self.lock().running
    }
}

impl App {
    /// Starts bringing runs up to date, if the facts have changed and nobody is at it.
    pub(super) fn wake_keeper(&self) {
        let mut keeping = self.0.keeper.lock();
        if keeping.running || keeping.looked_at == Some(self.store().seen()) {
            return;
        }
        keeping.running = true;
        let app = self.clone();
        let started = std::thread::Builder::new().name("keeper".to_owned()).spawn(move || app.keep_until_current());
        if let Err(error) = started {
            keeping.running = false;
            tracing::error!(%error, "results are not kept current: no thread");
        }
    }

    /// Brings runs up to date until nothing has changed meanwhile.
    fn keep_until_current(&self) {
        loop {
            let seen = self.store().seen();
            if let Err(problem) = self.bring_up_to_date() {
                tracing::warn!(?problem, "results could not be kept current");
            }
            let mut keeping = self.0.keeper.lock();
            keeping.looked_at = Some(seen);
            if self.store().seen() == seen {
                keeping.running = false;
                return;
            }
        }
    }

    fn bring_up_to_date(&self) -> Result<(), Problem> {
        let _alone = self.0.scoring.lock().unwrap_or_else(PoisonError::into_inner);
        for bundle in self.bundles()? {
            let update = self.update_of(bundle);
            // One bundle whose facts do not fit keeps no other from being brought up to date.
            let plan = |edition: &Edition| self.plan_of(edition);
            let kept = match scoring::keep_current(self.store(), &update, &plan, &self.0.footing, &Unwatched) {
                Ok(kept) => kept,
                Err(ScoringError::Store(error)) => return Err(error.into()),
                Err(error) => {
                    tracing::warn!(%error, bundle = update.bundle, "results could not be kept current");
                    continue;
                }
            };
            for (run, error) in &kept.left {
                tracing::warn!(%error, bundle = update.bundle, %run, "a run could not be kept current");
            }
            for run in &kept.made {
                self.audit().note(Note::done(&Caller::service(), Action::Score, Subject::of("run", run.id)))?;
            }
        }
        Ok(())
    }

    /// Reads what the next change would otherwise have to wait for. It blocks.
    ///
    /// # Errors
    /// When the store fails or something in it cannot be used.
    pub fn make_ready(&self) -> Result<(), Problem> {
        if !self.config().keep_current {
            return Ok(());
        }
        for bundle in self.bundles()? {
            let plan = |edition: &Edition| self.plan_of(edition);
            for run in scoring::make_ready(self.store(), &self.update_of(bundle), &plan, &self.0.footing)? {
                self.audit().make_ready(&run)?;
            }
        }
        Ok(())
    }

    fn bundles(&self) -> Result<BTreeSet<String>, Problem> {
        Ok(self.store().editions()?.into_iter().map(|edition| edition.bundle).collect())
    }

    fn update_of(&self, bundle: String) -> Update {
        Update {
            bundle,
            today: self.today(),
            by: BY.to_owned(),
            at: self.now(),
            pseudonym_key: self.pseudonym_key().to_vec(),
            longest: LONGEST_RUN,
        }
    }

    fn plan_of(&self, edition: &Edition) -> Result<Arc<Plan>, ScoringError> {
        let key = (edition.bundle.clone(), edition.edition.clone());
        let view = self.0.editions.get(key, || EditionView::new(edition.clone()))?;
        Ok(Arc::clone(&view.plan))
    }
}
