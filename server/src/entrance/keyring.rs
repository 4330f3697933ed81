//! Keys with which other systems ask.
//!
//! Enters: what a key is to be for. Leaves: the key, shown once; later, from a key, a [`Caller`]. A key reads `lw_ID_SECRET`; of the
//! secret the hash alone is kept. The system administrator makes a key, the security administrator approves it, both can withdraw
//! it. Next: [`crate::disclosure`].

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};

use super::{Entrance, KEYS, deed, digest_of};
use crate::accounts::account::Key;
use crate::accounts::password::{random, same};
use crate::accounts::{Caller, Identity, Permission, Refusal, Scope, table};
use crate::audit::documents::Document;
use crate::audit::{Action, Subject};
use crate::store::{StoreError, hex};

/// What every key begins with, so that one that was published by mistake can be found.
const PREFIX: &str = "lw_";
/// Days that a key lasts at most.
pub const LONGEST_DAYS: u32 = 366;
/// How long a use is not noted after the one before it.
const NOTED_AFTER: SignedDuration = SignedDuration::from_mins(1);

/// What a key is to be for.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// Which system gets it.
    pub purpose: String,
    /// What it may do.
    pub permissions: Vec<Permission>,
    /// How far.
    pub scope: Scope,
    /// How many days it lasts.
    pub days: u32,
}

impl NewKey {
    fn check(&self) -> Result<(), Refusal> {
        if self.purpose.trim().is_empty() {
            return Err(Refusal::NoPurpose);
        }
        if self.permissions.is_empty() {
            return Err(Refusal::NoPermission);
        }
        if let Some(other) = self.permissions.iter().find(|permission| !table::FOR_KEYS.contains(permission)) {
            return Err(Refusal::NotForKeys(other.key()));
        }
        match &self.scope {
            Scope::Department(name) if name.trim().is_empty() => return Err(Refusal::EmptyScope),
            Scope::Divisions(codes) if codes.is_empty() => return Err(Refusal::EmptyScope),
            _ => {}
        }
        if (1..=LONGEST_DAYS).contains(&self.days) { Ok(()) } else { Err(Refusal::KeyDays) }
    }
}

impl Entrance {
    /// All keys, by their names.
    ///
    /// # Errors
    /// When the store fails.
    pub fn keys(&self) -> Result<Vec<Key>, StoreError> {
        Ok(self.all(KEYS)?.into_iter().map(|(_, key)| key).collect())
    }

    /// Makes a key; gives its text, to be shown once. Made at the command line it works at once, otherwise when it is approved.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub fn make_key(&self, caller: &Caller, new: NewKey) -> Result<(Key, String), Refusal> {
        new.check()?;
        let (id, secret) = (hex(&random::<4>()?), hex(&random::<24>()?));
        let made = deed(caller);
        let key = Key {
            id: id.clone(),
            digest: digest_of(&secret),
            purpose: new.purpose.trim().to_owned(),
            permissions: new.permissions,
            scope: new.scope,
            until: made.at + SignedDuration::from_hours(24 * i64::from(new.days)),
            approved: (*caller.identity() == Identity::Terminal).then(|| made.clone()),
            made,
            withdrawn: None,
            used: None,
        };
        let _alone = self.alone();
        self.keep_key(caller, Action::MakeKey, &key)?;
        Ok((key, format!("{PREFIX}{id}_{secret}")))
    }

    /// Approves a key.
    ///
    /// # Errors
    /// [`Refusal::NoKey`], [`Refusal::OwnProposal`], [`Refusal::NothingProposed`].
    pub fn approve_key(&self, caller: &Caller, id: &str) -> Result<(), Refusal> {
        self.change_key(caller, Action::Approve, id, |key| {
            if key.made.by == caller.account() {
                return Err(Refusal::OwnProposal);
            }
            if key.approved.is_some() || key.withdrawn.is_some() {
                return Err(Refusal::NothingProposed(id.to_owned()));
            }
            key.approved = Some(deed(caller));
            Ok(())
        })
    }

    /// Withdraws a key for good.
    ///
    /// # Errors
    /// [`Refusal::NoKey`].
    pub fn withdraw_key(&self, caller: &Caller, id: &str) -> Result<(), Refusal> {
        self.change_key(caller, Action::WithdrawKey, id, |key| {
            key.withdrawn.get_or_insert(deed(caller));
            Ok(())
        })
    }

    /// The caller with a key; none when it is no key that works.
    ///
    /// # Errors
    /// When the store fails.
    pub fn open_with(&self, text: &str, from: Option<IpAddr>) -> Result<Option<Caller>, Refusal> {
        let now = Timestamp::now();
        let Some((id, secret)) = text.strip_prefix(PREFIX).and_then(|rest| rest.split_once('_')) else {
            return Ok(None);
        };
        let key = if id.is_empty() || id.len() > 64 { None } else { self.read::<Key>(KEYS, id)? };
        let fits = |key: &Key| same(key.digest.as_bytes(), digest_of(secret).as_bytes()) && key.works(now);
        let Some(key) = key.filter(fits) else { return Ok(None) };
        if key.used.is_none_or(|used| now.duration_since(used) >= NOTED_AFTER) {
            let _alone = self.alone();
            if let Some(key) = self.read::<Key>(KEYS, id)? {
                self.write(KEYS, id, &Key { used: Some(now), ..key })?;
            }
        }
        Ok(Some(Caller::key(&key.id, &key.permissions, key.scope, from)))
    }

    fn change_key(
        &self,
        caller: &Caller,
        action: Action,
        id: &str,
        change: impl FnOnce(&mut Key) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let missing = || Refusal::NoKey(id.to_owned());
        let _alone = self.alone();
        let found = if id.is_empty() || id.len() > 64 { None } else { self.read::<Key>(KEYS, id)? };
        let mut key = found.ok_or_else(missing)?;
        change(&mut key)?;
        Ok(self.keep_key(caller, action, &key)?)
    }

    /// Writes a key together with the entry about what was done to it.
    fn keep_key(&self, caller: &Caller, action: Action, key: &Key) -> Result<(), StoreError> {
        let did = (action, Subject::of("key", &key.id));
        self.audit.note_changes(vec![super::change(caller, did, (Document::Key, key.id.clone()), key)?])
    }
}
