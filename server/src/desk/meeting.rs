//! Drafts that are looked at, stored and thrown away at the same time.

use super::crash::{furnish, open};
use super::*;
use crate::drafts::DraftError;
use crate::store::NewBatch;

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
    let subject = Key { draft: draft.id.clone(), revision: draft.revision, inputs: app.inputs() }.subject();
    assert!(app.jobs().about(&subject).is_some_and(|job| job.wait(LONG) == Some(Ending::Done)));
    assert!(matches!(look(&app, &caller, &draft, LONG).unwrap(), Look::Ready(_)));
}

#[test]
fn what_was_read_holds_when_results_are_made_and_not_when_others_store_something() {
    let directory = tempfile::tempdir().unwrap();
    let (app, caller) = (open(directory.path()), Caller::terminal());
    let draft = furnish(&app);
    let kept = || {
        let key = Key { draft: draft.id.clone(), revision: draft.revision, inputs: app.inputs() };
        app.previews().get(&key).is_some()
    };
    assert!(matches!(look(&app, &caller, &draft, LONG).unwrap(), Look::Ready(_)));
    let (periods, longest) = (vec!["2020".parse().unwrap()], LONG);
    let (pseudonym_key, as_of, at) = (app.pseudonym_key().to_vec(), app.today(), app.now());
    let ask =
        Ask { bundle: "small".into(), edition: None, periods, as_of, by: "王".into(), at, pseudonym_key, longest };
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
    let thrown = app.drafts().discard(app.store(), (&draft.id, &draft.owner)).unwrap_err();
    assert!(matches!(thrown, DraftError::BeingStored), "{thrown}");
    drop(claim);
    app.drafts().discard(app.store(), (&draft.id, &draft.owner)).unwrap();
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
    let entry = app.store().last_entry().unwrap().unwrap();
    assert_eq!((entry.action, entry.subject, entry.id), ("upload".to_owned(), "batch".to_owned(), id.to_string()));
}
