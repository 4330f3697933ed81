//! A draft whose storing is killed is stored whole or not at all, and says afterwards which of the two.
//!
//! The test starts itself again as a child that stores a draft, kills it after a while of chance length, and takes the draft up
//! where it was left.

use std::env;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread::sleep;

use jiff::Timestamp;

use super::*;
use crate::config::{Config, Token};
use crate::drafts::Change;
use crate::intake::TableChoice;
use crate::store::{BatchId, NewBatch, NewEdition, Store, UnitRow, sled};

const DIRECTORY: &str = "LIUWU_DRAFT_CRASH_DIRECTORY";
pub(super) const ROWS: usize = 2_000;
/// Milliseconds after which the child is killed: before it has begun to write, while it writes, and after.
const LIVES: [u64; 6] = [0, 60, 150, 300, 600, 1_500];

pub(crate) fn open(directory: &Path) -> App {
    let (token, _) = Token::make().unwrap();
    let store: Arc<dyn Store> = Arc::new(sled::open(directory).unwrap());
    App::new(Config::default(), store, b"a key for tests".to_vec(), token)
}

/// A county of one village with one fire, and an open draft of all fires that no longer holds it.
pub(crate) fn furnish(app: &App) -> Draft {
    lay_out(app);
    store_it(app, &handed_in(app, "先报的.csv", "330381101701,2020-03-01,H-1,0\n"));
    let complete = TableChoice { file: "火灾.csv".to_owned(), complete: true, ..TableChoice::default() };
    let change = Change { tables: vec![complete], ..Change::default() };
    app.drafts().change(app.store(), (&fires(app).id, &Caller::terminal()), change, app.now()).unwrap()
}

/// An open draft of many fires.
pub(super) fn fires(app: &App) -> Draft {
    let mut rows = String::new();
    (0..ROWS).for_each(|row| writeln!(rows, "330381101701,2020-07-01,H{row},0").unwrap());
    handed_in(app, "火灾.csv", &rows)
}

/// An open draft of these fires.
pub(super) fn handed_in(app: &App, name: &str, rows: &str) -> Draft {
    let bytes = format!("区划代码,发生日期,编号,死亡人数\n{rows}").into_bytes();
    begin(app, &Caller::terminal(), vec![File { name: name.to_owned(), bytes }]).unwrap()
}

/// A county of one village.
pub(super) fn lay_out(app: &App) {
    let text = include_str!("../../../fixtures/bundles/disclosure.yaml");
    let edition = NewEdition {
        bundle: "small".to_owned(),
        edition: "2020".to_owned(),
        text: Arc::from(text),
        published_at: Timestamp::UNIX_EPOCH,
        by: "policy".to_owned(),
        note: String::new(),
    };
    app.store().publish_edition(edition).unwrap();
    let unit = |id: &str, level: &str, name: &str, parent: Option<&str>| UnitRow {
        id: id.to_owned(),
        level: level.to_owned(),
        name: name.to_owned(),
        parent: parent.map(str::to_owned),
    };
    let mut batch = NewBatch::new(Timestamp::UNIX_EPOCH, "clerk", "units");
    batch.units = vec![
        unit("330381000000", "county", "某市", None),
        unit("330381101000", "town", "甲镇", Some("330381000000")),
        unit("330381101701", "village", "乙村", Some("330381101000")),
    ];
    Remit::ALL.admit(app.store(), batch).unwrap().store(app.store()).unwrap();
}

fn large_draft(app: &App) -> Draft {
    let drafts = app.drafts().of(app.store(), &Caller::terminal().name()).unwrap();
    drafts.into_iter().find(|draft| draft.files[0].name == "火灾.csv").unwrap()
}

/// What the list of records that the table no longer holds is called.
pub(super) fn listed(app: &App, draft: &Draft) -> String {
    let Look::Ready(preview) = look(app, &Caller::terminal(), draft, Duration::from_secs(60)).unwrap() else {
        panic!("the draft was not read")
    };
    preview.report.missing_digest()
}

/// Stores a draft and waits until that is done.
pub(super) fn store_it(app: &App, draft: &Draft) -> Ending {
    let consent = Consent { withdraw_missing: Some(listed(app, draft)), ..Consent::default() };
    let job = commit(app, &Caller::terminal(), draft, consent).unwrap();
    job.wait(Duration::from_secs(60)).unwrap()
}

/// The child: stores the draft that is there, until it is killed.
fn store_until_killed(directory: &Path) {
    let app = open(directory);
    writeln!(std::io::stdout(), "begun").unwrap();
    store_it(&app, &large_draft(&app));
    writeln!(std::io::stdout(), "stored").unwrap();
    sleep(Duration::from_secs(60));
}

/// Whether the child said that it had stored the draft before it was killed.
fn kill_after(directory: &Path, life: u64) -> bool {
    let test = "desk::crash::a_draft_that_is_killed_while_it_is_stored_is_stored_whole_or_not_at_all";
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(DIRECTORY, directory)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("begun")), "the child did not begin");
    sleep(Duration::from_millis(life));
    child.kill().unwrap();
    child.wait().unwrap();
    lines.any(|line| line.contains("stored"))
}

#[test]
fn a_draft_that_is_killed_while_it_is_stored_is_stored_whole_or_not_at_all() {
    if let Some(directory) = env::var_os(DIRECTORY) {
        return store_until_killed(Path::new(&directory));
    }
    let mut outcomes = [0, 0];
    for life in LIVES {
        let directory = tempfile::tempdir().unwrap();
        furnish(&open(directory.path()));
        let said_so = kill_after(directory.path(), life);
        let app = open(directory.path());
        assert_eq!(app.store().verify().unwrap(), []);
        let draft = get(&app, &Caller::terminal(), &large_draft(&app).id).unwrap();
        let records = || app.store().facts_of("330381101701", Date::MAX).unwrap().records.len();
        match draft.state {
            State::Committed { batch, .. } => {
                assert_eq!((batch, records()), (Some(BatchId(3)), ROWS), "and the one that is not in it is taken back");
                outcomes[0] += 1;
            }
            State::Open => {
                assert!(!said_so, "it said that the draft was stored");
                assert_eq!(records(), 1, "half a draft is stored");
                assert_eq!(store_it(&app, &draft), Ending::Done);
                assert_eq!(records(), ROWS);
                outcomes[1] += 1;
            }
        }
    }
    assert!(outcomes.iter().all(|count| *count > 0), "killed too early or too late each time: {outcomes:?}");
}
