//! The log of everything that was done, as a store keeps it: entries in a row, the newest last.
//!
//! Enters: entries that [`crate::audit`] has numbered and chained. Leaves: the same. The store keeps their order and nothing
//! else; whether the chain holds is checked by whoever made it.

use super::error::Result;
use super::words::Entry;

/// Keeps the log.
pub trait Journal {
    /// Stores an entry; it is on the disk when this returns.
    ///
    /// # Errors
    /// [`Conflict::EntryNumber`](super::Conflict::EntryNumber) when it does not follow the last.
    fn append_entry(&self, entry: &Entry) -> Result<()>;

    /// The newest entry.
    fn last_entry(&self) -> Result<Option<Entry>>;

    /// Entries by rising number, those from a number on. Fewer than `limit`: there are no more.
    fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>>;

    /// Entries by falling number, those before a number. Fewer than `limit`: there are no more.
    fn entries_back(&self, before: Option<u64>, limit: usize) -> Result<Vec<Entry>>;

    /// Removes the entries before a number, once they are in an archive. The newest entry always stays.
    fn remove_entries(&self, before: u64) -> Result<()>;
}
