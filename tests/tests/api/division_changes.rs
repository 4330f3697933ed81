//! Communities that are merged: old records keep their code and count for the successor, and nothing older moves.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use liuwu::scoring::{self, Ask};
use liuwu::store::{Knowledge as _, RunId, Store as _};
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
