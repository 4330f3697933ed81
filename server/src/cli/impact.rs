//! `liuwu impact`: what an edition that is not published yet would do to the results.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use jiff::Timestamp;
use liuwu_engine::assess::Plan;
use liuwu_engine::bundle::{self, Bundle};
use liuwu_engine::diagnostic::Diagnostic;
use liuwu_engine::period::{Period, parse_date};
use liuwu_engine::script::threads;

use super::At;
use super::score::{Watched, faults_shown};
use super::terminal::{Terminal, table};
use crate::deadline::LONGEST_RUN;
use crate::effect::{self, Effect, Moved, Standing};
use crate::scoring::{self, Ask};
use crate::store::day_in_china;
use crate::view::UnitTree;

/// 改一版办法之前,先看它使哪些村社的得分、等次、清单变化;不存档
#[derive(clap::Args)]
#[command(after_help = "例 · Example:\n  liuwu impact 新版.yaml --period 2019..2020 --as-of 2021-01-10")]
pub(super) struct Impact {
    /// 新版(YAML) · The edition to be
    file: PathBuf,
    #[command(flatten)]
    at: At,
    /// 与哪一版比(默认:同一办法最近发布的一版) · The edition to compare with (default: the one published last)
    #[arg(long, value_name = "E")]
    edition: Option<String>,
    /// 周期,如 2020 或 2019..2020 · Periods
    #[arg(long, value_name = "P")]
    period: String,
    /// 数据截至哪天(默认今天) · Day of knowledge (default: today)
    #[arg(long, value_name = "D")]
    as_of: Option<String>,
    /// 最长秒数,超时中止 · Seconds it may take
    #[arg(long, value_name = "S", default_value_t = LONGEST_RUN.as_secs())]
    deadline: u64,
}

impl Impact {
    pub(super) fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        let name = self.file.display().to_string();
        let text = std::fs::read_to_string(&self.file).with_context(|| name.clone())?;
        let after = match plan(&name, &text)? {
            Ok(plan) => plan,
            Err(faults) => {
                terminal.diagnostics(&faults, &[(name, text)].into());
                return Ok(ExitCode::from(1));
            }
        };
        let dir = self.at.open()?;
        let (store, now) = (dir.store.as_ref(), Timestamp::now());
        let edition = super::edition(store, Some(&after.bundle.id), self.edition.as_deref())?;
        let before = scoring::plan_of(&edition)?;
        let as_of = self.as_of.as_deref().map(parse_date).transpose()?.unwrap_or_else(|| day_in_china(now));
        let ask = Ask {
            bundle: edition.bundle,
            edition: Some(edition.edition),
            periods: Period::parse_list(&self.period)?,
            as_of,
            by: "cli".to_owned(),
            at: now,
            pseudonym_key: dir.pseudonym_key.clone(),
            longest: Duration::from_secs(self.deadline),
        };
        let watched = Watched::new(terminal);
        let effect = effect::of_edition(store, &before, &after, &ask, &watched);
        drop(watched);
        let Some(effect) = faults_shown(terminal, effect)? else { return Ok(ExitCode::from(2)) };
        say(&effect, &before.bundle, &after.bundle, &UnitTree::new(store.units(as_of)?), terminal);
        Ok(ExitCode::SUCCESS)
    }
}

/// An edition ready to score, or every fault of its text.
fn plan(name: &str, text: &str) -> anyhow::Result<Result<Arc<Plan>, Vec<Diagnostic>>> {
    let read = || bundle::read(name, text).and_then(|(bundle, _)| Plan::new(Arc::new(bundle)).map(Arc::new));
    Ok(threads(None).context("threads")?.install(read))
}

/// In one sentence, then the units that move.
fn say(effect: &Effect, before: &Bundle, after: &Bundle, units: &UnitTree, terminal: &Terminal) {
    let [old, new] = [before, after].map(|bundle| format!("{}@{}", bundle.id, bundle.edition));
    let (moving, ratings) = (effect.units(), effect.ratings());
    let (entering, leaving) = (effect.entering(), effect.leaving());
    let zh = format!(
        "{old} 改为 {new}:{moving} 个考核对象得分或等次变化,其中 {ratings} 个等次变化;{entering} 个列入清单,{leaving} 个移出清单"
    );
    let en = format!(
        "{new} instead of {old}: {moving} units move, {ratings} of them to another rating; {entering} enter a list, {leaving} leave one"
    );
    out!(terminal, "{}", terminal.say(&zh, &en));
    if effect.moved.is_empty() {
        return;
    }
    let header = [
        ("考核对象", "unit"),
        ("周期", "period"),
        ("现为", "now"),
        ("改为", "then"),
        ("相差", "by"),
        ("清单", "lists"),
    ];
    let mut shown = table(header.map(|(zh, en)| terminal.say(zh, en)), 4..5);
    for moved in &effect.moved {
        shown.add_row([
            units.full_name(&moved.unit),
            moved.period.name(),
            stands(moved.before.as_ref(), terminal),
            stands(moved.after.as_ref(), terminal),
            moved.by().map(|by| by.to_string()).unwrap_or_default(),
            lists(moved, [before, after]),
        ]);
    }
    out!(terminal, "{shown}");
}

fn stands(standing: Option<&Standing>, terminal: &Terminal) -> String {
    let Some(standing) = standing else { return terminal.say("没有结果", "no result").to_owned() };
    let score = standing.score.map_or_else(|| terminal.say("待核定", "no score").to_owned(), |score| score.to_string());
    standing.rating.as_ref().map_or_else(|| score.clone(), |rating| format!("{score} {rating}"))
}

/// The lists that a unit enters and leaves, by title.
fn lists(moved: &Moved, bundles: [&Bundle; 2]) -> String {
    let title = |id: &str| {
        let list = bundles.iter().rev().flat_map(|bundle| &bundle.lists).find(|list| list.id == id);
        list.map_or_else(|| id.to_owned(), |list| list.title.clone())
    };
    let entered = moved.enters().into_iter().map(|list| format!("+{}", title(list)));
    let left = moved.leaves().into_iter().map(|list| format!("−{}", title(list)));
    entered.chain(left).collect::<Vec<_>>().join(" ")
}
