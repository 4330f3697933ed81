//! What was stored at a moment, read again and again while more is being stored.

use super::packed::{plain, unpacked};
use super::*;

kept_by! {
    a_moment_stays_what_it_was_whatever_is_stored_meanwhile,
    a_moment_knows_how_often_the_lists_had_changed,
}

/// Facts of all units that have any, and the lists.
type Everything = (Vec<UnitFacts>, Vec<UnitRow>, Vec<Received<Statement>>, Vec<Received<Exemption>>);

fn everything(knowledge: &dyn Knowledge) -> Everything {
    let mut facts = knowledge.scan_facts(None, usize::MAX, Date::MAX).unwrap();
    facts.retain(|facts| !facts.records.is_empty() || !facts.attributes.is_empty());
    let units = knowledge.units(Date::MAX).unwrap();
    (facts, units, knowledge.statements(Date::MAX).unwrap(), knowledge.exemptions(Date::MAX).unwrap())
}

/// The same facts, packed: one by one, and in pages of two, so that their seams are seen.
fn packed(knowledge: &dyn Knowledge, units: &[String]) -> [Vec<UnitFacts>; 2] {
    let singly = units.iter().map(|unit| unpacked(&knowledge.packed_of(unit, Date::MAX).unwrap())).collect();
    let (mut paged, mut after): (Vec<UnitFacts>, Option<String>) = (Vec::new(), None);
    loop {
        let page = knowledge.scan_packed(after.as_deref(), 2, Date::MAX).unwrap();
        after = page.last().map(|last| last.unit.clone());
        paged.extend(page.iter().map(unpacked));
        if page.len() < 2 {
            break;
        }
    }
    assert!(paged.is_sorted_by(|one, other| one.unit < other.unit));
    [singly, paged].map(|mut facts: Vec<UnitFacts>| {
        facts.retain(|facts| !facts.records.is_empty() || !facts.attributes.is_empty());
        facts
    })
}

fn a_moment_stays_what_it_was_whatever_is_stored_meanwhile(store: &dyn Store) {
    furnish(store);
    let new_unit = record("丁村", "fire", 5);
    let attribute = AttributeFact { unit: "丙村".into(), attribute: "people".into(), from: None, value: json!("9") };
    let moves = correcting(id(1, 15), record("乙村", "fire", 6));
    let later: [&dyn Fn(); 7] = [
        &|| assert!(store.append_batch(batch(day(5, 1), vec![new_unit.clone()])).is_ok()),
        &|| {
            assert!(
                store.append_batch(NewBatch { attributes: vec![attribute.clone()], ..rich_batch(day(5, 1)) }).is_ok()
            )
        },
        &|| assert!(store.append_batch(batch(day(5, 2), vec![moves.clone()])).is_ok()),
        &|| store.withdraw_batch(BatchId(7), act(day(5, 3), "误")).unwrap(),
        &|| store.withdraw_record(id(1, 21), act(day(5, 3), "误")).unwrap(),
        // All that there is about some units.
        &|| store.withdraw_batch(BatchId(1), act(day(5, 4), "误")).unwrap(),
        &|| store.withdraw_batch(BatchId(4), act(day(5, 5), "误")).unwrap(),
    ];
    let mut moments: Vec<(Moment, Everything)> = Vec::new();
    let units: Vec<String> = ["a", "a\0b", "丁村", "丙村", "乙村", "甲村", "town", "无此村"].map(str::to_owned).into();
    for change in later {
        moments.push((store.moment().unwrap(), everything(store)));
        change();
        for (moment, then) in &moments {
            let facts: Vec<UnitFacts> = then.0.iter().cloned().map(plain).collect();
            let mut by_name = packed(moment.known.as_ref(), &units);
            by_name[0].sort_by(|one, other| one.unit.cmp(&other.unit));
            assert!(by_name == [facts.clone(), facts], "{:?} beside {:?}", moment.seen, store.seen());
            assert!(everything(moment.known.as_ref()) == *then, "{:?} beside {:?}", moment.seen, store.seen());
            assert!(everything(store.as_seen(moment.seen).unwrap().as_ref()) == *then);
        }
    }
}

fn a_moment_knows_how_often_the_lists_had_changed(store: &dyn Store) {
    store.append_batch(rich_batch(day(2, 1))).unwrap();
    let moment = store.moment().unwrap();
    assert_eq!((moment.seen, moment.lists_changed), (store.seen(), store.lists_changed()));
    store.append_batch(rich_batch(day(2, 2))).unwrap();
    assert!(store.lists_changed() > moment.lists_changed);
}
