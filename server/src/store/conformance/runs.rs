//! Runs, their assessments, and what is public.

use super::*;

kept_by! {
    a_run_is_seen_when_it_is_finished_and_not_before,
    assessments_are_given_back_one_by_one_and_in_order,
    assessments_out_of_order_are_refused,
    a_run_that_replaces_some_results_shares_all_others,
    the_run_in_force_is_the_newest_that_is_no_trial,
    nothing_is_public_until_it_is_released,
    a_run_that_has_been_public_is_not_discarded,
    of_runs_that_are_discarded_together_all_go_or_none,
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
    writer.add(period("2020-01"), "c", b"4").unwrap();
    let run = writer.finish(outcome()).unwrap();
    assert_eq!(run.assessments, 3);
    let all = store.scan_assessments(run.id, None, 9).unwrap();
    let all: Vec<_> = all.iter().map(|found| (found.period.name(), found.unit.as_str(), found.bytes[0])).collect();
    let name = |month: &str| month.to_owned();
    assert_eq!(all, [(name("2020-01"), "b", b'1'), (name("2020-01"), "c", b'4'), (name("2020-02"), "a", b'3')]);
}

fn a_run_that_replaces_some_results_shares_all_others(store: &dyn Store) {
    let periods = ["2020-01", "2020-02"];
    let first = save_run(store, &periods, 200, false);
    let replace = |base: RunId, name: &str, units: &[usize], bytes: &[u8]| {
        let mut writer = store.begin_run(NewRun { base: Some(base), ..new_run(&periods) }).unwrap();
        for number in units {
            writer.add(period(name), &format!("{number:06}"), bytes).unwrap();
        }
        writer.finish(outcome()).unwrap()
    };
    let second = replace(first.id, "2020-02", &[0, 7, 199], b"two");
    let third = replace(second.id, "2020-02", &[7], b"three");
    let own = |run: &Run| -> Vec<_> {
        store.own_assessments(run.id).unwrap().into_iter().map(|own| (own.period, own.unit, own.bytes)).collect()
    };
    let replaced = |number: usize, bytes: &[u8]| (period("2020-02"), format!("{number:06}"), bytes.to_vec());
    assert_eq!(own(&second), [0, 7, 199].map(|number| replaced(number, b"two")));
    assert_eq!((own(&third), own(&first).len()), (vec![replaced(7, b"three")], 400));
    assert_eq!((third.base, third.replaced, third.assessments), (Some(second.id), 1, 400));
    let bytes = |run: &Run, name: &str, number: usize| {
        store.assessment(run.id, &format!("{number:06}"), period(name)).unwrap().unwrap()
    };
    for (run, seven) in [(&first, assessment("2020-02", 7)), (&second, b"two".to_vec()), (&third, b"three".to_vec())] {
        assert_eq!(bytes(run, "2020-02", 7), seven);
        assert_eq!(bytes(run, "2020-01", 7), assessment("2020-01", 7));
        let one_by_one: Vec<Vec<u8>> =
            periods.iter().flat_map(|name| (0..200).map(|number| bytes(run, name, number))).collect();
        for limit in [1_000, 33, 1] {
            let mut scanned: Vec<Vec<u8>> = Vec::new();
            let mut last: Option<(Period, String)> = None;
            loop {
                let after = last.as_ref().map(|(period, unit)| (*period, unit.as_str()));
                let page = store.scan_assessments(run.id, after, limit).unwrap();
                last = page.last().map(|found| (found.period, found.unit.clone()));
                let is_last = page.len() < limit;
                scanned.extend(page.into_iter().map(|found| found.bytes));
                if is_last {
                    break;
                }
            }
            assert!(scanned == one_by_one, "the pages of {limit} of run {} are not what is found one by one", run.id);
        }
    }
    assert_eq!(store.current_run("six-no", period("2020-01")).unwrap().unwrap().id, third.id);
    let kept = store.discard_run(second.id).unwrap_err();
    assert!(matches!(kept, StoreError::Conflict(Conflict::RunShared(_, newer)) if newer == third.id));
    store.discard_run(third.id).unwrap();
    store.discard_run(second.id).unwrap();
    let mut other = NewRun { base: Some(first.id), ..new_run(&["2020"]) };
    assert!(matches!(store.begin_run(other.clone()), Err(StoreError::Conflict(Conflict::OtherPeriods(_)))));
    other.base = Some(RunId(99));
    assert!(matches!(store.begin_run(other), Err(StoreError::NotFound(Missing::Run(RunId(99))))));
}

fn the_run_in_force_is_the_newest_that_is_no_trial(store: &dyn Store) {
    let find = |name: &str| store.current_run("six-no", period(name)).unwrap().map(|run| run.id);
    assert_eq!(find("2020-01"), None);
    let first = save_run(store, &["2020-01", "2020-02"], 1, false).id;
    let second = save_run(store, &["2020-02"], 1, false).id;
    let trial = save_run(store, &["2020-02"], 1, true).id;
    assert!(first < second && second < trial);
    assert_eq!((find("2020-01"), find("2020-02"), find("2020-03")), (Some(first), Some(second), None));
    let in_force = |bundle: &str| -> Vec<_> {
        let runs = store.runs_in_force(bundle).unwrap();
        runs.into_iter().map(|(run, periods)| (run.id, periods)).collect()
    };
    assert_eq!(in_force("six-no"), [(second, vec![period("2020-02")]), (first, vec![period("2020-01")])]);
    assert_eq!(in_force("other"), []);
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
    let newest_public = || -> Vec<_> {
        let runs = store.runs_released("six-no").unwrap();
        runs.into_iter().map(|(run, periods)| (run.id, periods)).collect()
    };
    assert_eq!(newest_public(), [(run, vec![period("2020")])], "a newer one that is not public is passed over");
    store.retract(run, act(day(3, 3), "有误")).unwrap();
    assert_eq!((public(), store.is_released(run).unwrap(), newest_public()), (None, false, vec![]));
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

fn of_runs_that_are_discarded_together_all_go_or_none(store: &dyn Store) {
    let first = save_run(store, &["2020"], 3, false);
    let on = |base: RunId| {
        let mut writer = store.begin_run(NewRun { base: Some(base), ..new_run(&["2020"]) }).unwrap();
        writer.add(period("2020"), "000001", b"another").unwrap();
        writer.finish(outcome()).unwrap().id
    };
    let second = on(first.id);
    let third = on(second);
    let before = store.runs().unwrap();
    let shared = store.discard_runs(&[second, first.id]).unwrap_err();
    assert!(
        matches!(shared, StoreError::Conflict(Conflict::RunShared(base, newer)) if (base, newer) == (second, third))
    );
    assert!(matches!(store.discard_runs(&[third, RunId(99)]), Err(StoreError::NotFound(Missing::Run(RunId(99))))));
    assert_eq!(store.runs().unwrap(), before);
    store.discard_runs(&[third, second]).unwrap();
    assert_eq!(store.runs().unwrap(), [first]);
    assert_eq!(save_run(store, &["2020"], 1, false).id, RunId(third.0 + 1), "a number is not given twice");
}
