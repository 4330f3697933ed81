//! A message about an event: which event, in which unit, one step of it and when, or several; and whatever else it says.
//!
//! Enters: an object with what tells events of a kind apart, `unit`, and either `step` and `at` or the fields of the steps
//! themselves; `sent` is when it was sent. Leaves: the object as a record that holds what the message says and nothing else, and
//! [`Said`]. Which kinds are events, and which fields their steps, the dictionary says: kinds with `changes: latest` and `stages`.
//! Next: `steps`.

use std::sync::Arc;

use indexmap::IndexMap;
use liuwu_engine::codes::sheet::UNKNOWN_KIND;
use liuwu_engine::diagnostic::{Diagnostic, Location};
use liuwu_engine::dictionary::read::{Fault, Raw, Strictness, value};
use liuwu_engine::dictionary::{Dictionary, Field, Kind, Type, Value};
use liuwu_engine::mapping::Mapped;
use liuwu_engine::period::Time;
use serde_json::Value as Json;

use super::placed_at_origins;
use crate::intake::UnitRecord;
use crate::intake::identity::moment;
use crate::intake::items::{ItemFault, ItemReader};

/// Names of a message that are no fields, unless the kind has a field of that name.
const STEP: &str = "step";
const AT: &str = "at";
const SENT: &str = "sent";

/// What counts of a message beside what it says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Said {
    /// The moment it speaks of: when it was sent or, if it does not tell, the latest time of its steps.
    pub at: Time,
    /// Whether it gives the date; if not, the date is the day of the first step known.
    pub dated: bool,
}

/// A message whose own words have been taken out, so that it can be read as a record.
struct Opened {
    /// The record, and where its values came from.
    mapped: Mapped,
    sent: Option<Time>,
    dated: bool,
}

/// The kinds whose records are events that go through steps.
pub fn kinds(dictionary: &Dictionary) -> impl Iterator<Item = &Arc<Kind>> {
    dictionary.kinds.values().filter(|kind| kind.has_steps())
}

/// Reads a message; `number` is the place in what was pushed, from 1.
///
/// # Errors
/// Everything by which it is not a message about an event, where the sender finds it.
pub fn read(
    reader: &mut ItemReader<'_>,
    dictionary: &Dictionary,
    number: u32,
    mapped: Mapped,
) -> Result<(Arc<Kind>, UnitRecord, Said), Vec<ItemFault>> {
    let origins = mapped.origins.clone();
    let Opened { mapped, sent, dated } =
        open(dictionary, mapped).map_err(|found| placed_at_origins(found, &origins))?;
    let (kind, mut filed) =
        reader.read(number, mapped.object).map_err(|found| placed_at_origins(found, &mapped.origins))?;
    let times = kind.stages.iter().filter_map(|stage| filed.record.value(stage)).filter_map(moment);
    let Some(latest) = times.max() else { return Err(blank(STEP, &step_field(&kind))) };
    if let Some(first) = first_step(&kind, &filed).filter(|_| !dated) {
        filed.record.date = first.date();
    }
    Ok((kind, filed, Said { at: sent.unwrap_or(latest), dated }))
}

/// Takes out of a message what is no field.
fn open(dictionary: &Dictionary, mut mapped: Mapped) -> Result<Opened, Vec<ItemFault>> {
    let kind = kind_of(dictionary, &mapped).map_err(|fault| vec![fault])?;
    mapped.object.insert("kind".to_owned(), Json::String(kind.id.to_string()));
    let mut faults: Vec<ItemFault> = missing_identity(kind, &mapped).collect();
    if let Err(found) = name_step(kind, &mut mapped) {
        faults.extend(found);
    }
    let sent = match sent_at(kind, &mut mapped) {
        Ok(sent) => sent,
        Err(found) => {
            faults.extend(found);
            None
        }
    };
    let dated = mapped.object.get("date").is_some_and(|date| !date.is_null());
    if !dated {
        // Stands in until the steps have been read.
        mapped.object.insert("date".to_owned(), Json::String("2000-01-01".to_owned()));
    }
    if faults.is_empty() { Ok(Opened { mapped, sent, dated }) } else { Err(faults) }
}

/// The time of the step that comes first in the dictionary, of those that are known.
pub fn first_step(kind: &Kind, filed: &UnitRecord) -> Option<Time> {
    kind.stages.iter().find_map(|stage| moment(filed.record.value(stage)?))
}

/// The kind it names; if the standard has one kind of events, it need not.
fn kind_of<'a>(dictionary: &'a Dictionary, mapped: &Mapped) -> Result<&'a Arc<Kind>, ItemFault> {
    let named = mapped.object.get("kind").filter(|kind| !kind.is_null());
    let found = match named {
        Some(named) => kinds(dictionary).find(|kind| Some(kind.id.as_ref()) == named.as_str()),
        None => kinds(dictionary).next().filter(|_| kinds(dictionary).count() == 1),
    };
    found.ok_or_else(|| {
        let known: Vec<&str> = kinds(dictionary).map(|kind| kind.id.as_ref()).collect();
        let diagnostic = Diagnostic::new(&UNKNOWN_KIND)
            .with(
                "kind",
                named.map(|named| named.as_str().map_or_else(|| named.to_string(), str::to_owned)).unwrap_or_default(),
            )
            .with("near", "事件消息只用于写有 stages 的台账。")
            .with("near_en", "messages about events are of kinds with `stages`; ")
            .with("kinds", known.join(", "));
        ItemFault { pointer: "/kind".to_owned(), diagnostic }
    })
}

/// What tells one event from another must stand in every message.
fn missing_identity<'a>(kind: &'a Kind, mapped: &'a Mapped) -> impl Iterator<Item = ItemFault> + 'a {
    let by_number = kind.identity.is_empty().then_some("id");
    let names = kind.identity.iter().map(String::as_str).chain(by_number).filter(|name| *name != "unit");
    let absent = names.filter(|name| mapped.object.get(*name).is_none_or(Json::is_null));
    absent.flat_map(|name| match kind.fields.get(name) {
        Some(own) => blank(name, &Field { optional: false, default: None, ..own.clone() }),
        None if name == "date" => blank(name, &field(&kind.date_title, Type::Date)),
        None => blank(name, &field("编号", Type::Text)),
    })
}

/// `step` and `at` as the field of that step.
fn name_step(kind: &Kind, mapped: &mut Mapped) -> Result<(), Vec<ItemFault>> {
    let Some(step) = own_word(kind, STEP, mapped) else { return Ok(()) };
    let Value::Text(stage) = one_value(STEP, &step_field(kind), &step)? else { return Ok(()) };
    let at = if kind.fields.contains_key(AT) { None } else { mapped.object.remove(AT) };
    let Some(at) = at.filter(|at| !at.is_null()) else { return Err(blank(AT, &field("时间", Type::Time))) };
    let origin = mapped.origins.get(AT).cloned().unwrap_or_else(|| format!("/{AT}"));
    mapped.origins.insert(stage.to_string(), origin);
    mapped.object.insert(stage.to_string(), at);
    Ok(())
}

/// When it was sent, if it tells.
fn sent_at(kind: &Kind, mapped: &mut Mapped) -> Result<Option<Time>, Vec<ItemFault>> {
    let Some(sent) = own_word(kind, SENT, mapped) else { return Ok(None) };
    match one_value(SENT, &field("发出时间", Type::Time), &sent)? {
        Value::Time(sent) => Ok(Some(sent)),
        _ => Ok(None),
    }
}

/// A word of messages, unless the kind has a field of that name.
fn own_word(kind: &Kind, name: &str, mapped: &mut Mapped) -> Option<Json> {
    if kind.fields.contains_key(name) {
        return None;
    }
    mapped.object.remove(name).filter(|value| !value.is_null())
}

/// The steps of a kind, as choices: by key or by title.
fn step_field(kind: &Kind) -> Field {
    let title = |stage: &String| kind.fields.get(stage).map_or_else(|| stage.clone(), |field| field.title.clone());
    let steps: IndexMap<String, String> = kind.stages.iter().map(|stage| (stage.clone(), title(stage))).collect();
    field("环节", Type::Choice(Arc::new(steps)))
}

fn field(title: &str, kind: Type) -> Field {
    Field {
        title: title.to_owned(),
        kind,
        unit: None,
        min: None,
        max: None,
        places: None,
        optional: false,
        default: None,
        personal: None,
        place: (0, 0),
    }
}

fn one_value(name: &str, field: &Field, json: &Json) -> Result<Value, Vec<ItemFault>> {
    match value(name, field, &IndexMap::new(), &Raw::from_json(json), Strictness::Data) {
        Ok(Some(value)) => Ok(value),
        Ok(None) => Err(blank(name, field)),
        Err(faults) => Err(faults.into_iter().map(|fault| placed(name, fault)).collect()),
    }
}

/// That something is missing, and what is expected there: what is said of a blank cell.
fn blank(name: &str, field: &Field) -> Vec<ItemFault> {
    let found = value(name, field, &IndexMap::new(), &Raw::Blank, Strictness::Sheet);
    found.err().into_iter().flatten().map(|fault| placed(name, fault)).collect()
}

fn placed(name: &str, fault: Fault) -> ItemFault {
    ItemFault { pointer: format!("/{name}"), diagnostic: fault.at(Location::Nowhere) }
}
