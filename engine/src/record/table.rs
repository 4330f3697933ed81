//! The records of one kind of one unit: their columns, and the records themselves for whoever asks for one.
//!
//! Enters: records, or columns with the places where their records were read. Leaves: a [`Table`] in [`Record::order`]. Next:
//! [`super::facts`].

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::columns::Column;
use super::loose::Sheets;
use super::{Record, Source};
use crate::dictionary::{Kind, Value};
use crate::period::{Date, day_number, day_of_number};

/// The records of one kind.
///
/// A rule that is compiled reads the days and the column of a field, `table.column(kind.index_of("deaths"))`, between the rows
/// that [`Table::rows`] gives; nothing is made of a record until it becomes evidence: then [`Table::record`] makes it and keeps it.
#[derive(Debug, Clone)]
pub struct Table {
    kind: Arc<Kind>,
    days: Box<[i32]>,
    ids: Column,
    columns: Box<[Column]>,
    /// The sheet and the row of each record; not used where the records are there already.
    places: Box<[(u32, u32)]>,
    sheets: Sheets,
    /// All of them, once somebody has asked for all.
    records: OnceLock<Box<[Arc<Record>]>>,
    /// Those that were asked for one by one; the same as among all.
    made: OnceLock<Box<[OnceLock<Arc<Record>>]>>,
}

/// The records of a table between two days.
#[derive(Debug, Clone, Copy, Default)]
pub struct Span<'a> {
    /// None: there is no record of the kind.
    table: Option<&'a Table>,
    start: u32,
    end: u32,
}

impl<'a> Span<'a> {
    /// How many.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The table and the row in it of the record at a place of the span.
    pub fn get(self, place: usize) -> Option<(&'a Table, u32)> {
        let row = self.start.checked_add(u32::try_from(place).ok()?).filter(|row| *row < self.end)?;
        Some((self.table?, row))
    }

    /// The same for all, in their order.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = (&'a Table, u32)> + use<'a> {
        self.table.into_iter().flat_map(move |table| (self.start..self.end).map(move |row| (table, row)))
    }

    /// The records themselves, which are made when they are first asked for.
    pub fn records(self) -> &'a [Arc<Record>] {
        match self.table {
            Some(table) if !self.is_empty() => {
                table.records().get(self.start as usize..self.end as usize).unwrap_or(&[])
            }
            _ => &[],
        }
    }
}

impl Table {
    /// Sorts records of one kind and makes columns of them.
    pub fn of(kind: Arc<Kind>, mut records: Vec<Arc<Record>>) -> Table {
        // Records that agree in everything are told apart by where they were read, so that not even evidence shows
        // which came first.
        records.sort_by(|a, b| a.order(b).then_with(|| a.source.cmp(&b.source)));
        let column = |place: usize| {
            let values = records.iter().map(|record| record.values.get(place).cloned().flatten());
            Column::of(values.collect())
        };
        let id = |record: &Arc<Record>| record.id.clone().map(Value::Text);
        Table {
            days: records.iter().map(|record| day_number(record.date)).collect(),
            ids: Column::of(records.iter().map(id).collect()),
            columns: (0..kind.fields.len()).map(column).collect(),
            places: Box::default(),
            sheets: Arc::from([]),
            records: OnceLock::from(Box::from(records)),
            made: OnceLock::new(),
            kind,
        }
    }

    /// Sorts columns. `days` rise; `ids` are texts or empty; each record has a place.
    pub(super) fn of_columns(
        kind: Arc<Kind>,
        (days, ids, columns): (Vec<i32>, Column, Vec<Column>),
        (places, sheets): (Vec<(u32, u32)>, Sheets),
    ) -> Table {
        let table = Table {
            days: days.into(),
            ids,
            columns: columns.into(),
            places: places.into(),
            sheets,
            records: OnceLock::new(),
            made: OnceLock::new(),
            kind,
        };
        let mut order: Vec<usize> = (0..table.len()).collect();
        if order.is_sorted_by(|one, other| table.compare(*one, *other) != Ordering::Greater) {
            return table;
        }
        order.sort_by(|one, other| table.compare(*one, *other));
        Table {
            days: order.iter().filter_map(|row| table.days.get(*row).copied()).collect(),
            ids: table.ids.in_order(&order),
            columns: table.columns.iter().map(|column| column.in_order(&order)).collect(),
            places: order.iter().filter_map(|row| table.places.get(*row).copied()).collect(),
            ..table
        }
    }

    /// As [`Record::order`], then by where they were read.
    fn compare(&self, one: usize, other: usize) -> Ordering {
        let time = || self.kind.time_field().and_then(|place| self.columns.get(place));
        // Personal texts do not matter: they go at the end of their time, and the order must not change then.
        let open = || self.kind.fields.values().zip(&self.columns).filter(|(field, _)| field.personal.is_none());
        let columns = || open().map(|(_, column)| column.compare(one, other)).find(|order| order.is_ne());
        self.days
            .get(one)
            .cmp(&self.days.get(other))
            .then_with(|| time().map_or(Ordering::Equal, |time| time.compare(one, other)))
            .then_with(|| self.ids.compare(one, other))
            .then_with(|| columns().unwrap_or(Ordering::Equal))
            .then_with(|| self.source(one).cmp(&self.source(other)))
    }

    /// What they are.
    pub fn kind(&self) -> &Arc<Kind> {
        &self.kind
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.days.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    /// The days of the records by number, rising.
    pub fn days(&self) -> &[i32] {
        &self.days
    }

    /// The records' own numbers: texts, or empty.
    pub fn ids(&self) -> &Column {
        &self.ids
    }

    /// The column of a field by its place in the kind ([`Kind::index_of`]).
    pub fn column(&self, field: usize) -> Option<&Column> {
        self.columns.get(field)
    }

    /// The columns, in the order of the fields.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The rows of a span of days, both included; without a first day, from the beginning.
    pub fn rows(&self, from: Option<Date>, to: Date) -> Range<usize> {
        self.rows_between(from.map_or(i32::MIN, day_number), day_number(to))
    }

    fn rows_between(&self, from: i32, to: i32) -> Range<usize> {
        let start = self.days.partition_point(|day| *day < from);
        let end = self.days.partition_point(|day| *day <= to);
        start..end.max(start)
    }

    /// The records of a span of days by number, both included.
    pub fn span(&self, from: i32, to: i32) -> Span<'_> {
        let rows = self.rows_between(from, to);
        // More records of one kind in one unit than that cannot be held in memory.
        let place = |row: usize| u32::try_from(row).unwrap_or(u32::MAX);
        Span { table: Some(self), start: place(rows.start), end: place(rows.end) }
    }

    /// The records themselves, made when they are first asked for.
    pub fn records(&self) -> &[Arc<Record>] {
        self.records.get_or_init(|| (0..self.len()).filter_map(|row| self.made(row).cloned()).collect())
    }

    /// One of them.
    pub fn record(&self, row: usize) -> Option<&Arc<Record>> {
        match self.records.get() {
            Some(records) => records.get(row),
            None => self.made(row),
        }
    }

    fn made(&self, row: usize) -> Option<&Arc<Record>> {
        let made = self.made.get_or_init(|| (0..self.len()).map(|_| OnceLock::new()).collect());
        let place = made.get(row)?;
        if place.get().is_none() {
            let _ = place.set(Arc::new(self.make(row)?));
        }
        place.get()
    }

    fn make(&self, row: usize) -> Option<Record> {
        Some(Record {
            kind: Arc::clone(&self.kind),
            date: day_of_number(*self.days.get(row)?)?,
            id: match self.ids.value(row) {
                Some(Value::Text(id)) => Some(id),
                _ => None,
            },
            values: self.columns.iter().map(|column| column.value(row)).collect(),
            source: self.source(row)?,
        })
    }

    fn source(&self, row: usize) -> Option<Source> {
        if let Some(records) = self.records.get() {
            return records.get(row).map(|record| record.source.clone());
        }
        let (sheet, line) = self.places.get(row)?;
        self.sheets.get(usize::try_from(*sheet).ok()?).map(|sheet| sheet.row(*line))
    }
}
