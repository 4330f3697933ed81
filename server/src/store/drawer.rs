//! Drawers: files that belong to something in the store, such as those of an upload that is still being looked at.
//!
//! Enters: contents of any length. Leaves: the same, by their SHA-256. What a content is for, and when it may go, is known to the
//! owner of its drawer alone: two drawers never share one. Next: [`memory`](super::memory).
//!
//! # What every store promises
//!
//! * Within a drawer the same content is kept once. It is there whole or not at all, and comes back byte for byte.
//! * It is on the disk before [`Drawer::keep`] returns.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::Result;
use super::words::hex;

/// The SHA-256 of a content, by which it is found.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentId([u8; 32]);

/// A content as the list of them shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentHead {
    /// Its SHA-256.
    pub id: ContentId,
    /// Its bytes.
    pub size: u64,
    /// When it was last handed in.
    pub at: Timestamp,
}

/// The drawers of a store. See the [module](self) for what they promise.
pub trait Drawer {
    /// Keeps a content.
    ///
    /// # Errors
    /// [`Conflict::TooMany`](super::Conflict::TooMany) for a content of more chunks than can be numbered.
    fn keep(&self, drawer: &str, content: &[u8], at: Timestamp) -> Result<ContentId>;

    /// A content.
    ///
    /// # Errors
    /// [`Missing::Content`](super::Missing::Content).
    fn content(&self, drawer: &str, id: ContentId) -> Result<Vec<u8>>;

    /// What is in a drawer, by SHA-256.
    fn kept(&self, drawer: &str) -> Result<Vec<ContentHead>>;

    /// Throws a content away; tells whether it was there.
    fn throw_out(&self, drawer: &str, id: ContentId) -> Result<bool>;

    /// The drawers with anything in them, in the order of their bytes.
    fn drawers(&self) -> Result<Vec<String>>;
}

impl ContentId {
    /// The SHA-256 of a content.
    pub fn of(content: &[u8]) -> ContentId {
        ContentId(Sha256::digest(content).into())
    }
}

impl fmt::Display for ContentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for ContentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Not the 64 hexadecimal digits of a SHA-256.
#[derive(Debug, thiserror::Error)]
#[error("a content is named by 64 hexadecimal digits")]
pub struct NotAContentId;

impl FromStr for ContentId {
    type Err = NotAContentId;

    fn from_str(text: &str) -> std::result::Result<ContentId, NotAContentId> {
        let mut id = [0; 32];
        let pairs = text.as_bytes().chunks_exact(2);
        if text.len() != 2 * id.len() || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NotAContentId);
        }
        for (byte, pair) in id.iter_mut().zip(pairs) {
            let digits = std::str::from_utf8(pair).map_err(|_| NotAContentId)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| NotAContentId)?;
        }
        Ok(ContentId(id))
    }
}

impl Serialize for ContentId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ContentId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<ContentId, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_is_named_by_its_digest() {
        let id = ContentId::of(b"abc");
        assert_eq!(id.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(id.to_string().parse::<ContentId>().unwrap(), id);
        for wrong in ["", "ba78", &"+f".repeat(32), &"村".repeat(21), &format!("{id}0")] {
            assert!(wrong.parse::<ContentId>().is_err(), "{wrong}");
        }
    }
}
