//! Calls: operators, functions of the library, and the functions of the language, each under its own kind of node.

use std::sync::Arc;

use rhai::{Expr, FnCallExpr, Position};

use super::super::super::charges::PAY;
use super::super::super::functions::{english, named};
use super::super::obstacle::Obstacle;
use super::super::run::MOST_EVIDENCE;
use super::super::tree::{Ask, Closure, Node, Numeric, Order, Outcome, Pair, Question, Reach, Records, Say};
use super::super::value::Constant;
use super::closures::Made;
use super::statements::operation;
use super::{Binding, Builder, Built, Function, Is, Typed};
use crate::assessment::FindingKind;
use crate::dictionary::Kind;
use crate::number::Rounding;

/// A closure with what is read when it is made.
type Given = (Arc<Closure>, Vec<Node>);

/// The questions about a list: whether they can be asked without a closure, and with one.
const QUESTIONS: [(&str, Question, bool, bool); 19] = [
    ("count", Question::Count, true, true),
    ("sum", Question::Sum, true, true),
    ("mean", Question::Mean, true, true),
    ("min", Question::Least, true, true),
    ("max", Question::Most, true, true),
    ("distinct", Question::Distinct, true, true),
    ("first", Question::First, true, true),
    ("last", Question::Last, true, true),
    ("any", Question::Any, false, true),
    ("all", Question::All, false, true),
    ("filter", Question::Filter, false, true),
    ("map", Question::Map, false, true),
    ("group_by", Question::GroupBy, false, true),
    ("sort_by", Question::SortBy, false, true),
    ("reversed", Question::Reversed, true, false),
    ("worst", Question::Worst, true, true),
    ("best", Question::Best, true, true),
    ("rank", Question::Rank { highest_first: true }, false, true),
    ("rank_low", Question::Rank { highest_first: false }, false, true),
];

impl Builder<'_> {
    /// A function with its arguments, or an operator with its operands.
    pub(super) fn call(&mut self, call: &FnCallExpr, position: Position) -> Built<Typed> {
        let name = call.name.as_str();
        let first_last = matches!(call.args.first(), Some(Expr::Variable(..)));
        if let (PAY, [Expr::IntegerConstant(steps, _)]) = (name, &*call.args) {
            return Ok(Node::Pay(steps.unsigned_abs()).into());
        }
        if let [first, second] = &*call.args
            && (call.op_token.is_some() || operation(name).is_some())
            && name != "contains"
        {
            return self.operator(name, first, second, first_last, position).map(Typed::from);
        }
        match (name, &*call.args) {
            ("!", [operand]) => return Ok(Node::Not(self.boxed(operand)?).into()),
            ("-", [operand]) => return Ok(Node::Negate(self.boxed(operand)?).into()),
            _ => {}
        }
        if self.functions.contains_key(&(call.name.to_string(), call.args.len())) {
            return self.function(call, first_last, position).map(Typed::from);
        }
        let list = match call.args.first() {
            Some(first)
                if call
                    .args
                    .iter()
                    .skip(1)
                    .any(|argument| super::closures::is_closure(argument) || self.is_named_closure(argument)) =>
            {
                self.expression(first)?
            }
            _ => {
                let arguments =
                    call.args.iter().map(|argument| self.expression(argument)).collect::<Built<Vec<_>>>()?;
                return self.dispatch(name, arguments, first_last, position);
            }
        };
        let item = match &list.is {
            Is::Records(kind) => Is::Record(Arc::clone(kind)),
            _ => Is::Unknown,
        };
        let (mut closures, mut values) = (Vec::new(), Vec::new());
        for argument in call.args.iter().skip(1) {
            match self.closure_over(argument, item.clone())? {
                Some(Made { closure, captures }) => closures.push((closure, captures)),
                None => values.push(self.node(argument)?),
            }
        }
        self.ask(list, name, closures, values, !first_last, position)
    }

    fn is_named_closure(&self, expression: &Expr) -> bool {
        let Expr::Variable(variable, ..) = expression else { return false };
        matches!(self.binding(&variable.1), Some(Binding::Closure(_)))
    }

    fn operator(&mut self, name: &str, first: &Expr, second: &Expr, first_last: bool, position: Position) -> Built {
        let pair = Pair { first: self.boxed(first)?, second: self.boxed(second)?, first_last };
        let order = match name {
            "<" => Order::Less,
            "<=" => Order::LessOrEqual,
            ">" => Order::Greater,
            ">=" => Order::GreaterOrEqual,
            "==" | "!=" => return Ok(Node::Equal { pair, negated: name == "!=" }),
            _ => {
                return match operation(name) {
                    Some(operation) => Ok(Node::Calculate { operation, pair }),
                    None => Err(Obstacle::function(name, position)),
                };
            }
        };
        Ok(Node::Compare { order, pair })
    }

    /// A method behind its receiver, whose arguments are built.
    pub(super) fn method(
        &mut self,
        of: Typed,
        call: &FnCallExpr,
        values: Vec<Node>,
        position: Position,
    ) -> Built<Typed> {
        // It would run with the receiver as `this`.
        if self.functions.contains_key(&(call.name.to_string(), values.len())) {
            return Err(Obstacle::function(&call.name, position));
        }
        let mut arguments = vec![of];
        arguments.extend(values.into_iter().map(Typed::from));
        self.dispatch(&call.name, arguments, true, position)
    }

    /// A method that is given closures.
    pub(super) fn question(
        &mut self,
        of: Typed,
        call: &FnCallExpr,
        closures: Vec<Given>,
        values: Vec<Node>,
        position: Position,
    ) -> Built<Typed> {
        self.ask(of, &call.name, closures, values, false, position)
    }

    /// A question with a closure.
    fn ask(
        &mut self,
        list: Typed,
        name: &str,
        mut closures: Vec<Given>,
        mut values: Vec<Node>,
        list_first: bool,
        position: Position,
    ) -> Built<Typed> {
        let known = QUESTIONS.iter().find(|(known, _, _, closed)| *known == name && *closed);
        let (Some((function, what, ..)), Some((closure, captures)), true) =
            (known, closures.pop(), closures.is_empty())
        else {
            return Err(Obstacle::function(name, position));
        };
        let ties = values.pop();
        let takes_ties = matches!(what, Question::Rank { .. });
        if !values.is_empty() || (ties.is_some() && !takes_ties) {
            return Err(Obstacle::function(name, position));
        }
        let is = after(*what, list.is);
        let (what, closure) = (*what, Some(closure));
        let ask = Ask { what, function, list: list.node, closure, captures, list_first, ties };
        Ok(Typed { node: Node::Ask(Box::new(ask)), is })
    }

    /// A function of the language with arguments that are no closures.
    fn dispatch(
        &mut self,
        name: &str,
        mut arguments: Vec<Typed>,
        first_last: bool,
        position: Position,
    ) -> Built<Typed> {
        let function = english(name);
        if let [list] = arguments.as_mut_slice()
            && let Some((function, what, ..)) = QUESTIONS.iter().find(|(known, _, open, _)| *known == name && *open)
        {
            let list = std::mem::replace(list, Node::Constant(Constant::Nothing).into());
            let is = after(*what, list.is);
            let (what, captures) = (*what, Vec::new());
            let ask = Ask { what, function, list: list.node, closure: None, captures, list_first: true, ties: None };
            return Ok(Typed { node: Node::Ask(Box::new(ask)), is });
        }
        let reach = match function {
            "records" => Some(Reach::Period),
            "history" => Some(Reach::History),
            "known" => Some(Reach::Known),
            _ => None,
        };
        if let Some(reach) = reach {
            return Ok(self.records(reach, arguments, first_last));
        }
        let mut nodes: Vec<Node> = arguments.into_iter().map(|argument| argument.node).collect();
        if let Some(said) = say(function, &mut nodes, first_last) {
            return Ok(said.into());
        }
        if let Some(function) = numeric(function, nodes.len()) {
            return Ok(Node::Number { function, arguments: nodes, first_last }.into());
        }
        let outcome = match function {
            "points" => Some(Outcome::Points),
            "found" => Some(Outcome::Found),
            "met" => Some(Outcome::Met),
            _ => None,
        };
        if let (Some(what), Some(Node::Constant(Constant::Text(id)))) = (outcome, nodes.last()) {
            let id = Arc::clone(id);
            nodes.pop();
            match (nodes.pop(), nodes.is_empty()) {
                (of, true) => return Ok(Node::Result { what, of: of.map(Box::new), id }.into()),
                _ => return Err(Obstacle::function(name, position)),
            }
        }
        match named(name) {
            Some(_) if function != "push" => {
                Ok(Node::Foreign { name: Arc::from(name), arguments: nodes, first_last }.into())
            }
            _ => Err(Obstacle::function(name, position)),
        }
    }

    fn records(&mut self, reach: Reach, arguments: Vec<Typed>, first_last: bool) -> Typed {
        let nodes: Vec<Node> = arguments.into_iter().map(|argument| argument.node).collect();
        let kind = |node: &Node| match node {
            Node::Constant(Constant::Text(kind)) => Some(self.kind(kind)),
            _ => None,
        };
        let named: Vec<Option<Arc<Kind>>> = nodes.iter().filter_map(kind).collect();
        let is = match named.as_slice() {
            [Some(kind)] => Is::Records(Arc::clone(kind)),
            _ => Is::Unknown,
        };
        let all_are_named = named.len() == nodes.len() && named.iter().all(Option::is_some);
        let kinds = if all_are_named { named.into_iter().flatten().collect() } else { Vec::new() };
        Typed { node: Node::Records(Box::new(Records { reach, kinds, arguments: nodes, first_last })), is }
    }

    /// A function of the library: its body is put here, or it is called where it would contain itself.
    fn function(&mut self, call: &FnCallExpr, first_last: bool, position: Position) -> Built {
        if call.args.iter().any(|argument| super::closures::is_closure(argument) || self.is_named_closure(argument)) {
            return Err(Obstacle::closure(position));
        }
        let key = (call.name.to_string(), call.args.len());
        let mut arguments = call.args.iter().map(|argument| self.expression(argument)).collect::<Built<Vec<_>>>()?;
        if self.calls.contains(&key) {
            let function = self.apart(&key, position)?;
            let arguments = arguments.into_iter().map(|argument| argument.node).collect();
            return Ok(Node::Call { function, arguments, first_last });
        }
        let Some(definition) = self.functions.get(&key).cloned() else {
            return Err(Obstacle::function(&call.name, position));
        };
        self.enter(key, position)?;
        let outside = std::mem::take(&mut self.names);
        let mut given = Vec::new();
        for (name, argument) in definition.parameters.iter().zip(arguments.drain(..)) {
            given.push(self.declare(name, argument.is, position).map(|slot| (slot, argument.node)));
        }
        let body = self.block(&definition.statements, false).map_err(Obstacle::within_the_library);
        self.names = outside;
        self.calls.pop();
        let mut arguments = given.into_iter().collect::<Built<Vec<_>>>()?;
        if first_last && !arguments.is_empty() {
            arguments.rotate_left(1);
        }
        Ok(Node::Inline { arguments, body: Box::new(body?) })
    }

    /// The place of a function among those that call themselves.
    fn apart(&mut self, key: &super::Key, position: Position) -> Built<usize> {
        if let Some(place) = self.apart.get_index_of(key) {
            return Ok(place);
        }
        let Some(definition) = self.functions.get(key).cloned() else {
            return Err(Obstacle::function(&key.0, position));
        };
        let (place, _) = self.apart.insert_full(key.clone(), None);
        let outside = (
            std::mem::take(&mut self.names),
            std::mem::take(&mut self.slots),
            std::mem::take(&mut self.kinds),
            std::mem::replace(&mut self.calls, vec![key.clone()]),
        );
        let mut built = Ok(());
        for name in &definition.parameters {
            built = built.and(self.declare(name, Is::Unknown, position).map(|_| ()));
        }
        let body = built.and_then(|()| self.block(&definition.statements, false)).map_err(Obstacle::within_the_library);
        let slots = self.slots;
        (self.names, self.slots, self.kinds, self.calls) = outside;
        let function = Function { slots, body: body? };
        self.apart.insert(key.clone(), Some(function));
        Ok(place)
    }
}

/// What is known of the answer to a question.
fn after(what: Question, list: Is) -> Is {
    match (what, list) {
        (Question::Filter | Question::SortBy | Question::Reversed, list) => list,
        (Question::First | Question::Last, Is::Records(kind)) => Is::Record(kind),
        _ => Is::Unknown,
    }
}

/// What a rule says, or that it ends.
fn say(function: &str, arguments: &mut Vec<Node>, first_last: bool) -> Option<Node> {
    let (kind, has_points) = match function {
        "deduct" => (FindingKind::Deduct, true),
        "award" => (FindingKind::Award, true),
        "breach" => (FindingKind::Breach, false),
        "veto" => (FindingKind::Veto, false),
        "note" => (FindingKind::Note, false),
        "missing" | "not_applicable" if arguments.len() == 1 => {
            let what = Box::new(arguments.pop()?);
            return Some(if function == "missing" { Node::Missing(what) } else { Node::NotApplicable(what) });
        }
        _ => return None,
    };
    let before = usize::from(has_points) + 1;
    if !(before..=before + MOST_EVIDENCE).contains(&arguments.len()) {
        return None;
    }
    let evidence = arguments.split_off(before);
    let reason = arguments.pop()?;
    Some(Node::Say(Box::new(Say { kind, points: arguments.pop(), reason, evidence, first_last })))
}

/// A function of numbers that takes so many arguments.
fn numeric(function: &str, count: usize) -> Option<Numeric> {
    Some(match (function, count) {
        ("min", 2..=4) => Numeric::Least,
        ("max", 2..=4) => Numeric::Most,
        ("percent", 2) => Numeric::Percent,
        ("per_thousand", 2) => Numeric::PerThousand,
        ("floor", 1) => Numeric::Floor,
        ("ceil", 1) => Numeric::Ceil,
        ("round_half_up", 1 | 2) => Numeric::Round(Rounding::HalfUp),
        ("round_half_even", 1 | 2) => Numeric::Round(Rounding::HalfEven),
        ("round_down", 1 | 2) => Numeric::Round(Rounding::Down),
        ("round_up", 1 | 2) => Numeric::Round(Rounding::Up),
        _ => return None,
    })
}
