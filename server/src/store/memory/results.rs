//! Runs in memory, and how one is stored.
//!
//! Enters: assessments. Leaves: runs, with those they rest on. Next: [`super`].

use std::collections::BTreeMap;
use std::ops::Bound;

use liuwu_engine::period::Period;

use super::{Inner, Memory};
use crate::store::RunWriter;
use crate::store::error::{Missing, Result};
use crate::store::standing::{Filing, Order, check_base, check_name, merged, newest, number_run};
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

    pub(super) fn newest_run(&self, bundle: &str, period: Period, accept: impl Fn(&Run) -> bool) -> Option<Run> {
        let mut runs = self.runs.values().rev().map(|(run, _)| run);
        let run = runs.find(|run| run.bundle == bundle && run.covers(period) && accept(run))?;
        Some(self.shown(run))
    }

    pub(super) fn newest_runs(&self, bundle: &str, accept: impl Fn(&Run) -> bool) -> Vec<(Run, Vec<Period>)> {
        let runs = self.runs.values().rev().map(|(run, _)| run).filter(|run| accept(run));
        let filed: Vec<(&Run, Filing)> = runs.map(|run| (run, Filing::from(run))).collect();
        let found = newest(filed.iter().map(|(run, filing)| (*run, filing)), bundle);
        found.into_iter().map(|(run, periods)| (self.shown(run), periods)).collect()
    }

    pub(super) fn own_assessments(&self, run: RunId) -> Result<Vec<StoredAssessment>> {
        let (run, rows) = self.run(run)?;
        let stored = |((place, unit), bytes): (&(usize, String), &Vec<u8>)| {
            Some(StoredAssessment { period: *run.periods.get(*place)?, unit: unit.clone(), bytes: bytes.clone() })
        };
        Ok(rows.iter().filter_map(stored).collect())
    }

    pub(super) fn some_assessments(
        &self,
        run: RunId,
        after: Option<(Period, &str)>,
        limit: usize,
    ) -> Result<Vec<StoredAssessment>> {
        let lineage = self.lineage(run)?;
        let Some((run, _)) = lineage.first() else { return Ok(Vec::new()) };
        let from = match after {
            None => Bound::Unbounded,
            Some((period, unit)) => match run.periods.iter().position(|listed| *listed == period) {
                Some(place) => Bound::Excluded((place, unit.to_owned())),
                None => return Ok(Vec::new()),
            },
        };
        let page = |(_, rows): &(&Run, &Rows)| {
            let range = rows.range((from.clone(), Bound::Unbounded)).take(limit);
            range.map(|(key, bytes)| (key.clone(), bytes.clone())).collect()
        };
        let found = merged(lineage.iter().map(page).collect(), limit);
        let stored = |((place, unit), bytes): ((usize, String), Vec<u8>)| {
            Some(StoredAssessment { period: *run.periods.get(place)?, unit, bytes })
        };
        Ok(found.into_iter().filter_map(stored).collect())
    }

    pub(super) fn replaced(&self, run: RunId) -> Result<Vec<(Period, String)>> {
        let (run, rows) = self.run(run)?;
        let own = rows.keys().filter(|_| run.base.is_some());
        Ok(own.filter_map(|(place, unit)| Some((*run.periods.get(*place)?, unit.clone()))).collect())
    }

    pub(super) fn shown(&self, run: &Run) -> Run {
        Run { released: self.releases.is_public(run.id), ..run.clone() }
    }
}

impl Memory {
    pub(super) fn write_run(&self, run: NewRun) -> Result<Box<dyn RunWriter + '_>> {
        check_name(&run.bundle)?;
        let mut inner = self.write();
        if let Some(base) = run.base {
            check_base(&run, &inner.run(base)?.0)?;
        }
        let id = number_run(&run, inner.last_run)?;
        inner.last_run = id;
        let order = Order::new(&run.periods);
        Ok(Box::new(Writer { store: self, id, order, run, rows: Rows::new(), is_kept: false }))
    }
}

/// A run on its way into memory.
pub(super) struct Writer<'a> {
    pub(super) store: &'a Memory,
    pub(super) id: RunId,
    pub(super) run: NewRun,
    pub(super) order: Order,
    pub(super) rows: Rows,
    pub(super) is_kept: bool,
}

impl RunWriter for Writer<'_> {
    fn add(&mut self, period: Period, unit: &str, bytes: &[u8]) -> Result<()> {
        let place = self.order.check(period, unit)?;
        self.rows.insert((place, unit.to_owned()), bytes.to_vec());
        Ok(())
    }

    fn keep(&mut self, before: &str) -> Result<()> {
        self.is_kept = true;
        let half = HalfRun {
            id: self.id,
            run: self.run.clone(),
            before: before.to_owned(),
            results: self.rows.len() as u64,
            laid_aside: false,
        };
        self.store.write().half = Some((half, self.rows.clone()));
        Ok(())
    }

    fn finish(self: Box<Self>, outcome: RunOutcome) -> Result<Run> {
        let store = self.store;
        store.changes.make(|| {
            let mut inner = store.write();
            let base = self.run.base.map(|base| inner.run(base)).transpose()?.map(|(run, _)| run);
            let run = Run::new(self.id, self.run, outcome, self.rows.len() as u64, base);
            inner.runs.insert(self.id, (run.clone(), self.rows));
            if self.is_kept {
                inner.half = None;
            }
            Ok(run)
        })
    }
}
