//! Files to what would be stored: read, recognised, and gathered table by table.
//!
//! Enters: files and what is said with them. Leaves: a [`Report`] whose records are still to be compared. Next:
//! [`super::comparison`].

use std::collections::HashMap;
use std::sync::Arc;

use liuwu_engine::bundle::Bundle;
use liuwu_engine::codes::files as codes;
use liuwu_engine::codes::sheet::LARGE_NOT_ALONE;
use liuwu_engine::diagnostic::{Diagnostic, Location};
use liuwu_engine::dictionary::Kind;
use liuwu_engine::period::Date;
use serde_json::Value as Json;

use super::reach::cell_of;
use super::rows::unit_row;
use super::strip::{self, Strip};
use super::{CHECKING, Details, File, READING, Report, Said, Stopped, TableReport};
use crate::files;
use crate::intake::flow::{self, LISTED, more_faults};
use crate::intake::{self, Asked, Content, Limits, Reading, Table, UnitIndex, UnitRecord, Workbook};
use crate::progress::Progress;
use crate::records::stored_value;
use crate::store::{AttributeFact, Exemption, NewBatch, Statement, Store, StoreError, UnitRow, day_in_china};

fn begin<'a>(
    store: &'a dyn Store,
    bundle: &'a Bundle,
    files: &[File],
    said: &'a Said,
    progress: &'a dyn Progress,
) -> Preparation<'a> {
    let mut batch = NewBatch::new(said.at, said.by.clone(), said.what.clone());
    if let Some(day) = said.received_on {
        batch.received_on = day;
    }
    batch.files = files.iter().map(|file| file.name.clone()).collect();
    let report = Report {
        tables: Vec::new(),
        details: Vec::new(),
        faults: Vec::new(),
        remarks: Vec::new(),
        corrections: Vec::new(),
        missing: Vec::new(),
        acceptable: false,
        conflicts: Vec::new(),
        batch,
        remit: said.remit.clone(),
        sent_back: None,
        large: None,
        seen: store.seen(),
    };
    Preparation { store, bundle, said, progress, report, unlisted: 0 }
}

/// Reads files; nothing is stored.
pub(super) fn read(
    store: &dyn Store,
    bundle: &Bundle,
    files: &[File],
    said: &Said,
    progress: &dyn Progress,
) -> Result<Report, Stopped> {
    let mut preparation = begin(store, bundle, files, said, progress);
    preparation.check_receipt();
    preparation.read(files)?;
    Ok(preparation.report)
}

/// The same of one file, as if it were too large to be held.
#[cfg(test)]
pub(super) fn read_flowing(store: &dyn Store, bundle: &Bundle, file: &File, said: &Said) -> Result<Report, Stopped> {
    let mut preparation = begin(store, bundle, std::slice::from_ref(file), said, &crate::progress::Unwatched);
    preparation.large(file)?;
    Ok(preparation.report)
}

/// An upload on its way.
pub(super) struct Preparation<'a> {
    pub store: &'a dyn Store,
    pub bundle: &'a Bundle,
    pub said: &'a Said,
    pub progress: &'a dyn Progress,
    pub report: Report,
    /// Faults that are not listed.
    pub unlisted: u64,
}

/// The records of each kind, table by table: the table's place in the report and its records.
type ByKind = Vec<(Arc<Kind>, Vec<(usize, Vec<UnitRecord>)>)>;

/// Values of attributes by their key and first day.
type Attributes = HashMap<(String, Option<Date>), Json>;

impl Preparation<'_> {
    /// What is received on a day to come would count in no run until then, and nobody would be told.
    fn check_receipt(&mut self) {
        let today = day_in_china(self.said.at);
        let day = std::mem::replace(&mut self.report.batch.received_on, today);
        if day > today {
            self.report.faults.push(Diagnostic::new(&codes::RECEIVED_IN_FUTURE).with("day", day).with("today", today));
        } else {
            self.report.batch.received_on = day;
        }
    }

    fn read(&mut self, files: &[File]) -> Result<(), Stopped> {
        let mut books = Vec::new();
        self.progress.begin(READING, 0);
        for file in files {
            if file.name.ends_with(".json") {
                if self.takes_exemptions(&file.name) {
                    self.exemptions(file)?;
                }
                continue;
            }
            let (encoding, limits) = (self.said.encoding.as_deref(), Limits::default());
            if files.len() == 1 && flow::is_plainly_too_large(&file.name, &file.bytes) {
                self.large(file)?;
                return Ok(self.statements(self.said.statements.clone())?);
            }
            let read = intake::read_watched(&file.name, &file.bytes, encoding, limits, self.progress);
            self.progress.go_on()?;
            match read {
                Ok(mut book) => {
                    self.said.choices.mend(&mut book);
                    books.push(book);
                }
                // Alone it may flow by.
                Err(faults) if flow::is_too_large(&faults) && files.len() == 1 => {
                    self.large(file)?;
                    return Ok(self.statements(self.said.statements.clone())?);
                }
                Err(faults) => {
                    let is_large = flow::is_too_large(&faults);
                    self.report.faults.extend(faults);
                    let limit = limits.rows;
                    let company = is_large.then(|| Diagnostic::new(&LARGE_NOT_ALONE).with("limit", limit));
                    let at = || Location::File { file: Arc::from(file.name.as_str()) };
                    self.report.faults.extend(company.map(|fault| fault.at(at())));
                }
            }
        }
        let known = self.store.units(Date::MAX)?;
        let units = if self.said.remit.is_all() { self.divisions(&books, &known) } else { Vec::new() };
        let index = UnitIndex::of_rows(known.iter().chain(&units));
        let aliases = self.said.aliases.iter().map(|(alias, unit)| (alias.clone(), unit.clone()));
        let index = index.with_aliases(aliases).at_home(&|unit| self.said.remit.has_unit(unit));
        self.report.batch.units = units;
        let mut by_kind: ByKind = Vec::new();
        let rows = books.iter().map(Workbook::rows).sum::<usize>();
        self.progress.begin(CHECKING, rows as u64);
        for book in &books {
            self.tables(book, &index, &mut by_kind)?;
            self.progress.go_on()?;
        }
        for (kind, tables) in by_kind {
            self.compare(&kind, tables)?;
            self.progress.go_on()?;
        }
        self.statements(self.said.statements.clone())?;
        self.show_faulty_rows(&books);
        Ok(())
    }

    /// Makes the pictures of faulty rows, when all faults are known.
    pub(super) fn show_faulty_rows(&mut self, books: &[Workbook]) {
        if let Some(file) = self.report.tables.first().map(|table| Arc::from(table.file.as_str())) {
            self.report.faults.extend(more_faults(std::mem::take(&mut self.unlisted), &file));
        }
        for (table, details) in self.report.tables.iter().zip(&mut self.report.details) {
            details.strip = strip::of(table, &self.report.faults, books);
        }
    }

    /// Notes a fault or a remark; of many the first.
    pub(super) fn note(&mut self, found: Diagnostic) {
        let list = if found.is_error() { &mut self.report.faults } else { &mut self.report.remarks };
        if list.len() < LISTED {
            list.push(found);
        } else if found.is_error() {
            self.unlisted += 1;
        }
    }

    fn asked<'b>(&'b self, levels: &'b [&'b str], units: &'b UnitIndex) -> Asked<'b> {
        Asked {
            dictionary: &self.bundle.dictionary,
            levels,
            units,
            kind: self.said.kind.as_deref(),
            effective: self.said.effective,
            choices: &self.said.choices,
            progress: self.progress,
        }
    }

    /// The rows of division tables that the store does not know yet, over all files: data in one may be about units in
    /// another.
    fn divisions(&self, books: &[Workbook], known: &[UnitRow]) -> Vec<UnitRow> {
        let levels: Vec<&str> = self.bundle.levels().collect();
        let nobody = UnitIndex::new([]);
        let asked = self.asked(&levels, &nobody);
        let known: HashMap<&str, &UnitRow> = known.iter().map(|row| (row.id.as_str(), row)).collect();
        let mut rows = Vec::new();
        for book in books.iter().filter(|book| matches!(book.content, Content::Sheets(_))) {
            for table in intake::divisions_of(book, &asked) {
                for division in table.entries {
                    let row = unit_row(&division);
                    if known.get(row.id.as_str()) != Some(&&row) {
                        rows.push(row);
                    }
                }
            }
        }
        rows
    }

    fn tables(&mut self, book: &Workbook, index: &UnitIndex, by_kind: &mut ByKind) -> Result<(), StoreError> {
        let bundle = self.bundle;
        let levels: Vec<&str> = bundle.levels().collect();
        let upload = intake::recognise(book, &self.asked(&levels, index));
        self.report.faults.extend(upload.faults);
        self.report.remarks.extend(upload.remarks);
        for table in upload.tables {
            match table {
                Table::Records(kind, mut reading) => {
                    let entries = std::mem::take(&mut reading.entries);
                    let place = self.table(book, reading, 0);
                    match by_kind.iter_mut().find(|(known, _)| known.id == kind.id) {
                        Some((_, tables)) => tables.push((place, entries)),
                        None => by_kind.push((kind, vec![(place, entries)])),
                    }
                }
                Table::Attributes(mut reading) => {
                    let entries = std::mem::take(&mut reading.entries);
                    let place = self.table(book, reading, 0);
                    self.attributes(place, entries)?;
                }
                Table::Divisions(reading) => {
                    let new = self.report.batch.units.len() as u64;
                    if !self.said.remit.is_all() && !reading.entries.is_empty() {
                        let at = Location::File { file: Arc::clone(&book.file) };
                        self.fault(Diagnostic::new(&codes::DIVISIONS_OUT_OF_REMIT), at);
                    }
                    self.table(book, reading, new);
                }
                Table::Statements(mut reading) => {
                    let entries = std::mem::take(&mut reading.entries);
                    let place = self.table(book, reading, 0);
                    let statements = self.statements_within(place, entries);
                    self.statements(statements)?;
                }
            }
        }
        Ok(())
    }

    /// Notes what a table is and what is wrong with it; gives its place in the report.
    pub(super) fn table<T>(&mut self, book: &Workbook, reading: Reading<T>, new: u64) -> usize {
        if let (Content::Sheets(sheets), Some(header), false) =
            (&book.content, reading.header_row, reading.faulty_rows.is_empty())
            && let Some(sheet) = sheets.iter().find(|sheet| sheet.name == reading.sheet)
        {
            let stem = reading.file.rsplit_once('.').map_or(reading.file.as_ref(), |(stem, _)| stem);
            let sheet_name = reading.sheet.as_deref().map(|name| format!("-{name}")).unwrap_or_default();
            self.report.corrections.push(File {
                name: format!("{stem}{sheet_name}-需要改正.csv"),
                bytes: intake::correction::write(sheet, header, &reading.faulty_rows, &reading.faults),
            });
        }
        let sheet = reading.sheet.as_deref();
        self.report.details.push(Details {
            subject: reading.subject,
            share: reading.share,
            columns: reading.columns,
            roles: reading.roles,
            ignored_rows: reading.ignored_rows,
            unmatched: reading.unmatched,
            strip: Strip::default(),
            complete: self.said.choices.of(&reading.file, sheet).is_some_and(|choice| choice.complete),
        });
        self.report.tables.push(TableReport {
            file: reading.file.to_string(),
            sheet: sheet.map(str::to_owned),
            title: reading.title,
            header_row: reading.header_row,
            new,
            faulty: reading.faulty_rows.len() as u64,
            ..TableReport::default()
        });
        self.report.faults.extend(reading.faults);
        self.report.remarks.extend(reading.remarks);
        self.report.tables.len() - 1
    }

    fn attributes(&mut self, place: usize, entries: Vec<intake::AttributeFact>) -> Result<(), StoreError> {
        let mut known: HashMap<Arc<str>, Attributes> = HashMap::new();
        for entry in self.attributes_within(place, entries) {
            if !known.contains_key(&entry.unit) {
                let facts = self.store.facts_of(&entry.unit, Date::MAX)?;
                let values = facts
                    .attributes
                    .into_iter()
                    .map(|fact| ((fact.item.attribute.clone(), fact.item.from), fact.item.value));
                known.insert(Arc::clone(&entry.unit), values.collect());
            }
            let value = stored_value(&entry.value);
            let key = (entry.attribute, Some(entry.from));
            let former = known.get(&entry.unit).and_then(|values| values.get(&key));
            if former == Some(&value) {
                self.count(place, |table| &mut table.same);
                continue;
            }
            if let Some(beyond) = self.said.remit.of_known_attribute(self.store, &entry.unit, &key.0)? {
                self.fault(beyond.fault(), cell_of(&entry.source, &[&key.0]));
                self.count(place, |table| &mut table.faulty);
                continue;
            }
            self.count(place, if former.is_some() { |table| &mut table.updated } else { |table| &mut table.new });
            let (attribute, from) = key;
            self.report.batch.attributes.push(AttributeFact { unit: entry.unit.to_string(), attribute, from, value });
        }
        Ok(())
    }

    fn statements(&mut self, statements: Vec<Statement>) -> Result<(), StoreError> {
        let known: Vec<Statement> = self.store.statements(Date::MAX)?.into_iter().map(|known| known.item).collect();
        let new = statements.into_iter().filter(|statement| !known.contains(statement));
        self.report.batch.statements.extend(new);
        Ok(())
    }

    /// Exemptions come as a JSON list; one that is known already is left out.
    fn exemptions(&mut self, file: &File) -> Result<(), StoreError> {
        let text = String::from_utf8_lossy(&file.bytes);
        let text = files::Text { name: &file.name, text: text.trim_start_matches('\u{FEFF}') };
        match files::exemptions(self.bundle, text) {
            Ok(exemptions) => {
                let known = self.store.exemptions(Date::MAX)?;
                let is_new = |new: &Exemption| !known.iter().any(|known| new.is_known_as(known));
                self.report.batch.exemptions.extend(exemptions.into_iter().filter(is_new));
            }
            Err(faults) => self.report.faults.extend(faults),
        }
        Ok(())
    }
}
