//! What a batch takes back counts again when the batch is undone; and what is called off leaves nothing.

use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::progress::{Progress, Step};
use crate::store::overlay::Overlay;

kept_by! {
    what_a_batch_takes_back_counts_again_when_the_batch_is_undone,
    what_is_taken_back_with_a_correction_of_it_stays_away,
    a_batch_takes_back_only_what_counts_and_each_once,
    an_upload_that_is_called_off_at_any_point_leaves_nothing,
}

fn taking(on: Date, records: Vec<RecordRow>, takes_back: Vec<RecordId>) -> NewBatch {
    NewBatch { takes_back, ..batch(on, records) }
}

fn what_a_batch_takes_back_counts_again_when_the_batch_is_undone(store: &dyn Store) {
    let two = vec![record("甲村", "fire", 1), record("甲村", "fire", 2)];
    store.append_batch(batch(day(2, 1), two)).unwrap();
    let complete = taking(day(3, 1), vec![record("甲村", "fire", 3)], vec![id(1, 2)]);
    let expected = Overlay::new(store, &complete).facts_of("甲村", Date::MAX).unwrap().records.len();
    assert_eq!(store.append_batch(complete.clone()).unwrap(), BatchId(2));
    assert_eq!(known(store, "甲村", Date::MAX), ["1-1", "2-1"]);
    assert_eq!(expected, 2, "laid over the store it says the same");
    assert_eq!(known(store, "甲村", day(2, 28)), ["1-1", "1-2"], "before that day it was known");
    assert_eq!(store.contents(BatchId(2)).unwrap(), complete);
    assert_eq!(store.batch(BatchId(2)).unwrap().counts.taken_back, 1);
    let version = store.record(id(1, 2)).unwrap();
    let State::TakenBack { by: BatchId(2), act: told } = version.state else { panic!("{:?}", version.state) };
    assert_eq!((told.by.as_str(), told.why.as_str()), ("李", "一月火灾台账"));
    assert_eq!(store.history(id(1, 2)).unwrap().len(), 1);

    let supposed = store.supposing(Target::Batch(BatchId(2)), act(day(3, 5), "误")).unwrap();
    assert_eq!(known_to(supposed.as_ref(), "甲村"), ["1-1", "1-2"]);
    drop(supposed);
    store.withdraw_batch(BatchId(2), act(day(3, 5), "误")).unwrap();
    assert_eq!(known(store, "甲村", Date::MAX), ["1-1", "1-2"]);
    assert_eq!(known(store, "甲村", day(3, 4)), ["1-1", "2-1"], "until that day it was taken back");
    assert_eq!(store.record(id(1, 2)).unwrap().state, State::InForce);
    assert_eq!(packed_numbers(store, "甲村"), 2, "scoring sees it again");
}

fn what_is_taken_back_with_a_correction_of_it_stays_away(store: &dyn Store) {
    store.append_batch(batch(day(2, 1), vec![record("甲村", "fire", 1)])).unwrap();
    store.append_batch(batch(day(2, 2), vec![correcting(id(1, 1), record("乙村", "fire", 2))])).unwrap();
    store.append_batch(taking(day(2, 3), Vec::new(), vec![id(2, 1)])).unwrap();
    store.withdraw_batch(BatchId(2), act(day(2, 4), "误")).unwrap();
    assert_eq!(known(store, "甲村", Date::MAX), [""; 0], "the complete table says that it is not so");
    store.withdraw_batch(BatchId(3), act(day(2, 5), "误")).unwrap();
    assert_eq!(known(store, "甲村", Date::MAX), ["1-1"]);
    assert_eq!(packed_numbers(store, "甲村"), 1);
}

fn a_batch_takes_back_only_what_counts_and_each_once(store: &dyn Store) {
    store.append_batch(batch(day(2, 1), vec![record("甲村", "fire", 1), record("甲村", "fire", 2)])).unwrap();
    let before = export_text(store);
    let refused = |batch| store.append_batch(batch).unwrap_err();
    let twice = taking(day(2, 2), Vec::new(), vec![id(1, 1), id(1, 1)]);
    assert!(matches!(refused(twice), StoreError::Conflict(Conflict::SupersededTwice(_))));
    let both = taking(day(2, 2), vec![correcting(id(1, 1), record("甲村", "fire", 3))], vec![id(1, 1)]);
    assert!(matches!(refused(both), StoreError::Conflict(Conflict::SupersededTwice(_))));
    let nowhere = taking(day(2, 2), Vec::new(), vec![id(1, 9)]);
    assert!(matches!(refused(nowhere), StoreError::NotFound(Missing::Record(_))));
    assert!(export_text(store) == before);
    store.append_batch(taking(day(2, 2), Vec::new(), vec![id(1, 1)])).unwrap();
    let again = taking(day(2, 3), Vec::new(), vec![id(1, 1)]);
    assert!(matches!(refused(again), StoreError::Conflict(Conflict::NotInForce(_))));
}

/// Calls off when it is asked for the so-many-th time.
struct Patience(AtomicU32);

impl Progress for Patience {
    fn begin(&self, _: Step, _: u64) {}

    fn advance(&self, _: u64) {}

    fn is_called_off(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err()
    }
}

fn an_upload_that_is_called_off_at_any_point_leaves_nothing(store: &dyn Store) {
    furnish(store);
    // More than is written at once, with a correction and something taken back.
    let mut new = rich_batch(day(4, 1));
    new.records.extend((0..1_500).map(|n| record(&format!("新村{n}"), "fire", n)));
    new.records.push(correcting(id(4, 1), record("丙村", "fire", 5)));
    new.takes_back = vec![id(4, 3)];
    let before = export_text(store);
    for patience in 0.. {
        match store.append_watched(new.clone(), &Patience(AtomicU32::new(patience))) {
            Err(StoreError::CalledOff(_)) => {
                assert!(export_text(store) == before, "called off at question {patience}");
                assert_eq!(store.verify().unwrap(), [], "called off at question {patience}");
            }
            stored => {
                assert_eq!(stored.unwrap(), BatchId(5));
                assert_eq!(store.contents(BatchId(5)).unwrap(), new);
                return assert!(patience > 0, "it was never asked whether to go on");
            }
        }
    }
}

fn known_to(knowledge: &dyn Knowledge, unit: &str) -> Vec<String> {
    numbers(&knowledge.facts_of(unit, Date::MAX).unwrap())
}

/// Records among the packed facts of a unit.
fn packed_numbers(store: &dyn Store, unit: &str) -> usize {
    let packed = store.packed_of(unit, Date::MAX).unwrap();
    liuwu_engine::record::packed::Packed::read(&packed.bytes).unwrap().unpack().unwrap().records.len()
}
