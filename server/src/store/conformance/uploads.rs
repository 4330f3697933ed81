//! Batches and editions: whole or not at all, and never changed.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::*;

kept_by! {
    a_batch_is_given_back_as_it_was_handed_in,
    batches_are_numbered_without_gaps_and_listed_newest_first,
    a_batch_that_is_refused_leaves_nothing_behind,
    a_large_batch_is_the_same_as_one_that_comes_at_once,
    a_large_batch_that_is_dropped_or_refused_leaves_nothing_behind,
    a_published_edition_is_immutable,
    everything_that_changes_what_is_known_or_public_is_counted,
    only_those_who_write_batches_wait_for_a_large_one,
}

fn a_batch_is_given_back_as_it_was_handed_in(store: &dyn Store) {
    let handed_in = rich_batch(day(2, 3));
    let id = store.append_batch(handed_in.clone()).unwrap();
    let given_back = store.contents(id).unwrap();
    assert_eq!(given_back, handed_in);
    let order: Vec<_> = given_back.records[4].fields.keys().collect();
    assert_eq!(order, ["loss", "steps", "z", "a"], "the order of the fields is kept");
    let heading = store.batch(id).unwrap();
    assert_eq!(heading.counts, handed_in.counts());
    assert_eq!(heading.counts.all_records(), 400);
    assert_eq!((heading.by.as_str(), heading.received_on, heading.withdrawn), ("李", day(2, 3), None));
}

fn batches_are_numbered_without_gaps_and_listed_newest_first(store: &dyn Store) {
    for number in 1..=5 {
        assert_eq!(store.append_batch(batch(day(1, 1), vec![])).unwrap(), BatchId(number));
    }
    let listed = |before, limit| {
        let list = store.batches(before, limit).unwrap();
        list.into_iter().map(|batch| batch.id.0).collect::<Vec<_>>()
    };
    assert_eq!(listed(None, 3), [5, 4, 3]);
    assert_eq!(listed(Some(BatchId(3)), 10), [2, 1]);
    assert!(matches!(store.batch(BatchId(6)), Err(StoreError::NotFound(Missing::Batch(BatchId(6))))));
    assert!(matches!(store.contents(BatchId(0)), Err(StoreError::NotFound(Missing::Batch(BatchId(0))))));
}

fn a_batch_that_is_refused_leaves_nothing_behind(store: &dyn Store) {
    store.append_batch(batch(day(1, 1), vec![record("甲村", "fire", 1)])).unwrap();
    let before = export_text(store);
    let refused = [
        batch(day(1, 2), vec![record("甲村", "fire", 2), correcting(id(1, 2), record("甲村", "fire", 3))]),
        batch(
            day(1, 2),
            vec![correcting(id(1, 1), record("甲村", "fire", 2)), correcting(id(1, 1), record("甲村", "fire", 3))],
        ),
        batch(day(1, 2), vec![record("甲村", "fire", 2), record(&"村".repeat(67), "fire", 3)]),
        batch(day(1, 2), vec![record("甲村", "fire", 2), record("", "fire", 3)]),
    ];
    let refusals = refused.map(|batch| store.append_batch(batch).unwrap_err());
    assert!(matches!(&refusals[0], StoreError::NotFound(Missing::Record(missing)) if *missing == id(1, 2)));
    assert!(matches!(&refusals[1], StoreError::Conflict(Conflict::SupersededTwice(old)) if *old == id(1, 1)));
    assert!(matches!(&refusals[2], StoreError::Conflict(Conflict::TooLong(_))));
    assert!(matches!(&refusals[3], StoreError::Conflict(Conflict::Nameless)));
    assert_eq!(export_text(store), before);
    assert_eq!(store.append_batch(batch(day(1, 3), vec![])).unwrap(), BatchId(2));
}

/// Stores a batch some records at a time.
fn store_in_parts(store: &dyn Store, mut batch: NewBatch, records: usize) -> Result<BatchId> {
    let all = std::mem::take(&mut batch.records);
    let mut writer = store.begin_batch(batch)?;
    for some in all.chunks(records) {
        writer.add(some.to_vec())?;
    }
    writer.finish()
}

fn a_large_batch_is_the_same_as_one_that_comes_at_once(store: &dyn Store) {
    let other = Memory::new();
    let first = rich_batch(day(2, 3));
    let mut corrections = rich_batch(day(2, 4));
    for (number, record) in (1..).zip(&mut corrections.records).step_by(3) {
        record.supersedes = Some(id(1, number));
    }
    corrections.takes_back = vec![id(1, 2), id(1, 3)];
    for (batch, records) in [(first, 7), (corrections, 100)] {
        let at_once = other.append_batch(batch.clone()).unwrap();
        assert_eq!(store_in_parts(store, batch.clone(), records).unwrap(), at_once);
        assert_eq!(store.contents(at_once).unwrap(), batch);
        assert_eq!(store.batch(at_once).unwrap(), other.batch(at_once).unwrap());
    }
    assert_eq!(export_text(store), export_text(&other));
    for as_of in [day(2, 3), day(2, 4)] {
        let facts = |store: &dyn Store| store.scan_facts(None, usize::MAX, as_of).unwrap();
        assert_eq!(facts(store), facts(&other));
    }
    assert_eq!(store.seen(), other.seen());
}

fn a_large_batch_that_is_dropped_or_refused_leaves_nothing_behind(store: &dyn Store) {
    store.append_batch(batch(day(1, 1), vec![record("甲村", "fire", 1)])).unwrap();
    let before = export_text(store);
    let mut writer = store.begin_batch(batch(day(1, 2), vec![])).unwrap();
    writer.add(vec![record("甲村", "fire", 2), correcting(id(1, 1), record("乙村", "fire", 3))]).unwrap();
    drop(writer);
    assert_eq!(export_text(store), before);
    let twice = vec![correcting(id(1, 1), record("甲村", "fire", 2)), correcting(id(1, 1), record("甲村", "fire", 3))];
    let missing = vec![record("甲村", "fire", 2), correcting(id(1, 2), record("甲村", "fire", 3))];
    for (records, at_a_time) in [(twice.clone(), 2), (twice, 1), (missing, 1)] {
        assert!(store_in_parts(store, batch(day(1, 2), records), at_a_time).is_err());
        assert_eq!(export_text(store), before);
    }
    assert_eq!(store_in_parts(store, batch(day(1, 3), vec![record("丙村", "fire", 4)]), 1).unwrap(), BatchId(2));
    assert_eq!(store.facts_of("甲村", day(1, 3)).unwrap().records.len(), 1);
    assert_eq!(store.facts_of("丙村", day(1, 3)).unwrap().records.len(), 1);
}

fn a_published_edition_is_immutable(store: &dyn Store) {
    let edition = |edition: &str, text: &str| NewEdition {
        bundle: "six-no".to_owned(),
        edition: edition.to_owned(),
        text: Arc::from(text),
        published_at: noon(day(1, 1)),
        by: "王".to_owned(),
        note: "首次发布".to_owned(),
    };
    assert_eq!(store.current_edition("six-no").unwrap(), None);
    let long = "rule: 扣分\n".repeat(20_000);
    let first = store.publish_edition(edition("2021", &long)).unwrap();
    let second = store.publish_edition(edition("2020", "bundle: six-no\n")).unwrap();
    assert_eq!(first.digest.len(), 64);
    assert_ne!(first.digest, second.digest);
    assert_eq!(*first.text, *long);
    assert_eq!(store.publish_edition(edition("2021", &long)).unwrap(), first, "the same text again changes nothing");
    let refused = store.publish_edition(edition("2021", "bundle: six-no\n")).unwrap_err();
    assert!(matches!(refused, StoreError::Conflict(Conflict::EditionPublished { .. })));
    assert_eq!(store.edition("six-no", "2021").unwrap(), first);
    assert_eq!(store.current_edition("six-no").unwrap(), Some(second.clone()), "the one published last");
    assert_eq!(store.editions().unwrap(), [first, second]);
    assert!(matches!(store.edition("six-no", "2019"), Err(StoreError::NotFound(Missing::Edition { .. }))));
    assert_eq!(store.current_edition("six").unwrap(), None);
}

fn only_those_who_write_batches_wait_for_a_large_one(store: &dyn Store) {
    let run = save_run(store, &["2020"], 3, false).id;
    let mut large = store.begin_batch(batch(day(1, 2), Vec::new())).unwrap();
    large.add(vec![record("甲村", "fire", 1)]).unwrap();
    let others = || {
        store.release(run, act(day(1, 5), "公示")).unwrap();
        store.retract(run, act(day(1, 6), "有误")).unwrap();
        save_run(store, &["2020"], 3, false);
        store.keep("drafts", b"file", noon(day(1, 1))).unwrap();
    };
    thread::scope(|scope| {
        let (told, done) = mpsc::channel();
        scope.spawn(move || {
            others();
            told.send(()).unwrap();
        });
        let in_time = done.recv_timeout(Duration::from_secs(60)).is_ok();
        large.finish().unwrap();
        assert!(in_time, "they waited until the batch was whole");
    });
    assert_eq!(store.releases().unwrap().len(), 2);
    // Nor is anything of theirs lost that comes while a batch is taken back.
    store.withdraw_batch(BatchId(1), act(day(1, 7), "误")).unwrap();
    assert_eq!(store.releases().unwrap().len(), 2);
}

fn everything_that_changes_what_is_known_or_public_is_counted(store: &dyn Store) {
    let edition = NewEdition {
        bundle: "b".to_owned(),
        edition: "1".to_owned(),
        text: Arc::from("text"),
        published_at: noon(day(1, 1)),
        by: "政策员".to_owned(),
        note: String::new(),
    };
    let blank = Blank { record: id(2, 1), fields: serde_json::Map::from_iter([("deaths".to_owned(), Json::Null)]) };
    let two = || vec![record("甲村", "fire", 1), record("乙村", "fire", 2)];
    let changes: [(&str, &dyn Fn()); 12] = [
        ("publish", &|| drop(store.publish_edition(edition.clone()).unwrap())),
        ("append", &|| assert!(store.append_batch(batch(day(1, 1), two())).is_ok())),
        ("append in parts", &|| assert!(store_in_parts(store, batch(day(1, 2), two()), 1).is_ok())),
        ("withdraw a record", &|| store.withdraw_record(id(1, 1), act(day(1, 3), "错")).unwrap()),
        ("withdraw a batch", &|| store.withdraw_batch(BatchId(1), act(day(1, 4), "错")).unwrap()),
        ("blank", &|| store.blank(vec![blank.clone()]).unwrap()),
        ("a run", &|| drop(save_run(store, &["2020"], 3, false))),
        ("another run", &|| drop(save_run(store, &["2020"], 3, false))),
        ("release", &|| store.release(RunId(1), act(day(1, 5), "公示")).unwrap()),
        ("retract", &|| store.retract(RunId(1), act(day(1, 6), "有误")).unwrap()),
        ("discard", &|| store.discard_run(RunId(2)).unwrap()),
        ("a refused change", &|| assert!(store.release(RunId(9), act(day(1, 7), "公示")).is_err())),
    ];
    for (what, change) in changes {
        let (before, inputs) = (store.generation(), store.inputs_changed());
        change();
        assert!(store.generation() > before, "not counted: {what}");
        let is_input =
            ["publish", "append", "append in parts", "withdraw a record", "withdraw a batch", "blank"].contains(&what);
        assert_eq!(store.inputs_changed() > inputs, is_input, "{what}");
    }
    // Somebody who logs in or keeps a draft changes nothing that others read.
    let before = (store.generation(), store.inputs_changed());
    store.file_papers(vec![Paper::new("drafts", "one", b"{}".to_vec())]).unwrap();
    store.keep("drafts", b"file", noon(day(1, 1))).unwrap();
    assert_eq!((store.generation(), store.inputs_changed()), before);
}
