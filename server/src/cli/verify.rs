//! `liuwu verify`: can a stored run be reproduced, and is the store whole?

use std::process::ExitCode;

use super::At;
use super::terminal::Terminal;
use crate::scoring;
use crate::store::RunId;

/// 核验一次核算,或只核验数据库
#[derive(clap::Args)]
#[command(after_help = "例 · Example:\n  liuwu verify 1\n  liuwu verify --store\n  liuwu verify --store --rebuild")]
pub(super) struct Verify {
    /// 核算编号(默认最近一次) · Number of the run (default: the newest)
    #[arg(conflicts_with = "store")]
    run: Option<u64>,
    /// 只核验数据库:逐条校验,并把核算用的汇总与台账比对 · Check the database alone: every value, and what is kept packed for
    /// scoring against the records
    #[arg(long)]
    store: bool,
    /// 先由台账重建核算用的汇总 · First make anew what is kept packed for scoring, from the records
    #[arg(long, requires = "store")]
    rebuild: bool,
    #[command(flatten)]
    at: At,
}

impl Verify {
    pub(super) fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        let dir = self.at.open()?;
        if self.rebuild {
            dir.store.rebuild()?;
            out!(
                terminal,
                "{}",
                terminal.say("已由台账重建核算用的汇总", "what is kept packed was made anew from the records")
            );
        }
        let faults = dir.store.verify()?;
        for fault in &faults {
            terminal.error(terminal.say(&fault.zh(), &fault.to_string()));
        }
        if self.store {
            if faults.is_empty() {
                out!(terminal, "{}", terminal.say("数据库完好", "the database is sound"));
            }
            return Ok(ExitCode::from(u8::from(!faults.is_empty())));
        }
        let run = match self.run {
            Some(run) => RunId(run),
            None => match dir.store.runs()?.first() {
                Some(run) => run.id,
                None => anyhow::bail!("{}", terminal.say("还没有核算过", "there is no run yet")),
            },
        };
        let verification = scoring::verify(dir.store.as_ref(), run, &dir.pseudonym_key)?;
        for difference in &verification.differences {
            terminal.error(&format!("{} {}: {}", difference.unit, difference.period, difference.what));
        }
        let good = faults.is_empty() && verification.differences.is_empty();
        let how = match (verification.same_engine, terminal.say("zh", "en")) {
            (true, "zh") => "凭证逐一相符",
            (true, _) => "every receipt agrees",
            (false, "zh") => "核算引擎版本不同,只比较了结果",
            (false, _) => "another version of the engine: results were compared",
        };
        out!(
            terminal,
            "{}",
            terminal.say(
                &format!(
                    "核算 {run}:重算 {} 个结果,{} 处不符;{how}",
                    verification.compared,
                    verification.differences.len()
                ),
                &format!(
                    "run {run}: {} results recomputed, {} differ; {how}",
                    verification.compared,
                    verification.differences.len()
                )
            )
        );
        Ok(ExitCode::from(u8::from(!good)))
    }
}
