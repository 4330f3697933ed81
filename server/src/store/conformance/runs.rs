//! Runs, their assessments, and what is public.

use super::*;

kept_by! {
    a_run_is_seen_when_it_is_finished_and_not_before,
    assessments_are_given_back_one_by_one_and_in_order,
    assessments_out_of_order_are_refused,
    the_run_in_force_is_the_newest_that_is_no_trial,
    nothing_is_public_until_it_is_released,
    a_run_that_has_been_public_is_not_discarded,
}

fn a_run_is_seen_when_it_is_finished_and_not_before(store: &dyn Store) {
    let mut writer = store.begin_run(new_run(&["2020"])).unwrap();
    writer.add(period("2020"), "甲村", b"{}").unwrap();
    assert_eq!(store.runs().unwrap(), []);
    drop(writer);
    assert_eq!(store.runs().unwrap(), []);
    let run = save_run(store, &["2020"], 3, false);
    assert_eq!(store.runs().unwrap(), std::slice::from_ref(&run));
    assert_eq!(store.run(run.id).unwrap(), run);
    assert_eq!((run.assessments, run.counts["units"], run.released), (3, 515, false));
    assert_eq!(store.assessment(run.id, "甲村", period("2020")).unwrap(), None);
    assert!(matches!(store.run(RunId(99)), Err(StoreError::NotFound(Missing::Run(RunId(99))))));
}

fn assessments_are_given_back_one_by_one_and_in_order(store: &dyn Store) {
    let periods = ["2020-01", "2020-02", "2020"];
    let run = save_run(store, &periods, 700, false);
    let other = save_run(store, &["2020-02"], 5, false);
    let mut expected = Vec::new();
    for name in periods {
        for number in 0..700 {
            let unit = format!("{number:06}");
            let bytes = assessment(name, number);
            assert_eq!(store.assessment(run.id, &unit, period(name)).unwrap(), Some(bytes.clone()));
            expected.push(StoredAssessment { period: period(name), unit, bytes });
        }
    }
    assert_eq!(store.assessment(run.id, "000699x", period("2020")).unwrap(), None);
    assert_eq!(store.assessment(run.id, "000001", period("2021")).unwrap(), None);
    assert_eq!(store.assessment(other.id, "000001", period("2020")).unwrap(), None);
    for limit in [1_000_000, 333, 64] {
        let mut scanned: Vec<StoredAssessment> = Vec::new();
        loop {
            let last = scanned.last().map(|last| (last.period, last.unit.clone()));
            let cursor = last.as_ref().map(|(period, unit)| (*period, unit.as_str()));
            let page = store.scan_assessments(run.id, cursor, limit).unwrap();
            let is_last = page.len() < limit;
            scanned.extend(page);
            if is_last {
                break;
            }
        }
        assert!(scanned == expected, "the pages of {limit} are not all assessments in order");
    }
    let from_february = store.scan_assessments(run.id, Some((period("2020-02"), "")), 1).unwrap();
    assert_eq!((from_february[0].period, from_february[0].unit.as_str()), (period("2020-02"), "000000"));
    assert_eq!(store.scan_assessments(run.id, Some((period("1999"), "")), 1).unwrap(), []);
}

fn assessments_out_of_order_are_refused(store: &dyn Store) {
    let mut writer = store.begin_run(new_run(&["2020-01", "2020-02"])).unwrap();
    writer.add(period("2020-01"), "b", b"1").unwrap();
    for (name, unit) in [("2020-01", "a"), ("2020-01", "b"), ("2020-03", "c")] {
        let refused = writer.add(period(name), unit, b"2").unwrap_err();
        assert!(matches!(refused, StoreError::Conflict(Conflict::OutOfOrder { .. })));
    }
    writer.add(period("2020-02"), "a", b"3").unwrap();
    assert!(writer.add(period("2020-01"), "c", b"4").is_err());
    assert_eq!(writer.finish(outcome()).unwrap().assessments, 2);
}

fn the_run_in_force_is_the_newest_that_is_no_trial(store: &dyn Store) {
    let find = |name: &str| store.current_run("six-no", period(name)).unwrap().map(|run| run.id);
    assert_eq!(find("2020-01"), None);
    let first = save_run(store, &["2020-01", "2020-02"], 1, false).id;
    let second = save_run(store, &["2020-02"], 1, false).id;
    let trial = save_run(store, &["2020-02"], 1, true).id;
    assert!(first < second && second < trial);
    assert_eq!((find("2020-01"), find("2020-02"), find("2020-03")), (Some(first), Some(second), None));
    assert_eq!(store.current_run("other", period("2020-01")).unwrap(), None);
    assert_eq!(store.runs().unwrap().iter().map(|run| run.id).collect::<Vec<_>>(), [trial, second, first]);
}

fn nothing_is_public_until_it_is_released(store: &dyn Store) {
    let run = save_run(store, &["2020"], 1, false).id;
    let newer = save_run(store, &["2020"], 1, false).id;
    let trial = save_run(store, &["2020"], 1, true).id;
    let public = || store.released_run("six-no", period("2020")).unwrap().map(|run| run.id);
    assert_eq!((public(), store.is_released(run).unwrap()), (None, false));
    assert!(matches!(store.retract(run, act(day(3, 1), "")), Err(StoreError::Conflict(Conflict::NotReleased(_)))));
    assert!(matches!(store.release(trial, act(day(3, 1), "")), Err(StoreError::Conflict(Conflict::Trial(_)))));
    assert!(matches!(store.release(RunId(99), act(day(3, 1), "")), Err(StoreError::NotFound(Missing::Run(_)))));
    store.release(run, act(day(3, 2), "经会议审定")).unwrap();
    assert!(matches!(store.release(run, act(day(3, 2), "")), Err(StoreError::Conflict(Conflict::AlreadyReleased(_)))));
    assert_eq!((public(), store.run(run).unwrap().released), (Some(run), true));
    assert!(!store.run(newer).unwrap().released);
    store.retract(run, act(day(3, 3), "有误")).unwrap();
    assert_eq!((public(), store.is_released(run).unwrap()), (None, false));
    let log: Vec<_> =
        store.releases().unwrap().into_iter().map(|release| (release.run, release.public, release.act.why)).collect();
    assert_eq!(log, [(run, true, "经会议审定".to_owned()), (run, false, "有误".to_owned())]);
}

fn a_run_that_has_been_public_is_not_discarded(store: &dyn Store) {
    let public = save_run(store, &["2020"], 3, false).id;
    let spare = save_run(store, &["2020"], 3, false).id;
    store.release(public, act(day(3, 2), "审定")).unwrap();
    store.retract(public, act(day(3, 3), "有误")).unwrap();
    assert!(matches!(store.discard_run(public), Err(StoreError::Conflict(Conflict::RunReleased(_)))));
    store.discard_run(spare).unwrap();
    assert!(matches!(store.run(spare), Err(StoreError::NotFound(_))));
    assert!(matches!(store.scan_assessments(spare, None, 1), Err(StoreError::NotFound(_))));
    assert!(matches!(store.discard_run(spare), Err(StoreError::NotFound(_))));
    assert!(save_run(store, &["2020"], 1, false).id > spare, "a number is not given twice");
}
