//! Results, lists, units and standards as they are asked for.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use insta::assert_snapshot;

use super::county::*;

#[tokio::test]
async fn results_of_a_period_come_with_the_run_they_are_from() {
    let county = County::new();
    assert_snapshot!("results_of_a_period", county.get("/api/v1/assessments?period=2020").await.steady());
    let newest = county.get_as_staff("/api/v1/assessments?period=2020").await.json();
    assert_eq!(newest["source"]["run"], 3);
}

#[tokio::test]
async fn results_are_chosen_by_rating_list_and_town() {
    let county = County::new();
    let units = async |query: &str| -> Vec<String> {
        let found = county.get(&format!("/api/v1/assessments?{query}")).await.json();
        let items = found["items"].as_array().unwrap();
        items.iter().map(|item| item["unit"]["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(units("rating=%E8%B5%84%E6%96%99%E4%B8%8D%E5%85%A8").await, [SILENT]);
    assert_eq!(units("list=negative").await, [BURNT, TROUBLED]);
    assert_eq!(units(&format!("town={ANYANG}")).await, [CALM, SILENT]);
    assert_eq!(units(&format!("town={ANYANG}&list=negative")).await, [""; 0]);
    assert_eq!(units("level=town").await, ["town:330381101000", "town:330381102000"]);
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_and_stay_with_their_run() {
    let county = County::new();
    let first = county.get_as_staff("/api/v1/runs/2/assessments?limit=3").await.json();
    let cursor = first["next"].as_str().unwrap().to_owned();
    assert_eq!(first["items"].as_array().unwrap().len(), 3);
    // The run in force is another one by now; the page is of the first one's.
    let second = county.get_as_staff(&format!("/api/v1/assessments?limit=3&cursor={cursor}")).await.json();
    assert_eq!(second["source"]["run"], 2);
    assert_eq!(second["items"][0]["unit"]["id"], SILENT);
    assert!(second["next"].is_null());
}

#[tokio::test]
async fn a_cursor_is_no_way_into_a_run_that_is_not_released() {
    let county = County::new();
    let first = county.get_as_staff("/api/v1/runs/3/assessments?limit=1").await.json();
    let cursor = first["next"].as_str().unwrap();
    let answer = county.get(&format!("/api/v1/assessments?cursor={cursor}")).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_table_opens_in_a_spreadsheet() {
    let county = County::new();
    let table = county.get("/api/v1/assessments?format=csv").await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    assert!(table.header("content-disposition").starts_with("attachment; filename*=UTF-8''small-2020"));
    assert_eq!(&table.bytes[..3], [0xEF, 0xBB, 0xBF]);
    let mut text = table.text().replace('\r', "");
    for item in county.get("/api/v1/assessments").await.json()["items"].as_array().unwrap() {
        text = text.replace(item["receipt"].as_str().unwrap(), "…");
    }
    assert_snapshot!("results_as_a_table", text);
    let accepted = county.ask(request(Method::GET, "/api/v1/assessments", &[("accept", "text/csv")])).await;
    assert_eq!(accepted.bytes, table.bytes);
}

#[tokio::test]
async fn a_table_that_staff_take_away_says_in_its_last_line_who_took_it_and_when() {
    let county = County::new();
    let internal = county.get_as_staff("/api/v1/runs/2/assessments?format=csv").await.text();
    let last = internal.lines().last().unwrap();
    let at = liuwu_engine::period::Date::to_string(&county.app.today());
    assert!(last.starts_with(&format!("内部资料 · operator · {at} ")), "{last}");
    let width = |line: &str| line.matches(',').count();
    assert_eq!(width(last), width(internal.lines().next().unwrap()), "it is a row like the others");
    let public = county.get("/api/v1/runs/2/assessments?format=csv").await.text();
    assert!(!public.contains("内部资料") && public.lines().count() + 1 == internal.lines().count(), "{public}");
}

#[tokio::test]
async fn the_negative_list_names_reason_department_and_town() {
    let county = County::new();
    assert_snapshot!("the_negative_list", county.get("/api/v1/lists/negative").await.steady());
    let of = async |query: &str| {
        let found = county.get(&format!("/api/v1/lists/negative?{query}")).await.json();
        found["items"].as_array().unwrap().len()
    };
    assert_eq!(of("department=%E6%B6%88%E9%98%B2%E6%95%91%E6%8F%B4%E5%A4%A7%E9%98%9F").await, 1);
    assert_eq!(of(&format!("town={ANYANG}")).await, 0);
    assert_snapshot!("a_list_of_records", county.get("/api/v1/lists/hazards").await.steady());
}

#[tokio::test]
async fn a_unit_has_its_results_of_all_periods_that_the_reader_may_see() {
    let county = County::new();
    let address = format!("/api/v1/units/{CALM}/assessments");
    let periods = |json: serde_json::Value| -> Vec<String> {
        let items = json["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["source"]["period"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(periods(county.get(&address).await.json()), ["2020"]);
    assert_eq!(periods(county.get_as_staff(&address).await.json()), ["2020", "2019"]);
}

#[tokio::test]
async fn a_unit_is_found_by_name_and_named_with_its_town() {
    let county = County::new();
    // 上岙
    assert_snapshot!("units_of_one_name", county.get("/api/v1/units?q=%E4%B8%8A%E5%B2%99%E6%9D%91").await.steady());
    let by_code = county.get("/api/v1/units?q=3303811017").await.json();
    assert_eq!(by_code["items"].as_array().unwrap().len(), 2);
    let page = county.get(&format!("/api/v1/units?town={TANGXIA}&limit=1")).await.json();
    let next =
        county.get(&format!("/api/v1/units?town={TANGXIA}&cursor={}", page["next"].as_str().unwrap())).await.json();
    assert_eq!(next["items"][0]["id"], TROUBLED);
    assert_eq!(county.get(&format!("/api/v1/units/{BURNT}")).await.json()["above"][0]["name"], "塘下镇");
}

#[tokio::test]
async fn the_tree_of_divisions_can_be_walked() {
    let county = County::new();
    assert_snapshot!("a_division", county.get(&format!("/api/v1/divisions/{TANGXIA}")).await.steady());
    let towns = county.get(&format!("/api/v1/divisions?parent={COUNTY}")).await.json();
    assert_eq!(towns["items"][1]["name"], "安阳街道");
    assert_eq!(towns["items"][1]["children"], 2);
}

#[tokio::test]
async fn standards_are_public_with_their_text_outline_and_dictionary() {
    let county = County::new();
    assert_snapshot!("bundles", county.get("/api/v1/bundles").await.steady());
    let edition = "/api/v1/bundles/small/editions/current";
    assert_snapshot!("an_edition_in_outline", county.get(edition).await.steady());
    let text = county.get(&format!("{edition}/text")).await;
    assert_eq!(text.text(), include_str!("../../../fixtures/bundles/disclosure.yaml"));
    assert_eq!(text.header("content-type"), "application/yaml; charset=utf-8");
    assert_snapshot!("a_record_kind", county.get(&format!("{edition}/record-kinds/fire")).await.steady());
    assert_eq!(county.get(&format!("{edition}/record-kinds")).await.json()["kinds"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_run_can_be_proved_with_the_token() {
    let county = County::new();
    assert_snapshot!("a_run", county.get("/api/v1/runs/2").await.steady());
    let verify = |headers: &[(&str, &str)]| request(Method::POST, "/api/v1/runs/2/verify", headers);
    assert_eq!(county.ask(verify(&[])).await.status, StatusCode::UNAUTHORIZED);
    let proved = county.ask(verify(&[("authorization", &bearer())])).await.json();
    assert_eq!((&proved["reproduced"], &proved["compared"]), (&true.into(), &7.into()));
}

fn post(address: &str, body: &str) -> Request<Body> {
    let headers = [("authorization", bearer()), ("content-type", "application/json".to_owned())];
    let request = Request::post(address).body(Body::from(body.to_owned())).unwrap();
    headers.into_iter().fold(request, |mut request, (name, value)| {
        request.headers_mut().insert(name, value.parse().unwrap());
        request
    })
}

#[tokio::test]
async fn units_are_scored_released_and_taken_back_over_http() {
    let county = County::new();
    let scored = county.ask(post("/api/v1/runs", r#"{"periods": "2020", "as_of": "2021-03-01"}"#)).await;
    assert_eq!((scored.status, scored.header("location")), (StatusCode::CREATED, "/api/v1/runs/4"));
    let seen = async || county.get("/api/v1/assessments?period=2020").await.json()["source"]["run"].clone();
    assert_eq!(seen().await, 2);
    let released = county.ask(post("/api/v1/runs/4/release", r#"{"reason": "公示"}"#)).await;
    assert_eq!(released.json()["released"], true);
    assert_eq!(seen().await, 4);
    let retracted = county.ask(post("/api/v1/runs/4/retract", r#"{"reason": "复核"}"#)).await;
    assert_eq!(retracted.json()["released"], false);
    assert_eq!(seen().await, 2);

    let code = async |address: &str, body: &str| county.ask(post(address, body)).await.json()["code"].clone();
    assert_eq!(code("/api/v1/runs", r#"{"periods": "1999"}"#).await, "period-not-assessed");
    assert_eq!(code("/api/v1/runs", r#"{"periods": "soon"}"#).await, "bad-parameter");
    assert_eq!(code("/api/v1/runs", r#"{"period": "2020"}"#).await, "bad-body");
    assert_eq!(code("/api/v1/runs/4/release", r#"{"reason": " "}"#).await, "bad-parameter");
    assert_eq!(code("/api/v1/runs/2/release", r#"{"reason": "再"}"#).await, "conflict");
    let stranger = request(Method::POST, "/api/v1/runs/4/release", &[("content-type", "application/json")]);
    assert_eq!(county.ask(stranger).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let county = County::new();
    let address = "/api/v1/assessments?period=2020";
    let first = county.get(address).await;
    assert_eq!(first.header("cache-control"), "public, no-cache");
    let tag = first.header("etag").to_owned();
    let again = county.ask(request(Method::GET, address, &[("if-none-match", &tag)])).await;
    assert_eq!((again.status, again.bytes.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(again.header("etag"), tag);
    // What staff see is another answer, and stays out of shared caches.
    let staff = [("if-none-match", tag.as_str()), ("authorization", &bearer())];
    let staff = county.ask(request(Method::GET, address, &staff)).await;
    assert_eq!(staff.status, StatusCode::OK);
    assert_eq!(staff.header("cache-control"), "private, no-store");
}

#[tokio::test]
async fn every_answer_carries_its_number_and_security_headers_and_large_ones_are_packed() {
    let county = County::new();
    let answer = county.ask(request(Method::GET, "/api/v1/assessments", &[("accept-encoding", "gzip")])).await;
    assert_eq!(answer.header("content-encoding"), "gzip");
    assert_eq!(answer.header("x-request-id").len(), 16);
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("referrer-policy"), "same-origin");
    assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"));
}

#[tokio::test]
async fn health_tells_strangers_only_that_it_works() {
    let county = County::new();
    assert_snapshot!("health_for_strangers", county.get("/api/v1/health").await.steady());
    assert_snapshot!("health_for_staff", county.get_as_staff("/api/v1/health").await.steady());
}
