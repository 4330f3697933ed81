//! What the eight rules come to, added up by hand: in hundredths of a point, with no engine in between.

use crate::invented::{Drawn, KINDS};

/// The last day of the year, counted from its first, from 0.
const LAST_DAY: i64 = 364;

/// The score of a village in hundredths of a point and its band, from its records.
pub fn score(records: impl Iterator<Item = Drawn>) -> (i64, &'static str) {
    let (mut crimes, mut masses, mut dead, mut fires, mut petitions, mut hazards, mut open, mut low) =
        (0, 0, 0, 0, 0, 0, 0, 0);
    for record in records {
        let deaths = record.deaths as i64;
        match KINDS[record.kind] {
            "criminal" if record.severity == 3 => crimes += 500,
            "mass_incident" if record.severity == 3 => masses += 500,
            "accident" => dead += deaths,
            "fire" if deaths > 0 => fires += 300 * deaths + 50,
            "petition" => petitions += 1,
            "hazard" if record.fixed_after.is_none() && LAST_DAY - record.day > 30 => {
                hazards += [100, 100, 200, 300][record.severity];
            }
            "mediation" if !record.settled => open += 1,
            "survey" if record.safety < 900 => low += 1,
            _ => {}
        }
    }
    // Three deaths are a veto, and cost no points.
    let accidents = if dead >= 3 { 0 } else { (500 * dead).min(2_000) };
    let lost = [
        crimes.min(2_000),
        masses.min(1_500),
        accidents,
        fires.min(1_500),
        (150 * (petitions - 6).max(0)).min(1_000),
        hazards.min(1_000),
        (25 * open).min(500),
        (30 * low).min(600),
    ];
    let score = 10_000 - lost.iter().sum::<i64>();
    let band = match score {
        9_500.. => "A",
        8_500.. => "B",
        7_000.. => "C",
        _ => "D",
    };
    (score, band)
}
