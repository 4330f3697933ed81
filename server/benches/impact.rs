//! How long it takes to see what another edition would do to every village.
//!
//! Enters: the sample of Rui'an (515 villages, two years), its standard, and the same with one number changed. Leaves: a table in
//! Markdown: from the store, as `liuwu impact` does it; and from packed facts in memory, for the sample and for so many copies of it as
//! come to 50,000 villages, in chunks as the product takes them, step by step: reading the facts, scoring the first edition, what the
//! other one changes (for whoever asks again, all that there is to wait for).
//!
//! `cargo bench -p liuwu --bench impact -- --rounds 5 --villages 50000`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a measurement that ends here has failed"
)]

mod sample;

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use liuwu::deadline::LONGEST_RUN;
use liuwu::effect;
use liuwu::progress::Unwatched;
use liuwu::scoring::Ask;
use liuwu::store::UnitRow;
use liuwu_engine::assess::{Exemption, Plan, Priors, Request, Trial, UnitFacts, World};
use liuwu_engine::bundle;
use liuwu_engine::coverage::{Coverage, Statement};
use liuwu_engine::period::{Date, Period, parse_date};
use liuwu_engine::record::packed::Packed;
use liuwu_engine::record::reading;
use liuwu_engine::script::threads;
use rayon::prelude::*;
use sample::Sample;

const STANDARD: &str = include_str!("../../rules/ruian-six-no/2020.yaml");
/// The number that is changed, before and after: every death in an accident at work costs 8 points, not 5.
const CHANGED: [&str; 2] = ["生产安全事故死亡每人扣分, value: 5", "生产安全事故死亡每人扣分, value: 8"];
const LAST_DAY: &str = "2021-01-10";

/// Villages that are scored at a time.
const CHUNK: usize = 2_000;

fn main() {
    let (rounds, villages) = (sample::asked_for("--rounds", 5), sample::asked_for("--villages", 50_000));
    threads(None).unwrap().install(|| measure(rounds, villages));
}

fn measure(rounds: usize, villages: usize) {
    let changed = STANDARD.replace(CHANGED[0], CHANGED[1]);
    assert_ne!(changed, STANDARD, "the standard no longer has this number");
    let editions = [plan_of(STANDARD), plan_of(&changed)];
    let sample = Sample::new();
    let stored: Vec<f64> = (0..rounds).map(|_| from_the_store(&sample, &editions)).collect();
    println!("From the store, 515 villages, two years: {:.0} ms\n", sample::median(stored) * 1e3);
    let facts = Facts::of(&sample);
    let own = facts.villages(&editions[0]);
    println!("| villages, two years | reading | first edition | the other one | whole | villages that move |");
    println!("| ---: | ---: | ---: | ---: | ---: | ---: |");
    for (copies, rounds) in [(1, rounds), (villages.div_ceil(own), rounds.div_ceil(2))] {
        let measured: Vec<(Steps, usize)> = (0..rounds).map(|_| impact(&editions, &facts, copies)).collect();
        let moved = measured.iter().map(|(_, moved)| *moved).max().unwrap();
        assert!(moved > 0, "the change moves nothing");
        let median = |of: fn(&Steps) -> f64| sample::median(measured.iter().map(|(steps, _)| of(steps)).collect());
        let shown =
            [median(|s| s.read), median(|s| s.first), median(|s| s.other), median(|s| s.read + s.first + s.other)];
        let [read, first, other, whole] = shown.map(|seconds| format!("{:.0} ms", seconds * 1e3));
        println!("| {} | {read} | {first} | {other} | {whole} | {moved} |", own * copies);
    }
}

/// Seconds that each step takes.
#[derive(Default)]
struct Steps {
    read: f64,
    first: f64,
    other: f64,
}

/// Reads, scores and compares in chunks; how long it takes, and how many villages move.
fn impact(editions: &[Arc<Plan>; 2], facts: &Facts, copies: usize) -> (Steps, usize) {
    let (mut steps, mut moved) = (Steps::default(), 0);
    let together = (CHUNK / facts.villages(&editions[0])).max(1);
    for first in (0..copies).step_by(together) {
        let began = Instant::now();
        let world = Arc::new(facts.world(&editions[0], first..copies.min(first + together)));
        steps.read += began.elapsed().as_secs_f64();
        let began = Instant::now();
        let trial = Trial::new(&editions[0], &world, request(), &Priors::new()).unwrap();
        steps.first += began.elapsed().as_secs_f64();
        let began = Instant::now();
        let differences = trial.against(&editions[1], &world, &Priors::new()).unwrap();
        moved += differences.iter().map(|difference| &difference.unit).collect::<BTreeSet<_>>().len();
        steps.other += began.elapsed().as_secs_f64();
    }
    (steps, moved)
}

/// The same as the product does it.
fn from_the_store(sample: &Sample, editions: &[Arc<Plan>; 2]) -> f64 {
    let ask = Ask {
        bundle: editions[0].bundle.id.clone(),
        edition: None,
        periods: request().periods,
        as_of: last_day(),
        by: String::new(),
        at: Timestamp::UNIX_EPOCH,
        pseudonym_key: sample.dir.pseudonym_key.clone(),
        longest: LONGEST_RUN,
    };
    let began = Instant::now();
    let [before, after] = editions;
    let effect = effect::of_edition(sample.dir.store.as_ref(), before, after, &ask, &Unwatched).unwrap();
    assert!(effect.units() > 0, "the change moves nothing");
    began.elapsed().as_secs_f64()
}

fn request() -> Request {
    Request { periods: Period::parse_list("2019..2020").unwrap(), as_of: Some(last_day()) }
}

fn plan_of(text: &str) -> Arc<Plan> {
    let (bundle, _) = bundle::read("ruian-six-no", text).unwrap();
    Arc::new(Plan::new(Arc::new(bundle)).unwrap())
}

fn last_day() -> Date {
    parse_date(LAST_DAY).unwrap()
}

/// What a store knows.
struct Facts {
    rows: Vec<UnitRow>,
    packed: HashMap<String, liuwu::store::PackedFacts>,
    statements: Vec<Statement>,
    exemptions: Vec<Exemption>,
    key: Vec<u8>,
}

impl Facts {
    fn of(sample: &Sample) -> Facts {
        let (store, day) = (sample.dir.store.as_ref(), last_day());
        let packed = store.scan_packed(None, usize::MAX, day).unwrap();
        let statements = store.statements(day).unwrap().into_iter().map(|held| {
            let held = held.item;
            Statement { kind: held.kind, area: held.area, from: held.from, to: held.to, nil: held.nil }
        });
        let exemptions = store.exemptions(day).unwrap().into_iter().map(|held| held.item.into());
        Facts {
            rows: store.units(day).unwrap(),
            packed: packed.into_iter().map(|facts| (facts.unit.clone(), facts)).collect(),
            statements: statements.collect(),
            exemptions: exemptions.collect(),
            key: sample.dir.pseudonym_key.clone(),
        }
    }

    fn villages(&self, plan: &Plan) -> usize {
        self.rows.iter().filter(|row| row.level == plan.bundle.assess.unit).count()
    }

    /// Some copies of the whole tree, each with codes of its own.
    fn world(&self, plan: &Plan, copies: Range<usize>) -> World {
        let copied = copies.clone().flat_map(|copy| {
            self.statements.iter().map(move |held| Statement { area: coded(&held.area, copy), ..held.clone() })
        });
        let units: Vec<(usize, &UnitRow)> =
            copies.clone().flat_map(|copy| self.rows.iter().map(move |row| (copy, row))).collect();
        let read = units.par_iter().map(|(copy, row)| ((row.id.as_str(), *copy), self.unit(plan, row)));
        let mut read: HashMap<(&str, usize), UnitFacts> = read.collect();
        let mut world = World::new(Coverage::new(copied), &self.key);
        let levels: Vec<&str> = plan.bundle.levels().collect();
        for copy in copies.clone() {
            for level in levels.iter().rev() {
                for row in self.rows.iter().filter(|row| row.level == *level) {
                    let above = row.parent.as_deref().map(|above| coded(above, copy));
                    let parent = above.and_then(|above| levels.iter().find_map(|level| world.find(level, &above)));
                    let unit = read.remove(&(row.id.as_str(), copy)).unwrap();
                    world.add_unit(UnitFacts { id: coded(&row.id, copy).into(), parent, ..unit });
                }
            }
        }
        let copied = copies.flat_map(|copy| {
            self.exemptions.iter().map(move |held| Exemption { unit: coded(&held.unit, copy), ..held.clone() })
        });
        world.exempt(copied.collect());
        world
    }

    fn unit(&self, plan: &Plan, row: &UnitRow) -> UnitFacts {
        let mut unit = UnitFacts {
            level: Arc::from(row.level.as_str()),
            name: Arc::from(row.name.as_str()),
            ..UnitFacts::default()
        };
        if let Some(packed) = self.packed.get(&row.id) {
            let columns = Packed::read(&packed.bytes).unwrap();
            unit.facts = reading::facts(&columns, &plan.bundle.dictionary, &packed.sheets).unwrap();
            unit.attributes = reading::attributes(&columns, &plan.bundle.dictionary).unwrap();
        }
        unit
    }
}

/// The code of a unit in a copy of the tree.
fn coded(id: &str, copy: usize) -> String {
    if copy == 0 { id.to_owned() } else { format!("{id}-{copy}") }
}
