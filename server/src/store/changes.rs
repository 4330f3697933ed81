//! How often a store has changed.
//!
//! Enters: each change as it is made. Leaves: a count under which whatever was read of the store may be kept. Next: `standing`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The count of changes. It goes on from the time of the start, so that no count of an earlier process comes again.
#[derive(Debug)]
pub(super) struct Changes(AtomicU64);

impl Default for Changes {
    fn default() -> Changes {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Changes(AtomicU64::new(u64::try_from(since.as_nanos()).unwrap_or_default()))
    }
}

impl Changes {
    /// The count.
    pub(super) fn count(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    /// Makes a change. It is counted when it can be seen and before whoever makes it is told; also when it failed, since a part of
    /// it may have been made.
    pub(super) fn make<T>(&self, change: impl FnOnce() -> T) -> T {
        let made = change();
        self.0.fetch_add(1, Ordering::AcqRel);
        made
    }
}
