//! A record as text: in a backup, and wherever else it is written. Next: [`super`].

use std::collections::BTreeMap;

use liuwu_engine::period::Date;
use liuwu_engine::record::Source;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::store::words::{RecordId, RecordRow};

/// A record as it stands in a backup, and wherever else it is written as text.
#[derive(Debug, Serialize, Deserialize)]
pub struct RecordText {
    unit: String,
    kind: String,
    date: Date,
    number: Option<String>,
    fields: Map<String, Json>,
    file: String,
    sheet: Option<String>,
    row: u32,
    columns: Option<BTreeMap<String, String>>,
    supersedes: Option<RecordId>,
}

impl From<RecordRow> for RecordText {
    fn from(record: RecordRow) -> RecordText {
        let RecordRow { unit, kind, date, number, fields, source, supersedes } = record;
        RecordText {
            unit,
            kind,
            date,
            number,
            fields,
            file: source.file.to_string(),
            sheet: source.sheet.map(|sheet| sheet.to_string()),
            row: source.row,
            columns: source.columns.map(|columns| columns.as_ref().clone()),
            supersedes,
        }
    }
}

impl From<RecordText> for RecordRow {
    fn from(text: RecordText) -> RecordRow {
        let RecordText { unit, kind, date, number, fields, file, sheet, row, columns, supersedes } = text;
        let source = Source { file: file.into(), sheet: sheet.map(Into::into), row, columns: columns.map(Into::into) };
        RecordRow { unit, kind, date, number, fields, source, supersedes }
    }
}
