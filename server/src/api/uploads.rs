//! Uploads: files as their user has them become a batch, whole or not at all; or every fault is named at its cell. For
//! whoever may upload, each within what it answers for.
//!
//! `dry_run` reads and compares and stores nothing. What was stored can be taken back whole. Next: [`super::openapi`].

use axum::Json;
use axum::extract::multipart::{Field, MultipartRejection};
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use liuwu_engine::diagnostic::Diagnostic;
use liuwu_engine::period::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::batches::BatchBody;
use super::openapi::Problems;
use super::parameters::{self, Path, Query};
use crate::accounts::Caller;
use crate::audit::{Action, Note, Subject};
use crate::custody::Custody;
use crate::desk::incoming::refused;
use crate::error::{FaultBody, Problem};
use crate::intake::{self, Limits};
use crate::remit::Remit;
use crate::state::App;
use crate::store::{BatchId, Statement};
use crate::upload::{self, File, Report, Said, TableReport};

/// 上报内容(multipart/form-data)。 · What is handed in, as `multipart/form-data`.
#[derive(ToSchema)]
pub struct UploadForm {
    /// 文件,可多个:xlsx、xls、csv、jsonl · Files, one or more: xlsx, xls, csv (UTF-8 or GB18030), jsonl.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    pub file: Vec<String>,
    /// 只预检,不入库 · Read and compare only; nothing is stored.
    #[schema(default = false)]
    pub dry_run: Option<bool>,
    /// 只收无误的行 · Store the good rows though others are at fault.
    #[schema(default = false)]
    pub accept_good_rows: Option<bool>,
    /// 台账类型;不填则按表头识别 · The kind all tables are of; recognised by their headers when left out.
    #[schema(example = "fire")]
    pub kind: Option<String>,
    /// 文本编码;不填则自动识别 · Encoding of texts; recognised when left out.
    #[schema(example = "gb18030")]
    pub encoding: Option<String>,
    /// 收到日期;不填则为今天 · The day from which it counts as known; today when left out.
    #[schema(format = Date)]
    pub received_on: Option<String>,
    /// 属性起始日期 · The day from which attributes hold where a table does not say it.
    #[schema(format = Date)]
    pub effective: Option<String>,
    /// 说明 · What it is, in words.
    pub what: Option<String>,
    /// 上报单位或账号 · The office or account that hands it in.
    pub by: Option<String>,
    /// 按哪个考核办法读;不填则为当前的 · The bundle whose dictionary reads it; the current one when left out.
    pub bundle: Option<String>,
    /// 报齐或零报告,每项一段 JSON · A statement of coverage as JSON, one field for each.
    pub statement: Option<Vec<StatementForm>>,
}

/// 报齐或零报告。 · That a kind is handed in for an area and a time.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatementForm {
    /// 台账类型 · The kind.
    #[schema(example = "fire")]
    kind: String,
    /// 区划代码,含其全部下级 · A unit; everything below it is covered.
    #[schema(example = "330381116000")]
    area: String,
    /// 第一天 · First day.
    #[schema(value_type = String, format = Date)]
    from: Date,
    /// 最后一天 · Last day.
    #[schema(value_type = String, format = Date)]
    to: Date,
    /// 零报告 · A nil return: nothing happened.
    #[serde(default)]
    nil: bool,
}

/// 上报报告。 · What came of reading an upload.
#[derive(Debug, Serialize, ToSchema)]
pub struct UploadReport {
    /// 批次号;没有入库的为 null · The batch; null when nothing was stored.
    #[schema(example = 3)]
    pub batch: Option<u64>,
    /// 可以入库 · Whether it may be stored: nothing is at fault, or the good rows alone were asked for.
    pub acceptable: bool,
    /// 没有新内容 · Whether storing it would change nothing.
    pub nothing_new: bool,
    /// 新增 · Rows that are new, in all tables.
    pub new: u64,
    /// 更新 · Rows that supersede what is known.
    pub updated: u64,
    /// 相同 · Rows that are known already.
    pub same: u64,
    /// 有错 · Rows with a fault.
    pub faulty: u64,
    /// 涉及考核对象数 · Units with records or attributes in it.
    pub units_touched: usize,
    /// 各表 · The tables found, in the order of the files.
    #[schema(value_type = Vec<TableBody>)]
    pub tables: Vec<TableReport>,
    /// 全部错误,各有位置 · Every fault at its cell.
    #[schema(value_type = Vec<FaultBody>)]
    pub faults: Vec<Diagnostic>,
    /// 提醒 · What the user should know.
    #[schema(value_type = Vec<FaultBody>)]
    pub remarks: Vec<Diagnostic>,
    /// 需要改正的行,每表一个 CSV · The faulty rows of each table as a CSV of their own, to mend and hand in again.
    pub corrections: Vec<CorrectionBody>,
}

/// 一张表的情况。 · What a table holds.
#[derive(Debug, ToSchema)]
pub struct TableBody {
    /// 文件 · The file.
    pub file: String,
    /// 工作表 · The sheet.
    pub sheet: Option<String>,
    /// 识别为 · What it was recognised as.
    pub title: String,
    /// 表头末行 · The last row of its header, from 1.
    pub header_row: Option<u32>,
    /// 新增 · Rows that are new.
    pub new: u64,
    /// 相同 · Rows that are known already and are skipped.
    pub same: u64,
    /// 更新 · Rows that supersede what is known.
    pub updated: u64,
    /// 有错 · Rows with a fault.
    pub faulty: u64,
    /// 其中与已入库记录冲突 · Of these: rows that contradict a stored record.
    pub conflicting: u64,
}

/// 需要改正的行。 · The faulty rows of a table.
#[derive(Debug, Serialize, ToSchema)]
pub struct CorrectionBody {
    /// 文件名 · Name of the file.
    pub name: String,
    /// CSV 内容 · Its content.
    pub content: String,
}

impl UploadReport {
    fn of(report: &Report, batch: Option<BatchId>) -> UploadReport {
        let sum = |of: fn(&TableReport) -> u64| report.tables.iter().map(of).sum();
        let correction = |file: &File| CorrectionBody {
            name: file.name.clone(),
            content: String::from_utf8_lossy(&file.bytes).into_owned(),
        };
        UploadReport {
            batch: batch.map(|batch| batch.0),
            acceptable: report.acceptable,
            nothing_new: report.is_empty(),
            new: sum(|table| table.new),
            updated: sum(|table| table.updated),
            same: sum(|table| table.same),
            faulty: sum(|table| table.faulty),
            units_touched: report.units_touched().len(),
            tables: report.tables.clone(),
            faults: report.faults.clone(),
            remarks: report.remarks.clone(),
            corrections: report.corrections.iter().map(correction).collect(),
        }
    }
}

/// A form as received.
struct Form {
    files: Vec<File>,
    said: Said,
    bundle: Option<String>,
    dry_run: bool,
}

impl Form {
    async fn read(app: &App, caller: &Caller, mut parts: Multipart) -> Result<Form, Problem> {
        let limit = app.config().upload_limit();
        let mut form =
            Form { files: Vec::new(), said: Said::new(caller.name(), app.now(), ""), bundle: None, dry_run: false };
        while let Some(part) = parts.next_field().await.map_err(|error| refused(&error, limit))? {
            form.take(caller, part, limit).await?;
        }
        if form.files.is_empty() && form.said.statements.is_empty() {
            return Err(Problem::parameter("file", "至少要有一个文件或一项报齐", "at least one file or statement"));
        }
        Ok(form)
    }

    async fn take(&mut self, caller: &Caller, part: Field<'_>, limit: usize) -> Result<(), Problem> {
        let name = part.name().unwrap_or_default().to_owned();
        if name == "file" {
            let file = part.file_name().unwrap_or("文件").to_owned();
            let bytes = part.bytes().await.map_err(|error| refused(&error, limit))?.to_vec();
            let unpacked = intake::unpack(&file, bytes, Limits::default());
            let unpacked = unpacked.map_err(|fault| Problem::Faults(vec![fault]))?;
            self.files.extend(unpacked.into_iter().map(|(name, bytes)| File { name, bytes }));
            return Ok(());
        }
        let text = part.text().await.map_err(|error| refused(&error, limit))?.trim().to_owned();
        let said = &mut self.said;
        let given = (!text.is_empty()).then(|| text.clone());
        match name.as_str() {
            "dry_run" => self.dry_run = yes_or_no("dry_run", &text)?,
            "accept_good_rows" => said.accept_good_rows = yes_or_no("accept_good_rows", &text)?,
            "kind" => said.kind = given,
            "encoding" => said.encoding = given,
            "received_on" => said.received_on = given.map(|text| parameters::day("received_on", &text)).transpose()?,
            "effective" => said.effective = given.map(|text| parameters::day("effective", &text)).transpose()?,
            "what" => said.what = text,
            "by" => said.by = caller.name_or(given),
            "bundle" => self.bundle = given,
            "statement" => said.statements.push(statement(&text)?),
            other => {
                return Err(Problem::parameter(other, "没有这一项", "there is no such field in this form"));
            }
        }
        Ok(())
    }
}

fn yes_or_no(name: &str, text: &str) -> Result<bool, Problem> {
    match text {
        "true" | "1" | "yes" | "是" => Ok(true),
        "false" | "0" | "no" | "否" | "" => Ok(false),
        _ => Err(Problem::parameter(name, "应为 true 或 false", "`true` or `false`")),
    }
}

fn statement(text: &str) -> Result<Statement, Problem> {
    let read: StatementForm = serde_json::from_str(text).map_err(|error| {
        Problem::parameter("statement", format!("应为 JSON 对象({error})"), format!("a JSON object ({error})"))
    })?;
    if read.from > read.to {
        return Err(Problem::parameter("statement", "起日在止日之后", "`from` is after `to`"));
    }
    Ok(Statement { kind: read.kind, area: read.area, from: read.from, to: read.to, nil: read.nil })
}

/// 上报数据
///
/// Reads files and stores what is new as one batch, whole or not at all. With `dry_run` nothing is stored and the report says
/// what would happen. When something is at fault and the good rows alone were not asked for, the answer is a problem that
/// names every fault at its cell. Takes the token.
#[utoipa::path(
    post, path = "/api/v1/uploads", tag = "uploads", operation_id = "create_upload",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    security(("token" = [])),
    responses(
        (status = 200, description = "预检报告,或没有新内容 · The report of a dry run, or nothing was new", body = UploadReport),
        (status = 201, description = "已入库 · Stored", body = UploadReport,
            headers(("location" = String, description = "批次地址 · Address of the batch"))),
        Problems,
    ),
)]
pub async fn create(State(app): State<App>, caller: Caller, request: Request) -> Result<Response, Problem> {
    let parts = Multipart::from_request(request, &app).await.map_err(|rejection| match rejection {
        MultipartRejection::InvalidBoundary(_) => Problem::Media("multipart/form-data"),
        other => Problem::Body(other.body_text()),
    })?;
    let form = Form::read(&app, &caller, parts).await?;
    app.blocking(move |app| store(app, &caller, form)).await
}

fn store(app: &App, caller: &Caller, mut form: Form) -> Result<Response, Problem> {
    let bundle = match &form.bundle {
        Some(bundle) => bundle.clone(),
        None => app.bundle()?,
    };
    let edition = app.current_edition(&bundle)?;
    // What is somebody else's is named at its cell; a statement of the form has none.
    form.said.pseudonym_key = app.pseudonym_key().to_vec();
    form.said.remit = Remit::of_caller(caller, edition.bundle(), app.units()?.all());
    form.said.statements.iter().try_for_each(|statement| form.said.remit.of_statement(statement))?;
    let prepare = || upload::prepare(app.store(), edition.bundle(), &form.files, &form.said);
    let mut report = prepare()?;
    if form.dry_run {
        return Ok(Json(UploadReport::of(&report, None)).into_response());
    }
    let _alone = app.standing();
    if !report.is_current(app.store()) {
        report = prepare()?;
    }
    if !report.acceptable {
        return Err(Problem::Faults(report.faults));
    }
    let mut body = UploadReport::of(&report, None);
    match upload::commit(app.store(), report)? {
        None => Ok(Json(body).into_response()),
        Some(batch) => {
            app.has_written();
            app.audit().note(Note::done(caller, Action::Upload, Subject::of("batch", batch)))?;
            body.batch = Some(batch.0);
            let address: [(HeaderName, String); 1] = [(LOCATION, format!("/api/v1/batches/{batch}"))];
            Ok((StatusCode::CREATED, address, Json(body)).into_response())
        }
    }
}

/// Why a batch is taken back.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UndoQuery {
    /// 撤回理由 · Why.
    #[param(example = "文件报错了")]
    reason: String,
    /// 撤回单位或账号 · The office or account that takes it back.
    by: Option<String>,
}

/// 整批撤回
///
/// Takes back a whole batch: what it brought no longer counts, what it had superseded counts again. Takes the token.
#[utoipa::path(
    delete, path = "/api/v1/uploads/{batch}", tag = "uploads", operation_id = "undo_upload",
    params(("batch" = u64, Path, description = "批次号 · The batch"), UndoQuery),
    security(("token" = [])),
    responses((status = 200, description = "已撤回 · Taken back", body = BatchBody), Problems),
)]
pub async fn undo(
    State(app): State<App>,
    caller: Caller,
    Path(batch): Path<String>,
    Query(query): Query<UndoQuery>,
) -> Result<Json<BatchBody>, Problem> {
    let id = parameters::batch(&batch)?;
    app.blocking(move |app| {
        let undone = Custody::open(app, &caller)?.undo(id, &query.reason, query.by)?;
        Ok(Json(BatchBody::from(undone)))
    })
    .await
}
