//! What would raise the score: the findings that count and that the standard says can still be put right.
//!
//! A finding gives back what of it counts. Whether all of that shows in the score depends on caps, floors and on what is put
//! right beside it, so pages say 「最多可恢复」. Next: [`super::awaiting`].

use std::cmp::Reverse;

use jiff::civil::Date;
use liuwu_engine::assessment::Met;
use liuwu_engine::bundle::{Better, Rule};
use liuwu_engine::dictionary::Mend;
use liuwu_engine::number::{Number, NumberError};
use liuwu_engine::period::days_between;

use super::subject::Subject;
use crate::disclosure::ShownFinding;
use crate::pages::due::Due;
use crate::pages::facts;
use crate::pages::figures::{Figure, Points};
use crate::pages::frame::Frame;
use crate::pages::rating::BandLine;
use crate::pages::village::{MendItem, Mending};

/// What would raise the score, the most rewarding first; of those that give the same, the most urgent.
///
/// # Errors
/// When points cannot be added up.
pub(super) fn mending(subject: &Subject<'_>, frame: &Frame) -> Result<Mending, NumberError> {
    let mut items = Vec::new();
    for rule in subject.standard.bundle.all_rules() {
        items.extend(item(subject, frame, rule)?);
    }
    let urgency = |item: &MendItem| (Reverse(item.points), item.due.is_none(), item.due.map(|due| due.date));
    items.sort_by_key(urgency);
    let points = Number::sum(items.iter().map(|item| item.points.0))?;
    let reach = match subject.shown.score {
        Some(score) if !items.is_empty() => Some(reach(subject, score, points)?),
        _ => None,
    };
    let next = reach.and_then(|reach| next(subject, reach));
    Ok(Mending { items, points: Figure(points), reach: reach.map(Figure), next })
}

/// What can be put right under one rule.
fn item(subject: &Subject<'_>, frame: &Frame, rule: &Rule) -> Result<Option<MendItem>, NumberError> {
    let counts = |finding: &ShownFinding| !finding.exempted && subject.is_loss(finding.counted);
    let found: Vec<(usize, &ShownFinding)> =
        subject.findings_of(&rule.id).filter(|(_, finding)| counts(finding)).collect();
    let mend = found.iter().find_map(|(place, _)| subject.standard.mend(&rule.id, &subject.kinds_of(*place)));
    let Some(mend) = mend else { return Ok(None) };
    let points = Number::sum(found.iter().map(|(_, finding)| finding.counted))?.abs();
    let as_of = subject.results.view.run.as_of;
    let days = found.iter().filter_map(|(place, _)| term(subject, *place));
    Ok(Some(MendItem {
        title: title(frame, rule, mend, &found),
        points: Points(points),
        due: days.min().map(|date| Due { date, days_left: days_between(as_of, date) }),
        department: rule.department.clone().unwrap_or_default(),
        telephone: None,
        clause: rule.basis.clone().unwrap_or_default(),
        link: None,
    }))
}

/// What to do, and about what: the reason of a single finding, the number of several.
fn title(frame: &Frame, rule: &Rule, mend: &Mend, found: &[(usize, &ShownFinding)]) -> String {
    match found {
        [(_, ShownFinding { facts: Some(count), .. })] => {
            frame.say("village-mend-some").with("title", &mend.title).with("count", frame.public_count(count))
        }
        [(_, ShownFinding { reason: Some(reason), .. })] => {
            frame.say("village-mend-one").with("title", &mend.title).with("reason", reason)
        }
        [_] => frame.say("village-mend-named").with("title", &mend.title).with("rule", &rule.title),
        several => frame.say("village-mend-some").with("title", &mend.title).with("count", several.len()),
    }
    .to_string()
}

/// The earliest term among the records of a finding.
fn term(subject: &Subject<'_>, place: usize) -> Option<Date> {
    subject.records_of(place).into_iter().flatten().filter_map(facts::term).min()
}

/// The score with everything put right, as far as the standard lets a score go.
fn reach(subject: &Subject<'_>, score: Number, points: Number) -> Result<Number, NumberError> {
    let assess = &subject.standard.bundle.assess;
    Ok(match assess.better {
        Better::Higher => {
            let reach = score.add(points)?;
            assess.ceiling.map_or(reach, |ceiling| reach.min(ceiling))
        }
        Better::Lower => {
            let reach = score.sub(points)?;
            assess.floor.map_or(reach, |floor| reach.max(floor))
        }
    })
}

/// The best rating whose line would be reached and is not yet. None where something other than the score stands in the way.
fn next(subject: &Subject<'_>, reach: Number) -> Option<BandLine> {
    let shown = &subject.shown;
    let mut conditions = subject.standard.conditions().filter_map(|criterion| shown.criteria.get(&criterion.id));
    if shown.vetoed || conditions.any(|result| matches!(result.met, Met::NotMet | Met::Unchecked)) {
        return None;
    }
    let score = shown.score?;
    let bands = subject.standard.bands().into_iter();
    bands.filter(|band| band.from.0 > score && band.from.0 <= reach).max_by_key(|band| band.from)
}
