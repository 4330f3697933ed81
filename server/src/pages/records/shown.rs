//! A record in words: its head, its fields, its state.

use jiff::Timestamp;
use jiff::tz::Offset;
use liuwu_engine::division::short_name;

use crate::custody::Custody;
use crate::pages::frame::Frame;
use crate::personal::SeenField;
use crate::store::{RecordId, RecordRow, State, Version};

/// A record as a line of a list.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its number.
    pub id: RecordId,
    /// Its day.
    pub date: String,
    /// Its kind, in words.
    pub kind: String,
    /// Its unit, in words.
    pub place: String,
    /// What it is about: the first fields, personal ones struck out.
    pub outline: String,
    /// Where it was read.
    pub source: String,
}

/// Fields of an outline.
const OUTLINE: usize = 4;

/// The name of a unit with that of the unit above it.
pub fn place(custody: &Custody, unit: &str) -> String {
    let units = &custody.units;
    let Some(row) = units.get(unit) else { return unit.to_owned() };
    let above = units.above(unit).next().map(|above| short_name(&above.name)).unwrap_or_default();
    format!("{above} {}", short_name(&row.name)).trim().to_owned()
}

/// The name of a kind.
pub fn kind(custody: &Custody, id: &str) -> String {
    custody.kind(id).map_or_else(|| id.to_owned(), |kind| kind.title.clone())
}

/// A time of day in China: 2020年3月1日 08:30.
pub fn moment(frame: &Frame, at: Timestamp) -> String {
    let at = Offset::constant(8).to_datetime(at);
    format!("{} {}", frame.date(&at.date()), at.strftime("%H:%M"))
}

/// A record as a line.
pub fn line(custody: &Custody, frame: &Frame, id: RecordId, row: &RecordRow) -> Line {
    let fields = custody.seen(row, custody.sight());
    let outline: Vec<String> =
        fields.iter().take(OUTLINE).map(|field| format!("{} {}", field.title, field.text)).collect();
    Line {
        id,
        date: frame.date(&row.date),
        kind: kind(custody, &row.kind),
        place: place(custody, &row.unit),
        outline: outline.join(" · "),
        source: row.source.to_line(),
    }
}

/// A version of a record in its history.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its number.
    pub id: RecordId,
    /// Whether the page is about this one.
    pub current: bool,
    /// Who handed it in, when, and what was said with it.
    pub by: String,
    /// When.
    pub at: String,
    /// What was said.
    pub why: String,
    /// Where it was read.
    pub source: String,
    /// What became of it.
    pub standing: Standing,
    /// What it changed in the one before: title, before, after.
    pub changes: Vec<(String, String, String)>,
}

/// What became of a version.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The key of the word: `record-in-force`.
    pub word: &'static str,
    /// The class of its chip.
    pub class: &'static str,
    /// Who put it out of force, when and why.
    pub act: Option<(String, String, String)>,
}

/// What became of a version, in words.
pub fn standing(frame: &Frame, version: &Version) -> Standing {
    let told = |act: &crate::store::Act| Some((act.by.clone(), moment(frame, act.at), act.why.clone()));
    match &version.state {
        State::InForce => Standing { word: "record-in-force", class: "met", act: None },
        State::Superseded { act, .. } => Standing { word: "record-superseded", class: "deducted", act: told(act) },
        State::TakenBack { act, .. } => Standing { word: "record-taken-back", class: "not-met", act: told(act) },
        State::Withdrawn { act, with_batch: true } => {
            Standing { word: "record-withdrawn-with-batch", class: "not-met", act: told(act) }
        }
        State::Withdrawn { act, with_batch: false } => {
            Standing { word: "record-withdrawn", class: "not-met", act: told(act) }
        }
    }
}

/// What differs between two versions: title, before, after; personal texts struck out.
pub fn changes(custody: &Custody, frame: &Frame, old: &RecordRow, new: &RecordRow) -> Vec<(String, String, String)> {
    let mut changes = Vec::new();
    let mut note = |title: String, old: String, new: String| {
        if old != new {
            changes.push((title, old, new));
        }
    };
    let date_title = custody.kind(&new.kind).map(|kind| kind.date_title.clone());
    note(frame.say("record-unit").to_string(), place(custody, &old.unit), place(custody, &new.unit));
    note(
        date_title.unwrap_or_else(|| frame.say("record-date").to_string()),
        frame.date(&old.date),
        frame.date(&new.date),
    );
    let number = |row: &RecordRow| row.number.clone().unwrap_or_default();
    note(frame.say("record-number").to_string(), number(old), number(new));
    let (before, after) = (custody.seen(old, custody.sight()), custody.seen(new, custody.sight()));
    let text = |fields: &[SeenField], id: &str| {
        fields.iter().find(|field| field.id == id).map(|field| field.text.clone()).unwrap_or_default()
    };
    let mut titles: Vec<(&str, &str)> = Vec::new();
    for field in before.iter().chain(&after) {
        if !titles.iter().any(|(id, _)| *id == field.id) {
            titles.push((&field.id, &field.title));
        }
    }
    for (id, title) in titles {
        // Two texts that are struck out alike may still differ.
        let changed = old.fields.get(id) != new.fields.get(id);
        let (one, other) = (text(&before, id), text(&after, id));
        if changed && one == other {
            changes.push((title.to_owned(), one, format!("{other}{}", frame.say("record-changed-unseen"))));
        } else if one != other {
            changes.push((title.to_owned(), one, other));
        }
    }
    changes
}
