//! The format of a bundle as a JSON Schema (draft 2020-12), with which editors complete and explain keys while they are typed.
//!
//! Enters: the [`mod@super::sections`]. Leaves: one JSON object; `rules/bundle.schema.json` is its text. A schema sees the form of a file
//! alone: whether names exist and scripts hold is for [`super::read`] and [`crate::script`] to say. Next: [`crate::assessment`].

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::schema::{Section, Slot, Takes};
use super::sections;

/// The JSON Schema of bundles.
pub fn json_schema() -> Json {
    let mut definitions = Map::new();
    let mut waiting = vec![&sections::FILE];
    let mut seen = BTreeSet::from([sections::FILE.name]);
    while let Some(section) = waiting.pop() {
        let mut found = Vec::new();
        definitions.insert(section.name.to_owned(), object(section, &mut found));
        let new = found.into_iter().filter(|section| seen.insert(section.name));
        waiting.extend(new.collect::<Vec<_>>().into_iter().rev());
    }
    let whole = definitions.shift_remove(sections::FILE.name).unwrap_or_default();
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".to_owned(), json!("六无考核办法 · Liuwu rule bundle"));
    schema.extend(whole.as_object().cloned().unwrap_or_default());
    schema.insert("$defs".to_owned(), Json::Object(definitions));
    Json::Object(schema)
}

/// A section as the schema of an object; the sections it names are added to `found`.
fn object(section: &'static Section, found: &mut Vec<&'static Section>) -> Json {
    let needed: Vec<&str> = section.slots().filter(|slot| slot.needed).map(|slot| slot.key).collect();
    let properties: Map<String, Json> =
        section.slots().map(|slot| (slot.key.to_owned(), property(slot, found))).collect();
    let others = section.others.as_ref().map_or(json!(false), |takes| value(takes, found));
    let mut object = Map::new();
    object.insert("type".to_owned(), json!("object"));
    if !needed.is_empty() {
        object.insert("required".to_owned(), json!(needed));
    }
    object.insert("properties".to_owned(), Json::Object(properties));
    object.insert("additionalProperties".to_owned(), others);
    Json::Object(object)
}

fn property(slot: &'static Slot, found: &mut Vec<&'static Section>) -> Json {
    let mut property = Map::from_iter([("description".to_owned(), json!(format!("{} · {}", slot.zh, slot.en)))]);
    if let Json::Object(value) = value(&slot.takes, found) {
        property.extend(value);
    }
    Json::Object(property)
}

fn value(takes: &'static Takes, found: &mut Vec<&'static Section>) -> Json {
    match takes {
        // YAML makes numbers and truth values of some texts and of some scripts.
        Takes::Text | Takes::Script => json!({"type": ["string", "number", "boolean"]}),
        Takes::Number => json!({"type": "number"}),
        Takes::Count => json!({"type": "integer", "minimum": 0}),
        Takes::Flag => json!({"type": "boolean"}),
        Takes::Date => json!({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}),
        Takes::Length | Takes::Word(_) => json!({"enum": takes.words()}),
        Takes::Nothing => json!({"type": "null"}),
        Takes::Any => json!({}),
        Takes::List(items) => json!({"type": "array", "items": value(items, found)}),
        Takes::Names(values) => json!({"type": "object", "additionalProperties": value(values, found)}),
        Takes::Keys(section) => {
            let section = section();
            found.push(section);
            json!({"$ref": format!("#/$defs/{}", section.name)})
        }
        Takes::OneOf(forms) => json!({"anyOf": forms.iter().map(|form| value(form, found)).collect::<Vec<_>>()}),
    }
}
