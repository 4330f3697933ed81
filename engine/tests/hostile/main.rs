//! Scripts that mean harm. Each ends soon and cleanly: as a fault when the bundle is read, or as cannot-check of that rule in that
//! unit, and the next rule and the next unit are scored as if nothing had happened.
//!
//! They run in processes of their own, with a small main stack and little memory, since what must not happen is that a process
//! dies. This program is run again by itself: the test `child` does the work of one process. The scripts are in [`attacks`].

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that ends here has failed")]

mod attacks;
#[path = "../bundles/mod.rs"]
mod bundles;

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use attacks::{Attack, attacks};
use bundles::plan;
use liuwu_engine::assess::{Plan, Priors, Request, World, assess};
use liuwu_engine::assessment::Outcome;
use liuwu_engine::coverage::Coverage;
use liuwu_engine::dataset::{RawEntry, RawUnit, gather};
use liuwu_engine::diagnostic::Location;
use liuwu_engine::dictionary::read::{Raw, RawRecord};
use liuwu_engine::period::Period;
use liuwu_engine::record::Source;
use liuwu_engine::script::threads;

/// Which scripts a child runs: `first..last`.
const TASK: &str = "LIUWU_HOSTILE";
/// Main stack and address space of a child, in kilobytes; and its time, in seconds of a processor of its own.
const LIMITS: &str = "ulimit -s 2048; ulimit -v 1048576; ulimit -t 180; exec \"$0\" \"$@\"";
/// Far more than any script takes, on a machine that does other things too.
const LONGEST: Duration = Duration::from_secs(30);

fn bundle_of(attack: &Attack) -> String {
    let indented = |text: &str| text.lines().map(|line| format!("\n          {line}")).collect::<String>();
    let statement = if attack.name == "a statement in the library" { "library: 'let x = 1;'\n" } else { "" };
    let library = if attack.library.is_empty() {
        statement.to_owned()
    } else {
        format!("library: |{}\n", indented(&attack.library))
    };
    // A rule that says nothing is refused for that alone; no points are no finding.
    let script = format!("deduct(0, \"\"); {}", attack.script);
    format!(
        "
bundle: hostile
edition: '1'
title: 恶意脚本
assess: {{base: 100, incomplete: flag}}
attributes: {{bad: {{type: boolean}}}}
records:
  slip: {{title: 失分, fields: {{points: {{type: decimal}}, names: {{type: {{list: text}}, personal: name, optional: true}}}}}}
parameters: {{table: {{title: 表, value: {{a: 1}}}}}}
{library}figures:
  list: {{title: 表, script: '[1, 2, 3].map(|x| x)'}}
  map:  {{title: 图, script: '#{{a: 1, b: [1, 2]}}'}}
criteria:
  - id: all
    title: 总分
    basis: 第一条
    rules:
      - id: BAD-1
        title: 恶意脚本
        applies: unit.bad
        compare: town
        script: |{}
      - {{id: GOOD-1, title: 其他, each: slip, deduct: slip.points}}
",
        indented(&script)
    )
}

fn world(plan: &Plan) -> Arc<World> {
    let unit = |id: &str, bad: bool| RawUnit {
        id: id.to_owned(),
        parent: Some("T".to_owned()),
        attributes: vec![("bad".to_owned(), Raw::Boolean(bad), Location::default())],
        ..RawUnit::default()
    };
    let town = RawUnit { id: "T".to_owned(), level: Some("town".to_owned()), ..RawUnit::default() };
    let slip = |unit: &str, row: u32| RawEntry {
        unit: unit.to_owned(),
        kind: "slip".to_owned(),
        record: RawRecord::new([
            ("date".to_owned(), Raw::Text("2020-05-01".to_owned())),
            ("points".to_owned(), Raw::Number("1".to_owned())),
            ("names".to_owned(), Raw::List((0..50).map(|i| Raw::Text(format!("某{i}"))).collect())),
        ]),
        source: Source::line(&Arc::from("facts"), row),
        location: Location::default(),
    };
    let units = [unit("A", true), unit("B", false), unit("C", false), town];
    let slips = vec![slip("A", 1), slip("B", 2), slip("B", 3)];
    Arc::new(gather(&plan.bundle, &units, slips, Coverage::all_but(Vec::<String>::new()), b"key").unwrap())
}

/// Runs an attack; tells how it ended, or what is wrong with that.
fn run(attack: &Attack, pool: &rayon::ThreadPool) -> Result<&'static str, String> {
    let plan = match plan("hostile", &bundle_of(attack)) {
        Ok(plan) => plan,
        Err(told) if attack.harmless => return Err(format!("was refused: {told}")),
        Err(_) => return Ok("refused"),
    };
    let request = Request { periods: Period::parse_list("2020").unwrap(), as_of: None };
    let results = pool.install(|| assess(&plan, &world(&plan), &request, &Priors::new())).unwrap();
    let of = |id: &str| results.iter().find(|result| result.unit.as_ref() == id).unwrap();
    for (unit, score) in [("A", "99"), ("B", "98"), ("C", "100")] {
        let came = of(unit).score.map(|score| score.to_string());
        if came.as_deref() != Some(score) {
            return Err(format!("{unit} has the score {came:?}"));
        }
    }
    if of("B").incomplete || of("B").outcomes["BAD-1"] != Outcome::NotApplicable {
        return Err("another unit suffered".to_owned());
    }
    match (of("A").outcomes["BAD-1"], attack.harmless) {
        (Outcome::CannotCheck, false) => Ok("cannot check"),
        (Outcome::Clean, true) => Ok("clean"),
        (outcome, _) => Err(format!("it ended as {outcome:?}")),
    }
}

#[test]
fn no_script_takes_more_than_its_own_rule() {
    let all = attacks();
    assert!(all.len() >= 100, "{} attacks", all.len());
    let (mut wrong, mut ends) = (Vec::new(), Vec::new());
    // Two processes at a time, of so many scripts each that starting them is nothing.
    let half = all.len().div_ceil(2);
    let children: Vec<(usize, Child)> =
        (0..all.len()).step_by(half).map(|first| (first, start(first, (first + half).min(all.len())))).collect();
    for (first, child) in children {
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let done: Vec<&str> =
            told.lines().filter_map(|line| line.split_once("ended: ").map(|(_, line)| line)).collect();
        wrong.extend(done.iter().filter(|line| line.contains("WRONG")).map(|line| (*line).to_owned()));
        ends.extend(done.iter().map(|line| (*line).to_owned()));
        if !output.status.success() && !told.contains("WRONG") {
            let name = all.get(first + done.len()).map_or("", |attack| attack.name);
            let errors = String::from_utf8_lossy(&output.stderr);
            wrong.push(format!("{name}: the process ended with {}: {}", output.status, errors.trim()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert_eq!(ends.len(), all.len(), "every script was run");
}

/// Starts this file again, for some of the scripts, with a small stack and little memory.
fn start(first: usize, last: usize) -> Child {
    Command::new("sh")
        .args(["-c", LIMITS])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .env(TASK, format!("{first}..{last}"))
        .env("RUST_BACKTRACE", "0")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The work of a process that [`start`] began; nothing when the tests are run as usual.
#[test]
fn child() {
    let Ok(task) = std::env::var(TASK) else { return };
    let (first, last) = task.split_once("..").unwrap();
    let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
    // One pool for all: its threads end some time after it is dropped, and their stacks take room until then.
    let (pool, mut all_well) = (threads(Some(2)).unwrap(), true);
    for attack in attacks().iter().skip(first).take(last - first) {
        let began = Instant::now();
        let ended = match run(attack, &pool) {
            Ok(_) if began.elapsed() > LONGEST => format!("WRONG took {:?}", began.elapsed()),
            Ok(ended) => format!("{ended} ({:.1} s)", began.elapsed().as_secs_f32()),
            Err(wrong) => format!("WRONG {wrong}"),
        };
        all_well &= !ended.contains("WRONG");
        println!("ended: {}: {ended}", attack.name);
        std::io::stdout().flush().unwrap();
    }
    assert!(all_well);
}
