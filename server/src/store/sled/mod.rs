//! The store on sled: one directory, one process.
//!
//! Enters and leaves: see [`Store`]. Reading order: `key`, `seal`, `open`, `rights` (who may write), `shelf` (how bytes are kept), `rows`,
//! `editions`, `ledger` (batches), `large` (batches that are not held), `knowledge` (facts as of a day), `seen` (facts as of a moment), `packs` (facts kept packed), `results` (runs and releases), `half_runs`, `journal`, `cabinet`, `drawer`, `verify`;
//! `mending` (opening).
//! Next: [`super::transfer`].
//!
//! # What stands where
//!
//! Keys are made of parts (`key`); each value is sealed with a version and a checksum and cut into pieces of at most 6.5 kB
//! (`seal`). Values are JSON unless said otherwise.
//!
//! | collection | key | value |
//! | --- | --- | --- |
//! | `meta` | `schema`, `writing`, `withdrawing`, `blanking`, `rebuilding`, `last_run`, `half_run` | layout; the batch being written; what is being taken back; units whose records are being blanked; that all packed facts are being made anew; the highest number of a run when one was discarded; the run that was not finished |
//! | `editions` | bundle, edition | number in the order of publication, digest, who, when, note |
//! | `texts` | bundle, edition | the YAML text |
//! | `batches` | batch | heading. **A batch is there when, and only when, this entry is** |
//! | `sheets` | batch, number | file, sheet and columns that many records share |
//! | `record_places`, `attribute_places` | batch, number of the first row | units and kinds of the rows of a batch, in runs |
//! | `records` | unit, kind, batch, number of the first row | records as handed in; they never change but for personal texts that are blanked |
//! | `attributes` | unit, batch, number of the first row | attribute facts |
//! | `successors` | unit, record, what stands in its place | day and unit of the correcting record; number 0 of a batch: it takes the record back |
//! | `facts` | first unit | packed facts of neighbouring units, compressed (binary, see `packs`) |
//! | `units`, `statements`, `exemptions`, `takings` | batch, number of the first row | as handed in |
//! | `withdrawals` | number in the order of time | batch or record, who, when, why |
//! | `runs` | run | heading. **A run is there when, and only when, this entry is** |
//! | `assessments` | run, place of the period in the run, first unit | assessments of neighbouring units, compressed (binary, see `results`) |
//! | `releases` | number in the order of time | run, public or not, who, when, why |
//! | `journal` | number | who did what, when, from where, with what outcome; chained by hash |
//! | `papers` | folder, name | papers, as their owners write them |
//! | `contents` | drawer, SHA-256 | length, when handed in. **A content is there when, and only when, this entry is** |
//! | `chunks` | drawer, SHA-256, number | at most 48 kB of a content (binary) |
//!
//! # How a write survives
//!
//! A batch is written in slices of at most 1,000 operations: first `writing` says which batch is coming, then come its rows,
//! then the packed facts of its units, then its heading; the database is synced between. Readers pass over rows of batches
//! without a heading, and opening the database removes them and makes the packed facts of their units anew; so does calling the
//! write off before its packed facts are written. A run is written likewise, under a number that no complete run has; what is
//! kept of it (`half_run`) outlasts an interruption. A withdrawal
//! is one entry beside the packed facts it changes, under the mark `withdrawing`; releases and editions are single entries; papers are exchanged in one atomic write. After a failed write (a full disk) all further ones are refused until the database is opened
//! again.

mod key;
mod seal;
mod open;
mod rights;
mod mending;
mod shelf;
mod rows;
mod editions;
mod ledger;
mod large;
mod knowledge;
mod seen;
mod packs;
mod results;
mod half_runs;
mod journal;
mod cabinet;
mod drawer;
mod blanking;
mod verify;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tampering;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use liuwu_engine::period::{Date, Period};
use serde::de::DeserializeOwned;

use self::key::{Key, Part, Parts};
use self::open::Database;
use self::packs::KnownSheets;
use self::rights::{Batching, Writing};
use self::shelf::Shelf;
use super::changes::Changes;
use super::error::{Damage, Fault, Result};
use super::standing::{Filing, Releases, Withdrawn};
use super::words::*;
use super::{BatchWriter, Knowledge, Moment, RunWriter, Store, VisitRecords};
use crate::progress::Progress;

/// The store on sled.
pub struct Sled {
    shelves: Shelves,
    known: RwLock<Known>,
    sheets: KnownSheets,
    /// What complete runs are looked up by.
    filings: RwLock<Filings>,
    writing: Mutex<Writing>,
    batching: Mutex<Batching>,
    /// Held while papers are filed.
    filing: Mutex<()>,
    /// A write failed half way.
    halted: AtomicBool,
    changes: Changes,
    // Last, so that the shelves are closed before the lock is released.
    database: Database,
}

/// What every reader needs and is small enough to be kept at hand, and to be copied when something is supposed.
#[derive(Clone, Default)]
struct Known {
    /// The newest batch that is whole.
    last_batch: BatchId,
    withdrawn: Withdrawn,
    releases: Releases,
    /// The last day on which anything stored takes effect: from it on, all that is stored is known.
    latest: Date,
    /// How often the lists of units, statements and exemptions have changed since the opening.
    lists: u64,
}

/// None: the heading is damaged.
type Filings = BTreeMap<RunId, Option<Filing>>;

struct Shelves {
    meta: Shelf,
    editions: Shelf,
    texts: Shelf,
    batches: Shelf,
    sheets: Shelf,
    record_places: Shelf,
    attribute_places: Shelf,
    records: Shelf,
    attributes: Shelf,
    successors: Shelf,
    facts: Shelf,
    units: Shelf,
    statements: Shelf,
    exemptions: Shelf,
    takings: Shelf,
    withdrawals: Shelf,
    runs: Shelf,
    assessments: Shelf,
    releases: Shelf,
    journal: Shelf,
    papers: Shelf,
    contents: Shelf,
    chunks: Shelf,
}

impl Shelves {
    fn open(db: &sled::Db) -> Result<Shelves> {
        use Part::{Batch, Large, Small, Text};
        let list = &[Batch, Small];
        Ok(Shelves {
            meta: Shelf::open(db, "meta", &[Text])?,
            editions: Shelf::open(db, "editions", &[Text, Text])?,
            texts: Shelf::open(db, "texts", &[Text, Text])?,
            batches: Shelf::open(db, "batches", &[Batch])?,
            sheets: Shelf::open(db, "sheets", list)?,
            record_places: Shelf::open(db, "record_places", list)?,
            attribute_places: Shelf::open(db, "attribute_places", list)?,
            records: Shelf::open(db, "records", &[Text, Text, Batch, Small])?,
            attributes: Shelf::open(db, "attributes", &[Text, Batch, Small])?,
            successors: Shelf::open(db, "successors", &[Text, Large, Small, Batch, Small])?,
            facts: Shelf::open(db, "facts", &[Text])?,
            units: Shelf::open(db, "units", list)?,
            statements: Shelf::open(db, "statements", list)?,
            exemptions: Shelf::open(db, "exemptions", list)?,
            takings: Shelf::open(db, "takings", list)?,
            withdrawals: Shelf::open(db, "withdrawals", &[Large])?,
            runs: Shelf::open(db, "runs", &[Large])?,
            assessments: Shelf::open(db, "assessments", &[Large, Small, Text])?,
            releases: Shelf::open(db, "releases", &[Large])?,
            journal: Shelf::open(db, "journal", &[Large])?,
            papers: Shelf::open(db, "papers", &[Text, Text])?,
            contents: Shelf::open(db, "contents", &[Text, Text])?,
            chunks: Shelf::open(db, "chunks", &[Text, Text, Small])?,
        })
    }

    /// The collections whose entries come with a batch.
    fn of_batches(&self) -> [&Shelf; 10] {
        [
            &self.sheets,
            &self.record_places,
            &self.attribute_places,
            &self.records,
            &self.attributes,
            &self.successors,
            &self.units,
            &self.statements,
            &self.exemptions,
            &self.takings,
        ]
    }
}

/// Opens the store in a directory, or creates it there, and removes what an interrupted write has left.
///
/// # Errors
/// [`StoreError::Locked`](super::StoreError::Locked) when another process has it, [`StoreError::TooNew`](super::StoreError::TooNew),
/// [`StoreError::Corrupt`](super::StoreError::Corrupt), [`StoreError::Io`](super::StoreError::Io).
pub fn open(path: impl AsRef<Path>) -> Result<Sled> {
    let database = Database::open(path.as_ref())?;
    let shelves = Shelves::open(&database.db)?;
    let store = Sled {
        shelves,
        known: RwLock::default(),
        sheets: KnownSheets::default(),
        filings: RwLock::default(),
        writing: Mutex::default(),
        batching: Mutex::default(),
        filing: Mutex::default(),
        halted: AtomicBool::new(false),
        changes: Changes::default(),
        database,
    };
    let found = store.check_schema()?;
    store.recall()?;
    store.mend()?;
    store.bring_up(found)?;
    Ok(store)
}

/// Reading and writing.
impl Sled {
    fn known(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn learn(&self) -> RwLockWriteGuard<'_, Known> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn read_json<T: DeserializeOwned>(&self, shelf: &Shelf, key: &Key) -> Result<Option<T>> {
        shelf.get(key)?.map(|value| decode(shelf, key.bytes(), &value)).transpose()
    }
}

/// Reads a value as JSON.
fn decode<T: DeserializeOwned>(shelf: &Shelf, key: &[u8], value: &[u8]) -> Result<T> {
    serde_json::from_slice(value).map_err(|error| shelf.corrupt(key, Damage::Value(error.to_string())))
}

/// The parts of a key of ours; anything else under it is damage.
fn parts<T>(shelf: &Shelf, key: &[u8], read: impl FnOnce(&mut Parts) -> Option<T>) -> Result<T> {
    read(&mut Parts(key)).ok_or_else(|| shelf.corrupt(key, Damage::Key))
}

impl Store for Sled {
    fn publish_edition(&self, edition: NewEdition) -> Result<Edition> {
        self.changes.make_of_inputs(|| self.publish(edition))
    }

    fn editions(&self) -> Result<Vec<Edition>> {
        self.all_editions()
    }

    fn edition(&self, bundle: &str, edition: &str) -> Result<Edition> {
        self.one_edition(bundle, edition)
    }

    fn current_edition(&self, bundle: &str) -> Result<Option<Edition>> {
        self.newest_edition(bundle)
    }

    fn append_watched(&self, batch: NewBatch, progress: &dyn Progress) -> Result<BatchId> {
        self.changes.make_of_inputs(|| self.append(batch, progress))
    }

    fn batch(&self, id: BatchId) -> Result<Batch> {
        self.heading(&self.known(), id)
    }

    fn batches(&self, before: Option<BatchId>, limit: usize) -> Result<Vec<Batch>> {
        let known = self.known();
        let end = before.map_or(u64::MAX, |before| before.0).min(known.last_batch.0 + 1);
        (1..end).rev().take(limit).map(|id| self.heading(&known, BatchId(id))).collect()
    }

    fn begin_batch(&self, besides_records: NewBatch) -> Result<Box<dyn BatchWriter + '_>> {
        Ok(Box::new(self.write_batch(besides_records)?))
    }

    fn besides_records(&self, id: BatchId) -> Result<NewBatch> {
        self.batch_besides_records(id)
    }

    fn visit_records_behind(&self, id: BatchId, after: u32, visit: &mut VisitRecords) -> Result<()> {
        self.records_behind(id, after, visit)
    }

    fn withdraw_batch(&self, id: BatchId, act: Act) -> Result<()> {
        self.changes.make_of_inputs(|| self.withdraw(Target::Batch(id), act))
    }

    fn withdraw_record(&self, id: RecordId, act: Act) -> Result<()> {
        self.changes.make_of_inputs(|| self.withdraw(Target::Record(id), act))
    }

    fn supposing(&self, withdrawn: Target, act: Act) -> Result<Box<dyn Knowledge + '_>> {
        Ok(Box::new(self.suppose(withdrawn, act)?))
    }

    fn withdrawals(&self) -> Result<Vec<Withdrawal>> {
        Ok(self.known().withdrawn.log().to_vec())
    }

    fn record(&self, id: RecordId) -> Result<Version> {
        self.one_version(id)
    }

    fn history(&self, id: RecordId) -> Result<Vec<Version>> {
        self.all_versions(id)
    }

    fn seen(&self) -> Seen {
        self.known().seen()
    }

    fn moment(&self) -> Result<Moment<'_>> {
        Ok(self.this_moment())
    }

    fn generation(&self) -> u64 {
        self.changes.count()
    }

    fn inputs_changed(&self) -> u64 {
        self.changes.of_inputs()
    }

    fn lists_changed(&self) -> u64 {
        self.known().lists
    }

    fn as_seen(&self, seen: Seen) -> Result<Box<dyn Knowledge + '_>> {
        Ok(Box::new(self.what_was_seen(seen)))
    }

    fn begin_run(&self, run: NewRun) -> Result<Box<dyn RunWriter + '_>> {
        self.write_run(run)
    }

    fn run(&self, id: RunId) -> Result<Run> {
        self.one_run(id)
    }

    fn runs(&self) -> Result<Vec<Run>> {
        self.runs_back().collect()
    }

    fn current_run(&self, bundle: &str, period: Period) -> Result<Option<Run>> {
        self.newest_run(bundle, period, |_, filing| !filing.trial)
    }

    fn runs_in_force(&self, bundle: &str) -> Result<Vec<(Run, Vec<Period>)>> {
        self.newest_runs(bundle, |_| true)
    }

    fn runs_released(&self, bundle: &str) -> Result<Vec<(Run, Vec<Period>)>> {
        let releases = self.known().releases.clone();
        self.newest_runs(bundle, |id| releases.is_public(id))
    }

    fn released_run(&self, bundle: &str, period: Period) -> Result<Option<Run>> {
        let known = self.known().releases.clone();
        self.newest_run(bundle, period, |id, _| known.is_public(id))
    }

    fn assessment(&self, run: RunId, unit: &str, period: Period) -> Result<Option<Vec<u8>>> {
        self.one_assessment(run, unit, period)
    }

    fn scan_assessments(
        &self,
        run: RunId,
        after: Option<(Period, &str)>,
        limit: usize,
    ) -> Result<Vec<StoredAssessment>> {
        self.some_assessments(run, after, limit)
    }

    fn replaced(&self, run: RunId) -> Result<Vec<(Period, String)>> {
        self.replaced_by(&self.one_run(run)?)
    }

    fn own_assessments(&self, run: RunId) -> Result<Vec<StoredAssessment>> {
        let run = self.one_run(run)?;
        let own = self.own_results(run.id, (0, ""), usize::MAX)?;
        own.into_iter().map(|own| self.stored(&run, own)).collect()
    }

    fn discard_runs(&self, ids: &[RunId]) -> Result<()> {
        self.changes.make(|| self.remove_runs(ids))
    }

    fn release(&self, run: RunId, act: Act) -> Result<()> {
        self.changes.make(|| self.publish_run(Release { run, public: true, act }))
    }

    fn retract(&self, run: RunId, act: Act) -> Result<()> {
        self.changes.make(|| self.publish_run(Release { run, public: false, act }))
    }

    fn releases(&self) -> Result<Vec<Release>> {
        Ok(self.known().releases.log().to_vec())
    }

    fn is_released(&self, run: RunId) -> Result<bool> {
        Ok(self.known().releases.is_public(run))
    }

    fn schema_version(&self) -> Result<u32> {
        let key = Key::new().text("schema");
        let found = self.read_json(&self.shelves.meta, &key)?;
        found.ok_or_else(|| self.shelves.meta.corrupt(key.bytes(), Damage::Entry))
    }

    fn verify(&self) -> Result<Vec<Fault>> {
        self.find_faults()
    }

    fn rebuild(&self) -> Result<()> {
        self.make_packed_anew()
    }

    fn health(&self) -> Result<Health> {
        let bytes = self.database.db.size_on_disk().map_err(open::translate)?;
        Ok(Health {
            store: "sled",
            schema: self.schema_version()?,
            batches: self.known().last_batch.0,
            bytes_on_disk: Some(bytes),
            accepts_writes: !self.is_halted(),
        })
    }
}
