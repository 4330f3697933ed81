//! One table of a draft, as the page shows it: two rows of columns (theirs above, ours below), names to be chosen, and the strip
//! of its faulty rows with the remedy beside each.

use std::collections::BTreeMap;

use liuwu_engine::diagnostic::{Diagnostic, Lang, Location};

use super::Fault;
use crate::drafts::Draft;
use crate::intake::workbook::{column_letters, place_of};
use crate::upload::{Details, Report, TableReport};

/// A table.
#[derive(Debug)]
pub struct TableView {
    /// Its place in the report; names of fields of forms carry it.
    pub place: usize,
    /// File and sheet.
    pub heading: String,
    /// What it was recognised as.
    pub title: String,
    /// How well its header fits, in percent.
    pub certainty: u32,
    /// The last row of its header.
    pub header_row: Option<u32>,
    /// How many rows hold no data.
    pub ignored: usize,
    /// The kinds to choose from.
    pub kinds: Vec<Choice>,
    /// Its columns.
    pub columns: Vec<ColumnView>,
    /// Names of units that were not found.
    pub names: Vec<NameView>,
    /// Columns of the strip.
    pub strip_header: Vec<(String, String)>,
    /// Its faulty rows.
    pub strip: Vec<RowView>,
    /// How many more there are.
    pub more: usize,
    /// Whether it was declared complete.
    pub complete: bool,
    /// Whether it was left out.
    pub left_out: bool,
    /// Whether it holds records.
    pub holds_records: bool,
}

/// Something to choose.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub title: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// A column.
#[derive(Debug)]
pub struct ColumnView {
    /// Its letters.
    pub letters: String,
    /// Its header.
    pub header: String,
    /// What it may hold.
    pub roles: Vec<Choice>,
    /// What it is taken for now; empty for nothing.
    pub role: String,
    /// Whether nothing was recognised.
    pub doubtful: bool,
}

/// A name that was not found.
#[derive(Debug)]
pub struct NameView {
    /// As written.
    pub written: String,
    /// The form in which a choice is remembered.
    pub alias: String,
    /// How many rows have it.
    pub rows: usize,
    /// What may have been meant.
    pub proposals: Vec<Choice>,
}

/// A faulty row.
#[derive(Debug)]
pub struct RowView {
    /// Its number.
    pub number: u32,
    /// Its cells.
    pub cells: Vec<CellView>,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
}

/// A cell of a faulty row.
#[derive(Debug)]
pub struct CellView {
    /// Its address.
    pub address: String,
    /// What stands in it.
    pub text: String,
    /// Whether it is at fault, and can be mended here.
    pub faulty: bool,
}

/// All tables of a report.
pub(super) fn views(report: &Report, draft: &Draft, kinds: &[(String, String)], lang: Lang) -> Vec<TableView> {
    let tables = report.tables.iter().zip(&report.details).enumerate();
    tables.map(|(place, (table, details))| view(place, table, details, report, draft, kinds, lang)).collect()
}

/// Whether a fault is shown beside a row of a strip.
pub(super) fn is_in_a_strip(fault: &Diagnostic, report: &Report) -> bool {
    let tables = report.tables.iter().zip(&report.details);
    tables.into_iter().any(|(table, details)| {
        let row = row_on(fault, table);
        row.is_some_and(|row| details.strip.rows.iter().any(|shown| shown.number == row))
    })
}

fn view(
    place: usize,
    table: &TableReport,
    details: &Details,
    report: &Report,
    draft: &Draft,
    kinds: &[(String, String)],
    lang: Lang,
) -> TableView {
    let choice = draft.table(&table.file, table.sheet.as_deref());
    let kind = |(id, title): &(String, String)| Choice {
        value: id.clone(),
        title: title.clone(),
        chosen: *id == details.subject,
    };
    let columns = details.columns.iter().map(|column| {
        let role = column.role.clone().unwrap_or_default();
        let roles = details.roles.iter().map(|(value, title)| Choice {
            value: value.clone(),
            title: title.clone(),
            chosen: *value == role,
        });
        ColumnView {
            letters: column.letters.clone(),
            header: column.header.clone(),
            roles: roles.collect(),
            doubtful: column.role.is_none(),
            role,
        }
    });
    let names = details.unmatched.iter().map(|unmatched| NameView {
        written: unmatched.written.clone(),
        alias: unmatched.alias.clone(),
        rows: unmatched.rows.len(),
        proposals: unmatched
            .proposals
            .iter()
            .map(|proposal| Choice { value: proposal.id.to_string(), title: proposal.name.clone(), chosen: false })
            .collect(),
    });
    let heading = match &table.sheet {
        Some(sheet) => format!("{} · {sheet}", table.file),
        None => table.file.clone(),
    };
    let header = details.strip.header.iter().enumerate();
    TableView {
        place,
        heading,
        title: table.title.clone(),
        certainty: details.share,
        header_row: table.header_row,
        ignored: details.ignored_rows.len(),
        kinds: kinds.iter().map(kind).collect(),
        columns: columns.collect(),
        names: names.collect(),
        strip_header: header.map(|(column, text)| (column_letters(column), text.clone())).collect(),
        strip: strip(table, details, report, lang),
        more: details.strip.more,
        complete: details.complete,
        left_out: choice.leave_out,
        holds_records: !details.subject.starts_with('@'),
    }
}

fn strip(table: &TableReport, details: &Details, report: &Report, lang: Lang) -> Vec<RowView> {
    let mut by_row: BTreeMap<u32, Vec<&Diagnostic>> = BTreeMap::new();
    for fault in report.faults.iter().filter(|fault| fault.is_error()) {
        if let Some(row) = row_on(fault, table) {
            by_row.entry(row).or_default().push(fault);
        }
    }
    let row = |shown: &crate::upload::StripRow| {
        let faults = by_row.get(&shown.number).map(Vec::as_slice).unwrap_or_default();
        let is_faulty = |column: usize| faults.iter().any(|fault| column_of(fault) == Some(column));
        let cells = shown.cells.iter().enumerate().map(|(column, text)| CellView {
            address: format!("{}{}", column_letters(column), shown.number),
            text: text.clone(),
            faulty: is_faulty(column),
        });
        RowView {
            number: shown.number,
            cells: cells.collect(),
            faults: faults.iter().map(|fault| Fault { place: address_of(fault), ..Fault::of(fault, lang) }).collect(),
        }
    };
    details.strip.rows.iter().map(row).collect()
}

fn cell_of(fault: &Diagnostic) -> Option<(&str, (usize, usize))> {
    match &fault.location {
        Location::Cell { cell, .. } => Some((cell, place_of(cell)?)),
        _ => None,
    }
}

fn address_of(fault: &Diagnostic) -> String {
    cell_of(fault).map_or_else(String::new, |(cell, _)| cell.to_owned())
}

fn column_of(fault: &Diagnostic) -> Option<usize> {
    cell_of(fault).map(|(_, (_, column))| column)
}

/// The row of a table that a fault is in, from 1.
fn row_on(fault: &Diagnostic, table: &TableReport) -> Option<u32> {
    let Location::Cell { file, sheet, .. } = &fault.location else { return None };
    let is_here = **file == *table.file && sheet.as_deref() == table.sheet.as_deref();
    let (_, (row, _)) = cell_of(fault).filter(|_| is_here)?;
    u32::try_from(row + 1).ok()
}
