//! Scores everything in a store: loads what was known on a day, runs the engine, keeps the run.
//!
//! Enters: a [`Store`] and a [`Ask`]. Leaves: a [`Run`] with an assessment of every unit and period, and roll-ups; the same kept
//! current when few facts have changed ([`keep_current`]); or the finding that a stored run can be reproduced ([`verify()`]).
//! Reading order: this file, `lists` and `ground` (what a run stands on), `sealed`, `making`, `full`, `half` (going on with an interrupted one), `registers`, `footing`, `changed`,
//! `keeping`, `spent`, `verify`, `trial` (what would be). Next: [`crate::cli`].

mod lists;
mod ground;
mod sealed;
mod making;
mod full;
mod half;
mod registers;
mod footing;
mod changed;
mod keeping;
mod spent;
mod verify;
mod trial;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use liuwu_engine::assess::{AssessError, ENGINE_VERSION, Plan, Priors, Request, assess, periods_of};
use liuwu_engine::assessment::Assessment;
use liuwu_engine::bundle::{self, Bundle};
use liuwu_engine::diagnostic::Diagnostic;
use liuwu_engine::period::{Date, Period};
use liuwu_engine::script;

use crate::deadline::within;
use crate::filed::Filed;
use crate::progress::{Progress, Unwatched};
use crate::store::{Edition, Knowledge, Run, RunId, Store, StoreError};
use ground::Ground;

pub use footing::Footing;
pub use half::interrupted;
pub use keeping::{Kept, PlanOf, Update, keep_current, make_ready};
pub(crate) use registers::{Gatherer, Registers};
pub use spent::spent;
pub use trial::{impact, tried};
pub use verify::{Difference, Verification, verify};

/// Results read from the store at a time.
const PAGE: usize = 1_000;

/// Why scoring did not come to a run.
#[derive(Debug, thiserror::Error)]
pub enum ScoringError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The edition cannot be used, or data does not fit it; every fault.
    #[error("{} 处错误 / {} faults", .0.len(), .0.len())]
    Faults(Vec<Diagnostic>),
    /// The run was called off, or a period does not fit.
    #[error(transparent)]
    Assess(#[from] AssessError),
    /// None of the periods lies in the time in which the edition is in force.
    #[error("所给周期都不在办法的施行期之内 / none of the periods lies wholly inside `effective`")]
    NotInForce,
    /// A stored assessment cannot be read.
    #[error("存储的考核结果读不出来:{0} / a stored assessment cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// The system gives no threads.
    #[error("无法启动核算线程 / no threads to score on")]
    Threads,
}

/// What is to be scored.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The bundle's id.
    pub bundle: String,
    /// The edition; none: the one published last.
    pub edition: Option<String>,
    /// The periods.
    pub periods: Vec<Period>,
    /// The day of knowledge.
    pub as_of: Date,
    /// Who asks.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The key of pseudonyms.
    pub pseudonym_key: Vec<u8>,
    /// The longest time it may take; then it is called off and nothing is stored.
    pub longest: Duration,
}

/// Threads with stacks large enough for scripts, shared by all scoring of this process.
fn on_threads<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, ScoringError> {
    static POOL: OnceLock<Option<rayon::ThreadPool>> = OnceLock::new();
    let pool = POOL.get_or_init(|| script::threads(None).ok());
    pool.as_ref().map(|pool| pool.install(work)).ok_or(ScoringError::Threads)
}

/// An edition ready to score.
///
/// # Errors
/// Every fault of its text.
pub fn plan_of(edition: &Edition) -> Result<Arc<Plan>, ScoringError> {
    let name = format!("{}@{}", edition.bundle, edition.edition);
    on_threads(|| {
        let (bundle, _) = bundle::read(&name, &edition.text)?;
        Plan::new(Arc::new(bundle)).map(Arc::new)
    })?
    .map_err(ScoringError::Faults)
}

/// Scores all units and stores the run.
///
/// # Errors
/// [`ScoringError`]; nothing is stored then.
pub fn score(store: &dyn Store, ask: &Ask) -> Result<Run, ScoringError> {
    score_with_remarks(store, ask, &Unwatched).map(|(run, _)| run)
}

/// The same, watched, with remarks on exemptions that change nothing.
///
/// # Errors
/// [`ScoringError`]; nothing is stored then.
pub fn score_with_remarks(
    store: &dyn Store,
    ask: &Ask,
    progress: &dyn Progress,
) -> Result<(Run, Vec<Diagnostic>), ScoringError> {
    score_in_a_way(store, ask, false, progress)
}

/// The same with every script interpreted, also those that are compiled.
///
/// # Errors
/// [`ScoringError`]; nothing is stored then.
pub fn score_interpreting(
    store: &dyn Store,
    ask: &Ask,
    progress: &dyn Progress,
) -> Result<(Run, Vec<Diagnostic>), ScoringError> {
    score_in_a_way(store, ask, true, progress)
}

fn score_in_a_way(
    store: &dyn Store,
    ask: &Ask,
    interprets: bool,
    progress: &dyn Progress,
) -> Result<(Run, Vec<Diagnostic>), ScoringError> {
    let edition = match &ask.edition {
        Some(edition) => store.edition(&ask.bundle, edition)?,
        None => match store.current_edition(&ask.bundle)? {
            Some(edition) => edition,
            None => store.edition(&ask.bundle, "")?,
        },
    };
    let mut plan = plan_of(&edition)?;
    if interprets {
        plan = plan.interpreting();
    }
    full::score(store, &edition, &plan, ask, progress)
}

/// Results by period and unit, in the order in which a run stores them.
pub type Computed = BTreeMap<Period, BTreeMap<String, Filed>>;

/// Scores what is known, or would be, all at once, and stores nothing. Periods before those asked for are looked back on in the store.
///
/// # Errors
/// [`ScoringError`].
pub fn try_out(
    store: &dyn Store,
    knowledge: &dyn Knowledge,
    plan: &Arc<Plan>,
    ask: &Ask,
) -> Result<Computed, ScoringError> {
    let before = periods_of(&plan.bundle, &ask.periods)?.first().and_then(|first| first.previous().ok());
    let looks_back_on = match before {
        Some(before) => store.current_run(&plan.bundle.id, before)?.map(|run| run.id),
        None => None,
    };
    compute(store, knowledge, looks_back_on, plan, ask)
}

/// What [`try_out`] makes of what is stored, read from the runs in force instead; none where they do not say all of it: other
/// editions or engines, another day of knowledge, or something stored since.
///
/// # Errors
/// When the store fails or an assessment cannot be read.
pub fn recall(store: &dyn Store, plan: &Arc<Plan>, ask: &Ask) -> Result<Option<Computed>, ScoringError> {
    let bundle = &plan.bundle;
    let (seen, digest) = (store.seen(), store.edition(&bundle.id, &bundle.edition)?.digest);
    let mut computed = Computed::new();
    for period in periods_of(bundle, &ask.periods)? {
        let run = store.current_run(&bundle.id, period)?.filter(|run| {
            let is_of_now = run.as_of == ask.as_of && run.seen == Some(seen);
            is_of_now && run.digest == digest && run.engine == ENGINE_VERSION
        });
        let Some(run) = run else { return Ok(None) };
        let results = all_of(store, run.id, period)?;
        computed.insert(period, results.into_iter().map(|filed| (filed.unit.clone(), filed)).collect());
    }
    Ok(Some(computed))
}

/// The same, looking back on the results of a given run.
fn compute(
    store: &dyn Store,
    knowledge: &dyn Knowledge,
    looks_back_on: Option<RunId>,
    plan: &Arc<Plan>,
    ask: &Ask,
) -> Result<Computed, ScoringError> {
    let periods = periods_of(&plan.bundle, &ask.periods)?;
    let Some(first) = periods.first() else { return Err(ScoringError::NotInForce) };
    let ground = Ground::read(knowledge, &plan.bundle, ask.as_of, &ask.pseudonym_key)?;
    let world = Arc::new(ground.whole_world()?);
    let priors = priors(store, &plan.bundle, looks_back_on, *first)?;
    let request = Request { periods, as_of: Some(ask.as_of) };
    // The plan is shared with all who score by this edition: they go on when this takes too long.
    let own = plan.apart();
    let results = on_threads(|| within(&own, ask.longest, || assess(&own, &world, &request, &priors)))??;
    let dictionary = &plan.bundle.dictionary;
    let mut computed = Computed::new();
    for result in &results {
        computed.entry(result.period).or_default().insert(key_of(result), Filed::of(result, dictionary));
    }
    Ok(computed)
}

/// A unit of the scored level by its id, a roll-up by its own name.
fn key_of(result: &Assessment) -> String {
    result.unit.to_string()
}

/// The results of a run for the period before the first one scored.
fn priors(
    store: &dyn Store,
    bundle: &Bundle,
    looks_back_on: Option<RunId>,
    first: Period,
) -> Result<Priors, ScoringError> {
    let mut priors = Priors::new();
    let (Some(run), Ok(before)) = (looks_back_on, first.previous()) else { return Ok(priors) };
    each_of(store, run, before, &mut |filed| {
        if filed.level == bundle.assess.unit {
            priors.insert(Arc::from(filed.unit.as_str()), full::past_of(&filed, None));
        }
        Ok::<(), ScoringError>(())
    })?;
    Ok(priors)
}

/// Every assessment of a run for a period.
///
/// # Errors
/// When the store fails or an assessment cannot be read.
pub fn all_of(store: &dyn Store, run: RunId, period: Period) -> Result<Vec<Filed>, ScoringError> {
    let mut all = Vec::new();
    each_of(store, run, period, &mut |filed| {
        all.push(filed);
        Ok::<(), ScoringError>(())
    })?;
    Ok(all)
}

/// Looks at every assessment of a run for a period, by rising unit.
///
/// # Errors
/// When the store fails or an assessment cannot be read; the visitor's own.
pub fn each_of<E: From<ScoringError>>(
    store: &dyn Store,
    run: RunId,
    period: Period,
    visit: &mut dyn FnMut(Filed) -> Result<(), E>,
) -> Result<(), E> {
    let mut after = String::new();
    loop {
        let page = store.scan_assessments(run, Some((period, &after)), PAGE).map_err(ScoringError::from)?;
        let full = page.len() == PAGE;
        for stored in page {
            if stored.period != period {
                return Ok(());
            }
            visit(Filed::from_bytes(&stored.bytes).map_err(ScoringError::from)?)?;
            after = stored.unit;
        }
        if !full {
            return Ok(());
        }
    }
}
