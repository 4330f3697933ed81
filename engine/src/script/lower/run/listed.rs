//! Lists, whatever their form.

use std::rc::Rc;
use std::sync::Arc;

use super::super::super::scene::Scene;
use super::super::super::view::{Extent, View};
use super::super::records::Rows;
use super::super::value::{List, Value};
use super::{Exit, Machine, Outcome};

impl<'s> Machine<'s> {
    /// What a list is made of.
    pub(super) fn listed(&self, value: &Value<'s>) -> Outcome<Listed<'s>> {
        match value {
            Value::Records(rows) => Ok(Listed::Rows(*rows)),
            Value::List(list) => Ok(Listed::Items(Rc::clone(list))),
            Value::Array(items) => Ok(Listed::Array(Rc::clone(items))),
            Value::Other(value) => {
                value.read_lock::<View>().map(|view| Listed::View(view.clone())).ok_or(Exit::HandOver)
            }
            _ => Err(Exit::HandOver),
        }
    }
}

/// A list, whatever its form.
pub(super) enum Listed<'s> {
    Rows(Rows<'s>),
    Items(Rc<List<'s>>),
    Array(Rc<Vec<Value<'s>>>),
    View(View),
}

impl<'s> Listed<'s> {
    pub(super) fn len(&self) -> usize {
        match self {
            Listed::Rows(rows) => rows.len(),
            Listed::Items(list) => list.items.len(),
            Listed::Array(items) => items.len(),
            Listed::View(view) => view.len(),
        }
    }

    pub(super) fn get(&self, place: usize, scene: &Arc<dyn Scene>) -> Option<Value<'s>> {
        match self {
            Listed::Rows(rows) => rows.get(place).map(Value::Record),
            Listed::Items(list) => list.items.get(place).cloned(),
            Listed::Array(items) => items.get(place).cloned(),
            Listed::View(view) => view.items().get(place).map(|item| Value::of_dynamic(item.clone(), scene)),
        }
    }

    pub(super) fn name(&self) -> Option<&Arc<str>> {
        match self {
            Listed::Items(list) => list.kept_as.as_ref(),
            Listed::View(view) => view.name(),
            _ => None,
        }
    }

    pub(super) fn extent(&self) -> Extent {
        match self {
            Listed::Rows(rows) => Extent { weight: rows.len() as u64, depth: 1 },
            Listed::Items(list) => list.extent,
            Listed::Array(items) => List::of(items.to_vec()).extent,
            Listed::View(view) => view.extent(),
        }
    }
}
