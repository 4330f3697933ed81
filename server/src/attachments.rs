//! Attachments: photos and papers that belong to a record.
//!
//! Enters: a file as somebody took it. Leaves: its original, kept as evidence; and of a picture what may be shown, without the place,
//! the camera and whatever else it carries beside the picture ([`clean`]). Only pictures and PDFs are taken, told by their content
//! and not by their name. They stand in drawers by their SHA-256; what belongs to which record is noted beside. Next:
//! [`crate::entry`].

pub mod clean;

use jiff::Timestamp;
use liuwu_engine::codes::files as codes;
use liuwu_engine::diagnostic::Diagnostic;
use serde::{Deserialize, Serialize};

use crate::store::{Act, ContentId, Paper, RecordId, Store, StoreError};

/// The drawer of originals.
const ORIGINALS: &str = "attachments";
/// The drawer of what may be shown.
const SHOWN: &str = "attachments-shown";
/// Bytes of a picture at most.
pub const LARGEST_PICTURE: usize = 10 * 1024 * 1024;
/// Bytes of a PDF at most.
pub const LARGEST_PDF: usize = 20 * 1024 * 1024;
/// Attachments of a record at most.
pub const MOST: usize = 20;
/// Characters of a name that are kept.
const LONGEST_NAME: usize = 120;

/// What an attachment is, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// A photo.
    Jpeg,
    /// A picture.
    Png,
    /// A paper.
    Pdf,
}

impl Form {
    /// By the first bytes; none: it is not taken.
    pub fn of(bytes: &[u8]) -> Option<Form> {
        match bytes {
            [0xFF, 0xD8, 0xFF, ..] => Some(Form::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(Form::Png),
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Form::Pdf),
            _ => None,
        }
    }

    /// The media type.
    pub const fn media(self) -> &'static str {
        match self {
            Form::Jpeg => "image/jpeg",
            Form::Png => "image/png",
            Form::Pdf => "application/pdf",
        }
    }

    /// The ending of its name.
    const fn ending(self) -> &'static str {
        match self {
            Form::Jpeg => "jpg",
            Form::Png => "png",
            Form::Pdf => "pdf",
        }
    }

    /// Whether a browser may show it in a page. A PDF can carry scripts and forms.
    pub const fn is_picture(self) -> bool {
        !matches!(self, Form::Pdf)
    }
}

/// An attachment of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its original, by its SHA-256.
    pub content: ContentId,
    /// What of it may be shown.
    pub shown: ContentId,
    /// What it is.
    pub form: Form,
    /// Its name as uploaded, without what could lead elsewhere.
    pub name: String,
    /// Bytes of the original.
    pub size: u64,
    /// Who attached it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Who took it off, when and why; it stays kept.
    pub withdrawn: Option<Act>,
}

/// Why a file is not attached.
#[derive(Debug, thiserror::Error)]
pub enum AttachError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file cannot be taken; why, and what to do.
    #[error("the file is not taken")]
    Refused(Diagnostic),
}

/// Attaches a file to a record. The same file once more changes nothing.
///
/// # Errors
/// [`AttachError::Refused`] for another kind of file, one too large or broken, or one too many.
pub fn attach(
    store: &dyn Store,
    record: RecordId,
    (name, bytes): (&str, &[u8]),
    (by, at): (String, Timestamp),
) -> Result<Attachment, AttachError> {
    let refused = |code, what: &str| AttachError::Refused(Diagnostic::new(code).with("name", what));
    let name = plain_name(name);
    let form = Form::of(bytes).ok_or_else(|| refused(&codes::ATTACHMENT_OF_OTHER_KIND, &name))?;
    let largest = if form.is_picture() { LARGEST_PICTURE } else { LARGEST_PDF };
    if bytes.len() > largest {
        let fault = Diagnostic::new(&codes::ATTACHMENT_TOO_LARGE).with("name", &name);
        return Err(AttachError::Refused(fault.with("limit", largest / (1024 * 1024))));
    }
    let known = of_record(store, record)?;
    let content = ContentId::of(bytes);
    if let Some(same) = known.iter().find(|known| known.content == content && known.withdrawn.is_none()) {
        return Ok(same.clone());
    }
    if known.iter().filter(|known| known.withdrawn.is_none()).count() >= MOST {
        return Err(AttachError::Refused(Diagnostic::new(&codes::TOO_MANY_ATTACHMENTS).with("limit", MOST)));
    }
    let broken = || refused(&codes::BROKEN_ATTACHMENT, &name);
    let shown = match form {
        Form::Jpeg => Some(clean::jpeg(bytes).ok_or_else(broken)?),
        Form::Png => Some(clean::png(bytes).ok_or_else(broken)?),
        Form::Pdf => None,
    };
    let shown = match shown {
        Some(cleaned) => store.keep(SHOWN, &cleaned, at)?,
        None => content,
    };
    store.keep(ORIGINALS, bytes, at)?;
    let size = bytes.len() as u64;
    let attachment = Attachment { content, shown, form, name, size, by, at, withdrawn: None };
    note(store, record, &attachment)?;
    Ok(attachment)
}

/// A name without the path before it and the signs that mean something to a file system or a header; with the ending that fits.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String =
        last.chars().filter(|c| !c.is_control() && !"\"<>:|?*;".contains(*c)).take(LONGEST_NAME).collect();
    if plain.trim().is_empty() { "附件".to_owned() } else { plain.trim().to_owned() }
}

/// Stands before the number of a record in the name of its folder.
const FOLDER: &str = "attachments ";

fn folder(record: RecordId) -> String {
    format!("{FOLDER}{record}")
}

fn note(store: &dyn Store, record: RecordId, attachment: &Attachment) -> Result<(), StoreError> {
    let body = serde_json::to_vec(attachment).map_err(|error| StoreError::Io(error.to_string()))?;
    store.file_papers(vec![Paper::new(folder(record), attachment.content.to_string(), body)])
}

/// The attachments of a record, by when they were attached.
///
/// # Errors
/// The store's.
pub fn of_record(store: &dyn Store, record: RecordId) -> Result<Vec<Attachment>, StoreError> {
    let papers = store.papers(&folder(record), None, usize::MAX)?;
    let mut found: Vec<Attachment> = papers.iter().filter_map(|(_, body)| serde_json::from_slice(body).ok()).collect();
    found.sort_by_key(|attachment| (attachment.at, attachment.content));
    Ok(found)
}

/// Every attachment with the record it belongs to.
///
/// # Errors
/// The store's.
pub fn all(store: &dyn Store) -> Result<Vec<(RecordId, Attachment)>, StoreError> {
    let mut found = Vec::new();
    for record in store.folders()?.iter().filter_map(|folder| folder.strip_prefix(FOLDER)?.parse().ok()) {
        found.extend(of_record(store, record)?.into_iter().map(|attachment| (record, attachment)));
    }
    Ok(found)
}

/// What of an attachment may be shown: of a picture the cleaned one, of a paper the paper.
///
/// # Errors
/// The store's.
pub fn shown(store: &dyn Store, attachment: &Attachment) -> Result<Vec<u8>, StoreError> {
    let drawer = if attachment.form.is_picture() { SHOWN } else { ORIGINALS };
    store.content(drawer, attachment.shown)
}

/// The original, as it was taken.
///
/// # Errors
/// The store's.
pub fn original(store: &dyn Store, attachment: &Attachment) -> Result<Vec<u8>, StoreError> {
    store.content(ORIGINALS, attachment.content)
}

/// Takes an attachment off its record. Its content stays kept.
///
/// # Errors
/// The store's.
pub fn take_off(store: &dyn Store, record: RecordId, attachment: &Attachment, act: Act) -> Result<(), StoreError> {
    note(store, record, &Attachment { withdrawn: Some(act), ..attachment.clone() })
}

impl Attachment {
    /// The name under which it is stored by whoever downloads it: with the ending of what it is.
    pub fn file_name(&self) -> String {
        let stem = self.name.rsplit_once('.').map_or(self.name.as_str(), |(stem, _)| stem);
        format!("{stem}.{}", self.form.ending())
    }
}

#[cfg(test)]
mod tests;
