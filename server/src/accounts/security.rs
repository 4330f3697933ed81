//! The rules of passwords, sessions and lockout, as the security administrator sets them.
//!
//! Enters: figures from the form. Leaves: a [`Security`] within its bounds. Next: [`super::password`].

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::refusal::Refusal;

/// The rules. Each figure has bounds ([`Security::RULES`]), so that no setting opens the doors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Security {
    /// Characters of a password at least.
    pub password_length: u32,
    /// Days after which a password must be changed; 0: never.
    pub password_days: u32,
    /// Former passwords that may not be used again.
    pub password_history: u32,
    /// Hours for which a password that somebody else has seen can be used to log in and change it.
    pub temporary_hours: u32,
    /// Failed tries in a row after which an account is locked.
    pub failed_tries: u32,
    /// Minutes for which it is locked the first time; each further time twice as long.
    pub lock_minutes: u32,
    /// Minutes without a request after which a session ends.
    pub idle_minutes: u32,
    /// Hours after which a session ends in any case.
    pub session_hours: u32,
    /// Sessions of one account at most; the one not used for longest ends first.
    pub most_sessions: u32,
    /// Requests of one account per minute at most.
    pub requests_per_minute: u32,
}

impl Default for Security {
    fn default() -> Security {
        Security {
            password_length: 10,
            password_days: 180,
            password_history: 5,
            temporary_hours: 72,
            failed_tries: 5,
            lock_minutes: 15,
            idle_minutes: 30,
            session_hours: 10,
            most_sessions: 3,
            requests_per_minute: 600,
        }
    }
}

/// One figure of the rules, with its bounds.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The name in the form and in the store.
    pub name: &'static str,
    /// The smallest it may be.
    pub least: u32,
    /// The largest it may be.
    pub most: u32,
    /// Reads and writes it.
    pub of: fn(&mut Security) -> &mut u32,
}

impl Security {
    /// Every figure, in the order of the form.
    pub const RULES: [Rule; 10] = [
        Rule { name: "password_length", least: 8, most: 64, of: |rules| &mut rules.password_length },
        Rule { name: "password_days", least: 0, most: 3650, of: |rules| &mut rules.password_days },
        Rule { name: "password_history", least: 0, most: 24, of: |rules| &mut rules.password_history },
        Rule { name: "temporary_hours", least: 1, most: 720, of: |rules| &mut rules.temporary_hours },
        Rule { name: "failed_tries", least: 3, most: 20, of: |rules| &mut rules.failed_tries },
        Rule { name: "lock_minutes", least: 1, most: 1440, of: |rules| &mut rules.lock_minutes },
        Rule { name: "idle_minutes", least: 5, most: 480, of: |rules| &mut rules.idle_minutes },
        Rule { name: "session_hours", least: 1, most: 24, of: |rules| &mut rules.session_hours },
        Rule { name: "most_sessions", least: 1, most: 20, of: |rules| &mut rules.most_sessions },
        Rule { name: "requests_per_minute", least: 60, most: 60_000, of: |rules| &mut rules.requests_per_minute },
    ];

    /// By what a form tells that it changes the rules that it was made from, and no others that have taken their place since.
    #[must_use]
    pub fn mark(&self) -> String {
        let mut rules = self.clone();
        Security::RULES.iter().map(|rule| (rule.of)(&mut rules).to_string()).collect::<Vec<_>>().join(".")
    }

    /// The same with one figure changed.
    ///
    /// # Errors
    /// [`Refusal::Figure`] for a name that there is not, or a figure out of bounds.
    pub fn set(&mut self, name: &str, figure: &str) -> Result<(), Refusal> {
        let rule = Security::RULES.iter().find(|rule| rule.name == name);
        let rule = rule.ok_or_else(|| Refusal::Figure { name: name.to_owned(), least: 0, most: 0 })?;
        let within = figure.trim().parse().ok().filter(|figure| (rule.least..=rule.most).contains(figure));
        let refusal = || Refusal::Figure { name: name.to_owned(), least: rule.least, most: rule.most };
        *(rule.of)(self) = within.ok_or_else(refusal)?;
        Ok(())
    }

    /// How long a session lasts without a request.
    #[must_use]
    pub fn idle(&self) -> SignedDuration {
        SignedDuration::from_mins(i64::from(self.idle_minutes))
    }

    /// How long a session lasts at most.
    #[must_use]
    pub fn lifetime(&self) -> SignedDuration {
        SignedDuration::from_hours(i64::from(self.session_hours))
    }

    /// How long the lock lasts that comes after so many others in a row: twice as long each time, a day at most.
    #[must_use]
    pub fn lock(&self, locks_before: u32) -> SignedDuration {
        let longer = 1_i64.checked_shl(locks_before.min(16)).unwrap_or(i64::MAX);
        let minutes = i64::from(self.lock_minutes).saturating_mul(longer).min(24 * 60);
        SignedDuration::from_mins(minutes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_figure_leaves_its_bounds() {
        let mut rules = Security::default();
        for rule in Security::RULES {
            let before = rules.clone();
            for figure in [i64::from(rule.least) - 1, i64::from(rule.most) + 1] {
                assert!(rules.set(rule.name, &figure.to_string()).is_err(), "{} {figure}", rule.name);
            }
            assert_eq!(rules, before);
            rules.set(rule.name, &format!(" {} ", rule.least)).unwrap();
            assert_eq!(*(rule.of)(&mut rules), rule.least);
        }
        assert!(rules.set("open_doors", "1").is_err());
        assert!(rules.set("lock_minutes", "ten").is_err());
    }

    #[test]
    fn the_rules_shipped_are_within_their_own_bounds() {
        let mut rules = Security::default();
        for rule in Security::RULES {
            let figure = (rule.of)(&mut rules);
            assert!((rule.least..=rule.most).contains(figure), "{}", rule.name);
        }
    }

    #[test]
    fn each_lock_is_twice_as_long_as_the_one_before_up_to_a_day() {
        let rules = Security::default();
        let minutes = |locks| rules.lock(locks).as_mins();
        assert_eq!([minutes(0), minutes(1), minutes(2)], [15, 30, 60]);
        assert_eq!(minutes(40), 24 * 60);
    }
}
