//! The shipped bundles: each is sound, its cases come out, and each rule is shown finding something, finding nothing, and
//! without its data.

use std::sync::Arc;

use liuwu_engine::assess::Plan;
use liuwu_engine::assessment::Outcome;
use liuwu_engine::bundle;
use liuwu_engine::diagnostic::Lang;
use liuwu_engine::proof::prove;

use super::tree::{File, files};

#[test]
fn every_rule_of_a_shipped_bundle_has_a_case_that_fires_one_clean_and_one_without_its_data() {
    for file in shipped() {
        let plan = plan(&file);
        let proofs = prove(&plan).unwrap();
        let failing = proofs.iter().filter(|proof| !proof.passes()).map(|proof| (&proof.name, &proof.misses));
        assert_eq!(failing.collect::<Vec<_>>(), Vec::new(), "{}", file.path);
        let mut lacking = Vec::new();
        for rule in plan.bundle.all_rules() {
            let results = || proofs.iter().flat_map(|proof| &proof.results);
            let ended = |outcome| results().any(|result| result.outcomes.get(rule.id.as_str()) == Some(&outcome));
            // A rule that only says something ends clean and has a finding all the same.
            let fires = results().any(|result| result.findings.iter().any(|finding| *finding.rule == *rule.id));
            let shown = [fires, ended(Outcome::Clean), ended(Outcome::CannotCheck)];
            let cases = ["one that fires", "one that is clean", "one without its data"];
            lacking.extend(
                cases.iter().zip(shown).filter(|(_, shown)| !shown).map(|(case, _)| format!("{}: {case}", rule.id)),
            );
        }
        assert_eq!(lacking, Vec::<String>::new(), "{}", file.path);
    }
}

#[test]
fn a_shipped_bundle_gives_no_cause_for_remarks() {
    for file in shipped() {
        let remarks = match bundle::read(&file.path, &file.text) {
            Ok((_, remarks)) => remarks,
            Err(faults) => faults,
        };
        let remarks = remarks.iter().map(|remark| remark.render(Some(&file.text), Lang::En));
        assert_eq!(remarks.collect::<Vec<_>>(), Vec::<String>::new());
    }
}

#[test]
fn the_file_of_an_edition_is_named_after_it_in_the_folder_of_its_bundle() {
    for file in shipped() {
        let plan = plan(&file);
        assert_eq!(file.path, format!("rules/{}/{}.yaml", plan.bundle.id, plan.bundle.edition));
    }
}

fn shipped() -> Vec<File> {
    let shipped: Vec<File> = files("rules").into_iter().filter(|file| file.path.ends_with(".yaml")).collect();
    assert!(!shipped.is_empty());
    shipped
}

fn plan(file: &File) -> Arc<Plan> {
    let plan = bundle::read(&file.path, &file.text).and_then(|(bundle, _)| Plan::new(Arc::new(bundle)));
    Arc::new(plan.unwrap_or_else(|faults| panic!("{}: {faults:#?}", file.path)))
}
