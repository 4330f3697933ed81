//! The log of everything that was done, in memory.

use super::Memory;
use super::cabinet::{check_names, file};
use crate::store::cabinet::Paper;
use crate::store::error::Result;
use crate::store::journal::{Journal, check_numbers};
use crate::store::words::Entry;

impl Journal for Memory {
    fn append_entries(&self, entries: &[Entry], papers: Vec<Paper>) -> Result<()> {
        check_names(&papers)?;
        let mut inner = self.write();
        check_numbers(inner.journal.last_key_value().map(|(number, _)| *number), entries)?;
        inner.journal.extend(entries.iter().map(|entry| (entry.number, entry.clone())));
        file(&mut inner.papers, papers);
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
