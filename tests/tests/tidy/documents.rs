//! What is written about the project is true of it: generated documents are current, paths exist, keys are those the reader
//! accepts, commands are those the program has.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use liuwu_engine::codes;
use liuwu_engine::diagnostic::{Code, Severity};

use super::tree::{File, files, root};

const MESSAGES: &str = "docs/messages.md";
const BUNDLE: &str = "docs/bundle.md";
/// Set to anything to write generated documents anew instead of comparing them.
const UPDATE: &str = "UPDATE_DOCS";

/// What a document names under these is made by the reader or by building, not part of the project.
const NOT_KEPT: &[&str] = &["target/", "data/", "my-village/", "/"];

/// The areas of messages, in the order of the document.
const AREAS: &[(&str, &[&Code])] = &[
    ("考核办法的写法 · The YAML of a rule bundle", codes::bundle::ALL),
    ("脚本 · Scripts", codes::script::ALL),
    ("表格文件 · Sheets and other files handed in", codes::sheet::ALL),
    ("填报内容 · Values of records", codes::data::ALL),
    ("测算用的文件 · Files of `liuwu assess`", codes::files::ALL),
];

#[test]
fn the_document_of_messages_is_current() {
    let path = root().join(MESSAGES);
    if std::env::var_os(UPDATE).is_some() {
        fs::write(&path, messages()).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == messages(),
        "{MESSAGES} is not what the catalogue gives; run: {UPDATE}=1 cargo test -p liuwu-tests"
    );
}

#[test]
fn the_document_of_messages_has_every_area() {
    let listed: usize = AREAS.iter().map(|(_, area)| area.len()).sum();
    assert_eq!(listed, codes::all().count());
}

#[test]
fn every_path_named_in_a_document_exists() {
    let mut faults = Vec::new();
    for document in documents() {
        let folder = document.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (line, path) in paths(&document) {
            let from_root = root().join(&path);
            let from_here = root().join(folder).join(&path);
            if !from_root.exists() && !from_here.exists() {
                faults.push(format!("{}:{line}: {path}", document.path));
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn the_reference_of_bundles_has_every_key_that_the_reader_asks_for() {
    let reference = fs::read_to_string(root().join(BUNDLE)).unwrap();
    let named: BTreeSet<&str> = reference.split('`').skip(1).step_by(2).flat_map(keys_in).collect();
    let asked = keys_asked_for();
    assert!(asked.len() > 80, "the way in which the reader asks for keys is not known here any more");
    let missing: Vec<&String> = asked.iter().filter(|key| !named.contains(key.as_str())).collect();
    assert_eq!(missing, Vec::<&String>::new(), "{BUNDLE} says nothing about these");
}

/// The first cell of each row of a table in the reference is a key; it must be one that exists.
#[test]
fn the_reference_of_bundles_has_no_key_that_nobody_asks_for() {
    let reference = fs::read_to_string(root().join(BUNDLE)).unwrap();
    let asked = keys_asked_for();
    let rows = reference.lines().filter_map(|line| line.strip_prefix("| `")).filter_map(|rest| rest.split_once('`'));
    let keys: Vec<&str> = rows.flat_map(|(cell, _)| keys_in(cell)).collect();
    assert!(!keys.is_empty());
    let unknown: Vec<&&str> = keys.iter().filter(|key| !asked.contains(**key)).collect();
    assert_eq!(unknown, Vec::<&&str>::new());
}

/// Every catalogue entry, area by area, in both languages.
fn messages() -> String {
    let mut out = String::from(
        "# 提示语一览 · Messages\n\n\
         每条提示都有一个编号,如 `unknown-key`,后面是原文和改法;花括号里的内容换成实际的名称和数值。\n\
         Every message has a code such as `unknown-key`; what stands in braces is filled in.\n\n\
         本文由程序按提示语目录生成 · Generated from the catalogue in `engine/src/codes`.\n",
    );
    for (title, area) in AREAS {
        let _ = writeln!(out, "\n## {title}");
        for code in *area {
            let severity = match code.severity {
                Severity::Error => "错误 error",
                Severity::Warning => "提醒 warning",
            };
            let _ = writeln!(out, "\n### `{}`\n\n{severity}\n", code.id);
            let _ = writeln!(out, "- {}", sentence(code.zh, code.help_zh, "。"));
            let _ = writeln!(out, "- {}", sentence(code.en, code.help_en, ". "));
        }
    }
    out
}

/// What is wrong, and how to mend it. A `|` or `<` of a message stays as it is outside tables and tags.
fn sentence(what: &str, help: &str, between: &str) -> String {
    let text = if help.is_empty() { what.to_owned() } else { format!("{what}{between}{help}") };
    text.replace('<', "&lt;").replace('\n', " ")
}

/// The documents written for readers.
fn documents() -> Vec<File> {
    let documents = files("").into_iter().filter(|file| file.path.ends_with(".md") && file.path != MESSAGES);
    documents.filter(|file| !file.path.starts_with("fixtures/")).collect()
}

/// What a document names as a path, in backticks or as the target of a link, with the lines.
fn paths(document: &File) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut in_block = false;
    for (index, line) in document.text.lines().enumerate() {
        if line.starts_with("```") {
            in_block = !in_block;
            continue;
        }
        if in_block {
            continue;
        }
        let quoted = line.split('`').skip(1).step_by(2).filter(|text| is_path(text));
        let linked = line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
        let linked = linked.filter(|target| !target.contains("://") && !target.starts_with('#'));
        let linked = linked.map(|target| target.split('#').next().unwrap_or(target));
        found.extend(quoted.chain(linked).map(|path| (index + 1, before_stars(path).to_owned())));
    }
    found.retain(|(_, path)| !NOT_KEPT.iter().any(|made| path.starts_with(made)));
    found
}

/// Whether what stands in backticks looks like a path of the project.
fn is_path(text: &str) -> bool {
    let plain = text.chars().all(|c| c.is_alphanumeric() || "./_-*()".contains(c));
    plain
        && text.contains('/')
        && !text.contains("//")
        && !text.starts_with("application/")
        && !text.starts_with("text/")
}

/// The folder in which a path with stars looks.
fn before_stars(path: &str) -> &str {
    path.split_once('*').map_or(path, |(before, _)| before.rsplit_once('/').map_or("", |(folder, _)| folder))
}

/// The keys in a piece of code: words of small letters.
fn keys_in(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_ascii_lowercase() && c != '_').filter(|word| !word.is_empty())
}

/// Every key that the reader of bundles asks a map for, by the way in which its sources ask.
fn keys_asked_for() -> BTreeSet<String> {
    const ASKS: &[&str] = &[
        ".get(\"",
        ".written(\"",
        ".required(\"",
        ".text(\"",
        ".optional_text(\"",
        ".number(\"",
        ".count(\"",
        ".date(\"",
        ".granularity(\"",
        ".script(\"",
        ".flag(\"",
        ".word(\"",
        ".items(\"",
        ".named(\"",
        ".texts(\"",
    ];
    let mut keys = BTreeSet::new();
    for source in files("engine/src/bundle").iter().filter(|file| !file.path.contains("tests")) {
        for ask in ASKS {
            let asked = source.text.split(ask).skip(1).filter_map(|rest| rest.split_once('"'));
            keys.extend(asked.map(|(key, _)| key.to_owned()));
        }
    }
    keys
}
