//! The command line: one file a command.

mod assess;
mod check;
mod terminal;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use liuwu_engine::diagnostic::Lang;

use terminal::Terminal;

/// 六无平安村社考核 · Scores communities against published safety standards
#[derive(Parser)]
#[command(name = "liuwu", version, arg_required_else_help = true)]
struct Cli {
    /// 提示语言 · Language of messages
    #[arg(long, global = true, value_enum, default_value = "zh", env = "LIUWU_LANG")]
    lang: LangChoice,
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, ValueEnum)]
enum LangChoice {
    /// 中文
    Zh,
    /// English
    En,
}

#[derive(Subcommand)]
enum Command {
    /// 检查考核办法:写法、引用、案例 · Check rule bundles: form, references, cases
    Check(check::Check),
    /// 不入库,直接按文件测算 · Score files without a store
    Assess(assess::Assess),
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    run(std::env::args_os())
}

/// Runs a command line: exit code 0 done, 1 a bundle or a check failed, 2 data or usage at fault, 3 something else went wrong.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let lang = match cli.lang {
        LangChoice::Zh => Lang::Zh,
        LangChoice::En => Lang::En,
    };
    let terminal = Terminal::new(lang);
    let result = match cli.command {
        Command::Check(check) => check.run(&terminal),
        Command::Assess(assess) => assess.run(&terminal),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            terminal.error(&format!("{error:#}"));
            ExitCode::from(3)
        }
    }
}
