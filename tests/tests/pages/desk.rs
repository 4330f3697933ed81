//! The upload page: with plain forms as a browser without scripts sends them, and in a real browser from drop to undo.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get;
use liuwu::router::router;
use tokio::net::TcpListener;

use super::browser::{is_left_out, look};
use super::county::{Answer, County, bearer, request};

/// One good row and one with a number in words.
const FIRES: &str =
    "镇街,村名,发生日期,编号,死亡人数\n塘下镇,上岙村,2020-07-01,H7,0\n塘下镇,前垟村,2020-07-02,H8,两人\n";

async fn get_page(county: &County, address: &str) -> Answer {
    county.ask(request(Method::GET, address, &[("authorization", &bearer()), ("accept", "text/html")])).await
}

async fn post(county: &County, address: &str, fields: &[(&str, &str)]) -> Answer {
    let escape = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let body: Vec<String> = fields.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    let request = Request::post(address)
        .header("authorization", bearer())
        .header("accept", "text/html")
        .header("content-type", "application/x-www-form-urlencoded");
    county.ask(request.body(Body::from(body.join("&"))).unwrap()).await
}

/// Hands files in as the form of the page does; gives the address of the draft.
async fn hand_in(county: &County, name: &str, bytes: &[u8]) -> String {
    let mut body =
        format!("--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").into_bytes();
    body.extend(bytes);
    body.extend(b"\r\n--x--\r\n");
    let request = Request::post("/desk/upload")
        .header("authorization", bearer())
        .header("content-type", "multipart/form-data; boundary=x");
    let answer = county.ask(request.body(Body::from(body)).unwrap()).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.header(LOCATION.as_str()).to_owned()
}

#[tokio::test]
async fn without_a_script_a_table_is_handed_in_mended_stored_and_taken_back() {
    let county = County::new();
    let list = get_page(&county, "/desk/upload").await.text();
    assert!(list.contains("本系统为非涉密系统") && list.contains("enctype=\"multipart/form-data\""));
    assert!(list.contains("/desk/templates/fire") && list.contains("内部资料"), "{list}");

    let draft = hand_in(&county, "台账.csv", FIRES.as_bytes()).await;
    let page = get_page(&county, &draft).await.text();
    assert!(page.contains("识别为“火灾”") && page.contains("name=\"cell:0:E3\" value=\"两人\""), "{page}");
    assert!(page.contains("提交入库 1 行（1 行下载修改）"));
    assert!(page.contains("/corrections/%E5%8F%B0%E8%B4%A6.csv"));

    let mended = post(&county, &draft, &[("cell:0:E3", "2"), ("kind:0", "fire"), ("header:0", "1")]).await;
    assert_eq!(mended.status, StatusCode::SEE_OTHER, "{}", mended.text());
    let page = get_page(&county, &draft).await.text();
    assert!(page.contains("提交入库 2 行") && page.contains("入库后1个村社得分变化"), "{page}");
    assert!(page.contains("前垟村(塘下镇)"));

    post(&county, &format!("{draft}/commit"), &[]).await;
    let page = get_page(&county, &draft).await.text();
    assert!(page.contains("已入库 2 行，批次 3"), "{page}");
    let unsaid = post(&county, &format!("{draft}/undo"), &[("reason", " ")]).await;
    assert_eq!(unsaid.status, StatusCode::BAD_REQUEST);
    post(&county, &format!("{draft}/undo"), &[("reason", "报错了文件")]).await;
    assert!(get_page(&county, &draft).await.text().contains("这一批已整批撤回"));
}

#[tokio::test]
async fn nothing_to_report_is_one_click_for_one_kind_or_all() {
    let county = County::new();
    let before = get_page(&county, "/desk/upload?month=2021-03").await.text();
    assert_eq!((before.matches("◐ 待报").count(), before.matches("✓ 零报告").count()), (1, 0), "{before}");
    let said = [("month", "2021-03"), ("kind", "fire"), ("said", "nil")];
    assert_eq!(post(&county, "/desk/upload/statements", &said).await.status, StatusCode::SEE_OTHER);
    let after = get_page(&county, "/desk/upload?month=2021-03").await.text();
    assert_eq!((after.matches("◐ 待报").count(), after.matches("✓ 零报告").count()), (0, 1));
    let wrong = post(&county, "/desk/upload/statements", &[("month", "2021"), ("said", "nil")]).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    let all = [("month", "2021-04"), ("kind", ""), ("said", "complete")];
    post(&county, "/desk/upload/statements", &all).await;
    assert!(get_page(&county, "/desk/upload?month=2021-04").await.text().contains("✓ 已报"));
}

#[tokio::test]
async fn what_was_decided_on_the_page_is_kept_and_can_be_changed_again() {
    let county = County::new();
    let rows = "镇街,村名,什么时候,编号,死亡人数\n塘下镇,老上岙,2020-07-01,H7,0\n";
    let draft = hand_in(&county, "火灾.csv", rows.as_bytes()).await;
    let page = get_page(&county, &draft).await.text();
    assert!(page.contains("name=\"alias:塘下镇/老上岙\""), "{page}");
    let decided = [("column:0:C", "date"), ("alias-code:塘下镇/老上岙", "330381101701"), ("kind:0", "fire")];
    post(&county, &draft, &decided).await;
    assert!(get_page(&county, &draft).await.text().contains("提交入库 1 行"));
    post(&county, &draft, &[("leave-out:0", "yes")]).await;
    assert!(get_page(&county, &draft).await.text().contains("没有可入库的新内容"));
    post(&county, &format!("{draft}/discard"), &[]).await;
    assert_eq!(get_page(&county, &draft).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_pages_are_for_those_alone_who_may_hand_in() {
    let county = County::new();
    for address in ["/desk/upload", "/desk/upload/0123", "/desk/templates/fire"] {
        let refused = county.ask(request(Method::GET, address, &[("accept", "text/html")])).await;
        assert!(refused.status == StatusCode::UNAUTHORIZED || refused.status == StatusCode::SEE_OTHER, "{address}");
    }
}

/// What a clerk does with mouse and keyboard, step by step as the pages come. It runs in the browser itself.
const CLERK: &str = r#"
const at = (selector) => document.querySelector(selector);
const type = (field, text) => { field.value = text; field.dispatchEvent(new Event("input", { bubbles: true })); };
if (at("[data-drop]")) {
  const files = new DataTransfer();
  files.items.add(new File([FIRES], "台账.csv"));
  at("[data-drop]").dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
} else if (at("td.cell-fault input")) {
  type(at("td.cell-fault input"), "2");
  at(".strip-form button").click();
} else if (at(".store-form button")) {
  at(".store-form button").click();
} else if (at(".undo-form button")) {
  type(at(".undo-form input[name=reason]"), "报错了文件");
  at(".undo-form button").click();
}
"#;

/// Lets the browser in, and puts the clerk on every page.
async fn with_clerk(mut request: Request, next: Next) -> Response {
    request.headers_mut().insert(AUTHORIZATION, bearer().parse().unwrap());
    request.headers_mut().remove(ACCEPT_ENCODING);
    let response = next.run(request).await;
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_page {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let page = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(page.replace("</body>", "<script src=\"/clerk.js\" defer></script></body>")))
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_browser_a_table_is_dropped_mended_stored_and_taken_back() {
    if is_left_out() {
        return;
    }
    let county = County::new();
    let script = CLERK.replace("FIRES", &serde_json::to_string(FIRES).unwrap());
    let clerk = get(move || async move { ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], script) });
    let service = router(county.app.clone()).layer(from_fn(with_clerk)).route("/clerk.js", clerk);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move { axum::serve(listener, service).await });
    let seen = look(format!("{base}/desk/upload")).await;
    serving.abort();
    assert_eq!(seen.console, Vec::<String>::new());
    assert!(seen.dom.contains("这一批已整批撤回"), "{}", seen.dom);
    let batch = county.get_as_staff("/api/v1/batches/3").await.json();
    assert_eq!((&batch["records"]["fire"], &batch["withdrawn"]["why"]), (&2.into(), &"报错了文件".into()), "{batch}");
}
