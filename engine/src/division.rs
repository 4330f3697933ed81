//! Divisions: 12-digit statistical codes, the grids under a village, and the tree that they form.
//!
//! Rows of code, name, level and parent come in; a [`DivisionTree`] leaves, or every fault of the rows at once.
//! [`diagnostic`](crate::diagnostic) is next.

mod code;
mod tree;

use serde::{Deserialize, Serialize};

pub use code::{Code, DivisionError, DivisionId, GridId};
pub use tree::{Division, DivisionFault, DivisionProblem, DivisionTree, RawDivision};

/// The levels of the tree, from the top down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Province, autonomous region, municipality under the central government (省级).
    Province,
    /// Prefecture-level city (地级).
    City,
    /// County, district, county-level city (县级).
    County,
    /// Town, township, street (乡级).
    Town,
    /// Village, community (村级).
    Village,
    /// Grid under a village (网格).
    Grid,
    /// Micro-grid under a grid (微网格).
    MicroGrid,
}

impl Level {
    /// All, from the top down.
    pub const ALL: [Self; 7] =
        [Self::Province, Self::City, Self::County, Self::Town, Self::Village, Self::Grid, Self::MicroGrid];

    /// The word that bundles and files use: `province`, `city`, `county`, `town`, `village`, `grid`, `micro_grid`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::City => "city",
            Self::County => "county",
            Self::Town => "town",
            Self::Village => "village",
            Self::Grid => "grid",
            Self::MicroGrid => "micro_grid",
        }
    }

    /// The level with this [`key`](Self::key).
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.key() == key)
    }

    /// The word on pages: 省、市、县、镇街、村社、网格、微网格.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Province => "省",
            Self::City => "市",
            Self::County => "县",
            Self::Town => "镇街",
            Self::Village => "村社",
            Self::Grid => "网格",
            Self::MicroGrid => "微网格",
        }
    }
}

/// How the committee of a village or community is written, and what stays of it when the place alone is meant.
/// Longer endings stand before those they end in.
const COMMITTEES: [(&str, &str); 9] = [
    ("社区居民委员会", "社区"),
    ("社区居委会", "社区"),
    ("社区委员会", "社区"),
    ("嘎查委员会", "嘎查"),
    ("村民委员会", "村"),
    ("居民委员会", ""),
    ("村委会", "村"),
    ("居委会", ""),
    ("委会", ""),
];

/// Endings that already say what a place is.
const PLACES: [&str; 3] = ["村", "社区", "嘎查"];

/// The place without its committee: 上岙村委会 and 上岙村村民委员会 are 上岙村, 罗阳社区居委会 is 罗阳社区.
/// Any other name is returned as it is.
#[must_use]
pub fn short_name(name: &str) -> String {
    for (committee, kept) in COMMITTEES {
        let Some(place) = name.strip_suffix(committee) else { continue };
        if place.is_empty() {
            break;
        }
        let says_it = PLACES.iter().any(|ending| place.ends_with(ending));
        return if says_it { place.to_owned() } else { format!("{place}{kept}") };
    }
    name.to_owned()
}

#[cfg(test)]
mod tests;
