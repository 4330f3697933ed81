//! However a run in force came about, in chunks, in parts or at once, it holds what scoring everything at once comes to.

mod exemptions;
mod meanwhile;
mod resuming;
mod trials;

use std::sync::Arc;

use liuwu_engine::period::parse_date;
use liuwu_engine::record::Source;
use proptest::prelude::*;
use serde_json::{Map, json};

use super::*;
use crate::deadline::LONGEST_RUN;
use crate::filed::FiledEvidence;
use crate::progress::Gauge;
use crate::store::memory::Memory;
use crate::store::{
    Act, AttributeFact, BatchId, Exemption, ItemId, NewBatch, NewRun, RecordRow, RunOutcome, Statement, UnitRow, sled,
};
use crate::trial::{self, batch, complete, noon, unit};

/// Villages are compared within their town, look back on the year before, depend on what their town did, and are rolled up
/// over towns (which are compared with one another), counties and all.
const YEARLY: &str = r#"
bundle: trial
edition: "1"
title: 试算(虚构)
assess: {unit: village, within: [town, county], period: year}
attributes:
  people: {title: 人口, type: integer, default: 10}
records:
  fire: {title: 火灾, fields: {loss: {title: 损失, type: decimal}, cause: {title: 原因, type: text, optional: true}}}
  warning: {title: 警示, of: town}
figures:
  fires: {title: 火灾数, script: records("fire").count()}
  most:  {title: 全镇最多, compare: town, script: "group.max(|u| u.figures.fires)"}
criteria:
  - id: fire
    title: 无火灾
    base: 100
    rules:
      - {id: F-1, title: 发生火灾, each: fire, deduct: fire.loss + 1, reason: 火灾一起}
      - {id: F-2, title: 全镇最多, when: figures.fires > 0 && figures.fires == figures.most, deduct: 1, reason: 全镇最多}
      - {id: W-1, title: 全镇警示, when: 'town.records("warning").count() > 0', deduct: 2, reason: 全镇警示}
      - {id: P-1, title: 上年有失分, when: previous?.score != () && previous.score < 100, deduct: 1, reason: 上年有失分}
rating:
  bands: [{name: 好, from: 95}, {name: 差}]
lists:
  negative: {title: 负面清单, script: score < 90}
roll_up:
  town:
    figures:
      people: {title: 人口, script: parts.sum(|p| p.people)}
      warned: {title: 警示, script: 'records("warning").count()'}
      worse:  {title: 比上年差, script: 'parts.filter(|p| p.previous?.score != () && p.score < p.previous.score).count()'}
      before: {title: 上年, script: previous?.score}
    score: parts.mean(|p| p.score)
  county:
    figures:
      listed: {title: 负面清单村, script: 'parts.filter(|p| p.listed("negative")).count()'}
    score: parts.sum(|p| p.points("F-1"))
  all:
    score: parts.mean(|p| p.score)
"#;

const VILLAGES: [&str; 6] = ["v1", "v2", "v3", "v4", "v5", "v6"];
/// `t4` has no village.
const TOWNS: [(&str, &str); 4] = [("t1", "c1"), ("t2", "c1"), ("t3", "c2"), ("t4", "c2")];
const KEY: &[u8] = b"a key for tests";

fn row(unit: &str, kind: &str, (year, loss): (u16, u8), supersedes: Option<ItemId>) -> RecordRow {
    let fields: Map<_, _> = match kind {
        "fire" => Map::from_iter([("loss".to_owned(), json!(format!("{}.5", loss % 4)))]),
        "slip" | "town_merit" => Map::from_iter([("points".to_owned(), json!((loss % 4).to_string()))]),
        _ => Map::new(),
    };
    let date = parse_date(&format!("{year}-0{}-0{}", 1 + loss % 3, 1 + loss % 7)).unwrap();
    let source = Source::line(&Arc::from("火灾.csv"), u32::from(loss) + 2);
    RecordRow { unit: unit.into(), kind: kind.into(), date, number: None, fields, source, supersedes }
}

fn furnish(store: &dyn Store, text: &str, kinds: &[&str]) {
    store.publish_edition(trial::edition("1", text)).unwrap();
    let mut units = vec![unit("c1", "county", None), unit("c2", "county", None)];
    units.extend(TOWNS.map(|(id, county)| unit(id, "town", Some(county))));
    let towns = ["t1", "t1", "t2", "t2", "t3", "t9"];
    units.extend(VILLAGES.iter().zip(towns).map(|(id, town)| unit(id, "village", Some(town))));
    let statements = ["c1", "v5", "v6"].iter().flat_map(|area| kinds.iter().map(|kind| complete(area, kind)));
    store.append_batch(NewBatch { units, statements: statements.collect(), ..batch(Vec::new()) }).unwrap();
}

fn ask(periods: &str) -> Ask {
    Ask {
        bundle: "trial".into(),
        edition: None,
        periods: Period::parse_list(periods).unwrap(),
        as_of: parse_date("2021-01-10").unwrap(),
        by: "王".into(),
        at: noon("2021-01-10"),
        pseudonym_key: KEY.to_vec(),
        longest: LONGEST_RUN,
    }
}

fn update(today: &str) -> Update {
    Update {
        bundle: "trial".into(),
        today: parse_date(today).unwrap(),
        by: "自动".into(),
        at: noon(today),
        pseudonym_key: KEY.to_vec(),
        longest: LONGEST_RUN,
    }
}

/// Unit, year, whether it is of a town, loss, and the record it corrects.
type Row = (u8, u8, bool, u8, Option<(u8, u8)>);

/// Something that changes what is known; numbers are taken modulo what is there.
#[derive(Debug, Clone)]
enum Step {
    Records(Vec<Row>),
    Attribute(u8, u8),
    Exempt(u8, bool),
    HandIn(u8),
    Village(u8),
    WithdrawBatch(u8),
    WithdrawRecord(u8, u8),
    TakeBack(u8, u8),
}

fn step() -> impl Strategy<Value = Step> {
    let record = (0..6_u8, 0..4_u8, any::<bool>(), any::<u8>(), prop::option::weighted(0.3, (1..6_u8, 1..4_u8)));
    prop_oneof![
        6 => prop::collection::vec(record, 1..4).prop_map(Step::Records),
        1 => (0..6_u8, 1..9_u8).prop_map(|(unit, people)| Step::Attribute(unit, people)),
        2 => (0..6_u8, any::<bool>()).prop_map(|(unit, first)| Step::Exempt(unit, first)),
        1 => (0..6_u8).prop_map(Step::HandIn),
        1 => (0..4_u8).prop_map(Step::Village),
        2 => (1..9_u8).prop_map(Step::WithdrawBatch),
        2 => (1..9_u8, 1..4_u8).prop_map(|(batch, number)| Step::WithdrawRecord(batch, number)),
        2 => (1..9_u8, 1..4_u8).prop_map(|(batch, number)| Step::TakeBack(batch, number)),
    ]
}

/// Does it; what the store refuses is no change.
fn take(store: &dyn Store, kinds: (&str, &str), step: &Step) {
    let village = |number: u8| VILLAGES[usize::from(number) % VILLAGES.len()];
    let item = |batch: u8, number: u8| ItemId { batch: BatchId(batch.into()), number: number.into() };
    let act = Act { by: "王".into(), at: noon("2021-01-09"), why: "误".into() };
    let new = match step {
        Step::Records(rows) => batch(
            rows.iter()
                .map(|(unit, year, of_town, loss, old)| {
                    let (unit, kind) = match of_town {
                        true => (TOWNS[usize::from(*unit) % TOWNS.len()].0, kinds.1),
                        false => (village(*unit), kinds.0),
                    };
                    let old = old.map(|(batch, number)| item(batch, number));
                    row(unit, kind, (2018 + u16::from(*year), *loss), old)
                })
                .collect(),
        ),
        Step::Attribute(unit, people) => NewBatch {
            attributes: vec![AttributeFact {
                unit: village(*unit).into(),
                attribute: "people".into(),
                from: None,
                value: json!(people.to_string()),
            }],
            ..batch(Vec::new())
        },
        Step::Exempt(unit, first) => NewBatch {
            exemptions: vec![Exemption {
                unit: village(*unit).into(),
                rule: if *first { "F-1" } else { "F-2" }.into(),
                record: None,
                from: parse_date("2019-01-01").unwrap(),
                until: None,
                reason: "雷击".into(),
                approved_by: "张".into(),
                approved_on: Some(parse_date("2021-01-01").unwrap()),
            }],
            ..batch(Vec::new())
        },
        Step::HandIn(unit) => NewBatch {
            statements: vec![Statement {
                nil: true,
                ..complete(["c2", "t3", "v6", "c1", "t2", "nowhere"][usize::from(*unit)], kinds.0)
            }],
            ..batch(Vec::new())
        },
        Step::Village(town) => NewBatch {
            units: vec![UnitRow {
                id: format!("w{town}"),
                level: "village".into(),
                name: "新村".into(),
                parent: Some(TOWNS[usize::from(*town)].0.into()),
            }],
            ..batch(Vec::new())
        },
        Step::TakeBack(old, number) => NewBatch { takes_back: vec![item(*old, *number)], ..batch(Vec::new()) },
        Step::WithdrawBatch(batch) => return drop(store.withdraw_batch(BatchId(u64::from(*batch) + 1), act)),
        Step::WithdrawRecord(batch, number) => return drop(store.withdraw_record(item(*batch, *number), act)),
    };
    let _ = store.append_batch(new);
}

/// Holds the runs in force against scoring everything at once.
fn hold_against_everything(store: &dyn Store, periods: &[&str]) {
    let plan = plan_of(&store.edition("trial", "1").unwrap()).unwrap();
    for name in periods {
        let computed = try_out(store, store, &plan, &ask(name)).unwrap();
        let root = verify::root_of(&computed);
        for (period, results) in &computed {
            let run = store.current_run("trial", *period).unwrap().unwrap();
            assert_eq!(run.root, root, "root of {name} in run {}", run.id);
            let kept = all_of(store, run.id, *period).unwrap();
            assert_eq!(kept.len(), results.len());
            for (kept, new) in kept.iter().zip(results.values()) {
                assert_eq!(kept, new, "{} in {period} of run {}", kept.unit, run.id);
            }
            assert_eq!(run.assessments, computed.values().map(BTreeMap::len).sum::<usize>() as u64);
        }
    }
}

fn keep_up(store: &dyn Store, text: &str, kinds: (&str, &str), periods: &[&str], steps: &[Step]) {
    furnish(store, text, &[kinds.0, kinds.1]);
    for name in periods {
        score(store, &ask(name)).unwrap();
    }
    hold_against_everything(store, periods);
    // Kept over all steps, as a server does.
    let footing = Footing::default();
    for step in steps {
        take(store, kinds, step);
        keep_current(store, &update("2021-01-10"), &plan_of, &footing, &Unwatched).unwrap();
        hold_against_everything(store, periods);
    }
    // Also those no longer in force, from what was stored when they were made.
    for run in store.runs().unwrap() {
        assert_eq!(verify(store, run.id, KEY).unwrap().differences, [], "run {}", run.id);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_run_kept_current_is_the_full_run_whatever_changed(steps in prop::collection::vec(step(), 1..7)) {
        // The second run looks back on the first.
        keep_up(&Memory::new(), YEARLY, ("fire", "warning"), &["2019..2020", "2021"], &steps);
    }

    #[test]
    fn months_with_results_of_the_year_are_kept_current_too(steps in prop::collection::vec(step(), 1..5)) {
        let text = include_str!("../../../fixtures/bundles/standards/roll_up.yaml").replace("bundle: roll-up", "bundle: trial");
        let text = text.split("base_case:").next().unwrap();
        keep_up(&Memory::new(), text, ("slip", "town_merit"), &["2020-01..2020-03"], &steps);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn on_the_disk_as_well(steps in prop::collection::vec(step(), 1..6)) {
        let directory = tempfile::tempdir().unwrap();
        let store = sled::open(directory.path()).unwrap();
        keep_up(&store, YEARLY, ("fire", "warning"), &["2019..2020", "2021"], &steps);
        prop_assert_eq!(store.verify().unwrap(), []);
    }
}

#[test]
fn one_record_more_replaces_the_results_that_depend_on_it_and_shares_the_others() {
    let store = Memory::new();
    furnish(&store, YEARLY, &["fire", "warning"]);
    let first = score(&store, &ask("2020")).unwrap();
    store.append_batch(batch(vec![row("v3", "fire", (2020, 1), None)])).unwrap();
    let made = keep_current(&store, &update("2021-01-10"), &plan_of, &Footing::default(), &Unwatched).unwrap().made;
    let [run] = made.as_slice() else { panic!("{made:?}") };
    assert_eq!((run.base, run.assessments), (Some(first.id), first.assessments));
    let replaced: Vec<String> = store.replaced(run.id).unwrap().into_iter().map(|(_, unit)| unit).collect();
    // The village, its neighbour whose facts enter the comparison, and what lies above both.
    assert_eq!(replaced, ["all", "county:c1", "town:t2", "v3", "v4"]);
    assert!(
        keep_current(&store, &update("2021-01-10"), &plan_of, &Footing::default(), &Unwatched).unwrap().made.is_empty(),
        "nothing has changed since"
    );
}

#[test]
fn a_run_of_a_program_that_marked_no_records_is_verified_by_the_rest() {
    let store = Memory::new();
    furnish(&store, YEARLY, &["fire", "warning"]);
    store.append_batch(batch(vec![row("v3", "fire", (2020, 1), None)])).unwrap();
    let run = score(&store, &ask("2020")).unwrap();
    let again = |change: &dyn Fn(&mut Filed)| {
        let Run { bundle, edition, digest, periods, as_of, started, by, engine, seen, looks_back_on, .. } = run.clone();
        let heading = NewRun {
            id: None,
            trial: false,
            base: None,
            bundle,
            edition,
            digest,
            periods,
            as_of,
            started,
            by,
            engine,
            seen,
            looks_back_on,
        };
        let mut writer = store.begin_run(heading).unwrap();
        for stored in store.scan_assessments(run.id, None, 100).unwrap() {
            let mut filed = Filed::from_bytes(&stored.bytes).unwrap();
            change(&mut filed);
            writer.add(stored.period, &stored.unit, &filed.to_bytes().unwrap()).unwrap();
        }
        let outcome = RunOutcome { finished: run.finished, root: run.root.clone(), counts: run.counts.clone() };
        verify(&store, writer.finish(outcome).unwrap().id, KEY).unwrap().differences
    };
    let evidence = |filed: &mut Filed, change: &dyn Fn(&mut FiledEvidence)| {
        filed.findings.iter_mut().flat_map(|finding| &mut finding.evidence).for_each(change);
    };
    assert_eq!(again(&|filed| evidence(filed, &|record| record.mark = None)), []);
    let changed = again(&|filed| {
        evidence(filed, &|record| {
            record.mark = None;
            record.row += 1;
        });
    });
    let changed: Vec<&str> = changed.iter().map(|difference| difference.unit.as_str()).collect();
    assert_eq!(changed, ["v3"], "what else was kept of it is compared");
}

#[test]
fn results_shared_by_many_runs_are_gathered_before_the_chain_grows_long() {
    let store = Memory::new();
    furnish(&store, YEARLY, &["fire", "warning"]);
    let first = score(&store, &ask("2020")).unwrap();
    let depth = |run: &Run| {
        std::iter::successors(Some(run.clone()), |run| run.base.map(|base| store.run(base).unwrap())).count()
    };
    let mut deepest = 0;
    for number in 0..40 {
        store.append_batch(batch(vec![row(VILLAGES[number % 6], "fire", (2020, number as u8), None)])).unwrap();
        let made = keep_current(&store, &update("2021-01-10"), &plan_of, &Footing::default(), &Unwatched).unwrap().made;
        deepest = deepest.max(depth(&made[0]));
    }
    assert!(deepest <= 16, "{deepest}");
    assert!(store.runs().unwrap().iter().filter(|run| run.base == Some(first.id)).count() > 1);
    hold_against_everything(&store, &["2020"]);
}

#[test]
fn on_another_day_everything_is_scored_and_a_run_of_a_chosen_day_stays_as_of_that_day() {
    let store = Memory::new();
    furnish(&store, YEARLY, &["fire", "warning"]);
    let live = score(&store, &ask("2020")).unwrap();
    let chosen = score(&store, &Ask { as_of: parse_date("2021-01-07").unwrap(), ..ask("2019") }).unwrap();
    let made = keep_current(&store, &update("2021-01-12"), &plan_of, &Footing::default(), &Unwatched).unwrap().made;
    assert_eq!(
        made.iter().map(|run| (run.base, run.as_of.to_string())).collect::<Vec<_>>(),
        [(None, "2021-01-12".to_owned())]
    );
    assert!(made[0].id > live.id && store.run(live.id).unwrap() == live, "the old run stays as it was");
    assert_eq!(store.current_run("trial", "2019".parse().unwrap()).unwrap().unwrap().id, chosen.id);
}

#[test]
fn a_run_that_cannot_be_scored_keeps_no_other_from_being_kept_current() {
    let store = Memory::new();
    furnish(&store, YEARLY, &["fire", "warning"]);
    let early = score(&store, &ask("2019")).unwrap();
    let late = score(&store, &ask("2020")).unwrap();
    // An edition for 2020 alone, so that the run of the year before goes on by its own, which cannot be made ready.
    let text = YEARLY.replace("edition: \"1\"", "edition: \"2\"\neffective: {from: 2020-01-01}");
    store.publish_edition(trial::edition("2", &text)).unwrap();
    store.append_batch(batch(vec![row("v3", "fire", (2019, 1), None), row("v3", "fire", (2020, 1), None)])).unwrap();
    let unfit = |edition: &Edition| match edition.edition.as_str() {
        "1" => Err(ScoringError::Faults(Vec::new())),
        _ => plan_of(edition),
    };
    let kept = keep_current(&store, &update("2021-01-10"), &unfit, &Footing::default(), &Unwatched).unwrap();
    assert_eq!(kept.left.iter().map(|(run, _)| *run).collect::<Vec<_>>(), [early.id]);
    let made: Vec<_> = kept.made.iter().map(|run| run.periods.clone()).collect();
    assert_eq!(made, [late.periods]);
}

#[test]
fn a_run_called_off_leaves_the_last_one_in_force() {
    let store = Memory::new();
    furnish(&store, YEARLY, &["fire", "warning"]);
    let first = score(&store, &ask("2020")).unwrap();
    let gauge = Gauge::default();
    gauge.call_off();
    let error = score_with_remarks(&store, &ask("2020"), &gauge).unwrap_err();
    assert!(matches!(error, ScoringError::Assess(AssessError::CalledOff)), "{error}");
    assert_eq!(store.runs().unwrap(), [first]);
}

#[test]
fn progress_tells_of_every_unit() {
    let store = Memory::new();
    furnish(&store, YEARLY, &["fire", "warning"]);
    struct Told(std::sync::Mutex<Vec<(String, u64)>>);
    impl Progress for Told {
        fn begin(&self, step: crate::progress::Step, total: u64) {
            self.0.lock().unwrap().push((step.en.to_owned(), total));
        }
        fn advance(&self, more: u64) {
            self.0.lock().unwrap().push(("advance".to_owned(), more));
        }
        fn is_called_off(&self) -> bool {
            false
        }
    }
    let told = Told(std::sync::Mutex::default());
    score_with_remarks(&store, &ask("2020"), &told).unwrap();
    let told = told.0.into_inner().unwrap();
    assert!(told.contains(&("scoring".to_owned(), 6)), "{told:?}");
    assert_eq!(told.iter().filter(|(step, _)| step == "advance").map(|(_, more)| more).sum::<u64>(), 6);
}
