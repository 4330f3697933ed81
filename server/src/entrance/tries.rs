//! Failed logins, by name and by address: after too many in a row no more are looked at for a while.
//!
//! Enters: failures. Leaves: how long to wait. A name that is nobody's is counted like any other, so that the answer does not
//! tell which names there are. Failures of a name count until it succeeds; those of an address, which a whole office may share,
//! within an hour. Next: [`super::log_in`].

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::PoisonError;

use jiff::{SignedDuration, Timestamp};

use super::Entrance;
use crate::accounts::Security;

/// How many names and addresses are remembered; when there are more, those that have waited long enough are forgotten.
const REMEMBERED: usize = 10_000;
/// Failed tries from one address within [`AN_HOUR`], whatever the names, after which it has to wait.
const FROM_ONE_ADDRESS: u32 = 30;
const AN_HOUR: SignedDuration = SignedDuration::from_hours(1);
/// After so long without a failure everything is forgotten.
const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// Longer names are nobody's; they are counted together, so that what is typed takes no room.
const LONGEST_NAME: usize = 64;

/// Failed tries so far.
#[derive(Debug, Default)]
pub(super) struct Tries {
    names: HashMap<String, Count>,
    addresses: HashMap<IpAddr, Count>,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    failed: u32,
    locks: u32,
    /// The first failure that is counted.
    first: Timestamp,
    last: Timestamp,
    until: Option<Timestamp>,
}

impl Count {
    fn new(now: Timestamp) -> Count {
        Count { failed: 0, locks: 0, first: now, last: now, until: None }
    }

    /// Counts a failure; gives the end of the wait that it brings, if any.
    fn fail(&mut self, now: Timestamp, most: u32, rules: &Security) -> Option<Timestamp> {
        if now.duration_since(self.last) > FORGOTTEN_AFTER {
            *self = Count::new(now);
        }
        self.last = now;
        if self.failed == 0 {
            self.first = now;
        }
        self.failed += 1;
        if self.failed < most {
            return None;
        }
        self.failed = 0;
        self.until = Some(now + rules.lock(self.locks));
        self.locks += 1;
        self.until
    }

    /// Begins the count anew when its hour is over. What it was locked for is forgotten after a day without a lock.
    fn begin_hour(&mut self, now: Timestamp) {
        if now.duration_since(self.first) > AN_HOUR {
            self.failed = 0;
        }
        if self.until.is_some_and(|until| now.duration_since(until) > FORGOTTEN_AFTER) {
            self.locks = 0;
        }
    }

    fn is_past(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| until <= now) && now.duration_since(self.last) > SignedDuration::from_mins(15)
    }
}

impl Tries {
    /// Until when no try for a name or from an address is looked at.
    pub(super) fn wait(&self, name: &str, from: Option<IpAddr>, now: Timestamp) -> Option<Timestamp> {
        let by_name = self.names.get(key(name)).and_then(|count| count.until);
        let by_address = from.and_then(|from| self.addresses.get(&from)).and_then(|count| count.until);
        by_name.max(by_address).filter(|until| *until > now)
    }

    /// Counts a failure. Gives the end of the wait when this one locked the name, which was locked `locks_before` times before
    /// anything was counted here.
    pub(super) fn fail(
        &mut self,
        name: &str,
        from: Option<IpAddr>,
        now: Timestamp,
        rules: &Security,
        locks_before: u32,
    ) -> Option<Timestamp> {
        make_room(&mut self.names, now);
        make_room(&mut self.addresses, now);
        if let Some(from) = from {
            let count = self.addresses.entry(from).or_insert(Count::new(now));
            count.begin_hour(now);
            count.fail(now, FROM_ONE_ADDRESS, rules);
        }
        let known = Count { locks: locks_before, ..Count::new(now) };
        self.names.entry(key(name).to_owned()).or_insert(known).fail(now, rules.failed_tries, rules)
    }

    pub(super) fn forget(&mut self, name: &str) {
        self.names.remove(key(name));
    }
}

fn key(name: &str) -> &str {
    if name.len() > LONGEST_NAME { "" } else { name }
}

/// Forgets those that would not have to wait; if there are too many all the same, all of them.
fn make_room<K: std::hash::Hash + Eq>(counts: &mut HashMap<K, Count>, now: Timestamp) {
    if counts.len() >= REMEMBERED {
        counts.retain(|_, count| !count.is_past(now));
    }
    if counts.len() >= REMEMBERED {
        counts.clear();
    }
}

impl Entrance {
    pub(super) fn forget_tries(&self, name: &str) {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner).forget(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
    }

    #[test]
    fn a_name_is_locked_after_so_many_failures_and_longer_each_time() {
        let (mut tries, rules) = (Tries::default(), Security::default());
        for minute in 0..4 {
            assert_eq!(tries.fail("li", None, at(minute), &rules, 0), None);
        }
        assert_eq!(tries.fail("li", None, at(4), &rules, 0), Some(at(19)));
        assert_eq!(tries.wait("li", None, at(18)), Some(at(19)));
        assert_eq!(tries.wait("li", None, at(19)), None);
        assert_eq!(tries.wait("wang", None, at(5)), None);
        for _ in 0..4 {
            tries.fail("li", None, at(20), &rules, 0);
        }
        assert_eq!(tries.fail("li", None, at(20), &rules, 0), Some(at(50)));
        tries.forget("li");
        assert_eq!(tries.wait("li", None, at(21)), None);
    }

    #[test]
    fn an_address_that_tries_many_names_has_to_wait_with_all_of_them() {
        let (mut tries, rules) = (Tries::default(), Security::default());
        let from = Some(IpAddr::from([10, 0, 0, 7]));
        for number in 0..30 {
            tries.fail(&format!("name{number}"), from, at(0), &rules, 0);
        }
        assert_eq!(tries.wait("somebody-else", from, at(1)), Some(at(15)));
        assert_eq!(tries.wait("somebody-else", Some(IpAddr::from([10, 0, 0, 8])), at(1)), None);
    }

    #[test]
    fn an_office_behind_one_address_may_mistype_every_day() {
        let (mut tries, rules) = (Tries::default(), Security::default());
        let from = Some(IpAddr::from([10, 0, 0, 7]));
        for slip in 0..200 {
            tries.fail(&format!("clerk{slip}"), from, at(3 * slip), &rules, 0);
            assert_eq!(tries.wait("somebody-else", from, at(3 * slip)), None, "after slip {slip}");
        }
    }

    #[test]
    fn after_a_restart_an_account_is_locked_for_as_long_as_it_would_have_been() {
        let (mut tries, rules) = (Tries::default(), Security::default());
        let ends: Vec<_> = (0..5).map(|_| tries.fail("li", None, at(0), &rules, 2)).collect();
        assert_eq!(ends[4], Some(at(60)));
    }

    #[test]
    fn a_day_without_a_failure_begins_the_count_anew() {
        let (mut tries, rules) = (Tries::default(), Security::default());
        for _ in 0..4 {
            tries.fail("li", None, at(0), &rules, 0);
        }
        assert_eq!(tries.fail("li", None, at(24 * 60 + 1), &rules, 0), None);
    }

    #[test]
    fn what_is_remembered_does_not_grow_without_end() {
        let (mut tries, rules) = (Tries::default(), Security::default());
        for number in 0..(2 * REMEMBERED) {
            tries.fail(&format!("name{number}"), None, at(0), &rules, 0);
        }
        assert!(tries.names.len() <= REMEMBERED);
    }
}
