//! The log of everything that was done, for the auditor: searched, or exported as a table or as lines that can be checked
//! elsewhere. Next: [`super::openapi`].

use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::openapi::Problems;
use super::parameters::{self, Query};
use crate::accounts::Caller;
use crate::audit::search::{Filter, search};
use crate::audit::{Action, Note, Subject};
use crate::error::Problem;
use crate::state::App;
use crate::store::Entry;
use crate::wording::internal_mark;

/// Entries that one export holds at most; more are exported day by day.
const EXPORTED: usize = 200_000;

/// What is searched for in the log.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// 账号 · Who.
    who: Option<String>,
    /// 操作,如 log-in · What was done, such as `log-in`.
    #[param(example = "log-in")]
    action: Option<String>,
    /// 对象种类或编号,如 batch · To what: the kind of thing, or which one.
    #[param(example = "batch")]
    subject: Option<String>,
    /// 起日 · First day.
    #[param(format = Date)]
    from: Option<String>,
    /// 止日 · Last day.
    #[param(format = Date)]
    to: Option<String>,
    /// 只看未成的 · Only what was not done.
    refused: Option<bool>,
    /// 此编号之前 · Only before this entry: the `next` of the page before.
    before: Option<u64>,
    /// 每页条数,1 至 500 · Entries of a page, 1 to 500; an export holds up to 200,000.
    limit: Option<usize>,
    /// json、csv 或 jsonl · `json`, `csv` or `jsonl`.
    format: Option<String>,
}

/// 审计日志一页。 · A page of the log.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditBody {
    /// 日志,新的在前 · Entries, newest first.
    #[schema(value_type = Vec<EntryBody>)]
    items: Vec<Entry>,
    /// 下一页的 before · The `before` of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
}

/// 一条日志。 · One entry.
#[derive(Debug, ToSchema)]
pub struct EntryBody {
    /// 编号 · Its number.
    pub number: u64,
    /// 时间 · When.
    #[schema(format = DateTime)]
    pub at: String,
    /// 账号、密钥、operator 或 terminal;未登录为空 · Who; empty for somebody who has not logged in.
    pub who: String,
    /// 所代的村社 · The village acted for.
    pub acting_for: Option<String>,
    /// 来自 · From which address.
    pub from: Option<String>,
    /// 操作 · What was done.
    #[schema(example = "log-in")]
    pub action: String,
    /// 对象种类 · To what kind of thing.
    #[schema(example = "batch")]
    pub subject: String,
    /// 对象编号 · Which one.
    pub id: String,
    /// done,或未成的原因 · `done`, or why not.
    pub outcome: String,
    /// 所交、所发布、所核算内容的摘要 · The digest of what the batch, edition or run says.
    pub content: Option<String>,
    /// 上一条的摘要 · Hash of the entry before.
    pub before: String,
    /// 本条的摘要 · Its own hash.
    pub hash: String,
}

/// 审计日志
///
/// The log of everything that was done, newest first. For the auditor. An export is itself noted in the log.
#[utoipa::path(
    get, path = "/api/v1/audit", tag = "service", operation_id = "list_audit", params(AuditQuery),
    security(("token" = [])),
    responses((status = 200, description = "日志 · Entries", body = AuditBody), Problems),
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<AuditQuery>,
) -> Result<Response, Problem> {
    let filter = Filter {
        who: query.who.unwrap_or_default(),
        action: query.action.unwrap_or_default(),
        subject: query.subject.unwrap_or_default(),
        refused: query.refused.unwrap_or_default(),
        from: day("from", query.from)?,
        to: day("to", query.to)?,
    };
    let (before, limit) = (query.before, parameters::limit(query.limit)?);
    match query.format.as_deref() {
        None | Some("json") => {
            let found = app.blocking(move |app| Ok(search(app.store(), &filter, before, limit)?)).await?;
            Ok(([(CACHE_CONTROL, "no-store")], Json(AuditBody { items: found.entries, next: found.next }))
                .into_response())
        }
        Some("csv") => export(app, caller, filter, "csv").await,
        Some("jsonl") => export(app, caller, filter, "jsonl").await,
        Some(_) => Err(Problem::parameter("format", "应为 json、csv 或 jsonl", "`json`, `csv` or `jsonl`")),
    }
}

/// An empty field of a form is none.
fn day(name: &str, text: Option<String>) -> Result<Option<liuwu_engine::period::Date>, Problem> {
    text.filter(|text| !text.is_empty()).map(|text| parameters::day(name, &text)).transpose()
}

async fn export(app: App, caller: Caller, filter: Filter, form: &'static str) -> Result<Response, Problem> {
    let bytes = app
        .blocking(move |app| {
            let mut entries = Vec::new();
            let mut before = None;
            loop {
                let found = search(app.store(), &filter, before, EXPORTED - entries.len())?;
                entries.extend(found.entries);
                before = found.next;
                if before.is_none() || entries.len() >= EXPORTED {
                    break;
                }
            }
            app.audit().note(Note::done(&caller, Action::Export, Subject::of("audit", form)))?;
            let (name, at) = (caller.name(), app.clock());
            if form == "csv" { as_table(&entries, &name, at) } else { as_lines(&entries, &internal_mark(&name, at)) }
        })
        .await?;
    let media = if form == "csv" { "text/csv; charset=utf-8" } else { "application/x-ndjson" };
    let name = format!("attachment; filename=\"audit.{form}\"");
    Ok(([(CONTENT_TYPE, media), (CACHE_CONTROL, "no-store")], [(CONTENT_DISPOSITION, name)], bytes).into_response())
}

fn as_table(entries: &[Entry], name: &str, at: Timestamp) -> Result<Vec<u8>, Problem> {
    let header = ["编号", "时间", "账号", "代办", "来自", "操作", "对象", "对象编号", "结果", "摘要"];
    let mut table = super::answer::Table::new(header);
    for entry in entries {
        table.add(vec![
            entry.number.to_string(),
            entry.at.to_string(),
            entry.who.clone(),
            entry.acting_for.clone().unwrap_or_default(),
            entry.from.clone().unwrap_or_default(),
            entry.action.clone(),
            entry.subject.clone(),
            entry.id.clone(),
            entry.outcome.clone(),
            entry.hash.clone(),
        ]);
    }
    table.marked(name, at).to_bytes()
}

/// Oldest first, so that the chain can be followed from line to line; the last line says whose file it is.
fn as_lines(entries: &[Entry], mark: &str) -> Result<Vec<u8>, Problem> {
    let unwritten = |error: serde_json::Error| Problem::Internal(error.to_string());
    let mut lines = Vec::new();
    for entry in entries.iter().rev() {
        serde_json::to_writer(&mut lines, entry).map_err(unwritten)?;
        lines.push(b'\n');
    }
    serde_json::to_writer(&mut lines, &serde_json::json!({ "mark": mark })).map_err(unwritten)?;
    lines.push(b'\n');
    Ok(lines)
}
