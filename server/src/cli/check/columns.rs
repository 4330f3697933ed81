//! The header of a table of cases: what each of its columns says about a case.
//!
//! Enters: a sheet and the bundle that the cases are about. Leaves: a [`Header`], or every column that means nothing. Next:
//! [`super::table`].

use liuwu_engine::bundle::Bundle;
use liuwu_engine::codes::{cases as codes, sheet as sheet_codes};
use liuwu_engine::diagnostic::Diagnostic;
use liuwu_engine::dictionary::Kind;
use liuwu_engine::dictionary::read::characters::comparable;

use crate::intake::workbook::{Sheet, column_letters};

/// Rows in which the header is looked for.
const FIRST_ROWS: usize = 30;

const NAME: &[&str] = &["案例", "案例名称", "case", "name"];
const PERIOD: &[&str] = &["周期", "期间", "period"];
const AS_OF: &[&str] = &["截至", "数据截至", "as_of"];
const NOT_HANDED_IN: &[&str] = &["未报", "未报台账", "not_handed_in"];
const SCORE: &[&str] = &["期望得分", "期望.得分", "score", "expect.score"];
const RATING: &[&str] = &["期望等次", "期望.等次", "rating", "expect.rating"];
const LISTS: &[&str] = &["期望清单", "期望.清单", "lists", "expect.lists"];
const UNNEEDED: &[&str] = &["序号", "备注", "说明", "no", "no.", "note"];
const DATES: &[&str] = &["日期", "date"];
const IDS: &[&str] = &["编号", "id"];

/// What a column says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Column {
    /// The case's name.
    Name,
    /// The periods scored.
    Period,
    /// The day of knowledge.
    AsOf,
    /// An attribute of the unit or of one above it.
    Attribute(String),
    /// Something of a record: the kind, which of its records (from 1), and what of it.
    Record(String, u32, Part),
    /// Kinds that are not handed in.
    NotHandedIn,
    /// The score expected.
    Score,
    /// The rating expected.
    Rating,
    /// The lists expected.
    Lists,
    /// What is expected of a rule.
    Rule(String),
    /// A running number or a remark.
    Unneeded,
}

/// A part of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// Its date.
    Date,
    /// Its number.
    Id,
    /// A field, by key.
    Field(String),
}

impl Column {
    /// Whether it says what must come out.
    fn expects(&self) -> bool {
        matches!(self, Column::Score | Column::Rating | Column::Lists | Column::Rule(_))
    }
}

/// The header of a table of cases.
#[derive(Debug)]
pub(super) struct Header {
    /// Its row; the cases stand below.
    pub row: usize,
    /// The place of each column, what is written over it, and what it says.
    pub columns: Vec<(usize, String, Column)>,
}

/// Looks for the header; none: the sheet has none.
pub(super) fn find(sheet: &Sheet, bundle: &Bundle) -> Option<Result<Header, Vec<Diagnostic>>> {
    let row = (0..sheet.rows.len().min(FIRST_ROWS)).find(|row| is_header(sheet, *row, bundle))?;
    let mut columns: Vec<(usize, String, Column)> = Vec::new();
    let mut faults = Vec::new();
    for place in 0..sheet.rows.get(row).map_or(0, Vec::len) {
        let text = sheet.text(row, place);
        if text.is_empty() {
            continue;
        }
        let at = sheet.at(row, place);
        let Some(column) = meaning(&text, bundle) else {
            faults.push(unknown(&text, bundle).at(at));
            continue;
        };
        let earlier = columns.iter().find(|(_, _, earlier)| *earlier == column && column != Column::Unneeded);
        if let Some((earlier, ..)) = earlier {
            let fault = Diagnostic::new(&sheet_codes::REPEATED_COLUMN).with("column", &text);
            faults.push(fault.with("other", column_letters(*earlier)).at(at));
        }
        columns.push((place, text, column));
    }
    Some(if faults.is_empty() { Ok(Header { row, columns }) } else { Err(faults) })
}

/// A row that names the cases and expects something of them.
fn is_header(sheet: &Sheet, row: usize, bundle: &Bundle) -> bool {
    let cells = 0..sheet.rows.get(row).map_or(0, Vec::len);
    let found: Vec<Column> = cells.filter_map(|place| meaning(&sheet.text(row, place), bundle)).collect();
    found.contains(&Column::Name) && found.iter().any(Column::expects)
}

/// What a header says; none: nothing that is known.
fn meaning(text: &str, bundle: &Bundle) -> Option<Column> {
    let word = comparable(text);
    let fixed = [
        (NAME, Column::Name),
        (PERIOD, Column::Period),
        (AS_OF, Column::AsOf),
        (NOT_HANDED_IN, Column::NotHandedIn),
        (SCORE, Column::Score),
        (RATING, Column::Rating),
        (LISTS, Column::Lists),
        (UNNEEDED, Column::Unneeded),
    ];
    if let Some((_, column)) = fixed.into_iter().find(|(words, _)| words.contains(&word.as_str())) {
        return Some(column);
    }
    if let Some(rule) = word.strip_prefix("期望.").or(word.strip_prefix("expect.")) {
        let rules = bundle.all_rules();
        let found = rules.iter().find(|known| comparable(&known.id) == rule);
        let found = found.or_else(|| rules.iter().find(|known| comparable(&known.title) == rule));
        return found.map(|rule| Column::Rule(rule.id.clone()));
    }
    let plain = without_measure(&word);
    attribute(&word, bundle).or_else(|| attribute(plain, bundle)).or_else(|| record(plain, bundle))
}

/// 直接损失(万元): the header of a sheet may state the unit of measure.
fn without_measure(word: &str) -> &str {
    word.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')).map_or(word, |(before, _)| before)
}

fn attribute(word: &str, bundle: &Bundle) -> Option<Column> {
    let word = word.strip_prefix("属性.").or(word.strip_prefix("unit.")).unwrap_or(word);
    let attributes = &bundle.dictionary.attributes;
    let found =
        attributes.iter().find(|(key, of)| [comparable(key), comparable(&of.field.title)].contains(&word.to_owned()));
    found.map(|(key, _)| Column::Attribute(key.clone()))
}

/// `火灾.死亡人数`, `fire.deaths`, `火灾#2.日期`.
fn record(word: &str, bundle: &Bundle) -> Option<Column> {
    let (of, part) = word.split_once('.')?;
    let (of, number) = match of.split_once('#') {
        Some((of, number)) => (of, number.parse().ok().filter(|number| *number > 0)?),
        None => (of, 1),
    };
    let kinds = &bundle.dictionary.kinds;
    let (id, kind) = kinds.iter().find(|(id, kind)| comparable(id) == of || comparable(&kind.title) == of)?;
    Some(Column::Record(id.clone(), number, part_of(part, kind)?))
}

fn part_of(word: &str, kind: &Kind) -> Option<Part> {
    let is_called = |(key, title): (&String, &str)| comparable(key) == word || comparable(title) == word;
    if let Some((key, _)) = kind.fields.iter().find(|(key, field)| is_called((key, &field.title))) {
        return Some(Part::Field(key.clone()));
    }
    if DATES.contains(&word) || comparable(&kind.date_title) == word {
        return Some(Part::Date);
    }
    IDS.contains(&word).then_some(Part::Id)
}

/// The fault of a column that means nothing, with what may have been meant.
fn unknown(text: &str, bundle: &Bundle) -> Diagnostic {
    let word = comparable(text);
    let of_kind = word.split_once('.').map(|(of, _)| of.split('#').next().unwrap_or(of));
    let mut known: Vec<String> = [NAME, PERIOD, AS_OF, NOT_HANDED_IN, SCORE, RATING, LISTS]
        .iter()
        .filter_map(|words| words.first())
        .map(|word| (*word).to_owned())
        .collect();
    known.extend(bundle.all_rules().iter().map(|rule| format!("期望.{}", rule.id)));
    known.extend(bundle.dictionary.attributes.values().map(|attribute| attribute.field.title.clone()));
    for kind in bundle.dictionary.kinds.values() {
        let titles = kind.fields.values().map(|field| field.title.as_str()).chain(["日期"]);
        let mut columns: Vec<String> = titles.map(|title| format!("{}.{title}", kind.title)).collect();
        // Of a kind that is known, only its fields can have been meant.
        if of_kind.is_some_and(|of| of == comparable(&kind.title) || of == comparable(&kind.id)) {
            known = columns;
            break;
        }
        known.append(&mut columns);
    }
    let (remedy, remedy_en) = remedy(text, &known);
    Diagnostic::new(&codes::UNKNOWN_CASE_COLUMN)
        .with("column", text)
        .with("remedy", remedy)
        .with("remedy_en", remedy_en)
}

/// The name most like one that is not known, or all there are; in Chinese and English.
pub(super) fn remedy(name: &str, known: &[String]) -> (String, String) {
    let likeness = |known: &str| strsim::normalized_damerau_levenshtein(&comparable(name), &comparable(known));
    let alike = known.iter().map(|known| (likeness(known), known)).filter(|(likeness, _)| *likeness >= 0.5);
    match alike.max_by(|(a, _), (b, _)| a.total_cmp(b)) {
        Some((_, near)) => (format!("是不是「{near}」?"), format!("did you mean `{near}`?")),
        None => (format!("可以写:{}", known.join("、")), format!("there are: {}", known.join(", "))),
    }
}
