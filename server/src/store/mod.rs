//! The store: everything that must survive a restart, in the product's words.
//!
//! Enters: editions, batches of records, withdrawals, runs and releases. Leaves: the same, and for any unit and any day what
//! was known about it then. Two stores keep the same promises and pass the same tests: [`memory`] for trying out and for
//! one-off commands, [`sled`] for the server. [`transfer`] writes a backup of either and reads it back into either.
//!
//! Reading order: [`words`], [`error`], [`journal`], [`cabinet`], [`drawer`], [`half_runs`], [`packed`], [`blanking`], `standing` (the rules
//! all stores share), [`Store`] below, [`memory`], [`sled`], [`overlay`] (knowledge as it would be), [`transfer`].
//!
//! # What every store promises
//!
//! * A batch is stored whole or not at all; it is on the disk before [`Store::append_batch`] returns. The same holds for every
//!   other operation that writes.
//! * Nothing is ever changed, but for personal texts at the end of their time ([`blanking`]). A record is superseded by
//!   another one or withdrawn, with who, when and why, so that the knowledge of any day can be had again: a record is known from the day it was received on until the day it was superseded
//!   or withdrawn. Give [`Date::MAX`] as the day to have all that is known.
//! * Withdrawing a batch undoes the upload: what it brought is gone from that day on, and what it had superseded or taken back
//!   counts again.
//!   Withdrawing a record takes back the fact: what it had superseded stays superseded.
//! * Units come in the order of their bytes, records of a unit by kind and number, whatever the order of arrival.
//!
//! Operations block on the disk; call them from a thread that may wait.

pub mod words;
pub mod error;
pub mod journal;
pub mod cabinet;
pub mod mappings;
pub mod drawer;
pub mod half_runs;
pub mod packed;
pub mod blanking;
mod changes;
mod standing;
pub mod memory;
pub mod sled;
pub mod overlay;
pub mod transfer;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod crash;

use std::ops::ControlFlow;

use liuwu_engine::period::{Date, Period};

pub use blanking::{Blank, Blanking};
pub use cabinet::{Cabinet, Paper};
pub use drawer::{ContentHead, ContentId, Drawer};
pub use error::{BackupFault, Conflict, Damage, Fault, Missing, Result, StoreError};
pub use half_runs::HalfRuns;
pub use journal::Journal;
pub use packed::PackedFacts;
pub use words::*;

use crate::progress::{Progress, Unwatched};

/// Layout of what is stored. A store of a higher one was written by a newer program.
pub const SCHEMA: u32 = 3;

/// The longest name that can be looked up by: of a unit, a kind, a bundle, an edition.
pub const LONGEST_NAME: usize = 200;

/// What is known on a day: as it is stored, or as it would be ([`Store::supposing`], [`overlay`]). Scoring reads nothing else.
pub trait Knowledge: Send + Sync {
    /// What was known about one unit on a day. Empty for a unit nobody has heard of.
    fn facts_of(&self, unit: &str, as_of: Date) -> Result<UnitFacts>;

    /// What was known on a day, unit by unit in rising order, of the units after the given one that have ever had a record or an
    /// attribute. Fewer than `limit` units: there are no more.
    fn scan_facts(&self, after: Option<&str>, limit: usize, as_of: Date) -> Result<Vec<UnitFacts>>;

    /// The same as [`Self::facts_of`] in few bytes, ready for scoring.
    fn packed_of(&self, unit: &str, as_of: Date) -> Result<PackedFacts> {
        Ok(PackedFacts::of(&self.facts_of(unit, as_of)?))
    }

    /// The same as [`Self::scan_facts`] in few bytes, ready for scoring. Units of which nothing is known by now may be left out.
    fn scan_packed(&self, after: Option<&str>, limit: usize, as_of: Date) -> Result<Vec<PackedFacts>> {
        Ok(self.scan_facts(after, limit, as_of)?.iter().map(PackedFacts::of).collect())
    }

    /// The records of one kind known on a day, by unit and number, until the visitor breaks off. The visitor must not call
    /// the store.
    fn records_of_kind(
        &self,
        kind: &str,
        as_of: Date,
        visit: &mut dyn FnMut(StoredRecord) -> ControlFlow<()>,
    ) -> Result<()>;

    /// The list of units known on a day, by rising identifier; of a unit listed more than once the newest row.
    fn units(&self, as_of: Date) -> Result<Vec<UnitRow>>;

    /// The statements of coverage known on a day, by number.
    fn statements(&self, as_of: Date) -> Result<Vec<Received<Statement>>>;

    /// The exemptions known on a day, by number.
    fn exemptions(&self, as_of: Date) -> Result<Vec<Received<Exemption>>>;
}

/// What is stored at one moment.
pub struct Moment<'a> {
    /// How much it is.
    pub seen: Seen,
    /// [How often the lists had changed](Store::lists_changed).
    pub lists_changed: u64,
    /// What is known by it.
    pub known: Box<dyn Knowledge + 'a>,
}

/// A store. See the [module](self) for what all of them promise.
pub trait Store: Knowledge + Cabinet + Drawer + HalfRuns + Journal + Blanking {
    /// Publishes an edition. Publishing the same text again gives back the edition as it was first published.
    ///
    /// # Errors
    /// [`Conflict::EditionPublished`] when the edition exists with another text.
    fn publish_edition(&self, edition: NewEdition) -> Result<Edition>;

    /// All editions of all bundles, in the order of their publication.
    fn editions(&self) -> Result<Vec<Edition>>;

    /// One edition.
    ///
    /// # Errors
    /// [`Missing::Edition`].
    fn edition(&self, bundle: &str, edition: &str) -> Result<Edition>;

    /// The edition of a bundle that was published last.
    fn current_edition(&self, bundle: &str) -> Result<Option<Edition>>;

    /// Stores an upload, whole or not at all, and gives it the next number.
    ///
    /// # Errors
    /// [`Missing::Record`], [`Conflict::NotInForce`] or [`Conflict::SupersededTwice`] for a record to supersede or to take back,
    /// [`Conflict::TooLong`] for a name.
    fn append_batch(&self, batch: NewBatch) -> Result<BatchId> {
        self.append_watched(batch, &Unwatched)
    }

    /// The same with somebody watching, who is told of records as they are written and may call it off; it counts for nothing until
    /// all of it is written.
    ///
    /// # Errors
    /// As [`Self::append_batch`], and [`StoreError::CalledOff`]: nothing of it is left.
    fn append_watched(&self, batch: NewBatch, progress: &dyn Progress) -> Result<BatchId>;

    /// Begins to store an upload that is too large to be held; its records follow. All else of it comes now. Nobody sees any of it
    /// before [`BatchWriter::finish`], and a writer that is dropped leaves nothing behind. Until then whoever else writes batches
    /// waits.
    ///
    /// # Errors
    /// [`Conflict::TooLong`] for a name.
    fn begin_batch(&self, besides_records: NewBatch) -> Result<Box<dyn BatchWriter + '_>>;

    /// The heading of one batch.
    ///
    /// # Errors
    /// [`Missing::Batch`].
    fn batch(&self, id: BatchId) -> Result<Batch>;

    /// Headings of batches, newest first, those before the given one.
    fn batches(&self, before: Option<BatchId>, limit: usize) -> Result<Vec<Batch>>;

    /// Everything in one batch, as it was handed in.
    ///
    /// # Errors
    /// [`Missing::Batch`].
    fn contents(&self, id: BatchId) -> Result<NewBatch> {
        let mut batch = self.besides_records(id)?;
        self.visit_records(id, &mut |record| {
            batch.records.push(record);
            Ok(())
        })?;
        Ok(batch)
    }

    /// The same without its records.
    ///
    /// # Errors
    /// [`Missing::Batch`].
    fn besides_records(&self, id: BatchId) -> Result<NewBatch>;

    /// The records of one batch in their order, some thousand held at a time.
    ///
    /// # Errors
    /// [`Missing::Batch`]; the visitor's own.
    fn visit_records(&self, id: BatchId, visit: &mut dyn FnMut(RecordRow) -> Result<()>) -> Result<()>;

    /// Takes back a whole batch: what it brought no longer counts, what it had superseded or taken back counts again.
    ///
    /// # Errors
    /// [`Missing::Batch`], [`Conflict::BatchWithdrawn`].
    fn withdraw_batch(&self, id: BatchId, act: Act) -> Result<()>;

    /// Takes back one record. What it had superseded stays superseded.
    ///
    /// # Errors
    /// [`Missing::Record`], [`Conflict::NotInForce`].
    fn withdraw_record(&self, id: RecordId, act: Act) -> Result<()>;

    /// What would be known if this were taken back. Nothing is written, and what is stored later is not seen.
    ///
    /// # Errors
    /// As [`Self::withdraw_batch`] and [`Self::withdraw_record`].
    fn supposing(&self, withdrawn: Target, act: Act) -> Result<Box<dyn Knowledge + '_>>;

    /// All withdrawals in the order in which they were made.
    fn withdrawals(&self) -> Result<Vec<Withdrawal>>;

    /// One record and its state.
    ///
    /// # Errors
    /// [`Missing::Record`].
    fn record(&self, id: RecordId) -> Result<Version>;

    /// A record with all that it corrects and all that corrects it, directly or by way of others, by rising number.
    ///
    /// # Errors
    /// [`Missing::Record`].
    fn history(&self, id: RecordId) -> Result<Vec<Version>>;

    /// How much is stored by now.
    fn seen(&self) -> Seen;

    /// All that is stored by now, to be read while more is being stored: what comes later is wholly left out of it.
    ///
    /// # Errors
    /// When records cannot be read.
    fn moment(&self) -> Result<Moment<'_>>;

    /// A count that has risen when anything but papers, contents of drawers and the journal has changed: what was read under one count,
    /// asked for before reading, holds while the count is the same.
    fn generation(&self) -> u64;

    /// The same of what runs are made of alone: batches, withdrawals, blanking, editions. Runs and what is public of them do not raise
    /// it.
    fn inputs_changed(&self) -> u64;

    /// How often the lists of units, statements and exemptions have changed since the store was opened: as long as this is the
    /// same, the lists of a day are.
    fn lists_changed(&self) -> u64;

    /// What was known when no more than this was stored. The less has come since, the sooner it is read.
    ///
    /// # Errors
    /// When records cannot be read.
    fn as_seen(&self, seen: Seen) -> Result<Box<dyn Knowledge + '_>>;

    /// Begins to store a run. Nobody sees it before [`RunWriter::finish`]; a writer that is dropped leaves nothing behind but
    /// what it has been told to [keep](RunWriter::keep).
    ///
    /// # Errors
    /// [`Missing::Run`] for its base, [`Conflict::OtherPeriods`] when that has other periods.
    fn begin_run(&self, run: NewRun) -> Result<Box<dyn RunWriter + '_>>;

    /// One run.
    ///
    /// # Errors
    /// [`Missing::Run`].
    fn run(&self, id: RunId) -> Result<Run>;

    /// All complete runs, newest first.
    fn runs(&self) -> Result<Vec<Run>>;

    /// The run in force for a period: the newest that is no trial, of whatever edition.
    fn current_run(&self, bundle: &str, period: Period) -> Result<Option<Run>>;

    /// The runs in force of a bundle, the newest first, each with the periods for which it is.
    fn runs_in_force(&self, bundle: &str) -> Result<Vec<(Run, Vec<Period>)>>;

    /// The newest public runs of a bundle, the newest first, each with the periods for which it is.
    fn runs_released(&self, bundle: &str) -> Result<Vec<(Run, Vec<Period>)>>;

    /// The newest public run for a period.
    fn released_run(&self, bundle: &str, period: Period) -> Result<Option<Run>>;

    /// One assessment of a run; none when the run does not assess that unit and period.
    ///
    /// # Errors
    /// [`Missing::Run`].
    fn assessment(&self, run: RunId, unit: &str, period: Period) -> Result<Option<Vec<u8>>>;

    /// Assessments of a run, in the order of its periods and by rising unit in each, those after the given period and unit;
    /// `(period, "")` begins at that period. Fewer than `limit`: there are no more.
    ///
    /// # Errors
    /// [`Missing::Run`].
    fn scan_assessments(
        &self,
        run: RunId,
        after: Option<(Period, &str)>,
        limit: usize,
    ) -> Result<Vec<StoredAssessment>>;

    /// What a run with a base replaces, by period and unit; nothing for a run without one.
    ///
    /// # Errors
    /// [`Missing::Run`].
    fn replaced(&self, run: RunId) -> Result<Vec<(Period, String)>>;

    /// What a run with a base holds itself, in the order of [`Self::scan_assessments`]; of a run without one that is everything.
    ///
    /// # Errors
    /// [`Missing::Run`].
    fn own_assessments(&self, run: RunId) -> Result<Vec<StoredAssessment>>;

    /// Removes runs that have never been public, all or none. Their results can be had again from the facts.
    ///
    /// # Errors
    /// [`Missing::Run`], [`Conflict::RunReleased`], [`Conflict::RunShared`] with one that is to stay.
    fn discard_runs(&self, ids: &[RunId]) -> Result<()>;

    /// [`Self::discard_runs`] one.
    ///
    /// # Errors
    /// The same.
    fn discard_run(&self, id: RunId) -> Result<()> {
        self.discard_runs(&[id])
    }

    /// Makes a run public.
    ///
    /// # Errors
    /// [`Missing::Run`], [`Conflict::AlreadyReleased`], [`Conflict::Trial`].
    fn release(&self, run: RunId, act: Act) -> Result<()>;

    /// Takes a run back from the public.
    ///
    /// # Errors
    /// [`Missing::Run`], [`Conflict::NotReleased`].
    fn retract(&self, run: RunId, act: Act) -> Result<()>;

    /// All releases and retractions in the order in which they were made.
    fn releases(&self) -> Result<Vec<Release>>;

    /// Whether a run is public.
    fn is_released(&self, run: RunId) -> Result<bool>;

    /// Layout of what is stored.
    fn schema_version(&self) -> Result<u32>;

    /// Reads everything and names every fault found. None is good.
    fn verify(&self) -> Result<Vec<Fault>>;

    /// Makes whatever is kept ready beside the records (packed facts) anew from them. Readers wait.
    ///
    /// # Errors
    /// When records cannot be read.
    fn rebuild(&self) -> Result<()>;

    /// Whether the store works.
    fn health(&self) -> Result<Health>;
}

/// A large upload while it is being stored.
pub trait BatchWriter {
    /// Stores its next records.
    ///
    /// # Errors
    /// As [`Store::append_batch`].
    fn add(&mut self, records: Vec<RecordRow>) -> Result<()>;

    /// Makes the batch whole and visible.
    ///
    /// # Errors
    /// As [`Store::append_batch`]; nothing is stored then.
    fn finish(self: Box<Self>) -> Result<BatchId>;
}

/// A run while it is being stored.
pub trait RunWriter: Send {
    /// Stores one assessment; of a run with a base, one in the place of the base's. Units rise within a period; periods may come in
    /// turns.
    ///
    /// # Errors
    /// [`Conflict::OutOfOrder`], [`Conflict::TooLong`].
    fn add(&mut self, period: Period, unit: &str, bytes: &[u8]) -> Result<()>;

    /// Says that the results of all units before this one have been added, of every period. From now on they stay when the writer
    /// is dropped or the process ends, as the [half run](HalfRuns). Not for a run with a base.
    fn keep(&mut self, before: &str) -> Result<()>;

    /// Makes the run complete and visible.
    fn finish(self: Box<Self>, outcome: RunOutcome) -> Result<Run>;
}
