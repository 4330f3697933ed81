//! Mapping files by name and edition, as papers of the cabinet. An edition is never changed; a push names the one it went by.
//! Next: [`super::memory`].

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::cabinet::{Cabinet, Paper};
use super::error::{Damage, Fault, Result, StoreError};
use super::words::digest_of;

const FOLDER: &str = "mappings";
/// Papers read at a time.
const PAGE: usize = 200;
/// Held from looking up the newest edition until the next one is stored.
static PUBLISHING: Mutex<()> = Mutex::new(());

/// One edition of a mapping file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredMapping {
    /// Its name, stable over editions.
    pub name: String,
    /// The edition: 1, 2, 3 …
    pub edition: u32,
    /// The YAML text, byte for byte.
    pub text: String,
    /// SHA-256 of the text, in hexadecimal.
    pub digest: String,
    /// Who published it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Publishes the next edition of a mapping. The newest text again gives back the edition it has.
///
/// # Errors
/// The cabinet's; [`StoreError::Corrupt`] when an edition cannot be read: it might be the newest.
pub fn publish<C: Cabinet + ?Sized>(
    cabinet: &C,
    name: &str,
    text: &str,
    (by, at): (&str, Timestamp),
) -> Result<StoredMapping> {
    let _alone = PUBLISHING.lock().unwrap_or_else(PoisonError::into_inner);
    let newest = find(cabinet, name, None)?;
    let digest = digest_of(text);
    if let Some(newest) = newest.as_ref().filter(|newest| newest.digest == digest) {
        return Ok(newest.clone());
    }
    let mapping = StoredMapping {
        name: name.to_owned(),
        edition: newest.map_or(0, |newest| newest.edition) + 1,
        text: text.to_owned(),
        digest,
        by: by.to_owned(),
        at,
    };
    let body = serde_json::to_vec(&mapping).map_err(|error| StoreError::Io(error.to_string()))?;
    cabinet.file_papers(vec![Paper::new(FOLDER, format!("{name}@{:08}", mapping.edition), body)])?;
    Ok(mapping)
}

/// One edition of a mapping; of none named the newest.
///
/// # Errors
/// As [`all`].
pub fn find<C: Cabinet + ?Sized>(cabinet: &C, name: &str, edition: Option<u32>) -> Result<Option<StoredMapping>> {
    let mut own = all(cabinet)?.into_iter().filter(|mapping| mapping.name == name);
    Ok(match edition {
        Some(edition) => own.find(|mapping| mapping.edition == edition),
        None => own.max_by_key(|mapping| mapping.edition),
    })
}

/// Every edition of every mapping, by name and edition.
///
/// # Errors
/// The cabinet's; [`StoreError::Corrupt`] names an edition that cannot be read.
pub fn all<C: Cabinet + ?Sized>(cabinet: &C) -> Result<Vec<StoredMapping>> {
    let mut found = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = cabinet.papers(FOLDER, after.as_deref(), PAGE)?;
        let full = page.len() == PAGE;
        after = page.last().map(|(name, _)| name.clone());
        for (name, body) in &page {
            let damaged = |error: serde_json::Error| {
                StoreError::Corrupt(Fault {
                    place: format!("{FOLDER} {name}"),
                    damage: Damage::Value(error.to_string()),
                })
            };
            found.push(serde_json::from_slice(body).map_err(damaged)?);
        }
        if !full {
            return Ok(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::memory::Memory;

    fn said() -> (&'static str, Timestamp) {
        ("李", Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn editions_published_at_the_same_time_are_all_kept() {
        let store = Memory::new();
        std::thread::scope(|scope| {
            for number in 0..8 {
                let store = &store;
                scope.spawn(move || publish(store, "police", &format!("name: {number}"), said()).unwrap());
            }
        });
        let editions: Vec<u32> = all(&store).unwrap().iter().map(|mapping| mapping.edition).collect();
        assert_eq!(editions, [1, 2, 3, 4, 5, 6, 7, 8]);
    }

    #[test]
    fn an_edition_that_cannot_be_read_is_not_written_over() {
        let store = Memory::new();
        let first = publish(&store, "police", "name: 1", said()).unwrap();
        let name = format!("police@{:08}", first.edition);
        store.file_papers(vec![Paper::new(FOLDER, &name, b"half".to_vec())]).unwrap();
        let refused = publish(&store, "police", "name: 2", said()).unwrap_err();
        assert!(
            matches!(&refused, StoreError::Corrupt(fault) if fault.place == format!("mappings {name}")),
            "{refused}"
        );
        assert_eq!(store.paper(FOLDER, &name).unwrap().as_deref(), Some(b"half".as_slice()));
    }
}
