//! How files are named, how long they are, how they begin, and what none of them may hold.

use super::tree::{File, built_sources, files, sources};

/// A file that is built in is read at one sitting, in lines.
const LONGEST: usize = 500;

/// Files that are longer for a reason, with the length that each may have.
const LONGER: &[(&str, usize, &str)] =
    &[("engine/src/codes/", 900, "a table of messages, looked up and not read through")];

/// Names that say nothing.
const EMPTY_NAMES: &[&str] = &["utils", "util", "helpers", "helper", "common", "misc", "manager", "stuff"];

#[test]
fn a_file_can_be_read_at_one_sitting() {
    let limit =
        |path: &str| LONGER.iter().find(|(name, ..)| path.starts_with(name)).map_or(LONGEST, |(_, most, _)| *most);
    let long = |file: &File| (file.text.lines().count(), limit(&file.path));
    let faults = built_sources()
        .into_iter()
        .map(|file| (file.path.clone(), long(&file)))
        .filter(|(_, (lines, most))| lines > most);
    let faults: Vec<String> =
        faults.map(|(path, (lines, most))| format!("{path}: {lines} lines, at most {most}")).collect();
    assert_eq!(faults, Vec::<String>::new(), "take a part out that can be named");
}

#[test]
fn what_is_longer_for_a_reason_exists() {
    let paths: Vec<String> = built_sources().into_iter().map(|file| file.path).collect();
    let gone = LONGER.iter().filter(|(name, ..)| !paths.iter().any(|path| path.starts_with(name)));
    assert_eq!(gone.map(|(name, ..)| *name).collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn every_file_says_at_its_head_what_it_is_for() {
    let silent = built_sources().into_iter().filter(|file| !file.text.starts_with("//! "));
    assert_eq!(silent.map(|file| file.path).collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn every_file_has_a_name_that_says_something() {
    let empty = |path: &str| path.split(['/', '.']).any(|part| EMPTY_NAMES.contains(&part));
    let faults = sources().into_iter().map(|file| file.path).filter(|path| empty(path));
    assert_eq!(faults.collect::<Vec<_>>(), Vec::<String>::new());
}

/// What is unfinished is not committed; what is true on one machine only is not written down. The marks are put together here
/// so that this file does not hold them itself.
#[test]
fn no_file_holds_marks_of_unfinished_work_or_of_one_machine() {
    let marks: Vec<String> =
        [("TO", "DO"), ("FIX", "ME"), ("XX", "X"), ("unimple", "mented!"), ("/ro", "ot/"), ("/ho", "me/")]
            .iter()
            .map(|(head, tail)| format!("{head}{tail}"))
            .collect();
    let mut faults = Vec::new();
    for file in files("").iter().filter(|file| is_ours(&file.path)) {
        for (index, line) in file.text.lines().enumerate() {
            let found = marks.iter().filter(|mark| line.contains(mark.as_str()));
            faults.extend(found.map(|mark| format!("{}:{}: {mark}", file.path, index + 1)));
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

/// Lock files name packages by their sums; an address in them would be that of one machine's registry. Cargo writes the name of
/// its usual registry beside each package, and no other.
#[test]
fn the_lock_files_name_no_registry_of_one_machine() {
    for file in files("").iter().filter(|file| file.path == "Cargo.lock" || file.path == "web/package-lock.json") {
        let is_usual = |line: &str| file.path == "Cargo.lock" && line.ends_with(".io-index\"");
        let addresses = file.text.lines().filter(|line| line.contains("://") && !is_usual(line));
        let addresses = addresses.filter(|line| !line.contains("\"url\""));
        assert_eq!(addresses.collect::<Vec<_>>(), Vec::<&str>::new(), "{}", file.path);
    }
}

/// Written by us, not taken over or generated.
fn is_ours(path: &str) -> bool {
    !path.starts_with("server/assets/vendor/") && path != "Cargo.lock" && path != "LICENSE" && !path.ends_with(".snap")
}
