//! Marks: by what a record is known again where no more than a few bytes can be kept of it.
//!
//! Enters: a record and the dictionary that it was read by. Leaves: the [`Mark`] of what it says, or of the fact that it is about. No mark
//! rests on where a record was read: whoever hands in one record at a time has each in line 1. Nor does it rest on a personal text,
//! so it tells nothing of one, and stays the same when the text goes at the end of its time. Next: [`super::columns`].

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

use super::Record;
use super::bytes::Ink;
use crate::dictionary::{Dictionary, Field, Type, Value};

/// Hexadecimal digits of a mark.
const DIGITS: usize = 16;

/// Tells a record from the others of its unit. Of another unit a record may have the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark(u64);

impl Mark {
    /// The mark of what a record says. Two records of a unit have the same only if they differ in no more than personal texts.
    pub fn of_content(record: &Record, dictionary: &Dictionary) -> Mark {
        let mut writer = Writer::of(record, dictionary);
        writer.day_and_number();
        for name in record.kind.fields.keys() {
            writer.field(name);
        }
        writer.finish()
    }

    /// The mark of the fact that a record is about: it stays when the record is corrected. A fact that is told from others by a
    /// personal text, or by everything, goes by what the record says.
    pub fn of_fact(record: &Record, dictionary: &Dictionary) -> Mark {
        let identity = &record.kind.identity;
        let names_number = identity.iter().any(|name| name == "id");
        let is_open = |name: &String| record.kind.fields.get(name).is_none_or(|field| field.personal.is_none());
        let mut writer = Writer::of(record, dictionary);
        match &record.id {
            Some(number) if identity.is_empty() => writer.ink.text(number),
            None if identity.is_empty() || names_number => return Mark::of_content(record, dictionary),
            _ if !identity.iter().all(is_open) => return Mark::of_content(record, dictionary),
            _ => identity.iter().for_each(|name| writer.part(name)),
        }
        writer.finish()
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0DIGITS$x}", self.0)
    }
}

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Mark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Mark {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Mark, D::Error> {
        let text = String::deserialize(deserializer)?;
        let number = u64::from_str_radix(&text, 16).ok().map(Mark);
        // One mark has one form.
        let mark = number.filter(|mark| mark.to_string() == text);
        mark.ok_or_else(|| de::Error::invalid_value(de::Unexpected::Str(&text), &"16 hexadecimal digits"))
    }
}

/// Writes what a mark rests on; lengths before contents, so that no two records write alike.
struct Writer<'r> {
    record: &'r Record,
    dictionary: &'r Dictionary,
    ink: Ink,
}

impl<'r> Writer<'r> {
    fn of(record: &'r Record, dictionary: &'r Dictionary) -> Writer<'r> {
        let mut ink = Ink::default();
        ink.text(&record.kind.id);
        Writer { record, dictionary, ink }
    }

    fn day_and_number(&mut self) {
        self.ink.text(&self.record.date.to_string());
        self.number();
    }

    fn number(&mut self) {
        match &self.record.id {
            None => self.ink.byte(0),
            Some(number) => {
                self.ink.byte(1);
                self.ink.text(number);
            }
        }
    }

    /// A part of an identity. All records of a unit have that unit.
    fn part(&mut self, name: &str) {
        match name {
            "unit" => {}
            "date" => self.ink.text(&self.record.date.to_string()),
            "id" => self.number(),
            field => self.field(field),
        }
    }

    fn field(&mut self, name: &str) {
        let value = self.record.value(name);
        if let Some(field) = self.record.kind.fields.get(name) {
            self.optional(field, value);
        }
    }

    fn optional(&mut self, field: &Field, value: Option<&Value>) {
        if field.personal.is_some() {
            return;
        }
        match value {
            None => self.ink.byte(0),
            Some(value) => {
                self.ink.byte(1);
                self.value(&field.kind, value);
            }
        }
    }

    fn value(&mut self, kind: &Type, value: &Value) {
        match (kind, value) {
            (Type::List(inner), Value::List(items)) => {
                self.ink.number(items.len() as u64);
                items.iter().for_each(|item| self.value(inner, item));
            }
            (Type::Map(inner), Value::Map(entries)) => {
                self.ink.number(entries.len() as u64);
                for (key, item) in entries.iter() {
                    self.ink.text(key);
                    self.value(inner, item);
                }
            }
            (Type::Shape(name), Value::Map(entries)) => {
                let shape = self.dictionary.shapes.get(name.as_ref());
                for (key, field) in shape.iter().flat_map(|shape| &shape.fields) {
                    self.optional(field, entries.get(key.as_str()));
                }
            }
            (_, Value::Number(number)) => self.ink.text(&number.to_exact()),
            (_, other) => self.ink.text(&other.to_string()),
        }
    }

    fn finish(self) -> Mark {
        let digest: [u8; 32] = Sha256::digest(self.ink.into_bytes()).into();
        Mark(u64::from_be_bytes(digest.first_chunk().copied().unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::bundle;
    use crate::dictionary::read::{Raw, RawRecord, Strictness};
    use crate::pseudonym;
    use crate::record::Source;

    fn dictionary(identity: &str) -> Dictionary {
        let text = format!(
            "bundle: b\nedition: '1'\ntitle: t\nassess: {{unit: village, within: [town, county], period: year}}\n\
             score: '1'\nshapes:\n  step: {{what: {{type: text}}, by: {{type: text, personal: name}}}}\n\
             records:\n  hazard:\n    title: 隐患\n    identity: {identity}\n    fields:\n      \
             name: {{type: text}}\n      due: {{type: date, optional: true}}\n      \
             count: {{type: decimal, optional: true}}\n      \
             reporter: {{type: text, personal: name, optional: true}}\n      \
             steps: {{type: {{list: step}}, optional: true}}\n"
        );
        bundle::read("b.yaml", &text).unwrap_or_else(|faults| panic!("{faults:?}")).0.dictionary
    }

    fn record(dictionary: &Dictionary, row: u32, fields: &[(&str, serde_json::Value)]) -> Record {
        let date = ("date".to_owned(), Raw::from_json(&"2020-03-01".into()));
        let given = fields.iter().map(|(name, value)| ((*name).to_owned(), Raw::from_json(value)));
        let raw = RawRecord::new([date].into_iter().chain(given));
        let source = Source::line(&Arc::from("安监平台"), row);
        Record::read(&dictionary.kinds["hazard"], dictionary, &raw, source, Strictness::Data).unwrap()
    }

    #[test]
    fn records_pushed_one_at_a_time_are_told_apart_by_what_they_say() {
        let dictionary = dictionary("[]");
        let said = |name: &str| record(&dictionary, 1, &[("name", name.into())]);
        let mark = |record: &Record| Mark::of_content(record, &dictionary);
        let (mill, shop) = (said("木制品作坊"), said("五金店"));
        assert_eq!(mill.source, shop.source);
        assert_ne!(mark(&mill), mark(&shop));
        assert_eq!(mark(&mill), mark(&record(&dictionary, 7, &[("name", "木制品作坊".into())])));
    }

    #[test]
    fn a_mark_outlives_personal_texts() {
        let dictionary = dictionary("[]");
        let steps = |by: &str| serde_json::json!([{"what": "整改", "by": by}]);
        let said = |name: &str, what: &str| {
            let mut steps = steps(name);
            steps[0]["what"] = what.into();
            record(&dictionary, 1, &[("name", "作坊".into()), ("reporter", name.into()), ("steps", steps)])
        };
        let gone = pseudonym::blank(b"key", &Value::text("张三")).to_string();
        let mark = |record: &Record| Mark::of_content(record, &dictionary);
        assert_eq!(mark(&said("张三", "整改")), mark(&said(&gone, "整改")));
        assert_ne!(mark(&said("张三", "整改")), mark(&said("张三", "销号")));
    }

    #[test]
    fn a_corrected_record_is_about_the_same_fact() {
        for (identity, same) in [("[name]", true), ("[unit, date, name]", true), ("[]", false), ("[reporter]", false)] {
            let dictionary = dictionary(identity);
            let said = |due: &str| record(&dictionary, 1, &[("name", "作坊".into()), ("due", due.into())]);
            let (first, corrected) = (said("2020-05-01"), said("2020-06-01"));
            let fact = |record: &Record| Mark::of_fact(record, &dictionary);
            assert_eq!(fact(&first) == fact(&corrected), same, "{identity}");
            assert_ne!(Mark::of_content(&first, &dictionary), Mark::of_content(&corrected, &dictionary));
        }
    }

    #[test]
    fn a_number_names_the_fact_where_nothing_else_does() {
        let dictionary = dictionary("[]");
        let said = |id: &str, name: &str| record(&dictionary, 1, &[("id", id.into()), ("name", name.into())]);
        let fact = |record: &Record| Mark::of_fact(record, &dictionary);
        assert_eq!(fact(&said("Y1", "作坊")), fact(&said("Y1", "木制品作坊")));
        assert_ne!(fact(&said("Y1", "作坊")), fact(&said("Y2", "作坊")));
    }

    proptest! {
        #[test]
        fn a_mark_reads_back_as_it_was_written(number: u64) {
            let written = serde_json::to_string(&Mark(number)).unwrap();
            prop_assert_eq!(serde_json::from_str::<Mark>(&written).unwrap(), Mark(number));
        }

        #[test]
        fn what_is_written_otherwise_is_no_mark(text in "[0-9A-Fg+-]{0,18}") {
            let written = serde_json::to_string(&text).unwrap();
            if let Ok(mark) = serde_json::from_str::<Mark>(&written) {
                prop_assert_eq!(mark.to_string(), text);
            }
        }
    }
}
