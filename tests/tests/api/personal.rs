//! Personal data: who is never given a name, and what is kept of those who ask for one.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use liuwu::accounts::Role;
use liuwu::gate::Access;
use liuwu::router::routes;
use liuwu::store::{Journal, Knowledge as _, RecordId};

use super::county::*;
use super::roles::{quick, session, settle};

/// Part of the name of whoever reported the fire; it stands nowhere else.
const NAME: &str = "张某";

/// The record of the fire that somebody reported.
fn fire(county: &County) -> RecordId {
    let facts = county.store.facts_of(BURNT, day("2021-01-10")).unwrap();
    let fire = facts.records.iter().find(|record| record.kind == "fire").unwrap();
    assert!(fire.fields["reporter"].as_str().unwrap().contains(NAME));
    fire.id
}

/// The address of a route about the village that burnt and the record of its fire.
fn about(path: &str, record: RecordId) -> String {
    let mut address = path.to_owned();
    while let (Some(from), Some(to)) = (address.find('{'), address.find('}')) {
        let name = match &address[from + 1..to] {
            "record" => record.to_string(),
            "batch" => record.batch.to_string(),
            "run" => "3".to_owned(),
            "bundle" => "small".to_owned(),
            "edition" => "current".to_owned(),
            "kind" => "fire".to_owned(),
            "unit" | "id" | "code" => BURNT.to_owned(),
            _ => "1".to_owned(),
        };
        address.replace_range(from..=to, &name);
    }
    address
}

#[tokio::test]
async fn no_route_gives_a_name_to_anybody_who_does_not_ask_for_it_with_a_reason() {
    let county = County::with(quick());
    Role::ALL.into_iter().for_each(|role| settle(&county, role));
    let record = fire(&county);
    let mut opened = 0;
    let reading = routes(county.app.config()).into_iter().filter(|route| route.method == Method::GET);
    for route in reading {
        let address = about(&route.path, record);
        let mut askers: Vec<(String, Vec<(&str, String)>)> = vec![("anybody".into(), vec![])];
        askers.push(("operator".into(), vec![("authorization", bearer())]));
        for role in Role::ALL {
            askers.push((role.key().into(), vec![("cookie", session(&county, role.key()).0)]));
        }
        for (who, headers) in askers {
            let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let answer = county.ask(request(Method::GET, &address, &headers)).await;
            assert!(!String::from_utf8_lossy(&answer.bytes).contains(NAME), "{address} tells {who} 「{NAME}」");
            opened += usize::from(answer.status == StatusCode::OK && route.access != Access::Public);
        }
    }
    assert!(opened > 80, "the scan means something only if much of it is answered: {opened}");
    for entry in county.store.entries(1, 100_000).unwrap() {
        assert!(!serde_json::to_string(&entry).unwrap().contains(NAME), "the log tells it: {entry:?}");
    }
}

#[tokio::test]
async fn whoever_sees_a_name_stands_in_the_register_with_the_reason_and_the_auditor_takes_it_away() {
    let county = County::with(quick());
    settle(&county, Role::Assessor);
    settle(&county, Role::Auditor);
    let record = fire(&county);
    let (cookie, token) = session(&county, "assessor");
    let look = Request::post(format!("/desk/records/{record}/in-full"))
        .header("cookie", &cookie)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(format!("csrf={token}&reason={}", liuwu::pages::links::escape("核对报告人"))))
        .unwrap();
    let seen = county.ask(look).await;
    assert!(seen.status == StatusCode::OK && seen.text().contains(NAME), "{}", seen.text());

    let (auditor, _) = session(&county, "auditor");
    let get = async |address: &str| county.ask(request(Method::GET, address, &[("cookie", &auditor)])).await;
    let page = get("/audit/sightings").await.text();
    assert!(page.contains("核对报告人") && page.contains(&record.to_string()) && page.contains("内部资料"), "{page}");
    assert!(!page.contains(NAME), "nothing of what was seen is in the register");
    let listed = get("/api/v1/sightings").await.json();
    assert_eq!(
        (listed["items"][0]["who"].clone(), listed["items"][0]["of"].clone()),
        ("assessor".into(), record.to_string().into())
    );
    let table = get("/api/v1/sightings?format=csv").await.text();
    assert!(
        table.contains("核对报告人") && table.trim_end().lines().last().unwrap().starts_with("内部资料 · auditor"),
        "{table}"
    );
    let last = county.store.last_entry().unwrap().unwrap();
    assert_eq!((last.action.as_str(), last.subject.as_str()), ("export", "sightings"));
}
