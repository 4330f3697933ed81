//! Uploaded files to checked records, or to the list of every cell that must be mended.
//!
//! Enters: the name and bytes of a file. It is read as a [`Workbook`] of raw cells ([`read`]), each sheet is recognised by its
//! header, and its rows become records, attributes, divisions or statements ([`recognise`]). Leaves: an [`Upload`], and what
//! [`identity`] says about records that are known already. Nothing is stored here. Files are read in this order:
//! `format`, `excel` or `encoding` and `csv`, `workbook`, `units`, `choices`, `header`, `rows`, `records`. Tables too large to be held are read window by window ([`flow`]). [`template`] writes
//! what is then read best.

mod attributes;
pub mod changes;
pub mod choices;
pub mod correction;
mod csv;
pub(crate) mod days;
mod divisions;
mod encoding;
mod excel;
pub mod flow;
mod format;
mod header;
pub mod identity;
pub mod items;
mod json_lines;
pub mod marked;
mod old_excel;
mod reading;
mod records;
mod rows;
mod statements;
pub mod template;
pub mod units;
mod unpack;
mod vocabulary;
pub mod workbook;

use std::sync::Arc;

use liuwu_engine::codes::sheet::GUESSED_ENCODING;
use liuwu_engine::diagnostic::{Diagnostic, Location};
use liuwu_engine::dictionary::Dictionary;
use liuwu_engine::period::Date;

pub use attributes::AttributeFact;
pub use choices::{CellChoice, Choices, TableChoice};
pub use divisions::DivisionRow;
pub use json_lines::Line;
pub use reading::{ReadColumn, Reading, Table, Unmatched, Upload, divisions_of, recognise};
pub use records::UnitRecord;
pub use statements::Stated;
pub use template::mark::Mark;
pub use units::UnitIndex;
pub use unpack::unpack;
pub use workbook::{Content, Limits, Sheet, Workbook};

use crate::progress::{Progress, Unwatched};
use format::Format;

/// What is asked for: the dictionary of an edition, the units there are, and what the user said with the upload.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// Kinds and attributes.
    pub dictionary: &'a Dictionary,
    /// Levels of units, the one scored first: `village`, `town`, `county`.
    pub levels: &'a [&'a str],
    /// All units that data may be about.
    pub units: &'a UnitIndex,
    /// The kind that the user named, if any; otherwise it is recognised by the header.
    pub kind: Option<&'a str>,
    /// The day from which attributes hold, where the table does not say it.
    pub effective: Option<Date>,
    /// What a person decided in place of what would be recognised.
    pub choices: &'a Choices,
    /// Who watches: he is told of each row.
    pub progress: &'a dyn Progress,
}

/// Reads a file as rows of cells. `encoding` is the one that the user chose for a text, if any.
///
/// # Errors
/// Why the file cannot be read, and how to make it readable.
pub fn read(
    file_name: &str,
    bytes: &[u8],
    encoding: Option<&str>,
    limits: Limits,
) -> Result<Workbook, Vec<Diagnostic>> {
    read_watched(file_name, bytes, encoding, limits, &Unwatched)
}

/// The same, telling whoever watches of each row; when it is called off, what was read so far.
///
/// # Errors
/// As [`read`].
pub fn read_watched(
    file_name: &str,
    bytes: &[u8],
    encoding: Option<&str>,
    limits: Limits,
    progress: &dyn Progress,
) -> Result<Workbook, Vec<Diagnostic>> {
    let file: Arc<str> = Arc::from(file_name);
    let whole = |fault: Diagnostic| match fault.location {
        Location::Nowhere => fault.at(Location::File { file: Arc::clone(&file) }),
        _ => fault,
    };
    let extension = file_name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase()).unwrap_or_default();
    let format = format::recognise(&extension, bytes).map_err(|fault| vec![whole(fault)])?;
    let mut book = match format {
        Format::Xlsx => excel::xlsx(&file, bytes, limits, progress),
        Format::Xls => excel::xls(&file, bytes, limits, progress),
        Format::Text => {
            return text(&file, &extension, bytes, encoding, limits, progress)
                .map_err(|faults| faults.into_iter().map(whole).collect());
        }
    }
    .map_err(|fault| vec![whole(fault)])?;
    book.remarks.extend(format::compare_name(&extension, format));
    book.remarks = book.remarks.into_iter().map(whole).collect();
    Ok(book)
}

fn text(
    file: &Arc<str>,
    extension: &str,
    bytes: &[u8],
    chosen: Option<&str>,
    limits: Limits,
    progress: &dyn Progress,
) -> Result<Workbook, Vec<Diagnostic>> {
    let found = encoding::recognise(bytes, chosen).map_err(|fault| vec![fault])?;
    let remarks = remarks_on(file, extension, found);
    let text = found.whole(bytes);
    let content = if json_lines::is_meant(extension, &text) {
        Content::Lines(json_lines::read(file, &text, limits)?)
    } else {
        Content::Sheets(vec![csv::read(file, &text, limits, progress).map_err(|fault| vec![fault])?])
    };
    Ok(Workbook { file: Arc::clone(file), content, encoding: Some(found.name()), mark: None, remarks })
}

/// What the user should know about a text before it is read.
fn remarks_on(file: &Arc<str>, extension: &str, found: encoding::Recognised) -> Vec<Diagnostic> {
    let here = Location::File { file: Arc::clone(file) };
    let guessed = found.guessed.then(|| Diagnostic::new(&GUESSED_ENCODING).with("encoding", found.name()));
    let remarks = format::compare_name(extension, Format::Text).into_iter().chain(guessed);
    remarks.map(|remark| remark.at(here.clone())).collect()
}

#[cfg(test)]
mod tests;
