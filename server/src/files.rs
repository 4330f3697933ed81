//! Units, records and exemptions as JSON files, for scoring without a store.
//!
//! Enters: the texts of the files. Leaves: a [`World`], or every fault at its file and line. Next: [`crate::upload`].

use std::path::Path;
use std::sync::Arc;

use liuwu_engine::assess::World;
use liuwu_engine::bundle::Bundle;
use liuwu_engine::codes::files as codes;
use liuwu_engine::coverage::Coverage;
use liuwu_engine::dataset::{RawEntry, RawUnit, gather};
use liuwu_engine::diagnostic::{Diagnostic, Location};
use liuwu_engine::dictionary::read::{Raw, RawRecord};
use liuwu_engine::period::{Date, Period, parse_date};
use liuwu_engine::record::Source;
use serde_json::{Map, Value as Json};

use crate::store::Exemption;

/// The keys of an exemption. `period` and `from` to `until` (or `expiry`) say which days it is about; `approver` may stand for
/// `approved_by`.
const EXEMPTION: &[&str] = &[
    "unit",
    "rule",
    "record",
    "period",
    "from",
    "until",
    "expiry",
    "reason",
    "approved_by",
    "approver",
    "approved_on",
];

/// A file by the name its user gave it.
#[derive(Debug, Clone, Copy)]
pub struct Text<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its content.
    pub text: &'a str,
}

/// What is to be scored.
#[derive(Debug)]
pub struct Given<'a> {
    /// `[{"id","name"?,"level"?,"parent"?,"attributes"?}]`
    pub units: Text<'a>,
    /// One `{"unit","kind","date","id"?,…}` a line.
    pub records: Text<'a>,
    /// `[{"unit","rule","record"?,"period"?,"from"?,"until"?,"reason","approved_by"?,"approved_on"?}]`
    pub exemptions: Option<Text<'a>>,
    /// Kinds taken as not handed in.
    pub not_handed_in: &'a [String],
}

/// The text of a file; a byte order mark at its start is dropped.
///
/// # Errors
/// When it cannot be read or is not UTF-8.
pub fn read_text(path: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::read(path).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        anyhow::anyhow!("{}: 不是 UTF-8 编码,请另存为 UTF-8 / not UTF-8, save it as UTF-8", path.display())
    })?;
    Ok(text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text))
}

/// Reads everything, reporting every fault.
///
/// # Errors
/// All faults of all files, each at its file and line.
pub fn world(bundle: &Bundle, given: &Given<'_>, pseudonym_key: &[u8]) -> Result<World, Vec<Diagnostic>> {
    let mut reading = Reading { bundle, faults: Vec::new() };
    let units = reading.units(given.units);
    let records = reading.records(given.records);
    let exemptions = given.exemptions.map(|text| reading.exemptions(text)).unwrap_or_default();
    for kind in given.not_handed_in {
        if !bundle.dictionary.kinds.contains_key(kind) {
            let known: Vec<&str> = bundle.dictionary.kinds.keys().map(String::as_str).collect();
            reading
                .faults
                .push(Diagnostic::new(&codes::UNKNOWN_KIND).with("kind", kind).with("known", known.join("、")));
        }
    }
    let coverage = Coverage::all_but(given.not_handed_in.iter().map(String::as_str));
    match gather(bundle, &units, records, coverage, pseudonym_key) {
        Ok(mut world) if reading.faults.is_empty() => {
            world.exempt(exemptions.into_iter().map(Into::into).collect());
            Ok(world)
        }
        Ok(_) => Err(reading.faults),
        Err(faults) => {
            reading.faults.extend(faults);
            Err(reading.faults)
        }
    }
}

/// Reads exemptions.
///
/// # Errors
/// All faults, each at its line.
pub fn exemptions(bundle: &Bundle, text: Text<'_>) -> Result<Vec<Exemption>, Vec<Diagnostic>> {
    let mut reading = Reading { bundle, faults: Vec::new() };
    let exemptions = reading.exemptions(text);
    if reading.faults.is_empty() { Ok(exemptions) } else { Err(reading.faults) }
}

struct Reading<'a> {
    bundle: &'a Bundle,
    faults: Vec<Diagnostic>,
}

impl Reading<'_> {
    fn fault(&mut self, fault: Diagnostic, at: &Location) {
        self.faults.push(fault.at(at.clone()));
    }

    /// The objects of a JSON array, each with the place where it starts.
    fn objects(&mut self, file: Text<'_>) -> Vec<(Map<String, Json>, Location)> {
        let name: Arc<str> = Arc::from(file.name);
        let items: Vec<&serde_json::value::RawValue> = match serde_json::from_str(file.text) {
            Ok(items) => items,
            Err(error) => {
                let at = Location::text(&name, position(error.line()), position(error.column()));
                self.malformed(&error, &at);
                return Vec::new();
            }
        };
        let mut objects = Vec::new();
        let (mut line, mut from) = (1, 0);
        for item in items {
            let start = item.get().as_ptr() as usize - file.text.as_ptr() as usize;
            line += file.text.get(from..start).map_or(0, |between| between.matches('\n').count());
            from = start;
            let row_start = file.text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
            let column = file.text.get(row_start..start).map_or(0, |before| before.chars().count()) + 1;
            let at = Location::text(&name, position(line), position(column));
            match object(item.get()) {
                Ok(object) => objects.push((object, at)),
                Err(error) => self.malformed(&error, &at),
            }
        }
        objects
    }

    fn malformed(&mut self, error: &serde_json::Error, at: &Location) {
        let fault = Diagnostic::new(&codes::MALFORMED_LINE)
            .with("detail", error)
            .with("remedy", "检查引号、逗号和括号;整个文件应是 UTF-8 的 JSON")
            .with("remedy_en", "check quotes, commas and brackets; the file is JSON in UTF-8");
        self.fault(fault, at);
    }

    fn known_keys(&mut self, object: &Map<String, Json>, known: &[&str], at: &Location) {
        for key in object.keys().filter(|key| !known.contains(&key.as_str())) {
            let fault = Diagnostic::new(&codes::UNKNOWN_ENTRY).with("key", key).with("known", known.join("、"));
            self.fault(fault, at);
        }
    }

    /// A text under a key; ids may also be written as whole numbers.
    fn text(&mut self, object: &Map<String, Json>, key: &'static str, at: &Location) -> Option<String> {
        match object.get(key) {
            None | Some(Json::Null) => None,
            Some(Json::String(text)) => Some(text.clone()),
            Some(Json::Number(number)) => Some(number.to_string()),
            Some(_) => {
                self.wrong(key, "文字", "a text", at);
                None
            }
        }
    }

    fn wrong(&mut self, key: &str, expected: &str, expected_en: &str, at: &Location) {
        let fault = Diagnostic::new(&codes::WRONG_ENTRY)
            .with("key", key)
            .with("expected", expected)
            .with("expected_en", expected_en);
        self.fault(fault, at);
    }

    fn date(&mut self, object: &Map<String, Json>, key: &'static str, at: &Location) -> Option<Date> {
        let text = self.text(object, key, at)?;
        parse_date(&text).map_err(|_| self.wrong(key, "日期,如 2020-02-29", "a date such as 2020-02-29", at)).ok()
    }

    fn units(&mut self, file: Text<'_>) -> Vec<RawUnit> {
        let mut units = Vec::new();
        for (object, at) in self.objects(file) {
            self.known_keys(&object, &["id", "name", "level", "parent", "attributes"], &at);
            let attributes = match object.get("attributes") {
                None | Some(Json::Null) => Vec::new(),
                Some(Json::Object(map)) => {
                    map.iter().map(|(key, value)| (key.clone(), Raw::from_json(value), at.clone())).collect()
                }
                Some(_) => {
                    self.wrong("attributes", "{\"键\": 值}", "an object", &at);
                    Vec::new()
                }
            };
            units.push(RawUnit {
                id: self.text(&object, "id", &at).unwrap_or_default(),
                name: self.text(&object, "name", &at),
                level: self.text(&object, "level", &at),
                parent: self.text(&object, "parent", &at),
                attributes,
                location: at,
            });
        }
        units
    }

    fn records(&mut self, file: Text<'_>) -> Vec<RawEntry> {
        let name: Arc<str> = Arc::from(file.name);
        let mut entries = Vec::new();
        for (index, line) in file.text.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let number = position(index + 1);
            let at = Location::text(&name, number, 1);
            let object = match object(line) {
                Ok(object) => object,
                Err(error) => {
                    let at = Location::text(&name, number, position(error.column().max(1)));
                    self.malformed(&error, &at);
                    continue;
                }
            };
            let unit = self.text(&object, "unit", &at);
            let kind = self.text(&object, "kind", &at);
            if unit.is_none() {
                self.wrong("unit", "考核对象的编号", "the id of a unit", &at);
            }
            if kind.is_none() {
                self.wrong("kind", "台账类型", "a kind of record", &at);
            }
            let (Some(unit), Some(kind)) = (unit, kind) else { continue };
            let fields = object.iter().filter(|(key, _)| !["unit", "kind"].contains(&key.as_str()));
            entries.push(RawEntry {
                unit,
                kind,
                record: RawRecord::new(fields.map(|(key, value)| (key.clone(), Raw::from_json(value)))),
                source: Source::line(&name, number),
                location: at,
            });
        }
        entries
    }

    fn exemptions(&mut self, file: Text<'_>) -> Vec<Exemption> {
        let mut exemptions = Vec::new();
        for (object, at) in self.objects(file) {
            self.known_keys(&object, EXEMPTION, &at);
            let rule = self.text(&object, "rule", &at);
            if let Some(rule) =
                rule.as_deref().filter(|rule| !self.bundle.all_rules().iter().any(|known| known.id == *rule))
            {
                self.fault(Diagnostic::new(&codes::UNKNOWN_RULE).with("rule", rule), &at);
            }
            let unit = self.text(&object, "unit", &at);
            let reason = self.text(&object, "reason", &at);
            for (key, value) in [("unit", &unit), ("rule", &rule), ("reason", &reason)] {
                if value.is_none() {
                    self.wrong(key, "文字,不能缺", "a text and must be given", &at);
                }
            }
            let period = self.period(&object, &at);
            let from = self.date(&object, "from", &at).max(period.map(Period::from));
            let last = [self.date(&object, "until", &at), self.date(&object, "expiry", &at), period.map(Period::to)];
            exemptions.push(Exemption {
                unit: unit.unwrap_or_default(),
                rule: rule.unwrap_or_default(),
                record: self.text(&object, "record", &at),
                from: from.unwrap_or(Date::MIN),
                until: last.into_iter().flatten().min(),
                reason: reason.unwrap_or_default(),
                approved_by: self
                    .text(&object, "approved_by", &at)
                    .or_else(|| self.text(&object, "approver", &at))
                    .unwrap_or_default(),
                approved_on: self.date(&object, "approved_on", &at),
            });
        }
        exemptions
    }

    /// The period whose findings an exemption is about.
    fn period(&mut self, object: &Map<String, Json>, at: &Location) -> Option<Period> {
        let text = self.text(object, "period", at)?;
        Period::parse(&text)
            .map_err(|_| self.wrong("period", "周期,如 2020、2020-07", "a period such as 2020 or 2020-07", at))
            .ok()
    }
}

fn object(text: &str) -> Result<Map<String, Json>, serde_json::Error> {
    serde_json::from_str::<Object>(text).map(|object| object.0)
}

/// An object whose keys each stand once.
struct Object(Map<String, Json>);

impl<'de> serde::Deserialize<'de> for Object {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> serde::de::Visitor<'de> for Entries {
            type Value = Object;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object {…}")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut object = Map::new();
                while let Some((key, value)) = map.next_entry::<String, Json>()? {
                    if object.insert(key.clone(), value).is_some() {
                        return Err(serde::de::Error::custom(format!("the key `{key}` stands twice")));
                    }
                }
                Ok(Object(object))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

fn position(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
