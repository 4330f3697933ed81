//! The hidden sheet by which an upload knows a template again: of which bundle and edition it is, and what its sheets hold.

use std::collections::HashSet;

use liuwu_engine::bundle::Bundle;
use liuwu_engine::dictionary::Kind;
use rust_xlsxwriter::{Worksheet, XlsxError};

/// The name of the sheet. No menu of a spreadsheet program shows it.
pub(in crate::intake) const SHEET: &str = "liuwu";
/// The word in its first cell.
const SIGN: &str = "liuwu-template";

/// What a template says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The bundle it was made from.
    pub bundle: String,
    /// The edition.
    pub edition: String,
    /// Its sheets and the kinds they hold.
    pub sheets: Vec<(String, String)>,
}

impl Mark {
    pub(super) fn of(bundle: &Bundle) -> Mark {
        Mark::naming(bundle, Vec::new())
    }

    /// The mark of a file that is no template, once it is known what kinds its sheets hold.
    pub fn naming(bundle: &Bundle, sheets: Vec<(String, String)>) -> Mark {
        Mark { bundle: bundle.id.clone(), edition: bundle.edition.clone(), sheets }
    }

    /// Notes a sheet of a kind; gives the name it gets.
    pub(super) fn add(&mut self, wanted: String, kind: &Kind) -> String {
        let taken: HashSet<String> = self.sheets.iter().map(|(name, _)| name.clone()).collect();
        let name = super::distinct(wanted, &taken);
        self.sheets.push((name.clone(), kind.id.to_string()));
        name
    }

    pub(in crate::intake) fn write(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        sheet.set_name(SHEET)?.set_very_hidden(true);
        for (number, row) in (0_u32..).zip(self.rows()) {
            for (column, text) in (0_u16..).zip(row) {
                sheet.write_string(number, column, text)?;
            }
        }
        Ok(())
    }

    /// The cells of the sheet.
    pub(in crate::intake) fn rows(&self) -> Vec<Vec<&str>> {
        let first = vec![SIGN, self.bundle.as_str(), self.edition.as_str()];
        let rest = self.sheets.iter().map(|(name, kind)| vec![name.as_str(), kind.as_str()]);
        std::iter::once(first).chain(rest).collect()
    }

    /// Reads the cells of such a sheet; none when it is something else.
    pub(in crate::intake) fn read(rows: &[Vec<String>]) -> Option<Mark> {
        let (first, rest) = rows.split_first()?;
        let [sign, bundle, edition, ..] = first.as_slice() else { return None };
        let pair = |row: &Vec<String>| match row.as_slice() {
            [name, kind, ..] => Some((name.clone(), kind.clone())),
            _ => None,
        };
        (sign == SIGN).then(|| Mark {
            bundle: bundle.clone(),
            edition: edition.clone(),
            sheets: rest.iter().filter_map(pair).collect(),
        })
    }

    /// The kind that a sheet holds.
    pub fn kind_of(&self, sheet: &str) -> Option<&str> {
        self.sheets.iter().find(|(name, _)| name == sheet).map(|(_, kind)| kind.as_str())
    }
}
