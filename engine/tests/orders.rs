//! What must not show in a result: the order in which records and units arrive, the number of threads, the order in which a
//! rule finds. And what must: calling a run off.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail loudly, and so do the functions they share"
)]

mod bundles;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bundles::facts::{Fact, entries, facts, units, world};
use bundles::{on_threads, plan, plan_of, root};
use liuwu_engine::assess::{AssessError, Plan, Priors, Request, World, assess};
use liuwu_engine::assessment::Assessment;
use liuwu_engine::coverage::Coverage;
use liuwu_engine::dataset::{RawEntry, RawUnit, gather};
use liuwu_engine::diagnostic::Location;
use liuwu_engine::dictionary::read::{Raw, RawRecord};
use liuwu_engine::period::Period;
use liuwu_engine::record::Source;
use proptest::prelude::*;

fn request() -> Request {
    Request { periods: Period::parse_list("2020Q1..2020Q3").unwrap(), as_of: None }
}

/// Everything that leaves the engine about each result, by unit and period.
fn outcome(results: &[Assessment]) -> BTreeMap<(String, Period), String> {
    let whole = |result: &Assessment| {
        format!("{} {:?} {:?} {:?}", result.to_json(), result.ledger, result.remarks, result.score_without_exemptions)
    };
    results.iter().map(|result| ((result.unit.to_string(), result.period), whole(result))).collect()
}

fn score(plan: &Arc<Plan>, world: &Arc<World>, count: usize) -> BTreeMap<(String, Period), String> {
    outcome(&on_threads(count, || assess(plan, world, &request(), &Priors::new())).unwrap())
}

fn properties() -> Arc<Plan> {
    plan_of(&root().join("fixtures/bundles/properties.yaml")).unwrap()
}

fn shuffled<T: Clone>(items: &[T], seed: u64) -> Vec<T> {
    let mut keyed: Vec<(u64, T)> = Vec::new();
    let mut state = seed | 1;
    for item in items {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        keyed.push((state >> 33, item.clone()));
    }
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, item)| item).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn neither_arrival_nor_threads_show(facts in facts(), seed in any::<u64>(), exempted in any::<bool>()) {
        let plan = properties();
        let (units, entries) = (units(), entries(&facts));
        let once = score(&plan, &world(&plan, &units, entries.clone(), exempted), 1);
        let shuffled_records = world(&plan, &units, shuffled(&entries, seed), exempted);
        for threads in [1, 2, 7] {
            prop_assert_eq!(&score(&plan, &shuffled_records, threads), &once);
        }
        // Not even the order in which units are listed: no group, place or roll-up shows it.
        let shuffled_units = world(&plan, &shuffled(&units, seed), shuffled(&entries, seed / 2), exempted);
        prop_assert_eq!(&score(&plan, &shuffled_units, 2), &once);
    }

    #[test]
    fn the_order_of_findings_changes_no_points(facts in facts()) {
        let text = std::fs::read_to_string(root().join("fixtures/bundles/properties.yaml")).unwrap();
        let backwards = text
            .replace(
                "each: slip, deduct: slip.points, cap:",
                "script: 'for s in records(\"slip\").reversed() { deduct(s.points, \"失分\", s); }', cap:",
            )
            .replace("for r in records(\"slip\", \"merit\") {", "for r in records(\"slip\", \"merit\").reversed() {");
        prop_assert_ne!(&backwards, &text);
        let (forth, back) = (plan("forth", &text).unwrap(), plan("back", &backwards).unwrap());
        let run = |plan: &Arc<Plan>| {
            let world = world(plan, &units(), entries(&facts), false);
            on_threads(2, || assess(plan, &world, &request(), &Priors::new())).unwrap()
        };
        for (one, other) in run(&forth).iter().zip(run(&back)) {
            prop_assert_eq!(one.score, other.score, "{} {}", one.unit, one.period.name());
            prop_assert_eq!(&one.criteria, &other.criteria);
            prop_assert_eq!(&one.rating, &other.rating);
        }
    }
}

#[test]
fn the_other_facts_of_a_receipt_move_it() {
    let plan = properties();
    let facts = [(0, "slip", 5, Some(120), 0), (1, "slip", 6, Some(130), 1)];
    let receipt = |facts: &[Fact]| {
        let world = world(&plan, &units(), entries(facts), false);
        let results = on_threads(1, || assess(&plan, &world, &request(), &Priors::new())).unwrap();
        results[0].receipt.clone()
    };
    let before = receipt(&facts);
    assert_eq!(before, receipt(&facts));
    let mut other_name = facts;
    other_name[0].4 = 2;
    assert_ne!(before, receipt(&other_name), "a person took the place of another");
    let mut neighbour = facts;
    neighbour[1].3 = Some(131);
    assert_ne!(before, receipt(&neighbour), "another unit of the county, with which a figure compares");
}

#[test]
fn a_run_called_off_before_it_begins_has_no_result() {
    let plan = properties();
    plan.call_off().call_off();
    let world = world(&plan, &units(), Vec::new(), false);
    assert_eq!(
        on_threads(2, || assess(&plan, &world, &request(), &Priors::new())).unwrap_err(),
        AssessError::CalledOff
    );
}

#[test]
fn a_run_called_off_in_the_middle_of_a_script_has_no_result() {
    let text = "
bundle: slow
edition: '1'
title: 慢
criteria:
  - {id: a, title: 慢, basis: 第一条, rules: [{id: A-1, title: 慢, script: 'for i in 0..150 { [1, 2, 3].map(|x| { for j in 0..1500 {} x }) }'}]}
";
    let plan = plan("slow", text).unwrap();
    let many: Vec<RawUnit> =
        (0..2_000).map(|index| RawUnit { id: format!("V{index}"), ..RawUnit::default() }).collect();
    let world = world(&plan, &many, Vec::new(), false);
    let call_off = plan.call_off().clone();
    let (result, began) = std::thread::scope(|scope| {
        scope.spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            call_off.call_off();
        });
        let began = std::time::Instant::now();
        let request = Request { periods: Period::parse_list("2020").unwrap(), as_of: None };
        (on_threads(2, || assess(&plan, &world, &request, &Priors::new())), began)
    });
    assert_eq!(result.unwrap_err(), AssessError::CalledOff);
    assert!(began.elapsed() < Duration::from_secs(20), "it ended as soon as it was called off");
}

#[test]
fn a_name_inside_a_nested_value_enters_a_receipt_as_a_pseudonym() {
    let text = "
bundle: nested
edition: '1'
title: 嵌套
assess: {period: year}
shapes: {step: {who: {type: text, personal: name}, next: {type: {list: step}, optional: true}}}
records: {event: {title: 事件, fields: {steps: {type: {list: step}}}}}
criteria:
  - {id: a, title: 件数, rules: [{id: A-1, title: 有事件, basis: 第一条, each: event, note: true}]}
";
    let plan = plan("nested", text).unwrap();
    let receipt = |who: &str, key: &[u8]| {
        let person = |who: &str, next| Raw::Map(vec![("who".into(), Raw::Text(who.into())), ("next".into(), next)]);
        let steps = Raw::List(vec![person("张某", Raw::List(vec![person(who, Raw::Blank)]))]);
        let file = Arc::from("R.jsonl");
        let entry = RawEntry {
            unit: "V".into(),
            kind: "event".into(),
            record: RawRecord::new([("date".into(), Raw::Text("2020-02-29".into())), ("steps".into(), steps)]),
            source: Source::line(&file, 1),
            location: Location::text(&file, 1, 1),
        };
        let unit = RawUnit { id: "V".into(), ..RawUnit::default() };
        let world = gather(&plan.bundle, &[unit], vec![entry], Coverage::all_but::<String>([]), key).unwrap();
        let asked = Request { periods: Period::parse_list("2020").unwrap(), as_of: None };
        let results = on_threads(1, || assess(&plan, &Arc::new(world), &asked, &Priors::new())).unwrap();
        results[0].receipt.clone()
    };
    assert_eq!(receipt("李某", b"one"), receipt("李某", b"one"));
    assert_ne!(receipt("李某", b"one"), receipt("王某", b"one"), "another person");
    assert_ne!(receipt("李某", b"one"), receipt("李某", b"other"), "without the key, nobody can guess the name");
}
