//! What is written about the project is true of it: paths exist, keys are those of the schema.

use std::collections::BTreeSet;
use std::fs;

use liuwu_engine::bundle::json_schema;
use serde_json::Value as Json;

use super::generated;
use super::tree::{File, files, root};

const BUNDLE: &str = "docs/bundle.md";

/// What a document names under these is made by the reader or by building, not part of the project.
const NOT_KEPT: &[&str] = &["target/", "data/", "my-village/", "/"];

#[test]
fn every_path_named_in_a_document_exists() {
    let mut faults = Vec::new();
    for document in documents() {
        let folder = document.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (line, path) in paths(&document) {
            let from_root = root().join(&path);
            let from_here = root().join(folder).join(&path);
            if !from_root.exists() && !from_here.exists() {
                faults.push(format!("{}:{line}: {path}", document.path));
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn the_reference_of_bundles_has_every_key() {
    let reference = fs::read_to_string(root().join(BUNDLE)).unwrap();
    let named: BTreeSet<&str> = reference.split('`').skip(1).step_by(2).flat_map(keys_in).collect();
    let known = known_keys();
    assert!(known.len() > 80, "{known:?}");
    let missing: Vec<&String> = known.iter().filter(|key| !named.contains(key.as_str())).collect();
    assert_eq!(missing, Vec::<&String>::new(), "{BUNDLE} says nothing about these");
}

/// The first cell of each row of a table in the reference is a key; it must be one that exists.
#[test]
fn the_reference_of_bundles_has_no_key_that_does_not_exist() {
    let reference = fs::read_to_string(root().join(BUNDLE)).unwrap();
    let known = known_keys();
    let rows = reference.lines().filter_map(|line| line.strip_prefix("| `")).filter_map(|rest| rest.split_once('`'));
    let keys: Vec<&str> = rows.flat_map(|(cell, _)| keys_in(cell)).collect();
    assert!(!keys.is_empty());
    let unknown: Vec<&&str> = keys.iter().filter(|key| !known.contains(**key)).collect();
    assert_eq!(unknown, Vec::<&&str>::new());
}

/// The documents written for readers.
fn documents() -> Vec<File> {
    let documents =
        files("").into_iter().filter(|file| file.path.ends_with(".md") && !file.path.starts_with("fixtures/"));
    documents.filter(|file| !generated::DOCUMENTS.contains(&file.path.as_str())).collect()
}

/// What a document names as a path, in backticks or as the target of a link, with the lines.
fn paths(document: &File) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut in_block = false;
    for (index, line) in document.text.lines().enumerate() {
        if line.starts_with("```") {
            in_block = !in_block;
            continue;
        }
        if in_block {
            continue;
        }
        let quoted = line.split('`').skip(1).step_by(2).filter(|text| is_path(text));
        let linked = line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
        let linked = linked.filter(|target| !target.contains("://") && !target.starts_with('#'));
        let linked = linked.map(|target| target.split('#').next().unwrap_or(target));
        found.extend(quoted.chain(linked).map(|path| (index + 1, before_stars(path).to_owned())));
    }
    found.retain(|(_, path)| !NOT_KEPT.iter().any(|made| path.starts_with(made)));
    found
}

/// Whether what stands in backticks looks like a path of the project, and not like a day or a type of media.
fn is_path(text: &str) -> bool {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let plain = text.chars().all(|c| c.is_alphanumeric() || "./_-*()".contains(c));
    plain
        && text.contains('/')
        && !text.contains("//")
        && !text.starts_with("application/")
        && !text.starts_with("text/")
}

/// The folder in which a path with stars looks.
fn before_stars(path: &str) -> &str {
    path.split_once('*').map_or(path, |(before, _)| before.rsplit_once('/').map_or("", |(folder, _)| folder))
}

/// The keys in a piece of code: words of small letters.
fn keys_in(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_ascii_lowercase() && c != '_').filter(|word| !word.is_empty())
}

/// Every key that a bundle can have, as its JSON Schema names them.
fn known_keys() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    gather(&json_schema(), &mut keys);
    keys
}

fn gather(schema: &Json, keys: &mut BTreeSet<String>) {
    match schema {
        Json::Object(entries) => {
            let properties = entries.get("properties").and_then(Json::as_object);
            keys.extend(properties.into_iter().flat_map(|properties| properties.keys().cloned()));
            entries.values().for_each(|inner| gather(inner, keys));
        }
        Json::Array(items) => items.iter().for_each(|inner| gather(inner, keys)),
        _ => {}
    }
}
