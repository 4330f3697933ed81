//! Which records count on a day, and what may be appended: the rules that all stores share.
//!
//! Enters: withdrawals, releases, and from the store who superseded whom. Leaves: whether a record is in force, its
//! [`State`], and the checks made before a batch or a run is stored. Next: [`super::memory`].

use std::collections::{BTreeMap, BTreeSet};

use liuwu_engine::period::{Date, Period};

use super::LONGEST_NAME;
use super::error::{Conflict, Result};
use super::words::{
    Act, AttributeFact, BatchId, HalfRun, ItemId, NewBatch, NewRun, Received, RecordId, Release, Run, RunId, State,
    StoredRecord, Target, Withdrawal,
};

/// What stands in the place of a record, as far as needed to tell whether it does so on a day: another record, or nothing where
/// a batch takes the record back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Successor {
    pub(super) id: RecordId,
    /// The day from which it counts as known.
    pub(super) on: Date,
    /// The unit under which it is found; a correction may move a record to another unit.
    pub(super) unit: String,
}

/// In the place of a record that a batch takes back stands this number of that batch; records are numbered from 1.
const NOTHING: u32 = 0;

/// What a batch puts in the place of a record that it takes back.
pub(super) fn nothing_of(batch: BatchId) -> ItemId {
    ItemId { batch, number: NOTHING }
}

impl Successor {
    /// Whether it is nothing, and not another record.
    pub(super) fn is_nothing(&self) -> bool {
        self.id.number == NOTHING
    }
}

/// Finds the successors of a record of a unit, by rising number.
pub(super) type FindSuccessors<'a> = dyn FnMut(&str, RecordId) -> Result<Vec<Successor>> + 'a;

/// All withdrawals; few enough to be kept at hand.
#[derive(Debug, Clone, Default)]
pub(super) struct Withdrawn {
    log: Vec<Withdrawal>,
    batches: BTreeMap<BatchId, Act>,
    records: BTreeMap<RecordId, Act>,
}

impl Withdrawn {
    pub(super) fn add(&mut self, withdrawal: Withdrawal) {
        match withdrawal.target {
            Target::Batch(id) => self.batches.insert(id, withdrawal.act.clone()),
            Target::Record(id) => self.records.insert(id, withdrawal.act.clone()),
        };
        self.log.push(withdrawal);
    }

    /// The first so many of them.
    pub(super) fn first(&self, count: u64) -> Withdrawn {
        let mut first = Withdrawn::default();
        self.log.iter().zip(0..count).for_each(|(withdrawal, _)| first.add(withdrawal.clone()));
        first
    }

    pub(super) fn log(&self) -> &[Withdrawal] {
        &self.log
    }

    pub(super) fn batch(&self, id: BatchId) -> Option<&Act> {
        self.batches.get(&id)
    }

    /// Whether a batch received on a day counts on another.
    pub(super) fn batch_counts(&self, id: BatchId, on: Date, as_of: Date) -> bool {
        on <= as_of && !is_past(self.batches.get(&id), as_of)
    }

    /// Whether a record counts on a day.
    pub(super) fn is_in_force(
        &self,
        (unit, id, on): (&str, RecordId, Date),
        as_of: Date,
        find: &mut FindSuccessors,
    ) -> Result<bool> {
        if !self.batch_counts(id.batch, on, as_of) || is_past(self.records.get(&id), as_of) {
            return Ok(false);
        }
        Ok(self.standing_successor(unit, id, as_of, find)?.is_none())
    }

    /// The state of a record as of all that is known, and the successor's batch for the reader to name its author.
    pub(super) fn state(
        &self,
        unit: &str,
        id: RecordId,
        find: &mut FindSuccessors,
        act_of: &mut dyn FnMut(BatchId) -> Result<Act>,
    ) -> Result<State> {
        if let Some(act) = self.batches.get(&id.batch) {
            return Ok(State::Withdrawn { act: act.clone(), with_batch: true });
        }
        if let Some(act) = self.records.get(&id) {
            return Ok(State::Withdrawn { act: act.clone(), with_batch: false });
        }
        Ok(match self.standing_successor(unit, id, Date::MAX, find)? {
            Some(by) if by == nothing_of(by.batch) => State::TakenBack { by: by.batch, act: act_of(by.batch)? },
            Some(by) => State::Superseded { by, act: act_of(by.batch)? },
            None => State::InForce,
        })
    }

    /// The first record that stands in the place of this one on a day. A successor whose batch was undone gives way to those
    /// that corrected it in turn: undoing the second of three uploads does not bring the first one back.
    fn standing_successor(
        &self,
        unit: &str,
        id: RecordId,
        as_of: Date,
        find: &mut FindSuccessors,
    ) -> Result<Option<RecordId>> {
        let mut open = find(unit, id)?;
        while let Some(successor) = open.pop() {
            if successor.on > as_of {
                continue;
            }
            if !is_past(self.batches.get(&successor.id.batch), as_of) {
                return Ok(Some(successor.id));
            }
            open.extend(find(&successor.unit, successor.id)?);
        }
        Ok(None)
    }
}

/// A record with all that it corrects and all that corrects it, by rising number.
pub(super) fn lineage(
    record: StoredRecord,
    fetch: &mut dyn FnMut(RecordId) -> Result<StoredRecord>,
    find: &mut FindSuccessors,
) -> Result<Vec<StoredRecord>> {
    let mut first = record;
    while let Some(earlier) = first.supersedes {
        first = fetch(earlier)?;
    }
    let mut found = BTreeMap::new();
    let mut open = vec![first];
    while let Some(record) = open.pop() {
        for successor in find(&record.unit, record.id)?.iter().filter(|successor| !successor.is_nothing()) {
            open.push(fetch(successor.id)?);
        }
        found.insert(record.id, record);
    }
    Ok(found.into_values().collect())
}

/// Of facts that name the same attribute and first day, the one received last; by attribute and day.
pub(super) fn newest_attributes(
    facts: impl IntoIterator<Item = Received<AttributeFact>>,
) -> Vec<Received<AttributeFact>> {
    let mut newest: BTreeMap<_, Received<AttributeFact>> = BTreeMap::new();
    for fact in facts {
        let key = (fact.attribute.clone(), fact.from);
        if newest.get(&key).is_none_or(|other| other.id < fact.id) {
            newest.insert(key, fact);
        }
    }
    newest.into_values().collect()
}

fn is_past(act: Option<&Act>, as_of: Date) -> bool {
    act.is_some_and(|act| act.day() <= as_of)
}

/// All releases; few enough to be kept at hand.
#[derive(Debug, Clone, Default)]
pub(super) struct Releases {
    log: Vec<Release>,
    public: BTreeSet<RunId>,
    ever: BTreeSet<RunId>,
}

impl Releases {
    pub(super) fn add(&mut self, release: Release) {
        if release.public {
            self.public.insert(release.run);
            self.ever.insert(release.run);
        } else {
            self.public.remove(&release.run);
        }
        self.log.push(release);
    }

    pub(super) fn log(&self) -> &[Release] {
        &self.log
    }

    pub(super) fn is_public(&self, run: RunId) -> bool {
        self.public.contains(&run)
    }

    /// Refuses to discard what has been public: it may have been quoted.
    pub(super) fn check_discard(&self, run: RunId) -> Result<()> {
        if self.ever.contains(&run) { Err(Conflict::RunReleased(run).into()) } else { Ok(()) }
    }

    /// Refuses what would change nothing.
    pub(super) fn check(&self, run: RunId, public: bool, trial: bool) -> Result<()> {
        match (self.is_public(run), public) {
            (true, true) => Err(Conflict::AlreadyReleased(run).into()),
            (false, false) => Err(Conflict::NotReleased(run).into()),
            (false, true) if trial => Err(Conflict::Trial(run).into()),
            _ => Ok(()),
        }
    }
}

/// Checks all of a batch that can be told from the batch alone.
pub(super) fn check_batch(batch: &NewBatch) -> Result<()> {
    for record in &batch.records {
        check_name(&record.unit)?;
        check_name(&record.kind)?;
    }
    let mut put_out = BTreeSet::new();
    if let Some(twice) = batch.puts_out().find(|old| !put_out.insert(*old)) {
        return Err(Conflict::SupersededTwice(twice).into());
    }
    for fact in &batch.attributes {
        check_name(&fact.unit)?;
    }
    for unit in &batch.units {
        check_name(&unit.id)?;
    }
    let lists = [batch.records.len(), batch.attributes.len(), batch.units.len(), batch.statements.len()];
    if lists
        .into_iter()
        .chain([batch.exemptions.len(), batch.takes_back.len()])
        .any(|length| u32::try_from(length).is_err())
    {
        return Err(Conflict::TooMany.into());
    }
    Ok(())
}

/// Names are parts of keys, so they are not empty and have a longest length.
pub(super) fn check_name(name: &str) -> Result<()> {
    if name.is_empty() {
        return Err(Conflict::Nameless.into());
    }
    if name.len() <= LONGEST_NAME {
        return Ok(());
    }
    Err(Conflict::TooLong(name.chars().take(20).collect()).into())
}

/// The number of a run about to be stored.
pub(super) fn number_run(run: &NewRun, last: RunId) -> Result<RunId> {
    match run.id {
        Some(id) if id <= last => Err(Conflict::RunNumber(id).into()),
        Some(id) => Ok(id),
        None => Ok(RunId(last.0 + 1)),
    }
}

/// What runs are looked up by.
#[derive(Debug, Clone)]
pub(super) struct Filing {
    pub(super) bundle: String,
    pub(super) trial: bool,
    pub(super) periods: Vec<Period>,
    pub(super) base: Option<RunId>,
}

impl From<&Run> for Filing {
    fn from(run: &Run) -> Filing {
        Filing { bundle: run.bundle.clone(), trial: run.trial, periods: run.periods.clone(), base: run.base }
    }
}

/// Of runs, the newest first, those of a bundle that are no trials and the newest for any period, each with the periods for which it
/// is.
pub(super) fn newest<'a, R>(runs: impl IntoIterator<Item = (R, &'a Filing)>, bundle: &str) -> Vec<(R, Vec<Period>)> {
    let mut taken: BTreeSet<Period> = BTreeSet::new();
    let mut found = Vec::new();
    for (run, filing) in runs.into_iter().filter(|(_, filing)| filing.bundle == bundle && !filing.trial) {
        let periods: Vec<Period> = filing.periods.iter().copied().filter(|period| taken.insert(*period)).collect();
        if !periods.is_empty() {
            found.push((run, periods));
        }
    }
    found
}

/// Watches that assessments come by rising unit in each period of the run.
#[derive(Debug)]
pub(super) struct Order {
    periods: Vec<Period>,
    /// Units before this one have been added by an earlier writer.
    from: String,
    last: BTreeMap<usize, String>,
}

impl Order {
    pub(super) fn new(periods: &[Period]) -> Order {
        Order { periods: periods.to_vec(), from: String::new(), last: BTreeMap::new() }
    }

    /// The order of a run that is gone on with.
    pub(super) fn going_on(half: &HalfRun) -> Order {
        Order { from: half.before.clone(), ..Order::new(&half.run.periods) }
    }

    /// The place of the period in the run.
    pub(super) fn check(&mut self, period: Period, unit: &str) -> Result<usize> {
        check_name(unit)?;
        let refused = || Conflict::OutOfOrder { period, unit: unit.to_owned() };
        let place = self.periods.iter().position(|listed| *listed == period).ok_or_else(refused)?;
        if unit < self.from.as_str() || self.last.get(&place).is_some_and(|last| unit <= last.as_str()) {
            return Err(refused().into());
        }
        self.last.insert(place, unit.to_owned());
        Ok(place)
    }
}

/// Checks that a run can share the results of another.
pub(super) fn check_base(run: &NewRun, base: &Run) -> Result<()> {
    if run.periods == base.periods { Ok(()) } else { Err(Conflict::OtherPeriods(base.id).into()) }
}

/// Refuses to discard runs whose results another one shares that is to stay. Runs come with their bases.
pub(super) fn check_shared(
    ids: &BTreeSet<RunId>,
    runs: impl IntoIterator<Item = (RunId, Option<RunId>)>,
) -> Result<()> {
    for (run, base) in runs.into_iter().filter(|(run, _)| !ids.contains(run)) {
        if let Some(base) = base.filter(|base| ids.contains(base)) {
            return Err(Conflict::RunShared(base, run).into());
        }
    }
    Ok(())
}

/// A page of assessments out of pages of a run and of all it rests on, the newest first, each with all or `limit` assessments.
pub(super) fn merged<K: Ord, V>(pages: Vec<Vec<(K, V)>>, limit: usize) -> Vec<(K, V)> {
    // What is in the place of another comes later and stays.
    let all: BTreeMap<K, V> = pages.into_iter().rev().flatten().collect();
    all.into_iter().take(limit).collect()
}
