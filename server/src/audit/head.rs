//! Where the chain ends: number and hash of the newest entry, kept in a file beside the store.
//!
//! Enters: the newest entry. Leaves: a file, or from it a [`Head`]. The chain alone cannot tell that its end was cut off; the head
//! can, as long as it is not changed too. So it is also printed by every check, to be written down elsewhere. Next:
//! [`super::verify`].

use std::fmt;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::str::FromStr;

use crate::store::Result;

/// Where the chain ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The number of the newest entry; 0 before the first.
    pub number: u64,
    /// Its hash.
    pub hash: String,
}

/// Written `120:3f9a…`, as it is printed.
impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, self.hash)
    }
}

/// Not a head.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("应写作 编号:摘要,如 120:3f9a… / a head is written NUMBER:HASH, such as 120:3f9a…")]
pub struct NotAHead;

impl FromStr for Head {
    type Err = NotAHead;

    fn from_str(text: &str) -> std::result::Result<Head, NotAHead> {
        let (number, hash) = text.trim().split_once(':').ok_or(NotAHead)?;
        let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_hash {
            return Err(NotAHead);
        }
        Ok(Head { number: number.parse().map_err(|_| NotAHead)?, hash: hash.to_ascii_lowercase() })
    }
}

impl Head {
    /// Writes it to a file, whole or not at all.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let unfinished = path.with_added_extension("unfinished");
        let mut file = File::create(&unfinished)?;
        writeln!(file, "{self}")?;
        file.sync_all()?;
        Ok(fs::rename(&unfinished, path)?)
    }

    /// Reads it from a file; none where there is no file.
    ///
    /// # Errors
    /// [`NotAHead`] when there is something else in it, or why it cannot be read.
    pub fn read(path: &Path) -> anyhow::Result<Option<Head>> {
        match fs::read_to_string(path) {
            Ok(text) => Ok(Some(text.parse()?)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
