//! An answer with its tag: what has not changed since a client last asked is not sent again.
//!
//! Enters: who asks for what, and on what the answer rests (a run, a digest, a count of writes). Leaves: JSON, CSV or text with
//! `ETag` and `Cache-Control`, or `304`. Everything must be asked about again, because a release can be taken back at any time;
//! asking is cheap. Next: [`super::source`].

use std::fmt::Write as _;

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::accounts::Caller;
use crate::disclosure::{Reader, Viewer};
use crate::error::Problem;
use crate::prepared::Lasting;
use crate::state::App;
use crate::wording::internal_mark;

/// Digits from which on a spreadsheet shows a number as 3.3E+11.
const SHORTEST_CODE: usize = 12;

/// Digits of a tag.
const TAG_LENGTH: usize = 20;

/// Who asks for what.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Whose runs and editions are seen.
    pub reader: Reader,
    /// Who looks.
    pub viewer: Viewer,
    /// Who asks, by name: what staff take away is marked with it.
    pub caller: Caller,
    /// Path and parameters.
    address: String,
    /// The tags of what the client has.
    known: Option<String>,
    /// Whether the client would rather have CSV.
    accepts_csv: bool,
}

impl FromRequestParts<App> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Asked, Problem> {
        let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let known = text(IF_NONE_MATCH);
        let accepts_csv = text(ACCEPT).is_some_and(|accept| accept.starts_with("text/csv"));
        let address = parts.uri.path_and_query().map_or_else(String::new, ToString::to_string);
        let Ok(caller) = Caller::from_request_parts(parts, app).await;
        let viewer = Viewer::of(&caller);
        Ok(Asked { reader: viewer.of_runs(), viewer, caller, address, known, accepts_csv })
    }
}

/// The forms in which a list can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON, page by page.
    Json,
    /// CSV for spreadsheets, whole.
    Csv,
}

/// An answer, or that nothing has changed.
#[derive(Debug)]
pub struct Answer {
    tag: String,
    /// Whether it is what anybody gets.
    is_public: bool,
    body: Option<Body>,
}

#[derive(Debug)]
struct Body {
    media: &'static str,
    bytes: Vec<u8>,
    /// The name under which a browser stores it.
    file: Option<String>,
}

impl Asked {
    /// The form asked for: by `format=`, else by `Accept`.
    ///
    /// # Errors
    /// [`Problem::Parameter`].
    pub fn format(&self, named: Option<&str>) -> Result<Format, Problem> {
        match named {
            Some("json") => Ok(Format::Json),
            Some("csv") => Ok(Format::Csv),
            None => Ok(if self.accepts_csv { Format::Csv } else { Format::Json }),
            Some(_) => Err(Problem::parameter("format", "应为 json 或 csv", "`json` or `csv`")),
        }
    }

    /// An answer in JSON. `basis` names all that could change it.
    ///
    /// # Errors
    /// Those of making it.
    pub fn json<T: Serialize>(
        &self,
        basis: &str,
        make: impl FnOnce() -> Result<T, Problem>,
    ) -> Result<Answer, Problem> {
        self.answer("application/json", basis, || {
            let bytes = serde_json::to_vec(&make()?).map_err(|error| Problem::Internal(error.to_string()))?;
            Ok((bytes, None))
        })
    }

    /// An answer in CSV, and the name of its file. What staff take away says in its last line who took it and when.
    ///
    /// # Errors
    /// Those of making it.
    pub fn csv(
        &self,
        basis: &str,
        file: String,
        make: impl FnOnce() -> Result<Table, Problem>,
    ) -> Result<Answer, Problem> {
        self.answer("text/csv; charset=utf-8", basis, || {
            let table = make()?;
            let table = match self.viewer.is_outside() {
                true => table,
                false => table.marked(&self.caller.name(), Timestamp::now()),
            };
            Ok((table.to_bytes()?, Some(file)))
        })
    }

    /// An answer that is a text of its own form.
    ///
    /// # Errors
    /// None of its own.
    pub fn text(&self, media: &'static str, basis: &str, text: &str) -> Result<Answer, Problem> {
        self.answer(media, basis, || Ok((text.as_bytes().to_vec(), None)))
    }

    fn answer(
        &self,
        media: &'static str,
        basis: &str,
        make: impl FnOnce() -> Result<(Vec<u8>, Option<String>), Problem>,
    ) -> Result<Answer, Problem> {
        let tag = self.tag(media, basis);
        let same = self.known.as_deref().is_some_and(|known| known.split(',').any(|known| known.trim() == tag));
        let body = if same {
            None
        } else {
            let (bytes, file) = make()?;
            Some(Body { media, bytes, file })
        };
        // What is told to somebody known may rest on what they answer for, also where results do not.
        Ok(Answer { tag, is_public: !self.caller.is_known(), body })
    }

    /// Weak, because compression changes the bytes.
    fn tag(&self, media: &str, basis: &str) -> String {
        let mut digest = Sha256::new();
        // What is in somebody's charge is nobody else's.
        let (reader, name) = match self.viewer.is_outside() {
            true => ("public", String::new()),
            false => ("staff", self.caller.name()),
        };
        for part in [env!("CARGO_PKG_VERSION"), reader, &name, media, &self.address, basis] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        let mut hex = String::new();
        for byte in digest.finalize() {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        format!("W/\"{}\"", hex.chars().take(TAG_LENGTH).collect::<String>())
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let caching = if self.is_public { "public, no-cache" } else { "private, no-store" };
        let shared = [(CACHE_CONTROL, caching), (VARY, "authorization, accept")];
        let mut response = match self.body {
            None => (StatusCode::NOT_MODIFIED, shared).into_response(),
            Some(body) => {
                let mut response = (shared, [(CONTENT_TYPE, body.media)], body.bytes).into_response();
                if let Some(value) = body.file.and_then(|file| disposition(&file)) {
                    response.headers_mut().insert(CONTENT_DISPOSITION, value);
                }
                response
            }
        };
        if let Ok(tag) = HeaderValue::from_str(&self.tag) {
            response.headers_mut().insert(ETAG, tag);
        }
        if self.is_public { Lasting(response).into_response() } else { response }
    }
}

/// A file name in Chinese, as RFC 6266 has it.
fn disposition(file: &str) -> Option<HeaderValue> {
    let escaped = crate::pages::links::escape(file);
    HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{escaped}")).ok()
}

/// A table for spreadsheets.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with its header.
    pub fn new(header: impl IntoIterator<Item = impl Into<String>>) -> Table {
        Table { rows: vec![header.into_iter().map(Into::into).collect()] }
    }

    /// Adds a row.
    pub fn add(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }

    /// With a last line that says that it is internal, who took it and when. Our own intake knows the line for a note.
    #[must_use]
    pub fn marked(mut self, name: &str, at: Timestamp) -> Table {
        let width = self.rows.first().map_or(1, Vec::len);
        let mut line = vec![String::new(); width];
        if let Some(first) = line.first_mut() {
            *first = internal_mark(name, at);
        }
        self.rows.push(line);
        self
    }

    /// As CSV in UTF-8, with the mark by which spreadsheets know it.
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, Problem> {
        let failed = |error: String| Problem::Internal(error);
        let mut writer =
            csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(vec![0xEF, 0xBB, 0xBF]);
        for row in &self.rows {
            writer.write_record(row.iter().map(|cell| harmless(cell))).map_err(|error| failed(error.to_string()))?;
        }
        writer.into_inner().map_err(|error| failed(error.to_string()))
    }
}

/// A text that a spreadsheet would take for a formula gets an apostrophe before it, a code that it would round a tab; a number
/// stays as it is.
fn harmless(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let is_number = cell.strip_prefix('-').is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'));
    let is_code = cell.len() >= SHORTEST_CODE && cell.chars().all(|c| c.is_ascii_digit());
    match cell {
        cell if is_code => format!("\t{cell}"),
        cell if is_formula && !is_number => format!("'{cell}"),
        cell => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_cannot_be_a_formula() {
        assert_eq!(harmless("=1+1"), "'=1+1");
        assert_eq!(harmless("-cmd"), "'-cmd");
        assert_eq!(harmless("-2.5"), "-2.5");
        assert_eq!(harmless("330381101701"), "\t330381101701");
        assert_eq!(harmless("上岙村"), "上岙村");
    }

    #[test]
    fn what_others_may_see_has_another_tag() {
        let asked = |caller| {
            let viewer = Viewer::of(&caller);
            let reader = viewer.of_runs();
            Asked { reader, viewer, caller, address: "/a".to_owned(), known: None, accepts_csv: false }
        };
        let (public, staff) = (asked(Caller::public(None)), asked(Caller::operator(None)));
        assert_ne!(public.tag("m", "run 1"), staff.tag("m", "run 1"));
        assert_ne!(public.tag("m", "run 1"), public.tag("m", "run 2"));
        assert_eq!(public.tag("m", "run 1"), public.tag("m", "run 1"));
    }
}
