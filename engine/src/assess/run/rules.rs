//! Rules: what a script said becomes findings, lowered to the caps of the rule.

use std::sync::Arc;

use super::decide::why;
use super::{Asked, Pass};
use crate::assess::plan::RulePlan;
use crate::assess::points::{RuleResult, settle_rule};
use crate::assess::stage::Why;
use crate::assess::steps::Step;
use crate::assessment::{Evidence, Finding, FindingKind, Outcome};
use crate::bundle::Better;
use crate::number::Number;
use crate::script::{Failure, Interpreter, Said};

impl RuleResult {
    pub(super) fn without_findings(outcome: Outcome, why: Option<Why>) -> RuleResult {
        RuleResult { outcome, findings: Vec::new(), why: why.map(Arc::new) }
    }
}

impl Pass {
    pub(super) fn rule(
        &self,
        interpreter: &mut Interpreter,
        step: Step,
        plan: &RulePlan,
        place: usize,
    ) -> Result<RuleResult, Failure> {
        let nothing = RuleResult::without_findings;
        let asked =
            |program| Asked { step, program, about: &plan.id, compare: plan.rule.compare.as_ref(), subject: None };
        if let Some(applies) = &plan.applies {
            match self.decide(self.execute(interpreter, place, asked(applies)))? {
                Ok(true) => {}
                Ok(false) => return Ok(nothing(Outcome::NotApplicable, None)),
                Err(why) => return Ok(nothing(Outcome::CannotCheck, Some(why))),
            }
        }
        let ended = self.execute(interpreter, place, asked(&plan.program));
        let failure = match ended.value {
            Ok(_) => None,
            Err(Failure::CalledOff) => return Err(Failure::CalledOff),
            Err(failure) => Some(failure),
        };
        let finding = |said| Arc::new(self.finding(plan, place, said, failure.is_some()));
        let mut findings: Vec<Arc<Finding>> = ended.said.into_iter().map(finding).collect();
        if let Err(error) = settle_rule(&mut findings, &plan.rule.caps, self.stage.period) {
            return Ok(nothing(Outcome::CannotCheck, Some((format!("计算出错:{error}"), error.to_string()))));
        }
        let found = findings.iter().any(|finding| finding.kind != FindingKind::Note);
        let (outcome, why) = match failure {
            None if found => (Outcome::Findings, None),
            None => (Outcome::Clean, None),
            Some(Failure::NotApplicable(reason)) => (Outcome::NotApplicable, Some((reason.clone(), reason))),
            Some(failure) => (Outcome::CannotCheck, Some(why(failure))),
        };
        Ok(RuleResult { outcome, findings, why: why.map(Arc::new) })
    }

    /// What a rule said as a finding. Of a rule that failed, a veto stands and all else is a note that does not count.
    fn finding(&self, plan: &RulePlan, place: usize, said: Said, failed: bool) -> Finding {
        let deducts = match self.stage.plan.bundle.assess.better {
            Better::Higher => said.kind == FindingKind::Deduct,
            Better::Lower => said.kind == FindingKind::Award,
        };
        let points = if deducts { -said.points } else { said.points };
        let kind = if failed && said.kind != FindingKind::Veto { FindingKind::Note } else { said.kind };
        let exempted = self.stage.exempting
            && self.stage.world.has_exemptions()
            && self
                .stage
                .world
                .exemptions_of(&self.scene.unit_id(self.unit(place)))
                .any(|exemption| exemption.covers(&plan.id, &said.evidence, self.stage.period));
        Finding {
            rule: Arc::clone(&plan.id),
            kind,
            points: if failed { Number::ZERO } else { points },
            counted: Number::ZERO,
            reason: said.reason,
            evidence: said.evidence.into_iter().map(|record| Evidence { record }).collect(),
            exempted,
        }
    }
}
