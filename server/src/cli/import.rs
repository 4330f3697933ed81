//! `liuwu import`: files into the store, whole or not at all.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Mutex, PoisonError};

use anyhow::Context;
use indicatif::ProgressBar;
use jiff::Timestamp;
use liuwu_engine::bundle::Bundle;
use liuwu_engine::period::{Date, Period, parse_date};

use super::At;
use super::terminal::Terminal;
use crate::accounts::Caller;
use crate::audit::{Action, Note, Subject};
use crate::progress::{Progress, Step};
use crate::store::{Statement, Store};
use crate::upload::{self, File, Report, STORING, Said, Stopped};

/// 导入台账
#[derive(clap::Args)]
#[command(after_help = "例 · Examples:
  liuwu import 火灾.xlsx --dry-run
  liuwu import fixtures/ruian/*.xlsx --complete fire --area 330381000000 --period 2020")]
pub(super) struct Import {
    /// xlsx、xls、csv(UTF-8 或 GB18030)、jsonl · Files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    at: At,
    /// 所属考核办法 · The bundle whose dictionary is used (default: the only one published)
    #[arg(long, value_name = "ID")]
    bundle: Option<String>,
    /// 台账类型(默认按表头识别) · Kind (default: recognised by the header)
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// 文字编码 · Encoding of texts (default: recognised)
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// 只预检,不入库 · Only say what would happen
    #[arg(long)]
    dry_run: bool,
    /// 正确的行先入库,有错的另存一份待改 · Store the good rows and write the others to files for correction
    #[arg(long)]
    accept_good_rows: bool,
    /// 报齐的台账 · Kinds that are complete with this upload
    #[arg(long, value_name = "KIND", value_delimiter = ',', requires = "area", requires = "period")]
    complete: Vec<String>,
    /// 零报告的台账 · Kinds of which there is nothing to hand in
    #[arg(long, value_name = "KIND", value_delimiter = ',', requires = "area", requires = "period")]
    nil: Vec<String>,
    /// 报齐或零报告的地区(编号) · The area of `--complete` and `--nil`
    #[arg(long, value_name = "CODE")]
    area: Option<String>,
    /// 报齐或零报告的周期 · The period of `--complete` and `--nil`
    #[arg(long, value_name = "P")]
    period: Option<String>,
    /// 收到日期(补录旧材料时用) · The day it was received, when old papers are entered
    #[arg(long, value_name = "D")]
    received_on: Option<String>,
    /// 基本情况表没有生效日期时用 · The day from which attributes hold, where a table does not say it
    #[arg(long, value_name = "D")]
    effective: Option<String>,
    /// 报送人 · Who hands it in
    #[arg(long, value_name = "NAME", default_value = "cli")]
    by: String,
}

impl Import {
    pub(super) fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        let dir = self.at.open()?;
        let edition = super::edition(dir.store.as_ref(), self.bundle.as_deref(), None)?;
        let plan = crate::scoring::plan_of(&edition)?;
        let files = read(&self.files)?;
        let said = Said { pseudonym_key: dir.pseudonym_key.clone(), ..self.said()? };
        let report = prepare(dir.store.as_ref(), &plan.bundle, &files, &said, terminal)?;
        show(&report, terminal, &HashMap::new());
        if !report.acceptable {
            terminal.note(terminal.say(
                "没有入库任何内容。改好后再导入,或加 --accept-good-rows 先收正确的行。",
                "Nothing was stored. Mend the files, or store the good rows with --accept-good-rows.",
            ));
            return Ok(ExitCode::from(2));
        }
        if self.dry_run {
            terminal.note(terminal.say("预检完成,没有入库。", "Checked only; nothing was stored."));
            return Ok(ExitCode::SUCCESS);
        }
        for correction in &report.corrections {
            std::fs::write(&correction.name, &correction.bytes).with_context(|| correction.name.clone())?;
            terminal.note(&format!("{} {}", terminal.say("待改的行:", "rows to mend:"), correction.name));
        }
        let bar = Bar::new(terminal);
        bar.begin(STORING, report.rows());
        let stored = upload::commit_watched(dir.store.as_ref(), report, &bar);
        bar.shown.finish_and_clear();
        match stored? {
            Some(batch) => {
                dir.audit().note(Note::done(&Caller::terminal(), Action::Upload, Subject::of("batch", batch)))?;
                out!(terminal, "{} {batch}", terminal.say("入库批次", "batch"));
            }
            None => out!(terminal, "{}", terminal.say("没有新内容,未入库", "nothing new, nothing stored")),
        }
        Ok(ExitCode::SUCCESS)
    }

    fn said(&self) -> anyhow::Result<Said> {
        let date = |text: &Option<String>| -> anyhow::Result<Option<Date>> {
            Ok(text.as_deref().map(parse_date).transpose()?)
        };
        let mut statements = Vec::new();
        if let (Some(area), Some(period)) = (&self.area, &self.period) {
            let period = Period::parse(period)?;
            let stated = self.complete.iter().map(|kind| (kind, false)).chain(self.nil.iter().map(|kind| (kind, true)));
            statements.extend(stated.map(|(kind, nil)| Statement {
                kind: kind.clone(),
                area: area.clone(),
                from: period.from(),
                to: period.to(),
                nil,
            }));
        }
        Ok(Said {
            received_on: date(&self.received_on)?,
            kind: self.kind.clone(),
            encoding: self.encoding.clone(),
            effective: date(&self.effective)?,
            accept_good_rows: self.accept_good_rows,
            statements,
            ..Said::new(&self.by, Timestamp::now(), "liuwu import")
        })
    }
}

/// Reads an upload, with a bar on a terminal that shows how many rows are done and how long the rest will take.
pub(super) fn prepare(
    store: &dyn Store,
    bundle: &Bundle,
    files: &[File],
    said: &Said,
    terminal: &Terminal,
) -> Result<Report, Stopped> {
    let bar = Bar::new(terminal);
    let report = upload::prepare_watched(store, bundle, files, said, &bar);
    bar.shown.finish_and_clear();
    report
}

/// Work on as many rows as these says on its way how far it has come, where no terminal shows it.
const LONG: u64 = 150_000;
/// It says so after each of so many parts; where it is not known of how many rows, after so many rows.
const PARTS: u64 = 20;
const ROWS: u64 = 50_000;

/// A bar that shows what is being done, and how far it has come. Where there is no terminal to show it, long work says so line by line.
struct Bar<'a> {
    shown: ProgressBar,
    terminal: &'a Terminal,
    step: Mutex<Option<Step>>,
    total: AtomicU64,
    done: AtomicU64,
    is_long: AtomicBool,
}

impl<'a> Bar<'a> {
    fn new(terminal: &'a Terminal) -> Bar<'a> {
        Bar {
            shown: terminal.bar(0),
            terminal,
            step: Mutex::default(),
            total: AtomicU64::default(),
            done: AtomicU64::default(),
            is_long: AtomicBool::default(),
        }
    }

    /// Says how far it has come, unless a bar shows it.
    fn say(&self, done: u64, total: u64) {
        let step = *self.step.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(step) = step.filter(|_| self.shown.is_hidden() && self.is_long.load(Relaxed)) {
            let step = self.terminal.say(step.zh, step.en);
            self.terminal.note(&match (done, total) {
                (0, 0) => step.to_owned(),
                (done, 0) => format!("{step} {done}"),
                (done, total) => format!("{step} {done}/{total}"),
            });
        }
    }
}

impl Progress for Bar<'_> {
    fn begin(&self, step: Step, total: u64) {
        self.shown.reset();
        self.shown.set_length(total);
        self.shown.set_message(self.terminal.say(step.zh, step.en).to_owned());
        *self.step.lock().unwrap_or_else(PoisonError::into_inner) = Some(step);
        self.total.store(total, Relaxed);
        self.done.store(0, Relaxed);
        self.is_long.fetch_or(total >= LONG, Relaxed);
        self.say(0, total);
    }

    fn advance(&self, more: u64) {
        self.shown.inc(more);
        let total = self.total.load(Relaxed);
        let before = self.done.fetch_add(more, Relaxed);
        let done = before + more;
        let part = if total >= LONG { total / PARTS } else { ROWS };
        self.is_long.fetch_or(done >= LONG, Relaxed);
        if done / part > before / part {
            self.say(done, total);
        }
    }

    fn is_called_off(&self) -> bool {
        false
    }
}

/// Reads files whole.
pub(super) fn read(paths: &[PathBuf]) -> anyhow::Result<Vec<File>> {
    let read = |path: &PathBuf| -> anyhow::Result<File> {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Ok(File { name, bytes: std::fs::read(path).with_context(|| path.display().to_string())? })
    };
    paths.iter().map(read).collect()
}

/// Prints what an upload holds and everything that is wrong with it.
pub(super) fn show(report: &Report, terminal: &Terminal, sources: &HashMap<String, String>) {
    terminal.diagnostics(&report.remarks, sources);
    terminal.diagnostics(&report.faults, sources);
    for table in &report.tables {
        let sheet = table.sheet.as_deref().map(|sheet| format!("!{sheet}")).unwrap_or_default();
        terminal.note(terminal.say(
            &format!(
                "{}{sheet} 识别为「{}」:新增 {} · 更新 {} · 相同 {} · 有错 {}",
                table.file, table.title, table.new, table.updated, table.same, table.faulty
            ),
            &format!(
                "{}{sheet} read as `{}`: {} new, {} updated, {} same, {} faulty",
                table.file, table.title, table.new, table.updated, table.same, table.faulty
            ),
        ));
    }
}

/// The files of a folder that can be imported, in the order of their names.
pub(super) fn files_in(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        // The calendar of working days is for follow-up, not for scoring.
        if path.ends_with("calendar.csv") {
            continue;
        }
        let extension = path.extension().map(|end| end.to_string_lossy().to_lowercase()).unwrap_or_default();
        if ["xlsx", "xls", "csv", "jsonl"].contains(&extension.as_str()) || path.ends_with("exemptions.json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Whether anything is stored yet.
pub(super) fn is_empty(store: &dyn Store) -> anyhow::Result<bool> {
    Ok(store.batches(None, 1)?.is_empty() && store.editions()?.is_empty())
}
