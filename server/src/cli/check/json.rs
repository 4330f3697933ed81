//! What was checked, as one JSON document for programs.
//!
//! `{files: [{file, bundle, diagnostics, notes, cases, gaps?, scripts?, summary}], summary}`. A case is `{name, location, passed, faults, misses,
//! arithmetic}`; a miss says what was `expected` and what was `actual`, in Chinese and English; a line of the arithmetic says what
//! it is about, its clause, what it adds and the sum so far. Numbers are texts, so that nothing is rounded on the way.

use liuwu_engine::diagnostic::Lang;
use liuwu_engine::proof::{Miss, Proof};
use serde_json::{Value as Json, json};

use super::checked::Checked;
use super::manners;

/// The document, indented.
pub(super) fn document(checked: &[Checked], with_manners: bool, lang: Lang) -> String {
    let cases: usize = checked.iter().map(|file| file.proofs.len()).sum();
    let passed: usize = checked.iter().map(Checked::passed).sum();
    let document = json!({
        "files": checked.iter().map(|file| of_file(file, with_manners, lang)).collect::<Vec<_>>(),
        "summary": {
            "files": checked.len(),
            "sound": checked.iter().filter(|file| file.is_sound()).count(),
            "cases": cases,
            "passed": passed,
        },
    });
    format!("{document:#}")
}

fn of_file(file: &Checked, with_manners: bool, lang: Lang) -> Json {
    let (errors, warnings) = file.counts();
    let bundle = file.plan.as_ref().map(|plan| format!("{}@{}", plan.bundle.id, plan.bundle.edition));
    let mut json = json!({
        "file": file.name,
        "bundle": bundle,
        "diagnostics": file.diagnostics,
        "notes": file.notes,
        "cases": file.proofs.iter().map(|proof| of_case(file, proof, lang)).collect::<Vec<_>>(),
        "summary": {
            "sound": file.is_sound(),
            "rules": file.rules(),
            "cases": file.proofs.len(),
            "passed": file.passed(),
            "errors": errors,
            "warnings": warnings,
        },
    });
    if let (Some(gaps), Some(object)) = (&file.gaps, json.as_object_mut()) {
        object.insert("gaps".to_owned(), json!(gaps));
    }
    if let (Some(plan), Some(object)) = (file.plan.as_ref().filter(|_| with_manners), json.as_object_mut()) {
        object.insert("scripts".to_owned(), plan.manners().iter().map(manners::to_json).collect());
    }
    json
}

fn of_case(file: &Checked, proof: &Proof, lang: Lang) -> Json {
    let explanation = file.explanation(proof, lang);
    let lines = explanation.iter().flat_map(|explanation| &explanation.lines).map(|line| {
        json!({
            "what": line.what,
            "of": line.id,
            "clause": line.clause,
            "department": line.department,
            "depth": line.depth,
            "adds": line.adds.to_string(),
            "sum": line.sum.to_string(),
        })
    });
    json!({
        "name": proof.name,
        "location": proof.location,
        "passed": proof.passes(),
        "faults": proof.faults,
        "misses": proof.misses.iter().map(of_miss).collect::<Vec<_>>(),
        "arithmetic": lines.collect::<Vec<_>>(),
    })
}

fn of_miss(miss: &Miss) -> Json {
    json!({
        "about": miss.about,
        "expected": miss.expected.zh,
        "expected_en": miss.expected.en,
        "actual": miss.actual.zh,
        "actual_en": miss.actual.en,
        "location": miss.location,
    })
}
