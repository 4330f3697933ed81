//! What could not be checked: what is missing, who owes it, since when. Next: [`super::verdict`].

use jiff::civil::Date;
use liuwu_engine::assessment::Met;
use liuwu_engine::dictionary::Kind;

use super::subject::Subject;
use crate::pages::village::Awaited;

/// What could not be checked, in the order of the standard; what several rules of a criterion wait for stands once.
pub(super) fn awaited(subject: &Subject<'_>) -> Vec<Awaited> {
    let mut all: Vec<Awaited> = Vec::new();
    for (rule, ended) in &subject.shown.rules {
        if ended.met != Met::Unchecked {
            continue;
        }
        let one = of_rule(subject, rule);
        if !all.contains(&one) {
            all.push(one);
        }
    }
    all
}

fn of_rule(subject: &Subject<'_>, id: &str) -> Awaited {
    let missing = subject.missing(id);
    Awaited {
        criterion: subject.standard.criterion_of(id).map(|criterion| criterion.title.clone()).unwrap_or_default(),
        missing: missing.text,
        department: missing.department,
        since: missing.kind.and_then(|kind| since(subject, kind)),
    }
}

/// The first day for which a kind is owed and not handed in.
fn since(subject: &Subject<'_>, kind: &Kind) -> Option<Date> {
    let view = &subject.results.view;
    let unit = subject.shown.unit.as_str();
    let areas: Vec<&str> = std::iter::once(unit).chain(view.units.above(unit).map(|row| row.id.as_str())).collect();
    let missing = subject.coverage.missing(kind, &areas, view.period, view.run.as_of);
    missing.into_iter().map(|(from, _)| from).min()
}
