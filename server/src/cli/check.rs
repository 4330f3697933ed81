//! `liuwu check`: is a bundle well formed, and do its cases come out?

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use liuwu_engine::assess::Plan;
use liuwu_engine::bundle::{self, Bundle};
use liuwu_engine::proof::{Proof, prove};
use liuwu_engine::script::threads;

use super::terminal::Terminal;

/// 检查考核办法文件
#[derive(clap::Args)]
#[command(after_help = "例 · Example:\n  liuwu check rules/ruian-six-no/2020.yaml")]
pub(super) struct Check {
    /// 考核办法(YAML) · Rule bundles
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Check {
    pub(super) fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        let mut failed = false;
        for file in &self.files {
            let name = file.display().to_string();
            let text = std::fs::read_to_string(file).with_context(|| name.clone())?;
            let sources = HashMap::from([(name.clone(), text.clone())]);
            failed |= sound(&name, &text, &sources, terminal)?.is_none();
        }
        Ok(ExitCode::from(u8::from(failed)))
    }
}

/// Checks a bundle and proves its cases, saying everything that is wrong; the bundle when nothing is.
pub(super) fn sound(
    name: &str,
    text: &str,
    sources: &HashMap<String, String>,
    terminal: &Terminal,
) -> anyhow::Result<Option<Arc<Bundle>>> {
    let pool = threads(None).context("threads")?;
    pool.install(|| {
        let read = bundle::read(name, text).and_then(|(bundle, warnings)| {
            terminal.diagnostics(&warnings, sources);
            Plan::new(Arc::new(bundle)).map(Arc::new)
        });
        let plan = match read {
            Ok(plan) => plan,
            Err(faults) => {
                terminal.diagnostics(&faults, sources);
                let count = faults.iter().filter(|fault| fault.is_error()).count();
                out!(terminal, "{name}: {}", terminal.say(&format!("{count} 处错误"), &format!("{count} errors")));
                return Ok(None);
            }
        };
        terminal.diagnostics(plan.warnings(), sources);
        let proofs = prove(&plan)?;
        let passed = proofs.iter().filter(|proof| proof.passes()).count();
        for proof in proofs.iter().filter(|proof| !proof.passes()) {
            report(proof, terminal, sources);
        }
        let (rules, total) = (plan.bundle.all_rules().len(), proofs.len());
        out!(
            terminal,
            "{name}: {}",
            terminal.say(
                &format!("{rules} 条评分项,案例 {passed}/{total} 通过"),
                &format!("{rules} rules, {passed}/{total} cases pass")
            )
        );
        Ok((passed == total).then(|| Arc::clone(&plan.bundle)))
    })
}

/// Shows what a case expected, what came out, and the arithmetic.
fn report(proof: &Proof, terminal: &Terminal, sources: &HashMap<String, String>) {
    terminal.error(&format!("{}「{}」 ({})", terminal.say("案例", "case "), proof.name, proof.location.to_line()));
    terminal.diagnostics(&proof.faults, sources);
    for miss in &proof.misses {
        let line = terminal.say("期望", "expected");
        let actual = terminal.say("实际", "actual");
        terminal.note(&format!("  {}: {line} {} · {actual} {}", miss.about, miss.expected, miss.actual));
    }
    if let Some(result) = proof.results.first() {
        for finding in &result.findings {
            terminal.note(&format!(
                "    {} {} {} ({}) {}",
                finding.rule,
                finding.kind.key(),
                finding.points,
                finding.counted,
                finding.reason
            ));
        }
        for remark in &result.remarks {
            terminal.note(&format!("    {}: {}", remark.about, terminal.say(&remark.zh, &remark.en)));
        }
    }
}
