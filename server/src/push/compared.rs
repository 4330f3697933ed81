//! What was pushed of one kind, compared with what is known of the same facts.
//!
//! Enters: records or messages, each with the item it is in. Leaves: verdicts, contradictions, and what is to be stored. Next:
//! [`super::answers`].

use std::collections::BTreeSet;
use std::sync::Arc;

use liuwu_engine::diagnostic::Diagnostic;
use liuwu_engine::dictionary::Kind;

use super::message::Said;
use super::standing::Known;
use super::steps::{self, Event, Moments, Noted, Of};
use super::{Lacking, lacking};
use crate::intake::UnitRecord;
use crate::intake::identity::{self, Verdict};
use crate::records::row_of;
use crate::remit::Beyond;
use crate::store::{NewBatch, RecordId};

/// A record, behind the item that it is in, and before what counts of it as a message.
pub(super) type InItem = (usize, UnitRecord, Said);

/// What a record of the batch comes from.
pub(super) struct Origin {
    /// The items.
    pub items: Vec<usize>,
    /// Its kind.
    pub kind: Arc<str>,
    /// What makes it the fact it is.
    pub fingerprint: identity::Fingerprint,
    /// The record in whose place it stands.
    pub supersedes: Option<RecordId>,
}

/// The records of one kind, each with the item it is in, and what is known of the same facts.
pub(super) struct OfKind {
    pub kind: Arc<Kind>,
    pub items: Vec<usize>,
    pub records: Vec<UnitRecord>,
    /// What counts of each as a message.
    pub said: Vec<Said>,
    pub known: Known,
    /// The moments of what is known, where messages about events are put together with it.
    pub moments: Option<Vec<Moments>>,
    /// Why some of what is known is not to be touched, in the order of it.
    pub beyond: Vec<Option<Beyond>>,
}

impl OfKind {
    pub fn new(
        kind: Arc<Kind>,
        pushed: Vec<InItem>,
        known: Known,
        moments: Option<Vec<Moments>>,
        beyond: Vec<Option<Beyond>>,
    ) -> OfKind {
        let (mut items, mut records, mut said) = (Vec::new(), Vec::new(), Vec::new());
        for (item, record, about) in pushed {
            items.push(item);
            records.push(record);
            said.push(about);
        }
        OfKind { kind, items, records, said, known, moments, beyond }
    }

    pub fn verdicts(&self) -> Vec<Verdict> {
        match self.put_together() {
            Some((verdicts, _)) => verdicts,
            None => identity::compare(&self.kind, &self.records, &self.known.records),
        }
    }

    fn put_together(&self) -> Option<(Vec<Verdict>, Vec<Event>)> {
        let moments = self.moments.as_ref()?;
        Some(steps::put_together(&self.kind, &self.records, &self.said, &self.known.records, moments))
    }

    /// What is still missing in the records that items are about, item by item: of events in the event as it stands after all
    /// messages.
    pub fn missing(&self) -> Vec<(usize, Vec<Lacking>)> {
        let of_one = |(item, record): (&usize, &UnitRecord)| (*item, lacking(&self.kind, record));
        let Some((_, events)) = self.put_together() else {
            return self.items.iter().zip(&self.records).map(of_one).collect();
        };
        let of_event = |event: Event| {
            let missing = lacking(&self.kind, &event.filed);
            let items: Vec<usize> = event.told_by.iter().filter_map(|place| self.items.get(*place).copied()).collect();
            items.into_iter().map(move |item| (item, missing.clone()))
        };
        events.into_iter().flat_map(of_event).collect()
    }

    /// Puts what is new or newer into the batch: records as they were sent, events as they stand.
    pub fn file(&self, batch: &mut NewBatch, origins: &mut Vec<Origin>, noted: &mut Vec<Noted>) {
        let Some((_, events)) = self.put_together() else { return self.file_records(batch, origins) };
        for event in events {
            let known = event.existing.and_then(|existing| self.known.ids.get(existing).copied());
            let changed = !event.changed_by.is_empty();
            if changed {
                let items = event.changed_by.iter().filter_map(|place| self.items.get(*place).copied());
                self.store(&event.filed, known, items.collect(), batch, origins);
            }
            let in_batch = u32::try_from(batch.records.len()).ok().filter(|_| changed).map(Of::InBatch);
            if let Some((name, of)) = event.noted(&self.kind).zip(in_batch.or(known.map(Of::Stored))) {
                noted.push(Noted { name, moments: event.moments, of });
            }
        }
    }

    fn file_records(&self, batch: &mut NewBatch, origins: &mut Vec<Origin>) {
        for ((filed, verdict), item) in self.records.iter().zip(self.verdicts()).zip(&self.items) {
            let supersedes = match verdict {
                Verdict::New => None,
                Verdict::Update { existing } => self.known.ids.get(existing).copied(),
                _ => continue,
            };
            self.store(filed, supersedes, vec![*item], batch, origins);
        }
    }

    fn store(
        &self,
        filed: &UnitRecord,
        supersedes: Option<RecordId>,
        items: Vec<usize>,
        batch: &mut NewBatch,
        origins: &mut Vec<Origin>,
    ) {
        batch.records.push(row_of(filed, supersedes));
        let fingerprint = identity::fingerprint(&self.kind, filed);
        origins.push(Origin { items, kind: Arc::clone(&self.kind.id), fingerprint, supersedes });
    }

    /// Items that contradict what is known or an earlier item, what is said of it, and whether it is what is known. What is not to
    /// be touched is contradicted by whatever would replace it; of a record that is somebody else's nothing is told.
    pub fn contradictions(&self) -> Vec<(usize, Diagnostic, bool)> {
        let verdicts = self.verdicts();
        let filed = self.items.iter().zip(&self.records).zip(verdicts);
        let beyond = |existing: usize| self.beyond.get(existing).and_then(Option::as_ref);
        let contradictions = filed.filter_map(|((item, filed), verdict)| match verdict {
            Verdict::Update { existing } if beyond(existing).is_some() => {
                Some((*item, beyond(existing)?.fault(), true))
            }
            Verdict::Older { existing } | Verdict::Conflict { existing }
                if beyond(existing) == Some(&Beyond::Elsewhere) =>
            {
                Some((*item, Beyond::Elsewhere.fault(), true))
            }
            Verdict::Conflict { existing } => {
                let known = self.known.records.get(existing)?;
                Some((*item, identity::contradiction(&self.kind, filed, known), true))
            }
            Verdict::Contradicts { .. } => {
                Some((*item, identity::remark(&self.kind, &self.records, filed, verdict)?, false))
            }
            _ => None,
        });
        contradictions.collect()
    }

    pub fn take_out(&mut self, refused: &BTreeSet<usize>) {
        let kept: Vec<bool> = self.items.iter().map(|item| !refused.contains(item)).collect();
        retain(&mut self.items, &kept);
        retain(&mut self.records, &kept);
        retain(&mut self.said, &kept);
    }
}

fn retain<T>(all: &mut Vec<T>, kept: &[bool]) {
    let mut kept = kept.iter();
    all.retain(|_| kept.next().copied().unwrap_or_default());
}
