//! What the public is answered again and again is made and compressed once, and kept until something is written.
//!
//! Enters: a request with its [`Caller`]. Leaves: the answer kept for the same request, or what a handler makes of it, which is
//! kept when it says that it is [`Lasting`]. Whoever is known by a login, a key or the token is always answered anew. Kept are
//! the bytes as they go out, so this stands outside compression and inside [`crate::gate`]. Next: [`crate::pages`].

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Extension;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, ETAG, HOST, HeaderName,
    IF_NONE_MATCH,
};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::accounts::Caller;
use crate::error::Problem;
use crate::state::App;

/// Bytes of answers kept at most.
const ROOM: usize = 32 << 20;
/// Bytes of one answer at most: a few whole tables must not push out everything else.
const LARGEST: usize = ROOM / 32;
/// How long an answer is kept: what depends on the day, and not on what is written, is never older.
const LASTS: Duration = Duration::from_secs(30);
/// The headers by which answers to one address differ.
const TOLD_APART_BY: [HeaderName; 6] = [
    ACCEPT,
    ACCEPT_ENCODING,
    COOKIE,
    HOST,
    HeaderName::from_static("hx-request"),
    HeaderName::from_static("hx-history-restore-request"),
];

/// Put on an answer by the handler that made it: for the public it stays the same until something is written.
#[derive(Debug, Clone, Copy)]
pub struct Lasting;

/// An answer of a page to keep.
pub fn lasting<R: IntoResponse>(answer: R) -> impl IntoResponse {
    (Extension(Lasting), answer)
}

/// The answers that are kept.
#[derive(Debug, Default)]
pub struct Prepared(Mutex<Generations>);

/// Answers used of late, and those of before. When the young have filled half the room, the old ones go and the young grow old.
#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Vec<u8>, Arc<Kept>>,
    old: HashMap<Vec<u8>, Arc<Kept>>,
    bytes_of_young: usize,
}

/// An answer as it goes out.
#[derive(Debug)]
struct Kept {
    /// How often something had been written before it was made.
    writes: u64,
    made: Instant,
    headers: HeaderMap,
    body: Bytes,
}

/// Answers from what is kept, or lets a handler answer and keeps what lasts.
pub async fn answer(State((app, prepared)): State<(App, Arc<Prepared>)>, request: Request, next: Next) -> Response {
    if !request.method().is_safe() {
        let response = next.run(request).await;
        // Whatever it was, it may have written.
        app.has_written();
        return response;
    }
    let is_public = request.extensions().get::<Caller>().is_some_and(|caller| !caller.is_known());
    if request.method() != Method::GET || !is_public {
        return next.run(request).await;
    }
    let writes = app.writes();
    let key = key_of(&request);
    if let Some(kept) = prepared.find(&key, writes) {
        return kept.answer(request.headers());
    }
    let response = next.run(request).await;
    if response.status() != StatusCode::OK || response.extensions().get::<Lasting>().is_none() {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let body = match to_bytes(body, usize::MAX).await {
        Ok(body) => body,
        Err(error) => return Problem::Internal(error.to_string()).into_response(),
    };
    // The bytes may have been compressed since their length was told.
    parts.headers.remove(CONTENT_LENGTH);
    prepared.keep(key, Kept { writes, made: Instant::now(), headers: parts.headers.clone(), body: body.clone() });
    Response::from_parts(parts, Body::from(body))
}

/// All of a request that its answer depends on, each part after its length.
fn key_of(request: &Request) -> Vec<u8> {
    let mut key = Vec::with_capacity(256);
    let mut add = |part: &[u8]| {
        key.extend_from_slice(&part.len().to_le_bytes());
        key.extend_from_slice(part);
    };
    add(request.uri().path_and_query().map_or("/", |address| address.as_str()).as_bytes());
    for name in &TOLD_APART_BY {
        let values = request.headers().get_all(name);
        add(&values.iter().count().to_le_bytes());
        values.iter().for_each(|value| add(value.as_bytes()));
    }
    key
}

impl Prepared {
    fn find(&self, key: &[u8], writes: u64) -> Option<Arc<Kept>> {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_good = |kept: &Arc<Kept>| kept.writes == writes && kept.made.elapsed() < LASTS;
        if let Some(kept) = generations.young.get(key) {
            return is_good(kept).then(|| Arc::clone(kept));
        }
        let (key, kept) = generations.old.remove_entry(key)?;
        is_good(&kept).then(|| {
            generations.add(key, Arc::clone(&kept));
            kept
        })
    }

    fn keep(&self, key: Vec<u8>, kept: Kept) {
        if kept.body.len() <= LARGEST {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).add(key, Arc::new(kept));
        }
    }
}

impl Generations {
    fn add(&mut self, key: Vec<u8>, kept: Arc<Kept>) {
        self.bytes_of_young += key.len() + kept.size();
        if let Some(before) = self.young.insert(key, kept) {
            self.bytes_of_young = self.bytes_of_young.saturating_sub(before.size());
        }
        if self.bytes_of_young > ROOM / 2 {
            self.old = std::mem::take(&mut self.young);
            self.bytes_of_young = 0;
        }
    }
}

impl Kept {
    fn size(&self) -> usize {
        self.body.len() + self.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>()
    }

    /// The answer, or that it is still what the client has.
    fn answer(&self, asked: &HeaderMap) -> Response {
        let mut headers = self.headers.clone();
        let known = asked.get(IF_NONE_MATCH).and_then(|known| known.to_str().ok());
        let tag = headers.get(ETAG).and_then(|tag| tag.to_str().ok());
        let is_known = tag.is_some_and(|tag| known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag)));
        if is_known {
            [CONTENT_TYPE, CONTENT_ENCODING].iter().for_each(|name| drop(headers.remove(name)));
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        let mut response = Response::new(Body::from(self.body.clone()));
        *response.headers_mut() = headers;
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(writes: u64, bytes: usize) -> Kept {
        Kept { writes, made: Instant::now(), headers: HeaderMap::new(), body: Bytes::from(vec![0; bytes]) }
    }

    fn request(headers: &[(HeaderName, &str)]) -> Request {
        let mut request = Request::new(Body::empty());
        for (name, value) in headers {
            request.headers_mut().append(name.clone(), value.parse().unwrap());
        }
        request
    }

    #[test]
    fn an_answer_is_not_used_after_something_was_written() {
        let prepared = Prepared::default();
        prepared.keep(b"a".to_vec(), kept(1, 10));
        assert!(prepared.find(b"a", 1).is_some());
        assert!(prepared.find(b"a", 2).is_none());
    }

    #[test]
    fn what_is_asked_for_again_outlives_what_is_not() {
        let prepared = Prepared::default();
        let name = |number: usize| format!("{number}").into_bytes();
        prepared.keep(b"used".to_vec(), kept(1, LARGEST));
        prepared.keep(b"unused".to_vec(), kept(1, LARGEST));
        for number in 0..100 {
            prepared.keep(name(number), kept(1, LARGEST));
            assert!(prepared.find(b"used", 1).is_some(), "gone after {number} others");
        }
        assert!(prepared.find(b"unused", 1).is_none());
        let generations = prepared.0.lock().unwrap();
        let all = generations.young.values().chain(generations.old.values());
        assert!(all.map(|kept| kept.size()).sum::<usize>() <= ROOM + LARGEST);
    }

    #[test]
    fn an_answer_that_is_too_large_is_not_kept() {
        let prepared = Prepared::default();
        prepared.keep(b"a".to_vec(), kept(1, LARGEST + 1));
        assert!(prepared.find(b"a", 1).is_none());
    }

    #[test]
    fn requests_that_are_answered_differently_are_told_apart() {
        let keys = [
            key_of(&request(&[])),
            key_of(&request(&[(ACCEPT, "text/html")])),
            key_of(&request(&[(COOKIE, "lang=en")])),
            key_of(&request(&[(COOKIE, "lang=en"), (COOKIE, "size=large")])),
            key_of(&request(&[(ACCEPT_ENCODING, "gzip")])),
            key_of(&request(&[(HOST, "gzip")])),
        ];
        for (place, key) in keys.iter().enumerate() {
            assert!(keys.iter().skip(place + 1).all(|other| other != key));
        }
    }

    #[test]
    fn a_client_that_has_the_answer_is_told_so() {
        let mut kept = kept(1, 10);
        kept.headers.insert(ETAG, "W/\"1\"".parse().unwrap());
        kept.headers.insert(CONTENT_TYPE, "application/json".parse().unwrap());
        let answer = kept.answer(request(&[(IF_NONE_MATCH, "W/\"0\", W/\"1\"")]).headers());
        assert_eq!(answer.status(), StatusCode::NOT_MODIFIED);
        assert!(answer.headers().contains_key(ETAG) && !answer.headers().contains_key(CONTENT_TYPE));
        assert_eq!(kept.answer(request(&[(IF_NONE_MATCH, "W/\"2\"")]).headers()).status(), StatusCode::OK);
    }
}
