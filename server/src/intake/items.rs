//! One record pushed as a JSON object: the same reading as a line of a file, each fault at its place in the object.
//!
//! Enters: an object with `kind`, `unit`, `date` and fields. Leaves: a [`UnitRecord`] of its kind, or an [`ItemFault`] for every
//! value that must be mended. Next: [`super::identity`].

use std::collections::HashMap;
use std::sync::Arc;

use liuwu_engine::diagnostic::Diagnostic;
use liuwu_engine::dictionary::Kind;
use liuwu_engine::dictionary::read::{Fault, Raw, RawRecord, Strictness};
use liuwu_engine::record::{Record, Source};
use serde_json::{Map, Value as Json};

use super::Asked;
use super::json_lines::Line;
use super::records::{KIND, UNIT, UnitRecord, kind_of, level_of, unit_of};
use super::rows::Resolver;

/// A fault and where in the object it is.
#[derive(Debug, Clone)]
pub struct ItemFault {
    /// The place, as a JSON pointer such as `/steps/2/at`; empty for the whole object.
    pub pointer: String,
    /// What is wrong and how to mend it.
    pub diagnostic: Diagnostic,
}

/// Reads objects one after the other.
pub struct ItemReader<'a> {
    asked: Asked<'a>,
    file: Arc<str>,
    /// By the level of their units, since names are looked up among these.
    resolvers: HashMap<Option<&'a str>, Resolver<'a>>,
}

impl<'a> ItemReader<'a> {
    /// For objects that come from a source of that name.
    pub fn new(asked: Asked<'a>, source: &str) -> ItemReader<'a> {
        ItemReader { asked, file: Arc::from(source), resolvers: HashMap::new() }
    }

    /// Reads one object; `number` is its place in what was pushed, from 1.
    ///
    /// # Errors
    /// Every fault of the object.
    pub fn read(&mut self, number: u32, object: Map<String, Json>) -> Result<(Arc<Kind>, UnitRecord), Vec<ItemFault>> {
        let asked = self.asked;
        let line = Line { file: Arc::clone(&self.file), number, object };
        let kind = kind_of(&line, &asked).map_err(|fault| vec![at(KIND, fault)])?;
        let level = level_of(kind, &asked);
        let resolver = self.resolvers.entry(level).or_insert_with(|| Resolver::new(asked.units, level));
        let unit = unit_of(&line, resolver);
        let values = line.object.iter().filter(|(name, _)| *name != KIND && *name != UNIT);
        let raw = RawRecord::new(values.map(|(name, value)| (name.clone(), Raw::from_json(value))));
        let source = Source::line(&self.file, number);
        match (unit, Record::read(kind, asked.dictionary, &raw, source, Strictness::Data)) {
            (Ok(unit), Ok(record)) => Ok((Arc::clone(kind), UnitRecord { unit, record })),
            (unit, record) => {
                let own = record.err().into_iter().flatten().map(|fault| placed(fault, &line));
                Err(unit.err().map(|fault| at(UNIT, fault)).into_iter().chain(own).collect())
            }
        }
    }
}

fn at(name: &str, diagnostic: Diagnostic) -> ItemFault {
    ItemFault { pointer: format!("/{name}"), diagnostic }
}

fn placed(fault: Fault, line: &Line) -> ItemFault {
    ItemFault { pointer: pointer_of(&fault.path), diagnostic: fault.at(line.at()) }
}

/// `steps[2].at` as `/steps/2/at`.
fn pointer_of(path: &str) -> String {
    let mut pointer = String::with_capacity(path.len() + 1);
    for part in path.split(['.', '[']).filter(|part| !part.is_empty()) {
        let part = part.trim_end_matches(']');
        pointer.push('/');
        pointer.push_str(&part.replace('~', "~0").replace('/', "~1"));
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_json_pointer() {
        assert_eq!(pointer_of("deaths"), "/deaths");
        assert_eq!(pointer_of("steps[2].at"), "/steps/2/at");
        assert_eq!(pointer_of("a/b~c"), "/a~1b~0c");
        assert_eq!(pointer_of(""), "");
    }
}
