//! Foreign data to records: a mapping says which kind of record an item of another system is, and where each value comes from.
//!
//! Enters: a [`Mapping`], as [`crate::bundle::read_mapping`] has read and checked it, and an item as the other system sends it.
//! Leaves: objects as a push takes them, each with the places its values came from; or what of the item does not fit. Pure: the
//! same item gives the same objects. Next: [`crate::bundle`].

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use jiff::Timestamp;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::Offset;
use serde_json::{Map, Value as Json};

use crate::codes::mapping as codes;
use crate::diagnostic::Diagnostic;
use crate::dictionary::read::Raw;
use crate::period::{Date, Time};

/// How items of one system become records.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// Its name, by which pushes ask for it.
    pub id: String,
    /// What it is for.
    pub title: String,
    /// Where the list of items stands in what is sent; none: what is sent is the item.
    pub items: Option<String>,
    /// What each item can become.
    pub records: Vec<Target>,
}

/// A record that an item can become.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its kind.
    pub kind: String,
    /// It is a message that says a part of an event, and not the whole record.
    pub message: bool,
    /// A list in the item: one record for each element.
    pub each: Option<String>,
    /// What must hold, each: the value at a path is one of these.
    pub when: Vec<(Path, Vec<String>)>,
    /// Where the values come from: `unit`, `date`, `id` and fields.
    pub set: IndexMap<String, Source>,
}

/// Where a value stands: a JSON pointer from the item, or from the element of `each`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The pointer.
    pub pointer: String,
    /// From the element.
    pub in_element: bool,
}

/// Where a value comes from.
#[derive(Debug, Clone)]
pub struct Source {
    /// The first of these places where something is; none: a constant.
    pub from: Vec<Path>,
    /// Stands in when nothing is there, or the table does not have it; of a constant, the value itself.
    pub otherwise: Option<Json>,
    /// What foreign values are called here.
    pub table: Option<Arc<IndexMap<String, Json>>>,
    /// How a day or a time is written.
    pub moment: Option<Moment>,
    /// What people call the field.
    pub title: String,
    /// The value is personal and is not repeated in messages.
    pub hidden: bool,
}

/// How a day or a time is written.
#[derive(Debug, Clone)]
pub struct Moment {
    /// Only its day counts.
    pub day_only: bool,
    /// The pattern.
    pub pattern: Pattern,
}

/// A way to write a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Milliseconds,
    /// Letters behind `%`, as in `%Y-%m-%d`.
    Text(String),
}

/// An object as a push takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapped {
    /// `kind`, `unit`, `date` and fields.
    pub object: Map<String, Json>,
    /// By the names of its values, where in the item they came from.
    pub origins: BTreeMap<String, String>,
}

/// What of an item does not fit, and where, as a JSON pointer.
pub type Misfit = (String, Diagnostic);

impl Mapping {
    /// Whether it makes messages about events anywhere, and not records alone.
    pub fn has_messages(&self) -> bool {
        self.records.iter().any(|target| target.message)
    }

    /// The items in what was sent.
    ///
    /// # Errors
    /// When there is no list where it should stand.
    pub fn items<'j>(&self, sent: &'j Json) -> Result<Vec<&'j Json>, Misfit> {
        match &self.items {
            None => Ok(vec![sent]),
            Some(pointer) => list(sent, pointer).map(|items| items.iter().collect()),
        }
    }

    /// What an item becomes; nothing when no condition holds.
    ///
    /// # Errors
    /// Everything that does not fit.
    pub fn apply(&self, item: &Json) -> Result<Vec<Mapped>, Vec<Misfit>> {
        let mut mapped = Vec::new();
        let mut misfits = Vec::new();
        for target in &self.records {
            let elements: Vec<(Json, String)> = match &target.each {
                None => vec![(Json::Null, String::new())],
                Some(pointer) => match list(item, pointer) {
                    Ok(list) => {
                        list.iter().enumerate().map(|(n, one)| (one.clone(), format!("{pointer}/{n}"))).collect()
                    }
                    Err(misfit) => {
                        misfits.push(misfit);
                        continue;
                    }
                },
            };
            for (element, place) in &elements {
                let scene = Scene { item, element, place };
                if target.when.iter().all(|(path, wanted)| scene.is(path, wanted)) {
                    match scene.build(target) {
                        Ok(record) => mapped.push(record),
                        Err(found) => misfits.extend(found),
                    }
                }
            }
        }
        if misfits.is_empty() { Ok(mapped) } else { Err(misfits) }
    }
}

fn list<'j>(json: &'j Json, pointer: &str) -> Result<&'j Vec<Json>, Misfit> {
    let not_a_list = || (pointer.to_owned(), Diagnostic::new(&codes::NOT_A_LIST).with("path", pointer));
    json.pointer(pointer).and_then(Json::as_array).ok_or_else(not_a_list)
}

/// An item, and the element of it that a record is made for.
struct Scene<'a> {
    item: &'a Json,
    element: &'a Json,
    place: &'a str,
}

impl Scene<'_> {
    fn at(&self, path: &Path) -> Option<&Json> {
        let from = if path.in_element { self.element } else { self.item };
        from.pointer(&path.pointer).filter(|value| !Raw::from_json(value).is_blank())
    }

    fn is(&self, path: &Path, wanted: &[String]) -> bool {
        self.at(path).and_then(plain).is_some_and(|found| wanted.contains(&found))
    }

    fn origin(&self, path: &Path) -> String {
        if path.in_element { format!("{}{}", self.place, path.pointer) } else { path.pointer.clone() }
    }

    fn build(&self, target: &Target) -> Result<Mapped, Vec<Misfit>> {
        let mut object = Map::new();
        object.insert("kind".to_owned(), Json::String(target.kind.clone()));
        let mut origins = BTreeMap::new();
        let mut misfits = Vec::new();
        for (name, source) in &target.set {
            let found = source.from.iter().find_map(|path| Some((path, self.at(path)?)));
            let place = found.map(|(path, _)| path).or(source.from.first()).map(|path| self.origin(path));
            match found.map_or_else(|| Ok(source.otherwise.clone()), |(_, value)| source.convert(value).map(Some)) {
                Ok(Some(value)) => drop(object.insert(name.clone(), value)),
                Ok(None) => {}
                Err(fault) => misfits.push((place.clone().unwrap_or_default(), fault)),
            }
            origins.extend(place.map(|place| (name.clone(), place)));
        }
        if misfits.is_empty() { Ok(Mapped { object, origins }) } else { Err(misfits) }
    }
}

impl Source {
    fn convert(&self, value: &Json) -> Result<Json, Diagnostic> {
        let shown = || if self.hidden { "***".to_owned() } else { Raw::from_json(value).shown() };
        if let Some(moment) = &self.moment {
            let unread = || {
                let fault = Diagnostic::new(&codes::UNREAD_MOMENT).with("value", shown());
                fault.with("pattern", moment.pattern.shown())
            };
            return plain(value).and_then(|text| moment.read(&text)).map(Json::String).ok_or_else(unread);
        }
        let Some(table) = &self.table else { return Ok(value.clone()) };
        let found = plain(value).and_then(|text| table.get(&text)).or(self.otherwise.as_ref());
        found
            .cloned()
            .ok_or_else(|| Diagnostic::new(&codes::UNMAPPED_VALUE).with("value", shown()).with("field", &self.title))
    }
}

/// A single value as text.
fn plain(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.trim().to_owned()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(is) => Some(is.to_string()),
        _ => None,
    }
}

impl Moment {
    /// The day or the time on the clocks of China, as records have it.
    fn read(&self, text: &str) -> Option<String> {
        if self.day_only {
            self.pattern.day(text).map(|day| day.to_string())
        } else {
            self.pattern.time(text).map(|time| time.to_string())
        }
    }
}

impl Pattern {
    /// Whether moments can be read by it at all.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        match self {
            Pattern::Text(pattern) => {
                pattern.contains('%') && BrokenDownTime::from(Time::ZERO).to_string(pattern).is_ok()
            }
            _ => true,
        }
    }

    fn shown(&self) -> &str {
        match self {
            Pattern::Seconds => "unix",
            Pattern::Milliseconds => "unix_ms",
            Pattern::Text(pattern) => pattern,
        }
    }

    fn day(&self, text: &str) -> Option<Date> {
        match self {
            Pattern::Text(pattern) => {
                let parts = BrokenDownTime::parse(pattern, text).ok()?;
                parts.to_timestamp().ok().map(|at| in_china(at).date()).or_else(|| parts.to_date().ok())
            }
            _ => self.time(text).map(Time::date),
        }
    }

    fn time(&self, text: &str) -> Option<Time> {
        match self {
            Pattern::Seconds => Some(in_china(Timestamp::from_second(text.parse().ok()?).ok()?)),
            Pattern::Milliseconds => Some(in_china(Timestamp::from_millisecond(text.parse().ok()?).ok()?)),
            Pattern::Text(pattern) => {
                let parts = BrokenDownTime::parse(pattern, text).ok()?;
                // With an offset it is an instant; without one the clocks of China are meant.
                parts.to_timestamp().ok().map(in_china).or_else(|| parts.to_datetime().ok())
            }
        }
    }
}

fn in_china(at: Timestamp) -> Time {
    Offset::constant(8).to_datetime(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_by_their_patterns_on_the_clocks_of_china() {
        let read = |day_only, pattern, text| Moment { day_only, pattern }.read(text);
        let text = |pattern: &str| Pattern::Text(pattern.to_owned());
        assert_eq!(read(true, text("%Y年%m月%d日"), "2020年2月29日").as_deref(), Some("2020-02-29"));
        assert_eq!(read(false, text("%Y/%m/%d %H:%M"), "2020/02/29 08:30").as_deref(), Some("2020-02-29T08:30:00"));
        assert_eq!(
            read(false, text("%Y-%m-%dT%H:%M:%S%z"), "2020-02-29T00:30:00+0000").as_deref(),
            Some("2020-02-29T08:30:00")
        );
        assert_eq!(read(false, Pattern::Milliseconds, "1582936200000").as_deref(), Some("2020-02-29T08:30:00"));
        assert_eq!(read(true, Pattern::Seconds, "1582905600").as_deref(), Some("2020-02-29"));
        for wrong in ["2020-02-30", "昨天", ""] {
            assert_eq!(read(true, text("%Y-%m-%d"), wrong), None, "{wrong}");
        }
        assert!(!text("YYYY-MM-DD").is_sound() && !text("%Q!").is_sound() && text("%Y%m%d").is_sound());
    }
}
