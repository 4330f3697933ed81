//! Goes through a script statement by statement and says what type each value has.
//!
//! Enters: a program and the [`Book`] of its bundle. Leaves: the type of its last value, and complaints in a [`Report`]. What is
//! read by a dot is in [`super::properties`], calls are in [`super::calls`], operators in [`super::operators`], names in
//! [`super::variables`].

use std::collections::BTreeMap;

use rhai::{ASTFlags, BinaryExpr, Expr, FlowControl, FnPtr, Position, Stmt};

use super::super::Program;
use super::Natives;
use super::book::Book;
use super::mentions::{Bodies, Body, Mentions};
use super::post::Placed;
use super::reads::{Any, Sense, Senses};
use super::report::{Report, Said};
use super::types::{Is, Nothing, Type};
use crate::codes::script as codes;
use crate::diagnostic::Diagnostic;

/// A walk through one script.
pub(super) struct Walk<'a, 'b> {
    pub(super) book: &'a Book<'b>,
    pub(super) placed: &'a Placed,
    /// The script's name in messages.
    pub(super) title: Said,
    pub(super) bodies: &'a Bodies,
    pub(super) mentions: &'a Mentions,
    /// Names and numbers of arguments that the interpreter knows.
    pub(super) natives: &'a Natives,
    /// Whether the functions of the library are known.
    pub(super) has_library: bool,
    /// Whether no call was of an unknown function.
    pub(super) knows_all_functions: bool,
    pub(super) report: &'a mut Report,
    pub(super) locals: Vec<(String, Type)>,
    /// Types that functions of the library give; unknown while one is being looked at.
    given: BTreeMap<(String, usize), Type>,
    /// How many functions of the library are being looked at, each called by the one before.
    depth: usize,
    /// Functions that were called too deep down to be looked at there.
    later: Vec<(String, usize)>,
    returns: Vec<Type>,
    in_library: bool,
    /// What is known of the names in it.
    pub(super) senses: Senses,
}

/// How deep calls are followed at once: the walk calls itself, and stacks end.
const DEEPEST: usize = 16;

impl<'a, 'b> Walk<'a, 'b> {
    pub(super) fn new(
        book: &'a Book<'b>,
        (placed, bodies, mentions): (&'a Placed, &'a Bodies, &'a Mentions),
        natives: &'a Natives,
        has_library: bool,
        report: &'a mut Report,
    ) -> Walk<'a, 'b> {
        Walk {
            book,
            placed,
            title: placed.title(book.bundle),
            bodies,
            mentions,
            natives,
            has_library,
            knows_all_functions: true,
            report,
            locals: Vec::new(),
            given: BTreeMap::new(),
            depth: 0,
            later: Vec::new(),
            returns: Vec::new(),
            in_library: false,
            senses: Senses::default(),
        }
    }

    /// Goes through the whole script; the type of its last value.
    pub(super) fn script(&mut self) -> Type {
        let program = &self.placed.program;
        let last = self.block(program.ast.statements());
        let gives = std::mem::take(&mut self.returns).into_iter().fold(last, Type::join);
        self.catch_up();
        gives
    }

    /// Goes through the functions that were left for later.
    fn catch_up(&mut self) {
        let bodies = self.bodies;
        while let Some(function) = self.later.pop() {
            if let Some(body) = bodies.get(&function) {
                self.library_function(&function, body);
            }
        }
    }

    /// Goes through a function that no script calls.
    pub(super) fn uncalled_function(&mut self, function: &(String, usize), body: &'a Body) {
        self.library_function(function, body);
        self.catch_up();
    }

    /// Goes through a function of the library once, whatever it is given.
    pub(super) fn library_function(&mut self, function: &(String, usize), body: &'a Body) -> Type {
        if let Some(known) = self.given.get(function) {
            return known.clone();
        }
        if self.depth >= DEEPEST {
            self.later.push(function.clone());
            return Type::UNKNOWN;
        }
        self.depth += 1;
        self.given.insert(function.clone(), Type::UNKNOWN);
        let locals = std::mem::take(&mut self.locals);
        let returns = std::mem::take(&mut self.returns);
        let in_library = std::mem::replace(&mut self.in_library, true);
        self.locals = body.parameters.iter().map(|name| (name.clone(), Type::UNKNOWN)).collect();
        let last = self.block(&body.statements);
        let gives = std::mem::take(&mut self.returns).into_iter().fold(last, Type::join);
        (self.locals, self.returns, self.in_library) = (locals, returns, in_library);
        self.depth -= 1;
        self.given.insert(function.clone(), gives.clone());
        gives
    }

    /// Notes what a name at a position stands for.
    pub(super) fn takes_for(&mut self, sense: Sense, position: Position) {
        self.senses.note(self.in_library, position, sense);
    }

    /// Notes that something is read under a name that is only known when the script runs.
    pub(super) fn takes_for_any(&mut self, any: Any) {
        self.senses.note_any(any);
    }

    /// Notes a complaint at a position of the script, or of the library when the walk is there.
    pub(super) fn complain(&mut self, position: Position, complaint: Diagnostic) {
        let place = self.program().place(position, self.in_library);
        self.report.add(place, complaint);
    }

    fn program(&self) -> &Program {
        &self.placed.program
    }

    // Statements.

    fn block(&mut self, statements: &[Stmt]) -> Type {
        let depth = self.locals.len();
        let mut last = Type::of(Is::Nothing);
        let mut has_ended = false;
        for statement in statements {
            if matches!(statement, Stmt::Noop(_) | Stmt::Share(_)) {
                continue;
            }
            last = self.statement(statement);
            has_ended |= last.is == Is::Never;
        }
        self.locals.truncate(depth);
        if has_ended { Type::NEVER } else { last }
    }

    fn statement(&mut self, statement: &Stmt) -> Type {
        match statement {
            Stmt::If(flow, _) => self.either(flow),
            Stmt::Switch(switch, _) => {
                self.value(&switch.0);
                let mut gives = if switch.1.def_case.is_some() { Type::NEVER } else { Type::of(Is::Nothing) };
                for case in &switch.1.expressions {
                    self.condition(&case.lhs);
                    gives = gives.join(self.value(&case.rhs));
                }
                gives
            }
            Stmt::While(flow, _) | Stmt::Do(flow, ..) => {
                if !flow.expr.is_unit() {
                    self.condition(&flow.expr);
                }
                self.block(flow.body.statements());
                Type::UNKNOWN
            }
            Stmt::For(parts, _) => {
                let (item, counter, flow) = &**parts;
                self.go_through(item, counter.as_ref(), flow);
                Type::UNKNOWN
            }
            Stmt::Var(variable, ..) => {
                let (name, value, _) = &**variable;
                let is = self.value(value);
                self.forbid_host_name(&name.name, name.pos);
                self.bind(&name.name, is);
                Type::of(Is::Nothing)
            }
            Stmt::Assignment(assignment) => {
                self.assign(&assignment.0, &assignment.1);
                Type::of(Is::Nothing)
            }
            Stmt::FnCall(call, position) => self.function(call, *position),
            Stmt::Block(block) => self.block(block.statements()),
            Stmt::Expr(value) => self.value(value),
            Stmt::Return(value, ..) => {
                let is = value.as_ref().map_or(Type::of(Is::Nothing), |value| self.value(value));
                self.returns.push(is);
                Type::NEVER
            }
            Stmt::BreakLoop(value, ..) => {
                if let Some(value) = value {
                    self.value(value);
                }
                Type::NEVER
            }
            Stmt::TryCatch(flow, _) => {
                self.block(flow.body.statements());
                Type::UNKNOWN
            }
            _ => Type::UNKNOWN,
        }
    }

    fn either(&mut self, flow: &FlowControl) -> Type {
        self.condition(&flow.expr);
        let then = self.block(flow.body.statements());
        then.join(self.block(flow.branch.statements()))
    }

    fn go_through(&mut self, item: &rhai::Ident, counter: Option<&rhai::Ident>, flow: &FlowControl) {
        let list = self.value(&flow.expr);
        self.present(&list, &flow.expr);
        let is = match &list.is {
            Is::List(item) => (**item).clone(),
            Is::Unknown | Is::Never => Type::UNKNOWN,
            other => {
                let (zh, en) = other.describe();
                let complaint = Diagnostic::new(&codes::NOT_A_LIST).with("found", zh).with("found_en", en);
                self.complain(flow.expr.start_position(), complaint);
                Type::UNKNOWN
            }
        };
        let depth = self.locals.len();
        self.forbid_host_name(&item.name, item.pos);
        self.bind(&item.name, is);
        if let Some(counter) = counter {
            self.bind(&counter.name, Type::of(Is::Number));
        }
        self.block(flow.body.statements());
        self.locals.truncate(depth);
    }

    /// Gives a name a value. A variable that gets another value later may be anything; one that is tested for being nothing
    /// may be used as if it were not.
    pub(super) fn bind(&mut self, name: &str, mut is: Type) {
        if self.mentions.changed.contains(name) {
            is = Type::UNKNOWN;
        } else if self.mentions.tested.contains(name) {
            is = is.something().or_nothing();
        }
        self.locals.push((name.to_owned(), is));
    }

    // Values.

    /// The type of an expression, after going through it.
    pub(super) fn value(&mut self, value: &Expr) -> Type {
        match value {
            Expr::Unit(_) => Type::of(Is::Nothing),
            Expr::BoolConstant(..) => Type::of(Is::Boolean),
            Expr::IntegerConstant(..) => Type::of(Is::Number),
            Expr::StringConstant(..) | Expr::CharConstant(..) => Type::of(Is::Text),
            Expr::InterpolatedString(parts, _) => {
                for part in &**parts {
                    self.value(part);
                }
                Type::of(Is::Text)
            }
            Expr::Array(items, _) => {
                let item = items.iter().map(|item| self.value(item)).reduce(Type::join);
                Type::list(item.unwrap_or(Type::UNKNOWN))
            }
            Expr::Map(entries, _) => {
                for (_, entry) in &entries.0 {
                    self.value(entry);
                }
                Type::of(Is::Object)
            }
            Expr::DynamicConstant(constant, _) if constant.is_decimal() => Type::of(Is::Number),
            Expr::Variable(variable, _, position) => self.variable(&variable.1, *position),
            Expr::FnCall(call, position) => self.function(call, *position),
            Expr::Dot(link, flags, _) => self.chain_from_start(link, *flags, true),
            Expr::Index(link, flags, _) => self.chain_from_start(link, *flags, false),
            Expr::And(parts, _) | Expr::Or(parts, _) => {
                for part in &**parts {
                    self.condition(part);
                }
                Type::of(Is::Boolean)
            }
            Expr::Coalesce(parts, _) => self.first_present(parts),
            other => match closure_of(other) {
                Some(closure) => {
                    self.closure(&closure, &[]);
                    Type::of(Is::Closure)
                }
                None => match other {
                    Expr::Stmt(block) => self.block(block.statements()),
                    _ => Type::UNKNOWN,
                },
            },
        }
    }

    /// `a ?? b ?? c`.
    fn first_present(&mut self, parts: &[Expr]) -> Type {
        let types: Vec<Type> = parts.iter().map(|part| self.value(part)).collect();
        let last = types.len().saturating_sub(1);
        let strip = |(place, is): (usize, Type)| match is.is {
            Is::Nothing if place < last => Type::NEVER,
            _ if place < last => is.something(),
            _ => is,
        };
        types.into_iter().enumerate().map(strip).reduce(Type::join).unwrap_or(Type::UNKNOWN)
    }

    /// Something that must be true or false.
    pub(super) fn condition(&mut self, value: &Expr) {
        let is = self.value(value);
        if let Some(family) = is.is.family()
            && family != super::types::Family::Boolean
        {
            let (zh, en) = is.is.describe();
            let complaint = Diagnostic::new(&codes::NOT_A_CONDITION).with("found", zh).with("found_en", en);
            self.complain(value.start_position(), complaint);
        } else {
            self.present(&is, value);
        }
    }

    /// Remarks on a value that may be left blank and is used as if it never were.
    pub(super) fn present(&mut self, is: &Type, value: &Expr) {
        self.present_as(is, path(value).as_deref(), value.start_position());
    }

    /// The same for a value that is written so.
    fn present_as(&mut self, is: &Type, written: Option<&str>, position: Position) {
        if let Nothing::Declared(name) = &is.nothing
            && !self.mentions.tested.contains(name.as_ref())
        {
            let complaint = Diagnostic::new(match name.as_ref() {
                "previous" => &codes::NO_PREVIOUS,
                _ => &codes::MAY_BE_MISSING,
            });
            self.complain(position, complaint.with("name", written.unwrap_or(name)));
        }
    }

    /// The type of a closure's answer when it is given items of these types.
    pub(super) fn closure(&mut self, closure: &Closure, given: &[Type]) -> Type {
        let bodies = self.bodies;
        let Some((_, body)) = bodies.iter().find(|((name, _), _)| *name == closure.name) else {
            return Type::UNKNOWN;
        };
        let depth = self.locals.len();
        let returns = std::mem::take(&mut self.returns);
        // Captured variables stand first and are those of the same name around the closure.
        for (place, parameter) in body.parameters.iter().skip(closure.captured).enumerate() {
            self.bind(parameter, given.get(place).cloned().unwrap_or(Type::UNKNOWN));
        }
        let last = self.block(&body.statements);
        let gives = std::mem::replace(&mut self.returns, returns).into_iter().fold(last, Type::join);
        self.locals.truncate(depth);
        gives
    }

    /// The number of arguments a closure takes.
    pub(super) fn arguments_of(&self, closure: &Closure) -> Option<usize> {
        let (_, body) = self.bodies.iter().find(|((name, _), _)| *name == closure.name)?;
        body.parameters.len().checked_sub(closure.captured)
    }

    // Chains: `a.b.c(d)[e]`.

    fn chain_from_start(&mut self, link: &BinaryExpr, flags: ASTFlags, is_dot: bool) -> Type {
        let base = self.value(&link.lhs);
        let from = Written { path: path(&link.lhs), at: link.lhs.start_position() };
        self.chain(base, from, link, flags, is_dot)
    }

    fn chain(&mut self, base: Type, from: Written, link: &BinaryExpr, flags: ASTFlags, is_dot: bool) -> Type {
        let is_optional = flags.contains(ASTFlags::NEGATED);
        if !is_optional {
            self.present_as(&base, from.path.as_deref(), from.at);
        }
        // A chain leans to the right: its next link is on the right side, unless that is the index itself.
        let goes_on = is_dot || !flags.contains(ASTFlags::BREAK);
        let (next, step) = match &link.rhs {
            Expr::Dot(next, flags, _) if goes_on => (Some((next, *flags, true)), &next.lhs),
            Expr::Index(next, flags, _) if goes_on => (Some((next, *flags, false)), &next.lhs),
            step => (None, step),
        };
        let gives = self.step(&base, step, is_dot);
        let gives = match next {
            Some((next, flags, is_dot)) => {
                let path = from.path.zip(path(step)).map(|(before, step)| format!("{before}.{step}"));
                self.chain(gives, Written { path, at: step.position() }, next, flags, is_dot)
            }
            None => gives,
        };
        if is_optional && (base.nothing != Nothing::No || base.is == Is::Nothing) { gives.or_nothing() } else { gives }
    }

    fn step(&mut self, base: &Type, step: &Expr, is_dot: bool) -> Type {
        match step {
            Expr::Property(property, position) if is_dot => self.property(base, &property.2, *position),
            Expr::MethodCall(call, position) if is_dot => self.method(base, call, *position),
            index => self.index(base, index),
        }
    }
}

/// How and where a value is written.
struct Written {
    path: Option<String>,
    at: Position,
}

/// A value as it is written, when that is a name or names joined by dots.
fn path(value: &Expr) -> Option<String> {
    match value {
        Expr::Variable(variable, ..) => Some(variable.1.to_string()),
        Expr::Property(property, _) => Some(property.2.to_string()),
        Expr::Dot(link, flags, _) if flags.is_empty() => Some(format!("{}.{}", path(&link.lhs)?, path(&link.rhs)?)),
        _ => None,
    }
}

/// A closure as it is written in a script.
#[derive(Debug, Clone)]
pub(super) struct Closure {
    name: String,
    /// How many variables around it it uses.
    captured: usize,
}

/// The closure an expression makes.
pub(super) fn closure_of(value: &Expr) -> Option<Closure> {
    match value {
        Expr::DynamicConstant(constant, _) => {
            let closure = constant.read_lock::<FnPtr>()?;
            Some(Closure { name: closure.fn_name().to_owned(), captured: 0 })
        }
        // One that captures variables stands in a block of its own.
        Expr::Stmt(block) => match block.statements() {
            [Stmt::Share(_), Stmt::Expr(made)] => match &**made {
                Expr::FnCall(call, _) if call.name == "curry" => {
                    let closure = closure_of(call.args.first()?)?;
                    Some(Closure { captured: call.args.len().saturating_sub(1), ..closure })
                }
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}
