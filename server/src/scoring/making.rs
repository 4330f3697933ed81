//! Results of some units, made from their facts by one processor while others make those of other units.
//!
//! Enters: places of units that can be scored by themselves. Leaves: [`Made`], all that a full run takes of them. The facts of
//! the units go as soon as their results are there. Next: [`super::full`].

use std::sync::Arc;

use liuwu_engine::assess::{Exemption, Plan, Priors, Request, Results, UnitResult, idle_exemptions, score_units, slim};
use liuwu_engine::assessment::Assessment;
use liuwu_engine::record::reading::Attributes;
use rayon::prelude::*;

use super::ScoringError;
use super::ground::{Ground, rolls_up};
use super::sealed::Sealed;

/// An exemption that changes nothing, and whether it covers something.
pub(super) type Remark = (Exemption, bool);

/// What came of some units.
pub(super) struct Made {
    pub(super) sealed: Vec<Sealed>,
    pub(super) idle: Vec<Remark>,
    /// The result of one of them, where anything is exempted.
    pub(super) sample: Option<Assessment>,
    /// What roll-ups read, where there are any: results by period, and attributes by place.
    pub(super) results: Vec<Results>,
    pub(super) attributes: Vec<(usize, Attributes)>,
}

/// What all units are scored with.
#[derive(Clone, Copy)]
pub(super) struct Maker<'a> {
    pub(super) plan: &'a Arc<Plan>,
    pub(super) request: &'a Request,
    pub(super) priors: &'a Priors,
    pub(super) ground: &'a Ground<'a>,
}

impl Maker<'_> {
    /// The results of parts of the list of units, on all processors.
    pub(super) fn make_all(&self, parts: &[Vec<usize>]) -> Result<Vec<Made>, ScoringError> {
        parts.par_iter().map(|part| self.make(part)).collect()
    }

    fn make(&self, part: &[usize]) -> Result<Made, ScoringError> {
        let ground = self.ground;
        let world = Arc::new(ground.world(part)?);
        let results = score_units(self.plan, &world, self.request, self.priors)?;
        let all: Vec<&UnitResult> = results.iter().flat_map(|results| &results.units).collect();
        let dictionary = &self.plan.bundle.dictionary;
        let mut made = Made {
            sealed: all.par_iter().map(|result| Sealed::of(&result.past.result, dictionary)).collect(),
            idle: Vec::new(),
            sample: None,
            results: Vec::new(),
            attributes: Vec::new(),
        };
        if ground.lists.has_exemptions() {
            let plain: Vec<Assessment> = all.iter().map(|result| (*result.past.result).clone()).collect();
            let idle = idle_exemptions(&world, &plain);
            made.idle.extend(idle.into_iter().map(|idle| (idle.exemption.clone(), idle.covers)));
            made.sample = plain.into_iter().next();
        }
        if rolls_up(self.plan) {
            for place in part {
                let unit = world.find(&ground.bundle.assess.unit, ground.lists.id(*place));
                let attributes = unit.and_then(|unit| world.units().get(unit)).map(|unit| unit.attributes.clone());
                made.attributes.push((*place, attributes.unwrap_or_default()));
            }
            made.results = slim(&results);
        }
        Ok(made)
    }
}
