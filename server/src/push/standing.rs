//! What is known of the kinds that are pushed, found by what makes a record the fact it is, so that one pushed event does not
//! have all stored events read. Next: [`super::answers`].
//!
//! The index holds 16 bytes and a number for each record of a kind that has been pushed since the start. It is made on the first
//! push of a kind and kept up by pushes; anything else that writes to the store has it made anew.

use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::sync::Arc;

use liuwu_engine::dictionary::{Dictionary, Kind};
use liuwu_engine::period::Date;

use crate::intake::identity::{self, Fingerprint};
use crate::intake::units::Unit;
use crate::intake::{UnitIndex, UnitRecord};
use crate::records::record_of;
use crate::remit::{Beyond, Remit};
use crate::store::{RecordId, Store, StoreError, StoredRecord};

/// What is known, as of a count of writes and by the words of an edition.
#[derive(Default)]
pub struct Standing {
    basis: Option<(u64, String)>,
    units: Option<Arc<UnitIndex>>,
    /// Of each kind the records about each fact, the newest last; several where a person has decided that they are different
    /// facts.
    kinds: HashMap<Arc<str>, HashMap<Fingerprint, Vec<RecordId>>>,
}

/// Records that may be about the same facts, with their numbers.
#[derive(Default)]
pub(super) struct Known {
    pub records: Vec<UnitRecord>,
    pub ids: Vec<RecordId>,
}

impl Known {
    /// Why each of them is not to be touched, if it is not.
    pub fn beyond(&self, store: &dyn Store, remit: &Remit, kind: &Kind) -> Result<Vec<Option<Beyond>>, StoreError> {
        let known = self.records.iter().zip(&self.ids);
        known.map(|(record, id)| remit.of_record(store, *id, (&kind.id, &record.unit))).collect()
    }
}

impl Standing {
    /// Forgets everything unless it was learnt from this very store and edition. `writes` counts what was written so far.
    pub fn rest_on(&mut self, writes: u64, edition: &str) {
        let same = self.basis.as_ref().is_some_and(|(known, of)| *known == writes && of == edition);
        if !same {
            *self = Standing { basis: Some((writes, edition.to_owned())), ..Standing::default() };
        }
    }

    /// Notes that a push of its own was written, which it knows all about; `writes` as counted afterwards.
    pub fn follow(&mut self, writes: u64) {
        if let Some((known, _)) = &mut self.basis
            && *known + 1 == writes
        {
            *known = writes;
        }
    }

    /// All units that data may be about.
    ///
    /// # Errors
    /// The store's.
    pub fn units(&mut self, store: &dyn Store) -> Result<Arc<UnitIndex>, StoreError> {
        if let Some(units) = &self.units {
            return Ok(Arc::clone(units));
        }
        let units = store.units(Date::MAX)?.into_iter().map(|row| Unit {
            id: Arc::from(row.id),
            level: Arc::from(row.level),
            name: row.name,
            parent: row.parent.map(Arc::from),
        });
        let units = Arc::new(UnitIndex::new(units));
        self.units = Some(Arc::clone(&units));
        Ok(units)
    }

    /// The stored records that are about one of these facts.
    pub(super) fn known(
        &mut self,
        store: &dyn Store,
        dictionary: &Dictionary,
        kind: &Arc<Kind>,
        wanted: &BTreeSet<Fingerprint>,
    ) -> Result<Known, StoreError> {
        let read = |stored: &StoredRecord| {
            // What this edition can no longer read is compared with nothing, as in an upload.
            let record = record_of(kind, dictionary, stored).ok()?;
            Some(UnitRecord { unit: Arc::from(stored.unit.as_str()), record })
        };
        if !self.kinds.contains_key(&kind.id) {
            let mut index: HashMap<Fingerprint, Vec<RecordId>> = HashMap::new();
            store.records_of_kind(&kind.id, Date::MAX, &mut |stored| {
                if let Some(record) = read(&stored) {
                    index.entry(identity::fingerprint(kind, &record)).or_default().push(stored.id);
                }
                ControlFlow::Continue(())
            })?;
            self.kinds.insert(Arc::clone(&kind.id), index);
        }
        let index = self.kinds.get(&kind.id);
        let mut known = Known::default();
        for id in wanted.iter().filter_map(|fingerprint| index?.get(fingerprint)).flatten() {
            if let Some(record) = read(&store.record(*id)?.record) {
                known.records.push(record);
                known.ids.push(*id);
            }
        }
        Ok(known)
    }

    /// Notes a record that was stored, and the one in whose place it stands.
    pub(super) fn learn(
        &mut self,
        kind: &Arc<str>,
        fingerprint: Fingerprint,
        record: RecordId,
        supersedes: Option<RecordId>,
    ) {
        if let Some(index) = self.kinds.get_mut(kind) {
            let known = index.entry(fingerprint).or_default();
            known.retain(|known| Some(*known) != supersedes);
            known.push(record);
        }
    }
}
