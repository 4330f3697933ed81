//! Holds what stands in the store against what the log says was done, and names what differs.
//!
//! Enters: a store and the key of pseudonyms. Leaves: a [`Comparison`]. One batch, or one page of a run, is in memory at a time, and
//! of the log one digest for each of them. Whatever changes the store's own checksums as well is found all the same: the log holds
//! the digest, and the log is chained ([`super::verify`]). Next: [`super::search`].

use std::collections::{BTreeMap, BTreeSet};

use super::content::{Part, Thing, edition_digest, walk};
use super::documents;
use super::filed::Filed;
use super::marks::Marks;
use super::runs::Sums;
use super::{Action, discards};
use crate::store::{BatchId, Entry, Result, RunId, Store, StoreError};

/// Entries and headings read at a time.
const PAGE: usize = 1_000;
/// So many parts are named of one thing; the first tell enough.
const NAMED: usize = 20;

/// What a comparison has found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// How many batches, editions, runs and marks have been held against their digest.
    pub compared: u64,
    /// How many the log names without a digest: they were noted by an earlier version.
    pub without_digest: u64,
    /// What differs.
    pub differences: Vec<Difference>,
}

/// Something that is not in the store as the log has it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    /// It is not what it was when it was noted.
    #[error("{0} is not what the log says it was{parts}", parts = listed(.1, Part::to_string))]
    Changed(Thing, Vec<Part>),
    /// It cannot be read.
    #[error("{0} is damaged and cannot be read")]
    Unreadable(Thing),
    /// The log has it, the store does not.
    #[error("{0} is in the log and not in the store")]
    Missing(Thing),
    /// The store has it, the log does not.
    #[error("{0} is in the store, and the log never saw it")]
    NeverSeen(Thing),
}

impl Difference {
    /// The sentence in Chinese.
    #[must_use]
    pub fn zh(&self) -> String {
        match self {
            Difference::Changed(thing, parts) => {
                format!("{}与日志所记不符{}", thing.zh(), listed(parts, Part::zh))
            }
            Difference::Unreadable(thing) => format!("{}已损坏,无法读取", thing.zh()),
            Difference::Missing(thing) => format!("{}日志有记载,库中没有", thing.zh()),
            Difference::NeverSeen(thing) => format!("{}在库中,日志没有记载", thing.zh()),
        }
    }
}

fn listed(parts: &[Part], name: impl Fn(&Part) -> String) -> String {
    match parts {
        [] => String::new(),
        parts => format!(": {}", parts.iter().map(name).collect::<Vec<_>>().join("; ")),
    }
}

/// What the log says last about the content of each thing.
#[derive(Debug, Default)]
pub(super) struct Vouched {
    said: BTreeMap<Thing, Said>,
    /// Runs that are not looked for any more.
    discarded: BTreeSet<RunId>,
}

/// What it says of one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Said {
    /// None: an earlier version noted it.
    digest: Option<String>,
    /// What it said before a blanking that may have been interrupted before it began.
    earlier: Option<String>,
}

impl Vouched {
    /// Reads the whole log; what cannot be read of it is passed over, for the check of the chain names it.
    pub(super) fn read(store: &dyn Store) -> Result<Vouched> {
        let mut vouched = Vouched::default();
        let Some(last) = last_number(store)? else { return Ok(vouched) };
        let mut from = 1;
        while from <= last {
            match store.entries(from, PAGE) {
                Ok(page) => {
                    page.iter().for_each(|entry| vouched.take(entry));
                    match page.last() {
                        Some(entry) => from = entry.number.max(from) + 1,
                        None => break,
                    }
                }
                Err(StoreError::Corrupt(_)) => from = vouched.take_singly(store, from)?,
                Err(error) => return Err(error),
            }
        }
        Ok(vouched)
    }

    /// Takes entries one by one up to the first that is damaged; gives the number after it.
    fn take_singly(&mut self, store: &dyn Store, from: u64) -> Result<u64> {
        let mut number = from;
        loop {
            match store.entries(number, 1) {
                Ok(page) => match page.first() {
                    Some(entry) => {
                        self.take(entry);
                        number = entry.number.max(number) + 1;
                    }
                    None => return Ok(u64::MAX),
                },
                Err(StoreError::Corrupt(_)) => return Ok(number + 1),
                Err(error) => return Err(error),
            }
        }
    }

    pub(super) fn take(&mut self, entry: &Entry) {
        self.discarded.extend(discards::named_by(entry));
        let Some(thing) = Thing::of(entry) else { return };
        if let Thing::Document(..) = thing {
            return self.take_document(thing, entry);
        }
        let said = self.said.entry(thing).or_default();
        let before = std::mem::replace(&mut said.digest, entry.content.clone());
        said.earlier = before.filter(|_| entry.action == Action::Blank.key());
    }

    fn take_document(&mut self, thing: Thing, entry: &Entry) {
        match documents::said_by(entry) {
            Some(documents::Said::Nothing) => drop(self.said.remove(&thing)),
            Some(documents::Said::Digest(digest)) => self.said.entry(thing).or_default().digest = Some(digest),
            Some(documents::Said::Undigested) => drop(self.said.entry(thing).or_default()),
            None => {}
        }
    }

    pub(super) fn digest(&self, thing: &Thing) -> Option<&str> {
        self.said.get(thing).filter(|_| !self.is_discarded(thing))?.digest.as_deref()
    }

    /// Whether it is a run that was discarded, or is going to be.
    fn is_discarded(&self, thing: &Thing) -> bool {
        matches!(thing, Thing::Run(id) if self.discarded.contains(id))
    }

    /// What is said last of each, of which anything is said.
    pub(super) fn digests(&self) -> impl Iterator<Item = (&Thing, &str)> {
        self.said.iter().filter_map(|(thing, said)| Some((thing, said.digest.as_deref()?)))
    }
}

fn last_number(store: &dyn Store) -> Result<Option<u64>> {
    match store.last_entry() {
        Ok(last) => Ok(last.map(|entry| entry.number)),
        // Its number cannot be told; reading ends where there is nothing more.
        Err(StoreError::Corrupt(_)) => Ok(Some(u64::MAX - 1)),
        Err(error) => Err(error),
    }
}

/// Goes through everything that the log vouches for, and everything in the store.
///
/// # Errors
/// When the store fails otherwise than by damage.
pub fn compare(store: &dyn Store, key: &[u8]) -> Result<Comparison> {
    let vouched = Vouched::read(store)?;
    let marks = Marks::read(store)?;
    let mut comparison = Comparison::default();
    for (thing, said) in &vouched.said {
        let found = match held_against(store, key, &marks, thing, said) {
            Err(StoreError::NotFound(_)) if vouched.is_discarded(thing) => continue,
            Err(StoreError::NotFound(_)) => Some(Difference::Missing(thing.clone())),
            Err(StoreError::Corrupt(_)) => Some(Difference::Unreadable(thing.clone())),
            found => found?,
        };
        *(if said.digest.is_some() { &mut comparison.compared } else { &mut comparison.without_digest }) += 1;
        comparison.differences.extend(found);
    }
    let unseen = stored(store, &marks)?.into_iter().filter(|thing| !vouched.said.contains_key(thing));
    comparison.differences.extend(unseen.map(Difference::NeverSeen));
    Ok(comparison)
}

/// Everything in the store, by name.
fn stored(store: &dyn Store, marks: &Marks) -> Result<BTreeSet<Thing>> {
    let mut found: BTreeSet<Thing> = marks.things().collect();
    let editions = readable(store.editions())?;
    found.extend(editions.iter().map(|edition| Thing::Edition(format!("{}@{}", edition.bundle, edition.edition))));
    found.extend(readable(store.runs())?.iter().map(|run| Thing::Run(run.id)));
    let last = store.seen().batch;
    found.extend((1..=last.0).map(|id| Thing::Batch(BatchId(id))));
    found.extend(readable(documents::stored(store))?);
    Ok(found)
}

/// A list of which something is damaged is named by the store's own check.
fn readable<T>(list: Result<Vec<T>>) -> Result<Vec<T>> {
    match list {
        Err(StoreError::Corrupt(_)) => Ok(Vec::new()),
        list => list,
    }
}

fn held_against(
    store: &dyn Store,
    key: &[u8],
    marks: &Marks,
    thing: &Thing,
    said: &Said,
) -> Result<Option<Difference>> {
    let changed = |parts| Some(Difference::Changed(thing.clone(), parts));
    let whole = match thing {
        Thing::Edition(id) => Some(edition_digest(store, id)?),
        Thing::Withdrawal(_) | Thing::Release(_) | Thing::Attachment(..) => Some(marks.digest(store, key, thing)?),
        Thing::Document(document, name) => Some(documents::digest(store, key, *document, name)?),
        Thing::Batch(_) | Thing::Run(_) => None,
    };
    if let Some(digest) = whole {
        return Ok(match &digest {
            None => Some(Difference::Missing(thing.clone())),
            Some(_) if said.digest.is_none() || digest == said.digest => None,
            Some(_) => changed(Vec::new()),
        });
    }
    if said.digest.is_none() {
        return is_there(store, thing).map(|()| None);
    }
    let (mut now, mut then, mut filed) = (Sums::of(store, thing)?, Sums::of(store, thing)?, Filed::of(store, thing)?);
    let (mut parts, mut lengths_fit) = (Vec::new(), true);
    walk(store, key, thing, &mut |part, leaf| {
        now.add(Some(&part), &leaf);
        let was = filed.next(&part)?;
        was.iter().for_each(|was| then.add(Some(&part), was));
        lengths_fit &= was.is_some();
        if was != Some(leaf) && parts.len() < NAMED {
            parts.push(part);
        }
        Ok(())
    })?;
    while let Some(was) = filed.next_of_whole()? {
        then.add(None, &was);
        lengths_fit = false;
    }
    let is_said = |digest: &String| [&said.digest, &said.earlier].contains(&&Some(digest.clone()));
    if now.finish().iter().any(is_said) {
        return Ok(None);
    }
    // Leaves that do not fit the digest were changed themselves and tell nothing.
    if !then.finish().iter().any(|then| Some(then) == said.digest.as_ref()) {
        parts.clear();
    }
    // Where one is lacking or too many, all that follow have moved.
    if !lengths_fit {
        parts.retain(|part| *part == Part::Heading);
    }
    Ok(changed(parts))
}

fn is_there(store: &dyn Store, thing: &Thing) -> Result<()> {
    match thing {
        Thing::Batch(id) => store.batch(*id).map(drop),
        Thing::Run(RunId(id)) => store.run(RunId(*id)).map(drop),
        Thing::Edition(_) | Thing::Withdrawal(_) | Thing::Release(_) | Thing::Attachment(..) | Thing::Document(..) => {
            Ok(())
        }
    }
}
