//! The first look at a file: refuses what no bundle needs and keeps the place of everything else.
//!
//! Enters: the text of a file. Leaves: a [`Mark`] tree (raw texts, how they are written, where they stand), or faults. Everything
//! hostile or ambiguous stops here: aliases, tags, deep nesting, repeated keys, invisible characters, scripts that YAML would cut.
//! Next: [`super::node`], which joins it with the values that the YAML library reads.

use std::collections::BTreeSet;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};

use super::explain::{self, quoted};
use super::model::Place;
use super::reader::Reader;
use crate::codes::form;
use crate::diagnostic::Diagnostic;

/// The largest file read.
const MAX_BYTES: usize = 1024 * 1024;
/// The deepest nesting of lists and maps.
pub(super) const MAX_DEPTH: usize = 32;
/// The most keys and values together.
const MAX_NODES: usize = 100_000;
/// The most keys of one map; the YAML library takes long over more, when they are decimals.
const MAX_KEYS: usize = 5_000;
/// So many anchors, aliases and tags are explained.
const MAX_SPECIAL: usize = 50;

/// A node of the file with its place.
#[derive(Debug)]
pub(super) struct Mark {
    /// Where it begins.
    pub place: Place,
    /// What it is.
    pub form: Form,
}

/// The form of a node.
#[derive(Debug)]
pub(super) enum Form {
    /// A single value.
    Scalar(Scalar),
    /// A list.
    List(Vec<Mark>),
    /// Keys and values, in order.
    Map(Vec<(Key, Mark)>),
}

/// A key of a map.
#[derive(Debug, Clone)]
pub(super) struct Key {
    /// As written, without quotes.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

/// A single value as written.
#[derive(Debug, Clone)]
pub(super) struct Scalar {
    /// The text, without quotes or indentation.
    pub text: String,
    /// How it is written.
    pub style: Style,
    /// Where each line of the text stands.
    pub lines: Vec<Place>,
    /// What stands behind it on the same line, from `#` on.
    pub comment: Option<String>,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// On one line without quotes.
    Plain,
    /// On one line in quotes.
    Quoted,
    /// In a `|` block, line for line.
    Block,
    /// Over several lines that YAML joins.
    Joined,
}

/// Looks through the whole file. `None`: nothing can be read from it; the reader has the faults.
pub(super) fn look_through(text: &str, reader: &Reader) -> Option<Mark> {
    if text.len() > MAX_BYTES {
        reader.fault((1, 1), Diagnostic::new(&form::TOO_LARGE).with("limit", MAX_BYTES / 1024));
        return None;
    }
    if invisible_characters(text, reader) {
        return None;
    }
    let lines: Vec<&str> = text.lines().collect();
    let chars: Vec<char> = text.chars().collect();
    let mut pass = Pass { lines: &lines, chars: &chars, reader, open: Vec::new(), root: None, nodes: 0, special: 0 };
    let whole = pass.run(text);
    let root = pass.root;
    if whole && root.is_none() {
        reader.fault((1, 1), Diagnostic::new(&form::EMPTY_FILE));
    }
    root.filter(|_| whole)
}

/// Refuses control characters and those that are not seen but change how a text reads.
fn invisible_characters(text: &str, reader: &Reader) -> bool {
    let mut found = false;
    for (line, row) in (1u32..).zip(text.split('\n')) {
        let hit = row.chars().zip(1u32..).find(|(c, _)| is_forbidden(*c));
        if let Some((c, column)) = hit {
            let shown = format!("U+{:04X}", u32::from(c));
            reader.fault((line, column), Diagnostic::new(&form::INVISIBLE).with("character", shown));
            found = true;
        }
    }
    found
}

fn is_forbidden(c: char) -> bool {
    match c {
        '\t' => false,
        '\u{85}' | '\u{2028}' | '\u{2029}' => true, // line breaks to some readers of YAML and not to others
        '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2060}' | '\u{FEFF}' => true,
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => true, // turn the reading direction
        '\u{FFFE}' | '\u{FFFF}' => true,
        c => c.is_control(),
    }
}

/// A list or map whose end has not come yet.
enum Open {
    List(Place, Vec<Mark>),
    Map { place: Place, entries: Vec<(Key, Mark)>, seen: BTreeSet<String>, key: Option<Key>, flow: bool },
}

struct Pass<'a> {
    lines: &'a [&'a str],
    /// The whole text; the parser counts characters.
    chars: &'a [char],
    reader: &'a Reader,
    open: Vec<Open>,
    root: Option<Mark>,
    nodes: usize,
    special: usize,
}

impl<'a> Pass<'a> {
    /// False: the file cannot be read to its end.
    fn run(&mut self, text: &str) -> bool {
        let mut parser: Parser<'_, StrInput<'_>> = Parser::new_from_str(text);
        while let Some(next) = parser.next_event() {
            let (event, span) = match next {
                Ok(next) => next,
                Err(error) => {
                    let place = place_of(error.marker().line(), error.marker().col());
                    self.reader.fault_at(explain::scan_error(self.lines, place, error.info()));
                    return false;
                }
            };
            if !self.event(event, span) {
                return false;
            }
        }
        true
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> bool {
        let place = place_of(span.start.line(), span.start.col());
        match event {
            Event::DocumentStart(_) if self.root.is_some() => {
                self.reader.fault(place, Diagnostic::new(&form::SEVERAL_DOCUMENTS));
                return false;
            }
            Event::Alias(_) => {
                self.special(place, '*');
                self.value(Mark { place, form: Form::Scalar(empty_scalar(place)) });
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_special(place, anchor, tag.is_some());
                let scalar = self.scalar(&text, style, span);
                self.scalar_event(scalar, place);
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_special(place, anchor, tag.is_some());
                self.key_must_be_text(place);
                self.open.push(Open::List(place, Vec::new()));
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_special(place, anchor, tag.is_some());
                self.key_must_be_text(place);
                let flow = self.chars.get(span.start.index()) == Some(&'{');
                self.open.push(Open::Map { place, entries: Vec::new(), seen: BTreeSet::new(), key: None, flow });
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::List(place, items)) => self.value(Mark { place, form: Form::List(items) }),
                Some(Open::Map { place, entries, .. }) => self.value(Mark { place, form: Form::Map(entries) }),
                None => {}
            },
            _ => return true,
        }
        self.within_bounds(place)
    }

    fn within_bounds(&mut self, place: Place) -> bool {
        self.nodes += 1;
        if self.open.len() > MAX_DEPTH {
            self.reader.fault(place, Diagnostic::new(&form::TOO_DEEP).with("limit", MAX_DEPTH));
            return false;
        }
        if self.nodes > MAX_NODES {
            self.reader.fault(place, Diagnostic::new(&form::TOO_MANY).with("limit", MAX_NODES));
            return false;
        }
        if matches!(self.open.last(), Some(Open::Map { entries, .. }) if entries.len() > MAX_KEYS) {
            self.reader.fault(place, Diagnostic::new(&form::TOO_MANY).with("limit", MAX_KEYS));
            return false;
        }
        true
    }

    /// A scalar is the next key of an open map, or a value.
    fn scalar_event(&mut self, scalar: Scalar, place: Place) {
        let repeated = match self.open.last_mut() {
            Some(Open::Map { key: key @ None, seen, .. }) => {
                let repeated = !seen.insert(scalar.text.clone());
                *key = Some(Key { text: scalar.text.clone(), place });
                repeated
            }
            _ => {
                self.comma_in_braces(&scalar);
                self.value(Mark { place, form: Form::Scalar(scalar) });
                return;
            }
        };
        if repeated {
            self.reader.fault(place, Diagnostic::new(&form::DUPLICATE_KEY).with("key", scalar.text));
        }
    }

    fn value(&mut self, mark: Mark) {
        match self.open.last_mut() {
            Some(Open::List(_, items)) => items.push(mark),
            Some(Open::Map { entries, key, .. }) => match key.take() {
                Some(key) => entries.push((key, mark)),
                // A list or map in the place of a key: its own fault has been noted.
                None => *key = Some(Key { text: String::new(), place: mark.place }),
            },
            None => self.root = Some(mark),
        }
    }

    /// `{script: min(a, b)}`: YAML ends the value at the comma and takes `b)` for a key without a value.
    fn comma_in_braces(&self, value: &Scalar) {
        let Some(Open::Map { entries, key: Some(key), flow: true, .. }) = self.open.last() else { return };
        let Some((before, Mark { form: Form::Scalar(cut), .. })) = entries.last() else { return };
        let bare_key = value.text.is_empty() && value.style == Style::Plain;
        if bare_key && cut.style == Style::Plain && explain::is_unfinished(&cut.text) {
            let (line, column) = before.place;
            let whole = explain::with_quotes(self.line(line), column);
            let remedy =
                whole.unwrap_or_else(|| format!("{}: {}", before.text, quoted(&format!("{}, {}", cut.text, key.text))));
            let fault = Diagnostic::new(&form::COMMA).with("value", &cut.text).with("remedy", remedy);
            self.reader.fault(cut_place(before, cut), fault);
        }
    }

    fn key_must_be_text(&self, place: Place) {
        if let Some(Open::Map { key: None, .. }) = self.open.last() {
            self.reader.fault(place, Diagnostic::new(&form::KEY_NOT_TEXT));
        }
    }

    fn refuse_special(&mut self, place: Place, anchor: usize, tagged: bool) {
        if anchor != 0 {
            self.special(place, '&');
        }
        if tagged {
            self.special(place, '!');
        }
    }

    /// An anchor, alias or tag: mostly a script that begins with `!`, `&` or `*`.
    fn special(&mut self, place: Place, sign: char) {
        self.special += 1;
        if self.special > MAX_SPECIAL {
            return;
        }
        self.reader.fault_at(explain::special(self.lines, place, sign));
    }

    fn line(&self, line: u32) -> &'a str {
        self.lines.get(line.saturating_sub(1) as usize).copied().unwrap_or("")
    }

    fn scalar(&self, text: &str, style: ScalarStyle, span: Span) -> Scalar {
        let place = place_of(span.start.line(), span.start.col());
        let one_line = span.start.line() == span.end.line() || (text.is_empty() && style == ScalarStyle::Plain);
        if text.chars().any(|c| c != '\n' && is_forbidden(c)) {
            // It was written as an escape within quotes.
            self.reader.fault(place, Diagnostic::new(&form::INVISIBLE).with("character", "\\u…"));
        }
        if !one_line && matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted) {
            self.reader.fault(place, Diagnostic::new(&form::OPEN_QUOTE));
        }
        let (style, lines) = match style {
            ScalarStyle::Literal => (Style::Block, self.block_lines(text, place)),
            ScalarStyle::Folded => (Style::Joined, vec![place]),
            _ if !one_line => (Style::Joined, vec![place]),
            ScalarStyle::Plain => (Style::Plain, vec![place]),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => (Style::Quoted, vec![(place.0, place.1 + 1)]),
        };
        let comment = if style == Style::Plain && !text.is_empty() { self.comment_behind(span) } else { None };
        Scalar { text: text.to_owned(), style, lines, comment }
    }

    fn comment_behind(&self, span: Span) -> Option<String> {
        let rest = self.chars.get(span.end.index()..)?;
        let start = rest.iter().position(|c| *c != ' ').filter(|start| rest.get(*start) == Some(&'#'))?;
        Some(rest.iter().skip(start).take_while(|c| **c != '\n').collect::<String>().trim_end().to_owned())
    }

    /// Where each line of a `|` block stands. The parser's mark stands on the first line that is not blank, or on the first.
    fn block_lines(&self, text: &str, mark: Place) -> Vec<Place> {
        let rows: Vec<&str> = text.lines().collect();
        let blank = rows.iter().take_while(|row| row.is_empty()).count();
        let first_text = rows.get(blank).copied().unwrap_or("");
        let blank = u32::try_from(blank).unwrap_or(0);
        let first = match self.line(mark.0) {
            line if !line.trim().is_empty() && line.ends_with(first_text) => mark.0.saturating_sub(blank).max(1),
            _ => mark.0,
        };
        (first..)
            .zip(&rows)
            .map(|(number, row)| {
                let indent = self.line(number).chars().count().saturating_sub(row.chars().count());
                (number, u32::try_from(indent).unwrap_or(0) + 1)
            })
            .collect()
    }
}

/// Where a cut value begins.
fn cut_place(key: &Key, value: &Scalar) -> Place {
    value.lines.first().copied().unwrap_or(key.place)
}

fn empty_scalar(place: Place) -> Scalar {
    Scalar { text: String::new(), style: Style::Plain, lines: vec![place], comment: None }
}

fn line_number(line: usize) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

/// The parser counts lines from 1 and columns from 0.
fn place_of(line: usize, column: usize) -> Place {
    (line_number(line).max(1), u32::try_from(column).unwrap_or(u32::MAX).saturating_add(1))
}
