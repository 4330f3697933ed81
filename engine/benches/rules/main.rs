//! How fast rules run: written by hand in Rust, compiled, interpreted. Each comes to the same findings, which is compared before
//! anything is timed.
//!
//! `cargo bench -p liuwu-engine --bench rules`; in one line each, with ratios: `… --bench rules -- --table`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a measurement that ends here has failed"
)]

mod data;
mod native;

use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::Criterion;
use liuwu_engine::assess::{Found, Plan, World, find};
use liuwu_engine::assessment::Finding;
use liuwu_engine::bundle;
use liuwu_engine::period::Period;
use liuwu_engine::script::threads;
use native::Native;

const VILLAGES: usize = 2_000;
const RECORDS: u32 = 50;
const BUNDLE: &str = include_str!("bundle.yaml");

/// Everything that is measured.
struct Bench {
    plan: Arc<Plan>,
    interpreted: Arc<Plan>,
    world: Arc<World>,
    period: Period,
    native: Native,
}

impl Bench {
    fn new() -> Bench {
        let (bundle, _) = bundle::read("bundle.yaml", BUNDLE).unwrap();
        let plan = Arc::new(Plan::new(Arc::new(bundle)).unwrap());
        let world = Arc::new(data::world(&plan.bundle, VILLAGES, RECORDS));
        let period = Period::parse("2025").unwrap();
        Bench { interpreted: plan.interpreting(), native: Native::new(period), plan, world, period }
    }

    fn native(&self) -> Vec<native::Found> {
        // The first unit stands above all.
        (1..=VILLAGES).map(|unit| self.native.find(&self.world, unit)).collect()
    }

    fn compiled(&self) -> Vec<Found> {
        find(&self.plan, &self.world, self.period).unwrap()
    }

    fn interpreted(&self) -> Vec<Found> {
        find(&self.interpreted, &self.world, self.period).unwrap()
    }

    /// All ways come to the same.
    fn compare(&self) {
        let native: Vec<String> = self.native().iter().flat_map(|unit| unit.iter().map(|rule| told(rule))).collect();
        for found in [self.compiled(), self.interpreted()] {
            let found: Vec<String> =
                found.iter().flat_map(|unit| unit.rules.iter().map(|rule| told(&rule.findings))).collect();
            assert_eq!(native.len(), found.len());
            for (a, b) in native.iter().zip(&found) {
                assert_eq!(a, b);
            }
        }
        let findings: usize = self.native().iter().flatten().map(Vec::len).sum();
        println!("{VILLAGES} villages x {RECORDS} records, 8 rules, {findings} findings, the same in all ways");
    }
}

fn told(findings: &[Arc<Finding>]) -> String {
    let one = |finding: &Arc<Finding>| {
        let evidence: Vec<u32> = finding.evidence.iter().map(|evidence| evidence.record.source.row).collect();
        format!("{} {:?} {} {} {evidence:?}", finding.rule, finding.kind, finding.points, finding.reason)
    };
    findings.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// The median time of a way, measured in turn with the others.
fn table(bench: &Bench, rounds: usize) {
    let mut times: [Vec<Duration>; 3] = Default::default();
    for _ in 0..rounds {
        let ways: [&dyn Fn() -> usize; 3] =
            [&|| bench.native().len(), &|| bench.compiled().len(), &|| bench.interpreted().len()];
        for (way, times) in ways.iter().zip(&mut times) {
            let started = Instant::now();
            assert_eq!(std::hint::black_box(way()), VILLAGES);
            times.push(started.elapsed());
        }
    }
    let medians = times.map(|mut times| {
        times.sort();
        times[rounds / 2].as_nanos() / VILLAGES as u128
    });
    for (name, median) in ["native", "compiled", "interpreted"].iter().zip(medians) {
        println!("{name:12} {median:9} ns a village {:8.2} x native", median as f64 / medians[0] as f64);
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    threads(Some(1)).unwrap().install(|| {
        let bench = Bench::new();
        bench.compare();
        if arguments.iter().any(|argument| argument == "--table") {
            return table(&bench, 11);
        }
        let mut criterion = Criterion::default().configure_from_args();
        let mut group = criterion.benchmark_group("rules");
        group.throughput(criterion::Throughput::Elements(VILLAGES as u64)).sample_size(10);
        group.bench_function("native", |b| b.iter(|| bench.native()));
        group.bench_function("compiled", |b| b.iter(|| bench.compiled()));
        group.bench_function("interpreted", |b| b.iter(|| bench.interpreted()));
        group.finish();
        criterion.final_summary();
    });
}
