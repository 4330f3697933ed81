//! Questions about a list: how many, how much, which. The closure is gone through in place for each item.
//!
//! What is kept for a group is kept in the interpreter's form and under the interpreter's name, so that both share it.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;
use rhai::{Dynamic, EvalAltResult};

use super::super::super::aggregate::{Kept, LONGEST_NAME, grouping_key, place_on, places_by_value, rung};
use super::super::super::frame::Gap;
use super::super::super::scene::UnitIndex;
use super::super::super::stop;
use super::super::tree::{Ask, Closure, Node, Question};
use super::super::value::{List, Value};
use super::foreign::exit_of;
use super::sum::Sum;
use super::{Exit, Listed, Machine, Outcome};
use crate::dictionary;
use crate::number::Number;

/// What a closure gave for the items.
struct Values<'s> {
    list: Listed<'s>,
    values: Vec<Value<'s>>,
}

impl<'s> Machine<'s> {
    pub(super) fn ask(&mut self, ask: &'s Ask) -> Outcome<Value<'s>> {
        let mut list = None;
        if ask.list_first {
            list = Some(self.eval(&ask.list)?);
        }
        for capture in &ask.captures {
            self.eval(capture)?;
        }
        let ties = ask.ties.as_ref().map(|ties| self.eval(ties)).transpose()?;
        let list = match list {
            Some(list) => list,
            None => self.eval(&ask.list)?,
        };
        if let Question::Rank { highest_first } = ask.what {
            return self.rank(ask, &list, highest_first, ties);
        }
        let list = self.frozen_list(&list)?;
        self.admit(list.extent())?;
        let closure = ask.closure.as_deref();
        if ask.what == Question::Last && closure.is_some() {
            // The interpreter keeps no such answer, nor does it say how many had a value.
            return self.answer(ask.what, list, closure, None, &mut None);
        }
        let Some(name) = self.kept_under(&list, ask) else {
            let mut gap = None;
            let answer = self.answer(ask.what, list, closure, None, &mut gap);
            gap.into_iter().for_each(|gap| self.note_gap(gap));
            return answer;
        };
        let key: Arc<str> = Arc::from(name);
        let scene = self.scene;
        let kept = self.kept(&key, |machine, gap| {
            let answer = machine.answer(ask.what, list, closure, Some(&key), gap)?;
            Ok(answer.frozen().to_dynamic(scene))
        })?;
        Ok(Value::of_dynamic(kept, scene))
    }

    /// A list, read-only from now on.
    fn frozen_list(&self, value: &Value<'s>) -> Outcome<Listed<'s>> {
        match value {
            Value::Array(_) => self.listed(&value.clone().frozen()),
            value => self.listed(value),
        }
    }

    /// The name under which an answer is kept; none: it is not.
    fn kept_under(&self, list: &Listed<'s>, ask: &Ask) -> Option<String> {
        let name = list.name()?;
        let shared = ask.closure.as_ref().is_none_or(|closure| closure.is_unit_free);
        let closure = ask.closure.as_ref().map_or("", |closure| closure.name.as_ref());
        (shared && name.len() < LONGEST_NAME)
            .then(|| format!("{name} {} {} {closure}", self.program.number, ask.function))
    }

    /// Computes an answer for the whole group, or recalls it.
    fn kept<T: Clone + Send + Sync + 'static>(
        &mut self,
        key: &str,
        compute: impl FnOnce(&mut Self, &mut Option<Gap>) -> Outcome<T>,
    ) -> Outcome<T> {
        if let Some(kept) = self.scene.recall(key)
            && let Ok(kept) = kept.downcast::<Kept<T>>()
        {
            return self.recalled(&kept);
        }
        let mut gap = None;
        let meter = self.meter;
        let kept = match meter.apart(|| compute(self, &mut gap)) {
            Ok(answer) => Kept::Answer(answer, gap),
            Err(Exit::Missing(missing)) => Kept::Failed(Arc::from(stop::missing(*missing))),
            Err(exit) => return Err(exit),
        };
        let answer = self.recalled(&kept);
        self.scene.keep(key, Arc::new(kept));
        answer
    }

    fn recalled<T: Clone>(&mut self, kept: &Kept<T>) -> Outcome<T> {
        match kept {
            Kept::Answer(answer, gap) => {
                gap.iter().for_each(|gap| self.note_gap(*gap));
                Ok(answer.clone())
            }
            Kept::Failed(error) => Err(failed(error)),
        }
    }

    /// What a closure gives for one item.
    fn apply(&mut self, closure: &'s Closure, item: Value<'s>) -> Outcome<Value<'s>> {
        self.spend(closure.cost)?;
        self.set(closure.parameter, item)?;
        let gives = self.eval(&closure.body);
        let value = self.returned(gives)?.frozen();
        let weight = value.extent().weight;
        if weight > 0 {
            self.work(weight)?;
        }
        Ok(value)
    }

    /// What the closure gives for each item; the items themselves without one.
    fn values(&mut self, list: Listed<'s>, closure: Option<&'s Closure>, gap: &mut Option<Gap>) -> Outcome<Values<'s>> {
        let mut values = Vec::with_capacity(list.len());
        for place in 0..list.len() {
            let Some(item) = list.get(place, self.scene) else { break };
            values.push(match closure {
                Some(closure) => self.apply(closure, item)?,
                None => item,
            });
        }
        if closure.is_some() && list.name().is_some() {
            let have = values.iter().filter(|value| !value.is_nothing()).count();
            if have < values.len() {
                *gap = Some(Gap { have, of: values.len() });
            }
        }
        Ok(Values { list, values })
    }

    /// Tells of each item whether the closure holds, by its place; what it gives nothing for is left out.
    fn each_holding(
        &mut self,
        list: &Listed<'s>,
        closure: &'s Closure,
        gap: &mut Option<Gap>,
        mut told: impl FnMut(usize),
    ) -> Outcome<()> {
        let mut have = 0;
        for place in 0..list.len() {
            let Some(item) = list.get(place, self.scene) else { break };
            self.spend(closure.cost)?;
            self.set(closure.parameter, item)?;
            let holds = match self.holds_or_nothing(&closure.body) {
                Err(Exit::Return) => truth(&std::mem::replace(&mut self.passed, Value::Nothing))?,
                other => other?,
            };
            have += usize::from(holds.is_some());
            if holds == Some(true) {
                told(place);
            }
        }
        if list.name().is_some() && have < list.len() {
            *gap = Some(Gap { have, of: list.len() });
        }
        Ok(())
    }

    fn holds_or_nothing(&mut self, node: &'s Node) -> Outcome<Option<bool>> {
        match node {
            Node::And(_) | Node::Or(_) | Node::Not(_) | Node::Equal { .. } | Node::Compare { .. } => {
                self.holds(node).map(Some)
            }
            other => truth(&self.eval(other)?),
        }
    }

    /// The items for which the closure holds.
    fn holding(&mut self, list: &Listed<'s>, closure: &'s Closure, gap: &mut Option<Gap>) -> Outcome<Vec<Value<'s>>> {
        let mut places = Vec::new();
        self.each_holding(list, closure, gap, |place| places.push(place))?;
        Ok(places.into_iter().filter_map(|place| list.get(place, self.scene)).collect())
    }

    /// The one item that the closure holds for.
    fn one_holding(
        &mut self,
        list: &Listed<'s>,
        closure: &'s Closure,
        gap: &mut Option<Gap>,
        pick: impl Fn(Option<usize>, usize) -> usize,
    ) -> Outcome<Value<'s>> {
        let mut found = None;
        self.each_holding(list, closure, gap, |place| found = Some(pick(found, place)))?;
        Ok(found.and_then(|place| list.get(place, self.scene)).unwrap_or(Value::Nothing))
    }

    /// The sum of what the closure gives for each item, or of the items, and how many are something.
    fn total(
        &mut self,
        list: &Listed<'s>,
        closure: Option<&'s Closure>,
        gap: &mut Option<Gap>,
    ) -> Outcome<(Number, usize)> {
        let mut sum = Sum::default();
        for place in 0..list.len() {
            let Some(item) = list.get(place, self.scene) else { break };
            let value = match closure {
                Some(closure) => self.apply(closure, item)?,
                None => item,
            };
            sum.add(&value)?;
        }
        if closure.is_some() && list.name().is_some() && sum.count < list.len() {
            *gap = Some(Gap { have: sum.count, of: list.len() });
        }
        Ok((sum.total()?, sum.count))
    }

    fn answer(
        &mut self,
        what: Question,
        list: Listed<'s>,
        closure: Option<&'s Closure>,
        name: Option<&Arc<str>>,
        gap: &mut Option<Gap>,
    ) -> Outcome<Value<'s>> {
        match (what, closure) {
            (Question::Count, Some(closure)) => {
                let mut count = 0_usize;
                self.each_holding(&list, closure, gap, |_| count += 1)?;
                Ok(Value::of_number(Number::from(count)))
            }
            (Question::Count, None) => {
                let count = match &list {
                    Listed::Rows(rows) => rows.len(),
                    list => self.items(list).iter().filter(|item| !item.is_nothing()).count(),
                };
                Ok(Value::of_number(Number::from(count)))
            }
            (Question::First, Some(closure)) => {
                self.one_holding(&list, closure, gap, |found, place| found.unwrap_or(place))
            }
            (Question::Last, Some(closure)) => self.one_holding(&list, closure, gap, |_, place| place),
            (Question::First, None) => {
                Ok(self.items(&list).into_iter().find(|item| !item.is_nothing()).unwrap_or(Value::Nothing))
            }
            (Question::Last, None) => {
                Ok(self.items(&list).into_iter().rfind(|item| !item.is_nothing()).unwrap_or(Value::Nothing))
            }
            (Question::Any, Some(closure)) => {
                let mut any = false;
                self.each_holding(&list, closure, gap, |_| any = true)?;
                Ok(Value::Boolean(any))
            }
            (Question::Sum, closure) => Ok(Value::of_number(self.total(&list, closure, gap)?.0)),
            (Question::Mean, closure) => match self.total(&list, closure, gap)? {
                (_, 0) => Ok(Value::Nothing),
                (sum, count) => sum.div(Number::from(count)).map(Value::of_number).map_err(|_| Exit::HandOver),
            },
            (Question::Filter, Some(closure)) => {
                let kept = self.holding(&list, closure, gap)?;
                self.made(kept, name)
            }
            (Question::Reversed, None) => {
                let mut items = self.items(&list);
                items.reverse();
                self.made(items, name)
            }
            (Question::Any | Question::Filter | Question::Reversed | Question::Rank { .. }, _) => Err(Exit::HandOver),
            (what, closure) => {
                let values = self.values(list, closure, gap)?;
                self.of_values(what, values, name)
            }
        }
    }

    /// Questions about the values that a closure gave.
    fn of_values(&mut self, what: Question, given: Values<'s>, name: Option<&Arc<str>>) -> Outcome<Value<'s>> {
        match what {
            Question::Least | Question::Most => self.extreme(given.values, what == Question::Least),
            Question::All => {
                for value in &given.values {
                    match value {
                        Value::Nothing | Value::Boolean(true) => {}
                        Value::Boolean(false) => return Ok(Value::Boolean(false)),
                        _ => return Err(Exit::HandOver),
                    }
                }
                Ok(Value::Boolean(true))
            }
            Question::Map => {
                let present = given.values.into_iter().filter(|value| !value.is_nothing()).collect();
                self.made(present, name)
            }
            Question::Distinct => {
                let groups = self.groups(given)?;
                let first = groups.into_values().filter_map(|(_, items)| items.into_iter().next()).collect();
                self.made(first, name)
            }
            Question::GroupBy => {
                let groups = self.groups(given)?.into_values().map(|(key, items)| {
                    let items = items.into_iter().map(Value::frozen).collect();
                    Value::List(Rc::new(List { key: Some(key.frozen()), ..List::of(items) }))
                });
                self.made(groups.collect(), name)
            }
            Question::SortBy => self.sorted(given, name),
            Question::Worst | Question::Best => self.on_ladder(&given.values, what == Question::Worst),
            _ => Err(Exit::HandOver),
        }
    }

    fn items(&self, list: &Listed<'s>) -> Vec<Value<'s>> {
        (0..list.len()).filter_map(|place| list.get(place, self.scene)).collect()
    }

    /// A list made of another.
    fn made(&mut self, items: Vec<Value<'s>>, name: Option<&Arc<str>>) -> Outcome<Value<'s>> {
        let list = List::of(items.into_iter().map(Value::frozen).collect());
        self.admit(list.extent)?;
        Ok(Value::List(Rc::new(List { kept_as: name.cloned(), ..list })))
    }

    fn extreme(&self, values: Vec<Value<'s>>, least: bool) -> Outcome<Value<'s>> {
        let mut best: Option<Value<'s>> = None;
        for value in values.into_iter().filter(|value| !value.is_nothing()) {
            let better = match &best {
                None => true,
                Some(best) if least => self.compare(&value, best)?.is_lt(),
                Some(best) => self.compare(&value, best)?.is_gt(),
            };
            if better {
                best = Some(value);
            }
        }
        Ok(best.unwrap_or(Value::Nothing))
    }

    /// Items in groups, in the order in which each group first appears.
    fn groups(&self, given: Values<'s>) -> Outcome<IndexMap<dictionary::Value, (Value<'s>, Vec<Value<'s>>)>> {
        let mut groups: IndexMap<dictionary::Value, (Value<'s>, Vec<Value<'s>>)> = IndexMap::new();
        for (place, value) in given.values.into_iter().enumerate() {
            if value.is_nothing() {
                continue;
            }
            let key = grouping_key(&value.to_dynamic(self.scene)).map_err(|_| Exit::HandOver)?;
            let item = given.list.get(place, self.scene);
            groups.entry(key).or_insert_with(|| (value, Vec::new())).1.extend(item);
        }
        Ok(groups)
    }

    fn sorted(&mut self, given: Values<'s>, name: Option<&Arc<str>>) -> Outcome<Value<'s>> {
        let Values { list, values } = given;
        let mut pairs: Vec<(usize, Value<'s>)> =
            values.into_iter().enumerate().filter(|(_, value)| !value.is_nothing()).collect();
        let mut failed = false;
        pairs.sort_by(|(_, a), (_, b)| {
            self.compare(a, b).unwrap_or_else(|_| {
                failed = true;
                std::cmp::Ordering::Equal
            })
        });
        if failed {
            return Err(Exit::HandOver);
        }
        let items = pairs.into_iter().filter_map(|(place, _)| list.get(place, self.scene)).collect();
        self.made(items, name)
    }

    /// The worst or the best of some ratings. Those of units not rated or not complete stand apart and are left out.
    fn on_ladder(&self, values: &[Value<'s>], worst: bool) -> Outcome<Value<'s>> {
        let scene = self.scene;
        let ladder = scene.ladder();
        let mut places = Vec::new();
        for value in values.iter().filter(|value| !value.is_nothing()) {
            let name = value.text().ok_or(Exit::HandOver)?;
            if ladder.iter().any(|rung| **rung == **name) || !scene.bundle().stands_apart(name) {
                places.push(place_on(ladder, name).map_err(|_| Exit::HandOver)?);
            }
        }
        let place = if worst { places.into_iter().max() } else { places.into_iter().min() };
        Ok(Value::of_optional(place, |place| Value::of_dynamic(rung(ladder, place), scene)))
    }

    fn rank(
        &mut self,
        ask: &'s Ask,
        list: &Value<'s>,
        highest_first: bool,
        ties: Option<Value<'s>>,
    ) -> Outcome<Value<'s>> {
        let ties = match &ties {
            None => "skip",
            Some(Value::Text(ties)) if &**ties == "dense" => "dense",
            Some(Value::Text(ties)) if &**ties == "skip" => "skip",
            _ => return Err(Exit::HandOver),
        };
        let closure = ask.closure.as_deref().ok_or(Exit::HandOver)?;
        let list = self.frozen_list(list)?;
        self.admit(list.extent())?;
        let places = match self.kept_under(&list, ask) {
            Some(key) => self.kept(&format!("{key} {ties}"), |machine, gap| {
                machine.places(list, closure, highest_first, ties == "dense", gap).map(Arc::new)
            })?,
            None => {
                let mut gap = None;
                let places = self.places(list, closure, highest_first, ties == "dense", &mut gap);
                gap.into_iter().for_each(|gap| self.note_gap(gap));
                Arc::new(places?)
            }
        };
        Ok(Value::of_optional(places.get(&self.seed.unit), |place| Value::Whole(*place)))
    }

    fn places(
        &mut self,
        list: Listed<'s>,
        closure: &'s Closure,
        highest_first: bool,
        dense: bool,
        gap: &mut Option<Gap>,
    ) -> Outcome<HashMap<UnitIndex, i64>> {
        let Values { list, values } = self.values(list, Some(closure), gap)?;
        let mut valued = Vec::new();
        for (place, value) in values.into_iter().enumerate() {
            if value.is_nothing() {
                continue;
            }
            let Some(Value::Unit(seat)) = list.get(place, self.scene) else { return Err(Exit::HandOver) };
            valued.push((seat.index, value.number().ok_or(Exit::HandOver)?));
        }
        Ok(places_by_value(valued, highest_first, dense))
    }
}

/// Whether something holds; nothing where there is nothing.
fn truth(value: &Value<'_>) -> Outcome<Option<bool>> {
    match value {
        Value::Boolean(holds) => Ok(Some(*holds)),
        Value::Nothing => Ok(None),
        _ => Err(Exit::HandOver),
    }
}

fn failed(error: &Arc<EvalAltResult>) -> Exit {
    exit_of(&EvalAltResult::ErrorRuntime(Dynamic::from(stop::Stop::Kept(Arc::clone(error))), rhai::Position::NONE))
}
