//! Which units must be scored together: a unit and all it may be compared with.
//!
//! Enters: a bundle, and the units by level with what stands above each. Leaves: portions that can be scored one by one with the
//! same results as all at once. What is rolled up is no reason to score together: it is added up afterwards.

use std::collections::BTreeMap;

use crate::bundle::{Bundle, Compare, CompareBy};

/// How far the scripts of a standard look beyond the unit at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// Not at all.
    Unit,
    /// At units below the same unit of one of these levels, the lowest first.
    Levels(Vec<String>),
    /// At any unit.
    All,
}

impl Span {
    /// The span of the results of units; every group that a script may look at lies within it.
    pub fn of(bundle: &Bundle) -> Span {
        let figures = bundle.figures.iter().filter_map(|figure| figure.compare.as_ref());
        let rules = bundle.all_rules().into_iter().filter_map(|rule| rule.compare.as_ref());
        let scores =
            bundle.assess.score.iter().chain(&bundle.rating.script).filter_map(|scored| scored.compare.as_ref());
        let lists = bundle.lists.iter().filter_map(|list| list.compare.as_ref());
        Span::of_compares(bundle, figures.chain(rules).chain(scores).chain(lists))
    }

    /// The one that holds both, of two editions with the same levels.
    #[must_use]
    pub fn wider(self, other: Span) -> Span {
        match (self, other) {
            (Span::All, _) | (_, Span::All) => Span::All,
            (Span::Unit, other) => other,
            (one, Span::Unit) => one,
            (Span::Levels(one), Span::Levels(other)) => {
                // Each begins at the lowest level.
                Span::Levels(if one.len() < other.len() { other } else { one })
            }
        }
    }

    /// The span of the results rolled up: of those, if any compares, all are made together.
    pub fn of_roll_ups(bundle: &Bundle) -> Span {
        let compares = bundle.roll_up.iter().any(|roll_up| {
            let figures = roll_up.figures.iter().any(|figure| figure.compare.is_some());
            let scores = roll_up.score.iter().chain(&roll_up.rating.script).any(|scored| scored.compare.is_some());
            figures || scores || roll_up.lists.iter().any(|list| list.compare.is_some())
        });
        if compares { Span::All } else { Span::Unit }
    }

    fn of_compares<'a>(bundle: &Bundle, compares: impl Iterator<Item = &'a Compare>) -> Span {
        let levels: Vec<&str> = bundle.levels().collect();
        let place = |compare: &Compare| {
            let named = compare.by.iter().filter_map(|by| match by {
                CompareBy::Level(level) => levels.iter().position(|known| known == level),
                CompareBy::Attribute(_) => None,
            });
            // A group agrees on all of them, so the lowest bounds it.
            named.min()
        };
        match compares.map(place).collect::<Option<Vec<usize>>>() {
            None => Span::All,
            Some(places) => match places.into_iter().max() {
                None | Some(0) => Span::Unit,
                Some(highest) => {
                    Span::Levels(levels.iter().take(highest + 1).map(|level| (*level).to_owned()).collect())
                }
            },
        }
    }
}

/// Puts units into portions, each by what it lies in: of a unit and those above it, nearest first, the last that is within the
/// span. `line` gives level and id of a unit and of those above it. The order of the units is kept in each portion, and
/// portions come in the order of their first units.
pub fn portions<'u, U, L>(span: &Span, units: impl IntoIterator<Item = U>, line: impl Fn(&U) -> L) -> Vec<Vec<U>>
where
    L: IntoIterator<Item = (&'u str, &'u str)>,
{
    let mut portions: Vec<Vec<U>> = Vec::new();
    let mut places: BTreeMap<(String, String), usize> = BTreeMap::new();
    for unit in units {
        let key = match span {
            Span::Unit => None,
            Span::All => Some((String::new(), String::new())),
            Span::Levels(levels) => {
                let within = |(level, _): &(&str, &str)| levels.iter().any(|known| known == level);
                line(&unit).into_iter().filter(within).last().map(|(level, id)| (level.to_owned(), id.to_owned()))
            }
        };
        let next = portions.len();
        let place = key.map_or(next, |key| *places.entry(key).or_insert(next));
        match portions.get_mut(place) {
            Some(portion) => portion.push(unit),
            None => portions.push(vec![unit]),
        }
    }
    portions
}
