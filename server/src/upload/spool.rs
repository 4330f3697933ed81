//! Rows of a large table, set down in a file without a name until they are stored.
//!
//! Enters: checked records of one table, in their order. Leaves: the same, one by one or in windows. Held are eight bytes a row; the
//! system removes the file when it is closed, however the process ends.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use liuwu_engine::dictionary::{Dictionary, Kind};
use liuwu_engine::period::Date;
use liuwu_engine::record::Source;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::intake::UnitRecord;
use crate::records::{record_of, row_of};
use crate::store::{BatchId, ItemId, Received, RecordRow, StoreError};

/// The rows that were set down.
#[derive(Debug)]
pub(super) struct Spool {
    file: Mutex<File>,
    kind: Arc<Kind>,
    /// Where each row ends.
    ends: Vec<u64>,
    /// What all rows share of their sources.
    source: Option<Source>,
}

/// A row as it is set down: unit, date, its own number, number in the sheet, fields.
#[derive(Serialize, Deserialize)]
struct Line(String, Date, Option<String>, u32, Map<String, Json>);

impl Spool {
    /// Without rows.
    pub fn new(kind: &Arc<Kind>) -> Result<Spool, StoreError> {
        Ok(Spool { file: Mutex::new(tempfile::tempfile()?), kind: Arc::clone(kind), ends: Vec::new(), source: None })
    }

    /// How many rows there are.
    pub fn len(&self) -> u32 {
        u32::try_from(self.ends.len()).unwrap_or(u32::MAX)
    }

    /// Sets down the next rows.
    pub fn add(&mut self, rows: &[UnitRecord]) -> Result<(), StoreError> {
        let written: Vec<Vec<u8>> = rows.par_iter().map(line_of).collect::<Result<_, _>>()?;
        let mut end = self.ends.last().copied().unwrap_or(0);
        self.ends.extend(written.iter().map(|line| {
            end += line.len() as u64;
            end
        }));
        self.source = self.source.take().or_else(|| rows.first().map(|filed| filed.record.source.clone()));
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::End(0))?;
        Ok(file.write_all(&written.concat())?)
    }

    /// One row, as it was when it was set down.
    pub fn get(&self, row: u32, dictionary: &Dictionary) -> Result<UnitRecord, StoreError> {
        let mut rows = self.rows(row..row.saturating_add(1))?;
        let item = rows.pop().ok_or_else(|| broken("no such row"))?;
        let unit = Arc::from(item.unit.as_str());
        let received = Received { id: ItemId { batch: BatchId(0), number: 0 }, received_on: item.date, item };
        let record = record_of(&self.kind, dictionary, &received).map_err(|_| broken("a row reads otherwise"))?;
        Ok(UnitRecord { unit, record })
    }

    /// Consecutive rows as they are stored.
    pub fn rows(&self, range: Range<u32>) -> Result<Vec<RecordRow>, StoreError> {
        let bounds: Vec<u64> = (range.start..=range.end).map_while(|row| self.start_of(row)).collect();
        let (Some(from), Some(to)) = (bounds.first(), bounds.last()) else { return Ok(Vec::new()) };
        let bytes = self.read(*from, *to)?;
        let lines = bounds.par_windows(2).map(|pair| {
            let &[start, end] = pair else { return Err(broken("no bounds")) };
            let at = |place: u64| usize::try_from(place - from).unwrap_or(usize::MAX);
            self.row_of(bytes.get(at(start)..at(end)).unwrap_or_default())
        });
        lines.collect()
    }

    /// Rows that stand anywhere, as they are stored.
    pub fn some(&self, rows: &[u32]) -> Result<Vec<RecordRow>, StoreError> {
        let lines = rows.iter().map(|row| match (self.start_of(*row), self.start_of(row.saturating_add(1))) {
            (Some(start), Some(end)) => self.read(start, end),
            _ => Err(broken("no such row")),
        });
        let lines: Vec<Vec<u8>> = lines.collect::<Result<_, _>>()?;
        lines.par_iter().map(|line| self.row_of(line)).collect()
    }

    /// Where a row begins, or the one behind the last would.
    fn start_of(&self, row: u32) -> Option<u64> {
        match row.checked_sub(1) {
            None => Some(0),
            Some(row) => self.ends.get(row as usize).copied(),
        }
    }

    fn read(&self, from: u64, to: u64) -> Result<Vec<u8>, StoreError> {
        let mut bytes = vec![0; usize::try_from(to - from).map_err(|_| broken("too long"))?];
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(from))?;
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn row_of(&self, line: &[u8]) -> Result<RecordRow, StoreError> {
        let source = self.source.as_ref().ok_or_else(|| broken("no source"))?;
        let Line(unit, date, number, row, fields) = serde_json::from_slice(line).map_err(|e| broken(&e.to_string()))?;
        let (kind, source) = (self.kind.id.to_string(), Source { row, ..source.clone() });
        Ok(RecordRow { unit, kind, date, number, fields, source, supersedes: None })
    }
}

fn line_of(filed: &UnitRecord) -> Result<Vec<u8>, StoreError> {
    let RecordRow { unit, date, number, fields, source, .. } = row_of(filed, None);
    serde_json::to_vec(&Line(unit, date, number, source.row, fields)).map_err(|error| broken(&error.to_string()))
}

fn broken(why: &str) -> StoreError {
    StoreError::Io(format!("rows that were set down cannot be read: {why}"))
}
