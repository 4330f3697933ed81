//! Which cells of a draft somebody mended on its page, once it is a batch: they were typed, while the rest came with the table.
//!
//! Enters: a draft that is stored. Leaves: the addresses of its mended cells, kept under its number, as records name the cells that
//! they were read from. What was typed into them is not kept here. Next: [`crate::desk::filled`].

use std::collections::BTreeSet;

use super::Draft;
use crate::intake::CellChoice;
use crate::store::{Paper, Store, StoreError};

/// The folder in the cabinet.
const FOLDER: &str = "mended";

/// What is to be filed when a draft is stored; none when nothing was mended in it.
pub fn paper(draft: &Draft) -> Option<Paper> {
    let cells: BTreeSet<String> = draft.cells.iter().map(address).collect();
    let body = serde_json::to_vec(&cells).ok().filter(|_| !cells.is_empty())?;
    Some(Paper::new(FOLDER, &draft.id, body))
}

/// Takes it back: the draft was not stored after all.
pub fn no_paper(draft: &Draft) -> Paper {
    Paper::gone(FOLDER, &draft.id)
}

/// The cells that were mended in a draft which was stored.
///
/// # Errors
/// The store's.
pub fn of(store: &dyn Store, draft: &str) -> Result<BTreeSet<String>, StoreError> {
    let paper = store.paper(FOLDER, draft)?;
    Ok(paper.and_then(|paper| serde_json::from_slice(&paper).ok()).unwrap_or_default())
}

/// A cell as a record names it: `火灾.xlsx!2020!F12`.
fn address(cell: &CellChoice) -> String {
    match &cell.sheet {
        Some(sheet) => format!("{}!{sheet}!{}", cell.file, cell.cell),
        None => format!("{}!{}", cell.file, cell.cell),
    }
}
