//! The form in which a record is typed in or corrected: made from the data dictionary, with each fault at its field.

use std::collections::BTreeMap;

use liuwu_engine::diagnostic::Lang;
use liuwu_engine::dictionary::read::Raw;
use liuwu_engine::dictionary::{Field, Kind, Type};
use liuwu_engine::division::short_name;

use crate::custody::Custody;
use crate::entry::{DATE, FieldFault, NUMBER, Typed, UNIT, is_long, level_of};
use crate::pages::frame::Frame;
use crate::pages::words::Language;
use crate::personal;

/// More units than these are not offered in a list; their code is typed.
const LONGEST_LIST: usize = 2_000;

/// One field of the form.
#[derive(Debug, Clone)]
pub struct FormField {
    /// Its name in the form.
    pub name: String,
    /// What clerks call it.
    pub label: String,
    /// How it is filled in.
    pub control: Control,
    /// What stands in it.
    pub value: String,
    /// Whether it must be filled in.
    pub required: bool,
    /// What belongs there, in words.
    pub help: String,
    /// Unit of measure.
    pub unit: Option<String>,
    /// What is wrong with it, and how to mend it.
    pub faults: Vec<(String, String)>,
}

/// How a field is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// A line.
    Line,
    /// Several lines.
    Lines,
    /// A number.
    Number,
    /// A day.
    Day,
    /// A day and a time of day.
    Time,
    /// One of a list: what is sent, what is shown, under which heading.
    Choice(Vec<Group>),
}

/// Choices under a heading; without one, by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The heading.
    pub title: String,
    /// What is sent and what is shown.
    pub options: Vec<(String, String)>,
}

/// The form of a kind, with what stands in it and what is wrong with it.
pub fn fields(
    custody: &Custody,
    frame: &Frame,
    kind: &Kind,
    values: &BTreeMap<String, String>,
    faults: &[FieldFault],
) -> Vec<FormField> {
    let lang = if frame.language == Language::Chinese { Lang::Zh } else { Lang::En };
    let told = |name: &str| -> Vec<(String, String)> {
        let own = faults.iter().filter(|fault| fault.field == name);
        own.map(|fault| (fault.diagnostic.message(lang), fault.diagnostic.help(lang))).collect()
    };
    let value = |name: &str| values.get(name).cloned().unwrap_or_default();
    let head = |name: &str, label: String, control, required, help: &'static str| FormField {
        name: name.to_owned(),
        label,
        control,
        value: value(name),
        required,
        help: if help.is_empty() { String::new() } else { frame.say(help).to_string() },
        unit: None,
        faults: told(name),
    };
    let needs_number = kind.identity.iter().any(|name| name == NUMBER);
    // Kinds that tell facts apart by fields of their own are not asked for a second number.
    let asks_number = needs_number || kind.identity.is_empty() || !value(NUMBER).is_empty();
    let mut form = vec![
        head(UNIT, frame.say("record-unit").to_string(), units(custody, kind), true, ""),
        head(DATE, kind.date_title.clone(), Control::Day, true, ""),
    ];
    if asks_number {
        let title = frame.say("record-number").to_string();
        form.push(head(NUMBER, title, Control::Line, needs_number, "entry-help-number"));
    }
    form.extend(kind.fields.iter().map(|(name, field)| FormField {
        name: name.clone(),
        label: field.title.clone(),
        // What is struck out comes back as it is shown, whatever it may hold.
        control: if value(name).contains('*') { Control::Line } else { control(frame, field) },
        value: value(name),
        required: !field.optional && field.default.is_none(),
        help: help(custody, frame, field),
        unit: field.unit.clone(),
        faults: told(name),
    }));
    form
}

/// The units that the caller may choose from, by the unit above them.
fn units(custody: &Custody, kind: &Kind) -> Control {
    let level = level_of(kind, custody.edition.bundle());
    let tree = &custody.units;
    let own: Vec<_> = tree.all().iter().filter(|row| row.level == level && custody.remit.has_unit(&row.id)).collect();
    if own.len() > LONGEST_LIST {
        return Control::Line;
    }
    let mut groups: Vec<Group> = Vec::new();
    for row in own {
        let title = tree.above(&row.id).next().map(|above| short_name(&above.name)).unwrap_or_default();
        let option = (row.id.clone(), short_name(&row.name));
        match groups.iter_mut().find(|group| group.title == title) {
            Some(group) => group.options.push(option),
            None => groups.push(Group { title, options: vec![option] }),
        }
    }
    Control::Choice(groups)
}

fn control(frame: &Frame, field: &Field) -> Control {
    let options = |options: Vec<(String, String)>| Control::Choice(vec![Group { title: String::new(), options }]);
    match &field.kind {
        Type::Integer | Type::Decimal => Control::Number,
        Type::Date => Control::Day,
        Type::Time => Control::Time,
        Type::Choice(choices) => options(choices.iter().map(|(key, title)| (key.clone(), title.clone())).collect()),
        Type::Boolean => options(vec![
            ("是".to_owned(), frame.say("entry-yes").to_string()),
            ("否".to_owned(), frame.say("entry-no").to_string()),
        ]),
        _ if is_long(field) => Control::Lines,
        _ => Control::Line,
    }
}

fn help(custody: &Custody, frame: &Frame, field: &Field) -> String {
    let mut parts: Vec<String> = Vec::new();
    match (&field.min, &field.max) {
        (Some(min), Some(max)) => {
            parts.push(frame.say("entry-help-between").with("min", min).with("max", max).to_string())
        }
        (Some(min), None) => parts.push(frame.say("entry-help-least").with("min", min).to_string()),
        (None, Some(max)) => parts.push(frame.say("entry-help-most").with("max", max).to_string()),
        (None, None) => {}
    }
    match &field.kind {
        Type::List(_) if !is_long(field) => parts.push(frame.say("entry-help-list").to_string()),
        _ if is_long(field) => parts.push(frame.say("entry-help-nested").to_string()),
        _ => {}
    }
    if personal::is_personal(&custody.edition.bundle().dictionary, field) {
        parts.push(frame.say("entry-help-personal").to_string());
    }
    parts.join(&frame.say("entry-help-then").to_string())
}

/// What was sent, as values of a record. A time of day comes with a `T` between day and time.
pub fn typed(kind: &Kind, sent: &BTreeMap<String, String>) -> Typed {
    let is_time = |name: &str| kind.fields.get(name).is_some_and(|field| field.kind == Type::Time);
    let names = [UNIT, DATE, NUMBER].into_iter().chain(kind.fields.keys().map(String::as_str));
    let values = names.filter_map(|name| {
        let text = sent.get(name)?;
        let text = if is_time(name) { text.replacen('T', " ", 1) } else { text.clone() };
        Some((name.to_owned(), Raw::Text(text)))
    });
    Typed { values: values.collect() }
}
