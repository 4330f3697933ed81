//! `liuwu check`: is a bundle well formed, do its cases come out, and what does no case show?
//!
//! Each file is [`Checked`] whole and shown in one of the formats: [`human`], [`json`], [`sarif`], [`junit`]. [`table`] reads cases
//! out of a sheet; [`manners`] tells how each script is run; [`watch`] does it all again when a file changes.

mod checked;
mod columns;
mod human;
mod json;
mod junit;
mod manners;
mod sarif;
mod table;
mod watch;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::ValueEnum;
use liuwu_engine::bundle::Bundle;
use liuwu_engine::codes::files as codes;
use liuwu_engine::diagnostic::{Diagnostic, Location};
use liuwu_engine::script::threads;

use super::terminal::Terminal;
use checked::{Checked, TableFile, Wanted};

/// 检查考核办法文件
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP, after_long_help = AFTER_LONG_HELP)]
pub(super) struct Check {
    /// 考核办法(YAML) · Rule bundles
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// 输出格式 · Output
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    /// 另列出没有案例覆盖的评分项结论、等次、清单和脚本分支;不影响退出码 · Also name what no case shows: ends of rules,
    /// ratings, lists, branches of scripts; the exit code stays as it is
    #[arg(long)]
    coverage: bool,
    /// 表格里的案例(xlsx、xls、csv),一行一个 · Cases of a table, one a row
    #[arg(long, value_name = "TABLE")]
    cases: Vec<PathBuf>,
    /// 另列出每个脚本是编译执行还是解释执行、为什么 · Also say of each script whether it is compiled or interpreted, and why
    #[arg(long)]
    explain_plan: bool,
    /// 全部解释执行,不用编译好的规则;更慢,结果逐字节相同 · Interpret every script, also those that are compiled: slower, and
    /// the same to the byte
    #[arg(long)]
    interpret: bool,
    /// 文件一改就重新检查,Ctrl-C 结束 · Check again whenever a file changes, until Ctrl-C
    #[arg(long)]
    watch: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// 给人看 · for people
    Human,
    /// 一个 JSON 文档 · one JSON document
    Json,
    /// SARIF 2.1.0,供代码平台标注 · for code hosts
    Sarif,
    /// JUnit XML,供持续集成 · for continuous integration
    Junit,
}

const AFTER_HELP: &str = "\
退出码 · Exit code: 0 全部通过 all is well, 1 有错误或案例没有通过 a fault or a failing case
例 · Examples:
  liuwu check rules/ruian-six-no/2020.yaml --coverage
  liuwu check 办法.yaml --explain-plan
  liuwu check 办法.yaml --cases 案例.xlsx
  liuwu check rules/*/*.yaml --format sarif > check.sarif";

const AFTER_LONG_HELP: &str = "\
退出码 · Exit code: 0 全部通过 all is well, 1 有错误或案例没有通过 a fault or a failing case

案例表(--cases):一行一个案例,从办法的 base_case 出发;空格子不算。表头:
  案例            名称
  周期            如 2020、2019..2020;base_case 里有的可以不写
  截至            数据截至哪天
  常住人口        考核对象或上级的属性,写名称或键名
  火灾.死亡人数   一条记录的字段;火灾.日期、火灾.编号;同类第二条写 火灾#2.死亡人数
  未报            没有报送的台账,用「、」隔开
  期望得分        分数;「无」为没有得分
  期望等次        等次名称;「无」为没有等次
  期望清单        所在清单,用「、」隔开;「无」为不在任何清单上
  期望.FIRE-001   这一评分项计入的分(扣分为负),或:有、无、不适用、待核定
Cases as a table (--cases): one row a case, laid over `base_case`; blank cells say nothing. Columns:
  case, period, as_of; an attribute by title or key; KIND.field, KIND.date, KIND.id, and KIND#2.field for a second record;
  not_handed_in (kinds, separated by commas); score, rating, lists (`none`: none of it);
  expect.RULE: the points of the rule that count (a deduction is negative), or findings, clean, not_applicable, cannot_check.

JSON:{files: [{file, bundle, diagnostics, cases: [{name, location, passed, faults, misses: [{about, expected, actual, …}],
arithmetic}], gaps?, scripts?: [{script, key, location, compiled, why?}], summary}], summary}

例 · Examples:
  liuwu check rules/ruian-six-no/2020.yaml --coverage
  liuwu check 办法.yaml --cases 案例.xlsx
  liuwu check rules/*/*.yaml --format sarif > check.sarif";

impl Check {
    pub(super) fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        if self.files.len() > 1 && !self.cases.is_empty() {
            terminal.error(terminal.say("用 --cases 时一次只检查一个办法", "with --cases, check one bundle at a time"));
            return Ok(ExitCode::from(2));
        }
        let mut watched = watch::Watched::new(self.files.iter().chain(&self.cases));
        loop {
            let is_sound = self.once(terminal)?;
            if !self.watch {
                return Ok(ExitCode::from(u8::from(!is_sound)));
            }
            terminal.note(terminal.say("等待文件改动,Ctrl-C 结束……", "waiting for changes, Ctrl-C to end…"));
            watched.wait();
            terminal.clear();
        }
    }

    fn wanted(&self) -> Wanted {
        Wanted { coverage: self.coverage, interpreting: self.interpret }
    }

    /// Checks everything and shows it; whether all is well.
    fn once(&self, terminal: &Terminal) -> anyhow::Result<bool> {
        let tables: Vec<TableFile> = self.cases.iter().map(|path| TableFile::read(path)).collect();
        let pool = threads(None).context("threads")?;
        let checked = pool.install(|| {
            let check =
                |path: &PathBuf| Checked::of(&path.display().to_string(), text_of(path), &tables, self.wanted());
            self.files.iter().map(check).collect::<anyhow::Result<Vec<Checked>>>()
        })?;
        match self.format {
            Format::Human => human::print(&checked, self.explain_plan, terminal),
            Format::Json => terminal.print(&json::document(&checked, self.explain_plan, terminal.lang())),
            Format::Sarif => terminal.print(&sarif::document(&checked, terminal.lang())),
            Format::Junit => terminal.print(&junit::document(&checked, terminal.lang())),
        }
        Ok(checked.iter().all(Checked::is_sound))
    }
}

/// The text of a bundle, or why there is none.
fn text_of(path: &Path) -> Result<String, Diagnostic> {
    let file = Arc::from(path.display().to_string());
    let bytes = std::fs::read(path).map_err(|error| unreadable(&file, &error))?;
    String::from_utf8(bytes).map_err(|error| {
        let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        Diagnostic::new(&codes::NOT_UTF8).at(Location::text(&file, u32::try_from(line).unwrap_or(u32::MAX), 1))
    })
}

fn unreadable(file: &Arc<str>, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(&codes::UNREADABLE_FILE).with("detail", error).at(Location::File { file: Arc::clone(file) })
}

/// Checks a bundle and proves its cases, saying everything that is wrong; the bundle when nothing is.
pub(super) fn sound(name: &str, text: &str, terminal: &Terminal) -> anyhow::Result<Option<Arc<Bundle>>> {
    let pool = threads(None).context("threads")?;
    let checked = pool.install(|| Checked::of(name, Ok(text.to_owned()), &[], Wanted::default()))?;
    let bundle = checked.plan.as_ref().filter(|_| checked.is_sound()).map(|plan| Arc::clone(&plan.bundle));
    human::print(&[checked], false, terminal);
    Ok(bundle)
}
