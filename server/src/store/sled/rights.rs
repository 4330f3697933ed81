//! The rights to write: one for batches, one for all else, so that nobody who makes a run or logs in waits for the end of an upload.
//!
//! Enters: whoever is about to write. Leaves: a right, which one thread has at a time, and what was written, on the disk. After a write
//! that failed there are no more. Next: [`super::shelf`].

use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};

use super::Sled;
use crate::store::error::{Result, StoreError};
use crate::store::words::RunId;

/// The right to write, which one thread has at a time.
pub(super) trait Right {}

/// Held while anything but batches is written.
#[derive(Default)]
pub(super) struct Writing {
    /// The highest number given to a run, complete or not.
    pub(super) last_run: RunId,
}

/// Held while a batch is written, taken back or blanked, which may last for minutes: nobody else waits for it.
#[derive(Default)]
pub(super) struct Batching;

impl Right for MutexGuard<'_, Writing> {}
impl Right for MutexGuard<'_, Batching> {}

impl Sled {
    pub(super) fn lock_writing(&self) -> MutexGuard<'_, Writing> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The right to write anything but batches.
    pub(super) fn begin(&self) -> Result<MutexGuard<'_, Writing>> {
        let writing = self.lock_writing();
        if self.is_halted() { Err(StoreError::Halted) } else { Ok(writing) }
    }

    /// The right to write batches.
    pub(super) fn begin_batching(&self) -> Result<MutexGuard<'_, Batching>> {
        let batching = self.batching.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_halted() { Err(StoreError::Halted) } else { Ok(batching) }
    }

    pub(super) fn is_halted(&self) -> bool {
        self.halted.load(Ordering::Acquire)
    }

    pub(super) fn halt(&self) {
        self.halted.store(true, Ordering::Release);
    }

    /// Writes by `write`, and refuses all later writes when it fails: how much of it is on the disk is then not known.
    pub(super) fn commit(&self, _right: &mut impl Right, write: impl FnOnce() -> Result<()>) -> Result<()> {
        self.write_and_sync(write)
    }

    /// The same for single entries that nothing else depends on, so that nobody who logs in waits for the end of an upload.
    pub(super) fn commit_entry(&self, write: impl FnOnce() -> Result<()>) -> Result<()> {
        if self.is_halted() { Err(StoreError::Halted) } else { self.write_and_sync(write) }
    }

    /// The same for an entry that may be lost together with all that was written last.
    pub(super) fn commit_unsynced(&self, write: impl FnOnce() -> Result<()>) -> Result<()> {
        let done = if self.is_halted() { Err(StoreError::Halted) } else { write() };
        if done.is_err() {
            self.halt();
        }
        done
    }

    pub(super) fn write_and_sync(&self, write: impl FnOnce() -> Result<()>) -> Result<()> {
        let done = write().and_then(|()| self.database.sync());
        if done.is_err() {
            self.halt();
        }
        done
    }
}
