//! What the pages say, each about a small city of invented villages.

use axum::http::StatusCode;
use liuwu::config::Config;
use liuwu::filed::Filed;
use liuwu::store::Store;
use liuwu_engine::number::Number;
use liuwu_engine::period::Period;

use super::city::{AWAITED, BURNT, CLEAN, City, TANGXIA, TROUBLED, VILLAGES, village};
use super::html::{Ledger, plain, texts_of};

/// A page without what changes from build to build: hashes of files, receipts, the square code.
fn steady(city: &City, html: &str) -> String {
    let mut text: String = html
        .split("?v=")
        .enumerate()
        .map(|(place, part)| if place == 0 { part } else { part.trim_start_matches(|c: char| c.is_ascii_hexdigit()) })
        .collect::<Vec<_>>()
        .join("?v=…");
    for code in VILLAGES {
        let receipt = filed(city, code).receipt;
        for start in (0..receipt.len()).step_by(8) {
            text = text.replace(&receipt[start..start + 8], "…");
        }
    }
    match text.split_once("<svg class=\"square-code\"") {
        Some((before, rest)) => format!("{before}[square code]{}", rest.split_once("</svg>").unwrap().1),
        None => text,
    }
}

fn filed(city: &City, code: &str) -> Filed {
    let run = city.store.runs().unwrap()[0].id;
    let bytes = city.store.assessment(run, code, Period::parse("2020").unwrap()).unwrap().unwrap();
    Filed::from_bytes(&bytes).unwrap()
}

#[tokio::test]
async fn every_page_is_as_it_was_read() {
    let city = City::new();
    let pages = [
        ("home", "/".to_owned()),
        ("village_with_losses", village(BURNT)),
        ("village_awaited", village(AWAITED)),
        ("city", "/city".to_owned()),
        ("negative_list", "/negative-list".to_owned()),
        ("town", format!("/search?town={TANGXIA}")),
        ("wrong_code", village("330381999999")),
    ];
    for (name, address) in pages {
        let answer = city.get(&address).await;
        insta::assert_snapshot!(name, steady(&city, &answer.text));
    }
}

#[tokio::test]
async fn the_arithmetic_on_every_page_reaches_the_score() {
    let city = City::new();
    let hundred = Number::from(100_i64);
    for code in VILLAGES {
        let ledger = Ledger::read(&city.get(&village(code)).await.text);
        assert_eq!(ledger.base, hundred, "{code}");
        assert_eq!(ledger.result, filed(&city, code).score, "{code}");
        assert!(ledger.result.is_none_or(|result| ledger.sum() == result), "{code}: {ledger:?}");
    }
    let burnt = Ledger::read(&city.get(&village(BURNT)).await.text);
    let expected = ["-8", "-4", "-4"].map(|text| Number::parse(text).unwrap());
    assert_eq!(burnt.points, expected, "a line for each clause, caps taken into account");
}

#[tokio::test]
async fn what_can_be_mended_stands_first_with_its_points_and_its_term() {
    let city = City::new();
    let page = city.get(&village(BURNT)).await.text;
    let items = texts_of(&page, "mend-item");
    assert_eq!(items.len(), 2, "{items:?}");
    // Of an extended term the later day counts.
    assert!(items[0].contains("完成整改并申请销号（2件）") && items[0].contains("已逾期21天"), "{items:?}");
    assert!(items[0].contains("+4") && items[0].contains("应急管理局"), "{items:?}");
    assert!(items[1].contains("化解纠纷（3件）") && items[1].contains("+4"), "{items:?}");
    let lead = texts_of(&page, "lead").remove(0);
    assert!(lead.contains("最多可恢复8分") && lead.contains("达92分"), "{lead}");
}

#[tokio::test]
async fn small_numbers_and_restricted_facts_stay_back() {
    let city = City::new();
    let page = city.get(&village(TROUBLED)).await.text;
    let text = plain(&page);
    assert!(text.contains("不足3件") && !text.contains("共2件"), "two disputes of a village");
    assert!(text.contains("依规不公布明细的事项"), "the gang case is part of a sum");
    for address in [village(TROUBLED), "/city".into(), "/negative-list".into()] {
        let page = city.get(&address).await.text;
        for secret in ["暗号甲", "JF-5", "张某", ".csv"] {
            assert!(!page.contains(secret), "{address}: {secret}");
        }
    }
}

#[tokio::test]
async fn what_is_not_handed_in_is_awaited_and_says_who_owes_it_since_when() {
    let city = City::new();
    let page = city.get(&village(AWAITED)).await.text;
    let text = plain(&page);
    assert!(text.contains("暂缓评定") && text.contains("缺火灾数据"), "{text}");
    assert!(text.contains("应由消防救援大队报送 · 2020年12月1日起缺"), "{text}");
    let city_page = plain(&city.get("/city").await.text);
    assert!(city_page.contains("4个村社中1个未报"), "{city_page}");
    assert!(city_page.contains("数据未报齐，不作比较"), "{city_page}");
}

#[tokio::test]
async fn the_years_before_are_told_in_words() {
    let city = City::new();
    let page = plain(&city.get(&village(BURNT)).await.text);
    assert!(page.contains("比上年降低16.5分"), "{page}");
    let page = plain(&city.get(&format!("/villages/{BURNT}?period=2019")).await.text);
    assert!(page.contains("2019年度") && page.contains("= 100.5"), "{page}");
}

#[tokio::test]
async fn the_negative_list_names_villages_and_open_matters_and_counts_the_others() {
    let city = City::new();
    let page = city.get("/negative-list").await.text;
    let entries = texts_of(&page, "entry");
    assert_eq!(entries.len(), 4, "{entries:#?}");
    assert!(entries[0].contains("上岙村") && entries[0].contains("发生亡人火灾"), "{entries:#?}");
    assert!(entries[1].contains("溪坦村") && entries[1].contains("存在恶势力"), "{entries:#?}");
    let hazard = entries.iter().find(|entry| entry.contains("甲木制品作坊")).unwrap();
    assert!(hazard.contains("类别 消防") && hazard.contains("2020年12月20日"), "{hazard}");
    let dispute = entries.iter().find(|entry| entry.contains("矛盾纠纷")).unwrap();
    assert!(dispute.contains("不足3件"), "{dispute}");
    // The department is the one that the record names.
    assert!(page.contains("消防救援大队 <span class=\"num muted\">1</span>"), "{page}");

    let part = city.get_with("/negative-list?town=330381102000&kind=village", &[("hx-request", "true")]).await.text;
    assert!(part.trim_start().starts_with("<div id=\"entries\""), "{part}");
    assert!(texts_of(&part, "entry").is_empty() && !part.contains("matters-title"), "{part}");
}

#[tokio::test]
async fn a_village_is_found_by_its_name_with_or_without_the_town() {
    let city = City::new();
    for query in ["上岙", "塘下镇上岙村", "塘下镇 上岙", "330381101701"] {
        let address = format!("/search?q={}", liuwu::pages::links::escape(query));
        let part = city.get_with(&address, &[("hx-request", "true")]).await.text;
        assert!(part.trim_start().starts_with("<div id=\"results\""), "{part}");
        assert_eq!(texts_of(&part, "found-name"), ["上岙村"], "{query}");
    }
    let town = city.get(&format!("/search?town={TANGXIA}")).await.text;
    assert_eq!(texts_of(&town, "found-name"), ["上岙村", "前垟村", "溪坦村"]);
}

#[tokio::test]
async fn a_wrong_address_leads_back_to_the_search() {
    let city = City::new();
    for address in [village("330381999999"), "/nowhere".into()] {
        let answer = city.get(&address).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{address}");
        assert!(answer.text.contains("action=\"/search\""), "{address}");
    }
    assert_eq!(city.get("/city?period=abc").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(city.get("/city?period=2015").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nothing_is_shown_before_it_is_released() {
    let city = City::unreleased(Config::default());
    let home = city.get("/").await;
    assert_eq!(home.status, StatusCode::OK);
    assert!(home.text.contains("还没有公布的考核结果"));
    for address in [village(BURNT), "/city".into(), "/negative-list".into()] {
        let answer = city.get(&address).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{address}");
        assert!(!answer.text.contains("上岙村"), "{address}");
    }
}

#[tokio::test]
async fn a_choice_of_language_and_size_is_kept_for_the_next_page() {
    let city = City::new();
    let saved = city.post_form("/preferences", "back=%2Fcity&lang=en").await;
    assert_eq!((saved.status, saved.header("location")), (StatusCode::SEE_OTHER, "/city"));
    let cookie = saved.header("set-cookie").split(';').next().unwrap().to_owned();
    let page = city.get_with("/city", &[("cookie", &format!("{cookie}; size=large"))]).await.text;
    assert!(page.contains("<html lang=\"en\" class=\"text-large\">"));
    assert!(plain(&page).contains("瑞安市: safety at a glance"));
}

#[tokio::test]
async fn the_square_code_leads_to_the_page_itself() {
    let answer = City::new().get(&village(CLEAN)).await;
    let expected = liuwu::pages::drawing::SquareCode::new(&format!("http://pingan.test{}", village(CLEAN))).unwrap();
    assert!(answer.text.contains(&expected.path));
    let public = Config { public_url: Some("https://pingan.example.cn/".into()), ..Config::default() };
    let answer = City::with(public).get(&village(CLEAN)).await;
    let address = format!("https://pingan.example.cn{}", village(CLEAN));
    assert!(answer.text.contains(&liuwu::pages::drawing::SquareCode::new(&address).unwrap().path));
}
