//! Logging in over HTTP, and attacks on it.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use liuwu::accounts::{Caller, Permission, Role, Scope};
use liuwu::config::{Config, OperatorKey};
use liuwu::entrance::keyring::NewKey;
use liuwu::entrance::register::OneTime;
use liuwu::store::Journal;

use super::county::*;
use super::roles::{PASSWORD, quick, session, settle};

/// A form as a browser sends it.
fn form(address: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Request<Body> {
    let body = fields.iter().map(|(name, value)| format!("{name}={}", liuwu::pages::links::escape(value)));
    let mut request = Request::post(address)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("host", "pingan.example.cn")
        .header("accept", "text/html");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.collect::<Vec<_>>().join("&"))).unwrap()
}

fn page(address: &str, cookie: &str) -> Request<Body> {
    request(Method::GET, address, &[("cookie", cookie), ("accept", "text/html")])
}

fn cookie_of(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

fn token_in(html: &str) -> String {
    html.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

async fn is_logged_in(county: &County, cookie: &str) -> bool {
    county.ask(page("/account", cookie)).await.status == StatusCode::OK
}

#[tokio::test]
async fn the_first_login_leads_to_a_password_of_ones_own_and_nowhere_else() {
    let county = County::with(quick());
    let grant = liuwu::accounts::Grant { roles: vec![Role::Auditor], scope: Scope::Everything };
    let OneTime(given) = county.app.entrance().add_account(&Caller::terminal(), "shen", "", grant).unwrap();
    let asked = county.ask(page("/audit?who=li", "")).await;
    assert_eq!(asked.header("location"), "/login?back=%2Faudit%3Fwho%3Dli");
    let inside = county.ask(form("/login", &[("name", "shen"), ("password", &given), ("back", "/audit")], &[])).await;
    assert_eq!((inside.status, inside.header("location")), (StatusCode::SEE_OTHER, "/account/password"));
    let cookie = cookie_of(&inside);
    assert_eq!(county.ask(page("/audit", &cookie)).await.header("location"), "/account/password");
    assert_eq!(
        county.ask(request(Method::GET, "/api/v1/audit", &[("cookie", &cookie)])).await.json()["code"],
        "must-change-password"
    );
    let token = token_in(&county.ask(page("/account/password", &cookie)).await.text());
    let change = |new: &str| {
        let fields = [("csrf", token.as_str()), ("present", &given), ("new", new), ("again", new)];
        form("/account/password", &fields, &[("cookie", &cookie)])
    };
    let refused = county.ask(change("shen-shen-shen")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("密码中不能含账号名"), "{}", refused.text());
    assert_eq!(county.ask(change(PASSWORD)).await.status, StatusCode::SEE_OTHER);
    let audit = county.ask(page("/audit", &cookie)).await.text();
    assert!(
        audit.contains("内部资料") && audit.contains("shen · 20"),
        "the mark, and the watermark of account and time"
    );
    assert!(audit.contains("修改密码") && !audit.contains(PASSWORD));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_have_the_same_answer() {
    let county = County::with(quick());
    settle(&county, Role::Approver);
    let wrong = county.ask(form("/login", &[("name", "approver"), ("password", "wrong")], &[])).await;
    let unknown = county.ask(form("/login", &[("name", "wrongone"), ("password", "wrong")], &[])).await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    assert_eq!(wrong.text().replace("approver", "wrongone"), unknown.text());
    assert_eq!(wrong.header("set-cookie"), "");
}

#[tokio::test]
async fn after_too_many_tries_the_page_says_when_to_come_back() {
    let county = County::with(quick());
    settle(&county, Role::Approver);
    let attempt = |password: &str| form("/login", &[("name", "approver"), ("password", password)], &[]);
    for _ in 0..4 {
        county.ask(attempt("wrong")).await;
    }
    for password in ["wrong", PASSWORD] {
        let locked = county.ask(attempt(password)).await;
        assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(locked.header("retry-after"), "900");
        assert!(locked.text().contains("请 15 分钟后再试,或请安全管理员解锁"), "{}", locked.text());
    }
}

#[tokio::test]
async fn a_form_of_another_site_changes_nothing() {
    let county = County::with(quick());
    settle(&county, Role::Approver);
    let (cookie, token) = session(&county, "approver");
    let (_, foreign) = session(&county, "approver");
    let leave = |fields: &[(&str, &str)], headers: &[(&str, &str)]| {
        let headers: Vec<_> = headers.iter().copied().chain([("cookie", cookie.as_str())]).collect();
        form("/account/everywhere", fields, &headers)
    };
    let own = [("csrf", token.as_str())];
    let attacks = [
        ("without the token", leave(&[], &[])),
        ("with another session's token", leave(&[("csrf", &foreign)], &[])),
        ("with a part of it", leave(&[("csrf", &token[..40])], &[])),
        ("with the token, from another site", leave(&own, &[("sec-fetch-site", "cross-site")])),
        ("with the token, from another port of this host", leave(&own, &[("sec-fetch-site", "same-site")])),
        ("with the token, by an older browser", leave(&own, &[("origin", "https://evil.example")])),
        ("with the token, from a sandbox", leave(&own, &[("origin", "null")])),
    ];
    for (how, attack) in attacks {
        let answer = county.ask(attack).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{how}");
        assert!(answer.text().contains("请求来源不对"), "{how}");
        assert!(is_logged_in(&county, &cookie).await, "{how}");
        let last = county.store.last_entry().unwrap().unwrap();
        assert_eq!(
            (last.action.as_str(), last.outcome.as_str(), last.who.as_str()),
            ("refuse", "cross-site", "approver"),
            "{how}"
        );
    }
    // A form without a preflight that is no plain form, as another site can send it too.
    let text = Request::post("/account/everywhere").header("cookie", &cookie).header("content-type", "text/plain");
    let answer = county.ask(text.body(Body::from(format!("csrf={token}"))).unwrap()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let own_form = leave(&own, &[("sec-fetch-site", "same-origin"), ("origin", "http://pingan.example.cn")]);
    assert_eq!(county.ask(own_form).await.status, StatusCode::SEE_OTHER);
    assert!(!is_logged_in(&county, &cookie).await);
}

#[tokio::test]
async fn another_site_cannot_log_somebody_in_with_an_account_of_its_own() {
    let county = County::with(quick());
    settle(&county, Role::Approver);
    let fields = [("name", "approver"), ("password", PASSWORD)];
    let answer = county.ask(form("/login", &fields, &[("sec-fetch-site", "cross-site")])).await;
    assert_eq!((answer.status, answer.header("set-cookie")), (StatusCode::FORBIDDEN, ""));
}

#[tokio::test]
async fn a_session_that_somebody_else_has_chosen_is_not_taken_over() {
    let county = County::with(quick());
    settle(&county, Role::Approver);
    let chosen = "liuwu-session=00000000000000000000000000000000";
    let fields = [("name", "approver"), ("password", PASSWORD), ("back", "//evil.example")];
    let answer = county.ask(form("/login", &fields, &[("cookie", chosen)])).await;
    assert_eq!(answer.header("location"), "/account", "nobody is led to another host");
    let cookie = cookie_of(&answer);
    assert_ne!(cookie, chosen);
    assert!(!is_logged_in(&county, chosen).await);
    let attributes = answer.header("set-cookie").to_owned();
    assert!(attributes.contains("HttpOnly") && attributes.contains("SameSite=Lax"), "{attributes}");
    // Neither can the cookie be used as a key.
    let secret = cookie.split('=').nth(1).unwrap();
    let as_key = request(Method::GET, "/api/v1/batches", &[("authorization", &format!("Bearer {secret}"))]);
    assert_eq!(county.ask(as_key).await.json()["code"], "wrong-token");
}

#[tokio::test]
async fn logging_out_ends_the_session_on_the_server_too() {
    let county = County::with(quick());
    settle(&county, Role::Approver);
    let (cookie, token) = session(&county, "approver");
    let answer = county.ask(form("/logout", &[("csrf", &token)], &[("cookie", &cookie)])).await;
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    assert!(!is_logged_in(&county, &cookie).await);
}

#[tokio::test]
async fn behind_https_the_cookie_never_travels_without_it() {
    let county = County::with(Config { public_url: Some("https://pingan.example.cn".into()), ..quick() });
    settle(&county, Role::Approver);
    let answer = county.ask(form("/login", &[("name", "approver"), ("password", PASSWORD)], &[])).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-liuwu-session=") && cookie.contains("; Secure"), "{cookie}");
}

#[tokio::test]
async fn the_first_accounts_are_made_by_the_link_once_and_the_token_is_off_then() {
    let county = County::with(Config { operator_key: OperatorKey::Auto, ..quick() });
    assert_eq!(county.get_as_staff("/api/v1/batches").await.status, StatusCode::OK);
    let code = county.app.entrance().offer_set_up().unwrap();
    let wrong = county.get("/setup?code=0123").await;
    assert_eq!((wrong.status, wrong.json()["code"].as_str()), (StatusCode::FORBIDDEN, Some("wrong-code")));
    assert_eq!(county.get(&format!("/setup?code={code}")).await.status, StatusCode::OK);
    let fields = [("code", code.as_str()), ("sysadmin", "sys"), ("secadmin", "sec"), ("auditor", "aud")];
    let twice = [("code", code.as_str()), ("sysadmin", "sys"), ("secadmin", "sys"), ("auditor", "aud")];
    assert_eq!(county.ask(form("/setup", &twice, &[])).await.status, StatusCode::CONFLICT);
    let made = county.ask(form("/setup", &fields, &[])).await;
    assert_eq!(made.status, StatusCode::OK);
    assert_eq!(made.text().matches("class=\"secret\"").count(), 3);
    assert_eq!(county.ask(form("/setup", &fields, &[])).await.status, StatusCode::FORBIDDEN);
    let off = county.get_as_staff("/api/v1/batches").await;
    assert_eq!((off.status, off.json()["code"].as_str()), (StatusCode::UNAUTHORIZED, Some("token-off")));
}

#[tokio::test]
async fn a_key_may_do_what_it_was_made_for_and_nothing_else() {
    let county = County::with(quick());
    let new =
        NewKey { purpose: "网格".into(), permissions: vec![Permission::Upload], scope: Scope::Everything, days: 1 };
    let (key, text) = county.app.entrance().make_key(&Caller::terminal(), new).unwrap();
    let bearer = format!("Bearer {text}");
    let ask =
        async |method: Method, address: &str| county.ask(request(method, address, &[("authorization", &bearer)])).await;
    assert_eq!(ask(Method::POST, "/api/v1/uploads").await.json()["code"], "wrong-media-type");
    for address in ["/api/v1/batches", "/account", "/admin/keys", "/audit", "/api/v1/audit"] {
        assert_eq!(ask(Method::GET, address).await.json()["code"], "forbidden", "{address}");
    }
    let last = county.store.last_entry().unwrap().unwrap();
    assert_eq!(last.who, format!("key:{}", key.id));
}

#[tokio::test]
async fn the_auditor_finds_and_exports_what_was_done() {
    let county = County::with(quick());
    settle(&county, Role::Auditor);
    let (cookie, _) = session(&county, "auditor");
    county.get("/api/v1/batches").await;
    let ask = async |address: &str| county.ask(request(Method::GET, address, &[("cookie", &cookie)])).await;
    let found = ask("/api/v1/audit?action=refuse").await.json();
    assert_eq!(found["items"][0]["id"], "GET /api/v1/batches");
    let lines = ask("/api/v1/audit?format=jsonl").await.text();
    let (entries, mark) = lines.trim_end().rsplit_once('\n').unwrap();
    assert!(mark.starts_with(r#"{"mark":"内部资料 · auditor · 20"#), "{mark}");
    let numbers: Vec<u64> = entries
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["number"].as_u64().unwrap())
        .collect();
    assert!(numbers.len() > 3 && numbers.iter().zip(1..).all(|(number, expected)| *number == expected), "{numbers:?}");
    let table = ask("/api/v1/audit?format=csv").await.text();
    assert!(
        table.contains("refuse") && table.lines().last().unwrap().starts_with("内部资料 · auditor · 20"),
        "{table}"
    );
    let last = county.store.last_entry().unwrap().unwrap();
    assert_eq!((last.action.as_str(), last.id.as_str()), ("export", "csv"));
}

#[tokio::test]
async fn a_rule_of_security_out_of_bounds_is_named_as_the_form_names_it_and_none_is_changed() {
    let county = County::with(quick());
    settle(&county, Role::SecurityAdministrator);
    let (cookie, token) = session(&county, "security-administrator");
    let before = county.app.entrance().security().unwrap();
    let mut figures = before.clone();
    let mut fields: Vec<(&str, String)> =
        liuwu::accounts::Security::RULES.iter().map(|rule| (rule.name, (rule.of)(&mut figures).to_string())).collect();
    fields.push(("csrf", token));
    fields.push(("shown", before.mark()));
    let send = async |fields: &[(&str, String)]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        county.ask(form("/admin/security", &fields, &[("cookie", &cookie)])).await
    };
    fields[5].1 = "0".to_owned();
    let refused = send(&fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("「首次锁定分钟数（以后逐次加倍）」应为 1 至 1440 的整数"), "{}", refused.text());
    assert_eq!(county.app.entrance().security().unwrap(), before);
    fields[5].1 = "20".to_owned();
    assert_eq!(send(&fields).await.status, StatusCode::SEE_OTHER);
    assert_eq!(county.app.entrance().security().unwrap().lock_minutes, 20);
    let last = county.store.last_entry().unwrap().unwrap();
    assert_eq!((last.action.as_str(), last.id.as_str()), ("set", "lock_minutes=20"));
}

#[tokio::test]
async fn two_administrators_make_an_account_and_its_password_is_shown_once() {
    let county = County::with(quick());
    settle(&county, Role::SystemAdministrator);
    settle(&county, Role::SecurityAdministrator);
    let (system, system_token) = session(&county, "system-administrator");
    let (security, security_token) = session(&county, "security-administrator");
    let new = [
        ("csrf", system_token.as_str()),
        ("name", "li"),
        ("title", "塘下镇平安办"),
        ("role", "assessor"),
        ("scope", "divisions"),
        ("divisions", TANGXIA),
    ];
    let proposed = county.ask(form("/admin/accounts", &new, &[("cookie", &system)])).await;
    assert_eq!(proposed.header("location"), "/admin/accounts/li");
    let again = county.ask(form("/admin/accounts", &new, &[("cookie", &system)])).await;
    assert!(again.status == StatusCode::CONFLICT && again.text().contains("账号「li」已存在"));
    let waiting = county.ask(page("/admin/accounts/li", &security)).await.text();
    assert!(waiting.contains("待审批") && waiting.contains("地区:330381101000"), "{waiting}");
    let proposal = waiting.split("name=\"proposal\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let fields = [("csrf", security_token.as_str()), ("proposal", proposal)];
    let approve = || form("/admin/accounts/li/approve", &fields, &[("cookie", &security)]);
    let shown = county.ask(approve()).await.text();
    let given = shown.split("class=\"secret\">").nth(1).unwrap().split('<').next().unwrap();
    assert!(county.app.entrance().log_in("li", given, None).unwrap().must_change);
    let twice = county.ask(approve()).await;
    assert!(twice.status == StatusCode::CONFLICT && !twice.text().contains("class=\"secret\""));
    assert!(!county.ask(page("/admin/accounts/li", &security)).await.text().contains(given));
}
