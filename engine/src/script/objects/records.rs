//! Records and nested values.

use std::collections::BTreeMap;
use std::sync::Arc;

use rhai::{Dynamic, Engine, ImmutableString, NativeCallContext};

use super::super::convert::from_value;
use super::super::frame::Frame;
use super::super::scene::{Missing, Scene};
use super::super::stop::{Halt, fault, missing};
use super::super::view::{Entries, Extent, View};
use crate::dictionary::{Field, Shape, Type, Value};
use crate::record::Record;

type Context<'a> = NativeCallContext<'a>;

/// A record as a script sees it.
#[derive(Clone)]
pub(in crate::script) struct RecordObject {
    pub(in crate::script) record: Arc<Record>,
    scene: Arc<dyn Scene>,
    /// In a group, what is missing reads as nothing.
    lenient: bool,
}

/// A personal text as a script sees it: it can be compared and grouped, never shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::script) struct Pseudonym(pub(in crate::script) Arc<str>);

/// A map or a shape.
#[derive(Clone)]
pub(in crate::script) struct Nested {
    pub(in crate::script) entries: Arc<BTreeMap<Arc<str>, Value>>,
    /// The shape and what reads its personal fields; none: a map with free keys.
    shape: Option<(Arc<Shape>, Arc<dyn Scene>)>,
}

impl RecordObject {
    pub(in crate::script) fn new(scene: &Arc<dyn Scene>, record: &Arc<Record>, lenient: bool) -> RecordObject {
        RecordObject { record: Arc::clone(record), scene: Arc::clone(scene), lenient }
    }

    pub(in crate::script) fn get(&self, name: &str) -> Result<Dynamic, Halt> {
        let record = &self.record;
        if let Some((index, _, field)) = record.kind.fields.get_full(name) {
            return match record.values.get(index).and_then(Option::as_ref) {
                Some(value) => Ok(read(&self.scene, field, value)),
                None if field.optional || self.lenient => Ok(Dynamic::UNIT),
                None => Err(missing(Missing {
                    zh: format!("「{}」{}未填「{}」", record.kind.title, record.date, field.title),
                    en: format!("`{}` is missing in the `{}` of {}", name, record.kind.id, record.date),
                })),
            };
        }
        match name {
            "date" => Ok(Dynamic::from(record.date)),
            "id" => {
                Ok(record.id.as_ref().map_or(Dynamic::UNIT, |id| Dynamic::from(ImmutableString::from(id.as_ref()))))
            }
            "kind" => Ok(Dynamic::from(ImmutableString::from(record.kind.id.as_ref()))),
            _ => Err(fault(
                format!("「{}」没有「{name}」这一项", record.kind.title),
                format!("`{}` has no field `{name}`", record.kind.id),
            )),
        }
    }
}

/// A value as a script sees it: personal texts as pseudonyms, shapes with their fields.
fn read(scene: &Arc<dyn Scene>, field: &Field, value: &Value) -> Dynamic {
    if field.personal.is_some() { hide(scene, value) } else { open(scene, &field.kind, value) }
}

fn hide(scene: &Arc<dyn Scene>, value: &Value) -> Dynamic {
    match value {
        Value::List(items) => Dynamic::from(View::of(items.iter().map(|item| hide(scene, item)))),
        other => Dynamic::from(Pseudonym(scene.pseudonym(&other.to_string()))),
    }
}

fn open(scene: &Arc<dyn Scene>, kind: &Type, value: &Value) -> Dynamic {
    match (kind, value) {
        (Type::List(inner), Value::List(items)) => {
            Dynamic::from(View::of(items.iter().map(|item| open(scene, inner, item))))
        }
        (Type::Shape(id), Value::Map(entries)) => match scene.bundle().dictionary.shapes.get(id.as_ref()) {
            Some(shape) => Dynamic::from(Nested {
                entries: Arc::clone(entries),
                shape: Some((Arc::clone(shape), Arc::clone(scene))),
            }),
            None => from_value(value),
        },
        (Type::Map(inner), Value::Map(entries)) if matches!(**inner, Type::Shape(_)) => {
            let map = entries.iter().map(|(key, item)| (key.as_ref().into(), open(scene, inner, item)));
            Dynamic::from(Entries::of(map.collect()))
        }
        _ => from_value(value),
    }
}

impl Nested {
    pub(in crate::script) fn map(entries: &Arc<BTreeMap<Arc<str>, Value>>) -> Nested {
        Nested { entries: Arc::clone(entries), shape: None }
    }

    fn get(&self, name: &str) -> Result<Dynamic, Halt> {
        let Some((shape, scene)) = &self.shape else {
            return Ok(self.entries.get(name).map_or(Dynamic::UNIT, from_value));
        };
        let Some(field) = shape.fields.get(name) else {
            return Err(fault(
                format!("「{}」没有「{name}」这一项", shape.id),
                format!("`{}` has no field `{name}`", shape.id),
            ));
        };
        match self.entries.get(name) {
            Some(value) => Ok(read(scene, field, value)),
            None if field.optional => Ok(Dynamic::UNIT),
            None => {
                Err(missing(Missing { zh: format!("未填「{}」", field.title), en: format!("`{name}` is missing") }))
            }
        }
    }

    pub(in crate::script) fn keys(&self) -> View {
        View::of(self.entries.keys().map(|key| Dynamic::from(ImmutableString::from(key.as_ref()))))
    }

    pub(in crate::script) fn values(&self) -> View {
        View::of(self.entries.values().map(from_value))
    }
}

/// A value that was read, with what reading it cost: lists are made anew each time.
fn counted(context: &Context<'_>, value: Dynamic) -> Result<Dynamic, Halt> {
    Frame::of(context)?.meter().work(Extent::of(&value).weight)?;
    Ok(value)
}

pub(super) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<RecordObject>("record");
    engine.register_type_with_name::<Nested>("nested");
    engine.register_type_with_name::<Pseudonym>("pseudonym");
    engine.register_indexer_get(|context: Context<'_>, record: &mut RecordObject, name: ImmutableString| {
        counted(&context, record.get(&name)?)
    });
    engine.register_indexer_get(|context: Context<'_>, nested: &mut Nested, name: ImmutableString| {
        counted(&context, nested.get(&name)?)
    });
}
