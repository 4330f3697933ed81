//! What may be stored: a batch that a [`Remit`] has let through.
//!
//! Enters: a batch about to be stored. Leaves: the same as [`Admitted`], which alone can be stored, or why it is not let through.

use super::{Beyond, Remit, VILLAGE};
use crate::progress::Progress;
use crate::store::{BatchId, NewBatch, Statement, Store, StoreError};

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

    /// What a batch brings.
    fn of_contents(&self, batch: &NewBatch) -> Result<(), Beyond> {
        if let Some(unit) = batch.units.first() {
            return Err(Beyond::Scope(unit.name.clone()));
        }
        if let Some(exemption) = batch.exemptions.first() {
            return Err(Beyond::Scope(exemption.unit.clone()));
        }
        batch.records.iter().try_for_each(|row| self.of_row(&row.kind, &row.unit))?;
        batch.attributes.iter().try_for_each(|fact| self.of_attribute(&fact.unit))?;
        batch.statements.iter().try_for_each(|statement| self.of_statement(statement))
    }

    /// What is stored and would not count any more.
    fn of_stored(&self, store: &dyn Store, batch: &NewBatch) -> Result<(), NotAdmitted> {
        let superseded = batch.records.iter().filter_map(|row| row.supersedes);
        for id in superseded.chain(batch.takes_back.iter().copied()) {
            let known = store.record(id)?.record;
            self.of_record(store, id, (&known.kind, &known.unit))?.map_or(Ok(()), Err)?;
        }
        for fact in &batch.attributes {
            self.of_known_attribute(store, &fact.unit, &fact.attribute)?.map_or(Ok(()), Err)?;
        }
        Ok(())
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
