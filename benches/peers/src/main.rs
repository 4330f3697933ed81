//! How fast other rule engines score the villages that `engine/benches/rules` scores, by the same eight rules.
//!
//! Enters: the workload of that benchmark. Leaves: a table of times and ratios in Markdown. Every engine is given the records in
//! its own form before the clock starts, and what it says (each deduction, the score, the band, the veto) is compared with
//! the scorer written by hand in Rust first. Rounds go through all engines in turn, so that a slow moment of the machine hits all.
//!
//! Of the others is asked less: they calculate, but write no reasons and name no evidence. [`outcome`] comes first, then [`rego`],
//! [`zen`], [`expressions`].
//!
//! `cargo run --release -- --villages 2000 --rounds 5`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a measurement that ends here has failed"
)]

#[path = "../../../engine/benches/rules/data.rs"]
mod data;
#[path = "../../../engine/benches/rules/native.rs"]
mod native;
#[path = "../../../engine/benches/rules/workload.rs"]
mod workload;
mod outcome;
mod rego;
mod zen;
mod expressions;

use std::hint::black_box;
use std::time::{Duration, Instant};

use liuwu_engine::script::threads;
use outcome::{Outcome, assessed, expected};
use workload::Workload;

/// An engine that scores one village, by its place.
type Scorer<'a> = Box<dyn FnMut(usize) -> Outcome + 'a>;

/// One row of the table: a name, and one pass over all villages.
type Way<'a> = (&'static str, Box<dyn FnMut() + 'a>);

fn main() {
    let (villages, rounds) = (asked_for("--villages", 2_000), asked_for("--rounds", 5));
    threads(Some(1)).unwrap().install(|| measure(&Workload::new(villages), rounds));
}

/// The number after an option of the command line.
fn asked_for(option: &str, otherwise: usize) -> usize {
    let mut arguments = std::env::args().skip_while(|argument| argument != option).skip(1);
    arguments.next().map_or(otherwise, |number| number.parse().expect("a number of villages or rounds"))
}

fn measure(workload: &Workload, rounds: usize) {
    let expected = expected(workload);
    let mut others: Vec<(&'static str, Scorer)> = vec![
        ("zen-expression", zen::scorer(workload)),
        ("regorus", rego::scorer(workload)),
        ("cel", expressions::scorer(workload)),
    ];
    for (name, score) in &mut others {
        for (village, expected) in expected.iter().enumerate() {
            score(village).compare(expected).unwrap_or_else(|what| panic!("{name}, village {village}: {what}"));
        }
    }
    let mut ways: Vec<Way> = vec![
        ("native Rust", Box::new(|| drop(black_box(workload.native())))),
        ("Liuwu, compiled", Box::new(|| drop(black_box(workload.compiled())))),
        ("Liuwu, interpreted", Box::new(|| drop(black_box(workload.interpreted())))),
        ("Liuwu, whole assessment", Box::new(|| drop(black_box(assessed(workload))))),
    ];
    for (name, mut score) in others {
        ways.push((name, Box::new(move || (0..workload.villages).for_each(|village| drop(black_box(score(village)))))));
    }
    print(&ways.iter().map(|(name, _)| *name).collect::<Vec<_>>(), &medians(&mut ways, rounds), workload.villages);
}

/// The median time of one pass of each, measured in turn.
fn medians(ways: &mut [Way], rounds: usize) -> Vec<Duration> {
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); ways.len()];
    for _ in 0..rounds {
        for ((_, pass), times) in ways.iter_mut().zip(&mut times) {
            let started = Instant::now();
            pass();
            times.push(started.elapsed());
        }
    }
    times.iter_mut().for_each(|times| times.sort());
    times.iter().map(|times| times[times.len() / 2]).collect()
}

fn print(names: &[&str], medians: &[Duration], villages: usize) {
    let (native, compiled) = (medians[0].as_secs_f64(), medians[1].as_secs_f64());
    println!("| | ns a village | x native | x compiled |\n| --- | ---: | ---: | ---: |");
    for (name, median) in names.iter().zip(medians) {
        let (time, nanoseconds) = (median.as_secs_f64(), median.as_nanos() / villages as u128);
        println!("| {name} | {nanoseconds} | {:.1} | {:.2} |", time / native, time / compiled);
    }
}
