//! Signatures as the table of functions writes them, read into types.
//!
//! Enters: `list.count(which: item -> boolean) -> number`. Leaves: a [`Signature`]. Next: [`super::calls`].

use super::types::{Is, Type};

/// One way in which a function can be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signature {
    /// What stands before the dot.
    pub(super) receiver: Option<Wanted>,
    pub(super) parameters: Vec<Parameter>,
    pub(super) result: Option<Given>,
    pub(super) text: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parameter {
    pub(super) wanted: Wanted,
    /// How often it may be given; 0: exactly once.
    optional: usize,
}

/// What a function takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Any,
    Number,
    Text,
    Boolean,
    Date,
    Period,
    /// A date or a time.
    Moment,
    /// A date as text, or a time.
    Day,
    /// What can be put in order.
    Ordered,
    /// A record, a list of records, or nothing.
    Evidence,
    List,
    Map,
    Unit,
    Result,
    Table,
    Steps,
    Ranges,
    Rating,
    /// Texts out of a fixed set.
    Kind,
    /// A kind or a period.
    Window,
    Rule,
    Criterion,
    /// A rule or a criterion.
    Scored,
    ListId,
    Weekday,
    Ties,
    Leap,
    /// A closure over the items of the list, and what it must give.
    Closure(Answer),
}

/// What a closure must give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Any,
    Number,
    Boolean,
    Ordered,
    Rating,
}

/// What a function gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) what: Result,
    pub(super) or_nothing: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Result {
    Number,
    Text,
    Boolean,
    Date,
    Time,
    Period,
    Parameters,
    Rating,
    /// An item of the list; what the closure gives; lists of them.
    Item,
    Value,
    Items,
    Values,
    Groups,
    /// As the arguments.
    Same,
    /// The value of a step.
    Step,
    Records,
    Findings,
    Texts,
    Numbers,
    Dates,
    Periods,
    Unknowns,
    /// What `for` can count through; it is no list.
    Range,
}

impl Signature {
    /// Reads a signature; none: it is not well formed (a test holds that all are).
    pub(super) fn read(text: &'static str) -> Option<Signature> {
        let open = text.find('(')?;
        let close = text.rfind(')')?;
        let head = text.get(..open)?;
        let receiver = match head.split_once('.') {
            Some((receiver, _)) => Some(Wanted::read(receiver)?),
            None => None,
        };
        let inside = text.get(open + 1..close)?;
        let parameters = match inside.is_empty() {
            true => Some(Vec::new()),
            false => inside.split(", ").map(Parameter::read).collect(),
        };
        let result = match text.get(close + 1..)?.strip_prefix(" -> ") {
            Some(result) => Some(Given::read(result)?),
            None => None,
        };
        Some(Signature { receiver, parameters: parameters?, result, text })
    }

    /// The fewest and the most arguments, the receiver among them.
    pub(super) fn arity(&self) -> (usize, usize) {
        let receiver = usize::from(self.receiver.is_some());
        let least = self.parameters.iter().filter(|parameter| parameter.optional == 0).count();
        let most: usize = self.parameters.iter().map(|parameter| parameter.optional.max(1)).sum();
        (receiver + least, receiver + most)
    }

    /// What the argument at a place must be, the receiver at place 0 if there is one.
    pub(super) fn wanted(&self, place: usize) -> Option<Wanted> {
        let repeated = self
            .parameters
            .iter()
            .flat_map(|parameter| std::iter::repeat_n(parameter.wanted, parameter.optional.max(1)));
        self.receiver.into_iter().chain(repeated).nth(place)
    }
}

impl Parameter {
    fn read(text: &str) -> Option<Parameter> {
        let (name, wanted) = text.split_once(": ")?;
        let optional = match name.split_once('?') {
            None => 0,
            Some((_, "")) => 1,
            Some((_, times)) => times.parse().ok()?,
        };
        Some(Parameter { wanted: Wanted::read(wanted)?, optional })
    }
}

impl Wanted {
    fn read(text: &str) -> Option<Wanted> {
        Some(match text {
            "any" => Wanted::Any,
            "number" => Wanted::Number,
            "text" => Wanted::Text,
            "boolean" => Wanted::Boolean,
            "date" => Wanted::Date,
            "period" => Wanted::Period,
            "moment" => Wanted::Moment,
            "day" => Wanted::Day,
            "ordered" => Wanted::Ordered,
            "evidence" => Wanted::Evidence,
            "list" => Wanted::List,
            "map" => Wanted::Map,
            "unit" => Wanted::Unit,
            "result" => Wanted::Result,
            "table" => Wanted::Table,
            "steps" => Wanted::Steps,
            "ranges" => Wanted::Ranges,
            "rating" => Wanted::Rating,
            "kind" => Wanted::Kind,
            "window" => Wanted::Window,
            "rule" => Wanted::Rule,
            "criterion" => Wanted::Criterion,
            "scored" => Wanted::Scored,
            "list_id" => Wanted::ListId,
            "weekday" => Wanted::Weekday,
            "ties" => Wanted::Ties,
            "leap" => Wanted::Leap,
            closure => Wanted::Closure(match closure.strip_prefix("item -> ")? {
                "any" => Answer::Any,
                "number" => Answer::Number,
                "boolean" => Answer::Boolean,
                "ordered" => Answer::Ordered,
                "rating" => Answer::Rating,
                _ => return None,
            }),
        })
    }

    /// Whether a value of a type can be given; what is not known can.
    pub(super) fn takes(self, given: &Is) -> bool {
        if matches!(given, Is::Unknown | Is::Never) {
            return true;
        }
        match self {
            Wanted::Any => true,
            Wanted::Number => *given == Is::Number,
            Wanted::Boolean => *given == Is::Boolean,
            Wanted::Date => *given == Is::Date,
            Wanted::Period => *given == Is::Period,
            Wanted::Moment => matches!(given, Is::Date | Is::Time),
            Wanted::Day => matches!(given, Is::Time | Is::Text | Is::Choice(_)),
            Wanted::Ordered => {
                matches!(given, Is::Number | Is::Text | Is::Choice(_) | Is::Date | Is::Time | Is::Period)
            }
            Wanted::Evidence => match given {
                Is::List(item) => Wanted::Evidence.takes(&item.is),
                other => matches!(other, Is::Record(_) | Is::Nothing),
            },
            Wanted::List => matches!(given, Is::List(_)),
            Wanted::Map => matches!(given, Is::Map(_) | Is::Shape(_) | Is::Object),
            Wanted::Unit => matches!(given, Is::Unit(_)),
            Wanted::Result => matches!(given, Is::Result(_)),
            Wanted::Table => matches!(given, Is::Table(_)),
            Wanted::Steps => matches!(given, Is::Steps(_)),
            Wanted::Ranges => *given == Is::Ranges,
            Wanted::Window => matches!(given, Is::Text | Is::Choice(_) | Is::Period),
            Wanted::Text
            | Wanted::Rating
            | Wanted::Kind
            | Wanted::Rule
            | Wanted::Criterion
            | Wanted::Scored
            | Wanted::ListId
            | Wanted::Weekday
            | Wanted::Ties
            | Wanted::Leap => matches!(given, Is::Text | Is::Choice(_)),
            Wanted::Closure(_) => matches!(given, Is::Closure),
        }
    }

    /// What it is, in Chinese and English.
    pub(super) fn describe(self) -> (&'static str, &'static str) {
        match self {
            Wanted::Any => ("任意值", "any value"),
            Wanted::Number => ("数字", "a number"),
            Wanted::Text => ("文字", "a text"),
            Wanted::Boolean => ("是否", "true or false"),
            Wanted::Date => ("日期", "a date"),
            Wanted::Period => ("周期", "a period"),
            Wanted::Moment => ("日期或时间", "a date or a time"),
            Wanted::Day => ("写成文字的日期,如 \"2020-02-29\"", "a date as text, such as \"2020-02-29\""),
            Wanted::Ordered => ("能比大小的值", "a value that has an order"),
            Wanted::Evidence => ("记录或一组记录", "a record or a list of records"),
            Wanted::List => ("一组数据", "a list"),
            Wanted::Map | Wanted::Table => ("对照表", "a map"),
            Wanted::Unit => ("考核对象", "a unit"),
            Wanted::Result => ("上期或下级的结果", "an earlier result or a part"),
            Wanted::Steps => ("分档参数(steps)", "a parameter with `steps`"),
            Wanted::Ranges => ("时段参数(ranges)", "a parameter with `ranges`"),
            Wanted::Rating => ("等次名称", "the name of a rating"),
            Wanted::Kind => ("台账名称", "the name of a kind of records"),
            Wanted::Window => ("台账名称或周期", "the name of a kind of records, or a period"),
            Wanted::Rule => ("评分项编号", "the id of a rule"),
            Wanted::Criterion => ("指标编号", "the id of a criterion"),
            Wanted::Scored => ("评分项或指标的编号", "the id of a rule or criterion"),
            Wanted::ListId => ("清单编号", "the id of a list"),
            Wanted::Weekday => ("星期,monday 至 sunday", "a day of the week, monday to sunday"),
            Wanted::Ties => ("\"dense\" 或 \"skip\"", "\"dense\" or \"skip\""),
            Wanted::Leap => ("\"next\" 或 \"previous\"", "\"next\" or \"previous\""),
            Wanted::Closure(_) => ("|x| … 式子", "a closure `|x| …`"),
        }
    }
}

impl Answer {
    /// The same as what a function takes.
    pub(super) fn wanted(self) -> Wanted {
        match self {
            Answer::Any => Wanted::Any,
            Answer::Number => Wanted::Number,
            Answer::Boolean => Wanted::Boolean,
            Answer::Ordered => Wanted::Ordered,
            Answer::Rating => Wanted::Rating,
        }
    }
}

impl Given {
    pub(super) fn read(text: &str) -> Option<Given> {
        let (name, or_nothing) = match text.strip_suffix('?') {
            Some(name) => (name, true),
            None => (text, false),
        };
        let what = match name {
            "number" => Result::Number,
            "text" => Result::Text,
            "boolean" => Result::Boolean,
            "date" => Result::Date,
            "time" => Result::Time,
            "period" => Result::Period,
            "parameters" => Result::Parameters,
            "rating" => Result::Rating,
            "item" => Result::Item,
            "value" => Result::Value,
            "[item]" => Result::Items,
            "[value]" => Result::Values,
            "[[item]]" => Result::Groups,
            "same" => Result::Same,
            "step" => Result::Step,
            "records" => Result::Records,
            "findings" => Result::Findings,
            "[text]" => Result::Texts,
            "[number]" => Result::Numbers,
            "[date]" => Result::Dates,
            "[period]" => Result::Periods,
            "[any]" => Result::Unknowns,
            "range" => Result::Range,
            _ => return None,
        };
        Some(Given { what, or_nothing })
    }

    /// The type, where it follows from the notation alone.
    pub(super) fn plain(self) -> Option<Type> {
        let plain = Type::of(match self.what {
            Result::Number => Is::Number,
            Result::Text => Is::Text,
            Result::Boolean => Is::Boolean,
            Result::Date => Is::Date,
            Result::Time => Is::Time,
            Result::Period => Is::Period,
            Result::Parameters => Is::Parameters,
            Result::Texts => return Some(Type::list(Type::of(Is::Text))),
            Result::Numbers => return Some(Type::list(Type::of(Is::Number))),
            Result::Dates => return Some(Type::list(Type::of(Is::Date))),
            Result::Periods => return Some(Type::list(Type::of(Is::Period))),
            Result::Unknowns => return Some(Type::list(Type::UNKNOWN)),
            _ => return None,
        });
        Some(if self.or_nothing { plain.or_nothing() } else { plain })
    }
}
