//! `liuwu publish`: an edition counts from now on, once its cases pass.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use jiff::Timestamp;

use super::At;
use super::check::sound;
use super::terminal::Terminal;
use crate::accounts::Caller;
use crate::audit::{Action, Note, Subject};
use crate::store::NewEdition;

/// 发布考核办法的一个版本
#[derive(clap::Args)]
#[command(after_help = "例 · Example:\n  liuwu publish rules/ruian-six-no/2020.yaml --note 首次发布")]
pub(super) struct Publish {
    /// 考核办法(YAML) · Rule bundle
    file: PathBuf,
    #[command(flatten)]
    at: At,
    /// 由谁发布 · Who publishes it
    #[arg(long, value_name = "NAME", default_value = "cli")]
    by: String,
    /// 改了什么 · What changed
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
}

impl Publish {
    pub(super) fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        let name = self.file.display().to_string();
        let text = std::fs::read_to_string(&self.file).with_context(|| name.clone())?;
        let Some(bundle) = sound(&name, &text, terminal)? else {
            terminal.note(terminal.say("没有发布。", "It was not published."));
            return Ok(ExitCode::from(1));
        };
        let dir = self.at.open()?;
        let edition = dir.store.publish_edition(NewEdition {
            bundle: bundle.id.clone(),
            edition: bundle.edition.clone(),
            text: Arc::from(text),
            published_at: Timestamp::now(),
            by: self.by.clone(),
            note: self.note.clone(),
        })?;
        let subject = Subject::of("edition", format!("{}@{}", edition.bundle, edition.edition));
        dir.audit().note(Note::done(&Caller::terminal(), Action::Publish, subject))?;
        out!(
            terminal,
            "{} {}@{} {}",
            terminal.say("已发布", "published"),
            edition.bundle,
            edition.edition,
            edition.digest
        );
        Ok(ExitCode::SUCCESS)
    }
}
