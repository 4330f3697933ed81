//! Runs: each scoring of all units, and the proof that one can be reproduced. Next: [`super::releases`].

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use liuwu_engine::period::{Date, Period};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer::{Answer, Asked};
use super::jobs::JobBody;
use super::openapi::Problems;
use super::parameters::{self, Body, Cursor, Path, Query};
use super::source::Page;
use crate::accounts::Caller;
use crate::audit::{Action, Note, Subject};
use crate::disclosure::Reader;
use crate::error::Problem;
use crate::scoring::{self, Ask};
use crate::state::App;
use crate::store::Run;

/// 一次核算。 · One scoring of all units.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunBody {
    /// 编号 · Its number.
    #[schema(example = 12)]
    pub run: u64,
    /// 考核办法 · The bundle.
    #[schema(example = "ruian-six-no")]
    pub bundle: String,
    /// 版本 · The edition.
    #[schema(example = "2020")]
    pub edition: String,
    /// 版本摘要 · SHA-256 of the edition's text.
    pub digest: String,
    /// 考核周期 · The periods it assesses.
    #[schema(value_type = Vec<String>, example = json!(["2019", "2020"]))]
    pub periods: Vec<Period>,
    /// 数据截至 · The day on whose knowledge it rests.
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    /// 开始时间 · When it began.
    #[schema(value_type = String, format = DateTime)]
    pub started: Timestamp,
    /// 完成时间 · When it ended.
    #[schema(value_type = String, format = DateTime)]
    pub finished: Timestamp,
    /// 引擎版本 · Version of the engine.
    pub engine: String,
    /// 测算 · A trial run is never the run in force.
    pub trial: bool,
    /// 总凭证 · Hash over all its receipts.
    pub root: String,
    /// 结果数 · How many results it holds.
    pub assessments: u64,
    /// 已公布 · Whether it is public.
    pub released: bool,
    /// 核算人 · Who asked for it; for staff alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// 计数 · What the scoring counted; for staff alone.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub counts: BTreeMap<String, u64>,
}

impl RunBody {
    pub(super) fn of(run: Run, reader: Reader) -> RunBody {
        let is_staff = reader == Reader::Staff;
        RunBody {
            run: run.id.0,
            bundle: run.bundle,
            edition: run.edition,
            digest: run.digest,
            periods: run.periods,
            as_of: run.as_of,
            started: run.started,
            finished: run.finished,
            engine: run.engine,
            trial: run.trial,
            root: run.root,
            assessments: run.assessments,
            released: run.released,
            by: is_staff.then_some(run.by),
            counts: if is_staff { run.counts } else { BTreeMap::new() },
        }
    }
}

/// Which runs are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RunsQuery {
    /// 考核办法 · Only of this bundle.
    bundle: Option<String>,
    /// 考核周期 · Only those that assess this period.
    #[param(example = "2020")]
    period: Option<String>,
    /// 上一页给出的 next · The `next` of the page before.
    cursor: Option<String>,
    /// 每页个数,1 至 500 · Items of a page, 1 to 500.
    #[param(default = 100, minimum = 1, maximum = 500)]
    limit: Option<usize>,
}

/// 核算列表
///
/// Runs, newest first. Without the token only those that are public.
#[utoipa::path(
    get, path = "/api/v1/runs", tag = "runs", operation_id = "list_runs", params(RunsQuery),
    security((), ("token" = [])),
    responses((status = 200, description = "核算 · Runs", body = Page<RunBody>), Problems),
)]
pub async fn list(State(app): State<App>, asked: Asked, Query(query): Query<RunsQuery>) -> Result<Answer, Problem> {
    let limit = parameters::limit(query.limit)?;
    let before = match query.cursor.as_deref().map(Cursor::read).transpose()? {
        None => None,
        Some(cursor) => Some(parameters::run(&cursor.after)?),
    };
    let period = query.period.as_deref().map(parameters::period).transpose()?;
    app.blocking(move |app| {
        let mut runs = app.store().runs()?;
        runs.retain(|run| {
            (run.released || asked.reader == Reader::Staff)
                && query.bundle.as_ref().is_none_or(|bundle| run.bundle == *bundle)
                && period.is_none_or(|period| run.covers(period))
        });
        let basis: String = runs.iter().map(|run| format!("{}{} ", run.id, run.released)).collect();
        asked.json(&basis, || {
            let mut wanted = runs.into_iter().filter(|run| before.is_none_or(|before| run.id < before));
            let items: Vec<RunBody> = wanted.by_ref().take(limit).map(|run| RunBody::of(run, asked.reader)).collect();
            let more = wanted.next().is_some();
            let last = items.last().filter(|_| more);
            let next = last.map(|last| Cursor { run: None, after: last.run.to_string() }.to_text());
            Ok(Page { items, next })
        })
    })
    .await
}

/// 核算详情
///
/// One run. Without the token only when it is public.
#[utoipa::path(
    get, path = "/api/v1/runs/{run}", tag = "runs", operation_id = "show_run",
    params(("run" = u64, Path, description = "核算编号 · The run")),
    security((), ("token" = [])),
    responses((status = 200, description = "核算 · The run", body = RunBody), Problems),
)]
pub async fn show(State(app): State<App>, asked: Asked, Path(run): Path<String>) -> Result<Answer, Problem> {
    let run = parameters::run(&run)?;
    app.blocking(move |app| {
        let run = app.run(run, asked.reader)?;
        asked.json(&format!("run {} {}", run.id, run.released), || Ok(RunBody::of(run, asked.reader)))
    })
    .await
}

/// 核算请求。 · What is to be scored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunForm {
    /// 考核周期,如 2020、2020-01..2020-06,逗号分开 · The periods, such as `2020` or `2020-01..2020-06`, by commas.
    #[schema(example = "2020")]
    periods: String,
    /// 考核办法;不填则为当前的 · The bundle; the current one when left out.
    bundle: Option<String>,
    /// 版本;不填则为最近发布的 · The edition; the one published last when left out.
    edition: Option<String>,
    /// 数据截至;不填则为今天 · The day of knowledge; today when left out.
    #[schema(format = Date)]
    as_of: Option<String>,
    /// 核算单位或账号 · The office or account that asks.
    by: Option<String>,
    /// 后台核算:立即返回一项工作,可查进度、可中止 · In the background: answers at once with a job to watch and to call off.
    #[serde(default)]
    background: bool,
}

/// 核算
///
/// Scores all units for periods and stores the run. It becomes the run in force, and is public only once it is released. Takes
/// the token; one scoring at a time. In the background it is a job: `GET /jobs/{job}` says how far it has come, `DELETE` calls it
/// off. What is written by then is kept, and the same request goes on from there if nothing has changed.
#[utoipa::path(
    post, path = "/api/v1/runs", tag = "runs", operation_id = "create_run", request_body = RunForm,
    security(("token" = [])),
    responses(
        (status = 201, description = "已核算 · Scored", body = RunBody,
            headers(("location" = String, description = "核算地址 · Address of the run"))),
        (status = 202, description = "正在后台核算 · It is being scored in the background", body = JobBody,
            headers(("location" = String, description = "工作地址 · Address of the job"))),
        Problems,
    ),
)]
pub async fn create(State(app): State<App>, caller: Caller, Body(form): Body<RunForm>) -> Result<Response, Problem> {
    let periods = Period::parse_list(&form.periods)
        .map_err(|error| Problem::parameter("periods", "应为周期,如 2020 或 2020-01..2020-06", error.to_string()))?;
    let as_of = form.as_of.as_deref().map(|text| parameters::day("as_of", text)).transpose()?;
    app.blocking(move |app| {
        let ask = Ask {
            bundle: form.bundle.map_or_else(|| app.bundle(), Ok)?,
            edition: form.edition,
            periods,
            as_of: as_of.unwrap_or_else(|| app.today()),
            by: caller.name_or(form.by),
            at: app.now(),
            pseudonym_key: app.pseudonym_key().to_vec(),
            longest: crate::deadline::LONGEST_RUN,
        };
        if form.background {
            let job = app.begin_run(&caller, ask)?;
            let address = [(LOCATION, format!("/api/v1/jobs/{}", job.id))];
            return Ok((StatusCode::ACCEPTED, address, Json(JobBody::of(&job))).into_response());
        }
        let run = app.score(&caller, &ask)?;
        let address = [(LOCATION, format!("/api/v1/runs/{}", run.id))];
        Ok((StatusCode::CREATED, address, Json(RunBody::of(run, Reader::Staff))).into_response())
    })
    .await
}

/// 核验结果。 · What came of recomputing a run.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerificationBody {
    /// 核算编号 · The run.
    pub run: u64,
    /// 完全一致 · Whether everything came out the same.
    pub reproduced: bool,
    /// 比较的结果数 · How many results were compared.
    pub compared: usize,
    /// 引擎版本相同 · Whether receipts could be compared; with another version of the engine only results are.
    pub same_engine: bool,
    /// 不一致之处 · What differs.
    pub differences: Vec<DifferenceBody>,
}

/// 不一致之处。 · A stored result that cannot be reproduced.
#[derive(Debug, Serialize, ToSchema)]
pub struct DifferenceBody {
    /// 考核对象 · The unit; empty for the run as a whole.
    pub unit: String,
    /// 考核周期 · The period.
    #[schema(value_type = String)]
    pub period: Period,
    /// 什么不一致 · What differs, in Chinese and English.
    pub what: String,
}

/// 核验一次核算
///
/// Recomputes a run from the facts known on its day and compares every result and receipt. Takes the token.
#[utoipa::path(
    post, path = "/api/v1/runs/{run}/verify", tag = "runs", operation_id = "verify_run",
    params(("run" = u64, Path, description = "核算编号 · The run")),
    security(("token" = [])),
    responses((status = 200, description = "核验结果 · What came of it", body = VerificationBody), Problems),
)]
pub async fn verify(
    State(app): State<App>,
    caller: Caller,
    Path(run): Path<String>,
) -> Result<Json<VerificationBody>, Problem> {
    let run = parameters::run(&run)?;
    let found = app
        .blocking(move |app| {
            let found = scoring::verify(app.store(), run, app.pseudonym_key())?;
            let outcome = if found.differences.is_empty() { "done" } else { "differs" };
            app.audit().note(Note::ended(&caller, Action::Verify, Subject::of("run", run), outcome))?;
            Ok(found)
        })
        .await?;
    let difference = |difference: scoring::Difference| DifferenceBody {
        unit: difference.unit,
        period: difference.period,
        what: difference.what,
    };
    Ok(Json(VerificationBody {
        run: found.run.0,
        reproduced: found.differences.is_empty(),
        compared: found.compared,
        same_engine: found.same_engine,
        differences: found.differences.into_iter().map(difference).collect(),
    }))
}
