//! The upload page: with plain forms as a browser without scripts sends them, and in a real browser from drop to undo.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::LOCATION;
use axum::http::{Method, StatusCode};
use liuwu::accounts::Scope;
use liuwu::desk::storing;
use liuwu::jobs::Ending;
use liuwu::progress::{Progress, Step};
use liuwu::store::{Cabinet, NewEdition, Store};
use serde_json::Value as Json;

use super::browser::is_left_out;
use super::county::{Answer, County, bearer, request};
use super::person;

/// One good row and one with a number in words.
const FIRES: &str =
    "镇街,村名,发生日期,编号,死亡人数\n塘下镇,上岙村,2020-07-01,H7,0\n塘下镇,前垟村,2020-07-02,H8,两人\n";

pub(super) async fn get_page(county: &County, address: &str) -> Answer {
    county.ask(request(Method::GET, address, &[("authorization", &bearer()), ("accept", "text/html")])).await
}

pub(super) async fn post(county: &County, address: &str, fields: &[(&str, &str)]) -> Answer {
    let escape = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let body: Vec<String> = fields.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    let request = Request::post(address)
        .header("authorization", bearer())
        .header("accept", "text/html")
        .header("content-type", "application/x-www-form-urlencoded");
    county.ask(request.body(Body::from(body.join("&"))).unwrap()).await
}

/// Hands a file in as the form of the page does; gives the address of the draft.
pub(super) async fn hand_in(county: &County, name: &str, bytes: &[u8]) -> String {
    hand_in_at(county, "/desk/upload", name, bytes).await
}

/// The same on another page with such a form.
pub(super) async fn hand_in_at(county: &County, page: &str, name: &str, bytes: &[u8]) -> String {
    let mut body =
        format!("--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").into_bytes();
    body.extend(bytes);
    body.extend(b"\r\n--x--\r\n");
    let request =
        Request::post(page).header("authorization", bearer()).header("content-type", "multipart/form-data; boundary=x");
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
    assert!(page.contains("提交入库 2 行") && page.contains("入库后1个村社得分或等次变化"), "{page}");
    assert!(page.contains("前垟村(塘下镇)"));

    post(&county, &format!("{draft}/commit"), &[]).await;
    let page = get_page(&county, &draft).await.text();
    assert!(page.contains("已入库 2 行，批次 3"), "{page}");
    let unsaid = post(&county, &format!("{draft}/undo"), &[("reason", " ")]).await;
    assert_eq!(unsaid.status, StatusCode::BAD_REQUEST);
    post(&county, &format!("{draft}/undo"), &[("reason", "报错了文件")]).await;
    assert!(get_page(&county, &draft).await.text().contains("这一批已整批撤回"));
}

/// The county under an edition that goes on until the end of 2021, for which nothing is handed in; thefts are due each quarter.
fn county_of_2021() -> County {
    let county = County::new();
    let text = include_str!("../../../fixtures/bundles/disclosure.yaml")
        .replace("edition: \"2020\"", "edition: \"2021\"")
        .replace("until: 2020-12-31", "until: 2021-12-31")
        .replace("    public: points", "    due: {every: quarter, within_days: 10}\n    public: points");
    let edition = NewEdition {
        bundle: "small".to_owned(),
        edition: "2021".to_owned(),
        text: Arc::from(text),
        published_at: county.app.now(),
        by: "policy".to_owned(),
        note: String::new(),
    };
    county.store.publish_edition(edition).unwrap();
    county
}

/// The months about which the desk says that something is missing, and what: titles with their stretches of time.
fn missing_by_desk(page: &str) -> Vec<(String, String)> {
    let rows = page.split("id=\"open-title\"").nth(1).unwrap().split("</section>").next().unwrap().to_owned();
    let between = |text: &str, from: &str, to: &str| {
        text.split(from).skip(1).map(|rest| rest.split(to).next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let kinds = between(&rows, "name=\"kind\" value=\"", "\"");
    kinds.into_iter().zip(between(&rows, "name=\"period\" value=\"", "\"")).collect()
}

#[tokio::test]
async fn the_desk_and_the_upload_page_ask_for_the_same() {
    let county = county_of_2021();
    let desk = get_page(&county, "/desk").await.text();
    let missing = missing_by_desk(&desk);
    assert_eq!(missing.len(), 12 + 8, "fires of twelve months, and thefts of the eight quarters of two years: {desk}");
    for month in 1..=12 {
        let page = get_page(&county, &format!("/desk/upload?month=2021-{month:02}")).await.text();
        let here: Vec<_> = missing
            .iter()
            .filter(|(_, stretch)| {
                [format!("2021-{month:02}"), format!("2021Q{}", f64::from(month) / 3.0)].contains(stretch)
            })
            .collect();
        assert_eq!(page.matches("✕ 逾期").count(), here.len(), "{month}: {page}");
        for (kind, stretch) in here {
            let hidden = format!(
                "name=\"period\" value=\"{stretch}\">\n  <input type=\"hidden\" name=\"kind\" value=\"{kind}\">"
            );
            assert!(page.contains(&hidden), "{kind} {stretch}: {page}");
        }
    }
    let long_ago = get_page(&county, "/desk/upload?month=1999-03").await.text();
    assert!(long_ago.contains("这个月没有要报的"), "a month of which the standard does not speak: {long_ago}");
}

#[tokio::test]
async fn nothing_to_report_is_one_click_for_one_kind_or_all_and_so_is_taking_it_back() {
    let county = county_of_2021();
    let missing = missing_by_desk(&get_page(&county, "/desk").await.text());
    let (kind, month) = ("fire", "2021-06".to_owned());
    let address = format!("/desk/upload?month={month}");
    let counts = |page: &str| (page.matches("✕ 逾期").count(), page.matches("✓ 零报告").count());
    let before = counts(&get_page(&county, &address).await.text());
    let said = [("period", month.as_str()), ("kind", kind), ("said", "nil"), ("back", "upload")];
    let there = post(&county, "/desk/upload/statements", &said).await;
    assert_eq!(there.status, StatusCode::SEE_OTHER, "{}", there.text());
    let page = get_page(&county, there.header("location")).await.text();
    assert_eq!(counts(&page), (before.0 - 1, before.1 + 1));
    assert!(page.contains(&format!("已记：{month} 零报告:火灾")), "{page}");

    let undo = page.split("action=\"/desk/batches/").nth(1).unwrap().split('"').next().unwrap();
    let undo = format!("/desk/batches/{undo}");
    let back = post(&county, &undo, &[("reason", "点错了,撤销"), ("back", "desk")]).await;
    assert_eq!(back.header("location"), "/desk");
    assert_eq!(counts(&get_page(&county, &address).await.text()), before);

    let all = [("period", month.as_str()), ("said", "complete"), ("back", "desk")];
    let there = post(&county, "/desk/upload/statements", &all).await;
    assert!(there.header("location").starts_with("/desk?said="), "{}", there.header("location"));
    let left = missing_by_desk(&get_page(&county, "/desk").await.text());
    assert_eq!(left.len(), missing.len() - 2, "fires of June and thefts of the quarter that ends in it: {left:?}");
    let again = post(&county, "/desk/upload/statements", &all).await;
    assert_eq!(again.header("location"), "/desk", "what is said already is not said again");
    let wrong = post(&county, "/desk/upload/statements", &[("period", "some day"), ("said", "nil")]).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn once_a_table_is_stored_the_kinds_in_it_can_be_stated_as_complete_there() {
    let county = county_of_2021();
    let draft = hand_in(&county, "台账.csv", FIRES.replace("2020-07", "2021-07").as_bytes()).await;
    get_page(&county, &draft).await;
    post(&county, &format!("{draft}/commit"), &[("good_rows", "yes")]).await;
    let page = get_page(&county, &draft).await.text();
    let asked = page.split("报完了吗").nth(1).unwrap_or_else(|| panic!("{page}"));
    assert!(asked.contains("火灾") && asked.contains("name=\"period\" value=\"2021-12\""), "{asked}");
    assert!(!asked.contains("盗窃"), "of that nothing was handed in: {asked}");
    post(&county, &format!("{draft}/undo"), &[("reason", "报错了")]).await;
    assert!(!get_page(&county, &draft).await.text().contains("报完了吗"));
}

#[tokio::test]
async fn the_desk_shows_what_waits_for_me_with_its_counts() {
    let county = County::new();
    let desk = get_page(&county, "/desk").await.text();
    assert!(!desk.contains("未办完的上报") && !desk.contains("待核对"), "{desk}");
    let draft = hand_in(&county, "台账.csv", FIRES.as_bytes()).await;
    get_page(&county, &draft).await;
    let desk = get_page(&county, "/desk").await.text();
    assert!(desk.contains("未办完的上报1份") && desk.contains("未入库，可入库1行，有错1行"), "{desk}");
    post(&county, &format!("{draft}/commit"), &[("good_rows", "yes")]).await;
    let desk = get_page(&county, "/desk").await.text();
    assert!(desk.contains("未办完的上报1份") && desk.contains("1行有错待改"), "{desk}");
    let stored = get_page(&county, &draft).await.text();
    let red = stored.split("href=\"").find(|part| part.contains("/corrections/")).unwrap_or_else(|| panic!("{stored}"));
    let red = get_page(&county, red.split('"').next().unwrap()).await;
    assert_eq!(red.status, StatusCode::OK, "what was left can still be had in red");
    assert!(red.bytes.starts_with(b"PK"));
    post(&county, &format!("{draft}/discard"), &[]).await;

    let other = FIRES.lines().take(2).collect::<Vec<_>>().join("\n").replace("H7,0", "H7,1");
    let draft = hand_in(&county, "又一份.csv", other.as_bytes()).await;
    get_page(&county, &draft).await;
    post(&county, &format!("{draft}/commit"), &[("good_rows", "yes")]).await;
    let desk = get_page(&county, "/desk").await.text();
    assert!(desk.contains("<a href=\"#questions\">待核对1处</a>"), "{desk}");
    assert!(desk.contains("<a href=\"/desk/questions?kind=fire\">火灾 <span class=\"num\">1</span></a>"), "{desk}");
    assert!(get_page(&county, "/desk/questions?kind=fire").await.text().contains("以已入库的为准"));
    let others = get_page(&county, "/desk/questions?kind=theft").await.text();
    assert!(others.contains("没有需要核对的") && !others.contains("以已入库的为准"), "{others}");
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
async fn how_far_storing_has_come_outlives_the_page_and_it_can_be_called_off_there() {
    const STORING: Step = Step { zh: "入库", en: "storing" };
    let county = County::new();
    let draft = hand_in(&county, "台账.csv", FIRES.as_bytes()).await;
    let id = draft.rsplit('/').next().unwrap();
    let paper: Json = serde_json::from_slice(&county.store.paper("drafts", id).unwrap().unwrap()).unwrap();
    let owner = paper["owner"].as_str().unwrap();
    // In the place of a large table, work that goes on until it is called off.
    let job = county.app.jobs().start(owner, &storing(id), county.app.now(), |gauge| -> Result<(), Ending> {
        gauge.begin(STORING, 200_000);
        gauge.advance(80_000);
        loop {
            gauge.go_on()?;
            std::thread::sleep(Duration::from_millis(2));
        }
    });
    let job = job.unwrap();
    let is_told = || job.status().done == 80_000;
    while !is_told() {
        tokio::task::yield_now().await;
    }
    for _ in 0..2 {
        let page = get_page(&county, &draft).await.text();
        assert!(page.contains("正在入库") && page.contains("80000 / 200000 行"), "{page}");
        assert!(
            page.contains(&format!("name=\"job\" value=\"{}\"", job.id)) && page.contains("http-equiv=\"refresh\"")
        );
    }
    let number = job.id.to_string();
    let back = post(&county, &format!("{draft}/call-off"), &[("job", &number)]).await;
    assert_eq!(back.header("location"), draft, "what was to be stored is looked at again");
    assert_eq!(job.ending(), Some(Ending::CalledOff));
    assert!(get_page(&county, &draft).await.text().contains("提交入库 1 行"));
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

#[tokio::test(flavor = "multi_thread")]
async fn in_a_browser_a_table_is_dropped_mended_stored_and_taken_back() {
    if is_left_out() {
        return;
    }
    let county = County::with(person::config());
    person::add(&county, Scope::Everything);
    let script = CLERK.replace("FIRES", &serde_json::to_string(FIRES).unwrap());
    let seen = person::does(&county, &script, "/desk/upload").await;
    assert_eq!(seen.console, Vec::<String>::new());
    assert!(seen.dom.contains("这一批已整批撤回"), "{}", seen.dom);
    let batch = county.get_as_staff("/api/v1/batches/3").await.json();
    assert_eq!((&batch["records"]["fire"], &batch["withdrawn"]["why"]), (&2.into(), &"报错了文件".into()), "{batch}");
}
