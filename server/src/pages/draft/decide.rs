//! What was decided on the page of a draft: the fields of its forms to a change of the draft.
//!
//! Names of fields: `kind:0`, `header:0`, `column:0:C`, `complete:0`, `leave-out:0` for the first table; `alias:NAME` and
//! `alias-code:NAME` for a name of a unit; `cell:0:F12` for a cell. Only what differs from what the page showed is a decision: the
//! rest stays recognised, so that a better guess later on is not kept out.

use std::collections::BTreeMap;

use crate::drafts::{Change, Draft};
use crate::intake::workbook::place_of;
use crate::intake::{CellChoice, TableChoice};
use crate::upload::{Details, Report, TableReport};
use crate::view::UnitTree;

/// The change that fields of a form mean.
pub(super) fn change_of(fields: &[(String, String)], draft: &Draft, report: &Report, units: &UnitTree) -> Change {
    let mut change = Change::default();
    let mut tables: BTreeMap<usize, TableChoice> = BTreeMap::new();
    for (name, value) in fields {
        let value = value.trim();
        let mut parts = name.splitn(3, ':');
        let (what, first, rest) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        match (what, first) {
            ("alias", Some(_)) if !value.is_empty() => {
                change.aliases.insert(alias_of(name), value.to_owned());
            }
            ("alias-code", Some(_)) => {
                if let Some(unit) = units.get(value) {
                    change.aliases.insert(alias_of(name), unit.id.clone());
                }
            }
            ("what", None) => change.what = Some(value.to_owned()),
            (_, Some(place)) => {
                let Some(place) = place.parse::<usize>().ok() else { continue };
                let Some((table, details)) = report.tables.get(place).zip(report.details.get(place)) else { continue };
                match what {
                    "cell" => change.cells.extend(mended(table, details, rest.unwrap_or_default(), value)),
                    _ => {
                        let known = || draft.table(&table.file, table.sheet.as_deref());
                        decide(tables.entry(place).or_insert_with(known), details, table, (what, rest), value);
                    }
                }
            }
            _ => {}
        }
    }
    let is_new = |choice: &TableChoice| draft.table(&choice.file, choice.sheet.as_deref()) != *choice;
    change.tables = tables.into_values().filter(is_new).collect();
    change
}

/// An alias may itself hold colons.
fn alias_of(name: &str) -> String {
    name.split_once(':').map_or_else(String::new, |(_, alias)| alias.to_owned())
}

fn decide(
    choice: &mut TableChoice,
    details: &Details,
    table: &TableReport,
    (what, rest): (&str, Option<&str>),
    value: &str,
) {
    match what {
        "kind" if value != details.subject => {
            choice.kind = (!value.is_empty()).then(|| value.to_owned());
            // What columns of one kind hold says nothing about another.
            choice.columns.clear();
        }
        "header" => {
            let row = value.parse().ok();
            if row != table.header_row {
                choice.header_row = row;
            }
        }
        "column" => {
            let Some(letters) = rest else { return };
            let shown = details.columns.iter().find(|column| column.letters == letters);
            if shown.is_some_and(|column| column.role.as_deref().unwrap_or_default() != value) {
                choice.columns.insert(letters.to_owned(), value.to_owned());
            }
        }
        "complete" => choice.complete = value == "yes",
        "leave-out" => choice.leave_out = value == "yes",
        _ => {}
    }
}

/// A cell that does not stand as it was shown.
fn mended(table: &TableReport, details: &Details, address: &str, value: &str) -> Option<CellChoice> {
    let (row, column) = place_of(address)?;
    let number = u32::try_from(row + 1).ok()?;
    let shown = details.strip.rows.iter().find(|shown| shown.number == number)?;
    let was = shown.cells.get(column)?;
    (was != value).then(|| CellChoice {
        file: table.file.clone(),
        sheet: table.sheet.clone(),
        cell: address.to_owned(),
        value: value.to_owned(),
    })
}
