//! What a rule that could not be checked is missing, and who owes it, as far as that may be seen.
//!
//! Enters: a result as its reader may see it. Leaves: a [`Missing`]. Next: [`village`](super::village).

use liuwu_engine::dictionary::{Kind, Public};

use super::standard::Standard;
use super::words::Language;
use crate::disclosure::{Disclosure, Lens, Shown};

/// What a rule is missing.
#[derive(Debug)]
pub struct Missing<'a> {
    /// In words.
    pub text: String,
    /// Who owes it; empty when nobody does.
    pub department: String,
    /// The kind of record, when that may be told.
    pub kind: Option<&'a Kind>,
}

/// What a rule is missing. `disclosure` says whether its remark is seen through the lens.
#[must_use]
pub fn of_rule<'a>(
    standard: &Standard<'a>,
    disclosure: &Disclosure,
    lens: &Lens,
    shown: &Shown,
    id: &str,
    language: Language,
) -> Missing<'a> {
    let rule = standard.rule(id);
    let of_rule = || rule.and_then(|rule| rule.department.clone()).unwrap_or_default();
    let in_full = disclosure.rule_through(lens, id) == Public::Full;
    let remark = shown.remarks.iter().find(|remark| in_full && remark.about.as_ref() == id);
    let Some(remark) = remark else {
        let title = rule.map_or(id, |rule| rule.title.as_str());
        let text = language.say("missing-rule").with("rule", title).to_string();
        return Missing { text, department: of_rule(), kind: None };
    };
    // The engine names the kind that is not handed in.
    let mut kinds = standard.bundle.dictionary.kinds.values().map(AsRef::as_ref);
    match kinds.find(|kind: &&Kind| remark.zh.contains(&format!("「{}」", kind.title))) {
        Some(kind) => Missing {
            text: language.say("missing-kind").with("kind", &kind.title).to_string(),
            department: kind.department.clone().unwrap_or_else(of_rule),
            kind: Some(kind),
        },
        // It waits for something other than a report, such as another criterion; nobody owes that.
        None => {
            let text = match language {
                Language::Chinese => remark.zh.clone(),
                Language::English => remark.en.clone(),
            };
            Missing { text, department: String::new(), kind: None }
        }
    }
}
