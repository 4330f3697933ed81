//! The log of everything that was done, as stores keep it.

use super::*;

kept_by! {
    the_log_goes_on_where_it_ended,
    an_entry_that_does_not_follow_the_last_is_refused,
    entries_and_the_papers_they_are_about_are_kept_together_or_not_at_all,
    what_is_archived_is_removed_and_the_newest_stays,
}

fn entry(number: u64) -> Entry {
    Entry {
        number,
        at: noon(day(1, 2)),
        who: "李".to_owned(),
        acting_for: Some("330381101701".to_owned()),
        from: None,
        action: "upload".to_owned(),
        subject: "batch".to_owned(),
        id: number.to_string(),
        outcome: "done".to_owned(),
        content: (number == 2).then(|| "2".repeat(64)),
        before: "0".repeat(64),
        hash: "1".repeat(64),
    }
}

fn numbers_of(entries: &[Entry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.number).collect()
}

fn the_log_goes_on_where_it_ended(store: &dyn Store) {
    assert_eq!(store.last_entry().unwrap(), None);
    for number in 1..=5 {
        store.append_entry(&entry(number)).unwrap();
    }
    assert_eq!(store.last_entry().unwrap(), Some(entry(5)));
    assert_eq!(numbers_of(&store.entries(2, 3).unwrap()), [2, 3, 4]);
    assert_eq!(numbers_of(&store.entries(4, 9).unwrap()), [4, 5]);
    assert_eq!(numbers_of(&store.entries_back(None, 2).unwrap()), [5, 4]);
    assert_eq!(numbers_of(&store.entries_back(Some(3), 9).unwrap()), [2, 1]);
}

fn an_entry_that_does_not_follow_the_last_is_refused(store: &dyn Store) {
    store.append_entry(&entry(1)).unwrap();
    for number in [1, 3] {
        let refused = store.append_entry(&entry(number)).unwrap_err();
        assert!(matches!(refused, StoreError::Conflict(Conflict::EntryNumber(named)) if named == number));
    }
}

fn entries_and_the_papers_they_are_about_are_kept_together_or_not_at_all(store: &dyn Store) {
    let long = vec![b'x'; 20_000];
    let account = |body: &[u8]| Paper::new("accounts", "li", body);
    store.append_entries(&[entry(1), entry(2)], vec![account(&long), Paper::new("drafts", "a", "1")]).unwrap();
    assert_eq!(store.paper("accounts", "li").unwrap(), Some(long));
    assert_eq!(numbers_of(&store.entries(1, 9).unwrap()), [1, 2]);
    for refused in [
        store.append_entries(&[entry(3), entry(5)], vec![account(b"2")]),
        store.append_entries(&[entry(2)], vec![account(b"2")]),
        store.append_entries(&[entry(3)], vec![Paper::new("accounts", "", "2")]),
    ] {
        refused.unwrap_err();
        assert_eq!(store.paper("accounts", "li").unwrap().unwrap().len(), 20_000);
        assert_eq!(numbers_of(&store.entries(1, 9).unwrap()), [1, 2]);
    }
    // A paper that takes the place of a longer one leaves nothing of it behind.
    store.append_entries(&[entry(3)], vec![account(b"short"), Paper::gone("drafts", "a")]).unwrap();
    assert_eq!(store.paper("accounts", "li").unwrap(), Some(b"short".to_vec()));
    assert_eq!(store.folders().unwrap(), ["accounts"]);
}

fn what_is_archived_is_removed_and_the_newest_stays(store: &dyn Store) {
    for number in 1..=4 {
        store.append_entry(&entry(number)).unwrap();
    }
    store.remove_entries(3).unwrap();
    assert_eq!(numbers_of(&store.entries(1, 9).unwrap()), [3, 4]);
    store.remove_entries(99).unwrap();
    assert_eq!(numbers_of(&store.entries_back(None, 9).unwrap()), [4]);
    store.append_entry(&entry(5)).unwrap();
}
