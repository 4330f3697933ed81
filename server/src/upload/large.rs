//! A large table: its rows are compared as they flow by, set down, and stored some thousand at a time.
//!
//! Enters: a file with more rows than are held. Leaves: the same [`Report`](super::Report) as of any other file, but that its rows
//! are in a [`Spool`], out of which they are stored, or tried out unit by unit ([`SetDown`]). Next: [`super::rows`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use liuwu_engine::dictionary::Kind;
use liuwu_engine::period::Date;

use super::beside::{Comparing, Met};
use super::preparation::Preparation;
use super::spool::Spool;
use super::{File, Stopped, TableReport, strip};
use crate::forgotten::Forgotten;
use crate::intake::flow::{self, Flowed, Picked};
use crate::intake::{Asked, Reading, UnitIndex, UnitRecord, Workbook};
use crate::progress::{CalledOff, Progress, Step};
use crate::records::{record_of, row_of};
use crate::remit::{Growing, NotAdmitted};
use crate::store::overlay::SetDown;
use crate::store::{BatchId, RecordId, RecordRow, StoreError};

/// Rows stored at a time; few in tests, so that tables are cut.
const STORED_AT_ONCE: u32 = if cfg!(test) { 7 } else { 20_000 };
/// Making a batch whole whose rows are all written.
const FINISHING: Step = Step { zh: "收尾", en: "finishing" };
/// Contradictions with stored records that are kept as questions.
pub(super) const QUESTIONS: usize = 10_000;

/// The rows of a large table that are to be stored.
#[derive(Debug)]
pub struct Large {
    pub(super) spool: Spool,
    /// Rows that are not stored as new.
    pub(super) set_aside: BTreeMap<u32, Aside>,
    /// Those that are stored, by unit.
    pub(super) by_unit: BTreeMap<Arc<str>, Vec<u32>>,
    /// The units of stored records that these supersede.
    pub(super) former_units: BTreeSet<Arc<str>>,
}

/// Why a row is not stored as new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aside {
    /// It is known, repeated or superseded.
    Known,
    /// It is stored in the place of another.
    Supersedes(RecordId),
    /// It is at fault.
    Faulty,
}

impl Large {
    /// How many rows are stored.
    pub fn rows(&self) -> u64 {
        self.by_unit.values().map(|rows| rows.len() as u64).sum()
    }

    /// How many rows of a unit are stored.
    pub fn rows_of(&self, unit: &str) -> usize {
        self.by_unit.get(unit).map_or(0, Vec::len)
    }

    /// The units whose records change.
    pub fn units_touched(&self) -> impl Iterator<Item = &str> {
        self.by_unit.keys().chain(&self.former_units).map(AsRef::as_ref)
    }

    /// A row as it is stored; none when it is not.
    fn stored(&self, row: u32, record: RecordRow) -> Option<RecordRow> {
        match self.set_aside.get(&row) {
            None => Some(record),
            Some(Aside::Supersedes(old)) => Some(RecordRow { supersedes: Some(*old), ..record }),
            Some(Aside::Known | Aside::Faulty) => None,
        }
    }

    /// Stores the rows, and all else that is in the batch.
    pub(super) fn store(self, mut batch: Growing, progress: &dyn Progress) -> Result<BatchId, NotAdmitted> {
        let mut from = 0;
        while from < self.spool.len() {
            progress.go_on().map_err(StoreError::from)?;
            let to = self.spool.len().min(from + STORED_AT_ONCE);
            let rows = (from..to).zip(self.spool.rows(from..to)?);
            let stored: Vec<RecordRow> = rows.filter_map(|(row, record)| self.stored(row, record)).collect();
            let count = stored.len() as u64;
            batch.add(stored)?;
            progress.advance(count);
            from = to;
        }
        progress.go_on().map_err(StoreError::from)?;
        progress.begin(FINISHING, 0);
        Ok(batch.finish()?)
    }
}

impl SetDown for Large {
    fn units(&self) -> Vec<&str> {
        self.by_unit.keys().map(AsRef::as_ref).collect()
    }

    fn records_of(&self, unit: &str) -> Result<Vec<(u32, RecordRow)>, StoreError> {
        let rows = self.by_unit.get(unit).map(Vec::as_slice).unwrap_or_default();
        let found = rows.iter().zip(self.spool.some(rows)?);
        // Records are numbered from 1.
        Ok(found.filter_map(|(row, record)| Some((row + 1, self.stored(*row, record)?))).collect())
    }

    fn corrected(&self) -> Vec<RecordId> {
        let corrected = self.set_aside.values().filter_map(|aside| match aside {
            Aside::Supersedes(old) => Some(*old),
            Aside::Known | Aside::Faulty => None,
        });
        corrected.collect()
    }
}

impl Preparation<'_> {
    /// Reads the only file of an upload as a large table.
    pub(super) fn large(&mut self, file: &File) -> Result<(), Stopped> {
        let (bundle, said) = (self.bundle, self.said);
        let levels: Vec<&str> = bundle.levels().collect();
        let index = UnitIndex::of_rows(&self.store.units(Date::MAX)?);
        let aliases = said.aliases.iter().map(|(alias, unit)| (alias.clone(), unit.clone()));
        let index = index.with_aliases(aliases).at_home(&|unit| said.remit.has_unit(unit));
        let asked = Asked {
            dictionary: &bundle.dictionary,
            levels: &levels,
            units: &index,
            kind: said.kind.as_deref(),
            effective: said.effective,
            choices: &said.choices,
            progress: self.progress,
        };
        // The place that its table will have in the report.
        let place = self.report.tables.len();
        self.report.tables.push(TableReport::default());
        let mut comparing: Option<Comparing> = None;
        let mut stopped = None;
        let mut take = |kind: &Arc<Kind>, rows: Vec<UnitRecord>| {
            let own = self.records_within(kind, place, rows);
            let taken = match &mut comparing {
                Some(comparing) => Ok(comparing),
                none => {
                    let forgotten = Forgotten { dictionary: &bundle.dictionary, key: &said.pseudonym_key };
                    Comparing::new(self.store, kind, forgotten).map(|new| none.insert(new))
                }
            };
            let taken = taken.and_then(|comparing| comparing.take(own, &mut |found| self.note(found)));
            stopped = taken.err();
            stopped.is_none()
        };
        let chosen = said.encoding.as_deref();
        let flowed = flow::flow(&file.name, &file.bytes, chosen, &asked, &mut take);
        let counted = self.report.tables.pop().unwrap_or_default();
        if let Some(error) = stopped {
            return Err(error.into());
        }
        let Flowed { reading, remarks } = match flowed {
            Ok(flowed) => flowed,
            Err(Some(fault)) => {
                self.report.faults.push(fault);
                return Ok(());
            }
            Err(None) => return Err(CalledOff.into()),
        };
        self.report.remarks.extend(remarks);
        self.progress.go_on()?;
        // A table with a fault is not complete: one of its faulty rows may be what seems to be missing.
        let declared = said.choices.of(&reading.file, reading.sheet.as_deref()).is_some_and(|choice| choice.complete);
        let is_complete = declared && reading.faulty_rows.is_empty() && counted.faulty == 0;
        let conflicts = match &mut comparing {
            Some(comparing) => self.with_stored(comparing, is_complete)?,
            None => 0,
        };
        let rows = self.sent_back(&reading);
        let picked = Picked { sheet: reading.sheet.clone(), encoding: said.encoding.clone(), rows };
        let kept = flow::pick(&file.name, &file.bytes, &said.choices, &picked).map_err(|_| broken(&file.name))?;
        self.report.sent_back = Some(picked);
        self.table_of(&kept, reading, comparing.as_ref(), (counted.faulty, conflicts));
        self.report.large = comparing.map(Comparing::into_large);
        self.show_faulty_rows(&[kept]);
        Ok(())
    }

    /// The rows of the header, and the first faulty ones.
    fn sent_back(&self, reading: &Reading<UnitRecord>) -> BTreeSet<u32> {
        let of_table = reading.faulty_rows.iter().take(flow::SENT_BACK).copied();
        let errors = self.report.faults.iter().filter(|fault| fault.is_error());
        let others = errors.filter_map(|fault| strip::row_of(&fault.location)).take(flow::SENT_BACK);
        let others = others.filter_map(|row| u32::try_from(row + 1).ok());
        (1..=reading.header_row.unwrap_or(0)).chain(of_table).chain(others).collect()
    }

    /// Adds the table to the report.
    fn table_of(
        &mut self,
        kept: &Workbook,
        mut reading: Reading<UnitRecord>,
        comparing: Option<&Comparing>,
        (refused, conflicts): (u64, u64),
    ) {
        let counts = comparing.map(Comparing::counts).unwrap_or_default();
        let faulty = reading.faulty_rows.len() as u64 + refused + counts.faulty;
        reading.faulty_rows = reading.faulty_rows.into_iter().take(flow::SENT_BACK).collect();
        let place = self.table(kept, reading, counts.new);
        if let Some(table) = self.report.tables.get_mut(place) {
            *table = TableReport {
                faulty,
                conflicting: conflicts,
                same: counts.same,
                updated: counts.updated,
                ..table.clone()
            };
        }
    }

    /// Compares the rows with what is stored; names those that contradict it, and says how many of them are asked about.
    fn with_stored(&mut self, comparing: &mut Comparing, is_complete: bool) -> Result<u64, StoreError> {
        let Met { conflicts, missing } = comparing.with_stored(self, is_complete)?;
        self.add_missing(&comparing.kind, missing)?;
        self.unlisted += conflicts.len().saturating_sub(QUESTIONS) as u64;
        for (row, stored) in conflicts.iter().take(QUESTIONS) {
            let filed = comparing.spool.get(*row, comparing.dictionary)?;
            let known = self.store.record(*stored)?.record;
            let unit = known.unit.clone();
            let known = record_of(&comparing.kind, comparing.dictionary, &known);
            let known = known.ok().map(|record| UnitRecord { unit: Arc::from(unit), record });
            self.conflict(&comparing.kind, &filed, known.as_ref());
            self.report.conflicts.push((row_of(&filed, None), *stored));
        }
        Ok(self.report.conflicts.len() as u64)
    }
}

fn broken(file: &str) -> StoreError {
    StoreError::Io(format!("{file} cannot be read once more"))
}
