//! Editions: a heading, and beside it the text.
//!
//! Enters: an edition about to be published. Leaves: editions, by name or in the order of publication. Next:
//! [`super::ledger`].

use serde::{Deserialize, Serialize};

use super::key::Key;
use super::rows::encode;
use super::{Sled, decode, parts};
use crate::store::error::{Conflict, Damage, Missing, Result, StoreError};
use crate::store::standing::check_name;
use crate::store::words::{Edition, NewEdition};

/// An edition without its text.
#[derive(Serialize, Deserialize)]
pub(super) struct EditionHead {
    number: u64,
    digest: String,
    published_at: jiff::Timestamp,
    by: String,
    note: String,
}

/// Editions.
impl Sled {
    pub(super) fn publish(&self, new: NewEdition) -> Result<Edition> {
        check_name(&new.bundle)?;
        check_name(&new.edition)?;
        let mut writing = self.begin()?;
        let edition = Edition::from(new);
        match self.one_edition(&edition.bundle, &edition.edition) {
            Ok(other) if other.text == edition.text => return Ok(other),
            Ok(Edition { bundle, edition, .. }) => return Err(Conflict::EditionPublished { bundle, edition }.into()),
            Err(StoreError::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
        let number = self.edition_heads()?.last().map_or(0, |(head, ..)| head.number) + 1;
        let head = EditionHead {
            number,
            digest: edition.digest.clone(),
            published_at: edition.published_at,
            by: edition.by.clone(),
            note: edition.note.clone(),
        };
        let key = Key::new().text(&edition.bundle).text(&edition.edition);
        let head = encode(&head)?;
        self.commit(&mut writing, || {
            // An interrupted attempt may have left a longer text.
            self.shelves.texts.remove(&key)?;
            self.shelves.texts.write(vec![(key.clone(), edition.text.as_bytes().to_vec())])?;
            self.database.sync()?;
            self.shelves.editions.write(vec![(key, head)])
        })?;
        Ok(edition)
    }

    /// Headings of editions with bundle and edition, in the order of publication.
    fn edition_heads(&self) -> Result<Vec<(EditionHead, String, String)>> {
        let shelf = &self.shelves.editions;
        let mut heads = Vec::new();
        for entry in shelf.scan(&Key::new()) {
            let (key, value) = entry?;
            let (bundle, edition) = parts(shelf, &key, |parts| Some((parts.text()?, parts.text()?)))?;
            heads.push((decode::<EditionHead>(shelf, &key, &value)?, bundle, edition));
        }
        heads.sort_by_key(|(head, ..)| head.number);
        Ok(heads)
    }

    fn with_text(&self, head: EditionHead, bundle: &str, edition: &str) -> Result<Edition> {
        let shelf = &self.shelves.texts;
        let key = Key::new().text(bundle).text(edition);
        let text = shelf.get(&key)?.and_then(|text| String::from_utf8(text).ok());
        Ok(Edition {
            bundle: bundle.to_owned(),
            edition: edition.to_owned(),
            text: text.ok_or_else(|| shelf.corrupt(key.bytes(), Damage::Entry))?.into(),
            digest: head.digest,
            published_at: head.published_at,
            by: head.by,
            note: head.note,
        })
    }

    pub(super) fn all_editions(&self) -> Result<Vec<Edition>> {
        let heads = self.edition_heads()?.into_iter();
        heads.map(|(head, bundle, edition)| self.with_text(head, &bundle, &edition)).collect()
    }

    pub(super) fn one_edition(&self, bundle: &str, edition: &str) -> Result<Edition> {
        let key = Key::new().text(bundle).text(edition);
        let head = self.read_json(&self.shelves.editions, &key)?;
        let missing = || Missing::Edition { bundle: bundle.to_owned(), edition: edition.to_owned() };
        self.with_text(head.ok_or_else(missing)?, bundle, edition)
    }

    pub(super) fn newest_edition(&self, bundle: &str) -> Result<Option<Edition>> {
        let newest = self.edition_heads()?.into_iter().rfind(|(_, other, _)| other == bundle);
        newest.map(|(head, bundle, edition)| self.with_text(head, &bundle, &edition)).transpose()
    }
}
