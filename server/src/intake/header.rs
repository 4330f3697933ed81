//! Finds the header of a sheet and what each of its columns holds.
//!
//! Enters: a sheet and the vocabularies of the tables that may be handed in. Leaves: the [`Header`] that fits best. It may stand
//! under title rows and take two rows with merged cells; columns may stand in any order. Next: [`super::rows`].

use std::collections::HashSet;
use std::sync::Arc;

use liuwu_engine::codes::sheet as codes;
use liuwu_engine::diagnostic::Diagnostic;
use liuwu_engine::dictionary::read::characters::comparable;

use super::choices::TableChoice;
use super::vocabulary::{Role, Subject, Vocabulary};
use super::workbook::{Merges, Sheet, column_letters};

/// Rows in which a header is looked for.
const FIRST_ROWS: usize = 30;
/// Columns beyond which nobody writes headers.
const FIRST_COLUMNS: usize = 500;
/// A header that names the kind in a title counts as so many percent better.
const MENTIONED: usize = 5;

/// Units of measure that a header may state in brackets.
const MEASURES: &[&str] = &[
    "元",
    "千元",
    "万元",
    "百万元",
    "亿元",
    "人",
    "人次",
    "户",
    "起",
    "件",
    "次",
    "个",
    "处",
    "家",
    "条",
    "路",
    "%",
    "‰",
    "米",
    "千米",
    "公里",
    "平方米",
    "平方公里",
    "亩",
    "公顷",
    "小时",
    "分钟",
    "天",
    "日",
    "吨",
    "公斤",
    "万人",
    "千人",
];

/// A header that was found.
#[derive(Debug)]
pub(super) struct Header {
    pub vocabulary: Arc<Vocabulary>,
    /// Its last row; data starts below.
    pub row: usize,
    /// Its columns, those without any text left out.
    pub columns: Vec<Column>,
    /// How well it fits, in percent.
    pub share: u32,
}

/// A column with a header.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub index: usize,
    /// The header as written.
    pub text: String,
    pub role: Option<Role>,
    /// The unit of measure in the header, where it is not that of the field.
    pub other_measure: Option<String>,
}

/// What was found on a sheet.
pub(super) enum Found {
    Header(Box<Header>),
    /// Two kinds fit alike.
    Tie(String, String),
    /// Nothing fits.
    Nothing,
}

/// Looks for the header that fits best, where a person has not said more.
pub(super) fn find(sheet: &Sheet, vocabularies: &[Arc<Vocabulary>], choice: Option<&TableChoice>) -> Found {
    let merges = Merges::of(sheet);
    // Whoever names the kind need not be convinced by the words.
    let is_named = choice.is_some_and(|choice| choice.kind.is_some());
    let fewest = if is_named { 1 } else { 2 };
    let chosen = choice.and_then(|choice| usize::try_from(choice.header_row?).ok()?.checked_sub(1));
    let rows = chosen.map_or(0..FIRST_ROWS, |last| last.saturating_sub(1)..last.saturating_add(1));
    let mut best: Option<(usize, Header)> = None;
    let mut tie = None;
    for row in rows.start..sheet.end().min(rows.end) {
        for height in [1, 2] {
            let last = row + height - 1;
            let texts = texts_of(sheet, &merges, row, height);
            if texts.len() < fewest || chosen.is_some_and(|chosen| chosen != last) {
                continue;
            }
            for vocabulary in vocabularies {
                let Some((score, header)) = fit(sheet, vocabulary, &texts, last, is_named) else { continue };
                match &best {
                    Some((most, other)) if *most == score && is_rival(other, &header) => {
                        tie = Some((other.vocabulary.title.clone(), header.vocabulary.title.clone()));
                    }
                    Some((most, _)) if *most >= score => {}
                    _ => {
                        best = Some((score, header));
                        tie = None;
                    }
                }
            }
        }
    }
    match (best, tie) {
        (_, Some((first, second))) => Found::Tie(first, second),
        (Some((_, mut header)), None) => {
            if let Some(choice) = choice {
                header.decide(choice);
            }
            Found::Header(Box::new(header))
        }
        (None, None) => Found::Nothing,
    }
}

/// Two kinds over the same row; the same kind again one row further down is none.
fn is_rival(one: &Header, other: &Header) -> bool {
    one.vocabulary.title != other.vocabulary.title && one.row == other.row
}

/// The texts over one column, from the nearest to the cells on: what is tried in turn.
struct Texts {
    column: usize,
    tried: Vec<String>,
}

fn texts_of(sheet: &Sheet, merges: &Merges, row: usize, height: usize) -> Vec<Texts> {
    let mut texts = Vec::new();
    let width = (row..row + height).map(|row| sheet.row(row).len()).max().unwrap_or(0);
    for column in 0..width.min(FIRST_COLUMNS) {
        let top = header_text(sheet, merges, row, column);
        let tried = if height == 1 {
            vec![sheet.text(row, column)]
        } else {
            match sheet.text(row + 1, column) {
                bottom if bottom.is_empty() => vec![top],
                bottom => vec![bottom.clone(), format!("{top}{bottom}")],
            }
        };
        if tried.iter().any(|text| !text.is_empty()) {
            texts.push(Texts { column, tried });
        }
    }
    texts
}

/// The text of a cell, or of the merged cell that it is part of.
fn header_text(sheet: &Sheet, merges: &Merges, row: usize, column: usize) -> String {
    match merges.covering(row, column) {
        Some(merged) => sheet.text(*merged.rows.start(), *merged.columns.start()),
        None => sheet.text(row, column),
    }
}

/// How well a vocabulary fits a row of texts; none when it cannot be meant.
fn fit(
    sheet: &Sheet,
    vocabulary: &Arc<Vocabulary>,
    texts: &[Texts],
    row: usize,
    is_named: bool,
) -> Option<(usize, Header)> {
    let columns: Vec<Column> = texts.iter().map(|texts| column_of(vocabulary, texts)).collect();
    let roles: HashSet<&Role> =
        columns.iter().filter_map(|column| column.role.as_ref()).filter(|role| **role != Role::Unneeded).collect();
    let has = |wanted: &Role| match wanted {
        Role::Unit(_) => roles.iter().any(|role| matches!(role, Role::Unit(_))),
        other => roles.contains(other),
    };
    let required = vocabulary.required.iter().filter(|(role, _)| has(role)).count();
    if !is_named && !is_meant(vocabulary, &roles, required) {
        return None;
    }
    let matched = roles.len();
    let written = columns.iter().filter(|column| column.role != Some(Role::Unneeded)).count();
    let wanted = vocabulary.required.len() + matched.saturating_sub(required);
    let share = 200 * matched / (written + wanted).max(1);
    let mentioned = if is_mentioned(sheet, &vocabulary.title, row) { MENTIONED } else { 0 };
    let share = share.min(100);
    let header =
        Header { vocabulary: Arc::clone(vocabulary), row, columns, share: u32::try_from(share).unwrap_or(100) };
    Some((share + mentioned, header))
}

/// Whether so few words can still mean this table.
fn is_meant(vocabulary: &Vocabulary, roles: &HashSet<&Role>, required: usize) -> bool {
    let fields = roles.iter().filter(|role| matches!(role, Role::Field(_))).count();
    let has = |role: &Role| roles.contains(role);
    match &vocabulary.subject {
        Subject::Records(kind) => {
            (fields > 0 || kind.fields.is_empty()) && roles.len() >= 2 && required * 2 >= vocabulary.required.len()
        }
        Subject::Attributes => fields > 0 && required > 0,
        Subject::Divisions => required == 2 && (has(&Role::Level) || has(&Role::Parent)),
        Subject::Statements => required == 2 && (has(&Role::Period) || (has(&Role::From) && has(&Role::To))),
        Subject::Changes => required >= 2 && (has(&Role::OldCode) || has(&Role::NewCode)),
    }
}

/// Whether the sheet, the file or a title row names the table.
fn is_mentioned(sheet: &Sheet, title: &str, row: usize) -> bool {
    let title = comparable(title);
    let above = (0..row).flat_map(|row| (0..sheet.row(row).len()).map(move |column| (row, column)));
    sheet.name.as_deref().is_some_and(|name| comparable(name).contains(&title))
        || comparable(&sheet.file).contains(&title)
        || above.into_iter().any(|(row, column)| comparable(&sheet.text(row, column)).contains(&title))
}

fn column_of(vocabulary: &Vocabulary, texts: &Texts) -> Column {
    let shown = texts.tried.iter().find(|text| !text.is_empty()).cloned().unwrap_or_default();
    for text in &texts.tried {
        let word = comparable(text);
        let word = word.trim_matches(['*', ':', '※', '.']);
        if let Some(role) = vocabulary.role(word) {
            return Column { index: texts.column, text: shown, role: Some(role.clone()), other_measure: None };
        }
        // 直接损失(万元), 发生日期(年月日)
        let Some((base, bracket)) = word.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) else { continue };
        if let Some(role) = vocabulary.role(base.trim_matches(['*', ':'])) {
            let other_measure = other_measure(vocabulary, role, bracket);
            return Column { index: texts.column, text: shown, role: Some(role.clone()), other_measure };
        }
    }
    Column { index: texts.column, text: shown, role: None, other_measure: None }
}

fn other_measure(vocabulary: &Vocabulary, role: &Role, bracket: &str) -> Option<String> {
    let Role::Field(key) = role else { return None };
    let own = vocabulary.measures.get(key)?;
    (bracket != own && MEASURES.contains(&bracket)).then(|| bracket.to_owned())
}

impl Header {
    /// Takes columns for what a person said they are.
    fn decide(&mut self, choice: &TableChoice) {
        for column in &mut self.columns {
            if let Some(key) = choice.columns.get(&column_letters(column.index)) {
                column.role = self.vocabulary.role_of_key(key).cloned();
                column.other_measure = None;
            }
        }
    }

    /// The column with a role.
    pub fn column(&self, role: &Role) -> Option<&Column> {
        self.columns.iter().find(|column| column.role.as_ref() == Some(role))
    }

    /// Columns that say whose a row is.
    pub fn unit_columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| matches!(column.role, Some(Role::Unit(_))))
    }

    /// What the table lacks: roles with their titles.
    pub fn missing(&self) -> Vec<(&Role, &str)> {
        let lacks = |role: &Role| match role {
            Role::Unit(_) => self.unit_columns().next().is_none(),
            other => self.column(other).is_none(),
        };
        self.vocabulary
            .required
            .iter()
            .filter(|(role, _)| lacks(role))
            .map(|(role, title)| (role, title.as_str()))
            .collect()
    }

    /// What is wrong with the header itself.
    pub fn faults(&self, sheet: &Sheet) -> Vec<Diagnostic> {
        let first = self.columns.first().map_or(0, |column| column.index);
        let mut faults: Vec<Diagnostic> = self
            .missing()
            .into_iter()
            .map(|(_, title)| {
                Diagnostic::new(&codes::MISSING_COLUMN).with("column", title).at(sheet.at(self.row, first))
            })
            .collect();
        let mut seen: Vec<&Column> = Vec::new();
        for column in self.columns.iter().filter(|column| column.role.as_ref().is_some_and(|r| *r != Role::Unneeded)) {
            let here = sheet.at(self.row, column.index);
            if let Some(earlier) = seen.iter().find(|earlier| earlier.role == column.role) {
                let other = column_letters(earlier.index);
                let fault = Diagnostic::new(&codes::REPEATED_COLUMN).with("column", &column.text).with("other", other);
                faults.push(fault.at(here.clone()));
            } else {
                seen.push(column);
            }
            if let Some(found) = &column.other_measure {
                faults.push(self.measure_fault(column, found).at(here));
            }
        }
        faults
    }

    fn measure_fault(&self, column: &Column, found: &str) -> Diagnostic {
        let own = match &column.role {
            Some(Role::Field(key)) => self.vocabulary.measures.get(key).map_or("", String::as_str),
            _ => "",
        };
        Diagnostic::new(&codes::OTHER_MEASURE).with("column", &column.text).with("found", found).with("measure", own)
    }

    /// Remarks on columns that are not used, with what may have been meant.
    pub fn remarks(&self, sheet: &Sheet) -> Vec<Diagnostic> {
        let absent: Vec<String> = self
            .vocabulary
            .titles()
            .into_iter()
            .filter(|title| {
                let role = self.vocabulary.role(&comparable(title));
                role.is_none_or(|role| self.column(role).is_none())
            })
            .collect();
        self.columns
            .iter()
            .filter(|column| column.role.is_none())
            .map(|column| {
                let near = nearest(&column.text, &absent);
                let remark = Diagnostic::new(&codes::EXTRA_COLUMN)
                    .with("column", &column.text)
                    .with("near", near.map(|near| format!("如果就是「{near}」,请改成这个名称")).unwrap_or_default())
                    .with("near_en", near.map(|near| format!("if it is `{near}`, rename it")).unwrap_or_default());
                remark.at(sheet.at(self.row, column.index))
            })
            .collect()
    }
}

/// The title most like a text, if any is.
fn nearest<'t>(text: &str, titles: &'t [String]) -> Option<&'t str> {
    let word = comparable(text);
    let likeness = |title: &str| strsim::normalized_damerau_levenshtein(&word, &comparable(title));
    let alike = titles.iter().map(|title| (likeness(title), title.as_str())).filter(|(likeness, _)| *likeness >= 0.5);
    alike.max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, title)| title)
}
