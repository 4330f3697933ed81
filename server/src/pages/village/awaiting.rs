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
    let rule = subject.standard.rule(id);
    let criterion = subject.standard.criterion_of(id).map_or_else(String::new, |criterion| criterion.title.clone());
    let kind = missing_kind(subject, id);
    let named = || rule.map_or_else(|| id.to_owned(), |rule| rule.title.clone());
    let general = || subject.language.say("village-missing-rule").with("rule", named()).to_string();
    let missing = match kind {
        Some(_) => subject.remark(id).unwrap_or_else(general),
        None => general(),
    };
    let owed_by = kind.and_then(|kind| kind.department.clone());
    Awaited {
        criterion,
        missing,
        department: owed_by.or_else(|| rule.and_then(|rule| rule.department.clone())).unwrap_or_default(),
        since: kind.and_then(|kind| since(subject, kind)),
    }
}

/// The kind of record that a rule found missing: the one that its remark names. A remark that is not public names none.
fn missing_kind<'a>(subject: &Subject<'a>, rule: &str) -> Option<&'a Kind> {
    let remark = subject.shown.remarks.iter().find(|remark| remark.about.as_ref() == rule)?;
    let kinds = subject.standard.bundle.dictionary.kinds.values();
    kinds.map(AsRef::as_ref).find(|kind| remark.zh.contains(&format!("「{}」", kind.title)))
}

/// The first day for which a kind is owed and not handed in.
fn since(subject: &Subject<'_>, kind: &Kind) -> Option<Date> {
    let view = &subject.results.view;
    let unit = subject.shown.unit.as_str();
    let areas: Vec<&str> = std::iter::once(unit).chain(view.units.above(unit).map(|row| row.id.as_str())).collect();
    let missing = subject.coverage.missing(kind, &areas, view.period, view.run.as_of);
    missing.into_iter().map(|(from, _)| from).min()
}
