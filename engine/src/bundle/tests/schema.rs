//! The JSON Schema: its file is current, every bundle that is read without fault fits it, and a misspelt key does not.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};

use super::super::node::Content;
use super::super::schema::{Section, Slot, Takes};
use super::super::sections;
use super::*;

const UPDATE: &str = "UPDATE_SCHEMA";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files of a folder and of those in it that end in `.yaml`.
fn bundles(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "yaml") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// A file as an editor sees it; none when it is not well-formed YAML.
fn json_of_file(path: &Path) -> Option<Json> {
    let text = fs::read_to_string(path).unwrap();
    json_of_text(&text)
}

fn json_of_text(text: &str) -> Option<Json> {
    let reader = Reader::new(&Arc::from("test.yaml"), text);
    tree(text, &reader).map(|node| json(&node))
}

fn json(node: &Node) -> Json {
    match &node.content {
        Content::Null => Json::Null,
        Content::Boolean(is, _) => Json::from(*is),
        Content::Number(scalar) => serde_json::from_str(&scalar.text).unwrap_or_else(|_| scalar.text.as_str().into()),
        Content::Text(scalar) => Json::from(scalar.text.as_str()),
        Content::List(items) => items.iter().map(json).collect(),
        Content::Map(entries) => {
            entries.iter().map(|(key, node)| (key.text.clone(), json(node))).collect::<Map<_, _>>().into()
        }
    }
}

/// Where a value does not fit a schema, in as much of draft 2020-12 as the schema of bundles uses; another word is a fault of
/// its own.
fn misfits(value: &Json, schema: &Json, whole: &Json, path: &str) -> Vec<String> {
    let Json::Object(words) = schema else {
        return if *schema == Json::Bool(false) { vec![format!("{path}: not allowed")] } else { Vec::new() };
    };
    let mut faults = Vec::new();
    for (word, wanted) in words {
        let fits = match word.as_str() {
            "$ref" => {
                let target = wanted.as_str().unwrap().strip_prefix('#').unwrap();
                faults.extend(misfits(value, whole.pointer(target).unwrap(), whole, path));
                true
            }
            "type" => match wanted {
                Json::Array(types) => types.iter().any(|one| is_of_type(value, one.as_str().unwrap())),
                one => is_of_type(value, one.as_str().unwrap()),
            },
            "enum" => wanted.as_array().unwrap().contains(value),
            "minimum" => value.as_f64().is_none_or(|number| number >= wanted.as_f64().unwrap()),
            "pattern" => value.as_str().is_none_or(|text| parse_date(text).is_ok()),
            "anyOf" => wanted.as_array().unwrap().iter().any(|form| misfits(value, form, whole, path).is_empty()),
            "required" => {
                let keys = wanted.as_array().unwrap().iter().map(|key| key.as_str().unwrap());
                let missing = keys.filter(|key| value.as_object().is_some_and(|map| !map.contains_key(*key)));
                faults.extend(missing.map(|key| format!("{path}.{key}: missing")));
                true
            }
            "properties" => {
                let known = wanted.as_object().unwrap().iter();
                let given = known.filter_map(|(key, schema)| Some((key, value.get(key)?, schema)));
                faults.extend(
                    given.flat_map(|(key, value, schema)| misfits(value, schema, whole, &format!("{path}.{key}"))),
                );
                true
            }
            "additionalProperties" => {
                let known = words.get("properties").and_then(Json::as_object);
                let entries = value.as_object().into_iter().flatten();
                let others = entries.filter(|(key, _)| known.is_none_or(|known| !known.contains_key(*key)));
                faults.extend(others.flat_map(|(key, value)| misfits(value, wanted, whole, &format!("{path}.{key}"))));
                true
            }
            "items" => {
                let items = value.as_array().into_iter().flatten();
                faults.extend(items.flat_map(|item| misfits(item, wanted, whole, &format!("{path}[]"))));
                true
            }
            "$schema" | "$defs" | "title" | "description" => true,
            other => panic!("the schema uses `{other}`, which is not known here"),
        };
        if !fits {
            faults.push(format!("{path}: {word} {wanted} does not hold for {value}"));
        }
    }
    faults
}

fn is_of_type(value: &Json, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        other => panic!("type {other}"),
    }
}

fn faults_of(value: &Json) -> Vec<String> {
    let schema = json_schema();
    misfits(value, &schema, &schema, "")
}

#[test]
fn the_file_of_the_schema_is_current() {
    let path = root().join("rules/bundle.schema.json");
    let text = format!("{:#}\n", json_schema());
    if std::env::var_os(UPDATE).is_some() {
        fs::write(&path, &text).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == text, "run: {UPDATE}=1 cargo test -p liuwu-engine schema");
}

#[test]
fn every_bundle_that_is_read_without_fault_fits_the_schema() {
    let mut fitting = 0;
    for path in [bundles("rules"), bundles("fixtures/bundles")].concat() {
        let Some(value) = json_of_file(&path) else { continue };
        let text = fs::read_to_string(&path).unwrap();
        let is_read = read("test.yaml", &text).is_ok();
        let faults = faults_of(&value);
        assert!(!is_read || faults.is_empty(), "{}: {faults:#?}", path.display());
        fitting += usize::from(is_read);
    }
    assert!(fitting > 50, "only {fitting} bundles were found");
}

#[test]
fn misspelt_and_missing_keys_do_not_fit_the_schema() {
    for name in ["keys_misspelt", "section_misspelt", "keys_missing", "values_of_another_form"] {
        let value = json_of_file(&root().join(format!("fixtures/bundles/broken/{name}.yaml"))).unwrap();
        assert_ne!(faults_of(&value), Vec::<String>::new(), "{name}");
    }
}

/// Any key of any section: with a letter too many it is refused by the reader and by the schema alike.
#[test]
fn every_key_with_a_letter_too_many_is_refused_by_the_reader_and_by_the_schema() {
    let whole = json_of_text(EVERYTHING).unwrap().to_string();
    assert!(read("test.yaml", &whole).is_ok(), "it cannot be read as JSON");
    let mut tried = 0;
    visit(&json_of_text(EVERYTHING).unwrap(), &mut |pointer, Slot { key, .. }, section| {
        let mut broken = json_of_text(EVERYTHING).unwrap();
        let map = broken.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
        let value = map.remove(*key).unwrap();
        map.insert(format!("{key}q"), value);
        // Further keys of these are names of fields, attributes and levels, which only the reader knows.
        if section.others.is_none() {
            assert_ne!(faults_of(&broken), Vec::<String>::new(), "{pointer} {key}");
        }
        assert!(read("test.yaml", &broken.to_string()).is_err(), "{pointer} {key}");
        tried += 1;
    });
    assert!(tried > 300, "{tried}");
}

/// A key that no bundle shows would be proved by nothing.
#[test]
fn every_key_of_every_section_is_used_by_a_bundle_that_is_read_without_fault() {
    let mut used = BTreeSet::new();
    for path in bundles("fixtures/bundles") {
        if read("test.yaml", &fs::read_to_string(&path).unwrap()).is_ok() {
            visit(&json_of_file(&path).unwrap(), &mut |_, slot, _| {
                used.insert(sentence(slot));
            });
        }
    }
    let mut unused = Vec::new();
    let mut waiting = vec![&sections::FILE];
    let mut seen = BTreeSet::new();
    while let Some(section) = waiting.pop() {
        if !seen.insert(section.name) {
            continue;
        }
        unused.extend(section.slots().map(sentence).filter(|sentence| !used.contains(sentence)));
        waiting.extend(section.slots().flat_map(|slot| below(&slot.takes)));
    }
    assert_eq!(unused, Vec::<String>::new());
}

/// A key with what it is for: sections that share a group of keys share these.
fn sentence(slot: &Slot) -> String {
    format!("{}: {}", slot.key, slot.en)
}

/// The sections that stand somewhere in what a key takes.
fn below(takes: &'static Takes) -> Vec<&'static Section> {
    match takes {
        Takes::Keys(section) => vec![section()],
        Takes::List(inner) | Takes::Names(inner) => below(inner),
        Takes::OneOf(forms) => forms.iter().flat_map(below).collect(),
        _ => Vec::new(),
    }
}

/// Goes through all maps with fixed keys, telling the pointer of the map, the key and the section.
fn visit(file: &Json, tell: &mut impl FnMut(&str, &'static Slot, &'static Section)) {
    visit_keys(file, "", &sections::FILE, tell);
}

fn visit_keys(
    value: &Json,
    pointer: &str,
    section: &'static Section,
    tell: &mut impl FnMut(&str, &'static Slot, &'static Section),
) {
    for slot in section.slots() {
        let Some(inner) = value.get(slot.key) else { continue };
        tell(pointer, slot, section);
        visit_value(inner, &format!("{pointer}/{}", slot.key), &slot.takes, tell);
    }
}

fn visit_value(
    value: &Json,
    pointer: &str,
    takes: &'static Takes,
    tell: &mut impl FnMut(&str, &'static Slot, &'static Section),
) {
    match takes {
        Takes::Keys(section) if value.is_object() => visit_keys(value, pointer, section(), tell),
        Takes::List(items) => {
            for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                visit_value(item, &format!("{pointer}/{index}"), items, tell);
            }
        }
        Takes::Names(values) => {
            for (name, inner) in value.as_object().into_iter().flatten() {
                visit_value(inner, &format!("{pointer}/{name}"), values, tell);
            }
        }
        Takes::OneOf(forms) => forms.iter().for_each(|form| visit_value(value, pointer, form, tell)),
        _ => {}
    }
}
