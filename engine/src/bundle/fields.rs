//! Fields of records and shapes, and attributes of units: title, type, bounds, default.
//!
//! Enters: the entries of `fields`, `shapes` and `attributes`. Leaves: [`Field`]s, [`Shape`]s and [`Attribute`]s. Next:
//! [`super::dictionary`], which builds the kinds of records from them.

use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;

use super::guard::Key;
use super::keys::Keys;
use super::literal::typed;
use super::names::{self, Use};
use super::node::Node;
use super::reader::Reader;
use super::sections::{self, TYPES};
use crate::codes::bundle as code;
use crate::diagnostic::Diagnostic;
use crate::dictionary::{Attribute, Field, Shape, Type, Value};

/// The choices of a field: key and title.
type Choices = Arc<IndexMap<String, String>>;

/// The names of the shapes, which types may name before they are read.
pub(super) struct ShapeNames(BTreeSet<String>);

impl ShapeNames {
    pub fn of(file: &Keys<'_>) -> ShapeNames {
        ShapeNames(file.named("shapes").iter().map(|(key, _)| key.text.clone()).collect())
    }
}

/// Reads `shapes`.
pub(super) fn shapes(file: &Keys<'_>, names: &ShapeNames) -> IndexMap<String, Arc<Shape>> {
    let mut shapes = IndexMap::new();
    for (key, node) in file.named("shapes") {
        names::check(file.reader, &key.text, key.place, Use::Property);
        if TYPES.iter().any(|(name, _)| *name == key.text) || ["choice", "list", "map"].contains(&key.text.as_str()) {
            file.reader.fault(key.place, Diagnostic::new(&code::TAKEN_NAME).with("name", &key.text));
        }
        let path = format!("shapes.{}", key.text);
        let fields = fields(file.reader, file.reader.entries(node, &path), &path, names, Use::Property);
        shapes.insert(key.text.clone(), Arc::new(Shape { id: Arc::from(key.text.as_str()), fields }));
    }
    shapes
}

/// Reads `attributes`. `levels` are those of units: the one scored and those above it.
pub(super) fn attributes(file: &Keys<'_>, names: &ShapeNames, levels: &[String]) -> IndexMap<String, Attribute> {
    let mut attributes = IndexMap::new();
    for (key, node) in file.named("attributes") {
        names::check(file.reader, &key.text, key.place, Use::Attribute);
        if let Some(keys) = file.reader.keys(node, format!("attributes.{}", key.text), &sections::ATTRIBUTE) {
            let of = level(&keys, levels);
            let field = field(&keys, key, names);
            attributes.insert(key.text.clone(), Attribute { field, of });
        }
    }
    attributes
}

/// `of`: a level of units other than the one scored.
pub(super) fn level(keys: &Keys<'_>, levels: &[String]) -> Option<String> {
    let node = keys.get("of")?;
    let of = keys.optional_text("of")?;
    if !levels.contains(&of) {
        keys.reader.unknown_name(node.place, ("层级", "level"), &of, levels.iter().map(String::as_str));
    }
    (levels.first() != Some(&of)).then_some(of)
}

/// Reads the fields of a kind or a shape.
pub(super) fn fields(
    reader: &Reader,
    entries: &[(Key, Node)],
    path: &str,
    names: &ShapeNames,
    used: Use,
) -> IndexMap<String, Field> {
    let mut fields = IndexMap::new();
    for (key, node) in entries {
        names::check(reader, &key.text, key.place, used);
        if let Some(keys) = reader.keys(node, format!("{path}.{}", key.text), &sections::FIELD) {
            let field = field(&keys, key, names);
            fields.insert(key.text.clone(), field);
        }
    }
    fields
}

fn field(keys: &Keys<'_>, key: &Key, names: &ShapeNames) -> Field {
    let known_kind = kind(keys, names);
    let kind = known_kind.clone().unwrap_or(Type::Text);
    let field = Field {
        title: keys.optional_text("title").unwrap_or_else(|| key.text.clone()),
        unit: keys.optional_text("unit"),
        min: keys.number("min"),
        max: keys.number("max"),
        places: keys.count("places"),
        optional: keys.flag("optional"),
        default: default(keys, known_kind.as_ref()),
        personal: keys.optional_text("personal"),
        kind,
        place: key.place,
    };
    if known_kind.is_some() {
        check_bounds(keys, &field);
    }
    field
}

fn default(keys: &Keys<'_>, kind: Option<&Type>) -> Option<Value> {
    let node = keys.get("default")?;
    typed(keys.reader, node, kind?, &keys.path_of("default"))
}

/// `type`, with `choices` where the type has some. None when it is not known.
fn kind(keys: &Keys<'_>, names: &ShapeNames) -> Option<Type> {
    let choices = choices(keys);
    let (Some(node), path) = (keys.get("type"), keys.path_of("type")) else {
        if let Some(choices) = choices {
            return Some(Type::Choice(choices));
        }
        keys.required("type");
        return None;
    };
    let kind = type_of(keys.reader, node, &path, choices.as_ref(), names)?;
    if let Some(choices) = keys.get("choices")
        && !has_choices(&kind)
    {
        keys.reader.fault(choices.place, Diagnostic::new(&code::CHOICES_WITHOUT_CHOICE).with("path", &keys.path));
    }
    Some(kind)
}

fn choices(keys: &Keys<'_>) -> Option<Choices> {
    keys.get("choices")?;
    let path = keys.path_of("choices");
    let entries = keys.named("choices").iter();
    let choices = entries.filter_map(|(key, node)| {
        let title = if node.is_null() { &key.text } else { keys.reader.text(node, &path)? };
        Some((key.text.clone(), title.to_owned()))
    });
    Some(Arc::new(choices.collect()))
}

fn type_of(reader: &Reader, node: &Node, path: &str, choices: Option<&Choices>, names: &ShapeNames) -> Option<Type> {
    if let Some([(key, inner)]) = node.map() {
        let inner = type_of(reader, inner, path, choices, names).map(Arc::new);
        match key.text.as_str() {
            "list" => return inner.map(Type::List),
            "map" => return inner.map(Type::Map),
            _ => {}
        }
    }
    let Some(name) = node.scalar().map(|scalar| scalar.text.as_str()) else {
        reader.expected(node, path, ("类型名、{list: 类型} 或 {map: 类型}", "a type, {list: TYPE} or {map: TYPE}"));
        return None;
    };
    if let Some((_, kind)) = TYPES.iter().find(|(known, _)| *known == name) {
        return Some(kind.clone());
    }
    if name == "choice" {
        let Some(choices) = choices else {
            reader.fault(node.place, Diagnostic::new(&code::CHOICE_WITHOUT_CHOICES).with("path", path));
            return None;
        };
        return Some(Type::Choice(Arc::clone(choices)));
    }
    if names.0.contains(name) {
        return Some(Type::Shape(Arc::from(name)));
    }
    let known = TYPES.iter().map(|(known, _)| *known).chain(["choice"]).chain(names.0.iter().map(String::as_str));
    reader.unknown_name(node.place, ("类型", "type"), name, known);
    None
}

fn has_choices(kind: &Type) -> bool {
    match kind {
        Type::Choice(_) => true,
        Type::List(inner) | Type::Map(inner) => has_choices(inner),
        _ => false,
    }
}

fn is_numeric(kind: &Type) -> bool {
    match kind {
        Type::Integer | Type::Decimal => true,
        Type::List(inner) | Type::Map(inner) => is_numeric(inner),
        _ => false,
    }
}

/// Bounds are for numbers, and the lower one is not above the upper.
fn check_bounds(keys: &Keys<'_>, field: &Field) {
    let bound = ["min", "max", "places"].into_iter().find_map(|key| Some((key, keys.get(key)?)));
    if let Some((key, node)) = bound
        && !is_numeric(&field.kind)
    {
        keys.reader.fault(node.place, Diagnostic::new(&code::BOUND_WITHOUT_NUMBER).with("key", key));
    }
    if let (Some(min), Some(max), Some(node)) = (field.min, field.max, keys.get("min"))
        && min > max
    {
        let fault = Diagnostic::new(&code::FLOOR_ABOVE_CEILING).with("floor", min).with("ceiling", max);
        keys.reader.fault(node.place, fault);
    }
}
