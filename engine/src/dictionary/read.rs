//! From raw values to typed ones.

use crate::period::{Date, Time};

/// A value as it came in, before anything is known about its type.
#[derive(Debug, Clone, PartialEq)]
pub enum Raw {
    /// Nothing: an empty cell, `null`, an absent key.
    Blank,
    /// A text as written.
    Text(String),
    /// A number by its digits, as written in JSON or YAML, or as shown by a spreadsheet.
    Number(String),
    /// A number of a spreadsheet that keeps binary floats; read by its shortest decimal form.
    Float(f64),
    /// Yes or no.
    Boolean(bool),
    /// A day.
    Date(Date),
    /// A day and a time of day.
    Time(Time),
    /// Several values.
    List(Vec<Raw>),
    /// Values by key, in order.
    Map(Vec<(String, Raw)>),
}
