//! zen-expression: the rules as named expressions, compiled to the bytecode of its machine. Each reads what those before it said.

use zen_expression::compile_expression;
use zen_expression::expression::{Expression, Standard};
use zen_expression::variable::Variable;
use zen_expression::vm::VM;

use crate::Scorer;
use crate::outcome::{Outcome, as_json};
use crate::workload::Workload;

const EXPRESSIONS: [(&str, &str); 25] = [
    ("criminals", "filter(records, #.kind == 'criminal' and (#.severity == 'major' or #.severity == 'critical'))"),
    ("incidents", "filter(records, #.kind == 'mass_incident')"),
    ("accidents", "filter(records, #.kind == 'accident' and #.deaths > 0)"),
    ("fires", "filter(records, #.kind == 'fire' and #.deaths > 0)"),
    ("overdue", "filter(records, #.kind == 'hazard' and #.fixed == null and last_day - #.day > 30)"),
    ("mediations", "filter(records, #.kind == 'mediation')"),
    ("surveys", "filter(records, #.kind == 'survey')"),
    ("grave", "count(incidents, #.severity == 'critical')"),
    ("accident_deaths", "sum(map(accidents, #.deaths))"),
    ("fire_deaths", "sum(map(fires, #.deaths))"),
    ("per_thousand", "count(records, #.kind == 'petition') * 1000 / population"),
    ("settled", "len(mediations) == 0 ? 100 : count(mediations, #.settled) * 100 / len(mediations)"),
    ("safe", "len(surveys) == 0 ? 100 : sum(map(surveys, #.safety)) / len(surveys)"),
    ("crime", "min([20, sum(map(criminals, #.severity == 'major' ? 5 : 10))])"),
    ("mass", "min([15, 5 * count(incidents, #.severity == 'major')])"),
    ("accident", "accident_deaths >= 3 ? 0 : min([20, 5 * accident_deaths + len(accidents)])"),
    ("fire", "min([15, 3 * fire_deaths + 0.5 * len(fires)])"),
    ("petition", "per_thousand > 1 ? min([10, 2 * (per_thousand - 1)]) : 0"),
    ("hazard", "min([10, sum(map(overdue, #.severity == 'major' ? 2 : 1))])"),
    ("mediation", "settled < 98 ? min([5, (98 - settled) * 0.25]) : 0"),
    ("survey", "safe < 96 ? (96 - safe) * 0.25 : 0"),
    ("vetoed", "grave > 0 or accident_deaths >= 3"),
    ("sum", "crime + mass + accident + fire + petition + hazard + mediation + survey"),
    ("score", "100 - sum"),
    ("band", "score >= 85 ? '平安' : score >= 60 ? '达标' : '未达标'"),
];

/// The expressions that are deductions, in the order of the bundle.
const DEDUCTIONS: [&str; 8] = ["crime", "mass", "accident", "fire", "petition", "hazard", "mediation", "survey"];

pub fn scorer(workload: &Workload) -> Scorer<'static> {
    let compiled: Vec<(&str, Expression<Standard>)> =
        EXPRESSIONS.iter().map(|(name, text)| (*name, compile_expression(text).unwrap())).collect();
    let inputs: Vec<Variable> = as_json(workload).into_iter().map(Variable::from).collect();
    let mut machine = VM::new();
    Box::new(move |village| {
        let said = inputs[village].shallow_clone();
        for (name, expression) in &compiled {
            let value = expression.evaluate_with(said.clone(), &mut machine).unwrap();
            said.dot_insert(name, value);
        }
        outcome(&said)
    })
}

fn outcome(said: &Variable) -> Outcome {
    let number = |name: &str| -> f64 {
        let decimal = said.dot(name).and_then(|value| value.as_number()).unwrap();
        decimal.to_string().parse().unwrap()
    };
    Outcome {
        deductions: DEDUCTIONS.map(number),
        vetoed: said.dot("vetoed").unwrap().as_bool().unwrap(),
        score: number("score"),
        band: said.dot("band").unwrap().as_str().unwrap().to_owned(),
    }
}
