//! Scores follow what is stored: after whatever changes the facts, the run in force is the new one, and nobody has asked for it.

use std::time::Duration;

use axum::http::StatusCode;
use liuwu::config::Config;
use serde_json::{Value as Json, json};

use super::county::*;
use super::records::{FIRES, post, send, upload};

/// How often the score is looked at before it is said not to have followed.
const LOOKS: usize = 200;

/// A county whose server keeps its runs current.
fn kept() -> County {
    let county = County::with(Config::default());
    assert!(county.app.config().keep_current, "which is what a server does unless it is told otherwise");
    county
}

/// The run in force and what it says of a village.
async fn standing(county: &County, unit: &str) -> (u64, Json) {
    let run = county.get_as_staff("/api/v1/runs").await.json()["items"][0]["run"].as_u64().unwrap();
    let results = county.get_as_staff("/api/v1/assessments?period=2020").await.json();
    let items = results["items"].as_array().unwrap();
    (run, items.iter().find(|item| item["unit"]["id"] == unit).unwrap()["score"].clone())
}

/// Waits until a village has a score in a run that was made after another; gives that run.
async fn followed(county: &County, after: u64, score: &str, what: &str) -> u64 {
    let mut seen = (after, Json::Null);
    for _ in 0..LOOKS {
        seen = standing(county, TROUBLED).await;
        if seen.0 > after && seen.1 == score {
            return seen.0;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what}: run {after} should have been followed by one with {score}, found {seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_each_change_of_the_facts_the_score_in_force_is_the_new_one() {
    let county = kept();
    let (run, before) = standing(&county, TROUBLED).await;
    assert_eq!(before, "75");
    assert_eq!(upload(&county, FIRES, false).await.status, StatusCode::CREATED);
    let run = followed(&county, run, "70", "an upload").await;

    let fewer = json!({"reason": "无人死亡", "fields": {"deaths": "0"}});
    assert_eq!(post(&county, "/api/v1/records/3-2/correction", fewer).await.status, StatusCode::CREATED);
    let run = followed(&county, run, "75", "a correction").await;

    let undone = send(&county, "/desk/batches/4/undo", &[("reason", "更正错了")]).await;
    assert_eq!(undone.status, StatusCode::SEE_OTHER, "{}", undone.text());
    let run = followed(&county, run, "70", "the undoing of a batch").await;

    let withdrawn = post(&county, "/api/v1/records/3-2/withdrawal", json!({"reason": "误报"})).await;
    assert_eq!(withdrawn.status, StatusCode::OK, "{}", withdrawn.text());
    let run = followed(&county, run, "75", "a withdrawal").await;

    let typed = [("kind", "fire"), ("unit", TROUBLED), ("date", "2020-08-01"), ("no", "H20"), ("deaths", "1")];
    let entered = send(&county, "/desk/records/new", &typed).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER, "{}", entered.text());
    let run = followed(&county, run, "70", "a record typed in").await;

    let item = json!([{"kind": "fire", "unit": TROUBLED, "date": "2020-09-01", "no": "H21", "deaths": 2}]);
    let pushed = post(&county, "/api/v1/records", item).await;
    assert_eq!(pushed.status, StatusCode::CREATED, "{}", pushed.text());
    followed(&county, run, "67", "a push").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn released_results_stay_as_they_are_while_scores_follow() {
    let county = kept();
    let released = county.get("/api/v1/assessments?period=2020").await.json();
    let (run, _) = standing(&county, TROUBLED).await;
    assert_eq!(upload(&county, FIRES, false).await.status, StatusCode::CREATED);
    followed(&county, run, "70", "an upload").await;
    assert_eq!(county.get("/api/v1/assessments?period=2020").await.json()["items"], released["items"]);
}
