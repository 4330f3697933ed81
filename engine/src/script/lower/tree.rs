//! A script as a tree of what is to be done, with every name already looked up.
//!
//! Enters: nothing; [`super::build()`] makes the tree. Leaves: [`Node`], which [`super::run()`] goes through for each unit. The closures
//! of `count`, `filter` and the like stand inside the question that asks them, and the functions of the library where they are
//! called; only functions that call themselves stand apart. Next: [`super::build()`].

use std::sync::Arc;

use super::value::Constant;
use crate::assessment::FindingKind;
use crate::dictionary::Kind;

/// The place of a variable among those of the function that is running.
pub(super) type Slot = usize;

/// Something to be done, which gives a value.
#[derive(Debug)]
pub(super) enum Node {
    Constant(Constant),
    /// Pays for the body in which it stands.
    Pay(u64),
    /// Reads a variable of the script.
    Local(Slot),
    /// Reads what the tree itself put aside: costs nothing.
    Held(Slot),
    Host(Host),
    /// A level above the unit, or what a list is asked about.
    Named(Arc<str>),
    /// A figure of the unit at hand.
    Figure(Arc<str>),
    /// A parameter as in force on the last day.
    Parameter(Parameter),
    /// What stands under a key of a parameter that is a table.
    Entry {
        parameter: Parameter,
        key: Box<Node>,
    },
    /// What a number reaches among the steps of a parameter.
    Step {
        parameter: Parameter,
        reached: Box<Node>,
    },
    Property {
        of: Box<Node>,
        name: Arc<str>,
    },
    /// A field of a record that is known to be of one kind.
    Field {
        of: Slot,
        field: Field,
    },
    Index {
        of: Box<Node>,
        index: Box<Node>,
    },
    /// `?.`: nothing, or what comes of the value.
    IfSomething {
        of: Box<Node>,
        slot: Slot,
        then: Box<Node>,
    },

    /// Sets a variable; gives nothing.
    Set {
        slot: Slot,
        value: Box<Node>,
    },
    Assign {
        slot: Slot,
        value: Box<Node>,
    },
    Change {
        slot: Slot,
        operation: Operation,
        value: Box<Node>,
    },
    Push {
        slot: Slot,
        item: Box<Node>,
    },
    /// One after the other; gives the last.
    Block(Vec<Node>),
    If {
        condition: Box<Node>,
        then: Box<Node>,
        otherwise: Box<Node>,
    },
    Switch(Box<Switch>),
    While {
        condition: Option<Box<Node>>,
        body: Box<Node>,
    },
    Do {
        body: Box<Node>,
        condition: Box<Node>,
        until: bool,
    },
    For {
        slot: Slot,
        counter: Option<Slot>,
        list: Box<Node>,
        body: Box<Node>,
    },
    ForWhole {
        slot: Slot,
        counter: Option<Slot>,
        from: Box<Node>,
        to: Box<Node>,
        inclusive: bool,
        body: Box<Node>,
    },
    Break(Option<Box<Node>>),
    Continue,
    Return(Option<Box<Node>>),

    And(Vec<Node>),
    Or(Vec<Node>),
    Coalesce(Vec<Node>),
    Not(Box<Node>),
    Negate(Box<Node>),
    /// Whether two values are equal, or are not.
    Equal {
        pair: Pair,
        negated: bool,
    },
    Compare {
        order: Order,
        pair: Pair,
    },
    Calculate {
        operation: Operation,
        pair: Pair,
    },
    Template(Vec<Node>),
    Array(Vec<Node>),
    Map(Vec<(Arc<str>, Node)>),

    /// What the language does before the rest.
    Before {
        first: Vec<(Slot, Node)>,
        then: Box<Node>,
    },
    /// The body of a function, where it is called.
    Inline {
        arguments: Vec<(Slot, Node)>,
        body: Box<Node>,
    },
    /// A function that calls itself.
    Call {
        function: usize,
        arguments: Vec<Node>,
        first_last: bool,
    },

    Ask(Box<Ask>),
    Records(Box<Records>),
    Say(Box<Say>),
    Missing(Box<Node>),
    NotApplicable(Box<Node>),
    Result {
        what: Outcome,
        of: Option<Box<Node>>,
        id: Arc<str>,
    },
    /// A function of numbers.
    Number {
        function: Numeric,
        arguments: Vec<Node>,
        first_last: bool,
    },
    /// Any other function, as the interpreter has it; whether its first argument is read last.
    Foreign {
        name: Arc<str>,
        arguments: Vec<Node>,
        first_last: bool,
    },
}

/// Two operands. The language evaluates the first one last when it is a variable.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) first: Box<Node>,
    pub(super) second: Box<Node>,
    pub(super) first_last: bool,
}

/// What a script finds without having defined it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Host {
    Unit,
    Period,
    AsOf,
    Parameters,
    Figures,
    Previous,
    Score,
    Vetoed,
    Incomplete,
    Band,
    Rating,
    Group,
    Parts,
}

impl Host {
    pub(super) fn named(name: &str) -> Option<Host> {
        Some(match name {
            "unit" => Host::Unit,
            "period" => Host::Period,
            "as_of" => Host::AsOf,
            "parameters" => Host::Parameters,
            "figures" => Host::Figures,
            "previous" => Host::Previous,
            "score" => Host::Score,
            "vetoed" => Host::Vetoed,
            "incomplete" => Host::Incomplete,
            "band" => Host::Band,
            "rating" => Host::Rating,
            "group" => Host::Group,
            "parts" => Host::Parts,
            _ => return None,
        })
    }

    /// The name in the language.
    pub(super) fn name(self) -> &'static str {
        match self {
            Host::Unit => "unit",
            Host::Period => "period",
            Host::AsOf => "as_of",
            Host::Parameters => "parameters",
            Host::Figures => "figures",
            Host::Previous => "previous",
            Host::Score => "score",
            Host::Vetoed => "vetoed",
            Host::Incomplete => "incomplete",
            Host::Band => "band",
            Host::Rating => "rating",
            Host::Group => "group",
            Host::Parts => "parts",
        }
    }

    /// Whether reading it can fail, or costs something, so that it matters when it is read.
    pub(super) fn must_be_read_in_order(self) -> bool {
        matches!(self, Host::Score | Host::Group | Host::Parts)
    }
}

/// A parameter of the standard.
#[derive(Debug, Clone)]
pub(super) struct Parameter {
    pub(super) name: Arc<str>,
    /// Where it probably stands among all.
    pub(super) place: usize,
}

/// A field of a kind.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) kind: Arc<Kind>,
    pub(super) what: What,
    pub(super) name: Arc<str>,
}

/// Where a property of a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// Among the fields, by place; whether a missing one reads as nothing.
    Value {
        place: usize,
        optional: bool,
    },
    Date,
    /// Anything that is read as the interpreter reads it.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    pub(super) fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Order::Less => order.is_lt(),
            Order::LessOrEqual => order.is_le(),
            Order::Greater => order.is_gt(),
            Order::GreaterOrEqual => order.is_ge(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
}

impl Operation {
    /// The sign in the language.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Operation::Add => "+",
            Operation::Subtract => "-",
            Operation::Multiply => "*",
            Operation::Divide => "/",
            Operation::Remainder => "%",
            Operation::Power => "**",
        }
    }
}

/// `switch`.
#[derive(Debug)]
pub(super) struct Switch {
    pub(super) value: Node,
    /// Each literal with its arms, in their order.
    pub(super) cases: Vec<(Constant, Vec<Arm>)>,
    /// Ranges of whole numbers, both ends included, with their arms.
    pub(super) ranges: Vec<(std::ops::RangeInclusive<i64>, Arm)>,
    pub(super) otherwise: Option<Node>,
}

#[derive(Debug)]
pub(super) struct Arm {
    pub(super) condition: Option<Node>,
    pub(super) gives: Node,
}

/// A question about a list.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) what: Question,
    /// The name of the function, as written and kept under.
    pub(super) function: &'static str,
    pub(super) list: Node,
    pub(super) closure: Option<Arc<Closure>>,
    /// What is read when the closure is made, before the list: variables, whose copies may cost, and what of the host can fail.
    pub(super) captures: Vec<Node>,
    /// The list is read first, as in `count(records("fire"), |f| …)`.
    pub(super) list_first: bool,
    /// The rule for ties of a rank.
    pub(super) ties: Option<Node>,
}

/// A closure, in the variables of the function in which it stands.
#[derive(Debug)]
pub(super) struct Closure {
    /// Its name in the program, under which answers are kept.
    pub(super) name: Arc<str>,
    /// What one call costs.
    pub(super) cost: u64,
    pub(super) parameter: Slot,
    pub(super) body: Node,
    /// The names of what it captures.
    pub(super) captured: Vec<String>,
    /// Whether it gives the same for an item whichever unit is at hand.
    pub(super) is_unit_free: bool,
}

impl Closure {
    /// Whether it captures a variable.
    pub(super) fn captures(&self, name: &str) -> bool {
        self.captured.iter().any(|captured| captured == name)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    Count,
    Sum,
    Mean,
    Least,
    Most,
    Distinct,
    First,
    Last,
    Any,
    All,
    Filter,
    Map,
    GroupBy,
    SortBy,
    Reversed,
    Worst,
    Best,
    Rank { highest_first: bool },
}

/// Records of some kinds in a window.
#[derive(Debug)]
pub(super) struct Records {
    pub(super) reach: Reach,
    /// The kinds, where the arguments are nothing but their names.
    pub(super) kinds: Vec<Arc<Kind>>,
    /// Kinds, and at any place a period; before them a unit, if it is not the one at hand.
    pub(super) arguments: Vec<Node>,
    pub(super) first_last: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Period,
    History,
    Known,
}

/// What a rule says.
#[derive(Debug)]
pub(super) struct Say {
    pub(super) kind: FindingKind,
    pub(super) points: Option<Node>,
    pub(super) reason: Node,
    pub(super) evidence: Vec<Node>,
    /// The first argument is a variable: it is read last.
    pub(super) first_last: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Points,
    Found,
    Met,
}

/// A function of numbers, and of what else has an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numeric {
    Least,
    Most,
    Percent,
    PerThousand,
    Floor,
    Ceil,
    Round(crate::number::Rounding),
}
