//! What is read by a dot or by an index: fields of records, attributes, figures, parameters, parts of a date.

use std::sync::Arc;

use rhai::{Expr, Position};

use super::notation::Given;
use super::reads::{entry_of, sense_of_property};
use super::report::{Said, instead, unknown};
use super::types::{Is, Nothing, Seat, Type, Whose};
use super::walk::Walk;
use crate::codes::script as codes;
use crate::diagnostic::Diagnostic;

/// Names with their types in the notation of the table of functions.
pub(super) type Properties = &'static [(&'static str, &'static str)];

pub(super) const PERIOD: Properties = &[
    ("from", "date"),
    ("to", "date"),
    ("year", "number"),
    ("half", "number?"),
    ("quarter", "number?"),
    ("month", "number?"),
    ("name", "text"),
    ("title", "text"),
    ("days", "number"),
    ("months", "[period]"),
    ("quarters", "[period]"),
    ("halves", "[period]"),
    ("weeks", "[period]"),
];
pub(super) const DATE: Properties =
    &[("year", "number"), ("month", "number"), ("day", "number"), ("quarter", "number"), ("weekday", "text")];
pub(super) const TIME: Properties = &[
    ("date", "date"),
    ("year", "number"),
    ("month", "number"),
    ("day", "number"),
    ("hour", "number"),
    ("minute", "number"),
    ("quarter", "number"),
    ("weekday", "text"),
];
pub(super) const UNIT: Properties = &[("id", "text"), ("name", "text"), ("parent", "text?")];
pub(super) const STATE: [&str; 5] = ["score", "vetoed", "incomplete", "band", "rating"];
pub(super) const RESULT: Properties = &[
    ("score", "number?"),
    ("vetoed", "boolean"),
    ("incomplete", "boolean"),
    ("takes_part", "boolean"),
    ("period", "period"),
];
pub(super) const FINDING: Properties = &[
    ("kind", "text"),
    ("points", "number"),
    ("counted", "number"),
    ("reason", "text"),
    ("exempted", "boolean"),
    ("date", "date?"),
];
pub(super) const RECORD: Properties = &[("date", "date"), ("id", "text?")];
const LIST: Properties = &[("key", "any"), ("len", "number")];
const TEXT: Properties = &[("length", "number")];

fn among(properties: Properties, name: &str) -> Option<Type> {
    let (_, notation) = properties.iter().find(|(known, _)| *known == name)?;
    Some(Given::read(notation).and_then(Given::plain).unwrap_or(Type::UNKNOWN))
}

fn names(properties: Properties) -> impl Iterator<Item = &'static str> {
    properties.iter().map(|(name, _)| *name)
}

impl Walk<'_, '_> {
    /// The type of `base.name`.
    pub(super) fn property(&mut self, base: &Type, name: &str, position: Position) -> Type {
        if let Some(sense) = sense_of_property(base) {
            self.takes_for(sense, position);
        }
        match &base.is {
            Is::Unknown | Is::Never | Is::Nothing | Is::Object | Is::Closure => Type::UNKNOWN,
            Is::Record(kinds) => self.field(kinds, name, position),
            Is::Unit(seat) => self.of_unit(seat, name, position),
            Is::Figures(seat) => self.figure(seat, name, position),
            Is::Result(whose) => self.of_result(*whose, name, position),
            Is::ResultFigures(whose) => self.result_figure(*whose, name, position),
            Is::Finding => self.of_finding(name, position),
            Is::Parameters => self.parameter(name, position),
            Is::Table(table) => self.entry(table, name, position),
            Is::Shape(shape) => self.of_shape(shape, name, position),
            Is::Map(item) => (**item).clone().or_nothing(),
            Is::Period => self.plain(base, PERIOD, name, position),
            Is::Date => self.plain(base, DATE, name, position),
            Is::Time => self.plain(base, TIME, name, position),
            Is::List(_) => self.plain(base, LIST, name, position),
            Is::Text | Is::Choice(_) => self.plain(base, TEXT, name, position),
            Is::Number | Is::Boolean | Is::Pseudonym | Is::Steps(_) | Is::Ranges => {
                self.plain(base, &[], name, position)
            }
        }
    }

    /// The type of `base[index]`.
    pub(super) fn index(&mut self, base: &Type, index: &Expr) -> Type {
        let by = self.value(index);
        self.present(&by, index);
        if let Expr::StringConstant(name, position) = index
            && !matches!(base.is, Is::List(_) | Is::Text | Is::Choice(_))
        {
            return self.property(base, name, *position);
        }
        if let Some(any) = entry_of(base).filter(|_| by.is != Is::Number) {
            self.takes_for_any(any);
        }
        if let (Expr::IntegerConstant(key, position), Is::Table(table)) = (index, &base.is) {
            return self.entry(table, &key.to_string(), *position);
        }
        match (&base.is, &by.is) {
            (Is::List(item), _) => (**item).clone(),
            (Is::Map(item), _) => (**item).clone().or_nothing(),
            (Is::Table(table), Is::Choice(choice)) => {
                let keys = self.book.table_keys(table);
                if !choice.keys.keys().any(|key| keys.contains(key.as_str())) {
                    let complaint = Diagnostic::new(&codes::NO_ENTRY_FITS)
                        .with("table", table)
                        .with("choice", &choice.what.0)
                        .with("choice_en", &choice.what.1)
                        .with("keys", keys.into_iter().collect::<Vec<_>>().join(", "))
                        .with("choices", choice.keys.keys().cloned().collect::<Vec<_>>().join(", "));
                    self.complain(index.start_position(), complaint);
                }
                self.book.table_value(table)
            }
            (Is::Table(table), _) => self.book.table_value(table),
            _ => Type::UNKNOWN,
        }
    }

    fn plain(&mut self, base: &Type, properties: Properties, name: &str, position: Position) -> Type {
        match among(properties, name) {
            Some(is) => is,
            None => {
                let remedy = self.no_property(base, properties, name);
                self.no_such(base, name, remedy, position)
            }
        }
    }

    /// Whether a value of a type has a property of this name.
    pub(super) fn has_property(&self, base: &Type, name: &str) -> bool {
        let properties = match &base.is {
            Is::Period => PERIOD,
            Is::Date => DATE,
            Is::Time => TIME,
            Is::Record(kinds) if self.book.field(kinds, name).is_some() => return true,
            Is::Record(_) => RECORD,
            Is::Unit(_) => UNIT,
            Is::Result(_) => RESULT,
            Is::Finding => FINDING,
            Is::List(_) => LIST,
            Is::Text | Is::Choice(_) => TEXT,
            _ => &[],
        };
        among(properties, name).is_some()
    }

    fn no_property(&self, base: &Type, properties: Properties, name: &str) -> Said {
        if self.has_method(base, name) {
            return (format!("它是函数,后面要加括号:{name}()"), format!("it is a function: write `{name}()`"));
        }
        match &base.is {
            Is::Steps(table) => (
                format!("分档参数按数值取:parameters.{table}.at(数值)"),
                format!("steps are read by a number: `parameters.{table}.at(x)`"),
            ),
            Is::Ranges => {
                ("时段参数问日期在不在内:.contains(日期)".to_owned(), "ask ranges with `.contains(date)`".to_owned())
            }
            Is::List(item) if matches!(item.is, Is::Record(_) | Is::Unit(_) | Is::Result(_)) => (
                format!("这是一组,要逐个取:.map(|x| x.{name})、.sum(|x| x.{name}),或用 for … in"),
                format!("this is a list: read it from each, `.map(|x| x.{name})`, `.sum(|x| x.{name})`, or `for … in`"),
            ),
            _ => instead(name, names(properties)),
        }
    }

    /// Complains that something has no property of a name.
    fn no_such(&mut self, base: &Type, name: &str, (remedy, remedy_en): Said, position: Position) -> Type {
        let (zh, en) = base.is.describe();
        let complaint = Diagnostic::new(&codes::UNKNOWN_PROPERTY)
            .with("of", zh)
            .with("of_en", en)
            .with("name", name)
            .with("remedy", remedy)
            .with("remedy_en", remedy_en);
        self.complain(position, complaint);
        Type::UNKNOWN
    }

    // Records and what they hold.

    fn field(&mut self, kinds: &Arc<[Arc<str>]>, name: &str, position: Position) -> Type {
        if name == "kind" {
            return self.book.kinds(kinds);
        }
        if let Some(is) = self.book.field(kinds, name).or_else(|| among(RECORD, name)) {
            return is;
        }
        let all = &self.book.bundle.dictionary.kinds;
        let fields: Vec<_> =
            kinds.iter().filter_map(|kind| all.get(kind.as_ref())).flat_map(|kind| &kind.fields).collect();
        let titled = fields.iter().find(|(_, field)| field.title == name).map(|(key, _)| key.as_str());
        let remedy = match titled {
            Some(key) => (format!("「{name}」在脚本里叫 {key}"), format!("in scripts `{name}` is called `{key}`")),
            None => instead(name, fields.iter().map(|(key, _)| key.as_str()).chain(["date", "id", "kind"])),
        };
        self.no_such(&Type::of(Is::Record(Arc::clone(kinds))), name, remedy, position)
    }

    fn of_shape(&mut self, shape: &Arc<str>, name: &str, position: Position) -> Type {
        let Some(fields) = self.book.bundle.dictionary.shapes.get(shape.as_ref()).map(|shape| &shape.fields) else {
            return Type::UNKNOWN;
        };
        match fields.get(name) {
            Some(field) => Type::of_field(name, field),
            None => {
                let remedy = instead(name, fields.keys().map(String::as_str));
                self.no_such(&Type::of(Is::Shape(Arc::clone(shape))), name, remedy, position)
            }
        }
    }

    fn of_finding(&mut self, name: &str, position: Position) -> Type {
        let every_kind = || self.book.bundle.dictionary.kinds.keys().map(|kind| Arc::from(kind.as_str())).collect();
        match name {
            "rule" => self.book.rule_ids(),
            "evidence" => Type::list(Type::of(Is::Record(every_kind()))),
            "record" => Type::of(Is::Record(every_kind())).or_nothing(),
            _ => match among(FINDING, name) {
                Some(is) => is,
                None => {
                    let remedy = instead(name, names(FINDING).chain(["rule", "evidence", "record"]));
                    self.no_such(&Type::of(Is::Finding), name, remedy, position)
                }
            },
        }
    }

    // Units and results.

    fn of_unit(&mut self, seat: &Seat, name: &str, position: Position) -> Type {
        if let Some(is) = among(UNIT, name) {
            return is;
        }
        let of_scored = STATE.contains(&name) || name == "figures" || name == "previous";
        if of_scored && !seat.is_scored {
            let level = seat.level.clone().unwrap_or_default();
            let complaint = Diagnostic::new(&codes::NOT_SCORED).with("level", level).with("name", name);
            self.complain(position, complaint);
            return Type::UNKNOWN;
        }
        match name {
            "figures" => Type::of(Is::Figures(seat.clone())),
            "previous" => {
                let nothing = if seat.in_group { Nothing::Perhaps } else { Nothing::Declared(Arc::from("previous")) };
                Type { is: Is::Result(Whose::Previous), nothing }
            }
            _ if STATE.contains(&name) => self.state(name, position),
            _ => {
                let is = self.attribute(&Type::of(Is::Unit(seat.clone())), seat.level.as_deref(), name, position);
                if seat.in_group { is.something().or_nothing() } else { is }
            }
        }
    }

    /// An attribute of a unit at a level, or of a level above it.
    fn attribute(&mut self, base: &Type, level: Option<&str>, name: &str, position: Position) -> Type {
        let attributes = &self.book.bundle.dictionary.attributes;
        let Some(attribute) = attributes.get(name) else {
            let titled = attributes.iter().find(|(_, attribute)| attribute.field.title == name);
            let remedy = match titled {
                Some((key, _)) => {
                    (format!("「{name}」在脚本里叫 {key}"), format!("in scripts `{name}` is called `{key}`"))
                }
                None => {
                    let given = names(UNIT).chain(STATE).chain(["figures", "previous"]);
                    let known: Vec<String> = attributes.keys().cloned().chain(given.map(str::to_owned)).collect();
                    instead(name, known.iter().map(String::as_str))
                }
            };
            return self.no_such(base, name, remedy, position);
        };
        let carrier = self.book.level_of(attribute);
        let own = level.and_then(|level| self.book.rank_of_level(level));
        let is_above = own.is_some_and(|own| self.book.rank_of_level(carrier).is_none_or(|rank| rank >= own));
        if !is_above {
            let complaint = Diagnostic::new(&codes::NO_ATTRIBUTE_HERE)
                .with("name", name)
                .with("carrier", carrier)
                .with("level", level.unwrap_or("all"));
            self.complain(position, complaint);
        }
        Type::of_field(name, &attribute.field)
    }

    fn of_result(&mut self, whose: Whose, name: &str, position: Position) -> Type {
        if let Some(is) = among(RESULT, name) {
            return is;
        }
        let roll_up = self.placed.roll_up;
        match (name, whose) {
            ("figures", _) => Type::of(Is::ResultFigures(whose)),
            ("rating" | "band", Whose::Previous) => self.book.rating(roll_up, false),
            ("rating" | "band", Whose::Part) => self.book.part_rating(roll_up),
            ("previous", Whose::Previous) => Type::of(Is::Result(Whose::Previous)).or_nothing(),
            // The result before that of a part is not of this roll-up; what it has is not looked at.
            ("previous", Whose::Part) => Type::UNKNOWN,
            ("id" | "name", Whose::Part) => Type::of(Is::Text),
            ("parent", Whose::Part) => Type::of(Is::Text).or_nothing(),
            (_, Whose::Part) => {
                let level = self.book.bundle.assess.unit.clone();
                self.attribute(&Type::of(Is::Result(whose)), Some(&level), name, position).or_nothing()
            }
            (_, Whose::Previous) => {
                let remedy = instead(name, names(RESULT).chain(["rating", "band", "figures", "previous"]));
                self.no_such(&Type::of(Is::Result(whose)), name, remedy, position)
            }
        }
    }

    // Figures and parameters.

    fn figure(&mut self, seat: &Seat, name: &str, position: Position) -> Type {
        let roll_up = self.placed.roll_up;
        let known: Vec<&str> = self.book.figures_of(roll_up).into_iter().map(|(id, _)| id).collect();
        if !known.contains(&name) {
            self.complain(position, unknown(("指标", "figure"), name, instead(name, known)));
            return Type::UNKNOWN;
        }
        self.reads_figure(name, seat, position);
        let is = self.book.figure(roll_up, name);
        if seat.in_group { is.something().or_nothing() } else { is }
    }

    fn result_figure(&mut self, whose: Whose, name: &str, position: Position) -> Type {
        let roll_up = self.placed.roll_up;
        if let Some(is) = self.book.result_figure(whose, roll_up, name) {
            return is;
        }
        let remedy = instead(name, self.book.result_figures(whose, roll_up));
        match whose {
            Whose::Part => self.complain(position, unknown(("指标", "figure"), name, remedy)),
            Whose::Previous => self.complain_of_past(("指标", "figure"), name, remedy, position),
        }
        Type::UNKNOWN
    }

    /// Remarks that an earlier result may not have what this edition does not name.
    pub(super) fn complain_of_past(&mut self, what: (&str, &str), name: &str, remedy: Said, position: Position) {
        let complaint = Diagnostic::new(&codes::NOT_IN_THIS_EDITION)
            .with("what", what.0)
            .with("what_en", what.1)
            .with("name", name)
            .with("remedy", remedy.0)
            .with("remedy_en", remedy.1);
        self.complain(position, complaint);
    }

    fn parameter(&mut self, name: &str, position: Position) -> Type {
        if let Some(is) = self.book.parameter(name) {
            return is;
        }
        let parameters = &self.book.bundle.parameters;
        let titled = parameters.iter().find(|(_, parameter)| parameter.title == name);
        let remedy = match titled {
            Some((key, _)) => (format!("「{name}」在脚本里叫 {key}"), format!("in scripts `{name}` is called `{key}`")),
            None => match crate::bundle::nearest(name, parameters.keys().map(String::as_str)) {
                Some(near) => instead(name, [near]),
                None => (
                    format!("在 parameters 里加一行 {name}: {{title: …, value: …, basis: …}}"),
                    format!("add `{name}: {{title: …, value: …, basis: …}}` to `parameters`"),
                ),
            },
        };
        self.complain(position, unknown(("参数", "parameter"), name, remedy));
        Type::UNKNOWN
    }

    fn entry(&mut self, table: &Arc<str>, key: &str, position: Position) -> Type {
        let keys = self.book.table_keys(table);
        if !keys.contains(key) {
            let remedy = match self.has_method(&Type::of(Is::Table(Arc::clone(table))), key) {
                true => (format!("它是函数,后面要加括号:{key}()"), format!("it is a function: write `{key}()`")),
                false => instead(key, keys.iter().copied()),
            };
            self.no_such(&Type::of(Is::Table(Arc::clone(table))), key, remedy, position);
        }
        self.book.table_value(table)
    }
}
