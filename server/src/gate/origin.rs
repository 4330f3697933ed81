//! Whether a request that changes something comes from a page of ours.
//!
//! Enters: a request. Leaves: the same, or [`Problem::CrossSite`]. Whoever is logged in could be made by a page of another site to
//! send a form of theirs; so the browser must not say that it comes from elsewhere, and a form of a session carries what only
//! our pages know: in the field `csrf`, in the header `X-CSRF-Token`, or, where the body is no plain form, in the address. Requests with
//! a key cannot be made by another site. Next: [`crate::pages`].

use std::error::Error;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN};

use http_body_util::LengthLimitError;

use super::is_safe;
use crate::accounts::Caller;
use crate::accounts::password::same;
use crate::error::Problem;
use crate::state::App;

/// The field of a form and of an address.
const FIELD: &str = "csrf=";
/// The header that scripts send.
const HEADER: &str = "x-csrf-token";
/// What the browser says about where a request comes from.
const FETCH_SITE: &str = "sec-fetch-site";

/// Lets a request on unless another site made it.
///
/// # Errors
/// [`Problem::CrossSite`], [`Problem::TooLarge`], [`Problem::Body`].
pub async fn check(app: &App, caller: &Caller, request: Request) -> Result<Request, Problem> {
    if is_safe(request.method()) || request.headers().contains_key(AUTHORIZATION) {
        return Ok(request);
    }
    if comes_from_elsewhere(request.headers(), app.config().public_url.as_deref()) {
        return Err(Problem::CrossSite);
    }
    let Some(token) = caller.csrf() else { return Ok(request) };
    let header = request.headers().get(HEADER).map(|value| value.as_bytes().to_vec());
    let in_address = request.uri().query().and_then(|query| field(query.as_bytes())).map(<[u8]>::to_vec);
    if let Some(given) = header.or(in_address) {
        return if same(&given, token.as_bytes()) { Ok(request) } else { Err(Problem::CrossSite) };
    }
    if !is_plain_form(request.headers()) {
        return Err(Problem::CrossSite);
    }
    let limit = app.config().body_limit();
    let (parts, body) = request.into_parts();
    let bytes: Bytes = to_bytes(body, limit).await.map_err(|error| unread(&error, limit))?;
    let fits = field(&bytes).is_some_and(|given| same(given, token.as_bytes()));
    if fits { Ok(Request::from_parts(parts, Body::from(bytes))) } else { Err(Problem::CrossSite) }
}

/// Why a form was not read to its end: it is too large, or it did not come whole.
fn unread(error: &axum::Error, limit: usize) -> Problem {
    match error.source().is_some_and(|source| source.is::<LengthLimitError>()) {
        true => Problem::TooLarge(limit),
        false => Problem::Body(error.to_string()),
    }
}

/// Whether the browser says that a page of another site asks. Programs that are no browsers say nothing.
fn comes_from_elsewhere(headers: &HeaderMap, public_url: Option<&str>) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("null").to_owned());
    if let Some(site) = text(FETCH_SITE) {
        return !["same-origin", "none"].contains(&site.as_str());
    }
    let Some(origin) = text(ORIGIN.as_str()) else { return false };
    let host = text(HOST.as_str()).unwrap_or_default();
    let is_own = |base: &str| origin.eq_ignore_ascii_case(base.trim_end_matches('/'));
    !(public_url.is_some_and(is_own) || is_own(&format!("http://{host}")) || is_own(&format!("https://{host}")))
}

fn is_plain_form(headers: &HeaderMap) -> bool {
    let media = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    media.split(';').next().is_some_and(|media| media.trim() == "application/x-www-form-urlencoded")
}

/// The value of the field. It is made of digits, which are never escaped.
fn field(form: &[u8]) -> Option<&[u8]> {
    form.split(|byte| *byte == b'&').find_map(|pair| pair.strip_prefix(FIELD.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use axum::body::HttpBody;

    use super::*;

    fn elsewhere(pairs: &[(&'static str, &str)], public_url: Option<&str>) -> bool {
        let headers = pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        comes_from_elsewhere(&HeaderMap::from_iter(headers), public_url)
    }

    #[test]
    fn the_browser_is_believed_when_it_names_another_site() {
        for site in ["cross-site", "same-site", "nonsense"] {
            assert!(elsewhere(&[("sec-fetch-site", site)], None), "{site}");
        }
        for site in ["same-origin", "none"] {
            assert!(!elsewhere(&[("sec-fetch-site", site)], None), "{site}");
        }
    }

    #[test]
    fn an_older_browser_is_known_by_the_origin() {
        let host = ("host", "pingan.example.cn");
        assert!(!elsewhere(&[host, ("origin", "https://pingan.example.cn")], None));
        assert!(elsewhere(&[host, ("origin", "https://evil.example")], None));
        assert!(elsewhere(&[host, ("origin", "null")], None));
        assert!(!elsewhere(&[("host", "127.0.0.1:8080"), ("origin", "https://a.cn")], Some("https://a.cn/")));
        assert!(!elsewhere(&[host], None), "a program that is no browser");
    }

    /// The body of a request whose connection breaks.
    struct Broken;

    impl HttpBody for Broken {
        type Data = Bytes;
        type Error = std::io::Error;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, std::io::Error>>> {
            Poll::Ready(Some(Err(std::io::Error::other("the connection broke"))))
        }
    }

    #[tokio::test]
    async fn a_form_that_breaks_off_is_not_called_too_large() {
        let error = to_bytes(Body::new(Broken), 1_000).await.unwrap_err();
        assert!(matches!(unread(&error, 1_000), Problem::Body(_)));
        let error = to_bytes(Body::from("name=a"), 3).await.unwrap_err();
        assert!(matches!(unread(&error, 3), Problem::TooLarge(3)));
    }

    #[test]
    fn the_field_is_found_wherever_it_stands() {
        assert_eq!(field(b"csrf=0123&name=a"), Some(b"0123".as_slice()));
        assert_eq!(field(b"name=a&csrf=0123"), Some(b"0123".as_slice()));
        assert_eq!(field(b"xcsrf=0123"), None);
    }
}
