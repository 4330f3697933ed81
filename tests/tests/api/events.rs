//! Messages about events over HTTP: the example of the document, and its mapping file.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use liuwu::config::{Config, Token};
use liuwu::router::router;
use liuwu::state::App;
use liuwu::store::memory::Memory;
use liuwu::store::{BatchId, NewBatch, NewEdition, RecordRow, Store as _, UnitRow};
use serde_json::{Value as Json, json};
use tower::ServiceExt as _;

use super::county::{TOKEN, bearer};

const BUNDLE: &str = include_str!("../../../rules/ruian-six-no/2020.yaml");
const DOCUMENT: &str = include_str!("../../../docs/integration.md");

/// A block of the document, by what stands behind its fence.
fn block(fence: &str) -> &'static str {
    let (_, rest) = DOCUMENT.split_once(&format!("```{fence}\n")).unwrap();
    rest.split_once("```").unwrap().0
}

struct Platform {
    store: Arc<Memory>,
    router: Router,
}

impl Platform {
    fn new() -> Platform {
        let store = Arc::new(Memory::new());
        let at = "2020-07-01T12:00:00+08:00".parse().unwrap();
        let edition = NewEdition {
            bundle: "ruian-six-no".into(),
            edition: "2020".into(),
            text: Arc::from(BUNDLE),
            published_at: at,
            by: "t".into(),
            note: String::new(),
        };
        store.publish_edition(edition).unwrap();
        let mut batch = NewBatch::new(at, "t", "units");
        batch.units =
            vec![UnitRow {
                id: "330381101701".into(), level: "village".into(), name: "上岙村".into(), parent: None
            }];
        store.append_batch(batch).unwrap();
        let token: Token = TOKEN.parse().unwrap();
        let config = Config { keep_current: false, ..Config::default() };
        let app = App::new(config, store.clone(), b"a key for tests".to_vec(), token);
        Platform { store, router: router(app) }
    }

    async fn post(&self, address: &str, headers: &[(&str, &str)], body: String) -> (StatusCode, Json) {
        let mut request = Request::post(address).header("authorization", bearer());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let status = response.status();
        (status, serde_json::from_slice(&to_bytes(response.into_body(), usize::MAX).await.unwrap()).unwrap())
    }

    fn stored(&self, batch: u64) -> Vec<RecordRow> {
        self.store.contents(BatchId(batch)).unwrap().records
    }
}

const JSON: (&str, &str) = ("content-type", "application/json");

fn results(answer: &Json) -> Vec<&str> {
    answer["items"].as_array().unwrap().iter().map(|item| item["result"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_messages_of_the_document_become_the_event_of_the_document() {
    let platform = Platform::new();
    let key = ("idempotency-key", "2020-06-05/1");
    let (status, answer) = platform.post("/api/v1/events", &[JSON, key], block("json messages").to_owned()).await;
    assert_eq!(
        (status, results(&answer)),
        (StatusCode::CREATED, vec!["new", "new", "new", "new", "older"]),
        "{answer}"
    );
    let stored = platform.stored(2);
    assert_eq!(stored.len(), 1);
    let mut event = stored[0].fields.clone();
    event.insert("unit".into(), json!(stored[0].unit));
    event.insert("date".into(), json!(stored[0].date.to_string()));
    assert_eq!(Json::Object(event), serde_json::from_str::<Json>(block("json event")).unwrap());
    assert_eq!((stored[0].kind.as_str(), stored[0].supersedes), ("event", None));
    // Told again under the key, and as lines without it.
    let again = platform.post("/api/v1/events", &[JSON, key], block("json messages").to_owned()).await;
    assert_eq!(again, (status, answer));
    let messages: Vec<Json> = serde_json::from_str(block("json messages")).unwrap();
    let lines = messages.iter().rev().map(|message| format!("{message}\n")).collect();
    let (status, answer) = platform.post("/api/v1/events", &[("content-type", "application/x-ndjson")], lines).await;
    assert_eq!((status, results(&answer)), (StatusCode::OK, vec!["older", "same", "same", "same", "older"]));
}

#[tokio::test]
async fn a_mapping_makes_messages_and_these_are_never_taken_for_whole_records() {
    let platform = Platform::new();
    platform.post("/api/v1/events", &[JSON], block("json messages").to_owned()).await;
    let yaml = ("content-type", "application/yaml");
    let (status, answer) = platform.post("/api/v1/mappings", &[yaml], block("yaml mapping").to_owned()).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let sent = json!([
        {"village": "330381101701", "eventNo": "E7", "node": "HS", "time": 1_591_495_200_000_i64, "pushedAt": 1_591_495_260_000_i64},
        {"village": "330381101701", "eventNo": "E7", "node": "??", "time": 1_591_495_200_000_i64},
    ]);
    let address = |path: &str, good: bool| format!("/api/v1/{path}?mapping=grid-steps&accept_good_items={good}");
    let (status, answer) = platform.post(&address("events", false), &[JSON], sent.to_string()).await;
    assert_eq!(
        (status, &answer["items"][1]["faults"][0]["pointer"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("/node"))
    );
    let (_, answer) = platform.post(&address("events", true), &[JSON], sent.to_string()).await;
    assert_eq!(results(&answer), ["updated", "faulty"], "{answer}");
    let event = &platform.stored(3)[0].fields;
    assert_eq!(
        (&event["verified"], &event["accepted"]),
        (&json!("2020-06-07T10:00:00"), &json!("2020-06-01T09:10:00"))
    );
    let (status, answer) = platform.post(&address("records", true), &[JSON], sent.to_string()).await;
    assert_eq!((status, &answer["code"]), (StatusCode::BAD_REQUEST, &json!("bad-parameter")));
}

#[test]
fn a_mapping_to_messages_is_tried_on_a_sample_at_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let (mapping, sample) = (folder.path().join("grid-steps.yaml"), folder.path().join("sample.json"));
    std::fs::write(&mapping, block("yaml mapping")).unwrap();
    let good = json!({"village": "330381101701", "eventNo": "E7", "node": "HS", "time": 1_591_495_200_000_i64});
    let without_time = json!({"village": "330381101701", "eventNo": "E7", "node": "HS"});
    let bundle = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../rules/ruian-six-no/2020.yaml");
    let check = |sent: &[&Json]| {
        std::fs::write(&sample, json!(sent).to_string()).unwrap();
        let paths = [&mapping, &sample].map(|path| path.display().to_string());
        let words = ["liuwu", "map", "check", &paths[0], &paths[1], "--bundle", &bundle.display().to_string()];
        liuwu::cli::capture(words.map(str::to_owned))
    };
    let (code, printed) = check(&[&good]);
    assert_eq!(code, std::process::ExitCode::SUCCESS, "{}", printed.err);
    let (code, printed) = check(&[&good, &without_time]);
    assert_ne!(code, std::process::ExitCode::SUCCESS);
    assert!(printed.err.contains("2 /time: "), "{}", printed.err);
}
