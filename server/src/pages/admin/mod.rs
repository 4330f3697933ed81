//! The pages of accounts: logging in, one's own account, and what the administrators see.
//!
//! All of them work without a script: a form is sent, and the page comes back with what was wrong, or leads on. Reading order:
//! [`fields`] (a form as it was sent), [`log_in`], [`set_up`], [`own`], [`accounts`], [`account`], [`keys`], [`webhooks`],
//! [`security`], [`audit`] (the log), [`sightings`] (who saw
//! personal data in full).

pub mod fields;
pub mod log_in;
pub mod set_up;
pub mod own;
pub mod accounts;
pub mod account;
pub mod keys;
pub mod webhooks;
pub mod security;
pub mod audit;
pub mod sightings;
