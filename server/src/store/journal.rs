//! The log of everything that was done, as a store keeps it: entries in a row, the newest last.
//!
//! Enters: entries that [`crate::audit`] has numbered and chained. Leaves: the same. The store keeps their order and nothing
//! else; whether the chain holds is checked by whoever made it.

use super::cabinet::Paper;
use super::error::{Conflict, Result};
use super::words::Entry;

/// Refuses entries of which one does not follow the one before it; nothing is before the first of all.
pub(super) fn check_numbers(last: Option<u64>, entries: &[Entry]) -> Result<()> {
    let mut before = last;
    for entry in entries {
        if before.is_some_and(|before| entry.number != before + 1) {
            return Err(Conflict::EntryNumber(entry.number).into());
        }
        before = Some(entry.number);
    }
    Ok(())
}

/// Keeps the log.
pub trait Journal {
    /// Stores entries and, together with them, the papers that they are about: all or nothing. They are on the disk when this
    /// returns.
    ///
    /// # Errors
    /// [`Conflict::EntryNumber`] when the first does not follow the last, or one not the one before it;
    /// those of [`Cabinet::file_papers`](super::Cabinet::file_papers).
    fn append_entries(&self, entries: &[Entry], papers: Vec<Paper>) -> Result<()>;

    /// Stores an entry; it is on the disk when this returns.
    ///
    /// # Errors
    /// As [`Self::append_entries`].
    fn append_entry(&self, entry: &Entry) -> Result<()> {
        self.append_entries(std::slice::from_ref(entry), Vec::new())
    }

    /// The newest entry.
    fn last_entry(&self) -> Result<Option<Entry>>;

    /// Entries by rising number, those from a number on. Fewer than `limit`: there are no more.
    fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>>;

    /// Entries by falling number, those before a number. Fewer than `limit`: there are no more.
    fn entries_back(&self, before: Option<u64>, limit: usize) -> Result<Vec<Entry>>;

    /// Removes the entries before a number, once they are in an archive. The newest entry always stays.
    fn remove_entries(&self, before: u64) -> Result<()>;
}
