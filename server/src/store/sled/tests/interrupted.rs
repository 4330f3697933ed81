//! Writes that end after any of their pieces: nothing of the units beside those they were about is lost.

use serde_json::{Map, Value as Json};

use super::*;
use crate::store::sled::ledger::number_sheets;
use crate::store::sled::packs::{EXCHANGED, Exchange, brought, gathered, rebuilding};
use liuwu_engine::record::Source;

/// Units whose facts fill several values, some of them several units each.
const UNITS: usize = 60;

/// A record of each unit whose number is picked out, with a text of so many letters that hardly compresses.
fn records(is_meant: impl Fn(usize) -> bool, letters: usize) -> Vec<RecordRow> {
    let row = |unit: usize| {
        let mut state = unit as u64 + letters as u64;
        let mut letter = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(b'a' + (state >> 33) as u8 % 26)
        };
        let text: String = (0..letters).map(|_| letter()).collect();
        RecordRow {
            unit: format!("{unit:03}"),
            kind: "fire".to_owned(),
            date: day(1, 1),
            number: Some(format!("{unit}-{letters}")),
            fields: Map::from_iter([("text".to_owned(), Json::String(text))]),
            source: Source::line(&"火灾.csv".into(), unit as u32 + 1),
            supersedes: None,
        }
    };
    (0..UNITS).filter(|unit| is_meant(*unit)).map(row).collect()
}

/// Every other unit is known; what comes is about few of these, and about many that are new and stand between them.
fn known_and_coming() -> (Sled, TempDir, NewBatch) {
    let (directory, store) = fresh();
    store.append_batch(batch(day(2, 1), records(|unit| unit % 2 == 0, 900))).unwrap();
    let coming = batch(day(2, 2), records(|unit| unit % 6 == 1 || unit % 10 == 0 || (20..40).contains(&unit), 1_500));
    (store, directory, coming)
}

/// Writes what a batch writes before its heading, up to so many pieces of its packed facts; gives how many pieces there are.
fn append_up_to(store: &Sled, batch: &NewBatch, pieces: usize) -> usize {
    let id = BatchId(store.known().last_batch.0 + 1);
    let (successors, put_out) = store.put_out_by(batch, id).unwrap();
    let (sheets, numbers) = number_sheets(&batch.records);
    let mut entries = store.rows_by_shelf(batch, id, (sheets, &numbers)).unwrap();
    entries.push((&store.shelves.successors, successors));
    let leaves = store.changed_leaves(brought(batch.clone(), id, &numbers, put_out)).unwrap();
    store.shelves.meta.write(vec![(Key::new().text("writing"), encode(&id).unwrap())]).unwrap();
    for (shelf, entries) in entries {
        shelf.write(entries).unwrap();
    }
    write_up_to(store, leaves, pieces)
}

/// The smallest pieces there may be, so that it can end at every place where it can end at all.
fn write_up_to(store: &Sled, leaves: Vec<Exchange>, pieces: usize) -> usize {
    let all: Vec<Exchange> = gathered(leaves, 1).collect();
    for piece in all.iter().take(pieces) {
        store.shelves.facts.exchange(piece.clone()).unwrap();
    }
    all.len()
}

#[test]
fn a_batch_that_ends_after_any_piece_of_its_packed_facts_takes_nothing_from_other_units() {
    let (mut store, directory, coming) = known_and_coming();
    let before = all_packed(&store);
    let mut pieces = 0;
    loop {
        let all = append_up_to(&store, &coming, pieces);
        store = reopen(store, directory.path());
        assert!(all_packed(&store) == before, "something is lost after {pieces} pieces of {all}");
        assert_eq!(store.verify().unwrap(), []);
        if pieces >= all {
            assert!(all > 5, "{all} pieces are too few to end between them");
            break;
        }
        pieces += 1;
    }
    store.append_batch(coming).unwrap();
    assert_eq!(store.verify().unwrap(), []);
}

#[test]
fn a_withdrawal_that_ends_after_any_piece_of_its_packed_facts_takes_nothing_from_other_units() {
    let (mut store, directory, coming) = known_and_coming();
    let target = Target::Batch(store.append_batch(coming).unwrap());
    let before = all_packed(&store);
    let act = Act { by: "王".to_owned(), at: jiff::Timestamp::UNIX_EPOCH, why: "误".to_owned() };
    let mut pieces = 0;
    loop {
        let mut after = store.known().clone();
        let withdrawal = store.may_withdraw(&after, target, act.clone()).unwrap();
        after.withdrawn.add(withdrawal);
        let units = store.units_touched(&after, target).unwrap();
        store.shelves.meta.write(vec![(Key::new().text("withdrawing"), encode(&target).unwrap())]).unwrap();
        let leaves = store.repack(&after, units).unwrap();
        let all = write_up_to(&store, leaves, pieces);
        store = reopen(store, directory.path());
        assert!(all_packed(&store) == before, "something is lost after {pieces} pieces of {all}");
        assert_eq!(store.verify().unwrap(), []);
        if pieces >= all {
            break;
        }
        pieces += 1;
    }
}

#[test]
fn making_all_packed_facts_anew_may_end_anywhere_and_is_done_again_at_the_next_opening() {
    let (mut store, directory, coming) = known_and_coming();
    store.append_batch(coming).unwrap();
    let before = all_packed(&store);
    for done in [0, 1, before.len() / 2, before.len()] {
        store.shelves.meta.write(vec![(rebuilding(), encode(&true).unwrap())]).unwrap();
        store.shelves.facts.remove(&Key::new()).unwrap();
        let units = before.iter().take(done).map(|(unit, _)| unit.clone()).collect();
        store.exchange_leaves(store.repack(&store.known(), units).unwrap()).unwrap();
        store = reopen(store, directory.path());
        assert!(all_packed(&store) == before, "something is missing after {done} units");
        assert_eq!(store.shelves.meta.get(&rebuilding()).unwrap(), None);
        assert_eq!(store.verify().unwrap(), []);
    }
}

#[test]
fn packed_facts_stay_as_they_are_when_a_record_cannot_be_read() {
    let (store, _directory, coming) = known_and_coming();
    store.append_batch(coming).unwrap();
    let before = all_packed(&store);
    let (key, value) = store.shelves.records.bare().iter().last().unwrap().unwrap();
    store.shelves.records.bare().insert(key, &value[..value.len() - 1]).unwrap();
    assert!(matches!(store.rebuild(), Err(StoreError::Corrupt(_))));
    assert!(all_packed(&store) == before);
    assert!(!store.is_halted());
}

#[test]
fn what_takes_the_place_of_one_value_is_never_written_in_two_pieces() {
    let (store, _directory, coming) = known_and_coming();
    let (_, numbers) = number_sheets(&coming.records);
    let leaves = store.changed_leaves(brought(coming, BatchId(2), &numbers, Vec::new())).unwrap();
    let counts: Vec<usize> = leaves.iter().map(Exchange::len).collect();
    assert!(counts.iter().any(|count| *count > 1), "no value is cut: {counts:?}");
    let sizes: Vec<usize> = gathered(leaves.clone(), 3).map(|piece| piece.len()).collect();
    assert_eq!(sizes.iter().sum::<usize>(), counts.iter().sum::<usize>());
    for piece in gathered(leaves.clone(), 3) {
        let whole = leaves.iter().filter(|leaf| leaf.keys().any(|key| piece.contains_key(key)));
        assert!(whole.into_iter().all(|leaf| leaf.keys().all(|key| piece.contains_key(key))));
    }
    assert_eq!(gathered(leaves, EXCHANGED).count(), 1);
}
