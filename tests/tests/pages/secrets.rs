//! A county whose every restricted record, personal field, file and member of staff bears a mark: none of it is on a page.

use liuwu::pages::links::escape;

use super::county::{County, SECRET, UNRELEASED, VILLAGES, request};

#[tokio::test]
async fn no_page_tells_what_is_not_public() {
    let county = County::new();
    let mut addresses: Vec<String> =
        ["/", "/city", "/negative-list", "/search?town=330381101000"].map(str::to_owned).into();
    addresses.push(format!("/search?q={}", escape("上岙")));
    addresses.extend(VILLAGES.iter().map(|code| format!("/villages/{code}")));
    for address in addresses {
        for language in ["lang=zh-CN", "lang=en"] {
            let headers = [("accept", "text/html"), ("cookie", language)];
            let answer = county.ask(request(axum::http::Method::GET, &address, &headers)).await;
            assert_eq!(answer.status, axum::http::StatusCode::OK, "{address}: {}", answer.text());
            for mark in [SECRET, UNRELEASED, &escape(SECRET)] {
                assert!(!answer.text().contains(mark), "{address} in {language} tells what bears {mark}");
            }
        }
    }
}
