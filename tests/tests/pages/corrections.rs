//! Somebody logs in with a real browser, corrects a record, reads its history, and takes the correction back after seeing what
//! that changes; every form carries the token of the session.

use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use liuwu::accounts::Scope;

use super::browser::is_left_out;
use super::county::{County, bearer};
use super::person::{self, NAME, PASSWORD};

/// Of the village 前垟村, one death: handed in as record 3-1.
const FIRE: &str = r#"[{"kind":"fire","unit":"330381101702","date":"2020-07-02","no":"H8","deaths":1}]"#;

/// What somebody does with mouse and keyboard, page by page. It runs in the browser itself.
const PERSON: &str = r##"
const at = (selector) => document.querySelector(selector);
const says = (text) => document.body.textContent.includes(text);
const here = location.pathname;
if (here === "/desk/records/3-1") {
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

/// The county with one fire more, and an account of the city office whose password is its own.
async fn county() -> County {
    let county = County::with(person::config());
    let request = Request::post("/api/v1/records").header("authorization", bearer());
    let pushed = request.header("content-type", "application/json").body(Body::from(FIRE)).unwrap();
    assert_eq!(county.ask(pushed).await.status, StatusCode::CREATED);
    person::add(&county, Scope::Everything);
    county
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_browser_a_record_is_corrected_and_the_correction_taken_back_after_its_effect_was_seen() {
    if is_left_out() {
        return;
    }
    let county = county().await;
    let seen = person::does(&county, PERSON, "/desk/records/3-1").await;
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
