//! Looks over the shoulder of the runs on a thread: what each came to, and what it cost. For tests alone.

use std::cell::RefCell;

use super::{Ended, Program, Said, UnitIndex};

/// The runs on a thread, while somebody watches.
#[derive(Default)]
pub(super) struct Watched {
    pub(super) runs: Vec<String>,
    pub(super) interpreted: usize,
}

thread_local! {
    static WATCHED: RefCell<Option<Watched>> = const { RefCell::new(None) };
}

/// Notes what a run came to, and its steps and work.
pub(super) fn note(program: &Program, unit: UnitIndex, ended: &Ended, used: (u64, u64)) {
    WATCHED.with_borrow_mut(|watched| {
        let Some(watched) = watched else { return };
        let value = ended.value.as_ref().map(|datum| (datum.to_value(), datum.describe()));
        // What an erring run has used by its end depends on when the error is noticed.
        let used = value.is_ok().then_some(used);
        let said: Vec<_> =
            ended.said.iter().map(|said| (said.kind, said.points, &said.reason, evidence(said))).collect();
        watched
            .runs
            .push(format!("script {} unit {unit}: {value:?} {said:?} {:?} {used:?}", program.number, ended.gaps));
    });
}

fn evidence(said: &Said) -> Vec<String> {
    said.evidence.iter().map(|record| format!("{} {} {:?}", record.kind.id, record.source.row, record.id)).collect()
}

pub(super) fn note_interpreted() {
    WATCHED.with_borrow_mut(|watched| watched.iter_mut().for_each(|watched| watched.interpreted += 1));
}

/// Watches from now on.
pub(super) fn begin() {
    WATCHED.set(Some(Watched::default()));
}

/// What was seen.
pub(super) fn end() -> Watched {
    WATCHED.take().unwrap_or_default()
}
