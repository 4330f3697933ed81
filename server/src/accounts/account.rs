//! Accounts and keys as they are kept.
//!
//! Enters: what administrators have decided. Leaves: an [`Account`] or [`Key`] to be stored as a paper. Next: [`crate::entrance`].

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::password::Password;
use super::refusal::Refusal;
use super::security::Security;
use super::{Permission, Role, Scope, table};
use crate::store::hex;

/// What an account may do and how far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Its roles.
    pub roles: Vec<Role>,
    /// How far they reach.
    pub scope: Scope,
}

impl Grant {
    /// Checks that one account may hold it.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub fn check(&self) -> Result<(), Refusal> {
        if self.roles.is_empty() {
            return Err(Refusal::NoRole);
        }
        if let Some((one, other)) = table::quarrel(&self.roles) {
            return Err(Refusal::Quarrel(one, other));
        }
        match &self.scope {
            Scope::Department(name) if name.trim().is_empty() => Err(Refusal::EmptyScope),
            Scope::Divisions(codes) if codes.is_empty() => Err(Refusal::EmptyScope),
            Scope::Everything | Scope::Department(_) if self.roles.contains(&Role::Village) => {
                Err(Refusal::VillageScope)
            }
            _ => Ok(()),
        }
    }

    /// Everything that its roles may do.
    pub fn permissions(&self) -> impl Iterator<Item = Permission> {
        self.roles.iter().flat_map(|role| table::permissions(*role)).copied()
    }
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What the system administrator has proposed and the security administrator has to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// By whom and when.
    pub deed: Deed,
    /// What.
    pub what: Proposed,
}

impl Proposal {
    /// By what a form tells that it decides this proposal, as it was shown, and no other that has taken its place since.
    #[must_use]
    pub fn mark(&self) -> String {
        let Deed { by, at } = &self.deed;
        hex(&Sha256::digest(format!("{by}\n{at}\n{}", self.what)))
    }
}

/// What is proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proposed {
    /// Roles and scope in place of those it has.
    Grant(Grant),
    /// A new one-time password.
    NewPassword,
}

/// As the log has it: `assessor,approver@divisions:330381101000`.
impl fmt::Display for Proposed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Proposed::Grant(Grant { roles, scope }) = self else { return f.write_str("new-password") };
        let roles: Vec<&str> = roles.iter().map(|role| role.key()).collect();
        write!(f, "{}@", roles.join(","))?;
        match scope {
            Scope::Everything => f.write_str("everything"),
            Scope::Department(name) => write!(f, "department:{name}"),
            Scope::Divisions(codes) => write!(f, "divisions:{}", codes.join(",")),
        }
    }
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The name, by which it logs in.
    pub name: String,
    /// Office and post, for the list of accounts.
    pub title: String,
    /// What it may do; nothing before it has been approved.
    pub grant: Option<Grant>,
    /// What waits to be approved.
    pub proposal: Option<Proposal>,
    /// Its password.
    pub password: Option<Password>,
    /// When it was set.
    pub password_at: Option<Timestamp>,
    /// The password was made by the system and seen by somebody else: it is good until then, and to be changed at once.
    pub one_time_until: Option<Timestamp>,
    /// Passwords it has had, the newest first.
    pub former: Vec<Password>,
    /// No login before then, after too many failed tries.
    pub locked_until: Option<Timestamp>,
    /// How often in a row it has been locked.
    pub locks: u32,
    /// By whom it was closed.
    pub closed: Option<Deed>,
    /// By whom it was made.
    pub made: Deed,
    /// The last login.
    pub last_login: Option<Timestamp>,
}

impl Account {
    /// A new account that may do nothing yet.
    ///
    /// # Errors
    /// [`Refusal::Name`].
    pub fn new(name: &str, title: &str, made: Deed) -> Result<Account, Refusal> {
        if !is_name(name) {
            return Err(Refusal::Name(name.to_owned()));
        }
        Ok(Account {
            name: name.to_owned(),
            title: title.trim().to_owned(),
            grant: None,
            proposal: None,
            password: None,
            password_at: None,
            one_time_until: None,
            former: Vec::new(),
            locked_until: None,
            locks: 0,
            closed: None,
            made,
            last_login: None,
        })
    }

    /// Whether it can log in: approved and not closed.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.grant.is_some() && self.closed.is_none()
    }

    /// Whether it has a role.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.grant.as_ref().is_some_and(|grant| grant.roles.contains(&role))
    }

    /// Whether its password has to be changed before anything else: somebody else has seen it, or it is too old.
    #[must_use]
    pub fn must_change_password(&self, rules: &Security, now: Timestamp) -> bool {
        let due = SignedDuration::from_hours(24 * i64::from(rules.password_days));
        let is_old = |set: Timestamp| rules.password_days > 0 && now.duration_since(set) > due;
        self.one_time_until.is_some() || self.password_at.is_some_and(is_old)
    }

    /// Sets a password, and remembers the one before it.
    pub fn set_password(&mut self, password: Password, at: Timestamp, one_time_until: Option<Timestamp>, history: u32) {
        if let Some(before) = self.password.replace(password) {
            self.former.insert(0, before);
        }
        self.former.truncate(usize::try_from(history).unwrap_or(usize::MAX));
        self.password_at = Some(at);
        self.one_time_until = one_time_until;
        self.locked_until = None;
        self.locks = 0;
    }
}

/// Names that mean something else in the log.
const RESERVED: &[&str] = &["operator", "terminal", "public", "anybody", "nobody"];

fn is_name(name: &str) -> bool {
    (2..=32).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte))
        && !RESERVED.contains(&name)
}

/// A session of somebody who has logged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Whose.
    pub account: String,
    /// Since when.
    pub began: Timestamp,
    /// The last request, to the minute.
    pub seen: Timestamp,
    /// From which address.
    pub from: Option<String>,
    /// The village that it acts for (代办).
    #[serde(default)]
    pub acting_for: Option<String>,
}

/// A key with which another system asks. Of its secret only the hash is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Its name, the first part of the key itself.
    pub id: String,
    /// SHA-256 of the secret part.
    pub digest: String,
    /// Which system has it.
    pub purpose: String,
    /// What it may do.
    pub permissions: Vec<Permission>,
    /// How far.
    pub scope: Scope,
    /// By whom it was asked for.
    pub made: Deed,
    /// By whom it was approved; it does not work before.
    pub approved: Option<Deed>,
    /// The moment from which it does not work any more.
    pub until: Timestamp,
    /// By whom it was withdrawn.
    pub withdrawn: Option<Deed>,
    /// When it was last used, to the minute.
    pub used: Option<Timestamp>,
}

impl Key {
    /// Whether it works at a moment.
    #[must_use]
    pub fn works(&self, now: Timestamp) -> bool {
        self.approved.is_some() && self.withdrawn.is_none() && now < self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_plain_and_not_taken_for_something_else() {
        for name in ["zhangsan", "tx-01", "li.si_2"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "z", "Zhang", "张三", "1st", "a b", "operator", "terminal", &"a".repeat(33), "key:a"] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn a_village_is_always_named() {
        let grant = |scope| Grant { roles: vec![Role::Village], scope }.check();
        assert!(grant(Scope::Everything).is_err());
        assert!(grant(Scope::Department("消防".into())).is_err());
        assert!(grant(Scope::Divisions(Vec::new())).is_err());
        grant(Scope::Divisions(vec!["330381101701".into()])).unwrap();
    }
}
