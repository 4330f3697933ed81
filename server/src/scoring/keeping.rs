//! Which runs in force are brought up to date, for which day and by which edition.
//!
//! Enters: word that something may have been stored. Leaves: the new runs. Each is made of what has [changed](super::changed)
//! since the old one, or anew where that cannot be told. Next: [`super::verify()`].

use std::sync::Arc;

use jiff::Timestamp;
use liuwu_engine::assess::{Plan, periods_of};
use liuwu_engine::period::{Date, Period};

use super::changed::{Changed, Touched};
use super::footing::Footing;
use super::full;
use super::{Ask, ScoringError};
use crate::progress::Progress;
use crate::store::{Edition, Run, RunId, Store, day_in_china};

/// Makes an edition ready.
pub type PlanOf<'a> = dyn Fn(&Edition) -> Result<Arc<Plan>, ScoringError> + 'a;

/// Which runs are to be kept current, and for whom.
#[derive(Debug, Clone)]
pub struct Update {
    /// The bundle's id.
    pub bundle: String,
    /// The day of knowledge of runs that were made as of their own day; others keep theirs.
    pub today: Date,
    /// Who asks.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The key of pseudonyms.
    pub pseudonym_key: Vec<u8>,
    /// The longest time that one run may take.
    pub longest: std::time::Duration,
}

/// What came of keeping runs current.
#[derive(Debug, Default)]
pub struct Kept {
    /// The new runs.
    pub made: Vec<Run>,
    /// The runs that could not be brought up to date and stay as they were, and why.
    pub left: Vec<(RunId, ScoringError)>,
}

/// Brings the runs in force of a bundle up to what is stored by now. A run whose results all stay the same is left as it is, and
/// one that cannot be scored does not keep the others from it. `plan_of` makes an edition ready, or has it ready: what is scored
/// with it is not called off for taking long. `footing` is what earlier updates of the same store have at hand.
///
/// # Errors
/// [`ScoringError`] when the store fails or `progress` calls it off; the runs made before it stay.
pub fn keep_current(
    store: &dyn Store,
    update: &Update,
    plan_of: &PlanOf,
    footing: &Footing,
    progress: &dyn Progress,
) -> Result<Kept, ScoringError> {
    let mut kept = Kept::default();
    let mut in_force = store.runs_in_force(&update.bundle)?;
    // Those of earlier periods first: later ones look back on them.
    in_force.sort_by_key(|(_, periods)| periods.iter().map(|period| period.from()).min());
    for (run, periods) in in_force {
        match keep_one(store, update, plan_of, footing, (&run, periods), progress) {
            Ok(new) => kept.made.extend(new),
            Err(error @ ScoringError::Store(_)) => return Err(error),
            Err(error) if progress.is_called_off() => return Err(error),
            Err(error) => kept.left.push((run.id, error)),
        }
    }
    Ok(kept)
}

/// Reads what bringing the runs in force of a bundle up to date would otherwise read first; gives those runs.
///
/// # Errors
/// [`ScoringError`].
pub fn make_ready(
    store: &dyn Store,
    update: &Update,
    plan_of: &PlanOf,
    footing: &Footing,
) -> Result<Vec<Run>, ScoringError> {
    let in_force = store.runs_in_force(&update.bundle)?;
    let now = store.moment()?;
    for (run, periods) in &in_force {
        let (_, plan) = edition_for(store, plan_of, run, periods)?;
        footing.lists(&now, &plan.bundle, day_of(run, update))?;
        footing.registers(store, run)?;
    }
    Ok(in_force.into_iter().map(|(run, _)| run).collect())
}

/// The day of knowledge to which a run is kept.
fn day_of(run: &Run, update: &Update) -> Date {
    if run.as_of == day_in_china(run.started) { update.today } else { run.as_of }
}

/// Brings one run up to date, for the periods for which it is in force; none: its results all stay the same.
fn keep_one(
    store: &dyn Store,
    update: &Update,
    plan_of: &PlanOf,
    footing: &Footing,
    (run, periods): (&Run, Vec<Period>),
    progress: &dyn Progress,
) -> Result<Option<Run>, ScoringError> {
    let (edition, plan) = edition_for(store, plan_of, run, &periods)?;
    let as_of = day_of(run, update);
    let ask = Ask {
        bundle: run.bundle.clone(),
        edition: Some(edition.edition.clone()),
        periods: full::without_years(&plan, &periods),
        as_of,
        by: update.by.clone(),
        at: update.at,
        pseudonym_key: update.pseudonym_key.clone(),
        longest: update.longest,
    };
    // What comes later is not seen, and is looked at the next time.
    let changed = Changed { store, plan: &plan, ask: &ask, run, footing, now: store.moment()? };
    let touched = match run.digest == edition.digest && run.as_of == as_of && run.periods == periods {
        true => changed.touched()?,
        false => Touched::Everything,
    };
    match touched {
        Touched::Nothing => Ok(None),
        Touched::Units(units) if changed.are_few(&units)? => changed.score(units, progress),
        Touched::Units(_) | Touched::Everything => {
            // With a plan of its own, which may be called off.
            full::score(store, &edition, &plan.apart(), &ask, progress).map(|(run, _)| Some(run))
        }
    }
}

/// The newest edition, where it is in force for all periods; otherwise that of the run.
fn edition_for(
    store: &dyn Store,
    plan_of: &PlanOf,
    run: &Run,
    periods: &[Period],
) -> Result<(Edition, Arc<Plan>), ScoringError> {
    let own = || store.edition(&run.bundle, &run.edition);
    let newest = match store.current_edition(&run.bundle)? {
        Some(newest) => newest,
        None => own()?,
    };
    let plan = plan_of(&newest)?;
    let scored = periods_of(&plan.bundle, &full::without_years(&plan, periods)).unwrap_or_default();
    let scored = full::with_years(&plan, &scored);
    if newest.edition == run.edition || scored == periods {
        return Ok((newest, plan));
    }
    let own = own()?;
    let plan = plan_of(&own)?;
    Ok((own, plan))
}
