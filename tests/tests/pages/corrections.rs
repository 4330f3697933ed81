//! Somebody logs in with a real browser, corrects a record, reads its history, and takes the correction back after seeing what
//! that changes; every form carries the token of the session.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get;
use liuwu::accounts::{Caller, Grant, Role, Scope};
use liuwu::config::{Config, OperatorKey};
use liuwu::entrance::register::OneTime;
use liuwu::router::router;
use tokio::net::TcpListener;

use super::browser::{is_left_out, look};
use super::county::{County, bearer};

const NAME: &str = "zhang";
const PASSWORD: &str = "correct horse battery";
/// Of the village 前垟村, one death: handed in as record 3-1.
const FIRE: &str = r#"[{"kind":"fire","unit":"330381101702","date":"2020-07-02","no":"H8","deaths":1}]"#;

/// What somebody does with mouse and keyboard, page by page. It runs in the browser itself.
const PERSON: &str = r##"
const at = (selector) => document.querySelector(selector);
const says = (text) => document.body.textContent.includes(text);
const here = location.pathname;
if (here === "/login") {
  at("#name").value = "NAME";
  at("#password").value = "PASSWORD";
  at("form.entry button").click();
} else if (here === "/desk/records/3-1") {
  at("a[href$='/correct']").click();
} else if (here === "/desk/records/3-1/correct") {
  at("[name=deaths]").value = "3";
  at("[name=reason]").value = "看错一行";
  at(".entry-form .primary").click();
} else if (here === "/desk/records/4-1" && at(".history .changes").textContent.includes("1人 → 3人")) {
  at("a[href='/desk/batches/4']").click();
} else if (here === "/desk/batches/4" && at("a[href$='/undo']")) {
  at("a[href$='/undo']").click();
} else if (here === "/desk/batches/4/undo" && says("条记录不再计入") && says("前垟村") && at("#reason")) {
  at("#reason").value = "更正错了";
  at("form.reasoned button").click();
}
"##;

/// Puts the person on every page.
async fn with_person(mut request: Request, next: Next) -> Response {
    request.headers_mut().remove(ACCEPT_ENCODING);
    let response = next.run(request).await;
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_page {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let page = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(
        parts,
        Body::from(page.replace("</body>", "<script src=\"/person.js\" defer></script></body>")),
    )
}

/// The county with one fire more, and an account of the city office whose password is its own.
async fn county() -> County {
    let config = Config {
        keep_current: false,
        operator_key: OperatorKey::On,
        argon2_memory: 8,
        argon2_passes: 1,
        ..Config::default()
    };
    let county = County::with(config);
    let request = Request::post("/api/v1/records").header("authorization", bearer());
    let pushed = request.header("content-type", "application/json").body(Body::from(FIRE)).unwrap();
    assert_eq!(county.ask(pushed).await.status, StatusCode::CREATED);
    let entrance = county.app.entrance();
    let grant = Grant { roles: vec![Role::Assessor], scope: Scope::Everything };
    let OneTime(given) = entrance.add_account(&Caller::terminal(), NAME, "", grant).unwrap();
    let secret = entrance.log_in(NAME, &given, None).unwrap().secret;
    let caller = entrance.recognise(&secret, None).unwrap().unwrap();
    entrance.change_password(&caller, &given, PASSWORD, PASSWORD).unwrap();
    county
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_browser_a_record_is_corrected_and_the_correction_taken_back_after_its_effect_was_seen() {
    if is_left_out() {
        return;
    }
    let county = county().await;
    let script = PERSON.replace("NAME", NAME).replace("PASSWORD", PASSWORD);
    let person = get(move || async move { ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], script) });
    let service = router(county.app.clone()).layer(from_fn(with_person)).route("/person.js", person);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move { axum::serve(listener, service).await });
    let seen = look(format!("{base}/login?back=%2Fdesk%2Frecords%2F3-1")).await;
    serving.abort();
    assert_eq!(seen.console, Vec::<String>::new());
    assert!(seen.dom.contains("更正错了") && seen.dom.contains("内部资料"), "{}", seen.dom);

    let old = county.get_as_staff("/api/v1/records/3-1").await.json();
    assert_eq!((&old["state"], &old["fields"]["deaths"]), (&"in-force".into(), &"1".into()), "{old}");
    let batch = county.get_as_staff("/api/v1/batches/4").await.json();
    assert_eq!((&batch["by"], &batch["withdrawn"]["by"]), (&NAME.into(), &NAME.into()), "{batch}");
}

#[tokio::test]
async fn a_session_without_its_token_corrects_and_undoes_nothing() {
    let county = county().await;
    let secret = county.app.entrance().log_in(NAME, PASSWORD, None).unwrap().secret;
    for address in ["/desk/records/3-1/correct", "/desk/records/3-1/withdraw", "/desk/batches/3/undo"] {
        let request = Request::post(address)
            .header("cookie", format!("liuwu-session={secret}"))
            .header("accept", "text/html")
            .header("content-type", "application/x-www-form-urlencoded");
        let answer = county.ask(request.body(Body::from("reason=x&deaths=0")).unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{address}: {}", answer.text());
    }
    assert_eq!(county.get_as_staff("/api/v1/records/3-1").await.json()["state"], "in-force");
    assert_eq!(county.get_as_staff("/api/v1/batches").await.json()["items"].as_array().unwrap().len(), 3);
}
