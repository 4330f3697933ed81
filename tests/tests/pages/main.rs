//! The public pages: filled from released results, called in memory, and looked at in a real browser.

mod browser;
mod city;
#[path = "../api/county.rs"]
#[expect(
    dead_code,
    reason = "a county full of secrets, shared with the tests of the HTTP interface, which need all of it"
)]
mod county;
mod html;
mod links;
mod secrets;
mod shown;
