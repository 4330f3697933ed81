//! What comes out of a file: tables with their good rows, and every fault and remark at its cell.
//!
//! Enters: a [`Workbook`]. Leaves: an [`Upload`]. Next: [`super::identity`].

use std::collections::BTreeSet;
use std::sync::Arc;

use liuwu_engine::codes::sheet as codes;
use liuwu_engine::diagnostic::{Diagnostic, Location, any_error};
use liuwu_engine::dictionary::Kind;

use super::Asked;
use super::attributes::{self, AttributeFact};
use super::divisions::{self, DivisionRow};
use super::header::{self, Found, Header};
use super::records::{self, UnitRecord};
use super::statements::{self, Stated};
use super::template::mark::Mark;
use super::units::Proposal;
use super::vocabulary::{Role, Subject, Vocabulary};
use super::workbook::{Content, Sheet, Workbook, column_letters};

/// Everything a file holds.
#[derive(Debug, Default)]
pub struct Upload {
    /// Its tables, in the order of its sheets.
    pub tables: Vec<Table>,
    /// What is wrong with the file as a whole.
    pub faults: Vec<Diagnostic>,
    /// What the user should know about the file as a whole.
    pub remarks: Vec<Diagnostic>,
    /// How its text was decoded, where it is a text.
    pub encoding: Option<&'static str>,
}

/// One table of a file.
#[derive(Debug)]
pub enum Table {
    /// Records of a kind.
    Records(Arc<Kind>, Reading<UnitRecord>),
    /// Facts about units.
    Attributes(Reading<AttributeFact>),
    /// Divisions.
    Divisions(Reading<DivisionRow>),
    /// What is handed in.
    Statements(Reading<Stated>),
}

/// A table that was read.
#[derive(Debug)]
pub struct Reading<T> {
    /// Name of the file.
    pub file: Arc<str>,
    /// Name of the sheet, in a workbook.
    pub sheet: Option<Arc<str>>,
    /// What the table was recognised as.
    pub title: String,
    /// The same by the name under which a choice is kept: the id of the kind, or `@attributes`, `@divisions`, `@statements`.
    pub subject: String,
    /// What its columns may hold: names under which a choice is kept, and titles.
    pub roles: Vec<(String, String)>,
    /// How well its header fits, in percent.
    pub share: u32,
    /// The last row of its header, from 1; none for JSON Lines.
    pub header_row: Option<u32>,
    /// Its columns: letters, header, and what it was taken for, if anything.
    pub columns: Vec<ReadColumn>,
    /// What the good rows hold.
    pub entries: Vec<T>,
    /// Every fault, in the order of the rows.
    pub faults: Vec<Diagnostic>,
    /// What the user should know.
    pub remarks: Vec<Diagnostic>,
    /// Rows left out because they hold no data of their own, from 1.
    pub ignored_rows: Vec<u32>,
    /// Rows with a fault, from 1.
    pub faulty_rows: BTreeSet<u32>,
    /// Names of units that were not found, each once.
    pub unmatched: Vec<Unmatched>,
    header_is_sound: bool,
    /// How many faults are not kept.
    unlisted: u64,
}

/// Faults and remarks of a table that are kept one by one. All faulty rows are counted.
pub(crate) const LISTED: usize = 10_000;

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadColumn {
    /// Such as `B`.
    pub letters: String,
    /// Its header as written.
    pub header: String,
    /// What it was taken for, in the words of the dictionary; none when it is left out.
    pub taken_for: Option<String>,
    /// The same by the name under which a choice is kept.
    pub role: Option<String>,
}

/// A name of a unit that was not found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmatched {
    /// As written, with the town.
    pub written: String,
    /// The form in which a choice is remembered; see [`super::units::UnitIndex::with_aliases`].
    pub alias: String,
    /// The rows that have it, from 1.
    pub rows: Vec<u32>,
    /// Units that may have been meant, at most three for a misspelt name.
    pub proposals: Vec<Proposal>,
}

impl Table {
    /// Every fault of the table.
    pub fn faults(&self) -> &[Diagnostic] {
        match self {
            Table::Records(_, reading) => &reading.faults,
            Table::Attributes(reading) => &reading.faults,
            Table::Divisions(reading) => &reading.faults,
            Table::Statements(reading) => &reading.faults,
        }
    }

    /// What the user should know about the table.
    pub fn remarks(&self) -> &[Diagnostic] {
        match self {
            Table::Records(_, reading) => &reading.remarks,
            Table::Attributes(reading) => &reading.remarks,
            Table::Divisions(reading) => &reading.remarks,
            Table::Statements(reading) => &reading.remarks,
        }
    }

    /// Numbers of the rows with a fault.
    pub fn faulty_rows(&self) -> &BTreeSet<u32> {
        match self {
            Table::Records(_, reading) => &reading.faulty_rows,
            Table::Attributes(reading) => &reading.faulty_rows,
            Table::Divisions(reading) => &reading.faulty_rows,
            Table::Statements(reading) => &reading.faulty_rows,
        }
    }
}

impl Upload {
    /// Every fault of the file and its tables.
    pub fn all_faults(&self) -> impl Iterator<Item = &Diagnostic> {
        self.faults.iter().chain(self.tables.iter().flat_map(Table::faults))
    }

    /// Every remark on the file and its tables.
    pub fn all_remarks(&self) -> impl Iterator<Item = &Diagnostic> {
        self.remarks.iter().chain(self.tables.iter().flat_map(Table::remarks))
    }
}

impl<T> Reading<T> {
    /// A table as its header says, still without rows; with the faults of the header.
    pub(super) fn of(sheet: &Sheet, header: &Header) -> Reading<T> {
        let columns = header.columns.iter().map(|column| ReadColumn {
            letters: column_letters(column.index),
            header: column.text.clone(),
            taken_for: column.role.as_ref().and_then(|role| header.vocabulary.title_of(role)),
            role: column.role.as_ref().map(Role::key),
        });
        let faults = header.faults(sheet);
        Reading {
            header_is_sound: !any_error(&faults),
            share: header.share,
            header_row: Some(super::rows::number_of(header.row)),
            columns: columns.collect(),
            faults,
            remarks: header.remarks(sheet),
            subject: header.vocabulary.subject.key().to_owned(),
            roles: header.vocabulary.roles(),
            ..Reading::empty(Arc::clone(&sheet.file), sheet.name.clone(), header.vocabulary.title.clone())
        }
    }

    pub(super) fn empty(file: Arc<str>, sheet: Option<Arc<str>>, title: String) -> Reading<T> {
        Reading {
            file,
            sheet,
            title,
            subject: String::new(),
            roles: Vec::new(),
            share: 100,
            header_row: None,
            columns: Vec::new(),
            entries: Vec::new(),
            faults: Vec::new(),
            remarks: Vec::new(),
            ignored_rows: Vec::new(),
            faulty_rows: BTreeSet::new(),
            unmatched: Vec::new(),
            header_is_sound: true,
            unlisted: 0,
        }
    }

    /// Whether rows under this header can be good.
    pub(super) fn is_sound(&self) -> bool {
        self.header_is_sound
    }

    /// Ends the reading: under a header with a fault no row is good, since nobody knows what its values mean.
    pub(super) fn close(mut self, unmatched: Vec<Unmatched>) -> Reading<T> {
        self.unmatched = unmatched;
        self.faults.extend(more_faults(self.unlisted, &self.file));
        if !self.header_is_sound {
            self.entries.clear();
        }
        self
    }

    /// Notes a fault of the whole table.
    pub(super) fn refuse_all(&mut self, fault: Diagnostic) {
        self.header_is_sound &= !fault.is_error();
        self.faults.push(fault);
    }

    /// Notes rows that hold no data.
    pub(super) fn ignore(&mut self, rows: Vec<(u32, Diagnostic)>) {
        for (number, remark) in rows {
            self.ignored_rows.push(number);
            if self.remarks.len() < LISTED {
                self.remarks.push(remark);
            }
        }
    }

    /// Notes what is wrong with a row.
    pub(super) fn refuse(&mut self, row: u32, faults: impl IntoIterator<Item = Diagnostic>) {
        for fault in faults {
            if fault.is_error() {
                self.faulty_rows.insert(row);
            }
            if self.faults.len() < LISTED {
                self.faults.push(fault);
            } else {
                self.unlisted += 1;
            }
        }
    }
}

/// That there are more faults than are listed.
pub(crate) fn more_faults(unlisted: u64, file: &Arc<str>) -> Option<Diagnostic> {
    let at = Location::File { file: Arc::clone(file) };
    (unlisted > 0).then(|| Diagnostic::new(&codes::MORE_FAULTS).with("count", unlisted).at(at))
}

/// The tables of divisions alone: whoever reads several files needs the units of one to read the others.
pub fn divisions_of(book: &Workbook, asked: &Asked) -> Vec<Reading<DivisionRow>> {
    let Content::Sheets(sheets) = &book.content else { return Vec::new() };
    let vocabularies = Vocabulary::all(asked);
    let filled = sheets.iter().filter(|sheet| !sheet.rows.is_empty());
    let tables = filled.filter_map(|sheet| match found_on(book.mark.as_ref(), sheet, &vocabularies, asked) {
        Found::Header(header) if matches!(header.vocabulary.subject, Subject::Divisions) => {
            Some(divisions::of_sheet(sheet, &header))
        }
        _ => None,
    });
    tables.collect()
}

/// Recognises and reads every table of a file.
pub fn recognise(book: &Workbook, asked: &Asked) -> Upload {
    let mut upload = Upload { remarks: book.remarks.clone(), encoding: book.encoding, ..Upload::default() };
    match &book.content {
        Content::Sheets(sheets) => read_sheets(book, sheets, asked, &mut upload),
        Content::Lines(lines) => upload.tables = records::of_lines(lines, asked, &mut upload.faults),
    }
    upload
}

/// What stands on a sheet: what a person said it is, what our template says, or what its words say.
pub(super) fn found_on(mark: Option<&Mark>, sheet: &Sheet, vocabularies: &[Arc<Vocabulary>], asked: &Asked) -> Found {
    let choice = asked.choices.of_sheet(sheet);
    let marked = || mark.zip(sheet.name.as_deref()).and_then(|(mark, name)| mark.kind_of(name));
    let Some(named) = choice.and_then(|choice| choice.kind.as_deref()).or_else(marked) else {
        return header::find(sheet, vocabularies, choice);
    };
    let own: Vec<Arc<Vocabulary>> =
        vocabularies.iter().filter(|vocabulary| vocabulary.subject.key() == named).cloned().collect();
    match header::find(sheet, &own, choice) {
        // A template that was rewritten, or is of a kind that this edition no longer asks for.
        Found::Nothing if choice.is_none() => header::find(sheet, vocabularies, choice),
        found => found,
    }
}

fn read_sheets(book: &Workbook, sheets: &[Sheet], asked: &Asked, upload: &mut Upload) {
    let vocabularies = Vocabulary::all(asked);
    let mut unknown = Vec::new();
    for sheet in sheets.iter().filter(|sheet| !sheet.rows.is_empty()) {
        if asked.choices.of_sheet(sheet).is_some_and(|choice| choice.leave_out) {
            continue;
        }
        match found_on(book.mark.as_ref(), sheet, &vocabularies, asked) {
            Found::Header(header) => upload.tables.extend(table(sheet, &header, asked)),
            Found::Tie(first, second) => {
                let fault = Diagnostic::new(&codes::AMBIGUOUS_KIND).with("first", first).with("second", second);
                upload.faults.push(fault.at(sheet.at(0, 0)));
            }
            Found::Nothing => unknown.push(sheet),
        }
    }
    let left_out = sheets.iter().any(|sheet| asked.choices.of_sheet(sheet).is_some_and(|choice| choice.leave_out));
    if upload.tables.is_empty() && upload.faults.is_empty() && !left_out {
        upload.faults.push(nothing_known(&book.file, unknown.first().copied(), asked));
    } else {
        let remark =
            |sheet: &&Sheet| Diagnostic::new(&codes::SKIPPED_SHEET).with("sheet", sheet.title()).at(sheet.at(0, 0));
        upload.remarks.extend(unknown.iter().map(remark));
    }
}

fn table(sheet: &Sheet, header: &Header, asked: &Asked) -> Option<Table> {
    Some(match &header.vocabulary.subject {
        Subject::Records(kind) => Table::Records(Arc::clone(kind), records::of_sheet(sheet, header, kind, asked)),
        Subject::Attributes => Table::Attributes(attributes::of_sheet(sheet, header, asked)),
        Subject::Divisions => Table::Divisions(divisions::of_sheet(sheet, header)),
        Subject::Statements => Table::Statements(statements::of_sheet(sheet, header, asked)),
        // Not among the tables looked for here: see [`super::changes`].
        Subject::Changes => return None,
    })
}

/// No sheet was recognised: an empty file, or headers that nobody asked for.
pub(super) fn nothing_known(file: &Arc<str>, unknown: Option<&Sheet>, asked: &Asked) -> Diagnostic {
    let Some(sheet) = unknown else {
        return Diagnostic::new(&codes::EMPTY_FILE).at(Location::File { file: Arc::clone(file) });
    };
    let kinds: Vec<&str> = asked.dictionary.kinds.values().map(|kind| kind.title.as_str()).collect();
    let wanted = asked.kind.and_then(|kind| asked.dictionary.kinds.get(kind));
    let (near, near_en) = match wanted {
        Some(kind) => {
            let titles: Vec<&str> = kind.fields.values().map(|field| field.title.as_str()).collect();
            let titles = titles.join("、");
            (format!("「{}」的列有:{titles}", kind.title), format!("columns of `{}`: {titles}", kind.title))
        }
        None => (format!("可上报:{}", kinds.join("、")), format!("tables asked for: {}", kinds.join("、"))),
    };
    Diagnostic::new(&codes::NO_KNOWN_TABLE).with("near", near).with("near_en", near_en).at(sheet.at(0, 0))
}
