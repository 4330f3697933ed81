//! `liuwu score`: scores all units and keeps the run.

use std::process::ExitCode;
use std::time::Duration;

use indicatif::ProgressBar;
use jiff::Timestamp;
use liuwu_engine::diagnostic::Lang;
use liuwu_engine::period::{Period, parse_date};

use super::At;
use super::terminal::Terminal;
use crate::accounts::Caller;
use crate::audit::{Action, Note, Subject};
use crate::deadline::LONGEST_RUN;
use crate::progress::{Progress, Step, Unfinished};
use crate::scoring::{self, Ask, Footing, Kept, ScoringError, Update};
use crate::store::{Act, day_in_china};

/// 核算并存档
#[derive(clap::Args)]
#[command(after_help = "例 · Example:\n  liuwu score --period 2020 --as-of 2021-01-10\n  liuwu score --changed")]
pub(super) struct Score {
    #[command(flatten)]
    at: At,
    /// 考核办法 · Bundle (default: the only one published)
    #[arg(long, value_name = "ID")]
    bundle: Option<String>,
    /// 版本 · Edition (default: the one published last)
    #[arg(long, value_name = "E")]
    edition: Option<String>,
    /// 周期,如 2020 或 2019..2020 · Periods
    #[arg(long, value_name = "P", required_unless_present = "changed")]
    period: Option<String>,
    /// 只重算变动所及,使现行结果跟上台账 · Score again only what depends on changes since, so that runs in force are current
    #[arg(long, conflicts_with_all = ["period", "edition", "as_of", "release"])]
    changed: bool,
    /// 数据截至哪天(默认今天) · Day of knowledge (default: today)
    #[arg(long, value_name = "D")]
    as_of: Option<String>,
    /// 由谁核算 · Who asks
    #[arg(long, value_name = "NAME", default_value = "cli")]
    by: String,
    /// 最长秒数,超时中止;再算一次会接着算 · Seconds it may take; then it is called off, and goes on when asked for again
    #[arg(long, value_name = "S", default_value_t = LONGEST_RUN.as_secs())]
    deadline: u64,
    /// 全部解释执行,不用编译好的规则;更慢,结果逐字节相同 · Interpret every script, also those that are compiled: slower, and
    /// the same to the byte
    #[arg(long)]
    interpret: bool,
    /// 立即公开 · Make the run public at once
    #[arg(long)]
    release: bool,
}

impl Score {
    pub(super) fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        let dir = self.at.open()?;
        let now = Timestamp::now();
        let edition = super::edition(dir.store.as_ref(), self.bundle.as_deref(), self.edition.as_deref())?;
        let watched = Watched::new(terminal);
        if self.changed {
            let update = Update {
                bundle: edition.bundle,
                today: day_in_china(now),
                by: self.by.clone(),
                at: now,
                pseudonym_key: dir.pseudonym_key.clone(),
                longest: Duration::from_secs(self.deadline),
            };
            let kept =
                scoring::keep_current(dir.store.as_ref(), &update, &scoring::plan_of, &Footing::default(), &watched);
            drop(watched);
            let Some(kept) = faults_shown(terminal, kept)? else { return Ok(ExitCode::from(2)) };
            let audit = dir.audit();
            for run in &kept.made {
                audit.note(Note::done(&Caller::terminal(), Action::Score, Subject::of("run", run.id)))?;
            }
            return self.say_changed(terminal, kept);
        }
        let ask = Ask {
            bundle: edition.bundle,
            edition: Some(edition.edition),
            periods: Period::parse_list(self.period.as_deref().unwrap_or_default())?,
            as_of: self.as_of.as_deref().map(parse_date).transpose()?.unwrap_or_else(|| day_in_china(now)),
            by: self.by.clone(),
            at: now,
            pseudonym_key: dir.pseudonym_key.clone(),
            longest: Duration::from_secs(self.deadline),
        };
        let score = if self.interpret { scoring::score_interpreting } else { scoring::score_with_remarks };
        let scored = score(dir.store.as_ref(), &ask, &watched);
        drop(watched);
        let Some((run, remarks)) = faults_shown(terminal, scored)? else { return Ok(ExitCode::from(2)) };
        terminal.diagnostics(&remarks, &Default::default());
        if run.assessments == 0 {
            terminal.note(terminal.say(
                "到这一天为止没有考核对象:数据在这之后才收到。请把 --as-of 改到收到之后,或导入时用 --received-on 写明原来收到的日期。",
                "no unit was known by that day: the data was received later. Give a later --as-of, or import with --received-on.",
            ));
        }
        dir.audit().note(Note::done(&Caller::terminal(), Action::Score, Subject::of("run", run.id)))?;
        if self.release {
            dir.store.release(run.id, Act { by: self.by.clone(), at: now, why: "liuwu score --release".to_owned() })?;
            dir.audit().note(Note::done(&Caller::terminal(), Action::Release, Subject::of("run", run.id)))?;
        }
        out!(
            terminal,
            "{}",
            terminal.say(
                &format!("核算 {} 完成:{} 个结果,数据截至 {},总凭证 {}", run.id, run.assessments, run.as_of, run.root),
                &format!("run {}: {} results, as of {}, root {}", run.id, run.assessments, run.as_of, run.root)
            )
        );
        Ok(ExitCode::SUCCESS)
    }

    /// Says which runs were brought up to date.
    fn say_changed(&self, terminal: &Terminal, kept: Kept) -> anyhow::Result<ExitCode> {
        if kept.made.is_empty() && kept.left.is_empty() {
            out!(terminal, "{}", terminal.say("现行结果已是最新", "runs in force are current"));
        }
        for run in &kept.made {
            let (zh, en) = match run.base {
                Some(base) => (
                    format!("核算 {}:在第 {base} 次的基础上更新 {} 个结果", run.id, run.replaced),
                    format!("run {}: {} results replaced, all others shared with run {base}", run.id, run.replaced),
                ),
                None => (
                    format!("核算 {}:全部重算,{} 个结果", run.id, run.assessments),
                    format!("run {}: scored anew, {} results", run.id, run.assessments),
                ),
            };
            let zh = format!("{zh},数据截至 {},总凭证 {}", run.as_of, run.root);
            let en = format!("{en}, as of {}, root {}", run.as_of, run.root);
            out!(terminal, "{}", terminal.say(&zh, &en));
        }
        let mut code = ExitCode::SUCCESS;
        for (run, error) in kept.left {
            let zh = format!("核算 {run} 没能更新,原样保留:");
            let en = format!("run {run} could not be brought up to date and stays as it was:");
            terminal.note(terminal.say(&zh, &en));
            match error {
                ScoringError::Faults(faults) => terminal.diagnostics(&faults, &Default::default()),
                error => terminal.note(&error.to_string()),
            }
            code = ExitCode::from(2);
        }
        Ok(code)
    }
}

/// What was scored; none when the data does not fit, which is then shown.
pub(super) fn faults_shown<T>(terminal: &Terminal, scored: Result<T, ScoringError>) -> anyhow::Result<Option<T>> {
    match scored {
        Ok(scored) => Ok(Some(scored)),
        Err(ScoringError::Faults(faults)) => {
            terminal.diagnostics(&faults, &Default::default());
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// A bar on the terminal that moves with the units scored.
pub(super) struct Watched<'a> {
    terminal: &'a Terminal,
    bar: ProgressBar,
}

impl<'a> Watched<'a> {
    pub(super) fn new(terminal: &'a Terminal) -> Watched<'a> {
        Watched { terminal, bar: terminal.rate_bar() }
    }
}

impl Progress for Watched<'_> {
    fn begin(&self, step: Step, total: u64) {
        self.bar.set_length(total);
        self.bar.set_position(0);
        self.bar.reset_eta();
        self.bar.set_message(match self.terminal.lang() {
            Lang::Zh => step.zh,
            Lang::En => step.en,
        });
    }

    fn advance(&self, more: u64) {
        self.bar.inc(more);
    }

    fn finds(&self, unfinished: Unfinished) {
        let (zh, en) = match unfinished {
            Unfinished::GoesOn { done, total } => (
                format!("接着上次没有算完的继续:{total} 个考核对象已算 {done} 个"),
                format!("going on with the run that was not finished: {done} of {total} units are scored"),
            ),
            Unfinished::BeginsAnew => (
                "上次没有算完,之后数据或办法有变,从头算起".to_owned(),
                "the last run was not finished, and facts or the standard have changed since: beginning anew"
                    .to_owned(),
            ),
        };
        self.bar.suspend(|| self.terminal.note(self.terminal.say(&zh, &en)));
    }

    fn is_called_off(&self) -> bool {
        false
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
