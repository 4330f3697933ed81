//! A directory with everything Liuwu keeps: the store and the key of pseudonyms.
//!
//! Enters: a path. Leaves: an open [`DataDir`]. Next: [`crate::cli`].

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;

use crate::accounts::Caller;
use crate::accounts::password::Cost;
use crate::audit::{Action, Audit, Note, Subject};
use crate::entrance::Entrance;
use crate::questions;
use crate::store::{self, Store};

/// Length of the key of pseudonyms, in bytes.
const KEY: usize = 32;

/// An open data directory. Only one process may have it open.
pub struct DataDir {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The key of pseudonyms: without it receipts cannot be recomputed, and with it a phone number could be guessed.
    pub pseudonym_key: Vec<u8>,
    path: PathBuf,
}

impl DataDir {
    /// Opens a directory, and makes it if it is not there.
    ///
    /// # Errors
    /// When another process has it open, or it cannot be read or written.
    pub fn open(path: &Path) -> anyhow::Result<DataDir> {
        std::fs::create_dir_all(path).with_context(|| path.display().to_string())?;
        let pseudonym_key = key(&path.join("pseudonym.key"))?;
        let store = store::sled::open(path.join("store"))?;
        let dir = DataDir { store: Arc::new(store), pseudonym_key, path: path.to_owned() };
        dir.finish_answers()?;
        Ok(dir)
    }

    /// Finishes answers that were cut off after they had been stored, and says so in the log, which does not know of them.
    fn finish_answers(&self) -> anyhow::Result<()> {
        let finished = questions::finish_interrupted(self.store.as_ref())?;
        if finished.is_empty() {
            return Ok(());
        }
        let (audit, service) = (self.audit(), Caller::service());
        for (question, batch) in finished {
            audit.note(Note::done(&service, Action::Upload, Subject::of("batch", batch)))?;
            audit.note(Note::done(&service, Action::Decide, Subject::of("question", question)))?;
        }
        Ok(())
    }

    /// The log of everything that was done, with the file beside the store that says where it ends.
    pub fn audit(&self) -> Arc<Audit> {
        let audit = Audit::new(Arc::clone(&self.store), &self.pseudonym_key);
        audit.keep_head_in(self.head_file());
        Arc::new(audit)
    }

    /// The file that says where the log ends.
    pub fn head_file(&self) -> PathBuf {
        self.path.join("audit.head")
    }

    /// The accounts, for commands.
    pub fn entrance(&self) -> Entrance {
        Entrance::new(Arc::clone(&self.store), self.audit(), Cost::default(), 0)
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// The key in a file, made at first use and readable by its owner alone.
pub(crate) fn key(path: &Path) -> anyhow::Result<Vec<u8>> {
    match std::fs::read(path) {
        Ok(key) if key.len() == KEY => Ok(key),
        Ok(_) => anyhow::bail!(
            "{}: 密钥文件长度不对,请从备份恢复 / the key has the wrong length, restore it from a backup",
            path.display()
        ),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut key = vec![0; KEY];
            getrandom::fill(&mut key).map_err(|error| anyhow::anyhow!("{error}"))?;
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(path).with_context(|| path.display().to_string())?;
            file.write_all(&key)?;
            file.sync_all()?;
            Ok(key)
        }
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}
