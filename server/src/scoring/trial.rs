//! Trials: what is known, or would be, is scored and nothing is stored; and another edition is held against the one in force.
//!
//! Enters: [`Knowledge`], and one edition or two. Leaves: results without receipts, or those that another edition changes. Two editions
//! are gone through in chunks as a full run is, so memory does not grow with the number of units. Next: [`crate::effect`].

use std::sync::Arc;

use liuwu_engine::assess::{AssessError, Difference, Plan, Priors, Request, Span, Trial, World, periods_of, portions};
use liuwu_engine::assessment::Assessment;
use liuwu_engine::period::Period;

use super::full::{CHUNK, SCORING, put_together};
use super::ground::Ground;
use super::{Ask, ScoringError, on_threads, priors};
use crate::deadline::within;
use crate::progress::Progress;
use crate::store::{Knowledge, Store};

/// Scores what is known, or would be; the results of the units, not those rolled up. Periods before those asked for are looked back on
/// in the store.
///
/// # Errors
/// [`ScoringError`].
pub fn tried(
    store: &dyn Store,
    knowledge: &dyn Knowledge,
    plan: &Arc<Plan>,
    ask: &Ask,
) -> Result<Vec<Arc<Assessment>>, ScoringError> {
    let (request, priors) = asked(store, &[plan], ask)?;
    let world = Arc::new(Ground::read(knowledge, &plan.bundle, ask.as_of, &ask.pseudonym_key)?.whole_world()?);
    // The plan is shared with all who score by this edition: they go on when this takes too long.
    let own = Arc::new(plan.apart());
    let trial = on_threads(|| within(&own, ask.longest, || Trial::new(&own, &world, request, priors)))??;
    Ok(trial.results().cloned().collect())
}

/// What another edition would do to the results of what is stored: all that may differ.
///
/// # Errors
/// [`ScoringError`].
pub fn impact(
    store: &dyn Store,
    before: &Arc<Plan>,
    after: &Arc<Plan>,
    ask: &Ask,
    progress: &dyn Progress,
    found: &mut dyn FnMut(Difference),
) -> Result<(), ScoringError> {
    impact_in_chunks(store, [before, after], ask, progress, CHUNK, found)
}

/// The same, so many units at a time.
pub(super) fn impact_in_chunks(
    store: &dyn Store,
    editions: [&Arc<Plan>; 2],
    ask: &Ask,
    progress: &dyn Progress,
    size: usize,
    found: &mut dyn FnMut(Difference),
) -> Result<(), ScoringError> {
    let (request, priors) = asked(store, &editions, ask)?;
    let [before, after] = editions.map(|plan| Arc::new(plan.apart()));
    let mut sides = Sides::read(store, [&before, &after], ask)?;
    let chunks = sides.chunks(size);
    progress.begin(SCORING, chunks.iter().map(|chunk| chunk.len() as u64).sum());
    within(&before, ask.longest, || {
        within(&after, ask.longest, || {
            for chunk in &chunks {
                if progress.is_called_off() {
                    return Err(ScoringError::Assess(AssessError::CalledOff));
                }
                let [world, other] = sides.worlds(chunk)?;
                let differences = on_threads(|| {
                    Trial::new(&before, &world, request.clone(), priors.clone())?.against(&after, &other)
                })??;
                differences.into_iter().for_each(&mut *found);
                progress.advance(chunk.len() as u64);
            }
            Ok(())
        })
    })
}

/// What to score, and what the first period looks back on.
fn asked(store: &dyn Store, editions: &[&Arc<Plan>], ask: &Ask) -> Result<(Request, Priors), ScoringError> {
    let mut periods: Vec<Period> = Vec::new();
    for plan in editions {
        periods.extend(periods_of(&plan.bundle, &ask.periods)?);
    }
    let (Some(first), Some(plan)) = (periods.iter().min(), editions.first()) else {
        return Err(ScoringError::NotInForce);
    };
    let looks_back_on = match first.previous() {
        Ok(before) => store.current_run(&plan.bundle.id, before)?.map(|run| run.id),
        Err(_) => None,
    };
    let priors = priors(store, &plan.bundle, looks_back_on, *first)?;
    Ok((Request { periods: ask.periods.clone(), as_of: Some(ask.as_of) }, priors))
}

/// What two editions stand on.
struct Sides<'a> {
    before: Ground<'a>,
    /// None: what the other edition reads is what this one reads.
    after: Option<Ground<'a>>,
    /// Whether both score the same units below the same levels.
    same_levels: bool,
    span: Span,
}

impl<'a> Sides<'a> {
    fn read(store: &'a dyn Store, plans: [&'a Arc<Plan>; 2], ask: &'a Ask) -> Result<Sides<'a>, ScoringError> {
        let [before, after] = plans.map(|plan| plan.bundle.as_ref());
        let same_levels = before.levels().eq(after.levels());
        let on = |bundle| Ground::read(store, bundle, ask.as_of, &ask.pseudonym_key);
        let same_facts = same_levels && before.dictionary.is_like(&after.dictionary);
        Ok(Sides {
            before: on(before)?,
            after: (!same_facts).then(|| on(after)).transpose()?,
            same_levels,
            span: Span::of(before).wider(Span::of(after)),
        })
    }

    /// Units that can be scored at a time under both editions.
    fn chunks(&self, size: usize) -> Vec<Vec<usize>> {
        let lists = &self.before.lists;
        if !self.same_levels {
            return vec![lists.scored().collect()];
        }
        let line = |place: &usize| lists.line(*place).map(|row| (row.level.as_str(), row.id.as_str()));
        let together = portions(&self.span, lists.scored(), line);
        put_together(together.iter().map(Vec::as_slice), size)
    }

    /// The units of a chunk as each edition reads them.
    fn worlds(&mut self, chunk: &[usize]) -> Result<[Arc<World>; 2], ScoringError> {
        let before = Arc::new(self.before.world(chunk)?);
        let after = match &mut self.after {
            None => Arc::clone(&before),
            Some(ground) if self.same_levels => Arc::new(ground.world(chunk)?),
            Some(ground) => Arc::new(ground.whole_world()?),
        };
        Ok([before, after])
    }
}
