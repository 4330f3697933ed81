//! From the parsed program to the tree: names are looked up, closures and functions put where they are used.
//!
//! Enters: the program with its charges, and the dictionary. Leaves: a [`Tree`], or the [`Obstacle`] for which the script is left
//! to the interpreter. What the tree does must be what the interpreter would do, in the same order; where that cannot be known
//! beforehand there is an obstacle, where it turns out in the run the run is handed over. Next: [`super::run()`].

mod calls;
mod chains;
mod closures;
mod statements;
mod switches;

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;
use rhai::{AST, ASTNode, Engine, Expr, Position, Stmt};

use super::super::compile::alone;
use super::obstacle::Obstacle;
use super::tree::{Closure, Field, Host, Node, Slot, What};
use super::value::Constant;
use crate::dictionary::{Dictionary, Kind};

/// Functions within functions, where they are called. The interpreter goes deeper; whoever writes so many is left to it.
const DEEPEST: usize = 16;
/// Nodes of one tree.
const LARGEST: usize = 20_000;
/// Variables that can be seen at one place; the interpreter holds more.
const MOST_VARIABLES: usize = 150;

/// A script ready to run without the interpreter.
#[derive(Debug)]
pub(in crate::script) struct Tree {
    pub(super) root: Node,
    /// How many variables it has.
    pub(super) slots: usize,
    /// The functions that call themselves.
    pub(super) functions: Vec<Function>,
    /// The names of the variables that its closures capture. Where a list is asked about something of that name, it is that.
    pub(super) captured: Vec<String>,
}

/// A function that calls itself.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) slots: usize,
    pub(super) body: Node,
}

/// What a script is compiled from.
pub(in crate::script) struct Material<'a> {
    pub(in crate::script) engine: &'a Engine,
    pub(in crate::script) ast: &'a AST,
    /// The texts in which the literals of the program stand.
    pub(in crate::script) texts: [&'a str; 2],
    pub(in crate::script) dictionary: &'a Dictionary,
    /// The names of the parameters, in their order.
    pub(in crate::script) parameters: &'a [String],
    /// The levels of units, which are names that scripts find.
    pub(in crate::script) levels: &'a [String],
    /// What a call of each closure costs.
    pub(in crate::script) closures: &'a HashMap<String, u64>,
    pub(in crate::script) unit_free: &'a HashMap<String, Vec<String>>,
}

/// Compiles a script.
pub(in crate::script) fn build(material: &Material<'_>) -> Result<Tree, Obstacle> {
    let mut builder = Builder {
        material,
        functions: functions(material.ast),
        names: Vec::new(),
        slots: 0,
        kinds: HashMap::new(),
        calls: Vec::new(),
        apart: IndexMap::new(),
        nodes: 0,
        assignments: 0,
        captured: Vec::new(),
        literals: None,
    };
    let root = builder.block(material.ast.statements(), false)?;
    let slots = builder.slots;
    let functions = builder.apart.into_values().flatten().collect();
    Ok(Tree { root, slots, functions, captured: builder.captured })
}

/// A function of the program, closures among them.
#[derive(Clone)]
struct Definition {
    parameters: Vec<String>,
    statements: Arc<[Stmt]>,
}

type Key = (String, usize);

fn functions(ast: &AST) -> HashMap<Key, Definition> {
    let definition = |name: &str, parameters: &[&str]| {
        let mut statements = Vec::new();
        alone(ast, name, parameters.len()).walk(&mut |path| {
            if let [ASTNode::Stmt(statement)] = path {
                statements.push((*statement).clone());
            }
            true
        });
        let parameters = parameters.iter().map(|name| (*name).to_owned()).collect();
        Definition { parameters, statements: statements.into() }
    };
    let all = ast.iter_functions();
    all.map(|f| ((f.name.to_owned(), f.params.len()), definition(f.name, &f.params))).collect()
}

/// What a name in a script stands for.
#[derive(Clone)]
enum Binding {
    Variable(Slot),
    /// A variable that a closure captured. The interpreter finds it by its name, after the host's own names.
    Captured(Slot),
    /// A name of the host that a closure captured.
    Host,
    Closure(Arc<Closure>),
    /// Written with `const`.
    Constant(Slot),
}

/// What is known of a value beforehand. It is a hint only: every run looks again.
#[derive(Clone)]
enum Is {
    Unknown,
    Record(Arc<Kind>),
    Records(Arc<Kind>),
}

/// A node, and what is known of what it gives.
struct Typed {
    node: Node,
    is: Is,
}

impl From<Node> for Typed {
    fn from(node: Node) -> Typed {
        Typed { node, is: Is::Unknown }
    }
}

type Built<T = Node> = Result<T, Obstacle>;

struct Builder<'a> {
    material: &'a Material<'a>,
    functions: HashMap<Key, Definition>,
    /// The names that can be seen, the nearest last.
    names: Vec<(String, Binding)>,
    /// How many variables the function being built has so far.
    slots: usize,
    kinds: HashMap<Slot, Is>,
    /// The functions in which we are.
    calls: Vec<Key>,
    /// Functions that call themselves; none while one is being built.
    apart: IndexMap<Key, Option<Function>>,
    nodes: usize,
    /// How many assignments were built so far.
    assignments: usize,
    captured: Vec<String>,
    /// The literals of the program by their hash, once somebody asked.
    literals: Option<HashMap<u64, Constant>>,
}

impl Builder<'_> {
    fn slot(&mut self, position: Position) -> Built<Slot> {
        if self.names.len() >= MOST_VARIABLES {
            return Err(Obstacle::too_large(position));
        }
        self.slots += 1;
        Ok(self.slots - 1)
    }

    /// Gives a name to a new variable.
    fn declare(&mut self, name: &str, is: Is, position: Position) -> Built<Slot> {
        let slot = self.slot(position)?;
        self.kinds.insert(slot, is);
        self.names.push((name.to_owned(), Binding::Variable(slot)));
        Ok(slot)
    }

    fn binding(&self, name: &str) -> Option<&Binding> {
        self.names.iter().rev().find(|(known, _)| known == name).map(|(_, binding)| binding)
    }

    fn expressions<'e>(&mut self, expressions: impl IntoIterator<Item = &'e Expr>) -> Built<Vec<Node>> {
        expressions.into_iter().map(|expression| self.node(expression)).collect()
    }

    fn node(&mut self, expression: &Expr) -> Built {
        Ok(self.expression(expression)?.node)
    }

    fn boxed(&mut self, expression: &Expr) -> Built<Box<Node>> {
        self.node(expression).map(Box::new)
    }

    fn expression(&mut self, expression: &Expr) -> Built<Typed> {
        self.nodes += 1;
        if self.nodes > LARGEST {
            return Err(Obstacle::too_large(expression.start_position()));
        }
        let node = match expression {
            Expr::DynamicConstant(value, position) if value.is_fnptr() => return Err(Obstacle::closure(*position)),
            Expr::DynamicConstant(value, _) => Node::Constant(Constant::of_dynamic(value)),
            Expr::BoolConstant(is, _) => Node::Constant(Constant::Boolean(*is)),
            Expr::IntegerConstant(whole, _) => Node::Constant(Constant::Whole(*whole)),
            Expr::CharConstant(letter, _) => Node::Constant(Constant::Other((*letter).into())),
            Expr::StringConstant(text, _) => Node::Constant(Constant::Text(Arc::from(text.as_str()))),
            Expr::Unit(_) => Node::Constant(Constant::Nothing),
            Expr::InterpolatedString(parts, _) => Node::Template(self.expressions(parts.iter())?),
            Expr::Array(items, _) => Node::Array(self.expressions(items.iter())?),
            Expr::Map(entries, _) => {
                let entries =
                    entries.0.iter().map(|(key, value)| Ok((Arc::from(key.name.as_str()), self.node(value)?)));
                Node::Map(entries.collect::<Built<_>>()?)
            }
            Expr::Variable(variable, short, position) => {
                let is_local = short.is_some() || variable.0.is_some();
                return self.variable(&variable.1, is_local, *position);
            }
            Expr::Stmt(block) => return self.block_expression(block),
            Expr::FnCall(call, position) => return self.call(call, *position),
            Expr::Dot(..) | Expr::Index(..) => return self.chain(expression),
            Expr::And(parts, _) => Node::And(self.expressions(parts.iter())?),
            Expr::Or(parts, _) => Node::Or(self.expressions(parts.iter())?),
            Expr::Coalesce(parts, _) => Node::Coalesce(self.expressions(parts.iter())?),
            other => return Err(Obstacle::other("这种写法", "this", other.start_position())),
        };
        Ok(node.into())
    }

    /// A name. The parser says whether it is a variable of the script; all others are the host's.
    fn variable(&mut self, name: &str, is_local: bool, position: Position) -> Built<Typed> {
        match self.binding(name).cloned() {
            Some(Binding::Variable(slot) | Binding::Constant(slot)) if is_local => {
                let is = self.kinds.get(&slot).cloned().unwrap_or(Is::Unknown);
                Ok(Typed { node: Node::Local(slot), is })
            }
            Some(Binding::Captured(slot)) if !is_local && Host::named(name).is_none() => {
                let is = self.kinds.get(&slot).cloned().unwrap_or(Is::Unknown);
                Ok(Typed { node: Node::Held(slot), is })
            }
            Some(Binding::Closure(_)) => Err(Obstacle::closure(position)),
            None | Some(Binding::Host | Binding::Captured(_)) if !is_local => Ok(host(name).into()),
            _ => Err(Obstacle::variable(name, position)),
        }
    }

    /// A property of a record of a kind.
    fn field(&self, kind: &Arc<Kind>, name: &str) -> Field {
        let what = match kind.fields.get_full(name) {
            Some((place, _, field)) if field.personal.is_none() => What::Value { place, optional: field.optional },
            Some(_) => What::Other,
            None if name == "date" => What::Date,
            None => What::Other,
        };
        Field { kind: Arc::clone(kind), what, name: Arc::from(name) }
    }

    fn kind(&self, id: &str) -> Option<Arc<Kind>> {
        self.material.dictionary.kinds.get(id).cloned()
    }
}

fn host(name: &str) -> Node {
    Host::named(name).map_or_else(|| Node::Named(Arc::from(name)), Node::Host)
}
