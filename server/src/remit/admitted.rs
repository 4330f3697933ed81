//! What may be stored: a batch that a [`Remit`] has let through.
//!
//! Enters: a batch about to be stored. Leaves: the same as [`Admitted`], which alone can be stored, or why it is not let through.
//! One that is too large to be held [grows](Growing) by rows that are let through one by one.

use super::{Beyond, Remit, VILLAGE};
use crate::progress::Progress;
use crate::store::{BatchId, BatchWriter, NewBatch, RecordId, RecordRow, Statement, Store, StoreError};

/// A batch that may be stored. There is no other way to one than [`Remit::admit`].
#[derive(Debug)]
pub struct Admitted(NewBatch);

impl Admitted {
    /// Stores it.
    ///
    /// # Errors
    /// The store's; nothing is stored then.
    pub fn store(self, store: &dyn Store) -> Result<BatchId, StoreError> {
        store.append_batch(self.0)
    }

    /// The same with somebody watching, who may call it off.
    ///
    /// # Errors
    /// As [`Self::store`], and [`StoreError::CalledOff`].
    pub fn store_watched(self, store: &dyn Store, progress: &dyn Progress) -> Result<BatchId, StoreError> {
        store.append_watched(self.0, progress)
    }
}

/// A batch that is stored some rows at a time. Nothing of it is stored unless it is finished.
pub struct Growing<'a> {
    remit: &'a Remit,
    store: &'a dyn Store,
    writer: Box<dyn BatchWriter + 'a>,
}

impl Growing<'_> {
    /// Adds rows, if all of them are within the remit.
    ///
    /// # Errors
    /// [`NotAdmitted`].
    pub fn add(&mut self, rows: Vec<RecordRow>) -> Result<(), NotAdmitted> {
        if !self.remit.is_all() {
            self.remit.of_rows(&rows)?;
            self.remit.of_superseded(self.store, &rows)?;
        }
        Ok(self.writer.add(rows)?)
    }

    /// Stores it.
    ///
    /// # Errors
    /// The store's.
    pub fn finish(self) -> Result<BatchId, StoreError> {
        self.writer.finish()
    }
}

/// Why a batch is not let through.
#[derive(Debug, thiserror::Error)]
pub enum NotAdmitted {
    /// It holds something that is not within the remit.
    #[error(transparent)]
    Beyond(#[from] Beyond),
    /// The store failed, or does not know a record that the batch supersedes.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Remit {
    /// Lets a batch through when all that it holds, and every stored record that it supersedes or takes back, is within the remit.
    ///
    /// # Errors
    /// [`NotAdmitted`], with the first thing that is beyond.
    pub fn admit(&self, store: &dyn Store, mut batch: NewBatch) -> Result<Admitted, NotAdmitted> {
        if !self.is_all() {
            self.of_contents(&batch)?;
            self.of_stored(store, &batch)?;
        }
        if let Some(hand) = &self.hand {
            batch.notes.insert(VILLAGE.to_owned(), hand.note());
        }
        Ok(Admitted(batch))
    }

    /// Begins a batch that grows, with all that was let through besides.
    ///
    /// # Errors
    /// The store's.
    pub fn begin<'a>(&'a self, store: &'a dyn Store, besides: Admitted) -> Result<Growing<'a>, StoreError> {
        Ok(Growing { remit: self, store, writer: store.begin_batch(besides.0)? })
    }

    /// What a batch brings.
    fn of_contents(&self, batch: &NewBatch) -> Result<(), Beyond> {
        if let Some(unit) = batch.units.first() {
            return Err(Beyond::Scope(unit.name.clone()));
        }
        if let Some(exemption) = batch.exemptions.first() {
            return Err(Beyond::Scope(exemption.unit.clone()));
        }
        self.of_rows(&batch.records)?;
        batch.attributes.iter().try_for_each(|fact| self.of_attribute(&fact.unit))?;
        batch.statements.iter().try_for_each(|statement| self.of_statement(statement))
    }

    /// What is stored and would not count any more.
    fn of_stored(&self, store: &dyn Store, batch: &NewBatch) -> Result<(), NotAdmitted> {
        self.of_superseded(store, &batch.records)?;
        batch.takes_back.iter().try_for_each(|id| self.of_former(store, *id))?;
        for fact in &batch.attributes {
            self.of_known_attribute(store, &fact.unit, &fact.attribute)?.map_or(Ok(()), Err)?;
        }
        Ok(())
    }

    fn of_rows(&self, rows: &[RecordRow]) -> Result<(), Beyond> {
        rows.iter().try_for_each(|row| self.of_row(&row.kind, &row.unit))
    }

    fn of_superseded(&self, store: &dyn Store, rows: &[RecordRow]) -> Result<(), NotAdmitted> {
        rows.iter().filter_map(|row| row.supersedes).try_for_each(|id| self.of_former(store, id))
    }

    fn of_former(&self, store: &dyn Store, id: RecordId) -> Result<(), NotAdmitted> {
        let known = store.record(id)?.record;
        Ok(self.of_record(store, id, (&known.kind, &known.unit))?.map_or(Ok(()), Err)?)
    }

    /// Whether records of a kind about a unit may be handed in.
    ///
    /// # Errors
    /// [`Beyond::Scope`].
    pub fn of_row(&self, kind: &str, unit: &str) -> Result<(), Beyond> {
        if !self.has_kind(kind) {
            return Err(Beyond::Scope(kind.to_owned()));
        }
        if self.has_unit(unit) { Ok(()) } else { Err(Beyond::Scope(unit.to_owned())) }
    }

    /// Whether attributes of a unit may be handed in. They are of no department.
    ///
    /// # Errors
    /// [`Beyond::Scope`].
    pub fn of_attribute(&self, unit: &str) -> Result<(), Beyond> {
        if self.has_attributes() && self.has_unit(unit) { Ok(()) } else { Err(Beyond::Scope(unit.to_owned())) }
    }

    /// Whether it may be said that a kind is handed in for an area.
    ///
    /// # Errors
    /// [`Beyond::Scope`].
    pub fn of_statement(&self, statement: &Statement) -> Result<(), Beyond> {
        self.of_row(&statement.kind, &statement.area)
    }
}
