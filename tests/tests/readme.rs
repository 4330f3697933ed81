//! The README is true: its commands run and say what it shows, its example is the file it names, its commands exist.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail loudly, and so do the functions they share"
)]
#![cfg(unix)]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

const LIUWU: &str = env!("CARGO_BIN_EXE_liuwu-under-test");

/// A fenced block: its language and its text.
struct Block {
    language: String,
    text: String,
}

#[test]
fn the_tour_runs_and_says_what_the_readme_shows() {
    let place = place();
    let readme = read("README.md");
    let mut output = String::new();
    let mut shown = 0;
    let blocks = blocks(&readme);
    for (index, block) in blocks.iter().enumerate() {
        match block.language.as_str() {
            "sh" if block.text.starts_with("cargo ") || block.text.starts_with("./") => {}
            "sh" => {
                let fails = blocks.get(index + 1).is_some_and(|next| next.text.starts_with("错误"));
                output = run(place.path(), &block.text, fails);
            }
            "text" => {
                let said: BTreeSet<&str> = output.lines().map(str::trim).collect();
                let missing: Vec<&str> =
                    block.text.lines().map(str::trim).filter(|line| !said.contains(line)).collect();
                assert_eq!(missing, Vec::<&str>::new(), "what was said:\n{output}");
                shown += 1;
            }
            _ => {}
        }
    }
    assert_eq!(shown, 4);
}

#[test]
fn the_first_rule_is_the_file_that_it_is_said_to_be() {
    let readme = read("README.md");
    let blocks = blocks(&readme);
    let example = blocks.iter().find(|block| block.language == "yaml").unwrap();
    assert_eq!(example.text, read("fixtures/tour/first.yaml"));
}

#[test]
fn every_command_and_option_in_the_documents_exists() {
    let mut faults = Vec::new();
    for document in ["README.md", "docs/bundle.md", "docs/data.md", "docs/accounts.md", "docs/corrections.md"] {
        let text = read(document);
        let in_blocks = blocks(&text).into_iter().filter(|block| block.language == "sh").map(|block| block.text);
        let lines: Vec<String> =
            in_blocks.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
        let quoted = text.split('`').skip(1).step_by(2).map(str::to_owned);
        for command in lines.into_iter().chain(quoted) {
            let Some(rest) = command.strip_prefix("liuwu ").or(command.strip_prefix("cargo run --release -- ")) else {
                continue;
            };
            let mut words = rest.split_whitespace();
            let name = words.next().unwrap();
            // Some commands have commands of their own.
            let below = words.clone().next().filter(|_| ["account", "audit", "key"].contains(&name));
            let help = Command::new(LIUWU).arg(name).args(below).arg("--help").output().unwrap();
            let help = if help.status.success() { String::from_utf8(help.stdout).unwrap() } else { String::new() };
            if help.is_empty() {
                faults.push(format!("{document}: no command `{name}`"));
            }
            let unknown = words.filter(|word| word.starts_with("--") && !help.contains(&format!("{word} ")));
            let unknown = unknown.filter(|word| !help.contains(&format!("{word}\n")));
            faults.extend(unknown.map(|option| format!("{document}: `{name}` has no `{option}`")));
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

/// A directory in which the commands find what they name, and `liuwu` on the path.
fn place() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    for folder in ["fixtures", "rules"] {
        symlink(root().join(folder), place.path().join(folder)).unwrap();
    }
    fs::create_dir(place.path().join("bin")).unwrap();
    symlink(LIUWU, place.path().join("bin/liuwu")).unwrap();
    place
}

/// Runs a block in a shell, and gives back everything it says.
fn run(place: &Path, script: &str, fails: bool) -> String {
    let path = format!("{}:{}", place.join("bin").display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    let shell = shell.args(["-e", "-c", script]).current_dir(place).env("PATH", path);
    let output = shell.env_remove("LIUWU_DATA").env_remove("LIUWU_LANG").output().unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    assert_eq!(output.status.success(), !fails, "{script}\n{said}");
    said
}

/// The fenced blocks of a document.
fn blocks(text: &str) -> Vec<Block> {
    let mut parts = text.split("\n```");
    let mut blocks = Vec::new();
    parts.next();
    while let (Some(block), Some(_)) = (parts.next(), parts.next()) {
        let (language, text) = block.split_once('\n').unwrap();
        blocks.push(Block { language: language.to_owned(), text: format!("{text}\n") });
    }
    blocks
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}
