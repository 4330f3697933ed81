//! Whether the service works, for whoever watches it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::disclosure::Reader;
use crate::error::Problem;
use crate::state::App;
use crate::store::Health;

/// 运行状况。 · How the service is.
#[derive(Debug, Serialize, ToSchema)]
pub struct HealthBody {
    /// 状态 · `ok`, or `read_only` when nothing can be written until a restart.
    #[schema(example = "ok")]
    pub status: &'static str,
    /// 版本 · Version of the program.
    #[schema(example = "0.1.0")]
    pub version: &'static str,
    /// 数据库 · About the store; for whoever may see more than the public.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store: Option<StoreBody>,
}

/// 数据库状况。 · How the store is.
#[derive(Debug, Serialize, ToSchema)]
pub struct StoreBody {
    /// 种类 · Which store: `memory`, `sled`.
    #[schema(example = "sled")]
    pub kind: &'static str,
    /// 格式版本 · Version of the layout.
    pub schema: u32,
    /// 批次数 · Batches stored.
    pub batches: u64,
    /// 占用字节 · Bytes on disk, where it has any.
    pub bytes_on_disk: Option<u64>,
    /// 可写入 · False: an earlier write failed half way; restart the server, which mends it.
    pub accepts_writes: bool,
}

impl From<Health> for StoreBody {
    fn from(health: Health) -> StoreBody {
        StoreBody {
            kind: health.store,
            schema: health.schema,
            batches: health.batches,
            bytes_on_disk: health.bytes_on_disk,
            accepts_writes: health.accepts_writes,
        }
    }
}

/// 运行状况
///
/// Whether the service answers and its store works. 503 when nothing can be written.
#[utoipa::path(
    get, path = "/api/v1/health", tag = "service", operation_id = "health",
    security((), ("token" = [])),
    responses(
        (status = 200, description = "正常 · It works", body = HealthBody),
        (status = 503, description = "只读,须重启 · Nothing can be written until a restart", body = HealthBody),
    ),
)]
pub async fn show(State(app): State<App>, reader: Reader) -> Result<Response, Problem> {
    let health = app.blocking(|app| Ok(app.store().health()?)).await?;
    let (status, word) =
        if health.accepts_writes { (StatusCode::OK, "ok") } else { (StatusCode::SERVICE_UNAVAILABLE, "read_only") };
    let store = (reader == Reader::Staff).then(|| StoreBody::from(health));
    Ok((status, Json(HealthBody { status: word, version: env!("CARGO_PKG_VERSION"), store })).into_response())
}
