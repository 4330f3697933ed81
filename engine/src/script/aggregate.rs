//! What can be asked of a list: counts, sums, places, selections. Values that are nothing are left out.
//!
//! A group is the same for all its units, so what a closure that does not use the unit at hand gives for it is computed once
//! and kept while the script goes through the units.

use std::any::Any;
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;
use rhai::{Dynamic, Engine, EvalAltResult, FnPtr, ImmutableString, NativeCallContext};

use super::convert::{arithmetic, compare, describe, from_number, list, need_number, need_text, to_value};
use super::frame::{Frame, Gap};
use super::objects::Unit;
use super::scene::UnitIndex;
use super::stop::{Halt, Stop, fault, is_called_off};
use super::view::{Extent, View, freeze};
use crate::dictionary::Value;
use crate::number::Number;

type Context<'a> = NativeCallContext<'a>;

/// Longest name under which something is kept for a group.
pub(super) const LONGEST_NAME: usize = 500;

/// A list with the closure asked about it, in the run that asks.
struct Question<'a, 'c> {
    context: &'a Context<'c>,
    frame: Arc<Frame>,
    view: View,
    closure: Option<FnPtr>,
    /// How many units of the group have a value, where not all have.
    gap: Cell<Option<Gap>>,
    /// What the answer is kept under, when it is the same for all units of the group.
    kept_as: Option<String>,
}

impl<'a, 'c> Question<'a, 'c> {
    fn new(context: &'a Context<'c>, of: &Dynamic, closure: Option<FnPtr>) -> Result<Self, Halt> {
        let frame = Frame::of(context)?;
        let view = list(of).ok_or_else(|| {
            let (zh, en) = describe(of);
            fault(
                format!("{zh}不是一组数据,不能用 {}", context.fn_name()),
                format!("`{}` needs a list, found {en}", context.fn_name()),
            )
        })?;
        let view = frame.admit(view)?;
        let shared = closure.as_ref().is_none_or(|closure| frame.is_unit_free(closure));
        // A name grows with each step from the group; nobody takes so many but to fill the memory.
        let kept_as = view.name().filter(|name| shared && name.len() < LONGEST_NAME).map(|name| {
            let closure = closure.as_ref().map_or("", |closure| closure.fn_name());
            format!("{name} {} {} {closure}", frame.script, context.fn_name())
        });
        Ok(Question { context, frame, view, closure, gap: Cell::new(None), kept_as })
    }

    /// What the closure gives for each item; the items themselves without one.
    fn values(&self) -> Result<Vec<Dynamic>, Halt> {
        let Some(closure) = &self.closure else { return Ok(self.view.items().to_vec()) };
        let cost = self.frame.code.closures.get(closure.fn_name()).copied().unwrap_or(1);
        let mut values = Vec::with_capacity(self.view.len());
        for item in self.view.iter() {
            self.frame.meter().spend(cost)?;
            let value: Dynamic = match self.kept_as {
                Some(_) => closure.call(self.context.engine(), &self.frame.code.ast, (item.clone(),))?,
                None => closure.call_within_context(self.context, (item.clone(),))?,
            };
            let value = freeze(value);
            self.frame.meter().work(Extent::of(&value).weight)?;
            values.push(value);
        }
        let have = values.iter().filter(|value| !value.is_unit()).count();
        if self.view.name().is_some() && have < values.len() {
            self.gap.set(Some(Gap { have, of: values.len() }));
        }
        Ok(values)
    }

    /// Pairs of item and value, without those whose value is nothing.
    fn pairs(&self) -> Result<Vec<(Dynamic, Dynamic)>, Halt> {
        let values = self.values()?;
        Ok(self.view.iter().cloned().zip(values).filter(|(_, value)| !value.is_unit()).collect())
    }

    /// The values that are not nothing.
    fn present(&self) -> Result<Vec<Dynamic>, Halt> {
        Ok(self.values()?.into_iter().filter(|value| !value.is_unit()).collect())
    }

    /// The items for which the closure holds.
    fn holding(&self) -> Result<Vec<Dynamic>, Halt> {
        let mut kept = Vec::new();
        for (item, value) in self.pairs()? {
            if holds(&value, self.context.fn_name())? {
                kept.push(item);
            }
        }
        Ok(kept)
    }

    /// Computes an answer, or recalls it. What is kept for the group is computed apart from this unit's budget, which must not
    /// depend on which unit came first; so is why it cannot be computed.
    fn answer<T: Any + Send + Sync + Clone>(&self, compute: impl FnOnce() -> Result<T, Halt>) -> Result<T, Halt> {
        let Some(key) = &self.kept_as else {
            let answer = compute();
            self.gap.get().into_iter().for_each(|gap| self.frame.note_gap(gap));
            return answer;
        };
        if let Some(kept) = self.frame.scene.recall(key)
            && let Ok(kept) = kept.downcast::<Kept<T>>()
        {
            return kept.settle(&self.frame);
        }
        let kept = match self.frame.meter().apart(compute) {
            Ok(answer) => Kept::Answer(answer, self.gap.get()),
            Err(error) if is_called_off(&error) => return Err(error),
            Err(error) => Kept::Failed(Arc::from(error)),
        };
        let answer = kept.settle(&self.frame);
        self.frame.scene.keep(key, Arc::new(kept));
        answer
    }

    /// A view made of this one; what is computed from it is kept too.
    fn view_of(&self, make: impl FnOnce() -> Result<Vec<Dynamic>, Halt>) -> Result<Dynamic, Halt> {
        let view = self.frame.admit(View::of(make()?))?;
        Ok(Dynamic::from(view.named(self.kept_as.as_deref().map(Arc::from))))
    }
}

/// What is kept for a group.
pub(super) enum Kept<T> {
    Answer(T, Option<Gap>),
    Failed(Arc<EvalAltResult>),
}

impl<T: Clone> Kept<T> {
    fn settle(&self, frame: &Frame) -> Result<T, Halt> {
        match self {
            Kept::Answer(answer, gap) => {
                gap.iter().for_each(|gap| frame.note_gap(*gap));
                Ok(answer.clone())
            }
            Kept::Failed(error) => Err(Stop::Kept(Arc::clone(error)).halt()),
        }
    }
}

fn holds(value: &Dynamic, function: &str) -> Result<bool, Halt> {
    value.as_bool().map_err(|_| {
        let (zh, en) = describe(value);
        fault(
            format!("{function} 的条件应得到是或否,得到的是{zh}"),
            format!("the condition of `{function}` must give true or false, found {en}"),
        )
    })
}

type Answer = fn(&Question<'_, '_>) -> Result<Dynamic, Halt>;

/// Functions with and without a closure.
const BOTH: [(&str, Answer); 7] = [
    ("count", count),
    ("sum", sum),
    ("mean", mean),
    ("min", min),
    ("max", max),
    ("distinct", distinct),
    ("first", first),
];
/// Functions with a closure.
const WITH_CLOSURE: [(&str, Answer); 8] = [
    ("any", any),
    ("all", all),
    ("filter", filter),
    ("map", map),
    ("group_by", group_by),
    ("sort_by", sort_by),
    ("worst", worst),
    ("best", best),
];
/// Functions without a closure.
const PLAIN: [(&str, Answer); 4] = [("last", last), ("reversed", reversed), ("worst", worst), ("best", best)];

/// Whether a function takes a closure.
pub(super) fn takes_closure(function: &str) -> bool {
    let named = BOTH.iter().chain(&WITH_CLOSURE).map(|(name, _)| *name);
    named.chain(["last", "rank", "rank_low"]).any(|name| name == function)
}

/// Registers all of them.
pub(super) fn register(engine: &mut Engine) {
    for (name, answer) in BOTH.into_iter().chain(WITH_CLOSURE) {
        engine.register_fn(name, move |context: Context<'_>, of: Dynamic, closure: FnPtr| {
            let question = Question::new(&context, &of, Some(closure))?;
            question.answer(|| answer(&question))
        });
    }
    for (name, answer) in BOTH.into_iter().chain(PLAIN) {
        engine.register_fn(name, move |context: Context<'_>, of: Dynamic| {
            let question = Question::new(&context, &of, None)?;
            question.answer(|| answer(&question))
        });
    }
    engine.register_fn("last", |context: Context<'_>, of: Dynamic, closure: FnPtr| -> Result<Dynamic, Halt> {
        let question = Question::new(&context, &of, Some(closure))?;
        Ok(question.holding()?.pop().unwrap_or(Dynamic::UNIT))
    });
    register_ranks(engine);
}

fn count(question: &Question<'_, '_>) -> Result<Dynamic, Halt> {
    let count = match question.closure {
        Some(_) => question.holding()?.len(),
        None => question.view.iter().filter(|item| !item.is_unit()).count(),
    };
    Ok(from_number(Number::from(count)))
}

fn numbers(question: &Question<'_, '_>) -> Result<Vec<Number>, Halt> {
    question.present()?.iter().map(|value| need_number(value, question.context.fn_name())).collect()
}

fn sum(question: &Question<'_, '_>) -> Result<Dynamic, Halt> {
    Number::sum(numbers(question)?).map(from_number).map_err(arithmetic)
}

fn mean(question: &Question<'_, '_>) -> Result<Dynamic, Halt> {
    let numbers = numbers(question)?;
    if numbers.is_empty() {
        return Ok(Dynamic::UNIT);
    }
    let count = Number::from(numbers.len());
    Number::sum(numbers).and_then(|sum| sum.div(count)).map(from_number).map_err(arithmetic)
}

fn extreme(question: &Question<'_, '_>, sign: &str) -> Result<Dynamic, Halt> {
    let mut best: Option<Dynamic> = None;
    for value in question.present()? {
        let better = match &best {
            None => true,
            Some(best) if sign == "<" => compare(&value, best, sign)?.is_lt(),
            Some(best) => compare(&value, best, sign)?.is_gt(),
        };
        if better {
            best = Some(value);
        }
    }
    Ok(best.unwrap_or(Dynamic::UNIT))
}

fn min(question: &Question<'_, '_>) -> Result<Dynamic, Halt> {
    extreme(question, "<")
}

fn max(question: &Question<'_, '_>) -> Result<Dynamic, Halt> {
    extreme(question, ">")
}

fn first(question: &Question<'_, '_>) -> Result<Dynamic, Halt> {
    if question.closure.is_none() {
        return Ok(question.view.iter().find(|item| !item.is_unit()).cloned().unwrap_or(Dynamic::UNIT));
    }
    Ok(question.holding()?.into_iter().next().unwrap_or(Dynamic::UNIT))
}

fn last(question: &Question<'_, '_>) -> Result<Dynamic, Halt> {
    Ok(question.view.iter().rfind(|item| !item.is_unit()).cloned().unwrap_or(Dynamic::UNIT))
}

fn reversed(question: &Question<'_, '_>) -> Result<Dynamic, Halt> {
    question.view_of(|| Ok(question.view.iter().rev().cloned().collect()))
}

fn any(question: &Question<'_, '_>) -> Result<Dynamic, Halt> {
    Ok(Dynamic::from_bool(!question.holding()?.is_empty()))
}

fn all(question: &Question<'_, '_>) -> Result<Dynamic, Halt> {
    let pairs = question.pairs()?;
    for (_, value) in &pairs {
        if !holds(value, "all")? {
            return Ok(Dynamic::FALSE);
        }
    }
    Ok(Dynamic::TRUE)
}

fn filter(question: &Question<'_, '_>) -> Result<Dynamic, Halt> {
    question.view_of(|| question.holding())
}

fn map(question: &Question<'_, '_>) -> Result<Dynamic, Halt> {
    question.view_of(|| question.present())
}

/// The key under which equal values fall together.
pub(super) fn grouping_key(value: &Dynamic) -> Result<Value, Halt> {
    if let Some(unit) = value.read_lock::<Unit>() {
        return Ok(Value::Text(unit.scene.unit_id(unit.index)));
    }
    to_value(value)?.ok_or_else(|| fault("不能按空值分组", "cannot group by nothing"))
}

/// Items in groups, in the order in which each group first appears.
fn groups(question: &Question<'_, '_>) -> Result<IndexMap<Value, (Dynamic, Vec<Dynamic>)>, Halt> {
    let mut groups: IndexMap<Value, (Dynamic, Vec<Dynamic>)> = IndexMap::new();
    for (item, value) in question.pairs()? {
        let key = grouping_key(&value)?;
        groups.entry(key).or_insert_with(|| (value, Vec::new())).1.push(item);
    }
    Ok(groups)
}

fn group_by(question: &Question<'_, '_>) -> Result<Dynamic, Halt> {
    question.view_of(|| {
        Ok(groups(question)?.into_values().map(|(key, items)| Dynamic::from(View::keyed(items, key))).collect())
    })
}

fn distinct(question: &Question<'_, '_>) -> Result<Dynamic, Halt> {
    question.view_of(|| Ok(groups(question)?.into_values().filter_map(|(_, items)| items.into_iter().next()).collect()))
}

fn sort_by(question: &Question<'_, '_>) -> Result<Dynamic, Halt> {
    question.view_of(|| {
        let mut pairs = question.pairs()?;
        let mut failed = None;
        pairs.sort_by(|(_, a), (_, b)| {
            compare(a, b, "sort_by").unwrap_or_else(|halt| {
                failed.get_or_insert(halt);
                std::cmp::Ordering::Equal
            })
        });
        match failed {
            Some(halt) => Err(halt),
            None => Ok(pairs.into_iter().map(|(item, _)| item).collect()),
        }
    })
}

/// The places of ratings on the ladder, best first. Those of units not rated or not complete stand apart and are left out.
fn on_ladder(question: &Question<'_, '_>) -> Result<Vec<usize>, Halt> {
    let scene = &question.frame.scene;
    let mut places = Vec::new();
    for value in question.present()? {
        let name = need_text(&value, question.context.fn_name())?;
        if scene.ladder().iter().any(|rung| *rung == *name) || !scene.bundle().stands_apart(&name) {
            places.push(place_on(scene.ladder(), &name)?);
        }
    }
    Ok(places)
}

pub(super) fn place_on(ladder: &[String], name: &str) -> Result<usize, Halt> {
    ladder
        .iter()
        .position(|rung| rung == name)
        .ok_or_else(|| fault(format!("等次里没有「{name}」"), format!("there is no rating `{name}`")))
}

pub(super) fn rung(ladder: &[String], place: usize) -> Dynamic {
    ladder.get(place).map_or(Dynamic::UNIT, |name| Dynamic::from(ImmutableString::from(name.as_str())))
}

fn worst(question: &Question<'_, '_>) -> Result<Dynamic, Halt> {
    let place = on_ladder(question)?.into_iter().max();
    Ok(place.map_or(Dynamic::UNIT, |place| rung(question.frame.scene.ladder(), place)))
}

fn best(question: &Question<'_, '_>) -> Result<Dynamic, Halt> {
    let place = on_ladder(question)?.into_iter().min();
    Ok(place.map_or(Dynamic::UNIT, |place| rung(question.frame.scene.ladder(), place)))
}

/// Places by value: equal values share the better place, and the next is skipped unless `dense`.
fn places(question: &Question<'_, '_>, highest_first: bool, dense: bool) -> Result<HashMap<UnitIndex, i64>, Halt> {
    let mut valued = Vec::new();
    for (item, value) in question.pairs()? {
        let unit = item.read_lock::<Unit>().map(|unit| unit.index);
        let unit = unit.ok_or_else(|| fault("rank 只能用于 group", "`rank` applies to a group of units"))?;
        valued.push((unit, need_number(&value, "rank")?));
    }
    Ok(places_by_value(valued, highest_first, dense))
}

/// The same for units with their values.
pub(super) fn places_by_value(
    mut valued: Vec<(UnitIndex, Number)>,
    highest_first: bool,
    dense: bool,
) -> HashMap<UnitIndex, i64> {
    valued.sort_by(|(_, a), (_, b)| if highest_first { b.cmp(a) } else { a.cmp(b) });
    let mut places = HashMap::with_capacity(valued.len());
    let (mut place, mut seen, mut last) = (0, 0, None);
    for (unit, value) in valued {
        seen += 1;
        if last != Some(value) {
            place = if dense { place + 1 } else { seen };
            last = Some(value);
        }
        places.insert(unit, place);
    }
    places
}

fn rank(context: &Context<'_>, of: &Dynamic, closure: FnPtr, highest_first: bool, ties: &str) -> Result<Dynamic, Halt> {
    let dense = match ties {
        "dense" => true,
        "skip" => false,
        _ => return Err(fault("并列规则应为 \"dense\" 或 \"skip\"", "the tie rule is \"dense\" or \"skip\"")),
    };
    let mut question = Question::new(context, of, Some(closure))?;
    question.kept_as = question.kept_as.map(|key| format!("{key} {ties}"));
    let places = question.answer(|| places(&question, highest_first, dense).map(Arc::new))?;
    Ok(places.get(&question.frame.unit).map_or(Dynamic::UNIT, |place| Dynamic::from_int(*place)))
}

fn register_ranks(engine: &mut Engine) {
    for (name, highest_first) in [("rank", true), ("rank_low", false)] {
        engine.register_fn(name, move |context: Context<'_>, of: Dynamic, closure: FnPtr| {
            rank(&context, &of, closure, highest_first, "skip")
        });
        engine.register_fn(name, move |context: Context<'_>, of: Dynamic, closure: FnPtr, ties: &str| {
            rank(&context, &of, closure, highest_first, ties)
        });
    }
}
