//! Units x facts x bundle x periods -> assessments.
//!
//! Enters: a [`Plan`] (a bundle with its scripts compiled), a [`World`] (units and their facts), periods and the day of
//! knowledge. Leaves: an [`Assessment`] for each unit and period, then the roll-ups. Each script runs for all units before the
//! next starts; periods are scored oldest first. One unit is the special case of many. Next: nothing; the server stores and
//! shows what leaves here.
//!
//! Where there are too many units to hold at once, or few have changed, units are scored in [`mod@portions`] by [`score_units`] and
//! their results rolled up by [`roll_up()`]; that comes to the same, receipts included. Another edition is tried over the same facts
//! by [`Trial`], which works out again only what differs.

mod digest;
mod exemptions;
mod find;
mod impact;
mod likeness;
mod plan;
mod points;
mod portions;
mod receipt;
mod roll_up;
mod run;
mod stage;
mod steps;
mod tree;
mod turn;
mod world;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::assessment::{Assessment, Past};
use crate::bundle::{Bundle, Over};
use crate::period::{Date, Granularity, Period};
use crate::script::UnitIndex;

pub use digest::Hash;
pub use exemptions::{Idle, idle_exemptions};
pub use find::{Found, FoundByRule, find};
pub use impact::{Difference, Trial};
pub use plan::Plan;
pub use portions::{Span, portions};
pub use receipt::ENGINE_VERSION;
pub use roll_up::{roll_up, slim};
pub use tree::{Receipts, receipt_bytes, root};
pub use world::{ALL, Exemption, UnitFacts, World};

use turn::{Parts, Scored, Seen, Turn};

/// Why a run has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AssessError {
    /// A person or a deadline ended it.
    #[error("核算超时或被中止,没有结果 / the run took too long or was called off; it has no result")]
    CalledOff,
    /// A period shorter than the bundle's.
    #[error("the period {0} is shorter than the one the standard is for")]
    TooShort(Period),
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// The periods; what is longer than the bundle's is split.
    pub periods: Vec<Period>,
    /// The day of knowledge; none: all there is (for `period: day`, that day).
    pub as_of: Option<Date>,
}

/// Earlier results that a run in a store looks back on: by unit id, for the period before the first one asked for.
pub type Priors = HashMap<Arc<str>, Arc<Past>>;

/// What became of one unit in one period.
#[derive(Debug, Clone)]
pub struct UnitResult {
    /// The result, with that of the period before.
    pub past: Arc<Past>,
    /// The same if no exemption counted; none: there is nothing exempted among those it may be compared with.
    pub without: Option<Arc<Past>>,
}

/// The results of the units scored for one period, or for one year of periods: what roll-ups add up.
#[derive(Debug, Clone)]
pub struct Results {
    /// The period or the year.
    pub period: Period,
    /// The day of knowledge.
    pub as_of: Date,
    /// In the order of the units.
    pub units: Vec<UnitResult>,
}

/// Scores all units for the periods asked for, and rolls them up.
///
/// # Errors
/// [`AssessError`]; an erring script is no error but a result.
pub fn assess(
    plan: &Arc<Plan>,
    world: &Arc<World>,
    request: &Request,
    priors: &Priors,
) -> Result<Vec<Assessment>, AssessError> {
    let scored = score(plan, world, request, priors)?;
    let rolled = roll_up::roll_up_all(plan, world, &scored, &|_, _| true)?;
    let mut results = Vec::new();
    for (scored, rolled) in scored.iter().zip(rolled) {
        results.extend(scored.assessments());
        results.extend(rolled);
    }
    Ok(results)
}

/// Scores the units for the periods asked for, and for whole years where the standard has results of those, without rolling
/// them up. Units may be scored in portions: any set that holds, with a unit, all it may be compared with ([`portions()`]).
///
/// # Errors
/// As [`assess`].
pub fn score_units(
    plan: &Arc<Plan>,
    world: &Arc<World>,
    request: &Request,
    priors: &Priors,
) -> Result<Vec<Results>, AssessError> {
    Ok(score(plan, world, request, priors)?.into_iter().map(Scored::into_results).collect())
}

fn score(plan: &Arc<Plan>, world: &Arc<World>, request: &Request, priors: &Priors) -> Result<Vec<Scored>, AssessError> {
    score_each(plan, world, request, priors, &mut |turn| turn.take())
}

/// Takes a turn for each period, then for each year where the standard has results of those.
fn score_each(
    plan: &Arc<Plan>,
    world: &Arc<World>,
    request: &Request,
    priors: &Priors,
    take: &mut dyn FnMut(Turn) -> Result<Scored, AssessError>,
) -> Result<Vec<Scored>, AssessError> {
    let bundle = &plan.bundle;
    let periods = periods_of(bundle, &request.periods)?;
    let latest = world.latest().max(periods.iter().map(|period| period.to()).max());
    let units = units_at(world, &bundle.assess.unit);
    let mut done: Vec<Scored> = Vec::new();
    for period in periods {
        let as_of = request.as_of.unwrap_or(match bundle.assess.period {
            Granularity::Day => period.to(),
            _ => latest.unwrap_or(period.to()),
        });
        let before = period.previous().ok().and_then(|before| done.iter().find(|scored| scored.period == before));
        let pasts: Vec<Option<Arc<Past>>> = match before {
            Some(scored) => scored.counting.pasts.clone(),
            None if done.is_empty() => units
                .iter()
                .map(|unit| world.units().get(*unit).and_then(|unit| priors.get(&unit.id)).cloned())
                .collect(),
            None => vec![None; units.len()],
        };
        let units = units.clone();
        let (pipeline, roll_up, parts) = (&plan.main, None, None);
        done.push(take(Turn { plan, pipeline, roll_up, world, when: (period, as_of), units, parts, pasts })?);
    }
    let years = score_years(plan, world, &done, take)?;
    done.extend(years);
    Ok(done)
}

/// The bundle's periods within those asked for, ascending; those not wholly inside `effective` are left out.
///
/// # Errors
/// [`AssessError::TooShort`].
pub fn periods_of(bundle: &Bundle, asked: &[Period]) -> Result<Vec<Period>, AssessError> {
    let mut periods = Vec::new();
    for period in asked {
        match period.granularity() {
            None => periods.push(*period),
            Some(_) => match period.split(bundle.assess.period) {
                Some(parts) if !parts.is_empty() => periods.extend(parts),
                _ => return Err(AssessError::TooShort(*period)),
            },
        }
    }
    periods.sort();
    periods.dedup();
    let (from, until) = bundle.effective;
    periods.retain(|period| {
        from.is_none_or(|from| from <= period.from()) && until.is_none_or(|until| period.to() <= until)
    });
    Ok(periods)
}

fn units_at(world: &World, level: &str) -> Vec<UnitIndex> {
    world.units().iter().enumerate().filter(|(_, unit)| unit.level.as_ref() == level).map(|(place, _)| place).collect()
}

/// The results of each unit's year, where the standard has them.
fn score_years(
    plan: &Arc<Plan>,
    world: &Arc<World>,
    done: &[Scored],
    take: &mut dyn FnMut(Turn) -> Result<Scored, AssessError>,
) -> Result<Vec<Scored>, AssessError> {
    let mut results: Vec<Scored> = Vec::new();
    if plan.bundle.assess.period == Granularity::Year {
        return Ok(results);
    }
    let rolled = plan.roll_ups.iter().enumerate().filter(|(_, (over, _))| *over == Over::Year);
    for (number, (_, pipeline)) in rolled {
        let mut by_year: BTreeMap<Period, Vec<&Scored>> = BTreeMap::new();
        for scored in done {
            let year = Period::parse(&format!("{:04}", scored.period.year())).unwrap_or(scored.period);
            by_year.entry(year).or_default().push(scored);
        }
        let mut before: Option<Period> = None;
        for (year, periods) in by_year {
            let Some(units) = periods.first().map(|scored| scored.units.clone()) else { continue };
            let as_of = periods.iter().map(|scored| scored.as_of).max().unwrap_or(year.to());
            let parts_of = |seen: fn(&Scored) -> Option<&Seen>| {
                let of = |(place, unit): (usize, &UnitIndex)| {
                    periods.iter().filter_map(|scored| seen(scored)?.part(place, *unit)).collect()
                };
                units.iter().enumerate().map(of).collect()
            };
            let counting = parts_of(|scored| Some(&scored.counting));
            let without = world.has_exemptions().then(|| parts_of(|scored| scored.without.as_ref()));
            let parts = Some(Parts { counting, without });
            let pasts = match results.last() {
                Some(last) if before.is_some() && year.previous().ok() == before => last.counting.pasts.clone(),
                _ => vec![None; units.len()],
            };
            before = Some(year);
            let (roll_up, when) = (Some(number), (year, as_of));
            results.push(take(Turn { plan, pipeline, roll_up, world, when, units, parts, pasts })?);
        }
    }
    Ok(results)
}
