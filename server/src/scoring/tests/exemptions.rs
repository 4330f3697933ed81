//! A list of exemptions counts the same whether it is scored as a file or uploaded to the store.

use super::*;
use crate::files::{self, Given, Text};
use crate::upload::{self, File, Said};

/// One fire of two is exempted, for one year.
const EXEMPTIONS: &str = r#"[
  {"unit": "v1", "rule": "F-1", "record": "H7", "period": "2020", "reason": "雷击", "approved_by": "市委平安办",
   "approved_on": "2021-01-04"},
  {"unit": "v2", "rule": "F-1", "reason": "雷击"}
]"#;

const FIRES: [(&str, &str, &str); 4] =
    [("v1", "H6", "2.5"), ("v1", "H7", "3.5"), ("v2", "H8", "0.5"), ("v2", "H9", "1.5")];

/// What is said of a village in both ways: its scores, and which of its fires count.
type Said2020 = Vec<(String, Option<String>, Option<String>, Vec<(String, bool)>)>;

fn told(results: impl Iterator<Item = Filed>) -> Said2020 {
    let mut told: Said2020 = results
        .filter(|filed| ["v1", "v2"].contains(&filed.unit.as_str()))
        .map(|filed| {
            let findings = filed.findings.iter().map(|finding| (finding.reason.clone(), finding.exempted)).collect();
            let text = |number: Option<liuwu_engine::number::Number>| number.map(|number| number.to_string());
            (filed.unit.clone(), text(filed.score), text(filed.score_without_exemptions), findings)
        })
        .collect();
    told.sort();
    told
}

/// As `liuwu assess` scores it: everything out of files.
fn by_files(plan: &Arc<Plan>) -> Said2020 {
    let unit = |(id, level, parent): (&str, &str, &str)| json!({"id": id, "level": level, "parent": parent});
    let mut units = vec![json!({"id": "c1", "level": "county"})];
    units.extend([("t1", "town", "c1"), ("v1", "village", "t1"), ("v2", "village", "t1")].map(unit));
    let fire = |(unit, id, loss): (&str, &str, &str)| {
        json!({"unit": unit, "kind": "fire", "date": "2020-03-01", "id": id, "loss": loss}).to_string()
    };
    let (units, records) = (json!(units).to_string(), FIRES.map(fire).join("\n"));
    let given = Given {
        units: Text { name: "U.json", text: &units },
        records: Text { name: "R.jsonl", text: &records },
        exemptions: Some(Text { name: "E.json", text: EXEMPTIONS }),
        not_handed_in: &[],
    };
    let world = Arc::new(files::world(&plan.bundle, &given, KEY).unwrap());
    let request = Request { periods: Period::parse_list("2020").unwrap(), as_of: None };
    let results = on_threads(|| assess(plan, &world, &request, &Priors::new())).unwrap().unwrap();
    told(results.iter().map(|result| Filed::of(result, &plan.bundle.dictionary)))
}

/// The list as it is uploaded on a day.
fn uploaded(store: &dyn Store, plan: &Plan, list: &str, day: &str) -> upload::Report {
    let file = File { name: "E.json".to_owned(), bytes: list.as_bytes().to_vec() };
    let report = upload::prepare(store, &plan.bundle, &[file], &Said::new("李", noon(day), "免予扣分")).unwrap();
    assert!(report.acceptable, "{:?}", report.faults);
    report
}

fn by_store(store: &dyn Store, plan: &Plan) -> Said2020 {
    furnish(store, YEARLY, &["fire", "warning"]);
    let fire = |(unit, id, loss): (&str, &str, &str)| RecordRow {
        number: Some(id.to_owned()),
        date: parse_date("2020-03-01").unwrap(),
        fields: Map::from_iter([("loss".to_owned(), json!(loss))]),
        ..row(unit, "fire", (2020, 0), None)
    };
    store.append_batch(batch(FIRES.map(fire).to_vec())).unwrap();
    upload::commit(store, uploaded(store, plan, EXEMPTIONS, "2021-01-05")).unwrap().unwrap();
    let run = score(store, &ask("2020")).unwrap();
    told(all_of(store, run.id, "2020".parse().unwrap()).unwrap().into_iter())
}

#[test]
fn the_same_list_counts_the_same_as_a_file_and_in_the_store() {
    let store = Memory::new();
    furnish(&store, YEARLY, &[]);
    let plan = plan_of(&store.edition("trial", "1").unwrap()).unwrap();
    let by_files = by_files(&plan);
    let of_v1: Vec<bool> = by_files[0].3.iter().filter(|(why, _)| why == "火灾一起").map(|(_, is)| *is).collect();
    assert_eq!(of_v1, [false, true], "the exemption is for one record: {by_files:?}");
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(by_store(&Memory::new(), &plan), by_files);
    assert_eq!(by_store(&sled::open(directory.path()).unwrap(), &plan), by_files);
}

#[test]
fn a_list_uploaded_again_on_another_day_is_known() {
    let store = Memory::new();
    furnish(&store, YEARLY, &[]);
    let plan = plan_of(&store.edition("trial", "1").unwrap()).unwrap();
    upload::commit(&store, uploaded(&store, &plan, EXEMPTIONS, "2021-01-05")).unwrap().unwrap();
    assert!(uploaded(&store, &plan, EXEMPTIONS, "2021-01-09").is_empty());
    let without_day = EXEMPTIONS.replace(",\n   \"approved_on\": \"2021-01-04\"", "");
    assert!(without_day != EXEMPTIONS && uploaded(&store, &plan, &without_day, "2021-01-09").is_empty());
    // Of another record it is another one.
    let other = EXEMPTIONS.replace("H7", "H6");
    let batch = uploaded(&store, &plan, &other, "2021-01-09").batch().clone();
    let [exemption] = batch.exemptions.as_slice() else { panic!("{batch:?}") };
    assert_eq!(exemption.record.as_deref(), Some("H6"));
    assert_eq!(exemption.approved_on, Some(parse_date("2021-01-04").unwrap()), "not the day of receipt");
}
