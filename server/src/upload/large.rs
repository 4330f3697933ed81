//! A large table: its rows are compared as they flow by, set down, and stored some thousand at a time.
//!
//! Enters: a file with more rows than are held. Leaves: the same [`Report`](super::Report) as of any other file, but that its rows
//! are in a [`Spool`]. What a row is beside others is decided by [`identity`], as everywhere; only where the others are looked for
//! is different: by a digest of eight bytes. Held are, for each row, where it is set down and the digest of its fact, and what became
//! of those that are not simply new. Next: [`super::rows`].

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::sync::Arc;

use liuwu_engine::codes::sheet::LARGE_WITH_PERSONAL;
use liuwu_engine::diagnostic::{Diagnostic, Location};
use liuwu_engine::dictionary::{Dictionary, Kind};
use liuwu_engine::period::Date;

use super::preparation::Preparation;
use super::spool::Spool;
use super::{File, Stopped, TableReport, strip};
use crate::forgotten::Forgotten;
use crate::intake::flow::{self, Flowed, Picked};
use crate::intake::identity::{self, Beside, Digests};
use crate::intake::{Asked, Limits, Reading, UnitIndex, UnitRecord, Workbook};
use crate::personal::is_personal;
use crate::progress::{CalledOff, Progress};
use crate::records::{record_of, row_of};
use crate::remit::{Growing, NotAdmitted};
use crate::store::{BatchId, RecordId, RecordRow, StoreError};

/// Rows stored at a time; few in tests, so that tables are cut.
const STORED_AT_ONCE: u32 = if cfg!(test) { 7 } else { 20_000 };
/// Contradictions with stored records that are kept as questions.
const QUESTIONS: usize = 10_000;

/// The rows of a large table that are to be stored.
#[derive(Debug)]
pub(super) struct Large {
    spool: Spool,
    /// Rows that are not stored as new.
    set_aside: BTreeMap<u32, Aside>,
    /// Rows as they are stored that differ from what was handed in: texts that were blanked do not come back.
    kept: BTreeMap<u32, UnitRecord>,
    /// The units of those that are stored.
    pub units: BTreeSet<Arc<str>>,
}

/// Why a row is not stored as new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aside {
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
        let left_out = self.set_aside.values().filter(|aside| !matches!(aside, Aside::Supersedes(_))).count();
        u64::from(self.spool.len()).saturating_sub(left_out as u64)
    }

    /// Stores the rows, and all else that is in the batch.
    pub fn store(mut self, mut batch: Growing, progress: &dyn Progress) -> Result<BatchId, NotAdmitted> {
        let mut from = 0;
        while from < self.spool.len() {
            progress.go_on().map_err(StoreError::from)?;
            let to = self.spool.len().min(from + STORED_AT_ONCE);
            let rows = (from..to).zip(self.spool.rows(from..to)?);
            let stored: Vec<RecordRow> = rows
                .filter_map(|(row, record)| match self.set_aside.get(&row) {
                    None => Some(record),
                    Some(Aside::Supersedes(old)) => match self.kept.get(&row) {
                        Some(kept) => Some(row_of(kept, Some(*old))),
                        None => Some(RecordRow { supersedes: Some(*old), ..record }),
                    },
                    Some(Aside::Known | Aside::Faulty) => None,
                })
                .collect();
            progress.advance(stored.len() as u64);
            batch.add(stored)?;
            from = to;
        }
        progress.go_on().map_err(StoreError::from)?;
        Ok(batch.finish()?)
    }
}

impl Preparation<'_> {
    /// Reads the only file of an upload as a large table.
    pub(super) fn large(&mut self, file: &File) -> Result<(), Stopped> {
        let (bundle, said) = (self.bundle, self.said);
        let levels: Vec<&str> = bundle.levels().collect();
        let index = UnitIndex::of_rows(&self.store.units(Date::MAX)?);
        let aliases = said.aliases.iter().map(|(alias, unit)| (alias.clone(), unit.clone()));
        let index = index.with_aliases(aliases);
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
        // A fact that is known by a personal text, which may be blanked, is looked for among records that are held.
        let mut is_held = false;
        let mut take = |kind: &Arc<Kind>, rows: Vec<UnitRecord>| {
            let named = kind.identity.iter().filter_map(|name| kind.fields.get(name.as_str()));
            if named.into_iter().any(|field| is_personal(&bundle.dictionary, field)) {
                is_held = true;
                return false;
            }
            let own = self.records_within(kind, place, rows);
            let taken = match &mut comparing {
                Some(comparing) => Ok(comparing),
                none => {
                    let forgotten = Forgotten { dictionary: &bundle.dictionary, key: &said.pseudonym_key };
                    Comparing::new(kind, forgotten).map(|new| none.insert(new))
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
        if is_held {
            let at = Location::File { file: Arc::from(file.name.as_str()) };
            self.fault(Diagnostic::new(&LARGE_WITH_PERSONAL).with("limit", Limits::default().rows), at);
            return Ok(());
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
        let conflicts = match &mut comparing {
            Some(comparing) => self.with_stored(comparing)?,
            None => 0,
        };
        let rows = self.sent_back(&reading);
        let picked = Picked { sheet: reading.sheet.clone(), rows };
        let kept = flow::pick(&file.name, &file.bytes, chosen, &asked, &picked).ok_or_else(|| broken(&file.name))?;
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
        if let Some(details) = self.report.details.get_mut(place) {
            details.complete = false;
        }
    }

    /// Compares the rows with what is stored; names those that contradict it, and says how many they are.
    fn with_stored(&mut self, comparing: &mut Comparing) -> Result<u64, StoreError> {
        let conflicts = comparing.with_stored(self)?;
        self.unlisted += conflicts.len().saturating_sub(QUESTIONS) as u64;
        for (row, stored) in conflicts.iter().take(QUESTIONS) {
            let filed = match comparing.kept.get(row) {
                Some(kept) => kept.clone(),
                None => comparing.spool.get(*row, comparing.dictionary)?,
            };
            let known = self.store.record(*stored)?.record;
            let unit = known.unit.clone();
            let known = record_of(&comparing.kind, comparing.dictionary, &known);
            let known = known.ok().map(|record| UnitRecord { unit: Arc::from(unit), record });
            self.conflict(&comparing.kind, &filed, known.as_ref());
            self.report.conflicts.push((row_of(&filed, None), *stored));
        }
        Ok(conflicts.len() as u64)
    }
}

fn broken(file: &str) -> StoreError {
    StoreError::Io(format!("{file} cannot be read once more"))
}

/// Rows of a table beside each other.
struct Comparing<'a> {
    kind: Arc<Kind>,
    dictionary: &'a Dictionary,
    forgotten: Forgotten<'a>,
    spool: Spool,
    digests: Digests,
    /// The row of each fact that stands so far, by its digest; where that is taken by another fact, by the next one that is free.
    standing: HashMap<u64, u32>,
    set_aside: BTreeMap<u32, Aside>,
    kept: BTreeMap<u32, UnitRecord>,
    units: BTreeSet<Arc<str>>,
}

/// How many rows are what.
#[derive(Default)]
struct Counts {
    new: u64,
    same: u64,
    updated: u64,
    faulty: u64,
}

impl<'a> Comparing<'a> {
    fn new(kind: &Arc<Kind>, forgotten: Forgotten<'a>) -> Result<Comparing<'a>, StoreError> {
        Ok(Comparing {
            kind: Arc::clone(kind),
            dictionary: forgotten.dictionary,
            forgotten,
            spool: Spool::new(kind)?,
            digests: Digests::default(),
            standing: HashMap::new(),
            set_aside: BTreeMap::new(),
            kept: BTreeMap::new(),
            units: BTreeSet::new(),
        })
    }

    /// Takes the next rows and compares them with those that came before.
    fn take(&mut self, rows: Vec<UnitRecord>, note: &mut dyn FnMut(Diagnostic)) -> Result<(), StoreError> {
        let first = self.spool.len();
        self.spool.add(&rows)?;
        for (row, filed) in (first..).zip(&rows) {
            if !self.units.contains(&filed.unit) {
                self.units.insert(Arc::clone(&filed.unit));
            }
            match self.find(filed)? {
                Err(free) => drop(self.standing.insert(free, row)),
                Ok((digest, earlier, other)) => match identity::beside(&self.kind, filed, &other) {
                    Beside::Same => {
                        note(identity::repeated(filed, &other));
                        self.set_aside.insert(row, Aside::Known);
                    }
                    Beside::Outrun => {
                        note(identity::superseded(filed, &other));
                        self.set_aside.insert(row, Aside::Known);
                    }
                    Beside::Contradicts => {
                        note(identity::contradicting(&self.kind, filed, &other));
                        self.set_aside.insert(row, Aside::Faulty);
                    }
                    Beside::Newer => {
                        note(identity::superseded(&other, filed));
                        self.set_aside.insert(earlier, Aside::Known);
                        self.standing.insert(digest, row);
                    }
                },
            }
        }
        Ok(())
    }

    /// The standing row about the same fact, with the digest by which it is found; or the digest that is free for it.
    fn find(&mut self, filed: &UnitRecord) -> Result<Result<(u64, u32, UnitRecord), u64>, StoreError> {
        let mut digest = self.digests.of(&self.kind, filed);
        while let Some(row) = self.standing.get(&digest).copied() {
            let other = self.spool.get(row, self.dictionary)?;
            if identity::is_same_fact(&self.kind, filed, &other) {
                return Ok(Ok((digest, row, other)));
            }
            digest = digest.wrapping_add(1);
        }
        Ok(Err(digest))
    }

    /// Goes through the stored records of the kind once.
    fn with_stored(&mut self, preparation: &mut Preparation) -> Result<Vec<(u32, RecordId)>, StoreError> {
        // Of several stored records about one fact that which says the same counts, else the last.
        let mut beside_stored: BTreeMap<u32, (Beside, RecordId)> = BTreeMap::new();
        let (mut broken, mut remarks) = (None, Vec::new());
        let store = preparation.store;
        store.records_of_kind(&Arc::clone(&self.kind).id, Date::MAX, &mut |stored| {
            let record = match record_of(&self.kind, self.dictionary, &stored) {
                Ok(record) => record,
                Err(faults) => {
                    remarks.extend(faults);
                    return ControlFlow::Continue(());
                }
            };
            let known = UnitRecord { unit: Arc::from(stored.unit.as_str()), record };
            match self.find(&known) {
                Ok(Err(_)) => {}
                Ok(Ok((_, row, mut filed))) => {
                    let handed_in = filed.record.values.clone();
                    let known_here = std::slice::from_ref(&known);
                    self.forgotten.keep(&self.kind, std::slice::from_mut(&mut filed), known_here);
                    if filed.record.values != handed_in {
                        self.kept.insert(row, filed.clone());
                    }
                    let is_settled = beside_stored.get(&row).is_some_and(|(found, _)| *found == Beside::Same);
                    if !is_settled {
                        beside_stored.insert(row, (identity::beside(&self.kind, &filed, &known), stored.id));
                    }
                }
                Err(error) => {
                    broken = Some(error);
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        })?;
        remarks.into_iter().for_each(|remark| preparation.note(remark));
        if let Some(error) = broken {
            return Err(error);
        }
        let mut conflicts = Vec::new();
        for (row, (beside, stored)) in beside_stored {
            if beside != Beside::Same && self.is_beyond(preparation, row, stored, beside)? {
                self.set_aside.insert(row, Aside::Faulty);
                continue;
            }
            let aside = match beside {
                Beside::Same => Aside::Known,
                Beside::Outrun => {
                    let filed = self.spool.get(row, self.dictionary)?;
                    preparation.note(identity::older(&filed));
                    Aside::Known
                }
                Beside::Newer => Aside::Supersedes(stored),
                Beside::Contradicts => {
                    conflicts.push((row, stored));
                    Aside::Faulty
                }
            };
            self.set_aside.insert(row, aside);
        }
        Ok(conflicts)
    }

    /// Whether a row may not stand beside a stored record, since that is somebody else's; it is a fault then.
    fn is_beyond(
        &mut self,
        preparation: &mut Preparation,
        row: u32,
        stored: RecordId,
        beside: Beside,
    ) -> Result<bool, StoreError> {
        if preparation.said.remit.is_all() {
            return Ok(false);
        }
        let filed = self.spool.get(row, self.dictionary)?;
        let unit = preparation.store.record(stored)?.record.item.unit;
        preparation.is_beyond(&self.kind, &filed, (&unit, stored), beside == Beside::Newer)
    }

    fn counts(&self) -> Counts {
        let of = |wanted: fn(&Aside) -> bool| self.set_aside.values().filter(|aside| wanted(aside)).count() as u64;
        Counts {
            new: u64::from(self.spool.len()).saturating_sub(self.set_aside.len() as u64),
            same: of(|aside| *aside == Aside::Known),
            updated: of(|aside| matches!(aside, Aside::Supersedes(_))),
            faulty: of(|aside| *aside == Aside::Faulty),
        }
    }

    fn into_large(self) -> Large {
        Large { spool: self.spool, set_aside: self.set_aside, kept: self.kept, units: self.units }
    }
}
