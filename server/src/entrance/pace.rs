//! How often somebody may ask: so many requests from one address and of one account, more for a moment, then a wait.
//!
//! Enters: an address or an account. Leaves: nothing, or how long to wait. Counts are kept in memory. Next: [`super::tries`].

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many addresses and accounts are counted; when there are more, those that have been quiet are forgotten.
const COUNTED: usize = 20_000;
/// For how many seconds' worth of requests there is room at once: a page loads its style and scripts with it.
const AT_ONCE: u32 = 10;

/// The counts.
#[derive(Debug, Default)]
pub struct Pace {
    /// Requests per second from one address; 0: any number.
    per_second: u32,
    addresses: Mutex<HashMap<IpAddr, Bucket>>,
    accounts: Mutex<HashMap<String, Bucket>>,
}

/// Requests that may still be made, in thousandths, so that it fills up evenly.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: u64,
    at: Instant,
}

impl Bucket {
    /// Takes one request out of a bucket that holds `room` and fills up in `time`; the seconds to wait when there is none.
    fn take(&mut self, now: Instant, room: u32, time: Duration) -> Result<(), u64> {
        let (room, time) = (u64::from(room) * 1_000, u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1));
        let passed = u64::try_from(now.saturating_duration_since(self.at).as_millis()).unwrap_or(u64::MAX);
        self.left = self.left.saturating_add(passed.saturating_mul(room) / time).min(room);
        self.at = now;
        match self.left.checked_sub(1_000) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(((1_000 - self.left) * time / room.max(1)).div_ceil(1_000).max(1)),
        }
    }
}

impl Pace {
    /// So many requests per second from one address.
    #[must_use]
    pub fn new(per_second: u32) -> Pace {
        Pace { per_second, ..Pace::default() }
    }

    /// Counts a request from an address.
    ///
    /// # Errors
    /// The seconds to wait.
    pub fn address(&self, from: Option<IpAddr>) -> Result<(), u64> {
        let Some(from) = from.filter(|_| self.per_second > 0) else { return Ok(()) };
        let time = Duration::from_secs(u64::from(AT_ONCE));
        take(&self.addresses, from, self.per_second.saturating_mul(AT_ONCE), time)
    }

    /// Counts a request of an account that may ask so many times a minute.
    ///
    /// # Errors
    /// The seconds to wait.
    pub fn account(&self, name: &str, per_minute: u32) -> Result<(), u64> {
        take(&self.accounts, name.to_owned(), per_minute, Duration::from_secs(60))
    }
}

fn take<K: Hash + Eq>(counts: &Mutex<HashMap<K, Bucket>>, of: K, room: u32, time: Duration) -> Result<(), u64> {
    let now = Instant::now();
    let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
    if counts.len() >= COUNTED {
        counts.retain(|_, bucket| now.saturating_duration_since(bucket.at) < time);
    }
    let full = Bucket { left: u64::from(room) * 1_000, at: now };
    counts.entry(of).or_insert(full).take(now, room, time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills_up_again() {
        let (start, time) = (Instant::now(), Duration::from_secs(10));
        let mut bucket = Bucket { left: 20_000, at: start };
        for _ in 0..20 {
            assert_eq!(bucket.take(start, 20, time), Ok(()));
        }
        assert_eq!(bucket.take(start, 20, time), Err(1));
        // Two a second come back.
        assert_eq!(bucket.take(start + Duration::from_secs(1), 20, time), Ok(()));
        assert_eq!(bucket.take(start + Duration::from_secs(1), 20, time), Ok(()));
        assert!(bucket.take(start + Duration::from_secs(1), 20, time).is_err());
    }

    #[test]
    fn one_address_does_not_use_up_what_another_may_ask() {
        let pace = Pace::new(1);
        let (one, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let asked = (0..50).filter(|_| pace.address(Some(one)).is_ok()).count();
        assert_eq!(asked, 10);
        assert_eq!(pace.address(Some(one)), Err(1));
        assert!(pace.address(Some(other)).is_ok());
        assert!(Pace::new(0).address(Some(one)).is_ok());
    }
}
