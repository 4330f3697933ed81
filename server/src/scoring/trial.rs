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
    let first = first_of(plan, ask)?.ok_or(ScoringError::NotInForce)?;
    let priors = looked_back_on(store, plan, first)?;
    let world = Arc::new(Ground::read(knowledge, &plan.bundle, ask.as_of, &ask.pseudonym_key)?.whole_world()?);
    // The plan is shared with all who score by this edition: they go on when this takes too long.
    let own = Arc::new(plan.apart());
    let trial = on_threads(|| within(&own, ask.longest, || Trial::new(&own, &world, request(ask), &priors)))??;
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
    let [own, other] = editions;
    let [first, other_first] = [first_of(own, ask)?, first_of(other, ask)?];
    if first.or(other_first).is_none() {
        return Err(ScoringError::NotInForce);
    }
    let of = |plan: &Plan, first: Option<Period>| match first {
        Some(first) => looked_back_on(store, plan, first),
        None => Ok(Priors::new()),
    };
    let priors = of(own, first)?;
    // Two editions that begin alike look back on the very same results.
    let other_priors = if first == other_first { None } else { Some(of(other, other_first)?) };
    let other_priors = other_priors.as_ref().unwrap_or(&priors);
    let [before, after] = editions.map(|plan| Arc::new(plan.apart()));
    // All chunks, and both editions, see what was stored at one moment.
    let now = store.moment()?;
    let mut sides = Sides::read(now.known.as_ref(), [&before, &after], ask)?;
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
                    Trial::new(&before, &world, request(ask), &priors)?.against(&after, &other, other_priors)
                })??;
                differences.into_iter().for_each(&mut *found);
                progress.advance(chunk.len() as u64);
            }
            Ok(())
        })
    })
}

fn request(ask: &Ask) -> Request {
    Request { periods: ask.periods.clone(), as_of: Some(ask.as_of) }
}

/// The first period that an edition scores of those asked for; none: it is in force for none of them.
fn first_of(plan: &Plan, ask: &Ask) -> Result<Option<Period>, ScoringError> {
    Ok(periods_of(&plan.bundle, &ask.periods)?.into_iter().min())
}

/// What the first period looks back on.
fn looked_back_on(store: &dyn Store, plan: &Plan, first: Period) -> Result<Priors, ScoringError> {
    let Ok(before) = first.previous() else { return Ok(Priors::new()) };
    let run = store.current_run(&plan.bundle.id, before)?.map(|run| run.id);
    priors(store, &plan.bundle, run, first)
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
    fn read(knowledge: &'a dyn Knowledge, plans: [&'a Arc<Plan>; 2], ask: &'a Ask) -> Result<Sides<'a>, ScoringError> {
        let [before, after] = plans.map(|plan| plan.bundle.as_ref());
        let same_levels = before.levels().eq(after.levels());
        let on = |bundle| Ground::read(knowledge, bundle, ask.as_of, &ask.pseudonym_key);
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
