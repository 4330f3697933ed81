//! The HTTP interface under `/api/v1`: one file for each resource, with its bodies.
//!
//! Enters: a request. Leaves: JSON (or CSV, or the YAML of an edition) that names the edition and run it came from; or a
//! [`Problem`](crate::error::Problem). What of a result may be seen is decided in [`crate::disclosure`] alone. Routes stand in
//! [`crate::router`].
//!
//! Points are texts, `"92.5"`, or `"1/3"` where no decimal ends, so that no program on the way rounds them.

pub mod access;
pub mod parameters;
pub mod answer;
pub mod source;
pub mod health;
pub mod divisions;
pub mod units;
pub mod results;
pub mod explanation;
pub mod assessments;
pub mod lists;
pub mod runs;
pub mod releases;
pub mod bundles;
pub mod record_kinds;
pub mod functions;
pub mod batches;
pub mod records;
pub mod attachments;
pub mod uploads;
pub mod duties;
pub mod division_changes;
pub mod mappings;
pub mod audit;
mod pieces;
pub mod pushes;
pub mod events;
pub mod templates;
pub mod webhooks;
pub mod jobs;
pub mod drafts;
pub mod openapi;
