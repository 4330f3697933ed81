//! The desk: drafts are read, weighed and stored, each as a job that outlives the page it was asked for on.
//!
//! Enters: a draft and who looks at it. Leaves: a [`Preview`], a batch, the faulty rows to be mended; or a job to wait for. Pages and
//! the API go the same way through here. Next: [`crate::pages`].

pub mod incoming;
pub mod templates;
#[cfg(test)]
mod crash;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use liuwu_engine::diagnostic::any_error;
use liuwu_engine::period::Date;

use crate::accounts::Caller;
use crate::audit::{Action, Note, Subject};
use crate::drafts::habits::{self, realm};
use crate::drafts::preview::{Key, Preview, Weighed};
use crate::drafts::{Draft, DraftError, State};
use crate::effect::{self, Effect, Touched};
use crate::error::Problem;
use crate::intake::{self, Limits, marked};
use crate::jobs::{Ending, Job};
use crate::progress::{Gauge, Progress, Step};
use crate::remit::Remit;
use crate::scoring::{Ask, ScoringError};
use crate::state::App;
use crate::store::overlay::Overlay;
use crate::store::{Act, BatchId, Conflict, RecordId, StoreError};
use crate::upload::{self, File, Report, STORING, Said, Stopped};
use crate::view::EditionView;
use crate::wording::internal_mark;

/// Working out what storing would do to the results.
const WEIGHING: Step = Step { zh: "测算影响", en: "weighing the effect" };
/// The longest time for working out the effect.
const LONGEST: Duration = Duration::from_secs(300);
/// Newest batches among which that of a draft is looked for after an interruption.
const RECENT: usize = 50;

/// How far the reading of a draft has come.
pub enum Look {
    /// It is read.
    Ready(Arc<Preview>),
    /// It is being read.
    Working(Arc<Job>),
}

/// Begins a draft with files; archives are unpacked.
///
/// # Errors
/// [`Problem::Faults`] for an archive that cannot be unpacked, [`Problem::Draft`].
pub fn begin(app: &App, caller: &Caller, files: Vec<File>) -> Result<Draft, Problem> {
    let mut all = Vec::new();
    for file in files {
        let unpacked = intake::unpack(&file.name, file.bytes, Limits::default());
        let unpacked = unpacked.map_err(|fault| Problem::Faults(vec![fault]))?;
        all.extend(unpacked.into_iter().map(|(name, bytes)| File { name, bytes }));
    }
    let store = app.store();
    app.drafts().expire(store, app.now())?;
    Ok(app.drafts().create(store, (&caller.name(), &realm(caller.scope())), &all, app.now())?)
}

/// A draft of the caller. One whose batch was stored just before an interruption is known by its batch, and what was still to
/// be withdrawn then is withdrawn now.
///
/// # Errors
/// [`Problem::Draft`].
pub fn get(app: &App, caller: &Caller, id: &str) -> Result<Draft, Problem> {
    let draft = app.drafts().get(app.store(), id, &caller.name())?;
    if app.jobs().about(&storing(&draft.id)).is_some_and(|job| job.ending().is_none()) {
        return Ok(draft);
    }
    if let State::Committed { batch, at, rows, faulty, withdrawing } = &draft.state {
        if withdrawing.is_empty() {
            return Ok(draft);
        }
        withdraw(app, caller, withdrawing)?;
        let state = State::Committed { batch: *batch, at: *at, rows: *rows, faulty: *faulty, withdrawing: Vec::new() };
        return Ok(app.drafts().set_state(app.store(), (id, &caller.name()), state, app.now())?);
    }
    let recent = app.store().batches(None, RECENT)?;
    let own = recent.into_iter().find(|batch| batch.notes.get(NOTE) == Some(&draft.id));
    let Some(batch) = own else { return Ok(draft) };
    let state = State::Committed {
        batch: Some(batch.id),
        at: batch.at,
        rows: batch.counts.all_records() + batch.counts.attributes,
        faulty: 0,
        withdrawing: Vec::new(),
    };
    Ok(app.drafts().set_state(app.store(), (id, &caller.name()), state, app.now())?)
}

/// The note in a batch that says of which draft it is.
const NOTE: &str = "draft";

/// Reads a draft, or waits for its reading for so long.
///
/// # Errors
/// What kept it from being read.
pub fn look(app: &App, caller: &Caller, draft: &Draft, longest: Duration) -> Result<Look, Problem> {
    let key = Key { draft: draft.id.clone(), revision: draft.revision, writes: app.writes() };
    if let Some(preview) = app.previews().get(&key) {
        return Ok(Look::Ready(preview));
    }
    let subject = key.subject();
    let running = app.jobs().about(&subject).filter(|job| job.ending().is_none());
    let job = match running {
        Some(job) => job,
        None => {
            let (app, caller, draft, key) = (app.clone(), caller.clone(), draft.clone(), key.clone());
            let owner = caller.name();
            let (jobs, now) = (app.clone(), app.now());
            let work = move |gauge: &Gauge| {
                let preview = read(&app, &caller, &draft, gauge)?;
                app.previews().put(key, Arc::new(preview));
                Ok(())
            };
            jobs.jobs().start(&owner, &subject, now, work).map_err(|error| Problem::Internal(error.to_string()))?
        }
    };
    match job.wait(longest) {
        None => Ok(Look::Working(job)),
        Some(Ending::Done) => {
            let ready = app.previews().get(&key);
            ready.map(Look::Ready).ok_or_else(|| Problem::Internal("a preview was pushed out at once".to_owned()))
        }
        Some(ending) => Err(Problem::Job(ending)),
    }
}

/// What is read, and by which edition.
fn said(app: &App, caller: &Caller, draft: &Draft) -> Result<(Arc<EditionView>, Said), Problem> {
    let edition = app.current_edition(&app.bundle()?)?;
    let habits = habits::of(app.store(), &draft.realm)?;
    let remit = Remit::of(caller.scope(), edition.bundle(), app.units()?.all());
    let mut aliases = habits.aliases.clone();
    aliases.extend(draft.aliases.clone());
    let said = Said {
        received_on: draft.received_on,
        effective: draft.effective,
        choices: draft.choices(&habits),
        aliases,
        remit,
        accept_good_rows: true,
        ..Said::new(caller.name(), app.now(), &draft.what)
    };
    Ok((edition, said))
}

fn prepare(app: &App, caller: &Caller, draft: &Draft, gauge: &Gauge) -> Result<(Arc<EditionView>, Report), Ending> {
    let (edition, said) = said(app, caller, draft).map_err(failed)?;
    let files = draft.read_files(app.store()).map_err(|error| failed(error.into()))?;
    match upload::prepare_watched(app.store(), edition.bundle(), &files, &said, gauge) {
        Ok(report) => Ok((edition, report)),
        Err(Stopped::CalledOff(off)) => Err(off.into()),
        Err(Stopped::Store(error)) => Err(failed(error.into())),
    }
}

/// How a job ends that a problem has kept from its result.
fn failed(problem: Problem) -> Ending {
    let words = problem.detail();
    Ending::Failed(words.zh, words.en)
}

fn read(app: &App, caller: &Caller, draft: &Draft, gauge: &Gauge) -> Result<Preview, Ending> {
    let (edition, report) = prepare(app, caller, draft, gauge)?;
    gauge.go_on()?;
    gauge.begin(WEIGHING, 0);
    let effect = match weigh(app, caller, &edition, &report) {
        Ok(effect) => effect,
        Err(problem) => {
            let words = problem.detail();
            Weighed::Unknown(words.zh, words.en)
        }
    };
    let tree = app.units().map_err(failed)?;
    let mut spoken: BTreeSet<&str> = report.missing.iter().map(|missing| missing.unit.as_str()).collect();
    if let Weighed::Effect(effect) = &effect {
        spoken.extend(effect.moved.iter().map(|moved| moved.unit.as_str()));
    }
    let names: HashMap<String, String> =
        spoken.into_iter().map(|unit| (unit.to_owned(), tree.full_name(unit))).collect();
    Ok(Preview { report, effect, names })
}

/// What storing a report would do to the results that are in force.
fn weigh(app: &App, caller: &Caller, edition: &EditionView, report: &Report) -> Result<Weighed, Problem> {
    if report.is_empty() {
        return Ok(Weighed::Effect(Effect::default()));
    }
    if report.is_large() {
        let zh = "超过20万行的表不测算影响,入库后在成绩里看";
        let en =
            "the effect of a table of more than 200,000 rows is not weighed; look at the results once it is stored";
        return Ok(Weighed::Unknown(zh.to_owned(), en.to_owned()));
    }
    let store = app.store();
    let bundle = &edition.edition.bundle;
    let Some(run) = store.runs()?.into_iter().find(|run| run.bundle == *bundle && !run.trial) else {
        let zh = "还没有核算过,入库后才能看出对得分的影响";
        let en = "nothing has been scored yet, so there is nothing to compare with";
        return Ok(Weighed::Unknown(zh.to_owned(), en.to_owned()));
    };
    let batch = report.batch();
    let as_of: Date = app.today().max(batch.received_on);
    let ask = Ask {
        bundle: bundle.clone(),
        edition: Some(edition.edition.edition.clone()),
        periods: run.periods,
        as_of,
        by: caller.name(),
        at: app.now(),
        pseudonym_key: app.pseudonym_key().to_vec(),
        longest: LONGEST,
    };
    let touched = Touched::by(store, batch)?;
    match effect::of(store, &Overlay::new(store, batch), &touched, &edition.plan, &ask) {
        Ok(effect) => Ok(Weighed::Effect(effect)),
        Err(ScoringError::NotInForce) => Ok(Weighed::Effect(Effect::default())),
        Err(error) => Err(error.into()),
    }
}

/// What a person says when a draft is stored.
#[derive(Debug, Clone, Copy, Default)]
pub struct Consent {
    /// The good rows alone are stored, though others are at fault.
    pub good_rows: bool,
    /// Known records that a complete table no longer holds are withdrawn.
    pub withdraw_missing: bool,
}

/// What the job that stores a draft is about.
pub fn storing(draft: &str) -> String {
    format!("store {draft}")
}

/// Stores a draft, as a job.
///
/// # Errors
/// [`Problem::Faults`] when something is at fault and the good rows alone were not asked for; [`DraftError::Closed`].
pub fn commit(app: &App, caller: &Caller, draft: &Draft, consent: Consent) -> Result<Arc<Job>, Problem> {
    if draft.state != State::Open {
        return Err(DraftError::Closed.into());
    }
    let key = Key { draft: draft.id.clone(), revision: draft.revision, writes: app.writes() };
    if let Some(preview) = app.previews().get(&key).filter(|_| !consent.good_rows)
        && any_error(&preview.report.faults)
    {
        return Err(Problem::Faults(preview.report.faults.clone()));
    }
    let claim = app.drafts().claim(&draft.id).ok_or(DraftError::Closed)?;
    let (own, caller, draft) = (app.clone(), caller.clone(), draft.clone());
    let owner = caller.name();
    let subject = storing(&draft.id);
    let work = move |gauge: &Gauge| {
        // Nobody else stores this draft until this is done.
        let _claim = claim;
        store(&own, &caller, &draft, consent, &key, gauge)
    };
    app.jobs().start(&owner, &subject, app.now(), work).map_err(|error| Problem::Internal(error.to_string()))
}

fn store(app: &App, caller: &Caller, draft: &Draft, consent: Consent, key: &Key, gauge: &Gauge) -> Result<(), Ending> {
    let ready = app.previews().take(key).and_then(Arc::into_inner).map(|preview| preview.report);
    let mut report = match ready {
        Some(report) => report,
        None => prepare(app, caller, draft, gauge)?.1,
    };
    let _alone = app.standing();
    if !report.is_current(app.store()) {
        report = prepare(app, caller, draft, gauge)?.1;
    }
    if any_error(&report.faults) && !consent.good_rows {
        return Err(Ending::Failed(
            "有错的行尚未改正,没有入库".to_owned(),
            "there are faults; nothing was stored".to_owned(),
        ));
    }
    report.note(NOTE, &draft.id);
    let rows = report.rows();
    let faulty = report.tables.iter().map(|table| table.faulty).sum();
    let missing = report.missing.iter().map(|missing| missing.record).filter(|_| consent.withdraw_missing).collect();
    habits::learn(app.store(), draft, &report).map_err(|error| failed(error.into()))?;
    gauge.go_on()?;
    gauge.begin(STORING, rows);
    let batch = upload::commit_watched(app.store(), report, gauge).map_err(|stopped| match stopped {
        Stopped::CalledOff(off) => off.into(),
        Stopped::Store(error) => failed(error.into()),
    })?;
    gauge.advance(rows);
    conclude(app, caller, draft, batch, (rows, faulty), missing).map_err(failed)
}

/// Notes what was stored, and withdraws what a complete table no longer holds.
fn conclude(
    app: &App,
    caller: &Caller,
    draft: &Draft,
    batch: Option<BatchId>,
    (rows, faulty): (u64, u64),
    missing: Vec<RecordId>,
) -> Result<(), Problem> {
    app.facts_changed();
    let mine = (draft.id.as_str(), draft.owner.as_str());
    let state = |withdrawing| State::Committed { batch, at: app.now(), rows, faulty, withdrawing };
    app.drafts().set_state(app.store(), mine, state(missing.clone()), app.now())?;
    if let Some(batch) = batch {
        app.audit().note(Note::done(caller, Action::Upload, Subject::of("batch", batch)))?;
    }
    if !missing.is_empty() {
        withdraw(app, caller, &missing)?;
        app.drafts().set_state(app.store(), mine, state(Vec::new()), app.now())?;
    }
    Ok(())
}

/// Withdraws records that a complete table no longer holds.
fn withdraw(app: &App, caller: &Caller, records: &[RecordId]) -> Result<(), Problem> {
    for record in records {
        let act = Act { by: caller.name(), at: app.now(), why: "全量台账中已没有这一条".to_owned() };
        match app.store().withdraw_record(*record, act) {
            Ok(()) => app.audit().note(Note::done(caller, Action::Withdraw, Subject::of("record", record)))?,
            // Somebody was faster, or an interrupted attempt has got so far.
            Err(StoreError::Conflict(Conflict::NotInForce(_))) => {}
            Err(error) => return Err(error.into()),
        }
    }
    app.facts_changed();
    Ok(())
}

/// A file of a draft as a workbook with its faults in red, each with a comment; what was mended in the draft is mended in it. Of a
/// table too large to be held the first faulty rows, as CSV.
///
/// # Errors
/// [`Problem::Absent`] for a file that the draft does not have.
pub fn corrected(app: &App, caller: &Caller, draft: &Draft, name: &str, preview: &Preview) -> Result<File, Problem> {
    let absent = || Problem::Absent("文件", "file", name.to_owned());
    let (_, said) = said(app, caller, draft)?;
    let file = draft.read_files(app.store())?.into_iter().find(|file| file.name == name).ok_or_else(absent)?;
    if preview.report.is_large() {
        return preview.report.corrections.first().cloned().ok_or_else(absent);
    }
    let mut book = intake::read(&file.name, &file.bytes, None, Limits::default()).map_err(Problem::Faults)?;
    said.choices.mend(&mut book);
    let taken = internal_mark(&caller.name(), app.clock());
    let bytes = marked::write(&book, &preview.report.faults, &taken);
    let bytes = bytes.map_err(|error| Problem::Internal(error.to_string()))?;
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    Ok(File { name: format!("{stem}-需要改正.xlsx"), bytes })
}
