//! What is named in an address or a form: a day, a batch, a record, a content; or a [`Problem`] that says how it is written.

use liuwu_engine::period::{Date, parse_date};

use crate::error::Problem;
use crate::store::{BatchId, ContentId, RecordId};

/// A day.
///
/// # Errors
/// [`Problem::Parameter`].
pub fn day(name: &str, text: &str) -> Result<Date, Problem> {
    parse_date(text)
        .map_err(|error| Problem::parameter(name, format!("「{text}」不是日期,请写如 2020-02-29"), error.to_string()))
}

/// The number of a batch.
///
/// # Errors
/// [`Problem::Parameter`].
pub fn batch(text: &str) -> Result<BatchId, Problem> {
    text.parse()
        .map(BatchId)
        .map_err(|_| Problem::parameter("batch", format!("「{text}」不是编号"), format!("`{text}` is not a number")))
}

/// The number of a record.
///
/// # Errors
/// [`Problem::Parameter`].
pub fn record(text: &str) -> Result<RecordId, Problem> {
    text.parse().map_err(|_| Problem::parameter("record", "应写作 12-345", "a record number is written like `12-345`"))
}

/// The content of an attachment.
///
/// # Errors
/// [`Problem::Parameter`].
pub fn content(text: &str) -> Result<ContentId, Problem> {
    text.parse().map_err(|_| Problem::parameter("content", "应为 64 位十六进制数", "64 hexadecimal digits"))
}
