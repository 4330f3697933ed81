//! Drafts over HTTP: handed in, looked at, decided about, mended, stored, taken back.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::{Value as Json, json};

use super::county::*;

/// A list as a town keeps it: its own header for the day, an old name of a village, a number in words.
const MESSY: &str =
    "镇街,村名,什么时候,编号,死亡人数\n塘下镇,老上岙,2020-07-01,H7,0\n塘下镇,前垟村,2020-07-02,H8,两人\n";

fn form(address: &str, files: &[(&str, &[u8])]) -> Request<Body> {
    let mut body = Vec::new();
    for (name, bytes) in files {
        let heading = format!("--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        body.extend(heading.bytes());
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--x--\r\n");
    Request::post(address)
        .header("content-type", "multipart/form-data; boundary=x")
        .header("authorization", bearer())
        .body(Body::from(body))
        .unwrap()
}

async fn begin(county: &County, files: &[(&str, &[u8])]) -> Json {
    let begun = county.ask(form("/api/v1/drafts", files)).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text());
    begun.json()
}

async fn send(county: &County, method: Method, address: &str, body: Json) -> Answer {
    let request = Request::builder().method(method).uri(address);
    let request = request.header("content-type", "application/json").header("authorization", bearer());
    county.ask(request.body(Body::from(body.to_string())).unwrap()).await
}

fn address(draft: &Json) -> String {
    format!("/api/v1/drafts/{}", draft["id"].as_str().unwrap())
}

fn counts(draft: &Json) -> [u64; 4] {
    ["new", "updated", "same", "faulty"].map(|name| draft["report"][name].as_u64().unwrap())
}

/// What a clerk decides about the messy list, once.
fn decisions() -> Json {
    json!({
        "tables": [{"file": "台账.csv", "kind": "fire", "columns": {"C": "date"}}],
        "aliases": {"塘下镇/老上岙": BURNT},
        "cells": [{"file": "台账.csv", "cell": "E3", "value": "2"}],
        "what": "七月火灾",
    })
}

#[tokio::test]
async fn a_messy_list_is_looked_at_mended_stored_and_taken_back() {
    let county = County::new();
    let gbk = encoding_rs::GB18030.encode(MESSY).0.into_owned();
    let draft = begin(&county, &[("台账.csv", &gbk)]).await;
    let here = address(&draft);

    let named = json!({"tables": [{"file": "台账.csv", "kind": "fire", "columns": {"C": "date"}}]});
    let looked = send(&county, Method::PATCH, &here, named).await.json();
    let table = &looked["report"]["tables"][0];
    assert_eq!((&table["title"], &table["header_row"]), (&json!("火灾"), &json!(1)));
    assert_eq!(table["columns"][2]["role"], "date");
    assert_eq!(table["unmatched"][0]["alias"], "塘下镇/老上岙");
    assert_eq!(table["rows"][1], json!({"number": 3, "cells": ["塘下镇", "前垟村", "2020-07-02", "H8", "两人"]}));
    assert_eq!(counts(&looked), [0, 0, 0, 2]);

    let refused = send(&county, Method::POST, &format!("{here}/commit"), json!({})).await;
    assert_eq!((refused.status, &refused.json()["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("faults")));

    let mended = send(&county, Method::PATCH, &here, decisions()).await.json();
    assert_eq!(counts(&mended), [2, 0, 0, 0], "{mended}");
    let effect = &mended["report"]["effect"];
    assert_eq!(effect["units"], 1, "two more deaths cost one village points: {effect}");
    assert_eq!(effect["moved"][0]["name"], "前垟村(塘下镇)");
    assert!(effect["moved"][0]["by"].as_str().unwrap().starts_with('-'));

    let stored = send(&county, Method::POST, &format!("{here}/commit"), json!({})).await;
    assert_eq!(stored.status, StatusCode::CREATED, "{}", stored.text());
    let batch = stored.json()["batch"].as_u64().unwrap();
    let heading = county.get_as_staff(&format!("/api/v1/batches/{batch}")).await.json();
    assert_eq!(heading["what"], "七月火灾");

    let twice = send(&county, Method::POST, &format!("{here}/commit"), json!({})).await;
    assert_eq!((twice.status, &twice.json()["code"]), (StatusCode::CONFLICT, &json!("draft-closed")));
    let undo = format!("/api/v1/uploads/{batch}?reason=x");
    assert_eq!(send(&county, Method::DELETE, &undo, json!({})).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_cell_that_was_mended_on_the_page_was_typed_and_the_others_were_not() {
    let county = County::new();
    let before = county.get_as_staff("/api/v1/burden").await.json();
    let draft = begin(&county, &[("台账.csv", MESSY.as_bytes())]).await;
    send(&county, Method::PATCH, &address(&draft), decisions()).await;
    let stored = send(&county, Method::POST, &format!("{}/commit", address(&draft)), json!({})).await;
    assert_eq!(stored.status, StatusCode::CREATED, "{}", stored.text());
    let after = county.get_as_staff("/api/v1/burden").await.json();
    let grown = |name: &str| after["filled"][name].as_u64().unwrap() - before["filled"][name].as_u64().unwrap();
    assert_eq!((grown("records"), grown("typed"), grown("reused")), (2, 1, 3), "{after}");

    // A correction of another field leaves what was typed as typed.
    let fewer = json!({"reason": "编号有误", "fields": {"no": "H9"}});
    let batch = stored.json()["batch"].as_u64().unwrap();
    let mended = send(&county, Method::POST, &format!("/api/v1/records/{batch}-2/correction"), fewer).await;
    assert_eq!(mended.status, StatusCode::CREATED, "{}", mended.text());
    let again = county.get_as_staff("/api/v1/burden").await.json();
    assert_eq!(again["filled"]["typed"].as_u64().unwrap() - before["filled"]["typed"].as_u64().unwrap(), 2, "{again}");
}

#[tokio::test]
async fn what_was_decided_once_need_not_be_decided_again() {
    let county = County::new();
    let first = begin(&county, &[("台账.csv", MESSY.as_bytes())]).await;
    send(&county, Method::PATCH, &address(&first), decisions()).await;
    let stored = send(&county, Method::POST, &format!("{}/commit", address(&first)), json!({})).await;
    assert_eq!(stored.status, StatusCode::CREATED);

    let august = MESSY.replace("2020-07", "2020-08").replace("H7", "H17").replace("H8", "H18").replace("两人", "0");
    let next = begin(&county, &[("八月.csv", august.as_bytes())]).await;
    assert_eq!(counts(&next), [2, 0, 0, 0], "header and village are known by now: {next}");
}

#[tokio::test]
async fn the_good_rows_go_in_and_the_others_come_back_marked_in_the_same_file() {
    let county = County::new();
    let rows = "镇街,村名,发生日期,编号,死亡人数\n塘下镇,上岙村,2020-07-01,H7,0\n塘下镇,前垟村,2020-07-02,H8,两人\n";
    let draft = begin(&county, &[("台账.csv", rows.as_bytes())]).await;
    assert_eq!(counts(&draft), [1, 0, 0, 1]);
    let here = address(&draft);

    let back = county.get_as_staff(&format!("{here}/corrections/%E5%8F%B0%E8%B4%A6.csv")).await;
    assert_eq!(back.status, StatusCode::OK, "{}", String::from_utf8_lossy(&back.bytes));
    let again = begin(&county, &[("改后.xlsx", &back.bytes)]).await;
    let fault = &again["report"]["faults"][0];
    assert_eq!((counts(&again), &fault["location"]["cell"]), ([1, 0, 0, 1], &json!("E3")), "{fault}");

    let stored = send(&county, Method::POST, &format!("{here}/commit"), json!({"good_rows": true})).await;
    assert_eq!(stored.status, StatusCode::CREATED, "{}", stored.text());
    let mended = json!({"cells": [{"file": "改后.xlsx", "sheet": "Sheet1", "cell": "E3", "value": "1"}]});
    let rest = send(&county, Method::PATCH, &address(&again), mended).await.json();
    assert_eq!(counts(&rest), [1, 0, 1, 0], "the row that went in already is the same");
}

#[tokio::test]
async fn what_a_file_was_declared_to_be_is_known_again_when_it_comes_back_mended() {
    let county = County::new();
    let rows = "区划代码,发生日期,编号\n330381101701,2020-07-01,Q7\n330381101702,七月,Q8\n";
    let draft = begin(&county, &[("登记.csv", rows.as_bytes())]).await;
    let declared = json!({"tables": [{"file": "登记.csv", "kind": "gang"}]});
    let declared = send(&county, Method::PATCH, &address(&draft), declared).await.json();
    assert_eq!(declared["report"]["tables"][0]["kind"], "gang", "{declared}");
    assert_ne!(draft["report"]["tables"][0]["kind"], "gang", "by its words alone it is something else");
    let back = county.get_as_staff(&format!("{}/corrections/%E7%99%BB%E8%AE%B0.csv", address(&draft))).await;
    assert_eq!(back.status, StatusCode::OK, "{}", String::from_utf8_lossy(&back.bytes));
    let again = begin(&county, &[("登记-需要改正.xlsx", &back.bytes)]).await;
    assert_eq!(again["report"]["tables"][0]["kind"], "gang", "{again}");
}

#[tokio::test]
async fn a_table_declared_complete_lists_what_it_no_longer_holds() {
    let county = County::new();
    let rows = "区划代码,列入日期,编号,整改日期\n330381101701,2020-03-01,Y1,2020-05-01\n";
    let draft = begin(&county, &[("隐患.csv", rows.as_bytes())]).await;
    let here = address(&draft);
    assert_eq!(counts(&draft), [0, 1, 0, 0], "a ledger handed in again updates what has changed: {draft}");
    assert_eq!(draft["report"]["missing"], json!([]));

    let whole = json!({"tables": [{"file": "隐患.csv", "complete": true}]});
    let whole = send(&county, Method::PATCH, &here, whole).await.json();
    let missing = whole["report"]["missing"].as_array().unwrap();
    assert_eq!(missing.len(), 2, "{whole}");
    assert!(missing.iter().all(|missing| missing["unit"] == CALM));
    let (effect, taking_back) = (&whole["report"]["effect"], &whole["report"]["effect_taking_back"]);
    assert!(effect["moved"].as_array().unwrap().iter().all(|moved| moved["unit"] != CALM), "{effect}");
    assert!(taking_back["units"].is_u64(), "what taking them back as well would do is told apart: {whole}");

    let commit = json!({"withdraw_missing": whole["report"]["missing_digest"]});
    let stored = send(&county, Method::POST, &format!("{here}/commit"), commit).await;
    assert_eq!(stored.status, StatusCode::CREATED, "{}", stored.text());
    let batch = stored.json()["batch"].as_u64().unwrap();
    let again = begin(&county, &[("隐患.csv", rows.as_bytes())]).await;
    let whole = json!({"tables": [{"file": "隐患.csv", "complete": true}]});
    let again = send(&county, Method::PATCH, &address(&again), whole).await.json();
    assert_eq!((counts(&again), &again["report"]["missing"]), ([0, 0, 1, 0], &json!([])));

    let heading = county.get_as_staff(&format!("/api/v1/batches/{batch}")).await.json();
    assert_eq!((&heading["taken_back"], &heading["superseded"]), (&json!(2), &json!(1)), "{heading}");
    let gone = missing[0]["record"].as_str().unwrap();
    let record = county.get_as_staff(&format!("/api/v1/records/{gone}")).await.json();
    assert_eq!((&record["state"], &record["with_batch"]), (&json!("withdrawn"), &json!(false)), "{record}");
    let preview = county.get_as_staff(&format!("/desk/batches/{batch}/undo")).await.text();
    assert!(preview.contains("<strong class=\"num\">3</strong> 条被更正或撤回的记录恢复计入"), "{preview}");
    let undone = send(&county, Method::DELETE, &format!("/api/v1/uploads/{batch}?reason=wrong"), json!({})).await;
    assert!(undone.status.is_success(), "{}", undone.text());
    let record = county.get_as_staff(&format!("/api/v1/records/{gone}")).await.json();
    assert_eq!(record["state"], "in-force", "undoing the batch brings back what it took back: {record}");
}

#[tokio::test]
async fn a_draft_can_be_left_listed_and_thrown_away() {
    let county = County::new();
    let draft = begin(&county, &[("a.csv", MESSY.as_bytes())]).await;
    let listed = county.get_as_staff("/api/v1/drafts").await.json();
    assert_eq!((&listed[0]["id"], &listed[0]["files"][0]["name"]), (&draft["id"], &json!("a.csv")));
    assert_eq!(county.get(&address(&draft)).await.status, StatusCode::UNAUTHORIZED);
    let gone = send(&county, Method::DELETE, &address(&draft), json!({})).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(county.get_as_staff(&address(&draft)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(county.get_as_staff("/api/v1/jobs/999").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_file_of_another_program_is_asked_for_as_a_workbook() {
    let county = County::new();
    let draft = begin(&county, &[("台账.et", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice())]).await;
    let fault = &draft["report"]["faults"][0];
    assert!(fault["help"].as_str().unwrap().contains("另存为 xlsx"), "{fault}");
    let refused = county.ask(form("/api/v1/drafts", &[])).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
}
