//! The budget of one run of a script: the steps its bodies pay for ([`super::charges`]), and the work that host functions do for
//! it. Both are counted, never timed, so that the same facts end the same way on any machine, interpreted or compiled.

use std::sync::atomic::{AtomicU64, Ordering};

use super::stop::{Halt, Stop};

/// Steps that one run of a script may take, those inside closures included.
const MOST_STEPS: u64 = 1_000_000;
/// Operations of the interpreter in one run. They are no measure of a script and decide nothing: whatever is paid for is at most
/// three operations for each step (as a statement, as an expression and as an argument), so that the steps are used up long
/// before. This is the net for a loop that nobody pays for, which would be a mistake of ours.
const MOST_OPERATIONS: u64 = 16 * MOST_STEPS;
/// Elements that one run may go through in lists and texts (64 bytes count as one), beside its steps.
const MOST_WORK: u64 = 2_000_000;

/// What a run has used so far. A meter belongs to one interpreter and counts one run at a time, on one thread.
#[derive(Debug, Default)]
pub(super) struct Meter {
    steps: AtomicU64,
    work: AtomicU64,
    operations: AtomicU64,
}

impl Meter {
    /// Begins a run.
    pub(super) fn reset(&self) {
        self.steps.store(0, Ordering::Relaxed);
        self.work.store(0, Ordering::Relaxed);
        self.operations.store(0, Ordering::Relaxed);
    }

    /// Pays for something about to be run.
    pub(super) fn spend(&self, steps: u64) -> Result<(), Halt> {
        match add(&self.steps, steps, MOST_STEPS) {
            Some(_) => Ok(()),
            None => Err(spent().halt()),
        }
    }

    /// The same, for a run that words no error itself.
    pub(super) fn can_spend(&self, steps: u64) -> bool {
        add(&self.steps, steps, MOST_STEPS).is_some()
    }

    /// [`Self::work`], likewise.
    pub(super) fn can_work(&self, elements: u64) -> bool {
        add(&self.work, elements, MOST_WORK).is_some()
    }

    /// Counts an operation of the interpreter; gives how many there were, or none when there were too many.
    pub(super) fn operation(&self) -> Option<u64> {
        add(&self.operations, 1, MOST_OPERATIONS)
    }

    /// The steps and the work of the run so far.
    pub(super) fn used(&self) -> (u64, u64) {
        (self.steps.load(Ordering::Relaxed), self.work.load(Ordering::Relaxed))
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
        let (steps, work) = self.used();
        let operations = self.operations.load(Ordering::Relaxed);
        self.reset();
        let result = compute();
        self.steps.store(steps, Ordering::Relaxed);
        self.work.store(work, Ordering::Relaxed);
        self.operations.store(operations, Ordering::Relaxed);
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
