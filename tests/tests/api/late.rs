//! Data that came after results had been published: the page says since when it is known, and what stood there before; so do
//! the explanations over the API and at the command line.

use liuwu::cli::capture;
use liuwu::store::Store as _;

use super::county::*;

#[tokio::test]
async fn what_became_known_after_a_release_is_marked_on_the_page_of_the_next() {
    let county = County::new();
    let before = county.get(&format!("/villages/{CALM}")).await.text();
    assert!(!before.contains("补报"), "nothing was late when the first results were published");
    county.store.release(NEWEST_RUN, act("2021-02-06")).unwrap();
    county.app.has_written();
    let page = county.get(&format!("/villages/{CALM}")).await.text();
    assert!(page.contains("补报，2月1日起知悉"), "{page}");
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
                Some((one["date"].clone(), Some(one["known_since"].clone()).filter(|day| !day.is_null())?))
            })
            .collect::<Vec<_>>()
    };
    let told = county.get_as_staff(&address).await;
    // The fire takes points away and breaks its criterion: two findings of one record.
    let fire = ("2020-12-30".into(), "2021-02-01".into());
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
    run(&["score", "--period", "2020", "--as-of", "2021-01-10", "--release"]);
    assert!(!run(&["explain", BURNT]).contains("补报"), "nothing was late when the first results were published");
    import("火灾补.csv", "区划代码,发生日期,编号,死亡人数\n330381101701,2020-12-30,H2,1\n", "2021-02-01");
    run(&["score", "--period", "2020", "--as-of", "2021-02-05"]);
    let said = run(&["explain", BURNT]);
    let marked: Vec<&str> = said.lines().filter(|line| line.contains("补报,知悉于 2021-02-01")).collect();
    assert!(!marked.is_empty() && marked.iter().all(|line| line.contains("2020-12-30")), "{said}");
}
