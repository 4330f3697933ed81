//! `liuwu functions`: the functions that scripts can call, for editors and for the reference.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::ValueEnum;
use liuwu_engine::script;

use super::terminal::Terminal;

/// 脚本函数一览
#[derive(clap::Args)]
#[command(after_help = "例 · Example:\n  liuwu functions --format json")]
pub(super) struct Functions {
    /// 输出格式 · Output
    #[arg(long, value_enum, default_value = "markdown")]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// 一个 JSON 数组,供编辑器补全 · a JSON array, for editors
    Json,
    /// Markdown
    Markdown,
}

impl Functions {
    pub(super) fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        match self.format {
            Format::Json => terminal.print(&serde_json::to_string_pretty(script::functions())?),
            Format::Markdown => terminal.print(markdown().trim_end()),
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Every function with its calls, what it does and an example, in the order of the table.
fn markdown() -> String {
    let mut out = String::from(
        "# 脚本函数一览 · Functions of scripts\n\n\
         `count(list)` 和 `list.count()` 是一回事。`参数?` 可以不写,`参数?3` 最多写三个;结果带 `?` 的可能为空 `()`;`item -> boolean` 是写成 `|r| …` 的判断。\n\
         A receiver may as well be the first argument. `parameter?` may be left out, `parameter?3` may be given up to three times; a\n\
         result with `?` may be nothing; `item -> boolean` is a closure such as `|r| r.deaths > 0`.\n\n\
         本文由程序按函数表生成 · Generated from the table in `engine/src/script/functions.rs`.\n",
    );
    for function in script::functions() {
        let chinese = function.chinese.map(|name| format!(" · `{name}`")).unwrap_or_default();
        let _ = writeln!(out, "\n## `{}`{chinese}\n\n```text", function.name);
        for signature in function.signatures {
            let _ = writeln!(out, "{signature}");
        }
        let _ = writeln!(out, "```\n\n- {}\n- {}\n\n```rhai\n{}\n```", function.zh, function.en, function.example);
    }
    out
}
