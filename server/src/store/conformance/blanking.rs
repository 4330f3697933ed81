//! Blanking: what is blanked is gone everywhere, and nothing else has changed.

use serde_json::Map;

use super::*;

kept_by! {
    a_blanked_field_is_gone_from_facts_histories_batches_and_backups,
    blanking_changes_nothing_but_the_fields_named,
    a_value_may_grow_and_shrink_by_blanking,
    blanking_a_record_that_is_not_there_changes_nothing,
}

fn blank(record: RecordId, field: &str, value: Json) -> Blank {
    Blank { record, fields: Map::from_iter([(field.to_owned(), value)]) }
}

fn a_blanked_field_is_gone_from_facts_histories_batches_and_backups(store: &dyn Store) {
    furnish(store);
    let mut new = record("甲村", "fire", 7);
    new.fields.insert("reporter".to_owned(), json!("王小明"));
    store.append_batch(batch(day(4, 1), vec![new.clone()])).unwrap();
    let moved = RecordRow { unit: "乙村".to_owned(), ..correcting(id(5, 1), new) };
    store.append_batch(batch(day(4, 2), vec![moved])).unwrap();
    assert_eq!(export_text(store).matches("王小明").count(), 2);
    store.blank(vec![blank(id(5, 1), "reporter", json!("〔〕")), blank(id(6, 1), "reporter", json!("〔〕"))]).unwrap();
    assert!(!export_text(store).contains("王小明"));
    assert_eq!(store.record(id(5, 1)).unwrap().record.fields["reporter"], "〔〕");
    assert_eq!(store.contents(BatchId(6)).unwrap().records[0].fields["reporter"], "〔〕");
    let facts = store.facts_of("甲村", day(4, 1)).unwrap();
    let record = facts.records.iter().find(|record| record.id == id(5, 1)).unwrap();
    assert_eq!((&record.fields["reporter"], &record.fields["deaths"]), (&json!("〔〕"), &json!(7)));
    let packed = store.packed_of("乙村", Date::MAX).unwrap();
    assert!(!packed.bytes.windows(9).any(|bytes| bytes == "王小明".as_bytes()));
    assert!(store.history(id(6, 1)).unwrap().iter().all(|version| version.record.fields["reporter"] == "〔〕"));
}

fn blanking_changes_nothing_but_the_fields_named(store: &dyn Store) {
    furnish(store);
    let before = export_text(store);
    let premises = |id| store.record(id).unwrap().record.fields["premises"].clone();
    store.blank(vec![blank(id(1, 1), "premises", json!("x")), blank(id(1, 9), "premises", json!("y"))]).unwrap();
    assert_eq!((premises(id(1, 1)), premises(id(1, 9)), premises(id(1, 2))), (json!("x"), json!("y"), json!("home")));
    store.blank(vec![blank(id(1, 1), "premises", json!("home")), blank(id(1, 9), "premises", json!("home"))]).unwrap();
    store.blank(vec![blank(id(1, 1), "no such field", json!("x"))]).unwrap();
    assert!(export_text(store) == before);
}

fn a_value_may_grow_and_shrink_by_blanking(store: &dyn Store) {
    furnish(store);
    let before = export_text(store);
    for text in ["长".repeat(9_000), "短".to_owned(), "home".to_owned()] {
        store.blank(vec![blank(id(1, 3), "premises", json!(text))]).unwrap();
        assert_eq!(store.record(id(1, 3)).unwrap().record.fields["premises"], json!(text));
        assert_eq!(store.verify().unwrap(), []);
    }
    assert!(export_text(store) == before);
}

fn blanking_a_record_that_is_not_there_changes_nothing(store: &dyn Store) {
    furnish(store);
    let before = export_text(store);
    for nowhere in [id(1, 9_999), id(9, 1)] {
        let refused =
            store.blank(vec![blank(id(1, 1), "premises", json!("x")), blank(nowhere, "premises", json!("x"))]);
        assert!(matches!(refused, Err(StoreError::NotFound(Missing::Record(id))) if id == nowhere));
    }
    assert!(export_text(store) == before);
}
