//! A process that is killed in the middle of writing loses nothing that it had acknowledged, and leaves nothing half.
//!
//! The test starts itself again as a child that appends numbered batches and prints each number once the store has returned.
//! After a while of chance length it is killed, the database is opened, and everything acknowledged must be there byte for byte.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use liuwu_engine::period::Date;
use liuwu_engine::record::Source;
use serde_json::{Map, Value as Json};

use super::conformance::{batch, day, new_run, period};
use super::*;

const DIRECTORY: &str = "LIUWU_CRASH_TEST_DIRECTORY";
const ROUNDS: u64 = 10;

/// The batch with a number: from 1 to 60 records in several units, the last one up to 20 kB; from the second one on it corrects
/// a record of the batch before.
fn numbered(number: u64) -> NewBatch {
    let records = (0..=number * 7 % 60).map(|row| {
        let length = if row == 0 { number as usize * 131 % 20_000 } else { 40 };
        let text = format!("{number}/{row} {}", "字".repeat(length / 3));
        RecordRow {
            unit: format!("{:03}", (number + row) % 50),
            kind: ["fire", "dispute"][(number as usize) % 2].to_owned(),
            date: day(1, 1),
            number: Some(format!("{number}-{row}")),
            fields: Map::from_iter([("text".to_owned(), Json::String(text))]),
            source: Source::line(&"push.jsonl".into(), row as u32 + 1),
            supersedes: (row == 0 && number > 1).then(|| ItemId { batch: BatchId(number - 1), number: 1 }),
        }
    });
    let mut batch = batch(day(2, 1), records.collect());
    batch.what = format!("第 {number} 批");
    batch.units = vec![UnitRow { id: number.to_string(), level: "village".into(), name: "村".into(), parent: None }];
    batch
}

/// The child: appends the batches that come next, and now and then a run, until it is killed.
fn append_until_killed(directory: &Path) {
    let store = sled::open(directory).unwrap();
    let mut number = store.batches(None, 1).unwrap().first().map_or(0, |batch| batch.id.0);
    loop {
        number += 1;
        let id = store.append_batch(numbered(number)).unwrap();
        assert_eq!(id, BatchId(number));
        writeln!(std::io::stdout(), "acknowledged {number}").unwrap();
        if number % 5 == 0 {
            save_numbered_run(&store, number);
        }
    }
}

/// A run whose assessments say which run it is.
fn save_numbered_run(store: &dyn Store, number: u64) {
    let mut writer = store.begin_run(NewRun { by: number.to_string(), ..new_run(&["2020"]) }).unwrap();
    for unit in 0..300 {
        writer.add(period("2020"), &format!("{unit:04}"), format!("{number}/{unit}").as_bytes()).unwrap();
    }
    let outcome = RunOutcome { finished: jiff::Timestamp::UNIX_EPOCH, root: String::new(), counts: Default::default() };
    writer.finish(outcome).unwrap();
}

fn start_child(directory: &Path) -> Child {
    let test = "store::crash::what_was_acknowledged_before_a_kill_is_there_byte_for_byte";
    Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(DIRECTORY, directory)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The highest number that the child acknowledged before it was killed.
fn acknowledged_by(child: &mut Child, life: Duration) -> u64 {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let reader = std::thread::spawn(move || {
        let numbers = lines.map_while(|line| line.ok());
        numbers.filter_map(|line| line.split_once("acknowledged ")?.1.parse().ok()).last().unwrap_or(0)
    });
    sleep(life);
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

/// Opens the database and compares all of it with what must be there; gives the number of its newest batch.
fn check_everything(directory: &Path, acknowledged: u64) -> u64 {
    let store = sled::open(directory).unwrap();
    assert_eq!(store.verify().unwrap(), []);
    let newest = store.batches(None, 1).unwrap().first().map_or(0, |batch| batch.id.0);
    // One more may be whole on the disk whose acknowledgement was not printed any more.
    assert!(newest == acknowledged || newest == acknowledged + 1, "{acknowledged} acknowledged, {newest} there");
    let mut in_force = 0;
    for number in 1..=newest {
        let expected = numbered(number);
        in_force += expected.records.len() - usize::from(expected.records[0].supersedes.is_some());
        assert!(store.contents(BatchId(number)).unwrap() == expected, "batch {number} differs");
    }
    let facts = store.scan_facts(None, 1_000, Date::MAX).unwrap();
    assert_eq!(facts.iter().map(|unit| unit.records.len()).sum::<usize>(), in_force, "half a batch is seen");
    assert_eq!(store.units(Date::MAX).unwrap().len() as u64, newest);
    for run in store.runs().unwrap() {
        let assessments = store.scan_assessments(run.id, None, 1_000).unwrap();
        assert_eq!(assessments.len(), 300, "half a run is seen");
        let own =
            |(unit, stored): (usize, &StoredAssessment)| stored.bytes == format!("{}/{unit}", run.by).into_bytes();
        assert!(assessments.iter().enumerate().all(own), "run {} differs", run.id);
    }
    newest
}

#[test]
fn what_was_acknowledged_before_a_kill_is_there_byte_for_byte() {
    if let Some(directory) = env::var_os(DIRECTORY) {
        return append_until_killed(Path::new(&directory));
    }
    let directory = tempfile::tempdir().unwrap();
    let started = Instant::now();
    let mut newest = 0;
    for round in 0..ROUNDS {
        let mut child = start_child(directory.path());
        // From the first moments of opening to some dozens of batches.
        let life = Duration::from_millis(60 + round * 97 % 300);
        let acknowledged = acknowledged_by(&mut child, life).max(newest);
        newest = check_everything(directory.path(), acknowledged);
    }
    println!("{newest} batches in {ROUNDS} rounds, {:?}", started.elapsed());
    assert!(
        newest >= ROUNDS,
        "only {newest} batches in {:?}: the children were killed too early to test anything",
        started.elapsed()
    );
}
