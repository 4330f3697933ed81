//! The effect of more facts than are held at once, worked out portion by portion.
//!
//! Enters: the units that a change touches, and how many of its records each of them gets. Leaves: the same [`Effect`] as of all of them
//! at once. A portion is scored with all units that are compared with its own, so a standard that compares everybody has only one.

use std::collections::BTreeSet;
use std::sync::Arc;

use liuwu_engine::assess::{AssessError, Plan};

use super::{Effect, between, reach, sort};
use crate::progress::Progress;
use crate::scoring::{Ask, ScoringError};
use crate::store::overlay::Within;
use crate::store::{Knowledge, Store};
use crate::view::UnitTree;

/// Units scored at once at most.
const UNITS: usize = 2_000;
/// Records of the change that the units of a portion get, about; few in tests, so that there are several portions.
const RECORDS: usize = if cfg!(test) { 1 } else { 50_000 };

/// A change of many facts.
pub struct Many<'a> {
    /// What would be known.
    pub after: &'a dyn Knowledge,
    /// The units whose facts it touches.
    pub units: BTreeSet<String>,
    /// How many records a unit gets by it.
    pub records_of: &'a dyn Fn(&str) -> usize,
}

/// What would come of a change. Whoever watches is told of each unit touched.
///
/// # Errors
/// [`ScoringError`]; also when it is called off.
pub fn in_portions(
    store: &dyn Store,
    change: Many,
    (plan, ask): (&Arc<Plan>, &Ask),
    progress: &dyn Progress,
) -> Result<Effect, ScoringError> {
    let bundle = &plan.bundle;
    let tree = UnitTree::new(store.units(ask.as_of)?);
    let mut effect = Effect { periods: ask.periods.clone(), ..Effect::default() };
    let mut told: BTreeSet<String> = BTreeSet::new();
    let Many { after, units: mut waiting, records_of } = change;
    while !waiting.is_empty() {
        progress.go_on().map_err(|_| AssessError::CalledOff)?;
        let count = waiting.len();
        let portion = next_portion(&mut waiting, records_of);
        let reached = reach(bundle, &tree, &portion);
        // Whoever is scored with this portion has its turn now; of what is above, others below may still wait.
        let is_scored = |id: &String| tree.get(id).is_some_and(|row| row.level == bundle.assess.unit);
        waiting.retain(|unit| !(reached.contains(unit) && is_scored(unit)));
        if !reached.is_empty() {
            let own = between(store, &Within::new(store, &reached), &Within::new(after, &reached), plan, ask)?;
            let mut moved = own.moved;
            // What is above a portion may reach the same units as another one.
            moved.retain(|moved| !told.contains(&moved.unit));
            told.extend(moved.iter().map(|moved| moved.unit.clone()));
            effect.moved.extend(moved);
            effect.periods = own.periods;
        }
        progress.advance((count - waiting.len()) as u64);
    }
    sort(&mut effect.moved);
    Ok(effect)
}

/// Takes the next units out of those that wait.
fn next_portion(waiting: &mut BTreeSet<String>, records_of: &dyn Fn(&str) -> usize) -> BTreeSet<String> {
    let mut portion = BTreeSet::new();
    let mut records = 0;
    while portion.len() < UNITS && records < RECORDS {
        let Some(unit) = waiting.pop_first() else { break };
        records += records_of(&unit);
        portion.insert(unit);
    }
    portion
}
