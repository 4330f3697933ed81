//! `liuwu export`: everything in the store as one file, which any store reads back.

use std::path::PathBuf;
use std::process::ExitCode;

use super::At;
use super::terminal::Terminal;
use crate::accounts::Caller;
use crate::audit::{Action, Note, Subject};
use crate::store::transfer;

/// 备份
#[derive(clap::Args)]
#[command(after_help = "例 · Example:\n  liuwu export --out backup.jsonl")]
pub(super) struct Export {
    /// 写到哪个文件 · File to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    at: At,
}

impl Export {
    pub(super) fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        let dir = self.at.open()?;
        dir.audit().note(Note::done(&Caller::terminal(), Action::Export, Subject::of("backup", "all")))?;
        transfer::back_up(dir.store.as_ref(), &self.out)?;
        out!(terminal, "{} {}", terminal.say("已备份到", "written to"), self.out.display());
        Ok(ExitCode::SUCCESS)
    }
}
