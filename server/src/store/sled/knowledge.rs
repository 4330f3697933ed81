//! What was known on a day, and what became of a record.
//!
//! Enters: a unit, a kind or a record, and a day. Leaves: facts in force on that day, states and histories. Next:
//! [`super::seen`].

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use liuwu_engine::period::Date;
use serde::{Deserialize, Serialize};

use super::key::{Key, batch_of};
use super::ledger::Sheets;
use super::rows::{AttributeLine, Line, Listed, RecordLine, Rows, attribute_fact};
use super::shelf::Shelf;
use super::{Known, Sled, decode, parts};
use crate::store::Knowledge;
use crate::store::error::Result;
use crate::store::packed::PackedFacts;
use crate::store::standing::{Successor, lineage, newest_attributes};
use crate::store::words::*;

/// The day and the unit of a correcting record.
#[derive(Serialize, Deserialize)]
pub(super) struct SuccessorHead {
    pub(super) on: Date,
    pub(super) unit: String,
}

/// Looks at a record as it is written, with its kind, its batch and the day from which it counts as known.
type VisitLines<'a> = dyn FnMut(&str, BatchId, Date, RecordLine) -> Result<ControlFlow<()>> + 'a;

/// The states of records.
impl Sled {
    /// The records that correct a record, by rising number; those of a batch that is not whole yet are passed over.
    fn successors_of(&self, known: &Known, unit: &str, id: RecordId) -> Result<Vec<Successor>> {
        let mut found = Vec::new();
        self.scan_successors(known, &Key::new().text(unit).item(id), |_, successor| found.push(successor))?;
        Ok(found)
    }

    fn scan_successors(&self, known: &Known, prefix: &Key, mut visit: impl FnMut(RecordId, Successor)) -> Result<()> {
        let shelf = &self.shelves.successors;
        for entry in shelf.scan(prefix) {
            let (key, value) = entry?;
            let (old, id) = parts(shelf, &key, |parts| parts.text().and(Some((parts.item()?, parts.item()?))))?;
            if id.batch <= known.last_batch {
                let SuccessorHead { on, unit } = decode(shelf, &key, &value)?;
                visit(old, Successor { id, on, unit });
            }
        }
        Ok(())
    }

    /// The units of the records that a batch corrects, be it whole or not.
    pub(super) fn units_corrected_by(&self, batch: BatchId) -> Result<BTreeSet<String>> {
        let shelf = &self.shelves.successors;
        let mut units = BTreeSet::new();
        for key in shelf.keys(&Key::new()) {
            let key = key?;
            if batch_of(shelf.shape, &key) == Some(batch) {
                units.insert(parts(shelf, &key, |parts| parts.text())?);
            }
        }
        Ok(units)
    }

    pub(super) fn is_in_force(&self, known: &Known, record: &StoredRecord, as_of: Date) -> Result<bool> {
        let find = &mut |unit: &str, id| self.successors_of(known, unit, id);
        known.withdrawn.is_in_force((&record.unit, record.id, record.received_on), as_of, find)
    }

    fn version(&self, known: &Known, record: StoredRecord) -> Result<Version> {
        let find = &mut |unit: &str, id| self.successors_of(known, unit, id);
        let act_of = &mut |batch| {
            let batch = self.heading(known, batch)?;
            Ok(Act { by: batch.by, at: batch.at, why: batch.what })
        };
        let state = known.withdrawn.state(&record.unit, record.id, find, act_of)?;
        Ok(Version { record, state })
    }

    pub(super) fn one_version(&self, id: RecordId) -> Result<Version> {
        let known = self.known();
        self.version(&known, self.stored_record(&known, &mut Sheets::default(), id)?)
    }

    pub(super) fn all_versions(&self, id: RecordId) -> Result<Vec<Version>> {
        let known = self.known();
        let mut sheets = Sheets::default();
        let record = self.stored_record(&known, &mut sheets, id)?;
        let find = &mut |unit: &str, id| self.successors_of(&known, unit, id);
        let records = lineage(record, &mut |id| self.stored_record(&known, &mut sheets, id), find)?;
        records.into_iter().map(|record| self.version(&known, record)).collect()
    }
}

/// What was known on a day.
impl Sled {
    pub(super) fn one_unit(&self, known: &Known, unit: &str, as_of: Date) -> Result<UnitFacts> {
        self.facts(known, &mut Sheets::default(), unit, as_of)
    }

    pub(super) fn some_units(
        &self,
        known: &Known,
        after: Option<&str>,
        limit: usize,
        as_of: Date,
    ) -> Result<Vec<UnitFacts>> {
        let mut sheets = Sheets::default();
        let units = self.heard_of(known, after, limit)?;
        units.into_iter().map(|unit| self.facts(known, &mut sheets, &unit, as_of)).collect()
    }

    /// The units behind one that have ever had a record or an attribute, by rising unit.
    pub(super) fn heard_of(&self, known: &Known, after: Option<&str>, limit: usize) -> Result<Vec<String>> {
        let mut found = Vec::new();
        let mut from = after.map_or(Vec::new(), |unit| Key::new().text(unit).end());
        while found.len() < limit {
            let next = [&self.shelves.records, &self.shelves.attributes].map(|shelf| self.unit_from(shelf, &from));
            let [records, attributes] = next;
            let Some(unit) = [records?, attributes?].into_iter().flatten().min() else { break };
            from = Key::new().text(&unit).end();
            if self.has_heard_of(known, &unit)? {
                found.push(unit);
            }
        }
        Ok(found)
    }

    /// Whether a whole batch names the unit; the rows of one that is being written do not count.
    pub(super) fn has_heard_of(&self, known: &Known, unit: &str) -> Result<bool> {
        let prefix = Key::new().text(unit);
        let records = &self.shelves.records;
        for key in records.keys(&prefix) {
            let batch = parts(records, &key?, |parts| parts.text().and(parts.text()).and(parts.batch()))?;
            if batch <= known.last_batch {
                return Ok(true);
            }
        }
        let attributes = &self.shelves.attributes;
        for key in attributes.keys(&prefix) {
            if parts(attributes, &key?, |parts| parts.text().and(parts.batch()))? <= known.last_batch {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn unit_from(&self, shelf: &Shelf, from: &[u8]) -> Result<Option<String>> {
        let key = shelf.first_key_from(from)?;
        key.map(|key| parts(shelf, &key, |parts| parts.text())).transpose()
    }

    fn facts(&self, known: &Known, sheets: &mut Sheets, unit: &str, as_of: Date) -> Result<UnitFacts> {
        let mut records = Vec::new();
        let all = &mut |record| {
            records.push(record);
            ControlFlow::Continue(())
        };
        let _ = self.records_under(known, sheets, unit, None, as_of, all)?;
        let attributes = newest_attributes(self.attributes_of(known, unit, as_of)?);
        Ok(UnitFacts { unit: unit.to_owned(), records, attributes })
    }

    /// The records of a unit in force on a day, by kind and number; of one kind or of all.
    fn records_under(
        &self,
        known: &Known,
        sheets: &mut Sheets,
        unit: &str,
        kind: Option<&str>,
        as_of: Date,
        visit: &mut dyn FnMut(StoredRecord) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>> {
        self.lines_under(known, unit, kind, as_of, &mut |kind, batch, on, line| {
            Ok(visit(self.restore(sheets, (unit, kind, batch), on, line)?))
        })
    }

    /// The same as they are written, each with kind, batch and day of receipt.
    pub(super) fn lines_under(
        &self,
        known: &Known,
        unit: &str,
        kind: Option<&str>,
        as_of: Date,
        visit: &mut VisitLines,
    ) -> Result<ControlFlow<()>> {
        let shelf = &self.shelves.records;
        let prefix = Key::new().text(unit);
        let mut here: Option<BTreeMap<RecordId, Vec<Successor>>> = None;
        for entry in shelf.scan(&kind.map_or(prefix.clone(), |kind| prefix.clone().text(kind))) {
            let (key, value) = entry?;
            let (kind, batch) = parts(shelf, &key, |parts| parts.text().and(Some((parts.text()?, parts.batch()?))))?;
            if batch > known.last_batch || !known.withdrawn.batch_counts(batch, Date::MIN, as_of) {
                continue;
            }
            let rows: Rows<RecordLine> = decode(shelf, &key, &value)?;
            let here = match &mut here {
                Some(here) => here,
                none => none.insert(self.successors_under(known, &prefix)?),
            };
            let find = &mut |other: &str, id| match other == unit {
                true => Ok(here.get(&id).cloned().unwrap_or_default()),
                false => self.successors_of(known, other, id),
            };
            for line in rows.rows {
                let id = ItemId { batch, number: line.0 };
                if known.withdrawn.is_in_force((unit, id, rows.on), as_of, find)?
                    && visit(&kind, batch, rows.on, line)?.is_break()
                {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Who corrects the records of a unit.
    fn successors_under(&self, known: &Known, unit: &Key) -> Result<BTreeMap<RecordId, Vec<Successor>>> {
        let mut found: BTreeMap<RecordId, Vec<Successor>> = BTreeMap::new();
        self.scan_successors(known, unit, |old, successor| found.entry(old).or_default().push(successor))?;
        Ok(found)
    }

    pub(super) fn attributes_of(&self, known: &Known, unit: &str, as_of: Date) -> Result<Vec<Received<AttributeFact>>> {
        let shelf = &self.shelves.attributes;
        let mut facts = Vec::new();
        for entry in shelf.scan(&Key::new().text(unit)) {
            let (key, value) = entry?;
            let batch = parts(shelf, &key, |parts| parts.text().and(parts.batch()))?;
            if batch > known.last_batch {
                continue;
            }
            let rows: Rows<AttributeLine> = decode(shelf, &key, &value)?;
            if known.withdrawn.batch_counts(batch, rows.on, as_of) {
                facts.extend(rows.rows.into_iter().map(|line| Received {
                    id: ItemId { batch, number: line.0 },
                    received_on: rows.on,
                    item: attribute_fact(unit, line),
                }));
            }
        }
        Ok(facts)
    }

    pub(super) fn one_kind(
        &self,
        known: &Known,
        kind: &str,
        as_of: Date,
        visit: &mut dyn FnMut(StoredRecord) -> ControlFlow<()>,
    ) -> Result<()> {
        let mut sheets = Sheets::default();
        let mut from = Vec::new();
        while let Some(unit) = self.unit_from(&self.shelves.records, &from)? {
            if self.records_under(known, &mut sheets, &unit, Some(kind), as_of, visit)?.is_break() {
                break;
            }
            from = Key::new().text(&unit).end();
        }
        Ok(())
    }

    /// Everything of one list in the batches that count on a day, by number.
    pub(super) fn list<T: Listed>(&self, known: &Known, shelf: &Shelf, as_of: Date) -> Result<Vec<Received<T>>> {
        let mut found = Vec::new();
        for entry in shelf.scan(&Key::new()) {
            let (key, value) = entry?;
            let batch = parts(shelf, &key, |parts| parts.batch())?;
            if batch > known.last_batch {
                break;
            }
            let Rows { on, rows }: Rows<Line<T>> = decode(shelf, &key, &value)?;
            if known.withdrawn.batch_counts(batch, on, as_of) {
                let received = |Line(number, item)| Received { id: ItemId { batch, number }, received_on: on, item };
                found.extend(rows.into_iter().map(received));
            }
        }
        Ok(found)
    }

    pub(super) fn list_of_units(&self, known: &Known, as_of: Date) -> Result<Vec<UnitRow>> {
        let rows = self.list::<UnitRow>(known, &self.shelves.units, as_of)?;
        let newest: BTreeMap<String, UnitRow> = rows.into_iter().map(|row| (row.item.id.clone(), row.item)).collect();
        Ok(newest.into_values().collect())
    }
}

impl Knowledge for Sled {
    fn facts_of(&self, unit: &str, as_of: Date) -> Result<UnitFacts> {
        self.one_unit(&self.known(), unit, as_of)
    }

    fn scan_facts(&self, after: Option<&str>, limit: usize, as_of: Date) -> Result<Vec<UnitFacts>> {
        self.some_units(&self.known(), after, limit, as_of)
    }

    fn packed_of(&self, unit: &str, as_of: Date) -> Result<PackedFacts> {
        let known = self.known();
        match as_of >= known.latest {
            true => self.one_packed(unit),
            false => Ok(PackedFacts::of(&self.one_unit(&known, unit, as_of)?)),
        }
    }

    fn scan_packed(&self, after: Option<&str>, limit: usize, as_of: Date) -> Result<Vec<PackedFacts>> {
        let known = self.known();
        match as_of >= known.latest {
            true => self.some_packed(after, limit),
            false => Ok(self.some_units(&known, after, limit, as_of)?.iter().map(PackedFacts::of).collect()),
        }
    }

    fn records_of_kind(
        &self,
        kind: &str,
        as_of: Date,
        visit: &mut dyn FnMut(StoredRecord) -> ControlFlow<()>,
    ) -> Result<()> {
        self.one_kind(&self.known(), kind, as_of, visit)
    }

    fn units(&self, as_of: Date) -> Result<Vec<UnitRow>> {
        self.list_of_units(&self.known(), as_of)
    }

    fn statements(&self, as_of: Date) -> Result<Vec<Received<Statement>>> {
        self.list(&self.known(), &self.shelves.statements, as_of)
    }

    fn exemptions(&self, as_of: Date) -> Result<Vec<Received<Exemption>>> {
        self.list(&self.known(), &self.shelves.exemptions, as_of)
    }
}

/// The store as it would be with one more withdrawal.
pub(super) struct Supposed<'a> {
    store: &'a Sled,
    known: Known,
}

impl Sled {
    pub(super) fn suppose(&self, withdrawn: Target, act: Act) -> Result<Supposed<'_>> {
        let mut known = self.known().clone();
        known.withdrawn.add(self.may_withdraw(&known, withdrawn, act)?);
        Ok(Supposed { store: self, known })
    }
}

impl Knowledge for Supposed<'_> {
    fn facts_of(&self, unit: &str, as_of: Date) -> Result<UnitFacts> {
        self.store.one_unit(&self.known, unit, as_of)
    }

    fn scan_facts(&self, after: Option<&str>, limit: usize, as_of: Date) -> Result<Vec<UnitFacts>> {
        self.store.some_units(&self.known, after, limit, as_of)
    }

    fn records_of_kind(
        &self,
        kind: &str,
        as_of: Date,
        visit: &mut dyn FnMut(StoredRecord) -> ControlFlow<()>,
    ) -> Result<()> {
        self.store.one_kind(&self.known, kind, as_of, visit)
    }

    fn units(&self, as_of: Date) -> Result<Vec<UnitRow>> {
        self.store.list_of_units(&self.known, as_of)
    }

    fn statements(&self, as_of: Date) -> Result<Vec<Received<Statement>>> {
        self.store.list(&self.known, &self.store.shelves.statements, as_of)
    }

    fn exemptions(&self, as_of: Date) -> Result<Vec<Received<Exemption>>> {
        self.store.list(&self.known, &self.store.shelves.exemptions, as_of)
    }
}
