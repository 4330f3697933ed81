//! Mapping files: which kind of record an item of another system is, and where each value comes from.
//!
//! Enters: the text of a file and the dictionary it maps to. Leaves: a checked [`Mapping`], or every fault at its line and column.
//! Next: [`crate::mapping`] applies it.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::keys::Keys;
use super::model::Place;
use super::node::{Content, Node};
use super::reader::Reader;
use super::schema::Takes::{Any, Flag, Keys as KeysOf, List, Names, OneOf, Text};
use super::schema::{Section, key, needed};
use crate::codes::mapping as codes;
use crate::diagnostic::{Diagnostic, any_error};
use crate::dictionary::{Dictionary, Field, Kind, Type};
use crate::mapping::{Mapping, Moment, Path, Pattern, Source, Target};

/// What is told of a record beside its fields, and of a message about an event.
const RECORD_WORDS: [&str; 3] = ["unit", "date", "id"];
const MESSAGE_WORDS: [&str; 3] = ["step", "at", "sent"];

static FILE: Section = Section::of(
    "mapping",
    &[&[
        needed("mapping", Text, "名称", "its name"),
        key("title", Text, "说明", "what it is for"),
        key("items", Text, "条目所在的列表", "where the list of items stands"),
        key("values", Names(&Names(&Any)), "对照表", "tables of values"),
        needed("records", List(&KeysOf(|| &TARGET)), "条目成为哪些记录", "what an item becomes"),
    ]],
);

static TARGET: Section = Section::of(
    "mapped record",
    &[&[
        needed("kind", Text, "台账类型", "the kind of record"),
        key("message", Flag, "只是事件的一条消息,不是完整的记录", "a message about an event, not the whole record"),
        key("each", Text, "条目中的列表,每项一条记录", "a list in the item, one record for each element"),
        key("when", Names(&Any), "条件", "what must hold"),
        needed("set", Names(&Any), "各填报项的来源", "where the values come from"),
    ]],
);

static SOURCE: Section = Section::of(
    "mapped value",
    &[&[
        key(
            "from",
            OneOf(&[Text, List(&Text)]),
            "路径;多个的取先有值的",
            "a path, or several of which the first that is there",
        ),
        key("constant", Any, "固定的值", "a fixed value"),
        key("values", OneOf(&[Text, Names(&Any)]), "对照表", "a table of values, or its name"),
        key("otherwise", Any, "没有值时用的值", "what stands in when there is none"),
        key("date", Text, "日期格式", "how a day is written"),
        key("time", Text, "时间格式", "how a time is written"),
    ]],
);

/// Reads a mapping file. `file` is its name in messages.
///
/// # Errors
/// Every fault of the file, in its order.
pub fn read_mapping(file: &str, text: &str, dictionary: &Dictionary) -> Result<Mapping, Vec<Diagnostic>> {
    let plain = text.strip_prefix('\u{FEFF}').unwrap_or(text).replace("\r\n", "\n");
    let reader = Reader::new(&Arc::from(file), &plain);
    let mapping = super::tree(&plain, &reader).and_then(|root| Scribe { reader: &reader, dictionary }.mapping(&root));
    let faults = reader.into_faults();
    match mapping {
        Some(mapping) if !any_error(&faults) => Ok(mapping),
        _ => Err(faults),
    }
}

/// Tables of values by their names.
type Tables = IndexMap<String, Arc<IndexMap<String, Json>>>;

struct Scribe<'a> {
    reader: &'a Reader,
    dictionary: &'a Dictionary,
}

impl Scribe<'_> {
    fn mapping(&self, root: &Node) -> Option<Mapping> {
        let keys = self.reader.keys(root, "", &FILE)?;
        let tables = keys.named("values").iter().map(|(name, node)| {
            let path = format!("values.{}", name.text);
            (name.text.clone(), Arc::new(self.table(node, &path)))
        });
        let tables: Tables = tables.collect();
        keys.required("records");
        let targets = keys.items("records").iter().enumerate();
        let records = targets.filter_map(|(n, node)| self.target(node, &format!("records.{n}"), &tables)).collect();
        Some(Mapping {
            id: keys.text("mapping"),
            title: keys.optional_text("title").unwrap_or_default(),
            items: self.pointer(&keys, "items"),
            records,
        })
    }

    fn table(&self, node: &Node, path: &str) -> IndexMap<String, Json> {
        let entries = self.reader.entries(node, path).iter();
        entries.filter_map(|(key, node)| Some((key.text.clone(), self.constant(node, path)?))).collect()
    }

    /// A single value, as JSON has it.
    fn constant(&self, node: &Node, path: &str) -> Option<Json> {
        match &node.content {
            Content::Boolean(is, _) => Some(Json::Bool(*is)),
            Content::Number(scalar) => {
                Some(serde_json::from_str(&scalar.text).unwrap_or(Json::String(scalar.text.clone())))
            }
            _ => self.reader.text(node, path).map(|text| Json::String(text.to_owned())),
        }
    }

    fn target(&self, node: &Node, path: &str, tables: &Tables) -> Option<Target> {
        let keys = self.reader.keys(node, path, &TARGET)?;
        let kind_node = keys.required("kind")?;
        let name = self.reader.text(kind_node, &keys.path_of("kind"))?;
        let Some(kind) = self.dictionary.kinds.get(name) else {
            let known = self.dictionary.kinds.keys().map(String::as_str);
            self.reader.unknown_name(kind_node.place, ("台账类型", "kind of records"), name, known);
            return None;
        };
        let message = keys.flag("message");
        if message && !kind.has_steps() {
            let events = self.dictionary.kinds.values().filter(|kind| kind.has_steps()).map(|kind| kind.id.as_ref());
            let known: Vec<&str> = events.collect();
            let place = keys.get("message").map_or(keys.place, |node| node.place);
            let fault = Diagnostic::new(&codes::MESSAGE_OF_NO_EVENT).with("kind", &kind.title);
            self.reader.fault(place, fault.with("known", known.join(", ")));
        }
        let own_words: &[&str] = if message { &MESSAGE_WORDS } else { &[] };
        let each = self.pointer(&keys, "each");
        let has_each = each.is_some();
        let when = keys.named("when").iter().filter_map(|(key, node)| {
            let wanted = self.reader.texts(node, &keys.path_of("when")).into_iter().map(|(text, _)| text).collect();
            Some((self.path(&key.text, key.place, has_each)?, wanted))
        });
        let when = when.collect();
        let mut set = IndexMap::new();
        for (key, node) in keys.named("set") {
            let path = format!("{}.{}", keys.path_of("set"), key.text);
            let known = RECORD_WORDS.iter().chain(own_words).copied().chain(kind.fields.keys().map(String::as_str));
            if !known.clone().any(|name| name == key.text) {
                self.reader.unknown_name(key.place, ("填报项", "field"), &key.text, known);
                continue;
            }
            let field = kind.fields.get(&key.text);
            if let Some(source) = self.source(node, &path, (&key.text, field), tables, has_each) {
                set.insert(key.text.clone(), source);
            }
        }
        self.look_for_missing(kind, message, &keys);
        Some(Target { kind: name.to_owned(), message, each, when, set })
    }

    /// What a record of the kind must have and the mapping says nothing about; of a message, what tells events apart.
    fn look_for_missing(&self, kind: &Kind, message: bool, keys: &Keys<'_>) {
        let Some(set) = keys.required("set") else { return };
        let must = kind.fields.iter().filter(|(name, field)| {
            if message { kind.identity.contains(name) } else { !field.optional && field.default.is_none() }
        });
        let must = must.map(|(name, field)| (name.as_str(), field.title.as_str()));
        let date = Some(("date", kind.date_title.as_str())).filter(|_| !message);
        for (name, title) in [("unit", "考核对象")].into_iter().chain(date).chain(must) {
            if set.get(name).is_none() {
                let fault = Diagnostic::new(&codes::NO_SOURCE).with("kind", &kind.title).with("field", title);
                self.reader.fault(keys.place, fault.with("name", name));
            }
        }
    }

    fn pointer(&self, keys: &Keys<'_>, key: &'static str) -> Option<String> {
        let node = keys.get(key)?;
        let text = self.reader.text(node, &keys.path_of(key))?;
        self.path(text, node.place, false).map(|path| path.pointer)
    }

    fn path(&self, text: &str, place: Place, has_each: bool) -> Option<Path> {
        if text.starts_with('/') {
            return Some(Path { pointer: text.to_owned(), in_element: false });
        }
        match text.strip_prefix('.') {
            Some(pointer) if pointer.is_empty() || pointer.starts_with('/') => {
                if !has_each {
                    self.reader.fault(place, Diagnostic::new(&codes::NO_EACH).with("value", text));
                }
                Some(Path { pointer: pointer.to_owned(), in_element: true })
            }
            _ => {
                self.reader.fault(place, Diagnostic::new(&codes::NOT_A_PATH).with("value", text));
                None
            }
        }
    }

    fn source(
        &self,
        node: &Node,
        path: &str,
        (name, field): (&str, Option<&Field>),
        tables: &Tables,
        has_each: bool,
    ) -> Option<Source> {
        let title = field.map_or(name, |field| field.title.as_str()).to_owned();
        let hidden = field.is_some_and(|field| field.personal.is_some());
        let plain = Source { from: Vec::new(), otherwise: None, table: None, moment: None, title, hidden };
        if node.map().is_none() {
            let text = self.reader.text(node, path)?;
            return Some(Source { from: vec![self.path(text, node.place, has_each)?], ..plain });
        }
        let keys = self.reader.keys(node, path, &SOURCE)?;
        let from: Vec<Path> =
            keys.texts("from").into_iter().filter_map(|(text, place)| self.path(&text, place, has_each)).collect();
        let constant = keys.get("constant").and_then(|node| self.constant(node, &keys.path_of("constant")));
        if keys.get("from").is_some() == constant.is_some() {
            self.reader.fault(node.place, Diagnostic::new(&codes::ONE_SOURCE).with("key", name));
        }
        let table = self.named_table(&keys, tables);
        let otherwise = keys.get("otherwise").and_then(|node| self.constant(node, &keys.path_of("otherwise")));
        let otherwise = constant.or(otherwise);
        if let Some(field) = field {
            let written = ["constant", "otherwise", "values"].into_iter().find_map(|key| keys.get(key));
            let place = written.map_or(node.place, |node| node.place);
            for value in table.iter().flat_map(|table| table.values()).chain(&otherwise) {
                self.check_choice(field, value, place);
            }
        }
        Some(Source { from, otherwise, table, moment: self.moment(&keys), ..plain })
    }

    fn named_table(&self, keys: &Keys<'_>, tables: &Tables) -> Option<Arc<IndexMap<String, Json>>> {
        let node = keys.get("values")?;
        let path = keys.path_of("values");
        if node.map().is_some() {
            return Some(Arc::new(self.table(node, &path)));
        }
        let name = self.reader.text(node, &path)?;
        if !tables.contains_key(name) {
            let known = tables.keys().map(String::as_str);
            self.reader.unknown_name(node.place, ("对照表", "table of values"), name, known);
        }
        tables.get(name).cloned()
    }

    fn moment(&self, keys: &Keys<'_>) -> Option<Moment> {
        let (key, day_only) = if keys.get("date").is_some() { ("date", true) } else { ("time", false) };
        let node = keys.get(key)?;
        let pattern = match self.reader.text(node, &keys.path_of(key))? {
            "unix" => Pattern::Seconds,
            "unix_ms" => Pattern::Milliseconds,
            text => Pattern::Text(text.to_owned()),
        };
        if let (Pattern::Text(text), false) = (&pattern, pattern.is_sound()) {
            self.reader.fault(node.place, Diagnostic::new(&codes::BAD_PATTERN).with("value", text));
        }
        Some(Moment { day_only, pattern })
    }

    /// What is put into a field of choices must be one of them, by its key or its title.
    fn check_choice(&self, field: &Field, value: &Json, place: Place) {
        let Type::Choice(choices) = &field.kind else { return };
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if !choices.iter().any(|(key, title)| *key == text || *title == text) {
            let known = choices.keys().map(String::as_str).collect::<Vec<_>>().join("、");
            let fault = Diagnostic::new(&codes::NO_SUCH_CHOICE).with("field", &field.title).with("value", text);
            self.reader.fault(place, fault.with("known", known));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::diagnostic::Lang;

    const BUNDLE: &str = r#"
bundle: small
edition: "1"
title: 小样(示例)
assess: {unit: village, period: year, base: 100}
records:
  event:
    title: 事件
    fields:
      no: {title: 编号, type: text}
      category: {title: 类别, type: choice, choices: {hazard: 隐患, other: 其他}}
      reporter: {title: 上报人, type: text, personal: name, optional: true}
      reported: {title: 上报, type: time}
score: "100"
"#;

    const MAPPING: &str = r#"
mapping: platform
items: /data
values:
  class: {"01": hazard, "02": 其他}
records:
  - kind: event
    each: /steps
    when: {/type: [EVENT, 7], ./state: open}
    set:
      unit: /area/code
      date: {from: ./at, date: unix_ms}
      no: {from: [/no, /id]}
      category: {from: /class, values: class}
      reporter: /who
      reported: {from: ./at, time: unix_ms}
"#;

    fn dictionary() -> Dictionary {
        super::super::read("b.yaml", BUNDLE).unwrap().0.dictionary
    }

    fn mapping() -> Mapping {
        read_mapping("m.yaml", MAPPING, &dictionary()).unwrap()
    }

    #[test]
    fn an_item_becomes_a_record_for_each_element_that_meets_the_conditions() {
        let step = |state: &str| json!({"state": state, "at": 1_582_936_200_000_i64});
        let sent = json!({"data": [
            {"type": 7, "id": "E1", "area": {"code": "330381101701"}, "class": "02", "steps": [step("open"), step("shut")]},
            {"type": "NEWS", "steps": []},
        ]});
        let mapping = mapping();
        let items = mapping.items(&sent).unwrap();
        let records = mapping.apply(items[0]).unwrap();
        let expected = json!({"kind": "event", "unit": "330381101701", "date": "2020-02-29", "no": "E1",
            "category": "其他", "reported": "2020-02-29T08:30:00"});
        assert_eq!(records.iter().map(|record| Json::Object(record.object.clone())).collect::<Vec<_>>(), [expected]);
        assert_eq!(records[0].origins["reported"], "/steps/0/at");
        assert_eq!(records[0].origins["no"], "/id");
        assert_eq!(mapping.apply(items[1]).unwrap(), []);
    }

    #[test]
    fn what_does_not_fit_is_named_where_it_stands_and_names_of_people_are_not_repeated() {
        let mut mapping = mapping();
        let reporter = mapping.records[0].set.get_mut("reporter").unwrap();
        reporter.table = Some(Arc::default());
        let item = json!({"type": "EVENT", "class": "03", "who": "张三", "steps": [{"state": "open", "at": "昨天"}]});
        let misfits = mapping.apply(&item).unwrap_err();
        let shown: Vec<String> =
            misfits.iter().map(|(place, fault)| format!("{place} {}", fault.message(Lang::Zh))).collect();
        assert_eq!(
            shown,
            [
                "/steps/0/at 「昨天」不合日期格式「unix_ms」",
                "/class 「03」不在「类别」的对照表里",
                "/who 「***」不在「上报人」的对照表里",
                "/steps/0/at 「昨天」不合日期格式「unix_ms」",
            ]
        );
        let (place, fault) = mapping.items(&json!({"data": 1})).unwrap_err();
        assert_eq!((place.as_str(), fault.code.id), ("/data", "path-not-a-list"));
    }

    #[test]
    fn every_fault_of_a_mapping_file_is_named_at_its_line_and_column() {
        let faulty = MAPPING
            .replace("unit: /area/code", "unti: /area/code")
            .replace("/who", "who")
            .replace("\"01\": hazard", "\"01\": hazzard")
            .replace("values: class", "values: clas")
            .replace("{from: [/no, /id]}", "{from: /no, constant: 1}")
            .replace("time: unix_ms", "time: YYYY")
            .replace("    each: /steps\n", "");
        let faults = read_mapping("m.yaml", &faulty, &dictionary()).unwrap_err();
        let shown: Vec<String> =
            faults.iter().map(|fault| format!("{} {}", fault.location.to_line(), fault.code.id)).collect();
        assert_eq!(
            shown,
            [
                "m.yaml:7:5 no-source",
                "m.yaml:8:31 path-without-each",
                "m.yaml:10:7 unknown-name",
                "m.yaml:11:20 path-without-each",
                "m.yaml:12:11 one-source",
                "m.yaml:13:40 unknown-name",
                "m.yaml:14:17 not-a-path",
                "m.yaml:15:24 path-without-each",
                "m.yaml:15:36 bad-pattern",
            ]
        );
        let table = MAPPING.replace("\"01\": hazard", "\"01\": hazzard");
        let faults = read_mapping("m.yaml", &table, &dictionary()).unwrap_err();
        assert_eq!((faults.len(), faults[0].code.id), (1, "no-such-choice"));
    }

    #[test]
    fn a_file_that_is_no_mapping_is_refused_with_its_place() {
        for text in ["", "mapping: a\nrecords: 7\n", "- a\n", "mapping: {a: 1}\nrecords: []\nvalue: {}\n"] {
            assert!(!read_mapping("m.yaml", text, &dictionary()).unwrap_err().is_empty(), "{text}");
        }
    }
}
