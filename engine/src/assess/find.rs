//! What the rules find, without what becomes of it: no points after caps, no score, no receipt.
//!
//! Enters: a [`Plan`], a [`World`], one period. Leaves: for each unit what each rule found. For whoever only asks what a rule
//! would do, and for measuring how fast rules run.

use std::sync::Arc;

use super::plan::Plan;
use super::stage::RuleResults;
use super::turn::Turn;
use super::world::World;
use super::{AssessError, units_at};
use crate::assessment::{Finding, Outcome};
use crate::period::Period;
use crate::script::UnitIndex;

/// What was found in one unit.
pub struct Found {
    unit: UnitIndex,
    rules: RuleResults,
}

/// What one rule found in one unit.
#[derive(Debug, Clone, Copy)]
pub struct FoundByRule<'a> {
    /// How it ended.
    pub outcome: Outcome,
    /// What it found, exempted or not.
    pub findings: &'a [Arc<Finding>],
}

impl Found {
    pub(super) fn new(unit: UnitIndex, rules: RuleResults) -> Found {
        Found { unit, rules }
    }

    /// Its place in the world.
    pub fn unit(&self) -> UnitIndex {
        self.unit
    }

    /// What each rule came to, in the order of the bundle.
    pub fn rules(&self) -> impl Iterator<Item = FoundByRule<'_>> {
        let results = self.rules.iter().filter_map(|rule| rule.get());
        results.map(|result| FoundByRule { outcome: result.outcome, findings: &result.findings })
    }
}

/// Runs `takes_part`, the figures and the rules of a bundle for all units, on the knowledge of all that is given.
///
/// # Errors
/// [`AssessError::CalledOff`]; an erring script is no error but an outcome.
pub fn find(plan: &Arc<Plan>, world: &Arc<World>, period: Period) -> Result<Vec<Found>, AssessError> {
    let as_of = world.latest().max(Some(period.to())).unwrap_or(period.to());
    let units = units_at(world, &plan.bundle.assess.unit);
    let pasts = vec![None; units.len()];
    let (pipeline, roll_up, parts) = (&plan.main, None, None);
    Turn { plan, pipeline, roll_up, world, when: (period, as_of), units, parts, pasts }.pass(true).find()
}
