//! How far work that takes long has come, and whether it is still wanted.
//!
//! Enters: a [`Progress`] with whoever starts such work (scoring, an import, a rebuild of the store): the work tells it of its
//! steps and asks it now and then whether to go on. Leaves: nothing but the asking; [`Gauge`] is what others read. Next:
//! [`crate::store`].

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What a step of long work is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// In Chinese: `核算`.
    pub zh: &'static str,
    /// In English: `scoring`.
    pub en: &'static str,
}

/// Work that was broken off before and is asked for again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfinished {
    /// It goes on: so many things were done, of so many.
    GoesOn {
        /// Done before.
        done: u64,
        /// Of how many.
        total: u64,
    },
    /// Something it rests on has changed since, so it begins anew.
    BeginsAnew,
}

/// The work was called off; what it did so far is undone or not visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("已中止,没有结果 / called off; there is no result")]
pub struct CalledOff;

/// Whoever watches work that takes long. It may be told from several threads at once.
pub trait Progress: Send + Sync {
    /// A step begins that goes through so many things (rows, units); 0 when that is not known.
    fn begin(&self, step: Step, total: u64);

    /// So many more of them are done.
    fn advance(&self, more: u64);

    /// What became of the same work that was not finished before.
    fn finds(&self, _: Unfinished) {}

    /// Whether the work is no longer wanted. The work asks at least every second and then ends with [`CalledOff`].
    fn is_called_off(&self) -> bool;

    /// The same as an error to pass on.
    ///
    /// # Errors
    /// [`CalledOff`].
    fn go_on(&self) -> Result<(), CalledOff> {
        if self.is_called_off() { Err(CalledOff) } else { Ok(()) }
    }
}

/// Nobody watches and nobody calls off.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Progress for Unwatched {
    fn begin(&self, _: Step, _: u64) {}

    fn advance(&self, _: u64) {}

    fn is_called_off(&self) -> bool {
        false
    }
}

/// Counts, for others to read while the work goes on, and lets them call it off.
#[derive(Debug, Default)]
pub struct Gauge {
    step: Mutex<Option<Running>>,
    done: AtomicU64,
    called_off: AtomicBool,
}

#[derive(Debug, Clone, Copy)]
struct Running {
    step: Step,
    total: u64,
    since: Instant,
}

/// How far a step has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The step.
    pub step: Step,
    /// How many things it goes through; 0: not known.
    pub total: u64,
    /// How many are done.
    pub done: u64,
    /// How long it has been at it.
    pub elapsed: Duration,
}

impl Gauge {
    /// How far the work has come; none before its first step.
    pub fn read(&self) -> Option<Reading> {
        let running = (*self.running())?;
        let done = self.done.load(Ordering::Relaxed);
        Some(Reading { step: running.step, total: running.total, done, elapsed: running.since.elapsed() })
    }

    /// Asks the work to end without a result.
    pub fn call_off(&self) {
        self.called_off.store(true, Ordering::Relaxed);
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.step.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for Gauge {
    fn begin(&self, step: Step, total: u64) {
        // Under the lock, so that nobody reads the count of one step as that of another.
        let mut running = self.running();
        self.done.store(0, Ordering::Relaxed);
        *running = Some(Running { step, total, since: Instant::now() });
    }

    fn advance(&self, more: u64) {
        self.done.fetch_add(more, Ordering::Relaxed);
    }

    fn is_called_off(&self) -> bool {
        self.called_off.load(Ordering::Relaxed)
    }
}

impl Reading {
    /// Things done a second, rounded down; none in the first moments, when it would say nothing.
    pub fn rate(&self) -> Option<u64> {
        let milliseconds = self.elapsed.as_millis();
        if milliseconds < 100 {
            return None;
        }
        u64::try_from(u128::from(self.done) * 1000 / milliseconds).ok()
    }

    /// How long the rest will take at the rate so far; none when that cannot be told.
    pub fn remaining(&self) -> Option<Duration> {
        let left = self.total.checked_sub(self.done).filter(|_| self.total > 0)?;
        let rate = self.rate().filter(|rate| *rate > 0)?;
        Some(Duration::from_millis(left.saturating_mul(1000) / rate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCORING: Step = Step { zh: "核算", en: "scoring" };

    #[test]
    fn each_step_counts_from_nothing() {
        let gauge = Gauge::default();
        assert_eq!(gauge.read(), None);
        gauge.begin(Step { zh: "读取", en: "reading" }, 10);
        gauge.advance(10);
        gauge.begin(SCORING, 4);
        gauge.advance(3);
        let reading = gauge.read().unwrap();
        assert_eq!((reading.step, reading.total, reading.done), (SCORING, 4, 3));
    }

    #[test]
    fn what_remains_follows_from_the_rate_so_far() {
        let reading = Reading { step: SCORING, total: 1_000, done: 250, elapsed: Duration::from_millis(500) };
        assert_eq!(reading.rate(), Some(500));
        assert_eq!(reading.remaining(), Some(Duration::from_millis(1_500)));
        let early = Reading { elapsed: Duration::from_millis(5), ..reading };
        assert_eq!((early.rate(), early.remaining()), (None, None));
        assert_eq!(Reading { total: 0, ..reading }.remaining(), None);
    }

    #[test]
    fn work_that_is_called_off_does_not_go_on() {
        let gauge = Gauge::default();
        assert_eq!(gauge.go_on(), Ok(()));
        gauge.call_off();
        assert_eq!(gauge.go_on(), Err(CalledOff));
        assert_eq!(Unwatched.go_on(), Ok(()));
    }
}
