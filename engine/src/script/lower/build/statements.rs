//! Statements: what is done one after the other, branches, loops, variables.

use rhai::{ASTFlags, Expr, FlowControl, Position, Stmt, StmtBlock};

use super::super::obstacle::Obstacle;
use super::super::tree::{Node, Operation};
use super::super::value::Constant;
use super::{Binding, Builder, Built, Is, Typed};

const NOTHING: Node = Node::Constant(Constant::Nothing);

impl Builder<'_> {
    /// Statements in a scope of their own, or in that of the function.
    pub(super) fn block(&mut self, statements: &[Stmt], scoped: bool) -> Built {
        let seen = self.names.len();
        let nodes = statements.iter().map(|statement| self.statement(statement)).collect::<Built<Vec<_>>>();
        if scoped {
            self.names.truncate(seen);
        }
        let mut nodes = nodes?;
        Ok(match (nodes.pop(), nodes.is_empty()) {
            (None, _) => NOTHING,
            (Some(only), true) => only,
            (Some(last), false) => {
                nodes.push(last);
                Node::Block(nodes)
            }
        })
    }

    fn body(&mut self, block: &StmtBlock) -> Built<Box<Node>> {
        self.block(block.statements(), true).map(Box::new)
    }

    /// A block where a value is expected. The parser wraps single expressions, so what is known of them is kept.
    pub(super) fn block_expression(&mut self, block: &StmtBlock) -> Built<Typed> {
        match block.statements() {
            [Stmt::Expr(expression)] => self.expression(expression),
            statements => Ok(self.block(statements, true)?.into()),
        }
    }

    fn statement(&mut self, statement: &Stmt) -> Built {
        Ok(match statement {
            Stmt::Noop(_) => NOTHING,
            Stmt::Expr(expression) => self.node(expression)?,
            Stmt::FnCall(call, position) => self.call(call, *position)?.node,
            Stmt::Block(block) => self.block(block.statements(), true)?,
            Stmt::If(flow, _) => self.branch(flow)?,
            Stmt::Switch(parts, position) => self.switch(&parts.0, &parts.1, *position)?,
            Stmt::While(flow, _) => {
                let endless = matches!(flow.expr, Expr::Unit(_) | Expr::BoolConstant(true, _));
                let condition = if endless { None } else { Some(self.boxed(&flow.expr)?) };
                Node::While { condition, body: self.body(&flow.body)? }
            }
            Stmt::Do(flow, flags, _) => {
                let body = self.body(&flow.body)?;
                let until = flags.contains(ASTFlags::NEGATED);
                Node::Do { body, condition: self.boxed(&flow.expr)?, until }
            }
            Stmt::For(parts, position) => {
                let counter = parts.1.as_ref().map(|counter| counter.name.as_str());
                self.for_each(&parts.0.name, counter, &parts.2, *position)?
            }
            Stmt::Var(parts, flags, position) => {
                self.define(&parts.0.name, &parts.1, flags.contains(ASTFlags::CONSTANT), *position)?
            }
            Stmt::Assignment(parts) => {
                let (operation, sides) = &**parts;
                let sign = operation.get_op_assignment_info().map(|(_, _, _, _, _, sign)| sign);
                self.assign(&sides.lhs, sign, &sides.rhs)?
            }
            Stmt::BreakLoop(value, flags, _) if flags.contains(ASTFlags::BREAK) => {
                Node::Break(value.as_ref().map(|value| self.boxed(value)).transpose()?)
            }
            Stmt::BreakLoop(None, ..) => Node::Continue,
            Stmt::Return(value, flags, _) if !flags.contains(ASTFlags::BREAK) => {
                Node::Return(value.as_ref().map(|value| self.boxed(value)).transpose()?)
            }
            other => return Err(Obstacle::other("这种语句", "this statement", other.position())),
        })
    }

    fn branch(&mut self, flow: &FlowControl) -> Built {
        let condition = self.boxed(&flow.expr)?;
        Ok(Node::If { condition, then: self.body(&flow.body)?, otherwise: self.body(&flow.branch)? })
    }

    fn for_each(&mut self, item: &str, counter: Option<&str>, flow: &FlowControl, position: Position) -> Built {
        if let Expr::FnCall(call, _) = &flow.expr
            && let (".." | "..=", [from, to]) = (call.name.as_str(), &*call.args)
        {
            let inclusive = call.name == "..=";
            // A variable in first place is read last.
            if matches!(from, Expr::Variable(..)) && !matches!(to, Expr::IntegerConstant(..) | Expr::Variable(..)) {
                return Err(Obstacle::function(&call.name, position));
            }
            let (from, to) = (self.boxed(from)?, self.boxed(to)?);
            let (slot, counter, body) = self.turn(item, Is::Unknown, counter, flow, position)?;
            return Ok(Node::ForWhole { slot, counter, from, to, inclusive, body });
        }
        let list = self.expression(&flow.expr)?;
        let is = match list.is {
            Is::Records(kind) => Is::Record(kind),
            _ => Is::Unknown,
        };
        let (slot, counter, body) = self.turn(item, is, counter, flow, position)?;
        Ok(Node::For { slot, counter, list: Box::new(list.node), body })
    }

    /// The variables of a loop, and its body.
    fn turn(
        &mut self,
        item: &str,
        is: Is,
        counter: Option<&str>,
        flow: &FlowControl,
        position: Position,
    ) -> Built<(usize, Option<usize>, Box<Node>)> {
        let seen = self.names.len();
        let counter = counter.map(|counter| self.declare(counter, Is::Unknown, position)).transpose()?;
        let slot = self.declare(item, is, position)?;
        let body = self.body(&flow.body);
        self.names.truncate(seen);
        Ok((slot, counter, body?))
    }

    fn define(&mut self, name: &str, value: &Expr, constant: bool, position: Position) -> Built {
        if let Some(made) = self.closure(value)? {
            // What it captures is read where it is made.
            let mut nodes = made.captures;
            nodes.push(NOTHING);
            self.names.push((name.to_owned(), Binding::Closure(made.closure)));
            return Ok(Node::Block(nodes));
        }
        let value = self.expression(value)?;
        let slot = self.declare(name, value.is, position)?;
        if constant && let Some(last) = self.names.last_mut() {
            last.1 = Binding::Constant(slot);
        }
        Ok(Node::Set { slot, value: Box::new(value.node) })
    }

    fn assign(&mut self, to: &Expr, sign: Option<&str>, value: &Expr) -> Built {
        let Expr::Variable(variable, ..) = to else { return Err(Obstacle::assignment(to.start_position())) };
        self.assignments += 1;
        let value = self.boxed(value)?;
        let slot = match self.binding(&variable.1) {
            Some(Binding::Variable(slot)) => *slot,
            Some(Binding::Captured(_)) => return Err(Obstacle::change(&variable.1, to.start_position())),
            _ => return Err(Obstacle::variable(&variable.1, to.start_position())),
        };
        match sign {
            None => Ok(Node::Assign { slot, value }),
            Some(sign) => match operation(sign) {
                Some(operation) => Ok(Node::Change { slot, operation, value }),
                None => Err(Obstacle::function(sign, to.start_position())),
            },
        }
    }
}

pub(super) fn operation(sign: &str) -> Option<Operation> {
    use Operation::{Add, Divide, Multiply, Power, Remainder, Subtract};
    [Add, Subtract, Multiply, Divide, Remainder, Power].into_iter().find(|operation| operation.sign() == sign)
}
