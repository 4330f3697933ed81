//! Drafts: uploads that somebody is still looking at. They can be left and taken up again, on another day and another machine.
//!
//! Enters: files, and what a person decides about them. Leaves: a [`Draft`], kept in the store: its files in a drawer, all else as
//! a paper in the cabinet; and what an office has got used to ([`habits`]). What is in a draft counts for nothing until it is
//! committed. Next: [`crate::desk`], which reads and commits drafts.

mod error;
pub mod habits;
pub mod mended;
pub mod preview;

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use liuwu_engine::period::Date;
use serde::{Deserialize, Serialize};

use crate::accounts::Caller;
use crate::audit::documents::{self as audit, Document};
use crate::audit::{Action, Audit, Note, Subject};
use crate::intake::{CellChoice, Choices, TableChoice};
use crate::store::{BatchId, ContentId, Paper, Store, StoreError};
use crate::upload::{File, Report};
pub use error::DraftError;

/// The folder of drafts in the cabinet, and their drawer.
const FOLDER: &str = Document::Draft.folder();
/// Hours after which a draft that nobody touched goes.
const LIFE: SignedDuration = SignedDuration::from_hours(14 * 24);
/// Hours for which the files of something that is no draft any more stay.
const GRACE: SignedDuration = SignedDuration::from_hours(24);
/// Cells that can be mended in one draft; more are mended in the file.
const MOST_CELLS: usize = 5_000;

/// An upload that somebody is looking at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Its number, which cannot be guessed.
    pub id: String,
    /// Rises with each change.
    pub revision: u64,
    /// Whose it is.
    pub owner: String,
    /// Whose habits it follows ([`habits::realm`]).
    pub realm: String,
    /// When it was begun.
    pub created: Timestamp,
    /// When it was last changed.
    pub touched: Timestamp,
    /// Its files.
    pub files: Vec<DraftFile>,
    /// What it is, in words.
    pub what: String,
    /// The day from which it counts as known; none: the day on which it is committed.
    pub received_on: Option<Date>,
    /// The day from which attributes hold where a table does not say it.
    pub effective: Option<Date>,
    /// What was decided about its tables.
    pub tables: Vec<TableChoice>,
    /// What was mended.
    pub cells: Vec<CellChoice>,
    /// Units that were chosen for names ([`crate::intake::Unmatched::alias`]).
    pub aliases: BTreeMap<String, String>,
    /// How it stands.
    pub state: State,
    /// What was found when it was read last; none: it has not been read since it was changed.
    #[serde(default)]
    pub outline: Option<Outline>,
}

/// A file of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftFile {
    /// Its name.
    pub name: String,
    /// Its content.
    pub content: ContentId,
    /// Its bytes.
    pub size: u64,
}

/// How a draft stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is being looked at.
    Open,
    /// It is stored.
    Committed {
        /// The batch; none: there was nothing new.
        batch: Option<BatchId>,
        /// When.
        at: Timestamp,
        /// Rows stored.
        rows: u64,
        /// Rows with a fault that were not stored.
        faulty: u64,
        /// Of these: rows that contradict a stored record, and became questions.
        #[serde(default)]
        conflicting: u64,
        /// Records that were taken back because a complete table no longer holds them.
        #[serde(default)]
        taken_back: u64,
    },
}

/// What was found when a draft was read last, for lists of drafts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    /// Rows that would be stored.
    pub good: u64,
    /// Rows with a fault, those that contradict a stored record among them.
    pub faulty: u64,
    /// Rows that contradict a stored record.
    pub conflicting: u64,
}

impl From<&Report> for Outline {
    fn from(report: &Report) -> Outline {
        Outline {
            good: report.tables.iter().map(|table| table.new + table.updated).sum(),
            faulty: report.tables.iter().map(|table| table.faulty).sum(),
            conflicting: report.tables.iter().map(|table| table.conflicting).sum(),
        }
    }
}

/// Decisions to be added to a draft. What is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// What it is, in words.
    pub what: Option<String>,
    /// The day from which it counts as known.
    pub received_on: Option<Option<Date>>,
    /// The day from which attributes hold.
    pub effective: Option<Option<Date>>,
    /// Decisions about tables, each in place of the one about that table.
    pub tables: Vec<TableChoice>,
    /// Mended cells, each in place of the one before.
    pub cells: Vec<CellChoice>,
    /// Units for names; an empty one takes the choice back.
    pub aliases: BTreeMap<String, String>,
}

/// The drafts of a store. Of this process alone, as the store is.
pub struct Drafts {
    /// The log, which vouches for each of them.
    audit: Arc<Audit>,
    /// Held from reading a draft until its change is stored.
    changing: Mutex<()>,
    /// Drafts that are being stored just now.
    storing: Arc<Mutex<HashSet<String>>>,
}

/// The right to store a draft, which is given once at a time.
pub struct Claim {
    id: String,
    storing: Arc<Mutex<HashSet<String>>>,
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.storing.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

impl fmt::Debug for Drafts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Drafts")
    }
}

impl Drafts {
    /// The drafts of the store of a log.
    #[must_use]
    pub fn new(audit: Arc<Audit>) -> Drafts {
        Drafts { audit, changing: Mutex::default(), storing: Arc::default() }
    }

    /// Begins a draft.
    ///
    /// # Errors
    /// [`DraftError`].
    pub fn create(
        &self,
        store: &dyn Store,
        (caller, realm): (&Caller, &str),
        files: &[File],
        at: Timestamp,
    ) -> Result<Draft, DraftError> {
        let mut names = HashSet::new();
        if let Some(twice) = files.iter().find(|file| !names.insert(&file.name)) {
            return Err(DraftError::SameName(twice.name.clone()));
        }
        // Until the draft is there, whoever throws another one with the same file away would take the file with it.
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let keep = |file: &File| -> Result<DraftFile, StoreError> {
            let content = store.keep(FOLDER, &file.bytes, at)?;
            Ok(DraftFile { name: file.name.clone(), content, size: file.bytes.len() as u64 })
        };
        let draft = Draft {
            id: random_id()?,
            revision: 1,
            owner: caller.name(),
            realm: realm.to_owned(),
            created: at,
            touched: at,
            files: files.iter().map(keep).collect::<Result<_, _>>()?,
            what: String::new(),
            received_on: None,
            effective: None,
            tables: Vec::new(),
            cells: Vec::new(),
            aliases: BTreeMap::new(),
            state: State::Open,
            outline: None,
        };
        self.save(caller, &draft)?;
        Ok(draft)
    }

    /// A draft of somebody.
    ///
    /// # Errors
    /// [`DraftError::Missing`], also for a draft of somebody else.
    pub fn get(&self, store: &dyn Store, id: &str, owner: &str) -> Result<Draft, DraftError> {
        let missing = || DraftError::Missing(id.to_owned());
        let is_id = !id.is_empty() && id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let paper = if is_id { store.paper(FOLDER, id)? } else { None };
        let draft: Draft = serde_json::from_slice(&paper.ok_or_else(missing)?)?;
        if draft.owner == owner { Ok(draft) } else { Err(missing()) }
    }

    /// The drafts of somebody, the one touched last first.
    ///
    /// # Errors
    /// [`DraftError`].
    pub fn of(&self, store: &dyn Store, owner: &str) -> Result<Vec<Draft>, DraftError> {
        let mut drafts = all(store)?;
        drafts.retain(|draft| draft.owner == owner);
        drafts.sort_by_key(|draft| std::cmp::Reverse(draft.touched));
        Ok(drafts)
    }

    /// Adds decisions to an open draft.
    ///
    /// # Errors
    /// [`DraftError::Closed`], [`DraftError::TooManyCells`].
    pub fn change(
        &self,
        store: &dyn Store,
        (id, caller): (&str, &Caller),
        change: Change,
        at: Timestamp,
    ) -> Result<Draft, DraftError> {
        self.alter(store, (id, caller), at, |draft| {
            if draft.state != State::Open {
                return Err(DraftError::Closed);
            }
            change.apply(draft);
            draft.outline = None;
            if draft.cells.len() > MOST_CELLS { Err(DraftError::TooManyCells(MOST_CELLS)) } else { Ok(()) }
        })
    }

    /// Notes how a draft stands, whatever it was before.
    ///
    /// # Errors
    /// [`DraftError`].
    pub fn set_state(
        &self,
        store: &dyn Store,
        (id, caller): (&str, &Caller),
        state: State,
        at: Timestamp,
    ) -> Result<Draft, DraftError> {
        self.alter(store, (id, caller), at, |draft| {
            draft.state = state;
            Ok(())
        })
    }

    /// Notes what was found in a draft, unless it has been changed since it was read. That alone does not touch it.
    ///
    /// # Errors
    /// [`DraftError`].
    pub fn note_outline(&self, store: &dyn Store, read: &Draft, outline: Outline) -> Result<(), DraftError> {
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut draft = self.get(store, &read.id, &read.owner)?;
        if draft.revision != read.revision || draft.outline == Some(outline) {
            return Ok(());
        }
        draft.outline = Some(outline);
        // What was found passes, and is not noted.
        Ok(store.file_papers(vec![Paper::new(FOLDER, &draft.id, serde_json::to_vec(&draft)?)])?)
    }

    /// The right to store a draft; none while somebody has it.
    pub fn claim(&self, id: &str) -> Option<Claim> {
        let is_free = self.storing.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned());
        is_free.then(|| Claim { id: id.to_owned(), storing: Arc::clone(&self.storing) })
    }

    fn alter(
        &self,
        store: &dyn Store,
        (id, caller): (&str, &Caller),
        at: Timestamp,
        alter: impl FnOnce(&mut Draft) -> Result<(), DraftError>,
    ) -> Result<Draft, DraftError> {
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut draft = self.get(store, id, &caller.name())?;
        alter(&mut draft)?;
        draft.revision += 1;
        draft.touched = at;
        self.save(caller, &draft)?;
        Ok(draft)
    }

    /// Throws a draft away. What it has stored stays stored.
    ///
    /// # Errors
    /// [`DraftError::Missing`]; [`DraftError::BeingStored`] while somebody has the right to store it.
    pub fn discard(&self, store: &dyn Store, (id, caller): (&str, &Caller)) -> Result<(), DraftError> {
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let draft = self.get(store, id, &caller.name())?;
        let _claim = self.claim(&draft.id).ok_or(DraftError::BeingStored)?;
        self.drop_all(caller, std::slice::from_ref(&draft))?;
        let held = held(&all(store)?);
        for file in draft.files.iter().filter(|file| !held.contains(&file.content)) {
            store.throw_out(FOLDER, file.content)?;
        }
        Ok(())
    }

    /// Throws away the drafts that nobody has touched for two weeks, and files that belong to none.
    ///
    /// # Errors
    /// [`DraftError`].
    pub fn expire(&self, store: &dyn Store, now: Timestamp) -> Result<usize, DraftError> {
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let being_stored = self.storing.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let stays =
            |draft: &Draft| now.duration_since(draft.touched) < LIFE || being_stored.contains(draft.id.as_str());
        let (kept, old): (Vec<Draft>, Vec<Draft>) = all(store)?.into_iter().partition(stays);
        self.drop_all(&Caller::service(), &old)?;
        let held = held(&kept);
        for head in store.kept(FOLDER)? {
            // A file that has just come may belong to a draft that is being begun.
            if !held.contains(&head.id) && now.duration_since(head.at) >= GRACE {
                store.throw_out(FOLDER, head.id)?;
            }
        }
        Ok(old.len())
    }

    /// Writes a draft together with the entry that vouches for it.
    fn save(&self, caller: &Caller, draft: &Draft) -> Result<(), DraftError> {
        let note = Note::done(caller, Action::SaveDraft, Subject::of("draft", &draft.id));
        let body = Some(serde_json::to_vec(draft)?);
        let change = audit::Change { note, document: Document::Draft, name: draft.id.clone(), body };
        Ok(self.audit.note_changes(vec![change])?)
    }

    fn drop_all(&self, caller: &Caller, drafts: &[Draft]) -> Result<(), DraftError> {
        let dropped = |draft: &Draft| {
            let note = Note::done(caller, Action::DropDraft, Subject::of("draft", &draft.id));
            audit::Change { note, document: Document::Draft, name: draft.id.clone(), body: None }
        };
        Ok(self.audit.note_changes(drafts.iter().map(dropped).collect())?)
    }
}

impl Draft {
    /// Its files with their contents.
    ///
    /// # Errors
    /// The store's.
    pub fn read_files(&self, store: &dyn Store) -> Result<Vec<File>, StoreError> {
        let read = |file: &DraftFile| Ok(File { name: file.name.clone(), bytes: store.content(FOLDER, file.content)? });
        self.files.iter().map(read).collect()
    }

    /// Everything that was decided about it, with the habits of its office.
    pub fn choices(&self, habits: &habits::Habits) -> Choices {
        Choices { tables: self.tables.clone(), cells: self.cells.clone(), habits: habits.headers.clone() }
    }

    /// What was decided about a table; nothing so far: an empty decision.
    pub fn table(&self, file: &str, sheet: Option<&str>) -> TableChoice {
        let known = self.tables.iter().find(|choice| choice.file == file && choice.sheet.as_deref() == sheet);
        known.cloned().unwrap_or_else(|| TableChoice {
            file: file.to_owned(),
            sheet: sheet.map(str::to_owned),
            ..TableChoice::default()
        })
    }
}

impl Change {
    fn apply(self, draft: &mut Draft) {
        if let Some(what) = self.what {
            draft.what = what;
        }
        if let Some(day) = self.received_on {
            draft.received_on = day;
        }
        if let Some(day) = self.effective {
            draft.effective = day;
        }
        for new in self.tables {
            draft.tables.retain(|old| (&old.file, &old.sheet) != (&new.file, &new.sheet));
            draft.tables.push(new);
        }
        for new in self.cells {
            draft.cells.retain(|old| (&old.file, &old.sheet, &old.cell) != (&new.file, &new.sheet, &new.cell));
            draft.cells.push(new);
        }
        for (alias, unit) in self.aliases {
            match unit.is_empty() {
                true => drop(draft.aliases.remove(&alias)),
                false => drop(draft.aliases.insert(alias, unit)),
            }
        }
    }
}

fn all(store: &dyn Store) -> Result<Vec<Draft>, DraftError> {
    let papers = store.papers(FOLDER, None, usize::MAX)?;
    papers.iter().map(|(_, body)| Ok(serde_json::from_slice(body)?)).collect()
}

fn held(drafts: &[Draft]) -> HashSet<ContentId> {
    drafts.iter().flat_map(|draft| &draft.files).map(|file| file.content).collect()
}

fn random_id() -> Result<String, DraftError> {
    let mut bytes = [0; 12];
    getrandom::fill(&mut bytes).map_err(|_| DraftError::NoChance)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests;
