//! `liuwu explain`: every point of a unit, with clause, department and the cells it comes from.

use std::fmt::Write as _;
use std::process::ExitCode;

use liuwu_engine::bundle::Bundle;
use liuwu_engine::diagnostic::Lang;
use liuwu_engine::number::Rounding;
use liuwu_engine::record::Record;
use unicode_width::UnicodeWidthStr;

use super::At;
use super::terminal::Terminal;
use crate::explanation::late::Watch;
use crate::explanation::{Evidence, Explanation, explain, kind_word, met_zh};
use crate::filed::Filed;
use crate::records::record_of;
use crate::scoring;
use crate::store::{Run, Store};
use crate::succession;

/// 说明一个考核对象的每一分
#[derive(clap::Args)]
#[command(after_help = "例 · Examples:\n  liuwu explain 330381101717\n  liuwu explain 云屿社区 --period 2020")]
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
        let whose = succession::behind(&store.units(run.as_of)?, &id, run.as_of);
        let records = records(store, &whose, &run, &plan.bundle)?;
        let late = Watch::of(store, &plan.bundle, &run, period)?.late(&whose)?;
        let explanation = explain(&filed, &plan.bundle, &records, &late);
        terminal.print(&text(&filed, &name, &plan.bundle, &explanation));
        terminal.print(terminal.say(
            &format!("核算 {} · 数据截至 {} · 凭证 {}", run.id, run.as_of, filed.receipt),
            &format!("run {} · as of {} · receipt {}", run.id, run.as_of, filed.receipt),
        ));
        Ok(ExitCode::SUCCESS)
    }
}

/// The records of units, as the edition reads them.
fn records(store: &dyn Store, units: &[String], run: &Run, bundle: &Bundle) -> anyhow::Result<Vec<Record>> {
    let mut records = Vec::new();
    for unit in units {
        for stored in store.facts_of(unit, run.as_of)?.records {
            if let Some(kind) = bundle.dictionary.kinds.get(&stored.kind)
                && let Ok(record) = record_of(kind, &bundle.dictionary, &stored)
            {
                records.push(record);
            }
        }
    }
    Ok(records)
}

/// The whole arithmetic as text.
fn text(filed: &Filed, name: &str, bundle: &Bundle, explanation: &Explanation) -> String {
    let mut out = String::new();
    let score = filed.score.map_or("—".to_owned(), |score| score.to_string());
    let rating = filed.rating.as_deref().unwrap_or("未定等次");
    let _ = writeln!(out, "{name} · {} · {}", filed.period.title_zh(), bundle.title);
    let _ = writeln!(out, "{score} 分 · {rating}");
    if let Some(without) = filed.score_without_exemptions
        && filed.score != Some(without)
    {
        let _ = writeln!(out, "(不计免予扣分时为 {without} 分)");
    }
    out.push('\n');
    for criterion in &bundle.criteria {
        if let Some(result) = filed.criteria.get(&criterion.id) {
            let points = result.points.round(4, Rounding::HalfUp);
            let _ = writeln!(out, "  {} {points:>8} {}", pad(met_zh(result.met), 6), criterion.title);
        }
    }
    out.push('\n');
    out.push_str(&arithmetic(explanation, 0, Lang::Zh));
    out
}

/// The lines of the arithmetic, what else was found, and what could not be checked; each `margin` columns from the left.
pub(super) fn arithmetic(explanation: &Explanation, margin: usize, lang: Lang) -> String {
    let say = |zh, en| if lang == Lang::Zh { zh } else { en };
    let mut out = String::new();
    for line in &explanation.lines {
        let adds = line.adds.round(4, Rounding::HalfUp);
        let adds = if adds.is_negative() { adds.to_string() } else { format!("+{adds}") };
        let from: Vec<&str> = [line.clause.as_deref(), line.department.as_deref()].into_iter().flatten().collect();
        let from = if from.is_empty() { String::new() } else { format!("  [{}]", from.join(" · ")) };
        let sum = line.sum.round(4, Rounding::HalfUp).to_string();
        let indent = margin + line.depth * 2;
        let _ = writeln!(out, "{:indent$}{adds:>8} = {sum:<8} {}{from}", "", line.what);
        write_evidence(&mut out, &line.evidence, indent + 12, lang);
    }
    for statement in &explanation.statements {
        let clause = statement.clause.as_deref().map(|clause| format!(" [{clause}]")).unwrap_or_default();
        let (kind, colon) = (kind_word(statement.kind, lang), say(":", ": "));
        let _ = writeln!(out, "{:margin$}{kind}{colon}{}{clause}", "", statement.reason);
        write_evidence(&mut out, &statement.evidence, margin + 4, lang);
    }
    for unchecked in &explanation.unchecked {
        let label = say("待核定:", "not checked: ");
        let why = say(unchecked.why.as_str(), unchecked.why_en.as_str());
        let _ = writeln!(out, "{:margin$}{label}{}({why})", "", unchecked.title);
    }
    out
}

/// A line a record: kind, day, place, and each field with the cell it was read from.
fn write_evidence(out: &mut String, evidence: &[Evidence], indent: usize, lang: Lang) {
    for item in evidence {
        let label = if lang == Lang::Zh { "据" } else { "from" };
        let _ = write!(out, "{:indent$}{label} {} {} {}", "", item.kind, item.date, item.place);
        for field in &item.fields {
            let cell = field.cell.rsplit('!').next().unwrap_or_default();
            let _ = write!(out, " {}={}", field.title, field.value);
            // Without columns the cell is the line, which stands before the fields already.
            if field.cell != item.place {
                let _ = write!(out, "({cell})");
            }
        }
        if let Some(since) = item.known_since {
            let said = if lang == Lang::Zh { "补报,知悉于" } else { "handed in late, known since" };
            let _ = write!(out, " [{said} {since}");
            if let Some(due) = item.was_due {
                let _ = match lang {
                    Lang::Zh => write!(out, ",应于 {due} 前报"),
                    Lang::En => write!(out, ", due by {due}"),
                };
            }
            out.push(']');
        }
        out.push('\n');
    }
}

/// A text filled up to a width of the terminal; wide characters take two columns.
fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}
