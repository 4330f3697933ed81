//! The values of a compiled run: small, shared, and free of the interpreter's on every common path.
//!
//! Enters: what records, figures and parameters hold, and now and then a value of the interpreter. Leaves: a [`Value`], and its
//! way back ([`Value::to_dynamic`]) for functions that are not compiled and for what a script leaves to those below it.
//! Next: [`super::tree`].

use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

use rhai::{Array, Dynamic, ImmutableString};
use rust_decimal::Decimal;

use super::super::convert;
use super::super::objects::{RecordObject, Unit};
use super::super::scene::{Scene, UnitIndex};
use super::super::view::{Extent, View, freeze};
use super::records::{Row, Rows};
use crate::dictionary;
use crate::number::Number;
use crate::period::{Date, day_number, day_of_number};
use crate::record::columns::Cell;

/// A value of a compiled run; `'s` is the life of the scene it reads.
#[derive(Clone)]
pub(super) enum Value<'s> {
    Nothing,
    Boolean(bool),
    /// A whole number of 64 bits.
    Whole(i64),
    /// A decimal as it lies in its column: its digits, and how many of them stand behind the point.
    // Invariant: none that is whole.
    Scaled(i64, u32),
    /// Any other number.
    // Invariant: none that fits `Whole`, as the interpreter keeps them apart too.
    Number(Rc<Number>),
    Text(Text<'s>),
    /// A day by its number.
    Day(i32),
    Record(Row<'s>),
    /// Records of one kind, as they lie in the facts.
    Records(Rows<'s>),
    /// A read-only list.
    List(Rc<List<'s>>),
    /// A list that the script itself writes, which grows.
    Array(Rc<Vec<Value<'s>>>),
    /// A unit of the scene of the run.
    Unit(Seat),
    /// What only the interpreter's functions know.
    Other(Dynamic),
}

/// A text, of the facts or the script, or made in the run.
#[derive(Debug, Clone)]
pub(super) enum Text<'s> {
    Lent(&'s Arc<str>),
    Made(Arc<str>),
}

impl Text<'_> {
    /// To be kept.
    pub(super) fn share(&self) -> Arc<str> {
        match self {
            Text::Lent(text) => Arc::clone(text),
            Text::Made(text) => Arc::clone(text),
        }
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Text::Lent(text) => text,
            Text::Made(text) => text,
        }
    }
}

/// A unit, and whether what is missing in it reads as nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seat {
    pub(super) index: UnitIndex,
    pub(super) lenient: bool,
}

/// A read-only list, with what going through it costs.
pub(super) struct List<'s> {
    pub(super) items: Vec<Value<'s>>,
    /// What the items have in common, in a list made by `group_by`.
    pub(super) key: Option<Value<'s>>,
    /// Under this name, what is computed from the list is kept for the other units of the group.
    pub(super) kept_as: Option<Arc<str>>,
    pub(super) extent: Extent,
}

impl<'s> List<'s> {
    pub(super) fn of(items: Vec<Value<'s>>) -> List<'s> {
        let extent = items.iter().fold(Extent { weight: 0, depth: 1 }, |sum, item| {
            let inner = item.extent();
            Extent {
                weight: sum.weight.saturating_add(inner.weight).saturating_add(1),
                depth: sum.depth.max(inner.depth.saturating_add(1)),
            }
        });
        List { items, key: None, kept_as: None, extent }
    }
}

impl<'s> Value<'s> {
    pub(super) fn of_number(number: Number) -> Value<'s> {
        match number.to_i64() {
            Some(whole) => Value::Whole(whole),
            None => Value::Number(Rc::new(number)),
        }
    }

    /// A number with so many of its digits behind the point.
    pub(super) fn of_scaled(digits: i64, places: u32) -> Value<'s> {
        if places == 0 {
            return Value::Whole(digits);
        }
        match 10_i64.checked_pow(places).map(|power| (digits / power, digits % power)) {
            Some((whole, 0)) => Value::Whole(whole),
            Some(_) => Value::Scaled(digits, places),
            None => Value::of_number(Number::from_scaled(digits, places)),
        }
    }

    pub(super) fn of_text(text: impl Into<Arc<str>>) -> Value<'s> {
        Value::Text(Text::Made(text.into()))
    }

    pub(super) fn of_date(date: Date) -> Value<'s> {
        Value::Day(day_number(date))
    }

    pub(super) fn of_optional<T>(value: Option<T>, make: impl FnOnce(T) -> Value<'s>) -> Value<'s> {
        value.map_or(Value::Nothing, make)
    }

    pub(super) fn is_nothing(&self) -> bool {
        match self {
            Value::Nothing => true,
            Value::Other(value) => value.is_unit(),
            _ => false,
        }
    }

    pub(super) fn number(&self) -> Option<Number> {
        match self {
            Value::Whole(whole) => Some(Number::from_i64(*whole)),
            Value::Scaled(digits, places) => Some(Number::from_scaled(*digits, *places)),
            Value::Number(number) => Some(**number),
            Value::Other(value) => convert::number(value),
            _ => None,
        }
    }

    /// As text, which is never a single letter of the interpreter: those are left to it.
    pub(super) fn text(&self) -> Option<&Text<'s>> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A value of the facts, a parameter, an attribute; none: it needs more than the value to be read.
    pub(super) fn of_plain(value: &'s dictionary::Value) -> Option<Value<'s>> {
        match value {
            dictionary::Value::Boolean(is) => Some(Value::Boolean(*is)),
            dictionary::Value::Number(number) => Some(Value::of_number(*number)),
            dictionary::Value::Date(date) => Some(Value::of_date(*date)),
            dictionary::Value::Text(text) => Some(Value::Text(Text::Lent(text))),
            _ => None,
        }
    }

    /// What stands in a column; none: nothing does, or it needs more than the column to be read.
    #[inline]
    pub(super) fn of_cell(cell: Cell<'s>) -> Option<Value<'s>> {
        match cell {
            Cell::Flag(is) => Some(Value::Boolean(is)),
            Cell::Day(day) => Some(Value::Day(day)),
            Cell::Number { digits, places } => Some(Value::of_scaled(digits, places)),
            Cell::Word(word) => Some(Value::Text(Text::Lent(word))),
            Cell::Value(dictionary::Value::Number(number)) => Some(Value::of_number(*number)),
            Cell::Value(dictionary::Value::Time(time)) => Some(Value::Other(Dynamic::from(*time))),
            Cell::Value(_) | Cell::Missing => None,
        }
    }

    /// The same for a value of one's own, whatever it is.
    pub(super) fn of_own(value: dictionary::Value) -> Value<'s> {
        match value {
            dictionary::Value::Text(text) => Value::of_text(text),
            dictionary::Value::Boolean(is) => Value::Boolean(is),
            dictionary::Value::Number(number) => Value::of_number(number),
            dictionary::Value::Date(date) => Value::of_date(date),
            value => Value::Other(convert::from_value(&value)),
        }
    }

    /// Whether it costs nothing to hand it on, nor does that change it.
    #[inline]
    pub(super) fn is_weightless(&self) -> bool {
        matches!(
            self,
            Value::Nothing | Value::Boolean(_) | Value::Whole(_) | Value::Scaled(..) | Value::Number(_) | Value::Day(_)
        )
    }

    /// What going through the value costs, once it is read-only.
    pub(super) fn extent(&self) -> Extent {
        match self {
            Value::Text(text) => Extent { weight: (text.len() / super::super::view::TEXT_ELEMENT) as u64, depth: 0 },
            Value::Records(rows) => Extent { weight: rows.len() as u64, depth: 1 },
            Value::List(list) => list.extent,
            Value::Array(items) => List::of(items.to_vec()).extent,
            Value::Other(value) if value.is_array() || value.is_map() => Extent::of(&freeze(value.clone())),
            Value::Other(value) => Extent::of(value),
            _ => Extent::default(),
        }
    }

    /// The same value, read-only: what becomes of it when it is handed on.
    pub(super) fn frozen(self) -> Value<'s> {
        match self {
            Value::Array(items) => {
                let items = Rc::try_unwrap(items).unwrap_or_else(|shared| shared.to_vec());
                Value::List(Rc::new(List::of(items.into_iter().map(Value::frozen).collect())))
            }
            Value::Other(value) if value.is_array() || value.is_map() => Value::Other(freeze(value)),
            other => other,
        }
    }

    /// The interpreter's form.
    pub(super) fn to_dynamic(&self, scene: &Arc<dyn Scene>) -> Dynamic {
        match self {
            Value::Nothing => Dynamic::UNIT,
            Value::Boolean(is) => Dynamic::from_bool(*is),
            Value::Whole(whole) => Dynamic::from_int(*whole),
            Value::Scaled(digits, places) => Dynamic::from(Number::from_scaled(*digits, *places)),
            Value::Number(number) => Dynamic::from(**number),
            Value::Text(text) => Dynamic::from(ImmutableString::from(&**text)),
            // Invariant: the number is that of a day of the calendar.
            Value::Day(day) => day_of_number(*day).map_or(Dynamic::UNIT, Dynamic::from),
            Value::Record(row) => row.to_dynamic(scene),
            Value::Records(rows) => Dynamic::from(View::of(rows.iter().map(|row| row.to_dynamic(scene)))),
            Value::List(list) => {
                let items = list.items.iter().map(|item| item.to_dynamic(scene));
                let view = match &list.key {
                    Some(key) => View::keyed(items.collect(), key.to_dynamic(scene)),
                    None => View::of(items),
                };
                Dynamic::from(view.named(list.kept_as.clone()))
            }
            Value::Array(items) => {
                Dynamic::from_array(items.iter().map(|item| item.to_dynamic(scene)).collect::<Array>())
            }
            Value::Unit(Seat { index, lenient }) => {
                Dynamic::from(Unit { scene: Arc::clone(scene), index: *index, lenient: *lenient })
            }
            Value::Other(value) => value.clone(),
        }
    }

    /// Out of the interpreter's form.
    pub(super) fn of_dynamic(value: Dynamic, scene: &Arc<dyn Scene>) -> Value<'s> {
        if value.is_unit() {
            return Value::Nothing;
        }
        if let Ok(whole) = value.as_int() {
            return Value::Whole(whole);
        }
        if let Ok(is) = value.as_bool() {
            return Value::Boolean(is);
        }
        if let Some(text) = value.read_lock::<ImmutableString>() {
            return Value::of_text(text.as_str());
        }
        if let Some(number) = value.read_lock::<Number>() {
            return Value::Number(Rc::new(*number));
        }
        if let Some(date) = value.read_lock::<Date>() {
            return Value::of_date(*date);
        }
        if let Some(unit) = value.read_lock::<Unit>()
            && Arc::ptr_eq(&unit.scene, scene)
        {
            return Value::Unit(Seat { index: unit.index, lenient: unit.lenient });
        }
        if value.is_array() {
            let items = value.into_array().unwrap_or_default();
            return Value::Array(Rc::new(items.into_iter().map(|item| Value::of_dynamic(item, scene)).collect()));
        }
        Value::Other(value)
    }
}

/// A value that stands in the script.
#[derive(Debug, Clone)]
pub(super) enum Constant {
    Nothing,
    Boolean(bool),
    Whole(i64),
    Number(Number),
    Text(Arc<str>),
    Other(Dynamic),
}

impl Constant {
    /// A constant of the interpreter.
    pub(super) fn of_dynamic(value: &Dynamic) -> Constant {
        if let Some(decimal) = value.read_lock::<Decimal>() {
            let number = Number::from_decimal(*decimal);
            // `2.0` is no whole number where the interpreter asks for one.
            if number.to_i64().is_none() {
                return Constant::Number(number);
            }
        }
        Constant::Other(value.clone())
    }

    pub(super) fn value(&self) -> Value<'_> {
        match self {
            Constant::Nothing => Value::Nothing,
            Constant::Boolean(is) => Value::Boolean(*is),
            Constant::Whole(whole) => Value::Whole(*whole),
            Constant::Number(number) => Value::Number(Rc::new(*number)),
            Constant::Text(text) => Value::Text(Text::Lent(text)),
            Constant::Other(value) => Value::Other(value.clone()),
        }
    }
}

/// The record that the interpreter holds, if it is one.
pub(super) fn record_of(value: &Dynamic) -> Option<Arc<crate::record::Record>> {
    value.read_lock::<RecordObject>().map(|object| Arc::clone(&object.record))
}
