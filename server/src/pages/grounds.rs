//! Why a unit is on a list, in words that may be public.
//!
//! Enters: a result as the public may see it, and the list. Leaves: [`Reason`]s. Next: [`village`](super::village).
//!
//! A list's script usually asks for a figure that names the grounds; where it does, the grounds stand in the standard's own
//! words. Otherwise what is public anyway gives them: a veto, the conditions that do not hold, the rating.

use liuwu_engine::assessment::Met;
use liuwu_engine::bundle::List;
use serde_json::Value as Json;

use super::standard::Standard;
use super::words::Language;
use crate::disclosure::{Counted, Shown};

/// Why something is on a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// In words that may be public.
    pub text: String,
    /// The clause; may be empty.
    pub clause: String,
}

/// The grounds in the standard's words: the figures that the list's script asks for and that are lists of texts.
#[must_use]
pub fn stated(shown: &Shown, list: &List) -> Vec<String> {
    let asked = shown.figures.iter().filter(|(id, _)| names(&list.script.text, id));
    let texts = asked.filter_map(|(_, value)| match value {
        Some(Counted::Value(Json::Array(items))) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
        _ => None,
    });
    texts.flat_map(|texts: Vec<String>| texts).collect()
}

/// The conditions that do not hold, each with its article.
#[must_use]
pub fn broken(standard: &Standard<'_>, shown: &Shown, language: Language) -> Vec<Reason> {
    let broken = standard
        .conditions()
        .filter(|criterion| shown.criteria.get(&criterion.id).is_some_and(|result| result.met == Met::NotMet));
    broken
        .map(|criterion| Reason {
            text: language.say("card-not-met").with("title", &criterion.title).to_string(),
            clause: criterion.basis.clone().unwrap_or_default(),
        })
        .collect()
}

/// All that may be said about why a unit is on a list; its title when nothing else may be.
#[must_use]
pub fn of_unit(standard: &Standard<'_>, shown: &Shown, list: &List, language: Language) -> Vec<Reason> {
    let plain = |text: String| Reason { text, clause: String::new() };
    let mut reasons: Vec<Reason> = stated(shown, list).into_iter().map(plain).collect();
    if reasons.is_empty() && shown.vetoed {
        reasons.extend(standard.bundle.rating.vetoed.clone().map(plain));
    }
    reasons.extend(broken(standard, shown, language));
    if reasons.is_empty() {
        reasons.push(plain(shown.rating.clone().unwrap_or_else(|| list.title.clone())));
    }
    reasons
}

/// Whether a script reads a figure.
fn names(script: &str, figure: &str) -> bool {
    script.match_indices("figures.").any(|(start, prefix)| {
        let rest = script.get(start + prefix.len()..).unwrap_or_default();
        let after = rest.strip_prefix(figure).map(|after| after.chars().next());
        after.is_some_and(|next| !next.is_some_and(|letter| letter.is_alphanumeric() || letter == '_'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_read_by_its_whole_name() {
        assert!(names("figures.grounds.len() > 0", "grounds"));
        assert!(names("vetoed || figures.grounds", "grounds"));
        assert!(!names("figures.grounds_of(x)", "grounds"));
        assert!(!names("grounds > 0", "grounds"));
    }
}
