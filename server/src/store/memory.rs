//! The store in memory: for trying out, for one-off commands, and as the measure of the other one.
//!
//! Enters and leaves: see [`Store`]. Nothing outlives the process. Next: [`super::sled`].

mod uploads;
mod seen;
mod journal;
mod cabinet;
mod drawer;
mod blanking;
mod results;
mod half_runs;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Bound, ControlFlow};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use liuwu_engine::period::{Date, Period};

use super::changes::Changes;
use super::error::{Conflict, Fault, Missing, Result};
use super::standing::{Releases, Successor, Withdrawn, check_name, check_shared, lineage, newest_attributes};
use super::words::*;
use super::{BatchWriter, Knowledge, Moment, RunWriter, SCHEMA, Store};
use crate::progress::Progress;
use drawer::Drawers;
use results::Rows;
use seen::AsSeen;

/// A store in memory.
#[derive(Debug, Default)]
pub struct Memory {
    inner: RwLock<Inner>,
    changes: Changes,
}

#[derive(Debug, Clone, Default)]
struct Inner {
    editions: Vec<Edition>,
    /// The batch with number n stands at n - 1.
    batches: Vec<NewBatch>,
    units: BTreeMap<String, UnitIndex>,
    successors: BTreeMap<RecordId, Vec<Successor>>,
    withdrawn: Withdrawn,
    runs: BTreeMap<RunId, (Run, Rows)>,
    last_run: RunId,
    /// How often the lists have changed.
    lists: u64,
    half: Option<(HalfRun, Rows)>,
    releases: Releases,
    journal: BTreeMap<u64, Entry>,
    papers: cabinet::Papers,
    drawers: Drawers,
}

/// What there is about one unit.
#[derive(Debug, Clone, Default)]
struct UnitIndex {
    records: BTreeMap<String, BTreeSet<RecordId>>,
    attributes: BTreeSet<ItemId>,
}

impl Memory {
    /// An empty store.
    pub fn new() -> Memory {
        Memory::default()
    }

    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Finding one thing.
impl Inner {
    fn last_batch(&self) -> BatchId {
        BatchId(self.batches.len() as u64)
    }

    fn batch(&self, id: BatchId) -> Result<&NewBatch> {
        let place = usize::try_from(id.0).ok().and_then(|number| number.checked_sub(1));
        Ok(place.and_then(|place| self.batches.get(place)).ok_or(Missing::Batch(id))?)
    }

    fn heading(&self, id: BatchId) -> Result<Batch> {
        Ok(self.batch(id)?.heading(id, self.withdrawn.batch(id).cloned()))
    }

    fn record(&self, id: RecordId) -> Result<StoredRecord> {
        let batch = self.batch(id.batch).map_err(|_| Missing::Record(id))?;
        let item = nth(&batch.records, id.number).ok_or(Missing::Record(id))?.clone();
        Ok(Received { id, received_on: batch.received_on, item })
    }

    fn version(&self, record: StoredRecord) -> Result<Version> {
        let state =
            self.withdrawn.state(&record.unit, record.id, &mut |_, id| Ok(self.successors_of(id)), &mut |id| {
                self.batch(id).map(act_of)
            })?;
        Ok(Version { record, state })
    }

    fn successors_of(&self, id: RecordId) -> Vec<Successor> {
        self.successors.get(&id).cloned().unwrap_or_default()
    }

    fn is_in_force(&self, record: &StoredRecord, as_of: Date) -> Result<bool> {
        let find = &mut |_: &str, id| Ok(self.successors_of(id));
        self.withdrawn.is_in_force((&record.unit, record.id, record.received_on), as_of, find)
    }
}

/// What was known on a day.
impl Inner {
    fn records_in_force(&self, ids: &BTreeSet<RecordId>, as_of: Date) -> Result<Vec<StoredRecord>> {
        let mut records = Vec::new();
        for id in ids {
            let record = self.record(*id)?;
            if self.is_in_force(&record, as_of)? {
                records.push(record);
            }
        }
        Ok(records)
    }

    /// Everything of one list in the batches that count on a day, by number.
    fn list<T: Clone>(&self, as_of: Date, list: impl Fn(&NewBatch) -> &[T]) -> Vec<Received<T>> {
        let mut known = Vec::new();
        for (id, batch) in (1..).map(BatchId).zip(&self.batches) {
            if self.withdrawn.batch_counts(id, batch.received_on, as_of) {
                let items = (1..).zip(list(batch));
                known.extend(items.map(|(number, item)| Received {
                    id: ItemId { batch: id, number },
                    received_on: batch.received_on,
                    item: item.clone(),
                }));
            }
        }
        known
    }
}

fn nth<T>(list: &[T], number: u32) -> Option<&T> {
    list.get(usize::try_from(number).ok()?.checked_sub(1)?)
}

fn act_of(batch: &NewBatch) -> Act {
    Act { by: batch.by.clone(), at: batch.at, why: batch.what.clone() }
}

impl Knowledge for Inner {
    fn facts_of(&self, unit: &str, as_of: Date) -> Result<UnitFacts> {
        let mut facts = UnitFacts { unit: unit.to_owned(), records: Vec::new(), attributes: Vec::new() };
        let Some(index) = self.units.get(unit) else { return Ok(facts) };
        for ids in index.records.values() {
            facts.records.extend(self.records_in_force(ids, as_of)?);
        }
        let mut attributes = Vec::new();
        for id in &index.attributes {
            let batch = self.batch(id.batch)?;
            if self.withdrawn.batch_counts(id.batch, batch.received_on, as_of) {
                let item = nth(&batch.attributes, id.number).cloned();
                attributes.extend(item.map(|item| Received { id: *id, received_on: batch.received_on, item }));
            }
        }
        facts.attributes = newest_attributes(attributes);
        Ok(facts)
    }

    fn scan_facts(&self, after: Option<&str>, limit: usize, as_of: Date) -> Result<Vec<UnitFacts>> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let units = self.units.range::<str, _>((from, Bound::Unbounded)).take(limit);
        units.map(|(unit, _)| self.facts_of(unit, as_of)).collect()
    }

    fn records_of_kind(
        &self,
        kind: &str,
        as_of: Date,
        visit: &mut dyn FnMut(StoredRecord) -> ControlFlow<()>,
    ) -> Result<()> {
        for ids in self.units.values().filter_map(|index| index.records.get(kind)) {
            for record in self.records_in_force(ids, as_of)? {
                if visit(record).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn units(&self, as_of: Date) -> Result<Vec<UnitRow>> {
        let rows = self.list(as_of, |batch| &batch.units);
        let newest: BTreeMap<String, UnitRow> = rows.into_iter().map(|row| (row.item.id.clone(), row.item)).collect();
        Ok(newest.into_values().collect())
    }

    fn statements(&self, as_of: Date) -> Result<Vec<Received<Statement>>> {
        Ok(self.list(as_of, |batch| &batch.statements))
    }

    fn exemptions(&self, as_of: Date) -> Result<Vec<Received<Exemption>>> {
        Ok(self.list(as_of, |batch| &batch.exemptions))
    }
}

impl Knowledge for Memory {
    fn facts_of(&self, unit: &str, as_of: Date) -> Result<UnitFacts> {
        self.read().facts_of(unit, as_of)
    }

    fn scan_facts(&self, after: Option<&str>, limit: usize, as_of: Date) -> Result<Vec<UnitFacts>> {
        self.read().scan_facts(after, limit, as_of)
    }

    fn records_of_kind(
        &self,
        kind: &str,
        as_of: Date,
        visit: &mut dyn FnMut(StoredRecord) -> ControlFlow<()>,
    ) -> Result<()> {
        self.read().records_of_kind(kind, as_of, visit)
    }

    fn units(&self, as_of: Date) -> Result<Vec<UnitRow>> {
        Knowledge::units(&*self.read(), as_of)
    }

    fn statements(&self, as_of: Date) -> Result<Vec<Received<Statement>>> {
        self.read().statements(as_of)
    }

    fn exemptions(&self, as_of: Date) -> Result<Vec<Received<Exemption>>> {
        self.read().exemptions(as_of)
    }
}

impl Store for Memory {
    fn publish_edition(&self, new: NewEdition) -> Result<Edition> {
        self.changes.make_of_inputs(|| {
            check_name(&new.bundle)?;
            check_name(&new.edition)?;
            let mut inner = self.write();
            let edition = Edition::from(new);
            let same = |other: &&Edition| other.bundle == edition.bundle && other.edition == edition.edition;
            match inner.editions.iter().find(same) {
                Some(other) if other.text == edition.text => Ok(other.clone()),
                Some(_) => {
                    Err(Conflict::EditionPublished { bundle: edition.bundle.clone(), edition: edition.edition.clone() }
                        .into())
                }
                None => {
                    inner.editions.push(edition.clone());
                    Ok(edition)
                }
            }
        })
    }

    fn editions(&self) -> Result<Vec<Edition>> {
        Ok(self.read().editions.clone())
    }

    fn edition(&self, bundle: &str, edition: &str) -> Result<Edition> {
        let inner = self.read();
        let found = inner.editions.iter().find(|other| other.bundle == bundle && other.edition == edition);
        let missing = || Missing::Edition { bundle: bundle.to_owned(), edition: edition.to_owned() };
        Ok(found.cloned().ok_or_else(missing)?)
    }

    fn current_edition(&self, bundle: &str) -> Result<Option<Edition>> {
        Ok(self.read().editions.iter().rfind(|edition| edition.bundle == bundle).cloned())
    }

    fn append_watched(&self, batch: NewBatch, progress: &dyn Progress) -> Result<BatchId> {
        progress.go_on()?;
        let records = batch.records.len() as u64;
        let id = self.changes.make_of_inputs(|| self.write().append(batch))?;
        progress.advance(records);
        Ok(id)
    }

    fn begin_batch(&self, besides_records: NewBatch) -> Result<Box<dyn BatchWriter + '_>> {
        Ok(Box::new(uploads::Gathered { store: self, batch: besides_records }))
    }

    fn batch(&self, id: BatchId) -> Result<Batch> {
        self.read().heading(id)
    }

    fn batches(&self, before: Option<BatchId>, limit: usize) -> Result<Vec<Batch>> {
        let inner = self.read();
        let end = before.map_or(u64::MAX, |before| before.0).min(inner.last_batch().0 + 1);
        (1..end).rev().take(limit).map(|id| inner.heading(BatchId(id))).collect()
    }

    fn besides_records(&self, id: BatchId) -> Result<NewBatch> {
        let inner = self.read();
        let batch = inner.batch(id)?;
        Ok(NewBatch { records: Vec::new(), ..batch.clone() })
    }

    fn visit_records(&self, id: BatchId, visit: &mut dyn FnMut(RecordRow) -> Result<()>) -> Result<()> {
        let records = self.read().batch(id)?.records.clone();
        records.into_iter().try_for_each(visit)
    }

    fn withdraw_batch(&self, id: BatchId, act: Act) -> Result<()> {
        self.changes.make_of_inputs(|| self.write().withdraw(Target::Batch(id), act))
    }

    fn withdraw_record(&self, id: RecordId, act: Act) -> Result<()> {
        self.changes.make_of_inputs(|| self.write().withdraw(Target::Record(id), act))
    }

    fn supposing(&self, withdrawn: Target, act: Act) -> Result<Box<dyn Knowledge + '_>> {
        let mut copy = self.read().clone();
        copy.withdraw(withdrawn, act)?;
        Ok(Box::new(Memory { inner: RwLock::new(copy), changes: Changes::default() }))
    }

    fn withdrawals(&self) -> Result<Vec<Withdrawal>> {
        Ok(self.read().withdrawn.log().to_vec())
    }

    fn record(&self, id: RecordId) -> Result<Version> {
        let inner = self.read();
        inner.version(inner.record(id)?)
    }

    fn history(&self, id: RecordId) -> Result<Vec<Version>> {
        let inner = self.read();
        let find = &mut |_: &str, id| Ok(inner.successors_of(id));
        let records = lineage(inner.record(id)?, &mut |id| inner.record(id), find)?;
        records.into_iter().map(|record| inner.version(record)).collect()
    }

    fn seen(&self) -> Seen {
        self.read().seen()
    }

    fn moment(&self) -> Result<Moment<'_>> {
        let inner = self.read();
        let (seen, lists_changed) = (inner.seen(), inner.lists);
        Ok(Moment { seen, lists_changed, known: Box::new(AsSeen::new(self, seen)) })
    }

    fn generation(&self) -> u64 {
        self.changes.count()
    }

    fn inputs_changed(&self) -> u64 {
        self.changes.of_inputs()
    }

    fn lists_changed(&self) -> u64 {
        self.read().lists
    }

    fn as_seen(&self, seen: Seen) -> Result<Box<dyn Knowledge + '_>> {
        Ok(Box::new(AsSeen::new(self, seen)))
    }

    fn begin_run(&self, run: NewRun) -> Result<Box<dyn RunWriter + '_>> {
        self.write_run(run)
    }

    fn run(&self, id: RunId) -> Result<Run> {
        let inner = self.read();
        inner.run(id).map(|(run, _)| inner.shown(run))
    }

    fn runs(&self) -> Result<Vec<Run>> {
        let inner = self.read();
        Ok(inner.runs.values().rev().map(|(run, _)| inner.shown(run)).collect())
    }

    fn current_run(&self, bundle: &str, period: Period) -> Result<Option<Run>> {
        Ok(self.read().newest_run(bundle, period, |run| !run.trial))
    }

    fn runs_in_force(&self, bundle: &str) -> Result<Vec<(Run, Vec<Period>)>> {
        Ok(self.read().newest_runs(bundle, |_| true))
    }

    fn runs_released(&self, bundle: &str) -> Result<Vec<(Run, Vec<Period>)>> {
        let inner = self.read();
        Ok(inner.newest_runs(bundle, |run| inner.releases.is_public(run.id)))
    }

    fn released_run(&self, bundle: &str, period: Period) -> Result<Option<Run>> {
        let inner = self.read();
        Ok(inner.newest_run(bundle, period, |run| inner.releases.is_public(run.id)))
    }

    fn assessment(&self, run: RunId, unit: &str, period: Period) -> Result<Option<Vec<u8>>> {
        let inner = self.read();
        let lineage = inner.lineage(run)?;
        let place = lineage.first().and_then(|(run, _)| run.periods.iter().position(|listed| *listed == period));
        let Some(place) = place else { return Ok(None) };
        let key = (place, unit.to_owned());
        Ok(lineage.into_iter().find_map(|(_, rows)| rows.get(&key).cloned()))
    }

    fn scan_assessments(
        &self,
        run: RunId,
        after: Option<(Period, &str)>,
        limit: usize,
    ) -> Result<Vec<StoredAssessment>> {
        self.read().some_assessments(run, after, limit)
    }

    fn replaced(&self, run: RunId) -> Result<Vec<(Period, String)>> {
        self.read().replaced(run)
    }

    fn own_assessments(&self, run: RunId) -> Result<Vec<StoredAssessment>> {
        self.read().own_assessments(run)
    }

    fn discard_runs(&self, ids: &[RunId]) -> Result<()> {
        self.changes.make(|| {
            let mut inner = self.write();
            let ids: BTreeSet<RunId> = ids.iter().copied().collect();
            for id in &ids {
                inner.run(*id)?;
                inner.releases.check_discard(*id)?;
            }
            check_shared(&ids, inner.runs.values().map(|(run, _)| (run.id, run.base)))?;
            inner.runs.retain(|id, _| !ids.contains(id));
            Ok(())
        })
    }

    fn release(&self, run: RunId, act: Act) -> Result<()> {
        self.changes.make(|| {
            let mut inner = self.write();
            let trial = inner.run(run)?.0.trial;
            inner.releases.check(run, true, trial)?;
            inner.releases.add(Release { run, public: true, act });
            Ok(())
        })
    }

    fn retract(&self, run: RunId, act: Act) -> Result<()> {
        self.changes.make(|| {
            let mut inner = self.write();
            inner.run(run)?;
            inner.releases.check(run, false, false)?;
            inner.releases.add(Release { run, public: false, act });
            Ok(())
        })
    }

    fn releases(&self) -> Result<Vec<Release>> {
        Ok(self.read().releases.log().to_vec())
    }

    fn is_released(&self, run: RunId) -> Result<bool> {
        Ok(self.read().releases.is_public(run))
    }

    fn schema_version(&self) -> Result<u32> {
        Ok(SCHEMA)
    }

    fn verify(&self) -> Result<Vec<Fault>> {
        // What is in memory has been neither written nor read back, so there is nothing that could have been damaged.
        Ok(Vec::new())
    }

    fn rebuild(&self) -> Result<()> {
        // Nothing is kept ready: facts are packed when they are asked for.
        Ok(())
    }

    fn health(&self) -> Result<Health> {
        let batches = self.read().last_batch().0;
        Ok(Health { store: "memory", schema: SCHEMA, batches, bytes_on_disk: None, accepts_writes: true })
    }
}
