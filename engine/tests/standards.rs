//! Every bundle of this repository is proved by its own cases; those under `fixtures/bundles/standards` say, one by one, what
//! published standards need.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail loudly, and so do the functions they share"
)]

mod bundles;

use std::fmt::Write as _;

use bundles::{in_folder, on_threads, plan_of};
use liuwu_engine::proof::{Proof, prove};

#[test]
fn every_standard_comes_out_as_worked_out_by_hand() {
    all_cases_pass("fixtures/bundles/standards");
}

#[test]
fn every_shipped_bundle_is_proved_by_its_cases() {
    all_cases_pass("rules");
}

fn all_cases_pass(folder: &str) {
    let mut wrong = String::new();
    for path in in_folder(folder) {
        let plan = match plan_of(&path) {
            Ok(plan) => plan,
            Err(faults) => {
                let _ = writeln!(wrong, "{faults}");
                continue;
            }
        };
        assert!(!plan.bundle.cases.is_empty(), "{} has no cases", path.display());
        for proof in on_threads(2, || prove(&plan)).unwrap().iter().filter(|proof| !proof.passes()) {
            report(proof, &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// What a case expected, what came out, and the findings and remarks that show why: as `liuwu check` prints it.
fn report(proof: &Proof, into: &mut String) {
    let _ = writeln!(into, "case \"{}\" ({})", proof.name, proof.location.to_line());
    for fault in &proof.faults {
        let _ = writeln!(into, "  {}: [{}]", fault.location.to_line(), fault.code.id);
    }
    for miss in &proof.misses {
        let _ = writeln!(into, "  {}: expected {}, came out {}", miss.about, miss.expected.en, miss.actual.en);
    }
    if let Some(result) = proof.results.first() {
        for finding in &result.findings {
            let (kind, points, counted) = (finding.kind.key(), finding.points, finding.counted);
            let _ = writeln!(into, "    {} {kind} {points} ({counted}) {}", finding.rule, finding.reason);
        }
        for remark in &result.remarks {
            let _ = writeln!(into, "    {}: {}", remark.about, remark.en);
        }
    }
}
