//! What the log says about the marks beside batches and runs: what was taken back, what was made public, what is attached to a
//! record. Each is small and has one digest, without leaves.
//!
//! Enters: a store. Leaves: [`Marks`], by which [`super::compare`] holds each against the log, and the digest of one for an entry.
//! Next: [`super::compare`].

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::content::{Thing, leaf};
use crate::attachments::{self, Attachment};
use crate::store::{ContentId, RecordId, Release, Result, RunId, Store, Target, Withdrawal, hex};

/// The marks of a store.
#[derive(Debug, Default)]
pub(super) struct Marks {
    withdrawals: BTreeMap<Target, Vec<Withdrawal>>,
    releases: BTreeMap<RunId, Vec<Release>>,
    /// The same file more than once where it was taken off and attached again.
    attachments: BTreeMap<(RecordId, ContentId), Vec<Attachment>>,
}

impl Marks {
    /// Reads all of them. An attachment whose note cannot be read is not there.
    pub(super) fn read(store: &dyn Store) -> Result<Marks> {
        let mut marks = Marks::default();
        for withdrawal in store.withdrawals()? {
            marks.withdrawals.entry(withdrawal.target).or_default().push(withdrawal);
        }
        for release in store.releases()? {
            marks.releases.entry(release.run).or_default().push(release);
        }
        for (record, attachment) in attachments::all(store)? {
            marks.attachments.entry((record, attachment.content)).or_default().push(attachment);
        }
        Ok(marks)
    }

    /// Reads those of one thing.
    fn about(store: &dyn Store, thing: &Thing) -> Result<Marks> {
        let mut marks = Marks::default();
        match thing {
            Thing::Withdrawal(target) => {
                let acts = store.withdrawals()?.into_iter().filter(|known| known.target == *target);
                acts.for_each(|act| marks.withdrawals.entry(*target).or_default().push(act));
            }
            Thing::Release(run) => {
                let acts = store.releases()?.into_iter().filter(|known| known.run == *run);
                acts.for_each(|act| marks.releases.entry(*run).or_default().push(act));
            }
            Thing::Attachment(record, _) => {
                for (record, attachment) in attachments::of_record(store, &[*record])? {
                    marks.attachments.entry((record, attachment.content)).or_default().push(attachment);
                }
            }
            Thing::Batch(_) | Thing::Edition(_) | Thing::Run(_) | Thing::Document(..) => {}
        }
        Ok(marks)
    }

    /// Everything that is marked.
    pub(super) fn things(&self) -> impl Iterator<Item = Thing> {
        let withdrawals = self.withdrawals.keys().map(|target| Thing::Withdrawal(*target));
        let releases = self.releases.keys().map(|run| Thing::Release(*run));
        let attachments = self.attachments.keys().map(|(record, content)| Thing::Attachment(*record, *content));
        withdrawals.chain(releases).chain(attachments)
    }

    /// The digest of one. None: there is no such mark.
    pub(super) fn digest(&self, store: &dyn Store, key: &[u8], thing: &Thing) -> Result<Option<String>> {
        match thing {
            Thing::Withdrawal(target) => {
                self.withdrawals.get(target).map(|acts| one(key, "withdrawal", acts)).transpose()
            }
            Thing::Release(run) => self.releases.get(run).map(|acts| one(key, "release", acts)).transpose(),
            Thing::Attachment(record, content) => {
                let Some(deeds) = self.attachments.get(&(*record, *content)) else { return Ok(None) };
                let Some(attachment) = deeds.last() else { return Ok(None) };
                // Over what is noted of it, and the bytes of the original and of what is shown.
                let original = Sha256::digest(attachments::original(store, attachment)?);
                let shown = Sha256::digest(attachments::shown(store, attachment)?);
                one(key, "attachment", &(record, deeds, hex(&original), hex(&shown))).map(Some)
            }
            Thing::Batch(_) | Thing::Edition(_) | Thing::Run(_) | Thing::Document(..) => Ok(None),
        }
    }
}

/// The digest of one mark as it stands in the store. None: there is no such mark.
pub(super) fn digest(store: &dyn Store, key: &[u8], thing: &Thing) -> Result<Option<String>> {
    Marks::about(store, thing)?.digest(store, key, thing)
}

fn one<T: Serialize>(key: &[u8], what: &str, content: &T) -> Result<String> {
    Ok(hex(&leaf(key, what, content)?))
}
