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
use crate::pages::links;
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

/// Adds a line, or to the line before what belongs to it.
fn add(subject: &Subject<'_>, lines: &mut Vec<Line>, line: &ShownLine) -> Result<(), NumberError> {
    if line.inside.is_some() {
        lines.push(Line::Inside(Box::new(written(subject, line))));
        return Ok(());
    }
    match (lines.last_mut(), &line.what) {
        (Some(last), ShownLineKind::RuleCap(rule)) if is_of(subject, last, rule) => cap(subject, last, line.adds),
        (last, _) => match (last, written(subject, line)) {
            (Some(Line::Finding(last)), Line::Finding(next)) if is_more_of(last, &next) => join(last, &next),
            (_, next) => {
                lines.push(next);
                Ok(())
            }
        },
    }
}

/// Whether a line is about a rule.
fn is_of(subject: &Subject<'_>, line: &Line, rule: &str) -> bool {
    let rule = subject.standard.rule(rule).map(|rule| (rule.title.as_str(), rule.basis.as_deref().unwrap_or_default()));
    match line {
        Line::Finding(finding) => {
            !matches!(finding.standing, Standing::Exempt { .. })
                && rule == Some((finding.title.as_str(), finding.clause.as_str()))
        }
        Line::Counted { title, clause, .. } => rule == Some((title.as_str(), clause.as_str())),
        Line::Withheld { .. } | Line::Adjustment { .. } | Line::Inside(_) => false,
    }
}

/// Writes what the cap of a clause gives back on the line of its findings, so that the line says what counts.
fn cap(subject: &Subject<'_>, line: &mut Line, adds: Number) -> Result<(), NumberError> {
    match line {
        Line::Finding(finding) => {
            open(finding);
            let reason = subject.language.say("ledger-cap").to_string();
            finding.parts.push(Part { reason, points: Points(adds), is_cap: true });
            finding.points = Points(finding.points.0.add(adds)?);
        }
        Line::Counted { points, capped, .. } => {
            *points = Points(points.0.add(adds)?);
            *capped = true;
        }
        Line::Withheld { .. } | Line::Adjustment { .. } | Line::Inside(_) => {}
    }
    Ok(())
}

/// Whether a finding is of the same clause as the one before it. An exemption keeps its own line, with its own reason.
fn is_more_of(last: &Finding, next: &Finding) -> bool {
    let plain = |finding: &Finding| !matches!(finding.standing, Standing::Exempt { .. });
    last.title == next.title && last.clause == next.clause && plain(last) && plain(next)
}

/// Turns the single reason of a line into the first of its parts.
fn open(line: &mut Finding) {
    if line.parts.is_empty() {
        line.parts.push(Part { reason: std::mem::take(&mut line.reason), points: line.points, is_cap: false });
    }
}

/// Writes a further finding of a clause on the line of the ones before.
fn join(last: &mut Finding, next: &Finding) -> Result<(), NumberError> {
    open(last);
    last.parts.push(Part { reason: next.reason.clone(), points: next.points, is_cap: false });
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
        return Line::Counted { title, clause, department, count, points, capped: false };
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
        let reason = subject.exemption(place, found).map(|exemption| match &exemption.approved_by {
            Some(by) => subject.language.say("finding-exempt-by").with("reason", &exemption.reason).with("by", by),
            None => subject.language.say("finding-exempt-because").with("reason", &exemption.reason),
        });
        return Standing::Exempt { instead_of: Points(found.points), reason: reason.map(|reason| reason.to_string()) };
    }
    let mend = subject.standard.mend(&found.rule, &subject.kinds_of(place));
    if mend.is_some() && subject.is_loss(found.counted) { Standing::Mendable } else { Standing::Counts }
}

fn evidence(subject: &Subject<'_>, place: usize, found: &ShownFinding) -> Vec<Evidence> {
    let (records, late, ids) = (subject.records_of(place), subject.lateness_of(place), subject.ids_of(place));
    let kinds = &subject.standard.bundle.dictionary.kinds;
    let named = found.evidence.iter().enumerate().map(|(at, evidence)| {
        let record = records.get(at).copied().flatten();
        Evidence {
            kind: kinds.get(&evidence.kind).map_or_else(|| evidence.kind.clone(), |kind| kind.title.clone()),
            number: evidence.number.clone().or_else(|| record.and_then(facts::number)),
            date: evidence.date,
            place: evidence.place.clone(),
            late: late.get(at).copied().flatten(),
            link: ids.get(at).copied().flatten().map(links::record),
        }
    });
    named.collect()
}
