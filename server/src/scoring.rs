//! Scores everything in a store: loads what was known on a day, runs the engine, keeps the run.
//!
//! Enters: a [`Store`] and a [`Ask`]. Leaves: a [`Run`] with an assessment of every unit and period, and roll-ups; or the
//! finding that a stored run can be reproduced ([`verify`]). Next: [`crate::cli`].

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use liuwu_engine::assess::{
    AssessError, ENGINE_VERSION, Exemption, Idle, Plan, Priors, Request, UnitFacts, World, assess, idle_exemptions,
    periods_of, root,
};
use liuwu_engine::assessment::{Assessment, Past};
use liuwu_engine::bundle::{self, Bundle};
use liuwu_engine::coverage::{Coverage, Statement};
use liuwu_engine::diagnostic::{Diagnostic, Location};
use liuwu_engine::period::{Date, Period};
use liuwu_engine::record::Facts;
use liuwu_engine::record::packed::Packed;
use liuwu_engine::record::reading::{self, Attributes, Unreadable};
use liuwu_engine::script;
use rayon::prelude::*;

use crate::deadline::{LONGEST_RUN, within};
use crate::filed::Filed;
use crate::records::placed;
use crate::store::{
    self, Damage, Edition, Knowledge, NewRun, PackedFacts, Run, RunId, RunOutcome, Store, StoreError, UnitRow,
};
use crate::succession;

/// Units read from the store at a time.
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
    score_with_remarks(store, ask).map(|(run, _)| run)
}

/// The same, with remarks on exemptions that change nothing.
///
/// # Errors
/// [`ScoringError`]; nothing is stored then.
pub fn score_with_remarks(store: &dyn Store, ask: &Ask) -> Result<(Run, Vec<Diagnostic>), ScoringError> {
    score_in_a_way(store, ask, false)
}

/// The same with every script interpreted, also those that are compiled.
///
/// # Errors
/// [`ScoringError`]; nothing is stored then.
pub fn score_interpreting(store: &dyn Store, ask: &Ask) -> Result<(Run, Vec<Diagnostic>), ScoringError> {
    score_in_a_way(store, ask, true)
}

fn score_in_a_way(store: &dyn Store, ask: &Ask, interprets: bool) -> Result<(Run, Vec<Diagnostic>), ScoringError> {
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
    let (computed, remarks) = compute(store, store, &plan, ask)?;
    let new = NewRun {
        id: None,
        bundle: edition.bundle.clone(),
        edition: edition.edition.clone(),
        digest: edition.digest.clone(),
        periods: computed.keys().copied().collect(),
        as_of: ask.as_of,
        started: ask.at,
        by: ask.by.clone(),
        engine: ENGINE_VERSION.to_owned(),
        trial: false,
    };
    let mut writer = store.begin_run(new)?;
    for (period, results) in &computed {
        for (unit, filed) in results {
            writer.add(*period, unit, &filed.to_bytes()?)?;
        }
    }
    let outcome = RunOutcome { finished: Timestamp::now(), root: root_of(&computed), counts: counts_of(&computed) };
    Ok((writer.finish(outcome)?, remarks))
}

/// Results by period and unit, in the order in which a run stores them.
pub type Computed = BTreeMap<Period, BTreeMap<String, Filed>>;

/// Scores what is known, or would be, and stores nothing. Periods before those asked for are looked back on in the store.
///
/// # Errors
/// [`ScoringError`].
pub fn try_out(
    store: &dyn Store,
    knowledge: &dyn Knowledge,
    plan: &Arc<Plan>,
    ask: &Ask,
) -> Result<Computed, ScoringError> {
    compute(store, knowledge, plan, ask).map(|(computed, _)| computed)
}

fn compute(
    store: &dyn Store,
    knowledge: &dyn Knowledge,
    plan: &Arc<Plan>,
    ask: &Ask,
) -> Result<(Computed, Vec<Diagnostic>), ScoringError> {
    let periods = periods_of(&plan.bundle, &ask.periods)?;
    let Some(first) = periods.first() else { return Err(ScoringError::NotInForce) };
    let world = Arc::new(load(knowledge, &plan.bundle, ask.as_of, &ask.pseudonym_key)?);
    let priors = priors(store, &plan.bundle, *first)?;
    let request = Request { periods, as_of: Some(ask.as_of) };
    let results = on_threads(|| within(plan, ask.longest, || assess(plan, &world, &request, &priors)))??;
    let mut computed = Computed::new();
    for result in &results {
        computed.entry(result.period).or_default().insert(key_of(result), Filed::from(result));
    }
    Ok((computed, idle_exemptions(&world, &results).iter().map(Idle::to_diagnostic).collect()))
}

/// A unit of the scored level by its id, a roll-up by its own name.
fn key_of(result: &Assessment) -> String {
    result.unit.to_string()
}

fn root_of(computed: &Computed) -> String {
    root(computed.values().flat_map(BTreeMap::values).map(|filed| filed.receipt.as_str()))
}

fn counts_of(computed: &Computed) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for filed in computed.values().flat_map(BTreeMap::values) {
        let mut count = |what: &str, how_many: usize| *counts.entry(what.to_owned()).or_insert(0) += how_many as u64;
        count("assessments", 1);
        count("findings", filed.findings.len());
        count("incomplete", usize::from(filed.incomplete));
        count("remarks", filed.remarks.len());
    }
    counts
}

/// The assessments in force for the period before the first one scored.
fn priors(store: &dyn Store, bundle: &Bundle, first: Period) -> Result<Priors, ScoringError> {
    let mut priors = Priors::new();
    let Ok(before) = first.previous() else { return Ok(priors) };
    let Some(run) = store.current_run(&bundle.id, before)? else { return Ok(priors) };
    for filed in all_of(store, run.id, before)? {
        if filed.level == bundle.assess.unit {
            let past = Past { result: Arc::new(filed.to_past()), before: None };
            priors.insert(Arc::from(filed.unit.as_str()), Arc::new(past));
        }
    }
    Ok(priors)
}

/// Every assessment of a run for a period.
///
/// # Errors
/// When the store fails or an assessment cannot be read.
pub fn all_of(store: &dyn Store, run: RunId, period: Period) -> Result<Vec<Filed>, ScoringError> {
    let mut all = Vec::new();
    let mut after = String::new();
    loop {
        let page = store.scan_assessments(run, Some((period, &after)), PAGE)?;
        let full = page.len() == PAGE;
        for stored in page {
            if stored.period != period {
                return Ok(all);
            }
            all.push(Filed::from_bytes(&stored.bytes)?);
            after = stored.unit;
        }
        if !full {
            return Ok(all);
        }
    }
}

/// Everything known on a day.
///
/// # Errors
/// When the store fails, or data no longer fits the edition: every fault.
pub fn load(store: &dyn Knowledge, bundle: &Bundle, as_of: Date, pseudonym_key: &[u8]) -> Result<World, ScoringError> {
    let statements = store.statements(as_of)?.into_iter().map(|statement| {
        let statement = statement.item;
        Statement {
            kind: statement.kind,
            area: statement.area,
            from: statement.from,
            to: statement.to,
            nil: statement.nil,
        }
    });
    let mut world = World::new(Coverage::new(statements), pseudonym_key);
    let mut facts = facts(store, bundle, as_of)?;
    let rows = store.units(as_of)?;
    let levels: Vec<&str> = bundle.levels().collect();
    inherit(&mut facts.by_unit, &rows, as_of);
    for level in levels.iter().rev() {
        for row in rows.iter().filter(|row| row.level == *level) {
            let (own, attributes) = facts.by_unit.remove(&row.id).unwrap_or_default();
            let parent =
                row.parent.as_deref().and_then(|parent| levels.iter().find_map(|level| world.find(level, parent)));
            world.add_unit(UnitFacts {
                id: Arc::from(row.id.as_str()),
                level: Arc::from(row.level.as_str()),
                name: Arc::from(row.name.as_str()),
                parent,
                attributes,
                facts: own,
                place: Location::Nowhere,
            });
        }
    }
    if !facts.faults.is_empty() {
        return Err(ScoringError::Faults(facts.faults));
    }
    let exemptions = store.exemptions(as_of)?.into_iter().map(|exemption| {
        let exemption = exemption.item;
        Exemption {
            unit: exemption.unit,
            rule: exemption.rule,
            record: None,
            from: Some(exemption.from),
            until: exemption.until,
            reason: exemption.reason,
            approved_by: Some(exemption.approved_by),
        }
    });
    world.exempt(exemptions.collect());
    Ok(world)
}

/// Lets the facts of units that have a successor count for it: all their records, and the attributes that it has not itself.
fn inherit(by_unit: &mut HashMap<String, (Facts, Attributes)>, rows: &[UnitRow], as_of: Date) {
    let successions = succession::in_force(rows, as_of);
    let mut inherited: BTreeMap<&str, Vec<(Facts, Attributes)>> = BTreeMap::new();
    for old in successions.keys() {
        if let (Some(heir), Some(facts)) = (succession::heir(&successions, old), by_unit.remove(old)) {
            inherited.entry(heir).or_default().push(facts);
        }
    }
    for (heir, old) in inherited {
        let (facts, attributes) = by_unit.remove(heir).unwrap_or_default();
        let records = old.iter().flat_map(|(facts, _)| facts.iter()).chain(facts.iter()).cloned();
        let facts = Facts::new(records.collect::<Vec<_>>());
        let mut own = attributes;
        for (name, values) in old.into_iter().flat_map(|(_, attributes)| attributes) {
            own.entry(name).or_insert(values);
        }
        by_unit.insert(heir.to_owned(), (facts, own));
    }
}

#[derive(Default)]
struct FactsRead {
    by_unit: HashMap<String, (Facts, Attributes)>,
    faults: Vec<Diagnostic>,
}

/// The facts of all units as the edition reads them, and every fault in them.
fn facts(store: &dyn Knowledge, bundle: &Bundle, as_of: Date) -> Result<FactsRead, ScoringError> {
    let mut read = FactsRead::default();
    let mut after: Option<String> = None;
    loop {
        let page = store.scan_packed(after.as_deref(), PAGE, as_of)?;
        after = page.last().map(|facts| facts.unit.clone());
        let full = page.len() == PAGE;
        let own: Vec<_> = on_threads(|| page.par_iter().map(|packed| read_packed(packed, bundle)).collect())?;
        for (packed, own) in page.into_iter().zip(own) {
            match own? {
                Ok(own) => drop(read.by_unit.insert(packed.unit, own)),
                Err(faults) => read.faults.extend(faults),
            }
        }
        if !full {
            return Ok(read);
        }
    }
}

/// The facts of one unit as the edition reads them, or every fault in them.
fn read_packed(
    packed: &PackedFacts,
    bundle: &Bundle,
) -> Result<Result<(Facts, Attributes), Vec<Diagnostic>>, StoreError> {
    let broken =
        || StoreError::Corrupt(store::Fault { place: format!("facts {}", packed.unit), damage: Damage::Packed });
    let columns = Packed::read(&packed.bytes).map_err(|_| broken())?;
    let facts = reading::facts(&columns, &bundle.dictionary, &packed.sheets);
    let attributes = reading::attributes(&columns, &bundle.dictionary);
    let mut faults = Vec::new();
    for error in [facts.as_ref().err(), attributes.as_ref().err()].into_iter().flatten() {
        match error {
            Unreadable::Broken => return Err(broken()),
            Unreadable::Faults(found) => {
                faults.extend(found.iter().cloned().map(|(source, fault)| match source {
                    Some(source) => placed(fault, &source),
                    None => fault.at(Location::Nowhere),
                }));
            }
        }
    }
    Ok(match (facts, attributes) {
        (Ok(facts), Ok(attributes)) => Ok((facts, attributes)),
        _ => Err(faults),
    })
}

/// What came of recomputing a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The run.
    pub run: RunId,
    /// How many assessments were compared.
    pub compared: usize,
    /// Whether receipts could be compared; with another version of the engine only results are.
    pub same_engine: bool,
    /// Unit, period and what differs.
    pub differences: Vec<Difference>,
}

/// A stored assessment that cannot be reproduced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The unit.
    pub unit: String,
    /// The period.
    pub period: Period,
    /// What differs, in Chinese and English.
    pub what: String,
}

/// Recomputes a run from the facts known on its day and compares every assessment.
///
/// # Errors
/// [`ScoringError`] when it cannot be recomputed at all.
pub fn verify(store: &dyn Store, run: RunId, pseudonym_key: &[u8]) -> Result<Verification, ScoringError> {
    let run = store.run(run)?;
    let edition = store.edition(&run.bundle, &run.edition)?;
    let plan = plan_of(&edition)?;
    let ask = Ask {
        bundle: run.bundle.clone(),
        edition: Some(run.edition.clone()),
        periods: run.periods.clone(),
        as_of: run.as_of,
        by: String::new(),
        at: run.started,
        pseudonym_key: pseudonym_key.to_vec(),
        longest: LONGEST_RUN,
    };
    let same_engine = run.engine == ENGINE_VERSION;
    let mut found = Verification { run: run.id, compared: 0, same_engine, differences: Vec::new() };
    let mut differ = |unit: &str, period: Period, what: &str| {
        found.differences.push(Difference { unit: unit.to_owned(), period, what: what.to_owned() });
    };
    let (mut computed, _) = compute(store, store, &plan, &ask)?;
    if same_engine && root_of(&computed) != run.root {
        differ(
            "",
            run.periods
                .first()
                .copied()
                .unwrap_or(Period::containing(liuwu_engine::period::Granularity::Day, run.as_of)),
            "整次核算的总凭证不符 / the root of the run differs",
        );
    }
    for period in &run.periods {
        let mut fresh = computed.remove(period).unwrap_or_default();
        for stored in all_of(store, run.id, *period)? {
            found.compared += 1;
            match fresh.remove(&stored.unit) {
                None => differ(&stored.unit, *period, "重算没有这个结果 / recomputing gives no such result"),
                Some(again) if same_engine && again.receipt != stored.receipt => {
                    differ(
                        &stored.unit,
                        *period,
                        "核验凭证不符:数据与核算时不同 / the receipt differs: the facts are not those of the run",
                    );
                }
                Some(again) if without_receipt(&again) != without_receipt(&stored) => {
                    differ(
                        &stored.unit,
                        *period,
                        "结果不符:存储的结果被改动 / the result differs: what is stored was changed",
                    );
                }
                Some(_) => {}
            }
        }
        for unit in fresh.keys() {
            differ(unit, *period, "存储中缺这个结果 / the stored run lacks this result");
        }
    }
    Ok(found)
}

fn without_receipt(filed: &Filed) -> Filed {
    Filed { receipt: String::new(), ..filed.clone() }
}
