//! Results follow the facts without anybody asking.

use std::time::{Duration, Instant};

use liuwu::config::Config;
use liuwu::scoring::Ask;
use liuwu::store::{BatchId, Run, RunId, Store};
use liuwu_engine::period::Period;

use super::county::*;

fn year() -> Period {
    "2020".parse().unwrap()
}

/// A run as of today, in force for 2020, that looks back on one of today for 2019.
fn scored_today(county: &County) -> Run {
    score(county, "2019".parse().unwrap());
    score(county, year())
}

fn score(county: &County, period: Period) -> Run {
    let ask = Ask {
        bundle: "small".into(),
        edition: None,
        periods: vec![period],
        as_of: county.app.today(),
        by: "王".into(),
        at: county.app.now(),
        pseudonym_key: county.app.pseudonym_key().to_vec(),
        longest: liuwu::deadline::LONGEST_RUN,
    };
    county.app.score(&ask).unwrap()
}

/// One more fire for a village, stored as any handler stores it.
fn one_more_fire(county: &County) {
    let mut batch = county.store.contents(BatchId(1)).unwrap();
    batch.records.retain(|record| record.kind == "fire");
    batch.records.truncate(1);
    (batch.at, batch.received_on) = (county.app.now(), county.app.today());
    (batch.units, batch.attributes, batch.statements, batch.exemptions) = Default::default();
    for record in &mut batch.records {
        record.unit = VILLAGE.into();
        record.supersedes = None;
    }
    assert_eq!(batch.records.len(), 1);
    county.store.append_batch(batch).unwrap();
    county.app.has_written();
}

/// A village that has had no fire.
const VILLAGE: &str = SILENT;

/// The run in force once it is another one.
async fn follower(county: &County, old: RunId) -> Option<Run> {
    let since = Instant::now();
    while since.elapsed() < Duration::from_secs(20) {
        let run = county.store.current_run("small", year()).unwrap().unwrap();
        if run.id != old {
            return Some(run);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    None
}

#[tokio::test]
async fn an_upload_makes_a_new_run_that_shares_what_has_not_changed() {
    let county = County::with(Config { keep_current: true, ..Config::default() });
    let first = scored_today(&county);
    let path = |unit: &str| format!("/api/v1/assessments/{unit}?period=2020");
    let before = county.get_as_staff(&path(SILENT)).await.json();
    let other = county.get_as_staff(&path(BURNT)).await.json();
    one_more_fire(&county);
    let run = follower(&county, first.id).await.expect("a new run in force within 20 seconds");
    assert_eq!((run.base, run.as_of, run.assessments), (Some(first.id), first.as_of, first.assessments));
    assert!(run.replaced > 0 && run.replaced < run.assessments, "{run:?}");
    let after = county.get_as_staff(&path(SILENT)).await.json();
    assert_ne!(before["receipt"], after["receipt"]);
    assert_eq!(county.get_as_staff(&path(BURNT)).await.json()["receipt"], other["receipt"]);
    assert_eq!(county.store.run(first.id).unwrap(), first, "the old run stays as it was");
}

#[tokio::test]
async fn nothing_is_scored_where_the_operator_does_not_want_it() {
    let county = County::new();
    let first = scored_today(&county);
    one_more_fire(&county);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(county.store.current_run("small", year()).unwrap().unwrap().id, first.id);
}
