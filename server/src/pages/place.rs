//! A village as every page names it. Next: [`due`](super::due).

use super::links::Side;

/// A village with its town; a name is never shown without the town.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The name without 委会: 上岙村.
    pub name: String,
    /// Its code.
    pub code: String,
    /// The town: 塘下镇.
    pub town: String,
    /// The town's code.
    pub town_code: String,
}

impl Place {
    /// The village's page.
    #[must_use]
    pub fn link(&self, side: Side) -> String {
        side.village(&self.code)
    }

    /// The town's villages.
    #[must_use]
    pub fn town_link(&self, side: Side) -> String {
        side.town(&self.town_code)
    }
}
