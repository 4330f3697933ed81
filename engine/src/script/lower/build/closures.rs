//! Closures: the parser makes a function of each, with what it captures as its first parameters. Here each becomes a tree over
//! the variables of the function in which it stands, so that what it captures need not be handed over.

use std::sync::Arc;

use rhai::{Expr, FnPtr, Position, Stmt};

use super::super::obstacle::Obstacle;
use super::super::tree::{Closure, Host, Node};
use super::{Binding, Builder, Built, Is};

/// The parser's name for what makes a closure hold the variables it uses.
const HOLD: &str = "curry";
/// Names whose value is the same for all units.
const SAME_FOR_ALL: [Host; 3] = [Host::Parameters, Host::Period, Host::AsOf];

/// A closure, and what is read where it is made.
pub(super) struct Made {
    pub(super) closure: Arc<Closure>,
    pub(super) captures: Vec<Node>,
}

impl Builder<'_> {
    /// The closure that an expression is; none: it is something else. Its item is not known to be anything.
    pub(super) fn closure(&mut self, expression: &Expr) -> Built<Option<Made>> {
        self.closure_over(expression, Is::Unknown)
    }

    /// The same for items of which something is known.
    pub(super) fn closure_over(&mut self, expression: &Expr, item: Is) -> Built<Option<Made>> {
        let position = expression.start_position();
        if let Expr::Variable(variable, ..) = expression
            && let Some(Binding::Closure(closure)) = self.binding(&variable.1)
        {
            let (closure, captures) = (Arc::clone(closure), Vec::new());
            return Ok(Some(Made { closure, captures }));
        }
        let Some((pointer, captured)) = parts(expression) else { return Ok(None) };
        let count = captured.len() + 1;
        let Some(definition) = self.functions.get(&(pointer.fn_name().to_owned(), count)).cloned() else {
            return Err(Obstacle::closure(position));
        };
        self.enter((pointer.fn_name().to_owned(), count), position)?;
        let mut captures = Vec::new();
        let mut bindings = Vec::new();
        let mut hosts = Vec::new();
        for (name, variable) in definition.parameters.iter().zip(captured) {
            bindings.push((name.clone(), self.capture(name, variable, &mut captures, &mut hosts)?));
        }
        let outside = std::mem::replace(&mut self.names, bindings);
        let built = definition.parameters.last().map_or(Err(Obstacle::closure(position)), |parameter| {
            let parameter = self.declare(parameter, item, position)?;
            Ok((parameter, self.block(&definition.statements, false)?))
        });
        self.names = outside;
        self.calls.pop();
        let (parameter, body) = built?;
        let all_are_the_same = hosts.iter().all(|host| host.is_some_and(|host| SAME_FOR_ALL.contains(&host)));
        let closure = Closure {
            name: Arc::from(pointer.fn_name()),
            cost: self.material.closures.get(pointer.fn_name()).copied().unwrap_or(1),
            parameter,
            body,
            captured: definition.parameters.into_iter().rev().skip(1).collect(),
            is_unit_free: all_are_the_same && self.material.unit_free.contains_key(pointer.fn_name()),
        };
        Ok(Some(Made { closure: Arc::new(closure), captures }))
    }

    /// What a captured name stands for inside the closure. What can fail, and texts of the host, are read where it is made.
    fn capture(
        &mut self,
        name: &str,
        variable: &Expr,
        captures: &mut Vec<Node>,
        hosts: &mut Vec<Option<Host>>,
    ) -> Built<Binding> {
        let position = variable.start_position();
        let read = self.node(variable)?;
        match read {
            Node::Local(slot) | Node::Held(slot) => {
                // A variable in the place of a name of the host would have to be looked at in each run.
                if Host::named(name).is_some() || self.material.levels.iter().any(|level| *level == name) {
                    return Err(Obstacle::variable(name, position));
                }
                hosts.push(None);
                if matches!(read, Node::Local(_)) {
                    // Shared, and then copied into the closure.
                    captures.extend([Node::Local(slot), Node::Local(slot)]);
                }
                self.captured.push(name.to_owned());
                Ok(Binding::Captured(slot))
            }
            Node::Host(host) => {
                hosts.push(Some(host));
                if host.must_be_read_in_order() {
                    captures.push(Node::Host(host));
                }
                Ok(Binding::Host)
            }
            other => {
                hosts.push(None);
                captures.push(other);
                Ok(Binding::Host)
            }
        }
    }

    /// Goes into a function or closure.
    pub(super) fn enter(&mut self, key: (String, usize), position: Position) -> Built<()> {
        if self.calls.len() >= super::DEEPEST {
            return Err(Obstacle::too_deep(position));
        }
        self.calls.push(key);
        Ok(())
    }
}

/// Whether an expression makes a closure.
pub(super) fn is_closure(expression: &Expr) -> bool {
    parts(expression).is_some()
}

/// The names that a closure captures.
pub(super) fn captured(expression: &Expr) -> impl Iterator<Item = &str> {
    let variables = parts(expression).map(|(_, captured)| captured).unwrap_or_default();
    variables.into_iter().filter_map(|variable| match variable {
        Expr::Variable(variable, ..) => Some(variable.1.as_str()),
        _ => None,
    })
}

/// The function that a closure is, and the variables it captures.
fn parts(expression: &Expr) -> Option<(FnPtr, Vec<&Expr>)> {
    match expression {
        Expr::DynamicConstant(value, _) => Some((value.clone().try_cast::<FnPtr>()?, Vec::new())),
        Expr::Stmt(block) => match block.statements() {
            [Stmt::Share(_), Stmt::Expr(held)] => match &**held {
                Expr::FnCall(call, _) if call.name == HOLD => {
                    let (pointer, captured) = call.args.split_first()?;
                    let Expr::DynamicConstant(value, _) = pointer else { return None };
                    Some((value.clone().try_cast::<FnPtr>()?, captured.iter().collect()))
                }
                _ => None,
            },
            [Stmt::Expr(inner)] => parts(inner),
            _ => None,
        },
        _ => None,
    }
}
