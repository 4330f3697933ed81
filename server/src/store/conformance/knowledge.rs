//! What was known on a day: corrections, withdrawals, and what they bring back.

use std::ops::ControlFlow;

use super::*;

kept_by! {
    records_come_by_kind_and_number_whatever_the_order_of_arrival,
    a_record_is_known_from_the_day_it_was_received_on,
    a_corrected_record_counts_until_the_day_of_its_correction,
    a_withdrawn_record_counts_until_the_day_of_its_withdrawal,
    an_act_late_in_the_evening_takes_effect_on_that_day_in_china,
    withdrawing_a_batch_brings_back_what_it_had_superseded,
    withdrawing_a_record_does_not_bring_back_what_it_had_superseded,
    undoing_the_second_of_three_uploads_does_not_bring_back_the_first,
    a_correction_may_move_a_record_to_another_unit_and_back,
    a_record_out_of_force_is_neither_corrected_nor_withdrawn,
    the_history_of_a_record_names_who_when_and_why,
    of_two_facts_for_one_attribute_and_day_the_newer_counts,
    a_scan_gives_every_unit_once_and_in_order,
    the_records_of_a_kind_are_visited_until_the_visitor_breaks_off,
    units_statements_and_exemptions_are_those_known_on_the_day,
    what_had_been_seen_can_be_seen_again,
}

fn what_had_been_seen_can_be_seen_again(store: &dyn Store) {
    let mut then = Vec::new();
    let mut look = |store: &dyn Store| {
        let all = store.scan_facts(None, usize::MAX, Date::MAX).unwrap();
        let lists = (store.units(Date::MAX).unwrap(), store.statements(Date::MAX).unwrap());
        then.push((store.seen(), all, lists, store.exemptions(Date::MAX).unwrap()));
    };
    store.append_batch(rich_batch(day(2, 1))).unwrap();
    look(store);
    store.append_batch(batch(day(3, 1), vec![correcting(id(1, 1), record("乙村", "fire", 77))])).unwrap();
    look(store);
    store.withdraw_batch(BatchId(2), act(day(3, 2), "误")).unwrap();
    look(store);
    store.append_batch(rich_batch(day(3, 3))).unwrap();
    store.withdraw_batch(BatchId(1), act(day(3, 4), "误")).unwrap();
    look(store);
    for (seen, facts, (units, statements), exemptions) in then {
        let knowledge = store.as_seen(seen).unwrap();
        // Units that were heard of later have no facts then.
        let mut found = knowledge.scan_facts(None, usize::MAX, Date::MAX).unwrap();
        found.retain(|found| facts.iter().any(|facts| facts.unit == found.unit));
        assert!(found == facts, "{seen:?}");
        assert_eq!(knowledge.units(Date::MAX).unwrap(), units);
        assert_eq!(knowledge.statements(Date::MAX).unwrap(), statements);
        assert_eq!(knowledge.exemptions(Date::MAX).unwrap(), exemptions);
    }
}

fn records_come_by_kind_and_number_whatever_the_order_of_arrival(store: &dyn Store) {
    store.append_batch(batch(day(2, 1), vec![record("甲村", "fire", 1), record("甲村", "dispute", 2)])).unwrap();
    store.append_batch(batch(day(1, 1), vec![record("甲村", "dispute", 3), record("乙村", "fire", 4)])).unwrap();
    assert_eq!(known(store, "甲村", Date::MAX), ["1-2", "2-1", "1-1"]);
    assert_eq!(known(store, "甲", Date::MAX), [""; 0], "a name that begins another one is another unit");
    assert_eq!(known(store, "甲村村", Date::MAX), [""; 0]);
}

fn a_record_is_known_from_the_day_it_was_received_on(store: &dyn Store) {
    store.append_batch(batch(day(2, 1), vec![record("甲村", "fire", 1)])).unwrap();
    assert_eq!(known(store, "甲村", day(1, 31)), [""; 0]);
    assert_eq!(known(store, "甲村", day(2, 1)), ["1-1"]);
}

fn a_corrected_record_counts_until_the_day_of_its_correction(store: &dyn Store) {
    store.append_batch(batch(day(2, 1), vec![record("甲村", "fire", 1)])).unwrap();
    store.append_batch(batch(day(3, 1), vec![correcting(id(1, 1), record("甲村", "fire", 0))])).unwrap();
    assert_eq!(known(store, "甲村", day(2, 29)), ["1-1"]);
    assert_eq!(known(store, "甲村", day(3, 1)), ["2-1"]);
    assert_eq!(store.facts_of("甲村", day(3, 1)).unwrap().records[0].fields["deaths"], json!(0));
}

fn a_withdrawn_record_counts_until_the_day_of_its_withdrawal(store: &dyn Store) {
    store.append_batch(batch(day(2, 1), vec![record("甲村", "fire", 1), record("甲村", "fire", 2)])).unwrap();
    store.withdraw_record(id(1, 1), act(day(3, 1), "重复")).unwrap();
    assert_eq!(known(store, "甲村", day(2, 29)), ["1-1", "1-2"]);
    assert_eq!(known(store, "甲村", day(3, 1)), ["1-2"]);
    let state = State::Withdrawn { act: act(day(3, 1), "重复"), with_batch: false };
    assert_eq!(store.record(id(1, 1)).unwrap().state, state);
}

fn an_act_late_in_the_evening_takes_effect_on_that_day_in_china(store: &dyn Store) {
    store.append_batch(batch(day(2, 1), vec![record("甲村", "fire", 1)])).unwrap();
    let late = Act { at: "2020-03-01T23:30:00+08:00".parse().unwrap(), ..act(day(3, 1), "误报") };
    store.withdraw_record(id(1, 1), late).unwrap();
    assert_eq!(known(store, "甲村", day(2, 29)), ["1-1"]);
    assert_eq!(known(store, "甲村", day(3, 1)), [""; 0]);
}

fn withdrawing_a_batch_brings_back_what_it_had_superseded(store: &dyn Store) {
    store.append_batch(batch(day(2, 1), vec![record("甲村", "fire", 1)])).unwrap();
    store
        .append_batch(batch(
            day(3, 1),
            vec![correcting(id(1, 1), record("甲村", "fire", 0)), record("甲村", "fire", 9)],
        ))
        .unwrap();
    store.withdraw_batch(BatchId(2), act(day(4, 1), "整批有误")).unwrap();
    assert_eq!(known(store, "甲村", day(3, 31)), ["2-1", "2-2"]);
    assert_eq!(known(store, "甲村", day(4, 1)), ["1-1"]);
    assert_eq!(store.batch(BatchId(2)).unwrap().withdrawn, Some(act(day(4, 1), "整批有误")));
    let again = store.withdraw_batch(BatchId(2), act(day(4, 2), "再撤")).unwrap_err();
    assert!(matches!(again, StoreError::Conflict(Conflict::BatchWithdrawn(BatchId(2)))));
    store.append_batch(batch(day(5, 1), vec![correcting(id(1, 1), record("甲村", "fire", 3))])).unwrap();
    assert_eq!(known(store, "甲村", Date::MAX), ["3-1"]);
}

fn withdrawing_a_record_does_not_bring_back_what_it_had_superseded(store: &dyn Store) {
    store.append_batch(batch(day(2, 1), vec![record("甲村", "fire", 1)])).unwrap();
    store.append_batch(batch(day(3, 1), vec![correcting(id(1, 1), record("甲村", "fire", 0))])).unwrap();
    store.withdraw_record(id(2, 1), act(day(4, 1), "没有发生")).unwrap();
    assert_eq!(known(store, "甲村", day(3, 31)), ["2-1"]);
    assert_eq!(known(store, "甲村", day(4, 1)), [""; 0]);
}

fn undoing_the_second_of_three_uploads_does_not_bring_back_the_first(store: &dyn Store) {
    store.append_batch(batch(day(2, 1), vec![record("甲村", "fire", 1)])).unwrap();
    store.append_batch(batch(day(3, 1), vec![correcting(id(1, 1), record("甲村", "fire", 2))])).unwrap();
    store.append_batch(batch(day(4, 1), vec![correcting(id(2, 1), record("甲村", "fire", 3))])).unwrap();
    store.withdraw_batch(BatchId(2), act(day(5, 1), "误")).unwrap();
    assert_eq!(known(store, "甲村", day(5, 1)), ["3-1"]);
    let State::Superseded { by, .. } = store.record(id(1, 1)).unwrap().state else { panic!("the first one counts") };
    assert_eq!(by, id(3, 1));
    store.withdraw_batch(BatchId(3), act(day(6, 1), "也误")).unwrap();
    assert_eq!(known(store, "甲村", day(6, 1)), ["1-1"]);
}

fn a_correction_may_move_a_record_to_another_unit_and_back(store: &dyn Store) {
    store.append_batch(batch(day(2, 1), vec![record("甲村", "fire", 1)])).unwrap();
    store.append_batch(batch(day(3, 1), vec![correcting(id(1, 1), record("乙村", "fire", 1))])).unwrap();
    store.append_batch(batch(day(4, 1), vec![correcting(id(2, 1), record("丙村", "fire", 1))])).unwrap();
    store.withdraw_batch(BatchId(2), act(day(5, 1), "误")).unwrap();
    assert_eq!(known(store, "甲村", day(3, 1)), [""; 0]);
    assert_eq!(known(store, "乙村", day(3, 1)), ["2-1"]);
    assert_eq!(known(store, "甲村", day(5, 1)), [""; 0], "its last correction stands in another unit");
    assert_eq!(known(store, "丙村", day(5, 1)), ["3-1"]);
    store.withdraw_batch(BatchId(3), act(day(6, 1), "误")).unwrap();
    assert_eq!(known(store, "甲村", day(6, 1)), ["1-1"]);
}

fn a_record_out_of_force_is_neither_corrected_nor_withdrawn(store: &dyn Store) {
    store.append_batch(batch(day(2, 1), vec![record("甲村", "fire", 1), record("甲村", "fire", 2)])).unwrap();
    store.append_batch(batch(day(3, 1), vec![correcting(id(1, 1), record("甲村", "fire", 3))])).unwrap();
    store.withdraw_record(id(1, 2), act(day(3, 1), "重复")).unwrap();
    for old in [id(1, 1), id(1, 2)] {
        let refused =
            |result: Result<()>| matches!(result, Err(StoreError::Conflict(Conflict::NotInForce(id))) if id == old);
        let correction = batch(day(4, 1), vec![correcting(old, record("甲村", "fire", 4))]);
        assert!(refused(store.append_batch(correction).map(drop)));
        assert!(refused(store.withdraw_record(old, act(day(4, 1), "再撤"))));
    }
    let missing = store.withdraw_record(id(9, 1), act(day(4, 1), "无")).unwrap_err();
    assert!(matches!(missing, StoreError::NotFound(Missing::Record(_))));
}

fn the_history_of_a_record_names_who_when_and_why(store: &dyn Store) {
    store.append_batch(batch(day(2, 1), vec![record("甲村", "fire", 0), record("甲村", "fire", 1)])).unwrap();
    let mut correction = batch(day(3, 1), vec![correcting(id(1, 2), record("乙村", "fire", 2))]);
    correction.what = "更正死亡人数".to_owned();
    store.append_batch(correction).unwrap();
    store.append_batch(batch(day(4, 1), vec![correcting(id(2, 1), record("乙村", "fire", 3))])).unwrap();
    for asked in [id(1, 2), id(2, 1), id(3, 1)] {
        let history = store.history(asked).unwrap();
        let numbers: Vec<_> = history.iter().map(|version| version.record.id).collect();
        assert_eq!(numbers, [id(1, 2), id(2, 1), id(3, 1)]);
        let first = Act { by: "李".to_owned(), at: noon(day(3, 1)), why: "更正死亡人数".to_owned() };
        assert_eq!(history[0].state, State::Superseded { by: id(2, 1), act: first });
        assert_eq!(history[2].state, State::InForce);
        assert_eq!(history[0].record.source.cell("deaths"), "火灾.xlsx!2020!F3");
    }
    assert_eq!(store.history(id(1, 1)).unwrap().len(), 1);
    assert!(matches!(store.history(id(1, 3)), Err(StoreError::NotFound(Missing::Record(_)))));
}

fn of_two_facts_for_one_attribute_and_day_the_newer_counts(store: &dyn Store) {
    let fact =
        |from, value| AttributeFact { unit: "甲村".to_owned(), attribute: "population".to_owned(), from, value };
    let with = |on, attributes| NewBatch { attributes, ..batch(on, vec![]) };
    store.append_batch(with(day(2, 1), vec![fact(None, json!(1)), fact(Some(day(1, 1)), json!(2))])).unwrap();
    store.append_batch(with(day(3, 1), vec![fact(None, json!(3))])).unwrap();
    let values = |as_of| {
        let facts = store.facts_of("甲村", as_of).unwrap();
        facts.attributes.iter().map(|fact| (fact.from, fact.value.clone())).collect::<Vec<_>>()
    };
    assert_eq!(values(day(1, 31)), []);
    assert_eq!(values(day(2, 1)), [(None, json!(1)), (Some(day(1, 1)), json!(2))]);
    assert_eq!(values(day(3, 1)), [(None, json!(3)), (Some(day(1, 1)), json!(2))]);
    store.withdraw_batch(BatchId(2), act(day(4, 1), "误")).unwrap();
    assert_eq!(values(day(4, 1)), [(None, json!(1)), (Some(day(1, 1)), json!(2))]);
}

fn a_scan_gives_every_unit_once_and_in_order(store: &dyn Store) {
    store.append_batch(rich_batch(day(2, 1))).unwrap();
    store.append_batch(rich_batch(day(3, 1))).unwrap();
    store.withdraw_batch(BatchId(2), act(day(4, 1), "误")).unwrap();
    for limit in [1, 2, 3, 100] {
        for as_of in [day(1, 1), day(2, 1), day(3, 1), day(4, 1)] {
            let mut scanned: Vec<UnitFacts> = Vec::new();
            loop {
                let after = scanned.last().map(|facts| facts.unit.clone());
                let page = store.scan_facts(after.as_deref(), limit, as_of).unwrap();
                let is_last = page.len() < limit;
                scanned.extend(page);
                if is_last {
                    break;
                }
            }
            let units: Vec<_> = scanned.iter().map(|facts| facts.unit.as_str()).collect();
            assert_eq!(units, ["a", "a\0b", "town", "乙村", "甲村"]);
            for facts in scanned {
                assert_eq!(store.facts_of(&facts.unit, as_of).unwrap(), facts);
            }
        }
    }
}

fn the_records_of_a_kind_are_visited_until_the_visitor_breaks_off(store: &dyn Store) {
    let records = vec![record("乙村", "fire", 1), record("甲村", "dispute", 2), record("甲村", "fire", 3)];
    store.append_batch(batch(day(2, 1), records)).unwrap();
    store.append_batch(batch(day(3, 1), vec![correcting(id(1, 1), record("乙村", "fire", 4))])).unwrap();
    let visited = |as_of, most| {
        let mut visited = Vec::new();
        let visit = &mut |record: StoredRecord| {
            visited.push(record.id.to_string());
            if visited.len() == most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        store.records_of_kind("fire", as_of, visit).unwrap();
        visited
    };
    assert_eq!(visited(day(2, 1), 9), ["1-1", "1-3"]);
    assert_eq!(visited(day(3, 1), 9), ["2-1", "1-3"]);
    assert_eq!(visited(day(3, 1), 1), ["2-1"]);
}

fn units_statements_and_exemptions_are_those_known_on_the_day(store: &dyn Store) {
    let old = rich_batch(day(2, 1));
    let mut new = batch(day(3, 1), vec![]);
    new.units = vec![UnitRow { name: "甲社区".to_owned(), ..old.units[0].clone() }];
    new.statements = vec![old.statements[0].clone()];
    new.exemptions = vec![Exemption { until: Some(day(12, 31)), ..old.exemptions[0].clone() }];
    store.append_batch(old.clone()).unwrap();
    store.append_batch(new.clone()).unwrap();
    assert_eq!(store.units(day(1, 1)).unwrap(), []);
    assert_eq!(store.units(day(2, 1)).unwrap(), old.units);
    assert_eq!(store.units(day(3, 1)).unwrap(), [new.units[0].clone(), old.units[1].clone()]);
    let statements = store.statements(day(3, 1)).unwrap();
    assert_eq!(statements.iter().map(|statement| statement.id).collect::<Vec<_>>(), [id(1, 1), id(1, 2), id(2, 1)]);
    assert!(statements[1].nil && !statements[2].nil);
    let exemptions = store.exemptions(day(3, 1)).unwrap();
    assert_eq!((exemptions.len(), exemptions[1].until), (2, Some(day(12, 31))));
    store.withdraw_batch(BatchId(1), act(day(4, 1), "误")).unwrap();
    assert_eq!(store.exemptions(day(4, 1)).unwrap().len(), 1);
    assert_eq!(store.units(day(4, 1)).unwrap(), new.units);
}
