//! The file as a tree: what the YAML library makes of each value, joined with its raw text and place.
//!
//! Enters: the text and the [`guard`](super::guard)'s marks. Leaves: [`Node`]s. Two parsers read the same text; where they
//! disagree the file is refused, so that nothing is taken other than as it is written. Next: [`super::reader`].

use serde_yaml::Value as Yaml;

use super::explain;
use super::guard::{Form, Key, Mark, Scalar};
use super::model::Place;
use super::reader::Reader;
use crate::codes::form;
use crate::diagnostic::Diagnostic;

/// A value of the file.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// Where it begins.
    pub place: Place,
    /// What it is.
    pub content: Content,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(super) enum Content {
    /// Nothing: empty, `null`, `~`.
    Null,
    /// Yes or no.
    Boolean(bool, Scalar),
    /// A number, by its digits.
    Number(Scalar),
    /// A text.
    Text(Scalar),
    /// A list.
    List(Vec<Node>),
    /// Keys and values, in order.
    Map(Vec<(Key, Node)>),
}

impl Node {
    /// Whether nothing is there.
    pub fn is_null(&self) -> bool {
        matches!(self.content, Content::Null)
    }

    /// The value as written, for any single value.
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.content {
            Content::Boolean(_, scalar) | Content::Number(scalar) | Content::Text(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The entries of a map.
    pub fn map(&self) -> Option<&[(Key, Node)]> {
        match &self.content {
            Content::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn list(&self) -> Option<&[Node]> {
        match &self.content {
            Content::List(items) => Some(items),
            _ => None,
        }
    }

    /// The value of a key, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.map()?.iter().find(|(k, _)| k.text == key).map(|(_, node)| node)
    }
}

/// Reads the values and joins them with their marks. `None`: the reader has the fault.
pub(super) fn join(text: &str, root: Mark, reader: &Reader) -> Option<Node> {
    match serde_yaml::from_str::<Yaml>(text) {
        Ok(value) => node(&value, root, reader),
        Err(error) => {
            let lines: Vec<&str> = text.lines().collect();
            let place = error.location().map_or((1, 1), |at| (small(at.line()), small(at.column())));
            reader.fault_at(explain::scan_error(&lines, place, &error.to_string()));
            None
        }
    }
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX).max(1)
}

fn node(value: &Yaml, mark: Mark, reader: &Reader) -> Option<Node> {
    let Mark { place, form } = mark;
    let content = match (value, form) {
        (Yaml::Null, Form::Scalar(_)) => Content::Null,
        (Yaml::Bool(is), Form::Scalar(scalar)) => Content::Boolean(*is, scalar),
        (Yaml::Number(_), Form::Scalar(scalar)) => Content::Number(scalar),
        (Yaml::String(text), Form::Scalar(scalar)) if *text == scalar.text => Content::Text(scalar),
        (Yaml::Sequence(values), Form::List(marks)) if values.len() == marks.len() => {
            let items = values.iter().zip(marks).map(|(value, mark)| node(value, mark, reader));
            Content::List(items.collect::<Option<_>>()?)
        }
        (Yaml::Mapping(values), Form::Map(marks)) if values.len() == marks.len() => {
            let entries =
                values.iter().zip(marks).map(|((_, value), (key, mark))| Some((key, node(value, mark, reader)?)));
            Content::Map(entries.collect::<Option<_>>()?)
        }
        _ => {
            reader.fault(place, Diagnostic::new(&form::AMBIGUOUS));
            return None;
        }
    };
    Some(Node { place, content })
}
