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
mod workload;

use std::time::{Duration, Instant};

use criterion::Criterion;
use liuwu_engine::script::threads;
use workload::Workload;

const VILLAGES: usize = 2_000;

/// The median time of a way, measured in turn with the others.
fn table(bench: &Workload, rounds: usize) {
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
        let bench = Workload::new(VILLAGES);
        println!("{VILLAGES} villages, 8 rules, {} findings, the same in all ways", bench.compare());
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
