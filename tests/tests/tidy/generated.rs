//! Documents that are written from the program itself, and are current: the messages and the functions of scripts.
//!
//! Set `UPDATE_DOCS` to anything to write them anew instead of comparing them.

use std::fmt::Write as _;
use std::fs;

use liuwu::accounts::{Permission, Role, table, words};
use liuwu_engine::codes;
use liuwu_engine::diagnostic::{Code, Severity};

use super::tree::root;

const MESSAGES: &str = "docs/messages.md";
const ACCOUNTS: &str = "docs/accounts.md";
const FUNCTIONS: &str = "docs/functions.md";
/// All of them.
pub const DOCUMENTS: &[&str] = &[MESSAGES, FUNCTIONS];
const UPDATE: &str = "UPDATE_DOCS";

/// The areas of messages, in the order of the document.
const AREAS: &[(&str, &[&Code])] = &[
    ("考核办法的文件 · The file of a rule bundle", codes::form::ALL),
    ("考核办法的写法 · What a rule bundle says", codes::bundle::ALL),
    ("脚本 · Scripts", codes::script::ALL),
    ("案例 · Cases", codes::cases::ALL),
    ("表格文件 · Sheets and other files handed in", codes::sheet::ALL),
    ("填报内容 · Values of records", codes::data::ALL),
    ("对照文件 · Mapping files", codes::mapping::ALL),
    ("测算用的文件 · Files of `liuwu assess`", codes::files::ALL),
];

#[test]
fn the_document_of_messages_is_current() {
    is_current(MESSAGES, &messages());
}

#[test]
fn the_document_of_functions_is_current() {
    is_current(FUNCTIONS, &liuwu::cli::capture(["liuwu", "functions"]).1.out);
}

/// The table of roles stands in a document that is otherwise written by hand.
#[test]
fn the_table_of_roles_in_the_document_is_the_one_of_the_program() {
    let written = fs::read_to_string(root().join(ACCOUNTS)).unwrap();
    let (before, rest) = written.split_once(TABLE_BEGINS).unwrap();
    let (_, after) = rest.split_once(TABLE_ENDS).unwrap();
    is_current(ACCOUNTS, &format!("{before}{TABLE_BEGINS}{}{TABLE_ENDS}{after}", table_of_roles()));
}

const TABLE_BEGINS: &str = "<!-- table -->\n";
const TABLE_ENDS: &str = "<!-- end -->\n";

fn table_of_roles() -> String {
    let roles: Vec<&str> = Role::ALL.iter().map(|role| words::role(*role).0).collect();
    let mut out = format!("| 权限 permission | {} | 启动口令 | 可给密钥 |\n", roles.join(" | "));
    let _ = writeln!(out, "| --- |{}", " :-: |".repeat(Role::ALL.len() + 2));
    for permission in Permission::ALL {
        let held = Role::ALL.iter().map(|role| table::permissions(*role)).chain([table::OPERATOR, table::FOR_KEYS]);
        let marks: Vec<&str> = held.map(|held| if held.contains(&permission) { "✓" } else { "" }).collect();
        let _ = writeln!(out, "| {} `{}` | {} |", permission.zh(), permission.key(), marks.join(" | "));
    }
    out
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
                Severity::Note => "说明 note",
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
