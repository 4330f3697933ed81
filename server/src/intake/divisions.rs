//! Tables of divisions: code, name, level, parent. The tree itself is checked by [`liuwu_engine::division`]; here its faults
//! get their cells back.

use liuwu_engine::codes::sheet as codes;
use liuwu_engine::diagnostic::Diagnostic;
use liuwu_engine::dictionary::read::characters::half_width;
use liuwu_engine::division::{DivisionError, DivisionFault, DivisionProblem, DivisionTree, RawDivision};

use super::header::Header;
use super::reading::Reading;
use super::rows::{Rows, number_of};
use super::vocabulary::Role;
use super::workbook::Sheet;

/// A row of a table of divisions.
pub type DivisionRow = RawDivision;

/// Reads all rows of a sheet. The rows are checked among themselves; where one is wrong all are kept out, since the others
/// may lie in it.
pub(super) fn of_sheet(sheet: &Sheet, header: &Header) -> Reading<DivisionRow> {
    let rows = Rows::new(sheet, header);
    let mut reading = Reading::of(sheet, header);
    let (data_rows, ignored) = rows.sorted_out();
    reading.ignore(ignored);
    let text = |row: usize, role: &Role| header.column(role).map(|column| sheet.text(row, column.index));
    for row in data_rows {
        reading.entries.push(RawDivision {
            code: half_width(&text(row, &Role::Code).unwrap_or_default()).replace(' ', ""),
            name: text(row, &Role::Name).unwrap_or_default(),
            level: text(row, &Role::Level),
            parent: text(row, &Role::Parent),
            line: number_of(row),
        });
    }
    if let Err(faults) = DivisionTree::build(reading.entries.clone()) {
        reading.entries.clear();
        for fault in faults {
            let row = fault.line;
            let located = located(&rows, fault);
            reading.refuse(row, [located]);
        }
    }
    reading.close(Vec::new())
}

fn located(rows: &Rows, fault: DivisionFault) -> Diagnostic {
    let role = match &fault.problem {
        DivisionProblem::Code(_) | DivisionProblem::Duplicate { .. } => Role::Code,
        DivisionProblem::NoName => Role::Name,
        DivisionProblem::UnknownLevel { .. } | DivisionProblem::WrongLevel { .. } => Role::Level,
        DivisionProblem::UnknownParent { .. } | DivisionProblem::WrongParent { .. } => Role::Parent,
    };
    let column = rows.header.column(&role).or(rows.header.column(&Role::Code));
    let column = column.map_or_else(|| rows.first_column(), |column| column.index);
    let [problem, remedy, remedy_en] = words(&fault.problem);
    Diagnostic::new(&codes::BAD_DIVISION)
        .with("problem", problem)
        .with("problem_en", &fault.problem)
        .with("remedy", remedy)
        .with("remedy_en", remedy_en)
        .at(rows.sheet.at(fault.line.saturating_sub(1) as usize, column))
}

/// The problem in Chinese, and how to mend it in both languages.
fn words(problem: &DivisionProblem) -> [String; 3] {
    let say = |zh: String, remedy: &str, remedy_en: &str| [zh, remedy.to_owned(), remedy_en.to_owned()];
    match problem {
        DivisionProblem::Code(error) => say(
            code_words(error),
            "填写12位统计用区划代码,例如 330381101203",
            "write the 12-digit code, such as 330381101203",
        ),
        DivisionProblem::NoName => say("没有填写名称".to_owned(), "填写区划的正式名称", "write its official name"),
        DivisionProblem::UnknownLevel { given } => say(
            format!("没有「{given}」这一级"),
            "填写省、市、县、镇街、村社、网格、微网格之一",
            "write province, city, county, town, village, grid or micro_grid",
        ),
        DivisionProblem::WrongLevel { given, actual } => say(
            format!("级别写的是{},代码却是{}的", given.zh(), actual.zh()),
            "核对后改正其中一处",
            "check them and correct one",
        ),
        DivisionProblem::Duplicate { first_line } => say(
            format!("代码与第{first_line}行重复"),
            "删去一行,或改正代码",
            "remove one of the rows or correct its code",
        ),
        DivisionProblem::UnknownParent { parent } => say(
            format!("表中没有上级区划 {parent}"),
            "补上上级区划的一行,或改正代码",
            "add a row for the division above, or correct the code",
        ),
        DivisionProblem::WrongParent { given, expected } => say(
            format!("上级写的是 {given},按代码应为 {expected}"),
            "核对代码和上级代码",
            "check the code and that of the division above",
        ),
    }
}

fn code_words(error: &DivisionError) -> String {
    match error {
        DivisionError::NotTwelveDigits { given } => format!("「{given}」不是12位区划代码"),
        DivisionError::NoSuchProvince { given, province } => format!("「{given}」的前两位 {province} 不是省级代码"),
        DivisionError::Gap { given, missing, lower } => {
            format!("「{given}」写到了{},{}的几位却是零", lower.zh(), missing.zh())
        }
        DivisionError::NotAGrid { given } => format!("「{given}」不是网格编号"),
    }
}
