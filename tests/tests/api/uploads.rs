//! Uploads over HTTP: dry run, faults at their cells, storing, taking back.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use insta::assert_snapshot;

use super::county::*;

const GOOD: &str =
    "区划代码,发生日期,编号,死亡人数,报告人\n330381101701,2020-07-01,H7,0,王某\n330381101702,2020-07-02,H8,1,\n";
const FAULTY: &str = "区划代码,发生日期,编号,死亡人数\n330381101701,2020-07-01,H7,两人\n330381101709,2020-02-30,H8,1\n330381101702,2020-07-02,H9,0\n";

/// A form with files and fields.
fn form(files: &[(&str, &[u8])], fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Request<Body> {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    for (name, bytes) in files {
        let heading = format!("--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        body.extend(heading.bytes());
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--x--\r\n");
    let mut request = Request::post("/api/v1/uploads").header("content-type", "multipart/form-data; boundary=x");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body)).unwrap()
}

pub async fn upload(county: &County, files: &[(&str, &[u8])], fields: &[(&str, &str)]) -> Answer {
    county.ask(form(files, fields, &[("authorization", &bearer())])).await
}

async fn batches(county: &County) -> usize {
    county.get_as_staff("/api/v1/batches").await.json()["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_dry_run_says_what_would_happen_and_stores_nothing() {
    let county = County::new();
    let gbk = encoding_rs::GB18030.encode(FAULTY).0.into_owned();
    let report = upload(&county, &[("火灾.csv", &gbk)], &[("dry_run", "true"), ("kind", "fire")]).await;
    assert_eq!(report.status, StatusCode::OK);
    assert_snapshot!("a_dry_run_with_faults", report.steady());
    assert_eq!(batches(&county).await, 2);
}

#[tokio::test]
async fn faults_are_a_problem_with_every_cell_and_nothing_is_stored() {
    let county = County::new();
    let refused = upload(&county, &[("火灾.csv", FAULTY.as_bytes())], &[("kind", "fire")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_snapshot!("an_upload_with_faults", refused.steady());
    assert_eq!(batches(&county).await, 2);
}

#[tokio::test]
async fn the_good_rows_alone_are_stored_when_that_is_asked_for() {
    let county = County::new();
    let fields = [("kind", "fire"), ("accept_good_rows", "true")];
    let stored = upload(&county, &[("火灾.csv", FAULTY.as_bytes())], &fields).await;
    assert_eq!(stored.status, StatusCode::CREATED);
    assert_eq!(stored.json()["new"], 1);
    assert_eq!(stored.json()["corrections"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_upload_becomes_a_batch_that_can_be_taken_back_whole() {
    let county = County::new();
    let statement = r#"{"kind": "fire", "area": "330381000000", "from": "2020-07-01", "to": "2020-07-31"}"#;
    let fields = [
        ("kind", "fire"),
        ("by", "消防救援大队"),
        ("what", "七月火灾"),
        ("received_on", "2020-08-03"),
        ("statement", statement),
    ];
    let stored = upload(&county, &[("火灾.csv", GOOD.as_bytes())], &fields).await;
    assert_eq!(stored.status, StatusCode::CREATED);
    assert_eq!(stored.header("location"), "/api/v1/batches/3");
    assert_snapshot!("an_upload_that_is_stored", stored.steady());
    assert_snapshot!("its_batch", county.get_as_staff("/api/v1/batches/3").await.steady());

    let again = upload(&county, &[("火灾.csv", GOOD.as_bytes())], &[("kind", "fire")]).await;
    assert_eq!((again.status, &again.json()["nothing_new"]), (StatusCode::OK, &true.into()));

    let undo = |address: &str| request(Method::DELETE, address, &[("authorization", &bearer())]);
    let nameless = county.ask(undo("/api/v1/uploads/3?reason=%20")).await;
    assert_eq!((nameless.status, nameless.json()["code"].clone()), (StatusCode::BAD_REQUEST, "bad-parameter".into()));
    let undone = county.ask(undo("/api/v1/uploads/3?reason=%E6%8A%A5%E9%94%99%E4%BA%86")).await;
    assert_eq!(undone.json()["withdrawn"]["why"], "报错了");
    let twice = county.ask(undo("/api/v1/uploads/3?reason=x")).await;
    assert_eq!((twice.status, twice.json()["detail"].clone()), (StatusCode::CONFLICT, "批次 3 已经撤回".into()));
}

#[tokio::test]
async fn a_day_of_receipt_that_is_still_to_come_is_refused_whatever_is_accepted() {
    let county = County::new();
    for accepting in ["false", "true"] {
        let fields = [("kind", "fire"), ("received_on", "2162-01-15"), ("accept_good_rows", accepting)];
        let refused = upload(&county, &[("火灾.csv", GOOD.as_bytes())], &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
        let fault = refused.json()["faults"][0].clone();
        assert_eq!(fault["code"], "received-in-future", "{fault}");
        assert!(fault["message"].as_str().unwrap().contains("2162-01-15"), "{fault}");
    }
    assert_eq!(batches(&county).await, 2);
}

#[tokio::test]
async fn an_upload_without_the_token_is_not_even_read() {
    let county = County::new();
    let answer = county.ask(form(&[("a.csv", GOOD.as_bytes())], &[], &[])).await;
    assert_eq!((answer.status, answer.json()["code"].clone()), (StatusCode::UNAUTHORIZED, "token-required".into()));
    let wrong = county.ask(form(&[], &[], &[("authorization", "Bearer no")])).await;
    assert_eq!(wrong.json()["code"], "wrong-token");
    assert_eq!(batches(&county).await, 2);
}

#[tokio::test]
async fn a_form_is_held_to_its_fields() {
    let county = County::new();
    let code = async |files: &[(&str, &[u8])], fields: &[(&str, &str)]| {
        let answer = upload(&county, files, fields).await;
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        (answer.status.as_u16(), detail)
    };
    let file: &[(&str, &[u8])] = &[("火灾.csv", GOOD.as_bytes())];
    assert_eq!(code(&[], &[]).await, (400, "参数「file」:至少要有一个文件或一项报齐".to_owned()));
    assert_eq!(code(file, &[("dryrun", "1")]).await, (400, "参数「dryrun」:没有这一项".to_owned()));
    assert_eq!(code(file, &[("dry_run", "maybe")]).await, (400, "参数「dry_run」:应为 true 或 false".to_owned()));
    assert_eq!(code(file, &[("received_on", "2020-13-01")]).await.0, 400);
    assert_eq!(code(file, &[("statement", "{}")]).await.0, 400);
    let plain = Request::post("/api/v1/uploads").header("authorization", bearer()).body(Body::from("x")).unwrap();
    assert_eq!(county.ask(plain).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn what_is_uploaded_is_found_at_once() {
    let county = County::new();
    let rows = "code,name,level,parent\n330381000000,瑞安市,county,\n330381102000,安阳街道,town,330381000000\n\
                330381102703,新垟村村民委员会,village,330381102000\n";
    assert_eq!(county.get("/api/v1/units/330381102703").await.status, StatusCode::NOT_FOUND);
    let stored = upload(&county, &[("区划.csv", rows.as_bytes())], &[("received_on", "2020-12-01")]).await;
    assert_eq!(stored.status, StatusCode::CREATED, "{}", stored.text());
    assert_eq!(county.get("/api/v1/units/330381102703").await.json()["short_name"], "新垟村");
}

#[tokio::test]
async fn a_template_is_a_workbook_named_after_its_kind() {
    let county = County::new();
    let template = county.get_as_staff("/api/v1/templates/fire").await;
    assert_eq!(template.status, StatusCode::OK);
    assert!(template.bytes.starts_with(b"PK"));
    assert!(template.headers["content-disposition"].to_str().unwrap().contains("%E7%81%AB%E7%81%BE"));
    // A template as it comes can be handed in: it brings nothing and no fault.
    let report = upload(&county, &[("模板.xlsx", &template.bytes)], &[("dry_run", "true")]).await.json();
    assert_eq!((&report["nothing_new"], &report["faulty"]), (&true.into(), &0.into()));
    assert_eq!(county.get_as_staff("/api/v1/templates/flood").await.status, StatusCode::NOT_FOUND);
    assert_eq!(county.get("/api/v1/templates").await.status, StatusCode::UNAUTHORIZED);
}
