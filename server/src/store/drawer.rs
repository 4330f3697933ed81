//! Drawers: what is kept beside the facts and may change or go, such as drafts of uploads, and the files that belong to it.
//!
//! Enters: slips, each under a name in a drawer, and contents, each under its SHA-256. Leaves: the same. Facts never lie in a
//! drawer. Next: [`memory`](super::memory).
//!
//! # What every store promises
//!
//! * A slip is replaced whole or not at all, and only by one with a higher revision: of two who change the same slip, the
//!   second is told.
//! * The same content is kept once. It is there whole or not at all, and stays as long as a slip holds it.
//! * Both are on the disk before the operation returns.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::error::Result;
use super::words::hex;

/// The SHA-256 of a content, by which it is found.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentId([u8; 32]);

/// What stands in a drawer under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slip {
    /// Rises by one with each change; the first is 1.
    pub revision: u64,
    /// What it says.
    pub value: Json,
    /// The contents that belong to it and stay as long as it does.
    pub holds: Vec<ContentId>,
}

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
    /// Keeps a content. Until a slip holds it, a [`sweep`](Self::sweep) up to a later moment takes it away.
    ///
    /// # Errors
    /// [`Conflict::TooMany`](super::Conflict::TooMany) for a content of more chunks than can be numbered.
    fn keep(&self, content: &[u8], at: Timestamp) -> Result<ContentId>;

    /// A content.
    ///
    /// # Errors
    /// [`Missing::Content`](super::Missing::Content).
    fn content(&self, id: ContentId) -> Result<Vec<u8>>;

    /// All contents, by their SHA-256.
    fn kept(&self) -> Result<Vec<ContentHead>>;

    /// Removes the contents that no slip holds and that were last handed in before a moment; gives how many.
    fn sweep(&self, before: Timestamp) -> Result<u64>;

    /// Puts a slip in its place, or replaces the one there.
    ///
    /// # Errors
    /// [`Conflict::Changed`](super::Conflict::Changed) when its revision is not higher than that of the one there;
    /// [`Missing::Content`](super::Missing::Content) for a content it holds.
    fn put_slip(&self, drawer: &str, name: &str, slip: &Slip) -> Result<()>;

    /// The slip of a name.
    fn slip(&self, drawer: &str, name: &str) -> Result<Option<Slip>>;

    /// The slips of a drawer by rising name, those after the given one. Fewer than `limit`: there are no more.
    fn slips(&self, drawer: &str, after: Option<&str>, limit: usize) -> Result<Vec<(String, Slip)>>;

    /// Takes a slip away; tells whether it was there.
    fn remove_slip(&self, drawer: &str, name: &str) -> Result<bool>;

    /// The names of all drawers with a slip in them.
    fn drawers(&self) -> Result<Vec<String>>;
}

impl Slip {
    /// The first slip of a name.
    pub fn first(value: Json, holds: Vec<ContentId>) -> Slip {
        Slip { revision: 1, value, holds }
    }

    /// The slip that replaces this one.
    #[must_use]
    pub fn next(&self, value: Json, holds: Vec<ContentId>) -> Slip {
        Slip { revision: self.revision + 1, value, holds }
    }
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
