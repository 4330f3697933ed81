//! The register of who saw personal data in full, and why: kept by [`super::Custody::in_full`] and read by the auditor alone.
//!
//! Enters: the papers that each view has left. Leaves: [`Sighting`]s, newest first. Which record it was is named by its number;
//! nothing of what was seen is kept. Next: [`super::asked`].

use crate::store::{Act, Store, StoreError};

/// The folder of the register.
pub(super) const FOLDER: &str = "sightings";
/// Papers read at a time.
const PAGE: usize = 500;

/// Somebody has seen personal data in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The number of the record, or the SHA-256 of the attachment.
    pub of: String,
    /// Who, when, and the reason they gave.
    pub act: Act,
}

impl Sighting {
    /// Whether it was an attachment that was seen, and not the fields of a record.
    #[must_use]
    pub fn is_attachment(&self) -> bool {
        !self.of.contains('-')
    }
}

/// The whole register, newest first.
///
/// # Errors
/// The store's.
pub fn all(store: &dyn Store) -> Result<Vec<Sighting>, StoreError> {
    let mut found = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = store.papers(FOLDER, after.as_deref(), PAGE)?;
        let is_last = page.len() < PAGE;
        after = page.last().map(|(name, _)| name.clone());
        // A paper is named by its time and what was seen.
        found.extend(page.iter().filter_map(|(name, body)| {
            let (_, of) = name.split_once('-')?;
            let (_, act): (serde_json::Value, Act) = serde_json::from_slice(body).ok()?;
            Some(Sighting { of: of.to_owned(), act })
        }));
        if is_last {
            break;
        }
    }
    found.reverse();
    Ok(found)
}
