//! YAML to a checked [`Bundle`]: a guard pass with positions, the schema, the checks.
//!
//! Enters: the text of one file. Leaves: a [`Bundle`], or every fault of the file at its line and column. This is the only user
//! of the YAML crates. Next: [`crate::script`].

mod model;
mod schema;
mod sections;
mod explain;
mod guard;
mod node;
mod reader;
mod keys;
mod names;
mod literal;
mod assess;
mod fields;
mod dictionary;
mod parameters;
mod scoring;
mod bands;
mod rating;
mod lists;
mod expect;
mod cases;
mod check;
mod json_schema;
mod mapping;
mod twice;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::sync::Arc;

use sha2::{Digest, Sha256};

pub use cases::MOST_FACTS;
pub use json_schema::json_schema;
pub use mapping::read_mapping;
pub use model::*;
pub(crate) use reader::nearest;
pub use twice::{AskedTwice, Under, asked_twice};

use crate::diagnostic::{Diagnostic, any_error};
use assess::Groups;
use keys::Keys;
use names::Use;
use node::Node;
use reader::Reader;
use scoring::Criteria;

/// Reads a bundle. `file` is its name in messages.
///
/// # Errors
/// Every fault of the file, in its order; among them the remarks that would stop nothing by themselves.
pub fn read(file: &str, text: &str) -> Result<(Bundle, Vec<Diagnostic>), Vec<Diagnostic>> {
    let name: Arc<str> = Arc::from(file);
    let plain = text.strip_prefix('\u{FEFF}').unwrap_or(text).replace("\r\n", "\n");
    let reader = Reader::new(&name, &plain);
    let bundle = tree(&plain, &reader).and_then(|root| sections(&root, &reader, &name, digest(text)));
    let faults = reader.into_faults();
    match bundle {
        Some(bundle) if !any_error(&faults) => Ok((bundle, faults)),
        _ => Err(faults),
    }
}

/// The file as a tree; none when it cannot be read at all.
fn tree(text: &str, reader: &Reader) -> Option<Node> {
    let marks = guard::look_through(text, reader)?;
    // What is misread in form would only lead to misleading faults in content.
    if reader.has_errors() { None } else { node::join(text, marks, reader) }
}

/// SHA-256 of the text, in hexadecimal.
fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Reads all sections in the order in which they name each other, and checks the whole.
fn sections(root: &Node, reader: &Reader, file: &Arc<str>, digest: String) -> Option<Bundle> {
    let keys = reader.keys(root, "", &sections::FILE)?;
    let mut assess = assess::assess(&keys);
    let levels: Vec<String> = std::iter::once(&assess.unit).chain(&assess.within).cloned().collect();
    let dictionary = dictionary::dictionary(&keys, &levels);
    let groups = Groups { within: assess.within.clone(), attributes: dictionary.attributes.keys().cloned().collect() };
    assess.score = keys.get("score").and_then(|node| assess::scored(reader, node, "score", &groups));
    let mut criteria = Criteria::new(&groups, &dictionary);
    let mut bundle = Bundle {
        id: id(&keys),
        edition: keys.text("edition"),
        title: keys.text("title"),
        basis: assess::basis(&keys),
        effective: assess::effective(&keys),
        parameters: parameters::parameters(&keys),
        library: keys.script("library"),
        figures: scoring::figures(&keys, &groups),
        criteria: criteria.read(&keys),
        rating: rating::rating(&keys, &groups),
        lists: lists::lists(&keys, &groups, &dictionary),
        appeal_days: lists::appeal_days(&keys),
        roll_up: lists::roll_ups(&keys, &groups, &dictionary),
        base_case: Case::default(),
        cases: Vec::new(),
        assess,
        digest,
        file: Arc::clone(file),
        dictionary: dictionary.clone(),
    };
    criteria.look_up_capped_rules(&keys);
    bundle.base_case = cases::base_case(&keys, &bundle);
    bundle.cases = cases::cases(&keys, &bundle);
    check::check(&bundle, &keys);
    Some(bundle)
}

fn id(file: &Keys<'_>) -> String {
    let id = file.text("bundle");
    if let Some(node) = file.get("bundle") {
        names::check(file.reader, &id, node.place, Use::Id);
    }
    id
}
