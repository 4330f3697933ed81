//! Who may touch what, and who not.

use super::*;

#[test]
fn a_town_reaches_its_villages_and_no_others() {
    let row = |id: &str, parent: &str| UnitRow {
        id: id.to_owned(),
        level: "village".to_owned(),
        name: id.to_owned(),
        parent: Some(parent.to_owned()),
    };
    let units = [row("T1", "C"), row("T2", "C"), row("V1", "T1"), row("V2", "T2"), row("G1", "V1"), row("X", "X")];
    let found = below(&["T1".to_owned(), "X".to_owned()], &units);
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["G1", "T1", "V1", "X"]);
}
