//! The cards: each condition of the standard with its clauses, as far as the public may see them. Next: [`super::arithmetic`].

use liuwu_engine::assessment::{FindingKind, Met, Outcome};
use liuwu_engine::bundle::Rule;
use liuwu_engine::number::{Number, NumberError};

use super::subject::Subject;
use crate::disclosure::{ShownFinding, ShownRule};
use crate::pages::cards::{Card, CardClause, Detail, State};
use crate::pages::figures::{Points, PublicCount};
use crate::pages::standard::rules_in;

/// Reasons that are written out one after the other.
const REASONS: usize = 3;

/// The cards in the order of the standard.
pub(super) fn cards(subject: &Subject<'_>) -> Result<Vec<Card>, NumberError> {
    let conditions = subject.standard.conditions();
    conditions
        .filter_map(|criterion| {
            let result = subject.shown.criteria.get(&criterion.id)?;
            let clauses = rules_in(criterion).into_iter().map(|rule| clause(subject, rule)).collect();
            Some((criterion, result.met, clauses))
        })
        .map(|(criterion, met, clauses): (_, _, Result<Vec<CardClause>, NumberError>)| {
            Ok(Card {
                title: criterion.title.clone(),
                article: criterion.basis.clone().unwrap_or_default(),
                state: state_of(met),
                clauses: clauses?,
            })
        })
        .collect()
}

fn state_of(met: Met) -> State {
    match met {
        Met::Met => State::Met,
        Met::NotMet => State::NotMet,
        Met::Unchecked => State::Awaited,
        Met::NotApplicable => State::NotApplicable,
    }
}

fn clause(subject: &Subject<'_>, rule: &Rule) -> Result<CardClause, NumberError> {
    let findings: Vec<&ShownFinding> = subject.findings_of(&rule.id).map(|(_, finding)| finding).collect();
    let ended = subject.shown.rules.get(&rule.id).copied();
    let ended = ended.unwrap_or(ShownRule { met: Met::NotApplicable, outcome: None });
    Ok(CardClause {
        title: rule.title.clone(),
        clause: rule.basis.clone().unwrap_or_default(),
        department: rule.department.clone().unwrap_or_default(),
        state: clause_state(ended, findings.iter().any(|finding| subject.is_loss(finding.counted))),
        detail: detail(subject, &rule.id, ended, &findings)?,
    })
}

/// The state of a clause: points that are lost without breaking the condition are told apart from a clean clause.
fn clause_state(ended: ShownRule, loses: bool) -> State {
    match state_of(ended.met) {
        State::Met if loses => State::Deducted,
        state => state,
    }
}

/// What of a clause may be seen: the disclosure has left out outcome, reasons or findings accordingly.
fn detail(
    subject: &Subject<'_>,
    rule: &str,
    ended: ShownRule,
    findings: &[&ShownFinding],
) -> Result<Detail, NumberError> {
    let Some(outcome) = ended.outcome else { return Ok(Detail::State) };
    let points = Points(Number::sum(findings.iter().map(|finding| finding.counted))?);
    if let Some(count) = counted(findings) {
        return Ok(Detail::Points { count, points });
    }
    let reason = match outcome {
        Outcome::CannotCheck => subject.missing(rule).text,
        Outcome::NotApplicable => subject.remark(rule).unwrap_or_default(),
        Outcome::Clean | Outcome::Findings => reasons(subject, findings),
    };
    Ok(Detail::Full { reason, points })
}

/// How many facts a rule of which only counts are public found: those of the findings that move points, or of any.
fn counted(findings: &[&ShownFinding]) -> Option<PublicCount> {
    let moves = |finding: &&&ShownFinding| matches!(finding.kind, FindingKind::Deduct | FindingKind::Award);
    findings.iter().find(moves).or_else(|| findings.first()).and_then(|finding| finding.facts)
}

/// The reasons of findings in one line; a reason that several findings give stands once.
fn reasons(subject: &Subject<'_>, findings: &[&ShownFinding]) -> String {
    let mut reasons: Vec<&str> = Vec::new();
    for reason in findings.iter().filter_map(|finding| finding.reason.as_deref()) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    let first = reasons.iter().take(REASONS).copied().collect::<Vec<_>>().join("；");
    if reasons.len() <= REASONS {
        return first;
    }
    subject.language.say("card-reasons").with("reasons", first).count("count", reasons.len()).to_string()
}
