//! The result in one sentence and one number, and the years before it. Next: [`show`](mod@super::show).

use liuwu_engine::assessment::FindingKind;
use liuwu_engine::bundle::Better;
use liuwu_engine::number::Number;

use super::subject::Subject;
use crate::error::Problem;
use crate::pages::figures::{Change, Figure};
use crate::pages::grounds;
use crate::pages::rating::{Grade, Year};
use crate::pages::village::{Standing, Third, Verdict};
use crate::state::App;

/// How many years are drawn.
const YEARS: usize = 3;
/// The fewest villages of a town that can be told apart in thirds without naming one.
const FEWEST: usize = 6;

/// The result in one sentence and one number. `before` is the score of the period before.
pub(super) fn verdict(subject: &Subject<'_>, before: Option<Number>) -> Verdict {
    let shown = &subject.shown;
    Verdict {
        rating: shown.rating.clone().unwrap_or_default(),
        grade: if shown.score.is_none() && !shown.vetoed {
            Grade::Withheld
        } else {
            subject.standard.grade(shown.rating.as_deref())
        },
        score: shown.score.map(Figure),
        takes_part: shown.takes_part,
        change: shown.score.map_or(Change::None, |score| Change::between(before, score)),
        veto: shown.vetoed.then(|| veto(subject)),
        listed: listed(subject),
        standing: standing(subject),
    }
}

/// The clause of the veto and why, as far as they are public.
fn veto(subject: &Subject<'_>) -> String {
    let restricted = || subject.language.say("village-veto-restricted").to_string();
    let vetoes = subject.shown.findings.iter().filter(|found| found.kind == FindingKind::Veto && !found.exempted);
    let found = vetoes.filter_map(|found| Some((subject.standard.rule(&found.rule)?, found.reason.as_deref())));
    let words: Vec<String> = found
        .map(|(rule, reason)| {
            let clause = rule.basis.as_deref().unwrap_or(&rule.title);
            let sentence = subject.language.say("village-veto-clause").with("clause", clause);
            sentence.with("reason", reason.unwrap_or(&rule.title)).to_string()
        })
        .collect();
    if words.is_empty() { restricted() } else { words.join("；") }
}

/// Why it is on a list that is followed up; empty when it is on none.
fn listed(subject: &Subject<'_>) -> Vec<String> {
    let lists = subject.standard.followed_up_units().filter(|list| subject.shown.lists.contains(&list.id));
    let mut grounds: Vec<String> = Vec::new();
    for list in lists {
        let stated = grounds::stated(&subject.shown, list);
        grounds.extend(if stated.is_empty() { vec![list.title.clone()] } else { stated });
    }
    grounds
}

/// The part of its town that the village belongs to by its score.
fn standing(subject: &Subject<'_>) -> Option<Standing> {
    let score = subject.shown.score?;
    let town = subject.results.above(&subject.shown.unit)?;
    let of_town = |unit: &str| subject.results.above(unit).is_some_and(|above| above.id == town.id);
    let scores: Vec<Number> =
        subject.results.units().filter(|other| of_town(&other.unit)).filter_map(|other| other.score).collect();
    let better = match subject.standard.bundle.assess.better {
        Better::Higher => scores.iter().filter(|other| **other > score).count(),
        Better::Lower => scores.iter().filter(|other| **other < score).count(),
    };
    third(better, scores.len()).map(|third| Standing { third, villages: scores.len() })
}

/// The third of a number of villages in which one stands that so many stand before.
fn third(before: usize, villages: usize) -> Option<Third> {
    if villages < FEWEST {
        return None;
    }
    Some(match before * 3 / villages {
        0 => Third::First,
        1 => Third::Middle,
        _ => Third::Last,
    })
}

/// The years with results up to the one shown, oldest first. It blocks.
///
/// # Errors
/// When the store fails or a result cannot be read.
pub(super) fn years(app: &App, subject: &Subject<'_>) -> Result<Vec<Year>, Problem> {
    let shown = subject.results.period();
    let same = subject
        .results
        .periods
        .iter()
        .filter(|(period, _)| period.granularity() == shown.granularity() && *period <= shown);
    let mut years = Vec::new();
    for (period, run) in same.take(YEARS) {
        let Some(result) = app.shown_once(run, *period, &subject.shown.unit, &subject.lens)? else { continue };
        years.push(Year {
            title: period.name(),
            score: result.score.map(Figure),
            rating: result.rating.clone().unwrap_or_default(),
            current: *period == shown,
        });
    }
    years.reverse();
    Ok(years)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_never_tells_a_rank_of_few() {
        assert_eq!(third(0, 5), None);
        assert_eq!(third(0, 6), Some(Third::First));
        assert_eq!(third(2, 6), Some(Third::Middle));
        assert_eq!(third(5, 6), Some(Third::Last));
        assert_eq!(third(28, 87), Some(Third::First));
        assert_eq!(third(29, 87), Some(Third::Middle));
    }
}
