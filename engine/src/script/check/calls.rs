//! Calls of functions: is there one of this name, with so many arguments of these types, and may it stand here?

use std::sync::{Arc, LazyLock};

use rhai::{FnCallExpr, Position};

use super::super::functions::{Function, english, functions, named};
use super::arguments::Argument;
use super::notation::{Result as Gives, Signature, Wanted};
use super::order::Reading;
use super::report::{Said, instead, unknown};
use super::types::{Is, Type};
use super::walk::{Walk, closure_of};
use crate::bundle::nearest;
use crate::codes::script as codes;
use crate::diagnostic::Diagnostic;

/// The signatures of all functions, by English name.
static SIGNATURES: LazyLock<Vec<(&'static str, Vec<Signature>)>> = LazyLock::new(|| {
    let read = |function: &'static Function| {
        (function.name, function.signatures.iter().filter_map(|text| Signature::read(text)).collect())
    };
    functions().iter().map(read).collect()
});

/// The ways in which a function can be called, by its name in either language.
pub(super) fn signatures(name: &str) -> &'static [Signature] {
    let name = english(name);
    SIGNATURES.iter().find(|(known, _)| *known == name).map_or(&[], |(_, signatures)| signatures)
}

/// What a rule says.
pub(super) const SAYINGS: [&str; 6] = ["deduct", "award", "breach", "veto", "note", "not_applicable"];
/// What every script can ask of a value.
const OF_ANY_VALUE: [&str; 2] = ["type_of", "is_shared"];

impl<'b> Walk<'_, 'b> {
    /// `base.name(…)`.
    pub(super) fn method(&mut self, base: &Type, call: &FnCallExpr, position: Position) -> Type {
        self.call(call, Some(base), position)
    }

    /// A call, with what stands before the dot, if anything.
    pub(super) fn call(&mut self, call: &FnCallExpr, base: Option<&Type>, position: Position) -> Type {
        let name = call.name.as_str();
        let bodies = self.bodies;
        let function = (name.to_owned(), call.args.len());
        if let Some(body) = bodies.get(&function) {
            for argument in &call.args {
                self.value(argument);
            }
            return self.library_function(&function, body);
        }
        let given = usize::from(base.is_some()) + call.args.len();
        let possible: Vec<&Signature> = signatures(name)
            .iter()
            .filter(|signature| (signature.arity().0..=signature.arity().1).contains(&given))
            .collect();
        let mut arguments: Vec<Argument<'_>> = Vec::with_capacity(given);
        arguments.extend(base.map(|base| Argument { expr: None, closure: None, is: base.clone(), position }));
        for expr in &call.args {
            // A closure is looked at once it is known what it is given.
            let closure = closure_of(expr).filter(|_| !possible.is_empty());
            let is = if closure.is_some() { Type::of(Is::Closure) } else { self.value(expr) };
            arguments.push(Argument { expr: Some(expr), closure, is, position: expr.start_position() });
        }
        if !possible.is_empty() {
            return self.called(name, &possible, &arguments, position);
        }
        let is_native = self.natives.get(name).is_some_and(|counts| counts.contains(&given));
        if !is_native && !OF_ANY_VALUE.contains(&name) && (self.has_library || base.is_some()) {
            self.complain_of_call(name, base, call.args.len(), position);
        }
        Type::UNKNOWN
    }

    /// Looks at a call whose number of arguments fits.
    fn called(&mut self, name: &str, possible: &[&Signature], given: &[Argument<'_>], position: Position) -> Type {
        let takes = |signature: &Signature| {
            given
                .iter()
                .enumerate()
                .all(|(place, one)| signature.wanted(place).is_none_or(|wanted| wanted.takes(&one.is.is)))
        };
        let fitting: Vec<&Signature> = possible.iter().copied().filter(|signature| takes(signature)).collect();
        let name = english(name);
        if SAYINGS.contains(&name) {
            self.reads(Reading::Saying, name, position);
        }
        let Some(first) = fitting.first() else {
            self.complain_of_arguments(name, possible, given, position);
            for closure in given.iter().filter_map(|one| one.closure.as_ref()) {
                self.closure(closure, &[]);
            }
            return Type::UNKNOWN;
        };
        // Where what is not known leaves several ways open, the result is not known either.
        let is_certain =
            fitting.iter().all(|other| other.result == first.result && other.parameters == first.parameters)
                || given.iter().all(|one| !one.is.is_unknown());
        let answer = self.look_at_arguments(name, first, given, is_certain);
        if is_certain { self.given_by(first, given, answer) } else { Type::UNKNOWN }
    }

    /// The type of a call's result.
    fn given_by(&self, signature: &Signature, given: &[Argument<'_>], answer: Option<Type>) -> Type {
        let Some(result) = signature.result else { return Type::of(Is::Nothing) };
        if let Some(plain) = result.plain() {
            return plain;
        }
        let item = || given.first().map_or(Type::UNKNOWN, |list| list.is.item());
        let value = || answer.clone().unwrap_or_else(item);
        let is = match result.what {
            Gives::Item => item(),
            Gives::Value => value().something(),
            Gives::Items => Type::list(item()),
            Gives::Values => Type::list(value()),
            Gives::Groups => Type::list(Type::list(item())),
            Gives::Same => {
                given.iter().map(|one| one.is.clone().something()).reduce(Type::join).unwrap_or(Type::UNKNOWN)
            }
            Gives::Rating => self.book.rating(self.placed.roll_up, true).something(),
            Gives::Findings => Type::list(Type::of(Is::Finding)),
            Gives::Step => match given.first().map(|steps| &steps.is.is) {
                Some(Is::Steps(name)) => self.book.step(name),
                _ => Type::UNKNOWN,
            },
            Gives::Records => Type::list(self.records_of(given)),
            _ => Type::UNKNOWN,
        };
        if result.or_nothing { is.or_nothing() } else { is }
    }

    /// The type of each record of the kinds named; unknown when one is not written out.
    fn records_of(&self, given: &[Argument<'_>]) -> Type {
        let mut kinds: Vec<Arc<str>> = Vec::new();
        for one in given {
            match (one.text(), &one.is.is) {
                (Some(kind), _) => kinds.push(Arc::from(kind)),
                (None, Is::Unit(_) | Is::Period) => {}
                _ => return Type::UNKNOWN,
            }
        }
        let known = kinds.iter().all(|kind| self.book.bundle.dictionary.kinds.contains_key(kind.as_ref()));
        if known && !kinds.is_empty() { Type::of(Is::Record(kinds.into())) } else { Type::UNKNOWN }
    }

    /// Whether a value of a type has a method of this name.
    pub(super) fn has_method(&self, base: &Type, name: &str) -> bool {
        signatures(name).iter().any(|signature| signature.receiver.is_some_and(|wanted| wanted.takes(&base.is)))
    }

    // Complaints.

    fn complain_of_call(&mut self, name: &str, base: Option<&Type>, given: usize, position: Position) {
        let counts = self.counts(name, base.is_some());
        if !counts.is_empty() {
            let (wanted, wanted_en) = in_words(&counts);
            let complaint = Diagnostic::new(&codes::ARGUMENT_COUNT)
                .with("name", name)
                .with("wanted", wanted)
                .with("wanted_en", wanted_en)
                .with("given", given)
                .with("usage", usage(name, self.own_usage(name)));
            return self.complain(position, complaint);
        }
        self.knows_all_functions = false;
        let remedy = self.meant_function(name, base, given);
        self.complain(position, unknown(("函数", "function"), name, remedy));
    }

    /// How many arguments a function takes, when it is known at all.
    fn counts(&self, name: &str, is_method: bool) -> Vec<usize> {
        let before = usize::from(is_method);
        let table = signatures(name).iter().flat_map(|signature| signature.arity().0..=signature.arity().1);
        let library = self.bodies.keys().filter(|(known, _)| known == name).map(|(_, count)| *count + before);
        let mut counts: Vec<usize> = table.chain(library).filter_map(|count| count.checked_sub(before)).collect();
        counts.sort_unstable();
        counts.dedup();
        counts
    }

    fn own_usage(&self, name: &str) -> Option<String> {
        let ((_, _), body) = self.bodies.iter().find(|((known, _), _)| known == name)?;
        Some(format!("{name}({})", body.parameters.join(", ")))
    }

    fn meant_function(&self, name: &str, base: Option<&Type>, given: usize) -> Said {
        let dictionary = &self.book.bundle.dictionary;
        if base.is_none() && dictionary.kinds.contains_key(name) {
            return (format!("读记录写 records(\"{name}\")"), format!("to read records write `records(\"{name}\")`"));
        }
        if given == 0
            && let Some(base) = base
            && self.has_property(base, name)
        {
            return (
                format!("它不是函数,去掉括号:.{name}"),
                format!("it is no function: write `.{name}` without brackets"),
            );
        }
        let library = self.bodies.keys().map(|(known, _)| known.as_str()).filter(|known| !known.contains('$'));
        let host = functions().iter().flat_map(|function| std::iter::once(function.name).chain(function.chinese));
        let other = OTHER_NAMES.iter().find(|(other, _)| *other == name).map(|(_, here)| *here);
        match other.or_else(|| nearest(name, library.chain(host))) {
            Some(near) => {
                let usage = usage(near, self.own_usage(near));
                (format!("是不是「{near}」?用法:{usage}"), format!("did you mean `{near}`? Usage: `{usage}`"))
            }
            None => (
                "检查拼写;自己的函数写在 library 里:fn 名称(参数) { … }".to_owned(),
                "check the spelling; functions of your own go into `library`: `fn name(argument) { … }`".to_owned(),
            ),
        }
    }

    fn complain_of_arguments(
        &mut self,
        name: &str,
        possible: &[&Signature],
        given: &[Argument<'_>],
        position: Position,
    ) {
        // The way that goes well the longest is the one that was meant.
        let fits = |signature: &Signature| {
            given
                .iter()
                .enumerate()
                .take_while(|(place, one)| signature.wanted(*place).is_none_or(|wanted| wanted.takes(&one.is.is)))
                .count()
        };
        let Some(meant) = possible.iter().copied().max_by_key(|signature| fits(signature)) else { return };
        let wrong = fits(meant);
        let (Some(one), Some(wanted)) = (given.get(wrong), meant.wanted(wrong)) else { return };
        let (found, found_en) = one.is.is.describe();
        if wrong == 0 && meant.receiver.is_some() {
            let wanted: Vec<Wanted> = possible.iter().filter_map(|signature| signature.receiver).collect();
            let mut zh: Vec<&str> = wanted.iter().map(|wanted| wanted.describe().0).collect();
            let mut en: Vec<&str> = wanted.iter().map(|wanted| wanted.describe().1).collect();
            zh.dedup();
            en.dedup();
            let complaint = Diagnostic::new(&codes::NOT_FOR_THIS)
                .with("name", name)
                .with("found", found)
                .with("found_en", found_en)
                .with("wanted", zh.join("、"))
                .with("wanted_en", en.join(", "))
                .with("example", named(name).map_or("", |function| function.example));
            return self.complain(position, complaint);
        }
        let (wanted, wanted_en) = wanted.describe();
        let complaint = Diagnostic::new(&codes::WRONG_ARGUMENT)
            .with("name", name)
            .with("place", wrong + 1 - given.iter().filter(|one| one.expr.is_none()).count())
            .with("wanted", wanted)
            .with("wanted_en", wanted_en)
            .with("found", found)
            .with("found_en", found_en)
            .with("example", named(name).map_or("", |function| function.example));
        self.complain(one.position, complaint);
    }

    pub(super) fn unknown_text(&mut self, what: (&str, &str), text: &str, known: Vec<&str>, position: Position) {
        self.complain(position, unknown(what, text, instead(text, known)));
    }
}

/// Names of other languages, with what is called here.
const OTHER_NAMES: [(&str, &str); 14] = [
    ("length", "len"),
    ("size", "len"),
    ("average", "mean"),
    ("avg", "mean"),
    ("round", "round_half_up"),
    ("ROUND", "round_half_up"),
    ("SUM", "sum"),
    ("COUNT", "count"),
    ("MAX", "max"),
    ("MIN", "min"),
    ("some", "any"),
    ("every", "all"),
    ("find", "first"),
    ("orderby", "sort_by"),
];

/// How a function is used: as its example shows, or by the names of its parameters.
fn usage(name: &str, own: Option<String>) -> String {
    own.or_else(|| named(name).map(|function| function.example.to_owned())).unwrap_or_else(|| name.to_owned())
}

fn in_words(counts: &[usize]) -> Said {
    let texts: Vec<String> = counts.iter().map(ToString::to_string).collect();
    let (last, before) = match texts.split_last() {
        Some((last, before)) => (last.clone(), before.join(", ")),
        None => (String::new(), String::new()),
    };
    let plural = if last == "1" && before.is_empty() { "argument" } else { "arguments" };
    if before.is_empty() {
        return (format!("{last} 个"), format!("{last} {plural}"));
    }
    (format!("{} 或 {last} 个", before.replace(", ", "、")), format!("{before} or {last} {plural}"))
}
