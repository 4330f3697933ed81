//! How a compiled run reads the facts: the one place that knows how records lie in memory.
//!
//! Enters: what [`Scene::span`] gives, the records of one kind in one window as rows of a [`Table`]. Leaves: [`Rows`] and [`Row`], of
//! which a script asks a field by its place among the fields of the kind: it is read from its column, and nothing is made of a
//! record before it becomes evidence. Next: [`super::value`].

use std::cmp::Ordering;
use std::sync::Arc;

use rhai::Dynamic;

use super::super::objects::RecordObject;
use super::super::scene::Scene;
use super::super::stop::Halt;
use super::value::{Text, Value};
use crate::dictionary::{self, Kind};
use crate::record::Record;
use crate::record::columns::{Cell, Column};
use crate::record::table::{Span, Table};

/// Records of one kind, in their order.
#[derive(Clone, Copy)]
pub(super) struct Rows<'s> {
    span: Span<'s>,
    lenient: bool,
}

/// One record.
#[derive(Clone, Copy)]
pub(super) struct Row<'s> {
    table: &'s Table,
    row: u32,
    /// In a group, what is missing reads as nothing.
    lenient: bool,
}

impl<'s> Rows<'s> {
    pub(super) fn new(span: Span<'s>, lenient: bool) -> Rows<'s> {
        Rows { span, lenient }
    }

    pub(super) fn len(self) -> usize {
        self.span.len()
    }

    pub(super) fn get(self, place: usize) -> Option<Row<'s>> {
        let (table, row) = self.span.get(place)?;
        Some(Row { table, row, lenient: self.lenient })
    }

    pub(super) fn iter(self) -> impl DoubleEndedIterator<Item = Row<'s>> + use<'s> {
        self.span.iter().map(move |(table, row)| Row { table, row, lenient: self.lenient })
    }

    /// The records themselves.
    pub(super) fn records(self) -> &'s [Arc<Record>] {
        self.span.records()
    }
}

impl<'s> Row<'s> {
    fn place(self) -> usize {
        // Rows come from a range of places.
        self.row as usize
    }

    pub(super) fn kind(self) -> &'s Arc<Kind> {
        self.table.kind()
    }

    /// The number of its day.
    pub(super) fn day(self) -> i32 {
        self.table.days().get(self.place()).copied().unwrap_or_default()
    }

    /// The value of a field by its place.
    pub(super) fn field(self, place: usize) -> Field<'s> {
        let cell = self.table.column(place).map_or(Cell::Missing, |column: &'s Column| column.cell(self.place()));
        match cell {
            Cell::Missing => Field::Missing,
            Cell::Flag(is) => Field::Plain(Value::Boolean(is)),
            Cell::Day(day) => Field::Plain(Value::Day(day)),
            Cell::Number { digits, places } => Field::Plain(Value::of_scaled(digits, places)),
            Cell::Word(word) => Field::Plain(Value::Text(Text::Lent(word))),
            Cell::Value(dictionary::Value::Number(number)) => Field::Plain(Value::of_number(*number)),
            Cell::Value(_) => Field::Involved,
        }
    }

    /// Whether a missing value reads as nothing whatever the field says.
    pub(super) fn is_lenient(self) -> bool {
        self.lenient
    }

    /// The record itself, to be named as evidence; none: there is no such row.
    pub(super) fn record(self) -> Option<&'s Arc<Record>> {
        self.table.record(self.place())
    }

    /// A property as the interpreter reads it.
    pub(super) fn read(self, scene: &Arc<dyn Scene>, name: &str) -> Result<Dynamic, Halt> {
        match self.record() {
            Some(record) => RecordObject::new(scene, record, self.lenient).get(name),
            None => Ok(Dynamic::UNIT),
        }
    }

    pub(super) fn to_dynamic(self, scene: &Arc<dyn Scene>) -> Dynamic {
        self.record().map_or(Dynamic::UNIT, |record| Dynamic::from(RecordObject::new(scene, record, self.lenient)))
    }

    /// Whether two are the same record.
    pub(super) fn is(self, other: Row<'_>) -> bool {
        std::ptr::eq(self.table, other.table) && self.row == other.row
    }

    /// The order in which scripts see records.
    pub(super) fn order(self, other: Row<'_>) -> Ordering {
        self.day().cmp(&other.day()).then_with(|| match (self.record(), other.record()) {
            (Some(one), Some(other)) => one.order(other),
            (one, other) => one.is_some().cmp(&other.is_some()),
        })
    }
}

/// What stands in a field.
pub(super) enum Field<'s> {
    Missing,
    Plain(Value<'s>),
    /// It takes more than the column to read it.
    Involved,
}
