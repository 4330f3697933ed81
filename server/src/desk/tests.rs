//! Storing is called off while it writes: nothing of it is left, and the draft is as it was.

use std::thread::yield_now;

use super::crash::{ROWS, fires, handed_in, lay_out, open};
use super::*;
use crate::questions;
use crate::store::{BatchId, RecordRow};

/// The state of the job when the storing was called off, or found to be done already.
fn call_off_while_it_writes(app: &App, draft: &Draft) -> Ending {
    let consent = Consent { good_rows: true, ..Consent::default() };
    let job = commit(app, &Caller::terminal(), draft, consent).unwrap();
    while job.ending().is_none() && job.status().step != Some("入库") {
        yield_now();
    }
    job.call_off();
    job.wait(Duration::from_secs(60)).unwrap()
}

fn known(app: &App) -> Vec<RecordRow> {
    let facts = app.store().facts_of("330381101701", Date::MAX).unwrap();
    facts.records.into_iter().map(|record| record.item).collect()
}

#[test]
fn what_is_called_off_while_it_is_stored_leaves_nothing_and_can_be_stored_later() {
    let directory = tempfile::tempdir().unwrap();
    let app = open(directory.path());
    lay_out(&app);
    // One of the rows contradicts what is stored: it would become a question.
    let first = handed_in(&app, "先报的.csv", "330381101701,2020-07-01,H0,7\n");
    let stored = commit(&app, &Caller::terminal(), &first, Consent::default()).unwrap();
    assert_eq!(stored.wait(Duration::from_secs(60)), Some(Ending::Done));

    let mut called_off = 0;
    for _ in 0..20 {
        let draft = fires(&app);
        let ending = call_off_while_it_writes(&app, &draft);
        let after = get(&app, &Caller::terminal(), &draft.id).unwrap();
        if ending == Ending::CalledOff {
            called_off += 1;
            assert_eq!((after.state, known(&app).len()), (State::Open, 1), "half a draft is stored");
            assert_eq!(questions::all(app.store()).unwrap(), [], "what was not stored asks nothing");
            assert_eq!(app.store().verify().unwrap(), []);
            let again = commit(&app, &Caller::terminal(), &draft, Consent { good_rows: true, ..Consent::default() });
            assert_eq!(again.unwrap().wait(Duration::from_secs(60)), Some(Ending::Done));
        }
        assert_eq!(known(&app).len(), ROWS, "all but the row that is a question");
        assert_eq!(questions::all(app.store()).unwrap().len(), 1);
        if called_off > 0 {
            return;
        }
        // It was faster: taken back, it is handed in again.
        let newest = app.store().batches(None, 1).unwrap().remove(0).id;
        let act = crate::store::Act { by: "clerk".into(), at: app.now(), why: "again".into() };
        app.store().withdraw_batch(newest, act).unwrap();
        app.has_written();
        assert!(newest > BatchId(2));
    }
    panic!("it was called off too late each time");
}
