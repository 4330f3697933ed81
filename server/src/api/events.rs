//! Messages of other systems about events: one step or several of an event, put together with what stands of it.
//!
//! The body, the key and the answer are those of [`super::pushes`]; what messages are is told in [`crate::push::message`]. Next:
//! [`super::openapi`].

use axum::extract::{Request, State};
use axum::response::Response;

use super::openapi::Problems;
use super::parameters::Query;
use super::pushes::{self, Items, PushQuery, PushReport};
use crate::accounts::Caller;
use crate::error::Problem;
use crate::state::App;

/// 推送事件消息
///
/// Takes messages about events as a JSON array (or one object), or an object a line (`application/x-ndjson`). A message names the
/// event (the fields that tell events apart, such as `no`), its `unit`, and one step with its time (`step` and `at`) or several by
/// their own fields, and whatever else it knows. It is put together with what stands of the event: what it does not name stays. Of
/// two different values that of the later moment stands, the moment being `sent` or, without it, the latest step of the message; so
/// messages may overtake each other and repeat. Kinds with `changes: latest` and `stages`; `kind` may be left out where there is
/// one. At most 50,000 messages. An `Idempotency-Key` is kept with its answer for 7 days. Takes the token.
#[utoipa::path(
    post, path = "/api/v1/events", tag = "uploads", operation_id = "push_events",
    params(PushQuery, ("Idempotency-Key" = Option<String>, Header, description = "推送编号,重发时不变 · What the system calls this push; the same when it is sent again")),
    request_body(content((Vec<Object> = "application/json"), (String = "application/x-ndjson"))),
    security(("token" = [])),
    responses(
        (status = 200, description = "比对结果,或没有新内容 · The comparison, or nothing was new", body = PushReport),
        (status = 201, description = "已入库 · Stored", body = PushReport,
            headers(("location" = String, description = "批次地址 · Address of the batch"))),
        (status = 422, description = "有消息有误,全部未入库 · Messages are at fault, and nothing was stored", body = PushReport),
        Problems,
    ),
)]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PushQuery>,
    request: Request,
) -> Result<Response, Problem> {
    pushes::receive(app, caller, query, request, Items::Messages).await
}
