//! `liuwu template`: empty tables to be filled in, made from the dictionary.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use jiff::Timestamp;
use liuwu_engine::dictionary::Kind;
use liuwu_engine::period::Date;

use super::At;
use super::terminal::Terminal;
use crate::intake::UnitIndex;
use crate::intake::template::{self, Wanted};
use crate::remit::Remit;
use crate::store::{Scope, day_in_china};

/// 上报模板
#[derive(clap::Args)]
#[command(after_help = "例 · Examples:
  liuwu template fire
  liuwu template --area 330381116000 --out 塘下镇上报合表.xlsx")]
pub(super) struct Template {
    /// 台账类型;不填则全部,一类一张工作表 · Kinds, a sheet each (default: all)
    #[arg(value_name = "KIND")]
    kinds: Vec<String>,
    #[command(flatten)]
    at: At,
    /// 所属考核办法 · The bundle whose dictionary is used (default: the only one published)
    #[arg(long, value_name = "ID")]
    bundle: Option<String>,
    /// 只列此地的村社(编号) · Offer only the units below this one
    #[arg(long, value_name = "CODE")]
    area: Option<String>,
    /// 写到 · File to write
    #[arg(long, value_name = "FILE", default_value = "上报模板.xlsx")]
    out: PathBuf,
}

impl Template {
    pub(super) fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        let dir = self.at.open()?;
        let edition = super::edition(dir.store.as_ref(), self.bundle.as_deref(), None)?;
        let plan = crate::scoring::plan_of(&edition)?;
        let bundle = &plan.bundle;
        let known = &bundle.dictionary.kinds;
        if let Some(kind) = self.kinds.iter().find(|kind| !known.contains_key(*kind)) {
            let kinds: Vec<&str> = known.keys().map(String::as_str).collect();
            anyhow::bail!("没有台账类型 {kind},有:{0} / there is no kind `{kind}`, only {0}", kinds.join("、"));
        }
        let is_wanted =
            |kind: &&Arc<Kind>| self.kinds.is_empty() || self.kinds.iter().any(|wanted| **wanted == *kind.id);
        let kinds: Vec<Arc<Kind>> = known.values().filter(is_wanted).cloned().collect();
        let units = dir.store.units(Date::MAX)?;
        let scope = self.area.clone().map_or(Scope::Everything, |area| Scope::Divisions(vec![area]));
        let remit = Remit::of(&scope, bundle, &units);
        let index = UnitIndex::of_rows(&units);
        let today = day_in_china(Timestamp::now());
        let covers = |unit: &str| remit.has_unit(unit);
        let bytes = template::write(&Wanted { bundle, kinds: &kinds, units: &index, covers: &covers, today })?;
        std::fs::write(&self.out, bytes).with_context(|| self.out.display().to_string())?;
        let titles: Vec<&str> = kinds.iter().map(|kind| kind.title.as_str()).collect();
        out!(terminal, "{}({})", self.out.display(), titles.join("、"));
        Ok(ExitCode::SUCCESS)
    }
}
