//! Who may do what.
//!
//! Enters: a request's name and proof of it. Leaves: a [`Caller`], whom every handler can ask what it may do ([`Permission`]) and how
//! far it reaches ([`Scope`]). Reading order: [`table`] (which role may do what), [`words`] (what roles are called), [`caller`],
//! [`refusal`], [`security`] (the rules of passwords and sessions), [`password`], [`account`]. Next: [`crate::audit`], where
//! everything that a caller does is written down, and [`crate::entrance`], which keeps accounts and lets people in.

pub mod table;
pub mod words;
pub mod caller;
pub mod refusal;
pub mod security;
pub mod password;
pub mod account;

pub use crate::store::{Permission, Role, Scope};
pub use account::{Account, Grant, Key, Session};
pub use caller::{Caller, Identity};
pub use refusal::Refusal;
pub use security::Security;
