//! `liuwu audit`: checks the log of everything that was done, exports it, and moves old entries into signed archives.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use liuwu_engine::period::parse_date;

use super::At;
use super::terminal::Terminal;
use crate::accounts::Caller;
use crate::audit::archive::{self, ArchiveError};
use crate::audit::compare::compare;
use crate::audit::verify::verify;
use crate::audit::{Action, Head, Note, Subject};
use crate::wording::internal_mark;

/// 审计日志
#[derive(clap::Args)]
#[command(after_help = "例 · Examples:
  liuwu audit verify
  liuwu audit export --out audit.jsonl
  liuwu audit archive --before 2026-01-01 --out audit-2025.jsonl --key /media/usb/audit.key
  liuwu audit check audit-2025.jsonl --key /media/usb/audit.key")]
pub(super) struct AuditCommand {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Subcommand)]
enum Deed {
    /// 核验:指出被改动、缺失、换序、截断的日志,以及与日志不符的批次、考核办法、核算、账号和草稿 · Find entries that were changed, taken out, put
    /// elsewhere or cut off, and batches, editions, runs, accounts and drafts that are not what the log says
    Verify(Verify),
    /// 导出全部日志,每行一条 · Write the whole log, one entry a line
    Export(Export),
    /// 满 180 天的日志移入签名归档文件 · Move entries older than 180 days into a signed archive
    Archive(Archive),
    /// 核验归档文件 · Check an archive
    Check(Check),
}

#[derive(clap::Args)]
struct Verify {
    #[command(flatten)]
    at: At,
    /// 以前核验时显示的末条(编号:摘要),可多个 · Heads that earlier checks have shown, NUMBER:HASH
    #[arg(long, value_name = "HEAD")]
    head: Vec<Head>,
}

#[derive(clap::Args)]
struct Export {
    /// 写到哪个文件 · File to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    at: At,
}

#[derive(clap::Args)]
struct Archive {
    /// 归档此日以前的 · Entries before this day
    #[arg(long, value_name = "D")]
    before: String,
    /// 归档文件,不得已存在 · File to write, which must not exist
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// 签名密钥文件,另处保管;没有则新建 · File with the key, kept apart from the data; made when it is not there
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    #[command(flatten)]
    at: At,
}

#[derive(clap::Args)]
struct Check {
    /// 归档文件 · The archive
    file: PathBuf,
    /// 签名密钥文件 · File with the key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

impl AuditCommand {
    pub(super) fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        match &self.deed {
            Deed::Verify(verify) => verify.run(terminal),
            Deed::Export(export) => export.run(terminal),
            Deed::Archive(archive) => archive.run(terminal),
            Deed::Check(check) => check.run(terminal),
        }
    }
}

impl Verify {
    fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        let dir = self.at.open()?;
        let mut kept = self.head.clone();
        match Head::read(&dir.head_file()) {
            Ok(head) => kept.extend(head),
            Err(error) => terminal.error(&format!("{}: {error}", dir.head_file().display())),
        }
        let faults = dir.store.verify()?;
        for fault in &faults {
            terminal.error(terminal.say(&fault.zh(), &fault.to_string()));
        }
        let report = verify(dir.store.as_ref(), &kept)?;
        for flaw in &report.flaws {
            terminal.error(terminal.say(&flaw.zh(), &flaw.to_string()));
        }
        let compared = compare(dir.store.as_ref(), &dir.pseudonym_key)?;
        for difference in &compared.differences {
            terminal.error(terminal.say(&difference.zh(), &difference.to_string()));
        }
        let found = report.flaws.len() + faults.len() + compared.differences.len();
        out!(
            terminal,
            "{}",
            terminal.say(
                &format!("日志 {} 条,{found} 处问题", report.entries),
                &format!("{} entries, {found} flaws", report.entries)
            )
        );
        out!(
            terminal,
            "{}",
            terminal.say(
                &format!(
                    "与日志比对批次、考核办法、核算、撤回、公布、附件、账号、密钥、草稿等 {} 项;{} 项为旧版所记,没有摘要,未比对内容",
                    compared.compared, compared.without_digest
                ),
                &format!(
                    "{} batches, editions, runs, withdrawals, releases, attachments, accounts, keys and drafts compared with the log; {} were noted without a digest by an earlier version",
                    compared.compared, compared.without_digest
                )
            )
        );
        out!(terminal, "{} {}", terminal.say("末条(请抄存,下次核验时用 --head 给出)", "head, to be kept"), report.head);
        Ok(ExitCode::from(u8::from(found > 0)))
    }
}

impl Export {
    fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        let dir = self.at.open()?;
        let mut file =
            std::io::BufWriter::new(std::fs::File::create(&self.out).with_context(|| self.out.display().to_string())?);
        let (mut from, mut count) = (1, 0_u64);
        loop {
            let page = dir.store.entries(from, 1_000)?;
            for entry in &page {
                serde_json::to_writer(&mut file, entry)?;
                file.write_all(b"\n")?;
                (from, count) = (entry.number + 1, count + 1);
            }
            if page.is_empty() {
                break;
            }
        }
        let mark = internal_mark(Caller::terminal().account(), jiff::Timestamp::now());
        serde_json::to_writer(&mut file, &serde_json::json!({ "mark": mark }))?;
        file.write_all(b"\n")?;
        file.into_inner().map_err(|error| error.into_error())?.sync_all()?;
        dir.audit().note(Note::done(&Caller::terminal(), Action::Export, Subject::of("audit", "jsonl")))?;
        out!(terminal, "{} {count}", terminal.say("已导出日志条数:", "entries written:"));
        Ok(ExitCode::SUCCESS)
    }
}

impl Archive {
    fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        let day = parse_date(&self.before)?;
        let before = jiff::tz::Offset::constant(8).to_timestamp(day.to_datetime(jiff::civil::Time::midnight()))?;
        let key = crate::data_dir::key(&self.key)?;
        let dir = self.at.open()?;
        let audit = dir.audit();
        match archive::archive(&audit, dir.store.as_ref(), &Caller::terminal(), before, &self.out, &key) {
            Ok(archived) => {
                let (from, to) = (archived.from, archived.to);
                out!(
                    terminal,
                    "{}",
                    terminal.say(
                        &format!("第 {from} 至 {to} 条已归档到 {}", self.out.display()),
                        &format!("entries {from} to {to} are in {}", self.out.display())
                    )
                );
                Ok(ExitCode::SUCCESS)
            }
            Err(error @ ArchiveError::Nothing) => {
                terminal.note(&error.to_string());
                Ok(ExitCode::SUCCESS)
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl Check {
    fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        let text = std::fs::read_to_string(&self.file).with_context(|| self.file.display().to_string())?;
        let key = std::fs::read(&self.key).with_context(|| self.key.display().to_string())?;
        match archive::check(&text, &key) {
            Ok(archived) => {
                let (from, to) = (archived.from, archived.to);
                out!(
                    terminal,
                    "{}",
                    terminal.say(
                        &format!("第 {from} 至 {to} 条,签名和各条摘要相符"),
                        &format!("entries {from} to {to}: signature and hashes fit")
                    )
                );
                Ok(ExitCode::SUCCESS)
            }
            Err(error) => {
                terminal.error(&error.to_string());
                Ok(ExitCode::from(1))
            }
        }
    }
}
