//! `liuwu demo`: the whole way on sample data, from spreadsheets to ratings, reasons, the negative list and their pages.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use liuwu_engine::period::{Date, Period, days_between, parse_date};

use super::import::{self, files_in, is_empty, read, show};
use super::serve;
use super::summary;
use super::terminal::Terminal;
use super::visitors::{self, Visitor};
use crate::accounts::Caller;
use crate::audit::{Action, Note, Subject};
use crate::config::{Config, OperatorKey};
use crate::data_dir::DataDir;
use crate::pages::links;
use crate::progress::Unwatched;
use crate::sample::{self, Options};
use crate::scoring::{self, Ask};
use crate::store::{Act, NewEdition, Run, Store, day_in_china};
use crate::upload::{self, Said};

/// The bundle of the demo.
const BUNDLE: &str = include_str!("../../../rules/ruian-six-no/2020.yaml");
/// Where the committed sample data is, from the project's root.
const FIXTURES: &str = "fixtures/ruian";
/// The day on which the sample's papers came in.
const RECEIVED_ON: &str = "2021-01-08";
/// The day on which the demo begins: its run is of that day, and whoever tries the desk hands in on that day. What a visitor changes
/// is then known to the run in force, which is scored anew, while the figures of the sample stay those of that day.
const BEGINS_ON: &str = "2021-01-10";

/// 演示
#[derive(clap::Args)]
#[command(after_help = "例 · Example:\n  liuwu demo --no-serve")]
pub(super) struct Demo {
    /// 数据目录(默认用临时目录,结束后删除) · Data directory (default: a temporary one, removed at the end)
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// 只打印,不启动网页 · Print only, do not serve
    #[arg(long)]
    no_serve: bool,
    /// 全部解释执行,不用编译好的规则;更慢,结果逐字节相同 · Interpret every script, also those that are compiled: slower, and
    /// the same to the byte
    #[arg(long)]
    interpret: bool,
    /// 网页端口 · Port of the pages
    #[arg(long, value_name = "P", default_value_t = 8080)]
    port: u16,
}

impl Demo {
    pub(super) fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        let config = self.config()?;
        let listener = if self.no_serve { None } else { Some(serve::listen(config.socket(), terminal)?) };
        let temporary;
        let path = match &self.data {
            Some(path) => path.as_path(),
            None => {
                temporary = Temporary::new()?;
                temporary.0.as_path()
            }
        };
        let dir = DataDir::open(path)?;
        let behind = behind(dir.store.as_ref())?;
        let run = prepare(&dir, self.interpret, behind, terminal)?;
        summary::print(dir.store.as_ref(), &run, terminal)?;
        if let Some(listener) = listener {
            serve::log("warn");
            let config = Config { data: dir.path().to_owned(), bundle: Some(run.bundle.clone()), behind, ..config };
            let village = most_to_tell(&dir, &run)?;
            let visitors = visitors::let_in(&dir.entrance())?;
            let welcome = |base: &str| point_out(base, village.as_deref(), &visitors, terminal);
            serve::serve(config, &dir, listener, terminal, welcome)?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// The settings that the demo is served with.
    fn config(&self) -> anyhow::Result<Config> {
        Ok(Config {
            port: self.port,
            token: std::env::var("LIUWU_TOKEN").ok().map(|token| token.parse()).transpose()?,
            office: "瑞安市委平安办（演示）".to_owned(),
            sample: true,
            // Commands are tried with it, beside the accounts.
            operator_key: OperatorKey::On,
            ..Config::default()
        })
    }
}

/// The village with the lowest score of the last period: its page has the most to tell.
fn most_to_tell(dir: &DataDir, run: &Run) -> anyhow::Result<Option<String>> {
    let Some(period) = run.periods.last().copied() else { return Ok(None) };
    let all = scoring::all_of(dir.store.as_ref(), run.id, period)?;
    let villages = all.into_iter().filter(|filed| filed.level == "village" && filed.score.is_some());
    Ok(villages.min_by_key(|filed| filed.score).map(|filed| filed.unit))
}

/// How far the calendar of the demo is behind: it goes on from the day on which it begins, or on which something was handed in last.
fn behind(store: &dyn Store) -> anyhow::Result<SignedDuration> {
    let last = store.batches(None, 1)?.into_iter().map(|batch| batch.received_on).max();
    let plays_on = last.map_or(day(BEGINS_ON), |last| Ok(last.max(day(BEGINS_ON)?)))?;
    let days = days_between(plays_on, day_in_china(Timestamp::now()));
    Ok(SignedDuration::from_hours(24 * days))
}

/// Where to look first.
fn point_out(base: &str, village: Option<&str>, visitors: &[Visitor], terminal: &Terminal) {
    let mut rows = vec![
        (terminal.say("首页", "home"), format!("{base}/")),
        (terminal.say("全市概况", "the city"), format!("{base}{}", links::CITY)),
        (terminal.say("负面清单", "negative list"), format!("{base}{}", links::NEGATIVE)),
    ];
    if let Some(code) = village {
        rows.insert(1, (terminal.say("扣分最多的村社", "the lowest score"), format!("{base}{}", links::village(code))));
    }
    rows.push((terminal.say("接口文档", "API documents"), format!("{base}/api/docs/")));
    for (title, address) in rows {
        out!(terminal, "  {address}  {title}");
    }
    out!(
        terminal,
        "  {}",
        terminal.say(
            &format!("演示从{BEGINS_ON}起:在后台上报、更正、撤回,后台的村社页({base}/desk/villages/…)随即重算;公众页等审批人公布"),
            &format!(
                "the demo plays from {BEGINS_ON} on: what is handed in, corrected or taken back moves the scores on the desk \
                 ({base}/desk/villages/…) at once; the public pages wait for a release"
            ),
        )
    );
    visitors::show(visitors, &format!("{base}{}", links::LOG_IN), terminal);
    terminal.note(terminal.say("按 Ctrl-C 停止", "Ctrl-C stops it"));
}

/// Fills an empty data directory with the sample and scores it; leaves one that holds the demo as it is.
fn prepare(dir: &DataDir, interpret: bool, behind: SignedDuration, terminal: &Terminal) -> anyhow::Result<Run> {
    let store = dir.store.as_ref();
    if !is_empty(store)? {
        let demo = store.runs()?.into_iter().find(|run| run.by == "demo");
        return demo.ok_or_else(|| {
            anyhow::anyhow!(
                "{}: {}",
                dir.path().display(),
                terminal.say(
                    "这里已有别的数据,请给演示另指定目录",
                    "there is other data here, give the demo another directory"
                )
            )
        });
    }
    let now = Timestamp::now().checked_sub(behind)?;
    let started = Instant::now();
    let edition = store.publish_edition(NewEdition {
        bundle: "ruian-six-no".to_owned(),
        edition: "2020".to_owned(),
        text: Arc::from(BUNDLE),
        published_at: now,
        by: "demo".to_owned(),
        note: "演示".to_owned(),
    })?;
    let audit = dir.audit();
    let note = |action, subject| audit.note(Note::done(&Caller::terminal(), action, subject));
    note(Action::Publish, Subject::of("edition", format!("{}@{}", edition.bundle, edition.edition)))?;
    let plan = scoring::plan_of(&edition)?;
    let written;
    let folder = if Path::new(FIXTURES).is_dir() {
        Path::new(FIXTURES)
    } else {
        written = Temporary::new()?;
        sample::write(&written.0, &Options::default())?;
        written.0.as_path()
    };
    let paths = files_in(folder)?;
    let said = Said {
        received_on: Some(day(RECEIVED_ON)?),
        effective: Some(day("2020-01-01")?),
        ..Said::new("demo", now, "演示数据(纯属虚构)")
    };
    let report = import::prepare(store, &plan.bundle, &read(&paths)?, &said, terminal)?;
    if !report.acceptable {
        show(&report, terminal, &Default::default());
        anyhow::bail!("{}: {}", folder.display(), terminal.say("演示数据有错", "the sample data is at fault"));
    }
    let rows: u64 = report.tables.iter().map(|table| table.new).sum();
    terminal.note(terminal.say(
        &format!("读入 {} 个文件、{rows} 行({:.1} 秒)", paths.len(), started.elapsed().as_secs_f32()),
        &format!("{} files, {rows} rows read ({:.1} s)", paths.len(), started.elapsed().as_secs_f32()),
    ));
    if let Some(batch) = upload::commit(store, report)? {
        note(Action::Upload, Subject::of("batch", batch))?;
    }
    terminal.note(terminal.say(
        &format!("入库({:.1} 秒)", started.elapsed().as_secs_f32()),
        &format!("stored ({:.1} s)", started.elapsed().as_secs_f32()),
    ));
    let ask = Ask {
        bundle: edition.bundle,
        edition: Some(edition.edition),
        periods: Period::parse_list("2019..2020")?,
        as_of: day(BEGINS_ON)?,
        by: "demo".to_owned(),
        at: now,
        pseudonym_key: dir.pseudonym_key.clone(),
        longest: crate::deadline::LONGEST_RUN,
    };
    let score = if interpret { scoring::score_interpreting } else { scoring::score_with_remarks };
    let (run, _) = score(store, &ask, &Unwatched)?;
    note(Action::Score, Subject::of("run", run.id))?;
    store.release(run.id, Act { by: "demo".to_owned(), at: now, why: "演示".to_owned() })?;
    note(Action::Release, Subject::of("run", run.id))?;
    terminal.note(terminal.say(
        &format!("核算完成({:.1} 秒)", started.elapsed().as_secs_f32()),
        &format!("scored ({:.1} s)", started.elapsed().as_secs_f32()),
    ));
    store.run(run.id).context("run")
}

fn day(text: &str) -> anyhow::Result<Date> {
    Ok(parse_date(text)?)
}

/// A directory of its own that is removed when it is no longer needed.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> anyhow::Result<Temporary> {
        let mut name = [0; 8];
        getrandom::fill(&mut name).map_err(|error| anyhow::anyhow!("{error}"))?;
        let name: String = name.iter().map(|byte| format!("{byte:02x}")).collect();
        let path = std::env::temp_dir().join(format!("liuwu-{name}"));
        std::fs::create_dir(&path).with_context(|| path.display().to_string())?;
        Ok(Temporary(path))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
