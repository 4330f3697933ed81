//! What must be handed in, over HTTP, and reminders of it.

use axum::http::StatusCode;
use liuwu::store::Cabinet as _;
use liuwu::webhooks::courier;
use serde_json::json;

use super::county::*;
use super::records::send;

#[tokio::test]
async fn what_is_due_is_one_list_with_its_days_and_where_it_is_missing() {
    let county = County::new();
    // In January 2021 everything but thefts in one village is stated for 2020; only fires are due each month.
    let duties = county.get_as_staff("/api/v1/duties?on=2021-01-20").await;
    assert_eq!(duties.status, StatusCode::OK, "{}", duties.text());
    assert_eq!(duties.json()["open"], json!([]));
    // Statements known on a day before they came are not there yet: all twelve months of 2019 and those of 2020 so far.
    let before = county.get_as_staff("/api/v1/duties?on=2020-02-03").await.json();
    let open = before["open"].as_array().unwrap();
    assert_eq!(open.len(), 14);
    assert_eq!((open[0]["kind"].clone(), open[0]["state"].clone()), (json!("fire"), json!("overdue")));
    let january = open.iter().find(|duty| duty["from"] == "2020-01-01").unwrap();
    assert_eq!((january["due"].clone(), january["state"].clone()), (json!("2020-02-05"), json!("due")));
    assert_eq!((january["missing"].clone(), january["areas"][0]["code"].clone()), (json!(4), json!(COUNTY)));
    assert_eq!(open[13]["state"], "coming");
    assert!(before["unchecked"].as_array().unwrap().iter().any(|rule| rule["rule"] == "FIRE-001"), "{before}");
}

#[tokio::test]
async fn the_list_is_a_calendar_too() {
    let county = County::new();
    let calendar = county.get_as_staff("/api/v1/duties.ics?on=2020-02-03").await;
    assert_eq!(calendar.header("content-type"), "text/calendar; charset=utf-8");
    let text = calendar.text();
    assert!(text.contains("DTSTART;VALUE=DATE:20200205\r\n") && text.contains("SUMMARY:报送火灾"), "{text}");
    assert!(text.lines().all(|line| line.len() <= 75) && text.ends_with("END:VCALENDAR\r\n"));
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 14);
}

#[tokio::test]
async fn what_a_standard_asks_of_a_village_is_counted() {
    let county = County::new();
    let burden = county.get_as_staff("/api/v1/burden").await.json();
    assert_eq!((burden["kinds"].clone(), burden["returns"].clone()), (json!(4), json!(12)));
}

#[tokio::test]
async fn what_was_typed_is_told_from_what_came_with_a_table() {
    let county = County::new();
    let before = county.get_as_staff("/api/v1/burden").await.json();
    let (filled, period) = (&before["filled"], &before["period"]);
    assert_eq!((period, filled["typed"].clone()), (&json!("2020"), json!(0)), "{before}");
    assert!(filled["reused"].as_u64().unwrap() > 0 && filled["asked"].as_u64() >= filled["reused"].as_u64());
    let form = [("kind", "fire"), ("unit", CALM), ("date", "2020-05-01"), ("no", "H77"), ("deaths", "0")];
    let typed = send(&county, "/desk/records/new", &form).await;
    assert_eq!(typed.status, StatusCode::SEE_OTHER, "{}", typed.text());
    let after = county.get_as_staff("/api/v1/burden").await.json();
    assert_eq!(after["filled"]["typed"], json!(2), "{after}");
    assert_eq!(after["filled"]["reused"], filled["reused"]);
    let units = county.get_as_staff("/api/v1/burden/units?period=2020").await.json();
    assert_eq!((&units[0]["unit"]["code"], &units[0]["typed"]), (&json!(CALM), &json!(2)), "typed most: {units}");
}

#[tokio::test]
async fn strangers_learn_nothing_of_what_is_due() {
    let county = County::new();
    for address in ["/api/v1/duties", "/api/v1/duties.ics", "/api/v1/burden", "/desk"] {
        assert_eq!(county.get(address).await.status, StatusCode::UNAUTHORIZED, "{address}");
    }
}

#[tokio::test]
async fn nobody_is_reminded_of_what_was_due_years_ago() {
    let county = County::new();
    courier::remind(&county.app).unwrap();
    assert_eq!(county.store.folders().unwrap().iter().filter(|folder| *folder == "reminders").count(), 0);
}

#[tokio::test]
async fn the_desk_shows_the_list_as_an_internal_page() {
    let county = County::new();
    let page = county.get_as_staff("/desk").await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    for words in ["待办", "逾期", "填报负担", "内部资料"] {
        assert!(text.contains(words), "{words}");
    }
}
