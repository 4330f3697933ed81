//! `liuwu divisions`: units that were merged, split or given another code, from the table of an office.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use jiff::Timestamp;
use liuwu_engine::period::Date;

use super::At;
use super::terminal::{Terminal, table};
use crate::accounts::Caller;
use crate::audit::{Action, Note, Subject};
use crate::remit::Remit;
use crate::store::{NewBatch, day_in_china};
use crate::succession::{self, Change, Kind};

/// 区划变更
#[derive(clap::Args)]
#[command(after_help = "例 · Examples:
  liuwu divisions import 区划变更.xlsx --reason 浙民行批〔2020〕1号 --dry-run
  liuwu divisions list")]
pub(super) struct DivisionsCommand {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Subcommand)]
enum Deed {
    /// 谁计入谁,从哪天起 · Who counts for whom, from when
    List(Listed),
    /// 报送合并、拆分、改码的表 · Hand in a table of mergers, splits and new codes
    Import(Import),
}

#[derive(clap::Args)]
struct Listed {
    #[command(flatten)]
    at: At,
}

#[derive(clap::Args)]
struct Import {
    /// xlsx、xls、csv(UTF-8 或 GB18030) · The table
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// 依据,如批复文号 · On what it rests, such as the number of the approval
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// 文字编码 · Encoding of a text (default: recognised)
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// 只预检,不入库 · Only say what would happen
    #[arg(long)]
    dry_run: bool,
    /// 报送人 · Who hands it in
    #[arg(long, value_name = "NAME", default_value = "cli")]
    by: String,
    #[command(flatten)]
    at: At,
}

impl DivisionsCommand {
    pub(super) fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        match &self.deed {
            Deed::List(listed) => listed.run(terminal),
            Deed::Import(import) => import.run(terminal),
        }
    }
}

impl Listed {
    fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        let units = self.at.open()?.store.units(Date::MAX)?;
        let found: Vec<_> = units.iter().filter_map(succession::of_row).collect();
        if found.is_empty() {
            terminal.note(terminal.say("没有区划变更。", "No division has changed."));
            return Ok(ExitCode::SUCCESS);
        }
        let names: HashMap<&str, &str> = units.iter().map(|row| (row.id.as_str(), row.name.as_str())).collect();
        let header =
            [("原代码", "old"), ("原名称", "name"), ("现代码", "new"), ("现名称", "name"), ("生效日期", "from")];
        let mut shown = table(header.map(|(zh, en)| terminal.say(zh, en)), 0..0);
        for succession in &found {
            let name = names.get(succession.new.as_str()).copied().unwrap_or_default();
            let from = succession.from.to_string();
            shown.add_row([succession.old.as_str(), &succession.name, &succession.new, name, &from]);
        }
        terminal.print(&shown.to_string());
        Ok(ExitCode::SUCCESS)
    }
}

impl Import {
    fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        let dir = self.at.open()?;
        let store = dir.store.as_ref();
        let files = super::import::read(std::slice::from_ref(&self.file))?;
        let Some(file) = files.into_iter().next() else { return Ok(ExitCode::from(2)) };
        let now = Timestamp::now();
        let mut batch = NewBatch::new(now, self.by.clone(), format!("区划变更:{}", self.reason.trim()));
        batch.files = vec![file.name.clone()];
        let units = store.units(Date::MAX)?;
        let read = (file.name.as_str(), file.bytes.as_slice());
        let tabled = succession::prepare(read, self.encoding.as_deref(), &units, day_in_china(now), &mut batch);
        let tabled = match tabled {
            Ok(tabled) => tabled,
            Err(faults) => {
                terminal.diagnostics(&faults, &HashMap::new());
                terminal.note(terminal.say("没有入库任何内容。", "Nothing was stored."));
                return Ok(ExitCode::from(2));
            }
        };
        terminal.diagnostics(&tabled.remarks, &HashMap::new());
        for change in &tabled.changes {
            terminal.print(&in_words(change, terminal));
        }
        if self.dry_run {
            terminal.note(terminal.say("预检完成,没有入库。", "Checked only; nothing was stored."));
            return Ok(ExitCode::SUCCESS);
        }
        let id = Remit::ALL.admit(store, batch)?.store(store)?;
        dir.audit().note(Note::done(&Caller::terminal(), Action::Upload, Subject::of("batch", id)))?;
        out!(terminal, "{} {id}", terminal.say("入库批次", "batch"));
        Ok(ExitCode::SUCCESS)
    }
}

/// `2020-06-01 合并 330381101701、330381101702 → 330381101705 新岙村`
fn in_words(change: &Change, terminal: &Terminal) -> String {
    let kind = match change.kind {
        Kind::Merged => "merged",
        Kind::Split => "split",
        Kind::Recoded => "recoded",
    };
    let new: Vec<String> = change
        .new
        .iter()
        .map(|(code, name)| name.as_ref().map_or_else(|| code.clone(), |name| format!("{code} {name}")))
        .collect();
    let kind = terminal.say(change.kind.zh(), kind);
    format!("{} {kind} {} → {}", change.from, change.old.join("、"), new.join("、"))
}
