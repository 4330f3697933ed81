//! The first accounts of a new installation.
//!
//! Enters: the code of the one-time link that the server shows at start, and three names. Leaves: the three administrators with
//! their one-time passwords. There is no default password, and no account that nobody has asked for. Next: [`super::pace`].

use std::sync::PoisonError;

use super::register::OneTime;
use super::{Entrance, change, deed, digest_of};
use crate::accounts::password::{random, same};
use crate::accounts::{Account, Caller, Grant, Refusal, Role, Scope};
use crate::audit::documents::Document;
use crate::audit::{Action, Subject};
use crate::store::{StoreError, hex};

impl Entrance {
    /// Makes the code of the link; the one before it is not good any more.
    ///
    /// # Errors
    /// [`Refusal::SetUp`] when there are accounts.
    pub fn offer_set_up(&self) -> Result<String, Refusal> {
        if self.is_set_up()? {
            return Err(Refusal::SetUp);
        }
        let code = hex(&random::<16>()?);
        *self.offered.lock().unwrap_or_else(PoisonError::into_inner) = Some(digest_of(&code));
        Ok(code)
    }

    /// Whether the first accounts can be made with a code.
    ///
    /// # Errors
    /// [`Refusal::SetUp`], [`Refusal::WrongCode`].
    pub fn check_set_up(&self, code: &str) -> Result<(), Refusal> {
        if self.is_set_up()? {
            return Err(Refusal::SetUp);
        }
        let offered = self.offered.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = offered.as_ref().is_some_and(|offered| same(offered.as_bytes(), digest_of(code).as_bytes()));
        if fits { Ok(()) } else { Err(Refusal::WrongCode) }
    }

    /// Makes the first accounts, all of them or none.
    ///
    /// # Errors
    /// Those of [`Self::check_set_up`]; [`Refusal::Name`], [`Refusal::Taken`].
    pub fn set_up(&self, caller: &Caller, code: &str, named: &[(Role, String)]) -> Result<Vec<OneTime>, Refusal> {
        let _alone = self.alone();
        self.check_set_up(code)?;
        let mut accounts = Vec::new();
        for (place, (role, name)) in named.iter().enumerate() {
            if named.iter().take(place).any(|(_, other)| other == name) {
                return Err(Refusal::Taken(name.clone()));
            }
            let grant = Grant { roles: vec![*role], scope: Scope::Everything };
            accounts.push(Account { grant: Some(grant), ..Account::new(name, "", deed(caller))? });
        }
        let given = accounts.iter_mut().map(|account| self.give_one_time(account)).collect::<Result<Vec<_>, _>>()?;
        let changes = accounts.iter().map(|account| {
            let named = (Document::Account, account.name.clone());
            change(caller, (Action::AddAccount, Subject::of("account", &account.name)), named, account)
        });
        self.audit.note_changes(changes.collect::<Result<_, StoreError>>()?)?;
        *self.offered.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(given)
    }
}
