//! What the cases of a bundle cannot say: exemptions of one record or some days, results from a store, remarks.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail loudly, and so do the functions they share"
)]

mod bundles;

use std::collections::HashMap;
use std::sync::Arc;

use bundles::{on_threads, plan};
use liuwu_engine::assess::{Exemption, Plan, Priors, Request, World, assess};
use liuwu_engine::assessment::{Assessment, Past};
use liuwu_engine::coverage::Coverage;
use liuwu_engine::dataset::{RawEntry, RawUnit, gather};
use liuwu_engine::diagnostic::Location;
use liuwu_engine::dictionary::read::{Raw, RawRecord};
use liuwu_engine::number::Number;
use liuwu_engine::period::{Period, parse_date};
use liuwu_engine::record::Source;

const BUNDLE: &str = "
bundle: beyond
edition: '1'
title: 案例之外
assess: {base: 100}
attributes: {people: {type: integer}}
records: {slip: {title: 失分, fields: {points: {type: decimal}}}}
figures:
  rate: {title: 比, script: 100 / unit.people}
  mean: {title: 平均, compare: town, script: 'group.mean(|u| u.figures.rate)'}
  sum:  {title: 合计, compare: town, script: 'group.map(|u| u.figures.rate).filter(|x| x > 1).sum()'}
  seen: {title: 上年, script: 'previous?.score'}
criteria:
  - {id: a, title: 甲, basis: 第一条, rules: [{id: SLIP-1, title: 失分, each: slip, deduct: slip.points}]}
";

fn scored(plan: &Arc<Plan>, exemptions: Vec<Exemption>, priors: &Priors, period: &str) -> Vec<Assessment> {
    let unit = |(id, people): &(&str, &str)| RawUnit {
        id: (*id).to_owned(),
        parent: Some("T".to_owned()),
        attributes: vec![("people".to_owned(), Raw::Number((*people).to_owned()), Location::default())],
        ..RawUnit::default()
    };
    let mut units: Vec<RawUnit> = [("A", "10"), ("B", "50"), ("C", "0")].iter().map(unit).collect();
    units.push(RawUnit { id: "T".to_owned(), level: Some("town".to_owned()), ..RawUnit::default() });
    let slip = |(row, (id, date)): (usize, &(&str, &str))| RawEntry {
        unit: "A".to_owned(),
        kind: "slip".to_owned(),
        record: RawRecord::new([("id", *id), ("date", *date), ("points", "1")].map(|(key, text)| {
            (key.to_owned(), if key == "points" { Raw::Number(text.into()) } else { Raw::Text(text.into()) })
        })),
        source: Source::line(&Arc::from("facts"), row as u32 + 1),
        location: Location::default(),
    };
    let slips = [("S1", "2020-01-01"), ("S2", "2020-06-30"), ("S3", "2020-07-01"), ("S4", "2020-12-31")];
    let entries = slips.iter().enumerate().map(slip).collect();
    let mut world: World =
        gather(&plan.bundle, &units, entries, Coverage::all_but(Vec::<String>::new()), b"key").unwrap();
    world.exempt(exemptions);
    let request = Request { periods: Period::parse_list(period).unwrap(), as_of: None };
    on_threads(2, || assess(plan, &Arc::new(world), &request, priors)).unwrap()
}

fn exemption(record: Option<&str>, from: Option<&str>, until: Option<&str>) -> Exemption {
    Exemption {
        unit: "A".into(),
        rule: "SLIP-1".into(),
        record: record.map(str::to_owned),
        from: from.map(|day| parse_date(day).unwrap()),
        until: until.map(|day| parse_date(day).unwrap()),
        reason: "不可抗力".into(),
        approved_by: None,
    }
}

fn exempted(exemptions: Vec<Exemption>) -> (Option<Number>, Option<Number>, Vec<bool>) {
    let plan = plan("beyond", BUNDLE).unwrap();
    let results = scored(&plan, exemptions, &Priors::new(), "2020");
    let of_a = &results[0];
    (of_a.score, of_a.score_without_exemptions, of_a.findings.iter().map(|finding| finding.exempted).collect())
}

fn number(whole: i64) -> Option<Number> {
    Some(Number::from_i64(whole))
}

#[test]
fn an_exemption_of_one_record_leaves_the_others() {
    let expected = (number(97), number(96), vec![false, true, false, false]);
    assert_eq!(exempted(vec![exemption(Some("S2"), None, None)]), expected);
}

#[test]
fn an_exemption_of_some_days_holds_on_its_first_and_last_day() {
    let expected = (number(98), number(96), vec![false, true, true, false]);
    assert_eq!(exempted(vec![exemption(None, Some("2020-06-30"), Some("2020-07-01"))]), expected);
}

#[test]
fn a_score_of_a_script_is_held_between_its_ends_even_where_the_difference_is_no_number() {
    // The lowest number there is, and a floor so high above it that no number can hold the difference.
    let floor = "1000000000000000000";
    let lowest = "let half = 1; for i in 0..126 { half *= 2; } let lowest = 1 - half; lowest -= half; lowest";
    let assess = format!("assess: {{base: {floor}, floor: {floor}}}\nscore: '{lowest}'");
    let plan = plan("beyond", &BUNDLE.replace("assess: {base: 100}", &assess)).unwrap();
    let result = &scored(&plan, Vec::new(), &Priors::new(), "2020")[0];
    assert_eq!(result.score.map(|score| score.to_string()).as_deref(), Some(floor), "{:?}", result.remarks);
}

#[test]
fn exemptions_add_up() {
    let some = vec![exemption(Some("S4"), None, None), exemption(None, None, Some("2020-01-01"))];
    assert_eq!(exempted(some), (number(98), number(96), vec![true, false, false, true]));
}

#[test]
fn the_result_in_force_for_the_period_before_is_looked_back_on() {
    let plan = plan("beyond", BUNDLE).unwrap();
    let before = scored(&plan, Vec::new(), &Priors::new(), "2019");
    let priors: Priors = before
        .into_iter()
        .map(|result| (Arc::clone(&result.unit), Arc::new(Past { result: Arc::new(result), before: None })))
        .collect::<HashMap<_, _>>();
    let seen = |priors: &Priors, period: &str| {
        let results = scored(&plan, Vec::new(), priors, period);
        let last = results.iter().rfind(|result| result.unit.as_ref() == "A").unwrap();
        last.figures["seen"].as_ref().map(ToString::to_string)
    };
    assert_eq!(seen(&priors, "2020"), Some("100".to_owned()));
    assert_eq!(seen(&Priors::new(), "2020"), None);
    assert_eq!(seen(&Priors::new(), "2020..2021"), Some("96".to_owned()), "of the run itself");
}

#[test]
fn what_compares_with_a_group_says_how_many_had_a_value() {
    let plan = plan("beyond", BUNDLE).unwrap();
    let results = scored(&plan, Vec::new(), &Priors::new(), "2020");
    for result in &results {
        let told = |about: &str| {
            let mut of = result.remarks.iter().filter(|remark| remark.about.as_ref() == about);
            of.next().map(|remark| remark.en.clone())
        };
        assert_eq!(told("mean").as_deref(), Some("2 of 3 units compared with have a value"), "{}", result.unit);
        assert_eq!(told("sum"), told("mean"));
        assert_eq!(result.figures["mean"].as_ref().map(ToString::to_string).as_deref(), Some("6"));
    }
    assert!(
        !results[2].remarks.iter().any(|remark| remark.about.as_ref() == "SLIP-1"),
        "nothing is said where nothing is missing"
    );
}
