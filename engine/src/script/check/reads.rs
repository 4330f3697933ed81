//! What each script reads of its bundle: kinds of records, figures, results of rules and criteria.
//!
//! Enters: the nodes of a checked program, and what the walk through it knows of some of them. Leaves: [`Reads`]. Whoever asks
//! what a result rests on (what may be shown of it, what it waits for) asks here.
//!
//! Invariant: nothing that a script can read is left out. Every name and every text in the script, in the functions it calls and in
//! its closures counts as whatever in the bundle bears that name, unless the walk is sure what it is; and where a name is only
//! known when the script runs, all of its sort count.

use std::collections::{BTreeMap, BTreeSet};

use rhai::{ASTNode, Expr, FnPtr, Position, Stmt};

use super::book::Book;
use super::mentions::Bodies;
use super::post::{Placed, Post};
use super::types::{Is, Type};
use crate::bundle::Bundle;
use crate::script::functions::english;

/// What a script reads, functions of the library that it calls included. What it reads by way of figures and results of others is
/// theirs: it is named here and not followed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads {
    /// Kinds of records.
    pub kinds: BTreeSet<String>,
    /// Figures: of the unit, of others, of an earlier result or of a part.
    pub figures: BTreeSet<String>,
    /// Rules whose points or findings it asks for.
    pub rules: BTreeSet<String>,
    /// Criteria whose points it asks for.
    pub criteria: BTreeSet<String>,
    /// Criteria of which it asks whether they are met.
    pub met: BTreeSet<String>,
    /// Fields and attributes, by name.
    pub members: BTreeSet<String>,
    /// Every name and every text that stands in it, functions by their English names.
    pub words: BTreeSet<String>,
    /// Whether it reads something under a name that is only known when it runs.
    pub computes: bool,
}

/// A script where it stands, and what it reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptReads {
    /// The roll-up it belongs to, by its place; none: the scoring of the units themselves.
    pub roll_up: Option<usize>,
    /// Where it stands there.
    pub post: Post,
    /// What it reads.
    pub reads: Reads,
}

/// What a name or text of a script is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sense {
    Kind,
    Figure,
    /// A rule or criterion whose points or findings are asked for.
    Result,
    Met,
    Member,
    /// Nothing that a bundle names.
    Nothing,
}

/// A sort of things of which one is named only when the script runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Any {
    Kind,
    Figure,
    /// A figure, if what is read by a computed name is the figures of something.
    Entry,
    Parameter,
    Result,
    Met,
}

/// What the walk through a script knows of its names.
#[derive(Debug, Default)]
pub(super) struct Senses {
    /// By place; whether it is in the library, which has places of its own.
    known: BTreeMap<(bool, Position), BTreeSet<Sense>>,
    any: BTreeSet<Any>,
}

impl Senses {
    pub(super) fn note(&mut self, in_library: bool, position: Position, sense: Sense) {
        self.known.entry((in_library, position)).or_default().insert(sense);
    }

    pub(super) fn note_any(&mut self, any: Any) {
        self.any.insert(any);
    }

    /// What a name at a place stands for; none: it may be anything.
    fn of(&self, in_library: bool, position: Position) -> Option<&BTreeSet<Sense>> {
        self.known.get(&(in_library, position)).filter(|_| !position.is_none())
    }
}

/// The sense of `base.name`; none: not known.
pub(super) fn sense_of_property(base: &Type) -> Option<Sense> {
    match &base.is {
        Is::Unknown | Is::Never | Is::Nothing | Is::Object | Is::Closure => None,
        Is::Figures(_) | Is::ResultFigures(_) => Some(Sense::Figure),
        Is::Record(_) | Is::Unit(_) | Is::Result(_) | Is::Shape(_) | Is::Map(_) => Some(Sense::Member),
        _ => Some(Sense::Nothing),
    }
}

/// What may be read by a name that is computed, of a value of this type.
pub(super) fn entry_of(base: &Type) -> Option<Any> {
    match &base.is {
        Is::Figures(_) | Is::ResultFigures(_) => Some(Any::Figure),
        Is::Unknown | Is::Never | Is::Object | Is::Unit(_) | Is::Result(_) => Some(Any::Entry),
        Is::Parameters => Some(Any::Parameter),
        _ => None,
    }
}

/// What a script reads.
pub(super) fn of_script(book: &Book<'_>, placed: &Placed, bodies: &Bodies, senses: &Senses) -> ScriptReads {
    let mut gathering = Gathering { names: Names::of(book), senses, reads: Reads::default(), knows_figures: false };
    let mut seen = BTreeSet::new();
    let mut next = Vec::new();
    gathering.statements(placed.program.ast.statements(), false, bodies, &mut next);
    while let Some((function, in_library)) = next.pop() {
        if let Some(body) = bodies.get(&function)
            && seen.insert((function, in_library))
        {
            gathering.statements(&body.statements, in_library, bodies, &mut next);
        }
    }
    gathering.add_any();
    ScriptReads { roll_up: placed.roll_up, post: placed.post, reads: gathering.reads }
}

/// All that scripts can name.
struct Names<'b> {
    kinds: BTreeSet<&'b str>,
    /// Of the units and of all roll-ups.
    figures: BTreeSet<&'b str>,
    rules: BTreeSet<&'b str>,
    criteria: BTreeSet<&'b str>,
}

impl<'b> Names<'b> {
    fn of(book: &Book<'b>) -> Names<'b> {
        let bundle: &'b Bundle = book.bundle;
        let further = bundle.roll_up.iter().flat_map(|roll_up| &roll_up.figures);
        Names {
            kinds: bundle.dictionary.kinds.keys().map(String::as_str).collect(),
            figures: bundle.figures.iter().chain(further).map(|figure| figure.id.as_str()).collect(),
            rules: book.rules.iter().map(|rule| rule.id.as_str()).collect(),
            criteria: book.criteria.iter().map(|criterion| criterion.id.as_str()).collect(),
        }
    }
}

struct Gathering<'s, 'b> {
    names: Names<'b>,
    senses: &'s Senses,
    reads: Reads,
    /// Whether the script comes upon the figures of anything at all.
    knows_figures: bool,
}

type Functions = Vec<((String, usize), bool)>;

impl Gathering<'_, '_> {
    /// Adds what statements name, and the functions they call or make to those to look at next.
    fn statements(&mut self, statements: &[Stmt], in_library: bool, bodies: &Bodies, next: &mut Functions) {
        for statement in statements {
            statement.walk(&mut Vec::new(), &mut |path| {
                if let Some(node) = path.last() {
                    self.node(node, in_library, bodies, next);
                }
                true
            });
        }
    }

    fn node(&mut self, node: &ASTNode<'_>, in_library: bool, bodies: &Bodies, next: &mut Functions) {
        let mut follow = |name: &str, in_library: bool| {
            next.extend(bodies.keys().filter(|(known, _)| known == name).map(|known| (known.clone(), in_library)));
        };
        match node {
            ASTNode::Expr(Expr::Property(property, position)) => {
                self.knows_figures |= property.2 == "figures";
                self.name(&property.2, in_library, *position);
            }
            ASTNode::Expr(Expr::StringConstant(text, position)) => {
                self.knows_figures |= text == "figures";
                self.name(text, in_library, *position);
            }
            ASTNode::Expr(Expr::Variable(variable, ..)) => {
                self.knows_figures |= variable.1 == "figures";
                self.word(&variable.1);
                // A function by its name, as in `filter(overdue)`.
                follow(&variable.1, true);
            }
            ASTNode::Expr(Expr::FnCall(call, _) | Expr::MethodCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _)) => {
                self.word(english(&call.name));
                follow(&call.name, true);
            }
            ASTNode::Expr(Expr::DynamicConstant(value, position)) => {
                if let Some(closure) = value.read_lock::<FnPtr>() {
                    if !closure.fn_name().contains('$') {
                        self.word(closure.fn_name());
                    }
                    // A closure stands where it is made; a function of the library by its name does not.
                    follow(closure.fn_name(), in_library || !closure.fn_name().contains('$'));
                } else if let Ok(text) = value.clone().into_string() {
                    self.name(&text, in_library, *position);
                }
            }
            _ => {}
        }
    }

    fn word(&mut self, word: &str) {
        self.reads.words.insert(word.to_owned());
    }

    /// Adds what a name or text may stand for.
    fn name(&mut self, name: &str, in_library: bool, position: Position) {
        self.word(name);
        let senses = self.senses.of(in_library, position);
        let may_be = |sense: Sense| senses.is_none_or(|senses| senses.contains(&sense));
        let (names, reads) = (&self.names, &mut self.reads);
        let may_be_result = may_be(Sense::Result);
        for (is_meant, known, into) in [
            (may_be(Sense::Kind), &names.kinds, &mut reads.kinds),
            (may_be(Sense::Figure), &names.figures, &mut reads.figures),
            (may_be_result, &names.rules, &mut reads.rules),
            (may_be_result, &names.criteria, &mut reads.criteria),
            (may_be(Sense::Met), &names.criteria, &mut reads.met),
        ] {
            if is_meant && known.contains(name) {
                into.insert(name.to_owned());
            }
        }
        if may_be(Sense::Member) {
            reads.members.insert(name.to_owned());
        }
    }

    /// Adds all of a sort where one is named only when the script runs.
    fn add_any(&mut self) {
        let (names, reads) = (&self.names, &mut self.reads);
        let all = |names: &BTreeSet<&str>| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        reads.computes = !self.senses.any.is_empty();
        for any in &self.senses.any {
            match any {
                Any::Kind => reads.kinds.extend(all(&names.kinds)),
                Any::Figure => reads.figures.extend(all(&names.figures)),
                Any::Entry if self.knows_figures => reads.figures.extend(all(&names.figures)),
                Any::Entry | Any::Parameter => {}
                Any::Result => {
                    reads.rules.extend(all(&names.rules));
                    reads.criteria.extend(all(&names.criteria));
                }
                Any::Met => reads.met.extend(all(&names.criteria)),
            }
        }
    }
}
