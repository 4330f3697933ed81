//! Stored records: searched, shown with their history, corrected, taken back; and the conflicts that wait for a decision. Personal
//! fields are struck out. Next: [`super::pushes`].

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use liuwu_engine::diagnostic::Location;
use liuwu_engine::dictionary::read::Raw;
use liuwu_engine::period::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json_};
use utoipa::{IntoParams, ToSchema};

use super::batches::ActBody;
use super::openapi::Problems;
use super::parameters::{self, Body, Path, Query};
use super::source::Page;
use crate::accounts::Caller;
use crate::custody::{Custody, Kept, Wanted};
use crate::entry::{DATE, Decision, Entered, NUMBER, Typed, UNIT};
use crate::error::Problem;
use crate::personal::SeenField;
use crate::questions::{Answer, Question};
use crate::state::App;
use crate::store::{BatchId, RecordId, RecordRow, State as Standing, Version};

/// 一条记录。 · A stored record.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordBody {
    /// 记录号 · Its number: batch and place in it.
    #[schema(value_type = String, example = "12-345")]
    pub record: RecordId,
    /// 台账类型 · Its kind.
    #[schema(example = "fire")]
    pub kind: String,
    /// 区划代码 · The unit it is about.
    #[schema(example = "330381116712")]
    pub unit: String,
    /// 日期 · When it happened.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// 原编号 · The source's own number.
    pub number: Option<String>,
    /// 各填报项;个人信息已遮盖 · Its fields; personal ones are struck out.
    #[schema(value_type = Object)]
    pub fields: Map<String, Json_>,
    /// 出处 · Where it was read.
    #[schema(example = "火灾.xlsx!2020!12")]
    pub source: String,
    /// 知悉日期 · The day from which it counts as known.
    #[schema(value_type = String, format = Date)]
    pub received_on: Date,
    /// 更正的是 · The record that it corrects.
    #[schema(value_type = Option<String>)]
    pub supersedes: Option<RecordId>,
}

/// 记录及其现状。 · A record and what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionBody {
    /// 记录 · The record.
    #[serde(flatten)]
    pub record: RecordBody,
    /// 现状:`in-force` 有效,`superseded` 已更正,`withdrawn` 已撤回 · Its state.
    #[schema(example = "in-force")]
    pub state: &'static str,
    /// 更正它的记录 · The record that stands in its place.
    #[schema(value_type = Option<String>)]
    pub superseded_by: Option<RecordId>,
    /// 随整批撤回 · Whether it was taken back with its whole batch.
    pub with_batch: bool,
    /// 谁、何时、为何 · Who put it out of force, when and why.
    pub act: Option<ActBody>,
}

/// 一条记录及全部历史。 · A record with its whole history.
#[derive(Debug, Serialize, ToSchema)]
pub struct HistoryBody {
    /// 记录 · The record.
    #[serde(flatten)]
    pub version: VersionBody,
    /// 全部版本,按入库先后 · All versions, by rising number.
    pub history: Vec<VersionBody>,
}

/// 待核对的问题。 · A row that contradicts a stored record.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuestionBody {
    /// 编号 · Its number.
    #[schema(example = 3)]
    pub question: u64,
    /// 台账类型 · The kind.
    pub kind: String,
    /// 区划代码 · The unit of the row.
    pub unit: String,
    /// 日期 · The day of the row.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// 新报的内容;个人信息已遮盖 · What was handed in; personal fields are struck out.
    #[schema(value_type = Object)]
    pub fields: Map<String, Json_>,
    /// 出处 · Where it was read.
    pub source: String,
    /// 已入库的记录 · The stored record.
    #[schema(value_type = String)]
    pub known: RecordId,
    /// 谁报的 · Who handed it in, and when.
    pub asked: ActBody,
    /// 处理:`keep-stored`、`take-new`、`keep-both`;未处理为 null · What was decided.
    #[schema(value_type = Option<String>)]
    pub answer: Option<Answer>,
    /// 谁、何时、为何 · Who decided, when and why.
    pub settled: Option<ActBody>,
    /// 入库批次 · The batch that stored the row.
    pub batch: Option<u64>,
}

fn json_of(fields: Vec<SeenField>) -> Map<String, Json_> {
    fields.into_iter().map(|field| (field.id, field.json)).collect()
}

fn record_body(id: RecordId, received_on: Date, row: &RecordRow, fields: Vec<SeenField>) -> RecordBody {
    RecordBody {
        record: id,
        kind: row.kind.clone(),
        unit: row.unit.clone(),
        date: row.date,
        number: row.number.clone(),
        fields: json_of(fields),
        source: row.source.to_line(),
        received_on,
        supersedes: row.supersedes,
    }
}

fn version_body(version: Version, fields: Vec<SeenField>) -> VersionBody {
    let record = record_body(version.record.id, version.record.received_on, &version.record, fields);
    let (state, superseded_by, with_batch, act) = match version.state {
        Standing::InForce => ("in-force", None, false, None),
        Standing::Superseded { by, act } => ("superseded", Some(by), false, Some(act)),
        Standing::TakenBack { act, .. } => ("withdrawn", None, false, Some(act)),
        Standing::Withdrawn { act, with_batch } => ("withdrawn", None, with_batch, Some(act)),
    };
    VersionBody { record, state, superseded_by, with_batch, act: act.map(ActBody::from) }
}

fn seen_version(custody: &Custody, version: Version) -> VersionBody {
    let fields = custody.seen(&version.record, custody.sight());
    version_body(version, fields)
}

fn question_body(custody: &Custody, question: Question) -> QuestionBody {
    let fields = custody.seen(&question.row, custody.sight());
    let settled = question.settled;
    QuestionBody {
        question: question.number,
        kind: question.row.kind.clone(),
        unit: question.row.unit.clone(),
        date: question.row.date,
        fields: json_of(fields),
        source: question.row.source.to_line(),
        known: question.known,
        asked: question.asked.into(),
        answer: settled.as_ref().map(|settled| settled.answer),
        batch: settled.as_ref().and_then(|settled| settled.batch).map(|batch| batch.0),
        settled: settled.map(|settled| settled.act.into()),
    }
}

/// Which records are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RecordsQuery {
    /// 区划代码或名称,含下级 · Units of this code or name, with all below them.
    unit: Option<String>,
    /// 台账类型 · The kind.
    kind: Option<String>,
    /// 不早于 · Not before this day.
    from: Option<String>,
    /// 不晚于 · Not after this day.
    to: Option<String>,
    /// 编号:原编号、记录号,或判重用的编号 · A number: the source's own, ours, or what tells facts of the kind apart.
    number: Option<String>,
    /// 批次号;不在此列的现已失效的记录也列出 · Out of this batch, in force or not.
    batch: Option<u64>,
    /// 上一页给出的 next · The `next` of the page before.
    cursor: Option<String>,
    /// 每页个数,1 至 500 · Items of a page, 1 to 500.
    #[param(default = 100, minimum = 1, maximum = 500)]
    limit: Option<usize>,
}

/// 查询记录
///
/// Records that count today, by unit and number; of a batch, all that came with it. Only what is within the caller's scope.
#[utoipa::path(
    get, path = "/api/v1/records", tag = "records", operation_id = "list_records", params(RecordsQuery),
    security(("token" = [])),
    responses((status = 200, description = "记录 · Records", body = Page<RecordBody>), Problems),
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<RecordsQuery>,
) -> Result<Json<Page<RecordBody>>, Problem> {
    let limit = parameters::limit(query.limit)?;
    let wanted = Wanted {
        unit: query.unit,
        kind: query.kind,
        from: query.from.map(|day| parameters::day("from", &day)).transpose()?,
        to: query.to.map(|day| parameters::day("to", &day)).transpose()?,
        number: query.number,
        batch: query.batch.map(BatchId),
        after: query.cursor.map(|cursor| parameters::record(&cursor)).transpose()?,
    };
    app.blocking(move |app| {
        let custody = Custody::open(app, &caller)?;
        let found = custody.search(&wanted, limit)?;
        let body = |record: &crate::store::StoredRecord| {
            record_body(record.id, record.received_on, record, custody.seen(record, custody.sight()))
        };
        Ok(Json(Page {
            items: found.records.iter().map(body).collect(),
            next: found.next.map(|next| next.to_string()),
        }))
    })
    .await
}

/// Whether personal fields are to be seen in full.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FullQuery {
    /// 查看个人信息原文的理由;须有权限,并登记 · Why personal fields are needed in full; it takes the permission and is noted.
    in_full_because: Option<String>,
}

/// 记录详情
///
/// One record with its whole history: who handed in which version, when, from which file and row, and what it corrects.
#[utoipa::path(
    get, path = "/api/v1/records/{record}", tag = "records", operation_id = "show_record",
    params(("record" = String, Path, description = "记录号 · The record", example = "12-345"), FullQuery),
    security(("token" = [])),
    responses((status = 200, description = "记录 · The record", body = HistoryBody), Problems),
)]
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(record): Path<String>,
    Query(query): Query<FullQuery>,
) -> Result<Json<HistoryBody>, Problem> {
    let id = parameters::record(&record)?;
    app.blocking(move |app| {
        let custody = Custody::open(app, &caller)?;
        let version = match &query.in_full_because {
            Some(why) => custody.in_full(id, why).map(|(version, fields)| version_body(version, fields))?,
            None => seen_version(&custody, custody.record(id)?),
        };
        let history = custody.history(id)?.into_iter().map(|version| seen_version(&custody, version)).collect();
        Ok(Json(HistoryBody { version, history }))
    })
    .await
}

/// 更正内容。 · What is to be put right.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionForm {
    /// 更正理由 · Why.
    #[schema(example = "录入时看错一行")]
    reason: String,
    /// 区划代码;不填则不变 · Another unit; as it is when left out.
    unit: Option<String>,
    /// 日期 · Another day.
    date: Option<String>,
    /// 原编号 · Another number of its own.
    number: Option<String>,
    /// 要改的填报项;null 为清空,不写的不变 · Fields to change; null clears one, those left out stay.
    #[serde(default)]
    #[schema(value_type = Object)]
    fields: BTreeMap<String, Json_>,
    /// 与另一条记录同属一事时,仍作两事保留 · Keep it though another record is about the same fact.
    #[serde(default)]
    keep_both: bool,
}

/// 更正记录
///
/// Puts a record right: a new version with a reason stands in its place, the old one stays in its history. Held to the same checks
/// as an upload.
#[utoipa::path(
    post, path = "/api/v1/records/{record}/correction", tag = "records", operation_id = "correct_record",
    params(("record" = String, Path, description = "记录号 · The record", example = "12-345")),
    request_body = CorrectionForm, security(("token" = [])),
    responses(
        (status = 200, description = "与现有内容相同,没有更正 · It says so already", body = HistoryBody),
        (status = 201, description = "已更正 · Corrected", body = HistoryBody), Problems,
    ),
)]
pub async fn correct(
    State(app): State<App>,
    caller: Caller,
    Path(record): Path<String>,
    Body(form): Body<CorrectionForm>,
) -> Result<Response, Problem> {
    let id = parameters::record(&record)?;
    let head = [(UNIT, form.unit), (DATE, form.date), (NUMBER, form.number)];
    let mut values: BTreeMap<String, Raw> =
        head.into_iter().filter_map(|(name, text)| Some((name.to_owned(), Raw::Text(text?)))).collect();
    if let Some(head) = form.fields.keys().find(|name| [UNIT, DATE, NUMBER].contains(&name.as_str())) {
        return Err(Problem::parameter(head, "不是填报项,写在 fields 之外", "is no field; write it beside `fields`"));
    }
    values.extend(form.fields.iter().map(|(name, value)| (name.clone(), Raw::from_json(value))));
    let decision = if form.keep_both { Decision::KeepBoth } else { Decision::Ask };
    app.blocking(move |app| {
        let custody = Custody::open(app, &caller)?;
        let (status, id) = match custody.correct(id, &Typed { values }, &form.reason, decision)? {
            Kept::Stored(id) => (StatusCode::CREATED, id),
            Kept::Not(Entered::Known(id)) => (StatusCode::OK, id),
            Kept::Not(entered) => return Err(refusal(entered)),
        };
        let version = seen_version(&custody, custody.record(id)?);
        let history = custody.history(id)?.into_iter().map(|version| seen_version(&custody, version)).collect();
        Ok((status, Json(HistoryBody { version, history })).into_response())
    })
    .await
}

/// Why a typed record is not stored, as a problem: every fault at its field.
fn refusal(entered: Entered) -> Problem {
    match entered {
        Entered::Faulty(faults) => Problem::Faults(
            faults
                .into_iter()
                .map(|fault| fault.diagnostic.at(Location::File { file: format!("/{}", fault.field).into() }))
                .collect(),
        ),
        Entered::Question(likeness) => Problem::parameter(
            "keep_both",
            format!("与记录 {} 同属一事,但「{}」不同;确是两事的,填 true", likeness.known.id, likeness.differences),
            format!(
                "record {} is about the same fact and says something else; say `true` if they are two facts",
                likeness.known.id
            ),
        ),
        Entered::Known(_) | Entered::Ready(_) => Problem::Internal("a record that is no refusal".to_owned()),
    }
}

/// 理由。 · Why something is done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonForm {
    /// 理由 · Why.
    #[schema(example = "重复上报")]
    pub(super) reason: String,
}

/// 撤回记录
///
/// Takes back one record. What it had corrected stays corrected; it remains in its history.
#[utoipa::path(
    post, path = "/api/v1/records/{record}/withdrawal", tag = "records", operation_id = "withdraw_record",
    params(("record" = String, Path, description = "记录号 · The record", example = "12-345")),
    request_body = ReasonForm, security(("token" = [])),
    responses((status = 200, description = "已撤回 · Taken back", body = VersionBody), Problems),
)]
pub async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    Path(record): Path<String>,
    Body(form): Body<ReasonForm>,
) -> Result<Json<VersionBody>, Problem> {
    let id = parameters::record(&record)?;
    app.blocking(move |app| {
        let custody = Custody::open(app, &caller)?;
        let version = custody.withdraw(id, &form.reason)?;
        Ok(Json(seen_version(&custody, version)))
    })
    .await
}

/// 待核对的问题
///
/// Rows that are about the same fact as a stored record and say something else: the open ones first.
#[utoipa::path(
    get, path = "/api/v1/questions", tag = "records", operation_id = "list_questions", security(("token" = [])),
    responses((status = 200, description = "问题 · Questions", body = Vec<QuestionBody>), Problems),
)]
pub async fn questions(State(app): State<App>, caller: Caller) -> Result<Json<Vec<QuestionBody>>, Problem> {
    app.blocking(move |app| {
        let custody = Custody::open(app, &caller)?;
        let questions = custody.questions()?;
        Ok(Json(questions.into_iter().map(|question| question_body(&custody, question)).collect()))
    })
    .await
}

/// 处理意见。 · What is decided about a question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerForm {
    /// `keep-stored` 以已入库的为准;`take-new` 以新报的为准;`keep-both` 是两件事,都保留 · Which side is right.
    #[schema(value_type = String, example = "take-new")]
    answer: Answer,
    /// 理由 · Why.
    reason: String,
}

/// 处理问题
///
/// Decides which side is right, or that they are two facts. What is stored by it is a batch of its own, which can be undone.
#[utoipa::path(
    post, path = "/api/v1/questions/{question}/answer", tag = "records", operation_id = "answer_question",
    params(("question" = u64, Path, description = "编号 · The question")), request_body = AnswerForm,
    security(("token" = [])),
    responses((status = 200, description = "已处理 · Settled", body = QuestionBody), Problems),
)]
pub async fn answer(
    State(app): State<App>,
    caller: Caller,
    Path(question): Path<u64>,
    Body(form): Body<AnswerForm>,
) -> Result<Json<QuestionBody>, Problem> {
    app.blocking(move |app| {
        let custody = Custody::open(app, &caller)?;
        let question = custody.settle(question, form.answer, &form.reason)?;
        Ok(Json(question_body(&custody, question)))
    })
    .await
}
