//! The page that readers start from: the search and the towns. Next: [`search`](super::search).

use askama::Template;

use super::figures::Figure;
use super::frame::Frame;
use super::links;

/// The start page.
#[derive(Debug, Template)]
#[template(path = "home.html")]
pub struct HomePage {
    /// What stands around it.
    pub frame: Frame,
    /// The standard: 瑞安市"六无"平安村社考核办法.
    pub standard: String,
    /// The period of the results shown: 2020年度.
    pub period: String,
    /// The towns, in the order of their codes.
    pub towns: Vec<TownLink>,
    /// What stands in the empty search box.
    pub query: String,
}

/// A town with its villages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TownLink {
    /// The town.
    pub name: String,
    /// Its code.
    pub code: String,
    /// How many villages it has.
    pub villages: usize,
}

impl TownLink {
    /// The town's villages.
    #[must_use]
    pub fn link(&self) -> String {
        links::town(&self.code)
    }
}

impl HomePage {
    fn villages(&self) -> Figure {
        Figure::whole(self.towns.iter().map(|town| town.villages).sum())
    }
}
