//! A row of a list of divisions, in the store's words.

use liuwu_engine::division::{DivisionId, Level};

use crate::intake::DivisionRow;
use crate::store::UnitRow;

pub(super) fn unit_row(division: &DivisionRow) -> UnitRow {
    let level = division.level.as_deref().and_then(Level::from_key);
    let id = division.code.parse::<DivisionId>().ok();
    let level = level.or_else(|| id.as_ref().map(|id| id.level()));
    let parent = division.parent.clone().or_else(|| id.and_then(|id| id.parent()).map(|parent| parent.to_string()));
    UnitRow {
        id: division.code.clone(),
        level: level.map_or_else(String::new, |level| level.key().to_owned()),
        name: division.name.clone(),
        parent: parent.filter(|parent| !parent.is_empty()),
    }
}
