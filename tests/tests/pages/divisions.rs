//! Changes of divisions on their page: a table handed in anywhere leads there, is looked at, stored, and taken back.

use axum::http::header::LOCATION;
use axum::http::{Method, StatusCode};
use liuwu::accounts::Scope;

use super::county::{BURNT, COUNTY, County, TROUBLED, request};
use super::desk::{get_page, hand_in, hand_in_at, post};
use super::person;

const HEADER: &str = "变更种类,生效日期,原区划代码,原名称,现区划代码,现名称\n";
const MERGED: &str = "330381101705";

fn merger() -> Vec<u8> {
    let rows = format!(
        "{HEADER}合并,2020-06-01,{BURNT},上岙村,{MERGED},新岙村\n合并,2020-06-01,{TROUBLED},前垟村,{MERGED},\n"
    );
    // As WPS writes it.
    encoding_rs::GB18030.encode(&rows).0.into_owned()
}

#[tokio::test]
async fn a_table_is_looked_at_before_it_is_stored_and_can_be_taken_back() {
    let county = County::new();
    assert!(get_page(&county, "/desk/divisions").await.text().contains("还没有登记过区划变更"));
    let page = hand_in_at(&county, "/desk/divisions", "变更.csv", &merger()).await;
    let looked = get_page(&county, &page).await.text();
    for words in
        ["1项变更，入库后", "上岙村(塘下镇)", "前垟村(塘下镇)", "新岙村", "记录3条", "2020年6月1日起", "这是预检"]
    {
        assert!(looked.contains(words), "{words}: {looked}");
    }
    assert!(get_page(&county, "/desk/divisions").await.text().contains("还没有登记过区划变更"), "nothing is stored");
    let unsaid = post(&county, &format!("{page}/commit"), &[("reason", " ")]).await;
    assert_eq!(unsaid.status, StatusCode::BAD_REQUEST, "{}", unsaid.text());

    let stored = post(&county, &format!("{page}/commit"), &[("reason", "批复(示例)")]).await;
    assert_eq!((stored.status, stored.header(LOCATION.as_str())), (StatusCode::SEE_OTHER, page.as_str()));
    assert!(get_page(&county, &page).await.text().contains("已登记，批次 3"));
    let twice = post(&county, &format!("{page}/commit"), &[("reason", "批复(示例)")]).await;
    assert_eq!(twice.status, StatusCode::CONFLICT, "{}", twice.text());
    let known = get_page(&county, "/desk/divisions").await.text();
    for words in ["上岙村 <span class=\"fine num\">330381101701</span>", "新岙村", "区划合并:批复(示例)"]
    {
        assert!(known.contains(words), "{words}: {known}");
    }

    let undone = post(&county, "/desk/batches/3/undo", &[("reason", "报错了")]).await;
    assert_eq!(undone.status, StatusCode::SEE_OTHER, "{}", undone.text());
    let after = get_page(&county, "/desk/divisions").await.text();
    assert!(after.contains("还没有登记过区划变更") && after.contains("已整批撤回"), "{after}");
}

#[tokio::test]
async fn every_fault_stands_at_its_cell_and_nothing_can_be_stored() {
    let county = County::new();
    let rows = format!("{HEADER}合并,2020-06-01,{BURNT},前垟村,{MERGED},新岙村\n改码,不详,{TROUBLED},,{TROUBLED},\n");
    let page = hand_in_at(&county, "/desk/divisions", "变更.csv", rows.as_bytes()).await;
    let looked = get_page(&county, &page).await.text();
    for place in ["变更.csv!D2", "变更.csv!B3"] {
        assert!(looked.contains(place), "{place}: {looked}");
    }
    assert!(looked.contains("一项也没有入库") && !looked.contains("/commit\""), "{looked}");
    let forced = post(&county, &format!("{page}/commit"), &[("reason", "批复(示例)")]).await;
    assert_eq!(forced.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn such_a_table_on_the_upload_page_leads_to_its_own() {
    let county = County::new();
    let draft = hand_in(&county, "变更.csv", &merger()).await;
    let shown = get_page(&county, &draft).await.text();
    let own = draft.replace("/desk/upload/", "/desk/divisions/");
    assert!(shown.contains("这是一张区划变更表") && shown.contains(&format!("href=\"{own}\"")), "{shown}");
    assert!(!shown.contains("① 认表"), "nothing else is asked about it: {shown}");
    assert!(get_page(&county, &own).await.text().contains("1项变更，入库后"));
    let fires = hand_in(&county, "火灾.csv", "区划代码,发生日期,编号,死亡人数\n".as_bytes()).await;
    assert!(!get_page(&county, &fires).await.text().contains("区划变更表"));
}

#[tokio::test]
async fn only_those_who_answer_for_everything_find_the_page_in_their_menu() {
    for (scope, finds) in [(Scope::Everything, true), (Scope::Divisions(vec![COUNTY.into()]), false)] {
        let county = County::with(person::config());
        person::add(&county, scope);
        let secret = county.app.entrance().log_in(person::NAME, person::PASSWORD, None).unwrap().secret;
        let cookie = format!("liuwu-session={secret}");
        let headers = [("cookie", cookie.as_str()), ("accept", "text/html")];
        let desk = county.ask(request(Method::GET, "/desk", &headers)).await.text();
        assert_eq!(desk.contains("href=\"/desk/divisions\""), finds, "{desk}");
        let page = county.ask(request(Method::GET, "/desk/divisions", &headers)).await;
        assert_eq!(page.status, if finds { StatusCode::OK } else { StatusCode::FORBIDDEN });
    }
}
