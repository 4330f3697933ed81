//! The public pages: filled from released results, called in memory, and looked at in a real browser.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly; clippy knows only the functions marked as tests, not what they call"
)]

mod browser;
mod city;
mod clerk;
#[path = "../api/county.rs"]
#[expect(
    dead_code,
    reason = "a county full of secrets, shared with the tests of the HTTP interface, which need all of it"
)]
mod county;
mod corrections;
mod desk;
mod divisions;
mod html;
mod links;
mod person;
mod secrets;
mod shown;
