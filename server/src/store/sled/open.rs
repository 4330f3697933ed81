//! Opening the database, and making sure that what it says is written is written.
//!
//! Enters: a directory. Leaves: an open [`Database`], or an error that says what to do. This is the only place that opens sled.
//! Next: [`super`], which puts the shelves into it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use sled::{Config, Db};

use crate::store::error::{Damage, Fault, Result, StoreError};

/// Memory for pages that have been read. More brought nothing for a whole country.
const CACHE: u64 = 64 << 20;

/// Size of the segments of the log.
const SEGMENT: usize = 512 << 10;

/// How often a lock is tried: ours, which another process may rightly hold, for half a second; the database's, which only its own
/// threads can still hold when we have ours, for five.
const OWN_TRIES: u32 = 25;
const SLED_TRIES: u32 = 250;
const BETWEEN_TRIES: Duration = Duration::from_millis(20);

/// An open database. Dropping it closes it.
pub(super) struct Database {
    pub(super) db: Db,
    /// The database's own file once more, see [`Database::sync`].
    data: File,
    pub(super) is_new: bool,
    // Last, so that it is released when all else is closed.
    _lock: File,
}

impl Database {
    /// Opens or creates the database in a directory.
    pub(super) fn open(path: &Path) -> Result<Database> {
        fs::create_dir_all(path)?;
        let lock = lock(path)?;
        remove_unfinished_snapshots(path)?;
        let db = open_sled(path)?;
        let data = File::open(path.join("db"))?;
        let is_new = !db.was_recovered();
        if is_new {
            // The names of new files are on the disk only when their directories are.
            sync_directory(path)?;
            path.parent().map_or(Ok(()), sync_directory)?;
        }
        Ok(Database { db, data, is_new, _lock: lock })
    }

    /// Returns when all writes so far would survive a power failure. The database's own `flush` hands them to the operating
    /// system on Linux but does not empty the disk's cache.
    pub(super) fn sync(&self) -> Result<()> {
        self.db.flush().map_err(translate)?;
        Ok(self.data.sync_data()?)
    }
}

/// Our own lock beside the database's, so that "in use" is told from other failures without reading its messages. A program
/// that is just being started by this process holds a copy of the lock for an instant after it was given up.
fn lock(path: &Path) -> Result<File> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path.join("lock"))?;
    for _ in 0..OWN_TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => sleep(BETWEEN_TRIES),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
    }
    Err(StoreError::Locked { path: path.to_owned() })
}

/// A snapshot that was being written when the process ended keeps the database from opening; it has no use.
fn remove_unfinished_snapshots(path: &Path) -> Result<()> {
    for entry in fs::read_dir(path)? {
        let file = entry?.path();
        if file.extension().is_some_and(|extension| extension == "generating") {
            fs::remove_file(file)?;
        }
    }
    Ok(())
}

/// Opens sled. It panics on some damaged files, and its threads may hold its lock for a moment after it was closed.
#[expect(clippy::disallowed_methods, reason = "the one place that opens the database")]
fn open_sled(path: &Path) -> Result<Db> {
    let config = Config::new().path(path).cache_capacity(CACHE).segment_size(SEGMENT);
    for _ in 0..SLED_TRIES {
        match catch_unwind(AssertUnwindSafe(|| config.open())) {
            Ok(Ok(db)) => return Ok(db),
            Ok(Err(error)) if is_lock(&error) => sleep(BETWEEN_TRIES),
            Ok(Err(error)) => return Err(translate(error)),
            Err(_) => return Err(damaged_file(&path.join("db").display().to_string(), "it cannot be opened")),
        }
    }
    Err(StoreError::Locked { path: path.to_owned() })
}

fn is_lock(error: &sled::Error) -> bool {
    matches!(error, sled::Error::Io(error) if error.to_string().contains("could not acquire lock"))
}

#[cfg(unix)]
fn sync_directory(path: &Path) -> Result<()> {
    // A relative path of one part has the empty path above it.
    let path = if path.as_os_str().is_empty() { PathBuf::from(".") } else { path.to_owned() };
    Ok(File::open(path)?.sync_all()?)
}

#[cfg(not(unix))]
fn sync_directory(_: &Path) -> Result<()> {
    Ok(())
}

/// An error of sled in our words.
pub(super) fn translate(error: sled::Error) -> StoreError {
    match error {
        sled::Error::Io(error) => error.into(),
        sled::Error::Corruption { at, .. } => damaged_file("db", &format!("damaged at {at:?}")),
        sled::Error::Unsupported(what) | sled::Error::ReportableBug(what) => damaged_file("db", &what),
        sled::Error::CollectionNotFound(name) => {
            damaged_file("db", &format!("collection {} is missing", name.escape_ascii()))
        }
    }
}

fn damaged_file(place: &str, what: &str) -> StoreError {
    StoreError::Corrupt(Fault { place: place.to_owned(), damage: Damage::Database(what.to_owned()) })
}
