//! What is seen without the token and what is not.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use insta::assert_snapshot;
use liuwu::store::Store;
use liuwu_engine::number::Number;
use serde_json::Value as Json;

use super::county::*;

#[tokio::test]
async fn a_village_is_explained_to_the_public_as_far_as_the_standard_lets_it() {
    let county = County::new();
    assert_snapshot!("explained_to_the_public", county.get(&format!("/api/v1/assessments/{BURNT}")).await.steady());
    let troubled = county.get(&format!("/api/v1/assessments/{TROUBLED}")).await;
    assert_snapshot!("what_is_only_met_or_not_is_one_sum", troubled.steady());
}

#[tokio::test]
async fn with_the_token_the_same_village_is_explained_down_to_the_row_of_the_file() {
    let county = County::new();
    let explained = county.get_as_staff(&format!("/api/v1/runs/{RELEASED_RUN}/assessments/{TROUBLED}")).await;
    assert_snapshot!("explained_to_staff", explained.steady());
}

/// Every address that can be asked for with GET, with every name that it could be asked with.
fn addresses() -> Vec<String> {
    let document: Json = serde_json::from_str(liuwu::api::openapi::document()).unwrap();
    let mut addresses = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        // The document itself is the same for everybody and knows no data.
        if operations.get("get").is_none() || path.ends_with("openapi.json") {
            continue;
        }
        let mut filled = vec![path.clone()];
        let names: [(&str, &[&str]); 9] = [
            ("{id}", &[COUNTY, TANGXIA, BURNT, TROUBLED, CALM, SILENT]),
            ("{unit}", &[BURNT, TROUBLED, CALM, SILENT, "town:330381101000", "town:330381102000", "all"]),
            ("{run}", &["1", "2", "3"]),
            ("{list}", &["negative", "hazards", "gangs", "thefts"]),
            ("{bundle}", &["small"]),
            ("{edition}", &["2020", "current"]),
            ("{kind}", &["fire", "theft", "gang", "hazard"]),
            ("{batch}", &["1", "2"]),
            ("{none}", &[]),
        ];
        for (place, values) in names {
            if path.contains(place) {
                filled = filled.iter().flat_map(|path| values.iter().map(|name| path.replace(place, name))).collect();
            }
        }
        for path in filled {
            for query in ["", "?period=2019", "?period=2020", "?format=csv", "?level=town", "?level=all", "?list=gangs"]
            {
                addresses.push(format!("{path}{query}"));
            }
        }
    }
    addresses
}

#[tokio::test]
async fn nothing_restricted_personal_or_unreleased_is_ever_answered_without_the_token() {
    let county = County::new();
    let (mut answered, mut refused) = (0, BTreeSet::new());
    for address in addresses() {
        let answer = county.get(&address).await;
        let text = answer.text();
        for mark in [SECRET, UNRELEASED, "代号", ".xlsx!"] {
            // The bundle is public, and its text says how reasons are written.
            let is_template = address.contains("/text") && mark == "代号";
            // A field is described by its title; no value of one is given.
            let is_title = address.contains("record-kinds") && mark == "代号";
            assert!(is_template || is_title || !text.contains(mark), "{address} says 「{mark}」");
        }
        match answer.status {
            StatusCode::OK => answered += 1,
            status => {
                refused.insert(status.as_u16());
            }
        }
    }
    // The scan means something only if most of it is answered, and nothing breaks down on the way.
    assert!(answered > 100, "{answered}");
    assert_eq!(refused, BTreeSet::from([400, 401, 404]));
}

#[tokio::test]
async fn a_run_that_is_not_released_does_not_exist_for_the_public() {
    let county = County::new();
    let hidden = county.get(&format!("/api/v1/runs/{NEWEST_RUN}")).await;
    let missing = county.get("/api/v1/runs/99").await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND);
    assert_eq!(hidden.steady(), missing.steady().replace("99", "3"));
    assert_eq!(county.get_as_staff(&format!("/api/v1/runs/{NEWEST_RUN}")).await.status, StatusCode::OK);
    let runs = county.get("/api/v1/runs").await.json();
    assert_eq!(runs["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_release_that_is_taken_back_takes_the_results_with_it() {
    let county = County::new();
    let address = format!("/api/v1/assessments/{BURNT}");
    let before = county.get(&address).await;
    county.store.retract(RELEASED_RUN, act("2021-03-01")).unwrap();
    let known = request(axum::http::Method::GET, &address, &[("if-none-match", before.header("etag"))]);
    assert_eq!(county.ask(known).await.status, StatusCode::NOT_FOUND);
    county.store.release(NEWEST_RUN, act("2021-03-02")).unwrap();
    assert_eq!(county.get(&address).await.json()["source"]["run"], 3);
}

fn number(json: &Json) -> Number {
    Number::parse_exact(json.as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn the_arithmetic_adds_up_to_the_score_for_every_reader() {
    let county = County::new();
    for village in [BURNT, TROUBLED, CALM] {
        let address = format!("/api/v1/runs/{RELEASED_RUN}/assessments/{village}");
        for answer in [county.get(&address).await, county.get_as_staff(&address).await] {
            let explained = answer.json();
            let lines = explained["arithmetic"].as_array().unwrap();
            let sum = Number::sum(lines.iter().map(|line| number(&line["adds"]))).unwrap();
            assert_eq!(sum, number(&explained["assessment"]["score"]), "{village}");
            assert_eq!(lines.last().unwrap()["sum"], explained["assessment"]["score"], "{village}");
        }
    }
}

#[tokio::test]
async fn one_and_two_are_not_told_apart_in_a_village_and_are_told_in_the_county() {
    let county = County::new();
    let figures = async |unit: &str| {
        county.get(&format!("/api/v1/assessments/{unit}")).await.json()["assessment"]["figures"].clone()
    };
    let (burnt, troubled) = (figures(BURNT).await, figures(TROUBLED).await);
    assert_eq!((&burnt["thefts"], &troubled["thefts"]), (&"<3".into(), &"4".into()));
    // Two dead are people, though the kind is public; one fire is none.
    assert_eq!((&burnt["deaths"], &burnt["fires"]), (&"<3".into(), &"1".into()));
    assert_eq!(figures("all").await["deaths"], "2");
    // A rate would tell the number behind it, and how many cases there are is nobody's business.
    for (village, figure) in [(&burnt, "theft_rate"), (&troubled, "theft_rate"), (&troubled, "cases")] {
        assert_eq!(village.get(figure), None);
    }
    let known = county.get_as_staff(&format!("/api/v1/assessments/{TROUBLED}")).await.json();
    assert_eq!(known["assessment"]["figures"]["cases"], "2");
}

#[tokio::test]
async fn lists_of_restricted_matters_are_counted_or_empty() {
    let county = County::new();
    let thefts = county.get("/api/v1/lists/thefts").await.steady();
    assert_snapshot!("a_list_of_which_only_counts_are_public", thefts);
    let gangs = county.get("/api/v1/lists/gangs").await.json();
    assert_eq!(gangs["items"].as_array().unwrap().len(), 0);
    let known = county.get_as_staff("/api/v1/lists/gangs").await.json();
    assert_eq!(known["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_wrong_token_is_not_taken_for_none() {
    let county = County::new();
    for token in ["Bearer wrong", "Bearer", "Basic YTpi", &format!("Bearer {TOKEN}x")] {
        let wrong = request(axum::http::Method::GET, "/api/v1/runs", &[("authorization", token)]);
        let answer = county.ask(wrong).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{token}");
        assert_eq!(answer.json()["code"], "wrong-token");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
}
