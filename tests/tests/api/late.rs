//! Data that came after its due date, or after results had been published: the page says since when it is known, and what stood there before; so do
//! the explanations and lists over the API and the command line.

use liuwu::cli::capture;
use liuwu::store::{NewBatch, RecordId, RecordRow, Store as _};
use liuwu_engine::record::Source;
use serde_json::{Value as Json, json};

use super::county::*;

#[tokio::test]
async fn what_became_known_after_a_release_is_marked_on_the_page_of_the_next() {
    let county = County::new();
    let before = county.get(&format!("/villages/{CALM}")).await.text();
    assert!(!before.contains("补报"), "nothing was late when the first results were published");
    county.store.release(NEWEST_RUN, act("2021-02-06")).unwrap();
    county.app.has_written();
    let page = county.get(&format!("/villages/{CALM}")).await.text();
    assert!(page.contains("补报，2月1日起知悉（应于1月5日前报）"), "{page}");
    assert!(page.contains("此前公布的结果（数据截至2021年1月10日）为"), "{page}");
    // What was known in time carries no mark, and a village whose score is the same no earlier score.
    let other = county.get(&format!("/villages/{BURNT}")).await.text();
    assert!(!other.contains("补报，") && !other.contains("此前公布"), "{other}");
}

#[tokio::test]
async fn an_explanation_says_since_when_late_evidence_is_known_to_those_who_see_its_place() {
    let county = County::new();
    let address = format!("/api/v1/runs/{NEWEST_RUN}/assessments/{CALM}");
    let late = |answer: &Answer| {
        let findings = answer.json()["findings"].as_array().unwrap().clone();
        let evidence: Vec<_> =
            findings.iter().flat_map(|found| found["evidence"].as_array().unwrap().clone()).collect();
        evidence
            .iter()
            .filter_map(|one| {
                let since = Some(one["known_since"].clone()).filter(|day| !day.is_null())?;
                Some((one["date"].clone(), since, one["was_due"].clone()))
            })
            .collect::<Vec<_>>()
    };
    let told = county.get_as_staff(&address).await;
    // The fire takes points away and breaks its criterion: two findings of one record.
    let fire = (json!("2020-12-30"), json!("2021-02-01"), json!("2021-01-05"));
    assert_eq!(late(&told), [fire.clone(), fire], "{}", told.text());
    let other = county.get_as_staff(&format!("/api/v1/runs/{NEWEST_RUN}/assessments/{BURNT}")).await;
    assert_eq!(late(&other), []);
    let first = county.get_as_staff(&format!("/api/v1/runs/{RELEASED_RUN}/assessments/{BURNT}")).await;
    assert_eq!(late(&first), [], "nothing had been published before");
    county.store.release(NEWEST_RUN, act("2021-02-06")).unwrap();
    county.app.has_written();
    let public = county.get(&address).await;
    assert!(public.status.is_success() && late(&public).is_empty(), "{}", public.text());
}

#[tokio::test]
async fn a_later_state_of_what_was_reported_in_time_is_not_overdue() {
    let county = County::new();
    let fire = |supersedes: Option<RecordId>, deaths: u32| RecordRow {
        unit: BURNT.into(),
        kind: "fire".into(),
        date: day("2020-12-01"),
        number: None,
        fields: json!({"no": "H8", "deaths": deaths}).as_object().unwrap().clone(),
        source: Source::line(&"火灾.csv".into(), deaths),
        supersedes,
    };
    let append = |received: &str, record: RecordRow| {
        let mut batch = NewBatch::new(act(received).at, "t", "");
        batch.records = vec![record];
        county.store.append_batch(batch).unwrap()
    };
    let first = append("2021-01-05", fire(None, 1));
    append("2021-02-03", fire(Some(RecordId { batch: first, number: 1 }), 2));
    let run = try_score(&county.store, "2020", "2021-02-05").unwrap();
    county.app.has_written();
    let told = county.get_as_staff(&format!("/api/v1/runs/{}/assessments/{BURNT}", run.0)).await.json();
    let findings = told["findings"].as_array().unwrap().iter();
    let all: Vec<&Json> = findings.flat_map(|found| found["evidence"].as_array().unwrap()).collect();
    let december = all.iter().find(|one| one["date"] == "2020-12-01").unwrap();
    assert_eq!((&december["known_since"], &december["was_due"]), (&json!("2021-02-03"), &Json::Null), "{december}");
}

#[tokio::test]
async fn a_list_says_what_of_its_matters_came_late_to_those_who_see_where_it_came_from() {
    let county = County::new();
    let mut batch = NewBatch::new(act("2021-02-03").at, "t", "");
    batch.records = vec![RecordRow {
        unit: BURNT.into(),
        kind: "hazard".into(),
        date: day("2020-11-01"),
        number: None,
        fields: json!({"no": "Y9"}).as_object().unwrap().clone(),
        source: Source::line(&"隐患.csv".into(), 2),
        supersedes: None,
    }];
    county.store.append_batch(batch).unwrap();
    let run = try_score(&county.store, "2020", "2021-02-05").unwrap();
    county.app.has_written();
    let late = |answer: &Answer| {
        let items = answer.json()["items"].as_array().unwrap().clone();
        let told = |item: &Json| (item["record"]["date"].clone(), item["record"]["known_since"].clone());
        items.iter().map(told).collect::<Vec<_>>()
    };
    let staff = county.get_as_staff("/api/v1/lists/hazards?period=2020").await;
    assert!(late(&staff).contains(&(json!("2020-11-01"), json!("2021-02-03"))), "{}", staff.text());
    assert!(late(&staff).contains(&(json!("2020-03-01"), Json::Null)), "known in time: {}", staff.text());
    county.store.release(run, act("2021-02-06")).unwrap();
    county.app.has_written();
    let public = county.get("/api/v1/lists/hazards?period=2020").await;
    assert_eq!(late(&public).len(), late(&staff).len(), "{}", public.text());
    assert!(late(&public).iter().all(|(_, since)| since.is_null()), "{}", public.text());
}

#[test]
fn the_command_line_says_since_when_late_evidence_is_known() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let run = |words: &[&str]| {
        let at = ["--data", data.to_str().unwrap()];
        let words: Vec<String> = ["liuwu"].iter().chain(words).chain(&at).map(|word| (*word).to_owned()).collect();
        let (code, printed) = capture(words);
        let said = format!("{}{}", printed.out, printed.err);
        assert!(code == std::process::ExitCode::SUCCESS, "{said}");
        said
    };
    let import = |name: &str, text: &str, received: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        let whole = ["--complete", "fire,theft,gang,hazard", "--area", COUNTY, "--period", "2020"];
        run(&[&["import", path.to_str().unwrap(), "--received-on", received][..], &whole].concat())
    };
    run(&["publish", concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/bundles/disclosure.yaml")]);
    let units = "区划代码,名称,级别\n330000000000,浙江省,省\n330300000000,温州市,市\n330381000000,瑞安市,县\n\
                 330381101000,塘下镇,镇街\n330381101701,上岙村,村社\n";
    import("区划.csv", units, "2021-01-05");
    import("火灾.csv", "区划代码,发生日期,编号,死亡人数\n330381101701,2020-02-29,H1,1\n", "2021-01-05");
    import("火灾早.csv", "区划代码,发生日期,编号,死亡人数\n330381101701,2020-12-20,H0,1\n", "2021-01-08");
    run(&["score", "--period", "2020", "--as-of", "2021-01-10"]);
    let overdue = run(&["explain", BURNT]);
    assert!(overdue.contains("[补报,知悉于 2021-01-08,应于 2021-01-05 前报]"), "nothing was published: {overdue}");
    assert_eq!(overdue.matches("补报").count(), overdue.matches("2020-12-20").count(), "{overdue}");
    run(&["score", "--period", "2020", "--as-of", "2021-01-10", "--release"]);
    import("火灾补.csv", "区划代码,发生日期,编号,死亡人数\n330381101701,2020-12-30,H2,1\n", "2021-02-01");
    run(&["score", "--period", "2020", "--as-of", "2021-02-05"]);
    let said = run(&["explain", BURNT]);
    let marked: Vec<&str> = said.lines().filter(|line| line.contains("补报,知悉于 2021-02-01")).collect();
    assert!(!marked.is_empty() && marked.iter().all(|line| line.contains("2020-12-30")), "{said}");
    assert!(said.lines().filter(|line| line.contains("2020-02-29")).all(|line| !line.contains("补报")), "{said}");
}
