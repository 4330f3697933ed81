//! Records of an upload beside those that are known: what is new, what is the same, what supersedes, what contradicts.
//!
//! Enters: the records of a kind, of all tables together. Leaves: rows of the batch, counts of each table, faults. Next:
//! [`super::rows`].

use std::collections::{BTreeSet, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use liuwu_engine::codes::files as codes;
use liuwu_engine::diagnostic::Diagnostic;
use liuwu_engine::dictionary::Kind;
use liuwu_engine::period::Date;
use rayon::prelude::*;

use super::preparation::Preparation;
use super::reach::cell_of;
use super::{MissingRecord, TableReport};
use crate::forgotten::Forgotten;
use crate::intake::UnitRecord;
use crate::intake::identity::{self, Verdict};
use crate::records::{record_of, row_of};
use crate::remit::Beyond;
use crate::store::{RecordId, StoreError};

/// Records known for a kind, with their numbers in the store.
#[derive(Default)]
struct Known {
    records: Vec<UnitRecord>,
    ids: Vec<RecordId>,
}

impl Known {
    fn of(&self, place: usize) -> Option<(&UnitRecord, RecordId)> {
        Some((self.records.get(place)?, *self.ids.get(place)?))
    }
}

impl Preparation<'_> {
    fn known(&mut self, kind: &Arc<Kind>) -> Result<Known, StoreError> {
        let mut known = Known::default();
        let dictionary = &self.bundle.dictionary;
        let mut unreadable = Vec::new();
        self.store.records_of_kind(&kind.id, Date::MAX, &mut |stored| {
            match record_of(kind, dictionary, &stored) {
                Ok(record) => {
                    known.records.push(UnitRecord { unit: Arc::from(stored.unit.as_str()), record });
                    known.ids.push(stored.id);
                }
                Err(faults) => unreadable.extend(faults),
            }
            ControlFlow::Continue(())
        })?;
        self.report.remarks.extend(unreadable);
        Ok(known)
    }

    /// Compares the records of a kind, of all tables together, with what is known.
    pub(super) fn compare(
        &mut self,
        kind: &Arc<Kind>,
        tables: Vec<(usize, Vec<UnitRecord>)>,
    ) -> Result<(), StoreError> {
        let mut places = Vec::new();
        let mut incoming = Vec::new();
        for (place, records) in tables {
            let own = self.records_within(kind, place, records);
            places.extend(std::iter::repeat_n(place, own.len()));
            incoming.extend(own);
        }
        let known = self.known(kind)?;
        let forgotten = Forgotten { dictionary: &self.bundle.dictionary, key: &self.said.pseudonym_key };
        forgotten.keep(kind, &mut incoming, &known.records);
        let verdicts = identity::compare(kind, &incoming, &known.records);
        for remark in identity::remarks(kind, &incoming, &verdicts) {
            self.note(remark);
        }
        self.missing(kind, &known, &incoming, &verdicts, &places)?;
        let mut stored: Vec<(&UnitRecord, Option<RecordId>)> = Vec::new();
        for ((verdict, filed), place) in verdicts.iter().zip(&incoming).zip(places) {
            if let Verdict::Update { existing } | Verdict::Older { existing } | Verdict::Conflict { existing } = verdict
                && let Some((stored, id)) = known.of(*existing)
                && self.is_beyond(kind, filed, (&stored.unit, id), matches!(verdict, Verdict::Update { .. }))?
            {
                self.count(place, |table| &mut table.faulty);
                continue;
            }
            match verdict {
                Verdict::New => {
                    self.count(place, |table| &mut table.new);
                    stored.push((filed, None));
                }
                Verdict::Update { existing } => {
                    self.count(place, |table| &mut table.updated);
                    stored.push((filed, known.ids.get(*existing).copied()));
                }
                Verdict::Same { .. }
                | Verdict::Older { .. }
                | Verdict::Repeats { .. }
                | Verdict::SupersededBy { .. } => self.count(place, |table| &mut table.same),
                Verdict::Conflict { existing } => {
                    self.conflict(kind, filed, known.records.get(*existing));
                    let stored = known.ids.get(*existing);
                    self.report.conflicts.extend(stored.map(|stored| (row_of(filed, None), *stored)));
                    self.count(place, |table| &mut table.faulty);
                    self.count(place, |table| &mut table.conflicting);
                }
                Verdict::Contradicts { .. } => self.count(place, |table| &mut table.faulty),
            }
        }
        let rows = stored.into_par_iter().map(|(filed, supersedes)| row_of(filed, supersedes));
        self.report.batch.records.par_extend(rows);
        Ok(())
    }

    /// What a table that was declared complete no longer holds: known records of the years it is about, of units that it may be
    /// about and that whoever hands it in may take back. A table with a fault is not complete: one of its faulty rows may be what
    /// seems to be missing.
    fn missing(
        &mut self,
        kind: &Kind,
        known: &Known,
        incoming: &[UnitRecord],
        verdicts: &[Verdict],
        places: &[usize],
    ) -> Result<(), StoreError> {
        let is_complete = |place: &usize| {
            let declared = self.report.details.get(*place).is_some_and(|details| details.complete);
            declared && self.report.tables.get(*place).is_some_and(|table| table.faulty == 0)
        };
        if places.is_empty() || !places.iter().all(is_complete) {
            return Ok(());
        }
        let years: BTreeSet<i16> = incoming.iter().map(|filed| filed.record.date.year()).collect();
        let held: HashSet<usize> = verdicts
            .iter()
            .filter_map(|verdict| match verdict {
                Verdict::Same { existing }
                | Verdict::Update { existing }
                | Verdict::Older { existing }
                | Verdict::Conflict { existing } => Some(*existing),
                _ => None,
            })
            .collect();
        let all = known.records.iter().zip(&known.ids).enumerate();
        let gone =
            all.filter(|(place, (record, _))| !held.contains(place) && years.contains(&record.record.date.year()));
        let gone = gone.map(|(_, (filed, id))| missing(kind, filed, *id)).collect();
        self.add_missing(kind, gone)
    }

    /// Notes what a complete table no longer holds, as far as whoever hands it in may take it back.
    pub(super) fn add_missing(&mut self, kind: &Kind, gone: Vec<MissingRecord>) -> Result<(), StoreError> {
        for missing in gone {
            if self.beyond(kind, &missing.unit, missing.record)?.is_none() {
                self.report.missing.push(missing);
            }
        }
        Ok(())
    }

    /// Whether the stored record about the same fact is not to be touched; if so, that is a fault of the row, and nothing of the
    /// record is told that whoever hands the row in may not see.
    pub(super) fn is_beyond(
        &mut self,
        kind: &Kind,
        filed: &UnitRecord,
        (unit, stored): (&str, RecordId),
        is_update: bool,
    ) -> Result<bool, StoreError> {
        let Some(beyond) = self.beyond(kind, unit, stored)? else { return Ok(false) };
        // What contradicts goes to whoever decides, whoever handed it in; what is older changes nothing.
        if matches!(beyond, Beyond::OtherHand(_)) && !is_update {
            return Ok(false);
        }
        let names: Vec<&str> = std::iter::once("id").chain(kind.identity.iter().map(String::as_str)).collect();
        self.fault(beyond.fault(), cell_of(&filed.record.source, &names));
        Ok(true)
    }

    pub(super) fn count(&mut self, place: usize, counted: fn(&mut TableReport) -> &mut u64) {
        if let Some(table) = self.report.tables.get_mut(place) {
            *counted(table) += 1;
        }
    }

    pub(super) fn conflict(&mut self, kind: &Kind, filed: &UnitRecord, known: Option<&UnitRecord>) {
        let fields = known.map(|known| identity::different(kind, filed, known)).unwrap_or_default();
        let fault = Diagnostic::new(&codes::STORED_CONFLICT)
            .with("fields", identity::titles(kind, &fields))
            .with("known", known.map(|known| known.record.source.to_line()).unwrap_or_default());
        let names: Vec<&str> = fields.iter().map(String::as_str).collect();
        self.fault(fault, cell_of(&filed.record.source, &names));
    }
}

/// A stored record that a complete table no longer holds.
pub(super) fn missing(kind: &Kind, known: &UnitRecord, record: RecordId) -> MissingRecord {
    MissingRecord {
        record,
        kind: kind.id.to_string(),
        unit: known.unit.to_string(),
        date: known.record.date,
        number: known.record.id.as_deref().map(str::to_owned),
    }
}
