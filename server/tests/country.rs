//! The scores of the invented country that is measured are those that its records add up to by hand.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    dead_code,
    missing_docs,
    reason = "a test, and files shared with a measurement"
)]

#[path = "../benches/country/expected.rs"]
mod expected;
#[path = "../benches/country/invented.rs"]
mod invented;

use std::collections::BTreeSet;

use invented::Drawn;
use liuwu::scoring::{self, Ask};
use liuwu::store::memory::Memory;
use liuwu_engine::number::Number;
use liuwu_engine::period::{Period, parse_date};

const RECORDS: u64 = 50;

#[test]
fn the_country_that_is_measured_scores_what_its_records_add_up_to() {
    let store = Memory::new();
    let codes = invented::codes(400);
    invented::publish(&store, invented::STANDARD);
    invented::fill(&store, &codes, RECORDS);
    let ask = Ask {
        bundle: invented::BUNDLE.to_owned(),
        edition: None,
        periods: Period::parse_list(invented::PERIOD).unwrap(),
        as_of: parse_date("2026-01-10").unwrap(),
        by: "test".to_owned(),
        at: "2026-01-10T12:00:00+08:00".parse().unwrap(),
        pseudonym_key: b"a key for tests".to_vec(),
        longest: liuwu::deadline::LONGEST_RUN,
    };
    let run = scoring::score(&store, &ask).unwrap();
    let results = scoring::all_of(&store, run.id, run.periods[0]).unwrap();
    assert_eq!(results.len(), codes.len());
    let mut bands = BTreeSet::new();
    for (village, (result, code)) in results.iter().zip(&codes).enumerate() {
        let first = village as u64 * RECORDS;
        let (score, band) = expected::score((first..first + RECORDS).map(Drawn::new));
        assert_eq!(&result.unit, code);
        assert_eq!(result.score, Some(Number::fraction(score, 100).unwrap()), "{code}");
        assert_eq!(result.band.as_deref(), Some(band), "{code}");
        bands.insert(band);
    }
    assert!(bands.len() > 2, "bands that are never met with are never compared: {bands:?}");
}
