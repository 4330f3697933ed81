//! Which branches of the scripts are reached by what runs them.
//!
//! Enters: the text of a program. Leaves: the same program with a call at the start of every branch ([`Tracer`]), a [`Trace`]
//! in which the calls leave their marks, and at last what was never reached ([`Trace::unreached`]). A traced program takes more
//! steps than the plain one, so no result is ever taken from it.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use rhai::{AST, ASTNode, Engine, Expr, Position, Stmt, StmtBlock};

use super::source::Source;
use crate::bundle::Place;

/// The function that a branch calls. The names of the language have none like it.
const MARK: &str = "__reached__";

/// Something in a script that no run has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unreached {
    /// The script never ran.
    Script,
    /// The function was never called.
    Function,
    /// The condition was never asked, or never came to an answer.
    Decided,
    /// The condition never held.
    True,
    /// The condition always held.
    False,
    /// The body of the loop never ran.
    Loop,
    /// The arm of the `switch` was never chosen.
    Arm,
}

/// A branch of a script.
#[derive(Debug, Clone)]
struct Branch {
    kind: Unreached,
    place: Place,
    /// The innermost branch around it.
    within: Option<usize>,
}

/// Puts marks into programs.
#[derive(Debug, Default)]
pub(super) struct Tracer {
    branches: Vec<Branch>,
}

/// The branches of all programs, and which of them were reached.
#[derive(Debug)]
pub(crate) struct Trace {
    branches: Vec<Branch>,
    reached: Box<[AtomicBool]>,
}

impl Tracer {
    /// The text of a script with a mark at its start and in every branch.
    pub(super) fn script(&mut self, engine: &Engine, source: &Source) -> String {
        self.mark(engine, source, true)
    }

    /// The text of the library with a mark in every function and every branch.
    pub(super) fn library(&mut self, engine: &Engine, source: &Source) -> String {
        self.mark(engine, source, false)
    }

    /// A text that cannot be read, or not with its marks, stays as it is: it just is not traced.
    fn mark(&mut self, engine: &Engine, source: &Source, is_script: bool) -> String {
        let plain = || source.text.clone();
        let Ok(ast) = engine.compile(&source.text) else { return plain() };
        let mut marks = Marks { source, offsets: offsets(&source.text), found: Vec::new() };
        if is_script {
            marks.found.push(Found {
                kind: Unreached::Script,
                place: source.place(Position::new(1, 1)),
                span: 0..source.text.len(),
                insert: Insertion { at: 0, before: "", after: ";" },
            });
        }
        marks.look_through(&ast);
        let text = marks.insert(self.branches.len());
        if engine.compile(&text).is_err() {
            return plain();
        }
        let first = self.branches.len();
        let spans: Vec<Range<usize>> = marks.found.iter().map(|found| found.span.clone()).collect();
        self.branches.extend(marks.found.into_iter().enumerate().map(|(index, found)| Branch {
            kind: found.kind,
            place: found.place,
            within: innermost(&spans, index).map(|around| first + around),
        }));
        text
    }

    pub(super) fn into_trace(self) -> Trace {
        let reached = self.branches.iter().map(|_| AtomicBool::new(false)).collect();
        Trace { branches: self.branches, reached }
    }
}

/// The smallest span around another.
fn innermost(spans: &[Range<usize>], of: usize) -> Option<usize> {
    let inner = spans.get(of)?;
    let around = spans.iter().enumerate().filter(|(index, outer)| {
        *index != of && outer.start <= inner.start && inner.end <= outer.end && outer.len() > inner.len()
    });
    around.min_by_key(|(_, outer)| outer.len()).map(|(index, _)| index)
}

/// Where a mark goes, and what stands around the call.
#[derive(Debug, Clone, Copy)]
struct Insertion {
    at: usize,
    before: &'static str,
    after: &'static str,
}

struct Found {
    kind: Unreached,
    place: Place,
    /// The text it stands for: offsets in the program.
    span: Range<usize>,
    insert: Insertion,
}

/// The branches of one text.
struct Marks<'a> {
    source: &'a Source,
    /// Where each line begins.
    offsets: Vec<usize>,
    found: Vec<Found>,
}

fn offsets(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

impl Marks<'_> {
    fn look_through(&mut self, ast: &AST) {
        for function in ast.iter_fn_def().filter(|function| !function.name.contains('$')) {
            let body = &function.body;
            self.block(Unreached::Function, body.start_position(), (body.start_position(), body.end_position()));
        }
        ast.walk(&mut |path| {
            match path.last() {
                Some(ASTNode::Stmt(Stmt::If(flow, _))) => {
                    let condition = leftmost(&flow.expr);
                    self.block_of(Unreached::True, condition, &flow.body);
                    self.otherwise(condition, &flow.body, &flow.branch);
                }
                Some(ASTNode::Stmt(Stmt::While(flow, _))) if !matches!(flow.expr, Expr::Unit(_)) => {
                    self.block_of(Unreached::Loop, leftmost(&flow.expr), &flow.body);
                }
                Some(ASTNode::Stmt(Stmt::For(parts, _))) => {
                    self.block_of(Unreached::Loop, leftmost(&parts.2.expr), &parts.2.body);
                }
                Some(ASTNode::Stmt(Stmt::Switch(parts, _))) => {
                    for arm in &parts.1.expressions {
                        self.arm(&arm.rhs);
                    }
                }
                _ => {}
            }
            true
        });
    }

    /// The offset of a position, if there is one.
    fn offset(&self, position: Position) -> Option<usize> {
        let start = *self.offsets.get(position.line()?.checked_sub(1)?)?;
        let line = self.source.text.get(start..)?.split('\n').next()?;
        let column = position.position().unwrap_or(1).checked_sub(1)?;
        let within = line.char_indices().nth(column).map(|(at, _)| at).or((column == 0).then_some(0))?;
        Some(start + within)
    }

    fn stands(&self, what: char, at: usize) -> bool {
        self.source.text.get(at..).is_some_and(|rest| rest.starts_with(what))
    }

    fn block_of(&mut self, kind: Unreached, about: Position, block: &StmtBlock) {
        self.block(kind, about, (block.position(), block.end_position()));
    }

    /// A mark behind the opening brace.
    fn block(&mut self, kind: Unreached, about: Position, (start, end): (Position, Position)) {
        let (Some(start), Some(end)) = (self.offset(start), self.offset(end)) else { return };
        if self.stands('{', start) && self.stands('}', end) {
            let insert = Insertion { at: start + 1, before: " ", after: ";" };
            self.found.push(Found { kind, place: self.source.place(about), span: start..end + 1, insert });
        }
    }

    /// A mark in the `else`, which is added where there is none. An `else if` is marked by its own condition.
    fn otherwise(&mut self, about: Position, body: &StmtBlock, branch: &StmtBlock) {
        if !branch.position().is_none() {
            return self.block_of(Unreached::False, about, branch);
        }
        let Some(end) = self.offset(body.end_position()).filter(|end| self.stands('}', *end)) else { return };
        let insert = Insertion { at: end + 1, before: " else { ", after: "; }" };
        self.found.push(Found { kind: Unreached::False, place: self.source.place(about), span: end..end, insert });
    }

    /// A mark in front of what an arm gives: nothing `??` a value is that value.
    fn arm(&mut self, gives: &Expr) {
        let Expr::Stmt(block) = gives else { return };
        if self.offset(block.position()).is_some_and(|start| self.stands('{', start)) {
            return self.block_of(Unreached::Arm, block.position(), block);
        }
        let start = match block.statements() {
            [Stmt::Expr(expr)] => leftmost(expr),
            [Stmt::FnCall(_, position)] => *position,
            _ => return,
        };
        let Some(start) = self.offset(start) else { return };
        let Some(before) = self.source.text.get(..start) else { return };
        let arrow = before.trim_end_matches([' ', '\t', '\n', '(', '!', '-', '+']);
        if arrow.ends_with("=>") {
            let insert = Insertion { at: arrow.len(), before: " ", after: " ?? " };
            let place = self.source.place(self.position(start));
            self.found.push(Found { kind: Unreached::Arm, place, span: start..start, insert });
        }
    }

    fn position(&self, offset: usize) -> Position {
        let line = self.offsets.partition_point(|start| *start <= offset);
        let start = self.offsets.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let column = self.source.text.get(start..offset).map_or(0, |before| before.chars().count()) + 1;
        Position::new(u16::try_from(line).unwrap_or(u16::MAX), u16::try_from(column).unwrap_or(u16::MAX))
    }

    /// The text with all marks, numbered from `first`.
    fn insert(&self, first: usize) -> String {
        let mut insertions: Vec<(Insertion, usize)> =
            self.found.iter().enumerate().map(|(index, found)| (found.insert, first + index)).collect();
        insertions.sort_by_key(|(insertion, _)| insertion.at);
        let mut text = String::with_capacity(self.source.text.len() + insertions.len() * 24);
        let mut done = 0;
        for (Insertion { at, before, after }, number) in insertions {
            text.push_str(self.source.text.get(done..at).unwrap_or(""));
            text.push_str(&format!("{before}{MARK}({number}){after}"));
            done = at;
        }
        text.push_str(self.source.text.get(done..).unwrap_or(""));
        text
    }
}

/// The first position of an expression: that of its first operand.
fn leftmost(expr: &Expr) -> Position {
    match expr {
        Expr::FnCall(call, _) if call.op_token.is_some() && call.args.len() == 2 => {
            call.args.first().map_or(Position::NONE, leftmost)
        }
        Expr::And(parts, _) | Expr::Or(parts, _) | Expr::Coalesce(parts, _) => {
            parts.first().map_or(Position::NONE, leftmost)
        }
        Expr::Dot(parts, ..) | Expr::Index(parts, ..) => leftmost(&parts.lhs),
        other => other.start_position(),
    }
}

impl Trace {
    /// Gives an interpreter the function that the marks call.
    pub(super) fn register(self: &std::sync::Arc<Self>, engine: &mut Engine) {
        let trace = std::sync::Arc::clone(self);
        engine.register_fn(MARK, move |number: i64| {
            let reached = usize::try_from(number).ok().and_then(|number| trace.reached.get(number));
            if let Some(reached) = reached {
                reached.store(true, Ordering::Relaxed);
            }
        });
    }

    /// How many branches there are.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.branches.len()
    }

    fn is_reached(&self, number: usize) -> bool {
        self.reached.get(number).is_none_or(|reached| reached.load(Ordering::Relaxed))
    }

    /// What no run has done so far, in the order of the file; not what lies inside something else that was never reached.
    pub(crate) fn unreached(&self) -> Vec<(Unreached, Place)> {
        let open = |branch: &Branch| branch.within.is_none_or(|around| self.is_reached(around));
        let missed =
            self.branches.iter().enumerate().filter(|(number, branch)| !self.is_reached(*number) && open(branch));
        let mut unreached: Vec<(Unreached, Place)> = missed.map(|(_, branch)| (branch.kind, branch.place)).collect();
        unreached.sort_by_key(|(kind, place)| (*place, *kind));
        // A condition that neither held nor failed was never decided.
        unreached.dedup_by(|(second, at), (first, place)| {
            let both = *first == Unreached::True && *second == Unreached::False && at == place;
            if both {
                *first = Unreached::Decided;
            }
            both
        });
        unreached
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Script;
    use crate::script::{CallOff, sandbox};

    /// A script with its marks, and the kinds of its branches.
    fn traced(text: &str) -> (String, Vec<Unreached>) {
        let engine = sandbox::engine(&CallOff::default(), &std::sync::Arc::default());
        let mut tracer = Tracer::default();
        let script = Script { text: text.to_owned(), lines: vec![(1, 1)] };
        let text = tracer.script(&engine, &Source::of(&script));
        (text.replace(MARK, "m"), tracer.branches.iter().map(|branch| branch.kind).collect())
    }

    #[test]
    fn every_branch_begins_with_a_mark() {
        use Unreached::{Arm, False, Loop, Script, True};
        let (text, kinds) = traced("if a { b } else if c { d }");
        assert_eq!(text, "m(0);if a { m(1); b } else if c { m(2); d } else { m(3); }");
        assert_eq!(kinds, [Script, True, True, False]);
        let (text, kinds) = traced("for x in y { while x { z } }");
        assert_eq!(text, "m(0);for x in y { m(1); while x { m(2); z } }");
        assert_eq!(kinds, [Script, Loop, Loop]);
        let (text, kinds) = traced("switch a { 1 => { b } 2 | 3 => -(c + d), _ => f(1) }");
        assert_eq!(text, "m(0);switch a { 1 => { m(1); b } 2 | 3 => m(2) ??  -(c + d), _ => m(3) ??  f(1) }");
        assert_eq!(kinds, [Script, Arm, Arm, Arm]);
        let (text, _) = traced("x.filter(|r| if r.无 { 一 } else { `${if b { 1 }}` })");
        assert_eq!(text, "m(0);x.filter(|r| if r.无 { m(1); 一 } else { m(2); `${if b { m(3); 1 } else { m(4); }}` })");
    }

    #[test]
    fn what_cannot_be_read_stays_as_it_is() {
        assert_eq!(traced("if a {"), ("if a {".to_owned(), Vec::new()));
    }
}
