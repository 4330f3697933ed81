//! Invented standards, written with the documents alone: what was worked out by hand is what `liuwu assess` gives.
//!
//! Beside `NAME.yaml` stand its units, its records and what is expected: the periods to score, and of each unit and period as much
//! as was worked out.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::blocks::root;
use super::desk::Desk;

const FOLDER: &str = "fixtures/bundles/invented";

fn bundles() -> Vec<PathBuf> {
    let files = fs::read_dir(root().join(FOLDER)).unwrap().map(|entry| entry.unwrap().path().canonicalize().unwrap());
    let mut bundles: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "yaml")).collect();
    bundles.sort();
    bundles
}

#[test]
fn an_invented_standard_comes_out_as_worked_out_by_hand() {
    for bundle in bundles() {
        let beside = |ending: &str| bundle.with_extension(ending);
        let expected: Json = serde_json::from_str(&fs::read_to_string(beside("expected.json")).unwrap()).unwrap();
        let printed = Desk::new().run(&format!(
            "liuwu assess {} --units {} --records {} --period {} --format json",
            bundle.display(),
            beside("units.json").display(),
            beside("records.jsonl").display(),
            expected["periods"].as_str().unwrap(),
        ));
        let results: Vec<Json> = printed.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
        let expected = expected["results"].as_array().unwrap();
        assert!(expected.len() >= 8, "{}", bundle.display());
        for wanted in expected {
            let result = find(&results, wanted).unwrap_or_else(|| panic!("{}: no result {wanted}", bundle.display()));
            let mut differences = Vec::new();
            compare(wanted, result, "", &mut differences);
            assert_eq!(differences, Vec::<String>::new(), "{}: {wanted}", name(&bundle));
        }
    }
}

#[test]
fn the_cases_of_an_invented_standard_come_out() {
    let bundles = bundles();
    assert_eq!(bundles.len(), 3);
    for bundle in bundles {
        let printed = Desk::new().run(&format!("liuwu --lang en check {}", bundle.display()));
        let counts = printed.split(" rules, ").nth(1).and_then(|rest| rest.strip_suffix(" cases pass\n"));
        let (passed, all) = counts.and_then(|counts| counts.split_once('/')).expect(&printed);
        assert_eq!(passed, all, "{printed}");
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// The result of the same unit, level and period.
fn find<'a>(results: &'a [Json], wanted: &Json) -> Option<&'a Json> {
    let same = |result: &Json, key: &str| wanted.get(key).is_none_or(|value| result[key] == *value);
    results.iter().find(|result| ["unit", "level", "period"].iter().all(|key| same(result, key)))
}

/// What is wanted must be there; of maps, only the keys wanted are looked at.
fn compare(wanted: &Json, given: &Json, path: &str, differences: &mut Vec<String>) {
    match (wanted, given) {
        (Json::Object(keys), Json::Object(_)) => {
            for (key, value) in keys {
                compare(value, &given[key], &format!("{path}.{key}"), differences);
            }
        }
        _ if wanted == given => {}
        _ => differences.push(format!("{path}: worked out {wanted}, given {given}")),
    }
}
