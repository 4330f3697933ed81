//! Pushes over HTTP: forms of the body, an answer for each item, keys, limits.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use super::county::*;
use super::uploads;

fn push(query: &str, media: &str, key: Option<&str>, body: impl Into<Body>) -> Request<Body> {
    let mut request = Request::post(format!("/api/v1/records{query}"))
        .header("authorization", bearer())
        .header("content-type", media);
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    request.body(body.into()).unwrap()
}

fn fire(unit: &str, no: &str, deaths: Json) -> Json {
    json!({"kind": "fire", "unit": unit, "date": "2020-07-01", "no": no, "deaths": deaths})
}

async fn batches(county: &County) -> usize {
    county.get_as_staff("/api/v1/batches").await.json()["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn items_pushed_as_json_or_as_lines_become_one_batch() {
    let county = County::new();
    let body = json!([fire(BURNT, "H7", json!(0)), fire(CALM, "H8", json!(1))]).to_string();
    let stored = county.ask(push("?source=%E6%B6%88%E9%98%B2%E5%B9%B3%E5%8F%B0", "application/json", None, body)).await;
    assert_eq!((stored.status, stored.header("location")), (StatusCode::CREATED, "/api/v1/batches/3"));
    assert_snapshot!("a_push_that_is_stored", stored.steady());
    assert_eq!(county.get_as_staff("/api/v1/batches/3").await.json()["files"], json!(["消防平台"]));

    let lines = format!("{}\n{}\n", fire(CALM, "H8", json!(1)), fire(CALM, "H9", json!(0)));
    let stored = county.ask(push("", "application/x-ndjson", None, lines)).await.json();
    let results: Vec<&str> =
        stored["items"].as_array().unwrap().iter().map(|i| i["result"].as_str().unwrap()).collect();
    assert_eq!((results, &stored["batch"]), (vec!["same", "new"], &json!(4)));
}

#[tokio::test]
async fn with_one_item_at_fault_nothing_is_stored_unless_the_good_ones_are_asked_for() {
    let county = County::new();
    let items = json!([
        fire(BURNT, "H7", json!(0)),
        fire("330381101709", "H8", json!("两人")),
        fire(BURNT, "H1", json!(5)),
        "H9",
    ]);
    let refused = county.ask(push("", "application/json", None, items.to_string())).await;
    assert_eq!((refused.status, batches(&county).await), (StatusCode::UNPROCESSABLE_ENTITY, 2));
    assert_snapshot!("a_push_with_faults", refused.steady());
    let good = county.ask(push("?accept_good_items=true", "application/json", None, items.to_string())).await;
    assert_eq!((good.status, good.json()["new"].clone(), batches(&county).await), (StatusCode::CREATED, json!(1), 3));
}

#[tokio::test]
async fn a_push_repeated_under_its_key_is_answered_as_the_first_time() {
    let county = County::new();
    let body = fire(BURNT, "H7", json!(0)).to_string();
    let send = |body: String| county.ask(push("", "application/json", Some("2020-07-01/17"), body));
    let first = send(body.clone()).await;
    let again = send(body.clone()).await;
    assert_eq!((first.status, again.status), (StatusCode::CREATED, StatusCode::CREATED));
    assert_eq!((again.text(), again.header("idempotency-replayed")), (first.text(), "true"));
    let other = send(body.replace("H7", "H8")).await;
    assert_eq!((other.status, other.json()["code"].clone()), (StatusCode::CONFLICT, json!("key-reused")));
    assert_eq!(batches(&county).await, 3);
}

#[tokio::test]
async fn a_push_that_was_refused_is_looked_at_again_when_it_is_repeated() {
    let county = County::new();
    let stored = county.ask(push("", "application/json", None, fire(BURNT, "H7", json!(0)).to_string())).await;
    let former = stored.json()["items"][0]["records"][0].as_str().unwrap().to_owned();
    let again = || county.ask(push("", "application/json", Some("k"), fire(BURNT, "H7", json!(1)).to_string()));
    let refused = again().await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "it contradicts what is stored: {}", refused.text());
    let address = format!("/api/v1/records/{former}/withdrawal");
    let request = Request::post(address).header("authorization", bearer()).header("content-type", "application/json");
    let withdrawn = county.ask(request.body(Body::from(json!({"reason": "误报"}).to_string())).unwrap()).await;
    assert!(withdrawn.status.is_success(), "{}", withdrawn.text());
    let taken = again().await;
    assert_eq!((taken.status, taken.header("idempotency-replayed")), (StatusCode::CREATED, ""), "{}", taken.text());
    assert_eq!(again().await.header("idempotency-replayed"), "true", "what was stored is answered as the first time");
}

#[tokio::test]
async fn a_dry_run_says_what_would_happen_and_stores_nothing() {
    let county = County::new();
    let body = fire(BURNT, "H7", json!(0)).to_string();
    let answer = county.ask(push("?dry_run=true", "application/json", Some("k"), body.clone())).await;
    assert_eq!((answer.status, answer.json()["new"].clone(), batches(&county).await), (StatusCode::OK, json!(1), 2));
    let stored = county.ask(push("", "application/json", Some("k"), body)).await;
    assert_eq!(stored.status, StatusCode::CREATED, "a dry run uses up no key");
}

#[tokio::test]
async fn bodies_that_cannot_be_read_are_named() {
    let county = County::new();
    let code = async |media: &str, key: Option<&str>, body: String| {
        let answer = county.ask(push("", media, key, body)).await;
        (answer.status.as_u16(), answer.json()["code"].as_str().unwrap().to_owned())
    };
    assert_eq!(code("text/csv", None, String::new()).await, (415, "wrong-media-type".to_owned()));
    assert_eq!(code("application/json", None, "[{},\n]".to_owned()).await, (400, "bad-body".to_owned()));
    assert_eq!(code("application/json", Some(""), "[]".to_owned()).await, (400, "bad-parameter".to_owned()));
    let many = "{}\n".repeat(liuwu::push::MOST_ITEMS + 1);
    assert_eq!(code("application/x-ndjson", None, many).await, (413, "too-many-items".to_owned()));
    let long = format!("{{\"a\": \"{}\"}}", "x".repeat(2_000_000));
    assert_eq!(code("application/x-ndjson", None, long).await, (400, "bad-body".to_owned()));
    assert_eq!(batches(&county).await, 2);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_without_being_held() {
    let county = County::with(liuwu::config::Config { upload_mb: 1, ..Default::default() });
    let lines = format!("{}\n", fire(BURNT, "H7", json!(0))).repeat(20_000);
    let answer = county.ask(push("", "application/x-ndjson", None, lines)).await;
    assert_eq!((answer.status, answer.json()["code"].clone()), (StatusCode::PAYLOAD_TOO_LARGE, json!("too-large")));
}

#[tokio::test]
async fn two_pushes_of_one_fact_at_a_time_store_it_once() {
    let county = County::new();
    let body = fire(BURNT, "H7", json!(0)).to_string();
    let send = || county.ask(push("", "application/json", None, body.clone()));
    let (one, other) = tokio::join!(send(), send());
    let mut results = [one.json()["new"].as_u64().unwrap(), other.json()["new"].as_u64().unwrap()];
    results.sort_unstable();
    assert_eq!((results, batches(&county).await), ([0, 1], 3));
}

#[tokio::test]
async fn a_push_without_the_token_is_refused() {
    let county = County::new();
    let request = Request::post("/api/v1/records").header("content-type", "application/json");
    let answer = county.ask(request.body(Body::from("[]")).unwrap()).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_fact_that_is_pushed_uploaded_and_pushed_again_at_one_moment_is_stored_once() {
    let county = County::new();
    for number in 0..20 {
        let no = format!("H{number}7");
        let sent = || push("", "application/json", None, fire(BURNT, &no, json!(0)).to_string());
        let file = format!("区划代码,发生日期,编号,死亡人数\n{BURNT},2020-07-01,{no},0\n");
        let fields = [("kind", "fire")];
        let files = [("火灾.csv", file.as_bytes())];
        let uploaded = uploads::upload(&county, &files, &fields);
        let (one, other, third) = tokio::join!(county.ask(sent()), uploaded, county.ask(sent()));
        let stored = [one, other, third].iter().filter(|answer| answer.status == StatusCode::CREATED).count();
        assert_eq!((stored, batches(&county).await), (1, 3 + number), "{no}");
    }
}
