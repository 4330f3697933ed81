//! Who sees what of a result: every kind of account against every part of a result, over HTTP and on the pages.

use axum::http::StatusCode;
use insta::assert_snapshot;
use liuwu::accounts::{Role, Scope};
use liuwu::store::Journal;

use super::county::*;
use super::roles::{quick, session, settle_as};

/// An account for every way in which somebody can answer for something.
pub const ACCOUNTS: [(&str, Role, Answers); 13] = [
    ("office", Role::Assessor, Answers::Everything),
    ("policy", Role::PolicyOfficer, Answers::Everything),
    ("approver", Role::Approver, Answers::Everything),
    ("auditor", Role::Auditor, Answers::Everything),
    ("system", Role::SystemAdministrator, Answers::Everything),
    ("tangxia-town", Role::Assessor, Answers::Division(TANGXIA)),
    ("anyang-town", Role::Assessor, Answers::Division(ANYANG)),
    ("police", Role::Assessor, Answers::Department("公安局")),
    ("fire-brigade", Role::Assessor, Answers::Department("消防救援大队")),
    ("emergency", Role::Assessor, Answers::Department("应急管理局")),
    ("own-village", Role::Village, Answers::Division(TROUBLED)),
    ("other-village", Role::Village, Answers::Division(BURNT)),
    ("calm-village", Role::Village, Answers::Division(CALM)),
];

/// What an account answers for.
#[derive(Clone, Copy)]
pub enum Answers {
    Everything,
    Division(&'static str),
    Department(&'static str),
}

impl Answers {
    fn scope(self) -> Scope {
        match self {
            Answers::Everything => Scope::Everything,
            Answers::Division(code) => Scope::Divisions(vec![code.to_owned()]),
            Answers::Department(name) => Scope::Department(name.to_owned()),
        }
    }
}

/// The parts of what is said about the village with two gang cases and four thefts: a gang's code name, the points lost for
/// gangs, the number of a theft, where a record was read, that there were thefts.
const OVER_HTTP: [&str; 5] = ["机密代号5", "\"of\":\"GANG-001\"", "机密盗9", ".xlsx!", "盗窃多发"];
const ON_THE_PAGE: [&str; 5] = ["机密代号5", "−14", "机密盗9", ".xlsx!", "盗窃多发"];
const HEAD: &str = "code name, gang points, theft number, place, thefts";

/// The county with all of them.
pub fn accounts() -> County {
    let county = County::with(quick());
    for (name, role, answers) in ACCOUNTS {
        settle_as(&county, name, role, answers.scope());
    }
    county
}

/// Asks as an account.
async fn ask(county: &County, name: &str, address: &str) -> Answer {
    let (cookie, _) = session(county, name);
    county.ask(request(axum::http::Method::GET, address, &[("cookie", &cookie)])).await
}

fn marks(text: &str, parts: &[&str]) -> String {
    parts.iter().map(|mark| if text.contains(mark) { "  ✓ " } else { "  · " }).collect()
}

#[tokio::test]
async fn each_account_sees_of_a_result_what_it_answers_for_and_no_more() {
    let county = accounts();
    let api = format!("/api/v1/assessments/{TROUBLED}");
    let mut table = vec![format!("{:<15} run {HEAD}", "")];
    let mut row = |who: &str, answer: &Answer| {
        let run = answer.json()["source"]["run"].to_string();
        let caching = answer.header("cache-control");
        table.push(format!("{who:<15} {run} {} {caching}", marks(&answer.text(), &OVER_HTTP)));
    };
    row("anybody", &county.get(&api).await);
    row("operator", &county.get_as_staff(&api).await);
    for (name, _, _) in ACCOUNTS {
        row(name, &ask(&county, name, &api).await);
    }
    assert_snapshot!("what_each_account_sees_over_http", table.join("\n"));
}

#[tokio::test]
async fn the_page_in_full_opens_for_those_who_see_more_and_the_public_page_stays_as_it_is() {
    let county = accounts();
    let (public, internal) = (format!("/villages/{TROUBLED}"), format!("/desk/villages/{TROUBLED}"));
    let before = county.get(&public).await.text();
    assert!(!before.contains(SECRET) && !before.contains("/desk/villages/"));
    let mut table = vec![format!("{:<15}     {HEAD}", "")];
    table.push(format!("{:<15} {}", "anybody", county.get(&internal).await.status.as_u16()));
    for (name, _, _) in ACCOUNTS {
        let page = ask(&county, name, &internal).await;
        let text = page.text();
        let opened = page.status == StatusCode::OK;
        let shown = if opened { marks(&text, &ON_THE_PAGE) } else { String::new() };
        assert_eq!(opened, text.contains("class=\"watermark\"") && text.contains("内部资料"), "{name}");
        assert_eq!(opened, page.header("cache-control") == "private, no-store", "{name}");
        let on_public = ask(&county, name, &public).await.text();
        assert!(!on_public.contains(SECRET), "{name} sees the public page otherwise");
        assert_eq!(opened, on_public.contains(&internal), "{name} is led to the page in full");
        table.push(format!("{name:<15} {} {shown}", page.status.as_u16()).trim_end().to_owned());
    }
    assert_snapshot!("what_each_account_sees_on_the_page", table.join("\n"));
}

#[tokio::test]
async fn a_town_that_acts_for_a_village_sees_what_the_village_sees() {
    let county = accounts();
    settle_as(&county, "acting-town", Role::Assessor, Answers::Division(TANGXIA).scope());
    let (cookie, token) = session(&county, "acting-town");
    let headers = [("cookie", cookie.as_str()), ("x-csrf-token", token.as_str())];
    let address = format!("/api/v1/assessments/{TROUBLED}");
    let get = async || county.ask(request(axum::http::Method::GET, &address, &headers)).await.text();
    assert!(get().await.contains("机密代号5"));
    let entrance = county.app.entrance();
    let secret = cookie.split_once('=').unwrap().1;
    let caller = entrance.recognise(secret, None).unwrap().unwrap();
    entrance.act_for(&caller, Some(TROUBLED), true).unwrap();
    let text = get().await;
    assert!(!text.contains(SECRET) && text.contains(OVER_HTTP[1]), "{text}");
}

#[tokio::test]
async fn a_department_sees_its_own_records_with_their_place_and_those_of_others_as_anybody_does() {
    let county = accounts();
    let address = format!("/api/v1/assessments/{BURNT}");
    let fire = ask(&county, "fire-brigade", &address).await.text();
    assert!(fire.contains("台账.xlsx!2020!2\"") && !fire.contains("机密盗"), "{fire}");
    let police = ask(&county, "police", &address).await.text();
    assert!(police.contains("机密盗3") && !police.contains("台账.xlsx!2020!2\""), "{police}");
}

#[tokio::test]
async fn in_a_list_a_town_sees_its_own_villages_in_full_and_others_as_anybody_does() {
    let county = accounts();
    let points = async |name: &str, village: &str| {
        let list = ask(&county, name, "/api/v1/assessments?period=2020").await.json();
        assert_eq!(list["source"]["run"], RELEASED_RUN.0);
        let items = list["items"].as_array().unwrap().clone();
        items.iter().find(|item| item["unit"]["id"] == village).unwrap()["criteria"]["no_gang"]["points"].clone()
    };
    assert_eq!(points("tangxia-town", TROUBLED).await, "13");
    assert!(points("tangxia-town", CALM).await.is_null());
    assert!(points("anyang-town", TROUBLED).await.is_null());
    assert!(points("own-village", TROUBLED).await.is_null());
    let gangs = ask(&county, "tangxia-town", "/api/v1/lists/gangs?period=2020").await.text();
    assert!(gangs.contains("机密代号5"), "{gangs}");
    assert!(!ask(&county, "anyang-town", "/api/v1/lists/gangs?period=2020").await.text().contains(SECRET));
}

#[tokio::test]
async fn a_run_that_is_not_released_is_open_to_those_who_answer_for_the_result_alone() {
    let county = accounts();
    let of = |village: &str| format!("/api/v1/runs/{NEWEST_RUN}/assessments/{village}");
    for (name, village, status) in [
        ("office", CALM, StatusCode::OK),
        ("anyang-town", CALM, StatusCode::OK),
        ("tangxia-town", CALM, StatusCode::NOT_FOUND),
        ("own-village", TROUBLED, StatusCode::NOT_FOUND),
        ("auditor", CALM, StatusCode::NOT_FOUND),
    ] {
        assert_eq!(ask(&county, name, &of(village)).await.status, status, "{name} {village}");
    }
    let all = format!("/api/v1/runs/{NEWEST_RUN}/assessments");
    for (name, narrowed, status) in [
        ("anyang-town", "", StatusCode::NOT_FOUND),
        ("anyang-town", "?town=330381101000", StatusCode::NOT_FOUND),
        ("anyang-town", "?town=330381102000", StatusCode::OK),
        ("police", "", StatusCode::OK),
        ("own-village", "?town=330381101702", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(ask(&county, name, &format!("{all}{narrowed}")).await.status, status, "{name} {narrowed}");
        assert_eq!(
            ask(&county, name, &format!("/api/v1/runs/{NEWEST_RUN}")).await.status,
            StatusCode::NOT_FOUND,
            "{name}"
        );
    }
}

#[tokio::test]
async fn every_look_behind_what_is_public_stands_in_the_log() {
    let county = accounts();
    let noted = || {
        let last = county.store.last_entry().unwrap().unwrap();
        (last.who, last.action, last.subject, last.id)
    };
    let look = |run: u64, who: &str| (who.into(), "inspect".into(), "assessment".into(), format!("{run}/{TROUBLED}"));
    ask(&county, "tangxia-town", &format!("/desk/villages/{TROUBLED}")).await;
    assert_eq!(noted(), look(3, "tangxia-town"));
    ask(&county, "own-village", &format!("/api/v1/assessments/{TROUBLED}")).await;
    assert_eq!(noted(), look(2, "own-village"));
    let before = county.store.last_entry().unwrap().unwrap().number;
    county.get(&format!("/api/v1/assessments/{TROUBLED}")).await;
    ask(&county, "auditor", &format!("/villages/{TROUBLED}")).await;
    // Logging in is all that was noted.
    assert_eq!(county.store.last_entry().unwrap().unwrap().number, before + 1);
}
