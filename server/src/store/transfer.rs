//! Backups: everything in a store as lines of JSON, and from such lines a store again.
//!
//! Enters: any store, or the text of a backup. Leaves: the text, or an equal store of whatever kind: the same numbers, the same
//! states for every day, the same bytes when it is written out again.
//!
//! A line is `{"crc":"1a2b3c4d","row":…}` with the CRC-32 of the bytes of the row. The first row names the format, the last
//! one counts the lines and has the SHA-256 of all before it, so that a backup cut short is not taken for a whole one.
//! Batches stand in the order of their numbers, each followed by what it brought, then by the withdrawals made before the next
//! batch came.

mod bytes;
mod text;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use liuwu_engine::period::Period;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::drawer::ContentHead;
use super::error::{BackupFault, Conflict, Result, StoreError};
use super::words::*;
use super::{Paper, SCHEMA, Store};

use bytes::{Bytes, bytes_of};
pub use text::RecordText;

const FORMAT: &str = "liuwu-backup";

/// Records of a batch held at a time; a batch of fewer is stored at once.
const HELD: usize = if cfg!(test) { 150 } else { 20_000 };
/// Bytes of a content on one line.
const PART: usize = 30_000;

/// How much a backup holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Lines, the first and the last included.
    pub lines: u64,
    /// Batches.
    pub batches: u64,
    /// Records.
    pub records: u64,
    /// Runs.
    pub runs: u64,
}

/// One line without its checksum.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Row {
    Head {
        format: String,
        schema: u32,
    },
    Edition(Edition),
    Batch(Batch),
    Record(RecordText),
    Attribute(AttributeFact),
    Unit(UnitRow),
    Statement(Statement),
    Exemption(Exemption),
    TakesBack(RecordId),
    Withdrawal(Withdrawal),
    Run(Run),
    Assessment {
        period: Period,
        unit: String,
        bytes: Bytes,
    },
    Release(Release),
    Entry(Entry),
    Paper {
        folder: String,
        name: String,
        bytes: Bytes,
    },
    Content {
        drawer: String,
        head: ContentHead,
    },
    /// A part of the content named last.
    Part(String),
    End {
        lines: u64,
        sha256: String,
    },
}

/// Writes a backup to a file and reads it once more. The file is there only when it is whole.
///
/// # Errors
/// [`StoreError::Io`], [`StoreError::Full`], and whatever reading the store gives.
pub fn back_up(store: &dyn Store, path: &Path) -> Result<Tally> {
    let unfinished = path.with_added_extension("unfinished");
    let mut file = BufWriter::new(File::create(&unfinished)?);
    let written = export(store, &mut file)?;
    file.into_inner().map_err(|error| StoreError::from(error.into_error()))?.sync_all()?;
    let read = check(&mut BufReader::new(File::open(&unfinished)?))?;
    if read != written {
        return Err(broken(read.lines, BackupFault::End));
    }
    fs::rename(&unfinished, path)?;
    Ok(written)
}

/// Writes everything that is in a store.
///
/// # Errors
/// [`StoreError::Io`], [`StoreError::Full`], and whatever reading the store gives.
pub fn export(store: &dyn Store, out: &mut dyn Write) -> Result<Tally> {
    let mut writer = Lines { out, digest: Sha256::new(), tally: Tally::default() };
    writer.write(&Row::Head { format: FORMAT.to_owned(), schema: SCHEMA })?;
    for edition in store.editions()? {
        writer.write(&Row::Edition(edition))?;
    }
    let last = store.batches(None, 1)?.first().map_or(0, |batch| batch.id.0);
    let withdrawals = store.withdrawals()?;
    for id in (1..=last).map(BatchId) {
        write_batch(store, id, &mut writer)?;
        for withdrawal in withdrawals.iter().filter(|withdrawal| withdrawal.after == id) {
            writer.write(&Row::Withdrawal(withdrawal.clone()))?;
        }
    }
    let releases = store.releases()?;
    let runs = store.runs()?;
    for run in runs.iter().rev() {
        write_run(store, run, &mut writer)?;
    }
    for release in releases.into_iter().filter(|release| runs.iter().any(|run| run.id == release.run)) {
        writer.write(&Row::Release(release))?;
    }
    write_entries(store, &mut writer)?;
    write_papers(store, &mut writer)?;
    write_drawers(store, &mut writer)?;
    writer.end()
}

fn write_batch(store: &dyn Store, id: BatchId, writer: &mut Lines) -> Result<()> {
    writer.tally.batches += 1;
    writer.write(&Row::Batch(Batch { withdrawn: None, ..store.batch(id)? }))?;
    let batch = store.besides_records(id)?;
    for attribute in batch.attributes {
        writer.write(&Row::Attribute(attribute))?;
    }
    for unit in batch.units {
        writer.write(&Row::Unit(unit))?;
    }
    for statement in batch.statements {
        writer.write(&Row::Statement(statement))?;
    }
    for exemption in batch.exemptions {
        writer.write(&Row::Exemption(exemption))?;
    }
    for record in batch.takes_back {
        writer.write(&Row::TakesBack(record))?;
    }
    // Last, so that whoever reads them back need not hold them.
    store.visit_records(id, &mut |record| {
        writer.tally.records += 1;
        writer.write(&Row::Record(record.into()))
    })
}

fn write_run(store: &dyn Store, run: &Run, writer: &mut Lines) -> Result<()> {
    writer.tally.runs += 1;
    // A backup holds each run whole.
    writer.write(&Row::Run(Run { released: false, base: None, replaced: 0, ..run.clone() }))?;
    let mut after: Option<(Period, String)> = None;
    loop {
        let cursor = after.as_ref().map(|(period, unit)| (*period, unit.as_str()));
        let page = store.scan_assessments(run.id, cursor, 500)?;
        after = page.last().map(|last| (last.period, last.unit.clone()));
        if after.is_none() {
            return Ok(());
        }
        for StoredAssessment { period, unit, bytes } in page {
            writer.write(&Row::Assessment { period, unit, bytes: bytes.into() })?;
        }
    }
}

fn write_entries(store: &dyn Store, writer: &mut Lines) -> Result<()> {
    let mut from = 1;
    while let Some(entry) = store.entries(from, 1)?.pop() {
        from = entry.number + 1;
        writer.write(&Row::Entry(entry))?;
    }
    Ok(())
}

fn write_papers(store: &dyn Store, writer: &mut Lines) -> Result<()> {
    for folder in store.folders()? {
        let mut after: Option<String> = None;
        loop {
            let page = store.papers(&folder, after.as_deref(), 500)?;
            after = page.last().map(|(name, _)| name.clone());
            if after.is_none() {
                break;
            }
            for (name, bytes) in page {
                writer.write(&Row::Paper { folder: folder.clone(), name, bytes: bytes.into() })?;
            }
        }
    }
    Ok(())
}

fn write_drawers(store: &dyn Store, writer: &mut Lines) -> Result<()> {
    for drawer in store.drawers()? {
        for head in store.kept(&drawer)? {
            let content = store.content(&drawer, head.id)?;
            writer.write(&Row::Content { drawer: drawer.clone(), head })?;
            for part in content.chunks(PART) {
                writer.write(&Row::Part(hex(part)))?;
            }
        }
    }
    Ok(())
}

struct Lines<'a> {
    out: &'a mut dyn Write,
    digest: Sha256,
    tally: Tally,
}

impl Lines<'_> {
    fn write(&mut self, row: &Row) -> Result<()> {
        let row = serde_json::to_string(row).map_err(|error| StoreError::Io(error.to_string()))?;
        let line = format!("{{\"crc\":\"{:08x}\",\"row\":{row}}}\n", crc32fast::hash(row.as_bytes()));
        self.digest.update(line.as_bytes());
        self.tally.lines += 1;
        Ok(self.out.write_all(line.as_bytes())?)
    }

    fn end(mut self) -> Result<Tally> {
        let sha256 = hex(&self.digest.clone().finalize());
        self.write(&Row::End { lines: self.tally.lines + 1, sha256 })?;
        self.out.flush()?;
        Ok(self.tally)
    }
}

/// Reads a backup from beginning to end without storing anything.
///
/// # Errors
/// [`Conflict::Backup`] with the first line that is damaged or out of place.
pub fn check(source: &mut dyn BufRead) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut reader = Reader::new(source);
    while let Some(row) = reader.next()? {
        match row {
            Row::Batch(_) => tally.batches += 1,
            Row::Record(_) => tally.records += 1,
            Row::Run(_) => tally.runs += 1,
            _ => {}
        }
    }
    Ok(Tally { lines: reader.line, ..tally })
}

/// Reads a backup into an empty store. It is checked to its end before anything is stored.
///
/// # Errors
/// [`Conflict::NotEmpty`], [`Conflict::Backup`], and whatever writing the store gives; then the store is only partly filled and to
/// be thrown away.
pub fn import<S: BufRead + Seek>(store: &dyn Store, source: &mut S) -> Result<Tally> {
    if !store.batches(None, 1)?.is_empty() || !store.editions()?.is_empty() || !store.runs()?.is_empty() {
        return Err(Conflict::NotEmpty.into());
    }
    let tally = check(source)?;
    source.seek(SeekFrom::Start(0))?;
    let mut reader = Reader::new(source);
    let mut row = reader.next()?;
    while let Some(current) = row.take() {
        row = match current {
            Row::Batch(heading) => read_batch(store, heading, &mut reader)?,
            Row::Run(run) => read_run(store, run, &mut reader)?,
            Row::Content { drawer, head } => read_content(store, &drawer, &head, &mut reader)?,
            other => {
                read_single(store, other, reader.line)?;
                reader.next()?
            }
        };
    }
    Ok(tally)
}

fn read_single(store: &dyn Store, row: Row, line: u64) -> Result<()> {
    match row {
        Row::Edition(edition) => {
            let Edition { bundle, edition, text, published_at, by, note, .. } = edition;
            store.publish_edition(NewEdition { bundle, edition, text, published_at, by, note }).map(drop)
        }
        Row::Withdrawal(Withdrawal { target: Target::Batch(id), act, .. }) => store.withdraw_batch(id, act),
        Row::Withdrawal(Withdrawal { target: Target::Record(id), act, .. }) => store.withdraw_record(id, act),
        Row::Entry(entry) => store.append_entry(&entry),
        Row::Release(Release { run, public: true, act }) => store.release(run, act),
        Row::Release(Release { run, public: false, act }) => store.retract(run, act),
        Row::Paper { folder, name, bytes } => {
            let bytes = bytes.into_vec().ok_or_else(|| broken(line, BackupFault::Form))?;
            store.file_papers(vec![Paper::new(folder, name, bytes)])
        }
        Row::Head { .. } | Row::End { .. } => Ok(()),
        _ => Err(broken(line, BackupFault::Order)),
    }
}

/// Reads what belongs to a batch, and gives the first row that does not.
fn read_batch(store: &dyn Store, heading: Batch, reader: &mut Reader) -> Result<Option<Row>> {
    let line = reader.line;
    let mut batch = NewBatch::new(heading.at, heading.by, heading.what);
    batch.received_on = heading.received_on;
    batch.files = heading.files;
    batch.notes = heading.notes;
    let next = loop {
        match reader.next()? {
            Some(Row::Record(record)) => {
                batch.records.push(record.into());
                // Too many to be held, and nothing else belongs to it.
                if batch.records.len() == HELD && is_all_but_records(&batch.counts(), &heading.counts) {
                    return read_large_batch(store, (batch, heading.id, heading.counts), reader, line);
                }
            }
            Some(Row::Attribute(fact)) => batch.attributes.push(fact),
            Some(Row::Unit(unit)) => batch.units.push(unit),
            Some(Row::Statement(statement)) => batch.statements.push(statement),
            Some(Row::Exemption(exemption)) => batch.exemptions.push(exemption),
            Some(Row::TakesBack(record)) => batch.takes_back.push(record),
            other => break other,
        }
    };
    if batch.counts() != heading.counts || store.append_batch(batch)? != heading.id {
        return Err(broken(line, BackupFault::Order));
    }
    Ok(next)
}

/// Whether nothing is lacking but records and what these correct.
fn is_all_but_records(found: &Counts, named: &Counts) -> bool {
    let besides = |counts: &Counts| Counts { records: BTreeMap::new(), superseded: 0, ..counts.clone() };
    besides(found) == besides(named)
}

/// Reads the rest of a batch of which records alone are still to come, some thousand held at a time.
fn read_large_batch(
    store: &dyn Store,
    (mut begun, id, named): (NewBatch, BatchId, Counts),
    reader: &mut Reader,
    line: u64,
) -> Result<Option<Row>> {
    let mut records = std::mem::take(&mut begun.records);
    let mut writer = store.begin_batch(begun)?;
    let next = loop {
        if records.len() >= HELD {
            writer.add(std::mem::take(&mut records))?;
        }
        match reader.next()? {
            Some(Row::Record(record)) => records.push(record.into()),
            other => break other,
        }
    };
    writer.add(records)?;
    if writer.finish()? != id || store.batch(id)?.counts != named {
        return Err(broken(line, BackupFault::Order));
    }
    Ok(next)
}

/// Reads what belongs to a run, and gives the first row that does not.
fn read_run(store: &dyn Store, run: Run, reader: &mut Reader) -> Result<Option<Row>> {
    let line = reader.line;
    let mut writer = store.begin_run(NewRun {
        id: Some(run.id),
        bundle: run.bundle,
        edition: run.edition,
        digest: run.digest,
        periods: run.periods,
        as_of: run.as_of,
        started: run.started,
        by: run.by,
        engine: run.engine,
        trial: run.trial,
        seen: run.seen,
        looks_back_on: run.looks_back_on,
        base: None,
    })?;
    let mut found = 0;
    let next = loop {
        match reader.next()? {
            Some(Row::Assessment { period, unit, bytes }) => {
                let bytes = bytes.into_vec().ok_or(broken(reader.line, BackupFault::Form))?;
                writer.add(period, &unit, &bytes)?;
                found += 1;
            }
            other => break other,
        }
    };
    if found != run.assessments {
        return Err(broken(line, BackupFault::Order));
    }
    writer.finish(RunOutcome { finished: run.finished, root: run.root, counts: run.counts })?;
    Ok(next)
}

/// Reads a content, and gives the first row that is no part of it.
fn read_content(store: &dyn Store, drawer: &str, head: &ContentHead, reader: &mut Reader) -> Result<Option<Row>> {
    let line = reader.line;
    let mut content = Vec::new();
    let next = loop {
        match reader.next()? {
            Some(Row::Part(digits)) => content.extend(bytes_of(&digits).ok_or(broken(reader.line, BackupFault::Form))?),
            other => break other,
        }
    };
    if store.keep(drawer, &content, head.at)? != head.id {
        return Err(broken(line, BackupFault::Form));
    }
    Ok(next)
}

/// Reads line after line and checks each, and the whole at the end.
struct Reader<'a> {
    source: &'a mut dyn BufRead,
    digest: Sha256,
    line: u64,
    ended: bool,
}

impl<'a> Reader<'a> {
    fn new(source: &'a mut dyn BufRead) -> Reader<'a> {
        Reader { source, digest: Sha256::new(), line: 0, ended: false }
    }

    fn next(&mut self) -> Result<Option<Row>> {
        let mut line = Vec::new();
        let is_empty = self.source.read_until(b'\n', &mut line)? == 0;
        match (is_empty, self.ended) {
            (true, true) => return Ok(None),
            (true, false) => return Err(broken(self.line + 1, BackupFault::End)),
            (false, true) => return Err(broken(self.line + 1, BackupFault::Order)),
            (false, false) => self.line += 1,
        }
        let row = self.read_row(&line)?;
        match &row {
            Row::Head { format, schema } if self.line == 1 && format == FORMAT => match *schema {
                ..=SCHEMA => {}
                _ => return Err(broken(self.line, BackupFault::TooNew)),
            },
            Row::Head { .. } => return Err(broken(self.line, BackupFault::Order)),
            _ if self.line == 1 => return Err(broken(self.line, BackupFault::Order)),
            Row::End { lines, sha256 } => {
                if *lines != self.line || *sha256 != hex(&self.digest.clone().finalize()) {
                    return Err(broken(self.line, BackupFault::End));
                }
                self.ended = true;
            }
            _ => {}
        }
        self.digest.update(&line);
        Ok(Some(row))
    }

    fn read_row(&self, line: &[u8]) -> Result<Row> {
        let form = || broken(self.line, BackupFault::Form);
        let line = line.strip_suffix(b"}\n").ok_or_else(form)?;
        let line = line.strip_prefix(b"{\"crc\":\"").ok_or_else(form)?;
        let (sum, row) = line.split_first_chunk::<8>().ok_or_else(form)?;
        let row = row.strip_prefix(b"\",\"row\":").ok_or_else(form)?;
        if format!("{:08x}", crc32fast::hash(row)).as_bytes() != sum {
            return Err(broken(self.line, BackupFault::Checksum));
        }
        serde_json::from_slice(row).map_err(|_| form())
    }
}

fn broken(line: u64, fault: BackupFault) -> StoreError {
    Conflict::Backup { line, fault }.into()
}
