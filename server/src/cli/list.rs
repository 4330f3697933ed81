//! `liuwu list`: the negative list and all other lists of a run.

use std::process::ExitCode;

use comfy_table::Table;

use super::At;
use super::terminal::{self, Terminal};
use crate::listing::{self, Item};
use crate::scoring;

/// 列出平安负面清单等清单
#[derive(clap::Args)]
#[command(after_help = "例 · Example:\n  liuwu list negative --period 2020")]
pub(super) struct List {
    /// 清单编号(缺省则列出有哪些) · The list's id (default: say which there are)
    list: Option<String>,
    #[command(flatten)]
    at: At,
    /// 周期(默认最近一次核算的最后一个) · Period
    #[arg(long, value_name = "P")]
    period: Option<String>,
}

impl List {
    pub(super) fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        let dir = self.at.open()?;
        let store = dir.store.as_ref();
        let (run, period) = super::newest(store, self.period.as_deref())?;
        let plan = scoring::plan_of(&store.edition(&run.bundle, &run.edition)?)?;
        let all = scoring::all_of(store, run.id, period)?;
        let Some(id) = &self.list else {
            for list in &plan.bundle.lists {
                let count = all.iter().filter(|filed| filed.lists.contains(&list.id)).count();
                out!(terminal, "{:<24} {} ({count})", list.id, list.title);
            }
            return Ok(ExitCode::SUCCESS);
        };
        let Some(list) = plan.bundle.lists.iter().find(|list| list.id == *id) else {
            let known: Vec<&str> = plan.bundle.lists.iter().map(|list| list.id.as_str()).collect();
            anyhow::bail!(
                "{} {}",
                terminal.say("没有这个清单;有:", "there is no such list; there are:"),
                known.join("、")
            );
        };
        let units = store.units(run.as_of)?;
        let items = listing::items(list, &all, &plan.bundle, &units);
        out!(terminal, "{} · {} · {} {}", list.title, period.title_zh(), terminal.say("数据截至", "as of"), run.as_of);
        out!(terminal, "{}", table(&items, terminal));
        Ok(ExitCode::SUCCESS)
    }
}

/// Entries as a table.
pub(super) fn table(items: &[Item], terminal: &Terminal) -> Table {
    let header = [
        terminal.say("镇街", "town"),
        terminal.say("村社", "village"),
        terminal.say("责任部门", "department"),
        terminal.say("事由", "reason"),
        terminal.say("得分", "score"),
    ];
    let mut table = terminal::table(header, 4..5);
    for item in items {
        table.add_row([
            item.town.clone(),
            item.name.clone(),
            item.department.clone().unwrap_or_default(),
            item.reasons.join(";"),
            item.score.map_or("—".to_owned(), |score| score.to_string()),
        ]);
    }
    table
}
