//! Full runs: read, score and write in chunks, so that memory does not grow with the number of units.
//!
//! Enters: what to score, and a [`Progress`]. Leaves: a [`Run`]. What is written before the run is called off or interrupted is kept,
//! and gone on with when the same is asked for again. Next: [`super::half`], [`super::sealed`].
//!
//! Held at once are: the list of units (about 300 bytes a unit), one chunk with its facts and results, results that may not be
//! written yet because others come before them (where codes rise with the tree, those of a chunk), the receipt of each result, and,
//! only when the standard rolls up, of each unit what roll-ups read (about 2 kB). A standard that compares units with all others
//! has one portion and holds everything.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use liuwu_engine::assess::{
    ALL, AssessError, ENGINE_VERSION, Exemption, Idle, Plan, Priors, Request, Results, UnitResult, idle_exemptions,
    periods_of, roll_up, score_units, slim,
};
use liuwu_engine::assessment::{Assessment, Past};
use liuwu_engine::bundle::Over;
use liuwu_engine::diagnostic::Diagnostic;
use liuwu_engine::period::{Granularity, Period};
use liuwu_engine::record::Facts;
use liuwu_engine::record::reading::Attributes;
use rayon::prelude::*;

use super::ground::{Ground, rolls_up};
use super::half::Taken;
use super::sealed::{InOrder, Sealed};
use super::{Ask, ScoringError, on_threads, priors};
use crate::deadline::within;
use crate::filed::Filed;
use crate::progress::{Progress, Step, Unfinished};
use crate::store::{Edition, NewRun, Run, Store};

/// Units scored at a time, at least; a portion is never cut.
pub(super) const CHUNK: usize = 2_000;

const READING: Step = Step { zh: "读取名单", en: "reading the list of units" };
pub(super) const SCORING: Step = Step { zh: "核算", en: "scoring" };
const ROLLING_UP: Step = Step { zh: "汇总", en: "rolling up" };

/// Scores all units and stores the run; gives remarks on exemptions that change nothing.
pub(super) fn score(
    store: &dyn Store,
    edition: &Edition,
    plan: &Arc<Plan>,
    ask: &Ask,
    progress: &dyn Progress,
) -> Result<(Run, Vec<Diagnostic>), ScoringError> {
    let scored = score_in_chunks(store, edition, plan, ask, progress, CHUNK);
    if let Err(ScoringError::Assess(AssessError::CalledOff)) = &scored {
        store.lay_aside_half_run()?;
    }
    scored
}

/// The same, so many units at a time.
pub(super) fn score_in_chunks(
    store: &dyn Store,
    edition: &Edition,
    plan: &Arc<Plan>,
    ask: &Ask,
    progress: &dyn Progress,
    size: usize,
) -> Result<(Run, Vec<Diagnostic>), ScoringError> {
    let periods = periods_of(&plan.bundle, &ask.periods)?;
    let Some(first) = periods.first() else { return Err(ScoringError::NotInForce) };
    // What comes later is not seen, not even in part, and is looked at again.
    let now = store.moment()?;
    let looks_back_on = match first.previous() {
        Ok(before) => store.current_run(&plan.bundle.id, before)?.map(|run| run.id),
        Err(_) => None,
    };
    let new = NewRun {
        id: None,
        bundle: edition.bundle.clone(),
        edition: edition.edition.clone(),
        digest: edition.digest.clone(),
        periods: with_years(plan, &periods),
        as_of: ask.as_of,
        started: ask.at,
        by: ask.by.clone(),
        engine: ENGINE_VERSION.to_owned(),
        trial: false,
        seen: Some(now.seen),
        looks_back_on,
        base: None,
    };
    progress.begin(READING, 0);
    let mut ground = Ground::read(now.known.as_ref(), &plan.bundle, ask.as_of, &ask.pseudonym_key)?;
    let priors = priors(store, &plan.bundle, looks_back_on, *first)?;
    let request = Request { periods, as_of: Some(ask.as_of) };
    let mut taken = Taken::find(store, &new, plan, &priors, progress)?;
    let writer = match &mut taken {
        Some(taken) => InOrder::going_on(store.resume_run()?, taken),
        None => InOrder::new(store.begin_run(new.clone())?, &new.periods),
    };
    let mut full =
        Full { plan, ask, request: &request, priors: &priors, writer, taken, kept: Kept::default(), idle: Vec::new() };
    full.chunks(&mut ground, progress, size)?;
    if rolls_up(plan) {
        progress.begin(ROLLING_UP, 0);
        full.roll_up(&mut ground)?;
    }
    let mut remarks = full.idle;
    remarks.extend(stray(&ground, &full.kept.sample));
    remarks.sort();
    let remarks =
        remarks.iter().map(|(exemption, covers)| Idle { exemption, covers: *covers }.to_diagnostic()).collect();
    Ok((full.writer.finish()?, remarks))
}

/// The periods of a run: those scored, and the years of which units have results. In the order of time, as results are kept.
pub(super) fn with_years(plan: &Plan, periods: &[Period]) -> Vec<Period> {
    let mut all = periods.to_vec();
    if has_years(plan) {
        all.extend(periods.iter().filter_map(|period| Period::parse(&format!("{:04}", period.year())).ok()));
    }
    all.sort();
    all.dedup();
    all
}

/// The periods in the order in which results are made: years come after the periods they are made of.
pub(super) fn in_making(plan: &Plan, periods: &[Period]) -> Vec<Period> {
    let scored = without_years(plan, periods);
    let years = periods.iter().filter(|period| !scored.contains(period));
    scored.iter().chain(years).copied().collect()
}

/// The periods scored, of those of a run.
pub(super) fn without_years(plan: &Plan, periods: &[Period]) -> Vec<Period> {
    let is_scored = |period: &&Period| !has_years(plan) || period.granularity() != Some(Granularity::Year);
    periods.iter().filter(is_scored).copied().collect()
}

/// Whether units have results of their years beside those of shorter periods.
fn has_years(plan: &Plan) -> bool {
    let rolls_up_years = plan.bundle.roll_up.iter().any(|roll_up| roll_up.over == Over::Year);
    rolls_up_years && plan.bundle.assess.period != Granularity::Year
}

/// An exemption that changes nothing, and whether it covers something.
type Remark = (Exemption, bool);

/// Exemptions of units that are not scored.
fn stray(ground: &Ground, sample: &[Assessment]) -> Vec<Remark> {
    let mut world = ground.empty_world();
    world.exempt(ground.lists.stray_exemptions());
    idle_exemptions(&world, sample).into_iter().map(|idle| (idle.exemption.clone(), idle.covers)).collect()
}

/// What is kept of all units for roll-ups.
#[derive(Default)]
struct Kept {
    results: BTreeMap<Place, Results>,
    attributes: HashMap<usize, Attributes>,
    /// The results of one unit.
    sample: Vec<Assessment>,
}

impl Kept {
    /// Adds the results of more units, of all periods.
    fn extend(&mut self, results: Vec<Results>) {
        for (number, more) in results.into_iter().enumerate() {
            let kept = self.results.entry((number, more.period)).or_insert_with(|| Results {
                period: more.period,
                as_of: more.as_of,
                units: Vec::new(),
            });
            kept.units.extend(more.units);
        }
    }
}

/// Where a period stands: years come after the periods they are made of.
type Place = (usize, Period);

struct Full<'a> {
    plan: &'a Arc<Plan>,
    ask: &'a Ask,
    request: &'a Request,
    priors: &'a Priors,
    writer: InOrder<'a>,
    taken: Option<Taken>,
    kept: Kept,
    idle: Vec<Remark>,
}

impl Full<'_> {
    /// Scores and writes chunk by chunk.
    fn chunks(&mut self, ground: &mut Ground, progress: &dyn Progress, size: usize) -> Result<(), ScoringError> {
        let chunks = chunks_of(ground.lists.portions().iter().map(Vec::as_slice), size);
        let mut waiting: BTreeSet<String> = chunks
            .iter()
            .filter_map(|chunk| chunk.iter().map(|place| ground.lists.id(*place)).min().map(str::to_owned))
            .collect();
        let rolled = self.rolled_names(ground);
        let total = chunks.iter().map(|chunk| chunk.len() as u64).sum();
        progress.begin(SCORING, total);
        if let Some(taken) = &self.taken {
            let done = ground.lists.scored().filter(|place| taken.has(ground.lists.id(*place))).count() as u64;
            progress.finds(Unfinished::GoesOn { done, total });
        }
        let longest = self.ask.longest;
        let plan = Arc::clone(self.plan);
        within(&plan, longest, || {
            for chunk in &chunks {
                if progress.is_called_off() {
                    return Err(ScoringError::Assess(AssessError::CalledOff));
                }
                if self.is_taken(ground, chunk) { self.take(ground, chunk) } else { self.chunk(ground, chunk) }?;
                if let Some(first) = chunk.iter().map(|place| ground.lists.id(*place)).min() {
                    waiting.remove(first);
                }
                // What stands before all that is still to come can be written.
                self.writer.write_before(waiting.first().into_iter().chain(rolled.first()).min())?;
                progress.advance(chunk.len() as u64);
            }
            Ok(())
        })
    }

    /// Whether nothing of a chunk has to be scored any more. What exemptions change is not kept, so it is scored again.
    fn is_taken(&self, ground: &Ground, chunk: &[usize]) -> bool {
        let Some(taken) = &self.taken else { return false };
        let needs_sample = ground.lists.has_exemptions() && self.kept.sample.is_empty();
        !needs_sample
            && chunk.iter().all(|place| taken.has(ground.lists.id(*place)) && !ground.lists.is_exempted(*place))
    }

    /// Takes results that are there already.
    fn take(&mut self, ground: &Ground, chunk: &[usize]) -> Result<(), ScoringError> {
        if !rolls_up(self.plan) {
            return Ok(());
        }
        let mut facts = ground.facts(chunk)?;
        for place in chunk {
            self.kept.attributes.insert(*place, facts.remove(place).unwrap_or_default().1);
        }
        let units: Vec<&str> = chunk.iter().map(|place| ground.lists.id(*place)).collect();
        if let Some(taken) = &mut self.taken {
            self.kept.extend(taken.results_of(&units, self.ask.as_of));
        }
        Ok(())
    }

    fn chunk(&mut self, ground: &mut Ground, chunk: &[usize]) -> Result<(), ScoringError> {
        let world = Arc::new(ground.world(chunk)?);
        let results = on_threads(|| score_units(self.plan, &world, self.request, self.priors))??;
        let all: Vec<&UnitResult> = results.iter().flat_map(|results| &results.units).collect();
        self.writer.hold(on_threads(|| all.par_iter().map(|result| Sealed::of(&result.past.result)).collect())?);
        if ground.lists.has_exemptions() {
            let plain: Vec<Assessment> = all.iter().map(|result| (*result.past.result).clone()).collect();
            let idle = idle_exemptions(&world, &plain);
            self.idle.extend(idle.into_iter().map(|idle| (idle.exemption.clone(), idle.covers)));
            if self.kept.sample.is_empty() {
                self.kept.sample = plain.into_iter().take(1).collect();
            }
        }
        if rolls_up(self.plan) {
            for place in chunk {
                let unit = world.find(&ground.bundle.assess.unit, ground.lists.id(*place));
                let attributes = unit.and_then(|unit| world.units().get(unit)).map(|unit| unit.attributes.clone());
                self.kept.attributes.insert(*place, attributes.unwrap_or_default());
            }
            self.kept.extend(slim(&results));
        }
        Ok(())
    }

    /// What the results rolled up are called, at least.
    fn rolled_names(&self, ground: &Ground) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for roll_up in &self.plan.bundle.roll_up {
            match &roll_up.over {
                Over::Level(level) => names.extend(ground.lists.of_level(level).map(|id| format!("{level}:{id}"))),
                Over::All => drop(names.insert(ALL.to_owned())),
                Over::Year => {}
            }
        }
        names
    }

    fn roll_up(&mut self, ground: &mut Ground) -> Result<(), ScoringError> {
        let kept = std::mem::take(&mut self.kept);
        self.kept.sample = kept.sample;
        let results = kept.results.into_values().collect();
        let mut attributes = kept.attributes;
        let own = |place: usize| (Facts::default(), attributes.remove(&place).unwrap_or_default());
        let world = Arc::new(ground.world_of_all(own)?);
        let rolled =
            within(self.plan, self.ask.longest, || on_threads(|| roll_up(self.plan, &world, results, &|_, _| true)))??;
        self.writer.hold(rolled.iter().map(Sealed::of).collect());
        Ok(())
    }
}

/// Portions put together until there are enough units to keep all threads busy.
pub(super) fn chunks_of<'p>(portions: impl IntoIterator<Item = &'p [usize]>, size: usize) -> Vec<Vec<usize>> {
    let mut chunks: Vec<Vec<usize>> = Vec::new();
    for portion in portions {
        match chunks.last_mut() {
            Some(chunk) if chunk.len() + portion.len() <= size => chunk.extend(portion),
            _ => chunks.push(portion.to_vec()),
        }
    }
    chunks
}

/// The earlier result of a unit as scripts look back on it.
pub(super) fn past_of(filed: &Filed, before: Option<Arc<Past>>) -> Arc<Past> {
    Arc::new(Past { result: Arc::new(filed.to_past()), before })
}
