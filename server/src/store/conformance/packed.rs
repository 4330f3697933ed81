//! Packed facts say what the records say, of every unit on every day.

use liuwu_engine::record::loose::LooseRecord;
use liuwu_engine::record::packed::Packed;

use super::*;

kept_by! {
    packed_facts_say_what_the_records_say,
    packed_facts_of_a_day_gone_by_are_those_of_that_day,
    a_scan_of_packed_facts_gives_every_unit_with_facts_once_and_in_order,
    many_units_of_many_batches_are_packed_as_they_come,
    what_was_made_anew_is_what_was_there,
}

/// What is packed, by record and attribute, in the words of what is known.
pub(super) fn unpacked(packed: &PackedFacts) -> UnitFacts {
    let columns = Packed::read(&packed.bytes).unwrap();
    let facts = columns.unpack().unwrap();
    let source = |record: &LooseRecord| {
        let sheet = (record.origin.batch, record.origin.sheet);
        let place = columns.sheets().iter().position(|known| *known == sheet).unwrap();
        packed.sheets[place].row(record.origin.row)
    };
    let row = |record: &LooseRecord| RecordRow {
        unit: packed.unit.clone(),
        kind: record.kind.clone(),
        date: record.date,
        number: record.number.clone(),
        fields: record.fields.clone(),
        source: source(record),
        supersedes: None,
    };
    let received = |(batch, number), item| Received { id: id(batch, number), received_on: Date::MIN, item };
    let mut records: Vec<StoredRecord> =
        facts.records.iter().map(|record| received((record.origin.batch, record.origin.number), row(record))).collect();
    records.sort_by(|one, other| (&one.kind, one.id).cmp(&(&other.kind, other.id)));
    let attributes = facts.attributes.into_iter().map(|fact| Received {
        id: id(fact.origin.0, fact.origin.1),
        received_on: Date::MIN,
        item: AttributeFact { unit: packed.unit.clone(), attribute: fact.key, from: fact.from, value: fact.value },
    });
    UnitFacts { unit: packed.unit.clone(), records, attributes: attributes.collect() }
}

/// Facts without what scoring has no use for: the day of receipt, and what a record corrects.
pub(super) fn plain(facts: UnitFacts) -> UnitFacts {
    let records = facts.records.into_iter().map(|record| Received {
        received_on: Date::MIN,
        item: RecordRow { supersedes: None, ..record.item },
        id: record.id,
    });
    let attributes = facts.attributes.into_iter().map(|fact| Received { received_on: Date::MIN, ..fact });
    UnitFacts { unit: facts.unit, records: records.collect(), attributes: attributes.collect() }
}

/// Holds what is packed against the records, of every unit.
pub(super) fn hold_against_the_records(store: &dyn Store, as_of: Date) {
    for facts in store.scan_facts(None, usize::MAX, as_of).unwrap() {
        let packed = store.packed_of(&facts.unit, as_of).unwrap();
        assert_eq!(unpacked(&packed), plain(facts), "as of {as_of}");
    }
}

fn packed_facts_say_what_the_records_say(store: &dyn Store) {
    furnish(store);
    hold_against_the_records(store, Date::MAX);
    store.withdraw_batch(BatchId(4), act(day(6, 1), "误")).unwrap();
    store.withdraw_record(id(3, 1), act(day(6, 2), "误")).unwrap();
    hold_against_the_records(store, Date::MAX);
    let nobody = store.packed_of("无此村", Date::MAX).unwrap();
    assert!(unpacked(&nobody).records.is_empty());
}

fn packed_facts_of_a_day_gone_by_are_those_of_that_day(store: &dyn Store) {
    furnish(store);
    for on in [day(1, 1), day(1, 5), day(2, 1), day(3, 1), day(3, 2), day(3, 3), day(12, 31)] {
        hold_against_the_records(store, on);
    }
    assert!(unpacked(&store.packed_of("甲村", day(1, 1)).unwrap()).records.is_empty());
}

fn a_scan_of_packed_facts_gives_every_unit_with_facts_once_and_in_order(store: &dyn Store) {
    let names: Vec<String> = (0..700).map(|number| format!("村{number:04}")).collect();
    let records = names.iter().map(|name| record(name, "fire", 1)).collect();
    store.append_batch(batch(day(2, 1), records)).unwrap();
    for limit in [1, 7, 699, 700, 701] {
        let mut found: Vec<String> = Vec::new();
        loop {
            let page = store.scan_packed(found.last().map(String::as_str), limit, Date::MAX).unwrap();
            let is_last = page.len() < limit;
            found.extend(page.into_iter().map(|facts| facts.unit));
            if is_last {
                break;
            }
        }
        assert_eq!(found, names, "in pages of {limit}");
    }
}

fn many_units_of_many_batches_are_packed_as_they_come(store: &dyn Store) {
    // In an order that fills values from the middle, cuts them, and moves records between them.
    for round in 0..6_u32 {
        let unit = |number: u32| format!("村{:04}", (number * 37 + round * 11) % 400);
        let mut records: Vec<RecordRow> = (0..300).map(|number| record(&unit(number), "fire", number)).collect();
        if round > 0 {
            let old = (1..=40).map(|number| id(round.into(), number * 3));
            for (record, old) in records.iter_mut().zip(old) {
                record.supersedes = Some(old);
            }
        }
        store.append_batch(batch(day(2, 1), records)).unwrap();
    }
    hold_against_the_records(store, Date::MAX);
    store.withdraw_batch(BatchId(3), act(day(3, 1), "误")).unwrap();
    hold_against_the_records(store, Date::MAX);
}

fn what_was_made_anew_is_what_was_there(store: &dyn Store) {
    furnish(store);
    let all = |store: &dyn Store| -> Vec<UnitFacts> {
        store.scan_packed(None, usize::MAX, Date::MAX).unwrap().iter().map(unpacked).collect()
    };
    let before = all(store);
    store.rebuild().unwrap();
    assert_eq!(all(store), before);
    assert_eq!(store.verify().unwrap(), []);
}
