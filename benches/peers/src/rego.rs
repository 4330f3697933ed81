//! regorus: the rules in Rego, compiled to the bytecode of its machine.

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine, Value};

use crate::Scorer;
use crate::outcome::{Outcome, as_json};
use crate::workload::Workload;

pub fn scorer(workload: &Workload) -> Scorer<'static> {
    let entry = "data.village.village";
    let mut engine = Engine::new();
    engine.add_policy("policy.rego".to_owned(), include_str!("policy.rego").to_owned()).unwrap();
    let policy = engine.compile_with_entrypoint(&entry.into()).unwrap();
    let mut machine = RegoVM::new();
    machine.load_program(Compiler::compile_from_policy(&policy, &[entry]).unwrap());
    let inputs: Vec<Value> =
        as_json(workload).iter().map(|village| Value::from_json_str(&village.to_string()).unwrap()).collect();
    Box::new(move |village| {
        machine.set_input(inputs[village].clone());
        outcome(&machine.execute().unwrap())
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
