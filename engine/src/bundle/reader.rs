//! A typed reader over the file's tree that notes every fault and goes on.
//!
//! Enters: [`Node`]s. Leaves: texts, numbers, dates, scripts, words of a fixed choice; what is missing or wrong is noted as a
//! fault with its place, and a harmless value stands in, so that one look finds all faults. Next: the sections of the schema,
//! beginning with [`super::assess`].

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use super::explain;
use super::guard::{Key, Scalar, Style};
use super::model::{Place, Script};
use super::node::{Content, Node};
use crate::codes::bundle as code;
use crate::diagnostic::{Diagnostic, Location};
use crate::number::Number;
use crate::period::{Date, Granularity, parse_date};

/// Notes the faults of one file.
pub(super) struct Reader {
    file: Arc<str>,
    faults: RefCell<Vec<Diagnostic>>,
    outline: Cell<bool>,
}

impl Reader {
    pub fn new(file: &Arc<str>) -> Reader {
        Reader { file: Arc::clone(file), faults: RefCell::default(), outline: Cell::new(true) }
    }

    /// Notes a fault or a remark at a place.
    pub fn fault(&self, place: Place, fault: Diagnostic) {
        let fault = fault.at(Location::text(&self.file, place.0, place.1));
        let mut faults = self.faults.borrow_mut();
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }

    /// Notes a fault that brings its place.
    pub fn fault_at(&self, (place, fault): (Place, Diagnostic)) {
        self.fault(place, fault);
    }

    /// Whether the sections of the file are all where they belong, so that names can be looked up without misleading.
    pub fn has_outline(&self) -> bool {
        self.outline.get()
    }

    /// All that was noted, in the order of the file.
    pub fn into_faults(self) -> Vec<Diagnostic> {
        let mut faults = self.faults.into_inner();
        faults.sort_by(|a, b| a.location.cmp(&b.location));
        faults
    }

    /// The keys of a map; a fault if it is none. `path` names it in messages, such as `records.fire`.
    pub fn keys<'a>(&'a self, node: &'a Node, path: impl Into<String>) -> Option<Keys<'a>> {
        let path = path.into();
        match node.map() {
            Some(entries) => Some(Keys {
                reader: self,
                place: node.place,
                entries,
                path,
                asked: RefCell::default(),
                claimed: RefCell::default(),
            }),
            None => {
                self.expected(node, &path, ("若干「键: 值」", "keys with values"));
                None
            }
        }
    }

    /// The entries of a map whose keys are names given by the bundle.
    pub fn entries<'a>(&self, node: &'a Node, path: &str) -> &'a [(Key, Node)] {
        if node.is_null() {
            return &[];
        }
        node.map().unwrap_or_else(|| {
            self.expected(node, path, ("若干「名称: 值」", "names with values"));
            &[]
        })
    }

    /// The items of a list.
    pub fn items<'a>(&self, node: &'a Node, path: &str) -> &'a [Node] {
        if node.is_null() {
            return &[];
        }
        node.list().unwrap_or_else(|| {
            self.expected(
                node,
                path,
                ("列表(每项以「- 」开头,或写在 [ ] 里)", "a list (each item behind `- `, or within [ ])"),
            );
            &[]
        })
    }

    /// One text, or a list of texts.
    pub fn texts(&self, node: &Node, path: &str) -> Vec<(String, Place)> {
        match node.list() {
            Some(items) => {
                items.iter().filter_map(|item| Some((self.text(item, path)?.to_owned(), item.place))).collect()
            }
            None => self.text(node, path).map(|text| (text.to_owned(), node.place)).into_iter().collect(),
        }
    }

    /// Any single value, as text.
    pub fn text<'a>(&self, node: &'a Node, path: &str) -> Option<&'a str> {
        match node.scalar() {
            Some(scalar) => Some(scalar.text.as_str()),
            None => {
                self.expected(node, path, ("文字", "a text"));
                None
            }
        }
    }

    /// An exact number, by its digits.
    pub fn number(&self, node: &Node, path: &str) -> Option<Number> {
        match &node.content {
            Content::Number(scalar) => match Number::parse(&scalar.text) {
                Ok(number) => Some(number),
                Err(_) => {
                    let fault = Diagnostic::new(&code::BAD_NUMBER).with("key", path).with("value", &scalar.text);
                    self.fault(node.place, fault);
                    None
                }
            },
            _ => {
                self.expected(node, path, ("数字", "a number"));
                None
            }
        }
    }

    /// A whole number from 0.
    pub fn count(&self, node: &Node, path: &str) -> Option<u32> {
        let number = self.number(node, path)?;
        let count = number.to_i64().and_then(|whole| u32::try_from(whole).ok());
        if count.is_none() {
            self.expected(node, path, ("0 或正整数", "a whole number from 0"));
        }
        count
    }

    /// Yes or no.
    pub fn flag(&self, node: &Node, path: &str) -> Option<bool> {
        match node.content {
            Content::Boolean(is, _) => Some(is),
            _ => {
                self.expected(node, path, ("true(是)或 false(否)", "true or false"));
                None
            }
        }
    }

    /// A day.
    pub fn date(&self, node: &Node, path: &str) -> Option<Date> {
        self.date_text(self.text(node, path)?, node.place, path)
    }

    /// A day, from the text of a key or value.
    pub fn date_text(&self, text: &str, place: Place, path: &str) -> Option<Date> {
        let date = parse_date(text).ok();
        if date.is_none() {
            self.fault(place, Diagnostic::new(&code::BAD_DATE).with("key", path).with("value", text));
        }
        date
    }

    /// One of a fixed choice of words.
    pub fn word<T: Copy>(&self, node: &Node, path: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(node, path)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let fault = Diagnostic::new(&code::UNKNOWN_WORD)
                .with("key", path)
                .with("value", text)
                .with("known", known.join(", "));
            self.fault(node.place, fault);
        }
        found
    }

    /// A length of periods.
    pub fn granularity(&self, node: &Node, path: &str) -> Option<Granularity> {
        let words: Vec<(&str, Granularity)> =
            Granularity::ALL.into_iter().rev().map(|length| (length.key(), length)).collect();
        self.word(node, path, &words)
    }

    /// A script: one line plain or in quotes, or a `|` block.
    pub fn script(&self, node: &Node, path: &str) -> Option<Script> {
        let Some(scalar) = node.scalar() else {
            let shape = match node.content {
                Content::Null => ("脚本", "a script"),
                _ => (
                    "脚本;以 { 或 [ 开头的脚本要整个加单引号",
                    "a script; one that begins with { or [ must be put in single quotes",
                ),
            };
            self.expected(node, path, shape);
            return None;
        };
        if scalar.style == Style::Joined {
            self.fault(node.place, Diagnostic::new(&code::NEEDS_BLOCK).with("key", last_part(path)));
        }
        self.comment_cut(scalar, path);
        if scalar.text.trim().is_empty() {
            self.expected(node, path, ("脚本", "a script"));
            return None;
        }
        Some(Script { text: scalar.text.clone(), lines: scalar.lines.clone() })
    }

    /// YAML ends a plain value at ` #`: refused where the script was plainly meant to go on.
    fn comment_cut(&self, scalar: &Scalar, path: &str) {
        let Some(comment) = &scalar.comment else { return };
        let goes_on = comment.starts_with("#{") || explain::is_unfinished(&scalar.text);
        if goes_on {
            let whole = format!("{} {comment}", scalar.text);
            let place = scalar.lines.first().copied().unwrap_or((1, 1));
            let fault = Diagnostic::new(&code::CUT)
                .with("value", &scalar.text)
                .with("remedy", format!("{}: {}", last_part(path), explain::quoted(&whole)));
            self.fault(place, fault);
        }
    }

    /// Notes a name that stands for nothing, with the nearest that is known.
    pub fn unknown_name<'k>(
        &self,
        place: Place,
        (what, what_en): (&str, &str),
        name: &str,
        known: impl IntoIterator<Item = &'k str>,
    ) {
        let known: Vec<&str> = known.into_iter().collect();
        let (remedy, remedy_en) = match nearest(name, known.iter().copied()) {
            Some(near) => (format!("是不是「{near}」?"), format!("did you mean `{near}`?")),
            None if known.is_empty() => (format!("本文件还没有任何{what}"), format!("this file has no {what_en} yet")),
            None => {
                let list = known.join(", ");
                (format!("本文件里有:{list}"), format!("this file has: {list}"))
            }
        };
        let fault = Diagnostic::new(&code::UNKNOWN_NAME)
            .with("what", what)
            .with("what_en", what_en)
            .with("name", name)
            .with("remedy", remedy)
            .with("remedy_en", remedy_en);
        self.fault(place, fault);
    }

    /// Notes that something else was expected at a node.
    pub fn expected(&self, node: &Node, path: &str, (zh, en): (&str, &str)) {
        let (found, found_en) = match &node.content {
            Content::Null => ("空".to_owned(), "nothing".to_owned()),
            Content::Boolean(_, scalar) | Content::Number(scalar) | Content::Text(scalar) => {
                let shown: String = scalar.text.chars().take(40).collect();
                (format!("「{shown}」"), format!("`{shown}`"))
            }
            Content::List(_) => ("列表".to_owned(), "a list".to_owned()),
            Content::Map(_) => ("若干「键: 值」".to_owned(), "keys with values".to_owned()),
        };
        let fault = Diagnostic::new(&code::WRONG_SHAPE)
            .with("key", path)
            .with("expected", zh)
            .with("expected_en", en)
            .with("found", found)
            .with("found_en", found_en);
        self.fault(node.place, fault);
    }
}

/// The keys of one map. Every key the schema asks for is remembered; [`Keys::close`] names those nobody asked for.
pub(super) struct Keys<'a> {
    /// Where faults go.
    pub reader: &'a Reader,
    /// Where the map begins.
    pub place: Place,
    /// Its name in messages; empty for the file itself.
    pub path: String,
    entries: &'a [(Key, Node)],
    asked: RefCell<Vec<&'static str>>,
    claimed: RefCell<Vec<&'a str>>,
}

impl<'a> Keys<'a> {
    /// The value of a key; none when it is absent or empty.
    pub fn get(&self, key: &'static str) -> Option<&'a Node> {
        self.written(key).filter(|node| !node.is_null())
    }

    /// The value of a key even when it is `null`.
    pub fn written(&self, key: &'static str) -> Option<&'a Node> {
        self.asked.borrow_mut().push(key);
        self.entries.iter().find(|(k, _)| k.text == key).map(|(_, node)| node)
    }

    /// The value of a key that must be there.
    pub fn required(&self, key: &'static str) -> Option<&'a Node> {
        let found = self.get(key);
        if found.is_none() {
            if self.path.is_empty() {
                self.reader.outline.set(false);
            }
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

    /// The entries nobody asked for so far, for maps that mix fixed keys with names.
    pub fn rest(&self) -> impl Iterator<Item = &'a (Key, Node)> {
        let asked = self.asked.borrow().clone();
        self.entries.iter().filter(move |(key, _)| !asked.contains(&key.text.as_str()))
    }

    /// The entries whose keys are names of the right kind; they count as asked for.
    pub fn claim(&self, is_name: impl Fn(&str) -> bool) -> Vec<&'a (Key, Node)> {
        let entries: Vec<&'a (Key, Node)> = self.entries.iter().filter(|(key, _)| is_name(&key.text)).collect();
        self.claimed.borrow_mut().extend(entries.iter().map(|(key, _)| key.text.as_str()));
        entries
    }

    /// Names the keys that this map can have, before any is read, and notes those it cannot.
    pub fn allow(&self, keys: &[&'static str]) {
        self.asked.borrow_mut().extend(keys);
        self.name_unknown();
    }

    /// Notes every key that nobody asked for, with the nearest one that is known.
    pub fn close(self) {
        self.name_unknown();
    }

    fn name_unknown(&self) {
        let (asked, claimed) = (self.asked.borrow(), self.claimed.borrow());
        for (key, _) in self.entries {
            if asked.contains(&key.text.as_str()) || claimed.contains(&key.text.as_str()) {
                continue;
            }
            if self.path.is_empty() {
                self.reader.outline.set(false);
            }
            self.unknown(key, &asked);
        }
    }

    fn unknown(&self, key: &Key, known: &[&'static str]) {
        let mut names: Vec<&str> = known.to_vec();
        names.dedup();
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

/// The last part of a path, which is the key as it stands in the file.
fn last_part(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// The known name that a name was most likely meant to be.
pub(crate) fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let length = name.chars().count();
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= (length.max(candidate.chars().count()) / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
