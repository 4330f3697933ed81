//! A run that takes too long is called off: an error, nothing stored, and no outcome of any rule.

#![allow(clippy::unwrap_used, reason = "tests fail loudly")]

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use liuwu::deadline::LONGEST_RUN;
use liuwu::progress::Unwatched;
use liuwu::scoring::{self, Ask, ScoringError, Update};
use liuwu::store::memory::Memory;
use liuwu::store::{AttributeFact, NewBatch, NewEdition, Store, UnitRow};
use liuwu_engine::assess::AssessError;
use liuwu_engine::period::{Period, parse_date};

/// Within its budget of steps for each village, but slow for a thousand of them.
const SLOW: &str = "
bundle: slow
edition: '1'
title: 慢
assess: {unit: village, period: year}
attributes: {people: {title: 人口, type: integer, default: 1}}
criteria:
  - {id: a, title: 慢, rules: [{id: A-1, title: 慢, basis: 第一条, script: 'let n = 0; for i in 0..20000 { n += i; } if n > 0 { note(\"慢\"); }'}]}
rating: {bands: [{name: 平安村社}]}
";

fn store(villages: u32) -> Memory {
    let store = Memory::new();
    let edition = NewEdition {
        bundle: "slow".to_owned(),
        edition: "1".to_owned(),
        text: Arc::from(SLOW),
        published_at: Timestamp::UNIX_EPOCH,
        by: "test".to_owned(),
        note: String::new(),
    };
    store.publish_edition(edition).unwrap();
    let mut batch = NewBatch::new(Timestamp::UNIX_EPOCH, "test", "units");
    batch.units = (0..villages)
        .map(|index| UnitRow {
            id: format!("V{index:04}"),
            level: "village".into(),
            name: format!("V{index}"),
            parent: None,
        })
        .collect();
    store.append_batch(batch).unwrap();
    store
}

fn ask(longest: Duration) -> Ask {
    Ask {
        bundle: "slow".to_owned(),
        edition: None,
        periods: Period::parse_list("2020").unwrap(),
        as_of: parse_date("2021-01-10").unwrap(),
        by: "test".to_owned(),
        at: Timestamp::UNIX_EPOCH,
        pseudonym_key: b"key".to_vec(),
        longest,
    }
}

#[test]
fn a_run_that_takes_too_long_has_no_result_and_nothing_is_stored() {
    let store = store(1_000);
    let ended = scoring::score(&store, &ask(Duration::ZERO));
    assert!(matches!(ended, Err(ScoringError::Assess(AssessError::CalledOff))), "{ended:?}");
    assert!(store.runs().unwrap().is_empty());
}

#[test]
fn a_weighing_that_takes_too_long_leaves_the_plan_to_those_who_share_it() {
    let store = store(1_000);
    scoring::score(&store, &ask(LONGEST_RUN)).unwrap();
    let plan = scoring::plan_of(&store.edition("slow", "1").unwrap()).unwrap();
    let weighed = scoring::try_out(&store, &store, &plan, &ask(Duration::ZERO));
    assert!(matches!(weighed, Err(ScoringError::Assess(AssessError::CalledOff))), "{weighed:?}");
    assert!(!plan.call_off().is_called_off());
    // As results are kept current: what changed is scored with the plan at hand.
    let mut batch = NewBatch::new(Timestamp::UNIX_EPOCH, "test", "an attribute");
    batch.attributes = vec![AttributeFact {
        unit: "V0000".into(),
        attribute: "people".into(),
        from: None,
        value: serde_json::json!("7"),
    }];
    store.append_batch(batch).unwrap();
    let update = Update {
        bundle: "slow".to_owned(),
        today: parse_date("2021-01-10").unwrap(),
        by: "test".to_owned(),
        at: Timestamp::UNIX_EPOCH,
        pseudonym_key: b"key".to_vec(),
        longest: LONGEST_RUN,
    };
    let kept =
        scoring::keep_current(&store, &update, &|_| Ok(Arc::clone(&plan)), &scoring::Footing::default(), &Unwatched)
            .unwrap();
    assert!(kept.left.is_empty(), "{:?}", kept.left);
    assert_eq!(scoring::try_out(&store, &store, &plan, &ask(LONGEST_RUN)).unwrap().len(), 1);
}

#[test]
fn the_next_run_is_none_the_worse_for_it() {
    let store = store(2);
    let _ = scoring::score(&store, &ask(Duration::ZERO));
    assert_eq!(scoring::score(&store, &ask(LONGEST_RUN)).unwrap().assessments, 2);
}
