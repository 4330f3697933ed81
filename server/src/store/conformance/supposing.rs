//! What would be known: after a withdrawal, and with one more batch. It must be what is known once that is done.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::*;
use crate::store::overlay::{Overlay, SetDown, Within};

kept_by! {
    what_is_supposed_is_what_is_known_once_it_is_done,
    supposing_writes_nothing_and_refuses_what_withdrawing_refuses,
    a_batch_laid_over_is_what_is_known_once_it_is_stored,
    records_set_down_apart_from_their_batch_are_laid_over_as_those_in_it,
    a_batch_laid_over_counts_from_the_day_of_its_receipt,
    some_units_alone_are_known_as_they_are,
}

/// Everything that is known on a day, in words; numbers of a batch that is not stored yet are those it will get.
fn everything(knowledge: &dyn Knowledge, as_of: Date, next: BatchId) -> String {
    let mut told = String::new();
    let mut after: Option<String> = None;
    loop {
        // Pages of two, so that their seams are seen.
        let page = knowledge.scan_facts(after.as_deref(), 2, as_of).unwrap();
        for facts in &page {
            assert_eq!(facts, &knowledge.facts_of(&facts.unit, as_of).unwrap());
            told += &format!("{facts:?}\n");
        }
        match page.last() {
            Some(last) if page.len() == 2 => after = Some(last.unit.clone()),
            _ => break,
        }
    }
    for kind in ["fire", "dispute"] {
        knowledge
            .records_of_kind(kind, as_of, &mut |record| {
                told += &format!("{kind} {} {}\n", record.unit, record.id);
                ControlFlow::Continue(())
            })
            .unwrap();
    }
    told += &format!("{:?}\n", knowledge.units(as_of).unwrap());
    told += &format!("{:?}\n", knowledge.statements(as_of).unwrap());
    told += &format!("{:?}\n", knowledge.exemptions(as_of).unwrap());
    let unstored = |text: String| text.replace(&u64::MAX.to_string(), &next.to_string());
    unstored(told)
}

fn what_is_supposed_is_what_is_known_once_it_is_done(store: &dyn Store) {
    furnish(store);
    let targets =
        [Target::Batch(BatchId(3)), Target::Record(id(4, 7)), Target::Batch(BatchId(1)), Target::Batch(BatchId(4))];
    for target in targets {
        let supposed =
            everything(store.supposing(target, act(day(4, 1), "误")).unwrap().as_ref(), Date::MAX, BatchId(0));
        assert!(supposed != everything(store, Date::MAX, BatchId(0)), "{target:?} changes something");
        match target {
            Target::Batch(id) => store.withdraw_batch(id, act(day(4, 1), "误")).unwrap(),
            Target::Record(id) => store.withdraw_record(id, act(day(4, 1), "误")).unwrap(),
        }
        assert!(supposed == everything(store, Date::MAX, BatchId(0)), "{target:?}");
    }
}

fn supposing_writes_nothing_and_refuses_what_withdrawing_refuses(store: &dyn Store) {
    furnish(store);
    let before = export_text(store);
    let supposed = store.supposing(Target::Batch(BatchId(1)), act(day(4, 1), "误")).unwrap();
    assert_eq!(numbers(&supposed.facts_of("a", day(3, 31)).unwrap()), known(store, "a", day(3, 31)));
    drop(supposed);
    assert!(export_text(store) == before);
    let refused = |target| store.supposing(target, act(day(4, 1), "误")).err().unwrap();
    assert!(matches!(refused(Target::Batch(BatchId(2))), StoreError::Conflict(Conflict::BatchWithdrawn(BatchId(2)))));
    assert!(matches!(refused(Target::Record(id(1, 2))), StoreError::Conflict(Conflict::NotInForce(_))));
    assert!(matches!(refused(Target::Batch(BatchId(9))), StoreError::NotFound(Missing::Batch(BatchId(9)))));
}

fn a_batch_laid_over_is_what_is_known_once_it_is_stored(store: &dyn Store) {
    furnish(store);
    let mut new = rich_batch(day(4, 1));
    // A correction that moves a record to a unit nobody has heard of, and units before and behind all others.
    new.records.truncate(12);
    new.records.push(correcting(id(4, 1), record("丙村", "fire", 5)));
    new.records.push(record("0", "fire", 6));
    new.attributes.push(AttributeFact {
        unit: "龘村".to_owned(),
        attribute: "population".to_owned(),
        from: None,
        value: json!(7),
    });
    let laid_over = everything(&Overlay::new(store, &new), Date::MAX, BatchId(5));
    let stored = store.append_batch(new.clone()).unwrap();
    assert_eq!(stored, BatchId(5));
    assert!(laid_over == everything(store, Date::MAX, stored), "{laid_over}\n{}", everything(store, Date::MAX, stored));
}

/// Records that whoever tries them out does not hold in the batch.
struct Apart<'a>(&'a [RecordRow]);

impl SetDown for Apart<'_> {
    fn units(&self) -> Vec<&str> {
        self.0.iter().map(|row| row.unit.as_str()).collect()
    }

    fn records_of(&self, unit: &str) -> crate::store::Result<Vec<(u32, RecordRow)>> {
        let own = (1..).zip(self.0).filter(|(_, row)| row.unit == unit);
        Ok(own.map(|(number, row)| (number, row.clone())).collect())
    }

    fn corrected(&self) -> Vec<RecordId> {
        self.0.iter().filter_map(|row| row.supersedes).collect()
    }
}

fn records_set_down_apart_from_their_batch_are_laid_over_as_those_in_it(store: &dyn Store) {
    furnish(store);
    let mut whole = rich_batch(day(4, 1));
    whole.records.truncate(12);
    whole.records.push(correcting(id(4, 1), record("丙村", "fire", 5)));
    whole.records.insert(3, record("0", "fire", 6));
    let besides = NewBatch { records: Vec::new(), ..whole.clone() };
    let apart = Apart(&whole.records);
    let one = everything(&Overlay::new(store, &whole), Date::MAX, BatchId(5));
    let other = everything(&Overlay::of_many(store, &besides, &apart), Date::MAX, BatchId(5));
    assert!(one == other, "{one}\n{other}");
}

fn a_batch_laid_over_counts_from_the_day_of_its_receipt(store: &dyn Store) {
    furnish(store);
    let new = batch(day(4, 1), vec![correcting(id(4, 1), record("甲村", "fire", 5))]);
    let overlay = Overlay::new(store, &new);
    assert!(everything(&overlay, day(3, 31), BatchId(5)) == everything(store, day(3, 31), BatchId(5)));
    assert!(everything(&overlay, day(4, 1), BatchId(5)) != everything(store, day(4, 1), BatchId(5)));
}

fn some_units_alone_are_known_as_they_are(store: &dyn Store) {
    furnish(store);
    let units = BTreeSet::from(["甲村".to_owned(), "a".to_owned(), "330381001001".to_owned()]);
    let within = Within::new(store, &units);
    let scanned: Vec<String> =
        within.scan_facts(None, 9, Date::MAX).unwrap().into_iter().map(|facts| facts.unit).collect();
    assert_eq!(scanned, ["330381001001", "a", "甲村"]);
    assert_eq!(within.facts_of("甲村", Date::MAX).unwrap(), store.facts_of("甲村", Date::MAX).unwrap());
    assert_eq!(numbers(&within.facts_of("乙村", Date::MAX).unwrap()), [""; 0]);
    assert_eq!(within.units(Date::MAX).unwrap().len(), 1);
}
