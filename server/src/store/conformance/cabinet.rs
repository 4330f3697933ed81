//! Papers: filed at once, replaced, thrown away, carried by a backup.

use std::io::Cursor;

use super::*;

kept_by! {
    a_paper_is_had_again_by_its_folder_and_name,
    a_shorter_paper_leaves_nothing_of_the_longer_one,
    papers_of_a_folder_come_page_by_page_in_the_order_of_their_names,
    of_papers_with_one_faulty_name_none_is_filed,
    a_backup_carries_the_papers,
}

fn filed(store: &dyn Store, folder: &str) -> Vec<(String, Vec<u8>)> {
    store.papers(folder, None, 99).unwrap()
}

fn a_paper_is_had_again_by_its_folder_and_name(store: &dyn Store) {
    let long = vec![7; 40_000];
    store.file_papers(vec![Paper::new("a", "甲\0乙", long.clone()), Paper::new("ab", "x", "")]).unwrap();
    assert_eq!(store.paper("a", "甲\0乙").unwrap(), Some(long));
    assert_eq!(store.paper("ab", "x").unwrap(), Some(vec![]));
    assert_eq!(store.paper("a", "x").unwrap(), None);
    assert_eq!(store.folders().unwrap(), ["a", "ab"]);
}

fn a_shorter_paper_leaves_nothing_of_the_longer_one(store: &dyn Store) {
    store.file_papers(vec![Paper::new("a", "n", vec![1; 30_000])]).unwrap();
    store.file_papers(vec![Paper::new("a", "n", "kurz")]).unwrap();
    assert_eq!(filed(store, "a"), [("n".to_owned(), b"kurz".to_vec())]);
    store.file_papers(vec![Paper::gone("a", "n"), Paper::gone("a", "never was")]).unwrap();
    assert_eq!((filed(store, "a"), store.folders().unwrap()), (vec![], vec![]));
}

fn papers_of_a_folder_come_page_by_page_in_the_order_of_their_names(store: &dyn Store) {
    let names = ["1", "10", "2", "二"];
    store.file_papers(names.iter().rev().map(|name| Paper::new("p", *name, *name)).collect()).unwrap();
    store.file_papers(vec![Paper::new("q", "0", "other"), Paper::new("o", "9", "other")]).unwrap();
    let mut found = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = store.papers("p", after.as_deref(), 3).unwrap();
        let full = page.len() == 3;
        after = page.last().map(|(name, _)| name.clone());
        found.extend(page.into_iter().map(|(name, _)| name));
        if !full {
            break;
        }
    }
    assert_eq!(found, names);
}

fn of_papers_with_one_faulty_name_none_is_filed(store: &dyn Store) {
    let long = "x".repeat(LONGEST_NAME + 1);
    for faulty in [long.as_str(), ""] {
        let refused = store.file_papers(vec![Paper::new("a", "good", "1"), Paper::new("a", faulty, "2")]);
        assert!(matches!(refused, Err(StoreError::Conflict(_))));
    }
    assert_eq!(filed(store, "a"), []);
}

fn a_backup_carries_the_papers(store: &dyn Store) {
    furnish(store);
    store
        .file_papers(vec![Paper::new("mappings", "platform", "map: 1\n"), Paper::new("keys", "b", [0xFF, 0])])
        .unwrap();
    let text = export_text(store);
    let copy = Memory::new();
    transfer::import(&copy, &mut Cursor::new(text.as_bytes())).unwrap();
    assert_eq!(export_text(&copy), text);
    assert_eq!(copy.paper("keys", "b").unwrap(), Some(vec![0xFF, 0]));
}
