//! `liuwu record` and `liuwu undo`: what became of a record; a record or a batch taken back.

use std::process::ExitCode;
use std::sync::Arc;

use super::At;
use super::terminal::Terminal;
use crate::accounts::Caller;
use crate::config::{Config, Token};
use crate::custody::Custody;
use crate::data_dir::DataDir;
use crate::state::App;
use crate::store::{BatchId, RecordId, State, Version};

/// 一条记录的内容和历史;或撤回它
#[derive(clap::Args)]
#[command(after_help = "例 · Example:\n  liuwu record 12-345\n  liuwu record 12-345 --withdraw 重复上报")]
pub(super) struct Record {
    /// 记录号 · Number of the record
    record: RecordId,
    /// 撤回,写明理由 · Take it back, and why
    #[arg(long, value_name = "REASON")]
    withdraw: Option<String>,
    #[command(flatten)]
    at: At,
}

/// 整批撤回,先看影响
#[derive(clap::Args)]
#[command(after_help = "例 · Example:\n  liuwu undo 12\n  liuwu undo 12 --reason 文件报错了")]
pub(super) struct Undo {
    /// 批次号 · Number of the batch
    batch: u64,
    /// 撤回理由;不填只看影响 · Why; without it nothing is taken back, only shown what would change
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    at: At,
}

/// The service without its socket: what it knows and keeps, for one command.
fn app_of(dir: &DataDir) -> anyhow::Result<App> {
    let (token, _) = Token::make().map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(App::new(Config::default(), Arc::clone(&dir.store), dir.pseudonym_key.clone(), token))
}

impl Record {
    pub(super) fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        let dir = self.at.open()?;
        let (app, caller) = (app_of(&dir)?, Caller::terminal());
        let custody = Custody::open(&app, &caller)?;
        if let Some(why) = &self.withdraw {
            custody.withdraw(self.record, why)?;
        }
        for version in custody.history(self.record)? {
            print(&custody, &version, terminal);
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn print(custody: &Custody, version: &Version, terminal: &Terminal) {
    let record = &version.record;
    let state = match &version.state {
        State::InForce => terminal.say("有效", "counts").to_owned(),
        State::Superseded { by, act } => format!("{} {by}: {}", terminal.say("已更正", "corrected by"), act.why),
        State::TakenBack { by, .. } => {
            format!("{} {by}", terminal.say("全量台账中已没有,撤回于批次", "no longer in the complete table of batch"))
        }
        State::Withdrawn { act, .. } => format!("{}: {}", terminal.say("已撤回", "taken back"), act.why),
    };
    let kind = custody.kind(&record.kind).map_or(record.kind.as_str(), |kind| kind.title.as_str());
    out!(terminal, "{} {kind} {} {} [{state}]", record.id, record.unit, record.date);
    for field in custody.seen(record, custody.sight()) {
        out!(terminal, "  {} {}", field.title, field.text);
    }
    out!(terminal, "  {}", record.source.to_line());
}

impl Undo {
    pub(super) fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        let dir = self.at.open()?;
        let (app, caller) = (app_of(&dir)?, Caller::terminal());
        let custody = Custody::open(&app, &caller)?;
        let id = BatchId(self.batch);
        let undoing = custody.weigh_undoing(id)?;
        let (go, back, effect) = (undoing.go, undoing.come_back, &undoing.effect);
        let zh = format!(
            "{go}条记录不再计入,{back}条恢复计入;{}个村社得分或等次变化,{}个列入清单,{}个移出清单",
            effect.units(),
            effect.entering(),
            effect.leaving()
        );
        let en = format!(
            "{go} records no longer count, {back} count again; {} units move, {} enter a list, {} leave one",
            effect.units(),
            effect.entering(),
            effect.leaving()
        );
        out!(terminal, "{}", terminal.say(&zh, &en));
        for moved in &effect.moved {
            let by = moved.by().map(|by| by.to_string()).unwrap_or_default();
            out!(terminal, "  {} {} {by}", moved.unit, moved.period);
        }
        match &self.reason {
            Some(why) => {
                custody.undo(id, why, None)?;
                let done = format!("{} {id}", terminal.say("已撤回批次", "taken back: batch"));
                out!(terminal, "{done}");
            }
            None => terminal.note(terminal.say("加 --reason 理由 才会撤回", "add --reason to take it back")),
        }
        Ok(ExitCode::SUCCESS)
    }
}
