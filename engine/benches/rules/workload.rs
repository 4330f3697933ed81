//! Everything that is measured: the bundle, the villages, and the ways to score them.

use std::sync::Arc;

use liuwu_engine::assess::{Found, Plan, World, find};
use liuwu_engine::assessment::Finding;
use liuwu_engine::bundle;
use liuwu_engine::period::Period;

use crate::data;
use crate::native::{self, Native};

const RECORDS: u32 = 50;
const BUNDLE: &str = include_str!("bundle.yaml");

/// Villages with so many records each, and eight rules.
pub struct Workload {
    pub villages: usize,
    pub plan: Arc<Plan>,
    pub world: Arc<World>,
    pub period: Period,
    interpreted: Arc<Plan>,
    native: Native,
}

impl Workload {
    pub fn new(villages: usize) -> Workload {
        let (bundle, _) = bundle::read("bundle.yaml", BUNDLE).unwrap();
        let plan = Arc::new(Plan::new(Arc::new(bundle)).unwrap());
        let world = Arc::new(data::world(&plan.bundle, villages, RECORDS));
        let period = Period::parse("2025").unwrap();
        Workload { villages, interpreted: plan.interpreting(), native: Native::new(period), plan, world, period }
    }

    pub fn native(&self) -> Vec<native::Found> {
        // The first unit stands above all.
        (1..=self.villages).map(|unit| self.native.find(&self.world, unit)).collect()
    }

    pub fn compiled(&self) -> Vec<Found> {
        find(&self.plan, &self.world, self.period).unwrap()
    }

    pub fn interpreted(&self) -> Vec<Found> {
        find(&self.interpreted, &self.world, self.period).unwrap()
    }

    /// All ways come to the same; how many findings.
    pub fn compare(&self) -> usize {
        let native = self.native();
        let expected: Vec<String> = native.iter().flat_map(|unit| unit.iter().map(|rule| told(rule))).collect();
        for found in [self.compiled(), self.interpreted()] {
            let found: Vec<String> =
                found.iter().flat_map(|unit| unit.rules().map(|rule| told(rule.findings))).collect();
            assert_eq!(expected.len(), found.len());
            for (expected, found) in expected.iter().zip(&found) {
                assert_eq!(expected, found);
            }
        }
        native.iter().flatten().map(Vec::len).sum()
    }
}

fn told(findings: &[Arc<Finding>]) -> String {
    let one = |finding: &Arc<Finding>| {
        let evidence: Vec<u32> = finding.evidence.iter().map(|evidence| evidence.record.source.row).collect();
        format!("{} {:?} {} {} {evidence:?}", finding.rule, finding.kind, finding.points, finding.reason)
    };
    findings.iter().map(one).collect::<Vec<_>>().join("; ")
}
