//! Drawers on sled: slips as they are, contents cut into chunks.
//!
//! A content is there when, and only when, its head is: the chunks are on the disk before the head is written, and go after it
//! was removed. Chunks without a head are removed when the database is opened.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::key::{Key, Parts};
use super::rows::encode;
use super::{Sled, decode, parts};
use crate::store::drawer::{ContentHead, ContentId, Drawer, Slip};
use crate::store::error::{Conflict, Damage, Missing, Result};
use crate::store::standing::check_name;

/// Bytes of a chunk.
const CHUNK: usize = 48 << 10;
/// Chunks in one go to the disk, so that a large content is not in memory twice.
const CHUNKS: usize = 64;

pub(super) fn key_of(id: ContentId) -> Key {
    Key::new().text(&id.to_string())
}

impl Sled {
    /// Removes chunks whose content was never whole, or is half removed.
    pub(super) fn mend_drawers(&self) -> Result<()> {
        let shelf = &self.shelves.chunks;
        let mut from = Vec::new();
        while let Some(key) = shelf.first_key_from(&from)? {
            let Some(name) = Parts(&key).text() else { return Err(shelf.corrupt(&key, Damage::Key)) };
            let content = Key::new().text(&name);
            if self.shelves.contents.get(&content)?.is_none() {
                shelf.remove(&content)?;
            }
            from = content.end();
        }
        Ok(())
    }

    /// The content of a head, compared with its digest.
    pub(super) fn whole_content(&self, head: &ContentHead) -> Result<Vec<u8>> {
        let (key, shelf) = (key_of(head.id), &self.shelves.chunks);
        let mut content = Vec::new();
        for chunk in shelf.scan(&key) {
            content.extend(chunk?.1);
        }
        if ContentId::of(&content) == head.id {
            Ok(content)
        } else {
            Err(self.shelves.contents.corrupt(key.bytes(), Damage::Digest))
        }
    }

    fn head(&self, id: ContentId) -> Result<Option<ContentHead>> {
        self.read_json(&self.shelves.contents, &key_of(id))
    }

    fn all_slips(&self) -> impl Iterator<Item = Result<Slip>> + '_ {
        let shelf = &self.shelves.slips;
        shelf.scan(&Key::new()).map(|entry| entry.and_then(|(key, value)| decode(shelf, &key, &value)))
    }
}

impl Drawer for Sled {
    fn keep(&self, content: &[u8], at: Timestamp) -> Result<ContentId> {
        let id = ContentId::of(content);
        let key = key_of(id);
        let head = encode(&ContentHead { id, size: content.len() as u64, at })?;
        let mut writing = self.begin()?;
        let is_there = self.head(id)?.is_some();
        u32::try_from(content.len() / CHUNK).map_err(|_| Conflict::TooMany)?;
        self.commit(&mut writing, || {
            if !is_there {
                let mut chunks = (0_u32..).zip(content.chunks(CHUNK)).peekable();
                while chunks.peek().is_some() {
                    let some = chunks.by_ref().take(CHUNKS);
                    self.shelves.chunks.write(some.map(|(at, chunk)| (key.clone().small(at), chunk.to_vec())).collect())?;
                }
                self.database.sync()?;
            }
            self.shelves.contents.write(vec![(key.clone(), head)])
        })?;
        Ok(id)
    }

    fn content(&self, id: ContentId) -> Result<Vec<u8>> {
        let head = self.head(id)?.ok_or(Missing::Content(id))?;
        self.whole_content(&head)
    }

    fn kept(&self) -> Result<Vec<ContentHead>> {
        let shelf = &self.shelves.contents;
        shelf.scan(&Key::new()).map(|entry| entry.and_then(|(key, value)| decode(shelf, &key, &value))).collect()
    }

    fn sweep(&self, before: Timestamp) -> Result<u64> {
        let mut writing = self.begin()?;
        let mut held: BTreeSet<ContentId> = BTreeSet::new();
        for slip in self.all_slips() {
            held.extend(slip?.holds);
        }
        let idle: Vec<Key> = (self.kept()?.into_iter())
            .filter(|head| head.at < before && !held.contains(&head.id))
            .map(|head| key_of(head.id))
            .collect();
        self.commit(&mut writing, || {
            for key in &idle {
                self.shelves.contents.remove(key)?;
            }
            self.database.sync()?;
            idle.iter().try_for_each(|key| self.shelves.chunks.remove(key))
        })?;
        Ok(idle.len() as u64)
    }

    fn put_slip(&self, drawer: &str, name: &str, slip: &Slip) -> Result<()> {
        check_name(drawer)?;
        check_name(name)?;
        let mut writing = self.begin()?;
        let key = Key::new().text(drawer).text(name);
        let former: Option<Slip> = self.read_json(&self.shelves.slips, &key)?;
        if former.is_some_and(|former| former.revision >= slip.revision) {
            return Err(Conflict::Changed { drawer: drawer.to_owned(), name: name.to_owned() }.into());
        }
        for id in &slip.holds {
            self.head(*id)?.ok_or(Missing::Content(*id))?;
        }
        let entry = (key, encode(slip)?);
        self.commit(&mut writing, || self.shelves.slips.replace(entry))
    }

    fn slip(&self, drawer: &str, name: &str) -> Result<Option<Slip>> {
        self.read_json(&self.shelves.slips, &Key::new().text(drawer).text(name))
    }

    fn slips(&self, drawer: &str, after: Option<&str>, limit: usize) -> Result<Vec<(String, Slip)>> {
        let (shelf, prefix) = (&self.shelves.slips, Key::new().text(drawer));
        let from = after.map_or_else(|| prefix.bytes().to_vec(), |after| prefix.clone().text(after).end());
        let found = shelf.scan_from(&from, &prefix).take(limit).map(|entry| {
            let (key, value) = entry?;
            let name = parts(shelf, &key, |parts| parts.text().and(parts.text()))?;
            Ok((name, decode(shelf, &key, &value)?))
        });
        found.collect()
    }

    fn remove_slip(&self, drawer: &str, name: &str) -> Result<bool> {
        let mut writing = self.begin()?;
        let key = Key::new().text(drawer).text(name);
        let is_there = self.shelves.slips.get(&key)?.is_some();
        if is_there {
            self.commit(&mut writing, || self.shelves.slips.remove(&key))?;
        }
        Ok(is_there)
    }

    fn drawers(&self) -> Result<Vec<String>> {
        let shelf = &self.shelves.slips;
        let mut names = Vec::new();
        let mut from = Vec::new();
        while let Some(key) = shelf.first_key_from(&from)? {
            let name = parts(shelf, &key, |parts| parts.text())?;
            from = Key::new().text(&name).end();
            names.push(name);
        }
        Ok(names)
    }
}
