//! What a change of the facts or of the standard does to the results: which units move, by how much, who enters a list and who leaves it.
//!
//! Enters: what is known, and what would be known (a batch laid over the store, or taken back); or two editions. Leaves: an [`Effect`].
//! Only the units that can move are scored, before and after; where that is all of them, what stands is read from the run in force. Of
//! another edition only what differs is scored. Nothing is stored. Next: [`crate::error`].

mod portions;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use liuwu_engine::assess::{Difference, Plan, periods_of};
use liuwu_engine::assessment::Assessment;
use liuwu_engine::bundle::{Bundle, Compare, CompareBy};
use liuwu_engine::number::Number;
use liuwu_engine::period::Period;

use crate::disclosure::{Reader, Viewer};
use crate::filed::Filed;
use crate::progress::Progress;
use crate::scoring::{self, Ask, Computed, ScoringError};
use crate::store::overlay::Within;
use crate::store::{Knowledge, NewBatch, Store, StoreError, UnitRow};
use crate::view::UnitTree;
pub use portions::{Many, in_portions};

/// What a change does to the results of a standard.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effect {
    /// The periods compared, ascending.
    pub periods: Vec<Period>,
    /// The units that move, those that lose most first.
    pub moved: Vec<Moved>,
    /// Whether it is told to somebody who does not see the results of all units before they are released: others may move, too.
    pub partial: bool,
}

/// One unit that moves in one period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The unit.
    pub unit: String,
    /// The period.
    pub period: Period,
    /// How it stands; none: it has no result.
    pub before: Option<Standing>,
    /// How it would stand.
    pub after: Option<Standing>,
}

/// How a unit stands in a period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Its score.
    pub score: Option<Number>,
    /// Its rating.
    pub rating: Option<String>,
    /// Whether something could not be checked.
    pub incomplete: bool,
    /// The lists it is on.
    pub lists: BTreeSet<String>,
}

impl From<&Filed> for Standing {
    fn from(filed: &Filed) -> Standing {
        Standing {
            score: filed.score,
            rating: filed.rating.clone(),
            incomplete: filed.incomplete,
            lists: filed.lists.iter().cloned().collect(),
        }
    }
}

impl From<&Assessment> for Standing {
    fn from(result: &Assessment) -> Standing {
        Standing {
            score: result.score,
            rating: result.rating.as_deref().map(str::to_owned),
            incomplete: result.incomplete,
            lists: result.lists.iter().map(ToString::to_string).collect(),
        }
    }
}

impl Moved {
    /// What a result that differs makes a unit do; none: it stands as it did.
    fn by_difference(difference: &Difference) -> Option<Moved> {
        let [before, after] =
            [&difference.before, &difference.after].map(|result| result.as_deref().map(Standing::from));
        let moved = before != after;
        moved.then(|| Moved { unit: difference.unit.to_string(), period: difference.period, before, after })
    }

    /// By how much the score moves; none when there is no score before or after.
    pub fn by(&self) -> Option<Number> {
        let (before, after) = (self.before.as_ref()?.score?, self.after.as_ref()?.score?);
        after.sub(before).ok()
    }

    /// The lists it would enter.
    pub fn enters(&self) -> Vec<&str> {
        lists_of(self.after.as_ref()).filter(|list| !lists_of(self.before.as_ref()).any(|old| old == *list)).collect()
    }

    /// The lists it would leave.
    pub fn leaves(&self) -> Vec<&str> {
        lists_of(self.before.as_ref()).filter(|list| !lists_of(self.after.as_ref()).any(|new| new == *list)).collect()
    }

    /// Whether the rating changes.
    pub fn changes_rating(&self) -> bool {
        let rating = |standing: &Option<Standing>| standing.as_ref().and_then(|standing| standing.rating.clone());
        rating(&self.before) != rating(&self.after)
    }
}

fn lists_of(standing: Option<&Standing>) -> impl Iterator<Item = &str> {
    standing.into_iter().flat_map(|standing| standing.lists.iter().map(String::as_str))
}

impl Effect {
    /// How many units move, each counted once.
    pub fn units(&self) -> usize {
        self.count(|_| true)
    }

    /// How many units change their rating.
    pub fn ratings(&self) -> usize {
        self.count(Moved::changes_rating)
    }

    /// How many units enter a list.
    pub fn entering(&self) -> usize {
        self.count(|moved| !moved.enters().is_empty())
    }

    /// How many units leave a list.
    pub fn leaving(&self) -> usize {
        self.count(|moved| !moved.leaves().is_empty())
    }

    fn count(&self, counts: impl Fn(&Moved) -> bool) -> usize {
        let units = self.moved.iter().filter(|moved| counts(moved)).map(|moved| moved.unit.as_str());
        units.collect::<BTreeSet<_>>().len()
    }

    /// What of it is told to a viewer: units whose results they see before these are released.
    #[must_use]
    pub fn told_to(mut self, viewer: &Viewer, units: &UnitTree) -> Effect {
        let sees = |unit: &str| viewer.sees_in_full(|area| units.is_within(unit, area));
        self.moved.retain(|moved| sees(&moved.unit));
        self.partial = viewer.of_runs() != Reader::Staff;
        self
    }

    /// Adds what the same change does under another edition, which scores other periods.
    pub fn extend(&mut self, other: Effect) {
        self.periods.extend(other.periods);
        self.periods.sort();
        self.periods.dedup();
        self.moved.extend(other.moved);
        self.partial |= other.partial;
        sort(&mut self.moved);
    }
}

/// The facts that a change touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touched {
    /// Those of these units and of all below them.
    Units(BTreeSet<String>),
    /// Those of any unit.
    Everything,
}

impl Touched {
    /// What a batch touches, stored or about to be. A new list of units may move anything.
    ///
    /// # Errors
    /// The store's, when it is asked for the records that these supersede or take back.
    pub fn by(store: &dyn Store, batch: &NewBatch) -> Result<Touched, StoreError> {
        if !batch.units.is_empty() {
            return Ok(Touched::Everything);
        }
        let mut units: BTreeSet<String> = batch.records.iter().map(|record| record.unit.clone()).collect();
        for old in batch.puts_out() {
            // What comes back when the batch is undone may stand further back still.
            units.extend(store.history(old)?.into_iter().map(|version| version.record.item.unit));
        }
        units.extend(batch.attributes.iter().map(|fact| fact.unit.clone()));
        units.extend(batch.statements.iter().map(|statement| statement.area.clone()));
        units.extend(batch.exemptions.iter().map(|exemption| exemption.unit.clone()));
        Ok(Touched::Units(units))
    }
}

/// What would change if `after` were known instead of what is stored: the ask says for which periods and as of which day.
///
/// # Errors
/// [`ScoringError`].
pub fn of(
    store: &dyn Store,
    after: &dyn Knowledge,
    touched: &Touched,
    plan: &Arc<Plan>,
    ask: &Ask,
) -> Result<Effect, ScoringError> {
    let bundle = &plan.bundle;
    match touched {
        // All units are scored as they would be; how they stand is read where the runs in force say it.
        Touched::Everything => match scoring::recall(store, plan, ask)? {
            Some(known) => {
                let after = scoring::tried(store, after, plan, ask)?;
                Ok(compare(standings_filed(&known, &bundle.assess.unit), standings(&after)))
            }
            None => between(store, store, after, plan, ask),
        },
        Touched::Units(units) => {
            let reached = reach(bundle, &UnitTree::new(store.units(ask.as_of)?), units);
            if reached.is_empty() {
                return Ok(Effect { periods: ask.periods.clone(), ..Effect::default() });
            }
            between(store, &Within::new(store, &reached), &Within::new(after, &reached), plan, ask)
        }
    }
}

/// Scores two states of knowledge and compares them.
fn between(
    store: &dyn Store,
    before: &dyn Knowledge,
    after: &dyn Knowledge,
    plan: &Arc<Plan>,
    ask: &Ask,
) -> Result<Effect, ScoringError> {
    let before = standings(&scoring::tried(store, before, plan, ask)?);
    Ok(compare(before, standings(&scoring::tried(store, after, plan, ask)?)))
}

/// What another edition would change: the ask says for which periods and as of which day.
///
/// # Errors
/// [`ScoringError`].
pub fn of_edition(
    store: &dyn Store,
    before: &Arc<Plan>,
    after: &Arc<Plan>,
    ask: &Ask,
    progress: &dyn Progress,
) -> Result<Effect, ScoringError> {
    let mut effect = Effect::default();
    for plan in [before, after] {
        effect.periods.extend(periods_of(&plan.bundle, &ask.periods)?);
    }
    scoring::impact(store, before, after, ask, progress, &mut |difference| {
        effect.moved.extend(Moved::by_difference(&difference));
    })?;
    // Years of shorter periods are among what moves.
    effect.periods.extend(effect.moved.iter().map(|moved| moved.period));
    effect.periods.sort();
    effect.periods.dedup();
    sort(&mut effect.moved);
    Ok(effect)
}

/// How units stand, by period.
type Standings = BTreeMap<Period, BTreeMap<String, Standing>>;

fn standings(results: &[Arc<Assessment>]) -> Standings {
    let mut all = Standings::new();
    for result in results {
        let standing = Standing::from(&**result);
        all.entry(result.period).or_default().insert(result.unit.to_string(), standing);
    }
    all
}

/// Those of the units of one level.
fn standings_filed(computed: &Computed, level: &str) -> Standings {
    let of_level = |results: &BTreeMap<String, Filed>| -> BTreeMap<String, Standing> {
        let results = results.iter().filter(|(_, filed)| filed.level == level);
        results.map(|(unit, filed)| (unit.clone(), Standing::from(filed))).collect()
    };
    computed.iter().map(|(period, results)| (*period, of_level(results))).collect()
}

/// Compares how units stand and would stand.
fn compare(mut before: Standings, after: Standings) -> Effect {
    let periods: BTreeSet<Period> = before.keys().chain(after.keys()).copied().collect();
    let mut moved = Vec::new();
    for (period, new) in after {
        let mut old = before.remove(&period).unwrap_or_default();
        for (unit, after) in new {
            let before = old.remove(&unit);
            if before.as_ref() != Some(&after) {
                moved.push(Moved { unit, period, before, after: Some(after) });
            }
        }
        before.insert(period, old);
    }
    for (period, gone) in before {
        moved.extend(gone.into_iter().map(|(unit, before)| Moved { unit, period, before: Some(before), after: None }));
    }
    sort(&mut moved);
    Effect { periods: periods.into_iter().collect(), moved, partial: false }
}

/// Those that lose most first, then by period and unit; without points last.
fn sort(moved: &mut [Moved]) {
    moved.sort_by(|one, other| {
        let key = |moved: &Moved| (moved.by().is_none(), moved.by());
        key(one).cmp(&key(other)).then_with(|| (one.period, &one.unit).cmp(&(other.period, &other.unit)))
    });
}

/// The units whose results can move when facts of some units do, with all that is needed to score them: the units below the
/// touched ones, those they are compared with, and all above.
fn reach(bundle: &Bundle, tree: &UnitTree, touched: &BTreeSet<String>) -> BTreeSet<String> {
    let line = |row: &UnitRow| -> Vec<String> {
        std::iter::once(row.id.clone()).chain(tree.above(&row.id).map(|above| above.id.clone())).collect()
    };
    // None: some script may compare with anybody.
    let levels: Option<Vec<&str>> = compares(bundle).map(|compare| compare.by.iter().find_map(level_of)).collect();
    let mut wanted = touched.clone();
    loop {
        let scored = tree.all().iter().filter(|row| row.level == bundle.assess.unit);
        let moved: Vec<&UnitRow> = scored.filter(|row| line(row).iter().any(|id| wanted.contains(id))).collect();
        let known = wanted.len();
        match &levels {
            None if !moved.is_empty() => return tree.all().iter().map(|row| row.id.clone()).collect(),
            None => {}
            Some(levels) => {
                let groups =
                    moved.iter().flat_map(|row| levels.iter().filter_map(|level| tree.at_level(&row.id, level)));
                wanted.extend(groups.map(|group| group.id.clone()));
            }
        }
        if wanted.len() == known {
            return moved.into_iter().flat_map(line).collect();
        }
    }
}

fn level_of(by: &CompareBy) -> Option<&str> {
    match by {
        CompareBy::Level(level) => Some(level),
        CompareBy::Attribute(_) => None,
    }
}

/// Every group that a script of the main results may look at.
fn compares(bundle: &Bundle) -> impl Iterator<Item = &Compare> {
    let figures = bundle.figures.iter().filter_map(|figure| figure.compare.as_ref());
    let rules = bundle.all_rules().into_iter().filter_map(|rule| rule.compare.as_ref());
    let scores = bundle.assess.score.iter().chain(&bundle.rating.script).filter_map(|scored| scored.compare.as_ref());
    let lists = bundle.lists.iter().filter_map(|list| list.compare.as_ref());
    figures.chain(rules).chain(scores).chain(lists)
}

#[cfg(test)]
mod tests;
