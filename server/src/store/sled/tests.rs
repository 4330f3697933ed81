//! What the store on sled promises beyond the others: it is locked, it mends what was interrupted, it names what is damaged.

mod interrupted;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::key::Key;
use super::rows::encode;
use super::shelf::Shelf;
use super::{Sled, open};
use crate::store::conformance::{batch, day, furnish, new_run, period, rich_batch, save_run};
use crate::store::error::{Damage, StoreError};
use crate::store::words::*;
use crate::store::{Knowledge, SCHEMA, Store};

fn fresh() -> (TempDir, Sled) {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).unwrap();
    (directory, store)
}

fn reopen(store: Sled, path: &Path) -> Sled {
    drop(store);
    open(path).unwrap()
}

/// Keys and values of a collection as they are on the disk.
fn everything(shelf: &Shelf) -> Vec<(Vec<u8>, Vec<u8>)> {
    shelf.bare().iter().map(|entry| entry.unwrap()).map(|(key, value)| (key.to_vec(), value.to_vec())).collect()
}

fn everything_of_batches(store: &Sled) -> Vec<Vec<(Vec<u8>, Vec<u8>)>> {
    store.shelves.of_batches().map(everything).to_vec()
}

#[test]
fn a_second_opening_is_told_that_the_database_is_in_use() {
    let (directory, store) = fresh();
    let refused = open(directory.path()).err().unwrap();
    assert!(matches!(&refused, StoreError::Locked { path } if path == directory.path()));
    assert!(refused.to_string().contains("in use by another process") && refused.zh().contains("正被另一个进程使用"));
    drop(store);
    open(directory.path()).unwrap();
}

#[test]
fn a_batch_without_a_heading_is_not_seen_and_is_removed_at_the_next_opening() {
    let (directory, store) = fresh();
    furnish(&store);
    let before = everything_of_batches(&store);
    let facts = store.scan_facts(None, 99, day(12, 31)).unwrap();
    let id = store.append_batch(rich_batch(day(4, 1))).unwrap();
    // As it is when the process ends after the rows and before the heading.
    store.shelves.batches.remove(&Key::new().batch(id)).unwrap();
    store.shelves.meta.write(vec![(Key::new().text("writing"), encode(&id).unwrap())]).unwrap();
    store.learn().last_batch = BatchId(id.0 - 1);
    assert_eq!(store.scan_facts(None, 99, day(12, 31)).unwrap(), facts);
    assert_eq!(store.statements(day(12, 31)).unwrap().len(), 4);
    let store = reopen(store, directory.path());
    assert!(everything_of_batches(&store) == before, "rows are left over");
    assert_eq!(store.scan_facts(None, 99, day(12, 31)).unwrap(), facts);
    assert_eq!(store.append_batch(batch(day(5, 1), vec![])).unwrap(), id);
    assert_eq!(store.verify().unwrap(), []);
}

#[test]
fn a_batch_whose_heading_is_there_stays_although_it_was_still_marked() {
    let (directory, store) = fresh();
    let id = store.append_batch(rich_batch(day(4, 1))).unwrap();
    store.shelves.meta.write(vec![(Key::new().text("writing"), encode(&id).unwrap())]).unwrap();
    let store = reopen(store, directory.path());
    assert!(store.contents(id).unwrap() == rich_batch(day(4, 1)));
    assert_eq!(store.shelves.meta.get(&Key::new().text("writing")).unwrap(), None);
}

#[test]
fn a_run_that_was_interrupted_is_removed_at_the_next_opening() {
    let (directory, store) = fresh();
    let kept = save_run(&store, &["2020"], 9, false);
    let before = everything(&store.shelves.assessments);
    let mut writer = store.begin_run(new_run(&["2020"])).unwrap();
    for unit in 0..20_000 {
        writer.add(period("2020"), &format!("{unit:08}"), &[b'x'; 400]).unwrap();
    }
    // A killed process does not run the writer's clean-up.
    std::mem::forget(writer);
    assert!(everything(&store.shelves.assessments).len() > 100, "nothing had been written yet");
    let store = reopen(store, directory.path());
    assert_eq!(store.runs().unwrap(), [kept]);
    assert!(everything(&store.shelves.assessments) == before, "assessments are left over");
}

#[test]
fn the_number_of_a_discarded_run_is_not_given_again() {
    let (directory, store) = fresh();
    let run = save_run(&store, &["2020"], 1, false).id;
    store.discard_run(run).unwrap();
    let store = reopen(store, directory.path());
    assert!(save_run(&store, &["2020"], 1, false).id > run);
}

#[test]
fn a_flipped_bit_in_any_value_is_named_by_collection_and_key() {
    let (_directory, store) = fresh();
    furnish(&store);
    let shelves = &store.shelves;
    let all = shelves.of_batches().into_iter().chain([
        &shelves.editions,
        &shelves.texts,
        &shelves.batches,
        &shelves.withdrawals,
        &shelves.runs,
        &shelves.assessments,
        &shelves.releases,
        &shelves.papers,
    ]);
    for shelf in all {
        let entries = everything(shelf);
        assert!(!entries.is_empty(), "nothing is on the shelf {}", shelf.name);
        for (number, (key, value)) in entries.iter().enumerate().step_by(7) {
            let mut flipped = value.clone();
            let place = number * 31 % value.len();
            flipped[place] ^= 1 << (number % 8);
            shelf.bare().insert(key, flipped).unwrap();
            let faults = store.verify().unwrap();
            let named = faults.iter().any(|fault| fault.place.starts_with(&format!("{} ", shelf.name)));
            assert!(named, "byte {place} of {} {key:?} went unnoticed: {faults:?}", shelf.name);
            shelf.bare().insert(key, value.as_slice()).unwrap();
        }
    }
    assert_eq!(store.verify().unwrap(), []);
}

#[test]
fn a_damaged_record_is_named_in_words_a_person_can_follow() {
    let (_directory, store) = fresh();
    furnish(&store);
    let (key, mut value) = everything(&store.shelves.records).pop().unwrap();
    *value.last_mut().unwrap() ^= 1;
    store.shelves.records.bare().insert(key, value).unwrap();
    let faults = store.verify().unwrap();
    assert_eq!(faults.iter().filter(|fault| fault.damage == Damage::Checksum).count(), 1);
    let fault = faults.iter().find(|fault| fault.damage == Damage::Checksum).unwrap();
    assert!(fault.place.starts_with("records 甲村/fire/4/"), "{fault}");
    let refused = store.facts_of("甲村", day(12, 31)).unwrap_err();
    assert!(matches!(&refused, StoreError::Corrupt(named) if named == fault));
    assert!(refused.zh().starts_with("数据库已损坏:records 甲村/fire/4/"), "{}", refused.zh());
    assert!(store.facts_of("乙村", day(12, 31)).is_ok(), "what is sound can still be read");
}

#[test]
fn a_value_that_is_gone_or_stands_under_another_key_is_noticed() {
    let (_directory, store) = fresh();
    furnish(&store);
    for shelf in store.shelves.of_batches().into_iter().chain([&store.shelves.batches, &store.shelves.assessments]) {
        let entries = everything(shelf);
        let (key, value) = entries.last().unwrap();
        shelf.bare().remove(key).unwrap();
        assert_ne!(store.verify().unwrap(), [], "an entry of {} is gone", shelf.name);
        shelf.bare().insert(key, value.as_slice()).unwrap();
        if let [(first, other), .., _] = entries.as_slice() {
            shelf.bare().insert(first, value.as_slice()).unwrap();
            assert_ne!(store.verify().unwrap(), [], "a value of {} stands under another key", shelf.name);
            shelf.bare().insert(first, other.as_slice()).unwrap();
        }
    }
    assert_eq!(store.verify().unwrap(), []);
}

#[test]
fn no_value_is_longer_than_a_leaf_of_the_database_takes() {
    let (_directory, store) = fresh();
    furnish(&store);
    let shelves = &store.shelves;
    let lists: [&Shelf; 4] = [&shelves.records, &shelves.texts, &shelves.assessments, &shelves.record_places];
    let longest = lists.into_iter().flat_map(everything).map(|(_, value)| value.len()).max().unwrap();
    assert!((6_000..=7_000).contains(&longest), "{longest}");
}

#[test]
fn a_database_of_a_newer_program_is_not_touched() {
    let (directory, store) = fresh();
    store.shelves.meta.write(vec![(Key::new().text("schema"), encode(&(SCHEMA + 1)).unwrap())]).unwrap();
    drop(store);
    let refused = open(directory.path()).err().unwrap();
    assert!(matches!(refused, StoreError::TooNew { found, known } if (found, known) == (SCHEMA + 1, SCHEMA)));
}

#[test]
fn a_snapshot_that_was_being_written_does_not_keep_the_database_from_opening() {
    let (directory, store) = fresh();
    store.append_batch(rich_batch(day(4, 1))).unwrap();
    drop(store);
    let unfinished = directory.path().join("snap.00000000000000FF.generating");
    fs::write(&unfinished, b"half a snapshot").unwrap();
    let store = open(directory.path()).unwrap();
    assert!(!unfinished.exists());
    assert_eq!(store.batches(None, 9).unwrap().len(), 1);
}

#[test]
fn files_full_of_rubbish_are_an_error_or_an_old_state_and_never_a_panic() {
    for seed in 0..12_u8 {
        let (directory, store) = fresh();
        furnish(&store);
        drop(store);
        let mut files: Vec<_> = fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.is_file() && path.metadata().unwrap().len() > 0);
        files.sort();
        let path = &files[usize::from(seed) % files.len()];
        let mut bytes = fs::read(path).unwrap();
        let start = bytes.len() * usize::from(seed) / 13;
        bytes.iter_mut().skip(start).take(300).for_each(|byte| *byte = byte.wrapping_mul(31).wrapping_add(seed));
        fs::write(path, bytes).unwrap();
        match open(directory.path()) {
            Ok(store) => drop(store.verify()),
            Err(error) => assert!(matches!(error, StoreError::Corrupt(_) | StoreError::Io(_)), "{error}"),
        }
    }
}

#[test]
fn after_a_failed_write_all_others_are_refused_until_the_next_opening() {
    let (directory, store) = fresh();
    store.append_batch(rich_batch(day(4, 1))).unwrap();
    let mut writing = store.begin().unwrap();
    let failed = store.commit(&mut writing, || Err(StoreError::Full));
    assert!(matches!(failed, Err(StoreError::Full)));
    drop(writing);
    let refused = store.append_batch(rich_batch(day(4, 1))).unwrap_err();
    assert!(matches!(refused, StoreError::Halted));
    assert!(!store.health().unwrap().accepts_writes);
    let store = reopen(store, directory.path());
    assert_eq!(store.append_batch(rich_batch(day(4, 1))).unwrap(), BatchId(2));
}

#[test]
fn what_is_being_written_while_a_store_is_checked_is_no_damage() {
    let (_directory, store) = fresh();
    store.append_batch(rich_batch(day(2, 1))).unwrap();
    let mut coming = store.begin_batch(batch(day(2, 2), Vec::new())).unwrap();
    coming.add(rich_batch(day(2, 2)).records).unwrap();
    // As it is for a check that went through the sheets before this batch began.
    store.shelves.sheets.remove(&Key::new().batch(BatchId(2))).unwrap();
    assert_eq!(store.verify().unwrap(), []);
    drop(coming);
    store.shelves.sheets.remove(&Key::new().batch(BatchId(1))).unwrap();
    assert_ne!(store.verify().unwrap(), [], "one that is lacking in a whole batch is named");
}

#[test]
fn keys_of_all_collections_can_be_shown_to_a_person() {
    let (_directory, store) = fresh();
    furnish(&store);
    let mut shown = BTreeSet::new();
    for shelf in store.shelves.of_batches() {
        for key in shelf.keys(&Key::new()) {
            shown.insert(shelf.fault(&key.unwrap(), Damage::Entry).place);
        }
    }
    assert!(shown.iter().all(|place| !place.contains("0x")), "{shown:?}");
    assert!(shown.contains("successors 甲村/1/1/2/1"), "{shown:?}");
    assert!(shown.contains("units 1/1"), "{shown:?}");
}

/// Reading many units at once does not hold back a writer, and the reader sees a batch whole or not at all.
#[test]
fn readers_see_a_batch_whole_or_not_at_all_while_it_is_written() {
    let (_directory, store) = fresh();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for _ in 0..12 {
                store.append_batch(rich_batch(day(4, 1))).unwrap();
            }
        });
        while !writer.is_finished() {
            let facts = store.scan_facts(None, 99, day(12, 31)).unwrap();
            let records: usize = facts.iter().map(|unit| unit.records.len()).sum();
            assert_eq!(records % 400, 0, "half a batch is seen");
        }
    });
    assert_eq!(store.verify().unwrap(), []);
}

fn all_packed(store: &Sled) -> Vec<(String, Vec<u8>)> {
    let packed = store.scan_packed(None, usize::MAX, day(12, 31)).unwrap();
    packed.into_iter().map(|facts| (facts.unit, facts.bytes)).collect()
}

#[test]
fn a_store_of_the_first_layout_is_brought_up_when_it_is_opened() {
    let (directory, store) = fresh();
    furnish(&store);
    let packed = all_packed(&store);
    // As a program wrote it that knew no packed facts.
    store.shelves.facts.remove(&Key::new()).unwrap();
    store.shelves.meta.write(vec![(Key::new().text("schema"), encode(&1).unwrap())]).unwrap();
    let store = reopen(store, directory.path());
    assert_eq!(store.schema_version().unwrap(), SCHEMA);
    assert!(!packed.is_empty() && all_packed(&store) == packed);
    assert_eq!(store.verify().unwrap(), []);
}

#[test]
fn packed_facts_written_for_a_batch_that_never_came_are_made_anew() {
    let (directory, store) = fresh();
    furnish(&store);
    let packed = all_packed(&store);
    let id = store.append_batch(rich_batch(day(4, 1))).unwrap();
    assert!(all_packed(&store) != packed);
    // As it is when the process ends after the packed facts and before the heading.
    store.shelves.batches.remove(&Key::new().batch(id)).unwrap();
    store.shelves.meta.write(vec![(Key::new().text("writing"), encode(&id).unwrap())]).unwrap();
    let store = reopen(store, directory.path());
    assert!(all_packed(&store) == packed);
    assert_eq!(store.verify().unwrap(), []);
}

#[test]
fn packed_facts_written_for_a_withdrawal_that_never_came_are_made_anew() {
    let (directory, store) = fresh();
    furnish(&store);
    let packed = all_packed(&store);
    let number = store.withdrawals().unwrap().len() as u64;
    let act = Act { by: "王".to_owned(), at: jiff::Timestamp::UNIX_EPOCH, why: "误".to_owned() };
    store.withdraw_batch(BatchId(4), act).unwrap();
    assert!(all_packed(&store) != packed);
    store.shelves.withdrawals.remove(&Key::new().large(number)).unwrap();
    let target = encode(&Target::Batch(BatchId(4))).unwrap();
    store.shelves.meta.write(vec![(Key::new().text("withdrawing"), target)]).unwrap();
    let store = reopen(store, directory.path());
    assert!(all_packed(&store) == packed);
    assert_eq!(store.verify().unwrap(), []);
}

#[test]
fn packed_facts_that_differ_from_the_records_are_named_by_unit_and_kind_and_can_be_made_anew() {
    let (_directory, store) = fresh();
    furnish(&store);
    let other = store.packed_of("乙村", day(12, 31)).unwrap().bytes;
    let (_, mut leaf) = store.leaf_with("甲村").unwrap().unwrap();
    leaf.insert("甲村".to_owned(), other);
    leaf.insert("甲甲村".to_owned(), Vec::new());
    let exchange = super::packs::cut(leaf).unwrap().into_iter().map(|(key, value)| (key, Some(value))).collect();
    store.exchange_leaves(vec![exchange]).unwrap();
    let faults = store.verify().unwrap();
    assert!(faults.iter().all(|fault| fault.damage == Damage::Packed), "{faults:?}");
    let places: BTreeSet<&str> = faults.iter().map(|fault| fault.place.as_str()).collect();
    for place in ["facts 甲甲村 *", "facts 甲村 dispute", "facts 甲村 fire"] {
        assert!(places.contains(place), "{places:?}");
    }
    store.rebuild().unwrap();
    assert_eq!(store.verify().unwrap(), []);
}
