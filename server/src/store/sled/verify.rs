//! Reads everything and names what is wrong.
//!
//! Enters: the shelves. Leaves: every fault found, by collection and key. Checked are the seal, the shape and the meaning of each
//! entry, and that headings and what stands under them agree: a batch has as many rows as its heading says, a run as many
//! assessments.

use std::collections::{BTreeMap, BTreeSet};

use liuwu_engine::record::loose::Sheet;
use serde::de::DeserializeOwned;

use super::editions::EditionHead;
use super::key::{Key, batch_of};
use super::knowledge::SuccessorHead;
use super::packs::read_leaf;
use super::results::{Frames, whole};
use super::rows::{AttributeLine, Line, Listed, PlaceLine, RecordLine, Rows};
use super::shelf::Shelf;
use super::{Sled, decode, parts};
use crate::store::drawer::ContentHead;
use crate::store::error::{Damage, Fault, Result, StoreError};
use crate::store::words::*;

/// What has been found so far.
#[derive(Default)]
struct Findings {
    faults: BTreeSet<Fault>,
    /// What stands under each batch.
    batches: BTreeMap<BatchId, Counts>,
    /// How many rows the places of each batch speak of: records, attributes.
    places: BTreeMap<BatchId, (u64, u64)>,
    /// How many records each batch corrects or takes back, by the successors.
    successors: BTreeMap<BatchId, u64>,
}

impl Sled {
    pub(super) fn find_faults(&self) -> Result<Vec<Fault>> {
        // What comes later is passed over: it may be half written at this moment.
        let last = self.known().last_batch;
        let mut findings = Findings::default();
        self.check_editions(&mut findings)?;
        self.check_acts(&mut findings)?;
        self.count_records(&mut findings, last)?;
        self.count_lists(&mut findings)?;
        self.check_batches(&mut findings, last)?;
        self.check_runs(&mut findings)?;
        findings.visit(&self.shelves.papers, |_, _, _| Ok(()))?;
        self.check_drawers(&mut findings)?;
        findings.visit(&self.shelves.facts, |_, key, value| read_leaf(&self.shelves.facts, key, value).map(drop))?;
        self.compare_packed(&mut |fault| {
            findings.faults.insert(fault);
        })?;
        Ok(findings.faults.into_iter().collect())
    }

    fn check_editions(&self, findings: &mut Findings) -> Result<()> {
        let shelf = &self.shelves.editions;
        findings.visit(shelf, |findings, key, value| {
            let _: EditionHead = decode(shelf, key, value)?;
            let (bundle, edition) = parts(shelf, key, |parts| Some((parts.text()?, parts.text()?)))?;
            let edition = self.one_edition(&bundle, &edition)?;
            if digest_of(&edition.text) != edition.digest {
                findings.faults.insert(self.shelves.texts.fault(key, Damage::Digest));
            }
            Ok(())
        })
    }

    fn check_acts(&self, findings: &mut Findings) -> Result<()> {
        let shelves = &self.shelves;
        findings.visit(&shelves.withdrawals, |_, key, value| {
            decode::<Withdrawal>(&shelves.withdrawals, key, value).map(drop)
        })?;
        findings
            .visit(&shelves.releases, |_, key, value| decode::<Release>(&shelves.releases, key, value).map(drop))?;
        findings.visit(&shelves.journal, |_, key, value| decode::<Entry>(&shelves.journal, key, value).map(drop))
    }

    fn count_records(&self, findings: &mut Findings, last: BatchId) -> Result<()> {
        let shelves = &self.shelves;
        let mut sheets = BTreeSet::new();
        findings.visit(&shelves.sheets, |_, key, value| {
            let _: Sheet = decode(&shelves.sheets, key, value)?;
            let sheet = parts(&shelves.sheets, key, |parts| parts.item())?;
            sheets.insert((sheet.batch, sheet.number));
            Ok(())
        })?;
        findings.rows(&shelves.records, |findings, batch, key, rows: Vec<RecordLine>| {
            let kind = parts(&shelves.records, key, |parts| parts.text().and(parts.text()))?;
            let counts = findings.batches.entry(batch).or_default();
            *counts.records.entry(kind).or_default() += rows.len() as u64;
            counts.superseded += rows.iter().filter(|row| row.5.is_some()).count() as u64;
            for RecordLine(_, _, _, (sheet, _), ..) in rows.into_iter().filter(|_| batch <= last) {
                if !sheets.contains(&(batch, sheet)) {
                    let key = Key::new().batch(batch).small(sheet);
                    findings.faults.insert(shelves.sheets.fault(key.bytes(), Damage::Entry));
                }
            }
            Ok(())
        })?;
        findings.rows(&shelves.attributes, |findings, batch, _, rows: Vec<AttributeLine>| {
            findings.batches.entry(batch).or_default().attributes += rows.len() as u64;
            Ok(())
        })?;
        findings.visit(&shelves.successors, |findings, key, value| {
            let _: SuccessorHead = decode(&shelves.successors, key, value)?;
            let new = parts(&shelves.successors, key, |parts| parts.text().and(parts.item()).and(parts.item()))?;
            *findings.successors.entry(new.batch).or_default() += 1;
            Ok(())
        })
    }

    fn count_lists(&self, findings: &mut Findings) -> Result<()> {
        let shelves = &self.shelves;
        findings.list::<UnitRow>(&shelves.units, |counts| &mut counts.units)?;
        findings.list::<Statement>(&shelves.statements, |counts| &mut counts.statements)?;
        findings.list::<Exemption>(&shelves.exemptions, |counts| &mut counts.exemptions)?;
        findings.list::<RecordId>(&shelves.takings, |counts| &mut counts.taken_back)?;
        findings.rows(&shelves.record_places, |findings, batch, _, rows: Vec<PlaceLine>| {
            findings.places.entry(batch).or_default().0 += rows.iter().map(|row| u64::from(row.1)).sum::<u64>();
            Ok(())
        })?;
        findings.rows(&shelves.attribute_places, |findings, batch, _, rows: Vec<PlaceLine>| {
            findings.places.entry(batch).or_default().1 += rows.iter().map(|row| u64::from(row.1)).sum::<u64>();
            Ok(())
        })
    }

    fn check_batches(&self, findings: &mut Findings, last: BatchId) -> Result<()> {
        let shelf = &self.shelves.batches;
        let mut headings = BTreeMap::new();
        findings.visit(shelf, |_, key, value| {
            let heading: Batch = decode(shelf, key, value)?;
            headings.insert(heading.id, heading.counts);
            Ok(())
        })?;
        for id in (1..=last.0).map(BatchId) {
            let key = Key::new().batch(id);
            match headings.get(&id) {
                Some(named) => findings.compare(id, named, |damage| shelf.fault(key.bytes(), damage)),
                None if findings.names(&shelf.fault(key.bytes(), Damage::Entry).place) => {}
                None => drop(findings.faults.insert(shelf.fault(key.bytes(), Damage::Entry))),
            }
        }
        Ok(())
    }

    fn check_runs(&self, findings: &mut Findings) -> Result<()> {
        let (runs, shelf) = (&self.shelves.runs, &self.shelves.assessments);
        let mut headings = Vec::new();
        findings.visit(runs, |_, key, value| {
            headings.push(decode::<Run>(runs, key, value)?);
            Ok(())
        })?;
        for run in headings {
            let key = Key::new().large(run.id.0);
            let mut found = 0;
            findings.visit_under(shelf, &key, |_, key, value| {
                let whole = whole(value).ok_or_else(|| shelf.corrupt(key, Damage::TooShort))?;
                for frame in Frames(&whole) {
                    frame.map_err(|()| shelf.corrupt(key, Damage::TooShort))?;
                    found += 1;
                }
                Ok(())
            })?;
            // It may have been discarded in the meantime.
            let own = if run.base.is_some() { run.replaced } else { run.assessments };
            if found != own && runs.get(&key)?.is_some() {
                let damage = Damage::Count { what: "assessments", named: own, found };
                findings.faults.insert(runs.fault(key.bytes(), damage));
            }
        }
        Ok(())
    }

    fn check_drawers(&self, findings: &mut Findings) -> Result<()> {
        let contents = &self.shelves.contents;
        findings.visit(contents, |_, key, value| {
            let head: ContentHead = decode(contents, key, value)?;
            self.whole_content(key, &head).map(drop)
        })
    }
}

impl Findings {
    fn visit(&mut self, shelf: &Shelf, look: impl FnMut(&mut Findings, &[u8], &[u8]) -> Result<()>) -> Result<()> {
        self.visit_under(shelf, &Key::new(), look)
    }

    /// Looks at each entry; damage is written down, any other error ends it.
    fn visit_under(
        &mut self,
        shelf: &Shelf,
        prefix: &Key,
        mut look: impl FnMut(&mut Findings, &[u8], &[u8]) -> Result<()>,
    ) -> Result<()> {
        for entry in shelf.scan(prefix) {
            match entry.and_then(|(key, value)| look(self, &key, &value)) {
                Ok(()) => {}
                Err(StoreError::Corrupt(fault)) => drop(self.faults.insert(fault)),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn rows<T: DeserializeOwned>(
        &mut self,
        shelf: &Shelf,
        mut look: impl FnMut(&mut Findings, BatchId, &[u8], Vec<T>) -> Result<()>,
    ) -> Result<()> {
        self.visit(shelf, |findings, key, value| {
            let batch = batch_of(shelf.shape, key).ok_or_else(|| shelf.corrupt(key, Damage::Key))?;
            look(findings, batch, key, decode::<Rows<T>>(shelf, key, value)?.rows)
        })
    }

    fn list<T: Listed>(&mut self, shelf: &Shelf, count: impl Fn(&mut Counts) -> &mut u64) -> Result<()> {
        self.rows(shelf, |findings, batch, _, rows: Vec<Line<T>>| {
            *count(findings.batches.entry(batch).or_default()) += rows.len() as u64;
            Ok(())
        })
    }

    fn names(&self, place: &str) -> bool {
        self.faults.iter().any(|fault| fault.place == place)
    }

    /// Compares the heading of a batch with what stands under it.
    fn compare(&mut self, id: BatchId, named: &Counts, fault: impl Fn(Damage) -> Fault) {
        let found = self.batches.get(&id).cloned().unwrap_or_default();
        let (record_places, attribute_places) = self.places.get(&id).copied().unwrap_or_default();
        let successors = self.successors.get(&id).copied().unwrap_or_default();
        let pairs = [
            ("records", named.all_records(), found.all_records()),
            ("places of records", named.all_records(), record_places),
            ("corrections", named.superseded, found.superseded),
            ("successors", named.superseded + named.taken_back, successors),
            ("attributes", named.attributes, found.attributes),
            ("places of attributes", named.attributes, attribute_places),
            ("units", named.units, found.units),
            ("statements", named.statements, found.statements),
            ("exemptions", named.exemptions, found.exemptions),
            ("withdrawals", named.taken_back, found.taken_back),
        ];
        for (what, named, found) in pairs {
            if named != found {
                self.faults.insert(fault(Damage::Count { what, named, found }));
            }
        }
    }
}
