//! Names that stand alone: variables of the script, and what the system puts in scope.

use std::sync::Arc;

use rhai::{BinaryExpr, Expr, OpAssignment, Position};

use super::order::Reading;
use super::post::Post;
use super::report::{Said, instead, unknown};
use super::types::{Is, Nothing, Seat, Type, Whose};
use super::walk::Walk;
use crate::bundle::{Body, Each};
use crate::codes::script as codes;
use crate::diagnostic::Diagnostic;
use crate::dictionary::Type as FieldType;

/// What the system puts in scope of every script.
const HOST: [&str; 13] = [
    "unit",
    "period",
    "as_of",
    "parameters",
    "figures",
    "previous",
    "score",
    "vetoed",
    "incomplete",
    "band",
    "rating",
    "group",
    "parts",
];

/// Words of other languages, with what is written here.
const OTHER_WORDS: [(&str, &str); 22] = [
    ("None", "()"),
    ("none", "()"),
    ("NULL", "()"),
    ("Null", "()"),
    ("undefined", "()"),
    ("空", "()"),
    ("True", "true"),
    ("TRUE", "true"),
    ("是", "true"),
    ("真", "true"),
    ("False", "false"),
    ("FALSE", "false"),
    ("否", "false"),
    ("假", "false"),
    ("and", "&&"),
    ("且", "&&"),
    ("并且", "&&"),
    ("or", "||"),
    ("或", "||"),
    ("或者", "||"),
    ("not", "!"),
    ("非", "!"),
];

impl Walk<'_, '_> {
    /// The type of a variable.
    pub(super) fn variable(&mut self, name: &str, position: Position) -> Type {
        if let Some((_, is)) = self.locals.iter().rev().find(|(known, _)| known == name) {
            return is.clone();
        }
        if let Some(is) = self.host(name, position) {
            return is;
        }
        // A function by its name, as in `filter(overdue)`.
        if self.bodies.keys().any(|(function, _)| function == name) {
            return Type::UNKNOWN;
        }
        let remedy = self.meant(name);
        self.complain(position, unknown(("变量", "variable"), name, remedy));
        Type::UNKNOWN
    }

    /// The unit at hand.
    fn at_hand(&self) -> Seat {
        Seat { level: self.placed.level(self.book.bundle), is_scored: true, in_group: false }
    }

    /// What the system puts in scope under a name; none: nothing.
    fn host(&mut self, name: &str, position: Position) -> Option<Type> {
        Some(match name {
            "unit" => Type::of(Is::Unit(self.at_hand())),
            "period" => Type::of(Is::Period),
            "as_of" => Type::of(Is::Date),
            "parameters" => Type::of(Is::Parameters),
            "figures" => Type::of(Is::Figures(self.at_hand())),
            "previous" => Type { is: Is::Result(Whose::Previous), nothing: Nothing::Declared(Arc::from("previous")) },
            "score" | "vetoed" | "incomplete" | "band" | "rating" => self.state(name, position),
            "group" => {
                self.reads(Reading::Group, name, position);
                let seat = Seat { in_group: true, ..self.at_hand() };
                Type::list(Type::of(Is::Unit(seat)))
            }
            "parts" => {
                self.reads(Reading::Parts, name, position);
                Type::list(Type::of(Is::Result(Whose::Part)))
            }
            _ => match self.placed.subject(self.book.bundle) {
                Some((subject, each)) if subject == name => match each {
                    Each::Record(kinds) => {
                        Type::of(Is::Record(kinds.iter().map(|kind| Arc::from(kind.as_str())).collect()))
                    }
                    _ => Type::of(Is::Finding),
                },
                _ => {
                    let level = self.level_above(name)?;
                    Type::of(Is::Unit(level))
                }
            },
        })
    }

    /// `score`, `vetoed`, `incomplete`, `band`, `rating` of the unit at hand or of one in the group.
    pub(super) fn state(&mut self, name: &str, position: Position) -> Type {
        self.reads(Reading::State, name, position);
        match name {
            "score" => Type::of(Is::Number).or_nothing(),
            "band" | "rating" => self.book.rating(self.placed.roll_up, true),
            _ => Type::of(Is::Boolean),
        }
    }

    /// The unit above the one at hand, by the name of its level.
    fn level_above(&self, name: &str) -> Option<Seat> {
        let own = self.book.rank_of_level(&self.placed.level(self.book.bundle)?)?;
        let rank = self.book.rank_of_level(name)?;
        (rank >= own).then(|| Seat { level: Some(Arc::from(name)), is_scored: rank == own, in_group: false })
    }

    /// Complains when a script takes a name that the system has given.
    pub(super) fn forbid_host_name(&mut self, name: &str, position: Position) {
        let is_subject = self.placed.subject(self.book.bundle).is_some_and(|(subject, _)| subject == name);
        if HOST.contains(&name) || is_subject || self.book.rank_of_level(name).is_some() {
            self.complain(position, Diagnostic::new(&codes::TAKEN_VARIABLE).with("name", name));
        }
    }

    /// `x = 1`, `x += 1`, `m.x = 1`.
    pub(super) fn assign(&mut self, operator: &OpAssignment, sides: &BinaryExpr) {
        let given = self.value(&sides.rhs);
        if let Expr::Variable(variable, _, position) = &sides.lhs {
            let name = variable.1.as_str();
            if !self.locals.iter().any(|(known, _)| known == name) {
                let is_host = HOST.contains(&name) || self.book.rank_of_level(name).is_some();
                if is_host {
                    self.forbid_host_name(name, *position);
                } else {
                    let remedy = (
                        format!("第一次给它值时前面写 let:let {name} = …;如果是要比较,写 =="),
                        format!("write `let {name} = …` the first time; to compare, write `==`"),
                    );
                    self.complain(*position, unknown(("变量", "variable"), name, remedy));
                }
                return;
            }
        }
        let target = self.value(&sides.lhs);
        if let Some((.., syntax)) = operator.get_op_assignment_info() {
            self.binary(syntax, (&sides.lhs, &target), (&sides.rhs, &given), operator.position());
        }
        if matches!(&sides.lhs, Expr::Dot(..) | Expr::Index(..)) {
            self.forbid_change(&sides.lhs, operator.position());
        }
    }

    /// Records, units and results are read-only.
    fn forbid_change(&mut self, target: &Expr, position: Position) {
        let base = match target {
            Expr::Dot(link, ..) | Expr::Index(link, ..) => &link.lhs,
            _ => return,
        };
        let Expr::Variable(variable, _, _) = base else { return };
        let is = match self.locals.iter().rev().find(|(known, _)| known == variable.1.as_str()) {
            Some((_, is)) => is.clone(),
            None if HOST.contains(&variable.1.as_str()) => Type::of(Is::Parameters),
            None => return,
        };
        let changeable = matches!(is.is, Is::Unknown | Is::Never | Is::Object | Is::List(_));
        if !changeable {
            self.complain(position, Diagnostic::new(&codes::READ_ONLY).with("name", &variable.1));
        }
    }

    /// What may have been meant by a name that stands for nothing.
    fn meant(&self, name: &str) -> Said {
        let bundle = self.book.bundle;
        let write = |what: String| (format!("写成 {what}"), format!("write {what}"));
        if let Some((_, here)) = OTHER_WORDS.iter().find(|(word, _)| *word == name) {
            return write((*here).to_owned());
        }
        if bundle.parameters.contains_key(name) {
            return write(format!("parameters.{name}"));
        }
        if bundle.dictionary.attributes.contains_key(name) {
            return write(format!("unit.{name}"));
        }
        if self.book.figures_of(self.placed.roll_up).iter().any(|(id, _)| *id == name) {
            return write(format!("figures.{name}"));
        }
        if bundle.dictionary.kinds.contains_key(name) {
            return (
                format!("逐条看「{name}」,写 for {name} in records(\"{name}\") {{ … }},短式则写 each: {name}"),
                format!(
                    "to go through `{name}`, write `for {name} in records(\"{name}\") {{ … }}`, in the short form \
                     `each: {name}`"
                ),
            );
        }
        if let Some(record) = self.record_with(name) {
            return write(format!("{record}.{name}"));
        }
        if self.is_a_text_of_the_bundle(name) {
            return (format!("文字要放在英文引号里:\"{name}\""), format!("put a text in quotes: \"{name}\""));
        }
        if let Some(record) = self.gone_through().filter(|_| name.chars().count() < 3) {
            return (format!("逐条看的记录在这里叫 {record}"), format!("the record at hand is called `{record}` here"));
        }
        let locals = self.locals.iter().map(|(local, _)| local.as_str());
        let functions = self.bodies.keys().map(|(function, _)| function.as_str()).filter(|f| !f.contains('$'));
        let known = locals.chain(HOST).chain(bundle.levels()).chain(functions);
        match crate::bundle::nearest(name, known) {
            Some(near) => instead(name, [near]),
            None => (
                format!("要用自己的变量,先写 let {name} = …;要写文字,放在英文引号里:\"{name}\""),
                format!("define a variable of your own with `let {name} = …`; put a text in quotes: \"{name}\""),
            ),
        }
    }

    /// What a rule of the short form or a list goes through, by the name it has there.
    fn gone_through(&self) -> Option<&str> {
        if let Some((subject, _)) = self.placed.subject(self.book.bundle) {
            return Some(subject);
        }
        let Post::Rule(place) = self.placed.post else { return None };
        match &self.book.rules.get(place)?.body {
            Body::Short(short) => match short.each.as_slice() {
                [] => None,
                [kind] => Some(kind),
                _ => Some("record"),
            },
            Body::Long(_) => None,
        }
    }

    /// A variable at hand that holds a record with a field of this name.
    fn record_with(&self, field: &str) -> Option<&str> {
        let local = self.locals.iter().rev().find(|(_, is)| match &is.is {
            Is::Record(kinds) => self.book.field(kinds, field).is_some(),
            _ => false,
        });
        if let Some((name, _)) = local {
            return Some(name);
        }
        let (subject, each) = self.placed.subject(self.book.bundle)?;
        let Each::Record(kinds) = each else { return None };
        let kinds: Vec<Arc<str>> = kinds.iter().map(|kind| Arc::from(kind.as_str())).collect();
        self.book.field(&kinds, field).map(|_| subject)
    }

    /// Whether a word is the key of a choice, a rating or an id.
    fn is_a_text_of_the_bundle(&self, word: &str) -> bool {
        let dictionary = &self.book.bundle.dictionary;
        let fields = dictionary.kinds.values().flat_map(|kind| kind.fields.values());
        let attributes = dictionary.attributes.values().map(|attribute| &attribute.field);
        let is_choice = fields.chain(attributes).any(|field| match &field.kind {
            FieldType::Choice(keys) => keys.contains_key(word),
            _ => false,
        });
        is_choice
            || self.book.ladder(self.placed.roll_up).iter().any(|rung| rung == word)
            || self.book.rule(word).is_some()
            || self.book.criterion(word).is_some()
    }
}
