//! Edition against edition over the same facts.
//!
//! Enters: a plan and what it is scored over, then any number of other editions. Leaves: for each of these the results that differ. A
//! [`Trial`] keeps what every script of the first edition came to, so that of another one only those scripts run that are not
//! alike, and those that read something that came out otherwise (see [`super::likeness`]). Trials seal nothing: their results have no
//! receipts, and nobody asks what they would be without exemptions.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::likeness::{Likeness, Numbers};
use super::plan::Plan;
use super::run::Pass;
use super::turn::{Scored, Seen, Turn};
use super::world::World;
use super::{AssessError, Priors, Request, score_each};
use crate::assessment::{Assessment, Past};
use crate::period::Period;

/// An edition scored on trial.
pub struct Trial {
    plan: Arc<Plan>,
    world: Arc<World>,
    request: Request,
    scored: Vec<Tried>,
}

/// The result of a unit that another edition may change.
#[derive(Debug, Clone)]
pub struct Difference {
    /// The unit's id.
    pub unit: Arc<str>,
    /// The period.
    pub period: Period,
    /// Its result; none: there is none.
    pub before: Option<Arc<Assessment>>,
    /// Its result under the other edition.
    pub after: Option<Arc<Assessment>>,
}

/// A result under either edition.
type Pair = [Option<Arc<Assessment>>; 2];

/// A period scored, with the pass that did it.
struct Tried {
    roll_up: Option<usize>,
    scored: Scored,
    pass: Pass,
}

impl Trial {
    /// Scores the units for the periods asked for, without rolling them up.
    ///
    /// # Errors
    /// As [`super::assess`].
    pub fn new(plan: &Arc<Plan>, world: &Arc<World>, request: Request, priors: &Priors) -> Result<Trial, AssessError> {
        let mut passes = Vec::new();
        let scored = score_each(plan, world, &request, priors, &mut |turn| {
            let pass = turn.pass(true);
            let results = pass.run()?;
            let scored = scored_of(&turn, &pass, turn.pasts_of(results.into_iter().map(of_trial).map(Some), &[]));
            passes.push((turn.roll_up, pass));
            Ok(scored)
        })?;
        let tried = |(scored, (roll_up, pass))| Tried { roll_up, scored, pass };
        let scored = scored.into_iter().zip(passes).map(tried).collect();
        Ok(Trial { plan: Arc::clone(plan), world: Arc::clone(world), request, scored })
    }

    /// The edition.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// The results.
    pub fn results(&self) -> impl Iterator<Item = &Arc<Assessment>> {
        self.scored.iter().flat_map(|tried| tried.scored.counting.pasts.iter().flatten()).map(|past| &past.result)
    }

    /// What another edition does to the results: all that may differ, by period and unit. What is not among them is the same but
    /// for the name of the edition. `world` holds the same units with the same facts as that edition reads them: where both mean the same
    /// by all kinds and attributes ([`crate::dictionary::Dictionary::is_like`]), that of the trial will do. `priors` is what the first
    /// period of that edition looks back on: the edition may begin later or earlier than that of the trial.
    ///
    /// # Errors
    /// As [`super::assess`].
    pub fn against(
        &self,
        other: &Arc<Plan>,
        world: &Arc<World>,
        priors: &Priors,
    ) -> Result<Vec<Difference>, AssessError> {
        let mut likenesses: HashMap<Option<usize>, Option<Arc<Likeness>>> = HashMap::new();
        let has_same_units = self.world.has_same_units(world);
        let scored = score_each(other, world, &self.request, priors, &mut |turn| {
            let earlier = self.scored.iter().find(|tried| {
                has_same_units
                    && tried.roll_up == turn.roll_up
                    && (tried.scored.period, tried.scored.as_of) == turn.when
            });
            let likeness = likenesses
                .entry(turn.roll_up)
                .or_insert_with(|| Likeness::between((&self.plan, turn.roll_up), (other, turn.roll_up)).map(Arc::new));
            let pass = turn.pass(true);
            let (Some(earlier), Some(likeness)) = (earlier, likeness) else {
                let results = pass.run()?.into_iter().map(of_trial).map(Some);
                return Ok(scored_of(&turn, &pass, turn.pasts_of(results, &[])));
            };
            let pass = pass.after(&earlier.pass, Arc::clone(likeness), |_| Numbers::default());
            let results = pass.run_on()?.into_iter().map(|result| result.map(of_trial));
            let unchanged = unchanged(&turn, &earlier.scored.counting.pasts);
            Ok(scored_of(&turn, &pass, turn.pasts_of(results, &unchanged)))
        })?;
        Ok(self.differences(&scored))
    }

    fn differences(&self, others: &[Scored]) -> Vec<Difference> {
        let mut all: BTreeMap<(Period, Arc<str>), Pair> = BTreeMap::new();
        for (side, scored) in
            self.scored.iter().map(|tried| (0, &tried.scored)).chain(others.iter().map(|other| (1, other)))
        {
            for past in scored.counting.pasts.iter().flatten() {
                let pair = all.entry((scored.period, Arc::clone(&past.result.unit))).or_default();
                if let Some(place) = pair.get_mut(side) {
                    *place = Some(Arc::clone(&past.result));
                }
            }
        }
        let is_other = |pair: &Pair| match pair {
            [Some(before), Some(after)] => !Arc::ptr_eq(before, after),
            _ => true,
        };
        let differing = all.into_iter().filter(|(_, pair)| is_other(pair));
        differing.map(|((period, unit), [before, after])| Difference { unit, period, before, after }).collect()
    }
}

/// The earlier results as those of this turn, for units whose result is the same as a whole.
fn unchanged(turn: &Turn, earlier: &[Option<Arc<Past>>]) -> Vec<Option<Arc<Past>>> {
    let past = |(earlier, before): (&Option<Arc<Past>>, &Option<Arc<Past>>)| {
        let earlier = earlier.as_ref()?;
        let same = match (&earlier.before, before) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        };
        let anew = || Arc::new(Past { result: Arc::clone(&earlier.result), before: before.clone() });
        Some(if same { Arc::clone(earlier) } else { anew() })
    };
    earlier.iter().zip(&turn.pasts).map(past).collect()
}

fn scored_of(turn: &Turn, pass: &Pass, pasts: Vec<Option<Arc<Past>>>) -> Scored {
    let (period, as_of) = turn.when;
    let counting = Seen { scene: Arc::clone(pass.scene()), pasts };
    Scored { period, as_of, units: turn.units.clone(), counting, without: None }
}

/// What would be without exemptions is not asked.
fn of_trial(assessment: Assessment) -> Assessment {
    Assessment { score_without_exemptions: None, ..assessment }
}
