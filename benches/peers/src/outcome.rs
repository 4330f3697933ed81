//! What comes of a village, in the few numbers that every engine can be asked for; and the villages in a form that every engine
//! can be given.

use std::sync::Arc;

use liuwu_engine::assess::{Priors, Request, assess};
use liuwu_engine::assessment::{Assessment, Finding, FindingKind};
use liuwu_engine::dictionary::Value;
use liuwu_engine::number::Number;
use liuwu_engine::period::day_number;
use liuwu_engine::record::Record;
use serde_json::{Map, Value as Json, json};

use crate::workload::Workload;

/// The most that each rule deducts, as the bundle has it.
const CAPS: [f64; 8] = [20.0, 15.0, 20.0, 15.0, f64::MAX, 10.0, f64::MAX, f64::MAX];
/// The bands and from which score on they begin, best first.
const BANDS: [(&str, f64); 3] = [("平安", 85.0), ("达标", 60.0), ("未达标", f64::MIN)];
/// By how much the others, who calculate with binary fractions, may be off.
const TOLERANCE: f64 = 1e-9;

/// The village as every engine says how it did.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What each rule deducts, in the order of the bundle.
    pub deductions: [f64; 8],
    pub vetoed: bool,
    pub score: f64,
    pub band: String,
}

impl Outcome {
    /// The same arithmetic that a bundle has by itself: caps, the score, the band.
    fn of<'a>(rules: impl Iterator<Item = &'a [Arc<Finding>]>) -> Outcome {
        let (mut deductions, mut vetoed) = ([0.0; 8], false);
        for ((deduction, cap), findings) in deductions.iter_mut().zip(CAPS).zip(rules) {
            let sum = Number::sum(findings.iter().map(|finding| finding.points)).unwrap();
            *deduction = near(-sum).min(cap);
            vetoed |= findings.iter().any(|finding| finding.kind == FindingKind::Veto);
        }
        let score = 100.0 - deductions.iter().sum::<f64>();
        let band = BANDS.iter().find(|(_, from)| score >= *from).unwrap().0.to_owned();
        Outcome { deductions, vetoed, score, band }
    }

    /// Says what is different. A score that stands right on the edge of a band may fall to either side.
    pub fn compare(&self, expected: &Outcome) -> Result<(), String> {
        let near = |one: f64, other: f64| (one - other).abs() <= TOLERANCE;
        let same = self.deductions.iter().zip(expected.deductions).all(|(one, other)| near(*one, other));
        let on_an_edge = BANDS.iter().any(|(_, from)| near(expected.score, *from));
        let is_as_expected = same
            && self.vetoed == expected.vetoed
            && near(self.score, expected.score)
            && (self.band == expected.band || on_an_edge);
        if is_as_expected { Ok(()) } else { Err(format!("{self:?}, but it should be {expected:?}")) }
    }
}

/// The nearest binary fraction.
fn near(number: Number) -> f64 {
    let text = number.to_exact();
    let (top, bottom) = text.split_once('/').unwrap_or((&text, "1"));
    top.parse::<f64>().unwrap() / bottom.parse::<f64>().unwrap()
}

/// Whole assessments: caps, score, band, arithmetic and receipts too.
pub fn assessed(workload: &Workload) -> Vec<Assessment> {
    let request = Request { periods: vec![workload.period], as_of: None };
    assess(&workload.plan, &workload.world, &request, &Priors::new()).unwrap()
}

/// What the scorer written by hand comes to; our own ways must come to the same.
pub fn expected(workload: &Workload) -> Vec<Outcome> {
    workload.compare();
    let native = workload.native();
    let expected: Vec<Outcome> = native.iter().map(|found| Outcome::of(found.iter().map(Vec::as_slice))).collect();
    let assessed = assessed(workload);
    let scored: Vec<&Assessment> = assessed.iter().filter(|result| &*result.level == "village").collect();
    assert_eq!(scored.len(), expected.len());
    for (result, expected) in scored.into_iter().zip(&expected) {
        let (score, band) = (near(result.score.unwrap()), result.rating.as_deref().unwrap().to_owned());
        let found = Outcome { score, band, vetoed: result.vetoed, ..expected.clone() };
        found.compare(expected).expect("a whole assessment comes to the same");
    }
    expected
}

/// The records of each village as JSON; days as numbers, so that every engine can count them.
pub fn as_json(workload: &Workload) -> Vec<Json> {
    let last_day = workload.period.to();
    let villages = workload.world.units().iter().skip(1);
    let form = villages.map(|unit| {
        let records: Vec<Json> = unit.facts.iter().map(|record| record_as_json(record)).collect();
        let population = unit.attribute("population", last_day).map(value_as_json);
        json!({"records": records, "population": population, "last_day": day_number(last_day)})
    });
    form.collect()
}

fn record_as_json(record: &Record) -> Json {
    let mut fields = Map::new();
    fields.insert("kind".to_owned(), json!(record.kind.id));
    fields.insert("day".to_owned(), json!(day_number(record.date)));
    for (field, value) in record.kind.fields.keys().zip(&record.values) {
        fields.insert(field.clone(), value.as_ref().map_or(Json::Null, value_as_json));
    }
    Json::Object(fields)
}

fn value_as_json(value: &Value) -> Json {
    match value {
        Value::Number(number) => serde_json::from_str(&number.to_string()).unwrap(),
        Value::Boolean(flag) => json!(flag),
        Value::Text(text) => json!(**text),
        Value::Date(date) => json!(day_number(*date)),
        other => panic!("no field of the workload holds {other}"),
    }
}
