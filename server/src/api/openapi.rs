//! The OpenAPI document, made from the handlers themselves, and pages to try it out on that load nothing from elsewhere.

use std::sync::LazyLock;

use axum::Router;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{OpenApi as Document, RefOr};
use utoipa::{IntoResponses, Modify, OpenApi};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::answer::{Answer, Asked};
use super::{
    assessments, attachments, audit, batches, bundles, division_changes, divisions, drafts, duties, events, functions,
    health, jobs, lists, mappings, pushes, record_kinds, records, releases, runs, templates, units, uploads, webhooks,
};
use crate::error::{Problem, ProblemBody};
use crate::state::App;

/// The address of the document.
const DOCUMENT: &str = "/api/v1/openapi.json";

/// What every operation may answer instead.
#[derive(IntoResponses)]
pub enum Problems {
    /// 参数或内容有误 · A parameter or the body cannot be read
    #[response(status = 400, content_type = "application/problem+json")]
    Bad(ProblemBody),
    /// 需要口令,或口令不对 · The token is required, or not the right one
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthorized(ProblemBody),
    /// 没有权限,或超出负责范围 · Not permitted, or outside the caller's scope
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(ProblemBody),
    /// 没有找到,或没有公布 · Not found, or not public
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(ProblemBody),
    /// 与已存内容冲突 · What is stored speaks against it
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(ProblemBody),
    /// 内容过大 · The body is too large
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(ProblemBody),
    /// 内容有错,逐处列出 · What was handed in has faults, every one named
    #[response(status = 422, content_type = "application/problem+json")]
    Faults(ProblemBody),
    /// 系统出错 · Something went wrong in the server
    #[response(status = 500, content_type = "application/problem+json")]
    Internal(ProblemBody),
    /// 处理超时,或暂停写入 · It took too long, or nothing can be written
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(ProblemBody),
}

/// The whole document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "六无平安村社考核 · Liuwu",
        description = "不带口令:只能查询已公布的核算,公开程度按考核办法。带口令:可上报、撤回、核验,并查看未公布的内容;任何情况下不提供个人信息。\n\n\
            Without the token: released runs only, as far as the standard lets each record kind and criterion be seen. With it: \
            uploads, undo, verification, and what is not released; never personal fields.\n\n\
            分值一律为文本,如 \"92.5\",除不尽的写作分数,如 \"1/3\",以免经过程序时被舍入。 · Points are texts, such as `\"92.5\"`, or \
            `\"1/3\"` where no decimal ends, so that no program on the way rounds them.\n\n\
            错误按 RFC 9457 返回,中英文各一份。 · Problems follow RFC 9457, in Chinese and English.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    tags(
        (name = "assessments", description = "考核结果 · Results of units"),
        (name = "lists", description = "清单 · Lists, the negative list among them"),
        (name = "runs", description = "核算 · Scorings of all units"),
        (name = "divisions", description = "区划与考核对象 · Divisions and units"),
        (name = "bundles", description = "考核办法与数据字典 · Standards and their data dictionary"),
        (name = "uploads", description = "上报与批次 · Uploads and batches"),
        (name = "webhooks", description = "变化推送 · Telling other systems about changes"),
        (name = "records", description = "记录:查询、更正、撤回、核对 · Records: searched, corrected, taken back, questioned"),
        (name = "service", description = "服务 · The service itself"),
    ),
    paths(
        assessments::list, assessments::show, assessments::of_unit,
        lists::list, lists::show,
        runs::list, runs::create, runs::show, runs::verify, releases::create, releases::take_back, assessments::list_of_run, assessments::show_of_run,
        divisions::list, divisions::show, units::list, units::show,
        bundles::list, bundles::show, bundles::show_edition, bundles::show_text,
        record_kinds::list, record_kinds::show, functions::list,
        templates::all, templates::show, drafts::list, drafts::create, drafts::show, drafts::change, drafts::commit,
        drafts::discard, drafts::correction, jobs::show, jobs::call_off, uploads::create, uploads::undo, pushes::create, events::create,
        mappings::list, mappings::publish, mappings::show,
        division_changes::list, division_changes::create, duties::list, duties::calendar, duties::burden,
        duties::burden_of_units,
        webhooks::list, webhooks::create, webhooks::remove, webhooks::resume, webhooks::pause, webhooks::ping,
        webhooks::deliveries,
        batches::list, batches::show, batches::weigh_undoing,
        records::list, records::show, records::show_in_full, records::correct, records::withdraw, records::questions, records::answer,
        attachments::list, attachments::create, attachments::show, attachments::show_original, attachments::take_off,
        audit::list, audit::sightings, health::show, show,
    ),
    components(schemas(
        audit::EntryBody, uploads::TableBody, uploads::StatementForm, drafts::body::DraftFileBody,
        drafts::body::MissingBody, ProblemBody, crate::error::FaultBody, crate::error::PlaceBody,
    )),
    modifiers(&Token),
)]
struct Api;

/// The token, as the document names it.
struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut Document) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "服务启动时显示,或由 LIUWU_TOKEN 设定 · Shown by the server at start, or set by LIUWU_TOKEN",
            ))
            .build();
        let components = document.components.get_or_insert_default();
        components.security_schemes.insert("token".to_owned(), RefOr::T(SecurityScheme::Http(scheme)));
    }
}

/// The text of the document.
static TEXT: LazyLock<String> = LazyLock::new(|| Api::openapi().to_json().unwrap_or_default());

/// The document as text.
#[must_use]
pub fn document() -> &'static str {
    &TEXT
}

/// 接口文档(OpenAPI)
///
/// This document.
#[utoipa::path(
    get, path = "/api/v1/openapi.json", tag = "service", operation_id = "openapi", security((), ("token" = [])),
    responses((status = 200, description = "OpenAPI 3.1", body = Object)),
)]
pub async fn show(asked: Asked) -> Result<Answer, Problem> {
    asked.text("application/json", env!("CARGO_PKG_VERSION"), document())
}

/// Swagger UI at `/api/docs`.
pub fn pages() -> Router<App> {
    let config = Config::new([DOCUMENT]).try_it_out_enabled(true).persist_authorization(false);
    SwaggerUi::new("/api/docs").config(config).into()
}
