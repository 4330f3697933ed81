//! A run that is broken off, whenever, and asked for again is the run that was never broken off.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::Duration;

use super::*;
use crate::progress::{Step, Unfinished};
use crate::store::HalfRuns;

const TOWN: [&str; 4] = ["t1", "t2", "t3", "t4"];

/// Forty villages whose codes come before the names of what is rolled up, as codes of divisions do, with an exemption in the middle
/// and one for a unit that is not scored.
fn furnish_forty(store: &dyn Store, text: &str, kinds: (&str, &str)) {
    store.publish_edition(trial::edition("1", text)).unwrap();
    let mut units = vec![unit("c1", "county", None)];
    units.extend(TOWN.map(|id| unit(id, "town", Some("c1"))));
    // Towns are not in the order of the codes of their villages, so that chunks overlap.
    units.extend((0..40).map(|number| unit(&code(number), "village", Some(TOWN[number % 4]))));
    let rows = (0..90_u8)
        .map(|number| row(&code(usize::from(number) * 7 % 40), kinds.0, (2019 + u16::from(number % 2), number), None));
    let rows = rows.chain((0..4).map(|number| row(TOWN[number], kinds.1, (2020, number as u8), None)));
    let exemption = |unit: &str| Exemption {
        unit: unit.into(),
        rule: "F-1".into(),
        record: None,
        from: parse_date("2019-01-01").unwrap(),
        until: None,
        reason: "雷击".into(),
        approved_by: "张".into(),
        approved_on: parse_date("2021-01-01").ok(),
    };
    store
        .append_batch(NewBatch {
            units,
            statements: vec![complete("c1", kinds.0), complete("c1", kinds.1)],
            exemptions: vec![exemption(&code(17)), exemption("nobody")],
            ..batch(rows.collect())
        })
        .unwrap();
}

fn code(number: usize) -> String {
    format!("33{number:04}")
}

/// Calls the work off after so many chunks, and keeps what it is told of unfinished work.
#[derive(Default)]
struct Patience {
    chunks: AtomicU64,
    told: Mutex<Vec<Unfinished>>,
}

impl Patience {
    fn of(chunks: u64) -> Patience {
        Patience { chunks: AtomicU64::new(chunks), told: Mutex::default() }
    }

    fn told(&self) -> Vec<Unfinished> {
        self.told.lock().unwrap().clone()
    }
}

impl Progress for Patience {
    fn begin(&self, _: Step, _: u64) {}

    fn advance(&self, _: u64) {
        self.chunks.fetch_sub(1, Ordering::Relaxed);
    }

    fn finds(&self, unfinished: Unfinished) {
        self.told.lock().unwrap().push(unfinished);
    }

    fn is_called_off(&self) -> bool {
        self.chunks.load(Ordering::Relaxed) == 0
    }
}

fn in_chunks(
    store: &dyn Store,
    ask: &Ask,
    progress: &dyn Progress,
    size: usize,
) -> Result<(Run, Vec<Diagnostic>), ScoringError> {
    let edition = store.edition("trial", "1").unwrap();
    full::score_in_chunks(store, &edition, &plan_of(&edition).unwrap(), ask, progress, size)
}

/// All that a run holds.
fn contents(store: &dyn Store, run: &Run) -> Vec<(Period, String, Vec<u8>)> {
    let all = store.scan_assessments(run.id, None, usize::MAX).unwrap();
    all.into_iter().map(|stored| (stored.period, stored.unit, stored.bytes)).collect()
}

/// What is asked for: two years, or three months with their year.
fn standards() -> [(String, (&'static str, &'static str), &'static str); 2] {
    let monthly =
        include_str!("../../../../fixtures/bundles/standards/roll_up.yaml").replace("bundle: roll-up", "bundle: trial");
    let monthly = monthly.split("base_case:").next().unwrap().to_owned();
    [(YEARLY.to_owned(), ("fire", "warning"), "2019..2020"), (monthly, ("slip", "town_merit"), "2020-01..2020-03")]
}

#[test]
fn a_run_called_off_after_any_chunk_goes_on_to_what_it_would_have_been() {
    for (text, kinds, periods) in standards() {
        let whole = Memory::new();
        furnish_forty(&whole, &text, kinds);
        let (expected, remarks) = in_chunks(&whole, &ask(periods), &Unwatched, full::CHUNK).unwrap();
        let mut taken = 0;
        for size in [3, 11] {
            for chunks in 1..4 {
                let directory = tempfile::tempdir().unwrap();
                let store = sled::open(directory.path()).unwrap();
                furnish_forty(&store, &text, kinds);
                let error = in_chunks(&store, &ask(periods), &Patience::of(chunks), size).unwrap_err();
                assert!(matches!(error, ScoringError::Assess(AssessError::CalledOff)), "{error}");
                assert_eq!(store.runs().unwrap(), [], "half a run is seen by nobody");
                drop(store);
                let store = sled::open(directory.path()).unwrap();
                let again = Patience::of(u64::MAX);
                let later = Ask { at: noon("2021-01-11"), by: "张".to_owned(), ..ask(periods) };
                let (run, remarked) = in_chunks(&store, &later, &again, size).unwrap();
                if let [Unfinished::GoesOn { done, total: 40 }] = again.told().as_slice() {
                    taken += done;
                }
                assert_eq!((run.root.as_str(), &run.counts), (expected.root.as_str(), &expected.counts));
                assert!(contents(&store, &run) == contents(&whole, &expected), "{size} a chunk, {chunks} chunks");
                assert_eq!(format!("{remarked:?}"), format!("{remarks:?}"));
                assert_eq!((store.half_run().unwrap(), store.verify().unwrap()), (None, vec![]));
                assert_eq!(verify(&store, run.id, KEY).unwrap().differences, []);
            }
        }
        assert!(taken > 0, "nothing was ever there to be gone on with");
    }
}

/// Changes something a run rests on, and gives what is then asked for.
type Change = fn(&dyn Store) -> Ask;

#[test]
fn a_run_begins_anew_when_what_it_rests_on_has_changed() {
    let (text, kinds, periods) = standards()[0].clone();
    let change: [(&str, Change); 4] = [
        ("a record", |store| {
            store.append_batch(batch(vec![row(&code(1), "fire", (2020, 1), None)])).unwrap();
            ask("2019..2020")
        }),
        ("a withdrawal", |store| {
            let act = Act { by: "王".into(), at: noon("2021-01-09"), why: "误".into() };
            store.withdraw_record(ItemId { batch: BatchId(1), number: 1 }, act).unwrap();
            ask("2019..2020")
        }),
        ("another day", |_| Ask { as_of: parse_date("2021-01-12").unwrap(), ..ask("2019..2020") }),
        ("a newer run", |store| {
            let mut writer = store
                .begin_run(crate::store::NewRun { trial: true, ..store.half_run().unwrap().unwrap().run })
                .unwrap();
            writer.add("2020".parse().unwrap(), "x", b"{}").unwrap();
            let counts = BTreeMap::new();
            let outcome = crate::store::RunOutcome { finished: noon("2021-01-09"), root: String::new(), counts };
            writer.finish(outcome).unwrap();
            ask("2019..2020")
        }),
    ];
    for (what, change) in change {
        let store = Memory::new();
        furnish_forty(&store, &text, kinds);
        in_chunks(&store, &ask(periods), &Patience::of(3), 3).unwrap_err();
        assert!(store.half_run().unwrap().is_some());
        let ask = change(&store);
        let again = Patience::of(u64::MAX);
        let (run, _) = in_chunks(&store, &ask, &again, 3).unwrap();
        assert_eq!(again.told(), [Unfinished::BeginsAnew], "{what}");
        assert_eq!(store.half_run().unwrap(), None, "{what}: the half run is gone");
        assert_eq!(verify(&store, run.id, KEY).unwrap().differences, [], "{what}");
    }
}

#[test]
fn a_run_that_was_called_off_is_not_taken_up_by_the_next_start_and_one_cut_off_is() {
    let (text, kinds, periods) = standards()[0].clone();
    let store = Memory::new();
    furnish_forty(&store, &text, kinds);
    in_chunks(&store, &ask(periods), &Patience::of(3), 3).unwrap_err();
    let found = interrupted(&store, noon("2021-01-11"), KEY).unwrap().unwrap();
    assert_eq!((found.periods, found.as_of), (ask(periods).periods, ask(periods).as_of));
    store.lay_aside_half_run().unwrap();
    assert!(interrupted(&store, noon("2021-01-11"), KEY).unwrap().is_none());
    assert!(store.half_run().unwrap().is_some(), "it is kept for whoever asks for it");
}

const DIRECTORY: &str = "LIUWU_RESUME_TEST_DIRECTORY";
const CHUNKS: &str = "LIUWU_RESUME_TEST_CHUNKS";
/// In this time the database hands to the operating system what was written.
const WRITTEN: Duration = Duration::from_millis(900);

/// Says when so many chunks are done, and goes no further.
struct UntilKilled(AtomicU64);

impl Progress for UntilKilled {
    fn begin(&self, _: Step, _: u64) {}

    fn advance(&self, _: u64) {
        if self.0.fetch_sub(1, Ordering::Relaxed) == 1 {
            sleep(WRITTEN);
            writeln!(std::io::stdout(), "standing still").unwrap();
            sleep(Duration::from_secs(60));
        }
    }

    fn is_called_off(&self) -> bool {
        false
    }
}

/// Scores in a process that is killed, without any warning, after so many chunks.
fn score_and_be_killed(directory: &Path, chunks: u64) {
    let name = "scoring::tests::resuming::a_process_killed_between_any_two_chunks_loses_no_result_and_changes_none";
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(DIRECTORY, directory)
        .env(CHUNKS, chunks.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("standing still")), "the child ended by itself");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_process_killed_between_any_two_chunks_loses_no_result_and_changes_none() {
    let (text, kinds, periods) = standards()[0].clone();
    if let Some(directory) = env::var_os(DIRECTORY) {
        let store = sled::open(directory).unwrap();
        let chunks = env::var(CHUNKS).unwrap().parse().unwrap();
        in_chunks(&store, &ask(periods), &UntilKilled(AtomicU64::new(chunks)), 3).unwrap();
        return;
    }
    let whole = Memory::new();
    furnish_forty(&whole, &text, kinds);
    let (expected, _) = in_chunks(&whole, &ask(periods), &Unwatched, full::CHUNK).unwrap();
    let mut done = Vec::new();
    // Killed twice: when it was begun, and when it was gone on with.
    for (first, second) in [(1, 2), (3, 1), (2, 3)] {
        let directory = tempfile::tempdir().unwrap();
        furnish_forty(&sled::open(directory.path()).unwrap(), &text, kinds);
        score_and_be_killed(directory.path(), first);
        score_and_be_killed(directory.path(), second);
        let store = sled::open(directory.path()).unwrap();
        let again = Patience::of(u64::MAX);
        let (run, _) = in_chunks(&store, &ask(periods), &again, 3).unwrap();
        if let [Unfinished::GoesOn { done: taken, .. }] = again.told().as_slice() {
            done.push(*taken);
        }
        assert_eq!(run.root, expected.root);
        assert!(contents(&store, &run) == contents(&whole, &expected));
        assert_eq!(store.verify().unwrap(), []);
    }
    assert!(done.iter().any(|taken| *taken > 0), "nothing was ever there to be gone on with: {done:?}");
}
