//! An entry of the log of everything that was done.
//!
//! Enters: who did what. Leaves: an [`Entry`], numbered and chained to the one before it by [`crate::audit`]. It has no room for
//! free text: nothing of a record, of a file or of a person's data can stand in it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// 1, 2, 3 … without gaps.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who: the name of an account or a key, `operator`, `terminal`, or empty for somebody who has not logged in.
    pub who: String,
    /// The village that was acted for (代办).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acting_for: Option<String>,
    /// From which network address, where it came over the network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What was done, such as `log-in`.
    pub action: String,
    /// What kind of thing it was done to, such as `batch`; may be empty.
    pub subject: String,
    /// Which one; may be empty.
    pub id: String,
    /// `done`, or why it was not.
    pub outcome: String,
    /// The digest of what the batch, edition or run that was handed in, published or scored says, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// SHA-256 of the entry before it, in hexadecimal.
    pub before: String,
    /// SHA-256 over all of the above, in hexadecimal.
    pub hash: String,
}
