//! The rows of a large table beside each other, and beside the stored records of their kind.
//!
//! Enters: good rows, some thousand at a time, and then the stored records, one by one. Leaves: what became of each row that is not
//! simply new, and the stored records that the table no longer holds. What a row is beside another is decided by [`identity`], as
//! everywhere; only where the others are looked for is different: by a digest of eight bytes. Held are, for each row, where it is set
//! down, the digest of its fact and its place among those of its unit. Next: [`super::large`].

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::sync::Arc;

use liuwu_engine::diagnostic::Diagnostic;
use liuwu_engine::dictionary::{Dictionary, Kind};
use liuwu_engine::period::Date;
use rayon::prelude::*;

use super::MissingRecord;
use super::comparison::missing;
use super::large::{Aside, Large};
use super::preparation::Preparation;
use super::spool::Spool;
use crate::forgotten::{Forgotten, Lost};
use crate::intake::UnitRecord;
use crate::intake::identity::{self, Beside, Digests};
use crate::records::record_of;
use crate::store::{RecordId, Store, StoreError, StoredRecord};

/// Rows of a table, as far as they have come.
pub(super) struct Comparing<'a> {
    pub kind: Arc<Kind>,
    pub dictionary: &'a Dictionary,
    forgotten: Forgotten<'a>,
    /// What stored records have lost of their personal texts.
    lost: Lost,
    pub spool: Spool,
    digests: Digests,
    /// The row of each fact that stands so far, by its digest; where that is taken by another fact, by the next one that is free.
    standing: HashMap<u64, u32>,
    set_aside: BTreeMap<u32, Aside>,
    by_unit: BTreeMap<Arc<str>, Vec<u32>>,
    /// The units of stored records that these supersede.
    former_units: BTreeSet<Arc<str>>,
    years: BTreeSet<i16>,
}

/// How many rows are what.
#[derive(Default)]
pub(super) struct Counts {
    pub new: u64,
    pub same: u64,
    pub updated: u64,
    pub faulty: u64,
}

/// What came of comparing with what is stored.
#[derive(Default)]
pub(super) struct Met {
    /// Rows that contradict a stored record.
    pub conflicts: Vec<(u32, RecordId)>,
    /// Stored records that the table no longer holds, of the years that it is about.
    pub missing: Vec<MissingRecord>,
}

impl<'a> Comparing<'a> {
    pub fn new(store: &dyn Store, kind: &Arc<Kind>, forgotten: Forgotten<'a>) -> Result<Comparing<'a>, StoreError> {
        Ok(Comparing {
            kind: Arc::clone(kind),
            dictionary: forgotten.dictionary,
            lost: lost_by(store, kind, forgotten)?,
            forgotten,
            spool: Spool::new(kind)?,
            digests: Digests::default(),
            standing: HashMap::new(),
            set_aside: BTreeMap::new(),
            by_unit: BTreeMap::new(),
            former_units: BTreeSet::new(),
            years: BTreeSet::new(),
        })
    }

    /// Takes the next rows and compares them with those that came before.
    pub fn take(&mut self, mut rows: Vec<UnitRecord>, note: &mut dyn FnMut(Diagnostic)) -> Result<(), StoreError> {
        let first = self.spool.len();
        let (forgotten, kind, lost) = (self.forgotten, &self.kind, &self.lost);
        if !lost.is_empty() {
            rows.par_iter_mut().for_each(|filed| forgotten.keep_one(kind, filed, lost));
        }
        self.spool.add(&rows)?;
        for (row, filed) in (first..).zip(&rows) {
            match self.by_unit.get_mut(&filed.unit) {
                Some(rows) => rows.push(row),
                None => drop(self.by_unit.insert(Arc::clone(&filed.unit), vec![row])),
            }
            self.years.insert(filed.record.date.year());
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
    fn find(&self, filed: &UnitRecord) -> Result<Result<(u64, u32, UnitRecord), u64>, StoreError> {
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

    /// Goes through the stored records of the kind once. Of a complete table it is also found out what it no longer holds.
    pub fn with_stored(&mut self, preparation: &mut Preparation, is_complete: bool) -> Result<Met, StoreError> {
        let mut beside_stored: BTreeMap<u32, Facing> = BTreeMap::new();
        let mut met = Met::default();
        // Records of facts that the table holds, about which another record says what counts.
        let mut passed_over = Vec::new();
        let (mut broken, mut remarks) = (None, Vec::new());
        let store = preparation.store;
        let kind = Arc::clone(&self.kind);
        store.records_of_kind(&kind.id, Date::MAX, &mut |stored| {
            let known = match known_as(&kind, self.dictionary, &stored) {
                Ok(known) => known,
                Err(faults) => {
                    remarks.extend(faults);
                    return ControlFlow::Continue(());
                }
            };
            match self.find(&known) {
                Ok(Err(_)) if is_complete && self.years.contains(&known.record.date.year()) => {
                    met.missing.push(missing(&kind, &known, stored.id));
                }
                Ok(Err(_)) => {}
                Ok(Ok((_, row, filed))) => {
                    let found = Facing::new(&kind, &filed, known, stored.id);
                    match beside_stored.entry(row) {
                        Entry::Vacant(place) => drop(place.insert(found)),
                        Entry::Occupied(mut place) => {
                            let former = place.get().is_settled();
                            let other = if former { found } else { place.insert(found) };
                            passed_over.push(other.stored);
                        }
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
        if is_complete {
            self.add_passed_over(store, passed_over, &mut met)?;
        }
        for (row, facing) in beside_stored {
            let aside = self.settle(preparation, row, facing, &mut met.conflicts)?;
            self.set_aside.insert(row, aside);
        }
        Ok(met)
    }

    /// Several stored records are about one fact where a person has decided so; the table holds one of them.
    fn add_passed_over(&self, store: &dyn Store, over: Vec<RecordId>, met: &mut Met) -> Result<(), StoreError> {
        for id in over {
            let stored = store.record(id)?.record;
            if let Ok(known) = known_as(&self.kind, self.dictionary, &stored)
                && self.years.contains(&known.record.date.year())
            {
                met.missing.push(missing(&self.kind, &known, id));
            }
        }
        met.missing.sort_by(|one, other| (&one.unit, one.record).cmp(&(&other.unit, other.record)));
        Ok(())
    }

    /// What becomes of a row that a stored record is about, too.
    fn settle(
        &mut self,
        preparation: &mut Preparation,
        row: u32,
        facing: Facing,
        conflicts: &mut Vec<(u32, RecordId)>,
    ) -> Result<Aside, StoreError> {
        let Facing { beside, stored, unit } = facing;
        if beside != Beside::Same && self.is_beyond(preparation, row, (&unit, stored), beside)? {
            return Ok(Aside::Faulty);
        }
        Ok(match beside {
            Beside::Same => Aside::Known,
            Beside::Outrun => {
                preparation.note(identity::older(&self.spool.get(row, self.dictionary)?));
                Aside::Known
            }
            Beside::Newer => {
                self.former_units.insert(unit);
                Aside::Supersedes(stored)
            }
            Beside::Contradicts => {
                conflicts.push((row, stored));
                Aside::Faulty
            }
        })
    }

    /// Whether a row may not stand beside a stored record, since that is somebody else's; it is a fault then.
    fn is_beyond(
        &self,
        preparation: &mut Preparation,
        row: u32,
        stored: (&str, RecordId),
        beside: Beside,
    ) -> Result<bool, StoreError> {
        if preparation.said.remit.is_all() {
            return Ok(false);
        }
        let filed = self.spool.get(row, self.dictionary)?;
        preparation.is_beyond(&self.kind, &filed, stored, beside == Beside::Newer)
    }

    pub fn counts(&self) -> Counts {
        let of = |wanted: fn(&Aside) -> bool| self.set_aside.values().filter(|aside| wanted(aside)).count() as u64;
        Counts {
            new: u64::from(self.spool.len()).saturating_sub(self.set_aside.len() as u64),
            same: of(|aside| *aside == Aside::Known),
            updated: of(|aside| matches!(aside, Aside::Supersedes(_))),
            faulty: of(|aside| *aside == Aside::Faulty),
        }
    }

    pub fn into_large(self) -> Large {
        let Comparing { spool, set_aside, mut by_unit, former_units, .. } = self;
        by_unit.retain(|_, rows| {
            rows.retain(|row| set_aside.get(row).is_none_or(|aside| matches!(aside, Aside::Supersedes(_))));
            !rows.is_empty()
        });
        Large { spool, set_aside, by_unit, former_units }
    }
}

/// A stored record about the fact of a row. Of several that which says the same counts, else the last.
struct Facing {
    beside: Beside,
    stored: RecordId,
    unit: Arc<str>,
}

impl Facing {
    fn new(kind: &Kind, filed: &UnitRecord, known: UnitRecord, stored: RecordId) -> Facing {
        Facing { beside: identity::beside(kind, filed, &known), stored, unit: known.unit }
    }

    fn is_settled(&self) -> bool {
        self.beside == Beside::Same
    }
}

fn known_as(kind: &Arc<Kind>, dictionary: &Dictionary, stored: &StoredRecord) -> Result<UnitRecord, Vec<Diagnostic>> {
    let record = record_of(kind, dictionary, stored)?;
    Ok(UnitRecord { unit: Arc::from(stored.unit.as_str()), record })
}

/// What stored records of a kind have lost at the end of the time of their personal texts.
fn lost_by(store: &dyn Store, kind: &Arc<Kind>, forgotten: Forgotten) -> Result<Lost, StoreError> {
    let mut lost = Lost::default();
    if forgotten.concerns(kind) {
        store.records_of_kind(&kind.id, Date::MAX, &mut |stored| {
            // What cannot be read is named when the rows are compared with it.
            if let Ok(known) = known_as(kind, forgotten.dictionary, &stored) {
                lost.note(kind, &known);
            }
            ControlFlow::Continue(())
        })?;
    }
    Ok(lost)
}
