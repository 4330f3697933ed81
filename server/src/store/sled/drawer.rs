//! Drawers on sled: contents cut into chunks.
//!
//! A content is there when, and only when, its head is: the chunks are on the disk before the head is written, and go after it
//! was removed. Chunks without a head are removed when the database is opened. Next: [`super::verify`].

use jiff::Timestamp;

use super::key::{Key, Parts};
use super::rows::encode;
use super::{Sled, decode, parts};
use crate::store::drawer::{ContentHead, ContentId, Drawer};
use crate::store::error::{Conflict, Damage, Missing, Result};
use crate::store::standing::check_name;

/// Bytes of a chunk.
const CHUNK: usize = 48 << 10;
/// Chunks in one go to the disk, so that a large content is not in memory twice.
const CHUNKS: usize = 64;

fn key_of(drawer: &str, id: ContentId) -> Key {
    Key::new().text(drawer).text(&id.to_string())
}

impl Sled {
    /// Removes chunks whose content was never whole, or is half removed.
    pub(super) fn mend_drawers(&self) -> Result<()> {
        let shelf = &self.shelves.chunks;
        let mut from = Vec::new();
        while let Some(key) = shelf.first_key_from(&from)? {
            let mut names = Parts(&key);
            let names = names.text().and_then(|drawer| Some((drawer, names.text()?)));
            let Some((drawer, name)) = names else { return Err(shelf.corrupt(&key, Damage::Key)) };
            let content = Key::new().text(&drawer).text(&name);
            if self.shelves.contents.get(&content)?.is_none() {
                shelf.remove(&content)?;
            }
            from = content.end();
        }
        Ok(())
    }

    /// Reads the content of a head and compares it with its digest. None: it was thrown out in the meantime.
    pub(super) fn whole_content(&self, key: &[u8], head: &ContentHead) -> Result<Option<Vec<u8>>> {
        let (contents, chunks) = (&self.shelves.contents, &self.shelves.chunks);
        let drawer = parts(contents, key, |parts| parts.text())?;
        let key = key_of(&drawer, head.id);
        let mut content = Vec::new();
        for chunk in chunks.scan(&key) {
            content.extend(chunk?.1);
        }
        if ContentId::of(&content) == head.id {
            return Ok(Some(content));
        }
        match contents.get(&key)? {
            None => Ok(None),
            Some(_) => Err(contents.corrupt(key.bytes(), Damage::Digest)),
        }
    }
}

impl Drawer for Sled {
    fn keep(&self, drawer: &str, content: &[u8], at: Timestamp) -> Result<ContentId> {
        check_name(drawer)?;
        u32::try_from(content.len() / CHUNK).map_err(|_| Conflict::TooMany)?;
        let id = ContentId::of(content);
        let key = key_of(drawer, id);
        let head = encode(&ContentHead { id, size: content.len() as u64, at })?;
        let mut writing = self.begin()?;
        let is_there = self.shelves.contents.get(&key)?.is_some();
        self.commit(&mut writing, || {
            if !is_there {
                let mut numbered = (0_u32..).zip(content.chunks(CHUNK)).peekable();
                while numbered.peek().is_some() {
                    let some = numbered.by_ref().take(CHUNKS);
                    let entries = some.map(|(number, chunk)| (key.clone().small(number), chunk.to_vec()));
                    self.shelves.chunks.write(entries.collect())?;
                }
                self.database.sync()?;
            }
            self.shelves.contents.write(vec![(key.clone(), head)])
        })?;
        Ok(id)
    }

    fn content(&self, drawer: &str, id: ContentId) -> Result<Vec<u8>> {
        let key = key_of(drawer, id);
        let head = self.read_json(&self.shelves.contents, &key)?.ok_or(Missing::Content(id))?;
        Ok(self.whole_content(key.bytes(), &head)?.ok_or(Missing::Content(id))?)
    }

    fn kept(&self, drawer: &str) -> Result<Vec<ContentHead>> {
        let shelf = &self.shelves.contents;
        let heads = shelf.scan(&Key::new().text(drawer));
        heads.map(|entry| entry.and_then(|(key, value)| decode(shelf, &key, &value))).collect()
    }

    fn throw_out(&self, drawer: &str, id: ContentId) -> Result<bool> {
        let mut writing = self.begin()?;
        let key = key_of(drawer, id);
        if self.shelves.contents.get(&key)?.is_none() {
            return Ok(false);
        }
        self.commit(&mut writing, || {
            self.shelves.contents.remove(&key)?;
            self.database.sync()?;
            self.shelves.chunks.remove(&key)
        })?;
        Ok(true)
    }

    fn drawers(&self) -> Result<Vec<String>> {
        let shelf = &self.shelves.contents;
        let mut drawers = Vec::new();
        let mut from = Vec::new();
        while let Some(key) = shelf.first_key_from(&from)? {
            let drawer = parts(shelf, &key, |parts| parts.text())?;
            from = Key::new().text(&drawer).end();
            drawers.push(drawer);
        }
        Ok(drawers)
    }
}
