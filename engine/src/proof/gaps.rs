//! What no case of a bundle shows: rules without a case for each of their ends, ratings and lists that nothing leads to, branches
//! of scripts that no case enters.
//!
//! Enters: a [`Plan`], the cases and their [`Proof`]s. Leaves: a remark for each gap, in the order of the file.

use std::sync::Arc;

use super::{Proof, prove_case};
use crate::assess::{AssessError, Plan};
use crate::assessment::{Assessment, Outcome};
use crate::bundle::{Bundle, Case, List, Over, Place, Rating};
use crate::codes::cases as codes;
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::period::Granularity;
use crate::script::Unreached;

/// Looks for what no case shows. The cases run once more, with programs that mark the branches they reach; what they come to
/// is taken from the proofs.
///
/// # Errors
/// [`AssessError::CalledOff`] when the run was called off.
pub fn gaps<'a>(
    plan: &Arc<Plan>,
    cases: impl IntoIterator<Item = &'a Case>,
    proofs: &[Proof],
) -> Result<Vec<Diagnostic>, AssessError> {
    let results: Vec<&Assessment> = proofs.iter().flat_map(|proof| &proof.results).collect();
    let mut gaps = Gaps { bundle: &plan.bundle, results, found: Vec::new() };
    gaps.rules();
    gaps.ratings_and_lists(None);
    for place in 0..plan.bundle.roll_up.len() {
        gaps.ratings_and_lists(Some(place));
    }
    let traced = Arc::new(plan.tracing());
    for case in cases {
        prove_case(&traced, case)?;
    }
    for (branch, place) in traced.unreached() {
        gaps.add(code_of(branch), place, &[]);
    }
    gaps.found.sort_by(|a, b| a.location.cmp(&b.location));
    Ok(gaps.found)
}

fn code_of(branch: Unreached) -> &'static Code {
    match branch {
        Unreached::Script => &codes::NEVER_RUN,
        Unreached::Function => &codes::NEVER_CALLED,
        Unreached::Decided => &codes::NEVER_DECIDED,
        Unreached::True => &codes::NEVER_TRUE,
        Unreached::False => &codes::NEVER_FALSE,
        Unreached::Loop => &codes::NEVER_LOOPED,
        Unreached::Arm => &codes::NEVER_CHOSEN,
    }
}

struct Gaps<'a> {
    bundle: &'a Bundle,
    results: Vec<&'a Assessment>,
    found: Vec<Diagnostic>,
}

impl Gaps<'_> {
    fn add(&mut self, code: &'static Code, (line, column): Place, arguments: &[(&'static str, &str)]) {
        let gap = arguments.iter().fold(Diagnostic::new(code), |gap, (name, value)| gap.with(name, value));
        self.found.push(gap.at(Location::text(&self.bundle.file, line, column)));
    }

    fn rules(&mut self) {
        let ends = [
            (Outcome::Findings, &codes::NEVER_FINDS),
            (Outcome::Clean, &codes::NEVER_CLEAN),
            (Outcome::CannotCheck, &codes::NEVER_UNCHECKED),
        ];
        for rule in self.bundle.all_rules() {
            for (end, code) in ends {
                if !self.results.iter().any(|result| shows(result, &rule.id, end)) {
                    self.add(code, rule.place, &[("rule", &rule.id)]);
                }
            }
        }
    }

    /// Those of the units themselves, or of a roll-up by its place.
    fn ratings_and_lists(&mut self, roll_up: Option<usize>) {
        let bundle = self.bundle;
        let (rating, lists, place): (&Rating, &[List], Place) = match roll_up.and_then(|at| bundle.roll_up.get(at)) {
            Some(roll_up) => (&roll_up.rating, &roll_up.lists, roll_up.place),
            None => (&bundle.rating, &bundle.lists, (1, 1)),
        };
        let over = roll_up.and_then(|at| bundle.roll_up.get(at)).map(|roll_up| &roll_up.over);
        let of_it: Vec<&Assessment> = self.results.iter().copied().filter(|r| is_over(r, over, bundle)).collect();
        let fixed = [&rating.vetoed, &rating.incomplete, &rating.not_rated];
        let mut names: Vec<&str> = Vec::new();
        for name in rating.ladder.iter().chain(fixed.into_iter().flatten()) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        for name in names.into_iter().filter(|name| !of_it.iter().any(|result| result.rating.as_deref() == Some(*name)))
        {
            let band =
                rating.bands.iter().find(|band| band.name == name).or(rating.bands.first()).map(|band| band.place);
            self.add(&codes::RATING_NOT_REACHED, band.unwrap_or(place), &[("rating", name)]);
        }
        for list in lists.iter().filter(|list| !of_it.iter().any(|r| r.lists.iter().any(|id| **id == *list.id))) {
            self.add(&codes::LIST_NEVER_ENTERED, list.place, &[("list", &list.title)]);
        }
    }
}

/// Whether a rule ends so in a result. A rule that only remarks on something has found it too.
fn shows(result: &Assessment, rule: &str, end: Outcome) -> bool {
    let outcome = result.outcomes.get(rule).copied();
    let remarks = || outcome == Some(Outcome::Clean) && result.findings_of(rule).next().is_some();
    outcome == Some(end) || (end == Outcome::Findings && remarks())
}

/// Whether a result is one of a roll-up, or none of any.
fn is_over(result: &Assessment, over: Option<&Over>, bundle: &Bundle) -> bool {
    let scored = bundle.assess.period;
    let is_unit = result.level.as_ref() == bundle.assess.unit && !result.unit.contains(':');
    let is_year = scored != Granularity::Year && result.period.granularity() == Some(Granularity::Year);
    match over {
        None => is_unit && !is_year,
        Some(Over::Year) => is_unit && is_year,
        Some(Over::Level(level)) => result.unit.strip_prefix(level.as_str()).is_some_and(|rest| rest.starts_with(':')),
        Some(Over::All) => result.level.as_ref() == crate::assess::ALL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// None: scripts that are at fault in themselves are not traced.
    fn plan(path: &std::path::Path) -> Option<Arc<Plan>> {
        let text = std::fs::read_to_string(path).unwrap();
        let bundle = crate::bundle::read(&path.file_name().unwrap().to_string_lossy(), &text).unwrap().0;
        Plan::new(Arc::new(bundle)).ok().map(Arc::new)
    }

    #[test]
    fn a_traced_bundle_comes_to_the_same_results() {
        let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/bundles");
        let mut files: Vec<_> = std::fs::read_dir(format!("{fixtures}/standards")).unwrap().collect();
        files.extend(std::fs::read_dir(format!("{fixtures}/traced")).unwrap());
        let mut branches = 0;
        crate::script::threads(Some(2)).unwrap().install(|| {
            for file in files {
                let Some(plan) = plan(&file.unwrap().path()) else { continue };
                let traced = Arc::new(plan.tracing());
                for case in &plan.bundle.cases {
                    let of = |plan| -> Vec<_> {
                        prove_case(plan, case).unwrap().results.iter().map(Assessment::to_json).collect()
                    };
                    assert_eq!(of(&plan), of(&traced), "{} {}", plan.bundle.file, case.name);
                }
                branches += traced.branches();
            }
        });
        assert!(branches > 300, "{branches} branches are looked at");
    }
}
