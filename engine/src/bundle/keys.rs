//! The keys of one map of the file: asked for one by one, and none left over unnoticed.
//!
//! Enters: a map and the section it is. Leaves: the values of its keys, read by the [`Reader`]; keys that are missing or that
//! the section does not have are noted. Next: the readers of the sections, beginning with [`super::assess`].

use super::guard::Key;
use super::model::{Place, Script};
use super::node::Node;
use super::reader::{Reader, nearest};
use super::schema::Section;
use crate::codes::bundle as code;
use crate::diagnostic::Diagnostic;
use crate::number::Number;
use crate::period::{Date, Granularity};

/// The keys of one map.
pub(super) struct Keys<'a> {
    /// Where faults go.
    pub reader: &'a Reader,
    /// Where the map begins.
    pub place: Place,
    /// Its name in messages; empty for the file itself.
    pub path: String,
    entries: &'a [(Key, Node)],
    section: &'static Section,
}

impl<'a> Keys<'a> {
    /// The keys of a map, with a fault for each that its section does not have. `path` names it in messages; empty for the
    /// file itself.
    pub fn new(
        reader: &'a Reader,
        place: Place,
        entries: &'a [(Key, Node)],
        path: String,
        section: &'static Section,
    ) -> Keys<'a> {
        let keys = Keys { reader, place, path, entries, section };
        if section.others.is_none() {
            keys.rest().for_each(|(key, _)| keys.unknown(key));
        }
        keys
    }

    /// The value of a key; none when it is absent or empty.
    pub fn get(&self, key: &'static str) -> Option<&'a Node> {
        self.written(key).filter(|node| !node.is_null())
    }

    /// The value of a key even when it is `null`.
    pub fn written(&self, key: &'static str) -> Option<&'a Node> {
        // Invariant: a reader asks only for keys of its section.
        debug_assert!(self.section.has(key), "`{key}` is no key of `{}`", self.section.name);
        self.entries.iter().find(|(k, _)| k.text == key).map(|(_, node)| node)
    }

    /// The value of a key that must be there.
    pub fn required(&self, key: &'static str) -> Option<&'a Node> {
        let found = self.get(key);
        if found.is_none() {
            let place = self.written(key).map_or(self.place, |node| node.place);
            let fault = Diagnostic::new(&code::MISSING_KEY).with("key", key).with("path", self.shown_path());
            self.reader.fault(place, fault.with("path_en", self.shown_path_en()));
        }
        found
    }

    /// The name of a key in messages.
    pub fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// A text that must be there; empty stands in.
    pub fn text(&self, key: &'static str) -> String {
        let text = self.required(key).and_then(|node| self.reader.text(node, &self.path_of(key)));
        text.unwrap_or_default().to_owned()
    }

    pub fn optional_text(&self, key: &'static str) -> Option<String> {
        self.with(key, Reader::text).map(str::to_owned)
    }

    pub fn number(&self, key: &'static str) -> Option<Number> {
        self.with(key, Reader::number)
    }

    pub fn count(&self, key: &'static str) -> Option<u32> {
        self.with(key, Reader::count)
    }

    pub fn date(&self, key: &'static str) -> Option<Date> {
        self.with(key, Reader::date)
    }

    pub fn granularity(&self, key: &'static str) -> Option<Granularity> {
        self.with(key, Reader::granularity)
    }

    pub fn script(&self, key: &'static str) -> Option<Script> {
        self.with(key, Reader::script)
    }

    /// Yes or no; no when absent.
    pub fn flag(&self, key: &'static str) -> bool {
        self.with(key, Reader::flag).unwrap_or(false)
    }

    /// One of a fixed choice of words.
    pub fn word<T: Copy>(&self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        self.reader.word(self.get(key)?, &self.path_of(key), words)
    }

    /// The items of a list; none when absent.
    pub fn items(&self, key: &'static str) -> &'a [Node] {
        self.get(key).map_or(&[], |node| self.reader.items(node, &self.path_of(key)))
    }

    /// The entries of a map whose keys are names given by the bundle; none when absent.
    pub fn named(&self, key: &'static str) -> &'a [(Key, Node)] {
        self.get(key).map_or(&[], |node| self.reader.entries(node, &self.path_of(key)))
    }

    /// One text or a list of texts; none when absent.
    pub fn texts(&self, key: &'static str) -> Vec<(String, Place)> {
        self.get(key).map(|node| self.reader.texts(node, &self.path_of(key))).unwrap_or_default()
    }

    /// All entries as they are written, known or not.
    pub fn all(&self) -> &'a [(Key, Node)] {
        self.entries
    }

    /// The entries whose keys are names given by the bundle, in a map that has fixed keys as well.
    pub fn rest(&self) -> impl Iterator<Item = &'a (Key, Node)> {
        self.entries.iter().filter(|(key, _)| !self.section.has(&key.text))
    }

    /// Whether a key stands here that the section does not have.
    pub fn has_unknown(&self) -> bool {
        self.section.others.is_none() && self.rest().next().is_some()
    }

    /// Notes a key that cannot stand here, with the nearest one that can.
    pub fn unknown(&self, key: &Key) {
        if self.path.is_empty() {
            self.reader.lose_outline();
        }
        if self.reader.is_full() {
            return;
        }
        let names: Vec<&str> = self.section.slots().map(|slot| slot.key).collect();
        let (remedy, remedy_en) = match nearest(&key.text, names.iter().copied()) {
            Some(near) => (format!("是不是「{near}」?"), format!("did you mean `{near}`?")),
            None => {
                let list = names.join(", ");
                (format!("这里可以写的键:{list}"), format!("the keys of this place: {list}"))
            }
        };
        let fault = Diagnostic::new(&code::UNKNOWN_KEY)
            .with("key", &key.text)
            .with("path", self.shown_path())
            .with("path_en", self.shown_path_en())
            .with("remedy", remedy)
            .with("remedy_en", remedy_en);
        self.reader.fault(key.place, fault);
    }

    fn shown_path(&self) -> String {
        if self.path.is_empty() { "文件最外层".to_owned() } else { format!("「{}」", self.path) }
    }

    fn shown_path_en(&self) -> String {
        if self.path.is_empty() { "the file itself".to_owned() } else { format!("`{}`", self.path) }
    }

    fn with<T>(&self, key: &'static str, read: impl FnOnce(&'a Reader, &'a Node, &str) -> Option<T>) -> Option<T> {
        read(self.reader, self.get(key)?, &self.path_of(key))
    }
}
