//! One of a list, by key or by title.

use std::borrow::Cow;
use std::sync::Arc;

use indexmap::IndexMap;

use super::Raw;
use super::characters::{comparable, comparable_form};
use super::fault::{Expected, Fault, Subject};
use crate::codes::data as codes;
use crate::dictionary::Type;

/// Below this likeness (0 to 1) a name is no proposal.
const ALIKE: f64 = 0.5;

/// The key of the choice meant: the very key or title, or one that differs only in width, case, blanks or quotation marks.
pub(super) fn read(subject: &Subject, choices: &Arc<IndexMap<String, String>>, raw: &Raw) -> Result<Arc<str>, Fault> {
    let text = match raw {
        Raw::Text(text) => Cow::Borrowed(text.as_str()),
        // A choice whose key or title is a number or yes and no.
        Raw::Number(_) | Raw::Float(_) | Raw::Boolean(_) => Cow::Owned(raw.shown()),
        _ => return Err(subject.wrong_type(&Expected::of(&Type::Choice(Arc::clone(choices))), raw)),
    };
    let wanted = comparable_form(&text);
    let by_key = choices.keys().find(|key| **key == text);
    by_key
        .or_else(|| choices.iter().find(|(_, title)| comparable_form(title) == wanted).map(|(key, _)| key))
        .or_else(|| choices.keys().find(|key| comparable_form(key) == wanted))
        .map(|key| Arc::from(key.as_str()))
        .ok_or_else(|| unknown(subject, choices, raw, &text))
}

fn unknown(subject: &Subject, choices: &IndexMap<String, String>, raw: &Raw, text: &str) -> Fault {
    let near = nearest(text, choices.values().map(String::as_str)).filter(|_| !subject.hidden);
    let titles: Vec<&str> = choices.values().map(String::as_str).collect();
    did_you_mean(subject.fault(&codes::UNKNOWN_CHOICE, raw), near).with("choices", titles.join("、"))
}

/// Fills the placeholders `near` and `near_en`.
pub(super) fn did_you_mean(fault: Fault, near: Option<&str>) -> Fault {
    match near {
        Some(near) => {
            fault.with("near", format!("是不是「{near}」?")).with("near_en", format!("did you mean `{near}`? "))
        }
        None => fault.with("near", "").with("near_en", ""),
    }
}

/// The name that is most like a text, if one is like it at all.
pub(super) fn nearest<'n>(text: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let wanted = comparable(text);
    let mut best = None;
    for name in names {
        let likeness = strsim::normalized_damerau_levenshtein(&wanted, &comparable(name));
        if likeness >= ALIKE && best.is_none_or(|(_, most)| likeness > most) {
            best = Some((name, likeness));
        }
    }
    best.map(|(name, _)| name)
}
