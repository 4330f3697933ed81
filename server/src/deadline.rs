//! The wall-clock net under every run: a run that takes too long is called off and has no outcome.
//!
//! What decides a result is the budget of counted steps, which is the engine's and the same on any machine. Enters: a plan, the
//! longest time its work may take, and the work. Leaves: what the work gives; of a run called off, the engine's error. Next:
//! [`crate::scoring`].

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use liuwu_engine::assess::Plan;

/// The longest time of a run where nobody says otherwise. A country on one machine takes minutes.
pub const LONGEST_RUN: Duration = Duration::from_secs(30 * 60);

/// Does work with a plan; what the plan runs is called off once `longest` has passed. A plan called off stays so: one that others
/// use too is first taken [apart](Plan::apart).
pub fn within<T>(plan: &Plan, longest: Duration, work: impl FnOnce() -> T) -> T {
    let (done, watch) = channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            if watch.recv_timeout(longest) == Err(RecvTimeoutError::Timeout) {
                plan.call_off().call_off();
            }
        });
        // Dropped when the work ends, also when it panics: nobody waits for the watcher's time to pass.
        let _done = done;
        work()
    })
}
