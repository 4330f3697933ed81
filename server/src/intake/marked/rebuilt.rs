//! A file written anew with its marks: the cells of its visible sheets where they were, faults in red with a comment each.
//!
//! Enters: a [`Workbook`] and the [`Marks`]. Leaves: an xlsx file. What is not read of a file (formats, drop-downs, hidden sheets)
//! is not in it. Next: [`crate::intake::identity`].

use liuwu_engine::dictionary::read::Raw;
use liuwu_engine::period::Date;
use rust_xlsxwriter::{Color, ExcelDateTime, Format, Note, Workbook as Writer, Worksheet, XlsxError};

use super::comments::SIGN;
use super::{INK, Marks, Notes, PAPER};
use crate::intake::workbook::{Content, Sheet, Workbook};

/// Digits that a spreadsheet keeps of a number.
const DIGITS: usize = 15;
/// The name that the sheet of a text file gets.
pub const ONLY_SHEET: &str = "Sheet1";

/// Writes the file.
///
/// # Errors
/// When a sheet does not fit into a spreadsheet.
pub(super) fn write(book: &Workbook, marks: &Marks) -> Result<Vec<u8>, XlsxError> {
    let mut out = Writer::new();
    let faces = Faces::new();
    if let Content::Sheets(sheets) = &book.content {
        for sheet in sheets {
            let name = sheet.name.as_deref().unwrap_or(ONLY_SHEET);
            let header = format!("&R{}", marks.taken.replace('&', "&&"));
            let page = out.add_worksheet().set_name(name)?.set_header(header);
            write_sheet(page, sheet, &marks.notes(&sheet.file, sheet.name.as_deref()), &faces)?;
        }
    }
    if let Some(mark) = &book.mark {
        mark.write(out.add_worksheet())?;
    }
    out.save_to_buffer()
}

struct Faces {
    plain: Format,
    day: Format,
    time: Format,
}

impl Faces {
    fn new() -> Faces {
        Faces {
            plain: Format::new(),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            time: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
        }
    }
}

fn write_sheet(out: &mut Worksheet, sheet: &Sheet, notes: &Notes, faces: &Faces) -> Result<(), XlsxError> {
    for merged in &sheet.merged {
        let (first, last) =
            (place(*merged.rows.start(), *merged.columns.start()), place(*merged.rows.end(), *merged.columns.end()));
        if let (Some(first), Some(last)) = (first, last)
            && first != last
        {
            out.merge_range(first.0, first.1, last.0, last.1, "", &faces.plain)?;
        }
    }
    for (row, cells) in sheet.rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_blank()) {
            let Some((row, column)) = place(row, column) else { continue };
            write_cell(out, (row, column), cell, faces, false)?;
        }
    }
    // Rows that were picked stand where they stood, and those between them are out of sight.
    for ((row, column), cell) in sheet.above.iter().filter(|(_, cell)| !cell.is_blank()) {
        let Some(at) = place(*row, *column) else { continue };
        write_cell(out, at, cell, faces, false)?;
    }
    if !sheet.above.is_empty() {
        out.hide_unused_rows(true);
    }
    for ((row, column), note) in notes {
        let Some(at) = place(*row, *column) else { continue };
        write_cell(out, at, sheet.cell(*row, *column), faces, true)?;
        let note = Note::new(format!("{SIGN}\n{note}")).add_author_prefix(false).set_width(300);
        out.insert_note(at.0, at.1, &note)?;
    }
    Ok(())
}

/// Row and column as the writer counts them; none beyond what a spreadsheet has.
fn place(row: usize, column: usize) -> Option<(u32, u16)> {
    let place = (u32::try_from(row).ok()?, u16::try_from(column).ok()?);
    (place.0 < 1_048_576 && place.1 < 16_384).then_some(place)
}

fn write_cell(
    out: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Raw,
    faces: &Faces,
    is_faulty: bool,
) -> Result<(), XlsxError> {
    let face = |plain: &Format| match is_faulty {
        true => plain.clone().set_background_color(Color::from(PAPER)).set_font_color(Color::from(INK)),
        false => plain.clone(),
    };
    let plain = face(&faces.plain);
    match cell {
        Raw::Blank | Raw::List(_) | Raw::Map(_) => out.write_blank(row, column, &plain)?,
        Raw::Boolean(is) => out.write_boolean_with_format(row, column, *is, &plain)?,
        Raw::Float(number) => out.write_number_with_format(row, column, *number, &plain)?,
        Raw::Number(digits) => match digits.parse::<f64>() {
            Ok(number) if digits.len() <= DIGITS => out.write_number_with_format(row, column, number, &plain)?,
            _ => out.write_string_with_format(row, column, digits, &plain)?,
        },
        Raw::Text(text) => out.write_string_with_format(row, column, text, &plain)?,
        Raw::Date(day) => match excel_day(*day) {
            Some(moment) => out.write_datetime_with_format(row, column, &moment, &face(&faces.day))?,
            None => out.write_string_with_format(row, column, day.to_string(), &plain)?,
        },
        Raw::Time(time) => {
            let clock = (u16::try_from(time.hour()), u8::try_from(time.minute()), time.second());
            let moment = match clock {
                (Ok(hour), Ok(minute), second) => {
                    excel_day(time.date()).and_then(|day| day.and_hms(hour, minute, second).ok())
                }
                _ => None,
            };
            match moment {
                Some(moment) => out.write_datetime_with_format(row, column, &moment, &face(&faces.time))?,
                None => out.write_string_with_format(row, column, time.to_string(), &plain)?,
            }
        }
    };
    Ok(())
}

/// A day that a spreadsheet has; it has none before 1900.
fn excel_day(day: Date) -> Option<ExcelDateTime> {
    let part = |part: i8| u8::try_from(part).ok();
    let year = u16::try_from(day.year()).ok().filter(|year| *year >= 1900)?;
    ExcelDateTime::from_ymd(year, part(day.month())?, part(day.day())?).ok()
}
