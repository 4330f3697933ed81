//! Archives: old entries in a signed file, after which they may leave the store.
//!
//! Enters: the first entries of the log and a key that is kept apart from the data. Leaves: a text file, one entry a line, with a
//! heading and a signature (HMAC-SHA-256 over all before it); or from such a file the entries again, checked. The entry that is
//! noted about an archive names its last number and hash, so that the chain of the store goes on from it. Next:
//! [`crate::entrance`].

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Action, Audit, BEGINNING, Note, Subject, hash_of};
use crate::accounts::Caller;
use crate::accounts::password::same;
use crate::store::{Entry, Result, Store, StoreError, hex};

/// Days for which entries stay in the store at least.
pub const LEAST_DAYS: i64 = 180;
/// Entries read at a time.
const PAGE: usize = 1_000;
/// Bytes of a block of SHA-256, for the signature.
const BLOCK: usize = 64;
/// Bytes of a key at least.
pub const SHORTEST_KEY: usize = 32;

/// What the log says about an archive: the last entry in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archived {
    /// The first number.
    pub from: u64,
    /// The last number.
    pub to: u64,
    /// The hash of the last entry.
    pub hash: String,
}

impl Archived {
    /// What an entry about an archive says.
    #[must_use]
    pub fn named_by(entry: &Entry) -> Option<Archived> {
        if entry.action != Action::Archive.key() || entry.outcome != super::DONE {
            return None;
        }
        let (numbers, hash) = entry.id.split_once(':')?;
        let (from, to) = numbers.split_once('-')?;
        Some(Archived { from: from.parse().ok()?, to: to.parse().ok()?, hash: hash.to_owned() })
    }

    fn to_id(&self) -> String {
        format!("{}-{}:{}", self.from, self.to, self.hash)
    }
}

/// What is wrong with an archive.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It cannot be read or written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is nothing old enough.
    #[error("没有满 180 天的日志可归档 / no entry is older than 180 days")]
    Nothing,
    /// The key is too short to sign with.
    #[error("签名密钥至少 32 字节 / the key has at least 32 bytes")]
    ShortKey,
    /// The file exists.
    #[error("归档文件已存在,请另取文件名 / the file exists already, name another one")]
    Exists,
    /// It is no archive.
    #[error("第 {0} 行不是归档日志 / line {0} is no line of an archive")]
    Form(usize),
    /// The signature does not fit.
    #[error(
        "签名不符:文件被改动过,或密钥不对 / the signature does not fit: the file was changed, or this is not the key"
    )]
    Signature,
    /// An entry does not fit the one before it.
    #[error("第 {0} 条被改动或次序不对 / entry {0} was changed or stands out of order")]
    Entry(u64),
}

/// The first line of an archive.
#[derive(Debug, Serialize, Deserialize)]
struct Heading {
    format: String,
    from: u64,
    to: u64,
}

const FORMAT: &str = "liuwu-audit-archive-1";

/// The last line of an archive.
#[derive(Debug, Serialize, Deserialize)]
struct Signature {
    hmac_sha256: String,
}

/// Writes the entries before an instant into an archive, reads it once more, and then takes them out of the store. What is
/// younger than 180 days stays.
///
/// # Errors
/// [`ArchiveError`]; nothing is taken out then.
pub fn archive(
    audit: &Audit,
    store: &dyn Store,
    caller: &Caller,
    before: Timestamp,
    path: &Path,
    key: &[u8],
) -> std::result::Result<Archived, ArchiveError> {
    if key.len() < SHORTEST_KEY {
        return Err(ArchiveError::ShortKey);
    }
    if path.exists() {
        return Err(ArchiveError::Exists);
    }
    let least = Timestamp::now() - SignedDuration::from_hours(24 * LEAST_DAYS);
    let entries = entries_before(store, before.min(least))?;
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return Err(ArchiveError::Nothing) };
    let archived = Archived { from: first.number, to: last.number, hash: last.hash.clone() };
    let unfinished = path.with_added_extension("unfinished");
    write_durably(&unfinished, text_of(&entries, key)?.as_bytes())?;
    check(&std::fs::read_to_string(&unfinished)?, key)?;
    std::fs::rename(&unfinished, path)?;
    audit.carry_on(caller, &entries)?;
    audit.note(Note::done(caller, Action::Archive, Subject::of("entries", archived.to_id())))?;
    store.remove_entries(archived.to + 1)?;
    Ok(archived)
}

fn write_durably(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    let mut file = std::fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn entries_before(store: &dyn Store, before: Timestamp) -> Result<Vec<Entry>> {
    let mut entries: Vec<Entry> = Vec::new();
    loop {
        let from = entries.last().map_or(1, |last| last.number + 1);
        let page = store.entries(from, PAGE)?;
        let is_last = page.len() < PAGE;
        let read = page.len();
        let old: Vec<Entry> = page.into_iter().take_while(|entry| entry.at < before).collect();
        let ends = is_last || old.len() < read;
        entries.extend(old);
        if ends {
            return Ok(entries);
        }
    }
}

fn text_of(entries: &[Entry], key: &[u8]) -> Result<String> {
    let number = |entry: Option<&Entry>| entry.map_or(0, |entry| entry.number);
    let heading = Heading { format: FORMAT.to_owned(), from: number(entries.first()), to: number(entries.last()) };
    let mut text = line(&heading)?;
    for entry in entries {
        text.push_str(&line(entry)?);
    }
    let signature = Signature { hmac_sha256: sign(text.as_bytes(), key) };
    text.push_str(&line(&signature)?);
    Ok(text)
}

fn line<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map(|line| line + "\n").map_err(|error| StoreError::Io(error.to_string()))
}

/// Checks the text of an archive: its signature, every entry, and that they follow each other.
///
/// # Errors
/// [`ArchiveError`] with the first thing that is wrong.
pub fn check(text: &str, key: &[u8]) -> std::result::Result<Archived, ArchiveError> {
    let lines: Vec<&str> = text.lines().collect();
    let [heading, entries @ .., signature] = lines.as_slice() else { return Err(ArchiveError::Form(lines.len())) };
    let last: Signature = serde_json::from_str(signature).map_err(|_| ArchiveError::Form(lines.len()))?;
    let signed = text.trim_end().strip_suffix(*signature).unwrap_or_default();
    if !same(sign(signed.as_bytes(), key).as_bytes(), last.hmac_sha256.as_bytes()) {
        return Err(ArchiveError::Signature);
    }
    let heading: Heading = serde_json::from_str(heading).map_err(|_| ArchiveError::Form(1))?;
    if heading.format != FORMAT {
        return Err(ArchiveError::Form(1));
    }
    let mut before: Option<Entry> = None;
    for (place, text) in entries.iter().enumerate() {
        let entry: Entry = serde_json::from_str(text).map_err(|_| ArchiveError::Form(place + 2))?;
        let follows = match &before {
            Some(before) => entry.number == before.number + 1 && entry.before == before.hash,
            None => entry.number == heading.from && (entry.number > 1 || entry.before == BEGINNING),
        };
        if !follows || hash_of(&entry) != entry.hash {
            return Err(ArchiveError::Entry(entry.number));
        }
        before = Some(entry);
    }
    match before {
        Some(last) if last.number == heading.to => {
            Ok(Archived { from: heading.from, to: last.number, hash: last.hash })
        }
        _ => Err(ArchiveError::Form(lines.len())),
    }
}

/// HMAC with SHA-256 (RFC 2104), in hexadecimal.
fn sign(bytes: &[u8], key: &[u8]) -> String {
    hex(&mac(bytes, key))
}

/// The same as bytes.
pub(super) fn mac(bytes: &[u8], key: &[u8]) -> [u8; 32] {
    let mut block = [0_u8; BLOCK];
    let short = if key.len() > BLOCK { Sha256::digest(key).to_vec() } else { key.to_vec() };
    for (place, byte) in block.iter_mut().zip(short) {
        *place = byte;
    }
    let mut inner = Sha256::new();
    inner.update(block.map(|byte| byte ^ 0x36));
    inner.update(bytes);
    let mut outer = Sha256::new();
    outer.update(block.map(|byte| byte ^ 0x5c));
    outer.update(inner.finalize());
    outer.finalize().into()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::audit::verify::verify;
    use crate::audit::{chained, verify};
    use crate::store::Journal;
    use crate::store::memory::Memory;

    const KEY: &[u8] = b"a key for tests that is long enough";

    /// A log whose first four entries are a year old.
    fn store() -> Arc<Memory> {
        let store = Arc::new(Memory::new());
        let mut before = BEGINNING.to_owned();
        for number in 1..=6_u64 {
            let age = if number <= 4 { 365 } else { 1 };
            let at = Timestamp::now() - SignedDuration::from_hours(24 * age);
            let note = Note::done(&Caller::operator(None), Action::Upload, Subject::of("batch", number));
            let entry = chained(note, number, before, at);
            before = entry.hash.clone();
            store.append_entry(&entry).unwrap();
        }
        store
    }

    #[test]
    fn hmac_gives_what_the_standard_says() {
        // RFC 4231, cases 1 and 2.
        let first = sign(b"Hi There", &[0x0b; 20]);
        assert_eq!(first, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        let second = sign(b"what do ya want for nothing?", b"Jefe");
        assert_eq!(second, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn old_entries_leave_the_store_and_the_chain_goes_on() {
        let (store, directory) = (store(), tempfile::tempdir().unwrap());
        let audit = Audit::new(store.clone(), b"key");
        let path = directory.path().join("2025.jsonl");
        let now = Timestamp::now();
        let archived = archive(&audit, store.as_ref(), &Caller::terminal(), now, &path, KEY).unwrap();
        assert_eq!((archived.from, archived.to), (1, 4));
        assert_eq!(check(&std::fs::read_to_string(&path).unwrap(), KEY).unwrap(), archived);
        let numbers: Vec<u64> = store.entries(1, 9).unwrap().iter().map(|entry| entry.number).collect();
        assert_eq!(numbers, [5, 6, 7]);
        assert_eq!(verify(store.as_ref(), &[]).unwrap().flaws, []);
        let again = archive(&audit, store.as_ref(), &Caller::terminal(), now, &directory.path().join("b"), KEY);
        assert!(matches!(again, Err(ArchiveError::Nothing)), "what is younger than 180 days stays");
        // Whoever takes out more than was archived is found out.
        store.remove_entries(6).unwrap();
        assert_eq!(verify(store.as_ref(), &[]).unwrap().flaws, [verify::Flaw::NoBeginning(6)]);
    }

    #[test]
    fn an_archive_that_was_changed_is_refused() {
        let (store, directory) = (store(), tempfile::tempdir().unwrap());
        let path = directory.path().join("a.jsonl");
        archive(&Audit::new(store.clone(), b"key"), store.as_ref(), &Caller::terminal(), Timestamp::now(), &path, KEY)
            .unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        assert!(matches!(check(&text.replace("operator", "operat0r"), KEY), Err(ArchiveError::Signature)));
        assert!(matches!(check(&lines[..3].concat(), KEY), Err(ArchiveError::Form(_))));
        assert!(matches!(check(&[&lines[..2], &lines[3..]].concat().concat(), KEY), Err(ArchiveError::Signature)));
        assert!(matches!(check(&text, b"another key that is long enough"), Err(ArchiveError::Signature)));
        assert!(check("", KEY).is_err());
    }

    #[test]
    fn nothing_is_archived_over_another_file_or_with_a_short_key() {
        let (store, directory) = (store(), tempfile::tempdir().unwrap());
        let audit = Audit::new(store.clone(), b"key");
        let path = directory.path().join("a.jsonl");
        std::fs::write(&path, "x").unwrap();
        let attempt = |key: &[u8]| archive(&audit, store.as_ref(), &Caller::terminal(), Timestamp::now(), &path, key);
        assert!(matches!(attempt(b"short"), Err(ArchiveError::ShortKey)));
        assert!(matches!(attempt(KEY), Err(ArchiveError::Exists)));
        assert_eq!(store.entries(1, 9).unwrap().len(), 6);
    }
}
