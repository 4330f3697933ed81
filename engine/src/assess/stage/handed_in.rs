//! Whether kinds are handed in: the statements are asked once for each unit and kind, and what is owed is worked out once for each kind.
//!
//! Enters: the statements of a world. Leaves: yes or no, for the many scripts that ask.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::coverage::{Coverage, owed};
use crate::dictionary::Kind;
use crate::period::{Date, Period};

/// What is known so far.
pub(super) struct HandedIn {
    kinds: usize,
    /// By unit and kind, for the period scored: [`UNKNOWN`], [`NO`] or [`YES`].
    answers: Box<[AtomicU8]>,
    /// The spans that are owed, by kind and period.
    owed: Mutex<HashMap<(usize, Period), Spans>>,
}

/// First and last days.
type Spans = Arc<[(Date, Date)]>;

const UNKNOWN: u8 = 0;
const NO: u8 = 1;
const YES: u8 = 2;

/// Who asks, and about what.
pub(super) struct Question<'a> {
    /// The unit by its place among those scored; none: one above them, or a period that is not the one scored.
    pub(super) place: Option<usize>,
    /// The kind, and its place among all.
    pub(super) kind: &'a Kind,
    pub(super) number: usize,
    pub(super) period: Period,
    pub(super) as_of: Date,
}

impl HandedIn {
    pub(super) fn new(units: usize, kinds: usize) -> HandedIn {
        let answers = (0..units * kinds).map(|_| AtomicU8::new(UNKNOWN)).collect();
        HandedIn { kinds, answers, owed: Mutex::default() }
    }

    /// `areas` are asked for where it is not known yet: the unit and those above it.
    pub(super) fn ask<'w>(
        &self,
        coverage: &Coverage,
        question: &Question<'_>,
        areas: impl FnOnce() -> Vec<&'w str>,
    ) -> bool {
        let answer = question.place.and_then(|place| self.answers.get(place * self.kinds + question.number));
        // Relaxed: whoever does not see an answer finds it again.
        match answer.map_or(UNKNOWN, |answer| answer.load(Ordering::Relaxed)) {
            YES => return true,
            NO => return false,
            _ => {}
        }
        let is_handed_in = coverage.covers(question.kind, &areas(), &self.owed(question));
        if let Some(answer) = answer {
            answer.store(if is_handed_in { YES } else { NO }, Ordering::Relaxed);
        }
        is_handed_in
    }

    fn owed(&self, question: &Question<'_>) -> Spans {
        let mut known = self.owed.lock().unwrap_or_else(PoisonError::into_inner);
        let spans = known
            .entry((question.number, question.period))
            .or_insert_with(|| owed(question.kind, question.period, question.as_of).into());
        Arc::clone(spans)
    }
}
