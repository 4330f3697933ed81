//! The cabinet: small papers of the service that are no facts: what was answered to a push, how foreign data is mapped, whom
//! to tell about changes and what still has to be told.
//!
//! Enters and leaves: papers by folder and name, as their owners write them (`push`, `mappings`, `outbox`, `reminders`). Unlike a
//! record a paper may be replaced or thrown away; nothing here ever enters a result. Several papers are filed at once or not
//! at all. Next: [`super::memory`].

use super::error::Result;

/// A paper to be filed, or thrown away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// What it belongs to, such as `mappings`.
    pub folder: String,
    /// Its name in the folder. Papers of a folder come in the order of the bytes of their names.
    pub name: String,
    /// What it says; none throws it away.
    pub body: Option<Vec<u8>>,
}

impl Paper {
    /// A paper to be filed, in place of the one of that name, if any.
    pub fn new(folder: impl Into<String>, name: impl Into<String>, body: impl Into<Vec<u8>>) -> Paper {
        Paper { folder: folder.into(), name: name.into(), body: Some(body.into()) }
    }

    /// A paper to be thrown away, if it is there.
    pub fn gone(folder: impl Into<String>, name: impl Into<String>) -> Paper {
        Paper { folder: folder.into(), name: name.into(), body: None }
    }
}

/// Papers by folder and name.
pub trait Cabinet {
    /// Files papers, all of them or none; they are on the disk before this returns. Of two with one name the later stands.
    ///
    /// # Errors
    /// [`Conflict::TooLong`](super::Conflict::TooLong) or [`Conflict::Nameless`](super::Conflict::Nameless) for a folder or name.
    fn file_papers(&self, papers: Vec<Paper>) -> Result<()>;

    /// One paper.
    fn paper(&self, folder: &str, name: &str) -> Result<Option<Vec<u8>>>;

    /// Papers of a folder by rising name, those after the given one. Fewer than `limit`: there are no more.
    fn papers(&self, folder: &str, after: Option<&str>, limit: usize) -> Result<Vec<(String, Vec<u8>)>>;

    /// The folders that hold anything, in the order of their bytes.
    fn folders(&self) -> Result<Vec<String>>;
}
