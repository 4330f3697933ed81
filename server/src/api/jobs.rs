//! Work that takes long: how far it has come, and calling it off. To its owner, and of a scoring to all who may score.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::openapi::Problems;
use super::parameters::Path;
use crate::accounts::Caller;
use crate::error::Problem;
use crate::jobs::Job;
use crate::state::{App, is_run, may_watch};

/// 后台工作。 · Work that takes long.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobBody {
    /// 编号 · Its number.
    id: u64,
    /// 状态:running、done、failed、called_off · How it stands: `running`, `done`, `failed`, `called_off`.
    state: &'static str,
    /// 正在做 · What it is doing.
    step: Option<&'static str>,
    /// 正在做(英文) · The same in English.
    step_en: Option<&'static str>,
    /// 已完成行数 · Rows done.
    done: u64,
    /// 总行数;0 为未知 · Of how many; 0: not known.
    total: u64,
    /// 每秒行数 · Rows a second.
    rate: Option<u64>,
    /// 剩余秒数 · Seconds that the rest will take.
    remaining_seconds: Option<u64>,
    /// 所得结果的地址 · The address of what it made.
    made: Option<String>,
    /// 未完成的原因 · Why it came to nothing.
    failure: Option<String>,
    /// 未完成的原因(英文) · The same in English.
    failure_en: Option<String>,
}

impl JobBody {
    /// How a job stands.
    pub fn of(job: &Job) -> JobBody {
        let status = job.status();
        let (failure, failure_en) = status.failure.unzip();
        JobBody {
            id: status.id,
            state: status.state,
            step: status.step,
            step_en: status.step_en,
            done: status.done,
            total: status.total,
            rate: status.rate,
            remaining_seconds: status.remaining_seconds,
            made: status.made,
            failure,
            failure_en,
        }
    }
}

fn find(app: &App, caller: &Caller, id: &str) -> Result<Arc<Job>, Problem> {
    let job = id.parse().ok().and_then(|id| app.jobs().get(id)).filter(|job| may_watch(caller, job));
    job.ok_or_else(|| Problem::Absent("后台工作", "job", id.to_owned()))
}

/// 工作进度
///
/// How far a job has come.
#[utoipa::path(
    get, path = "/api/v1/jobs/{job}", tag = "uploads", operation_id = "show_job",
    params(("job" = u64, Path, description = "编号 · The job")),
    security(("token" = [])),
    responses((status = 200, description = "进度 · How far it has come", body = JobBody), Problems),
)]
pub async fn show(State(app): State<App>, caller: Caller, Path(job): Path<String>) -> Result<Json<JobBody>, Problem> {
    Ok(Json(JobBody::of(find(&app, &caller, &job)?.as_ref())))
}

/// 中止工作
///
/// Asks a job to end without a result. What is being written to the store is still written whole.
#[utoipa::path(
    delete, path = "/api/v1/jobs/{job}", tag = "uploads", operation_id = "call_off_job",
    params(("job" = u64, Path, description = "编号 · The job")),
    security(("token" = [])),
    responses((status = 200, description = "进度 · How it stands", body = JobBody), Problems),
)]
pub async fn call_off(
    State(app): State<App>,
    caller: Caller,
    Path(job): Path<String>,
) -> Result<Json<JobBody>, Problem> {
    let job = find(&app, &caller, &job)?;
    if !is_run(&job) {
        job.call_off();
        return Ok(Json(JobBody::of(&job)));
    }
    app.blocking(move |app| {
        app.call_off_run(&caller, &job)?;
        Ok(Json(JobBody::of(&job)))
    })
    .await
}
