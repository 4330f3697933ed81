//! The `parameters` section: every number of the standard, with its name, clause and dates.
//!
//! Enters: the entries of the section. Leaves: [`Parameter`]s with typed constants. Next: [`super::scoring`].

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::keys::Keys;
use super::literal::constant;
use super::model::{Constant, Parameter, ParameterValue, Place};
use super::names::{self, Use};
use super::node::Node;
use super::reader::Reader;
use super::sections;
use crate::codes::bundle as code;
use crate::codes::form;
use crate::diagnostic::Diagnostic;
use crate::dictionary::Value;
use crate::number::Number;
use crate::period::Date;

/// The keys that can hold a parameter's value; one of them must be there.
const FORMS: [&str; 5] = ["value", "values", "steps", "above", "ranges"];

/// Reads the section.
pub(super) fn parameters(file: &Keys<'_>) -> IndexMap<String, Parameter> {
    let mut parameters = IndexMap::new();
    for (key, node) in file.named("parameters") {
        names::check(file.reader, &key.text, key.place, Use::Property);
        if let Some(keys) = file.reader.keys(node, format!("parameters.{}", key.text), &sections::PARAMETER) {
            parameters.insert(key.text.clone(), parameter(&keys, &key.text, key.place));
        }
    }
    parameters
}

/// The value that a case gives to a parameter: of the same form as the parameter's own.
pub(super) fn other_value(reader: &Reader, node: &Node, path: &str, own: &Parameter) -> Option<Constant> {
    let other = dated_constant(reader, node, path)?;
    let is_alike = match &own.value {
        ParameterValue::Fixed(constant) => are_alike(constant, &other),
        ParameterValue::Dated(dated) => dated.iter().any(|(_, constant)| are_alike(constant, &other)),
    };
    if !is_alike {
        reader.expected(node, path, ("与 parameters 里同样写法的值", "a value of the same form as under `parameters`"));
    }
    is_alike.then_some(other)
}

fn are_alike(one: &Constant, other: &Constant) -> bool {
    match (one, other) {
        (Constant::Value(one), Constant::Value(other)) => std::mem::discriminant(one) == std::mem::discriminant(other),
        _ => std::mem::discriminant(one) == std::mem::discriminant(other),
    }
}

fn parameter(keys: &Keys<'_>, id: &str, place: Place) -> Parameter {
    Parameter {
        title: keys.optional_text("title").unwrap_or_else(|| id.to_owned()),
        basis: keys.optional_text("basis"),
        value: value(keys, place),
        place,
    }
}

fn value(keys: &Keys<'_>, place: Place) -> ParameterValue {
    one_form(keys, place);
    if let Some(node) = keys.get("values") {
        return ParameterValue::Dated(dated(keys.reader, node, &keys.path_of("values")));
    }
    ParameterValue::Fixed(undated(keys).unwrap_or_else(|| Constant::Value(Value::Number(Number::ZERO))))
}

/// A parameter has its value once.
fn one_form(keys: &Keys<'_>, place: Place) {
    let written: Vec<&str> = FORMS
        .into_iter()
        .filter(|form| keys.get(form).is_some_and(|n| n.scalar().is_none() || *form != "above"))
        .collect();
    match written.as_slice() {
        [] => {
            let fault = Diagnostic::new(&code::NO_VALUE).with("path", &keys.path);
            keys.reader.fault(place, fault);
        }
        [_] => {}
        [first, second, ..] => {
            let fault =
                Diagnostic::new(&code::TWO_VALUES).with("path", &keys.path).with("first", first).with("second", second);
            keys.reader.fault(keys.get(second).map_or(place, |node| node.place), fault);
        }
    }
}

/// A constant without dates, under the key that says its form.
fn undated(keys: &Keys<'_>) -> Option<Constant> {
    let reader = keys.reader;
    if let Some(node) = keys.get("value") {
        return fixed(reader, node, &keys.path_of("value"));
    }
    if let Some(node) = keys.get("steps") {
        // `above: true` beside `steps` is the same as the steps under `above`.
        let above = keys.get("above").filter(|node| node.map().is_none());
        let above = above.and_then(|node| reader.flag(node, &keys.path_of("above"))).unwrap_or(false);
        return Some(Constant::Steps { steps: steps(reader, node, &keys.path_of("steps")), above });
    }
    if let Some(node) = keys.get("above") {
        return Some(Constant::Steps { steps: steps(reader, node, &keys.path_of("above")), above: true });
    }
    let node = keys.get("ranges")?;
    Some(Constant::Ranges(ranges(reader, node, &keys.path_of("ranges"))))
}

/// A value or a table of values.
fn fixed(reader: &Reader, node: &Node, path: &str) -> Option<Constant> {
    let Some(entries) = node.map() else {
        return constant(reader, node, path).map(Constant::Value);
    };
    let table = entries
        .iter()
        .filter_map(|(key, node)| Some((key.text.clone(), constant(reader, node, &format!("{path}.{}", key.text))?)));
    Some(Constant::Table(table.collect()))
}

/// Constants by the day from which they are in force.
fn dated(reader: &Reader, node: &Node, path: &str) -> Vec<(Date, Constant)> {
    let mut dated: Vec<(Date, Constant)> = Vec::new();
    for (key, node) in reader.entries(node, path) {
        let path = format!("{path}.{}", key.text);
        let date = reader.date_text(&key.text, key.place, &path);
        if let (Some(date), Some(constant)) = (date, dated_constant(reader, node, &path)) {
            dated.push((date, constant));
        }
    }
    dated.sort_by_key(|(date, _)| *date);
    dated
}

/// Under a date stands a value, a table, or `{steps: …}`, `{above: …}`, `{ranges: …}`.
fn dated_constant(reader: &Reader, node: &Node, path: &str) -> Option<Constant> {
    let has_form = ["steps", "above", "ranges"].iter().any(|form| node.get(form).is_some());
    if !has_form {
        return fixed(reader, node, path);
    }
    undated(&reader.keys(node, path, &sections::DATED)?)
}

fn steps(reader: &Reader, node: &Node, path: &str) -> Vec<(Number, Value)> {
    let mut seen = BTreeSet::new();
    let mut steps: Vec<(Number, Value)> = Vec::new();
    for (key, node) in reader.entries(node, path) {
        let Ok(at) = Number::parse(&key.text) else {
            let fault = Diagnostic::new(&code::BAD_NUMBER).with("key", path).with("value", &key.text);
            reader.fault(key.place, fault);
            continue;
        };
        if !seen.insert(at) {
            reader.fault(key.place, Diagnostic::new(&form::DUPLICATE_KEY).with("key", &key.text));
        }
        if let Some(value) = constant(reader, node, &format!("{path}.{}", key.text)) {
            steps.push((at, value));
        }
    }
    steps.sort_by_key(|(at, _)| *at);
    steps
}

fn ranges(reader: &Reader, node: &Node, path: &str) -> Vec<(Date, Date)> {
    reader.items(node, path).iter().filter_map(|item| range(reader, item, path)).collect()
}

fn range(reader: &Reader, node: &Node, path: &str) -> Option<(Date, Date)> {
    let keys = reader.keys(node, path, &sections::RANGE)?;
    keys.required("from");
    keys.required("to");
    let (from, to) = (keys.date("from"), keys.date("to"));
    let (from, to) = (from?, to?);
    if from > to {
        let fault = Diagnostic::new(&code::REVERSED_DAYS).with("key", path).with("from", from).with("to", to);
        reader.fault(node.place, fault);
    }
    Some((from, to))
}
