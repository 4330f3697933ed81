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
    /// How many runs were made since those that nobody needs were discarded; none: nobody has looked yet.
    made: Option<usize>,
}

/// So many runs are made before those that nobody needs any more are discarded.
const AT_A_TIME: usize = 100;
/// Runs discarded in one write, and with one entry in the log.
const DISCARDED: usize = 500;

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
        let mut made = 0;
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
            made += kept.made.len();
        }
        self.discard_spent(made)
    }

    /// Discards runs of its own that nobody needs any more, now and then.
    fn discard_spent(&self, made: usize) -> Result<(), Problem> {
        let made = self.0.keeper.lock().made.map(|before| before + made);
        if made.is_none_or(|made| made >= AT_A_TIME) {
            // Nothing is released meanwhile of what is about to go.
            let _alone = self.publishing();
            for some in scoring::spent(self.store(), BY)?.chunks(DISCARDED) {
                // Before they are gone: what is in the log and not in the store would look like a loss.
                self.audit().note_discard(&Caller::service(), some)?;
                self.store().discard_runs(some)?;
                self.audit().forget_runs(some)?;
            }
            self.0.keeper.lock().made = Some(0);
        } else {
            self.0.keeper.lock().made = made;
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::audit::compare::{Difference, compare};
    use crate::audit::content::Thing;
    use crate::config::{Config, Token};
    use crate::store::memory::Memory;
    use crate::store::{NewBatch, NewRun, RunId, RunOutcome, Store};
    use crate::trial;

    const KEY: &[u8] = b"a key for tests";
    const PASSING: u64 = 520;

    /// A server that has made many runs by itself, each noted in its log.
    fn busy() -> App {
        let store: Arc<dyn Store> = Arc::new(Memory::new());
        let text = include_str!("../../../fixtures/bundles/disclosure.yaml").replace("bundle: small", "bundle: trial");
        store.publish_edition(trial::edition("1", &text)).unwrap();
        let app = App::new(Config::default(), store, KEY.to_vec(), Token::make().unwrap().0);
        let edition = Note::done(&Caller::service(), Action::Publish, Subject::of("edition", "trial@1"));
        app.audit().note(edition).unwrap();
        let mut first = None;
        for _ in 0..PASSING {
            let new = NewRun {
                id: None,
                bundle: "trial".into(),
                edition: "1".into(),
                digest: String::new(),
                periods: vec!["2020".parse().unwrap()],
                as_of: app.today(),
                started: app.now(),
                by: BY.into(),
                engine: String::new(),
                trial: false,
                seen: None,
                looks_back_on: None,
                base: first,
            };
            let mut writer = app.store().begin_run(new).unwrap();
            writer.add("2020".parse().unwrap(), "330381101701", b"{}").unwrap();
            let outcome = RunOutcome { finished: app.now(), root: String::new(), counts: BTreeMap::new() };
            let run = writer.finish(outcome).unwrap().id;
            first = first.or(Some(run));
            app.audit().note(Note::done(&Caller::service(), Action::Score, Subject::of("run", run))).unwrap();
        }
        app
    }

    fn leaves_of(app: &App, run: u64) -> usize {
        let papers = app.store().papers("audit-leaves", None, usize::MAX).unwrap();
        papers.iter().filter(|(name, _)| name.starts_with(&format!("run-{run}-"))).count()
    }

    #[test]
    fn runs_that_were_replaced_go_in_the_end_and_the_log_knows_of_it() {
        let app = busy();
        assert_eq!(leaves_of(&app, 9), 1);
        let id = app.store().append_batch(NewBatch::new(app.now(), "平台", "接口推送")).unwrap();
        app.audit().note(Note::done(&Caller::service(), Action::Upload, Subject::of("batch", id))).unwrap();
        app.has_written();
        let begun = Instant::now();
        while app.0.keeper.is_running() && begun.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(10));
        }
        let left: Vec<u64> = app.store().runs().unwrap().into_iter().map(|run| run.id.0).collect();
        // The one just made, the newest of the others, and the one on which these rest.
        assert_eq!((left.first(), left.last()), (Some(&(PASSING + 1)), Some(&1)));
        assert!(!left.contains(&9) && left.contains(&PASSING), "{left:?}");
        assert_eq!(leaves_of(&app, 9), 0);
        let gone = PASSING + 1 - left.len() as u64;
        let entry = app.store().entries_back(None, 1).unwrap().remove(0);
        assert_eq!((entry.action.as_str(), entry.id), ("discard", format!("2-{}", gone + 1)));
        assert_eq!(compare(app.store(), KEY).unwrap().differences, []);
        // One that is gone without a word is missed.
        app.store().discard_run(RunId(PASSING)).unwrap();
        let missing = Difference::Missing(Thing::Run(RunId(PASSING)));
        assert_eq!(compare(app.store(), KEY).unwrap().differences, [missing]);
    }
}
