//! Who may do what.
//!
//! Enters: a request's name and proof of it. Leaves: a [`Caller`], whom every handler can ask what it may do ([`Permission`]) and how
//! far it reaches ([`Scope`]). Reading order: [`table`] (which role may do what), [`caller`]. Next: [`crate::audit`], where
//! everything that a caller does is written down.

pub mod table;
pub mod caller;

pub use crate::store::{Permission, Role, Scope};
pub use caller::{Caller, Identity};
