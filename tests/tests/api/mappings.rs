//! Mapping files: tried on a sample at the command line, published, and pushed with.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use insta::assert_snapshot;
use serde_json::json;

use super::county::*;

const MAPPING: &str = r#"
mapping: fire-desk
items: /calls
records:
  - kind: fire
    when: {/type: 火警}
    set:
      unit: /village
      date: {from: /at, date: unix}
      no: /id
      deaths: {from: /dead, otherwise: 0}
"#;

fn root() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn publish(text: &str) -> Request<Body> {
    let request = Request::post("/api/v1/mappings").header("authorization", bearer());
    request.header("content-type", "application/yaml").body(Body::from(text.to_owned())).unwrap()
}

fn push(mapping: &str, body: String) -> Request<Body> {
    let request = Request::post(format!("/api/v1/records?mapping={mapping}")).header("authorization", bearer());
    request.header("content-type", "application/json").body(Body::from(body)).unwrap()
}

fn calls(village: &str) -> String {
    json!({"calls": [
        {"type": "火警", "village": village, "at": 1_593_561_600, "id": "H7"},
        {"type": "救援", "village": village},
    ]})
    .to_string()
}

#[test]
fn the_sample_of_an_invented_platform_becomes_records() {
    let path = |name: &str| root().join(name).display().to_string();
    let (code, printed) = liuwu::cli::capture([
        "liuwu".to_owned(),
        "map".to_owned(),
        "check".to_owned(),
        path("fixtures/integration/grid-platform.yaml"),
        path("fixtures/integration/grid-platform.json"),
        "--bundle".to_owned(),
        path("rules/ruian-six-no/2020.yaml"),
    ]);
    assert_eq!(code, std::process::ExitCode::SUCCESS, "{}", printed.err);
    assert_snapshot!("the_sample_of_a_mapping", format!("{}{}", printed.out, printed.err));
}

#[tokio::test]
async fn a_mapping_is_published_by_edition_and_pushed_with() {
    let county = County::new();
    let first = county.ask(publish(MAPPING)).await;
    assert_eq!((first.status, first.json()["edition"].clone()), (StatusCode::CREATED, json!(1)));
    assert_eq!(county.ask(publish(MAPPING)).await.json()["edition"], 1, "the same text is the same edition");

    let stored = county.ask(push("fire-desk", calls(CALM))).await;
    assert_eq!(stored.status, StatusCode::CREATED, "{}", stored.text());
    let results: Vec<_> =
        stored.json()["items"].as_array().unwrap().iter().map(|item| item["result"].clone()).collect();
    assert_eq!(results, [json!("new"), json!("skipped")]);
    use liuwu::store::Store as _;
    let record = county.store.contents(liuwu::store::BatchId(3)).unwrap();
    assert_eq!((record.records[0].date.to_string(), record.records[0].unit.as_str()), ("2020-07-01".to_owned(), CALM));
    assert_eq!(record.notes["mapping"], "fire-desk@1");

    // Faults stand where the sender finds them.
    let faulty = county.ask(push("fire-desk@1", calls("330381109999"))).await;
    assert_eq!(faulty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(faulty.json()["items"][0]["faults"][0]["pointer"], "/village");

    let next = county.ask(publish(&MAPPING.replace("火警", "火灾"))).await;
    assert_eq!(next.json()["edition"], 2);
    let shown = county.get_as_staff("/api/v1/mappings/fire-desk?edition=1").await;
    assert_eq!(shown.json()["text"], MAPPING);
    assert_eq!(county.get_as_staff("/api/v1/mappings").await.json()["items"].as_array().unwrap().len(), 2);
    let skipped = county.ask(push("fire-desk", calls(CALM))).await;
    assert_eq!((skipped.status, skipped.json()["skipped"].clone()), (StatusCode::OK, json!(2)));
}

#[tokio::test]
async fn objects_that_a_mapping_finds_are_items_and_counted_as_such() {
    let county = County::new();
    county.ask(publish(MAPPING)).await;
    let many = vec![json!({"type": "救援"}); liuwu::push::MOST_ITEMS / 2 + 1];
    let one = county.ask(push("fire-desk", json!({"calls": many}).to_string())).await;
    assert_eq!(one.status, StatusCode::OK, "{}", one.text());
    let two = county.ask(push("fire-desk", json!([{"calls": many}, {"calls": many}]).to_string())).await;
    assert_eq!((two.status, two.json()["code"].clone()), (StatusCode::PAYLOAD_TOO_LARGE, json!("too-many-items")));
}

#[tokio::test]
async fn a_faulty_mapping_is_refused_with_line_and_column_and_an_unknown_one_is_named() {
    let county = County::new();
    let refused = county.ask(publish(&MAPPING.replace("deaths:", "death:"))).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let place = &refused.json()["faults"][1]["location"];
    assert_eq!((place["line"].clone(), place["column"].clone()), (json!(11), json!(7)), "{}", refused.text());
    let no_event = county.ask(publish(&MAPPING.replace("kind: fire", "kind: fire\n    message: true"))).await;
    let fault = &no_event.json()["faults"][0];
    assert_eq!((&fault["code"], &fault["location"]["line"]), (&json!("message-of-no-event"), &json!(6)), "{fault}");
    let unknown = county.ask(push("nobody", calls(CALM))).await;
    assert_eq!((unknown.status, unknown.json()["code"].clone()), (StatusCode::NOT_FOUND, json!("not-found")));
    let stranger = county.ask(request(Method::GET, "/api/v1/mappings", &[])).await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
}
