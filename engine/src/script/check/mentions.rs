//! What the scripts mention at all, before types are looked at.
//!
//! Enters: the statements and functions of a program. Leaves: the functions it calls; which names it tests for being nothing
//! anywhere (those may then be calculated with: where exactly is the author's affair); which variables it changes (their type
//! is not known). Next: [`super::walk`].

use std::collections::{BTreeMap, BTreeSet};

use rhai::{ASTFlags, ASTNode, Expr, FnCallExpr, FnPtr, Stmt};

use super::super::functions::english;

/// A function of a program: of the library, or a closure.
#[derive(Debug, Clone, Default)]
pub(super) struct Body {
    pub(super) parameters: Vec<String>,
    pub(super) statements: Vec<Stmt>,
}

/// The functions of a program by name and number of parameters, captured variables among them.
pub(super) type Bodies = BTreeMap<(String, usize), Body>;

/// What some statements mention.
#[derive(Debug, Clone, Default)]
pub(super) struct Mentions {
    /// Names compared with `()`, followed by `?.` or `??`, or handed to a function of the library, which may test them.
    pub(super) tested: BTreeSet<String>,
    /// Variables that get another value than their first.
    pub(super) changed: BTreeSet<String>,
    /// Functions called, by their English names.
    pub(super) called: BTreeSet<String>,
    /// Names of properties, and texts.
    pub(super) words: BTreeSet<String>,
}

impl Mentions {
    /// Of statements, and of all the functions they call.
    pub(super) fn of(statements: &[Stmt], bodies: &Bodies) -> Mentions {
        let mut mentions = Mentions::default();
        let mut next: Vec<(String, usize)> = Vec::new();
        let mut seen = BTreeSet::new();
        mentions.add(statements, bodies, &mut next);
        while let Some(function) = next.pop() {
            if let Some(body) = bodies.get(&function)
                && seen.insert(function)
            {
                mentions.add(&body.statements, bodies, &mut next);
            }
        }
        mentions
    }

    /// Adds what some statements mention themselves, and the functions they call to those to look at next.
    fn add(&mut self, statements: &[Stmt], bodies: &Bodies, next: &mut Vec<(String, usize)>) {
        for statement in statements {
            statement.walk(&mut Vec::new(), &mut |path| {
                if let Some(node) = path.last() {
                    self.node(node, bodies, next);
                }
                true
            });
        }
    }

    fn node(&mut self, node: &ASTNode<'_>, bodies: &Bodies, next: &mut Vec<(String, usize)>) {
        match node {
            ASTNode::Stmt(Stmt::FnCall(call, _)) | ASTNode::Expr(Expr::FnCall(call, _) | Expr::MethodCall(call, _)) => {
                self.call(call, bodies, next);
            }
            ASTNode::Expr(Expr::DynamicConstant(value, _)) => {
                if let Some(closure) = value.read_lock::<FnPtr>() {
                    let all = bodies.keys().filter(|(name, _)| name == closure.fn_name());
                    next.extend(all.cloned());
                }
            }
            ASTNode::Expr(Expr::Property(property, _)) => drop(self.words.insert(property.2.to_string())),
            ASTNode::Expr(Expr::StringConstant(text, _)) => drop(self.words.insert(text.to_string())),
            ASTNode::Expr(Expr::Coalesce(values, _)) => values.iter().for_each(|value| self.test(value)),
            ASTNode::Expr(Expr::Dot(link, flags, _) | Expr::Index(link, flags, _)) => {
                if flags.contains(ASTFlags::NEGATED) {
                    self.test(&link.lhs);
                }
                self.change_by_method(&link.lhs, &link.rhs);
            }
            ASTNode::Stmt(Stmt::Switch(switch, _)) => self.test(&switch.0),
            ASTNode::Stmt(Stmt::Assignment(assignment)) => {
                // An item of a list, but not a field: those of records are read-only.
                let lhs = &assignment.1.lhs;
                if let Some(name) = root(lhs).filter(|_| !matches!(lhs, Expr::Dot(..))) {
                    self.changed.insert(name);
                }
            }
            _ => {}
        }
    }

    fn call(&mut self, call: &FnCallExpr, bodies: &Bodies, next: &mut Vec<(String, usize)>) {
        if call.op_token.is_some() {
            if let [a, b] = &*call.args
                && (call.name == "==" || call.name == "!=")
            {
                if b.is_unit() {
                    self.test(a);
                }
                if a.is_unit() {
                    self.test(b);
                }
            }
            return;
        }
        self.called.insert(english(&call.name).to_owned());
        let function = (call.name.to_string(), call.args.len());
        if bodies.contains_key(&function) || call.name == "type_of" {
            call.args.iter().for_each(|argument| self.test(argument));
            next.push(function);
        }
    }

    fn test(&mut self, value: &Expr) {
        if let Some(name) = last_name(value) {
            self.tested.insert(name);
        }
    }

    /// `list.push(x)` changes the list.
    fn change_by_method(&mut self, receiver: &Expr, link: &Expr) {
        if let Expr::MethodCall(call, _) = link
            && call.name == "push"
            && let Some(name) = root(receiver)
        {
            self.changed.insert(name);
        }
    }
}

/// The name by which a value is read: of the variable, or of the last property of a chain.
pub(super) fn last_name(value: &Expr) -> Option<String> {
    match value {
        Expr::Variable(variable, ..) => Some(variable.1.to_string()),
        Expr::Property(property, _) => Some(property.2.to_string()),
        Expr::StringConstant(text, _) => Some(text.to_string()),
        Expr::Dot(link, ..) | Expr::Index(link, ..) => last_name(&link.rhs),
        _ => None,
    }
}

/// The variable a chain begins with.
fn root(value: &Expr) -> Option<String> {
    match value {
        Expr::Variable(variable, ..) => Some(variable.1.to_string()),
        Expr::Dot(link, ..) | Expr::Index(link, ..) => root(&link.lhs),
        _ => None,
    }
}
