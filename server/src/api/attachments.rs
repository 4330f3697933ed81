//! Attachments of records: photos and papers. A picture is given out without its metadata, a PDF only to be stored. Next:
//! [`super::pushes`].

use axum::Json;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::openapi::Problems;
use super::parameters::{self, Body, Path, Query};
use super::records::ReasonForm;
use crate::accounts::Caller;
use crate::attachments::{Attachment, Form};
use crate::custody::{Custody, asked};
use crate::error::Problem;
use crate::pages::links::escape;
use crate::state::App;
use crate::store::ContentId;

/// 附件。 · An attachment of a record.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttachmentBody {
    /// 内容的 SHA-256 · SHA-256 of the original.
    #[schema(value_type = String)]
    pub content: ContentId,
    /// 名称 · Its name.
    #[schema(example = "整改后.jpg")]
    pub name: String,
    /// 形式 · What it is, by its content: `jpeg`, `png`, `pdf`.
    #[schema(value_type = String, example = "jpeg")]
    pub form: Form,
    /// 字节数 · Bytes of the original.
    pub size: u64,
    /// 谁上传 · Who attached it.
    pub by: String,
    /// 何时上传 · When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

impl From<Attachment> for AttachmentBody {
    fn from(attachment: Attachment) -> AttachmentBody {
        AttachmentBody {
            content: attachment.content,
            name: attachment.file_name(),
            form: attachment.form,
            size: attachment.size,
            by: attachment.by,
            at: attachment.at,
        }
    }
}

/// 附件内容(multipart/form-data)。 · A file, as `multipart/form-data`.
#[derive(ToSchema)]
pub struct AttachmentForm {
    /// 照片(JPG、PNG,10 MB 内)或 PDF(20 MB 内) · A picture up to 10 MB, or a PDF up to 20 MB.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    pub file: String,
}

/// 附件列表
///
/// The attachments of a record.
#[utoipa::path(
    get, path = "/api/v1/records/{record}/attachments", tag = "records", operation_id = "list_attachments",
    params(("record" = String, Path, description = "记录号 · The record", example = "12-345")),
    security(("token" = [])),
    responses((status = 200, description = "附件 · Attachments", body = Vec<AttachmentBody>), Problems),
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(record): Path<String>,
) -> Result<Json<Vec<AttachmentBody>>, Problem> {
    let record = parameters::record(&record)?;
    app.blocking(move |app| {
        let found = Custody::open(app, &caller)?.attachments(record)?;
        Ok(Json(found.into_iter().map(AttachmentBody::from).collect()))
    })
    .await
}

/// Name and content of the file of a form.
///
/// # Errors
/// [`Problem::Media`], [`Problem::Body`], [`Problem::TooLarge`], or that there is no file in it.
pub async fn file_of(app: &App, request: Request) -> Result<(String, Vec<u8>), Problem> {
    let mut parts = Multipart::from_request(request, app).await.map_err(|rejection| match rejection {
        MultipartRejection::InvalidBoundary(_) => Problem::Media("multipart/form-data"),
        other => Problem::Body(other.body_text()),
    })?;
    let refused = |error: axum::extract::multipart::MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge(app.config().upload_limit()),
        _ => Problem::Body(error.body_text()),
    };
    while let Some(part) = parts.next_field().await.map_err(refused)? {
        if part.name() == Some("file") {
            let name = part.file_name().unwrap_or_default().to_owned();
            return Ok((name, part.bytes().await.map_err(refused)?.to_vec()));
        }
    }
    Err(Problem::parameter("file", "至少要有一个文件", "at least one file"))
}

/// 上传附件
///
/// Attaches a picture or a PDF to a record; what it is, is told by its content.
#[utoipa::path(
    post, path = "/api/v1/records/{record}/attachments", tag = "records", operation_id = "attach",
    params(("record" = String, Path, description = "记录号 · The record", example = "12-345")),
    request_body(content = AttachmentForm, content_type = "multipart/form-data"), security(("token" = [])),
    responses((status = 201, description = "已上传 · Attached", body = AttachmentBody), Problems),
)]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    Path(record): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let record = parameters::record(&record)?;
    let (name, bytes) = file_of(&app, request).await?;
    app.blocking(move |app| {
        let attachment = Custody::open(app, &caller)?.attach(record, &name, &bytes)?;
        Ok((StatusCode::CREATED, Json(AttachmentBody::from(attachment))).into_response())
    })
    .await
}

/// Whether the original is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OriginalQuery {
    /// 下载原件的理由;须有权限,并登记 · Why the original is needed; it takes the permission and is noted.
    original_because: Option<String>,
}

/// 下载附件
///
/// An attachment: a picture without place, time and camera; a PDF to be stored. The original takes a permission and a reason.
#[utoipa::path(
    get, path = "/api/v1/records/{record}/attachments/{content}", tag = "records", operation_id = "show_attachment",
    params(
        ("record" = String, Path, description = "记录号 · The record", example = "12-345"),
        ("content" = String, Path, description = "内容的 SHA-256 · SHA-256 of the original"), OriginalQuery,
    ),
    security(("token" = [])),
    responses((status = 200, description = "内容 · The content", body = Vec<u8>, content_type = "application/octet-stream"), Problems),
)]
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    Path((record, content)): Path<(String, String)>,
    Query(query): Query<OriginalQuery>,
) -> Result<Response, Problem> {
    let (record, content) = (parameters::record(&record)?, asked::content(&content)?);
    app.blocking(move |app| {
        let custody = Custody::open(app, &caller)?;
        Ok(match query.original_because {
            Some(why) => given_out(custody.original(record, content, &why)?, false),
            None => given_out(custody.open_attachment(record, content)?, true),
        })
    })
    .await
}

/// A content on its way out. Only a cleaned picture stands in a page; whatever it is, it can load and run nothing.
fn given_out((attachment, bytes): (Attachment, Vec<u8>), is_clean: bool) -> Response {
    let how = if is_clean && attachment.form.is_picture() { "inline" } else { "attachment" };
    let mut response = ([(CONTENT_TYPE, attachment.form.media())], bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    let named = format!("{how}; filename*=UTF-8''{}", escape(&attachment.file_name()));
    if let Ok(named) = HeaderValue::from_str(&named) {
        headers.insert(CONTENT_DISPOSITION, named);
    }
    response
}

/// 取下附件
///
/// Takes an attachment off its record. Its content stays kept.
#[utoipa::path(
    post, path = "/api/v1/records/{record}/attachments/{content}/withdrawal", tag = "records",
    operation_id = "take_off_attachment",
    params(
        ("record" = String, Path, description = "记录号 · The record", example = "12-345"),
        ("content" = String, Path, description = "内容的 SHA-256 · SHA-256 of the original"),
    ),
    request_body = ReasonForm, security(("token" = [])),
    responses((status = 204, description = "已取下 · Taken off"), Problems),
)]
pub async fn take_off(
    State(app): State<App>,
    caller: Caller,
    Path((record, content)): Path<(String, String)>,
    Body(form): Body<ReasonForm>,
) -> Result<StatusCode, Problem> {
    let (record, content) = (parameters::record(&record)?, asked::content(&content)?);
    app.blocking(move |app| {
        Custody::open(app, &caller)?.take_off(record, content, &form.reason)?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}
