//! Sessions: who is logged in, since when, from where.
//!
//! Enters: the secret of a cookie. Leaves: a [`Caller`]; none when the session has ended. The store keeps the hash of the secret
//! alone, so that whoever reads it cannot take a session over. Next: [`super::keyring`].

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::{Entrance, SESSIONS, body_of, digest_of};
use crate::accounts::account::{Account, Session};
use crate::accounts::password::random;
use crate::accounts::{Caller, Permission, Refusal, Role, Scope, Security};
use crate::audit::{Action, Subject};
use crate::store::{Paper, StoreError, hex};

/// How long a request is not noted after the one before it.
const NOTED_AFTER: SignedDuration = SignedDuration::from_mins(1);

/// A session as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSession {
    /// Its number: the hash of its secret, which opens nothing.
    pub id: String,
    /// The session.
    pub session: Session,
}

impl Entrance {
    pub(super) fn begin_session(
        &self,
        account: &Account,
        from: Option<IpAddr>,
        now: Timestamp,
        rules: &Security,
    ) -> Result<(String, Caller), Refusal> {
        let secret = hex(&random::<32>()?);
        let session = Session {
            account: account.name.clone(),
            began: now,
            seen: now,
            from: from.map(|from| from.to_string()),
            acting_for: None,
        };
        let _alone = self.alone();
        let mut own = Vec::new();
        let mut papers = Vec::new();
        for (id, old) in self.all::<Session>(SESSIONS)? {
            if !is_alive(&old, now, rules) {
                papers.push(Paper::gone(SESSIONS, id));
            } else if old.account == account.name {
                own.push((old.seen, id));
            }
        }
        own.sort();
        let most = usize::try_from(rules.most_sessions).unwrap_or(usize::MAX);
        let too_many = (own.len() + 1).saturating_sub(most);
        papers.extend(own.into_iter().take(too_many).map(|(_, id)| Paper::gone(SESSIONS, id)));
        papers.push(Paper::new(SESSIONS, digest_of(&secret), body_of(&session)?));
        self.store.file_papers(papers)?;
        let caller = caller_of(account, &secret, &session, rules, from);
        Ok((secret, caller))
    }

    /// The caller of a session; none when there is no such session any more.
    ///
    /// # Errors
    /// [`Refusal::TooOften`], or when the store fails.
    pub fn recognise(&self, secret: &str, from: Option<IpAddr>) -> Result<Option<Caller>, Refusal> {
        let (now, rules, id) = (Timestamp::now(), self.security()?, digest_of(secret));
        let Some(session) = self.read::<Session>(SESSIONS, &id)? else { return Ok(None) };
        let account = self.find(&session.account)?.filter(Account::is_open);
        let Some(account) = account.filter(|_| is_alive(&session, now, &rules)) else {
            self.end(&id)?;
            return Ok(None);
        };
        self.pace.account(&account.name, rules.requests_per_minute).map_err(Refusal::TooOften)?;
        if now.duration_since(session.seen) >= NOTED_AFTER {
            let _alone = self.alone();
            // It may have been ended in the meantime.
            if let Some(session) = self.read::<Session>(SESSIONS, &id)? {
                self.write(SESSIONS, &id, &Session { seen: now, ..session })?;
            }
        }
        Ok(Some(caller_of(&account, secret, &session, &rules, from)))
    }

    /// Logs out.
    ///
    /// # Errors
    /// When the store fails.
    pub fn log_out(&self, caller: &Caller) -> Result<(), Refusal> {
        if let Some(id) = caller.session() {
            self.end(id)?;
        }
        Ok(self.note(caller, Action::LogOut, Subject::of("account", caller.account()), "done")?)
    }

    /// The sessions of the caller's account, the one used last first.
    ///
    /// # Errors
    /// When the store fails.
    pub fn own_sessions(&self, caller: &Caller) -> Result<Vec<OwnSession>, Refusal> {
        let (now, rules) = (Timestamp::now(), self.security()?);
        let mut own: Vec<OwnSession> = self
            .all::<Session>(SESSIONS)?
            .into_iter()
            .filter(|(_, session)| session.account == caller.account() && is_alive(session, now, &rules))
            .map(|(id, session)| OwnSession { id, session })
            .collect();
        own.sort_by_key(|own| std::cmp::Reverse(own.session.seen));
        Ok(own)
    }

    /// Ends all sessions of the caller's account, this one too (在所有设备上退出).
    ///
    /// # Errors
    /// When the store fails.
    pub fn log_out_everywhere(&self, caller: &Caller) -> Result<(), Refusal> {
        self.end_sessions_of(caller.account())?;
        Ok(self.note(caller, Action::LogOut, Subject::of("account", caller.account()), "everywhere")?)
    }

    /// Acts for a village within the caller's scope from now on (代办), or for nobody any more.
    ///
    /// # Errors
    /// [`Refusal::NotYours`].
    pub fn act_for(&self, caller: &Caller, village: Option<&str>, is_within: bool) -> Result<(), Refusal> {
        let Some(id) = caller.session() else { return Ok(()) };
        if let Some(village) = village.filter(|_| !is_within || !caller.may(Permission::ActForVillage)) {
            return Err(Refusal::NotYours(village.to_owned()));
        }
        {
            let _alone = self.alone();
            if let Some(session) = self.read::<Session>(SESSIONS, id)? {
                self.write(SESSIONS, id, &Session { acting_for: village.map(str::to_owned), ..session })?;
            }
        }
        let subject = Subject::of("village", village.unwrap_or_default());
        Ok(self.note(caller, Action::ActFor, subject, "done")?)
    }

    pub(super) fn end_sessions_of(&self, name: &str) -> Result<(), StoreError> {
        self.end_where(|_, session| session.account == name)
    }

    pub(super) fn end_other_sessions(&self, caller: &Caller) -> Result<(), StoreError> {
        let own = caller.session().unwrap_or_default();
        self.end_where(|id, session| session.account == caller.account() && id != own)
    }

    fn end_where(&self, ends: impl Fn(&str, &Session) -> bool) -> Result<(), StoreError> {
        let _alone = self.alone();
        let all = self.all::<Session>(SESSIONS)?.into_iter();
        let ended = all.filter(|(id, session)| ends(id, session)).map(|(id, _)| Paper::gone(SESSIONS, id));
        self.store.file_papers(ended.collect())
    }

    fn end(&self, id: &str) -> Result<(), StoreError> {
        let _alone = self.alone();
        self.store.file_papers(vec![Paper::gone(SESSIONS, id)])
    }
}

fn is_alive(session: &Session, now: Timestamp, rules: &Security) -> bool {
    now.duration_since(session.seen) < rules.idle() && now.duration_since(session.began) < rules.lifetime()
}

fn caller_of(account: &Account, secret: &str, session: &Session, rules: &Security, from: Option<IpAddr>) -> Caller {
    let must_change = account.must_change_password(rules, Timestamp::now());
    let grant = account.grant.as_ref();
    let permissions: Vec<Permission> = match grant {
        // Nothing but the change of the password.
        Some(grant) if !must_change => grant.permissions().collect(),
        _ => Vec::new(),
    };
    // Whoever may not act for villages any more does not go on doing so.
    let acts = grant.is_some_and(|grant| grant.permissions().any(|held| held == Permission::ActForVillage));
    let acting_for = session.acting_for.clone().filter(|_| acts);
    let scope = match (&acting_for, grant) {
        (Some(village), _) => Scope::Divisions(vec![village.clone()]),
        (None, Some(grant)) => grant.scope.clone(),
        (None, None) => Scope::Divisions(Vec::new()),
    };
    let roles: Vec<Role> = grant.map(|grant| grant.roles.clone()).unwrap_or_default();
    Caller::person(&account.name, &roles, &permissions, scope, from)
        .in_session(&digest_of(secret), &csrf_of(secret), must_change)
        .acting(acting_for)
}

/// What forms of a session carry. It follows from the secret, which no other site knows, and does not give it away.
fn csrf_of(secret: &str) -> String {
    let mut digest = Sha256::new();
    digest.update(b"liuwu form\0");
    digest.update(secret);
    hex(&digest.finalize())
}
