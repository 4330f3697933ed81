//! Tables of facts about units: inhabitants, households, type. They hold from a day on.
//!
//! Enters: a sheet with its header, or lines with `unit`, `from` and `attributes`. Leaves: a [`Reading`] of
//! [`AttributeFact`]s. A blank cell is no fact.

use std::collections::HashSet;
use std::sync::Arc;

use liuwu_engine::codes::sheet as codes;
use liuwu_engine::diagnostic::{Diagnostic, Location};
use liuwu_engine::dictionary::read::{Fault, Raw, Strictness, value};
use liuwu_engine::dictionary::{Attribute, Value};
use liuwu_engine::period::Date;
use liuwu_engine::record::Source;
use serde_json::{Map, Value as Json};

use super::Asked;
use super::days;
use super::header::{Column, Header};
use super::json_lines::Line;
use super::reading::Reading;
use super::records::unit_of;
use super::rows::{Resolver, Rows, number_of};
use super::vocabulary::{Role, level_title};
use super::workbook::Sheet;

/// A fact about a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeFact {
    /// Id of the unit.
    pub unit: Arc<str>,
    /// Key of the attribute.
    pub attribute: String,
    /// Its value.
    pub value: Value,
    /// The day it holds from.
    pub from: Date,
    /// Where it was read.
    pub source: Source,
}

/// Reads all rows of a sheet.
pub(super) fn of_sheet(sheet: &Sheet, header: &Header, asked: &Asked) -> Reading<AttributeFact> {
    let rows = Rows::new(sheet, header);
    let mut reading = Reading::of(sheet, header);
    let mut resolver = Resolver::new(asked.units, rows.level(asked.levels));
    let mut misplaced = HashSet::new();
    let letters = Arc::new(rows.letters());
    let from_column = header.column(&Role::From);
    if from_column.is_none() && asked.effective.is_none() {
        reading.refuse_all(Diagnostic::new(&codes::NO_EFFECTIVE_DATE).at(sheet.at(header.row, rows.first_column())));
    }
    let (data_rows, ignored) = rows.sorted_out();
    reading.ignore(ignored);
    for row in data_rows {
        let mut faults = Vec::new();
        let from = from_day(&rows, row, from_column, asked, &mut faults);
        let (written, column) = rows.written(row, resolver.level());
        let unit = resolver.unit(written, number_of(row)).map_err(|fault| fault.at(sheet.at(row, column)));
        let unit = unit.map_err(|fault| faults.push(fault)).ok();
        let source = Source {
            file: Arc::clone(&sheet.file),
            sheet: sheet.name.clone(),
            row: number_of(row),
            columns: Some(Arc::clone(&letters)),
        };
        let values = values_of(&rows, row, unit.as_deref(), asked, &mut misplaced, &mut faults);
        if let (Some(unit), Some(from), true) = (unit, from, faults.is_empty()) {
            reading.entries.extend(values.into_iter().map(|(attribute, value)| AttributeFact {
                unit: Arc::clone(&unit),
                attribute,
                value,
                from,
                source: source.clone(),
            }));
        }
        reading.refuse(number_of(row), faults);
    }
    reading.close(resolver.unmatched())
}

fn from_day(
    rows: &Rows,
    row: usize,
    column: Option<&Column>,
    asked: &Asked,
    faults: &mut Vec<Diagnostic>,
) -> Option<Date> {
    let raw = column.map_or(Raw::Blank, |column| rows.raw(row, column, true).into_owned());
    if raw.is_blank() {
        // Without a column it is one fault of the table, not one of every row.
        if asked.effective.is_none()
            && let Some(column) = column
        {
            faults.push(Diagnostic::new(&codes::NO_EFFECTIVE_DATE).at(rows.sheet.at(row, column.index)));
        }
        return asked.effective;
    }
    let at = column.map_or(Location::Nowhere, |column| rows.sheet.at(row, column.index));
    days::read("生效日期", &raw, Strictness::Sheet, &at).map_err(|found| faults.extend(found)).ok()
}

/// The attributes of a row that are filled in.
fn values_of(
    rows: &Rows,
    row: usize,
    unit: Option<&str>,
    asked: &Asked,
    misplaced: &mut HashSet<String>,
    faults: &mut Vec<Diagnostic>,
) -> Vec<(String, Value)> {
    let mut values = Vec::new();
    for column in &rows.header.columns {
        let Some(Role::Field(key)) = &column.role else { continue };
        let Some(attribute) = asked.dictionary.attributes.get(key) else { continue };
        let raw = rows.raw(row, column, days::is_day(&attribute.field.kind));
        if raw.is_blank() {
            continue;
        }
        let here = rows.sheet.at(row, column.index);
        if let Some(fault) = unit.and_then(|unit| other_level(unit, attribute, asked)) {
            if misplaced.insert(key.clone()) {
                faults.push(fault.at(here));
            }
            continue;
        }
        match value(key, &attribute.field, &asked.dictionary.shapes, &raw, Strictness::Sheet) {
            Ok(value) => values.extend(value.map(|value| (key.clone(), value))),
            Err(found) => faults.extend(found.into_iter().map(|fault| fault.at(here.clone()))),
        }
    }
    values
}

/// The fault that an attribute belongs to units of another level.
fn other_level(unit: &str, attribute: &Attribute, asked: &Asked) -> Option<Diagnostic> {
    let level = attribute.of.as_deref().or(asked.levels.first().copied())?;
    let actual = &asked.units.get(unit)?.level;
    (**actual != *level).then(|| {
        Diagnostic::new(&codes::ATTRIBUTE_OF_OTHER_LEVEL)
            .with("attribute", &attribute.field.title)
            .with("level", level_title(level))
            .with("level_en", level)
            .with("actual", level_title(actual))
            .with("actual_en", actual)
    })
}

/// Reads lines such as `{"unit": "330381001701", "from": "2020-01-01", "attributes": {"population": 1200}}`.
pub(super) fn of_lines(lines: &[&Line], asked: &Asked) -> Reading<AttributeFact> {
    let file = lines.first().map_or_else(|| Arc::from(""), |line| Arc::clone(&line.file));
    let mut reading = Reading::empty(file, None, "基本情况".to_owned());
    let mut resolver = Resolver::new(asked.units, None);
    for line in lines {
        let mut faults = Vec::new();
        let unit = unit_of(line, &mut resolver).map_err(|fault| faults.push(fault)).ok();
        let from = line_day(line, asked, &mut faults);
        let none = Map::new();
        let given = line.object.get("attributes").and_then(Json::as_object).unwrap_or(&none);
        let mut values = Vec::new();
        for (key, json) in given {
            match line_value(line, key, json, unit.as_deref(), asked) {
                Ok(value) => values.extend(value.map(|value| (key.clone(), value))),
                Err(found) => faults.extend(found),
            }
        }
        if let (Some(unit), Some(from), true) = (unit, from, faults.is_empty()) {
            reading.entries.extend(values.into_iter().map(|(attribute, value)| AttributeFact {
                unit: Arc::clone(&unit),
                attribute,
                value,
                from,
                source: Source::line(&line.file, line.number),
            }));
        }
        reading.refuse(line.number, faults);
    }
    reading.close(resolver.unmatched())
}

fn line_day(line: &Line, asked: &Asked, faults: &mut Vec<Diagnostic>) -> Option<Date> {
    match line.object.get("from") {
        None | Some(Json::Null) => {
            if asked.effective.is_none() {
                faults.push(Diagnostic::new(&codes::NO_EFFECTIVE_DATE).at(line.at()));
            }
            asked.effective
        }
        Some(json) => days::read("from", &Raw::from_json(json), Strictness::Data, &line.at())
            .map_err(|found| faults.extend(found))
            .ok(),
    }
}

fn line_value(
    line: &Line,
    key: &str,
    json: &Json,
    unit: Option<&str>,
    asked: &Asked,
) -> Result<Option<Value>, Vec<Diagnostic>> {
    let Some(attribute) = asked.dictionary.attributes.get(key) else {
        let known: Vec<&str> = asked.dictionary.attributes.keys().map(String::as_str).collect();
        let fault = Diagnostic::new(&codes::UNKNOWN_ATTRIBUTE)
            .with("attribute", key)
            .with("near", "")
            .with("near_en", "")
            .with("attributes", known.join(", "));
        return Err(vec![fault.at(line.at())]);
    };
    if let Some(fault) = unit.and_then(|unit| other_level(unit, attribute, asked)) {
        return Err(vec![fault.at(line.at())]);
    }
    let raw = Raw::from_json(json);
    if raw.is_blank() {
        return Ok(None);
    }
    let located = |found: Vec<Fault>| found.into_iter().map(|fault| fault.at(line.at())).collect();
    value(key, &attribute.field, &asked.dictionary.shapes, &raw, Strictness::Data).map_err(located)
}
