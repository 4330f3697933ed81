//! Results over levels and over all: what the units below came to, added up.
//!
//! Enters: the results of the units, of the same run or as they were kept. Leaves: an [`Assessment`] for each town, county or
//! whatever the standard rolls up over.

use std::collections::HashMap;
use std::sync::Arc;

use super::plan::{Pipeline, Plan};
use super::turn::{Parts, Scored, Seen, Turn};
use super::world::{ALL, World};
use super::{AssessError, Results, UnitResult, units_at};
use crate::assessment::{Assessment, Finding, Past};
use crate::bundle::Over;
use crate::period::Period;
use crate::script::{Part, UnitIndex};

/// Whether a unit, given by level and id, is to be rolled up over.
pub type Wanted<'a> = dyn Fn(&str, &str) -> bool + Sync + 'a;

/// Rolled-up results of the periods before, by the number of the roll-up.
type Rolled = HashMap<(usize, Period), Vec<Option<Arc<Past>>>>;

/// Rolls up results that were scored in portions or kept, for the units wanted. `world` has all units, with the facts of those
/// above the ones scored, and all exemptions.
///
/// # Errors
/// [`AssessError::CalledOff`].
pub fn roll_up(
    plan: &Arc<Plan>,
    world: &Arc<World>,
    results: Vec<Results>,
    wanted: &Wanted,
) -> Result<Vec<Assessment>, AssessError> {
    let scored: Vec<Scored> = results.into_iter().map(|results| scored_of(plan, world, results)).collect();
    Ok(roll_up_all(plan, world, &scored, wanted)?.into_iter().flatten().collect())
}

/// Results as if they had just been scored.
fn scored_of(plan: &Arc<Plan>, world: &Arc<World>, results: Results) -> Scored {
    let (period, as_of) = (results.period, results.as_of);
    let level = &plan.bundle.assess.unit;
    let found = |result: UnitResult| Some((world.find(level, &result.past.result.unit)?, result));
    let (units, results): (Vec<UnitIndex>, Vec<UnitResult>) = results.units.into_iter().filter_map(found).unzip();
    // Parts show their attributes through it, and nothing that a script would have left.
    let turn = Turn {
        plan,
        pipeline: &plan.main,
        roll_up: None,
        world,
        when: (period, as_of),
        pasts: vec![None; units.len()],
        parts: None,
        units,
    };
    let scene = Arc::clone(turn.pass(true).scene());
    let without = world.has_exemptions().then(|| Seen {
        scene: Arc::clone(&scene),
        pasts: results.iter().map(|result| Some(result.without.clone().unwrap_or(Arc::clone(&result.past)))).collect(),
    });
    let counting = Seen { scene, pasts: results.into_iter().map(|result| Some(result.past)).collect() };
    Scored { period, as_of, units: turn.units, counting, without }
}

/// Rolls up each of the periods, which come oldest first.
pub(super) fn roll_up_all(
    plan: &Arc<Plan>,
    world: &Arc<World>,
    scored: &[Scored],
    wanted: &Wanted,
) -> Result<Vec<Vec<Assessment>>, AssessError> {
    let mut rolled = Rolled::new();
    let mut all = Vec::new();
    for scored in scored {
        let mut results = Vec::new();
        for (number, (over, pipeline)) in plan.roll_ups.iter().enumerate() {
            let level = match over {
                Over::Level(level) => level.as_str(),
                Over::All => ALL,
                Over::Year => continue,
            };
            results.extend(over_level(plan, (number, pipeline), (level, wanted), world, scored, &mut rolled)?);
        }
        all.push(results);
    }
    Ok(all)
}

/// The results over a level or over all, for one period.
fn over_level(
    plan: &Arc<Plan>,
    (number, pipeline): (usize, &Arc<Pipeline>),
    (level, wanted): (&str, &Wanted),
    world: &Arc<World>,
    scored: &Scored,
    rolled: &mut Rolled,
) -> Result<Vec<Assessment>, AssessError> {
    let is_wanted = |unit: &UnitIndex| world.units().get(*unit).is_some_and(|unit| wanted(level, &unit.id));
    let units: Vec<UnitIndex> = units_at(world, level).into_iter().filter(is_wanted).collect();
    let below = |seen: &Seen| parts_below(world, level, &units, scored, seen);
    let parts = Parts { counting: below(&scored.counting), without: scored.without.as_ref().map(below) };
    let pasts = scored.period.previous().ok().and_then(|before| rolled.get(&(number, before)).cloned());
    let pasts = pasts.unwrap_or_else(|| vec![None; units.len()]);
    let when = (scored.period, scored.as_of);
    let turn = Turn { plan, pipeline, roll_up: Some(number), world, when, units, parts: Some(parts), pasts };
    let mut up = Scored { without: None, ..turn.take()? };
    for past in up.counting.pasts.iter_mut().flatten() {
        name_roll_up(past, level);
    }
    let assessments = up.assessments().collect();
    rolled.insert((number, scored.period), up.counting.pasts);
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

/// The same results with no more than roll-ups read, so that those of many units can be held at once: without evidence, reasons
/// and arithmetic. Periods come oldest first.
pub fn slim(results: &[Results]) -> Vec<Results> {
    let mut known: HashMap<(Arc<str>, Period), Arc<Past>> = HashMap::new();
    let mut slim_past = |past: &Arc<Past>, counts: bool| {
        let before = past.before.as_ref().map(|before| {
            let key = (Arc::clone(&before.result.unit), before.result.period);
            known.get(&key).cloned().unwrap_or_else(|| Arc::new(slim_result(before, None)))
        });
        let slim = Arc::new(slim_result(past, before));
        if counts {
            known.insert((Arc::clone(&slim.result.unit), slim.result.period), Arc::clone(&slim));
        }
        slim
    };
    let mut slim_unit = |unit: &UnitResult| UnitResult {
        past: slim_past(&unit.past, true),
        without: unit.without.as_ref().map(|without| slim_past(without, false)),
    };
    let slim_one = |results: &Results| Results {
        period: results.period,
        as_of: results.as_of,
        units: results.units.iter().map(&mut slim_unit).collect(),
    };
    results.iter().map(slim_one).collect()
}

fn slim_result(past: &Past, before: Option<Arc<Past>>) -> Past {
    let result = &past.result;
    let nothing: Arc<str> = Arc::from("");
    let finding = |finding: &Finding| Finding {
        rule: Arc::clone(&finding.rule),
        reason: Arc::clone(&nothing),
        evidence: Vec::new(),
        ..*finding
    };
    let slim = Assessment {
        entries: Vec::new(),
        findings: result.findings.iter().map(finding).collect(),
        remarks: Vec::new(),
        ledger: Vec::new(),
        ..(**result).clone()
    };
    Past { result: Arc::new(slim), before }
}
