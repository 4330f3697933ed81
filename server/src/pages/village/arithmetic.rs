//! The arithmetic of a village's score as a paper ledger: the base on one line, then one line for each clause.
//!
//! Enters: the lines of the disclosure, which add up. Leaves: a [`Ledger`] whose lines add up too. What several facts of one
//! clause take away stands on one line that opens to each of them. Next: [`super::mending`].

use liuwu_engine::assessment::FindingKind;
use liuwu_engine::number::{Number, NumberError};

use super::subject::Subject;
use crate::disclosure::{ShownFinding, ShownLine, ShownLineKind};
use crate::pages::facts;
use crate::pages::figures::{Figure, Points};
use crate::pages::ledger::{Evidence, Finding, Ledger, Line, Part, Standing};
use crate::pages::words::Sentence;

/// The arithmetic of a village's score.
///
/// # Errors
/// When points cannot be added up.
pub(super) fn ledger(subject: &Subject<'_>) -> Result<Ledger, NumberError> {
    let mut ledger = Ledger { base: Figure(Number::ZERO), lines: Vec::new(), result: subject.shown.score.map(Figure) };
    for line in &subject.shown.ledger {
        let starts = matches!(line.what, ShownLineKind::Base | ShownLineKind::CriterionBase(_));
        if starts && line.inside.is_none() {
            ledger.base = Figure(ledger.base.0.add(line.adds)?);
        } else {
            add(subject, &mut ledger.lines, line)?;
        }
    }
    // Lines that would tell what is not public are left out while there is no score; the base stands in the standard.
    if subject.shown.ledger.is_empty() {
        ledger.base = Figure(subject.standard.base().unwrap_or_default());
    }
    Ok(ledger)
}

fn add(subject: &Subject<'_>, lines: &mut Vec<Line>, line: &ShownLine) -> Result<(), NumberError> {
    let next = written(subject, line);
    if line.inside.is_some() {
        lines.push(Line::Inside(Box::new(next)));
        return Ok(());
    }
    if let (Some(Line::Finding(last)), Line::Finding(next)) = (lines.last_mut(), &next)
        && is_more_of(last, next)
    {
        return join(last, next);
    }
    lines.push(next);
    Ok(())
}

/// Whether a finding is of the same clause as the one before it. An exemption keeps its own line, with its own reason.
fn is_more_of(last: &Finding, next: &Finding) -> bool {
    let plain = |finding: &Finding| !matches!(finding.standing, Standing::Exempt { .. });
    last.title == next.title && last.clause == next.clause && plain(last) && plain(next)
}

/// Writes a further finding of a clause on the line of the ones before.
fn join(last: &mut Finding, next: &Finding) -> Result<(), NumberError> {
    if last.parts.is_empty() {
        last.parts.push(Part { reason: std::mem::take(&mut last.reason), points: last.points });
    }
    last.parts.push(Part { reason: next.reason.clone(), points: next.points });
    last.points = Points(last.points.0.add(next.points.0)?);
    last.breach |= next.breach;
    last.date = None;
    for evidence in &next.evidence {
        if !last.evidence.contains(evidence) {
            last.evidence.push(evidence.clone());
        }
    }
    Ok(())
}

fn written(subject: &Subject<'_>, line: &ShownLine) -> Line {
    let say = |key: &'static str| subject.language.say(key);
    let points = Points(line.adds);
    let plain = |sentence: Sentence| Line::Adjustment { title: sentence.to_string(), clause: None, points };
    let of_criterion = |key: &'static str, id: &str| {
        let criterion = subject.standard.criterion(id);
        let title = criterion.map_or(id, |criterion| criterion.title.as_str());
        let clause = criterion.and_then(|criterion| criterion.basis.clone());
        Line::Adjustment { title: say(key).with("title", title).to_string(), clause, points }
    };
    let of_rule = |key: &'static str, id: &str| {
        let rule = subject.standard.rule(id);
        let title = rule.map_or(id, |rule| rule.title.as_str());
        let clause = rule.and_then(|rule| rule.basis.clone());
        Line::Adjustment { title: say(key).with("title", title).to_string(), clause, points }
    };
    match &line.what {
        ShownLineKind::Finding(place) | ShownLineKind::Exempted(place) => found(subject, *place, points),
        ShownLineKind::RuleCap(id) => of_rule("ledger-rule-cap", id),
        ShownLineKind::SharedCap(id) => of_rule("ledger-shared-cap", id),
        ShownLineKind::CriterionBase(id) => of_criterion("ledger-criterion-base", id),
        ShownLineKind::Combined(id) => of_criterion("ledger-combined", id),
        ShownLineKind::CriterionFloor(id) => of_criterion("ledger-criterion-floor", id),
        ShownLineKind::CriterionCeiling(id) => of_criterion("ledger-criterion-ceiling", id),
        ShownLineKind::Criterion(id) => of_criterion("ledger-criterion", id),
        ShownLineKind::Withheld => Line::Withheld { points },
        ShownLineKind::Base => plain(say("ledger-base")),
        ShownLineKind::Floor => plain(say("ledger-floor")),
        ShownLineKind::Ceiling => plain(say("ledger-ceiling")),
        ShownLineKind::Script => plain(say("ledger-script")),
        ShownLineKind::Rounding => plain(say("ledger-rounding")),
    }
}

/// The line of a finding: in full, or its count and points.
fn found(subject: &Subject<'_>, place: usize, points: Points) -> Line {
    // The disclosure names only places that it has filled.
    let Some(found) = subject.shown.findings.get(place) else { return Line::Withheld { points } };
    let rule = subject.standard.rule(&found.rule);
    let title = rule.map_or_else(|| found.rule.clone(), |rule| rule.title.clone());
    let clause = rule.and_then(|rule| rule.basis.clone()).unwrap_or_default();
    let department = rule.and_then(|rule| rule.department.clone()).unwrap_or_default();
    if let Some(count) = found.facts {
        return Line::Counted { title, clause, department, count, points };
    }
    let evidence = evidence(subject, place, found);
    let date = match evidence.as_slice() {
        [only] => Some(only.date),
        _ => None,
    };
    Line::Finding(Box::new(Finding {
        title,
        reason: found.reason.clone().unwrap_or_default(),
        parts: Vec::new(),
        date,
        clause,
        clause_text: None,
        department,
        points,
        breach: breaks(subject, found),
        standing: standing(subject, place, found),
        evidence,
        reply: None,
        appeal_link: None,
    }))
}

/// Whether the same fact also breaks its condition.
fn breaks(subject: &Subject<'_>, found: &ShownFinding) -> bool {
    subject
        .findings_of(&found.rule)
        .any(|(_, other)| other.kind == FindingKind::Breach && !other.exempted && other.evidence == found.evidence)
}

fn standing(subject: &Subject<'_>, place: usize, found: &ShownFinding) -> Standing {
    if found.exempted {
        let exemption = subject.exemptions.iter().find(|exemption| exemption.rule == found.rule);
        let reason = exemption.map(|exemption| exemption.reason.clone()).unwrap_or_default();
        return Standing::Exempt { instead_of: Points(found.points), reason };
    }
    let mend = subject.standard.mend(&found.rule, &subject.kinds_of(place));
    if mend.is_some() && subject.is_loss(found.counted) { Standing::Mendable } else { Standing::Counts }
}

fn evidence(subject: &Subject<'_>, place: usize, found: &ShownFinding) -> Vec<Evidence> {
    let records = subject.records_of(place);
    let kinds = &subject.standard.bundle.dictionary.kinds;
    let named = found.evidence.iter().enumerate().map(|(at, evidence)| {
        let record = records.get(at).copied().flatten();
        Evidence {
            kind: kinds.get(&evidence.kind).map_or_else(|| evidence.kind.clone(), |kind| kind.title.clone()),
            number: evidence.number.clone().or_else(|| record.and_then(facts::number)),
            date: evidence.date,
            place: evidence.place.clone(),
        }
    });
    named.collect()
}
