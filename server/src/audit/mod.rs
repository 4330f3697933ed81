//! The log of everything that was done: who, from where, when, what, to what, with what outcome.
//!
//! Enters: a [`Note`] of a handler or a command. Leaves: an [`Entry`] in the store, numbered, and chained to the one before it:
//! its hash is over its own bytes and the hash of that one, so that none can be changed, taken out or put elsewhere unnoticed.
//! An entry about a batch, an edition, a run, a withdrawal, a release, an attachment, an account, a key or a draft vouches for its
//! content too, by a digest.
//! Reading order: here, `repeats` (refusals, counted), [`head`] (where the chain ends, kept apart), [`verify`], [`content`], `filed`, `runs`, [`documents`], `marks`, `discards`, [`compare`], [`search`], [`archive`].
//! Next: [`crate::entrance`].

mod repeats;
pub mod head;
pub mod verify;
pub mod content;
mod filed;
mod runs;
pub mod documents;
mod marks;
mod discards;
pub mod compare;
pub mod search;
pub mod archive;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::accounts::Caller;
use crate::store::{BatchId, Entry, NewBatch, Paper, Result, Run, Store};
use compare::Vouched;
use content::Thing;
use documents::Said;
pub use head::Head;
use repeats::Repeats;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Somebody logged in, or tried to.
    LogIn,
    /// Somebody logged out.
    LogOut,
    /// Somebody changed their password.
    ChangePassword,
    /// An account, other roles, or a new password was proposed.
    Propose,
    /// An account was made at the command line or on the first start.
    AddAccount,
    /// Something that was proposed was approved.
    Approve,
    /// Something that was proposed was turned down.
    TurnDown,
    /// An account was closed.
    Close,
    /// An account was opened again.
    Reopen,
    /// An account was locked after too many failed tries.
    Lock,
    /// An account was unlocked.
    Unlock,
    /// An account was given a new one-time password at the command line.
    Reset,
    /// A key was made.
    MakeKey,
    /// A key was withdrawn.
    WithdrawKey,
    /// Somebody began or ended to act for a village.
    ActFor,
    /// Entries of the log were moved into an archive.
    Archive,
    /// A request was refused for want of a permission or of a proof who asks.
    Refuse,
    /// An upload was begun, or something was decided about it.
    SaveDraft,
    /// An upload was thrown away before it was stored, or after nobody had touched it for long.
    DropDraft,
    /// Something was handed in.
    Upload,
    /// A record was corrected.
    Correct,
    /// A batch or a record was taken back.
    Withdraw,
    /// Units were scored.
    Score,
    /// A run was recomputed and compared.
    Verify,
    /// A run was made public.
    Release,
    /// A run was taken back from the public.
    Retract,
    /// An edition was published.
    Publish,
    /// Something was decided about an entry, an appeal, a conflict.
    Decide,
    /// Data was given out as a file.
    Export,
    /// Another system was told of something, or it was tried.
    Send,
    /// A result was shown with more than the public sees of it.
    Inspect,
    /// Personal data was shown in full.
    Unmask,
    /// Personal data was blanked at the end of its time.
    Blank,
    /// Runs that the server had made by itself and replaced since were discarded.
    Discard,
    /// A setting was changed.
    Set,
}

impl Action {
    /// Every action, in the order in which they are shown.
    pub const ALL: [Action; 35] = [
        Action::LogIn,
        Action::LogOut,
        Action::ChangePassword,
        Action::Propose,
        Action::AddAccount,
        Action::Approve,
        Action::TurnDown,
        Action::Close,
        Action::Reopen,
        Action::Lock,
        Action::Unlock,
        Action::Reset,
        Action::MakeKey,
        Action::WithdrawKey,
        Action::ActFor,
        Action::Archive,
        Action::Refuse,
        Action::SaveDraft,
        Action::DropDraft,
        Action::Upload,
        Action::Correct,
        Action::Withdraw,
        Action::Score,
        Action::Verify,
        Action::Release,
        Action::Retract,
        Action::Publish,
        Action::Decide,
        Action::Export,
        Action::Send,
        Action::Inspect,
        Action::Unmask,
        Action::Blank,
        Action::Discard,
        Action::Set,
    ];

    /// The name in the log, which never changes.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Action::LogIn => "log-in",
            Action::LogOut => "log-out",
            Action::ChangePassword => "change-password",
            Action::Propose => "propose",
            Action::AddAccount => "add-account",
            Action::Approve => "approve",
            Action::TurnDown => "turn-down",
            Action::Close => "close",
            Action::Reopen => "reopen",
            Action::Lock => "lock",
            Action::Unlock => "unlock",
            Action::Reset => "reset",
            Action::MakeKey => "make-key",
            Action::WithdrawKey => "withdraw-key",
            Action::ActFor => "act-for",
            Action::Archive => "archive",
            Action::Refuse => "refuse",
            Action::SaveDraft => "save-draft",
            Action::DropDraft => "drop-draft",
            Action::Upload => "upload",
            Action::Correct => "correct",
            Action::Withdraw => "withdraw",
            Action::Score => "score",
            Action::Verify => "verify",
            Action::Release => "release",
            Action::Retract => "retract",
            Action::Publish => "publish",
            Action::Decide => "decide",
            Action::Export => "export",
            Action::Send => "send",
            Action::Inspect => "inspect",
            Action::Unmask => "unmask",
            Action::Blank => "blank",
            Action::Discard => "discard",
            Action::Set => "set",
        }
    }
}

impl Action {
    /// The action of a name in the log.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Action> {
        Action::ALL.into_iter().find(|action| action.key() == key)
    }
}

/// To what it was done: what kind of thing and which one. A number or a code, never a name of a person or the text of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    what: &'static str,
    id: String,
}

impl Subject {
    /// A thing: `Subject::of("batch", 12)`.
    pub fn of(what: &'static str, id: impl ToString) -> Subject {
        Subject { what, id: id.to_string() }
    }

    /// Nothing in particular.
    #[must_use]
    pub const fn none() -> Subject {
        Subject { what: "", id: String::new() }
    }
}

/// Something to be written into the log.
#[derive(Debug, Clone)]
pub struct Note {
    who: String,
    acting_for: Option<String>,
    from: Option<String>,
    action: Action,
    subject: Subject,
    outcome: String,
    /// Said already, of what is not yet in the store or was said in an archive.
    content: Option<String>,
}

/// The outcome of what was done.
const DONE: &str = "done";

impl Note {
    /// Something that was done.
    #[must_use]
    pub fn done(caller: &Caller, action: Action, subject: Subject) -> Note {
        Note {
            who: caller.account().to_owned(),
            acting_for: caller.acting_for().map(str::to_owned),
            from: caller.from().map(|from| from.to_string()),
            action,
            subject,
            outcome: DONE.to_owned(),
            content: None,
        }
    }

    /// Something that was tried, and how it ended: `done`, or in a word why not, such as the code of a problem.
    #[must_use]
    pub fn ended(caller: &Caller, action: Action, subject: Subject, outcome: &str) -> Note {
        Note { outcome: outcome.to_owned(), ..Note::done(caller, action, subject) }
    }
}

/// The log, open for writing.
pub struct Audit {
    store: Arc<dyn Store>,
    /// The key of pseudonyms, with which content is digested.
    key: Vec<u8>,
    /// Held while an entry is written, so that entries are numbered in the order in which they are stored.
    last: Mutex<Option<Head>>,
    /// What was said last of papers that have been changed.
    known: Mutex<BTreeMap<Thing, Said>>,
    repeats: Mutex<Repeats>,
    runs: runs::AtHand,
    /// The file that says where the chain ends, beside the store and not in it.
    head: OnceLock<PathBuf>,
}

/// What stands before the first entry.
const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl Audit {
    /// The log of a store, and the key of pseudonyms.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, key: &[u8]) -> Audit {
        Audit {
            store,
            key: key.to_owned(),
            last: Mutex::new(None),
            known: Mutex::default(),
            repeats: Mutex::default(),
            runs: runs::AtHand::default(),
            head: OnceLock::new(),
        }
    }

    /// Writes an entry, with the digest of what it is about if it has made that; it is on the disk when this returns. It blocks.
    ///
    /// # Errors
    /// When the store fails.
    pub fn note(&self, mut note: Note) -> Result<()> {
        if note.content.is_none()
            && note.outcome == DONE
            && let Some(thing) = Thing::made_by(note.action, note.subject.what, &note.subject.id)
        {
            note.content = content::digest(self.store.as_ref(), &self.key, &thing, &self.runs)?;
        }
        self.append(vec![note], Vec::new())
    }

    /// Writes entries in their order, and papers together with them.
    fn append(&self, notes: Vec<Note>, papers: Vec<Paper>) -> Result<()> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let mut link = match last.take() {
            Some(link) => link,
            None => self.end_of_chain()?,
        };
        let mut entries = Vec::new();
        for note in notes {
            let entry = chained(note, link.number + 1, link.hash, Timestamp::now());
            link = Head { number: entry.number, hash: entry.hash.clone() };
            entries.push(entry);
        }
        self.store.append_entries(&entries, papers)?;
        if let Some(path) = self.head.get() {
            link.write(path)?;
        }
        *last = Some(link);
        Ok(())
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<Thing, Said>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads what noting a run that replaces a few results of this one would otherwise read first. It blocks.
    ///
    /// # Errors
    /// When the store fails.
    pub fn make_ready(&self, run: &Run) -> Result<()> {
        self.runs.make_ready(self.store.as_ref(), &self.key, run)
    }

    /// Notes what a batch will say once personal fields are blanked, before they are: whatever interrupts it, the log then vouches
    /// for what was there or for what is to be. A batch that is not what the log says it was is not vouched for anew.
    ///
    /// # Errors
    /// When the store fails.
    pub fn note_blanking(&self, caller: &Caller, id: BatchId, now: &NewBatch, then: &NewBatch) -> Result<()> {
        let (store, thing) = (self.store.as_ref(), Thing::Batch(id));
        let heading = store.batch(id)?;
        let vouched = Vouched::read(store)?;
        let now = content::digest_of_batch(&self.key, &heading, now.clone())?;
        if vouched.digest(&thing) != Some(now.as_str()) {
            return Ok(());
        }
        let digest = filed::file(store, &thing, |visit| content::walk_batch(&self.key, &heading, then.clone(), visit))?;
        let note = Note::done(caller, Action::Blank, Subject::of("batch", id));
        self.note(Note { content: Some(digest), ..note })
    }

    /// Says once more what entries that go into an archive vouch for.
    ///
    /// # Errors
    /// When the store fails.
    fn carry_on(&self, caller: &Caller, archived: &[Entry]) -> Result<()> {
        let mut said = Vouched::default();
        archived.iter().for_each(|entry| said.take(entry));
        let known = Vouched::read(self.store.as_ref())?;
        for (thing, digest) in said.digests().filter(|(thing, digest)| known.digest(thing) == Some(*digest)) {
            let (what, id) = thing.subject();
            let note = Note::done(caller, Action::Archive, Subject::of(what, id));
            self.note(Note { content: Some(digest.to_owned()), ..note })?;
        }
        Ok(())
    }

    /// Says from now on in a file where the chain ends, so that an end that was cut off is missed. Said once.
    pub fn keep_head_in(&self, path: PathBuf) {
        // A second place would only be asked for by mistake; the first stays.
        let _ = self.head.set(path);
    }

    /// Where the chain ends.
    ///
    /// # Errors
    /// When the store fails.
    pub fn head(&self) -> Result<Head> {
        self.end_of_chain()
    }

    fn end_of_chain(&self) -> Result<Head> {
        let beginning = || Head { number: 0, hash: BEGINNING.to_owned() };
        Ok(self.store.last_entry()?.map_or_else(beginning, |entry| Head { number: entry.number, hash: entry.hash }))
    }
}

fn chained(note: Note, number: u64, before: String, at: Timestamp) -> Entry {
    let mut entry = Entry {
        number,
        at,
        who: note.who,
        acting_for: note.acting_for,
        from: note.from,
        action: note.action.key().to_owned(),
        subject: note.subject.what.to_owned(),
        id: note.subject.id,
        outcome: note.outcome,
        content: note.content,
        before,
        hash: String::new(),
    };
    entry.hash = hash_of(&entry);
    entry
}

/// SHA-256 over every field but the hash itself, each with its length before it, so that no two entries have the same bytes.
pub(crate) fn hash_of(entry: &Entry) -> String {
    let number = entry.number.to_string();
    let at = entry.at.to_string();
    let absent = |field: &Option<String>| field.as_ref().map_or_else(|| "-".to_owned(), |field| format!("+{field}"));
    let (acting_for, from) = (absent(&entry.acting_for), absent(&entry.from));
    // Entries of before there was a digest in them keep the hash they had.
    let format = if entry.content.is_some() { "liuwu-audit-2" } else { "liuwu-audit-1" };
    let fields = [
        format,
        &number,
        &at,
        &entry.who,
        &acting_for,
        &from,
        &entry.action,
        &entry.subject,
        &entry.id,
        &entry.outcome,
        &entry.before,
    ];
    let fields = fields.into_iter().chain(entry.content.as_deref());
    let mut digest = Sha256::new();
    for field in fields {
        digest.update((field.len() as u64).to_be_bytes());
        digest.update(field);
    }
    crate::store::hex(&digest.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::memory::Memory;

    #[test]
    fn each_entry_is_chained_to_the_one_before_it() {
        let store: Arc<dyn Store> = Arc::new(Memory::new());
        let audit = Audit::new(store.clone(), b"key");
        let caller = Caller::operator(None);
        audit.note(Note::done(&caller, Action::Upload, Subject::of("batch", 1))).unwrap();
        audit.note(Note::ended(&caller, Action::Release, Subject::of("run", 7), "no-run")).unwrap();
        // Another process goes on where this one ended.
        Audit::new(store.clone(), b"key").note(Note::done(&caller, Action::LogOut, Subject::none())).unwrap();
        let entries = store.entries(1, 9).unwrap();
        assert_eq!(entries.iter().map(|entry| entry.number).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(entries[0].before, BEGINNING);
        assert!(entries.windows(2).all(|pair| pair[1].before == pair[0].hash));
        assert!(entries.iter().all(|entry| entry.hash == hash_of(entry)));
        assert_eq!((entries[1].outcome.as_str(), entries[1].id.as_str()), ("no-run", "7"));
    }

    #[test]
    fn no_field_can_be_moved_into_its_neighbour() {
        let caller = Caller::operator(None);
        let entry = |id: &str, outcome: &str| {
            let note = Note::ended(&caller, Action::Upload, Subject::of("batch", id), outcome);
            hash_of(&chained(note, 1, BEGINNING.to_owned(), Timestamp::UNIX_EPOCH))
        };
        assert_ne!(entry("1", "2done"), entry("12", "done"));
    }
}
