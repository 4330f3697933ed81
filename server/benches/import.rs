//! How fast a large CSV file goes into the store, beside SQLite's own `.import` of the same file; and how much memory that takes.
//!
//! Enters: fires that nobody had, in the villages of the sample: as many as are held, and a million, which flow by. Leaves: tables in
//! Markdown. Ours reads the file, recognises its table, checks every cell, finds the village of every row, compares with what is known and stores one
//! batch; SQLite puts the texts into the columns of a table with the index by which ours are found (unit, kind). Both are
//! durable when they return (SQLite with `synchronous=FULL`). They take turns, each time into something empty.
//!
//! `cargo bench -p liuwu --bench import -- --rounds 5 --rows 199999 --large 1000000`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a measurement that ends here has failed"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use jiff::Timestamp;
use liuwu::store::{self, Store};
use liuwu::upload::{self, File, Said};
use liuwu_engine::bundle::{self, Bundle};

/// That of the program.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

const STANDARD: &str = include_str!("../../rules/ruian-six-no/2020.yaml");
const DIVISIONS: &str = include_str!("../../fixtures/ruian/divisions.csv");
const HEADER: &str = "编号,镇街,村社,发生日期,场所,原因,死亡人数,受伤人数,直接损失(万元)";
const SCHEMA: &str = "CREATE TABLE record (no TEXT, town TEXT, village TEXT, day TEXT, premises TEXT, cause TEXT, \
                      deaths INTEGER, injuries INTEGER, loss TEXT); \
                      CREATE INDEX by_unit ON record (town, village);";

fn main() {
    // With the header as many lines as are held.
    let (rounds, rows, large) =
        (asked_for("--rounds", 5), asked_for("--rows", 199_999), asked_for("--large", 1_000_000));
    for (rounds, rows) in [(rounds, rows), (rounds.div_ceil(2), large)] {
        if rows > 0 {
            measure(rounds, rows);
        }
    }
}

fn measure(rounds: usize, rows: usize) {
    let (bundle, _) = bundle::read("ruian-six-no", STANDARD).unwrap();
    let place = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let csv = place.path().join("火灾.csv");
    fs::write(&csv, fires(rows)).unwrap();
    let has_sqlite = Command::new("sqlite3").arg("-version").output().is_ok_and(|ran| ran.status.success());
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        ours.push(import(&bundle, &csv, &place.path().join(format!("store-{round}")), rows));
        if has_sqlite {
            theirs.push(sqlite(&csv, &place.path().join(format!("{round}.db")), rows));
        }
    }
    let [preparing, committing] = [0, 1].map(|step| median(ours.iter().map(|steps| steps[step]).collect()));
    let whole = median(ours.iter().map(|steps| steps[0] + steps[1]).collect());
    let rate = |seconds: f64| format!("{:.0}", rows as f64 / seconds);
    println!("\n| {rows} rows of CSV | seconds | rows a second |");
    println!("| --- | ---: | ---: |");
    println!("| read, check, compare | {preparing:.2} | {} |", rate(preparing));
    println!("| store | {committing:.2} | {} |", rate(committing));
    println!("| both | {whole:.2} | {} |", rate(whole));
    if has_sqlite {
        let peer = median(theirs.clone());
        let ratios = ours.iter().zip(&theirs).map(|(steps, peer)| peer / (steps[0] + steps[1]));
        println!("| sqlite3 .import | {peer:.2} | {} |", rate(peer));
        println!("\nRate against SQLite's, median of {rounds} rounds: {:.2}", median(ratios.collect()));
    } else {
        println!("\nNOT COMPARED: sqlite3 is not installed");
    }
    println!("Memory of this process so far, at most: {} MB", peak() / 1024);
}

/// Kilobytes that this process has had at most; 0 where the system does not say.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse().ok()).unwrap_or(0)
}

/// Seconds of reading and checking, and of storing.
fn import(bundle: &Bundle, csv: &Path, path: &Path, rows: usize) -> [f64; 2] {
    let store = store::sled::open(path).unwrap();
    let divisions = File { name: "divisions.csv".to_owned(), bytes: DIVISIONS.as_bytes().to_vec() };
    assert!(store_file(&store, bundle, divisions).2 > 0, "there are no villages");
    let started = Instant::now();
    let file = File { name: "火灾.csv".to_owned(), bytes: fs::read(csv).unwrap() };
    let (prepared, committed, stored) = store_file(&store, bundle, file);
    assert_eq!(stored, rows, "a row was left out");
    let steps = [(prepared - started).as_secs_f64(), (committed - prepared).as_secs_f64()];
    drop(store);
    fs::remove_dir_all(path).unwrap();
    steps
}

/// When a file was read and when it was stored, and how many rows that were.
fn store_file(store: &dyn Store, bundle: &Bundle, file: File) -> (Instant, Instant, usize) {
    let said = Said::new("bench", Timestamp::now(), "bench");
    let report = upload::prepare(store, bundle, &[file], &said).unwrap();
    let prepared = Instant::now();
    assert!(report.acceptable, "{:?}", report.faults.first());
    let rows = report.rows() as usize + report.batch().units.len();
    upload::commit(store, report).unwrap().expect("a batch");
    (prepared, Instant::now(), rows)
}

/// Seconds that SQLite takes.
fn sqlite(csv: &Path, path: &Path, rows: usize) -> f64 {
    run(path, &[SCHEMA.to_owned()]);
    let started = Instant::now();
    let load = format!(".import --csv --skip 1 \"{}\" record", csv.display());
    run(path, &["PRAGMA synchronous=FULL;".to_owned(), load]);
    let seconds = started.elapsed().as_secs_f64();
    let counted = run(path, &["SELECT count(*) FROM record;".to_owned()]);
    assert_eq!(counted.trim(), rows.to_string(), "SQLite left a row out");
    fs::remove_file(path).unwrap();
    seconds
}

fn run(path: &Path, commands: &[String]) -> String {
    let ran = Command::new("sqlite3").arg("-batch").arg("-bail").arg(path).args(commands).output().unwrap();
    assert!(ran.status.success() && ran.stderr.is_empty(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

/// Fires, in the villages in turn, as a clerk would write them.
fn fires(rows: usize) -> String {
    let divisions: Vec<Vec<&str>> = DIVISIONS.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let name_of = |code: &str| divisions.iter().find(|cells| cells[0] == code).map(|cells| cells[1]).unwrap();
    let villages: Vec<(&str, &str)> =
        divisions.iter().filter(|cells| cells[2] == "village").map(|cells| (name_of(cells[3]), cells[1])).collect();
    let mut text = format!("{HEADER}\n");
    for row in 0..rows {
        let (town, village) = villages[row * 7 % villages.len()];
        let premises = ["住宅", "居住出租房", "生产经营", "三合一", "交通工具", "其他"][row % 6];
        let cause = ["电气", "用火不慎", "电动自行车", "吸烟", "其他"][row % 5];
        let (month, day) = (row % 12 + 1, row % 28 + 1);
        let (deaths, injuries) = (usize::from(row % 97 == 0), row % 3);
        let loss = format!("{}.{:02}", row % 40, row % 100);
        writeln!(
            text,
            "F-{row:06},{town},{village},2020-{month:02}-{day:02},{premises},{cause},{deaths},{injuries},{loss}"
        )
        .unwrap();
    }
    text
}

/// The number after an option of the command line.
fn asked_for(option: &str, otherwise: usize) -> usize {
    let mut arguments = std::env::args().skip_while(|argument| argument != option).skip(1);
    arguments.next().map_or(otherwise, |number| number.parse().expect("a number"))
}

/// The one in the middle.
fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
