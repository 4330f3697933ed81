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
use super::packed::PackedFacts;
use super::standing::newest_attributes;
use super::words::*;

/// Records of a batch that are too many to be held in it: whoever has set them down gives them unit by unit.
pub trait SetDown: Send + Sync {
    /// The units that they are about.
    fn units(&self) -> Vec<&str>;

    /// Those of a unit, each with its number among all of them, by rising number.
    fn records_of(&self, unit: &str) -> Result<Vec<(u32, RecordRow)>>;

    /// The earlier records that they correct.
    fn corrected(&self) -> Vec<RecordId>;
}

/// What would be known with one more batch.
pub struct Overlay<'a> {
    base: &'a dyn Knowledge,
    batch: &'a NewBatch,
    /// Its records that are not held.
    set_down: Option<&'a dyn SetDown>,
    /// The units of those.
    units: BTreeSet<&'a str>,
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
            set_down: None,
            units: BTreeSet::new(),
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

    /// The same with records that are not held in the batch. It has none of its own then.
    pub fn of_many(base: &'a dyn Knowledge, batch: &'a NewBatch, set_down: &'a dyn SetDown) -> Overlay<'a> {
        let mut overlay = Overlay::new(base, batch);
        overlay.put_out.extend(set_down.corrected());
        overlay.units = set_down.units().into_iter().collect();
        overlay.set_down = Some(set_down);
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

    fn records_of(&self, unit: &str) -> Result<Vec<StoredRecord>> {
        let own = self.records.get(unit).into_iter().flatten();
        let mut found: Vec<_> = own.filter_map(|id| self.received(&self.batch.records, *id)).collect();
        if let Some(set_down) = self.set_down.filter(|_| self.units.contains(unit)) {
            let received = |(number, item)| Received {
                id: ItemId { batch: NEXT, number },
                received_on: self.batch.received_on,
                item,
            };
            found.extend(set_down.records_of(unit)?.into_iter().map(received));
        }
        Ok(found)
    }

    /// Facts as they are, with what the batch brings and without what it corrects.
    fn laid_over(&self, mut facts: UnitFacts) -> Result<UnitFacts> {
        facts.records.retain(|record| !self.put_out.contains(&record.id));
        facts.records.extend(self.records_of(&facts.unit)?);
        facts.records.sort_by(|one, other| (&one.kind, one.id).cmp(&(&other.kind, other.id)));
        let own = self.attributes.get(facts.unit.as_str()).into_iter().flatten();
        let own = own.filter_map(|id| self.received(&self.batch.attributes, *id));
        facts.attributes = newest_attributes(facts.attributes.into_iter().chain(own));
        Ok(facts)
    }

    /// The units of the batch behind one, up to another or to the end.
    fn units_between(&self, after: Option<&str>, last: Option<&str>) -> BTreeSet<&'a str> {
        let range = (after.map_or(Bound::Unbounded, Bound::Excluded), last.map_or(Bound::Unbounded, Bound::Included));
        let is_empty = matches!((after, last), (Some(after), Some(last)) if after >= last);
        if is_empty {
            return BTreeSet::new();
        }
        let records = self.records.range::<str, _>(range).map(|(unit, _)| *unit);
        let attributes = self.attributes.range::<str, _>(range).map(|(unit, _)| *unit);
        records.chain(attributes).chain(self.units.range::<str, _>(range).copied()).collect()
    }
}

impl Knowledge for Overlay<'_> {
    fn facts_of(&self, unit: &str, as_of: Date) -> Result<UnitFacts> {
        let facts = self.base.facts_of(unit, as_of)?;
        if self.counts(as_of) { self.laid_over(facts) } else { Ok(facts) }
    }

    fn scan_facts(&self, after: Option<&str>, limit: usize, as_of: Date) -> Result<Vec<UnitFacts>> {
        let page = self.base.scan_facts(after, limit, as_of)?;
        if !self.counts(as_of) {
            return Ok(page);
        }
        let last = page.last().filter(|_| page.len() == limit).map(|facts| facts.unit.clone());
        let new = self.units_between(after, last.as_deref());
        let mut units: BTreeMap<String, UnitFacts> =
            page.into_iter().map(|facts| (facts.unit.clone(), facts)).collect();
        for unit in new {
            units.entry(unit.to_owned()).or_insert_with(|| nothing_about(unit));
        }
        units.into_values().take(limit).map(|facts| self.laid_over(facts)).collect()
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
        let mut waiting = self.records.keys().chain(&self.units).copied().collect::<BTreeSet<&str>>();
        let mut failed = None;
        // What the batch brings to the units before one, or to all that are left.
        let mut bring = |before: Option<&str>, visit: &mut dyn FnMut(StoredRecord) -> ControlFlow<()>| {
            while let Some(unit) = waiting.pop_first() {
                if before.is_some_and(|before| before <= unit) {
                    waiting.insert(unit);
                    break;
                }
                match self.records_of(unit) {
                    Ok(own) => own.into_iter().filter(|own| own.kind == kind).try_for_each(&mut *visit)?,
                    Err(error) => {
                        failed = Some(error);
                        return ControlFlow::Break(());
                    }
                }
            }
            ControlFlow::Continue(())
        };
        let mut flow = ControlFlow::Continue(());
        self.base.records_of_kind(kind, as_of, &mut |record| {
            flow = bring(Some(&record.unit), visit);
            if flow.is_continue() && !self.put_out.contains(&record.id) {
                flow = visit(record);
            }
            flow
        })?;
        if flow.is_continue() {
            let _ = bring(None, visit);
        }
        failed.map_or(Ok(()), Err)
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
        Ok(nothing_about(unit))
    }

    fn scan_facts(&self, after: Option<&str>, limit: usize, as_of: Date) -> Result<Vec<UnitFacts>> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let units = self.units.range::<str, _>((from, Bound::Unbounded)).take(limit);
        units.map(|unit| self.base.facts_of(unit, as_of)).collect()
    }

    fn packed_of(&self, unit: &str, as_of: Date) -> Result<PackedFacts> {
        if self.units.contains(unit) {
            return self.base.packed_of(unit, as_of);
        }
        Ok(PackedFacts::of(&nothing_about(unit)))
    }

    fn scan_packed(&self, after: Option<&str>, limit: usize, as_of: Date) -> Result<Vec<PackedFacts>> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let units = self.units.range::<str, _>((from, Bound::Unbounded)).take(limit);
        units.map(|unit| self.base.packed_of(unit, as_of)).collect()
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

fn nothing_about(unit: &str) -> UnitFacts {
    UnitFacts { unit: unit.to_owned(), records: Vec::new(), attributes: Vec::new() }
}
