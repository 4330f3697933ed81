//! Bundles of this repository, read for tests.

#![allow(dead_code, reason = "each test file uses a part of this")]

pub mod facts;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use liuwu_engine::assess::Plan;
use liuwu_engine::bundle;
use liuwu_engine::diagnostic::{Diagnostic, Lang};
use liuwu_engine::script::threads;

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The bundles directly in a folder, or one folder further down, in order of their names.
pub fn in_folder(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no bundle in {folder}");
    found
}

/// A bundle ready to score, or what is wrong with it, as `liuwu check` says it.
pub fn plan(name: &str, text: &str) -> Result<Arc<Plan>, String> {
    let told = |faults: Vec<Diagnostic>| faults.iter().map(tell).collect::<Vec<_>>().join("\n");
    let (bundle, _) = bundle::read(name, text).map_err(told)?;
    Plan::new(Arc::new(bundle)).map(Arc::new).map_err(told)
}

fn tell(fault: &Diagnostic) -> String {
    format!("{}: [{}] {}", fault.location.to_line(), fault.code.id, fault.message(Lang::Zh))
}

/// The plan of a file.
pub fn plan_of(path: &Path) -> Result<Arc<Plan>, String> {
    let name = path.strip_prefix(root()).unwrap_or(path).display().to_string();
    plan(&name, &std::fs::read_to_string(path).unwrap())
}

/// Does something on threads on which scripts may run.
pub fn on_threads<T: Send>(count: usize, work: impl FnOnce() -> T + Send) -> T {
    threads(Some(count)).unwrap().install(work)
}
