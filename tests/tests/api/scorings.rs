//! Scoring as a job: watched, called off, gone on with, and one at a time.

use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::LOCATION;
use liuwu::accounts::Role;
use liuwu::store::{HalfRuns, Journal, NewBatch, Store, UnitRow};
use serde_json::{Value as Json, json};

use super::county::*;
use super::records::post;
use super::roles::{quick, session, settle};

/// So many villages that scoring them takes a few moments: several chunks.
const MANY: usize = 9_000;

fn large() -> County {
    let county = County::with(liuwu::config::Config { keep_current: false, ..quick() });
    let village = |number: usize| UnitRow {
        id: format!("330382{number:06}"),
        level: "village".into(),
        name: format!("新{number}村"),
        parent: Some(TANGXIA.into()),
    };
    let at = "2021-03-01T12:00:00+08:00".parse().unwrap();
    let units = (0..MANY).map(village).collect();
    county.store.append_batch(NewBatch { units, ..NewBatch::new(at, "录入员", "村社名单") }).unwrap();
    county
}

async fn begin(county: &County) -> Answer {
    post(county, "/api/v1/runs", json!({"periods": "2020", "background": true})).await
}

async fn ask_until(county: &County, job: &str, is_it: impl Fn(&Json) -> bool) -> Json {
    for _ in 0..6_000 {
        let status = county.get_as_staff(job).await.json();
        if is_it(&status) {
            return status;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{job} took too long");
}

async fn call_off(county: &County, job: &str) -> Json {
    let answer = county.ask(request(axum::http::Method::DELETE, job, &[("authorization", &bearer())])).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scoring_in_the_background_says_how_far_it_is_and_what_it_made() {
    let county = County::new();
    let answer = begin(&county).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    let job = answer.header(LOCATION.as_str()).to_owned();
    assert_eq!(job, format!("/api/v1/jobs/{}", answer.json()["id"]));
    let status = ask_until(&county, &job, |status| status["state"] != "running").await;
    assert_eq!(status["state"], "done");
    let made = county.get_as_staff(status["made"].as_str().unwrap()).await;
    assert_eq!(made.json()["periods"], json!(["2020"]));
    let noted = county.store.last_entry().unwrap().unwrap();
    assert_eq!((noted.action.as_str(), noted.id.as_str()), ("score", "4"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scoring_is_called_off_and_gone_on_with_and_no_second_one_runs_beside_it() {
    let county = large();
    let job = begin(&county).await.header(LOCATION.as_str()).to_owned();
    let second = begin(&county).await;
    assert_eq!((second.status, &second.json()["code"]), (StatusCode::CONFLICT, &json!("busy")));
    ask_until(&county, &job, |status| status["done"].as_u64() > Some(0)).await;
    call_off(&county, &job).await;
    let ended = ask_until(&county, &job, |status| status["state"] != "running").await;
    assert_eq!((&ended["state"], &ended["made"]), (&json!("called_off"), &Json::Null));
    assert_eq!(county.store.runs().unwrap()[0].id, NEWEST_RUN, "the run in force stays");
    let half = county.store.half_run().unwrap().unwrap();
    assert!(half.laid_aside && half.results > 0 && half.results < MANY as u64, "{half:?}");
    let entries = county.store.entries(0, 1_000).unwrap();
    assert!(entries.iter().any(|entry| entry.action == "score" && entry.outcome == "called-off"));

    let job = begin(&county).await.header(LOCATION.as_str()).to_owned();
    let ended = ask_until(&county, &job, |status| status["state"] != "running").await;
    assert_eq!(ended["state"], "done", "{ended}");
    assert_eq!(ended["made"], format!("/api/v1/runs/{}", half.id), "it is the run that was begun");
    assert_eq!(county.store.half_run().unwrap(), None);
    let proof = post(&county, &format!("/api/v1/runs/{}/verify", half.id), json!({})).await.json();
    assert_eq!((&proof["reproduced"], &proof["differences"]), (&json!(true), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_score_sees_the_bar_and_can_stop_it() {
    let county = large();
    settle(&county, Role::PolicyOfficer);
    let (cookie, csrf) = session(&county, Role::PolicyOfficer.key());
    let page = async || {
        let answer = county.ask(request(axum::http::Method::GET, "/desk/runs", &[("cookie", &cookie)])).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.text()
    };
    let send = async |address: &str, body: String| {
        let request = axum::http::Request::post(address)
            .header("cookie", &cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "text/html");
        county.ask(request.body(axum::body::Body::from(format!("csrf={csrf}&{body}"))).unwrap()).await
    };
    assert!(page().await.contains("开始核算"));
    let refused = send("/desk/runs", "periods=%E5%8E%BB%E5%B9%B4".to_owned()).await;
    assert!(refused.text().contains("周期没有看懂") && refused.text().contains("去年"), "{}", refused.text());
    let begun = begin(&county).await;
    let job = begun.header(LOCATION.as_str()).to_owned();
    ask_until(&county, &job, |status| status["total"].as_u64() > Some(0)).await;
    let shown = page().await;
    assert!(shown.contains("<progress max=\"9004\"") && shown.contains("停止"), "{shown}");
    assert_eq!(send("/desk/runs/call-off", String::new()).await.status, StatusCode::SEE_OTHER);
    ask_until(&county, &job, |status| status["state"] == "called_off").await;
    let shown = page().await;
    assert!(shown.contains("没有算完") && shown.contains("开始核算"), "{shown}");
}
