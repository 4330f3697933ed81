//! Uploads and withdrawals in memory.
//!
//! Enters: a batch, or what is taken back. Leaves: the same in its place among all others, or why it was refused. Next:
//! [`super::results`].

use liuwu_engine::period::Date;

use super::{Inner, Memory};
use crate::store::error::{Conflict, Result};
use crate::store::standing::{Successor, check_batch, nothing_of};
use crate::store::words::*;
use crate::store::{BatchWriter, Store};

/// Writing.
impl Inner {
    pub(super) fn append(&mut self, batch: NewBatch) -> Result<BatchId> {
        check_batch(&batch)?;
        for old in batch.puts_out() {
            let record = self.record(old)?;
            if !self.is_in_force(&record, Date::MAX)? {
                return Err(Conflict::NotInForce(old).into());
            }
        }
        let id = BatchId(self.last_batch().0 + 1);
        for (number, record) in (1..).zip(&batch.records) {
            let item = ItemId { batch: id, number };
            let unit = self.units.entry(record.unit.clone()).or_default();
            unit.records.entry(record.kind.clone()).or_default().insert(item);
            if let Some(old) = record.supersedes {
                let successor = Successor { id: item, on: batch.received_on, unit: record.unit.clone() };
                self.successors.entry(old).or_default().push(successor);
            }
        }
        for old in &batch.takes_back {
            let successor = Successor { id: nothing_of(id), on: batch.received_on, unit: String::new() };
            self.successors.entry(*old).or_default().push(successor);
        }
        for (number, fact) in (1..).zip(&batch.attributes) {
            self.units.entry(fact.unit.clone()).or_default().attributes.insert(ItemId { batch: id, number });
        }
        self.lists += u64::from(batch.heading(id, None).counts.has_lists());
        self.batches.push(batch);
        Ok(id)
    }

    pub(super) fn withdraw(&mut self, target: Target, act: Act) -> Result<()> {
        match target {
            Target::Batch(id) => {
                self.batch(id)?;
                if self.withdrawn.batch(id).is_some() {
                    return Err(Conflict::BatchWithdrawn(id).into());
                }
            }
            Target::Record(id) => {
                let record = self.record(id)?;
                if !self.is_in_force(&record, Date::MAX)? {
                    return Err(Conflict::NotInForce(id).into());
                }
            }
        }
        if let Target::Batch(id) = target {
            self.lists += u64::from(self.heading(id)?.counts.has_lists());
        }
        let after = self.last_batch();
        self.withdrawn.add(Withdrawal { target, act, after });
        Ok(())
    }
}

/// What lives in memory is gathered there.
pub(super) struct Gathered<'a> {
    pub(super) store: &'a Memory,
    pub(super) batch: NewBatch,
}

impl BatchWriter for Gathered<'_> {
    fn add(&mut self, records: Vec<RecordRow>) -> Result<()> {
        self.batch.records.extend(records);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<BatchId> {
        self.store.append_batch(self.batch)
    }
}
