//! regorus: the rules in Rego, read once.

use regorus::{Engine, Value};

use crate::Scorer;
use crate::outcome::{Outcome, as_json};
use crate::workload::Workload;

pub fn scorer(workload: &Workload) -> Scorer<'static> {
    let mut engine = Engine::new();
    engine.add_policy("policy.rego".to_owned(), include_str!("policy.rego").to_owned()).unwrap();
    let inputs: Vec<Value> =
        as_json(workload).iter().map(|village| Value::from_json_str(&village.to_string()).unwrap()).collect();
    Box::new(move |village| {
        engine.set_input(inputs[village].clone());
        outcome(&engine.eval_rule("data.village.village".to_owned()).unwrap())
    })
}

fn outcome(said: &Value) -> Outcome {
    let deductions = said["deductions"].as_array().unwrap();
    Outcome {
        deductions: std::array::from_fn(|rule| deductions[rule].as_f64().unwrap()),
        vetoed: *said["vetoed"].as_bool().unwrap(),
        score: said["score"].as_f64().unwrap(),
        band: said["band"].as_string().unwrap().to_string(),
    }
}
