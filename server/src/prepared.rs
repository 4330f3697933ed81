//! What the public is answered again and again is made and compressed once, and kept while it is true.
//!
//! Enters: an answer that a handler calls [`Lasting`]. Leaves: the same bytes for the same request, while the store and the day are
//! the same. Who is answered so is decided in the router. Next: [`crate::state`].
//!
//! # Why nothing old is answered
//!
//! An answer is kept under the store's own count of changes ([`Store::generation`](crate::store::Store::generation)) and the day, both
//! read before it was made, and is given only while both are the same. The store counts after a change can be seen and
//! before whoever made it is told, so that an answer that knows less than it should was made under a count that has passed. Nobody
//! who writes has to think of this.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use liuwu_engine::period::Date;

/// Bytes of answers kept at most.
const ROOM: usize = 64 << 20;
/// Bytes of one answer at most: a few whole tables must not push out everything else.
const LARGEST: usize = ROOM / 32;
/// Put on an answer by the handler that made it: for the public it stays the same until the store or the day changes.
#[derive(Debug, Clone, Copy)]
pub struct IsLasting;

/// An answer to keep for the public.
#[derive(Debug)]
pub struct Lasting<R>(pub R);

impl<R: IntoResponse> IntoResponse for Lasting<R> {
    fn into_response(self) -> Response {
        (Extension(IsLasting), self.0).into_response()
    }
}

/// While what an answer is true: the count of the store and the day.
pub type Mark = (u64, Date);

/// The answers that are kept.
#[derive(Debug, Default)]
pub struct Prepared {
    ages: Mutex<Ages>,
    used: AtomicU64,
}

/// Answers used of late, and those of before. When the young have filled half the room, the old ones go and the young grow old.
#[derive(Debug, Default)]
struct Ages {
    young: HashMap<Vec<u8>, Arc<Kept>>,
    old: HashMap<Vec<u8>, Arc<Kept>>,
    bytes_of_young: usize,
}

/// An answer as it goes out.
#[derive(Debug)]
pub struct Kept {
    /// While it is true.
    pub mark: Mark,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its bytes.
    pub body: Bytes,
}

impl Prepared {
    /// How many answers were given out of what is kept.
    pub fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    /// What is kept for a request, if it is still true.
    pub fn find(&self, key: &[u8], mark: Mark) -> Option<Arc<Kept>> {
        let mut ages = self.ages.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = match ages.young.get(key) {
            Some(kept) => Arc::clone(kept),
            None => {
                let (key, kept) = ages.old.remove_entry(key)?;
                if kept.mark == mark {
                    ages.add(key, Arc::clone(&kept));
                }
                kept
            }
        };
        if kept.mark != mark {
            return None;
        }
        self.used.fetch_add(1, Ordering::Relaxed);
        Some(kept)
    }

    /// Keeps an answer, unless it is too large.
    pub fn keep(&self, key: Vec<u8>, kept: Kept) {
        if key.len() + kept.size() <= LARGEST {
            self.ages.lock().unwrap_or_else(PoisonError::into_inner).add(key, Arc::new(kept));
        }
    }
}

impl Ages {
    fn add(&mut self, key: Vec<u8>, kept: Arc<Kept>) {
        let own = key.len();
        self.bytes_of_young += own + kept.size();
        if let Some(before) = self.young.insert(key, kept) {
            self.bytes_of_young = self.bytes_of_young.saturating_sub(own + before.size());
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
    pub fn answer(&self, asked: &HeaderMap) -> Response {
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

    const DAY: Date = Date::MAX;

    fn kept(generation: u64, bytes: usize) -> Kept {
        Kept { mark: (generation, DAY), headers: HeaderMap::new(), body: Bytes::from(vec![0; bytes]) }
    }

    #[test]
    fn an_answer_is_not_used_after_something_changed_or_on_another_day() {
        let prepared = Prepared::default();
        prepared.keep(b"a".to_vec(), kept(1, 10));
        assert!(prepared.find(b"a", (1, DAY)).is_some());
        assert!(prepared.find(b"a", (2, DAY)).is_none());
        assert!(prepared.find(b"a", (1, Date::MIN)).is_none());
        assert_eq!(prepared.used(), 1);
    }

    #[test]
    fn what_is_asked_for_again_outlives_what_is_not_and_all_of_it_stays_within_its_room() {
        let prepared = Prepared::default();
        let size = LARGEST - 100;
        for name in [b"used".to_vec(), b"unused".to_vec()] {
            prepared.keep(name, kept(1, size));
        }
        for number in 0..100 {
            prepared.keep(format!("{number}").into_bytes(), kept(1, size));
            assert!(prepared.find(b"used", (1, DAY)).is_some(), "gone after {number} others");
        }
        assert!(prepared.find(b"unused", (1, DAY)).is_none());
        let ages = prepared.ages.lock().unwrap();
        let all = ages.young.values().chain(ages.old.values());
        assert!(all.map(|kept| kept.size()).sum::<usize>() <= ROOM + LARGEST);
    }

    #[test]
    fn an_answer_that_is_too_large_is_not_kept() {
        let prepared = Prepared::default();
        prepared.keep(b"a".to_vec(), kept(1, LARGEST + 1));
        assert!(prepared.find(b"a", (1, DAY)).is_none());
    }
}
