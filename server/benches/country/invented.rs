//! An invented country: villages, and records drawn for them by a formula that SQL can work out as well (`load.sql`).

use std::collections::BTreeMap;
use std::sync::Arc;

use liuwu::store::{NewBatch, NewEdition, RecordRow, Statement, Store, UnitRow};
use liuwu_engine::period::{parse_date, plus_days};
use liuwu_engine::record::Source;
use serde_json::{Map, Value as Json, json};

pub const STANDARD: &str = include_str!("standard.yaml");
pub const BUNDLE: &str = "country";
pub const PERIOD: &str = "2025";
const FIRST_DAY: &str = "2025-01-01";

/// In this order they are drawn.
pub const KINDS: [&str; 10] =
    ["criminal", "mass_incident", "accident", "fire", "petition", "hazard", "mediation", "survey", "drill", "patrol"];
const SEVERITIES: [&str; 4] = ["minor", "general", "major", "critical"];

/// Villages whose batches are stored at a time.
const BATCH: usize = 2_000;

/// The same standard with a rule that compares the villages of a town.
#[allow(dead_code, reason = "not everything that is measured compares")]
pub fn comparing() -> String {
    let figures = "figures:\n  fires: {title: 火灾数, script: records(\"fire\").count()}\n  most: {title: 全镇最多, compare: town, script: \"group.max(|u| u.figures.fires)\"}\ncriteria:\n";
    let rule = "      - {id: MOST-1, title: 火灾全镇最多, when: figures.fires > 0 && figures.fires == figures.most, deduct: 1, reason: 火灾全镇最多}\n      - id: MASS-1\n";
    STANDARD.replace("criteria:\n", figures).replace("      - id: MASS-1\n", rule)
}

/// A number below 2^32 that looks drawn: of the record with a number, for one of its fields.
pub fn drawn(record: u64, field: u64) -> u64 {
    const SPACE: u64 = 1 << 32;
    let mixed = (record * 16 + field) * 2_654_435_761 % SPACE;
    let mixed = (mixed ^ mixed >> 15) * 2_246_822_519 % SPACE;
    mixed ^ mixed >> 13
}

/// What a record of a village says; numbers are those of the formula.
pub struct Drawn {
    pub kind: usize,
    /// From 0.
    pub day: i64,
    pub severity: usize,
    pub deaths: u64,
    /// Days until it was mended; none: never.
    pub fixed_after: Option<i64>,
    pub settled: bool,
    /// In tenths.
    pub safety: u64,
}

impl Drawn {
    /// The record with a number, from 0 throughout the country.
    pub fn new(record: u64) -> Drawn {
        let severity = match drawn(record, 2) % 20 {
            0..10 => 0,
            10..16 => 1,
            16..19 => 2,
            _ => 3,
        };
        let deaths = drawn(record, 3) % 32;
        let fixed = drawn(record, 4);
        Drawn {
            kind: (drawn(record, 0) % 10) as usize,
            day: (drawn(record, 1) % 365) as i64,
            severity,
            deaths: if deaths < 30 { 0 } else { deaths - 29 },
            fixed_after: (fixed % 10 < 9).then_some((fixed / 16 % 40) as i64),
            settled: !drawn(record, 5).is_multiple_of(20),
            safety: 880 + drawn(record, 6) % 120,
        }
    }

    /// The record as it is handed in.
    pub fn row(&self, unit: &str, number: u64) -> RecordRow {
        let date = plus_days(parse_date(FIRST_DAY).unwrap(), self.day).unwrap();
        let fields: Vec<(&str, Json)> = match KINDS[self.kind] {
            "criminal" | "mass_incident" | "petition" => vec![("severity", json!(SEVERITIES[self.severity]))],
            "accident" | "fire" => vec![("deaths", json!(self.deaths.to_string()))],
            "hazard" => {
                let fixed = self.fixed_after.map(|days| json!(plus_days(date, days).unwrap().to_string()));
                let fixed = fixed.map(|fixed| ("fixed", fixed));
                [("severity", json!(SEVERITIES[self.severity]))].into_iter().chain(fixed).collect()
            }
            "mediation" => vec![("settled", json!(self.settled))],
            "survey" => vec![("safety", json!(format!("{}.{}", self.safety / 10, self.safety % 10)))],
            _ => vec![("people", json!((self.safety / 10).to_string()))],
        };
        RecordRow {
            unit: unit.to_owned(),
            kind: KINDS[self.kind].to_owned(),
            date,
            number: None,
            fields: fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>(),
            source: Source::line(&Arc::from("invented.csv"), (number % 1_000_000) as u32 + 2),
            supersedes: None,
        }
    }
}

/// A fire with deaths, of the change with a number.
#[allow(dead_code, reason = "not everything that is measured changes something")]
pub fn fire(unit: &str, change: u64) -> RecordRow {
    let place = KINDS.iter().position(|kind| *kind == "fire").unwrap();
    let day = (change % 365) as i64;
    let fire = Drawn { kind: place, day, severity: 0, deaths: 1, fixed_after: None, settled: true, safety: 0 };
    fire.row(unit, change)
}

/// The code of the invented village with a number: forty to a town, forty towns to a county.
pub fn code(village: u64) -> String {
    format!("{:06}{:03}{:03}", 100_000 + village / 1_600, village / 40 % 40, village % 40)
}

/// The codes of so many invented villages.
#[allow(dead_code, reason = "a real list of divisions has codes of its own")]
pub fn codes(villages: u64) -> Vec<String> {
    (0..villages).map(code).collect()
}

pub fn publish(store: &dyn Store, text: &str) {
    store
        .publish_edition(NewEdition {
            bundle: BUNDLE.to_owned(),
            edition: "1".to_owned(),
            text: Arc::from(text),
            published_at: "2025-01-01T00:00:00+08:00".parse().unwrap(),
            by: "bench".to_owned(),
            note: String::new(),
        })
        .unwrap();
}

/// Hands in villages, by rising code of twelve digits, with the towns and counties that their codes name, and so many records each.
pub fn fill(store: &dyn Store, codes: &[String], records: u64) {
    let at = "2026-01-05T12:00:00+08:00".parse().unwrap();
    let mut units: BTreeMap<String, UnitRow> = BTreeMap::new();
    let mut unit = |id: &str, level: &str, parent: Option<&str>| {
        let row = UnitRow {
            id: id.to_owned(),
            level: level.to_owned(),
            name: format!("虚构{id}"),
            parent: parent.map(str::to_owned),
        };
        units.insert(id.to_owned(), row);
    };
    for code in codes {
        let (county, town) = (&code[..6], &code[..9]);
        unit(county, "county", None);
        unit(town, "town", Some(county));
        unit(code, "village", Some(town));
    }
    let counties: Vec<String> = units.values().filter(|row| row.level == "county").map(|row| row.id.clone()).collect();
    let statement = |(area, kind): (&String, &str)| Statement {
        kind: kind.to_owned(),
        area: area.clone(),
        from: parse_date("2025-01-01").unwrap(),
        to: parse_date("2025-12-31").unwrap(),
        nil: false,
    };
    let statements = counties.iter().flat_map(|area| KINDS.map(|kind| statement((area, kind)))).collect();
    let units = units.into_values().collect();
    store.append_batch(NewBatch { units, statements, ..NewBatch::new(at, "bench", "list") }).unwrap();
    for (number, codes) in codes.chunks(BATCH).enumerate() {
        let rows = codes.iter().enumerate().flat_map(|(village, code)| {
            let first = (number * BATCH + village) as u64 * records;
            (first..first + records).map(move |record| Drawn::new(record).row(code, record))
        });
        store.append_batch(NewBatch { records: rows.collect(), ..NewBatch::new(at, "bench", "records") }).unwrap();
    }
}
