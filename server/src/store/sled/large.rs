//! A batch too large to be held: its records are written as they come and stay unseen until its heading is written.
//!
//! Enters: everything of a batch but its records, then these, some thousand at a time. Leaves: the batch, as [`super::ledger`] would have
//! written it. Packed facts are made anew at the end from the records, unit by unit. Held are the names of the units, the numbers of
//! corrected records, and the packed facts that take the place of others. Next: [`super::knowledge`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::MutexGuard;

use liuwu_engine::record::loose::Sheet;

use super::key::Key;
use super::ledger::{corrections, places, record_entries};
use super::rows::{encode, fill};
use super::shelf::Entry;
use super::{Batching, Sled};
use crate::store::BatchWriter;
use crate::store::error::{Conflict, Result};
use crate::store::standing::{check_batch, check_name, nothing_of};
use crate::store::words::*;

impl Sled {
    pub(super) fn write_batch(&self, besides_records: NewBatch) -> Result<Writer<'_>> {
        check_batch(&besides_records)?;
        let batching = self.begin_batching()?;
        let id = BatchId(self.known().last_batch.0 + 1);
        let taken_back = besides_records.takes_back.iter().map(|old| (*old, nothing_of(id), None));
        let (successors, put_out) = self.successors_in(besides_records.received_on, taken_back)?;
        self.write_and_sync(|| {
            self.shelves.meta.write(vec![(Key::new().text("writing"), encode(&id)?)])?;
            self.database.sync()?;
            self.shelves.successors.write(successors)
        })?;
        Ok(Writer {
            sled: self,
            _batching: batching,
            id,
            batch: besides_records,
            written: 0,
            counts: BTreeMap::new(),
            sheets: BTreeMap::new(),
            places: BTreeSet::new(),
            put_out: put_out.into_iter().map(|(unit, old)| (old, (unit, nothing_of(id)))).collect(),
            is_done: false,
        })
    }
}

/// A batch while it is being written.
pub(super) struct Writer<'a> {
    sled: &'a Sled,
    /// Nobody else writes batches meanwhile.
    _batching: MutexGuard<'a, Batching>,
    id: BatchId,
    batch: NewBatch,
    /// How many records are written.
    written: u32,
    counts: BTreeMap<String, u64>,
    sheets: BTreeMap<Sheet, u32>,
    /// Units and kinds of its records.
    places: BTreeSet<(String, String)>,
    /// The records that it corrects or takes back, with their units and what is put in their place.
    put_out: BTreeMap<RecordId, (String, RecordId)>,
    is_done: bool,
}

impl BatchWriter for Writer<'_> {
    fn add(&mut self, records: Vec<RecordRow>) -> Result<()> {
        for record in &records {
            check_name(&record.unit)?;
            check_name(&record.kind)?;
        }
        let before = self.written;
        self.written =
            u32::try_from(records.len()).ok().and_then(|more| before.checked_add(more)).ok_or(Conflict::TooMany)?;
        let on = self.batch.received_on;
        let (successors, found) = self.sled.successors_in(on, corrections((self.id, before), &records))?;
        for ((unit, old), (_, new, _)) in found.into_iter().zip(corrections((self.id, before), &records)) {
            if self.put_out.contains_key(&old) {
                return Err(Conflict::SupersededTwice(old).into());
            }
            self.put_out.insert(old, (unit, new));
        }
        let own = records.iter().map(|record| (record.unit.as_str(), record.kind.as_str()));
        let by_number = |(number, value)| (Key::new().batch(self.id).small(number), value);
        let places = fill(on, places(before, own))?.into_iter().map(by_number).collect();
        let (new_sheets, numbers) = self.number_sheets(&records)?;
        self.note(&records);
        let records = record_entries((&records, on), (self.id, before), &numbers)?;
        let shelves = &self.sled.shelves;
        self.sled.write_and_sync(|| {
            shelves.successors.write(successors)?;
            shelves.record_places.write(places)?;
            shelves.sheets.write(new_sheets)?;
            shelves.records.write(records)
        })
    }

    fn finish(mut self: Box<Self>) -> Result<BatchId> {
        self.sled.changes.make_of_inputs(|| self.make_whole())
    }
}

impl Writer<'_> {
    fn make_whole(&mut self) -> Result<BatchId> {
        let (sled, id) = (self.sled, self.id);
        let mut heading = self.batch.heading(id, None);
        heading.counts.records = std::mem::take(&mut self.counts);
        heading.counts.superseded = self.put_out.len().saturating_sub(self.batch.takes_back.len()) as u64;
        let has_lists = heading.counts.has_lists();
        let heading = encode(&heading)?;
        let mut after = sled.known().clone();
        after.last_batch = id;
        after.lists += u64::from(has_lists);
        after.latest = after.latest.max(self.batch.received_on);
        let rest = sled.rows_by_shelf(&self.batch, id, (BTreeMap::new(), &[]))?;
        sled.write_and_sync(|| rest.into_iter().try_for_each(|(shelf, entries)| shelf.write(entries)))?;
        let leaves = sled.repack(&after, self.units())?;
        sled.write_and_sync(|| {
            // Readers wait from here on: they see the packed facts of before the batch, or the batch.
            let mut known = sled.learn();
            sled.exchange_leaves(leaves)?;
            sled.database.sync()?;
            sled.shelves.batches.write(vec![(Key::new().batch(id), heading)])?;
            sled.shelves.meta.remove(&Key::new().text("writing"))?;
            sled.database.sync()?;
            known.last_batch = after.last_batch;
            known.lists = after.lists;
            known.latest = after.latest;
            Ok(())
        })?;
        self.is_done = true;
        Ok(id)
    }

    /// The sheets of records that have not been met before, and the number of the sheet of each record.
    fn number_sheets(&mut self, records: &[RecordRow]) -> Result<(Vec<Entry>, Vec<u32>)> {
        let (mut new, mut numbers) = (Vec::new(), Vec::with_capacity(records.len()));
        for record in records {
            let sheet = Sheet::of(&record.source);
            let number = match self.sheets.get(&sheet) {
                Some(number) => *number,
                None => {
                    let number = u32::try_from(self.sheets.len()).map_err(|_| Conflict::TooMany)?;
                    new.push((Key::new().batch(self.id).small(number), encode(&sheet)?));
                    self.sheets.insert(sheet, number);
                    number
                }
            };
            numbers.push(number);
        }
        Ok((new, numbers))
    }

    /// Notes what is counted and looked for of records.
    fn note(&mut self, records: &[RecordRow]) {
        for record in records {
            let place = (record.unit.clone(), record.kind.clone());
            *self.counts.entry(record.kind.clone()).or_default() += 1;
            self.places.insert(place);
        }
    }

    /// The units whose facts change.
    fn units(&self) -> BTreeSet<String> {
        let records = self.places.iter().map(|(unit, _)| unit);
        let attributes = self.batch.attributes.iter().map(|fact| &fact.unit);
        let put_out = self.put_out.values().map(|(unit, _)| unit);
        records.chain(attributes).chain(put_out).cloned().collect()
    }

    /// Removes what was written.
    fn take_back(&self) -> Result<()> {
        let (shelves, id) = (&self.sled.shelves, self.id);
        for (unit, kind) in &self.places {
            shelves.records.remove(&Key::new().text(unit).text(kind).batch(id))?;
        }
        for (old, (unit, new)) in &self.put_out {
            shelves.successors.remove(&Key::new().text(unit).item(*old).item(*new))?;
        }
        for fact in &self.batch.attributes {
            shelves.attributes.remove(&Key::new().text(&fact.unit).batch(id))?;
        }
        let by_number = [&shelves.record_places, &shelves.attribute_places, &shelves.sheets];
        for shelf in
            by_number.into_iter().chain([&shelves.units, &shelves.statements, &shelves.exemptions, &shelves.takings])
        {
            shelf.remove(&Key::new().batch(id))?;
        }
        shelves.meta.remove(&Key::new().text("writing"))
    }
}

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        // After a failed write the next opening removes it.
        if !self.is_done && !self.sled.is_halted() {
            let _ = self.sled.write_and_sync(|| self.take_back());
        }
    }
}
