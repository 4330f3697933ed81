//! An archive of tables to its files; any other file stays as it is.
//!
//! Enters: a file as handed in. Leaves: its tables with their names. An archive inside an archive is not unpacked.

use std::borrow::Cow;
use std::io::{Cursor, Read};

use encoding_rs::GB18030;
use liuwu_engine::codes::sheet as codes;
use liuwu_engine::diagnostic::{Diagnostic, Location};
use zip::ZipArchive;

use super::format::is_archive;
use super::workbook::Limits;

/// Files that an archive may hold at most.
const MOST_FILES: usize = 200;

/// Unpacks an archive.
///
/// # Errors
/// When it is damaged, or unpacks to more than is read.
pub fn unpack(name: &str, bytes: Vec<u8>, limits: Limits) -> Result<Vec<(String, Vec<u8>)>, Diagnostic> {
    if !is_archive(&bytes) {
        return Ok(vec![(name.to_owned(), bytes)]);
    }
    let at = || Location::File { file: name.into() };
    let damaged = || Diagnostic::new(&codes::DAMAGED_FILE).at(at());
    let too_large = || Diagnostic::new(&codes::UNPACKS_TOO_LARGE).with("limit", limits.unpacked >> 20).at(at());
    let mut archive = ZipArchive::new(Cursor::new(bytes.as_slice())).map_err(|_| damaged())?;
    if archive.len() > MOST_FILES {
        return Err(Diagnostic::new(&codes::TOO_MANY_FILES).with("limit", MOST_FILES).at(at()));
    }
    let mut files = Vec::new();
    let mut left = limits.unpacked;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| damaged())?;
        let own = name_of(part.name_raw());
        if part.is_dir() || is_left_out(&own) {
            continue;
        }
        let mut content = Vec::new();
        // What the archive says about its own size is not believed.
        part.take(left + 1).read_to_end(&mut content).map_err(|_| damaged())?;
        left = left.checked_sub(content.len() as u64).ok_or_else(too_large)?;
        files.push((own, content));
    }
    if files.is_empty() {
        return Err(Diagnostic::new(&codes::EMPTY_FILE).at(at()));
    }
    Ok(files)
}

/// Programs on Chinese Windows write names in its own encoding and do not say so.
fn name_of(raw: &[u8]) -> String {
    let name = std::str::from_utf8(raw).map_or_else(|_| GB18030.decode(raw).0, Cow::Borrowed);
    name.trim_matches('/').to_owned()
}

/// What programs leave behind in folders.
fn is_left_out(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or(name);
    name.starts_with("__MACOSX/") || last.starts_with("~$") || last.starts_with('.') || last == "Thumbs.db"
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut out = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            out.start_file(*name, SimpleFileOptions::default()).unwrap();
            out.write_all(content).unwrap();
        }
        out.finish().unwrap().into_inner()
    }

    #[test]
    fn the_tables_of_an_archive_come_with_their_names() {
        let bytes =
            archive(&[("一月/火灾.csv", b"a"), ("__MACOSX/火灾.csv", b"x"), ("~$火灾.xlsx", b"x"), ("信访.csv", b"b")]);
        let files = unpack("上报.zip", bytes, Limits::default()).unwrap();
        assert_eq!(files, [("一月/火灾.csv".to_owned(), b"a".to_vec()), ("信访.csv".to_owned(), b"b".to_vec())]);
    }

    #[test]
    fn a_name_in_the_encoding_of_windows_is_read() {
        assert_eq!(name_of(&GB18030.encode("火灾.xls").0), "火灾.xls");
    }

    #[test]
    fn a_workbook_is_no_archive_and_stays_as_it_is() {
        let book = archive(&[("xl/workbook.xml", b"<x/>")]);
        assert_eq!(unpack("a.xlsx", book.clone(), Limits::default()).unwrap(), [("a.xlsx".to_owned(), book)]);
        assert_eq!(unpack("a.csv", b"a,b".to_vec(), Limits::default()).unwrap()[0].1, b"a,b");
    }

    #[test]
    fn an_archive_that_unpacks_to_too_much_or_holds_nothing_is_refused() {
        let limits = Limits { unpacked: 1_000, ..Limits::default() };
        let bomb = archive(&[("a.csv", &[b'0'; 600]), ("b.csv", &[b'0'; 600])]);
        assert_eq!(unpack("a.zip", bomb, limits).unwrap_err().code.id, codes::UNPACKS_TOO_LARGE.id);
        let empty = archive(&[("__MACOSX/a", b"")]);
        assert_eq!(unpack("a.zip", empty, limits).unwrap_err().code.id, codes::EMPTY_FILE.id);
        let many: Vec<(String, &[u8])> = (0..=MOST_FILES).map(|n| (format!("{n}.csv"), b"a".as_slice())).collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|(name, content)| (name.as_str(), *content)).collect();
        assert_eq!(unpack("a.zip", archive(&many), limits).unwrap_err().code.id, codes::TOO_MANY_FILES.id);
    }
}
