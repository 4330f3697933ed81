//! Who sees what of lists of results: every kind of account against the lists of the API and the pages of results, so that each sees
//! in full what it answers for, and of everything else what anybody sees.

use axum::http::{Method, StatusCode};
use insta::assert_snapshot;
use liuwu::store::Journal;

use super::county::*;
use super::roles::session;
use super::viewers::{ACCOUNTS, accounts};

/// The lists of the API, with or without a town.
const LISTS: [(&str, &str); 4] = [
    ("gangs", "/api/v1/lists/gangs?period=2020"),
    ("gangs of Tangxia", "/api/v1/lists/gangs?period=2020&town=330381101000"),
    ("gangs of Anyang", "/api/v1/lists/gangs?period=2020&town=330381102000"),
    ("thefts", "/api/v1/lists/thefts?period=2020"),
];
/// The code name of a gang, and the number of a theft.
const IN_LISTS: [&str; 3] = ["机密代号5", "机密盗9", ".xlsx!"];

/// The pages of results for staff, and the public page that each stands beside.
const PAGES: [(&str, &str); 3] = [
    ("/desk/city?period=2020", "/city?period=2020"),
    ("/desk/negative-list?period=2020", "/negative-list?period=2020"),
    ("/desk/villages?town=330381101000", "/search?town=330381101000"),
];
/// Villages of Tangxia with a gang and with a fire, and one of Anyang that only the run in force knows to have had a fire.
const ON_PAGES: [&str; 3] = [TROUBLED, BURNT, CALM];

async fn ask(county: &County, name: &str, address: &str) -> Answer {
    let cookie = if name == "anybody" { String::new() } else { session(county, name).0 };
    county.ask(request(Method::GET, address, &[("cookie", &cookie)])).await
}

fn everybody() -> impl Iterator<Item = &'static str> {
    std::iter::once("anybody").chain(ACCOUNTS.iter().map(|(name, ..)| *name))
}

fn marks(text: &str, parts: &[&str]) -> String {
    parts.iter().map(|mark| if text.contains(mark) { "✓" } else { "·" }).collect()
}

#[tokio::test]
async fn each_account_sees_of_a_list_what_it_answers_for_and_no_more() {
    let county = accounts();
    let head: String = LISTS.iter().map(|(title, _)| format!("  {title:<18}")).collect();
    let mut table = vec![format!("{:<15}{head}", "run: gang, theft, place")];
    for name in everybody() {
        let mut row = format!("{name:<23}");
        for (_, address) in LISTS {
            let answer = ask(&county, name, address).await;
            let run = answer.json()["source"]["run"].to_string();
            row.push_str(&format!("  {:<18}", format!("{run}: {}", marks(&answer.text(), &IN_LISTS))));
            let caching = if name == "anybody" { "public, no-cache" } else { "private, no-store" };
            assert_eq!(answer.header("cache-control"), caching, "{name} {address}");
        }
        table.push(row.trim_end().to_owned());
    }
    assert_snapshot!("what_each_account_sees_of_lists", table.join("\n"));
}

#[tokio::test]
async fn pages_of_results_for_staff_open_for_those_who_see_more_and_public_ones_stay_as_they_are() {
    let county = accounts();
    let mut before = Vec::new();
    for (_, public) in PAGES {
        before.push(county.get(public).await.text());
    }
    let mut table = vec![format!("{:<15} city       negative   villages    (gang, fire, late fire)", "")];
    for name in everybody() {
        let mut row = format!("{name:<15}");
        for ((internal, public), before) in PAGES.iter().zip(&before) {
            let page = ask(&county, name, internal).await;
            let opened = page.status == StatusCode::OK;
            let text = page.text();
            assert_eq!(opened, text.contains("class=\"watermark\"") && text.contains("内部资料"), "{name} {internal}");
            assert_eq!(opened, page.header("cache-control") == "private, no-store", "{name} {internal}");
            let seen = if opened { marks(&text, &ON_PAGES) } else { String::new() };
            row.push_str(&format!(" {:<10}", format!("{} {seen}", page.status.as_u16())));
            // The public page shows everybody the same; those who may are led to the other one.
            let on_public = ask(&county, name, public).await.text();
            let leads = internal.split('?').next().unwrap();
            assert_eq!(opened, on_public.contains(leads), "{name} is led to {internal}");
            assert_eq!(marks(&on_public, &ON_PAGES), marks(before, &ON_PAGES), "{name} {public}");
            assert!(!on_public.contains(UNRELEASED), "{name} {public}");
        }
        table.push(row.trim_end().to_owned());
    }
    assert_snapshot!("which_pages_of_results_open", table.join("\n"));
}

#[tokio::test]
async fn figures_of_a_town_are_those_of_its_own_villages_and_come_from_the_run_in_force() {
    let county = accounts();
    let city = async |name: &str| ask(&county, name, "/desk/city?period=2020").await.text();
    let (office, anyang) = (city("office").await, city("anyang-town").await);
    assert!(office.contains("2020-0003") && anyang.contains("2020-0003"), "the run in force is named");
    assert!(anyang.contains("安阳街道") && !anyang.contains("塘下镇"), "{anyang}");
    let deaths =
        |page: &str| page.split("火灾死亡人数").nth(1).unwrap().split("figure num\">").nth(1).unwrap()[..1].to_owned();
    assert_eq!((deaths(&office), deaths(&anyang)), ("3".to_owned(), "1".to_owned()));
    let public = county.get("/city?period=2020").await.text();
    assert_eq!(deaths(&public), "2", "what the public sees stays as it was released");
}

#[tokio::test]
async fn every_look_at_a_list_behind_what_is_public_stands_in_the_log() {
    let county = accounts();
    let noted = || {
        let last = county.store.last_entry().unwrap().unwrap();
        format!("{} {} {} {}", last.who, last.action, last.subject, last.id)
    };
    for (name, address, entry) in [
        ("anyang-town", "/desk/city?period=2020", "anyang-town inspect results 3/2020/city"),
        ("police", "/desk/negative-list?period=2020", "police inspect results 3/2020/negative-list"),
        ("office", "/desk/villages?q=x", "office inspect results 3/2020/villages"),
        ("police", "/api/v1/lists/gangs?period=2020", "police inspect list 3/2020/gangs"),
        ("tangxia-town", "/api/v1/assessments?period=2020", "tangxia-town inspect assessments 2/2020"),
        ("office", "/api/v1/assessments?period=2020&format=csv", "office inspect assessments 3/2020"),
    ] {
        assert_eq!(ask(&county, name, address).await.status, StatusCode::OK, "{name} {address}");
        assert_eq!(noted(), entry);
    }
    for (name, address) in [("auditor", "/city"), ("own-village", "/api/v1/lists/gangs?period=2020")] {
        ask(&county, name, address).await;
        assert_eq!(noted(), format!("{name} log-in account {name}"), "{name} sees what anybody sees");
    }
}

#[tokio::test]
async fn why_a_finding_is_exempted_is_told_to_those_who_answer_for_the_rule() {
    const WHY: &str = "机密事由";
    let county = accounts();
    for (name, told) in [
        ("office", true),
        ("anyang-town", true),
        ("tangxia-town", false),
        ("fire-brigade", false),
        ("emergency", true),
        ("calm-village", false),
        ("auditor", false),
        ("anybody", false),
    ] {
        let api = ask(&county, name, &format!("/api/v1/assessments/{CALM}?period=2020")).await.text();
        assert_eq!(api.contains(WHY), told, "{name}: {api}");
        let page = ask(&county, name, &format!("/desk/villages/{CALM}?period=2020")).await.text();
        assert_eq!(page.contains(WHY), told, "{name} on the page");
        assert_eq!(page.contains("批准：机密李某"), told, "{name} on the page");
    }
}
