//! The files of the project as they lie in the working tree, without what building leaves behind.

use std::fs;
use std::path::{Path, PathBuf};

/// What is not part of the project.
const LEFT_OUT: &[&str] = &[".git", "target", "node_modules", "data"];

/// One file that can be read as text.
pub struct File {
    /// Its path from the root, with slashes.
    pub path: String,
    /// What stands in it.
    pub text: String,
}

/// The root of the project.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// Every file of text under a folder of the project, by its path. An empty folder name means all.
pub fn files(folder: &str) -> Vec<File> {
    let root = root();
    let mut paths = Vec::new();
    walk(&root.join(folder), &mut paths);
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).ok()?;
        let path = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        Some(File { path, text })
    };
    paths.into_iter().filter_map(read).collect()
}

/// Every Rust source of the two crates and of their tests.
pub fn sources() -> Vec<File> {
    let folders = ["engine", "server", "tests"].into_iter().flat_map(files);
    folders.filter(|file| file.path.ends_with(".rs")).collect()
}

/// Every Rust source that is built into the program, so without those of tests.
pub fn built_sources() -> Vec<File> {
    let mut sources = sources();
    let tests: Vec<String> = sources.iter().flat_map(test_modules).collect();
    sources.retain(|file| {
        let is_test = tests.iter().any(|module| {
            let rest = file.path.strip_prefix(module.as_str());
            rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
        });
        file.path.contains("/src/") && !file.path.starts_with("tests/") && !is_test
    });
    sources
}

impl File {
    /// Its lines with their numbers, without comments and without the module of tests at its end.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let end = self.text.find("#[cfg(test)]\nmod tests {").unwrap_or(self.text.len());
        let lines = self.text[..end].lines().enumerate().map(|(index, line)| (index + 1, line));
        lines.map(|(number, line)| (number, line.split("//").next().unwrap_or(line)))
    }

    /// Its path without the name of the crate's folder and the ending: `bundle/keys` for `engine/src/bundle/keys.rs`.
    pub fn module(&self) -> &str {
        let inside = self.path.split_once("/src/").map_or(self.path.as_str(), |(_, inside)| inside);
        inside.strip_suffix(".rs").unwrap_or(inside)
    }
}

/// The modules that a file declares for tests alone, as paths without the ending.
fn test_modules(file: &File) -> Vec<String> {
    let folder = match file.path.rsplit_once('/') {
        Some((folder, "mod.rs" | "lib.rs" | "main.rs")) => folder,
        _ => file.path.strip_suffix(".rs").unwrap(),
    };
    let declared = file.text.split("#[cfg(test)]\nmod ").skip(1);
    let names =
        declared.filter_map(|rest| rest.split_once(';')).filter(|(name, _)| !name.contains(char::is_whitespace));
    names.map(|(name, _)| format!("{folder}/{name}")).collect()
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if LEFT_OUT.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            walk(&entry.path(), paths);
        } else {
            paths.push(entry.path());
        }
    }
}
