//! A draft that is stored: what became of its rows, how it is taken back, and what is still to be stated about the kinds in it.

use super::Stage;
use crate::accounts::{Caller, Permission};
use crate::drafts::{Draft, State};
use crate::duties::{Duty, DutyState};
use crate::error::Problem;
use crate::pages::upload::in_china;
use crate::state::App;
use crate::store::Batch;

/// What is still to be stated, at most so much of it.
const STILL_DUE: usize = 6;

/// A draft that is stored.
#[derive(Debug)]
pub struct Stored {
    /// The batch; none: nothing was new.
    pub batch: Option<u64>,
    /// When.
    pub at: String,
    /// Rows stored.
    pub rows: u64,
    /// Rows left for mending.
    pub faulty: u64,
    /// Rows that contradict what is stored, and wait for a decision.
    pub conflicting: usize,
    /// Records taken back because a complete table no longer holds them.
    pub taken_back: usize,
    /// Whether it was taken back.
    pub is_undone: bool,
    /// What is still to be stated about the kinds in it: 报齐 is one click from here.
    pub still_due: Vec<Duty>,
    /// Whether the visitor may take it back.
    pub may_undo: bool,
}

pub(super) fn stored(app: &App, caller: &Caller, draft: &Draft) -> Result<Stage, Problem> {
    let State::Committed { batch, at, rows, faulty, conflicting, taken_back } = &draft.state else {
        return Ok(Stage::Failed(String::new()));
    };
    let heading = batch.map(|batch| app.store().batch(batch)).transpose()?;
    let is_undone = heading.as_ref().is_some_and(|heading| heading.withdrawn.is_some());
    let still_due = match &heading {
        Some(heading) if !is_undone => still_due(app, caller, heading)?,
        _ => Vec::new(),
    };
    Ok(Stage::Stored(Stored {
        batch: batch.map(|batch| batch.0),
        at: in_china(*at),
        rows: *rows,
        faulty: faulty.saturating_sub(*conflicting),
        conflicting: usize::try_from(*conflicting).unwrap_or(usize::MAX),
        taken_back: usize::try_from(*taken_back).unwrap_or(usize::MAX),
        is_undone,
        still_due,
        may_undo: caller.may(Permission::Correct),
    }))
}

/// What is missing of the kinds in a batch, the stretch that ended last first.
fn still_due(app: &App, caller: &Caller, batch: &Batch) -> Result<Vec<Duty>, Problem> {
    let mut open = app.duties(caller, None, app.today())?.open;
    open.retain(|duty| duty.state != DutyState::Coming && batch.counts.records.contains_key(&duty.kind));
    open.sort_by(|one, other| (other.period.to(), &one.kind).cmp(&(one.period.to(), &other.kind)));
    open.truncate(STILL_DUE);
    Ok(open)
}
