//! `liuwu score`: scores all units and keeps the run.

use std::process::ExitCode;
use std::time::Duration;

use jiff::Timestamp;
use liuwu_engine::period::{Period, parse_date};

use super::At;
use super::terminal::Terminal;
use crate::accounts::Caller;
use crate::audit::{Action, Note, Subject};
use crate::deadline::LONGEST_RUN;
use crate::scoring::{self, Ask, ScoringError};
use crate::store::{Act, day_in_china};

/// 核算并存档
#[derive(clap::Args)]
#[command(after_help = "例 · Example:\n  liuwu score --period 2020 --as-of 2021-01-10")]
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
    #[arg(long, value_name = "P")]
    period: String,
    /// 数据截至哪天(默认今天) · Day of knowledge (default: today)
    #[arg(long, value_name = "D")]
    as_of: Option<String>,
    /// 由谁核算 · Who asks
    #[arg(long, value_name = "NAME", default_value = "cli")]
    by: String,
    /// 最长秒数,超时中止且不产生结果 · Seconds it may take; then it is called off without a result
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
        let ask = Ask {
            bundle: edition.bundle,
            edition: Some(edition.edition),
            periods: Period::parse_list(&self.period)?,
            as_of: self.as_of.as_deref().map(parse_date).transpose()?.unwrap_or_else(|| day_in_china(now)),
            by: self.by.clone(),
            at: now,
            pseudonym_key: dir.pseudonym_key.clone(),
            longest: Duration::from_secs(self.deadline),
        };
        let score = if self.interpret { scoring::score_interpreting } else { scoring::score_with_remarks };
        let (run, remarks) = match score(dir.store.as_ref(), &ask) {
            Ok(done) => done,
            Err(ScoringError::Faults(faults)) => {
                terminal.diagnostics(&faults, &Default::default());
                return Ok(ExitCode::from(2));
            }
            Err(error) => return Err(error.into()),
        };
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
}
