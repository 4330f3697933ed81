//! Changes of divisions on their way in: what a table or a list of them announces, what would follow from it, and storing it.
//!
//! Enters: a table or changes, or a draft with one table. Leaves: an [`Announced`], its [`Consequence`]s, and one batch, which can be
//! taken back whole. Pages, the API and drafts go the same way through here. Next: [`crate::pages`].

use liuwu_engine::diagnostic::Diagnostic;
use liuwu_engine::division::short_name;
use liuwu_engine::period::Date;

use super::{NOTE, storing};
use crate::accounts::Caller;
use crate::audit::{Action, Note, Subject};
use crate::drafts::{Draft, DraftError, State};
use crate::error::Problem;
use crate::intake::changes;
use crate::remit::Remit;
use crate::state::App;
use crate::store::{Batch, BatchId, NewBatch};
use crate::succession::{self, Change, Kind};
use crate::upload::File;

/// The note in a batch that says that it changes divisions.
const CHANGES: &str = "division-changes";
/// Newest batches among which those that change divisions are looked for.
const RECENT: usize = 2_000;

/// What is announced, held against the list of units and ready to be stored.
pub struct Announced {
    /// Each change; those of a table by their days.
    pub changes: Vec<Change>,
    /// What the user should know about the table.
    pub remarks: Vec<Diagnostic>,
    batch: NewBatch,
}

impl Announced {
    /// What a table announces. `by` hands it in.
    ///
    /// # Errors
    /// [`Problem::Faults`] with every fault at its cell.
    pub fn of_table(app: &App, by: String, file: &File, encoding: Option<&str>) -> Result<Announced, Problem> {
        let mut batch = NewBatch::new(app.now(), by, "");
        batch.files = vec![file.name.clone()];
        let units = app.store().units(Date::MAX)?;
        let read = (file.name.as_str(), file.bytes.as_slice());
        let tabled = succession::prepare(read, encoding, &units, app.today(), &mut batch).map_err(Problem::Faults)?;
        Announced { changes: tabled.changes, remarks: tabled.remarks, batch }.checked()
    }

    /// The same of changes that somebody lists.
    ///
    /// # Errors
    /// [`Problem::Faults`].
    pub fn of_changes(app: &App, by: String, changes: Vec<Change>) -> Result<Announced, Problem> {
        let mut batch = NewBatch::new(app.now(), by, "");
        succession::announce(&app.store().units(Date::MAX)?, &changes, app.today(), &mut batch)
            .map_err(|misfits| Problem::Faults(misfits.into_iter().map(|misfit| misfit.fault).collect()))?;
        Announced { changes, remarks: Vec::new(), batch }.checked()
    }

    fn checked(self) -> Result<Announced, Problem> {
        match self.batch.units.is_empty() {
            true => Err(Problem::parameter("changes", "至少要有一项变更", "at least one change")),
            false => Ok(self),
        }
    }

    /// How many rows of the list of units it brings.
    #[must_use]
    pub fn units(&self) -> usize {
        self.batch.units.len()
    }

    /// Stores it as one batch. `reason` says on what it rests, such as the number of an approval.
    ///
    /// # Errors
    /// When the caller answers for a part alone; the store's.
    pub fn store(mut self, app: &App, caller: &Caller, reason: &str) -> Result<BatchId, Problem> {
        // Whoever answers for a part decides nothing about who counts for whom.
        let remit = Remit::of_everything(caller, "区划变更 · changes of divisions")?;
        let first = self.changes.first().map_or("", |change| change.kind.zh());
        self.batch.what = format!("区划{first}:{}", reason.trim());
        self.batch.notes.insert(CHANGES.to_owned(), self.changes.len().to_string());
        let id = remit.admit(app.store(), self.batch)?.store(app.store())?;
        app.has_written();
        app.audit().note(Note::done(caller, Action::Upload, Subject::of("batch", id)))?;
        Ok(id)
    }
}

/// What follows from one change.
#[derive(Debug, Clone)]
pub struct Consequence {
    /// What happened.
    pub kind: Kind,
    /// From this day on.
    pub from: Date,
    /// The units that were.
    pub old: Vec<OldUnit>,
    /// The units that are: code and name. The first counts for those that were.
    pub new: Vec<(String, String)>,
}

/// A unit that goes on under another, and what it takes along.
#[derive(Debug, Clone)]
pub struct OldUnit {
    /// Its code.
    pub code: String,
    /// Its name, with that of the unit above.
    pub name: String,
    /// Records that count for the successor.
    pub records: usize,
    /// Units below it that stand below the successor then.
    pub below: usize,
    /// Whether it is its own successor: one of those merged keeps its code.
    pub stays: bool,
}

/// What follows from changes, one by one.
///
/// # Errors
/// The store's.
pub fn consequences(app: &App, changes: &[Change]) -> Result<Vec<Consequence>, Problem> {
    let tree = app.units()?;
    let name_of = |code: &str, given: Option<&String>| match given {
        Some(name) => name.clone(),
        None => tree.get(code).map_or_else(|| code.to_owned(), |row| short_name(&row.name)),
    };
    let of_change = |change: &Change| {
        let heir = change.new.first().map(|(code, _)| code);
        let old = change.old.iter().map(|code| {
            Ok(OldUnit {
                code: code.clone(),
                name: tree.full_name(code),
                records: app.store().facts_of(code, Date::MAX)?.records.len(),
                below: tree.below(code).count(),
                stays: heir == Some(code),
            })
        });
        let new = change.new.iter().map(|(code, name)| (code.clone(), name_of(code, name.as_ref())));
        Ok(Consequence {
            kind: change.kind,
            from: change.from,
            old: old.collect::<Result<_, Problem>>()?,
            new: new.collect(),
        })
    };
    changes.iter().map(of_change).collect()
}

/// Whether files are one table of changes of divisions, which is handed in on its own.
#[must_use]
pub fn is_table(files: &[File]) -> bool {
    matches!(files, [file] if changes::is_one(&file.name, &file.bytes))
}

/// The table of a draft, and what it announces.
///
/// # Errors
/// [`Problem::Faults`] with every fault at its cell; [`Problem::Parameter`] for a draft with several files.
pub fn announced(app: &App, caller: &Caller, draft: &Draft) -> Result<Announced, Problem> {
    let files = draft.read_files(app.store())?;
    let [file] = files.as_slice() else {
        return Err(Problem::parameter("file", "要有且只有一个表格", "one table, and only one"));
    };
    Announced::of_table(app, caller.name(), file, None)
}

/// Stores the table of a draft.
///
/// # Errors
/// [`DraftError::Closed`], [`DraftError::BeingStored`], and those of [`announced`] and [`Announced::store`].
pub fn commit(app: &App, caller: &Caller, draft: &Draft, reason: &str) -> Result<BatchId, Problem> {
    let _claim = app.drafts().claim(&draft.id).ok_or(DraftError::BeingStored)?;
    let draft = app.drafts().get(app.store(), &draft.id, &draft.owner)?;
    let is_being_stored = app.jobs().about(&storing(&draft.id)).is_some_and(|job| job.ending().is_none());
    if draft.state != State::Open || is_being_stored {
        return Err(DraftError::Closed.into());
    }
    if reason.trim().is_empty() {
        let zh = "请写明依据,如批复文号";
        return Err(Problem::parameter("reason", zh, "say on what it rests, such as the number of the approval"));
    }
    let _alone = app.standing();
    let mut announced = announced(app, caller, &draft)?;
    announced.batch.notes.insert(NOTE.to_owned(), draft.id.clone());
    let rows = announced.changes.len() as u64;
    let batch = announced.store(app, caller, reason)?;
    let state = State::Committed { batch: Some(batch), at: app.now(), rows, faulty: 0, conflicting: 0, taken_back: 0 };
    app.drafts().set_state(app.store(), (&draft.id, caller), state, app.now())?;
    Ok(batch)
}

/// The batches that changed divisions, the newest first; those taken back among them.
///
/// # Errors
/// The store's.
pub fn batches(app: &App) -> Result<Vec<Batch>, Problem> {
    let mut found = app.store().batches(None, RECENT)?;
    found.retain(|batch| batch.notes.contains_key(CHANGES));
    Ok(found)
}
