//! YAML to a checked [`Bundle`]: a guard pass with positions, the schema, the checks.
//!
//! Enters: the text of one file. Leaves: a [`Bundle`], or every fault of the file at its line and column. This is the only user
//! of the YAML crates. Next: [`crate::script`].

mod model;

pub use model::*;
