//! How soon a changed record is seen in the score of its village: from the moment a batch is committed until the new result can be
//! read, in a store with the villages of a large province, through the server's own keeper.
//!
//! Enters: invented villages with invented records, on the disk. Leaves: a table in Markdown, for a standard whose villages stand
//! alone and for one that compares the villages of a town.
//!
//! `cargo bench -p liuwu --bench changed -- --villages 50000 --changes 500`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a measurement that ends here has failed"
)]

#[path = "country/invented.rs"]
mod invented;
#[path = "country/measured.rs"]
mod measured;

use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use liuwu::config::{Config, Token};
use liuwu::deadline::LONGEST_RUN;
use liuwu::scoring::{self, Ask};
use liuwu::state::App;
use liuwu::store::{NewBatch, RunId, Store, day_in_china, sled};
use liuwu_engine::period::Period;
use tempfile::TempDir;

const RECORDS: u64 = 10;
const KEY: &[u8] = b"a key for measuring";
/// Changes before the first that is counted.
const WARMING: usize = 20;
/// How often the result is looked for.
const LOOK: Duration = Duration::from_micros(50);

fn main() {
    let villages = measured::asked_for("--villages", 50_000) as u64;
    let changes = measured::asked_for("--changes", 500);
    println!("| {villages} villages x {RECORDS} records | to commit, p50 | commit to new score, p50 | p99 | slowest |");
    println!("| :--- | ---: | ---: | ---: | ---: |");
    for (title, standard) in [("alone", invented::STANDARD.to_owned()), ("compared in towns", invented::comparing())] {
        let place = TempDir::new().unwrap();
        let store = Arc::new(sled::open(place.path()).unwrap());
        invented::publish(store.as_ref(), &standard);
        invented::fill(store.as_ref(), &invented::codes(villages), RECORDS);
        let run = scoring::score(store.as_ref(), &ask()).unwrap();
        assert_eq!(run.assessments, villages);
        let token: Token = "a token for measuring only".parse().unwrap();
        let app = App::new(Config::default(), store.clone(), KEY.to_vec(), token);
        let (mut commits, mut follows) = (Vec::new(), Vec::new());
        for change in 0..WARMING + changes {
            let (commit, follow) = change_one(&app, store.as_ref(), villages, change as u64);
            if change >= WARMING {
                commits.push(commit);
                follows.push(follow);
            }
        }
        let milliseconds = |times: &[f64], part| format!("{:.2} ms", measured::quantile(times, part) * 1e3);
        println!(
            "| {title} | {} | {} | {} | {} |",
            milliseconds(&commits, 0.5),
            milliseconds(&follows, 0.5),
            milliseconds(&follows, 0.99),
            milliseconds(&follows, 1.0)
        );
    }
}

/// Stores a fire with deaths in some village, and waits for the score that knows it. Seconds to the commit, and from there on.
fn change_one(app: &App, store: &dyn Store, villages: u64, change: u64) -> (f64, f64) {
    let village = invented::drawn(change, 7) % villages;
    let unit = invented::code(village);
    let period: Period = invented::PERIOD.parse().unwrap();
    let (before, old) = in_force(store, &unit, period);
    let record = invented::fire(&unit, change);
    let started = Instant::now();
    let records = vec![record];
    store.append_batch(NewBatch { records, ..NewBatch::new(Timestamp::now(), "clerk", "one more") }).unwrap();
    let committed = Instant::now();
    app.has_written();
    loop {
        let run = store.current_run(invented::BUNDLE, period).unwrap().unwrap().id;
        if run > before {
            let (_, new) = in_force(store, &unit, period);
            let followed = committed.elapsed();
            assert_ne!(new, old, "the result of {unit} knows nothing of the change");
            return ((committed - started).as_secs_f64(), followed.as_secs_f64());
        }
        sleep(LOOK);
    }
}

fn in_force(store: &dyn Store, unit: &str, period: Period) -> (RunId, Vec<u8>) {
    let run = store.current_run(invented::BUNDLE, period).unwrap().unwrap();
    (run.id, store.assessment(run.id, unit, period).unwrap().unwrap())
}

fn ask() -> Ask {
    let now = Timestamp::now();
    Ask {
        bundle: invented::BUNDLE.to_owned(),
        edition: None,
        periods: Period::parse_list(invented::PERIOD).unwrap(),
        as_of: day_in_china(now),
        by: "bench".to_owned(),
        at: now,
        pseudonym_key: KEY.to_vec(),
        longest: LONGEST_RUN,
    }
}
