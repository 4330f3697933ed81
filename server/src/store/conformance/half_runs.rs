//! Runs that were begun and not finished.

use super::*;

kept_by! {
    what_a_writer_keeps_stays_and_is_gone_on_with,
    a_run_that_is_gone_on_with_takes_nothing_twice,
    a_run_that_is_kept_takes_the_place_of_the_one_before,
    a_half_run_that_is_dropped_leaves_nothing,
}

const MONTHS: [&str; 2] = ["2020-01", "2020-02"];

fn add(writer: &mut dyn RunWriter, units: std::ops::Range<usize>) {
    for number in units {
        for month in MONTHS {
            writer.add(period(month), &format!("{number:06}"), &assessment(month, number)).unwrap();
        }
    }
}

/// A run of which the results of the first 100 units are kept and 50 more were added.
fn begin_and_break_off(store: &dyn Store) -> HalfRun {
    let mut writer = store.begin_run(new_run(&MONTHS)).unwrap();
    add(writer.as_mut(), 0..100);
    writer.keep("000100").unwrap();
    add(writer.as_mut(), 100..150);
    drop(writer);
    store.half_run().unwrap().unwrap()
}

fn what_a_writer_keeps_stays_and_is_gone_on_with(store: &dyn Store) {
    let whole = save_run(store, &MONTHS, 300, false);
    let half = begin_and_break_off(store);
    assert_eq!((half.before.as_str(), half.results, half.laid_aside), ("000100", 200, false));
    assert_eq!(half.run, new_run(&MONTHS));
    assert_eq!(store.runs().unwrap(), std::slice::from_ref(&whole), "nobody else sees it");
    let mut scanned: Vec<StoredAssessment> = Vec::new();
    loop {
        let after = scanned.last().map(|last| (last.period, last.unit.clone()));
        let page = store.scan_half_run(after.as_ref().map(|(period, unit)| (*period, unit.as_str())), 33).unwrap();
        let is_last = page.len() < 33;
        scanned.extend(page);
        if is_last {
            break;
        }
    }
    let all = store.scan_assessments(whole.id, None, 1_000).unwrap();
    let first: Vec<_> = all.iter().filter(|stored| *stored.unit < *"000100").cloned().collect();
    assert!(scanned == first, "what was kept, and nothing of what was added behind it");
    store.lay_aside_half_run().unwrap();
    assert!(store.half_run().unwrap().unwrap().laid_aside);
    let mut writer = store.resume_run().unwrap();
    assert!(!store.half_run().unwrap().unwrap().laid_aside);
    add(writer.as_mut(), 100..300);
    let run = writer.finish(outcome()).unwrap();
    assert_eq!((run.id, run.assessments, store.half_run().unwrap()), (half.id, 600, None));
    assert!(store.scan_assessments(run.id, None, 1_000).unwrap() == all);
}

fn a_run_that_is_gone_on_with_takes_nothing_twice(store: &dyn Store) {
    begin_and_break_off(store);
    let mut writer = store.resume_run().unwrap();
    let refused = writer.add(period("2020-01"), "000099", b"again").unwrap_err();
    assert!(matches!(refused, StoreError::Conflict(Conflict::OutOfOrder { .. })));
    writer.add(period("2020-01"), "000100", b"first").unwrap();
    // Broken off once more, without keeping.
    drop(writer);
    assert_eq!(store.half_run().unwrap().unwrap().results, 200);
    assert_eq!(store.scan_half_run(None, 1_000).unwrap().len(), 200);
}

fn a_run_that_is_kept_takes_the_place_of_the_one_before(store: &dyn Store) {
    let first = begin_and_break_off(store);
    let second = begin_and_break_off(store);
    assert!(second.id > first.id, "a number is not given twice");
    assert_eq!(store.scan_half_run(None, 1_000).unwrap().len(), 200);
    let later = save_run(store, &["2021"], 1, false);
    assert!(later.id > second.id && store.half_run().unwrap() == Some(second));
}

fn a_half_run_that_is_dropped_leaves_nothing(store: &dyn Store) {
    store.drop_half_run().unwrap();
    let half = begin_and_break_off(store);
    store.drop_half_run().unwrap();
    assert_eq!(store.half_run().unwrap(), None);
    assert!(matches!(store.resume_run(), Err(StoreError::NotFound(Missing::HalfRun))));
    assert!(matches!(store.scan_assessments(half.id, None, 1), Err(StoreError::NotFound(_))));
}
