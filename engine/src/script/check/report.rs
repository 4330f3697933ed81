//! Where the checks write down what they find, and how they name what is near.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::bundle::{Place, nearest};
use crate::codes::bundle::UNKNOWN_NAME;
use crate::diagnostic::{Diagnostic, Location, any_error};

/// What was found so far.
pub(super) struct Report {
    file: Arc<str>,
    found: Vec<Diagnostic>,
}

/// A sentence in Chinese and English.
pub(super) type Said = (String, String);

impl Report {
    pub(super) fn new(file: &Arc<str>) -> Report {
        Report { file: Arc::clone(file), found: Vec::new() }
    }

    /// Notes one finding, once.
    pub(super) fn add(&mut self, place: Place, finding: Diagnostic) {
        let finding = finding.at(Location::text(&self.file, place.0, place.1));
        if !self.found.contains(&finding) {
            self.found.push(finding);
        }
    }

    /// Whether anything was found that stops the bundle.
    pub(super) fn has_errors(&self) -> bool {
        any_error(&self.found)
    }

    pub(super) fn into_found(self) -> Vec<Diagnostic> {
        self.found
    }
}

/// A name that stands for nothing, with the remedy.
pub(super) fn unknown((zh, en): (&str, &str), name: &str, (remedy, remedy_en): Said) -> Diagnostic {
    Diagnostic::new(&UNKNOWN_NAME)
        .with("what", zh)
        .with("what_en", en)
        .with("name", name)
        .with("remedy", remedy)
        .with("remedy_en", remedy_en)
}

/// What to write instead of a name: the nearest that is known, or all that are known.
pub(super) fn instead<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Said {
    let mut seen = BTreeSet::new();
    let known: Vec<&str> = known.into_iter().filter(|known| seen.insert(*known)).collect();
    if let Some(near) = nearest(name, known.iter().copied()) {
        return (format!("是不是「{near}」?"), format!("did you mean `{near}`?"));
    }
    if known.is_empty() {
        return ("本文件里还一个也没有".to_owned(), "this file has none yet".to_owned());
    }
    let shown = known.iter().take(MOST_SHOWN).copied().collect::<Vec<_>>();
    let more = if known.len() > MOST_SHOWN { " …" } else { "" };
    (format!("可以写:{}{more}", shown.join("、")), format!("it can be: {}{more}", shown.join(", ")))
}

/// The most names listed in a remedy.
const MOST_SHOWN: usize = 12;
