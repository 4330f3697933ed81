//! The numbers of the standard, as in force on a day.

use std::sync::Arc;

use indexmap::IndexMap;
use rhai::{Dynamic, Engine, ImmutableString};

use super::super::convert::{date, display, from_number, from_value, need_number};
use super::super::scene::{Missing, Scene};
use super::super::stop::{Halt, fault, missing};
use super::super::view::View;
use crate::bundle::{Bundle, Constant, Parameter, ParameterValue};
use crate::dictionary::Value;
use crate::number::Number;
use crate::period::Date;

/// All parameters, on one day.
#[derive(Clone)]
pub(in crate::script) struct Parameters {
    bundle: Arc<Bundle>,
    day: Date,
}

/// A table, steps or ranges.
#[derive(Clone)]
pub(in crate::script) struct Table {
    bundle: Arc<Bundle>,
    name: ImmutableString,
    day: Date,
}

impl Parameters {
    /// As in force on the period's last day.
    pub(in crate::script) fn of(scene: &Arc<dyn Scene>) -> Parameters {
        Parameters { bundle: Arc::clone(scene.bundle()), day: scene.period().to() }
    }

    /// As in force on another day.
    pub(in crate::script) fn on(scene: &Arc<dyn Scene>, day: Date) -> Parameters {
        Parameters { bundle: Arc::clone(scene.bundle()), day }
    }

    /// The day they are in force on.
    pub(in crate::script) fn day(&self) -> Date {
        self.day
    }

    fn get(&self, name: ImmutableString) -> Result<Dynamic, Halt> {
        match constant(&self.bundle, &name, self.day)? {
            Constant::Value(value) => Ok(from_value(value)),
            Constant::Table(_) | Constant::Steps { .. } | Constant::Ranges(_) => {
                Ok(Dynamic::from(Table { bundle: Arc::clone(&self.bundle), name, day: self.day }))
            }
        }
    }
}

/// A parameter as in force on a day.
pub(in crate::script) fn constant<'a>(bundle: &'a Bundle, name: &str, day: Date) -> Result<&'a Constant, Halt> {
    let Some(parameter) = bundle.parameters.get(name) else {
        return Err(fault(format!("没有名为「{name}」的参数"), format!("there is no parameter `{name}`")));
    };
    in_force(parameter, name, day)
}

/// What a parameter is on a day.
pub(in crate::script) fn in_force<'a>(parameter: &'a Parameter, name: &str, day: Date) -> Result<&'a Constant, Halt> {
    match &parameter.value {
        ParameterValue::Fixed(constant) => Ok(constant),
        ParameterValue::Dated(values) => {
            let in_force = values.iter().rev().find(|(from, _)| *from <= day);
            in_force.map(|(_, constant)| constant).ok_or_else(|| {
                missing(Missing {
                    zh: format!("参数「{}」在 {day} 还没有值", parameter.title),
                    en: format!("parameter `{name}` has no value on {day}"),
                })
            })
        }
    }
}

/// The value of the highest step that a number reaches; none: it is below all.
pub(in crate::script) fn step_reached(steps: &[(Number, Value)], above: bool, reached: Number) -> Option<&Value> {
    let step = steps.iter().rev().find(|(key, _)| reached > *key || (!above && reached == *key));
    step.map(|(_, value)| value)
}

impl Table {
    pub(in crate::script) fn of(bundle: &Arc<Bundle>, name: &str, day: Date) -> Table {
        Table { bundle: Arc::clone(bundle), name: name.into(), day }
    }

    fn constant(&self) -> Result<&Constant, Halt> {
        constant(&self.bundle, &self.name, self.day)
    }

    fn entries(&self) -> Result<&IndexMap<String, Value>, Halt> {
        match self.constant()? {
            Constant::Table(entries) => Ok(entries),
            _ => Err(fault(
                format!("参数「{}」不是对照表", self.name),
                format!("parameter `{}` is not a table", self.name),
            )),
        }
    }

    fn get(&self, key: &str) -> Result<Dynamic, Halt> {
        self.entry(key).map(from_value)
    }

    /// What stands under a key.
    pub(in crate::script) fn entry(&self, key: &str) -> Result<&Value, Halt> {
        self.entries()?.get(key).ok_or_else(|| {
            missing(Missing {
                zh: format!("参数「{}」里没有「{key}」", self.name),
                en: format!("parameter `{}` has no entry `{key}`", self.name),
            })
        })
    }

    /// The value of the highest step that a number reaches; 0 below all.
    fn at(&self, reached: Number) -> Result<Dynamic, Halt> {
        let Constant::Steps { steps, above } = self.constant()? else {
            return Err(fault(
                format!("参数「{}」没有分档(steps)", self.name),
                format!("parameter `{}` has no `steps`", self.name),
            ));
        };
        Ok(step_reached(steps, *above, reached).map_or_else(|| from_number(Number::ZERO), from_value))
    }

    pub(in crate::script) fn contains(&self, item: &Dynamic) -> Result<bool, Halt> {
        match self.constant()? {
            Constant::Ranges(ranges) => {
                let day = date(item).or_else(|| super::super::convert::time(item).map(|time| time.date()));
                let day = day.ok_or_else(|| fault("contains 需要日期", "`contains` takes a date"))?;
                Ok(ranges.iter().any(|(from, to)| *from <= day && day <= *to))
            }
            Constant::Table(entries) => Ok(entries.contains_key(&display(item)?)),
            _ => Err(fault(
                format!("参数「{}」不能用 contains", self.name),
                format!("`contains` does not apply to parameter `{}`", self.name),
            )),
        }
    }

    pub(in crate::script) fn keys(&self) -> Result<View, Halt> {
        Ok(View::of(self.entries()?.keys().map(|key| Dynamic::from(ImmutableString::from(key.as_str())))))
    }
}

pub(super) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<Parameters>("parameters");
    engine.register_type_with_name::<Table>("table");
    engine.register_indexer_get(|parameters: &mut Parameters, name: ImmutableString| parameters.get(name));
    engine.register_indexer_get(|table: &mut Table, key: ImmutableString| table.get(&key));
    engine.register_indexer_get(|table: &mut Table, key: i64| table.get(&key.to_string()));
    engine.register_fn("at", |table: &mut Table, reached: Dynamic| table.at(need_number(&reached, "at")?));
}
