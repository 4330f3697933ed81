//! The run that was not finished, in memory: it outlives its writer, not the process.

use std::ops::Bound;

use liuwu_engine::period::Period;

use super::Memory;
use super::results::Writer;
use crate::store::RunWriter;
use crate::store::error::{Missing, Result};
use crate::store::half_runs::HalfRuns;
use crate::store::standing::Order;
use crate::store::words::*;

impl HalfRuns for Memory {
    fn half_run(&self) -> Result<Option<HalfRun>> {
        Ok(self.read().half.as_ref().map(|(half, _)| half.clone()))
    }

    fn scan_half_run(&self, after: Option<(Period, &str)>, limit: usize) -> Result<Vec<StoredAssessment>> {
        let inner = self.read();
        let (half, rows) = inner.half.as_ref().ok_or(Missing::HalfRun)?;
        let place_of = |period| half.run.periods.iter().position(|listed| *listed == period);
        let from = match after {
            None => Bound::Unbounded,
            Some((period, unit)) => Bound::Excluded((place_of(period).ok_or(Missing::HalfRun)?, unit.to_owned())),
        };
        let stored = |((place, unit), bytes): (&(usize, String), &Vec<u8>)| {
            let period = *half.run.periods.get(*place)?;
            Some(StoredAssessment { period, unit: unit.clone(), bytes: bytes.clone() })
        };
        Ok(rows.range((from, Bound::Unbounded)).filter_map(stored).take(limit).collect())
    }

    fn resume_run(&self) -> Result<Box<dyn RunWriter + '_>> {
        let mut inner = self.write();
        let (half, rows) = inner.half.as_mut().ok_or(Missing::HalfRun)?;
        half.laid_aside = false;
        let (half, rows) = (half.clone(), rows.clone());
        let order = Order::going_on(&half);
        Ok(Box::new(Writer { store: self, id: half.id, run: half.run, order, rows, is_kept: true }))
    }

    fn lay_aside_half_run(&self) -> Result<()> {
        if let Some((half, _)) = &mut self.write().half {
            half.laid_aside = true;
        }
        Ok(())
    }

    fn drop_half_run(&self) -> Result<()> {
        self.write().half = None;
        Ok(())
    }
}
