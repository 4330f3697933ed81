//! Whom to tell: registering, trying out, pausing, resuming and striking off, each noted in the log.
//!
//! Enters: a caller and what is asked, from the API, the page or the command line. Leaves: a [`Subscription`] as it stands now. An
//! address is refused unless the operator has allowed its host: so nobody who may register one makes this server ask around in
//! the network it stands in. Next: [`crate::pages`].

use jiff::Timestamp;

use super::outbox::{self, Try};
use super::{Event, Occasion, Subscription, courier, host_of, roll, signature};
use crate::accounts::Caller;
use crate::audit::{Action, Audit, Note, Subject};
use crate::error::Problem;
use crate::state::App;
use crate::store::Store;

/// Characters of an address at most.
const LONGEST: usize = 2_000;

/// The register in the hands of somebody.
pub struct Registry<'a> {
    /// The store.
    pub store: &'a dyn Store,
    /// The log.
    pub audit: &'a Audit,
    /// Who asks.
    pub caller: &'a Caller,
    /// Hosts that may be written to.
    pub allowed: &'a [String],
    /// When.
    pub now: Timestamp,
}

/// What is to be registered.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Where messages go.
    pub url: String,
    /// Of what; everything when empty.
    pub events: Vec<Event>,
    /// When.
    pub occasion: Occasion,
}

impl App {
    /// The register of webhooks in the hands of a caller.
    pub fn webhooks<'a>(&'a self, caller: &'a Caller) -> Registry<'a> {
        let allowed = &self.config().webhook_host;
        Registry { store: self.store(), audit: self.audit(), caller, allowed, now: self.clock() }
    }

    /// Sends a message that says nothing to a webhook, once and now, also while sending is paused.
    ///
    /// # Errors
    /// [`Problem::Absent`]; the store's.
    pub async fn ping_webhook(&self, caller: Caller, id: u64) -> Result<Try, Problem> {
        let subscription = self.blocking(move |app| roll::find(app.store(), id)).await?;
        let tried = courier::ping(&self.config().webhook_host, self.clock(), &subscription).await;
        let kept = tried.clone();
        self.blocking(move |app| app.webhooks(&caller).has_tried(&kept)).await?;
        Ok(tried)
    }
}

impl Registry<'_> {
    /// Registers an address. Its secret is shown this once.
    ///
    /// # Errors
    /// [`Problem::Parameter`] for an address that is none or not allowed, [`Problem::TooMany`]; the store's.
    pub fn register(&self, wish: Wish) -> Result<Subscription, Problem> {
        let url = wish.url.trim().to_owned();
        if url.len() > LONGEST {
            return Err(Problem::parameter(
                "url",
                format!("网址不超过 {LONGEST} 个字符"),
                format!("at most {LONGEST} characters"),
            ));
        }
        host_of(&url, self.allowed)?;
        if let Some(event) = wish.events.iter().find(|event| !Event::ALL.contains(event)) {
            let key = event.key();
            return Err(Problem::parameter("events", format!("{key} 不用登记"), format!("{key} is sent unasked")));
        }
        let secret = signature::new_secret().map_err(|error| Problem::Internal(error.to_string()))?;
        let mut subscription = Subscription {
            id: 0,
            url,
            secret,
            events: if wish.events.is_empty() { Event::ALL.to_vec() } else { wish.events },
            occasion: wish.occasion,
            by: self.caller.name(),
            at: self.now,
            failing_since: None,
            stopped: None,
        };
        subscription.id = roll::register(self.store, subscription.clone())?;
        self.note(Action::Set, &subscription)?;
        Ok(subscription)
    }

    /// Keeps what came of a message that says nothing, sent to see whether it arrives.
    ///
    /// # Errors
    /// The store's.
    pub fn has_tried(&self, tried: &Try) -> Result<(), Problem> {
        outbox::keep(self.store, tried)?;
        let subject = Subject::of("webhook", format!("{}/{}", tried.subscription, tried.message));
        Ok(self.audit.note(Note::ended(self.caller, Action::Send, subject, &tried.outcome()))?)
    }

    /// Sends nothing there any more. What was to be told by then waits; what comes later is not told, and resuming says so.
    ///
    /// # Errors
    /// [`Problem::Absent`]; the store's.
    pub fn pause(&self, id: u64) -> Result<Subscription, Problem> {
        let subscription = roll::change(self.store, id, |subscription| {
            subscription.stopped.get_or_insert(self.now);
            Ok(Vec::new())
        })?;
        self.note(Action::Set, &subscription)?;
        Ok(subscription)
    }

    /// Sends there again: everything that waits at once, and after it that changes were not told meanwhile.
    ///
    /// # Errors
    /// [`Problem::Absent`]; the store's.
    pub fn resume(&self, id: u64) -> Result<Subscription, Problem> {
        let subscription = courier::resume(self.store, self.now, id)?;
        self.note(Action::Set, &subscription)?;
        Ok(subscription)
    }

    /// Strikes an address off, with all that was still to be told there.
    ///
    /// # Errors
    /// [`Problem::Absent`]; the store's.
    pub fn strike_off(&self, id: u64) -> Result<(), Problem> {
        let subscription = roll::strike_off(self.store, id)?;
        self.note(Action::Set, &subscription)
    }

    fn note(&self, action: Action, subscription: &Subscription) -> Result<(), Problem> {
        Ok(self.audit.note(Note::done(self.caller, action, Subject::of("webhook", subscription.id)))?)
    }
}
