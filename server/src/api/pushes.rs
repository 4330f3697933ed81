//! Records and events pushed by other systems, as JSON or an object a line; an answer for each item. For whoever
//! may upload, each within what it answers for.
//!
//! A push may carry a key (`Idempotency-Key`): pushed again with it, it is answered as the first time and nothing is stored
//! twice. Next: [`super::openapi`].

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use liuwu_engine::bundle::{Bundle, read_mapping};
use liuwu_engine::diagnostic::{Diagnostic, Location};
use liuwu_engine::mapping::Mapping;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use utoipa::{IntoParams, ToSchema};

use super::openapi::Problems;
use super::parameters::Query;
use super::pieces::{Pieces, WAITING, feed};
use crate::accounts::Caller;
use crate::audit::{Action, Note, Subject};
use crate::error::{FaultBody, Problem};
use crate::intake::items::ItemFault;
use crate::push::answers::{self, Answered, Earlier};
use crate::push::body::{self, BodyError, Form};
use crate::push::{Ask, ItemResult, Lacking, MOST_ITEMS, Outcome, Push, Report, not_an_object};
use crate::remit::Remit;
use crate::state::App;
use crate::store::{digest_hex, mappings};

/// What a system calls its push.
pub const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer is that of an earlier time.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The longest key.
const LONGEST_KEY: usize = 200;

/// What is said with a push.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PushQuery {
    /// 来源系统,写入依据 · The system, as evidence names it.
    #[param(example = "微连心")]
    source: Option<String>,
    /// 说明 · What it is, in words.
    what: Option<String>,
    /// 按哪个考核办法读;不填则为当前的 · The bundle whose dictionary reads it; the current one when left out.
    bundle: Option<String>,
    /// 按哪个对照文件读,可带版本 · The mapping file by which items are read, an edition behind `@`.
    #[param(example = "grid-platform@2")]
    mapping: Option<String>,
    /// 只收无误的条目 · Store the good items though others are at fault.
    #[serde(default)]
    accept_good_items: bool,
    /// 只比对,不入库 · Compare only; nothing is stored.
    #[serde(default)]
    dry_run: bool,
    /// 推送方 · Who pushes.
    by: Option<String>,
}

/// 推送结果。 · What came of a push.
#[derive(Debug, Serialize, ToSchema)]
pub struct PushReport {
    /// 批次号;没有入库的为 null · The batch; null when nothing was stored.
    #[schema(example = 3)]
    pub batch: Option<u64>,
    /// 可以入库 · Whether it may be stored: nothing is refused, or the good items alone were asked for.
    pub acceptable: bool,
    /// 新增 · Items that were not known.
    pub new: usize,
    /// 更新 · Items that supersede what was known.
    pub updated: usize,
    /// 相同 · Items known already.
    pub same: usize,
    /// 已有更新的状态 · Items behind the state already known.
    pub older: usize,
    /// 不成为记录 · Items that become no record under the mapping.
    pub skipped: usize,
    /// 冲突 · Items that contradict what is known.
    pub conflict: usize,
    /// 有错 · Items that cannot be read.
    pub faulty: usize,
    /// 尚缺必填项的 · Items about records that still lack something.
    pub incomplete: usize,
    /// 逐条结果 · Each item, in their order.
    pub items: Vec<ItemBody>,
}

/// 一条的结果。 · What came of one item.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemBody {
    /// 第几条,从 0 起 · Its place, from 0.
    pub item: usize,
    /// 结果 · What came of it.
    #[schema(value_type = String, example = "new")]
    pub result: Outcome,
    /// 入库的记录 · The records stored for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub records: Vec<String>,
    /// 全部错误 · Every fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<ItemFaultBody>,
    /// 尚缺的必填项:补齐以前,用到这些项的评分项为待核定 · Fields still to come: until then the rules that read them cannot be checked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<LackingBody>,
}

/// 尚缺的必填项。 · A field that must be filled in and is not.
#[derive(Debug, Serialize, ToSchema)]
pub struct LackingBody {
    /// 填报项 · The field.
    #[schema(example = "due")]
    pub field: String,
    /// 名称 · Its title.
    #[schema(example = "时限")]
    pub title: String,
}

impl From<Lacking> for LackingBody {
    fn from(lacking: Lacking) -> LackingBody {
        LackingBody { field: lacking.field, title: lacking.title }
    }
}

/// 一处错误。 · A fault, at its place in the item.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemFaultBody {
    /// 位置,JSON 指针 · Its place in the item, a JSON pointer.
    #[schema(example = "/deaths")]
    pub pointer: String,
    /// 错误 · What is wrong.
    #[serde(flatten)]
    #[schema(value_type = FaultBody, inline)]
    pub fault: Diagnostic,
}

impl From<Report> for PushReport {
    fn from(report: Report) -> PushReport {
        PushReport {
            batch: report.batch.map(|batch| batch.0),
            acceptable: report.acceptable,
            new: report.count(Outcome::New),
            updated: report.count(Outcome::Updated),
            same: report.count(Outcome::Same),
            older: report.count(Outcome::Older),
            skipped: report.count(Outcome::Skipped),
            conflict: report.count(Outcome::Conflict),
            faulty: report.count(Outcome::Faulty),
            incomplete: report.incomplete(),
            items: report.items.into_iter().enumerate().map(ItemBody::from).collect(),
        }
    }
}

impl From<(usize, ItemResult)> for ItemBody {
    fn from((item, result): (usize, ItemResult)) -> ItemBody {
        // Where a fault is, its pointer says; the line of a file that there never was would only mislead.
        let fault =
            |fault: ItemFault| ItemFaultBody { pointer: fault.pointer, fault: fault.diagnostic.at(Location::Nowhere) };
        ItemBody {
            item,
            result: result.outcome,
            records: result.records.iter().map(ToString::to_string).collect(),
            faults: result.faults.into_iter().map(fault).collect(),
            missing: result.missing.into_iter().map(LackingBody::from).collect(),
        }
    }
}

/// 推送数据
///
/// Takes records as a JSON array (or one object), or an object a line (`application/x-ndjson`), each with `kind`, `unit`, `date` and
/// the fields of its kind, and stores what is new as one batch: all of it, or with `accept_good_items` the good items. The
/// checks and the rules of identity are those of an upload. Of a kind with `stages` the state that reached the latest time
/// stands, in whatever order states arrive. At most 50,000 items. An `Idempotency-Key` is kept with its answer for 7 days. Takes
/// the token.
#[utoipa::path(
    post, path = "/api/v1/records", tag = "uploads", operation_id = "push_records",
    params(PushQuery, ("Idempotency-Key" = Option<String>, Header, description = "推送编号,重发时不变 · What the system calls this push; the same when it is sent again")),
    request_body(content((Vec<Object> = "application/json"), (String = "application/x-ndjson"))),
    security(("token" = [])),
    responses(
        (status = 200, description = "比对结果,或没有新内容 · The comparison, or nothing was new", body = PushReport),
        (status = 201, description = "已入库 · Stored", body = PushReport,
            headers(("location" = String, description = "批次地址 · Address of the batch"))),
        (status = 422, description = "有条目有误,全部未入库 · Items are at fault, and nothing was stored", body = PushReport),
        Problems,
    ),
)]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PushQuery>,
    request: Request,
) -> Result<Response, Problem> {
    receive(app, caller, query, request, Items::Records).await
}

/// What the items of a push are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Items {
    /// Whole records.
    Records,
    /// Messages about events.
    Messages,
}

/// Takes a push.
pub(super) async fn receive(
    app: App,
    caller: Caller,
    query: PushQuery,
    request: Request,
    items: Items,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let form = form_of(&parts.headers)?;
    let key = key_of(&parts.headers)?;
    let address = parts.uri.path_and_query().map_or_else(String::new, ToString::to_string);
    let limit = app.config().upload_limit();
    let (pieces, waiting) = mpsc::channel(WAITING);
    let feeding = tokio::spawn(feed(body, pieces));
    let call = Call { caller, query, items, form, key, address };
    let answer = app.blocking(move |app| call.answer(app, Pieces::new(waiting, limit))).await;
    feeding.abort();
    answer
}

/// A push as called.
struct Call {
    caller: Caller,
    query: PushQuery,
    items: Items,
    form: Form,
    key: Option<String>,
    address: String,
}

impl Call {
    fn answer(self, app: &App, mut body: Pieces) -> Result<Response, Problem> {
        let query = &self.query;
        let text = |given: &Option<String>, usual: &str| {
            given.as_deref().map(str::trim).filter(|given| !given.is_empty()).unwrap_or(usual).to_owned()
        };
        let by = self.caller.name_or(query.by.clone());
        let bundle = match &query.bundle {
            Some(bundle) => bundle.clone(),
            None => app.bundle()?,
        };
        let edition = app.current_edition(&bundle)?;
        let bundle = edition.bundle();
        let (mapping, mapping_name) =
            query.mapping.as_deref().map(|name| mapping(app, name, bundle)).transpose()?.unzip();
        if self.items == Items::Records && mapping.as_ref().is_some_and(Mapping::has_messages) {
            return Err(of_messages());
        }
        let ask = Ask {
            mapping: mapping_name,
            at: app.now(),
            source: text(&query.source, &by),
            pseudonym_key: app.pseudonym_key().to_vec(),
            remit: Remit::of_caller(&self.caller, bundle, app.units()?.all()),
            what: text(&query.what, "接口推送"),
            by,
            accept_good_items: query.accept_good_items,
            dry_run: query.dry_run,
        };
        let levels: Vec<&str> = bundle.levels().collect();
        let digest_of_edition = &edition.edition.digest;
        let units = {
            let mut standing = app.standing();
            standing.rest_on(app.inputs(), digest_of_edition);
            standing.units(app.store())?
        };
        let push = Push::new(bundle, &levels, &units, &ask);
        let mut push = if self.items == Items::Messages { push.of_events() } else { push };
        let digest = body::read(self.form, &mut body, MOST_ITEMS, &mut |item| match item {
            Ok(sent) => push.take_sent(sent, mapping.as_ref()),
            Err(why) => push.refuse(vec![not_an_object(&why)]),
        });
        let digest = digest.map_err(|error| body.problem(error))?;
        if push.is_too_large() {
            return Err(body.problem(BodyError::TooMany(MOST_ITEMS)));
        }
        // One push at a time compares and stores, so that two with the same fact are not both taken for new. Nobody is kept
        // waiting by a body that comes in slowly.
        let mut standing = app.standing();
        standing.rest_on(app.inputs(), digest_of_edition);
        let sent = digest_hex(&[self.address.as_bytes(), &digest].concat());
        if let Some(key) = &self.key {
            match answers::find(app.store(), &ask.by, key, &sent, ask.at)? {
                Earlier::Nothing => {}
                Earlier::Answered(answered) => return again(answered),
                Earlier::Another => return Err(Problem::KeyReused(key.clone())),
            }
        }
        let report = push.finish(app.store(), &mut standing)?;
        if let Some(batch) = report.batch {
            app.has_written();
            standing.follow(app.inputs());
            app.audit().note(Note::done(&self.caller, Action::Upload, Subject::of("batch", batch)))?;
        }
        let status = match (report.acceptable, report.batch) {
            (false, _) => StatusCode::UNPROCESSABLE_ENTITY,
            (true, Some(_)) => StatusCode::CREATED,
            (true, None) => StatusCode::OK,
        };
        let report_stands = report.acceptable && !ask.dry_run;
        let report = PushReport::from(report);
        // What was refused may be taken when it is sent again: a person may have settled meanwhile what it contradicted.
        if let Some(key) = self.key.filter(|_| report_stands) {
            let body = serde_json::to_string(&report).map_err(|error| Problem::Internal(error.to_string()))?;
            let until = ask.at.saturating_add(answers::KEPT).unwrap_or(ask.at);
            let answered = Answered { sent, status: status.as_u16(), body, until };
            answers::keep(app.store(), &ask.by, &key, &answered)?;
        }
        let mut response = (status, Json(&report)).into_response();
        if let Some(batch) = report.batch {
            response.headers_mut().insert(LOCATION, place_of(batch)?);
        }
        Ok(response)
    }
}

/// The mapping that is asked for, and the edition of it, as batches note it.
fn mapping(app: &App, name: &str, bundle: &Bundle) -> Result<(Mapping, String), Problem> {
    let (id, edition) = match name.rsplit_once('@') {
        Some((id, edition)) => match edition.parse() {
            Ok(edition) => (id, Some(edition)),
            Err(_) => {
                return Err(Problem::parameter("mapping", "@ 之后应为版本号,如 @2", "a number belongs behind `@`"));
            }
        },
        None => (name, None),
    };
    let stored = mappings::find(app.store(), id, edition)?;
    let stored = stored.ok_or_else(|| Problem::Absent("对照文件", "mapping file", name.to_owned()))?;
    let edition = format!("{}@{}", stored.name, stored.edition);
    let mapping = read_mapping(&edition, &stored.text, &bundle.dictionary).map_err(Problem::Faults)?;
    Ok((mapping, edition))
}

/// A message says a part of an event; taken for the whole, it would take away the rest.
fn of_messages() -> Problem {
    Problem::parameter(
        "mapping",
        "对照的是事件的消息,应推送到 /api/v1/events",
        "it makes messages about events; push to /api/v1/events",
    )
}

fn place_of(batch: u64) -> Result<HeaderValue, Problem> {
    HeaderValue::try_from(format!("/api/v1/batches/{batch}")).map_err(|error| Problem::Internal(error.to_string()))
}

/// The answer of the first time.
fn again(answered: Answered) -> Result<Response, Problem> {
    let status = StatusCode::from_u16(answered.status).map_err(|error| Problem::Internal(error.to_string()))?;
    let headers = [(CONTENT_TYPE, "application/json"), (REPLAYED, "true")];
    Ok((status, headers, answered.body).into_response())
}

fn form_of(headers: &HeaderMap) -> Result<Form, Problem> {
    let media = headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default();
    match media.split(';').next().unwrap_or_default().trim() {
        "application/json" => Ok(Form::Json),
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" => Ok(Form::Lines),
        _ => Err(Problem::Media("application/json · application/x-ndjson")),
    }
}

fn key_of(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(key) = headers.get(KEY) else { return Ok(None) };
    match key.to_str().map(str::trim) {
        Ok(key) if (1..=LONGEST_KEY).contains(&key.len()) => Ok(Some(key.to_owned())),
        _ => Err(Problem::parameter(
            "Idempotency-Key",
            format!("应为 1 至 {LONGEST_KEY} 个可见字符"),
            format!("1 to {LONGEST_KEY} visible characters"),
        )),
    }
}
