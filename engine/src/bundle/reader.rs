//! A typed reader over the file's tree that notes every fault and goes on.
//!
//! Enters: [`Node`]s. Leaves: texts, numbers, dates, scripts, words of a fixed choice; what is missing or wrong is noted as a
//! fault with its place, and a harmless value stands in, so that one look finds all faults. Next: the sections of the schema,
//! beginning with [`super::assess`].

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use super::explain;
use super::guard::{Key, Scalar, Style};
use super::keys::Keys;
use super::model::{Place, Script};
use super::node::{Content, Node};
use super::schema::Section;
use crate::codes::bundle as code;
use crate::codes::form;
use crate::diagnostic::{Diagnostic, Location, any_error};
use crate::number::Number;
use crate::period::{Date, Granularity, parse_date};

/// So many faults are noted; the rest waits until they are mended.
const MOST_FAULTS: usize = 300;
/// So much of the file is quoted in one place of a message, in characters.
const MOST_QUOTED: usize = 300;
/// Names longer than this are nobody's slip, in characters.
const LONGEST_SLIP: usize = 60;

/// Notes the faults of one file.
pub(super) struct Reader {
    file: Arc<str>,
    /// The whole file, to show lines put right.
    text: String,
    faults: RefCell<Vec<Diagnostic>>,
    outline: Cell<bool>,
}

impl Reader {
    pub fn new(file: &Arc<str>, text: &str) -> Reader {
        Reader { file: Arc::clone(file), text: text.to_owned(), faults: RefCell::default(), outline: Cell::new(true) }
    }

    /// A place of the file.
    pub fn location(&self, place: Place) -> Location {
        Location::text(&self.file, place.0, place.1)
    }

    /// Notes a fault or a remark at a place. What it quotes is shortened.
    pub fn fault(&self, place: Place, fault: Diagnostic) {
        if self.is_full() {
            return;
        }
        let mut fault = fault.at(self.location(place));
        for (_, quoted) in &mut fault.args {
            shorten(quoted);
        }
        let mut faults = self.faults.borrow_mut();
        if !faults.contains(&fault) {
            faults.push(fault);
        }
        if faults.len() == MOST_FAULTS {
            let more = Diagnostic::new(&form::MORE_FAULTS).with("count", MOST_FAULTS);
            faults.push(more.at(Location::File { file: Arc::clone(&self.file) }));
        }
    }

    /// Whether so many faults were noted that nobody reads more of them at once.
    pub fn is_full(&self) -> bool {
        self.noted() > MOST_FAULTS
    }

    /// Notes a fault that brings its place.
    pub fn fault_at(&self, (place, fault): (Place, Diagnostic)) {
        self.fault(place, fault);
    }

    /// Whether the sections of the file are all where they belong. If not, names that are not found are not noted, as they
    /// may well stand in a section that could not be read.
    pub fn has_outline(&self) -> bool {
        self.outline.get()
    }

    /// Whether an error was noted so far.
    pub fn has_errors(&self) -> bool {
        any_error(&self.faults.borrow())
    }

    /// How many faults and remarks were noted so far.
    pub fn noted(&self) -> usize {
        self.faults.borrow().len()
    }

    /// Notes that a section is not where it belongs.
    pub fn lose_outline(&self) {
        self.outline.set(false);
    }

    /// All that was noted, in the order of the file.
    pub fn into_faults(self) -> Vec<Diagnostic> {
        let mut faults = self.faults.into_inner();
        // A fault of the file as a whole comes last.
        faults.sort_by_key(|fault| (matches!(fault.location, Location::File { .. }), fault.location.clone()));
        faults
    }

    /// The keys of a map, with a fault for each that its section does not have; a fault if it is no map. `path` names it in
    /// messages, such as `records.fire`.
    pub fn keys<'a>(&'a self, node: &'a Node, path: impl Into<String>, section: &'static Section) -> Option<Keys<'a>> {
        let path = path.into();
        match node.map() {
            Some(entries) => Some(Keys::new(self, node.place, entries, path, section)),
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
            Some(scalar) => {
                self.comment_cut(scalar, path, false);
                Some(scalar.text.as_str())
            }
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
            self.no_script(node, path);
            return None;
        };
        if scalar.style == Style::Joined {
            self.fault(node.place, Diagnostic::new(&form::NEEDS_BLOCK).with("key", last_part(path)));
        }
        self.comment_cut(scalar, path, true);
        if scalar.text.trim().is_empty() {
            self.expected(node, path, ("脚本", "a script"));
            return None;
        }
        Some(Script { text: scalar.text.clone(), lines: scalar.lines.clone() })
    }

    /// A list or map where a script belongs: mostly a script that begins with a bracket.
    fn no_script(&self, node: &Node, path: &str) {
        let sign = match node.content {
            Content::List(_) => '[',
            Content::Map(_) => '{',
            _ => ' ',
        };
        let lines: Vec<&str> = self.text.lines().collect();
        match explain::special(&lines, node.place, sign) {
            (place, fault) if *fault.code == form::NEEDS_QUOTES => self.fault(place, fault),
            _ => self.expected(node, path, ("脚本", "a script")),
        }
    }

    /// YAML ends a plain value at ` #`: refused where a script was plainly meant to go on, remarked on where a text may have
    /// been.
    fn comment_cut(&self, scalar: &Scalar, path: &str, is_script: bool) {
        let Some(comment) = &scalar.comment else { return };
        let cut = is_script && (comment.starts_with("#{") || explain::is_unfinished(&scalar.text));
        let doubtful = comment.chars().nth(1).is_some_and(|c| !c.is_whitespace() && c != '#');
        if cut || doubtful {
            let whole = format!("{} {comment}", scalar.text);
            let fault = Diagnostic::new(if cut { &form::CUT } else { &form::MAYBE_CUT })
                .with("value", &scalar.text)
                .with("remedy", format!("{}: {}", last_part(path), explain::quoted(&whole)));
            self.fault(scalar.lines.first().copied().unwrap_or((1, 1)), fault);
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
        if !self.has_outline() || self.is_full() {
            return;
        }
        let known: Vec<&str> = known.into_iter().collect();
        let (remedy, remedy_en) = match nearest(name, known.iter().copied()) {
            Some(near) => (format!("是不是「{near}」?"), format!("did you mean `{near}`?")),
            None if known.is_empty() => (
                format!("这里还没有任何{what},先写好再引用"),
                format!("there is no {what_en} here yet; write it first"),
            ),
            None => {
                let list = known.join(", ");
                (format!("可以写:{list}"), format!("there are: {list}"))
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
        if !path.contains('.') {
            self.outline.set(false);
        }
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

/// The last part of a path, which is the key as it stands in the file.
fn last_part(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// The known name that a name was most likely meant to be.
pub(crate) fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let near = |candidate: &&'k str| {
        let length = name.chars().count().max(candidate.chars().count());
        let most = (length / 3).max(1);
        // Something must be left of the name, and names of great length are no slips.
        let distance = (length <= LONGEST_SLIP).then(|| strsim::damerau_levenshtein(name, candidate))?;
        (distance <= most && distance < length).then_some(distance)
    };
    known
        .into_iter()
        .filter_map(|candidate| Some((near(&candidate)?, candidate)))
        .min_by_key(|(d, _)| *d)
        .map(|(_, c)| c)
}

/// Cuts a text off with `…` when it is too long to be read in a message.
fn shorten(text: &mut String) {
    if let Some((end, _)) = text.char_indices().nth(MOST_QUOTED) {
        text.truncate(end);
        text.push('…');
    }
}
