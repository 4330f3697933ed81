//! The units and what lies above each, what must be scored together, what is handed in and exempted: all that a run stands on but
//! the facts of units. It stays the same from one record to the next, so updates keep it at hand ([`super::footing`]).
//!
//! Enters: [`Knowledge`] of a day. Leaves: [`Lists`], where each unit has a place. Next: [`super::ground`].

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use liuwu_engine::assess::{Exemption, Span, portions};
use liuwu_engine::bundle::Bundle;
use liuwu_engine::coverage::{Coverage, Statement};
use liuwu_engine::period::Date;

use super::ScoringError;
use crate::store::{self, Knowledge, UnitRow};
use crate::succession;

/// All lists of one day, as one edition sees them.
pub(super) struct Lists {
    /// The units of the standard's levels, the highest level first, by rising id in each.
    rows: Vec<UnitRow>,
    /// The place of the unit above each.
    above: Vec<Option<usize>>,
    /// The places of those directly below each.
    below: Vec<Vec<usize>>,
    /// The places of the units of an id.
    places: HashMap<String, Vec<usize>>,
    /// Those of the units scored: they stand last.
    scored: Range<usize>,
    /// Units that are scored together, and for each of them in which portion.
    portions: Vec<Vec<usize>>,
    portion_of: Vec<usize>,
    pub(super) coverage: Arc<Coverage>,
    exemptions: BTreeMap<String, Vec<Exemption>>,
    /// The units that others have succeeded, by the one that their facts count for; and the other way round.
    predecessors: BTreeMap<String, Vec<String>>,
    heirs: BTreeMap<String, String>,
}

impl Lists {
    /// Reads what was known on a day.
    pub(super) fn read(knowledge: &dyn Knowledge, bundle: &Bundle, as_of: Date) -> Result<Lists, ScoringError> {
        let levels: Vec<&str> = bundle.levels().collect();
        let mut all: Vec<Vec<UnitRow>> = levels.iter().map(|_| Vec::new()).collect();
        let listed = knowledge.units(as_of)?;
        let mut predecessors: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut heirs = BTreeMap::new();
        let successions = succession::in_force(&listed, as_of);
        for old in successions.keys() {
            if let Some(heir) = succession::heir(&successions, old) {
                predecessors.entry(heir.to_owned()).or_default().push(old.clone());
                heirs.insert(old.clone(), heir.to_owned());
            }
        }
        for row in listed {
            let level = levels.iter().position(|level| *level == row.level);
            if let Some(rows) = level.and_then(|level| all.get_mut(level)) {
                rows.push(row);
            }
        }
        let count = all.first().map_or(0, Vec::len);
        let rows: Vec<UnitRow> = all.into_iter().rev().flatten().collect();
        let scored = rows.len() - count..rows.len();
        let mut places: HashMap<String, Vec<usize>> = HashMap::with_capacity(rows.len());
        let mut above = Vec::with_capacity(rows.len());
        let mut below = vec![Vec::new(); rows.len()];
        for (place, row) in rows.iter().enumerate() {
            // Those above stand before it, on another level; what names a unit that does not has nothing above it.
            let is_above = |above: &usize| rows.get(*above).is_some_and(|above| above.level != row.level);
            let named = row.parent.as_ref().and_then(|parent| places.get(parent)?.last().copied());
            let parent = named.filter(is_above);
            above.push(parent);
            if let Some(below) = parent.and_then(|parent| below.get_mut(parent)) {
                below.push(place);
            }
            places.entry(row.id.clone()).or_default().push(place);
        }
        let statements = knowledge.statements(as_of)?.into_iter().map(|statement| statement_of(statement.item));
        let mut exemptions: BTreeMap<String, Vec<Exemption>> = BTreeMap::new();
        for exemption in knowledge.exemptions(as_of)? {
            let unit = succession::exempted(&exemption, heirs.get(&exemption.unit).map(String::as_str));
            let exemption = Exemption { unit: unit.clone(), ..exemption.item.into() };
            exemptions.entry(unit).or_default().push(exemption);
        }
        let lists = Lists {
            coverage: Arc::new(Coverage::new(statements)),
            rows,
            above,
            below,
            places,
            scored,
            portions: Vec::new(),
            portion_of: Vec::new(),
            exemptions,
            predecessors,
            heirs,
        };
        Ok(lists.in_portions(bundle))
    }

    /// With what is scored together.
    fn in_portions(mut self, bundle: &Bundle) -> Lists {
        let portions = portions(&Span::of(bundle), self.scored(), |place| {
            self.line(*place).map(|row| (row.level.as_str(), row.id.as_str()))
        });
        let mut portion_of = vec![0; self.scored.len()];
        for (number, portion) in portions.iter().enumerate() {
            for place in portion {
                if let Some(own) = place.checked_sub(self.scored.start).and_then(|place| portion_of.get_mut(place)) {
                    *own = number;
                }
            }
        }
        (self.portions, self.portion_of) = (portions, portion_of);
        self
    }

    /// How many units there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The units scored, by place.
    pub(super) fn scored(&self) -> Range<usize> {
        self.scored.clone()
    }

    /// The units scored, in portions that can be scored one by one, each by rising id.
    pub(super) fn portions(&self) -> &[Vec<usize>] {
        &self.portions
    }

    /// The portions in which some of the units scored are, by rising number.
    pub(super) fn portions_with(&self, places: impl IntoIterator<Item = usize>) -> Vec<&[usize]> {
        let own = |place: usize| self.portion_of.get(place.checked_sub(self.scored.start)?).copied();
        let numbers: BTreeSet<usize> = places.into_iter().filter_map(own).collect();
        numbers.into_iter().filter_map(|number| self.portions.get(number)).map(Vec::as_slice).collect()
    }

    pub(super) fn row(&self, place: usize) -> Option<&UnitRow> {
        self.rows.get(place)
    }

    pub(super) fn id(&self, place: usize) -> &str {
        self.rows.get(place).map_or("", |row| &row.id)
    }

    /// The place of the unit above.
    pub(super) fn above(&self, place: usize) -> Option<usize> {
        self.above.get(place).copied().flatten()
    }

    /// A unit and those above it, nearest first.
    pub(super) fn line(&self, place: usize) -> impl Iterator<Item = &UnitRow> {
        std::iter::successors(Some(place), |place| self.above(*place)).filter_map(|place| self.rows.get(place))
    }

    /// The ids of the units of a level.
    pub(super) fn of_level<'s>(&'s self, level: &'s str) -> impl Iterator<Item = &'s str> {
        self.rows.iter().filter(move |row| row.level == level).map(|row| row.id.as_str())
    }

    /// Some units and all below them, at all levels, by rising place; at most so many.
    pub(super) fn at_or_below<'s>(&self, ids: impl IntoIterator<Item = &'s String>, most: usize) -> BTreeSet<usize> {
        let mut open: Vec<usize> = ids.into_iter().filter_map(|id| self.places.get(id)).flatten().copied().collect();
        let mut found = BTreeSet::new();
        while let Some(place) = open.pop().filter(|_| found.len() < most) {
            if found.insert(place) {
                open.extend(self.below.get(place).into_iter().flatten());
            }
        }
        found
    }

    /// Whether anything is exempted, at the unit of a place.
    pub(super) fn is_exempted(&self, place: usize) -> bool {
        self.exemptions.contains_key(self.id(place))
    }

    pub(super) fn has_exemptions(&self) -> bool {
        !self.exemptions.is_empty()
    }

    /// The units scored of which anything is exempted.
    pub(super) fn exempted(&self) -> impl Iterator<Item = usize> + '_ {
        let places = self.exemptions.keys().filter_map(|unit| self.places.get(unit)).flatten().copied();
        places.filter(|place| self.scored.contains(place))
    }

    pub(super) fn exemptions_of(&self, unit: &str) -> &[Exemption] {
        self.exemptions.get(unit).map_or(&[], Vec::as_slice)
    }

    pub(super) fn all_exemptions(&self) -> Vec<Exemption> {
        self.exemptions.values().flatten().cloned().collect()
    }

    /// The exemptions of units that are not scored.
    pub(super) fn stray_exemptions(&self) -> Vec<Exemption> {
        let is_scored =
            |unit: &str| self.places.get(unit).into_iter().flatten().any(|place| self.scored.contains(place));
        let stray = self.exemptions.iter().filter(|(unit, _)| !is_scored(unit));
        stray.flat_map(|(_, exemptions)| exemptions.clone()).collect()
    }

    /// The units whose facts count for another one.
    pub(super) fn predecessors_of(&self, unit: &str) -> &[String] {
        self.predecessors.get(unit).map_or(&[], Vec::as_slice)
    }

    /// The unit that the facts of another one count for; a unit without a successor counts for itself.
    pub(super) fn heir_of<'s>(&'s self, unit: &'s str) -> &'s str {
        self.heirs.get(unit).map_or(unit, String::as_str)
    }
}

fn statement_of(statement: store::Statement) -> Statement {
    Statement { kind: statement.kind, area: statement.area, from: statement.from, to: statement.to, nil: statement.nil }
}
