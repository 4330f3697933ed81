//! Records of an upload beside those that are known: what is new, what is the same, what supersedes, what contradicts.
//!
//! Enters: the records of a kind, of all tables together. Leaves: rows of the batch, counts of each table, faults. Next:
//! [`super::rows`].

use std::collections::{BTreeSet, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use liuwu_engine::codes::files as codes;
use liuwu_engine::diagnostic::{Diagnostic, Location};
use liuwu_engine::dictionary::Kind;
use liuwu_engine::period::Date;
use rayon::prelude::*;

use super::preparation::Preparation;
use super::{MissingRecord, TableReport};
use crate::intake::UnitRecord;
use crate::intake::identity::{self, Verdict};
use crate::records::{record_of, row_of};
use crate::store::{RecordId, StoreError};

/// Records known for a kind, with their numbers in the store.
#[derive(Default)]
struct Known {
    records: Vec<UnitRecord>,
    ids: Vec<RecordId>,
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
            let own = self.within_remit(kind, place, records);
            places.extend(std::iter::repeat_n(place, own.len()));
            incoming.extend(own);
        }
        let known = self.known(kind)?;
        let verdicts = identity::compare(kind, &incoming, &known.records);
        for remark in identity::remarks(kind, &incoming, &verdicts) {
            self.note(remark);
        }
        self.missing(kind, &known, &incoming, &verdicts, &places);
        let mut stored: Vec<(&UnitRecord, Option<RecordId>)> = Vec::new();
        for ((verdict, filed), place) in verdicts.iter().zip(&incoming).zip(places) {
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

    /// The records that whoever hands them in may hand in; a fault for each of the others.
    pub(super) fn within_remit(&mut self, kind: &Kind, place: usize, records: Vec<UnitRecord>) -> Vec<UnitRecord> {
        let said = self.said;
        if !said.remit.has_kind(&kind.id) {
            if let Some(first) = records.first() {
                let fault = Diagnostic::new(&codes::KIND_OUT_OF_REMIT)
                    .with("kind", &kind.title)
                    .with("department", kind.department.as_deref().unwrap_or("其他部门"));
                self.note(fault.at(place_in(first, &[])));
            }
            for _ in &records {
                self.count(place, |table| &mut table.faulty);
            }
            return Vec::new();
        }
        let (own, others): (Vec<_>, Vec<_>) = records.into_iter().partition(|filed| said.remit.has_unit(&filed.unit));
        for filed in &others {
            let fault = Diagnostic::new(&codes::UNIT_OUT_OF_REMIT).with("unit", &filed.unit);
            self.note(fault.at(place_in(filed, &["unit"])));
            self.count(place, |table| &mut table.faulty);
        }
        own
    }

    /// What a table that was declared complete no longer holds: known records of the years it is about, of units that it may be
    /// about. A table with a fault is not complete: one of its faulty rows may be what seems to be missing.
    fn missing(&mut self, kind: &Kind, known: &Known, incoming: &[UnitRecord], verdicts: &[Verdict], places: &[usize]) {
        let is_complete = |place: &usize| {
            let declared = self.report.details.get(*place).is_some_and(|details| details.complete);
            declared && self.report.tables.get(*place).is_some_and(|table| table.faulty == 0)
        };
        if places.is_empty() || !places.iter().all(is_complete) {
            return;
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
        let gone = all.filter(|(place, (record, _))| {
            !held.contains(place)
                && years.contains(&record.record.date.year())
                && self.said.remit.has_unit(&record.unit)
        });
        let missing = gone.map(|(_, (filed, id))| MissingRecord {
            record: *id,
            kind: kind.id.to_string(),
            unit: filed.unit.to_string(),
            date: filed.record.date,
            number: filed.record.id.as_deref().map(str::to_owned),
        });
        self.report.missing.extend(missing.collect::<Vec<_>>());
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
        self.note(fault.at(place_in(filed, &names)));
    }
}

/// The cell of the first of these names that has a column, else the first cell of the row, else the line.
fn place_in(filed: &UnitRecord, names: &[&str]) -> Location {
    let source = &filed.record.source;
    let Some(columns) = &source.columns else { return Location::text(&source.file, source.row, 1) };
    let named = names.iter().find_map(|name| columns.get(*name));
    let letters = named.or_else(|| columns.values().next()).map_or("A", String::as_str);
    Location::Cell {
        file: Arc::clone(&source.file),
        sheet: source.sheet.clone(),
        cell: Arc::from(format!("{letters}{}", source.row)),
    }
}
