//! The entries of a list: who, for what reason, whose business.
//!
//! Enters: the assessments of a run. Leaves: [`Item`]s for the command line, the API and pages. Next: [`crate::pages`].

use liuwu_engine::assessment::FindingKind;
use liuwu_engine::bundle::{Bundle, List};
use liuwu_engine::division::short_name;
use liuwu_engine::number::Number;
use serde::Serialize;

use crate::filed::{Filed, FiledEntry, FiledEvidence};
use crate::store::UnitRow;

/// One entry of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// The unit's id.
    pub unit: String,
    /// The unit's short name.
    pub name: String,
    /// The short name of the town it lies in; empty for others.
    pub town: String,
    /// Whose business it is: the department of the kind or of the rule.
    pub department: Option<String>,
    /// Why, in words.
    pub reasons: Vec<String>,
    /// The unit's score.
    pub score: Option<Number>,
    /// The unit's rating.
    pub rating: Option<String>,
    /// The record that is the entry.
    pub record: Option<FiledEvidence>,
    /// The rule whose finding is the entry.
    pub rule: Option<String>,
}

/// The entries of a list, in the order of the assessments.
pub fn items(list: &List, all: &[Filed], bundle: &Bundle, units: &[UnitRow]) -> Vec<Item> {
    let mut items = Vec::new();
    for filed in all {
        for entry in filed.entries.iter().filter(|entry| entry.list == list.id) {
            items.push(item(entry, filed, bundle, units));
        }
    }
    items
}

fn item(entry: &FiledEntry, filed: &Filed, bundle: &Bundle, units: &[UnitRow]) -> Item {
    let row = units.binary_search_by(|row| row.id.as_str().cmp(&filed.unit)).ok().and_then(|at| units.get(at));
    let town = row.and_then(|row| row.parent.as_deref());
    let town =
        town.and_then(|id| units.binary_search_by(|row| row.id.as_str().cmp(id)).ok()).and_then(|at| units.get(at));
    let (department, reasons, rule) = match (&entry.record, entry.finding.and_then(|place| filed.findings.get(place))) {
        (Some(record), _) => {
            let kind = bundle.dictionary.kinds.get(&record.kind);
            let title = kind.map_or_else(|| record.kind.clone(), |kind| kind.title.clone());
            let number = record.id.as_deref().map(|id| format!(" {id}")).unwrap_or_default();
            let department = entry.department.clone().or_else(|| kind.and_then(|kind| kind.department.clone()));
            (department, vec![format!("{title}{number}({})", record.date)], None)
        }
        (None, Some(finding)) => {
            let rule = bundle.all_rules().into_iter().find(|rule| rule.id == finding.rule);
            let department = rule.and_then(|rule| rule.department.clone());
            (department, vec![finding.reason.to_string()], Some(finding.rule.clone()))
        }
        (None, None) => (None, unit_reasons(filed), None),
    };
    Item {
        unit: filed.unit.clone(),
        name: row.map_or_else(|| filed.unit.clone(), |row| short_name(&row.name)),
        town: town.map(|town| town.name.clone()).unwrap_or_default(),
        department,
        reasons,
        score: filed.score,
        rating: filed.rating.clone(),
        record: entry.record.clone(),
        rule,
    }
}

/// What of a unit's findings weighs most: vetoes, then breaches; without either, its largest deductions.
fn unit_reasons(filed: &Filed) -> Vec<String> {
    let of = |kind: FindingKind| {
        let findings = filed.findings.iter().filter(move |finding| finding.kind == kind && !finding.exempted);
        findings.map(|finding| finding.reason.clone())
    };
    let mut reasons: Vec<String> = of(FindingKind::Veto).chain(of(FindingKind::Breach)).collect();
    reasons.dedup();
    if reasons.is_empty() {
        let mut deductions: Vec<_> = filed.findings.iter().filter(|finding| finding.counted.is_negative()).collect();
        deductions.sort_by_key(|finding| finding.counted);
        reasons =
            deductions.into_iter().take(3).map(|finding| format!("{} {}", finding.reason, finding.counted)).collect();
    }
    reasons
}
