//! Every page and answer names the record that a result rests on and no other, though records of several villages were pushed one
//! at a time, so that each was read in line 1 of the same source.

use std::sync::Arc;

use liuwu::config::Config;
use liuwu::router::router;
use liuwu::scoring::{self, Ask};
use liuwu::state::App;
use liuwu::store::memory::Memory;
use liuwu::store::{Act, Knowledge as _, NewBatch, NewEdition, RecordRow, RunId, Statement, Store, UnitRow};
use liuwu_engine::period::Period;
use liuwu_engine::record::Source;
use serde_json::{Value as Json, json};

use super::county::{ANYANG, Answer, BURNT, CALM, COUNTY, County, TANGXIA, TOKEN, day};

/// Hazards without a number of their own, told apart by a field, on a list that is followed up.
const STANDARD: &str = r#"
bundle: singles
edition: "2020"
title: 隐患挂牌(测试用)
effective: {from: 2019-01-01, until: 2020-12-31}
assess: {unit: village, within: [town, county], period: year, floor: 0, round: {places: 2, mode: half_up}}
records:
  hazard:
    title: 重大隐患
    department: 市安委办
    date: {title: 列入日期}
    fields:
      no: {title: 编号, type: text}
      name: {title: 场所名称, type: text}
      department: {title: 责任部门, type: text}
      due: {title: 整改期限, type: date}
    identity: [no]
    changes: latest
    public: full
criteria:
  - id: safety
    title: 无重大隐患
    base: 100
    floor: 0
    rules:
      - {id: HAZ-001, title: 隐患未整改, each: hazard, deduct: '5', reason: '隐患${hazard.no}未整改'}
lists:
  overdue: {title: 挂牌隐患, each: hazard, script: "true", follow_up: [{measure: notice, title: 通报, within_days: 5}], stays: {at_least_days: 30}}
"#;

const RUN: RunId = RunId(1);

/// A hazard as a platform pushes it by itself: number, name, department, village.
type Hazard = (&'static str, &'static str, &'static str, &'static str);

const MILL: Hazard = ("A1", "木制品作坊", "应急管理局", BURNT);
const STORE: Hazard = ("A2", "烟花仓库", "公安局", BURNT);
const TEA: Hazard = ("B1", "茶馆", "消防救援大队", CALM);

fn noon(text: &str) -> jiff::Timestamp {
    format!("{text}T12:00:00+08:00").parse().unwrap()
}

fn pushed((no, name, department, unit): Hazard, on: &str) -> NewBatch {
    let fields = json!({"no": no, "name": name, "department": department, "due": "2020-06-30"});
    let Json::Object(fields) = fields else { unreachable!() };
    let hazard = RecordRow {
        unit: unit.into(),
        kind: "hazard".into(),
        date: day("2020-03-01"),
        number: None,
        fields,
        source: Source::line(&Arc::from("安监平台"), 1),
        supersedes: None,
    };
    NewBatch { records: vec![hazard], ..NewBatch::new(noon(on), "安监平台", "推送") }
}

fn score(store: &Memory, as_of: &str) -> RunId {
    let ask = Ask {
        bundle: "singles".into(),
        edition: None,
        periods: Period::parse_list("2020").unwrap(),
        as_of: day(as_of),
        by: "李".into(),
        at: noon(as_of),
        pseudonym_key: b"a key for tests".to_vec(),
        longest: liuwu::deadline::LONGEST_RUN,
    };
    scoring::score(store, &ask).unwrap().id
}

fn release(store: &Memory, run: RunId) {
    let act = Act { by: "王".into(), at: noon("2021-02-10"), why: "公示".into() };
    store.release(run, act).unwrap();
}

/// Two towns with a village each, into which these hazards were pushed one by one, each on its day; one run, published.
fn county(hazards: &[(Hazard, &str)]) -> County {
    let store = Arc::new(Memory::new());
    let edition = NewEdition {
        bundle: "singles".into(),
        edition: "2020".into(),
        text: Arc::from(STANDARD),
        published_at: noon("2020-01-01"),
        by: "李".into(),
        note: String::new(),
    };
    store.publish_edition(edition).unwrap();
    let unit = |id: &str, level: &str, name: &str, parent: Option<&str>| UnitRow {
        id: id.into(),
        level: level.into(),
        name: name.into(),
        parent: parent.map(str::to_owned),
    };
    let units = vec![
        unit(COUNTY, "county", "瑞安市", None),
        unit(TANGXIA, "town", "塘下镇", Some(COUNTY)),
        unit(BURNT, "village", "上岙村村民委员会", Some(TANGXIA)),
        unit(ANYANG, "town", "安阳街道", Some(COUNTY)),
        unit(CALM, "village", "后垟社区居民委员会", Some(ANYANG)),
    ];
    let statements = vec![Statement {
        kind: "hazard".into(),
        area: COUNTY.into(),
        from: day("2019-01-01"),
        to: day("2020-12-31"),
        nil: false,
    }];
    store.append_batch(NewBatch { units, statements, ..NewBatch::new(noon("2021-01-01"), "李", "区划") }).unwrap();
    for (hazard, on) in hazards {
        store.append_batch(pushed(*hazard, on)).unwrap();
    }
    assert_eq!(score(&store, "2021-01-10"), RUN);
    release(&store, RUN);
    let config = Config { keep_current: false, ..Config::default() };
    let app = App::new(config, store.clone(), b"a key for tests".to_vec(), TOKEN.parse().unwrap());
    County { store, router: router(app.clone()), app }
}

/// What stands behind one text on a page and before another.
fn between<'p>(page: &'p str, from: &str, to: &str) -> &'p str {
    let (_, rest) = page.split_once(from).unwrap_or_else(|| panic!("no {from} in {page}"));
    rest.split_once(to).map_or(rest, |(part, _)| part)
}

/// What the page of a village names as evidence, hazard by hazard.
fn evidence_on(page: &str) -> Vec<String> {
    let named = between(page, "<dt>依据</dt>", "</ul>");
    named.split("<li>").skip(1).map(str::to_owned).collect()
}

#[tokio::test]
async fn the_negative_list_names_for_each_village_its_own_hazard() {
    let county = county(&[(MILL, "2021-01-05"), (TEA, "2021-01-06")]);
    let page = county.get("/negative-list").await.text();
    let of_mill = between(&page, "木制品作坊", "</li>");
    assert!(of_mill.contains(&format!("/villages/{BURNT}")), "{page}");
    let of_tea = between(&page, "茶馆", "</li>");
    assert!(of_tea.contains(&format!("/villages/{CALM}")), "{page}");
}

#[tokio::test]
async fn the_city_counts_each_hazard_for_the_department_that_it_names() {
    let county = county(&[(MILL, "2021-01-05"), (STORE, "2021-01-05"), (TEA, "2021-01-06")]);
    let page = county.get("/city").await.text();
    for department in ["应急管理局", "公安局", "消防救援大队"] {
        assert!(page.contains(department), "{department}: {page}");
    }
    assert!(!page.contains("市安委办"), "each hazard names a department: {page}");
}

#[tokio::test]
async fn the_page_of_a_village_numbers_each_hazard_by_its_own_number() {
    let county = county(&[(MILL, "2021-01-05"), (STORE, "2021-01-06")]);
    let evidence = evidence_on(&county.get(&format!("/villages/{BURNT}")).await.text());
    assert_eq!(evidence.len(), 2, "{evidence:?}");
    assert!(evidence[0].contains(">A1<") && evidence[1].contains(">A2<"), "{evidence:?}");
}

#[tokio::test]
async fn of_two_hazards_of_a_day_each_has_its_own_reason_on_the_list() {
    let county = county(&[(MILL, "2021-01-05"), (STORE, "2021-01-06")]);
    for answer in [county.get("/api/v1/lists/overdue").await, county.get_as_staff("/api/v1/lists/overdue").await] {
        let items = answer.json()["items"].as_array().unwrap().clone();
        let reasons = |item: &Json| {
            let reasons = item["reasons"].as_array().unwrap().clone();
            reasons.iter().map(|reason| reason["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let told: Vec<Vec<String>> = items.iter().map(reasons).collect();
        assert_eq!(told, [["隐患A1未整改"], ["隐患A2未整改"]]);
    }
}

#[tokio::test]
async fn only_the_hazard_that_came_late_is_marked() {
    let county = county(&[(MILL, "2021-01-05")]);
    county.store.append_batch(pushed(STORE, "2021-01-20")).unwrap();
    let later = score(&county.store, "2021-01-31");
    release(&county.store, later);
    let answer = county.get_as_staff(&format!("/api/v1/runs/{later}/assessments/{BURNT}")).await;
    assert_eq!(
        since(&answer),
        [("隐患A1未整改".to_owned(), Json::Null), ("隐患A2未整改".to_owned(), json!("2021-01-20"))]
    );
    let evidence = evidence_on(&county.get(&format!("/villages/{BURNT}")).await.text());
    assert!(!evidence[0].contains("补报") && evidence[1].contains("补报，1月20日起知悉"), "{evidence:?}");
}

#[tokio::test]
async fn what_came_late_stays_late_whatever_is_published_after_it_or_taken_back() {
    let county = county(&[(MILL, "2021-01-05")]);
    county.store.append_batch(pushed(STORE, "2021-01-20")).unwrap();
    release(&county.store, score(&county.store, "2021-01-31"));
    let third = score(&county.store, "2021-02-10");
    release(&county.store, third);
    let late = async || {
        let answer = county.get_as_staff(&format!("/api/v1/runs/{third}/assessments/{BURNT}")).await;
        let page = county.get(&format!("/villages/{BURNT}")).await.text();
        (since(&answer).remove(1).1, page.contains("补报，1月20日起知悉"))
    };
    assert_eq!(late().await, (json!("2021-01-20"), true), "two publications later");
    county.store.retract(RUN, Act { by: "王".into(), at: noon("2021-02-11"), why: "更正".into() }).unwrap();
    assert_eq!(late().await, (json!("2021-01-20"), true), "the first was public, though it no longer is");
}

#[tokio::test]
async fn a_tag_of_an_explanation_ends_with_what_is_known_of_its_records() {
    let county = county(&[(MILL, "2021-01-05")]);
    county.store.append_batch(pushed(STORE, "2021-01-20")).unwrap();
    let later = score(&county.store, "2021-01-31");
    let address = format!("/api/v1/runs/{later}/assessments/{BURNT}");
    let first = county.get_as_staff(&address).await;
    assert_eq!(since(&first)[1].1, json!("2021-01-20"));
    let again = async || {
        let headers = [("authorization", &*super::county::bearer()), ("if-none-match", first.header("etag"))];
        county.ask(super::county::request(axum::http::Method::GET, &address, &headers)).await
    };
    assert_eq!(again().await.status, axum::http::StatusCode::NOT_MODIFIED);
    // The record is corrected on the day of the run: the run rests on what is not known of that day any more.
    let id = county.store.facts_of(BURNT, day("2021-01-31")).unwrap().records[1].id;
    let mut corrected = pushed(("A2", "烟花仓库(改)", "公安局", BURNT), "2021-01-31");
    corrected.records[0].supersedes = Some(id);
    county.store.append_batch(corrected).unwrap();
    let told = again().await;
    assert!(told.status.is_success() && since(&told)[1].1.is_null(), "{}", told.text());
}

/// Reasons, each with the day since when its record is known, if that is late.
fn since(answer: &Answer) -> Vec<(String, Json)> {
    let findings = answer.json()["findings"].as_array().unwrap().clone();
    findings
        .iter()
        .map(|found| (found["reason"].as_str().unwrap().to_owned(), found["evidence"][0]["known_since"].clone()))
        .collect()
}
