//! The names a bundle gives: which are allowed, and that none is given twice.
//!
//! Enters: keys and ids of the file. Leaves: the same, or faults. Next: the sections of the schema.

use std::collections::BTreeMap;

use super::model::Place;
use super::reader::Reader;
use crate::codes::bundle as code;
use crate::diagnostic::Diagnostic;

/// Words of the script language that no name may be.
const RESERVED: &[&str] = &[
    "Fn",
    "as",
    "async",
    "await",
    "break",
    "call",
    "case",
    "catch",
    "const",
    "continue",
    "curry",
    "debug",
    "default",
    "do",
    "else",
    "eval",
    "exit",
    "export",
    "false",
    "fn",
    "for",
    "global",
    "go",
    "goto",
    "if",
    "import",
    "in",
    "is",
    "is_def_fn",
    "is_def_var",
    "is_shared",
    "let",
    "loop",
    "match",
    "module",
    "new",
    "nil",
    "null",
    "package",
    "print",
    "private",
    "protected",
    "public",
    "return",
    "shared",
    "spawn",
    "static",
    "super",
    "switch",
    "sync",
    "this",
    "thread",
    "throw",
    "true",
    "try",
    "type",
    "type_of",
    "until",
    "use",
    "var",
    "void",
    "while",
    "with",
    "yield",
];

/// Names that scripts read on their own, so that no kind and no level may be called so.
const IN_SCOPE: &[&str] = &[
    "as_of",
    "band",
    "figures",
    "finding",
    "group",
    "incomplete",
    "parameters",
    "part",
    "parts",
    "period",
    "points",
    "previous",
    "rating",
    "record",
    "score",
    "unit",
    "vetoed",
];

/// Words that stand where a level can stand.
const BESIDE_LEVELS: &[&str] = &["all", "parent", "year"];
/// What every unit has besides its attributes.
const OF_UNITS: &[&str] = &["id", "level", "name", "parent"];
/// What every record has besides its fields.
const OF_RECORDS: &[&str] = &["date", "id", "kind", "unit"];

/// What a name is for; it decides which are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// A kind of records: a variable in scripts.
    Kind,
    /// A level of units: a variable in scripts.
    Level,
    /// A field of records.
    Field,
    /// An attribute of units.
    Attribute,
    /// A parameter, figure, shape or criterion.
    Property,
    /// A rule, list, measure or the bundle itself: a text in scripts, may hold `-`.
    Id,
}

/// Notes a fault if a name cannot be used so.
pub(super) fn check(reader: &Reader, name: &str, place: Place, used: Use) {
    let fault = |code| reader.fault(place, Diagnostic::new(code).with("name", name));
    if used == Use::Id {
        if !is_id(name) {
            fault(&code::BAD_ID);
        }
        return;
    }
    let taken: &[&[&str]] = match used {
        Use::Kind => &[IN_SCOPE],
        Use::Level => &[IN_SCOPE, BESIDE_LEVELS],
        Use::Field => &[OF_RECORDS],
        Use::Attribute => &[OF_UNITS],
        Use::Property | Use::Id => &[],
    };
    if !is_identifier(name) {
        fault(&code::BAD_NAME);
    } else if RESERVED.contains(&name) {
        fault(&code::RESERVED_NAME);
    } else if taken.iter().any(|words| words.contains(&name)) {
        fault(&code::TAKEN_NAME);
    }
}

/// Letters (Chinese ones too), digits, `_`; the first is no digit.
fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphabetic() || c.is_ascii_digit() || c == '_')
        && name.chars().any(|c| c != '_')
}

/// As an identifier, with `-` and digits anywhere.
fn is_id(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphabetic() || c.is_ascii_digit() || c == '_' || c == '-')
}

/// Names given so far, to find those given twice.
#[derive(Default)]
pub(super) struct Given(BTreeMap<String, Place>);

impl Given {
    /// Notes a fault if the name was given before.
    pub fn give(&mut self, reader: &Reader, name: &str, place: Place) {
        if name.is_empty() {
            return;
        }
        match self.0.get(name) {
            Some((line, _)) => {
                reader.fault(place, Diagnostic::new(&code::DUPLICATE_ID).with("name", name).with("line", line));
            }
            None => {
                self.0.insert(name.to_owned(), place);
            }
        }
    }
}
