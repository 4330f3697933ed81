//! Cases kept as a table, one a row, for people who would rather fill in a sheet than write YAML.
//!
//! Enters: a workbook and the bundle. Leaves: [`Case`]s, laid over the bundle's base case, which are proved like its own; and
//! every fault at its cell. A row with a fault is no case.

use liuwu_engine::bundle::{Bundle, Case, CaseRecord, CaseValue, MOST_FACTS};
use liuwu_engine::codes::{bundle as bundle_codes, cases as codes};
use liuwu_engine::diagnostic::{Diagnostic, Location};
use liuwu_engine::dictionary::read::characters::{comparable, half_width};
use liuwu_engine::dictionary::read::{Raw, Strictness, value};
use liuwu_engine::dictionary::{Field, Kind, Value};
use liuwu_engine::number::Number;
use liuwu_engine::period::{Period, PeriodError};

use super::columns::{self, Column, Header, Part, remedy};
use crate::intake::days;
use crate::intake::workbook::{Content, Sheet, Workbook};

/// What a table holds.
#[derive(Default)]
pub(super) struct Table {
    /// Its good rows.
    pub cases: Vec<Case>,
    /// Faults and remarks.
    pub diagnostics: Vec<Diagnostic>,
}

/// Words for none of something.
const NONE: &[&str] = &["无", "没有", "none", "null", "-", "—", "/"];
/// What can be expected of a rule beside its points.
const OUTCOMES: &[(&[&str], &str)] = &[
    (&["无", "没有", "none", "clean"], "clean"),
    (&["有", "findings"], "findings"),
    (&["不适用", "not_applicable"], "not_applicable"),
    (&["待核定", "cannot_check"], "cannot_check"),
];

/// Reads the first sheet that has the header of a table of cases.
pub(super) fn read(book: &Workbook, bundle: &Bundle) -> Table {
    let mut table = Table { diagnostics: book.remarks.clone(), ..Table::default() };
    let sheets = match &book.content {
        Content::Sheets(sheets) => sheets.as_slice(),
        Content::Lines(_) => &[],
    };
    match sheets.iter().find_map(|sheet| Some((sheet, columns::find(sheet, bundle)?))) {
        Some((sheet, Ok(header))) => rows(sheet, &header, bundle, &mut table),
        Some((_, Err(faults))) => table.diagnostics.extend(faults),
        None => {
            let file = Location::File { file: std::sync::Arc::clone(&book.file) };
            table.diagnostics.push(Diagnostic::new(&codes::NO_CASE_HEADER).at(file));
        }
    }
    table
}

fn rows(sheet: &Sheet, header: &Header, bundle: &Bundle, table: &mut Table) {
    let first = header.columns.first().map_or(0, |(place, ..)| *place);
    let mut left = MOST_FACTS;
    let mut written = 0;
    for row in header.row + 1..sheet.rows.len() {
        let says = |(place, _, column): &(usize, String, Column)| {
            *column != Column::Unneeded && !sheet.cell(row, *place).is_blank()
        };
        if !header.columns.iter().any(says) {
            continue;
        }
        written += 1;
        let mut reading = Reading { sheet, header, bundle, row, faults: Vec::new() };
        let case = reading.case();
        table.diagnostics.append(&mut reading.faults);
        let Some(case) = case else { continue };
        let Some(rest) = left.checked_sub(case.size()) else {
            let fault = Diagnostic::new(&bundle_codes::TOO_MANY_FACTS).with("limit", MOST_FACTS);
            table.diagnostics.push(fault.at(case.location));
            return;
        };
        left = rest;
        if case.expect.locations.is_empty() {
            let remark = Diagnostic::new(&codes::EXPECTS_NOTHING).with("name", &case.name);
            table.diagnostics.push(remark.at(case.location.clone()));
        }
        table.cases.push(case);
    }
    if written == 0 {
        table.diagnostics.push(Diagnostic::new(&codes::NO_CASES).at(sheet.at(header.row, first)));
    }
}

/// One row.
struct Reading<'a> {
    sheet: &'a Sheet,
    header: &'a Header,
    bundle: &'a Bundle,
    row: usize,
    faults: Vec<Diagnostic>,
}

impl Reading<'_> {
    /// The case of the row; none: it has a fault.
    fn case(&mut self) -> Option<Case> {
        let mut own = Case { name: format!("{}", self.row + 1), ..Case::default() };
        let first = self.header.columns.first().map_or(0, |(place, ..)| *place);
        own.location = self.at(first);
        let header = self.header;
        for (place, title, column) in &header.columns {
            if self.sheet.cell(self.row, *place).is_blank() {
                continue;
            }
            match column {
                Column::Name => {
                    own.name = self.sheet.text(self.row, *place);
                    own.location = self.at(*place);
                }
                Column::Period => own.periods = self.periods(*place),
                Column::AsOf => own.as_of = self.day(title, *place),
                Column::Attribute(key) => self.attribute(key, *place, &mut own),
                Column::NotHandedIn => own.not_handed_in = self.kinds(*place),
                Column::Score | Column::Rating | Column::Lists | Column::Rule(_) => {
                    self.expectation(column, title, *place, &mut own);
                }
                Column::Record(..) | Column::Unneeded => {}
            }
        }
        own.records = self.records();
        own.expect.location = own.location.clone();
        let case = own.over(&self.bundle.base_case);
        if case.periods.is_empty() && self.faults.is_empty() {
            self.faults.push(Diagnostic::new(&codes::CASE_WITHOUT_PERIOD).at(case.location.clone()));
        }
        self.faults.is_empty().then_some(case)
    }

    fn at(&self, place: usize) -> Location {
        self.sheet.at(self.row, place)
    }

    fn periods(&mut self, place: usize) -> Vec<Period> {
        let scored = self.bundle.assess.period;
        let text = match self.sheet.raw(self.row, place, false).into_owned() {
            // Spreadsheets make a day of `2020-07`.
            Raw::Date(day) => Period::containing(scored, day).name(),
            Raw::Time(time) => Period::containing(scored, time.date()).name(),
            _ => self.sheet.text(self.row, place),
        };
        let periods = match Period::parse_list(&half_width(&text)) {
            Ok(periods) => periods,
            Err(error) => {
                let code = match error {
                    PeriodError::Reversed { .. } => &bundle_codes::PERIOD_REVERSED,
                    PeriodError::TooMany { .. } => &bundle_codes::TOO_MANY_PERIODS,
                    _ => &bundle_codes::BAD_PERIOD,
                };
                self.faults.push(Diagnostic::new(code).with("value", text).at(self.at(place)));
                return Vec::new();
            }
        };
        if let Some(other) = periods.iter().find(|period| period.granularity().is_some_and(|own| own != scored)) {
            let fault = Diagnostic::new(&bundle_codes::OTHER_PERIOD)
                .with("value", other.name())
                .with("length", scored.zh())
                .with("length_en", scored.key())
                .with("example", Period::containing(scored, other.from()).name());
            self.faults.push(fault.at(self.at(place)));
        }
        periods
    }

    fn day(&mut self, title: &str, place: usize) -> Option<liuwu_engine::period::Date> {
        let raw = self.sheet.raw(self.row, place, true);
        days::read(title, &raw, Strictness::Sheet, &self.at(place)).map_err(|faults| self.faults.extend(faults)).ok()
    }

    /// A cell read as a clerk's sheet is, and given on as data.
    fn value(&mut self, key: &str, field: &Field, place: usize) -> Option<CaseValue> {
        let raw = self.sheet.raw(self.row, place, days::is_day(&field.kind));
        let location = self.at(place);
        match value(key, field, &self.bundle.dictionary.shapes, &raw, Strictness::Sheet) {
            Ok(value) => value.map(|value| CaseValue { raw: raw_of(&value), location }),
            Err(faults) => {
                self.faults.extend(faults.into_iter().map(|fault| fault.at(location.clone())));
                None
            }
        }
    }

    fn attribute(&mut self, key: &str, place: usize, case: &mut Case) {
        let Some(attribute) = self.bundle.dictionary.attributes.get(key) else { return };
        let Some(value) = self.value(key, &attribute.field, place) else { return };
        match &attribute.of {
            Some(level) if *level != self.bundle.assess.unit => {
                case.above.push((level.clone(), key.to_owned(), value));
            }
            _ => case.unit.push((key.to_owned(), value)),
        }
    }

    /// The records of the row, in the order in which its columns name them.
    fn records(&mut self) -> Vec<CaseRecord> {
        let mut wanted: Vec<(&str, u32)> = Vec::new();
        let header = self.header;
        for (place, _, column) in &header.columns {
            if let Column::Record(kind, number, _) = column
                && !self.sheet.cell(self.row, *place).is_blank()
                && !wanted.contains(&(kind, *number))
            {
                wanted.push((kind, *number));
            }
        }
        wanted.into_iter().filter_map(|(kind, number)| self.record(kind, number)).collect()
    }

    fn record(&mut self, id: &str, number: u32) -> Option<CaseRecord> {
        let kind: &Kind = self.bundle.dictionary.kinds.get(id)?;
        let mut fields: Vec<(String, CaseValue)> = Vec::new();
        let mut location = None;
        let header = self.header;
        for (place, _, column) in &header.columns {
            let Column::Record(of, which, part) = column else { continue };
            if of != id || *which != number || self.sheet.cell(self.row, *place).is_blank() {
                continue;
            }
            let here = self.at(*place);
            location.get_or_insert_with(|| here.clone());
            let (key, value) = match part {
                Part::Date => {
                    let day = self.day(&kind.date_title, *place);
                    ("date", day.map(|day| CaseValue { raw: Raw::Date(day), location: here }))
                }
                Part::Id => {
                    let text = self.sheet.text(self.row, *place);
                    ("id", Some(CaseValue { raw: Raw::Text(text), location: here }))
                }
                Part::Field(key) => {
                    let field = kind.fields.get(key)?;
                    (key.as_str(), self.value(key, field, *place))
                }
            };
            fields.extend(value.map(|value| (key.to_owned(), value)));
        }
        let location = location?;
        let is_dated = fields.iter().any(|(key, _)| key == "date");
        if !is_dated && self.faults.is_empty() {
            let column = if number > 1 { format!("{}#{number}", kind.title) } else { kind.title.clone() };
            let fault = Diagnostic::new(&codes::RECORD_WITHOUT_DATE).with("kind", &kind.title).with("column", column);
            self.faults.push(fault.at(location.clone()));
        }
        Some(CaseRecord { unit: None, kind: id.to_owned(), fields, location })
    }

    /// The names in a cell.
    fn names(&self, place: usize) -> Vec<String> {
        let text = self.sheet.text(self.row, place);
        let parts = text.split(['、', ',', ',', ';', ';', '\n']).map(str::trim);
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    fn kinds(&mut self, place: usize) -> Vec<String> {
        let kinds = &self.bundle.dictionary.kinds;
        let known: Vec<(&str, &str)> = kinds.iter().map(|(id, kind)| (id.as_str(), kind.title.as_str())).collect();
        let names = self.names(place);
        names.iter().filter_map(|name| self.named(name, ("台账", "kind"), &known, place)).collect()
    }

    /// The id of something by its id or its title.
    fn named(&mut self, name: &str, what: (&str, &str), known: &[(&str, &str)], place: usize) -> Option<String> {
        let word = comparable(name);
        let found = known.iter().find(|(id, title)| comparable(id) == word || comparable(title) == word);
        if found.is_none() {
            let titles: Vec<String> = known.iter().map(|(_, title)| (*title).to_owned()).collect();
            let (remedy, remedy_en) = remedy(name, &titles);
            let fault = Diagnostic::new(&codes::UNKNOWN_IN_CASE)
                .with("name", name)
                .with("what", what.0)
                .with("what_en", what.1)
                .with("remedy", remedy)
                .with("remedy_en", remedy_en);
            self.faults.push(fault.at(self.at(place)));
        }
        found.map(|(id, _)| (*id).to_owned())
    }

    fn expectation(&mut self, column: &Column, title: &str, place: usize, case: &mut Case) {
        let text = self.sheet.text(self.row, place);
        let is_none = NONE.contains(&comparable(&text).as_str());
        let about = match column {
            Column::Score => {
                let number = number(&text);
                if number.is_none() && !is_none {
                    self.refuse(&text, title, place, ("分数,没有得分的写「无」", "a number, or `none` for no score"));
                }
                case.expect.score = Some(number);
                "score".to_owned()
            }
            Column::Rating => {
                case.expect.rating = Some(self.rating(&text, is_none, place));
                "rating".to_owned()
            }
            Column::Lists => {
                let names = if is_none { Vec::new() } else { self.names(place) };
                let lists = &self.bundle.lists;
                let known: Vec<(&str, &str)> = lists.iter().map(|of| (of.id.as_str(), of.title.as_str())).collect();
                let lists = names.iter().filter_map(|name| self.named(name, ("清单", "list"), &known, place));
                case.expect.lists = Some(lists.collect());
                "lists".to_owned()
            }
            Column::Rule(rule) => self.rule(rule, &text, title, place, case),
            _ => return,
        };
        case.expect.locations.push((about, self.at(place)));
    }

    fn rating(&mut self, text: &str, is_none: bool, place: usize) -> Option<String> {
        let rating = &self.bundle.rating;
        let fixed = [&rating.vetoed, &rating.incomplete, &rating.not_rated];
        let known: Vec<(&str, &str)> = rating
            .ladder
            .iter()
            .chain(fixed.into_iter().flatten())
            .map(|name| (name.as_str(), name.as_str()))
            .collect();
        let is_known = known.iter().any(|(name, _)| comparable(name) == comparable(text));
        // Without a ladder a script may give any text.
        match (is_known, is_none) {
            (false, true) => None,
            (false, false) if rating.script.is_some() => Some(text.to_owned()),
            _ => self.named(text, ("等次", "rating"), &known, place),
        }
    }

    /// Points or a word; gives what it is about.
    fn rule(&mut self, rule: &str, text: &str, title: &str, place: usize, case: &mut Case) -> String {
        let word = comparable(text);
        if let Some((_, outcome)) = OUTCOMES.iter().find(|(words, _)| words.contains(&word.as_str())) {
            case.expect.outcomes.push((rule.to_owned(), (*outcome).to_owned()));
            return format!("outcomes.{rule}");
        }
        match number(text) {
            Some(points) => case.expect.points.push((rule.to_owned(), points)),
            None => {
                let expected = (
                    "计入的分(扣分为负),或 有、无、不适用、待核定",
                    "the points that count (a deduction is negative), or findings, clean, not_applicable, cannot_check",
                );
                self.refuse(text, title, place, expected);
            }
        }
        format!("points.{rule}")
    }

    fn refuse(&mut self, value: &str, column: &str, place: usize, (expected, expected_en): (&str, &str)) {
        let fault = Diagnostic::new(&codes::NOT_AN_EXPECTATION)
            .with("value", value)
            .with("column", column)
            .with("expected", expected)
            .with("expected_en", expected_en);
        self.faults.push(fault.at(self.at(place)));
    }
}

/// A number as people write it, 分 behind it or not.
fn number(text: &str) -> Option<Number> {
    let text = half_width(text);
    Number::parse(text.trim().trim_end_matches('分').trim_end()).ok()
}

/// A value as data would bring it.
fn raw_of(value: &Value) -> Raw {
    match value {
        Value::Boolean(is) => Raw::Boolean(*is),
        Value::Number(number) => Raw::Number(number.to_string()),
        Value::Date(day) => Raw::Date(*day),
        Value::Time(time) => Raw::Time(*time),
        Value::Text(text) => Raw::Text(text.to_string()),
        Value::List(items) => Raw::List(items.iter().map(raw_of).collect()),
        Value::Map(entries) => Raw::Map(entries.iter().map(|(key, item)| (key.to_string(), raw_of(item))).collect()),
    }
}

#[cfg(test)]
mod tests {
    use liuwu_engine::bundle;
    use liuwu_engine::period::parse_date;
    use rust_xlsxwriter::{Format, Workbook as Book};

    use super::*;
    use crate::intake::{self, Limits};

    #[test]
    fn a_workbook_with_numbers_and_days_of_its_own_is_read_like_a_text() {
        let mut book = Book::new();
        let sheet = book.add_worksheet();
        sheet.set_name("案例").unwrap();
        let header =
            ["case", "period", "户数", "fire.date", "火灾.编号", "火灾.场所", "火灾.直接损失(万元)", "期望得分"];
        for (column, title) in (0..).zip(header) {
            sheet.write(2, column, title).unwrap();
        }
        let day = Format::new().set_num_format("yyyy-mm-dd");
        sheet.write(3, 0, "一起").unwrap();
        sheet.write(3, 1, 2020).unwrap();
        sheet.write(3, 2, 1000).unwrap();
        // 29 February 2020.
        sheet.write_with_format(3, 3, 43890, &day).unwrap();
        sheet.write(3, 4, "1").unwrap();
        sheet.write(3, 5, "住宅").unwrap();
        sheet.write(3, 6, 3.5).unwrap();
        sheet.write(3, 7, 96.67).unwrap();
        let bytes = book.save_to_buffer().unwrap();
        let workbook = intake::read("案例.xlsx", &bytes, None, Limits::default()).unwrap();
        let text = include_str!("../../../../fixtures/bundles/journey.yaml");
        let bundle = bundle::read("journey.yaml", text).unwrap().0;
        let table = read(&workbook, &bundle);
        assert_eq!(table.diagnostics, []);
        let case = &table.cases[0];
        assert_eq!(case.periods[0].name(), "2020");
        assert_eq!(case.unit.last().unwrap().1.raw, Raw::Number("1000".to_owned()));
        let fields: Vec<&Raw> = case.records[0].fields.iter().map(|(_, value)| &value.raw).collect();
        let date = Raw::Date(parse_date("2020-02-29").unwrap());
        let wanted = [date, Raw::Text("1".into()), Raw::Text("home".into()), Raw::Number("3.5".into())];
        assert_eq!(fields, wanted.iter().collect::<Vec<_>>());
        assert_eq!(case.expect.score, Some(Number::parse("96.67").ok()));
        assert_eq!(case.expect.location_of("score").to_line(), "案例.xlsx!案例!H4");
    }
}
