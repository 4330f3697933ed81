//! The page for an address that leads nowhere.

use askama::Template;

use super::frame::Frame;
use super::links;

/// The page for an address that leads nowhere.
#[derive(Debug, Template)]
#[template(path = "not_found.html")]
pub struct NotFoundPage {
    /// What stands around it.
    pub frame: Frame,
    /// What stands in the search box.
    pub query: String,
}
