//! A whole country, end to end: the store is opened, all facts are read and scored, the results stored; in turn with DuckDB, which
//! works out the same scores from its own file into a table, in plain SQL.
//!
//! Enters: the codes of divisions (`--divisions FILE.csv` or `.csv.gz`, its first column codes of twelve digits), and a directory
//! (`--at DIR`) where the store and DuckDB's file are made the first time, which takes minutes, and kept. Leaves: a table in
//! Markdown. The bands of both are compared village by village before anything is said.
//!
//! `benches/run country FILE` is the way to it; it brings DuckDB.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a measurement that ends here has failed"
)]

mod expected;
mod invented;
mod measured;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use invented::Drawn;
use liuwu::deadline::LONGEST_RUN;
use liuwu::scoring::{self, Ask};
use liuwu::store::{Store, sled};
use liuwu_engine::number::Number;
use liuwu_engine::period::{Period, parse_date};

#[cfg(feature = "mimalloc")]
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

const RECORDS: u64 = 50;
const DUCK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../benches/country.py");

fn main() {
    let at = PathBuf::from(measured::text_for("--at").unwrap_or_else(|| "target/country".to_owned()));
    if std::env::args().any(|argument| argument == "--once") {
        return score_once(&at.join("store"));
    }
    let Some(divisions) = measured::text_for("--divisions") else {
        println!("no list of divisions is given: --divisions FILE.csv.gz");
        return;
    };
    let python = measured::text_for("--python").unwrap_or_else(|| "python3".to_owned());
    let villages = measured::asked_for("--villages", usize::MAX);
    let codes = codes_of(&python, &divisions, villages);
    furnish(&at, &codes, &python);
    let rounds = measured::asked_for("--rounds", 5);
    let mut ours = Vec::new();
    let mut ducks = Vec::new();
    for _ in 0..rounds {
        ducks.push(told(duck(&python, &at, "run")));
        let itself = std::env::current_exe().unwrap();
        ours.push(told(Command::new(itself).args(["--once", "--at"]).arg(&at)));
    }
    compare(&at, &codes);
    println!("| {} villages x {RECORDS} records, two threads | median of {rounds} | peak memory | |", codes.len());
    println!("| :--- | ---: | ---: | ---: |");
    let base = measured::quantile(&ducks.iter().map(|told| told.0).collect::<Vec<_>>(), 0.5);
    for (title, told) in [("DuckDB, from its file into a table", &ducks), ("Liuwu, from its store into a run", &ours)] {
        let seconds = measured::quantile(&told.iter().map(|told| told.0).collect::<Vec<_>>(), 0.5);
        let peak = told.iter().map(|told| told.1).fold(0.0, f64::max);
        println!("| {title} | {seconds:.2} s | {peak:.0} MB | {:.2} |", seconds / base);
    }
}

/// Seconds and megabytes, as a process says them in its last line.
fn told(command: impl std::borrow::BorrowMut<Command>) -> (f64, f64) {
    let mut command = command;
    let output = command.borrow_mut().stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "{:?}", output.status);
    let text = String::from_utf8(output.stdout).unwrap();
    let last: Vec<f64> = text.lines().last().unwrap().split(' ').map(|number| number.parse().unwrap()).collect();
    (last[0], last[1])
}

fn duck(python: &str, at: &Path, what: &str) -> Command {
    let mut command = Command::new(python);
    command.arg(DUCK).arg(what).arg(at);
    command
}

/// The codes of villages in a list, by rising code.
fn codes_of(python: &str, divisions: &str, most: usize) -> Vec<String> {
    let output = Command::new(python).args([DUCK, "codes", divisions]).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "the list of divisions cannot be read");
    let mut codes: Vec<String> = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    codes.sort();
    codes.dedup();
    codes.truncate(most);
    codes
}

/// Makes the store and DuckDB's file, unless they are there for as many villages.
fn furnish(at: &Path, codes: &[String], python: &str) {
    let stamp = at.join("villages");
    let wanted = format!("{} {RECORDS} {}", codes.len(), invented::STANDARD.len());
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return;
    }
    let _ = fs::remove_dir_all(at);
    fs::create_dir_all(at).unwrap();
    fs::write(at.join("codes.csv"), codes.join("\n")).unwrap();
    let started = Instant::now();
    let store = sled::open(at.join("store")).unwrap();
    invented::publish(&store, invented::STANDARD);
    invented::fill(&store, codes, RECORDS);
    drop(store);
    eprintln!("the store is made in {:.0} s", started.elapsed().as_secs_f64());
    let started = Instant::now();
    assert!(duck(python, at, "load").status().unwrap().success());
    eprintln!("DuckDB's file is made in {:.0} s", started.elapsed().as_secs_f64());
    fs::write(stamp, wanted).unwrap();
}

/// One run from beginning to end; a run made earlier goes first, so that the store does not grow.
fn score_once(path: &Path) {
    {
        let store = sled::open(path).unwrap();
        for run in store.runs().unwrap() {
            store.discard_run(run.id).unwrap();
        }
    }
    let started = Instant::now();
    let store = sled::open(path).unwrap();
    let run = scoring::score(&store, &ask()).unwrap();
    drop(store);
    let seconds = started.elapsed().as_secs_f64();
    assert!(run.assessments > 0);
    println!("{seconds:.3} {:.0}", peak());
}

fn ask() -> Ask {
    Ask {
        bundle: invented::BUNDLE.to_owned(),
        edition: None,
        periods: Period::parse_list(invented::PERIOD).unwrap(),
        as_of: parse_date("2026-01-10").unwrap(),
        by: "bench".to_owned(),
        at: "2026-01-10T12:00:00+08:00".parse().unwrap(),
        pseudonym_key: b"a key for measuring".to_vec(),
        longest: LONGEST_RUN,
    }
}

/// The most memory that this process has held, in megabytes.
fn peak() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

/// Holds the scores and bands of both against each other, and against what the records add up to by hand.
fn compare(at: &Path, codes: &[String]) {
    let store = sled::open(at.join("store")).unwrap();
    let run = store.runs().unwrap().remove(0);
    let table = fs::read_to_string(at.join("result.csv")).unwrap();
    let mut rows = table.lines();
    let mut village = 0;
    scoring::each_of::<scoring::ScoringError>(&store, run.id, run.periods[0], &mut |filed| {
        let row: Vec<&str> = rows.next().unwrap().split(',').collect();
        let first = village as u64 * RECORDS;
        let (score, band) = expected::score((first..first + RECORDS).map(Drawn::new));
        let hundredths = |score: i64| Number::fraction(score, 100).unwrap();
        assert_eq!((row[0], filed.unit.as_str()), (codes[village].as_str(), codes[village].as_str()));
        assert_eq!((row[1], filed.band.as_deref()), (band, Some(band)), "{}", filed.unit);
        assert_eq!(row[2].parse::<i64>().unwrap(), score, "{}", filed.unit);
        assert_eq!(filed.score, Some(hundredths(score)), "{}", filed.unit);
        village += 1;
        Ok(())
    })
    .unwrap();
    assert_eq!(village, codes.len());
}
