//! Webhooks: other systems are told when scores change and when something enters or leaves a list.
//!
//! Enters: runs as they come into force or are released. Leaves: signed messages to the addresses that an operator registered,
//! on hosts that the operator allowed, and to no others. What is still to be told stands in the store ([`outbox`]), so that
//! nothing is lost by a restart. Reading order: this file, [`roll`] (who is told), [`notices`] (of what), [`outbox`], [`signature`],
//! [`post`], [`courier`] (when, and how often it is tried), [`registry`] (whom, and who says so). Next: [`crate::pages`].

pub mod roll;
pub mod notices;
pub mod outbox;
pub mod signature;
pub mod post;
pub mod courier;
pub mod registry;

use axum::http::Uri;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::Problem;
use crate::store::StoreError;

pub use roll::{all, find};

/// What can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum Event {
    /// 得分或等次变化 · The score or the rating of units has changed.
    #[serde(rename = "score.changed")]
    ScoreChanged,
    /// 列入清单 · Something has entered a list.
    #[serde(rename = "list.entered")]
    ListEntered,
    /// 移出清单、销号 · Something has left a list, or was closed out.
    #[serde(rename = "list.left")]
    ListLeft,
    /// 报送到期提醒 · Something is due to be handed in.
    #[serde(rename = "report.due")]
    ReportDue,
    /// 停送期间有变化未推送,应重新读取 · Changes were not told while nothing was sent: read the results anew.
    #[serde(rename = "results.missed")]
    ResultsMissed,
    /// 试送 · Nothing: somebody wants to see whether messages arrive.
    #[serde(rename = "ping")]
    Ping,
}

impl Event {
    /// Every event that somebody can ask to be told of; the others are told where they belong.
    pub const ALL: [Event; 4] = [Event::ScoreChanged, Event::ListEntered, Event::ListLeft, Event::ReportDue];

    /// The name in messages.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Event::ScoreChanged => "score.changed",
            Event::ListEntered => "list.entered",
            Event::ListLeft => "list.left",
            Event::ReportDue => "report.due",
            Event::ResultsMissed => "results.missed",
            Event::Ping => "ping",
        }
    }

    /// The event of a name in messages.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Event> {
        Event::ALL.into_iter().find(|event| event.key() == key)
    }
}

/// When results count as new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// 公布、撤回公布时 · When they are released to the public, or taken back from it.
    #[default]
    Released,
    /// 核算后 · When a run comes into force, before anything is public.
    InForce,
}

/// Somebody to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Its number.
    pub id: u64,
    /// Where messages go: `http://host:port/path`.
    pub url: String,
    /// With what they are signed.
    pub secret: String,
    /// Of what.
    pub events: Vec<Event>,
    /// When.
    pub occasion: Occasion,
    /// Who registered it.
    pub by: String,
    /// When it was registered.
    pub at: Timestamp,
    /// Since when nothing has been taken there; none: the last message was.
    pub failing_since: Option<Timestamp>,
    /// Nothing is sent any more, until it is resumed: since when.
    pub stopped: Option<Timestamp>,
}

impl Subscription {
    /// Whether it is told of an event now: it asked for it, and is not stopped. What it misses meanwhile is not kept for it, or a
    /// receiver that has gone for good would fill the store.
    fn is_told(&self, event: Event) -> bool {
        self.stopped.is_none() && self.events.contains(&event)
    }
}

/// The host, with its port if one is named, of an address that messages may go to.
///
/// # Errors
/// [`Problem::Parameter`]: it is no such address, or its host is not among the allowed.
pub fn host_of(url: &str, allowed: &[String]) -> Result<String, Problem> {
    let wrong = |zh: &str, en: &str| Problem::parameter("url", zh, en);
    let uri: Uri = url.parse().map_err(|_| wrong("不是网址", "this is no URL"))?;
    if uri.scheme_str() != Some("http") {
        return Err(wrong(
            "应以 http:// 开头;需要加密的,指向本单位的代理",
            "it begins with `http://`; where it must be encrypted, name a proxy of your own",
        ));
    }
    let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'));
    let authority = authority.ok_or_else(|| wrong("缺少主机名,或带有账号", "it has no host, or names an account"))?;
    let is_allowed =
        |host: &String| *host == authority.as_str() || (authority.port().is_none() && *host == authority.host());
    if allowed.iter().any(is_allowed) {
        return Ok(authority.to_string());
    }
    Err(Problem::parameter(
        "url",
        format!("主机「{authority}」未经许可;由运维人员用 --webhook-host 加入"),
        format!("the host `{authority}` is not allowed; the operator adds it with `--webhook-host`"),
    ))
}

fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(value).map_err(|error| StoreError::Io(error.to_string()))
}

/// What [`encode`] wrote; none of other bytes.
fn decode<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    serde_json::from_slice(body).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hosts_that_the_operator_allowed_are_written_to() {
        let allowed = ["hub.example:8000".to_owned(), "10.1.2.3".to_owned()];
        assert_eq!(host_of("http://hub.example:8000/in", &allowed).unwrap(), "hub.example:8000");
        assert_eq!(host_of("http://10.1.2.3/in?a=b", &allowed).unwrap(), "10.1.2.3");
        for refused in [
            "http://hub.example/in",
            "http://hub.example:9000/in",
            "http://10.1.2.3:81/",
            "http://hub.example:8000@evil.example/",
            "https://10.1.2.3/",
            "file:///etc/passwd",
            "10.1.2.3",
            "",
            // Ways to write an address so that it looks like another one, and places that a server must not be made to ask.
            "http://167838211/",
            "http://0x0a010203/",
            "http://[::ffff:10.1.2.3]/",
            "http://10.1.2.3.evil.example/",
            "http://10.1.2.3%2eevil.example/",
            "http://127.0.0.1/",
            "http://localhost:8080/api/v1/runs",
            "http://169.254.169.254/latest/meta-data",
            "http://10.1.2.3@127.0.0.1/",
            "gopher://10.1.2.3/",
            "HTTP://evil.example/",
            "//10.1.2.3/",
            "http:///in",
            "http://10.1.2.3 /",
            "http://10.1.2.3\r\nHost: evil.example/",
        ] {
            assert!(host_of(refused, &allowed).is_err(), "{refused}");
        }
        assert!(host_of("http://10.1.2.3/", &[]).is_err());
    }
}
