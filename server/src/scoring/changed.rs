//! Scores again what has changed since a run was made, and nothing else.
//!
//! Enters: what was stored since. Leaves: a new run that replaces the results that came out otherwise and shares all
//! others with the old one, which stays as it is; equal to a full run of the same day, receipts and root included. Where
//! that cannot be had (another day of knowledge, edition, engine or list of units), a full run. Next: [`super::keeping`].

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use liuwu_engine::assess::{
    ALL, AssessError, ENGINE_VERSION, Plan, Priors, Request, Results, Span, UnitResult, periods_of, roll_up,
    score_units, slim,
};
use liuwu_engine::assessment::Past;
use liuwu_engine::period::Period;
use liuwu_engine::record::Facts;

use super::footing::Footing;
use super::full::{self, SCORING, past_of};
use super::ground::{Ground, rolls_up};
use super::sealed::{Counts, Sealed, Tally};
use super::{Ask, ScoringError, all_of, on_threads};
use crate::filed::Filed;
use crate::progress::Progress;
use crate::store::{BatchId, Moment, NewRun, Run, RunId, Store, StoreError, Target};

/// Results read behind one whose neighbour is wanted too: about as many as the store keeps together.
const NEIGHBOURS: usize = 48;
/// So many units touched are not few.
const MANY: usize = 10_000;

/// What has come since a run was made.
pub(super) enum Touched {
    Nothing,
    /// Facts of these units, or what is said of them and all below.
    Units(BTreeSet<String>),
    Everything,
}

/// A run to be brought up to what is stored by now.
pub(super) struct Changed<'a> {
    pub(super) store: &'a dyn Store,
    pub(super) plan: &'a Arc<Plan>,
    pub(super) ask: &'a Ask,
    pub(super) run: &'a Run,
    pub(super) footing: &'a Footing,
    /// What is stored by now.
    pub(super) now: Moment<'a>,
}

impl Changed<'_> {
    /// The units about which anything was stored since.
    pub(super) fn touched(&self) -> Result<Touched, ScoringError> {
        let Some(seen) = self.run.seen.filter(|_| self.run.engine == ENGINE_VERSION) else {
            return Ok(Touched::Everything);
        };
        let mut units = BTreeSet::new();
        let now = self.now.seen;
        for id in (seen.batch.0 + 1..=now.batch.0).map(BatchId) {
            if self.store.batch(id)?.received_on <= self.ask.as_of && self.by_batch(id, &mut units)?.is_none() {
                return Ok(Touched::Everything);
            }
        }
        let withdrawals = if seen.withdrawals == now.withdrawals { Vec::new() } else { self.store.withdrawals()? };
        let new =
            withdrawals.iter().zip(0..).filter(|(_, number)| (seen.withdrawals..now.withdrawals).contains(number));
        for (withdrawal, _) in new.filter(|(withdrawal, _)| withdrawal.act.day() <= self.ask.as_of) {
            match withdrawal.target {
                Target::Record(id) => drop(units.insert(self.store.record(id)?.record.item.unit)),
                Target::Batch(id) => {
                    if self.by_batch(id, &mut units)?.is_none() {
                        return Ok(Touched::Everything);
                    }
                }
            }
        }
        match self.by_earlier_results(&mut units)? {
            None => Ok(Touched::Everything),
            Some(()) if units.is_empty() => Ok(Touched::Nothing),
            Some(()) => Ok(Touched::Units(units)),
        }
    }

    /// The units that a batch is about, and those of the records it corrects or takes back, however far back; none: it changes the list of units.
    fn by_batch(&self, id: BatchId, units: &mut BTreeSet<String>) -> Result<Option<()>, ScoringError> {
        let batch = self.store.besides_records(id)?;
        if !batch.units.is_empty() {
            return Ok(None);
        }
        for old in batch.takes_back.iter().copied() {
            units.extend(self.store.history(old)?.into_iter().map(|version| version.record.item.unit));
        }
        self.store.visit_records(id, &mut |record| {
            if let Some(old) = record.supersedes {
                units.extend(self.store.history(old)?.into_iter().map(|version| version.record.item.unit));
            }
            if self.plan.bundle.dictionary.kinds.contains_key(&record.kind) {
                units.insert(record.unit);
            }
            Ok(())
        })?;
        units.extend(batch.attributes.into_iter().map(|fact| fact.unit));
        units.extend(batch.statements.into_iter().map(|statement| statement.area));
        units.extend(batch.exemptions.into_iter().map(|exemption| exemption.unit));
        Ok(Some(()))
    }

    /// The units whose earlier results, on which the first period looks back, are others; none: all of them may be.
    fn by_earlier_results(&self, units: &mut BTreeSet<String>) -> Result<Option<()>, ScoringError> {
        let Some(before) = self.first_before() else { return Ok(Some(())) };
        let now = self.store.current_run(&self.run.bundle, before)?;
        if now.as_ref().map(|run| run.id) == self.run.looks_back_on {
            return Ok(Some(()));
        }
        let then = self.run.looks_back_on.map(|id| self.store.run(id)).transpose()?;
        let (Some(then), Some(now)) = (then, now) else { return Ok(None) };
        let [then, now] = [then, now].map(|run| self.footing.registers(self.store, &run));
        units.extend(now?.apart(then?.as_ref(), before));
        Ok(Some(()))
    }

    /// The period before the first one scored.
    fn first_before(&self) -> Option<Period> {
        let periods = periods_of(&self.plan.bundle, &self.ask.periods).ok()?;
        periods.first()?.previous().ok()
    }

    fn ground(&self) -> Result<Ground<'_>, ScoringError> {
        let bundle = &self.plan.bundle;
        let lists = self.footing.lists(&self.now, bundle, self.ask.as_of)?;
        Ok(Ground::on(self.now.known.as_ref(), bundle, self.ask.as_of, &self.ask.pseudonym_key, lists))
    }

    /// Scores what depends on some units, and makes a run of it.
    pub(super) fn score(
        &self,
        touched: BTreeSet<String>,
        progress: &dyn Progress,
    ) -> Result<Option<Run>, ScoringError> {
        let mut ground = self.ground()?;
        let lists = Arc::clone(&ground.lists);
        // What was said of a unit that has a successor counts for that one.
        let touched: BTreeSet<String> = touched.iter().map(|unit| lists.heir_of(unit).to_owned()).collect();
        let mut wanted = lists.at_or_below(&touched, usize::MAX);
        // What exemptions change is not kept, so a roll-up needs those results again.
        if rolls_up(self.plan) {
            wanted.extend(lists.exempted());
        }
        let chunks = full::put_together(lists.portions_with(wanted), full::CHUNK);
        progress.begin(SCORING, chunks.iter().map(|chunk| chunk.len() as u64).sum());
        let mut fresh = Fresh { results: self.no_results()?, sealed: Vec::new() };
        for chunk in &chunks {
            progress.go_on().map_err(|_| ScoringError::Assess(AssessError::CalledOff))?;
            self.score_chunk(&mut ground, chunk, &mut fresh)?;
            progress.advance(chunk.len() as u64);
        }
        if rolls_up(self.plan) {
            let scored: Vec<usize> = chunks.into_iter().flatten().collect();
            self.roll_up(&mut ground, &touched, &scored, &mut fresh)?;
        }
        self.store_changes(fresh.sealed)
    }

    /// Whether few enough units are touched that their results can be held at once; otherwise a full run does it in chunks.
    pub(super) fn are_few(&self, touched: &BTreeSet<String>) -> Result<bool, ScoringError> {
        Ok(touched.len() <= MANY && self.ground()?.lists.at_or_below(touched, MANY + 1).len() <= MANY)
    }

    /// Every period without a result: those scored, then the years of which units have results.
    fn no_results(&self) -> Result<FreshResults, ScoringError> {
        let scored = self.request()?.periods;
        let years = self.run.periods.iter().filter(|period| !scored.contains(period));
        let all = scored.iter().chain(years).enumerate();
        Ok(all.map(|(number, period)| ((number, *period), BTreeMap::new())).collect())
    }

    fn request(&self) -> Result<Request, ScoringError> {
        Ok(Request { periods: periods_of(&self.plan.bundle, &self.ask.periods)?, as_of: Some(self.ask.as_of) })
    }

    fn score_chunk(&self, ground: &mut Ground, chunk: &[usize], fresh: &mut Fresh) -> Result<(), ScoringError> {
        let world = Arc::new(ground.world(chunk)?);
        let units: BTreeSet<&str> = chunk.iter().map(|place| ground.lists.id(*place)).collect();
        let priors = self.priors(&units)?;
        let request = self.request()?;
        let results = on_threads(|| score_units(self.plan, &world, &request, &priors))??;
        let all = results.iter().flat_map(|results| &results.units);
        fresh.sealed.extend(all.map(|result| Sealed::of(&result.past.result, &self.plan.bundle.dictionary)));
        if !rolls_up(self.plan) {
            return Ok(());
        }
        for (number, slim) in slim(&results).into_iter().enumerate() {
            let known = fresh.results.entry((number, slim.period)).or_default();
            known.extend(slim.units.into_iter().map(|unit| (unit.past.result.unit.to_string(), unit)));
        }
        Ok(())
    }

    /// The earlier results of some units.
    fn priors(&self, units: &BTreeSet<&str>) -> Result<Priors, ScoringError> {
        let mut priors = Priors::new();
        let Some(before) = self.first_before() else { return Ok(priors) };
        let Some(run) = self.store.current_run(&self.run.bundle, before)? else { return Ok(priors) };
        for unit in units {
            if let Some(bytes) = self.store.assessment(run.id, unit, before)? {
                let filed = Filed::from_bytes(&bytes)?;
                if filed.level == self.plan.bundle.assess.unit {
                    priors.insert(Arc::from(*unit), past_of(&filed, None));
                }
            }
        }
        Ok(priors)
    }

    /// Rolls up over what lies above the units scored again, or was touched itself.
    fn roll_up(
        &self,
        ground: &mut Ground,
        touched: &BTreeSet<String>,
        scored: &[usize],
        fresh: &mut Fresh,
    ) -> Result<(), ScoringError> {
        // What lies above units scored again, and what was touched itself or lies below: a town without a village has a result too.
        let lists = Arc::clone(&ground.lists);
        let above = scored.iter().flat_map(|place| lists.line(*place)).map(|row| row.id.as_str());
        let below = lists.at_or_below(touched, usize::MAX);
        let reached: BTreeSet<&str> = above.chain(below.into_iter().map(|place| lists.id(place))).collect();
        let together = Span::of_roll_ups(&self.plan.bundle) == Span::All;
        let wanted = |level: &str, id: &str| together || level == ALL || reached.contains(id);
        let results = self.all_results(&fresh.results)?;
        // Parts show their attributes.
        let all: Vec<usize> = lists.scored().collect();
        let mut facts = ground.facts(&all)?;
        let own = |place| (Facts::default(), facts.remove(&place).unwrap_or_default().1);
        let world = Arc::new(ground.world_of_all(own)?);
        let rolled = on_threads(|| roll_up(self.plan, &world, results, &wanted))??;
        fresh.sealed.extend(rolled.iter().map(|result| Sealed::of(result, &self.plan.bundle.dictionary)));
        Ok(())
    }

    /// The results of all units: those just scored, and all others as they were kept.
    fn all_results(&self, fresh: &FreshResults) -> Result<Vec<Results>, ScoringError> {
        let mut known: HashMap<(String, Period), Arc<Past>> = HashMap::new();
        if let Some(before) = self.first_before()
            && let Some(run) = self.store.current_run(&self.run.bundle, before)?
        {
            for filed in all_of(self.store, run.id, before)? {
                known.insert((filed.unit.clone(), before), past_of(&filed, None));
            }
        }
        let mut all = Vec::new();
        for ((_, period), fresh) in fresh {
            let mut units: BTreeMap<String, UnitResult> = fresh.clone();
            for filed in all_of(self.store, self.run.id, *period)? {
                if filed.level == self.plan.bundle.assess.unit && !units.contains_key(&filed.unit) {
                    let before = period.previous().ok().and_then(|before| known.get(&(filed.unit.clone(), before)));
                    let past = past_of(&filed, before.cloned());
                    units.insert(filed.unit, UnitResult { past, without: None });
                }
            }
            for (unit, result) in &units {
                known.insert((unit.clone(), *period), Arc::clone(&result.past));
            }
            all.push(Results { period: *period, as_of: self.ask.as_of, units: units.into_values().collect() });
        }
        Ok(all)
    }

    /// Stores what came out otherwise; no run when nothing did.
    fn store_changes(&self, sealed: Vec<Sealed>) -> Result<Option<Run>, ScoringError> {
        let mut new: BTreeMap<(Period, String), Sealed> = BTreeMap::new();
        for sealed in sealed {
            new.insert((sealed.period, sealed.unit.clone()), sealed);
        }
        let mut registers = self.footing.registers(self.store, self.run)?;
        let mut counts = Counts::of(&self.run.counts);
        let mut replacing: BTreeMap<(Period, String), Vec<u8>> = BTreeMap::new();
        let kept = self.kept(new.keys())?;
        for (key, sealed) in new {
            let (bytes, old) = (sealed.bytes?, kept.get(&key));
            if old == Some(&bytes) {
                continue;
            }
            let old = old.map(|old| Filed::from_bytes(old)).transpose()?;
            counts.exchange(old.as_ref().map(Tally::of).as_ref(), &sealed.tally);
            Arc::make_mut(&mut registers).exchange(key.0, &key.1, sealed.tally.receipt);
            replacing.insert(key, bytes);
        }
        if replacing.is_empty() {
            return Ok(None);
        }
        let (base, entries) = self.gathered(replacing)?;
        let looks_back_on = match self.first_before() {
            Some(before) => self.store.current_run(&self.run.bundle, before)?.map(|run| run.id),
            None => None,
        };
        let mut writer = self.store.begin_run(NewRun {
            id: None,
            bundle: self.run.bundle.clone(),
            edition: self.run.edition.clone(),
            digest: self.run.digest.clone(),
            periods: self.run.periods.clone(),
            as_of: self.ask.as_of,
            started: self.ask.at,
            by: self.ask.by.clone(),
            engine: ENGINE_VERSION.to_owned(),
            trial: false,
            seen: Some(self.now.seen),
            looks_back_on,
            base: Some(base),
        })?;
        for ((period, unit), bytes) in &entries {
            writer.add(*period, unit, bytes)?;
        }
        let run = writer.finish(counts.outcome(registers.root()))?;
        self.footing.keep_registers(run.id, &registers);
        Ok(Some(run))
    }

    /// Results of the run as they were kept. Neighbours are read together.
    fn kept<'k>(&self, keys: impl Iterator<Item = &'k Key>) -> Result<HashMap<Key, Vec<u8>>, StoreError> {
        let mut kept = HashMap::new();
        let mut page: HashMap<String, Vec<u8>> = HashMap::new();
        let mut last: Option<Key> = None;
        for (period, unit) in keys {
            // Behind the page of those before, or never read: one by itself, and some behind it when a neighbour was asked for.
            let follows = last.as_ref().is_some_and(|(of, last)| of == period && unit.as_str() > last.as_str());
            let found = match page.remove(unit).filter(|_| follows) {
                Some(bytes) => Some(bytes),
                None => {
                    let behind = match follows {
                        true => self.store.scan_assessments(self.run.id, Some((*period, unit)), NEIGHBOURS)?,
                        false => Vec::new(),
                    };
                    let here = behind.into_iter().filter(|stored| stored.period == *period);
                    page = here.map(|stored| (stored.unit, stored.bytes)).collect();
                    self.store.assessment(self.run.id, unit, *period)?
                }
            };
            kept.extend(found.map(|bytes| ((*period, unit.clone()), bytes)));
            last = Some((*period, unit.clone()));
        }
        Ok(kept)
    }

    /// The run to share results with, and all that a run on it replaces. Runs between that replace no more than this one are gathered
    /// into it, so that the runs a result is looked for in double in size from one to the next and stay few, however many changes
    /// there are.
    fn gathered(&self, mut entries: Entries) -> Result<(RunId, Entries), StoreError> {
        let mut base = self.run.clone();
        while let Some(below) = base.base.filter(|_| base.replaced <= entries.len() as u64) {
            for stored in self.store.own_assessments(base.id)? {
                entries.entry((stored.period, stored.unit)).or_insert(stored.bytes);
            }
            base = self.store.run(below)?;
        }
        Ok((base.id, entries))
    }
}

/// The period and the unit of a result.
type Key = (Period, String);
type Entries = BTreeMap<Key, Vec<u8>>;

/// Results just scored, by the place of their period, the period and the unit.
type FreshResults = BTreeMap<(usize, Period), BTreeMap<String, UnitResult>>;

/// What was scored again.
struct Fresh {
    results: FreshResults,
    sealed: Vec<Sealed>,
}
