//! Rows of a sheet, or lines of JSON, to records with their units.
//!
//! Enters: a sheet with its header, or lines. Leaves: a [`Reading`] of [`UnitRecord`]s: all good rows, and every fault of all
//! others. Next: [`super::identity`].

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;
use liuwu_engine::codes::{data, sheet as codes};
use liuwu_engine::diagnostic::{Diagnostic, Location};
use liuwu_engine::dictionary::read::{Fault, Raw, RawRecord, Strictness};
use liuwu_engine::dictionary::{Kind, Type};
use liuwu_engine::record::{Record, Source};
use rayon::prelude::*;
use serde_json::Value as Json;

use super::header::{Column, Header};
use super::json_lines::Line;
use super::reading::{Reading, Table, Unmatched};
use super::rows::{Resolver, Rows, number_of};
use super::units::Written;
use super::vocabulary::Role;
use super::workbook::{Merged, Sheet};
use super::{Asked, attributes};

/// A record and the unit it is about.
#[derive(Debug, Clone)]
pub struct UnitRecord {
    /// Id of the unit.
    pub unit: Arc<str>,
    /// The record.
    pub record: Record,
}

/// Rows that one processor reads before it looks for more.
const ROWS_AT_ONCE: usize = 1_000;

/// Names of a line that are no fields.
pub(super) const KIND: &str = "kind";
pub(super) const UNIT: &str = "unit";

/// The level of the units of a kind.
pub(super) fn level_of<'a>(kind: &'a Kind, asked: &Asked<'a>) -> Option<&'a str> {
    kind.of.as_deref().or(asked.levels.first().copied())
}

/// Reads all rows of a sheet.
pub(super) fn of_sheet(sheet: &Sheet, header: &Header, kind: &Arc<Kind>, asked: &Asked) -> Reading<UnitRecord> {
    let mut reader = RowReader::new(sheet, header, kind);
    let entries = reader.take(sheet, header, asked);
    let mut reading = reader.finish();
    reading.entries = entries;
    reading
}

/// Reads the rows of a sheet, whole or window by window.
pub(super) struct RowReader {
    kind: Arc<Kind>,
    reading: Reading<UnitRecord>,
    unmatched: IndexMap<String, Unmatched>,
}

impl RowReader {
    /// `sheet` is the one with the header.
    pub fn new(sheet: &Sheet, header: &Header, kind: &Arc<Kind>) -> RowReader {
        RowReader { kind: Arc::clone(kind), reading: Reading::of(sheet, header), unmatched: IndexMap::new() }
    }

    /// The good rows of the sheet, or of the next window of it.
    pub fn take(&mut self, sheet: &Sheet, header: &Header, asked: &Asked) -> Vec<UnitRecord> {
        let rows = Rows::new(sheet, header);
        let shape = Shape::of(&rows, &self.kind);
        let (data_rows, ignored) = rows.sorted_out();
        self.reading.ignore(ignored);
        let read = |some: &[usize]| Part::read(&rows, some, &shape, &self.kind, asked);
        let parts: Vec<Part> = data_rows.par_chunks(ROWS_AT_ONCE).map(read).collect();
        let mut entries = Vec::with_capacity(parts.iter().map(|part| part.entries.len()).sum());
        for part in parts {
            entries.extend(part.entries);
            for (row, faults) in part.refused {
                if shape.merged.contains_key(&row) {
                    self.reading.faulty_rows.insert(number_of(row));
                }
                self.reading.refuse(number_of(row), faults);
            }
            for found in part.unmatched {
                match self.unmatched.get_mut(&found.alias) {
                    Some(known) => known.rows.extend(found.rows),
                    None => drop(self.unmatched.insert(found.alias.clone(), found)),
                }
            }
        }
        // Under a header with a fault nobody knows what the values of a row mean.
        if self.reading.is_sound() { entries } else { Vec::new() }
    }

    /// All else that came of the sheet.
    pub fn finish(self) -> Reading<UnitRecord> {
        self.reading.close(self.unmatched.into_values().collect())
    }
}

/// What came of some rows. The rows of a sheet are read in parts, on all processors; the parts are put together in order.
struct Part {
    entries: Vec<UnitRecord>,
    refused: Vec<(usize, Vec<Diagnostic>)>,
    unmatched: Vec<Unmatched>,
}

impl Part {
    fn read(rows: &Rows, some: &[usize], shape: &Shape, kind: &Arc<Kind>, asked: &Asked) -> Part {
        let mut part = Part { entries: Vec::new(), refused: Vec::new(), unmatched: Vec::new() };
        if asked.progress.is_called_off() {
            return part;
        }
        let mut resolver = Resolver::new(asked.units, level_of(kind, asked));
        for row in some {
            let (unit, mut faults) = shape.unit(rows, *row, &mut resolver);
            faults.extend(shape.merged_faults(rows, *row));
            faults.extend(shape.share_faults(rows, *row, kind));
            let record = shape.record(rows, *row, kind, asked, &mut faults);
            match (unit, record) {
                (Some(unit), Some(record)) if faults.is_empty() => part.entries.push(UnitRecord { unit, record }),
                _ => part.refused.push((*row, faults)),
            }
        }
        part.unmatched = resolver.unmatched();
        asked.progress.advance(some.len() as u64);
        part
    }
}

/// What is the same for all rows of a sheet.
struct Shape<'a> {
    /// Columns that bring values, with the names of these.
    values: Vec<(&'a Column, String, bool)>,
    letters: Arc<BTreeMap<String, String>>,
    /// Names that have no column. That is one fault of the header, not one of every row.
    missing: HashSet<String>,
    /// Rows under cells merged over several rows: columns and regions.
    merged: BTreeMap<usize, Vec<(usize, &'a Merged)>>,
    has_unit: bool,
}

impl<'a> Shape<'a> {
    fn of(rows: &Rows<'a>, kind: &Kind) -> Shape<'a> {
        let mut values: Vec<(&Column, String, bool)> = Vec::new();
        for column in &rows.header.columns {
            if let Some(name) = name_of(column).filter(|name| !values.iter().any(|(_, known, _)| known == name)) {
                let is_day = name == "date"
                    || kind.fields.get(&name).is_some_and(|field| matches!(field.kind, Type::Date | Type::Time));
                values.push((column, name, is_day));
            }
        }
        let missing_roles = rows.header.missing();
        let missing = missing_roles.iter().filter_map(|(role, _)| name_of_role(role)).collect();
        let has_unit = !missing_roles.iter().any(|(role, _)| matches!(role, Role::Unit(_)));
        let mut merged: BTreeMap<usize, Vec<(usize, &Merged)>> = BTreeMap::new();
        for (column, region) in rows.merged_values() {
            // A region may reach far below the table, and over several windows of it.
            let held = (*region.rows.start()).max(rows.sheet.first)..(*region.rows.end() + 1).min(rows.sheet.end());
            for row in held {
                merged.entry(row).or_default().push((column, region));
            }
        }
        Shape { values, letters: Arc::new(rows.letters()), missing, merged, has_unit }
    }

    fn unit(&self, rows: &Rows, row: usize, resolver: &mut Resolver) -> (Option<Arc<str>>, Vec<Diagnostic>) {
        if !self.has_unit {
            return (None, Vec::new());
        }
        let (written, column) = rows.written(row, resolver.level());
        match resolver.unit(written, number_of(row)) {
            Ok(unit) => (Some(unit), Vec::new()),
            Err(fault) => (None, vec![fault.at(rows.sheet.at(row, column))]),
        }
    }

    /// The record of a row. Its faults are added to the others, but for those that the header or a merged cell explains.
    fn record(
        &self,
        rows: &Rows,
        row: usize,
        kind: &Arc<Kind>,
        asked: &Asked,
        faults: &mut Vec<Diagnostic>,
    ) -> Option<Record> {
        let values = self.values.iter();
        let raw = RawRecord::of(values.map(|(column, name, is_day)| (name.as_str(), rows.raw(row, column, *is_day))));
        let source = Source {
            file: Arc::clone(&rows.sheet.file),
            sheet: rows.sheet.name.clone(),
            row: number_of(row),
            columns: Some(Arc::clone(&self.letters)),
        };
        match Record::read(kind, asked.dictionary, &raw, source, Strictness::Sheet) {
            Ok(record) => Some(record).filter(|_| !self.merged.contains_key(&row)),
            Err(found) => {
                faults.extend(found.into_iter().filter_map(|fault| self.located(rows, row, fault)));
                None
            }
        }
    }

    fn located(&self, rows: &Rows, row: usize, fault: Fault) -> Option<Diagnostic> {
        if self.missing.contains(fault.key()) {
            return None;
        }
        let own = self.values.iter().find(|(_, name, _)| name == fault.key()).map(|(column, ..)| column.index);
        let is_merged = |column| self.merged.get(&row).is_some_and(|cells| cells.iter().any(|(c, _)| *c == column));
        if own.is_some_and(is_merged) {
            return None;
        }
        Some(fault.at(rows.sheet.at(row, own.unwrap_or_else(|| rows.first_column()))))
    }

    /// In files that hide the format of their cells, a number up to 1 in a field in percent may be a share.
    fn share_faults(&self, rows: &Rows, row: usize, kind: &Kind) -> Vec<Diagnostic> {
        if !rows.sheet.hides_percent {
            return Vec::new();
        }
        let percents = self.values.iter().filter_map(|(column, name, _)| {
            kind.fields.get(name).filter(|field| field.unit.as_deref() == Some("%")).map(|field| (*column, field))
        });
        percents
            .filter_map(|(column, field)| match rows.sheet.cell(row, column.index) {
                Raw::Float(float) if *float > 0.0 && *float <= 1.0 => {
                    let fault = Diagnostic::new(&codes::SHARE_OR_PERCENT).with("field", &field.title);
                    Some(fault.with("value", float).at(rows.sheet.at(row, column.index)))
                }
                _ => None,
            })
            .collect()
    }

    /// The faults of merged cells that start in this row.
    fn merged_faults(&self, rows: &Rows, row: usize) -> Vec<Diagnostic> {
        let starting = self.merged.get(&row).into_iter().flatten().filter(|(_, region)| *region.rows.start() == row);
        starting
            .map(|(column, region)| {
                let title = rows.header.columns.iter().find(|c| c.index == *column).map_or("", |c| c.text.as_str());
                Diagnostic::new(&codes::MERGED_OVER_ROWS)
                    .with("field", title)
                    .with("rows", region.rows.end() - region.rows.start() + 1)
                    .at(rows.sheet.at(row, *column))
            })
            .collect()
    }
}

fn name_of(column: &Column) -> Option<String> {
    column.role.as_ref().and_then(name_of_role)
}

fn name_of_role(role: &Role) -> Option<String> {
    match role {
        Role::Date => Some("date".to_owned()),
        Role::Id => Some("id".to_owned()),
        Role::Field(key) => Some(key.clone()),
        _ => None,
    }
}

/// Reads lines of JSON: records by their `kind`, and facts about units where a line has `attributes`.
pub(super) fn of_lines(lines: &[Line], asked: &Asked, faults: &mut Vec<Diagnostic>) -> Vec<Table> {
    let mut by_kind: IndexMap<&str, (Reading<UnitRecord>, Resolver)> = IndexMap::new();
    let mut facts = Vec::new();
    for line in lines {
        if line.object.contains_key("attributes") {
            facts.push(line);
            continue;
        }
        match kind_of(line, asked) {
            Ok(kind) => {
                let (reading, resolver) = by_kind.entry(&kind.id).or_insert_with(|| {
                    let reading = Reading::empty(Arc::clone(&line.file), None, kind.title.clone());
                    (reading, Resolver::new(asked.units, level_of(kind, asked)))
                });
                read_line(line, kind, asked, reading, resolver);
            }
            Err(fault) => faults.push(fault),
        }
    }
    let mut tables = Vec::new();
    for (id, (reading, resolver)) in by_kind {
        let reading = reading.close(resolver.unmatched());
        tables.extend(asked.dictionary.kinds.get(id).map(|kind| Table::Records(Arc::clone(kind), reading)));
    }
    if !facts.is_empty() {
        tables.push(Table::Attributes(attributes::of_lines(&facts, asked)));
    }
    tables
}

pub(super) fn kind_of<'a>(line: &Line, asked: &Asked<'a>) -> Result<&'a Arc<Kind>, Diagnostic> {
    let named = line.object.get(KIND).and_then(Json::as_str).or(asked.kind).unwrap_or_default();
    asked.dictionary.kinds.get(named).ok_or_else(|| {
        let kinds: Vec<&str> = asked.dictionary.kinds.keys().map(String::as_str).collect();
        let likeness = |kind: &&&str| strsim::normalized_damerau_levenshtein(named, kind);
        let near = kinds.iter().filter(|kind| likeness(kind) >= 0.5).max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        Diagnostic::new(&codes::UNKNOWN_KIND)
            .with("kind", named)
            .with("near", near.map(|near| format!("是不是「{near}」?")).unwrap_or_default())
            .with("near_en", near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default())
            .with("kinds", kinds.join(", "))
            .at(line.at())
    })
}

fn read_line(line: &Line, kind: &Arc<Kind>, asked: &Asked, reading: &mut Reading<UnitRecord>, resolver: &mut Resolver) {
    let values = line.object.iter().filter(|(name, _)| *name != KIND && *name != UNIT);
    let raw = RawRecord::new(values.map(|(name, value)| (name.clone(), Raw::from_json(value))));
    let source = Source::line(&line.file, line.number);
    let unit = unit_of(line, resolver);
    let record = Record::read(kind, asked.dictionary, &raw, source, Strictness::Data);
    match (unit, record) {
        (Ok(unit), Ok(record)) => reading.entries.push(UnitRecord { unit, record }),
        (unit, record) => {
            let own = record.err().into_iter().flatten().map(|fault| fault.at(line.at()));
            let faults: Vec<Diagnostic> = unit.err().into_iter().chain(own).collect();
            reading.refuse(line.number, faults);
        }
    }
}

/// The unit of a line: its id, or its name.
pub(super) fn unit_of(line: &Line, resolver: &mut Resolver) -> Result<Arc<str>, Diagnostic> {
    let written = match line.object.get(UNIT) {
        None | Some(Json::Null) => Written::default(),
        Some(Json::String(text)) if resolver.is_id(text) || text.bytes().all(|b| b.is_ascii_digit() || b == b'-') => {
            Written { code: Some(text.clone()), ..Written::default() }
        }
        Some(Json::String(text)) => Written { name: Some(text.clone()), ..Written::default() },
        Some(Json::Number(number)) => Written { code: Some(number.to_string()), ..Written::default() },
        Some(other) => return Err(no_id(other, line.at())),
    };
    resolver.unit(written, line.number).map_err(|fault| fault.at(line.at()))
}

fn no_id(found: &Json, at: Location) -> Diagnostic {
    Diagnostic::new(&data::WRONG_TYPE)
        .with("field", UNIT)
        .with("expected", "区划代码")
        .with("expected_en", "the code of a unit")
        .with("value", Raw::from_json(found).shown())
        .with("remedy", "写成文字,例如 \"330381001701\"")
        .with("remedy_en", "write it as a text, such as \"330381001701\"")
        .at(at)
}
