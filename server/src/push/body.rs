//! Items read off a request while it comes in, one at a time: a JSON array, one JSON object, or an object a line.
//!
//! Enters: bytes. Leaves: each item as JSON, and the SHA-256 of all bytes. Never more than one item is held here. Next:
//! `standing`.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

/// The longest line; no record of a dictionary comes near it.
const LONGEST_LINE: u64 = 1024 * 1024;

/// How items stand in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// An array of objects, or one object.
    Json,
    /// An object a line.
    Lines,
}

/// Why a body cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// It broke off.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is no JSON; what stands wrong and where.
    #[error("{0}")]
    Form(String),
    /// Whoever takes the items wants no more.
    #[error("more than {0} items")]
    TooMany(usize),
}

/// One item, or why it is none.
pub type Item = Result<Json, String>;

/// Reads all items and hands each on. Gives the SHA-256 of the body.
///
/// # Errors
/// [`BodyError`]; a line that is no JSON is an item that says so, and the others are read on.
pub fn read(form: Form, source: impl Read, most: usize, take: &mut dyn FnMut(Item)) -> Result<[u8; 32], BodyError> {
    let mut source = Digested { source, digest: Sha256::new() };
    let mut counted = 0;
    let mut refused = false;
    let mut count = |item: Item| {
        counted += 1;
        if counted > most {
            refused = true;
            return false;
        }
        take(item);
        true
    };
    match form {
        Form::Json => whole(&mut source, &mut count)?,
        Form::Lines => lines(&mut source, &mut count)?,
    }
    if refused { Err(BodyError::TooMany(most)) } else { Ok(source.digest.finalize().into()) }
}

fn lines(source: &mut dyn Read, take: &mut dyn FnMut(Item) -> bool) -> Result<(), BodyError> {
    let mut source = BufReader::new(source);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = source.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(());
        }
        if read as u64 == LONGEST_LINE && line.last() != Some(&b'\n') {
            return Err(BodyError::Form(format!("a line is longer than {LONGEST_LINE} bytes")));
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let item = serde_json::from_slice(&line).map_err(|error| error.to_string());
        if !take(item) {
            return Ok(());
        }
    }
}

fn whole(source: &mut dyn Read, take: &mut dyn FnMut(Item) -> bool) -> Result<(), BodyError> {
    let mut json = serde_json::Deserializer::from_reader(BufReader::new(source));
    let mut stopped = false;
    let read = Items { take, stopped: &mut stopped }.deserialize(&mut json).and_then(|()| json.end());
    match read {
        _ if stopped => Ok(()),
        Ok(()) => Ok(()),
        Err(error) if error.is_io() => Err(BodyError::Io(error.into())),
        Err(error) => Err(BodyError::Form(error.to_string())),
    }
}

/// An array is handed on item by item, never held whole.
struct Items<'a> {
    take: &'a mut dyn FnMut(Item) -> bool,
    stopped: &'a mut bool,
}

impl<'de> DeserializeSeed<'de> for Items<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Items<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an array of objects, or one object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element::<Json>()? {
            if !(self.take)(Ok(item)) {
                *self.stopped = true;
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let mut object = Map::new();
        while let Some((name, value)) = entries.next_entry()? {
            object.insert(name, value);
        }
        (self.take)(Ok(Json::Object(object)));
        Ok(())
    }
}

/// A source that remembers what was read of it.
struct Digested<R> {
    source: R,
    digest: Sha256,
}

impl<R: Read> Read for Digested<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.digest.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(form: Form, text: &str) -> Result<Vec<Item>, BodyError> {
        let mut items = Vec::new();
        read(form, text.as_bytes(), 3, &mut |item| items.push(item)).map(|_| items)
    }

    #[test]
    fn an_array_one_object_and_lines_give_the_same_items() {
        let expected: Json = serde_json::json!({"a": 1});
        for (form, text) in [(Form::Json, r#"[{"a":1}]"#), (Form::Json, r#" {"a":1} "#), (Form::Lines, "{\"a\":1}\n\n")]
        {
            let items: Vec<Json> = all(form, text).unwrap().into_iter().map(Result::unwrap).collect();
            assert_eq!(items, std::slice::from_ref(&expected), "{text}");
        }
    }

    #[test]
    fn a_broken_line_is_one_bad_item_and_a_broken_array_is_refused_whole() {
        let items = all(Form::Lines, "{\"a\":1}\n{\"a\":\n{\"a\":2}").unwrap();
        assert_eq!(items.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
        let refused = all(Form::Json, "[{\"a\":1},\n{\"a\":}]").unwrap_err();
        assert!(matches!(&refused, BodyError::Form(why) if why.contains("line 2")), "{refused}");
        assert!(matches!(all(Form::Json, "[1] x"), Err(BodyError::Form(_))));
    }

    #[test]
    fn more_items_than_are_taken_end_the_reading() {
        for (form, four, three) in [(Form::Json, "[1,2,3,4]", "[1,2,3]"), (Form::Lines, "1\n2\n3\n4\n", "1\n2\n3")] {
            assert!(matches!(all(form, four), Err(BodyError::TooMany(3))));
            assert_eq!(all(form, three).unwrap().len(), 3);
        }
    }

    #[test]
    fn bodies_that_differ_in_a_byte_have_other_digests() {
        let digest = |text: &str| read(Form::Lines, text.as_bytes(), 9, &mut |_| ()).unwrap();
        assert_eq!(digest("{}\n"), digest("{}\n"));
        assert_ne!(digest("{}\n"), digest("{}"));
    }
}
