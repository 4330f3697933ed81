//! `liuwu check` and `liuwu functions` as they are called: what each format says of sound and unsound bundles, of gaps in what
//! cases show, and of cases kept as a table.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail loudly, and so do the functions they share"
)]

use std::fs;
use std::process::ExitCode;

use liuwu::cli::{Printed, capture};
use serde_json::Value as Json;

const JOURNEY: &str = "../fixtures/bundles/journey.yaml";
const FAILING: &str = "../fixtures/checks/failing.yaml";
const MANNERS: &str = "../fixtures/checks/manners.yaml";
const BRANCHES: &str = "../fixtures/bundles/traced/branches.yaml";

/// Runs a command, which must end so, and gives what it printed.
fn ends(code: u8, arguments: &[&str]) -> Printed {
    let (ended, printed) = capture(["liuwu"].iter().chain(arguments));
    assert_eq!(ended, ExitCode::from(code), "{printed:?}");
    printed
}

/// What a command printed, as one text.
fn shown(code: u8, arguments: &[&str]) -> String {
    let Printed { out, err } = ends(code, arguments);
    format!("{err}----\n{out}").replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_sound_bundle_is_one_line() {
    assert_eq!(shown(0, &["check", JOURNEY]), format!("----\n{JOURNEY}: 2 条评分项,案例 4/4 通过\n"));
    assert_eq!(shown(0, &["check", JOURNEY, "--lang", "en"]), format!("----\n{JOURNEY}: 2 rules, 4/4 cases pass\n"));
}

#[test]
fn a_failing_case_shows_what_was_expected_and_the_arithmetic() {
    insta::assert_snapshot!("failing_human", shown(1, &["check", FAILING]));
    insta::assert_snapshot!("failing_human_en", shown(1, &["check", FAILING, "--lang", "en"]));
}

#[test]
fn a_failing_case_is_told_to_programs_code_hosts_and_ci() {
    insta::assert_snapshot!("failing_json", shown(1, &["check", FAILING, "--format", "json"]));
    insta::assert_snapshot!("failing_sarif", shown(1, &["check", FAILING, "--format", "sarif"]));
    insta::assert_snapshot!("failing_junit", shown(1, &["check", FAILING, "--format", "junit"]));
}

#[test]
fn all_faults_of_all_files_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let gbk = folder.path().join("gbk.yaml");
    fs::write(&gbk, encoding_rs::GBK.encode("bundle: a\ntitle: 考核\n").0).unwrap();
    let gbk = gbk.to_str().unwrap();
    let broken = "../fixtures/bundles/broken/veto_without_a_clause.yaml";
    for format in ["human", "junit", "sarif"] {
        let files = ["check", broken, "nowhere.yaml", gbk, JOURNEY, "--format", format];
        let shown = shown(1, &files).replace(folder.path().to_str().unwrap(), "FOLDER");
        insta::assert_snapshot!(format!("faults_{format}"), shown);
    }
}

#[test]
fn what_is_asked_under_several_kinds_is_a_note_with_its_lines_and_fails_nothing() {
    const RUIAN: &str = "../rules/ruian-six-no/2020.yaml";
    let printed = ends(0, &["check", RUIAN]);
    let notes: Vec<&str> = printed.err.lines().filter(|line| line.starts_with("说明[asked-twice]")).collect();
    let deaths = notes.iter().find(|line| line.contains("「死亡人数」在几类台账里都要填")).unwrap();
    assert!(deaths.contains("重大刑事案件(第 ") && deaths.contains("、火灾(第 "), "{deaths}");
    let text = fs::read_to_string(RUIAN).unwrap();
    let numbers = deaths.split("(第 ").skip(1).map(|rest| rest.split(' ').next().unwrap().parse::<usize>().unwrap());
    for number in numbers {
        let line = text.lines().nth(number - 1).unwrap();
        assert!(line.contains("title: 死亡人数"), "line {number} is `{line}`");
    }
    assert!(printed.err.contains("最多报一次") && !printed.out.contains("处提醒"), "{printed:?}");
    let document = json(&ends(0, &["check", RUIAN, "--format", "json"]).out);
    assert_eq!(document["files"][0]["notes"].as_array().unwrap().len(), notes.len());
    assert_eq!(document["files"][0]["notes"][0]["severity"], "note");
}

#[test]
fn coverage_names_what_no_case_shows_and_fails_nothing() {
    insta::assert_snapshot!("coverage", shown(0, &["check", BRANCHES, "--coverage"]));
}

#[test]
fn coverage_changes_no_result() {
    let plain = json(&ends(1, &["check", BRANCHES, FAILING, "--format", "json"]).out);
    let mut covered = json(&ends(1, &["check", BRANCHES, FAILING, "--format", "json", "--coverage"]).out);
    for file in covered["files"].as_array_mut().unwrap() {
        let gaps = file.as_object_mut().unwrap().remove("gaps").unwrap();
        assert!(!gaps.as_array().unwrap().is_empty());
    }
    assert_eq!(plain, covered);
}

#[test]
fn each_script_is_said_to_be_compiled_or_interpreted_and_why() {
    insta::assert_snapshot!("manners", shown(0, &["check", MANNERS, "--explain-plan"]));
    insta::assert_snapshot!("manners_en", shown(0, &["check", MANNERS, "--explain-plan", "--lang", "en"]));
    let told = json(&ends(0, &["check", MANNERS, "--explain-plan", "--format", "json"]).out);
    insta::assert_snapshot!("manners_json", format!("{:#}", told["files"][0]["scripts"]));
}

#[test]
fn interpreting_what_is_compiled_changes_no_result() {
    let plain = ends(1, &["check", MANNERS, BRANCHES, FAILING, "--format", "json"]);
    let interpreted = ends(1, &["check", MANNERS, BRANCHES, FAILING, "--format", "json", "--interpret"]);
    assert_eq!(plain, interpreted);
}

#[test]
fn cases_of_a_table_are_proved_and_counted_like_the_others() {
    let shown = shown(0, &["check", JOURNEY, "--cases", "../fixtures/cases/journey.csv"]);
    assert_eq!(shown, format!("----\n{JOURNEY}: 2 条评分项,案例 9/9 通过\n"));
}

#[test]
fn every_fault_of_a_table_is_told_at_its_cell() {
    insta::assert_snapshot!("table_broken", shown(1, &["check", JOURNEY, "--cases", "../fixtures/cases/broken.csv"]));
    insta::assert_snapshot!("table_columns", shown(1, &["check", JOURNEY, "--cases", "../fixtures/cases/columns.csv"]));
}

#[test]
fn a_table_without_a_header_or_without_a_case_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (text, code) in [("a,b\n1,2\n", "no-case-header"), ("案例,期望得分\n,\n", "no-cases")] {
        let path = folder.path().join("案例.csv");
        fs::write(&path, text).unwrap();
        let found = json(&ends(1, &["check", JOURNEY, "--cases", path.to_str().unwrap(), "--format", "json"]).out);
        assert_eq!(found["files"][0]["diagnostics"][0]["code"], code);
    }
}

#[test]
fn a_table_goes_with_one_bundle() {
    let err = ends(2, &["check", JOURNEY, FAILING, "--cases", "../fixtures/cases/journey.csv"]).err;
    assert!(err.contains("一次只检查一个办法"), "{err}");
}

#[test]
fn a_parameter_can_have_another_value_in_one_case() {
    let text = fs::read_to_string(FAILING).unwrap();
    let (head, _) = text.split_once("cases:\n  - name").unwrap();
    let case = |name: &str, more: &str, score: u32| {
        format!(
            "  - name: {name}\n    {more}\n    records: [{{kind: fire, date: 2020-02-29, deaths: 1}}]\n    \
             expect: {{score: {score}}}\n"
        )
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.yaml");
    let check = |cases: &str| {
        fs::write(&path, format!("{head}cases:\n{cases}")).unwrap();
        capture(["liuwu", "check", path.to_str().unwrap(), "--format", "json"])
    };
    let both =
        [case("本市定五分", "as_of: 2020-12-31", 95), case("别处定七分", "parameters: {fire_death: 7}", 93)].concat();
    let (code, printed) = check(&both);
    assert_eq!(code, ExitCode::SUCCESS, "{}", printed.out);
    for (value, fault) in [("{fire_deaths: 7}", "unknown-name"), ("{fire_death: 七}", "wrong-form")] {
        let (code, printed) = check(&case("写错", &format!("parameters: {value}"), 95));
        assert_eq!(code, ExitCode::from(1));
        assert_eq!(json(&printed.out)["files"][0]["diagnostics"][0]["code"], fault);
    }
}

#[test]
fn an_exemption_that_changes_nothing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let units = write("U.json", r#"[{"id": "A"}, {"id": "B"}, {"id": "C"}]"#);
    let fire = |unit: &str, id: &str, deaths: u32| {
        format!(r#"{{"unit": "{unit}", "kind": "fire", "date": "2020-02-29", "id": "{id}", "deaths": {deaths}}}"#)
    };
    // Two of A's deaths alone reach the cap of 8 points; B's only fire is exempted; C has none.
    let records = [fire("A", "1", 2), fire("A", "2", 1), fire("B", "1", 1)].join("\n");
    let records = write("R.jsonl", &records);
    let exemptions = write(
        "E.json",
        r#"[{"unit": "A", "rule": "FIRE-001", "record": "2", "reason": "甲"},
            {"unit": "B", "rule": "FIRE-001", "reason": "乙"},
            {"unit": "C", "rule": "FIRE-001", "reason": "丙"},
            {"unit": "C", "rule": "FIRE-001", "until": "2019-12-31", "reason": "旧"}]"#,
    );
    let files = ["assess", FAILING, "--units", &units, "--records", &records, "--exemptions", &exemptions];
    let err = ends(0, &[&files[..], &["--period", "2020"]].concat()).err;
    let named: Vec<&str> = err.lines().filter(|line| line.starts_with("提醒[exemption-")).collect();
    assert_eq!(
        named,
        [
            "提醒[exemption-changes-nothing]: 「A」在评分项 FIRE-001 上的免予扣分不起作用:没有它,得分、等次、清单和指标也一样",
            "提醒[exemption-covers-nothing]: 「C」在评分项 FIRE-001 上的免予扣分没有用到:这期间没有认定任何事项",
        ]
    );
}

#[test]
fn the_functions_are_listed_for_editors() {
    let listed = json(&ends(0, &["functions", "--format", "json"]).out);
    let functions = liuwu_engine::script::functions();
    assert_eq!(listed.as_array().unwrap().len(), functions.len());
    assert_eq!((&listed[0]["name"], &listed[0]["chinese"]), (&Json::from("deduct"), &Json::from("扣分")));
    let reference = ends(0, &["functions"]).out;
    assert_eq!(reference.matches("\n## `").count(), functions.len());
}
