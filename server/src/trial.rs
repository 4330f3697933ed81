//! What tests that score begin with: an edition put in force, divisions named by their codes, kinds stated as handed in.

use std::sync::Arc;

use jiff::Timestamp;
use liuwu_engine::period::parse_date;

use crate::store::{NewBatch, NewEdition, RecordRow, Statement, UnitRow};

/// Noon of a day, in China.
pub fn noon(day: &str) -> Timestamp {
    format!("{day}T12:00:00+08:00").parse().unwrap()
}

/// An edition of the standard `trial`, published before anything was handed in.
pub fn edition(number: &str, text: &str) -> NewEdition {
    NewEdition {
        bundle: "trial".into(),
        edition: number.into(),
        text: Arc::from(text),
        published_at: noon("2020-01-01"),
        by: "王".into(),
        note: String::new(),
    }
}

/// A division that goes by its code.
pub fn unit(id: &str, level: &str, parent: Option<&str>) -> UnitRow {
    UnitRow { id: id.into(), level: level.into(), name: id.into(), parent: parent.map(str::to_owned) }
}

/// A kind that is handed in completely, for an area and the years 2018 to 2021.
pub fn complete(area: &str, kind: &str) -> Statement {
    Statement {
        kind: kind.into(),
        area: area.into(),
        from: parse_date("2018-01-01").unwrap(),
        to: parse_date("2021-12-31").unwrap(),
        nil: false,
    }
}

/// Records handed in early in 2021.
pub fn batch(records: Vec<RecordRow>) -> NewBatch {
    NewBatch { records, ..NewBatch::new(noon("2021-01-05"), "李", "火灾") }
}
