//! What the public sees of runs: what releasing one, or taking it back, would change, and doing it.
//!
//! Enters: a [`Caller`] and a run. Leaves: a [`Turn`] for each of its periods; or the run as it is afterwards, with its note in the
//! log. Pages and the API release here. Next: [`crate::webhooks`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use liuwu_engine::period::Period;

use crate::accounts::Caller;
use crate::audit::{Action, Note, Subject};
use crate::disclosure::{Reader, Shown, ShownEntry};
use crate::effect::{Effect, Moved, Standing};
use crate::error::Problem;
use crate::state::{App, Publishing};
use crate::store::{Act, Run, RunId};
use crate::view::RunView;

/// What would turn for one period.
pub struct Turn {
    /// The period.
    pub period: Period,
    /// The run that the public sees now; none: nothing.
    pub now: Option<Arc<RunView>>,
    /// The run that it would see.
    pub then: Option<Arc<RunView>>,
    /// The units that would move; empty where there is nothing before or after to compare.
    pub effect: Effect,
    /// The lists on which entries would come or go, in the order of the standard.
    pub lists: Vec<ListTurn>,
}

/// What would come onto a list, and what would go from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListTurn {
    /// Its title.
    pub title: String,
    /// Entries that would come.
    pub gained: usize,
    /// Entries that would go.
    pub lost: usize,
    /// How many there would be.
    pub then: usize,
}

impl App {
    /// What releasing a run would change for the public, or, of one that is public, taking it back. Nothing is changed. It blocks.
    ///
    /// # Errors
    /// The store's.
    pub fn weigh_release(&self, run: &Run) -> Result<Vec<Turn>, Problem> {
        let others: Vec<Run> = self.store().runs()?.into_iter().filter(|other| other.id != run.id).collect();
        let mut periods = run.periods.clone();
        periods.sort();
        periods.into_iter().map(|period| self.turn(run, &others, period)).collect()
    }

    fn turn(&self, run: &Run, others: &[Run], period: Period) -> Result<Turn, Problem> {
        let is_public = |other: &&Run| other.released && other.bundle == run.bundle && other.covers(period);
        // The public sees the newest of those that are released.
        let newest = others.iter().filter(is_public).max_by_key(|other| other.id);
        let with = newest.filter(|newest| newest.id > run.id).unwrap_or(run);
        let (now, then) = if run.released { (Some(with), newest) } else { (newest, Some(with)) };
        let view = |run: Option<&Run>| run.map(|run| self.view(run, period)).transpose();
        let (now, then) = (view(now)?, view(then)?);
        let effect = match (&now, &then) {
            (Some(now), Some(then)) if now.run.id != then.run.id => effect(now, then),
            _ => Effect { periods: vec![period], ..Effect::default() },
        };
        let lists = lists(now.as_deref(), then.as_deref());
        Ok(Turn { period, now, then, effect, lists })
    }

    /// Makes a run public, or takes it back from the public, and notes it. It blocks.
    ///
    /// # Errors
    /// [`Problem::Parameter`] without a reason; the store's.
    pub fn set_public(
        &self,
        _alone: &Publishing,
        caller: &Caller,
        id: RunId,
        (by, why): (String, &str),
        public: bool,
    ) -> Result<Run, Problem> {
        let why = why.trim().to_owned();
        if why.is_empty() {
            return Err(Problem::parameter("reason", "须写明理由", "say why"));
        }
        let act = Act { by, at: self.now(), why };
        let action = if public {
            self.store().release(id, act)?;
            Action::Release
        } else {
            self.store().retract(id, act)?;
            Action::Retract
        };
        self.has_written();
        self.audit().note(Note::done(caller, action, Subject::of("run", id)))?;
        Ok(self.store().run(id)?)
    }
}

impl Turn {
    /// Whether the public would see another run.
    #[must_use]
    pub fn is_other(&self) -> bool {
        self.id(&self.now) != self.id(&self.then)
    }

    fn id(&self, view: &Option<Arc<RunView>>) -> Option<RunId> {
        view.as_ref().map(|view| view.run.id)
    }
}

/// By what a form tells that it decides what was shown: the run that the public sees of each period now, and the one it would see.
#[must_use]
pub fn mark(turns: &[Turn]) -> String {
    let run =
        |view: &Option<Arc<RunView>>| view.as_ref().map_or_else(|| "-".to_owned(), |view| view.run.id.to_string());
    let turn = |turn: &Turn| format!("{}:{},{}", turn.period.name(), run(&turn.now), run(&turn.then));
    turns.iter().map(turn).collect::<Vec<_>>().join(" ")
}

/// The units scored that stand otherwise in one run than in the other.
fn effect(now: &RunView, then: &RunView) -> Effect {
    let level = |view: &RunView| view.edition.bundle().assess.unit.clone();
    let standings = |view: &RunView| -> BTreeMap<String, Standing> {
        view.of_level(&level(view), Reader::Staff).map(|shown| (shown.unit.clone(), standing(shown))).collect()
    };
    let mut before = standings(now);
    let mut moved: Vec<Moved> = Vec::new();
    for (unit, after) in standings(then) {
        let old = before.remove(&unit);
        if old.as_ref() != Some(&after) {
            moved.push(Moved { unit, period: now.period, before: old, after: Some(after) });
        }
    }
    moved.extend(before.into_iter().map(|(unit, old)| Moved {
        unit,
        period: now.period,
        before: Some(old),
        after: None,
    }));
    moved.sort_by_key(|moved| (moved.by().is_none(), moved.by(), moved.unit.clone()));
    Effect { periods: vec![now.period], moved, partial: false }
}

fn standing(shown: &Shown) -> Standing {
    Standing {
        score: shown.score,
        rating: shown.rating.clone(),
        incomplete: shown.incomplete,
        lists: shown.lists.iter().cloned().collect(),
    }
}

/// The lists of either standard on which something would come or go.
fn lists(now: Option<&RunView>, then: Option<&RunView>) -> Vec<ListTurn> {
    let (mut before, mut after) = (now.map(entries).unwrap_or_default(), then.map(entries).unwrap_or_default());
    let named = then.into_iter().chain(now).flat_map(|view| &view.edition.bundle().lists);
    let mut turns = Vec::new();
    for list in named {
        // A list of both standards is taken once, under the title that it would have.
        let (old, new) = (before.remove(&list.id).unwrap_or_default(), after.remove(&list.id).unwrap_or_default());
        let (gained, lost) = (new.difference(&old).count(), old.difference(&new).count());
        if gained + lost > 0 {
            turns.push(ListTurn { title: list.title.clone(), gained, lost, then: new.len() });
        }
    }
    turns
}

/// What stands on each list.
fn entries(view: &RunView) -> BTreeMap<String, BTreeSet<String>> {
    let mut entries: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for shown in view.of_level(&view.edition.bundle().assess.unit, Reader::Staff) {
        for entry in &shown.entries {
            entries.entry(entry.list.clone()).or_default().insert(name_of(shown, entry));
        }
    }
    entries
}

/// By what an entry is known again in another run: its unit, and its record (by its number or what it says, since rows move) or the reason of its finding.
fn name_of(shown: &Shown, entry: &ShownEntry) -> String {
    let finding = entry.finding.and_then(|place| shown.findings.get(place));
    match (&entry.record, finding) {
        (Some(record), _) => {
            let known_by = record.number.clone().or_else(|| record.mark.map(|mark| mark.to_string()));
            let known_by = known_by.or_else(|| record.place.clone()).unwrap_or_default();
            format!("{} {} {} {known_by}", shown.unit, record.kind, record.date)
        }
        (None, Some(finding)) => {
            format!("{} {} {}", shown.unit, finding.rule, finding.reason.as_deref().unwrap_or_default())
        }
        (None, None) => shown.unit.clone(),
    }
}
