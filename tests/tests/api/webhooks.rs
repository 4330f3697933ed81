//! Webhooks against receivers on this machine: what they are told, and what happens when they are slow, broken or away.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use liuwu::accounts::Role;
use liuwu::config::{Config, Token};
use liuwu::state::App;
use liuwu::store::{Cabinet as _, Journal as _, Store as _};
use liuwu::webhooks::{courier, outbox, roll, signature};
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;

use super::county::*;
use super::roles::{quick, session, settle};

/// A receiver, and how it answers.
#[derive(Clone)]
struct Receiver {
    received: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    answers: Arc<Mutex<Answers>>,
    host: String,
}

#[derive(Clone, Copy)]
enum Answers {
    With(StatusCode),
    Never,
}

impl Receiver {
    async fn start() -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Receiver {
            received: Arc::default(),
            answers: Arc::new(Mutex::new(Answers::With(StatusCode::OK))),
            host: listener.local_addr().unwrap().to_string(),
        };
        let router = Router::new().fallback(receive).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        receiver
    }

    fn answer(&self, with: Answers) {
        *self.answers.lock().unwrap() = with;
    }

    fn count(&self) -> usize {
        self.received.lock().unwrap().len()
    }

    fn message(&self, place: usize) -> Json {
        serde_json::from_str(&self.received.lock().unwrap()[place].1).unwrap()
    }
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> Response {
    let answer = *receiver.answers.lock().unwrap();
    receiver.received.lock().unwrap().push((headers, String::from_utf8(body.to_vec()).unwrap()));
    match answer {
        Answers::With(status) if status.is_redirection() => (status, [("location", "/elsewhere")]).into_response(),
        Answers::With(status) => status.into_response(),
        Answers::Never => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            StatusCode::OK.into_response()
        }
    }
}

fn county_that_may_write_to(receiver: &Receiver) -> County {
    County::with(Config { webhook_host: vec![receiver.host.clone()], ..Config::default() })
}

fn form(method: Method, address: &str, body: &Json) -> Request<Body> {
    let request = Request::builder().method(method).uri(address).header("authorization", bearer());
    request.header("content-type", "application/json").body(Body::from(body.to_string())).unwrap()
}

async fn register(county: &County, receiver: &Receiver) -> Json {
    let body = json!({"url": format!("http://{}/in", receiver.host)});
    let answer = county.ask(form(Method::POST, "/api/v1/webhooks", &body)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    // What was there before is no news.
    courier::look(&county.app).unwrap();
    answer.json()
}

async fn deliveries(county: &County) -> Vec<Json> {
    county.get_as_staff("/api/v1/webhooks/1/deliveries").await.json()["items"].as_array().unwrap().clone()
}

/// Releases the newest run: one village's score changes, and it enters a list.
async fn release(county: &County) {
    county.store.release(NEWEST_RUN, act("2021-02-06")).unwrap();
    courier::look(&county.app).unwrap();
    courier::deliver(&county.app).await.unwrap();
}

/// Makes everything that waits due.
fn hasten(county: &County) {
    let papers = outbox::hastened(county.store.as_ref(), 1, county.app.now()).unwrap();
    county.store.file_papers(papers).unwrap();
}

#[tokio::test]
async fn a_release_is_told_once_and_signed() {
    let receiver = Receiver::start().await;
    let county = county_that_may_write_to(&receiver);
    let registered = register(&county, &receiver).await;
    release(&county).await;
    let told = receiver.count();
    assert!(told >= 1);
    let changed: Vec<Json> = (0..told).map(|n| receiver.message(n)).filter(|m| m["type"] == "score.changed").collect();
    assert_eq!(changed.len(), 1);
    let change = &changed[0]["data"]["changes"][0];
    assert_eq!((change["unit"].clone(), changed[0]["data"]["run"].clone()), (json!(CALM), json!(NEWEST_RUN.0)));
    assert_ne!(change["before"]["score"], change["after"]["score"]);

    let (headers, body) = receiver.received.lock().unwrap()[0].clone();
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    let secret = registered["secret"].as_str().unwrap();
    let expected = signature::sign(secret, &text("webhook-id"), text("webhook-timestamp").parse().unwrap(), &body);
    assert_eq!(Some(text("webhook-signature")), expected);
    assert!(!body.contains(SECRET), "{body}");

    courier::look(&county.app).unwrap();
    hasten(&county);
    courier::deliver(&county.app).await.unwrap();
    assert_eq!(receiver.count(), told, "nothing is told twice");
    assert!(deliveries(&county).await.iter().all(|tried| tried["failure"].is_null()));
    let listed = county.get_as_staff("/api/v1/webhooks").await.json();
    assert_eq!((listed["items"][0]["waiting"].clone(), listed["items"][0].get("secret")), (json!(0), None));
}

#[tokio::test]
async fn what_a_broken_receiver_did_not_take_waits_over_a_restart_and_arrives_under_its_number() {
    let receiver = Receiver::start().await;
    let county = county_that_may_write_to(&receiver);
    register(&county, &receiver).await;
    receiver.answer(Answers::With(StatusCode::INTERNAL_SERVER_ERROR));
    release(&county).await;
    let first = receiver.received.lock().unwrap()[0].0["webhook-id"].clone();
    assert_eq!(receiver.count(), 1, "an address that fails is left alone for the round");
    courier::deliver(&county.app).await.unwrap();
    assert_eq!(receiver.count(), 1, "it is not tried again before its time");
    assert_eq!(deliveries(&county).await[0]["failure"], "HTTP 500");

    // Another process on the same store.
    let token: Token = TOKEN.parse().unwrap();
    let again = App::new(county.app.config().clone(), county.store.clone(), b"a key for tests".to_vec(), token);
    receiver.answer(Answers::With(StatusCode::NO_CONTENT));
    courier::look(&again).unwrap();
    hasten(&county);
    courier::deliver(&again).await.unwrap();
    assert_eq!(receiver.received.lock().unwrap()[1].0["webhook-id"], first);
    assert!(outbox::waiting(county.store.as_ref()).unwrap().is_empty());
    assert!(county.get_as_staff("/api/v1/webhooks").await.json()["items"][0]["failing_since"].is_null());
}

#[tokio::test]
async fn a_receiver_that_is_away_or_sends_elsewhere_is_a_failure_with_its_reason() {
    let receiver = Receiver::start().await;
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().to_string();
    let county = County::with(Config { webhook_host: vec![receiver.host.clone(), gone.clone()], ..Config::default() });
    register(&county, &receiver).await;
    let away = json!({"url": format!("http://{gone}/"), "events": ["score.changed"]});
    county.ask(form(Method::POST, "/api/v1/webhooks", &away)).await;
    receiver.answer(Answers::With(StatusCode::FOUND));
    release(&county).await;
    let reason = |tried: &[Json]| tried[0]["failure"].as_str().unwrap().to_owned();
    assert!(reason(&deliveries(&county).await).contains("redirects are not followed"));
    assert_eq!(receiver.count(), 1, "the other address was not asked");
    let tried = county.get_as_staff("/api/v1/webhooks/2/deliveries").await.json();
    assert!(reason(tried["items"].as_array().unwrap()).contains("cannot connect"));
}

#[tokio::test]
async fn a_receiver_that_never_answers_is_given_up_for_now() {
    let receiver = Receiver::start().await;
    receiver.answer(Answers::Never);
    let url = format!("http://{}/", receiver.host);
    let failure = liuwu::webhooks::post::post(&url, &[], "{}".into(), Duration::from_millis(1_200)).await;
    assert_eq!((failure.unwrap_err().contains("no answer in 1 seconds"), receiver.count()), (true, 1));
}

#[tokio::test]
async fn after_long_failure_nothing_is_sent_until_somebody_resumes_it() {
    let receiver = Receiver::start().await;
    let county = county_that_may_write_to(&receiver);
    register(&county, &receiver).await;
    receiver.answer(Answers::With(StatusCode::SERVICE_UNAVAILABLE));
    roll::change(county.store.as_ref(), 1, |subscription| {
        subscription.failing_since = Some(county.app.now() - courier::GIVEN_UP_AFTER);
        Ok(Vec::new())
    })
    .unwrap();
    release(&county).await;
    assert!(!county.get_as_staff("/api/v1/webhooks").await.json()["items"][0]["stopped"].is_null());
    receiver.answer(Answers::With(StatusCode::OK));
    hasten(&county);
    courier::deliver(&county.app).await.unwrap();
    assert_eq!(receiver.count(), 1);
    let resumed = county.ask(form(Method::POST, "/api/v1/webhooks/1/resume", &json!({}))).await;
    assert!(resumed.json()["stopped"].is_null());
    courier::deliver(&county.app).await.unwrap();
    assert!(receiver.count() > 1 && outbox::waiting(county.store.as_ref()).unwrap().is_empty());
}

#[tokio::test]
async fn what_is_missed_while_stopped_is_not_kept_and_whoever_resumes_is_told_so() {
    let receiver = Receiver::start().await;
    let county = county_that_may_write_to(&receiver);
    register(&county, &receiver).await;
    roll::change(county.store.as_ref(), 1, |subscription| {
        subscription.stopped = Some("2021-02-01T00:00:00Z".parse().unwrap());
        Ok(Vec::new())
    })
    .unwrap();
    release(&county).await;
    assert!(outbox::waiting(county.store.as_ref()).unwrap().is_empty());
    county.ask(form(Method::POST, "/api/v1/webhooks/1/resume", &json!({}))).await;
    courier::deliver(&county.app).await.unwrap();
    let told = receiver.message(0);
    assert_eq!(
        (told["type"].clone(), told["data"].clone()),
        (json!("results.missed"), json!({"since": "2021-02-01T00:00:00Z"}))
    );
    county.ask(form(Method::POST, "/api/v1/webhooks/1/resume", &json!({}))).await;
    courier::deliver(&county.app).await.unwrap();
    assert_eq!(receiver.count(), 1, "nothing was missed since");
}

#[tokio::test]
async fn what_is_taken_back_from_the_public_leaves_the_lists() {
    let receiver = Receiver::start().await;
    let county = county_that_may_write_to(&receiver);
    register(&county, &receiver).await;
    release(&county).await;
    let before = receiver.count();
    // Those before it first, so that nothing takes its place.
    for release in county.store.releases().unwrap() {
        county.store.retract(release.run, act("2021-02-07")).unwrap();
    }
    courier::look(&county.app).unwrap();
    courier::deliver(&county.app).await.unwrap();
    let told: Vec<Json> = (before..receiver.count()).map(|number| receiver.message(number)).collect();
    let last = told.iter().rfind(|told| told["type"] == "list.left").unwrap();
    assert!(last["data"]["run"].is_null() && !last["data"]["changes"].as_array().unwrap().is_empty(), "{last}");
}

#[tokio::test]
async fn what_was_written_for_somebody_struck_off_meanwhile_is_thrown_away_and_told_to_nobody_after() {
    let receiver = Receiver::start().await;
    let county = county_that_may_write_to(&receiver);
    register(&county, &receiver).await;
    let left_over = outbox::Message {
        place: "00000000000001-000000".to_owned(),
        id: "msg_left_over".to_owned(),
        subscription: 1,
        event: liuwu::webhooks::Event::ScoreChanged,
        body: "{}".to_owned(),
        tries: 0,
        next: county.app.now(),
    };
    county.ask(form(Method::DELETE, "/api/v1/webhooks/1", &json!({}))).await;
    county.store.file_papers(vec![left_over.to_paper().unwrap()]).unwrap();
    let again = register(&county, &receiver).await;
    assert_eq!(again["webhook"], json!(2), "the number of the one struck off is not given again");
    courier::deliver(&county.app).await.unwrap();
    assert_eq!((receiver.count(), outbox::waiting(county.store.as_ref()).unwrap().len()), (0, 0));
    let tries = county.get_as_staff("/api/v1/webhooks/2/deliveries").await.json();
    assert_eq!(tries["items"], json!([]));
}

#[tokio::test]
async fn an_address_is_registered_on_allowed_hosts_only_and_struck_off_with_what_waits() {
    let receiver = Receiver::start().await;
    let county = county_that_may_write_to(&receiver);
    let refused = county.ask(form(Method::POST, "/api/v1/webhooks", &json!({"url": "http://169.254.169.254/"}))).await;
    assert_eq!((refused.status, refused.json()["code"].clone()), (StatusCode::BAD_REQUEST, json!("bad-parameter")));
    register(&county, &receiver).await;
    receiver.answer(Answers::With(StatusCode::INTERNAL_SERVER_ERROR));
    release(&county).await;
    let gone = county.ask(form(Method::DELETE, "/api/v1/webhooks/1", &json!({}))).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert!(outbox::waiting(county.store.as_ref()).unwrap().is_empty());
    assert_eq!(county.get_as_staff("/api/v1/webhooks/1/deliveries").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_address_that_could_make_the_server_ask_around_is_refused_with_a_reason() {
    let receiver = Receiver::start().await;
    let county = county_that_may_write_to(&receiver);
    let port = receiver.host.split(':').next_back().unwrap().to_owned();
    for url in [
        "http://127.0.0.1/".to_owned(),
        format!("http://localhost:{port}/in"),
        format!("http://2130706433:{port}/in"),
        format!("http://[::ffff:127.0.0.1]:{port}/in"),
        format!("https://{}/in", receiver.host),
        format!("http://{}@evil.example/in", receiver.host),
        format!("http://{}.evil.example/in", receiver.host),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "file:///etc/passwd".to_owned(),
        "javascript:alert(1)".to_owned(),
        format!("http://{}/{}", receiver.host, "x".repeat(3_000)),
        String::new(),
    ] {
        let answer = county.ask(form(Method::POST, "/api/v1/webhooks", &json!({"url": url}))).await;
        assert_eq!(
            (answer.status, answer.json()["code"].clone()),
            (StatusCode::BAD_REQUEST, json!("bad-parameter")),
            "{url}"
        );
    }
    let ping = json!({"url": format!("http://{}/in", receiver.host), "events": ["ping"]});
    assert_eq!(county.ask(form(Method::POST, "/api/v1/webhooks", &ping)).await.status, StatusCode::BAD_REQUEST);
    let huge = json!({"url": format!("http://{}/in", receiver.host), "events": vec!["score.changed"; 100_000]});
    assert_eq!(county.ask(form(Method::POST, "/api/v1/webhooks", &huge)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let listed = county.get_as_staff("/api/v1/webhooks").await.json();
    assert_eq!((listed["items"].as_array().unwrap().len(), receiver.count()), (0, 0));
}

#[tokio::test]
async fn on_the_page_a_receiver_is_registered_tried_paused_resumed_and_struck_off() {
    let receiver = Receiver::start().await;
    let county = County::with(Config { webhook_host: vec![receiver.host.clone()], ..quick() });
    settle(&county, Role::SystemAdministrator);
    let (cookie, token) = session(&county, "system-administrator");
    let get = async |address: &str| {
        county.ask(super::county::request(Method::GET, address, &[("cookie", &cookie), ("accept", "text/html")])).await
    };
    let send = async |address: &str, fields: &str| {
        let request = Request::post(address).header("cookie", &cookie).header("accept", "text/html");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        county.ask(request.body(Body::from(format!("csrf={token}&{fields}"))).unwrap()).await
    };
    let refused = send("/admin/webhooks", "url=http%3A%2F%2F10.0.0.1%2F&event=list.left").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text().contains("主机「10.0.0.1」未经许可") && refused.text().contains("value=\"http://10.0.0.1/\"")
    );

    let url = format!("http://{}/in", receiver.host);
    let made = send("/admin/webhooks", &format!("url={}&event=score.changed", liuwu::pages::links::escape(&url))).await;
    assert!(made.text().contains("whsec_"), "{}", made.text());
    let page = get("/admin/webhooks").await.text();
    assert!(page.contains(&url) && !page.contains("whsec_") && page.contains("内部资料"), "the secret is shown once");

    assert_eq!(send("/admin/webhooks/1/ping", "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(receiver.message(0)["type"], "ping");
    receiver.answer(Answers::With(StatusCode::BAD_GATEWAY));
    send("/admin/webhooks/1/ping", "").await;
    let page = get("/admin/webhooks/1").await.text();
    assert!(page.contains("送到") && page.contains("HTTP 502"), "{page}");
    assert!(outbox::waiting(county.store.as_ref()).unwrap().is_empty(), "a test is sent once");

    send("/admin/webhooks/1/pause", "").await;
    assert!(get("/admin/webhooks").await.text().contains("已停送"));
    courier::look(&county.app).unwrap();
    release(&county).await;
    assert_eq!(receiver.count(), 2, "nothing goes out while it is paused");
    receiver.answer(Answers::With(StatusCode::OK));
    send("/admin/webhooks/1/resume", "").await;
    courier::deliver(&county.app).await.unwrap();
    assert_eq!(receiver.message(2)["type"], "results.missed");

    send("/admin/webhooks/1/remove", "").await;
    assert!(!get("/admin/webhooks").await.text().contains(&url));
    let noted: Vec<(String, String)> = county
        .store
        .entries(1, 1_000)
        .unwrap()
        .into_iter()
        .filter(|entry| entry.subject == "webhook")
        .map(|entry| (entry.action, entry.outcome))
        .collect();
    let noted: Vec<(&str, &str)> = noted.iter().map(|(action, outcome)| (action.as_str(), outcome.as_str())).collect();
    let (set, sent) = (("set", "done"), ("send", "done"));
    assert_eq!(noted, [set, sent, ("send", "http-502"), set, set, sent, set]);
}
