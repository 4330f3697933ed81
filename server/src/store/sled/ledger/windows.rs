//! Reading the records of a batch back in their order, though they stand by unit and kind: window by window.
//!
//! Enters: a batch and a number. Leaves: its records behind that number, one after the other. The first window is small, for whoever
//! wants a page; each further one is larger, up to some thousand records, which are all that is held.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{ControlFlow, RangeInclusive};

use super::Sheets;
use crate::store::VisitRecords;
use crate::store::error::Result;
use crate::store::sled::key::Key;
use crate::store::sled::rows::{PlaceLine, RecordLine, Rows};
use crate::store::sled::{Sled, decode};
use crate::store::words::*;

/// Records of the first window, and of a window at most.
const FIRST: u32 = 500;
const LARGEST: u32 = 20_000;

/// Consecutive records of a batch, and where they are found.
struct Window {
    /// Their numbers; the last is the highest that there is room for.
    numbers: RangeInclusive<u32>,
    /// Units and kinds of those that are there.
    places: BTreeSet<(String, String)>,
}

impl Window {
    fn behind(after: u32, room: u32) -> Window {
        let first = after.saturating_add(1);
        Window { numbers: first..=first.saturating_add(room - 1), places: BTreeSet::new() }
    }

    /// The next one, larger.
    fn next(&self) -> Window {
        let room = (self.numbers.end() - self.numbers.start()).saturating_add(1);
        Window::behind(*self.numbers.end(), room.saturating_mul(4).min(LARGEST))
    }
}

impl Sled {
    pub(in crate::store::sled) fn records_behind(
        &self,
        id: BatchId,
        after: u32,
        visit: &mut VisitRecords,
    ) -> Result<()> {
        self.heading(&self.known(), id)?;
        let mut sheets = Sheets::default();
        let mut window = Window::behind(after, FIRST);
        let shelf = &self.shelves.record_places;
        let prefix = Key::new().batch(id);
        // The value with the place of the first one begins at or before it.
        let from = shelf.last_up_to(&prefix, &prefix.clone().small(*window.numbers.start()))?.map(|(key, _)| key);
        for entry in shelf.scan_from(from.as_deref().unwrap_or(prefix.bytes()), &prefix) {
            let (key, value) = entry?;
            let rows: Rows<PlaceLine> = decode(shelf, &key, &value)?;
            for PlaceLine(first, count, unit, kind) in rows.rows {
                let last = first.saturating_add(count.saturating_sub(1));
                // A place may hold more than a window.
                while last > *window.numbers.end() {
                    if first <= *window.numbers.end() {
                        window.places.insert((unit.clone(), kind.clone()));
                    }
                    if self.visit_window(id, &window, &mut sheets, visit)?.is_break() {
                        return Ok(());
                    }
                    window = window.next();
                }
                if last >= *window.numbers.start() {
                    window.places.insert((unit, kind));
                }
            }
        }
        self.visit_window(id, &window, &mut sheets, visit).map(drop)
    }

    fn visit_window(
        &self,
        id: BatchId,
        window: &Window,
        sheets: &mut Sheets,
        visit: &mut VisitRecords,
    ) -> Result<ControlFlow<()>> {
        let shelf = &self.shelves.records;
        let mut records = BTreeMap::new();
        for (unit, kind) in &window.places {
            let prefix = Key::new().text(unit).text(kind).batch(id);
            // The value with the first number begins at or before it.
            let from = shelf.last_up_to(&prefix, &prefix.clone().small(*window.numbers.start()))?.map(|(key, _)| key);
            for entry in shelf.scan_from(from.as_deref().unwrap_or(prefix.bytes()), &prefix) {
                let (key, value) = entry?;
                let rows: Rows<RecordLine> = decode(shelf, &key, &value)?;
                let is_behind = rows.rows.first().is_none_or(|line| line.0 > *window.numbers.end());
                for line in rows.rows.into_iter().filter(|line| window.numbers.contains(&line.0)) {
                    let record = self.restore(sheets, (unit, kind, id), rows.on, line)?;
                    records.insert(record.id, record.item);
                }
                if is_behind {
                    break;
                }
            }
        }
        for (id, record) in records {
            if visit(id, record)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}
