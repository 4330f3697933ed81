//! One visit to a page: who reads it in which language, whether a whole page or a part of it is asked for, and how it is
//! answered.
//!
//! Enters: a request. Leaves: a [`Visit`], which makes the [`Frame`] of any page; a page goes out as [`Rendered`]. Next:
//! [`place`](super::place).

use std::convert::Infallible;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::{COOKIE, HOST, HeaderName, VARY};
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response};
use jiff::tz::Offset;

use super::frame::{Frame, Mark, Section, TextSize};
use super::seat::Seat;
use super::words::Language;
use crate::accounts::Caller;
use crate::config::Config;
use crate::error::Problem;
use crate::state::App;

/// The cookie of the reader's language.
pub(super) const LANGUAGE_COOKIE: &str = "lang";
/// The cookie of the reader's text size.
pub(super) const SIZE_COOKIE: &str = "size";

/// What htmx sends when it asks for a part of a page.
const HX_REQUEST: HeaderName = HeaderName::from_static("hx-request");
/// What htmx sends when it asks for the whole page again, after going back in the history.
const HX_RESTORE: HeaderName = HeaderName::from_static("hx-history-restore-request");

/// One visit to a page.
#[derive(Debug, Clone)]
pub struct Visit {
    address: String,
    headers: HeaderMap,
    caller: Caller,
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Visit, Infallible> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let address = parts.uri.path_and_query().map_or("/", |address| address.as_str()).to_owned();
        Ok(Visit { address, headers: parts.headers.clone(), caller })
    }
}

impl Visit {
    /// What stands around the page, as far as the request tells.
    #[must_use]
    pub fn frame(&self, app: &App, section: Section) -> Frame {
        let plays_on = (!app.config().behind.is_zero()).then(|| app.today());
        Frame { section, seat: Seat::of(&self.caller), plays_on, ..frame(app.config(), &self.headers, &self.address) }
    }

    /// The same around a page for staff: marked as internal, with account and time faintly across it.
    #[must_use]
    pub fn internal_frame(&self, app: &App, section: Section) -> Frame {
        let now = Offset::constant(8).to_datetime(app.clock()).strftime("%Y-%m-%d %H:%M");
        let watermark = format!("{} · {now}", self.caller.name());
        Frame { mark: Mark::Internal { watermark }, ..self.frame(app, section) }
    }

    /// Who visits.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Whether only a part of the page is asked for.
    #[must_use]
    pub fn wants_a_part(&self) -> bool {
        self.headers.contains_key(HX_REQUEST) && !self.headers.contains_key(HX_RESTORE)
    }

    /// The address under which a reader elsewhere finds a path: on the operator's host, or on the one this visit came to.
    #[must_use]
    pub fn from_outside(&self, app: &App, path: &str) -> String {
        if let Some(base) = &app.config().public_url {
            return format!("{}{path}", base.trim_end_matches('/'));
        }
        let host = self.headers.get(HOST).and_then(|host| host.to_str().ok()).filter(|host| is_host(host));
        host.map_or_else(|| path.to_owned(), |host| format!("http://{host}{path}"))
    }
}

/// Whether a text can be a host with its port, and nothing else.
fn is_host(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
}

/// What stands around a page without results, as far as the request tells: language and text size.
#[must_use]
pub fn frame(config: &Config, headers: &HeaderMap, address: &str) -> Frame {
    let cookie = |name: &str| {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
    };
    // Chinese unless the reader chose otherwise: a standard's own words are Chinese, whatever a borrowed browser asks for.
    let chosen = cookie(LANGUAGE_COOKIE).and_then(|tag| Language::from_tag(&tag));
    Frame {
        language: chosen.unwrap_or_default(),
        text_size: cookie(SIZE_COOKIE).and_then(|key| TextSize::from_key(&key)).unwrap_or_default(),
        office: config.office.clone(),
        mark: Mark::Public,
        seat: None,
        run: None,
        as_of: None,
        sample: config.sample,
        plays_on: None,
        section: Section::Elsewhere,
        address: address.to_owned(),
    }
}

/// A page, or a part of one, on its way out.
#[derive(Debug)]
pub struct Rendered<T>(pub T);

impl<T: Template> IntoResponse for Rendered<T> {
    fn into_response(self) -> Response {
        match self.0.render() {
            // The same address answers with a whole page or with a part of it.
            Ok(html) => ([(VARY, "HX-Request, Cookie")], Html(html)).into_response(),
            Err(error) => Problem::Internal(format!("a page was not written: {error}")).into_response(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    fn visit(pairs: &[(HeaderName, &str)]) -> Visit {
        Visit { address: "/city".into(), headers: headers(pairs), caller: Caller::public(None) }
    }

    #[test]
    fn pages_are_chinese_unless_the_reader_chose_english() {
        let language = |pairs: &[(HeaderName, &str)]| frame(&Config::default(), &headers(pairs), "/").language;
        assert_eq!(language(&[]), Language::Chinese);
        assert_eq!(language(&[(COOKIE, "size=large; lang=en")]), Language::English);
        assert_eq!(language(&[(COOKIE, "lang=fr")]), Language::Chinese);
    }

    #[test]
    fn going_back_asks_for_the_whole_page() {
        assert!(visit(&[(HX_REQUEST, "true")]).wants_a_part());
        assert!(!visit(&[(HX_REQUEST, "true"), (HX_RESTORE, "true")]).wants_a_part());
        assert!(!visit(&[]).wants_a_part());
    }

    #[test]
    fn a_host_is_nothing_but_a_host() {
        assert!(is_host("127.0.0.1:8080") && is_host("[::1]:80") && is_host("pingan.example.cn"));
        assert!(!is_host("a/b") && !is_host("a b") && !is_host("") && !is_host("a@b"));
    }
}
