//! What a file is, by its first bytes; its name is only compared.
//!
//! Enters: the bytes of an upload. Leaves: a [`Format`] that can be read, or what it is instead and how to make it readable.
//! Next: [`super::excel`] and [`super::csv`].

use std::io::{Cursor, Read};

use liuwu_engine::codes::sheet as codes;
use liuwu_engine::diagnostic::Diagnostic;
use zip::ZipArchive;

/// A form of file that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// Excel since 2007.
    Xlsx,
    /// Excel until 2003.
    Xls,
    /// Lines of text; CSV or JSON Lines.
    Text,
}

impl Format {
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Format::Xlsx => ("xlsx 表格", "an xlsx table"),
            Format::Xls => ("xls 表格", "an xls table"),
            Format::Text => ("文本", "text"),
        }
    }

    fn fits(self, extension: &str) -> bool {
        match self {
            Format::Xlsx => matches!(extension, "xlsx" | "xlsm"),
            Format::Xls => extension == "xls",
            Format::Text => matches!(extension, "csv" | "txt" | "tsv" | "json" | "jsonl" | "ndjson"),
        }
    }
}

/// Bytes of the texts that the cells of a workbook share.
const SHARED_TEXTS: u64 = 192 << 20;

const ZIP: &[u8] = b"PK\x03\x04";
const EMPTY_ZIP: &[u8] = b"PK\x05\x06";
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// Tells what a file is.
pub(super) fn recognise(extension: &str, bytes: &[u8]) -> Result<Format, Diagnostic> {
    if extension == "et" || extension == "ett" {
        return Err(other("WPS 专用的 et 表格", "a WPS spreadsheet (et)"));
    }
    if bytes.starts_with(ZIP) {
        return zip_kind(bytes);
    }
    if bytes.starts_with(COMPOUND) {
        return compound_kind(bytes);
    }
    if bytes.starts_with(EMPTY_ZIP) {
        return Err(Diagnostic::new(&codes::EMPTY_FILE));
    }
    for (start, zh, en) in [
        (&b"%PDF"[..], "PDF 文件", "a PDF document"),
        (b"\x89PNG", "图片", "a picture"),
        (b"\xff\xd8\xff", "图片", "a picture"),
        (b"GIF8", "图片", "a picture"),
        (b"Rar!", "压缩包", "an archive"),
        (b"7z\xbc\xaf", "压缩包", "an archive"),
        (b"\x1f\x8b", "压缩包", "an archive"),
        (b"{\\rtf", "文字文档", "a text document"),
    ] {
        if bytes.starts_with(start) {
            return Err(no_table(zh, en));
        }
    }
    text_kind(bytes)
}

/// The remark that a file's name says something else than its content.
pub(super) fn compare_name(extension: &str, format: Format) -> Option<Diagnostic> {
    let (found, found_en) = format.names();
    (!extension.is_empty() && !format.fits(extension)).then(|| {
        Diagnostic::new(&codes::WRONG_EXTENSION)
            .with("extension", extension)
            .with("found", found)
            .with("found_en", found_en)
    })
}

/// Unpacks every part of a zip file without keeping it, to see that it stays within so many bytes. What the file says about
/// its own size is not believed.
///
/// The texts that cells share are held by whoever reads it, so that there is a limit for them alone.
pub(super) fn refuse_bomb(bytes: &[u8], limit: u64) -> Result<(), Diagnostic> {
    let damaged = || Diagnostic::new(&codes::DAMAGED_FILE);
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    let mut left = limit;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| damaged())?;
        let is_shared_texts = part.name_raw().eq_ignore_ascii_case(b"xl/sharedStrings.xml");
        let unpacked = std::io::copy(&mut part.take(left + 1), &mut std::io::sink()).map_err(|_| damaged())?;
        let too_large = |limit: u64| Diagnostic::new(&codes::UNPACKS_TOO_LARGE).with("limit", limit >> 20);
        left = left.checked_sub(unpacked).ok_or_else(|| too_large(limit))?;
        if is_shared_texts && unpacked > SHARED_TEXTS {
            return Err(too_large(SHARED_TEXTS));
        }
    }
    Ok(())
}

fn other(zh: &str, en: &str) -> Diagnostic {
    Diagnostic::new(&codes::OTHER_FORMAT).with("found", zh).with("found_en", en)
}

fn no_table(zh: &str, en: &str) -> Diagnostic {
    Diagnostic::new(&codes::NOT_A_TABLE).with("found", zh).with("found_en", en)
}

/// Whether a file is an archive and no document that is one inside.
pub(super) fn is_archive(bytes: &[u8]) -> bool {
    let is_of_a_document = |name: &str| {
        ["xl/", "word/", "ppt/", "[Content_Types].xml", "content.xml", "mimetype"]
            .iter()
            .any(|part| name.starts_with(part))
    };
    bytes.starts_with(ZIP)
        && ZipArchive::new(Cursor::new(bytes))
            .is_ok_and(|archive| !archive.file_names().flatten().any(|name| is_of_a_document(&name)))
}

fn zip_kind(bytes: &[u8]) -> Result<Format, Diagnostic> {
    let Ok(archive) = ZipArchive::new(Cursor::new(bytes)) else {
        return Err(Diagnostic::new(&codes::DAMAGED_FILE));
    };
    let has = |start: &str| archive.file_names().flatten().any(|name| name.starts_with(start));
    if has("xl/workbook.bin") {
        Err(other("xlsb 表格", "an xlsb spreadsheet"))
    } else if has("xl/") {
        Ok(Format::Xlsx)
    } else if has("word/") {
        Err(no_table("文字文档 docx", "a text document (docx)"))
    } else if has("ppt/") {
        Err(no_table("演示文稿 pptx", "a presentation (pptx)"))
    } else if has("content.xml") {
        Err(other("ods 等 ODF 文档", "an OpenDocument file (ods or the like)"))
    } else {
        Err(no_table("压缩包", "an archive"))
    }
}

fn compound_kind(bytes: &[u8]) -> Result<Format, Diagnostic> {
    let Ok(file) = cfb::CompoundFile::open(Cursor::new(bytes)) else {
        return Err(Diagnostic::new(&codes::DAMAGED_FILE));
    };
    if file.exists("/EncryptedPackage") {
        Err(Diagnostic::new(&codes::PASSWORD_PROTECTED))
    } else if file.exists("/Workbook") || file.exists("/Book") {
        Ok(Format::Xls)
    } else if file.exists("/WordDocument") {
        Err(no_table("文字文档 doc", "a text document (doc)"))
    } else if file.exists("/PowerPoint Document") {
        Err(no_table("演示文稿 ppt", "a presentation (ppt)"))
    } else {
        Err(no_table("其他程序的文档", "a document of another program"))
    }
}

/// Systems that "export to Excel" often write a web page and call it xls.
fn text_kind(bytes: &[u8]) -> Result<Format, Diagnostic> {
    if bytes.iter().all(|byte| byte.is_ascii_whitespace() || matches!(byte, 0 | 0xef | 0xbb | 0xbf | 0xff | 0xfe)) {
        return Err(Diagnostic::new(&codes::EMPTY_FILE));
    }
    let start: Vec<u8> =
        bytes.iter().filter(|b| !b.is_ascii_whitespace()).take(200).map(u8::to_ascii_lowercase).collect();
    let start = String::from_utf8_lossy(&start);
    let start = start.trim_start_matches('\u{feff}');
    if ["<html", "<!doctype", "<table", "<?xml", "<head", "<meta"].iter().any(|tag| start.starts_with(tag)) {
        return Err(other("另存成表格的网页", "a web page saved as a table"));
    }
    Ok(Format::Text)
}
