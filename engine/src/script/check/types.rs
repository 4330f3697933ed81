//! What the checks know of a value before any script runs.
//!
//! Invariant: what is not known for sure is [`Is::Unknown`], which goes with everything. A type other than that is a promise
//! about every run, so that a complaint is never a false one.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::dictionary::{Field, Type as FieldType};

/// What a value is, and whether it may be nothing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Type {
    pub(super) is: Is,
    pub(super) nothing: Nothing,
}

/// Whether a value may be nothing.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Nothing {
    /// As far as is known, it is something.
    No,
    /// It may be, and scripts usually see to it.
    Perhaps,
    /// It is declared optional under this name, so a script that calculates with it should say what holds then.
    Declared(Arc<str>),
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Is {
    /// Anything.
    Unknown,
    /// No value: the script has ended before.
    Never,
    /// `()`.
    Nothing,
    Number,
    Text,
    Boolean,
    Date,
    Time,
    Period,
    /// A personal value.
    Pseudonym,
    /// One of some texts.
    Choice(Arc<Choice>),
    /// A record of one of these kinds.
    Record(Arc<[Arc<str>]>),
    List(Arc<Type>),
    Unit(Seat),
    Parameters,
    /// A parameter that is a table, has steps, or has ranges of days.
    Table(Arc<str>),
    Steps(Arc<str>),
    Ranges,
    Figures(Seat),
    /// A result of the period before, or a part of a roll-up.
    Result(Whose),
    /// The figures of such a result.
    ResultFigures(Whose),
    Finding,
    /// A nested structure, by its name.
    Shape(Arc<str>),
    /// A map of values of one type.
    Map(Arc<Type>),
    /// A map written in a script.
    Object,
    Closure,
}

/// Which unit is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seat {
    /// Its level; none: the roll-up over all.
    pub(super) level: Option<Arc<str>>,
    /// Whether the script is run for it or compares it, so that it has figures, points and a score.
    pub(super) is_scored: bool,
    /// Whether it is one of a group, where what is missing reads as nothing.
    pub(super) in_group: bool,
}

/// Whose result is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// The unit's own, of the period before.
    Previous,
    /// That of a part of a roll-up.
    Part,
}

/// Texts of a fixed choice.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Choice {
    /// What is chosen, in Chinese and English.
    pub(super) what: (String, String),
    /// Keys with their titles.
    pub(super) keys: IndexMap<String, String>,
    /// Whether there can be no other; an earlier edition may have had others.
    pub(super) is_closed: bool,
}

impl Type {
    pub(super) const UNKNOWN: Type = Type { is: Is::Unknown, nothing: Nothing::No };
    pub(super) const NEVER: Type = Type { is: Is::Never, nothing: Nothing::No };

    pub(super) fn of(is: Is) -> Type {
        Type { is, nothing: Nothing::No }
    }

    pub(super) fn list(of: Type) -> Type {
        Type::of(Is::List(Arc::new(of)))
    }

    /// The same, or nothing.
    #[must_use]
    pub(super) fn or_nothing(mut self) -> Type {
        if self.nothing == Nothing::No && !matches!(self.is, Is::Unknown | Is::Never) {
            self.nothing = Nothing::Perhaps;
        }
        self
    }

    /// The same, and surely something.
    #[must_use]
    pub(super) fn something(mut self) -> Type {
        self.nothing = Nothing::No;
        self
    }

    pub(super) fn is_unknown(&self) -> bool {
        self.is == Is::Unknown
    }

    /// What an item of a list is; unknown when it is no list.
    pub(super) fn item(&self) -> Type {
        match &self.is {
            Is::List(item) => (**item).clone(),
            _ => Type::UNKNOWN,
        }
    }

    /// What is one or the other.
    #[must_use]
    pub(super) fn join(self, other: Type) -> Type {
        let nothing = match (&self, &other) {
            (Type { is: Is::Never, .. }, _) => return other,
            (_, Type { is: Is::Never, .. }) => return self,
            (Type { is: Is::Nothing, .. }, Type { is: Is::Nothing, .. }) => return self,
            (Type { is: Is::Nothing, .. }, _) => return other.or_nothing(),
            (_, Type { is: Is::Nothing, .. }) => return self.or_nothing(),
            (Type { nothing: Nothing::No, .. }, _) => other.nothing.clone(),
            _ => self.nothing.clone(),
        };
        let is = match (self.is, other.is) {
            (a, b) if a == b => a,
            (Is::Choice(_) | Is::Text, Is::Choice(_) | Is::Text) => Is::Text,
            (Is::List(a), Is::List(b)) => Is::List(Arc::new((*a).clone().join((*b).clone()))),
            (Is::Record(a), Is::Record(b)) => {
                let more = b.iter().filter(|kind| !a.contains(kind));
                Is::Record(a.iter().chain(more).cloned().collect())
            }
            _ => return Type::UNKNOWN,
        };
        Type { is, nothing }
    }

    /// What a field holds.
    pub(super) fn of_field(key: &str, field: &Field) -> Type {
        let is = match field.personal {
            Some(_) => hidden(&field.kind),
            None => of_field_type(&field.kind, &field.title),
        };
        let optional = field.optional && field.default.is_none();
        Type { is, nothing: if optional { Nothing::Declared(Arc::from(key)) } else { Nothing::No } }
    }

    /// As it is kept in results and read back from them.
    #[must_use]
    pub(super) fn kept(self) -> Type {
        let is = match self.is {
            Is::Period | Is::Pseudonym | Is::Record(_) => Is::Text,
            Is::List(item) => Is::List(Arc::new((*item).clone().kept())),
            Is::Shape(_) | Is::Object => Is::Map(Arc::new(Type::UNKNOWN)),
            other => other,
        };
        Type { is, nothing: self.nothing }.or_nothing()
    }
}

fn of_field_type(kind: &FieldType, title: &str) -> Is {
    match kind {
        FieldType::Text => Is::Text,
        FieldType::Integer | FieldType::Decimal => Is::Number,
        FieldType::Boolean => Is::Boolean,
        FieldType::Date => Is::Date,
        FieldType::Time => Is::Time,
        FieldType::Choice(choices) => Is::Choice(Arc::new(Choice {
            what: (title.to_owned(), title.to_owned()),
            keys: (**choices).clone(),
            is_closed: true,
        })),
        FieldType::List(item) => Is::List(Arc::new(Type::of(of_field_type(item, title)))),
        FieldType::Map(item) => Is::Map(Arc::new(Type::of(of_field_type(item, title)))),
        FieldType::Shape(id) => Is::Shape(Arc::clone(id)),
    }
}

/// A personal field: each of its values as a pseudonym.
fn hidden(kind: &FieldType) -> Is {
    match kind {
        FieldType::List(item) => Is::List(Arc::new(Type::of(hidden(item)))),
        _ => Is::Pseudonym,
    }
}

/// Values that can be compared with each other and with nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Number,
    Text,
    Boolean,
    Date,
    Time,
    Period,
    Pseudonym,
    Record,
    List,
    Unit,
    Map,
    /// Something to read from, not a value.
    Source,
}

impl Is {
    /// Its family; none: not known, or `()`.
    pub(super) fn family(&self) -> Option<Family> {
        Some(match self {
            Is::Unknown | Is::Never | Is::Nothing => return None,
            Is::Number => Family::Number,
            Is::Text | Is::Choice(_) => Family::Text,
            Is::Boolean => Family::Boolean,
            Is::Date => Family::Date,
            Is::Time => Family::Time,
            Is::Period => Family::Period,
            Is::Pseudonym => Family::Pseudonym,
            Is::Record(_) => Family::Record,
            Is::List(_) => Family::List,
            Is::Unit(_) => Family::Unit,
            Is::Shape(_) | Is::Map(_) | Is::Object => Family::Map,
            Is::Parameters
            | Is::Table(_)
            | Is::Steps(_)
            | Is::Ranges
            | Is::Figures(_)
            | Is::Result(_)
            | Is::ResultFigures(_)
            | Is::Finding
            | Is::Closure => Family::Source,
        })
    }

    /// What it is, in Chinese and English, for messages.
    pub(super) fn describe(&self) -> (String, String) {
        let (zh, en) = match self {
            Is::Unknown | Is::Never => ("某个值", "a value"),
            Is::Nothing => ("空值 ()", "nothing"),
            Is::Number => ("数字", "a number"),
            Is::Text => ("文字", "a text"),
            Is::Boolean => ("是否", "true or false"),
            Is::Date => ("日期", "a date"),
            Is::Time => ("时间", "a time"),
            Is::Period => ("周期", "a period"),
            Is::Pseudonym => ("个人信息", "a personal value"),
            Is::Choice(choice) => {
                return (
                    format!("「{}」(选项,是文字)", choice.what.0),
                    format!("the choice `{}` (a text)", choice.what.1),
                );
            }
            Is::Record(kinds) => {
                let kinds = kinds.join("、");
                return (format!("「{kinds}」的记录"), format!("a record of `{kinds}`"));
            }
            Is::List(_) => ("一组数据", "a list"),
            Is::Unit(_) => ("考核对象", "a unit"),
            Is::Parameters => ("参数表 parameters", "`parameters`"),
            Is::Table(name) => return (format!("对照表「{name}」"), format!("the table `{name}`")),
            Is::Steps(name) => return (format!("分档参数「{name}」"), format!("the steps of `{name}`")),
            Is::Ranges => ("时段", "ranges of days"),
            Is::Figures(_) | Is::ResultFigures(_) => ("指标表 figures", "`figures`"),
            Is::Result(Whose::Previous) => ("上期结果", "an earlier result"),
            Is::Result(Whose::Part) => ("下级或各期的结果", "a part of the roll-up"),
            Is::Finding => ("认定事项", "a finding"),
            Is::Shape(name) => return (format!("结构「{name}」"), format!("a `{name}`")),
            Is::Map(_) | Is::Object => ("对照表", "a map"),
            Is::Closure => ("|…| 式子", "a closure"),
        };
        (zh.to_owned(), en.to_owned())
    }
}
