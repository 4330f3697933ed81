//! What a table of a million rows takes of the memory: as good as nothing for each row.
//!
//! The test starts itself again as a child that reads and checks a table and says how much memory it had at most.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail loudly, and so do the functions they share"
)]

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use jiff::Timestamp;
use liuwu::store::memory::Memory;
use liuwu::upload::{self, File, Said};
use liuwu_engine::bundle;

const TABLE: &str = "LIUWU_MEMORY_TABLE";
const STANDARD: &str = include_str!("../../rules/ruian-six-no/2020.yaml");
const DIVISIONS: &str = include_str!("../../fixtures/ruian/divisions.csv");
/// Bytes of a row of the table, which is held as it was handed in.
const OF_THE_FILE: u64 = 60;
/// Bytes beside it: where it is set down, and the digest of its fact in a table that doubles when it is full.
const OF_THE_ROW: u64 = 100;

/// Kilobytes that this process has had at most.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse().unwrap()
}

/// The child: reads and checks a table.
fn check(table: &Path) {
    let (bundle, _) = bundle::read("ruian-six-no", STANDARD).unwrap();
    let store = Memory::new();
    let said = Said::new("clerk", Timestamp::UNIX_EPOCH, "test");
    let divisions = File { name: "divisions.csv".into(), bytes: DIVISIONS.into() };
    let report = upload::prepare(&store, &bundle, &[divisions], &said).unwrap();
    upload::commit(&store, report).unwrap();
    let file = File { name: "火灾.csv".into(), bytes: fs::read(table).unwrap() };
    let report = upload::prepare(&store, &bundle, &[file], &said).unwrap();
    assert!(report.acceptable && report.is_large(), "{:?}", report.faults.first());
    println!("{} rows, peak {}", report.rows(), peak());
}

/// Kilobytes that reading and checking so many rows takes.
fn peak_of(rows: usize) -> u64 {
    let place = tempfile::tempdir().unwrap();
    let table = place.path().join("火灾.csv");
    let mut text = String::from("编号,区划代码,发生日期,场所,原因,死亡人数,受伤人数\n");
    for row in 0..rows {
        writeln!(text, "F-{row:07},33038100170{},2020-03-04,住宅,电气,0,0", row % 3 + 1).unwrap();
    }
    fs::write(&table, text).unwrap();
    let test = "a_large_table_takes_little_memory_for_a_row";
    let ran = Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(TABLE, &table)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(ran.status.success() && said.contains(&format!("{rows} rows, peak ")), "{said}");
    said.split("peak ").nth(1).unwrap().split_whitespace().next().unwrap().parse().unwrap()
}

#[test]
fn a_large_table_takes_little_memory_for_a_row() {
    if let Some(table) = env::var_os(TABLE) {
        return check(Path::new(&table));
    }
    if !cfg!(target_os = "linux") {
        return println!("NOT CHECKED: this system does not say how much memory a process takes");
    }
    let (few, many) = (210_000, 630_000);
    let grown = peak_of(many).saturating_sub(peak_of(few)) * 1024 / (many - few) as u64;
    println!("{grown} bytes for each row");
    assert!(grown <= OF_THE_FILE + OF_THE_ROW, "{grown} bytes for each row");
}
