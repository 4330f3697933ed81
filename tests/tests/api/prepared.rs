//! Answers that are kept for the public: never older than the store, never anybody else's.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use liuwu::accounts::Role;
use liuwu::config::Config;
use liuwu::router::router;
use liuwu::state::App;
use liuwu::store::{
    Act, AttributeFact, BatchId, ItemId, Knowledge, NewBatch, NewEdition, RecordRow, RunId, Statement, Store, UnitRow,
};
use liuwu_engine::record::Source;
use proptest::prelude::*;
use serde_json::{Map, json};
use tower::ServiceExt as _;

use super::county::*;
use super::roles::{session, settle_as};

/// What the public asks for, with what it accepts.
fn addresses() -> Vec<(String, &'static str)> {
    let page = |path: String| (path, "text/html");
    let data = |path: String| (format!("/api/v1{path}"), "application/json");
    vec![
        page("/".to_owned()),
        page("/city".to_owned()),
        page("/negative-list".to_owned()),
        page(format!("/villages/{BURNT}")),
        page(format!("/villages/{CALM}?period=2020")),
        data("/assessments?period=2020".to_owned()),
        data(format!("/assessments/{BURNT}?period=2020")),
        data(format!("/assessments/{BURNT}")),
        data("/lists".to_owned()),
        data("/lists/negative?period=2020".to_owned()),
        data("/runs".to_owned()),
        data("/units".to_owned()),
        data("/divisions".to_owned()),
        data("/bundles".to_owned()),
        data("/bundles/small".to_owned()),
        ("/api/v1/assessments?period=2020".to_owned(), "text/csv"),
    ]
}

fn asking(address: &str, accepts: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut all = vec![("accept", accepts)];
    all.extend(headers);
    request(Method::GET, address, &all)
}

/// Status, tag and bytes.
type Told = (StatusCode, String, Vec<u8>);

async fn told(app: &axum::Router, address: &str, accepts: &str, headers: &[(&str, &str)]) -> Told {
    let response = app.clone().oneshot(asking(address, accepts, headers)).await.unwrap();
    let (parts, body) = response.into_parts();
    let tag = parts.headers.get("etag").map(|tag| tag.to_str().unwrap().to_owned()).unwrap_or_default();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
    // The page of a problem and its JSON carry the number of the request.
    let bytes = if parts.status == StatusCode::OK { bytes } else { Vec::new() };
    (parts.status, tag, bytes)
}

#[tokio::test]
async fn everything_that_is_compared_is_there() {
    let county = County::new();
    for (address, accepts) in addresses() {
        assert_eq!(told(&county.router, &address, accepts, &[]).await.0, StatusCode::OK, "{address}");
    }
}

/// A server of its own over the same store, which has nothing ready.
fn fresh(county: &County) -> axum::Router {
    let config = Config { keep_current: false, ..Config::default() };
    router(App::new(config, county.store.clone(), b"a key for tests".to_vec(), TOKEN.parse().unwrap()))
}

/// Something that changes what the store says.
#[derive(Debug, Clone, Copy)]
enum Change {
    Burn(i8),
    Grow(u32),
    State(i8),
    Rename,
    WithdrawBatch(u64),
    WithdrawRecord(u32),
    Score,
    Release(u64),
    Retract(u64),
    Publish,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (1_i8..=12).prop_map(Change::Burn),
        (1_u32..900).prop_map(Change::Grow),
        (1_i8..=12).prop_map(Change::State),
        Just(Change::Rename),
        (1_u64..6).prop_map(Change::WithdrawBatch),
        (1_u32..6).prop_map(Change::WithdrawRecord),
        Just(Change::Score),
        (1_u64..6).prop_map(Change::Release),
        (1_u64..6).prop_map(Change::Retract),
        Just(Change::Publish),
    ]
}

/// Makes a change; many are refused, which is as well.
fn make(county: &County, change: Change, step: usize) {
    let store = county.store.as_ref();
    let act = |why: &str| Act { why: why.to_owned(), ..act("2021-03-01") };
    let append = |fill: &dyn Fn(&mut NewBatch)| {
        let mut batch = NewBatch::new(act("").at, "clerk", format!("step {step}"));
        fill(&mut batch);
        store.append_batch(batch).unwrap();
    };
    match change {
        Change::Burn(month) => append(&|batch| {
            let fields =
                Map::from_iter([("no".to_owned(), json!(format!("N{step}"))), ("deaths".to_owned(), json!("1"))]);
            let source = Source::line(&Arc::from("火灾.csv"), 2);
            let (date, kind) = (jiff::civil::date(2020, month, 1), "fire".to_owned());
            batch.records =
                vec![RecordRow { unit: CALM.to_owned(), kind, date, number: None, fields, source, supersedes: None }];
        }),
        Change::Grow(households) => append(&|batch| {
            let (unit, attribute) = (CALM.to_owned(), "households".to_owned());
            batch.attributes =
                vec![AttributeFact { unit, attribute, from: None, value: json!(households.to_string()) }];
        }),
        Change::State(month) => append(&|batch| {
            let day = jiff::civil::date(2020, month, 1);
            let (kind, area) = ("fire".to_owned(), COUNTY.to_owned());
            batch.statements = vec![Statement { kind, area, from: day, to: day, nil: true }];
        }),
        Change::Rename => append(&|batch| {
            let known = store.units(day("2021-03-01")).unwrap().into_iter().filter(|row| row.id == BURNT);
            batch.units = known.map(|row| UnitRow { name: format!("第{step}村"), ..row }).collect();
        }),
        Change::WithdrawBatch(id) => drop(store.withdraw_batch(BatchId(id), act("wrong"))),
        Change::WithdrawRecord(number) => {
            drop(store.withdraw_record(ItemId { batch: BatchId(1), number }, act("wrong")));
        }
        Change::Score => drop(try_score(store, "2020", "2021-03-01")),
        Change::Release(run) => drop(store.release(RunId(run), act("publish"))),
        Change::Retract(run) => drop(store.retract(RunId(run), act("wrong"))),
        Change::Publish => {
            let text = BUNDLE.replace("edition: \"2020\"", &format!("edition: \"e{step}\""));
            let edition = NewEdition {
                bundle: "small".into(),
                edition: format!("e{step}"),
                text: text.into(),
                published_at: act("").at,
                by: "policy".into(),
                note: String::new(),
            };
            drop(store.publish_edition(edition));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn what_is_kept_is_what_would_be_made_anew(changes in prop::collection::vec(change(), 1..8)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let county = County::new();
        for (step, change) in changes.into_iter().enumerate() {
            for (address, accepts) in addresses() {
                runtime.block_on(told(&county.router, &address, accepts, &[]));
            }
            let used = county.app.prepared().used();
            make(&county, change, step);
            for (address, accepts) in addresses() {
                let kept = runtime.block_on(told(&county.router, &address, accepts, &[]));
                let again = runtime.block_on(told(&county.router, &address, accepts, &[]));
                let anew = runtime.block_on(told(&fresh(&county), &address, accepts, &[]));
                assert!(kept == anew && again == anew, "{address} is old after {change:?}");
            }
            assert!(county.app.prepared().used() > used, "nothing was answered out of what is kept");
        }
    }
}

#[tokio::test]
async fn an_answer_is_made_and_compressed_once_and_a_known_one_is_not_sent_again() {
    let county = County::new();
    let address = format!("/api/v1/assessments/{BURNT}");
    let gzip = [("accept-encoding", "gzip, br")];
    let first = told(&county.router, &address, "application/json", &gzip).await;
    assert_eq!(county.app.prepared().used(), 0);
    let second = told(&county.router, &address, "application/json", &gzip).await;
    assert_eq!((county.app.prepared().used(), &second), (1, &first));
    assert_eq!(&first.2[..2], b"\x1f\x8b", "it is compressed");
    let plain = told(&county.router, &address, "application/json", &[]).await;
    assert_eq!((plain.2[0], plain.1 == first.1), (b'{', true));
    let known = told(&county.router, &address, "application/json", &[gzip[0], ("if-none-match", &first.1)]).await;
    assert_eq!((known.0, known.2.len(), county.app.prepared().used()), (StatusCode::NOT_MODIFIED, 0, 2));
}

#[tokio::test]
async fn whoever_is_known_is_never_answered_with_what_is_kept_and_leaves_nothing_to_keep() {
    let county = County::new();
    settle_as(&county, "town", Role::Assessor, liuwu::accounts::Scope::Divisions(vec![TANGXIA.into()]));
    let (cookie, _) = session(&county, "town");
    let bearer = bearer();
    let known: [&[(&str, &str)]; 3] = [&[("cookie", &cookie)], &[("authorization", &bearer)], &[("cookie", "lang=en")]];
    for (address, accepts) in addresses() {
        // They ask first, so that what they are told could be kept; then the public; then they again.
        for headers in known {
            told(&county.router, &address, accepts, headers).await;
        }
        let used = county.app.prepared().used();
        let public = told(&county.router, &address, accepts, &[]).await;
        assert_eq!(county.app.prepared().used(), used, "{address} was kept for those who are known");
        assert_eq!(public, told(&fresh(&county), &address, accepts, &[]).await);
        assert_eq!(public, told(&county.router, &address, accepts, &[]).await);
        let used = county.app.prepared().used();
        for headers in known {
            told(&county.router, &address, accepts, headers).await;
        }
        assert_eq!(county.app.prepared().used(), used, "{address} was answered to those who are known");
    }
    assert!(county.app.prepared().used() >= addresses().len() as u64 / 2);
}
