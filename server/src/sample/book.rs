//! Lists as workbooks, in the shapes in which offices keep them.
//!
//! Enters: numbered rows. Leaves: an .xlsx file whose bytes depend on nothing but the rows; its last sheet says that all of it is
//! invented. Next: [`merged`](super::merged) for the shape with merged cells, [`statements`](super::statements).

use std::path::Path;

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use super::lines::{cell_text, day_text, header, yes_no};
use super::lists::{Dates, Form, List};
use super::merged::write_merged;
use super::planted::MERGED_NAME;
use super::sheet::{Numbered, whose};
use super::table::{Cell, Place};
use super::world::World;
use super::{SampleError, WrittenFile};

/// What every file of the sample says of itself.
pub(super) const INVENTED: &str = "演示数据,纯属虚构";

/// The formats of a workbook.
pub(super) struct Faces {
    pub(super) title: Format,
    pub(super) header: Format,
    pub(super) cell: Format,
    pub(super) day: Format,
    pub(super) month: Format,
    pub(super) hundredths: Format,
}

impl Faces {
    fn new() -> Faces {
        let cell = || Format::new().set_border(FormatBorder::Thin);
        let centred = || Format::new().set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter).set_bold();
        Faces {
            title: centred().set_font_size(16),
            header: centred().set_border(FormatBorder::Thin).set_text_wrap(),
            cell: cell().set_align(FormatAlign::VerticalCenter),
            day: cell().set_num_format("yyyy-mm-dd"),
            month: cell().set_num_format("yyyy\"年\"m\"月\""),
            hundredths: cell().set_num_format("0.00"),
        }
    }
}

/// Writes the rows of a list, in the order in which they come.
pub(super) fn write_book(
    world: &World,
    list: &'static List,
    rows: &[Numbered],
    path: &Path,
) -> Result<WrittenFile, SampleError> {
    let failed = |source| SampleError::Workbook { path: path.to_owned(), source };
    fill_book(world, list, rows).and_then(|mut book| book.save(path)).map_err(failed)?;
    WrittenFile::measure(path.to_owned(), list.kind.id, rows.len() as u64)
}

fn fill_book(world: &World, list: &List, rows: &[Numbered]) -> Result<Workbook, XlsxError> {
    let mut book = Workbook::new();
    // Left alone, a workbook notes the moment it was written, and the same seed would not give the same bytes.
    let created = ExcelDateTime::from_ymd(2021, 1, 5)?;
    let properties =
        DocProperties::new().set_title(list.kind.title).set_comment(INVENTED).set_creation_datetime(&created);
    book.set_properties(&properties).set_zip_compression_level(9);
    let faces = Faces::new();
    match list.form {
        Form::OneSheet | Form::Gb18030 => {
            let sheet = book.add_worksheet().set_name(list.kind.title)?;
            write_sheet(world, list, &faces, sheet, rows, 0)?;
        }
        Form::Merged => write_merged(world, list, &faces, book.add_worksheet(), rows)?,
        Form::SheetPerYear | Form::Titled | Form::Pushed => {
            for own in rows.chunk_by(|a, b| a.date.year() == b.date.year()) {
                let year = own.first().map_or(0, |row| row.date.year());
                let sheet = book.add_worksheet().set_name(format!("{year}年"))?;
                let top = if list.form == Form::Titled { write_title(list, &faces, sheet, year)? } else { 0 };
                write_sheet(world, list, &faces, sheet, own, top)?;
            }
        }
    }
    write_remark(world, list, book.add_worksheet())?;
    Ok(book)
}

/// A title across the sheet and a line saying who hands it in; the row after them.
fn write_title(list: &List, faces: &Faces, sheet: &mut Worksheet, year: i16) -> Result<u32, XlsxError> {
    let last = u16::try_from(header(list, false).len()).unwrap_or(1);
    let title = format!("瑞安市{year}年{}统计表({INVENTED})", list.kind.title);
    sheet.merge_range(0, 0, 0, last, &title, &faces.title)?;
    sheet.write_string(1, 0, format!("填报单位:{}", list.from))?;
    Ok(2)
}

/// Header and rows, from row `top` on.
fn write_sheet(
    world: &World,
    list: &List,
    faces: &Faces,
    sheet: &mut Worksheet,
    rows: &[Numbered],
    top: u32,
) -> Result<(), XlsxError> {
    let counted = list.form == Form::Titled;
    let remembered = remembers_old_name(world, list, rows);
    let mut titles = header(list, world.tree.given || list.kind.id == "attributes");
    if counted {
        titles.insert(0, "序号");
    }
    if remembered {
        titles.push("备注");
    }
    for (column, title) in (0_u16..).zip(titles) {
        sheet.write_string_with_format(top, column, title, &faces.header)?;
        sheet.set_column_width(column, 13)?;
    }
    sheet.set_freeze_panes(top + 1, 0)?;
    for (number, row) in (1_u32..).zip(rows) {
        let mut pen = Pen { sheet, faces, dates: list.dates, row: top + number, column: 0 };
        if counted {
            pen.cell(&Cell::Whole(number))?;
        }
        pen.row(world, row, list.kind.id == "attributes")?;
        if remembered && Some(row.place) == world.planted.merged.map(Place::Village) {
            pen.text(&format!("原{MERGED_NAME},2020年1月1日并入"))?;
        }
    }
    Ok(())
}

/// Whether a sheet of 2019 has rows of the village that another was merged into the year after.
fn remembers_old_name(world: &World, list: &List, rows: &[Numbered]) -> bool {
    let merged = world.planted.merged.map(Place::Village);
    list.form == Form::SheetPerYear
        && rows.first().is_some_and(|row| row.date.year() == 2019)
        && rows.iter().any(|row| Some(row.place) == merged)
}

/// Writes cells one beside the other.
pub(super) struct Pen<'a> {
    pub(super) sheet: &'a mut Worksheet,
    pub(super) faces: &'a Faces,
    pub(super) dates: Dates,
    pub(super) row: u32,
    pub(super) column: u16,
}

impl Pen<'_> {
    /// Whose, when, and the cells of a row.
    fn row(&mut self, world: &World, row: &Numbered, with_code: bool) -> Result<(), XlsxError> {
        let (town, village, code) = whose(&world.tree, row.place);
        if with_code || world.tree.given {
            self.text(code)?;
        }
        self.text(town)?;
        if let Some(village) = village {
            self.text(village)?;
        }
        self.cell(&Cell::Date(row.date))?;
        for cell in &row.cells {
            self.cell(cell)?;
        }
        Ok(())
    }

    pub(super) fn text(&mut self, text: &str) -> Result<(), XlsxError> {
        self.sheet.write_string_with_format(self.row, self.column, text, &self.faces.cell)?;
        self.column += 1;
        Ok(())
    }

    pub(super) fn cell(&mut self, cell: &Cell) -> Result<(), XlsxError> {
        let (sheet, faces, row, column) = (&mut *self.sheet, self.faces, self.row, self.column);
        match cell {
            Cell::Blank => sheet.write_blank(row, column, &faces.cell)?,
            Cell::YesNo(is) => sheet.write_string_with_format(row, column, yes_no(*is), &faces.cell)?,
            Cell::Whole(number) => sheet.write_number_with_format(row, column, *number, &faces.cell)?,
            // A workbook keeps every number as a binary fraction; its shortest decimal form is the amount meant.
            Cell::Hundredths(hundredths) => {
                sheet.write_number_with_format(row, column, f64::from(*hundredths) / 100.0, &faces.hundredths)?
            }
            Cell::Date(day) => {
                let face = match self.dates {
                    Dates::Days => &faces.day,
                    Dates::Months => &faces.month,
                    Dates::Dashes | Dates::Slashes | Dates::Characters => {
                        self.text(&day_text(*day, self.dates))?;
                        return Ok(());
                    }
                };
                let parts =
                    [day.year().unsigned_abs(), day.month().unsigned_abs().into(), day.day().unsigned_abs().into()];
                let [year, month, day] = parts;
                let serial =
                    ExcelDateTime::from_ymd(year, u8::try_from(month).unwrap_or(1), u8::try_from(day).unwrap_or(1))?;
                sheet.write_datetime_with_format(row, column, &serial, face)?
            }
            Cell::Text(_) | Cell::Choice(_) | Cell::Time(_) => {
                sheet.write_string_with_format(row, column, cell_text(cell, self.dates), &faces.cell)?
            }
        };
        self.column += 1;
        Ok(())
    }
}

/// The last sheet: what this is, and that none of it happened.
fn write_remark(world: &World, list: &List, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet.set_name("说明")?.set_column_width(0, 90)?;
    let names = if world.tree.given {
        "村社的名称和代码来自使用者提供的区划,其下的一切事实均为随机生成,只供压力测试,严禁对外提供。"
    } else {
        "村社、人员和一切事实均为随机生成,与任何真实的村社、个人、案件、事故无关。"
    };
    let remarks = [INVENTED.to_owned(), names.to_owned(), format!("仿照{}报送的{}。", list.from, list.kind.title)];
    for (row, remark) in (0_u32..).zip(remarks) {
        sheet.write_string(row, 0, remark)?;
    }
    Ok(())
}
