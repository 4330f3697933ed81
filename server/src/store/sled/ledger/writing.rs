//! Writing the rows of a batch piece by piece, so that somebody can see how far it has come and call it off.
//!
//! Enters: entries, shelf by shelf, none of which anybody sees before the heading of the batch is there. Leaves: all of them on
//! their shelves; or, called off, none of them.

use crate::progress::{CalledOff, Progress};
use crate::store::error::Result;
use crate::store::sled::key::Key;
use crate::store::sled::shelf::{Entry, Shelf};

/// Entries written between two questions whether to go on.
const PIECE: usize = 500;

/// Writes entries that hold so many rows. Some: it was called off, and what had been written is removed again.
pub(super) fn rows(
    entries: Vec<(&Shelf, Vec<Entry>)>,
    rows: u64,
    progress: &dyn Progress,
) -> Result<Option<CalledOff>> {
    let all = entries.iter().map(|(_, entries)| entries.len() as u64).sum::<u64>().max(1);
    let mut written: Vec<(&Shelf, Vec<Key>)> = Vec::new();
    let (mut done, mut told) = (0, 0);
    for (shelf, entries) in entries {
        let mut entries = entries.into_iter().peekable();
        while entries.peek().is_some() {
            if let Err(off) = progress.go_on() {
                return remove(written).map(|()| Some(off));
            }
            let piece: Vec<Entry> = entries.by_ref().take(PIECE).collect();
            written.push((shelf, piece.iter().map(|(key, _)| key.clone()).collect()));
            done += piece.len() as u64;
            shelf.write(piece)?;
            // An entry holds many rows; they are told of in proportion.
            let due = rows.saturating_mul(done) / all;
            progress.advance(due - told);
            told = due;
        }
    }
    match progress.go_on() {
        Ok(()) => Ok(None),
        Err(off) => remove(written).map(|()| Some(off)),
    }
}

fn remove(written: Vec<(&Shelf, Vec<Key>)>) -> Result<()> {
    for (shelf, keys) in written {
        shelf.exchange(keys.into_iter().map(|key| (key, None)).collect())?;
    }
    Ok(())
}
