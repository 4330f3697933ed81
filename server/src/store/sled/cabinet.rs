//! Papers on the shelf `papers`. A paper that takes the place of a longer one leaves nothing of it behind. Next:
//! [`super::verify`].

use std::collections::BTreeMap;
use std::sync::PoisonError;

use super::key::Key;
use super::{Sled, parts};
use crate::store::cabinet::{Cabinet, Paper};
use crate::store::error::Result;
use crate::store::standing::check_name;

/// Papers by their keys; of two with one name the later stands.
pub(super) fn exchange_of(papers: Vec<Paper>) -> Result<BTreeMap<Key, Option<Vec<u8>>>> {
    let mut changes = BTreeMap::new();
    for Paper { folder, name, body } in papers {
        check_name(&folder)?;
        check_name(&name)?;
        changes.insert(Key::new().text(&folder).text(&name), body);
    }
    Ok(changes)
}

impl Cabinet for Sled {
    fn file_papers(&self, papers: Vec<Paper>) -> Result<()> {
        let changes = exchange_of(papers)?;
        // Nobody who logs in waits for the end of an upload: papers have a right to write of their own.
        let _alone = self.filing.lock().unwrap_or_else(PoisonError::into_inner);
        self.commit_entry(|| self.shelves.papers.exchange(changes))
    }

    fn paper(&self, folder: &str, name: &str) -> Result<Option<Vec<u8>>> {
        self.shelves.papers.get(&Key::new().text(folder).text(name))
    }

    fn papers(&self, folder: &str, after: Option<&str>, limit: usize) -> Result<Vec<(String, Vec<u8>)>> {
        let shelf = &self.shelves.papers;
        let prefix = Key::new().text(folder);
        let from = after.map_or_else(|| prefix.bytes().to_vec(), |name| prefix.clone().text(name).end());
        let entries = shelf.scan_from(&from, &prefix).take(limit);
        let named = entries.map(|entry| {
            let (key, body) = entry?;
            Ok((parts(shelf, &key, |parts| parts.text().and(parts.text()))?, body))
        });
        named.collect()
    }

    fn folders(&self) -> Result<Vec<String>> {
        let shelf = &self.shelves.papers;
        let mut folders = Vec::new();
        let mut from = Vec::new();
        while let Some(key) = shelf.first_key_from(&from)? {
            let folder = parts(shelf, &key, |parts| parts.text())?;
            from = Key::new().text(&folder).end();
            folders.push(folder);
        }
        Ok(folders)
    }
}
