//! What no single section can see: whether the parts of a bundle fit together.
//!
//! Enters: a [`Bundle`] as read. Leaves: faults and remarks. Scripts are checked later, by [`crate::script`].

use super::keys::Keys;
use super::model::{Action, Body, Bundle, Combine, Criterion, Place, Rule};
use super::reader::Reader;
use crate::codes::bundle as code;
use crate::diagnostic::Diagnostic;
use crate::number::Number;

/// Checks the whole.
pub(super) fn check(bundle: &Bundle, file: &Keys<'_>) {
    let reader = file.reader;
    if reader.has_outline() && bundle.all_rules().is_empty() && bundle.assess.score.is_none() {
        reader.fault(file.place, Diagnostic::new(&code::NOTHING_SCORED));
    }
    for criterion in &bundle.criteria {
        self::criterion(reader, criterion, None, false);
    }
}

/// A criterion, its rules and its sub-criteria. `above` is the criterion that holds it; `clause` says whether one further up
/// names its clause.
fn criterion(reader: &Reader, criterion: &Criterion, above: Option<&Criterion>, clause: bool) {
    let clause = clause || criterion.basis.is_some();
    weight(reader, criterion.weight, (&criterion.id, criterion.place), above);
    for rule in &criterion.rules {
        weight(reader, rule.weight, (&rule.id, rule.place), Some(criterion));
        self::clause(reader, rule, clause);
    }
    if criterion.combine == Combine::Weighted {
        weights_add_up(reader, criterion);
    }
    if criterion.rules.is_empty() && criterion.criteria.is_empty() {
        reader.fault(criterion.place, Diagnostic::new(&code::EMPTY_CRITERION).with("name", &criterion.id));
    }
    for part in &criterion.criteria {
        self::criterion(reader, part, Some(criterion), clause);
    }
}

/// A part has a weight exactly when the criterion above it is weighted.
fn weight(reader: &Reader, weight: Option<Number>, (id, place): (&str, Place), above: Option<&Criterion>) {
    let weighted = above.is_some_and(|above| above.combine == Combine::Weighted);
    let fault = match weight {
        None if weighted => &code::WEIGHT_MISSING,
        Some(weight) if weight.is_negative() => &code::WEIGHT_NEGATIVE,
        Some(_) if !weighted => &code::WEIGHT_UNUSED,
        _ => return,
    };
    reader.fault(place, Diagnostic::new(fault).with("name", id));
}

fn weights_add_up(reader: &Reader, criterion: &Criterion) {
    let of_rules = criterion.rules.iter().map(|rule| rule.weight);
    let weights: Vec<Option<Number>> = of_rules.chain(criterion.criteria.iter().map(|part| part.weight)).collect();
    if !weights.is_empty() && weights.iter().all(|weight| weight.is_some_and(Number::is_zero)) {
        reader.fault(criterion.place, Diagnostic::new(&code::WEIGHTS_ZERO).with("name", &criterion.id));
    }
}

/// A veto names its own clause; any other rule has one, or a criterion above it has, or it only remarks on something.
fn clause(reader: &Reader, rule: &Rule, above: bool) {
    if rule.basis.is_some() {
        return;
    }
    let vetoes = matches!(&rule.body, Body::Short(short) if !short.veto.is_never());
    let remark_only = matches!(&rule.body, Body::Short(short)
        if matches!(short.action, Some(Action::Note)) && short.breach.is_never());
    if vetoes {
        reader.fault(rule.place, Diagnostic::new(&code::VETO_WITHOUT_CLAUSE).with("name", &rule.id));
    } else if !above && !remark_only {
        reader.fault(rule.place, Diagnostic::new(&code::RULE_WITHOUT_CLAUSE).with("name", &rule.id));
    }
}
