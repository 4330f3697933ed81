//! What is blanked is gone, and scores and receipts stay what they were.

use std::sync::Arc;

use liuwu_engine::period::{Period, parse_date};
use liuwu_engine::record::Source;
use serde_json::json;

use super::*;
use crate::forgotten::Forgotten;
use crate::intake::UnitRecord;
use crate::intake::identity::{self, Verdict};
use crate::records::record_of;
use crate::scoring::{self, Ask};
use crate::store::memory::Memory;
use crate::store::transfer;
use crate::store::{Act, Knowledge, NewEdition, Statement, UnitRow};

/// Two deals with one seller count more than one each; witnesses and steps name people too.
const BUNDLE: &str = r#"
bundle: persons
edition: "2020"
title: 个人信息(虚构)
assess: {unit: village, period: year}
shapes:
  step: {who: {type: text, personal: name}, hours: {type: integer}}
records:
  deal:
    title: 交易
    fields:
      seller:    {title: 卖方, type: text, personal: name}
      witnesses: {title: 证人, type: {list: text}, personal: name, optional: true}
      steps:     {title: 经过, type: {list: step}, optional: true}
      place:     {title: 地点, type: text}
    identity: [seller, place]
    keep_personal: 30 days
  note:
    title: 记事
    fields: {who: {title: 何人, type: text, personal: name}}
figures:
  sellers:   {title: 卖方数, script: 'records("deal").map(|d| d.seller).distinct().count()'}
  witnesses: {title: 证人次数, script: 'records("deal").sum(|d| if d.witnesses == () { 0 } else { d.witnesses.count() })'}
criteria:
  - id: deals
    title: 交易
    base: 100
    rules:
      - {id: D-1, title: 交易, each: deal, deduct: "3", reason: "${deal.place}"}
      - {id: D-2, title: 同一卖方, when: figures.sellers < records("deal").count(), deduct: 5, reason: 同一卖方}
"#;

const KEY: &[u8] = b"a key for tests";
const NAMES: [&str; 4] = ["张三丰", "李四娘", "王五哥", "赵六叔"];

fn noon(day: &str) -> jiff::Timestamp {
    format!("{day}T12:00:00+08:00").parse().unwrap()
}

fn day(text: &str) -> Date {
    parse_date(text).unwrap()
}

fn row(unit: &str, kind: &str, date: &str, line: u32, fields: Json) -> RecordRow {
    let Json::Object(fields) = fields else { unreachable!() };
    RecordRow {
        unit: unit.into(),
        kind: kind.into(),
        date: day(date),
        number: None,
        fields,
        source: Source::line(&Arc::from("a.csv"), line),
        supersedes: None,
    }
}

fn store() -> Memory {
    let store = Memory::new();
    let edition = NewEdition {
        bundle: "persons".into(),
        edition: "2020".into(),
        text: Arc::from(BUNDLE),
        published_at: noon("2020-01-01"),
        by: "王".into(),
        note: String::new(),
    };
    store.publish_edition(edition).unwrap();
    let unit = |id: &str| UnitRow { id: id.into(), level: "village".into(), name: id.into(), parent: None };
    let deal = |unit, line, seller, place: &str| {
        let steps = json!([{"who": NAMES[2], "hours": "2"}]);
        let fields = json!({"seller": seller, "witnesses": [NAMES[3], NAMES[1]], "steps": steps, "place": place});
        row(unit, "deal", "2020-03-01", line, fields)
    };
    let statement = |unit: &str| Statement {
        kind: "deal".into(),
        area: unit.into(),
        from: day("2020-01-01"),
        to: day("2020-12-31"),
        nil: false,
    };
    // The names stand in an order that is not that of their pseudonyms.
    let records = vec![
        deal("v1", 1, NAMES[0], "甲"),
        deal("v1", 2, NAMES[1], "甲"),
        deal("v1", 3, NAMES[0], "乙"),
        deal("v1", 4, NAMES[2], "甲"),
        deal("v2", 5, NAMES[3], "甲"),
        row("v2", "note", "2020-03-01", 6, json!({"who": "钱七"})),
    ];
    let mut batch = NewBatch::new(noon("2020-04-01"), "李", "交易");
    batch.units = vec![unit("v1"), unit("v2")];
    batch.statements = vec![statement("v1"), statement("v2")];
    batch.records = records;
    store.append_batch(batch).unwrap();
    store
}

fn bundle() -> Bundle {
    liuwu_engine::bundle::read("persons", BUNDLE).unwrap().0
}

fn score(store: &Memory) -> crate::store::Run {
    let ask = Ask {
        bundle: "persons".into(),
        edition: None,
        periods: Period::parse_list("2020").unwrap(),
        as_of: day("2021-01-10"),
        by: String::new(),
        at: noon("2021-01-10"),
        pseudonym_key: KEY.to_vec(),
        longest: crate::deadline::LONGEST_RUN,
    };
    scoring::score(store, &ask).unwrap()
}

fn backup(store: &Memory) -> String {
    let mut text = Vec::new();
    transfer::export(store, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn scores_and_receipts_are_the_same_before_and_after() {
    let store = store();
    let before = score(&store);
    let blanked =
        blank_due(&store, &Terms::of([&bundle()]), KEY, day("2021-01-11"), &mut |_, _, _| Ok(()), || ()).unwrap();
    assert_eq!(blanked, Blanked { records: 5, fields: 15, questions: 0 });
    let after = score(&store);
    assert_eq!(before.root, after.root);
    let results = |run: &crate::store::Run| scoring::all_of(&store, run.id, run.periods[0]).unwrap();
    assert_eq!(results(&before), results(&after));
    assert_eq!(results(&before)[0].score.unwrap().to_string(), "83", "{:?}", results(&before)[0].ledger);
    let again = scoring::verify(&store, before.id, KEY).unwrap();
    assert_eq!((again.compared, again.differences), (2, vec![]));
}

#[test]
fn no_name_is_left_in_the_store_or_in_a_backup() {
    let store = store();
    assert!(NAMES.iter().all(|name| backup(&store).contains(name)));
    blank_due(&store, &Terms::of([&bundle()]), KEY, day("2021-01-11"), &mut |_, _, _| Ok(()), || ()).unwrap();
    let left: Vec<_> = NAMES.iter().filter(|name| backup(&store).contains(**name)).collect();
    assert_eq!(left, [""; 0].iter().collect::<Vec<_>>());
    assert!(backup(&store).contains("钱七"), "a kind without a time keeps its names");
}

#[test]
fn the_time_runs_from_the_day_of_receipt_and_ends_after_its_last_day() {
    let store = store();
    assert_eq!(
        blank_due(&store, &Terms::of([&bundle()]), KEY, day("2020-05-01"), &mut |_, _, _| Ok(()), || ()).unwrap(),
        Blanked::default()
    );
    assert_eq!(count_due(&store, &Terms::of([&bundle()]), KEY, day("2020-05-02")).unwrap().records, 5);
    assert_eq!(
        blank_due(&store, &Terms::of([&bundle()]), KEY, day("2020-05-02"), &mut |_, _, _| Ok(()), || ())
            .unwrap()
            .records,
        5
    );
    assert_eq!(
        blank_due(&store, &Terms::of([&bundle()]), KEY, day("2020-05-02"), &mut |_, _, _| Ok(()), || ()).unwrap(),
        Blanked::default()
    );
}

#[test]
fn counting_blanks_nothing() {
    let store = store();
    let before = backup(&store);
    assert_eq!(count_due(&store, &Terms::of([&bundle()]), KEY, day("2021-01-11")).unwrap().fields, 15);
    assert_eq!(backup(&store), before);
}

#[test]
fn another_edition_with_a_shorter_time_is_looked_at_at_once() {
    let store = store();
    blank_due(&store, &Terms::of([&bundle()]), KEY, day("2020-04-10"), &mut |_, _, _| Ok(()), || ()).unwrap();
    let shorter = BUNDLE.replace("30 days", "5 days");
    let shorter = liuwu_engine::bundle::read("persons", &shorter).unwrap().0;
    assert_eq!(
        blank_due(&store, &Terms::of([&shorter]), KEY, day("2020-04-10"), &mut |_, _, _| Ok(()), || ())
            .unwrap()
            .records,
        5
    );
}

#[test]
fn rows_kept_as_questions_are_blanked_with_the_rest() {
    let store = store();
    let asked = Act { by: "李".into(), at: noon("2020-04-02"), why: String::new() };
    let contradicting = row("v1", "deal", "2020-03-02", 9, json!({"seller": NAMES[0], "place": "甲"}));
    let known = ItemId { batch: BatchId(1), number: 1 };
    questions::raise(&store, vec![(contradicting, known)], &asked, day("2020-04-02")).unwrap();
    assert_eq!(
        blank_due(&store, &Terms::of([&bundle()]), KEY, day("2021-01-11"), &mut |_, _, _| Ok(()), || ())
            .unwrap()
            .questions,
        1
    );
    assert!(!backup(&store).contains(NAMES[0]));
}

#[test]
fn a_length_of_time_is_added_by_the_calendar() {
    let kind = |keep: &str| {
        let text = BUNDLE.replace("30 days", keep);
        Arc::clone(&liuwu_engine::bundle::read("persons", &text).unwrap().0.dictionary.kinds["deal"])
    };
    let last = |keep: &str| last_day(&kind(keep), day("2020-02-29")).unwrap().to_string();
    assert_eq!(last("1 year"), "2021-02-28");
    assert_eq!(last("6 months"), "2020-08-29");
    assert_eq!(last("2 weeks"), "2020-03-14");
    assert_eq!(last_day(&kind("99999999 years"), day("2020-02-29")), None, "longer than any calendar is for ever");
}

#[test]
fn a_row_that_comes_again_brings_back_no_text_that_was_blanked() {
    let store = store();
    blank_due(&store, &Terms::of([&bundle()]), KEY, day("2020-06-01"), &mut |_, _, _| Ok(()), || ()).unwrap();
    let blanked = backup(&store);
    let bundle = bundle();
    let kind = &bundle.dictionary.kinds["deal"];
    let forgotten = Forgotten { dictionary: &bundle.dictionary, key: KEY };
    let known: Vec<UnitRecord> = store
        .facts_of("v1", Date::MAX)
        .unwrap()
        .records
        .iter()
        .map(|stored| UnitRecord {
            unit: stored.unit.as_str().into(),
            record: record_of(kind, &bundle.dictionary, stored).unwrap(),
        })
        .collect();
    let told = |seller: &str, place: &str| {
        let steps = json!([{"who": NAMES[2], "hours": "2"}]);
        let fields = json!({"seller": seller, "witnesses": [NAMES[3], NAMES[1]], "steps": steps, "place": place});
        let row = row("v1", "deal", "2020-03-01", 9, fields);
        let received = crate::store::Received {
            id: ItemId { batch: BatchId(9), number: 1 },
            received_on: day("2020-07-01"),
            item: row,
        };
        UnitRecord { unit: "v1".into(), record: record_of(kind, &bundle.dictionary, &received).unwrap() }
    };
    let mut again = vec![told(NAMES[0], "甲"), told(NAMES[3], "甲")];
    forgotten.keep(kind, &mut again, &known);
    let verdicts = identity::compare(kind, &again, &known);
    assert!(matches!(verdicts[..], [Verdict::Same { .. }, Verdict::New]), "{verdicts:?}");
    assert_eq!(again[1].record.values, told(NAMES[3], "甲").record.values, "who was never blanked keeps the name");
    // Whoever has another key can recognise nobody.
    let mut stranger = vec![told(NAMES[0], "甲")];
    Forgotten { key: b"another key", ..forgotten }.keep(kind, &mut stranger, &known);
    assert_eq!(identity::compare(kind, &stranger, &known), [Verdict::New]);
    assert_eq!(backup(&store), blanked);
}

#[test]
fn a_kind_that_only_an_earlier_edition_has_or_another_standard_is_blanked_all_the_same() {
    let without =
        BUNDLE.replace("  deal:\n", "  sale:\n").replace("\"deal\"", "\"sale\"").replace("each: deal", "each: sale");
    let without = without.replace("${deal.", "${sale.").replace("edition: \"2020\"", "edition: \"2021\"");
    let newer = liuwu_engine::bundle::read("persons", &without).unwrap().0;
    let longer = BUNDLE.replace("30 days", "20 years").replace("edition: \"2020\"", "edition: \"2022\"");
    let longer = liuwu_engine::bundle::read("persons", &longer).unwrap().0;
    let other = liuwu_engine::bundle::read("others", &BUNDLE.replace("bundle: persons", "bundle: others")).unwrap().0;
    let (store, own) = (store(), bundle());
    let due = |terms: &[&Bundle]| {
        count_due(&store, &Terms::of(terms.iter().copied()), KEY, day("2021-01-11")).unwrap().records
    };
    assert_eq!(due(&[&newer]), 0, "the newer edition does not know the kind");
    assert_eq!(due(&[&newer, &own]), 5, "the earlier one does");
    assert_eq!(due(&[&longer, &newer, &own]), 0, "of one standard the newest edition that has the kind counts");
    assert_eq!(due(&[&longer, &other]), 5, "what another standard holds to be over is over");
    let before = &mut |_: BatchId, _: &NewBatch, _: &NewBatch| Ok(());
    let terms = Terms::of([&newer, &own]);
    assert_eq!(blank_due(&store, &terms, KEY, day("2021-01-11"), before, || ()).unwrap().records, 5);
    assert!(NAMES.iter().all(|name| !backup(&store).contains(name)));
}
