//! cel: the rules as named expressions of the Common Expression Language. Each reads what those before it said, because the
//! language has no variables of its own. Sums and the smaller of two numbers it does not have either; those are functions in Rust.

use std::sync::Arc;

use cel::objects::{Key, Map};
use cel::{Context, Program, Value};
use serde_json::Value as Json;

use crate::Scorer;
use crate::outcome::{Outcome, as_json};
use crate::workload::Workload;

const EXPRESSIONS: [(&str, &str); 24] = [
    ("incidents", "records.filter(r, r.kind == 'mass_incident')"),
    ("accidents", "records.filter(r, r.kind == 'accident' && r.deaths > 0)"),
    ("fires", "records.filter(r, r.kind == 'fire' && r.deaths > 0)"),
    ("mediations", "records.filter(r, r.kind == 'mediation')"),
    ("surveys", "records.filter(r, r.kind == 'survey')"),
    ("grave", "size(incidents.filter(r, r.severity == 'critical'))"),
    ("accident_deaths", "total(accidents.map(r, r.deaths))"),
    ("fire_deaths", "total(fires.map(r, r.deaths))"),
    ("per_thousand", "double(size(records.filter(r, r.kind == 'petition'))) * 1000.0 / double(population)"),
    (
        "settled",
        "size(mediations) == 0 ? 100.0 : \
         double(size(mediations.filter(r, r.settled))) * 100.0 / double(size(mediations))",
    ),
    ("safe", "size(surveys) == 0 ? 100.0 : total(surveys.map(r, r.safety)) / double(size(surveys))"),
    (
        "crime",
        "least(20.0, total(records.filter(r, r.kind == 'criminal' && (r.severity == 'major' || r.severity == 'critical'))\
         .map(r, r.severity == 'major' ? 5 : 10)))",
    ),
    ("mass", "least(15.0, 5.0 * double(size(incidents.filter(r, r.severity == 'major'))))"),
    ("accident", "accident_deaths >= 3.0 ? 0.0 : least(20.0, 5.0 * accident_deaths + double(size(accidents)))"),
    ("fire", "least(15.0, 3.0 * fire_deaths + 0.5 * double(size(fires)))"),
    ("petition", "per_thousand > 1.0 ? least(10.0, 2.0 * (per_thousand - 1.0)) : 0.0"),
    (
        "hazard",
        "least(10.0, total(records.filter(r, r.kind == 'hazard' && r.fixed == null && last_day - r.day > 30)\
         .map(r, r.severity == 'major' ? 2 : 1)))",
    ),
    ("mediation", "settled < 98.0 ? least(5.0, (98.0 - settled) * 0.25) : 0.0"),
    ("survey", "safe < 96.0 ? (96.0 - safe) * 0.25 : 0.0"),
    ("vetoed", "grave > 0 || accident_deaths >= 3.0"),
    ("deductions", "[crime, mass, accident, fire, petition, hazard, mediation, survey]"),
    ("sum", "total(deductions)"),
    ("score", "100.0 - sum"),
    ("band", "score >= 85.0 ? '平安' : score >= 60.0 ? '达标' : '未达标'"),
];

pub fn scorer(workload: &Workload) -> Scorer<'static> {
    let compiled: Vec<(&str, Program)> =
        EXPRESSIONS.iter().map(|(name, text)| (*name, Program::compile(text).unwrap())).collect();
    let mut root = Context::default();
    root.add_function("least", |one: f64, other: f64| one.min(other)).unwrap();
    root.add_function("total", |numbers: Arc<Vec<Value>>| numbers.iter().map(number).sum::<f64>()).unwrap();
    let inputs: Vec<Value> = as_json(workload).iter().map(value).collect();
    Box::new(move |village| {
        let mut said = root.new_inner_scope();
        let Value::Map(input) = &inputs[village] else { panic!("a village is a map") };
        for (name, value) in input.map.iter() {
            said.add_variable_from_value(name.to_string(), value.clone());
        }
        let mut values = Vec::with_capacity(compiled.len());
        for (name, program) in &compiled {
            let value = program.execute(&said).unwrap();
            said.add_variable_from_value(*name, value.clone());
            values.push(value);
        }
        outcome(&values)
    })
}

fn outcome(values: &[Value]) -> Outcome {
    let [.., Value::Bool(vetoed), Value::List(deductions), _, score, Value::String(band)] = values else {
        panic!("the last expressions say something else: {values:?}")
    };
    Outcome {
        deductions: std::array::from_fn(|rule| number(&deductions[rule])),
        vetoed: *vetoed,
        score: number(score),
        band: band.to_string(),
    }
}

fn number(value: &Value) -> f64 {
    match value {
        Value::Int(whole) => *whole as f64,
        Value::UInt(whole) => *whole as f64,
        Value::Float(number) => *number,
        other => panic!("not a number: {other:?}"),
    }
}

fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => number.as_i64().map_or_else(|| Value::Float(number.as_f64().unwrap()), Value::Int),
        Json::String(text) => Value::String(Arc::new(text.clone())),
        Json::Array(items) => Value::List(Arc::new(items.iter().map(value).collect())),
        Json::Object(fields) => {
            let fields = fields.iter().map(|(name, field)| (Key::String(Arc::new(name.clone())), value(field)));
            Value::Map(Map { map: Arc::new(fields.collect()) })
        }
    }
}
