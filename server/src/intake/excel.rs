//! Workbooks of Excel and WPS to sheets of raw cells. The only user of calamine.
//!
//! Enters: the bytes of an xlsx or xls file. Leaves: [`Sheet`]s. A percent format is seen, so that a cell that shows 96.4%
//! is not taken for 0.964. Next: [`super::header`].

use std::collections::VecDeque;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use calamine::{Data, DataRef, Dimensions, ExcelDateTime, Reader, SheetVisible, Xls, XlsError, Xlsx, XlsxError};
use liuwu_engine::codes::sheet as codes;
use liuwu_engine::diagnostic::Diagnostic;
use liuwu_engine::dictionary::read::{NOT_CALCULATED, Raw};
use liuwu_engine::number::Number;
use liuwu_engine::period::Date;

use super::format::refuse_bomb;
use super::old_excel::refuse_sprawl;
use super::template::{self, mark::Mark};
use super::workbook::{Content, Gatherer, Halt, Limits, Merged, Sheet, Visit, Windows, Workbook};
use crate::progress::Progress;

/// Sheets beyond which no template goes.
const MOST_SHEETS: usize = 1_000;

/// Row and column of a cell, from 0.
type Place = (u32, u32);

/// What was read, or why nothing was.
type Read = Result<Workbook, Diagnostic>;

/// Reads the visible sheets of an xlsx file.
pub(super) fn xlsx(file: &Arc<str>, bytes: &[u8], limits: Limits, progress: &dyn Progress) -> Read {
    refuse_bomb(bytes, limits.unpacked)?;
    guarded(|| {
        let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|error| xlsx_fault(&error))?;
        let counts_from_1904 = book.has_1904_epoch();
        let mut gatherer = Gatherer::new(limits, progress);
        let mut found = Vec::new();
        let (visible, remarks) = visible_sheets(book.sheets_metadata());
        for name in visible {
            let rows = xlsx_rows(&mut book, &name, &mut gatherer)?;
            let merged = book.merge_cells_by_sheet_name(&name).map_err(|error| xlsx_fault(&error))?;
            found.push(Sheet { counts_from_1904, ..sheet(file, name, rows, merged) });
        }
        let mark = mark_in(&mut book);
        Ok(Workbook { file: Arc::clone(file), content: Content::Sheets(found), encoding: None, mark, remarks })
    })
}

/// What a template of ours says about itself, on a sheet that no menu shows.
fn mark_in<R: Reader<Cursor<B>>, B: AsRef<[u8]>>(book: &mut R) -> Option<Mark> {
    let is_there = book.sheets_metadata().iter().any(|sheet| sheet.name == template::mark::SHEET);
    let range = is_there.then(|| book.worksheet_range(template::mark::SHEET).ok())??;
    // Our own has a row for each sheet; what has more is none of ours.
    let rows = range.rows().take(MOST_SHEETS).map(|row| row.iter().map(ToString::to_string).collect());
    Mark::read(&rows.collect::<Vec<Vec<String>>>())
}

/// Reads the visible sheets of an xls file.
pub(super) fn xls(file: &Arc<str>, bytes: &[u8], limits: Limits, progress: &dyn Progress) -> Read {
    refuse_sprawl(bytes, limits.cells)?;
    guarded(|| {
        let mut book = Xls::new(Cursor::new(bytes)).map_err(|error| xls_fault(&error))?;
        let counts_from_1904 = book.has_1904_epoch();
        let mut gatherer = Gatherer::new(limits, progress);
        let mut found = Vec::new();
        let (visible, remarks) = visible_sheets(book.sheets_metadata());
        for name in visible {
            let range = book.worksheet_range(&name).map_err(|error| xls_fault(&error))?;
            let (top, left) = range.start().unwrap_or((0, 0));
            for (row, column, value) in range.used_cells() {
                gatherer.put(top as usize + row, left as usize + column, raw(value.clone()))?;
            }
            let merged = book.merge_cells_by_sheet_name(&name).map_err(|error| xls_fault(&error))?;
            let read = sheet(file, name, gatherer.finish(), merged);
            found.push(Sheet { counts_from_1904, hides_percent: true, ..read });
        }
        let mark = mark_in(&mut book);
        Ok(Workbook { file: Arc::clone(file), content: Content::Sheets(found), encoding: None, mark, remarks })
    })
}

/// A damaged file may make the library panic; that is a fault of the file and nobody else's.
fn guarded(read: impl FnOnce() -> Read) -> Read {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(damaged()))
}

fn damaged() -> Diagnostic {
    Diagnostic::new(&codes::DAMAGED_FILE)
}

fn xlsx_fault(error: &XlsxError) -> Diagnostic {
    match error {
        XlsxError::Password => Diagnostic::new(&codes::PASSWORD_PROTECTED),
        _ => damaged(),
    }
}

fn xls_fault(error: &XlsError) -> Diagnostic {
    match error {
        XlsError::Password => Diagnostic::new(&codes::PASSWORD_PROTECTED),
        _ => damaged(),
    }
}

/// Names of the sheets a user sees, and a remark on each that is hidden. Sheets hidden so that no menu shows them are the
/// doing of a program.
fn visible_sheets(all: &[calamine::Sheet]) -> (Vec<String>, Vec<Diagnostic>) {
    let tables = || all.iter().filter(|sheet| sheet.typ == calamine::SheetType::WorkSheet);
    let visible = tables().filter(|sheet| sheet.visible == SheetVisible::Visible).map(|sheet| sheet.name.clone());
    let hidden = tables().filter(|sheet| sheet.visible == SheetVisible::Hidden);
    let remark = |sheet: &calamine::Sheet| Diagnostic::new(&codes::HIDDEN_SHEET).with("sheet", &sheet.name);
    (visible.collect(), hidden.map(remark).collect())
}

fn sheet(file: &Arc<str>, name: String, rows: Vec<Vec<Raw>>, merged: Vec<Dimensions>) -> Sheet {
    let rectangle = |d: Dimensions| Merged {
        rows: d.start.0 as usize..=d.end.0 as usize,
        columns: d.start.1 as usize..=d.end.1 as usize,
    };
    let merged = merged.into_iter().map(rectangle).collect();
    Sheet { rows, merged, ..Sheet::empty(file, Some(Arc::from(name))) }
}

fn xlsx_rows(book: &mut Xlsx<Cursor<&[u8]>>, name: &str, gatherer: &mut Gatherer) -> Result<Vec<Vec<Raw>>, Diagnostic> {
    let most = gatherer.most_cells();
    let open = each_cell(book, name, Open::default(), most, &mut |(row, column), value| {
        // Whoever has called it off learns nothing from the rest.
        if column == 0 && gatherer.is_called_off() {
            Ok(())
        } else {
            gatherer.put(row as usize, column as usize, value)
        }
    })?;
    for ((row, column), shown) in open.places(book, name)? {
        gatherer.put(row as usize, column as usize, Raw::Text(shown))?;
    }
    Ok(gatherer.finish())
}

/// Reads the visible sheets of an xlsx file window by window. Formulas without a result are looked for before, since a window
/// is not seen again.
pub(super) fn flow(file: &Arc<str>, bytes: &[u8], limits: Limits, visit: Visit) -> Result<Vec<Diagnostic>, Halt> {
    refuse_bomb(bytes, limits.unpacked)?;
    let read = || {
        let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|error| xlsx_fault(&error))?;
        let counts_from_1904 = book.has_1904_epoch();
        let (visible, remarks) = visible_sheets(book.sheets_metadata());
        for name in visible {
            let merged = book.merge_cells_by_sheet_name(&name).map_err(|error| xlsx_fault(&error))?;
            let open = Open::of(&mut book, &name, limits.cells)?;
            let sheet = Sheet { counts_from_1904, ..sheet(file, name.clone(), Vec::new(), merged) };
            let mut windows = Windows::new(sheet, limits, &mut *visit);
            each_cell(&mut book, &name, open, 0, &mut |(row, column), value| {
                windows.put(row as usize, column as usize, value)
            })?;
            windows.finish()?;
        }
        Ok(remarks)
    };
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(damaged().into()))
}

/// What a reading of the cells leaves open: blank ones that may hold a formula, and error values without their places.
#[derive(Default)]
struct Open {
    blanks: Vec<Place>,
    /// Error values younger than the library, such as `#SPILL!`, with the number of their cell: it says which, but not where.
    unknown: Vec<(u64, String)>,
    /// What is known of them beforehand, in the order of the file.
    known: VecDeque<(Place, String)>,
}

/// Goes through the cells of a sheet once; gives what is still open, at most so many blanks. A chart sheet has no cells.
fn each_cell<E: From<Diagnostic>>(
    book: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    mut open: Open,
    most: usize,
    put: &mut dyn FnMut(Place, Raw) -> Result<(), E>,
) -> Result<Open, E> {
    let Ok(mut cells) = book.worksheet_cells_reader(name) else { return Ok(open) };
    let percents: Vec<bool> = cells
        .styles()
        .iter()
        .map(|style| style.number_format.as_ref().is_some_and(|format| shows_percent(&format.format_code)))
        .collect();
    for number in 0_u64.. {
        let (cell, style) = match cells.next_cell_with_style_id() {
            Ok(Some(found)) => found,
            Ok(None) => break,
            Err(XlsxError::CellError(shown)) => {
                match open.known.pop_front() {
                    Some((place, shown)) => put(place, Raw::Text(shown))?,
                    None if open.unknown.len() >= most => return Err(damaged().into()),
                    None => open.unknown.push((number, shown)),
                }
                continue;
            }
            Err(error) => return Err(xlsx_fault(&error).into()),
        };
        let place = cell.get_position();
        let value = match cell.get_value() {
            DataRef::Empty => match open.known.pop_front_if(|(of, _)| *of == place) {
                Some((_, shown)) => Raw::Text(shown),
                None => {
                    // Beyond what a file may hold they are decoration, and would take the memory.
                    open.blanks.extend((open.blanks.len() < most).then_some(place));
                    continue;
                }
            },
            DataRef::Float(float) if percents.get(style).is_some_and(|is| *is) => percent(*float),
            other => raw(Data::from(other.clone())),
        };
        put(place, value)?;
    }
    Ok(open)
}

impl Open {
    /// What a sheet would leave open, found beforehand.
    fn of(book: &mut Xlsx<Cursor<&[u8]>>, name: &str, most: usize) -> Result<Open, Diagnostic> {
        let mut open = Open::default();
        let Ok(mut cells) = book.worksheet_cells_reader(name) else { return Ok(open) };
        for number in 0_u64.. {
            match cells.next_cell_with_formula_metadata() {
                Ok(None) => break,
                Ok(Some(cell)) if cell.formula.is_some() && matches!(cell.value, DataRef::Empty) => {
                    open.blanks.push(cell.pos);
                }
                Ok(Some(_)) => {}
                Err(XlsxError::CellError(shown)) => open.unknown.push((number, shown)),
                Err(error) => return Err(xlsx_fault(&error)),
            }
            if open.blanks.len() + open.unknown.len() > most {
                return Err(Diagnostic::new(&codes::TOO_MANY_CELLS));
            }
        }
        drop(cells);
        let known = open.places(book, name)?.into();
        Ok(Open { known, ..Open::default() })
    }

    /// The places and what stands there, in the order of the file.
    ///
    /// Programs write formulas without calculating them, and what looks blank is not. A formula that was calculated and shows
    /// nothing has an empty text and is not among the blanks.
    fn places(self, book: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Vec<(Place, String)>, Diagnostic> {
        let mut found = Vec::new();
        if self.blanks.is_empty() && self.unknown.is_empty() {
            return Ok(found);
        }
        let mut cells = book.worksheet_cells_reader(name).map_err(|error| xlsx_fault(&error))?;
        let mut blanks = self.blanks.into_iter().peekable();
        let mut unknown = self.unknown.into_iter().peekable();
        for number in 0_u64.. {
            if blanks.peek().is_none() && unknown.peek().is_none() {
                break;
            }
            let Some(cell) = cells.next_formula().map_err(|error| xlsx_fault(&error))? else { break };
            let place = cell.get_position();
            if let Some((_, shown)) = unknown.next_if(|(of, _)| *of == number) {
                found.push((place, shown));
            } else if blanks.next_if_eq(&place).is_some() && !cell.get_value().is_empty() {
                found.push((place, NOT_CALCULATED.to_owned()));
            }
        }
        Ok(found)
    }
}

/// Whether a number format multiplies by a hundred: it has a percent sign outside quotation marks.
fn shows_percent(format: &str) -> bool {
    format.split('"').step_by(2).any(|part| part.replace("\\%", "").contains('%'))
}

/// The number as the cell shows it, with its sign, so that only a field in percent takes it.
fn percent(float: f64) -> Raw {
    let shown = Number::parse(&float.to_string()).and_then(|share| share.mul(Number::from_i64(100)));
    match shown {
        // A share that is not exact stays what it is, and is refused as such.
        Ok(number) if float.to_string().len() <= 17 => Raw::Text(format!("{}%", number.to_exact())),
        _ => Raw::Float(float),
    }
}

fn raw(value: Data) -> Raw {
    match value {
        Data::Int(whole) => Raw::Number(whole.to_string()),
        Data::Float(float) => Raw::Float(float),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Raw::Text(text),
        Data::Bool(is) => Raw::Boolean(is),
        Data::DateTime(moment) => moment_of(&moment),
        Data::Error(error) => Raw::Text(error.to_string()),
        Data::Empty => Raw::Blank,
    }
}

/// A cell in a date format: a day, a day with its time, or a time of day alone.
fn moment_of(moment: &ExcelDateTime) -> Raw {
    if moment.is_duration() {
        return Raw::Float(moment.as_f64());
    }
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    if moment.as_f64() < 1.0 {
        return Raw::Text(format!("{hour:02}:{minute:02}:{second:02}"));
    }
    let small = |part: u8| i8::try_from(part).unwrap_or(0);
    let Ok(date) = Date::new(i16::try_from(year).unwrap_or(0), small(month), small(day)) else {
        return Raw::Float(moment.as_f64());
    };
    if (hour, minute, second, milli) == (0, 0, 0, 0) {
        return Raw::Date(date);
    }
    let clock = date.at(small(hour), small(minute), small(second), 0);
    // A float misses a whole second by less than a millisecond.
    let half = i64::from(milli >= 500);
    Raw::Time(clock.saturating_add(jiff::SignedDuration::from_secs(half)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percent_format_is_told_from_a_percent_sign_in_words() {
        for (format, is) in
            [("0.00%", true), ("0%;[Red]-0%", true), ("0.0\"%\"", false), ("0\\%", false), ("General", false)]
        {
            assert_eq!(shows_percent(format), is, "{format}");
        }
        assert_eq!(percent(0.964), Raw::Text("96.4%".into()));
        assert_eq!(percent(1.0), Raw::Text("100%".into()));
        assert_eq!(percent(1.0 / 3.0), Raw::Float(1.0 / 3.0));
    }
}
