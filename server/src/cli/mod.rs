//! The command line: one file a command.

/// Prints a result to standard output, through the terminal.
macro_rules! out {
    ($terminal:expr, $($text:tt)*) => { $terminal.print(&format!($($text)*)) };
}

mod account;
mod assess;
mod audit;
mod check;
mod demo;
mod divisions;
mod explain;
mod export;
mod functions;
mod impact;
mod import;
mod key;
mod list;
mod map;
mod publish;
mod record;
mod retention;
mod sample;
mod schema;
mod score;
mod serve;
mod summary;
mod template;
mod terminal;
mod verify;
mod visitors;
mod webhook;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand, ValueEnum};
use liuwu_engine::diagnostic::Lang;
use liuwu_engine::division::short_name;
use liuwu_engine::period::{Date, Period};

use crate::data_dir::DataDir;
use crate::store::{Edition, Run, Store};
pub use terminal::Printed;
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
    /// 发布考核办法的一个版本 · Publish an edition of a bundle
    Publish(publish::Publish),
    /// 导入台账 · Import files
    Import(import::Import),
    /// 区划变更:合并、拆分、改码 · Divisions that were merged, split or given another code
    Divisions(divisions::DivisionsCommand),
    /// 上报模板:按数据字典生成的空表 · Write empty tables to be filled in
    Template(template::Template),
    /// 核算并存档 · Score all units and keep the run
    Score(score::Score),
    /// 新版办法的影响:哪些村社变化,不存档 · What an edition to be would change
    Impact(impact::Impact),
    /// 说明每一分 · Explain every point of a unit
    Explain(explain::Explain),
    /// 平安负面清单等清单 · The negative list and other lists
    List(list::List),
    /// 对照文件:其他系统的数据 · Mapping files for other systems' data
    Map(map::Map),
    /// 核验一次核算 · Recompute a run and compare receipts
    Verify(verify::Verify),
    /// 一条记录的历史,或撤回它 · The history of a record, or take it back
    Record(record::Record),
    /// 整批撤回,先看影响 · Take back a batch, after a look at what it changes
    Undo(record::Undo),
    /// 清除到期的个人信息 · Blank personal data whose time is over
    Retention(retention::Retention),
    /// 备份 · Write everything to a file
    Export(export::Export),
    /// 账号 · Accounts
    Account(account::AccountCommand),
    /// 接口密钥 · Keys of other systems
    Key(key::KeyCommand),
    /// 推送登记:变化推送给哪些系统 · Webhooks: which systems are told of changes
    Webhook(webhook::WebhookCommand),
    /// 审计日志:核验、导出、归档 · The audit log: check, export, archive
    Audit(audit::AuditCommand),
    /// 生成演示数据 · Write invented sample data
    Sample(sample::Sample),
    /// 启动网页和接口 · Serve pages and the API
    Serve(serve::Serve),
    /// 演示:导入样例、核算、启动网页 · Show everything on sample data
    Demo(demo::Demo),
    /// 考核办法格式的 JSON Schema,供编辑器补全和提示 · JSON Schema of bundles, for editors
    Schema,
    /// 脚本函数一览 · The functions that scripts can call
    Functions(functions::Functions),
    /// 命令补全脚本 · Shell completions
    Completions {
        /// bash、zsh、fish…
        shell: clap_complete::Shell,
    },
}

/// Where the data is.
#[derive(clap::Args)]
struct At {
    /// 数据目录 · Data directory
    #[arg(long, value_name = "DIR", default_value = "data", env = "LIUWU_DATA")]
    data: PathBuf,
}

impl At {
    fn open(&self) -> anyhow::Result<DataDir> {
        DataDir::open(&self.data)
    }
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    run(std::env::args_os())
}

/// Runs a command line: exit code 0 done, 1 a bundle or a check failed, 2 data or usage at fault, 3 something else went wrong.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    match Cli::try_parse_from(arguments) {
        Ok(cli) => cli.command.run(&Terminal::new(cli.lang.into())),
        Err(error) => {
            let _ = error.print();
            ExitCode::from(if error.use_stderr() { 2 } else { 0 })
        }
    }
}

/// The same from inside the program: gives what it prints in place of printing it.
pub fn capture<S: Into<OsString>>(arguments: impl IntoIterator<Item = S>) -> (ExitCode, Printed) {
    match Cli::try_parse_from(arguments.into_iter().map(Into::into)) {
        Ok(cli) => {
            let terminal = Terminal::keeping(cli.lang.into());
            let code = cli.command.run(&terminal);
            (code, terminal.into_printed())
        }
        Err(error) if error.use_stderr() => {
            (ExitCode::from(2), Printed { err: error.to_string(), ..Printed::default() })
        }
        Err(help) => (ExitCode::SUCCESS, Printed { out: help.to_string(), ..Printed::default() }),
    }
}

impl From<LangChoice> for Lang {
    fn from(choice: LangChoice) -> Lang {
        match choice {
            LangChoice::Zh => Lang::Zh,
            LangChoice::En => Lang::En,
        }
    }
}

impl Command {
    fn run(self, terminal: &Terminal) -> ExitCode {
        self.perform(terminal).unwrap_or_else(|error| {
            terminal.error(&format!("{error:#}"));
            ExitCode::from(3)
        })
    }

    fn perform(self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        match self {
            Command::Check(check) => check.run(terminal),
            Command::Assess(assess) => assess.run(terminal),
            Command::Publish(publish) => publish.run(terminal),
            Command::Import(import) => import.run(terminal),
            Command::Divisions(command) => command.run(terminal),
            Command::Template(template) => template.run(terminal),
            Command::Score(score) => score.run(terminal),
            Command::Impact(impact) => impact.run(terminal),
            Command::Explain(explain) => explain.run(terminal),
            Command::List(list) => list.run(terminal),
            Command::Map(map) => map.run(terminal),
            Command::Verify(verify) => verify.run(terminal),
            Command::Record(record) => record.run(terminal),
            Command::Undo(undo) => undo.run(terminal),
            Command::Retention(retention) => retention.run(terminal),
            Command::Export(export) => export.run(terminal),
            Command::Account(account) => account.run(terminal),
            Command::Key(key) => key.run(terminal),
            Command::Webhook(command) => command.run(terminal),
            Command::Audit(audit) => audit.run(terminal),
            Command::Sample(sample) => sample.run(terminal),
            Command::Serve(serve) => serve.run(terminal),
            Command::Demo(demo) => demo.run(terminal),
            Command::Schema => Ok(schema::run(terminal)),
            Command::Functions(functions) => functions.run(terminal),
            Command::Completions { shell } => {
                clap_complete::generate(shell, &mut Cli::command(), "liuwu", &mut std::io::stdout());
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

/// The edition asked for; of the only bundle published, and the one published last, where nothing is said.
fn edition(store: &dyn Store, bundle: Option<&str>, edition: Option<&str>) -> anyhow::Result<Edition> {
    let editions = store.editions()?;
    let bundle = match bundle {
        Some(bundle) => bundle.to_owned(),
        None => {
            let mut ids: Vec<&str> = editions.iter().map(|edition| edition.bundle.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            match ids.as_slice() {
                [only] => (*only).to_owned(),
                [] => anyhow::bail!("还没有发布考核办法,请先 liuwu publish / publish a bundle first: liuwu publish"),
                several => anyhow::bail!(
                    "有几个考核办法,请用 --bundle 指定 / choose one with --bundle: {}",
                    several.join("、")
                ),
            }
        }
    };
    match edition {
        Some(edition) => Ok(store.edition(&bundle, edition)?),
        None => match editions.into_iter().rev().find(|edition| edition.bundle == bundle) {
            Some(edition) => Ok(edition),
            None => anyhow::bail!("没有考核办法 {bundle} / there is no bundle {bundle}"),
        },
    }
}

/// The newest run that is no trial and the period asked for, or its last.
fn newest(store: &dyn Store, period: Option<&str>) -> anyhow::Result<(Run, Period)> {
    let period = period.map(Period::parse).transpose()?;
    let runs = store.runs()?;
    let run = runs.into_iter().find(|run| !run.trial && period.is_none_or(|period| run.covers(period)));
    let run = run.ok_or_else(|| anyhow::anyhow!("还没有核算过 / there is no run yet"))?;
    let period = period.or(run.periods.last().copied());
    let period = period.ok_or_else(|| anyhow::anyhow!("核算 {} 没有周期 / the run has no period", run.id))?;
    Ok((run, period))
}

/// A unit by its code or its name: its id and its name with that of its town.
fn unit(store: &dyn Store, wanted: &str, as_of: Date) -> anyhow::Result<(String, String)> {
    let units = store.units(as_of)?;
    let town = |parent: &Option<String>| {
        let row = units.iter().find(|row| Some(&row.id) == parent.as_ref());
        row.map(|row| row.name.clone()).unwrap_or_default()
    };
    let name = |row: &crate::store::UnitRow| format!("{}{}", town(&row.parent), short_name(&row.name));
    let found: Vec<_> = units
        .iter()
        .filter(|row| row.id == wanted || row.name == wanted || short_name(&row.name) == wanted || name(row) == wanted)
        .collect();
    match found.as_slice() {
        [only] => Ok((only.id.clone(), name(only))),
        [] => anyhow::bail!("没有找到「{wanted}」 / there is no unit `{wanted}`"),
        several => anyhow::bail!(
            "有几个「{wanted}」,请用编号 / several units have this name, give the code: {}",
            several.iter().map(|row| format!("{} {}", row.id, name(row))).collect::<Vec<_>>().join("、")
        ),
    }
}
