//! Every route against every role: what the table does not allow is refused, and the refusal is written down.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use insta::assert_snapshot;
use liuwu::accounts::{Caller, Grant, Role, Scope};
use liuwu::config::{Config, OperatorKey};
use liuwu::entrance::register::OneTime;
use liuwu::gate::Access;
use liuwu::router::{Route, routes};
use liuwu::store::{Journal, Store};

use super::county::*;

/// Passwords that are quick to work out, and a token that works beside accounts.
pub fn quick() -> Config {
    Config { argon2_memory: 8, argon2_passes: 1, operator_key: OperatorKey::On, ..Config::default() }
}

pub const PASSWORD: &str = "correct horse battery";

/// An account of a role that has set its password, named after the role.
pub fn settle(county: &County, role: Role) {
    settle_as(county, role.key(), role, scope_of(role));
}

fn scope_of(role: Role) -> Scope {
    if role == Role::Village { Scope::Divisions(vec![BURNT.into()]) } else { Scope::Everything }
}

/// The same under a name and with a scope.
pub fn settle_as(county: &County, name: &str, role: Role, scope: Scope) {
    let entrance = county.app.entrance();
    let grant = Grant { roles: vec![role], scope };
    let OneTime(given) = entrance.add_account(&Caller::terminal(), name, "", grant).unwrap();
    let secret = entrance.log_in(name, &given, None).unwrap().secret;
    let caller = entrance.recognise(&secret, None).unwrap().unwrap();
    entrance.change_password(&caller, &given, PASSWORD, PASSWORD).unwrap();
}

/// Cookie and form token of a new session.
pub fn session(county: &County, name: &str) -> (String, String) {
    let entrance = county.app.entrance();
    let secret = entrance.log_in(name, PASSWORD, None).unwrap().secret;
    let caller = entrance.recognise(&secret, None).unwrap().unwrap();
    (format!("liuwu-session={secret}"), caller.csrf().unwrap().to_owned())
}

/// The address of a route with something in its places.
fn filled(path: &str) -> String {
    let mut address = path.to_owned();
    while let (Some(from), Some(to)) = (address.find('{'), address.find('}')) {
        let name = match &address[from + 1..to] {
            "run" | "batch" => "2",
            "bundle" => "small",
            "edition" => "current",
            "kind" => "fire",
            "unit" | "id" | "code" => BURNT,
            _ => "nothing",
        };
        address.replace_range(from..=to, name);
    }
    address
}

async fn is_refused(county: &County, route: &Route, headers: &[(&str, &str)]) -> bool {
    let answer = county.ask(request(route.method.clone(), &filled(&route.path), headers)).await;
    let code = serde_json::from_slice::<serde_json::Value>(&answer.bytes).unwrap_or_default()["code"].clone();
    let refused = ["token-required", "forbidden"].iter().any(|refusal| code == *refusal);
    if refused {
        assert!([StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&answer.status), "{route:?}");
    }
    refused
}

/// Who asks: nobody, the operator, and each role.
fn visitors() -> Vec<&'static str> {
    ["anybody", "operator"].into_iter().chain(Role::ALL.map(Role::key)).collect()
}

#[tokio::test]
async fn every_route_refuses_every_role_that_its_permission_is_not_given_to() {
    let county = County::with(quick());
    Role::ALL.into_iter().for_each(|role| settle(&county, role));
    let mut table: BTreeMap<String, String> = BTreeMap::new();
    for route in routes(county.app.config()) {
        let mut row = String::new();
        for visitor in visitors() {
            let before = county.store.last_entry().unwrap().unwrap().number;
            let refused = match visitor {
                "anybody" => is_refused(&county, &route, &[]).await,
                "operator" => is_refused(&county, &route, &[("authorization", &bearer())]).await,
                role => {
                    let (cookie, token) = session(&county, role);
                    is_refused(&county, &route, &[("cookie", &cookie), ("x-csrf-token", &token)]).await
                }
            };
            let expected = expected(route.access, visitor);
            assert_eq!(!refused, expected, "{} {} asked by {visitor}", route.method, route.path);
            if refused {
                let last = county.store.last_entry().unwrap().unwrap();
                let who = if visitor == "anybody" { "" } else { visitor };
                assert!(last.number > before && last.action == "refuse", "{last:?}");
                assert_eq!(
                    (last.who.as_str(), last.id.as_str()),
                    (who, format!("{} {}", route.method, route.path).as_str())
                );
            }
            row.push_str(if refused { "  · " } else { "  ✓ " });
        }
        table.insert(format!("{:<60}", format!("{} {}", route.path, route.method)), row);
    }
    assert!(table.len() > 50, "{}", table.len());
    let head = format!("{:<60} {}\n", "", visitors().join(" "));
    let rows: Vec<String> = table.into_iter().map(|(route, row)| format!("{route}{row}")).collect();
    assert_snapshot!("who_may_ask_for_what", format!("{head}{}", rows.join("\n")));
}

/// What the table of roles says.
fn expected(access: Access, visitor: &str) -> bool {
    let held = match visitor {
        "anybody" => &[][..],
        "operator" => liuwu::accounts::table::OPERATOR,
        role => liuwu::accounts::table::permissions(Role::from_key(role).unwrap()),
    };
    access.lets(|permission| held.contains(&permission), Role::from_key(visitor).is_some())
}

#[tokio::test]
async fn without_a_login_only_what_is_meant_to_be_public_is_answered() {
    let county = County::new();
    let mut public = Vec::new();
    for route in routes(county.app.config()) {
        if !is_refused(&county, &route, &[]).await {
            public.push(format!("{} {}", route.method, route.path));
        }
    }
    public.sort();
    assert_snapshot!("what_anybody_may_ask_for", public.join("\n"));
}

#[tokio::test]
async fn none_of_the_three_administrators_is_answered_anything_of_the_data() {
    let county = County::with(quick());
    for role in [Role::SystemAdministrator, Role::SecurityAdministrator, Role::Auditor] {
        settle(&county, role);
        let (cookie, _) = session(&county, role.key());
        for route in routes(county.app.config()).iter().filter(|route| route.method == Method::GET) {
            let answer = county.ask(request(Method::GET, &filled(&route.path), &[("cookie", &cookie)])).await;
            let text = String::from_utf8_lossy(&answer.bytes).into_owned();
            // The bundle is public, and its text says how reasons are written.
            let is_template = route.path.ends_with("/text");
            for mark in [SECRET, UNRELEASED] {
                assert!(
                    is_template || !text.contains(mark),
                    "{} {} tells {} 「{mark}」",
                    route.method,
                    route.path,
                    role.key()
                );
            }
        }
    }
}

#[tokio::test]
async fn what_is_done_is_written_down_with_who_did_it() {
    let county = County::with(quick());
    settle(&county, Role::Approver);
    let (cookie, token) = session(&county, "approver");
    let release = Request::post(format!("/api/v1/runs/{NEWEST_RUN}/release"))
        .header("cookie", &cookie)
        .header("x-csrf-token", &token)
        .header("content-type", "application/json")
        .body(Body::from(r#"{"reason":"经会审,予以公示","by":"somebody else"}"#))
        .unwrap();
    assert_eq!(county.ask(release).await.status, StatusCode::OK);
    let last = county.store.last_entry().unwrap().unwrap();
    assert_eq!((last.who.as_str(), last.action.as_str(), last.subject.as_str()), ("approver", "release", "run"));
    assert_eq!((last.id, last.outcome.as_str()), (NEWEST_RUN.to_string(), "done"));
    // Nobody signs with another name.
    let releases = liuwu::store::Store::releases(county.store.as_ref()).unwrap();
    assert_eq!(releases.last().unwrap().act.by, "approver");
}

/// A form with one table of fires, handed in with a session.
fn upload(rows: &str, cookie: &str, token: &str) -> Request<Body> {
    let table = format!("区划代码,发生日期,编号,死亡人数,报告人\n{rows}");
    let part = "--x\r\ncontent-disposition: form-data; name=";
    let body = format!(
        "{part}\"kind\"\r\n\r\nfire\r\n{part}\"by\"\r\n\r\nsomebody else\r\n{part}\"file\"; filename=\"a.csv\"\r\n\r\n{table}\r\n--x--\r\n"
    );
    Request::post("/api/v1/uploads")
        .header("content-type", "multipart/form-data; boundary=x")
        .header("cookie", cookie)
        .header("x-csrf-token", token)
        .body(Body::from(body))
        .unwrap()
}

#[tokio::test]
async fn a_town_hands_in_for_its_villages_a_village_for_itself_and_a_department_its_kinds() {
    let county = County::with(quick());
    settle_as(&county, "town", Role::Assessor, Scope::Divisions(vec![TANGXIA.into()]));
    settle(&county, Role::Village);
    settle_as(&county, "elsewhere", Role::Assessor, Scope::Department("另一部门".into()));
    let own = format!("{BURNT},2020-07-01,H7,0,王某\n");
    let neighbour = format!("{TROUBLED},2020-07-01,H8,0,王某\n");
    let other_town = format!("{CALM},2020-07-01,H9,0,王某\n");
    let attempts = [
        ("town", own.clone(), None),
        ("town", neighbour.clone(), None),
        ("town", format!("{own}{other_town}"), Some(("unit-out-of-remit", "A3"))),
        ("village", own.replace("H7", "H17"), None),
        ("village", neighbour.replace("H8", "H18"), Some(("unit-out-of-remit", "A2"))),
        ("elsewhere", own.replace("H7", "H27"), Some(("kind-out-of-remit", "B2"))),
    ];
    let mut stored = county.store.batches(None, 9).unwrap().len();
    for (name, rows, refused) in attempts {
        let (cookie, token) = session(&county, name);
        let answer = county.ask(upload(&rows, &cookie, &token)).await;
        let last = county.store.last_entry().unwrap().unwrap();
        let batches = county.store.batches(None, 9).unwrap();
        let Some((code, place)) = refused else {
            stored += 1;
            assert_eq!(answer.status, StatusCode::CREATED, "{name} {rows} {}", answer.text());
            assert_eq!((last.who.as_str(), last.action.as_str()), (name, "upload"));
            assert_eq!((batches.len(), batches[0].by.as_str()), (stored, name), "nobody hands in under another name");
            continue;
        };
        assert_eq!((answer.status, batches.len()), (StatusCode::UNPROCESSABLE_ENTITY, stored));
        let fault = &answer.json()["faults"][0];
        assert_eq!(
            (fault["code"].as_str(), fault["location"]["cell"].as_str()),
            (Some(code), Some(place)),
            "{}",
            answer.text()
        );
    }
}

#[tokio::test]
async fn a_village_never_sees_who_reported_not_even_about_itself() {
    const PERSON: &str = "欧阳建国";
    let county = County::with(quick());
    settle(&county, Role::Village);
    settle_as(&county, "town", Role::Assessor, Scope::Divisions(vec![TANGXIA.into()]));
    let (town, token) = session(&county, "town");
    let stored = county.ask(upload(&format!("{BURNT},2020-07-01,H7,0,{PERSON}\n"), &town, &token)).await;
    assert_eq!(stored.status, StatusCode::CREATED, "{}", stored.text());
    let (batch, record) = ("3", "3-1");
    let attachments = format!("/api/v1/records/{record}/attachments");
    let heading = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n";
    let attach = Request::post(&attachments)
        .header("content-type", "multipart/form-data; boundary=x")
        .header("cookie", &town)
        .header("x-csrf-token", &token)
        .body(Body::from(format!("{heading}%PDF-1.7 {PERSON}\r\n--x--\r\n")))
        .unwrap();
    let attached = county.ask(attach).await;
    assert_eq!(attached.status, StatusCode::CREATED, "{}", attached.text());
    let content = attached.json()["content"].as_str().unwrap().to_owned();

    let addresses = [
        format!("/api/v1/records/{record}"),
        format!("/api/v1/records/{record}?in_full_because=x"),
        "/api/v1/records?limit=500".to_owned(),
        format!("/api/v1/batches/{batch}"),
        attachments.clone(),
        format!("/desk/records/{record}"),
        format!("/desk/records/{record}/correct"),
        format!("/desk/batches/{batch}"),
        "/desk/records".to_owned(),
    ];
    let seen = async |name: &str, address: &str| {
        let (cookie, _) = session(&county, name);
        county.ask(request(Method::GET, address, &[("cookie", &cookie), ("accept", "*/*")])).await
    };
    assert!(seen("town", &addresses[0]).await.text().contains("欧"), "the town sees the first letter");
    let mut shown = 0;
    for address in &addresses {
        let answer = seen("village", address).await;
        assert!(!answer.text().contains('欧'), "{address}: {}", answer.text());
        shown += usize::from(answer.status == StatusCode::OK);
    }
    assert!(shown >= 4, "only {shown} of the places were shown at all");
    let original = seen("village", &format!("{attachments}/{content}?original_because=x")).await;
    assert_eq!(original.status, StatusCode::FORBIDDEN);
    let paper = format!("{attachments}/{content}");
    assert_eq!(seen("town", &paper).await.status, StatusCode::OK);
    assert_eq!(seen("village", &paper).await.status, StatusCode::NOT_FOUND, "a paper of the town can name a person");
}
