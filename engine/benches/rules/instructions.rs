//! How many instructions the compiled rules take for each one of the scorer written by hand: a ratio that holds on every
//! machine, however busy, where seconds do not.
//!
//! Enters: nothing; it runs itself under `valgrind --tool=callgrind`, once for each way. Leaves: the ratio, and an exit code that
//! says whether it is within its bound. `./check` runs it with the dev profile, `benches/run` with the release profile.

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

use std::hint::black_box;
use std::process::{Command, ExitCode};

use liuwu_engine::script::threads;
use workload::Workload;

const VILLAGES: usize = 40;
/// The most instructions of compiled rules for one of the scorer written by hand: what the dev profile counted when this was
/// set, 3.21, and a little room.
const MOST: f64 = 3.4;
/// As few as they should take.
const GOAL: f64 = 3.0;
/// Fewer than that, and nothing was counted.
const FEWEST: u64 = 100_000;
/// The argument with which it runs one way, for valgrind to count.
const COUNT: &str = "--count";

fn main() -> ExitCode {
    let way = std::env::args().skip_while(|argument| argument != COUNT).nth(1);
    match way.as_deref() {
        None => guard(),
        Some("native") => run(counted_native),
        Some("compiled") => run(counted_compiled),
        Some(other) => panic!("there is no way {other}"),
    }
}

/// Runs one way, to be counted. It has run before, to compare it with the others, so all that is made at first use is there.
fn run(way: fn(&Workload)) -> ExitCode {
    threads(Some(1)).unwrap().install(|| {
        let workload = Workload::new(VILLAGES);
        workload.compare();
        way(&workload);
    });
    ExitCode::SUCCESS
}

#[inline(never)]
fn counted_native(workload: &Workload) {
    drop(black_box(workload.native()));
}

#[inline(never)]
fn counted_compiled(workload: &Workload) {
    drop(black_box(workload.compiled()));
}

fn guard() -> ExitCode {
    let [native, compiled] = ["native", "compiled"].map(instructions);
    let ratio = compiled as f64 / native as f64;
    println!(
        "{VILLAGES} villages: written by hand {native} instructions, compiled {compiled}: {ratio:.2} x; \
         at most {MOST} x, goal {GOAL} x"
    );
    if ratio <= MOST { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The instructions of one way, as valgrind counts them.
fn instructions(way: &str) -> u64 {
    let told = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(format!("--toggle-collect=instructions::counted_{way}"))
        .arg(std::env::current_exe().unwrap())
        .args([COUNT, way])
        .output()
        .expect("valgrind is not installed");
    let told = String::from_utf8_lossy(&told.stderr).into_owned();
    let count = told.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
    let count = count.unwrap_or_else(|| panic!("valgrind counted nothing: {told}"));
    assert!(count > FEWEST, "only {count} instructions: the function to count was not met");
    count
}
