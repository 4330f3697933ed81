//! Full runs: read, score and write in chunks, so that memory does not grow with the number of units.
//!
//! Enters: what to score, and a [`Progress`]. Leaves: a [`Run`]. What is written before the run is called off or interrupted is kept,
//! and gone on with when the same is asked for again. Next: [`super::half`], [`super::sealed`].
//!
//! Held at once are: the list of units (about 300 bytes a unit), the facts of the parts that are being scored, the results of two
//! chunks and those that may not be written yet because others come before them (where codes rise with the tree, none), the receipt of each result, and,
//! only when the standard rolls up, of each unit what roll-ups read (about 2 kB). A standard that compares units with all others
//! has one portion and holds everything.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use liuwu_engine::assess::{
    ALL, AssessError, ENGINE_VERSION, Idle, Plan, Request, Results, idle_exemptions, periods_of, roll_up,
};
use liuwu_engine::assessment::{Assessment, Past};
use liuwu_engine::bundle::Over;
use liuwu_engine::diagnostic::Diagnostic;
use liuwu_engine::period::{Granularity, Period};
use liuwu_engine::record::Facts;
use liuwu_engine::record::reading::Attributes;
use rayon::join;

use super::ground::{Ground, rolls_up};
use super::half::Taken;
use super::making::{Made, Maker, Remark};
use super::sealed::{InOrder, Sealed};
use super::{Ask, ScoringError, on_threads, priors};
use crate::deadline::within;
use crate::filed::Filed;
use crate::progress::{Progress, Step, Unfinished};
use crate::store::{Edition, NewRun, Run, Store};

/// Units scored at a time, at least; a portion is never cut.
pub(super) const CHUNK: usize = 2_000;
/// Parts of a chunk, at most: enough that processors end at about the same time, and large enough that their units are read together.
const PARTS: usize = 16;

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
    let ground = Ground::read(now.known.as_ref(), &plan.bundle, ask.as_of, &ask.pseudonym_key)?;
    let priors = priors(store, &plan.bundle, looks_back_on, *first)?;
    let request = Request { periods, as_of: Some(ask.as_of) };
    let mut taken = Taken::find(store, &new, plan, &priors, progress)?;
    let writer = match &mut taken {
        Some(taken) => InOrder::going_on(store.resume_run()?, taken),
        None => InOrder::new(store.begin_run(new.clone())?, &new.periods),
    };
    let maker = Maker { plan, request: &request, priors: &priors, ground: &ground };
    let mut full = Full { maker, ask, progress, writer, taken, kept: Kept::default(), idle: Vec::new() };
    full.chunks(size)?;
    if rolls_up(plan) {
        progress.begin(ROLLING_UP, 0);
        full.roll_up()?;
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
    maker: Maker<'a>,
    ask: &'a Ask,
    progress: &'a dyn Progress,
    writer: InOrder<'a>,
    taken: Option<Taken>,
    kept: Kept,
    idle: Vec<Remark>,
}

impl Full<'_> {
    /// Scores and writes chunk by chunk: while one is scored, the one before is written.
    fn chunks(&mut self, size: usize) -> Result<(), ScoringError> {
        let Maker { plan, ground, .. } = self.maker;
        let progress = self.progress;
        let chunks = chunks_of(ground.lists.portions(), size);
        let mut waiting = Waiting::of(ground, &chunks, self.rolled_names());
        let total = chunks.iter().flatten().map(|part| part.len() as u64).sum();
        progress.begin(SCORING, total);
        if let Some(taken) = &self.taken {
            let done = ground.lists.scored().filter(|place| taken.has(ground.lists.id(*place))).count() as u64;
            progress.finds(Unfinished::GoesOn { done, total });
        }
        let mut scored = None;
        within(plan, self.ask.longest, || {
            for chunk in chunks.iter().map(Some).chain([None]) {
                let before = scored.take();
                if progress.is_called_off() {
                    self.finish_chunk(before, &mut waiting)?;
                    return Err(ScoringError::Assess(AssessError::CalledOff));
                }
                let Some(chunk) = chunk else { return self.finish_chunk(before, &mut waiting) };
                let (maker, is_taken) = (self.maker, self.is_taken(chunk));
                let make = || if is_taken { Ok(None) } else { maker.make_all(chunk).map(Some) };
                let (made, finished) = on_threads(|| join(make, || self.finish_chunk(before, &mut waiting)))?;
                finished?;
                scored = Some((chunk, made?));
            }
            Ok(())
        })
    }

    /// Whether nothing of a chunk has to be scored any more. What exemptions change is not kept, so it is scored again.
    fn is_taken(&self, chunk: &Chunk) -> bool {
        let lists = &self.maker.ground.lists;
        let Some(taken) = &self.taken else { return false };
        let needs_sample = lists.has_exemptions() && self.kept.sample.is_empty();
        let is_there = |place: &usize| taken.has(lists.id(*place)) && !lists.is_exempted(*place);
        !needs_sample && chunk.iter().flatten().all(is_there)
    }

    /// Takes what was made of a chunk, or is there already, and writes what can be written now.
    fn finish_chunk(&mut self, chunk: Option<Scored>, waiting: &mut Waiting) -> Result<(), ScoringError> {
        let Some((chunk, made)) = chunk else { return Ok(()) };
        match made {
            None => self.take(chunk)?,
            Some(made) => made.into_iter().for_each(|made| self.keep(made)),
        }
        self.writer.write_before(waiting.first_behind(self.maker.ground, chunk))?;
        self.progress.advance(chunk.iter().map(|part| part.len() as u64).sum());
        Ok(())
    }

    /// Takes results that are there already.
    fn take(&mut self, chunk: &Chunk) -> Result<(), ScoringError> {
        let Maker { plan, ground, .. } = self.maker;
        if !rolls_up(plan) {
            return Ok(());
        }
        let places: Vec<usize> = chunk.iter().flatten().copied().collect();
        let mut facts = ground.facts(&places)?;
        for place in &places {
            self.kept.attributes.insert(*place, facts.remove(place).unwrap_or_default().1);
        }
        let units: Vec<&str> = places.iter().map(|place| ground.lists.id(*place)).collect();
        if let Some(taken) = &mut self.taken {
            self.kept.extend(taken.results_of(&units, self.ask.as_of));
        }
        Ok(())
    }

    fn keep(&mut self, made: Made) {
        self.writer.hold(made.sealed);
        self.idle.extend(made.idle);
        if self.kept.sample.is_empty() {
            self.kept.sample.extend(made.sample);
        }
        self.kept.attributes.extend(made.attributes);
        self.kept.extend(made.results);
    }

    /// What the results rolled up are called, at least.
    fn rolled_names(&self) -> BTreeSet<String> {
        let Maker { plan, ground, .. } = self.maker;
        let mut names = BTreeSet::new();
        for roll_up in &plan.bundle.roll_up {
            match &roll_up.over {
                Over::Level(level) => names.extend(ground.lists.of_level(level).map(|id| format!("{level}:{id}"))),
                Over::All => drop(names.insert(ALL.to_owned())),
                Over::Year => {}
            }
        }
        names
    }

    fn roll_up(&mut self) -> Result<(), ScoringError> {
        let Maker { plan, ground, .. } = self.maker;
        let kept = std::mem::take(&mut self.kept);
        self.kept.sample = kept.sample;
        let results = kept.results.into_values().collect();
        let mut attributes = kept.attributes;
        let own = |place: usize| (Facts::default(), attributes.remove(&place).unwrap_or_default());
        let world = Arc::new(ground.world_of_all(own)?);
        let rolled = within(plan, self.ask.longest, || on_threads(|| roll_up(plan, &world, results, &|_, _| true)))??;
        self.writer.hold(rolled.iter().map(|result| Sealed::of(result, &plan.bundle.dictionary)).collect());
        Ok(())
    }
}

/// Units before which no result may be written yet.
struct Waiting {
    /// The first unit of each chunk still to come.
    chunks: BTreeSet<String>,
    /// What roll-ups will add.
    rolled: BTreeSet<String>,
}

impl Waiting {
    fn of(ground: &Ground, chunks: &[Chunk], rolled: BTreeSet<String>) -> Waiting {
        Waiting {
            chunks: chunks.iter().filter_map(|chunk| first_of(ground, chunk)).map(str::to_owned).collect(),
            rolled,
        }
    }

    /// The first of them, behind a chunk that has come.
    fn first_behind(&mut self, ground: &Ground, chunk: &Chunk) -> Option<&String> {
        if let Some(first) = first_of(ground, chunk) {
            self.chunks.remove(first);
        }
        self.chunks.first().into_iter().chain(self.rolled.first()).min()
    }
}

fn first_of<'g>(ground: &'g Ground, chunk: &Chunk) -> Option<&'g str> {
    chunk.iter().flatten().map(|place| ground.lists.id(*place)).min()
}

/// Units scored together, in parts that processors take one by one.
type Chunk = Vec<Vec<usize>>;

/// A chunk with what was made of it; none: its results are there already.
type Scored<'c> = (&'c Chunk, Option<Vec<Made>>);

/// Portions put together into parts, and parts into chunks, until there are enough units in each.
fn chunks_of(portions: &[Vec<usize>], size: usize) -> Vec<Chunk> {
    let mut chunks: Vec<(usize, Chunk)> = Vec::new();
    for part in put_together(portions.iter().map(Vec::as_slice), size.div_ceil(PARTS)) {
        match chunks.last_mut() {
            Some((units, chunk)) if *units + part.len() <= size => {
                *units += part.len();
                chunk.push(part);
            }
            _ => chunks.push((part.len(), vec![part])),
        }
    }
    chunks.into_iter().map(|(_, chunk)| chunk).collect()
}

/// Portions put together until there are so many units; a portion is never cut.
pub(super) fn put_together<'p>(portions: impl IntoIterator<Item = &'p [usize]>, size: usize) -> Vec<Vec<usize>> {
    let mut parts: Vec<Vec<usize>> = Vec::new();
    for portion in portions {
        match parts.last_mut() {
            Some(part) if part.len() + portion.len() <= size => part.extend(portion),
            _ => parts.push(portion.to_vec()),
        }
    }
    parts
}

/// The earlier result of a unit as scripts look back on it.
pub(super) fn past_of(filed: &Filed, before: Option<Arc<Past>>) -> Arc<Past> {
    Arc::new(Past { result: Arc::new(filed.to_past()), before })
}
