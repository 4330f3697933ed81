//! Records that are looked for: by village, kind, day, number or batch.
//!
//! Enters: what is [`Wanted`]. Leaves: a page of records within reach, by unit and number, and where the next page begins.

use std::ops::ControlFlow;

use liuwu_engine::period::Date;

use super::Custody;
use crate::error::Problem;
use crate::store::{BatchId, Received, RecordId, StoredRecord, UnitFacts};
use crate::view::Search;

/// Units read at a time.
const AT_ONCE: usize = 100;

/// What is looked for. What is not given does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Units of this code or name, with all below them.
    pub unit: Option<String>,
    /// Of this kind.
    pub kind: Option<String>,
    /// Not before this day.
    pub from: Option<Date>,
    /// Not after this day.
    pub to: Option<Date>,
    /// With this number: the source's own, ours (`12-345`), or part of a text field that tells records of the kind apart.
    pub number: Option<String>,
    /// Out of this batch, whether they still count or not.
    pub batch: Option<BatchId>,
    /// Behind this record, the last of the page before.
    pub after: Option<RecordId>,
}

/// A page of records.
#[derive(Debug, Default)]
pub struct Found {
    /// The records.
    pub records: Vec<StoredRecord>,
    /// The last of them, when there are more.
    pub next: Option<RecordId>,
}

impl Custody<'_> {
    /// Records that count today; of a batch, all that came with it.
    ///
    /// # Errors
    /// The store's.
    pub fn search(&self, wanted: &Wanted, limit: usize) -> Result<Found, Problem> {
        // One more than asked for tells whether there is another page.
        let mut records = match wanted.batch {
            Some(batch) => self.of_batch(batch, wanted, limit + 1)?,
            None => self.of_units(wanted, limit + 1)?,
        };
        let more = records.len() > limit;
        records.truncate(limit);
        Ok(Found { next: records.last().filter(|_| more).map(|last| last.id), records })
    }

    fn fits(&self, record: &StoredRecord, wanted: &Wanted) -> bool {
        self.has_row(record)
            && wanted.kind.as_ref().is_none_or(|kind| record.kind == *kind)
            && wanted.from.is_none_or(|from| from <= record.date)
            && wanted.to.is_none_or(|to| record.date <= to)
            && wanted.number.as_ref().is_none_or(|number| self.has_number(record, number.trim()))
    }

    /// By the source's own number, by ours, or by a field that is part of what tells facts apart and is not personal.
    fn has_number(&self, record: &StoredRecord, number: &str) -> bool {
        let identity = self.kind(&record.kind).into_iter().flat_map(|kind| {
            let open = |name: &&String| kind.fields.get(*name).is_some_and(|field| field.personal.is_none());
            kind.identity.iter().filter(open)
        });
        record.id.to_string() == number
            || record.number.as_deref() == Some(number)
            || identity
                .filter_map(|name| record.fields.get(name).and_then(|value| value.as_str()))
                .any(|text| text == number || (number.chars().count() >= 2 && text.contains(number)))
    }

    fn of_batch(&self, id: BatchId, wanted: &Wanted, limit: usize) -> Result<Vec<StoredRecord>, Problem> {
        self.batch(id)?;
        let received_on = self.app_store().batch(id)?.received_on;
        let units = self.units_named(wanted);
        let of_unit = |record: &StoredRecord| units.as_ref().is_none_or(|units| units.contains(&record.unit));
        let mut found = Vec::new();
        let after = match wanted.after {
            Some(after) if after.batch > id => return Ok(found),
            Some(after) if after.batch == id => after.number,
            _ => 0,
        };
        self.app_store().visit_records_behind(id, after, &mut |id, item| {
            let record = Received { id, received_on, item };
            if of_unit(&record) && self.fits(&record, wanted) {
                found.push(record);
            }
            Ok(if found.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })?;
        Ok(found)
    }

    fn of_units(&self, wanted: &Wanted, limit: usize) -> Result<Vec<StoredRecord>, Problem> {
        let store = self.app_store();
        // Where the page before ended: the record may have been corrected meanwhile, its unit is still the same.
        let start = match wanted.after {
            Some(after) => Some((store.record(after)?.record.item.unit, after)),
            None => None,
        };
        let first = start.as_ref().map(|(unit, _)| unit.as_str());
        let mut found = Vec::new();
        let mut take = |facts: UnitFacts| {
            let mut records = facts.records;
            records.sort_by_key(|record| record.id);
            let behind = |record: &StoredRecord| {
                start.as_ref().is_none_or(|(unit, after)| record.unit != *unit || record.id > *after)
            };
            found.extend(records.into_iter().filter(|record| behind(record) && self.fits(record, wanted)));
            found.len() < limit
        };
        match self.units_named(wanted) {
            Some(units) => {
                for unit in units.iter().filter(|unit| first.is_none_or(|first| unit.as_str() >= first)) {
                    if !take(store.facts_of(unit, Date::MAX)?) {
                        break;
                    }
                }
            }
            None => {
                if let Some(first) = first
                    && !take(store.facts_of(first, Date::MAX)?)
                {
                    found.truncate(limit);
                    return Ok(found);
                }
                let mut after = first.map(str::to_owned);
                'pages: loop {
                    let page = store.scan_facts(after.as_deref(), AT_ONCE, Date::MAX)?;
                    after = page.last().map(|facts| facts.unit.clone());
                    let last = page.len() < AT_ONCE;
                    for facts in page {
                        if !take(facts) {
                            break 'pages;
                        }
                    }
                    if last {
                        break;
                    }
                }
            }
        }
        found.truncate(limit);
        Ok(found)
    }

    /// The codes of the units looked for, with all below them, rising; none: any.
    fn units_named(&self, wanted: &Wanted) -> Option<std::collections::BTreeSet<String>> {
        let text = wanted.unit.as_deref().map(str::trim).filter(|text| !text.is_empty())?;
        let named: Vec<&str> = match self.units.get(text) {
            Some(row) => vec![row.id.as_str()],
            None => self.units.search(Search { text, ..Search::default() }, None).map(|row| row.id.as_str()).collect(),
        };
        let within =
            self.units.all().iter().filter(|row| named.iter().any(|above| self.units.is_within(&row.id, above)));
        Some(within.map(|row| row.id.clone()).collect())
    }
}
