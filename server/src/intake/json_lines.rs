//! JSON Lines: one object a line, as pushed by other systems.

use std::sync::Arc;

use liuwu_engine::codes::sheet as codes;
use liuwu_engine::diagnostic::{Diagnostic, Location};
use serde_json::{Map, Value as Json};

use super::workbook::Limits;

/// One object and its line.
#[derive(Debug)]
pub struct Line {
    /// Name of the file.
    pub file: Arc<str>,
    /// From 1.
    pub number: u32,
    /// Its names and values, in order.
    pub object: Map<String, Json>,
}

impl Line {
    /// The place of the line.
    pub fn at(&self) -> Location {
        Location::text(&self.file, self.number, 1)
    }
}

/// Whether a text is meant as JSON Lines.
pub(super) fn is_meant(extension: &str, text: &str) -> bool {
    matches!(extension, "json" | "jsonl" | "ndjson") || text.trim_start().starts_with('{')
}

/// Reads all lines, blank ones left out; or names every line that is no object.
pub(super) fn read(file: &Arc<str>, text: &str, limits: Limits) -> Result<Vec<Line>, Vec<Diagnostic>> {
    let mut lines = Vec::new();
    let mut faults = Vec::new();
    for (index, text) in text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
        if index >= limits.rows {
            return Err(vec![Diagnostic::new(&codes::TOO_MANY_ROWS).with("limit", limits.rows).at(file_of(file))]);
        }
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        match serde_json::from_str(text) {
            Ok(object) => lines.push(Line { file: Arc::clone(file), number, object }),
            Err(error) => {
                let column =
                    text.get(..error.column().saturating_sub(1)).map_or(1, |before| before.chars().count() + 1);
                let column = u32::try_from(column).unwrap_or(1);
                let fault = Diagnostic::new(&codes::NOT_JSON)
                    .with("example", r#"{"kind": "fire", "unit": "330381001701", "date": "2020-02-29"}"#);
                faults.push(fault.at(Location::text(file, number, column)));
            }
        }
    }
    if faults.is_empty() { Ok(lines) } else { Err(faults) }
}

fn file_of(file: &Arc<str>) -> Location {
    Location::File { file: Arc::clone(file) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_that_is_no_object_is_named() {
        let text = "{\"a\": 1}\n\n[1]\n{\"村\": 1,}\n{\"b\": 2}";
        let faults = read(&Arc::from("r.jsonl"), text, Limits::default()).unwrap_err();
        let places: Vec<String> = faults.iter().map(|fault| fault.location.to_line()).collect();
        assert_eq!(places, ["r.jsonl:3:1", "r.jsonl:4:9"]);
    }

    #[test]
    fn numbers_keep_their_digits() {
        let lines = read(&Arc::from("r.jsonl"), "{\"a\": 0.30000000000000004}", Limits::default()).unwrap();
        assert_eq!(lines[0].object["a"].to_string(), "0.30000000000000004");
    }
}
