//! The rows of data under a header, and whose each of them is.
//!
//! Enters: a sheet and its header. Leaves: the rows that hold data, with merged units filled down; totals, notes, repeated
//! headers and blank rows are left out. Next: [`super::records`].

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use indexmap::IndexMap;
use liuwu_engine::codes::sheet as codes;
use liuwu_engine::diagnostic::Diagnostic;
use liuwu_engine::dictionary::read::Raw;
use liuwu_engine::dictionary::read::characters::{comparable_form, half_width};
use rayon::prelude::*;

use super::header::{Column, Header};
use super::reading::Unmatched;
use super::units::{NotFound, Proposal, UnitIndex, Written};
use super::vocabulary::{Naming, Role, level_title};
use super::workbook::{Merged, Merges, Sheet, column_letters};

const TOTALS: &[&str] = &["合计", "总计", "小计", "共计", "累计", "总数", "本页合计", "本页小计"];
const NOTES: &[&str] = &[
    "内部资料",
    "注",
    "备注",
    "说明",
    "填表",
    "填报",
    "制表",
    "审核",
    "负责人",
    "单位负责人",
    "报送",
    "报表",
    "联系",
    "主管",
    "分管",
    "数据来源",
];

/// What stands under the running numbers in a row that only shows how to fill in the others.
pub(super) const EXAMPLE: &str = "示例";
const EXAMPLES: &[&str] = &[EXAMPLE, "例", "例如", "样例", "范例"];

/// A sheet with its header.
pub(super) struct Rows<'a> {
    pub sheet: &'a Sheet,
    pub header: &'a Header,
    merges: Merges<'a>,
}

/// What a row is.
enum RowKind {
    Data,
    Blank,
    /// Left out, and why, in Chinese and English.
    Ignored(&'static str, &'static str),
}

impl<'a> Rows<'a> {
    pub fn new(sheet: &'a Sheet, header: &'a Header) -> Rows<'a> {
        Rows { sheet, header, merges: Merges::of(sheet) }
    }

    /// The rows of data, and remarks on those left out with their numbers from 1.
    pub fn sorted_out(&self) -> (Vec<usize>, Vec<(u32, Diagnostic)>) {
        let mut data = Vec::new();
        let mut ignored = Vec::new();
        let rows = (self.header.row + 1).max(self.sheet.first)..self.sheet.end();
        let kinds: Vec<RowKind> = rows.clone().into_par_iter().map(|row| self.kind_of(row)).collect();
        for (row, kind) in rows.zip(kinds) {
            match kind {
                RowKind::Data => data.push(row),
                RowKind::Blank => {}
                RowKind::Ignored(what, what_en) => {
                    let number = number_of(row);
                    let remark = Diagnostic::new(&codes::IGNORED_ROW)
                        .with("row", number)
                        .with("what", what)
                        .with("what_en", what_en);
                    ignored.push((number, remark.at(self.sheet.at(row, self.first_column()))));
                }
            }
        }
        (data, ignored)
    }

    fn kind_of(&self, row: usize) -> RowKind {
        let filled: Vec<(&Column, Cow<str>)> = self
            .header
            .columns
            .iter()
            .map(|column| (column, self.sheet.words(row, column.index)))
            .filter(|(_, text)| !text.is_empty())
            .collect();
        let has_own = filled.iter().any(|(column, _)| !matches!(column.role, None | Some(Role::Unneeded)));
        let has_date = filled.iter().any(|(column, _)| column.role == Some(Role::Date));
        let names_end = self.header.unit_columns().map(|column| column.index).max().unwrap_or(self.first_column());
        let is_value = |column: &Column| matches!(column.role, Some(Role::Field(_) | Role::Id));
        // A total stands where the names stand; the same word in a remark is none.
        let mut names = filled.iter().filter(|(column, _)| column.index <= names_end && !is_value(column));
        let is_unit = |column: &Column| self.header.unit_columns().any(|unit| unit.index == column.index);
        // No unit is called so: whatever stands beside it, such as `122处` under the dates, is a total too.
        if names.any(|(column, text)| (!has_date || is_unit(column)) && is_total(&comparable_form(text))) {
            return RowKind::Ignored("合计行", "a row of totals");
        }
        let is_example = |(column, text): &(&Column, Cow<str>)| {
            column.role == Some(Role::Unneeded) && EXAMPLES.contains(&comparable_form(text).trim_matches(':'))
        };
        if filled.iter().any(is_example) {
            return RowKind::Ignored("示例行", "an example");
        }
        if !has_date && filled.len() <= 2 && self.begins_a_note(row) {
            return RowKind::Ignored("说明行", "a note");
        }
        if filled.len() > 1
            && filled.iter().all(|(column, text)| comparable_form(text) == comparable_form(&column.text))
        {
            return RowKind::Ignored("重复的表头", "the header once more");
        }
        if has_own { RowKind::Data } else { RowKind::Blank }
    }

    /// Whether the first text of a row begins as notes under a table do.
    fn begins_a_note(&self, row: usize) -> bool {
        let mut texts = (0..self.sheet.row(row).len()).map(|column| self.sheet.words(row, column));
        let first = texts.find(|text| !text.is_empty()).unwrap_or_default();
        let first = comparable_form(&first);
        NOTES.iter().any(|note| first.starts_with(note))
    }

    pub fn first_column(&self) -> usize {
        self.header.columns.first().map_or(0, |column| column.index)
    }

    /// The raw value of a column; serial days as counted from 1900.
    pub fn raw(&self, row: usize, column: &Column, is_day: bool) -> Cow<'_, Raw> {
        self.sheet.raw(row, column.index, is_day)
    }

    /// A text of a unit column: its own, or that of the merged cell over it.
    fn unit_text(&self, row: usize, column: &Column) -> Option<Cow<'_, str>> {
        let own = self.sheet.words(row, column.index);
        let text = if own.is_empty() {
            let merged = self.merges.covering(row, column.index)?;
            let top = *merged.rows.start();
            if top <= self.header.row {
                return None;
            }
            self.sheet.words(top, *merged.columns.start())
        } else {
            own
        };
        (!text.is_empty()).then_some(text)
    }

    /// What the row says about its unit, when one of that level is wanted; and the column that says most.
    pub fn written(&self, row: usize, level: Option<&str>) -> (Written, usize) {
        let mut written = Written::default();
        let mut at = None;
        for column in self.header.unit_columns() {
            let Some(text) = self.unit_text(row, column) else { continue };
            match &column.role {
                Some(Role::Unit(Naming::Code)) => {
                    let code = half_width(&text).replace(' ', "");
                    if code.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') || self.names_missing() {
                        written.code = Some(code);
                        at = at.or(Some(column.index));
                    } else {
                        // A name in the column of codes is a name.
                        written.name = Some(text.into_owned());
                        at = Some(column.index);
                    }
                }
                Some(Role::Unit(Naming::Level(own))) if level.is_some_and(|level| level != own) => {
                    written.above.push((own.clone(), text.into_owned()));
                }
                _ => {
                    written.name = Some(text.into_owned());
                    at = Some(column.index);
                }
            }
        }
        let first = || self.header.unit_columns().last().map(|column| column.index);
        (written, at.or_else(first).unwrap_or_else(|| self.first_column()))
    }

    /// Whether codes are the only way this table names units; ids that are no digits are ids then.
    fn names_missing(&self) -> bool {
        self.header.unit_columns().all(|column| column.role == Some(Role::Unit(Naming::Code)))
    }

    /// The level of units that the table names, by its column nearest to them.
    pub fn level<'l>(&self, levels: &[&'l str]) -> Option<&'l str> {
        let named = |level: &&&str| {
            self.header
                .unit_columns()
                .any(|column| column.role == Some(Role::Unit(Naming::Level((**level).to_string()))))
        };
        levels.iter().find(named).copied()
    }

    /// Cells of fields merged over several rows: each is a fault, and its rows are not complete.
    pub fn merged_values(&self) -> Vec<(usize, &'a Merged)> {
        let mut found = Vec::new();
        let is_unit = |column: &&Column| matches!(column.role, Some(Role::Unit(_)));
        let values = self.header.columns.iter().filter(|column| !is_unit(column));
        for column in values.filter(|column| !matches!(column.role, None | Some(Role::Unneeded))) {
            let regions = self.sheet.merged.iter().filter(|merged| {
                merged.columns.contains(&column.index)
                    && *merged.rows.start() > self.header.row
                    && merged.rows.end() > merged.rows.start()
            });
            found.extend(regions.map(|merged| (column.index, merged)));
        }
        found
    }

    /// The letters of the columns by name, for the source of a record.
    pub fn letters(&self) -> BTreeMap<String, String> {
        let mut letters = BTreeMap::new();
        for column in &self.header.columns {
            let name = match &column.role {
                Some(Role::Field(key)) => key.clone(),
                Some(Role::Date) => "date".to_owned(),
                Some(Role::Id) => "id".to_owned(),
                Some(Role::Unit(_)) => "unit".to_owned(),
                _ => continue,
            };
            letters.insert(name, column_letters(column.index));
        }
        letters
    }
}

fn is_total(word: &str) -> bool {
    TOTALS.iter().any(|total| {
        word == *total || word.strip_suffix(total).is_some_and(|place| !place.is_empty() && place.chars().count() <= 8)
    }) || TOTALS.iter().take(3).any(|total| word.strip_prefix(total).is_some_and(|rest| rest.starts_with(['(', ':'])))
}

/// The number of a row as a spreadsheet shows it.
pub(super) fn number_of(row: usize) -> u32 {
    u32::try_from(row + 1).unwrap_or(u32::MAX)
}

/// Finds the unit of each row; a name that was looked up once is not looked up again.
pub(super) struct Resolver<'a> {
    units: &'a UnitIndex,
    level: Option<&'a str>,
    known: HashMap<Written, Result<Arc<str>, NotFound>>,
    unmatched: IndexMap<String, Unmatched>,
}

impl<'a> Resolver<'a> {
    pub fn new(units: &'a UnitIndex, level: Option<&'a str>) -> Resolver<'a> {
        Resolver { units, level, known: HashMap::new(), unmatched: IndexMap::new() }
    }

    /// The level of the units wanted; none: any.
    pub fn level(&self) -> Option<&'a str> {
        self.level
    }

    /// Whether a text is the very id of a unit.
    pub fn is_id(&self, text: &str) -> bool {
        self.units.get(text).is_some()
    }

    /// The unit that is meant, or the fault, still without its place.
    pub fn unit(&mut self, written: Written, row: u32) -> Result<Arc<str>, Diagnostic> {
        let found = match self.known.get(&written) {
            Some(found) => found.clone(),
            None => {
                let only = self.level.filter(|_| written == Written::default()).and_then(|l| self.units.only_one(l));
                let found = match only {
                    Some(only) => Ok(Arc::clone(&only.id)),
                    None => self.units.find(self.level, &written).map(|unit| Arc::clone(&unit.id)),
                };
                self.known.insert(written.clone(), found.clone());
                found
            }
        };
        found.map_err(|why| {
            self.remember(&written, &why, row);
            self.fault(&written, why)
        })
    }

    /// The names that were not found, each once, with the rows that have them.
    pub fn unmatched(self) -> Vec<Unmatched> {
        self.unmatched.into_values().collect()
    }

    fn remember(&mut self, written: &Written, why: &NotFound, row: u32) {
        let (NotFound::Unknown(proposals) | NotFound::Several(proposals)) = why else { return };
        let alias = written.alias();
        let entry = self.unmatched.entry(alias.clone()).or_insert_with(|| Unmatched {
            written: written.shown(),
            alias,
            rows: Vec::new(),
            proposals: proposals.clone(),
        });
        entry.rows.push(row);
    }

    fn fault(&self, written: &Written, why: NotFound) -> Diagnostic {
        let level = self.level.unwrap_or("village");
        let of_level = |code| Diagnostic::new(code).with("level", level_title(level)).with("level_en", level);
        match why {
            NotFound::Blank => of_level(&codes::NO_UNIT),
            NotFound::Unknown(proposals) => {
                let (near, near_en) = if proposals.is_empty() {
                    (String::new(), String::new())
                } else {
                    let names = names(&proposals);
                    (format!("是不是{names}?"), format!("did you mean {names}? "))
                };
                Diagnostic::new(&codes::UNKNOWN_UNIT)
                    .with("name", written.shown())
                    .with("near", near)
                    .with("near_en", near_en)
            }
            NotFound::Several(proposals) => Diagnostic::new(&codes::SEVERAL_UNITS)
                .with("name", written.shown())
                .with("count", proposals.len())
                .with("near", names(&proposals)),
            NotFound::Contradiction { actual } => Diagnostic::new(&codes::UNIT_CONTRADICTION)
                .with("code", written.code.as_deref().unwrap_or_default())
                .with("actual", actual)
                .with("name", written.name.as_deref().unwrap_or_default()),
            NotFound::WrongLevel { name, actual } => of_level(&codes::WRONG_LEVEL)
                .with("name", name)
                .with("actual", level_title(&actual))
                .with("actual_en", actual),
        }
    }
}

/// At most three names in quotation marks.
fn names(proposals: &[Proposal]) -> String {
    let shown: Vec<String> = proposals.iter().take(3).map(|proposal| format!("「{}」", proposal.name)).collect();
    let more = if proposals.len() > 3 { "等" } else { "" };
    format!("{}{more}", shown.join("、"))
}
