//! The arguments of a call: names of kinds, rules and ratings that must exist, closures that must answer, values that may be
//! blank.

use rhai::{Expr, Position};

use super::super::functions::named;
use super::notation::{Signature, Wanted};
use super::reads::{Any, Sense};
use super::report::{instead, unknown};
use super::types::{Is, Seat, Type, Whose};
use super::walk::{Closure, Walk};
use crate::codes::script as codes;
use crate::diagnostic::Diagnostic;

/// One argument, or what stands before the dot.
pub(super) struct Argument<'e> {
    /// None for what stands before the dot.
    pub(super) expr: Option<&'e Expr>,
    pub(super) closure: Option<Closure>,
    pub(super) is: Type,
    pub(super) position: Position,
}

impl Argument<'_> {
    /// The text written out.
    pub(super) fn text(&self) -> Option<&str> {
        match self.expr {
            Some(Expr::StringConstant(text, _)) => Some(text.as_str()),
            _ => None,
        }
    }
}

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

impl Walk<'_, '_> {
    /// Looks at each argument; the answer of the closure, if there is one.
    pub(super) fn look_at_arguments(
        &mut self,
        name: &str,
        signature: &Signature,
        given: &[Argument<'_>],
        is_certain: bool,
    ) -> Option<Type> {
        let mut answer = None;
        for (place, one) in given.iter().enumerate() {
            let wanted = signature.wanted(place).unwrap_or(Wanted::Any);
            if let Some(closure) = &one.closure {
                let item = given.first().filter(|_| is_certain).map_or(Type::UNKNOWN, |list| list.is.item());
                answer = Some(self.answer(name, closure, item, wanted, one.position));
            } else {
                if let Some(expr) = one.expr.filter(|_| !matches!(wanted, Wanted::Any | Wanted::Evidence)) {
                    self.present(&one.is, expr);
                }
                self.take_argument_for(name, wanted, one, is_certain);
                if let Some(text) = one.text().filter(|_| is_certain) {
                    self.text_argument(wanted, text, given, one.position);
                }
            }
        }
        answer
    }

    /// Notes what an argument names: kinds, rules and criteria are written out, or may be any.
    fn take_argument_for(&mut self, name: &str, wanted: Wanted, one: &Argument<'_>, is_certain: bool) {
        let (sense, any) = match wanted {
            Wanted::Kind | Wanted::Window => (Sense::Kind, Any::Kind),
            Wanted::Criterion if name == "met" => (Sense::Met, Any::Met),
            Wanted::Rule | Wanted::Criterion | Wanted::Scored => (Sense::Result, Any::Result),
            _ => return,
        };
        match (one.text(), &one.is.is) {
            (Some(_), _) if is_certain => self.takes_for(sense, one.position),
            // Not known to be this one's argument alone: it may be anything of that name.
            (Some(_), _) | (None, Is::Period) => {}
            (None, _) => self.takes_for_any(any),
        }
    }

    /// What a closure gives for an item.
    fn answer(&mut self, name: &str, closure: &Closure, item: Type, wanted: Wanted, position: Position) -> Type {
        if let Some(count) = self.arguments_of(closure).filter(|count| *count != 1) {
            let complaint = Diagnostic::new(&codes::CLOSURE_ARGUMENTS).with("name", name).with("count", count);
            self.complain(position, complaint);
            self.closure(closure, &[]);
            return Type::UNKNOWN;
        }
        let gives = self.closure(closure, &[item]);
        if let Wanted::Closure(answer) = wanted
            && gives.is != Is::Nothing
            && !answer.wanted().takes(&gives.is)
        {
            let ((found, found_en), (wanted, wanted_en)) = (gives.is.describe(), answer.wanted().describe());
            let complaint = Diagnostic::new(&codes::CLOSURE_ANSWER)
                .with("name", name)
                .with("wanted", wanted)
                .with("wanted_en", wanted_en)
                .with("found", found)
                .with("found_en", found_en)
                .with("example", named(name).map_or("", |function| function.example));
            self.complain(position, complaint);
        }
        gives
    }

    /// A text that must be a name the bundle knows.
    fn text_argument(&mut self, wanted: Wanted, text: &str, given: &[Argument<'_>], position: Position) {
        let receiver = given.first().map(|first| &first.is.is);
        match wanted {
            Wanted::Kind | Wanted::Window => self.kind_argument(text, receiver, position),
            Wanted::Rule | Wanted::Criterion | Wanted::Scored => {
                self.result_argument(wanted, text, receiver, position);
            }
            Wanted::ListId => {
                let rolled_up = self.book.bundle.roll_up.iter().flat_map(|roll_up| &roll_up.lists);
                let lists = self.book.bundle.lists.iter().chain(rolled_up).map(|list| list.id.as_str()).collect();
                self.past_or_known(("清单", "list"), text, lists, receiver, position);
            }
            Wanted::Rating => {
                let ladder: Vec<&str> = self.book.ladder(self.placed.roll_up).iter().map(String::as_str).collect();
                if !ladder.contains(&text) {
                    self.unknown_text(("等次", "rating"), text, ladder, position);
                }
            }
            Wanted::Weekday => self.one_of(("星期", "day of the week"), text, &WEEKDAYS, position),
            Wanted::Ties => self.one_of(("并列规则", "rule for ties"), text, &["dense", "skip"], position),
            Wanted::Leap => self.one_of(("闰日规则", "rule for leap days"), text, &["next", "previous"], position),
            Wanted::Day if crate::period::parse_date(text).is_err() => {
                self.complain(position, Diagnostic::new(&codes::NOT_A_DAY).with("value", text));
            }
            _ => {}
        }
    }

    fn one_of(&mut self, what: (&str, &str), text: &str, known: &[&str], position: Position) {
        if !known.contains(&text) {
            self.unknown_text(what, text, known.to_vec(), position);
        }
    }

    /// A kind of records, which must belong to the level of the unit it is read of.
    fn kind_argument(&mut self, text: &str, receiver: Option<&Is>, position: Position) {
        let kinds = &self.book.bundle.dictionary.kinds;
        let Some(kind) = kinds.get(text) else {
            let titled = kinds.iter().find(|(_, kind)| kind.title == text);
            let remedy = match titled {
                Some((key, _)) => {
                    (format!("「{text}」在脚本里叫 \"{key}\""), format!("in scripts `{text}` is called \"{key}\""))
                }
                None => instead(text, kinds.keys().map(String::as_str)),
            };
            return self.complain(position, unknown(("台账", "kind of records"), text, remedy));
        };
        let level = match receiver {
            Some(Is::Unit(Seat { level, .. })) => level.clone(),
            _ => self.placed.level(self.book.bundle),
        };
        let carrier = kind.of.as_deref().unwrap_or(&self.book.bundle.assess.unit);
        let is_library = self.placed.post == super::post::Post::Library;
        if is_library || level.as_deref() == Some(carrier) {
            return;
        }
        let own = level.as_deref().unwrap_or("all");
        let is_above = match (self.book.rank_of_level(carrier), self.book.rank_of_level(own)) {
            (Some(carrier), Some(own)) => carrier > own,
            _ => false,
        };
        let (remedy, remedy_en) = if is_above {
            (format!("写 {carrier}.records(\"{text}\")"), format!("write `{carrier}.records(\"{text}\")`"))
        } else {
            (
                format!("在 {carrier} 的指标里算出来,这里用 parts 相加:parts.sum(|p| p.figures.…)"),
                format!("make it a figure of the {carrier} and add it up here: `parts.sum(|p| p.figures.…)`"),
            )
        };
        let complaint = Diagnostic::new(&codes::NO_RECORDS_HERE)
            .with("kind", text)
            .with("carrier", carrier)
            .with("level", own)
            .with("remedy", remedy)
            .with("remedy_en", remedy_en);
        self.complain(position, complaint);
    }

    /// The id of a rule or a criterion.
    fn result_argument(&mut self, wanted: Wanted, id: &str, receiver: Option<&Is>, position: Position) {
        let is_rule = self.book.rule(id).is_some();
        let is_criterion = self.book.criterion(id).is_some();
        let rules = self.book.rules.iter().map(|rule| rule.id.as_str());
        let criteria = self.book.criteria.iter().map(|criterion| criterion.id.as_str());
        let (what, known, fits): (_, Vec<&str>, bool) = match wanted {
            Wanted::Rule => (("评分项", "rule"), rules.collect(), is_rule),
            Wanted::Criterion => (("指标", "criterion"), criteria.collect(), is_criterion),
            _ => (("评分项或指标", "rule or criterion"), rules.chain(criteria).collect(), is_rule || is_criterion),
        };
        if fits {
            if !matches!(receiver, Some(Is::Result(_))) {
                match is_rule {
                    true => self.reads_rule(id, position),
                    false => self.reads_criterion(id, position),
                }
            }
            return;
        }
        if is_rule || is_criterion {
            let (zh, en) = match is_rule {
                true => (
                    format!("「{id}」是评分项:有没有认定用 found(\"{id}\")"),
                    format!("`{id}` is a rule: use `found(\"{id}\")`"),
                ),
                false => (
                    format!("「{id}」是指标:是否达到用 met(\"{id}\")"),
                    format!("`{id}` is a criterion: use `met(\"{id}\")`"),
                ),
            };
            let (zh_name, en_name) = what;
            let complaint = unknown((zh_name, en_name), id, (zh, en));
            return self.complain(position, complaint);
        }
        self.past_or_known(what, id, known, receiver, position);
    }

    /// A name that is not in this edition: an earlier one may have had it.
    fn past_or_known(
        &mut self,
        what: (&str, &str),
        name: &str,
        known: Vec<&str>,
        receiver: Option<&Is>,
        position: Position,
    ) {
        if known.contains(&name) {
            return;
        }
        if matches!(receiver, Some(Is::Result(Whose::Previous))) {
            self.complain_of_past(what, name, instead(name, known), position);
        } else {
            self.unknown_text(what, name, known, position);
        }
    }
}
