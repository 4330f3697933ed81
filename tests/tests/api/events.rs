//! Messages about events over HTTP: the example of the document, and its mapping file.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use liuwu::config::{Config, Token};
use liuwu::router::router;
use liuwu::state::App;
use liuwu::store::memory::Memory;
use liuwu::store::{BatchId, NewBatch, NewEdition, RecordRow, Statement, Store as _, UnitRow};
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
        Platform::under("ruian-six-no", BUNDLE)
    }

    /// With a standard in force, and events of 2020 stated as handed in.
    fn under(bundle: &str, text: &str) -> Platform {
        let store = Arc::new(Memory::new());
        let at = "2020-07-01T12:00:00+08:00".parse().unwrap();
        let edition = NewEdition {
            bundle: bundle.into(),
            edition: "2020".into(),
            text: Arc::from(text),
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
        batch.statements = vec![Statement {
            kind: "event".into(),
            area: "330381101701".into(),
            from: "2020-01-01".parse().unwrap(),
            to: "2020-12-31".parse().unwrap(),
            nil: false,
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

/// A standard that looks at how long each step of an event took; invented.
const TIMELY: &str = r#"
bundle: timely
edition: "2020"
title: 事件办理时效(虚构)
basis: {document: 事件办理时效办法(虚构)}
effective: {from: 2020-01-01}
assess: {unit: village, period: year, base: 100}
records:
  event:
    title: 事件
    date: {title: 上报日期}
    fields:
      no: {title: 编号, type: text}
      reported: {title: 上报, type: time}
      accepted: {title: 受理, type: time, optional: true}
      dispatched: {title: 派遣, type: time, optional: true}
      finished: {title: 办结, type: time, optional: true}
      due: {title: 时限, type: time}
    identity: [no]
    changes: latest
    stages: [reported, accepted, dispatched, finished]
criteria:
  - id: timeliness
    title: 事件办理
    rules:
      - id: TIME-001
        title: 受理超时
        basis: 第一条
        each: event
        when: event.accepted != () && hours_between(event.reported, event.accepted) > 2
        deduct: '1'
        reason: 事件${event.no}受理超过2小时
      - id: TIME-002
        title: 派遣超时
        basis: 第二条
        each: event
        when: event.accepted != () && event.dispatched != () && hours_between(event.accepted, event.dispatched) > 4
        deduct: '1.5'
        reason: 事件${event.no}派遣超过4小时
      - id: TIME-003
        title: 办结超期
        basis: 第三条
        each: event
        when: event.finished != () && event.finished > event.due
        deduct: '2'
        reason: 事件${event.no}超过时限办结
"#;

impl Platform {
    /// Scores 2020 and explains the village: its score, what was found by which rule, and the rules that could not be checked.
    async fn explained(&self) -> (Json, Vec<(String, String)>, Vec<String>) {
        let (status, run) = self.post("/api/v1/runs", &[JSON], json!({"periods": "2020"}).to_string()).await;
        assert_eq!(status, StatusCode::CREATED, "{run}");
        let address = format!("/api/v1/runs/{}/assessments/330381101701", run["run"]);
        let request = Request::get(address).header("authorization", bearer()).body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let told: Json = serde_json::from_slice(&to_bytes(response.into_body(), usize::MAX).await.unwrap()).unwrap();
        let found = told["findings"].as_array().unwrap().iter();
        let found = found.map(|one| (one["rule"].as_str().unwrap().into(), one["reason"].as_str().unwrap().into()));
        let rules = told["rules"].as_array().unwrap().iter().filter(|rule| rule["outcome"] == "cannot_check");
        let unchecked = rules.map(|rule| rule["id"].as_str().unwrap().to_owned()).collect();
        (told["assessment"]["score"].clone(), found.collect(), unchecked)
    }
}

#[tokio::test]
async fn what_was_late_in_an_event_is_named_however_its_messages_arrived() {
    let village = "330381101701";
    let step = |no: &str, step: &str, at: &str| json!({"unit": village, "no": no, "step": step, "at": at});
    let late = [
        step("E1", "reported", "2020-06-01 08:00"),
        step("E1", "accepted", "2020-06-01 09:30"),
        step("E1", "dispatched", "2020-06-01 15:00"),
        step("E1", "finished", "2020-06-09 10:00"),
        // Sent back and done again: the later time stands.
        step("E1", "finished", "2020-06-03 10:00"),
    ];
    let in_time = [
        step("E2", "finished", "2020-06-02 10:00"),
        json!({"unit": village, "no": "E2", "reported": "2020-06-01 08:00", "accepted": "2020-06-01 08:30",
            "dispatched": "2020-06-01 09:00", "due": "2020-06-08 08:00"}),
    ];
    let due =
        json!({"unit": village, "no": "E1", "step": "reported", "at": "2020-06-01 08:00", "due": "2020-06-08 08:00"});
    let orders: [&[usize]; 3] = [&[0, 1, 2, 3, 4], &[4, 3, 2, 1, 0], &[3, 1, 3, 0, 4, 2, 1]];
    for order in orders {
        let platform = Platform::under("timely", TIMELY);
        for place in order {
            let (status, answer) = platform.post("/api/v1/events", &[JSON], json!([late[*place]]).to_string()).await;
            assert!(status.is_success(), "{answer}");
            assert!(answer["items"][0]["missing"].as_array().unwrap().iter().any(|one| one["title"] == "时限"));
        }
        let (status, answer) = platform.post("/api/v1/events", &[JSON], json!(in_time).to_string()).await;
        assert_eq!((status, &answer["incomplete"]), (StatusCode::CREATED, &json!(0)), "{answer}");
        // Without the day by which it was due nobody knows whether it was in time: that is not clean.
        let (score, found, unchecked) = platform.explained().await;
        let dispatched = ("TIME-002".to_owned(), "事件E1派遣超过4小时".to_owned());
        assert_eq!((score, found), (Json::Null, vec![dispatched.clone()]), "{order:?}");
        assert_eq!(unchecked, ["TIME-003"]);

        let (_, answer) = platform.post("/api/v1/events", &[JSON], json!([due]).to_string()).await;
        assert_eq!((&answer["incomplete"], &answer["updated"]), (&json!(0), &json!(1)), "{answer}");
        let (score, found, unchecked) = platform.explained().await;
        let finished = ("TIME-003".to_owned(), "事件E1超过时限办结".to_owned());
        assert_eq!((score, found), (json!("96.5"), vec![dispatched, finished]), "{order:?}");
        assert!(unchecked.is_empty(), "{unchecked:?}");
    }
}
