//! Whether two scripts, and what the engine does with them, are alike.

use super::{Part, Side};
use crate::assess::plan::Pipeline;
use crate::assess::steps::Step;
use crate::bundle::{Band, Compare, CompareBy, Criterion, Each, Parameter, ParameterValue, Rating, Rule};
use crate::script::Reads;

/// Whether two scripts come to the same over what they read of the steps before them.
pub(super) fn scripts((one, one_part): (&Side, &Part), (other, part): (&Side, &Part)) -> bool {
    let (Some(one_reads), Some(reads)) = (one_part.reads, part.reads) else { return false };
    one_part.program.says_the_same(part.program)
        && one_reads.computes == reads.computes
        && reads.words.iter().all(|word| one.plan.functions().get(word) == other.plan.functions().get(word))
        && parameters(one, other, reads)
        && kinds(one, other, &Vec::from_iter(&one_reads.kinds), &Vec::from_iter(&reads.kinds))
        && attributes(one, other, |name| reads.computes || reads.words.contains(name))
}

fn parameters(one: &Side, other: &Side, reads: &Reads) -> bool {
    let all = [one, other].map(|side| &side.plan.bundle.parameters);
    let [ours, theirs] = all;
    let mut named = all.into_iter().flat_map(|parameters| parameters.keys());
    named.all(|name| {
        let is_read = reads.computes || reads.words.contains(name);
        !is_read || matches!((ours.get(name), theirs.get(name)), (Some(one), Some(other)) if parameter(one, other))
    })
}

fn parameter(one: &Parameter, other: &Parameter) -> bool {
    let values = match (&one.value, &other.value) {
        (ParameterValue::Fixed(one), ParameterValue::Fixed(other)) => one == other,
        (ParameterValue::Dated(one), ParameterValue::Dated(other)) => one == other,
        _ => false,
    };
    values && one.title == other.title
}

/// Whether both read the same kinds, and mean the same by them. A nested structure may stand anywhere.
fn kinds(one: &Side, other: &Side, one_kinds: &[&String], kinds: &[&String]) -> bool {
    let [ours, theirs] = [one, other].map(|side| &side.plan.bundle.dictionary);
    let is_like = |kind: &&String| matches!((ours.kinds.get(*kind), theirs.kinds.get(*kind)), (Some(one), Some(other)) if one.is_like(other));
    one_kinds == kinds && ours.has_shapes_like(theirs) && kinds.iter().all(is_like)
}

/// Whether both mean the same by the attributes that are read.
fn attributes(one: &Side, other: &Side, is_read: impl Fn(&str) -> bool) -> bool {
    let all = [one, other].map(|side| &side.plan.bundle.dictionary.attributes);
    let [ours, theirs] = all;
    all.into_iter()
        .flat_map(|attributes| attributes.keys())
        .filter(|name| is_read(name))
        .all(|name| matches!((ours.get(name), theirs.get(name)), (Some(one), Some(other)) if one.is_like(other)))
}

/// Whether the engine does the same with what the scripts of a step say.
pub(super) fn handling((one, one_step): (&Side, Step), (other, step): (&Side, Step)) -> bool {
    let [ours, theirs] = [one.pipeline, other.pipeline];
    let compares = groups(one, other, (ours.compare_of(one_step), theirs.compare_of(step)));
    compares
        && match (one_step, step) {
            (Step::TakesPart, Step::TakesPart) => true,
            (Step::Figure(one), Step::Figure(other)) => {
                let is_final = |place: usize, of: &Pipeline| of.figures.get(place).map(|figure| figure.is_final);
                is_final(one, ours) == is_final(other, theirs)
            }
            (Step::Rule(one_place), Step::Rule(place)) => {
                let (Some(one_plan), Some(plan)) = (ours.rules.get(one_place), theirs.rules.get(place)) else {
                    return false;
                };
                let better = |side: &Side| side.plan.bundle.assess.better;
                one_plan.rule.caps == plan.rule.caps
                    && one_plan.applies.is_some() == plan.applies.is_some()
                    && better(one) == better(other)
            }
            (Step::Score, Step::Score) => ours.round == theirs.round && sums(one, other) && ratings(one, other),
            (Step::Rating, Step::Rating) => ratings(one, other),
            (Step::List(one_place), Step::List(place)) => {
                let each = |place: usize, of: &Pipeline| of.lists.get(place).map(|list| list.each.clone());
                match (each(one_place, ours), each(place, theirs)) {
                    (Some(Each::Record(one_kinds)), Some(Each::Record(all))) => {
                        kinds(one, other, &Vec::from_iter(&one_kinds), &Vec::from_iter(&all))
                    }
                    (one, other) => one == other,
                }
            }
            _ => false,
        }
}

/// Whether two steps compare with the same units.
fn groups(one: &Side, other: &Side, pair: (Option<&Compare>, Option<&Compare>)) -> bool {
    let (None, None) = pair else {
        let (Some(one_compare), Some(compare)) = pair else { return false };
        let is_named = |name: &str| compare.by.iter().any(|by| *by == CompareBy::Attribute(name.to_owned()));
        return one_compare == compare && attributes(one, other, is_named);
    };
    true
}

/// Whether points are added up in the same way.
pub(super) fn sums(one: &Side, other: &Side) -> bool {
    let incomplete = |side: &Side| -> Vec<_> {
        let own = side.pipeline.rules.iter().map(|plan| plan.incomplete);
        own.chain([side.plan.bundle.assess.incomplete]).collect()
    };
    let [ours, theirs] = [one.pipeline, other.pipeline];
    (ours.base, ours.floor, ours.ceiling) == (theirs.base, theirs.floor, theirs.ceiling)
        && incomplete(one) == incomplete(other)
        && criteria(&ours.criteria, &theirs.criteria)
}

fn criteria(one: &[Criterion], other: &[Criterion]) -> bool {
    let of_rule = |rule: &Rule| (rule.id.clone(), rule.weight);
    let pair = |(one, other): (&Criterion, &Criterion)| {
        (&one.id, one.base, one.floor, one.ceiling) == (&other.id, other.base, other.floor, other.ceiling)
            && (one.combine, one.weight, &one.caps) == (other.combine, other.weight, &other.caps)
            && one.rules.iter().map(of_rule).eq(other.rules.iter().map(of_rule))
            && criteria(&one.criteria, &other.criteria)
    };
    one.len() == other.len() && one.iter().zip(other).all(pair)
}

/// Whether scores become ratings in the same way, the script left aside.
pub(super) fn ratings(one: &Side, other: &Side) -> bool {
    let band = |band: &Band| (band.name.clone(), band.lower, band.upper);
    let words = |rating: &Rating| {
        (rating.ladder.clone(), rating.vetoed.clone(), rating.incomplete.clone(), rating.not_rated.clone())
    };
    let [ours, theirs] = [one, other].map(|side| &side.pipeline.rating);
    words(ours) == words(theirs) && ours.bands.iter().map(band).eq(theirs.bands.iter().map(band))
}
