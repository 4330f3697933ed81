//! Other systems that are told of changes: the list, the form for a new one, and one of them with its last deliveries.
//!
//! Enters: forms of whoever runs the service. Leaves: pages; what is changed goes through [`crate::webhooks::registry`]. Next:
//! [`super::security`].

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::fields::{Fields, moment};
use crate::error::Problem;
use crate::pages::frame::{Frame, Section};
use crate::pages::links;
use crate::pages::visit::{Rendered, Visit};
use crate::pages::words::Language;
use crate::state::App;
use crate::webhooks::outbox::{self, Try};
use crate::webhooks::registry::{Registry, Wish};
use crate::webhooks::{self, Event, Occasion, Subscription};

/// Deliveries shown.
const SHOWN: usize = 50;

/// Everybody who is told.
#[derive(Debug, Template)]
#[template(path = "webhooks.html")]
pub struct WebhooksPage {
    /// What stands around it.
    pub frame: Frame,
    /// What was wrong.
    pub refusal: Option<String>,
    /// The secret of a new one; shown once.
    pub made: Option<String>,
    /// All of them.
    pub webhooks: Vec<WebhookLine>,
    /// The hosts that the operator allows.
    pub hosts: Vec<String>,
    /// What was typed as the address.
    pub url: String,
    /// What can be told: key, words, whether it is ticked.
    pub events: Vec<(&'static str, String, bool)>,
}

/// One of them in the list.
#[derive(Debug)]
pub struct WebhookLine {
    /// Its number.
    pub id: u64,
    /// Where messages go.
    pub url: String,
    /// Of what, in words.
    pub events: Vec<String>,
    /// The key of the words for when.
    pub occasion: &'static str,
    /// The key of the words of its state.
    pub state: &'static str,
    /// The class of the chip that shows it.
    pub class: &'static str,
    /// Since when it is in that state; empty when it works.
    pub since: String,
    /// Messages that wait.
    pub waiting: usize,
    /// Whether sending is paused.
    pub is_paused: bool,
}

/// One of them with what came of the last messages.
#[derive(Debug, Template)]
#[template(path = "webhook.html")]
pub struct WebhookPage {
    /// What stands around it.
    pub frame: Frame,
    /// Which one.
    pub webhook: WebhookLine,
    /// Who registered it, and when.
    pub registered: (String, String),
    /// The last tries, newest first.
    pub deliveries: Vec<DeliveryLine>,
}

/// A try.
#[derive(Debug)]
pub struct DeliveryLine {
    /// When.
    pub at: String,
    /// Of what, in words.
    pub event: String,
    /// The number of the message.
    pub message: String,
    /// The how-manieth try.
    pub number: u32,
    /// Why it failed, in the reader's language; none: it arrived.
    pub failure: Option<String>,
}

fn words(event: Event, frame: &Frame) -> String {
    let key = match event {
        Event::ScoreChanged => "webhook-score-changed",
        Event::ListEntered => "webhook-list-entered",
        Event::ListLeft => "webhook-list-left",
        Event::ReportDue => "webhook-report-due",
        Event::ResultsMissed => "webhook-results-missed",
        Event::Ping => "webhook-ping",
    };
    frame.say(key).to_string()
}

impl WebhookLine {
    /// Its page.
    fn link(&self) -> String {
        links::webhook(self.id)
    }

    fn of(subscription: &Subscription, waiting: usize, frame: &Frame) -> WebhookLine {
        let (state, class, since) = match (subscription.stopped, subscription.failing_since) {
            (Some(since), _) => ("webhook-paused", "not-applicable", moment(since)),
            (None, Some(since)) => ("webhook-failing", "not-met", moment(since)),
            (None, None) => ("webhook-works", "met", String::new()),
        };
        WebhookLine {
            id: subscription.id,
            url: subscription.url.clone(),
            events: subscription.events.iter().map(|event| words(*event, frame)).collect(),
            occasion: match subscription.occasion {
                Occasion::Released => "webhook-when-released",
                Occasion::InForce => "webhook-when-in-force",
            },
            state,
            class,
            since,
            waiting,
            is_paused: subscription.stopped.is_some(),
        }
    }
}

impl DeliveryLine {
    /// Failures are kept in both languages with a stroke between.
    fn of(tried: Try, frame: &Frame) -> DeliveryLine {
        let said = tried.failure.map(|failure| match (failure.split_once(" / "), frame.language) {
            (Some((zh, _)), Language::Chinese) => zh.to_owned(),
            (Some((_, en)), Language::English) => en.to_owned(),
            (None, _) => failure,
        });
        DeliveryLine {
            at: moment(tried.at),
            event: words(tried.event, frame),
            message: tried.message,
            number: tried.number,
            failure: said,
        }
    }
}

fn page(app: &App, visit: &Visit) -> Result<WebhooksPage, Problem> {
    let frame = visit.internal_frame(app, Section::Webhooks);
    let waiting = outbox::waiting(app.store())?;
    let line = |subscription: &Subscription| {
        let own = waiting.iter().filter(|message| message.subscription == subscription.id).count();
        WebhookLine::of(subscription, own, &frame)
    };
    Ok(WebhooksPage {
        refusal: None,
        made: None,
        webhooks: webhooks::all(app.store())?.iter().map(line).collect(),
        hosts: app.config().webhook_host.clone(),
        url: String::new(),
        events: Event::ALL.into_iter().map(|event| (event.key(), words(event, &frame), true)).collect(),
        frame,
    })
}

/// Serves `GET /admin/webhooks`.
///
/// # Errors
/// The store's.
pub async fn list(State(app): State<App>, visit: Visit) -> Result<Response, Problem> {
    app.blocking(move |app| Ok(Rendered(page(app, &visit)?).into_response())).await
}

/// Serves `POST /admin/webhooks`.
///
/// # Errors
/// The store's.
pub async fn register(State(app): State<App>, visit: Visit, fields: Fields) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let ticked: Vec<Event> = fields.all("event").filter_map(Event::from_key).collect();
        let occasion = if fields.one("occasion") == "in_force" { Occasion::InForce } else { Occasion::Released };
        let wish = Wish { url: fields.one("url").to_owned(), events: ticked.clone(), occasion };
        let made = app.webhooks(visit.caller()).register(wish);
        let page = page(app, &visit)?;
        match made {
            Ok(subscription) => Ok(Rendered(WebhooksPage { made: Some(subscription.secret), ..page }).into_response()),
            Err(problem @ (Problem::Parameter { .. } | Problem::TooMany(_))) => {
                let said = problem.detail();
                let is_chinese = page.frame.language == Language::Chinese;
                let refusal = Some(if is_chinese { said.zh } else { said.en });
                let ticks = page.events.into_iter().map(|(key, words, _)| {
                    let is_ticked = ticked.iter().any(|event| event.key() == key);
                    (key, words, is_ticked)
                });
                let events = ticks.collect();
                let page = WebhooksPage { refusal, url: fields.one("url").to_owned(), events, ..page };
                Ok((StatusCode::UNPROCESSABLE_ENTITY, Rendered(page)).into_response())
            }
            Err(problem) => Err(problem),
        }
    })
    .await
}

/// Serves `GET /admin/webhooks/{webhook}`.
///
/// # Errors
/// [`Problem::Absent`]; the store's.
pub async fn show(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Result<Response, Problem> {
    let id = number(&id)?;
    app.blocking(move |app| {
        let frame = visit.internal_frame(app, Section::Webhooks);
        let subscription = webhooks::find(app.store(), id)?;
        let waiting = outbox::waiting(app.store())?.iter().filter(|message| message.subscription == id).count();
        let own = outbox::tried(app.store())?.into_iter().rev().filter(|tried| tried.subscription == id);
        Ok(Rendered(WebhookPage {
            webhook: WebhookLine::of(&subscription, waiting, &frame),
            registered: (subscription.by.clone(), moment(subscription.at)),
            deliveries: own.take(SHOWN).map(|tried| DeliveryLine::of(tried, &frame)).collect(),
            frame,
        })
        .into_response())
    })
    .await
}

/// Serves `POST /admin/webhooks/{webhook}/ping`: sends a message at once; what came of it stands first on the page.
///
/// # Errors
/// [`Problem::Absent`]; the store's.
pub async fn ping(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Result<Redirect, Problem> {
    let id = number(&id)?;
    app.ping_webhook(visit.caller().clone(), id).await?;
    Ok(Redirect::to(&links::webhook(id)))
}

/// Serves `POST /admin/webhooks/{webhook}/pause`.
///
/// # Errors
/// [`Problem::Absent`]; the store's.
pub async fn pause(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Result<Redirect, Problem> {
    let id = change(app, visit, &id, |registry, id| registry.pause(id).map(drop)).await?;
    Ok(Redirect::to(&links::webhook(id)))
}

/// Serves `POST /admin/webhooks/{webhook}/resume`.
///
/// # Errors
/// [`Problem::Absent`]; the store's.
pub async fn resume(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Result<Redirect, Problem> {
    let id = change(app, visit, &id, |registry, id| registry.resume(id).map(drop)).await?;
    Ok(Redirect::to(&links::webhook(id)))
}

/// Serves `POST /admin/webhooks/{webhook}/remove`.
///
/// # Errors
/// [`Problem::Absent`]; the store's.
pub async fn remove(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Result<Redirect, Problem> {
    change(app, visit, &id, |registry, id| registry.strike_off(id)).await?;
    Ok(Redirect::to(links::WEBHOOKS))
}

async fn change(
    app: App,
    visit: Visit,
    id: &str,
    act: impl FnOnce(&Registry<'_>, u64) -> Result<(), Problem> + Send + 'static,
) -> Result<u64, Problem> {
    let id = number(id)?;
    app.blocking(move |app| act(&app.webhooks(visit.caller()), id)).await?;
    Ok(id)
}

fn number(text: &str) -> Result<u64, Problem> {
    text.parse().map_err(|_| Problem::Absent("推送登记", "webhook", text.to_owned()))
}
