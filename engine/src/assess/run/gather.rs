//! Gathers what the scripts left into the assessment of each unit, with the arithmetic that leads to its score.

use std::sync::Arc;

use indexmap::IndexMap;

use super::{Pass, UnitState, Why};
use crate::assess::plan::Pipeline;
use crate::assessment::{Assessment, Finding, Line, LineKind, Remark};
use crate::number::{Number, NumberError};

impl Pass {
    /// The assessment of one unit, but for its receipt and the score without exemptions.
    pub(super) fn gather(&self, state: &UnitState, place: usize) -> Assessment {
        let stage = &self.stage;
        let unit = self.unit(place);
        let takes_part = state.is_taking_part();
        // Points beyond what can be held were refused as a score; then there is no arithmetic to show either.
        let total = stage.total(state).unwrap_or_default();
        let scored = state.score.get().cloned().unwrap_or_default();
        let mut findings: Vec<Finding> = state.findings().map(|finding| (**finding).clone()).collect();
        for (finding, counted) in findings.iter_mut().zip(&total.counted) {
            finding.counted = *counted;
        }
        let mut ledger = if takes_part { total.ledger.clone() } else { Vec::new() };
        if let Some(score) = scored.score {
            let finished = finish_ledger(&mut ledger, &stage.pipeline, total.score, scored.scripted, score);
            if finished.is_err() {
                ledger.clear();
            }
        }
        let mut remarks = state.remarks();
        let mut remark = |about: &Arc<str>, why: &Why| {
            remarks.push(Remark { about: Arc::clone(about), zh: why.0.clone(), en: why.1.clone() });
        };
        if let Some(Err(why)) = state.takes_part.get() {
            remark(&Arc::from("takes_part"), why);
        }
        let mut figures = IndexMap::new();
        for (number, figure) in stage.pipeline.figures.iter().enumerate() {
            let value = match state.figure(number).flatten() {
                Some(Ok(datum)) => datum.to_value().ok().flatten(),
                Some(Err(why)) => {
                    remark(&figure.id, &why);
                    None
                }
                None => continue,
            };
            figures.insert(Arc::clone(&figure.id), value);
        }
        let mut outcomes = IndexMap::new();
        for (rule, plan) in stage.pipeline.rules.iter().enumerate().filter(|_| takes_part) {
            if let Some(result) = state.rule(rule) {
                outcomes.insert(Arc::clone(&plan.id), result.outcome);
                if let Some(why) = &result.why {
                    remark(&plan.id, why);
                }
            }
        }
        if let Some(why) = &scored.failed {
            remark(&Arc::from("score"), why);
        }
        let rating = match state.rating.get() {
            Some(Ok(rating)) => rating.clone(),
            Some(Err(why)) => {
                remark(&Arc::from("rating"), why);
                None
            }
            None => None,
        };
        let (mut lists, mut lists_unknown, mut entries) = (Vec::new(), Vec::new(), Vec::new());
        for (plan, listing) in stage.pipeline.lists.iter().zip(state.lists()) {
            if listing.on_it {
                lists.push(Arc::clone(&plan.id));
            } else if listing.unknown.is_some() {
                lists_unknown.push(Arc::clone(&plan.id));
            }
            if let Some(why) = &listing.unknown {
                remark(&plan.id, why);
            }
            entries.extend(listing.entries);
        }
        let bundle = &stage.plan.bundle;
        Assessment {
            unit: self.scene.unit_id(unit),
            level: stage.world.units().get(unit).map(|unit| Arc::clone(&unit.level)).unwrap_or_default(),
            period: stage.period,
            as_of: stage.as_of,
            edition: Arc::from(format!("{}@{}", bundle.id, bundle.edition)),
            takes_part,
            score: scored.score,
            score_without_exemptions: scored.score,
            moved_by_exemptions: false,
            rating,
            band: scored.band,
            vetoed: state.is_vetoed(),
            incomplete: takes_part && stage.is_incomplete(state),
            lists,
            lists_unknown,
            entries,
            figures,
            criteria: if takes_part { total.criteria.clone() } else { IndexMap::new() },
            findings,
            outcomes,
            remarks,
            ledger,
            receipt: Arc::from(""),
        }
    }
}

/// Adds the lines from the sum to the score: what the score script made of it, held between the ends, and the rounding.
fn finish_ledger(
    ledger: &mut Vec<Line>,
    pipeline: &Pipeline,
    sum: Number,
    scripted: Option<Number>,
    score: Number,
) -> Result<(), NumberError> {
    let mut unrounded = sum;
    if let Some(scripted) = scripted {
        ledger.push(Line { what: LineKind::Script, adds: scripted.sub(sum)?, sum: scripted });
        unrounded = pipeline.hold(scripted, ledger)?;
    }
    let rounding = score.sub(unrounded)?;
    if !rounding.is_zero() {
        ledger.push(Line { what: LineKind::Rounding, adds: rounding, sum: score });
    }
    Ok(())
}
