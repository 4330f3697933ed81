//! The facts of a unit: a table for each kind.
//!
//! Enters: records, or packed facts read by [`super::reading`]. Leaves: [`Facts`], the same whatever the order of arrival. Next:
//! [`crate::coverage`].

use std::sync::Arc;

use super::Record;
use super::table::Table;
use crate::dictionary::Kind;
use crate::period::{Date, day_of_number};

/// The records of one unit, by kind; each list in [`Record::order`]. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// By rising id of the kind.
    tables: Arc<[Table]>,
}

impl Facts {
    /// Sorts the records of one unit.
    pub fn new(records: impl IntoIterator<Item = Arc<Record>>) -> Facts {
        let mut records: Vec<Arc<Record>> = records.into_iter().collect();
        records.sort_by(|a, b| a.kind.id.cmp(&b.kind.id));
        let of_kind = |records: &[Arc<Record>]| -> Option<Table> {
            let kind: Arc<Kind> = Arc::clone(&records.first()?.kind);
            Some(Table::of(kind, records.to_vec()))
        };
        Facts { tables: records.chunk_by(|a, b| a.kind.id == b.kind.id).filter_map(of_kind).collect() }
    }

    /// Facts of tables, each of another kind.
    pub(super) fn of_tables(mut tables: Vec<Table>) -> Facts {
        tables.sort_by(|a, b| a.kind().id.cmp(&b.kind().id));
        Facts { tables: tables.into() }
    }

    /// The table of one kind; none when there is no record of it.
    pub fn table(&self, kind: &str) -> Option<&Table> {
        let place = self.tables.binary_search_by(|table| table.kind().id.as_ref().cmp(kind)).ok()?;
        self.tables.get(place)
    }

    /// The tables, by rising id of the kind.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The records of one kind, all dates.
    pub fn of(&self, kind: &str) -> &[Arc<Record>] {
        self.table(kind).map_or(&[], Table::records)
    }

    /// All records, kind by kind.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Record>> {
        self.tables.iter().flat_map(Table::records)
    }

    /// The day of the latest record.
    pub fn latest(&self) -> Option<Date> {
        self.tables.iter().filter_map(|table| table.days().last()).max().and_then(|day| day_of_number(*day))
    }
}
