//! Who may name whom: modules only those above them, the engine nothing that acts, one module each of the large dependencies.

use super::tree::{File, built_sources, root};

/// Dependencies that one module alone may name, so that they can be replaced there.
const KEPT_IN: &[(&str, &str)] = &[
    ("rhai", "engine/src/script/"),
    ("saphyr_parser", "engine/src/bundle/guard.rs"),
    ("serde_yaml", "engine/src/bundle/node.rs"),
    ("sled", "server/src/store/sled/"),
    ("calamine", "server/src/intake/excel.rs"),
];

/// What would make the engine depend on when and where it runs.
const ACTS: &[&str] = &[
    "std::env",
    "std::fs",
    "std::io",
    "std::net",
    "std::process",
    "std::time",
    "Timestamp::now",
    "Zoned::now",
    "rand::",
    "getrandom",
    "println!",
    "eprintln!",
];

/// The only modules that meet binary floats, because spreadsheets and JSON hold them: they make exact numbers of them, or cells of exact numbers.
const MEETS_FLOATS: &[&str] = &["engine/src/dictionary/read/", "server/src/intake/", "server/src/sample/book.rs"];

#[test]
fn a_module_imports_only_modules_above_it() {
    let mut faults = Vec::new();
    for krate in ["engine", "server"] {
        let lib = std::fs::read_to_string(root().join(krate).join("src/lib.rs")).unwrap();
        let order: Vec<&str> = lib.lines().filter_map(declared).collect();
        let place = |name: &str| order.iter().position(|module| *module == name);
        let prefix = format!("{krate}/src/");
        for file in built_sources().iter().filter(|file| file.path.starts_with(&prefix)) {
            let Some(own) = place(file.module().split('/').next().unwrap()) else { continue };
            for (line, name) in imported(file) {
                if place(name).is_some_and(|other| other > own) {
                    faults.push(format!("{}:{line}: `{}` stands above `{name}` in lib.rs", file.path, order[own]));
                }
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn the_list_of_modules_is_found_in_both_crates() {
    for (krate, first, last) in [("engine", "number", "proof"), ("server", "store", "cli")] {
        let lib = std::fs::read_to_string(root().join(krate).join("src/lib.rs")).unwrap();
        let order: Vec<&str> = lib.lines().filter_map(declared).collect();
        let place = |name: &str| order.iter().position(|module| *module == name).unwrap();
        assert!(place(first) < place(last), "{order:?}");
    }
}

#[test]
fn a_large_dependency_is_named_in_one_module_only() {
    let mut faults = Vec::new();
    for file in built_sources() {
        for (name, home) in KEPT_IN.iter().filter(|(_, home)| !file.path.starts_with(home)) {
            let lines = file.code().filter(|(_, line)| names_crate(line, name));
            faults.extend(lines.map(|(line, _)| format!("{}:{line}: `{name}` belongs into {home}", file.path)));
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn nothing_is_stored_but_what_a_remit_has_let_through() {
    const MAY: [&str; 2] = ["server/src/store/", "server/src/remit/admitted.rs"];
    const WRITES: [&str; 3] = ["append_batch(", "append_watched(", "begin_batch("];
    let mut faults = Vec::new();
    for file in built_sources().iter().filter(|file| !MAY.iter().any(|home| file.path.starts_with(home))) {
        let lines = file.code().filter(|(_, line)| WRITES.iter().any(|write| line.contains(write)));
        faults.extend(lines.map(|(line, _)| format!("{}:{line}: ask `Remit::admit` for a batch to store", file.path)));
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn the_engine_reads_no_file_no_clock_and_no_chance() {
    let mut faults = Vec::new();
    for file in built_sources().iter().filter(|file| file.path.starts_with("engine/")) {
        for (line, text) in file.code() {
            let acts = ACTS.iter().filter(|act| text.contains(**act));
            faults.extend(acts.map(|act| format!("{}:{line}: `{act}`", file.path)));
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn no_number_is_a_binary_float() {
    let mut faults = Vec::new();
    for file in built_sources() {
        if MEETS_FLOATS.iter().any(|home| file.path.starts_with(home)) {
            continue;
        }
        let lines = file.code().filter(|(_, line)| words(line).any(|word| word == "f64" || word == "f32"));
        faults.extend(lines.map(|(line, text)| format!("{}:{line}: {}", file.path, text.trim())));
    }
    assert_eq!(faults, Vec::<String>::new());
}

/// The module that a line of `lib.rs` declares.
fn declared(line: &str) -> Option<&str> {
    line.strip_prefix("pub mod ").or(line.strip_prefix("mod "))?.strip_suffix(';')
}

/// The modules of its own crate that a file names, with the lines.
fn imported(file: &File) -> impl Iterator<Item = (usize, &str)> {
    file.code().flat_map(|(number, line)| {
        let named = line.match_indices("crate::").map(move |(at, found)| &line[at + found.len()..]);
        named.flat_map(move |rest| {
            let (rest, several) = rest.strip_prefix('{').map_or((rest, false), |inside| (inside, true));
            let count = if several { usize::MAX } else { 1 };
            let ends = |c: char| !c.is_alphanumeric() && c != '_';
            rest.split(", ").take(count).map(move |part| (number, part.split(ends).next().unwrap_or_default()))
        })
    })
}

/// Whether a line names a crate. What follows a longer path is a module of our own, and so is the `sled` that has `open`.
fn names_crate(line: &str, name: &str) -> bool {
    let in_word = |text: &str| text.ends_with(|c: char| c.is_alphanumeric() || c == '_');
    line.match_indices(&format!("{name}::")).any(|(at, found)| {
        let (before, after) = (&line[..at], &line[at + found.len()..]);
        let of_a_path = before.strip_suffix("::").is_some_and(in_word);
        !in_word(before) && !of_a_path && !after.starts_with("open(")
    })
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_')
}
