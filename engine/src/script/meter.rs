//! The budget of one run of a script: steps of the interpreter, and the work that host functions do for it. Both are counted,
//! never timed, so that the same facts end the same way on any machine.

use std::sync::atomic::{AtomicU64, Ordering};

use super::stop::{Halt, Stop};

/// Steps of the interpreter that one run of a script may take, those inside closures included.
const MOST_STEPS: u64 = 1_000_000;
/// Elements that one run may go through in lists and texts (64 bytes count as one), beside its steps.
const MOST_WORK: u64 = 2_000_000;

/// What a run has used so far. A meter belongs to one interpreter and counts one run at a time, on one thread.
#[derive(Debug, Default)]
pub(super) struct Meter {
    steps: AtomicU64,
    work: AtomicU64,
}

impl Meter {
    /// Begins a run.
    pub(super) fn reset(&self) {
        self.steps.store(0, Ordering::Relaxed);
        self.work.store(0, Ordering::Relaxed);
    }

    /// Counts a step; gives how many there were, or none when they are used up.
    pub(super) fn step(&self) -> Option<u64> {
        add(&self.steps, 1, MOST_STEPS)
    }

    /// Counts work about to be done.
    pub(super) fn work(&self, elements: u64) -> Result<(), Halt> {
        match add(&self.work, elements, MOST_WORK) {
            Some(_) => Ok(()),
            None => Err(spent().halt()),
        }
    }

    /// Does something at no cost to the run, within a budget of its own: what is kept for a whole group must cost each unit
    /// the same, whichever came first.
    pub(super) fn apart<T>(&self, compute: impl FnOnce() -> T) -> T {
        let (steps, work) = (self.steps.load(Ordering::Relaxed), self.work.load(Ordering::Relaxed));
        self.reset();
        let result = compute();
        self.steps.store(steps, Ordering::Relaxed);
        self.work.store(work, Ordering::Relaxed);
        result
    }
}

/// Adds to a count; none when it goes beyond what there is.
fn add(count: &AtomicU64, more: u64, most: u64) -> Option<u64> {
    // One thread counts, so that loading and storing apart loses nothing.
    let now = count.load(Ordering::Relaxed).saturating_add(more);
    count.store(now, Ordering::Relaxed);
    (now <= most).then_some(now)
}

/// Why a run ends whose budget is used up.
pub(super) fn spent() -> Stop {
    Stop::Fault {
        zh: "脚本步数用完,请检查是否有不会结束的循环,或查看的数据过多".to_owned(),
        en: "the script's steps are used up: is there a loop without end, or too much data?".to_owned(),
    }
}
