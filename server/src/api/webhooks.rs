//! Webhooks: whom to tell about changes, and what came of it. Next: [`super::openapi`].

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::openapi::Problems;
use super::parameters::{Body, Path};
use crate::accounts::Caller;
use crate::audit::{Action, Note, Subject};
use crate::error::Problem;
use crate::state::App;
use crate::webhooks::outbox::{self, Try};
use crate::webhooks::{self, Event, Occasion, Subscription, host_of, signature};

/// Tries shown.
const SHOWN: usize = 200;

/// 推送登记。 · An address to be told.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookForm {
    /// 网址,主机须经运维人员许可 · Where messages go; its host must be one that the operator allows.
    #[schema(example = "http://hub.example:8000/liuwu")]
    url: String,
    /// 推送哪些事 · Of what; everything when left out.
    #[serde(default)]
    events: Vec<Event>,
    /// 何时推送 · When: as results are released, or as soon as a run comes into force.
    #[serde(default)]
    occasion: Occasion,
}

/// 推送登记。 · An address that is told.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookBody {
    /// 编号 · Its number.
    #[schema(example = 1)]
    pub webhook: u64,
    /// 网址 · Where messages go.
    pub url: String,
    /// 推送哪些事 · Of what.
    pub events: Vec<Event>,
    /// 何时推送 · When.
    pub occasion: Occasion,
    /// 签名密钥,只在登记时给出一次 · With what messages are signed; given once, when it is registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// 登记人 · Who registered it.
    pub by: String,
    /// 登记时间 · When it was registered.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// 自何时起送不到 · Since when nothing has been taken there.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub failing_since: Option<Timestamp>,
    /// 自何时起停送 · Since when nothing is sent there.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub stopped: Option<Timestamp>,
    /// 待送条数 · Messages that wait.
    pub waiting: usize,
}

impl WebhookBody {
    fn of(subscription: Subscription, secret: Option<String>, waiting: usize) -> WebhookBody {
        let Subscription { id, url, events, occasion, by, at, failing_since, stopped, .. } = subscription;
        WebhookBody { webhook: id, url, events, occasion, secret, by, at, failing_since, stopped, waiting }
    }
}

/// 全部推送登记。 · Everybody who is told.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookList {
    /// 登记 · By number.
    pub items: Vec<WebhookBody>,
}

/// 一次投递。 · A try to deliver a message.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryBody {
    /// 消息编号 · The message.
    pub message: String,
    /// 推送的事 · Of what.
    pub event: Event,
    /// 第几次 · The how-manieth try.
    pub number: u32,
    /// 时间 · When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// 答复的状态 · The status that was answered.
    pub status: Option<u16>,
    /// 失败原因;送到的为 null · Why it failed; null when it arrived.
    pub failure: Option<String>,
}

/// 投递记录。 · Tries to deliver.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryList {
    /// 新的在前 · Newest first.
    pub items: Vec<DeliveryBody>,
}

impl From<Try> for DeliveryBody {
    fn from(tried: Try) -> DeliveryBody {
        let Try { message, event, number, at, status, failure, .. } = tried;
        DeliveryBody { message, event, number, at, status, failure }
    }
}

fn number(text: &str) -> Result<u64, Problem> {
    text.parse().map_err(|_| Problem::parameter("webhook", "应为编号", "a number belongs here"))
}

/// 推送登记一览
///
/// Everybody who is told about changes, with what waits for them.
#[utoipa::path(
    get, path = "/api/v1/webhooks", tag = "webhooks", operation_id = "list_webhooks", security(("token" = [])),
    responses((status = 200, description = "全部登记 · Everybody", body = WebhookList), Problems),
)]
pub async fn list(State(app): State<App>) -> Result<Json<WebhookList>, Problem> {
    app.blocking(|app| {
        let waiting = outbox::waiting(app.store())?;
        let items = webhooks::all(app.store())?.into_iter().map(|subscription| {
            let own = waiting.iter().filter(|message| message.subscription == subscription.id).count();
            WebhookBody::of(subscription, None, own)
        });
        Ok(Json(WebhookList { items: items.collect() }))
    })
    .await
}

/// 登记推送
///
/// Registers an address. The answer has the secret with which messages are signed; it is not shown again. Messages carry
/// `webhook-id`, `webhook-timestamp` and `webhook-signature`, and are tried again until they are taken with a 2xx.
#[utoipa::path(
    post, path = "/api/v1/webhooks", tag = "webhooks", operation_id = "create_webhook", security(("token" = [])),
    request_body = WebhookForm,
    responses((status = 201, description = "已登记 · Registered", body = WebhookBody), Problems),
)]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(form): Body<WebhookForm>,
) -> Result<(StatusCode, Json<WebhookBody>), Problem> {
    host_of(&form.url, &app.config().webhook_host)?;
    let secret = signature::new_secret().map_err(|error| Problem::Internal(error.to_string()))?;
    app.blocking(move |app| {
        let mut subscription = Subscription {
            id: 0,
            url: form.url,
            secret: secret.clone(),
            events: if form.events.is_empty() { Event::ALL.to_vec() } else { form.events },
            occasion: form.occasion,
            by: caller.name(),
            at: app.clock(),
            failing_since: None,
            stopped: None,
        };
        subscription.id = webhooks::register(app.store(), subscription.clone())?;
        app.audit().note(Note::done(&caller, Action::Set, Subject::of("webhook", subscription.id)))?;
        Ok((StatusCode::CREATED, Json(WebhookBody::of(subscription, Some(secret), 0))))
    })
    .await
}

/// 注销推送
///
/// Strikes an address off, with all that was still to be told there.
#[utoipa::path(
    delete, path = "/api/v1/webhooks/{webhook}", tag = "webhooks", operation_id = "delete_webhook",
    params(("webhook" = u64, Path, description = "编号 · Its number")), security(("token" = [])),
    responses((status = 204, description = "已注销 · Struck off"), Problems),
)]
pub async fn remove(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let id = number(&id)?;
    app.blocking(move |app| {
        webhooks::find(app.store(), id)?;
        webhooks::strike_off(app.store(), id)?;
        app.audit().note(Note::done(&caller, Action::Set, Subject::of("webhook", id)))?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// 恢复推送
///
/// Sends there again after it was stopped, and tries everything that waits at once.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{webhook}/resume", tag = "webhooks", operation_id = "resume_webhook",
    params(("webhook" = u64, Path, description = "编号 · Its number")), security(("token" = [])),
    responses((status = 200, description = "已恢复 · Resumed", body = WebhookBody), Problems),
)]
pub async fn resume(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<WebhookBody>, Problem> {
    let id = number(&id)?;
    app.blocking(move |app| {
        let subscription = Subscription { stopped: None, failing_since: None, ..webhooks::find(app.store(), id)? };
        webhooks::update(app.store(), &subscription)?;
        outbox::hasten(app.store(), id, app.clock())?;
        app.audit().note(Note::done(&caller, Action::Set, Subject::of("webhook", id)))?;
        let waiting = outbox::waiting(app.store())?.iter().filter(|message| message.subscription == id).count();
        Ok(Json(WebhookBody::of(subscription, None, waiting)))
    })
    .await
}

/// 投递记录
///
/// What came of the last tries to deliver there. Tries are kept for 30 days.
#[utoipa::path(
    get, path = "/api/v1/webhooks/{webhook}/deliveries", tag = "webhooks", operation_id = "list_deliveries",
    params(("webhook" = u64, Path, description = "编号 · Its number")), security(("token" = [])),
    responses((status = 200, description = "投递记录 · Tries", body = DeliveryList), Problems),
)]
pub async fn deliveries(State(app): State<App>, Path(id): Path<String>) -> Result<Json<DeliveryList>, Problem> {
    let id = number(&id)?;
    app.blocking(move |app| {
        webhooks::find(app.store(), id)?;
        let own = outbox::tried(app.store())?.into_iter().rev().filter(|tried| tried.subscription == id);
        Ok(Json(DeliveryList { items: own.take(SHOWN).map(DeliveryBody::from).collect() }))
    })
    .await
}
