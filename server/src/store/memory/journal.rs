//! The log of everything that was done, in memory.

use super::Memory;
use crate::store::error::{Conflict, Result};
use crate::store::journal::Journal;
use crate::store::words::Entry;

impl Journal for Memory {
    fn append_entry(&self, entry: &Entry) -> Result<()> {
        let mut inner = self.write();
        let last = inner.journal.last_key_value().map(|(number, _)| *number);
        if last.is_some_and(|last| entry.number != last + 1) {
            return Err(Conflict::EntryNumber(entry.number).into());
        }
        inner.journal.insert(entry.number, entry.clone());
        Ok(())
    }

    fn last_entry(&self) -> Result<Option<Entry>> {
        Ok(self.read().journal.last_key_value().map(|(_, entry)| entry.clone()))
    }

    fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>> {
        Ok(self.read().journal.range(from..).map(|(_, entry)| entry.clone()).take(limit).collect())
    }

    fn entries_back(&self, before: Option<u64>, limit: usize) -> Result<Vec<Entry>> {
        let end = before.unwrap_or(u64::MAX);
        Ok(self.read().journal.range(..end).rev().map(|(_, entry)| entry.clone()).take(limit).collect())
    }

    fn remove_entries(&self, before: u64) -> Result<()> {
        let mut inner = self.write();
        let Some(last) = inner.journal.last_key_value().map(|(number, _)| *number) else { return Ok(()) };
        inner.journal = inner.journal.split_off(&before.min(last));
        Ok(())
    }
}
