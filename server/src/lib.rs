//! The server.

pub mod intake;
