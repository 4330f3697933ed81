//! What was answered to a push, kept for a while, so that a system that did not hear the answer may push again and hears it.
//!
//! Enters: the key that the system gave its push, and a digest of all that it sent. Leaves: the answer of the first time, or that
//! the key was used for something else. Next: [`crate::scoring`].

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::store::{Paper, Store, StoreError};

/// How long an answer is kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

const FOLDER: &str = "push";
/// Papers looked through at a time.
const PAGE: usize = 200;

/// An answer as it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Digest of what was sent, in hexadecimal.
    pub sent: String,
    /// The status.
    pub status: u16,
    /// The body, JSON.
    pub body: String,
    /// Until when it is kept.
    pub until: Timestamp,
}

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Earlier {
    /// It has not been used, or so long ago that it is forgotten.
    Nothing,
    /// This very push was answered.
    Answered(Answered),
    /// Another push was answered under this key.
    Another,
}

/// What was answered under a key of a system.
///
/// # Errors
/// The store's.
pub fn find(store: &dyn Store, by: &str, key: &str, sent: &str, now: Timestamp) -> Result<Earlier, StoreError> {
    let paper = store.paper(FOLDER, &name_of(by, key))?;
    let answered: Option<Answered> = paper.and_then(|paper| serde_json::from_slice(&paper).ok());
    Ok(match answered.filter(|answered| answered.until > now) {
        None => Earlier::Nothing,
        Some(answered) if answered.sent == sent => Earlier::Answered(answered),
        Some(_) => Earlier::Another,
    })
}

/// Keeps an answer.
///
/// # Errors
/// The store's.
pub fn keep(store: &dyn Store, by: &str, key: &str, answered: &Answered) -> Result<(), StoreError> {
    let body = serde_json::to_vec(answered).map_err(|error| StoreError::Io(error.to_string()))?;
    store.file_papers(vec![Paper::new(FOLDER, name_of(by, key), body)])
}

/// Throws away what is kept no longer.
///
/// # Errors
/// The store's.
pub fn forget(store: &dyn Store, now: Timestamp) -> Result<usize, StoreError> {
    let mut after: Option<String> = None;
    let mut forgotten = 0;
    loop {
        let page = store.papers(FOLDER, after.as_deref(), PAGE)?;
        let full = page.len() == PAGE;
        after = page.last().map(|(name, _)| name.clone());
        let is_over = |body: &[u8]| serde_json::from_slice::<Answered>(body).is_ok_and(|kept| kept.until <= now);
        let over: Vec<Paper> =
            page.iter().filter(|(_, body)| is_over(body)).map(|(name, _)| Paper::gone(FOLDER, name)).collect();
        forgotten += over.len();
        if !over.is_empty() {
            store.file_papers(over)?;
        }
        if !full {
            return Ok(forgotten);
        }
    }
}

/// Two systems may use the same keys. A digest, because names of accounts and keys together may be longer than a name in the
/// store.
fn name_of(by: &str, key: &str) -> String {
    crate::store::digest_of(&format!("{by}\0{key}"))
}
