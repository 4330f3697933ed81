//! The entrance: keeps accounts, sessions and keys, and lets people and programs in.
//!
//! Enters: names and passwords, cookies, keys; what administrators decide. Leaves: a [`Caller`] or a [`Refusal`], and for every
//! deed and every failure an entry of the log. Reading order: [`register`] (accounts), [`first`] (the first of them), [`pace`] (not too often), [`tries`] (failed logins), [`log_in`],
//! [`sessions`], [`keyring`]. Next: [`crate::disclosure`].
//!
//! All of it is kept in papers of the store's cabinet, so that a backup carries it. What one function reads and then writes it
//! does under one lock; only one process has the store open. An account, a key or a rule of security is written together with the
//! entry that vouches for it; sessions, and what passes with every use, are not in the log.

pub mod register;
pub mod first;
pub mod pace;
pub mod tries;
pub mod log_in;
pub mod sessions;
pub mod keyring;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::accounts::account::Deed;
use crate::accounts::password::Cost;
use crate::accounts::{Account, Caller, Refusal, Security};
use crate::audit::documents::{Change, Document};
use crate::audit::{Action, Audit, Note, Subject};
use crate::store::{Damage, Fault, Paper, Store, StoreError, hex};
use pace::Pace;
use tries::Tries;

/// Folders of the cabinet.
const ACCOUNTS: &str = Document::Account.folder();
const SESSIONS: &str = "sessions";
const KEYS: &str = Document::Key.folder();
const SETTINGS: &str = Document::Security.folder();
/// The paper with the rules of security.
const SECURITY: &str = "security";

/// Papers read at a time.
const PAGE: usize = 500;

/// The entrance.
pub struct Entrance {
    store: Arc<dyn Store>,
    audit: Arc<Audit>,
    cost: Cost,
    /// Held while a paper is read, changed and written again.
    writing: Mutex<()>,
    /// Held while a password is hashed: each takes much memory, so that many at once would exhaust it.
    hashing: Mutex<()>,
    tries: Mutex<Tries>,
    pace: Pace,
    /// The hash of the code with which the first accounts can be made.
    offered: Mutex<Option<String>>,
    /// Whether there is any account; once there is one, there always is.
    is_set_up: AtomicBool,
}

impl Entrance {
    /// The entrance to a store. `cost` is how hard passwords are to work out, `rate` how many requests one address may make
    /// a second.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, audit: Arc<Audit>, cost: Cost, rate: u32) -> Entrance {
        Entrance {
            store,
            audit,
            cost,
            writing: Mutex::default(),
            hashing: Mutex::default(),
            tries: Mutex::default(),
            pace: Pace::new(rate),
            offered: Mutex::default(),
            is_set_up: AtomicBool::new(false),
        }
    }

    /// Whether there is any account.
    ///
    /// # Errors
    /// When the store fails.
    pub fn is_set_up(&self) -> Result<bool, StoreError> {
        if !self.is_set_up.load(Ordering::Acquire) && !self.store.papers(ACCOUNTS, None, 1)?.is_empty() {
            self.is_set_up.store(true, Ordering::Release);
        }
        Ok(self.is_set_up.load(Ordering::Acquire))
    }

    /// The rules of passwords and sessions.
    ///
    /// # Errors
    /// When the store fails.
    pub fn security(&self) -> Result<Security, StoreError> {
        Ok(self.read(SETTINGS, SECURITY)?.unwrap_or_default())
    }

    /// Sets the rules of passwords and sessions, in the place of those that were shown; each figure that has changed is noted.
    ///
    /// # Errors
    /// [`Refusal::OtherRules`] when they are not those that were shown any more; when the store fails.
    pub fn set_security(&self, caller: &Caller, shown: &str, mut rules: Security) -> Result<(), Refusal> {
        let _alone = self.alone();
        let mut before = self.security()?;
        if before.mark() != shown {
            return Err(Refusal::OtherRules);
        }
        let mut changes = Vec::new();
        for rule in Security::RULES {
            let figure = *(rule.of)(&mut rules);
            if figure != *(rule.of)(&mut before) {
                let subject = Subject::of("security", format!("{}={figure}", rule.name));
                changes.push((Action::Set, subject, SECURITY.to_owned()));
            }
        }
        let changes = changes.into_iter();
        let changes = changes
            .map(|(action, subject, name)| change(caller, (action, subject), (Document::Security, name), &rules));
        Ok(self.audit.note_changes(changes.collect::<Result<_, _>>()?)?)
    }

    /// How often somebody may ask.
    #[must_use]
    pub fn pace(&self) -> &Pace {
        &self.pace
    }

    fn alone(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T: DeserializeOwned>(&self, folder: &str, name: &str) -> Result<Option<T>, StoreError> {
        self.store.paper(folder, name)?.map(|body| parse(folder, name, &body)).transpose()
    }

    fn all<T: DeserializeOwned>(&self, folder: &str) -> Result<Vec<(String, T)>, StoreError> {
        let mut found = Vec::new();
        loop {
            let after = found.last().map(|(name, _): &(String, T)| name.clone());
            let page = self.store.papers(folder, after.as_deref(), PAGE)?;
            let is_last = page.len() < PAGE;
            for (name, body) in page {
                let paper = parse(folder, &name, &body)?;
                found.push((name, paper));
            }
            if is_last {
                return Ok(found);
            }
        }
    }

    fn write<T: Serialize>(&self, folder: &str, name: &str, paper: &T) -> Result<(), StoreError> {
        self.store.file_papers(vec![Paper::new(folder, name, body_of(paper)?)])
    }

    /// Writes an account together with the entry about what was done to it.
    fn keep(&self, caller: &Caller, did: (Action, Subject), account: &Account) -> Result<(), StoreError> {
        let named = (Document::Account, account.name.clone());
        self.audit.note_changes(vec![change(caller, did, named, account)?])
    }

    fn note(&self, caller: &Caller, action: Action, subject: Subject, outcome: &str) -> Result<(), StoreError> {
        self.audit.note(Note::ended(caller, action, subject, outcome))
    }
}

/// A paper that is changed, with the entry about it.
fn change<T: Serialize>(
    caller: &Caller,
    (action, subject): (Action, Subject),
    (document, name): (Document, String),
    paper: &T,
) -> Result<Change, StoreError> {
    Ok(Change { note: Note::done(caller, action, subject), document, name, body: Some(body_of(paper)?) })
}

fn deed(caller: &Caller) -> Deed {
    Deed { by: caller.account().to_owned(), at: Timestamp::now() }
}

fn body_of<T: Serialize>(paper: &T) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(paper).map_err(|error| StoreError::Io(error.to_string()))
}

fn parse<T: DeserializeOwned>(folder: &str, name: &str, body: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(body).map_err(|error| {
        let damage = Damage::Value(error.to_string());
        StoreError::Corrupt(Fault { place: format!("papers {folder}/{name}"), damage })
    })
}

/// What is kept of a secret: its SHA-256. A secret is made of random bytes, so that it cannot be guessed from it.
fn digest_of(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}
