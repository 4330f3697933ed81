//! Storing a draft: one batch, whole or not at all, as a job that can be watched and called off until the last moment.
//!
//! Enters: a draft and what a person says to it. Leaves: a batch, and the draft marked as stored; or the draft as it was.

use std::sync::Arc;

use liuwu_engine::diagnostic::{Lang, any_error};

use super::{NOTE, key_of, prepare};
use crate::accounts::{Caller, Permission};
use crate::audit::{Action, Note, Subject};
use crate::drafts::preview::Key;
use crate::drafts::{Draft, DraftError, Outline, State, habits, mended};
use crate::error::Problem;
use crate::jobs::{Ending, Job};
use crate::progress::{Gauge, Progress};
use crate::remit::NotAdmitted;
use crate::state::App;
use crate::store::{BatchId, StoreError};
use crate::upload::{self, STORING};

/// What a person says when a draft is stored.
#[derive(Debug, Clone, Default)]
pub struct Consent {
    /// The good rows alone are stored, though others are at fault.
    pub good_rows: bool,
    /// Known records that a complete table no longer holds are taken back with it, if they are still those that were shown: the
    /// digest of that list ([`Report::missing_digest`](upload::Report::missing_digest)).
    pub withdraw_missing: Option<String>,
}

/// What the job that stores a draft is about.
pub fn storing(draft: &str) -> String {
    format!("store {draft}")
}

/// Stores a draft, as a job.
///
/// # Errors
/// [`Problem::Faults`] when something is at fault and the good rows alone were not asked for; [`DraftError::Closed`],
/// [`DraftError::BeingStored`], [`DraftError::Missing`] when it was thrown away meanwhile; [`Problem::Forbidden`] when records are
/// to be taken back by somebody who may not.
pub fn commit(app: &App, caller: &Caller, draft: &Draft, consent: Consent) -> Result<Arc<Job>, Problem> {
    let claim = app.drafts().claim(&draft.id).ok_or(DraftError::BeingStored)?;
    // As it stands now that nobody else stores it or throws it away.
    let draft = app.drafts().get(app.store(), &draft.id, &draft.owner)?;
    if draft.state != State::Open {
        return Err(DraftError::Closed.into());
    }
    if consent.withdraw_missing.is_some() && !caller.may(Permission::Correct) {
        return Err(Problem::Forbidden(Permission::Correct.zh(), Permission::Correct.en()));
    }
    let key = key_of(app, &draft)?;
    if let Some(preview) = app.previews().get(&key).filter(|_| !consent.good_rows)
        && any_error(&preview.report.faults)
    {
        return Err(Problem::Faults(preview.report.faults.clone()));
    }
    let (own, caller) = (app.clone(), caller.clone());
    let owner = caller.name();
    let subject = storing(&draft.id);
    let work = move |gauge: &Gauge| {
        // Nobody else stores this draft until this is done.
        let _claim = claim;
        store(&own, &caller, &draft, &consent, &key, gauge)
    };
    app.jobs().start(&owner, &subject, app.now(), work).map_err(|error| Problem::Internal(error.to_string()))
}

fn store(app: &App, caller: &Caller, draft: &Draft, consent: &Consent, key: &Key, gauge: &Gauge) -> Result<(), Ending> {
    let ready = app.previews().take(key).and_then(Arc::into_inner).map(|preview| preview.report);
    let mut report = match ready {
        Some(report) => report,
        None => prepare(app, caller, draft, gauge)?.1,
    };
    let _alone = app.standing();
    if !report.is_current(app.store()) {
        report = prepare(app, caller, draft, gauge)?.1;
    }
    if let Some(fault) = report.fault_of_all() {
        return Err(Ending::Failed(fault.message(Lang::Zh), fault.message(Lang::En)));
    }
    if any_error(&report.faults) && !consent.good_rows {
        return Err(Ending::Failed(
            "有错的行尚未改正,没有入库".to_owned(),
            "there are faults; nothing was stored".to_owned(),
        ));
    }
    report.note(NOTE, &draft.id);
    let taking_back = consent.withdraw_missing.as_ref();
    if taking_back.is_some_and(|shown| *shown != report.missing_digest()) {
        return Err(Ending::Failed(
            "表中没有的原有记录与刚才列出的不同了,没有入库;请回到草稿再看一遍清单,然后入库".to_owned(),
            "the records that the table no longer holds are not those that were listed; nothing was stored. Look at the list again, then store"
                .to_owned(),
        ));
    }
    report.take_back_missing(taking_back.is_some());
    let learned = habits::learned(app.store(), draft, &report).map_err(Problem::from)?;
    let rows = report.rows();
    let Outline { faulty, conflicting, .. } = Outline::from(&report);
    let taken_back = report.batch().takes_back.len() as u64;
    gauge.begin(STORING, rows);
    // Before the batch is there: whoever looks at it finds by whose hand its values came.
    app.store().file_papers(mended::paper(draft).into_iter().collect()).map_err(Problem::from)?;
    let stored = upload::commit_watched(app.store(), report, gauge);
    if !matches!(stored, Ok(Some(_))) {
        app.store().file_papers(vec![mended::no_paper(draft)]).map_err(Problem::from)?;
    }
    let batch = stored.map_err(|error| match error {
        NotAdmitted::Store(StoreError::CalledOff(off)) => Ending::from(off),
        other => Problem::from(other).into(),
    })?;
    let state = State::Committed { batch, at: app.now(), rows, faulty, conflicting, taken_back };
    conclude(app, caller, draft, batch, state).map_err(Ending::from)?;
    Ok(app.store().file_papers(learned).map_err(Problem::from)?)
}

/// Notes what was stored.
fn conclude(app: &App, caller: &Caller, draft: &Draft, batch: Option<BatchId>, state: State) -> Result<(), Problem> {
    app.has_written();
    // First in the log: whatever becomes of the draft, the batch is there.
    if let Some(batch) = batch {
        app.audit().note(Note::done(caller, Action::Upload, Subject::of("batch", batch)))?;
    }
    app.drafts().set_state(app.store(), (&draft.id, caller), state, app.now())?;
    Ok(())
}
