//! Mapping files by name and edition, as papers of the cabinet. An edition is never changed; a push names the one it went by.
//! Next: [`super::memory`].

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::cabinet::{Cabinet, Paper};
use super::error::{Result, StoreError};
use super::words::digest_of;

const FOLDER: &str = "mappings";
/// Papers read at a time.
const PAGE: usize = 200;

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
/// The cabinet's.
pub fn publish<C: Cabinet + ?Sized>(
    cabinet: &C,
    name: &str,
    text: &str,
    (by, at): (&str, Timestamp),
) -> Result<StoredMapping> {
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
/// The cabinet's.
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
/// The cabinet's.
pub fn all<C: Cabinet + ?Sized>(cabinet: &C) -> Result<Vec<StoredMapping>> {
    let mut found = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = cabinet.papers(FOLDER, after.as_deref(), PAGE)?;
        let full = page.len() == PAGE;
        after = page.last().map(|(name, _)| name.clone());
        found.extend(page.iter().filter_map(|(_, body)| serde_json::from_slice(body).ok()));
        if !full {
            return Ok(found);
        }
    }
}
