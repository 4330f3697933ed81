//! A file back to its user with its faults in red and a comment at each, to be mended and handed in again.
//!
//! Enters: a file as it was handed in, what was found and what was mended in it. Leaves: an xlsx file by one of two ways. An xlsx
//! file comes back as itself ([`package`]): drop-downs, formats, pictures, hidden sheets and all that is not read here stay, byte
//! for byte, and only marks are put in. An xls or csv file, and an xlsx file in which no place for the marks is found, is written
//! anew ([`rebuilt`]): the cells of its visible sheets. Either way a hidden sheet says of which edition and kinds it is, as far as
//! that is known. Of a table too large to be held, and too large to come back as itself, the header and the faulty rows come back alone,
//! where they stand ([`rows`]). Next: [`super::identity`].

mod comments;
mod package;
mod rebuilt;
mod relations;
mod rows;
mod sheet;
mod styles;
mod xml;

use std::collections::BTreeMap;

use liuwu_engine::diagnostic::{Diagnostic, Lang, Location};
use rust_xlsxwriter::XlsxError;

use super::choices::{CellChoice, Choices};
use super::flow::{self, Picked};
use super::template::mark::Mark;
use super::workbook::{Content, Limits, place_of};
pub use rebuilt::ONLY_SHEET;

/// Longest comment in a cell.
const LONGEST: usize = 2_000;
/// Behind a fault that is red, and of its text.
const PAPER: &str = "F8CFCB";
const INK: &str = "B3382C";

/// What is to be put into a file.
pub struct Marks<'a> {
    /// What is wrong with its cells.
    pub faults: &'a [Diagnostic],
    /// What was mended in it.
    pub choices: &'a Choices,
    /// What it is taken for, unless it says so itself.
    pub mark: &'a Mark,
    /// Whose it is; it stands at the head of every printed page.
    pub taken: &'a str,
}

/// A file with its marks.
pub struct Marked {
    /// The file.
    pub bytes: Vec<u8>,
    /// The extension that it must have: a workbook with macros is opened under no other.
    pub extension: &'static str,
    /// Whether it is the file that was handed in, and not the cells of it alone.
    pub is_itself: bool,
}

/// Why a file cannot be given back.
#[derive(Debug, thiserror::Error)]
pub enum Unmarked {
    /// It cannot be read.
    #[error("the file cannot be read")]
    Unreadable(Vec<Diagnostic>),
    /// It does not fit into a spreadsheet.
    #[error(transparent)]
    Unfit(#[from] XlsxError),
}

/// What is wrong with each cell of a sheet, by row and column.
type Notes = BTreeMap<(usize, usize), String>;

/// What is put into one sheet.
struct SheetMarks<'a> {
    notes: Notes,
    /// What stands in mended cells.
    mended: BTreeMap<(usize, usize), &'a str>,
}

/// Puts the marks into a file.
///
/// # Errors
/// [`Unmarked`].
pub fn write(name: &str, bytes: &[u8], marks: &Marks) -> Result<Marked, Unmarked> {
    if let Ok((bytes, extension)) = package::mark(name, bytes, marks) {
        return Ok(Marked { bytes, extension, is_itself: true });
    }
    let mut book = super::read(name, bytes, None, Limits::default()).map_err(Unmarked::Unreadable)?;
    marks.choices.mend(&mut book);
    book.mark = book.mark.or_else(|| Some(marks.mark.clone()));
    Ok(Marked { bytes: rebuilt::write(&book, marks)?, extension: "xlsx", is_itself: false })
}

/// The same with a table too large to be held; where it is too large to come back as itself, too, its header and faulty rows come back.
///
/// # Errors
/// [`Unmarked`].
pub fn write_large(name: &str, bytes: &[u8], picked: &Picked, marks: &Marks) -> Result<Marked, Unmarked> {
    if let Ok((bytes, extension)) = package::mark(name, bytes, marks) {
        return Ok(Marked { bytes, extension, is_itself: true });
    }
    let mut book = flow::pick(name, bytes, marks.choices, picked).map_err(Unmarked::Unreadable)?;
    if let Content::Sheets(sheets) = &mut book.content {
        sheets.iter_mut().for_each(|sheet| rows::stand_alone(sheet, &picked.rows, marks.faults));
    }
    book.mark = Some(marks.mark.clone());
    Ok(Marked { bytes: rebuilt::write(&book, marks)?, extension: "xlsx", is_itself: false })
}

/// Whether a file comes back as itself, as far as its first bytes and the list of its parts tell.
pub fn comes_back_as_itself(bytes: &[u8]) -> bool {
    package::kind(bytes).is_ok()
}

impl Marks<'_> {
    /// What is put into a sheet of a file.
    fn of_sheet(&self, file: &str, sheet: Option<&str>) -> SheetMarks<'_> {
        let is_here = |cell: &&CellChoice| cell.file == file && cell.sheet.as_deref() == sheet;
        let mended = self.choices.cells.iter().filter(is_here);
        SheetMarks {
            notes: self.notes(file, sheet),
            mended: mended.filter_map(|cell| Some((place_of(&cell.cell)?, cell.value.as_str()))).collect(),
        }
    }

    fn notes(&self, file: &str, sheet: Option<&str>) -> Notes {
        let mut notes = Notes::new();
        for fault in self.faults.iter().filter(|fault| fault.is_error()) {
            let Location::Cell { file: of, sheet: on, cell } = &fault.location else { continue };
            let Some(place) = place_of(cell).filter(|_| **of == *file && on.as_deref() == sheet) else { continue };
            let note = notes.entry(place).or_default();
            if !note.is_empty() {
                note.push('\n');
            }
            note.push_str(&fault.message(Lang::Zh));
            let help = fault.help(Lang::Zh);
            if !help.is_empty() {
                note.push_str("。改法:");
                note.push_str(&help);
            }
        }
        for note in notes.values_mut() {
            *note = note.chars().take(LONGEST).collect();
        }
        notes
    }
}
