//! Drafts that are looked at, stored and thrown away at the same time.

use liuwu_engine::period::Period;

use super::crash::{furnish, handed_in, listed, open, store_it};
use super::stating::{self, Saying};
use super::*;
use crate::custody::Custody;
use crate::drafts::DraftError;
use crate::store::{Batch, BatchId, NewBatch, RecordId};

const LONG: Duration = Duration::from_secs(60);

/// Something that others store.
fn push(app: &App) {
    app.store().append_batch(NewBatch::new(app.now(), "平台", "接口推送")).unwrap();
}

#[test]
fn while_a_draft_is_read_again_what_was_read_before_is_shown() {
    let directory = tempfile::tempdir().unwrap();
    let (app, caller) = (open(directory.path()), Caller::terminal());
    let draft = furnish(&app);
    assert!(matches!(look(&app, &caller, &draft, LONG).unwrap(), Look::Ready(_)));
    // As when pushes arrive all the time: nothing that was read is ever beside the newest state of the store.
    for _ in 0..3 {
        push(&app);
        let Look::Ready(preview) = look(&app, &caller, &draft, Duration::ZERO).unwrap() else {
            panic!("what was mended on the page would be lost");
        };
        assert_eq!(preview.report.tables.len(), 1);
    }
    let subject = key_of(&app, &draft).unwrap().subject();
    assert!(app.jobs().about(&subject).is_some_and(|job| job.wait(LONG) == Some(Ending::Done)));
    assert!(matches!(look(&app, &caller, &draft, LONG).unwrap(), Look::Ready(_)));
}

#[test]
fn what_was_read_holds_when_results_are_made_and_not_when_others_store_something() {
    let directory = tempfile::tempdir().unwrap();
    let (app, caller) = (open(directory.path()), Caller::terminal());
    let draft = furnish(&app);
    let kept = || app.previews().get(&key_of(&app, &draft).unwrap()).is_some();
    let looked = || match look(&app, &caller, &draft, LONG).unwrap() {
        Look::Ready(preview) => preview,
        Look::Working(_) => panic!("the draft was not read"),
    };
    assert!(matches!(looked().effect, Weighed::Unknown(..)), "nothing has been scored yet");
    let (periods, longest) = (vec!["2020".parse().unwrap()], LONG);
    let (pseudonym_key, as_of, at) = (app.pseudonym_key().to_vec(), app.today(), app.now());
    let ask =
        Ask { bundle: "small".into(), edition: None, periods, as_of, by: "王".into(), at, pseudonym_key, longest };
    app.score(&caller, &ask).unwrap();
    assert!(matches!(looked().effect, Weighed::Effect(_)), "what could not be told before is told");
    app.score(&caller, &ask).unwrap();
    assert!(kept(), "it would be read and weighed once more for nothing");
    push(&app);
    assert!(!kept());
}

#[test]
fn a_draft_that_is_being_stored_is_neither_stored_twice_nor_thrown_away() {
    let directory = tempfile::tempdir().unwrap();
    let (app, caller) = (open(directory.path()), Caller::terminal());
    let draft = furnish(&app);
    let claim = app.drafts().claim(&draft.id).unwrap();
    let twice = commit(&app, &caller, &draft, Consent::default()).unwrap_err();
    assert!(matches!(twice, Problem::Draft(DraftError::BeingStored)), "{twice}");
    let thrown = app.drafts().discard(app.store(), (&draft.id, &caller)).unwrap_err();
    assert!(matches!(thrown, DraftError::BeingStored), "{thrown}");
    drop(claim);
    app.drafts().discard(app.store(), (&draft.id, &caller)).unwrap();
    // Whoever had it on the page stores nothing of it.
    let gone = commit(&app, &caller, &draft, Consent::default()).unwrap_err();
    assert!(matches!(gone, Problem::Draft(DraftError::Missing(_))), "{gone}");
}

#[test]
fn a_batch_whose_draft_was_cut_off_stands_in_the_log() {
    let directory = tempfile::tempdir().unwrap();
    let (app, caller) = (open(directory.path()), Caller::terminal());
    let draft = furnish(&app);
    // As it is when the process ends as soon as the batch is stored.
    let mut batch = NewBatch::new(app.now(), caller.name(), "火灾");
    batch.notes.insert(NOTE.to_owned(), draft.id.clone());
    let id = app.store().append_batch(batch).unwrap();
    let known = get(&app, &caller, &draft.id).unwrap();
    assert!(matches!(known.state, State::Committed { batch: Some(stored), .. } if stored == id));
    let entries = app.store().entries_back(None, 2).unwrap();
    let noted: Vec<(&str, &str, &str)> =
        entries.iter().map(|entry| (&*entry.action, &*entry.subject, &*entry.id)).collect();
    assert_eq!(noted, [("save-draft", "draft", &*draft.id), ("upload", "batch", &*id.to_string())]);
}

fn newest(app: &App) -> Batch {
    app.store().batches(None, 1).unwrap().remove(0)
}

#[test]
fn records_that_were_not_listed_are_not_taken_back() {
    let directory = tempfile::tempdir().unwrap();
    let (app, caller) = (open(directory.path()), Caller::terminal());
    let draft = furnish(&app);
    let consent = || Consent { withdraw_missing: Some(listed(&app, &draft)), ..Consent::default() };
    let shown = consent();
    // Between the look at the list and the click somebody hands in a fire that the table does not hold either.
    let later = handed_in(&app, "后报的.csv", "330381101701,2020-04-01,H-2,0\n");
    store_it(&app, &later);
    let batches = newest(&app).id;
    let ending = commit(&app, &caller, &draft, shown).unwrap().wait(LONG).unwrap();
    assert!(matches!(&ending, Ending::Failed(zh, _) if zh.contains("清单")), "{ending:?}");
    assert_eq!(newest(&app).id, batches, "nothing was stored");
    let ending = commit(&app, &caller, &draft, consent()).unwrap().wait(LONG).unwrap();
    assert!(matches!(ending, Ending::Done), "{ending:?}");
    assert_eq!(newest(&app).counts.taken_back, 2);
}

#[test]
fn whatever_takes_back_or_states_waits_for_whoever_compares_and_stores() {
    let directory = tempfile::tempdir().unwrap();
    let app = open(directory.path());
    furnish(&app);
    let seen = app.store().seen();
    let first = RecordId { batch: BatchId(2), number: 1 };
    let deeds: [fn(&App, RecordId); 3] = [
        |app, id| drop(Custody::open(app, &Caller::terminal()).unwrap().withdraw(id, "误报").unwrap()),
        |app, id| drop(Custody::open(app, &Caller::terminal()).unwrap().undo(id.batch, "误报", None).unwrap()),
        |app, _| {
            let saying = Saying { period: Period::parse("2020-03").unwrap(), kind: Some("fire".to_owned()), nil: true };
            stating::state(app, &Caller::terminal(), &saying).unwrap().unwrap();
        },
    ];
    std::thread::scope(|scope| {
        let comparing = app.standing();
        let waiting = deeds.map(|deed| {
            let app = app.clone();
            scope.spawn(move || deed(&app, first))
        });
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(app.store().seen(), seen, "something was stored between comparing and storing");
        drop(comparing);
        waiting.into_iter().for_each(|deed| drop(deed.join()));
    });
    assert_ne!(app.store().seen(), seen);
}
