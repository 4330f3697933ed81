//! Tables of statements: which kinds are handed in (报齐) or have nothing to hand in (零报告), where and for which days.

use liuwu_engine::codes::sheet as codes;
use liuwu_engine::coverage::Statement;
use liuwu_engine::diagnostic::{Diagnostic, Location};
use liuwu_engine::dictionary::Dictionary;
use liuwu_engine::dictionary::read::characters::comparable;
use liuwu_engine::dictionary::read::{Raw, Strictness};
use liuwu_engine::period::{Date, Period};

use super::Asked;
use super::days;
use super::header::Header;
use super::reading::Reading;
use super::rows::{Resolver, Rows, number_of};
use super::vocabulary::Role;
use super::workbook::Sheet;

/// A statement, and the cells in which its kind and its area stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// What is stated.
    pub statement: Statement,
    /// Where the kind stands.
    pub kind_at: Location,
    /// Where the area stands.
    pub area_at: Location,
}

/// Reads all rows of a sheet.
pub(super) fn of_sheet(sheet: &Sheet, header: &Header, asked: &Asked) -> Reading<Stated> {
    let rows = Rows::new(sheet, header);
    let mut reading = Reading::of(sheet, header);
    // An area may be a unit of any level: the town that answers for all its villages.
    let mut resolver = Resolver::new(asked.units, rows.level(asked.levels));
    let (data_rows, ignored) = rows.sorted_out();
    reading.ignore(ignored);
    for row in data_rows {
        let mut faults = Vec::new();
        let (written, column) = rows.written(row, resolver.level());
        let area = resolver.unit(written, number_of(row)).map_err(|fault| faults.push(fault.at(sheet.at(row, column))));
        let kind = kind_of(&rows, row, asked.dictionary).map_err(|fault| faults.push(fault));
        let span = span_of(&rows, row).map_err(|found| faults.extend(found));
        let nil = is_nil(&rows, row).map_err(|fault| faults.push(fault));
        if let (Ok(area), Ok(kind), Ok((from, to)), Ok(nil)) = (area, kind, span, nil) {
            let statement = Statement { kind, area: area.to_string(), from, to, nil };
            let kind_at = cell(&rows, row, &Role::Kind).1;
            reading.entries.push(Stated { statement, kind_at, area_at: sheet.at(row, column) });
        }
        reading.refuse(number_of(row), faults);
    }
    reading.close(resolver.unmatched())
}

fn cell(rows: &Rows, row: usize, role: &Role) -> (String, Location) {
    match rows.header.column(role) {
        Some(column) => (rows.sheet.text(row, column.index), rows.sheet.at(row, column.index)),
        None => (String::new(), rows.sheet.at(row, rows.first_column())),
    }
}

fn kind_of(rows: &Rows, row: usize, dictionary: &Dictionary) -> Result<String, Diagnostic> {
    let (text, at) = cell(rows, row, &Role::Kind);
    let word = comparable(&text);
    let found = dictionary.kinds.iter().find(|(id, kind)| **id == text || comparable(&kind.title) == word);
    found.map(|(id, _)| id.clone()).ok_or_else(|| {
        let titles: Vec<&str> = dictionary.kinds.values().map(|kind| kind.title.as_str()).collect();
        Diagnostic::new(&codes::UNKNOWN_KIND)
            .with("kind", text)
            .with("near", "")
            .with("near_en", "")
            .with("kinds", titles.join("、"))
            .at(at)
    })
}

/// The span of a row: its period, or its two days.
fn span_of(rows: &Rows, row: usize) -> Result<(Date, Date), Vec<Diagnostic>> {
    let (text, at) = cell(rows, row, &Role::Period);
    if !text.is_empty() {
        return match Period::parse(&text) {
            Ok(period) => Ok((period.from(), period.to())),
            Err(_) => Err(vec![Diagnostic::new(&codes::NOT_A_PERIOD).with("value", text).at(at)]),
        };
    }
    let from = day(rows, row, &Role::From, "开始日期");
    let to = day(rows, row, &Role::To, "结束日期");
    let (from, to) = match (from, to) {
        (Ok(from), Ok(to)) => (from, to),
        (from, to) => return Err(from.err().into_iter().chain(to.err()).flatten().collect()),
    };
    if from > to {
        let (_, at) = cell(rows, row, &Role::To);
        return Err(vec![Diagnostic::new(&codes::REVERSED_SPAN).with("from", from).with("to", to).at(at)]);
    }
    Ok((from, to))
}

fn day(rows: &Rows, row: usize, role: &Role, title: &str) -> Result<Date, Vec<Diagnostic>> {
    let (_, at) = cell(rows, row, role);
    let raw = rows.header.column(role).map_or(Raw::Blank, |column| rows.raw(row, column, true).into_owned());
    days::read(title, &raw, Strictness::Sheet, &at)
}

/// Without a column, a statement says that everything is there.
fn is_nil(rows: &Rows, row: usize) -> Result<bool, Diagnostic> {
    if rows.header.column(&Role::Said).is_none() {
        return Ok(false);
    }
    let (text, at) = cell(rows, row, &Role::Said);
    match comparable(&text).as_str() {
        "报齐" | "已报齐" | "complete" => Ok(false),
        "零报告" | "零报" | "nil" => Ok(true),
        _ => Err(Diagnostic::new(&codes::UNKNOWN_STATEMENT).with("value", text).at(at)),
    }
}
