//! Runs in memory, and how one is stored.
//!
//! Enters: assessments. Leaves: runs, with those they rest on. Next: [`super`].

use std::collections::BTreeMap;

use liuwu_engine::period::Period;

use super::{Inner, Memory};
use crate::store::RunWriter;
use crate::store::error::{Missing, Result};
use crate::store::standing::Order;
use crate::store::words::*;

/// Assessments by the place of their period in the run, and by unit.
pub(super) type Rows = BTreeMap<(usize, String), Vec<u8>>;

impl Inner {
    pub(super) fn run(&self, id: RunId) -> Result<&(Run, Rows)> {
        Ok(self.runs.get(&id).ok_or(Missing::Run(id))?)
    }

    /// A run and those it rests on, the newest first.
    pub(super) fn lineage(&self, id: RunId) -> Result<Vec<(&Run, &Rows)>> {
        let mut lineage = Vec::new();
        let mut next = Some(id);
        while let Some(id) = next {
            let (run, rows) = self.run(id)?;
            lineage.push((run, rows));
            next = run.base;
        }
        Ok(lineage)
    }

    pub(super) fn shown(&self, run: &Run) -> Run {
        Run { released: self.releases.is_public(run.id), ..run.clone() }
    }
}

/// A run on its way into memory.
pub(super) struct Writer<'a> {
    pub(super) store: &'a Memory,
    pub(super) id: RunId,
    pub(super) run: NewRun,
    pub(super) order: Order,
    pub(super) rows: Rows,
}

impl RunWriter for Writer<'_> {
    fn add(&mut self, period: Period, unit: &str, bytes: &[u8]) -> Result<()> {
        let place = self.order.check(period, unit)?;
        self.rows.insert((place, unit.to_owned()), bytes.to_vec());
        Ok(())
    }

    fn finish(self: Box<Self>, outcome: RunOutcome) -> Result<Run> {
        let store = self.store;
        store.changes.make(|| {
            let mut inner = store.write();
            let base = self.run.base.map(|base| inner.run(base)).transpose()?.map(|(run, _)| run);
            let run = Run::new(self.id, self.run, outcome, self.rows.len() as u64, base);
            inner.runs.insert(self.id, (run.clone(), self.rows));
            Ok(run)
        })
    }
}
