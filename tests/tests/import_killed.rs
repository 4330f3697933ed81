//! An import of a table too large to be held, killed while it goes on: nothing of it counts, nothing of it is left, and the next one is as
//! if nothing had happened.
//!
//! Killed is the program as users have it, at points that it tells of itself; where it stands in time does not matter.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail loudly, and so do the functions they share"
)]

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use liuwu::store::{BatchId, Store, UnitFacts, sled};
use liuwu_engine::period::Date;

const LIUWU: &str = env!("CARGO_BIN_EXE_liuwu-under-test");
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
/// More than are held.
const ROWS: usize = 205_000;
/// What it says just before it is killed: while it reads, before the first row is written, in the middle, when all rows are there but the
/// batch is not.
const POINTS: [&str; 5] = ["读取 15", "入库 0/", "入库 40000/", "入库 160000/", "收尾"];

fn liuwu(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(LIUWU);
    command.args(arguments).arg("--data").arg(data).current_dir(ROOT).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

fn run(data: &Path, arguments: &[&str]) {
    let ran = liuwu(data, arguments).output().unwrap();
    assert!(ran.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
}

/// A city that has one fire, and a standard that says what a fire is.
fn furnish(data: &Path, place: &Path) {
    let first = place.join("先报的.csv");
    fs::write(
        &first,
        "编号,区划代码,发生日期,场所,原因,死亡人数,受伤人数\nG-1,330381001701,2020-03-04,住宅,电气,0,0\n",
    )
    .unwrap();
    run(data, &["publish", "rules/ruian-six-no/2020.yaml"]);
    run(data, &["import", "fixtures/ruian/divisions.csv"]);
    run(data, &["import", first.to_str().unwrap()]);
}

/// Fires in three villages; the first corrects nothing, the last is known already.
fn table(place: &Path) -> String {
    let mut text = String::from("编号,区划代码,发生日期,场所,原因,死亡人数,受伤人数\n");
    for row in 0..ROWS {
        writeln!(text, "F-{row},33038100170{},2020-03-04,住宅,电气,0,{}", row % 3 + 1, row % 2).unwrap();
    }
    text += "G-1,330381001701,2020-03-04,住宅,电气,0,0\n";
    let path = place.join("火灾.csv");
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Starts an import and kills it as soon as it says something.
fn kill_at(point: &str, data: &Path, table: &str) {
    let mut child = liuwu(data, &["import", table]).spawn().unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let mut said = Vec::new();
    for line in lines {
        said.push(line);
        if said.last().unwrap().starts_with(point) {
            child.kill().unwrap();
            break;
        }
    }
    let status = child.wait().unwrap();
    assert!(!status.success(), "it was done before it was killed at 「{point}」");
    assert!(said.last().unwrap().starts_with(point), "it never came to 「{point}」: {said:?}");
}

/// What counts of the fires, without when they were handed in.
fn known(store: &dyn Store) -> Vec<UnitFacts> {
    let mut known = store.scan_facts(None, 9_999, Date::MAX).unwrap();
    for record in known.iter_mut().flat_map(|facts| &mut facts.records) {
        record.received_on = Date::MIN;
    }
    known
}

/// How many batches there are, and records in force, in a store that is opened again; nothing of it is at fault.
fn counts(data: &Path) -> (usize, usize) {
    let store = sled::open(data.join("store")).unwrap();
    assert_eq!(store.verify().unwrap(), []);
    let records = known(&store).iter().map(|facts| facts.records.len()).sum();
    (store.batches(None, 99).unwrap().len(), records)
}

#[test]
fn a_large_import_that_is_killed_anywhere_leaves_all_or_nothing() {
    let place = tempfile::tempdir().unwrap();
    let (killed, undisturbed) = (place.path().join("killed"), place.path().join("undisturbed"));
    let table = table(place.path());
    furnish(&killed, place.path());
    let before = sled::open(killed.join("store")).unwrap().health().unwrap().batches;
    for point in POINTS {
        kill_at(point, &killed, &table);
        assert_eq!(counts(&killed), (before as usize, 1), "killed at 「{point}」");
        run(&killed, &["verify", "--store"]);
    }
    furnish(&undisturbed, place.path());
    for data in [&killed, &undisturbed] {
        run(data, &["import", &table]);
        assert_eq!(counts(data), (before as usize + 1, ROWS + 1));
    }
    let [one, other] = [&killed, &undisturbed].map(|data| sled::open(data.join("store")).unwrap());
    let batch = BatchId(before + 1);
    assert_eq!(one.batch(batch).unwrap().counts, other.batch(batch).unwrap().counts);
    assert!(known(&one) == known(&other), "the second import is not as an undisturbed one");
    for facts in known(&one) {
        let packed = |store: &dyn Store| store.packed_of(&facts.unit, Date::MAX).unwrap().bytes;
        assert!(packed(&one) == packed(&other), "{} is packed otherwise", facts.unit);
    }
}
