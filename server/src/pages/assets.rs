//! The style sheet and scripts, compiled in: a name comes in, the file with its caching headers leaves.
//!
//! Pages link to a file with its hash as `?v=`, so a browser may keep it for ever and still sees a new one at once. Nothing
//! is ever loaded from another host. Next: [`frame`](super::frame).

use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::extract::{Path, Query};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// What a page may load and do. No inline script or style, no other host, no frame around it.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Characters of the hash in a link.
const HASH_LENGTH: usize = 12;

/// A compiled-in file.
#[derive(Debug)]
pub struct Asset {
    /// Its name under `/assets/`.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: &'static [u8],
    media_type: &'static str,
    hash: String,
}

macro_rules! assets {
    ($($name:literal as $media_type:literal),+ $(,)?) => {
        vec![$(Asset::new($name, $media_type, include_bytes!(concat!("../../assets/", $name)))),+]
    };
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    assets![
        "liuwu.css" as "text/css; charset=utf-8",
        "staff.css" as "text/css; charset=utf-8",
        "records.css" as "text/css; charset=utf-8",
        "desk.css" as "text/css; charset=utf-8",
        "upload.js" as "text/javascript; charset=utf-8",
        "liuwu.js" as "text/javascript; charset=utf-8",
        "icon.svg" as "image/svg+xml",
        "vendor/htmx.min.js" as "text/javascript; charset=utf-8",
        "vendor/htmx.LICENSE.txt" as "text/plain; charset=utf-8",
    ]
});

impl Asset {
    fn new(name: &'static str, media_type: &'static str, bytes: &'static [u8]) -> Self {
        let hash = Sha256::digest(bytes).iter().fold(String::new(), |mut hash, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hash, "{byte:02x}");
            hash
        });
        Self { name, bytes, media_type, hash: hash.chars().take(HASH_LENGTH).collect() }
    }
}

/// Every file, for tests and for writing pages to disk.
#[must_use]
pub fn all() -> &'static [Asset] {
    &ASSETS
}

/// The file of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

/// The link to a file, with its hash. A name that is not compiled in is linked without one; a test holds that no
/// template has such a name.
#[must_use]
pub fn link(name: &str) -> String {
    find(name).map_or_else(|| format!("/assets/{name}"), |asset| format!("/assets/{name}?v={}", asset.hash))
}

/// The query of a link to a file.
#[derive(Debug, Deserialize)]
pub struct Version {
    v: Option<String>,
}

/// Serves `/assets/{*name}`.
pub async fn show(Path(name): Path<String>, Query(version): Query<Version>, headers: HeaderMap) -> Response {
    let Some(asset) = find(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tag = format!("\"{}\"", asset.hash);
    // Only a link that names these very bytes may be kept unasked.
    let caching =
        if version.v.as_deref() == Some(&asset.hash) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let known = headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let shared = [(ETAG, tag), (CACHE_CONTROL, caching.to_owned()), (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned())];
    if known {
        (StatusCode::NOT_MODIFIED, shared).into_response()
    } else {
        (shared, [(CONTENT_TYPE, asset.media_type)], asset.bytes).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn fetch(name: &str, version: Option<&str>, known: Option<&str>) -> Response {
        let mut headers = HeaderMap::new();
        if let Some(known) = known {
            headers.insert(IF_NONE_MATCH, known.parse().unwrap());
        }
        show(Path(name.to_owned()), Query(Version { v: version.map(str::to_owned) }), headers).await
    }

    fn header(response: &Response, name: axum::http::HeaderName) -> &str {
        response.headers().get(name).unwrap().to_str().unwrap()
    }

    #[tokio::test]
    async fn a_link_with_the_right_hash_may_be_kept_for_ever() {
        let asset = find("liuwu.css").unwrap();
        let response = fetch("liuwu.css", Some(&asset.hash), None).await;
        assert_eq!(header(&response, CACHE_CONTROL), "public, max-age=31536000, immutable");
        assert_eq!(header(&response, CONTENT_TYPE), "text/css; charset=utf-8");
    }

    #[tokio::test]
    async fn a_link_with_an_old_hash_is_asked_about_each_time() {
        let response = fetch("liuwu.css", Some("0123"), None).await;
        assert_eq!(header(&response, CACHE_CONTROL), "no-cache");
    }

    #[tokio::test]
    async fn a_file_the_browser_has_is_not_sent_again() {
        let tag = header(&fetch("liuwu.js", None, None).await, ETAG).to_owned();
        assert_eq!(fetch("liuwu.js", None, Some(&tag)).await.status(), StatusCode::NOT_MODIFIED);
    }

    #[tokio::test]
    async fn a_name_that_is_not_compiled_in_is_not_found() {
        assert_eq!(fetch("../Cargo.toml", None, None).await.status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn vendored_files_are_those_of_the_manifest() {
        let manifest = include_str!("../../assets/vendor/SHA256SUMS");
        for asset in all().iter().filter(|asset| asset.name.starts_with("vendor/")) {
            let name = asset.name.trim_start_matches("vendor/");
            let line = manifest.lines().find(|line| line.ends_with(&format!("  {name}"))).unwrap();
            assert!(line.starts_with(&asset.hash), "{name} is not the file that the manifest names");
        }
    }
}
