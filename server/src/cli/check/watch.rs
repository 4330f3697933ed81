//! Waits until one of some files changes.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// How often files are looked at.
const EVERY: Duration = Duration::from_millis(500);

/// Files with the state in which they were last seen.
pub(super) struct Watched {
    files: Vec<(PathBuf, State)>,
}

/// When a file was changed and how long it is; none: it is not there, as for a moment while an editor replaces it.
type State = Option<(SystemTime, u64)>;

fn state(path: &PathBuf) -> State {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

impl Watched {
    pub(super) fn new<'a>(paths: impl IntoIterator<Item = &'a PathBuf>) -> Watched {
        Watched { files: paths.into_iter().map(|path| (path.clone(), state(path))).collect() }
    }

    /// Whether a file has changed since it was last seen.
    fn look(&mut self) -> bool {
        let mut changed = false;
        for (path, seen) in &mut self.files {
            let now = state(path);
            changed |= now != *seen;
            *seen = now;
        }
        changed
    }

    /// Returns when a file has changed.
    pub(super) fn wait(&mut self) {
        while !self.look() {
            std::thread::sleep(EVERY);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_seen_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yaml");
        std::fs::write(&path, "a").unwrap();
        let mut watched = Watched::new([&path]);
        assert!(!watched.look());
        std::fs::write(&path, "ab").unwrap();
        assert!(watched.look());
        assert!(!watched.look());
        std::fs::remove_file(&path).unwrap();
        assert!(watched.look(), "a file that is gone has changed");
    }
}
