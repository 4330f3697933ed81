//! Backups, verification, health.

use std::io::Cursor;

use super::*;

kept_by! {
    a_backup_read_back_gives_an_equal_store,
    a_damaged_backup_is_refused_before_anything_is_stored,
    a_backup_file_is_there_only_when_it_is_whole,
    a_sound_store_has_no_faults,
}

fn a_backup_read_back_gives_an_equal_store(store: &dyn Store) {
    furnish(store);
    let text = export_text(store);
    let directory = tempfile::tempdir().unwrap();
    let copies: [Box<dyn Store>; 2] = [Box::new(Memory::new()), Box::new(sled::open(directory.path()).unwrap())];
    for copy in &copies {
        let tally = transfer::import(copy.as_ref(), &mut Cursor::new(text.as_bytes())).unwrap();
        assert_eq!((tally.batches, tally.records, tally.runs), (4, 802, 2));
        assert_eq!(export_text(copy.as_ref()), text);
        assert_eq!(copy.scan_facts(None, 99, day(3, 2)).unwrap(), store.scan_facts(None, 99, day(3, 2)).unwrap());
        let again = transfer::import(copy.as_ref(), &mut Cursor::new(text.as_bytes())).unwrap_err();
        assert!(matches!(again, StoreError::Conflict(Conflict::NotEmpty)));
    }
}

fn a_damaged_backup_is_refused_before_anything_is_stored(store: &dyn Store) {
    let source = Memory::new();
    furnish(&source);
    let text = export_text(&source);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let swapped = {
        let mut lines = lines.clone();
        lines.swap(10, 11);
        lines.concat()
    };
    let damaged = [
        (text.replacen("甲村", "乙村", 1), BackupFault::Checksum),
        (lines[..lines.len() - 1].concat(), BackupFault::End),
        ([&lines[..20], &lines[21..]].concat().concat(), BackupFault::End),
        (swapped, BackupFault::End),
        (lines[1..].concat(), BackupFault::Order),
        (format!("{text}{}", lines[5]), BackupFault::Order),
        (text[..text.len() / 2].to_owned(), BackupFault::Form),
    ];
    for (text, expected) in damaged {
        let refused = transfer::import(store, &mut Cursor::new(text)).unwrap_err();
        assert!(
            matches!(refused, StoreError::Conflict(Conflict::Backup { fault, .. }) if fault == expected),
            "{refused}"
        );
        assert_eq!((store.batches(None, 1).unwrap(), store.editions().unwrap()), (vec![], vec![]));
    }
}

fn a_backup_file_is_there_only_when_it_is_whole(store: &dyn Store) {
    furnish(store);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("backup.jsonl");
    let tally = transfer::back_up(store, &path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(tally.lines, text.lines().count() as u64);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1, "nothing unfinished is left");
    assert!(transfer::back_up(store, &directory.path().join("missing/backup.jsonl")).is_err());
}

fn a_sound_store_has_no_faults(store: &dyn Store) {
    furnish(store);
    assert_eq!(store.verify().unwrap(), []);
    assert_eq!(store.schema_version().unwrap(), SCHEMA);
    let health = store.health().unwrap();
    assert_eq!((health.batches, health.accepts_writes), (4, true));
}
