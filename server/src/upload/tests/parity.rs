//! A large table can do all that a small one can: what it would do to the results is weighed, it may be declared complete, and its
//! records may be known by personal texts that are gone by now.

use std::collections::BTreeMap;
use std::sync::Arc;

use liuwu_engine::assess::Plan;
use liuwu_engine::period::{Period, parse_date};
use serde_json::Value as Json;

use super::*;
use crate::effect::{self, Effect, Many, Touched};
use crate::intake::TableChoice;
use crate::scoring::{self, Ask, ScoringError};
use crate::store::overlay::Overlay;
use crate::store::{NewBatch, NewEdition, Statement};
use crate::trial::{noon, unit};
use crate::upload::large::QUESTIONS;

/// Deals are known by their seller, a person whose name goes after a year. The village with the highest prices of its town loses a point more.
const BUNDLE: &str = r#"
bundle: persons
edition: "2020"
title: 交易(虚构)
assess: {unit: village, within: [town], period: year}
records:
  deal:
    title: 交易
    fields:
      seller: {title: 卖方, type: text, personal: name}
      place:  {title: 地点, type: text}
      price:  {title: 价格, type: integer, optional: true}
    identity: [seller, place]
    changes: latest
    keep_personal: 400 days
figures:
  prices: {title: 价格合计, script: 'records("deal").sum(|d| if d.price == () { 0 } else { d.price })'}
  most:   {title: 全镇最高, compare: town, script: "group.max(|u| u.figures.prices)"}
criteria:
  - id: deals
    title: 交易
    base: 100
    rules:
      - {id: D-1, title: 交易, each: deal, deduct: "3", reason: "${deal.place}"}
      - {id: D-2, title: 最高, when: figures.prices > 0 && figures.prices == figures.most, deduct: 1, reason: 最高}
lists:
  negative: {title: 负面清单, script: score < 95}
"#;

const KEY: &[u8] = b"a key for tests";
const PLACES: [&str; 5] = ["v1", "v2", "v3", "v4", "v5"];
const SELLERS: [&str; 3] = ["张三丰", "李四娘", "王五哥"];
const YEARS: [u16; 3] = [2018, 2019, 2020];

/// A row: village, seller, place, year, price as written.
type Deal = (usize, usize, usize, usize, &'static str);

fn deals(rows: &[Deal]) -> File {
    let mut text = String::from("区划代码,日期,卖方,地点,价格\n");
    for (village, seller, place, year, price) in rows {
        let (village, seller, year) = (PLACES[*village], SELLERS[*seller], YEARS[*year]);
        writeln!(text, "{village},{year}-03-04,{seller},{place}号,{price}").unwrap();
    }
    file("交易.csv", &text)
}

fn any_deal() -> impl Strategy<Value = Deal> {
    let price = prop_oneof![3 => Just("5"), 3 => Just("7"), 1 => Just(""), 1 => Just("几块")];
    (0_usize..5, 0_usize..3, 0_usize..2, 0_usize..3, price)
}

fn handed_in(area: &str) -> Statement {
    let [from, to] = ["2018-01-01", "2021-12-31"].map(|day| parse_date(day).unwrap());
    Statement { kind: "deal".into(), area: area.into(), from, to, nil: false }
}

struct Town {
    store: Memory,
    plan: Arc<Plan>,
}

impl Town {
    /// Two towns, and deals of which the sellers of the oldest are gone.
    fn with(before: &[Deal]) -> Town {
        Town::under(BUNDLE, before)
    }

    fn under(standard: &str, before: &[Deal]) -> Town {
        let store = Memory::new();
        let edition = NewEdition {
            bundle: "persons".into(),
            edition: "2020".into(),
            text: Arc::from(standard),
            published_at: noon("2018-01-01"),
            by: "policy".into(),
            note: String::new(),
        };
        let edition = store.publish_edition(edition).unwrap();
        let mut batch = NewBatch::new(noon("2018-01-01"), "clerk", "units");
        batch.units = vec![unit("t1", "town", None), unit("t2", "town", None)];
        batch.units.extend(PLACES.iter().enumerate().map(|(at, id)| unit(id, "village", Some(["t1", "t2"][at % 2]))));
        batch.statements = ["t1", "t2"].map(handed_in).into();
        store.append_batch(batch).unwrap();
        let town = Town { store, plan: scoring::plan_of(&edition).unwrap() };
        let report = town.held(&deals(before), &Said { at: noon("2018-03-05"), ..town.said(false) });
        commit(&town.store, report).unwrap();
        let on = parse_date("2020-06-01").unwrap();
        crate::retention::blank_due(
            &town.store,
            &crate::retention::Terms::of([town.plan.bundle.as_ref()]),
            KEY,
            on,
            &mut |_, _, _| Ok(()),
            || (),
        )
        .unwrap();
        town
    }

    fn said(&self, complete: bool) -> Said {
        let mut said = Said { pseudonym_key: KEY.to_vec(), ..said() };
        said.at = noon("2021-01-05");
        said.choices.tables = vec![TableChoice { file: "交易.csv".into(), complete, ..TableChoice::default() }];
        said
    }

    fn held(&self, table: &File, said: &Said) -> Report {
        prepare(&self.store, &self.plan.bundle, std::slice::from_ref(table), said).unwrap()
    }

    fn flowing(&self, table: &File, said: &Said) -> Report {
        prepare_flowing(&self.store, &self.plan.bundle, table, said)
    }

    fn ask(&self) -> Ask {
        Ask {
            bundle: "persons".into(),
            edition: None,
            periods: Period::parse_list("2019,2020").unwrap(),
            as_of: parse_date("2021-01-10").unwrap(),
            by: String::new(),
            at: noon("2021-01-10"),
            pseudonym_key: KEY.to_vec(),
            longest: crate::deadline::LONGEST_RUN,
        }
    }

    /// What storing a table that is held would do.
    fn effect(&self, report: &Report) -> Effect {
        let touched = Touched::by(&self.store, report.batch()).unwrap();
        let after = Overlay::new(&self.store, report.batch());
        effect::of(&self.store, &after, &touched, &self.plan, &self.ask()).unwrap()
    }

    /// The same of one that flows by.
    fn effect_flowing(&self, report: &Report, progress: &dyn Progress) -> Result<Effect, ScoringError> {
        let large = report.large().unwrap();
        let after = Overlay::of_many(&self.store, report.batch(), large);
        let records_of = |unit: &str| large.rows_of(unit);
        let change = Many { after: &after, units: report.large_touched(), records_of: &records_of };
        effect::in_portions(&self.store, change, (&self.plan, &self.ask()), progress)
    }

    /// The records in force, without the numbers of batches.
    fn known(&self) -> BTreeMap<String, Vec<Json>> {
        let facts = self.store.scan_facts(None, 99, Date::MAX).unwrap();
        let of = |facts: crate::store::UnitFacts| {
            let records = facts.records.into_iter().map(|record| Json::Object(record.item.fields));
            (facts.unit, records.collect())
        };
        facts.into_iter().map(of).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    // Windows are of seven rows here, and portions of one unit or more.
    #[test]
    fn weighed_declared_complete_and_known_by_what_is_gone_a_large_table_is_as_a_small_one(
        before in prop::collection::vec(any_deal(), 0..12),
        rows in prop::collection::vec(any_deal(), 1..40),
        complete: bool,
        take_back: bool,
    ) {
        let (one, other) = (Town::with(&before), Town::with(&before));
        let table = deals(&rows);
        let (mut held, mut flowing) = (one.held(&table, &one.said(complete)), other.flowing(&table, &other.said(complete)));
        prop_assert!(flowing.is_large() && !held.is_large());
        prop_assert_eq!(&held.tables, &flowing.tables);
        prop_assert_eq!(held.details[0].complete, flowing.details[0].complete);
        prop_assert_eq!((lines(&held.faults), lines(&held.remarks)), (lines(&flowing.faults), lines(&flowing.remarks)));
        prop_assert_eq!(&held.missing, &flowing.missing);
        for report in [&mut held, &mut flowing] {
            report.take_back_missing(take_back);
        }
        let effect = one.effect(&held);
        prop_assert_eq!(&effect.moved, &other.effect_flowing(&flowing, &Unwatched).unwrap().moved);
        prop_assert_eq!(commit(&one.store, held).unwrap(), commit(&other.store, flowing).unwrap());
        prop_assert_eq!(one.known(), other.known());
    }
}

#[test]
fn a_large_table_known_by_sellers_who_are_gone_is_the_same_and_does_not_bring_them_back() {
    let before = [(0, 0, 0, 0, "5"), (1, 1, 1, 0, "5"), (2, 2, 0, 2, "5")];
    let town = Town::with(&before);
    let report = town.flowing(&deals(&[(0, 0, 0, 0, "5"), (1, 1, 1, 0, "7"), (2, 2, 0, 2, "5")]), &town.said(false));
    assert_eq!((report.tables[0].new, report.tables[0].same, report.tables[0].updated), (0, 2, 1));
    commit(&town.store, report).unwrap();
    let known = serde_json::to_string(&town.known()).unwrap();
    assert!(!known.contains("张三丰") && !known.contains("李四娘") && known.contains("王五哥"), "{known}");
}

#[test]
fn what_a_complete_large_table_no_longer_holds_is_taken_back_with_it_and_comes_back_with_it() {
    let town = Town::with(&[(0, 0, 0, 2, "5"), (1, 1, 1, 2, "5"), (4, 1, 0, 1, "5")]);
    let mut report = town.flowing(&deals(&[(0, 0, 0, 2, "5"), (3, 2, 1, 2, "9")]), &town.said(true));
    let missing: Vec<(&str, &str)> =
        report.missing.iter().map(|gone| (gone.unit.as_str(), gone.kind.as_str())).collect();
    assert_eq!(missing, [("v2", "deal")], "that of another year stays");
    report.take_back_missing(true);
    let moved = town.effect_flowing(&report, &Unwatched).unwrap().moved;
    let moved: Vec<(&str, Option<String>)> =
        moved.iter().map(|moved| (moved.unit.as_str(), moved.by().map(|by| by.to_string()))).collect();
    assert_eq!(moved, [("v4", Some("-4".to_owned())), ("v2", Some("4".to_owned()))]);
    let before = town.known();
    let batch = commit(&town.store, report).unwrap().unwrap();
    assert_eq!((town.store.batch(batch).unwrap().counts.taken_back, town.known()["v2"].len()), (1, 0));
    let act = crate::store::Act { by: "clerk".into(), at: noon("2021-01-06"), why: "again".into() };
    town.store.withdraw_batch(batch, act).unwrap();
    assert_eq!(town.known()["v2"], before["v2"]);
}

#[test]
fn a_large_table_with_a_fault_is_not_complete() {
    let town = Town::with(&[(1, 1, 1, 2, "5")]);
    let report = town.flowing(&deals(&[(0, 0, 0, 2, "5"), (3, 2, 1, 2, "几块")]), &town.said(true));
    assert_eq!((report.tables[0].faulty, report.missing.len()), (1, 0));
}

/// Calls off after so many units.
struct AfterUnits(std::sync::atomic::AtomicU64, u64);

impl Progress for AfterUnits {
    fn begin(&self, _: Step, _: u64) {}

    fn advance(&self, more: u64) {
        self.0.fetch_add(more, std::sync::atomic::Ordering::Relaxed);
    }

    fn is_called_off(&self) -> bool {
        self.0.load(std::sync::atomic::Ordering::Relaxed) >= self.1
    }
}

#[test]
fn weighing_a_large_table_goes_on_unit_by_unit_and_can_be_called_off() {
    let town = Town::with(&[]);
    let rows = [(0, 0, 0, 2, "5"), (1, 1, 0, 2, "5"), (2, 2, 0, 2, "5"), (3, 0, 1, 2, "5"), (4, 1, 1, 2, "5")];
    let report = town.flowing(&deals(&rows), &town.said(false));
    assert_eq!(report.large_touched().len(), 5);
    let whole = AfterUnits(0.into(), u64::MAX);
    town.effect_flowing(&report, &whole).unwrap();
    assert_eq!(whole.0.into_inner(), report.large_touched().len() as u64);
    let stopped = town.effect_flowing(&report, &AfterUnits(0.into(), 1));
    assert!(matches!(stopped, Err(ScoringError::Assess(_))), "{stopped:?}");
}

#[test]
fn deals_that_are_told_apart_by_everything_are_not_doubled_when_their_names_are_gone() {
    let standard = BUNDLE.replace("    identity: [seller, place]\n    changes: latest\n", "");
    assert_ne!(standard, BUNDLE);
    let before = [(0, 0, 0, 0, "5"), (1, 1, 1, 0, "7")];
    let town = Town::under(&standard, &before);
    let table = deals(&[before[0], before[1], (2, 2, 0, 2, "5")]);
    for report in [town.held(&table, &town.said(false)), town.flowing(&table, &town.said(false))] {
        assert_eq!((report.tables[0].same, report.tables[0].new), (2, 1), "{:?}", report.faults);
    }
}

#[test]
fn of_more_contradictions_than_are_asked_about_the_others_are_faulty_rows() {
    let bundle = standard();
    let table = |cause: &str| {
        let mut text = String::from("编号,区划代码,发生日期,场所,原因,死亡人数,受伤人数\n");
        for number in 0..QUESTIONS + 5 {
            writeln!(text, "F-{number},{},2020-03-04,住宅,{cause},0,0", VILLAGES[0]).unwrap();
        }
        file("火灾.csv", &text)
    };
    let store = store_with(&bundle, &[&table("电气")]);
    let report = prepare_flowing(&store, &bundle, &table("吸烟"), &said());
    assert_eq!((report.conflicts.len(), report.tables[0].conflicting), (QUESTIONS, QUESTIONS as u64));
    assert_eq!(report.tables[0].faulty, QUESTIONS as u64 + 5);
}
