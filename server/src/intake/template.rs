//! Templates: empty tables made from the dictionary of an edition, so that what is filled into them is read without a guess.
//!
//! Enters: an edition's bundle, the kinds asked for and the units their rows may be about. Leaves: an xlsx file with one sheet a
//! kind: header with help, an example row, choices, bounds and the names of the units to pick from. A hidden sheet ([`mark`])
//! says what the file is. What each column is like stands in [`mod@column`]. Next: [`super::workbook`], which reads it back.

mod column;
pub mod mark;

use std::collections::HashSet;
use std::sync::Arc;

use liuwu_engine::bundle::Bundle;
use liuwu_engine::dictionary::Kind;
use liuwu_engine::period::Date;
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DataValidationRule, Format, FormatAlign, FormatBorder, Formula,
    Note, Workbook, Worksheet, XlsxError,
};

use super::UnitIndex;
use column::{Column, Rule};
use mark::Mark;

/// The row of the header, from 0: a line of explanation stands above it, the example below.
const HEADER: u32 = 1;
const EXAMPLE: u32 = HEADER + 1;
/// Rows that the choices and bounds are laid over.
const ROWS: u32 = 5_000;
/// The hidden sheet with the names to pick from.
const LISTS: &str = "选项";
/// Longest name of a sheet, and what may not stand in one.
const SHEET_NAME: usize = 31;
const NOT_IN_NAMES: [char; 7] = ['[', ']', ':', '*', '?', '/', '\\'];
/// Longest text in the messages of a spreadsheet.
const MESSAGE: usize = 250;

/// What a template is wanted for.
pub struct Wanted<'a> {
    /// The edition's bundle.
    pub bundle: &'a Bundle,
    /// The kinds, a sheet for each.
    pub kinds: &'a [Arc<Kind>],
    /// All units there are.
    pub units: &'a UnitIndex,
    /// Whether rows may be about a unit; what is not covered is not offered.
    pub covers: &'a dyn Fn(&str) -> bool,
    /// The day that examples show.
    pub today: Date,
}

/// Writes a template.
///
/// # Errors
/// When a text of the bundle does not fit into a spreadsheet.
pub fn write(wanted: &Wanted) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let faces = Faces::new();
    let mut lists = Lists::default();
    let mut mark = Mark::of(wanted.bundle);
    for kind in wanted.kinds {
        let name = mark.add(sheet_name(&kind.title), kind);
        let columns = column::of(kind, wanted);
        let sheet = book.add_worksheet().set_name(name)?;
        write_sheet(sheet, kind, &columns, &faces, &mut lists)?;
    }
    lists.write(book.add_worksheet())?;
    mark.write(book.add_worksheet())?;
    book.save_to_buffer()
}

struct Faces {
    remark: Format,
    required: Format,
    optional: Format,
    example: Format,
}

impl Faces {
    fn new() -> Faces {
        let header = || {
            Format::new()
                .set_bold()
                .set_text_wrap()
                .set_border(FormatBorder::Thin)
                .set_align(FormatAlign::Center)
                .set_align(FormatAlign::VerticalCenter)
        };
        Faces {
            remark: Format::new().set_font_color(Color::RGB(0x5B_6673)).set_align(FormatAlign::VerticalCenter),
            required: header().set_background_color(Color::RGB(0xDC_E8F5)),
            optional: header().set_background_color(Color::RGB(0xF6_F7F9)),
            example: Format::new().set_font_color(Color::RGB(0x8A_94A0)),
        }
    }
}

fn write_sheet(
    sheet: &mut Worksheet,
    kind: &Kind,
    columns: &[Column],
    faces: &Faces,
    lists: &mut Lists,
) -> Result<(), XlsxError> {
    let remark = format!(
        "{}:带*的列必填,一行一条;灰色的示例行不会入库,可以删去。本系统为非涉密系统,严禁上传涉密信息。",
        kind.title
    );
    sheet.write_string_with_format(0, 0, remark, &faces.remark)?;
    sheet.set_row_height(0, 24)?.set_row_height(HEADER, 36)?;
    for (number, column) in (0_u16..).zip(columns) {
        let face = if column.required { &faces.required } else { &faces.optional };
        sheet.set_column_width(number, column.width)?;
        sheet.set_column_format(number, &column.rule.format())?;
        sheet.write_string_with_format(HEADER, number, &column.header, face)?;
        sheet.insert_note(HEADER, number, &Note::new(&column.help).add_author_prefix(false).set_width(260))?;
        sheet.write_string_with_format(EXAMPLE, number, &column.example, &faces.example)?;
        if let Some(validation) = validation(column, lists)? {
            sheet.add_data_validation(EXAMPLE + 1, number, ROWS, number, &validation)?;
        }
    }
    sheet.set_freeze_panes(EXAMPLE, 0)?;
    Ok(())
}

/// What a spreadsheet itself refuses, while the clerk is typing.
fn validation(column: &Column, lists: &mut Lists) -> Result<Option<DataValidation>, XlsxError> {
    let rule = DataValidation::new();
    let rule = match &column.rule {
        Rule::Text | Rule::Moment => return Ok(None),
        Rule::OneOf(titles) => {
            let Some(range) = lists.range(titles) else { return Ok(None) };
            rule.allow_list_formula(Formula::new(range))
        }
        Rule::Whole(bounds) => match bounds.rule() {
            Some(bounds) => rule.allow_whole_number_formula(bounds),
            None => rule.allow_whole_number_formula(DataValidationRule::GreaterThan(Formula::new("-1E+15"))),
        },
        Rule::Decimal(bounds) => match bounds.rule() {
            Some(bounds) => rule.allow_decimal_number_formula(bounds),
            None => rule.allow_decimal_number_formula(DataValidationRule::GreaterThan(Formula::new("-1E+15"))),
        },
        Rule::Day => rule.allow_date_formula(DataValidationRule::Between(
            Formula::new("DATE(1950,1,1)"),
            Formula::new("DATE(2099,12,31)"),
        )),
    };
    let help: String = column.help.chars().take(MESSAGE).collect();
    // A name that is not in the list may still be right: the upload proposes what was meant.
    let style = if column.is_unit { DataValidationErrorStyle::Warning } else { DataValidationErrorStyle::Stop };
    let rule = rule.set_error_title("请检查这一格")?.set_error_message(help)?.set_error_style(style);
    Ok(Some(rule))
}

/// The names to pick from, each list in a column of a hidden sheet.
#[derive(Default)]
struct Lists(Vec<Vec<String>>);

impl Lists {
    /// The cells of a list; none when it is empty. The same list stands once.
    fn range(&mut self, titles: &[String]) -> Option<String> {
        if titles.is_empty() {
            return None;
        }
        let known = self.0.iter().position(|list| list == titles);
        let place = known.unwrap_or_else(|| {
            self.0.push(titles.to_vec());
            self.0.len() - 1
        });
        let letters = super::workbook::column_letters(place);
        Some(format!("='{LISTS}'!${letters}$1:${letters}${}", titles.len()))
    }

    fn write(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        sheet.set_name(LISTS)?.set_very_hidden(true);
        for (column, list) in (0_u16..).zip(&self.0) {
            for (row, title) in (0_u32..).zip(list) {
                sheet.write_string(row, column, title)?;
            }
        }
        Ok(())
    }
}

/// A title as the name of a sheet.
fn sheet_name(title: &str) -> String {
    let name: String = title.chars().filter(|c| !NOT_IN_NAMES.contains(c)).take(SHEET_NAME).collect();
    if name.is_empty() { "台账".to_owned() } else { name }
}

/// A name that none of the others has, made of the wanted one.
fn distinct(wanted: String, taken: &HashSet<String>) -> String {
    if !taken.contains(&wanted) && wanted != LISTS {
        return wanted;
    }
    let stem: String = wanted.chars().take(SHEET_NAME - 4).collect();
    let numbered = (2..).map(|number| format!("{stem}({number})"));
    numbered.into_iter().find(|name| !taken.contains(name)).unwrap_or(wanted)
}
