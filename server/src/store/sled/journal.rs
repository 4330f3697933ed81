//! The log of everything that was done: one entry of the database for each of its own, written together with the papers it is about.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use super::cabinet::exchange_of;
use super::key::{Key, Parts};
use super::rows::encode;
use super::{Sled, decode, parts};
use crate::store::cabinet::Paper;
use crate::store::error::Result;
use crate::store::journal::{Journal, check_numbers};
use crate::store::words::Entry;

impl Journal for Sled {
    fn append_entries(&self, entries: &[Entry], papers: Vec<Paper>) -> Result<()> {
        let last = self.shelves.journal.last_key()?.and_then(|key| Parts(&key).large());
        check_numbers(last, entries)?;
        let row = |entry: &Entry| Ok((Key::new().large(entry.number), Some(encode(entry)?)));
        let rows = entries.iter().map(row).collect::<Result<BTreeMap<_, _>>>()?;
        let papers = exchange_of(papers)?;
        let _alone = self.filing.lock().unwrap_or_else(PoisonError::into_inner);
        self.commit_entry(|| self.shelves.journal.exchange_together(rows, (&self.shelves.papers, papers)))
    }

    fn last_entry(&self) -> Result<Option<Entry>> {
        let shelf = &self.shelves.journal;
        let Some(key) = shelf.last_key()? else { return Ok(None) };
        let number = Parts(&key).large().unwrap_or_default();
        self.read_json(shelf, &Key::new().large(number))
    }

    fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>> {
        let shelf = &self.shelves.journal;
        let found = shelf.scan_on(Key::new().large(from).bytes()).take(limit);
        found.map(|entry| entry.and_then(|(key, value)| decode(shelf, &key, &value))).collect()
    }

    fn entries_back(&self, before: Option<u64>, limit: usize) -> Result<Vec<Entry>> {
        let shelf = &self.shelves.journal;
        let keys = shelf.keys_before(&Key::new().large(before.unwrap_or(u64::MAX)));
        let mut found = Vec::new();
        for key in keys.take(limit) {
            let number = parts(shelf, &key?, |parts| parts.large())?;
            found.extend(self.read_json(shelf, &Key::new().large(number))?);
        }
        Ok(found)
    }

    fn remove_entries(&self, before: u64) -> Result<()> {
        let shelf = &self.shelves.journal;
        let Some(last) = shelf.last_key()?.and_then(|key| Parts(&key).large()) else { return Ok(()) };
        let end = before.min(last);
        self.commit_entry(|| {
            shelf.remove_where(&Key::new(), |key| Parts(key).large().is_some_and(|number| number < end))
        })
    }
}
