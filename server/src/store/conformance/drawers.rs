//! Slips and contents.

use super::*;

kept_by! {
    a_content_is_kept_once_and_read_back_byte_for_byte,
    a_content_goes_when_no_slip_holds_it_any_more,
    a_slip_is_replaced_only_by_a_newer_one,
    a_shorter_slip_leaves_nothing_of_a_longer_one,
    a_slip_cannot_hold_what_is_not_there,
    slips_are_listed_by_name_and_drawer_by_drawer,
    contents_and_slips_come_back_from_a_backup,
}

fn a_content_is_kept_once_and_read_back_byte_for_byte(store: &dyn Store) {
    // Less than a chunk, just a chunk, and more than goes to the disk at once.
    for length in [0, 1, 48 << 10, (48 << 10) + 1, 5 << 20] {
        let content: Vec<u8> = (0..length).map(|at: usize| (at * 7 % 251) as u8).collect();
        let id = store.keep(&content, noon(day(1, 1))).unwrap();
        assert_eq!(store.keep(&content, noon(day(1, 2))).unwrap(), id);
        assert!(store.content(id).unwrap() == content, "{length} bytes are not what was kept");
        let heads = store.kept().unwrap();
        let head = heads.iter().find(|head| head.id == id).unwrap();
        assert_eq!((head.size, head.at), (length as u64, noon(day(1, 2))));
    }
    assert_eq!(store.kept().unwrap().len(), 5);
    let missing = store.content(ContentId::of(b"never kept")).unwrap_err();
    assert!(matches!(missing, StoreError::NotFound(Missing::Content(_))), "{missing}");
}

fn a_content_goes_when_no_slip_holds_it_any_more(store: &dyn Store) {
    let [held, idle, fresh] = [(b"held", 1), (b"idle", 1), (b"next", 5)]
        .map(|(content, on)| store.keep(content, noon(day(1, on))).unwrap());
    store.put_slip("drafts", "a", &Slip::first(json!(null), vec![held])).unwrap();
    assert_eq!(store.sweep(noon(day(1, 2))).unwrap(), 1);
    assert!(store.content(held).is_ok() && store.content(idle).is_err() && store.content(fresh).is_ok());
    assert!(store.remove_slip("drafts", "a").unwrap());
    assert!(!store.remove_slip("drafts", "a").unwrap());
    assert_eq!(store.sweep(noon(day(1, 2))).unwrap(), 1);
    assert!(store.content(held).is_err());
}

fn a_slip_is_replaced_only_by_a_newer_one(store: &dyn Store) {
    let first = Slip::first(json!(1), vec![]);
    store.put_slip("drafts", "a", &first).unwrap();
    let second = first.next(json!(2), vec![]);
    store.put_slip("drafts", "a", &second).unwrap();
    for late in [&first.next(json!(3), vec![]), &first] {
        let refused = store.put_slip("drafts", "a", late).unwrap_err();
        assert!(matches!(refused, StoreError::Conflict(Conflict::Changed { .. })), "{refused}");
    }
    assert_eq!(store.slip("drafts", "a").unwrap(), Some(second));
    assert_eq!(store.slip("drafts", "b").unwrap(), None);
    assert_eq!(store.slip("others", "a").unwrap(), None);
}

fn a_shorter_slip_leaves_nothing_of_a_longer_one(store: &dyn Store) {
    let long = Slip::first(json!("长".repeat(20_000)), vec![]);
    store.put_slip("drafts", "a", &long).unwrap();
    assert_eq!(store.slip("drafts", "a").unwrap().as_ref(), Some(&long));
    let short = long.next(json!("短"), vec![]);
    store.put_slip("drafts", "a", &short).unwrap();
    assert_eq!(store.slips("drafts", None, 9).unwrap(), [("a".to_owned(), short)]);
}

fn a_slip_cannot_hold_what_is_not_there(store: &dyn Store) {
    let slip = Slip::first(json!(null), vec![ContentId::of(b"never kept")]);
    let refused = store.put_slip("drafts", "a", &slip).unwrap_err();
    assert!(matches!(refused, StoreError::NotFound(Missing::Content(_))), "{refused}");
    assert_eq!(store.slip("drafts", "a").unwrap(), None);
}

fn slips_are_listed_by_name_and_drawer_by_drawer(store: &dyn Store) {
    for (drawer, name) in [("b", "2"), ("b", "1"), ("a", "9"), ("b", "3"), ("ba", "1")] {
        store.put_slip(drawer, name, &Slip::first(json!(name), vec![])).unwrap();
    }
    let names = |after: Option<&str>, limit| {
        store.slips("b", after, limit).unwrap().into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    assert_eq!(names(None, 9), ["1", "2", "3"]);
    assert_eq!(names(None, 2), ["1", "2"]);
    assert_eq!(names(Some("2"), 9), ["3"]);
    assert_eq!(names(Some("25"), 9), ["3"]);
    assert_eq!(store.drawers().unwrap(), ["a", "b", "ba"]);
    assert!(store.put_slip("", "1", &Slip::first(json!(1), vec![])).is_err());
}

fn contents_and_slips_come_back_from_a_backup(store: &dyn Store) {
    let content = store.keep(&[7; 100_000], noon(day(1, 1))).unwrap();
    let slip = Slip::first(json!({ "甲": [1] }), vec![content]).next(json!({ "甲": [2] }), vec![content]);
    store.put_slip("drafts", "一", &slip).unwrap();
    let text = export_text(store);
    let copy = Memory::new();
    transfer::import(&copy, &mut std::io::Cursor::new(text.as_bytes())).unwrap();
    assert_eq!(copy.slip("drafts", "一").unwrap(), Some(slip));
    assert!(copy.content(content).unwrap() == [7; 100_000]);
    assert_eq!(export_text(&copy), text);
}
