//! The sections `records`, `attributes` and `shapes`: the data dictionary.
//!
//! Enters: the keys of the file. Leaves: a [`Dictionary`], with what a kind takes over from another already in it. Next:
//! [`super::parameters`].

use std::sync::Arc;

use indexmap::IndexMap;

use super::fields::{self, ShapeNames};
use super::guard::Key;
use super::keys::Keys;
use super::literal::typed;
use super::names::{self, Use};
use super::node::Node;
use super::reader::Reader;
use super::sections::{self, CHANGES, NONE_MEANS, PUBLIC};
use crate::codes::bundle as code;
use crate::diagnostic::Diagnostic;
use crate::dictionary::{Dictionary, Due, Field, Kind, Mend, MendValue, Type};

/// A kind is like one that is like one … so many times.
const LONGEST_LIKE: usize = 8;
/// Header of the date column where the bundle gives none.
const DATE: &str = "日期";

/// Reads the dictionary. `levels` are those of units: the one scored and those above it.
pub(super) fn dictionary(file: &Keys<'_>, levels: &[String]) -> Dictionary {
    let shape_names = ShapeNames::of(file);
    let entries = file.named("records");
    let by_id = entries.iter().map(|entry| (entry.0.text.as_str(), entry)).collect();
    Dictionary {
        shapes: fields::shapes(file, &shape_names),
        attributes: fields::attributes(file, &shape_names, levels),
        kinds: Kinds { reader: file.reader, entries, by_id, shape_names: &shape_names, levels }.read(),
    }
}

struct Kinds<'a> {
    reader: &'a Reader,
    entries: &'a [(Key, Node)],
    by_id: IndexMap<&'a str, &'a (Key, Node)>,
    shape_names: &'a ShapeNames,
    levels: &'a [String],
}

impl Kinds<'_> {
    fn read(&self) -> IndexMap<String, Arc<Kind>> {
        let mut kinds = IndexMap::new();
        for (key, _) in self.entries {
            names::check(self.reader, &key.text, key.place, Use::Kind);
            if self.levels.contains(&key.text) {
                // Both are read by their name in scripts.
                self.reader.fault(key.place, Diagnostic::new(&code::TAKEN_NAME).with("name", &key.text));
            }
            self.kind(&key.text, &mut kinds, &mut Vec::new());
        }
        // Those that others are like were read first; the order is that of the file.
        self.entries.iter().filter_map(|(key, _)| kinds.swap_remove_entry(&key.text)).collect()
    }

    /// Reads one kind, after the one it is like. `waiting` are the kinds that wait for it.
    fn kind(&self, id: &str, kinds: &mut IndexMap<String, Arc<Kind>>, waiting: &mut Vec<String>) {
        let Some((key, node)) = self.by_id.get(id) else { return };
        if kinds.contains_key(id) {
            return;
        }
        let Some(keys) = self.reader.keys(node, format!("records.{id}"), &sections::KIND) else { return };
        let like = keys.optional_text("like");
        waiting.push(id.to_owned());
        if let (Some(like), Some(node)) = (&like, keys.get("like")) {
            self.find_like(like, node, kinds, waiting);
        }
        waiting.pop();
        let model = like.and_then(|like| kinds.get(&like).cloned());
        let kind = self.read_kind(&keys, key, model.as_deref());
        kinds.insert(id.to_owned(), Arc::new(kind));
    }

    fn find_like(&self, like: &str, node: &Node, kinds: &mut IndexMap<String, Arc<Kind>>, waiting: &mut Vec<String>) {
        if waiting.iter().any(|id| id == like) {
            self.reader.fault(node.place, Diagnostic::new(&code::LIKE_IN_CIRCLE).with("name", like));
        } else if waiting.len() > LONGEST_LIKE {
            self.reader.fault(node.place, Diagnostic::new(&code::LIKE_TOO_LONG).with("limit", LONGEST_LIKE));
        } else if self.by_id.contains_key(like) {
            self.kind(like, kinds, waiting);
        } else {
            let known = self.by_id.keys().copied();
            self.reader.unknown_name(node.place, ("记录种类", "kind of records"), like, known);
        }
    }

    /// What is not written is taken over from the model, the title excepted; without a model it has its usual value.
    fn read_kind(&self, keys: &Keys<'_>, key: &Key, model: Option<&Kind>) -> Kind {
        let fields = self.fields(keys, model);
        let or_model = |written: Option<String>, taken: fn(&Kind) -> Option<String>| written.or(model.and_then(taken));
        Kind {
            id: Arc::from(key.text.as_str()),
            title: keys.text("title"),
            department: or_model(keys.optional_text("department"), |model| model.department.clone()),
            of: match keys.get("of") {
                Some(_) => fields::level(keys, self.levels),
                None => model.and_then(|model| model.of.clone()),
            },
            date_title: date_title(keys)
                .or(model.map(|model| model.date_title.clone()))
                .unwrap_or_else(|| DATE.to_owned()),
            identity: identity(keys, &fields).or(model.map(|model| model.identity.clone())).unwrap_or_default(),
            changes: keys.word("changes", CHANGES).or(model.map(|model| model.changes)).unwrap_or_default(),
            stages: stages(keys, &fields).or(model.map(|model| model.stages.clone())).unwrap_or_default(),
            none_means: keys.word("none_means", NONE_MEANS).or(model.map(|model| model.none_means)).unwrap_or_default(),
            due: due(keys).or(model.and_then(|model| model.due)),
            public: keys.word("public", PUBLIC).or(model.map(|model| model.public)).unwrap_or_default(),
            keep_personal: or_model(keep_personal(keys), |model| model.keep_personal.clone()),
            mend: mend(keys, &fields).or(model.and_then(|model| model.mend.clone())),
            fields,
            place: key.place,
        }
    }

    fn fields(&self, keys: &Keys<'_>, model: Option<&Kind>) -> IndexMap<String, Field> {
        let mut fields = model.map(|model| model.fields.clone()).unwrap_or_default();
        let path = keys.path_of("fields");
        fields.extend(fields::fields(keys.reader, keys.named("fields"), &path, self.shape_names, Use::Field));
        fields
    }
}

/// `date: {title}`, or the title alone.
fn date_title(keys: &Keys<'_>) -> Option<String> {
    let node = keys.get("date")?;
    if let Some(scalar) = node.scalar() {
        return Some(scalar.text.clone());
    }
    let date = keys.reader.keys(node, keys.path_of("date"), &sections::DATE)?;
    date.optional_text("title")
}

/// `identity`: fields, `unit`, `date`, `id`.
fn identity(keys: &Keys<'_>, fields: &IndexMap<String, Field>) -> Option<Vec<String>> {
    keys.get("identity")?;
    let known = || ["unit", "date", "id"].into_iter().chain(fields.keys().map(String::as_str));
    let names = keys.texts("identity");
    for (name, place) in &names {
        if !known().any(|known| known == name) {
            keys.reader.unknown_name(*place, ("字段", "field"), name, known());
        }
    }
    Some(names.into_iter().map(|(name, _)| name).collect())
}

/// `stages`: fields that hold a day or a time.
fn stages(keys: &Keys<'_>, fields: &IndexMap<String, Field>) -> Option<Vec<String>> {
    keys.get("stages")?;
    let is_moment = |name: &str| fields.get(name).is_some_and(|field| matches!(field.kind, Type::Date | Type::Time));
    let names = keys.texts("stages");
    for (name, place) in names.iter().filter(|(name, _)| !is_moment(name)) {
        let known = fields.keys().map(String::as_str).filter(|name| is_moment(name));
        keys.reader.unknown_name(*place, ("日期或时间字段", "field of a day or time"), name, known);
    }
    Some(names.into_iter().map(|(name, _)| name).collect())
}

fn due(keys: &Keys<'_>) -> Option<Due> {
    let due = keys.reader.keys(keys.get("due")?, keys.path_of("due"), &sections::DUE)?;
    due.required("every");
    due.required("within_days");
    let (every, within_days) = (due.granularity("every"), due.count("within_days"));
    Some(Due { every: every?, within_days: within_days? })
}

/// `keep_personal`: a number and `days`, `weeks`, `months` or `years`.
fn keep_personal(keys: &Keys<'_>) -> Option<String> {
    let node = keys.get("keep_personal")?;
    let text = keys.optional_text("keep_personal")?;
    let well_formed = text.split_once(' ').is_some_and(|(count, unit)| {
        let counted = count.parse::<u32>().is_ok_and(|count| count > 0);
        counted && matches!(unit.strip_suffix('s').unwrap_or(unit), "day" | "week" | "month" | "year")
    });
    if !well_formed {
        let shape = ("期限,如 3 years、180 days", "a length of time such as `3 years` or `180 days`");
        keys.reader.expected(node, &keys.path_of("keep_personal"), shape);
    }
    Some(text)
}

/// `mend` of a kind: what to do, and which of its fields change.
fn mend(keys: &Keys<'_>, fields: &IndexMap<String, Field>) -> Option<Mend> {
    read_mend(keys, |name| fields.get(name).map(|field| field.kind.clone()), || fields.keys().cloned().collect())
}

/// `mend` of a rule: the fields are those of the kinds it goes through, or of any kind where it names none.
pub(super) fn rule_mend(keys: &Keys<'_>, each: &[String], dictionary: &Dictionary) -> Option<Mend> {
    let kinds: Vec<&Kind> = dictionary
        .kinds
        .values()
        .filter(|kind| each.is_empty() || each.iter().any(|id| **id == *kind.id))
        .map(Arc::as_ref)
        .collect();
    let find = |name: &str| kinds.iter().find_map(|kind| kind.fields.get(name)).map(|field| field.kind.clone());
    let known = || kinds.iter().flat_map(|kind| kind.fields.keys().cloned()).collect();
    read_mend(keys, find, known)
}

fn read_mend(above: &Keys<'_>, find: impl Fn(&str) -> Option<Type>, known: impl Fn() -> Vec<String>) -> Option<Mend> {
    let node = above.get("mend")?;
    if let Some(scalar) = node.scalar() {
        return Some(Mend { title: scalar.text.clone(), set: Vec::new() });
    }
    let keys = above.reader.keys(node, above.path_of("mend"), &sections::MEND)?;
    let mut set = Vec::new();
    for (key, node) in keys.named("set") {
        let path = format!("{}.{}", keys.path_of("set"), key.text);
        let Some(kind) = find(&key.text) else {
            let known = known();
            keys.reader.unknown_name(key.place, ("字段", "field"), &key.text, known.iter().map(String::as_str));
            continue;
        };
        if let Some(value) = mend_value(keys.reader, node, &kind, &path) {
            set.push((key.text.clone(), value));
        }
    }
    Some(Mend { title: keys.text("title"), set })
}

/// `as_of`, for a day or a time, or a value of the field's type.
fn mend_value(reader: &Reader, node: &Node, kind: &Type, path: &str) -> Option<MendValue> {
    let is_day = matches!(kind, Type::Date | Type::Time);
    if is_day && node.scalar().is_some_and(|scalar| scalar.text == "as_of") {
        return Some(MendValue::AsOf);
    }
    typed(reader, node, kind, path).map(MendValue::Is)
}
