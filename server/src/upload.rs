//! Uploads: files become one batch in the store, whole or not at all.
//!
//! Enters: files as their user has them, and what he says with them. Leaves: a [`Report`] of what would happen (预检), which
//! [`commit`] stores; or every fault at its cell, and nothing stored. `preparation` reads the files, `comparison` holds their
//! records beside those that are known, `strip` shows the faulty rows;
//! a table too large to be held goes through `large` and `beside`. Next: [`crate::scoring`].

mod beside;
mod comparison;
mod large;
mod preparation;
mod reach;
mod rows;
mod spool;
mod strip;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::Timestamp;
use liuwu_engine::bundle::Bundle;
use liuwu_engine::codes::files::RECEIVED_IN_FUTURE;
use liuwu_engine::diagnostic::{Diagnostic, any_error};
use liuwu_engine::period::Date;
use serde::Serialize;

use crate::intake::flow::Picked;
use crate::intake::{Choices, ReadColumn, Unmatched};
use crate::progress::{CalledOff, Progress, Step, Unwatched};
use crate::questions;
use crate::remit::{NotAdmitted, Remit};
use crate::store::{Act, BatchId, NewBatch, RecordId, RecordRow, Seen, Statement, Store, StoreError, digest_hex};
pub use large::Large;
pub use strip::{Strip, StripRow};

/// A file as uploaded.
#[derive(Debug, Clone)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// What is said with an upload.
#[derive(Debug, Clone)]
pub struct Said {
    /// Who hands it in.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The day from which it counts as known; none: that of `at`.
    pub received_on: Option<Date>,
    /// What it is, in words.
    pub what: String,
    /// The kind all tables are of; none: recognised by their headers.
    pub kind: Option<String>,
    /// The encoding of texts; none: recognised.
    pub encoding: Option<String>,
    /// The day from which attributes hold where a table does not say it.
    pub effective: Option<Date>,
    /// What was decided in place of what would be recognised.
    pub choices: Choices,
    /// Names of units as they were chosen before: the form in which they are written ([`Unmatched::alias`]), and the unit.
    pub aliases: BTreeMap<String, String>,
    /// What may be handed in.
    pub remit: Remit,
    /// The key of pseudonyms, by which texts are known that were blanked at the end of their time.
    pub pseudonym_key: Vec<u8>,
    /// Stores the good rows though others are at fault.
    pub accept_good_rows: bool,
    /// What is handed in with it (报齐, 零报告).
    pub statements: Vec<Statement>,
}

impl Said {
    /// Who hands what in, and nothing else said.
    pub fn new(by: impl Into<String>, at: Timestamp, what: impl Into<String>) -> Said {
        Said {
            by: by.into(),
            at,
            received_on: None,
            what: what.into(),
            kind: None,
            encoding: None,
            effective: None,
            choices: Choices::NONE,
            aliases: BTreeMap::new(),
            remit: Remit::ALL,
            pseudonym_key: Vec::new(),
            accept_good_rows: false,
            statements: Vec::new(),
        }
    }
}

/// What came of reading an upload, and what storing it would do.
#[derive(Debug)]
pub struct Report {
    /// The tables found, in the order of the files.
    pub tables: Vec<TableReport>,
    /// How each of them was read, in the same order.
    pub details: Vec<Details>,
    /// Every fault, at its cell.
    pub faults: Vec<Diagnostic>,
    /// What the user should know.
    pub remarks: Vec<Diagnostic>,
    /// The faulty rows of each table as a file of their own: name and content.
    pub corrections: Vec<File>,
    /// Known records that a table declared complete no longer holds.
    pub missing: Vec<MissingRecord>,
    /// Whether it may be stored: nothing is at fault, or the good rows were asked for.
    pub acceptable: bool,
    /// Rows that contradict a stored record, each with that record: kept as questions when the others are stored.
    pub conflicts: Vec<(RecordRow, RecordId)>,
    pub(crate) batch: NewBatch,
    /// Within what it was handed in.
    remit: Remit,
    /// The rows of a large table that are shown and sent back: the header, and the first ones at fault.
    pub sent_back: Option<Picked>,
    /// The rows of a large table, which are not in the batch.
    large: Option<Large>,
    /// What was stored when it was compared.
    seen: Seen,
}

/// What a table holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TableReport {
    /// The file.
    pub file: String,
    /// The sheet.
    pub sheet: Option<String>,
    /// What it was recognised as.
    pub title: String,
    /// The last row of its header, from 1.
    pub header_row: Option<u32>,
    /// Rows that are new.
    pub new: u64,
    /// Rows that are known already and are skipped.
    pub same: u64,
    /// Rows that supersede what is known.
    pub updated: u64,
    /// Rows with a fault.
    pub faulty: u64,
    /// Of these: rows that say something else than a stored record about the same fact.
    pub conflicting: u64,
}

/// How a table was read, for a person to look at and to decide otherwise.
#[derive(Debug, Clone, Default)]
pub struct Details {
    /// What it was recognised as, by the name under which a choice is kept.
    pub subject: String,
    /// How well its header fits, in percent.
    pub share: u32,
    /// Its columns, and what they were taken for.
    pub columns: Vec<ReadColumn>,
    /// What its columns may hold: names under which a choice is kept, and titles.
    pub roles: Vec<(String, String)>,
    /// Rows left out because they hold no data of their own, from 1.
    pub ignored_rows: Vec<u32>,
    /// Names of units that were not found, each once.
    pub unmatched: Vec<Unmatched>,
    /// Its faulty rows.
    pub strip: Strip,
    /// Whether it was declared complete.
    pub complete: bool,
}

/// A known record that a table declared complete no longer holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingRecord {
    /// Its number in the store.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// Its unit.
    pub unit: String,
    /// Its date.
    pub date: Date,
    /// The number it has in its source.
    pub number: Option<String>,
}

impl Report {
    /// Whether storing it would change nothing.
    pub fn is_empty(&self) -> bool {
        let batch = &self.batch;
        self.rows() == batch.attributes.len() as u64
            && batch.attributes.is_empty()
            && batch.units.is_empty()
            && batch.statements.is_empty()
            && batch.exemptions.is_empty()
            && batch.takes_back.is_empty()
    }

    /// Whether it was compared with all that is stored. Otherwise it must be prepared again: what it takes for new may be
    /// known by now. Ask while nobody else can store.
    pub fn is_current(&self, store: &dyn Store) -> bool {
        self.seen == store.seen()
    }

    /// The units with records or attributes in it.
    pub fn units_touched(&self) -> HashSet<&str> {
        let records = self.batch.records.iter().map(|record| record.unit.as_str());
        let large = self.large.iter().flat_map(|large| large.by_unit.keys()).map(AsRef::as_ref);
        records.chain(large).chain(self.batch.attributes.iter().map(|fact| fact.unit.as_str())).collect()
    }

    /// The fault that all rows share, so that there are no good ones beside it.
    pub fn fault_of_all(&self) -> Option<&Diagnostic> {
        self.faults.iter().find(|fault| fault.code.id == RECEIVED_IN_FUTURE.id)
    }

    /// How many records and attributes would be stored.
    pub fn rows(&self) -> u64 {
        let large = self.large.as_ref().map_or(0, Large::rows);
        (self.batch.records.len() + self.batch.attributes.len()) as u64 + large
    }

    /// Whether it is a large table, whose rows are not in [`Self::batch`].
    pub fn is_large(&self) -> bool {
        self.large.is_some()
    }

    /// The rows of a large table.
    pub fn large(&self) -> Option<&Large> {
        self.large.as_ref()
    }

    /// The units whose facts change when a large table is stored.
    pub fn large_touched(&self) -> BTreeSet<String> {
        let rows = self.large.iter().flat_map(Large::units_touched).map(str::to_owned);
        let taken_back: HashSet<RecordId> = self.batch.takes_back.iter().copied().collect();
        let missing = self.missing.iter().filter(|missing| taken_back.contains(&missing.record));
        let statements = self.batch.statements.iter().map(|statement| statement.area.clone());
        rows.chain(missing.map(|missing| missing.unit.clone())).chain(statements).collect()
    }

    /// What would be stored; without the rows of a large table.
    pub fn batch(&self) -> &NewBatch {
        &self.batch
    }

    /// The sheets of a file that hold records, each with its kind; one without a name is called by the given one.
    pub fn kinds_of(&self, file: &str, nameless: &str) -> Vec<(String, String)> {
        let own = self.tables.iter().zip(&self.details).filter(|(table, details)| {
            table.file == file && !details.subject.is_empty() && !details.subject.starts_with('@')
        });
        own.map(|(table, details)| {
            (table.sheet.clone().unwrap_or_else(|| nameless.to_owned()), details.subject.clone())
        })
        .collect()
    }

    /// The known records that a complete table no longer holds are taken back with what is stored; or they stay.
    pub fn take_back_missing(&mut self, really: bool) {
        let missing = self.missing.iter().map(|missing| missing.record);
        self.batch.takes_back = if really { missing.collect() } else { Vec::new() };
    }

    /// The list of records that a complete table no longer holds, as whoever was shown it names it: another list has another name.
    pub fn missing_digest(&self) -> String {
        let named: String = self.missing.iter().map(|missing| format!("{}\n", missing.record)).collect();
        digest_hex(named.as_bytes())
    }

    /// Notes a dry fact about the upload, to be kept with its batch.
    pub fn note(&mut self, name: &str, fact: &str) {
        self.batch.notes.insert(name.to_owned(), fact.to_owned());
    }
}

/// Why an upload was not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It was called off.
    #[error(transparent)]
    CalledOff(#[from] CalledOff),
}

/// Going through the files, row by row.
pub const READING: Step = Step { zh: "读取", en: "reading" };
/// Checking the rows.
pub const CHECKING: Step = Step { zh: "预检", en: "checking" };
/// Writing to the store.
pub const STORING: Step = Step { zh: "入库", en: "storing" };

/// Stores what a report found. None: there is nothing new, and nothing was stored.
///
/// # Errors
/// [`NotAdmitted`] when something in it is not within the remit of whoever hands it in; the store's. Nothing is stored then.
pub fn commit(store: &dyn Store, report: Report) -> Result<Option<BatchId>, NotAdmitted> {
    commit_watched(store, report, &Unwatched)
}

/// The same with somebody watching, who may call it off.
///
/// # Errors
/// As [`commit`], and [`StoreError::CalledOff`]; nothing is stored then.
pub fn commit_watched(
    store: &dyn Store,
    mut report: Report,
    progress: &dyn Progress,
) -> Result<Option<BatchId>, NotAdmitted> {
    if !report.acceptable {
        return Ok(None);
    }
    progress.go_on().map_err(StoreError::from)?;
    let is_empty = report.is_empty();
    let asked = Act { by: report.batch.by.clone(), at: report.batch.at, why: report.batch.what.clone() };
    let received_on = report.batch.received_on;
    let large = report.large.take();
    let admitted = report.remit.admit(store, report.batch)?;
    let raised = questions::raise(store, report.conflicts, &asked, received_on)?;
    if is_empty {
        return Ok(None);
    }
    let stored = match large {
        Some(large) => report
            .remit
            .begin(store, admitted)
            .map_err(NotAdmitted::from)
            .and_then(|batch| large.store(batch, progress)),
        None => admitted.store_watched(store, progress).map_err(NotAdmitted::from),
    };
    if let Err(NotAdmitted::Beyond(_) | NotAdmitted::Store(StoreError::CalledOff(_) | StoreError::Conflict(_))) =
        &stored
    {
        // What is not stored raises no questions.
        questions::drop_raised(store, &raised)?;
    }
    Ok(Some(stored?))
}

/// Reads files and compares them with what is stored. Nothing is stored.
///
/// # Errors
/// The store's; faults of the files are in the report.
pub fn prepare(store: &dyn Store, bundle: &Bundle, files: &[File], said: &Said) -> Result<Report, StoreError> {
    prepare_watched(store, bundle, files, said, &Unwatched).map_err(|stopped| match stopped {
        Stopped::Store(error) => error,
        Stopped::CalledOff(off) => off.into(),
    })
}

/// The same, with somebody watching: the files are [read](READING), then their rows are [checked](CHECKING).
///
/// # Errors
/// As [`prepare`], and [`CalledOff`].
pub fn prepare_watched(
    store: &dyn Store,
    bundle: &Bundle,
    files: &[File],
    said: &Said,
    progress: &dyn Progress,
) -> Result<Report, Stopped> {
    let mut report = preparation::read(store, bundle, files, said, progress)?;
    report.acceptable = match said.accept_good_rows {
        true => report.fault_of_all().is_none(),
        false => !any_error(&report.faults),
    };
    Ok(report)
}
