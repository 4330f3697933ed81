//! How a compiled run reads the facts: the one place that knows how records lie in memory.
//!
//! Enters: what [`Scene::rows`] gives, the records of one kind in one window, as they lie. Leaves: [`Rows`] and [`Row`], of which
//! a script asks a field by its place among the fields of the kind. Next: [`super::value`].

use std::cmp::Ordering;
use std::sync::Arc;

use rhai::Dynamic;

use super::super::objects::RecordObject;
use super::super::scene::Scene;
use super::super::stop::Halt;
use crate::dictionary::{Kind, Value};
use crate::period::Date;
use crate::record::Record;

/// Records of one kind, in their order.
#[derive(Clone, Copy)]
pub(super) struct Rows<'s> {
    records: &'s [Arc<Record>],
    lenient: bool,
}

/// One record.
#[derive(Clone, Copy)]
pub(super) struct Row<'s> {
    record: &'s Arc<Record>,
    /// In a group, what is missing reads as nothing.
    lenient: bool,
}

impl<'s> Rows<'s> {
    pub(super) fn new(records: &'s [Arc<Record>], lenient: bool) -> Rows<'s> {
        Rows { records, lenient }
    }

    pub(super) fn len(self) -> usize {
        self.records.len()
    }

    pub(super) fn get(self, place: usize) -> Option<Row<'s>> {
        self.records.get(place).map(|record| Row { record, lenient: self.lenient })
    }

    pub(super) fn iter(self) -> impl DoubleEndedIterator<Item = Row<'s>> + use<'s> {
        self.records.iter().map(move |record| Row { record, lenient: self.lenient })
    }
}

impl<'s> Row<'s> {
    pub(super) fn new(record: &'s Arc<Record>, lenient: bool) -> Row<'s> {
        Row { record, lenient }
    }

    pub(super) fn kind(self) -> &'s Arc<Kind> {
        &self.record.kind
    }

    pub(super) fn date(self) -> Date {
        self.record.date
    }

    /// The value of a field by its place; none: missing.
    pub(super) fn field(self, place: usize) -> Option<&'s Value> {
        self.record.values.get(place).and_then(Option::as_ref)
    }

    /// Whether a missing value reads as nothing whatever the field says.
    pub(super) fn is_lenient(self) -> bool {
        self.lenient
    }

    /// A property as the interpreter reads it.
    pub(super) fn read(self, scene: &Arc<dyn Scene>, name: &str) -> Result<Dynamic, Halt> {
        RecordObject::new(scene, self.record, self.lenient).get(name)
    }

    pub(super) fn to_dynamic(self, scene: &Arc<dyn Scene>) -> Dynamic {
        Dynamic::from(RecordObject::new(scene, self.record, self.lenient))
    }

    /// The record, to be named as evidence.
    pub(super) fn share(self) -> Arc<Record> {
        Arc::clone(self.record)
    }

    /// Whether two are the same record.
    pub(super) fn is(self, other: Row<'_>) -> bool {
        Arc::ptr_eq(self.record, other.record)
    }

    /// The order in which scripts see records.
    pub(super) fn order(self, other: Row<'_>) -> Ordering {
        self.record.order(other.record)
    }
}
