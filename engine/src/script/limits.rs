//! What a parsed script may not be, so that running and dropping it is no danger: too deep, or with closures that are kept.
//!
//! A closure holds on to the variables it uses. Closures kept in variables could hold each other without end, and dropping
//! such a chain would take more stack than there is; so a closure that uses variables stands only where it is used at once.

use rhai::{AST, ASTNode, Expr, Position, Stmt};

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
    let mut exceeded = None;
    ast.walk(&mut |path| {
        exceeded = path.last().and_then(|node| at_node(path, node));
        exceeded.is_none()
    });
    exceeded
}

fn at_node(path: &[ASTNode<'_>], node: &ASTNode<'_>) -> Option<(Position, Diagnostic)> {
    if path.len() > DEEPEST {
        return Some((node.position(), Diagnostic::new(&codes::TOO_DEEP)));
    }
    match node {
        ASTNode::Expr(Expr::FnCall(call, position)) if call.name == HOLD && !is_used_at_once(path) => {
            Some((*position, Diagnostic::new(&codes::CLOSURE_KEPT)))
        }
        ASTNode::Expr(template @ Expr::InterpolatedString(_, position)) => {
            let length = fixed_text(template);
            let fault =
                Diagnostic::new(&codes::TEMPLATE_TOO_LONG).with("length", length).with("most", LONGEST_TEMPLATE);
            (length > LONGEST_TEMPLATE).then_some((*position, fault))
        }
        _ => None,
    }
}

/// Whether the closure at the end of a path is an argument of a function that takes closures.
fn is_used_at_once(path: &[ASTNode<'_>]) -> bool {
    // The parser puts a closure that holds variables into a block of its own.
    let around = path
        .iter()
        .rev()
        .skip(1)
        .find(|node| !matches!(node, ASTNode::Stmt(Stmt::Expr(_)) | ASTNode::Expr(Expr::Stmt(_))));
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
