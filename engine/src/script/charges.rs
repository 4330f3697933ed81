//! What a run of a script costs, put into the program itself.
//!
//! Enters: a parsed program. Leaves: its text with a call at the start of every loop body and every function, which pays for that
//! body, and what its closures and the script itself cost, which are paid for by whoever calls them. A body costs as many steps
//! as it has statements and expressions, counted once, when the program is compiled; a loop or closure inside it pays for itself.
//! So what a run costs follows from what the script says, not from how it is carried out. Next: [`super::meter`].

use std::collections::HashMap;
use std::sync::Arc;

use rhai::{AST, Engine, Expr, FnCallExpr, Position, Stmt, StmtBlock};

use super::compile::alone;
use super::meter::Meter;
use super::source::Source;
use super::stop::Halt;

/// The function that a body calls to pay. The checks know no function of this name, so scripts cannot call it.
pub(super) const PAY: &str = "__pay__";

/// Gives an interpreter the function that the programs call.
pub(super) fn register(engine: &mut Engine, meter: &Arc<Meter>) {
    let meter = Arc::clone(meter);
    engine.register_fn(PAY, move |steps: i64| -> Result<(), Halt> { meter.spend(steps.unsigned_abs()) });
}

/// What the parts of a program cost.
#[derive(Debug, Default)]
pub(super) struct Charges {
    /// The script, run once.
    pub(super) script: u64,
    /// Each closure by its name in the program, called once.
    pub(super) closures: HashMap<String, u64>,
    /// Where a body begins, with its cost.
    bodies: Vec<(Position, u64)>,
}

impl Charges {
    /// What the parts of a program cost.
    pub(super) fn of(ast: &AST) -> Charges {
        let mut charges = Charges::default();
        charges.script = charges.statements(ast.statements());
        for function in ast.iter_fn_def() {
            let mut cost = 1;
            alone(ast, &function.name, function.params.len()).walk(&mut |path| {
                if let [rhai::ASTNode::Stmt(statement)] = path {
                    cost += charges.statement(statement);
                }
                true
            });
            if function.name.contains('$') {
                charges.closures.insert(function.name.to_string(), cost);
            } else {
                charges.bodies.push((function.body.start_position(), cost));
            }
        }
        charges
    }

    /// The text with a payment in every body that has braces.
    pub(super) fn collect_in(&self, source: &Source) -> Source {
        let mut insertions: Vec<(usize, String)> = self
            .bodies
            .iter()
            .filter_map(|(start, cost)| {
                let brace = source.offset(*start)?;
                source.text.get(brace..)?.starts_with('{').then(|| (brace + 1, format!("{PAY}({cost});")))
            })
            .collect();
        insertions.sort();
        // From the end, so that what is still to be done stays where it is.
        insertions.iter().rev().fold(source.clone(), |source, (at, words)| source.with(*at, words))
    }

    fn statements(&mut self, statements: &[Stmt]) -> u64 {
        statements.iter().map(|statement| self.statement(statement)).sum()
    }

    fn expressions<'a>(&mut self, expressions: impl IntoIterator<Item = &'a Expr>) -> u64 {
        expressions.into_iter().map(|expression| self.expression(expression)).sum()
    }

    /// A loop: each turn costs its body, and its condition where it has one.
    fn turn(&mut self, condition: u64, body: &StmtBlock) {
        let cost = 1 + condition + self.statements(body.statements());
        self.bodies.push((body.position(), cost));
    }

    /// What a statement costs without the turns of its loops.
    fn statement(&mut self, statement: &Stmt) -> u64 {
        1 + match statement {
            Stmt::If(flow, _) => {
                self.expression(&flow.expr)
                    + self.statements(flow.body.statements())
                    + self.statements(flow.branch.statements())
            }
            Stmt::Switch(parts, _) => {
                let arms = parts.1.expressions.iter().flat_map(|arm| [&arm.lhs, &arm.rhs]);
                self.expression(&parts.0) + self.expressions(arms)
            }
            Stmt::While(flow, _) | Stmt::Do(flow, ..) => {
                let condition = self.expression(&flow.expr);
                self.turn(condition, &flow.body);
                condition
            }
            Stmt::For(parts, _) => {
                self.turn(0, &parts.2.body);
                self.expression(&parts.2.expr)
            }
            Stmt::Var(parts, ..) => self.expression(&parts.1),
            Stmt::Assignment(parts) => self.expression(&parts.1.lhs) + self.expression(&parts.1.rhs),
            Stmt::FnCall(call, _) => self.call(call),
            Stmt::Block(block) => self.statements(block.statements()),
            Stmt::Expr(expression) => self.expression(expression),
            Stmt::BreakLoop(Some(value), ..) | Stmt::Return(Some(value), ..) => self.expression(value),
            Stmt::Share(variables) => variables.len() as u64,
            _ => 0,
        }
    }

    fn call(&mut self, call: &FnCallExpr) -> u64 {
        self.expressions(&call.args)
    }

    /// What an expression costs; a closure in it only that it is made.
    fn expression(&mut self, expression: &Expr) -> u64 {
        1 + match expression {
            Expr::InterpolatedString(parts, _) | Expr::Array(parts, _) => self.expressions(parts.iter()),
            Expr::Map(parts, _) => self.expressions(parts.0.iter().map(|(_, value)| value)),
            Expr::MethodCall(call, _) | Expr::FnCall(call, _) => self.call(call),
            Expr::Stmt(block) => self.statements(block.statements()),
            Expr::Dot(parts, ..) | Expr::Index(parts, ..) => self.expression(&parts.lhs) + self.expression(&parts.rhs),
            Expr::And(parts, _) | Expr::Or(parts, _) | Expr::Coalesce(parts, _) => self.expressions(parts.iter()),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Script;
    use crate::script::{CallOff, sandbox};

    /// What a text costs, and the same text with its payments.
    fn charged(text: &str) -> (Charges, Source) {
        let engine = sandbox::engine(&CallOff::default(), &Arc::default());
        let source = Source::of(&Script { text: text.to_owned(), lines: vec![(7, 1)] });
        let charges = Charges::of(&engine.compile(text).unwrap());
        let paid = charges.collect_in(&source);
        (charges, paid)
    }

    #[test]
    fn a_loop_costs_its_body_each_turn_and_no_more_of_what_stands_around_it() {
        let (charges, paid) = charged("for r in x { r.a }");
        // The loop, the list; a turn: itself, the statement, the chain with both its parts.
        assert_eq!(charges.script, 2);
        assert_eq!(paid.text, "for r in x {__pay__(5); r.a }");
        let (charges, paid) = charged("loop { for r in x { } break; }");
        assert_eq!(charges.script, 2);
        assert_eq!(paid.text, "loop {__pay__(5); for r in x {__pay__(1); } break; }");
    }

    #[test]
    fn a_condition_is_paid_for_each_time_it_is_asked() {
        let (charges, paid) = charged("while a { b }");
        assert_eq!(charges.script, 2);
        assert_eq!(paid.text, "while a {__pay__(4); b }");
    }

    #[test]
    fn functions_pay_in_their_bodies_and_closures_where_they_are_called() {
        let (charges, paid) = charged("fn f(a) { a } x.map(|y| f(y))");
        assert_eq!(paid.text, "fn f(a) {__pay__(3); a } x.map(|y| f(y))");
        assert_eq!(charges.closures.values().copied().collect::<Vec<_>>(), [4]);
    }

    #[test]
    fn payments_do_not_move_the_places_of_what_the_author_wrote() {
        let (_, paid) = charged("let 甲 = 1; for r in x { r.乙 }");
        let column = paid.text.chars().position(|letter| letter == '乙').unwrap() + 1;
        assert_eq!(paid.place(Position::new(1, u16::try_from(column).unwrap())), (7, 27));
        assert_eq!(paid.place(Position::new(1, 5)), (7, 5));
    }
}
