//! The public is answered with what is kept.
//!
//! Enters: a request with its [`Caller`]. Leaves: the answer kept for the same request, or what a handler makes of it, which is
//! kept when it is [`Lasting`](crate::prepared::Lasting). Whoever is known by a login, a key or the token, and whoever sends a cookie,
//! is always answered anew, and nothing of that is kept. Kept are the bytes as they go out, so this stands outside compression
//! and inside [`crate::gate`].

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_LENGTH, COOKIE, HOST, HeaderName, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::accounts::Caller;
use crate::error::Problem;
use crate::prepared::{IsLasting, Kept};
use crate::state::App;

/// The headers, beside the form of compression, by which answers to one address differ.
const TOLD_APART_BY: [HeaderName; 4] =
    [ACCEPT, HOST, HeaderName::from_static("hx-request"), HeaderName::from_static("hx-history-restore-request")];

/// Answers from what is kept, or lets a handler answer and keeps what lasts.
pub(super) async fn answer(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let is_public = request.extensions().get::<Caller>().is_some_and(|caller| !caller.is_known());
    if request.method() != Method::GET || !is_public || request.headers().contains_key(COOKIE) {
        return next.run(request).await;
    }
    let compressed = takes_gzip(request.headers());
    let encoding = HeaderValue::from_static(if compressed { "gzip" } else { "identity" });
    request.headers_mut().insert(ACCEPT_ENCODING, encoding);
    let mark = (app.store().generation(), app.today());
    let key = key_of(&request);
    if let Some(kept) = app.prepared().find(&key, mark) {
        return kept.answer(request.headers());
    }
    let response = next.run(request).await;
    let lasts = response.extensions().get::<IsLasting>().is_some() && !response.headers().contains_key(SET_COOKIE);
    if response.status() != StatusCode::OK || !lasts {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let body = match to_bytes(body, usize::MAX).await {
        Ok(body) => body,
        Err(error) => return Problem::Internal(error.to_string()).into_response(),
    };
    // The bytes may have been compressed since their length was told.
    parts.headers.remove(CONTENT_LENGTH);
    app.prepared().keep(key, Kept { mark, headers: parts.headers.clone(), body: body.clone() });
    Response::from_parts(parts, Body::from(body))
}

/// Whether a client takes what is compressed: answers are kept in two forms.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|one| {
        let (name, quality) = one.split_once(';').unwrap_or((one, ""));
        let refused = matches!(quality.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000");
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

/// All of a request that its answer depends on, each part after its length.
fn key_of(request: &Request) -> Vec<u8> {
    let mut key = Vec::with_capacity(256);
    let mut add = |part: &[u8]| {
        key.extend_from_slice(&part.len().to_le_bytes());
        key.extend_from_slice(part);
    };
    add(request.uri().path_and_query().map_or("/", |address| address.as_str()).as_bytes());
    for name in TOLD_APART_BY.iter().chain([&ACCEPT_ENCODING]) {
        let values = request.headers().get_all(name);
        add(&values.iter().count().to_le_bytes());
        values.iter().for_each(|value| add(value.as_bytes()));
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compressed_goes_only_to_those_who_take_it() {
        let takes = |value: &'static str| {
            takes_gzip(&HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(value))]))
        };
        assert!(takes("gzip") && takes("br, GZIP;q=0.5") && takes("deflate, gzip ; q=1"));
        assert!(!takes("br") && !takes("identity") && !takes("gzip;q=0") && !takes(""));
    }
}
