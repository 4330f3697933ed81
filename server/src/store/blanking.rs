//! Blanking: the one way in which a stored record changes, so that personal texts can go when their time is over.
//!
//! Enters: for some records what stands in the place of personal fields from now on, worked out by [`crate::retention`]. Leaves:
//! records that say the same of everything else, whatever day is asked for, in every history and in every backup from then on.
//! A record keeps its number, its state and its place. Next: [`super::memory`].

use serde_json::{Map, Value as Json};

use super::error::Result;
use super::words::RecordId;

/// What stands in the place of fields of a record from now on.
#[derive(Debug, Clone, PartialEq)]
pub struct Blank {
    /// The record.
    pub record: RecordId,
    /// The fields; one that the record does not have is passed over.
    pub fields: Map<String, Json>,
}

/// Blanks fields of records.
pub trait Blanking {
    /// Replaces the fields; it is on the disk when this returns. What is interrupted half way is done to its end by doing it
    /// again.
    ///
    /// # Errors
    /// [`Missing::Record`](super::Missing::Record); nothing is changed then.
    fn blank(&self, blanks: Vec<Blank>) -> Result<()>;
}

/// Puts what is given in the place of the fields that are there.
pub(super) fn put(fields: &mut Map<String, Json>, given: Map<String, Json>) {
    for (name, value) in given {
        if let Some(field) = fields.get_mut(&name) {
            *field = value;
        }
    }
}
