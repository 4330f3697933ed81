//! Values written in a bundle: constants of parameters, default values, what a mended field becomes, raw values of cases.
//!
//! Enters: [`Node`]s. Leaves: [`Value`]s, by their own form or by the type of a field, and [`Raw`] values. Next: the sections
//! of the schema.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::guard::Style;
use super::node::{Content, Node};
use super::reader::{Reader, nearest};
use crate::codes::bundle as code;
use crate::diagnostic::Diagnostic;
use crate::dictionary::read::Raw;
use crate::dictionary::{Type, Value};
use crate::period::{parse_date, parse_time};

/// A constant by its own form: a plain `2020-05-01` is a day, digits are a number, anything else a text.
pub(super) fn constant(reader: &Reader, node: &Node, path: &str) -> Option<Value> {
    match &node.content {
        Content::Null => {
            reader.expected(node, path, ("数值、文字、日期或列表", "a number, text, date or list"));
            None
        }
        Content::Boolean(is, _) => Some(Value::Boolean(*is)),
        Content::Number(_) => reader.number(node, path).map(Value::Number),
        Content::Text(scalar) => Some(match parse_date(&scalar.text) {
            Ok(date) if scalar.style == Style::Plain => Value::Date(date),
            _ => Value::text(&scalar.text),
        }),
        Content::List(items) => {
            let items: Vec<Value> = items.iter().filter_map(|item| constant(reader, item, path)).collect();
            Some(Value::List(items.into()))
        }
        Content::Map(entries) => {
            let entries: BTreeMap<Arc<str>, Value> = entries
                .iter()
                .filter_map(|(key, node)| Some((Arc::from(key.text.as_str()), constant(reader, node, path)?)))
                .collect();
            Some(Value::Map(Arc::new(entries)))
        }
    }
}

/// A value of a given type.
pub(super) fn typed(reader: &Reader, node: &Node, kind: &Type, path: &str) -> Option<Value> {
    match kind {
        Type::Text => reader.text(node, path).map(Value::text),
        Type::Integer => {
            let number = reader.number(node, path)?;
            if !number.is_integer() {
                reader.expected(node, path, ("整数", "a whole number"));
                return None;
            }
            Some(Value::Number(number))
        }
        Type::Decimal => reader.number(node, path).map(Value::Number),
        Type::Boolean => reader.flag(node, path).map(Value::Boolean),
        Type::Date => reader.date(node, path).map(Value::Date),
        Type::Time => {
            let time = parse_time(reader.text(node, path)?).ok();
            if time.is_none() {
                reader.expected(node, path, ("时间,如 2020-02-29T08:30", "a time, such as 2020-02-29T08:30"));
            }
            time.map(Value::Time)
        }
        Type::Choice(choices) => {
            let key = reader.text(node, path)?;
            if choices.contains_key(key) {
                return Some(Value::text(key));
            }
            unknown_choice(reader, node, path, key, choices.keys().map(String::as_str));
            None
        }
        Type::List(inner) => {
            let items = reader.items(node, path).iter();
            Some(Value::List(items.filter_map(|item| typed(reader, item, inner, path)).collect()))
        }
        Type::Map(inner) => {
            let entries = reader.entries(node, path).iter();
            let entries = entries
                .filter_map(|(key, node)| Some((Arc::from(key.text.as_str()), typed(reader, node, inner, path)?)));
            Some(Value::Map(Arc::new(entries.collect())))
        }
        Type::Shape(_) => {
            reader.fault(node.place, Diagnostic::new(&code::NO_SHAPE_HERE).with("key", path));
            None
        }
    }
}

fn unknown_choice<'c>(reader: &Reader, node: &Node, path: &str, key: &str, choices: impl Iterator<Item = &'c str>) {
    let known: Vec<&str> = choices.collect();
    let near = nearest(key, known.iter().copied()).map_or_else(|| known.join(", "), str::to_owned);
    let fault = Diagnostic::new(&code::UNKNOWN_WORD).with("key", path).with("value", key).with("known", near);
    reader.fault(node.place, fault);
}

/// A value as it would come in with an upload.
pub(super) fn raw(node: &Node) -> Raw {
    match &node.content {
        Content::Null => Raw::Blank,
        Content::Boolean(is, _) => Raw::Boolean(*is),
        Content::Number(scalar) => Raw::Number(scalar.text.clone()),
        Content::Text(scalar) => Raw::Text(scalar.text.clone()),
        Content::List(items) => Raw::List(items.iter().map(raw).collect()),
        Content::Map(entries) => Raw::Map(entries.iter().map(|(key, node)| (key.text.clone(), raw(node))).collect()),
    }
}
