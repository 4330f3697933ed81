//! Communities that are merged: old records keep their code and count for the successor, and nothing older moves.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use liuwu::scoring::{self, Ask};
use liuwu::store::{Exemption, Knowledge as _, NewBatch, RecordRow, RunId, Store as _};
use liuwu_engine::period::Period;
use serde_json::{Value as Json, json};

use super::county::*;

const MERGED: &str = "330381101705";

fn announce(changes: &Json) -> Request<Body> {
    let body = json!({"reason": "批复(示例)", "changes": changes}).to_string();
    let request = Request::post("/api/v1/division-changes").header("authorization", bearer());
    request.header("content-type", "application/json").body(Body::from(body)).unwrap()
}

fn merger() -> Json {
    json!([{"kind": "merged", "from": "2020-06-01", "old": [BURNT, TROUBLED], "new": [{"code": MERGED, "name": "新岙村"}]}])
}

/// Scores 2020 with all that is known today.
fn score_today(county: &County) -> RunId {
    let ask = Ask {
        bundle: "small".into(),
        edition: None,
        periods: Period::parse_list("2020").unwrap(),
        as_of: county.app.today(),
        by: "测试".into(),
        at: county.app.now(),
        pseudonym_key: b"a key for tests".to_vec(),
        longest: liuwu::deadline::LONGEST_RUN,
    };
    scoring::score(county.store.as_ref(), &ask).unwrap().id
}

#[tokio::test]
async fn records_of_merged_communities_count_for_the_new_one_and_older_runs_stay() {
    let county = County::new();
    let stored = county.ask(announce(&merger())).await;
    assert_eq!((stored.status, stored.json()["units"].clone()), (StatusCode::CREATED, json!(3)), "{}", stored.text());
    let run = score_today(&county);
    county.app.has_written();

    let address = format!("/api/v1/runs/{run}/assessments");
    let results = county.get_as_staff(&address).await.json();
    let units: Vec<&str> =
        results["items"].as_array().unwrap().iter().map(|item| item["unit"]["id"].as_str().unwrap()).collect();
    assert!(units.contains(&MERGED) && !units.contains(&BURNT) && !units.contains(&TROUBLED), "{units:?}");
    let merged = county.get_as_staff(&format!("{address}/{MERGED}")).await.json();
    // The fire of the one and the thefts of the other.
    let rules: Vec<&str> =
        merged["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap()).collect();
    assert!(rules.contains(&"FIRE-001"), "{merged}");
    assert!(county.store.facts_of(BURNT, county.app.today()).unwrap().records.len() > 1, "old records keep their code");

    for older in [RELEASED_RUN, NEWEST_RUN] {
        let proof = scoring::verify(county.store.as_ref(), older, b"a key for tests").unwrap();
        assert_eq!(proof.differences, [], "run {older}");
    }
    assert_eq!(scoring::verify(county.store.as_ref(), run, b"a key for tests").unwrap().differences, []);

    county.store.release(run, act("2021-03-01")).unwrap();
    county.app.has_written();
    let page = county.get(&format!("/villages/{MERGED}")).await.text();
    assert!(page.contains("2020年6月1日起承继上岙村") && page.contains("承继前垟村"), "{page}");
    let list = county.get("/api/v1/division-changes").await.json();
    assert_eq!(
        list["items"][0],
        json!({"old": BURNT, "name": "上岙村村民委员会", "new": MERGED, "from": "2020-06-01"})
    );
}

#[tokio::test]
async fn an_exemption_goes_with_its_record_to_the_successor_and_one_without_a_record_does_not() {
    let county = County::new();
    // Two hazards of the burnt village: one is named by an exemption, its neighbour has an exemption from the whole rule.
    let known = county.store.facts_of(BURNT, county.app.today()).unwrap().records;
    let model = known.iter().find(|record| record.kind == "hazard").unwrap();
    let hazard = |unit: &str, number: &str| RecordRow {
        unit: unit.into(),
        number: Some(number.into()),
        supersedes: None,
        fields: json!({ "no": number }).as_object().unwrap().clone(),
        ..model.item.clone()
    };
    let exempt = |unit: &str, record: Option<&str>| Exemption {
        unit: unit.into(),
        rule: "HAZ-001".into(),
        record: record.map(str::to_owned),
        from: day("2020-01-01"),
        until: None,
        reason: format!("免扣{}", record.unwrap_or("整条")),
        approved_by: "市平安办".into(),
        approved_on: None,
    };
    let batch = NewBatch {
        records: vec![hazard(BURNT, "Y31"), hazard(TROUBLED, "Y32")],
        exemptions: vec![exempt(BURNT, Some("Y31")), exempt(TROUBLED, None)],
        ..NewBatch::new(county.app.now(), "测试", "隐患和免扣")
    };
    county.store.append_batch(batch).unwrap();
    assert_eq!(county.ask(announce(&merger())).await.status, StatusCode::CREATED);
    let run = score_today(&county);
    county.app.has_written();
    let merged = county.get_as_staff(&format!("/api/v1/runs/{run}/assessments/{MERGED}")).await.json();
    let hazards: Vec<(Json, Json)> = merged["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["rule"] == "HAZ-001")
        .map(|finding| (finding["evidence"][0]["number"].clone(), finding["exemption"]["reason"].clone()))
        .collect();
    assert!(hazards.contains(&(json!("Y31"), json!("免扣Y31"))), "{hazards:?}");
    assert!(hazards.contains(&(json!("Y32"), Json::Null)), "{hazards:?}");
    assert_eq!(scoring::verify(county.store.as_ref(), run, b"a key for tests").unwrap().differences, []);
}

#[tokio::test]
async fn a_merger_that_is_taken_back_leaves_everything_as_it_was() {
    let county = County::new();
    let batch = county.ask(announce(&merger())).await.json()["batch"].as_u64().unwrap();
    county.store.withdraw_batch(liuwu::store::BatchId(batch), act("2021-03-01")).unwrap();
    let run = score_today(&county);
    county.app.has_written();
    let results = county.get_as_staff(&format!("/api/v1/runs/{run}/assessments")).await.json();
    let units: Vec<&str> =
        results["items"].as_array().unwrap().iter().map(|item| item["unit"]["id"].as_str().unwrap()).collect();
    assert!(units.contains(&BURNT) && !units.contains(&MERGED), "{units:?}");
}

#[tokio::test]
async fn a_change_that_fits_no_community_is_refused() {
    let county = County::new();
    let unknown = json!([{"kind": "recoded", "from": "2020-06-01", "old": ["330381109999"], "new": [{"code": MERGED, "name": "新岙村"}]}]);
    let refused = county.ask(announce(&unknown)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.json()["faults"][0]["message"].as_str().unwrap().contains("330381109999"));
    assert_eq!(county.ask(announce(&json!([]))).await.status, StatusCode::BAD_REQUEST);
    let tomorrow =
        json!([{"kind": "recoded", "from": "2099-01-01", "old": [BURNT], "new": [{"code": MERGED, "name": "新岙村"}]}]);
    let refused = county.ask(announce(&tomorrow)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.json()["faults"][0]["message"].as_str().unwrap().contains("2099-01-01"));
}

#[tokio::test]
async fn the_villages_of_a_town_with_a_new_code_keep_a_town() {
    let county = County::new();
    let town = county
        .store
        .units(county.app.today())
        .unwrap()
        .into_iter()
        .find(|row| row.id == BURNT)
        .unwrap()
        .parent
        .unwrap();
    let recoded = json!([{"kind": "recoded", "from": "2020-06-01", "old": [town], "new": [{"code": "330381199000", "name": "新镇"}]}]);
    let stored = county.ask(announce(&recoded)).await;
    assert_eq!(stored.status, StatusCode::CREATED, "{}", stored.text());
    let run = score_today(&county);
    county.app.has_written();
    let result = county.get_as_staff(&format!("/api/v1/runs/{run}/assessments/{BURNT}")).await.json();
    assert!(result.to_string().contains("新镇"), "{result}");
    assert_eq!(scoring::verify(county.store.as_ref(), run, b"a key for tests").unwrap().differences, []);
}

const HEADER: &str = "变更种类,生效日期,原区划代码,原名称,现区划代码,现名称\n";

/// A form with a table of changes.
fn tabled(address: &str, file: &str, bytes: &[u8], reason: &str) -> Request<Body> {
    let mut body = format!(
        "--x\r\ncontent-disposition: form-data; name=\"reason\"\r\n\r\n{reason}\r\n--x\r\n\
         content-disposition: form-data; name=\"file\"; filename=\"{file}\"\r\n\r\n"
    )
    .into_bytes();
    body.extend(bytes);
    body.extend(b"\r\n--x--\r\n");
    let request = Request::post(address).header("authorization", bearer());
    request.header("content-type", "multipart/form-data; boundary=x").body(Body::from(body)).unwrap()
}

async fn hand_in(county: &County, rows: &str) -> Answer {
    let table = format!("{HEADER}{rows}");
    county.ask(tabled("/api/v1/division-changes", "区划变更.csv", table.as_bytes(), "批复(示例)")).await
}

/// Cells and what is wrong with each.
fn cells(answer: &Answer) -> Vec<(String, String)> {
    let json = answer.json();
    let text = |fault: &Json, name: &str| fault[name].as_str().unwrap_or_default().to_owned();
    let faults = json["faults"].as_array().unwrap_or_else(|| panic!("{json}"));
    faults.iter().map(|fault| (text(&fault["location"], "cell"), text(fault, "message"))).collect()
}

#[tokio::test]
async fn a_table_of_a_merger_and_a_new_code_is_checked_and_then_stored_as_one_batch() {
    let county = County::new();
    let rows = format!(
        "合并,2020-06-01,{BURNT},上岙村,{MERGED},新岙村\n合并,2020-06-01,{TROUBLED},前垟村,{MERGED},\n\
         改码(更名),2020年7月1日,{SILENT},后垟社区,330381102709,后垟新社区\n"
    );
    let table = encoding_rs::GB18030.encode(&format!("{HEADER}{rows}")).0.into_owned();
    let dry = tabled("/api/v1/division-changes?dry_run=true", "区划变更.csv", &table, "批复(示例)");
    let dry = county.ask(dry).await;
    assert_eq!((dry.status, dry.json()["units"].clone()), (StatusCode::OK, json!(5)), "{}", dry.text());
    assert_eq!(dry.json()["changes"][0]["old"], json!([BURNT, TROUBLED]));
    assert_eq!(dry.json()["changes"][1]["kind"], json!("recoded"));
    assert_eq!(county.get("/api/v1/division-changes").await.json()["items"], json!([]), "nothing is stored");

    let stored = hand_in(&county, &rows).await;
    assert_eq!(stored.status, StatusCode::CREATED, "{}", stored.text());
    assert_eq!(stored.json()["files"], json!(["区划变更.csv"]));
    let list = county.get("/api/v1/division-changes").await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 3);
    let batch = stored.json()["batch"].as_u64().unwrap();
    county.store.withdraw_batch(liuwu::store::BatchId(batch), act("2021-03-01")).unwrap();
    county.app.has_written();
    assert_eq!(county.get("/api/v1/division-changes").await.json()["items"], json!([]), "all of it is taken back");
}

#[tokio::test]
async fn every_fault_of_a_table_is_named_at_its_cell_at_once() {
    let county = County::new();
    let rows = format!(
        "合并,2020-06-01,{BURNT},前垟村,{MERGED},新岙村\n\
         合并,2020-06-01,330381109999,,{MERGED},别的名称\n\
         改码,2099-01-01,{CALM},,{CALM},\n\
         撤销,2020-06-01,{SILENT},,330381102709,\n\
         拆分,不详,{TROUBLED},,3.30381E+11,东垟村\n\
         拆分,2020-06-01,{TROUBLED},,330381101708,\n"
    );
    let refused = hand_in(&county, &rows).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
    let found = cells(&refused);
    let has = |cell: &str, words: &str| {
        assert!(found.iter().any(|(at, said)| at == cell && said.contains(words)), "{cell} {words}: {found:#?}");
    };
    has("D2", "前垟村");
    has("C3", "不在现有区划之列");
    has("F3", "与第2行写的不同");
    has("B4", "还没有到");
    has("E4", "新旧代码相同");
    has("A5", "撤销");
    has("B6", "不详");
    has("E6", "不是12位区划代码");
    has("F7", "缺少名称");
    assert_eq!(found.len(), 9, "{found:#?}");
    assert_eq!(county.get("/api/v1/division-changes").await.json()["items"], json!([]));
}

#[tokio::test]
async fn a_merger_with_one_row_and_a_unit_that_is_named_twice_are_refused() {
    let county = County::new();
    let alone = hand_in(&county, &format!("合并,2020-06-01,{BURNT},,{MERGED},新岙村\n")).await;
    assert_eq!(cells(&alone)[0].0, "A2");
    let twice = format!("合并,2020-06-01,{BURNT},,{MERGED},新岙村\n合并,2020-06-01,{BURNT},,{MERGED},\n");
    assert_eq!(cells(&hand_in(&county, &twice).await)[0].0, "C3");
    // What is already succeeded cannot be succeeded again, not even within a table.
    let again = format!("改码,2020-06-01,{BURNT},,{MERGED},新岙村\n改码,2020-07-01,{BURNT},,330381101706,再新岙村\n");
    assert_eq!(cells(&hand_in(&county, &again).await)[0].0, "C3");
}

#[tokio::test]
async fn files_that_are_no_table_of_changes_are_refused_with_the_columns_wanted() {
    let county = County::new();
    let send =
        |file: &'static str, bytes: Vec<u8>| county.ask(tabled("/api/v1/division-changes", file, &bytes, "批复(示例)"));
    let wanted = [
        ("空.csv", Vec::new(), "空"),
        ("火灾.csv", "区划代码,发生日期,编号\n330381101701,2020-07-01,H7\n".into(), "没有找到认识的表头"),
        ("只有表头.csv", HEADER.into(), "空"),
        ("缺列.csv", "变更种类,原区划代码,现区划代码\n合并,330381101701,330381101705\n".into(), "缺少「生效日期」一列"),
        ("坏.xlsx", b"PK\x03\x04 no workbook".to_vec(), ""),
    ];
    for (file, bytes, words) in wanted {
        let refused = send(file, bytes).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{file}: {}", refused.text());
        assert!(cells(&refused)[0].1.contains(words), "{file}: {}", refused.text());
    }
    let row = format!("改码,2020-06-01,{BURNT},,{MERGED},新岙村\n");
    let huge = send("巨大.csv", format!("{HEADER}{}", row.repeat(60_000)).into_bytes()).await;
    assert_eq!(huge.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(cells(&huge)[0].1.contains("超过5000行"), "{:?}", cells(&huge)[0]);
    let nameless = tabled("/api/v1/division-changes", "区划变更.csv", HEADER.as_bytes(), "");
    assert_eq!(county.ask(nameless).await.status, StatusCode::BAD_REQUEST);
}

#[test]
fn a_table_of_changes_is_handed_in_and_listed_at_the_command_line() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let run = |words: &[&str]| {
        let at = ["--data", data.to_str().unwrap()];
        let (code, printed) =
            liuwu::cli::capture(["liuwu"].iter().chain(words).chain(&at).map(|word| (*word).to_owned()));
        (code == std::process::ExitCode::SUCCESS, format!("{}{}", printed.out, printed.err))
    };
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let bundle = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/bundles/disclosure.yaml");
    assert!(run(&["publish", bundle]).0);
    let units = "区划代码,名称,级别\n330000000000,浙江省,省\n330300000000,温州市,市\n330381000000,瑞安市,县\n\
                 330381101000,塘下镇,镇街\n330381101701,上岙村,村社\n330381101702,前垟村,村社\n";
    let (done, said) = run(&["import", &file("区划.csv", units)]);
    assert!(done, "{said}");

    let table = file(
        "区划变更.csv",
        &format!("{HEADER}合并,2020-06-01,{BURNT},上岙村,{MERGED},新岙村\n合并,2020-06-01,{TROUBLED},,{MERGED},\n"),
    );
    let (done, said) = run(&["divisions", "import", &table, "--reason", "批复(示例)", "--dry-run"]);
    assert!(
        done && said.contains("330381101701、330381101702 → 330381101705 新岙村") && said.contains("没有入库"),
        "{said}"
    );
    assert!(run(&["divisions", "list"]).1.contains("没有区划变更"));
    let (done, said) = run(&["divisions", "import", &table, "--reason", "批复(示例)"]);
    assert!(done && said.contains("入库批次"), "{said}");
    let (_, said) = run(&["divisions", "list"]);
    assert!(said.contains("上岙村") && said.contains("新岙村") && said.contains("2020-06-01"), "{said}");
    let (done, said) = run(&["--lang", "en", "divisions", "import", &table, "--reason", "批复(示例)"]);
    assert!(!done && said.contains("is no unit of today") && said.contains("C2") && said.contains("C3"), "{said}");
    assert!(run(&["undo", "2", "--reason", "报错了"]).0 || run(&["undo", "2", "--reason", "报错了", "--yes"]).0);
    assert!(run(&["divisions", "list"]).1.contains("没有区划变更"));
    assert!(run(&["audit", "verify"]).0);
}
