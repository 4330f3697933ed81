//! The log of everything that was done, for the auditor: searched, page by page, and exported by the API.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use liuwu_engine::period::parse_date;
use serde::Deserialize;

use super::fields::moment;
use crate::audit::Action;
use crate::audit::search::{Filter, search};
use crate::error::Problem;
use crate::pages::frame::{Frame, Section};
use crate::pages::links;
use crate::pages::visit::{Rendered, Visit};
use crate::state::App;

/// Entries of a page.
const LISTED: usize = 50;

/// The log.
#[derive(Debug, Template)]
#[template(path = "audit.html")]
pub struct AuditPage {
    /// What stands around it.
    pub frame: Frame,
    /// What is searched for.
    pub query: AuditQuery,
    /// What was found, newest first.
    pub entries: Vec<EntryLine>,
    /// The address of the next page.
    pub next: Option<String>,
    /// The filters as the query of an address, for the export.
    pub filters: String,
    /// Where the chain ends: number, and the beginning of its hash.
    pub head: (u64, String),
}

/// An entry in the list.
#[derive(Debug)]
pub struct EntryLine {
    /// Its number.
    pub number: u64,
    /// When.
    pub at: String,
    /// Who.
    pub who: String,
    /// The village acted for.
    pub acting_for: Option<String>,
    /// From where.
    pub from: String,
    /// What was done, in words.
    pub action: String,
    /// To what.
    pub subject: String,
    /// The outcome, when it was not simply done.
    pub refused: Option<String>,
}

/// What is searched for, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AuditQuery {
    /// Who.
    pub who: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub subject: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Only what was not done.
    pub refused: String,
    /// The page: before which number.
    pub before: String,
}

impl AuditQuery {
    /// Every action with its words, and whether it is chosen.
    fn actions(&self, frame: &Frame) -> Vec<(&'static str, String, bool)> {
        let option = |action: Action| (action.key(), frame.say(words(action)).to_string(), action.key() == self.action);
        Action::ALL.into_iter().map(option).collect()
    }

    /// The filter; a day that cannot be read is not asked about.
    fn filter(&self) -> Filter {
        Filter {
            who: self.who.trim().to_owned(),
            action: self.action.clone(),
            subject: self.subject.trim().to_owned(),
            refused: self.refused == "true",
            from: parse_date(&self.from).ok(),
            to: parse_date(&self.to).ok(),
        }
    }

    fn as_query(&self) -> String {
        let pairs = [
            ("who", &self.who),
            ("action", &self.action),
            ("subject", &self.subject),
            ("from", &self.from),
            ("to", &self.to),
            ("refused", &self.refused),
        ];
        let filled = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        filled.map(|(name, value)| format!("{name}={}", links::escape(value))).collect::<Vec<_>>().join("&")
    }
}

/// Serves `GET /audit`.
///
/// # Errors
/// The store's.
pub async fn list(State(app): State<App>, visit: Visit, Query(query): Query<AuditQuery>) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let frame = visit.internal_frame(app, Section::Audit);
        let found = search(app.store(), &query.filter(), query.before.parse().ok(), LISTED)?;
        let head = app.audit().head()?;
        let filters = query.as_query();
        let next = found.next.map(|before| format!("{}?{filters}&before={before}", links::AUDIT));
        let line = |entry: crate::store::Entry| EntryLine {
            number: entry.number,
            at: moment(entry.at),
            who: entry.who,
            acting_for: entry.acting_for,
            from: entry.from.unwrap_or_default(),
            action: Action::from_key(&entry.action)
                .map_or_else(|| entry.action.clone(), |action| frame.say(words(action)).to_string()),
            subject: format!("{} {}", named(&entry.subject, &frame), entry.id).trim().to_owned(),
            refused: (entry.outcome != "done").then_some(entry.outcome),
        };
        let entries = found.entries.into_iter().map(line).collect();
        let head = (head.number, head.hash.chars().take(16).collect());
        Ok(Rendered(AuditPage { entries, next, filters, head, query, frame }).into_response())
    })
    .await
}

/// What a kind of thing is called; one that has no words yet is shown as the log has it.
fn named(subject: &str, frame: &Frame) -> String {
    let key = match subject {
        "account" => "subject-account",
        "key" => "subject-key",
        "batch" => "subject-batch",
        "record" => "subject-record",
        "run" | "runs" => "subject-run",
        "assessment" => "subject-assessment",
        "webhook" => "subject-webhook",
        "attachment" => "subject-attachment",
        "sightings" => "sightings",
        "edition" => "subject-edition",
        "route" => "subject-route",
        "village" => "subject-village",
        "security" => "subject-security",
        "entries" | "audit" => "subject-audit",
        "backup" => "subject-backup",
        other => return other.to_owned(),
    };
    frame.say(key).to_string()
}

/// The key of the words of an action.
const fn words(action: Action) -> &'static str {
    match action {
        Action::LogIn => "action-log-in",
        Action::LogOut => "action-log-out",
        Action::ChangePassword => "action-change-password",
        Action::Propose => "action-propose",
        Action::AddAccount => "action-add-account",
        Action::Approve => "action-approve",
        Action::TurnDown => "action-turn-down",
        Action::Close => "action-close",
        Action::Reopen => "action-reopen",
        Action::Unlock => "action-unlock",
        Action::Reset => "action-reset",
        Action::MakeKey => "action-make-key",
        Action::WithdrawKey => "action-withdraw-key",
        Action::ActFor => "action-act-for",
        Action::Archive => "action-archive",
        Action::Lock => "action-lock",
        Action::SaveDraft => "action-save-draft",
        Action::DropDraft => "action-drop-draft",
        Action::Refuse => "action-refuse",
        Action::Upload => "action-upload",
        Action::Correct => "action-correct",
        Action::Withdraw => "action-withdraw",
        Action::Score => "action-score",
        Action::Verify => "action-verify",
        Action::Release => "action-release",
        Action::Retract => "action-retract",
        Action::Publish => "action-publish",
        Action::Decide => "action-decide",
        Action::Export => "action-export",
        Action::Send => "action-send",
        Action::Inspect => "action-inspect",
        Action::Unmask => "action-unmask",
        Action::Blank => "action-blank",
        Action::Discard => "action-discard",
        Action::Set => "action-set",
    }
}
