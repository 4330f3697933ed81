//! A shelf: one collection of the database, whose entries are sealed.
//!
//! Enters: keys and payloads. Leaves: the same, checked; what is damaged is named by collection and key. Next:
//! [`super::ledger`] and [`super::results`], which say what stands on the shelves.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::ops::Bound;

use sled::transaction::{ConflictableTransactionError, TransactionError, Transactional as _};
use sled::{Batch, Db, IVec, Tree};

use super::key::{Key, Part, describe};
use super::open::translate;
use super::seal::{PIECE, seal, split_key, unseal};
use crate::store::error::{Conflict, Damage, Fault, Result, StoreError};

/// Operations in one atomic write. With many more, memory explodes.
const OPERATIONS: usize = 1_000;

/// One collection.
#[derive(Clone)]
pub(super) struct Shelf {
    tree: Tree,
    pub(super) name: &'static str,
    pub(super) shape: &'static [Part],
}

/// An entry: its key and its payload.
pub(super) type Entry = (Key, Vec<u8>);

impl Shelf {
    pub(super) fn open(db: &Db, name: &'static str, shape: &'static [Part]) -> Result<Shelf> {
        Ok(Shelf { tree: db.open_tree(name).map_err(translate)?, name, shape })
    }

    /// The payload of one entry.
    pub(super) fn get(&self, key: &Key) -> Result<Option<Vec<u8>>> {
        self.scan(key).next().transpose().map(|entry| entry.map(|(_, payload)| payload))
    }

    /// All entries whose keys begin with these parts, by rising key.
    pub(super) fn scan(&self, prefix: &Key) -> Entries<'_> {
        self.entries(self.tree.scan_prefix(prefix.bytes()))
    }

    /// The same without those before some bytes.
    pub(super) fn scan_from(&self, from: &[u8], prefix: &Key) -> Entries<'_> {
        self.entries(self.tree.range(from.to_vec()..prefix.end()))
    }

    /// All entries from a key on, by rising key.
    pub(super) fn scan_on(&self, from: &[u8]) -> Entries<'_> {
        self.entries(self.tree.range(from..))
    }

    fn entries(&self, pieces: sled::Iter) -> Entries<'_> {
        Entries { shelf: self, pieces, held: None, ended: false }
    }

    /// The keys of the entries whose keys begin with these parts, by rising key.
    pub(super) fn keys(&self, prefix: &Key) -> impl Iterator<Item = Result<Vec<u8>>> + '_ {
        self.distinct(self.tree.scan_prefix(prefix.bytes()).keys())
    }

    /// The keys of all entries, by falling key.
    pub(super) fn keys_back(&self) -> impl Iterator<Item = Result<Vec<u8>>> + '_ {
        self.distinct(self.tree.iter().keys().rev())
    }

    /// The keys of the entries before a key, by falling key.
    pub(super) fn keys_before(&self, key: &Key) -> impl Iterator<Item = Result<Vec<u8>>> + '_ {
        self.distinct(self.tree.range(..key.bytes()).keys().rev())
    }

    /// The keys of entries, from the keys of their pieces.
    fn distinct<'s>(
        &'s self,
        keys: impl Iterator<Item = sled::Result<IVec>> + 's,
    ) -> impl Iterator<Item = Result<Vec<u8>>> + 's {
        let mut last = None;
        keys.map(|found| self.entry_key(&found.map_err(translate)?)).filter(move |key| {
            let Ok(key) = key else { return true };
            let is_new = last.as_ref() != Some(key);
            last = Some(key.clone());
            is_new
        })
    }

    /// The key of the first entry not before these bytes.
    pub(super) fn first_key_from(&self, from: &[u8]) -> Result<Option<Vec<u8>>> {
        let Some(found) = self.tree.range(from..).keys().next() else { return Ok(None) };
        self.entry_key(&found.map_err(translate)?).map(Some)
    }

    /// The last entry under these parts whose key is not behind the given one.
    pub(super) fn last_up_to(&self, prefix: &Key, key: &Key) -> Result<Option<(Vec<u8>, Vec<u8>)>> {
        let Some(found) = self.last_key_up_to(prefix, key)? else { return Ok(None) };
        self.entries(self.tree.scan_prefix(&found)).next().transpose()
    }

    /// The key of that entry.
    pub(super) fn last_key_up_to(&self, prefix: &Key, key: &Key) -> Result<Option<Vec<u8>>> {
        let mut highest = key.bytes().to_vec();
        highest.extend([u8::MAX; PIECE]);
        let range = (Bound::Included(prefix.bytes()), Bound::Included(highest.as_slice()));
        let Some(found) = self.tree.range::<&[u8], _>(range).keys().next_back() else { return Ok(None) };
        self.entry_key(&found.map_err(translate)?).map(Some)
    }

    /// The highest key, if there is any entry.
    pub(super) fn last_key(&self) -> Result<Option<Vec<u8>>> {
        self.keys_back().next().transpose()
    }

    /// Stores entries, in slices of rising keys. Only a slice is atomic: what belongs together becomes visible by one entry
    /// elsewhere, written when all else is on the disk.
    pub(super) fn write(&self, mut entries: Vec<Entry>) -> Result<()> {
        entries.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let mut slice = Batch::default();
        let mut length = 0;
        for (key, payload) in entries {
            for (piece_key, piece) in seal(key.bytes(), &payload).ok_or(Conflict::TooMany)? {
                slice.insert(piece_key, piece);
                length += 1;
                if length == OPERATIONS {
                    self.tree.apply_batch(std::mem::take(&mut slice)).map_err(translate)?;
                    length = 0;
                }
            }
        }
        self.tree.apply_batch(slice).map_err(translate)
    }

    /// Puts entries in the place of those with the same keys, or removes them, all in one atomic write.
    pub(super) fn exchange(&self, entries: BTreeMap<Key, Option<Vec<u8>>>) -> Result<()> {
        self.tree.apply_batch(self.exchange_of(entries)?).map_err(translate)
    }

    /// The same here and on another shelf, all in one atomic write. Whoever writes on either is alone.
    pub(super) fn exchange_together(
        &self,
        entries: BTreeMap<Key, Option<Vec<u8>>>,
        (other, others): (&Shelf, BTreeMap<Key, Option<Vec<u8>>>),
    ) -> Result<()> {
        let (own, others) = (self.exchange_of(entries)?, other.exchange_of(others)?);
        let written = (&self.tree, &other.tree).transaction(|(here, there)| {
            here.apply_batch(&own)?;
            there.apply_batch(&others)?;
            Ok::<(), ConflictableTransactionError<Infallible>>(())
        });
        written.map_err(|error| match error {
            TransactionError::Abort(never) => match never {},
            TransactionError::Storage(error) => translate(error),
        })
    }

    fn exchange_of(&self, entries: BTreeMap<Key, Option<Vec<u8>>>) -> Result<Batch> {
        let mut exchange = Batch::default();
        for (key, payload) in entries {
            for found in self.tree.scan_prefix(key.bytes()).keys() {
                let piece_key = found.map_err(translate)?;
                if split_key(&piece_key).is_some_and(|(own, _)| own == key.bytes()) {
                    exchange.remove(piece_key);
                }
            }
            let Some(payload) = payload else { continue };
            for (piece_key, piece) in seal(key.bytes(), &payload).ok_or(Conflict::TooMany)? {
                exchange.insert(piece_key, piece);
            }
        }
        Ok(exchange)
    }

    /// Removes all entries whose keys begin with these parts.
    pub(super) fn remove(&self, prefix: &Key) -> Result<()> {
        self.remove_where(prefix, |_| true)
    }

    /// Removes the entries under these parts whose keys are picked out.
    pub(super) fn remove_where(&self, prefix: &Key, is_doomed: impl Fn(&[u8]) -> bool) -> Result<()> {
        let mut slice = Batch::default();
        let mut length = 0;
        for found in self.tree.scan_prefix(prefix.bytes()).keys() {
            let piece_key = found.map_err(translate)?;
            if split_key(&piece_key).is_some_and(|(key, _)| is_doomed(key)) {
                slice.remove(piece_key);
                length += 1;
                if length == OPERATIONS {
                    self.tree.apply_batch(std::mem::take(&mut slice)).map_err(translate)?;
                    length = 0;
                }
            }
        }
        self.tree.apply_batch(slice).map_err(translate)
    }

    /// What is wrong with an entry, for a person to find it.
    pub(super) fn fault(&self, key: &[u8], damage: Damage) -> Fault {
        Fault { place: format!("{} {}", self.name, describe(self.shape, key)), damage }
    }

    /// The same as an error.
    pub(super) fn corrupt(&self, key: &[u8], damage: Damage) -> StoreError {
        StoreError::Corrupt(self.fault(key, damage))
    }

    fn entry_key(&self, piece_key: &[u8]) -> Result<Vec<u8>> {
        let (key, _) = split_key(piece_key).ok_or_else(|| self.corrupt(piece_key, Damage::TooShort))?;
        Ok(key.to_vec())
    }

    /// The bare collection, for tests that damage it.
    #[cfg(test)]
    pub(super) fn bare(&self) -> &Tree {
        &self.tree
    }
}

/// Entries by rising key. Goes on behind a damaged entry, so that all of them can be found.
pub(super) struct Entries<'a> {
    shelf: &'a Shelf,
    pieces: sled::Iter,
    /// A piece that was read too early, because the entry before it had no end.
    held: Option<(IVec, IVec)>,
    ended: bool,
}

impl Iterator for Entries<'_> {
    type Item = Result<(Vec<u8>, Vec<u8>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let mut payload = Vec::new();
        let mut started: Option<(Vec<u8>, u16)> = None;
        loop {
            let (piece_key, piece) = match self.held.take().map(Ok).or_else(|| self.pieces.next()) {
                Some(Ok(found)) => found,
                Some(Err(error)) => {
                    self.ended = true;
                    return Some(Err(translate(error)));
                }
                None => {
                    self.ended = true;
                    let (key, _) = started?;
                    return Some(Err(self.shelf.corrupt(&key, Damage::Part)));
                }
            };
            let expected = started.as_ref().map_or(0, |(_, number)| number.wrapping_add(1));
            let Some((key, number)) = split_key(&piece_key) else {
                return Some(Err(self.shelf.corrupt(&piece_key, Damage::TooShort)));
            };
            if let Some((begun, _)) = &started
                && begun != key
            {
                let error = self.shelf.corrupt(begun, Damage::Part);
                self.held = Some((piece_key, piece));
                return Some(Err(error));
            }
            if number != expected {
                return Some(Err(self.shelf.corrupt(key, Damage::Part)));
            }
            let (part, is_last) = match unseal(&piece_key, &piece) {
                Ok(checked) => checked,
                Err(what) => return Some(Err(self.shelf.corrupt(key, what))),
            };
            payload.extend_from_slice(part);
            if is_last {
                return Some(Ok((key.to_vec(), payload)));
            }
            started = Some((key.to_vec(), expected));
        }
    }
}
