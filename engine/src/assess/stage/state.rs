//! What the scripts of a pass left for one unit so far.
//!
//! Enters: the result of each script, as it ends. Leaves: the same, for the scripts that follow and for the assessment. Each is
//! set once; what is not set stands below the script that asks.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::{Listing, Rated, ScoreResult, Why};
use crate::assess::plan::Pipeline;
use crate::assess::points::{RuleResult, Total};
use crate::assess::steps::Step;
use crate::assessment::Remark;
use crate::script::Datum;

/// A figure of a unit: its value or why there is none; nothing for a unit that does not take part.
pub(in crate::assess) type FigureResult = Option<Result<Datum, Why>>;

/// What each rule came to for one unit, in the order of the pipeline.
pub(in crate::assess) type RuleResults = Arc<[OnceLock<RuleResult>]>;

/// One unit in a pass.
pub(in crate::assess) struct UnitState {
    pub(in crate::assess) takes_part: OnceLock<Result<bool, Why>>,
    pub(in crate::assess) rules: RuleResults,
    pub(in crate::assess) score: OnceLock<ScoreResult>,
    pub(in crate::assess) rating: OnceLock<Rated>,
    open: Mutex<Open>,
}

/// What is cleared again, or grows.
#[derive(Default)]
struct Open {
    /// In the order of the pipeline.
    figures: Vec<Option<FigureResult>>,
    lists: Vec<Listing>,
    /// What was remarked on a step.
    remarks: Vec<(Step, Remark)>,
    /// What the rules so far add up to, and how many those are.
    so_far: Option<(usize, Arc<Total>)>,
}

impl UnitState {
    pub(super) fn new(pipeline: &Pipeline) -> UnitState {
        UnitState {
            takes_part: OnceLock::new(),
            rules: pipeline.rules.iter().map(|_| OnceLock::new()).collect(),
            score: OnceLock::new(),
            rating: OnceLock::new(),
            open: Mutex::default(),
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the unit takes part; one that could not be asked does.
    pub(in crate::assess) fn is_taking_part(&self) -> bool {
        !matches!(self.takes_part.get(), Some(Ok(false)))
    }

    /// Whether it is not known if the unit takes part.
    pub(super) fn is_unasked(&self) -> bool {
        matches!(self.takes_part.get(), Some(Err(_)))
    }

    /// Whether a veto counts so far.
    pub(in crate::assess) fn is_vetoed(&self) -> bool {
        self.rules.iter().filter_map(OnceLock::get).any(RuleResult::vetoes)
    }

    /// What a rule came to, by its place in the pipeline.
    pub(in crate::assess) fn rule(&self, place: usize) -> Option<&RuleResult> {
        self.rules.get(place)?.get()
    }

    pub(in crate::assess) fn set_rule(&self, place: usize, result: RuleResult) {
        if let Some(slot) = self.rules.get(place) {
            let _ = slot.set(result);
        }
    }

    /// A figure, by its place in the pipeline; none: it has not been computed.
    pub(in crate::assess) fn figure(&self, place: usize) -> Option<FigureResult> {
        self.open().figures.get(place)?.clone()
    }

    pub(in crate::assess) fn set_figure(&self, place: usize, figure: FigureResult) {
        let mut open = self.open();
        if open.figures.len() <= place {
            open.figures.resize(place + 1, None);
        }
        if let Some(slot) = open.figures.get_mut(place) {
            *slot = Some(figure);
        }
    }

    /// Adds what the next list found.
    pub(in crate::assess) fn add_list(&self, listing: Listing) {
        self.open().lists.push(listing);
    }

    /// What the lists found, in their order.
    pub(in crate::assess) fn lists(&self) -> Vec<Listing> {
        self.open().lists.clone()
    }

    /// Says something about the result of a step, once.
    pub(in crate::assess) fn remark(&self, step: Step, remark: Remark) {
        let mut open = self.open();
        let remark = (step, remark);
        if !open.remarks.contains(&remark) {
            open.remarks.push(remark);
        }
    }

    /// What was said about the result of a step.
    pub(in crate::assess) fn remarks_on(&self, step: Step) -> Vec<Remark> {
        let open = self.open();
        open.remarks.iter().filter(|(on, _)| *on == step).map(|(_, remark)| remark.clone()).collect()
    }

    /// All of it, each once. Scripts run one after the other for a unit, so the order is theirs.
    pub(in crate::assess) fn remarks(&self) -> Vec<Remark> {
        let mut remarks: Vec<Remark> = Vec::new();
        for (_, remark) in &self.open().remarks {
            if !remarks.contains(remark) {
                remarks.push(remark.clone());
            }
        }
        remarks
    }

    /// What the rules so far add up to; computed anew when another rule has run since.
    pub(super) fn so_far<E>(&self, compute: impl FnOnce() -> Result<Total, E>) -> Result<Arc<Total>, E> {
        let ran = self.rules.iter().filter(|rule| rule.get().is_some()).count();
        if let Some((known, total)) = &self.open().so_far
            && *known == ran
        {
            return Ok(Arc::clone(total));
        }
        let total = Arc::new(compute()?);
        self.open().so_far = Some((ran, Arc::clone(&total)));
        Ok(total)
    }

    /// Lets go of what scripts left. Values may hold on to the stage, so it would never be freed otherwise.
    pub(super) fn close(&self) {
        let mut open = self.open();
        open.figures = Vec::new();
        open.lists = Vec::new();
        open.so_far = None;
    }
}
