//! The register of accounts: what one administrator proposes and another one approves.
//!
//! Enters: names, roles and scopes. Leaves: accounts, and one-time passwords to be handed over. The system administrator
//! proposes a new account, other roles or a new password; nothing of it holds before the security administrator has approved
//! it. Somebody at the command line, who has the data in their hands anyway, does both at once. Next: [`super::first`].

use jiff::{SignedDuration, Timestamp};

use super::{ACCOUNTS, Entrance, deed};
use crate::accounts::account::{Account, Grant, Proposal, Proposed};
use crate::accounts::password::{self, Password};
use crate::accounts::{Caller, Refusal, Role};
use crate::audit::{Action, Subject};
use crate::store::StoreError;

/// A password to be handed to whoever the account is for; shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTime(pub String);

impl Entrance {
    /// All accounts, by name.
    ///
    /// # Errors
    /// When the store fails.
    pub fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        Ok(self.all(ACCOUNTS)?.into_iter().map(|(_, account)| account).collect())
    }

    /// One account.
    ///
    /// # Errors
    /// [`Refusal::NoAccount`].
    pub fn account(&self, name: &str) -> Result<Account, Refusal> {
        self.find(name)?.ok_or_else(|| Refusal::NoAccount(name.to_owned()))
    }

    pub(super) fn find(&self, name: &str) -> Result<Option<Account>, StoreError> {
        // A name of another shape is nobody's; the store would refuse to look for it.
        if name.is_empty() || name.len() > 64 { Ok(None) } else { self.read(ACCOUNTS, name) }
    }

    /// Proposes a new account.
    ///
    /// # Errors
    /// [`Refusal::Name`], [`Refusal::Taken`], and those of [`Grant::check`].
    pub fn propose_account(&self, caller: &Caller, name: &str, title: &str, grant: Grant) -> Result<(), Refusal> {
        let _alone = self.alone();
        let account = Account { proposal: None, ..self.new_account(caller, name, title, &grant)? };
        self.file_proposal(caller, account, Proposed::Grant(grant))
    }

    /// Makes an account at once, by somebody at the command line or on the first start.
    ///
    /// # Errors
    /// As [`Self::propose_account`].
    pub fn add_account(&self, caller: &Caller, name: &str, title: &str, grant: Grant) -> Result<OneTime, Refusal> {
        let _alone = self.alone();
        let mut account = self.new_account(caller, name, title, &grant)?;
        account.grant = Some(grant);
        let one_time = self.give_one_time(&mut account)?;
        self.keep(caller, named(Action::AddAccount, name), &account)?;
        Ok(one_time)
    }

    fn new_account(&self, caller: &Caller, name: &str, title: &str, grant: &Grant) -> Result<Account, Refusal> {
        let account = Account::new(name, title, deed(caller))?;
        grant.check()?;
        match self.find(name)? {
            Some(_) => Err(Refusal::Taken(name.to_owned())),
            None => Ok(account),
        }
    }

    /// Proposes other roles or another scope, or a new password.
    ///
    /// # Errors
    /// [`Refusal::NoAccount`], and those of [`Grant::check`].
    pub fn propose(&self, caller: &Caller, name: &str, what: Proposed) -> Result<(), Refusal> {
        if let Proposed::Grant(grant) = &what {
            grant.check()?;
        }
        let _alone = self.alone();
        self.file_proposal(caller, self.account(name)?, what)
    }

    fn file_proposal(&self, caller: &Caller, mut account: Account, what: Proposed) -> Result<(), Refusal> {
        let subject = subject_of(&account.name, &what);
        account.proposal = Some(Proposal { deed: deed(caller), what });
        Ok(self.keep(caller, (Action::Propose, subject), &account)?)
    }

    /// Changes office and post in the list of accounts.
    ///
    /// # Errors
    /// [`Refusal::NoAccount`].
    pub fn name_post(&self, caller: &Caller, name: &str, title: &str) -> Result<(), Refusal> {
        self.change(caller, Action::Set, name, |account| {
            title.trim().clone_into(&mut account.title);
            Ok(())
        })
    }

    /// Approves what has been proposed, as `mark` says it was shown. An account that has no password gets a one-time one; its
    /// sessions end, so that nothing goes on that was begun with other rights.
    ///
    /// # Errors
    /// [`Refusal::NothingProposed`], [`Refusal::OtherProposal`], [`Refusal::OwnProposal`], [`Refusal::LastOfKind`].
    pub fn approve(&self, caller: &Caller, name: &str, mark: &str) -> Result<Option<OneTime>, Refusal> {
        let one_time = self.approve_alone(caller, name, mark)?;
        self.end_sessions_of(name)?;
        if one_time.is_some() {
            self.forget_tries(name);
        }
        Ok(one_time)
    }

    fn approve_alone(&self, caller: &Caller, name: &str, mark: &str) -> Result<Option<OneTime>, Refusal> {
        let _alone = self.alone();
        let mut account = self.account(name)?;
        let proposal = take_proposal(&mut account, mark)?;
        if proposal.deed.by == caller.account() {
            return Err(Refusal::OwnProposal);
        }
        let subject = subject_of(name, &proposal.what);
        let needs_password = match proposal.what {
            Proposed::NewPassword => true,
            Proposed::Grant(grant) => {
                self.check_last_of_kind(&account, &grant.roles)?;
                account.grant = Some(grant);
                account.password.is_none()
            }
        };
        let one_time = if needs_password { Some(self.give_one_time(&mut account)?) } else { None };
        self.keep(caller, (Action::Approve, subject), &account)?;
        Ok(one_time)
    }

    /// Turns down what has been proposed, as `mark` says it was shown.
    ///
    /// # Errors
    /// [`Refusal::NothingProposed`], [`Refusal::OtherProposal`].
    pub fn turn_down(&self, caller: &Caller, name: &str, mark: &str) -> Result<(), Refusal> {
        let _alone = self.alone();
        let mut account = self.account(name)?;
        let proposal = take_proposal(&mut account, mark)?;
        Ok(self.keep(caller, (Action::TurnDown, subject_of(name, &proposal.what)), &account)?)
    }

    /// Closes an account and ends its sessions. It can be opened again; nothing of what it has done is forgotten.
    ///
    /// # Errors
    /// [`Refusal::NoAccount`], [`Refusal::LastOfKind`].
    pub fn close(&self, caller: &Caller, name: &str) -> Result<(), Refusal> {
        self.change(caller, Action::Close, name, |account| {
            self.check_last_of_kind(account, &[])?;
            account.closed = Some(deed(caller));
            Ok(())
        })?;
        Ok(self.end_sessions_of(name)?)
    }

    /// Opens an account again.
    ///
    /// # Errors
    /// [`Refusal::NoAccount`].
    pub fn reopen(&self, caller: &Caller, name: &str) -> Result<(), Refusal> {
        self.change(caller, Action::Reopen, name, |account| {
            account.closed = None;
            Ok(())
        })
    }

    /// Unlocks an account after too many failed tries.
    ///
    /// # Errors
    /// [`Refusal::NoAccount`].
    pub fn unlock(&self, caller: &Caller, name: &str) -> Result<(), Refusal> {
        self.change(caller, Action::Unlock, name, |account| {
            account.locked_until = None;
            account.locks = 0;
            Ok(())
        })?;
        self.forget_tries(name);
        Ok(())
    }

    /// Gives an account a new one-time password at once, by somebody at the command line.
    ///
    /// # Errors
    /// [`Refusal::NoAccount`].
    pub fn reset(&self, caller: &Caller, name: &str) -> Result<OneTime, Refusal> {
        let one_time = {
            let _alone = self.alone();
            let mut account = self.account(name)?;
            let one_time = self.give_one_time(&mut account)?;
            self.keep(caller, named(Action::Reset, name), &account)?;
            one_time
        };
        self.end_sessions_of(name)?;
        self.forget_tries(name);
        Ok(one_time)
    }

    pub(super) fn hash(&self, text: &str) -> Result<Password, Refusal> {
        let _alone = self.hashing.lock();
        Password::new(text, self.cost)
    }

    pub(super) fn give_one_time(&self, account: &mut Account) -> Result<OneTime, Refusal> {
        let rules = self.security()?;
        let text = password::one_time()?;
        let now = Timestamp::now();
        let until = now + SignedDuration::from_hours(i64::from(rules.temporary_hours));
        account.set_password(self.hash(&text)?, now, Some(until), rules.password_history);
        Ok(OneTime(text))
    }

    fn change(
        &self,
        caller: &Caller,
        action: Action,
        name: &str,
        change: impl FnOnce(&mut Account) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let _alone = self.alone();
        let mut account = self.account(name)?;
        change(&mut account)?;
        Ok(self.keep(caller, named(action, name), &account)?)
    }

    /// Without one of the administrators nobody could ever make or approve an account again.
    fn check_last_of_kind(&self, account: &Account, remaining: &[Role]) -> Result<(), Refusal> {
        for role in [Role::SystemAdministrator, Role::SecurityAdministrator] {
            if !account.is_open() || !account.has(role) || remaining.contains(&role) {
                continue;
            }
            let holds = |other: &Account| other.name != account.name && other.is_open() && other.has(role);
            if !self.accounts()?.iter().any(holds) {
                return Err(Refusal::LastOfKind(account.name.clone()));
            }
        }
        Ok(())
    }
}

/// Takes out what is proposed, if it is what was shown.
fn take_proposal(account: &mut Account, mark: &str) -> Result<Proposal, Refusal> {
    let proposal = account.proposal.take().ok_or_else(|| Refusal::NothingProposed(account.name.clone()))?;
    if proposal.mark() == mark { Ok(proposal) } else { Err(Refusal::OtherProposal(account.name.clone())) }
}

/// What is done to an account.
pub(super) fn named(action: Action, name: &str) -> (Action, Subject) {
    (action, Subject::of("account", name))
}

/// An account with what is proposed for it.
fn subject_of(name: &str, what: &Proposed) -> Subject {
    Subject::of("account", format!("{name}={what}"))
}
