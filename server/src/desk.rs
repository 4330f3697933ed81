//! The desk: drafts are read, weighed and stored, each as a job that outlives the page it was asked for on.
//!
//! Enters: a draft and who looks at it. Leaves: a [`Preview`], a batch, the faulty rows to be mended; or a job to wait for. How a
//! draft is stored stands in [`mod@storing`]. Pages and the API go the same way through here. Next: [`crate::pages`].

pub mod dividing;
pub mod filled;
pub mod incoming;
pub mod stating;
mod storing;
pub mod templates;
#[cfg(test)]
pub(crate) mod crash;
#[cfg(test)]
mod meeting;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use liuwu_engine::period::Date;

use crate::accounts::Caller;
use crate::audit::{Action, Note, Subject};
use crate::disclosure::Viewer;
use crate::drafts::habits::{self, realm};
use crate::drafts::preview::{Key, Preview, Weighed};
use crate::drafts::{Draft, Outline, State};
use crate::effect::{self, Effect, Many, Touched};
use crate::error::Problem;
use crate::intake::marked::{self, Marks, Unmarked};
use crate::intake::{self, Limits, Mark};
use crate::jobs::{Ending, Job};
use crate::progress::{Gauge, Progress, Step};
use crate::remit::Remit;
use crate::scoring::{Ask, ScoringError};
use crate::state::App;
use crate::store::overlay::Overlay;
use crate::upload::{self, File, Report, Said, Stopped};
use crate::view::EditionView;
use crate::wording::internal_mark;
pub use storing::{Consent, commit, storing};

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
    Ok(app.drafts().create(store, (caller, &realm(caller.scope())), &all, app.now())?)
}

/// A draft of the caller. One whose batch was stored just before an interruption is known by its batch, which is noted in the log.
///
/// # Errors
/// [`Problem::Draft`].
pub fn get(app: &App, caller: &Caller, id: &str) -> Result<Draft, Problem> {
    let draft = app.drafts().get(app.store(), id, &caller.name())?;
    let is_being_stored = app.jobs().about(&storing(&draft.id)).is_some_and(|job| job.ending().is_none());
    if is_being_stored || draft.state != State::Open {
        return Ok(draft);
    }
    let recent = app.store().batches(None, RECENT)?;
    let own = recent.into_iter().find(|batch| batch.notes.get(NOTE) == Some(&draft.id));
    let Some(batch) = own else { return Ok(draft) };
    let state = State::Committed {
        batch: Some(batch.id),
        at: batch.at,
        rows: batch.counts.all_records() + batch.counts.attributes,
        faulty: draft.outline.map_or(0, |outline| outline.faulty),
        conflicting: draft.outline.map_or(0, |outline| outline.conflicting),
        taken_back: batch.counts.taken_back,
    };
    app.audit().note(Note::done(caller, Action::Upload, Subject::of("batch", batch.id)))?;
    Ok(app.drafts().set_state(app.store(), (id, caller), state, app.now())?)
}

/// The note in a batch that says of which draft it is.
pub const NOTE: &str = "draft";

/// Reads a draft, or waits for its reading for so long. Where it was read before something else was stored and is being read
/// again, what was read then is given meanwhile. One revision of it is read at a time.
///
/// # Errors
/// What kept it from being read.
pub fn look(app: &App, caller: &Caller, draft: &Draft, longest: Duration) -> Result<Look, Problem> {
    let key = key_of(app, draft)?;
    if let Some(preview) = app.previews().get(&key) {
        return Ok(Look::Ready(preview));
    }
    if let Some(former) = app.jobs().about(&key.former_subject()) {
        former.call_off();
    }
    let job = reading(app, caller, draft, &key)?;
    match job.wait(longest) {
        None => Ok(app.previews().latest(&key).map_or(Look::Working(job), Look::Ready)),
        Some(Ending::Done) => {
            let ready = app.previews().latest(&key);
            ready.map(Look::Ready).ok_or_else(|| Problem::Internal("a preview was pushed out at once".to_owned()))
        }
        Some(ending) => Err(Problem::Job(ending)),
    }
}

/// What a preview of a draft is known by, as everything stands now.
fn key_of(app: &App, draft: &Draft) -> Result<Key, Problem> {
    let inputs = app.inputs();
    let in_force = app.store().runs_in_force(&app.bundle()?)?.into_iter().next();
    let scored = in_force.map(|(run, _)| run.periods).unwrap_or_default();
    Ok(Key { draft: draft.id.clone(), revision: draft.revision, inputs, scored })
}

/// The job that reads a draft: one that does so already, or else a new one.
fn reading(app: &App, caller: &Caller, draft: &Draft, key: &Key) -> Result<Arc<Job>, Problem> {
    let (own, caller, draft, kept_as) = (app.clone(), caller.clone(), draft.clone(), key.clone());
    let owner = caller.name();
    let work = move |gauge: &Gauge| {
        let preview = read(&own, &caller, &draft, gauge)?;
        let outline = Outline::from(&preview.report);
        own.drafts().note_outline(own.store(), &draft, outline).map_err(Problem::from)?;
        own.previews().put(kept_as, Arc::new(preview));
        Ok(())
    };
    let ending = move |gauge: &Gauge| work(gauge).err().unwrap_or(Ending::Done);
    let started = app.jobs().start_alone(&owner, &key.subject(), app.now(), ending);
    let (Ok(job) | Err(job)) = started.map_err(|error| Problem::Internal(error.to_string()))?;
    Ok(job)
}

/// What is read, and by which edition.
fn said(app: &App, caller: &Caller, draft: &Draft) -> Result<(Arc<EditionView>, Said), Problem> {
    let edition = app.current_edition(&app.bundle()?)?;
    let habits = habits::of(app.store(), &draft.realm)?;
    let remit = Remit::of_caller(caller, edition.bundle(), app.units()?.all());
    let mut aliases = habits.aliases.clone();
    aliases.extend(draft.aliases.clone());
    let said = Said {
        received_on: draft.received_on,
        effective: draft.effective,
        choices: draft.choices(&habits),
        aliases,
        remit,
        pseudonym_key: app.pseudonym_key().to_vec(),
        accept_good_rows: true,
        ..Said::new(caller.name(), app.now(), &draft.what)
    };
    Ok((edition, said))
}

fn prepare(app: &App, caller: &Caller, draft: &Draft, gauge: &Gauge) -> Result<(Arc<EditionView>, Report), Ending> {
    let files = draft.read_files(app.store()).map_err(Problem::from)?;
    prepare_files(app, caller, draft, &files, gauge)
}

fn prepare_files(
    app: &App,
    caller: &Caller,
    draft: &Draft,
    files: &[File],
    gauge: &Gauge,
) -> Result<(Arc<EditionView>, Report), Ending> {
    let (edition, said) = said(app, caller, draft)?;
    match upload::prepare_watched(app.store(), edition.bundle(), files, &said, gauge) {
        Ok(report) => Ok((edition, report)),
        Err(Stopped::CalledOff(off)) => Err(off.into()),
        Err(Stopped::Store(error)) => Err(Problem::from(error).into()),
    }
}

fn read(app: &App, caller: &Caller, draft: &Draft, gauge: &Gauge) -> Result<Preview, Ending> {
    let files = draft.read_files(app.store()).map_err(Problem::from)?;
    let (edition, mut report) = prepare_files(app, caller, draft, &files, gauge)?;
    let rewritten = files.iter().filter(|file| !marked::comes_back_as_itself(&file.bytes));
    let rewritten = rewritten.map(|file| file.name.clone()).collect();
    gauge.go_on()?;
    gauge.begin(WEIGHING, 0);
    let effect = weighed(app, caller, &edition, &report, gauge);
    gauge.go_on()?;
    let mut effect_taking_back = None;
    if !report.missing.is_empty() {
        report.take_back_missing(true);
        effect_taking_back = Some(weighed(app, caller, &edition, &report, gauge));
        report.take_back_missing(false);
        gauge.go_on()?;
    }
    let tree = app.units()?;
    let mut spoken: BTreeSet<&str> = report.missing.iter().map(|missing| missing.unit.as_str()).collect();
    for weighed in std::iter::once(&effect).chain(&effect_taking_back) {
        if let Weighed::Effect(effect) = weighed {
            spoken.extend(effect.moved.iter().map(|moved| moved.unit.as_str()));
        }
    }
    let names: HashMap<String, String> =
        spoken.into_iter().map(|unit| (unit.to_owned(), tree.full_name(unit))).collect();
    let changes_divisions = dividing::is_table(&files);
    Ok(Preview { report, effect, effect_taking_back, changes_divisions, rewritten, names })
}

/// What storing a report would do to the results, or why that cannot be told.
fn weighed(app: &App, caller: &Caller, edition: &EditionView, report: &Report, gauge: &Gauge) -> Weighed {
    weigh(app, caller, edition, report, gauge).unwrap_or_else(|problem| {
        let words = problem.detail();
        Weighed::Unknown(words.zh, words.en)
    })
}

/// What storing a report would do to the results that are in force.
fn weigh(
    app: &App,
    caller: &Caller,
    edition: &EditionView,
    report: &Report,
    gauge: &Gauge,
) -> Result<Weighed, Problem> {
    if report.is_empty() {
        return Ok(Weighed::Effect(Effect::default()));
    }
    let store = app.store();
    let bundle = &edition.edition.bundle;
    let Some((run, _)) = store.runs_in_force(bundle)?.into_iter().next() else {
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
    let weighed = match report.large() {
        Some(large) => {
            let after = Overlay::of_many(store, batch, large);
            let records_of = |unit: &str| large.rows_of(unit);
            let change = Many { after: &after, units: report.large_touched(), records_of: &records_of };
            gauge.begin(WEIGHING, change.units.len() as u64);
            effect::in_portions(store, change, (&edition.plan, &ask), gauge)
        }
        None => {
            let touched = Touched::by(store, batch)?;
            effect::of(store, &Overlay::new(store, batch), &touched, &edition.plan, &ask)
        }
    };
    match weighed {
        Ok(effect) => Ok(Weighed::Effect(effect.told_to(&Viewer::of(caller), &*app.units()?))),
        Err(ScoringError::NotInForce) => Ok(Weighed::Effect(Effect::default())),
        Err(error) => Err(error.into()),
    }
}

/// A file of a draft with its faults in red, each with a comment; what was mended in the draft is mended in it. Of a table too large
/// to come back whole, the header and the faulty rows.
///
/// # Errors
/// [`Problem::Absent`] for a file that the draft does not have.
pub fn corrected(app: &App, caller: &Caller, draft: &Draft, name: &str, preview: &Preview) -> Result<File, Problem> {
    let absent = || Problem::Absent("文件", "file", name.to_owned());
    let (edition, said) = said(app, caller, draft)?;
    let file = draft.read_files(app.store())?.into_iter().find(|file| file.name == name).ok_or_else(absent)?;
    // What the file was recognised as, or declared to be, need not be guessed again when it comes back.
    let kinds = preview.report.kinds_of(name, marked::ONLY_SHEET);
    let marks = Marks {
        faults: &preview.report.faults,
        choices: &said.choices,
        mark: &Mark::naming(edition.bundle(), kinds),
        taken: &internal_mark(&caller.name(), app.clock()),
    };
    let marked = match &preview.report.sent_back {
        Some(picked) => marked::write_large(&file.name, &file.bytes, picked, &marks),
        None => marked::write(&file.name, &file.bytes, &marks),
    };
    let marked = marked.map_err(|error| match error {
        Unmarked::Unreadable(faults) => Problem::Faults(faults),
        Unmarked::Unfit(error) => Problem::Internal(error.to_string()),
    })?;
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let part = if preview.report.is_large() && !marked.is_itself { "-有错的行" } else { "" };
    Ok(File { name: format!("{stem}{part}-需要改正.{}", marked.extension), bytes: marked.bytes })
}
