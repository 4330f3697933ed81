//! What the log says about a run: a digest over its heading and the root of a tree over one leaf for each result.
//!
//! Enters: a run in the store. Leaves: its digest, and its leaves, filed. A run that replaces a few results of another is not gone
//! through: the leaves of the runs noted last are kept at hand, and those few are exchanged, so that noting it costs as much as
//! what has changed. The digest is the same either way, and does not tell whether a run shares results with another: read back from
//! a backup, it does not. Next: [`super::marks`].

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use liuwu_engine::period::Period;
use sha2::{Digest, Sha256};

use super::content::{Leaf, Part, Row, Thing, Visit, leaf};
use super::filed::{self, Replaced};
use crate::scoring::{Gatherer, Registers};
use crate::store::{Result, Run, RunId, Store, StoreError, hex};

/// Stands at the beginning of every digest.
const FORMAT: &str = "liuwu-run-1";
/// Assessments read at a time.
const PAGE: usize = 500;
/// Runs whose leaves are kept at hand, each in the place of the one it replaces: about 100 bytes a result each.
const KEPT: usize = 4;

/// Goes through a run as it stands in the store.
pub(super) fn walk(store: &dyn Store, key: &[u8], id: RunId, visit: Visit) -> Result<()> {
    let run = store.run(id)?;
    visit(Part::Heading, heading_leaf(key, &run)?)?;
    let mut after: Option<(Period, String)> = None;
    loop {
        let cursor = after.as_ref().map(|(period, unit)| (*period, unit.as_str()));
        let page = store.scan_assessments(id, cursor, PAGE)?;
        let is_last = page.len() < PAGE;
        after = page.last().map(|last| (last.period, last.unit.clone()));
        for found in page {
            let leaf = result_leaf(key, found.period, &found.unit, &found.bytes)?;
            visit(Part::Assessment(found.period, found.unit), leaf)?;
        }
        if is_last {
            return Ok(());
        }
    }
}

/// Whether it is released, and whether it shares results with another run, is no part of what a run says.
fn heading_leaf(key: &[u8], run: &Run) -> Result<Leaf> {
    let asked = (run.id, &run.bundle, &run.edition, &run.digest, &run.periods, run.as_of, run.started, &run.by);
    let found = (run.finished, &run.engine, run.trial, &run.root, &run.counts, run.assessments);
    leaf(key, "run", &(asked, found))
}

fn result_leaf(key: &[u8], period: Period, unit: &str, bytes: &[u8]) -> Result<Leaf> {
    leaf(key, "assessment", &(period, unit, hex(&Sha256::digest(bytes))))
}

/// The leaves of the runs noted last.
#[derive(Debug, Default)]
pub(super) struct AtHand(Mutex<VecDeque<(RunId, Arc<Registers>)>>);

impl AtHand {
    /// The digest of a run as it stands in the store; files its leaves.
    pub(super) fn digest(&self, store: &dyn Store, key: &[u8], id: RunId) -> Result<String> {
        let run = store.run(id)?;
        let heading = heading_leaf(key, &run)?;
        let leaves = match self.of_run_below(store, &run)? {
            Some((base, mut leaves)) => {
                let mut replaced: Vec<Replaced> = Vec::new();
                for own in store.own_assessments(id)? {
                    let leaf = result_leaf(key, own.period, &own.unit, &own.bytes)?;
                    Arc::make_mut(&mut leaves).exchange(own.period, &own.unit, leaf);
                    replaced.push((own.period, own.unit, leaf));
                }
                filed::file_replaced(store, (id, base), heading, &replaced)?;
                leaves
            }
            None => {
                let mut leaves = Gatherer::new(&run.periods);
                filed::file(store, &Thing::Run(id), |visit| {
                    walk(store, key, id, &mut |part, leaf| {
                        gather(&mut leaves, &part, leaf);
                        visit(part, leaf)
                    })
                })?;
                Arc::new(leaves.finish())
            }
        };
        let digest = digest_of(&heading, &leaves);
        self.keep(id, leaves);
        Ok(digest)
    }

    /// Reads the leaves of a run, so that the next one on it need not.
    pub(super) fn make_ready(&self, store: &dyn Store, key: &[u8], run: &Run) -> Result<()> {
        if self.lock().iter().any(|(id, _)| *id == run.id) {
            return Ok(());
        }
        let mut leaves = Gatherer::new(&run.periods);
        walk(store, key, run.id, &mut |part, leaf| {
            gather(&mut leaves, &part, leaf);
            Ok(())
        })?;
        self.keep(run.id, Arc::new(leaves.finish()));
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(RunId, Arc<Registers>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The one kept first goes first.
    fn keep(&self, id: RunId, leaves: Arc<Registers>) {
        let mut kept = self.lock();
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back((id, leaves));
    }

    /// The base of a run, and the leaves of a run at hand that are those of the run itself but for what it replaces.
    fn of_run_below(&self, store: &dyn Store, run: &Run) -> Result<Option<(RunId, Arc<Registers>)>> {
        let Some(base) = run.base else { return Ok(None) };
        let replaced: BTreeSet<(Period, String)> = store.replaced(run.id)?.into_iter().collect();
        let mut kept = self.lock();
        for (place, (id, _)) in kept.iter().enumerate().rev() {
            if differs_within(store, *id, base, &replaced)? {
                // The run takes its place.
                return Ok(kept.remove(place).map(|(_, leaves)| (base, leaves)));
            }
        }
        Ok(None)
    }
}

fn gather(leaves: &mut Gatherer, part: &Part, leaf: Leaf) {
    if let Part::Assessment(period, unit) = part {
        leaves.add(*period, unit.clone(), leaf);
    }
}

/// Whether a run has the results of another one but for some of these: that one, or one that rests on it and replaces no others.
fn differs_within(store: &dyn Store, run: RunId, base: RunId, replaced: &BTreeSet<(Period, String)>) -> Result<bool> {
    let mut next = Some(run);
    while let Some(id) = next.filter(|id| *id > base) {
        // It may have been discarded since.
        next = match store.run(id) {
            Err(StoreError::NotFound(_)) => return Ok(false),
            run => run?.base,
        };
        if next.is_some() && !store.replaced(id)?.iter().all(|own| replaced.contains(own)) {
            return Ok(false);
        }
    }
    Ok(next == Some(base))
}

fn digest_of(heading: &Leaf, leaves: &Registers) -> String {
    let mut digest = Sha256::new();
    digest.update(FORMAT);
    digest.update(heading);
    digest.update(leaves.root());
    hex(&digest.finalize())
}

/// Leaves, one after the other, summed up in every way in which the log may have said it: of a run as it is said now, and in a row, as
/// batches are and runs were.
pub(super) struct Sums {
    row: Row,
    run: Option<(Leaf, Gatherer)>,
}

impl Sums {
    /// Of a batch or a run.
    pub(super) fn of(store: &dyn Store, thing: &Thing) -> Result<Sums> {
        let run = match thing {
            Thing::Run(id) => Some((Leaf::default(), Gatherer::new(&store.run(*id)?.periods))),
            _ => None,
        };
        Ok(Sums { row: Row::default(), run })
    }

    /// Adds the leaf of a part; none: of one that is not there.
    pub(super) fn add(&mut self, part: Option<&Part>, leaf: &Leaf) {
        self.row.add(leaf);
        if let (Some((heading, leaves)), Some(part)) = (&mut self.run, part) {
            gather(leaves, part, *leaf);
            if *part == Part::Heading {
                *heading = *leaf;
            }
        }
    }

    /// The digests that may have been said.
    pub(super) fn finish(self) -> Vec<String> {
        let run = self.run.map(|(heading, leaves)| digest_of(&heading, &leaves.finish()));
        run.into_iter().chain([self.row.finish()]).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::Timestamp;
    use liuwu_engine::period::Date;

    use super::*;
    use crate::accounts::Caller;
    use crate::audit::compare::compare;
    use crate::audit::{Action, Audit, Note, Subject};
    use crate::store::memory::Memory;
    use crate::store::{Journal, NewRun, RunOutcome};

    const KEY: &[u8] = b"a key for tests";

    fn period(name: &str) -> Period {
        name.parse().unwrap()
    }

    /// A run of so many villages in two years, or one that replaces the results of some in 2020.
    fn save(store: &dyn Store, on: Option<(RunId, &[usize])>, text: &str) -> RunId {
        let new = NewRun {
            id: None,
            bundle: "trial".to_owned(),
            edition: "1".to_owned(),
            digest: String::new(),
            periods: vec![period("2019"), period("2020")],
            as_of: Date::MAX,
            started: Timestamp::UNIX_EPOCH,
            by: "王".to_owned(),
            engine: String::new(),
            trial: false,
            seen: None,
            looks_back_on: None,
            base: on.map(|(base, _)| base),
        };
        let mut writer = store.begin_run(new).unwrap();
        let (periods, villages) = match on {
            None => (vec!["2019", "2020"], (0..1_200).collect()),
            Some((_, villages)) => (vec!["2020"], villages.to_vec()),
        };
        for name in periods {
            for village in &villages {
                writer.add(period(name), &format!("{village:06}"), format!("{text} {village}").as_bytes()).unwrap();
            }
        }
        let outcome = RunOutcome { finished: Timestamp::UNIX_EPOCH, root: text.to_owned(), counts: BTreeMap::new() };
        writer.finish(outcome).unwrap().id
    }

    fn note(audit: &Audit, run: RunId) {
        audit.note(Note::done(&Caller::service(), Action::Score, Subject::of("run", run))).unwrap();
    }

    fn leaves_filed(store: &dyn Store, run: RunId) -> usize {
        let papers = store.papers("audit-leaves", None, 1_000).unwrap();
        papers.iter().filter(|(name, _)| name.starts_with(&format!("run-{run}-"))).map(|(_, paper)| paper.len()).sum()
    }

    #[test]
    fn a_run_that_replaces_a_few_results_is_noted_by_these_alone_and_has_the_digest_of_all() {
        let store = Arc::new(Memory::new());
        let audit = Audit::new(store.clone(), KEY);
        let whole = save(store.as_ref(), None, "first");
        note(&audit, whole);
        let second = save(store.as_ref(), Some((whole, &[3, 700])), "second");
        note(&audit, second);
        // It rests on the first too, since it replaces what the second did.
        let third = save(store.as_ref(), Some((whole, &[3, 5, 700])), "third");
        note(&audit, third);
        // It does not hold what the third replaced, so that one's leaves are of no use to it.
        let fourth = save(store.as_ref(), Some((second, &[9])), "fourth");
        note(&audit, fourth);
        // The next process has nothing at hand but what it makes ready.
        let audit = Audit::new(store.clone(), KEY);
        audit.make_ready(&store.run(fourth).unwrap()).unwrap();
        let fifth = save(store.as_ref(), Some((fourth, &[9, 10])), "fifth");
        note(&audit, fifth);
        let filed = [whole, second, third, fourth, fifth].map(|run| leaves_filed(store.as_ref(), run));
        let all = 2 * 1_200 * 32;
        assert!(filed[0] > all && filed[3] > all, "{filed:?}");
        assert!([1, 2, 4].iter().all(|few| filed[*few] < 1_000), "{filed:?}");
        for run in [second, third, fourth, fifth] {
            let said = store.entries(1, 9).unwrap().into_iter().find(|entry| entry.id == run.to_string()).unwrap();
            // Whoever has nothing at hand goes through all of it.
            let anew = AtHand::default().digest(store.as_ref(), KEY, run).unwrap();
            assert_eq!(said.content, Some(anew), "{run}");
        }
        assert_eq!(compare(store.as_ref(), KEY).unwrap().differences, []);
    }

    #[test]
    fn a_run_that_was_noted_by_its_leaves_in_a_row_is_still_vouched_for() {
        let store = Arc::new(Memory::new());
        let audit = Audit::new(store.clone(), KEY);
        let run = save(store.as_ref(), None, "first");
        let thing = Thing::Run(run);
        let said = filed::file(store.as_ref(), &thing, |visit| walk(store.as_ref(), KEY, run, visit)).unwrap();
        let entry = Note::done(&Caller::service(), Action::Score, Subject::of("run", run));
        audit.note(Note { content: Some(said.clone()), ..entry.clone() }).unwrap();
        assert_eq!(compare(store.as_ref(), KEY).unwrap().differences, []);
        audit.note(Note { content: Some(said.replace(['0', '1'], "2")), ..entry }).unwrap();
        assert_eq!(compare(store.as_ref(), KEY).unwrap().differences.len(), 1);
    }
}
