//! Uploads: files become one batch in the store, whole or not at all.
//!
//! Enters: files as their user has them, and what he says with them. Leaves: a [`Report`] of what would happen (预检), which
//! [`commit`] stores; or every fault at its cell, and nothing stored. Next: [`crate::scoring`].

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::Timestamp;
use liuwu_engine::bundle::Bundle;
use liuwu_engine::codes::files as codes;
use liuwu_engine::diagnostic::{Diagnostic, Location};
use liuwu_engine::dictionary::Kind;
use liuwu_engine::period::Date;
use serde::Serialize;
use serde_json::Value as Json;

use crate::files;
use crate::intake::identity::{self, Verdict};
use crate::intake::{self, Asked, Choices, Content, Limits, Reading, Table, UnitIndex, UnitRecord, Workbook};
use crate::questions;
use crate::records::{record_of, row_of, stored_value};
use crate::store::{
    Act, AttributeFact, BatchId, Exemption, NewBatch, RecordId, RecordRow, Statement, Store, StoreError, UnitRow,
};

/// A file as uploaded.
#[derive(Debug, Clone)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// What is said with an upload.
#[derive(Debug, Clone)]
pub struct Said {
    /// Who hands it in.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The day from which it counts as known; none: that of `at`.
    pub received_on: Option<Date>,
    /// What it is, in words.
    pub what: String,
    /// The kind all tables are of; none: recognised by their headers.
    pub kind: Option<String>,
    /// The encoding of texts; none: recognised.
    pub encoding: Option<String>,
    /// The day from which attributes hold where a table does not say it.
    pub effective: Option<Date>,
    /// What was decided in place of what would be recognised.
    pub choices: Choices,
    /// Stores the good rows though others are at fault.
    pub accept_good_rows: bool,
    /// What is handed in with it (报齐, 零报告).
    pub statements: Vec<Statement>,
}

impl Said {
    /// Who hands what in, and nothing else said.
    pub fn new(by: impl Into<String>, at: Timestamp, what: impl Into<String>) -> Said {
        Said {
            by: by.into(),
            at,
            received_on: None,
            what: what.into(),
            kind: None,
            encoding: None,
            effective: None,
            choices: Choices::NONE,
            accept_good_rows: false,
            statements: Vec::new(),
        }
    }
}

/// What came of reading an upload, and what storing it would do.
#[derive(Debug)]
pub struct Report {
    /// The tables found, in the order of the files.
    pub tables: Vec<TableReport>,
    /// Every fault, at its cell.
    pub faults: Vec<Diagnostic>,
    /// What the user should know.
    pub remarks: Vec<Diagnostic>,
    /// The faulty rows of each table as a file of their own: name and content.
    pub corrections: Vec<File>,
    /// Whether it may be stored: nothing is at fault, or the good rows were asked for.
    pub acceptable: bool,
    /// Rows that contradict a stored record, each with that record: kept as questions when the others are stored.
    pub conflicts: Vec<(RecordRow, RecordId)>,
    pub(crate) batch: NewBatch,
}

/// What a table holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TableReport {
    /// The file.
    pub file: String,
    /// The sheet.
    pub sheet: Option<String>,
    /// What it was recognised as.
    pub title: String,
    /// The last row of its header, from 1.
    pub header_row: Option<u32>,
    /// Rows that are new.
    pub new: u64,
    /// Rows that are known already and are skipped.
    pub same: u64,
    /// Rows that supersede what is known.
    pub updated: u64,
    /// Rows with a fault.
    pub faulty: u64,
}

impl Report {
    /// Whether storing it would change nothing.
    pub fn is_empty(&self) -> bool {
        let batch = &self.batch;
        batch.records.is_empty()
            && batch.attributes.is_empty()
            && batch.units.is_empty()
            && batch.statements.is_empty()
            && batch.exemptions.is_empty()
    }

    /// The units with records or attributes in it.
    pub fn units_touched(&self) -> HashSet<&str> {
        let records = self.batch.records.iter().map(|record| record.unit.as_str());
        records.chain(self.batch.attributes.iter().map(|fact| fact.unit.as_str())).collect()
    }
}

/// Stores what a report found. None: there is nothing new, and nothing was stored.
///
/// # Errors
/// The store's; nothing is stored then.
pub fn commit(store: &dyn Store, report: Report) -> Result<Option<BatchId>, StoreError> {
    if !report.acceptable {
        return Ok(None);
    }
    let asked = Act { by: report.batch.by.clone(), at: report.batch.at, why: report.batch.what.clone() };
    questions::raise(store, report.conflicts.clone(), &asked, report.batch.received_on)?;
    if report.is_empty() {
        return Ok(None);
    }
    store.append_batch(report.batch).map(Some)
}

/// Reads files and compares them with what is stored. Nothing is stored.
///
/// # Errors
/// The store's; faults of the files are in the report.
pub fn prepare(store: &dyn Store, bundle: &Bundle, files: &[File], said: &Said) -> Result<Report, StoreError> {
    prepare_watched(store, bundle, files, said, &|_| ())
}

/// The same, with somebody watching: he is told of each step taken. There are two a file: unpacked, and recognised.
///
/// # Errors
/// As [`prepare`].
pub fn prepare_watched(
    store: &dyn Store,
    bundle: &Bundle,
    files: &[File],
    said: &Said,
    watch: &dyn Fn(&str),
) -> Result<Report, StoreError> {
    let mut batch = NewBatch::new(said.at, said.by.clone(), said.what.clone());
    if let Some(day) = said.received_on {
        batch.received_on = day;
    }
    batch.files = files.iter().map(|file| file.name.clone()).collect();
    let report = Report {
        tables: Vec::new(),
        faults: Vec::new(),
        remarks: Vec::new(),
        corrections: Vec::new(),
        acceptable: false,
        conflicts: Vec::new(),
        batch,
    };
    let mut reading = Preparation { store, bundle, said, watch, report };
    reading.read(files)?;
    let mut report = reading.report;
    report.acceptable = said.accept_good_rows || !liuwu_engine::diagnostic::any_error(&report.faults);
    Ok(report)
}

struct Preparation<'a> {
    store: &'a dyn Store,
    bundle: &'a Bundle,
    said: &'a Said,
    watch: &'a dyn Fn(&str),
    report: Report,
}

/// The records of each kind, table by table: the table's place in the report and its records.
type ByKind = Vec<(Arc<Kind>, Vec<(usize, Vec<UnitRecord>)>)>;

/// Values of attributes by their key and first day.
type Attributes = HashMap<(String, Option<Date>), Json>;

/// Records known for a kind, with their numbers in the store.
#[derive(Default)]
struct Known {
    records: Vec<UnitRecord>,
    ids: Vec<RecordId>,
}

impl Preparation<'_> {
    fn read(&mut self, files: &[File]) -> Result<(), StoreError> {
        let mut books = Vec::new();
        for file in files {
            if file.name.ends_with(".json") {
                self.exemptions(file)?;
                continue;
            }
            match intake::read(&file.name, &file.bytes, self.said.encoding.as_deref(), Limits::default()) {
                Ok(book) => books.push(book),
                Err(faults) => self.report.faults.extend(faults),
            }
            (self.watch)(&file.name);
        }
        let known = self.store.units(Date::MAX)?;
        let units = self.divisions(&books, &known);
        let index = UnitIndex::of_rows(known.iter().chain(&units));
        self.report.batch.units = units;
        let mut by_kind: ByKind = Vec::new();
        for book in &books {
            self.tables(book, &index, &mut by_kind)?;
            (self.watch)(&book.file);
        }
        for (kind, tables) in by_kind {
            self.records(&kind, tables)?;
        }
        self.statements(self.said.statements.clone())
    }

    fn asked<'b>(&'b self, levels: &'b [&'b str], units: &'b UnitIndex) -> Asked<'b> {
        Asked {
            dictionary: &self.bundle.dictionary,
            levels,
            units,
            kind: self.said.kind.as_deref(),
            effective: self.said.effective,
            choices: &self.said.choices,
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
                    self.table(book, reading, new);
                }
                Table::Statements(mut reading) => {
                    let entries = std::mem::take(&mut reading.entries);
                    self.table(book, reading, entries.len() as u64);
                    let statements = entries.into_iter().map(|statement| Statement {
                        kind: statement.kind,
                        area: statement.area,
                        from: statement.from,
                        to: statement.to,
                        nil: statement.nil,
                    });
                    self.statements(statements.collect())?;
                }
            }
        }
        Ok(())
    }

    /// Notes what a table is and what is wrong with it; gives its place in the report.
    fn table<T>(&mut self, book: &Workbook, reading: Reading<T>, new: u64) -> usize {
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
        self.report.tables.push(TableReport {
            file: reading.file.to_string(),
            sheet: reading.sheet.as_deref().map(str::to_owned),
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
    fn records(&mut self, kind: &Arc<Kind>, tables: Vec<(usize, Vec<UnitRecord>)>) -> Result<(), StoreError> {
        let known = self.known(kind)?;
        let mut places = Vec::new();
        let mut incoming = Vec::new();
        for (place, records) in tables {
            places.extend(std::iter::repeat_n(place, records.len()));
            incoming.extend(records);
        }
        let verdicts = identity::compare(kind, &incoming, &known.records);
        for remark in identity::remarks(kind, &incoming, &verdicts) {
            if remark.is_error() {
                self.report.faults.push(remark);
            } else {
                self.report.remarks.push(remark);
            }
        }
        for ((verdict, filed), place) in verdicts.iter().zip(&incoming).zip(places) {
            let (supersedes, counted): (Option<RecordId>, fn(&mut TableReport) -> &mut u64) = match verdict {
                Verdict::New => (None, |table| &mut table.new),
                Verdict::Update { existing } => (known.ids.get(*existing).copied(), |table| &mut table.updated),
                Verdict::Same { .. }
                | Verdict::Older { .. }
                | Verdict::Repeats { .. }
                | Verdict::SupersededBy { .. } => {
                    self.count(place, |table| &mut table.same);
                    continue;
                }
                Verdict::Conflict { existing } => {
                    self.conflict(kind, filed, known.records.get(*existing));
                    let stored = known.ids.get(*existing);
                    self.report.conflicts.extend(stored.map(|stored| (row_of(filed, None), *stored)));
                    self.count(place, |table| &mut table.faulty);
                    continue;
                }
                Verdict::Contradicts { .. } => {
                    self.count(place, |table| &mut table.faulty);
                    continue;
                }
            };
            self.count(place, counted);
            self.report.batch.records.push(row_of(filed, supersedes));
        }
        Ok(())
    }

    fn count(&mut self, place: usize, counted: fn(&mut TableReport) -> &mut u64) {
        if let Some(table) = self.report.tables.get_mut(place) {
            *counted(table) += 1;
        }
    }

    fn conflict(&mut self, kind: &Kind, filed: &UnitRecord, known: Option<&UnitRecord>) {
        let fault = Diagnostic::new(&codes::STORED_CONFLICT)
            .with("fields", known.map(|known| identity::differences(kind, filed, known)).unwrap_or_default())
            .with("known", known.map(|known| known.record.source.to_line()).unwrap_or_default());
        let source = &filed.record.source;
        let cell = source.columns.as_ref().and_then(|columns| columns.values().next()).map_or("A", String::as_str);
        let at = Location::Cell {
            file: Arc::clone(&source.file),
            sheet: source.sheet.clone(),
            cell: Arc::from(format!("{cell}{}", source.row)),
        };
        self.report.faults.push(fault.at(at));
    }

    fn attributes(&mut self, place: usize, entries: Vec<intake::AttributeFact>) -> Result<(), StoreError> {
        let mut known: HashMap<Arc<str>, Attributes> = HashMap::new();
        for entry in entries {
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

    /// Exemptions come as JSON: `[{"unit","rule","from","until"?,"reason","approved_by","approved_on"?}]`.
    fn exemptions(&mut self, file: &File) -> Result<(), StoreError> {
        let text = String::from_utf8_lossy(&file.bytes);
        let text = files::Text { name: &file.name, text: text.trim_start_matches('\u{FEFF}') };
        match files::exemptions(self.bundle, text) {
            Ok(exemptions) => {
                let known: Vec<Exemption> =
                    self.store.exemptions(Date::MAX)?.into_iter().map(|known| known.item).collect();
                let day = self.report.batch.received_on;
                let new = exemptions.into_iter().map(|exemption| Exemption {
                    unit: exemption.unit,
                    rule: exemption.rule,
                    from: exemption.from.unwrap_or(Date::MIN),
                    until: exemption.until,
                    reason: exemption.reason,
                    approved_by: exemption.approved_by.unwrap_or_default(),
                    approved_on: day,
                });
                self.report.batch.exemptions.extend(new.filter(|new| !known.contains(new)));
            }
            Err(faults) => self.report.faults.extend(faults),
        }
        Ok(())
    }
}

fn unit_row(division: &intake::DivisionRow) -> UnitRow {
    use liuwu_engine::division::{DivisionId, Level};
    let level = division.level.as_deref().and_then(Level::from_key);
    let id = division.code.parse::<DivisionId>().ok();
    let level = level.or_else(|| id.as_ref().map(|id| id.level()));
    let parent = division.parent.clone().or_else(|| id.and_then(|id| id.parent()).map(|parent| parent.to_string()));
    UnitRow {
        id: division.code.clone(),
        level: level.map_or_else(String::new, |level| level.key().to_owned()),
        name: division.name.clone(),
        parent: parent.filter(|parent| !parent.is_empty()),
    }
}
