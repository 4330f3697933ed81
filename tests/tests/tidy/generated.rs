//! Documents that are written from the program itself, and are current: the messages and the functions of scripts.
//!
//! Set `UPDATE_DOCS` to anything to write them anew instead of comparing them.

use std::fmt::Write as _;
use std::fs;

use liuwu_engine::codes;
use liuwu_engine::diagnostic::{Code, Severity};
use liuwu_engine::script::functions;

use super::tree::root;

const MESSAGES: &str = "docs/messages.md";
const FUNCTIONS: &str = "docs/functions.md";
/// All of them.
pub const DOCUMENTS: &[&str] = &[MESSAGES, FUNCTIONS];
const UPDATE: &str = "UPDATE_DOCS";

/// The areas of messages, in the order of the document.
const AREAS: &[(&str, &[&Code])] = &[
    ("考核办法的写法 · The YAML of a rule bundle", codes::bundle::ALL),
    ("脚本 · Scripts", codes::script::ALL),
    ("案例 · Cases", codes::cases::ALL),
    ("表格文件 · Sheets and other files handed in", codes::sheet::ALL),
    ("填报内容 · Values of records", codes::data::ALL),
    ("测算用的文件 · Files of `liuwu assess`", codes::files::ALL),
];

#[test]
fn the_document_of_messages_is_current() {
    is_current(MESSAGES, &messages());
}

#[test]
fn the_document_of_functions_is_current() {
    is_current(FUNCTIONS, &functions_of_scripts());
}

#[test]
fn the_document_of_messages_has_every_area() {
    let listed: usize = AREAS.iter().map(|(_, area)| area.len()).sum();
    assert_eq!(listed, codes::all().count());
}

fn is_current(document: &str, text: &str) {
    let path = root().join(document);
    if std::env::var_os(UPDATE).is_some() {
        fs::write(&path, text).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == text,
        "{document} is not what the program gives; run: {UPDATE}=1 cargo test -p liuwu-tests --test tidy"
    );
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

/// Every function that scripts can call, in the order of the table.
fn functions_of_scripts() -> String {
    let mut out = String::from(
        "# 脚本函数一览 · Functions of scripts\n\n\
         `count(list)` 和 `list.count()` 是一回事。`参数?` 可以不写,`参数?3` 最多写三个;结果带 `?` 的可能为空 `()`;`item -> boolean` 是写成 `|r| …` 的判断。\n\
         A receiver may as well be the first argument. `parameter?` may be left out, `parameter?3` may be given up to three times; a\n\
         result with `?` may be nothing; `item -> boolean` is a closure such as `|r| r.deaths > 0`.\n\n\
         本文由程序按函数表生成 · Generated from the table in `engine/src/script/functions.rs`.\n",
    );
    for function in functions() {
        let chinese = function.chinese.map(|name| format!(" · `{name}`")).unwrap_or_default();
        let _ = writeln!(out, "\n## `{}`{chinese}\n\n```text", function.name);
        for signature in function.signatures {
            let _ = writeln!(out, "{signature}");
        }
        let _ = writeln!(out, "```\n\n- {}\n- {}\n\n```rhai\n{}\n```", function.zh, function.en, function.example);
    }
    out
}
