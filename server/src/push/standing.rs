//! What is known of the kinds that are pushed, found by what makes a record the fact it is, so that one pushed event does not
//! have all stored events read. Next: [`super::answers`].
//!
//! The index holds 16 bytes and a number for each record of a kind that has been pushed since the start. It is made on the first
//! push of a kind and kept up by pushes, whatever is scored or published meanwhile; anything else that changes facts has it made
//! anew.

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

/// What is known, as of a [count of changes](Store::inputs_changed) and by the words of an edition.
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
    /// Forgets everything unless it was learnt when facts and editions had changed as often as now, and by this edition.
    pub fn rest_on(&mut self, inputs: u64, edition: &str) {
        let same = self.basis.as_ref().is_some_and(|(known, of)| *known == inputs && of == edition);
        if !same {
            *self = Standing { basis: Some((inputs, edition.to_owned())), ..Standing::default() };
        }
    }

    /// Notes that a push of its own was stored, which it knows all about; `inputs` as counted afterwards.
    pub fn follow(&mut self, inputs: u64) {
        if let Some((known, _)) = &mut self.basis
            && *known + 1 == inputs
        {
            *known = inputs;
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

#[cfg(test)]
mod tests {
    use liuwu_engine::bundle;

    use super::*;
    use crate::store::memory::Memory;
    use crate::store::{NewRun, RunOutcome};
    use crate::trial::{batch, noon};

    /// A run as the server makes one after each push.
    fn score(store: &dyn Store) {
        let run = NewRun {
            id: None,
            bundle: "small".into(),
            edition: "2020".into(),
            digest: String::new(),
            periods: vec!["2020".parse().unwrap()],
            as_of: Date::MAX,
            started: noon("2021-01-05"),
            by: "自动核算".into(),
            engine: String::new(),
            trial: false,
            seen: Some(store.seen()),
            looks_back_on: None,
            base: None,
        };
        let outcome = RunOutcome { finished: noon("2021-01-05"), root: String::new(), counts: Default::default() };
        store.begin_run(run).unwrap().finish(outcome).unwrap();
    }

    #[test]
    fn what_was_learnt_is_kept_while_results_follow_pushes_and_forgotten_when_others_write() {
        let text = include_str!("../../../fixtures/bundles/disclosure.yaml");
        let (bundle, _) = bundle::read("disclosure.yaml", text).unwrap();
        let store = Memory::new();
        let mut standing = Standing::default();
        let learn = |standing: &mut Standing| {
            let kind = bundle.dictionary.kinds.values().next().unwrap();
            standing.known(&store, &bundle.dictionary, kind, &BTreeSet::new()).unwrap();
        };
        standing.rest_on(store.inputs_changed(), "e");
        learn(&mut standing);
        for _ in 0..3 {
            // A push of its own, and the run that follows it.
            store.append_batch(batch(Vec::new())).unwrap();
            standing.follow(store.inputs_changed());
            score(&store);
            standing.rest_on(store.inputs_changed(), "e");
            assert_eq!(standing.kinds.len(), 1, "all records of the kind would be read once more");
        }
        store.append_batch(batch(Vec::new())).unwrap();
        standing.rest_on(store.inputs_changed(), "e");
        assert_eq!(standing.kinds.len(), 0, "what others have stored would not be known");
        learn(&mut standing);
        standing.rest_on(store.inputs_changed(), "another edition");
        assert_eq!(standing.kinds.len(), 0);
    }
}
