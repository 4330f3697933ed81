//! What was checked, for people: faults with their source lines, failing cases with their arithmetic, gaps, a line a file.

use std::collections::HashMap;

use liuwu_engine::diagnostic::Lang;
use liuwu_engine::proof::Proof;

use super::checked::Checked;
use super::manners;
use crate::cli::explain::arithmetic;
use crate::cli::terminal::Terminal;

/// Columns from the left at which the arithmetic of a case stands.
const MARGIN: usize = 4;

/// Prints everything: faults, failures and gaps to standard error, the summary to standard output.
pub(super) fn print(checked: &[Checked], with_manners: bool, terminal: &Terminal) {
    for file in checked {
        let sources = HashMap::from([(file.name.clone(), file.text.clone())]);
        terminal.diagnostics(&file.diagnostics, &sources);
        for proof in file.proofs.iter().filter(|proof| !proof.passes()) {
            terminal.diagnostics(&Checked::failures(proof), &sources);
            account(file, proof, terminal);
        }
        if let Some(gaps) = &file.gaps {
            terminal.diagnostics(gaps, &sources);
        }
        notes(file, terminal);
        terminal.print(&summary(file, terminal.lang()));
        if let Some(plan) = file.plan.as_ref().filter(|_| with_manners) {
            manners::print(plan.manners(), terminal);
        }
    }
    if checked.len() > 1 {
        let sound = checked.iter().filter(|file| file.is_sound()).count();
        let all = checked.len();
        terminal.print(
            terminal.say(&format!("{all} 个文件,{sound} 个没有问题"), &format!("{all} files, {sound} without a fault")),
        );
    }
}

/// What is good to know, a line each, and once what may be done about it: there may be nothing to do.
fn notes(file: &Checked, terminal: &Terminal) {
    let lang = terminal.lang();
    for note in &file.notes {
        let word = terminal.say("说明", "note");
        terminal.note(&format!("{word}[{}]: {} {}", note.code.id, note.location.to_line(), note.message(lang)));
    }
    if let Some(note) = file.notes.last() {
        terminal.note(&format!("  = {}: {}\n", terminal.say("改法", "help"), note.help(lang)));
    }
}

/// The arithmetic of a failing case, and why anything in it could not be computed.
fn account(file: &Checked, proof: &Proof, terminal: &Terminal) {
    let (Some(explanation), Some(result)) = (file.explanation(proof, terminal.lang()), proof.results.first()) else {
        return;
    };
    let rating = result.rating.as_deref().unwrap_or("—");
    let score = result.score.map_or("—".to_owned(), |score| score.to_string());
    terminal.note(terminal.say(
        &format!("  「{}」的算式,得分 {score},等次 {rating}:", proof.name),
        &format!("  How `{}` came out, score {score}, rating {rating}:", proof.name),
    ));
    let mut lines = arithmetic(&explanation, MARGIN, terminal.lang());
    let explained = |about: &str| explanation.unchecked.iter().any(|unchecked| unchecked.rule == about);
    for remark in result.remarks.iter().filter(|remark| !explained(&remark.about)) {
        let why = terminal.say(&remark.zh, &remark.en);
        lines.push_str(&format!("{:MARGIN$}{}: {why}\n", "", remark.about));
    }
    terminal.note(&lines);
}

fn summary(file: &Checked, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    let (errors, remarks) = file.counts();
    let mut parts = Vec::new();
    if errors > 0 {
        parts.push(if zh { format!("{errors} 处错误") } else { format!("{errors} errors") });
    }
    if file.plan.is_some() {
        let (rules, passed, all) = (file.rules(), file.passed(), file.proofs.len());
        parts.push(if zh {
            format!("{rules} 条评分项,案例 {passed}/{all} 通过")
        } else {
            format!("{rules} rules, {passed}/{all} cases pass")
        });
    }
    if remarks > 0 {
        parts.push(if zh { format!("{remarks} 处提醒") } else { format!("{remarks} warnings") });
    }
    if let Some(gaps) = &file.gaps {
        let count = gaps.len();
        parts.push(if zh {
            format!("案例未覆盖 {count} 处")
        } else {
            format!("{count} gaps in what cases show")
        });
    }
    format!("{}: {}", file.name, parts.join(if zh { "," } else { ", " }))
}
