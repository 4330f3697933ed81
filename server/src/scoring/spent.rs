//! Which runs nobody needs any more: those that the server made by itself to keep results current, and has replaced since.
//!
//! Enters: the runs of a store. Leaves: the numbers of those that can be [discarded](Store::discard_runs). What stays: whatever somebody
//! asked for, whatever is in force or was ever public, the last few of the others for those who are just looking at them, and all that
//! a run that stays rests on or looks back on, so that it can be read and verified. Next: [`mod@super::verify`].

use std::collections::{BTreeMap, BTreeSet};

use crate::store::{Run, RunId, Store, StoreError};

/// So many runs that were replaced stay, the newest ones: whoever is looking at one, or is about to release it, has it for a while.
pub(super) const KEPT: usize = 500;
/// The whole runs that these rest on, beside those that stay anyway, hold so many results at most.
pub(super) const RESULTS: u64 = 1_000_000;

/// The runs made by `by` that nobody needs any more, the newest first.
///
/// # Errors
/// The store's.
pub fn spent(store: &dyn Store, by: &str) -> Result<Vec<RunId>, StoreError> {
    let runs: BTreeMap<RunId, Run> = store.runs()?.into_iter().map(|run| (run.id, run)).collect();
    let mut needed = needed_anyway(store, by, &runs)?;
    let mut roots = needed.clone();
    spread(&runs, &mut needed);
    let (mut whole, mut results) = (BTreeSet::new(), 0);
    for run in runs.values().rev().filter(|run| !needed.contains(&run.id)).take(KEPT) {
        let below = lineage(&runs, run.id).last().filter(|below| !needed.contains(below));
        if let Some(below) = below.filter(|below| whole.insert(*below)) {
            results += runs.get(&below).map_or(0, |below| below.assessments);
        }
        if results > RESULTS {
            break;
        }
        roots.insert(run.id);
    }
    spread(&runs, &mut roots);
    Ok(runs.into_keys().rev().filter(|id| !roots.contains(id)).collect())
}

/// What somebody asked for, what is in force, what was ever public, and what an unfinished run looks back on.
fn needed_anyway(store: &dyn Store, by: &str, runs: &BTreeMap<RunId, Run>) -> Result<BTreeSet<RunId>, StoreError> {
    let mut needed: BTreeSet<RunId> = runs.values().filter(|run| run.by != by || run.trial).map(|run| run.id).collect();
    let bundles: BTreeSet<&str> = runs.values().map(|run| run.bundle.as_str()).collect();
    for bundle in bundles {
        needed.extend(store.runs_in_force(bundle)?.into_iter().map(|(run, _)| run.id));
    }
    needed.extend(store.releases()?.into_iter().map(|release| release.run));
    needed.extend(store.half_run()?.and_then(|half| half.run.looks_back_on));
    Ok(needed)
}

/// Adds all that runs rest on or look back on.
fn spread(runs: &BTreeMap<RunId, Run>, needed: &mut BTreeSet<RunId>) {
    let mut open: Vec<RunId> = needed.iter().copied().collect();
    while let Some(id) = open.pop() {
        // One that is not there any more has nothing below it.
        let Some(run) = runs.get(&id) else { continue };
        open.extend([run.base, run.looks_back_on].into_iter().flatten().filter(|id| needed.insert(*id)));
    }
}

/// A run, the one it rests on, and so on down to the one that is whole.
fn lineage(runs: &BTreeMap<RunId, Run>, id: RunId) -> impl Iterator<Item = RunId> + '_ {
    std::iter::successors(Some(id), |id| runs.get(id)?.base)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use liuwu_engine::period::{Date, Period};

    use super::*;
    use crate::store::memory::Memory;
    use crate::store::{Act, NewRun, RunOutcome};
    use crate::trial::noon;

    const OWN: &str = "自动核算";

    /// A run of a period by somebody: a whole one of so many results, or one that replaces a result of another.
    fn save(
        store: &dyn Store,
        by: &str,
        period: &str,
        on: Result<usize, RunId>,
        looks_back_on: Option<RunId>,
    ) -> RunId {
        let period: Period = period.parse().unwrap();
        let new = NewRun {
            id: None,
            bundle: "trial".into(),
            edition: "1".into(),
            digest: String::new(),
            periods: vec![period],
            as_of: Date::MAX,
            started: noon("2021-01-05"),
            by: by.into(),
            engine: String::new(),
            trial: false,
            seen: None,
            looks_back_on,
            base: on.err(),
        };
        let mut writer = store.begin_run(new).unwrap();
        for unit in 0..on.unwrap_or(1) {
            writer.add(period, &format!("{unit:07}"), b"{}").unwrap();
        }
        let outcome = RunOutcome { finished: noon("2021-01-05"), root: String::new(), counts: BTreeMap::new() };
        writer.finish(outcome).unwrap().id
    }

    fn left(store: &dyn Store) -> Vec<RunId> {
        store.discard_runs(&spent(store, OWN).unwrap()).unwrap();
        assert_eq!(spent(store, OWN).unwrap(), [], "once is enough");
        store.runs().unwrap().into_iter().map(|run| run.id).collect()
    }

    #[test]
    fn what_somebody_needs_stays_with_all_that_it_rests_on_and_looks_back_on() {
        let store = Memory::new();
        let act = || Act { by: "王".into(), at: noon("2021-01-06"), why: "公示".into() };
        let earlier = save(&store, OWN, "2019", Ok(3), None);
        let asked_for = save(&store, "王", "2020", Ok(3), Some(earlier));
        save(&store, OWN, "2019", Ok(3), None);
        let public_once = save(&store, OWN, "2020", Err(asked_for), None);
        store.release(public_once, act()).unwrap();
        store.retract(public_once, act()).unwrap();
        // As many as there are in an hour or so, gathered now and then.
        let gathered = save(&store, OWN, "2020", Err(asked_for), None);
        let passing: Vec<RunId> = (0..2 * KEPT).map(|_| save(&store, OWN, "2020", Err(gathered), None)).collect();
        let last = save(&store, OWN, "2020", Err(gathered), None);
        let earlier_now = save(&store, OWN, "2019", Ok(3), None);
        let mut stay = vec![earlier_now, last];
        stay.extend(passing.iter().rev().take(KEPT));
        stay.extend([gathered, public_once, asked_for, earlier]);
        assert_eq!(left(&store), stay);
    }

    #[test]
    fn of_runs_as_large_as_all_results_few_stay() {
        let store = Memory::new();
        let large = usize::try_from(RESULTS).unwrap() / 2;
        let whole: Vec<RunId> = (0..4).map(|_| save(&store, OWN, "2020", Ok(large), None)).collect();
        assert_eq!(left(&store), [whole[3], whole[2], whole[1]], "the last, and as many results as may be");
    }
}
