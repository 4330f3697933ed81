//! Chains: `a.b[c].d(e)`.
//!
//! The language evaluates the arguments of all parts of a chain first, from left to right, then what stands in front. Each part
//! here evaluates its own arguments before what it is applied to; so only where more than one part has arguments that can
//! fail or change something must they be put aside first ([`Node::Before`]).

use rhai::{ASTFlags, BinaryExpr, Expr, FnCallExpr, Position};

use super::super::obstacle::Obstacle;
use super::super::tree::{Host, Node, Parameter};
use super::super::value::Constant;
use super::closures::Made;
use super::{Binding, Builder, Built, Is, Typed};
use std::sync::Arc;

/// One part of a chain behind its beginning.
struct Link<'e> {
    part: Part<'e>,
    /// `?.` or `?[`: nothing ends the chain.
    elvis: bool,
}

enum Part<'e> {
    Property(&'e str),
    Index(&'e Expr),
    Method(&'e FnCallExpr, Position),
}

/// The arguments of a link, as far as they are built before what it is applied to is known.
enum Arguments {
    None,
    Values(Vec<Node>),
    /// Closures wait until something is known of the list; only what they capture is looked at.
    Closure,
}

/// A chain as the parser has it, nested to the right, from left to right.
fn links(expression: &Expr) -> Option<(&Expr, Vec<Link<'_>>)> {
    let (mut sides, mut flags, mut dotted) = sides(expression)?;
    let start = &sides.lhs;
    let mut links = Vec::new();
    loop {
        let elvis = flags.contains(ASTFlags::NEGATED);
        let continued = if flags.contains(ASTFlags::BREAK) { None } else { self::sides(&sides.rhs) };
        let end = continued.as_ref().map_or(&sides.rhs, |(next, ..)| &next.lhs);
        let part = match end {
            index if !dotted => Part::Index(index),
            Expr::Property(name, _) => Part::Property(&name.2),
            Expr::MethodCall(call, position) => Part::Method(call, *position),
            _ => return None,
        };
        links.push(Link { part, elvis });
        match continued {
            Some(next) => (sides, flags, dotted) = next,
            None => return Some((start, links)),
        }
    }
}

fn sides(expression: &Expr) -> Option<(&BinaryExpr, ASTFlags, bool)> {
    match expression {
        Expr::Dot(sides, flags, _) => Some((sides, *flags, true)),
        Expr::Index(sides, flags, _) => Some((sides, *flags, false)),
        _ => None,
    }
}

impl Builder<'_> {
    pub(super) fn chain(&mut self, expression: &Expr) -> Built<Typed> {
        let position = expression.start_position();
        let Some((start, links)) = links(expression) else {
            return Err(Obstacle::other("这种写法", "this", position));
        };
        if let Some(pushed) = self.push(start, &links)? {
            return Ok(pushed.into());
        }
        if let Expr::Variable(variable, ..) = start
            && links.iter().any(|link| self.holds_on_to(link, &variable.1))
        {
            return Err(Obstacle::itself(&variable.1, position));
        }
        let assignments = self.assignments;
        let mut arguments = Vec::new();
        for link in &links {
            arguments.push(self.arguments(link)?);
        }
        let start = self.expression(start)?;
        let changes = self.assignments > assignments;
        let is_lively = |given: &Arguments| match given {
            Arguments::Values(values) => values.iter().any(|value| changes || !is_still(value)),
            Arguments::None | Arguments::Closure => false,
        };
        let mut first = Vec::new();
        if changes || arguments.iter().filter(|given| is_lively(given)).count() > 1 {
            for given in &mut arguments {
                let Arguments::Values(values) = given else { continue };
                for value in values {
                    let slot = self.slot(position)?;
                    first.push((slot, std::mem::replace(value, Node::Held(slot))));
                }
            }
        }
        let mut rest = links.iter().zip(arguments).collect::<Vec<_>>().into_iter();
        let chained = self.linked(start, &mut rest, position)?;
        if first.is_empty() {
            return Ok(chained);
        }
        Ok(Typed { node: Node::Before { first, then: Box::new(chained.node) }, is: chained.is })
    }

    /// `list.push(item)` on a variable, the one method that changes what it is applied to.
    fn push(&mut self, start: &Expr, links: &[Link<'_>]) -> Built<Option<Node>> {
        let [Link { part: Part::Method(call, position), elvis: false }] = links else {
            let pushes = |link: &Link<'_>| matches!(link.part, Part::Method(call, _) if call.name == "push");
            return match links.iter().any(pushes) {
                true => Err(Obstacle::function("push", start.start_position())),
                false => Ok(None),
            };
        };
        if call.name != "push" {
            return Ok(None);
        }
        let (Expr::Variable(variable, ..), [item]) = (start, &*call.args) else {
            return Err(Obstacle::function("push", *position));
        };
        self.assignments += 1;
        let item = self.boxed(item)?;
        match self.binding(&variable.1) {
            Some(Binding::Variable(slot)) => Ok(Some(Node::Push { slot: *slot, item })),
            _ => Err(Obstacle::function("push", *position)),
        }
    }

    fn arguments(&mut self, link: &Link<'_>) -> Built<Arguments> {
        match link.part {
            Part::Property(_) => Ok(Arguments::None),
            Part::Index(index) => Ok(Arguments::Values(vec![self.node(index)?])),
            Part::Method(call, _) if call.args.iter().any(|argument| self.is_closure(argument)) => {
                Ok(Arguments::Closure)
            }
            Part::Method(call, _) => Ok(Arguments::Values(self.expressions(call.args.iter())?)),
        }
    }

    fn linked<'e: 'l, 'l>(
        &mut self,
        of: Typed,
        rest: &mut impl Iterator<Item = (&'l Link<'e>, Arguments)>,
        position: Position,
    ) -> Built<Typed> {
        let Some((link, arguments)) = rest.next() else { return Ok(of) };
        if link.elvis {
            let slot = self.slot(position)?;
            self.kinds.insert(slot, of.is.clone());
            let held = Typed { node: Node::Held(slot), is: of.is };
            let next = self.link(held, link, arguments)?;
            let then = Box::new(self.linked(next, rest, position)?.node);
            return Ok(Node::IfSomething { of: Box::new(of.node), slot, then }.into());
        }
        let next = self.link(of, link, arguments)?;
        self.linked(next, rest, position)
    }

    fn link(&mut self, of: Typed, link: &Link<'_>, arguments: Arguments) -> Built<Typed> {
        match (&link.part, arguments) {
            (Part::Property(name), _) => Ok(self.property(of, name)),
            (Part::Index(_), Arguments::Values(values)) => {
                let index = values.into_iter().next().unwrap_or(Node::Constant(Constant::Nothing));
                Ok(match index {
                    // `f["deaths"]` reads what `f.deaths` reads, of a record.
                    Node::Constant(Constant::Text(name)) if matches!(of.is, Is::Record(_)) => self.property(of, &name),
                    index => entry_or_index(of.node, index).into(),
                })
            }
            (Part::Method(call, _), Arguments::Values(mut values))
                if call.name == "at" && values.len() == 1 && matches!(of.node, Node::Parameter(_)) =>
            {
                let Node::Parameter(parameter) = of.node else { return Ok(of) };
                let reached = Box::new(values.pop().unwrap_or(Node::Constant(Constant::Nothing)));
                Ok(Node::Step { parameter, reached }.into())
            }
            (Part::Method(call, position), Arguments::Values(values)) => self.method(of, call, values, *position),
            (Part::Method(call, position), _) => {
                let item = match &of.is {
                    Is::Records(kind) => Is::Record(Arc::clone(kind)),
                    _ => Is::Unknown,
                };
                let mut closures = Vec::new();
                let mut values = Vec::new();
                for argument in &*call.args {
                    match self.closure_over(argument, item.clone())? {
                        Some(Made { closure, captures }) => closures.push((closure, captures)),
                        None => values.push(self.node(argument)?),
                    }
                }
                self.question(of, call, closures, values, *position)
            }
            (Part::Index(index), _) => Err(Obstacle::other("这种写法", "this", index.start_position())),
        }
    }

    fn property(&mut self, of: Typed, name: &str) -> Typed {
        let name: Arc<str> = Arc::from(name);
        match (of.node, of.is) {
            (Node::Host(Host::Figures), _) => Node::Figure(name).into(),
            (Node::Host(Host::Parameters), _) => {
                let place = self.material.parameters.iter().position(|known| **known == *name).unwrap_or_default();
                Node::Parameter(Parameter { name, place }).into()
            }
            (Node::Local(slot) | Node::Held(slot), Is::Record(kind)) => {
                Node::Field { of: slot, field: self.field(&kind, &name) }.into()
            }
            (node, _) => Node::Property { of: Box::new(node), name }.into(),
        }
    }

    /// Whether a closure among the arguments captures a variable. The interpreter refuses that for the variable in front.
    fn holds_on_to(&self, link: &Link<'_>, name: &str) -> bool {
        let Part::Method(call, _) = link.part else { return false };
        call.args.iter().any(|argument| match argument {
            Expr::Variable(variable, ..) => {
                matches!(self.binding(&variable.1), Some(Binding::Closure(closure)) if closure.captures(name))
            }
            closure => super::closures::captured(closure).any(|captured| captured == name),
        })
    }

    fn is_closure(&self, expression: &Expr) -> bool {
        match expression {
            Expr::Variable(variable, ..) => matches!(self.binding(&variable.1), Some(Binding::Closure(_))),
            _ => super::closures::is_closure(expression),
        }
    }
}

/// An item, or what stands in a table of the parameters.
fn entry_or_index(of: Node, index: Node) -> Node {
    match of {
        Node::Parameter(parameter) => Node::Entry { parameter, key: Box::new(index) },
        of => Node::Index { of: Box::new(of), index: Box::new(index) },
    }
}

/// Whether it makes no difference when it is evaluated: it cannot fail and changes nothing.
pub(super) fn is_still(node: &Node) -> bool {
    match node {
        Node::Constant(_) | Node::Local(_) | Node::Held(_) => true,
        Node::Host(host) => !host.must_be_read_in_order(),
        _ => false,
    }
}
