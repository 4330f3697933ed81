//! Attacks on sessions, forms and keys over HTTP, beside those in [`super::sessions`]: each route is tried by each way that is none.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use jiff::SignedDuration;
use liuwu::accounts::{Caller, Permission, Role, Scope};
use liuwu::config::Config;
use liuwu::entrance::keyring::NewKey;
use liuwu::gate::Access;
use liuwu::router::routes;
use liuwu::store::{Cabinet, Paper, Store};
use serde_json::{Value as Json, json};

use super::county::*;
use super::roles::{PASSWORD, quick, session, settle, settle_as};

const FORM: &str = "application/x-www-form-urlencoded";

/// A form of a browser that is logged in, as it is sent to a page.
fn posted(address: &str, cookie: &str, media: &str, body: &str) -> Request<Body> {
    let request = Request::post(address).header("cookie", cookie).header("host", "pingan.example.cn");
    request.header("accept", "text/html").header("content-type", media).body(Body::from(body.to_owned())).unwrap()
}

fn get(address: &str, cookie: &str) -> Request<Body> {
    request(Method::GET, address, &[("cookie", cookie), ("accept", "text/html")])
}

async fn is_logged_in(county: &County, cookie: &str) -> bool {
    county.ask(get("/account", cookie)).await.status == StatusCode::OK
}

/// Changes a paper of the cabinet as time does.
fn age(county: &County, (folder, name): (&str, &str), field: &str, to: jiff::Timestamp) {
    let mut paper: Json = serde_json::from_slice(&county.store.paper(folder, name).unwrap().unwrap()).unwrap();
    paper[field] = json!(to.to_string());
    county.store.file_papers(vec![Paper::new(folder, name, paper.to_string())]).unwrap();
}

#[tokio::test]
async fn the_token_of_a_session_that_has_ended_opens_no_form_of_the_next() {
    let county = County::with(quick());
    settle(&county, Role::Approver);
    let (old, stale) = session(&county, "approver");
    assert_eq!(county.ask(posted("/logout", &old, FORM, &format!("csrf={stale}"))).await.status, StatusCode::SEE_OTHER);
    let (cookie, token) = session(&county, "approver");
    assert_ne!(stale, token, "no session has the token of another one");
    for body in [format!("csrf={stale}"), format!("csrf={stale}&csrf={token}"), format!("csrf=&csrf={token}")] {
        let refused = county.ask(posted("/account/everywhere", &cookie, FORM, &body)).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{body}");
    }
    // A cookie that was copied before is replayed in vain.
    let replayed = county.ask(posted("/account/everywhere", &old, FORM, &format!("csrf={stale}"))).await;
    assert_eq!((replayed.status, replayed.header("location")), (StatusCode::SEE_OTHER, "/login"));
    assert!(is_logged_in(&county, &cookie).await && !is_logged_in(&county, &old).await);
}

#[tokio::test]
async fn a_form_is_taken_from_no_body_that_another_site_can_send_without_asking() {
    let county = County::with(quick());
    settle(&county, Role::Approver);
    let (cookie, token) = session(&county, "approver");
    let plain = format!("csrf={token}");
    let parts = format!("--x\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{token}\r\n--x--\r\n");
    for (media, body) in [
        ("text/plain", plain.as_str()),
        ("text/plain; charset=application/x-www-form-urlencoded", &plain),
        ("multipart/form-data; boundary=x", &parts),
        ("application/json", "{\"csrf\":\"1\"}"),
        ("", &plain),
    ] {
        let refused = county.ask(posted("/account/everywhere", &cookie, media, body)).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{media}");
    }
    // No address of a page changes anything by being opened, and no header or field makes another method of one.
    for address in [format!("/account/everywhere?csrf={token}"), format!("/logout?csrf={token}&_method=POST")] {
        assert_eq!(county.ask(get(&address, &cookie)).await.status, StatusCode::METHOD_NOT_ALLOWED, "{address}");
    }
    for header in ["x-http-method-override", "x-http-method", "x-method-override"] {
        let overridden =
            request(Method::GET, "/logout", &[("cookie", &cookie), (header, "POST"), ("x-csrf-token", &token)]);
        assert_eq!(county.ask(overridden).await.status, StatusCode::METHOD_NOT_ALLOWED, "{header}");
    }
    let as_delete = posted("/api/v1/webhooks/1?_method=DELETE", &cookie, FORM, &plain);
    assert_ne!(county.ask(as_delete).await.status, StatusCode::NO_CONTENT);
    assert!(is_logged_in(&county, &cookie).await);
}

#[tokio::test]
async fn nobody_is_led_away_and_nothing_typed_becomes_a_header() {
    let county = County::with(quick());
    settle(&county, Role::Approver);
    for back in [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/",
        "https:evil.example",
        "javascript:alert(1)",
        " /desk",
        "/desk\r\nset-cookie: liuwu-session=1",
        "/\t/evil.example",
        "",
    ] {
        let body = format!("name=approver&password={}&back={}", escape(PASSWORD), escape(back));
        let inside = county.ask(posted("/login", "", FORM, &body)).await;
        assert_eq!((inside.status, inside.header("location")), (StatusCode::SEE_OTHER, "/account"), "{back:?}");
        assert_eq!(inside.headers.get_all("set-cookie").iter().count(), 1, "{back:?}");
        let page = county.ask(get(&format!("/login?back={}", escape(back)), "")).await;
        assert!(page.text().contains("name=\"back\" value=\"/account\""), "{back:?}");
    }
    // The host that a client names stands in no link to elsewhere.
    for host in ["evil.example/a", "evil.example\"><script>", "a@evil.example"] {
        let page = county.ask(request(Method::GET, &format!("/villages/{BURNT}"), &[("host", host)])).await;
        assert!(!page.text().contains(host), "{host}");
    }
}

fn escape(text: &str) -> String {
    liuwu::pages::links::escape(text)
}

#[tokio::test]
async fn a_lock_ends_by_itself_and_an_idle_session_is_logged_out() {
    let county = County::with(quick());
    settle(&county, Role::Approver);
    let (cookie, _) = session(&county, "approver");
    let log_in = async |password: &str| {
        county.ask(posted("/login", "", FORM, &format!("name=approver&password={}", escape(password)))).await.status
    };
    for _ in 0..5 {
        log_in("wrong").await;
    }
    assert_eq!(log_in(PASSWORD).await, StatusCode::TOO_MANY_REQUESTS);
    assert!(is_logged_in(&county, &cookie).await, "a lock keeps others out, not whoever is inside");
    let now = jiff::Timestamp::now();
    age(&county, ("accounts", "approver"), "locked_until", now - SignedDuration::from_secs(1));
    // A restart forgets the count of tries, as time does.
    let again = County { router: liuwu::router::router(restarted(&county)), ..county };
    let body = format!("name=approver&password={}", escape(PASSWORD));
    assert_eq!(again.ask(posted("/login", "", FORM, &body)).await.status, StatusCode::SEE_OTHER);

    for (name, _) in again.store.papers("sessions", None, 9).unwrap() {
        age(&again, ("sessions", &name), "seen", now - SignedDuration::from_mins(31));
    }
    assert!(!is_logged_in(&again, &cookie).await);
}

/// The same service started once more on the same store.
fn restarted(county: &County) -> liuwu::state::App {
    let token: liuwu::config::Token = TOKEN.parse().unwrap();
    liuwu::state::App::new(county.app.config().clone(), county.store.clone(), b"a key for tests".to_vec(), token)
}

#[tokio::test]
async fn one_address_that_asks_too_often_waits_and_cannot_call_itself_another_one() {
    let county = County::with(Config { rate: 5, ..quick() });
    let ask = async |forwarded: &str| {
        let mut asked = request(Method::GET, "/api/v1/health", &[("x-forwarded-for", forwarded)]);
        let peer: std::net::SocketAddr = "10.9.8.7:1234".parse().unwrap();
        asked.extensions_mut().insert(axum::extract::connect_info::ConnectInfo(peer));
        county.ask(asked).await
    };
    let mut refused = 0;
    for turn in 0..90 {
        let answer = ask(&format!("10.0.0.{turn}")).await;
        refused += usize::from(answer.status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!(refused > 30, "only {refused} of 90 at once were refused");
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(ask("10.0.0.1").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_link_for_the_first_accounts_is_not_good_once_another_one_was_shown() {
    let county = County::with(quick());
    let (first, second) =
        (county.app.entrance().offer_set_up().unwrap(), county.app.entrance().offer_set_up().unwrap());
    assert_eq!(county.get(&format!("/setup?code={first}")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(county.get(&format!("/setup?code={second}")).await.status, StatusCode::OK);
    settle(&county, Role::SystemAdministrator);
    let late = county.ask(get(&format!("/setup?code={second}"), "")).await;
    assert_eq!(late.status, StatusCode::FORBIDDEN, "there are accounts now: {}", late.text());
}

#[tokio::test]
async fn a_key_that_has_ended_opens_nothing_over_http_and_is_no_cookie() {
    let county = County::with(quick());
    let make = || {
        let permissions = vec![Permission::ReadRecords];
        let new = NewKey { purpose: "网格".into(), permissions, scope: Scope::Everything, days: 1 };
        county.app.entrance().make_key(&Caller::terminal(), new).unwrap()
    };
    let ask = async |text: &str| {
        let bearer = format!("Bearer {text}");
        county.ask(request(Method::GET, "/api/v1/batches", &[("authorization", &bearer)])).await
    };
    let (expiring, expired) = make();
    let (withdrawing, withdrawn) = make();
    assert_eq!((ask(&expired).await.status, ask(&withdrawn).await.status), (StatusCode::OK, StatusCode::OK));
    age(&county, ("keys", &expiring.id), "until", jiff::Timestamp::now());
    county.app.entrance().withdraw_key(&Caller::terminal(), &withdrawing.id).unwrap();
    for text in [&expired, &withdrawn] {
        let refused = ask(text).await;
        assert_eq!((refused.status, refused.json()["code"].clone()), (StatusCode::UNAUTHORIZED, "wrong-token".into()));
    }
    let (_, works) = make();
    assert!(!is_logged_in(&county, &format!("liuwu-session={works}")).await);
}

#[tokio::test]
async fn no_other_method_tells_a_stranger_more_than_asking_does() {
    let county = County::with(quick());
    settle(&county, Role::Auditor);
    let mut closed = 0;
    for route in routes(county.app.config()) {
        let address = route.path.replace("{*name}", "nothing").replace(['{', '}'], "");
        let options = county.ask(request(Method::OPTIONS, &address, &[("origin", "https://evil.example")])).await;
        assert!(options.headers.keys().all(|name| !name.as_str().starts_with("access-control-")), "{address}");
        for method in [Method::HEAD, Method::OPTIONS, Method::TRACE, Method::from_bytes(b"PROPFIND").unwrap()] {
            let answer = county.ask(request(method.clone(), &address, &[])).await;
            let is_open = answer.status.is_success();
            if route.method == Method::GET && route.access != Access::Public {
                assert!(!is_open, "{method} {address}: {}", answer.status);
                closed += 1;
            }
            assert!(method == Method::HEAD || !is_open, "{method} {address}: {}", answer.status);
            assert!(method != Method::HEAD || answer.bytes.is_empty(), "{method} {address}");
        }
    }
    assert!(closed > 100, "the scan means something only if much is closed: {closed}");
}

#[tokio::test]
async fn a_system_of_a_village_is_held_to_what_the_village_is() {
    let county = County::with(quick());
    settle_as(&county, "town", Role::Assessor, Scope::Divisions(vec![TANGXIA.into()]));
    let permissions = vec![Permission::ReadResults, Permission::ReadRecords, Permission::Upload, Permission::Correct];
    let key = |code: &str| {
        let scope = Scope::Divisions(vec![code.to_owned()]);
        let new = NewKey { purpose: "村务系统".into(), permissions: permissions.clone(), scope, days: 1 };
        format!("Bearer {}", county.app.entrance().make_key(&Caller::terminal(), new).unwrap().1)
    };
    let (village, town) = (key(BURNT), key(TANGXIA));
    let facts = liuwu::store::Knowledge::facts_of(county.store.as_ref(), BURNT, day("2021-01-10")).unwrap();
    let fire = facts.records.iter().find(|record| record.kind == "fire").unwrap().id;
    let withdraw = async |bearer: &str| {
        let request = Request::post(format!("/api/v1/records/{fire}/withdrawal"))
            .header("authorization", bearer)
            .header("content-type", "application/json");
        county.ask(request.body(Body::from(r#"{"reason":"不认"}"#)).unwrap()).await
    };
    // What the office has handed in about it is not its own to take back.
    let refused = withdraw(&village).await;
    assert_eq!(
        (refused.status, refused.json()["code"].clone()),
        (StatusCode::FORBIDDEN, "handed-in-by-others".into()),
        "{}",
        refused.text()
    );
    let seen = async |bearer: &str, address: &str| {
        county.ask(request(Method::GET, address, &[("authorization", bearer)])).await.text()
    };
    let record = format!("/api/v1/records/{fire}");
    assert!(!seen(&village, &record).await.contains("机*"), "not even the first letter of who reported it");
    assert!(seen(&town, &record).await.contains("机*"));
    let result = format!("/api/v1/assessments/{TROUBLED}");
    assert!(seen(&town, &result).await.contains("机密代号5"));
    assert!(!seen(&key(TROUBLED), &result).await.contains("机密代号5"), "a village sees no restricted record");
    assert_eq!(withdraw(&town).await.status, StatusCode::OK);
    assert_eq!(county.store.withdrawals().unwrap().len(), 1);
}
