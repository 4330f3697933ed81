//! Which kinds of records a rule rests on: those its scripts read, and those that what they name rests on.
//!
//! Enters: what each script of an edition reads, as the engine has checked it. Leaves: the kinds, by rule. Next: [`super`].

use std::collections::BTreeSet;

use liuwu_engine::assess::Plan;
use liuwu_engine::script::{Post, Reads};

/// Something that a script can name, and on which it rests then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Named<'p> {
    Figure(&'p str),
    Rule(&'p str),
    Criterion(&'p str),
}

/// The kinds that a rule cannot be checked without.
pub(super) fn kinds_of<'p>(plan: &'p Plan, rule: &'p str) -> BTreeSet<&'p str> {
    let mut kinds = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut next = vec![Named::Rule(rule)];
    while let Some(named) = next.pop() {
        if !seen.insert(named) {
            continue;
        }
        for reads in scripts_of(plan, named) {
            kinds.extend(reads.kinds.iter().map(String::as_str));
            next.extend(reads.figures.iter().map(|id| Named::Figure(id)));
            next.extend(reads.rules.iter().map(|id| Named::Rule(id)));
            next.extend(reads.criteria.iter().chain(&reads.met).map(|id| Named::Criterion(id)));
        }
        if let Named::Criterion(id) = named {
            let criterion = plan.bundle.all_criteria().into_iter().find(|criterion| criterion.id == id);
            next.extend(criterion.into_iter().flat_map(|own| &own.rules).map(|rule| Named::Rule(&rule.id)));
            next.extend(criterion.into_iter().flat_map(|own| &own.criteria).map(|part| Named::Criterion(&part.id)));
        }
    }
    kinds
}

/// What the scripts behind a name read.
fn scripts_of<'p>(plan: &'p Plan, named: Named<'p>) -> impl Iterator<Item = &'p Reads> {
    let rules = plan.bundle.all_rules();
    let rule = |place: usize| rules.get(place).map(|rule| Named::Rule(&rule.id));
    let figure = |place: usize| plan.bundle.figures.get(place).map(|figure| Named::Figure(&figure.id));
    let own = plan.reads().iter().filter(|script| script.roll_up.is_none());
    let of = own.filter(move |script| match script.post {
        Post::Rule(place) | Post::Applies(place) => rule(place) == Some(named),
        Post::Figure(place) | Post::FinalFigure(place) => figure(place) == Some(named),
        _ => false,
    });
    of.map(|script| &script.reads).collect::<Vec<_>>().into_iter()
}
