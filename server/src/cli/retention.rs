//! `liuwu retention`: blanks personal fields whose time is over.

use std::process::ExitCode;

use super::At;
use super::terminal::Terminal;
use crate::accounts::Caller;
use crate::audit::{Action, Note, Subject};
use crate::retention;
use crate::store::day_in_china;
use crate::view::{self, EditionView};

/// 清除到期的个人信息
#[derive(clap::Args)]
#[command(after_help = "例 · Example:\n  liuwu retention --dry-run\n  liuwu retention")]
pub(super) struct Retention {
    /// 只统计,不清除 · Count only; nothing is blanked
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    at: At,
}

impl Retention {
    pub(super) fn run(&self, terminal: &Terminal) -> anyhow::Result<ExitCode> {
        let dir = self.at.open()?;
        let store = dir.store.as_ref();
        let editions = view::usable_editions(store)?;
        let terms = retention::Terms::of(editions.iter().map(EditionView::bundle));
        let today = day_in_china(jiff::Timestamp::now());
        let key = &dir.pseudonym_key;
        let blanked = match self.dry_run {
            true => retention::count_due(store, &terms, key, today)?,
            false => {
                let audit = dir.audit();
                let mut before = |id, now: &_, then: &_| audit.note_blanking(&Caller::terminal(), id, now, then);
                // No other process has the store open.
                retention::blank_due(store, &terms, key, today, &mut before, || ())?
            }
        };
        if !self.dry_run && !blanked.is_nothing() {
            dir.audit().note(Note::done(
                &Caller::terminal(),
                Action::Blank,
                Subject::of("records", blanked.records),
            ))?;
        }
        let (records, fields) = (blanked.records, blanked.fields);
        let (zh, en) = match self.dry_run {
            true => (
                format!("到期待清除:{records}条记录的{fields}项个人信息"),
                format!("due: {fields} personal fields of {records} records"),
            ),
            false => (
                format!("已清除{records}条记录的{fields}项个人信息,得分和凭证不变"),
                format!("blanked {fields} personal fields of {records} records; scores and receipts stay"),
            ),
        };
        out!(terminal, "{}", terminal.say(&zh, &en));
        Ok(ExitCode::SUCCESS)
    }
}
