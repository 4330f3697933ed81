//! The workbook that every office fears: a title, a header of two rows, cells merged over the rows of a village, and a sum below.
//!
//! Enters: numbered rows. Leaves: one filled sheet. Next: [`statements`](super::statements).

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::book::{Faces, INVENTED, Pen};
use super::lines::header;
use super::lists::List;
use super::sheet::{Numbered, whose};
use super::table::Cell;
use super::world::World;

/// Headings over several columns of the list of hazards: first and last column, counted from the town on.
const HEADINGS: [(&str, usize, usize); 3] = [("所在村社", 0, 1), ("基本情况", 2, 7), ("挂牌整改情况", 8, 12)];

/// Fills a sheet village by village.
pub(super) fn write_merged(
    world: &World,
    list: &List,
    faces: &Faces,
    sheet: &mut Worksheet,
    rows: &[Numbered],
) -> Result<(), XlsxError> {
    sheet.set_name(format!("{}台账", list.kind.title))?;
    let titles = header(list, world.tree.given);
    let width = u16::try_from(titles.len()).unwrap_or(1);
    sheet.merge_range(
        0,
        0,
        0,
        width.saturating_sub(1),
        &format!("瑞安市{}台账({INVENTED})", list.kind.title),
        &faces.title,
    )?;
    write_header(world, faces, sheet, &titles)?;
    let mut by_village: Vec<&Numbered> = rows.iter().collect();
    by_village.sort_by_key(|row| row.place);
    let mut next = 3;
    for of_town in by_village.chunk_by(|a, b| whose(&world.tree, a.place).0 == whose(&world.tree, b.place).0) {
        let first = next;
        for of_village in of_town.chunk_by(|a, b| a.place == b.place) {
            next = write_village(world, list, faces, sheet, of_village, next)?;
        }
        let town = of_town.first().map_or("", |row| whose(&world.tree, row.place).0);
        span(sheet, faces, first, next - 1, u16::from(world.tree.given), town)?;
    }
    sheet.merge_range(next, 0, next, 1, "合计", &faces.header)?;
    sheet.write_string_with_format(next, 2, format!("{}处", rows.len()), &faces.header)?;
    Ok(())
}

/// Two rows: headings over several columns, titles below; a column without a heading takes both rows.
fn write_header(world: &World, faces: &Faces, sheet: &mut Worksheet, titles: &[&str]) -> Result<(), XlsxError> {
    let shift = usize::from(world.tree.given);
    for (column, title) in titles.iter().enumerate() {
        let place = u16::try_from(column).unwrap_or(0);
        sheet.set_column_width(place, 13)?;
        let headed = HEADINGS.iter().any(|(_, first, last)| (first + shift..=last + shift).contains(&column));
        if headed {
            sheet.write_string_with_format(2, place, *title, &faces.header)?;
        } else {
            sheet.merge_range(1, place, 2, place, title, &faces.header)?;
        }
    }
    for (heading, first, last) in HEADINGS {
        let [first, last] = [first, last].map(|column| u16::try_from(column + shift).unwrap_or(0));
        sheet.merge_range(1, first, 1, last, heading, &faces.header)?;
    }
    sheet.set_freeze_panes(3, 0)?;
    Ok(())
}

/// The rows of a village, its name merged over them; the row after.
fn write_village(
    world: &World,
    list: &List,
    faces: &Faces,
    sheet: &mut Worksheet,
    rows: &[&Numbered],
    first: u32,
) -> Result<u32, XlsxError> {
    let shift = u16::from(world.tree.given);
    let mut next = first;
    for row in rows {
        if world.tree.given {
            let code = whose(&world.tree, row.place).2;
            Pen { sheet, faces, dates: list.dates, row: next, column: 0 }.text(code)?;
        }
        let mut pen = Pen { sheet, faces, dates: list.dates, row: next, column: shift + 2 };
        pen.cell(&Cell::Date(row.date))?;
        for cell in &row.cells {
            pen.cell(cell)?;
        }
        next += 1;
    }
    let village = rows.first().and_then(|row| whose(&world.tree, row.place).1).unwrap_or_default();
    span(sheet, faces, first, next - 1, shift + 1, village)?;
    Ok(next)
}

/// A text over the rows from `first` to `last`; a single cell is not merged.
fn span(sheet: &mut Worksheet, faces: &Faces, first: u32, last: u32, column: u16, text: &str) -> Result<(), XlsxError> {
    if first == last {
        sheet.write_string_with_format(first, column, text, &faces.cell)?;
    } else {
        sheet.merge_range(first, column, last, column, text, &faces.cell)?;
    }
    Ok(())
}
