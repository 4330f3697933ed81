//! Runs that were begun and not finished: what was written of them stays, so that a run need not begin anew after a power cut.
//!
//! Enters: what a writer has kept ([`RunWriter::keep`]). Leaves: the half run, its results, and a writer that goes on. There is
//! one at most: a run that is begun and kept takes the place of the one before. Nobody else sees it, and no backup carries it.

use liuwu_engine::period::Period;

use super::RunWriter;
use super::error::Result;
use super::words::{HalfRun, StoredAssessment};

/// Keeps the run that was not finished.
pub trait HalfRuns {
    /// The half run, if there is one.
    fn half_run(&self) -> Result<Option<HalfRun>>;

    /// Its results, in the order of [`Store::scan_assessments`](super::Store::scan_assessments).
    fn scan_half_run(&self, after: Option<(Period, &str)>, limit: usize) -> Result<Vec<StoredAssessment>>;

    /// A writer that goes on where it was kept: it takes results of the unit `before` and of those behind it.
    ///
    /// # Errors
    /// [`Missing::HalfRun`](super::Missing::HalfRun).
    fn resume_run(&self) -> Result<Box<dyn RunWriter + '_>>;

    /// Notes that it was called off.
    fn lay_aside_half_run(&self) -> Result<()>;

    /// Removes it.
    fn drop_half_run(&self) -> Result<()>;
}
