//! A run stands on what it says it saw, whatever is stored while it is made.

use std::collections::VecDeque;
use std::sync::Mutex;

use super::full::SCORING;
use super::*;
use crate::progress::Step as Stage;

/// Stores something each time a chunk is done, as people and platforms do.
struct Busy<'a> {
    store: &'a dyn Store,
    steps: Mutex<VecDeque<Step>>,
}

impl<'a> Busy<'a> {
    fn with(store: &'a dyn Store, steps: &[Step]) -> Busy<'a> {
        Busy { store, steps: Mutex::new(steps.iter().cloned().collect()) }
    }
}

impl Progress for Busy<'_> {
    fn begin(&self, stage: Stage, _: u64) {
        if stage == SCORING {
            self.advance(0);
        }
    }

    fn advance(&self, _: u64) {
        if let Some(step) = self.steps.lock().unwrap().pop_front() {
            take(self.store, ("fire", "warning"), &step);
        }
    }

    fn is_called_off(&self) -> bool {
        false
    }
}

/// A full run and one that is brought up to date, each made while something is stored after every chunk.
fn score_while_busy(store: &dyn Store, steps: &[Step]) {
    furnish(store, YEARLY, &["fire", "warning"]);
    take(store, ("fire", "warning"), &Step::Records(vec![(0, 2, false, 3, None), (4, 1, false, 2, None)]));
    let edition = store.edition("trial", "1").unwrap();
    let plan = plan_of(&edition).unwrap();
    // One portion a chunk.
    let (run, _) =
        full::score_in_chunks(store, &edition, &plan, &ask("2019..2020"), &Busy::with(store, steps), 1).unwrap();
    assert_eq!(verify(store, run.id, KEY).unwrap().differences, [], "{steps:?}");
    // What came meanwhile is looked at now, and something more comes.
    let busy = Busy::with(store, steps);
    let made = keep_current(store, &update("2021-01-10"), &plan_of, &Footing::default(), &busy).unwrap().made;
    for run in &made {
        assert_eq!(verify(store, run.id, KEY).unwrap().differences, [], "{steps:?}");
    }
    // When nothing comes any more, all of it is told.
    keep_current(store, &update("2021-01-10"), &plan_of, &Footing::default(), &Unwatched).unwrap();
    hold_against_everything(store, &["2019..2020"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn what_is_stored_while_a_run_is_made_is_no_part_of_it(steps in prop::collection::vec(step(), 1..6)) {
        score_while_busy(&Memory::new(), &steps);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn nor_on_the_disk(steps in prop::collection::vec(step(), 1..6)) {
        let directory = tempfile::tempdir().unwrap();
        score_while_busy(&sled::open(directory.path()).unwrap(), &steps);
    }
}

#[test]
fn of_a_batch_that_comes_between_two_towns_neither_sees_a_part() {
    let store = Memory::new();
    furnish(&store, YEARLY, &["fire", "warning"]);
    let edition = store.edition("trial", "1").unwrap();
    let plan = plan_of(&edition).unwrap();
    let fires = Step::Records((0..6).map(|village| (village, 2, false, 3, None)).collect());
    let (run, _) =
        full::score_in_chunks(&store, &edition, &plan, &ask("2020"), &Busy::with(&store, &[Step::HandIn(5), fires]), 1)
            .unwrap();
    let results = all_of(&store, run.id, "2020".parse().unwrap()).unwrap();
    assert!(results.iter().all(|filed| filed.findings.is_empty()), "nothing was known of a fire when the run began");
    assert_eq!(verify(&store, run.id, KEY).unwrap().differences, []);
}
