//! One list of promises, kept by every store.
//!
//! Each function here is a promise and takes an empty store. [`kept_by`] makes of them a test for each store; on sled the
//! database is then verified, closed, opened again and must say the same.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::Timestamp;
use liuwu_engine::period::{Date, Period};
use liuwu_engine::record::Source;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::memory::Memory;
use super::*;

/// A day of 2020.
pub(super) fn day(month: i8, day: i8) -> Date {
    jiff::civil::date(2020, month, day)
}

/// Noon of a day in China.
fn noon(day: Date) -> Timestamp {
    format!("{day}T12:00:00+08:00").parse().unwrap()
}

fn act(day: Date, why: &str) -> Act {
    Act { by: "王".to_owned(), at: noon(day), why: why.to_owned() }
}

pub(super) fn period(name: &str) -> Period {
    name.parse().unwrap()
}

fn record(unit: &str, kind: &str, deaths: u32) -> RecordRow {
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
        from: day(1, 1),
        until: None,
        reason: "雷击起火".to_owned(),
        approved_by: "张".to_owned(),
        approved_on: day(2, 1),
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

// Batches

fn a_batch_is_given_back_as_it_was_handed_in(store: &dyn Store) {
    let handed_in = rich_batch(day(2, 3));
    let id = store.append_batch(handed_in.clone()).unwrap();
    let given_back = store.contents(id).unwrap();
    assert_eq!(given_back, handed_in);
    let order: Vec<_> = given_back.records[4].fields.keys().collect();
    assert_eq!(order, ["loss", "steps", "z", "a"], "the order of the fields is kept");
    let heading = store.batch(id).unwrap();
    assert_eq!(heading.counts, handed_in.counts());
    assert_eq!(heading.counts.all_records(), 400);
    assert_eq!((heading.by.as_str(), heading.received_on, heading.withdrawn), ("李", day(2, 3), None));
}

fn batches_are_numbered_without_gaps_and_listed_newest_first(store: &dyn Store) {
    for number in 1..=5 {
        assert_eq!(store.append_batch(batch(day(1, 1), vec![])).unwrap(), BatchId(number));
    }
    let listed = |before, limit| {
        let list = store.batches(before, limit).unwrap();
        list.into_iter().map(|batch| batch.id.0).collect::<Vec<_>>()
    };
    assert_eq!(listed(None, 3), [5, 4, 3]);
    assert_eq!(listed(Some(BatchId(3)), 10), [2, 1]);
    assert!(matches!(store.batch(BatchId(6)), Err(StoreError::NotFound(Missing::Batch(BatchId(6))))));
    assert!(matches!(store.contents(BatchId(0)), Err(StoreError::NotFound(Missing::Batch(BatchId(0))))));
}

fn a_batch_that_is_refused_leaves_nothing_behind(store: &dyn Store) {
    store.append_batch(batch(day(1, 1), vec![record("甲村", "fire", 1)])).unwrap();
    let before = export_text(store);
    let refused = [
        batch(day(1, 2), vec![record("甲村", "fire", 2), correcting(id(1, 2), record("甲村", "fire", 3))]),
        batch(
            day(1, 2),
            vec![correcting(id(1, 1), record("甲村", "fire", 2)), correcting(id(1, 1), record("甲村", "fire", 3))],
        ),
        batch(day(1, 2), vec![record("甲村", "fire", 2), record(&"村".repeat(67), "fire", 3)]),
        batch(day(1, 2), vec![record("甲村", "fire", 2), record("", "fire", 3)]),
    ];
    let refusals = refused.map(|batch| store.append_batch(batch).unwrap_err());
    assert!(matches!(&refusals[0], StoreError::NotFound(Missing::Record(missing)) if *missing == id(1, 2)));
    assert!(matches!(&refusals[1], StoreError::Conflict(Conflict::SupersededTwice(old)) if *old == id(1, 1)));
    assert!(matches!(&refusals[2], StoreError::Conflict(Conflict::TooLong(_))));
    assert!(matches!(&refusals[3], StoreError::Conflict(Conflict::Nameless)));
    assert_eq!(export_text(store), before);
    assert_eq!(store.append_batch(batch(day(1, 3), vec![])).unwrap(), BatchId(2));
}

// Knowledge of a day

fn records_come_by_kind_and_number_whatever_the_order_of_arrival(store: &dyn Store) {
    store.append_batch(batch(day(2, 1), vec![record("甲村", "fire", 1), record("甲村", "dispute", 2)])).unwrap();
    store.append_batch(batch(day(1, 1), vec![record("甲村", "dispute", 3), record("乙村", "fire", 4)])).unwrap();
    assert_eq!(known(store, "甲村", Date::MAX), ["1-2", "2-1", "1-1"]);
    assert_eq!(known(store, "甲", Date::MAX), [""; 0], "a name that begins another one is another unit");
    assert_eq!(known(store, "甲村村", Date::MAX), [""; 0]);
}

fn a_record_is_known_from_the_day_it_was_received_on(store: &dyn Store) {
    store.append_batch(batch(day(2, 1), vec![record("甲村", "fire", 1)])).unwrap();
    assert_eq!(known(store, "甲村", day(1, 31)), [""; 0]);
    assert_eq!(known(store, "甲村", day(2, 1)), ["1-1"]);
}

fn a_corrected_record_counts_until_the_day_of_its_correction(store: &dyn Store) {
    store.append_batch(batch(day(2, 1), vec![record("甲村", "fire", 1)])).unwrap();
    store.append_batch(batch(day(3, 1), vec![correcting(id(1, 1), record("甲村", "fire", 0))])).unwrap();
    assert_eq!(known(store, "甲村", day(2, 29)), ["1-1"]);
    assert_eq!(known(store, "甲村", day(3, 1)), ["2-1"]);
    assert_eq!(store.facts_of("甲村", day(3, 1)).unwrap().records[0].fields["deaths"], json!(0));
}

fn a_withdrawn_record_counts_until_the_day_of_its_withdrawal(store: &dyn Store) {
    store.append_batch(batch(day(2, 1), vec![record("甲村", "fire", 1), record("甲村", "fire", 2)])).unwrap();
    store.withdraw_record(id(1, 1), act(day(3, 1), "重复")).unwrap();
    assert_eq!(known(store, "甲村", day(2, 29)), ["1-1", "1-2"]);
    assert_eq!(known(store, "甲村", day(3, 1)), ["1-2"]);
    let state = State::Withdrawn { act: act(day(3, 1), "重复"), with_batch: false };
    assert_eq!(store.record(id(1, 1)).unwrap().state, state);
}

fn an_act_late_in_the_evening_takes_effect_on_that_day_in_china(store: &dyn Store) {
    store.append_batch(batch(day(2, 1), vec![record("甲村", "fire", 1)])).unwrap();
    let late = Act { at: "2020-03-01T23:30:00+08:00".parse().unwrap(), ..act(day(3, 1), "误报") };
    store.withdraw_record(id(1, 1), late).unwrap();
    assert_eq!(known(store, "甲村", day(2, 29)), ["1-1"]);
    assert_eq!(known(store, "甲村", day(3, 1)), [""; 0]);
}

fn withdrawing_a_batch_brings_back_what_it_had_superseded(store: &dyn Store) {
    store.append_batch(batch(day(2, 1), vec![record("甲村", "fire", 1)])).unwrap();
    store
        .append_batch(batch(
            day(3, 1),
            vec![correcting(id(1, 1), record("甲村", "fire", 0)), record("甲村", "fire", 9)],
        ))
        .unwrap();
    store.withdraw_batch(BatchId(2), act(day(4, 1), "整批有误")).unwrap();
    assert_eq!(known(store, "甲村", day(3, 31)), ["2-1", "2-2"]);
    assert_eq!(known(store, "甲村", day(4, 1)), ["1-1"]);
    assert_eq!(store.batch(BatchId(2)).unwrap().withdrawn, Some(act(day(4, 1), "整批有误")));
    let again = store.withdraw_batch(BatchId(2), act(day(4, 2), "再撤")).unwrap_err();
    assert!(matches!(again, StoreError::Conflict(Conflict::BatchWithdrawn(BatchId(2)))));
    store.append_batch(batch(day(5, 1), vec![correcting(id(1, 1), record("甲村", "fire", 3))])).unwrap();
    assert_eq!(known(store, "甲村", Date::MAX), ["3-1"]);
}

fn withdrawing_a_record_does_not_bring_back_what_it_had_superseded(store: &dyn Store) {
    store.append_batch(batch(day(2, 1), vec![record("甲村", "fire", 1)])).unwrap();
    store.append_batch(batch(day(3, 1), vec![correcting(id(1, 1), record("甲村", "fire", 0))])).unwrap();
    store.withdraw_record(id(2, 1), act(day(4, 1), "没有发生")).unwrap();
    assert_eq!(known(store, "甲村", day(3, 31)), ["2-1"]);
    assert_eq!(known(store, "甲村", day(4, 1)), [""; 0]);
}

fn undoing_the_second_of_three_uploads_does_not_bring_back_the_first(store: &dyn Store) {
    store.append_batch(batch(day(2, 1), vec![record("甲村", "fire", 1)])).unwrap();
    store.append_batch(batch(day(3, 1), vec![correcting(id(1, 1), record("甲村", "fire", 2))])).unwrap();
    store.append_batch(batch(day(4, 1), vec![correcting(id(2, 1), record("甲村", "fire", 3))])).unwrap();
    store.withdraw_batch(BatchId(2), act(day(5, 1), "误")).unwrap();
    assert_eq!(known(store, "甲村", day(5, 1)), ["3-1"]);
    let State::Superseded { by, .. } = store.record(id(1, 1)).unwrap().state else { panic!("the first one counts") };
    assert_eq!(by, id(3, 1));
    store.withdraw_batch(BatchId(3), act(day(6, 1), "也误")).unwrap();
    assert_eq!(known(store, "甲村", day(6, 1)), ["1-1"]);
}

fn a_correction_may_move_a_record_to_another_unit_and_back(store: &dyn Store) {
    store.append_batch(batch(day(2, 1), vec![record("甲村", "fire", 1)])).unwrap();
    store.append_batch(batch(day(3, 1), vec![correcting(id(1, 1), record("乙村", "fire", 1))])).unwrap();
    store.append_batch(batch(day(4, 1), vec![correcting(id(2, 1), record("丙村", "fire", 1))])).unwrap();
    store.withdraw_batch(BatchId(2), act(day(5, 1), "误")).unwrap();
    assert_eq!(known(store, "甲村", day(3, 1)), [""; 0]);
    assert_eq!(known(store, "乙村", day(3, 1)), ["2-1"]);
    assert_eq!(known(store, "甲村", day(5, 1)), [""; 0], "its last correction stands in another unit");
    assert_eq!(known(store, "丙村", day(5, 1)), ["3-1"]);
    store.withdraw_batch(BatchId(3), act(day(6, 1), "误")).unwrap();
    assert_eq!(known(store, "甲村", day(6, 1)), ["1-1"]);
}

fn a_record_out_of_force_is_neither_corrected_nor_withdrawn(store: &dyn Store) {
    store.append_batch(batch(day(2, 1), vec![record("甲村", "fire", 1), record("甲村", "fire", 2)])).unwrap();
    store.append_batch(batch(day(3, 1), vec![correcting(id(1, 1), record("甲村", "fire", 3))])).unwrap();
    store.withdraw_record(id(1, 2), act(day(3, 1), "重复")).unwrap();
    for old in [id(1, 1), id(1, 2)] {
        let refused =
            |result: Result<()>| matches!(result, Err(StoreError::Conflict(Conflict::NotInForce(id))) if id == old);
        let correction = batch(day(4, 1), vec![correcting(old, record("甲村", "fire", 4))]);
        assert!(refused(store.append_batch(correction).map(drop)));
        assert!(refused(store.withdraw_record(old, act(day(4, 1), "再撤"))));
    }
    let missing = store.withdraw_record(id(9, 1), act(day(4, 1), "无")).unwrap_err();
    assert!(matches!(missing, StoreError::NotFound(Missing::Record(_))));
}

fn the_history_of_a_record_names_who_when_and_why(store: &dyn Store) {
    store.append_batch(batch(day(2, 1), vec![record("甲村", "fire", 0), record("甲村", "fire", 1)])).unwrap();
    let mut correction = batch(day(3, 1), vec![correcting(id(1, 2), record("乙村", "fire", 2))]);
    correction.what = "更正死亡人数".to_owned();
    store.append_batch(correction).unwrap();
    store.append_batch(batch(day(4, 1), vec![correcting(id(2, 1), record("乙村", "fire", 3))])).unwrap();
    for asked in [id(1, 2), id(2, 1), id(3, 1)] {
        let history = store.history(asked).unwrap();
        let numbers: Vec<_> = history.iter().map(|version| version.record.id).collect();
        assert_eq!(numbers, [id(1, 2), id(2, 1), id(3, 1)]);
        let first = Act { by: "李".to_owned(), at: noon(day(3, 1)), why: "更正死亡人数".to_owned() };
        assert_eq!(history[0].state, State::Superseded { by: id(2, 1), act: first });
        assert_eq!(history[2].state, State::InForce);
        assert_eq!(history[0].record.source.cell("deaths"), "火灾.xlsx!2020!F3");
    }
    assert_eq!(store.history(id(1, 1)).unwrap().len(), 1);
    assert!(matches!(store.history(id(1, 3)), Err(StoreError::NotFound(Missing::Record(_)))));
}

fn of_two_facts_for_one_attribute_and_day_the_newer_counts(store: &dyn Store) {
    let fact =
        |from, value| AttributeFact { unit: "甲村".to_owned(), attribute: "population".to_owned(), from, value };
    let with = |on, attributes| NewBatch { attributes, ..batch(on, vec![]) };
    store.append_batch(with(day(2, 1), vec![fact(None, json!(1)), fact(Some(day(1, 1)), json!(2))])).unwrap();
    store.append_batch(with(day(3, 1), vec![fact(None, json!(3))])).unwrap();
    let values = |as_of| {
        let facts = store.facts_of("甲村", as_of).unwrap();
        facts.attributes.iter().map(|fact| (fact.from, fact.value.clone())).collect::<Vec<_>>()
    };
    assert_eq!(values(day(1, 31)), []);
    assert_eq!(values(day(2, 1)), [(None, json!(1)), (Some(day(1, 1)), json!(2))]);
    assert_eq!(values(day(3, 1)), [(None, json!(3)), (Some(day(1, 1)), json!(2))]);
    store.withdraw_batch(BatchId(2), act(day(4, 1), "误")).unwrap();
    assert_eq!(values(day(4, 1)), [(None, json!(1)), (Some(day(1, 1)), json!(2))]);
}

fn a_scan_gives_every_unit_once_and_in_order(store: &dyn Store) {
    store.append_batch(rich_batch(day(2, 1))).unwrap();
    store.append_batch(rich_batch(day(3, 1))).unwrap();
    store.withdraw_batch(BatchId(2), act(day(4, 1), "误")).unwrap();
    for limit in [1, 2, 3, 100] {
        for as_of in [day(1, 1), day(2, 1), day(3, 1), day(4, 1)] {
            let mut scanned: Vec<UnitFacts> = Vec::new();
            loop {
                let after = scanned.last().map(|facts| facts.unit.clone());
                let page = store.scan_facts(after.as_deref(), limit, as_of).unwrap();
                let is_last = page.len() < limit;
                scanned.extend(page);
                if is_last {
                    break;
                }
            }
            let units: Vec<_> = scanned.iter().map(|facts| facts.unit.as_str()).collect();
            assert_eq!(units, ["a", "a\0b", "town", "乙村", "甲村"]);
            for facts in scanned {
                assert_eq!(store.facts_of(&facts.unit, as_of).unwrap(), facts);
            }
        }
    }
}

fn the_records_of_a_kind_are_visited_until_the_visitor_breaks_off(store: &dyn Store) {
    let records = vec![record("乙村", "fire", 1), record("甲村", "dispute", 2), record("甲村", "fire", 3)];
    store.append_batch(batch(day(2, 1), records)).unwrap();
    store.append_batch(batch(day(3, 1), vec![correcting(id(1, 1), record("乙村", "fire", 4))])).unwrap();
    let visited = |as_of, most| {
        let mut visited = Vec::new();
        let visit = &mut |record: StoredRecord| {
            visited.push(record.id.to_string());
            if visited.len() == most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        store.records_of_kind("fire", as_of, visit).unwrap();
        visited
    };
    assert_eq!(visited(day(2, 1), 9), ["1-1", "1-3"]);
    assert_eq!(visited(day(3, 1), 9), ["2-1", "1-3"]);
    assert_eq!(visited(day(3, 1), 1), ["2-1"]);
}

fn units_statements_and_exemptions_are_those_known_on_the_day(store: &dyn Store) {
    let old = rich_batch(day(2, 1));
    let mut new = batch(day(3, 1), vec![]);
    new.units = vec![UnitRow { name: "甲社区".to_owned(), ..old.units[0].clone() }];
    new.statements = vec![old.statements[0].clone()];
    new.exemptions = vec![Exemption { until: Some(day(12, 31)), ..old.exemptions[0].clone() }];
    store.append_batch(old.clone()).unwrap();
    store.append_batch(new.clone()).unwrap();
    assert_eq!(store.units(day(1, 1)).unwrap(), []);
    assert_eq!(store.units(day(2, 1)).unwrap(), old.units);
    assert_eq!(store.units(day(3, 1)).unwrap(), [new.units[0].clone(), old.units[1].clone()]);
    let statements = store.statements(day(3, 1)).unwrap();
    assert_eq!(statements.iter().map(|statement| statement.id).collect::<Vec<_>>(), [id(1, 1), id(1, 2), id(2, 1)]);
    assert!(statements[1].nil && !statements[2].nil);
    let exemptions = store.exemptions(day(3, 1)).unwrap();
    assert_eq!((exemptions.len(), exemptions[1].until), (2, Some(day(12, 31))));
    store.withdraw_batch(BatchId(1), act(day(4, 1), "误")).unwrap();
    assert_eq!(store.exemptions(day(4, 1)).unwrap().len(), 1);
    assert_eq!(store.units(day(4, 1)).unwrap(), new.units);
}

// Editions

fn a_published_edition_is_immutable(store: &dyn Store) {
    let edition = |edition: &str, text: &str| NewEdition {
        bundle: "six-no".to_owned(),
        edition: edition.to_owned(),
        text: Arc::from(text),
        published_at: noon(day(1, 1)),
        by: "王".to_owned(),
        note: "首次发布".to_owned(),
    };
    assert_eq!(store.current_edition("six-no").unwrap(), None);
    let long = "rule: 扣分\n".repeat(20_000);
    let first = store.publish_edition(edition("2021", &long)).unwrap();
    let second = store.publish_edition(edition("2020", "bundle: six-no\n")).unwrap();
    assert_eq!(first.digest.len(), 64);
    assert_ne!(first.digest, second.digest);
    assert_eq!(*first.text, *long);
    assert_eq!(store.publish_edition(edition("2021", &long)).unwrap(), first, "the same text again changes nothing");
    let refused = store.publish_edition(edition("2021", "bundle: six-no\n")).unwrap_err();
    assert!(matches!(refused, StoreError::Conflict(Conflict::EditionPublished { .. })));
    assert_eq!(store.edition("six-no", "2021").unwrap(), first);
    assert_eq!(store.current_edition("six-no").unwrap(), Some(second.clone()), "the one published last");
    assert_eq!(store.editions().unwrap(), [first, second]);
    assert!(matches!(store.edition("six-no", "2019"), Err(StoreError::NotFound(Missing::Edition { .. }))));
    assert_eq!(store.current_edition("six").unwrap(), None);
}

// Runs

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
    }
}

fn outcome() -> RunOutcome {
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

fn a_run_is_seen_when_it_is_finished_and_not_before(store: &dyn Store) {
    let mut writer = store.begin_run(new_run(&["2020"])).unwrap();
    writer.add(period("2020"), "甲村", b"{}").unwrap();
    assert_eq!(store.runs().unwrap(), []);
    drop(writer);
    assert_eq!(store.runs().unwrap(), []);
    let run = save_run(store, &["2020"], 3, false);
    assert_eq!(store.runs().unwrap(), [run.clone()]);
    assert_eq!(store.run(run.id).unwrap(), run);
    assert_eq!((run.assessments, run.counts["units"], run.released), (3, 515, false));
    assert_eq!(store.assessment(run.id, "甲村", period("2020")).unwrap(), None);
    assert!(matches!(store.run(RunId(99)), Err(StoreError::NotFound(Missing::Run(RunId(99))))));
}

fn assessments_are_given_back_one_by_one_and_in_order(store: &dyn Store) {
    let periods = ["2020-01", "2020-02", "2020"];
    let run = save_run(store, &periods, 700, false);
    let other = save_run(store, &["2020-02"], 5, false);
    let mut expected = Vec::new();
    for name in periods {
        for number in 0..700 {
            let unit = format!("{number:06}");
            let bytes = assessment(name, number);
            assert_eq!(store.assessment(run.id, &unit, period(name)).unwrap(), Some(bytes.clone()));
            expected.push(StoredAssessment { period: period(name), unit, bytes });
        }
    }
    assert_eq!(store.assessment(run.id, "000699x", period("2020")).unwrap(), None);
    assert_eq!(store.assessment(run.id, "000001", period("2021")).unwrap(), None);
    assert_eq!(store.assessment(other.id, "000001", period("2020")).unwrap(), None);
    for limit in [1_000_000, 333, 64] {
        let mut scanned: Vec<StoredAssessment> = Vec::new();
        loop {
            let last = scanned.last().map(|last| (last.period, last.unit.clone()));
            let cursor = last.as_ref().map(|(period, unit)| (*period, unit.as_str()));
            let page = store.scan_assessments(run.id, cursor, limit).unwrap();
            let is_last = page.len() < limit;
            scanned.extend(page);
            if is_last {
                break;
            }
        }
        assert!(scanned == expected, "the pages of {limit} are not all assessments in order");
    }
    let from_february = store.scan_assessments(run.id, Some((period("2020-02"), "")), 1).unwrap();
    assert_eq!((from_february[0].period, from_february[0].unit.as_str()), (period("2020-02"), "000000"));
    assert_eq!(store.scan_assessments(run.id, Some((period("1999"), "")), 1).unwrap(), []);
}

fn assessments_out_of_order_are_refused(store: &dyn Store) {
    let mut writer = store.begin_run(new_run(&["2020-01", "2020-02"])).unwrap();
    writer.add(period("2020-01"), "b", b"1").unwrap();
    for (name, unit) in [("2020-01", "a"), ("2020-01", "b"), ("2020-03", "c")] {
        let refused = writer.add(period(name), unit, b"2").unwrap_err();
        assert!(matches!(refused, StoreError::Conflict(Conflict::OutOfOrder { .. })));
    }
    writer.add(period("2020-02"), "a", b"3").unwrap();
    assert!(writer.add(period("2020-01"), "c", b"4").is_err());
    assert_eq!(writer.finish(outcome()).unwrap().assessments, 2);
}

fn the_run_in_force_is_the_newest_that_is_no_trial(store: &dyn Store) {
    let find = |name: &str| store.current_run("six-no", period(name)).unwrap().map(|run| run.id);
    assert_eq!(find("2020-01"), None);
    let first = save_run(store, &["2020-01", "2020-02"], 1, false).id;
    let second = save_run(store, &["2020-02"], 1, false).id;
    let trial = save_run(store, &["2020-02"], 1, true).id;
    assert!(first < second && second < trial);
    assert_eq!((find("2020-01"), find("2020-02"), find("2020-03")), (Some(first), Some(second), None));
    assert_eq!(store.current_run("other", period("2020-01")).unwrap(), None);
    assert_eq!(store.runs().unwrap().iter().map(|run| run.id).collect::<Vec<_>>(), [trial, second, first]);
}

fn nothing_is_public_until_it_is_released(store: &dyn Store) {
    let run = save_run(store, &["2020"], 1, false).id;
    let newer = save_run(store, &["2020"], 1, false).id;
    let trial = save_run(store, &["2020"], 1, true).id;
    let public = || store.released_run("six-no", period("2020")).unwrap().map(|run| run.id);
    assert_eq!((public(), store.is_released(run).unwrap()), (None, false));
    assert!(matches!(store.retract(run, act(day(3, 1), "")), Err(StoreError::Conflict(Conflict::NotReleased(_)))));
    assert!(matches!(store.release(trial, act(day(3, 1), "")), Err(StoreError::Conflict(Conflict::Trial(_)))));
    assert!(matches!(store.release(RunId(99), act(day(3, 1), "")), Err(StoreError::NotFound(Missing::Run(_)))));
    store.release(run, act(day(3, 2), "经会议审定")).unwrap();
    assert!(matches!(store.release(run, act(day(3, 2), "")), Err(StoreError::Conflict(Conflict::AlreadyReleased(_)))));
    assert_eq!((public(), store.run(run).unwrap().released), (Some(run), true));
    assert!(!store.run(newer).unwrap().released);
    store.retract(run, act(day(3, 3), "有误")).unwrap();
    assert_eq!((public(), store.is_released(run).unwrap()), (None, false));
    let log: Vec<_> =
        store.releases().unwrap().into_iter().map(|release| (release.run, release.public, release.act.why)).collect();
    assert_eq!(log, [(run, true, "经会议审定".to_owned()), (run, false, "有误".to_owned())]);
}

fn a_run_that_has_been_public_is_not_discarded(store: &dyn Store) {
    let public = save_run(store, &["2020"], 3, false).id;
    let spare = save_run(store, &["2020"], 3, false).id;
    store.release(public, act(day(3, 2), "审定")).unwrap();
    store.retract(public, act(day(3, 3), "有误")).unwrap();
    assert!(matches!(store.discard_run(public), Err(StoreError::Conflict(Conflict::RunReleased(_)))));
    store.discard_run(spare).unwrap();
    assert!(matches!(store.run(spare), Err(StoreError::NotFound(_))));
    assert!(matches!(store.scan_assessments(spare, None, 1), Err(StoreError::NotFound(_))));
    assert!(matches!(store.discard_run(spare), Err(StoreError::NotFound(_))));
    assert!(save_run(store, &["2020"], 1, false).id > spare, "a number is not given twice");
}

// Upkeep

/// Something of everything, with corrections and withdrawals between.
pub(super) fn furnish(store: &dyn Store) {
    store.append_batch(rich_batch(day(2, 1))).unwrap();
    store.append_batch(batch(day(3, 1), vec![correcting(id(1, 1), record("乙村", "fire", 77))])).unwrap();
    store.withdraw_batch(BatchId(2), act(day(3, 2), "误")).unwrap();
    store.withdraw_record(id(1, 2), act(day(3, 2), "重复")).unwrap();
    store.append_batch(batch(day(3, 3), vec![correcting(id(1, 1), record("甲村", "fire", 78))])).unwrap();
    store.append_batch(rich_batch(day(1, 5))).unwrap();
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
}

fn a_backup_read_back_gives_an_equal_store(store: &dyn Store) {
    furnish(store);
    let text = export_text(store);
    let directory = tempfile::tempdir().unwrap();
    let copies: [Box<dyn Store>; 2] = [Box::new(Memory::new()), Box::new(sled::open(directory.path()).unwrap())];
    for copy in &copies {
        let tally = transfer::import(copy.as_ref(), &mut Cursor::new(text.as_bytes())).unwrap();
        assert_eq!((tally.batches, tally.records, tally.runs), (4, 802, 2));
        assert_eq!(export_text(copy.as_ref()), text);
        assert_eq!(copy.scan_facts(None, 99, day(3, 2)).unwrap(), store.scan_facts(None, 99, day(3, 2)).unwrap());
        let again = transfer::import(copy.as_ref(), &mut Cursor::new(text.as_bytes())).unwrap_err();
        assert!(matches!(again, StoreError::Conflict(Conflict::NotEmpty)));
    }
}

fn a_damaged_backup_is_refused_before_anything_is_stored(store: &dyn Store) {
    let source = Memory::new();
    furnish(&source);
    let text = export_text(&source);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let swapped = {
        let mut lines = lines.clone();
        lines.swap(10, 11);
        lines.concat()
    };
    let damaged = [
        (text.replacen("甲村", "乙村", 1), BackupFault::Checksum),
        (lines[..lines.len() - 1].concat(), BackupFault::End),
        ([&lines[..20], &lines[21..]].concat().concat(), BackupFault::End),
        (swapped, BackupFault::End),
        (lines[1..].concat(), BackupFault::Order),
        (format!("{text}{}", lines[5]), BackupFault::Order),
        (text[..text.len() / 2].to_owned(), BackupFault::Form),
    ];
    for (text, expected) in damaged {
        let refused = transfer::import(store, &mut Cursor::new(text)).unwrap_err();
        assert!(
            matches!(refused, StoreError::Conflict(Conflict::Backup { fault, .. }) if fault == expected),
            "{refused}"
        );
        assert_eq!((store.batches(None, 1).unwrap(), store.editions().unwrap()), (vec![], vec![]));
    }
}

fn a_backup_file_is_there_only_when_it_is_whole(store: &dyn Store) {
    furnish(store);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("backup.jsonl");
    let tally = transfer::back_up(store, &path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(tally.lines, text.lines().count() as u64);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1, "nothing unfinished is left");
    assert!(transfer::back_up(store, &directory.path().join("missing/backup.jsonl")).is_err());
}

fn a_sound_store_has_no_faults(store: &dyn Store) {
    furnish(store);
    assert_eq!(store.verify().unwrap(), []);
    assert_eq!(store.schema_version().unwrap(), SCHEMA);
    let health = store.health().unwrap();
    assert_eq!((health.batches, health.accepts_writes), (4, true));
}

/// A test of each promise for each store.
macro_rules! kept_by {
    ($($promise:ident),+ $(,)?) => {
        mod memory {
            $(#[test] fn $promise() { super::$promise(&super::Memory::new()); })+
        }
        mod on_sled {
            $(#[test] fn $promise() { super::keep_on_disk(super::$promise); })+
        }
    };
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

kept_by! {
    a_batch_is_given_back_as_it_was_handed_in,
    batches_are_numbered_without_gaps_and_listed_newest_first,
    a_batch_that_is_refused_leaves_nothing_behind,
    records_come_by_kind_and_number_whatever_the_order_of_arrival,
    a_record_is_known_from_the_day_it_was_received_on,
    a_corrected_record_counts_until_the_day_of_its_correction,
    a_withdrawn_record_counts_until_the_day_of_its_withdrawal,
    an_act_late_in_the_evening_takes_effect_on_that_day_in_china,
    withdrawing_a_batch_brings_back_what_it_had_superseded,
    withdrawing_a_record_does_not_bring_back_what_it_had_superseded,
    undoing_the_second_of_three_uploads_does_not_bring_back_the_first,
    a_correction_may_move_a_record_to_another_unit_and_back,
    a_record_out_of_force_is_neither_corrected_nor_withdrawn,
    the_history_of_a_record_names_who_when_and_why,
    of_two_facts_for_one_attribute_and_day_the_newer_counts,
    a_scan_gives_every_unit_once_and_in_order,
    the_records_of_a_kind_are_visited_until_the_visitor_breaks_off,
    units_statements_and_exemptions_are_those_known_on_the_day,
    a_published_edition_is_immutable,
    a_run_is_seen_when_it_is_finished_and_not_before,
    assessments_are_given_back_one_by_one_and_in_order,
    assessments_out_of_order_are_refused,
    the_run_in_force_is_the_newest_that_is_no_trial,
    nothing_is_public_until_it_is_released,
    a_run_that_has_been_public_is_not_discarded,
    a_backup_read_back_gives_an_equal_store,
    a_damaged_backup_is_refused_before_anything_is_stored,
    a_backup_file_is_there_only_when_it_is_whole,
    a_sound_store_has_no_faults,
}

/// Something done to a store, chosen by chance; numbers are taken modulo what is there.
#[derive(Debug, Clone)]
enum Step {
    Append { on: i8, rows: Vec<(u8, u8, Option<(u8, u8)>)> },
    WithdrawBatch { batch: u8, on: i8 },
    WithdrawRecord { batch: u8, number: u8, on: i8 },
}

fn step() -> impl Strategy<Value = Step> {
    let row = (0..4_u8, 0..2_u8, prop::option::of((1..6_u8, 1..5_u8)));
    prop_oneof![
        4 => (1..28_i8, prop::collection::vec(row, 0..5)).prop_map(|(on, rows)| Step::Append { on, rows }),
        1 => (1..6_u8, 1..28_i8).prop_map(|(batch, on)| Step::WithdrawBatch { batch, on }),
        1 => (1..6_u8, 1..5_u8, 1..28_i8).prop_map(|(batch, number, on)| Step::WithdrawRecord { batch, number, on }),
    ]
}

/// Does it, and tells what came of it.
fn take(store: &dyn Store, step: &Step) -> String {
    let done = match step {
        Step::Append { on, rows } => {
            let rows = rows.iter().map(|(unit, kind, old)| RecordRow {
                supersedes: old.map(|(batch, number)| id(batch.into(), number.into())),
                ..record(["甲", "乙", "丙", "丁"][usize::from(*unit)], ["fire", "dispute"][usize::from(*kind)], 1)
            });
            store.append_batch(batch(day(5, *on), rows.collect())).map(|id| id.to_string())
        }
        Step::WithdrawBatch { batch, on } => {
            store.withdraw_batch(BatchId((*batch).into()), act(day(5, *on), "误")).map(|()| String::new())
        }
        Step::WithdrawRecord { batch, number, on } => {
            store.withdraw_record(id((*batch).into(), (*number).into()), act(day(5, *on), "误")).map(|()| String::new())
        }
    };
    done.unwrap_or_else(|error| error.to_string())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn both_stores_say_the_same_whatever_is_done_to_them(steps in prop::collection::vec(step(), 1..14)) {
        let directory = tempfile::tempdir().unwrap();
        let (memory, disk) = (Memory::new(), sled::open(directory.path()).unwrap());
        for step in &steps {
            prop_assert_eq!(take(&memory, step), take(&disk, step));
        }
        for as_of in (1..29).map(|on| day(5, on)) {
            prop_assert_eq!(memory.scan_facts(None, 9, as_of).unwrap(), disk.scan_facts(None, 9, as_of).unwrap());
        }
        for batch in memory.batches(None, 99).unwrap() {
            for number in 1..=batch.counts.all_records() as u32 {
                let id = ItemId { batch: batch.id, number };
                prop_assert_eq!(memory.history(id).unwrap(), disk.history(id).unwrap());
            }
        }
        prop_assert_eq!(disk.verify().unwrap(), []);
        let text = export_text(&memory);
        prop_assert_eq!(&export_text(&disk), &text);
        let copy = Memory::new();
        transfer::import(&copy, &mut Cursor::new(text.as_bytes())).unwrap();
        prop_assert_eq!(export_text(&copy), text);
    }
}
