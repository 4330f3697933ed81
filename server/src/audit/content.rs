//! What the log says about content: one digest for a batch, an edition, a run, or a mark beside them, so that what stands in the
//! store can be held against what was done. Digests are made here, in [`super::runs`] and in [`super::marks`] alone.
//!
//! Enters: a [`Thing`], the store that holds it, the key of pseudonyms. Leaves: a digest for an [`Entry`], and beside it, [filed]
//! as papers, one leaf for every record and assessment, by which [`super::compare`] names the one that differs. Leaves are keyed
//! (HMAC-SHA-256): from a plain digest of a record whose personal fields were blanked since, a phone number could be guessed. The
//! digest of a batch is SHA-256 over all leaves, that of a run goes over a tree of them; papers that were changed too do not fit it
//! and are not believed.

use std::fmt;

use liuwu_engine::period::Period;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::archive::mac;
use super::documents::{self, Document};
use super::{Action, DONE, filed, marks, runs};
use crate::store::transfer::RecordText;
use crate::store::{
    Batch, BatchId, ContentId, Entry, ItemId, NewBatch, RecordId, Result, RunId, Store, StoreError, Target, hex,
};

/// Stands at the beginning of every leaf. What a leaf is made of never changes under one name.
const FORMAT: &str = "liuwu-content-1";
/// Bytes of a leaf.
pub(super) const LEAF: usize = 32;

/// Something for whose content an entry vouches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// A batch.
    Batch(BatchId),
    /// An edition, `bundle@edition`.
    Edition(String),
    /// A run.
    Run(RunId),
    /// That a batch or a record was taken back.
    Withdrawal(Target),
    /// That a run was made public, and whether it still is.
    Release(RunId),
    /// A file that belongs to a record, and whether it was taken off.
    Attachment(RecordId, ContentId),
    /// An account, a key, the rules of security, a draft: what it says.
    Document(Document, String),
}

impl Thing {
    /// What an entry has made, changed lawfully, or carried on out of an archive.
    #[must_use]
    pub fn of(entry: &Entry) -> Option<Thing> {
        let action = Action::from_key(&entry.action).filter(|_| entry.outcome == DONE)?;
        Thing::made_by(action, &entry.subject, &entry.id)
            .or_else(|| Document::made_by(action, &entry.subject, &entry.id))
    }

    pub(crate) fn made_by(action: Action, subject: &str, id: &str) -> Option<Thing> {
        match (action, subject) {
            (Action::Upload | Action::Correct | Action::Blank | Action::Archive, "batch") => {
                id.parse().ok().map(|id| Thing::Batch(BatchId(id)))
            }
            (Action::Upload | Action::Correct, "record") => id.parse().ok().map(|id: ItemId| Thing::Batch(id.batch)),
            (Action::Publish | Action::Archive, "edition") => Some(Thing::Edition(id.to_owned())),
            (Action::Score | Action::Archive, "run") => id.parse().ok().map(|id| Thing::Run(RunId(id))),
            (Action::Release | Action::Retract, "run") | (Action::Archive, "release") => {
                id.parse().ok().map(|id| Thing::Release(RunId(id)))
            }
            (Action::Withdraw, "batch") => id.parse().ok().map(|id| Thing::Withdrawal(Target::Batch(BatchId(id)))),
            (Action::Withdraw, "record") => id.parse().ok().map(|id| Thing::Withdrawal(Target::Record(id))),
            // Carried on out of an archive: `batch/3`, `record/3-1`.
            (Action::Archive, "withdrawal") => {
                let (what, id) = id.split_once('/')?;
                Thing::made_by(Action::Withdraw, what, id)
            }
            (Action::Upload | Action::Withdraw | Action::Archive, "attachment") => {
                let (record, content) = id.split_once('/')?;
                Some(Thing::Attachment(record.parse().ok()?, content.parse().ok()?))
            }
            _ => None,
        }
    }

    /// What kind of thing it is and which one, as an entry names it.
    #[must_use]
    pub fn subject(&self) -> (&'static str, String) {
        match self {
            Thing::Batch(id) => ("batch", id.to_string()),
            Thing::Edition(id) => ("edition", id.clone()),
            Thing::Run(id) => ("run", id.to_string()),
            Thing::Withdrawal(Target::Batch(id)) => ("withdrawal", format!("batch/{id}")),
            Thing::Withdrawal(Target::Record(id)) => ("withdrawal", format!("record/{id}")),
            Thing::Release(id) => ("release", id.to_string()),
            Thing::Attachment(record, content) => ("attachment", format!("{record}/{content}")),
            Thing::Document(document, name) => (document.what(), name.clone()),
        }
    }

    /// Its name in Chinese.
    #[must_use]
    pub fn zh(&self) -> String {
        match self {
            Thing::Batch(id) => format!("批次 {id}"),
            Thing::Edition(id) => format!("考核办法 {id}"),
            Thing::Run(id) => format!("核算 {id}"),
            Thing::Withdrawal(Target::Batch(id)) => format!("批次 {id} 的撤回"),
            Thing::Withdrawal(Target::Record(id)) => format!("记录 {id} 的撤回"),
            Thing::Release(id) => format!("核算 {id} 的公布"),
            Thing::Attachment(record, content) => format!("记录 {record} 的附件 {content}"),
            Thing::Document(Document::Security, _) => Document::Security.zh().to_owned(),
            Thing::Document(document, name) => format!("{} {name}", document.zh()),
        }
    }
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Thing::Document(Document::Security, _) => write!(f, "the rules of security"),
            other => {
                let (what, id) = other.subject();
                write!(f, "{what} {id}")
            }
        }
    }
}

/// What one leaf is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Part {
    /// Who, when, from which files, how many.
    Heading,
    /// A record, by its place in the batch.
    Record(usize),
    /// An attribute of a unit.
    Attribute(usize),
    /// A row of the list of units.
    Unit(usize),
    /// A statement of coverage.
    Statement(usize),
    /// An exemption.
    Exemption(usize),
    /// A record that it takes back.
    TakesBack(usize),
    /// An assessment.
    Assessment(Period, String),
}

impl Part {
    /// Its name in Chinese.
    #[must_use]
    pub fn zh(&self) -> String {
        match self {
            Part::Heading => "概要".to_owned(),
            Part::Record(number) => format!("第 {number} 条记录"),
            Part::Attribute(number) => format!("第 {number} 项属性"),
            Part::Unit(number) => format!("第 {number} 个单位"),
            Part::Statement(number) => format!("第 {number} 条覆盖声明"),
            Part::Exemption(number) => format!("第 {number} 条免责"),
            Part::TakesBack(number) => format!("第 {number} 条撤回"),
            Part::Assessment(period, unit) => format!("{unit} {period} 的结果"),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::Heading => write!(f, "heading"),
            Part::Record(number) => write!(f, "record {number}"),
            Part::Attribute(number) => write!(f, "attribute {number}"),
            Part::Unit(number) => write!(f, "unit {number}"),
            Part::Statement(number) => write!(f, "statement {number}"),
            Part::Exemption(number) => write!(f, "exemption {number}"),
            Part::TakesBack(number) => write!(f, "withdrawal {number}"),
            Part::Assessment(period, unit) => write!(f, "assessment of {unit} in {period}"),
        }
    }
}

pub(super) type Leaf = [u8; LEAF];

/// Told of every leaf, in order.
pub(super) type Visit<'a> = &'a mut dyn FnMut(Part, Leaf) -> Result<()>;

/// Goes through a batch or a run as it stands in the store; an edition and a mark have no leaves.
pub(super) fn walk(store: &dyn Store, key: &[u8], thing: &Thing, visit: Visit) -> Result<()> {
    match thing {
        Thing::Batch(id) => walk_stored_batch(store, key, *id, visit),
        Thing::Run(id) => runs::walk(store, key, *id, visit),
        Thing::Edition(_) | Thing::Withdrawal(_) | Thing::Release(_) | Thing::Attachment(..) | Thing::Document(..) => {
            Ok(())
        }
    }
}

/// A batch as it stands in the store, of which some records are held at a time.
fn walk_stored_batch(store: &dyn Store, key: &[u8], id: BatchId, visit: Visit) -> Result<()> {
    visit(Part::Heading, heading_leaf(key, &store.batch(id)?)?)?;
    let mut number = 0;
    store.visit_records(id, &mut |record| {
        number += 1;
        visit(Part::Record(number), leaf(key, "record", &RecordText::from(record))?)
    })?;
    walk_besides_records(key, &store.besides_records(id)?, visit)
}

pub(super) fn walk_batch(key: &[u8], heading: &Batch, batch: NewBatch, visit: Visit) -> Result<()> {
    visit(Part::Heading, heading_leaf(key, heading)?)?;
    let mut batch = batch;
    for (number, record) in (1..).zip(std::mem::take(&mut batch.records)) {
        visit(Part::Record(number), leaf(key, "record", &RecordText::from(record))?)?;
    }
    walk_besides_records(key, &batch, visit)
}

/// Whether it is withdrawn is no part of what a batch is.
fn heading_leaf(key: &[u8], heading: &Batch) -> Result<Leaf> {
    let Batch { id, at, received_on, by, files, what, notes, counts, withdrawn: _ } = heading;
    leaf(key, "batch", &(id, at, received_on, by, files, what, notes, counts))
}

fn walk_besides_records(key: &[u8], batch: &NewBatch, visit: Visit) -> Result<()> {
    for (number, attribute) in (1..).zip(&batch.attributes) {
        visit(Part::Attribute(number), leaf(key, "attribute", attribute)?)?;
    }
    for (number, unit) in (1..).zip(&batch.units) {
        visit(Part::Unit(number), leaf(key, "unit", unit)?)?;
    }
    for (number, statement) in (1..).zip(&batch.statements) {
        visit(Part::Statement(number), leaf(key, "statement", statement)?)?;
    }
    for (number, exemption) in (1..).zip(&batch.exemptions) {
        visit(Part::Exemption(number), leaf(key, "exemption", exemption)?)?;
    }
    for (number, record) in (1..).zip(&batch.takes_back) {
        visit(Part::TakesBack(number), leaf(key, "takes back", record)?)?;
    }
    Ok(())
}

pub(super) fn leaf<T: Serialize>(key: &[u8], what: &str, content: &T) -> Result<Leaf> {
    let text = serde_json::to_vec(&(FORMAT, what, content)).map_err(|error| StoreError::Io(error.to_string()))?;
    Ok(mac(&text, key))
}

/// Makes the digest of what stands in the store and files its leaves. None: it is not there.
pub(super) fn digest(store: &dyn Store, key: &[u8], thing: &Thing, runs: &runs::AtHand) -> Result<Option<String>> {
    let made = match thing {
        Thing::Edition(id) => edition_digest(store, id),
        Thing::Batch(_) => filed::file(store, thing, |visit| walk(store, key, thing, visit)).map(Some),
        Thing::Run(id) => runs.digest(store, key, *id).map(Some),
        Thing::Withdrawal(_) | Thing::Release(_) | Thing::Attachment(..) => marks::digest(store, key, thing),
        Thing::Document(document, name) => documents::digest(store, key, *document, name),
    };
    match made {
        Err(StoreError::NotFound(_)) => Ok(None),
        made => made,
    }
}

/// The digest of an edition's text as it stands in the store. None: there is no such edition.
pub(super) fn edition_digest(store: &dyn Store, id: &str) -> Result<Option<String>> {
    let Some((bundle, edition)) = id.split_once('@') else { return Ok(None) };
    let edition = store.edition(bundle, edition)?;
    Ok(Some(crate::store::digest_of(&edition.text)))
}

/// The digest of a batch with other contents than it has.
pub(super) fn digest_of_batch(key: &[u8], heading: &Batch, batch: NewBatch) -> Result<String> {
    let mut row = Row::default();
    walk_batch(key, heading, batch, &mut |_, leaf| {
        row.add(&leaf);
        Ok(())
    })?;
    Ok(row.finish())
}

/// The digest over leaves in a row: that of a batch, and of a run that was noted before runs had a tree.
#[derive(Default)]
pub(super) struct Row(Sha256);

impl Row {
    pub(super) fn add(&mut self, leaf: &Leaf) {
        self.0.update(leaf);
    }

    pub(super) fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}
