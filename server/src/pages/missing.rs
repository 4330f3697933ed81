//! What a rule that could not be checked is missing, and who owes it, as far as that may be public.
//!
//! Enters: a result as the public may see it. Leaves: a [`Missing`]. Next: [`village`](super::village).

use liuwu_engine::dictionary::Kind;

use super::standard::Standard;
use super::words::Language;
use crate::disclosure::Shown;

/// What a rule is missing.
#[derive(Debug)]
pub struct Missing<'a> {
    /// In words.
    pub text: String,
    /// Who owes it; may be empty.
    pub department: String,
    /// The kind of record, when that may be told.
    pub kind: Option<&'a Kind>,
}

/// What a rule is missing.
#[must_use]
pub fn of_rule<'a>(standard: &Standard<'a>, shown: &Shown, id: &str, language: Language) -> Missing<'a> {
    let rule = standard.rule(id);
    let title = rule.map_or(id, |rule| rule.title.as_str());
    let remark = shown.remarks.iter().find(|remark| remark.about.as_ref() == id);
    // The engine names the kind in the remark; one that is not public is a general sentence and names none.
    let named = remark.and_then(|remark| {
        let mut kinds = standard.bundle.dictionary.kinds.values().map(AsRef::as_ref);
        kinds.find(|kind: &&Kind| remark.zh.contains(&format!("「{}」", kind.title)))
    });
    let owed_by = named.and_then(|kind| kind.department.clone());
    let text = match named {
        Some(kind) => language.say("missing-kind").with("kind", &kind.title),
        None => language.say("missing-rule").with("rule", title),
    };
    Missing {
        text: text.to_string(),
        department: owed_by.or_else(|| rule.and_then(|rule| rule.department.clone())).unwrap_or_default(),
        kind: named,
    }
}
