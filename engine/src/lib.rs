//! The engine of Liuwu: scores units of an administrative division against a published standard written as a rule bundle.
//!
//! It has no I/O, no clock and no randomness: the same inputs give the same bytes. The modules stand in reading order; a fact
//! moves down this list and never back up, and a module imports only modules above it.

pub mod number;
pub mod period;
pub mod division;
pub mod diagnostic;
pub mod codes;
pub mod dictionary;
pub mod record;
pub mod pseudonym;
pub mod coverage;
pub mod mapping;
pub mod bundle;
pub mod assessment;
pub mod script;
pub mod assess;
pub mod dataset;
pub mod proof;
