//! Why a request was not answered: one enum, with a face for programs here and one for people in [`crate::pages::problem`].
//!
//! Enters: the failure of a store, of scoring, of reading a request. Leaves: a status, a code, and in Chinese and English what
//! is wrong and how to mend it. The body is RFC 9457 `application/problem+json`. Faults of the server show a fixed sentence and
//! the number of the request; their cause is for the log alone. Next: [`crate::state`].

mod body;
mod heading;

use std::sync::Arc;

use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use liuwu_engine::assess::AssessError;
use liuwu_engine::diagnostic::{Diagnostic, Location};

use crate::accounts::Refusal;
use crate::drafts::DraftError;
use crate::jobs::Ending;
use crate::scoring::ScoringError;
use crate::store::StoreError;
use crate::view::ViewError;
pub use body::{FaultBody, PlaceBody, ProblemBody};
use heading::{INTERNAL, heading_of, heading_of_draft, heading_of_refusal};

/// The media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Why a request was not answered.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Scoring came to no result.
    #[error(transparent)]
    Scoring(#[from] ScoringError),
    /// Something stored could not be made ready.
    #[error(transparent)]
    View(#[from] ViewError),
    /// Something cannot be done with a draft.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// A job came to nothing.
    #[error("the job came to nothing: {0:?}")]
    Job(Ending),
    /// No such address.
    #[error("no such address")]
    Address,
    /// There is nothing of that name: what, in Chinese and English, and the name.
    #[error("there is no {1} `{2}`")]
    Absent(&'static str, &'static str, String),
    /// Nothing has been released for a period.
    #[error("no results of `{bundle}` for {period}")]
    NoRun {
        /// The bundle.
        bundle: String,
        /// The period.
        period: String,
    },
    /// The address takes other methods.
    #[error("the address does not take this method")]
    Method,
    /// A parameter cannot be read.
    #[error("parameter `{name}`: {expected_en}")]
    Parameter {
        /// Its name.
        name: String,
        /// What should stand there, in Chinese.
        expected: String,
        /// The same in English.
        expected_en: String,
    },
    /// The body cannot be read.
    #[error("the body cannot be read: {0}")]
    Body(String),
    /// The body is not of the form that is taken here.
    #[error("the body must be {0}")]
    Media(&'static str),
    /// What was handed in has faults; every one.
    #[error("{} faults in what was handed in", .0.len())]
    Faults(Vec<Diagnostic>),
    /// It takes the token.
    #[error("this takes the token")]
    Unauthorized,
    /// The token is not the right one.
    #[error("the token is not the right one")]
    WrongToken,
    /// The operator's token does not work any more: there are accounts.
    #[error("the operator's token is switched off")]
    TokenOff,
    /// Who asks is known and may not do this: what it would take, in Chinese and English.
    #[error("it takes the permission to {1}")]
    Forbidden(&'static str, &'static str),
    /// Who asks may do this, but not with this: a village of another town, a kind of another department.
    #[error("`{0}` is outside the caller's scope")]
    OutOfScope(String),
    /// Something about an account, a key or a session is not done.
    #[error(transparent)]
    Account(#[from] Refusal),
    /// A form or request that does not come from a page of ours.
    #[error("the request does not come from a page of this server")]
    CrossSite,
    /// The password has to be changed before anything else.
    #[error("the password has to be changed first")]
    MustChangePassword,
    /// The body is too large.
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    /// A push has more items than are taken at once.
    #[error("more than {0} items")]
    TooMany(usize),
    /// The key of a push was used for another one.
    #[error("the key `{0}` was used for another push")]
    KeyReused(String),
    /// Somebody else is having units scored just now.
    #[error("another scoring is going on")]
    Busy,
    /// It took too long.
    #[error("the request took too long")]
    Timeout,
    /// Another status, from deeper down.
    #[error("status {0}")]
    Status(StatusCode),
    /// A fault of the server. The cause is for the log alone.
    #[error("{0}")]
    Internal(String),
}

/// What a problem says, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Words {
    fn new(zh: impl Into<String>, en: impl Into<String>) -> Words {
        Words { zh: zh.into(), en: en.into() }
    }
}

impl From<Problem> for Ending {
    /// How a job ends that a problem has kept from its result.
    fn from(problem: Problem) -> Ending {
        let words = problem.detail();
        Ending::Failed(words.zh, words.en)
    }
}

impl Problem {
    /// A parameter that cannot be read.
    pub fn parameter(name: &str, expected: impl Into<String>, expected_en: impl Into<String>) -> Problem {
        Problem::Parameter { name: name.to_owned(), expected: expected.into(), expected_en: expected_en.into() }
    }

    /// The problem that a status from deeper down stands for.
    pub fn of_status(status: StatusCode) -> Problem {
        match status {
            StatusCode::NOT_FOUND => Problem::Address,
            StatusCode::METHOD_NOT_ALLOWED => Problem::Method,
            other => Problem::Status(other),
        }
    }

    /// The status, the code and the title.
    fn heading(&self) -> (StatusCode, &'static str, &'static str, &'static str) {
        match self {
            Problem::Store(error) => heading_of(error),
            Problem::Scoring(ScoringError::Store(error)) => heading_of(error),
            Problem::View(ViewError::Store(error)) | Problem::Draft(DraftError::Store(error)) => heading_of(error),
            Problem::Draft(error) => heading_of_draft(error),
            Problem::Job(Ending::CalledOff) => (StatusCode::CONFLICT, "called-off", "已中止", "it was called off"),
            Problem::Job(_) => (StatusCode::CONFLICT, "job-failed", "没有完成", "it was not done"),
            Problem::Scoring(ScoringError::Faults(_)) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "faults", "数据与考核办法不符", "the data does not fit the standard")
            }
            Problem::Scoring(ScoringError::NotInForce | ScoringError::Assess(AssessError::TooShort(_))) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "period-not-assessed",
                "该周期不在考核范围",
                "the period is not assessed",
            ),
            Problem::Scoring(ScoringError::Assess(AssessError::CalledOff)) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "called-off",
                "核算超时,已中止,没有结果",
                "the run took too long and was called off; it has no result",
            ),
            Problem::Address => (StatusCode::NOT_FOUND, "unknown-address", "没有这个地址", "no such address"),
            Problem::Absent(..) => (StatusCode::NOT_FOUND, "not-found", "没有找到", "not found"),
            Problem::NoRun { .. } => (StatusCode::NOT_FOUND, "no-results", "还没有结果", "no results yet"),
            Problem::Method => {
                (StatusCode::METHOD_NOT_ALLOWED, "wrong-method", "请求方法不对", "the method does not fit the address")
            }
            Problem::Parameter { .. } => {
                (StatusCode::BAD_REQUEST, "bad-parameter", "参数有误", "a parameter cannot be read")
            }
            Problem::Body(_) => (StatusCode::BAD_REQUEST, "bad-body", "内容无法读取", "the body cannot be read"),
            Problem::Media(_) => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong-media-type", "内容格式不对", "the body has another form")
            }
            Problem::Faults(_) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "faults", "上报内容有误", "what was handed in has faults")
            }
            Problem::Unauthorized => (StatusCode::UNAUTHORIZED, "token-required", "需要口令", "the token is required"),
            Problem::WrongToken => {
                (StatusCode::UNAUTHORIZED, "wrong-token", "口令不对", "the token is not the right one")
            }
            Problem::TokenOff => (StatusCode::UNAUTHORIZED, "token-off", "口令已停用", "the token is switched off"),
            Problem::Account(refusal) => heading_of_refusal(refusal),
            Problem::CrossSite => {
                (StatusCode::FORBIDDEN, "cross-site", "请求来源不对", "the request comes from elsewhere")
            }
            Problem::MustChangePassword => {
                (StatusCode::FORBIDDEN, "must-change-password", "须先修改密码", "the password has to be changed first")
            }
            Problem::Forbidden(..) => (StatusCode::FORBIDDEN, "forbidden", "没有此项权限", "you may not do this"),
            Problem::OutOfScope(_) => (StatusCode::FORBIDDEN, "out-of-scope", "超出负责范围", "outside your scope"),
            Problem::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "too-large", "内容过大", "the body is too large"),
            Problem::TooMany(_) => {
                (StatusCode::PAYLOAD_TOO_LARGE, "too-many-items", "条目过多", "there are too many items")
            }
            Problem::KeyReused(_) => {
                (StatusCode::CONFLICT, "key-reused", "推送编号重复", "the key was used for another push")
            }
            Problem::Busy => (StatusCode::CONFLICT, "busy", "正在核算", "another scoring is going on"),
            Problem::Timeout => (StatusCode::SERVICE_UNAVAILABLE, "timeout", "处理超时", "the request took too long"),
            Problem::Status(status) => (*status, "refused", "请求未被接受", "the request was not accepted"),
            Problem::Scoring(_) | Problem::View(_) | Problem::Internal(_) => INTERNAL,
        }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.heading().0
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.heading().1
    }

    /// In short.
    pub fn title(&self) -> Words {
        let (_, _, zh, en) = self.heading();
        Words::new(zh, en)
    }

    /// Whether it is the server's fault, so that its cause must not be shown.
    pub fn is_internal(&self) -> bool {
        self.status() == StatusCode::INTERNAL_SERVER_ERROR
    }

    /// What is wrong.
    pub fn detail(&self) -> Words {
        if self.is_internal() {
            return Words::new("系统内部出错,已记录", "something went wrong in the server; it has been recorded");
        }
        match self {
            Problem::Store(error)
            | Problem::Scoring(ScoringError::Store(error))
            | Problem::View(ViewError::Store(error)) => Words::new(error.zh(), error.to_string()),
            Problem::Scoring(ScoringError::Faults(faults)) | Problem::Faults(faults) => Words::new(
                format!("共 {} 处,见 faults", faults.len()),
                format!("{} in all, see `faults`", faults.len()),
            ),
            Problem::Draft(error) => Words::new(error.zh(), error.to_string()),
            Problem::Job(Ending::Failed(zh, en)) => Words::new(zh, en),
            Problem::Job(_) => Words::new("已中止,没有结果", "it was called off and has no result"),
            Problem::Scoring(_) => Words::new(
                "所给周期都不在办法的施行期之内,或比考核周期短",
                "none of the periods lies wholly inside `effective`, or one is shorter than the standard's own",
            ),
            Problem::Address => Words::new("这个地址下没有内容", "there is nothing at this address"),
            Problem::Absent(zh, en, name) => {
                Words::new(format!("没有{zh}「{name}」"), format!("there is no {en} `{name}`"))
            }
            Problem::NoRun { bundle, period } => Words::new(
                format!("「{bundle}」{period} 的考核结果尚未公布"),
                format!("no results of `{bundle}` for {period} have been released"),
            ),
            Problem::Method => Words::new("这个地址不接受该请求方法", "this address does not take the method"),
            Problem::Parameter { name, expected, expected_en } => {
                Words::new(format!("参数「{name}」:{expected}"), format!("parameter `{name}`: {expected_en}"))
            }
            Problem::Body(why) => Words::new(format!("内容无法读取:{why}"), format!("the body cannot be read: {why}")),
            Problem::Media(form) => Words::new(format!("内容应为 {form}"), format!("the body must be {form}")),
            Problem::Unauthorized => Words::new("此操作须持口令", "only the bearer of the token may do this"),
            Problem::WrongToken => Words::new("所给口令与系统的不符", "the token given is not the server's"),
            Problem::TokenOff => Words::new(
                "已建立账号,启动口令不再使用",
                "there are accounts now, and the token of the first steps is not used any more",
            ),
            Problem::Account(refusal) => Words::new(refusal.zh(), refusal.to_string()),
            Problem::CrossSite => Words::new(
                "这个请求不是从本系统的页面发出的,或页面已经过期",
                "this request was not sent from a page of this system, or the page is out of date",
            ),
            Problem::MustChangePassword => Words::new(
                "一次性密码或到期的密码,须修改后才能办理其他事项",
                "a one-time or expired password has to be changed before anything else",
            ),
            Problem::Forbidden(zh, en) => {
                Words::new(format!("此操作须有「{zh}」的权限"), format!("this takes the permission to {en}"))
            }
            Problem::OutOfScope(what) => Words::new(
                format!("「{what}」不属于您负责的部门或地区"),
                format!("`{what}` is not of the department or area that you are responsible for"),
            ),
            Problem::TooLarge(limit) => {
                let megabytes = limit / (1024 * 1024);
                Words::new(format!("内容超过 {megabytes} MB"), format!("the body is larger than {megabytes} MB"))
            }
            Problem::TooMany(most) => {
                Words::new(format!("一次最多 {most} 条"), format!("a push has at most {most} items"))
            }
            Problem::KeyReused(key) => Words::new(
                format!("推送编号「{key}」已用于另一次内容不同的推送"),
                format!("the key `{key}` was used for a push with other content"),
            ),
            Problem::Busy => Words::new("另一次核算正在进行", "another scoring is going on"),
            Problem::Timeout => Words::new(
                "处理时间过长,不再等待;已开始的入库或核算会继续做完",
                "the request took too long; what has begun to be stored or scored is done to its end",
            ),
            Problem::Status(status) => Words::new(
                format!("HTTP {}", status.as_u16()),
                status.canonical_reason().unwrap_or("the request was not accepted").to_owned(),
            ),
            Problem::View(_) | Problem::Internal(_) => Words::new("", ""),
        }
    }

    /// How to mend it; may be empty.
    pub fn help(&self) -> Words {
        if self.is_internal() {
            return Words::new("请把 instance 中的编号告诉管理员", "tell the operator the number in `instance`");
        }
        match self {
            Problem::Address => Words::new("全部接口见 /api/docs", "all operations are listed at /api/docs"),
            Problem::Method => Words::new("可用方法见响应头 Allow", "the header `Allow` names those that it takes"),
            Problem::Absent(..) | Problem::NoRun { .. } => {
                Words::new("核对名称;未公布的内容须持口令查看", "check the name; what is not released takes the token")
            }
            Problem::Unauthorized | Problem::WrongToken => Words::new(
                "在请求头中写 Authorization: Bearer 口令;口令在服务启动时显示,或由 LIUWU_TOKEN 设定",
                "send `Authorization: Bearer TOKEN`; the server shows the token at start, or takes it from LIUWU_TOKEN",
            ),
            Problem::TokenOff => Words::new(
                "请用账号登录,或请系统管理员发放接口密钥(liuwu key add);确需启用时以 --operator-key on 启动",
                "log in with an account, or ask the system administrator for a key (`liuwu key add`); `--operator-key on` switches it on",
            ),
            Problem::CrossSite => {
                Words::new("请回到原来的页面,刷新后再提交", "go back to the page, load it again and send it once more")
            }
            Problem::MustChangePassword => Words::new("请到「修改密码」页面修改", "change it at /account/password"),
            Problem::TooLarge(_) | Problem::TooMany(_) => Words::new("请分几次上报", "hand it in in parts"),
            Problem::KeyReused(_) => Words::new(
                "新的推送用新的编号;重发原推送须一字不改",
                "give a new push a new key; an old one is sent again byte for byte",
            ),
            Problem::Forbidden(..) | Problem::OutOfScope(_) => Words::new(
                "确需办理的,请联系系统管理员调整账号的角色或范围",
                "if it is your task, ask the system administrator to change your role or scope",
            ),
            Problem::Busy => Words::new("等它完成后再试", "try again when it is done"),
            Problem::Timeout => Words::new(
                "先查看批次和核算列表,再决定是否重试",
                "look at the lists of batches and runs before trying again",
            ),
            Problem::Faults(_) => Words::new(
                "逐处改正后重新上报;也可只收无误的行(accept_good_rows)",
                "mend each and hand it in again, or take the good rows alone (`accept_good_rows`)",
            ),
            _ => Words::new("", ""),
        }
    }

    fn faults(&self) -> &[Diagnostic] {
        match self {
            Problem::Scoring(ScoringError::Faults(faults)) | Problem::Faults(faults) => faults,
            _ => &[],
        }
    }

    /// The whole as JSON. `instance` is the number of the request.
    pub fn body(&self, instance: Option<String>) -> ProblemBody {
        let (status, code, ..) = self.heading();
        let (title, detail, help) = (self.title(), self.detail(), self.help());
        let faults = self.faults();
        let location = match faults {
            [only] if only.location != Location::Nowhere => Some(only.location.clone()),
            _ => None,
        };
        ProblemBody {
            kind: format!("urn:liuwu:problem:{code}"),
            title: title.zh,
            title_en: title.en,
            status: status.as_u16(),
            detail: detail.zh,
            detail_en: detail.en,
            code,
            help: help.zh,
            help_en: help.en,
            location,
            faults: faults.to_vec(),
            instance,
        }
    }

    /// The JSON face.
    pub fn answer(&self, instance: Option<String>) -> Response {
        let status = self.status();
        let body = serde_json::to_vec(&self.body(instance)).unwrap_or_default();
        let mut response = (status, [(CONTENT_TYPE, PROBLEM_JSON)], body).into_response();
        self.set_headers(&mut response);
        response
    }

    /// Seconds after which the same may be tried again.
    fn wait(&self) -> u64 {
        match self {
            Problem::Account(Refusal::TooOften(seconds)) => *seconds,
            Problem::Account(Refusal::Locked { minutes }) => u64::try_from(*minutes).unwrap_or(1).saturating_mul(60),
            _ => 1,
        }
    }

    /// The headers that go with the status.
    pub fn set_headers(&self, response: &mut Response) {
        let headers = response.headers_mut();
        match self.status() {
            StatusCode::UNAUTHORIZED => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            StatusCode::TOO_MANY_REQUESTS => {
                headers.insert(RETRY_AFTER, HeaderValue::from(self.wait()));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("30"));
            }
            StatusCode::METHOD_NOT_ALLOWED if !headers.contains_key(ALLOW) => {
                headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            }
            _ => {}
        }
    }
}

/// The JSON face without a number of the request, and the problem itself for the router, which knows the number and whether a
/// program or a person asked.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.answer(None);
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}
