//! `liuwu assess`: scores files without a store, through the same engine call as `liuwu score`.

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::ValueEnum;
use comfy_table::Table;
use liuwu_engine::assess::{AssessError, Idle, Plan, Priors, Request, assess, idle_exemptions, periods_of};
use liuwu_engine::assessment::Assessment;
use liuwu_engine::bundle;
use liuwu_engine::period::{Period, parse_date};
use liuwu_engine::script::threads;

use super::terminal::{self, Terminal};
use crate::deadline::{LONGEST_RUN, within};
use crate::files;

/// The key of pseudonyms when files are scored: nothing is published, and the same files give the same bytes everywhere.
const FILE_KEY: &[u8] = b"liuwu assess";

/// 按文件测算
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Assess {
    /// 考核办法(YAML) · Rule bundle
    bundle: PathBuf,
    /// 考核对象(JSON 数组) · Units
    #[arg(long, value_name = "U.json")]
    units: PathBuf,
    /// 数据记录(每行一个 JSON) · Records, one JSON object a line
    #[arg(long, value_name = "R.jsonl")]
    records: PathBuf,
    /// 周期,如 2020、2020H1、2020Q3、2020-07、2020-W05、2018..2020 · Periods
    #[arg(long, value_name = "P")]
    period: String,
    /// 数据截至哪天 · Day of knowledge (default: all that is given)
    #[arg(long, value_name = "D")]
    as_of: Option<String>,
    /// 免予扣分(JSON 数组) · Exemptions
    #[arg(long, value_name = "E.json")]
    exemptions: Option<PathBuf>,
    /// 视为未报的台账 · Kinds taken as not handed in
    #[arg(long, value_name = "KIND,…", value_delimiter = ',')]
    not_handed_in: Vec<String>,
    /// 最长秒数,超时中止且不产生结果 · Seconds it may take; then it is called off without a result
    #[arg(long, value_name = "S", default_value_t = LONGEST_RUN.as_secs())]
    deadline: u64,
    /// 全部解释执行,不用编译好的规则;更慢,结果逐字节相同 · Interpret every script, also those that are compiled: slower, and
    /// the same to the byte
    #[arg(long)]
    interpret: bool,
    /// 输出格式 · Output
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

const AFTER_HELP: &str = "\
U = [{\"id\",\"name\"?,\"level\"?,\"parent\"?,\"attributes\"?}]
R = {\"unit\",\"kind\",\"date\",\"id\"?,…fields} 每行一条 · one a line
E = [{\"unit\",\"rule\",\"record\"?,\"period\"?,\"from\"?,\"until\"?,\"reason\",\"approved_by\"?}]
退出码 · Exit code: 0 完成 done, 1 办法有误 the bundle is at fault, 2 数据有误 the data is at fault
例 · Example:
  liuwu assess rules/ruian-six-no/2020.yaml --units U.json --records R.jsonl --period 2020 --format json";

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// 表格 · a table
    Table,
    /// 每行一个 JSON · JSON Lines
    Json,
}

impl Assess {
    pub(super) fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        let pool = threads(None).context("threads")?;
        pool.install(|| self.score(terminal))
    }

    fn score(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        let name = self.bundle.display().to_string();
        let text = std::fs::read_to_string(&self.bundle).with_context(|| name.clone())?;
        let mut sources = HashMap::from([(name.clone(), text.clone())]);
        let read = bundle::read(&name, &text).and_then(|(bundle, warnings)| {
            let bundle = Arc::new(bundle);
            Plan::new(Arc::clone(&bundle)).map(|plan| (Arc::new(plan), warnings))
        });
        let plan = match read {
            Ok((plan, _)) if self.interpret => plan.interpreting(),
            Ok((plan, _)) => plan,
            Err(faults) => {
                terminal.diagnostics(&faults, &sources);
                return Ok(ExitCode::from(1));
            }
        };
        let Some((periods, as_of)) = self.when(terminal) else { return Ok(ExitCode::from(2)) };
        match periods_of(&plan.bundle, &periods) {
            Ok(scored) if scored.is_empty() => {
                terminal.error(terminal.say(
                    "所给周期都不在办法的施行期(effective)之内",
                    "none of the periods lies wholly inside `effective`",
                ));
                return Ok(ExitCode::from(2));
            }
            Ok(_) => {}
            Err(AssessError::TooShort(period)) => {
                terminal.error(&format!(
                    "{} {period}",
                    terminal.say("周期比办法的考核周期短:", "shorter than the period the bundle is for:")
                ));
                return Ok(ExitCode::from(2));
            }
            Err(error) => return Err(error.into()),
        }
        let sheets = [Some(&self.units), Some(&self.records), self.exemptions.as_ref()];
        for path in sheets.into_iter().flatten() {
            sources.insert(path.display().to_string(), files::read_text(path)?);
        }
        let given = files::Given {
            units: text_of(&sources, &self.units),
            records: text_of(&sources, &self.records),
            exemptions: self.exemptions.as_deref().map(|path| text_of(&sources, path)),
            not_handed_in: &self.not_handed_in,
        };
        let world = match files::world(&plan.bundle, &given, FILE_KEY) {
            Ok(world) => Arc::new(world),
            Err(faults) => {
                terminal.diagnostics(&faults, &sources);
                return Ok(ExitCode::from(2));
            }
        };
        let longest = Duration::from_secs(self.deadline);
        let results = within(&plan, longest, || assess(&plan, &world, &Request { periods, as_of }, &Priors::new()))?;
        let idle: Vec<_> = idle_exemptions(&world, &results).iter().map(Idle::to_diagnostic).collect();
        terminal.diagnostics(&idle, &sources);
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        match self.format {
            Format::Json => {
                for result in &results {
                    writeln!(out, "{}", result.to_json())?;
                }
            }
            Format::Table => writeln!(out, "{}", table(&results, terminal))?,
        }
        out.flush()?;
        Ok(ExitCode::SUCCESS)
    }

    fn when(&self, terminal: &Terminal) -> Option<(Vec<Period>, Option<liuwu_engine::period::Date>)> {
        let periods = Period::parse_list(&self.period).map_err(|error| terminal.error(&error.to_string())).ok()?;
        let as_of = match self.as_of.as_deref().map(parse_date).transpose() {
            Ok(as_of) => as_of,
            Err(error) => {
                terminal.error(&error.to_string());
                return None;
            }
        };
        Some((periods, as_of))
    }
}

fn text_of<'a>(sources: &'a HashMap<String, String>, path: &Path) -> files::Text<'a> {
    let (name, text) = sources.get_key_value(&path.display().to_string()).map_or(("", ""), |(n, t)| (n, t));
    files::Text { name, text }
}

/// Results as a table: unit, period, score, rating, lists.
fn table(results: &[Assessment], terminal: &Terminal) -> Table {
    let header = [
        terminal.say("考核对象", "unit"),
        terminal.say("周期", "period"),
        terminal.say("得分", "score"),
        terminal.say("等次", "rating"),
        terminal.say("清单", "lists"),
        terminal.say("待核定", "not checked"),
    ];
    let mut table = terminal::table(header, 2..3);
    for result in results {
        let score = result.score.map_or("—".to_owned(), |score| score.to_string());
        let lists: Vec<&str> = result.lists.iter().map(AsRef::as_ref).collect();
        let unchecked = result.outcomes.iter().filter(|(_, o)| **o == liuwu_engine::assessment::Outcome::CannotCheck);
        let unchecked: Vec<&str> = unchecked.map(|(rule, _)| rule.as_ref()).collect();
        table.add_row([
            result.unit.to_string(),
            result.period.name(),
            score,
            result.rating.as_deref().unwrap_or("—").to_owned(),
            lists.join("、"),
            unchecked.join("、"),
        ]);
    }
    table
}
