//! What came of reading a draft, kept ready until the draft changes. What was read before the store changed is still there for
//! whoever cannot wait: the tables are the same, and what storing them does is told as it was a moment ago.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use liuwu_engine::period::Period;

use crate::effect::Effect;
use crate::upload::Report;

/// Previews kept ready; the one used last goes last.
const KEPT: usize = 8;

/// What came of reading a draft.
#[derive(Debug)]
pub struct Preview {
    /// What storing it would do.
    pub report: Report,
    /// What that would do to the results.
    pub effect: Weighed,
    /// The same when what a complete table no longer holds is taken back with it; none: it holds everything.
    pub effect_taking_back: Option<Weighed>,
    /// Whether it is a table of changes of divisions, which is handed in elsewhere.
    pub changes_divisions: bool,
    /// The files that come back to be mended with their cells alone, since they are no xlsx files.
    pub rewritten: BTreeSet<String>,
    /// Names of the units that are spoken of, with those of the units above them.
    pub names: HashMap<String, String>,
}

/// What storing a draft would do to the results, as far as that can be told.
#[derive(Debug)]
pub enum Weighed {
    /// This.
    Effect(Effect),
    /// It cannot be told: why, in Chinese and English.
    Unknown(String, String),
}

/// Of which draft, in which revision, beside which state of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The draft.
    pub draft: String,
    /// Its revision.
    pub revision: u64,
    /// How often facts and editions had changed.
    pub inputs: u64,
    /// What there are results of, with which it is compared.
    pub scored: Vec<Period>,
}

impl Key {
    /// The subject of the job that reads this revision. There is one at a time, whatever is written meanwhile.
    pub fn subject(&self) -> String {
        format!("read {} {}", self.draft, self.revision)
    }

    /// The subject of the job that reads the revision before this one.
    pub fn former_subject(&self) -> String {
        Key { revision: self.revision.saturating_sub(1), ..self.clone() }.subject()
    }

    fn is_of_revision(&self, other: &Key) -> bool {
        (&self.draft, self.revision) == (&other.draft, other.revision)
    }
}

/// Previews that are ready.
#[derive(Debug, Default)]
pub struct Previews(Mutex<Vec<(Key, Arc<Preview>)>>);

impl Previews {
    /// The preview of a key, if it is ready.
    pub fn get(&self, key: &Key) -> Option<Arc<Preview>> {
        let mut ready = self.ready();
        let place = ready.iter().position(|(known, _)| known == key)?;
        let found = ready.remove(place);
        let preview = Arc::clone(&found.1);
        ready.push(found);
        Some(preview)
    }

    /// The preview of the same revision, beside whatever state of the store it was read last.
    pub fn latest(&self, key: &Key) -> Option<Arc<Preview>> {
        let ready = self.ready();
        let (_, preview) = ready.iter().rev().find(|(known, _)| known.is_of_revision(key))?;
        Some(Arc::clone(preview))
    }

    /// Keeps a preview ready, in place of others of the same draft. One of a revision that has passed is of no use.
    pub fn put(&self, key: Key, preview: Arc<Preview>) {
        let mut ready = self.ready();
        if ready.iter().any(|(known, _)| known.draft == key.draft && known.revision > key.revision) {
            return;
        }
        ready.retain(|(known, _)| known.draft != key.draft);
        ready.push((key, preview));
        let many = ready.len().saturating_sub(KEPT);
        ready.drain(..many);
    }

    /// Takes a preview out, so that what it holds can be stored.
    pub fn take(&self, key: &Key) -> Option<Arc<Preview>> {
        let mut ready = self.ready();
        let place = ready.iter().position(|(known, _)| known == key)?;
        Some(ready.remove(place).1)
    }

    fn ready(&self) -> MutexGuard<'_, Vec<(Key, Arc<Preview>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
