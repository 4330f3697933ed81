//! What can be known of the scripts of a bundle before any of them runs.
//!
//! Enters: the bundle and its compiled scripts, each [`Placed`] where it stands. Leaves: errors and remarks, each at its place in
//! the bundle's file: names that do not exist, values that do not go together, results read before they are there, what is
//! never used. The rule above all: no complaint about what would run well. Next: [`crate::assess`], whose plan asks for this.
//!
//! Reading order: [`post`] (order of scripts), [`types`], [`book`] (what the bundle holds), [`mentions`] (names only),
//! [`walk`] with [`variables`], [`properties`], [`operators`], [`calls`] and [`arguments`], [`order`], [`results`], [`reads`] (what each
//! script reads of the bundle), [`unused`].

mod post;
mod types;
mod notation;
mod report;
mod book;
mod mentions;
mod walk;
mod variables;
mod properties;
mod operators;
mod calls;
mod arguments;
mod order;
mod results;
mod reads;
mod unused;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use rhai::{AST, ASTNode, Engine};

use super::Program;
use super::charges::PAY;
use super::compile::alone;
use crate::bundle::Bundle;
use crate::codes::script as codes;
use crate::diagnostic::Diagnostic;
use book::Book;
use mentions::{Bodies, Body, Mentions};
use report::Report;
use walk::Walk;

pub use post::{Placed, Post};
pub use reads::{Reads, ScriptReads};

/// What is checked.
pub(super) struct Scripts {
    /// All scripts that could be compiled.
    pub(super) placed: Vec<Placed>,
    /// The library without any script.
    pub(super) library: Program,
    /// Whether the library could be compiled.
    pub(super) has_library: bool,
    /// Whether every script could be compiled, so that what none of them mentions is never used.
    pub(super) is_complete: bool,
}

/// A script with what it mentions.
struct Read {
    placed: Placed,
    bodies: Bodies,
    mentions: Mentions,
}

/// Names of functions with the numbers of arguments they take.
type Natives = BTreeMap<String, Vec<usize>>;

/// Checks the scripts of a bundle; gives what was found, and what each script reads, in the order in which they run.
pub(super) fn check(bundle: &Bundle, engine: &Engine, scripts: Scripts) -> (Vec<Diagnostic>, Vec<ScriptReads>) {
    let natives = natives(engine);
    let mut report = Report::new(&bundle.file);
    let mut book = Book::new(bundle);
    let mut scripts_read: Vec<Read> = scripts.placed.into_iter().map(read).collect();
    scripts_read.sort_by_key(|read| (read.placed.roll_up, read.placed.post));
    share_what_a_rule_tests(&mut scripts_read);
    let vetoing = scripts_read.iter().filter(|read| read.mentions.called.contains("veto"));
    book.vetoing = vetoing.filter_map(|read| read.placed.post.rule()).collect();
    let mut all_reads = Vec::with_capacity(scripts_read.len());
    for read in &mut scripts_read {
        take_over_from_figures(&book, read);
        let mut walk = Walk::new(&book, read.view(), &natives, scripts.has_library, &mut report);
        let gives = walk.script();
        walk.result(&gives);
        let knows_all_functions = walk.knows_all_functions;
        all_reads.push(reads::of_script(&book, &read.placed, &read.bodies, &walk.senses));
        if let Some(id) = figure_of(bundle, &read.placed) {
            book.set_figure(read.placed.roll_up, &id, gives, read.mentions.tested.clone());
        }
        if knows_all_functions {
            rule_has_effect(&book, read, &mut report);
        }
    }
    let library = self::read(Placed { roll_up: None, post: Post::Library, compares: true, program: scripts.library });
    uncalled_functions(&book, &library, &scripts_read, &natives, &mut report);
    // Names that are misspelt would seem to be missing elsewhere.
    if scripts.is_complete && !report.has_errors() {
        let words: BTreeSet<&str> =
            scripts_read.iter().chain([&library]).flat_map(|read| &read.mentions.words).map(String::as_str).collect();
        unused::look_for(bundle, &words, &mut report);
    }
    (report.into_found(), all_reads)
}

impl Read {
    fn view(&self) -> (&Placed, &Bodies, &Mentions) {
        (&self.placed, &self.bodies, &self.mentions)
    }
}

/// All that the interpreter itself can be asked for, rhai's own functions among them.
fn natives(engine: &Engine) -> Natives {
    let mut natives = Natives::new();
    let all = engine.collect_fn_metadata(None, |f| Some((f.metadata.name.to_string(), f.metadata.num_params)), true);
    for (name, count) in all.into_iter().filter(|(name, _)| name != PAY) {
        natives.entry(name).or_default().push(count);
    }
    natives
}

fn read(placed: Placed) -> Read {
    let bodies = bodies(&placed.program.ast);
    let mentions = match placed.post {
        // Of the library all functions, called or not.
        Post::Library => {
            let all: Vec<_> = bodies.values().flat_map(|body| body.statements.iter().cloned()).collect();
            Mentions::of(&all, &bodies)
        }
        _ => Mentions::of(placed.program.ast.statements(), &bodies),
    };
    Read { placed, bodies, mentions }
}

/// The functions of a program, closures among them.
fn bodies(ast: &AST) -> Bodies {
    let mut bodies = Bodies::new();
    for function in ast.iter_functions() {
        let count = function.params.len();
        let mut statements = Vec::new();
        alone(ast, function.name, count).walk(&mut |path| {
            if let [ASTNode::Stmt(statement)] = path {
                statements.push((*statement).clone());
            }
            true
        });
        let parameters = function.params.iter().map(ToString::to_string).collect();
        bodies.insert((function.name.to_owned(), count), Body { parameters, statements });
    }
    bodies
}

/// What a rule tests in `applies`, it need not test again in its script.
fn share_what_a_rule_tests(scripts: &mut [Read]) {
    let mut tested: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for read in scripts.iter() {
        if let Some(rule) = read.placed.post.rule() {
            tested.entry(rule).or_default().extend(read.mentions.tested.iter().cloned());
        }
    }
    for read in scripts {
        if let Some(shared) = read.placed.post.rule().and_then(|rule| tested.get(&rule)) {
            read.mentions.tested.extend(shared.iter().cloned());
        }
    }
}

/// What the script of a figure tests, those that read the figure need not test again.
fn take_over_from_figures(book: &Book<'_>, read: &mut Read) {
    let taken_over: Vec<String> = read
        .mentions
        .words
        .iter()
        .filter_map(|word| book.tested_in.get(&(read.placed.roll_up, word.clone())))
        .flatten()
        .cloned()
        .collect();
    read.mentions.tested.extend(taken_over);
}

/// The id of the figure that a script computes.
fn figure_of(bundle: &Bundle, placed: &Placed) -> Option<String> {
    let (Post::Figure(place) | Post::FinalFigure(place)) = placed.post else { return None };
    let figures = match placed.roll_up {
        Some(roll_up) => &bundle.roll_up.get(roll_up)?.figures,
        None => &bundle.figures,
    };
    figures.get(place).map(|figure| figure.id.clone())
}

/// Remarks on a rule that can say nothing.
fn rule_has_effect(book: &Book<'_>, read: &Read, report: &mut Report) {
    let Post::Rule(place) = read.placed.post else { return };
    let says = |name: &&str| read.mentions.called.contains(*name);
    if calls::SAYINGS.iter().chain(&["missing"]).any(says) {
        return;
    }
    if let Some(rule) = book.rules.get(place) {
        let first = read.placed.program.ast.statements().first();
        let place = first.map_or(rule.place, |first| read.placed.program.place(first.position(), false));
        report.add(place, Diagnostic::new(&codes::RULE_WITHOUT_EFFECT).with("name", &rule.id));
    }
}

/// Goes through the functions of the library that no script calls.
fn uncalled_functions(book: &Book<'_>, library: &Read, scripts: &[Read], natives: &Natives, report: &mut Report) {
    let mut walk = Walk::new(book, library.view(), natives, true, report);
    for (function, body) in &library.bodies {
        let is_called = scripts.iter().any(|read| read.mentions.called.contains(&function.0));
        if !is_called && !function.0.contains('$') {
            walk.uncalled_function(function, body);
        }
    }
}
