//! Records for staff: searched, shown with what became of them, typed in, corrected, taken back; batches and their undoing;
//! conflicts side by side.
//!
//! Everything shown has gone through [`crate::custody`], which knows what is within the caller's reach and strikes out personal
//! fields. Reading order: [`shown`] (a record in words), [`form`] (typing one in), then the pages. Next: [`home`](super::home).

pub mod shown;
pub mod form;
pub mod batches;
pub mod batch;
pub mod ledger;
pub mod record;
pub mod entry;
pub mod questions;

/// Where batches are listed.
pub const BATCHES: &str = "/desk/batches";
/// Where records are searched.
pub const RECORDS: &str = "/desk/records";
/// Where a record is typed in.
pub const NEW: &str = "/desk/records/new";
/// Where conflicts wait for a decision.
pub const QUESTIONS: &str = "/desk/questions";
