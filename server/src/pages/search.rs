//! What a search found: villages by name, town or code. Next: [`not_found`](super::not_found).

use askama::Template;

use super::frame::Frame;
use super::links;
use super::place::Place;
use super::rating::Grade;

/// What a search found. The block `results` alone answers while the reader types.
#[derive(Debug, Template)]
#[template(path = "search.html", blocks = ["results"])]
pub struct SearchPage {
    /// What stands around it.
    pub frame: Frame,
    /// What was asked for.
    pub query: String,
    /// The town whose villages are listed, when no name was asked for.
    pub town: Option<String>,
    /// The villages found, in the order of their codes.
    pub found: Vec<Found>,
    /// How many more there are than the page shows.
    pub more: usize,
}

/// A village found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The village.
    pub place: Place,
    /// Its rating.
    pub rating: String,
    /// How the rating stands.
    pub grade: Grade,
}

impl SearchPage {
    /// Whether nothing was asked for.
    fn is_blank(&self) -> bool {
        self.query.trim().is_empty() && self.town.is_none()
    }
}
