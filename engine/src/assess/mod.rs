//! Units x facts x bundle x periods -> assessments.
//!
//! Enters: a [`Plan`] (a bundle with its scripts compiled), a [`World`] (units and their facts), periods and the day of
//! knowledge. Leaves: an [`Assessment`] for each unit and period, then the roll-ups. Each script runs for all units before the
//! next starts; periods are scored oldest first. One unit is the special case of many. Next: nothing; the server stores and
//! shows what leaves here.

mod exemptions;
mod find;
mod plan;
mod points;
mod receipt;
mod run;
mod stage;
mod world;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::assessment::{Assessment, Past};
use crate::bundle::{Bundle, Over};
use crate::period::{Date, Granularity, Period};
use crate::script::{Part, Scene, UnitIndex};

pub use exemptions::{Idle, idle_exemptions};
pub use find::{Found, FoundByRule, find};
pub use plan::Plan;
pub use receipt::{ENGINE_VERSION, root};
pub use world::{ALL, Exemption, UnitFacts, World};

use plan::Pipeline;
use run::Pass;
use stage::Stage;

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

/// Scores all units for the periods asked for.
///
/// # Errors
/// [`AssessError`]; an erring script is no error but a result.
pub fn assess(
    plan: &Arc<Plan>,
    world: &Arc<World>,
    request: &Request,
    priors: &Priors,
) -> Result<Vec<Assessment>, AssessError> {
    let bundle = &plan.bundle;
    let periods = periods_of(bundle, &request.periods)?;
    let latest = world.latest().max(periods.iter().map(|period| period.to()).max());
    let units = units_at(world, &bundle.assess.unit);
    let mut done: BTreeMap<Period, Scored> = BTreeMap::new();
    let mut results = Vec::new();
    let mut rolled: HashMap<(usize, Period), Vec<Option<Arc<Past>>>> = HashMap::new();
    for period in &periods {
        let as_of = request.as_of.unwrap_or(match bundle.assess.period {
            Granularity::Day => period.to(),
            _ => latest.unwrap_or(period.to()),
        });
        let before = period.previous().ok().and_then(|before| done.get(&before));
        let pasts: Vec<Option<Arc<Past>>> = match before {
            Some(scored) => scored.counting.pasts.clone(),
            None if done.is_empty() => units
                .iter()
                .map(|unit| world.units().get(*unit).and_then(|unit| priors.get(&unit.id)).cloned())
                .collect(),
            None => vec![None; units.len()],
        };
        let scored = score_period(plan, &plan.main, world, (*period, as_of), &units, None, pasts)?;
        results.extend(scored.assessments());
        for (number, (over, pipeline)) in plan.roll_ups.iter().enumerate() {
            if *over != Over::Year {
                let up = roll_up(plan, (number, pipeline), over, world, (*period, as_of), &scored, &mut rolled)?;
                results.extend(up);
            }
        }
        done.insert(*period, scored);
    }
    results.extend(roll_up_years(plan, world, &done, &mut rolled)?);
    Ok(results)
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

/// One period, scored.
struct Scored {
    units: Vec<UnitIndex>,
    /// With exemptions: the results.
    counting: Seen,
    /// Without exemptions, for what is computed a second time; none when there are no exemptions.
    without: Option<Seen>,
}

/// What one pass came to, as passes above it see it.
struct Seen {
    scene: Arc<dyn Scene>,
    pasts: Vec<Option<Arc<Past>>>,
}

impl Seen {
    /// The result of the unit at a place, as a part of a roll-up.
    fn part(&self, place: usize, unit: UnitIndex) -> Option<Part> {
        let past = Arc::clone(self.pasts.get(place)?.as_ref()?);
        Some(Part { scene: Arc::clone(&self.scene), unit, past })
    }
}

/// The parts of each unit of a roll-up, with and without exemptions.
struct Parts {
    counting: Vec<Arc<[Part]>>,
    without: Option<Vec<Arc<[Part]>>>,
}

impl Scored {
    fn assessments(&self) -> impl Iterator<Item = Assessment> {
        self.counting.pasts.iter().flatten().map(|past| (*past.result).clone())
    }
}

fn units_at(world: &World, level: &str) -> Vec<UnitIndex> {
    world.units().iter().enumerate().filter(|(_, unit)| unit.level.as_ref() == level).map(|(place, _)| place).collect()
}

/// Scores one period, and once more without exemptions where there are any: ranks may move.
fn score_period(
    plan: &Arc<Plan>,
    pipeline: &Arc<Pipeline>,
    world: &Arc<World>,
    when: (Period, Date),
    units: &[UnitIndex],
    parts: Option<Parts>,
    pasts: Vec<Option<Arc<Past>>>,
) -> Result<Scored, AssessError> {
    let (counting, without) = parts.map_or((None, None), |parts| (Some(parts.counting), parts.without));
    let pass = |exempting, parts| {
        Pass::new(Stage::new(plan, pipeline, world, when, units.to_vec(), parts, pasts.clone(), exempting))
    };
    let seen = |pass: &Pass, assessments: Vec<Assessment>| Seen {
        scene: Arc::clone(pass.scene()),
        pasts: assessments
            .into_iter()
            .zip(&pasts)
            .map(|(result, before)| Some(Arc::new(Past { result: Arc::new(result), before: before.clone() })))
            .collect(),
    };
    let first = pass(true, counting.clone());
    let mut assessments = first.run()?;
    let without = match world.has_exemptions() {
        false => None,
        true => {
            let second = pass(false, without.or(counting));
            let again = second.run()?;
            for (assessment, again) in assessments.iter_mut().zip(&again) {
                assessment.score_without_exemptions = again.score;
                assessment.moved_by_exemptions = exemptions::is_moved(assessment, again);
            }
            Some(seen(&second, again))
        }
    };
    Ok(Scored { units: units.to_vec(), counting: seen(&first, assessments), without })
}

/// The results over a level or over all, for one period.
fn roll_up(
    plan: &Arc<Plan>,
    (number, pipeline): (usize, &Arc<Pipeline>),
    over: &Over,
    world: &Arc<World>,
    (period, as_of): (Period, Date),
    scored: &Scored,
    rolled: &mut HashMap<(usize, Period), Vec<Option<Arc<Past>>>>,
) -> Result<Vec<Assessment>, AssessError> {
    let level = match over {
        Over::Level(level) => level.as_str(),
        Over::All | Over::Year => ALL,
    };
    let units = units_at(world, level);
    let below = |seen: &Seen| parts_below(world, level, &units, scored, seen);
    let parts = Parts { counting: below(&scored.counting), without: scored.without.as_ref().map(below) };
    let pasts = period.previous().ok().and_then(|before| rolled.get(&(number, before)).cloned());
    let pasts = pasts.unwrap_or_else(|| vec![None; units.len()]);
    let mut up = score_period(plan, pipeline, world, (period, as_of), &units, Some(parts), pasts)?;
    for past in up.counting.pasts.iter_mut().flatten() {
        name_roll_up(past, level);
    }
    let assessments = up.assessments().collect();
    rolled.insert((number, period), up.counting.pasts);
    Ok(assessments)
}

/// The results of what lies in each unit of a level, by id, so that the order of the units cannot be seen.
fn parts_below(world: &World, level: &str, units: &[UnitIndex], scored: &Scored, seen: &Seen) -> Vec<Arc<[Part]>> {
    let mut below: HashMap<UnitIndex, Vec<Part>> = HashMap::new();
    for (place, unit) in scored.units.iter().enumerate() {
        let above = if level == ALL { units.first().copied() } else { world.at_level(*unit, level) };
        if let (Some(above), Some(part)) = (above, seen.part(place, *unit)) {
            below.entry(above).or_default().push(part);
        }
    }
    let sorted = |mut parts: Vec<Part>| {
        parts.sort_by(|a, b| a.past.result.unit.cmp(&b.past.result.unit));
        Arc::from(parts)
    };
    units.iter().map(|unit| sorted(below.remove(unit).unwrap_or_default())).collect()
}

/// `town:A`, `county:B`, `all`.
fn name_roll_up(past: &mut Arc<Past>, level: &str) {
    let past = Arc::make_mut(past);
    let result = Arc::make_mut(&mut past.result);
    if level != ALL {
        result.unit = Arc::from(format!("{level}:{}", result.unit));
    }
}

/// The results of each unit's year, and over levels and all of those.
fn roll_up_years(
    plan: &Arc<Plan>,
    world: &Arc<World>,
    done: &BTreeMap<Period, Scored>,
    rolled: &mut HashMap<(usize, Period), Vec<Option<Arc<Past>>>>,
) -> Result<Vec<Assessment>, AssessError> {
    let mut results = Vec::new();
    let years_of: Vec<_> = plan.roll_ups.iter().filter(|(over, _)| *over == Over::Year).collect();
    if plan.bundle.assess.period == Granularity::Year {
        return Ok(results);
    }
    for (_, pipeline) in years_of {
        let mut by_year: BTreeMap<Period, Vec<&Scored>> = BTreeMap::new();
        for (period, scored) in done {
            let year = Period::parse(&format!("{:04}", period.year())).unwrap_or(*period);
            by_year.entry(year).or_default().push(scored);
        }
        let mut before: Option<(Period, Vec<Option<Arc<Past>>>)> = None;
        for (year, periods) in by_year {
            let Some(units) = periods.first().map(|scored| scored.units.clone()) else { continue };
            let as_of = periods.iter().map(|scored| scored.counting.scene.as_of()).max().unwrap_or(year.to());
            let parts_of = |seen: fn(&Scored) -> Option<&Seen>| {
                let of = |(place, unit): (usize, &UnitIndex)| {
                    periods.iter().filter_map(|scored| seen(scored)?.part(place, *unit)).collect()
                };
                units.iter().enumerate().map(of).collect()
            };
            let counting = parts_of(|scored| Some(&scored.counting));
            let without = world.has_exemptions().then(|| parts_of(|scored| scored.without.as_ref()));
            let parts = Parts { counting, without };
            let pasts = match before.take() {
                Some((last, pasts)) if year.previous() == Ok(last) => pasts,
                _ => vec![None; units.len()],
            };
            let scored = score_period(plan, pipeline, world, (year, as_of), &units, Some(parts), pasts)?;
            results.extend(scored.assessments());
            for (number, (over, pipeline)) in plan.roll_ups.iter().enumerate() {
                if *over != Over::Year {
                    results.extend(roll_up(plan, (number, pipeline), over, world, (year, as_of), &scored, rolled)?);
                }
            }
            before = Some((year, scored.counting.pasts));
        }
    }
    Ok(results)
}
