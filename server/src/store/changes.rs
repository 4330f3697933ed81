//! How often a store has changed.
//!
//! Enters: each change as it is made. Leaves: counts under which whatever was read of the store may be kept. Next: `standing`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The counts of changes. They go on from the time of the start, so that no count of an earlier process comes again.
#[derive(Debug)]
pub(super) struct Changes {
    /// Of anything.
    all: AtomicU64,
    /// Of what runs are made of: facts and editions.
    inputs: AtomicU64,
}

impl Default for Changes {
    fn default() -> Changes {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let start = u64::try_from(since.as_nanos()).unwrap_or_default();
        Changes { all: AtomicU64::new(start), inputs: AtomicU64::new(start) }
    }
}

impl Changes {
    /// The count of all changes.
    pub(super) fn count(&self) -> u64 {
        self.all.load(Ordering::Acquire)
    }

    /// The count of changes of facts and editions.
    pub(super) fn of_inputs(&self) -> u64 {
        self.inputs.load(Ordering::Acquire)
    }

    /// Makes a change of runs or of what is public. It is counted when it can be seen and before whoever makes it is told; also when
    /// it failed, since a part of it may have been made.
    pub(super) fn make<T>(&self, change: impl FnOnce() -> T) -> T {
        let made = change();
        self.all.fetch_add(1, Ordering::AcqRel);
        made
    }

    /// The same of facts or editions.
    pub(super) fn make_of_inputs<T>(&self, change: impl FnOnce() -> T) -> T {
        self.make(|| {
            let made = change();
            self.inputs.fetch_add(1, Ordering::AcqRel);
            made
        })
    }
}
