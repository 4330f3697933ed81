//! A form with files, as browsers and programs send it.

use std::collections::BTreeMap;

use axum::extract::multipart::{MultipartError, MultipartRejection};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::StatusCode;

use crate::error::Problem;
use crate::state::App;
use crate::upload::File;

/// A form that was filled in.
pub struct Filled {
    /// The files.
    pub files: Vec<File>,
    /// All else, by name.
    pub fields: BTreeMap<String, String>,
}

/// Reads a form with files.
///
/// # Errors
/// When it is none, or too large.
pub async fn read(app: &App, request: Request) -> Result<Filled, Problem> {
    let limit = app.config().upload_limit();
    let mut parts = Multipart::from_request(request, app).await.map_err(|rejection| match rejection {
        MultipartRejection::InvalidBoundary(_) => Problem::Media("multipart/form-data"),
        other => Problem::Body(other.body_text()),
    })?;
    let mut filled = Filled { files: Vec::new(), fields: BTreeMap::new() };
    while let Some(part) = parts.next_field().await.map_err(|error| refused(&error, limit))? {
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().map(str::to_owned);
        let bytes = part.bytes().await.map_err(|error| refused(&error, limit))?.to_vec();
        match file {
            // A browser sends a file without a name when none was chosen.
            Some(file) if file.is_empty() && bytes.is_empty() => {}
            Some(file) => filled.files.push(File { name: file, bytes }),
            None => drop(filled.fields.insert(name, String::from_utf8_lossy(&bytes).trim().to_owned())),
        }
    }
    Ok(filled)
}

/// What a form that could not be read to its end was refused for.
pub fn refused(error: &MultipartError, limit: usize) -> Problem {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge(limit),
        _ => Problem::Body(error.body_text()),
    }
}
