//! The run that was not finished: its results stand where those of runs stand, its heading is a mark in `meta`.
//!
//! Enters: what a [`Writer`] keeps. Leaves: a writer that goes on. The mark is written behind the results it speaks of, without
//! waiting for the disk: the database recovers what was written up to some moment, so whoever finds the mark finds the results.
//! Results behind the mark are removed when the run is gone on with.

use liuwu_engine::period::Period;

use super::Sled;
use super::key::{Key, Parts};
use super::results::Writer;
use super::rows::encode;
use crate::store::RunWriter;
use crate::store::error::{Conflict, Missing, Result};
use crate::store::half_runs::HalfRuns;
use crate::store::words::*;

fn mark() -> Key {
    Key::new().text("half_run")
}

impl Sled {
    /// Notes how far a run has come. The first note of a run takes the place of another half run.
    pub(super) fn keep_half_run(&self, half: &HalfRun, is_known: bool) -> Result<()> {
        if !is_known {
            self.drop_half_run()?;
        }
        self.commit_unsynced(|| self.shelves.meta.write(vec![(mark(), encode(half)?)]))
    }

    /// Removes the mark of a run that is finished.
    pub(super) fn forget_half_run(&self) -> Result<()> {
        self.shelves.meta.remove(&mark())
    }

    /// At opening: a run may have been finished just before its mark was to be removed.
    pub(super) fn mend_half_run(&self) -> Result<Option<HalfRun>> {
        let Some(half) = self.half_run()? else { return Ok(None) };
        if self.shelves.runs.get(&Key::new().large(half.id.0))?.is_some() {
            self.forget_half_run()?;
            return Ok(None);
        }
        Ok(Some(half))
    }
}

impl HalfRuns for Sled {
    fn half_run(&self) -> Result<Option<HalfRun>> {
        self.read_json(&self.shelves.meta, &mark())
    }

    fn scan_half_run(&self, after: Option<(Period, &str)>, limit: usize) -> Result<Vec<StoredAssessment>> {
        let half = self.half_run()?.ok_or(Missing::HalfRun)?;
        let place_of = |period| half.run.periods.iter().position(|listed| *listed == period);
        let mut from = match after {
            None => (0, String::new()),
            Some((period, unit)) => (place_of(period).ok_or(Missing::HalfRun)?, unit.to_owned()),
        };
        let mut found = Vec::new();
        while let Some(period) = half.run.periods.get(from.0).filter(|_| found.len() < limit) {
            let place = u32::try_from(from.0).map_err(|_| Conflict::TooMany)?;
            let page = self.own_results(half.id, (place, &from.1), limit - found.len())?;
            let here = page.into_iter().take_while(|((at, unit), _)| *at == place && *unit < half.before);
            found.extend(here.map(|((_, unit), bytes)| StoredAssessment { period: *period, unit, bytes }));
            from = (from.0 + 1, String::new());
        }
        Ok(found)
    }

    fn resume_run(&self) -> Result<Box<dyn RunWriter + '_>> {
        let mut half = self.half_run()?.ok_or(Missing::HalfRun)?;
        let _writing = self.begin()?;
        let shelf = &self.shelves.assessments;
        // What stands behind the mark is added again.
        shelf.remove_where(&Key::new().large(half.id.0), |key| {
            let mut parts = Parts(key);
            parts.large().and(parts.small()).and(parts.text()).is_none_or(|unit| unit >= half.before)
        })?;
        half.laid_aside = false;
        self.keep_half_run(&half, true)?;
        Ok(Box::new(Writer::going_on(self, half)))
    }

    fn lay_aside_half_run(&self) -> Result<()> {
        let Some(half) = self.half_run()? else { return Ok(()) };
        let mark = (mark(), encode(&HalfRun { laid_aside: true, ..half })?);
        self.commit_entry(|| self.shelves.meta.write(vec![mark]))
    }

    fn drop_half_run(&self) -> Result<()> {
        let Some(half) = self.half_run()? else { return Ok(()) };
        self.commit_entry(|| {
            self.forget_half_run()?;
            // The mark goes first: what an interruption leaves is then removed at the next opening.
            self.database.sync()?;
            self.shelves.assessments.remove(&Key::new().large(half.id.0))
        })
    }
}
