//! Knowledge as it would be: with one more batch, or of some units alone. Nothing is written.
//!
//! Enters: any [`Knowledge`], and a batch about to be stored or a choice of units. Leaves: [`Knowledge`] again, so that
//! scoring can say what storing the batch would change. What would be known if something were taken back is
//! [`Store::supposing`](super::Store::supposing). Next: [`super::transfer`].

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::{Bound, ControlFlow};

use liuwu_engine::period::Date;

use super::Knowledge;
use super::error::Result;
use super::standing::newest_attributes;
use super::words::*;

/// What would be known with one more batch.
pub struct Overlay<'a> {
    base: &'a dyn Knowledge,
    batch: &'a NewBatch,
    /// Its records by unit, with their places in it.
    records: BTreeMap<&'a str, Vec<ItemId>>,
    /// Its attributes by unit, likewise.
    attributes: BTreeMap<&'a str, Vec<ItemId>>,
    /// What it corrects and takes back.
    put_out: HashSet<RecordId>,
}

/// The number of the batch that is not stored yet: it comes after all others.
const NEXT: BatchId = BatchId(u64::MAX);

impl<'a> Overlay<'a> {
    /// Lays a batch over what is known. It counts from the day on which it says it was received.
    pub fn new(base: &'a dyn Knowledge, batch: &'a NewBatch) -> Overlay<'a> {
        let mut overlay = Overlay {
            base,
            batch,
            records: BTreeMap::new(),
            attributes: BTreeMap::new(),
            put_out: batch.puts_out().collect(),
        };
        for (number, record) in (1..).zip(&batch.records) {
            overlay.records.entry(&record.unit).or_default().push(ItemId { batch: NEXT, number });
        }
        for (number, fact) in (1..).zip(&batch.attributes) {
            overlay.attributes.entry(&fact.unit).or_default().push(ItemId { batch: NEXT, number });
        }
        overlay
    }

    fn counts(&self, as_of: Date) -> bool {
        self.batch.received_on <= as_of
    }

    fn received<T: Clone>(&self, list: &[T], id: ItemId) -> Option<Received<T>> {
        let item = list.get(usize::try_from(id.number).ok()?.checked_sub(1)?)?.clone();
        Some(Received { id, received_on: self.batch.received_on, item })
    }

    fn all<T: Clone>(&self, list: &[T]) -> Vec<Received<T>> {
        let ids = (1..).map(|number| ItemId { batch: NEXT, number }).take(list.len());
        ids.filter_map(|id| self.received(list, id)).collect()
    }

    fn records_of(&self, unit: &str) -> impl Iterator<Item = StoredRecord> + '_ {
        self.records.get(unit).into_iter().flatten().filter_map(|id| self.received(&self.batch.records, *id))
    }

    /// Facts as they are, with what the batch brings and without what it corrects.
    fn laid_over(&self, mut facts: UnitFacts) -> UnitFacts {
        facts.records.retain(|record| !self.put_out.contains(&record.id));
        facts.records.extend(self.records_of(&facts.unit));
        facts.records.sort_by(|one, other| (&one.kind, one.id).cmp(&(&other.kind, other.id)));
        let own = self.attributes.get(facts.unit.as_str()).into_iter().flatten();
        let own = own.filter_map(|id| self.received(&self.batch.attributes, *id));
        facts.attributes = newest_attributes(facts.attributes.into_iter().chain(own));
        facts
    }

    /// The units of the batch behind one, up to another or to the end.
    fn units_between(&self, after: Option<&str>, last: Option<&str>) -> BTreeSet<&'a str> {
        let range = (after.map_or(Bound::Unbounded, Bound::Excluded), last.map_or(Bound::Unbounded, Bound::Included));
        let is_empty = matches!((after, last), (Some(after), Some(last)) if after >= last);
        if is_empty {
            return BTreeSet::new();
        }
        let records = self.records.range::<str, _>(range).map(|(unit, _)| *unit);
        records.chain(self.attributes.range::<str, _>(range).map(|(unit, _)| *unit)).collect()
    }
}

impl Knowledge for Overlay<'_> {
    fn facts_of(&self, unit: &str, as_of: Date) -> Result<UnitFacts> {
        let facts = self.base.facts_of(unit, as_of)?;
        Ok(if self.counts(as_of) { self.laid_over(facts) } else { facts })
    }

    fn scan_facts(&self, after: Option<&str>, limit: usize, as_of: Date) -> Result<Vec<UnitFacts>> {
        let page = self.base.scan_facts(after, limit, as_of)?;
        if !self.counts(as_of) {
            return Ok(page);
        }
        let last = page.last().filter(|_| page.len() == limit).map(|facts| facts.unit.clone());
        let new = self.units_between(after, last.as_deref());
        let mut units: BTreeMap<String, UnitFacts> =
            page.into_iter().map(|facts| (facts.unit.clone(), self.laid_over(facts))).collect();
        for unit in new {
            units.entry(unit.to_owned()).or_insert_with(|| {
                self.laid_over(UnitFacts { unit: unit.to_owned(), records: Vec::new(), attributes: Vec::new() })
            });
        }
        Ok(units.into_values().take(limit).collect())
    }

    fn records_of_kind(
        &self,
        kind: &str,
        as_of: Date,
        visit: &mut dyn FnMut(StoredRecord) -> ControlFlow<()>,
    ) -> Result<()> {
        if !self.counts(as_of) {
            return self.base.records_of_kind(kind, as_of, visit);
        }
        let own = self.records.keys().flat_map(|unit| self.records_of(unit)).filter(|record| record.kind == kind);
        let mut own = own.peekable();
        let mut flow = ControlFlow::Continue(());
        self.base.records_of_kind(kind, as_of, &mut |record| {
            while flow.is_continue()
                && let Some(earlier) = own.next_if(|own| own.unit < record.unit)
            {
                flow = visit(earlier);
            }
            if flow.is_continue() && !self.put_out.contains(&record.id) {
                flow = visit(record);
            }
            flow
        })?;
        while flow.is_continue()
            && let Some(later) = own.next()
        {
            flow = visit(later);
        }
        Ok(())
    }

    fn units(&self, as_of: Date) -> Result<Vec<UnitRow>> {
        let known = self.base.units(as_of)?;
        if !self.counts(as_of) {
            return Ok(known);
        }
        let rows = known.into_iter().chain(self.batch.units.iter().cloned());
        Ok(rows.map(|row| (row.id.clone(), row)).collect::<BTreeMap<_, _>>().into_values().collect())
    }

    fn statements(&self, as_of: Date) -> Result<Vec<Received<Statement>>> {
        let mut known = self.base.statements(as_of)?;
        if self.counts(as_of) {
            known.extend(self.all(&self.batch.statements));
        }
        Ok(known)
    }

    fn exemptions(&self, as_of: Date) -> Result<Vec<Received<Exemption>>> {
        let mut known = self.base.exemptions(as_of)?;
        if self.counts(as_of) {
            known.extend(self.all(&self.batch.exemptions));
        }
        Ok(known)
    }
}

/// What is known about some units, as if there were no others.
pub struct Within<'a> {
    base: &'a dyn Knowledge,
    units: &'a BTreeSet<String>,
}

impl<'a> Within<'a> {
    /// Leaves out all other units. What is handed in and exempted stays: it names areas.
    pub fn new(base: &'a dyn Knowledge, units: &'a BTreeSet<String>) -> Within<'a> {
        Within { base, units }
    }
}

impl Knowledge for Within<'_> {
    fn facts_of(&self, unit: &str, as_of: Date) -> Result<UnitFacts> {
        if self.units.contains(unit) {
            return self.base.facts_of(unit, as_of);
        }
        Ok(UnitFacts { unit: unit.to_owned(), records: Vec::new(), attributes: Vec::new() })
    }

    fn scan_facts(&self, after: Option<&str>, limit: usize, as_of: Date) -> Result<Vec<UnitFacts>> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let units = self.units.range::<str, _>((from, Bound::Unbounded)).take(limit);
        units.map(|unit| self.base.facts_of(unit, as_of)).collect()
    }

    fn records_of_kind(
        &self,
        kind: &str,
        as_of: Date,
        visit: &mut dyn FnMut(StoredRecord) -> ControlFlow<()>,
    ) -> Result<()> {
        for unit in self.units {
            for record in self.base.facts_of(unit, as_of)?.records {
                if record.kind == kind && visit(record).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn units(&self, as_of: Date) -> Result<Vec<UnitRow>> {
        Ok(self.base.units(as_of)?.into_iter().filter(|row| self.units.contains(&row.id)).collect())
    }

    fn statements(&self, as_of: Date) -> Result<Vec<Received<Statement>>> {
        self.base.statements(as_of)
    }

    fn exemptions(&self, as_of: Date) -> Result<Vec<Received<Exemption>>> {
        self.base.exemptions(as_of)
    }
}
