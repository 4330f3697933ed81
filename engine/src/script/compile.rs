//! From the scripts of a bundle to programs: the short form becomes Rhai, and every place in a program is a place in the file.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use rhai::{AST, ASTNode, Engine, Expr, FnPtr, Position, Stmt};

use super::charges::Charges;
use super::functions::{self, english};
use super::limits;
use super::lower::{Material, Obstacle, Tree, build};
use super::source::Source;
use super::syntax;
use crate::bundle::{Action, Condition, Place, Reach, Rule, Script, ShortForm};
use crate::codes::script as codes;
use crate::diagnostic::{Diagnostic, Location};
use crate::dictionary::Dictionary;

/// The library of a bundle, compiled: as written, and as it runs.
#[derive(Clone, Default)]
pub(super) struct Library {
    pub(super) ast: AST,
    source: Arc<Source>,
    paying: AST,
    paying_source: Arc<Source>,
}

impl Library {
    /// What its author wrote of each function: parameters and body, closures in it included, of all that bear the name.
    pub(super) fn functions(&self) -> BTreeMap<String, String> {
        let mut functions: BTreeMap<String, String> = BTreeMap::new();
        for function in self.ast.iter_fn_def().filter(|function| !function.name.contains('$')) {
            let start = self.source.offset(function.body.start_position()).unwrap_or_default();
            let end = self.source.offset(function.body.end_position()).unwrap_or(self.source.text.len());
            let written = functions.entry(function.name.to_string()).or_default();
            function.params.iter().for_each(|parameter| *written += &format!("|{parameter}"));
            *written += self.source.text.get(start..end).unwrap_or(&self.source.text);
        }
        functions
    }
}

/// What the scripts of a bundle can name.
pub(super) struct Scope {
    pub(super) dictionary: Dictionary,
    /// The names of the parameters, in their order.
    pub(super) parameters: Vec<String>,
    pub(super) levels: Vec<String>,
}

/// A script, checked as it is written and run with its [`Charges`].
#[derive(Clone)]
pub struct Program {
    pub(super) ast: Arc<AST>,
    source: Arc<Source>,
    library: Arc<Source>,
    pub(super) code: Arc<Code>,
    /// Tells it from the other scripts of the bundle.
    pub(super) number: usize,
}

/// A script as it runs: every body pays for itself.
pub(super) struct Code {
    pub(super) ast: AST,
    source: Source,
    library: Arc<Source>,
    /// What the script itself costs.
    pub(super) cost: u64,
    /// What each call of a closure costs.
    pub(super) closures: HashMap<String, u64>,
    /// Closures whose body does not use the unit at hand, with the names of all their arguments, captured ones first.
    pub(super) unit_free: HashMap<String, Vec<String>>,
    /// The same without the interpreter, or why there is no such thing.
    pub(super) tree: Result<Tree, Obstacle>,
}

impl Program {
    /// Whether it says the same word for word, functions of the library left aside.
    pub(crate) fn says_the_same(&self, other: &Program) -> bool {
        self.source.text == other.source.text
    }

    /// Whether all that is said also stands at the same places of the file, which messages name.
    pub(crate) fn stands_at_the_same_place(&self, other: &Program) -> bool {
        self.source == other.source && self.library == other.library
    }

    /// The place in the bundle's file of a position in the script as written, or in the function of the library it called.
    pub(super) fn place(&self, position: Position, in_library: bool) -> Place {
        if in_library { self.library.place(position) } else { self.source.place(position) }
    }
}

impl Code {
    fn new(engine: &Engine, library: &Library, source: &Source, own: &AST, scope: &Scope) -> Code {
        let charges = Charges::of(own);
        let (paying, source) = collect(engine, &charges, source, own);
        let ast = library.paying.merge(&paying);
        let unit_free = unit_free_functions(&ast);
        // Those of the library and those of the script, under the names that they have in what runs.
        let closures = Charges::of(&ast).closures;
        let texts = [source.text.as_str(), library.paying_source.text.as_str()];
        let Scope { dictionary, parameters, levels } = scope;
        let (closed, free) = (&closures, &unit_free);
        let tree = build(&Material {
            engine,
            ast: &ast,
            texts,
            dictionary,
            parameters,
            levels,
            closures: closed,
            unit_free: free,
        });
        let (library, cost) = (Arc::clone(&library.paying_source), charges.script);
        Code { ast, source, library, cost, closures, unit_free, tree }
    }

    /// The place in the bundle's file of a position in what runs.
    pub(super) fn place(&self, position: Position, in_library: bool) -> Place {
        if in_library { self.library.place(position) } else { self.source.place(position) }
    }
}

/// A program with its payments. They stand where a statement may stand, so that it can be parsed as before.
fn collect(engine: &Engine, charges: &Charges, source: &Source, ast: &AST) -> (AST, Source) {
    let paying = charges.collect_in(source);
    match engine.compile(&paying.text) {
        Ok(ast) => (ast, paying),
        Err(_) => (ast.clone(), source.clone()),
    }
}

/// Functions whose answer depends on the unit at hand.
const ABOUT_THE_UNIT: [&str; 14] = [
    "records", "history", "known", "points", "found", "met", "findings", "rank", "rank_low", "deduct", "award",
    "breach", "veto", "note",
];
/// Names whose value is the same for all units.
const SAME_FOR_ALL: [&str; 3] = ["parameters", "period", "as_of"];

/// Compiles the shared functions; what else stands in the library is noted and left out.
pub(super) fn library(
    engine: &Engine,
    script: Option<&Script>,
    file: &Arc<str>,
    faults: &mut Vec<Diagnostic>,
) -> Option<Library> {
    let Some(script) = script else { return Some(Library::default()) };
    let source = Source::of(script);
    let mut ast = match parse(engine, &source, file) {
        Ok(ast) => ast,
        Err(fault) => {
            faults.push(fault);
            return None;
        }
    };
    if let Some(statement) = ast.statements().first() {
        faults.push(Diagnostic::new(&codes::LIBRARY_STATEMENT).at(source.location(statement.position(), file)));
        ast.clear_statements();
    }
    // One of the library would take the place of the built-in one in every script.
    for function in ast.iter_functions().filter(|function| functions::named(function.name).is_some()) {
        let fault = Diagnostic::new(&codes::LIBRARY_NAME).with("name", function.name);
        faults.push(fault.at(source.location(Position::NONE, file)));
    }
    let (mut paying, paying_source) = collect(engine, &Charges::of(&ast), &source, &ast);
    paying.clear_statements();
    Some(Library { ast, source: Arc::new(source), paying, paying_source: Arc::new(paying_source) })
}

/// Whether a comment is begun and never ended: all that follows would silently be left out.
fn has_open_comment(engine: &Engine, text: &str) -> bool {
    // A bracket too many is an error unless a comment swallows it.
    text.contains("/*") && engine.compile(format!("{text}\n)")).is_ok()
}

/// Parses a text and refuses what would be a danger to run.
fn parse(engine: &Engine, source: &Source, file: &Arc<str>) -> Result<AST, Diagnostic> {
    let length = source.text.len();
    if length > limits::LONGEST_SCRIPT {
        let fault = Diagnostic::new(&codes::TOO_LONG).with("length", length).with("most", limits::LONGEST_SCRIPT);
        return Err(fault.at(source.location(Position::NONE, file)));
    }
    let ast = engine.compile(&source.text).map_err(|error| syntax::diagnose(&error, source, file))?;
    if has_open_comment(engine, &source.text) {
        return Err(Diagnostic::new(&codes::OPEN_COMMENT).at(source.location(Position::NONE, file)));
    }
    match limits::exceeded(&ast) {
        Some((position, fault)) => Err(fault.at(source.location(position, file))),
        None => Ok(ast),
    }
}

/// Compiles one program together with the library.
pub(super) fn program(
    engine: &Engine,
    library: &Library,
    source: Source,
    number: usize,
    file: &Arc<str>,
    scope: &Scope,
) -> Result<Program, Diagnostic> {
    let own = parse(engine, &source, file)?;
    if let Some(function) = own.iter_fn_def().find(|function| !function.name.contains('$')) {
        let (line, column) = source.place(function.body.start_position());
        let fault = Diagnostic::new(&codes::FUNCTION_OUTSIDE_LIBRARY).with("name", &function.name);
        return Err(fault.at(Location::text(file, line, column)));
    }
    let code = Arc::new(Code::new(engine, library, &source, &own, scope));
    Ok(Program {
        ast: Arc::new(library.ast.merge(&own)),
        source: Arc::new(source),
        library: Arc::clone(&library.source),
        code,
        number,
    })
}

/// The program of a rule.
pub(super) fn rule_source(rule: &Rule) -> Source {
    match &rule.body {
        crate::bundle::Body::Long(script) => Source::of(script),
        crate::bundle::Body::Short(short) => short_source(short, &rule.title),
    }
}

/// `for fire in records("fire") { if WHEN { deduct(POINTS, REASON, fire); if BREACH { breach(REASON, fire); } } }`; without
/// `each` the `if` alone. The last is never a value.
fn short_source(short: &ShortForm, title: &str) -> Source {
    let mut source = Source::default();
    let item = match short.each.as_slice() {
        [] => None,
        [kind] => Some(kind.as_str()),
        _ => Some("record"),
    };
    if let Some(item) = item {
        let kinds: Vec<String> = short.each.iter().map(|kind| format!("{kind:?}")).collect();
        let from = match short.from {
            Reach::Period => "records",
            Reach::History => "history",
            Reach::Known => "known",
        };
        source.add(&format!("for {item} in {from}({}) {{ ", kinds.join(", ")));
    }
    if let Some(when) = &short.when {
        source.add("if (");
        source.copy(when, false);
        source.add(") { ");
    }
    let evidence = item.map(|item| format!(", {item}")).unwrap_or_default();
    let call = |source: &mut Source, function: &str, points: Option<&Script>| {
        source.add(function);
        source.add("(");
        if let Some(points) = points {
            source.add("(");
            source.copy(points, false);
            source.add("), ");
        }
        source.add("`");
        match &short.reason {
            Some(reason) => source.copy(&Script { text: quote(&reason.text), lines: reason.lines.clone() }, true),
            None => source.add(&quote(title).replace("${", "$ {")),
        }
        source.add(&format!("`{evidence}); "));
    };
    match &short.action {
        Some(Action::Deduct(points)) => call(&mut source, "deduct", Some(points)),
        Some(Action::Award(points)) => call(&mut source, "award", Some(points)),
        Some(Action::Note) => call(&mut source, "note", None),
        None => {}
    }
    for (function, condition) in [("breach", &short.breach), ("veto", &short.veto)] {
        match condition {
            Condition::Never => {}
            Condition::Always => call(&mut source, function, None),
            Condition::When(script) => {
                source.add("if (");
                source.copy(script, false);
                source.add(") { ");
                call(&mut source, function, None);
                source.add("} ");
            }
        }
    }
    source.add(if short.when.is_some() { "} " } else { "" });
    source.add(if item.is_some() { "}" } else { "" });
    source
}

/// A text inside backticks.
fn quote(text: &str) -> String {
    text.replace('`', "``")
}

/// One function of a program, without its statements and its other functions.
pub(super) fn alone(ast: &AST, name: &str, parameters: usize) -> AST {
    let mut alone = ast.clone_functions_only();
    alone.retain_functions(|_, _, other, count| other == name && count == parameters);
    alone
}

/// Functions of the program, closures among them, that neither use the unit at hand nor call one that does.
fn unit_free_functions(ast: &AST) -> HashMap<String, Vec<String>> {
    let mut free = HashMap::new();
    let mut calls: HashMap<String, HashSet<String>> = HashMap::new();
    for function in ast.iter_functions() {
        let mut called = HashSet::new();
        let mut about_the_unit = false;
        let alone = alone(ast, function.name, function.params.len());
        alone.walk(&mut |path| {
            about_the_unit |= path.last().is_some_and(|node| uses_the_unit(node, &mut called));
            !about_the_unit
        });
        if !about_the_unit {
            free.insert(function.name.to_owned(), function.params.iter().map(ToString::to_string).collect());
            calls.insert(function.name.to_owned(), called);
        }
    }
    let scripted: HashSet<String> = ast.iter_functions().map(|function| function.name.to_owned()).collect();
    loop {
        let before = free.len();
        let still: HashSet<String> = free.keys().cloned().collect();
        free.retain(|name, _| {
            let called = calls.get(name).into_iter().flatten();
            called.filter(|called| scripted.contains(*called)).all(|called| still.contains(called))
        });
        if free.len() == before {
            return free;
        }
    }
}

fn uses_the_unit(node: &ASTNode<'_>, called: &mut HashSet<String>) -> bool {
    match node {
        ASTNode::Expr(Expr::Variable(variable, ..)) => {
            variable.0.is_none() && !SAME_FOR_ALL.contains(&variable.1.as_str())
        }
        ASTNode::Expr(Expr::FnCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _)) => {
            called.insert(call.name.to_string());
            ABOUT_THE_UNIT.contains(&english(&call.name))
        }
        ASTNode::Expr(Expr::MethodCall(call, _)) => {
            called.insert(call.name.to_string());
            ["rank", "rank_low"].contains(&call.name.as_str())
        }
        ASTNode::Expr(Expr::DynamicConstant(value, _)) => {
            if let Some(closure) = value.read_lock::<FnPtr>() {
                called.insert(closure.fn_name().to_owned());
            }
            false
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::{CallOff, sandbox};

    #[test]
    fn only_closures_that_never_use_the_unit_are_the_same_for_all() {
        let engine = sandbox::engine(&CallOff::default(), &Arc::default());
        let script = "
            group.sum(|free| free.figures.fires) + group.count(|own| own.population > unit.population)
                + group.count(|through| is_near(through)) + group.sum(|far| is_far(far))";
        let library = "fn is_near(u) { u.population < figures.limit } fn is_far(u) { u.population > parameters.limit }";
        let ast = engine.compile(library).unwrap().merge(&engine.compile(script).unwrap());
        let free = unit_free_functions(&ast);
        let mut arguments: Vec<_> = free.values().filter_map(|names| names.last().cloned()).collect();
        arguments.sort();
        assert_eq!(arguments, ["far", "free", "u"]);
    }
}
