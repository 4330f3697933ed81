//! A table that flows by comes to the same as one that is held.

mod parity;

use std::fmt::Write as _;

use jiff::Timestamp;
use liuwu_engine::bundle::{self, Bundle};
use liuwu_engine::diagnostic::{Diagnostic, Lang};
use liuwu_engine::period::Date;
use proptest::prelude::*;

use super::*;
use crate::intake::marked::{self, Marks};
use crate::intake::{CellChoice, Mark};
use crate::store::memory::Memory;
use crate::store::{Knowledge, StoredRecord};

const STANDARD: &str = include_str!("../../../rules/ruian-six-no/2020.yaml");
const DIVISIONS: &str = include_str!("../../../fixtures/ruian/divisions.csv");
const VILLAGES: [&str; 3] = ["330381001701", "330381001702", "330381001703"];

fn standard() -> Bundle {
    bundle::read("ruian-six-no", STANDARD).unwrap().0
}

fn said() -> Said {
    Said { accept_good_rows: true, ..Said::new("clerk", Timestamp::UNIX_EPOCH, "test") }
}

fn file(name: &str, text: &str) -> File {
    File { name: name.to_owned(), bytes: text.as_bytes().to_vec() }
}

/// A store that knows the villages, and what some tables say.
fn store_with(bundle: &Bundle, tables: &[&File]) -> Memory {
    let store = Memory::new();
    let divisions = file("divisions.csv", DIVISIONS);
    for known in [&divisions].into_iter().chain(tables.iter().copied()) {
        let report = prepare(&store, bundle, std::slice::from_ref(known), &said()).unwrap();
        commit(&store, report).unwrap();
    }
    store
}

/// The same as [`prepare`], as if the file were too large to be held.
fn prepare_flowing(store: &dyn Store, bundle: &Bundle, file: &File, said: &Said) -> Report {
    let mut report = preparation::read_flowing(store, bundle, file, said).unwrap();
    report.acceptable = true;
    report
}

/// A row of fires: its number, its village, deaths as written.
type Fire = (u8, usize, &'static str);

fn fires(rows: &[Fire]) -> File {
    let mut text = String::from("编号,区划代码,发生日期,场所,原因,死亡人数,受伤人数\n");
    for (number, village, deaths) in rows {
        writeln!(text, "F-{number},{},2020-03-04,住宅,电气,{deaths},0", VILLAGES[*village]).unwrap();
    }
    file("火灾.csv", &text)
}

/// A row of events: its number, its village, how many stages it has reached, its reporter.
type Event = (u8, usize, usize, &'static str);

fn events(rows: &[Event]) -> File {
    let mut text = String::from("编号,区划代码,上报日期,类别,来源,时限,上报人,上报,受理,派遣\n");
    for (number, village, stages, reporter) in rows {
        let times = ["2020-03-04 08:00", "2020-03-04 09:00", "2020-03-04 10:00"];
        let time = |stage: usize| if stage <= *stages { times[stage] } else { "" };
        let (village, due) = (VILLAGES[*village], "2020-03-05 08:00");
        let [reported, accepted, dispatched] = [0, 1, 2].map(time);
        writeln!(text, "E-{number},{village},2020-03-04,矛盾,群众,{due},{reporter},{reported},{accepted},{dispatched}")
            .unwrap();
    }
    file("微连心事件.csv", &text)
}

/// What is known, without the numbers of batches.
fn known(store: &Memory, kind: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut take = |stored: StoredRecord| {
        found.push(format!("{} {} {:?} {:?}", stored.id, stored.unit, stored.number, stored.fields));
        std::ops::ControlFlow::Continue(())
    };
    store.records_of_kind(kind, Date::MAX, &mut take).unwrap();
    found
}

fn lines(found: &[Diagnostic]) -> Vec<String> {
    let mut lines: Vec<String> = found
        .iter()
        .filter(|found| found.code.id != "large-table")
        .map(|found| format!("{} {}", found.location.to_line(), found.message(Lang::Zh)))
        .collect();
    lines.sort();
    lines
}

fn compare(kind: &str, before: &File, table: &File) {
    let bundle = standard();
    let (held, flowing) = (store_with(&bundle, &[before]), store_with(&bundle, &[before]));
    let one = prepare(&held, &bundle, std::slice::from_ref(table), &said()).unwrap();
    let other = prepare_flowing(&flowing, &bundle, table, &said());
    assert!(other.is_large() && !one.is_large());
    assert_eq!(one.tables, other.tables);
    assert_eq!((lines(&one.faults), lines(&one.remarks)), (lines(&other.faults), lines(&other.remarks)));
    assert_eq!(one.details[0].strip, other.details[0].strip);
    assert_eq!((one.rows(), one.is_empty()), (other.rows(), other.is_empty()));
    assert_eq!(one.conflicts, other.conflicts);
    let texts = |report: &Report| report.corrections.iter().map(|file| file.bytes.clone()).collect::<Vec<_>>();
    assert_eq!(texts(&one), texts(&other));
    assert_eq!(commit(&held, one).unwrap(), commit(&flowing, other).unwrap());
    assert_eq!(known(&held, kind), known(&flowing, kind));
}

fn deaths() -> impl Strategy<Value = &'static str> {
    prop_oneof![6 => Just("0"), 2 => Just("1"), 1 => Just("两人"), 1 => Just("")]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    // Windows are of seven rows here, so that the same fact comes in several of them.
    #[test]
    fn a_table_whose_rows_may_not_differ_comes_to_the_same(
        before in prop::collection::vec((0_u8..8, 0_usize..3, deaths()), 0..6),
        rows in prop::collection::vec((0_u8..12, 0_usize..3, deaths()), 1..40),
    ) {
        compare("fire", &fires(&before), &fires(&rows));
    }

    #[test]
    fn a_table_of_states_comes_to_the_same(
        before in prop::collection::vec((0_u8..8, 0_usize..3, 0_usize..3, prop_oneof![Just("甲"), Just("乙")]), 0..6),
        rows in prop::collection::vec((0_u8..8, 0_usize..3, 0_usize..3, prop_oneof![Just("甲"), Just("乙")]), 1..40),
    ) {
        compare("event", &events(&before), &events(&rows));
    }
}

/// The faulty row of a large table comes back alone, red where it stood in the table; mended, it is the only one that is new.
fn comes_back_and_is_mended(store: &Memory, bundle: &Bundle, large: &File, report: &Report) {
    let (picked, mark) = (report.sent_back.as_ref().unwrap(), Mark::naming(bundle, Vec::new()));
    let mut choices = Choices::NONE;
    let back = |faults: &[Diagnostic], choices: &Choices| {
        let marks = Marks { faults, choices, mark: &mark, taken: "内部资料" };
        let marked = marked::write_large(&large.name, &large.bytes, picked, &marks).unwrap();
        assert!(!marked.is_itself);
        File { name: "火灾-有错的行.xlsx".into(), bytes: marked.bytes }
    };
    let red = back(&report.faults, &choices);
    let again = prepare(store, bundle, std::slice::from_ref(&red), &said()).unwrap();
    assert_eq!(again.faults[0].location.to_line(), "火灾-有错的行.xlsx!Sheet1!F150002", "{:?}", again.faults);
    assert_eq!((again.tables[0].new, again.tables[0].faulty), (0, 1));
    choices.cells =
        vec![CellChoice { file: large.name.clone(), sheet: None, cell: "F150002".into(), value: "2".into() }];
    let mended = prepare(store, bundle, &[back(&[], &choices)], &said()).unwrap();
    assert_eq!((mended.tables[0].new, mended.faults.len()), (1, 0));
    assert_eq!(mended.batch().records[0].source.row, 150_002);
}

#[test]
fn a_table_of_too_many_rows_flows_when_it_is_alone_and_is_refused_in_company() {
    let bundle = standard();
    let store = store_with(&bundle, &[]);
    let mut text = String::from("编号,区划代码,发生日期,场所,原因,死亡人数,受伤人数\n");
    let rows = crate::intake::Limits::default().rows;
    for row in 0..rows {
        let village = VILLAGES[row % 3];
        writeln!(text, "F-{row},{village},2020-03-04,住宅,电气,{},0", if row == 150_000 { "两人" } else { "0" })
            .unwrap();
    }
    let large = file("火灾.csv", &text);
    let report = prepare(&store, &bundle, std::slice::from_ref(&large), &said()).unwrap();
    assert_eq!((report.tables[0].new, report.tables[0].faulty), (rows as u64 - 1, 1));
    comes_back_and_is_mended(&store, &bundle, &large, &report);
    assert_eq!(report.faults[0].location.to_line(), "火灾.csv!F150002");
    assert_eq!(report.details[0].strip.rows[0].cells[5], "两人");
    assert!(report.remarks.iter().any(|remark| remark.code.id == "large-table"));

    let other = file("其他.csv", "编号,区划代码,发生日期,场所,原因,死亡人数,受伤人数\n");
    let refused = prepare(&store, &bundle, &[large, other], &said()).unwrap();
    assert!(refused.faults.iter().any(|fault| fault.code.id == "large-table-not-alone"), "{:?}", refused.faults);
}

/// Calls off the storing once it has begun.
struct Impatient(std::sync::atomic::AtomicU64);

impl Progress for Impatient {
    fn begin(&self, _: Step, _: u64) {}

    fn advance(&self, more: u64) {
        self.0.fetch_add(more, std::sync::atomic::Ordering::Relaxed);
    }

    fn is_called_off(&self) -> bool {
        self.0.load(std::sync::atomic::Ordering::Relaxed) > 0
    }
}

#[test]
fn a_large_table_neither_shows_nor_replaces_what_is_somebody_elses() {
    let bundle = standard();
    let before = events(&[(1, 0, 0, "甲"), (2, 1, 0, "甲")]);
    let store = store_with(&bundle, &[&before]);
    let units = store.units(Date::MAX).unwrap();
    let scope = crate::store::Scope::Divisions(vec![VILLAGES[1].to_owned()]);
    let said = Said { remit: Remit::of(&scope, &bundle, &units), ..said() };
    // The number of another village's event, a row of another village, and two rows of one's own.
    let table = events(&[(1, 1, 1, "乙"), (3, 0, 0, "乙"), (2, 1, 2, "乙"), (4, 1, 0, "乙")]);
    let report = prepare_flowing(&store, &bundle, &table, &said);
    let codes: Vec<&str> = report.faults.iter().map(|fault| fault.code.id).collect();
    assert_eq!(codes, ["unit-out-of-remit", "record-of-another-unit"]);
    assert_eq!((report.tables[0].new, report.tables[0].updated, report.tables[0].faulty), (1, 1, 2));
    commit(&store, report).unwrap();
    let first = &store.facts_of(VILLAGES[0], Date::MAX).unwrap().records;
    assert_eq!(first.len(), 1, "the other village's event stands");
    assert_eq!(store.facts_of(VILLAGES[1], Date::MAX).unwrap().records.len(), 2);
}

#[test]
fn a_large_table_does_not_bring_back_what_was_blanked() {
    const KEY: &[u8] = b"a key for tests";
    let bundle = standard();
    let store = store_with(&bundle, &[&events(&[(1, 0, 0, "张三丰"), (2, 0, 0, "李四光")])]);
    crate::retention::blank_due(
        &store,
        &crate::retention::Terms::of([&bundle]),
        KEY,
        Date::MAX,
        &mut |_, _, _| Ok(()),
        || (),
    )
    .unwrap();
    let said = Said { pseudonym_key: KEY.to_vec(), ..said() };
    let table = events(&[(1, 0, 0, "张三丰"), (2, 0, 2, "李四光")]);
    let report = prepare_flowing(&store, &bundle, &table, &said);
    assert_eq!((report.tables[0].same, report.tables[0].updated), (1, 1), "{:?}", report.faults);
    commit(&store, report).unwrap();
    let all = known(&store, "event").concat();
    assert!(!all.contains("张三丰") && !all.contains("李四光"), "{all}");
}

#[test]
fn a_large_table_that_is_called_off_while_it_is_stored_leaves_nothing() {
    let bundle = standard();
    let store = store_with(&bundle, &[]);
    let rows: Vec<Fire> = (0..50).map(|number| (number, usize::from(number) % 3, "0")).collect();
    let report = prepare_flowing(&store, &bundle, &fires(&rows), &said());
    let stopped = commit_watched(&store, report, &Impatient(0.into()));
    assert!(matches!(stopped, Err(NotAdmitted::Store(StoreError::CalledOff(_)))));
    assert_eq!((known(&store, "fire").len(), store.batches(None, 9).unwrap().len()), (0, 1));
    let report = prepare_flowing(&store, &bundle, &fires(&rows), &said());
    commit(&store, report).unwrap();
    assert_eq!(known(&store, "fire").len(), 50);
}
