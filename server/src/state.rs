//! What every request shares: the store, the settings, and what was made ready of editions and runs.
//!
//! Enters: a store and a [`Config`]. Leaves: an [`App`], cheap to clone, whose questions block on the disk and are asked through
//! [`App::blocking`]. Next: [`crate::pages`], [`crate::api`].

mod keeper;
mod kept;
mod runs;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use liuwu_engine::period::{Date, Period};

use crate::accounts::password::Cost;
use crate::accounts::{Caller, Scope};
use crate::audit::{Action, Audit, Note, Subject};
use crate::config::{Config, Token};
use crate::disclosure::{Lens, Look, Outlook, Reader, Shown, Viewer};
use crate::drafts::Drafts;
use crate::drafts::preview::Previews;
use crate::duties::{Basis, Duties};
use crate::entrance::Entrance;
use crate::error::Problem;
use crate::filed::Filed;
use crate::jobs::Jobs;
use crate::prepared::Prepared;
use crate::push::Standing;
use crate::remit::Remit;
use crate::retention;
use crate::scoring::{Footing, ScoringError};
use crate::store::{Edition, Run, RunId, Store, day_in_china};
use crate::view::{self, EditionView, Listing, RunView, UnitTree, ViewError};
use keeper::Keeper;
use kept::Kept;
pub use runs::{is_run, may_watch};

/// Editions kept ready.
const KEPT_EDITIONS: usize = 16;
/// Days of which the list of units is kept ready.
const KEPT_TREES: usize = 4;

/// What every request shares.
#[derive(Clone)]
pub struct App(Arc<Shared>);

struct Shared {
    config: Config,
    store: Arc<dyn Store>,
    pseudonym_key: Vec<u8>,
    token: Token,
    audit: Arc<Audit>,
    entrance: Entrance,
    editions: Kept<(String, String), EditionView>,
    /// Names and places of units may change though the results do not: by the count of lists too.
    runs: Kept<(RunId, Period, u64), RunView>,
    units: Kept<(Date, u64), UnitTree>,
    /// What pushes compare with; held by whoever compares records with the stored ones and then stores them.
    standing: Mutex<Standing>,
    drafts: Drafts,
    previews: Previews,
    jobs: Jobs,
    /// Held while units are scored: one scoring at a time has the processors to itself.
    scoring: Mutex<()>,
    /// Held while it is decided which runs the public sees, or which are discarded.
    publishing: Mutex<()>,
    keeper: Keeper,
    prepared: Prepared,
    footing: Footing,
}

/// The right to decide what the public sees.
pub struct Publishing<'a>(#[expect(dead_code, reason = "it is held, not looked at")] MutexGuard<'a, ()>);

impl App {
    /// Puts it together. `token` lets its bearer write and see what is not public.
    pub fn new(config: Config, store: Arc<dyn Store>, pseudonym_key: Vec<u8>, token: Token) -> App {
        let runs = Kept::new(config.kept_runs);
        let audit = Arc::new(Audit::new(Arc::clone(&store), &pseudonym_key));
        let cost = Cost { memory: config.argon2_memory, passes: config.argon2_passes, lanes: 1 };
        let entrance = Entrance::new(Arc::clone(&store), Arc::clone(&audit), cost, config.rate);
        let drafts = Drafts::new(Arc::clone(&audit));
        App(Arc::new(Shared {
            config,
            entrance,
            audit,
            store,
            pseudonym_key,
            token,
            editions: Kept::new(KEPT_EDITIONS),
            runs,
            units: Kept::new(KEPT_TREES),
            standing: Mutex::default(),
            drafts,
            previews: Previews::default(),
            jobs: Jobs::default(),
            scoring: Mutex::new(()),
            publishing: Mutex::new(()),
            keeper: Keeper::default(),
            prepared: Prepared::default(),
            footing: Footing::default(),
        }))
    }

    /// The operator's settings.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The store. It blocks.
    pub fn store(&self) -> &dyn Store {
        self.0.store.as_ref()
    }

    /// The key of pseudonyms.
    pub fn pseudonym_key(&self) -> &[u8] {
        &self.0.pseudonym_key
    }

    /// The token.
    pub fn token(&self) -> Token {
        self.0.token
    }

    /// The log of everything that was done.
    pub fn audit(&self) -> &Audit {
        &self.0.audit
    }

    /// Where accounts are kept and people are let in.
    pub fn entrance(&self) -> &Entrance {
        &self.0.entrance
    }

    /// Now by the calendar of the data, which dates what is handed in, corrected and scored.
    pub fn now(&self) -> Timestamp {
        let clock = self.clock();
        clock.checked_sub(self.config().behind).unwrap_or(clock)
    }

    /// Now by the clock on the wall, for what happens outside the data: sessions, locks, messages to other systems, marks of who
    /// looked. It differs from [`Self::now`] in a demonstration alone.
    pub fn clock(&self) -> Timestamp {
        Timestamp::now()
    }

    /// Today in China, by the calendar of the data.
    pub fn today(&self) -> Date {
        day_in_china(self.now())
    }

    /// Must be called after everything that changes the facts, so that runs in force are kept current, where the operator wants
    /// it.
    pub fn has_written(&self) {
        if self.config().keep_current {
            self.wake_keeper();
        }
    }

    /// Blanks personal data whose time is over by the editions there are, and notes it. It blocks.
    ///
    /// # Errors
    /// When the store fails.
    pub fn blank_personal(&self) -> Result<(), Problem> {
        // Invented data is about nobody, and a demonstration is to show how names are struck out.
        if self.config().sample {
            return Ok(());
        }
        let editions = view::usable_editions(self.store())?;
        let blanked = retention::blank_due(
            self.store(),
            &retention::Terms::of(editions.iter().map(EditionView::bundle)),
            self.pseudonym_key(),
            self.today(),
            &mut |id, now, then| self.audit().note_blanking(&Caller::service(), id, now, then),
            || self.standing(),
        )?;
        if !blanked.is_nothing() {
            self.has_written();
            let subject = Subject::of("records", blanked.records);
            self.audit().note(Note::done(&Caller::service(), Action::Blank, subject))?;
        }
        Ok(())
    }

    /// How often the store has changed, by its own count; for whatever is kept ready or tagged until it changes.
    pub fn writes(&self) -> u64 {
        self.store().generation()
    }

    /// How often the facts and editions have changed, by the store's own count; for whatever is read of them alone, and need not be
    /// read again when results are scored or published.
    pub fn inputs(&self) -> u64 {
        self.store().inputs_changed()
    }

    /// Answers to the public that are kept.
    pub fn prepared(&self) -> &Prepared {
        &self.0.prepared
    }

    /// What pushes compare with. Whoever has it is the only one that looks at what is stored and then adds to it or takes from it, so
    /// that two with the same fact are not both taken for new, and no row is left out for a record that is just taken back. It
    /// blocks.
    pub fn standing(&self) -> MutexGuard<'_, Standing> {
        self.0.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whoever has it is the only one that looks at what the public sees and then decides what it shall see, or discards what nobody
    /// needs. It blocks.
    pub fn publishing(&self) -> Publishing<'_> {
        Publishing(self.0.publishing.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Uploads that somebody is looking at.
    pub fn drafts(&self) -> &Drafts {
        &self.0.drafts
    }

    /// What came of reading them.
    pub fn previews(&self) -> &Previews {
        &self.0.previews
    }

    /// Work that takes long.
    pub fn jobs(&self) -> &Jobs {
        &self.0.jobs
    }

    /// Does work that blocks, on a thread that may wait.
    ///
    /// # Errors
    /// The work's own; [`Problem::Internal`] when it broke down.
    pub async fn blocking<T, W>(&self, work: W) -> Result<T, Problem>
    where
        T: Send + 'static,
        W: FnOnce(&App) -> Result<T, Problem> + Send + 'static,
    {
        let app = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&app)).await;
        done.unwrap_or_else(|error| Err(Problem::Internal(error.to_string())))
    }

    /// An edition, ready. It blocks.
    ///
    /// # Errors
    /// When there is none, or this program cannot use it.
    pub fn edition(&self, bundle: &str, edition: &str) -> Result<Arc<EditionView>, Problem> {
        let key = (bundle.to_owned(), edition.to_owned());
        // A published edition that cannot be used is no fault of whoever asks.
        self.0
            .editions
            .get(key, || Ok(EditionView::new(self.store().edition(bundle, edition)?).map_err(ViewError::from)?))
    }

    /// The bundle that is meant when none is named: the operator's choice, or the one published last. It blocks.
    ///
    /// # Errors
    /// When nothing has been published.
    pub fn bundle(&self) -> Result<String, Problem> {
        if let Some(bundle) = &self.config().bundle {
            return Ok(bundle.clone());
        }
        let last = self.store().editions()?.pop();
        last.map(|edition| edition.bundle)
            .ok_or_else(|| Problem::Absent("已发布的考核办法", "published bundle", String::new()))
    }

    /// The edition of a bundle that was published last, ready. It blocks.
    ///
    /// # Errors
    /// When there is none, or this program cannot use it.
    pub fn current_edition(&self, bundle: &str) -> Result<Arc<EditionView>, Problem> {
        let Edition { bundle, edition, .. } = self
            .store()
            .current_edition(bundle)?
            .ok_or_else(|| Problem::Absent("考核办法", "bundle", bundle.to_owned()))?;
        self.edition(&bundle, &edition)
    }

    /// A run, if the reader may see it. It blocks.
    ///
    /// # Errors
    /// When there is none, or it is not public: to the public these are the same.
    pub fn run(&self, id: RunId, reader: Reader) -> Result<Run, Problem> {
        let run = self.store().run(id)?;
        if reader == Reader::Public && !run.released {
            return Err(crate::store::StoreError::from(crate::store::Missing::Run(id)).into());
        }
        Ok(run)
    }

    /// The run whose results a reader sees for a period: for the public the newest released, for staff the one in force. It
    /// blocks.
    ///
    /// # Errors
    /// When the store fails.
    pub fn find_run(&self, bundle: &str, period: Period, reader: Reader) -> Result<Option<Run>, Problem> {
        Ok(match reader {
            Reader::Public => self.store().released_run(bundle, period)?,
            Reader::Staff => self.store().current_run(bundle, period)?,
        })
    }

    /// The same, where there must be one. It blocks.
    ///
    /// # Errors
    /// [`Problem::NoRun`].
    pub fn run_of(&self, bundle: &str, period: Period, reader: Reader) -> Result<Run, Problem> {
        let none = || Problem::NoRun { bundle: bundle.to_owned(), period: period.name() };
        self.find_run(bundle, period, reader)?.ok_or_else(none)
    }

    /// The periods for which a reader can see results of a bundle, latest first, each with its run. It blocks.
    ///
    /// # Errors
    /// When the store fails.
    pub fn periods(&self, bundle: &str, reader: Reader) -> Result<Vec<(Period, Run)>, Problem> {
        let runs = match reader {
            Reader::Public => self.store().runs_released(bundle)?,
            Reader::Staff => self.store().runs_in_force(bundle)?,
        };
        let each = |(run, periods): (Run, Vec<Period>)| periods.into_iter().map(move |period| (period, run.clone()));
        let mut found: Vec<(Period, Run)> = runs.into_iter().flat_map(each).collect();
        found.sort_by(|(one, _), (other, _)| other.cmp(one));
        Ok(found)
    }

    /// The results of a run for a period, ready. Whether the reader may see the run is asked before, with [`Self::run`] or
    /// [`Self::run_of`]. It blocks.
    ///
    /// # Errors
    /// When the store fails or a result cannot be read.
    pub fn view(&self, run: &Run, period: Period) -> Result<Arc<RunView>, Problem> {
        if !run.covers(period) {
            return Err(Problem::NoRun { bundle: run.bundle.clone(), period: period.name() });
        }
        let lists = self.store().lists_changed();
        self.0.runs.get((run.id, period, lists), || {
            if run.base.is_some()
                && let Some(other) =
                    self.0.runs.ready_like(|(id, of, known)| *id != run.id && *of == period && *known == lists)
                && let Some(view) = RunView::from_other(self.store(), run, &other)?
            {
                return Ok(view);
            }
            let edition = self.edition(&run.bundle, &run.edition)?;
            Ok(RunView::load(self.store(), run.clone(), period, edition)?)
        })
    }

    /// How somebody looks at the result of a unit, or of a roll-up such as `town:A`. It blocks.
    ///
    /// # Errors
    /// When the store fails.
    pub fn look(&self, viewer: &Viewer, unit: &str) -> Result<Look, Problem> {
        let units = self.units()?;
        let division = unit.split_once(':').map_or(unit, |(_, division)| division);
        Ok(viewer.look(|code| units.is_within(division, code)))
    }

    /// How somebody looks at a list, of all results or of one division. It blocks.
    ///
    /// # Errors
    /// When the store fails.
    pub fn outlook(&self, viewer: &Viewer, division: Option<&str>) -> Result<Outlook, Problem> {
        let Some(division) = division else { return Ok(viewer.list()) };
        let units = self.units()?;
        Ok(viewer.list_within(|code| units.is_within(division, code)))
    }

    /// The results of a run for a period as they stand in a list. Whether the run may be seen is asked before. It blocks.
    ///
    /// # Errors
    /// When the store fails or a result cannot be read.
    pub fn listing(&self, run: &Run, period: Period, outlook: Outlook) -> Result<Listing, Problem> {
        Ok(Listing::new(self.store(), self.view(run, period)?, outlook)?)
    }

    /// Notes that somebody sees results of a run with more than the public sees of them; what the public sees is not noted. It
    /// blocks.
    ///
    /// # Errors
    /// When the store fails.
    pub fn note_look(&self, caller: &Caller, lens: &Lens, subject: Subject) -> Result<(), Problem> {
        if lens.is_internal() {
            self.audit().note(Note::done(caller, Action::Inspect, subject))?;
        }
        Ok(())
    }

    /// The result of one unit through a lens; none when the run has none. Whether the run may be seen is asked before. It blocks.
    ///
    /// # Errors
    /// When the store fails or the result cannot be read.
    pub fn shown(&self, run: &Run, period: Period, unit: &str, lens: &Lens) -> Result<Option<Arc<Shown>>, Problem> {
        let kept = match lens {
            Lens::Public => Reader::Public,
            Lens::Staff => Reader::Staff,
            Lens::Department(_) | Lens::Village => return self.shown_once(run, period, unit, lens),
        };
        Ok(self.view(run, period)?.shared(unit, kept))
    }

    /// The same, read by itself and not kept: to make a whole run ready for one row would push out those in use.
    ///
    /// # Errors
    /// As [`Self::shown`].
    pub fn shown_once(
        &self,
        run: &Run,
        period: Period,
        unit: &str,
        lens: &Lens,
    ) -> Result<Option<Arc<Shown>>, Problem> {
        let Some(bytes) = self.store().assessment(run.id, unit, period)? else { return Ok(None) };
        let filed = Filed::from_bytes(&bytes).map_err(ScoringError::from)?;
        let edition = self.edition(&run.bundle, &run.edition)?;
        let shown = edition.disclosure.show(&filed, lens.clone()).map_err(ViewError::from)?;
        Ok(Some(Arc::new(shown)))
    }

    /// What a caller must hand in on a day, under a bundle or the one that is meant. It blocks.
    ///
    /// # Errors
    /// When nothing has been published, or the store fails.
    pub fn duties(&self, caller: &Caller, bundle: Option<&str>, day: Date) -> Result<Duties, Problem> {
        self.ask_basis(caller, bundle, day, |basis| basis.duties())
    }

    /// Asks something of what duties are worked out from: for a caller, under a bundle or the one that is meant, as known on a day.
    /// It blocks.
    ///
    /// # Errors
    /// When nothing has been published, or the store fails.
    pub fn ask_basis<T>(
        &self,
        caller: &Caller,
        bundle: Option<&str>,
        day: Date,
        ask: impl FnOnce(&Basis) -> T,
    ) -> Result<T, Problem> {
        let bundle = bundle.map_or_else(|| self.bundle(), |bundle| Ok(bundle.to_owned()))?;
        let edition = self.current_edition(&bundle)?;
        let units = self.units()?;
        let statements = self.store().statements(day)?;
        let remit = Remit::of_caller(caller, edition.bundle(), units.all());
        Ok(ask(&Basis { plan: &edition.plan, units: &units, statements: &statements, day, remit: &remit }))
    }

    /// Whether a scope is units that are assessed and nothing else: villages, no town. It blocks.
    ///
    /// # Errors
    /// When the store fails or the edition in force cannot be used.
    pub fn is_of_villages(&self, scope: &Scope) -> Result<bool, Problem> {
        let Scope::Divisions(codes) = scope else { return Ok(false) };
        if self.store().editions()?.is_empty() {
            return Ok(false);
        }
        let (edition, units) = (self.current_edition(&self.bundle()?)?, self.units()?);
        let is_assessed = |code: &String| units.get(code).is_some_and(|row| row.level == edition.bundle().assess.unit);
        Ok(codes.iter().all(is_assessed))
    }

    /// The units known today, ready. It blocks.
    ///
    /// # Errors
    /// When the store fails.
    pub fn units(&self) -> Result<Arc<UnitTree>, Problem> {
        let today = self.today();
        self.0.units.get((today, self.store().lists_changed()), || Ok(UnitTree::new(self.store().units(today)?)))
    }
}
