//! Requests that cannot be answered: always a problem that says what, where and how to mend it.

use std::ops::ControlFlow;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use insta::assert_snapshot;
use liuwu::config::Config;
use liuwu::store::{Knowledge, Store};
use serde_json::Value as Json;

use super::county::*;

#[tokio::test]
async fn every_problem_says_what_is_wrong_in_two_languages() {
    let county = County::new();
    let get = |address: &str| request(Method::GET, address, &[]);
    let requests = [
        ("an unknown address", get("/api/v1/nowhere")),
        ("a wrong method", request(Method::DELETE, "/api/v1/runs", &[])),
        ("no such period", get("/api/v1/assessments?period=20-20")),
        ("no such parameter", get("/api/v1/assessments?perod=2020")),
        ("a number that is none", get("/api/v1/runs/two")),
        ("a page too large", get("/api/v1/units?limit=501")),
        ("a cursor of one's own", get("/api/v1/units?cursor=xyz")),
        ("a form that there is not", get("/api/v1/assessments?format=xml")),
        ("a period without results", get("/api/v1/assessments?period=2019")),
        ("no such unit", get("/api/v1/units/330381999999")),
        ("no such list", get("/api/v1/lists/blue")),
        ("no such edition", get("/api/v1/bundles/small/editions/1999")),
        ("without the token", get("/api/v1/batches")),
    ];
    let mut told = serde_json::Map::new();
    for (what, request) in requests {
        let answer = county.ask(request).await;
        assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
        assert_eq!(answer.header("cache-control"), "no-store", "{what}");
        let json = answer.json();
        assert_eq!(json["status"], answer.status.as_u16(), "{what}");
        assert_eq!(json["instance"], format!("urn:liuwu:request:{}", answer.header("x-request-id")), "{what}");
        told.insert(what.to_owned(), steady(json));
    }
    assert_snapshot!("problems", set_out(&Json::Object(told)));
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let county = County::new();
    let answer = county.ask(request(Method::PUT, "/api/v1/runs", &[])).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(answer.header("allow").contains("GET"), "{}", answer.header("allow"));
}

#[tokio::test]
async fn a_person_gets_a_page_and_a_program_gets_json() {
    let county = County::new();
    let ask = async |address: &str| county.ask(request(Method::GET, address, &[("accept", "text/html")])).await;
    let page = ask("/nowhere").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.text().contains("<!doctype html>"));
    assert_eq!(ask("/api/v1/nowhere").await.header("content-type"), "application/problem+json");
    assert_eq!(county.get("/nowhere").await.header("content-type"), "application/problem+json");
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up() {
    let county = County::with(Config { timeout_seconds: 1, ..Config::default() });
    // Somebody reads for longer than a request may take, and who writes has to wait for it.
    let (busy, is_busy) = std::sync::mpsc::channel();
    let store = county.store.clone();
    let reading = std::thread::spawn(move || {
        store.records_of_kind("fire", day("2021-12-31"), &mut |_| {
            busy.send(()).unwrap();
            std::thread::sleep(std::time::Duration::from_secs(3));
            ControlFlow::Break(())
        })
    });
    is_busy.recv().unwrap();
    let undo = request(Method::DELETE, "/api/v1/uploads/1?reason=x", &[("authorization", &bearer())]);
    let answer = county.ask(undo).await;
    reading.join().unwrap().unwrap();
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.json()["code"], "timeout");
    assert_eq!(answer.header("retry-after"), "30");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let county = County::with(Config { upload_mb: 1, ..Config::default() });
    let boundary = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n";
    let body = format!("{boundary}{}\r\n--x--\r\n", "1".repeat(2 * 1024 * 1024));
    let request = Request::post("/api/v1/uploads")
        .header("authorization", bearer())
        .header("content-type", "multipart/form-data; boundary=x")
        .body(Body::from(body))
        .unwrap();
    let answer = county.ask(request).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.json()["detail"], "内容超过 1 MB");
}

#[tokio::test]
async fn a_fault_of_the_server_shows_a_number_and_nothing_else() {
    let county = County::new();
    // An edition that this program no longer takes: published once, unreadable now.
    let broken = liuwu::store::NewEdition {
        bundle: "broken".into(),
        edition: "1".into(),
        text: format!("rules: [{SECRET}").into(),
        published_at: jiff::Timestamp::UNIX_EPOCH,
        by: "x".into(),
        note: String::new(),
    };
    county.store.publish_edition(broken).unwrap();
    let answer = county.get("/api/v1/bundles/broken/editions/1").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_snapshot!("a_fault_of_the_server", answer.steady());
}
