//! What of an upload is somebody else's: a fault at its cell for everything that is not within the remit of whoever hands it in.
//!
//! Enters: what a table holds. Leaves: what of it may be handed in. Next: [`super::comparison`].

use std::collections::BTreeSet;

use liuwu_engine::codes::files as codes;
use liuwu_engine::coverage;
use liuwu_engine::diagnostic::{Diagnostic, Location};
use liuwu_engine::dictionary::Kind;
use liuwu_engine::record::Source;

use super::preparation::Preparation;
use crate::intake::{AttributeFact, Stated, UnitRecord};
use crate::remit::Beyond;
use crate::store::{RecordId, Statement, StoreError};

/// What a table of attributes is called in messages, and who hands it in.
const ATTRIBUTES: (&str, &str) = ("基本情况", "镇街");

impl Preparation<'_> {
    /// The records that may be handed in.
    pub(super) fn records_within(&mut self, kind: &Kind, place: usize, records: Vec<UnitRecord>) -> Vec<UnitRecord> {
        let said = self.said;
        if !said.remit.has_kind(&kind.id) {
            if let Some(first) = records.first() {
                let department = kind.department.as_deref().unwrap_or("其他部门");
                self.fault(kind_fault(&kind.title, department), cell_of(&first.record.source, &[]));
            }
            for _ in &records {
                self.count(place, |table| &mut table.faulty);
            }
            return Vec::new();
        }
        let (own, others): (Vec<_>, Vec<_>) = records.into_iter().partition(|filed| said.remit.has_unit(&filed.unit));
        for filed in &others {
            self.fault(unit_fault(&filed.unit), cell_of(&filed.record.source, &["unit"]));
            self.count(place, |table| &mut table.faulty);
        }
        own
    }

    /// The attributes that may be handed in.
    pub(super) fn attributes_within(&mut self, place: usize, entries: Vec<AttributeFact>) -> Vec<AttributeFact> {
        let said = self.said;
        let mut own = Vec::new();
        let mut faulty: BTreeSet<u32> = BTreeSet::new();
        for entry in entries {
            let (fault, at) = if !said.remit.has_attributes() {
                (kind_fault(ATTRIBUTES.0, ATTRIBUTES.1), cell_of(&entry.source, &[]))
            } else if !said.remit.has_unit(&entry.unit) {
                (unit_fault(&entry.unit), cell_of(&entry.source, &["unit"]))
            } else {
                own.push(entry);
                continue;
            };
            // A row is one fault, however many attributes it has.
            if faulty.insert(entry.source.row) {
                self.fault(fault, at);
                self.count(place, |table| &mut table.faulty);
            }
        }
        own
    }

    /// The statements that may be made.
    pub(super) fn statements_within(&mut self, place: usize, entries: Vec<Stated>) -> Vec<Statement> {
        let said = self.said;
        let mut own = Vec::new();
        for Stated { statement, kind_at, area_at } in entries {
            if !said.remit.has_kind(&statement.kind) {
                let kind = self.bundle.dictionary.kinds.get(&statement.kind);
                let title = kind.map_or(statement.kind.as_str(), |kind| kind.title.as_str());
                let department = kind.and_then(|kind| kind.department.as_deref()).unwrap_or("其他部门");
                self.fault(kind_fault(title, department), kind_at);
            } else if !said.remit.has_unit(&statement.area) {
                self.fault(unit_fault(&statement.area), area_at);
            } else {
                self.count(place, |table| &mut table.new);
                let coverage::Statement { kind, area, from, to, nil } = statement;
                own.push(Statement { kind, area, from, to, nil });
                continue;
            }
            self.count(place, |table| &mut table.faulty);
        }
        own
    }

    /// Whether a file of exemptions may be handed in at all.
    pub(super) fn takes_exemptions(&mut self, file: &str) -> bool {
        let takes = self.said.remit.is_all();
        if !takes {
            self.fault(Diagnostic::new(&codes::EXEMPTIONS_OUT_OF_REMIT), Location::File { file: file.into() });
        }
        takes
    }

    /// Why a row may not stand in the place of the stored record that is about the same fact.
    pub(super) fn beyond(&self, kind: &Kind, unit: &str, stored: RecordId) -> Result<Option<Beyond>, StoreError> {
        self.said.remit.of_record(self.store, stored, (&kind.id, unit))
    }

    pub(super) fn fault(&mut self, fault: Diagnostic, at: Location) {
        self.note(fault.at(at));
    }
}

fn kind_fault(title: &str, department: &str) -> Diagnostic {
    Diagnostic::new(&codes::KIND_OUT_OF_REMIT).with("kind", title).with("department", department)
}

fn unit_fault(unit: &str) -> Diagnostic {
    Diagnostic::new(&codes::UNIT_OUT_OF_REMIT).with("unit", unit)
}

/// The cell of the first of these names that has a column, else the first cell of the row, else the line.
pub(super) fn cell_of(source: &Source, names: &[&str]) -> Location {
    let Some(columns) = &source.columns else { return Location::text(&source.file, source.row, 1) };
    let named = names.iter().find_map(|name| columns.get(*name));
    let letters = named.or_else(|| columns.values().next()).map_or("A", String::as_str);
    Location::Cell {
        file: source.file.clone(),
        sheet: source.sheet.clone(),
        cell: format!("{letters}{}", source.row).into(),
    }
}
