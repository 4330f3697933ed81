//! What the log says about papers that give rights or are still to be stored: accounts, keys, the rules of security, drafts. Each has
//! one digest, which is written together with the paper, so that no interruption comes between them.
//!
//! Enters: a [`Change`] of a paper with what the log is to say of it. Leaves: entry and paper, both or neither. What was changed
//! behind the back of the log is not vouched for anew, whoever changes it afterwards: it stays what it is not. Next:
//! [`super::marks`].

use serde::Serialize;
use serde_json::Value as Json;

use super::content::{Thing, leaf};
use super::{Action, Audit, Note};
use crate::store::{ContentId, Entry, Paper, Result, Store, hex};

/// Stands in an entry in the place of a digest where its paper was not what the log says it was.
const NOT_VOUCHED_FOR: &str = "-";
/// Entries read at a time.
const PAGE: usize = 1_000;

/// A kind of paper that the log vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Document {
    /// An account: its roles, its scope, its password, whether it is locked or closed.
    Account,
    /// A key of another system.
    Key,
    /// The rules of security.
    Security,
    /// An upload that somebody is looking at.
    Draft,
}

impl Document {
    pub(super) const ALL: [Document; 4] = [Document::Account, Document::Key, Document::Security, Document::Draft];

    /// What entries about it are about.
    #[must_use]
    pub const fn what(self) -> &'static str {
        match self {
            Document::Account => "account",
            Document::Key => "key",
            Document::Security => "security",
            Document::Draft => "draft",
        }
    }

    /// Its folder in the cabinet.
    #[must_use]
    pub const fn folder(self) -> &'static str {
        match self {
            Document::Account => "accounts",
            Document::Key => "keys",
            Document::Security => "settings",
            Document::Draft => "drafts",
        }
    }

    /// What changes with every use, without an entry: when an account last logged in, what was last found in a draft.
    const fn passing(self) -> &'static [&'static str] {
        match self {
            Document::Account => &["last_login"],
            Document::Key => &["used"],
            Document::Security => &[],
            Document::Draft => &["outline"],
        }
    }

    /// Its name in Chinese.
    pub(super) const fn zh(self) -> &'static str {
        match self {
            Document::Account => "账号",
            Document::Key => "密钥",
            Document::Security => "安全设置",
            Document::Draft => "上报草稿",
        }
    }

    /// Which paper an entry is about that has made or changed one. Of an account the entry names what is proposed, too, of the rules
    /// of security the figure.
    pub(super) fn made_by(action: Action, subject: &str, id: &str) -> Option<Thing> {
        use Action as Did;
        let document = Document::ALL.into_iter().find(|document| document.what() == subject)?;
        let name = match document {
            Document::Account => id.split('=').next().unwrap_or_default(),
            Document::Security => "security",
            Document::Key | Document::Draft => id,
        };
        let changes = matches!(
            action,
            Did::LogIn
                | Did::ChangePassword
                | Did::Propose
                | Did::AddAccount
                | Did::TurnDown
                | Did::Close
                | Did::Reopen
                | Did::Lock
                | Did::Unlock
                | Did::Reset
                | Did::Approve
                | Did::MakeKey
                | Did::WithdrawKey
                | Did::Set
                | Did::SaveDraft
                | Did::DropDraft
                | Did::Archive
        );
        (changes && !name.is_empty()).then(|| Thing::Document(document, name.to_owned()))
    }
}

/// A paper that is changed, and what the log says of it.
#[derive(Debug, Clone)]
pub struct Change {
    /// What was done.
    pub note: Note,
    /// Which kind of paper.
    pub document: Document,
    /// Its name in the folder.
    pub name: String,
    /// What it says from now on; none: it is thrown away.
    pub body: Option<Vec<u8>>,
}

/// What the log has said of a paper so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// This is its digest.
    Digest(String),
    /// An earlier version has made it, and noted no digest.
    Undigested,
    /// Nothing.
    Nothing,
}

/// What an entry says of a paper, if it says anything; none: it vouches for nothing and changes nothing that was said.
pub(super) fn said_by(entry: &Entry) -> Option<Said> {
    match (entry.content.as_deref(), Action::from_key(&entry.action)?) {
        (_, Action::DropDraft) => Some(Said::Nothing),
        (Some(NOT_VOUCHED_FOR), _) => None,
        (Some(digest), _) => Some(Said::Digest(digest.to_owned())),
        (None, _) => Some(Said::Undigested),
    }
}

impl Audit {
    /// Writes papers and what the log says of them, all or nothing; they are on the disk when this returns. It blocks.
    ///
    /// # Errors
    /// When the store fails.
    pub fn note_changes(&self, changes: Vec<Change>) -> Result<()> {
        if changes.is_empty() {
            return Ok(());
        }
        let (mut notes, mut papers, mut said) = (Vec::new(), Vec::new(), Vec::new());
        for Change { mut note, document, name, body } in changes {
            let thing = Thing::Document(document, name.clone());
            if let Some(body) = &body {
                let is_as_said = self.is_as_said(&thing, document, &name)?;
                let digest = digest_of(&self.key, document, &name, body)?;
                note.content = Some(if is_as_said { digest } else { NOT_VOUCHED_FOR.to_owned() });
            }
            said.push((thing, note.content.clone(), body.is_none()));
            notes.push(note);
            papers.push(Paper { folder: document.folder().to_owned(), name, body });
        }
        self.append(notes, papers)?;
        let mut known = self.known();
        for (thing, content, is_gone) in said {
            match content {
                _ if is_gone => drop(known.insert(thing, Said::Nothing)),
                Some(digest) if digest != NOT_VOUCHED_FOR => drop(known.insert(thing, Said::Digest(digest))),
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether a paper that is about to be changed is what the log says; a new one is.
    fn is_as_said(&self, thing: &Thing, document: Document, name: &str) -> Result<bool> {
        let Some(body) = self.store.paper(document.folder(), name)? else { return Ok(true) };
        Ok(match self.said_of(thing)? {
            Said::Digest(digest) => digest == digest_of(&self.key, document, name, &body)?,
            Said::Undigested => true,
            Said::Nothing => false,
        })
    }

    /// What the log says last of a paper; looked for once, from its end.
    fn said_of(&self, thing: &Thing) -> Result<Said> {
        if let Some(said) = self.known().get(thing) {
            return Ok(said.clone());
        }
        let said = last_said(self.store.as_ref(), thing)?;
        self.known().insert(thing.clone(), said.clone());
        Ok(said)
    }
}

fn last_said(store: &dyn Store, thing: &Thing) -> Result<Said> {
    let mut before = None;
    let mut last = Said::Nothing;
    loop {
        let page = store.entries_back(before, PAGE)?;
        for entry in page.iter().filter(|entry| Thing::of(entry).as_ref() == Some(thing)) {
            match said_by(entry) {
                Some(Said::Undigested) => last = Said::Undigested,
                // Nothing that was said before it was thrown away counts.
                Some(Said::Nothing) => return Ok(last),
                Some(said @ Said::Digest(_)) => return Ok(said),
                None => {}
            }
        }
        match page.last() {
            Some(entry) if page.len() == PAGE => before = Some(entry.number),
            _ => return Ok(last),
        }
    }
}

/// The digest of a paper as it stands in the store. None: it is not there.
pub(super) fn digest(store: &dyn Store, key: &[u8], document: Document, name: &str) -> Result<Option<String>> {
    let Some(body) = store.paper(document.folder(), name)? else { return Ok(None) };
    if document == Document::Draft {
        // Its files are named by their digests; reading them tells whether they fit.
        for content in contents_of(&body) {
            store.content(document.folder(), content)?;
        }
    }
    digest_of(key, document, name, &body).map(Some)
}

/// Every paper that the log should know, by name.
pub(super) fn stored(store: &dyn Store) -> Result<Vec<Thing>> {
    let mut found = Vec::new();
    for document in Document::ALL {
        let mut after: Option<String> = None;
        loop {
            let page = store.papers(document.folder(), after.as_deref(), PAGE)?;
            after = page.last().map(|(name, _)| name.clone());
            let is_last = page.len() < PAGE;
            found.extend(page.into_iter().map(|(name, _)| Thing::Document(document, name)));
            if is_last {
                break;
            }
        }
    }
    Ok(found)
}

/// The digest of what a paper says, without what passes. Keyed, because a short paper could be guessed.
fn digest_of(key: &[u8], document: Document, name: &str, body: &[u8]) -> Result<String> {
    let mut said: Json = match serde_json::from_slice(body) {
        Ok(said) => said,
        // What is no paper of ours any more has a digest nevertheless: another one.
        Err(_) => Json::String(hex(body)),
    };
    if let Json::Object(fields) = &mut said {
        fields.retain(|field, value| !document.passing().contains(&field.as_str()) && !value.is_null());
    }
    let said = Sorted(&said);
    Ok(hex(&leaf(key, document.what(), &(name, said))?))
}

/// Written with the keys of objects in their order, whatever the order in which they were read.
struct Sorted<'a>(&'a Json);

impl Serialize for Sorted<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self.0 {
            Json::Object(fields) => {
                let sorted: std::collections::BTreeMap<&str, Sorted<'_>> =
                    fields.iter().map(|(field, value)| (field.as_str(), Sorted(value))).collect();
                serializer.collect_map(sorted)
            }
            Json::Array(items) => serializer.collect_seq(items.iter().map(Sorted)),
            plain => plain.serialize(serializer),
        }
    }
}

/// The files of a draft.
fn contents_of(body: &[u8]) -> Vec<ContentId> {
    let draft: Json = serde_json::from_slice(body).unwrap_or_default();
    let files = draft.get("files").and_then(Json::as_array).into_iter().flatten();
    files.filter_map(|file| file.get("content")?.as_str()?.parse().ok()).collect()
}
