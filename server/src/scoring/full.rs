//! Full runs: read, score and write in chunks, so that memory does not grow with the number of units.
//!
//! Enters: what to score, and a [`Progress`]. Leaves: a [`Run`]. Next: [`super::changed`].
//!
//! Held at once are: the list of units (about 300 bytes a unit), one chunk with its facts and results, results that may not be
//! written yet because others come before them (where codes rise with the tree, those of a chunk), the receipt of each result, and,
//! only when the standard rolls up, of each unit what roll-ups read (about 2 kB). A standard that compares units with all others
//! has one portion and holds everything.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use liuwu_engine::assess::{
    ALL, AssessError, ENGINE_VERSION, Exemption, Idle, Plan, Priors, Request, Results, UnitResult, idle_exemptions,
    periods_of, roll_up, root, score_units, slim,
};
use liuwu_engine::assessment::{Assessment, Past};
use liuwu_engine::bundle::Over;
use liuwu_engine::diagnostic::Diagnostic;
use liuwu_engine::period::{Granularity, Period};
use liuwu_engine::record::Facts;
use liuwu_engine::record::reading::Attributes;
use rayon::prelude::*;

use super::ground::{Ground, rolls_up};
use super::{Ask, ScoringError, on_threads, priors};
use crate::deadline::within;
use crate::filed::Filed;
use crate::progress::{Progress, Step};
use crate::store::{Edition, NewRun, Run, RunOutcome, RunWriter, Store};

/// Units scored at a time, at least; a portion is never cut.
const CHUNK: usize = 2_000;

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
    let periods = periods_of(&plan.bundle, &ask.periods)?;
    let Some(first) = periods.first() else { return Err(ScoringError::NotInForce) };
    // Before anything is read: what comes later may be seen in part, and is looked at again.
    let seen = store.seen();
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
        seen: Some(seen),
        looks_back_on,
        base: None,
    };
    progress.begin(READING, 0);
    let mut ground = Ground::read(store, &plan.bundle, ask.as_of, &ask.pseudonym_key)?;
    let priors = priors(store, &plan.bundle, looks_back_on, *first)?;
    let request = Request { periods, as_of: Some(ask.as_of) };
    let mut full = Full {
        plan,
        ask,
        request: &request,
        priors: &priors,
        writer: InOrder::new(store.begin_run(new.clone())?, &new.periods),
        kept: Kept::default(),
        idle: Vec::new(),
    };
    full.chunks(&mut ground, progress)?;
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
    world.exempt(ground.stray_exemptions());
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

/// Where a period stands: years come after the periods they are made of.
type Place = (usize, Period);

struct Full<'a> {
    plan: &'a Arc<Plan>,
    ask: &'a Ask,
    request: &'a Request,
    priors: &'a Priors,
    writer: InOrder<'a>,
    kept: Kept,
    idle: Vec<Remark>,
}

impl Full<'_> {
    /// Scores and writes chunk by chunk.
    fn chunks(&mut self, ground: &mut Ground, progress: &dyn Progress) -> Result<(), ScoringError> {
        let chunks = chunks_of(ground.portions());
        let mut waiting: BTreeSet<String> = chunks
            .iter()
            .filter_map(|chunk| chunk.iter().map(|place| ground.id(*place)).min().map(str::to_owned))
            .collect();
        let rolled = self.rolled_names(ground);
        progress.begin(SCORING, chunks.iter().map(|chunk| chunk.len() as u64).sum());
        let longest = self.ask.longest;
        let plan = Arc::clone(self.plan);
        within(&plan, longest, || {
            for chunk in &chunks {
                if progress.is_called_off() {
                    return Err(ScoringError::Assess(AssessError::CalledOff));
                }
                self.chunk(ground, chunk)?;
                if let Some(first) = chunk.iter().map(|place| ground.id(*place)).min() {
                    waiting.remove(first);
                }
                // What stands before all that is still to come can be written.
                self.writer.write_before(waiting.first().into_iter().chain(rolled.first()).min())?;
                progress.advance(chunk.len() as u64);
            }
            Ok(())
        })
    }

    fn chunk(&mut self, ground: &mut Ground, chunk: &[usize]) -> Result<(), ScoringError> {
        let world = Arc::new(ground.world(chunk)?);
        let results = on_threads(|| score_units(self.plan, &world, self.request, self.priors))??;
        let all: Vec<&UnitResult> = results.iter().flat_map(|results| &results.units).collect();
        self.writer.hold(on_threads(|| all.par_iter().map(|result| Sealed::of(&result.past.result)).collect())?)?;
        if ground.has_exemptions() {
            let plain: Vec<Assessment> = all.iter().map(|result| (*result.past.result).clone()).collect();
            let idle = idle_exemptions(&world, &plain);
            self.idle.extend(idle.into_iter().map(|idle| (idle.exemption.clone(), idle.covers)));
            if self.kept.sample.is_empty() {
                self.kept.sample = plain.into_iter().take(1).collect();
            }
        }
        if rolls_up(self.plan) {
            for place in chunk {
                let unit = world.find(&ground.bundle.assess.unit, ground.id(*place));
                let attributes = unit.and_then(|unit| world.units().get(unit)).map(|unit| unit.attributes.clone());
                self.kept.attributes.insert(*place, attributes.unwrap_or_default());
            }
            for (number, slim) in slim(&results).into_iter().enumerate() {
                let kept = self.kept.results.entry((number, slim.period)).or_insert_with(|| Results {
                    period: slim.period,
                    as_of: slim.as_of,
                    units: Vec::new(),
                });
                kept.units.extend(slim.units);
            }
        }
        Ok(())
    }

    /// What the results rolled up are called, at least.
    fn rolled_names(&self, ground: &Ground) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for roll_up in &self.plan.bundle.roll_up {
            match &roll_up.over {
                Over::Level(level) => names.extend(ground.of_level(level).map(|id| format!("{level}:{id}"))),
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
        self.writer.hold(rolled.iter().map(Sealed::of).collect())
    }
}

/// Portions put together until there are enough units to keep all threads busy.
pub(super) fn chunks_of(portions: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    let mut chunks: Vec<Vec<usize>> = Vec::new();
    for portion in portions {
        match chunks.last_mut() {
            Some(chunk) if chunk.len() + portion.len() <= CHUNK => chunk.extend(portion),
            _ => chunks.push(portion),
        }
    }
    chunks
}

/// A result ready to be written.
pub(super) struct Sealed {
    pub(super) period: Period,
    pub(super) unit: String,
    pub(super) bytes: serde_json::Result<Vec<u8>>,
    pub(super) receipt: String,
    counts: [u64; 4],
}

impl Sealed {
    pub(super) fn of(result: &Assessment) -> Sealed {
        Sealed::of_filed(&Filed::from(result))
    }

    pub(super) fn of_filed(filed: &Filed) -> Sealed {
        Sealed {
            period: filed.period,
            bytes: filed.to_bytes(),
            counts: [1, filed.findings.len() as u64, u64::from(filed.incomplete), filed.remarks.len() as u64],
            receipt: filed.receipt.clone(),
            unit: filed.unit.clone(),
        }
    }
}

/// What is counted of a run, in the order of [`Sealed`].
const COUNTED: [&str; 4] = ["assessments", "findings", "incomplete", "remarks"];

/// Adds up what a run is known by: the root of its receipts, and its counts.
pub(super) struct Sums {
    /// Receipts by period, in the order of the units.
    receipts: BTreeMap<Period, Vec<String>>,
    counts: [u64; 4],
}

impl Sums {
    pub(super) fn new(periods: &[Period]) -> Sums {
        Sums { receipts: periods.iter().map(|period| (*period, Vec::new())).collect(), counts: [0; 4] }
    }

    /// Adds results; those of a period come in the order of their units.
    pub(super) fn add(&mut self, sealed: &Sealed) {
        self.receipts.entry(sealed.period).or_default().push(sealed.receipt.clone());
        for (sum, count) in self.counts.iter_mut().zip(sealed.counts) {
            *sum += count;
        }
    }

    pub(super) fn outcome(&self) -> RunOutcome {
        RunOutcome {
            finished: Timestamp::now(),
            root: root(self.receipts.values().flatten().map(String::as_str)),
            counts: COUNTED.iter().map(|name| (*name).to_owned()).zip(self.counts).collect(),
        }
    }
}

/// Writes results by rising unit, though they come chunk by chunk: holds back what others may still come before.
struct InOrder<'a> {
    writer: Box<dyn RunWriter + 'a>,
    held: BTreeMap<Period, BTreeMap<String, Sealed>>,
    sums: Sums,
}

impl<'a> InOrder<'a> {
    fn new(writer: Box<dyn RunWriter + 'a>, periods: &[Period]) -> InOrder<'a> {
        InOrder { writer, held: BTreeMap::new(), sums: Sums::new(periods) }
    }

    fn hold(&mut self, results: Vec<Sealed>) -> Result<(), ScoringError> {
        for sealed in results {
            self.held.entry(sealed.period).or_default().insert(sealed.unit.clone(), sealed);
        }
        Ok(())
    }

    /// Writes what stands before a unit; none: everything.
    fn write_before(&mut self, unit: Option<&String>) -> Result<(), ScoringError> {
        for held in self.held.values_mut() {
            let later = unit.map_or_else(BTreeMap::new, |unit| held.split_off(unit));
            for (unit, sealed) in std::mem::replace(held, later) {
                self.sums.add(&sealed);
                self.writer.add(sealed.period, &unit, &sealed.bytes?)?;
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Run, ScoringError> {
        self.write_before(None)?;
        let outcome = self.sums.outcome();
        Ok(self.writer.finish(outcome)?)
    }
}

/// The earlier result of a unit as scripts look back on it.
pub(super) fn past_of(filed: &Filed, before: Option<Arc<Past>>) -> Arc<Past> {
    Arc::new(Past { result: Arc::new(filed.to_past()), before })
}
