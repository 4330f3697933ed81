//! Going on with a run that was called off or interrupted.
//!
//! Enters: the run that is asked for, and the half run in the store. Leaves: what of it can be taken as it stands, if everything it
//! rests on is still the same: edition, engine, periods, day, and what was stored when its facts were read, which the list of
//! units follows from. Otherwise the half run is removed, and the run begins anew.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use liuwu_engine::assess::{ENGINE_VERSION, Plan, Priors, Results, UnitResult, slim};
use liuwu_engine::assessment::Past;
use liuwu_engine::period::{Date, Period};

use super::full::{in_making, past_of, without_years};
use super::ground::rolls_up;
use super::sealed::{Sums, Tally};
use super::{Ask, PAGE, ScoringError, plan_of};
use crate::deadline::LONGEST_RUN;
use crate::filed::Filed;
use crate::progress::{Progress, Unfinished};
use crate::store::{HalfRun, NewRun, Store, StoreError, StoredAssessment};

/// What was taken of a half run.
pub(super) struct Taken {
    half: HalfRun,
    sums: Sums,
    /// What roll-ups read, by the place of the period in making and the unit; only where there are any.
    results: Vec<(Period, HashMap<String, UnitResult>)>,
}

impl Taken {
    /// Takes the half run of the same run, or removes it.
    pub(super) fn find(
        store: &dyn Store,
        new: &NewRun,
        plan: &Plan,
        priors: &Priors,
        progress: &dyn Progress,
    ) -> Result<Option<Taken>, ScoringError> {
        let Some(half) = store.half_run()? else { return Ok(None) };
        let is_about_the_same = half.run.bundle == new.bundle && half.run.periods == new.periods;
        if can_go_on(store, &half, new)?
            && let Some(taken) = Taken::read(store, half, plan, priors)?
        {
            return Ok(Some(taken));
        }
        if is_about_the_same {
            progress.finds(Unfinished::BeginsAnew);
        }
        store.drop_half_run()?;
        Ok(None)
    }

    /// Reads what is there; none when it is not all that the half run speaks of.
    fn read(store: &dyn Store, half: HalfRun, plan: &Plan, priors: &Priors) -> Result<Option<Taken>, ScoringError> {
        let mut sums = Sums::new(&half.run.periods);
        let mut results: Vec<Results> = Vec::new();
        let mut known: HashMap<(String, Period), Arc<Past>> = HashMap::new();
        let mut found = 0;
        for period in in_making(plan, &half.run.periods) {
            let mut units = Vec::new();
            each_of_half(store, period, &mut |filed| {
                found += 1;
                sums.add(period, &Tally::of(&filed));
                if rolls_up(plan) {
                    let before = match period.previous() {
                        Ok(_) if results.is_empty() => priors.get(filed.unit.as_str()).cloned(),
                        Ok(before) => known.get(&(filed.unit.clone(), before)).cloned(),
                        Err(_) => None,
                    };
                    let past = past_of(&filed, before);
                    known.insert((filed.unit, period), Arc::clone(&past));
                    units.push(UnitResult { past, without: None });
                }
            })?;
            results.push(Results { period, as_of: half.run.as_of, units });
        }
        let by_unit = |results: Results| {
            let units = results.units.into_iter().map(|unit| (unit.past.result.unit.to_string(), unit));
            (results.period, units.collect())
        };
        let is_whole = found == half.results;
        Ok(is_whole.then(|| Taken { half, sums, results: slim(&results).into_iter().map(by_unit).collect() }))
    }

    /// Units before this one are there.
    pub(super) fn before(&self) -> &str {
        &self.half.before
    }

    /// Whether the results of a unit are there.
    pub(super) fn has(&self, unit: &str) -> bool {
        unit < self.half.before.as_str()
    }

    /// What the results add up to, once.
    pub(super) fn sums(&mut self) -> Sums {
        std::mem::replace(&mut self.sums, Sums::new(&self.half.run.periods))
    }

    /// The results of some units, once, by period in making.
    pub(super) fn results_of(&mut self, units: &[&str], as_of: Date) -> Vec<Results> {
        let of_period = |(period, results): &mut (Period, HashMap<String, UnitResult>)| Results {
            period: *period,
            as_of,
            units: units.iter().filter_map(|unit| results.remove(*unit)).collect(),
        };
        self.results.iter_mut().map(of_period).collect()
    }
}

/// Whether everything a half run rests on is the same, and no newer run is there, which would stay in force.
fn can_go_on(store: &dyn Store, half: &HalfRun, new: &NewRun) -> Result<bool, StoreError> {
    let again = NewRun { id: None, started: half.run.started, by: half.run.by.clone(), ..new.clone() };
    Ok(again == half.run && store.runs()?.first().is_none_or(|newest| newest.id < half.id))
}

/// What a run asked for that was interrupted and not called off, if it can be gone on with; otherwise the half run is removed.
///
/// # Errors
/// When the store fails, or the edition can no longer be used.
pub fn interrupted(store: &dyn Store, at: Timestamp, pseudonym_key: &[u8]) -> Result<Option<Ask>, ScoringError> {
    let Some(half) = store.half_run()?.filter(|half| !half.laid_aside) else { return Ok(None) };
    let new = NewRun { seen: Some(store.seen()), engine: ENGINE_VERSION.to_owned(), ..half.run.clone() };
    if !can_go_on(store, &half, &new)? {
        store.drop_half_run()?;
        return Ok(None);
    }
    let plan = plan_of(&store.edition(&half.run.bundle, &half.run.edition)?)?;
    Ok(Some(Ask {
        periods: without_years(&plan, &half.run.periods),
        bundle: half.run.bundle,
        edition: Some(half.run.edition),
        as_of: half.run.as_of,
        by: half.run.by,
        at,
        pseudonym_key: pseudonym_key.to_vec(),
        longest: LONGEST_RUN,
    }))
}

/// Looks at every result of the half run for a period, by rising unit.
fn each_of_half(store: &dyn Store, period: Period, visit: &mut dyn FnMut(Filed)) -> Result<(), ScoringError> {
    let mut after = String::new();
    loop {
        let page = store.scan_half_run(Some((period, &after)), PAGE)?;
        let is_last = page.len() < PAGE;
        for StoredAssessment { unit, bytes, .. } in page.into_iter().take_while(|stored| stored.period == period) {
            visit(Filed::from_bytes(&bytes)?);
            after = unit;
        }
        if is_last {
            return Ok(());
        }
    }
}
