//! What is still to be told, and what came of each try: papers of the store.
//!
//! Enters: messages, and the outcomes of tries. Leaves: the messages that are due. A message is taken out only together with the
//! note that it arrived; so after a restart it may be sent twice, under the same number, and never not at all. Next:
//! [`super::signature`].

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Event, decode, encode};
use crate::store::{Paper, Store, StoreError};

const WAITING: &str = "outbox";
const TRIED: &str = "deliveries";
/// Papers read at a time.
const PAGE: usize = 200;
/// How long tries are kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long to wait after each failed try, in seconds; the last for all further ones.
const PAUSES: [i64; 7] = [5, 30, 120, 600, 3_600, 21_600, 86_400];

/// A message to one subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its place in the order in which messages were written.
    pub place: String,
    /// Its number, the same at every try.
    pub id: String,
    /// To whom.
    pub subscription: u64,
    /// Of what.
    pub event: Event,
    /// What it says, JSON.
    pub body: String,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried next.
    pub next: Timestamp,
}

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Try {
    /// The message.
    pub message: String,
    /// To whom.
    pub subscription: u64,
    /// Of what.
    pub event: Event,
    /// The how-manieth try, from 1.
    pub number: u32,
    /// When.
    pub at: Timestamp,
    /// The status that was answered, if anything was.
    pub status: Option<u16>,
    /// Why it failed; none: it arrived.
    pub failure: Option<String>,
}

impl Try {
    /// How it ended, in a word for the log.
    #[must_use]
    pub fn outcome(&self) -> String {
        match (&self.failure, self.status) {
            (None, _) => "done".to_owned(),
            (Some(_), Some(status)) => format!("http-{status}"),
            (Some(_), None) => "no-answer".to_owned(),
        }
    }

    pub(super) fn to_paper(&self) -> Result<Paper, StoreError> {
        let name = format!("{:014}-{}-{}", self.at.as_millisecond(), self.message, self.number);
        Ok(Paper::new(TRIED, name, encode(self)?))
    }
}

impl Message {
    /// Its paper after a try: gone, or waiting for the next one.
    pub(super) fn after(self, outcome: &Try) -> Result<Paper, StoreError> {
        if outcome.failure.is_none() { Ok(self.gone()) } else { self.postponed(outcome.at).to_paper() }
    }

    /// How it is tried again after a failure.
    fn postponed(mut self, now: Timestamp) -> Message {
        let last = PAUSES.last().copied().unwrap_or_default();
        let pause = PAUSES.get(self.tries as usize).copied().unwrap_or(last);
        self.tries += 1;
        self.next = now.saturating_add(SignedDuration::from_secs(pause)).unwrap_or(now);
        self
    }

    /// Takes its paper away.
    pub(super) fn gone(&self) -> Paper {
        Paper::gone(WAITING, self.name())
    }

    fn name(&self) -> String {
        format!("{}-{}", self.place, self.id)
    }

    /// The paper of it.
    ///
    /// # Errors
    /// None in practice; the serialiser's.
    pub fn to_paper(&self) -> Result<Paper, StoreError> {
        Ok(Paper::new(WAITING, self.name(), encode(self)?))
    }
}

/// All that is waiting, in the order in which it was filed.
///
/// # Errors
/// The store's.
pub fn waiting(store: &dyn Store) -> Result<Vec<Message>, StoreError> {
    all(store, WAITING)
}

/// What was tried, oldest first.
///
/// # Errors
/// The store's.
pub fn tried(store: &dyn Store) -> Result<Vec<Try>, StoreError> {
    all(store, TRIED)
}

/// Keeps what came of a message that does not wait for another try.
///
/// # Errors
/// The store's.
pub fn keep(store: &dyn Store, outcome: &Try) -> Result<(), StoreError> {
    store.file_papers(vec![outcome.to_paper()?])
}

/// The papers that have everything that waits for a subscription tried at once.
///
/// # Errors
/// The store's.
pub fn hastened(store: &dyn Store, subscription: u64, now: Timestamp) -> Result<Vec<Paper>, StoreError> {
    let own = waiting(store)?.into_iter().filter(|message| message.subscription == subscription);
    own.map(|message| Message { next: now, ..message }.to_paper()).collect()
}

/// The papers that throw away all that waits for a subscription.
pub(super) fn gone_of(store: &dyn Store, subscription: u64) -> Result<Vec<Paper>, StoreError> {
    let own = waiting(store)?.into_iter().filter(|message| message.subscription == subscription);
    Ok(own.map(|message| message.gone()).collect())
}

/// Throws away what was tried long ago.
///
/// # Errors
/// The store's.
pub fn forget(store: &dyn Store, now: Timestamp) -> Result<(), StoreError> {
    let end = format!("{:014}", now.saturating_sub(KEPT).unwrap_or(now).as_millisecond());
    loop {
        let page = store.papers(TRIED, None, PAGE)?;
        let over: Vec<Paper> =
            page.iter().filter(|(name, _)| *name < end).map(|(name, _)| Paper::gone(TRIED, name)).collect();
        let more = over.len() == PAGE;
        if !over.is_empty() {
            store.file_papers(over)?;
        }
        if !more {
            return Ok(());
        }
    }
}

fn all<T: DeserializeOwned>(store: &dyn Store, folder: &str) -> Result<Vec<T>, StoreError> {
    let mut found = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = store.papers(folder, after.as_deref(), PAGE)?;
        let full = page.len() == PAGE;
        after = page.last().map(|(name, _)| name.clone());
        found.extend(page.iter().filter_map(|(_, body)| decode(body)));
        if !full {
            return Ok(found);
        }
    }
}
