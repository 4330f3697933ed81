//! The header and the faulty rows of a table too large to be held, where they stand, so that they can go back alone.
//!
//! Enters: a sheet of which these rows were picked. Leaves: the same with each row standing for itself: what is merged over rows that
//! are not there is written into those that are, unless nobody knows which of them it belongs to. Next: [`super::rebuilt`].

use std::collections::BTreeSet;

use liuwu_engine::codes::sheet::MERGED_OVER_ROWS;
use liuwu_engine::diagnostic::{Diagnostic, Location};

use crate::intake::workbook::{Merges, Sheet, place_of};

/// Lets picked rows (from 1) stand for themselves.
pub(super) fn stand_alone(sheet: &mut Sheet, rows: &BTreeSet<u32>, faults: &[Diagnostic]) {
    let is_there = |row: usize| u32::try_from(row + 1).is_ok_and(|number| rows.contains(&number));
    let unclear: BTreeSet<usize> = faults
        .iter()
        .filter(|fault| fault.code == &MERGED_OVER_ROWS)
        .filter_map(|fault| match &fault.location {
            Location::Cell { cell, .. } => place_of(cell).map(|(_, column)| column),
            _ => None,
        })
        .collect();
    let width = sheet.width();
    let merges = Merges::of(sheet);
    let mut filled = Vec::new();
    for row in rows.iter().map(|number| *number as usize - 1) {
        for column in (0..width).filter(|column| !unclear.contains(column) && sheet.cell(row, *column).is_blank()) {
            if let Some(merged) = merges.covering(row, column).filter(|merged| merged.rows.start() != merged.rows.end())
            {
                let top = sheet.cell(*merged.rows.start(), *merged.columns.start());
                filled.push(((row, column), top.clone()));
            }
        }
    }
    sheet.above.retain(|(row, _), _| is_there(*row));
    sheet.merged.retain(|merged| merged.rows.clone().all(is_there));
    // Within cells that stay merged only the first has a value.
    let merges = Merges::of(sheet);
    filled.retain(|((row, column), _)| merges.covering(*row, *column).is_none());
    sheet.above.extend(filled);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use liuwu_engine::dictionary::read::Raw;

    use super::*;
    use crate::intake::workbook::Merged;

    #[test]
    fn a_row_under_a_merged_cell_says_itself_what_is_merged_over_it() {
        let empty = Sheet::empty(&Arc::from("a.xlsx"), Some(Arc::from("一")));
        let mut sheet = Sheet { first: usize::MAX, ..empty };
        let text = |text: &str| Raw::Text(text.to_owned());
        let cells =
            [((0, 0), "村社"), ((0, 1), "人数"), ((3, 0), "甲村"), ((3, 2), "三月"), ((5, 1), "x"), ((9, 1), "y")];
        sheet.above.extend(cells.map(|(at, words)| (at, text(words))));
        sheet.merged = vec![
            Merged { rows: 0..=0, columns: 1..=2 },
            Merged { rows: 3..=6, columns: 0..=0 },
            Merged { rows: 3..=6, columns: 2..=2 },
        ];
        let at = Location::Cell { file: "a.xlsx".into(), sheet: Some("一".into()), cell: "C4".into() };
        stand_alone(&mut sheet, &BTreeSet::from([1, 6, 10]), &[Diagnostic::new(&MERGED_OVER_ROWS).at(at)]);
        let shown = |row, column| sheet.text(row, column);
        assert_eq!([shown(5, 0), shown(5, 1), shown(5, 2)], ["甲村", "x", ""], "nobody knows whose March it is");
        assert_eq!([shown(3, 0), shown(9, 0), shown(9, 1)], ["", "", "y"]);
        assert_eq!(sheet.merged, [Merged { rows: 0..=0, columns: 1..=2 }]);
    }
}
