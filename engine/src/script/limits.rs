//! What a parsed script may not be, so that running and dropping it is no danger: too deep, or with closures that are kept.
//!
//! A closure holds on to the variables it uses. Closures kept in variables could hold each other without end, and dropping
//! such a chain would take more stack than there is. So a closure that uses variables is an argument of a function that takes
//! closures, or has a name (`let near = |u| …`) that is used as such an argument and for nothing else.

use std::collections::HashSet;

use rhai::{AST, ASTNode, Expr, ImmutableString, Position, Stmt};

use super::aggregate::takes_closure;
use crate::codes::script as codes;
use crate::diagnostic::Diagnostic;

/// Bytes of one script.
pub(super) const LONGEST_SCRIPT: usize = 64 << 10;
/// Statements and expressions within each other.
const DEEPEST: usize = 250;
/// Bytes of fixed text in one template.
const LONGEST_TEMPLATE: usize = 2_000;
/// The interpreter's own name for what makes a closure hold the variables it uses.
const HOLD: &str = "curry";

/// The first thing in a script that goes beyond a limit, and its place.
pub(super) fn exceeded(ast: &AST) -> Option<(Position, Diagnostic)> {
    let mut named = HashSet::new();
    let beyond = first(ast, |path, node| at_node(path, node, &mut named));
    beyond.or_else(|| first(ast, |path, node| misused(path, node, &named)))
}

/// What is found first on a walk through a script.
fn first(
    ast: &AST,
    mut look: impl FnMut(&[ASTNode<'_>], &ASTNode<'_>) -> Option<(Position, Diagnostic)>,
) -> Option<(Position, Diagnostic)> {
    let mut found = None;
    ast.walk(&mut |path| {
        found = path.last().and_then(|node| look(path, node));
        found.is_none()
    });
    found
}

fn at_node(
    path: &[ASTNode<'_>],
    node: &ASTNode<'_>,
    named: &mut HashSet<ImmutableString>,
) -> Option<(Position, Diagnostic)> {
    if path.len() > DEEPEST {
        return Some((node.position(), Diagnostic::new(&codes::TOO_DEEP)));
    }
    match node {
        ASTNode::Expr(Expr::FnCall(call, position)) if call.name == HOLD => match around(path) {
            Some(ASTNode::Stmt(Stmt::Var(variable, ..))) => {
                named.insert(variable.0.name.clone());
                None
            }
            around if takes_it(around) => None,
            _ => Some((*position, Diagnostic::new(&codes::CLOSURE_KEPT))),
        },
        ASTNode::Expr(template @ Expr::InterpolatedString(_, position)) => {
            let length = Some(fixed_text(template)).filter(|length| *length > LONGEST_TEMPLATE)?;
            let fault =
                Diagnostic::new(&codes::TEMPLATE_TOO_LONG).with("length", length).with("most", LONGEST_TEMPLATE);
            Some((*position, fault))
        }
        _ => None,
    }
}

/// A named closure anywhere but where it is used at once.
fn misused(
    path: &[ASTNode<'_>],
    node: &ASTNode<'_>,
    named: &HashSet<ImmutableString>,
) -> Option<(Position, Diagnostic)> {
    let ASTNode::Expr(Expr::Variable(variable, _, position)) = node else { return None };
    let kept = named.contains(&variable.1) && !takes_it(around(path));
    kept.then(|| (*position, Diagnostic::new(&codes::CLOSURE_KEPT)))
}

/// What stands directly around the end of a path. The parser puts a closure that holds variables into a block of its own.
fn around<'a, 'n>(path: &'a [ASTNode<'n>]) -> Option<&'a ASTNode<'n>> {
    let is_wrapper = |node: &&ASTNode<'_>| matches!(node, ASTNode::Stmt(Stmt::Expr(_)) | ASTNode::Expr(Expr::Stmt(_)));
    path.iter().rev().skip(1).find(|node| !is_wrapper(node))
}

/// Whether it is a call of a function that takes closures.
fn takes_it(around: Option<&ASTNode<'_>>) -> bool {
    match around {
        Some(
            ASTNode::Expr(Expr::MethodCall(call, _) | Expr::FnCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _)),
        ) => takes_closure(&call.name),
        _ => false,
    }
}

/// Bytes of the fixed texts anywhere within a template.
fn fixed_text(template: &Expr) -> usize {
    let mut length = 0;
    template.walk(&mut Vec::new(), &mut |path| {
        if let Some(ASTNode::Expr(Expr::StringConstant(text, _))) = path.last() {
            length += text.len();
        }
        true
    });
    length
}
