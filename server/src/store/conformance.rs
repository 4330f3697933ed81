//! One list of promises, kept by every store.
//!
//! Each function in `uploads`, `knowledge`, `moments`, `takings`, `supposing`, `runs`, `half_runs`, `drawers` and `upkeep` is a promise and takes an empty store; `kept_by` makes of it a
//! test for each store. On sled the database is then verified, closed, opened again and must say the same. A further store is
//! one more line in `kept_by`.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use liuwu_engine::period::{Date, Period};
use liuwu_engine::record::Source;
use serde_json::{Value as Json, json};

use super::memory::Memory;
use super::*;

/// A test of each promise for each store.
macro_rules! kept_by {
    ($($promise:ident),+ $(,)?) => {
        mod memory {
            $(#[test] fn $promise() { super::$promise(&crate::store::memory::Memory::new()); })+
        }
        mod on_sled {
            $(#[test] fn $promise() { crate::store::conformance::keep_on_disk(super::$promise); })+
        }
    };
}

mod uploads;
mod knowledge;
mod moments;
mod packed;
mod runs;
mod half_runs;
mod supposing;
mod takings;
mod upkeep;
mod blanking;
mod journal;
mod cabinet;
mod drawers;
mod agreement;

/// A day of 2020.
pub(super) fn day(month: i8, day: i8) -> Date {
    jiff::civil::date(2020, month, day)
}

/// Noon of a day in China.
fn noon(day: Date) -> Timestamp {
    format!("{day}T12:00:00+08:00").parse().unwrap()
}

pub(super) fn act(day: Date, why: &str) -> Act {
    Act { by: "王".to_owned(), at: noon(day), why: why.to_owned() }
}

pub(super) fn period(name: &str) -> Period {
    name.parse().unwrap()
}

pub(super) fn record(unit: &str, kind: &str, deaths: u32) -> RecordRow {
    let Json::Object(fields) = json!({ "deaths": deaths, "premises": "home" }) else { unreachable!() };
    let columns = BTreeMap::from([("deaths".to_owned(), "F".to_owned())]);
    let source = Source {
        file: Arc::from("火灾.xlsx"),
        sheet: Some(Arc::from("2020")),
        row: deaths + 2,
        columns: Some(Arc::new(columns)),
    };
    RecordRow {
        unit: unit.to_owned(),
        kind: kind.to_owned(),
        date: day(1, 9),
        number: None,
        fields,
        source,
        supersedes: None,
    }
}

fn correcting(old: RecordId, record: RecordRow) -> RecordRow {
    RecordRow { supersedes: Some(old), ..record }
}

/// A batch of records, received on a day.
pub(super) fn batch(on: Date, records: Vec<RecordRow>) -> NewBatch {
    NewBatch { records, ..NewBatch::new(noon(on), "李", "一月火灾台账") }
}

fn id(batch: u64, number: u32) -> RecordId {
    ItemId { batch: BatchId(batch), number }
}

fn numbers(facts: &UnitFacts) -> Vec<String> {
    facts.records.iter().map(|record| record.id.to_string()).collect()
}

fn known(store: &dyn Store, unit: &str, as_of: Date) -> Vec<String> {
    numbers(&store.facts_of(unit, as_of).unwrap())
}

fn export_text(store: &dyn Store) -> String {
    let mut text = Vec::new();
    transfer::export(store, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

/// A batch with something of everything, and with what is hard to keep: odd names, long texts, numbers of many digits.
pub(super) fn rich_batch(on: Date) -> NewBatch {
    let mut records: Vec<RecordRow> = (0..400)
        .map(|n| record(["甲村", "乙村", "a\0b", "a"][n as usize % 4], ["fire", "dispute"][n as usize / 7 % 2], n))
        .collect();
    records[3].fields.insert("story".to_owned(), Json::String("说".repeat(9_000)));
    records[4].fields = serde_json::from_str(
        r#"{"loss":12345678901234567890.120,"steps":[{"at":null},{"b":{"c":[1,2]}}],"z":1,"a":2}"#,
    )
    .unwrap();
    records[5].source = Source { file: Arc::from("push.jsonl"), sheet: None, row: 1, columns: None };
    records[6].number = Some("(2020)1-7号".to_owned());
    let attribute = |unit: &str, value: Json| AttributeFact {
        unit: unit.to_owned(),
        attribute: "population".to_owned(),
        from: Some(day(1, 1)),
        value,
    };
    let unit = |id: &str, name: &str| UnitRow {
        id: id.to_owned(),
        level: "village".to_owned(),
        name: name.to_owned(),
        parent: Some("330381001000".to_owned()),
    };
    let statement =
        Statement { kind: "fire".to_owned(), area: "330381".to_owned(), from: day(1, 1), to: day(1, 31), nil: false };
    let exemption = Exemption {
        unit: "甲村".to_owned(),
        rule: "FIRE-001".to_owned(),
        record: Some("F-12".to_owned()),
        from: day(1, 1),
        until: None,
        reason: "雷击起火".to_owned(),
        approved_by: "张".to_owned(),
        approved_on: Some(day(2, 1)),
    };
    NewBatch {
        files: vec!["火灾.xlsx".to_owned(), "push.jsonl".to_owned()],
        notes: BTreeMap::from([("encoding".to_owned(), "GB18030".to_owned())]),
        attributes: vec![
            attribute("甲村", json!(1200)),
            attribute("town", json!("12.50")),
            attribute("甲村", Json::Null),
        ],
        units: vec![unit("330381001001", "甲"), unit("330381001002", "乙")],
        statements: vec![statement.clone(), Statement { nil: true, ..statement }],
        exemptions: vec![exemption],
        ..batch(on, records)
    }
}

pub(super) fn new_run(periods: &[&str]) -> NewRun {
    NewRun {
        id: None,
        bundle: "six-no".to_owned(),
        edition: "2020".to_owned(),
        digest: "ab".repeat(32),
        periods: periods.iter().map(|name| period(name)).collect(),
        as_of: day(3, 1),
        started: noon(day(3, 1)),
        by: "王".to_owned(),
        engine: "0.1.0".to_owned(),
        trial: false,
        seen: Some(Seen { batch: BatchId(3), withdrawals: 1 }),
        looks_back_on: None,
        base: None,
    }
}

pub(super) fn outcome() -> RunOutcome {
    let counts = BTreeMap::from([("units".to_owned(), 515)]);
    RunOutcome { finished: noon(day(3, 1)), root: "cd".repeat(32), counts }
}

/// What a unit's assessment looks like in these tests: some are long, one is no text.
fn assessment(period: &str, number: usize) -> Vec<u8> {
    match number {
        7 => vec![0xFF; 40_000],
        8 => Vec::new(),
        _ => format!("{{\"period\":\"{period}\",\"number\":{number}}}").into_bytes(),
    }
}

pub(super) fn save_run(store: &dyn Store, periods: &[&str], units: usize, trial: bool) -> Run {
    let mut writer = store.begin_run(NewRun { trial, ..new_run(periods) }).unwrap();
    for name in periods {
        for number in 0..units {
            writer.add(period(name), &format!("{number:06}"), &assessment(name, number)).unwrap();
        }
    }
    writer.finish(outcome()).unwrap()
}

/// Something of everything, with corrections and withdrawals between.
pub(super) fn furnish(store: &dyn Store) {
    store.append_batch(rich_batch(day(2, 1))).unwrap();
    store.append_batch(batch(day(3, 1), vec![correcting(id(1, 1), record("乙村", "fire", 77))])).unwrap();
    store.withdraw_batch(BatchId(2), act(day(3, 2), "误")).unwrap();
    store.withdraw_record(id(1, 2), act(day(3, 2), "重复")).unwrap();
    store.append_batch(batch(day(3, 3), vec![correcting(id(1, 1), record("甲村", "fire", 78))])).unwrap();
    let complete = NewBatch { takes_back: vec![id(1, 9), id(1, 10)], ..rich_batch(day(1, 5)) };
    store.append_batch(complete).unwrap();
    let new = |edition: &str| NewEdition {
        bundle: "six-no".to_owned(),
        edition: edition.to_owned(),
        text: Arc::from(format!("edition: {edition}\n").repeat(900)),
        published_at: noon(day(1, 1)),
        by: "王".to_owned(),
        note: String::new(),
    };
    store.publish_edition(new("2020")).unwrap();
    store.publish_edition(new("2019")).unwrap();
    let kept = save_run(store, &["2020-01", "2020"], 60, false).id;
    let spare = save_run(store, &["2020"], 2, false).id;
    save_run(store, &["2020"], 2, true);
    store.discard_run(spare).unwrap();
    store.release(kept, act(day(3, 9), "审定")).unwrap();
    store.file_papers(vec![Paper::new("mappings", "platform", "kind: event\n".repeat(900))]).unwrap();
    store.keep("drafts", &[7; 70_000], noon(day(3, 9))).unwrap();
}

/// Keeps a promise on sled: afterwards the database is sound, and says the same when it is opened again.
fn keep_on_disk(promise: fn(&dyn Store)) {
    let directory = tempfile::tempdir().unwrap();
    let store = sled::open(directory.path()).unwrap();
    promise(&store);
    assert_eq!(store.verify().unwrap(), []);
    let before = export_text(&store);
    drop(store);
    let store = sled::open(directory.path()).unwrap();
    assert!(export_text(&store) == before, "the database opened again says something else");
}
