//! Compiled and interpreted runs come to the same, byte for byte: results, findings, reasons, evidence, errors with their places,
//! gaps, and what a run costs. Over all bundles of the repository with generated facts, and over generated scripts.
//!
//! `LIUWU_SCRIPTS` and `LIUWU_FACTS` set how many scripts, and how many sets of facts for each bundle, are tried.

mod facts;
mod grammar;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::threads;
use super::super::watch::{self, Watched};
use crate::assess::{Plan, Priors, Request, World, assess};
use crate::bundle::{self, Bundle};
use crate::period::Period;
use facts::Dice;

/// What an assessment and all its runs came to, on one thread.
fn observe(plan: &Arc<Plan>, world: &Arc<World>, request: &Request) -> (String, Watched) {
    let observe = || {
        watch::begin();
        let results = assess(plan, world, request, &Priors::new()).unwrap();
        let whole =
            results.iter().map(|result| format!("{} {:?} {:?}", result.to_json(), result.ledger, result.remarks));
        (whole.collect::<Vec<_>>().join("\n"), watch::end())
    };
    POOL.with(|pool| pool.install(observe))
}

thread_local! {
    static POOL: rayon::ThreadPool = threads(Some(1)).unwrap();
}

/// A bundle with its scripts compiled, and the same interpreted.
struct Both {
    compiled: Arc<Plan>,
    interpreted: Arc<Plan>,
}

impl Both {
    fn of(bundle: &Arc<Bundle>) -> Both {
        let compiled = Arc::new(Plan::unchecked(Arc::clone(bundle)));
        Both { interpreted: compiled.interpreting(), compiled }
    }

    /// Runs both ways and compares everything; gives how many runs there were, and how many were handed over.
    fn agree(&self, world: &Arc<World>, request: &Request, about: &str) -> (usize, usize) {
        let (results, watched) = observe(&self.compiled, world, request);
        let (expected, plain) = observe(&self.interpreted, world, request);
        for (run, expected) in watched.runs.iter().zip(&plain.runs) {
            assert_eq!(run, expected, "{about}: compiled (left) and interpreted (right) differ");
        }
        assert_eq!(results, expected, "{about}");
        (watched.runs.len(), watched.interpreted)
    }
}

fn read(path: &Path) -> Arc<Bundle> {
    let text = std::fs::read_to_string(path).unwrap();
    Arc::new(bundle::read(&path.display().to_string(), &text).unwrap().0)
}

fn bundles(folder: &str) -> Vec<PathBuf> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn how_many(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().and_then(|count| count.parse().ok()).unwrap_or(usual)
}

/// Runs every bundle of a folder over generated facts.
fn all_agree(folder: &str) {
    let (mut runs, mut interpreted) = (0, 0);
    for path in bundles(folder) {
        let bundle = read(&path);
        let both = Both::of(&bundle);
        for seed in 0..how_many("LIUWU_FACTS", 3) {
            let mut dice = Dice::new(seed);
            let periods = bundle.cases.get(dice.below(bundle.cases.len().max(1))).map(|case| case.periods.clone());
            let periods = periods.unwrap_or_else(|| Period::parse_list("2020").unwrap());
            let world = Arc::new(facts::world(&bundle, &periods, &mut dice));
            let (all, left) =
                both.agree(&world, &Request { periods, as_of: None }, &format!("{} facts {seed}", path.display()));
            runs += all;
            interpreted += left;
        }
    }
    // Were they all handed over, nothing would be compared.
    assert!(interpreted * 4 < runs, "{interpreted} of {runs} runs were left to the interpreter");
}

#[test]
fn shipped_bundles_come_to_the_same_compiled_and_interpreted() {
    all_agree("rules");
}

#[test]
fn bundles_of_every_kind_of_standard_come_to_the_same_compiled_and_interpreted() {
    all_agree("fixtures/bundles/standards");
    all_agree("fixtures/bundles/invented");
}

#[test]
fn every_script_of_the_shipped_bundles_is_compiled() {
    for path in bundles("rules") {
        let plan = Plan::new(read(&path)).unwrap_or_else(|faults| panic!("{faults:?}"));
        let left: Vec<_> = plan.manners().iter().filter(|manner| manner.obstacle.is_some()).collect();
        assert!(left.is_empty(), "{}: {left:#?}", path.display());
    }
}

#[test]
fn of_the_other_bundles_only_named_scripts_are_interpreted() {
    let mut left = Vec::new();
    for path in ["fixtures/bundles/standards", "fixtures/bundles/invented"].into_iter().flat_map(bundles) {
        let plan = Plan::unchecked(read(&path));
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let obstacles = plan.manners().iter().filter_map(|manner| Some((&manner.en, manner.obstacle.as_ref()?)));
        left.extend(obstacles.map(|(about, why)| format!("{file}: {about}: {}", why.en)));
    }
    assert_eq!(left, [""; 0]);
}

#[test]
fn generated_scripts_come_to_the_same_compiled_and_interpreted() {
    let (mut runs, mut interpreted, mut compiled) = (0, 0, 0);
    let first = how_many("LIUWU_FIRST", 0);
    for seed in first..first + how_many("LIUWU_SCRIPTS", 300) {
        let text = grammar::bundle(&mut Dice::new(seed));
        let Ok((bundle, _)) = bundle::read("generated", &text) else { panic!("seed {seed} is no bundle:\n{text}") };
        let bundle = Arc::new(bundle);
        let both = Both::of(&bundle);
        compiled += both.compiled.manners().iter().filter(|manner| manner.obstacle.is_none()).count();
        let periods = Period::parse_list("2020Q1..2020Q2").unwrap();
        let world = Arc::new(facts::world(&bundle, &periods, &mut Dice::new(seed)));
        let request = Request { periods, as_of: None };
        let (all, left) = both.agree(&world, &request, &format!("seed {seed}\n{text}"));
        runs += all;
        interpreted += left;
    }
    assert!(compiled > 0 && interpreted * 2 < runs, "{interpreted} of {runs} runs were left to the interpreter");
}
