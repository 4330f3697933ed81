//! From findings to points: caps, criteria, the score. Every step leaves a line of the arithmetic.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;

use super::plan::Pipeline;
use super::stage::Why;
use crate::assessment::{CriterionResult, Finding, FindingKind, Line, LineKind, Met, Outcome};
use crate::bundle::{Cap, Combine, Criterion, SharedCap};
use crate::number::{Number, NumberError};
use crate::period::{Granularity, Period};

type Sum = Result<Number, NumberError>;

/// What one rule came to for one unit.
#[derive(Debug, Clone)]
pub(super) struct RuleResult {
    pub(super) outcome: Outcome,
    pub(super) findings: Vec<Arc<Finding>>,
    /// Why it could not be checked, or why it does not apply.
    pub(super) why: Option<Arc<Why>>,
}

impl RuleResult {
    /// The sum of what counts of its findings.
    fn total(&self) -> Sum {
        Number::sum(self.findings.iter().map(|finding| finding.counted))
    }

    /// Whether something was found that counts.
    pub(super) fn found(&self) -> bool {
        self.findings.iter().any(|finding| finding.kind != FindingKind::Note && !finding.exempted)
    }

    fn breaks(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| matches!(finding.kind, FindingKind::Breach | FindingKind::Veto) && !finding.exempted)
    }

    /// Whether a veto counts.
    pub(super) fn vetoes(&self) -> bool {
        self.findings.iter().any(|finding| finding.kind == FindingKind::Veto && !finding.exempted)
    }
}

/// The day a finding belongs to: that of its first evidence, or the period's last.
fn day(finding: &Finding, period: Period) -> crate::period::Date {
    finding.evidence.first().map_or(period.to(), |evidence| evidence.record.date)
}

/// Holds the running sum of some amounts within ±`most`; each amount becomes what it still adds.
fn hold<'a>(amounts: impl IntoIterator<Item = &'a mut Number>, most: Number) -> Result<(), NumberError> {
    let (mut sum, mut held) = (Number::ZERO, Number::ZERO);
    for amount in amounts {
        sum = sum.add(*amount)?;
        let now = sum.min(most).max(-most);
        *amount = now.sub(held)?;
        held = now;
    }
    Ok(())
}

/// Applies caps to what findings count: those over shorter periods first.
pub(super) fn apply_caps(findings: &mut [(crate::period::Date, &mut Number)], caps: &[Cap]) -> Result<(), NumberError> {
    for cap in in_order(caps).iter() {
        match cap.per {
            None => hold(findings.iter_mut().map(|(_, counted)| &mut **counted), cap.points)?,
            Some(per) => {
                let mut by_period: BTreeMap<Period, Vec<&mut Number>> = BTreeMap::new();
                for (day, counted) in findings.iter_mut() {
                    by_period.entry(Period::containing(per, *day)).or_default().push(&mut **counted);
                }
                for amounts in by_period.into_values() {
                    hold(amounts, cap.points)?;
                }
            }
        }
    }
    Ok(())
}

/// Caps in the order in which they are applied.
fn in_order(caps: &[Cap]) -> Cow<'_, [Cap]> {
    if caps.is_sorted_by_key(by_length) {
        return Cow::Borrowed(caps);
    }
    let mut sorted = caps.to_vec();
    sorted.sort_by_key(by_length);
    Cow::Owned(sorted)
}

/// Caps over shorter periods come first, those over the whole period last.
fn by_length(cap: &Cap) -> (u8, Option<Granularity>) {
    cap.per.map_or((1, None), |per| (0, Some(per)))
}

/// The shared caps of a criterion, those of its sub-criteria first.
fn gather_shared_caps<'a>(criterion: &'a Criterion, into: &mut Vec<&'a SharedCap>) {
    for below in &criterion.criteria {
        gather_shared_caps(below, into);
    }
    into.extend(&criterion.caps);
}

/// Sets what counts of a rule's findings, which nobody else holds yet.
///
/// # Errors
/// When amounts or their sum cannot be held.
pub(super) fn settle_rule(findings: &mut [Arc<Finding>], caps: &[Cap], period: Period) -> Result<(), NumberError> {
    for finding in findings.iter_mut().filter_map(Arc::get_mut) {
        finding.counted = if finding.exempted { Number::ZERO } else { finding.points };
    }
    match &mut *findings {
        // One finding stands in one period, whatever that is.
        [finding] => {
            if let Some(finding) = Arc::get_mut(finding) {
                in_order(caps).iter().try_for_each(|cap| hold([&mut finding.counted], cap.points))?;
            }
        }
        several if !caps.is_empty() => {
            let own = several.iter_mut().filter_map(Arc::get_mut);
            let mut counting: Vec<_> = own.map(|finding| (day(finding, period), &mut finding.counted)).collect();
            // The earliest take of a cap first, so that the order in which a script finds changes no points.
            counting.sort_by_key(|(day, _)| *day);
            apply_caps(&mut counting, caps)?;
        }
        _ => {}
    }
    Number::sum(findings.iter().map(|finding| finding.counted)).map(drop)
}

/// The points of all criteria and the score they make, before the score script and the rounding.
#[derive(Default)]
pub(super) struct Total {
    pub(super) criteria: IndexMap<Arc<str>, CriterionResult>,
    /// The points of each rule after its own caps and those it shares, in the order of the pipeline; 0 for one that has not run.
    pub(super) rules: Vec<Number>,
    /// Base and criteria, held between floor and ceiling.
    pub(super) score: Number,
    /// The arithmetic so far.
    pub(super) ledger: Vec<Line>,
    /// What counts of each finding, in the order of the rules and their findings.
    pub(super) counted: Vec<Number>,
}

/// Works through the criteria of one unit.
struct Adder<'a> {
    pipeline: &'a Pipeline,
    period: Period,
    results: &'a dyn Fn(usize) -> Option<&'a RuleResult>,
    /// Place of each rule's first finding among all findings.
    offsets: Vec<usize>,
    counted: Vec<Number>,
    criteria: IndexMap<Arc<str>, CriterionResult>,
    rules: Vec<Number>,
    ledger: Vec<Line>,
}

/// What a criterion is to the one above it.
struct PartOf {
    points: Number,
    met: Met,
    /// Its weight; none where nothing is said.
    weight: Option<Number>,
}

/// Adds up what the rules so far came to. `results` gives none for rules that have not run, by their places.
pub(super) fn total<'a>(
    pipeline: &'a Pipeline,
    period: Period,
    results: &'a dyn Fn(usize) -> Option<&'a RuleResult>,
) -> Result<Total, NumberError> {
    let mut adder = Adder {
        pipeline,
        period,
        results,
        offsets: Vec::with_capacity(pipeline.rules.len()),
        counted: Vec::new(),
        criteria: IndexMap::new(),
        rules: vec![Number::ZERO; pipeline.rules.len()],
        ledger: Vec::new(),
    };
    for place in 0..pipeline.rules.len() {
        adder.offsets.push(adder.counted.len());
        if let Some(result) = results(place) {
            adder.counted.extend(result.findings.iter().map(|finding| finding.counted));
        }
    }
    adder.share_caps()?;
    let mut sum = pipeline.base;
    let mut lines = Vec::new();
    if !pipeline.base.is_zero() {
        lines.push(Line { what: LineKind::Base, adds: pipeline.base, sum });
    }
    for criterion in &pipeline.criteria {
        let part = adder.criterion(criterion)?;
        sum = sum.add(part.points)?;
        lines.append(&mut adder.ledger);
        lines.push(Line { what: LineKind::Criterion(Arc::from(criterion.id.as_str())), adds: part.points, sum });
    }
    let score = pipeline.hold(sum, &mut lines)?;
    Ok(Total { criteria: adder.criteria, rules: adder.rules, score, ledger: lines, counted: adder.counted })
}

impl Pipeline {
    /// A score held between its ends, also where what that adds cannot be written as a number.
    pub(super) fn held(&self, score: Number) -> Number {
        match (self.floor, self.ceiling) {
            (_, Some(ceiling)) if score > ceiling => ceiling,
            (Some(floor), _) if score < floor => floor,
            _ => score,
        }
    }

    /// Holds a score between its ends, with a line for what that adds.
    pub(super) fn hold(&self, score: Number, ledger: &mut Vec<Line>) -> Sum {
        hold_between(score, self.floor, self.ceiling, ledger, LineKind::Floor, LineKind::Ceiling)
    }
}

/// Holds a sum between its ends, with a line for what that adds.
fn hold_between(
    sum: Number,
    floor: Option<Number>,
    ceiling: Option<Number>,
    ledger: &mut Vec<Line>,
    at_floor: LineKind,
    at_ceiling: LineKind,
) -> Sum {
    if let Some(ceiling) = ceiling.filter(|ceiling| sum > *ceiling) {
        ledger.push(Line { what: at_ceiling, adds: ceiling.sub(sum)?, sum: ceiling });
        return Ok(ceiling);
    }
    if let Some(floor) = floor.filter(|floor| sum < *floor) {
        ledger.push(Line { what: at_floor, adds: floor.sub(sum)?, sum: floor });
        return Ok(floor);
    }
    Ok(sum)
}

impl<'a> Adder<'a> {
    fn criterion(&mut self, criterion: &'a Criterion) -> Result<PartOf, NumberError> {
        let id: Arc<str> = Arc::from(criterion.id.as_str());
        let place = self.criteria.len();
        self.criteria.insert(Arc::clone(&id), CriterionResult { points: Number::ZERO, met: Met::Met });
        let mut sum = criterion.base;
        if !criterion.base.is_zero() {
            self.line(LineKind::CriterionBase(Arc::clone(&id)), criterion.base, sum);
        }
        let mut parts = Vec::new();
        let adds_up = criterion.combine == Combine::Sum;
        for rule in &criterion.rules {
            let Some(place) = self.pipeline.rule_place(&rule.id) else { continue };
            let points = self.rule(place, adds_up.then_some(&mut sum))?;
            if let Some(result) = (self.results)(place) {
                parts.push(PartOf { points, met: state_of(result), weight: rule.weight });
            }
        }
        for below in &criterion.criteria {
            let part = self.criterion(below)?;
            if adds_up {
                sum = sum.add(part.points)?;
                self.line(LineKind::Criterion(Arc::from(below.id.as_str())), part.points, sum);
            }
            parts.push(part);
        }
        if !adds_up {
            let combined = combine(criterion.combine, &parts)?;
            sum = sum.add(combined)?;
            self.line(LineKind::Combined(Arc::clone(&id)), combined, sum);
        }
        let at_floor = LineKind::CriterionFloor(Arc::clone(&id));
        let at_ceiling = LineKind::CriterionCeiling(Arc::clone(&id));
        let points = hold_between(sum, criterion.floor, criterion.ceiling, &mut self.ledger, at_floor, at_ceiling)?;
        let met = state(&parts);
        if let Some((_, result)) = self.criteria.get_index_mut(place) {
            *result = CriterionResult { points, met };
        }
        Ok(PartOf { points, met, weight: criterion.weight })
    }

    fn line(&mut self, what: LineKind, adds: Number, sum: Number) {
        self.ledger.push(Line { what, adds, sum });
    }

    /// Lowers what counts of the findings of several rules to the caps they share: those over shorter periods first, then those
    /// of sub-criteria. A cap may name rules of sub-criteria, so all are applied before anything is added up.
    // Invariant: within a cap, findings come in the order in which their rules run, those of a rule by their day, so that
    // rules still to come change nothing about those that have run.
    fn share_caps(&mut self) -> Result<(), NumberError> {
        let mut caps = Vec::new();
        for criterion in &self.pipeline.criteria {
            gather_shared_caps(criterion, &mut caps);
        }
        caps.sort_by_key(|shared| by_length(&shared.cap));
        for shared in caps {
            let mut places = Vec::new();
            let rules = self.pipeline.rules.iter().zip(&self.offsets).enumerate();
            for (rule, (plan, offset)) in rules {
                let sharing = shared.rules.iter().any(|rule| *rule == *plan.id).then(|| (self.results)(rule));
                let Some(result) = sharing.flatten() else { continue };
                let days = result.findings.iter().map(|finding| day(finding, self.period));
                let mut of_rule: Vec<_> = days.enumerate().map(|(index, day)| (offset + index, day)).collect();
                of_rule.sort_by_key(|(_, day)| *day);
                places.extend(of_rule);
            }
            let mut amounts: Vec<Number> =
                places.iter().map(|(place, _)| self.counted.get(*place).copied().unwrap_or_default()).collect();
            let mut counting: Vec<_> = places.iter().map(|(_, day)| *day).zip(amounts.iter_mut()).collect();
            apply_caps(&mut counting, &[shared.cap])?;
            for ((place, _), amount) in places.iter().zip(amounts) {
                if let Some(counted) = self.counted.get_mut(*place) {
                    *counted = amount;
                }
            }
        }
        Ok(())
    }

    /// The points of one rule, with a line for each finding and one for what caps give back.
    fn rule(&mut self, rule: usize, sum: Option<&mut Number>) -> Sum {
        let Some(result) = (self.results)(rule) else { return Ok(Number::ZERO) };
        let offset = self.offsets.get(rule).copied().unwrap_or(0);
        let id = || self.pipeline.rules.get(rule).map(|plan| Arc::clone(&plan.id)).unwrap_or_default();
        let mut running = sum.as_ref().map_or(Number::ZERO, |sum| **sum);
        let before = running;
        let mut uncapped = Number::ZERO;
        for (index, finding) in result.findings.iter().enumerate() {
            if finding.points.is_zero() {
                continue;
            }
            let place = offset + index;
            if finding.exempted {
                self.line(LineKind::Exempted(place), Number::ZERO, running);
                continue;
            }
            running = running.add(finding.points)?;
            uncapped = uncapped.add(finding.points)?;
            self.line(LineKind::Finding(place), finding.points, running);
        }
        let total = result.total()?;
        let own = total.sub(uncapped)?;
        if !own.is_zero() {
            running = running.add(own)?;
            self.line(LineKind::RuleCap(id()), own, running);
        }
        let counted = self.counted.iter().skip(offset).take(result.findings.len()).copied();
        let points = Number::sum(counted)?;
        let shared = points.sub(total)?;
        if !shared.is_zero() {
            running = running.add(shared)?;
            self.line(LineKind::SharedCap(id()), shared, running);
        }
        if let Some(sum) = sum {
            *sum = before.add(points)?;
        }
        if let Some(known) = self.rules.get_mut(rule) {
            *known = points;
        }
        Ok(points)
    }
}

fn state_of(result: &RuleResult) -> Met {
    match result.outcome {
        _ if result.breaks() => Met::NotMet,
        Outcome::CannotCheck => Met::Unchecked,
        Outcome::NotApplicable => Met::NotApplicable,
        Outcome::Clean | Outcome::Findings => Met::Met,
    }
}

/// Broken if one part is broken, else unchecked if one is, else met; not applicable if no part applies.
fn state(parts: &[PartOf]) -> Met {
    let any = |met: Met| parts.iter().any(|part| part.met == met);
    if any(Met::NotMet) {
        Met::NotMet
    } else if any(Met::Unchecked) {
        Met::Unchecked
    } else if !parts.is_empty() && parts.iter().all(|part| part.met == Met::NotApplicable) {
        Met::NotApplicable
    } else {
        Met::Met
    }
}

/// The mean, weighted mean, lowest or highest of the parts that apply; 0 when none does.
fn combine(how: Combine, parts: &[PartOf]) -> Sum {
    let applicable: Vec<_> = parts.iter().filter(|part| part.met != Met::NotApplicable).collect();
    if applicable.is_empty() {
        return Ok(Number::ZERO);
    }
    let points = || applicable.iter().map(|part| part.points);
    match how {
        Combine::Sum => Number::sum(points()),
        Combine::Mean => Number::sum(points())?.div(Number::from(applicable.len())),
        Combine::Min => Ok(points().min().unwrap_or_default()),
        Combine::Max => Ok(points().max().unwrap_or_default()),
        Combine::Weighted => {
            let weight = |part: &PartOf| part.weight.unwrap_or(Number::ONE);
            let weights = Number::sum(applicable.iter().map(|part| weight(part)))?;
            let weighted =
                applicable.iter().map(|part| part.points.mul(weight(part))).collect::<Result<Vec<_>, _>>()?;
            if weights.is_zero() { Ok(Number::ZERO) } else { Number::sum(weighted)?.div(weights) }
        }
    }
}
