//! Logging in, and one's own password.
//!
//! Enters: a name and a password. Leaves: a session's secret, or a refusal that does not tell whether the name or the password
//! was wrong, after the same time. Next: [`super::sessions`].

use std::net::IpAddr;
use std::sync::PoisonError;

use jiff::Timestamp;

use super::Entrance;
use super::register::named;
use crate::accounts::account::Account;
use crate::accounts::password::{self, Password};
use crate::accounts::{Caller, Refusal};
use crate::audit::{Action, Subject};

/// Somebody who has logged in.
#[derive(Debug)]
pub struct LoggedIn {
    /// The secret of the session, for the cookie.
    pub secret: String,
    /// The password has to be changed before anything else.
    pub must_change: bool,
}

impl Entrance {
    /// Logs somebody in.
    ///
    /// # Errors
    /// [`Refusal::WrongPassword`], [`Refusal::Locked`], [`Refusal::Expired`].
    pub fn log_in(&self, name: &str, text: &str, from: Option<IpAddr>) -> Result<LoggedIn, Refusal> {
        let name = name.trim().to_lowercase();
        let tried = self.try_in(&name, text, from);
        if let Err(refusal) = &tried {
            // What was typed as a name may be anything, a password among them; only the name of an account is written down.
            let known = self.find(&name)?.map_or_else(String::new, |account| account.name);
            let caller = Caller::public(from);
            self.note(&caller, Action::LogIn, Subject::of("account", known), refusal.code())?;
        }
        tried
    }

    fn try_in(&self, name: &str, text: &str, from: Option<IpAddr>) -> Result<LoggedIn, Refusal> {
        let now = Timestamp::now();
        let rules = self.security()?;
        let found = self.find(name)?;
        let locked = found.as_ref().and_then(|account| account.locked_until).filter(|until| *until > now);
        if let Some(until) = locked.max(self.wait(name, from, now)) {
            return Err(Refusal::Locked { minutes: minutes_until(until, now) });
        }
        let account = found.filter(Account::is_open);
        let kept = account.as_ref().and_then(|account| account.password.clone());
        let password = kept.unwrap_or_else(|| Password::nobodys(self.cost));
        self.try_password(name, from, now, &password, text)?;
        let Some(account) = account else { return Err(Refusal::WrongPassword) };
        if account.one_time_until.is_some_and(|until| until <= now) {
            return Err(Refusal::Expired);
        }
        self.forget_tries(name);
        let must_change = account.must_change_password(&rules, now);
        let (secret, caller) = self.begin_session(&account, from, now, &rules)?;
        self.succeeded(&caller, &account, now)?;
        Ok(LoggedIn { secret, must_change })
    }

    /// Looks whether a text is a password. A failure is counted, and locks the account when it was one too many.
    fn try_password(
        &self,
        name: &str,
        from: Option<IpAddr>,
        now: Timestamp,
        password: &Password,
        text: &str,
    ) -> Result<(), Refusal> {
        let rules = self.security()?;
        let locks_before = self.find(name)?.map_or(0, |account| account.locks);
        let until = {
            // One after the other up to the count, or many at the same time would all be looked at before the first has failed.
            let _alone = self.hashing.lock();
            if let Some(until) = self.wait(name, from, now) {
                return Err(Refusal::Locked { minutes: minutes_until(until, now) });
            }
            if password.is(text)? {
                return Ok(());
            }
            self.tries.lock().unwrap_or_else(PoisonError::into_inner).fail(name, from, now, &rules, locks_before)
        };
        let Some(until) = until else { return Err(Refusal::WrongPassword) };
        self.lock(name, from, until)?;
        Err(Refusal::Locked { minutes: minutes_until(until, now) })
    }

    /// Keeps until when an account is locked: a restart forgets the count, not the lock.
    fn lock(&self, name: &str, from: Option<IpAddr>, until: Timestamp) -> Result<(), Refusal> {
        let _alone = self.alone();
        if let Some(mut account) = self.find(name)? {
            account.locked_until = Some(until);
            account.locks += 1;
            self.keep(&Caller::public(from), named(Action::Lock, name), &account)?;
        }
        Ok(())
    }

    fn wait(&self, name: &str, from: Option<IpAddr>, now: Timestamp) -> Option<Timestamp> {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner).wait(name, from, now)
    }

    fn succeeded(&self, caller: &Caller, account: &Account, now: Timestamp) -> Result<(), Refusal> {
        let _alone = self.alone();
        let account = self.account(&account.name)?;
        let changed = Account { last_login: Some(now), locked_until: None, locks: 0, ..account };
        Ok(self.keep(caller, named(Action::LogIn, &changed.name), &changed)?)
    }

    /// Changes the password of somebody who knows the present one; all other sessions end.
    ///
    /// # Errors
    /// [`Refusal::WrongPassword`], [`Refusal::Locked`], and the first rule that the new one breaks.
    pub fn change_password(&self, caller: &Caller, present: &str, new: &str, again: &str) -> Result<(), Refusal> {
        let name = caller.account();
        let done = self.exchange(caller, present, new, again);
        if let Err(refusal) = &done {
            self.note(caller, Action::ChangePassword, Subject::of("account", name), refusal.code())?;
        }
        done
    }

    fn exchange(&self, caller: &Caller, present: &str, new: &str, again: &str) -> Result<(), Refusal> {
        let (name, now) = (caller.account(), Timestamp::now());
        let rules = self.security()?;
        let account = self.account(name)?;
        let kept = account.password.ok_or(Refusal::WrongPassword)?;
        self.try_password(name, caller.from(), now, &kept, present)?;
        if new != again {
            return Err(Refusal::Differ);
        }
        password::check(new, name, &rules)?;
        let history = usize::try_from(rules.password_history).unwrap_or(usize::MAX);
        for former in std::iter::once(&kept).chain(account.former.iter().take(history)) {
            if self.opens(former, new)? {
                return Err(Refusal::Reused);
            }
        }
        let password = self.hash(new)?;
        {
            let _alone = self.alone();
            let mut account = self.account(name)?;
            if account.password.as_ref() != Some(&kept) {
                // An administrator has given a new one meanwhile: the present one is not the present one any more.
                return Err(Refusal::WrongPassword);
            }
            account.set_password(password, now, None, rules.password_history);
            self.keep(caller, named(Action::ChangePassword, name), &account)?;
        }
        self.end_other_sessions(caller)?;
        Ok(())
    }

    fn opens(&self, password: &Password, text: &str) -> Result<bool, Refusal> {
        let _alone = self.hashing.lock();
        password.is(text)
    }
}

fn minutes_until(until: Timestamp, now: Timestamp) -> i64 {
    (until.duration_since(now).as_secs() + 59) / 60
}
