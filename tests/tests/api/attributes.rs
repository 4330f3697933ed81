//! Attributes that change: a value handed in from a day on counts from that day, and earlier periods keep the former.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use liuwu::scoring::{self, Ask};
use liuwu_engine::period::Period;

use super::county::*;

async fn upload(county: &County, file: &str, kind: Option<&str>, text: &str) {
    let kind = kind.map(|kind| format!("--x\r\ncontent-disposition: form-data; name=\"kind\"\r\n\r\n{kind}\r\n"));
    let body = format!(
        "{}--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{file}\"\r\n\r\n{text}\r\n--x--\r\n",
        kind.unwrap_or_default()
    );
    let request = Request::post("/api/v1/uploads").header("authorization", bearer());
    let request = request.header("content-type", "multipart/form-data; boundary=x").body(Body::from(body)).unwrap();
    let stored = county.ask(request).await;
    assert_eq!(stored.status, StatusCode::CREATED, "{}", stored.text());
}

/// The thefts per thousand households of a village, in both years, with all that is known today.
async fn rates(county: &County) -> [String; 2] {
    let ask = Ask {
        bundle: "small".into(),
        edition: None,
        periods: Period::parse_list("2019,2020").unwrap(),
        as_of: county.app.today(),
        by: "测试".into(),
        at: county.app.now(),
        pseudonym_key: b"a key for tests".to_vec(),
        longest: liuwu::deadline::LONGEST_RUN,
    };
    let run = scoring::score(county.store.as_ref(), &ask).unwrap().id;
    county.app.has_written();
    let mut found = ["2019", "2020"].map(str::to_owned);
    for rate in &mut found {
        let address = format!("/api/v1/runs/{run}/assessments/{TROUBLED}?period={rate}");
        let result = county.get_as_staff(&address).await.json();
        let figure = &result["assessment"]["figures"]["theft_rate"];
        *rate = figure.as_str().unwrap_or_else(|| panic!("{result}")).to_owned();
    }
    found
}

#[tokio::test]
async fn a_value_counts_from_its_day_on_and_earlier_periods_keep_the_former() {
    let county = County::new();
    let thefts: String = (1..5).map(|number| format!("{TROUBLED},2019-05-01,旧盗{number}\n")).collect();
    upload(&county, "盗窃.csv", Some("theft"), &format!("区划代码,日期,编号\n{thefts}")).await;
    // Four thefts in each year, and 400 households always.
    assert_eq!(rates(&county).await, ["10", "10"]);
    upload(&county, "基本情况.csv", None, &format!("区划代码,生效日期,户数\n{TROUBLED},2020-01-01,800\n")).await;
    assert_eq!(rates(&county).await, ["10", "5"]);
    // What holds from a later day on moves neither.
    upload(&county, "基本情况.csv", None, &format!("区划代码,生效日期,户数\n{TROUBLED},2021-06-01,1600\n")).await;
    assert_eq!(rates(&county).await, ["10", "5"]);
}
