//! Opening: the layout is brought up, what is needed at hand is read, what an interrupted write has left is mended.
//!
//! Enters: a database just opened. Leaves: one that keeps its promises. Next: [`super::shelf`].

use liuwu_engine::period::Date;

use super::key::{Key, Parts, batch_of};
use super::rows::encode;
use super::shelf::Shelf;
use super::{Sled, decode};
use crate::store::SCHEMA;
use crate::store::error::{Damage, Result, StoreError};
use crate::store::half_runs::HalfRuns;
use crate::store::standing::Filing;
use crate::store::words::*;

/// Opening.
impl Sled {
    /// The layout of what is stored.
    pub(super) fn check_schema(&self) -> Result<u32> {
        let key = Key::new().text("schema");
        match self.read_json(&self.shelves.meta, &key)? {
            Some(found) if found > SCHEMA => Err(StoreError::TooNew { found, known: SCHEMA }),
            Some(found) => Ok(found),
            // An earlier start may have ended between creating the files and this entry.
            None if self.database.is_new || self.shelves.batches.last_key()?.is_none() => {
                self.shelves.meta.write(vec![(key, encode(&SCHEMA)?)])?;
                self.database.sync()?;
                Ok(SCHEMA)
            }
            None => Err(self.shelves.meta.corrupt(key.bytes(), Damage::Entry)),
        }
    }

    /// Brings what an older program has written to the layout of this one.
    pub(super) fn bring_up(&self, found: u32) -> Result<()> {
        if found == SCHEMA {
            return Ok(());
        }
        // Layout 1 had no packed facts; in layout 2 no batch took anything back.
        if found < 2 {
            self.repack_all(&self.known())?;
            self.database.sync()?;
        }
        self.shelves.meta.write(vec![(Key::new().text("schema"), encode(&SCHEMA)?)])?;
        self.database.sync()
    }

    /// Removes the rows of a batch without a heading and the assessments of runs without one; packed facts that were being
    /// written are made anew.
    pub(super) fn mend(&self) -> Result<()> {
        self.mend_rebuilding()?;
        let key = Key::new().text("withdrawing");
        if let Some(target) = self.read_json::<Target>(&self.shelves.meta, &key)? {
            let known = self.known();
            self.exchange_leaves(self.repack(&known, self.units_touched(&known, target)?)?)?;
            self.database.sync()?;
            self.shelves.meta.remove(&key)?;
        }
        self.mend_blanking()?;
        let key = Key::new().text("writing");
        if let Some(batch) = self.read_json::<BatchId>(&self.shelves.meta, &key)? {
            let mut units = self.units_of_batch(batch)?;
            units.extend(self.units_corrected_by(batch)?);
            self.exchange_leaves(self.repack(&self.known(), units)?)?;
            self.database.sync()?;
            if self.shelves.batches.get(&Key::new().batch(batch))?.is_none() {
                for shelf in self.shelves.of_batches() {
                    shelf.remove_where(&Key::new(), |key| batch_of(shelf.shape, key) == Some(batch))?;
                }
            }
            self.shelves.meta.remove(&key)?;
        }
        let half = self.mend_half_run()?.map(|half| half.id.0);
        let mut from = Vec::new();
        while let Some(key) = self.shelves.assessments.first_key_from(&from)? {
            let Some(run) = Parts(&key).large() else {
                return Err(self.shelves.assessments.corrupt(&key, Damage::Key));
            };
            let prefix = Key::new().large(run);
            if half != Some(run) && self.shelves.runs.get(&prefix)?.is_none() {
                self.shelves.assessments.remove(&prefix)?;
            }
            from = prefix.end();
        }
        self.mend_drawers()?;
        self.database.sync()
    }

    /// Reads what is kept at hand.
    pub(super) fn recall(&self) -> Result<()> {
        let mut known = self.learn();
        let last = |shelf: &Shelf| Ok::<_, StoreError>(shelf.last_key()?.and_then(|key| Parts(&key).large()));
        known.last_batch = BatchId(last(&self.shelves.batches)?.unwrap_or(0));
        known.latest = Date::MIN;
        for entry in self.shelves.batches.scan(&Key::new()) {
            let (key, value) = entry?;
            let batch: Batch = decode(&self.shelves.batches, &key, &value)?;
            known.latest = known.latest.max(batch.received_on);
        }
        let discarded: Option<RunId> = self.read_json(&self.shelves.meta, &Key::new().text("last_run"))?;
        let last_run = RunId(last(&self.shelves.runs)?.unwrap_or(0));
        let half = self.half_run()?.map(|half| half.id);
        self.lock_writing().last_run = last_run.max(discarded.unwrap_or_default()).max(half.unwrap_or_default());
        for key in self.shelves.runs.keys(&Key::new()) {
            let Some(number) = Parts(&key?).large() else { continue };
            // One that cannot be read is named by whoever asks for it.
            let run: Option<Run> = self.read_json(&self.shelves.runs, &Key::new().large(number)).ok().flatten();
            self.refile().insert(RunId(number), run.as_ref().map(Filing::from));
        }
        for entry in self.shelves.withdrawals.scan(&Key::new()) {
            let (key, value) = entry?;
            let withdrawal: Withdrawal = decode(&self.shelves.withdrawals, &key, &value)?;
            known.latest = known.latest.max(withdrawal.act.day());
            known.withdrawn.add(withdrawal);
        }
        for entry in self.shelves.releases.scan(&Key::new()) {
            let (key, value) = entry?;
            known.releases.add(decode(&self.shelves.releases, &key, &value)?);
        }
        Ok(())
    }
}
