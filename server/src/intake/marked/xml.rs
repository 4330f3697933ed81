//! A part of a workbook as text whose elements are found by their places, so that what is not changed stays byte for byte.
//!
//! Enters: the text of a part. Leaves: its [`Element`]s of one depth, and the text after [`Edits`]. Next: [`super::relations`].

use std::borrow::Cow;
use std::ops::Range;

use quick_xml::escape::{escape, unescape};
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

/// What is not as workbooks are written; the file is then written anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Odd;

impl From<quick_xml::Error> for Odd {
    fn from(_: quick_xml::Error) -> Odd {
        Odd
    }
}

/// An event and where it stands.
pub(super) type Piece<'t> = (Event<'t>, Range<usize>);

/// Goes through a text. Elements that are never closed are let pass: drawings of comments have them.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = Result<Piece<'_>, Odd>> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    std::iter::from_fn(move || {
        let start = place(reader.buffer_position());
        match reader.read_event() {
            Ok(Event::Eof) => None,
            // What a part defines for itself is not looked into.
            Ok(Event::DocType(_)) | Err(_) => Some(Err(Odd)),
            Ok(event) => Some(Ok((event, start..place(reader.buffer_position())))),
        }
    })
}

fn place(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

/// An element of a part.
pub(super) struct Element<'t> {
    pub tag: BytesStart<'t>,
    /// From the first character of its first tag to the last of its last.
    pub outer: Range<usize>,
    /// Between its tags; none when it has but one.
    pub inner: Option<Range<usize>>,
}

impl Element<'_> {
    pub fn is(&self, name: &str) -> bool {
        self.tag.local_name().as_ref() == name
    }

    /// An attribute by its whole name.
    pub fn attribute(&self, name: &str) -> Option<String> {
        attribute(&self.tag, name)
    }

    /// An attribute of a namespace, whatever stands before the colon.
    pub fn foreign_attribute(&self, name: &str) -> Option<String> {
        let mut all = self.tag.attributes();
        let is_meant = |one: &Attribute| one.key.prefix().is_some() && one.key.local_name().as_ref() == name;
        let found = all.with_checks(false).flatten().find(is_meant)?;
        Some(unescape(&found.value).ok()?.into_owned())
    }
}

/// An attribute of a tag by its whole name.
pub(super) fn attribute(tag: &BytesStart, name: &str) -> Option<String> {
    let found = tag.try_get_attribute(name).ok()??;
    Some(unescape(&found.value).ok()?.into_owned())
}

/// A part whose elements of one depth are known.
pub(super) struct Part<'t> {
    pub text: &'t str,
    pub root: Element<'t>,
    pub elements: Vec<Element<'t>>,
}

impl<'t> Part<'t> {
    /// Finds the elements of a depth: 1 those below the root.
    pub fn of(text: &'t str, depth: usize) -> Result<Part<'t>, Odd> {
        let mut open: Vec<(BytesStart, Range<usize>)> = Vec::new();
        let mut root = None;
        let mut elements = Vec::new();
        for piece in pieces(text) {
            let (found, level) = match piece? {
                (Event::Start(tag), span) => {
                    open.push((tag, span));
                    continue;
                }
                (Event::Empty(tag), outer) => (Element { tag, outer, inner: None }, open.len()),
                (Event::End(end), span) => {
                    let (tag, first) = open.pop().filter(|(tag, _)| tag.name() == end.name()).ok_or(Odd)?;
                    let inner = Some(first.end..span.start);
                    (Element { tag, outer: first.start..span.end, inner }, open.len())
                }
                _ => continue,
            };
            if level == depth {
                elements.push(found);
            } else if level == 0 {
                root = Some(found);
            }
        }
        match root {
            Some(root) if open.is_empty() => Ok(Part { text, root, elements }),
            _ => Err(Odd),
        }
    }

    /// What its own elements are called before the colon, with it.
    pub fn prefix(&self) -> String {
        self.root.tag.name().prefix().map_or_else(String::new, |prefix| format!("{}:", prefix.as_ref()))
    }

    /// Where its last tag begins.
    pub fn end(&self) -> Result<usize, Odd> {
        self.root.inner.as_ref().map(|inner| inner.end).ok_or(Odd)
    }

    pub fn named<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p Element<'t>> {
        self.elements.iter().filter(move |element| element.is(name))
    }

    pub fn slice(&self, range: &Range<usize>) -> &'t str {
        self.text.get(range.clone()).unwrap_or_default()
    }
}

/// Changes of a text, gathered in any order.
#[derive(Default)]
pub(super) struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    pub fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.0.push((at..at, text.into()));
    }

    pub fn replace(&mut self, range: Range<usize>, text: impl Into<String>) {
        self.0.push((range, text.into()));
    }

    /// The text with all of them; at one place in the order in which they came.
    pub fn apply(mut self, text: &str) -> Result<String, Odd> {
        self.0.sort_by_key(|(range, _)| range.start);
        let mut out = String::with_capacity(text.len() + self.0.iter().map(|(_, new)| new.len()).sum::<usize>());
        let mut done = 0;
        for (range, new) in self.0 {
            out.push_str(text.get(done..range.start).ok_or(Odd)?);
            out.push_str(&new);
            done = range.end;
        }
        out.push_str(text.get(done..).ok_or(Odd)?);
        Ok(out)
    }
}

/// A text as it stands in a part, without characters that no part may hold.
pub(super) fn escaped(text: &str) -> String {
    let allowed = |c: &char| matches!(c, '\t' | '\n') || (*c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'));
    escape(text.chars().filter(allowed).collect::<String>()).into_owned()
}

/// The text of a part as a person reads it.
pub(super) fn unescaped(text: &str) -> Result<Cow<'_, str>, Odd> {
    unescape(text).map_err(|_| Odd)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "<?xml version=\"1.0\"?>\n<a:x xmlns:a=\"u\"><b n=\"1\">t</b><!-- b --><c q:id=\"r&amp;1\"/></a:x>";

    #[test]
    fn elements_are_found_at_their_places() {
        let part = Part::of(TEXT, 1).unwrap();
        let seen: Vec<&str> = part.elements.iter().map(|element| part.slice(&element.outer)).collect();
        assert_eq!(seen, ["<b n=\"1\">t</b>", "<c q:id=\"r&amp;1\"/>"]);
        assert_eq!(part.slice(part.elements[0].inner.as_ref().unwrap()), "t");
        assert_eq!(part.elements[1].foreign_attribute("id").as_deref(), Some("r&1"));
        assert_eq!((part.prefix().as_str(), &TEXT[part.end().unwrap()..]), ("a:", "</a:x>"));
    }

    #[test]
    fn what_is_no_whole_document_is_odd() {
        for text in ["", "<a>", "<a></b>", "<a/><", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"] {
            assert!(Part::of(text, 1).is_err(), "{text}");
        }
    }

    #[test]
    fn edits_leave_all_else_as_it_is() {
        let mut edits = Edits::default();
        edits.insert(3, "y");
        edits.replace(1..2, "");
        edits.insert(3, "z");
        assert_eq!(edits.apply("abcd").unwrap(), "acyzd");
        let mut twice = Edits::default();
        twice.replace(0..3, "");
        twice.replace(1..2, "");
        assert_eq!(twice.apply("abcd"), Err(Odd), "no two changes of the same");
    }

    #[test]
    fn a_text_with_control_characters_can_stand_in_a_part() {
        assert_eq!(escaped("a\u{1}<b>&\"\n"), "a&lt;b&gt;&amp;&quot;\n");
    }
}
