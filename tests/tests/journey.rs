//! One cell, the whole way: from a clerk's file out of WPS to the line of the explanation that a village head reads.
//!
//! Newcomers read this first. Each station is one module; the names of the modules stand in the comments.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail loudly, and so do the functions they share"
)]

use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::Timestamp;
use liuwu::explanation::explain;
use liuwu::explanation::late::Late;
use liuwu::filed::Filed;
use liuwu::intake::{self, Limits};
use liuwu::listing;
use liuwu::records::record_of;
use liuwu::scoring::{self, Ask};
use liuwu::store::memory::Memory;
use liuwu::store::{Knowledge, NewEdition, Statement, Store};
use liuwu::upload::{self, File, Said};
use liuwu_engine::bundle::Bundle;
use liuwu_engine::period::{Date, Period, parse_date};

const BUNDLE: &str = include_str!("../../fixtures/bundles/journey.yaml");

const DIVISIONS: &str = "code,name,level,parent
330381000000,瑞安市,county,
330381101000,塘下镇,town,330381000000
330381101701,上岙村村委会,village,330381101000
330381101702,前垟村村委会,village,330381101000
";

const ATTRIBUTES: &str = "区划代码,户数\n330381101701,400\n330381101702,520\n";

/// As WPS writes it: GB18030, a title row, dates by the clerk's own habit, a totals row.
const FIRES: &str = "2020年火灾登记表(虚构),,,,,,\n\
镇街,村社,发生日期,编号,场所,死亡人数,直接损失(万元)\n\
塘下镇,上岙村,2020年2月29日,HZ-1,住宅,１,3.50\n\
塘下镇,前垟,2020/3/5,HZ-2,生产经营,0,\n\
合计,,2起,,,1,3.50\n";

fn day(text: &str) -> Date {
    parse_date(text).unwrap()
}

fn file(name: &str, bytes: impl Into<Vec<u8>>) -> File {
    File { name: name.to_owned(), bytes: bytes.into() }
}

fn said() -> Said {
    Said {
        received_on: Some(day("2021-01-05")),
        effective: Some(day("2020-01-01")),
        statements: vec![Statement {
            kind: "fire".to_owned(),
            area: "330381000000".to_owned(),
            from: day("2020-01-01"),
            to: day("2020-12-31"),
            nil: false,
        }],
        ..Said::new("消防救援大队", "2021-01-05T12:00:00+08:00".parse().unwrap(), "2020年火灾")
    }
}

fn files() -> Vec<File> {
    vec![
        file("区划.csv", DIVISIONS),
        file("基本情况.csv", ATTRIBUTES),
        file("火灾.csv", encoding_rs::GB18030.encode(FIRES).0.into_owned()),
    ]
}

fn publish(store: &Memory) -> Arc<Bundle> {
    let edition = store
        .publish_edition(NewEdition {
            bundle: "journey".to_owned(),
            edition: "2020".to_owned(),
            text: Arc::from(BUNDLE),
            published_at: Timestamp::UNIX_EPOCH,
            by: "test".to_owned(),
            note: String::new(),
        })
        .unwrap();
    Arc::clone(&scoring::plan_of(&edition).unwrap().bundle)
}

fn ask() -> Ask {
    Ask {
        bundle: "journey".to_owned(),
        edition: None,
        periods: Period::parse_list("2020").unwrap(),
        as_of: day("2021-01-10"),
        by: "test".to_owned(),
        at: Timestamp::UNIX_EPOCH,
        pseudonym_key: b"key".to_vec(),
        longest: liuwu::deadline::LONGEST_RUN,
    }
}

#[test]
fn one_cell_goes_from_the_clerks_file_to_the_village_heads_explanation() {
    let store = Memory::new();
    let bundle = publish(&store);

    // intake: bytes become a workbook of raw cells.
    let fires = files().pop().unwrap();
    let book = intake::read(&fires.name, &fires.bytes, None, Limits::default()).unwrap();
    assert_eq!(book.encoding, Some("gb18030"));

    // upload: cells become checked records, compared with what is stored, and one batch.
    let report = upload::prepare(&store, &bundle, &files(), &said()).unwrap();
    insta::assert_json_snapshot!("the_tables_of_the_upload", report.tables);
    assert!(report.faults.is_empty(), "{:?}", report.faults);
    upload::commit(&store, report).unwrap().unwrap();

    // store: the record stands under its unit, with the file, row and column of each field.
    let stored = store.facts_of("330381101701", Date::MAX).unwrap().records;
    assert_eq!(stored[0].source.cell("deaths"), "火灾.csv!F3");
    let kind = &bundle.dictionary.kinds["fire"];
    let record = record_of(kind, &bundle.dictionary, &stored[0]).unwrap();
    assert_eq!(record.value("deaths").unwrap().to_string(), "1");

    // scoring: the engine rules on the facts of every unit.
    let run = scoring::score(&store, &ask()).unwrap();
    let period = run.periods[0];
    let bytes = store.assessment(run.id, "330381101701", period).unwrap().unwrap();
    let filed = Filed::from_bytes(&bytes).unwrap();
    insta::assert_json_snapshot!("the_assessment_as_it_is_kept", filed, { ".receipt" => "[receipt]" });

    // explanation: every point, down to the cell it comes from.
    let explanation = explain(&filed, &bundle, [&record], &Late::default());
    insta::assert_json_snapshot!("the_explanation", explanation);

    // listing: the village is on the negative list, and why.
    let all = scoring::all_of(&store, run.id, period).unwrap();
    let units = store.units(Date::MAX).unwrap();
    insta::assert_json_snapshot!("the_negative_list", listing::items(&bundle.lists[0], &all, &bundle, &units));

    // verify: anyone with the same facts gets the same receipts.
    let verification = scoring::verify(&store, run.id, b"key").unwrap();
    assert_eq!((verification.compared, verification.differences.len()), (2, 0));
}

#[test]
fn handing_in_the_same_files_twice_changes_nothing() {
    let store = Memory::new();
    let bundle = publish(&store);
    let first = upload::prepare(&store, &bundle, &files(), &said()).unwrap();
    assert!(upload::commit(&store, first).unwrap().is_some());
    let again = upload::prepare(&store, &bundle, &files(), &said()).unwrap();
    assert!(again.is_empty());
    assert_eq!(upload::commit(&store, again).unwrap(), None);
    assert_eq!(store.batches(None, 10).unwrap().len(), 1);
}

#[test]
fn a_broken_file_tells_every_fault_at_its_cell_and_leaves_the_store_untouched() {
    let store = Memory::new();
    let bundle = publish(&store);
    let broken = FIRES.replace("2020年2月29日", "2020年2月30日").replace("１", "一人").replace("前垟", "前洋");
    let mut files = files();
    files[2].bytes = encoding_rs::GB18030.encode(&broken).0.into_owned();
    let report = upload::prepare(&store, &bundle, &files, &said()).unwrap();
    assert!(!report.acceptable);
    let faults: Vec<String> =
        report.faults.iter().map(|fault| fault.render(None, liuwu_engine::diagnostic::Lang::Zh)).collect();
    insta::assert_snapshot!("every_fault_at_its_cell", faults.join("\n"));
    assert_eq!(upload::commit(&store, report).unwrap(), None);
    assert!(store.units(Date::MAX).unwrap().is_empty());
    let mut seen = 0;
    store
        .records_of_kind("fire", Date::MAX, &mut |_| {
            seen += 1;
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(seen, 0);
}

#[test]
fn the_good_rows_of_a_broken_file_can_go_in_and_the_others_come_back_for_correction() {
    let store = Memory::new();
    let bundle = publish(&store);
    let mut files = files();
    files[2].bytes = encoding_rs::GB18030.encode(&FIRES.replace("１", "一人")).0.into_owned();
    let said = Said { accept_good_rows: true, ..said() };
    let report = upload::prepare(&store, &bundle, &files, &said).unwrap();
    assert!(report.acceptable);
    let correction = String::from_utf8(report.corrections[0].bytes.clone()).unwrap();
    insta::assert_snapshot!("the_rows_to_mend", correction);
    upload::commit(&store, report).unwrap().unwrap();
    assert_eq!(store.facts_of("330381101702", Date::MAX).unwrap().records.len(), 1);
    assert!(store.facts_of("330381101701", Date::MAX).unwrap().records.is_empty());
}

#[test]
fn what_was_not_handed_in_cannot_be_checked_and_is_no_clean_sheet() {
    let store = Memory::new();
    let bundle = publish(&store);
    let said = Said { statements: Vec::new(), ..said() };
    let report = upload::prepare(&store, &bundle, &files()[..2], &said).unwrap();
    upload::commit(&store, report).unwrap().unwrap();
    let run = scoring::score(&store, &ask()).unwrap();
    let all = scoring::all_of(&store, run.id, run.periods[0]).unwrap();
    assert!(all.iter().all(|filed| filed.score.is_none() && filed.incomplete));
    assert_eq!(all[0].unchecked().collect::<Vec<_>>(), ["FIRE-001", "FIRE-002"]);
}
