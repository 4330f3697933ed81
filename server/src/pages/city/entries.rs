//! The matters on lists that are followed up, counted over all villages of the page.
//!
//! A number over the whole city points at nobody, so that matters of which a village shows only a count are counted exactly
//! here. Matters that the reader may not even count are left out. Next: [`super::sums`].

use std::collections::BTreeMap;

use liuwu_engine::dictionary::Public;

use super::Department;
use crate::disclosure::{Shown, ShownEntry};
use crate::pages::matters::{self, Records};
use crate::pages::results::Results;
use crate::pages::standard::Standard;

/// The matters of each department, most first.
pub(super) fn departments(results: &Results, standard: &Standard<'_>, records: &Records) -> Vec<Department> {
    let mut open: BTreeMap<String, usize> = BTreeMap::new();
    let lists: Vec<&str> = standard.followed_up().map(|list| list.id.as_str()).collect();
    for shown in results.counted() {
        for entry in shown.entries.iter().filter(|entry| lists.contains(&entry.list.as_str())) {
            if let Some(department) = department(results, standard, records, (shown, entry)) {
                *open.entry(department).or_default() += 1;
            }
        }
    }
    let mut departments: Vec<Department> =
        open.into_iter().map(|(name, open)| Department { name, open, overdue: None }).collect();
    departments.sort_by_key(|department| std::cmp::Reverse(department.open));
    departments
}

/// The department that has to settle a matter; none of what is no matter, or not public.
fn department(
    results: &Results,
    standard: &Standard<'_>,
    records: &Records,
    (shown, entry): (&Shown, &ShownEntry),
) -> Option<String> {
    let disclosure = &results.view.edition.disclosure;
    if let Some(evidence) = &entry.record {
        let kind = standard.bundle.dictionary.kinds.get(&evidence.kind)?;
        let found = records.of(&shown.unit, evidence);
        let public = disclosure.kind_through(results.lens(), &evidence.kind) != Public::Met;
        return public.then(|| matters::department(found, Some(kind)));
    }
    let finding = shown.findings.get(entry.finding?)?;
    let rule = standard.rule(&finding.rule)?;
    rule.department.clone().filter(|_| disclosure.rule_through(results.lens(), &finding.rule) != Public::Met)
}
