//! `liuwu explain`: every point of a unit, with clause, department and the cells it comes from.

use std::process::ExitCode;

use liuwu_engine::record::Record;

use super::At;
use super::terminal::Terminal;
use crate::explanation::{self, Evidence, explain, kind_zh, met_zh};
use crate::filed::Filed;
use crate::records::record_of;
use crate::scoring;
use crate::store::{Run, Store};

/// 说明一个考核对象的每一分
#[derive(clap::Args)]
#[command(after_help = "例 · Examples:\n  liuwu explain 330381101717\n  liuwu explain 平寮社区 --period 2020")]
pub(super) struct Explain {
    /// 编号或名称 · Code or name
    unit: String,
    #[command(flatten)]
    at: At,
    /// 周期(默认最近一次核算的最后一个) · Period (default: the last of the newest run)
    #[arg(long, value_name = "P")]
    period: Option<String>,
}

impl Explain {
    pub(super) fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        let dir = self.at.open()?;
        let store = dir.store.as_ref();
        let (run, period) = super::newest(store, self.period.as_deref())?;
        let (id, name) = super::unit(store, &self.unit, run.as_of)?;
        let Some(bytes) = store.assessment(run.id, &id, period)? else {
            anyhow::bail!("{name} {period}: {}", terminal.say("这次核算没有它的结果", "the run has no result of it"));
        };
        let filed = Filed::from_bytes(&bytes)?;
        let edition = store.edition(&run.bundle, &run.edition)?;
        let plan = scoring::plan_of(&edition)?;
        let records = records(store, &id, &run, &plan.bundle)?;
        let explanation = explain(&filed, &plan.bundle, &records);
        print(&filed, &name, &plan.bundle.title, &explanation, &plan.bundle);
        println!(
            "{}",
            terminal.say(
                &format!("核算 {} · 数据截至 {} · 凭证 {}", run.id, run.as_of, filed.receipt),
                &format!("run {} · as of {} · receipt {}", run.id, run.as_of, filed.receipt)
            )
        );
        Ok(ExitCode::SUCCESS)
    }
}

/// The records of a unit and of the units above it, as the edition reads them.
fn records(
    store: &dyn Store,
    unit: &str,
    run: &Run,
    bundle: &liuwu_engine::bundle::Bundle,
) -> anyhow::Result<Vec<Record>> {
    let units = store.units(run.as_of)?;
    let mut at = Some(unit.to_owned());
    let mut records = Vec::new();
    while let Some(id) = at {
        for stored in store.facts_of(&id, run.as_of)?.records {
            if let Some(kind) = bundle.dictionary.kinds.get(&stored.kind)
                && let Ok(record) = record_of(kind, &bundle.dictionary, &stored)
            {
                records.push(record);
            }
        }
        at = units.iter().find(|row| row.id == id).and_then(|row| row.parent.clone());
    }
    Ok(records)
}

fn print(
    filed: &Filed,
    name: &str,
    title: &str,
    explanation: &explanation::Explanation,
    bundle: &liuwu_engine::bundle::Bundle,
) {
    let score = filed.score.map_or("—".to_owned(), |score| score.to_string());
    println!("{name} · {} · {title}", filed.period.title_zh());
    println!("{score} 分 · {}", filed.rating.as_deref().unwrap_or("未定等次"));
    if let Some(without) = filed.score_without_exemptions
        && filed.score != Some(without)
    {
        println!("(不计免予扣分时为 {without} 分)");
    }
    for criterion in &bundle.criteria {
        if let Some(result) = filed.criteria.get(&criterion.id) {
            println!("  {} {}:{} 分", met_zh(result.met), criterion.title, result.points);
        }
    }
    println!();
    for line in &explanation.lines {
        let adds = if line.adds.is_negative() { line.adds.to_string() } else { format!("+{}", line.adds) };
        let from: Vec<&str> = [line.clause.as_deref(), line.department.as_deref()].into_iter().flatten().collect();
        let from = if from.is_empty() { String::new() } else { format!("  [{}]", from.join(" · ")) };
        println!("{:indent$}{adds:>8}  = {:<8} {}{from}", "", line.sum.to_string(), line.what, indent = line.depth * 2);
        print_evidence(&line.evidence, 12 + line.depth * 2);
    }
    for statement in &explanation.statements {
        let clause = statement.clause.as_deref().unwrap_or_default();
        println!("{}:{} [{clause}]", kind_zh(statement.kind), statement.reason);
        print_evidence(&statement.evidence, 6);
    }
    for unchecked in &explanation.unchecked {
        println!("待核定:{}({})", unchecked.title, unchecked.why);
    }
}

fn print_evidence(evidence: &[Evidence], indent: usize) {
    for item in evidence {
        println!("{:indent$}据 {} {} {}", "", item.kind, item.date, item.place);
        for field in &item.fields {
            println!("{:indent$}   {} = {} ({})", "", field.title, field.value, field.cell);
        }
    }
}
