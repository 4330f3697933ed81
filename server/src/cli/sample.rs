//! `liuwu sample`: invented data for trying out.

use std::path::PathBuf;
use std::process::ExitCode;

use super::terminal::Terminal;
use crate::sample::{self, Options};

/// 生成演示数据(纯属虚构)
#[derive(clap::Args)]
#[command(after_help = "例 · Example:\n  liuwu sample --out fixtures/ruian")]
pub(super) struct Sample {
    /// 写到哪个文件夹 · Folder to write to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// 多少个村社(默认515) · How many villages (515 unless given)
    #[arg(long, value_name = "N", conflicts_with = "divisions")]
    villages: Option<u32>,
    /// 用这份区划(仅限压力测试) · A tree of divisions to use, for load tests only
    #[arg(long, value_name = "CSV")]
    divisions: Option<PathBuf>,
    /// 种子,相同则逐字节相同 · The same seed gives the same bytes
    #[arg(long, value_name = "S", default_value_t = 2020)]
    seed: u64,
}

impl Sample {
    pub(super) fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        let options = Options { villages: self.villages, divisions: self.divisions.clone(), seed: self.seed };
        let summary = sample::write(&self.out, &options)?;
        out!(
            terminal,
            "{}",
            terminal.say(
                &format!(
                    "{} 个镇街,{} 个村社,写了 {} 个文件到 {}",
                    summary.towns,
                    summary.villages,
                    summary.files.len(),
                    self.out.display()
                ),
                &format!(
                    "{} towns, {} villages, {} files in {}",
                    summary.towns,
                    summary.villages,
                    summary.files.len(),
                    self.out.display()
                )
            )
        );
        for note in &summary.notes {
            out!(terminal, "  {note}");
        }
        Ok(ExitCode::SUCCESS)
    }
}
